//! Whether the roles and bindings that a cluster holds are in force. An API server that allows everything (`--authorization-mode=AlwaysAllow`, as MicroK8s
//! ships) keeps RBAC objects like any other and asks none of them.
//!
//! Three things show it: the server's flags, its counters (`AlwaysAllow` decided a request), and the answer to the question for a right that no role gives.
//! That is allowed to members of `system:masters` before anybody is asked, and to whom a role gives everything, of which RBAC says so in its reason; allowed
//! to anybody else, something else than RBAC decides.

use super::servers::api_servers;
use crate::kinds::{Inventory, UnheardOf};

/// Whether roles and bindings decide what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Force {
    /// Nothing shows that they do not.
    NotDoubted,
    /// Something else allowed what no role gives: another authorizer, or none at all. The words say what showed it.
    Doubted(String),
    /// They do not: everything is allowed. The words say what showed it.
    NotInForce(String),
}

/// Whether the roles and bindings of a cluster are in force.
#[must_use]
pub fn force(inventory: &Inventory) -> Force {
    for line in api_servers(inventory) {
        let modes = line.list("authorization-mode");
        if !line.is_set("authorization-config") && modes.contains(&"AlwaysAllow") {
            return Force::NotInForce(format!("{} says --authorization-mode={}", line.object, modes.join(",")));
        }
    }
    let allowed = super::counted::authorizers(inventory).get("AlwaysAllow").copied().unwrap_or_default();
    if allowed > 0 {
        return Force::NotInForce(format!("the authorizer AlwaysAllow decided {allowed} requests since the API server was started"));
    }
    let Some(record) = &inventory.cluster.control_plane else { return Force::NotDoubted };
    let UnheardOf::Allowed(reason) = &record.unheard_of else { return Force::NotDoubted };
    let Some(caller) = &inventory.cluster.identity else { return Force::NotDoubted };
    // RBAC names the binding by which it allows; members of the group pass before it is asked.
    if reason.starts_with("RBAC:") || caller.is_master() {
        return Force::NotDoubted;
    }
    let why = if reason.is_empty() { "without a reason".to_owned() } else { format!("with the reason “{reason}”") };
    Force::Doubted(format!("a verb that does not exist was allowed to {}, {why}", caller.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::control_plane::{Decided, ServerMetrics};
    use crate::kinds::{Caller, ControlPlaneRecord, ServerRecord};

    fn asked(answer: UnheardOf, groups: &[&str], decided: &[(&str, u64)]) -> Force {
        let mut inventory = Inventory::default();
        inventory.cluster.identity = Caller::new("jane", groups.iter().map(|group| (*group).to_owned()).collect());
        let decided =
            decided.iter().map(|(r#type, count)| Decided { r#type: (*r#type).to_owned(), count: *count, ..Decided::default() }).collect();
        let metrics = ServerMetrics { decided, ..ServerMetrics::default() };
        let mut record = ControlPlaneRecord { unheard_of: answer, ..ControlPlaneRecord::default() };
        record.take(ServerRecord { metrics: Some(metrics), ..ServerRecord::default() });
        inventory.cluster.control_plane = Some(Box::new(record));
        force(&inventory)
    }

    #[test]
    fn only_what_rbac_did_not_allow_speaks_against_it() {
        let allowed = |reason: &str| UnheardOf::Allowed(reason.to_owned());
        let by_role = "RBAC: allowed by ClusterRoleBinding \"admins\" of ClusterRole \"cluster-admin\" to Group \"ops\"";
        for (answer, groups, decided, doubted) in [
            (UnheardOf::Denied, &["ops"][..], &[][..], false),
            (UnheardOf::NotAsked, &["ops"], &[], false),
            (UnheardOf::Unanswered("no".into()), &["ops"], &[], false),
            (allowed(by_role), &["ops"], &[("RBAC", 7)], false),
            (allowed(""), &["system:masters"], &[], false),
            (allowed(""), &["ops"], &[], true),
            (allowed("access granted by IAM"), &["ops"], &[("Webhook", 7)], true),
        ] {
            assert_eq!(matches!(asked(answer.clone(), groups, decided), Force::Doubted(_)), doubted, "{answer:?} {groups:?}");
        }
        assert!(matches!(asked(UnheardOf::Denied, &["ops"], &[("AlwaysAllow", 1)]), Force::NotInForce(_)));
    }
}
