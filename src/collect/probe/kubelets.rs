//! Asks kubelets for their settings at `/configz`, with the login of the context: the one request of active probes that carries a credential. It is sent
//! only to a server whose certificate the cluster's own authority vouches for; where none does, the handshake fails before anything is sent. Many nodes are
//! asked at once, each for a short time, so that 5,000 of them take less than two minutes even if none answers. No redirect is followed.

use super::{Part, now};
use crate::collect::words::chain;
use crate::collect::{Cancel, Connect, connect, transport};
use futures_util::{StreamExt, stream::iter};
use http::header::{ACCEPT, USER_AGENT};
use http::{Request, Uri};
use http_body_util::BodyExt;
use hyper_util::client::legacy::connect::HttpInfo;
use kassay_core::kinds::control_plane::KubeletTold;
use kassay_core::kinds::{LeftOut, Probe, ProbeRequest};
use kube::client::Body;
use std::time::{Duration, Instant};

/// Nodes that are asked at the same time.
const AT_ONCE: usize = 256;
/// Longest time for one of them.
const EACH: Duration = Duration::from_secs(5);
/// After that no further one is begun: 5,000 that don't answer take 20 rounds of five seconds.
const LONGEST: Duration = Duration::from_secs(110);
/// Largest answer that is read: settings take a few KiB.
const LARGEST: usize = 1 << 20;
/// How the program names itself to whoever reads the logs there.
const AGENT: &str = concat!("kassay/", env!("CARGO_PKG_VERSION"), " (security assessment; configz)");

/// What came of it.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) part: Part,
    pub(super) kubelets: Vec<KubeletTold>,
}

/// Asks the kubelets that a plan lists.
pub(super) async fn ask(connect: &Connect, requests: &[&ProbeRequest], step: &(dyn Fn(&str) + Sync), cancel: &Cancel) -> Asked {
    let mut asked = Asked::default();
    let config = match connect::for_kubelets(connect, cancel).await {
        Ok(config) => config,
        Err(why) => {
            asked.part.left_out.push(LeftOut { image: "kubelets".to_owned(), why: why.clone() });
            asked.kubelets = requests.iter().map(|request| KubeletTold::silent(&request.node, &why)).collect();
            return asked;
        }
    };
    let until = Instant::now() + LONGEST;
    let one = |request: &&ProbeRequest| {
        let (config, request) = (&config, (*request).clone());
        async move {
            step(&request.url);
            if cancel.is_cancelled() {
                return Outcome::Stopped(request);
            }
            if Instant::now() > until {
                return Outcome::TooLate(request);
            }
            let at = now();
            let sent = tokio::select! {
                () = cancel.cancelled() => return Outcome::Stopped(request),
                sent = tokio::time::timeout(EACH, send(config, &request.url)) => sent,
            };
            let (answer, error) = match sent {
                Ok(Ok(answer)) => (Some(answer), String::new()),
                Ok(Err(why)) => (None, why),
                Err(_) => (None, format!("no complete answer within {} seconds", EACH.as_secs())),
            };
            Outcome::Heard { request, at, answer, error }
        }
    };
    let mut outcomes = iter(requests).map(one).buffer_unordered(AT_ONCE);
    while let Some(outcome) = outcomes.next().await {
        match outcome {
            Outcome::Stopped(request) => {
                asked.part.stopped = true;
                asked.kubelets.push(KubeletTold::silent(&request.node, "the probes were stopped before it was asked"));
            }
            Outcome::TooLate(request) => asked.kubelets.push(KubeletTold::silent(&request.node, "the time for asking kubelets was up")),
            Outcome::Heard { request, at, answer, error } => {
                let told = match &answer {
                    None => KubeletTold::silent(&request.node, &error),
                    Some(answer) => answer.told(&request.node),
                };
                let error = if error.is_empty() { told.why.clone() } else { error };
                let (status, from) = answer.map_or((None, String::new()), |answer| (Some(answer.status), answer.from));
                asked.part.sent.push(Probe { status, from, error, ..Probe::new(request, at) });
                asked.kubelets.push(told);
            }
        }
    }
    drop(outcomes);
    // Answers come in as they like; what is kept has an order.
    asked.part.sent.sort_by(|a, b| a.request.node.cmp(&b.request.node));
    asked.kubelets.sort_by(|a, b| a.node.cmp(&b.node));
    asked
}

enum Outcome {
    Stopped(ProbeRequest),
    TooLate(ProbeRequest),
    Heard { request: ProbeRequest, at: jiff::Timestamp, answer: Option<Answer>, error: String },
}

struct Answer {
    status: u16,
    from: String,
    body: Vec<u8>,
    cut: bool,
}

impl Answer {
    fn told(&self, node: &str) -> KubeletTold {
        match self.status {
            200 if self.cut => KubeletTold::silent(node, "the answer is larger than settings are"),
            200 => match std::str::from_utf8(&self.body) {
                Ok(text) => KubeletTold::of_answer(node, text),
                Err(_) => KubeletTold::silent(node, "the answer is no text"),
            },
            401 => KubeletTold::silent(node, "the kubelet does not take this login (401)"),
            403 => KubeletTold::silent(
                node,
                "the right nodes/configz is missing, or the kubelet is older than 1.33 and wants nodes/proxy (403)",
            ),
            404 => KubeletTold::silent(node, "the kubelet does not serve its settings (404)"),
            status => KubeletTold::silent(node, &format!("the answer was {status}")),
        }
    }
}

async fn send(config: &kube::Config, url: &str) -> Result<Answer, String> {
    let uri: Uri = url.parse().map_err(|_| "its address is none".to_owned())?;
    let origin = crate::collect::redirect::origin(url).parse().map_err(|_| "its address is none".to_owned())?;
    let mut config = config.clone();
    config.cluster_url = origin;
    let client = transport::client(&config).map_err(|error| error.to_string())?;
    let request = Request::get(uri.path()).header(ACCEPT, "application/json").header(USER_AGENT, AGENT);
    let request = request.body(Body::empty()).map_err(|error| error.to_string())?;
    let response = client.send(request).await.map_err(|error| chain(&error))?;
    let (head, mut body) = response.into_parts();
    let from = head.extensions.get::<HttpInfo>().map(|info| info.local_addr().ip().to_string()).unwrap_or_default();
    let mut answer = Answer { status: head.status.as_u16(), from, body: vec![], cut: false };
    while head.status.is_success() && !answer.cut {
        match body.frame().await {
            None => break,
            Some(Ok(frame)) => {
                let data = frame.into_data().unwrap_or_default();
                let room = LARGEST - answer.body.len();
                answer.cut = data.len() > room;
                answer.body.extend_from_slice(&data[..data.len().min(room)]);
            }
            Some(Err(error)) => return Err(format!("the answer broke off: {}", chain(&error))),
        }
    }
    Ok(answer)
}
