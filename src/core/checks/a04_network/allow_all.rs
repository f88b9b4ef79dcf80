//! Rules that let everything through, in policies of every kind.

use crate::analysis::reach::Direction;
use crate::judging::{Verdict, View};
use crate::model::Severity;

pub(super) fn allow_all(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("network policy", "network policies");
    let reach = view.reach();
    for policy in reach.policies() {
        verdict.saw(view.category(&policy.namespace));
    }
    for rule in reach.wide_rules() {
        // Names must be looked up, and within the cluster that opens no way for data worth a finding.
        if rule.only_names && rule.within {
            continue;
        }
        let finding = view.finding(rule.object.clone(), rule.field).rule(rule.direction.id());
        let (width, way) = (rule.width, if rule.direction == Direction::Ingress { "come in" } else { "be reached" });
        let ports = if rule.ports.is_empty() { "all ports".to_owned() } else { rule.ports.join(", ") };
        verdict.find(if rule.only_names {
            finding
                .review()
                .severity(Severity::Low)
                .observed(format!("{width}; {ports}"))
                .message("Names may be asked for anywhere, and data leaves in such questions too: name the cluster's own DNS as the peer.")
        } else if !rule.known {
            finding.review().observed(format!("{width}; {ports}")).message(
                "Its peers are told by what they are not, and the namespaces that there are were not read: it may leave nobody out.",
            )
        } else if rule.every_port {
            finding
                .observed(format!("{width}; {ports}"))
                .message(format!("The rule lets {width} {way} on every port, whatever other policies deny."))
        } else {
            finding
                .review()
                .severity(Severity::Low)
                .observed(format!("{width}; {ports}"))
                .message("A wide rule for some ports; somebody must say that it is meant.")
        });
    }
    for entry in reach.objects_not_evaluated() {
        let object = entry.object();
        if !reach.policies().contains(&object) {
            verdict.saw(view.category(&object.namespace));
        }
        verdict.find(
            view.finding(object, "spec")
                .review()
                .severity(Severity::Info)
                .observed(entry.why.clone())
                .message("The policy was not evaluated, so that whether it lets everything through must be read by a person."),
        );
    }
    verdict
}
