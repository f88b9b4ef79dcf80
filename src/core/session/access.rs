//! The access register on the screen: everybody whom a binding names, those with ways to further rights first, narrowed by words; and one of
//! them with all that it holds. Rows are worked out when words or register change, not when they are drawn.

use crate::analysis::rbac::Subject;
use crate::analysis::rbac::folded::{Entry, Folded, Told};
use crate::model::Category;
use crate::model::text::clean;
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Kept, Lead, Next};
use crate::session::effect::Effect;
use crate::session::parts::cursor::Scroll;
use crate::session::parts::listed::{Common, Groups};
use crate::session::parts::listing::{Way, apart};
use crate::session::parts::per_cluster::{PerCluster, Rows, View};
use std::sync::Arc;

/// The check whose practices rights speak to.
const CHECK: &str = "2.1/escalation";

/// What happens to the access register.
#[derive(Clone, Debug)]
pub enum Action {
    /// Shows it.
    Open,
    /// Groups it otherwise.
    Group,
    /// Keeps who is shown as evidence.
    Keep,
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
        !matches!(self, Self::Registered { .. })
    }
}

/// How subjects are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccessGroup {
    /// Not at all.
    #[default]
    None,
    /// Users, groups, accounts.
    Kind,
    /// By the namespace of the account.
    Namespace,
    /// By the most sensitive category that they reach.
    Category,
}

impl Way for AccessGroup {
    const WAYS: &'static [(Self, &'static str)] =
        &[(Self::None, "not grouped"), (Self::Kind, "by kind"), (Self::Namespace, "by namespace"), (Self::Category, "by what they reach")];
}

impl AccessGroup {
    fn of(self, entry: &Entry) -> Option<Common<'_>> {
        Some(Common::from(match self {
            Self::None => return None,
            Self::Kind => entry.subject.kind.id(),
            Self::Namespace if entry.subject.namespace.is_empty() => "of no namespace",
            Self::Namespace => &entry.subject.namespace,
            Self::Category => entry.categories.first().map_or("nothing in the cluster", |category| category.label()),
        }))
    }
}

/// The access register of each cluster for which it was asked, and the one that is shown.
pub type Access = PerCluster<Folded>;

/// A register, kept as one left it.
pub type AccessView = View<Folded>;

impl Rows for Folded {
    type Group = AccessGroup;
    type Known = Subject;

    /// As far as their rights reach: who reaches nothing but the platform is of it.
    fn in_order(&self) -> Vec<usize> {
        let mut order = self.worst_first();
        order.sort_by_key(|at| reaches(&self.subjects[*at]).map_or(1, apart));
        order
    }

    fn count(&self) -> usize {
        self.subjects.len()
    }

    fn known(&self, at: usize) -> Subject {
        self.subjects[at].subject.clone()
    }

    fn is_of_platform(&self, at: usize) -> bool {
        reaches(&self.subjects[at]) == Some(Category::Platform)
    }

    fn groups(&self, group: AccessGroup) -> Option<Groups> {
        Groups::of(self.subjects.len(), |at| group.of(&self.subjects[at]))
    }

    fn haystack(&self, at: usize) -> String {
        haystack(self, &self.subjects[at])
    }

    fn fits(&self, at: usize, haystack: &str, word: &str) -> bool {
        fits(&self.subjects[at], haystack, word)
    }
}

/// The most sensitive category that somebody's rights reach.
fn reaches(entry: &Entry) -> Option<Category> {
    entry.categories.iter().copied().min_by_key(|category| apart(*category))
}

impl AccessView {
    /// What it lists.
    #[must_use]
    pub fn register(&self) -> &Folded {
        self.of()
    }

    /// A subject, by its index.
    #[must_use]
    pub fn entry(&self, at: usize) -> Option<&Entry> {
        self.of().subjects.get(at)
    }

    /// The selected one; on a heading the first below it.
    #[must_use]
    pub fn selected(&self) -> Option<&Entry> {
        self.entry(self.list.selected()?)
    }

    /// The subjects that the filter lets through, in their order.
    fn listed(&self) -> impl Iterator<Item = &Entry> {
        self.list.items().filter_map(|at| self.entry(at))
    }
}

/// All that a subject holds, in lines.
fn told(register: &Folded, entry: &Entry) -> String {
    let mut text = format!("{}\n", clean(&entry.subject.to_string()));
    for told in register.told(entry) {
        let (lead, words) = match &told {
            Told::Paths(words) => ("  ! ", words.as_str()),
            Told::Role(words) => ("  ", words.as_str()),
            Told::Rule(words) => ("      ", *words),
        };
        text.push_str(&format!("{lead}{}\n", clean(words)));
    }
    text
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
    for held in &entry.paths {
        text.push('\n');
        text.push_str(held.path);
        text.push('\n');
        text.push_str(held.words());
    }
    text.to_lowercase()
}

/// Whether a subject fits a filter word, in lower case: `kind:user`, `ns:pay` (where it holds something), `path:secret`, `sev:critical`,
/// `cat:cde`, or any text.
fn fits(entry: &Entry, haystack: &str, word: &str) -> bool {
    match word.split_once(':') {
        Some(("kind", part)) => entry.subject.kind.id().to_lowercase().starts_with(part),
        Some(("ns", part)) => entry.held.iter().any(|held| held.namespace.contains(part)),
        Some(("path", part)) => entry.paths.iter().any(|held| held.path.contains(part) || held.words().to_lowercase().contains(part)),
        Some(("sev", part)) => entry.worst().is_some_and(|worst| worst.id().starts_with(part)),
        Some(("cat", part)) => entry.categories.iter().any(|c| c.id().starts_with(part) || c.label().to_lowercase().contains(part)),
        _ => haystack.contains(word),
    }
}

impl Access {
    /// Shows the register, and takes what was worked out.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Open => {
                desk.layers.push(Layer::Access);
                self.wanted(desk)
            }
            Action::Group => {
                self.regroup();
                Next::NONE
            }
            Action::Keep => self.keep(desk),
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
        if self.show(&cluster.key) {
            return Next::NONE;
        }
        let Some(inventory) = &cluster.inventory else { return Next::NONE };
        Next::from(Effect::Register { cluster: cluster.key.clone(), inventory: inventory.clone(), scope: book.workbook.scope.clone() })
    }

    fn registered(&mut self, desk: &Desk, cluster: String, register: Arc<Folded>) {
        let Some(book) = desk.book.as_ref().filter(|book| book.clusters.iter().any(|c| c.key == cluster)) else { return };
        let shown = book.shown().is_some_and(|c| c.key == cluster);
        self.take(cluster.clone(), register);
        if shown {
            self.show(&cluster);
        }
    }

    /// ↵ in the list: opens the selected subject.
    pub(in crate::session) fn enter(&mut self, desk: &mut Desk) {
        if let Some(entry) = self.chosen().and_then(|at| self.view.entry(at)) {
            let subject = Box::new(entry.subject.clone());
            desk.layers.push(Layer::Holder { subject, scroll: Scroll::default() });
        }
    }

    /// Esc in the list: clears the filter first.
    pub(in crate::session) fn back(&mut self, desk: &mut Desk) {
        if !self.clears_words() {
            desk.close_top();
        }
    }

    /// The subject that is looked at.
    fn looked_at(&self, desk: &Desk) -> Option<&Entry> {
        match desk.top() {
            Layer::Holder { subject, .. } => self.view.register().subjects.iter().find(|entry| entry.subject == **subject),
            _ => self.view.selected(),
        }
    }

    /// Copies all that the subject holds, in words.
    pub(in crate::session) fn copy(&self, desk: &Desk) -> Next {
        self.looked_at(desk).map_or(Next::NONE, |entry| Next::from(Effect::Copy(told(self.view.register(), entry))))
    }

    /// Keeps the subject that is looked at, or those that the filter lets through, with all that they hold.
    fn keep(&self, desk: &Desk) -> Next {
        let Some(book) = desk.book.as_ref() else { return Next::NONE };
        let entries: Vec<&Entry> = match desk.top() {
            Layer::Holder { .. } => self.looked_at(desk).into_iter().collect(),
            _ => self.view.listed().collect(),
        };
        let Some(first) = entries.first() else { return Next::NONE };
        let cluster = book.shown().map(|c| c.key.clone()).unwrap_or_default();
        let title = match entries.len() {
            1 => format!("rights of {} ({cluster})", first.subject),
            n => format!("rights of {n} subjects ({cluster})"),
        };
        let read = desk.read_at().map(|at| at.to_string()).unwrap_or_default();
        let mut text = format!("who may do what\ncluster {cluster}, read {read}\n");
        if !self.view.register().complete {
            text.push_str("roles or bindings could not all be read: rights may be missing\n");
        }
        if matches!(desk.top(), Layer::Access) && !self.view.list.filter.is_empty() {
            text.push_str(&format!("filtered by: {}\n", clean(self.view.list.filter.trimmed())));
        }
        for entry in &entries {
            text.push('\n');
            text.push_str(&told(self.view.register(), entry));
        }
        let name = format!("rights-{}.txt", entries.len());
        Next::from(Lead::Keep(Kept { title: clean(&title), practices: desk.practices_of_check(CHECK), name, text }))
    }

    /// The subject before or after the one that is looked at, in the list's order.
    pub(in crate::session) fn beside(&mut self, desk: &mut Desk, back: bool) {
        let Some(Layer::Holder { subject, scroll }) = desk.layers.last_mut() else { return };
        if let Some(entry) = self.view.list.beside(back).and_then(|at| self.view.entry(at)) {
            (**subject, *scroll) = (entry.subject.clone(), Scroll::default());
        }
    }
}
