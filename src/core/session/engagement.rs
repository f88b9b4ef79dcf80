//! The engagement of the open assessment: who is assessed, by whom, who reviews, and whether a program helped with words.

use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::lead::Next;
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::workbook::Engagement;

/// What is done to the engagement.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Opens its form.
    Open,
}

/// Changes the engagement.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => {
            if let Some(form) = form(desk) {
                desk.open_form(form);
            }
            Next::NONE
        }
    }
}

fn form(desk: &Desk) -> Option<Form> {
    let of = desk.book.as_ref()?.workbook.engagement.clone();
    let option = |key, value: &str, label: &str| Choice { key, value: value.to_owned(), label: label.to_owned() };
    let own = vec![option('n', "no", "no, another person does"), option('y', "yes", "yes, and the report says so")];
    let helped = vec![option('0', "", "not told"), option('n', "no", "no"), option('y', "yes", "yes")];
    let rows = vec![
        Row::text("entity", "Entity", "who is assessed", of.entity),
        Row::text("assessors", "Assessors", "names, parted by commas", of.assessors.join(", ")),
        Row::text("company", "Company", "of the assessors", of.company),
        Row::text("period", "Period", "2026", of.period),
        Row::text("purpose", "Purpose", "in a sentence", of.purpose),
        Row::text("reviewers", "Reviewers", "who accepts what the assessors write: names, parted by commas", of.reviewers.join(", ")),
        Row::choice("own", "May accept own", "n or y", own, Some(usize::from(of.own_acceptance))),
        Row::choice("assisted", "Program helped", "0, n or y", helped, Some(of.assisted.map_or(0, |helped| 1 + usize::from(helped)))),
        Row::lines("assistance", "How", "which program, with what, and how its words were checked", of.assistance),
    ];
    Some(Form::new(Purpose::Engagement, rows))
}

/// ↵ in the form.
pub(in crate::session) fn accept(desk: &mut Desk, form: &Form) -> Next {
    let read = read(desk, form);
    desk.keep(read)
}

fn read(desk: &Desk, form: &Form) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("entity", "no assessment is open".to_owned()))?;
    let part = |id: &str| form.text(id).to_owned();
    let names = |id: &str| form.text(id).split([',', ';']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let assisted = match form.chosen("assisted") {
        Some("yes") => Some(true),
        Some("no") => Some(false),
        _ => None,
    };
    if part("entity").is_empty() {
        return Err(("entity", "an assessment is of somebody".to_owned()));
    }
    if assisted == Some(true) && part("assistance").is_empty() {
        return Err(("assistance", "say which program helped, with what, and how its words were checked".to_owned()));
    }
    let engagement = Engagement {
        entity: part("entity"),
        assessors: names("assessors"),
        company: part("company"),
        period: part("period"),
        purpose: part("purpose"),
        reviewers: names("reviewers"),
        own_acceptance: form.chosen("own") == Some("yes"),
        assisted,
        assistance: part("assistance"),
    };
    let (before, after) = told(&book.workbook.engagement, &engagement);
    let mut workbook = book.workbook.clone();
    workbook.engagement = engagement;
    Ok((Draft { workbook, what: "engagement".to_owned(), before, after }, "The engagement is saved.".to_owned()))
}

/// What changed, for the journal: each field before and after.
fn told(before: &Engagement, after: &Engagement) -> (String, String) {
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let fields = |of: &Engagement| {
        [
            ("entity", of.entity.clone()),
            ("assessors", of.assessors.join(", ")),
            ("company", of.company.clone()),
            ("period", of.period.clone()),
            ("purpose", of.purpose.clone()),
            ("reviewers", of.reviewers.join(", ")),
            ("own acceptance", yes(of.own_acceptance)),
            ("assisted", of.assisted.map_or_else(|| "not told".to_owned(), yes)),
            ("assistance", of.assistance.clone()),
        ]
    };
    let (one, other) = (fields(before), fields(after));
    let changed = |fields: &[(&str, String)], beside: &[(&str, String)]| {
        let told = fields.iter().zip(beside).filter(|(a, b)| a.1 != b.1).map(|((name, words), _)| format!("{name}: {words}"));
        told.collect::<Vec<_>>().join("; ")
    };
    (changed(&one, &other), changed(&other, &one))
}
