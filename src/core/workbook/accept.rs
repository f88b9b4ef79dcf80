//! What an answer must have to be accepted, and whether an answer satisfies its question today.

use super::evidence::is_stale_for;
use super::{Answer, AnswerValue, Day, Workbook};
use crate::guidance::{Question, QuestionKind, Satisfied};
use crate::model::Interval;
use jiff::civil::Date;

pub use super::moment::day_of;

/// Why something that was typed is not accepted. The sentence stands beside the field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAccepted(pub String);

fn no<T>(why: impl Into<String>) -> Result<T, NotAccepted> {
    Err(NotAccepted(why.into()))
}

/// How an answer stands today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerState {
    /// Not asked here: the question does not apply, with the reason.
    Waived(String),
    /// No answer yet.
    Missing,
    /// Satisfies.
    Satisfied,
    /// Does not satisfy, with the reason.
    Unsatisfied(String),
    /// Was good, and is too old now; the day on which it lapsed.
    Lapsed(Date),
    /// Would satisfy with evidence.
    NeedsEvidence,
    /// Answers another wording than today's; must be looked at again.
    Reworded,
}

impl AnswerState {
    /// Whether it speaks against the practice, as an unsatisfied answer does and a missing one does not.
    #[must_use]
    pub const fn is_against(&self) -> bool {
        matches!(self, Self::Unsatisfied(_))
    }

    /// Whether it needs a person: it is not answered, or its answer does not hold any more, or lacks its evidence.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Missing | Self::Lapsed(_) | Self::NeedsEvidence | Self::Reworded)
    }

    /// Whether nothing more is asked of a person.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::Satisfied | Self::Waived(_))
    }
}

/// Reads what a person typed as an answer to a question. Choices are taken by value, by label or by their first letter.
///
/// # Errors
/// Where it is not of the question's type, with what would be.
pub fn read_answer(question: &Question, text: &str, today: Date) -> Result<AnswerValue, NotAccepted> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return no("an answer is needed");
    }
    match question.kind {
        QuestionKind::YesNo | QuestionKind::YesNoPartly | QuestionKind::Choice => {
            let options = question.options();
            let lower = trimmed.to_lowercase();
            let found = options.iter().find(|c| c.value == lower || c.label.to_lowercase() == lower).or_else(|| {
                (question.kind != QuestionKind::Choice).then(|| options.iter().find(|c| lower.len() == 1 && c.value.starts_with(&lower)))?
            });
            found.map(|c| AnswerValue::Text(c.value.clone())).ok_or_else(|| {
                NotAccepted(format!("one of {} is expected", options.iter().map(|c| c.value.as_str()).collect::<Vec<_>>().join(", ")))
            })
        }
        QuestionKind::Number => {
            let number = trimmed.trim_end_matches(question.unit.as_str()).trim();
            match number.replace(',', ".").parse::<f64>() {
                Ok(n)
                    if !n.is_finite() || question.min.is_some_and(|min| n < min) || question.max.is_some_and(|max| n > max) || n < 0.0 =>
                {
                    no(format!("{number} is outside what {} can be", question.unit))
                }
                Ok(n) => Ok(AnswerValue::Number(n)),
                Err(_) => no(format!("a number of {} is expected", question.unit)),
            }
        }
        QuestionKind::Interval => {
            trimmed.parse::<Interval>().map(|i| AnswerValue::Text(i.to_string())).map_err(|e| NotAccepted(e.to_string()))
        }
        QuestionKind::Date => {
            let day = read_day(trimmed, today)?;
            if day > today {
                return no(format!("{day} is in the future; the day on which it happened is expected"));
            }
            Ok(AnswerValue::Date(Day(day)))
        }
        QuestionKind::Text => Ok(AnswerValue::Text(trimmed.to_owned())),
        QuestionKind::List => {
            let items: Vec<String> = trimmed.split([',', '\n', ';']).map(str::trim).filter(|i| !i.is_empty()).map(str::to_owned).collect();
            if items.is_empty() { no("at least one entry is needed") } else { Ok(AnswerValue::List(items)) }
        }
    }
}

/// Reads a day as people type it: `2026-11-23`, `2026-11`, `today`, `yesterday`, `-3d`, `-2w`, `-6m`, `-1y`.
///
/// # Errors
/// Where it is none of these.
pub fn read_day(text: &str, today: Date) -> Result<Date, NotAccepted> {
    let trimmed = text.trim().to_ascii_lowercase();
    let back = |span: Result<jiff::Span, jiff::Error>| span.ok().and_then(|s| today.checked_sub(s).ok());
    let day = match trimmed.as_str() {
        "today" | "now" => Some(today),
        "yesterday" => back(jiff::Span::new().try_days(1)),
        ago if ago.starts_with('-') => ago[1..].parse::<Interval>().ok().and_then(|interval| {
            use crate::model::interval::Unit;
            let n = i64::from(interval.count);
            back(match interval.unit {
                Unit::Hour => jiff::Span::new().try_days((n + 23) / 24),
                Unit::Day => jiff::Span::new().try_days(n),
                Unit::Week => jiff::Span::new().try_weeks(n),
                Unit::Month => jiff::Span::new().try_months(n),
                Unit::Year => jiff::Span::new().try_years(n),
            })
        }),
        month if month.len() == 7 => format!("{month}-01").parse().ok(),
        day => day.parse().ok(),
    };
    day.ok_or_else(|| NotAccepted(format!("“{}” is not a day: write 2026-11-23, 2026-11, today or -3d", text.trim())))
}

/// How a question stands with an answer, on a day.
#[must_use]
pub fn state(question: &Question, answer: Option<&Answer>, workbook: &Workbook, today: Date) -> AnswerState {
    let Some(answer) = answer else { return AnswerState::Missing };
    if answer.digest != question.digest() {
        return AnswerState::Reworded;
    }
    if let Err(why) = satisfies(question, &answer.value, today) {
        return AnswerState::Unsatisfied(why);
    }
    let said = answer.on.map_or_else(|| day_of(answer.at.0), |day| day.0);
    if let Some(end) = question.valid_for.after(said).filter(|end| *end < today) {
        return AnswerState::Lapsed(end);
    }
    let serves = |e: &super::Evidence| e.counts() && (answer.evidence.contains(&e.reference) || e.questions.contains(&question.id));
    if question.evidence_required && !workbook.evidence.iter().any(|e| serves(e) && !is_stale_for(e, question, today)) {
        return AnswerState::NeedsEvidence;
    }
    AnswerState::Satisfied
}

fn satisfies(question: &Question, value: &AnswerValue, today: Date) -> Result<(), String> {
    let wanted = || format!("“{value}” does not satisfy; {} would", question.satisfied_words());
    let holds = match (&question.satisfied, value) {
        (Satisfied { answered: Some(true), .. }, _) => true,
        (Satisfied { one_of: Some(values), .. }, AnswerValue::Text(text)) => values.contains(text),
        (Satisfied { at_most: Some(toml::Value::String(limit)), .. }, AnswerValue::Text(text)) => {
            limit.parse::<Interval>().ok().zip(text.parse::<Interval>().ok()).is_some_and(|(limit, said)| said.at_most(limit))
        }
        (Satisfied { at_most: Some(limit), .. }, AnswerValue::Number(n)) => {
            #[expect(clippy::cast_precision_loss, reason = "limits are small numbers")]
            let limit = limit.as_float().or_else(|| limit.as_integer().map(|i| i as f64));
            limit.is_some_and(|limit| *n <= limit)
        }
        (Satisfied { at_least: Some(limit), .. }, AnswerValue::Number(n)) => n >= limit,
        (Satisfied { not_older_than: Some(interval), .. }, AnswerValue::Date(day)) => interval.after(day.0).is_some_and(|end| end >= today),
        _ => false,
    };
    if holds { Ok(()) } else { Err(wanted()) }
}
