//! What ↵, Esc, arrows, letters and clicks do to whatever lies on top: each is handed to the feature that it belongs to.

use super::book::layer::Layer;
use super::book::lead::Next;
use super::effect::Effect;
use super::parts::cursor::{Cursor, Step};
use super::parts::differences::Differences;
use super::parts::field::Typed;
use super::parts::form::{Form, PathOf, Purpose};
use super::parts::message::Message;
use super::parts::path;
use super::state::Session;
use super::{
    answer, determine, engagement, evidence, exceptions, keepers, new, probes, reading, registers, review, samples, scope, search, summary,
    walk,
};

impl Session {
    pub(super) fn enter(&mut self) -> Next {
        let desk = &mut self.desk;
        match desk.top() {
            // What was asked for once is on its way: asked for twice, two assessments would be made, or the wrong one opened.
            Layer::Home | Layer::New if self.home.opening.is_some() => Next::NONE,
            Layer::Home => self.home.enter(desk),
            Layer::New => new::enter(&mut self.new, desk),
            Layer::Reading => reading::enter(&mut self.reading, desk),
            Layer::Walk => walk::enter(desk),
            Layer::Form(_) => self.accept_form(),
            Layer::Findings(_) => {
                self.findings.enter(desk);
                Next::NONE
            }
            Layer::AllFindings => self.all_findings.enter(),
            Layer::Summary(_) => summary::enter(desk),
            Layer::Find { .. } => search::enter(desk),
            Layer::Scope(_) => scope::accept(desk),
            Layer::Register(_) => keepers::enter(desk),
            Layer::Sample { .. } | Layer::Pick(_) => samples::enter(desk),
            Layer::Export => self.export.enter(desk),
            Layer::Access => {
                self.access.enter(desk);
                Next::NONE
            }
            Layer::Trial => {
                self.trials.enter(desk);
                Next::NONE
            }
            Layer::Fleet => self.fleet.enter(),
            Layer::Segmentation(_) | Layer::Flows => {
                self.segmentation.enter(desk);
                Next::NONE
            }
            Layer::Compare => {
                self.compare.differences.iter_mut().for_each(Differences::typed);
                Next::NONE
            }
            Layer::Probes => {
                probes::enter(self.probing.as_ref(), desk);
                Next::NONE
            }
            Layer::Finding { .. } | Layer::Holder { .. } | Layer::Witness { .. } | Layer::Help(_) | Layer::Palette { .. } => {
                desk.close_top();
                Next::NONE
            }
        }
    }

    /// ↵ in a text of several lines. Nobody begins one with an empty line, so where nothing is written it saves, as everywhere.
    pub(super) fn new_line(&mut self) -> Next {
        match self.form().and_then(Form::field) {
            Some(field) if field.lines && !field.is_empty() => self.type_in(&Typed::Char('\n')),
            _ => self.enter(),
        }
    }

    /// Forgets what was typed in the form on top, and closes it.
    pub(super) fn forget(&mut self) {
        if let Some(form) = self.desk.form_mut().filter(|form| !form.saving) {
            form.touched = false;
            self.desk.close_top();
            self.messages.push(Message::info("What you typed in that form is forgotten."));
        }
    }

    /// What was typed in rows that depend on others stands there as soon as they are shown.
    pub(super) fn show_waiting(&mut self) {
        if self.form().is_some_and(|form| !form.waiting.is_empty()) {
            self.choose(|_| {});
            self.in_form(Form::take_up_waiting);
        }
    }

    /// Takes the text in focus to the editor of the user.
    pub(super) fn edit(&mut self) -> Next {
        match self.form() {
            Some(form) if form.is_writing() && !form.saving => Next::from(Effect::Edit),
            _ => Next::NONE,
        }
    }

    /// What the editor left.
    pub(super) fn edited(&mut self, text: Option<String>) -> Next {
        let Some(text) = text else {
            self.messages.push(Message::info("The text is as it was before the editor."));
            return Next::NONE;
        };
        self.messages.push(Message::info("The text is as the editor left it; it counts once the form is saved."));
        self.type_in(&Typed::Whole { cursor: text.chars().count(), text })
    }

    /// Accepts the form on top, as far as it is acceptable.
    fn accept_form(&mut self) -> Next {
        let desk = &mut self.desk;
        let Some(form) = desk.form_mut().filter(|form| !form.saving) else { return Next::NONE };
        form.clear_faults();
        let form = form.clone();
        match &form.purpose {
            Purpose::Answer { question } => answer::accept(desk, &form, question),
            Purpose::Determine { practices } => determine::accept(desk, &form, practices),
            Purpose::Evidence { .. } => evidence::accept(desk, &form),
            Purpose::Note { .. } => evidence::accept_note(desk, &form),
            Purpose::Exception { what } => exceptions::accept(desk, &form, what),
            Purpose::Review { check } => review::accept(desk, &form, check),
            Purpose::Rule => {
                let new = self.new.as_mut().and_then(|new| new.open_scope_mut());
                scope::accept_rule(desk, &form, new)
            }
            Purpose::Version => new::accept_version(&mut self.new, desk, &form),
            Purpose::ConfirmScope => scope::accept_confirmation(desk, &form),
            Purpose::Path(_) if form.text("file").is_empty() => desk.fault("file", "a path is needed"),
            Purpose::Path(PathOf::Assessment) => self.home.accept(desk, &form),
            Purpose::Path(PathOf::Cluster) => new::accept(&mut self.new, desk, &form),
            Purpose::Path(PathOf::Export) => self.export.accept(desk, &form),
            Purpose::Path(PathOf::Compare) => self.compare.accept(desk, &form),
            Purpose::Entry { register, id } => keepers::accept(desk, &form, *register, id.as_deref()),
            Purpose::Withdraw { register, id } => keepers::accept_withdrawal(desk, &form, *register, id),
            Purpose::Engagement => engagement::accept(desk, &form),
            Purpose::Dispute { .. } => desk.decide(&form),
        }
    }

    pub(super) fn back(&mut self) -> Next {
        let desk = &mut self.desk;
        // What was not read yet is read before anything is closed.
        if desk.messages.pop().is_some() {
            return Next::NONE;
        }
        match desk.top() {
            Layer::New => return new::back(&mut self.new, desk),
            Layer::Reading => return reading::back(&mut self.reading, desk),
            Layer::Probes => return probes::back(&mut self.probing, desk),
            Layer::Export => return self.export.back(desk),
            Layer::Walk => walk::back(desk),
            Layer::Access => self.access.back(desk),
            Layer::Trial => self.trials.back(desk),
            Layer::Flows => self.segmentation.back(desk),
            Layer::Fleet => self.fleet.back(desk),
            Layer::Compare => self.compare.back(desk),
            Layer::Findings(_) => self.findings.back(desk),
            Layer::AllFindings => self.all_findings.back(desk),
            Layer::Register(_) => registers::back(desk),
            Layer::Pick(_) => samples::back(desk),
            _ => {
                desk.close_top();
                self.all_findings.renew(desk);
            }
        }
        Next::NONE
    }

    /// Up, down and pages, in whatever has the focus.
    pub(super) fn step(&mut self, step: Step) {
        let desk = &mut self.desk;
        match desk.layers.last_mut() {
            Some(Layer::Home) => self.home.step(step),
            Some(Layer::New) => new::step(&mut self.new, step),
            Some(Layer::Walk) => walk::step(desk, step),
            Some(Layer::Findings(_)) => self.findings.step(desk, step),
            Some(Layer::AllFindings) => self.all_findings.list.step(step),
            Some(Layer::Access) => self.access.view.list.step(step),
            Some(Layer::Trial) => self.trials.view.list.step(step),
            Some(Layer::Flows) => self.segmentation.flows.list.step(step),
            Some(Layer::Fleet) => self.fleet.step(step),
            Some(Layer::Compare) => self.compare.differences.iter_mut().for_each(|list| list.step(step)),
            Some(Layer::Register(_)) => keepers::step(desk, step),
            Some(Layer::Sample { .. } | Layer::Pick(_)) => samples::step(desk, step),
            Some(Layer::Probes) => probes::step(self.probing.as_mut(), step),
            Some(Layer::Finding { scroll, .. } | Layer::Holder { scroll, .. } | Layer::Witness { scroll, .. } | Layer::Help(scroll)) => {
                scroll.step(step);
            }
            Some(Layer::Form(form)) => form.step(step),
            Some(Layer::Scope(editor)) => scope::step(editor, step),
            Some(Layer::Export) => self.export.step(step),
            Some(Layer::Find { .. }) => search::step(desk, step),
            Some(Layer::Summary(cursor) | Layer::Segmentation(cursor) | Layer::Palette { cursor, .. }) => cursor.step_shown(step),
            Some(Layer::Reading) => reading::step(&mut self.reading, step),
            None => {}
        }
    }

    /// Left and right.
    pub(super) fn sideways(&mut self, back: bool) -> Next {
        let desk = &mut self.desk;
        let below = desk.layers.len().checked_sub(2).and_then(|at| desk.layers.get(at));
        match desk.top() {
            Layer::Walk => walk::sideways(desk, back),
            Layer::Finding { .. } if matches!(below, Some(Layer::AllFindings)) => return self.all_findings.beside(back),
            Layer::Finding { .. } => self.findings.beside(desk, back),
            Layer::Holder { .. } => self.access.beside(desk, back),
            Layer::Witness { .. } => self.trials.beside(desk, back),
            Layer::Fleet => self.fleet.sideways(back),
            _ => match self.form_mut() {
                Some(form) if form.is_typing() => form.type_in(if back { &Typed::Left } else { &Typed::Right }),
                Some(form) => {
                    form.choose_beside(back);
                    self.follow_choice();
                }
                None => {}
            },
        }
        Next::NONE
    }

    /// A click on a row: onto it, and into it where one stands on it.
    pub(super) fn select(&mut self, row: usize) -> Next {
        if matches!(self.top(), Layer::Walk) {
            walk::focus_work(&mut self.desk);
        }
        let enters = !matches!(self.top(), Layer::Export | Layer::Scope(_) | Layer::Palette { .. } | Layer::Reading);
        match self.cursor_here() {
            Some(cursor) if cursor.at == row && enters => return self.enter(),
            Some(cursor) => cursor.at = row,
            None => {}
        }
        Next::NONE
    }

    fn cursor_here(&mut self) -> Option<&mut Cursor> {
        // Which layer it is comes first, because the walk and the findings need the whole desk.
        match self.desk.top() {
            Layer::Walk => return walk::cursor(&mut self.desk),
            Layer::Findings(_) => return self.findings.cursor(&self.desk),
            Layer::AllFindings => return Some(&mut self.all_findings.list.cursor),
            Layer::Sample { .. } | Layer::Pick(_) => return samples::cursor(&mut self.desk),
            Layer::Register(register) => {
                let register = *register;
                return self.desk.registers.get_mut(&register).map(|view| &mut view.cursor);
            }
            _ => {}
        }
        match self.desk.layers.last_mut()? {
            Layer::Home => Some(&mut self.home.cursor),
            Layer::New => self.new.as_mut().map(|new| new.cursor_mut()),
            Layer::Summary(cursor) | Layer::Segmentation(cursor) | Layer::Palette { cursor, .. } | Layer::Find { cursor, .. } => {
                Some(cursor)
            }
            Layer::Scope(editor) => Some(&mut editor.cursor),
            Layer::Export => Some(&mut self.export.cursor),
            Layer::Access => Some(&mut self.access.view.list.cursor),
            Layer::Trial => Some(&mut self.trials.view.list.cursor),
            Layer::Flows => Some(&mut self.segmentation.flows.list.cursor),
            Layer::Fleet => Some(self.fleet.cursor()),
            Layer::Compare => self.compare.differences.as_mut().map(|list| &mut list.cursor),
            Layer::Reading => self.reading.as_mut().and_then(|r| r.arrived.as_mut()).map(|arrived| &mut arrived.differences.cursor),
            _ => None,
        }
    }

    /// ⇥ in a form: completes a path, or goes to the next field.
    pub(super) fn next_field(&mut self) -> Next {
        let Some(form) = self.form_mut() else { return Next::NONE };
        if form.focused().is_some_and(|r| r.id == "file") && !form.text("file").is_empty() {
            return Next::from(Effect::Complete(form.text("file").to_owned()));
        }
        form.move_focus(false);
        Next::NONE
    }

    /// Changes the form on top.
    pub(super) fn in_form(&mut self, change: impl FnOnce(&mut Form)) {
        if let Some(form) = self.form_mut() {
            change(form);
        }
    }

    /// Changes a choice in the form on top; what depends on it follows.
    pub(super) fn choose(&mut self, change: impl FnOnce(&mut Form)) {
        self.in_form(change);
        self.follow_choice();
    }

    /// What depends on a choice follows it.
    fn follow_choice(&mut self) {
        determine::changed(&mut self.desk);
        answer::changed(&mut self.desk);
        samples::changed(&mut self.desk);
        evidence::changed(&mut self.desk);
    }

    /// A path was completed.
    pub(super) fn completed(&mut self, text: &str, fits: &[String]) {
        self.in_form(|form| path::complete(form, text, fits));
    }

    pub(super) fn type_in(&mut self, typed: &Typed) -> Next {
        if let Some(form) = self.form_mut() {
            let attach = *typed == Typed::Char('+')
                && matches!(form.purpose, Purpose::Answer { .. })
                && form.focused().is_some_and(|r| r.id == "evidence");
            if attach {
                return evidence::update(&mut self.desk, evidence::Action::Attach);
            }
            form.type_in(typed);
            return Next::NONE;
        }
        match self.desk.layers.last_mut() {
            Some(Layer::Palette { query, cursor } | Layer::Find { query, cursor }) => {
                query.apply(typed);
                cursor.at = 0;
            }
            Some(Layer::New) => new::type_in(&mut self.new, typed),
            Some(Layer::Access) => self.access.type_in(typed),
            Some(Layer::Trial) => self.trials.type_in(typed),
            Some(Layer::Flows) => self.segmentation.type_in(typed),
            Some(Layer::Fleet) => self.fleet.type_in(typed),
            Some(Layer::Compare) => self.compare.differences.iter_mut().filter(|list| list.filtering).for_each(|list| list.type_in(typed)),
            Some(Layer::Findings(_)) => self.findings.type_in(&self.desk, typed),
            Some(Layer::AllFindings) => self.all_findings.type_in(typed),
            Some(Layer::Register(_)) => registers::type_in(&mut self.desk, typed),
            _ => {}
        }
        Next::NONE
    }

    /// Folds what is of the platform into a line, or shows it one by one.
    pub(super) fn fold(&mut self) {
        match self.desk.layers.last_mut() {
            Some(Layer::Findings(_)) => self.findings.fold(&self.desk),
            Some(Layer::AllFindings) => self.all_findings.fold(),
            Some(Layer::Access) => self.access.fold(),
            Some(Layer::Trial) => self.trials.fold(),
            Some(Layer::Scope(editor)) => editor.fold(),
            Some(Layer::New) => {
                if let Some(editor) = self.new.as_mut().and_then(|new| new.open_scope_mut()) {
                    editor.fold();
                }
            }
            _ => {}
        }
    }

    /// Begins to type filter words.
    pub(super) fn filter(&mut self) {
        match self.desk.top() {
            Layer::Findings(_) => self.findings.filter(&self.desk),
            Layer::AllFindings => self.all_findings.list.filtering = true,
            Layer::Access => self.access.view.list.filtering = true,
            Layer::Trial => self.trials.view.list.filtering = true,
            Layer::Flows => self.segmentation.flows.list.filtering = true,
            Layer::Fleet => self.fleet.filter(),
            Layer::Compare => self.compare.differences.iter_mut().for_each(|list| list.filtering = true),
            Layer::Register(_) => registers::filter(&mut self.desk),
            Layer::New => new::filter(&mut self.new),
            _ => {}
        }
    }

    pub(super) fn copy(&mut self) -> Next {
        match self.desk.top() {
            Layer::Findings(_) | Layer::Finding { .. } => self.findings.copy(&self.desk),
            Layer::AllFindings => self.all_findings.copy(&mut self.desk),
            Layer::Access | Layer::Holder { .. } => self.access.copy(&self.desk),
            Layer::Trial | Layer::Witness { .. } => self.trials.copy(&self.desk),
            Layer::Flows => self.segmentation.copy(),
            Layer::Fleet => self.fleet.copy(&self.desk),
            Layer::Export => self.export.copy(),
            Layer::Register(_) => keepers::copy(&self.desk),
            Layer::New => Next::from(Effect::CopyRole),
            _ => Next::NONE,
        }
    }
}
