//! Control 6.2: its automated checks. How old Secrets are, and whether what refreshes them works.

use crate::analysis::reencryption;
use crate::judging::evidence::days;
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::custom::Custom;
use crate::model::{Finding, Kind, ObjectRef, Severity, go_duration};
use jiff::{SignedDuration, Timestamp};
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
        let days = days(created, view.now);
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
    if let Some(done) =
        reencryption::of_secrets(view.inventory).into_iter().find(|order| order.progress == reencryption::Progress::Finished)
    {
        verdict.note(format!(
            "The StorageVersionMigration {} wrote Secrets anew: that renews their encryption, and neither the credentials in them nor their age.",
            done.name
        ));
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
        let object = ObjectRef::new(Kind::ExternalSecrets.group(), "ExternalSecret", &secret.metadata.namespace, &secret.metadata.name);
        verdict.find_all(not_refreshed(view, secret, &object));
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

/// Days after which a secret that was rotated in the manager should long have arrived.
const LATE: i64 = 31;

/// What keeps an ExternalSecret from taking up a rotated secret: its policy, an interval that is none, a copy that has not been made for long.
fn not_refreshed(view: &View<'_>, secret: &Custom, object: &ObjectRef) -> Vec<Finding> {
    let part = |pointer: &str| secret.parts.get(pointer);
    let text = |pointer: &str| part(pointer).and_then(Value::as_str);
    let review = |field: &str, rule: &'static str, observed: String, message: &'static str| {
        let observed = crate::model::text::clean(&observed);
        vec![view.finding(object.clone(), field).rule(rule).review().observed(observed).message(message)]
    };
    const NEVER: &str = "It was copied once and is never refreshed; a rotated secret does not arrive.";
    match text("/spec/refreshPolicy") {
        Some("CreatedOnce") => return review("spec.refreshPolicy", "interval", "CreatedOnce".to_owned(), NEVER),
        Some("OnChange") => {
            let message = "It is copied anew only when the ExternalSecret itself is changed; a rotated secret does not arrive.";
            return review("spec.refreshPolicy", "interval", "OnChange".to_owned(), message);
        }
        None | Some("" | "Periodic") => {}
        Some(other) => {
            let message = "This policy of refreshing is not known, so whether a rotated secret arrives can't be told.";
            return review("spec.refreshPolicy", "interval", other.to_owned(), message);
        }
    }
    let told = part("/spec/refreshInterval").map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    // The operator refreshes every hour where nothing is said.
    let every = match told.as_deref().filter(|told| !told.is_empty() && *told != "null") {
        None => SignedDuration::from_hours(1),
        Some(told) => match go_duration(told) {
            Some(every) => every,
            None => {
                let message = "This interval can't be read, so whether a rotated secret arrives can't be told.";
                return review("spec.refreshInterval", "interval", told.to_owned(), message);
            }
        },
    };
    let told = told.unwrap_or_default();
    if every <= SignedDuration::ZERO {
        return review("spec.refreshInterval", "interval", told, NEVER);
    }
    if every > SignedDuration::from_hours(24 * LATE) {
        let message = "It is refreshed so seldom that a rotated secret does not arrive before the old one stops working.";
        return review("spec.refreshInterval", "interval", told, message);
    }
    let last = text("/status/refreshTime").and_then(|time| time.parse::<Timestamp>().ok()).map(|time| days(time, view.now));
    match last.filter(|last| *last > LATE + every.as_hours() / 24) {
        None => vec![],
        Some(last) => review(
            "status.refreshTime",
            "stale",
            format!("refreshed {last} days ago"),
            "It should have been refreshed long since: the operator may not run, and a rotated secret does not arrive.",
        ),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read_as_go_reads_them() {
        let seconds = |text: &str| go_duration(text).map(|time| time.as_secs());
        let cases = [
            ("0", 0),
            ("0s", 0),
            ("0h0m", 0),
            ("1h30m", 5400),
            ("87600h", 315_360_000),
            ("1.5h", 5400),
            (".5m", 30),
            ("-1h", -3600),
            ("90000ms", 90),
        ];
        for (text, wanted) in cases {
            assert_eq!(seconds(text), Some(wanted), "{text}");
        }
        for text in ["", "1", "1d", "h", "1h1", ".h", "9999999999999h", "never", "1 h"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
