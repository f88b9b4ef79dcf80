//! The picture of area 16: who may connect to whom between categories of scope. It is worked out once per reading and scope, beside the
//! screen, because a large cluster has many pairs.

use crate::analysis::segmentation::Segmentation;
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::effect::Effect;
use crate::session::parts::cursor::Cursor;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What happens to the picture.
#[derive(Clone, Debug)]
pub enum Action {
    /// Shows it.
    Open,
    /// Who may connect to whom in a cluster.
    Drawn {
        /// The cluster.
        cluster: String,
        /// The picture.
        picture: Arc<Segmentation>,
    },
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        matches!(self, Self::Open)
    }
}

/// The pictures of the clusters for which they were asked.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    of: BTreeMap<String, Arc<Segmentation>>,
}

impl Pictures {
    /// The picture of a cluster, once it was worked out.
    #[must_use]
    pub fn of(&self, cluster: &str) -> Option<&Segmentation> {
        self.of.get(cluster).map(|picture| &**picture)
    }

    /// Forgets the picture of a cluster that was read or judged anew.
    pub(in crate::session) fn forget(&mut self, cluster: &str) {
        self.of.remove(cluster);
    }

    /// Shows the picture, and takes what was worked out.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Open => {
                desk.layers.push(Layer::Segmentation { cursor: Cursor::default(), open: None });
                self.wanted(desk)
            }
            Action::Drawn { cluster, picture } => {
                if desk.book.as_ref().is_some_and(|b| b.clusters.iter().any(|c| c.key == cluster)) {
                    self.of.insert(cluster, picture);
                }
                Next::NONE
            }
        }
    }

    /// Asks for the picture of the shown cluster, where it is not there yet.
    pub(in crate::session) fn wanted(&self, desk: &Desk) -> Next {
        let Some(book) = desk.book.as_ref() else { return Next::NONE };
        let Some(cluster) = book.shown().filter(|c| !self.of.contains_key(&c.key)) else { return Next::NONE };
        let Some(inventory) = cluster.inventory.clone() else { return Next::NONE };
        Next::from(Effect::Segment { cluster: cluster.key.clone(), inventory, scope: book.workbook.scope.clone() })
    }
}

/// ↵ on a pair of categories: its connections one by one.
pub(in crate::session) fn enter(desk: &mut Desk) {
    if let Layer::Segmentation { cursor, open: None } = desk.top() {
        let at = cursor.at;
        desk.layers.push(Layer::Segmentation { cursor: Cursor::default(), open: Some(at) });
    }
}
