//! The form for a determination. Rows that only one finding or method asks for come and go with it; what was typed in them is kept.

use crate::model::{Determined, Method};
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::parts::form::{Choice, Form, Input, Purpose, Row};
use crate::workbook::determining::Part;
use crate::workbook::{AnalysisPurpose, DeterminationDraft};

/// A row that depends on what was chosen: its name, label, what is expected, whether it has several lines.
type Depending = (&'static str, &'static str, &'static str, bool);

/// Who excluded it, for “not tested”.
const EXCLUDED: [Depending; 1] = [("excluded_by", "Excluded by", "who decided that it is left out: name and role", false)];

/// The worksheet of a compensating control.
pub(super) const WORKSHEET: [Depending; 6] = [
    ("constraint", "Constraint", "what keeps the practice from being met as described", true),
    ("objective", "Objective", "of the practice, and of this control", true),
    ("risk", "Risk", "that the absence of the practice brings", true),
    ("control", "Control", "what is done instead", true),
    ("validation", "Validation", "how you saw that it works", true),
    ("maintenance", "Maintenance", "how it is kept working", true),
];

/// The controls matrix of a customized approach.
pub(super) const MATRIX: [Depending; 7] = [
    ("met_objective", "Objective", "the customized approach objective that is to be met", true),
    ("own_control", "Control", "what the entity does: what, where, when, by whom", true),
    ("meets", "Meets it by", "how the control meets the objective", true),
    ("evidence", "Evidence", "references of the register: E-0004, E-0007", false),
    ("tester", "Tested by", "who tests the control", false),
    ("tested", "Tested", "how it was tested, and what came of it", true),
    ("analysis", "Analysis", "its targeted risk analysis in the register: T-01", false),
];

/// The row of a part.
pub(super) fn row_of(part: Part) -> &'static str {
    let nth = |rows: &'static [Depending], at: usize| rows.get(at).map_or("method", |row| row.0);
    match part {
        Part::Finding => "finding",
        Part::Method => "method",
        Part::ExcludedBy => "excluded_by",
        Part::Rationale => "rationale",
        Part::Compensating(at) => nth(&WORKSHEET, at),
        Part::Customized(at) => nth(&MATRIX, at),
    }
}

/// The form for these practices: with what is determined of it where it is one, else empty.
pub(super) fn form(desk: &Desk, practices: &[String]) -> Option<Form> {
    let book = desk.book.as_ref()?;
    let known = match practices {
        [] => return None,
        [one] => book.workbook.determination(one),
        _ => None,
    };
    let draft = known.map(DeterminationDraft::from).unwrap_or_default();
    let options = Determined::ALL
        .into_iter()
        .zip(['p', 'f', 'u', 't'])
        .map(|(finding, key)| Choice { key, value: finding.id().to_owned(), label: finding.label().to_owned() })
        .collect();
    let methods = Method::ALL
        .into_iter()
        .zip(['1', '2', '3'])
        .map(|(method, key)| Choice { key, value: method.label().to_owned(), label: method.label().to_owned() })
        .collect();
    let rows = vec![
        Row::choice("finding", "Finding", "p, f, u or t", options, Determined::ALL.into_iter().position(|f| Some(f) == draft.finding)),
        Row::choice("method", "Method", "how it was met", methods, Method::ALL.into_iter().position(|m| m == draft.method)),
        Row::lines("rationale", "Rationale", rationale_hint(desk, practices, draft.finding), &draft.rationale),
    ];
    let mut form = Form::new(Purpose::Determine { practices: practices.to_owned() }, rows);
    show_depending(desk, &mut form, &draft);
    Some(form)
}

/// What is expected as a rationale, for a finding.
fn rationale_hint(desk: &Desk, practices: &[String], finding: Option<Determined>) -> &'static str {
    let proposed = |practice: &String| desk.book.as_ref().and_then(|book| book.proposed(practice));
    match (finding, practices) {
        (Some(Determined::NotApplicable), _) => "required: how you tested that it does not apply",
        (Some(Determined::NotTested), _) => "required: why it is left out",
        (Some(found), [one]) => match proposed(one) {
            Some(proposed) if found != proposed => "required: this differs from the proposal",
            None if found == Determined::InPlace => "required: nothing is proposed, because something is still open",
            None => "may stay empty; nothing is proposed, because something is still open",
            Some(_) => "may stay empty: this is what is proposed",
        },
        (Some(found), many) if many.iter().all(|p| proposed(p) == Some(found)) => "may stay empty: this is what is proposed",
        _ => "required where it differs from the proposal",
    }
}

/// A choice was made: rows and hints that depend on it follow.
pub(in crate::session) fn changed(desk: &mut Desk) {
    let Some(Layer::Form(form)) = desk.layers.last() else { return };
    let Purpose::Determine { practices } = &form.purpose else { return };
    let mut form = form.clone();
    let hint = rationale_hint(desk, practices, finding_in(&form)).to_owned();
    if let Some(row) = form.rows.iter_mut().find(|r| r.id == "rationale") {
        row.hint = hint;
    }
    show_depending(desk, &mut form, &DeterminationDraft::default());
    if let Some(top) = desk.form_mut() {
        *top = *form;
    }
}

/// Chooses a finding in the form on top, and goes to the part that is missing.
pub(super) fn choose(desk: &mut Desk, finding: Determined, missing: Option<Part>) {
    let Some(form) = desk.form_mut().filter(|form| matches!(form.purpose, Purpose::Determine { .. })) else { return };
    form.focus = 0;
    form.choose_nth(Determined::ALL.into_iter().position(|f| f == finding).unwrap_or(0));
    changed(desk);
    let Some(form) = desk.form_mut() else { return };
    let row = missing.map_or("rationale", row_of);
    form.focus = form.rows.iter().position(|r| r.id == row).unwrap_or(0);
}

/// The finding that is chosen.
pub(super) fn finding_in(form: &Form) -> Option<Determined> {
    Determined::ALL.into_iter().find(|f| Some(f.id()) == form.chosen("finding"))
}

/// The method that is chosen.
pub(super) fn method_in(form: &Form) -> Method {
    Method::ALL.into_iter().find(|m| Some(m.label()) == form.chosen("method")).unwrap_or_default()
}

/// Shows the rows that the finding and the method ask for, and only these. Rows in which something was typed stay, and are not saved: a slip on a
/// choice throws nothing away.
fn show_depending(desk: &Desk, form: &mut Form, draft: &DeterminationDraft) {
    let (focused, finding, method) = (form.focused().map(|row| row.id), finding_in(form), method_in(form));
    let excluded = vec![draft.excluded_by.clone()];
    show(form, &EXCLUDED, finding == Some(Determined::NotTested), &excluded, Some("rationale"));
    let worksheet = draft.compensating.parts().into_iter().map(|(_, text)| text.to_owned()).collect::<Vec<_>>();
    show(form, &WORKSHEET, method == Method::CompensatingControl, &worksheet, None);
    let matrix = draft.customized.parts().into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    show(form, &MATRIX, method == Method::CustomizedApproach, &matrix, None);
    if let Some(row) = form.rows.iter_mut().find(|row| row.id == "analysis") {
        row.hint = analysis_hint(desk);
    }
    if let Some(at) = form.rows.iter().position(|row| Some(row.id) == focused) {
        form.focus = at;
    }
}

fn show(form: &mut Form, rows: &[Depending], wanted: bool, texts: &[String], before: Option<&str>) {
    let Some(first) = rows.first() else { return };
    let shown = form.row(first.0).is_some();
    if wanted && !shown {
        let at = before.and_then(|id| form.rows.iter().position(|row| row.id == id)).unwrap_or(form.rows.len());
        let made = rows.iter().zip(texts).map(|((id, label, hint, lines), text)| {
            if *lines { Row::lines(id, label, hint, text.as_str()) } else { Row::text(id, label, hint, text.as_str()) }
        });
        form.rows.splice(at..at, made.collect::<Vec<_>>());
    } else if !wanted && shown {
        let is_one = |row: &Row| rows.iter().any(|(id, ..)| *id == row.id);
        let empty = |row: &Row| matches!(&row.input, Input::Text(field) if field.is_empty());
        if form.rows.iter().filter(|row| is_one(row)).all(empty) {
            form.rows.retain(|row| !is_one(row));
        }
    }
}

/// The analyses from which one may choose.
fn analysis_hint(desk: &Desk) -> String {
    let of_book = desk.book.iter().flat_map(|book| &book.workbook.analyses);
    let fits = of_book.filter(|a| a.withdrawn.is_none() && a.purpose == AnalysisPurpose::CustomizedApproach);
    let named: Vec<String> = fits.map(|a| format!("{} {}", a.reference, a.title)).collect();
    if named.is_empty() {
        "none is registered for a customized approach yet: r, Risk analyses, +".to_owned()
    } else {
        format!("one of {}", named.join("; "))
    }
}
