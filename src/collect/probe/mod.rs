//! Active probes: carries out a plan, request by request, and nothing that is not in it. Registries are asked a few at once and repository by
//! repository; one that can't be reached is left alone. What was sent and what came back is told with time and source address.

mod ask;
mod kubelets;

use super::{Cancel, CollectError, SourceSpec, redirect};
use ask::{Asker, Heard, Stopped};
use futures_util::{StreamExt, stream::iter};
use jiff::Timestamp;
use kassay_core::analysis::probing::{self, Answer, Plan};
use kassay_core::kinds::{LeftOut, Probe, ProbeRequest, Probes, Purpose};
use kassay_core::model::text::clean;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Repositories that are asked at the same time.
const AT_ONCE: usize = 4;
/// Longest time for all of it.
const LONGEST: Duration = Duration::from_secs(20 * 60);
/// Failed connections to a registry after which it is left alone.
const ENOUGH: usize = 2;
/// Largest list or manifest that is read: registries take none above 4 MiB.
const LARGEST: usize = 4 << 20;
/// Largest answer of a token service that is read.
const LARGEST_TOKEN: usize = 64 << 10;

/// Forms of a manifest.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

/// A listener: requests done, of how many, and where the next one goes. It comes often, and must be quick.
pub type ProbeWatcher<'a> = &'a (dyn Fn(usize, usize, &str) + Send + Sync);

/// Sends what a plan lists. A cancel stops it; what was heard before is kept, because it was sent.
///
/// # Errors
/// Where the source is no live cluster, or another one than the plan was made for.
pub async fn probe(
    spec: &SourceSpec,
    plan: &Plan,
    allowed_by: &str,
    progress: ProbeWatcher<'_>,
    cancel: &Cancel,
) -> Result<Probes, CollectError> {
    let SourceSpec::Live(connect) = spec else { return Err(CollectError::NotLive) };
    let (server, client) = super::connect::anonymous(connect)?;
    let asker = Asker::new(cancel);
    let api: Vec<&ProbeRequest> = plan.requests.iter().filter(|request| request.purpose == Purpose::Api).collect();
    if let Some(stray) = api.iter().find(|request| !request.url.starts_with(&format!("{server}/"))) {
        return Err(CollectError::Internal(format!("the probes were planned for another server: {}", stray.url)));
    }
    asker.know(&server, client);
    let run = Run {
        asker,
        server,
        progress,
        total: plan.requests.len(),
        done: AtomicUsize::new(0),
        dead: Mutex::default(),
        until: Instant::now() + LONGEST,
    };
    let mut probes = Probes {
        allowed_by: allowed_by.to_owned(),
        started_at: now(),
        stopped: false,
        sent: vec![],
        left_out: plan.left_out.clone(),
        kubelets: vec![],
    };
    probes.take(run.api(&api).await);
    let mut repositories = iter(groups(plan)).map(|requests| run.repository(requests)).buffered(AT_ONCE);
    while let Some(part) = repositories.next().await {
        probes.take(part);
    }
    drop(repositories);
    let nodes: Vec<&ProbeRequest> = plan.requests.iter().filter(|request| request.purpose == Purpose::Kubelet).collect();
    if !nodes.is_empty() && !probes.stopped {
        let asked = kubelets::ask(connect, &nodes, &|url| run.step(url), cancel).await;
        probes.take(asked.part);
        probes.kubelets = asked.kubelets;
    }
    Ok(probes)
}

/// What came of a part of the plan.
#[derive(Default)]
struct Part {
    sent: Vec<Probe>,
    left_out: Vec<LeftOut>,
    stopped: bool,
}

trait Take {
    fn take(&mut self, part: Part);
}

impl Take for Probes {
    fn take(&mut self, part: Part) {
        self.sent.extend(part.sent);
        self.left_out.extend(part.left_out);
        self.stopped |= part.stopped;
    }
}

/// To the second, as all times of a collection.
fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// The requests to registries by repository, in the plan's order.
fn groups(plan: &Plan) -> Vec<Vec<&ProbeRequest>> {
    let mut order: Vec<Vec<&ProbeRequest>> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for request in plan.requests.iter().filter(|r| !matches!(r.purpose, Purpose::Api | Purpose::Token | Purpose::Kubelet)) {
        let nth = *known.entry(repository_of(&request.url)).or_insert_with(|| {
            order.push(Vec::new());
            order.len() - 1
        });
        if let Some(group) = order.get_mut(nth) {
            group.push(request);
        }
    }
    order
}

/// The address of a repository in that of something in it.
fn repository_of(url: &str) -> &str {
    let cut = |part: &str| url.rfind(part);
    cut("/manifests/").max(cut("/referrers/")).map_or(url, |at| &url[..at])
}

struct Run<'a> {
    asker: Asker<'a>,
    server: String,
    progress: ProbeWatcher<'a>,
    total: usize,
    done: AtomicUsize,
    /// Failed connections by origin, with the last reason.
    dead: Mutex<BTreeMap<String, (usize, String)>>,
    until: Instant,
}

/// The token of one repository.
#[derive(Default)]
struct Token {
    value: Option<String>,
    /// The service gives none to strangers, or none that helps.
    denied: bool,
}

impl Run<'_> {
    fn step(&self, url: &str) {
        let done = self.done.fetch_add(1, Ordering::Relaxed);
        (self.progress)(done, self.total, redirect::origin(url));
    }

    async fn api(&self, requests: &[&ProbeRequest]) -> Part {
        let mut part = Part::default();
        for request in requests {
            self.step(&request.url);
            let path = request.url.strip_prefix(&self.server).unwrap_or_default();
            let accept = if path.starts_with("/api/v1/") { TABLE } else { "*/*" };
            // Nothing of the body is read, whatever it is; and where the API server points elsewhere, nobody goes.
            match self.asker.ask_once(&self.server, request.method, path, accept, None, 0).await {
                Ok(heard) => part.sent.push(heard.told(request)),
                Err(Stopped) => {
                    part.stopped = true;
                    return part;
                }
            }
        }
        part
    }

    async fn repository(&self, requests: Vec<&ProbeRequest>) -> Part {
        let (mut part, mut token) = (Part::default(), Token::default());
        for request in requests {
            self.step(&request.url);
            if !is_due(request, &part) {
                continue;
            }
            if let Some(why) = self.given_up(&request.url) {
                if request.purpose == Purpose::Manifest {
                    part.left_out.push(LeftOut { image: request.image.clone(), why });
                }
                continue;
            }
            if Instant::now() > self.until || self.request(request, &mut token, &mut part).await.is_err() {
                part.stopped = true;
                return part;
            }
        }
        part
    }

    async fn request(&self, request: &ProbeRequest, token: &mut Token, part: &mut Part) -> Result<(), Stopped> {
        let (probe, challenge) = self.send(request, token).await?;
        let asked_for_token = probe.status == Some(401) && !token.denied;
        part.sent.push(probe);
        if !asked_for_token {
            return Ok(());
        }
        let Some(url) = challenge.and_then(|c| c.token_url(path_of_repository(&request.url))) else { return Ok(()) };
        let (told, got) = self.token(&url, request).await?;
        let trouble = told.error.clone();
        part.sent.push(told);
        match got {
            Some(value) => {
                token.value = Some(value);
                let (again, _) = self.send(request, token).await?;
                token.denied = matches!(again.status, Some(401 | 403));
                part.sent.push(again);
            }
            // A service that fails is no service that refuses.
            None if !trouble.is_empty() => {
                let at = part.sent.len().saturating_sub(2);
                if let Some(first) = part.sent.get_mut(at) {
                    first.error = format!("the token service gave no token: {trouble}");
                }
            }
            None => token.denied = true,
        }
        Ok(())
    }

    /// Sends one request to a registry and reads of the answer what its purpose needs.
    async fn send(&self, request: &ProbeRequest, token: &Token) -> Result<(Probe, Option<probing::Challenge>), Stopped> {
        let (accept, limit) = match request.purpose {
            Purpose::Referrers | Purpose::ReferrersTag => (INDEX, LARGEST),
            Purpose::CosignTag => (MANIFESTS, LARGEST),
            _ => (MANIFESTS, 0),
        };
        let heard = self.asker.ask(request.method, &request.url, accept, token.value.as_deref(), limit).await?;
        self.count(&request.url, &heard);
        let challenge = heard.header("www-authenticate").and_then(probing::challenge);
        let mut probe = heard.told(request);
        probe.anonymous_token = token.value.is_some();
        probe.asks_for = challenge.as_ref().map(|c| clean(c.scheme())).unwrap_or_default();
        if probe.error.is_empty() {
            probe.error = no_registry(&heard, request.purpose, challenge.is_some() || probe.anonymous_token).unwrap_or_default();
        }
        if probe.error.is_empty() && limit > 0 && probe.status == Some(200) {
            match probing::artifacts(request.purpose, &heard.body) {
                _ if heard.cut => probe.error = format!("the answer is larger than {} MiB", LARGEST >> 20),
                Ok(found) => probe.artifacts = found,
                Err(why) => probe.error = why,
            }
            probe.more = heard.header("link").is_some_and(|link| link.contains("next"));
        }
        Ok((probe, challenge))
    }

    /// Asks a token service for the token that it gives to anybody.
    async fn token(&self, url: &str, request: &ProbeRequest) -> Result<(Probe, Option<String>), Stopped> {
        let image =
            request.image.split_once('@').map_or_else(|| request.image.rsplit_once(':').map_or("", |(name, _)| name), |(name, _)| name);
        let asked = ProbeRequest {
            purpose: Purpose::Token,
            method: kassay_core::kinds::Method::Get,
            url: url.to_owned(),
            image: image.to_owned(),
            node: String::new(),
        };
        let heard = if redirect::may_go(&request.url, url) {
            self.asker.ask(asked.method, url, "application/json", None, LARGEST_TOKEN).await?
        } else {
            Heard::failed(
                "the registry names a token service to which nobody goes from here: another host without TLS, or this machine".to_owned(),
            )
        };
        let mut told = heard.told(&asked);
        let got = match (told.error.is_empty(), told.status) {
            (true, Some(200)) => {
                let token = token_in(&heard.body);
                if token.is_none() {
                    "its answer holds no token".clone_into(&mut told.error);
                }
                token
            }
            (true, Some(401 | 403)) => None,
            (true, Some(status)) => {
                told.error = format!("the answer was {status}");
                None
            }
            _ => None,
        };
        Ok((told, got))
    }

    fn count(&self, url: &str, heard: &Heard) {
        let mut dead = self.dead.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let entry = dead.entry(redirect::origin(url).to_owned()).or_default();
        *entry = if heard.status.is_none() { (entry.0 + 1, heard.error.clone()) } else { (0, String::new()) };
    }

    /// Why an origin is left alone, where it is.
    fn given_up(&self, url: &str) -> Option<String> {
        let dead = self.dead.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        dead.get(redirect::origin(url))
            .filter(|(times, _)| *times >= ENOUGH)
            .map(|(_, why)| format!("its registry could not be reached: {why}"))
    }
}

/// Whether earlier answers make a request worth sending.
fn is_due(request: &ProbeRequest, part: &Part) -> bool {
    let of_image = |purpose| part.sent.iter().rev().find(|p| p.request.purpose == purpose && p.request.image == request.image);
    let open = || of_image(Purpose::Manifest).is_some_and(|probe| probing::answer_of(probe) == Answer::Open);
    match request.purpose {
        Purpose::Manifest => true,
        Purpose::Referrers | Purpose::CosignTag => open(),
        Purpose::ReferrersTag => open() && of_image(Purpose::Referrers).is_some_and(probing::serves_no_referrers),
        Purpose::Api | Purpose::Token | Purpose::Kubelet => false,
    }
}

fn path_of_repository(url: &str) -> &str {
    repository_of(url).split_once("/v2/").map_or("", |(_, path)| path)
}

fn token_in(body: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    let token = answer.get("token").or_else(|| answer.get("access_token"))?.as_str()?;
    (!token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic())).then(|| token.to_owned())
}

/// Why an answer is not a registry's: a portal or a proxy that answers everything must not pass for one, open or closed.
fn no_registry(heard: &Heard, purpose: Purpose, challenged: bool) -> Option<String> {
    let kind = heard.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let told = if kind.is_empty() { "nothing that has a type".to_owned() } else { clean(&kind) };
    let manifest = kind.contains("vnd.oci.image.") || kind.contains("vnd.docker.distribution.manifest");
    match (heard.status?, purpose) {
        (200..=299, Purpose::Referrers | Purpose::ReferrersTag) if !kind.contains("vnd.oci.image.index") => {
            Some(format!("the answer is no list of referrers: it gives {told}"))
        }
        (200..=299, _) if !manifest && heard.header("docker-content-digest").is_none() => {
            Some(format!("what answers is no registry: it gives {told}"))
        }
        (401 | 403 | 404, _)
            if !challenged && !manifest && heard.header("docker-distribution-api-version").is_none() && !kind.contains("json") =>
        {
            Some(format!("what answers does not call itself a registry: it gives {told}"))
        }
        _ => None,
    }
}
