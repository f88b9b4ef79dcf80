//! One request without a credential, and its answer: how long it may take, how often it is tried, where a redirect may lead. Only GET and HEAD
//! can be sent from here.

use super::now;
use crate::collect::redirect::{absolute, may_go, origin};
use crate::collect::words::chain;
use crate::collect::{Cancel, connect};
use http::header::{ACCEPT, AUTHORIZATION, HeaderMap, RETRY_AFTER, USER_AGENT};
use http::{Request, Uri};
use http_body_util::BodyExt;
use hyper_util::client::legacy::connect::HttpInfo;
use jiff::Timestamp;
use kassay_core::kinds::{Method, Probe, ProbeRequest};
use kassay_core::model::text::clean;
use kube::client::Body;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

/// Longest time for one request.
const REQUEST: Duration = Duration::from_secs(15);
/// Tries in all, where the other side asks to come back later.
const TRIES: u32 = 3;
/// Longest wait that it may ask for.
const PATIENCE: Duration = Duration::from_secs(60);
/// Redirects that are followed.
const HOPS: usize = 3;
/// How the program names itself to whoever reads the logs there.
const AGENT: &str = concat!("kassay/", env!("CARGO_PKG_VERSION"), " (security assessment; anonymous probe)");

/// Somebody asked to stop.
pub(super) struct Stopped;

/// What came back.
pub(super) struct Heard {
    pub(super) at: Timestamp,
    /// Address of this machine on the connection.
    pub(super) from: String,
    pub(super) status: Option<u16>,
    pub(super) error: String,
    pub(super) redirected_to: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Whether the body is longer than was read.
    pub(super) cut: bool,
}

impl Heard {
    /// Nothing came, and why.
    pub(super) fn failed(error: String) -> Self {
        Self {
            at: now(),
            from: String::new(),
            status: None,
            error,
            redirected_to: String::new(),
            headers: HeaderMap::new(),
            body: vec![],
            cut: false,
        }
    }

    /// A header's text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The facts that are kept of it.
    pub(super) fn told(&self, request: &ProbeRequest) -> Probe {
        Probe {
            from: self.from.clone(),
            status: self.status,
            error: self.error.clone(),
            redirected_to: self.redirected_to.clone(),
            ..Probe::new(request.clone(), self.at)
        }
    }
}

/// Sends requests; keeps a client for every origin.
pub(super) struct Asker<'a> {
    clients: Mutex<HashMap<String, kube::Client>>,
    cancel: &'a Cancel,
}

impl<'a> Asker<'a> {
    pub(super) fn new(cancel: &'a Cancel) -> Self {
        Self { clients: Mutex::default(), cancel }
    }

    /// Uses this client for an origin.
    pub(super) fn know(&self, origin: &str, client: kube::Client) {
        self.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(origin.to_owned(), client);
    }

    fn client(&self, origin: &str) -> Result<kube::Client, String> {
        let mut clients = self.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(client) = clients.get(origin) {
            return Ok(client.clone());
        }
        let client = connect::stranger(origin).map_err(|error| error.to_string())?;
        clients.insert(origin.to_owned(), client.clone());
        Ok(client)
    }

    /// Asks, waits where it is asked to, and follows a few redirects; a token never goes to another origin. The body is read up to `limit` bytes.
    pub(super) async fn ask(&self, method: Method, url: &str, accept: &str, token: Option<&str>, limit: usize) -> Result<Heard, Stopped> {
        let mut at = url.to_owned();
        for hop in 0..=HOPS {
            let token = token.filter(|_| origin(&at) == origin(url));
            let path = at.get(origin(&at).len()..).filter(|path| !path.is_empty()).unwrap_or("/").to_owned();
            let mut heard = self.ask_once(origin(&at), method, &path, accept, token, limit).await?;
            if hop > 0 {
                // The query of a redirect may be a credential of its own: storage services sign addresses.
                heard.redirected_to = clean(at.split('?').next().unwrap_or_default());
            }
            let next = match heard.status {
                Some(301 | 302 | 303 | 307 | 308) if hop < HOPS => heard.header("location").and_then(|to| absolute(&at, to)),
                _ => None,
            };
            match next.filter(|next| may_go(&at, next)) {
                Some(next) => at = next,
                None => return Ok(heard),
            }
        }
        Ok(Heard::failed("too many redirects".to_owned()))
    }

    /// Asks one address; its redirect is an answer like others.
    pub(super) async fn ask_once(
        &self,
        origin: &str,
        method: Method,
        path: &str,
        accept: &str,
        token: Option<&str>,
        limit: usize,
    ) -> Result<Heard, Stopped> {
        let client = match self.client(origin) {
            Ok(client) => client,
            Err(why) => return Ok(Heard::failed(why)),
        };
        let mut tried = 0;
        loop {
            tried += 1;
            let at = now();
            let sending = tokio::time::timeout(REQUEST, send(&client, method, path, accept, token, limit));
            let sent = tokio::select! {
                () = self.cancel.cancelled() => return Err(Stopped),
                sent = sending => sent,
            };
            let mut heard = match sent {
                Ok(Ok(heard)) => heard,
                Ok(Err(why)) => Heard::failed(why),
                Err(_) => Heard::failed(format!("no complete answer within {} seconds", REQUEST.as_secs())),
            };
            heard.at = at;
            if heard.from.is_empty() {
                heard.from = source_towards(origin).await.unwrap_or_default();
            }
            match wait(&heard) {
                Some(wait) if wait <= PATIENCE && tried < TRIES => tokio::select! {
                    () = self.cancel.cancelled() => return Err(Stopped),
                    () = tokio::time::sleep(wait) => {}
                },
                _ => return Ok(heard),
            }
        }
    }
}

/// How long the other side asks to wait, where it does.
fn wait(heard: &Heard) -> Option<Duration> {
    let asked = matches!(heard.status, Some(429 | 503)).then(|| heard.headers.get(RETRY_AFTER))??;
    asked.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

async fn send(client: &kube::Client, method: Method, path: &str, accept: &str, token: Option<&str>, limit: usize) -> Result<Heard, String> {
    let request = Request::builder().method(method.word()).uri(path).header(ACCEPT, accept).header(USER_AGENT, AGENT);
    let request = match token {
        Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
        None => request,
    };
    let request = request.body(Body::empty()).map_err(|error| error.to_string())?;
    let response = client.send(request).await.map_err(|error| chain(&error))?;
    let (head, mut body) = response.into_parts();
    let mut heard = Heard::failed(String::new());
    heard.status = Some(head.status.as_u16());
    heard.from = head.extensions.get::<HttpInfo>().map(|info| info.local_addr().ip().to_string()).unwrap_or_default();
    heard.headers = head.headers;
    // Dropped unread where nothing of it is needed: the connection ends with it.
    while limit > 0 && head.status.is_success() && !heard.cut {
        match body.frame().await {
            None => break,
            Some(Ok(frame)) => {
                let data = frame.into_data().unwrap_or_default();
                let room = limit - heard.body.len();
                heard.cut = data.len() > room;
                heard.body.extend_from_slice(&data[..data.len().min(room)]);
            }
            Some(Err(error)) => return Err(format!("the answer broke off: {}", chain(&error))),
        }
    }
    Ok(heard)
}

/// The address that this machine would use towards a host; nothing is sent to find out.
async fn source_towards(origin: &str) -> Option<String> {
    let uri: Uri = origin.parse().ok()?;
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
    let host = uri.host()?.trim_matches(['[', ']']).to_owned();
    let found = tokio::time::timeout(Duration::from_secs(5), tokio::net::lookup_host((host, port))).await.ok()?.ok()?;
    for address in found {
        let any: SocketAddr = if address.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0_u16; 8], 0).into() };
        if let Ok(socket) = tokio::net::UdpSocket::bind(any).await
            && socket.connect(address).await.is_ok()
            && let Ok(local) = socket.local_addr()
        {
            return Some(local.ip().to_string());
        }
    }
    None
}
