//! Files and folders of every shape that people bring.

use super::{corpus, judge, read};
use kassay::collect::{CollectError, Options};
use kassay_core::kinds::{Inventory, KindState, Source};
use kassay_core::model::{Kind, Outcome};
use std::io::Write;
use std::path::Path;

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        put(folder.path(), name, text);
    }
    folder
}

fn taken(files: &[(&str, &str)]) -> (Inventory, Vec<String>) {
    let folder = folder(files);
    let (result, notes) = read(&[folder.path()], &Options::default());
    (result.unwrap(), notes)
}

const POD: &str = r#"{"metadata":{"name":"web-1","namespace":"shop"},"spec":{"containers":[{"name":"web","image":"nginx"}]}}"#;

#[test]
fn real_dumps_are_read_whole() {
    for (file, version, source, counts) in [
        (
            "dumps/sbctl-kurl-1.23.json",
            "v1.23.5",
            "kubelet",
            vec![(Kind::Pods, 58), (Kind::Deployments, 12), (Kind::ConfigMaps, 4), (Kind::Nodes, 3)],
        ),
        (
            "dumps/troubleshoot-k3s-1.24.json",
            "v1.24.4+k3s1",
            "kubelet",
            vec![(Kind::ClusterRoles, 69), (Kind::ClusterRoleBindings, 54), (Kind::Pods, 8)],
        ),
    ] {
        let Some(path) = corpus(file) else { return };
        let inventory = read(&[&path], &Options::default()).0.unwrap();
        assert_eq!(inventory.source, Source::Files);
        assert_eq!(inventory.cluster.version, version, "{file}");
        assert!(inventory.cluster.version_source.contains(source));
        for (kind, count) in counts {
            let coverage = inventory.coverage_of(kind);
            assert_eq!((coverage.state, coverage.items), (KindState::Read, count), "{file}: {kind:?} {}", coverage.message);
        }
        assert_eq!(inventory.state(Kind::NetworkPolicies), KindState::Absent, "{file}");
        assert!(!inventory.workloads.is_empty());
    }
}

#[test]
fn whole_systems_are_read_whole() {
    let Some(path) = corpus("systems") else { return };
    let (result, notes) = read(&[&path], &Options { kubernetes_version: Some("1.34".into()), ..Options::default() });
    let inventory = result.unwrap();
    assert_eq!(inventory.cluster.version, "v1.34");
    for kind in Kind::ALL {
        let coverage = inventory.coverage_of(*kind);
        assert!(matches!(coverage.state, KindState::Read | KindState::Absent), "{kind:?}: {coverage:?}\n{notes:?}");
    }
    assert!(inventory.workloads.len() > 40, "{}", inventory.workloads.len());
    assert!(inventory.cluster_roles.len() > 20 && inventory.network_policies.len() > 10);
}

#[test]
fn a_cluster_info_dump_names_its_kinds_by_list_or_by_file() {
    let list = format!(r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{}},"items":[{POD}]}}"#);
    let sorted = format!(r#"{{"apiVersion":"v1","items":[{POD}],"kind":"List"}}"#);
    let nodes = r#"{"kind":"NodeList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"n1"},"status":{"nodeInfo":{"kubeletVersion":"v1.33.2"}}},{"metadata":{"name":"n2"},"status":{"nodeInfo":{"kubeletVersion":"v1.9.2"}}}]}"#;
    let (inventory, notes) = taken(&[
        ("nodes.json", nodes),
        ("shop/pods.json", &list),
        ("bank/pods.json", &sorted.replace("shop", "bank")),
        ("bank/services.json", r#"{"kind":"ServiceList","apiVersion":"v1","metadata":{},"items":null}"#),
        ("bank/events.json", r#"{"kind":"EventList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"e"}}]}"#),
        ("bank/deployments.json", r#"{"kind":"DeploymentList","apiVersion":"apps/v1","metadata":{},"items":[]}"#),
        ("bank/web-1/logs.txt", "{ not json"),
    ]);
    let told: Vec<_> = inventory.pods.iter().map(|pod| format!("{}/{}", pod.metadata.namespace, pod.metadata.name)).collect();
    assert_eq!(told, ["bank/web-1", "shop/web-1"]);
    assert_eq!(inventory.cluster.version, "v1.33.2", "the newest kubelet, by number");
    assert_eq!(inventory.state(Kind::Services), KindState::Read);
    assert_eq!(inventory.state(Kind::Deployments), KindState::Read);
    assert_eq!(inventory.state(Kind::DaemonSets), KindState::Absent);
    assert_eq!(notes.iter().filter(|note| note.contains("not looked at")).count(), 1, "{notes:?}");
}

#[test]
fn a_support_bundle_tells_its_version_and_its_refusals() {
    let (inventory, _) = taken(&[
        ("bundle/cluster-info/cluster_version.json", r#"{"info":{"major":"1","gitVersion":"v1.31.4+rke2r1"},"string":"v1.31.4+rke2r1"}"#),
        ("bundle/cluster-resources/pods/shop.json", &format!("[{POD}]")),
        ("bundle/cluster-resources/pods/nodes.json", "[]"),
        ("bundle/cluster-resources/clusterroles-errors.json", r#"["clusterroles.rbac.authorization.k8s.io is forbidden: no"]"#),
        ("bundle/cluster-resources/pods-errors.json", r#"{"bank":"pods is forbidden: User \"sa\" cannot list"}"#),
        (
            "bundle/cluster-resources/network-policy/shop.json",
            r#"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"the server is on fire","reason":"InternalError","details":{"group":"networking.k8s.io","kind":"networkpolicies"},"code":500}"#,
        ),
    ]);
    assert_eq!(inventory.cluster.version, "v1.31.4+rke2r1");
    assert!(inventory.cluster.version_source.ends_with("cluster_version.json"));
    assert_eq!(inventory.pods.len(), 1);
    let pods = inventory.coverage_of(Kind::Pods);
    assert_eq!(pods.state, KindState::Partial, "some were read, some refused");
    assert!(pods.message.contains("bank"), "{}", pods.message);
    assert_eq!(inventory.state(Kind::ClusterRoles), KindState::Forbidden);
    assert_eq!(inventory.state(Kind::NetworkPolicies), KindState::Failed);
    assert_eq!(inventory.state(Kind::Nodes), KindState::Absent, "a namespace may be called nodes");
}

#[test]
fn a_refused_list_is_forbidden_with_the_servers_words() {
    let refusal = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"secrets is forbidden: User \"x\" cannot list resource","reason":"Forbidden","details":{"kind":"secrets"},"code":403}"#;
    let (inventory, _) = taken(&[("a.json", refusal), ("b/pods.yaml", "apiVersion: v1\nkind: PodList\nitems: []\n")]);
    let coverage = inventory.coverage_of(Kind::Secrets);
    assert_eq!(coverage.state, KindState::Forbidden);
    assert!(coverage.message.starts_with("secrets is forbidden"));
}

#[test]
fn what_a_broken_file_could_have_held_is_not_counted_as_read() {
    let pods = format!(r#"{{"kind":"PodList","apiVersion":"v1","items":[{POD}]}}"#);
    let (inventory, notes) = taken(&[
        ("pods.json", &pods),
        (
            "roles.yaml",
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: [b\n",
        ),
    ]);
    let roles = inventory.coverage_of(Kind::ClusterRoles);
    assert_eq!((roles.state, roles.items), (KindState::Partial, 1));
    assert!(roles.message.contains("roles.yaml, line ") && roles.message.contains("column"), "{}", roles.message);
    assert_eq!(inventory.state(Kind::Pods), KindState::Read);
    assert!(notes.iter().any(|note| note.contains("roles.yaml, line ")));

    // A mixed list that ends early could have held anything.
    let (inventory, _) =
        taken(&[("pods.json", &pods), ("all.json", "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{\"kind\":\"Service\",")]);
    assert_eq!(inventory.state(Kind::Pods), KindState::Partial);
    for outcome in judge(&inventory) {
        assert!(!matches!(outcome.outcome, Outcome::Pass), "{} passes: {}", outcome.check, outcome.reason);
    }
}

#[test]
fn yaml_that_was_cut_off_is_still_yaml_and_yet_not_whole() {
    let whole = "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: b}\nkind: List\n";
    let (inventory, _) = taken(&[("all.yaml", whole)]);
    assert_eq!((inventory.state(Kind::Pods), inventory.state(Kind::Services)), (KindState::Read, KindState::Read));
    let (inventory, _) = taken(&[("all.yaml", &whole[..whole.find("- apiVersion: v1\n  kind: Service").unwrap()])]);
    assert_eq!(inventory.state(Kind::Pods), KindState::Partial);
}

#[test]
fn a_list_that_goes_on_elsewhere_is_partial() {
    let list = format!(r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"continue":"abc"}},"items":[{POD}]}}"#);
    let (inventory, _) = taken(&[("x.json", &list)]);
    assert_eq!(inventory.state(Kind::Pods), KindState::Partial);
}

#[test]
fn a_malformed_object_is_kept_by_its_name_and_its_value_is_not_told() {
    let bad =
        r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"odd","namespace":"shop"},"spec":{"containers":"hunter2-very-secret"}}"#;
    let (inventory, _) = taken(&[("a.json", &format!("{bad}\n{{\"kind\":\"Pod\",\"apiVersion\":\"v1\",{}", &POD[1..]))]);
    let pods = inventory.coverage_of(Kind::Pods);
    assert_eq!((pods.state, inventory.pods.len()), (KindState::Partial, 1));
    assert!(pods.message.contains("shop/odd") && !pods.message.contains("hunter2"), "{}", pods.message);
}

#[test]
fn foreign_files_are_told_and_never_fatal_but_nothing_at_all_is() {
    let (inventory, notes) =
        taken(&[("package.json", "{\"name\":\"x\"}"), ("pod.yaml", &format!("apiVersion: v1\nkind: Pod\n{}", "metadata: {name: a}\n"))]);
    assert_eq!(inventory.state(Kind::Pods), KindState::Read);
    assert!(notes.iter().any(|note| note.contains("package.json")), "{notes:?}");
    let nothing = folder(&[("package.json", "{\"name\":\"x\"}"), ("values.yaml", "a: {{ .Values.b }}\n")]);
    let (result, _) = read(&[nothing.path()], &Options::default());
    assert!(matches!(&result, Err(CollectError::NothingReadable(why)) if why.len() == 2), "{result:?}");
    assert!(result.err().and_then(|error| error.hint()).is_some());
    let (result, _) = read(&[Path::new("/nowhere/at/all.json")], &Options::default());
    assert!(matches!(result, Err(CollectError::Read { .. })));
}

#[test]
fn the_same_object_twice_counts_once_but_two_of_one_name_count_twice() {
    let with_uid = |file: &str| {
        format!(
            r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"a","namespace":"s","uid":"u","annotations":{{"from":"{file}"}}}}}}"#
        )
    };
    let other = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"s"}}"#;
    let (inventory, _) = taken(&[("1.json", &with_uid("1")), ("2.json", &with_uid("2")), ("3.json", other), ("4.json", other)]);
    assert_eq!(inventory.pods.len(), 2);
}

#[test]
fn packed_files_are_unpacked() {
    let dir = tempfile::tempdir().unwrap();
    let mut gzip =
        flate2::write::GzEncoder::new(std::fs::File::create(dir.path().join("pods.json.gz")).unwrap(), flate2::Compression::fast());
    gzip.write_all(format!(r#"{{"kind":"PodList","apiVersion":"v1","items":[{POD}]}}"#).as_bytes()).unwrap();
    gzip.finish().unwrap();
    assert_eq!(read(&[dir.path()], &Options::default()).0.unwrap().pods.len(), 1);
}

#[test]
fn a_version_that_nobody_tells_is_the_newest_known_and_says_so() {
    let (inventory, _) = taken(&[("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")]);
    assert!(inventory.cluster.version_source.contains("newest known"), "{}", inventory.cluster.version_source);
    assert!(inventory.minor().is_some_and(|minor| minor >= 36), "{}", inventory.cluster.version);
    let support = judge(&inventory).into_iter().find(|outcome| outcome.check == "10.1/version-support").unwrap();
    assert_eq!(support.outcome, Outcome::Blocked, "nothing is concluded about a version that was made up: {}", support.reason);
    let folder = folder(&[("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n")]);
    let (result, _) = read(&[folder.path()], &Options { kubernetes_version: Some("latest".into()), ..Options::default() });
    assert!(matches!(result, Err(CollectError::Version(_))));
}
