//! What a cluster tells of itself before anything is listed: version, who asks, what it serves, the connection. The look around before a
//! collection and the collection begin alike.

use super::CollectError;
use super::connect::Link;
use super::discovery::Served;
use super::refusal::Refusal;
use super::request::{JSON, Review};
use jiff::Timestamp;
use kassay_core::kinds::{Caller, ClusterInfo, Login};
use serde_json::Value;

/// A cluster's own words.
pub(super) struct About {
    pub(super) cluster: ClusterInfo,
    pub(super) served: Served,
    /// Sentences for whoever watches.
    pub(super) notes: Vec<String>,
}

/// Asks. It fails where the server can't be reached or does not accept the login; a refusal of one question is a note.
pub(super) async fn ask(link: &Link) -> Result<About, CollectError> {
    let mut notes = Vec::new();
    let mut cluster = ClusterInfo {
        server: link.server.clone(),
        login: Login::of(&link.login),
        login_files: link.login_files.clone(),
        collected_at: Some(now()),
        ..ClusterInfo::default()
    };
    match link.get("/version", JSON).await {
        Ok(text) => match serde_json::from_str::<Value>(&text).ok().and_then(|v| Some((v.get("gitVersion")?.as_str()?.to_owned(), v))) {
            Some((version, answer)) => {
                cluster.version = version;
                super::version::emulation(&answer, &mut cluster);
            }
            None => return Err(link.fatal(Refusal::Failed("something answers there, but it is no Kubernetes API".to_owned()))),
        },
        Err(Refusal::Forbidden(words)) => notes.push(format!("the version of the server is not known: {words}")),
        Err(refusal) => return Err(link.fatal(refusal)),
    }
    let served = Served::ask(link).await.map_err(|refusal| link.fatal(refusal))?;
    cluster.api_groups = served.groups();
    cluster.other_policies = served.other_policies();
    cluster.other_routes = served.other_routes();
    cluster.stale_groups = served.stale();
    if let Some(words) = &served.unknown {
        notes.push(format!("what the server serves could not be found out: {words}"));
    }
    for group in &cluster.stale_groups {
        notes.push(format!("the API group {group} is registered and does not answer"));
    }
    who(link, &served, &mut cluster, &mut notes).await?;
    cluster.uid = uid(link).await;
    cluster.connection = Some(link.connection().await);
    Ok(About { cluster, served, notes })
}

/// To the second: a snapshot's times are compared with those of objects, which have no more.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// UID of kube-system, which names the cluster even where its namespaces can't be listed; "" where that is refused too.
async fn uid(link: &Link) -> String {
    let accept = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";
    let text = link.get("/api/v1/namespaces/kube-system", accept).await.unwrap_or_default();
    let namespace: Value = serde_json::from_str(&text).unwrap_or_default();
    namespace.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The user that an answer tells; none where it is another answer, or names nobody.
fn told_user(answer: &Value) -> Option<Caller> {
    let user = answer.pointer("/status/userInfo").filter(|_| answer.get("kind").and_then(Value::as_str) == Some("SelfSubjectReview"))?;
    let name = user.get("username")?.as_str()?;
    let groups = match user.get("groups") {
        None | Some(Value::Null) => vec![],
        Some(groups) => groups.as_array()?.iter().map(|group| group.as_str().map(str::to_owned)).collect::<Option<_>>()?,
    };
    Caller::new(name, groups)
}

/// Who asks. Where the server does not tell, there is nobody; why not is for the notes alone.
async fn who(link: &Link, served: &Served, cluster: &mut ClusterInfo, notes: &mut Vec<String>) -> Result<(), CollectError> {
    let version = match served.version_of("authentication.k8s.io", "selfsubjectreviews") {
        Some(version) => version,
        // Where discovery was refused, the question is worth a try.
        None if served.unknown.is_some() => "v1",
        None => {
            notes.push("the server does not tell who asks: SelfSubjectReview needs Kubernetes 1.28".to_owned());
            return Ok(());
        }
    };
    match link.review(&Review::Subject(version)).await {
        Ok(answer) => {
            cluster.identity = told_user(&answer);
            if cluster.identity.is_none() {
                notes.push("the server does not tell who asks: its answer is no SelfSubjectReview".to_owned());
            }
        }
        Err(refusal @ (Refusal::Unauthorized(_) | Refusal::Cancelled)) => return Err(link.fatal(refusal)),
        Err(refusal) => {
            notes.push(format!("the server does not tell who asks: {}", refusal.words()));
        }
    }
    Ok(())
}
