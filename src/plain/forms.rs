//! Forms: what each is for, what helps to fill it, and its rows with what stands in them.

use super::page::{Page, pair};
use kassay_core::checks;
use kassay_core::guidance::{Question, paragraphs};
use kassay_core::session::{Book, Form, Input, PathOf, Purpose, Row, Session};
use kassay_core::workbook::Answer;

/// A form: what it is for, what helps to fill it, the names of its rows.
#[must_use]
pub fn page<'a>(session: &'a Session, form: &'a Form) -> Page<'a> {
    let mut page = Page::new(title(session, form));
    if let Some(book) = session.book.as_deref() {
        help(&mut page, session, book, form);
    }
    rows(&mut page, form);
    page
}

/// The names of the rows, in their order.
pub fn rows(page: &mut Page<'_>, form: &Form) {
    if form.rows.len() > 1 {
        let labels: Vec<&str> = form.rows.iter().map(|row| row.label.as_str()).collect();
        page.line(format!("{} fields are asked one by one: {}.", labels.len(), labels.join(", ")));
    }
}

/// Every row with what stands in it and what is wrong with it.
#[must_use]
pub fn filled(form: &Form) -> Vec<String> {
    let mut lines: Vec<String> = form.error.iter().map(|why| format!("Error: {why}")).collect();
    for (nth, row) in form.rows.iter().enumerate() {
        let value = value(row);
        let value = if value.is_empty() { "empty".to_owned() } else { value };
        lines.extend(pair(&format!("Field {}, {}", nth + 1, row.label), &value));
        lines.extend(row.error.iter().map(|why| format!("Error in {}: {why}", row.label)));
    }
    lines
}

/// What stands in a row; "" where nothing does.
#[must_use]
pub fn value(row: &Row) -> String {
    match &row.input {
        Input::Text(field) => field.text.clone(),
        Input::Choice { options, chosen } => chosen.and_then(|at| options.get(at)).map(|o| o.label.clone()).unwrap_or_default(),
    }
}

fn title(session: &Session, form: &Form) -> String {
    match &form.purpose {
        Purpose::Answer { question } => {
            let known = session.guidance.question(question);
            let needs = if known.is_some_and(|q| q.evidence_required) { "needs evidence" } else { "evidence may be added" };
            let text = known.map(|q| q.text.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
            format!("Answer to question {question}, {needs}. {text}")
        }
        Purpose::Determine { practices } => match practices.as_slice() {
            [practice] => format!("Your determination of practice {practice}."),
            many => format!("Your determination of all that is marked: {}.", many.join(", ")),
        },
        Purpose::Evidence { practices, questions } => {
            let for_what: Vec<&str> = practices.iter().chain(questions).map(String::as_str).collect();
            let for_what = if for_what.is_empty() { String::new() } else { format!(" for {}", for_what.join(", ")) };
            format!("Evidence{for_what}. A copy of a file is kept in the assessment, under its SHA-256.")
        }
        Purpose::Note { practices } => format!("Note on {}: an observation among the evidence.", practices.join(", ")),
        Purpose::Exception { .. } => format!("Exception for {}.", form.about),
        Purpose::Review { check } => format!("Review of {check}, {}.", checks::by_id(check).map_or("", |c| c.title)),
        Purpose::Engagement => "Engagement.".to_owned(),
        Purpose::Rule => "Rule for namespaces.".to_owned(),
        Purpose::Version => "The version of the cluster, which its files do not tell.".to_owned(),
        Purpose::Path(PathOf::Assessment) => "Open an assessment.".to_owned(),
        Purpose::Path(PathOf::Cluster) => "Read files of a cluster.".to_owned(),
        Purpose::Path(PathOf::Export) => "Where the export goes.".to_owned(),
        Purpose::Path(PathOf::Compare) => "Compare with another assessment, a bag or a snapshot.".to_owned(),
        Purpose::Dispute { .. } => "Changed here and outside.".to_owned(),
        Purpose::Entry { .. } | Purpose::Withdraw { .. } | Purpose::ConfirmScope => match form.about.is_empty() {
            true => format!("{}.", form.title),
            false => format!("{}, {}.", form.title, form.about),
        },
    }
}

/// What helps to fill a form.
fn help(page: &mut Page<'_>, session: &Session, book: &Book, form: &Form) {
    match &form.purpose {
        Purpose::Answer { question } => {
            let Some(known) = session.guidance.question(question) else { return };
            page.all(answered(book, known, "Until now"));
            page.all(helping(session, book, known));
            page.prose(&paragraphs(&known.help).join("\n\n"));
        }
        Purpose::Determine { practices } => match practices.as_slice() {
            [practice] => {
                if let Some(known) = session.guidance.practice(practice) {
                    page.prose(&paragraphs(&known.text).join(" "));
                }
                page.all(proposal(book, practice));
                page.all(book.blockers(practice, session.guidance).into_iter().map(|b| format!("Stands in the way: {}", b.words)));
            }
            many => {
                for practice in many {
                    page.pair(practice, &book.proposed(practice).map_or("nothing is proposed".to_owned(), |f| format!("proposed {}", f.label())));
                }
                page.line(
                    "Each goes through its own gate: what lacks something, as a rationale against its proposal, is named and left as it was.",
                );
            }
        },
        Purpose::Evidence { .. } => page.line(
            "Text files with card numbers or private keys in them are refused: redact them first. Interviews and observations need no file.",
        ),
        Purpose::Exception { .. } => page.line(
            "An exception does not change an outcome: a failed check stays failed, and your determination decides. It says why it is accepted, who \
             approved that, and for how long; when the last day has passed, the finding counts again.",
        ),
        Purpose::Review { check } => {
            if let Some(outcome) = book.outcome(check) {
                page.pair("Says", &format!("{}: {}", outcome.outcome.label(), outcome.reason));
            }
            page.line(
                "Says that you looked at what this check shows. It makes no pass of it: your determination of the practice decides, and settles this \
                 too. Where the check shows other things after the next reading, you are asked again.",
            );
        }
        Purpose::Engagement => page.line(
            "Program helped: whether an AI assistant or another program wrote or proposed words or conclusions that stand here. PCI SSC's guideline of \
             2025 on AI in assessments wants that told to whom it concerns; people decide, and check each word. The report says what is told here, or \
             that nothing is.",
        ),
        Purpose::Dispute { what, aside } => page.line(format!(
            "workbook.toml was changed outside Kassay while it was open, and what is to be saved changes the same: {}. Both cannot hold. The other text \
             is kept as {aside}, whichever you choose.",
            what.join(", ")
        )),
        Purpose::Entry { .. } | Purpose::Withdraw { .. } | Purpose::ConfirmScope => page.all(form.help.lines().map(str::to_owned)),
        Purpose::Note { .. } | Purpose::Path(_) | Purpose::Rule | Purpose::Version => {}
    }
}

/// What satisfies a question, last year's answer, and what is known beside.
#[must_use]
pub fn helping(session: &Session, book: &Book, question: &Question) -> Vec<String> {
    let mut lines = pair("Satisfies", &question.satisfied_words());
    if let Some(words) = last_year(book, question) {
        lines.extend(pair("Last year", &words));
    }
    lines.extend(book.behind(&question.id).iter().flat_map(|words| pair("Analysis", words)));
    for (words, wrong) in book.evidence_words(question, session.today()) {
        lines.extend(pair(if wrong { "Evidence that does not count" } else { "Evidence" }, &words));
    }
    lines
}

/// The answers given so far, each with who gave it and when, and for which clusters it holds.
#[must_use]
pub fn answered(book: &Book, question: &Question, label: &str) -> Vec<String> {
    let all = || book.workbook.answers.iter().filter(|a| a.question == question.id);
    let alone = !all().any(|a| !a.cluster.is_empty());
    let told = |answer: &Answer| {
        let on = answer.on.map_or_else(|| answer.at.to_string(), |d| d.to_string());
        let who: Vec<&str> = [answer.interviewed.as_str(), answer.role.as_str()].into_iter().filter(|w| !w.is_empty()).collect();
        let who = if who.is_empty() { answer.by.clone() } else { who.join(", ") };
        let note = if answer.note.is_empty() { String::new() } else { format!(": {}", answer.note) };
        let evidence = if answer.evidence.is_empty() { String::new() } else { format!("; evidence {}", answer.evidence.join(", ")) };
        let of = match (alone, answer.cluster.is_empty()) {
            (true, _) => String::new(),
            (false, true) => "all others: ".to_owned(),
            (false, false) => format!("{}: ", answer.cluster),
        };
        pair(label, &format!("{of}{} ({who}, {on}){note}{evidence}", answer.value))
    };
    all().flat_map(told).collect()
}

/// Last year's answer on the shown cluster, its note and evidence, and whether the question was worded otherwise then.
fn last_year(book: &Book, question: &Question) -> Option<String> {
    let previous = book.workbook.previous.as_ref()?;
    let before = previous.answer(&question.id, book.shown().map_or("", |c| c.key.as_str()))?;
    let piece = |r: &String| previous.piece(r).map_or_else(|| r.clone(), |piece| format!("{r} {}", piece.title));
    let pieces: Vec<String> = before.evidence.iter().map(piece).collect();
    let evidence = if pieces.is_empty() { String::new() } else { format!("; evidence {}", pieces.join(", ")) };
    let note = if before.note.is_empty() { String::new() } else { format!(": {}", before.note) };
    let worded = if before.digest == question.digest() { "" } else { "; the question was worded otherwise" };
    Some(format!("{} ({}, {}){note}{evidence}{worded}", before.value, before.by, before.at))
}

/// What is proposed for a practice and why, on each cluster where there are several.
#[must_use]
pub fn proposal(book: &Book, practice: &str) -> Vec<String> {
    let Some(rolled) = book.proposals.get(practice) else { return vec![] };
    let because = if rolled.because.is_empty() { "something is still open".to_owned() } else { rolled.because.join(", ") };
    let mut lines = match rolled.proposal {
        Some(finding) => vec![format!("Proposed: {}, because of {because}", finding.label())],
        None => vec![format!("Proposed: nothing yet: {because}")],
    };
    if rolled.proposal.is_some() {
        lines.extend(rolled.looked_for.iter().flat_map(|words| pair("Looked for", words)));
    }
    if rolled.on.len() > 1 {
        lines.extend(rolled.on.iter().map(|(cluster, p)| match p.proposal {
            Some(finding) => format!("On {cluster}: {}", finding.label()),
            None => format!("On {cluster}: nothing yet, {} open", p.missing.len()),
        }));
    }
    lines
}
