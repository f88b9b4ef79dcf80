//! Which files of the evidence register a cluster is judged by. An assessment may have several clusters, and a policy or a benchmark is of one of
//! them: the title or the name of the file says which. A scan needs no such word, because images are matched by what runs, nor does a provider's
//! description, which names addresses and authority of its cluster.

use super::{Evidence, Workbook};
use crate::kinds::imported::Imported;

/// Recognises a file of the register for one cluster; none where it is of no form that a check judges, or of another cluster.
#[must_use]
pub fn import(workbook: &Workbook, entry: &Evidence, bytes: &[u8], cluster: &str) -> Option<Imported> {
    if !entry.counts() {
        return None;
    }
    let mut import = Imported::recognise(&entry.file, bytes)?;
    import.reference.clone_from(&entry.reference);
    import.effective = entry.effective.map(|day| day.0);
    let others: Vec<&str> = workbook.clusters.iter().map(|c| c.key.as_str()).filter(|key| *key != cluster).collect();
    if others.is_empty() || import.content.form().names_its_subject() {
        return Some(import);
    }
    let said = |key: &str| names(&entry.title, key) || names(&entry.file, key);
    if said(cluster) {
        return Some(import);
    }
    if others.iter().any(|key| said(key)) {
        return None;
    }
    let count = others.len() + 1;
    import.doubt = format!("The assessment has {count} clusters, and the title of {} names none of them.", entry.reference);
    Some(import)
}

/// What a cluster is judged by: the files that came with it, and those of the register as they are now. One that is both counts once, with what
/// the register says of it.
#[must_use]
pub fn with_register(known: &[Imported], register: Vec<Imported>) -> Vec<Imported> {
    let again = |import: &&Imported| import.reference.is_empty() && !register.iter().any(|entry| entry.sha256 == import.sha256);
    let mut all: Vec<Imported> = known.iter().filter(again).cloned().collect();
    all.extend(register);
    all.sort_by(|a, b| (&a.name, &a.sha256, &a.reference).cmp(&(&b.name, &b.sha256, &b.reference)));
    all
}

/// Whether a text names a cluster, as a word of its own: `prod` is not named by `prod-eu`.
fn names(text: &str, key: &str) -> bool {
    let (text, key) = (text.to_lowercase(), key.to_lowercase());
    let inner = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    !key.is_empty()
        && text
            .match_indices(&key)
            .any(|(at, _)| !text[..at].chars().next_back().is_some_and(inner) && !text[at + key.len()..].chars().next().is_some_and(inner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::{ClusterRecord, Day, Engagement, EvidenceKind, Moment};

    const POLICY: &[u8] = b"apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n";

    fn entry(title: &str) -> Evidence {
        let obtained = Moment("2026-11-20T00:00:00Z".parse().unwrap_or_default());
        Evidence {
            file: "audit.yaml".into(),
            effective: Some(Day(jiff::civil::date(2026, 11, 1))),
            ..Evidence::new("E-0001".into(), EvidenceKind::Document, title.into(), String::new(), obtained)
        }
    }

    #[test]
    fn a_policy_is_of_the_cluster_that_its_title_names() {
        let mut workbook = Workbook::new(Engagement::default());
        let alone = import(&workbook, &entry("Policy"), POLICY, "prod");
        assert!(alone.is_some_and(|import| import.doubt.is_empty() && import.effective.is_some() && import.reference == "E-0001"));
        for key in ["prod", "prod-eu"] {
            workbook.clusters.push(ClusterRecord::unread(key));
        }
        assert!(import(&workbook, &entry("Policy of PROD"), POLICY, "prod").is_some_and(|import| import.doubt.is_empty()));
        assert_eq!(import(&workbook, &entry("Policy of prod-eu"), POLICY, "prod"), None);
        assert!(import(&workbook, &entry("Policy"), POLICY, "prod").is_some_and(|import| import.doubt.contains("2 clusters")));
        assert_eq!(import(&workbook, &entry("Policy"), b"%PDF-1.7", "prod"), None);
    }

    #[test]
    fn a_description_names_its_cluster_itself() {
        let mut workbook = Workbook::new(Engagement::default());
        for key in ["prod", "test"] {
            workbook.clusters.push(ClusterRecord::unread(key));
        }
        let text = br#"{"cluster": {"name": "pay", "arn": "arn:aws:eks:x:111122223333:cluster/pay", "resourcesVpcConfig": {}}}"#;
        for key in ["prod", "test"] {
            assert!(import(&workbook, &entry("Description"), text, key).is_some_and(|import| import.doubt.is_empty()));
        }
        // What names no cluster is of the one that its title names.
        let text = b"apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: []\n";
        assert!(import(&workbook, &entry("Encryption"), text, "prod").is_some_and(|import| !import.doubt.is_empty()));
        assert_eq!(import(&workbook, &entry("Encryption of test"), text, "prod"), None);
    }

    #[test]
    fn a_file_that_is_in_the_register_counts_once() {
        let workbook = Workbook::new(Engagement::default());
        let with_source = Imported::recognise("audit.yaml", POLICY);
        let register = import(&workbook, &entry("Policy"), POLICY, "prod");
        let known: Vec<Imported> = with_source.into_iter().collect();
        let both = with_register(&known, register.into_iter().collect());
        assert!(both.len() == 1 && both[0].reference == "E-0001");
        // Taken out of the register, a file is not judged by any more.
        assert!(with_register(&both, vec![]).is_empty());
    }
}
