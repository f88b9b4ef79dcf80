//! The version whose behaviour an API server shows. Since 1.31 one can be told to behave as an older version does (`--emulated-version`): which features
//! it has, and by which rules it judges, follow that version; security fixes and support follow its own. Its flag says so, and so does its answer
//! at `/version` (`emulationMajor`, `emulationMinor`), which also servers give whose flags nobody sees.

use super::control_plane;
use crate::kinds::Inventory;
use crate::model::ObjectRef;

/// An API server that behaves as another version does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emulation {
    /// The minor version that it emulates.
    pub minor: u32,
    /// The pod whose flag says so; the cluster itself where the server's answer does.
    pub object: ObjectRef,
    /// Where in it.
    pub field: String,
}

/// Every emulation of another version than the server's own: those that flags tell, else what the server said.
#[must_use]
pub fn all(inventory: &Inventory) -> Vec<Emulation> {
    let other = |minor: &u32| Some(*minor) != inventory.minor();
    let lines = control_plane::api_servers(inventory);
    let mut all: Vec<Emulation> = lines
        .iter()
        .filter_map(|line| {
            let minor = line.emulated_minor().filter(other)?;
            Some(Emulation { minor, object: line.object.clone(), field: line.field("emulated-version") })
        })
        .collect();
    if let Some(minor) = inventory.emulated_minor().filter(other)
        && !all.iter().any(|emulation| emulation.minor == minor)
    {
        let server = &inventory.cluster.server;
        let object = ObjectRef::new("", "Cluster", "", if server.is_empty() { "API server" } else { server });
        all.push(Emulation { minor, object, field: "version.emulationMinor".to_owned() });
    }
    all
}

/// The minor version by whose rules the cluster behaves: the server's, or the oldest that one of its servers emulates.
#[must_use]
pub fn minor(inventory: &Inventory) -> Option<u32> {
    let own = inventory.minor()?;
    Some(all(inventory).into_iter().map(|emulation| emulation.minor).chain([own]).min().unwrap_or(own))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::model::Kind;
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    fn cluster(emulates: &str, flag: &str) -> Inventory {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        ingest.cluster().version = "v1.36.1".to_owned();
        ingest.cluster().emulates = emulates.to_owned();
        let meta = json!({"name": "kube-apiserver-a", "namespace": "kube-system", "labels": {"tier": "control-plane"}});
        let container = json!({"name": "kube-apiserver", "image": "kube-apiserver", "command": ["kube-apiserver", flag]});
        ingest.object(Kind::Pods, &json!({"metadata": meta, "spec": {"containers": [container]}}).to_string());
        ingest.finish()
    }

    #[test]
    fn the_server_and_its_flags_tell_what_it_emulates() {
        let of = |emulates: &str, flag: &str| {
            let inventory = cluster(emulates, flag);
            (minor(&inventory), all(&inventory).len())
        };
        assert_eq!(of("", "--v=2"), (Some(36), 0));
        assert_eq!(of("1.36", "--v=2"), (Some(36), 0));
        assert_eq!(of("1.35", "--v=2"), (Some(35), 1));
        assert_eq!(of("1.35", "--emulated-version=kube=1.35"), (Some(35), 1));
        assert_eq!(of("1.36", "--emulated-version=1.34"), (Some(34), 1));
        assert_eq!(of("1.35", "--emulated-version=wardle=1.2,kube=1.34"), (Some(34), 2));
        assert_eq!(of("", "--emulated-version=wardle=1.2"), (Some(36), 0));
    }
}
