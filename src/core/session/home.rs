//! The first screen: which assessments there are, and how to start one. The list comes from the store; nothing in it is opened yet.

use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::effect::Effect;
use crate::session::parts::cursor::{Cursor, Step};
use crate::session::parts::form::{Form, PathOf};
use crate::session::parts::message::Message;
use crate::session::parts::path;
use jiff::Timestamp;
use std::path::PathBuf;

/// What happens on the first screen.
#[derive(Clone, Debug)]
pub enum Action {
    /// Starts with the built-in cluster.
    Demo,
    /// Opens an assessment folder by its path.
    OpenFolder,
    /// Begins the next assessment from the selected one.
    Next,
    /// Restores the last good state of an assessment that can't be read.
    Restore,
    /// The assessments that there are.
    Listed(Vec<HomeRow>),
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        !matches!(self, Self::Listed(_))
    }
}

/// A way to begin, below the assessments.
#[derive(Clone, Copy, Debug)]
enum Beginning {
    New,
    Demo,
    Files,
    Folder,
}

const BEGINNINGS: [Beginning; 4] = [Beginning::New, Beginning::Demo, Beginning::Files, Beginning::Folder];

/// One assessment in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HomeRow {
    /// The folder.
    pub dir: PathBuf,
    /// The entity, or the folder's name where the workbook can't be read.
    pub entity: String,
    /// The period.
    pub period: String,
    /// Clusters.
    pub clusters: Vec<String>,
    /// Practices determined.
    pub determined: usize,
    /// Practices in all.
    pub of: usize,
    /// When it was edited last.
    pub modified: Option<Timestamp>,
    /// Why it can't be opened.
    pub problem: Option<String>,
}

/// The list of assessments.
#[derive(Clone, Debug, Default)]
pub struct HomeState {
    /// What was found; none while it is looked for.
    pub rows: Option<Vec<HomeRow>>,
    /// The folder that is looked in.
    pub root: PathBuf,
    /// Which one.
    pub cursor: Cursor,
    /// An assessment that is being opened.
    pub opening: Option<PathBuf>,
}

impl HomeState {
    /// Opens and restores assessments, and takes the list of them.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Demo => Next::from(Effect::Demo),
            Action::OpenFolder => {
                ask_folder(desk);
                Next::NONE
            }
            Action::Next => {
                let row = self.rows.as_ref().and_then(|rows| rows.get(self.cursor.at)).filter(|r| r.problem.is_none());
                match row {
                    Some(row) => Next::from(Effect::BeginFrom(row.dir.clone())),
                    None => {
                        desk.messages.push(Message::info("The next assessment is begun from one of the list: select it first."));
                        Next::NONE
                    }
                }
            }
            Action::Restore => {
                let row = self.rows.as_ref().and_then(|rows| rows.get(self.cursor.at)).filter(|r| r.problem.is_some());
                row.map_or(Next::NONE, |row| Next::from(Effect::Restore(row.dir.clone())))
            }
            Action::Listed(rows) => {
                self.cursor.at = if self.rows.is_none() { 0 } else { self.cursor.at.min(rows.len() + BEGINNINGS.len() - 1) };
                self.rows = Some(rows);
                Next::NONE
            }
        }
    }

    /// ↵: opens the selected assessment, or begins one.
    pub(in crate::session) fn enter(&mut self, desk: &mut Desk) -> Next {
        let rows = self.rows.as_deref().unwrap_or_default();
        if let Some(row) = rows.get(self.cursor.at) {
            let dir = row.dir.clone();
            return self.open(dir);
        }
        match BEGINNINGS.get(self.cursor.at - rows.len()) {
            Some(Beginning::New) => Next::from(Lead::New),
            Some(Beginning::Demo) => Next::from(Effect::Demo),
            Some(Beginning::Files) => Next::from(Lead::Files),
            Some(Beginning::Folder) => {
                ask_folder(desk);
                Next::NONE
            }
            None => Next::NONE,
        }
    }

    /// Takes the path of a folder that was typed.
    pub(in crate::session) fn accept(&mut self, desk: &mut Desk, form: &Form) -> Next {
        desk.layers.pop();
        self.open(path::dropped(form.text("file")))
    }

    fn open(&mut self, dir: PathBuf) -> Next {
        self.opening = Some(dir.clone());
        Next::from(Effect::LoadWorkbook(dir))
    }

    /// Moves in the list.
    pub(in crate::session) fn step(&mut self, step: Step) {
        let length = self.rows.as_ref().map_or(0, Vec::len) + BEGINNINGS.len();
        self.cursor.step(step, length);
    }
}

fn ask_folder(desk: &mut Desk) {
    desk.put_form(path::form(PathOf::Assessment, "folder of an assessment; ⇥ completes", ""));
}

/// Lets go of the open assessment; the list of all of them is looked at again.
pub(in crate::session) fn leave_book(desk: &mut Desk) -> Next {
    desk.book = None;
    desk.forget_typed();
    (desk.unsaved, desk.disputed) = (vec![], None);
    desk.layers = vec![Layer::Home];
    Next::from(vec![Effect::CloseWorkbook, Effect::ListHome])
}
