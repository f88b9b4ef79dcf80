//! Persistent volumes and the claims by which pods mount them: a claim may lead to a directory of the node as a hostPath does.

use super::{meta::Meta, slim::slim};
use serde::{Deserialize, Serialize};

slim! {
    /// A persistent volume.
    struct PersistentVolume {
        /// Metadata.
        metadata: Meta,
        /// Spec.
        spec: PersistentVolumeSpec,
    }

    /// Where a volume lies; one of the sources is set, or one that is not read.
    struct PersistentVolumeSpec {
        /// A directory of the node.
        host_path: Option<NodePath>,
        /// A disk or directory of one node.
        local: Option<NodePath>,
        /// A share of a file server.
        nfs: Option<NfsShare>,
        /// A volume of a driver.
        csi: Option<CsiVolume>,
        /// The claim to which it is bound, or for which it is kept.
        claim_ref: Option<ClaimReference>,
        /// Its class; "" for volumes that belong to none.
        storage_class_name: String,
    }

    /// A path on a node.
    struct NodePath {
        /// The path.
        path: String,
    }

    /// A share of a file server.
    struct NfsShare {
        /// The server.
        server: String,
        /// The path on it.
        path: String,
    }

    /// A volume of a CSI driver.
    struct CsiVolume {
        /// The driver.
        driver: String,
    }

    /// A claim as a volume names it.
    struct ClaimReference {
        /// Namespace.
        namespace: String,
        /// Name.
        name: String,
    }

    /// A claim to a persistent volume.
    struct PersistentVolumeClaim {
        /// Metadata.
        metadata: Meta,
        /// Spec.
        spec: PersistentVolumeClaimSpec,
    }

    /// What is claimed.
    struct PersistentVolumeClaimSpec {
        /// The volume to which it is bound; "" before.
        volume_name: String,
        /// Wanted class; none for the cluster's default.
        storage_class_name: Option<String>,
    }
}

#[cfg(test)]
mod tests {
    use crate::kinds::{Ingest, Inventory, Source};
    use crate::model::{Kind, ObjectRef};
    use crate::sensitive::FingerprintKey;

    const DISK: &str = r#"{"metadata": {"name": "disk", "uid": "u-1"}, "spec": {"capacity": {"storage": "1Gi"}, "local": {"path": "/mnt/disk"},
        "claimRef": {"kind": "PersistentVolumeClaim", "namespace": "shop", "name": "data", "uid": "u-2"}, "storageClassName": "fast"}}"#;
    const CLAIM: &str = r#"{"metadata": {"name": "data", "namespace": "shop"}, "spec": {"volumeName": "disk", "storageClassName": ""}}"#;

    fn read() -> Inventory {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        let root = r#"{"metadata": {"name": "all"}, "spec": {"hostPath": {"path": "/", "type": ""}}}"#;
        for volume in [DISK, root, r#"{"metadata": {"name": "a"}, "spec": {"nfs": {"server": "files", "path": "/x"}}}"#] {
            ingest.object(Kind::PersistentVolumes, volume);
        }
        ingest.object(Kind::PersistentVolumeClaims, CLAIM);
        ingest.finish()
    }

    #[test]
    fn volumes_and_claims_tell_where_they_lead_and_are_found_again() {
        let inventory = read();
        let names: Vec<&str> = inventory.persistent_volumes.iter().map(|volume| volume.metadata.name.as_str()).collect();
        assert_eq!(names, ["a", "all", "disk"], "sorted");
        let specs: Vec<_> = inventory.persistent_volumes.iter().map(|volume| &volume.spec).collect();
        assert_eq!(specs[0].nfs.as_ref().map(|nfs| (nfs.server.as_str(), nfs.path.as_str())), Some(("files", "/x")));
        assert_eq!(specs[1].host_path.as_ref().map(|on| on.path.as_str()), Some("/"));
        assert_eq!(specs[2].claim_ref.as_ref().map(|claim| (claim.namespace.as_str(), claim.name.as_str())), Some(("shop", "data")));
        let claim = &inventory.persistent_volume_claims[0].spec;
        assert_eq!((claim.volume_name.as_str(), claim.storage_class_name.as_deref()), ("disk", Some("")));
        let json = inventory.object_json(&ObjectRef::new("", "PersistentVolume", "", "disk")).unwrap_or_default();
        assert_eq!(json.pointer("/spec/local/path").and_then(|path| path.as_str()), Some("/mnt/disk"));
        assert_eq!(json.pointer("/metadata/uid"), None);
    }

    #[test]
    fn a_snapshot_keeps_them_and_one_from_before_opens() {
        let written = serde_json::to_string(&read()).unwrap_or_default();
        let mut again: Inventory = serde_json::from_str(&written).unwrap_or_default();
        again.settle();
        assert_eq!(again.persistent_volumes, read().persistent_volumes);
        let old = r#"{"source": "live", "coverage": {"nodes": {"state": "read", "items": 1}}, "nodes": [{"metadata": {"name": "n"}}]}"#;
        let old: Inventory = serde_json::from_str(old).unwrap_or_default();
        assert_eq!((old.nodes.len(), old.persistent_volumes.len()), (1, 0));
    }

    #[test]
    fn what_is_forgotten_is_read_again_from_its_beginning() {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        ingest.object(Kind::PersistentVolumes, DISK);
        ingest.forget(Kind::PersistentVolumes);
        ingest.object(Kind::PersistentVolumeClaims, CLAIM);
        let inventory = ingest.finish();
        assert_eq!((inventory.persistent_volumes.len(), inventory.persistent_volume_claims.len()), (0, 1));
    }
}
