//! Moving: in lists and texts, between tabs, into things and out of them again, and ⇥ to the next thing that needs a person.

use crate::guidance::Guidance;
use crate::session::action::{Tab, Target};
use crate::session::book::assessment::Book;
use crate::session::book::open::OpenItem;
use crate::session::book::standing::{Pane, checks_of, item_at};
use crate::session::effect::Effect;
use crate::session::parts::cursor::{Scroll, Step};
use crate::session::parts::form::Input;
use crate::session::parts::message::Message;
use crate::session::{ExportFormat, Layer, Session};

/// The open thing after (or before) the place where one stands, round at the end.
pub(in crate::session) fn next_open(session: &Session, back: bool) -> Option<&OpenItem> {
    let book = session.book.as_ref()?;
    let open = &book.open;
    if open.is_empty() {
        return None;
    }
    let here = session.standing_on();
    let length = open.len();
    if let Some(at) = open.iter().position(|item| Some(&item.target) == here.as_ref()) {
        return open.get((at + if back { length - 1 } else { 1 }) % length);
    }
    let rank = |id: &str| session.guidance.controls().position(|c| c.id == id).unwrap_or(0);
    let walk = &book.walk;
    let control = walk.here(session.guidance).or_else(|| walk.area_here(session.guidance).and_then(|a| a.controls.first()));
    let at = control.map_or(0, |c| rank(&c.id));
    if back {
        open.iter().rev().find(|item| rank(&item.control) < at).or_else(|| open.last())
    } else {
        open.iter().find(|item| rank(&item.control) >= at).or_else(|| open.first())
    }
}

impl Session {
    /// ⇥: goes to the next thing that needs a person.
    pub(in crate::session) fn go_next(&mut self, back: bool) -> Vec<Effect> {
        match next_open(self, back).map(|item| item.target.clone()) {
            Some(target) => {
                self.show_cluster_of(&target);
                self.go_to(&target)
            }
            None => {
                let what = "Every practice is determined, and no question is open. s shows the summary, w writes the bundle.";
                self.messages.push(Message::info(what));
                vec![]
            }
        }
    }

    /// Shows a cluster on which a check is to be reviewed, where it is not on the one that is shown.
    fn show_cluster_of(&mut self, target: &Target) {
        let (Target::Check(id), Some(book)) = (target, self.book.as_mut()) else { return };
        let open: Vec<&str> = book.workbook.not_reviewed(id).map(|o| o.cluster.as_str()).collect();
        let shown = book.clusters.get(book.cluster).is_some_and(|c| open.contains(&c.key.as_str()));
        let Some(at) = book.clusters.iter().position(|c| open.contains(&c.key.as_str())).filter(|_| !shown) else { return };
        book.cluster = at;
        let words = format!("Outcomes are those of {} now.", book.clusters[at].key);
        self.messages.push(Message::info(words));
        self.reload_findings();
    }

    /// Goes to something in the walk; whatever lies over the walk is closed.
    pub(in crate::session) fn go_to(&mut self, target: &Target) -> Vec<Effect> {
        let guidance = self.guidance;
        let Some(book) = self.book.as_mut() else { return vec![] };
        let owned: Vec<String> =
            book.walk.here(guidance).map(|c| book.evidence_of(c).iter().map(|e| e.reference.clone()).collect()).unwrap_or_default();
        let mut references: Vec<&str> = owned.iter().map(String::as_str).collect();
        if let Target::Evidence(reference) = target
            && !references.contains(&reference.as_str())
        {
            let practice = book.workbook.evidence.iter().find(|e| e.reference == *reference).and_then(|e| e.practices.first()).cloned();
            if let Some(practice) = practice {
                book.walk.go_to(&Target::Practice(practice), guidance, &[]);
            }
            references.clear();
        }
        book.walk.go_to(target, guidance, &references);
        // Forms that were open over the walk are kept as drafts.
        while self.layers.len() > 1 && !matches!(self.top(), Layer::Walk) {
            self.close_top();
        }
        vec![]
    }

    /// Closes the top layer; a form with something typed in it is kept as a draft.
    pub(in crate::session) fn close_top(&mut self) {
        if self.layers.len() < 2 {
            return;
        }
        if let Some(Layer::Form(form)) = self.layers.pop()
            && form.touched
            && !matches!(form.purpose, crate::session::Purpose::Path(_) | crate::session::Purpose::Rule)
        {
            self.attaching = None;
            self.drafts.retain(|d| d.purpose != form.purpose);
            self.drafts.push(*form);
            self.messages
                .push(Message::info("Not saved. What you typed is kept until you leave, and stands there when you open it again."));
        }
    }

    /// Up, down and pages, in whatever has the focus.
    pub(in crate::session) fn step(&mut self, step: Step) {
        let guidance = self.guidance;
        let found = match self.layers.last() {
            Some(Layer::Find { query, .. }) => self.find(query.trimmed()).len(),
            _ => 0,
        };
        let back = matches!(step, Step::Up | Step::PageUp | Step::Top);
        match self.layers.last_mut() {
            Some(Layer::Home) => {
                let length = self.home.rows.as_ref().map_or(0, Vec::len) + crate::session::new::steps::BEGINNINGS.len();
                self.home.cursor.step(step, length);
            }
            Some(Layer::New) => self.step_new(step),
            Some(Layer::Walk) => {
                if let Some(book) = self.book.as_mut() {
                    step_walk(book, step, guidance);
                }
            }
            Some(Layer::Findings(check)) => {
                if let Some(view) = self.book.as_mut().and_then(|b| b.findings.get_mut(check)) {
                    let length = view.rows().len();
                    view.cursor.step(step, length);
                }
            }
            Some(Layer::Access) => {
                if let Some(view) = self.book.as_mut().map(|b| &mut b.access) {
                    let length = view.rows().len();
                    view.cursor.step(step, length);
                }
            }
            Some(Layer::Probes) => {
                if let Some(probing) = self.probing.as_mut() {
                    probing.cursor.step(step, probing.lines.len());
                }
            }
            Some(Layer::Finding { scroll, .. } | Layer::Holder { scroll, .. } | Layer::Help(scroll)) => scroll.step(step),
            Some(Layer::Form(form)) => {
                let many_lines =
                    matches!(form.focused().map(|r| &r.input), Some(Input::Text(field)) if field.lines && field.text.contains('\n'));
                match step {
                    Step::Up | Step::Down if !many_lines => form.move_focus(back),
                    Step::Up | Step::Down => move_line(form, back),
                    _ => form.move_focus(back),
                }
            }
            Some(Layer::Summary(cursor)) => cursor.step(step, guidance.areas.len()),
            Some(Layer::Segmentation { cursor, .. }) => cursor.step_shown(step),
            Some(Layer::Scope(editor)) => {
                let length = editor.namespaces.len();
                editor.cursor.step(step, length);
            }
            Some(Layer::Export) => self.export.cursor.step(step, ExportFormat::ALL.len()),
            Some(Layer::Find { cursor, .. }) => cursor.step(step, found),
            Some(Layer::Palette { cursor, .. }) => cursor.step_shown(step),
            Some(Layer::Reading) | None => {}
        }
    }

    /// Left and right.
    pub(in crate::session) fn sideways(&mut self, back: bool) {
        match self.layers.last_mut() {
            Some(Layer::Walk) => {
                let Some(walk) = self.book.as_mut().map(|b| &mut b.walk) else { return };
                let at = Tab::ALL.iter().position(|t| *t == walk.tab).unwrap_or(0);
                match (walk.pane, back) {
                    (Pane::Areas, true) => {}
                    (Pane::Areas, false) => {
                        walk.control = walk.control.or(Some(0));
                        walk.pane = Pane::Work;
                    }
                    (Pane::Work, true) if at == 0 => walk.pane = Pane::Areas,
                    (Pane::Work, true) => walk.tab = Tab::ALL[at - 1],
                    (Pane::Work, false) => walk.tab = Tab::ALL[(at + 1).min(Tab::ALL.len() - 1)],
                }
            }
            Some(Layer::Finding { .. }) => self.beside_finding(back),
            Some(Layer::Holder { .. }) => self.beside_holder(back),
            _ => {
                if let Some(form) = self.form_mut() {
                    if form.is_typing() {
                        form.type_in(if back { &crate::session::Typed::Left } else { &crate::session::Typed::Right });
                    } else {
                        form.choose_beside(back);
                        self.form_changed();
                    }
                }
            }
        }
    }

    /// The finding before or after the one that is looked at, in the list's order.
    fn beside_finding(&mut self, back: bool) {
        let Some(Layer::Finding { check, id, scroll }) = self.layers.last_mut() else { return };
        let Some(view) = self.book.as_mut().and_then(|b| b.findings.get_mut(check)) else { return };
        let length = view.rows().len();
        let before = view.cursor.clone();
        // Headings of groups are passed over.
        for _ in 0..2 {
            view.cursor.step(if back { Step::Up } else { Step::Down }, length);
            if matches!(view.rows().get(view.cursor.at), Some(crate::session::FindingRow::Finding(_))) {
                break;
            }
        }
        match view.selected().map(|f| f.id.clone()) {
            Some(next) => (*id, *scroll) = (next, Scroll::default()),
            None => view.cursor = before,
        }
    }

    /// Enter in the walk: into what one stands on.
    pub(in crate::session) fn enter_walk(&mut self) -> Vec<Effect> {
        let guidance = self.guidance;
        let Some(book) = self.book.as_mut() else { return vec![] };
        let walk = &mut book.walk;
        if walk.pane == Pane::Areas {
            walk.control = walk.control.or(Some(0));
            walk.pane = Pane::Work;
            return vec![];
        }
        let Some(control) = walk.here(guidance) else {
            walk.control = Some(0);
            return vec![];
        };
        let row = walk.row(control);
        match walk.tab {
            Tab::Guidance => {
                walk.tab = Tab::Checks;
                vec![]
            }
            Tab::Checks => {
                if let Some(check) = item_at(control, Tab::Checks, row) {
                    self.open_check(check.to_owned());
                }
                vec![]
            }
            Tab::Questions => self.answer(),
            Tab::Evidence => {
                if book.evidence_of(control).is_empty() {
                    self.attach()
                } else {
                    self.open_reference()
                }
            }
            Tab::Result => match result_blockers(book, guidance).into_iter().nth(row.wrapping_sub(control.practices.len())) {
                Some((target, _)) if row >= control.practices.len() => {
                    let check = if let Target::Check(id) = &target { Some(id.clone()) } else { None };
                    let effects = self.go_to(&target);
                    if let Some(check) = check {
                        self.open_check(check);
                    }
                    effects
                }
                _ => self.determine(),
            },
        }
    }

    /// Opens the findings of a check.
    pub(in crate::session) fn open_check(&mut self, check: String) {
        let Some(book) = self.book.as_mut() else { return };
        let Some(outcomes) = book.shown().map(|c| c.outcomes.clone()) else {
            let now = "Press + in the list of areas to read one; or answer the questions alone.";
            self.messages.push(Message::warning("No cluster was read, so there are no findings", now));
            return;
        };
        book.findings.entry(check.clone()).or_default().load(&outcomes, &check);
        self.layers.push(Layer::Findings(check));
    }
}

/// What stands in the way of the practices of the control one stands on, each told once.
#[must_use]
pub(in crate::session) fn result_blockers(book: &Book, guidance: &Guidance) -> Vec<(Target, String)> {
    let mut all: Vec<(Target, String)> = vec![];
    for practice in book.walk.here(guidance).iter().flat_map(|c| &c.practices) {
        for blocker in book.blockers(&practice.id, guidance) {
            if !all.contains(&blocker) {
                all.push(blocker);
            }
        }
    }
    all
}

fn step_walk(book: &mut Book, step: Step, guidance: &Guidance) {
    if book.walk.pane == Pane::Areas {
        book.walk.step_nav(step, guidance);
        return;
    }
    let Some(control) = book.walk.here(guidance) else { return };
    let (id, tab) = (control.id.clone(), book.walk.tab);
    let length = match tab {
        Tab::Guidance => {
            book.walk.scroll(&id).step(step);
            return;
        }
        Tab::Checks => checks_of(control).len(),
        Tab::Questions => control.questions.len(),
        Tab::Evidence => book.evidence_of(control).len(),
        Tab::Result => control.practices.len() + result_blockers(book, guidance).len(),
    };
    book.walk.cursor(&id, tab).step(step, length);
}

/// Moves the cursor a line up or down in a text of several lines; beyond the first and last it leaves the row.
fn move_line(form: &mut crate::session::Form, back: bool) {
    let at = form.focus;
    let Some(Input::Text(field)) = form.rows.get_mut(at).map(|r| &mut r.input) else { return };
    let lines: Vec<&str> = field.text.split('\n').collect();
    let (mut line, mut column, mut left) = (0, 0, field.cursor);
    for (n, text) in lines.iter().enumerate() {
        let length = text.chars().count();
        (line, column) = (n, left);
        if left <= length {
            break;
        }
        left -= length + 1;
    }
    let target = if back { line.checked_sub(1) } else { Some(line + 1).filter(|n| *n < lines.len()) };
    match target {
        None => form.move_focus(back),
        Some(to) => {
            let start: usize = lines[..to].iter().map(|l| l.chars().count() + 1).sum();
            field.cursor = start + column.min(lines[to].chars().count());
        }
    }
}
