//! Requests, for the report, as a table, and as text for a mail: by role, in sentences that somebody outside of the assessment understands.

use super::Material;
use super::csv::{row, table};
use super::markdown::escape;
use jiff::civil::Date;
use kassay_core::model::text::clean;
use kassay_core::workbook::accept::day_of;
use kassay_core::workbook::requests::{is_overdue, needed, plea, standing};
use kassay_core::workbook::rollup::parts;
use kassay_core::workbook::{Moment, Request, RequestStatus};
use serde::Serialize;
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
    pub due: String,
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
    pub asked: String,
    /// Who changed it last.
    pub by: String,
    /// When.
    pub at: String,
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
            due: String::new(),
            status: "not asked yet",
            open: true,
            overdue: false,
            note: String::new(),
            evidence: vec![],
            asked: String::new(),
            by: String::new(),
            at: String::new(),
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
        due: r.due.map(|due| due.to_string()).unwrap_or_default(),
        status: r.status.label(),
        open,
        overdue: is_overdue(r, today),
        note: r.note.clone(),
        evidence: r.evidence.clone(),
        asked: r.asked.to_string(),
        by: r.by.clone(),
        at: r.at.to_string(),
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
        Mail::Markdown => escape(text),
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
    match (r.overdue, r.due.as_str(), r.open) {
        (true, due, _) => add(format!("It was due on {due}.")),
        (false, due, true) if !due.is_empty() => add(format!("Due on {due}.")),
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

/// Requests as a table, one line for each.
#[must_use]
pub fn requests_csv(requests: &[RequestView]) -> String {
    let head =
        ["ref", "role", "asked_for", "says", "due", "status", "overdue", "question", "practices", "note", "evidence", "asked", "by", "at"];
    let mut rows = vec![row(head)];
    for r in requests {
        rows.push(row([
            &r.reference,
            &r.role,
            &r.what,
            r.plea,
            &r.due,
            r.status,
            if r.overdue { "yes" } else { "" },
            &r.question,
            &r.practices.join(" "),
            &r.note,
            &r.evidence.join(" "),
            &r.asked,
            &r.by,
            &r.at,
        ]));
    }
    table(&rows)
}
