//! An inventory as snapshots write it, from which objects of single kinds are taken: a cluster that was read once stands for many that were read
//! in part.

use kassay_core::kinds::Inventory;
use kassay_core::model::{Keep, Kind};
use serde_json::Value;

/// How much of a kind's objects is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "not every program of tests keeps halves")]
pub(crate) enum Kept {
    Nothing,
    Half,
    All,
}

/// An inventory from what a snapshot holds.
pub(crate) fn again(written: Value) -> Inventory {
    let mut inventory: Inventory = serde_json::from_value(written).unwrap();
    inventory.settle();
    inventory
}

/// The lists of a written inventory, each with its kind.
pub(crate) fn lists(written: &mut Value) -> Vec<(Kind, &mut Vec<Value>)> {
    let mut found = Vec::new();
    for (field, value) in written.as_object_mut().unwrap() {
        match field.as_str() {
            "controllers" | "customs" => {
                for (id, list) in value.as_object_mut().unwrap() {
                    found.push((Kind::by_id(id).unwrap(), list.as_array_mut().unwrap()));
                }
            }
            _ => {
                let name = match field.as_str() {
                    "certificate_requests" => "certificatesigningrequests".to_owned(),
                    "trust_bundles" => "clustertrustbundles".to_owned(),
                    "validating_webhooks" | "mutating_webhooks" => field.replace("_webhooks", "webhookconfigurations"),
                    _ => field.replace('_', ""),
                };
                let kind = Kind::ALL.iter().find(|kind| kind.resource() == name && matches!(kind.keep(), Keep::Typed | Keep::Rows));
                if let (Some(kind), Value::Array(list)) = (kind, value) {
                    found.push((*kind, list));
                }
            }
        }
    }
    found
}

/// Takes objects of a kind out of a written inventory.
pub(crate) fn cut(written: &mut Value, kind: Kind, kept: Kept) {
    let expected = written["coverage"][kind.id()]["items"].as_u64().unwrap_or_default();
    let Some((_, list)) = lists(written).into_iter().find(|(of, _)| *of == kind) else {
        assert_eq!(expected, 0, "the objects of {kind:?} are not found");
        return;
    };
    match kept {
        Kept::All => {}
        Kept::Half => list.truncate(list.len() / 2),
        Kept::Nothing => list.clear(),
    }
}
