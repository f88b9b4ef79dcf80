//! The workbook: what an assessment knows and what people said, as types and as TOML text. The text is meant for human eyes and diffs:
//! sorted, one table per thing, dates as dates. Reading and writing files is the store's business; here is only what is in them.

pub mod accept;
pub mod analyses;
pub mod begun;
pub mod collection;
pub mod compare;
pub mod determining;
pub mod drafts;
pub mod evidence;
pub mod excepting;
pub mod files;
pub mod folder;
pub mod format;
pub mod gate;
pub mod held;
pub mod imports;
pub mod journal;
pub mod moment;
pub mod newness;
pub mod outside;
pub mod printer;
pub mod probes;
pub mod proposal;
pub mod query;
pub mod remediation;
pub mod requests;
pub mod review;
pub mod rollup;
pub mod sampling;
pub mod scoped;
pub mod sign_off;
pub mod staged;
pub mod text;
pub mod told;
pub mod value;

pub use accept::{AnswerState, NotAccepted};
pub use collection::{Changes, Collected, merge_collection};
pub use determining::DeterminationDraft;
pub use format::{
    AnalysisPurpose, Answer, ClusterRecord, CompensatingControl, CustomizedApproach, Determination, Engagement, Evidence, EvidenceKind,
    Exception, FORMAT, FindingBrief, Interview, ItemResult, Observation, OutcomeRecord, Place, Population, PopulationKind, Previous,
    PreviousAnswer, PreviousCluster, PreviousDetermination, PreviousEvidence, Reached, ReadBefore, ReadFailure, Referenced, Remediation,
    Request, RequestStatus, Review, RiskAnalysis, Sample, SampleItem, SamplingMethod, ScopeConfirmed, Shared, SignOff, SignOffStep, Strata,
    ToldVersion, UseCase, UseCaseKind, Withdrawn, WithheldWords, Workbook, WorkbookError, title_of,
};
pub use held::ReadOnly;
pub use journal::{Edit, Journal, JournalFault, JournalLine};
pub use moment::{Day, Moment};
pub use printer::{Clean, Printer};
pub use proposal::{Proposal, Seen, propose};
pub use rollup::{Part, Rolled, Together};
pub use text::Text;
pub use value::AnswerValue;
