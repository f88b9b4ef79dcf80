//! What the program may do and what it needs: the ClusterRole it asks for, and the look around before a collection that shows whether
//! the identity has it.

use super::answer::{Answer, outline};
use super::connect::Link;
use super::discovery::Choice;
use super::paging::{Paging, Step};
use super::request::{JSON, Review};
use super::{Cancel, CollectError, Connect, about};
use futures_util::StreamExt;
use futures_util::stream::iter;
use kassay_core::kinds::control_plane::{FLAGZ, METRICS};
use kassay_core::kinds::{ClusterInfo, Ingest, KindState, Source};
use kassay_core::model::Kind;
use kassay_core::model::text::encoded;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

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

/// A namespace, as far as the choice of a scope needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceName {
    /// Name.
    pub name: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// What a first look shows, before the cluster is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preflight {
    /// The cluster, as far as it can be told without lists.
    pub cluster: ClusterInfo,
    /// How many nodes there are; none where they can't be listed.
    pub nodes: Option<usize>,
    /// The right to list, per kind, in the order of [`Kind::ALL`].
    pub rights: Vec<Right>,
    /// Namespaces, as far as they can be listed.
    pub namespaces: Vec<NamespaceName>,
    /// Why not all namespaces are known, in the server's words; "" where they are.
    pub namespaces_missing: String,
    /// Sentences: what could not be found out, groups that do not answer.
    pub notes: Vec<String>,
}

/// Asks the server who asks, what it is, and which of the lists it would allow. Only `get` and self-reviews are sent, a list of one node, and the
/// list of namespaces, from which a scope is chosen.
///
/// # Errors
/// Where the server can't be reached, or does not accept the login.
pub async fn preflight(connect: &Connect) -> Result<Preflight, CollectError> {
    let link = Link::open(connect, &Cancel::default()).await?;
    let about::About { cluster, served, notes } = about::ask(&link).await?;
    let (link, served) = (&link, &served);
    let ask = |kind: Kind| async move {
        if let Choice::Absent(why) = served.choose(kind) {
            return Right { kind, allowed: false, served: false, why };
        }
        match link.review(&Review::List { group: kind.group(), resource: kind.resource() }).await {
            Ok(answer) => Right {
                kind,
                allowed: answer.pointer("/status/allowed").and_then(Value::as_bool).unwrap_or(false),
                served: true,
                why: answer.pointer("/status/reason").and_then(Value::as_str).unwrap_or_default().to_owned(),
            },
            Err(refusal) => Right { kind, allowed: false, served: true, why: format!("not told: {}", refusal.words()) },
        }
    };
    let rights = iter(Kind::ALL.iter().copied()).map(ask).buffered(8).collect().await;
    let mut notes = notes;
    for path in [FLAGZ, METRICS] {
        if let Ok(answer) = link.review(&Review::Path(path)).await
            && answer.pointer("/status/allowed").and_then(Value::as_bool) == Some(false)
        {
            notes.push(format!(
                "{path} may not be read, where the API server tells of itself: what only it shows stays unknown (kassay rbac prints the right, and the role system:monitoring has it)"
            ));
        }
    }
    let (namespaces, missing) = namespaces(link).await?;
    Ok(Preflight { nodes: nodes(link).await, cluster, rights, namespaces, namespaces_missing: missing, notes })
}

/// All namespaces, and why some are missing where some are. They go through the same door as all that is read, so that no secret in a label is shown.
async fn namespaces(link: &Link) -> Result<(Vec<NamespaceName>, String), CollectError> {
    let mut ingest = Ingest::new(Source::Live, super::fingerprint_key()?);
    let (mut paging, mut token, mut missing) = (Paging::default(), String::new(), String::new());
    loop {
        let next = if token.is_empty() { String::new() } else { format!("&continue={}", encoded(&token)) };
        let page = match link.get(&format!("/api/v1/namespaces?limit=500{next}"), JSON).await {
            Ok(page) => page,
            Err(refusal) => {
                refusal.words().clone_into(&mut missing);
                break;
            }
        };
        let taken = match outline(&page, &Answer::list(Kind::Namespaces, "v1")) {
            Ok(outline) => paging.take(&token, &outline),
            Err(words) => {
                missing = words;
                break;
            }
        };
        if let Err(error) = ingest.page_but(Kind::Namespaces, &page, &taken.again) {
            missing = kassay_core::sensitive::without_quoted(&error.to_string());
            break;
        }
        match taken.step {
            Step::GoOn(next) => token = next,
            Step::End => break,
            Step::Stop(words) => {
                missing = words;
                break;
            }
        }
    }
    let read = ingest.finish();
    let coverage = read.coverage_of(Kind::Namespaces);
    if missing.is_empty() && coverage.state == KindState::Partial {
        missing = coverage.message;
    }
    let found: BTreeMap<_, _> = read.namespaces.into_iter().map(|n| (n.metadata.name, n.metadata.labels)).collect();
    Ok((found.into_iter().map(|(name, labels)| NamespaceName { name, labels: (*labels).clone() }).collect(), missing))
}

/// Number of nodes: one is listed, and the server says how many are left.
async fn nodes(link: &Link) -> Option<usize> {
    let text = link.get("/api/v1/nodes?limit=1", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io").await.ok()?;
    let list: Value = serde_json::from_str(&text).ok()?;
    let here = list.get("items").and_then(Value::as_array).map_or(0, Vec::len);
    let left = list.pointer("/metadata/remainingItemCount").and_then(Value::as_u64).unwrap_or_default();
    Some(here + usize::try_from(left).ok()?)
}

/// What a role is to leave out, so that it is not read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Without {
    /// Secrets, even their names.
    pub secrets: bool,
    /// Constraints of Gatekeeper, whose kinds only a star can grant.
    pub constraints: bool,
}

/// The ClusterRole that the program needs, as YAML that `kubectl apply -f -` takes. It holds every kind that is read and nothing else.
#[must_use]
pub fn cluster_role(without: Without) -> String {
    let mut yaml = String::from(
        "# What kassay needs to read a cluster. It only ever sends get, list and reviews of its own rights.\n\
         apiVersion: rbac.authorization.k8s.io/v1\n\
         kind: ClusterRole\n\
         metadata:\n  name: kassay\n\
         rules:\n",
    );
    let mut rule = |comment: &str, groups: &str, resources: &[&str], verbs: &str, names: &str| {
        if !comment.is_empty() {
            let _ = writeln!(yaml, "# {comment}");
        }
        // A star alone would be an alias in YAML.
        let resources: Vec<&str> = resources.iter().map(|resource| if *resource == "*" { "\"*\"" } else { *resource }).collect();
        let _ = writeln!(yaml, "- apiGroups: [\"{groups}\"]\n  resources: [{}]", resources.join(", "));
        if !names.is_empty() {
            let _ = writeln!(yaml, "  resourceNames: [{names}]");
        }
        let _ = writeln!(yaml, "  verbs: [{verbs}]");
    };
    let mut groups: Vec<&str> = Vec::new();
    for kind in Kind::ALL {
        if !groups.contains(&kind.group()) {
            groups.push(kind.group());
        }
    }
    for group in groups.into_iter().filter(|group| !(without.constraints && *group == Kind::GatekeeperConstraints.group())) {
        let of_group = Kind::ALL.iter().filter(|kind| kind.group() == group && **kind != Kind::Secrets);
        let resources: Vec<&str> = of_group.map(|kind| kind.resource()).collect();
        rule("", group, &resources, "list", "");
    }
    if !without.secrets {
        let comment = "RBAC can't grant names alone. Secrets are asked for as tables without objects: their values are never sent.";
        rule(comment, "", &[Kind::Secrets.resource()], "list", "");
    }
    rule("The UID of this namespace names the cluster.", "", &["namespaces"], "get", "kube-system");
    rule(
        "Every login has these by itself, unless somebody took them away.",
        "authentication.k8s.io",
        &["selfsubjectreviews"],
        "create",
        "",
    );
    rule("", "authorization.k8s.io", &["selfsubjectaccessreviews"], "create", "");
    yaml.push_str("- nonResourceURLs: [/version, /apis, /apis/*]\n  verbs: [get]\n");
    yaml.push_str(
        "# The API servers tell their own flags and counters there, which is how a managed control plane is seen. It may be left out; the role\n\
         # system:monitoring, which every cluster has, gives the same.\n\
         - nonResourceURLs: [/flagz, /metrics]\n  verbs: [get]\n",
    );
    yaml.push_str(
        "# Kubelets tell their own settings at /configz, asked at the nodes and only with consent (active probes). It may be left out; kubelets before\n\
         # 1.33 want nodes/proxy there, with which commands can be run, and which is never asked for.\n\
         - apiGroups: [\"\"]\n  resources: [nodes/configz]\n  verbs: [get]\n",
    );
    yaml
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(without: Without) -> Vec<Value> {
        let role: Value = serde_saphyr::from_str(&cluster_role(without)).unwrap();
        role["rules"].as_array().unwrap().clone()
    }

    fn may_list(rules: &[Value], kind: Kind) -> bool {
        let holds = |rule: &Value, key: &str, text: &str| rule[key].as_array().is_some_and(|list| list.iter().any(|v| v == text));
        rules
            .iter()
            .any(|rule| holds(rule, "apiGroups", kind.group()) && holds(rule, "resources", kind.resource()) && holds(rule, "verbs", "list"))
    }

    #[test]
    fn the_role_is_complete_and_only_reads() {
        let all = rules(Without::default());
        assert!(Kind::ALL.iter().all(|kind| may_list(&all, *kind)));
        for rule in &all {
            for verb in rule["verbs"].as_array().unwrap() {
                let review =
                    rule["resources"].as_array().is_some_and(|list| list.iter().all(|r| r.as_str().unwrap().starts_with("selfsubject")));
                assert!(verb == "list" || verb == "get" || (verb == "create" && review), "{rule}");
            }
            // What each cluster names for itself can't be named here: the constraints of Gatekeeper, which are lists of policies.
            let of_constraints =
                rule["apiGroups"] == serde_json::json!(["constraints.gatekeeper.sh"]) && rule["verbs"] == serde_json::json!(["list"]);
            assert!(of_constraints || !rule.to_string().contains("\"*\""), "{rule}");
        }
    }

    #[test]
    fn without_secrets_it_has_everything_but_secrets() {
        let some = rules(Without { secrets: true, constraints: false });
        assert!(Kind::ALL.iter().all(|kind| may_list(&some, *kind) != (*kind == Kind::Secrets)));
        // Without constraints there is no star left.
        let some = rules(Without { secrets: false, constraints: true });
        assert!(Kind::ALL.iter().all(|kind| may_list(&some, *kind) != (*kind == Kind::GatekeeperConstraints)));
        assert!(some.iter().all(|rule| !rule.to_string().contains("\"*\"")));
    }
}
