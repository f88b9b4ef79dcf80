//! Judge of `1.1/anonymous-probe`: the statuses with which the API server answered requests without a credential.

use crate::analysis::probing::API_PATHS;
use crate::judging::{Verdict, View};
use crate::kinds::{Probe, Purpose};
use crate::model::{Finding, ObjectRef, Outcome, Severity};

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let cluster = view.cluster();
    let sent = view.inventory.probes.iter().flat_map(|probes| &probes.sent).filter(|probe| probe.request.purpose == Purpose::Api);
    let sent: Vec<&Probe> = sent.collect();
    if sent.is_empty() {
        let why = "The API server was not asked: it has no address of its own here, because it was reached through a tunnel on this machine, which may \
                   log in by itself, or the probes were stopped.";
        return Verdict::blocked(why, vec!["an answer from the API server".to_owned()]);
    }
    let mut verdict = Verdict::over("address", "addresses");
    let mut unknown: Vec<String> = Vec::new();
    for path in API_PATHS.map(without_query) {
        let probe = sent.iter().rev().find(|probe| path_of(&probe.request.url) == path);
        let Some(probe) = probe else {
            unknown.push(format!("{path} was not asked for"));
            continue;
        };
        verdict.saw(view.cluster_wide());
        let finding = Finding::new(view.cluster_wide(), ObjectRef::new("", "Cluster", "", &cluster.server), path);
        match probe.status {
            _ if !probe.error.is_empty() => unknown.push(format!("{path}: {}", probe.error)),
            Some(401 | 403) => {}
            // What a stock cluster answers to anybody is no finding.
            Some(200..=299) if is_open_by_design(path) => {}
            Some(status @ 200..=299) => {
                let (severity, what) = gravity(path);
                verdict.find(finding.severity(severity).observed(format!("{status} without a credential")).message(what));
            }
            Some(429 | 500..=599) | None => unknown.push(format!("{path}: {}", words(probe.status))),
            // Authorization comes before everything else: whoever gets another answer than “who are you” or “no” was let in.
            Some(status) if !is_open_by_design(path) => verdict.find(
                finding
                    .review()
                    .severity(Severity::Low)
                    .observed(format!("{status} without a credential"))
                    .message("It was neither refused nor answered: what stands at this address must be looked at."),
            ),
            Some(_) => {}
        }
    }
    if verdict.outcome() == Outcome::Fail {
        return verdict;
    }
    if !unknown.is_empty() {
        let reason = format!("Not every address was answered: {}.", unknown.join("; "));
        return verdict.block(reason, vec!["an answer from the API server".to_owned()]);
    }
    if verdict.outcome() == Outcome::Pass {
        let open: Vec<&str> = sent.iter().filter(|p| matches!(p.status, Some(200..=299))).map(|p| path_of(&p.request.url)).collect();
        verdict.because(if open.is_empty() {
            "Without a credential the API server refused all nine addresses.".to_owned()
        } else {
            format!("Without a credential the API server answered {} and refused the others.", open.join(", "))
        });
    }
    verdict
}

fn words(status: Option<u16>) -> String {
    status.map_or_else(|| "no answer came".to_owned(), |status| format!("the answer was {status}"))
}

/// The path of an address, whatever stands before it: a server may be served below a path of its own.
fn path_of(url: &str) -> &str {
    let url = without_query(url);
    API_PATHS.map(without_query).into_iter().filter(|path| url.ends_with(path)).max_by_key(|path| path.len()).unwrap_or_default()
}

fn without_query(address: &str) -> &str {
    address.split('?').next().unwrap_or_default()
}

/// Health and version, which `system:public-info-viewer` gives to everybody.
fn is_open_by_design(path: &str) -> bool {
    matches!(path, "/version" | "/livez" | "/readyz")
}

fn gravity(path: &str) -> (Severity, &'static str) {
    match path {
        "/api/v1/secrets" => (Severity::Critical, "Anybody who reaches the API server may read every Secret of the cluster."),
        "/api/v1/namespaces" => {
            (Severity::Critical, "Anybody who reaches the API server may read the cluster's objects: its namespaces at the least.")
        }
        "/metrics" => {
            (Severity::High, "Anybody who reaches the API server may read its metrics, which name resources, users' requests and load.")
        }
        _ => (Severity::Medium, "Anybody who reaches the API server may learn which APIs and add-ons it serves, and aim at their flaws."),
    }
}
