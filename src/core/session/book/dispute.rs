//! Something else changed the workbook while it was open, and what is to be saved changes the same: a person decides which of the two
//! holds. Until then neither is written over, and what was typed stays where it was typed.

use super::arrived::Dispute;
use super::desk::Desk;
use super::edit::{After, Disputed, Draft};
use super::lead::Next;
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::workbook::outside::onto;

const OURS: &str = "ours";
const THEIRS: &str = "theirs";

impl Desk {
    /// The edit is not on disk, because something else changed the same.
    pub(in crate::session) fn disputed(&mut self, ticket: u64, dispute: Dispute) -> Next {
        let Some(pending) = self.pending.take_if(|p| p.ticket == ticket) else { return Next::NONE };
        let what = dispute.what.join(", ");
        let why = format!("workbook.toml was changed outside Kassay, and both changed the same: {what}.");
        let form = form(&dispute);
        let base = self.book.as_ref().map(|book| Box::new(book.workbook.clone()));
        self.disputed = base.map(|base| Disputed { pending: pending.clone(), dispute, base });
        if !matches!(pending.after, After::Quit | After::Home) {
            self.not_saved(pending, &why);
        }
        self.put_form(form);
        Next::NONE
    }

    /// Does what was chosen.
    pub(in crate::session) fn decide(&mut self, form: &Form) -> Next {
        let Some(chosen) = form.chosen("keep").map(str::to_owned) else { return self.fault("keep", "one of the two has to hold") };
        self.layers.pop();
        let Some(Disputed { mut pending, dispute, base }) = self.disputed.take() else { return Next::NONE };
        let Some(book) = self.book.as_ref() else { return Next::NONE };
        // Something may have been saved while the question stood.
        let put = |workbook| if *base == book.workbook { Ok(workbook) } else { onto(&base, &workbook, &book.workbook) };
        if chosen == OURS {
            match put(*pending.workbook) {
                Ok(workbook) => pending.workbook = Box::new(workbook),
                Err(why) => return self.refuse("Not saved", &why.to_string()),
            }
            self.unsaved.retain(|unsaved| unsaved.ticket != pending.ticket);
            self.messages.retain(|m| !m.is_of_failed_save());
            pending.settled = Some(dispute.digest);
            return self.send(pending);
        }
        match put(dispute.theirs) {
            Ok(workbook) => {
                let what = "took over what was changed outside Kassay".to_owned();
                let draft = Draft { workbook, what, before: String::new(), after: dispute.what.join(", ") };
                let typed = self.form_mut().is_some();
                let now =
                    if typed { "What you typed is still here: ↵ saves it in its place." } else { "ctrl-s saves your edit in its place." };
                if let Some(form) = self.form_mut() {
                    form.error = None;
                }
                self.messages.retain(|m| !m.is_of_failed_save());
                self.save(draft, After::Tell(format!("The workbook has what was changed outside. {now}")), false)
            }
            Err(why) => self.refuse("Not saved", &why.to_string()),
        }
    }
}

fn form(dispute: &Dispute) -> Form {
    let option = |key, value: &str, label: &str| Choice { key, value: value.to_owned(), label: label.to_owned() };
    let options = vec![option('m', OURS, "what was entered here"), option('t', THEIRS, "what the file says")];
    let hint = "by its letter; ↵ does it, Esc leaves both as they are for now";
    let purpose = Purpose::Dispute { what: dispute.what.clone(), aside: dispute.aside.clone() };
    Form::new(purpose, vec![Row::choice("keep", "What holds", hint, options, None)])
}
