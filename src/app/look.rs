//! How the walk looks here: the theme that a person chose, or the one for the ground of the terminal; colours, signs and motion as they are wanted and
//! can be had.

use crate::config::{self, Settings};
use crate::tui::ground::{self, Ground};
use crate::tui::signs::Signs;
use crate::tui::theme::{Depth, Theme};
use std::path::PathBuf;

/// What the surroundings say of it.
pub(super) struct Look {
    chosen: Option<String>,
    own: Option<PathBuf>,
    hint: Option<Ground>,
    depth: Depth,
    signs: Signs,
    still: bool,
    answers: bool,
}

impl Look {
    /// The look that settings and environment ask for.
    pub(super) fn of(settings: &Settings) -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        Self {
            chosen: settings.theme.clone(),
            own: config::config_dir().map(|dir| dir.join("themes")),
            hint: Ground::hinted(variable("COLORFGBG").as_deref()),
            depth: Depth::detect(),
            signs: Signs::detect(settings.ascii, &variable),
            still: settings.reduced_motion,
            answers: ground::answers(variable("TERM").as_deref()),
        }
    }

    /// Whether the ground of the terminal is to be asked for: where nobody chose a theme, and the ground makes a difference.
    pub(super) fn asks(&self) -> bool {
        self.chosen.is_none() && self.depth > Depth::Plain && self.answers
    }

    /// The theme on a ground, where that is known, and why not the chosen one, where that has a fault: it is told, and the usual one taken, since a theme
    /// is no reason not to work.
    pub(super) fn theme(&self, ground: Option<Ground>) -> (Theme, Option<String>) {
        let name = self.chosen.as_deref().unwrap_or_else(|| ground.or(self.hint).unwrap_or(Ground::Dark).theme());
        let (mut theme, fault) = match Theme::load(name, self.own.as_deref(), self.depth) {
            Ok(theme) => (theme, None),
            Err(fault) => (Theme::fallback(self.depth), Some(fault.to_string())),
        };
        theme.still = self.still;
        theme.signs = self.signs;
        (theme, fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(chosen: Option<&str>, hint: Option<Ground>) -> Look {
        let chosen = chosen.map(str::to_owned);
        Look { chosen, own: None, hint, depth: Depth::True, signs: Signs::Ascii, still: true, answers: true }
    }

    #[test]
    fn what_a_person_chose_comes_first_then_what_the_terminal_answers_then_its_hint() {
        let name = |chosen, hint, ground| look(chosen, hint).theme(ground).0.name;
        assert_eq!(name(Some("high-contrast"), Some(Ground::Light), Some(Ground::Light)), "high-contrast");
        assert_eq!(name(None, Some(Ground::Light), Some(Ground::Dark)), "dark");
        assert_eq!(name(None, Some(Ground::Light), None), "light");
        assert_eq!(name(None, None, None), "dark");
        assert!(look(None, None).asks() && !look(Some("dark"), None).asks());
        assert!(!Look { depth: Depth::Plain, ..look(None, None) }.asks());
    }

    #[test]
    fn a_theme_with_a_fault_is_told_and_the_usual_one_taken() {
        let (theme, fault) = look(Some("drak"), None).theme(None);
        assert!(theme.name == "dark" && theme.still && theme.signs == Signs::Ascii);
        assert!(fault.unwrap().contains("drak"));
    }
}
