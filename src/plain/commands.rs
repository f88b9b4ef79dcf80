//! Commands: every action of the table of keys by its key or its name, and the few words of plain text itself.

use super::Heard;
use super::heard::Tells;
use super::page::{List, Number, Page};
use crate::shell::keymap::{self, Binding, KEYMAP};
use kassay_core::session::{self, Action, Context, Layer, Session, Typed};

/// How plain text is worked with; help tells it.
pub const MANNERS: [&str; 9] = [
    "An empty line goes to the next thing that needs you, and tells it.",
    "Rows of lists have numbers: a number selects a row and tells all of it; the same number again opens it. In a list of choices it opens at once. \
     A command behind the number is done to that row: 3 answer.",
    "Every action has a key and a name; type one of them. ? lists those that are possible. Keys that sentences name are typed by their names: tab, \
     enter, esc, space, up, down, left, right, ctrl-s. The tabs of a control are: tab 1 to tab 5.",
    "back, b or .. goes back; again tells the whole place once more; m tells more of a long list; quit leaves, and everything is saved.",
    "A form asks field by field. An empty line keeps what stands there and goes on; after the last field the form is saved.",
    "In a form commands begin with a dot: .back leaves it and keeps what you typed, .save saves it, .clear empties the field, .previous and .next go to \
     the field beside, .3 to the third, .fields tells all, .? lists the rest. A text that looks like one is typed with a space before it.",
    "A text of several lines ends with a line that is a single dot.",
    ".tab with the beginning of a path completes it.",
    "Ctrl-C cancels a reading, an export or a probe; elsewhere it leaves, and asks where something would be lost.",
];

/// What goes back.
#[must_use]
pub fn is_back(line: &str) -> bool {
    matches!(line.to_lowercase().as_str(), "back" | "b" | ".." | "esc" | "escape")
}

/// What leaves.
#[must_use]
pub fn is_quit(line: &str) -> bool {
    matches!(line.to_lowercase().as_str(), "quit" | "exit")
}

/// Whether numbers are rows there before they are keys: everywhere.
fn is_row(key: &str) -> bool {
    key.parse::<usize>().is_ok_and(|number| number > 0)
}

/// How a key is typed.
fn typed(key: &str) -> Option<String> {
    match key {
        key if is_row(key) => Some(format!("tab {key}")),
        // Taken by the words for going back.
        "b" => None,
        key => Some(key.to_owned()),
    }
}

/// How an action is typed: its keys and its name, as far as these are not taken by something else there.
#[must_use]
pub fn spellings(binding: &Binding) -> Vec<String> {
    let mut all: Vec<String> = binding.keys.iter().filter_map(|key| typed(key)).collect();
    if !binding.name.is_empty() && !all.iter().any(|key| key == binding.name) {
        all.push(binding.name.to_owned());
    }
    all
}

/// A line for each action that is possible at a place.
#[must_use]
pub fn all(context: Context) -> Vec<String> {
    let (near, far) = keymap::rows(context);
    let typing = context.takes_text();
    let dot = if is_form(context) || typing { "." } else { "" };
    // Where a line is a text, there is no cursor to move in it.
    let told = near.into_iter().chain(far).filter(|binding| !(typing && binding.name.is_empty()));
    told.map(|binding| {
        let keys: Vec<String> = spellings(binding).into_iter().map(|key| format!("{dot}{key}")).collect();
        format!("{}: {}", keys.join(" or "), binding.words)
    })
    .collect()
}

/// Whether lines are asked by a form there.
const fn is_form(context: Context) -> bool {
    matches!(context, Context::Text | Context::Lines | Context::Choice)
}

/// What fits a line.
pub enum Found {
    /// This action.
    One(&'static Binding),
    /// Names of these begin so. Nothing is done on a guess: a word too short could determine something.
    Perhaps(Vec<&'static Binding>),
    /// Nothing.
    None,
}

/// The action of a key or a name at a place.
#[must_use]
pub fn find(context: Context, line: &str) -> Found {
    let here = || KEYMAP.iter().filter(|b| b.contexts.contains(&context));
    let key = line.strip_prefix("tab ").map_or(line, str::trim);
    let is_key = |b: &&Binding| b.keys.contains(&key) && (key != line) == is_row(key);
    if let Some(found) = here().find(is_key).filter(|_| key != "b") {
        return Found::One(found);
    }
    let line = line.to_lowercase();
    if let Some(found) = here().find(|b| !b.name.is_empty() && b.name.to_lowercase() == line) {
        return Found::One(found);
    }
    let begin: Vec<&Binding> = here().filter(|b| line.len() > 1 && b.name.to_lowercase().starts_with(&line)).collect();
    if begin.is_empty() { Found::None } else { Found::Perhaps(begin) }
}

/// What a line means where nothing is filled in.
#[must_use]
pub fn hear(session: &Session, page: &Page<'_>, known: Option<usize>, line: &str) -> Heard {
    let context = session.context();
    if line.is_empty() {
        return onwards(session, context);
    }
    let (first, rest) = line.split_once(char::is_whitespace).map_or((line, ""), |(first, rest)| (first, rest.trim()));
    if let Some(number) = first.parse::<usize>().ok().filter(|number| *number > 0) {
        return row(session, page.list.as_ref(), known, number, rest);
    }
    // Whoever comes from a form types a dot.
    let line = line.strip_prefix('.').filter(|rest| rest.starts_with(char::is_alphabetic) || *rest == "?").unwrap_or(line);
    match line {
        "?" => return Heard { says: all(context), tells: Tells::Nothing, ..Heard::default() },
        "again" => return Heard { tells: Tells::All, ..Heard::default() },
        _ if is_quit(line) => return Heard::act(Action::Quit),
        _ if is_back(line) && context == Context::Home => return Heard { tells: Tells::All, ..Heard::default() },
        _ if is_back(line) => return Heard { tells: Tells::Return, ..Heard::act(Action::Back) },
        _ => {}
    }
    match find(context, line) {
        Found::One(binding) => of(binding),
        Found::Perhaps(all) => {
            let names: Vec<String> = all.iter().map(|b| format!("{} ({})", b.name, b.keys[0])).collect();
            Heard::say(format!("Nothing is done: “{line}” may mean {}. Type the whole name or the key.", names.join(", or ")))
        }
        Found::None => {
            narrowed(context, line).unwrap_or_else(|| Heard::say(format!("There is no “{line}” here; ? lists what can be done.")))
        }
    }
}

/// What an action leads to.
fn of(binding: &Binding) -> Heard {
    let action = (binding.action)();
    let tells = match &action {
        Action::Walk(session::walk::Action::NextOpen | session::walk::Action::PreviousOpen) => Tells::Selected,
        Action::Back => Tells::Return,
        _ => Tells::Changes,
    };
    Heard { tells, ..Heard::act(action) }
}

/// An empty line: on to the next thing that needs a person, where nothing is half done.
fn onwards(session: &Session, context: Context) -> Heard {
    if context == Context::Help {
        return Heard { tells: Tells::Return, ..Heard::act(Action::Back) };
    }
    let reads = matches!(
        context,
        Context::Areas
            | Context::Guidance
            | Context::Checks
            | Context::Questions
            | Context::Evidence
            | Context::Result
            | Context::Findings
            | Context::Finding
            | Context::Summary
            | Context::Segmentation
            | Context::Flows
            | Context::AllFindings
            | Context::Access
            | Context::Holder
            | Context::Trial
            | Context::Witness
            | Context::Fleet
            | Context::Compare
            | Context::Register
            | Context::Sample
    );
    match session.book.is_some() && reads {
        true => Heard { tells: Tells::Selected, ..Heard::act(Action::Walk(session::walk::Action::NextOpen)) },
        false => Heard { tells: Tells::All, ..Heard::default() },
    }
}

/// A number: a row, and what is done to it.
fn row(session: &Session, list: Option<&List<'_>>, known: Option<usize>, number: usize, rest: &str) -> Heard {
    let Some(list) = list else { return Heard::say("There is no list here.") };
    let at = number - 1;
    if at >= list.count {
        return Heard::say(format!("There is no {number} here: the list has {}.", list.counted()));
    }
    let select = match &list.number {
        Number::Does(does) => does(at),
        _ => (list.selected != at).then_some(Action::Select(at)),
    };
    if !rest.is_empty() {
        return match (find(session.context(), rest), &list.number) {
            (Found::One(binding), Number::Selects { .. } | Number::Opens | Number::Does(_)) => {
                let heard = of(binding);
                Heard { actions: select.into_iter().chain(heard.actions).collect(), ..heard }
            }
            _ => Heard::say(format!("There is no “{rest}” to be done to it; ? lists what can be done.")),
        };
    }
    match &list.number {
        Number::Tells => Heard { says: list.told(at), tells: Tells::Nothing, ..Heard::default() },
        Number::Does(_) => Heard { actions: select.into_iter().collect(), tells: Tells::All, ..Heard::default() },
        Number::Opens => Heard { actions: select.into_iter().chain(opened(session, at)).collect(), ..Heard::default() },
        Number::Selects { enters } if *enters && known == Some(at) && select.is_none() => Heard::act(Action::Enter),
        Number::Selects { .. } => Heard { actions: select.into_iter().collect(), tells: Tells::Selected, ..Heard::default() },
    }
}

/// What opens a row at once. Rows of the palette are actions.
fn opened(session: &Session, at: usize) -> Option<Action> {
    match session.top() {
        Layer::Palette { .. } => keymap::palette(session).get(at).map(|(binding, _)| Action::Run(Box::new((binding.action)()))),
        _ => Some(Action::Enter),
    }
}

/// A filter, a search or the palette with its words in the same line: `/ns:pay`, `find 8.4.2`, `: export`.
fn narrowed(context: Context, line: &str) -> Option<Heard> {
    let leads = |action: &Action| matches!(action, Action::Filter | Action::Search(_) | Action::Palette(_));
    let parted = |sign: char| line.strip_prefix(sign).map(|rest| (sign.to_string(), rest));
    let (word, rest) = parted('/').or_else(|| parted(':')).or_else(|| line.split_once(' ').map(|(word, rest)| (word.to_owned(), rest)))?;
    let Found::One(binding) = find(context, &word) else { return None };
    let action = (binding.action)();
    if !leads(&action) {
        return None;
    }
    let done = matches!(action, Action::Filter).then_some(Action::Enter);
    let actions = [action, whole(rest.trim())].into_iter().chain(done).collect();
    Some(Heard { actions, ..Heard::default() })
}

/// What a line means where it is a text: the words of a filter, of a search, of the palette.
#[must_use]
pub fn words(session: &Session, page: &Page<'_>, line: &str) -> Heard {
    let context = session.context();
    let filters = context == Context::Filter;
    let command = line.strip_prefix('.').filter(|word| !word.is_empty());
    match command {
        _ if line == ".." => return Heard::act(Action::Back),
        Some("back" | "clear") => return Heard::act(Action::Back),
        Some("quit") => return Heard::act(Action::Quit),
        Some("?") => return Heard { says: all(context), tells: Tells::Nothing, ..Heard::default() },
        Some(word) => {
            if let Found::One(binding) = find(context, word) {
                return of(binding);
            }
        }
        None => {}
    }
    if filters {
        let typed = (!line.is_empty()).then(|| whole(line));
        return Heard { actions: typed.into_iter().chain([Action::Enter]).collect(), ..Heard::default() };
    }
    match line.parse::<usize>().ok().filter(|number| *number > 0) {
        Some(number) if page.list.as_ref().is_some_and(|list| number <= list.count) => row(session, page.list.as_ref(), None, number, ""),
        _ if line.is_empty() => Heard { tells: Tells::All, ..Heard::default() },
        _ => Heard { tells: Tells::All, ..Heard::act(whole(line)) },
    }
}

/// The whole of a text, typed.
#[must_use]
pub fn whole(text: &str) -> Action {
    Action::Type(Typed::Whole { text: text.to_owned(), cursor: text.chars().count() })
}
