//! What the report says, as types: what the template may name stands here and nowhere else.

use super::papers::{EvidenceGroup, RemediationView};
use super::requests::RequestView;
use super::samples::SampleView;
use kassay_core::workbook::Engagement;
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything that a report says.
#[derive(Debug, Serialize)]
pub struct Report {
    pub(super) engagement: Engagement,
    pub(super) executive: Executive,
    pub(super) made_at: String,
    pub(super) version: &'static str,
    pub(super) catalogue: String,
    pub(super) workbook: String,
    /// What is to be known of an export with pseudonyms; "" for one without.
    pub(super) redacted: &'static str,
    pub(super) clusters: Vec<Cluster>,
    /// The clusters side by side, where there are several.
    pub(super) fleet: Option<super::sisters::FleetView>,
    pub(super) practices: usize,
    pub(super) determined: usize,
    pub(super) totals: BTreeMap<&'static str, usize>,
    pub(super) outcomes: BTreeMap<&'static str, usize>,
    pub(super) redactions: usize,
    pub(super) withheld_words: usize,
    pub(super) to_confirm: Vec<String>,
    pub(super) areas: Vec<AreaView>,
    pub(super) differing: Vec<Differing>,
    pub(super) assistance: String,
    pub(super) second: SecondView,
    pub(super) methods: Vec<MethodView>,
    pub(super) analyses: Vec<AnalysisView>,
    pub(super) exceptions: Vec<ExceptionView>,
    pub(super) wrong_exceptions: usize,
    pub(super) scope: ScopeView,
    pub(super) previous: Option<PreviousView>,
    pub(super) evidence: Vec<EvidenceGroup>,
    pub(super) remediations: Vec<RemediationView>,
    pub(super) samples: Vec<SampleView>,
    pub(super) requests: Vec<RequestView>,
    pub(super) journal: JournalView,
    pub(super) printed: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Cluster {
    pub(super) key: String,
    pub(super) server: String,
    pub(super) uid: String,
    pub(super) version: String,
    pub(super) version_source: String,
    pub(super) distribution: String,
    pub(super) distribution_evidence: Vec<String>,
    pub(super) nodes: usize,
    pub(super) identity: String,
    pub(super) groups: Vec<String>,
    pub(super) source: String,
    pub(super) declared_complete: String,
    pub(super) collected_at: String,
    pub(super) assessed_at: String,
    pub(super) snapshot: String,
    pub(super) findings: String,
    pub(super) redactions: usize,
    pub(super) withheld: String,
    pub(super) not_read: Vec<(String, String)>,
    pub(super) kinds: Vec<(String, usize)>,
    pub(super) unread: String,
    pub(super) used_for: String,
    pub(super) used_because: String,
    pub(super) changed: Vec<(&'static str, String, String)>,
    /// The picture, as SVG.
    pub(super) segmentation: String,
    /// Why there is none.
    pub(super) not_drawn: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ScopeView {
    pub(super) default: &'static str,
    pub(super) rules: Vec<RuleView>,
    pub(super) trusted_registries: Vec<String>,
    pub(super) high_risk: Vec<String>,
    pub(super) clusters: Vec<(String, Vec<CategoryView>)>,
    pub(super) confirmed: Option<ConfirmedView>,
    pub(super) appeared: Vec<AppearedView>,
}

#[derive(Debug, Serialize)]
pub(super) struct RuleView {
    pub(super) of: &'static str,
    pub(super) matches: String,
    pub(super) category: &'static str,
    pub(super) reason: String,
}

#[derive(Debug, Serialize)]
pub(super) struct CategoryView {
    pub(super) category: &'static str,
    pub(super) namespaces: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct ConfirmedView {
    pub(super) by: String,
    pub(super) at: String,
    pub(super) words: String,
    pub(super) changed: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct AppearedView {
    pub(super) cluster: String,
    pub(super) whole: bool,
    pub(super) namespaces: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct PreviousView {
    pub(super) title: String,
    pub(super) workbook: String,
    pub(super) at: String,
    pub(super) unverified: String,
    pub(super) determinations: Vec<(String, &'static str, &'static str)>,
    pub(super) same_files: Vec<(String, String, String)>,
    pub(super) met: Vec<(String, String, String, String)>,
    pub(super) analyses: Vec<(String, String, String)>,
}

#[derive(Debug, Serialize)]
pub(super) struct OnView {
    pub(super) cluster: String,
    pub(super) says: &'static str,
    pub(super) because: Vec<String>,
    pub(super) missing: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct AreaView {
    pub(super) number: u8,
    pub(super) title: String,
    pub(super) determined: usize,
    pub(super) practices: usize,
    pub(super) totals: BTreeMap<&'static str, usize>,
    pub(super) outcomes: BTreeMap<&'static str, usize>,
    pub(super) open_questions: usize,
    pub(super) controls: Vec<ControlView>,
}

#[derive(Debug, Serialize)]
pub(super) struct ControlView {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) dss: Vec<String>,
    pub(super) practices: Vec<PracticeView>,
    pub(super) checks: Vec<CheckView>,
    pub(super) questions: Vec<QuestionView>,
    pub(super) tried: Vec<super::tried::TriedView>,
}

#[derive(Debug, Serialize)]
pub(super) struct PracticeView {
    pub(super) id: String,
    pub(super) text: Vec<String>,
    pub(super) determination: Option<DeterminationView>,
    pub(super) proposal: &'static str,
    pub(super) because: Vec<String>,
    pub(super) missing: Vec<String>,
    pub(super) on: Vec<OnView>,
    pub(super) last_year: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct DeterminationView {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) method: &'static str,
    pub(super) rationale: String,
    pub(super) by: String,
    pub(super) at: String,
    pub(super) proposed: &'static str,
    pub(super) differs: bool,
    pub(super) to_confirm: bool,
    pub(super) because: Vec<String>,
    pub(super) overruled: String,
    pub(super) excluded_by: String,
    pub(super) parts: Vec<(&'static str, String)>,
    pub(super) signed: SignedView,
}

/// How something stands with the second person.
#[derive(Debug, Serialize)]
pub(super) struct SignedView {
    pub(super) state: &'static str,
    pub(super) label: &'static str,
    pub(super) words: String,
    pub(super) accepted_by: String,
    pub(super) own: bool,
}

/// The review by a second person, as a whole.
#[derive(Debug, Serialize)]
pub(super) struct SecondView {
    pub(super) used: bool,
    pub(super) own_allowed: bool,
    pub(super) accepted: usize,
    pub(super) of: usize,
    pub(super) own: Vec<String>,
    pub(super) open: Vec<OpenView>,
}

/// Something that is not accepted.
#[derive(Debug, Serialize)]
pub(super) struct OpenView {
    pub(super) what: String,
    pub(super) by: String,
    pub(super) state: &'static str,
    pub(super) words: String,
}

/// A worksheet or controls matrix.
#[derive(Debug, Serialize)]
pub(super) struct MethodView {
    pub(super) practice: String,
    pub(super) method: &'static str,
    pub(super) finding: &'static str,
    pub(super) by: String,
    pub(super) parts: Vec<(&'static str, String)>,
}

/// A targeted risk analysis.
#[derive(Debug, Serialize)]
pub(super) struct AnalysisView {
    pub(super) reference: String,
    pub(super) title: String,
    pub(super) purpose: &'static str,
    pub(super) requirement: String,
    pub(super) frequency: String,
    pub(super) performed: String,
    pub(super) approved_by: String,
    pub(super) stale: bool,
    pub(super) lacks: String,
    pub(super) evidence: Vec<String>,
    pub(super) parts: Vec<(&'static str, String)>,
}

#[derive(Debug, Serialize)]
pub(super) struct CheckView {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) why: String,
    pub(super) blind_spots: String,
    pub(super) results: Vec<ResultView>,
}

#[derive(Debug, Serialize)]
pub(super) struct ResultView {
    pub(super) cluster: String,
    pub(super) outcome: &'static str,
    pub(super) label: &'static str,
    pub(super) reason: String,
    pub(super) population: usize,
    pub(super) needs: Vec<String>,
    pub(super) review: Option<ReviewView>,
    pub(super) counts: Vec<(&'static str, usize)>,
    pub(super) findings: Vec<FindingView>,
    pub(super) total: usize,
    pub(super) more: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct ReviewView {
    pub(super) by: String,
    pub(super) at: String,
    pub(super) note: String,
    pub(super) holds: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct FindingView {
    pub(super) severity: &'static str,
    pub(super) category: &'static str,
    pub(super) in_scope: bool,
    pub(super) object: String,
    pub(super) pods: Option<u32>,
    pub(super) rule: String,
    pub(super) field: String,
    pub(super) observed: String,
    pub(super) message: String,
    pub(super) exception: String,
}

#[derive(Debug, Serialize)]
pub(super) struct QuestionView {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) wanted: String,
    pub(super) state: &'static str,
    pub(super) words: String,
    pub(super) on: Vec<StateView>,
    pub(super) answers: Vec<AnswerView>,
    pub(super) last_year: Option<LastAnswer>,
}

#[derive(Debug, Serialize)]
pub(super) struct StateView {
    pub(super) cluster: String,
    pub(super) state: &'static str,
    pub(super) words: String,
}

#[derive(Debug, Serialize)]
pub(super) struct LastAnswer {
    pub(super) value: String,
    pub(super) at: String,
    pub(super) reworded: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct AnswerView {
    pub(super) value: String,
    pub(super) cluster: String,
    pub(super) by: String,
    pub(super) at: String,
    pub(super) interviewed: String,
    pub(super) role: String,
    pub(super) on: String,
    pub(super) note: String,
    pub(super) evidence: Vec<String>,
    pub(super) signed: SignedView,
}

#[derive(Debug, Serialize)]
pub(super) struct Differing {
    pub(super) practice: String,
    pub(super) finding: &'static str,
    pub(super) proposed: &'static str,
    pub(super) because: Vec<String>,
    pub(super) rationale: String,
    pub(super) by: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ExceptionView {
    pub(super) what: String,
    pub(super) object: String,
    pub(super) reason: String,
    pub(super) owner: String,
    pub(super) approver: String,
    pub(super) cluster: String,
    pub(super) stands: String,
    pub(super) written: String,
    pub(super) wrong: Vec<String>,
    pub(super) unknown: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct JournalView {
    pub(super) edits: usize,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) people: Vec<String>,
    pub(super) whole: bool,
    pub(super) matches: bool,
    pub(super) outside: usize,
    pub(super) shown: Vec<JournalRow>,
}

#[derive(Debug, Serialize)]
pub(super) struct JournalRow {
    pub(super) n: u64,
    pub(super) at: String,
    pub(super) by: String,
    pub(super) what: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// The executive page.
#[derive(Debug, Serialize)]
pub(super) struct Executive {
    /// Areas all of whose practices are determined, and in place or not applicable.
    pub(super) whole: Vec<String>,
    pub(super) matters: Vec<MatterView>,
    /// Controls with something wrong that are not told here.
    pub(super) more: usize,
    /// Checks that fail, while the assessor determined all of their practices in place or not applicable.
    pub(super) overruled: usize,
    pub(super) unseen: Vec<UnseenView>,
    /// Checks that could not be evaluated, over all clusters.
    pub(super) blocked: usize,
    pub(super) severities: Vec<SeverityView>,
    pub(super) coverage: Vec<CoverageView>,
    pub(super) open_questions: usize,
    pub(super) prepared_by: Vec<String>,
    pub(super) accepted_by: Vec<String>,
    pub(super) requests_open: usize,
    pub(super) requests_overdue: usize,
    pub(super) inconsistent_samples: usize,
}

/// Something that matters: a control that is not met.
#[derive(Debug, Serialize)]
pub(super) struct MatterView {
    pub(super) control: String,
    pub(super) title: String,
    pub(super) severity: &'static str,
    /// Whether the assessor determined it, or checks say it and nobody has determined it yet.
    pub(super) determined: bool,
    /// What is wrong, each in a few words, worst first.
    pub(super) wrong: Vec<String>,
    pub(super) why: String,
    pub(super) mend: String,
    pub(super) owner: String,
    /// Whether a person named the owner; else it is who usually owns such things.
    pub(super) owner_named: bool,
    /// Where, for each cluster: `prod: 12 places, 3 of them in the CDE`.
    pub(super) places: Vec<String>,
    /// How many places are excepted.
    pub(super) excepted: usize,
}

/// What could not be seen of a cluster.
#[derive(Debug, Serialize)]
pub(super) struct UnseenView {
    pub(super) cluster: String,
    /// Why nothing at all was seen; "" where something was.
    pub(super) nothing: String,
    /// Lists that were not read, with what was said.
    pub(super) lists: Vec<(String, String)>,
    pub(super) blocked: usize,
}

/// Outcomes of the checks of one severity.
#[derive(Debug, Serialize)]
pub(super) struct SeverityView {
    pub(super) severity: &'static str,
    pub(super) total: usize,
    pub(super) outcomes: BTreeMap<&'static str, usize>,
}

/// How far the lists of a cluster were read.
#[derive(Debug, Serialize)]
pub(super) struct CoverageView {
    pub(super) cluster: String,
    pub(super) total: usize,
    pub(super) states: BTreeMap<&'static str, usize>,
}
