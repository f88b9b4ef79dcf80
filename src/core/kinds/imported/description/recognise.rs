//! Which description or configuration file a text is, by what stands in it. What can't be read is known by its telling words, so that a file that
//! breaks off is told as broken and never as nothing.

use super::kept::{at, items, text};
use super::{Describer, Description, aks, api_server, eks, gke, kubelet, openshift, started};
use crate::kinds::imported::sniff::documents;
use crate::kinds::imported::{Content, Fault, Form, yaml_fault};
use serde_json::Value;

/// Larger files are no settings; a description of the largest clusters stays below it.
const LARGEST: usize = 4 << 20;

/// Words of which a file of each sort holds all, however it is written. None is a name that people choose.
const MARKS: &[(Describer, &[&str])] = &[
    (Describer::EksCluster, &["resourcesVpcConfig", ":eks:"]),
    (Describer::EksAccess, &["associatedAccessPolicies"]),
    (Describer::EksAccess, &["accessEntr", "arn:aws"]),
    (Describer::GkeCluster, &["container.googleapis.com", "currentMasterVersion"]),
    (Describer::GkeCluster, &["addonsConfig", "clusterIpv4Cidr"]),
    // Azure writes these in large and in small letters.
    (Describer::AksDiagnostics, &["icrosoft.", "iagnostic", "ettings/", "anaged", "lusters/"]),
    (Describer::AksCluster, &["agentPoolProfiles", "icrosoft."]),
    (Describer::OpenshiftApiServer, &["config.openshift.io/", "APIServer"]),
    (Describer::OpenshiftOauth, &["config.openshift.io/", "OAuth"]),
    (Describer::OpenshiftAuthentication, &["config.openshift.io/", "Authentication"]),
    (Describer::Kubeadm, &["kubeadm.k8s.io/", "Configuration"]),
    (Describer::Encryption, &["EncryptionConfiguration", "k8s.io/"]),
    (Describer::Authentication, &["AuthenticationConfiguration", "k8s.io/"]),
    (Describer::Authorization, &["AuthorizationConfiguration", "k8s.io/"]),
    (Describer::Admission, &["AdmissionConfiguration", "k8s.io/"]),
    (Describer::Admission, &["PodSecurityConfiguration", "k8s.io/"]),
    (Describer::CredentialProviders, &["CredentialProviderConfig", "k8s.io/"]),
];

/// Recognises and reads.
pub(in crate::kinds::imported) fn recognise(text: &str) -> Option<Content> {
    if text.len() > LARGEST {
        return None;
    }
    let marked = |marks: &[&str]| marks.iter().all(|mark| text.contains(mark));
    let likely: Vec<Describer> = MARKS.iter().filter(|(_, marks)| marked(marks)).map(|(by, _)| *by).collect();
    let options = started::TELLING.iter().any(|key| text.contains(key));
    if likely.is_empty() && !options {
        return None;
    }
    let json = text.trim_start().starts_with(['{', '[']);
    let parts = if json { vec![text] } else { documents(text) };
    let mut found: Vec<Description> = vec![];
    let mut kubeadm: Vec<Value> = vec![];
    for part in parts.into_iter().filter(|part| !part.trim().is_empty()) {
        let value = match parse(part, json) {
            Ok(value) => value,
            Err(fault) => match broken(part, &likely, json) {
                Some(by) => return Some(Content::Broken { form: Form::Description(by), why: fault.to_string() }),
                None => continue,
            },
        };
        // What `oc get` prints without a name is a list.
        let listed = (text_of(&value, "kind") == Some("List")).then(|| items(&value, "items")).flatten();
        for value in listed.unwrap_or(std::slice::from_ref(&value)) {
            match sort(value) {
                Some(Describer::Kubeadm) => kubeadm.push(value.clone()),
                Some(by) => found.push(read(by, value)),
                None => {}
            }
        }
    }
    if !kubeadm.is_empty() {
        found.push(started::kubeadm(&kubeadm));
    }
    match found.len() {
        0 => None,
        1 => found.pop().map(Content::Description),
        several => {
            let by = found.first().map_or(Describer::Kubeadm, |first| first.by);
            let why = format!("it holds {several} descriptions or configurations; give each in a file of its own");
            Some(Content::Broken { form: Form::Description(by), why })
        }
    }
}

/// The documents of such a file, where they can be read; none of a file that is none.
pub(super) fn values(text: &str) -> Vec<Value> {
    let telling = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if text.len() > LARGEST
        || !(telling(&["EncryptionConfiguration", "kubeadm.k8s.io", "masterAuth", "CredentialProviderConfig"]) || telling(started::TELLING))
    {
        return vec![];
    }
    let json = text.trim_start().starts_with(['{', '[']);
    let parts = if json { vec![text] } else { documents(text) };
    parts.into_iter().filter_map(|part| parse(part, json).ok()).collect()
}

fn text_of<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

fn parse(part: &str, json: bool) -> Result<Value, Fault> {
    if json {
        return Ok(serde_json::from_str(part)?);
    }
    let mut options = serde_saphyr::Options::default();
    // A snippet would carry the file's own text into a message.
    options.with_snippet = false;
    serde_saphyr::from_str_with_options(part, options).map_err(|error| yaml_fault(&error))
}

/// What a document that can be read is.
fn sort(value: &Value) -> Option<Describer> {
    if let Some(kind) = text_of(value, "kind") {
        return by_kind(text_of(value, "apiVersion").unwrap_or_default(), kind);
    }
    if aks::settings(value).is_some() {
        return Some(Describer::AksDiagnostics);
    }
    if !value.is_object() || value.get("apiVersion").is_some() {
        return None;
    }
    let own = |path: &str| at(value, path).is_some();
    if own("cluster.resourcesVpcConfig") && text(value, "cluster.arn").is_some_and(|arn| arn.contains(":eks:")) {
        return Some(Describer::EksCluster);
    }
    let arns = || items(value, "accessEntries").is_some_and(|all| all.iter().all(|e| e.as_str().is_some_and(|e| e.starts_with("arn:"))));
    if own("associatedAccessPolicies") || own("accessEntry.principalArn") || arns() {
        return Some(Describer::EksAccess);
    }
    let link = || text(value, "selfLink").is_some_and(|link| link.contains("container.googleapis.com/") && link.contains("/clusters/"));
    if link() && own("currentMasterVersion") {
        return Some(Describer::GkeCluster);
    }
    let of_azure = || text(value, "type").is_some_and(|sort| sort.eq_ignore_ascii_case("Microsoft.ContainerService/ManagedClusters"));
    if of_azure() {
        return Some(Describer::AksCluster);
    }
    started::is_k3s(value).then_some(Describer::K3s)
}

fn by_kind(version: &str, kind: &str) -> Option<Describer> {
    let group = version.split('/').next().unwrap_or_default();
    // The groups that these kinds had before, too.
    let api_server = matches!(group, "apiserver.config.k8s.io" | "apiserver.k8s.io" | "eventratelimit.admission.k8s.io");
    Some(match (group, kind) {
        ("config.openshift.io", "APIServer") => Describer::OpenshiftApiServer,
        ("config.openshift.io", "OAuth") => Describer::OpenshiftOauth,
        ("config.openshift.io", "Authentication") => Describer::OpenshiftAuthentication,
        ("kubeadm.k8s.io", "ClusterConfiguration" | "InitConfiguration" | "JoinConfiguration") => Describer::Kubeadm,
        (_, "EncryptionConfiguration") if api_server => Describer::Encryption,
        (_, "AuthenticationConfiguration") if api_server => Describer::Authentication,
        (_, "AuthorizationConfiguration") if api_server => Describer::Authorization,
        (_, "AdmissionConfiguration") if api_server => Describer::Admission,
        ("pod-security.admission.config.k8s.io", "PodSecurityConfiguration") => Describer::Admission,
        ("kubelet.config.k8s.io", "CredentialProviderConfig") => Describer::CredentialProviders,
        _ => return None,
    })
}

fn read(by: Describer, value: &Value) -> Description {
    match by {
        Describer::EksCluster => eks::cluster(value),
        Describer::EksAccess => eks::access(value),
        Describer::GkeCluster => gke::cluster(value),
        Describer::AksCluster => aks::cluster(value),
        Describer::AksDiagnostics => aks::diagnostics(aks::settings(value).unwrap_or_default()),
        Describer::OpenshiftApiServer | Describer::OpenshiftOauth | Describer::OpenshiftAuthentication => openshift::object(by, value),
        Describer::Kubeadm => started::kubeadm(std::slice::from_ref(value)),
        Describer::K3s => started::k3s(value),
        Describer::CredentialProviders => kubelet::credential_providers(value),
        Describer::Encryption | Describer::Authentication | Describer::Authorization | Describer::Admission => api_server::file(by, value),
    }
}

/// What a document that can't be read would be: by the kind that its lines say at their outermost, else by its words.
fn broken(part: &str, likely: &[Describer], json: bool) -> Option<Describer> {
    let outermost = |key: &str| {
        if json {
            let after = part.split(&format!("\"{key}\"")).nth(1)?.trim_start().strip_prefix(':')?;
            return after.trim_start().strip_prefix('"')?.split('"').next();
        }
        part.lines().find_map(|line| Some(line.strip_prefix(key)?.strip_prefix(':')?.split(" #").next()?.trim().trim_matches(['"', '\''])))
    };
    if let Some(kind) = outermost("kind") {
        return by_kind(outermost("apiVersion").unwrap_or_default(), kind);
    }
    let at_line = |key: &&&str| part.lines().any(|line| line.strip_prefix(**key).is_some_and(|rest| rest.starts_with(':')));
    let of_commands = |by: &&Describer| {
        by.tells_what_runs()
            && !matches!(by, Describer::OpenshiftApiServer | Describer::OpenshiftOauth | Describer::OpenshiftAuthentication)
    };
    let command = likely.iter().find(of_commands).copied();
    let options = started::TELLING.iter().filter(at_line).count() > 0 && !part.contains("apiVersion");
    command.or(options.then_some(Describer::K3s))
}
