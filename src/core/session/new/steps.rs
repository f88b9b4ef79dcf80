//! Starting: home, a new assessment step by step, a further cluster, reading again.

use crate::session::action::Action;
use crate::session::book::saving::After;
use crate::session::effect::{Effect, Source};
use crate::session::new::state::{Flight, New, SourceRow, Stage};
use crate::session::parts::cursor::Step;
use crate::session::parts::form::PathOf;
use crate::session::parts::message::Message;
use crate::session::parts::namespaces::ScopeEditor;
use crate::session::{Layer, Session};
use crate::workbook::Workbook;

/// Ways to begin, below the assessments of the first screen.
pub(in crate::session) const BEGINNINGS: [Action; 4] = [Action::New, Action::Demo, Action::OpenPath, Action::OpenFolder];

impl Session {
    /// Enter on the first screen.
    pub(in crate::session) fn enter_home(&mut self) -> Vec<Effect> {
        let rows = self.home.rows.as_deref().unwrap_or_default();
        match rows.get(self.home.cursor.at) {
            Some(row) => {
                let dir = row.dir.clone();
                self.home.opening = Some(dir.clone());
                vec![Effect::LoadWorkbook(dir)]
            }
            None => {
                let nth = self.home.cursor.at - rows.len().min(self.home.cursor.at);
                BEGINNINGS.get(nth).map_or_else(Vec::new, |begin| crate::session::update(self, begin.clone()))
            }
        }
    }

    /// Shows the form of a new assessment, or what was typed of one.
    pub(in crate::session) fn start_new(&mut self) -> Vec<Effect> {
        let user = if self.user == "unknown" { "" } else { self.user.as_str() };
        if self.new.as_ref().is_none_or(|n| n.adding) {
            self.new = Some(Box::new(New::new(self.today(), user)));
        }
        self.layers.push(Layer::New);
        self.contexts_wanted()
    }

    /// Reads a further cluster into the open assessment.
    pub(in crate::session) fn add_cluster(&mut self) -> Vec<Effect> {
        if let Some(effects) = self.held_elsewhere() {
            return effects;
        }
        let mut new = New::new(self.today(), "");
        (new.adding, new.stage) = (true, Stage::Cluster);
        if let Some(book) = self.book.as_ref() {
            new.scope.scope = book.workbook.scope.clone();
        }
        self.new = Some(Box::new(new));
        self.layers.push(Layer::New);
        self.contexts_wanted()
    }

    /// Refuses to read a cluster into an assessment that could not keep it.
    pub(in crate::session) fn held_elsewhere(&mut self) -> Option<Vec<Effect>> {
        let who = self.book.as_ref()?.held_by.clone()?;
        let why = format!("{who} has it open; here it is for reading only. Close it there, and open it here again.");
        Some(self.refuse("Nothing is read: the assessment is open elsewhere", &why))
    }

    fn contexts_wanted(&self) -> Vec<Effect> {
        if self.new.as_ref().is_some_and(|n| n.contexts.is_none()) { vec![Effect::Contexts] } else { vec![] }
    }

    /// A source was chosen: connect, and show what may be read.
    pub(in crate::session) fn choose_source(&mut self, source: Source) -> Vec<Effect> {
        if self.new.is_none() {
            self.new = Some(Box::new(New::new(self.today(), &self.user)));
        }
        if !self.layers.iter().any(|l| matches!(l, Layer::New)) {
            self.layers.push(Layer::New);
        }
        let Some(new) = self.new.as_mut() else { return vec![] };
        new.source = Some(source.clone());
        if new.stage == Stage::Engagement {
            return vec![];
        }
        new.stage = Stage::Cluster;
        new.flight = Flight::Running;
        vec![Effect::Preflight(source)]
    }

    /// Enter in the steps of a new assessment.
    pub(in crate::session) fn enter_new(&mut self) -> Vec<Effect> {
        let Some(new) = self.new.as_mut() else { return vec![] };
        if new.filtering {
            new.filtering = false;
            return vec![];
        }
        match new.stage {
            Stage::Engagement => {
                new.form.clear_faults();
                if new.form.text("entity").is_empty() {
                    new.form.fault("entity", "the assessed entity is needed; all else may stay empty");
                    return vec![];
                }
                new.stage = Stage::Cluster;
                match (&new.flight, new.source.clone()) {
                    (Flight::None | Flight::Failed(_), Some(source)) => self.choose_source(source),
                    _ => self.contexts_wanted(),
                }
            }
            Stage::Cluster => match (&new.flight, new.source.clone()) {
                (Flight::Done(_), _) => {
                    new.stage = Stage::Scope;
                    vec![]
                }
                (Flight::Running, _) => vec![],
                (Flight::Failed(_), Some(source)) => self.choose_source(source),
                _ => match new.sources().into_iter().nth(new.cursor.at) {
                    Some(SourceRow::Context(row)) => {
                        let source = Source::context(Some(row.name));
                        self.choose_source(source)
                    }
                    Some(SourceRow::Path) => {
                        let form = self.path_form(PathOf::Cluster);
                        self.layers.push(Layer::Form(Box::new(form)));
                        vec![]
                    }
                    Some(SourceRow::Demo) => self.choose_source(Source::Demo),
                    Some(SourceRow::Without) => self.begin(None),
                    None => vec![],
                },
            },
            Stage::Scope => {
                new.stage = Stage::Read;
                vec![]
            }
            Stage::Read => {
                let source = new.source.clone();
                self.begin(source)
            }
        }
    }

    /// Goes back a step; from the first one, home or into the walk.
    pub(in crate::session) fn back_new(&mut self) -> Vec<Effect> {
        let Some(new) = self.new.as_mut() else { return vec![] };
        if new.filtering {
            (new.filtering, new.cursor.at) = (false, 0);
            new.filter.set("");
            return vec![];
        }
        match new.stage {
            Stage::Engagement => drop(self.layers.pop()),
            Stage::Cluster if !matches!(new.flight, Flight::None) => {
                (new.flight, new.source) = (Flight::None, None);
                return self.contexts_wanted();
            }
            Stage::Cluster if new.adding => {
                self.new = None;
                self.layers.pop();
            }
            Stage::Cluster => new.stage = Stage::Engagement,
            Stage::Scope => new.stage = Stage::Cluster,
            Stage::Read => new.stage = Stage::Scope,
        }
        vec![]
    }

    /// Makes the assessment, and reads the cluster into it where there is one.
    fn begin(&mut self, source: Option<Source>) -> Vec<Effect> {
        let Some(new) = self.new.as_ref() else { return vec![] };
        if new.adding {
            let Some(source) = source else { return vec![] };
            return self.begin_adding(source);
        }
        let mut workbook = Workbook::new(new.engagement());
        workbook.scope = new.scope.scope.clone();
        workbook.catalogue.clone_from(&self.guidance.digest);
        let dir = new.dir.clone();
        self.create(dir, workbook, source)
    }

    /// Reads a further cluster; a scope that was changed on the way is kept first, because it is judged by.
    fn begin_adding(&mut self, source: Source) -> Vec<Effect> {
        let key = self.free_key(&source);
        let scope = self.new.as_ref().map(|new| new.scope.scope.clone());
        let draft = scope.and_then(|scope| self.scope_draft(scope));
        match draft {
            Some(draft) => self.save(draft, After::Read(key, source), true),
            None => self.read(key, source),
        }
    }

    /// Makes an assessment; its cluster is read as soon as it is there.
    pub(in crate::session) fn create(
        &mut self,
        dir: Option<std::path::PathBuf>,
        workbook: Workbook,
        source: Option<Source>,
    ) -> Vec<Effect> {
        self.book = None;
        self.after_open = source.map(|source| (self.free_key(&source), source));
        self.home.opening = Some(dir.clone().unwrap_or_default());
        vec![Effect::CreateWorkbook { dir, workbook: Box::new(workbook) }]
    }

    /// Reads the shown cluster again, from where it was read.
    pub(in crate::session) fn read_again(&mut self) -> Vec<Effect> {
        if self.reading.is_some() {
            self.layers.push(Layer::Reading);
            return vec![];
        }
        if let Some(effects) = self.held_elsewhere() {
            return effects;
        }
        let Some(book) = self.book.as_ref() else { return vec![] };
        let Some(record) = book.record() else { return self.add_cluster() };
        let key = record.key.clone();
        match Source::of_record(record) {
            Some(source) => self.read(key, source),
            None => {
                let what = format!("Where {key} was read from is not known");
                self.messages.push(Message::error(what, "Read it as a further cluster: + in the list of areas."));
                vec![]
            }
        }
    }

    pub(in crate::session) fn retry_reading(&mut self) -> Vec<Effect> {
        let Some(reading) = self.reading.take() else {
            self.close_top();
            return vec![];
        };
        self.read(reading.key, reading.source)
    }

    /// A name for a cluster that no other has in the open assessment.
    fn free_key(&self, source: &Source) -> String {
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
        let name = crate::model::text::clean(&name);
        let name = if matches!(name.as_str(), "" | "-") { "cluster".to_owned() } else { name };
        let taken = |name: &str| self.book.as_ref().is_some_and(|b| b.workbook.clusters.iter().any(|c| c.key == name));
        if !taken(&name) {
            return name;
        }
        (2..).map(|n| format!("{name}-{n}")).find(|n| !taken(n)).unwrap_or(name)
    }

    /// The scope that is being edited, on top or as a step of a new assessment.
    pub(in crate::session) fn scope_editor(&mut self) -> Option<&mut ScopeEditor> {
        match self.layers.last_mut()? {
            Layer::Scope(editor) => Some(editor),
            Layer::New => self.new.as_mut().filter(|n| n.stage == Stage::Scope).map(|n| &mut n.scope),
            _ => None,
        }
    }

    /// Moves in the lists of a new assessment.
    pub(in crate::session) fn step_new(&mut self, step: Step) {
        let Some(new) = self.new.as_mut() else { return };
        match new.stage {
            Stage::Engagement => new.form.move_focus(matches!(step, Step::Up | Step::PageUp | Step::Top)),
            Stage::Cluster => {
                let length = new.sources().len();
                new.cursor.step(step, length);
            }
            Stage::Scope => {
                let length = new.scope.namespaces.len();
                new.scope.cursor.step(step, length);
            }
            Stage::Read => {}
        }
    }
}
