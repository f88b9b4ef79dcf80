//! The review by a second person: what may be submitted, accepted and returned, by whom, and how it stands since. Each step keeps the digest
//! of its matter, so that what is changed afterwards is neither accepted nor returned any more.

use super::journal::digest;
use super::{Answer, Determination, Moment, SignOff, SignOffStep, Workbook};
use crate::guidance::{Area, Guidance};
use std::fmt;

/// What a second person looks at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matter {
    /// The determination of a practice.
    Determination(String),
    /// An answer to a question.
    Answer {
        /// The question.
        question: String,
        /// The cluster that it is for; "" for all.
        cluster: String,
    },
    /// All determinations and answers of an area, by its number.
    Area(u8),
}

impl fmt::Display for Matter {
    /// As it stands in the workbook: `determination 3.1.a`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Determination(practice) => write!(f, "determination {practice}"),
            Self::Answer { question, cluster } if cluster.is_empty() => write!(f, "answer {question}"),
            Self::Answer { question, cluster } => write!(f, "answer {question} on {cluster}"),
            Self::Area(number) => write!(f, "area {number}"),
        }
    }
}

impl Matter {
    /// Reads a matter as it stands in the workbook; none where it is of no kind that is known here.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.split_once(' ')? {
            ("determination", practice) => Some(Self::Determination(practice.to_owned())),
            ("answer", of) => {
                let (question, cluster) = of.split_once(" on ").unwrap_or((of, ""));
                Some(Self::Answer { question: question.to_owned(), cluster: cluster.to_owned() })
            }
            ("area", number) => number.parse().ok().map(Self::Area),
            _ => None,
        }
    }

    /// The matter of a determination.
    #[must_use]
    pub fn of_determination(determination: &Determination) -> Self {
        Self::Determination(determination.practice.clone())
    }

    /// The matter of an answer.
    #[must_use]
    pub fn of_answer(answer: &Answer) -> Self {
        Self::Answer { question: answer.question.clone(), cluster: answer.cluster.clone() }
    }

    /// What it is made of: itself, or for an area the determinations and answers in it that are there.
    #[must_use]
    fn parts(&self, workbook: &Workbook, guidance: &Guidance) -> Vec<Self> {
        let Self::Area(number) = self else { return vec![self.clone()] };
        let Some(area) = guidance.areas.iter().find(|a| a.number == *number) else { return vec![] };
        of_area(area, workbook)
    }

    fn record<'a>(&self, workbook: &'a Workbook) -> Option<Record<'a>> {
        match self {
            Self::Determination(practice) => workbook.determination(practice).map(Record::Determination),
            Self::Answer { question, cluster } => {
                workbook.answers.iter().find(|a| a.question == *question && a.cluster == *cluster).map(Record::Answer)
            }
            Self::Area(_) => None,
        }
    }

    /// Who wrote it, each once.
    #[must_use]
    pub fn authors(&self, workbook: &Workbook, guidance: &Guidance) -> Vec<String> {
        let mut authors: Vec<String> = vec![];
        for record in self.parts(workbook, guidance).iter().filter_map(|part| part.record(workbook)) {
            if !authors.iter().any(|known| same_person(known, record.by())) {
                authors.push(record.by().trim().to_owned());
            }
        }
        authors
    }

    /// The digest of it as it stands; none where nothing is written.
    #[must_use]
    pub fn digest(&self, workbook: &Workbook, guidance: &Guidance) -> Option<String> {
        if let Self::Area(_) = self {
            let part = |part: &Self| Some(format!("{part} {}\n", part.digest(workbook, guidance)?));
            let parts: String = self.parts(workbook, guidance).iter().filter_map(part).collect();
            return (!parts.is_empty()).then(|| digest(parts.as_bytes()));
        }
        let text = match self.record(workbook)? {
            Record::Determination(record) => toml::to_string(record),
            Record::Answer(record) => toml::to_string(record),
        };
        text.ok().map(|text| digest(text.as_bytes()))
    }
}

/// A row of the workbook that somebody wrote.
enum Record<'a> {
    Determination(&'a Determination),
    Answer(&'a Answer),
}

impl Record<'_> {
    fn by(&self) -> &str {
        match self {
            Self::Determination(record) => &record.by,
            Self::Answer(record) => &record.by,
        }
    }
}

/// The determinations and answers of an area that are there, in the order of the guidance.
fn of_area(area: &Area, workbook: &Workbook) -> Vec<Matter> {
    let mut matters = vec![];
    for control in &area.controls {
        for question in &control.questions {
            let mut answers: Vec<&Answer> = workbook.answers.iter().filter(|a| a.question == question.id).collect();
            answers.sort_by(|a, b| a.cluster.cmp(&b.cluster));
            matters.extend(answers.into_iter().map(Matter::of_answer));
        }
        let determined = control.practices.iter().filter_map(|p| workbook.determination(&p.id));
        matters.extend(determined.map(Matter::of_determination));
    }
    matters
}

/// Everything that a second person may look at: each area in which something is written, then what is in it.
#[must_use]
pub fn matters(workbook: &Workbook, guidance: &Guidance) -> Vec<Matter> {
    let mut all = vec![];
    for area in &guidance.areas {
        let parts = of_area(area, workbook);
        if !parts.is_empty() {
            all.push(Matter::Area(area.number));
            all.extend(parts);
        }
    }
    all
}

/// Whether two names are of one person: blanks and capitals don't tell people apart.
#[must_use]
pub fn same_person(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(one) == plain(other)
}

/// How a matter stands with the second person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignState {
    /// Returned with words.
    Returned,
    /// Changed since its last step: neither accepted nor returned.
    Changed,
    /// Accepted by who wrote it, where that is not allowed: it does not count.
    Own,
    /// Not submitted yet.
    Open,
    /// Waits for a second person.
    Submitted,
    /// Accepted.
    Accepted,
}

impl SignState {
    /// All, what needs somebody first.
    pub const ALL: [Self; 6] = [Self::Returned, Self::Changed, Self::Own, Self::Open, Self::Submitted, Self::Accepted];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Changed => "changed since",
            Self::Own => "accepted by who wrote it, which does not count",
            Self::Open => "not submitted",
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
        }
    }
}

/// How a matter stands, and the step by which it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How.
    pub state: SignState,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Its last step, also where it was changed since.
    pub step: Option<SignOff>,
}

impl Standing {
    /// Whether it was returned to this person.
    #[must_use]
    pub fn is_returned_to(&self, person: &str) -> bool {
        self.state == SignState::Returned && self.authors.iter().any(|author| same_person(author, person))
    }

    /// Who accepted it as it stands.
    #[must_use]
    pub fn accepted_by(&self) -> Option<&SignOff> {
        self.step.as_ref().filter(|_| self.state == SignState::Accepted)
    }

    /// Whether that was one of those who wrote it.
    #[must_use]
    pub fn is_own(&self) -> bool {
        let accepted = self.step.as_ref().filter(|_| matches!(self.state, SignState::Accepted | SignState::Own));
        accepted.is_some_and(|step| self.authors.iter().any(|author| same_person(author, &step.by)))
    }

    /// How it stands, in words: `accepted by R. Reviewer, 2026-11-23T09:12:00Z`.
    #[must_use]
    pub fn words(&self) -> String {
        let Some(step) = &self.step else { return self.state.label().to_owned() };
        let said = if step.words.is_empty() { String::new() } else { format!(": {}", step.words) };
        let (by, at) = (&step.by, step.at);
        match self.state {
            SignState::Open => self.state.label().to_owned(),
            SignState::Changed => format!("changed since it was {} by {by}, {at}{said}", step.step.label()),
            SignState::Own => format!("accepted by {by}, who wrote it: that does not count"),
            SignState::Accepted if self.is_own() => format!("accepted by {by}, who wrote it, {at}{said}"),
            SignState::Submitted | SignState::Accepted | SignState::Returned => format!("{} by {by}, {at}{said}", step.step.label()),
        }
    }
}

/// How a matter stands; none where nothing is written of it.
#[must_use]
pub fn standing(matter: &Matter, workbook: &Workbook, guidance: &Guidance) -> Option<Standing> {
    let digest = matter.digest(workbook, guidance)?;
    let authors = matter.authors(workbook, guidance);
    let name = matter.to_string();
    let step = workbook.sign_offs.iter().rev().find(|step| step.of == name).cloned();
    let state = match &step {
        None => SignState::Open,
        Some(step) if step.digest != digest => SignState::Changed,
        Some(step) => match step.step {
            SignOffStep::Submitted => SignState::Submitted,
            SignOffStep::Returned => SignState::Returned,
            SignOffStep::Accepted => {
                let own = authors.iter().any(|author| same_person(author, &step.by));
                if own && !workbook.engagement.own_acceptance { SignState::Own } else { SignState::Accepted }
            }
        },
    };
    Some(Standing { state, authors, step })
}

/// A step that somebody is about to take.
#[derive(Clone, Debug)]
pub struct Taken<'a> {
    /// The matter.
    pub matter: &'a Matter,
    /// What is done.
    pub step: SignOffStep,
    /// What is said.
    pub words: &'a str,
    /// By whom.
    pub by: &'a str,
    /// When.
    pub at: Moment,
}

/// Adds a step to the workbook; with an area that is submitted or accepted, a step for each thing in it that had none of the sort.
///
/// # Errors
/// Says why it may not be taken, in words for whoever tried.
pub fn take(workbook: &mut Workbook, guidance: &Guidance, taken: &Taken<'_>) -> Result<(), String> {
    let (matter, step, words, by) = (taken.matter, taken.step, taken.words.trim(), taken.by);
    let Some(now) = standing(matter, workbook, guidance) else { return Err(format!("nothing is written yet: {matter}")) };
    if by.trim().is_empty() {
        return Err("it is not known who you are: start again with --user NAME".to_owned());
    }
    let own = now.authors.iter().any(|author| same_person(author, by)) && !workbook.engagement.own_acceptance;
    match step {
        SignOffStep::Submitted if matches!(now.state, SignState::Submitted | SignState::Accepted) => {
            return Err(format!("it is {} already", now.words()));
        }
        SignOffStep::Accepted if now.state == SignState::Accepted => return Err(format!("it is {} already", now.words())),
        SignOffStep::Returned if words.is_empty() => return Err("say what is to be changed".to_owned()),
        SignOffStep::Accepted | SignOffStep::Returned if own => {
            let whose = if matches!(matter, Matter::Area(_)) { "some of it is yours" } else { "you wrote it" };
            return Err(format!("{whose}; another person does it, with --user NAME"));
        }
        _ => {}
    }
    if step != SignOffStep::Returned {
        whole(matter, workbook, guidance)?;
    }
    add(workbook, guidance, matter, taken, words);
    if matches!(matter, Matter::Area(_)) && step != SignOffStep::Returned {
        for part in matter.parts(workbook, guidance) {
            let state = standing(&part, workbook, guidance).map(|standing| standing.state);
            let submitted = step == SignOffStep::Submitted && state == Some(SignState::Submitted);
            if !submitted && state != Some(SignState::Accepted) {
                add(workbook, guidance, &part, taken, "");
            }
        }
    }
    Ok(())
}

fn add(workbook: &mut Workbook, guidance: &Guidance, of: &Matter, taken: &Taken<'_>, words: &str) {
    if let Some(digest) = of.digest(workbook, guidance) {
        let (by, words) = (taken.by.trim().to_owned(), words.to_owned());
        workbook.sign_offs.push(SignOff { of: of.to_string(), step: taken.step, words, by, at: taken.at, digest });
    }
}

/// Whether a matter is done, so that somebody may look at it as a whole.
fn whole(matter: &Matter, workbook: &Workbook, guidance: &Guidance) -> Result<(), String> {
    let to_confirm = |practice: &str| workbook.determination(practice).is_some_and(|d| d.to_confirm);
    match matter {
        Matter::Determination(practice) if to_confirm(practice) => {
            Err("newer outcomes speak against it: whoever determined it must confirm or change it first".to_owned())
        }
        Matter::Area(number) => {
            let area = guidance.areas.iter().find(|a| a.number == *number);
            let mut practices = area.iter().flat_map(|a| &a.controls).flat_map(|c| &c.practices);
            match practices.find(|p| workbook.determination(&p.id).is_none() || to_confirm(&p.id)) {
                Some(open) if to_confirm(&open.id) => Err(format!("{} is to be confirmed first", open.id)),
                Some(open) => Err(format!("{} is not determined yet", open.id)),
                None => Ok(()),
            }
        }
        Matter::Determination(_) | Matter::Answer { .. } => Ok(()),
    }
}

#[cfg(test)]
mod tests;
