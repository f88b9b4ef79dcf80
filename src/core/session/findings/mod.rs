//! The findings of a check: the list, kept as one left it, and one of them with the lines of its object.

mod command;
mod excerpt;
mod list;

pub use command::kubectl;
pub use excerpt::{Line as ExcerptLine, excerpt};
pub use list::{FindingsView, Group, Sort};

use crate::model::text::clean;
use crate::model::{Finding, ObjectRef};
use crate::session::book::assessment::Cluster;
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Kept, Lead, Next, Wrong};
use crate::session::effect::{Effect, Source};
use crate::session::parts::cursor::{Cursor, Scroll, Step};
use crate::session::parts::field::Typed;
use crate::session::parts::listing::Way;
use crate::session::parts::message::Message;
use crate::workbook::Day;
use crate::workbook::accept::day_of;
use std::collections::BTreeMap;

/// How many findings are named in what was found wrong.
const NAMED: usize = 20;

/// What is done to findings.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Sorts otherwise.
    Sort,
    /// Groups otherwise.
    Group,
    /// Marks a row.
    Mark,
    /// Keeps findings as evidence.
    Keep,
    /// Accepts an exception for findings.
    Except,
    /// Writes down that what is wrong was mended, or will be.
    Mend,
}

/// Lists of findings, kept as one left them, by check.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    views: BTreeMap<String, FindingsView>,
}

impl Findings {
    /// The list of a check, once it was opened.
    #[must_use]
    pub fn view(&self, check: &str) -> Option<&FindingsView> {
        self.views.get(check)
    }

    /// The list on top.
    fn on_top(&mut self, desk: &Desk) -> Option<&mut FindingsView> {
        match desk.top() {
            Layer::Findings(check) => self.views.get_mut(check),
            _ => None,
        }
    }

    /// The finding that is looked at, and its check.
    #[must_use]
    pub fn looked_at<'a>(&'a self, desk: &'a Desk) -> Option<(&'a str, &'a Finding)> {
        match desk.layers.iter().rev().find(|layer| layer.check().is_some())? {
            Layer::Finding { check, id, .. } => Some((check, self.view(check)?.findings().iter().find(|f| f.id == *id)?)),
            Layer::Findings(check) => Some((check, self.view(check)?.selected()?)),
            _ => None,
        }
    }

    /// The findings that a key acts on: the one that is looked at, or those that are marked in the list on top.
    fn acted_on<'a>(&'a self, desk: &'a Desk) -> Vec<&'a Finding> {
        match desk.top() {
            Layer::Findings(check) => self.view(check).map(FindingsView::acted_on).unwrap_or_default(),
            _ => self.looked_at(desk).map(|(_, finding)| finding).into_iter().collect(),
        }
    }

    /// Lists of findings show the outcomes of the cluster that is shown.
    pub(in crate::session) fn reload(&mut self, desk: &Desk) {
        let Some(cluster) = desk.book.as_ref().and_then(|book| book.shown()) else { return };
        for (check, view) in &mut self.views {
            load(view, desk, cluster, check);
        }
    }

    /// Opens the findings of a check.
    pub(in crate::session) fn open(&mut self, desk: &mut Desk, check: String) {
        let Some(book) = desk.book.as_ref() else { return };
        let Some(cluster) = book.shown() else {
            let now = "Press + in the list of areas to read one; or answer the questions alone.";
            desk.messages.push(Message::warning("No cluster was read, so there are no findings", now));
            return;
        };
        load(self.views.entry(check.clone()).or_default(), desk, cluster, &check);
        desk.layers.push(Layer::Findings(check));
    }

    /// Opens one finding of a check; one that is open is left for it.
    pub(in crate::session) fn open_one(&mut self, desk: &mut Desk, check: &str, id: String) {
        let Some(cluster) = desk.book.as_ref().and_then(|book| book.shown()) else { return };
        let view = self.views.entry(check.to_owned()).or_default();
        load(view, desk, cluster, check);
        view.stand_on(&id);
        desk.layers.pop_if(|layer| matches!(layer, Layer::Finding { .. }));
        desk.layers.push(Layer::Finding { check: check.to_owned(), id, scroll: Scroll::default() });
    }

    fn arrange(&mut self, desk: &Desk, change: impl FnOnce(&mut FindingsView)) {
        if let Some(view) = self.on_top(desk) {
            change(view);
            view.arrange();
        }
    }

    /// Changes lists of findings, and keeps findings.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Sort => self.arrange(desk, |view| view.sort = view.sort.next()),
            Action::Group => self.arrange(desk, |view| view.list.group = view.list.group.next()),
            Action::Mark => {
                self.arrange(desk, FindingsView::mark);
                self.step(desk, Step::Down);
            }
            Action::Keep => {
                let Some(cluster) = desk.book.as_ref().and_then(|book| book.shown()).filter(|c| c.loading) else { return self.keep(desk) };
                desk.messages.push(Message::info(format!("The objects of {} are being loaded: try again in a moment.", cluster.key)));
            }
            Action::Mend => return self.mend(desk),
            Action::Except => {
                return Next::from(Lead::Except(match desk.top() {
                    Layer::Finding { id, .. } => vec![id.clone()],
                    _ => self.acted_on(desk).iter().map(|f| f.id.clone()).collect(),
                }));
            }
        }
        Next::NONE
    }

    /// ↵ in the list.
    pub(in crate::session) fn enter(&mut self, desk: &mut Desk) {
        let Layer::Findings(check) = desk.top() else { return };
        let check = check.clone();
        let Some(view) = self.views.get_mut(&check) else { return };
        if view.list.keeps_words() {
            return;
        }
        if view.list.folds_here() {
            return view.arrange();
        }
        if let Some(id) = view.selected().map(|f| f.id.clone()) {
            desk.layers.push(Layer::Finding { check, id, scroll: Scroll::default() });
        }
    }

    /// Esc in the list: clears the filter first, then the marks.
    pub(in crate::session) fn back(&mut self, desk: &mut Desk) {
        let Some(view) = self.on_top(desk) else { return desk.close_top() };
        if view.list.filtering || view.marked.is_empty() {
            if !view.list.clears_words() {
                return desk.close_top();
            }
        } else {
            view.marked.clear();
        }
        view.arrange();
    }

    /// Moves in the list.
    pub(in crate::session) fn step(&mut self, desk: &Desk, step: Step) {
        match self.on_top(desk) {
            Some(view) if view.findings().is_empty() => view.page.step(step),
            Some(view) => view.list.step(step),
            None => {}
        }
    }

    /// The finding before or after the one that is looked at, in the list's order.
    pub(in crate::session) fn beside(&mut self, desk: &mut Desk, back: bool) {
        let Some(Layer::Finding { check, id, scroll }) = desk.layers.last_mut() else { return };
        let Some(view) = self.views.get_mut(check) else { return };
        if let Some(next) = view.list.beside(back).and_then(|at| view.findings().get(at)) {
            (*id, *scroll) = (next.id.clone(), Scroll::default());
        }
    }

    /// Folds what is of the platform, or shows it one by one.
    pub(in crate::session) fn fold(&mut self, desk: &Desk) {
        self.arrange(desk, |view| view.list.fold());
    }

    /// Begins to type filter words.
    pub(in crate::session) fn filter(&mut self, desk: &Desk) {
        self.arrange(desk, |view| view.list.filtering = true);
    }

    /// Types filter words.
    pub(in crate::session) fn type_in(&mut self, desk: &Desk, typed: &Typed) {
        if let Some(view) = self.on_top(desk)
            && view.list.type_in(typed)
        {
            view.arrange();
        }
    }

    /// Whether filter words of a check are being typed.
    #[must_use]
    pub fn is_filtering(&self, check: &str) -> bool {
        self.view(check).is_some_and(|view| view.list.filtering)
    }

    /// The row one stands on in the list on top.
    pub(in crate::session) fn cursor(&mut self, desk: &Desk) -> Option<&mut Cursor> {
        self.on_top(desk).map(|view| &mut view.list.cursor)
    }

    /// Copies the command that shows the object.
    pub(in crate::session) fn copy(&self, desk: &Desk) -> Next {
        self.looked_at(desk).map_or(Next::NONE, |(_, finding)| Next::from(Effect::Copy(kubectl_here(desk, &finding.object))))
    }

    /// Begins what was found wrong and mended, with the marked or selected findings: of one by its id, of several by their check.
    fn mend(&self, desk: &Desk) -> Next {
        let (Some(book), Some(check)) = (desk.book.as_ref(), desk.top().check()) else { return Next::NONE };
        let findings = self.acted_on(desk);
        let Some(first) = findings.first() else { return Next::NONE };
        let words = |f: &&Finding| {
            let observed = if f.observed.is_empty() { String::new() } else { format!(" ({})", f.observed) };
            clean(&format!("{} {}{observed}: {}", f.object, f.field, f.message))
        };
        let mut before: Vec<String> = findings.iter().take(NAMED).map(words).collect();
        if findings.len() > NAMED {
            before.push(format!("and {} more", findings.len() - NAMED));
        }
        let of_one = findings.len() == 1;
        Next::from(Lead::Mend(Box::new(Wrong {
            what: if of_one { first.id.clone() } else { check.to_owned() },
            check: if of_one { check.to_owned() } else { String::new() },
            cluster: book.shown().map(|c| c.key.clone()).unwrap_or_default(),
            practices: desk.practices_here(),
            before: before.join("\n"),
            found: desk.read_at().map(|at| Day(day_of(at))),
            evidence: vec![],
        })))
    }

    /// Keeps the marked or selected findings as evidence, with the lines of their objects.
    fn keep(&self, desk: &Desk) -> Next {
        let Some(book) = desk.book.as_ref() else { return Next::NONE };
        let Some(check) = desk.top().check() else { return Next::NONE };
        let findings = self.acted_on(desk);
        let Some(first) = findings.first() else { return Next::NONE };
        let cluster = book.shown().map(|c| c.key.clone()).unwrap_or_default();
        let title = match findings.len() {
            1 => format!("{check} on {} ({cluster})", first.object),
            n => format!("{check}: {n} findings ({cluster})"),
        };
        let inventory = book.shown().and_then(|c| c.inventory.as_ref());
        let read = desk.read_at().map(|at| at.to_string()).unwrap_or_default();
        let mut text = format!("{check}\ncluster {cluster}, read {read}\n");
        for finding in &findings {
            let rule = finding.rule.as_deref().unwrap_or("-");
            text.push_str(&format!("\n{}  {}  {}  {rule}\n", finding.id, finding.severity.id(), finding.object));
            text.push_str(&format!("{}\n{}: {}\n", finding.message, finding.field, finding.observed));
            if let Some(object) = inventory.and_then(|i| i.object_json(&finding.object)) {
                for line in excerpt(&object, &finding.field, &finding.observed) {
                    text.push_str(&format!("  {}{}\n", if line.marked { "> " } else { "  " }, clean(&line.text)));
                }
            }
        }
        let name = format!("finding-{}-{}.txt", check.replace('/', "-"), &first.id);
        Next::from(Lead::Keep(Kept { title: clean(&title), practices: desk.practices_here(), name, text }))
    }
}

fn load(view: &mut FindingsView, desk: &Desk, cluster: &Cluster, check: &str) {
    let excepted = |finding: &Finding| desk.book.as_ref().is_some_and(|book| book.is_excepted(&cluster.key, check, &finding.id));
    view.load(cluster, check, excepted);
}

/// The command that shows an object on the cluster that is looked at.
#[must_use]
pub fn kubectl_here(desk: &Desk, object: &ObjectRef) -> String {
    let context = match desk.book.as_ref().and_then(|b| b.record()).and_then(Source::of_record) {
        Some(Source::Context { name, .. }) => name,
        _ => None,
    };
    kubectl(object, context.as_deref())
}
