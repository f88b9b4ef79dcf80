//! What the program may do and what it needs: the ClusterRole it asks for, and the look around before a collection that shows whether
//! the identity has it.

use super::{CollectError, Connect};
use kassay_core::kinds::ClusterInfo;
use kassay_core::model::Kind;

/// Whether the identity may list one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// The kind.
    pub kind: Kind,
    /// Whether the server would allow the list.
    pub allowed: bool,
    /// Whether the server serves the kind at all; a list that is not allowed of a kind that is not served is no loss.
    pub served: bool,
    /// The server's reason, where it gave one.
    pub why: String,
}

/// What a first look shows, before anything is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preflight {
    /// The cluster, as far as it can be told without lists.
    pub cluster: ClusterInfo,
    /// How many nodes there are; none where they can't be listed.
    pub nodes: Option<usize>,
    /// The right to list, per kind, in the order of [`Kind::ALL`].
    pub rights: Vec<Right>,
    /// Sentences: what could not be found out, groups that do not answer.
    pub notes: Vec<String>,
}

/// Asks the server who asks, what it is, and which of the lists it would allow. Only `get` and self-reviews are sent, and one list of one node.
///
/// # Errors
/// Where the server can't be reached, or does not accept the login.
pub async fn preflight(connect: &Connect) -> Result<Preflight, CollectError> {
    let _ = connect;
    Err(CollectError::Internal("clusters can't be read yet".to_owned()))
}

/// The ClusterRole that the program needs, as YAML that `kubectl apply -f -` takes.
#[must_use]
pub fn cluster_role(without_secrets: bool) -> String {
    let _ = without_secrets;
    String::new()
}
