//! Judge of `10.1/deprecated-apis`: which API versions that Kubernetes is going to remove somebody still asks for. What asks for them stops working
//! with the upgrade that removes them, and that is why such upgrades are put off. The API server counts them since its start, each server for itself;
//! so what one server did not count is proof only where no other stands beside it.

use crate::analysis::flags::{self, Component};
use crate::analysis::lifecycle;
use crate::judging::{Verdict, View};
use crate::kinds::{DeprecatedApi, KindState};
use crate::model::{Finding, Kind, ObjectRef, Outcome, Severity};

/// The first version that counts.
const COUNTS_SINCE: (u64, u64) = (1, 19);

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let needs = || vec!["/metrics: get".to_owned()];
    let Some(counted) = &view.cluster().deprecated else {
        return Verdict::blocked("The metrics of the API server, which count requests for deprecated APIs, were not asked for.", needs());
    };
    if !counted.unread.is_empty() {
        return Verdict::blocked(
            format!("The metrics of the API server could not be read: {}.", counted.unread.trim_end_matches('.')),
            needs(),
        );
    }
    let mut verdict = Verdict::over("API server", "API servers");
    verdict.saw(view.cluster_wide());
    let server = numbers(&view.cluster().version);
    if counted.apis.is_empty() && server.is_none_or(|server| server < COUNTS_SINCE) {
        return Verdict::blocked(
            "API servers before Kubernetes 1.19 do not count requests for deprecated APIs.",
            vec!["version: 1.19".to_owned()],
        );
    }
    for api in &counted.apis {
        verdict.find(finding(view, api, server));
    }
    if counted.apis.is_empty() {
        let servers = flags::of(view.inventory, Component::ApiServer);
        let all_seen = [Kind::Pods, Kind::Nodes].iter().all(|kind| view.inventory.state(*kind) == KindState::Read)
            && flags::nodes_without(view.inventory, &servers).is_empty();
        if servers.len() == 1 && all_seen {
            verdict.because("Since its start the API server was asked for no API that is deprecated.");
        } else {
            verdict.because(
                "The API server that answered was asked for no deprecated API since its start; what others beside it counted is not known.",
            );
            verdict.decide(Outcome::Review);
        }
    }
    verdict
}

fn finding(view: &View<'_>, api: &DeprecatedApi, server: Option<(u64, u64)>) -> Finding {
    let place = if api.group.is_empty() { api.version.clone() } else { format!("{}/{}", api.group, api.version) };
    let resource = if api.subresource.is_empty() { api.resource.clone() } else { format!("{}/{}", api.resource, api.subresource) };
    let object = ObjectRef::new("", "API", "", &format!("{place} {resource}"));
    let finding = Finding::new(view.cluster_wide(), object, "apiVersion");
    let Some(removed) = numbers(&api.removed_release) else {
        return finding
            .review()
            .severity(Severity::Info)
            .observed("deprecated, without a release that removes it")
            .message("Somebody still asks for it: find out who, by the audit log's annotation k8s.io/deprecated.");
    };
    let finding = finding.observed(format!("removed in {}", api.removed_release));
    // The next upgrade is one minor version on.
    if server.is_some_and(|(major, minor)| removed <= (major, minor + 1)) {
        finding.message("The next upgrade removes it, and whoever asks for it stops working: the audit log's annotation k8s.io/deprecated says who that is.")
    } else {
        finding
            .review()
            .severity(Severity::Low)
            .message("A later release removes it: plan for that, with the audit log's annotation k8s.io/deprecated.")
    }
}

fn numbers(version: &str) -> Option<(u64, u64)> {
    match lifecycle::numbers(version).as_slice() {
        [major, minor, ..] => Some((*major, *minor)),
        _ => None,
    }
}
