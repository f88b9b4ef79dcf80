//! What is typed and not saved is kept beside the workbook, at most about once a second, and stands in its form again when the assessment
//! is opened after a crash.

use super::desk::Desk;
use super::layer::Layer;
use super::typed::{is_for, outlives, typed};
use crate::session::effect::Effect;
use crate::session::parts::form::Form;
use crate::session::parts::message::Message;
use crate::workbook::drafts::Drafts;

/// How long what is typed may be newer than what is kept, in milliseconds.
const OFTEN: i128 = 1000;

impl Desk {
    /// All that is typed and not saved.
    fn typed(&self) -> Drafts {
        let open = self.layers.iter().filter_map(|layer| match layer {
            Layer::Form(form) if outlives(form) => typed(form),
            _ => None,
        });
        Drafts { forms: self.kept.waiting.iter().cloned().chain(self.drafts.iter().filter_map(typed)).chain(open).collect() }
    }

    /// What is typed, where that is not what is kept.
    fn behind(&self) -> Option<Drafts> {
        self.book.as_ref().filter(|book| book.held_by.is_none())?;
        Some(self.typed()).filter(|typed| self.kept.there.as_ref() != Some(typed))
    }

    /// Whether something is typed that is not kept yet.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.behind().is_some()
    }

    /// Keeps what is typed, where that is something else than what is kept: at once, or when it is time.
    pub(in crate::session) fn keep_typed(&mut self, at_once: bool) -> Option<Effect> {
        let drafts = self.behind()?;
        // A clock that is set back must not hold it up.
        let since = self.kept.at.map(|at| (self.now.as_nanosecond() - at.as_nanosecond()) / 1_000_000);
        if !at_once && since.is_some_and(|since| (0..OFTEN).contains(&since)) {
            return None;
        }
        (self.kept.at, self.kept.there) = (Some(self.now), Some(drafts.clone()));
        Some(Effect::KeepTyped(Box::new(drafts)))
    }

    /// Words about a form, with what a finding is about in place of what it is known by.
    fn spoken(&self, words: &str) -> String {
        let parts = self.book.iter().flat_map(|book| &book.together.parts);
        let findings: Vec<_> = parts.flat_map(|part| &part.outcomes).flat_map(|outcome| &outcome.findings).collect();
        let spoken = words.split(' ').map(|word| {
            let id = word.trim_end_matches(',');
            if id.len() != 20 || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
                return word.to_owned();
            }
            let found = findings.iter().find(|finding| finding.id == id);
            found.map_or_else(|| "of a finding".to_owned(), |finding| format!("of {}", finding.object))
        });
        spoken.collect::<Vec<_>>().join(" ")
    }

    /// Something was found that was typed and not saved.
    pub(in crate::session) fn found_typed(&mut self, drafts: Drafts) {
        let forms: Vec<String> = drafts.forms.iter().map(|form| self.spoken(&form.words())).collect();
        self.kept.there = Some(drafts.clone());
        self.kept.waiting = drafts.forms;
        let what = match forms.len() {
            0 => return,
            1 => "A form was typed in and not saved when the assessment was open last".to_owned(),
            n => format!("{n} forms were typed in and not saved when the assessment was open last"),
        };
        let why = format!("It does not count yet. What was typed stands there when you open the form again: {}.", forms.join("; "));
        self.messages.push(Message::warning(what, why));
    }

    /// What was found can't be read, or what is typed can't be kept.
    pub(in crate::session) fn not_kept(&mut self, what: &str, why: &str) {
        self.kept.there = None;
        if !std::mem::replace(&mut self.kept.told, true) {
            self.messages.push(Message::warning(what, why));
        }
    }

    /// Puts what was found into a form that is opened.
    pub(super) fn take_up(&mut self, form: &mut Form) {
        if let Some(at) = self.kept.waiting.iter().position(|found| is_for(found, &form.purpose)) {
            let found = self.kept.waiting.remove(at);
            form.take_up(found.rows);
        }
    }

    /// Forgets all that was typed, because another assessment is open, or none; what is kept beside the one that was stays there.
    pub(in crate::session) fn forget_typed(&mut self) {
        self.drafts.clear();
        self.kept = super::typed::Kept { there: Some(Drafts::default()), ..Default::default() };
    }
}
