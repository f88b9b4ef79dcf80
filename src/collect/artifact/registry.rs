//! Speaks to one registry (OCI Distribution 1.1): requests with the login that it asks for, answers up to a size, each step with a time limit.
//! The login goes to the registry and to the service of tokens that it names over TLS, and nowhere else: where a redirect leads, none goes along.

use super::error::ArtifactError;
use super::login::{self, Login};
use super::name::Name;
use crate::collect::redirect::{absolute, may_go, origin};
use crate::collect::words::{chain, of_pem};
use crate::collect::{Cancel, connect, file};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER, USER_AGENT, WWW_AUTHENTICATE};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Bytes;
use kassay_core::analysis::probing::{Challenge, challenge, is_loopback};
use kassay_core::model::text::{clean, encoded};
use kassay_core::sensitive::without_secrets;
use kube::client::Body;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

/// Longest time for an answer to begin, and between two pieces of one.
const PATIENCE: Duration = Duration::from_secs(60);
/// Slowest line that is waited for: what is sent has that much longer.
const SLOWEST: u64 = 32 << 10;
/// Redirects that are followed.
const HOPS: usize = 4;
/// Tries in all, where a registry asks to come back later.
const TRIES: u32 = 3;
/// Largest answer of a service of tokens, and of words on what went wrong.
const SMALL: usize = 1 << 20;
const AGENT: &str = concat!("kassay/", env!("CARGO_PKG_VERSION"));
/// Docker's own registry answers under another name than it is called by.
const DOCKER: &str = "registry-1.docker.io";

/// What somebody says of registries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistrySettings {
    /// File of certificates in PEM that are believed beside no others.
    pub ca: Option<PathBuf>,
    /// Registries elsewhere may be asked without TLS.
    pub plain_http: bool,
    /// File of those who may sign snapshots, as `ssh-keygen` reads it: one that none of them signed is not read.
    pub signers: Option<PathBuf>,
}

/// What was said for the whole process.
static GIVEN: OnceLock<RegistrySettings> = OnceLock::new();

impl RegistrySettings {
    /// Lets these hold wherever nothing else is said in this process.
    pub fn hold(self) {
        // Said once, at the start.
        let _ = GIVEN.set(self);
    }

    /// What holds where nothing else is said: what was said at the start, else what the environment names.
    #[must_use]
    pub fn held() -> Self {
        let named = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
        let of_environment = || Self { ca: named("KASSAY_REGISTRY_CA"), signers: named("KASSAY_SIGNERS"), plain_http: false };
        GIVEN.get().cloned().unwrap_or_else(of_environment)
    }
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    /// A header's text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What the registry says of it, in a line.
    pub(super) fn words(&self) -> String {
        #[derive(Deserialize)]
        struct Envelope {
            errors: Vec<Fault>,
        }
        #[derive(Deserialize)]
        struct Fault {
            #[serde(default)]
            code: String,
            #[serde(default)]
            message: String,
        }
        let told = serde_json::from_slice::<Envelope>(&self.body).ok().and_then(|envelope| envelope.errors.into_iter().next());
        let told = told.map_or_else(String::new, |fault| format!(": {} {}", fault.code, fault.message));
        let line: String = clean(&without_secrets(&told)).chars().take(300).collect();
        format!("it answers {}{line}", self.status)
    }
}

/// A question.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// Path behind the registry's address, or a whole address.
    pub(super) path: &'a str,
    pub(super) accept: &'a str,
    /// What is sent, and of which type it is.
    pub(super) body: Option<(&'a str, Bytes)>,
    /// Longest answer that is read.
    pub(super) most: usize,
}

impl<'a> Ask<'a> {
    /// A question without anything to send.
    pub(super) fn of(method: Method, path: &'a str, most: usize) -> Self {
        Self { method, path, accept: "*/*", body: None, most }
    }
}

/// A registry that is spoken to.
pub(super) struct Registry<'a> {
    /// What stands for it in words.
    pub(super) host: String,
    pub(super) origin: String,
    repository: String,
    /// What may be done in the repository: `pull`, or `pull,push`.
    actions: &'static str,
    login: Option<Login>,
    authorities: Option<Vec<Vec<u8>>>,
    authorization: Option<SecretString>,
    clients: HashMap<String, kube::Client>,
    cancel: &'a Cancel,
}

impl<'a> Registry<'a> {
    /// Finds the login, and makes ready to ask. Nothing is sent yet.
    pub(super) async fn open(
        name: &Name,
        settings: &RegistrySettings,
        actions: &'static str,
        cancel: &'a Cancel,
    ) -> Result<Self, ArtifactError> {
        let host = if name.registry == "docker.io" { DOCKER } else { name.registry.as_str() };
        let here = is_loopback(host);
        let authorities = settings.ca.as_deref().map(authorities).transpose()?;
        // An authority is named for a registry that has TLS; on this machine others may do without.
        let plain = settings.plain_http || (here && authorities.is_none());
        Ok(Self {
            origin: format!("{}://{host}", if plain { "http" } else { "https" }),
            host: name.registry.clone(),
            repository: name.repository.clone(),
            actions,
            login: login::find(name).await?,
            authorities,
            authorization: None,
            clients: HashMap::new(),
            cancel,
        })
    }

    pub(super) fn unusable(&self, why: impl Into<String>) -> ArtifactError {
        ArtifactError::Answer { registry: self.host.clone(), why: why.into() }
    }

    /// Whether nobody between can read what is sent.
    fn guarded(&self) -> bool {
        self.origin.starts_with("https://") || is_loopback(self.origin.split_once("://").map_or("", |(_, host)| host))
    }

    /// The path of something in the repository.
    pub(super) fn path(&self, below: &str) -> String {
        format!("/v2/{}/{below}", self.repository)
    }

    /// Asks, with the login once the registry wants one; follows redirects of what is only read. Every answer is one, whatever its status, but that the
    /// login is not taken.
    pub(super) async fn ask(&mut self, ask: &Ask<'_>) -> Result<Answer, ArtifactError> {
        let start = if ask.path.contains("://") { ask.path.to_owned() } else { format!("{}{}", self.origin, ask.path) };
        let answer = self.follow(ask, &start).await?;
        if answer.status != StatusCode::UNAUTHORIZED || origin(&start) != self.origin {
            return Ok(answer);
        }
        self.log_in(&answer).await?;
        let answer = self.follow(ask, &start).await?;
        match answer.status {
            StatusCode::UNAUTHORIZED => Err(self.refused(&answer)),
            _ => Ok(answer),
        }
    }

    fn refused(&self, answer: &Answer) -> ArtifactError {
        ArtifactError::Login { registry: self.host.clone(), known: self.login.is_some(), why: answer.words() }
    }

    async fn follow(&mut self, ask: &Ask<'_>, start: &str) -> Result<Answer, ArtifactError> {
        let (mut at, mut tried) = (start.to_owned(), 1);
        for _ in 0..=HOPS {
            let answer = loop {
                let own = origin(&at) == self.origin;
                let authorization = self.authorization.clone().filter(|_| own);
                let answer = self.send(ask, &at, authorization.as_ref()).await?;
                match wait(&answer).filter(|wait| *wait <= PATIENCE && tried < TRIES) {
                    None => break answer,
                    Some(wait) => tokio::select! {
                        () = self.cancel.cancelled() => return Err(ArtifactError::Cancelled),
                        () = tokio::time::sleep(wait) => tried += 1,
                    },
                }
            };
            let moved = matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) && matches!(ask.method, Method::GET | Method::HEAD);
            let Some(to) = answer.header(LOCATION.as_str()).filter(|_| moved).and_then(|to| absolute(&at, to)) else { return Ok(answer) };
            if !may_go(&at, &to) {
                return Err(self.unusable(format!("it sends to {}, where nothing is asked from here", clean(origin(&to)))));
            }
            at = to;
        }
        Err(self.unusable("it sends from one address to the next without end"))
    }

    /// One request.
    async fn send(&mut self, ask: &Ask<'_>, url: &str, authorization: Option<&SecretString>) -> Result<Answer, ArtifactError> {
        let client = self.client(origin(url))?;
        let path = url.get(origin(url).len()..).filter(|path| !path.is_empty()).unwrap_or("/");
        let mut request = Request::builder().method(ask.method.clone()).uri(path).header(ACCEPT, ask.accept).header(USER_AGENT, AGENT);
        if let Some(authorization) = authorization {
            let mut value = http::HeaderValue::from_str(authorization.expose_secret())
                .map_err(|_| self.unusable("the login holds signs that no header can have"))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let (kind, bytes) = ask.body.clone().map_or((None, Bytes::new()), |(kind, bytes)| (Some(kind), bytes));
        if let Some(kind) = kind {
            request = request.header(CONTENT_TYPE, kind);
        }
        let longest = PATIENCE + Duration::from_secs(bytes.len() as u64 / SLOWEST);
        let empty = bytes.is_empty();
        let request =
            request.body(if empty { Body::empty() } else { Body::from(bytes) }).map_err(|error| self.unusable(error.to_string()))?;
        let unreached = |why: String| ArtifactError::Unreached { registry: self.host.clone(), why };
        let sending = tokio::time::timeout(longest, client.send(request));
        let response = tokio::select! {
            () = self.cancel.cancelled() => return Err(ArtifactError::Cancelled),
            sent = sending => sent.map_err(|_| unreached(format!("no answer within {} seconds", longest.as_secs())))?
                .map_err(|error| unreached(chain(&error)))?,
        };
        let (head, mut body) = response.into_parts();
        let mut taken = Vec::new();
        let most = if head.status.is_success() { ask.most } else { SMALL };
        let mut more = ask.method != Method::HEAD;
        while more {
            let next = tokio::select! {
                () = self.cancel.cancelled() => return Err(ArtifactError::Cancelled),
                next = tokio::time::timeout(PATIENCE, body.frame()) => next,
            };
            match next {
                Err(_) => return Err(unreached(format!("its answer stood still for {} seconds", PATIENCE.as_secs()))),
                Ok(None) => more = false,
                Ok(Some(Err(error))) => return Err(unreached(format!("its answer broke off: {}", chain(&error)))),
                Ok(Some(Ok(frame))) => {
                    let data = frame.into_data().unwrap_or_default();
                    if taken.len() + data.len() > most {
                        return Err(self.unusable(format!("it has more than the {most} bytes that are expected")));
                    }
                    taken.extend_from_slice(&data);
                }
            }
        }
        Ok(Answer { status: head.status, headers: head.headers, body: taken.into() })
    }

    fn client(&mut self, origin: &str) -> Result<kube::Client, ArtifactError> {
        if let Some(client) = self.clients.get(origin) {
            return Ok(client.clone());
        }
        // The authorities that were named are those of the registry, and of the service of tokens that belongs to it.
        let client = connect::outsider(origin, self.authorities.clone()).map_err(|error| self.unusable(error.to_string()))?;
        self.clients.insert(origin.to_owned(), client.clone());
        Ok(client)
    }

    /// Gets what the registry asks for.
    async fn log_in(&mut self, refusal: &Answer) -> Result<(), ArtifactError> {
        if self.login.is_some() && !self.guarded() {
            return Err(self.unusable("it asks for the login without TLS, and so it gets none"));
        }
        let asked =
            refusal.headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|header| header.to_str().ok()).collect::<Vec<_>>().join(", ");
        match challenge(&asked) {
            Some(Challenge::Bearer { realm, service }) => {
                let token = self.token(&realm, &service).await?;
                self.authorization = Some(format!("Bearer {}", token.expose_secret()).into());
                Ok(())
            }
            Some(Challenge::Other(scheme)) if scheme.eq_ignore_ascii_case("basic") => {
                self.authorization = Some(self.login.as_ref().and_then(Login::basic).ok_or_else(|| self.refused(refusal))?);
                Ok(())
            }
            _ => Err(self.refused(refusal)),
        }
    }

    /// Asks a service for a token. The login goes there over TLS, or without it to where the registry itself is asked without.
    async fn token(&mut self, realm: &str, service: &str) -> Result<SecretString, ArtifactError> {
        if !may_go(&self.origin, realm) {
            return Err(self.unusable(format!("its service of tokens is “{}”, where no login is sent to", clean(realm))));
        }
        let scope = format!("repository:{}:{}", self.repository, self.actions);
        let answer = match &self.login {
            Some(Login::Refresh(secret)) => {
                let form = format!(
                    "grant_type=refresh_token&client_id=kassay&service={}&scope={}&refresh_token={}",
                    encoded(service),
                    encoded(&scope),
                    encoded(secret.expose_secret())
                );
                let ask = Ask {
                    method: Method::POST,
                    body: Some(("application/x-www-form-urlencoded", form.into())),
                    ..Ask::of(Method::POST, realm, SMALL)
                };
                self.send(&ask, realm, None).await?
            }
            other => {
                let basic = other.as_ref().and_then(Login::basic);
                let joint = if realm.contains('?') { '&' } else { '?' };
                let url = format!("{realm}{joint}service={}&scope={}", encoded(service), encoded(&scope));
                self.send(&Ask::of(Method::GET, &url, SMALL), &url, basic.as_ref()).await?
            }
        };
        if !answer.status.is_success() {
            return Err(match answer.status {
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => self.refused(&answer),
                _ => self.unusable(format!("of its service of tokens: {}", answer.words())),
            });
        }
        // Either name is in use, and some services give both.
        let told: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let token = ["token", "access_token"].iter().find_map(|key| told.get(key)?.as_str());
        token.map(SecretString::from).ok_or_else(|| self.unusable("its service of tokens gave none"))
    }
}

/// The certificates of a file, DER.
fn authorities(path: &std::path::Path) -> Result<Vec<Vec<u8>>, ArtifactError> {
    let failed = |why: String| ArtifactError::Authorities { path: path.display().to_string(), why };
    let pem = std::fs::read(path).map_err(|error| failed(file::plain(&error)))?;
    let found: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(&pem)
        .map(|certificate| certificate.map(|certificate| certificate.to_vec()))
        .collect::<Result<_, _>>()
        .map_err(|error| failed(of_pem(&error).to_owned()))?;
    if found.is_empty() { Err(failed("it holds no certificate".to_owned())) } else { Ok(found) }
}

/// How long a registry asks to wait, where it does.
fn wait(answer: &Answer) -> Option<Duration> {
    let asked = matches!(answer.status.as_u16(), 429 | 503).then(|| answer.headers.get(RETRY_AFTER))??;
    asked.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
