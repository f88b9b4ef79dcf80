//! Saving: an edit is prepared as a copy of the workbook, sent to the store, and takes effect when the store has it. One save is under way
//! at a time; what is done meanwhile waits in line, so that no edit can overtake or overwrite another.

use crate::kinds::Probes;
use crate::session::book::assessment::Book;
use crate::session::book::undo::Undo;
use crate::session::effect::Effect;
use crate::session::parts::message::Message;
use crate::session::probes;
use crate::session::{Action, Collection, Layer, Purpose, Session};
use crate::workbook::collection::confirm;
use crate::workbook::{Edit, Evidence, Workbook, gate};
use std::collections::BTreeSet;

/// What is done once an edit is on disk.
#[derive(Clone, Debug)]
pub(in crate::session) enum After {
    /// Says so in a sentence.
    Tell(String),
    /// Closes the form that it came from, and says so.
    CloseForm(String),
    /// Names new evidence in the form below, where that is an answer, and says so.
    Link {
        /// Its reference.
        reference: String,
        /// The sentence.
        words: String,
    },
    /// Shows a cluster as it was read or judged.
    Show {
        /// Its name in the workbook.
        key: String,
        /// What was read or judged.
        collection: Box<Collection>,
        /// Says so in a sentence.
        words: String,
        /// Whether the scope or a file of evidence has changed since it was judged.
        stale: bool,
    },
    /// Puts what active probes heard into a cluster, judges it again, and says so.
    Heard {
        /// Its name in the workbook.
        cluster: String,
        /// What was heard.
        probes: Box<Probes>,
        /// The sentence.
        words: String,
    },
    /// Reads a cluster.
    Read(String, crate::session::Source),
    /// Leaves the program.
    Quit,
    /// Leaves the assessment.
    Home,
}

/// A save that is under way, or failed.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Its ticket.
    pub ticket: u64,
    /// The edit.
    pub edit: Edit,
    workbook: Box<Workbook>,
    undo: Option<Undo>,
    after: After,
}

/// What a file that is being attached is for.
#[derive(Clone, Debug)]
pub(in crate::session) enum Attaching {
    /// For the evidence form on top.
    Form,
    /// A finding kept as evidence.
    Finding { title: String, practices: Vec<String> },
}

/// An edit: what is to be kept, and what the journal tells of it.
pub(in crate::session) struct Draft {
    /// The workbook as it shall be.
    pub workbook: Workbook,
    /// What was edited.
    pub what: String,
    /// What stood there.
    pub before: String,
    /// What stands there now.
    pub after: String,
}

impl Session {
    /// Whether an action must wait for the save that is under way.
    pub(in crate::session) fn must_wait(&self, action: &Action) -> bool {
        self.pending.is_some()
            && !matches!(
                action,
                Action::Saved(_)
                    | Action::SaveFailed { .. }
                    | Action::Tick(_)
                    | Action::Progress(_)
                    | Action::ProbeProgress(..)
                    | Action::ExportProgress(..)
                    | Action::Abort
            )
    }

    /// Sends an edit to be saved. A workbook that somebody else holds is not edited.
    pub(in crate::session) fn save(&mut self, draft: Draft, after: After, undoable: bool) -> Vec<Effect> {
        let (guidance, now) = (self.guidance, self.now);
        let Some(book) = self.book.as_mut() else { return vec![] };
        if let Some(who) = &book.held_by {
            let why = format!("{who} has it open; here it is for reading only. Close it there, and open it here again.");
            return self.refuse("Not saved: the assessment is open elsewhere", &why);
        }
        let Draft { mut workbook, what, before, after: words } = draft;
        workbook.place = book.walk.place(guidance);
        workbook.catalogue.clone_from(&guidance.digest);
        // A determination was made in knowledge of a proposal; where that is turned round, the assessor is asked again.
        confirm(&mut workbook, guidance, now);
        // The store takes card numbers and keys out of every text; what is shown must be what is kept.
        match gate::clean_workbook(&workbook) {
            Ok((clean, masked)) if masked > 0 => {
                workbook = clean;
                let what = "A card number or private key in what you typed was masked";
                self.messages.push(Message::warning(what, "It is not kept: neither in the workbook nor in the journal."));
            }
            Ok(_) => {}
            Err(why) => return self.refuse("Not saved", &why.to_string()),
        }
        let undo = undoable.then(|| Undo::before(&what, &book.workbook));
        self.tickets += 1;
        let edit = Edit { by: self.user.clone(), what, before, after: words };
        let pending = Pending { ticket: self.tickets, edit, workbook: Box::new(workbook), undo, after };
        self.send(pending)
    }

    fn send(&mut self, pending: Pending) -> Vec<Effect> {
        if let Some(form) = self.form_mut() {
            form.saving = true;
        }
        let effect = Effect::Save { ticket: pending.ticket, workbook: pending.workbook.clone(), edit: pending.edit.clone() };
        self.pending = Some(pending);
        vec![effect]
    }

    /// Says why something is not done: in the form on top, else as a message.
    pub(in crate::session) fn refuse(&mut self, what: &str, why: &str) -> Vec<Effect> {
        match self.layers.last_mut() {
            Some(Layer::Form(form)) => {
                form.saving = false;
                form.error = Some(format!("{what}: {why}"));
            }
            _ => self.messages.push(Message::error(what, why)),
        }
        vec![]
    }

    /// The edit is on disk: it takes effect.
    pub(in crate::session) fn saved(&mut self, ticket: u64) -> Vec<Effect> {
        let Some(pending) = self.pending.take_if(|p| p.ticket == ticket) else { return vec![] };
        let (guidance, today) = (self.guidance, self.today());
        let Some(book) = self.book.as_mut() else { return vec![] };
        let judged_by_other = book.workbook.scope != pending.workbook.scope
            || files_changed(&book.workbook.evidence, &pending.workbook.evidence, &self.judged_files);
        book.workbook = *pending.workbook;
        book.undo.extend(pending.undo);
        if book.undo.len() > 200 {
            book.undo.remove(0);
        }
        book.refresh(guidance, today);
        let mut effects = if judged_by_other { judge_again(book) } else { vec![] };
        match pending.after {
            After::Tell(words) => self.messages.push(Message::info(words)),
            After::CloseForm(words) => {
                if let Some(Layer::Form(form)) = self.layers.pop_if(|l| matches!(l, Layer::Form(_))) {
                    self.drafts.retain(|d| d.purpose != form.purpose);
                } else if matches!(self.layers.last(), Some(Layer::Scope(_))) {
                    self.layers.pop();
                }
                self.messages.push(Message::info(words));
            }
            After::Link { reference, words } => {
                self.layers.pop_if(|l| matches!(l, Layer::Form(_)));
                self.drafts.retain(|d| !matches!(d.purpose, Purpose::Evidence { .. }));
                if let Some(Layer::Form(form)) =
                    self.layers.last_mut().filter(|l| matches!(l, Layer::Form(f) if matches!(f.purpose, Purpose::Answer { .. })))
                {
                    let list = form.text("evidence").to_owned();
                    form.set("evidence", &if list.is_empty() { reference.clone() } else { format!("{list}, {reference}") });
                }
                self.messages.push(Message::info(words));
            }
            After::Show { key, collection, words, stale } => {
                effects.extend(self.show_collection(&key, *collection, words));
                if let Some(book) = self.book.as_mut().filter(|_| stale) {
                    effects.extend(judge_again(book));
                }
            }
            After::Heard { cluster, probes, words } => {
                if let Some(found) = book.clusters.iter_mut().find(|c| c.key == cluster) {
                    probes::put(&mut found.inventory, *probes);
                }
                effects.extend(judge_again(book));
                self.messages.push(Message::info(words));
            }
            After::Read(key, source) => effects.extend(self.read(key, source)),
            After::Quit => effects.push(Effect::Quit),
            After::Home => effects.extend(self.go_home()),
        }
        effects
    }

    /// The edit is not on disk: nothing takes effect, and nothing that was typed is lost.
    pub(in crate::session) fn save_failed(&mut self, ticket: u64, why: &str) -> Vec<Effect> {
        let Some(pending) = self.pending.take_if(|p| p.ticket == ticket) else { return vec![] };
        // What was typed behind it was meant for a walk that went on; it did not. What came back from the world is true all the same.
        self.waiting.retain(|action| !action.is_by_person());
        match (&pending.after, self.layers.last_mut()) {
            // Where one stopped is not worth staying for.
            (After::Quit, _) => return vec![Effect::Quit],
            (After::Home, _) => return self.go_home(),
            (After::CloseForm(_) | After::Link { .. }, Some(Layer::Form(form))) => {
                form.saving = false;
                form.error = Some(format!("Not saved, and not counted: {why} ↵ tries again; what you typed is kept here."));
            }
            (After::CloseForm(_), Some(Layer::Scope(editor))) => {
                editor.error = Some(format!("Not saved, and not counted: {why} ↵ tries again."));
            }
            _ => {
                let what = format!("Not saved: {}", pending.edit.what);
                self.messages.push(Message::error(what, format!("{why} ctrl-s tries again.")));
                self.unsaved = Some(pending);
            }
        }
        vec![]
    }

    /// Tries a failed save again.
    pub(in crate::session) fn try_again(&mut self) -> Vec<Effect> {
        match self.unsaved.take() {
            Some(pending) => {
                self.messages.retain(|m| !m.what.starts_with("Not saved"));
                self.send(pending)
            }
            None => {
                self.messages.push(Message::info("Everything is saved: each answer is, as soon as it is given."));
                vec![]
            }
        }
    }

    /// Takes the last edit back, by saving what stood there before.
    pub(in crate::session) fn take_back(&mut self) -> Vec<Effect> {
        let Some(book) = self.book.as_mut() else { return vec![] };
        let Some(undo) = book.undo.pop() else {
            self.messages.push(Message::info("Nothing to take back since the assessment was opened."));
            return vec![];
        };
        let what = undo.what.clone();
        let mut workbook = book.workbook.clone();
        undo.clone().put_back(&mut workbook);
        let draft = Draft { workbook, what: format!("undo {what}"), before: String::new(), after: String::new() };
        let effects = self.save(draft, After::Tell(format!("Taken back: {what}.")), false);
        if effects.is_empty()
            && let Some(book) = self.book.as_mut()
        {
            book.undo.push(undo);
        }
        effects
    }
}

/// Whether a file that checks judge came to the register, or one that was there is gone or speaks of another day or cluster. Of those that were
/// there nothing but the store knows which are judged, so any of them counts.
fn files_changed(before: &[Evidence], after: &[Evidence], judged: &BTreeSet<String>) -> bool {
    let same = |a: &Evidence, b: &Evidence| {
        (&a.reference, &a.title, &a.file, &a.sha256, a.effective) == (&b.reference, &b.title, &b.file, &b.sha256, b.effective)
    };
    let of_file = |evidence: &&Evidence| !evidence.sha256.is_empty();
    before.iter().filter(of_file).any(|b| !after.iter().any(|a| same(a, b)))
        || after.iter().filter(of_file).any(|a| judged.contains(&a.sha256) && !before.iter().any(|b| same(a, b)))
}

/// Asks for every cluster to be judged by scope and evidence as they are now.
pub(in crate::session) fn judge_again(book: &mut Book) -> Vec<Effect> {
    book.revision += 1;
    let (revision, workbook) = (book.revision, book.workbook.clone());
    let mut effects = vec![];
    for cluster in &mut book.clusters {
        match &cluster.inventory {
            Some(inventory) => {
                cluster.judging = true;
                effects.push(Effect::Judge {
                    cluster: cluster.key.clone(),
                    inventory: inventory.clone(),
                    workbook: Box::new(workbook.clone()),
                    revision,
                });
            }
            None if cluster.loading => {}
            None => cluster.problem = Some("judged before the scope or the evidence changed: read it again".to_owned()),
        }
    }
    effects
}
