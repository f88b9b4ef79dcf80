//! Leaving: the assessment or the program. What would be lost is told once; where one stopped is kept.

use crate::session::book::saving::{After, Draft};
use crate::session::effect::Effect;
use crate::session::parts::message::Message;
use crate::session::{Layer, Session};

impl Session {
    /// Leaves the assessment or the program. What would be lost is told once; where one stopped is kept.
    pub(in crate::session) fn leave(&mut self, after: After) -> Vec<Effect> {
        let typed = self.layers.iter().filter(|l| matches!(l, Layer::Form(f) if f.touched)).count() + self.drafts.len();
        let reading = self.reading.as_ref().is_some_and(|r| r.failed.is_none());
        let probing = self.probing.as_ref().is_some_and(|p| p.running.is_some());
        if (typed > 0 || reading || probing || self.unsaved.is_some()) && !self.leave_asked {
            self.leave_asked = true;
            let what = match (typed, reading) {
                _ if self.unsaved.is_some() => "An edit could not be saved, and would be lost".to_owned(),
                (0, false) => "Active probes are still being sent; what they heard would be lost".to_owned(),
                (0, true) => "A cluster is still being read; what was read of it would be lost".to_owned(),
                (1, _) => "A form that you typed in is not saved".to_owned(),
                (n, _) => format!("{n} forms that you typed in are not saved"),
            };
            self.messages.push(Message::ask(what, "The same key again leaves; any other key stays."));
            return vec![];
        }
        match self.place_to_keep() {
            Some(draft) => self.save(draft, after, false),
            None if matches!(after, After::Home) => self.go_home(),
            None => vec![Effect::Quit],
        }
    }

    /// The program ends whatever anybody says to it: a signal came, or the terminal is gone. Nothing is asked; where one stopped is kept.
    pub(in crate::session) fn end(&mut self) -> Vec<Effect> {
        self.place_to_keep().map_or_else(Vec::new, |draft| self.save(draft, After::Quit, false))
    }

    /// The workbook with the place where one stands, if that is another than the one that is kept.
    fn place_to_keep(&self) -> Option<Draft> {
        let book = self.book.as_ref().filter(|b| b.held_by.is_none())?;
        let place = book.walk.place(self.guidance);
        let words = format!("{} {}", place.control, place.tab);
        let draft = || Draft { workbook: book.workbook.clone(), what: "place".to_owned(), before: String::new(), after: words };
        (place != book.workbook.place).then(draft)
    }

    /// Lets go of the assessment, and lists all of them.
    pub(in crate::session) fn go_home(&mut self) -> Vec<Effect> {
        let (reading, probing) = (self.reading.take(), self.probing.take());
        self.book = None;
        self.drafts.clear();
        self.layers = vec![Layer::Home];
        let mut effects = vec![];
        if reading.is_some_and(|r| r.failed.is_none()) {
            effects.push(Effect::CancelCollect);
        }
        if probing.is_some_and(|p| p.running.is_some()) {
            effects.push(Effect::CancelProbes);
        }
        effects.extend([Effect::CloseWorkbook, Effect::ListHome]);
        effects
    }
}
