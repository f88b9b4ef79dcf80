//! Probes in words: what would be sent, for whoever is to allow it, and what was sent and heard, as evidence.

use super::{Plan, follows};
use crate::kinds::{ClusterInfo, Probe, ProbeRequest, Probes, Purpose};
use crate::model::text::clean;

/// Every request of a plan in a line, in its order, with the condition on which it is sent.
#[must_use]
pub fn lines(plan: &Plan) -> Vec<String> {
    plan.requests
        .iter()
        .map(|request| {
            let when = follows(request.purpose);
            let condition = if when.is_empty() { String::new() } else { format!("   ({when})") };
            format!("{} {}{condition}", request.method.word(), address(request))
        })
        .collect()
}

fn address(request: &ProbeRequest) -> String {
    if request.url.is_empty() {
        format!("the token service that the registry names, to pull from {}", request.image)
    } else {
        clean(&request.url)
    }
}

/// What was sent and what came back, line by line: the text that is kept as evidence.
#[must_use]
pub fn record(probes: &Probes, cluster: &ClusterInfo) -> String {
    let mut text = format!(
        "Active probes: requests without credentials, and to kubelets with the login of the context, sent to see what is answered.\ncluster {} ({})\nallowed by {}, begun {}{}\n",
        clean(&cluster.server),
        clean(&cluster.uid),
        if probes.allowed_by.is_empty() { "an unattended run" } else { &probes.allowed_by },
        probes.started_at,
        if probes.stopped { ", stopped before the end" } else { "" },
    );
    text.push_str("\ntime  source address  request  answer\n");
    for probe in &probes.sent {
        let from = if probe.from.is_empty() { "unknown" } else { &probe.from };
        let token = if probe.request.purpose == Purpose::Kubelet {
            " with the login of the context"
        } else if probe.anonymous_token {
            " with the token that is given to anybody"
        } else {
            ""
        };
        text.push_str(&format!(
            "{}  {from}  {} {}{token}  {}\n",
            probe.at,
            probe.request.method.word(),
            address(&probe.request),
            answer(probe)
        ));
    }
    if !probes.left_out.is_empty() {
        text.push_str("\nnot asked about\n");
    }
    for left in &probes.left_out {
        text.push_str(&format!("{}: {}\n", clean(&left.image), clean(&left.why)));
    }
    text
}

fn answer(probe: &Probe) -> String {
    let mut words = probe.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    if !probe.redirected_to.is_empty() {
        words.push_str(&format!(", from {}", clean(&probe.redirected_to)));
    }
    if !probe.asks_for.is_empty() {
        words.push_str(&format!(", asks for {}", clean(&probe.asks_for)));
    }
    if !probe.error.is_empty() {
        words.push_str(&format!(", {}", clean(&probe.error)));
    }
    for artifact in &probe.artifacts {
        words.push_str(&format!(", {}", clean(if artifact.r#type.is_empty() { "something without a type" } else { &artifact.r#type })));
        if !artifact.predicate.is_empty() {
            words.push_str(&format!(" ({})", clean(&artifact.predicate)));
        }
    }
    if probe.more {
        words.push_str(", and more");
    }
    match probe.request.purpose {
        Purpose::Api => format!("{words}; the body was dropped unread"),
        Purpose::Kubelet if probe.error.is_empty() => format!("{words}; the settings that checks read were kept"),
        _ => words,
    }
}
