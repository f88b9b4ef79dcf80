//! Whatever an API server, a network or a login may do wrong: what was not read is never told as read.

use super::server::{Asked, Reply, Server, discovery, groups, list, list_in, named, page, status};
use kassay::collect::{Cancel, CollectError, Connect, Options, Progress, SourceSpec, collect, contexts, preflight, snapshot};
use kassay_core::kinds::{Inventory, KindState, Login};
use kassay_core::model::{Kind, Outcome};
use serde_json::json;
use std::sync::Mutex;
use std::time::Duration;

pub(crate) fn connect(server: &Server) -> Connect {
    Connect { kubeconfig: Some(server.kubeconfig("{token: t-1}")), request_timeout: Some(Duration::from_secs(20)), ..Connect::default() }
}

pub(crate) fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub(crate) fn run(connect: Connect, options: &Options, events: &Mutex<Vec<Progress>>) -> Result<Inventory, CollectError> {
    let watch = |event: Progress| events.lock().unwrap().push(event);
    block(collect(&SourceSpec::Live(connect), options, &watch, &Cancel::default()))
}

pub(crate) fn read(server: &Server) -> Inventory {
    run(connect(server), &Options::default(), &Mutex::default()).unwrap()
}

/// A server that answers one path by a script, and everything else as a healthy one.
pub(crate) fn at(path: &'static str, script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |asked, before| (asked.path() == path).then(|| script(asked, before)))
}

pub(crate) fn state(inventory: &Inventory, kind: Kind) -> (KindState, String) {
    let coverage = inventory.coverage_of(kind);
    (coverage.state, coverage.message)
}

/// Everything but the named kinds was read, or is an add-on that is not there.
pub(crate) fn all_else_is_read(inventory: &Inventory, but: &[Kind]) {
    for kind in Kind::ALL.iter().filter(|kind| !but.contains(kind)) {
        let wanted = if kind.stock() { KindState::Read } else { KindState::Absent };
        assert_eq!(inventory.state(*kind), wanted, "{kind:?}: {}", inventory.coverage_of(*kind).message);
    }
}

#[test]
fn a_healthy_cluster_is_read_whole_and_only_read() {
    let server = Server::healthy();
    let inventory = read(&server);
    all_else_is_read(&inventory, &[]);
    let cluster = &inventory.cluster;
    assert_eq!((cluster.uid.as_str(), cluster.version.as_str(), super::name(cluster)), ("the-uid", "v1.34.4", Some("assessor")));
    assert_eq!((cluster.identity.as_ref().map(|caller| caller.groups.len()), &cluster.login), (Some(2), &None));
    assert!(cluster.collected_at.is_some() && cluster.api_groups.contains_key("apps"));
    assert!(cluster.connection.as_ref().is_some_and(|connection| connection.protocol.is_empty() && !connection.note.is_empty()));
    for asked in server.asked() {
        let own = ["/apis/authentication.k8s.io/v1/selfsubjectreviews", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"];
        assert!(asked.method == "GET" || own.contains(&asked.path()), "{asked:?}");
        assert!(asked.query("watch").is_none(), "{asked:?}");
        assert_eq!(asked.header("authorization"), "", "in the clear no credential is sent");
    }
}

#[test]
fn credentials_are_sent_as_kubectl_sends_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "of-file\n").unwrap();
    let file = format!("tokenFile: {}", path.display());
    for (user, wanted) in [
        ("{token: t-1}".to_owned(), "Bearer t-1"),
        (format!("{{{file}}}"), "Bearer of-file"),
        (format!("{{token: t-1, {file}}}"), "Bearer of-file"),
        ("{token: t-1, exec: {apiVersion: client.authentication.k8s.io/v1, command: 'false'}}".to_owned(), "Bearer t-1"),
        ("{username: jane, password: p}".to_owned(), "Basic amFuZTpw"),
    ] {
        let server = Server::start_tls(|_, _| None);
        let connect = Connect { kubeconfig: Some(server.kubeconfig(&user)), ..Connect::default() };
        block(preflight(&connect)).unwrap();
        let asked = server.asked();
        let sent: Vec<&str> = asked.iter().map(|asked| asked.header("authorization")).collect();
        assert!(!sent.is_empty() && sent.iter().all(|sent| *sent == wanted), "{user}: {sent:?}");
    }
    for user in [
        "{token: \"s3c\\nret\"}",
        "{exec: {apiVersion: client.authentication.k8s.io/v1, command: printf, interactiveMode: Never, args: ['{\"status\":{\"token\":\"s3c\\\\nret\"}}']}}",
    ] {
        let server = Server::start_tls(|_, _| None);
        let connect = Connect { kubeconfig: Some(server.kubeconfig(user)), ..Connect::default() };
        let error = block(preflight(&connect)).unwrap_err().to_string();
        assert!(error.contains("line break") && !error.contains("s3c"), "{error}");
    }
}

#[test]
fn an_authority_beside_skipped_verification_is_refused() {
    let server = Server::start_tls(|_, _| None);
    let path = connect(&server).kubeconfig.unwrap();
    let text = std::fs::read_to_string(&path).unwrap().replace("insecure", "certificate-authority-data: YQ==, insecure");
    std::fs::write(&path, text).unwrap();
    let error = block(preflight(&Connect { kubeconfig: Some(path), ..Connect::default() })).unwrap_err().to_string();
    assert!(error.contains("insecure-skip-tls-verify"), "{error}");
}

#[test]
fn only_the_context_that_is_used_must_be_sound() {
    let server = Server::healthy();
    let path = connect(&server).kubeconfig.unwrap();
    let text = std::fs::read_to_string(&path).unwrap().replace("contexts:\n", "contexts:\n- {name: old, context: {user: u}}\n");
    std::fs::write(&path, text).unwrap();
    let connect = Connect { kubeconfig: Some(path), ..Connect::default() };
    assert_eq!(block(preflight(&connect)).unwrap().cluster.version, "v1.34.4");
    let used = Connect { context: Some("old".into()), ..connect };
    let error = block(preflight(&used)).unwrap_err();
    assert!(matches!(&error, CollectError::Kubeconfig(words) if words.contains("kubeconfig")), "{error:?}");
}

#[test]
fn secrets_are_asked_as_tables_alone() {
    let server = Server::healthy();
    let inventory = read(&server);
    let secrets: Vec<Asked> = server.asked().into_iter().filter(|asked| asked.path().ends_with("/secrets")).collect();
    assert_eq!(secrets.len(), 3, "a Table per namespace, and the labels of tokens: {secrets:?}");
    for asked in secrets {
        match asked.path() {
            "/api/v1/secrets" => {
                assert_eq!(asked.header("accept"), "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");
                assert_eq!(asked.query("fieldSelector"), Some("type%3Dkubernetes.io%2Fservice-account-token"));
            }
            _ => {
                assert_eq!(asked.header("accept"), "application/json;as=Table;v=v1;g=meta.k8s.io");
                assert_eq!(asked.query("includeObject"), Some("None"));
            }
        }
    }
    let told: Vec<_> =
        inventory.secrets.iter().map(|row| (row.metadata.namespace.as_str(), row.metadata.name.as_str(), row.keys)).collect();
    assert_eq!(told, [("shop", "db", 2), ("shop", "old-token", 3)]);
    assert_eq!(inventory.secrets[1].metadata.labels.len(), 1);
    assert_eq!(inventory.secrets[1].metadata.creation_timestamp, "2023-01-02T03:04:05Z".parse().ok());
    let age = inventory.cluster.collected_at.unwrap().duration_since(inventory.secrets[0].metadata.creation_timestamp.unwrap());
    assert_eq!(age.as_hours() / 24, 400);
}

#[test]
fn secrets_that_come_with_their_values_all_the_same_are_not_taken() {
    let value = json!({"metadata": {"name": "db", "namespace": "shop"}, "data": {"password": "cGxhbnRlZA=="}});
    let server = at("/api/v1/namespaces/shop/secrets", move |_, _| list("SecretList", std::slice::from_ref(&value)));
    let inventory = read(&server);
    assert_eq!(inventory.state(Kind::Secrets), KindState::Partial);
    assert!(inventory.secrets.is_empty());
    let mut bytes = Vec::new();
    snapshot::write(&inventory, &mut bytes).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text).unwrap();
    assert!(!text.contains("cGxhbnRlZA"));
}

#[test]
fn secrets_that_may_be_listed_in_some_namespaces_are_read_in_part() {
    let server = at("/api/v1/namespaces/kube-system/secrets", |_, _| status(403, "Forbidden", "secrets is forbidden: no"));
    let inventory = read(&server);
    let (told, words) = state(&inventory, Kind::Secrets);
    assert_eq!((told, words.as_str()), (KindState::Partial, "in 1 of 2 namespaces, first in kube-system: secrets is forbidden: no"));
    let none = Server::start(|asked, _| asked.path().ends_with("/secrets").then(|| status(403, "Forbidden", "secrets is forbidden: no")));
    assert_eq!(state(&read(&none), Kind::Secrets).0, KindState::Forbidden);
    let labels = at("/api/v1/secrets", |_, _| status(406, "NotAcceptable", "only the following media types are accepted"));
    assert_eq!(state(&read(&labels), Kind::Secrets).0, KindState::Partial);
}

#[test]
fn without_namespaces_no_secret_is_asked_for() {
    let server = at("/api/v1/namespaces", |_, _| status(403, "Forbidden", "namespaces is forbidden: no"));
    let inventory = read(&server);
    let (told, words) = state(&inventory, Kind::Secrets);
    assert!(told == KindState::Forbidden && words.contains("namespaces is forbidden: no"), "{told:?} {words}");
    assert!(!server.asked().iter().any(|asked| asked.path().ends_with("/secrets")));
    assert_eq!(inventory.cluster.uid, "the-uid", "it is worth a question of its own");
    all_else_is_read(&inventory, &[Kind::Namespaces, Kind::Secrets]);
}

#[test]
fn secrets_are_left_alone_where_that_is_asked() {
    let server = Server::healthy();
    let options = Options { without_secrets: true, ..Options::default() };
    let inventory = run(connect(&server), &options, &Mutex::default()).unwrap();
    assert_eq!(inventory.state(Kind::Secrets), KindState::Failed);
    assert!(!server.asked().iter().any(|asked| asked.path().ends_with("/secrets")));
}

#[test]
fn a_refused_list_keeps_the_servers_words() {
    let server = at("/api/v1/pods", |_, _| status(403, "Forbidden", "pods is forbidden: User \"x\" cannot list resource \"pods\""));
    let inventory = read(&server);
    assert_eq!(state(&inventory, Kind::Pods), (KindState::Forbidden, "pods is forbidden: User \"x\" cannot list resource \"pods\"".into()));
    assert_eq!(server.times("/api/v1/pods"), 1, "no is no");
    all_else_is_read(&inventory, &[Kind::Pods]);
}

#[test]
fn pages_follow_each_other_and_their_progress_is_told() {
    let server = at("/api/v1/pods", |asked, _| match asked.query("continue") {
        None => page("PodList", &[named("a"), named("b")], "to/ken=", 3),
        Some("to%2Fken%3D") => page("PodList", &[named("c"), named("d")], "last", 1),
        Some("last") => list("PodList", &[named("e")]),
        Some(other) => status(400, "BadRequest", other),
    });
    let events = Mutex::default();
    let inventory = run(connect(&server), &Options::default(), &events).unwrap();
    assert_eq!((inventory.pods.len(), inventory.state(Kind::Pods)), (5, KindState::Read));
    assert!(server.asked().iter().filter(|asked| asked.path() == "/api/v1/pods").all(|asked| asked.query("limit") == Some("500")));
    let counts: Vec<(usize, Option<usize>, Option<KindState>)> = events
        .into_inner()
        .unwrap()
        .into_iter()
        .filter_map(|event| match event {
            Progress::Kind { kind: Kind::Pods, items, total, state, .. } => Some((items, total, state)),
            _ => None,
        })
        .collect();
    assert_eq!(counts, [(2, Some(5), None), (4, Some(5), None), (5, Some(5), None), (5, Some(5), Some(KindState::Read))]);
}

#[test]
fn a_list_that_expires_is_begun_anew_once() {
    let gone = || status(410, "Expired", "The provided continue parameter is too old");
    let server = at("/api/v1/pods", move |asked, before| match (asked.query("continue"), before) {
        (None, _) => page("PodList", &[named("a")], "t", 1),
        (Some(_), 1) => gone(),
        _ => list("PodList", &[named("b")]),
    });
    let inventory = read(&server);
    assert_eq!((inventory.state(Kind::Pods), inventory.pods.len()), (KindState::Read, 2));
    assert_eq!(inventory.coverage_of(Kind::Pods).version, "v1");
    let server =
        at("/api/v1/pods", move |asked, _| if asked.query("continue").is_none() { page("PodList", &[named("a")], "t", 1) } else { gone() });
    let inventory = read(&server);
    let (told, words) = state(&inventory, Kind::Pods);
    assert_eq!((told, inventory.pods.len()), (KindState::Partial, 1));
    assert!(words.contains("too old"), "{words}");
    assert_eq!(server.times("/api/v1/pods"), 4, "twice from the beginning, and no more");
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for() {
    let server =
        at(
            "/api/v1/pods",
            |_, before| if before == 0 { Reply::Raw(429, "Retry-After: 1", String::new()) } else { list("PodList", &[named("a")]) },
        );
    assert_eq!(read(&server).pods.len(), 1);
    let server = at("/api/v1/pods", |_, _| Reply::Raw(429, "Retry-After: 3600", String::new()));
    let (told, words) = state(&read(&server), Kind::Pods);
    assert!(told == KindState::Failed && words.contains("3600 seconds"), "{words}");
    assert_eq!(server.times("/api/v1/pods"), 1, "an hour is too long");
}

#[test]
fn a_group_that_does_not_answer_is_neither_read_nor_absent() {
    let server = Server::start(|asked, _| match asked.path() {
        "/apis" => {
            let stale =
                |group: &str| json!({"metadata": {"name": group}, "versions": [{"version": "v2", "freshness": "Stale", "resources": []}]});
            Some(discovery(&[groups(), vec![stale("cilium.io"), stale("metrics.k8s.io")]].concat()))
        }
        path if path.starts_with("/apis/cilium.io/") => Some(Reply::Raw(503, "", "service unavailable".into())),
        _ => None,
    });
    let events = Mutex::default();
    let inventory = run(connect(&server), &Options::default(), &events).unwrap();
    assert_eq!(inventory.cluster.stale_groups, ["cilium.io", "metrics.k8s.io"]);
    let (told, words) = state(&inventory, Kind::CiliumNetworkPolicies);
    assert!(told == KindState::Failed && words.contains("service unavailable"), "{told:?} {words}");
    assert!(events.into_inner().unwrap().iter().any(|event| matches!(event, Progress::Note(words) if words.contains("metrics.k8s.io"))));
    let cilium: Vec<Kind> = Kind::ALL.iter().copied().filter(|kind| kind.group() == "cilium.io").collect();
    all_else_is_read(&inventory, &cilium);
}

#[test]
fn where_discovery_is_refused_not_found_is_not_taken_for_not_installed() {
    let server = at("/apis", |_, _| status(403, "Forbidden", "forbidden: User \"x\" cannot get path \"/apis\""));
    let inventory = read(&server);
    let (told, words) = state(&inventory, Kind::CiliumNetworkPolicies);
    assert!(told == KindState::Failed && words.contains("cannot get path"), "{told:?} {words}");
    assert_eq!(inventory.state(Kind::Deployments), KindState::Read);
}

#[test]
fn an_old_server_is_read_in_its_own_versions() {
    let template = named("")["spec"].clone();
    let nightly =
        json!({"metadata": {"name": "nightly", "namespace": "shop"}, "spec": {"jobTemplate": {"spec": {"template": {"spec": template}}}}});
    let server = Server::start(move |asked, _| match asked.path() {
        "/version" => Some(Reply::Json(json!({"gitVersion": "v1.20.4"}))),
        "/apis" => {
            let group = |name: &str, versions: &[&str]| json!({"name": name, "versions": versions.iter().map(|v| json!({"groupVersion": format!("{name}/{v}"), "version": v})).collect::<Vec<_>>()});
            Some(Reply::Json(
                json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": [group("batch", &["v1", "v1beta1"]), group("apps", &["v1"]), group("metrics.k8s.io", &["v1beta1"])]}),
            ))
        }
        "/apis/batch/v1" => Some(Reply::Json(json!({"kind": "APIResourceList", "resources": [{"name": "jobs"}, {"name": "jobs/status"}]}))),
        "/apis/batch/v1beta1" => Some(Reply::Json(json!({"kind": "APIResourceList", "resources": [{"name": "cronjobs"}]}))),
        "/apis/apps/v1" => Some(Reply::Json(json!({"kind": "APIResourceList", "resources": [{"name": "deployments"}]}))),
        "/apis/metrics.k8s.io/v1beta1" => Some(Reply::Raw(503, "", "service unavailable".into())),
        "/apis/batch/v1beta1/cronjobs" => Some(list_in("batch/v1beta1", "CronJobList", std::slice::from_ref(&nightly))),
        _ => None,
    });
    let inventory = read(&server);
    let cron_jobs = inventory.coverage_of(Kind::CronJobs);
    assert_eq!((cron_jobs.state, cron_jobs.items, cron_jobs.version.as_str()), (KindState::Read, 1, "v1beta1"));
    assert_eq!(inventory.state(Kind::Ingresses), KindState::Absent, "its group is not served");
    assert_eq!(inventory.cluster.stale_groups, ["metrics.k8s.io"]);
    assert_eq!(inventory.cluster.identity, None, "what was not told is no name");
    let own = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    assert!(server.asked().iter().all(|asked| asked.method == "GET" || asked.path() == own));
}

#[test]
fn answers_that_are_no_lists_are_not_empty_lists() {
    for body in [
        "{}",
        "{\"kind\":\"PodList\",\"items\":[{\"metadata\"",
        "{\"kind\":\"Status\",\"status\":\"Success\"}",
        "<html>login</html>",
        "null",
    ] {
        let server = at("/api/v1/pods", move |_, _| Reply::Raw(200, "", body.to_owned()));
        let inventory = read(&server);
        assert_eq!(inventory.state(Kind::Pods), KindState::Failed, "{body}");
        all_else_is_read(&inventory, &[Kind::Pods]);
    }
}

#[test]
fn a_malformed_object_leaves_the_list_usable_and_is_named() {
    let odd = json!({"metadata": {"name": "odd", "namespace": "shop"}, "spec": {"containers": "planted-value"}});
    let server = at("/api/v1/pods", move |_, _| list("PodList", &[odd.clone(), named("fine")]));
    let inventory = read(&server);
    let (told, words) = state(&inventory, Kind::Pods);
    assert_eq!((told, inventory.pods.len()), (KindState::Partial, 1));
    assert!(words.contains("shop/odd") && !words.contains("planted-value"), "{words}");
}

#[test]
fn silence_ends_at_the_time_limit() {
    let server = at("/api/v1/pods", |_, _| Reply::Silence);
    let connect = Connect { request_timeout: Some(Duration::from_secs(2)), ..connect(&server) };
    let inventory = run(connect, &Options::default(), &Mutex::default()).unwrap();
    let (told, words) = state(&inventory, Kind::Pods);
    assert_eq!((told, words.as_str()), (KindState::Failed, "no complete answer within 2 seconds"));
    all_else_is_read(&inventory, &[Kind::Pods]);
}

#[test]
fn a_connection_that_breaks_is_tried_again_and_then_given_up() {
    let server = at("/api/v1/pods", |_, before| if before < 2 { Reply::Cut } else { list("PodList", &[named("a")]) });
    assert_eq!(read(&server).pods.len(), 1);
    let server =
        at("/api/v1/pods", |asked, _| if asked.query("continue").is_none() { page("PodList", &[named("a")], "t", 1) } else { Reply::Cut });
    let inventory = read(&server);
    let (told, words) = state(&inventory, Kind::Pods);
    assert_eq!((told, inventory.pods.len()), (KindState::Partial, 1));
    assert!(words.contains("broke off after 1 object:"), "{words}");
}

#[test]
fn a_server_that_repeats_a_page_is_left() {
    let server = at("/api/v1/pods", |_, _| page("PodList", &[named("a")], "same", 1));
    assert_eq!(state(&read(&server), Kind::Pods).0, KindState::Partial);
    assert_eq!(server.times("/api/v1/pods"), 2);
}

#[test]
fn cancelling_ends_it() {
    let server = at("/api/v1/pods", |_, _| Reply::Silence);
    let spec = SourceSpec::Live(connect(&server));
    let cancel = Cancel::default();
    let stop = cancel.clone();
    let watch = move |event: Progress| {
        if matches!(event, Progress::Kind { kind: Kind::Services, state: Some(_), .. }) {
            stop.cancel();
        }
    };
    let result = block(collect(&spec, &Options::default(), &watch, &cancel));
    assert!(matches!(result, Err(CollectError::Cancelled)), "{result:?}");
}

#[test]
fn what_never_was_a_cluster_is_told_as_such() {
    let refuse = at("/version", |_, _| status(401, "Unauthorized", "Unauthorized"));
    let result = run(connect(&refuse), &Options::default(), &Mutex::default());
    assert!(matches!(&result, Err(error @ CollectError::Unauthorized { .. }) if error.hint().is_some()), "{result:?}");
    let other = at("/version", |_, _| Reply::Raw(200, "", "<html>hello</html>".into()));
    assert!(matches!(run(connect(&other), &Options::default(), &Mutex::default()), Err(CollectError::Connect { .. })));
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let mut gone = Server::healthy();
    gone.address = closed;
    assert!(matches!(run(connect(&gone), &Options::default(), &Mutex::default()), Err(CollectError::Connect { .. })));
    let mut unknown = connect(&other);
    unknown.context = Some("production".into());
    let result = run(unknown, &Options::default(), &Mutex::default());
    assert!(matches!(&result, Err(error @ CollectError::NoContext { .. }) if error.hint().unwrap().contains("test")), "{result:?}");
}

#[test]
fn impersonation_is_sent_with_every_request() {
    let server = Server::healthy();
    let connect = Connect { as_user: Some("jane".into()), as_groups: vec!["a".into(), "b".into()], ..connect(&server) };
    run(connect.clone(), &Options::default(), &Mutex::default()).unwrap();
    for asked in server.asked() {
        assert_eq!((asked.header("impersonate-user"), asked.header("impersonate-group")), ("jane", "a, b"), "{asked:?}");
    }
    let alone = Connect { as_user: None, ..connect };
    assert!(matches!(run(alone, &Options::default(), &Mutex::default()), Err(CollectError::Kubeconfig(_))));
}

#[test]
fn a_plugins_credential_is_renewed_when_it_has_expired() {
    let server = Server::start_tls(|asked, _| {
        let expired = asked.path() == "/apis/apps/v1/deployments" && asked.header("authorization") == "Bearer t-1";
        expired.then(|| status(401, "Unauthorized", "the token has expired"))
    });
    let folder = tempfile::tempdir().unwrap();
    let count = folder.path().join("count");
    let script = format!(
        "echo x >> {0}; n=$(wc -l < {0}); printf '{{\"kind\":\"ExecCredential\",\"status\":{{\"token\":\"t-%d\"}}}}' $n",
        count.display()
    );
    let user = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, args: [-c, {script:?}], interactiveMode: IfAvailable}}}}"
    );
    let connect = Connect { kubeconfig: Some(server.kubeconfig(&user)), ..Connect::default() };
    let inventory = run(connect, &Options::default(), &Mutex::default()).unwrap();
    assert_eq!(inventory.state(Kind::Deployments), KindState::Read, "{}", inventory.coverage_of(Kind::Deployments).message);
    assert_eq!(inventory.cluster.login, Login::of("exec: sh"));
    assert!(server.asked().iter().any(|asked| asked.header("authorization") == "Bearer t-2"));
}

#[test]
fn a_first_look_tells_rights_without_listing() {
    let server = at("/api/v1/nodes", |_, _| page("PartialObjectMetadataList", &[named("n1")], "t", 8));
    let look = block(preflight(&connect(&server))).unwrap();
    assert_eq!((look.nodes, look.cluster.version.as_str(), super::name(&look.cluster)), (Some(9), "v1.34.4", Some("assessor")));
    assert!(look.namespaces_missing.is_empty() && look.namespaces.iter().any(|n| n.name == "kube-system"), "{look:?}");
    assert_eq!(look.rights.iter().map(|right| right.kind).collect::<Vec<_>>(), Kind::ALL);
    for right in &look.rights {
        assert_eq!((right.allowed, right.served), (right.kind.stock() && right.kind != Kind::Secrets, right.kind.stock()), "{right:?}");
    }
    for asked in server.asked() {
        let review = asked.path().contains("/selfsubject");
        assert_eq!(asked.method == "POST", review, "{asked:?}");
        assert!(
            review
                || ["/version", "/apis", "/api/v1/namespaces", "/api/v1/namespaces/kube-system", "/api/v1/nodes"].contains(&asked.path()),
            "{asked:?}"
        );
    }
}

#[test]
fn namespaces_that_a_first_look_misses_are_told() {
    let names = |script: fn(&Asked, usize) -> Reply| {
        let look = block(preflight(&connect(&at("/api/v1/namespaces", script)))).unwrap();
        (look.namespaces.into_iter().map(|n| n.name).collect::<Vec<_>>(), look.namespaces_missing)
    };
    let two_pages = names(|asked, _| match asked.query("continue") {
        None => page("NamespaceList", &[named("a")], "t", 1),
        Some(_) => page("NamespaceList", &[named("b")], "", 0),
    });
    assert_eq!(two_pages, (vec!["a".to_owned(), "b".to_owned()], String::new()));
    let (known, missing) = names(|asked, _| match asked.query("continue") {
        None => page("NamespaceList", &[named("a")], "t", 1),
        Some(_) => status(403, "Forbidden", "namespaces is forbidden"),
    });
    assert!(known == ["a"] && missing.contains("forbidden"), "{known:?} {missing}");
    let (known, missing) = names(|_, _| page("NamespaceList", &[named("a")], "t", 1));
    assert!(known == ["a"] && missing.contains("same page"), "{known:?} {missing}");
    let (known, missing) = names(|_, _| Reply::Json(json!({})));
    assert!(known.is_empty() && !missing.is_empty(), "an answer that is no list is not an empty list: {missing}");
}

#[test]
#[cfg(unix)]
fn it_is_told_how_the_credential_is_guarded_and_nothing_of_it() {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::healthy();
    let connect = connect(&server);
    let path = connect.kubeconfig.clone().unwrap();
    let key = path.with_file_name("token");
    std::fs::write(&key, "planted-token").unwrap();
    for (mode, user, holds, more) in
        [(0o644, "{token: planted-token}", "a token", None), (0o600, "{tokenFile: KEY}", "", Some(("token file", 0o400)))]
    {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o400)).unwrap();
        server.kubeconfig(&user.replace("KEY", key.to_str().unwrap()));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let files = block(preflight(&connect)).unwrap().cluster.login_files;
        let told: Vec<(&str, Option<u32>, &str)> = files.iter().map(|f| (f.what.as_str(), f.mode, f.holds.as_str())).collect();
        let mut wanted = vec![("kubeconfig", Some(mode), holds)];
        wanted.extend(more.map(|(what, mode)| (what, Some(mode), "a token")));
        assert_eq!(told, wanted);
        assert!(!format!("{files:?}").contains("planted"));
    }
}

#[test]
fn contexts_are_told_with_their_logins() {
    let server = Server::healthy();
    let path = server.kubeconfig("{client-certificate-data: YQ==}");
    let known = contexts(Some(&path)).unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!((known[0].name.as_str(), known[0].login.as_str(), known[0].current), ("test", "client-certificate", true));
    assert_eq!(known[0].server, server.address);
    std::fs::write(&path, "users: [{name: x, user: {token: planted-token").unwrap();
    let error = contexts(Some(&path)).unwrap_err().to_string();
    assert!(!error.contains("planted-token"), "{error}");
}

#[test]
fn a_live_cluster_judges_as_its_snapshot() {
    let inventory = read(&Server::healthy());
    let mut bytes = Vec::new();
    snapshot::write(&inventory, &mut bytes).unwrap();
    assert_eq!(super::judge(&snapshot::read(&bytes[..]).unwrap()), super::judge(&inventory));
}

#[test]
fn nobody_is_named_who_was_not_told() {
    for answer in [
        status(403, "Forbidden", "selfsubjectreviews is forbidden"),
        Reply::Raw(200, "", "<!doctype html><title>Sign in</title>".to_owned()),
        Reply::Json(json!({"kind": "Status", "status": {"userInfo": {"username": "jane"}}})),
        Reply::Json(json!({"kind": "SelfSubjectReview", "status": {"userInfo": {"username": ""}}})),
        Reply::Json(json!({"kind": "SelfSubjectReview", "status": {"userInfo": {"username": "jane", "groups": "admins"}}})),
    ] {
        let server = at("/apis/authentication.k8s.io/v1/selfsubjectreviews", move |_, _| answer.clone());
        let look = block(preflight(&connect(&server))).unwrap();
        assert_eq!(look.cluster.identity, None);
        assert!(look.notes.iter().any(|note| note.contains("does not tell who asks")), "{:?}", look.notes);
    }
    let judged = super::judge(&read(&at("/apis/authentication.k8s.io/v1/selfsubjectreviews", |_, _| status(403, "Forbidden", "no"))));
    let own = judged.iter().find(|check| check.check == "1.2/own-credential").unwrap();
    assert_eq!(own.outcome, Outcome::Blocked);
}
