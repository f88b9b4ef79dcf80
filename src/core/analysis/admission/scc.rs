//! OpenShift's security context constraints. Each lists what it permits and who may use it; a pod is admitted if its account, or whoever makes
//! it, may use one that permits all that it asks for. So a demand holds in a namespace as far as no constraint that permits the opposite
//! is open to the namespace's accounts. Constraints can also be granted by roles (verb `use`), and administrators may use all of them: a
//! constraint is therefore never told as more than a part.

use super::extent::{Clause, texts};
use super::{Demand, Extent, Guard, Strictness, objects};
use crate::kinds::{Inventory, custom::Custom};
use crate::model::Kind;
use serde_json::Value;
use std::collections::BTreeSet;

/// A demand with the field that permits its opposite.
const PERMITS: [(Demand, &str); 5] = [
    (Demand::Privileged, "/allowPrivilegedContainer"),
    (Demand::HostNetwork, "/allowHostNetwork"),
    (Demand::HostPid, "/allowHostPID"),
    (Demand::HostIpc, "/allowHostIPC"),
    (Demand::HostPath, "/allowHostDirVolumePlugin"),
];

/// One guard for each constraint: what it refuses, wherever it is what everybody is given.
pub(super) fn guards(inventory: &Inventory) -> Vec<Guard> {
    let all: Vec<_> = objects(inventory, Kind::OpenshiftScc).collect();
    let given = all.iter().filter(|(scc, _)| groups(scc).iter().any(|group| is_everybody(group)));
    given
        .map(|(scc, object)| {
            let refused: BTreeSet<Demand> = PERMITS
                .iter()
                .map(|(demand, _)| *demand)
                .chain([Demand::NonRoot])
                .filter(|demand| !permits(scc, *demand))
                // Another constraint that everybody may use permits it: then it is refused nowhere.
                .filter(|demand| !all.iter().any(|(other, _)| groups(other).iter().any(|g| is_everybody(g)) && permits(other, *demand)))
                .collect();
            // Namespaces whose accounts were given a wider one are left out.
            let wider = all.iter().filter(|(other, _)| refused.iter().any(|demand| permits(other, *demand)));
            let names: Vec<String> = wider.flat_map(|(other, _)| namespaces(other)).collect();
            let exclude = if names.is_empty() { vec![] } else { vec![Clause { names, selector: None }] };
            let reach = Extent { include: vec![Clause::default()], exclude };
            Guard::new("OpenShift", object.clone(), refused, Strictness::Part, reach)
        })
        .filter(|guard| !guard.demands.is_empty())
        .collect()
}

fn permits(scc: &Custom, demand: Demand) -> bool {
    if demand == Demand::NonRoot {
        let way = scc.parts.get("/runAsUser/type").and_then(Value::as_str);
        return !matches!(way, Some("MustRunAsNonRoot" | "MustRunAsRange"));
    }
    let field = PERMITS.iter().find(|(known, _)| *known == demand).map_or("", |(_, field)| *field);
    // What is not said is not known to be refused.
    scc.parts.get(field).and_then(Value::as_bool) != Some(false)
}

fn groups(scc: &Custom) -> Vec<String> {
    texts(scc.parts.get("/groups"))
}

fn is_everybody(group: &str) -> bool {
    matches!(group, "system:authenticated" | "system:serviceaccounts")
}

/// Namespaces some or all of whose accounts are named.
fn namespaces(scc: &Custom) -> Vec<String> {
    let users = texts(scc.parts.get("/users"));
    let of_users = users.iter().filter_map(|user| user.strip_prefix("system:serviceaccount:")?.split(':').next());
    let groups = groups(scc);
    let of_groups = groups.iter().filter_map(|group| group.strip_prefix("system:serviceaccounts:"));
    of_users.chain(of_groups).map(str::to_owned).collect()
}
