//! Everything that the program shows: what all features share, and the state of each.

use super::access::Access;
use super::action::Action;
use super::all_findings::AllFindings;
use super::book::desk::Desk;
use super::book::layer::Layer;
use super::book::standing::{Pane, Tab};
use super::compare::Compare;
use super::context::Context;
use super::effect::Source;
use super::export::ExportState;
use super::findings::Findings;
use super::fleet::SideView;
use super::home::HomeState;
use super::new::{New, Stage};
use super::parts::cursor::Scroll;
use super::parts::form::Form;
use super::probes::{self, Probing};
use super::reading::Reading;
use super::segmentation::Pictures;
use super::trial::Trials;
use crate::guidance::Guidance;
use crate::model::{Finding, ObjectRef};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};

/// Everything that the program shows. What all features share, its desk, is read and set as if it stood in the session itself.
#[derive(Clone, Debug)]
pub struct Session {
    pub(super) desk: Desk,
    /// The list of assessments.
    pub home: HomeState,
    /// A new assessment.
    pub new: Option<Box<New>>,
    /// A cluster being read.
    pub reading: Option<Reading>,
    /// Lists of findings of the open assessment.
    pub findings: Findings,
    /// All of its findings in one list.
    pub all_findings: AllFindings,
    /// Who may do what in its clusters.
    pub access: Access,
    /// What their admission policies refuse, tried on witnesses.
    pub trials: Trials,
    /// Who may connect to whom in its clusters.
    pub segmentation: Pictures,
    /// Its clusters side by side.
    pub fleet: SideView,
    /// The open assessment beside another one.
    pub compare: Compare,
    /// Active probes that somebody is asked about, or that are being sent.
    pub probing: Option<Probing>,
    /// The export screen.
    pub export: ExportState,
    /// How far what is told of the selected row is scrolled, on screens with a list above it.
    pub detail: Scroll,
    /// Spinner: ticks since the start.
    pub ticks: u64,
    /// What was done while a save was under way.
    pub(super) waiting: VecDeque<Action>,
    /// The cluster that is read once an assessment is there.
    pub(super) after_open: Option<(String, Source)>,
    /// Whether it was told what would be lost by leaving.
    pub(super) leave_asked: bool,
}

impl Deref for Session {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Desk {
        &mut self.desk
    }
}

impl Session {
    /// A session that starts with the list of assessments, not read yet.
    #[must_use]
    pub fn new(guidance: &'static Guidance, user: &str, now: Timestamp, zone: TimeZone) -> Self {
        Self {
            desk: Desk::new(guidance, user, now, zone),
            home: HomeState::default(),
            new: None,
            reading: None,
            findings: Findings::default(),
            all_findings: AllFindings::default(),
            access: Access::default(),
            trials: Trials::default(),
            segmentation: Pictures::default(),
            fleet: SideView::default(),
            compare: Compare::default(),
            probing: None,
            export: ExportState::default(),
            detail: Scroll::default(),
            ticks: 0,
            waiting: VecDeque::new(),
            after_open: None,
            leave_asked: false,
        }
    }

    /// The form on top, or the one of a new assessment.
    #[must_use]
    pub fn form(&self) -> Option<&Form> {
        match self.top() {
            Layer::Form(form) => Some(form),
            Layer::New => self.new.as_ref().and_then(|new| new.open_form()),
            _ => None,
        }
    }

    pub(super) fn form_mut(&mut self) -> Option<&mut Form> {
        match self.desk.layers.last_mut() {
            Some(Layer::Form(form)) => Some(form),
            Some(Layer::New) => self.new.as_mut().and_then(|new| new.open_form_mut()),
            _ => None,
        }
    }

    /// The finding that is looked at, and its check.
    #[must_use]
    pub fn finding(&self) -> Option<(&str, &Finding)> {
        self.findings.looked_at(&self.desk)
    }

    /// The command that shows an object on the cluster that is looked at.
    #[must_use]
    pub fn kubectl_here(&self, object: &ObjectRef) -> String {
        super::findings::kubectl_here(&self.desk, object)
    }

    /// Everything in the walk that fits what is typed: controls, questions, checks, evidence.
    #[must_use]
    pub fn find(&self, query: &str) -> Vec<super::search::FindRow> {
        super::search::find(&self.desk, query)
    }

    /// Where the selected form of an export is written to.
    #[must_use]
    pub fn export_target(&self) -> Option<std::path::PathBuf> {
        self.export.target(&self.desk)
    }

    /// What keys mean now.
    #[must_use]
    pub fn context(&self) -> Context {
        self.context_of(self.top())
    }

    /// What keys mean below help, palette and search: these speak of that place.
    #[must_use]
    pub fn context_below(&self) -> Context {
        let overlay = |layer: &&Layer| matches!(layer, Layer::Help(_) | Layer::Palette { .. } | Layer::Find { .. });
        self.layers.iter().rev().find(|l| !overlay(l)).map_or(Context::Home, |layer| self.context_of(layer))
    }

    fn context_of(&self, layer: &Layer) -> Context {
        let of_form = |form: &Form| match form.field() {
            Some(field) if field.lines => Context::Lines,
            Some(_) => Context::Text,
            None => Context::Choice,
        };
        match layer {
            Layer::Home => Context::Home,
            Layer::New => match &self.new {
                Some(new) if new.stage == Stage::Engagement => of_form(&new.form),
                Some(new) if new.filtering => Context::Filter,
                Some(new) if new.stage == Stage::Scope => Context::Scope,
                Some(new) if new.stage == Stage::Read => Context::Ready,
                _ => Context::Cluster,
            },
            Layer::Reading if self.reading.as_ref().is_some_and(|reading| reading.arrived.is_some()) => Context::Preview,
            Layer::Reading => Context::Reading,
            Layer::Walk => match self.book.as_ref().map(|b| (b.walk.pane, b.walk.control, b.walk.tab)) {
                None | Some((Pane::Areas, ..) | (_, None, _)) => Context::Areas,
                Some((_, _, Tab::Guidance)) => Context::Guidance,
                Some((_, _, Tab::Checks)) => Context::Checks,
                Some((_, _, Tab::Questions)) => Context::Questions,
                Some((_, _, Tab::Evidence)) => Context::Evidence,
                Some((_, _, Tab::Result)) => Context::Result,
            },
            Layer::AllFindings if self.all_findings.list.filtering => Context::Filter,
            Layer::AllFindings => Context::AllFindings,
            Layer::Findings(check) if self.findings.is_filtering(check) => Context::Filter,
            Layer::Findings(_) => Context::Findings,
            Layer::Finding { .. } => Context::Finding,
            Layer::Form(form) => of_form(form),
            Layer::Summary(_) => Context::Summary,
            Layer::Segmentation(_) => Context::Segmentation,
            Layer::Flows if self.segmentation.flows.list.filtering => Context::Filter,
            Layer::Flows => Context::Flows,
            Layer::Compare if self.compare.differences.as_ref().is_some_and(|list| list.filtering) => Context::Filter,
            Layer::Compare => Context::Compare,
            Layer::Access if self.access.view.list.filtering => Context::Filter,
            Layer::Access => Context::Access,
            Layer::Holder { .. } => Context::Holder,
            Layer::Trial if self.trials.view.list.filtering => Context::Filter,
            Layer::Trial => Context::Trial,
            Layer::Witness { .. } => Context::Witness,
            Layer::Fleet if self.fleet.filtering() => Context::Filter,
            Layer::Fleet => Context::Fleet,
            Layer::Probes if probes::is_running(self.probing.as_ref()) => Context::Probing,
            Layer::Probes => Context::Probes,
            Layer::Scope(_) => Context::Scope,
            Layer::Register(register) if self.registers.get(register).is_some_and(|view| view.filtering) => Context::Filter,
            Layer::Register(_) => Context::Register,
            Layer::Sample { .. } => Context::Sample,
            Layer::Pick(_) => Context::Pick,
            Layer::Export if self.export.running.is_some() => Context::Exporting,
            Layer::Export => Context::Export,
            Layer::Help(_) => Context::Help,
            Layer::Palette { .. } | Layer::Find { .. } => Context::Palette,
        }
    }
}
