//! Saving: an edit is prepared as a copy of the workbook, sent to the store, and takes effect when the store has it. One save is under way
//! at a time; what is done meanwhile waits in line, so that no edit can overtake or overwrite another.

use super::assessment::Book;
use super::desk::Desk;
use super::edit::{After, Draft, Fault, Pending, Track};
use super::layer::Layer;
use super::lead::{Lead, Next};
use super::undo::{History, Step, Way};
use crate::model::Scope;
use crate::model::text::counted;
use crate::session::effect::Effect;
use crate::session::parts::form::Purpose;
use crate::session::parts::message::Message;
use crate::workbook::collection::confirm;
use crate::workbook::outside::onto;
use crate::workbook::requests::settle;
use crate::workbook::{Edit, Evidence, Moment, Workbook};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Desk {
    /// Sends an edit to be saved. A workbook that somebody else holds is not edited.
    pub(in crate::session) fn save(&mut self, draft: Draft, after: After, undoable: bool) -> Next {
        self.save_along(draft, after, if undoable { Track::New } else { Track::Beside })
    }

    fn save_along(&mut self, draft: Draft, after: After, track: Track) -> Next {
        let (guidance, now, today, by) = (self.guidance, self.now, self.today(), self.user.clone());
        let Some(book) = self.book.as_mut() else { return Next::NONE };
        if let Some(why) = &book.held_by {
            let why = format!("{why}. {}", why.remedy());
            return self.refuse("Not saved: the assessment can only be read here", &why);
        }
        let Draft { mut workbook, what, before, after: words } = draft;
        workbook.place = book.walk.place(guidance);
        workbook.catalogue.clone_from(&guidance.digest);
        // A determination was made in knowledge of a proposal; where that is turned round, the assessor is asked again.
        confirm(&mut workbook, guidance, now);
        // What came closes the requests that it is for.
        settle(&mut workbook, guidance, today, &by, Moment(now));
        // The store takes card numbers and keys out of every text; what is shown must be what is kept.
        match self.gate.clean(&workbook).map(|(clean, masked)| (masked > 0).then(|| clean.into_owned())) {
            Ok(Some(clean)) => {
                workbook = clean;
                let what = "A card number or private key in what you typed was masked";
                self.messages.push(Message::warning(what, "It is not kept: neither in the workbook nor in the journal."));
            }
            Ok(None) => {}
            Err(why) => return self.refuse("Not saved", &why.to_string()),
        }
        self.tickets += 1;
        let edit = Edit { by: self.user.clone(), what, before, after: words };
        let pending = Pending { ticket: self.tickets, edit, workbook: Box::new(workbook), track, after, settled: None, base: None };
        self.send(pending)
    }

    /// Saves what a form became and closes it, or says beside its row what is wrong.
    pub(in crate::session) fn keep(&mut self, read: Result<(Draft, String), Fault>) -> Next {
        match read {
            Ok((draft, words)) => self.save(draft, After::CloseForm(words), true),
            Err((row, why)) => self.fault(row, why),
        }
    }

    pub(super) fn send(&mut self, pending: Pending) -> Next {
        // A form waits for its own edit only: what is saved beside it comes and goes without it.
        let of_form = matches!(pending.after, After::CloseForm(_) | After::Link { .. });
        if let Some(form) = self.form_mut().filter(|_| of_form) {
            form.saving = true;
        }
        let effect = Effect::Save {
            ticket: pending.ticket,
            workbook: pending.workbook.clone(),
            edit: pending.edit.clone(),
            settled: pending.settled.clone(),
        };
        self.pending = Some(pending);
        Next::from(effect)
    }

    /// The edit is on disk: it takes effect. Others that failed with it are tried next.
    pub(in crate::session) fn saved(&mut self, ticket: u64) -> Next {
        let Some(pending) = self.pending.take_if(|p| p.ticket == ticket) else { return Next::NONE };
        let again = pending.base.is_some() && !self.unsaved.is_empty();
        let mut next = self.takes_effect(pending);
        if again {
            next.effects.extend(self.try_again().effects);
        }
        next
    }

    /// The edit is on disk, perhaps with what something else changed; that is shown from now on.
    pub(in crate::session) fn saved_oddly(&mut self, ticket: u64, workbook: Option<Box<Workbook>>, notices: Vec<String>) -> Next {
        let Some(pending) = self.pending.as_mut().filter(|p| p.ticket == ticket) else { return Next::NONE };
        let merged = workbook.is_some();
        if let Some(workbook) = workbook {
            pending.workbook = workbook;
        }
        let next = self.saved(ticket);
        self.messages.extend(notices.into_iter().map(|notice| Message::warning(notice, "")));
        if let Some(book) = self.book.as_mut().filter(|_| merged) {
            // What could be taken back would take back what came from outside with it.
            book.history = History::default();
            book.follow_clusters();
        }
        next
    }

    /// What is on disk is what is shown, and what was waiting for it is done.
    fn takes_effect(&mut self, pending: Pending) -> Next {
        let (guidance, today) = (self.guidance, self.today());
        let Some(book) = self.book.as_mut() else { return Next::NONE };
        let judged_by_other = book.workbook.scope != pending.workbook.scope
            || book.clusters.iter().any(|c| book.workbook.told_version(&c.key) != pending.workbook.told_version(&c.key))
            || files_changed(&book.workbook.evidence, &pending.workbook.evidence, &self.judged_files);
        let Edit { what, before, after, .. } = &pending.edit;
        match pending.track {
            Track::New => book.history.made(Step::new(what, (before, after), &book.workbook, &pending.workbook)),
            Track::Turn(way) => book.history.went(way, &book.workbook),
            Track::Beside => {}
        }
        book.workbook = *pending.workbook;
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
                self.linked(&reference);
                self.messages.push(Message::info(words));
            }
            After::Show { key, collection, words, stale, read } => {
                book.put_cluster(&key, &collection, read);
                book.refresh(guidance, today);
                if stale {
                    effects.extend(judge_again(book));
                }
                self.messages.push(Message::info(words));
                return Next::from(effects).and(Lead::Renewed(key));
            }
            After::Heard { cluster, probes, words } => {
                let inventory = book.clusters.iter_mut().find(|c| c.key == cluster).and_then(|c| c.inventory.as_mut());
                if let Some(inventory) = inventory {
                    Arc::make_mut(inventory).hear(*probes);
                }
                effects.extend(judge_again(book));
                self.messages.push(Message::info(words));
            }
            After::Read(key, source) => return Next::from(effects).and(Lead::Read { key, source, again: false }),
            After::Quit => effects.push(Effect::Quit),
            After::Home => return Next::from(effects).and(Lead::Home),
        }
        Next::from(effects)
    }

    /// Closes the form of evidence, and names it in the form below where that is an answer.
    pub(in crate::session) fn linked(&mut self, references: &str) {
        if let Some(Layer::Form(form)) = self.layers.pop_if(|l| matches!(l, Layer::Form(_))) {
            self.drafts.retain(|d| d.purpose != form.purpose);
        }
        let Some(Layer::Form(form)) =
            self.layers.last_mut().filter(|l| matches!(l, Layer::Form(f) if matches!(f.purpose, Purpose::Answer { .. })))
        else {
            return;
        };
        let mut list: Vec<String> = form.text("evidence").split(',').map(|word| word.trim().to_owned()).collect();
        list.extend(references.split(", ").map(str::to_owned));
        let mut seen = BTreeSet::new();
        list.retain(|reference| !reference.is_empty() && seen.insert(reference.clone()));
        form.set("evidence", &list.join(", "));
    }

    /// The edit is not on disk: nothing takes effect, and nothing that was typed is lost.
    pub(in crate::session) fn save_failed(&mut self, ticket: u64, why: &str) -> Next {
        let Some(pending) = self.pending.take_if(|p| p.ticket == ticket) else { return Next::NONE };
        match pending.after {
            // Where one stopped is not worth staying for.
            After::Quit => return Next::from(Effect::Quit),
            After::Home => return Next::from(Lead::Home),
            _ => self.not_saved(pending, why),
        }
        Next::NONE
    }

    /// Keeps an edit that is not on disk where it was typed; one that has no form waits to be tried again.
    pub(super) fn not_saved(&mut self, mut pending: Pending, why: &str) {
        match (&pending.after, self.layers.last_mut()) {
            (After::CloseForm(_) | After::Link { .. }, Some(Layer::Form(form))) => {
                form.saving = false;
                form.error = Some(format!("Not saved, and not counted: {why} ctrl-s tries again; what you typed is kept here."));
            }
            (After::CloseForm(_), Some(Layer::Scope(editor))) => {
                editor.error = Some(format!("Not saved, and not counted: {why} ↵ tries again."));
            }
            _ if matches!(pending.track, Track::Turn(_)) => {
                let what = format!("Not saved: {}", pending.edit.what);
                self.messages.push(Message::error(what, format!("{why} Everything is as it was; the same key tries again.")));
            }
            _ => {
                let what = format!("Not saved: {}", pending.edit.what);
                self.messages.push(Message::error(what, format!("{why} ctrl-s tries again.")));
                if pending.base.is_none() {
                    pending.base = self.book.as_ref().map(|book| Box::new(book.workbook.clone()));
                }
                // Those that wait behind it were made before.
                let at = self.unsaved.partition_point(|other| other.ticket < pending.ticket);
                self.unsaved.insert(at, pending);
            }
        }
    }

    /// Tries the first failed save again.
    pub(in crate::session) fn try_again(&mut self) -> Next {
        if self.unsaved.is_empty() {
            self.messages.push(Message::info("Everything is saved: each answer is, as soon as it is given."));
            return Next::NONE;
        }
        let mut pending = self.unsaved.remove(0);
        // What was saved since then stays.
        if let (Some(base), Some(book)) = (&pending.base, &self.book)
            && **base != book.workbook
        {
            match onto(base, &pending.workbook, &book.workbook) {
                Ok(workbook) => (*pending.workbook, pending.base) = (workbook, Some(Box::new(book.workbook.clone()))),
                Err(why) => {
                    self.unsaved.insert(0, pending);
                    return self.refuse("Not saved", &why.to_string());
                }
            }
        }
        self.messages.retain(|m| !m.is_of_failed_save());
        self.send(pending)
    }

    /// Takes the last edit back, or does again what was taken back, by saving what stood there.
    pub(in crate::session) fn turn(&mut self, way: Way) -> Next {
        let Some(book) = self.book.as_ref() else { return Next::NONE };
        let mark = self.mark("");
        let (Some(step), Some(turned)) = (book.history.next(way), book.history.turned(way, &book.workbook, mark)) else {
            self.messages.push(Message::info(match way {
                Way::Back => "Nothing to take back since the assessment was opened.",
                Way::Again => "Nothing to do again: nothing was taken back since the last edit.",
            }));
            return Next::NONE;
        };
        let words = match way {
            Way::Back => format!("Taken back: {}. U does it again.", step.what),
            Way::Again => format!("Done again: {}. Z takes it back.", step.what),
        };
        let draft = Draft { workbook: turned.workbook, what: turned.what, before: turned.before, after: turned.after };
        self.save_along(draft, After::Tell(words), Track::Turn(way))
    }

    /// The edit that puts a scope into the workbook; none where it is there already.
    pub(in crate::session) fn scope_draft(&self, scope: Scope) -> Option<Draft> {
        let book = self.book.as_ref().filter(|book| book.workbook.scope != scope)?;
        let mut workbook = book.workbook.clone();
        workbook.scope = scope;
        let count = |scope: &Scope| format!("{}, default {}", counted(scope.namespace.len(), "rule", "rules"), scope.default.label());
        let (before, after) = (count(&book.workbook.scope), count(&workbook.scope));
        Some(Draft { workbook, what: "scope".to_owned(), before, after })
    }
}

impl Message {
    /// Whether it tells of an edit that could not be saved.
    pub(super) fn is_of_failed_save(&self) -> bool {
        self.what.starts_with("Not saved")
    }
}

/// Whether a file that checks judge came to the register, or one that was there is gone or speaks of another day or cluster. Of those that were
/// there nothing but the store knows which are judged, so any of them counts.
fn files_changed(before: &[Evidence], after: &[Evidence], judged: &BTreeSet<String>) -> bool {
    let same = |a: &Evidence, b: &Evidence| {
        (&a.reference, &a.title, &a.file, &a.sha256, a.effective, a.counts())
            == (&b.reference, &b.title, &b.file, &b.sha256, b.effective, b.counts())
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
