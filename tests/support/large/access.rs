//! Who may do what: accounts, roles and bindings of each namespace, and the cluster's own.

use super::workloads::metadata;
use super::{Large, namespace, uid};
use kassay_core::model::Kind;
use serde_json::{Value, json};

const GROUP: &str = "rbac.authorization.k8s.io";

pub(super) fn rule(verbs: &[&str], groups: &[&str], resources: &[&str]) -> Value {
    json!({"verbs": verbs, "apiGroups": groups, "resources": resources})
}

pub(super) fn group(name: &str) -> Value {
    json!({"kind": "Group", "apiGroup": GROUP, "name": name})
}

pub(super) fn user(name: &str) -> Value {
    json!({"kind": "User", "apiGroup": GROUP, "name": name})
}

pub(super) fn account(namespace: &str, name: &str) -> Value {
    json!({"kind": "ServiceAccount", "namespace": namespace, "name": name})
}

/// A binding, of a namespace or of the cluster ("").
pub(super) fn binding(large: &mut Large, namespace: &str, name: &str, role: (&str, &str), subjects: &[Value]) {
    let kind = if namespace.is_empty() { Kind::ClusterRoleBindings } else { Kind::RoleBindings };
    let mut meta = json!({"name": name, "uid": uid(1), "creationTimestamp": "2025-03-01T08:00:00Z"});
    if !namespace.is_empty() {
        meta["namespace"] = json!(namespace);
    }
    let body = json!({"apiVersion": format!("{GROUP}/v1"), "kind": kind.kind(), "metadata": meta, "roleRef": {"apiGroup": GROUP, "kind": role.0, "name": role.1}, "subjects": subjects});
    large.add(kind, &body);
}

/// A ClusterRole.
pub(super) fn cluster_role(large: &mut Large, name: &str, labels: &Value, rules: &[Value]) {
    let body = json!({"apiVersion": format!("{GROUP}/v1"), "kind": "ClusterRole", "metadata": {"name": name, "uid": uid(2), "creationTimestamp": "2025-03-01T08:00:00Z", "labels": labels}, "rules": rules});
    large.add(Kind::ClusterRoles, &body);
}

/// The accounts and rights of a namespace.
pub(super) fn make(large: &mut Large, space: usize) {
    let home = namespace(space);
    let home = home.as_str();
    for (number, name) in ["default", "web", "api", "worker", "upload", "mail", "cron-api", "db", "report"].iter().enumerate() {
        let mut body =
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(home, name, &json!({}), space * 20 + number)});
        if space.is_multiple_of(2) {
            body["automountServiceAccountToken"] = json!(false);
        }
        large.add(Kind::ServiceAccounts, &body);
    }
    for (name, rules) in [
        (
            "leader",
            vec![rule(&["get", "create", "update"], &["coordination.k8s.io"], &["leases"]), rule(&["create", "patch"], &[""], &["events"])],
        ),
        (
            "reader",
            vec![
                rule(&["get", "list", "watch"], &[""], &["configmaps", "pods", "services"]),
                rule(&["get", "list"], &["apps"], &["deployments"]),
            ],
        ),
        ("keeper", vec![rule(&["*"], &[""], &["secrets"]), rule(&["create"], &[""], &["pods/exec"])]),
    ] {
        large.add(Kind::Roles, &json!({"apiVersion": format!("{GROUP}/v1"), "kind": "Role", "metadata": metadata(home, name, &json!({}), space), "rules": rules}));
    }
    let team = format!("team-{}", space % 40);
    binding(
        large,
        home,
        "team",
        ("ClusterRole", if space.is_multiple_of(6) { "admin" } else { "edit" }),
        &[group(&team), user(&format!("lead-{}@acme.example", space % 97))],
    );
    binding(large, home, "viewers", ("ClusterRole", "view"), &[group("support"), group(&format!("{team}-guests"))]);
    binding(large, home, "leader", ("Role", "leader"), &[account(home, "worker"), account(home, "cron-api")]);
    binding(large, home, "reader", ("Role", "reader"), &[account(home, "api"), account("monitoring", "prometheus")]);
    if space % 9 == 2 {
        binding(large, home, "keeper", ("Role", "keeper"), &[account(home, "upload"), user(&format!("dev-{space}@acme.example"))]);
        binding(large, home, "gone", ("Role", "no-longer-there"), &[account(home, "left")]);
    }
    // One team in forty was given rights in the whole cluster.
    if space % 40 == 11 {
        binding(large, "", &format!("{home}-operator"), ("ClusterRole", "team-operator"), &[account(home, "worker"), group(&team)]);
    }
}
