//! Where one stands in the open assessment, and what is expected there: which question, practice or check is meant follows from the place,
//! so that the same key does the next sensible thing everywhere.

use super::blockers::Blocker;
use super::desk::Desk;
use super::layer::Layer;
use super::open::OpenItem;
use super::standing::{Pane, Tab, Target, item_at};
use crate::checks;
use crate::session::parts::form::Purpose;

impl Desk {
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

    /// The check whose findings are shown, or of which one is.
    fn check_shown(&self) -> Option<Target> {
        match self.top() {
            Layer::Findings(check) | Layer::Finding { check, .. } => Some(Target::Check(check.clone())),
            _ => None,
        }
    }

    /// Lets the walk stand at the check of the finding that is shown, where one is: what is done there is done to its control.
    pub(in crate::session) fn go_to_finding(&mut self) {
        let (check, guidance) = (self.check_shown(), self.guidance);
        if let (Some(check), Some(book)) = (check, self.book.as_mut()) {
            book.walk.go_to(&check, guidance, &[]);
        }
    }

    /// Whether one stands in the list of evidence.
    pub(in crate::session) fn is_on_evidence(&self) -> bool {
        self.book.as_ref().is_some_and(|book| book.walk.tab == Tab::Evidence)
    }

    /// What is expected now: the open thing that one stands on, or the next one, and the key that does it. None when all is determined.
    #[must_use]
    pub fn expected(&self) -> Option<(&OpenItem, &'static str)> {
        let book = self.book.as_ref()?;
        let here = self.check_shown().or_else(|| self.standing_on());
        let shown = book.shown().map_or("", |c| &c.key);
        match book.open.iter().find(|item| item.is_at(here.as_ref(), shown)) {
            Some(item) => Some((item, item.key())),
            None => self.next_open().map(|item| (item, "⇥")),
        }
    }

    /// The next thing that needs a person, seen from where one stands; none when all is determined.
    #[must_use]
    pub fn next_open(&self) -> Option<&OpenItem> {
        self.open_beside(false)
    }

    /// The open thing after (or before) the place where one stands, round at the end.
    pub(in crate::session) fn open_beside(&self, back: bool) -> Option<&OpenItem> {
        let book = self.book.as_ref()?;
        // What one stands on stays in the order, though it is skipped from elsewhere.
        let here = self.standing_on();
        let skipped = |item: &&OpenItem| book.walk.skip_requested && item.requested.is_some() && Some(&item.target) != here.as_ref();
        let open: Vec<&OpenItem> = book.open.iter().filter(|item| !skipped(item)).collect();
        if open.is_empty() {
            return None;
        }
        let length = open.len();
        let shown = book.shown().map_or("", |c| &c.key);
        if let Some(at) = open.iter().position(|item| item.is_at(here.as_ref(), shown)) {
            return open.get((at + if back { length - 1 } else { 1 }) % length).copied();
        }
        // Done for the cluster that is shown, and open on another.
        if let Some(item) = open.iter().find(|item| Some(&item.target) == here.as_ref()) {
            return Some(*item);
        }
        let rank = |id: &str| book.order.iter().position(|control| control == id).unwrap_or(0);
        let walk = &book.walk;
        let control = walk.here(self.guidance).or_else(|| walk.area_here(self.guidance).and_then(|a| a.controls.first()));
        let at = control.map_or(0, |c| rank(&c.id));
        if back {
            open.iter().rev().find(|item| rank(&item.control) < at).or_else(|| open.last()).copied()
        } else {
            open.iter().find(|item| rank(&item.control) >= at).or_else(|| open.first()).copied()
        }
    }

    /// The id of what is selected in a tab.
    #[must_use]
    pub fn selected_item(&self) -> Option<String> {
        let walk = &self.book.as_ref()?.walk;
        let control = walk.here(self.guidance)?;
        item_at(control, walk.tab, walk.row(control)).map(str::to_owned)
    }

    /// What stands in the way of the practices of the control one stands on, each told once.
    #[must_use]
    pub fn blockers_here(&self) -> Vec<Blocker> {
        let (Some(book), guidance) = (self.book.as_ref(), self.guidance) else { return vec![] };
        let mut all: Vec<Blocker> = vec![];
        for practice in book.walk.here(guidance).iter().flat_map(|c| &c.practices) {
            for blocker in book.blockers(&practice.id, guidance) {
                if !all.contains(&blocker) {
                    all.push(blocker);
                }
            }
        }
        all
    }

    /// When the shown cluster was read.
    #[must_use]
    pub fn read_at(&self) -> Option<jiff::Timestamp> {
        let record = self.book.as_ref()?.record()?;
        record.collected_at.or(record.assessed_at).map(|m| m.0)
    }

    /// Practices that evidence or a note at this place would speak to.
    pub(in crate::session) fn practices_here(&self) -> Vec<String> {
        if let Some(Layer::Form(form)) = self.layers.last() {
            match &form.purpose {
                Purpose::Answer { question } => return self.guidance.question(question).map(|q| q.practices.clone()).unwrap_or_default(),
                Purpose::Determine { practices } => return practices.clone(),
                _ => {}
            }
        }
        if let Some(check) = self.layers.iter().rev().find_map(Layer::check) {
            return practices_of(check);
        }
        match self.standing_on() {
            Some(Target::Question(id)) => self.guidance.question(&id).map(|q| q.practices.clone()).unwrap_or_default(),
            Some(Target::Practice(id)) => vec![id],
            Some(Target::Check(id)) => practices_of(&id),
            _ if let Some(row) = self.evidence_here() => match row.of {
                Target::Question(id) => self.guidance.question(&id).map(|q| q.practices.clone()).unwrap_or_default(),
                Target::Practice(id) => vec![id],
                _ => vec![],
            },
            _ => {
                let control = self.book.as_ref().and_then(|b| b.walk.here(self.guidance));
                control.map(|c| c.practices.iter().map(|p| p.id.clone()).collect()).unwrap_or_default()
            }
        }
    }

    /// Practices that a check speaks to.
    pub(in crate::session) fn practices_of_check(&self, check: &str) -> Vec<String> {
        practices_of(check)
    }

    /// The check that one looks at.
    pub(in crate::session) fn check_here(&self) -> Option<String> {
        match (self.top().check(), self.standing_on()) {
            (Some(check), _) => Some(check.to_owned()),
            (None, Some(Target::Check(id))) => Some(id),
            _ => None,
        }
    }
}

/// Practices that a check speaks to.
fn practices_of(check: &str) -> Vec<String> {
    checks::by_id(check).map(|c| c.practices.iter().map(|p| (*p).to_owned()).collect()).unwrap_or_default()
}
