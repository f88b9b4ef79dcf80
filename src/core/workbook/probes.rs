//! The record of active probes among the evidence: what was sent, when, from which address, and what came back.

use super::{Evidence, EvidenceKind, Moment, Workbook};
use crate::checks;
use crate::kinds::Probes;

/// Name of the file.
pub const RECORD_NAME: &str = "active-probes.txt";

/// Practices that active checks speak to.
#[must_use]
pub fn practices() -> Vec<String> {
    let mut practices: Vec<String> = checks::all().filter(|c| c.active).flat_map(|c| c.practices).map(|p| (*p).to_owned()).collect();
    practices.sort();
    practices.dedup();
    practices
}

/// Title of the record of some probes.
#[must_use]
pub fn title(probes: &Probes, cluster: &str) -> String {
    format!("Active probes of {cluster}, begun {}", probes.started_at)
}

/// Puts the record, a file that is kept already, among the evidence, and gives its reference; none where the same file is there already, as it
/// is when a snapshot is judged again.
pub fn put(workbook: &mut Workbook, title: String, file: (&str, u64), by: &str, obtained: Moment) -> Option<String> {
    let (sha256, size) = file;
    if workbook.evidence.iter().any(|entry| entry.sha256 == sha256) {
        return None;
    }
    let reference = workbook.next_reference();
    workbook.evidence.push(Evidence {
        file: RECORD_NAME.to_owned(),
        sha256: sha256.to_owned(),
        size,
        practices: practices(),
        ..Evidence::new(reference.clone(), EvidenceKind::Query, title, by.to_owned(), obtained)
    });
    Some(reference)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::Engagement;

    #[test]
    fn a_record_is_kept_once_and_speaks_to_the_practices_of_active_checks() {
        let mut workbook = Workbook::new(Engagement::default());
        let at = Moment("2026-11-20T00:00:00Z".parse().unwrap_or_default());
        assert_eq!(put(&mut workbook, "Probes".into(), ("ab", 9), "A", at).as_deref(), Some("E-0001"));
        assert_eq!(put(&mut workbook, "Probes".into(), ("ab", 9), "A", at), None);
        assert_eq!(workbook.evidence.len(), 1);
        assert!(workbook.evidence[0].practices.iter().any(|p| p.starts_with("13.")), "{:?}", workbook.evidence[0].practices);
    }
}
