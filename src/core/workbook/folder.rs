//! Names of what lies in the folder of an assessment. The store writes them, the bundle copies them and `verify` reads them, so the names
//! stand on the floor below all three. Digests become parts of paths only after they were looked at.

/// The workbook.
pub const WORKBOOK: &str = "workbook.toml";
/// The workbook before the last edit.
pub const PREVIOUS: &str = "workbook.toml.bak";
/// How the name of an edit begins that is being saved; there only while that lasts, or after it was interrupted.
pub const NEXT: &str = "workbook.toml.next";
/// What was typed and is not saved; there only while there is such.
pub const DRAFTS: &str = "drafts.toml";
/// The journal.
pub const JOURNAL: &str = "journal.jsonl";
/// The lock, with the words of who holds it.
pub const LOCK: &str = ".lock";
/// Files of evidence.
pub const EVIDENCE: &str = "evidence";
/// Assessments with all findings.
pub const FINDINGS: &str = "findings";
/// Snapshots of clusters.
pub const SNAPSHOTS: &str = "snapshots";

/// The name under which a workbook of an older format is kept beside the one that was made of it.
#[must_use]
pub fn older(format: i64) -> String {
    format!("workbook.format-{format}.toml")
}

/// Folders in which files lie that the workbook names.
pub const ROOMS: [&str; 3] = [EVIDENCE, FINDINGS, SNAPSHOTS];

/// Whether a name is that of an edit that was being saved.
#[must_use]
pub fn is_next(name: &str) -> bool {
    name.strip_prefix(NEXT).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The name under which a text is kept beside the workbook that is not to take its place: `workbook.toml.outside-1f0c7a2b`.
#[must_use]
pub fn aside(why: &str, digest: &str) -> String {
    format!("{WORKBOOK}.{why}-{}", digest.get(..8).unwrap_or(digest))
}

/// Whether a text is a SHA-256 digest as this program writes it: 64 lower-case hexadecimal digits.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Path of a piece of evidence, `evidence/<sha256>.pdf`; the extension is that of the attached file where it is plain. None where the
/// digest is no digest.
#[must_use]
pub fn evidence(sha256: &str, name: &str) -> Option<String> {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase())
        .filter(|e| (1..=8).contains(&e.len()) && e.bytes().all(|b| b.is_ascii_alphanumeric()))
        .map_or_else(String::new, |e| format!(".{e}"));
    is_digest(sha256).then(|| format!("{EVIDENCE}/{sha256}{extension}"))
}

/// Path of an assessment with all findings.
#[must_use]
pub fn findings(sha256: &str) -> Option<String> {
    is_digest(sha256).then(|| format!("{FINDINGS}/{sha256}.json"))
}

/// Path of a snapshot.
#[must_use]
pub fn snapshot(sha256: &str) -> Option<String> {
    is_digest(sha256).then(|| format!("{SNAPSHOTS}/{sha256}.kassay.gz"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digests_become_paths() {
        let digest = "a".repeat(64);
        assert_eq!(evidence(&digest, "policy.PDF"), Some(format!("evidence/{digest}.pdf")));
        assert_eq!(evidence(&digest, "no extension"), Some(format!("evidence/{digest}")));
        assert_eq!(evidence(&digest, "x.../etc"), Some(format!("evidence/{digest}")));
        assert_eq!(evidence("../../etc/passwd", "a.txt"), None);
        assert_eq!(snapshot(&"A".repeat(64)), None);
    }
}
