//! Orders to write all Secrets anew (StorageVersionMigration, `storagemigration.k8s.io`, GA in Kubernetes 1.37): one that finished is evidence that Secrets from
//! before a change of the encryption's configuration, or of its key, were encrypted by it too. It says nothing of what the Secrets hold.

use crate::kinds::Inventory;
use crate::kinds::custom::Custom;
use crate::model::{Kind, text::clean};
use jiff::Timestamp;
use serde_json::Value;

/// How far an order came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// All were written anew.
    Finished,
    /// It failed.
    Failed,
    /// It runs, or nobody carries it out.
    Open,
}

/// An order to write all Secrets anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its name.
    pub name: String,
    /// How far it came.
    pub progress: Progress,
    /// Since when that is so; none where it does not tell.
    pub at: Option<Timestamp>,
}

/// The orders for Secrets, the latest first.
#[must_use]
pub fn of_secrets(inventory: &Inventory) -> Vec<Migration> {
    let all = inventory.customs.get(&Kind::StorageVersionMigrations).into_iter().flatten();
    let mut found: Vec<Migration> = all.filter(|order| is_of_secrets(order)).map(read).collect();
    found.sort_by(|a, b| (b.at, &b.name).cmp(&(a.at, &a.name)));
    found
}

fn is_of_secrets(order: &Custom) -> bool {
    let Some(resource) = order.parts.get("/spec/resource") else { return false };
    let text = |key: &str| resource.get(key).and_then(Value::as_str).unwrap_or_default();
    text("group").is_empty() && text("resource") == "secrets"
}

fn read(order: &Custom) -> Migration {
    let list = |field: &str| order.parts.get(&format!("/status/conditions/*/{field}")).and_then(Value::as_array);
    let at = |field: &str, nth: usize| list(field).and_then(|all| all.get(nth)).and_then(Value::as_str);
    let holds = |wanted: &str| {
        let nth = list("type")?.iter().position(|kind| kind.as_str() == Some(wanted))?;
        (at("status", nth) == Some("True")).then(|| {
            let since = at("lastTransitionTime", nth).or_else(|| at("lastUpdateTime", nth));
            since.and_then(|text| text.parse::<Timestamp>().ok())
        })
    };
    // One that says both is no order that finished.
    let (progress, at) = match (holds("Failed"), holds("Succeeded"), holds("Running")) {
        (Some(at), ..) => (Progress::Failed, at),
        (None, Some(at), _) => (Progress::Finished, at),
        (.., running) => (Progress::Open, running.flatten()),
    };
    Migration { name: clean(&order.metadata.name), progress, at }
}

/// What the orders show, in a sentence; none where there is none.
#[must_use]
pub fn words(inventory: &Inventory) -> Option<String> {
    let all = of_secrets(inventory);
    let on =
        |at: Option<Timestamp>| at.map_or_else(|| "at a time that is not told".to_owned(), |at| format!("on {}", at.strftime("%Y-%m-%d")));
    if let Some(done) = all.iter().find(|order| order.progress == Progress::Finished) {
        return Some(format!(
            "By the StorageVersionMigration {} all Secrets of then were written anew {}: what the API servers were told to encrypt with by then, these are encrypted with.",
            done.name,
            on(done.at)
        ));
    }
    let last = all.first()?;
    let how = if last.progress == Progress::Failed { "failed" } else { "has not finished" };
    Some(format!("The StorageVersionMigration {} of Secrets {how}, so Secrets from before may lie as they did.", last.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    fn told(resource: &Value, conditions: &Value) -> Option<String> {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        let order = json!({"apiVersion": "storagemigration.k8s.io/v1", "kind": "StorageVersionMigration", "metadata": {"name": "again"}, "spec": {"resource": resource}, "status": {"conditions": conditions, "resourceVersion": "7"}});
        ingest.object(Kind::StorageVersionMigrations, &order.to_string());
        words(&ingest.finish())
    }

    #[test]
    fn only_what_finished_is_evidence() {
        let secrets = json!({"group": "", "resource": "secrets"});
        let condition = |kind: &str, status: &str| json!({"type": kind, "status": status, "lastTransitionTime": "2026-10-01T08:00:00Z"});
        for (resource, conditions, wanted) in [
            (&secrets, json!([condition("Running", "False"), condition("Succeeded", "True")]), Some("anew on 2026-10-01")),
            (
                &json!({"resource": "secrets", "version": "v1"}),
                json!([{"type": "Succeeded", "status": "True", "lastUpdateTime": "2026-10-02T08:00:00Z"}]),
                Some("anew on 2026-10-02"),
            ),
            (&secrets, json!([{"type": "Succeeded", "status": "True"}]), Some("at a time that is not told")),
            (&secrets, json!([condition("Succeeded", "True"), condition("Failed", "True")]), Some("failed")),
            (&secrets, json!([condition("Succeeded", "False"), condition("Running", "True")]), Some("has not finished")),
            (&secrets, json!([]), Some("has not finished")),
            (&secrets, json!(null), Some("has not finished")),
            (&json!({"group": "apps", "resource": "secrets"}), json!([condition("Succeeded", "True")]), None),
            (&json!({"group": "", "resource": "configmaps"}), json!([condition("Succeeded", "True")]), None),
        ] {
            let told = told(resource, &conditions);
            assert_eq!(told.is_some(), wanted.is_some(), "{resource} {conditions}: {told:?}");
            assert!(
                wanted.is_none_or(|wanted| told.as_ref().is_some_and(|told| told.contains(wanted))),
                "{resource} {conditions}: {told:?}"
            );
        }
    }
}
