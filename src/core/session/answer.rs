//! What one stands on, and what keys do to it: answer, determine, attach, except, keep, copy, open. Which question or practice is meant
//! follows from the place, so that the same key does the next sensible thing everywhere.

use crate::model::Outcome;
use crate::model::text::clean;
use crate::session::action::{Tab, Target};
use crate::session::effect::Effect;
use crate::session::parts::form::Purpose;
use crate::session::parts::message::Message;
use crate::session::{Layer, Session};

impl Session {
    /// The question to answer: the selected one, or the first open one of the control.
    pub(in crate::session) fn answer(&mut self) -> Vec<Effect> {
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
    pub(in crate::session) fn determine(&mut self) -> Vec<Effect> {
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
    pub(in crate::session) fn practices_here(&self) -> Vec<String> {
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
    pub(in crate::session) fn attach(&mut self) -> Vec<Effect> {
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

    pub(in crate::session) fn exception(&mut self) {
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

    /// The check that one looks at.
    fn check_here(&self) -> Option<String> {
        match self.top() {
            Layer::Findings(check) | Layer::Finding { check, .. } => Some(check.clone()),
            _ => match self.standing_on() {
                Some(Target::Check(id)) => Some(id),
                _ => None,
            },
        }
    }

    /// Opens the form for a review. What passed or failed is judged already: there is nothing to look at.
    pub(in crate::session) fn review(&mut self) {
        let Some(check) = self.check_here() else { return };
        let outcome = self.book.as_ref().and_then(|b| b.outcome(&check)).map(|o| o.outcome);
        let words = match outcome {
            Some(Outcome::Review | Outcome::Blocked) => {
                let form = self.review_form(&check);
                self.open_form(form);
                return;
            }
            Some(Outcome::Fail) => {
                "A failed check needs no review: the determination of its practice decides. d determines, x makes an exception."
            }
            Some(_) => "There is nothing to review: the check decided by itself.",
            None => "The check was not run: no cluster was read.",
        };
        self.messages.push(Message::info(words));
    }

    /// Keeps the marked or selected findings as evidence, with the lines of their objects.
    pub(in crate::session) fn keep(&mut self) -> Vec<Effect> {
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
                for line in crate::session::excerpt(&object, &finding.field, &finding.observed) {
                    text.push_str(&format!("  {}{}\n", if line.marked { "> " } else { "  " }, clean(&line.text)));
                }
            }
        }
        let name = format!("finding-{}-{}.txt", check.replace('/', "-"), &first.id);
        self.keep_findings(clean(&title), practices, name, text)
    }

    pub(in crate::session) fn copy(&mut self) -> Vec<Effect> {
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
    pub(in crate::session) fn open_reference(&mut self) -> Vec<Effect> {
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
}
