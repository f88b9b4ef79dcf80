//! Targeted risk analyses of the entity: how often something is done, and for which requirement; or what stands behind a customized approach.

use crate::model::Interval;
use crate::model::text::listed;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::lead::Next;
use crate::session::parts::days;
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::session::parts::register::{Flag, Register, RegisterRow};
use crate::workbook::analyses::{NAMING, is_stale, lacks, left_to_analysis};
use crate::workbook::evidence::read_references;
use crate::workbook::{AnalysisPurpose, Day, Moment, RiskAnalysis};

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 6] = ["Ref", "Of", "Requirement", "How often", "Done", "Says"];

/// The register, those that were taken back too.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    let Some(book) = desk.book.as_ref() else { return vec![] };
    book.workbook.analyses.iter().map(|analysis| row(desk, analysis)).collect()
}

fn row(desk: &Desk, analysis: &RiskAnalysis) -> RegisterRow {
    let (stale, lacking) = (is_stale(analysis, desk.today()), lacks(analysis));
    let mut told = vec![];
    if stale {
        told.push("older than 12 months: it must be reviewed".to_owned());
    }
    if !lacking.is_empty() {
        told.push(format!("does not tell {}", lacking.join(", ")));
    }
    if let Some(withdrawn) = &analysis.withdrawn {
        told = vec![format!("taken back {} by {}: {}", withdrawn.at, withdrawn.by, withdrawn.why)];
    }
    let flag = match (analysis.withdrawn.is_some(), told.is_empty()) {
        (true, _) => Flag::Closed,
        (_, true) => Flag::Fine,
        _ => Flag::Attention,
    };
    let done = analysis.performed.map_or_else(|| "not told".to_owned(), |day| day.to_string());
    let told = told.join("; ");
    let detail = [
        ("Title", analysis.title.clone()),
        ("For", analysis.purpose.label().to_owned()),
        ("Requirement", requirement_words(&analysis.requirement)),
        ("Practices", analysis.practices.join(" ")),
        ("Assets", analysis.assets.clone()),
        ("Threats", analysis.threats.clone()),
        ("Factors", analysis.factors.clone()),
        ("How often", analysis.frequency.clone()),
        ("Because", analysis.justification.clone()),
        ("Done", done.clone()),
        ("Approved by", analysis.approved_by.clone()),
        ("Evidence", analysis.evidence.join(" ")),
        ("Look at", told.clone()),
        ("Written by", format!("{}, {}", analysis.by, analysis.at)),
    ];
    RegisterRow {
        name: None,
        id: analysis.reference.clone(),
        cells: vec![analysis.title.clone(), analysis.requirement.clone(), analysis.frequency.clone(), done, told],
        flag,
        detail: detail.into_iter().filter(|(_, words)| !words.is_empty()).map(|(label, words)| (label.to_owned(), words)).collect(),
    }
}

fn requirement_words(requirement: &str) -> String {
    match left_to_analysis(requirement) {
        Some(what) => format!("{requirement}, {what}"),
        None => requirement.to_owned(),
    }
}

/// Opens the form for an analysis; a new one where none is named.
pub(in crate::session) fn open_entry(desk: &mut Desk, id: Option<&str>) -> Next {
    let known = id.and_then(|id| known(desk, id)).cloned();
    let blank = || RiskAnalysis::new(String::new(), String::new(), Moment(desk.now));
    let of = known.clone().unwrap_or_else(blank);
    let options = AnalysisPurpose::ALL
        .into_iter()
        .zip(['1', '2'])
        .map(|(purpose, key)| Choice { key, value: purpose.label().to_owned(), label: purpose.label().to_owned() })
        .collect();
    let day = of.performed.map(|day| day.to_string()).unwrap_or_default();
    let rows = vec![
        Row::text("title", "Title", "what it is about", of.title),
        Row::choice("purpose", "For", "1 or 2", options, AnalysisPurpose::ALL.into_iter().position(|p| p == of.purpose)),
        Row::text("requirement", "Requirement", "the one that leaves this to the entity: 7.2.5.1", of.requirement),
        Row::text("frequency", "How often", "3 months, 7 days; empty for a customized approach", of.frequency),
        Row::text("practices", "Practices", "that rest on it: 2.3.a; may stay empty", of.practices.join(", ")),
        Row::lines("assets", "Assets", "what is protected", of.assets),
        Row::lines("threats", "Threats", "what it is protected against", of.threats),
        Row::lines("factors", "Factors", "what makes that likelier, or worse", of.factors),
        Row::lines("justification", "Because", "why that is often enough, or why the control meets the objective", of.justification),
        Row::text("performed", "Done on", "the day on which the entity did or reviewed it: 2026-05, -3d", day),
        Row::text("approved_by", "Approved by", "name and role at the entity", of.approved_by),
        Row::text("evidence", "Evidence", "references: E-0004", of.evidence.join(", ")),
    ];
    let purpose = Purpose::Entry { register: Register::Analyses, id: id.map(str::to_owned) };
    let title = id.map_or_else(|| "A targeted risk analysis of the entity".to_owned(), str::to_owned);
    let about = if known.is_some_and(|known| known.withdrawn.is_some()) { "taken back" } else { "PCI DSS 12.3.1, 12.3.2" };
    desk.open_form(Form::new(purpose, rows).titled(&title, about, &help()));
    Next::NONE
}

fn help() -> String {
    let named: Vec<String> = NAMING.iter().map(|(number, what)| format!("{number}  {what}")).collect();
    let lead = "Write down what the entity's analysis says; what PCI DSS wants and it does not say is told in the register. It must be \
                reviewed every 12 months. Requirements that leave how often something is done to such an analysis:";
    format!("{lead}\n{}", named.join("\n"))
}

fn known<'a>(desk: &'a Desk, id: &str) -> Option<&'a RiskAnalysis> {
    desk.book.as_ref()?.workbook.analyses.iter().find(|analysis| analysis.reference == id)
}

/// ↵ in the form.
pub(in crate::session) fn accept_entry(desk: &mut Desk, form: &Form, id: Option<&str>) -> Next {
    let read = read(desk, form, id);
    desk.keep(read)
}

fn read(desk: &Desk, form: &Form, id: Option<&str>) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("title", "no assessment is open".to_owned()))?;
    let part = |id: &str| form.text(id).to_owned();
    if part("title").is_empty() {
        return Err(("title", "say what it is about".to_owned()));
    }
    let purpose = AnalysisPurpose::ALL.into_iter().find(|p| Some(p.label()) == form.chosen("purpose")).unwrap_or_default();
    let frequency = frequency(purpose, form)?;
    let performed = match form.text("performed") {
        "" => None,
        text => Some(Day(days::past(text, desk.today()).map_err(|why| ("performed", why))?)),
    };
    let mut practices = vec![];
    for word in listed(form.text("practices")) {
        let practice = desk.guidance.practice(&word.to_lowercase()).map(|p| p.id.clone());
        practices.push(practice.ok_or_else(|| ("practices", format!("“{word}” is no practice: 2.3.a is one")))?);
    }
    let evidence = read_references(form.text("evidence"), &book.workbook).map_err(|why| ("evidence", why))?;
    let before = id.and_then(|id| known(desk, id));
    if before.is_some_and(|known| known.withdrawn.is_some()) {
        return Err(("title", "it was taken back: + begins another".to_owned()));
    }
    let reference = before.map_or_else(|| book.workbook.next_analysis(), |known| known.reference.clone());
    let analysis = RiskAnalysis {
        title: part("title"),
        purpose,
        requirement: part("requirement"),
        practices,
        assets: part("assets"),
        threats: part("threats"),
        factors: part("factors"),
        frequency,
        justification: part("justification"),
        performed,
        approved_by: part("approved_by"),
        evidence,
        ..RiskAnalysis::new(reference.clone(), desk.user.clone(), Moment(desk.now))
    };
    let (before, after) = (before.map(|known| known.title.clone()).unwrap_or_default(), analysis.title.clone());
    let mut workbook = book.workbook.clone();
    workbook.analyses.retain(|known| known.reference != reference);
    workbook.analyses.push(analysis);
    workbook.analyses.sort_by(|a, b| a.reference.cmp(&b.reference));
    Ok((Draft { workbook, what: format!("risk analysis {reference}"), before, after }, format!("{reference} is kept.")))
}

/// How often, where that is what the analysis is for; with the requirement that leaves it to the entity.
fn frequency(purpose: AnalysisPurpose, form: &Form) -> Result<String, Fault> {
    if purpose == AnalysisPurpose::CustomizedApproach {
        return Ok(form.text("frequency").to_owned());
    }
    if left_to_analysis(form.text("requirement")).is_none() {
        let numbers: Vec<&str> = NAMING.iter().map(|(number, _)| *number).collect();
        return Err(("requirement", format!("one of {} leaves how often to the entity", numbers.join(", "))));
    }
    form.text("frequency").parse::<Interval>().map(|interval| interval.to_string()).map_err(|why| ("frequency", why.to_string()))
}

/// Takes an analysis back.
pub(in crate::session) fn withdraw(desk: &mut Desk, id: &str, why: &str) -> Next {
    let read = desk.taken_back(|workbook| &mut workbook.analyses, id, why).map(|(workbook, before)| {
        let draft = Draft { workbook, what: format!("withdraw risk analysis {id}"), before: before.title, after: why.to_owned() };
        (draft, format!("{id} is taken back."))
    });
    desk.keep(read)
}
