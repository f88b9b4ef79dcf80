//! Control 6.2: its automated checks. How old Secrets are, and whether what refreshes them works.

use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::custom::Custom;
use crate::model::{Kind, ObjectRef, Severity};
use serde_json::Value;

/// The checks of control 6.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "6.2/secret-age",
        title: "Secrets that are older than a year",
        severity: Severity::Low,
        practices: &["6.2.a"],
        needs: &[Need::List(Kind::Secrets)],
        active: false,
        why: "A credential that is never changed stays useful to everybody who ever saw it: people who left, old backups, a leaked file. An old Secret \
              is a place to ask when it was last rotated, and whether anybody knows how.",
        mend: "Rotate the credential, best through the secret manager by itself, and delete Secrets that nothing uses.",
        blind_spots: "The check sees when the object was made. One whose value was changed in place looks as old as it was, and one that is made anew \
                      with the same value looks young. Values are never read.",
        judge: secret_age,
    },
    Check {
        id: "6.2/refresh",
        title: "External secrets that are not refreshed",
        severity: Severity::Medium,
        practices: &["6.2.a"],
        needs: &[Need::List(Kind::ExternalSecrets)],
        active: false,
        why: "An ExternalSecret copies a secret from the manager into the cluster, again and again. Where that is switched off or fails, a rotated \
              secret never arrives, and workloads go on with the old one until it stops working.",
        mend: "Set a refreshInterval, and mend what the ExternalSecret's condition reports (rights in the manager, a name that no longer exists).",
        blind_spots: "Only objects of the External Secrets Operator are read. Whether workloads take up a refreshed value, and whether the manager rotates \
                      it at all, is not seen.",
        judge: refresh,
    },
];

fn secret_age(view: &View<'_>) -> Verdict {
    // Tokens of accounts have a check of their own; releases and bootstrap tokens are no credentials of people.
    const PASSED_OVER: &[&str] = &["kubernetes.io/service-account-token", "helm.sh/release.v1", "bootstrap.kubernetes.io/token"];
    let mut verdict = Verdict::over("Secret", "Secrets");
    let mut undated = 0;
    for secret in view.inventory.secrets.iter().filter(|s| !PASSED_OVER.contains(&s.r#type.as_str())) {
        let category = view.category(&secret.metadata.namespace);
        verdict.saw(category);
        let Some(created) = secret.metadata.creation_timestamp else {
            undated += usize::from(category.in_scope());
            continue;
        };
        let days = (view.now.as_second() - created.as_second()).div_euclid(86_400);
        if days > 365 {
            verdict.find(
                view.finding(ObjectRef::new("", "Secret", &secret.metadata.namespace, &secret.metadata.name), "metadata.creationTimestamp")
                    .review()
                    .severity(Severity::Low)
                    .observed(format!("{}, made {}, {days} days ago", secret.r#type, created.strftime("%Y-%m-%d")))
                    .message("Somebody must show when this credential was last changed."),
            );
        }
    }
    if undated > 0 && !matches!(verdict.outcome(), crate::model::Outcome::Review) {
        return Verdict::blocked(
            format!("{undated} Secrets in scope came without the time when they were made."),
            vec!["secrets: age".to_owned()],
        );
    }
    verdict
}

fn refresh(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("ExternalSecret", "ExternalSecrets");
    for secret in view.inventory.customs.get(&Kind::ExternalSecrets).into_iter().flatten() {
        verdict.saw(view.category(&secret.metadata.namespace));
        let part = |pointer: &str| secret.parts.get(pointer).and_then(|v| v.as_str());
        let object = ObjectRef::new(Kind::ExternalSecrets.group(), "ExternalSecret", &secret.metadata.namespace, &secret.metadata.name);
        if part("/spec/refreshInterval").is_some_and(|every| matches!(every, "0" | "0s" | "0m" | "0h")) {
            verdict.find(
                view.finding(object.clone(), "spec.refreshInterval")
                    .rule("interval")
                    .review()
                    .observed("0")
                    .message("It was copied once and is never refreshed; a rotated secret does not arrive."),
            );
        }
        if part("/spec/refreshPolicy") == Some("CreatedOnce") {
            verdict.find(
                view.finding(object.clone(), "spec.refreshPolicy")
                    .rule("interval")
                    .review()
                    .observed("CreatedOnce")
                    .message("It was copied once and is never refreshed; a rotated secret does not arrive."),
            );
        }
        let finding = view.finding(object, "status.conditions");
        match readiness(secret) {
            Some((true, _)) => {}
            Some((false, reason)) => verdict.find(
                finding
                    .rule("failing")
                    .observed(format!("not ready: {}", crate::model::text::clean(reason)))
                    .message("The copy from the secret manager fails; the value in the cluster may be an old one."),
            ),
            None => {
                verdict.find(
                    finding.rule("untold").review().severity(Severity::Low).observed("no condition Ready").message(
                        "Nothing tells whether the copy from the secret manager works: the operator may not run, or look elsewhere.",
                    ),
                )
            }
        }
    }
    verdict
}

/// Whether an ExternalSecret says that its copy works, and the reason that it gives; `None` where it says nothing.
fn readiness(secret: &Custom) -> Option<(bool, &str)> {
    let list = |field: &str| -> Vec<Option<&str>> {
        let part = secret.parts.get(&format!("/status/conditions/*/{field}")).and_then(Value::as_array);
        part.into_iter().flatten().map(Value::as_str).collect()
    };
    let at = list("type").iter().position(|kind| *kind == Some("Ready"))?;
    let text = |field: &str| list(field).get(at).copied().flatten();
    Some((text("status") == Some("True"), text("reason").unwrap_or("no reason told")))
}
