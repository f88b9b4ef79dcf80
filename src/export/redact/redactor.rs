//! Puts pseudonyms in the place of names: whole where a name stands alone, and within words.

use super::class::{Class, class_of};
use super::names::{Names, Words};
use super::pseudonyms::{Pseudonyms, RedactKey};
use super::public::{is_ordinary, is_public, is_version};
use super::shapes;
use kassay_core::model::{Category, ObjectRef};
use std::collections::BTreeMap;

/// The user name of a service account, and the group of those of a namespace.
const ACCOUNT: &str = "system:serviceaccount:";
const ACCOUNTS: &str = "system:serviceaccounts:";
/// The user name of a node.
const NODE: &str = "system:node:";

/// Knows the names of an assessment and gives their pseudonyms.
#[derive(Debug)]
pub(super) struct Redactor {
    pub(super) names: Names,
    pseudonyms: Pseudonyms,
}

impl Redactor {
    pub(super) fn new(key: RedactKey, mut names: Names) -> Self {
        names.sort();
        Self { names, pseudonyms: Pseudonyms::new(key) }
    }

    /// What each pseudonym stands for.
    pub(super) fn into_given(self) -> BTreeMap<String, String> {
        self.pseudonyms.into_given()
    }

    /// A name that stands alone.
    pub(super) fn name(&mut self, class: Class, name: &str) -> String {
        match class {
            _ if name.trim().is_empty() => name.to_owned(),
            Class::Account => self.account(name),
            Class::Host | Class::Address => self.host(name),
            Class::Cluster if name.contains("://") => self.host(name),
            Class::Image | Class::Registry => self.image(name),
            Class::File => self.file(name),
            _ if is_public(class, name) => name.to_owned(),
            _ => self.pseudonyms.of(class, name),
        }
    }

    /// A digest of something that is not handed on.
    pub(super) fn digest(&mut self, digest: &str) -> String {
        self.pseudonyms.of_digest(digest)
    }

    /// The id of a finding.
    pub(super) fn finding(&mut self, id: &str) -> String {
        self.pseudonyms.of_finding(id)
    }

    /// A user or group.
    fn account(&mut self, name: &str) -> String {
        if is_public(Class::Account, name) {
            return name.to_owned();
        }
        if let Some((namespace, own)) = name.strip_prefix(ACCOUNT).and_then(|rest| rest.split_once(':')) {
            return format!("{ACCOUNT}{}:{}", self.name(Class::Namespace, namespace), self.name(Class::Account, own));
        }
        if let Some(namespace) = name.strip_prefix(ACCOUNTS) {
            return format!("{ACCOUNTS}{}", self.name(Class::Namespace, namespace));
        }
        match name.strip_prefix(NODE) {
            Some(node) => format!("{NODE}{}", self.name(Class::Host, node)),
            None => self.pseudonyms.of(Class::Account, name),
        }
    }

    /// A machine, a domain or an address, alone or as an address of the web; scheme and port stay.
    fn host(&mut self, text: &str) -> String {
        let (scheme, rest) = text.split_once("://").map_or(("", text), |(scheme, rest)| (scheme, rest));
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let is_range = scheme.is_empty() && rest.parse::<ipnet::IpNet>().is_ok();
        let (host, port) = match (is_range, rest.parse::<std::net::IpAddr>()) {
            (true, _) | (_, Ok(_)) => (rest, ""),
            _ => {
                let (host, port) = shapes::host_of(authority);
                (&authority[host], &authority[port])
            }
        };
        let base = host.split('/').next().unwrap_or_default();
        let class = if base.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok() { Class::Address } else { Class::Host };
        let host = match is_public(class, host) {
            true => host.to_owned(),
            // How wide a range is says nothing of whose it is.
            false => match host.split_once('/') {
                Some((base, width)) => format!("{}/{width}", self.pseudonyms.of(class, base)),
                None => self.pseudonyms.of(class, host),
            },
        };
        if is_range {
            return host;
        }
        let path = if path.is_empty() { String::new() } else { self.text(path, Words::Program) };
        let scheme = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
        format!("{scheme}{host}{port}{path}")
    }

    /// An image, or a registry with a path: registry and path by themselves; a tag that is a version stays, and that there is a digest.
    fn image(&mut self, text: &str) -> String {
        let (rest, digest) = text.split_once('@').map_or((text, ""), |(rest, digest)| (rest, digest));
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, tag),
            _ => (rest, ""),
        };
        let (registry, path) = match path.split_once('/') {
            Some((registry, path)) if registry.contains(['.', ':']) || registry == "localhost" => (registry, path),
            None if path.contains('.') && !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_digit()) => (rest, ""),
            None if path.contains('.') && digest.is_empty() => (path, ""),
            _ => ("", path),
        };
        if matches!(registry, "registry.k8s.io" | "k8s.gcr.io") {
            return text.to_owned();
        }
        let tag = if registry == rest { "" } else { tag };
        let mut out = match registry {
            "" => String::new(),
            known if is_public(Class::Registry, known) => known.to_owned(),
            own => self.pseudonyms.of(Class::Registry, own),
        };
        if !path.is_empty() {
            let path = self.pseudonyms.of(Class::Image, path);
            out = if out.is_empty() { path } else { format!("{out}/{path}") };
        }
        if !tag.is_empty() {
            let tag = if is_version(tag) { tag.to_owned() } else { self.pseudonyms.of(Class::Name, tag) };
            out = format!("{out}:{tag}");
        }
        if digest.is_empty() { out } else { format!("{out}@{}", self.pseudonyms.of_digest(digest)) }
    }

    /// A file or folder; its ending stays where it tells of what sort the file is.
    fn file(&mut self, name: &str) -> String {
        let ending = name
            .rsplit_once('.')
            .map(|(_, ending)| ending)
            .filter(|e| (1..=5).contains(&e.len()) && ENDINGS.contains(&e.to_ascii_lowercase().as_str()));
        let pseudonym = self.pseudonyms.of(Class::File, name);
        ending.map_or_else(|| pseudonym.clone(), |ending| format!("{pseudonym}.{}", ending.to_ascii_lowercase()))
    }

    /// A reference to an object.
    pub(super) fn object(&mut self, object: &ObjectRef) -> ObjectRef {
        let ObjectRef { group, kind, namespace, name } = object;
        ObjectRef {
            group: self.name(Class::Kind, group),
            namespace: self.name(Class::Namespace, namespace),
            name: self.name(class_of(kind), name),
            kind: self.name(Class::Kind, kind),
        }
    }

    /// An object in words: `Deployment shop/web`, `Node worker-7`.
    pub(super) fn object_words(&mut self, words: &str) -> String {
        let Some((kind, path)) = words.split_once(' ') else { return self.text(words, Words::Program) };
        // A name of what is in no namespace may hold a slash itself, as those of images and addresses do.
        let apart = matches!(class_of(kind), Class::Object | Class::Account) && !matches!(kind, "User" | "Group" | "API");
        let (namespace, name) = path.split_once('/').filter(|_| apart).unwrap_or(("", path));
        let object = self.object(&ObjectRef::new("", kind, namespace, name));
        object.to_string()
    }

    /// A member of a population: `prod-eu shop/Deployment/web`, the name of a node, a user, an image.
    pub(super) fn member(&mut self, member: &str) -> String {
        if let Some(class) = self.names.class_of(member) {
            return self.name(class, member);
        }
        if Category::ALL.iter().any(|category| category.label() == member) {
            return member.to_owned();
        }
        let (cluster, rest) = match member.split_once(' ') {
            Some((cluster, rest)) if self.names.class_of(cluster) == Some(Class::Cluster) => {
                (format!("{} ", self.name(Class::Cluster, cluster)), rest)
            }
            _ => (String::new(), member),
        };
        let told = match rest.split('/').collect::<Vec<_>>()[..] {
            [namespace, kind, name] if is_public(Class::Kind, kind) => {
                format!("{}/{kind}/{}", self.name(Class::Namespace, namespace), self.name(class_of(kind), name))
            }
            _ => match self
                .names
                .class_of(rest)
                .or_else(|| shapes::find(rest).first().filter(|(at, _)| at.len() == rest.len()).map(|(_, class)| *class))
            {
                Some(class) => self.name(class, rest),
                None if is_public(Class::Namespace, rest) || is_public(Class::Account, rest) => rest.to_owned(),
                None => self.name(Class::Name, rest),
            },
        };
        format!("{cluster}{told}")
    }

    /// An end of a connection: `shop/Deployment/web`, or addresses.
    pub(super) fn end(&mut self, end: &str) -> String {
        match end.split('/').collect::<Vec<_>>()[..] {
            [_, kind, _] if is_public(Class::Kind, kind) => self.member(end),
            _ => self.text(end, Words::Program),
        }
    }

    /// A label, a key of one, a key of settings: what consists of ordinary words stays.
    pub(super) fn label(&mut self, text: &str) -> String {
        match self.names.class_of(text) {
            Some(class) if class != Class::Label => self.name(class, text),
            _ if is_public(Class::Label, text) => text.to_owned(),
            _ => self.pseudonyms.of(Class::Label, text),
        }
    }

    /// A path of fields: what stands in brackets was chosen by somebody.
    pub(super) fn field(&mut self, field: &str) -> String {
        let (mut out, mut rest) = (String::with_capacity(field.len()), field);
        while let Some(start) = rest.find('[') {
            out.push_str(&self.text(&rest[..start], Words::Path));
            // Keys may hold brackets of their own.
            let mut deep = 0_usize;
            let end = rest[start..].char_indices().find_map(|(at, c)| {
                match c {
                    '[' => deep += 1,
                    ']' => deep -= 1,
                    _ => {}
                }
                (deep == 0).then_some(start + at)
            });
            let Some(end) = end else { break };
            let inside: Vec<String> = rest[start + 1..end].split(',').map(|part| self.bracket(part)).collect();
            out.push_str(&format!("[{}]", inside.join(",")));
            rest = &rest[end + 1..];
        }
        out.push_str(&self.text(rest, Words::Path));
        out
    }

    fn bracket(&mut self, part: &str) -> String {
        match part.split_once('=') {
            Some((key, value)) if matches!(key, "kind" | "apiGroup" | "type" | "port" | "protocol" | "containerPort") => {
                format!("{key}={value}")
            }
            Some((key, value)) => format!("{key}={}", self.chosen(value)),
            None => self.chosen(part),
        }
    }

    /// Something that somebody chose, alone.
    fn chosen(&mut self, text: &str) -> String {
        if text.is_empty() || text.bytes().all(|b| b.is_ascii_digit()) || text == "*" {
            return text.to_owned();
        }
        if text.contains(['•', '{']) {
            return self.text(text, Words::Program);
        }
        match self.names.class_of(text) {
            Some(class) => self.name(class, text),
            None if is_public(Class::Label, text) || is_ordinary(text) || is_public(Class::Object, text) => text.to_owned(),
            None => self.pseudonyms.of(Class::Name, text),
        }
    }

    /// Words, with a pseudonym for each name in them.
    pub(super) fn text(&mut self, text: &str, words: Words) -> String {
        if text.is_empty() {
            return String::new();
        }
        let known = |class, part: &str| match class {
            Class::Image | Class::Address | Class::Uid => class,
            _ => self.names.class_of(part).unwrap_or(class),
        };
        let shapes: Vec<_> = shapes::find(text).into_iter().map(|(at, class)| (known(class, &text[at.clone()]), at)).collect();
        let apart = |at: &std::ops::Range<usize>| shapes.iter().all(|(_, shape)| at.end <= shape.start || shape.end <= at.start);
        let names = self.names.find(text, words).into_iter().map(|found| (found.class, found.at)).filter(|(_, at)| apart(at));
        let mut parts: Vec<_> = names.collect();
        parts.extend(shapes.iter().cloned());
        parts.sort_by_key(|(_, at)| at.start);
        let mut out = String::with_capacity(text.len());
        let mut end = 0;
        for (class, at) in parts {
            out.push_str(&text[end..at.start]);
            out.push_str(&self.name(class, &text[at.clone()]));
            end = at.end;
        }
        out.push_str(&text[end..]);
        out
    }
}

/// Endings of files that tell nothing but their sort.
const ENDINGS: &[&str] = &[
    "pdf", "docx", "doc", "xlsx", "xls", "pptx", "odt", "ods", "txt", "md", "csv", "tsv", "json", "jsonl", "yaml", "yml", "xml", "html",
    "htm", "toml", "png", "jpg", "jpeg", "gif", "svg", "webp", "zip", "gz", "tar", "tgz", "7z", "log", "sarif", "eml", "msg", "mp4",
    "conf", "cfg", "ini", "pem", "crt", "sig",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        let mut names = Names::default();
        names.know(Class::Namespace, "ledgerline");
        names.know(Class::Host, "worker-7.quillmark.example");
        names.know(Class::Cluster, "prod-quill");
        Redactor::new(RedactKey([7; 32]), names)
    }

    /// What a text becomes, with `~` for each token.
    fn shape(text: &str) -> String {
        text.split_inclusive(|c: char| !c.is_ascii_alphanumeric())
            .map(|part| {
                let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
                let is_token =
                    word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase() && !b"aeiouly".contains(&b));
                if is_token { part.replacen(word, "~", 1) } else { part.to_owned() }
            })
            .collect()
    }

    #[test]
    fn names_that_stand_alone_keep_their_form() {
        let mut r = redactor();
        for (class, name, told) in [
            (Class::Host, "https://api.quillmark.example:6443", "https://host-~:6443"),
            (Class::Host, "https://10.9.8.7:6443/x", "https://address-~:6443/x"),
            (Class::Host, "10.9.0.0/16", "address-~/16"),
            (Class::Host, "0.0.0.0/0", "0.0.0.0/0"),
            (Class::Image, "reg.quillmark.example:5000/team/app:1.2.3", "registry-~/image-~:1.2.3"),
            (Class::Image, "docker.io/team/app", "docker.io/image-~"),
            (Class::Image, "app:latest", "image-~:latest"),
            (Class::Image, "app:for-quillmark", "image-~:name-~"),
            (Class::Image, "registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"),
            (Class::Registry, "reg.quillmark.example", "registry-~"),
            (Class::Registry, "reg.quillmark.example/pay", "registry-~/image-~"),
            (Class::Account, "system:serviceaccount:ledgerline:quillrunner", "system:serviceaccount:namespace-~:account-~"),
            (Class::Account, "system:node:worker-7.quillmark.example", "system:node:host-~"),
            (Class::Account, "system:masters", "system:masters"),
            (Class::File, "/home/jane/access review.PDF", "file-~.pdf"),
            (Class::Namespace, "kube-system", "kube-system"),
        ] {
            assert_eq!(shape(&r.name(class, name)), told, "{name}");
        }
        assert_eq!(shape(&r.member("prod-quill ledgerline/Deployment/quillrunner")), "cluster-~ namespace-~/Deployment/object-~");
        assert_eq!(
            shape(&r.field("spec.containers[name=quillrunner].env[name=QUILL_DB].value")),
            "spec.containers[name=name-~].env[name=name-~].value"
        );
        assert_eq!(shape(&r.field("data[password], subjects[kind=User,name=jane]")), "data[password], subjects[kind=User,name=name-~]");
    }

    #[test]
    fn words_stay_words() {
        let mut r = redactor();
        let text = "Deployment ledgerline/x on worker-7.quillmark.example asks https://vault.quillmark.example/v1 from 10.1.2.3.";
        let told = r.text(text, Words::Program);
        assert_eq!(shape(&told), "Deployment namespace-~/x on host-~ asks https://host-~/v1 from address-~.");
        assert_eq!(r.text("", Words::People), "");
    }
}
