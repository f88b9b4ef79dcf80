//! What shows by its shape alone that it names something of somebody's: addresses, domains, mail addresses, UIDs, image references. So a name is found
//! that stands nowhere but in words.

use super::class::Class;
use super::public::{is_public, is_public_domain, is_version};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// One sort of shape: what it looks like, and whether a text of that look is one.
struct Shape {
    pattern: Option<Regex>,
    take: fn(&str) -> Option<Class>,
}

/// In this order: what is within another was taken with it.
static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    let shape = |pattern: &str, take: fn(&str) -> Option<Class>| Shape { pattern: Regex::new(pattern).ok(), take };
    vec![
        shape(r"[\p{L}0-9._%+-]+@[\p{L}0-9-]+(?:\.[\p{L}0-9-]+)+", |_| Some(Class::Person)),
        shape(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", |_| Some(Class::Uid)),
        shape(r"\barn:[a-z0-9-]+:[^\s“”\x22'<>,;]+", |_| Some(Class::Account)),
        shape(r"(?:[\p{L}0-9.-]+(?::[0-9]+)?/)?[\p{L}0-9._/-]+(?::[\w.-]{1,128})?@sha256:[0-9a-f]{8,64}", |_| Some(Class::Image)),
        shape(r"\b[\p{L}0-9-]+(?:\.[\p{L}0-9-]+)+(?::[0-9]+)?/[\w./-]*\w(?::\w[\w.-]{0,127})?", image),
        shape(r"(?:^|[^\w./:@-])([a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9._-]*)+:\w[\w.-]{0,127})\b", short_image),
        shape(r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?:/[0-9]{1,2})?\b", address),
        shape(r"[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,8}(?:/[0-9]{1,3})?", address),
        shape(r"[\p{L}0-9](?:[\p{L}0-9-]{0,62}\.)+[\p{L}]{2,24}\b", domain),
    ]
});

/// What stands in an address of the web between `://` and the path: who, where, at which port.
static AUTHORITY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[a-z][a-z0-9+.-]*://([^/\s“”‘’\x22'<>()\[\]{},;]+|\[[0-9a-fA-F:.%]+\](?::[0-9]+)?)").ok());

/// Parts of a text that name something by their shape, in their order and apart.
pub(super) fn find(text: &str) -> Vec<(Range<usize>, Class)> {
    let mut found: Vec<(Range<usize>, Class)> = vec![];
    for hit in AUTHORITY.iter().flat_map(|pattern| pattern.captures_iter(text)).filter_map(|c| c.get(1)) {
        let (at, _) = host_of(hit.as_str());
        found.push((hit.start() + at.start..hit.start() + at.end, Class::Host));
    }
    for shape in SHAPES.iter() {
        let hits = shape.pattern.iter().flat_map(|pattern| pattern.captures_iter(text));
        // Where what stands before it matters, the shape is a part of the pattern.
        for hit in hits.filter_map(|hit| hit.get(1).or_else(|| hit.get(0))) {
            // An API group within a longer name, or a path of fields, is no domain of its own.
            let apart = found.iter().all(|(known, _)| hit.end() <= known.start || known.end <= hit.start());
            if let Some(class) = (shape.take)(hit.as_str()).filter(|_| apart) {
                found.push((hit.range(), class));
            }
        }
    }
    found.sort_by_key(|(at, _)| at.start);
    found
}

/// Where in the authority of an address the host stands, and where its port.
pub(super) fn host_of(authority: &str) -> (Range<usize>, Range<usize>) {
    // A login before the host goes with it.
    let end = match authority.rfind(']') {
        Some(end) => end + 1,
        None => authority.rfind(':').filter(|at| authority[at + 1..].bytes().all(|b| b.is_ascii_digit())).unwrap_or(authority.len()),
    };
    (0..end, end..authority.len())
}

fn image(text: &str) -> Option<Class> {
    let (domain, rest) = text.split_once('/')?;
    let host = domain.split(':').next().unwrap_or(domain);
    if !is_domain(host) {
        return None;
    }
    match is_public_domain(host) && !is_public(Class::Registry, text) {
        // `networking.k8s.io/v1`, `app.kubernetes.io/name`.
        true if !host.starts_with("registry.") => None,
        _ if host == "registry.k8s.io" || host == "k8s.gcr.io" => None,
        _ if rest.contains(':') || domain.contains(':') || rest.contains('/') => Some(Class::Image),
        _ if is_public_domain(host) => None,
        _ => Some(Class::Name),
    }
}

/// `team/app:1.2`, and not `shop/web:8080`.
fn short_image(text: &str) -> Option<Class> {
    let (_, tag) = text.rsplit_once(':')?;
    (tag.contains('.') || tag.bytes().any(|b| b.is_ascii_alphabetic())).then_some(Class::Image)
}

fn address(text: &str) -> Option<Class> {
    let base = text.split('/').next().unwrap_or_default();
    // `::` alone is no address that anybody has.
    let is_one = base.len() > 2 && base.parse::<std::net::IpAddr>().is_ok();
    (is_one && !is_public(Class::Address, text)).then_some(Class::Address)
}

fn domain(text: &str) -> Option<Class> {
    (is_domain(text) && !is_public(Class::Host, text)).then_some(Class::Host)
}

/// Whether a text is a domain and not a path of fields, a version or the name of a file.
fn is_domain(text: &str) -> bool {
    let mut labels = text.split('.');
    let first = labels.next().unwrap_or_default();
    let last = text.rsplit('.').next().unwrap_or_default().to_lowercase();
    let country = last.len() == 2 && last.bytes().all(|b| b.is_ascii_lowercase()) && !NO_COUNTRIES.contains(&last.as_str());
    let field =
        FIELDS.contains(&first) || first.chars().skip(1).any(char::is_uppercase) && first.chars().next().is_some_and(char::is_lowercase);
    !field && text.contains('.') && !is_version(text) && (country || TOPS.contains(&last.as_str()) || !last.is_ascii())
}

/// Ends of names of files, and of fields, that could be countries.
const NO_COUNTRIES: &[&str] = &["md", "py", "so", "ps", "js", "ts", "gz", "id", "ip", "os", "to", "is", "by", "at", "in", "no", "eg"];
/// Where paths of fields begin.
const FIELDS: &[&str] =
    &["spec", "metadata", "status", "data", "labels", "annotations", "template", "webhooks", "rules", "subjects", "roleRef", "i", "e"];
/// Tops of domains: those that everybody uses, and those that networks of their own use.
const TOPS: &[&str] = &[
    "com",
    "net",
    "org",
    "edu",
    "gov",
    "mil",
    "int",
    "info",
    "biz",
    "io",
    "dev",
    "app",
    "cloud",
    "tech",
    "online",
    "site",
    "shop",
    "store",
    "bank",
    "pay",
    "finance",
    "insurance",
    "agency",
    "systems",
    "solutions",
    "services",
    "group",
    "global",
    "world",
    "digital",
    "network",
    "example",
    "test",
    "invalid",
    "local",
    "localhost",
    "localdomain",
    "internal",
    "intranet",
    "intra",
    "corp",
    "lan",
    "home",
    "private",
    "svc",
    "zone",
    "xyz",
    "aero",
    "coop",
    "museum",
    "pro",
    "jobs",
    "mobi",
    "travel",
    "arpa",
    "onion",
    "ltd",
    "gmbh",
    "inc",
    "llc",
    "company",
    "support",
    "software",
    "games",
    "media",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, Class)> {
        find(text).into_iter().map(|(at, class)| (text[at].to_owned(), class)).collect()
    }

    #[test]
    fn shapes_are_found_where_they_stand() {
        for (text, part, class) in [
            ("ask jane.doe@quillmark.example.", "jane.doe@quillmark.example", Class::Person),
            ("on worker-7.quillmark.example, port 1", "worker-7.quillmark.example", Class::Host),
            ("https://vault:8200/v1", "vault", Class::Host),
            ("https://10.20.30.40:6443", "10.20.30.40", Class::Host),
            ("from 10.20.30.0/24 to", "10.20.30.0/24", Class::Address),
            ("fd00:12::7 is ours", "fd00:12::7", Class::Address),
            ("uid 6f1c8f2e-0b1a-4c5d-9e8f-001122334455.", "6f1c8f2e-0b1a-4c5d-9e8f-001122334455", Class::Uid),
            ("runs reg.quillmark.example:5000/team/app:1.2 there", "reg.quillmark.example:5000/team/app:1.2", Class::Image),
            ("runs team/app:1.2 there", "team/app:1.2", Class::Image),
            ("team/app@sha256:0011223344556677", "team/app@sha256:0011223344556677", Class::Image),
            ("label quillmark.example/team", "quillmark.example/team", Class::Name),
            ("arn:aws:iam::123456789012:role/pay", "arn:aws:iam::123456789012:role/pay", Class::Account),
        ] {
            assert_eq!(told(text), [(part.to_owned(), class)], "{text}");
        }
    }

    #[test]
    fn words_of_kubernetes_and_of_prose_have_no_such_shape() {
        for text in [
            "spec.template.spec.containers[name=web].image, metadata.name and data.info",
            "networking.k8s.io/v1, app.kubernetes.io/name, rbac.authorization.k8s.io, constraints.gatekeeper.sh",
            "v1.34.4, 1.2, 12:30:45, e.g. this, i.e. that, 3.1/baseline, 1.6.mfa_enforced",
            "0.0.0.0/0, 127.0.0.1, ::1, ::/0, 169.254.169.254",
            "registry.k8s.io/kube-apiserver:v1.34.4",
            "shop/web:8080 over TCP, workbook.toml, README.md",
            "2026-11-23T09:12:00Z",
        ] {
            assert_eq!(told(text), [], "{text}");
        }
    }
}
