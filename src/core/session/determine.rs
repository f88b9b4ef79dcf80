//! Determining a practice: the finding, the method, why; with the worksheet of a compensating control.

use crate::model::{Determined, Method};
use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::book::standing::Target;
use crate::session::parts::form::{Choice, Form, Input, Purpose, Row};
use crate::workbook::accept::accept as gate;
use crate::workbook::{CompensatingControl, Determination, DeterminationDraft, Moment};

/// What is done to determinations.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Opens the form for one.
    Open,
}

/// Parts of a compensating control: name of the row, label, what is expected.
const WORKSHEET: [(&str, &str, &str); 6] = [
    ("constraint", "Constraint", "what keeps the practice from being met as described"),
    ("objective", "Objective", "of the practice, and of this control"),
    ("risk", "Risk", "that the absence of the practice brings"),
    ("control", "Control", "what is done instead"),
    ("validation", "Validation", "how you saw that it works"),
    ("maintenance", "Maintenance", "how it is kept working"),
];

/// Determines.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => open(desk),
    }
}

/// The practice to determine: the selected one, or the first that is not determined.
fn open(desk: &mut Desk) -> Next {
    let (guidance, here) = (desk.guidance, desk.standing_on());
    let Some(book) = desk.book.as_mut() else { return Next::NONE };
    let Some(control) = book.walk.here(guidance) else { return Next::NONE };
    let practice = match here {
        Some(Target::Practice(id)) => Some(id),
        _ => {
            let open = control.practices.iter().find(|p| book.workbook.determination(&p.id).is_none_or(|d| d.to_confirm));
            open.or_else(|| control.practices.first()).map(|p| p.id.clone())
        }
    };
    let Some(practice) = practice else { return Next::NONE };
    book.walk.go_to(&Target::Practice(practice.clone()), guidance, &[]);
    if let Some(form) = form(desk, &practice) {
        desk.open_form(form);
    }
    Next::NONE
}

/// The form for a determination.
fn form(desk: &Desk, practice: &str) -> Option<Form> {
    let book = desk.book.as_ref()?;
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
        Row::lines("rationale", "Rationale", rationale_hint(desk, practice, known.map(|d| d.finding)), known.map_or("", |d| &d.rationale)),
    ];
    let mut form = Form::new(Purpose::Determine { practice: practice.to_owned() }, rows);
    let parts = known.and_then(|d| d.compensating.clone()).unwrap_or_default();
    show_worksheet(&mut form, &parts);
    Some(form)
}

/// What is expected as a rationale, for a finding.
fn rationale_hint(desk: &Desk, practice: &str, finding: Option<Determined>) -> &'static str {
    let proposed = desk.book.as_ref().and_then(|b| b.proposals.get(practice)).and_then(|p| p.proposal);
    match (finding, proposed) {
        (Some(Determined::NotApplicable), _) => "required: how you tested that it does not apply",
        (Some(Determined::NotTested), _) => "required: who excluded it, and why",
        (Some(found), Some(proposed)) if found != proposed => "required: this differs from the proposal",
        (Some(Determined::InPlace), None) => "required: nothing is proposed, because something is still open",
        (Some(_), _) => "may stay empty: this is what is proposed",
        (None, _) => "required where it differs from the proposal",
    }
}

/// A choice was made: rows and hints that depend on it follow.
pub(in crate::session) fn changed(desk: &mut Desk) {
    let Some(Layer::Form(form)) = desk.layers.last() else { return };
    let Purpose::Determine { practice } = &form.purpose else { return };
    let finding = Determined::ALL.into_iter().find(|f| Some(f.id()) == form.chosen("finding"));
    let hint = rationale_hint(desk, practice, finding).to_owned();
    if let Some(form) = desk.form_mut() {
        if let Some(row) = form.rows.iter_mut().find(|r| r.id == "rationale") {
            row.hint = hint;
        }
        show_worksheet(form, &CompensatingControl::default());
    }
}

/// ↵ in the form.
pub(in crate::session) fn accept(desk: &mut Desk, form: &Form, practice: &str) -> Next {
    let read = read(desk, form, practice);
    desk.keep(read)
}

fn read(desk: &Desk, form: &Form, practice: &str) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("finding", "no assessment is open".to_owned()))?;
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
    let finding = gate(&draft, proposed).map_err(|why| {
        let missing = WORKSHEET.iter().find(|(id, ..)| form.row(id).is_some() && form.text(id).is_empty());
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
        by: desk.user.clone(),
        at: Moment(desk.now),
        proposed,
        because: book.proposals.get(practice).map(|p| p.because.clone()).unwrap_or_default(),
        excluded_by: String::new(),
        to_confirm: false,
        compensating,
        customized: None,
    });
    let words = format!("{practice} is determined: {}.", finding.label());
    Ok((Draft { workbook, what: format!("determine {practice}"), before, after: finding.label().to_owned() }, words))
}

/// Shows the worksheet's rows for a compensating control, and only for that; hidden rows keep what was typed while the form is open.
fn show_worksheet(form: &mut Form, parts: &CompensatingControl) {
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
