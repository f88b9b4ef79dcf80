//! Themes: a palette of named colours and a table of meanings (`outcome.fail`, `border.focus`) that screens ask for.
//!
//! A meaning that a theme does not name falls back to the one before its last dot. Four themes are compiled in; a person's own file in the
//! configuration folder may inherit from one and swap only its palette. Colours are given up in steps, down to none under `NO_COLOR`,
//! where bold, underline and reverse remain; no status is ever told by colour alone.

pub use super::colour::Depth;
use kassay_core::sensitive::{place, without_quoted};

use super::colour::{Swatch, TextOr};
use super::signs::Signs;
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use serde::de::Deserializer;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Every meaning that a screen may ask for.
pub const MEANINGS: &[&str] = &[
    "background",
    "popup",
    "text",
    "text.muted",
    "text.strong",
    "text.code",
    "text.link",
    "title",
    "border",
    "border.focus",
    "key",
    "hint",
    "selected",
    "marked",
    "tab",
    "tab.active",
    "input",
    "input.focus",
    "error",
    "warning",
    "success",
    "progress",
    "progress.rest",
    "outcome",
    "outcome.pass",
    "outcome.fail",
    "outcome.review",
    "outcome.blocked",
    "outcome.not_applicable",
    "finding",
    "finding.in_place",
    "finding.not_in_place",
    "finding.not_applicable",
    "finding.not_tested",
    "severity",
    "severity.critical",
    "severity.high",
    "severity.medium",
    "severity.low",
    "severity.info",
    "category",
    "category.cde",
    "category.connected",
    "category.out_of_scope",
    "category.platform",
    "yaml",
    "yaml.key",
    "yaml.value",
    "yaml.comment",
];

/// The themes that ship with the program, the default first.
pub const SHIPPED: &[(&str, &str)] = &[
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
    ("transparent", include_str!("../../themes/transparent.toml")),
];

/// Why a theme can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// No theme of that name.
    #[error("there is no theme “{name}”: known are {}", .known.join(", "))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// The file could not be read.
    #[error("theme {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file says something that can't be followed.
    #[error("theme {file}, line {line}, column {column}: {what}")]
    Fault {
        /// The file, or the name of a shipped theme.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong.
        what: String,
    },
}

/// A theme made ready for one terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// How many colours it uses.
    pub depth: Depth,
    /// Whether nothing may move by itself: no spinner turns.
    pub still: bool,
    /// Which signs the terminal shows.
    pub signs: Signs,
    styles: BTreeMap<String, Style>,
}

impl Theme {
    /// A theme by name: shipped, or `NAME.toml` in the folder of the person's own themes.
    ///
    /// # Errors
    /// Where there is none of that name, or its file can't be read or followed.
    pub fn load(name: &str, own: Option<&Path>, depth: Depth) -> Result<Self, ThemeError> {
        let path = own.map(|dir| dir.join(format!("{name}.toml"))).filter(|path| !name.contains(['/', '\\']) && path.is_file());
        let Some(path) = path else {
            return Ok(Self::ready(name, &shipped(name, own)?.0, depth));
        };
        let text = std::fs::read_to_string(&path).map_err(|source| ThemeError::Read { path: path.clone(), source })?;
        let file = path.display().to_string();
        Self::parse(name, &file, &text, depth)
    }

    /// A theme from the text of a file.
    ///
    /// # Errors
    /// Where the text can't be followed, with line and column.
    pub fn parse(name: &str, file: &str, text: &str, depth: Depth) -> Result<Self, ThemeError> {
        Ok(Self::ready(name, &Sheet::read(file, text)?, depth))
    }

    /// The first shipped theme, for where no other can be had.
    #[must_use]
    pub fn fallback(depth: Depth) -> Self {
        Self::load("dark", None, depth).unwrap_or_else(|_| Self {
            name: "plain".to_owned(),
            depth: Depth::Plain,
            still: false,
            signs: Signs::Unicode,
            styles: BTreeMap::new(),
        })
    }

    /// The style of a meaning; one that is not named falls back to what stands before its last dot.
    #[must_use]
    pub fn style(&self, meaning: &str) -> Style {
        debug_assert!(MEANINGS.contains(&meaning), "the meaning {meaning} is not in the table");
        let mut asked = meaning;
        loop {
            if let Some(style) = self.styles.get(asked) {
                return *style;
            }
            match asked.rsplit_once('.') {
                Some((shorter, _)) => asked = shorter,
                None => return self.styles.get("text").copied().unwrap_or_default(),
            }
        }
    }

    /// Words that stand where something may be typed and are not typed: in brackets where they look like what is typed, as without colours.
    #[must_use]
    pub fn untyped(&self, words: &str) -> String {
        let look = |meaning| (self.style(meaning).fg, self.style(meaning).add_modifier);
        match words.is_empty() || look("text.muted") != look("text") {
            true => words.to_owned(),
            false => format!("[{words}]"),
        }
    }

    /// The ground and the text on it: what a whole screen starts from.
    #[must_use]
    pub fn ground(&self) -> Style {
        self.style("text").patch(self.style("background"))
    }

    fn ready(name: &str, sheet: &Sheet, depth: Depth) -> Self {
        let mut styles: BTreeMap<String, Style> =
            sheet.meanings.iter().map(|(meaning, look)| (meaning.clone(), look.style(&sheet.palette, depth))).collect();
        // A row that is turned round as a whole is read with one colour: those of its words would become patches, some of them too dark for what stands on them.
        let ink = styles.get("text").and_then(|text| text.fg).unwrap_or(Color::Reset);
        let turned = |style: &&mut Style| depth > Depth::Plain && style.fg.is_none() && style.add_modifier.contains(Modifier::REVERSED);
        if let Some(selected) = styles.get_mut("selected").filter(turned) {
            selected.fg = Some(ink);
        }
        Self { name: name.to_owned(), depth, still: false, signs: Signs::Unicode, styles }
    }
}

/// The sheet of a shipped theme.
fn shipped(name: &str, own: Option<&Path>) -> Result<(Sheet, &'static str), ThemeError> {
    match SHIPPED.iter().find(|(known, _)| *known == name) {
        Some((known, text)) => Ok((Sheet::read(known, text)?, known)),
        None => Err(ThemeError::Unknown { name: name.to_owned(), known: names(own) }),
    }
}

/// Names of all themes that may be asked for: shipped ones, then the person's own.
#[must_use]
pub fn names(own: Option<&Path>) -> Vec<String> {
    let mut names: Vec<String> = SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut found: Vec<String> = own
        .and_then(|dir| std::fs::read_dir(dir).ok())
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned))
        .filter(|name| !names.contains(name))
        .collect();
    found.sort();
    names.extend(found);
    names
}

/// A theme as it is written, with what it inherits already under it.
struct Sheet {
    palette: BTreeMap<String, Swatch>,
    meanings: BTreeMap<String, Look>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    inherits: Option<Spanned<String>>,
    #[serde(default)]
    palette: BTreeMap<String, Spanned<Swatch>>,
    #[serde(default)]
    meanings: BTreeMap<Spanned<String>, Spanned<Look>>,
}

impl Sheet {
    fn read(file: &str, text: &str) -> Result<Self, ThemeError> {
        let fault = |span: Option<Range<usize>>, what: String| {
            let (line, column) = place(text, span.map_or(0, |s| s.start));
            ThemeError::Fault { file: file.to_owned(), line, column, what }
        };
        let read: File = toml::from_str(text).map_err(|e| fault(e.span(), without_quoted(e.message())))?;
        let mut sheet = match &read.inherits {
            None => Self { palette: BTreeMap::new(), meanings: BTreeMap::new() },
            Some(parent) => shipped(parent.get_ref(), None).map_err(|e| fault(Some(parent.span()), e.to_string()))?.0,
        };
        sheet.palette.extend(read.palette.into_iter().map(|(name, swatch)| (name, swatch.into_inner())));
        for (meaning, look) in read.meanings {
            if !MEANINGS.contains(&meaning.get_ref().as_str()) {
                return Err(fault(Some(meaning.span()), format!("nothing has the meaning “{}”", meaning.get_ref())));
            }
            if let Some(colour) = look.get_ref().colours().find(|c| !sheet.palette.contains_key(*c)) {
                return Err(fault(Some(look.span()), format!("the palette has no colour “{colour}”")));
            }
            sheet.meanings.insert(meaning.into_inner(), look.into_inner());
        }
        Ok(sheet)
    }
}

/// What a meaning looks like.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LookTable {
    fg: Option<String>,
    bg: Option<String>,
    bold: bool,
    underline: bool,
    reverse: bool,
    italic: bool,
    few: Option<Few>,
}

/// How a meaning shows itself where colours are too few for a second shade of ground.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Few {
    Reverse,
    Underline,
}

#[derive(Clone, Debug)]
struct Look(LookTable);

impl Look {
    fn colours(&self) -> impl Iterator<Item = &str> {
        [&self.0.fg, &self.0.bg].into_iter().flatten().map(String::as_str)
    }

    fn style(&self, palette: &BTreeMap<String, Swatch>, depth: Depth) -> Style {
        let colour = |name: &Option<String>| name.as_ref().and_then(|n| palette.get(n)).and_then(|s| s.colour(depth));
        let mut style = Style { fg: colour(&self.0.fg), bg: colour(&self.0.bg), ..Style::default() };
        for (wanted, modifier) in [
            (self.0.bold, Modifier::BOLD),
            (self.0.underline, Modifier::UNDERLINED),
            (self.0.reverse, Modifier::REVERSED),
            (self.0.italic, Modifier::ITALIC),
        ] {
            if wanted {
                style = style.add_modifier(modifier);
            }
        }
        match self.0.few {
            Some(Few::Reverse) if depth <= Depth::Sixteen => style.add_modifier(Modifier::REVERSED),
            Some(Few::Underline) if depth <= Depth::Sixteen => style.add_modifier(Modifier::UNDERLINED),
            _ => style,
        }
    }
}

impl<'de> Deserialize<'de> for Look {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(TextOr("a colour of the palette, or a table of fg, bg, bold, underline, reverse, italic, few", |fg| {
                LookTable { fg: Some(fg), ..LookTable::default() }
            }))
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::colour::{luminance, shade};

    fn rgb(colour: Color) -> (u8, u8, u8) {
        match colour {
            Color::Rgb(r, g, b) => (r, g, b),
            Color::Indexed(index) => shade(index),
            other => panic!("a theme gave the colour {other:?}"),
        }
    }

    /// Contrast ratio as WCAG 2 defines it.
    fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// Lines, signs and bars are drawn, not read.
    const DRAWN: &[&str] = &["border", "border.focus", "progress", "progress.rest"];

    #[test]
    fn every_meaning_is_legible_in_every_theme_on_every_ground() {
        for (name, _) in SHIPPED.iter().filter(|(name, _)| *name != "transparent") {
            for depth in [Depth::Sixteen, Depth::Indexed, Depth::True] {
                let theme = Theme::load(name, None, depth).unwrap();
                let text = rgb(theme.ground().fg.unwrap());
                let grounds = ["background", "popup", "selected"].map(|g| theme.style(g).bg.unwrap_or_else(|| theme.ground().bg.unwrap()));
                for meaning in MEANINGS.iter().filter(|m| **m != "background") {
                    let style = theme.style(meaning);
                    let ink = style.fg.map_or(text, rgb);
                    let least = if DRAWN.contains(meaning) { 3.0 } else { 4.5 };
                    // A frame is never within a row.
                    let grounds = if meaning.starts_with("border") { &grounds[..2] } else { &grounds[..] };
                    for ground in style.bg.map_or(grounds.to_vec(), |own| vec![own]) {
                        let ratio = contrast(ink, rgb(ground));
                        assert!(ratio >= least, "{name} at {depth:?}: {meaning} has a contrast of {ratio:.2} on {ground:?}");
                    }
                }
            }
        }
    }

    /// How legible that is, the terminal has in its hands: no colour here is one of ours.
    #[test]
    fn the_transparent_theme_leaves_ground_and_text_to_the_terminal() {
        for depth in [Depth::Sixteen, Depth::Indexed, Depth::True] {
            let theme = Theme::load("transparent", None, depth).unwrap();
            assert_eq!((theme.ground().fg, theme.ground().bg), (None, None));
            for meaning in MEANINGS {
                let style = theme.style(meaning);
                assert!(
                    style.bg.is_none() && matches!(style.fg, None | Some(Color::Reset | Color::Indexed(1..=6 | 9..=14))),
                    "{meaning} at {depth:?}: {style:?}"
                );
            }
            // What the selected row is drawn over gets one colour.
            assert_eq!(theme.style("outcome.fail").patch(theme.style("selected")).fg, Some(Color::Reset));
            for (shown, among) in [("selected", "text"), ("input.focus", "input"), ("input", "text"), ("tab.active", "tab")] {
                assert_ne!(theme.style(shown), theme.style(among), "{shown} looks like {among}");
            }
        }
    }

    #[test]
    fn without_colour_nothing_is_coloured_and_what_is_chosen_still_shows() {
        for (name, _) in SHIPPED {
            let theme = Theme::load(name, None, Depth::Plain).unwrap();
            for meaning in MEANINGS {
                let style = theme.style(meaning);
                assert_eq!((style.fg, style.bg), (None, None), "{name}: {meaning}");
            }
            for (shown, among) in
                [("selected", "text"), ("tab.active", "tab"), ("input.focus", "input"), ("error", "text"), ("key", "hint")]
            {
                assert_ne!(theme.style(shown), theme.style(among), "{name}: {shown} looks like {among}");
            }
        }
    }

    #[test]
    fn meanings_fall_back_by_their_last_segment() {
        let text = "[palette]\nred = \"#ff0000\"\n[meanings]\n\"outcome\" = \"red\"\n";
        let theme = Theme::parse("mine", "mine.toml", text, Depth::True).unwrap();
        assert_eq!(theme.style("outcome.blocked").fg, Some(Color::Rgb(255, 0, 0)));
        assert_eq!(theme.style("border.focus"), Style::default());
    }

    #[test]
    fn a_palette_alone_recolours_what_is_inherited() {
        let theme = Theme::parse("mine", "mine.toml", "inherits = \"dark\"\n[palette]\ngreen = \"#00ff00\"\n", Depth::True).unwrap();
        assert_eq!(theme.style("outcome.pass").fg, Some(Color::Rgb(0, 255, 0)));
        assert_eq!(theme.style("text"), Theme::fallback(Depth::True).style("text"));
    }

    #[test]
    fn faults_are_told_with_their_place() {
        let cases = [
            ("[palette]\na = \"#12\"\n", "line 2", "#rrggbb"),
            ("[palette]\na = { hex = \"#123456\", ansi = \"mauve\" }\n", "line 2", "mauve"),
            ("[palette]\na = { hexx = \"#123456\" }\n", "line 2", "hexx"),
            ("inherits = \"drak\"\n", "line 1, column 12", "drak"),
            ("[meanings]\n\"outcome.fial\" = \"red\"\n", "line 2, column 1", "outcome.fial"),
            ("inherits = \"dark\"\n[meanings]\ntext = { fg = \"rde\" }\n", "line 3, column 8", "rde"),
            ("[meanings\n", "line 1", ""),
            ("colour = 1\n", "line 1", "colour"),
        ];
        for (text, place, word) in cases {
            let said = Theme::parse("mine", "mine.toml", text, Depth::True).unwrap_err().to_string();
            assert!(said.contains("mine.toml") && said.contains(place) && said.contains(word), "{text:?} gave: {said}");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let said = Theme::load("drak", None, Depth::True).unwrap_err().to_string();
        assert!(said.contains("drak") && said.contains("high-contrast"), "{said}");
    }
}
