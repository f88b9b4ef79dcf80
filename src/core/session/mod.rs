//! The whole walk without a terminal. A [`Session`] is all that the program shows; an [`Action`] is all that can happen to it; [`update`]
//! is how, and the [`Effect`]s that it returns are what the world is asked to do. Screens only read a session, `app.rs` only carries
//! effects out, so every rule of the walk is tested here by handing actions in.
//!
//! Nothing that a person wrote counts as written before the store says so: an edit is a copy of the workbook, sent to be saved, that takes
//! the place of the old one when `Saved` comes back. What is done meanwhile waits in line. If saving fails, the form stays open with all
//! that was typed, and says why.

pub mod access;
mod action;
pub mod answer;
pub mod book;
pub mod determine;
mod effect;
pub mod evidence;
pub mod export;
pub mod findings;
pub mod home;
mod leave;
pub mod new;
pub mod parts;
mod press;
pub mod probes;
pub mod reading;
pub mod review;
pub mod search;
pub mod segmentation;
mod typing;
mod update;
pub mod walk;

pub use crate::workbook::Edit;
pub use access::AccessView;
pub use action::{Action, Attached, Collection, Opened, Tab, Target};
pub use book::assessment::{Book, Cluster, Progress as WalkProgress};
pub use book::open::{OpenItem, Why, finding_words};
pub use book::saving::Pending;
pub use book::standing::{NavRow, Pane, Walk, checks_of, item_at};
pub use effect::{Effect, ExportFormat, Source};
pub use export::ExportState;
pub use findings::excerpt::{Line as ExcerptLine, excerpt};
pub use findings::list::{FindingRow, FindingsView, Group, Sort};
pub use home::{HomeRow, HomeState};
pub use new::state::{ContextRow, Flight, New, Preflight, Right, SourceRow, Stage};
pub use parts::cursor::{Cursor, Scroll, Step};
pub use parts::field::{Field, Typed};
pub use parts::form::{Choice, Form, Input, PathOf, Purpose, Row};
pub use parts::message::{Message, Urgency};
pub use parts::namespaces::{NamespaceRow, ScopeEditor, read_rule};
pub use probes::{Probed, Probing};
pub use reading::{KindRow, Progress, Reading};
pub use search::{FindRow, evidence_age, kubectl};
pub use segmentation::{Crossing, FlowRow, Segmentation, SharedNode};
pub use update::update;

use crate::analysis::rbac::Subject;
use crate::guidance::Guidance;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::collections::{BTreeSet, VecDeque};

/// A screen, or a part of one that lies over another. The top one hears keys first.
#[derive(Clone, Debug)]
pub enum Layer {
    /// The list of assessments; its state is [`Session::home`].
    Home,
    /// A new assessment; its state is [`Session::new`].
    New,
    /// A cluster being read; its state is [`Session::reading`].
    Reading,
    /// The walk; its state is [`Book::walk`].
    Walk,
    /// The findings of a check; their state is in [`Book::findings`].
    Findings(String),
    /// One finding of a check.
    Finding {
        /// The check.
        check: String,
        /// The finding.
        id: String,
        /// How far it is scrolled.
        scroll: Scroll,
    },
    /// A form, shown where its matter is.
    Form(Box<Form>),
    /// The sixteen areas at a glance.
    Summary(Cursor),
    /// The flows between categories, or those of one pair of them, by its row.
    Segmentation {
        /// Which row.
        cursor: Cursor,
        /// The pair that is open.
        open: Option<usize>,
    },
    /// The access register; its state is in [`Book::access`].
    Access,
    /// One subject of the register.
    Holder {
        /// Who.
        subject: Box<Subject>,
        /// How far it is scrolled.
        scroll: Scroll,
    },
    /// What active probes would send, or those that are being sent; their state is [`Session::probing`].
    Probes,
    /// The scope.
    Scope(Box<ScopeEditor>),
    /// The export; its state is [`Session::export`].
    Export,
    /// Keys and words.
    Help(Scroll),
    /// Every action, narrowed by what is typed.
    Palette {
        /// What is typed.
        query: Field,
        /// Which one.
        cursor: Cursor,
    },
    /// Controls, checks, questions and evidence, narrowed by what is typed.
    Find {
        /// What is typed.
        query: Field,
        /// Which one.
        cursor: Cursor,
    },
}

/// Where keys are pressed: what they mean depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Context {
    /// List of assessments.
    Home,
    /// New assessment, choosing a cluster.
    Cluster,
    /// New assessment, about to read.
    Ready,
    /// A cluster being read.
    Reading,
    /// The list of areas.
    Areas,
    /// A control's guidance.
    Guidance,
    /// Its checks.
    Checks,
    /// Its questions.
    Questions,
    /// Its evidence.
    Evidence,
    /// Its determinations.
    Result,
    /// Findings of a check.
    Findings,
    /// A finding.
    Finding,
    /// A form, on a row to type in.
    Text,
    /// A form, on a row to choose in.
    Choice,
    /// The scope.
    Scope,
    /// Summary.
    Summary,
    /// Segmentation.
    Segmentation,
    /// The access register.
    Access,
    /// One subject of it.
    Holder,
    /// What active probes would send.
    Probes,
    /// Active probes being sent.
    Probing,
    /// Export.
    Export,
    /// Help.
    Help,
    /// Typing filter words.
    Filter,
    /// Typing in the palette, or in the search.
    Palette,
}

impl Context {
    /// All of them.
    pub const ALL: [Self; 25] = [
        Self::Home,
        Self::Cluster,
        Self::Ready,
        Self::Reading,
        Self::Areas,
        Self::Guidance,
        Self::Checks,
        Self::Questions,
        Self::Evidence,
        Self::Result,
        Self::Findings,
        Self::Finding,
        Self::Text,
        Self::Choice,
        Self::Scope,
        Self::Summary,
        Self::Segmentation,
        Self::Access,
        Self::Holder,
        Self::Probes,
        Self::Probing,
        Self::Export,
        Self::Help,
        Self::Filter,
        Self::Palette,
    ];

    /// All of them, for tables.
    pub const ALL_OF_THEM: &'static [Self] = &Self::ALL;

    /// Whether a character is text there.
    #[must_use]
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Text | Self::Filter | Self::Palette)
    }

    /// The name of the place, for people.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Cluster => "New: cluster",
            Self::Ready => "New: read",
            Self::Reading => "Reading",
            Self::Areas => "Areas",
            Self::Guidance => "Guidance",
            Self::Checks => "Checks",
            Self::Questions => "Questions",
            Self::Evidence => "Evidence",
            Self::Result => "Result",
            Self::Findings => "Findings",
            Self::Finding => "Finding",
            Self::Text => "Form",
            Self::Choice => "Form, choosing",
            Self::Scope => "Scope",
            Self::Summary => "Summary",
            Self::Segmentation => "Segmentation",
            Self::Access => "Access register",
            Self::Holder => "Subject",
            Self::Probes => "Active probes",
            Self::Probing => "Active probes, being sent",
            Self::Export => "Export",
            Self::Help => "Help",
            Self::Filter => "Filter",
            Self::Palette => "Search",
        }
    }
}

/// Everything that the program shows.
#[derive(Clone, Debug)]
pub struct Session {
    /// The catalogue.
    pub guidance: &'static Guidance,
    /// Who sits here.
    pub user: String,
    /// The time.
    pub now: Timestamp,
    /// The user's time zone.
    pub zone: TimeZone,
    /// Screens, the top one last; never empty.
    pub layers: Vec<Layer>,
    /// The list of assessments.
    pub home: HomeState,
    /// A new assessment.
    pub new: Option<Box<New>>,
    /// A cluster being read.
    pub reading: Option<Reading>,
    /// Active probes that somebody is asked about, or that are being sent.
    pub probing: Option<Probing>,
    /// The open assessment.
    pub book: Option<Box<Book>>,
    /// The export screen.
    pub export: ExportState,
    /// Messages, the newest last.
    pub messages: Vec<Message>,
    /// Forms that were left with something typed in them.
    pub drafts: Vec<Form>,
    /// A save that is under way.
    pub pending: Option<Pending>,
    /// A save that failed and has no form to stay open.
    pub unsaved: Option<Pending>,
    /// Spinner: ticks since the start.
    pub ticks: u64,
    waiting: VecDeque<Action>,
    tickets: u64,
    attaching: Option<book::saving::Attaching>,
    /// Digests of attached files that checks judge.
    judged_files: BTreeSet<String>,
    after_open: Option<(String, Source)>,
    leave_asked: bool,
}

impl Session {
    /// A session that starts with the list of assessments, not read yet.
    #[must_use]
    pub fn new(guidance: &'static Guidance, user: &str, now: Timestamp, zone: TimeZone) -> Self {
        Self {
            guidance,
            user: user.to_owned(),
            now,
            zone,
            layers: vec![Layer::Home],
            home: HomeState::default(),
            new: None,
            reading: None,
            probing: None,
            book: None,
            export: ExportState::default(),
            messages: vec![],
            drafts: vec![],
            pending: None,
            unsaved: None,
            ticks: 0,
            waiting: VecDeque::new(),
            tickets: 0,
            attaching: None,
            judged_files: BTreeSet::new(),
            after_open: None,
            leave_asked: false,
        }
    }

    /// Today, where the user is.
    #[must_use]
    pub fn today(&self) -> Date {
        self.now.to_zoned(self.zone.clone()).date()
    }

    /// The top layer.
    #[must_use]
    pub fn top(&self) -> &Layer {
        self.layers.last().unwrap_or(&Layer::Home)
    }

    /// The form on top, or the one of a new assessment.
    #[must_use]
    pub fn form(&self) -> Option<&Form> {
        match self.top() {
            Layer::Form(form) => Some(form),
            Layer::New => self.new.as_ref().filter(|n| n.stage == Stage::Engagement).map(|n| &n.form),
            _ => None,
        }
    }

    pub(crate) fn form_mut(&mut self) -> Option<&mut Form> {
        match self.layers.last_mut() {
            Some(Layer::Form(form)) => Some(form),
            Some(Layer::New) => self.new.as_mut().filter(|n| n.stage == Stage::Engagement).map(|n| &mut n.form),
            _ => None,
        }
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
        let of_form = |form: &Form| if form.is_typing() { Context::Text } else { Context::Choice };
        match layer {
            Layer::Home => Context::Home,
            Layer::New => match &self.new {
                Some(new) if new.stage == Stage::Engagement => of_form(&new.form),
                Some(new) if new.filtering => Context::Filter,
                Some(new) if new.stage == Stage::Scope => Context::Scope,
                Some(new) if new.stage == Stage::Read => Context::Ready,
                _ => Context::Cluster,
            },
            Layer::Reading => Context::Reading,
            Layer::Walk => match self.book.as_ref().map(|b| (b.walk.pane, b.walk.control, b.walk.tab)) {
                None | Some((Pane::Areas, ..) | (_, None, _)) => Context::Areas,
                Some((_, _, Tab::Guidance)) => Context::Guidance,
                Some((_, _, Tab::Checks)) => Context::Checks,
                Some((_, _, Tab::Questions)) => Context::Questions,
                Some((_, _, Tab::Evidence)) => Context::Evidence,
                Some((_, _, Tab::Result)) => Context::Result,
            },
            Layer::Findings(check) => {
                let filtering = self.book.as_ref().and_then(|b| b.findings.get(check)).is_some_and(|v| v.filtering);
                if filtering { Context::Filter } else { Context::Findings }
            }
            Layer::Finding { .. } => Context::Finding,
            Layer::Form(form) => of_form(form),
            Layer::Summary(_) => Context::Summary,
            Layer::Segmentation { .. } => Context::Segmentation,
            Layer::Access => {
                let filtering = self.book.as_ref().is_some_and(|book| book.access.filtering);
                if filtering { Context::Filter } else { Context::Access }
            }
            Layer::Holder { .. } => Context::Holder,
            Layer::Probes if self.probing.as_ref().is_some_and(|p| p.running.is_some()) => Context::Probing,
            Layer::Probes => Context::Probes,
            Layer::Scope(_) => Context::Scope,
            Layer::Export => Context::Export,
            Layer::Help(_) => Context::Help,
            Layer::Palette { .. } | Layer::Find { .. } => Context::Palette,
        }
    }

    /// The next thing that needs a person, seen from where one stands; none when all is determined.
    #[must_use]
    pub fn next_open(&self) -> Option<&OpenItem> {
        walk::next_open(self, false)
    }
}
