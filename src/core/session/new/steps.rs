//! The steps of a new assessment: starting, choosing a cluster, going on and back, and at the end an assessment that is made, or a cluster that
//! is read.

use super::state::{ContextRow, Flight, New, Preflight, SourceRow, Stage, State};
use super::version;
use crate::model::text::clean;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{After, Draft};
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::effect::{Effect, Source};
use crate::session::parts::cursor::Step;
use crate::session::parts::field::Typed;
use crate::session::parts::form::{Choice, Form, PathOf, Row};
use crate::session::parts::path;
use crate::workbook::collection::free_name;
use crate::workbook::{ToldVersion, Workbook};
use std::path::PathBuf;

/// What happens to a new assessment.
#[derive(Clone, Debug)]
pub enum Action {
    /// Starts one.
    Start,
    /// Opens a dump or snapshot in one.
    Files,
    /// Reads a further cluster into the open assessment.
    AddCluster,
    /// Tells the version of the cluster that was chosen, where its files do not.
    Version,
    /// The contexts of the kubeconfig.
    Contexts(Result<Vec<ContextRow>, String>),
    /// What may be read.
    PreflightDone(Box<Preflight>),
    /// No connection, and why.
    PreflightFailed(String),
    /// Makes an assessment at once and reads a cluster into it: the demo, say.
    Begin {
        /// The folder.
        dir: PathBuf,
        /// What goes in.
        workbook: Box<Workbook>,
        /// The cluster.
        source: Option<Source>,
    },
    /// Shows the form of a new assessment for a folder, with the cluster chosen already: as from the command line.
    Prepare {
        /// The folder.
        dir: PathBuf,
        /// The cluster.
        source: Option<Source>,
    },
    /// Shows the form of a new assessment that is begun from the one before, for a folder where one was told.
    PrepareNext {
        /// The folder.
        dir: Option<PathBuf>,
        /// The assessment as it is begun.
        workbook: Box<Workbook>,
    },
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        matches!(self, Self::Start | Self::Files | Self::AddCluster | Self::Version)
    }
}

/// Starts, and hears of clusters.
pub(in crate::session) fn update(state: &mut State, desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Start => return start(state, desk),
        Action::Files => ask_files(desk),
        Action::AddCluster => return add_cluster(state, desk),
        Action::Version => version::ask(state, desk),
        Action::Contexts(contexts) => {
            if let Some(new) = state.as_mut() {
                let is_current = |row: &ContextRow| row.current && row.kubeconfig.is_none();
                let current = contexts.as_ref().ok().and_then(|c| c.iter().position(is_current));
                new.cursor.at = current.unwrap_or(0);
                new.contexts = Some(contexts);
            }
        }
        Action::PreflightDone(flight) => {
            if let Some(new) = state.as_mut().filter(|n| matches!(n.flight, Flight::Running)) {
                new.scope.put(flight.namespaces.clone());
                new.scope.missing.clone_from(&flight.namespaces_missing);
                if flight.source.is_some() {
                    new.source.clone_from(&flight.source);
                }
                new.flight = Flight::Done(flight);
            }
        }
        Action::PreflightFailed(why) => {
            if let Some(new) = state.as_mut().filter(|n| matches!(n.flight, Flight::Running)) {
                new.flight = Flight::Failed(why);
            }
        }
        Action::Begin { dir, workbook, source } => return made(desk, Some(dir), workbook, source),
        Action::Prepare { dir, source } => {
            let next = start(state, desk);
            if let Some(new) = state.as_mut() {
                (new.dir, new.source) = (Some(dir), source);
            }
            return next;
        }
        Action::PrepareNext { dir, workbook } => start_next(state, desk, dir, workbook),
    }
    Next::NONE
}

/// Shows the form of an assessment that is begun from the one before.
fn start_next(state: &mut State, desk: &mut Desk, dir: Option<PathBuf>, workbook: Box<Workbook>) {
    *state = Some(Box::new(New { dir, ..New::begun(workbook, desk.today()) }));
    desk.layers.retain(|layer| !matches!(layer, Layer::New));
    desk.layers.push(Layer::New);
}

/// Shows the form of a new assessment, or what was typed of one.
pub(in crate::session) fn start(state: &mut State, desk: &mut Desk) -> Next {
    let user = if desk.user == "unknown" { "" } else { desk.user.as_str() };
    if state.as_ref().is_none_or(|n| n.adding || n.begun.is_some()) {
        *state = Some(Box::new(New::new(desk.today(), user)));
    }
    desk.layers.push(Layer::New);
    contexts_wanted(state, desk)
}

/// Reads a further cluster into the open assessment.
pub(in crate::session) fn add_cluster(state: &mut State, desk: &mut Desk) -> Next {
    if let Some(refused) = desk.held_elsewhere() {
        return refused;
    }
    let mut new = New::new(desk.today(), "");
    (new.adding, new.stage) = (true, Stage::Cluster);
    if let Some(book) = desk.book.as_ref() {
        new.scope.scope = book.workbook.scope.clone();
    }
    *state = Some(Box::new(new));
    desk.layers.push(Layer::New);
    contexts_wanted(state, desk)
}

/// Asks for files of a cluster.
pub(in crate::session) fn ask_files(desk: &mut Desk) {
    let mut form = path::form(PathOf::Cluster, "snapshot, file or folder of YAML or JSON; ⇥ completes", "");
    let options = [
        ('n', "no", "no, or not known: what they do not hold is unread"),
        ('y', "yes", "yes: what they do not hold is not in the cluster"),
    ];
    let options = options.map(|(key, value, label)| Choice { key, value: value.to_owned(), label: label.to_owned() });
    let hint = "of a snapshot of a live cluster it need not be said; your name is kept with a yes";
    form.rows.push(Row::choice("complete", "The whole cluster?", hint, options.to_vec(), Some(0)));
    desk.put_form(form);
}

/// Takes the path of files that was typed.
pub(in crate::session) fn accept(state: &mut State, desk: &mut Desk, form: &Form) -> Next {
    let paths = vec![path::dropped(form.text("file"))];
    desk.layers.pop();
    // Whoever types here answers for what is said here.
    let complete = (form.chosen("complete") == Some("yes")).then(|| desk.user.clone());
    choose_source(state, desk, Source::Paths { paths, complete })
}

/// Asks for the contexts where they are not there yet; also for those of kubeconfigs by which clusters of the assessment were reached.
fn contexts_wanted(state: &State, desk: &Desk) -> Next {
    let Some(new) = state.as_ref().filter(|n| n.contexts.is_none()) else { return Next::NONE };
    let begun = new.begun.as_deref();
    let workbook = if new.adding { desk.book.as_ref().map(|book| &book.workbook) } else { begun };
    let mut others: Vec<PathBuf> = vec![];
    for kubeconfig in workbook.iter().flat_map(|w| &w.clusters).map(|c| PathBuf::from(&c.reached.kubeconfig)) {
        if !kubeconfig.as_os_str().is_empty() && !others.contains(&kubeconfig) {
            others.push(kubeconfig);
        }
    }
    Next::from(Effect::Contexts(others))
}

/// A source was chosen: connect, and show what may be read.
fn choose_source(state: &mut State, desk: &mut Desk, source: Source) -> Next {
    let new = state.get_or_insert_with(|| Box::new(New::new(desk.today(), &desk.user)));
    if !desk.layers.iter().any(|l| matches!(l, Layer::New)) {
        desk.layers.push(Layer::New);
    }
    new.source = Some(source.clone());
    new.version = None;
    if new.stage == Stage::Engagement {
        return Next::NONE;
    }
    new.stage = Stage::Cluster;
    new.flight = Flight::Running;
    Next::from(Effect::Preflight(source))
}

/// ↵: goes on.
pub(in crate::session) fn enter(state: &mut State, desk: &mut Desk) -> Next {
    let Some(new) = state.as_mut() else { return Next::NONE };
    if new.filtering {
        new.filtering = false;
        return Next::NONE;
    }
    match new.stage {
        Stage::Engagement => {
            new.form.clear_faults();
            if new.form.text("entity").is_empty() {
                new.form.fault("entity", "the assessed entity is needed; all else may stay empty");
                return Next::NONE;
            }
            if let Some(begun) = new.begun.clone() {
                // Its clusters are those of last year: they are listed, and R reads each again.
                let workbook = Workbook { engagement: new.engagement(), ..*begun };
                return made(desk, new.dir.clone(), Box::new(workbook), None);
            }
            new.stage = Stage::Cluster;
            match (&new.flight, new.source.clone()) {
                (Flight::None | Flight::Failed(_), Some(source)) => choose_source(state, desk, source),
                _ => contexts_wanted(state, desk),
            }
        }
        Stage::Cluster => match (&new.flight, new.source.clone()) {
            (Flight::Done(_), _) => {
                new.stage = Stage::Scope;
                Next::NONE
            }
            (Flight::Running, _) => Next::NONE,
            (Flight::Failed(_), Some(source)) => choose_source(state, desk, source),
            _ => match new.sources().into_iter().nth(new.cursor.at) {
                Some(SourceRow::Context(row)) => choose_source(state, desk, Source::listed(row.kubeconfig, Some(row.name))),
                Some(SourceRow::Path) => {
                    ask_files(desk);
                    Next::NONE
                }
                Some(SourceRow::Demo) => choose_source(state, desk, Source::Demo),
                Some(SourceRow::Without) => begin(new, desk, None),
                None => Next::NONE,
            },
        },
        Stage::Scope => {
            new.stage = Stage::Read;
            Next::NONE
        }
        Stage::Read => {
            let source = new.source.clone();
            begin(new, desk, source)
        }
    }
}

/// Esc: goes back a step; from the first one, home or into the walk.
pub(in crate::session) fn back(state: &mut State, desk: &mut Desk) -> Next {
    let Some(new) = state.as_mut() else { return Next::NONE };
    if new.filtering {
        (new.filtering, new.cursor.at) = (false, 0);
        new.filter.set("");
        return Next::NONE;
    }
    match new.stage {
        Stage::Engagement => drop(desk.layers.pop()),
        Stage::Cluster if !matches!(new.flight, Flight::None) => {
            (new.flight, new.source) = (Flight::None, None);
            return contexts_wanted(state, desk);
        }
        Stage::Cluster if new.adding => {
            *state = None;
            desk.layers.pop();
        }
        Stage::Cluster => new.stage = Stage::Engagement,
        Stage::Scope => new.stage = Stage::Cluster,
        Stage::Read => new.stage = Stage::Scope,
    }
    Next::NONE
}

/// Makes the assessment, and reads the cluster into it where there is one.
fn begin(new: &New, desk: &mut Desk, source: Option<Source>) -> Next {
    if new.adding {
        return source.map_or(Next::NONE, |source| begin_adding(new, desk, source));
    }
    let mut workbook = Workbook::new(new.engagement());
    workbook.scope = new.scope.scope.clone();
    workbook.catalogue.clone_from(&desk.guidance.digest);
    if let (Some(source), Some(told)) = (&source, &new.version) {
        desk.book = None;
        workbook.versions.push(ToldVersion { cluster: free_key(desk, source), ..told.clone() });
    }
    made(desk, new.dir.clone(), Box::new(workbook), source)
}

/// Reads a further cluster; a scope that was changed on the way is kept first, because it is judged by.
fn begin_adding(new: &New, desk: &mut Desk, source: Source) -> Next {
    let key = free_key(desk, &source);
    let mut draft = desk.scope_draft(new.scope.scope.clone());
    if let (Some(told), Some(book)) = (&new.version, desk.book.as_ref()) {
        let workbook = book.workbook.clone();
        let draft = draft.get_or_insert_with(|| Draft {
            workbook,
            what: format!("version of {key}"),
            before: String::new(),
            after: told.version.clone(),
        });
        draft.workbook.versions.retain(|known| known.cluster != key);
        draft.workbook.versions.push(ToldVersion { cluster: key.clone(), ..told.clone() });
    }
    match draft {
        Some(draft) => desk.save(draft, After::Read(key, source), true),
        None => Next::from(Lead::Read { key, source, again: false }),
    }
}

/// Makes an assessment; its cluster is read as soon as it is there.
fn made(desk: &mut Desk, dir: Option<PathBuf>, workbook: Box<Workbook>, source: Option<Source>) -> Next {
    desk.book = None;
    let source = source.map(|source| (free_key(desk, &source), source));
    Next::from(Lead::Made { dir, workbook, source })
}

/// A name for a cluster that no other has in the open assessment.
fn free_key(desk: &Desk, source: &Source) -> String {
    let name = match source {
        Source::Context { name: Some(name), .. } => name.clone(),
        Source::Context { name: None, .. } => "cluster".to_owned(),
        Source::Demo => "demo".to_owned(),
        Source::Paths { paths, .. } => {
            let first = paths.first().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned());
            let name = first.unwrap_or_default();
            name.trim_end_matches(".gz").trim_end_matches(".kassay").trim_end_matches(".yaml").trim_end_matches(".json").to_owned()
        }
    };
    let name = clean(&name);
    let name = if name == "-" { String::new() } else { name };
    free_name(&name, |name| desk.book.as_ref().is_none_or(|b| b.workbook.clusters.iter().all(|c| c.key != name)))
}

/// Moves in the lists of a new assessment.
pub(in crate::session) fn step(state: &mut State, step: Step) {
    let Some(new) = state.as_mut() else { return };
    match new.stage {
        Stage::Engagement => new.form.move_focus(step.is_back()),
        Stage::Cluster => {
            let length = new.sources().len();
            new.cursor.step(step, length);
        }
        Stage::Scope => {
            let length = new.scope.rows().len();
            new.scope.cursor.step(step, length);
        }
        Stage::Read => {}
    }
}

/// Begins to type filter words.
pub(in crate::session) fn filter(state: &mut State) {
    if let Some(new) = state.as_mut().filter(|n| n.stage == Stage::Cluster) {
        new.filtering = true;
    }
}

/// Types filter words.
pub(in crate::session) fn type_in(state: &mut State, typed: &Typed) {
    if let Some(new) = state.as_mut().filter(|n| n.filtering) {
        new.filter.apply(typed);
        new.cursor.at = 0;
    }
}
