//! How an action changes a session: the one way in. It only says who does it; the doing is in `navigate` and `layers` (moving), `typing`,
//! `subject` (what keys do to what one stands on), `edits` and `saving` (writing), `start` (home, new, reading), `scope`, `segmentation`,
//! `access`, `probing`, `export`, `leave`, `arrivals` (what comes back).

use crate::session::action::Action;
use crate::session::book::saving::After;
use crate::session::book::standing::Pane;
use crate::session::effect::Effect;
use crate::session::evidence::complete;
use crate::session::new::state::Flight;
use crate::session::parts::cursor::{Cursor, Scroll, Step};
use crate::session::parts::field::Field;
use crate::session::parts::form::PathOf;
use crate::session::parts::message::{Message, Urgency};
use crate::session::parts::namespaces::ScopeEditor;
use crate::session::{Layer, Session};

/// Changes a session by an action; returns what the world is asked to do.
pub fn update(session: &mut Session, action: Action) -> Vec<Effect> {
    if session.must_wait(&action) {
        session.waiting.push_back(action);
        return vec![];
    }
    let mut effects = session.take(action);
    while session.pending.is_none()
        && let Some(next) = session.waiting.pop_front()
    {
        effects.extend(session.take(next));
    }
    if let Some(book) = session.book.as_mut() {
        book.walk.settle(session.guidance);
    }
    effects
}

impl Session {
    fn take(&mut self, action: Action) -> Vec<Effect> {
        if action.is_by_person() {
            self.messages.retain(|m| !matches!(m.level, Urgency::Info | Urgency::Ask));
            if !matches!(action, Action::Quit | Action::Home) {
                self.leave_asked = false;
            }
            self.by_person(action)
        } else {
            self.from_world(action)
        }
    }

    fn by_person(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Step(step) => self.step(step),
            Action::Left => self.sideways(true),
            Action::Right => self.sideways(false),
            Action::Enter => return self.enter(),
            Action::Back => return self.back(),
            Action::NextField => return self.next_field(),
            Action::PreviousField => self.focus(|form| form.move_focus(true)),
            Action::Focus(at) => self.focus(|form| form.focus = at.min(form.rows.len().saturating_sub(1))),
            Action::Type(typed) => return self.type_in(&typed),
            Action::Choose(key) => {
                let nth = key.to_digit(10).and_then(|d| d.checked_sub(1)).map(|d| d as usize);
                self.focus(|form| {
                    let _ = form.choose(key) || nth.is_some_and(|at| form.choose_nth(at));
                });
                self.form_changed();
            }
            Action::ChooseNth(at) => {
                self.focus(|form| {
                    form.choose_nth(at);
                });
                self.form_changed();
            }
            Action::Select(row) => return self.select(row),
            Action::Tab(tab) => {
                if let Some(walk) = self.book.as_mut().map(|b| &mut b.walk) {
                    walk.control = walk.control.or(Some(0));
                    (walk.tab, walk.pane) = (tab, Pane::Work);
                }
            }
            Action::NextOpen => return self.go_next(false),
            Action::PreviousOpen => return self.go_next(true),
            Action::NextControl | Action::PreviousControl => {
                if let Some(book) = self.book.as_mut() {
                    book.walk.step_control(matches!(action, Action::PreviousControl), self.guidance);
                }
            }
            Action::GoTo(target) => return self.go_to(&target),
            Action::NextCluster => {
                self.next_cluster();
                return self.pictures();
            }
            Action::Answer => return self.answer(),
            Action::Determine => return self.determine(),
            Action::Attach => return self.attach(),
            Action::Drop(text) => {
                let effects = self.attach();
                self.focus(|form| form.set("file", text.trim()));
                return effects;
            }
            Action::Note => {
                let practices = self.practices_here();
                let form = self.note_form(practices);
                self.open_form(form);
            }
            Action::Exception => self.exception(),
            Action::Review => self.review(),
            Action::Keep => return self.keep(),
            Action::Undo => return self.take_back(),
            Action::CopyCommand => return self.copy(),
            Action::Reference => return self.open_reference(),
            Action::Filter => self.filter(),
            Action::Sort => self.arrange(|view| view.sort = view.sort.next()),
            Action::Group => self.arrange(|view| view.group = view.group.next()),
            Action::Mark => {
                self.arrange(crate::session::FindingsView::mark);
                self.step(Step::Down);
            }
            Action::Cycle => self.scope(ScopeEditor::cycle),
            Action::Everything => self.scope(ScopeEditor::everything),
            Action::AddRule => {
                let form = self.rule_form();
                self.layers.push(Layer::Form(Box::new(form)));
            }
            Action::Help => self.layers.push(Layer::Help(Scroll::default())),
            Action::Palette => self.layers.push(Layer::Palette { query: Field::default(), cursor: Cursor::default() }),
            Action::Summary => self.layers.push(Layer::Summary(Cursor::default())),
            Action::Segmentation => return self.open_segmentation(),
            Action::Access => return self.open_access(),
            Action::Probes => return self.ask_probes(),
            Action::SendProbes => return self.send_probes(),
            Action::Scope => self.open_scope(),
            Action::Export => self.layers.push(Layer::Export),
            Action::ReadAgain => return self.read_again(),
            Action::AddCluster => return self.add_cluster(),
            Action::Home => return self.leave(After::Home),
            Action::New => return self.start_new(),
            Action::Demo => return vec![Effect::Demo],
            Action::OpenPath => self.ask_path(PathOf::Cluster),
            Action::OpenFolder => self.ask_path(PathOf::Assessment),
            Action::ExportTo => self.ask_path(PathOf::Export),
            Action::Retry => return self.try_again(),
            Action::Restore => {
                let dir = self.home.rows.as_ref().and_then(|rows| rows.get(self.home.cursor.at)).filter(|r| r.problem.is_some());
                return dir.map(|row| Effect::Restore(row.dir.clone())).into_iter().collect();
            }
            Action::Quit => return self.leave(After::Quit),
            Action::End => return self.end(),
            Action::Abort => return vec![Effect::Quit],
            Action::Run(action) => {
                while matches!(self.top(), Layer::Palette { .. } | Layer::Help(_)) {
                    self.layers.pop();
                }
                return self.by_person(*action);
            }
            _ => {}
        }
        vec![]
    }

    fn from_world(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Tick(now) => {
                let day = self.today();
                (self.now, self.ticks) = (now, self.ticks + 1);
                let today = self.today();
                if day != today
                    && let Some(book) = self.book.as_mut()
                {
                    book.refresh(self.guidance, today);
                }
            }
            Action::Listed(rows) => {
                self.home.cursor.at = if self.home.rows.is_none() { 0 } else { self.home.cursor.at.min(rows.len() + 3) };
                self.home.rows = Some(rows);
            }
            Action::Opened(opened) => return self.opened(*opened),
            Action::OpenFailed { dir, why } => {
                self.home.opening = None;
                self.after_open = None;
                self.messages.push(Message::error(format!("{} can't be opened", dir.display()), why));
            }
            Action::Loaded { cluster, outcomes, inventory } => return self.loaded(&cluster, outcomes, inventory),
            Action::LoadFailed { cluster, why } => self.load_failed(&cluster, &why),
            Action::Saved(ticket) => return self.saved(ticket),
            Action::SaveFailed { ticket, why } => return self.save_failed(ticket, &why),
            Action::Attached(attached) => return self.attached(attached),
            Action::AttachFailed(why) => self.attach_failed(&why),
            Action::Completed { text, fits } => self.focus(|form| complete(form, &text, &fits)),
            Action::Contexts(contexts) => {
                if let Some(new) = self.new.as_mut() {
                    let current = contexts.as_ref().ok().and_then(|c| c.iter().position(|row| row.current));
                    new.cursor.at = current.unwrap_or(0);
                    new.contexts = Some(contexts);
                }
            }
            Action::PreflightDone(flight) => {
                if let Some(new) = self.new.as_mut().filter(|n| matches!(n.flight, Flight::Running)) {
                    new.scope.namespaces.clone_from(&flight.namespaces);
                    new.scope.missing.clone_from(&flight.namespaces_missing);
                    if flight.source.is_some() {
                        new.source.clone_from(&flight.source);
                    }
                    new.flight = Flight::Done(flight);
                }
            }
            Action::PreflightFailed(why) => {
                if let Some(new) = self.new.as_mut().filter(|n| matches!(n.flight, Flight::Running)) {
                    new.flight = Flight::Failed(why);
                }
            }
            Action::Progress(progress) => {
                if let Some(reading) = self.reading.as_mut() {
                    reading.hear(progress);
                }
            }
            Action::Collected(collection) => return self.collected(*collection),
            Action::CollectFailed(why) => self.collect_failed(&why),
            Action::Judged { cluster, revision, collection } => return self.judged(&cluster, revision, *collection),
            Action::JudgeFailed { cluster, why } => self.judge_failed(&cluster, &why),
            Action::Segmented { cluster, picture } => {
                if let Some(found) = self.book.as_mut().and_then(|b| b.clusters.iter_mut().find(|c| c.key == cluster)) {
                    found.segmentation = Some(picture);
                }
            }
            Action::Registered { cluster, register } => self.registered(&cluster, register),
            Action::ProbeProgress(done, next) => {
                if let Some(probing) = self.probing.as_mut().filter(|p| p.running.is_some()) {
                    probing.running = Some((done, next));
                }
            }
            Action::Probed(probed) => return self.probed(probed),
            Action::ProbesFailed(why) => self.probes_failed(&why),
            Action::ExportProgress(done, of, name) => self.export.running = Some((done, of, name)),
            Action::Exported { path, sha256, bytes, files } => {
                let words = format!("Written: {}", path.display());
                (self.export.running, self.export.failed) = (None, None);
                self.export.done = Some((path, sha256, bytes, files));
                self.messages.push(Message::info(words));
            }
            Action::ExportFailed(why) => {
                (self.export.running, self.export.failed) = (None, Some(why.clone()));
                if !matches!(self.top(), Layer::Export) {
                    self.messages.push(Message::error("The export was not written", why));
                }
            }
            Action::Told(words) => self.messages.push(Message::info(words)),
            Action::NotDone(why) => self.messages.push(Message::error("Not done", why)),
            Action::Begin { dir, workbook, source } => return self.create(Some(dir), *workbook, source),
            Action::Prepare { dir, source } => {
                let effects = self.start_new();
                if let Some(new) = self.new.as_mut() {
                    (new.dir, new.source) = (Some(dir), source);
                }
                return effects;
            }
            _ => {}
        }
        vec![]
    }
}
