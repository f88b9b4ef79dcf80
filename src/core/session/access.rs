//! The access register on the screen: everybody whom a binding names, those with ways to further rights first, narrowed by words; and one of
//! them with all that it holds. Rows are worked out when words or register change, not when they are drawn.

use crate::analysis::rbac::Subject;
use crate::analysis::rbac::folded::{Entry, Folded};
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::effect::Effect;
use crate::session::parts::cursor::{Cursor, Scroll, Step};
use crate::session::parts::field::{Field, Typed};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What happens to the access register.
#[derive(Clone, Debug)]
pub enum Action {
    /// Shows it.
    Open,
    /// Who may do what in a cluster.
    Registered {
        /// The cluster.
        cluster: String,
        /// The register.
        register: Arc<Folded>,
    },
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        matches!(self, Self::Open)
    }
}

/// The access register: that of each cluster for which it was asked, and the list of the shown one.
#[derive(Clone, Debug, Default)]
pub struct Access {
    registers: BTreeMap<String, Arc<Folded>>,
    /// The list, kept as one left it.
    pub list: AccessView,
}

/// The list, kept as one left it.
#[derive(Clone, Debug, Default)]
pub struct AccessView {
    register: Arc<Folded>,
    haystacks: Vec<String>,
    rows: Vec<usize>,
    /// Filter words.
    pub filter: Field,
    /// Whether they are being typed.
    pub filtering: bool,
    /// The selected row.
    pub cursor: Cursor,
}

impl AccessView {
    /// Lists a register; who was selected before stays selected where it is still there.
    pub fn load(&mut self, register: &Arc<Folded>) {
        if Arc::ptr_eq(&self.register, register) {
            return;
        }
        let selected = self.selected().map(|entry| entry.subject.clone());
        self.register = register.clone();
        self.haystacks = register.subjects.iter().map(|entry| haystack(register, entry)).collect();
        self.arrange_around(selected.as_ref());
    }

    /// What it lists.
    #[must_use]
    pub fn register(&self) -> &Folded {
        &self.register
    }

    /// The rows, worst first.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.rows.iter().map(|at| &self.register.subjects[*at])
    }

    /// One row.
    #[must_use]
    pub fn row(&self, nth: usize) -> Option<&Entry> {
        self.rows.get(nth).and_then(|at| self.register.subjects.get(*at))
    }

    /// The selected one.
    #[must_use]
    pub fn selected(&self) -> Option<&Entry> {
        self.row(self.cursor.at)
    }

    /// Works the rows out anew.
    pub fn arrange(&mut self) {
        let selected = self.selected().map(|entry| entry.subject.clone());
        self.arrange_around(selected.as_ref());
    }

    fn arrange_around(&mut self, selected: Option<&Subject>) {
        let words: Vec<String> = self.filter.trimmed().to_lowercase().split_whitespace().map(str::to_owned).collect();
        let fits = |at: &usize| words.iter().all(|word| fits(&self.register.subjects[*at], &self.haystacks[*at], word));
        self.rows = self.register.worst_first().into_iter().filter(fits).collect();
        let again = selected.and_then(|subject| self.rows().position(|entry| entry.subject == *subject));
        self.cursor.at = again.unwrap_or(self.cursor.at).min(self.rows.len().saturating_sub(1));
    }
}

/// What a plain word of the filter is looked for in: who, which ways, which roles, by which bindings.
fn haystack(register: &Folded, entry: &Entry) -> String {
    let mut text = entry.subject.to_string();
    for (role, held) in entry.by_role() {
        text.push('\n');
        text.push_str(register.role(role).map_or("", |rights| &rights.role));
        for held in held {
            text.push('\n');
            text.push_str(&held.binding);
        }
    }
    for path in entry.path_names() {
        text.push('\n');
        text.push_str(path);
    }
    text.to_lowercase()
}

/// Whether a subject fits a filter word, in lower case: `kind:user`, `ns:pay` (where it holds something), `path:secret`, `sev:critical`,
/// `cat:cde`, or any text; `-` before it turns it round.
fn fits(entry: &Entry, haystack: &str, word: &str) -> bool {
    if let Some(word) = word.strip_prefix('-').filter(|w| !w.is_empty()) {
        return !fits(entry, haystack, word);
    }
    match word.split_once(':') {
        Some(("kind", part)) => entry.subject.kind.id().to_lowercase().starts_with(part),
        Some(("ns", part)) => entry.held.iter().any(|held| held.namespace.contains(part)),
        Some(("path", part)) => entry.path_names().iter().any(|path| path.contains(part)),
        Some(("sev", part)) => entry.worst().is_some_and(|worst| worst.id().starts_with(part)),
        Some(("cat", part)) => entry.categories.iter().any(|c| c.id().starts_with(part) || c.label().to_lowercase().contains(part)),
        _ => haystack.contains(word),
    }
}

impl Access {
    /// Whether the register of a cluster was worked out.
    #[must_use]
    pub fn knows(&self, cluster: &str) -> bool {
        self.registers.contains_key(cluster)
    }

    /// Forgets the register of a cluster that was read or judged anew.
    pub(in crate::session) fn forget(&mut self, cluster: &str) {
        self.registers.remove(cluster);
    }

    /// Shows the register, and takes what was worked out.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Open => {
                desk.layers.push(Layer::Access);
                self.wanted(desk)
            }
            Action::Registered { cluster, register } => {
                self.registered(desk, cluster, register);
                Next::NONE
            }
        }
    }

    /// Asks for the register of the shown cluster where it is not there yet, and lists it where it is.
    pub(in crate::session) fn wanted(&mut self, desk: &Desk) -> Next {
        let Some(book) = desk.book.as_ref() else { return Next::NONE };
        let Some(cluster) = book.shown() else { return Next::NONE };
        match (self.registers.get(&cluster.key), &cluster.inventory) {
            (Some(register), _) => {
                self.list.load(register);
                Next::NONE
            }
            (None, Some(inventory)) => {
                let scope = book.workbook.scope.clone();
                Next::from(Effect::Register { cluster: cluster.key.clone(), inventory: inventory.clone(), scope })
            }
            (None, None) => Next::NONE,
        }
    }

    fn registered(&mut self, desk: &Desk, cluster: String, register: Arc<Folded>) {
        let Some(book) = desk.book.as_ref().filter(|book| book.clusters.iter().any(|c| c.key == cluster)) else { return };
        if book.shown().is_some_and(|c| c.key == cluster) {
            self.list.load(&register);
        }
        self.registers.insert(cluster, register);
    }

    /// ↵ in the list: opens the selected subject.
    pub(in crate::session) fn enter(&mut self, desk: &mut Desk) {
        if self.list.filtering {
            self.list.filtering = false;
        } else if let Some(entry) = self.list.selected() {
            let subject = Box::new(entry.subject.clone());
            desk.layers.push(Layer::Holder { subject, scroll: Scroll::default() });
        }
    }

    /// Esc in the list: clears the filter first.
    pub(in crate::session) fn back(&mut self, desk: &mut Desk) {
        let view = &mut self.list;
        if view.filtering || !view.filter.is_empty() {
            view.filter.set("");
            view.filtering = false;
            view.arrange();
        } else {
            desk.close_top();
        }
    }

    /// Moves in the list.
    pub(in crate::session) fn step(&mut self, step: Step) {
        let length = self.list.rows().len();
        self.list.cursor.step(step, length);
    }

    /// The subject before or after the one that is looked at, in the list's order.
    pub(in crate::session) fn beside(&mut self, desk: &mut Desk, back: bool) {
        let Some(Layer::Holder { subject, scroll }) = desk.layers.last_mut() else { return };
        self.step(if back { Step::Up } else { Step::Down });
        if let Some(entry) = self.list.selected().filter(|entry| entry.subject != **subject) {
            (**subject, *scroll) = (entry.subject.clone(), Scroll::default());
        }
    }

    /// Types filter words.
    pub(in crate::session) fn type_in(&mut self, typed: &Typed) {
        if self.list.filtering {
            self.list.filter.apply(typed);
            self.list.arrange();
        }
    }
}
