//! What each text of a workbook is: a name of some class, words, or something that the program writes and that stays. A field that is not told here is
//! taken for words; a test holds that none is.

use super::class::Class;
use toml::Value;

/// What is done with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    /// It stays: ids, references, words of the program's own lists.
    Kept,
    /// It is a name.
    Name(Class),
    /// People wrote it.
    Words,
    /// The program or a server made it, with names in it.
    Made,
    /// A path of fields.
    Path,
    /// A label or a key of one.
    Label,
    /// A digest of something that is not handed on.
    Digest,
    /// A digest that is held against something that is redacted too; it is made anew.
    Compared,
    /// The id of a finding, or something that stays.
    Finding,
    /// An answer: a choice of the question, or words.
    Answer,
    /// An object in words.
    Object,
    /// A member of a population.
    Member,
    /// A workload as `namespace/Kind/name`.
    Workload,
    /// How a cluster was reached: `context prod-eu`.
    Source,
    /// The matter of a second person's step.
    Matter,
}

use Field::{Answer, Compared, Digest, Finding, Kept, Label, Made, Matter, Member, Name, Object, Path, Source, Words, Workload};

/// Every text of a workbook by its path, without the places in lists; `*` is a key that people choose.
const FIELDS: &[(Field, &str)] = &[
    (Kept, "catalogue"),
    (Name(Class::Entity), "engagement.entity previous.entity"),
    (Name(Class::Company), "engagement.company"),
    (
        Name(Class::Person),
        "engagement.assessors engagement.reviewers scope_confirmed.by use_case.by version.by cluster.declared_complete answer.by answer.interviewed \
         determination.by determination.excluded_by determination.customized.tester risk_analysis.approved_by risk_analysis.by \
         risk_analysis.withdrawn.by evidence.by evidence.interview.person evidence.withdrawn.by sample.by sample.withdrawn.by sample.item.by \
         request.by remediation.retested_by remediation.by remediation.withdrawn.by exception.owner exception.approver exception.by review.by \
         sign_off.by previous.answer.by previous.answer.interviewed previous.risk_analysis.approved_by previous.risk_analysis.by \
         previous.risk_analysis.withdrawn.by",
    ),
    (
        Name(Class::Cluster),
        "use_case.cluster version.cluster cluster.key cluster.reached.context answer.cluster sample.population.cluster request.cluster remediation.cluster \
         exception.cluster review.cluster outcome.cluster previous.cluster.key previous.answer.cluster",
    ),
    (Name(Class::Namespace), "scope.namespace.match scope_confirmed.namespaces.*"),
    (Name(Class::Host), "cluster.server previous.cluster.server"),
    (Name(Class::Uid), "cluster.uid previous.cluster.uid"),
    (Name(Class::Account), "cluster.identity cluster.reached.as_user cluster.reached.as_groups"),
    (Name(Class::Registry), "scope.trusted_registries"),
    (Name(Class::File), "previous.from cluster.reached.kubeconfig cluster.reached.files evidence.file previous.evidence.file"),
    (Name(Class::Name), "sample.seed"),
    (Workload, "scope.high_risk"),
    (Label, "scope.namespace.labels.* scope.node_pool.labels.*"),
    (
        Digest,
        "previous.workbook previous.cluster.findings previous.evidence.sha256 cluster.snapshot cluster.findings cluster.before.findings evidence.sha256 sample.population.digest sample.population.snapshots",
    ),
    (Compared, "scope_confirmed.digest review.digest sign_off.digest outcome.digest"),
    (Finding, "exception.what remediation.what outcome.finding.id"),
    (Answer, "answer.value previous.answer.value"),
    (Object, "outcome.finding.object"),
    (Member, "sample.population.members sample.item.name sample.item.stratum"),
    (Source, "cluster.source"),
    (Matter, "sign_off.of"),
    (Path, "outcome.finding.field"),
    (
        Made,
        "cluster.version cluster.not_read.* cluster.failed.why sample.population.incomplete exception.about outcome.reason outcome.finding.observed withheld.place",
    ),
    (
        Words,
        "engagement.period engagement.purpose engagement.assistance scope.namespace.reason scope.node_pool.reason scope_confirmed.words use_case.reason version.reason \
         answer.role answer.note determination.rationale determination.compensating.constraint determination.compensating.objective \
         determination.compensating.risk determination.compensating.control determination.compensating.validation \
         determination.compensating.maintenance determination.customized.objective determination.customized.control determination.customized.meets \
         determination.customized.tested risk_analysis.title risk_analysis.assets risk_analysis.threats risk_analysis.factors \
         risk_analysis.justification risk_analysis.withdrawn.why evidence.title evidence.version evidence.purpose evidence.interview.role \
         evidence.interview.topics evidence.interview.asked evidence.interview.answered evidence.interview.conclusion evidence.observation.seen \
         evidence.observation.place evidence.observation.conclusion evidence.withdrawn.why sample.title sample.reason sample.representative \
         sample.conclusion sample.withdrawn.why sample.population.filter sample.item.note request.what request.role request.note remediation.before \
         remediation.after remediation.conclusion remediation.withdrawn.why exception.reason review.note sign_off.words previous.period \
         previous.unverified previous.answer.role previous.answer.note previous.determination.rationale previous.evidence.title \
         previous.risk_analysis.title previous.risk_analysis.assets previous.risk_analysis.threats previous.risk_analysis.factors previous.risk_analysis.justification \
         previous.risk_analysis.withdrawn.why",
    ),
    (
        Kept,
        "scope.default scope.namespace.category scope.node_pool.category place.control place.tab place.item use_case.case version.version cluster.distribution \
         answer.question answer.digest answer.evidence determination.practice determination.finding determination.method determination.proposed \
         determination.because determination.customized.evidence determination.customized.analysis risk_analysis.ref risk_analysis.purpose \
         risk_analysis.requirement risk_analysis.practices risk_analysis.frequency risk_analysis.evidence evidence.ref evidence.kind evidence.replaces \
         evidence.practices evidence.questions evidence.samples sample.ref sample.method sample.size sample.strata sample.practices sample.questions \
         sample.population.of sample.item.result sample.item.evidence request.ref request.question request.practices request.line request.status \
         request.evidence remediation.ref remediation.check remediation.practices remediation.evidence_before remediation.evidence_after \
         exception.check review.check review.outcome sign_off.step withheld.detector outcome.check outcome.outcome outcome.needs \
         outcome.finding.severity outcome.finding.category previous.cluster.version previous.cluster.distribution previous.answer.question \
         previous.answer.digest previous.answer.evidence previous.determination.practice previous.determination.finding \
         previous.determination.method previous.evidence.ref previous.risk_analysis.ref previous.risk_analysis.purpose previous.risk_analysis.requirement \
         previous.risk_analysis.practices previous.risk_analysis.frequency previous.risk_analysis.evidence",
    ),
];

/// Tables whose keys people or clusters choose, and what these are.
const KEYS: &[(Field, &str)] = &[
    (Name(Class::Cluster), "scope_confirmed.namespaces"),
    (Label, "scope.namespace.labels"),
    (Label, "scope.node_pool.labels"),
    (Kept, "cluster.not_read"),
];

/// What a text is by its path; none where that is not told.
fn of(path: &str) -> Option<Field> {
    FIELDS.iter().chain(KEYS).find(|(_, paths)| paths.split_whitespace().any(|known| known == path)).map(|(field, _)| *field)
}

/// What is done with each text of a workbook.
pub(super) type Visit<'a> = dyn FnMut(Field, &mut String) + 'a;

/// Goes through all texts of a workbook, keys that somebody chose among them.
pub(super) fn visit(value: &mut Value, visit: &mut Visit<'_>) {
    walk(value, &mut String::new(), &mut |path, text| visit(of(path).unwrap_or(Words), text));
}

/// Tells each text with its path; of tables whose keys are chosen the keys too, by the path that [`KEYS`] has.
fn walk(value: &mut Value, path: &mut String, tell: &mut dyn FnMut(&str, &mut String)) {
    match value {
        Value::String(text) => tell(path, text),
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, path, tell)),
        Value::Table(table) => {
            let chosen = KEYS.iter().any(|(_, known)| known == path);
            // A moment stands as a table with one text in it.
            if table.keys().any(|key| key.starts_with("$__toml_private")) {
                return;
            }
            for (mut key, mut value) in std::mem::take(table) {
                if chosen {
                    tell(path, &mut key);
                }
                let here = path.len();
                if here > 0 {
                    path.push('.');
                }
                path.push_str(if chosen { "*" } else { &key });
                walk(&mut value, path, tell);
                path.truncate(here);
                table.insert(key, value);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's failure is its message")]
#[path = "../../../tests/support/whole.rs"]
mod whole;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_text_of_a_workbook_is_told_and_nothing_else() {
        let mut met = BTreeSet::new();
        let mut value = Value::try_from(whole::workbook()).unwrap();
        walk(&mut value, &mut String::new(), &mut |path, _| {
            met.insert(path.to_owned());
        });
        let told: Vec<&str> = FIELDS.iter().chain(KEYS).flat_map(|(_, paths)| paths.split_whitespace()).collect();
        let unknown: Vec<&String> = met.iter().filter(|path| !told.contains(&path.as_str())).collect();
        let unmet: Vec<&&str> = told.iter().filter(|path| !met.contains(**path)).collect();
        assert!(unknown.is_empty() && unmet.is_empty(), "not told: {unknown:#?}, told and not there: {unmet:#?}");
        assert_eq!(told.len(), told.iter().collect::<BTreeSet<_>>().len(), "a field is told twice");
    }
}
