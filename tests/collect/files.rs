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

const MANIFEST: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: nginx}]}\n";

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
fn what_items_of_a_list_are_that_no_kind_is_named_of_is_told_by_their_file_alone() {
    let json = format!(r#"{{"apiVersion":"v1","items":[{POD},{{"metadata":{{"name":"no-spec"}}}},{{}},17],"kind":"List"}}"#);
    let yaml = "apiVersion: v1\nitems:\n- metadata: {name: web-1, namespace: shop}\n  spec: {containers: [{name: c, image: acme.example/c:1}]}\n- {}\nkind: List\n";
    for (name, text) in [("bank/pods.json", json.as_str()), ("pods/bank.json", &json), ("bank/pods.yaml", yaml)] {
        let (inventory, notes) = taken(&[(name, text), ("services.yaml", "apiVersion: v1\nkind: ServiceList\nitems: []\n")]);
        // The first is a pod; the others are none, and so not all pods were read.
        assert_eq!((inventory.pods.len(), inventory.state(Kind::Pods)), (1, KindState::Partial), "{name}");
        assert_eq!(inventory.state(Kind::Services), KindState::Read, "{name}: only pods are lost");
        assert!(notes.iter().any(|note| note.contains("Pod: ?: it has no name")), "{name}: {notes:?}");
        no_good_outcome(&inventory);
    }
    // A file that is named for nothing tells nothing: what it lists may be of any kind.
    let (inventory, notes) = taken(&[("bank/all.json", &json), ("services.yaml", "apiVersion: v1\nkind: ServiceList\nitems: []\n")]);
    assert_eq!((inventory.pods.len(), inventory.state(Kind::Services)), (0, KindState::Failed), "{notes:?}");
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
    let whole = "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n  spec: {containers: [{name: c}]}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: b}\n  spec: {}\nkind: List\n";
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
    let (inventory, notes) = taken(&[("package.json", "{\"name\":\"x\"}"), ("pod.yaml", MANIFEST)]);
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
            r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"a","namespace":"s","uid":"u","annotations":{{"from":"{file}"}}}},"spec":{{"containers":[{{"name":"c"}}]}}}}"#
        )
    };
    let other = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"s"},"spec":{"containers":[{"name":"c"}]}}"#;
    let third = with_uid("1").replace("\"name\":\"a\"", "\"name\":\"b\"");
    let files = [("1.json", &*with_uid("1")), ("2.json", &*with_uid("2")), ("3.json", other), ("4.json", other), ("5.json", &*third)];
    let (inventory, _) = taken(&files);
    assert_eq!(inventory.pods.len(), 3, "two of one UID and two names are two");
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
    let (inventory, _) = taken(&[("pod.yaml", MANIFEST)]);
    assert!(inventory.cluster.version_source.contains("newest known"), "{}", inventory.cluster.version_source);
    assert!(inventory.minor().is_some_and(|minor| minor >= 36), "{}", inventory.cluster.version);
    let support = judge(&inventory).into_iter().find(|outcome| outcome.check == "10.1/version-support").unwrap();
    assert_eq!(support.outcome, Outcome::Blocked, "nothing is concluded about a version that was made up: {}", support.reason);
    let folder = folder(&[("pod.yaml", MANIFEST)]);
    let (result, _) = read(&[folder.path()], &Options { kubernetes_version: Some("latest".into()), ..Options::default() });
    assert!(matches!(result, Err(CollectError::Version(_))));
}

/// Reads files as they are, bytes and all.
fn bytes_taken(name: &str, bytes: &[u8]) -> (Inventory, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    let (result, notes) = read(&[&folder.path().join(name)], &Options::default());
    (result.unwrap(), notes)
}

fn list(kind: &str, items: &str) -> String {
    format!(r#"{{"kind":"{kind}List","apiVersion":"v1","metadata":{{}},"items":[{items}]}}"#)
}

/// What a container writes to its log, with kubectl's marks.
fn log(container: &str, text: &str) -> String {
    format!(
        "==== START logs for container {container} of pod shop/web-1 ====\n{text}==== END logs for container {container} of pod shop/web-1 ====\n"
    )
}

fn no_good_outcome(inventory: &Inventory) {
    for outcome in judge(inventory) {
        assert!(!matches!(outcome.outcome, Outcome::Pass), "{} passes: {}", outcome.check, outcome.reason);
    }
}

#[test]
fn logs_in_a_stream_make_no_objects_and_hide_none() {
    let (pods, services) = (list("Pod", POD), list("Service", r#"{"metadata":{"name":"s","namespace":"shop"},"spec":{}}"#));
    let forged = list("Service", r#"{"metadata":{"name":"forged","namespace":"shop"},"spec":{}}"#);
    for said in [
        "",
        "no line break at its end",
        &forged,
        "apiVersion: v1\nkind: Service\nmetadata: {name: forged}\nspec: {}\n",
        &format!("==== END logs for container other of pod shop/web-1 ====\n{forged}\n"),
        &format!("==== START logs for container other of pod shop/web-1 ====\n{forged}\n"),
    ] {
        let stream = format!("{pods}\n{}{}{services}\nCluster info dumped to standard output\n", log("web", said), log("proxy", "ready\n"));
        let (inventory, notes) = bytes_taken("dump.json", stream.as_bytes());
        let names: Vec<_> = inventory.services.iter().map(|service| service.metadata.name.as_str()).collect();
        assert_eq!((names, inventory.pods.len()), (vec!["s"], 1), "{said}: {notes:?}");
        assert_eq!((inventory.state(Kind::Pods), inventory.state(Kind::Services)), (KindState::Read, KindState::Read), "{said}: {notes:?}");
    }
    let mut binary = format!("{pods}\n==== START logs for container web of pod shop/web-1 ====\n").into_bytes();
    binary.extend([0xff, 0xfe, 0x00, 0x80]);
    binary.extend(format!("==== END logs for container web of pod shop/web-1 ====\n{services}\n").bytes());
    assert_eq!(bytes_taken("dump.json", &binary).0.services.len(), 1, "a log may hold what is no text");
    let yaml = format!("{MANIFEST}{}---\napiVersion: v1\nkind: Service\nmetadata: {{name: s}}\nspec: {{}}\n", log("c", "kind: Service\n"));
    let (inventory, _) = bytes_taken("dump.yaml", yaml.as_bytes());
    assert_eq!((inventory.pods.len(), inventory.services.len()), (1, 1), "dumps are printed as YAML too");
}

#[test]
fn a_log_that_never_ends_or_ends_twice_leaves_nothing_to_pass_on() {
    let (pods, services) = (list("Pod", POD), list("Service", ""));
    let forged = list("Service", r#"{"metadata":{"name":"forged","namespace":"shop"},"spec":{}}"#);
    let twice = log("web", &format!("==== END logs for container web of pod shop/web-1 ====\n{forged}\n"));
    for stream in [
        format!("{pods}\n{services}\n==== START logs for container web of pod shop/web-1 ====\nlast words"),
        format!("{pods}\n{services}\n==== START logs for container web of po"),
        format!("{pods}\n{services}\n{twice}"),
    ] {
        let (inventory, notes) = bytes_taken("dump.json", stream.as_bytes());
        assert!(inventory.services.is_empty());
        assert_eq!(inventory.state(Kind::Pods), KindState::Partial, "{notes:?}");
        assert_ne!(inventory.state(Kind::Services), KindState::Read, "{notes:?}");
        assert!(
            notes.iter().any(|note| note.contains("dump.json, line ") && note.contains("shop/web-1") | note.contains("where a log begins")),
            "{notes:?}"
        );
        no_good_outcome(&inventory);
    }
}

#[test]
fn shells_and_kubectl_may_add_what_they_like_around_objects() {
    let pods = list("Pod", POD);
    let utf16 = |of: fn(u16) -> [u8; 2]| format!("\u{feff}{pods}\r\n").encode_utf16().flat_map(of).collect::<Vec<u8>>();
    let warned = format!(
        "Warning: v1 ComponentStatus is deprecated in v1.19+\nW1120 10:04:05.123456   42 warnings.go:70] odd\n{pods}\nCluster info dumped to /tmp/x\n"
    );
    let around = format!("Warning: old\n---\n{MANIFEST}Warning: older\n");
    for (name, bytes) in [
        ("pods.json", utf16(u16::to_le_bytes)),
        ("pods.json", utf16(u16::to_be_bytes)),
        ("pods.json", format!("\u{feff}{pods}").into_bytes()),
        ("pods.json", warned.into_bytes()),
        ("pods.yaml", around.into_bytes()),
        ("pods.yaml", format!("\u{feff}{MANIFEST}").into_bytes()),
    ] {
        let (inventory, notes) = bytes_taken(name, &bytes);
        assert_eq!((inventory.state(Kind::Pods), inventory.pods.len()), (KindState::Read, 1), "{notes:?}");
    }
    let refused = format!("{pods}\nError from server (Forbidden): secrets is forbidden: User \"x\" cannot list resource\n");
    let (inventory, _) = bytes_taken("all.json", refused.as_bytes());
    assert_eq!((inventory.state(Kind::Pods), inventory.state(Kind::Secrets)), (KindState::Read, KindState::Forbidden));
    let failed = format!("{pods}\nUnable to connect to the server: EOF\n");
    assert_eq!(bytes_taken("all.json", failed.as_bytes()).0.state(Kind::Pods), KindState::Partial, "nobody knows what did not come");
}

#[test]
fn results_of_tests_are_no_lists_of_objects_and_what_was_cut_off_is() {
    let results = "name: e2e\nstatus: passed\nmeta: {type: summary}\nitems:\n- name: suite\n  status: passed\n  items:\n  - {name: case, status: failed, details: {failure: odd}}\n";
    for results in
        [results.to_owned(), "{\"name\":\"e2e\",\"status\":\"passed\",\"items\":[{\"name\":\"suite\",\"status\":\"passed\"}]}".to_owned()]
    {
        let (inventory, _) = taken(&[("pod.yaml", MANIFEST), ("plugins/e2e/sonobuoy_results.yaml", &results)]);
        assert_eq!(inventory.state(Kind::Pods), KindState::Read, "{:?}", inventory.coverage_of(Kind::Pods));
    }
    for cut in [
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n",
        "apiVersion: v1\nitems:\n",
        "items:\n- metadata: {name: a}\n",
        "apiVersion: v1\nitems: []\n",
    ] {
        let (inventory, _) = taken(&[("pod.yaml", MANIFEST), ("all.yaml", cut)]);
        assert_eq!(inventory.state(Kind::Pods), KindState::Partial, "{cut}");
    }
}

#[test]
fn what_is_said_twice_or_hardly_at_all_is_named_and_nothing_passes_on_it() {
    let twice = r#"{"metadata":{"name":"p","namespace":"shop"},"spec":{"hostPID":true,"hostPID":false,"containers":[{"name":"c"}]}}"#;
    for (name, text, told) in [
        ("a.json", list("Pod", &format!("{POD},{twice}")), "a.json: Pod: shop/p: spec.hostPID stands twice"),
        ("a.json", list("Pod", &format!("{POD},{{}}")), "a.json: Pod: ?: it has no name"),
        ("a.json", list("Pod", &format!("{POD},17")), "a.json: Pod: ?: it is no object"),
        ("a.json", list("Pod", POD).replace("\"metadata\":{}", "\"items\":[]"), "a.json, line 1, column"),
        ("a.json", list("Pod", "").replace("[]", "{}"), "the items of the list are no list"),
        ("a.json", list("Pod", "").replace(",\"items\":[]", ""), "the list has no items, not even none"),
        (
            "a.json",
            format!("{{\"kind\":\"List\",\"apiVersion\":\"v1\",\"items\":[{POD}]}}"),
            "an item of the list does not say of which kind it is",
        ),
        (
            "a.yaml",
            format!("{MANIFEST}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: b}}\nspec:\n  hostPID: true\n  hostPID: false\n"),
            "a.yaml, line 11, column 3: a key stands twice",
        ),
        (
            "a.yaml",
            format!("{MANIFEST}---\napiVersion: v1\nkind: List\nitems:\n- {{}}\n"),
            "an item of the list does not say of which kind it is",
        ),
        (
            "a.yaml",
            format!("{MANIFEST}---\nmetadata: {{name: b}}\nspec: {{containers: []}}\n"),
            "an object does not say of which kind it is",
        ),
        (
            "a.yaml",
            format!("{MANIFEST}---\nkind: Deployment\nmetadata: {{name: b}}\nspec: {{}}\n"),
            "says that it is a Deployment, and has no apiVersion",
        ),
    ] {
        let whole = MANIFEST.replace("name: a", "name: whole");
        let (inventory, notes) = taken(&[(name, &text), ("whole.yaml", &whole)]);
        let kind = if told.contains("Deployment") { Kind::Deployments } else { Kind::Pods };
        assert!(matches!(inventory.state(kind), KindState::Partial | KindState::Failed), "{told}: {:?}", inventory.coverage_of(kind));
        assert!(notes.iter().any(|note| note.contains(told)), "{told} is not in {notes:?}");
        no_good_outcome(&inventory);
    }
}

#[test]
fn files_are_the_whole_cluster_where_somebody_says_so_and_snapshots_of_them_keep_it() {
    let options = Options { declared_complete: Some("Ada".into()), ..Options::default() };
    let folder = folder(&[("pod.yaml", MANIFEST)]);
    let (result, _) = read(&[folder.path()], &options);
    let inventory = result.unwrap();
    assert_eq!(inventory.declared_complete.as_deref(), Some("Ada"));
    let path = folder.path().join("kept.kassay.gz");
    kassay::collect::write_snapshot(&inventory, &path).unwrap();
    assert_eq!(read(&[&path], &Options::default()).0.unwrap().declared_complete.as_deref(), Some("Ada"));
    assert_eq!(read(&[folder.path().join("pod.yaml").as_path()], &Options::default()).0.unwrap().declared_complete, None);
    let live = folder.path().join("live.kassay.gz");
    kassay::collect::write_snapshot(&Inventory::default(), &live).unwrap();
    let (result, _) = read(&[&live], &options);
    assert!(matches!(&result, Err(error @ CollectError::NotFiles(_)) if error.hint().is_some()), "{result:?}");
}

#[test]
fn numbers_in_manifests_are_what_kubectl_sends() {
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec:\n  podSelector: {}\n  ingress:\n  - ports: [{port: 0144}, {port: 0x1F91}, {port: 9_001}, {port: '0144'}]\n";
    let (inventory, _) = taken(&[
        ("policy.yaml", policy),
        ("pod.yaml", &MANIFEST.replace("image: nginx", "image: nginx, securityContext: {runAsUser: 00}")),
    ]);
    let rules = inventory.network_policies[0].spec.ingress.as_ref().unwrap();
    let ports: Vec<_> = rules[0].ports.iter().map(|port| port.port.as_ref().unwrap().as_str()).collect();
    assert_eq!(ports, ["100", "8081", "9001", "0144"]);
    let user = &inventory.spec(inventory.pods[0].spec).containers[0].security_context;
    assert_eq!(user.run_as_user, Some(0));
}
