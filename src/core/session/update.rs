//! How an action changes a session: the one way in. Most of it only says who does it; the doing is in `navigate` (moving), `edits` and
//! `saving` (writing), `start` (home, new, reading), `arrivals` (what comes back).

use super::action::{Action, Tab, Target};
use super::cursor::{Cursor, Scroll, Step};
use super::edits::complete;
use super::effect::{Effect, Source};
use super::field::{Field, Typed};
use super::form::Purpose;
use super::forms::show_worksheet;
use super::message::{Level, Message};
use super::new::{Flight, Stage};
use super::saving::{After, Draft};
use super::scope::ScopeEditor;
use super::walk::{Pane, item_at};
use super::{ExportFormat, Layer, Session};
use crate::model::text::clean;

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
            self.messages.retain(|m| !matches!(m.level, Level::Info | Level::Ask));
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
                if matches!(self.top(), Layer::Segmentation { .. }) {
                    return self.segment();
                }
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
            Action::Keep => return self.keep(),
            Action::Undo => return self.take_back(),
            Action::CopyCommand => return self.copy(),
            Action::Reference => return self.open_reference(),
            Action::Filter => self.filter(),
            Action::Sort => self.arrange(|view| view.sort = view.sort.next()),
            Action::Group => self.arrange(|view| view.group = view.group.next()),
            Action::Mark => {
                self.arrange(super::FindingsView::mark);
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
            Action::Scope => self.open_scope(),
            Action::Export => self.layers.push(Layer::Export),
            Action::ReadAgain => return self.read_again(),
            Action::AddCluster => return self.add_cluster(),
            Action::Home => return self.leave(After::Home),
            Action::New => return self.start_new(),
            Action::Demo => return vec![Effect::Demo],
            Action::OpenPath | Action::OpenFolder => {
                let form = self.path_form(matches!(action, Action::OpenFolder));
                self.layers.push(Layer::Form(Box::new(form)));
            }
            Action::Retry => return self.try_again(),
            Action::Restore => {
                let dir = self.home.rows.as_ref().and_then(|rows| rows.get(self.home.cursor.at)).filter(|r| r.problem.is_some());
                return dir.map(|row| Effect::Restore(row.dir.clone())).into_iter().collect();
            }
            Action::Quit => return self.leave(After::Quit),
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

    fn enter(&mut self) -> Vec<Effect> {
        match self.layers.last_mut() {
            Some(Layer::Home) => self.enter_home(),
            Some(Layer::New) => self.enter_new(),
            Some(Layer::Walk) => self.enter_walk(),
            Some(Layer::Form(_)) => self.accept_form(),
            Some(Layer::Findings(check)) => {
                let check = check.clone();
                let Some(view) = self.book.as_mut().and_then(|b| b.findings.get_mut(&check)) else { return vec![] };
                if view.filtering {
                    view.filtering = false;
                } else if let Some(id) = view.selected().map(|f| f.id.clone()) {
                    self.layers.push(Layer::Finding { check, id, scroll: Scroll::default() });
                }
                vec![]
            }
            Some(Layer::Summary(cursor)) => match self.guidance.areas.get(cursor.at) {
                Some(area) => self.go_to(&Target::Area(area.number)),
                None => vec![],
            },
            Some(Layer::Find { query, cursor }) => {
                let (query, at) = (query.trimmed().to_owned(), cursor.at);
                self.layers.pop();
                match self.find(&query).into_iter().nth(at) {
                    Some(row) => self.go_to(&row.target),
                    None => vec![],
                }
            }
            Some(Layer::Scope(_)) => self.accept_scope(),
            Some(Layer::Export) => self.export_now(),
            Some(Layer::Reading) => {
                if self.reading.as_ref().is_none_or(|r| r.failed.is_some()) {
                    return self.retry_reading();
                }
                // The walk goes on while the cluster is read.
                self.layers.pop();
                vec![]
            }
            Some(Layer::Segmentation { cursor, open }) => {
                if open.is_none() {
                    let at = cursor.at;
                    self.layers.push(Layer::Segmentation { cursor: Cursor::default(), open: Some(at) });
                }
                vec![]
            }
            Some(Layer::Finding { .. } | Layer::Help(_) | Layer::Palette { .. }) | None => {
                self.close_top();
                vec![]
            }
        }
    }

    fn back(&mut self) -> Vec<Effect> {
        // What was not read yet is read before anything is closed.
        if self.messages.pop().is_some() {
            return vec![];
        }
        match self.layers.last_mut() {
            Some(Layer::New) => return self.back_new(),
            Some(Layer::Reading) => match self.reading.as_mut() {
                Some(reading) if reading.failed.is_none() => {
                    reading.cancelling = true;
                    return vec![Effect::CancelCollect];
                }
                _ => {
                    self.reading = None;
                    self.layers.pop();
                }
            },
            Some(Layer::Walk) => {
                if let Some(walk) = self.book.as_mut().map(|b| &mut b.walk) {
                    walk.pane = Pane::Areas;
                }
            }
            Some(Layer::Findings(check)) => {
                let check = check.clone();
                match self.book.as_mut().and_then(|b| b.findings.get_mut(&check)) {
                    Some(view) if view.filtering || !view.filter.is_empty() || !view.marked.is_empty() => {
                        if view.filtering || view.marked.is_empty() {
                            view.filter.set("");
                        } else {
                            view.marked.clear();
                        }
                        view.filtering = false;
                        view.arrange();
                    }
                    _ => self.close_top(),
                }
            }
            _ => self.close_top(),
        }
        vec![]
    }

    fn next_field(&mut self) -> Vec<Effect> {
        if let Some(form) = self.form_mut() {
            let path = matches!(form.purpose, Purpose::Evidence { .. } | Purpose::Path { .. });
            if path && form.focused().is_some_and(|r| r.id == "file") && !form.text("file").is_empty() {
                return vec![Effect::Complete(form.text("file").to_owned())];
            }
            form.move_focus(false);
        }
        vec![]
    }

    fn focus(&mut self, change: impl FnOnce(&mut super::Form)) {
        if let Some(form) = self.form_mut() {
            change(form);
        }
    }

    /// A choice was made: rows and hints that depend on it follow.
    pub(super) fn form_changed(&mut self) {
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

    fn type_in(&mut self, typed: &Typed) -> Vec<Effect> {
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
            Some(Layer::Findings(_)) => self.arrange(|view| {
                if view.filtering {
                    view.filter.apply(typed);
                }
            }),
            _ => {}
        }
        vec![]
    }

    fn select(&mut self, row: usize) -> Vec<Effect> {
        let guidance = self.guidance;
        let cursor = match self.layers.last_mut() {
            Some(Layer::Home) => &mut self.home.cursor,
            Some(Layer::New) => match self.new.as_mut() {
                Some(new) if new.stage == Stage::Scope => &mut new.scope.cursor,
                Some(new) => &mut new.cursor,
                None => return vec![],
            },
            Some(Layer::Walk) => {
                let Some(book) = self.book.as_mut() else { return vec![] };
                let Some(control) = book.walk.here(guidance) else { return vec![] };
                book.walk.pane = Pane::Work;
                let tab = book.walk.tab;
                book.walk.cursor(&control.id, tab)
            }
            Some(Layer::Findings(check)) => match self.book.as_mut().and_then(|b| b.findings.get_mut(check)) {
                Some(view) => &mut view.cursor,
                None => return vec![],
            },
            Some(
                Layer::Summary(cursor) | Layer::Segmentation { cursor, .. } | Layer::Palette { cursor, .. } | Layer::Find { cursor, .. },
            ) => cursor,
            Some(Layer::Scope(editor)) => &mut editor.cursor,
            Some(Layer::Export) => &mut self.export.cursor,
            _ => return vec![],
        };
        if cursor.at == row && !matches!(self.top(), Layer::Export | Layer::Scope(_) | Layer::Palette { .. }) {
            return self.enter();
        }
        if let Some(cursor) = self.cursor_here() {
            cursor.at = row;
        }
        vec![]
    }

    fn cursor_here(&mut self) -> Option<&mut Cursor> {
        let guidance = self.guidance;
        match self.layers.last_mut()? {
            Layer::Home => Some(&mut self.home.cursor),
            Layer::New => self.new.as_mut().map(|n| if n.stage == Stage::Scope { &mut n.scope.cursor } else { &mut n.cursor }),
            Layer::Walk => {
                let book = self.book.as_mut()?;
                let control = book.walk.here(guidance)?;
                let tab = book.walk.tab;
                Some(book.walk.cursor(&control.id, tab))
            }
            Layer::Findings(check) => self.book.as_mut()?.findings.get_mut(check).map(|v| &mut v.cursor),
            Layer::Summary(cursor) | Layer::Segmentation { cursor, .. } | Layer::Palette { cursor, .. } | Layer::Find { cursor, .. } => {
                Some(cursor)
            }
            Layer::Scope(editor) => Some(&mut editor.cursor),
            Layer::Export => Some(&mut self.export.cursor),
            _ => None,
        }
    }

    fn next_cluster(&mut self) {
        let Some(book) = self.book.as_mut() else { return };
        match book.clusters.len() {
            0 | 1 => self.messages.push(Message::info("There is no other cluster in this assessment; + reads one.")),
            n => {
                book.cluster = (book.cluster + 1) % n;
                let key = book.clusters[book.cluster].key.clone();
                self.messages.push(Message::info(format!("Outcomes are those of {key}; proposals are over all clusters.")));
            }
        }
        self.reload_findings();
    }

    /// The question to answer: the selected one, or the first open one of the control.
    pub(super) fn answer(&mut self) -> Vec<Effect> {
        let (guidance, here) = (self.guidance, self.standing_on());
        let Some(book) = self.book.as_mut() else { return vec![] };
        let Some(control) = book.walk.here(guidance) else { return vec![] };
        let id = match here {
            Some(Target::Question(id)) => Some(id),
            _ => {
                let open = control.questions.iter().find(|q| book.open.iter().any(|o| o.target == Target::Question(q.id.clone())));
                open.or_else(|| control.questions.first()).map(|q| q.id.clone())
            }
        };
        let Some(question) = id.and_then(|id| guidance.question(&id)) else {
            self.messages.push(Message::info(format!("{} has no questions.", control.id)));
            return vec![];
        };
        book.walk.go_to(&Target::Question(question.id.clone()), guidance, &[]);
        if let Some(form) = self.answer_form(question) {
            self.open_form(form);
        }
        vec![]
    }

    /// The practice to determine: the selected one, or the first that is not determined.
    pub(super) fn determine(&mut self) -> Vec<Effect> {
        let (guidance, here) = (self.guidance, self.standing_on());
        let Some(book) = self.book.as_mut() else { return vec![] };
        let Some(control) = book.walk.here(guidance) else { return vec![] };
        let practice = match here {
            Some(Target::Practice(id)) => Some(id),
            _ => {
                let open = control.practices.iter().find(|p| book.workbook.determination(&p.id).is_none_or(|d| d.to_confirm));
                open.or_else(|| control.practices.first()).map(|p| p.id.clone())
            }
        };
        let Some(practice) = practice else { return vec![] };
        book.walk.go_to(&Target::Practice(practice.clone()), guidance, &[]);
        if let Some(form) = self.determination_form(&practice) {
            self.open_form(form);
        }
        vec![]
    }

    /// Practices that evidence or a note at this place would speak to.
    fn practices_here(&self) -> Vec<String> {
        if let Some(Layer::Form(form)) = self.layers.last() {
            match &form.purpose {
                Purpose::Answer { question } => return self.guidance.question(question).map(|q| q.practices.clone()).unwrap_or_default(),
                Purpose::Determine { practice } => return vec![practice.clone()],
                _ => {}
            }
        }
        if let Some((check, _)) = self.finding() {
            return crate::checks::by_id(check).map(|c| c.practices.iter().map(|p| (*p).to_owned()).collect()).unwrap_or_default();
        }
        match self.standing_on() {
            Some(Target::Question(id)) => self.guidance.question(&id).map(|q| q.practices.clone()).unwrap_or_default(),
            Some(Target::Practice(id)) => vec![id],
            Some(Target::Check(id)) => {
                crate::checks::by_id(&id).map(|c| c.practices.iter().map(|p| (*p).to_owned()).collect()).unwrap_or_default()
            }
            _ => {
                let control = self.book.as_ref().and_then(|b| b.walk.here(self.guidance));
                control.map(|c| c.practices.iter().map(|p| p.id.clone()).collect()).unwrap_or_default()
            }
        }
    }

    /// Attaches evidence to the place where one stands. On a question that was answered and lacks evidence, the answer's form opens below,
    /// so that the reference gets into the answer.
    pub(super) fn attach(&mut self) -> Vec<Effect> {
        if let (Layer::Walk, Some(Target::Question(id))) = (self.top(), self.standing_on())
            && self.book.as_ref().is_some_and(|b| b.workbook.answer(&id, "").is_some())
            && let Some(mut form) = self.guidance.question(&id).and_then(|q| self.answer_form(q))
        {
            form.focus = form.rows.iter().position(|r| r.id == "evidence").unwrap_or(0);
            self.open_form(form);
        }
        let practices = self.practices_here();
        let form = self.evidence_form(practices);
        self.open_form(form);
        vec![]
    }

    fn exception(&mut self) {
        let what: Vec<String> = match self.top() {
            Layer::Findings(check) => {
                let view = self.book.as_ref().and_then(|b| b.findings.get(check));
                view.map(|v| v.acted_on().iter().map(|f| f.id.clone()).collect()).unwrap_or_default()
            }
            Layer::Finding { id, .. } => vec![id.clone()],
            _ => match self.standing_on() {
                Some(Target::Check(id)) => vec![id],
                _ => vec![],
            },
        };
        if what.is_empty() {
            self.messages.push(Message::info("An exception is made for a check or for findings: go to one of them first (tab 2)."));
            return;
        }
        let form = self.exception_form(what);
        self.open_form(form);
    }

    /// Keeps the marked or selected findings as evidence, with the lines of their objects.
    fn keep(&mut self) -> Vec<Effect> {
        let practices = self.practices_here();
        let Some(book) = self.book.as_ref() else { return vec![] };
        let (check, findings) = match self.top() {
            Layer::Findings(check) => (check.clone(), book.findings.get(check).map(|v| v.acted_on()).unwrap_or_default()),
            Layer::Finding { check, .. } => (check.clone(), self.finding().map(|(_, f)| f).into_iter().collect()),
            _ => return vec![],
        };
        let Some(first) = findings.first() else { return vec![] };
        let cluster = book.shown().map(|c| c.key.clone()).unwrap_or_default();
        let title = match findings.len() {
            1 => format!("{check} on {} ({cluster})", first.object),
            n => format!("{check}: {n} findings ({cluster})"),
        };
        let inventory = book.shown().and_then(|c| c.inventory.as_ref());
        let read = self.read_at().map(|at| at.to_string()).unwrap_or_default();
        let mut text = format!("{check}\ncluster {cluster}, read {read}\n");
        for finding in &findings {
            let rule = finding.rule.as_deref().unwrap_or("-");
            text.push_str(&format!("\n{}  {}  {}  {rule}\n", finding.id, finding.severity.id(), finding.object));
            text.push_str(&format!("{}\n{}: {}\n", finding.message, finding.field, finding.observed));
            if let Some(object) = inventory.and_then(|i| i.object_json(&finding.object)) {
                for line in super::excerpt(&object, &finding.field, &finding.observed) {
                    text.push_str(&format!("  {}{}\n", if line.marked { "> " } else { "  " }, clean(&line.text)));
                }
            }
        }
        let name = format!("finding-{}-{}.txt", check.replace('/', "-"), &first.id);
        self.keep_findings(clean(&title), practices, name, text)
    }

    fn copy(&mut self) -> Vec<Effect> {
        match self.top() {
            Layer::Findings(_) | Layer::Finding { .. } => match self.finding() {
                Some((_, finding)) => vec![Effect::Copy(self.kubectl_here(&finding.object))],
                None => vec![],
            },
            Layer::Export => self.export.done.iter().map(|(_, sha, ..)| Effect::Copy(sha.clone())).collect(),
            Layer::New => vec![Effect::CopyRole],
            _ => vec![],
        }
    }

    /// Opens what is referred to here: the report, the file of a piece of evidence, the first reference of the control.
    pub(super) fn open_reference(&mut self) -> Vec<Effect> {
        if let Layer::Export = self.top() {
            return self.export.done.iter().map(|(path, ..)| Effect::Open(path.display().to_string())).collect();
        }
        let Some(book) = self.book.as_ref() else { return vec![] };
        let Some(control) = book.walk.here(self.guidance) else { return vec![] };
        if book.walk.tab == Tab::Evidence && matches!(self.top(), Layer::Walk) {
            let piece = book.evidence_of(control).get(book.walk.row(control)).copied();
            return match piece.and_then(|e| crate::workbook::folder::evidence(&e.sha256, &e.file)) {
                Some(file) => vec![Effect::Open(book.dir.join(file).display().to_string())],
                None => {
                    self.messages.push(Message::info("This piece has no file."));
                    vec![]
                }
            };
        }
        match control.links.first() {
            Some(link) => vec![Effect::Open(link.url.clone())],
            None => {
                self.messages.push(Message::info("There is no reference for this control."));
                vec![]
            }
        }
    }

    fn filter(&mut self) {
        match self.layers.last_mut() {
            Some(Layer::Findings(_)) => self.arrange(|view| view.filtering = true),
            Some(Layer::New) => {
                if let Some(new) = self.new.as_mut().filter(|n| n.stage == Stage::Cluster) {
                    new.filtering = true;
                }
            }
            _ if self.book.is_some() => self.layers.push(Layer::Find { query: Field::default(), cursor: Cursor::default() }),
            _ => {}
        }
    }

    fn arrange(&mut self, change: impl FnOnce(&mut super::FindingsView)) {
        if let Some(Layer::Findings(check)) = self.layers.last()
            && let Some(view) = self.book.as_mut().and_then(|b| b.findings.get_mut(check))
        {
            change(view);
            view.arrange();
        }
    }

    fn scope(&mut self, change: impl FnOnce(&mut ScopeEditor)) {
        if let Some(editor) = self.scope_editor() {
            change(editor);
        }
    }

    fn open_segmentation(&mut self) -> Vec<Effect> {
        self.layers.push(Layer::Segmentation { cursor: Cursor::default(), open: None });
        self.segment()
    }

    /// Asks for the picture of the shown cluster, where it is not there yet.
    pub(super) fn segment(&self) -> Vec<Effect> {
        let Some(book) = self.book.as_ref() else { return vec![] };
        let Some(cluster) = book.shown().filter(|c| c.segmentation.is_none()) else { return vec![] };
        let scope = book.workbook.scope.clone();
        let effect = |inventory: &std::sync::Arc<crate::kinds::Inventory>| Effect::Segment {
            cluster: cluster.key.clone(),
            inventory: inventory.clone(),
            scope,
        };
        cluster.inventory.as_ref().map(effect).into_iter().collect()
    }

    fn open_scope(&mut self) {
        if let Some(book) = self.book.as_ref() {
            let inventories = book.clusters.iter().filter_map(|c| c.inventory.as_deref());
            let editor = ScopeEditor::over(&book.workbook.scope, inventories);
            self.layers.push(Layer::Scope(Box::new(editor)));
        }
    }

    fn accept_scope(&mut self) -> Vec<Effect> {
        let (Some(Layer::Scope(editor)), Some(book)) = (self.layers.last_mut(), self.book.as_ref()) else { return vec![] };
        editor.error = None;
        if editor.scope == book.workbook.scope {
            self.layers.pop();
            return vec![];
        }
        let mut workbook = book.workbook.clone();
        workbook.scope = editor.scope.clone();
        let count = |scope: &crate::model::Scope| format!("{} rules, default {}", scope.namespace.len(), scope.default.label());
        let (before, after) = (count(&book.workbook.scope), count(&workbook.scope));
        let draft = Draft { workbook, what: "scope".to_owned(), before, after };
        self.save(draft, After::CloseForm("The scope is saved; the checks judge again.".to_owned()), true)
    }

    fn export_now(&mut self) -> Vec<Effect> {
        let Some(book) = self.book.as_ref().filter(|_| self.export.running.is_none()) else { return vec![] };
        let Some(format) = ExportFormat::ALL.get(self.export.cursor.at).copied() else { return vec![] };
        let day = self.today();
        let name: String =
            book.workbook.engagement.entity.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        let suffix = match format {
            ExportFormat::Bag => "",
            ExportFormat::BagZip => ".zip",
            ExportFormat::Html => ".html",
            ExportFormat::Csv => ".csv",
            ExportFormat::Json => ".json",
        };
        let target = std::path::PathBuf::from(format!("{}-{day}{suffix}", name.trim_matches('-')));
        self.export.running = Some((0, 0, String::new()));
        (self.export.done, self.export.failed) = (None, None);
        vec![Effect::Export { format, target, dir: book.dir.clone() }]
    }

    fn retry_reading(&mut self) -> Vec<Effect> {
        let Some(reading) = self.reading.take() else {
            self.close_top();
            return vec![];
        };
        self.read(reading.key, reading.source)
    }

    /// Leaves the assessment or the program. What would be lost is told once; where one stopped is kept.
    fn leave(&mut self, after: After) -> Vec<Effect> {
        let typed = self.layers.iter().filter(|l| matches!(l, Layer::Form(f) if f.touched)).count() + self.drafts.len();
        let reading = self.reading.as_ref().is_some_and(|r| r.failed.is_none());
        if (typed > 0 || reading || self.unsaved.is_some()) && !self.leave_asked {
            self.leave_asked = true;
            let what = match (typed, reading) {
                _ if self.unsaved.is_some() => "An edit could not be saved, and would be lost".to_owned(),
                (0, _) => "A cluster is still being read; what was read of it would be lost".to_owned(),
                (1, _) => "A form that you typed in is not saved".to_owned(),
                (n, _) => format!("{n} forms that you typed in are not saved"),
            };
            self.messages.push(Message::ask(what, "The same key again leaves; any other key stays."));
            return vec![];
        }
        let guidance = self.guidance;
        let place = self.book.as_ref().filter(|b| b.held_by.is_none()).map(|b| (b.walk.place(guidance), &b.workbook));
        match place {
            Some((place, workbook)) if place != workbook.place => {
                let words = format!("{} {}", place.control, place.tab);
                let draft = Draft { workbook: workbook.clone(), what: "place".to_owned(), before: String::new(), after: words };
                self.save(draft, after, false)
            }
            _ if matches!(after, After::Home) => self.go_home(),
            _ => vec![Effect::Quit],
        }
    }

    /// Lets go of the assessment, and lists all of them.
    pub(super) fn go_home(&mut self) -> Vec<Effect> {
        let reading = self.reading.take();
        self.book = None;
        self.drafts.clear();
        self.layers = vec![Layer::Home];
        let mut effects = vec![];
        if reading.is_some_and(|r| r.failed.is_none()) {
            effects.push(Effect::CancelCollect);
        }
        effects.extend([Effect::CloseWorkbook, Effect::ListHome]);
        effects
    }

    /// The id of what is selected in a tab.
    #[must_use]
    pub fn selected_item(&self) -> Option<String> {
        let walk = &self.book.as_ref()?.walk;
        let control = walk.here(self.guidance)?;
        item_at(control, walk.tab, walk.row(control)).map(str::to_owned)
    }

    /// What stands in the way of the practices of the control one stands on: the rows below them.
    #[must_use]
    pub fn blockers_here(&self) -> Vec<(Target, String)> {
        self.book.as_ref().map(|b| super::navigate::result_blockers(b, self.guidance)).unwrap_or_default()
    }

    /// Whether a source is one of the API of a cluster.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.book.as_ref().and_then(|b| b.shown()).is_some_and(|c| matches!(self.sources.get(&c.key), Some(Source::Context { .. })))
    }
}
