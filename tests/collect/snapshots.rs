//! Snapshots: what comes back judges as what went in, and nothing secret is in the bytes.

use super::{corpus, judge, read};
use kassay::collect::{CollectError, Options, snapshot};
use kassay_core::kinds::Inventory;
use std::io::Read;
use std::path::Path;

fn bytes(inventory: &Inventory) -> Vec<u8> {
    let mut bytes = Vec::new();
    snapshot::write(inventory, &mut bytes).unwrap();
    bytes
}

fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(bytes).read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_snapshot_judges_as_the_cluster_it_came_from() {
    for source in ["dumps/sbctl-kurl-1.23.json", "dumps/troubleshoot-k3s-1.24.json", "systems"] {
        let Some(path) = corpus(source) else { return };
        let inventory = read(&[&path], &Options::default()).0.unwrap();
        let written = bytes(&inventory);
        assert_eq!(written, bytes(&inventory), "{source}: the same inventory, the same bytes");
        let again = snapshot::read(&written[..]).unwrap();
        assert_eq!(bytes(&again), written, "{source}: read and written again, the same bytes");
        assert_eq!(judge(&again), judge(&inventory), "{source}");
    }
}

#[test]
fn a_snapshot_is_known_by_its_content_and_stands_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (pod, file) = (folder.path().join("pod.yaml"), folder.path().join("prod.json"));
    std::fs::write(&pod, "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: web, image: acme.example/web:1}]}\n")
        .unwrap();
    let inventory = read(&[&pod], &Options::default()).0.unwrap();
    std::fs::write(&file, bytes(&inventory)).unwrap();
    assert_eq!(read(&[&file], &Options::default()).0.unwrap().pods.len(), 1);
    assert!(matches!(read(&[folder.path()], &Options::default()).0, Err(CollectError::Mixed(_))));
    let mut broken = bytes(&inventory);
    let middle = broken.len() - 20;
    broken[middle] ^= 0xff;
    std::fs::write(&file, broken).unwrap();
    assert!(matches!(
        read(&[&file], &Options::default()).0,
        Err(CollectError::Snapshot { .. } | CollectError::NothingReadable(_) | CollectError::Read { .. })
    ));
}

/// Planted wherever a cluster has room for text; none of it may be found again.
const PLANTED: &str = r#"
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata:
    name: db
    namespace: shop
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"password":"planted-Zx81-secret"}}'
      note: planted-Zx81-secret
  stringData: {password: planted-Zx81-secret}
  data: {other: cGxhbnRlZC1aeDgxLXNlY3JldA==}
- apiVersion: v1
  kind: Secret
  metadata: {name: malformed, namespace: shop}
  data: planted-Zx81-secret
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: settings, namespace: shop, annotations: {backup: planted-Zx81-secret}}
  data:
    password: planted-Zx81-secret
    url: postgres://app:planted-Zx81-secret@db/shop
    card: "4111111111111111"
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: kubeadm-config, namespace: kube-system}
  data:
    ClusterConfiguration: "etcd: {}\npassword: planted-Zx81-secret\n"
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: web, namespace: shop}
  spec:
    template:
      metadata: {annotations: {token: planted-Zx81-secret}}
      spec:
        containers:
        - name: web
          image: nginx
          args: ["--password=planted-Zx81-secret", "--token", "planted-Zx81-secret"]
          env: [{name: API_TOKEN, value: planted-Zx81-secret}, {name: PAN, value: "4111 1111 1111 1111"}]
- apiVersion: v1
  kind: Pod
  metadata: {name: odd, namespace: shop}
  spec: {containers: [{name: [planted-Zx81-secret]}]}
"#;

#[test]
fn a_planted_secret_is_not_in_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("all.yaml"), PLANTED).unwrap();
    std::fs::write(folder.path().join("broken.yaml"), "kind: Secret\napiVersion: v1\nstringData:\n  a: \"planted-Zx81-secret\" x\n")
        .unwrap();
    let (result, notes) = read(&[folder.path()], &Options::default());
    let inventory = result.unwrap();
    assert_eq!(inventory.secrets.len(), 1);
    assert_eq!(inventory.secrets[0].keys, 2);
    assert!(inventory.redactions >= 5, "{}", inventory.redactions);
    let told = format!("{}{notes:?}{}", unpacked(&bytes(&inventory)), serde_json::to_string(&judge(&inventory)).unwrap());
    for planted in ["planted-Zx81", "cGxhbnRlZC1aeDgxLXNlY3JldA", "4111111111111111", "4111 1111 1111 1111"] {
        assert!(!told.contains(planted), "{planted} stands in {}", &told[told.find(planted).unwrap_or(0).saturating_sub(200)..]);
    }
}

#[test]
fn only_the_first_line_is_needed_to_tell_whose_it_is() {
    let mut inventory = Inventory::default();
    inventory.cluster.uid = "7f".into();
    let header = snapshot::header(&bytes(&inventory)[..]).unwrap();
    assert_eq!((header.format.as_str(), header.cluster.as_str()), ("kassay/snapshot/v1", "7f"));
    assert!(!Path::new(&header.program).as_os_str().is_empty());
}
