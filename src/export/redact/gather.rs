//! All names that an assessment knows: from where the workbook has names, from findings, from what was read of the clusters. What they are found in is
//! looked at whole: a text of a cluster that no table of words knows counts as a name, so that nothing is forgotten because nobody thought of it.

use super::class::{Class, class_of};
use super::fields::{self, Field};
use super::names::Names;
use super::public::{is_public_domain, is_version, is_word, parts};
use kassay_core::kinds::Inventory;
use kassay_core::model::ObjectRef;
use kassay_core::report::Assessment;
use kassay_core::workbook::{Workbook, WorkbookError};
use serde_json::Value;

/// Longest text of a cluster that is taken for one name.
const LONGEST: usize = 253;

/// Names in a workbook.
pub(super) fn workbook(names: &mut Names, book: &Workbook) -> Result<(), WorkbookError> {
    let mut value = toml::Value::try_from(book).map_err(|e| WorkbookError::Unwritable(e.to_string()))?;
    fields::visit(&mut value, &mut |field, text| match field {
        Field::Name(Class::Host) => host(names, text),
        Field::Name(class @ (Class::Person | Class::Entity | Class::Company)) => named(names, class, text),
        Field::Name(class @ (Class::Registry | Class::Image)) => image(names, class, text),
        Field::Name(Class::File) => file(names, text),
        Field::Name(class) => names.know(class, text),
        Field::Label => names.know(Class::Label, text),
        Field::Source => names.know(Class::Cluster, text.strip_prefix("context ").unwrap_or_default()),
        Field::Workload => {
            if let [namespace, kind, name] = text.splitn(3, '/').collect::<Vec<_>>()[..] {
                object(names, &ObjectRef::new("", kind, namespace, name));
            }
        }
        _ => {}
    });
    Ok(())
}

/// Names in what was found.
pub(super) fn assessment(names: &mut Names, assessment: &Assessment) {
    host(names, &assessment.cluster.server);
    names.know(Class::Uid, &assessment.cluster.uid);
    assessment.cluster.identity.iter().for_each(|user| names.know(Class::Account, user.as_str()));
    assessment.cluster.groups.iter().for_each(|group| names.know(Class::Account, group));
    assessment.namespaces.iter().for_each(|row| names.know(Class::Namespace, &row.name));
    assessment.outcomes.iter().flat_map(|outcome| &outcome.findings).for_each(|finding| object(names, &finding.object));
    assessment.withheld.iter().for_each(|withheld| object(names, &withheld.object));
}

/// Names in what was read of a cluster.
pub(super) fn inventory(names: &mut Names, mut inventory: Inventory) {
    // One after the other: there may be 150,000 of them.
    for pod in std::mem::take(&mut inventory.pods) {
        if let Ok(value) = serde_json::to_value(pod) {
            value_of(names, &value, "", "pods");
        }
    }
    for spec in std::mem::take(&mut inventory.specs) {
        if let Ok(value) = serde_json::to_value(spec) {
            value_of(names, &value, "", "specs");
        }
    }
    inventory.workloads.iter().for_each(|workload| object(names, &workload.object));
    if let Ok(Value::Object(lists)) = serde_json::to_value(&inventory) {
        for (list, value) in &lists {
            value_of(names, value, list, list);
        }
    }
}

/// Texts of a value, each by the key under which it stands and the list in which it is.
fn value_of(names: &mut Names, value: &Value, key: &str, list: &str) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| value_of(names, item, key, list)),
        Value::Object(entries) => {
            let text = |key: &str| entries.get(key).and_then(Value::as_str).unwrap_or_default();
            let chosen = ["abels", "elector", "nnotations", "data", "Data"].iter().any(|end| key.ends_with(end));
            for (key, value) in entries {
                if chosen {
                    any(names, Class::Label, key);
                }
                let class = match key.as_str() {
                    "name" if !text("kind").is_empty() => Some(class_of(text("kind"))),
                    "name" => Some(class_of_list(list)),
                    _ => None,
                };
                match (value, class) {
                    (Value::String(text), Some(class)) => any(names, class, text),
                    (Value::String(text), None) if chosen => any(names, Class::Label, text),
                    _ => value_of(names, value, key, list),
                }
            }
        }
        Value::String(text) => match key {
            "namespace" | "namespaces" => names.know(Class::Namespace, text),
            "node" | "nodeName" | "node_name" => host(names, text),
            "host" | "hosts" | "hostname" | "hostnames" | "server" | "dnsNames" | "dns_names" | "domain" => host(names, text),
            "image" | "images" | "imageID" => image(names, Class::Image, text),
            "identity" | "username" | "user" => names.know(Class::Account, text),
            "uid" => names.know(Class::Uid, text),
            "path" | "hostPath" | "mountPath" | "files" | "login_files" => text.split('/').for_each(|part| any(names, Class::File, part)),
            // Words of servers: names in them stand elsewhere too.
            "message" | "doubt" | "masked" | "field" | "fingerprint" | "detector" | "problem" => {}
            _ => any(names, Class::Name, text),
        },
        _ => {}
    }
}

fn class_of_list(list: &str) -> Class {
    match list {
        "nodes" => Class::Host,
        "namespaces" => Class::Namespace,
        "service_accounts" => Class::Account,
        _ => Class::Object,
    }
}

/// A text that is a name unless everybody knows its words.
fn any(names: &mut Names, class: Class, text: &str) {
    let is_sentence = text.contains(char::is_whitespace) || text.contains(['{', '•']);
    if text.len() > LONGEST || is_sentence || is_measure(text) || (class != Class::Object && class != Class::Namespace && is_word(text)) {
        // Of a longer text the words are looked at that nobody knows.
        if is_sentence && text.len() <= LONGEST {
            text.split_whitespace().filter(|word| word.contains(['.', '/', '-'])).for_each(|word| any(names, Class::Name, word));
        }
        return;
    }
    if text.contains("://") || text.contains('@') {
        return host(names, text);
    }
    // What stands in front of a field is no name.
    if text.split('.').next().is_some_and(|first| matches!(first, "spec" | "metadata" | "status" | "data")) && text.contains('.') {
        return;
    }
    if let Some((domain, name)) = text.split_once('/') {
        if domain.contains(['.', ':']) && matches!(class, Class::Name | Class::Object) {
            return image(names, Class::Image, text);
        }
        // The key of a label, an image, a path; `pods/exec` names nothing.
        if domain.contains('.') && !is_public_domain(domain) {
            names.know(class, text);
        }
        if !is_public_domain(domain) {
            any(names, class, domain);
        }
        return name.split('/').for_each(|part| any(names, class, part));
    }
    names.know(class, text);
}

/// Numbers, quantities, times, digests.
fn is_measure(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let hexadecimal =
        text.len() >= 32 && text.rsplit(':').next().is_some_and(|hash| hash.len() >= 32 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
    let quantity = text.starts_with(|c: char| c.is_ascii_digit()) && text.len() - digits <= 2;
    hexadecimal || quantity || is_version(text) || text.parse::<jiff::Timestamp>().is_ok()
}

/// A person, an entity: the whole, and the words that nobody else has.
fn named(names: &mut Names, class: Class, text: &str) {
    // A sentence about who somebody is, is no name.
    if parts(text).count() > 6 {
        return names.know(class, text);
    }
    names.know_with_parts(class, text);
}

/// A machine: its whole name, its first part, and the domain in which it is.
pub(super) fn host(names: &mut Names, text: &str) {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = &authority[super::shapes::host_of(authority).0];
    if host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok() || rest.parse::<ipnet::IpNet>().is_ok() {
        return names.know(Class::Address, host);
    }
    for host in host.split('@') {
        if is_public_domain(host) {
            continue;
        }
        names.know(Class::Host, host);
        if let Some((first, domain)) = host.trim_start_matches("*.").split_once('.') {
            names.know(Class::Host, first);
            let labels: Vec<&str> = domain.split('.').collect();
            for from in 0..labels.len().saturating_sub(1) {
                let below = labels[from..].join(".");
                if !is_public_domain(&below) {
                    names.know(Class::Host, &below);
                    names.know(Class::Host, labels[from]);
                }
            }
        }
    }
}

/// An image or a registry: the whole, and each part of its path.
fn image(names: &mut Names, class: Class, text: &str) {
    let rest = text.split('@').next().unwrap_or_default();
    let (path, tag) = rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).unwrap_or((rest, ""));
    let (registry, path) = match path.split_once('/') {
        Some((registry, path)) if registry.contains(['.', ':']) => (registry, path),
        _ if class == Class::Registry => (path, ""),
        _ => ("", path),
    };
    if !registry.is_empty() && is_public_domain(registry) {
        return;
    }
    if !registry.is_empty() && !super::public::is_public(Class::Registry, registry) {
        names.know(Class::Registry, registry);
        host(names, registry);
    }
    names.know(Class::Image, path);
    path.split('/').for_each(|part| names.know(Class::Image, part));
    if !is_version(tag) {
        any(names, Class::Name, tag);
    }
}

/// A file: its whole path, its name, and the name without its ending.
fn file(names: &mut Names, text: &str) {
    names.know(Class::File, text);
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    names.know(Class::File, name);
    names.know(Class::File, name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    text.split(['/', '\\']).rev().skip(1).for_each(|part| any(names, Class::File, part));
}

fn object(names: &mut Names, object: &ObjectRef) {
    names.know(Class::Namespace, &object.namespace);
    names.know(Class::Kind, &object.group);
    names.know(Class::Kind, &object.kind);
    match class_of(&object.kind) {
        Class::Host => host(names, &object.name),
        class @ (Class::Image | Class::Registry) => image(names, class, &object.name),
        Class::File => file(names, &object.name),
        class => names.know(class, &object.name),
    }
}
