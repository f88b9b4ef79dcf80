//! What API servers tell of themselves: kept as far as it goes, with the server's words where it does not, and never more than the answer held.

use super::faults::{at, block, connect, read};
use super::server::{Asked, Reply, Server, status};
use kassay::collect::preflight;
use kassay_core::analysis::control_plane::{api_servers, force};
use kassay_core::kinds::{ControlPlaneRecord, Inventory, KindState, UnheardOf};
use serde_json::{Value, json};

/// An answer of a server of 1.37, with these flags in place of its own.
fn flagz(flags: &[(&str, &str)]) -> Value {
    let mut answer: Value = serde_json::from_str(include_str!("../fixtures/flagz/v1.37.json")).unwrap();
    for (name, value) in flags {
        answer["flags"][name] = json!(value);
    }
    answer
}

fn metrics(started: u64, events: u64) -> String {
    format!(
        "apiserver_audit_event_total {events}\napiserver_requested_deprecated_apis{{group=\"g{started}\",version=\"v1\",resource=\"r\"}} 1\nprocess_start_time_seconds {started}\n"
    )
}

/// A server that tells flags and metrics.
fn telling(flags: Value, metrics: String) -> Server {
    Server::start(move |asked, _| match asked.path() {
        "/flagz" => Some(Reply::Json(flags.clone())),
        "/metrics" => Some(Reply::Raw(200, "", metrics.clone())),
        _ => None,
    })
}

fn record(inventory: &Inventory) -> &ControlPlaneRecord {
    inventory.cluster.control_plane.as_deref().unwrap()
}

#[test]
fn a_server_is_asked_over_several_connections_and_kept_once() {
    let server = telling(flagz(&[("anonymous-auth", "false")]), metrics(10, 7));
    let inventory = read(&server);
    let told = record(&inventory);
    assert_eq!((told.servers.len(), told.flagz.items, told.metrics.items), (1, 3, 3));
    assert_eq!((told.flagz.version.as_str(), &told.unheard_of), ("v1beta1", &UnheardOf::Denied));
    assert_eq!(told.servers[0].metrics.as_ref().unwrap().audit_events, Some(7));
    assert_eq!(api_servers(&inventory)[0].boolean("anonymous-auth", Some(37)), Some(false));
    let asked: Vec<Asked> = server.asked().into_iter().filter(|asked| asked.path() == "/flagz").collect();
    assert!(
        asked.iter().all(|asked| asked.header("accept").starts_with("application/json;v=v1beta1;g=config.k8s.io;as=Flagz")),
        "{asked:?}"
    );
    assert_eq!(inventory.cluster.deprecated.as_ref().unwrap().apis.len(), 1);
}

#[test]
fn several_servers_behind_one_address_are_told_apart() {
    let server = Server::start(|asked, before| match asked.path() {
        "/flagz" => Some(Reply::Json(flagz(&[("anonymous-auth", if before == 1 { "true" } else { "false" })]))),
        "/metrics" => Some(Reply::Raw(200, "", metrics(10 + before as u64 % 2, 7))),
        _ => None,
    });
    let inventory = read(&server);
    assert_eq!(record(&inventory).servers.len(), 2);
    assert_eq!(api_servers(&inventory).len(), 2);
    assert_eq!(inventory.cluster.deprecated.as_ref().unwrap().apis.len(), 2);
}

#[test]
fn why_flags_are_not_known_is_kept() {
    let text = flagz(&[]).to_string();
    for (reply, state, words) in [
        (status(403, "Forbidden", "forbidden: User \"x\" cannot get path \"/flagz\""), KindState::Forbidden, "cannot get path"),
        (status(404, "NotFound", "the server could not find the requested resource"), KindState::Absent, "could not find"),
        (status(406, "NotAcceptable", "only the following media types are accepted: text/plain"), KindState::Absent, "media types"),
        (Reply::Raw(200, "", "kube-apiserver flagz\nanonymous-auth=true\n".into()), KindState::Failed, "no Flagz"),
        (Reply::Raw(200, "", "<html>log in</html>".into()), KindState::Failed, "web page"),
        (Reply::Raw(200, "", text[..text.len() / 2].to_owned()), KindState::Failed, "no Flagz"),
        (
            Reply::Json(json!({"kind": "Flagz", "apiVersion": "config.k8s.io/v1beta1", "flags": {"v": "0"}})),
            KindState::Failed,
            "does not hold",
        ),
        (Reply::Cut, KindState::Failed, "broke off"),
    ] {
        let inventory = read(&at("/flagz", move |_, _| reply.clone()));
        let told = record(&inventory);
        assert!(told.flagz.state == state && told.flagz.message.contains(words), "{:?}", told.flagz);
        assert!(told.servers.iter().all(|server| server.flags.is_none()) && api_servers(&inventory).is_empty());
    }
}

#[test]
fn why_metrics_are_not_known_is_kept() {
    for (reply, state, words) in [
        (status(403, "Forbidden", "forbidden: User \"x\" cannot get path \"/metrics\""), KindState::Forbidden, "cannot get path"),
        (Reply::Raw(200, "", "go_goroutines 7\n".into()), KindState::Failed, "no metrics of an API server"),
        (Reply::Raw(200, "", "<html>apiserver_x 1\n</html>".into()), KindState::Failed, "web page"),
        (Reply::Cut, KindState::Failed, "broke off"),
    ] {
        let inventory = read(&at("/metrics", move |_, _| reply.clone()));
        let told = record(&inventory);
        assert!(told.metrics.state == state && told.metrics.message.contains(words), "{:?}", told.metrics);
        assert!(told.servers.is_empty());
        let deprecated = inventory.cluster.deprecated.as_ref().unwrap();
        assert!(deprecated.unread.contains(words) && deprecated.apis.is_empty(), "{deprecated:?}");
    }
}

#[test]
fn a_right_that_no_role_gives_tells_whether_roles_count() {
    let review = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let allowed = |reason: &'static str| {
        move |_: &Asked, _| Reply::Json(json!({"kind": "SelfSubjectAccessReview", "status": {"allowed": true, "reason": reason}}))
    };
    assert!(matches!(force::force(&read(&at(review, allowed("")))), force::Force::Doubted(_)));
    assert_eq!(force::force(&read(&at(review, allowed("RBAC: allowed by ClusterRoleBinding \"a\"")))), force::Force::NotDoubted);
    for reply in [status(403, "Forbidden", "no"), Reply::Json(json!({"kind": "Status"})), Reply::Json(json!({"status": {"allowed": true}}))]
    {
        let inventory = read(&at(review, move |_, _| reply.clone()));
        assert!(matches!(record(&inventory).unheard_of, UnheardOf::Unanswered(_)), "{:?}", record(&inventory));
    }
    let server = at(review, allowed(""));
    read(&server);
    let asked: Vec<Asked> = server.asked().into_iter().filter(|asked| asked.method == "POST" && asked.path() == review).collect();
    assert!(asked.len() == 1 && asked[0].body.contains("unheard-of"), "{asked:?}");
}

#[test]
fn a_first_look_tells_which_of_these_may_not_be_read() {
    let server = Server::start(|asked, _| {
        let refused = asked.body.contains("/flagz");
        (asked.path().ends_with("/selfsubjectaccessreviews"))
            .then(|| Reply::Json(json!({"kind": "SelfSubjectAccessReview", "status": {"allowed": !refused}})))
    });
    let notes = block(preflight(&connect(&server))).unwrap().notes;
    assert!(notes.iter().any(|note| note.starts_with("/flagz")) && !notes.iter().any(|note| note.starts_with("/metrics")), "{notes:?}");
}
