//! What a file's place says about what is in it: tools that dump clusters name folders and files by resource, and leave the kind out.
//! Known are `kubectl cluster-info dump`, must-gather and the support bundles of troubleshoot.sh.

use kassay_core::model::Kind;
use std::path::Path;

/// The kind that a file or its folder is named for.
pub(super) fn kind(path: &Path) -> Option<Kind> {
    let parts = parts(path);
    let mut last = parts.iter().rev();
    let (file, folder, above) = (last.next()?, last.next(), last.next());
    let by_folder = || folder.and_then(|folder| named(folder, &parts));
    // `cluster-resources/pods/NAMESPACE.json`: a namespace may be called like a resource.
    if above.is_some_and(|above| above == "cluster-resources") {
        by_folder().or_else(|| named(file, &parts))
    } else {
        named(file, &parts).or_else(by_folder)
    }
}

/// The kind that a file of refusals is about: `pods-errors.json`, beside or within the folder of what could be read.
pub(super) fn errors_of(path: &Path) -> Option<Kind> {
    let parts = parts(path);
    let resource = parts.last()?.strip_suffix("-errors")?;
    named(resource, &parts)
}

/// Whether a file is named as those that hold the server's version are.
pub(super) fn may_hold_version(path: &Path) -> bool {
    parts(path).last().is_some_and(|name| name.contains("version"))
}

/// Whether the name says that the file holds objects: what else lies in a folder is not looked at.
pub(super) fn looks_readable(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".json", ".yaml", ".yml", ".kassay", ".sarif"].iter().any(|end| name.ends_with(end))
}

/// Folders and file name in lower case, without endings.
fn parts(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> = path.components().map(|part| part.as_os_str().to_string_lossy().to_lowercase()).collect();
    if let Some(file) = parts.last_mut() {
        for end in [".gz", ".json", ".yaml", ".yml"] {
            if let Some(short) = file.strip_suffix(end) {
                *file = short.to_owned();
            }
        }
    }
    parts
}

/// A kind by its resource or singular, dashes or not. A folder that is an API group decides between kinds of one name.
fn named(name: &str, parts: &[String]) -> Option<Kind> {
    let plain: String = name.chars().filter(|c| !matches!(c, '-' | '_')).collect();
    let fits = |kind: &&Kind| kind.resource() == plain || kind.kind().to_lowercase() == plain || kind.id() == name;
    let grouped = |kind: &&Kind| !kind.group().is_empty() && parts.iter().any(|part| part == kind.group());
    Kind::ALL.iter().find(|kind| fits(kind) && grouped(kind)).or_else(|| Kind::ALL.iter().find(fits)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dumps_name_their_files_by_resource() {
        let of = |path: &str| kind(Path::new(path));
        assert_eq!(of("dump/kube-system/pods.json"), Some(Kind::Pods));
        assert_eq!(of("dump/nodes.json.gz"), Some(Kind::Nodes));
        assert_eq!(of("bundle/cluster-resources/pods/nodes.json"), Some(Kind::Pods));
        assert_eq!(of("bundle/cluster-resources/network-policy/shop.json"), Some(Kind::NetworkPolicies));
        assert_eq!(of("mg/namespaces/shop/apps/deployments.yaml"), Some(Kind::Deployments));
        assert_eq!(of("mg/cluster-scoped-resources/rbac.authorization.k8s.io/clusterroles/admin.yaml"), Some(Kind::ClusterRoles));
        assert_eq!(of("mg/namespaces/shop/crd.projectcalico.org/networkpolicies/x.yaml"), Some(Kind::CalicoNetworkPolicies));
        assert_eq!(of("mg/namespaces/shop/shop.yaml"), None);
        assert_eq!(errors_of(Path::new("bundle/cluster-resources/pods-errors.json")), Some(Kind::Pods));
        assert!(looks_readable(Path::new("a/b.YAML.gz")) && !looks_readable(Path::new("a/logs.txt")));
    }
}
