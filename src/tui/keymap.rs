//! Keys as the terminal tells them and as the screen writes them; what they do stands in the table that all shells share.

pub use crate::shell::keymap::{Binding, KEYMAP, actions, palette};

use crate::shell::keymap::{pressed, rows};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use kassay_core::session::{Action, Context, Form, Session, Typed};

/// The name of a key as the table has it: `ctrl-s`, `shift-tab`, `a`, `A`, `space`.
#[must_use]
pub fn name(key: &KeyEvent) -> String {
    let base = match key.code {
        KeyCode::Char(' ') => "space".to_owned(),
        KeyCode::Char(c) => c.to_string(),
        KeyCode::Enter => "enter".to_owned(),
        KeyCode::Esc => "esc".to_owned(),
        KeyCode::Tab => "tab".to_owned(),
        KeyCode::BackTab => return "shift-tab".to_owned(),
        KeyCode::Backspace => "backspace".to_owned(),
        KeyCode::Delete => "delete".to_owned(),
        KeyCode::Up => "up".to_owned(),
        KeyCode::Down => "down".to_owned(),
        KeyCode::Left => "left".to_owned(),
        KeyCode::Right => "right".to_owned(),
        KeyCode::Home => "home".to_owned(),
        KeyCode::End => "end".to_owned(),
        KeyCode::PageUp => "pageup".to_owned(),
        KeyCode::PageDown => "pagedown".to_owned(),
        KeyCode::F(n) => format!("f{n}"),
        _ => return String::new(),
    };
    let mut words = String::new();
    for (modifier, word) in [(KeyModifiers::CONTROL, "ctrl-"), (KeyModifiers::ALT, "alt-")] {
        if key.modifiers.contains(modifier) {
            words.push_str(word);
        }
    }
    words + &base
}

/// What a key does now.
#[must_use]
pub fn action(session: &Session, key: &KeyEvent) -> Option<Action> {
    if let Some(action) = pressed(session, &name(key)) {
        return Some(action);
    }
    let context = session.context();
    match key.code {
        KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
            if context.takes_text() {
                Some(Action::Type(Typed::Char(c)))
            } else {
                (context == Context::Choice).then_some(Action::Choose(c))
            }
        }
        _ => None,
    }
}

/// How a key is written on the screen.
#[must_use]
pub fn shown(key: &'static str) -> &'static str {
    match key {
        "tab" => "⇥",
        "shift-tab" => "⇧⇥",
        "enter" => "↵",
        "esc" => "Esc",
        "up" => "↑",
        "down" => "↓",
        "left" => "←",
        "right" => "→",
        "pageup" => "PgUp",
        "pagedown" => "PgDn",
        "home" => "Home",
        "end" => "End",
        "backspace" => "⌫",
        "delete" => "Del",
        "f1" => "F1",
        other => other,
    }
}

/// The keys of a place for the hint bar, the most important first, help last.
#[must_use]
pub fn hints(context: Context) -> Vec<(&'static str, &'static str)> {
    let mut rows: Vec<&Binding> = KEYMAP.iter().filter(|b| b.hint > 0 && b.contexts.contains(&context)).collect();
    rows.sort_by_key(|b| b.hint);
    rows.into_iter().map(|b| (shown(b.keys[0]), b.name)).collect()
}

/// The hints for a form: one that names a path keeps nothing, it goes on.
#[must_use]
pub fn form_hints(context: Context, form: Option<&Form>) -> Vec<(&'static str, &'static str)> {
    let goes_on = form.is_some_and(Form::goes_on);
    hints(context).into_iter().map(|(key, name)| (key, if goes_on && name == "save" { "go on" } else { name })).collect()
}

/// The keys of a place for the help: those of here, then those of everywhere.
#[must_use]
pub fn help(context: Context) -> (Vec<(String, &'static str)>, Vec<(String, &'static str)>) {
    let row = |b: &Binding| (b.keys.iter().map(|k| shown(k)).collect::<Vec<_>>().join(" "), b.words);
    let (near, far) = rows(context);
    (near.into_iter().map(row).collect(), far.into_iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_tells_a_way_out_and_help() {
        for context in Context::ALL {
            let keys: Vec<&str> = KEYMAP.iter().filter(|b| b.contexts.contains(&context)).flat_map(|b| b.keys.iter().copied()).collect();
            assert!(keys.contains(&"esc") && keys.contains(&"ctrl-c"), "{context:?}");
            assert!(hints(context).last().is_some_and(|(_, name)| matches!(*name, "help" | "back" | "clear")), "{context:?}");
        }
    }
}
