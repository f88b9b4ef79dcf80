//! What is in files of a cluster, as the pre-flight shows it: kinds with their numbers, when they were taken, what they lack and which checks will not
//! be able to judge for it.

use crate::assess::lacking;
use crate::judging::{Tables, View};
use crate::kinds::{Inventory, KindState, Source};
use crate::model::{Kind, Scope};
use jiff::Timestamp;

/// What is in files of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Whether it is a snapshot, which tells itself what was read of the cluster.
    pub snapshot: bool,
    /// When it was taken, where that is told.
    pub taken: Option<Timestamp>,
    /// Who says that the files are the whole cluster, where somebody does.
    pub declared_by: Option<String>,
    /// Kinds of which there is something, the most first.
    pub kinds: Vec<(Kind, usize)>,
    /// Kinds that were read in part.
    pub partial: Vec<Kind>,
    /// What checks need and it does not have, what most of them need first.
    pub lacks: Vec<Lack>,
    /// Checks that will be blocked.
    pub blocked: Vec<&'static str>,
    /// Checks that can say what is wrong, and not that nothing is.
    pub unsure: Vec<&'static str>,
}

/// Something that checks need and files do not have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lack {
    /// What: `secrets: list`.
    pub need: String,
    /// Checks that will be blocked for it.
    pub blocked: Vec<&'static str>,
    /// Checks that can't pass for it.
    pub unsure: Vec<&'static str>,
}

impl Contents {
    /// What was read, looked through.
    #[must_use]
    pub fn of(inventory: &Inventory, tables: &Tables, now: Timestamp) -> Self {
        let scope = Scope::default();
        let view = View::new(inventory, &scope, now, tables);
        let mut contents = Self {
            snapshot: inventory.source == Source::Live,
            taken: inventory.cluster.collected_at,
            declared_by: inventory.declared_complete.clone(),
            partial: Kind::ALL.iter().copied().filter(|kind| inventory.state(*kind) == KindState::Partial).collect(),
            ..Self::default()
        };
        let items = |kind: &Kind| (*kind, inventory.coverage_of(*kind).items);
        contents.kinds = Kind::ALL.iter().map(items).filter(|(_, items)| *items > 0).collect();
        contents.kinds.sort_by_key(|(_, items)| std::cmp::Reverse(*items));
        for lacking in lacking(&view) {
            let list = if lacking.judges { &mut contents.unsure } else { &mut contents.blocked };
            list.push(lacking.check);
            for need in lacking.needs {
                if !contents.lacks.iter().any(|lack| lack.need == need) {
                    contents.lacks.push(Lack { need: need.clone(), ..Lack::default() });
                }
                for lack in contents.lacks.iter_mut().filter(|lack| lack.need == need) {
                    let list = if lacking.judges { &mut lack.unsure } else { &mut lack.blocked };
                    list.push(lacking.check);
                }
            }
        }
        contents.lacks.sort_by_key(|lack| std::cmp::Reverse((lack.blocked.len(), lack.unsure.len())));
        contents
    }

    /// How many objects there are.
    #[must_use]
    pub fn objects(&self) -> usize {
        self.kinds.iter().map(|(_, items)| items).sum()
    }
}
