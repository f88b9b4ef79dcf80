//! Control 1.6: interactive access needs more than one factor. The cluster can't show a second factor, only how one credential logs in and
//! what stands before the API; the rest is asked of people.

use crate::analysis::control_plane;
use crate::analysis::described::Topic;
use crate::analysis::software;
use crate::judging::{Check, Need, Verdict, View, described, identity};
use crate::model::{Finding, Outcome, Severity};

/// The checks of control 1.6, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "1.6/login-method",
    title: "How people log in, as far as the cluster shows it",
    severity: Severity::Medium,
    practices: &["1.6.a"],
    needs: &[Need::Identity, Need::Workloads],
    active: false,
    why: "A second factor is asked by the identity provider, so it is only as good as the ways around it: a client certificate or a static token \
          logs in without any provider.",
    mend: "Let kubectl log in through the identity provider (an exec plugin or OIDC) with a second factor enforced there, and withdraw certificates \
           and static tokens from people.",
    blind_spots: "Whether a second factor was asked for can't be seen from the cluster; nor how others log in, nor the settings of the identity \
                  provider, the cloud console and the bastion. So this check never passes by itself.",
    judge: login_method,
}];

fn login_method(view: &View<'_>) -> Verdict {
    let cluster = view.cluster();
    let mut verdict = Verdict::over("sign of how people log in", "signs of how people log in");
    let Some(caller) = &cluster.identity else { return identity::unknown() };
    // A program's account has no second factor to give; what it runs for may still show brokers and flags.
    let program = caller.name.is_account();
    if let Some(login) = cluster.login.as_ref().filter(|_| !program) {
        verdict.saw(view.cluster_wide());
        let finding = Finding::new(view.cluster_wide(), identity::object(caller), "login").observed(login.to_string());
        verdict.find(if login.asks_nobody() {
            finding.severity(Severity::Medium).message("This login asks no identity provider, so no second factor can have been asked for.")
        } else {
            finding
                .severity(Severity::Info)
                .review()
                .message("Confirm at the identity provider behind this login that a second factor is enforced for it.")
        });
    }
    for server in control_plane::api_servers(view.inventory) {
        for name in ["oidc-issuer-url", "authentication-config", "authentication-token-webhook-config-file"] {
            if server.is_set(name) {
                verdict.saw(view.cluster_wide());
                verdict.find(
                    Finding::new(view.cluster_wide(), server.object.clone(), server.field(name))
                        .severity(Severity::Info)
                        .review()
                        .observed(format!("--{name}={}", server.value(name).unwrap_or("(sealed)")))
                        .message("The API server takes logins from here; confirm that a second factor is enforced there."),
                );
            }
        }
    }
    let files = crate::analysis::described::files(view.inventory, Topic::Logins);
    let told = described::tell(view, &files, Topic::Logins, true, &mut verdict);
    (0..told.statements).for_each(|_| verdict.saw(view.cluster_wide()));
    for broker in software::with_role(view.inventory, &view.tables.software, "identity-broker") {
        let object = broker.workload.object.clone();
        verdict.saw(view.cluster_wide());
        // A broker in the platform's namespace lets people into the whole cluster all the same.
        verdict.find(
            Finding::new(view.cluster_wide(), object, broker.workload.spec_path())
                .severity(Severity::Info)
                .review()
                .pods(broker.workload.pods)
                .observed(format!("{} {}", broker.software.name, broker.image).trim_end())
                .message(format!(
                    "{} handles logins; confirm which users come through it and that it asks them for a second factor.",
                    broker.software.name
                )),
        );
    }
    if program && verdict.population() == 0 {
        return Verdict::not_applicable(format!(
            "This assessment runs as the program {}, with which nobody logs in, and nothing else in the cluster shows how people do.",
            caller.name
        ));
    }
    if verdict.outcome() != Outcome::Fail {
        verdict.decide(Outcome::Review);
        verdict.because("The cluster can't show a second factor; what it shows of logins is listed for the questions of this control.");
    }
    verdict
}
