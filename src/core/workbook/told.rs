//! The version of Kubernetes as a person told it, of a cluster that was read from files which do not. It is judged by like one that a server told, and
//! every check that rests on it says whose word it is.

use super::accept::day_of;
use super::{ClusterRecord, ToldVersion, Workbook};
use crate::kinds::{ClusterInfo, Untold, VERSION_NOT_KNOWN, VersionFrom};

impl Workbook {
    /// What a person told of the version of a cluster.
    #[must_use]
    pub fn told_version(&self, cluster: &str) -> Option<&ToldVersion> {
        self.versions.iter().find(|told| told.cluster == cluster)
    }

    /// The version of a cluster in words: of one that was read and whose version nothing tells, that it is not known; of one that a person told, who.
    #[must_use]
    pub fn version_words(&self, record: &ClusterRecord) -> String {
        match (self.told_version(&record.key), record.version.as_str()) {
            (_, "") if record.was_read() => VERSION_NOT_KNOWN.to_owned(),
            (Some(told), version) if told.version == version => format!("{version}, told by {}", told.by),
            (_, version) => version.to_owned(),
        }
    }
}

/// Whether a person may tell the version: no server did, and no file with a server's words.
#[must_use]
pub const fn may_be_told(cluster: &ClusterInfo) -> bool {
    !matches!(cluster.version_from, VersionFrom::Server)
}

/// What is known of a cluster with what a person told of its version put in, and what nobody tells any more taken out; nothing where it is like that
/// already.
#[must_use]
pub fn with(cluster: &ClusterInfo, told: Option<&ToldVersion>) -> Option<ClusterInfo> {
    let source = |told: &ToldVersion| format!("told by {} on {}", told.by, day_of(told.at.0));
    let holds = match told {
        Some(told) => !may_be_told(cluster) || (cluster.version == told.version && cluster.version_source == source(told)),
        None => cluster.untold.is_none(),
    };
    if holds {
        return None;
    }
    let mut cluster = cluster.clone();
    if let Some(before) = cluster.untold.take() {
        (cluster.version, cluster.version_from, cluster.version_source) = (before.version, before.from, before.source);
    }
    if let Some(told) = told {
        let before = Untold { version: cluster.version, from: cluster.version_from, source: cluster.version_source };
        cluster.untold = Some(Box::new(before));
        (cluster.version, cluster.version_from, cluster.version_source) = (told.version.clone(), VersionFrom::Person, source(told));
    }
    Some(cluster)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbook::Moment;
    use jiff::Timestamp;

    fn told(version: &str) -> ToldVersion {
        let at = Moment(Timestamp::UNIX_EPOCH);
        ToldVersion { cluster: "dump".into(), version: version.into(), reason: String::new(), by: "A. Assessor".into(), at }
    }

    fn read(from: VersionFrom) -> ClusterInfo {
        ClusterInfo { version: "v1.36.1".into(), version_from: from, ..ClusterInfo::default() }
    }

    #[test]
    fn what_a_person_tells_counts_until_it_is_taken_back() {
        let before = read(VersionFrom::Assumed);
        assert_eq!((before.told_version(), before.version_words().as_str()), ("", "version not known"));
        let first = with(&before, Some(&told("v1.34"))).unwrap();
        assert_eq!((first.version_words().as_str(), first.version_from), ("v1.34, told by A. Assessor on 1970-01-01", VersionFrom::Person));
        assert_eq!(with(&first, Some(&told("v1.34"))), None);
        // Another word takes the place of the first, and what stood there before both is not forgotten.
        let second = with(&first, Some(&told("v1.33"))).unwrap();
        assert_eq!(second.told_version(), "v1.33");
        assert_eq!(with(&second, None), Some(before.clone()));
        assert_eq!(with(&before, None), None);
    }

    #[test]
    fn no_person_overrules_what_a_server_told() {
        assert_eq!(with(&read(VersionFrom::Server), Some(&told("v1.20"))), None);
    }
}
