//! How an action changes a session: the one way in. It only says whose it is; the doing is in `press` (what lies on top), in the features
//! and the book, in `leave`; where one leads to another, `follow` goes.

use super::action::Action;
use super::book::edit::After;
use super::book::layer::Layer;
use super::book::lead::{Lead, Next};
use super::effect::Effect;
use super::parts::cursor::Scroll;
use super::parts::message::{Message, Urgency};
use super::state::Session;
use super::{
    answer, book, determine, engagement, evidence, exceptions, help, keepers, new, palette, probes, reading, remediation, requests, review,
    samples, scope, search, sign_off, summary, walk,
};
use jiff::Timestamp;

/// Changes a session by an action; returns what the world is asked to do.
pub fn update(session: &mut Session, action: Action) -> Vec<Effect> {
    let leaves = matches!(action, Action::Quit | Action::Close | Action::End | Action::Abort | Action::Suspend);
    let mut effects: Vec<Effect> = leaves.then(|| session.keep_typed(true)).flatten().into_iter().collect();
    if session.pending.is_some() && !action.is_heard_at_once() {
        session.waiting.push_back(action);
        return effects;
    }
    // While one types it is kept once in a while, and after anything else at once; what could not be kept is tried again when it is time.
    let at_once = !matches!(
        action,
        Action::Type(_)
            | Action::NewLine
            | Action::Choose(_)
            | Action::ChooseNth(_)
            | Action::Left
            | Action::Right
            | Action::Tick(_)
            | Action::Book(book::Action::TypedNotKept(_))
    );
    effects.extend(session.take(action));
    while session.pending.is_none()
        && let Some(next) = session.waiting.pop_front()
    {
        effects.extend(session.take(next));
    }
    let guidance = session.guidance;
    if let Some(book) = session.book.as_mut() {
        book.walk.settle(guidance);
    }
    session.show_waiting();
    effects.extend(session.keep_typed(at_once));
    effects
}

impl Session {
    fn take(&mut self, action: Action) -> Vec<Effect> {
        if action.is_by_person() {
            // Esc answers a question, and closes nothing below it.
            let answers = matches!(action, Action::Back) && self.messages.last().is_some_and(|m| matches!(m.level, Urgency::Ask));
            self.messages.retain(|m| !matches!(m.level, Urgency::Info) && (answers || !matches!(m.level, Urgency::Ask)));
            if !matches!(action, Action::Quit | Action::Close) {
                self.leave_asked = false;
            }
        }
        if action.may_select() {
            self.detail = Scroll::default();
        }
        // Whoever only moves, or waits, changes no row of a register; a new day may.
        let today = Some(self.today()).filter(|_| matches!(action, Action::Step(_) | Action::Tick(_)));
        let next = self.handle(action);
        let effects = self.follow(next);
        if today != Some(self.today()) {
            self.desk.rows.take();
        }
        effects
    }

    fn handle(&mut self, action: Action) -> Next {
        let desk = &mut self.desk;
        match action {
            Action::Step(step) => self.step(step),
            Action::Detail(step) => self.detail.step(step),
            Action::Left => return self.sideways(true),
            Action::Right => return self.sideways(false),
            Action::Enter => return self.enter(),
            Action::NewLine => return self.new_line(),
            Action::Forget => self.forget(),
            Action::Edit => return self.edit(),
            Action::Edited(text) => return self.edited(text),
            Action::Back => return self.back(),
            Action::NextField => return self.next_field(),
            Action::PreviousField => self.in_form(|form| form.move_focus(true)),
            Action::Focus(at) => self.in_form(|form| form.focus = at.min(form.rows.len().saturating_sub(1))),
            Action::Type(typed) => return self.type_in(&typed),
            Action::Choose(key) => {
                let nth = key.to_digit(10).and_then(|d| d.checked_sub(1)).map(|d| d as usize);
                self.choose(|form| {
                    let _ = form.choose(key) || nth.is_some_and(|at| form.choose_nth(at));
                });
            }
            Action::ChooseNth(at) => self.choose(|form| {
                form.choose_nth(at);
            }),
            Action::Select(row) => return self.select(row),
            Action::Filter => self.filter(),
            Action::Fold => self.fold(),
            Action::CopyCommand => return self.copy(),
            Action::Reference => return self.reference(),
            Action::Run(action) => {
                while matches!(self.top(), Layer::Palette { .. } | Layer::Help(_)) {
                    self.layers.pop();
                }
                return self.handle(*action);
            }
            Action::Close => return self.leave(After::Home),
            Action::Quit => return self.leave(After::Quit),
            Action::End => return self.end(),
            Action::Abort => return Next::from(Effect::Quit),
            Action::Suspend => return Next::from(Effect::Suspend),
            Action::Mouse => return Next::from(Effect::Mouse),
            Action::Book(action) => return self.of_book(action),
            Action::Home(action) => return self.home.update(desk, action),
            Action::New(action) => return new::update(&mut self.new, desk, action),
            Action::Reading(action) => return reading::update(&mut self.reading, desk, action),
            Action::Walk(action) => return walk::update(desk, action),
            Action::Findings(action) => return self.findings.update(desk, action),
            Action::AllFindings(action) => return self.all_findings.update(desk, action),
            Action::Answer(action) => return answer::update(desk, action),
            Action::Determine(action) => return determine::update(desk, action),
            Action::SignOff(action) => return sign_off::update(desk, action),
            Action::Engagement(action) => return engagement::update(desk, action),
            Action::Evidence(action) => return evidence::update(desk, action),
            Action::Remediation(action) => return remediation::update(desk, action),
            Action::Exceptions(action) => return exceptions::update(desk, action),
            Action::Samples(action) => return samples::update(desk, action),
            Action::Requests(action) => return requests::update(desk, action),
            Action::Registers(action) => return keepers::update(desk, action),
            Action::Review(action) => return review::update(desk, action),
            Action::Scope(action) => {
                let new = self.new.as_mut().filter(|_| matches!(desk.top(), Layer::New)).and_then(|new| new.open_scope_mut());
                return scope::update(desk, new, action);
            }
            Action::Segmentation(action) => return self.segmentation.update(desk, action),
            Action::Access(action) => return self.access.update(desk, action),
            Action::Trial(action) => return self.trials.update(desk, action),
            Action::Fleet(action) => return self.fleet.update(desk, action),
            Action::Compare(action) => return self.compare.update(desk, action),
            Action::Probes(action) => return probes::update(&mut self.probing, desk, self.reading.is_some(), action),
            Action::Export(action) => return self.export.update(desk, action),
            Action::Summary(action) => return summary::update(desk, action),
            Action::Search(action) => return search::update(desk, action),
            Action::Palette(action) => return palette::update(desk, action),
            Action::Help(action) => return help::update(desk, action),
            Action::Tick(now) => self.tick(now),
            Action::Completed { text, fits } => self.completed(&text, &fits),
            Action::Told(words) => desk.messages.push(Message::info(words)),
            Action::NotDone(why) => desk.messages.push(Message::error("Not done", why)),
        }
        Next::NONE
    }

    /// What happens to the open assessment: it may be another one then.
    fn of_book(&mut self, action: book::Action) -> Next {
        match &action {
            book::Action::Opened(_) => {
                self.home.opening = None;
                self.new = None;
                self.forget_book();
                let cluster = self.after_open.take();
                let next = book::update(&mut self.desk, action);
                return match cluster {
                    Some((key, source)) => next.and(Lead::Read { key, source, again: false }),
                    None => next,
                };
            }
            book::Action::OpenFailed { .. } => (self.home.opening, self.after_open) = (None, None),
            // What was typed behind a save was meant for a walk that went on; where it failed, it did not. What came back from the world is
            // true all the same.
            book::Action::SaveFailed { ticket, .. } | book::Action::Disputed { ticket, .. }
                if self.pending.as_ref().is_some_and(|p| p.ticket == *ticket) =>
            {
                self.waiting.retain(|action| !action.is_by_person());
            }
            book::Action::Saved(_) | book::Action::SavedOddly { .. } => {
                let excepted =
                    |desk: &crate::session::Desk| desk.book.as_ref().map(|book| book.workbook.exceptions.clone()).unwrap_or_default();
                let before = excepted(&self.desk);
                let mut next = book::update(&mut self.desk, action);
                // Lists are narrowed by exceptions too.
                if excepted(&self.desk) != before {
                    self.findings.reload(&self.desk);
                    self.all_findings.renew(&self.desk);
                }
                next.effects.extend(keepers::wanted(&self.desk).effects);
                return next;
            }
            _ => {}
        }
        book::update(&mut self.desk, action)
    }

    fn tick(&mut self, now: Timestamp) {
        let day = self.today();
        (self.desk.now, self.ticks) = (now, self.ticks + 1);
        let (today, guidance) = (self.today(), self.guidance);
        if day != today
            && let Some(book) = self.book.as_mut()
        {
            book.refresh(guidance, today);
        }
    }
}
