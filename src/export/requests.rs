//! Requests, for the report, as a table, and as text for a mail: by role, in sentences that somebody outside of the assessment understands.

use super::Material;
use super::table::{Column, Table, cells};
use jiff::civil::Date;
use kassay_core::model::marked::marked;
use kassay_core::model::text::clean;
use kassay_core::workbook::accept::day_of;
use kassay_core::workbook::requests::{is_overdue, needed, plea, standing};
use kassay_core::workbook::rollup::parts;
use kassay_core::workbook::{Day, Moment, Request, RequestStatus};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Which requests are told.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only what is still needed.
    pub open: bool,
    /// Only what the assessment keeps: nothing that was not asked for yet.
    pub kept: bool,
    /// Only those to this role.
    pub role: Option<String>,
}

/// A request, ready to be told.
#[derive(Debug, Serialize)]
pub struct RequestView {
    /// Its reference; "" where it was not asked for yet.
    pub reference: String,
    /// Who can provide it.
    pub role: String,
    /// What is asked for.
    pub what: String,
    /// What is asked of whoever reads it, in a sentence; "" where what is asked for says it.
    pub plea: &'static str,
    /// The question that it is for.
    pub question: String,
    /// Practices that it is for.
    pub practices: Vec<String>,
    /// Until when.
    #[serde(serialize_with = "told")]
    pub due: Option<Day>,
    /// How it stands.
    pub status: &'static str,
    /// Whether it is still needed.
    pub open: bool,
    /// Whether its day has passed.
    pub overdue: bool,
    /// What was said about it.
    pub note: String,
    /// What came.
    pub evidence: Vec<String>,
    /// When it was asked for.
    #[serde(serialize_with = "told")]
    pub asked: Option<Moment>,
    /// Who changed it last.
    pub by: String,
    /// When.
    #[serde(serialize_with = "told")]
    pub at: Option<Moment>,
}

/// The requests that are wanted, by role and in the order of their references; what was not asked for yet comes last.
#[must_use]
pub fn requests(material: &Material, wanted: &Wanted) -> Vec<RequestView> {
    let today = day_of(material.now);
    let mut all: Vec<RequestView> = material.workbook.requests.iter().map(|request| kept(material, request, today)).collect();
    if !wanted.kept {
        all.extend(needed(material.guidance, &material.workbook, today).into_iter().map(|n| RequestView {
            plea: plea_of(material, &n.question, today),
            reference: String::new(),
            role: n.role,
            what: n.what,
            question: n.question,
            practices: n.practices,
            due: None,
            status: NOT_ASKED,
            open: true,
            overdue: false,
            note: String::new(),
            evidence: vec![],
            asked: None,
            by: String::new(),
            at: None,
        }));
    }
    let role = wanted.role.as_ref().map(|role| role.to_lowercase());
    all.retain(|r| (r.open || !wanted.open) && role.as_ref().is_none_or(|role| r.role.to_lowercase() == *role));
    // Stable: within a role they stay in their order.
    all.sort_by(|a, b| a.role.cmp(&b.role));
    all
}

fn kept(material: &Material, r: &Request, today: Date) -> RequestView {
    let open = r.status == RequestStatus::Open;
    RequestView {
        reference: r.reference.clone(),
        role: r.role.clone(),
        what: r.what.clone(),
        plea: if open { plea_of(material, &r.question, today) } else { "" },
        question: r.question.clone(),
        practices: r.practices.clone(),
        due: r.due,
        status: r.status.label(),
        open,
        overdue: is_overdue(r, today),
        note: r.note.clone(),
        evidence: r.evidence.clone(),
        asked: Some(r.asked),
        by: r.by.clone(),
        at: Some(r.at),
    }
}

fn plea_of(material: &Material, question: &str, today: Date) -> &'static str {
    let Some(question) = material.guidance.question(question) else { return "" };
    plea(question, &standing(question, &material.workbook, &parts(&material.workbook), today))
}

/// The form of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mail {
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
}

/// Requests as text for a mail, by role.
#[must_use]
pub fn requests_mail(material: &Material, requests: &[RequestView], mail: Mail) -> String {
    let engagement = &material.workbook.engagement;
    let title = format!("{} {}", engagement.entity, engagement.period);
    let words = |text: &str| match mail {
        Mail::Markdown => marked(text),
        Mail::Text => clean(text),
    };
    let mut out = String::new();
    let head = format!("Requests for {}", words(title.trim()));
    let day = Moment(material.now).to_string().chars().take(10).collect::<String>();
    let count = |of: fn(&RequestView) -> bool| requests.iter().filter(|r| of(r)).count();
    let (open, overdue) = (count(|r| r.open), count(|r| r.overdue));
    let late = if overdue > 0 { format!(", {overdue} of it overdue") } else { String::new() };
    let _ = match mail {
        Mail::Markdown => writeln!(out, "# {head}\n\nOn {day}, {open} of {} still needed{late}.", requests.len()),
        Mail::Text => writeln!(out, "{head}\n\nOn {day}, {open} of {} still needed{late}.", requests.len()),
    };
    let mut roles: BTreeMap<&str, Vec<&RequestView>> = BTreeMap::new();
    for request in requests {
        roles.entry(&request.role).or_default().push(request);
    }
    for (role, requests) in roles {
        let role = if role.is_empty() { "To nobody yet" } else { role };
        let _ = match mail {
            Mail::Markdown => writeln!(out, "\n## {}\n", words(role)),
            Mail::Text => writeln!(out, "\n{}\n", words(role)),
        };
        for r in requests {
            let _ = writeln!(out, "- {}", sentences(r, words));
        }
    }
    if requests.is_empty() {
        let _ = writeln!(out, "\nNothing is asked for.");
    }
    out
}

/// A request in sentences.
fn sentences(r: &RequestView, words: impl Fn(&str) -> String) -> String {
    let what = words(r.what.trim());
    let end = if what.ends_with(['.', '?', '!', ':']) { "" } else { "." };
    let mut said = format!("{what}{end}");
    let mut add = |sentence: String| {
        said.push(' ');
        said.push_str(&sentence);
    };
    if !r.plea.is_empty() {
        add(r.plea.to_owned());
    }
    match (r.overdue, r.due, r.open) {
        (true, Some(due), _) => add(format!("It was due on {due}.")),
        (false, Some(due), true) => add(format!("Due on {due}.")),
        _ => {}
    }
    if !r.open {
        add(format!("Status: {}.", r.status));
    }
    if !r.note.is_empty() {
        add(format!("Note: {}", words(&r.note)));
    }
    if !r.reference.is_empty() {
        add(format!("Our reference: {}.", words(&r.reference)));
    }
    said
}

/// How something stands that is needed and was not asked for.
const NOT_ASKED: &str = "not asked yet";
/// How requests stand.
const STATES: [&str; 5] = [
    RequestStatus::Open.label(),
    RequestStatus::Received.label(),
    RequestStatus::Refused.label(),
    RequestStatus::NotNeeded.label(),
    NOT_ASKED,
];

/// Requests as a table, one line for each.
#[must_use]
pub fn requests_table(requests: &[RequestView]) -> Table<'_> {
    let columns = [
        Column::short("ref").headed("Ref.").wide(10),
        Column::short("role"),
        Column::words("asked_for"),
        Column::words("says"),
        Column::day("due"),
        Column::choice("status", STATES).open(),
        Column::yes("overdue"),
        Column::short("question").wide(24),
        Column::short("practices"),
        Column::line("note").open(),
        Column::short("evidence"),
        Column::moment("asked"),
        Column::short("by"),
        Column::moment("at"),
    ];
    let rows = requests.iter().map(|r| {
        cells![
            &r.reference,
            &r.role,
            &r.what,
            r.plea,
            r.due,
            r.status,
            r.overdue,
            &r.question,
            r.practices.join(" "),
            &r.note,
            r.evidence.join(" "),
            r.asked,
            &r.by,
            r.at,
        ]
    });
    Table::new("requests", "Requests", columns, rows)
}

/// A day or a moment as the report tells it: the same text as everywhere, and none where there is none.
fn told<T: ToString, S: Serializer>(at: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.as_ref().map(ToString::to_string).unwrap_or_default())
}
