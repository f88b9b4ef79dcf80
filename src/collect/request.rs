//! Every request that is ever sent: GET, and the self-reviews. Others can't be built, which is how the program keeps its promise to only
//! read. Tries are few, `Retry-After` is obeyed, nothing waits for ever, and a refusal keeps the server's own words.

use super::connect::Link;
use super::page::Came;
use super::refusal::Refusal;
use super::words::{chain, without_values};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use kassay_core::kinds::wire;
use kassay_core::model::text::clean;
use kassay_core::sensitive::without_secrets;
use kube::client::Body;
use serde::Deserialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, json};
use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Largest answer in bytes, unpacked. Five hundred pods are some 5 MB, and 50 where each of them is large; a page that is larger all the same is
/// asked for again with fewer objects, so that in the end this bounds one object alone, of which etcd takes no more than 1.5 MB.
pub(super) const LARGEST: usize = 64 << 20;
/// Bytes of an answer that is taken in pieces at which it is left. Metrics of an API server of a large cluster are some tens of MB.
const LARGEST_STREAM: usize = 256 << 20;
/// Largest answer that is a refusal: more words than that are no help.
const LARGEST_REFUSAL: usize = 1 << 20;
/// How often a request is tried in all.
const TRIES: u32 = 4;
/// Longest wait that a server may ask for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes at the beginning of a page in which its metadata is looked for. A server that writes it behind the objects is waited for.
const BEGINNING: usize = 64 << 10;

/// Hears what the next page is asked for with; "" where there is none.
pub(super) type Early<'a> = &'a (dyn Fn(String) + Send + Sync);

/// A piece of an answer that is not kept as a whole.
pub(super) enum Piece<'a> {
    /// It begins, the first time or anew: what came before does not count.
    Begin,
    /// The next bytes.
    Data(&'a [u8]),
    /// It is larger than one may be, and the rest was not taken.
    Cut,
}

/// Hears an answer piece by piece.
pub(super) type Pieces<'a> = &'a (dyn Fn(Piece<'_>) + Send + Sync);

/// Plain JSON.
pub(super) const JSON: &str = "application/json";

/// One of the reviews that an identity may ask about itself.
pub(super) enum Review<'a> {
    /// Who am I, in a version of the API.
    Subject(&'a str),
    /// May I list this.
    List {
        /// API group.
        group: &'a str,
        /// Resource.
        resource: &'a str,
    },
    /// May I get this address, which is no resource.
    Path(&'a str),
    /// May I use a verb of which there is none, on a resource and in a group that are not there. Nothing but a rule for everything allows it.
    UnheardOf,
}

/// What is sent: a GET, or where there is a body the POST of a self-review.
#[derive(Clone, Copy)]
struct Asked<'a> {
    path: &'a str,
    /// The form of the answer.
    accept: &'a str,
    body: Option<&'a str>,
    early: Option<Early<'a>>,
    pieces: Option<Pieces<'a>>,
}

impl<'a> Asked<'a> {
    const fn get(path: &'a str, accept: &'a str) -> Self {
        Self { path, accept, body: None, early: None, pieces: None }
    }
}

/// What came of one try.
enum Try {
    Answer(Came),
    Refused(Refusal),
    Again(Option<Duration>, Refusal),
}

impl Link {
    /// Gets an address of the API. The words of `accept` decide the form of the answer.
    pub(super) async fn get(&self, path: &str, accept: &str) -> Result<String, Refusal> {
        self.insist(Asked::get(path, accept)).await?.text().map_err(Refusal::Failed)
    }

    /// The same in whichever form it comes, and tells as soon as the beginning of a page has come what the page behind it is asked for with.
    pub(super) async fn get_page(&self, path: &str, accept: &str, early: Early<'_>) -> Result<Came, Refusal> {
        self.insist(Asked { early: Some(early), ..Asked::get(path, accept) }).await
    }

    /// Gets an answer that may be too large to be kept, piece by piece.
    pub(super) async fn get_pieces(&self, path: &str, accept: &str, pieces: Pieces<'_>) -> Result<(), Refusal> {
        self.insist(Asked { pieces: Some(pieces), ..Asked::get(path, accept) }).await.map(drop)
    }

    /// Asks the server about ourselves.
    pub(super) async fn review(&self, review: &Review<'_>) -> Result<Value, Refusal> {
        let spec = match review {
            Review::Subject(_) => Value::Null,
            Review::List { group, resource } => json!({"resourceAttributes": {"group": group, "resource": resource, "verb": "list"}}),
            Review::Path(path) => json!({"nonResourceAttributes": {"path": path, "verb": "get"}}),
            Review::UnheardOf => {
                json!({"resourceAttributes": {"group": "unheard-of.kassay.invalid", "resource": "unheardofs", "verb": "unheard-of"}})
            }
        };
        let (group, version, resource, kind) = match review {
            Review::Subject(version) => ("authentication.k8s.io", *version, "selfsubjectreviews", "SelfSubjectReview"),
            _ => ("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
        };
        let mut body = json!({"apiVersion": format!("{group}/{version}"), "kind": kind});
        if !spec.is_null() {
            body["spec"] = spec;
        }
        let (path, body) = (format!("/apis/{group}/{version}/{resource}"), body.to_string());
        let answer = self.insist(Asked { body: Some(&body), ..Asked::get(&path, JSON) }).await?.text().map_err(Refusal::Failed)?;
        serde_json::from_str(&answer).map_err(|error| Refusal::Failed(format!("the answer is no JSON: {}", without_values(&error))))
    }

    /// Asks until there is an answer or a refusal, somebody cancels, or the time of the reading is used up.
    async fn insist(&self, asked: Asked<'_>) -> Result<Came, Refusal> {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Err(Refusal::Cancelled),
            () = self.budget.over() => Err(Refusal::Failed(self.budget.words())),
            outcome = self.try_often(asked) => outcome,
        }
    }

    async fn try_often(&self, asked: Asked<'_>) -> Result<Came, Refusal> {
        let mut renewed = false;
        let mut tried = 0;
        loop {
            tried += 1;
            match self.once(asked).await {
                Try::Answer(came) => return Ok(came),
                // Credentials of plugins are short-lived: a long collection outlives them.
                Try::Refused(Refusal::Unauthorized(words)) if !renewed && self.renewable() => {
                    renewed = true;
                    self.renew().await.map_err(|error| Refusal::Unauthorized(format!("{words}; logging in again: {error}")))?;
                }
                Try::Refused(refusal) => return Err(refusal),
                Try::Again(_, refusal) if tried >= TRIES => return Err(refusal),
                Try::Again(Some(wait), refusal) if wait > PATIENCE => {
                    let words = format!("{} (the server asks to wait {} seconds)", refusal.words(), wait.as_secs());
                    return Err(Refusal::Failed(words));
                }
                Try::Again(wanted, _) => {
                    let wait = wanted.unwrap_or_else(|| self.pause * 2_u32.pow(tried - 1));
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }

    async fn once(&self, asked: Asked<'_>) -> Try {
        let Ok(_turn) = self.gate.acquire().await else { return Try::Refused(Refusal::Cancelled) };
        match tokio::time::timeout(self.timeout, self.send(asked)).await {
            Ok(outcome) => outcome,
            // A server that is too slow once is too slow again: trying anew would only multiply the wait and its load.
            Err(_) => Try::Refused(Refusal::Failed(format!("no complete answer within {} seconds", self.timeout.as_secs_f32()))),
        }
    }

    async fn send(&self, asked: Asked<'_>) -> Try {
        let request = Request::builder().uri(asked.path).header(http::header::ACCEPT, asked.accept);
        let request = match asked.body {
            Some(body) => request.method(Method::POST).header(http::header::CONTENT_TYPE, JSON).body(Body::from(body.as_bytes().to_vec())),
            None => request.method(Method::GET).body(Body::empty()),
        };
        let request = match request {
            Ok(request) => request,
            Err(error) => return Try::Refused(Refusal::Failed(error.to_string())),
        };
        let client = self.client.read().await.clone();
        let response = match client.send(request).await {
            Ok(response) => response,
            Err(error) => return Try::Again(None, Refusal::Unreachable(chain(&error))),
        };
        let (head, body) = response.into_parts();
        let bytes = match self.receive(body, head.status, asked).await {
            Ok(bytes) => bytes,
            Err(outcome) => return outcome,
        };
        if head.status.is_success() && is_page(&bytes) {
            return Try::Refused(Refusal::Failed(format!("the server answered with {PAGE}")));
        }
        if head.status.is_success() {
            return Came::of(bytes).map_or_else(|words| Try::Refused(Refusal::Failed(words)), Try::Answer);
        }
        let wait =
            head.headers.get(http::header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok()).map(Duration::from_secs);
        refused(head.status, wait, &bytes)
    }
}

impl Link {
    /// Takes in an answer as far as it may be large. Of a refusal its beginning is enough.
    async fn receive(&self, mut body: Body, status: StatusCode, asked: Asked<'_>) -> Result<Vec<u8>, Try> {
        if let Some(pieces) = asked.pieces.filter(|_| status.is_success()) {
            return self.hand_on(body, pieces).await;
        }
        let mut bytes = Vec::new();
        let mut early = asked.early.filter(|_| status.is_success());
        let paged = early.is_some();
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => {
                    if let Ok(data) = frame.into_data() {
                        bytes.extend_from_slice(&data);
                        self.received.fetch_add(data.len() as u64, Ordering::Relaxed);
                    }
                }
                Err(error) => return Err(broke_off(&error)),
            }
            if let Some(tell) = early {
                if let Some(next) = next_in(&bytes) {
                    tell(next);
                    early = None;
                } else if bytes.len() > BEGINNING {
                    early = None;
                }
            }
            if !status.is_success() && bytes.len() > LARGEST_REFUSAL {
                break;
            }
            if paged && bytes.len() > BEGINNING && !wire::is_wire(&bytes) && !bytes.trim_ascii_start().starts_with(b"{") {
                // Whatever it is, fewer objects would not make a list of it.
                let words = if is_page(&bytes) { format!("the server answered with {PAGE}") } else { "the answer is no JSON".to_owned() };
                return Err(Try::Refused(Refusal::Failed(words)));
            }
            if bytes.len() > LARGEST {
                return Err(Try::Refused(Refusal::TooLarge));
            }
        }
        Ok(bytes)
    }
}

impl Link {
    /// Hands an answer on as it comes in. Gives its beginning, by which it is known what it is.
    async fn hand_on(&self, mut body: Body, pieces: Pieces<'_>) -> Result<Vec<u8>, Try> {
        let (mut beginning, mut taken) = (Vec::new(), 0);
        pieces(Piece::Begin);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|error| broke_off(&error))?.into_data() else { continue };
            self.received.fetch_add(data.len() as u64, Ordering::Relaxed);
            taken += data.len();
            if beginning.len() < BEGINNING {
                beginning.extend_from_slice(&data[..data.len().min(BEGINNING)]);
            }
            pieces(Piece::Data(&data));
            if taken > LARGEST_STREAM {
                pieces(Piece::Cut);
                break;
            }
        }
        // Of a part of a sign nothing can be said, and nobody asks for it as a text.
        Ok(String::from_utf8_lossy(&beginning).into_owned().into_bytes())
    }
}

fn broke_off(error: &(dyn std::error::Error + 'static)) -> Try {
    Try::Again(None, Refusal::Unreachable(format!("the answer broke off: {}", chain(error))))
}

/// What answers instead of an API server where somebody stands between.
const PAGE: &str = "a web page instead of JSON, as a login page or a proxy does";

/// Whether an answer is HTML or XML. Neither JSON nor metrics begin so.
fn is_page(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    body.trim_ascii_start().starts_with(b"<")
}

/// The token of the next page, from the beginning of one; nothing where its metadata has not come yet.
fn next_in(beginning: &[u8]) -> Option<String> {
    if wire::is_wire(beginning) {
        return wire::next_in(beginning);
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Metadata {
        r#continue: String,
    }
    struct Head<'t>(&'t mut Option<String>);
    impl<'de> Visitor<'de> for Head<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<String>()? {
                match key.as_str() {
                    "metadata" => {
                        *self.0 = Some(map.next_value::<Metadata>()?.r#continue);
                        break;
                    }
                    "items" | "rows" => break,
                    _ => drop(map.next_value::<IgnoredAny>()?),
                }
            }
            Ok(())
        }
    }
    let mut found = None;
    // It never ends as JSON must, because only its beginning is here.
    let _ = serde_json::Deserializer::from_slice(beginning).deserialize_map(Head(&mut found));
    found
}

fn refused(status: StatusCode, wait: Option<Duration>, body: &[u8]) -> Try {
    let words = words_of(status, body);
    match status {
        StatusCode::UNAUTHORIZED => Try::Refused(Refusal::Unauthorized(words)),
        StatusCode::FORBIDDEN => Try::Refused(Refusal::Forbidden(words)),
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Try::Refused(Refusal::NotFound(words)),
        StatusCode::NOT_ACCEPTABLE | StatusCode::UNSUPPORTED_MEDIA_TYPE => Try::Refused(Refusal::NotAcceptable(words)),
        StatusCode::GONE => Try::Refused(Refusal::Expired(words)),
        StatusCode::TOO_MANY_REQUESTS => Try::Again(wait, Refusal::Failed(words)),
        StatusCode::INTERNAL_SERVER_ERROR | StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            Try::Again(wait, Refusal::Failed(words))
        }
        _ => Try::Refused(Refusal::Failed(words)),
    }
}

/// The server's own words, or what the status means where it has none.
fn words_of(status: StatusCode, body: &[u8]) -> String {
    let in_json = || serde_json::from_slice::<Value>(body).ok().and_then(|value| value.get("message")?.as_str().map(str::to_owned));
    let said = wire::words(body).or_else(in_json);
    let said = said.filter(|said| !said.trim().is_empty()).unwrap_or_else(|| {
        // Proxies answer in HTML, which is no use to anyone; API servers and webhooks in a line of text.
        let text = String::from_utf8_lossy(&body[..body.len().min(4000)]).trim().to_owned();
        if is_page(body) {
            format!("the server answered {status} with {PAGE}")
        } else if text.is_empty() || text.contains('<') || wire::is_wire(body) {
            format!("the server answered {status}")
        } else {
            let start: String = without_secrets(&text).chars().take(400).collect();
            format!("the server answered {status}: {start}")
        }
    });
    // What is cut off could hide what it was, so the whole is examined first.
    clean(&without_secrets(&said)).chars().take(600).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_servers_tell_no_card_numbers_and_no_passwords() {
        let said = br#"{"message": "pods \"refund-4111111111111111\" is forbidden"}"#;
        assert_eq!(words_of(StatusCode::FORBIDDEN, said), "pods \"refund-411111••••••1111••\" is forbidden");
        let proxy = format!("{}password=hunter22", "x".repeat(395));
        assert!(!words_of(StatusCode::BAD_GATEWAY, proxy.as_bytes()).contains("hunter"), "the end is cut off after it was examined");
    }

    #[test]
    fn the_next_page_is_known_from_the_beginning_of_one() {
        let page = r#"{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"a\u003d","remainingItemCount":3},"items":[{"metadata":{"continue":"no"}}"#;
        assert_eq!(next_in(page.as_bytes()).as_deref(), Some("a="));
        for cut in 0..page.find("},\"items").unwrap_or_default() {
            assert_eq!(next_in(&page.as_bytes()[..cut]), None, "{cut}");
        }
        assert_eq!(next_in(br#"{"metadata":{},"items":[]}"#).as_deref(), Some(""));
        // Where the objects come first, nothing is guessed from them.
        assert_eq!(next_in(br#"{"items":[{"metadata":{"continue":"no"}}],"metadata":{"continue":"late"}}"#), None);
        assert_eq!(next_in(b"<html>"), None);
    }
}
