//! Names without what machines make up: the same thing on two clusters has the same name but for a hash, a number of a node, or the name of the
//! cluster itself.

/// What stands for a part that was made up.
const MADE: &str = "*";

/// The shortest name of a cluster that is looked for in names: a shorter one stands in words by chance.
const TELLING: usize = 4;

/// A name as it would be on any sister.
pub(super) fn like(name: &str, cluster: &str) -> String {
    let name = without(name, cluster);
    let mut out = String::with_capacity(name.len());
    let mut part = String::new();
    for c in name.chars() {
        if matches!(c, '-' | '.' | ':' | '/' | '_') {
            out.push_str(if is_made(&part) { MADE } else { &part });
            out.push(c);
            part.clear();
        } else {
            part.push(c);
        }
    }
    out.push_str(if is_made(&part) { MADE } else { &part });
    out
}

/// The name without that of the cluster, where this stands in it as a word or words.
fn without(name: &str, cluster: &str) -> String {
    if cluster.chars().count() < TELLING {
        return name.to_owned();
    }
    let (mut out, mut rest) = (String::with_capacity(name.len()), name);
    while let Some(at) = rest.find(cluster) {
        let (before, after) = (&rest[..at], &rest[at + cluster.len()..]);
        let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        let left = before.chars().next_back().or_else(|| out.chars().next_back());
        out.push_str(before);
        out.push_str(if ends(left) && ends(after.chars().next()) { MADE } else { cluster });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Whether a part of a name was made up: hashes of templates and random endings in the alphabet of Kubernetes, hexadecimal digests, times.
fn is_made(part: &str) -> bool {
    let digits = part.chars().filter(char::is_ascii_digit).count();
    let all = |known: fn(char) -> bool| part.chars().all(known);
    let random = |c: char| matches!(c, '2' | '4'..='9' | 'b'..='d' | 'f'..='h' | 'j'..='n' | 'p'..='t' | 'v'..='z');
    match part.len() {
        0..5 => false,
        // A random ending of five; words have vowels, and versions such as 1.34 are shorter.
        5 => digits > 0 && digits < 5 && all(random),
        8..=10 if digits > 0 && all(random) => true,
        // Numbers of accounts, times, builds.
        _ if digits == part.len() => digits >= 6,
        _ => part.len() >= 8 && digits > 0 && all(|c| c.is_ascii_hexdigit()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_machines_make_up_is_left_out() {
        for (name, is) in [
            ("web", "web"),
            ("web-6d4cf56db6-x2x9z", "web-*-*"),
            ("csr-8b2kq", "csr-*"),
            ("backup-28918560", "backup-*"),
            ("0f8fad5b-d9cb-469f-a165-70867728950e", "*-d9cb-469f-a165-*"),
            ("prod-eu-ingress", "*-ingress"),
            ("a-prod-europe", "a-prod-europe"),
            ("kube-apiserver-v1.34.4", "kube-apiserver-v1.34.4"),
            ("team-12345", "team-12345"),
            ("postgres-14", "postgres-14"),
            ("payments-v20251", "payments-v20251"),
        ] {
            assert_eq!(like(name, "prod-eu"), is);
        }
        assert_eq!(like("eu-web", "eu"), "eu-web");
        assert_eq!(like("prod-eu prod-eu", "prod-eu"), "* *");
    }
}
