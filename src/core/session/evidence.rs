//! What a form becomes when it is accepted: an answer, a determination, evidence, an exception, a note. What is not acceptable is told beside
//! its row, and stays as it was typed.

use crate::guidance::Question;
use crate::model::{Determined, Interval, Method};
use crate::session::action::Attached;
use crate::session::book::saving::{After, Attaching, Draft};
use crate::session::effect::Effect;
use crate::session::parts::field::Field;
use crate::session::parts::form::{Form, Input, PathOf, Purpose};
use crate::session::parts::message::Message;
use crate::session::{Layer, Session};
use crate::workbook::accept::{accept, read_answer, read_day};
use crate::workbook::{
    Answer, AnswerValue, CompensatingControl, Day, Determination, DeterminationDraft, Evidence, EvidenceKind, Exception, Moment, Workbook,
};
use jiff::civil::Date;
use std::path::PathBuf;

/// A fault: the row, and what is wrong with it.
type Fault = (&'static str, String);

impl Session {
    /// Accepts the form on top, as far as it is acceptable.
    pub(in crate::session) fn accept_form(&mut self) -> Vec<Effect> {
        let Some(Layer::Form(form)) = self.layers.last_mut() else { return vec![] };
        if form.saving {
            return vec![];
        }
        form.clear_faults();
        let form = form.clone();
        let result = match &form.purpose {
            Purpose::Answer { question } => self.accept_answer(&form, question),
            Purpose::Determine { practice } => self.accept_determination(&form, practice),
            Purpose::Evidence { .. } => return self.accept_evidence(&form),
            Purpose::Exception { what } => self.accept_exception(&form, what),
            Purpose::Note { .. } => self.accept_note(&form),
            Purpose::Review { check } => self.accept_review(&form, check),
            Purpose::Path(of) => return self.accept_path(&form, *of),
            Purpose::Rule => return self.accept_rule(&form),
            Purpose::Engagement => return vec![],
        };
        match result {
            Ok((draft, words)) => self.save(draft, After::CloseForm(words), true),
            Err((row, why)) => self.fault(row, why),
        }
    }

    pub(in crate::session) fn fault(&mut self, row: &str, why: impl Into<String>) -> Vec<Effect> {
        if let Some(form) = self.form_mut() {
            form.fault(row, why);
        }
        vec![]
    }

    fn accept_answer(&self, form: &Form, id: &str) -> Result<(Draft, String), Fault> {
        let gone = || ("value", "there is no such question in the guidance".to_owned());
        let question = self.guidance.question(id).ok_or_else(gone)?;
        let book = self.book.as_ref().ok_or_else(gone)?;
        let today = self.today();
        let typed = form.chosen("value").unwrap_or_else(|| form.text("value"));
        let value = read_answer(question, typed, today).map_err(|e| ("value", e.to_string()))?;
        let on = match form.text("on") {
            "" => None,
            text => Some(past_day(text, today).map_err(|why| ("on", why))?),
        };
        let evidence = references(form.text("evidence"), &book.workbook).map_err(|why| ("evidence", why))?;
        let before = book.workbook.answer(id, "").map(|a| a.value.to_string()).unwrap_or_default();
        let answer = Answer {
            question: id.to_owned(),
            digest: question.digest(),
            value: value.clone(),
            by: self.user.clone(),
            at: Moment(self.now),
            interviewed: form.text("interviewed").to_owned(),
            role: form.text("role").to_owned(),
            on: on.map(Day),
            note: form.text("note").to_owned(),
            evidence,
            cluster: String::new(),
        };
        let mut workbook = book.workbook.clone();
        workbook.answers.retain(|a| a.question != id || !a.cluster.is_empty());
        workbook.answers.push(answer);
        feed(question, &value, &mut workbook);
        let words = format!("{id}: “{value}” is saved.");
        Ok((Draft { workbook, what: format!("answer {id}"), before, after: value.to_string() }, words))
    }

    fn accept_determination(&self, form: &Form, practice: &str) -> Result<(Draft, String), Fault> {
        let book = self.book.as_ref().ok_or_else(|| ("finding", "no assessment is open".to_owned()))?;
        let proposed = book.proposals.get(practice).and_then(|p| p.proposal);
        let part = |id: &str| form.text(id).to_owned();
        let draft = DeterminationDraft {
            finding: Determined::ALL.into_iter().find(|f| Some(f.id()) == form.chosen("finding")),
            method: Method::ALL.into_iter().find(|m| Some(m.label()) == form.chosen("method")).unwrap_or_default(),
            rationale: part("rationale"),
            compensating: CompensatingControl {
                constraint: part("constraint"),
                objective: part("objective"),
                risk: part("risk"),
                control: part("control"),
                validation: part("validation"),
                maintenance: part("maintenance"),
            },
        };
        let finding = accept(&draft, proposed).map_err(|why| {
            let missing = crate::session::determine::WORKSHEET.iter().find(|(id, ..)| form.row(id).is_some() && form.text(id).is_empty());
            let row = match (draft.finding, missing) {
                (None, _) => "finding",
                (_, Some((id, ..))) if why.0.contains("compensating") => id,
                _ => "rationale",
            };
            (row, why.to_string())
        })?;
        let compensating = (draft.method == Method::CompensatingControl).then_some(draft.compensating);
        let before = book.workbook.determination(practice).map(|d| d.finding.label().to_owned()).unwrap_or_default();
        let mut workbook = book.workbook.clone();
        workbook.determinations.retain(|d| d.practice != practice);
        workbook.determinations.push(Determination {
            practice: practice.to_owned(),
            finding,
            method: draft.method,
            rationale: draft.rationale,
            by: self.user.clone(),
            at: Moment(self.now),
            proposed,
            to_confirm: false,
            compensating,
        });
        let words = format!("{practice} is determined: {}.", finding.label());
        Ok((Draft { workbook, what: format!("determine {practice}"), before, after: finding.label().to_owned() }, words))
    }

    fn accept_exception(&self, form: &Form, what: &[String]) -> Result<(Draft, String), Fault> {
        let book = self.book.as_ref().ok_or_else(|| ("reason", "no assessment is open".to_owned()))?;
        if form.text("reason").is_empty() {
            return Err(("reason", "an exception needs its reason".to_owned()));
        }
        if form.text("owner").is_empty() {
            return Err(("owner", "an exception needs somebody who answers for it".to_owned()));
        }
        let until = match form.text("until") {
            "" => None,
            text => Some(coming_day(text, self.today()).map_err(|why| ("until", why))?),
        };
        let mut workbook = book.workbook.clone();
        workbook.exceptions.retain(|e| !what.contains(&e.what));
        workbook.exceptions.extend(what.iter().map(|id| Exception {
            what: id.clone(),
            reason: form.text("reason").to_owned(),
            owner: form.text("owner").to_owned(),
            until: until.map(Day),
        }));
        let words = match what.len() {
            1 => "The exception is saved. The outcome stays as it is; your determination decides.".to_owned(),
            n => format!("{n} exceptions are saved. The outcome stays as it is; your determination decides."),
        };
        let name = if what.len() == 1 { what.join("") } else { format!("{} findings", what.len()) };
        Ok((Draft { workbook, what: format!("exception {name}"), before: String::new(), after: form.text("reason").to_owned() }, words))
    }

    fn accept_note(&self, form: &Form) -> Result<(Draft, String), Fault> {
        let text = form.text("text");
        if text.is_empty() {
            return Err(("text", "nothing is written yet".to_owned()));
        }
        let practices = self.practices(form.text("practices")).map_err(|why| ("practices", why))?;
        let (draft, reference) = self.with_evidence(EvidenceKind::Observation, text.to_owned(), None, None, practices, "note");
        Ok((draft, format!("The note is kept as {reference}.")))
    }

    /// A workbook with one more piece of evidence, and its reference.
    fn with_evidence(
        &self,
        kind: EvidenceKind,
        title: String,
        file: Option<&Attached>,
        effective: Option<Date>,
        practices: Vec<String>,
        what: &str,
    ) -> (Draft, String) {
        let mut workbook = self.book.as_ref().map_or_else(|| Workbook::new(Default::default()), |b| b.workbook.clone());
        let reference = workbook.next_reference();
        workbook.evidence.push(Evidence {
            reference: reference.clone(),
            kind,
            title: title.clone(),
            file: file.map(|f| f.name.clone()).unwrap_or_default(),
            sha256: file.map(|f| f.sha256.clone()).unwrap_or_default(),
            size: file.map_or(0, |f| f.size),
            effective: effective.map(Day),
            obtained: Moment(self.now),
            by: self.user.clone(),
            practices,
        });
        (Draft { workbook, what: format!("{what} {reference}"), before: String::new(), after: title }, reference)
    }

    fn accept_evidence(&mut self, form: &Form) -> Vec<Effect> {
        // Looked at before the file is copied, so that a slip in a day copies nothing.
        if let Err((row, why)) = self.evidence_parts(form) {
            return self.fault(row, why);
        }
        if form.text("file").is_empty() {
            if form.chosen("kind") == Some(EvidenceKind::Document.label()) {
                return self.fault("file", "a document is a file: type its path, or choose another kind below");
            }
            if form.text("title").is_empty() {
                return self.fault("title", "evidence without a file needs a title");
            }
            return self.keep_evidence(form, None);
        }
        if let Some(held) = self.book.as_ref().and_then(|b| b.held_by.clone()) {
            return self.refuse("Not attached", &format!("{held} has the assessment open."));
        }
        self.attaching = Some(Attaching::Form);
        if let Some(form) = self.form_mut() {
            form.saving = true;
        }
        vec![Effect::Attach(dropped_path(form.text("file")))]
    }

    fn evidence_parts(&self, form: &Form) -> Result<(Option<Date>, Vec<String>), Fault> {
        let effective = match form.text("effective") {
            "" => None,
            text => Some(past_day(text, self.today()).map_err(|why| ("effective", why))?),
        };
        let practices = self.practices(form.text("practices")).map_err(|why| ("practices", why))?;
        Ok((effective, practices))
    }

    fn keep_evidence(&mut self, form: &Form, file: Option<Attached>) -> Vec<Effect> {
        let (effective, practices) = match self.evidence_parts(form) {
            Ok(parts) => parts,
            Err((row, why)) => return self.fault(row, why),
        };
        let kind = EvidenceKind::ALL.into_iter().find(|k| Some(k.label()) == form.chosen("kind")).unwrap_or(EvidenceKind::Document);
        let title = match (form.text("title"), &file) {
            ("", Some(file)) => file.name.clone(),
            (title, _) => title.to_owned(),
        };
        let (draft, reference) = self.with_evidence(kind, title, file.as_ref(), effective, practices, "attach");
        let words = match file.and_then(|file| file.recognised) {
            Some(what) => format!("{reference} is kept, {what}: the checks judge by it."),
            None => format!("{reference} is kept."),
        };
        self.save(draft, After::Link { reference, words }, true)
    }

    /// A file is in the assessment: the form or the finding that it is for goes on.
    pub(in crate::session) fn attached(&mut self, attached: Attached) -> Vec<Effect> {
        if attached.recognised.is_some() {
            self.judged_files.insert(attached.sha256.clone());
        }
        match self.attaching.take() {
            Some(Attaching::Form) => {
                let Some(Layer::Form(form)) = self.layers.last_mut() else { return vec![] };
                form.saving = false;
                if let Some(why) = attached.refused {
                    form.fault("file", why);
                    return vec![];
                }
                let form = (**form).clone();
                self.keep_evidence(&form, Some(attached))
            }
            Some(Attaching::Finding { .. }) if attached.refused.is_some() => {
                let why = attached.refused.unwrap_or_default();
                self.messages.push(Message::error("Not kept as evidence", why));
                vec![]
            }
            Some(Attaching::Finding { title, practices }) => {
                let (draft, reference) =
                    self.with_evidence(EvidenceKind::Query, title, Some(&attached), None, practices, "keep finding as");
                self.save(draft, After::Tell(format!("Kept as {reference}.")), true)
            }
            None => vec![],
        }
    }

    pub(in crate::session) fn attach_failed(&mut self, why: &str) {
        match self.attaching.take() {
            Some(Attaching::Form) => {
                if let Some(form) = self.form_mut() {
                    form.saving = false;
                    form.fault("file", why);
                }
            }
            _ => self.messages.push(Message::error("Not kept as evidence", why)),
        }
    }

    /// Keeps findings as evidence: one text file with their lines.
    pub(in crate::session) fn keep_findings(&mut self, title: String, practices: Vec<String>, name: String, text: String) -> Vec<Effect> {
        if let Some(held) = self.book.as_ref().and_then(|b| b.held_by.clone()) {
            return self.refuse("Not kept as evidence", &format!("{held} has the assessment open."));
        }
        self.attaching = Some(Attaching::Finding { title, practices });
        vec![Effect::AttachText { name, text }]
    }

    fn accept_path(&mut self, form: &Form, of: PathOf) -> Vec<Effect> {
        if form.text("file").is_empty() {
            return self.fault("file", "a path is needed");
        }
        let path = dropped_path(form.text("file"));
        self.layers.pop();
        match of {
            PathOf::Assessment => {
                self.home.opening = Some(path.clone());
                vec![Effect::LoadWorkbook(path)]
            }
            PathOf::Cluster => {
                // Whoever types here answers for what is said here.
                let complete = (form.chosen("complete") == Some("yes")).then(|| self.user.clone());
                self.choose_source(crate::session::Source::Paths { paths: vec![path], complete })
            }
            PathOf::Export => {
                self.export_to(&path);
                vec![]
            }
        }
    }

    fn accept_rule(&mut self, form: &Form) -> Vec<Effect> {
        match crate::session::parts::namespaces::read_rule(form.text("rule")) {
            Err(why) => self.fault("rule", why),
            Ok((glob, category, reason)) => {
                self.layers.pop();
                if let Some(editor) = self.scope_editor() {
                    editor.set(&glob, category, &reason);
                }
                vec![]
            }
        }
    }

    /// Reads practices as they are typed: `1.6.a, 1.6.b`.
    fn practices(&self, text: &str) -> Result<Vec<String>, String> {
        let mut found = vec![];
        for word in text.split([',', ' ', ';']).map(str::trim).filter(|w| !w.is_empty()) {
            match self.guidance.practice(word) {
                Some(practice) => found.push(practice.id.clone()),
                None => return Err(format!("“{word}” is no practice: 1.6.a is one")),
            }
        }
        found.dedup();
        Ok(found)
    }
}

/// An answer that the checks go by fills its part of the scope. The word `none` is an answer, and no workload.
fn feed(question: &Question, value: &AnswerValue, workbook: &mut Workbook) {
    let AnswerValue::List(items) = value else { return };
    let items: Vec<String> = items.iter().filter(|i| !i.eq_ignore_ascii_case("none")).cloned().collect();
    match question.feeds.as_deref() {
        Some("scope.high_risk") => workbook.scope.high_risk = items,
        Some("scope.trusted_registries") => workbook.scope.trusted_registries = items,
        _ => {}
    }
}

/// Reads references as they are typed: `E-0004, 5`.
fn references(text: &str, workbook: &Workbook) -> Result<Vec<String>, String> {
    let mut found: Vec<String> = vec![];
    for word in text.split([',', ' ', ';']).map(str::trim).filter(|w| !w.is_empty()) {
        let digits = word.trim_start_matches(['E', 'e', '-']);
        let reference = digits.parse::<u32>().map_or_else(|_| word.to_uppercase(), |n| format!("E-{n:04}"));
        if !workbook.evidence.iter().any(|e| e.reference == reference) {
            return Err(format!("there is no {reference}; + attaches a file and fills its reference in"));
        }
        if !found.contains(&reference) {
            found.push(reference);
        }
    }
    Ok(found)
}

fn past_day(text: &str, today: Date) -> Result<Date, String> {
    let day = read_day(text, today).map_err(|e| e.to_string())?;
    if day > today { Err(format!("{day} is in the future")) } else { Ok(day) }
}

fn coming_day(text: &str, today: Date) -> Result<Date, String> {
    let day = match text.strip_prefix('+') {
        Some(ahead) => ahead.parse::<Interval>().ok().and_then(|interval| interval.after(today)),
        None => read_day(text, today).ok(),
    };
    match day {
        None => Err(format!("“{text}” is not a day: write 2027-03-31 or +6m")),
        Some(day) if day < today => Err(format!("{day} has passed already")),
        Some(day) => Ok(day),
    }
}

/// A path as terminals paste dropped files: quoted, with escaped blanks, or as a file address.
fn dropped_path(text: &str) -> PathBuf {
    let text = text.trim();
    let quoted = |q: char| text.len() > 1 && text.starts_with(q) && text.ends_with(q);
    if quoted('\'') || quoted('"') {
        return PathBuf::from(&text[1..text.len() - 1]);
    }
    if let Some(path) = text.strip_prefix("file://") {
        return PathBuf::from(path.replace("%20", " "));
    }
    PathBuf::from(text.replace("\\ ", " "))
}

/// Puts a completed path into the file row of a form, and tells what else would fit.
pub(in crate::session) fn complete(form: &mut Form, text: &str, fits: &[String]) {
    let at = form.focus;
    let unchanged = form.text("file") == text;
    if let Some(row) = form.rows.get_mut(at).filter(|r| r.id == "file") {
        if let Input::Text(field) = &mut row.input {
            *field = Field::with(text);
        }
        row.error = match fits.len() {
            0 => Some("nothing there begins like this".to_owned()),
            1 => None,
            n => Some(format!("{}{}", fits.iter().take(8).cloned().collect::<Vec<_>>().join("  "), if n > 8 { "  …" } else { "" })),
        };
    }
    form.touched = true;
    if unchanged && fits.len() <= 1 {
        form.move_focus(false);
    }
}
