//! What all features share: who sits here and when, the open assessment, what lies over it, what is told, what was typed and is not saved.

use super::assessment::Book;
use super::edit::{Attaching, Disputed, Pending};
use super::layer::Layer;
use super::lead::Next;
use super::typed::{Kept, outlives};
use crate::guidance::Guidance;
use crate::session::parts::form::Form;
use crate::session::parts::message::Message;
use crate::session::parts::register::{Register, RegisterRow, RegisterView};
use crate::workbook::gate::Gate;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// What all features share.
#[derive(Clone, Debug)]
pub struct Desk {
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
    /// The open assessment.
    pub book: Option<Box<Book>>,
    /// Messages, the newest last.
    pub messages: Vec<Message>,
    /// Forms that were left with something typed in them.
    pub drafts: Vec<Form>,
    /// What is kept of what is typed.
    pub(super) kept: Kept,
    /// A save that is under way.
    pub pending: Option<Pending>,
    /// Saves that failed and have no form to stay open, in their order.
    pub unsaved: Vec<Pending>,
    /// A save that something else stands against, until somebody decides.
    pub(in crate::session) disputed: Option<Disputed>,
    /// Where one stands in each register.
    pub registers: BTreeMap<Register, RegisterView>,
    /// The register that was looked at last.
    pub(in crate::session) register: Register,
    /// Rows of the register that is shown, once they were asked for; nothing after anything that may change them.
    pub(in crate::session) rows: OnceLock<(Register, Arc<[RegisterRow]>)>,
    /// How many saves were sent.
    pub(super) tickets: u64,
    /// Every text goes through it before it is sent to be saved.
    pub(super) gate: Gate,
    /// What a file that is being attached is for.
    pub(in crate::session) attaching: Option<Attaching>,
    /// Digests of attached files that checks judge.
    pub(in crate::session) judged_files: BTreeSet<String>,
}

impl Desk {
    /// A desk with nothing on it but the list of assessments.
    pub(in crate::session) fn new(guidance: &'static Guidance, user: &str, now: Timestamp, zone: TimeZone) -> Self {
        Self {
            guidance,
            user: user.to_owned(),
            now,
            zone,
            layers: vec![Layer::Home],
            book: None,
            messages: vec![],
            drafts: vec![],
            kept: Kept::default(),
            pending: None,
            unsaved: vec![],
            disputed: None,
            registers: BTreeMap::new(),
            register: Register::Evidence,
            rows: OnceLock::new(),
            tickets: 0,
            gate: Gate::default(),
            attaching: None,
            judged_files: BTreeSet::new(),
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

    /// The form on top.
    pub(in crate::session) fn form_mut(&mut self) -> Option<&mut Form> {
        match self.layers.last_mut() {
            Some(Layer::Form(form)) => Some(form),
            _ => None,
        }
    }

    /// Opens a form, or the draft that was left of it.
    pub(in crate::session) fn open_form(&mut self, form: Form) {
        let held = self.book.as_ref().and_then(|b| b.held_by.clone());
        let draft = self.drafts.iter().position(|d| d.purpose == form.purpose).map(|at| self.drafts.remove(at));
        let mut form = draft.unwrap_or(form);
        self.take_up(&mut form);
        form.saving = false;
        if let Some(why) = held {
            form.error = Some(format!("It can be read here, not written in: {why}."));
        }
        self.put_form(form);
    }

    /// Opens a form of which no draft is kept.
    pub(in crate::session) fn put_form(&mut self, form: Form) {
        self.layers.push(Layer::Form(Box::new(form)));
    }

    /// Says what is wrong beside a row of the form on top.
    pub(in crate::session) fn fault(&mut self, row: &str, why: impl Into<String>) -> Next {
        if let Some(form) = self.form_mut() {
            form.fault(row, why);
        }
        Next::NONE
    }

    /// Says why something is not done: in the form on top, else as a message.
    pub(in crate::session) fn refuse(&mut self, what: &str, why: &str) -> Next {
        match self.form_mut() {
            Some(form) => {
                form.saving = false;
                form.error = Some(format!("{what}: {why}"));
            }
            None => self.messages.push(Message::error(what, why)),
        }
        Next::NONE
    }

    /// Refuses to read a cluster into an assessment that could not keep it.
    pub(in crate::session) fn held_elsewhere(&mut self) -> Option<Next> {
        let why = self.book.as_ref()?.held_by.clone()?;
        Some(self.refuse("Nothing is read, because it could not be kept", &format!("{why}. {}", why.remedy())))
    }

    /// Closes the top layer; a form with something typed in it is kept as a draft.
    pub(in crate::session) fn close_top(&mut self) {
        if self.layers.len() < 2 {
            return;
        }
        if let Some(Layer::Form(form)) = self.layers.pop()
            && outlives(&form)
        {
            self.attaching = None;
            self.drafts.retain(|d| d.purpose != form.purpose);
            self.drafts.push(*form);
            self.messages.push(Message::info(
                "Not saved. What you typed is kept, and stands there when you open it again; ctrl-x there forgets it.",
            ));
        }
    }
}
