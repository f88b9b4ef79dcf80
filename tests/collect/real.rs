//! A real API server: the role that the program asks for is enough and no more, only reading is ever sent, and a cluster judges like its
//! snapshot and its dump.

use super::cluster::TestCluster;
use super::{judge, name, read};
use kassay::collect::{Cancel, CollectError, Connect, Options, SourceSpec, Without, cluster_role, collect, preflight, snapshot};
use kassay_core::kinds::{Inventory, KindState, Login, UnheardOf};
use kassay_core::model::{Kind, Outcome};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

fn connect(kubeconfig: &Path) -> Connect {
    Connect { kubeconfig: Some(kubeconfig.to_path_buf()), ..Connect::default() }
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

fn live(kubeconfig: &Path) -> Result<Inventory, CollectError> {
    block(collect(&SourceSpec::Live(connect(kubeconfig)), &Options::default(), &|_| {}, &Cancel::default()))
}

/// The demo company on the cluster that all tests here share.
fn company() -> Option<&'static TestCluster> {
    static APPLIED: OnceLock<()> = OnceLock::new();
    let cluster = TestCluster::shared()?;
    APPLIED.get_or_init(|| cluster.apply_demo());
    Some(cluster)
}

/// A user who has just what the program's own role gives.
fn assessor(cluster: &TestCluster, name: &str, without_secrets: bool) -> PathBuf {
    let role = cluster_role(Without { secrets: without_secrets, ..Without::default() })
        .replace("name: kassay\n", &format!("name: kassay-{name}\n"));
    cluster.apply_text(&role);
    cluster.bound_user(name, &format!("kassay-{name}"))
}

#[test]
fn the_role_is_enough_and_only_reading_is_sent() {
    let Some(cluster) = company() else { return };
    let inventory = live(&assessor(cluster, "enough", false)).unwrap();
    for kind in Kind::ALL {
        let coverage = inventory.coverage_of(*kind);
        assert!(coverage.state == KindState::Read || (!kind.stock() && coverage.state == KindState::Absent), "{kind:?} {coverage:?}");
    }
    assert!(inventory.pods.len() > 50 && inventory.secrets.len() > 5 && inventory.policy_reports.len() > 1);
    assert!(inventory.secrets.iter().all(|row| !row.metadata.namespace.is_empty() && row.metadata.annotations.is_empty()));
    let about = &inventory.cluster;
    assert_eq!((name(about), about.login.clone(), about.uid.len()), (Some("enough"), Some(Login::ClientCertificate), 36));
    assert!(about.stale_groups.contains(&"metrics.k8s.io".to_owned()), "{:?}", about.stale_groups);
    let told = about.control_plane.as_ref().unwrap();
    assert_eq!(
        (told.flagz.state, told.metrics.state, &told.unheard_of),
        (KindState::Read, KindState::Read, &UnheardOf::Denied),
        "{told:?}"
    );
    assert_eq!(told.servers.len(), 1, "there is one API server: {told:?}");
    let connection = about.connection.as_ref().unwrap();
    assert!(connection.protocol.starts_with("TLSv1.") && !connection.chain.is_empty() && !connection.unverified, "{connection:?}");

    let requests = cluster.requests_of("enough");
    let listed = |kind: &Kind| {
        requests.iter().any(|request| request.verb == "list" && request.resource == format!("{}/{}", kind.group(), kind.resource()))
    };
    let not_listed: Vec<&Kind> = Kind::ALL.iter().filter(|kind| inventory.state(**kind) == KindState::Read && !listed(kind)).collect();
    assert_eq!(not_listed, Vec::<&Kind>::new());
    for request in &requests {
        let own = ["authentication.k8s.io/selfsubjectreviews", "authorization.k8s.io/selfsubjectaccessreviews"];
        let review = request.verb == "create" && own.contains(&request.resource.as_str());
        assert!(request.verb == "get" || request.verb == "list" || review, "{request:?}");
        assert!(request.code == 200 || review && request.code == 201, "{request:?}");
        if request.resource == "/secrets" {
            assert!(
                request.verb == "list" && (request.uri.contains("includeObject=None") || request.uri.contains("fieldSelector=type")),
                "{request:?}"
            );
        }
    }
}

#[test]
fn without_rights_nothing_is_read_and_no_check_passes() {
    let Some(cluster) = company() else { return };
    let stranger = cluster.user("collecting-stranger", &[]);
    let look = block(preflight(&connect(&stranger))).unwrap();
    assert!(look.rights.iter().all(|right| !right.allowed) && look.nodes.is_none(), "{look:?}");
    let inventory = live(&stranger).unwrap();
    assert!(inventory.cluster.deprecated.as_ref().is_some_and(|d| d.unread.contains("/metrics")), "{:?}", inventory.cluster.deprecated);
    let told = inventory.cluster.control_plane.as_ref().unwrap();
    assert!(
        told.paths().iter().all(|(path, coverage)| coverage.state == KindState::Forbidden && coverage.message.contains(path)),
        "{told:?}"
    );
    assert!(look.notes.iter().filter(|note| note.contains("system:monitoring")).count() == 2, "{:?}", look.notes);
    for kind in Kind::ALL.iter().filter(|kind| kind.stock()) {
        let coverage = inventory.coverage_of(*kind);
        assert_eq!(coverage.state, KindState::Forbidden, "{kind:?}");
        assert!(coverage.message.contains("collecting-stranger"), "{kind:?}: {}", coverage.message);
    }
    // What the login, the connection and the version show needs no right.
    let of_the_login = ["1.2/own-credential", "1.3/client-certificate", "4.2/api-endpoint", "10.1/version-support"];
    for outcome in judge(&inventory).iter().filter(|outcome| !of_the_login.contains(&outcome.check.as_str())) {
        assert_ne!(outcome.outcome, Outcome::Pass, "{}: {}", outcome.check, outcome.reason);
    }
}

#[test]
fn the_smaller_role_misses_secrets_alone() {
    let Some(cluster) = company() else { return };
    let kubeconfig = assessor(cluster, "smaller", true);
    // It is deprecated since 1.19 and still served: the server counts who asks for it.
    cluster.kubectl(["get", "componentstatuses"]);
    let look = block(preflight(&connect(&kubeconfig))).unwrap();
    assert!(look.namespaces.iter().any(|n| n.name == "kube-system") && look.namespaces_missing.is_empty(), "{look:?}");
    let missing: Vec<Kind> = look.rights.iter().filter(|right| right.served && !right.allowed).map(|right| right.kind).collect();
    assert_eq!(missing, [Kind::Secrets]);
    assert_eq!(look.nodes, Some(9));
    let inventory = live(&kubeconfig).unwrap();
    let counted = inventory.cluster.deprecated.clone().unwrap_or_default();
    assert!(counted.unread.is_empty() && counted.apis.iter().any(|api| api.resource == "componentstatuses"), "{counted:?}");
    let refused: Vec<Kind> = Kind::ALL.iter().copied().filter(|kind| inventory.state(*kind) == KindState::Forbidden).collect();
    assert_eq!(refused, [Kind::Secrets]);
}

#[test]
fn an_account_with_a_token_may_be_impersonated_by_nobody_but_who_may() {
    let Some(cluster) = company() else { return };
    let role = cluster_role(Without::default()).replace("name: kassay\n", "name: kassay-account\n");
    cluster.apply_text(&role);
    let account = cluster.bound_account("default", "collector", "kassay-account");
    assert_eq!(name(&live(&account).unwrap().cluster), Some("system:serviceaccount:default:collector"));
    let impostor = Connect { as_user: Some("kubernetes-admin".into()), ..connect(&account) };
    let refused = block(collect(&SourceSpec::Live(impostor), &Options::default(), &|_| {}, &Cancel::default()));
    assert!(matches!(&refused, Err(CollectError::Connect { .. }) | Ok(_)), "{refused:?}");
    if let Ok(inventory) = refused {
        assert!(Kind::ALL.iter().all(|kind| inventory.state(*kind) != KindState::Read), "{:?}", inventory.coverage);
    }
    let admin = Connect { as_user: Some("enough-as".into()), as_groups: vec!["system:masters".into()], ..connect(&cluster.kubeconfig()) };
    let inventory = block(collect(&SourceSpec::Live(admin), &Options::default(), &|_| {}, &Cancel::default())).unwrap();
    assert_eq!((name(&inventory.cluster), inventory.state(Kind::Pods)), (Some("enough-as"), KindState::Read));
}

#[test]
fn a_cluster_judges_as_its_snapshot_and_as_its_dump() {
    // One of its own: the other tests bind roles while this one reads twice.
    let Some(cluster) = TestCluster::start() else { return };
    cluster.apply_demo();
    let kubeconfig = cluster.kubeconfig();
    let inventory = live(&kubeconfig).unwrap();
    let mut bytes = Vec::new();
    snapshot::write(&inventory, &mut bytes).unwrap();
    assert_eq!(judge(&snapshot::read(&bytes[..]).unwrap()), judge(&inventory));

    let folder = tempfile::tempdir().unwrap();
    for kind in Kind::ALL.iter().filter(|kind| inventory.state(**kind) == KindState::Read) {
        let list = cluster.kubectl(["get", &kind.id(), "-A", "-o", "json", "--show-managed-fields"]);
        std::fs::write(folder.path().join(format!("{}.json", kind.id())), list).unwrap();
    }
    std::fs::write(folder.path().join("crds.json"), cluster.kubectl(["get", "customresourcedefinitions", "-o", "json"])).unwrap();
    std::fs::write(folder.path().join("version.json"), cluster.kubectl(["version", "-o", "json"])).unwrap();
    let dump = read(&[folder.path()], &Options::default()).0.unwrap();
    assert_eq!(dump.cluster.version, inventory.cluster.version);
    assert_eq!(dump.cluster.uid, inventory.cluster.uid);
    let counts = |inventory: &Inventory| -> BTreeMap<String, usize> {
        // The control plane goes on working between the two readings; these are what it keeps making.
        let steady = |kind: &&Kind| {
            inventory.state(**kind) == KindState::Read
                && !matches!(
                    kind,
                    Kind::CertificateSigningRequests
                        | Kind::ClusterRoles
                        | Kind::ClusterRoleBindings
                        | Kind::ServiceAccounts
                        | Kind::Secrets
                )
        };
        Kind::ALL
            .iter()
            .filter(steady)
            .map(|kind| (kind.id(), inventory.coverage_of(*kind).items))
            .filter(|(_, items)| *items > 0)
            .collect()
    };
    assert_eq!(counts(&dump), counts(&inventory));
    // What the files can't hold: who asked, how that login is kept, at which address, over which connection, and what the server counted.
    let untold = [
        "1.2/own-credential",
        "1.3/client-certificate",
        "1.4/local-kubeconfig",
        "1.6/login-method",
        "2.2/system-masters",
        "4.2/api-endpoint",
        "4.3/api-tls",
        "5.1/certificate-users",
        "10.1/version-support",
        "10.1/deprecated-apis",
    ];
    // A cluster is not asked for kinds that no check reads. Files hold some all the same, and these are examined and counted.
    let asked = Inventory { others: Vec::new(), ..dump };
    // The server that really answers runs with other flags than the pods of the demo say, and tells so; no dump holds that.
    let mut inventory = inventory;
    assert!(
        judge(&inventory)[..].iter().flat_map(|outcome| &outcome.findings).any(|finding| finding.rule.as_deref() == Some("disagreement"))
    );
    inventory.cluster.control_plane = None;
    for (live, files) in judge(&inventory).iter().zip(&judge(&asked)) {
        if untold.contains(&live.check.as_str()) {
            assert!(files.outcome != Outcome::Pass || live.outcome == Outcome::Pass, "{}: {}", files.check, files.reason);
        } else {
            assert_eq!(live, files);
        }
    }
}
