//! What screens ask of a session: what is expected now, which key does it, what a search finds, the command that shows an object.

use crate::model::text::clean;
use crate::model::{Finding, Kind, ObjectRef};
use crate::session::action::{Tab, Target};
use crate::session::book::open::OpenItem;
use crate::session::book::standing::{Pane, item_at};
use crate::session::{Layer, Session, Source};
use crate::workbook::Evidence;
use crate::workbook::accept::day_of;
use jiff::civil::Date;

/// A row of the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindRow {
    /// Where it leads.
    pub target: Target,
    /// What it is: `1.5 Workloads get no credentials by themselves`.
    pub text: String,
}

impl Session {
    /// What one stands on in the walk, where that can need a person.
    #[must_use]
    pub fn standing_on(&self) -> Option<Target> {
        let walk = &self.book.as_ref()?.walk;
        if walk.pane != Pane::Work {
            return None;
        }
        let control = walk.here(self.guidance)?;
        let item = item_at(control, walk.tab, walk.row(control))?.to_owned();
        match walk.tab {
            Tab::Questions => Some(Target::Question(item)),
            Tab::Result => Some(Target::Practice(item)),
            Tab::Checks => Some(Target::Check(item)),
            Tab::Guidance | Tab::Evidence => None,
        }
    }

    /// What is expected now: the open thing that one stands on, or the next one, and the key that does it. None when all is determined.
    #[must_use]
    pub fn expected(&self) -> Option<(&OpenItem, &'static str)> {
        let book = self.book.as_ref()?;
        let here = self.standing_on();
        match book.open.iter().find(|item| Some(&item.target) == here.as_ref()) {
            Some(item) => Some((item, item.key())),
            None => self.next_open().map(|item| (item, "⇥")),
        }
    }

    /// Everything in the walk that fits what is typed: controls, questions, checks, evidence.
    #[must_use]
    pub fn find(&self, query: &str) -> Vec<FindRow> {
        let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let mut rows = vec![];
        let mut put = |target: Target, text: String| {
            let lower = text.to_lowercase();
            if words.iter().all(|w| lower.contains(w)) {
                rows.push(FindRow { target, text });
            }
        };
        for area in &self.guidance.areas {
            put(Target::Area(area.number), format!("{} {}", area.number, area.title));
            for control in &area.controls {
                put(Target::Control(control.id.clone()), format!("{} {}", control.id, control.title));
                for check in crate::session::checks_of(control) {
                    put(Target::Check(check.id.to_owned()), format!("{} {}", check.id, check.title));
                }
                for question in &control.questions {
                    put(Target::Question(question.id.clone()), format!("{} {}", question.id, question.text.trim()));
                }
            }
        }
        for evidence in self.book.iter().flat_map(|b| &b.workbook.evidence) {
            put(Target::Evidence(evidence.reference.clone()), format!("{} {}", evidence.reference, clean(&evidence.title)));
        }
        rows
    }

    /// The finding that is looked at.
    #[must_use]
    pub fn finding(&self) -> Option<(&str, &Finding)> {
        let book = self.book.as_ref()?;
        match self.layers.iter().rev().find(|l| matches!(l, Layer::Finding { .. } | Layer::Findings(_)))? {
            Layer::Finding { check, id, .. } => {
                let found = book.findings.get(check)?.findings().iter().find(|f| f.id == *id)?;
                Some((check, found))
            }
            Layer::Findings(check) => Some((check, book.findings.get(check)?.selected()?)),
            _ => None,
        }
    }

    /// The command that shows an object on the cluster that is looked at.
    #[must_use]
    pub fn kubectl_here(&self, object: &ObjectRef) -> String {
        let context = match self.book.as_ref().and_then(|b| b.record()).and_then(Source::of_record) {
            Some(Source::Context { name, .. }) => name,
            _ => None,
        };
        kubectl(object, context.as_deref())
    }

    /// The id of what is selected in a tab.
    #[must_use]
    pub fn selected_item(&self) -> Option<String> {
        let walk = &self.book.as_ref()?.walk;
        let control = walk.here(self.guidance)?;
        item_at(control, walk.tab, walk.row(control)).map(str::to_owned)
    }

    /// What stands in the way of the practices of the control one stands on: the rows below them.
    #[must_use]
    pub fn blockers_here(&self) -> Vec<(Target, String)> {
        self.book.as_ref().map(|b| crate::session::walk::result_blockers(b, self.guidance)).unwrap_or_default()
    }

    /// Days since the shown cluster was read.
    #[must_use]
    pub fn read_at(&self) -> Option<jiff::Timestamp> {
        let record = self.book.as_ref()?.record()?;
        record.collected_at.or(record.assessed_at).map(|m| m.0)
    }
}

/// The command that shows an object, in words that a shell takes as they are.
#[must_use]
pub fn kubectl(object: &ObjectRef, context: Option<&str>) -> String {
    let kind = Kind::ALL.iter().find(|k| k.kind() == object.kind && k.group() == object.group);
    let resource = match kind {
        Some(kind) => kind.id(),
        None if object.group.is_empty() => object.kind.to_lowercase(),
        None => format!("{}.{}", object.kind.to_lowercase(), object.group),
    };
    let mut words = vec!["kubectl".to_owned(), "get".to_owned(), quoted(&resource), quoted(&object.name)];
    if !object.namespace.is_empty() {
        words.extend(["--namespace".to_owned(), quoted(&object.namespace)]);
    }
    if let Some(context) = context {
        words.extend(["--context".to_owned(), quoted(context)]);
    }
    words.extend(["--output".to_owned(), "yaml".to_owned()]);
    words.join(" ")
}

/// Names from a cluster are data: whatever could mean something to a shell is quoted.
fn quoted(word: &str) -> String {
    let word = clean(word);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@');
    if !word.is_empty() && !word.starts_with('-') && word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// How old a piece of evidence is, in days.
#[must_use]
pub fn evidence_age(evidence: &Evidence, today: Date) -> i32 {
    let day = evidence.effective.map_or_else(|| day_of(evidence.obtained.0), |d| d.0);
    today.since(day).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_never_runs_what_a_cluster_named() {
        let object = ObjectRef::new("apps", "Deployment", "shop", "web;rm -rf $(HOME)'");
        assert_eq!(
            kubectl(&object, Some("prod eu")),
            r"kubectl get deployments.apps 'web;rm -rf $(HOME)'\''' --namespace shop --context 'prod eu' --output yaml"
        );
        assert_eq!(kubectl(&ObjectRef::new("", "Node", "", "n1"), None), "kubectl get nodes n1 --output yaml");
    }
}
