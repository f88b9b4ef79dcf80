//! Starting an assessment: four steps on one page, each of which can be gone back to without losing what was typed.
//! What the pre-flight says is shown before anything is read, so that a refusal is no surprise.

use super::contents::Contents;
use crate::kinds::ClusterInfo;
use crate::model::Kind;
use crate::session::effect::Source;
use crate::session::parts::cursor::Cursor;
use crate::session::parts::field::Field;
use crate::session::parts::form::{Form, Purpose, Row};
use crate::session::parts::namespaces::{NamespaceRow, ScopeEditor};
use crate::workbook::{Engagement, ToldVersion, Workbook, told};
use jiff::civil::Date;
use std::path::PathBuf;

/// A context of the kubeconfig.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContextRow {
    /// Name.
    pub name: String,
    /// Address of its server.
    pub server: String,
    /// Whether it is the current one.
    pub current: bool,
    /// The kubeconfig that it stands in, where that is another one than kubectl takes by itself.
    pub kubeconfig: Option<PathBuf>,
}

/// Whether a kind may be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    /// The kind.
    pub kind: Kind,
    /// Whether it may be.
    pub allowed: bool,
    /// The server's words.
    pub why: String,
}

/// What a cluster says before it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preflight {
    /// The cluster.
    pub cluster: ClusterInfo,
    /// Nodes, where they can be counted.
    pub nodes: Option<usize>,
    /// What may be read.
    pub rights: Vec<Right>,
    /// Namespaces, as far as they can be listed.
    pub namespaces: Vec<NamespaceRow>,
    /// Why not all namespaces are in that list, or none is; "" where all are.
    pub namespaces_missing: String,
    /// What is in it, where it is files.
    pub contents: Option<Contents>,
    /// The source as it was understood: the current context by its name, paths from the root. None: as it was told.
    pub source: Option<Source>,
}

impl Preflight {
    /// Kinds that may not be listed, each with the checks that will be blocked for it.
    #[must_use]
    pub fn refused(&self) -> Vec<(&Right, Vec<&'static str>)> {
        self.rights
            .iter()
            .filter(|right| !right.allowed)
            .map(|right| {
                let blocked = crate::checks::all().filter(|c| c.needs.iter().any(|need| need.kinds().contains(&right.kind)));
                (right, blocked.map(|c| c.id).collect())
            })
            .collect()
    }
}

/// How far the pre-flight is.
#[derive(Clone, Debug, Default)]
pub enum Flight {
    /// Not asked yet.
    #[default]
    None,
    /// Being asked.
    Running,
    /// Asked.
    Done(Box<Preflight>),
    /// No connection, and why.
    Failed(String),
}

/// The steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Who is assessed.
    #[default]
    Engagement,
    /// Which cluster.
    Cluster,
    /// What is in scope.
    Scope,
    /// Reading.
    Read,
}

impl Stage {
    /// All, in their order.
    pub const ALL: [Self; 4] = [Self::Engagement, Self::Cluster, Self::Scope, Self::Read];

    /// The name of the step.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Engagement => "Engagement",
            Self::Cluster => "Cluster",
            Self::Scope => "Scope",
            Self::Read => "Read",
        }
    }
}

/// A new assessment, where there is one.
pub(super) type State = Option<Box<New>>;

/// A new assessment, or a further cluster of one.
#[derive(Clone, Debug)]
pub struct New {
    /// The step.
    pub stage: Stage,
    /// The engagement.
    pub form: Form,
    /// Contexts; none while they are being listed.
    pub contexts: Option<Result<Vec<ContextRow>, String>>,
    /// Narrows the contexts.
    pub filter: Field,
    /// Whether the filter is being typed.
    pub filtering: bool,
    /// The row: the contexts that fit, then a path, the demo, none.
    pub cursor: Cursor,
    /// What was chosen.
    pub source: Option<Source>,
    /// The pre-flight of it.
    pub flight: Flight,
    /// The version of the cluster, where the files that were chosen do not tell it and a person did.
    pub version: Option<ToldVersion>,
    /// The scope.
    pub scope: ScopeEditor,
    /// Folder of the assessment, where it was told.
    pub dir: Option<PathBuf>,
    /// Whether the assessment is there already, and only a cluster is added.
    pub adding: bool,
    /// The assessment as it is begun from the one before, where it is: all of it but the engagement that is typed.
    pub begun: Option<Box<Workbook>>,
}

/// A row of the step “cluster”.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceRow {
    /// A context.
    Context(ContextRow),
    /// A dump or snapshot, by its path.
    Path,
    /// The built-in cluster.
    Demo,
    /// None: attestation only.
    Without,
}

impl New {
    /// A fresh start; this year is filled in.
    #[must_use]
    pub fn new(today: Date, assessor: &str) -> Self {
        let rows = vec![
            Row::text("entity", "Assessed entity", "the company whose clusters these are", ""),
            Row::text("assessors", "Assessor", "name; several separated by commas", assessor),
            Row::text("company", "Assessor's company", "may stay empty", ""),
            Row::text("period", "Period", "the year, or 2026 Q4", today.year().to_string()),
            Row::text("purpose", "Purpose", "may stay empty; “annual assessment”", ""),
        ];
        Self {
            stage: Stage::Engagement,
            form: Form::new(Purpose::Engagement, rows),
            contexts: None,
            filter: Field::default(),
            filtering: false,
            cursor: Cursor::default(),
            source: None,
            flight: Flight::None,
            version: None,
            scope: ScopeEditor::default(),
            dir: None,
            adding: false,
            begun: None,
        }
    }

    /// The start of an assessment that is begun from the one before, with its engagement filled in.
    #[must_use]
    pub fn begun(workbook: Box<Workbook>, today: Date) -> Self {
        let mut new = Self::new(today, "");
        let engagement = &workbook.engagement;
        let assessors = engagement.assessors.join(", ");
        let said = [
            ("entity", &engagement.entity),
            ("assessors", &assessors),
            ("company", &engagement.company),
            ("period", &engagement.period),
            ("purpose", &engagement.purpose),
        ];
        for (row, words) in said {
            new.form.set(row, words);
        }
        new.begun = Some(workbook);
        new
    }

    /// What there is to choose in the step “cluster”, narrowed by the filter.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceRow> {
        let words = self.filter.trimmed().to_lowercase();
        let contexts = self.contexts.iter().flatten().flatten();
        let mut rows: Vec<SourceRow> = contexts
            .filter(|c| words.split_whitespace().all(|w| c.name.to_lowercase().contains(w) || c.server.to_lowercase().contains(w)))
            .cloned()
            .map(SourceRow::Context)
            .collect();
        rows.extend([SourceRow::Path, SourceRow::Demo]);
        if !self.adding {
            rows.push(SourceRow::Without);
        }
        rows
    }

    /// The engagement as it was typed.
    #[must_use]
    pub fn engagement(&self) -> Engagement {
        let form = &self.form;
        Engagement {
            entity: form.text("entity").to_owned(),
            assessors: form.text("assessors").split(',').map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned).collect(),
            company: form.text("company").to_owned(),
            period: form.text("period").to_owned(),
            purpose: form.text("purpose").to_owned(),
            ..self.begun.as_ref().map(|begun| begun.engagement.clone()).unwrap_or_default()
        }
    }

    /// What is known of the cluster, with its version as a person told it where one did.
    #[must_use]
    pub fn version_words(&self, known: &Preflight) -> String {
        told::with(&known.cluster, self.version.as_ref()).as_ref().unwrap_or(&known.cluster).version_words()
    }

    /// Whether a person may tell the version of the cluster that was chosen.
    #[must_use]
    pub fn may_tell_version(&self) -> bool {
        matches!(&self.flight, Flight::Done(known) if told::may_be_told(&known.cluster))
            && matches!(self.source, Some(Source::Paths { .. }))
    }

    /// The form of the engagement, while it is filled in.
    #[must_use]
    pub fn open_form(&self) -> Option<&Form> {
        (self.stage == Stage::Engagement).then_some(&self.form)
    }

    /// The same, to be typed in.
    pub(in crate::session) fn open_form_mut(&mut self) -> Option<&mut Form> {
        (self.stage == Stage::Engagement).then_some(&mut self.form)
    }

    /// The scope, while it is edited.
    pub(in crate::session) fn open_scope_mut(&mut self) -> Option<&mut ScopeEditor> {
        (self.stage == Stage::Scope).then_some(&mut self.scope)
    }

    /// The row one stands on.
    pub(in crate::session) const fn cursor_mut(&mut self) -> &mut Cursor {
        match self.stage {
            Stage::Scope => &mut self.scope.cursor,
            _ => &mut self.cursor,
        }
    }
}
