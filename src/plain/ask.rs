//! Forms, asked field by field: the question for a row, and what a line means as its answer.

use super::commands::{self, Found, find, whole};
use super::heard::{Heard, Tells};
use super::{forms, page};
use kassay_core::session::{Action, Choice, Context, Form, Input, Purpose, Row, Session, Typed};

/// The question for the row in focus, with what stands in it.
#[must_use]
pub fn question(form: &Form) -> Vec<String> {
    let Some(row) = form.focused() else { return vec!["This form has no fields: .save saves it, .back leaves it.".to_owned()] };
    let place = if form.rows.len() > 1 { format!("Field {} of {}, ", form.focus + 1, form.rows.len()) } else { String::new() };
    let hint = if row.hint.is_empty() { String::new() } else { format!(" ({})", row.hint) };
    let mut lines = vec![];
    if takes_evidence(form, row) {
        lines.push("A plus sign attaches a new piece of evidence here.".to_owned());
    }
    let value = forms::value(row);
    match &row.input {
        Input::Choice { options, chosen } => {
            lines.push(format!("{place}{}{hint}:", row.label));
            lines.extend(options.iter().enumerate().map(|(at, option)| choice(at, option, *chosen == Some(at))));
            lines.push(match chosen {
                Some(_) => "Type a number; an empty line keeps what is chosen.".to_owned(),
                None => "Type a number; an empty line leaves it open.".to_owned(),
            });
        }
        Input::Text(field) if field.lines => {
            lines.extend(page::pair(&format!("{place}{}{hint} has", row.label), &value));
            lines.push(match value.is_empty() {
                true => {
                    format!("{place}{}{hint}. Several lines; a line with a single dot ends them, an empty line leaves it empty:", row.label)
                }
                false => "What you type takes its place; a line with a single dot ends it, an empty line keeps it as it is:".to_owned(),
            });
        }
        Input::Text(_) => lines.push(match value.is_empty() {
            true => format!("{place}{}{hint} (empty leaves it empty):", row.label),
            false => format!("{place}{}{hint} (empty keeps: {value}):", row.label),
        }),
    }
    lines
}

/// Rows before the one that is asked first, where something stands in them already.
#[must_use]
pub fn before(form: &Form) -> Vec<String> {
    let told = form.rows.iter().take(form.focus).enumerate().map(|(nth, row)| (nth + 1, &row.label, forms::value(row)));
    told.filter(|(.., value)| !value.is_empty())
        .map(|(number, label, value)| format!("{label} is: {value}; .{number} changes it."))
        .collect()
}

fn choice(at: usize, option: &Choice, chosen: bool) -> String {
    let number = at + 1;
    let key = if option.key.is_ascii_digit() { String::new() } else { format!(" or {}", option.key) };
    let chosen = if chosen { ", chosen" } else { "" };
    format!("{number}{key}: {}{chosen}", option.label)
}

/// Whether evidence can be attached from a row.
fn takes_evidence(form: &Form, row: &Row) -> bool {
    row.id == "evidence" && matches!(form.purpose, Purpose::Answer { .. })
}

/// What is wrong with the form, where something is.
#[must_use]
pub fn refused(form: &Form) -> Vec<String> {
    let whole = form.error.iter().map(|why| format!("Not accepted: {why}"));
    whole.chain(form.rows.iter().flat_map(|row| row.error.iter().map(|why| format!("Not accepted: {}: {why}", row.label)))).collect()
}

/// What a line means as the answer to the row in focus; `writing` where lines of it came before.
#[must_use]
pub fn hear(session: &Session, form: &Form, writing: bool, line: &str) -> Heard {
    if let Some(heard) = command(session, form, line.trim()) {
        return heard;
    }
    // Whoever types one of these forgot the dot, far more likely than not.
    if form.field().is_some() && matches!(line, "back" | "quit" | "exit" | "help" | "again" | "?") {
        let says = format!("Commands begin with a dot in a form: .{line}. Where “{line}” is your text, type a space before it.");
        return Heard { tells: if writing { Tells::Nothing } else { Tells::All }, says: vec![says], ..Heard::default() };
    }
    let filled = |action: Action| Heard { next_row: true, ..Heard::act(action) };
    let kept = || Heard { next_row: true, ..Heard::default() };
    let Some(row) = form.focused() else { return kept() };
    match &row.input {
        Input::Text(field) if field.lines => match line.trim() {
            "." => kept(),
            "" if !writing => kept(),
            _ => {
                let text = if writing { format!("{}\n{line}", field.text) } else { line.to_owned() };
                Heard { tells: Tells::Nothing, ..Heard::act(whole(&text)) }
            }
        },
        _ if line.trim().is_empty() => kept(),
        Input::Text(_) if line.trim() == "+" && takes_evidence(form, row) => Heard::act(Action::Type(Typed::Char('+'))),
        Input::Text(_) => filled(whole(line.trim())),
        Input::Choice { options, .. } => match chosen(options, line.trim()) {
            Some(at) => filled(Action::ChooseNth(at)),
            None => Heard {
                says: vec![format!("“{}” is none of the choices; .back leaves the form.", line.trim())],
                tells: Tells::All,
                ..Heard::default()
            },
        },
    }
}

/// The option that a line names: by its number, its key, its words or their beginning.
fn chosen(options: &[Choice], line: &str) -> Option<usize> {
    if let Ok(number) = line.parse::<usize>() {
        return number.checked_sub(1).filter(|at| *at < options.len());
    }
    let line = line.to_lowercase();
    let is = |fits: &dyn Fn(&Choice) -> bool| options.iter().position(fits);
    is(&|o| line.chars().eq([o.key])).or_else(|| is(&|o| o.label.to_lowercase() == line || o.value.to_lowercase() == line)).or_else(|| {
        is(&|o| o.label.to_lowercase().starts_with(&line))
            .filter(|_| options.iter().filter(|o| o.label.to_lowercase().starts_with(&line)).count() == 1)
    })
}

/// A command in a form: it begins with a dot.
fn command(session: &Session, form: &Form, line: &str) -> Option<Heard> {
    let word = line.strip_prefix('.').filter(|word| !word.is_empty())?;
    if line == ".." {
        return Some(Heard::act(Action::Back));
    }
    let (first, rest) = word.split_once(' ').map_or((word, ""), |(first, rest)| (first, rest.trim()));
    let context = session.context();
    let say = |says: Vec<String>| Heard { says, tells: Tells::Nothing, ..Heard::default() };
    Some(match word {
        "back" => Heard::act(Action::Back),
        "quit" => Heard::act(Action::Quit),
        "next" => Heard { next_row: true, ..Heard::default() },
        "previous" => Heard { tells: Tells::All, ..Heard::act(Action::PreviousField) },
        "again" => Heard { tells: Tells::All, ..Heard::default() },
        "fields" => say(forms::filled(form)),
        "?" => say(own().into_iter().chain(commands::all(context)).collect()),
        "clear" if form.field().is_some() => Heard { tells: Tells::All, ..Heard::act(whole("")) },
        "clear" => say(vec!["A choice can't be emptied; choose another one.".to_owned()]),
        _ => match (first.parse::<usize>(), find(context, first), find(context, word)) {
            (Ok(number), ..) if rest.is_empty() && (1..=form.rows.len()).contains(&number) => {
                Heard { tells: Tells::All, ..Heard::act(Action::Focus(number - 1)) }
            }
            (Ok(_), ..) if rest.is_empty() => say(vec![format!("There is no field {first}; the form has {}.", form.rows.len())]),
            (.., Found::One(binding)) => Heard { tells: Tells::All, ..Heard::act((binding.action)()) },
            // The beginning of a path, to be completed.
            (_, Found::One(binding), _) if form.field().is_some() && context != Context::Choice => {
                Heard { actions: vec![whole(rest), (binding.action)()], tells: Tells::All, ..Heard::default() }
            }
            // Paths and numbers may begin so.
            _ if !word.chars().all(|c| c.is_alphabetic() || c == '-') => return None,
            _ => say(vec![format!("There is no command .{word}; .? lists them. Where it is a text, type a space before it.")]),
        },
    })
}

/// The commands that are not in the table of keys.
fn own() -> Vec<String> {
    [
        ".back: leaves the form; what you typed is kept.",
        ".next: keeps the field and goes on.",
        ".previous: the field before.",
        ".3, or another number: that field.",
        ".clear: empties the field.",
        ".fields: tells all fields.",
        ".again: asks once more.",
        ".quit: leaves Kassay; what you typed is kept.",
    ]
    .map(str::to_owned)
    .to_vec()
}
