//! Typing: into the form on top, into filters and searches, and what follows from a choice made in a form.

use crate::session::determine::show_worksheet;
use crate::session::effect::Effect;
use crate::session::new::state::Stage;
use crate::session::parts::cursor::Cursor;
use crate::session::parts::field::{Field, Typed};
use crate::session::parts::form::Purpose;
use crate::session::{Layer, Session};

impl Session {
    pub(in crate::session) fn next_field(&mut self) -> Vec<Effect> {
        if let Some(form) = self.form_mut() {
            let path = matches!(form.purpose, Purpose::Evidence { .. } | Purpose::Path(_));
            if path && form.focused().is_some_and(|r| r.id == "file") && !form.text("file").is_empty() {
                return vec![Effect::Complete(form.text("file").to_owned())];
            }
            form.move_focus(false);
        }
        vec![]
    }

    pub(in crate::session) fn focus(&mut self, change: impl FnOnce(&mut crate::session::Form)) {
        if let Some(form) = self.form_mut() {
            change(form);
        }
    }

    /// A choice was made: rows and hints that depend on it follow.
    pub(in crate::session) fn form_changed(&mut self) {
        let Some(Layer::Form(form)) = self.layers.last() else { return };
        let Purpose::Determine { practice } = &form.purpose else { return };
        let finding = crate::model::Determined::ALL.into_iter().find(|f| Some(f.id()) == form.chosen("finding"));
        let hint = self.rationale_hint(practice, finding).to_owned();
        if let Some(Layer::Form(form)) = self.layers.last_mut() {
            if let Some(row) = form.rows.iter_mut().find(|r| r.id == "rationale") {
                row.hint = hint;
            }
            show_worksheet(form, &Default::default());
        }
    }

    pub(in crate::session) fn type_in(&mut self, typed: &Typed) -> Vec<Effect> {
        if let Some(form) = self.form_mut() {
            let attach = *typed == Typed::Char('+')
                && matches!(form.purpose, Purpose::Answer { .. })
                && form.focused().is_some_and(|r| r.id == "evidence");
            if attach {
                return self.attach();
            }
            form.type_in(typed);
            return vec![];
        }
        match self.layers.last_mut() {
            Some(Layer::Palette { query, cursor } | Layer::Find { query, cursor }) => {
                query.apply(typed);
                cursor.at = 0;
            }
            Some(Layer::New) => {
                if let Some(new) = self.new.as_mut().filter(|n| n.filtering) {
                    new.filter.apply(typed);
                    new.cursor.at = 0;
                }
            }
            Some(Layer::Access) => {
                if let Some(view) = self.book.as_mut().map(|b| &mut b.access).filter(|view| view.filtering) {
                    view.filter.apply(typed);
                    view.arrange();
                }
            }
            Some(Layer::Findings(_)) => self.arrange(|view| {
                if view.filtering {
                    view.filter.apply(typed);
                }
            }),
            _ => {}
        }
        vec![]
    }

    pub(in crate::session) fn filter(&mut self) {
        match self.layers.last_mut() {
            Some(Layer::Findings(_)) => self.arrange(|view| view.filtering = true),
            Some(Layer::Access) => {
                if let Some(book) = self.book.as_mut() {
                    book.access.filtering = true;
                }
            }
            Some(Layer::New) => {
                if let Some(new) = self.new.as_mut().filter(|n| n.stage == Stage::Cluster) {
                    new.filtering = true;
                }
            }
            _ if self.book.is_some() => self.layers.push(Layer::Find { query: Field::default(), cursor: Cursor::default() }),
            _ => {}
        }
    }

    pub(in crate::session) fn arrange(&mut self, change: impl FnOnce(&mut crate::session::FindingsView)) {
        if let Some(Layer::Findings(check)) = self.layers.last()
            && let Some(view) = self.book.as_mut().and_then(|b| b.findings.get_mut(check))
        {
            change(view);
            view.arrange();
        }
    }
}
