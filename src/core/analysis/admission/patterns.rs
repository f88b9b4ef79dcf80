//! What a pattern of Kyverno demands, told by walking its keys with their anchors: `X(k)` must be absent, `=(k)` counts if it is there, `(k)` and
//! `<(k)` are conditions under which the rest counts, `^(k)` asks it of one item at least.

use super::demands::{self, Demand};
use serde_json::Value;
use std::collections::BTreeSet;

/// What is demanded, and what of it only in part.
#[derive(Default)]
pub(super) struct Pattern {
    /// What it demands.
    pub(super) demands: BTreeSet<Demand>,
    /// Of these, what it demands of some values only.
    pub(super) limited: BTreeSet<Demand>,
    /// Whether it counts under conditions of its own.
    pub(super) conditional: bool,
}

impl Pattern {
    pub(super) fn of(pattern: &Value) -> Self {
        let mut found = Self::default();
        found.walk(pattern);
        if demands::pattern_of_registries(pattern) {
            found.demands.insert(Demand::Registries);
        }
        found
    }

    /// What any of several patterns demands: what all of them do, since a pod may choose the one that it satisfies.
    pub(super) fn any(patterns: &[Value]) -> Self {
        let mut all = patterns.iter().map(Self::of);
        let first = all.next().unwrap_or_default();
        all.fold(first, |mut found, other| {
            found.demands.retain(|demand| other.demands.contains(demand));
            found.limited.extend(other.limited);
            found.conditional |= other.conditional;
            found
        })
    }

    fn walk(&mut self, value: &Value) {
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, below)| self.field(key, below)),
            // Of a list the first entry counts for every item, and further ones are not read.
            Value::Array(items) => items.first().into_iter().for_each(|item| self.walk(item)),
            _ => {}
        }
    }

    fn field(&mut self, key: &str, below: &Value) {
        let (anchor, name) = key.strip_suffix(')').and_then(|key| key.split_once('(')).unwrap_or(("", key));
        let absent = match anchor {
            "X" => true,
            "=" => false,
            "" if name.len() == key.len() => false,
            _ => {
                self.conditional = true;
                return;
            }
        };
        let demand = match name {
            "privileged" => Demand::Privileged,
            "hostNetwork" => Demand::HostNetwork,
            "hostPID" => Demand::HostPid,
            "hostIPC" => Demand::HostIpc,
            "hostPath" => {
                self.demands.insert(Demand::HostPath);
                // Anything else than its absence permits some directories.
                if !absent && !is_nothing(below) {
                    self.limited.insert(Demand::HostPath);
                }
                return;
            }
            "runAsNonRoot" if !absent && says(below, true) => {
                self.demands.insert(Demand::NonRoot);
                return;
            }
            "runAsUser"
                if !absent && below.as_str().is_some_and(|text| matches!(text.trim().chars().next(), Some('>' | '!' | '1'..='9'))) =>
            {
                self.demands.insert(Demand::NonRoot);
                return;
            }
            _ => return self.walk(below),
        };
        if absent || is_nothing(below) || says(below, false) {
            self.demands.insert(demand);
        }
    }
}

/// What is satisfied by a field that is missing alone.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("null")
}

fn says(value: &Value, wanted: bool) -> bool {
    let other = if wanted { "!false" } else { "!true" };
    match value {
        Value::Bool(said) => *said == wanted,
        Value::String(text) => text.trim() == other || text.trim() == if wanted { "true" } else { "false" },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(pattern: Value) -> (Vec<Demand>, Vec<Demand>, bool) {
        let found = Pattern::of(&pattern);
        (found.demands.into_iter().collect(), found.limited.into_iter().collect(), found.conditional)
    }

    #[test]
    fn host_paths_are_refused_by_their_absence_alone() {
        assert_eq!(told(json!({"spec": {"=(volumes)": [{"X(hostPath)": "null"}]}})), (vec![Demand::HostPath], vec![], false));
        assert_eq!(told(json!({"spec": {"=(volumes)": [{"hostPath": null}]}})), (vec![Demand::HostPath], vec![], false));
        let limited = json!({"spec": {"=(volumes)": [{"=(hostPath)": {"path": "/var/log/*"}}]}});
        assert_eq!(told(limited), (vec![Demand::HostPath], vec![Demand::HostPath], false));
    }

    #[test]
    fn values_that_permit_what_is_asked_for_demand_nothing() {
        assert_eq!(told(json!({"spec": {"=(hostNetwork)": "false", "X(hostPID)": "null", "=(hostIPC)": false}})).0.len(), 3);
        assert_eq!(told(json!({"spec": {"=(hostNetwork)": "true | false", "hostPID": "?*", "hostIPC": true}})).0, []);
        assert_eq!(told(json!({"spec": {"securityContext": {"runAsNonRoot": true}}})).0, [Demand::NonRoot]);
        assert_eq!(told(json!({"spec": {"securityContext": {"runAsNonRoot": "false", "runAsUser": "0"}}})).0, []);
    }

    #[test]
    fn conditions_are_no_demands() {
        assert_eq!(
            told(json!({"spec": {"(hostNetwork)": "false", "containers": [{"image": "r.acme.example/*"}]}})),
            (vec![Demand::Registries], vec![], true)
        );
        assert_eq!(told(json!({"spec": {"^(containers)": [{"securityContext": {"privileged": false}}]}})), (vec![], vec![], true));
        // Only the first entry of a list is read by the engine.
        assert_eq!(told(json!({"spec": {"containers": [{"name": "?*"}, {"securityContext": {"privileged": false}}]}})).0, []);
    }

    #[test]
    fn of_several_patterns_all_must_demand_it() {
        let a = json!({"spec": {"=(hostPID)": false, "=(hostIPC)": false}});
        let found = Pattern::any(&[a.clone(), json!({"spec": {"=(hostPID)": false}})]);
        assert_eq!(found.demands.into_iter().collect::<Vec<_>>(), [Demand::HostPid]);
        assert_eq!(Pattern::any(&[a, json!({"metadata": {"labels": {"x": "y"}}})]).demands.len(), 0);
    }
}
