//! Requests: what an assessed entity is asked for, before and during the visit. What is still needed follows from the questions and from the
//! lists of evidence of the guidance; nothing is asked for twice; what comes closes the request that it is for.

use super::accept::AnswerState;
use super::files::{WantedFile, wanted};
use super::proposal::question_state;
use super::rollup::{Part as Seen, parts};
use super::{Day, Evidence, Moment, Request, RequestStatus, Workbook, journal};
use crate::analysis::distribution::is_managed;
use crate::guidance::{Control, Guidance, Question};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// How the note of a request begins that was taken back with the edit that made it.
const TAKEN_BACK: &str = "taken back: ";

/// Something that is still needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    /// What, in a sentence for whoever provides it.
    pub what: String,
    /// Who can provide it, by role.
    pub role: String,
    /// The question that it is for; "" for a line of a list of evidence.
    pub question: String,
    /// Practices that it is for.
    pub practices: Vec<String>,
    /// Digest of the line that it is for; "" for a question.
    pub line: String,
}

/// Which of what is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    #[default]
    Both,
    /// Questions.
    Questions,
    /// Lists of evidence.
    Evidence,
}

impl Part {
    /// All, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Both, Self::Questions, Self::Evidence];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Both => "questions and evidence",
            Self::Questions => "questions only",
            Self::Evidence => "evidence only",
        }
    }

    const fn holds(self, needed: &Needed) -> bool {
        match self {
            Self::Both => true,
            Self::Questions => !needed.question.is_empty(),
            Self::Evidence => needed.question.is_empty(),
        }
    }
}

/// Everything that is still needed and was not asked for yet, in the order of the guidance.
#[must_use]
pub fn needed(guidance: &Guidance, workbook: &Workbook, today: Date) -> Vec<Needed> {
    let clusters = parts(workbook);
    let managed = clusters.iter().all(|cluster| is_managed(&cluster.distribution));
    let mut all = vec![];
    for control in guidance.controls() {
        let states: Vec<(&Question, AnswerState)> =
            control.questions.iter().map(|q| (q, standing(q, workbook, &clusters, today))).collect();
        for (question, state) in states.iter().filter(|(_, state)| wants(state)) {
            if !is_asked(workbook, question, state) {
                all.push(Needed {
                    what: one_line(&question.text),
                    role: role_for(workbook, &control.id, &question.text),
                    question: question.id.clone(),
                    practices: question.practices.clone(),
                    line: String::new(),
                });
            }
        }
        let open = control.practices.iter().any(|p| workbook.determination(&p.id).is_none_or(|d| d.to_confirm));
        let waived = !states.is_empty() && states.iter().all(|(_, state)| matches!(state, AnswerState::Waived(_)));
        if open && !waived {
            all.extend(lines(control, workbook, managed));
        }
    }
    all.extend(files(guidance, workbook, &clusters));
    all
}

/// The files that checks of controls which are not determined want, and that were not asked for yet.
fn files(guidance: &Guidance, workbook: &Workbook, clusters: &[Seen]) -> Vec<Needed> {
    let open = |practice: &String| workbook.determination(practice).is_none_or(|d| d.to_confirm);
    let line =
        |file: &WantedFile| journal::digest(format!("{}\n{}", file.need, file.cluster).as_bytes()).chars().take(8).collect::<String>();
    let asked = |line: &String| workbook.requests.iter().any(|request| !is_taken_back(request) && request.line == *line);
    let files = wanted(clusters, None).into_iter().map(|file| (line(&file), file));
    files
        .filter(|(line, file)| file.practices.iter().any(open) && !asked(line))
        .map(|(line, file)| {
            let control =
                guidance.controls().find(|c| c.practices.iter().any(|p| file.practices.contains(&p.id))).map_or("", |c| c.id.as_str());
            let what = file.words();
            Needed { role: role_for(workbook, control, &what), what, question: String::new(), practices: file.practices, line }
        })
        .collect()
}

/// The lines of a control's list of evidence that were not asked for yet.
fn lines<'a>(control: &'a Control, workbook: &'a Workbook, managed: bool) -> impl Iterator<Item = Needed> + 'a {
    let practices: Vec<String> = control.practices.iter().map(|p| p.id.clone()).collect();
    let line = move |text: &'a String| Needed {
        what: asked_for(text),
        role: role_for(workbook, &control.id, text),
        question: String::new(),
        practices: practices.clone(),
        line: journal::digest(text.as_bytes()).chars().take(8).collect(),
    };
    let applies = move |text: &&String| !(managed && text.contains("self-managed only"));
    control.evidence.iter().filter(applies).map(line).filter(|needed| !workbook.requests.iter().any(|r| is_for(r, needed)))
}

/// How a question stands where it needs most: on a cluster that still needs an answer or evidence, if there is one.
#[must_use]
pub fn standing(question: &Question, workbook: &Workbook, clusters: &[Seen], today: Date) -> AnswerState {
    let states: Vec<AnswerState> = clusters.iter().map(|cluster| question_state(question, workbook, &cluster.seen(), today)).collect();
    let waived = |state: &&AnswerState| matches!(state, AnswerState::Waived(_));
    let first = states.iter().find(|state| wants(state)).or_else(|| states.iter().find(|state| !waived(state)));
    first.or_else(|| states.first()).cloned().unwrap_or(AnswerState::Missing)
}

/// Whether a question still needs somebody: an answer, or evidence for it.
const fn wants(state: &AnswerState) -> bool {
    matches!(state, AnswerState::Missing | AnswerState::Lapsed(_) | AnswerState::NeedsEvidence | AnswerState::Reworded)
}

/// Whether a question was asked for. What came before an answer lapsed does not count any more.
fn is_asked(workbook: &Workbook, question: &Question, state: &AnswerState) -> bool {
    workbook.requests.iter().filter(|r| r.question == question.id && !is_taken_back(r)).any(|r| match (state, r.status) {
        (AnswerState::Lapsed(end), RequestStatus::Received) => super::accept::day_of(r.asked.0) > *end,
        _ => true,
    })
}

fn is_for(request: &Request, needed: &Needed) -> bool {
    !is_taken_back(request)
        && if needed.question.is_empty() {
            request.practices == needed.practices && (request.line == needed.line || request.what == needed.what)
        } else {
            request.question == needed.question
        }
}

fn is_taken_back(request: &Request) -> bool {
    request.status == RequestStatus::NotNeeded && request.note.starts_with(TAKEN_BACK)
}

/// Asks for what is still needed; how many requests that makes. What was taken back is asked for again under its own reference.
pub fn propose(workbook: &mut Workbook, needed: Vec<Needed>, part: Part, due: Option<Day>, by: &str, at: Moment) -> usize {
    let wanted: Vec<Needed> = needed.into_iter().filter(|needed| part.holds(needed)).collect();
    let count = wanted.len();
    for Needed { what, role, question, practices, line } in wanted {
        let again =
            workbook.requests.iter_mut().find(|r| is_taken_back(r) && r.question == question && r.practices == practices && r.line == line);
        let request = Request {
            reference: again.as_ref().map_or_else(String::new, |r| r.reference.clone()),
            what,
            role,
            question,
            practices,
            line,
            cluster: String::new(),
            due,
            status: RequestStatus::Open,
            note: String::new(),
            evidence: vec![],
            asked: at,
            by: by.to_owned(),
            at,
        };
        match again {
            Some(again) => *again = request,
            None => {
                let reference = workbook.next_request();
                workbook.requests.push(Request { reference, ..request });
            }
        }
    }
    count
}

/// Closes open requests for questions that what came in the meantime answers, and opens again those whose evidence was taken back; the references
/// of both.
pub fn settle(workbook: &mut Workbook, guidance: &Guidance, today: Date, by: &str, at: Moment) -> Vec<String> {
    if workbook.requests.is_empty() {
        return vec![];
    }
    let clusters = parts(workbook);
    let mut requests = std::mem::take(&mut workbook.requests);
    let mut changed = vec![];
    for request in &mut requests {
        let next = match request.status {
            RequestStatus::Received if !request.evidence.is_empty() && !request.evidence.iter().any(|e| counts(workbook, e)) => {
                Some((RequestStatus::Open, vec![], String::new()))
            }
            RequestStatus::Open => guidance.question(&request.question).and_then(|question| {
                let state = standing(question, workbook, &clusters, today);
                met(workbook, request, &state)
            }),
            _ => None,
        };
        if let Some((status, evidence, note)) = next {
            (request.status, request.evidence) = (status, evidence);
            if request.note.is_empty() {
                request.note = note;
            }
            (request.by, request.at) = (by.to_owned(), at);
            changed.push(request.reference.clone());
        }
    }
    workbook.requests = requests;
    changed
}

/// How a request stands after what came for its question: status, evidence, words.
fn met(workbook: &Workbook, request: &Request, state: &AnswerState) -> Option<(RequestStatus, Vec<String>, String)> {
    let mut came: Vec<String> = candidates(workbook, request);
    // What was there when somebody opened it again was not enough.
    came.retain(|reference| workbook.evidence.iter().any(|e| e.reference == *reference && e.obtained >= request.at));
    match state {
        AnswerState::Waived(why) => Some((RequestStatus::NotNeeded, vec![], why.clone())),
        AnswerState::Satisfied | AnswerState::Unsatisfied(_) => {
            let answers: Vec<_> = workbook.answers.iter().filter(|a| a.question == request.question && a.at >= request.at).collect();
            came.extend(answers.iter().flat_map(|a| a.evidence.iter().filter(|e| counts(workbook, e)).cloned()));
            let came: BTreeSet<String> = came.into_iter().collect();
            (!answers.is_empty() || !came.is_empty()).then(|| (RequestStatus::Received, came.into_iter().collect(), "answered".to_owned()))
        }
        _ if came.is_empty() => None,
        _ => Some((RequestStatus::Received, came, String::new())),
    }
}

fn counts(workbook: &Workbook, reference: &str) -> bool {
    workbook.evidence.iter().any(|e| e.reference == reference && e.counts())
}

/// References of evidence that came since a request was made and may meet it: for a question, what names it; else what names one of the practices.
#[must_use]
pub fn candidates(workbook: &Workbook, request: &Request) -> Vec<String> {
    let serves = |e: &&Evidence| {
        if request.question.is_empty() {
            e.practices.iter().any(|p| request.practices.contains(p))
        } else {
            e.questions.contains(&request.question)
        }
    };
    let since = workbook.evidence.iter().filter(|e| e.counts() && e.obtained >= request.asked);
    since.filter(serves).map(|e| e.reference.clone()).collect()
}

/// Whether a request is open and its day has passed.
#[must_use]
pub fn is_overdue(request: &Request, today: Date) -> bool {
    request.status == RequestStatus::Open && request.due.is_some_and(|due| due.0 < today)
}

/// The open request for a question.
#[must_use]
pub fn open_for<'w>(workbook: &'w Workbook, question: &str) -> Option<&'w Request> {
    workbook.requests.iter().find(|r| r.status == RequestStatus::Open && r.question == question)
}

/// What is asked of whoever reads a request for a question, in a sentence; "" for other requests.
#[must_use]
pub fn plea(question: &Question, state: &AnswerState) -> &'static str {
    match state {
        AnswerState::NeedsEvidence => "This is answered; please send what shows it.",
        AnswerState::Lapsed(_) if question.evidence_required => {
            "This was answered some time ago; please confirm it, and send what shows it today."
        }
        AnswerState::Lapsed(_) => "This was answered some time ago; please confirm it.",
        _ if question.evidence_required => "Please answer this, and send what shows it.",
        _ => "Please answer this.",
    }
}

/// A line of a list of evidence as something that one can ask for.
fn asked_for(line: &str) -> String {
    let line = one_line(line);
    let line = line.trim_end_matches('.');
    for (begins, asks) in [
        ("Observation: ", "A time to observe: "),
        ("Observation ", "A time for an observation "),
        ("Interview ", "A time for an interview "),
        ("An interview ", "A time for an interview "),
        ("A demonstration ", "A time for a demonstration "),
    ] {
        if let Some(rest) = line.strip_prefix(begins) {
            return format!("{asks}{rest}");
        }
    }
    line.to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words that tell who can provide something, wherever they stand.
const WORDS: &[(&str, &[&str])] = &[
    (
        "identity team",
        &[
            "identity provider",
            "multi-factor",
            "mfa",
            "second factor",
            "leaver",
            "people authenticate",
            "access review",
            "review of permissions",
        ],
    ),
    (
        "CISO",
        &["risk analysis", "penetration test", "scope document", "policy that sets", "hardening standard", "by policy", "policy have"],
    ),
];

/// Who can provide what an area is about, where no word tells.
const AREAS: [&str; 16] = [
    "platform team",
    "platform team",
    "platform team",
    "network team",
    "PKI team",
    "platform team",
    "security operations",
    "security operations",
    "platform team",
    "platform team",
    "platform team",
    "build team",
    "build team",
    "development team",
    "platform team",
    "network team",
];

/// Who can provide something, by a control and words.
#[must_use]
pub fn role_of(control: &str, text: &str) -> &'static str {
    let text = text.to_lowercase();
    let told = WORDS.iter().find(|(_, words)| words.iter().any(|word| text.contains(word))).map(|(role, _)| *role);
    let area = control.split('.').next().and_then(|area| area.parse::<usize>().ok()).and_then(|area| AREAS.get(area.checked_sub(1)?));
    told.or(area.copied()).unwrap_or("platform team")
}

/// Who can provide something, as this assessment calls them: a role that was typed in the place of a proposed one is remembered.
fn role_for(workbook: &Workbook, control: &str, text: &str) -> String {
    let usual = role_of(control, text);
    let typed = workbook.requests.iter().filter(|r| !r.role.is_empty() && r.role != usual && proposed_role(r) == Some(usual));
    typed.max_by(|a, b| (a.at, &a.reference).cmp(&(b.at, &b.reference))).map_or_else(|| usual.to_owned(), |r| r.role.clone())
}

/// The role that was proposed for a request.
fn proposed_role(request: &Request) -> Option<&'static str> {
    let practice = request.practices.first()?;
    let control = practice.rsplit_once('.').map_or(practice.as_str(), |(control, _)| control);
    Some(role_of(control, &request.what))
}

/// Roles that requests name, sorted.
#[must_use]
pub fn roles(workbook: &Workbook) -> Vec<String> {
    let roles: BTreeSet<&str> = workbook.requests.iter().map(|r| r.role.as_str()).filter(|role| !role.is_empty()).collect();
    roles.into_iter().map(str::to_owned).collect()
}
