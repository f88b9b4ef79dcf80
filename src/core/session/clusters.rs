//! The clusters of the assessment as a list: how each was read, what it is used for, which of its facts are others than last year. One that
//! could not be read stays in it, and nothing passes for it.

use crate::kinds::{VERSION_NOT_KNOWN, distribution_words};
use crate::model::Kind;
use crate::model::kubernetes_version::{NOT_A_VERSION, written};
use crate::model::text::counted;
use crate::session::book::assessment::Book;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::lead::{Lead, Next};
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::session::parts::register::{Flag, Register, RegisterRow};
use crate::workbook::begun::changed_facts;
use crate::workbook::rollup::unread;
use crate::workbook::{ClusterRecord, Moment, ToldVersion, UseCase, UseCaseKind, told};

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 5] = ["Cluster", "Distribution", "Nodes", "Read", "Used for"];

/// The value of the choice that says nothing.
const NOT_SAID: &str = "";

/// The register.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    let Some(book) = desk.book.as_ref() else { return vec![] };
    book.workbook.clusters.iter().map(|record| row(desk, record)).collect()
}

fn row(desk: &Desk, record: &ClusterRecord) -> RegisterRow {
    let Some(book) = desk.book.as_ref() else { return RegisterRow::default() };
    let problem = unread(&book.workbook, record);
    let read = record.collected_at.or(record.assessed_at).map(|at| at.to_string()).unwrap_or_default();
    let used = book.workbook.use_cases.iter().find(|u| u.cluster == record.key);
    let facts: Vec<String> =
        changed_facts(&book.workbook, record).iter().map(|f| format!("{}: {} → {}", f.what, known(&f.before), known(&f.now))).collect();
    let appeared = book.appeared.iter().find(|a| a.cluster == record.key);
    let appeared = appeared.map_or_else(String::new, |a| match a.whole {
        true => format!(
            "the cluster was not there when the scope was confirmed; it has {}",
            counted(a.namespaces.len(), "namespace", "namespaces")
        ),
        false => a.namespaces.join(", "),
    });
    let not_read: Vec<String> = record.not_read.iter().map(|(kind, words)| format!("{kind}: {words}")).collect();
    let flag = match (&problem, facts.is_empty() && appeared.is_empty()) {
        (Some(_), _) => Flag::Wrong,
        (None, false) => Flag::Attention,
        (None, true) => Flag::Fine,
    };
    let shown = if problem.is_some() && record.failed.is_none() { "not read yet".to_owned() } else { read.clone() };
    let mut detail = vec![
        ("Not read".to_owned(), problem.map(|why| format!("{why}. Nothing passes for it: R reads it again")).unwrap_or_default()),
        ("Used for".to_owned(), used.map(|u| format!("{} ({}, {})\n{}", u.case.label(), u.by, u.at, u.reason)).unwrap_or_default()),
        ("Since last year".to_owned(), facts.join("\n")),
        ("New namespaces".to_owned(), appeared),
        ("Server".to_owned(), record.server.clone()),
        ("UID".to_owned(), record.uid.clone()),
        ("Version".to_owned(), version(book, record)),
        ("Reached by".to_owned(), record.source.clone()),
        ("Read".to_owned(), read),
        ("Not readable".to_owned(), not_read.join("\n")),
    ];
    detail.retain(|(_, words)| !words.trim().is_empty());
    RegisterRow {
        name: None,
        id: record.key.clone(),
        cells: vec![
            distribution_words(&record.distribution, &book.workbook.version_words(record)),
            if record.assessed_at.is_some() && !record.not_read.contains_key(&Kind::Nodes.id()) {
                record.nodes.to_string()
            } else {
                String::new()
            },
            if record.failed.is_some() { format!("failed; before that {shown}") } else { shown },
            used.map(|u| u.case.label().to_owned()).unwrap_or_default(),
        ],
        flag,
        detail,
    }
}

/// The version with whose word it is, and what shows it.
fn version(book: &Book, record: &ClusterRecord) -> String {
    let words = book.workbook.version_words(record);
    match book.workbook.told_version(&record.key).filter(|told| told.version == record.version) {
        Some(told) => format!("{words}, {}\n{}", told.at, told.reason),
        None if record.was_read() && record.version.is_empty() => format!("{words}: ↵ tells it"),
        None => words,
    }
}

fn known(fact: &str) -> &str {
    if fact.is_empty() { "not known" } else { fact }
}

/// Opens the form for what a cluster is used for; without one, that for a further cluster.
pub(in crate::session) fn open_entry(desk: &mut Desk, id: Option<&str>) -> Next {
    let (Some(id), Some(book)) = (id, desk.book.as_ref()) else { return Next::from(Lead::AddCluster) };
    let used = book.workbook.use_cases.iter().find(|u| u.cluster == id);
    let cases = UseCaseKind::ALL.into_iter().zip(['b', 'd', 'a', 'm']);
    let option = |(case, key): (UseCaseKind, char)| Choice { key, value: case.label().to_owned(), label: case.label().to_owned() };
    let mut options: Vec<Choice> = cases.map(option).collect();
    options.push(Choice { key: 'n', value: NOT_SAID.to_owned(), label: "not said".to_owned() });
    let chosen = options.iter().position(|o| o.value == used.map_or(NOT_SAID, |u| u.case.label()));
    let mut rows = vec![
        Row::choice("case", "Used for", "by letter; it orders the walk", options, chosen),
        Row::lines("reason", "Because", "what shows it", used.map_or("", |u| &u.reason)),
    ];
    if may_be_told(book, id) {
        let told = |field: fn(&ToldVersion) -> &String| book.workbook.told_version(id).map(field).cloned().unwrap_or_default();
        let hint = "its files do not tell it: of Kubernetes, as 1.34 or v1.34.4; your name is kept with it";
        rows.push(Row::text("version", "Version", hint, told(|told| &told.version)));
        rows.push(Row::text("shown", "Shown by", "what you have the version from; may stay empty", told(|told| &told.reason)));
    }
    let help = "The use cases of the guidance's section 3.2. baseline: containers without account data. development: images are made and kept. \
                account data: it is stored, processed or transmitted. mixed levels: workloads of different security levels share the cluster. \
                ⇥ goes first to the areas that matter most there; the list on the left stays in the order of the guidance.";
    let purpose = Purpose::Entry { register: Register::Clusters, id: Some(id.to_owned()) };
    let form = Form::new(purpose, rows).titled(id, "what is known of it by people", help);
    desk.open_form(form);
    Next::NONE
}

/// Whether nothing but a person tells the version of a cluster.
fn may_be_told(book: &Book, cluster: &str) -> bool {
    let read = book.clusters.iter().find(|c| c.key == cluster).and_then(|c| c.inventory.as_ref());
    read.map_or_else(|| book.workbook.told_version(cluster).is_some(), |inventory| told::may_be_told(&inventory.cluster))
}

/// ↵ in that form.
pub(in crate::session) fn accept_entry(desk: &mut Desk, form: &Form, id: Option<&str>) -> Next {
    let read = read(desk, form, id.unwrap_or_default());
    desk.keep(read)
}

fn read(desk: &Desk, form: &Form, cluster: &str) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("case", "no assessment is open".to_owned()))?;
    let case = UseCaseKind::ALL.into_iter().find(|case| Some(case.label()) == form.chosen("case"));
    let before = book.workbook.use_case(cluster).map(|case| case.label().to_owned()).unwrap_or_default();
    let mut workbook = book.workbook.clone();
    workbook.use_cases.retain(|u| u.cluster != cluster);
    workbook.use_cases.extend(case.map(|case| UseCase {
        cluster: cluster.to_owned(),
        case,
        reason: form.text("reason").to_owned(),
        by: desk.user.clone(),
        at: Moment(desk.now),
    }));
    workbook.use_cases.sort_by(|a, b| a.cluster.cmp(&b.cluster));
    let mut words = match case {
        Some(case) => format!("{cluster} is used for: {}. ⇥ goes by that.", case.label()),
        None => format!("Nothing is said of what {cluster} is used for."),
    };
    let after = case.map(|case| case.label().to_owned()).unwrap_or_default();
    let mut draft = Draft { workbook, what: format!("use case of {cluster}"), before, after };
    if let Some((version, reason)) = told_in(form)? {
        let known = book.workbook.told_version(cluster);
        if known.map(|told| (told.version.as_str(), told.reason.as_str())) != version.as_deref().map(|version| (version, reason.as_str())) {
            let word = |version: Option<&str>| version.unwrap_or(VERSION_NOT_KNOWN).to_owned();
            draft.workbook.versions.retain(|told| told.cluster != cluster);
            (draft.what, draft.before) = (format!("version of {cluster}"), word(known.map(|told| told.version.as_str())));
            draft.after = word(version.as_deref());
            words = match &version {
                Some(version) => format!("The version of {cluster} is {version} by your word; it is judged again by that."),
                None => format!("Nobody tells the version of {cluster} any more; it is judged again."),
            };
            let told = |version| ToldVersion { cluster: cluster.to_owned(), version, reason, by: desk.user.clone(), at: Moment(desk.now) };
            draft.workbook.versions.extend(version.map(told));
            draft.workbook.versions.sort_by(|a, b| a.cluster.cmp(&b.cluster));
        }
    }
    Ok((draft, words))
}

/// What the form says of the version, where it asks for it: the version, and what shows it.
fn told_in(form: &Form) -> Result<Option<(Option<String>, String)>, Fault> {
    if form.row("version").is_none() {
        return Ok(None);
    }
    match form.text("version") {
        "" => Ok(Some((None, String::new()))),
        typed => match written(typed) {
            Some(version) => Ok(Some((Some(version), form.text("shown").to_owned()))),
            None => Err(("version", NOT_A_VERSION.to_owned())),
        },
    }
}

/// Takes a cluster out that was never read, because it is not there any more, say. What was read stays: it was found.
pub(in crate::session) fn withdraw(desk: &mut Desk, id: &str, why: &str) -> Next {
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let read = book.workbook.clusters.iter().any(|c| c.key == id && c.was_read());
    if read || book.workbook.outcomes.iter().any(|o| o.cluster == id) {
        return desk.fault("why", format!("{id} was read: what was found there stays in the assessment"));
    }
    let mut workbook = book.workbook.clone();
    workbook.clusters.retain(|c| c.key != id);
    workbook.use_cases.retain(|u| u.cluster != id);
    let draft = Draft { workbook, what: format!("withdraw cluster {id}"), before: id.to_owned(), after: why.to_owned() };
    desk.keep(Ok((draft, format!("{id} is no part of the assessment any more."))))
}
