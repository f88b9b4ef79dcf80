//! Leaving: the assessment or the program. What would be lost is told once; where one stopped is kept.

use super::book::edit::{After, Draft};
use super::book::layer::Layer;
use super::book::lead::Next;
use super::effect::Effect;
use super::parts::message::Message;
use super::state::Session;
use super::{probes, reading};

impl Session {
    /// Leaves the assessment or the program. What would be lost is told once; where one stopped is kept.
    pub(super) fn leave(&mut self, after: After) -> Next {
        // The engagement of an assessment that is begun is typed before there is a place to keep it.
        let begun =
            usize::from(self.layers.iter().any(|l| matches!(l, Layer::New)) && self.new.as_ref().is_some_and(|new| new.form.touched));
        let typed = self.layers.iter().filter(|l| matches!(l, Layer::Form(f) if f.touched)).count() + self.drafts.len() + begun;
        let reading = reading::is_running(self.reading.as_ref());
        let probing = probes::is_running(self.probing.as_ref());
        if (typed > 0 || reading || probing || !self.unsaved.is_empty()) && !self.leave_asked {
            self.leave_asked = true;
            let what = match (typed, reading) {
                _ if !self.unsaved.is_empty() => "An edit could not be saved, and would be lost".to_owned(),
                (0, false) => "Active probes are still being sent; what they heard would be lost".to_owned(),
                (0, true) => "A cluster is still being read; what was read of it would be lost".to_owned(),
                (1, _) => "A form that you typed in is not saved".to_owned(),
                (n, _) => format!("{n} forms that you typed in are not saved"),
            };
            let kept =
                typed > 0 && begun == 0 && self.unsaved.is_empty() && !reading && self.book.as_ref().is_some_and(|b| b.held_by.is_none());
            let then = if kept { "what you typed is kept, and stands there when you come again" } else { "any other key stays" };
            self.messages.push(Message::ask(what, format!("The same key again leaves; {then}.")));
            return Next::NONE;
        }
        match self.place_to_keep() {
            Some(draft) => self.save(draft, after, false),
            None if matches!(after, After::Home) => self.let_go(),
            None => Next::from(Effect::Quit),
        }
    }

    /// The program ends whatever anybody says to it: a signal came, or the terminal is gone. Nothing is asked; where one stopped is kept.
    pub(super) fn end(&mut self) -> Next {
        self.place_to_keep().map_or(Next::NONE, |draft| self.save(draft, After::Quit, false))
    }

    /// The workbook with the place where one stands, if that is another than the one that is kept.
    fn place_to_keep(&self) -> Option<Draft> {
        let book = self.book.as_ref().filter(|b| b.held_by.is_none())?;
        let place = book.walk.place(self.guidance);
        let words = format!("{} {}", place.control, place.tab);
        let draft = || Draft { workbook: book.workbook.clone(), what: "place".to_owned(), before: String::new(), after: words };
        (place != book.workbook.place).then(draft)
    }
}
