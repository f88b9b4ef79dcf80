//! The forms of the walk as they are when opened: filled with what is known already, so that an assessor changes words instead of
//! typing them again.

use crate::checks;
use crate::guidance::{Question, QuestionKind};
use crate::model::{Determined, Method};
use crate::session::parts::form::{Choice, Form, Input, PathOf, Purpose, Row};
use crate::session::{Layer, Session};
use crate::workbook::{CompensatingControl, EvidenceKind};

/// Parts of a compensating control: name of the row, label, what is expected.
pub(in crate::session) const WORKSHEET: [(&str, &str, &str); 6] = [
    ("constraint", "Constraint", "what keeps the practice from being met as described"),
    ("objective", "Objective", "of the practice, and of this control"),
    ("risk", "Risk", "that the absence of the practice brings"),
    ("control", "Control", "what is done instead"),
    ("validation", "Validation", "how you saw that it works"),
    ("maintenance", "Maintenance", "how it is kept working"),
];

impl Session {
    /// Opens a form, or the draft that was left of it.
    pub(in crate::session) fn open_form(&mut self, form: Form) {
        let held = self.book.as_ref().and_then(|b| b.held_by.clone());
        let draft = self.drafts.iter().position(|d| d.purpose == form.purpose).map(|at| self.drafts.remove(at));
        let mut form = draft.unwrap_or(form);
        form.saving = false;
        if let Some(who) = held {
            form.error = Some(format!("{who} has the assessment open: it can be read here, not written in."));
        }
        self.layers.push(Layer::Form(Box::new(form)));
    }

    /// The form for an answer.
    pub(in crate::session) fn answer_form(&self, question: &Question) -> Option<Form> {
        let book = self.book.as_ref()?;
        let answer = book.workbook.answer(&question.id, "");
        let value = answer.map(|a| a.value.to_string()).unwrap_or_default();
        let today = self.today().to_string();
        let hint = match question.kind {
            QuestionKind::YesNo => "y or n".to_owned(),
            QuestionKind::YesNoPartly => "y, p or n".to_owned(),
            QuestionKind::Choice => "its number".to_owned(),
            QuestionKind::Number => format!("a number of {}", question.unit),
            QuestionKind::Interval => "6 months, 30 days, 1 year".to_owned(),
            QuestionKind::Date => "2026-11-23, 2026-11, today, -3d".to_owned(),
            QuestionKind::Text => "in your words".to_owned(),
            QuestionKind::List => "several separated by commas".to_owned(),
        };
        let options = question.options();
        let first = if options.is_empty() {
            match question.kind {
                QuestionKind::Text | QuestionKind::List => Row::lines("value", "Answer", &hint, value),
                _ => Row::text("value", "Answer", &hint, value),
            }
        } else {
            let by_number = question.kind == QuestionKind::Choice;
            let chosen = options.iter().position(|o| o.value == value);
            let choices = options
                .into_iter()
                .enumerate()
                .map(|(at, o)| Choice {
                    key: if by_number { char::from_digit(at as u32 + 1, 36).unwrap_or('?') } else { o.value.chars().next().unwrap_or('?') },
                    value: o.value,
                    label: o.label,
                })
                .collect();
            Row::choice("value", "Answer", &hint, choices, chosen)
        };
        let evidence = answer.map(|a| a.evidence.join(", ")).unwrap_or_default();
        let needed = if question.evidence_required { "required: E-0004; + attaches a file" } else { "E-0004; + attaches a file" };
        let rows = vec![
            first,
            Row::text("interviewed", "Interviewed", "who told you", answer.map_or("", |a| &a.interviewed)),
            Row::text("role", "Role", "their role", answer.map_or("", |a| &a.role)),
            Row::text("on", "On", "2026-11-23, today, -3d", answer.map_or(today, |a| a.on.map(|d| d.to_string()).unwrap_or_default())),
            Row::lines("note", "Note", "what was said or seen", answer.map_or("", |a| &a.note)),
            Row::text("evidence", "Evidence", needed, evidence),
        ];
        Some(Form::new(Purpose::Answer { question: question.id.clone() }, rows))
    }

    /// The form for a determination.
    pub(in crate::session) fn determination_form(&self, practice: &str) -> Option<Form> {
        let book = self.book.as_ref()?;
        let known = book.workbook.determination(practice);
        let keys = ['p', 'f', 'u', 't'];
        let options = Determined::ALL
            .into_iter()
            .zip(keys)
            .map(|(finding, key)| Choice { key, value: finding.id().to_owned(), label: finding.label().to_owned() })
            .collect();
        let chosen = known.and_then(|d| Determined::ALL.into_iter().position(|f| f == d.finding));
        let methods = Method::ALL
            .into_iter()
            .zip(['1', '2', '3'])
            .map(|(method, key)| Choice { key, value: method.label().to_owned(), label: method.label().to_owned() })
            .collect();
        let method = known.map_or(Method::Defined, |d| d.method);
        let rows = vec![
            Row::choice("finding", "Finding", "p, f, u or t", options, chosen),
            Row::choice("method", "Method", "how it was met", methods, Method::ALL.into_iter().position(|m| m == method)),
            Row::lines(
                "rationale",
                "Rationale",
                self.rationale_hint(practice, known.map(|d| d.finding)),
                known.map_or("", |d| &d.rationale),
            ),
        ];
        let mut form = Form::new(Purpose::Determine { practice: practice.to_owned() }, rows);
        let parts = known.and_then(|d| d.compensating.clone()).unwrap_or_default();
        show_worksheet(&mut form, &parts);
        Some(form)
    }

    /// What is expected as a rationale, for a finding.
    pub(in crate::session) fn rationale_hint(&self, practice: &str, finding: Option<Determined>) -> &'static str {
        let proposed = self.book.as_ref().and_then(|b| b.proposals.get(practice)).and_then(|p| p.proposal);
        match (finding, proposed) {
            (Some(Determined::NotApplicable), _) => "required: how you tested that it does not apply",
            (Some(Determined::NotTested), _) => "required: who excluded it, and why",
            (Some(found), Some(proposed)) if found != proposed => "required: this differs from the proposal",
            (Some(Determined::InPlace), None) => "required: nothing is proposed, because something is still open",
            (Some(_), _) => "may stay empty: this is what is proposed",
            (None, _) => "required where it differs from the proposal",
        }
    }

    /// The form for evidence.
    pub(in crate::session) fn evidence_form(&self, practices: Vec<String>) -> Form {
        let options = EvidenceKind::ALL
            .into_iter()
            .zip(['d', 'i', 'o', 's', 'q', 'c'])
            .map(|(kind, key)| Choice { key, value: kind.label().to_owned(), label: kind.label().to_owned() })
            .collect();
        let rows = vec![
            Row::text("file", "File", "path, ⇥ completes; or drop a file here", ""),
            Row::text("title", "Title", "what it is; the file's name where this stays empty", ""),
            Row::choice("kind", "Kind", "by its letter", options, Some(0)),
            Row::text("effective", "Effective", "the day it speaks of: 2026-11, -3d; may stay empty", ""),
            Row::text("practices", "Supports", "practices: 1.6.a, 1.6.b", practices.join(", ")),
        ];
        Form::new(Purpose::Evidence { practices }, rows)
    }

    /// The form for an exception.
    pub(in crate::session) fn exception_form(&self, what: Vec<String>) -> Form {
        let known = self.book.as_ref().and_then(|b| b.workbook.exceptions.iter().find(|e| what.contains(&e.what)));
        let rows = vec![
            Row::lines("reason", "Reason", "why it is accepted, and what limits it", known.map_or("", |e| &e.reason)),
            Row::text("owner", "Owner", "who answers for it", known.map_or("", |e| &e.owner)),
            Row::text(
                "until",
                "Until",
                "last day it holds: 2027-03-31, +6m; empty = no end",
                known.and_then(|e| e.until).map(|d| d.to_string()).unwrap_or_default(),
            ),
        ];
        Form::new(Purpose::Exception { what }, rows)
    }

    /// The form for a review of a check; it may be said of all that is to be reviewed in the control at once.
    pub(in crate::session) fn review_form(&self, check: &str) -> Form {
        let known = self.book.as_ref().and_then(|b| b.review(check));
        let mut rows =
            vec![Row::lines("note", "Note", "what you saw, and what you make of it; may stay empty", known.map_or("", |(r, _)| &r.note))];
        let open = self.reviews_of_control(check);
        if open.iter().any(|(id, _)| id != check) {
            let mut checks: Vec<&String> = open.iter().map(|(id, _)| id).collect();
            checks.dedup();
            let all = format!("all {} to review here", checks.len());
            let option = |key, value: &str, label: String| Choice { key, value: value.to_owned(), label };
            let options = vec![option('1', "one", "this check".to_owned()), option('2', "control", all)];
            rows.push(Row::choice("for", "Said of", "1 or 2", options, Some(0)));
        }
        Form::new(Purpose::Review { check: check.to_owned() }, rows)
    }

    /// Checks and clusters that are to be reviewed in the control of a check.
    pub(in crate::session) fn reviews_of_control(&self, check: &str) -> Vec<(String, String)> {
        let Some(book) = self.book.as_ref() else { return vec![] };
        let control = check.split('/').next().unwrap_or_default();
        checks::of_control(control).flat_map(|c| book.to_review(c).into_iter().map(|o| (c.id.to_owned(), o.cluster.clone()))).collect()
    }

    /// The form for a note.
    pub(in crate::session) fn note_form(&self, practices: Vec<String>) -> Form {
        let rows = vec![
            Row::lines("text", "Note", "what you saw or were told; it is kept as an observation among the evidence", ""),
            Row::text("practices", "Speaks to", "practices: 1.6.a", practices.join(", ")),
        ];
        Form::new(Purpose::Note { practices }, rows)
    }

    /// The form for a path to open.
    pub(in crate::session) fn ask_path(&mut self, of: PathOf) {
        let form = self.path_form(of);
        self.layers.push(Layer::Form(Box::new(form)));
    }

    /// The form for a path.
    pub(in crate::session) fn path_form(&self, of: PathOf) -> Form {
        let hint = match of {
            PathOf::Assessment => "folder of an assessment; ⇥ completes",
            PathOf::Cluster => "snapshot, file or folder of YAML or JSON; ⇥ completes",
            PathOf::Export => "a new file; with / at its end, the folder for it; ⇥ completes",
        };
        let text = match of {
            PathOf::Export => self.export_target().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default(),
            PathOf::Assessment | PathOf::Cluster => String::new(),
        };
        let mut rows = vec![Row::text("file", "Path", hint, text)];
        if of == PathOf::Cluster {
            let options = [
                ('n', "no", "no, or not known: what they do not hold is unread"),
                ('y', "yes", "yes: what they do not hold is not in the cluster"),
            ];
            let options = options.map(|(key, value, label)| Choice { key, value: value.to_owned(), label: label.to_owned() });
            let hint = "of a snapshot of a live cluster it need not be said; your name is kept with a yes";
            rows.push(Row::choice("complete", "The whole cluster?", hint, options.to_vec(), Some(0)));
        }
        Form::new(Purpose::Path(of), rows)
    }

    /// The form for a rule of the scope.
    pub(in crate::session) fn rule_form(&self) -> Form {
        Form::new(Purpose::Rule, vec![Row::text("rule", "Rule", "pay-* cde stores account data   (cde, connected, out, platform)", "")])
    }
}

/// Shows the worksheet's rows for a compensating control, and only for that; hidden rows keep what was typed while the form is open.
pub(in crate::session) fn show_worksheet(form: &mut Form, parts: &CompensatingControl) {
    let wanted = form.chosen("method") == Some(Method::CompensatingControl.label());
    let shown = form.row("constraint").is_some();
    if wanted && !shown {
        let texts = [&parts.constraint, &parts.objective, &parts.risk, &parts.control, &parts.validation, &parts.maintenance];
        for ((id, label, hint), text) in WORKSHEET.iter().zip(texts) {
            form.rows.push(Row::lines(id, label, hint, text.as_str()));
        }
    } else if !wanted && shown {
        let empty = |row: &Row| matches!(&row.input, Input::Text(field) if field.is_empty());
        let all_empty = form.rows.iter().filter(|r| is_worksheet(r)).all(empty);
        // Something typed there is not thrown away by a slip on the method: the rows stay, and are not saved.
        if all_empty {
            form.rows.retain(|row| !is_worksheet(row));
        }
    }
}

fn is_worksheet(row: &Row) -> bool {
    WORKSHEET.iter().any(|(id, ..)| *id == row.id)
}
