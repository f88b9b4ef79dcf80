//! The access register on the screen: everybody whom a binding names, those with ways to further rights first, narrowed by words; and one of
//! them with all that it holds. Rows are worked out when words or register change, not when they are drawn.

use crate::analysis::rbac::Subject;
use crate::analysis::rbac::folded::{Entry, Folded};
use crate::session::effect::Effect;
use crate::session::parts::cursor::{Cursor, Scroll};
use crate::session::parts::field::Field;
use crate::session::{Layer, Session};
use std::sync::Arc;

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

impl Session {
    /// Shows the access register of the shown cluster.
    pub(in crate::session) fn open_access(&mut self) -> Vec<Effect> {
        self.layers.push(Layer::Access);
        self.register()
    }

    /// Asks for the register of the shown cluster where it is not there yet, and lists it where it is.
    pub(in crate::session) fn register(&mut self) -> Vec<Effect> {
        let Some(book) = self.book.as_mut() else { return vec![] };
        let Some(cluster) = book.clusters.get(book.cluster) else { return vec![] };
        match (&cluster.register, &cluster.inventory) {
            (Some(register), _) => {
                book.access.load(register);
                vec![]
            }
            (None, Some(inventory)) => {
                let scope = book.workbook.scope.clone();
                vec![Effect::Register { cluster: cluster.key.clone(), inventory: inventory.clone(), scope }]
            }
            (None, None) => vec![],
        }
    }

    /// A register was worked out.
    pub(in crate::session) fn registered(&mut self, cluster: &str, register: Arc<Folded>) {
        let Some(book) = self.book.as_mut() else { return };
        let shown = book.clusters.get(book.cluster).is_some_and(|c| c.key == cluster);
        let Some(found) = book.clusters.iter_mut().find(|c| c.key == cluster) else { return };
        if shown {
            book.access.load(&register);
        }
        found.register = Some(register);
    }

    /// Opens the selected subject.
    pub(in crate::session) fn open_holder(&mut self) {
        let Some(book) = self.book.as_mut() else { return };
        if book.access.filtering {
            book.access.filtering = false;
        } else if let Some(entry) = book.access.selected() {
            let subject = Box::new(entry.subject.clone());
            self.layers.push(Layer::Holder { subject, scroll: Scroll::default() });
        }
    }

    /// The subject before or after the one that is looked at, in the list's order.
    pub(in crate::session) fn beside_holder(&mut self, back: bool) {
        let Some(Layer::Holder { subject, scroll }) = self.layers.last_mut() else { return };
        let Some(view) = self.book.as_mut().map(|book| &mut book.access) else { return };
        let length = view.rows.len();
        view.cursor.step(if back { crate::session::Step::Up } else { crate::session::Step::Down }, length);
        if let Some(entry) = view.selected().filter(|entry| entry.subject != **subject) {
            (**subject, *scroll) = (entry.subject.clone(), Scroll::default());
        }
    }

    /// Esc on the list: clears the filter first.
    pub(in crate::session) fn back_access(&mut self) {
        match self.book.as_mut().map(|book| &mut book.access) {
            Some(view) if view.filtering || !view.filter.is_empty() => {
                view.filter.set("");
                view.filtering = false;
                view.arrange();
            }
            _ => self.close_top(),
        }
    }
}
