//! From a kubeconfig, or a pod's own account, to a client: contexts, credentials, impersonation, proxy, time limits.

use super::CollectError;
use std::path::Path;

/// A context of the kubeconfig.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContextInfo {
    /// Its name.
    pub name: String,
    /// Address of its API server.
    pub server: String,
    /// Name of its user.
    pub user: String,
    /// How that user logs in: `client-certificate`, `exec: aws`…; "" where nothing is said.
    pub login: String,
    /// Whether it is the current one.
    pub current: bool,
}

/// The contexts that may be chosen, in the file's order; empty where there is no kubeconfig.
///
/// # Errors
/// Where the kubeconfig is broken.
pub fn contexts(kubeconfig: Option<&Path>) -> Result<Vec<ContextInfo>, CollectError> {
    let _ = kubeconfig;
    Err(CollectError::Internal("contexts can't be read yet".to_owned()))
}
