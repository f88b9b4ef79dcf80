//! Colours: how many a terminal shows, those of a palette, and the nearest of those that there are.

use ratatui::style::Color;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use std::fmt;

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: bold, underline and reverse only.
    Plain,
    /// Sixteen, whose shades the terminal chooses.
    Sixteen,
    /// The cube and the greys.
    Indexed,
    /// All.
    True,
}

impl Depth {
    /// What standard output of this process can show, `NO_COLOR` respected.
    #[must_use]
    pub fn detect() -> Self {
        if std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty()) {
            return Self::Plain;
        }
        match supports_color::on(supports_color::Stream::Stdout) {
            Some(level) if level.has_16m => Self::True,
            Some(level) if level.has_256 => Self::Indexed,
            Some(_) => Self::Sixteen,
            None => Self::Plain,
        }
    }
}

/// A colour of the palette.
#[derive(Clone, Debug)]
pub(super) enum Swatch {
    /// The terminal's own: what it writes with, or on.
    Own,
    /// One of sixteen, in the shade that the terminal gives it, however many it shows.
    Ansi(u8),
    /// A colour as it is, and the one of sixteen where a terminal shows no more.
    Shade((u8, u8, u8), Option<u8>),
}

impl Swatch {
    pub(super) fn colour(&self, depth: Depth) -> Option<Color> {
        match (depth, self) {
            (Depth::Plain, _) | (_, Self::Own) => None,
            (_, Self::Ansi(index)) => Some(Color::Indexed(*index)),
            (Depth::Sixteen, Self::Shade(rgb, ansi)) => Some(Color::Indexed(ansi.unwrap_or_else(|| nearest(*rgb, 0..16)))),
            (Depth::Indexed, Self::Shade(rgb, _)) => Some(Color::Indexed(nearest(*rgb, 16..=255))),
            (Depth::True, Self::Shade((r, g, b), _)) => Some(Color::Rgb(*r, *g, *b)),
        }
    }
}

const ANSI: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// The shade that xterm gives an indexed colour; the first sixteen are only its custom.
pub(super) fn shade(index: u8) -> (u8, u8, u8) {
    const FIRST: [(u8, u8, u8); 16] = [
        (0, 0, 0),
        (205, 0, 0),
        (0, 205, 0),
        (205, 205, 0),
        (0, 0, 238),
        (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229),
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ];
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match index {
        0..=15 => FIRST[usize::from(index)],
        16..=231 => {
            let cell = usize::from(index - 16);
            (STEPS[cell / 36], STEPS[cell / 6 % 6], STEPS[cell % 6])
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            (grey, grey, grey)
        }
    }
}

/// How bright eyes see a colour, from 0 to 1, as WCAG 2 defines it.
pub(super) fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
    let channel = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
}

fn nearest(rgb: (u8, u8, u8), among: impl IntoIterator<Item = u8>) -> u8 {
    let off = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    // Eyes tell greens apart best and blues worst.
    let distance = |(r, g, b): (u8, u8, u8)| 3 * off(r, rgb.0) + 4 * off(g, rgb.1) + 2 * off(b, rgb.2);
    among.into_iter().min_by_key(|index| distance(shade(*index))).unwrap_or(0)
}

impl<'de> Deserialize<'de> for Swatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Both {
            hex: Option<String>,
            ansi: Option<String>,
        }
        let words = "a hex colour like \"#86c5ff\", \"own\" for the terminal's own, or a table of hex and ansi";
        let both: Both = deserializer.deserialize_any(TextOr(words, |hex| Both { hex: Some(hex), ansi: None }))?;
        let ansi = match both.ansi {
            None => None,
            Some(name) => match (0u8..).zip(ANSI).find(|(_, known)| *known == name) {
                Some((index, _)) => Some(index),
                None => return Err(de::Error::custom(format!("“{name}” is none of {}", ANSI.join(", ")))),
            },
        };
        let Some(hex) = both.hex else {
            return ansi.map(Self::Ansi).ok_or_else(|| de::Error::custom("a colour has hex, or ansi, or both"));
        };
        if hex == "own" {
            return Ok(Self::Own);
        }
        let digits = hex.strip_prefix('#').filter(|d| d.len() == 6 && d.is_ascii());
        let part = |at: usize| digits.and_then(|d| u8::from_str_radix(&d[at..at + 2], 16).ok());
        match (part(0), part(2), part(4)) {
            (Some(r), Some(g), Some(b)) => Ok(Self::Shade((r, g, b), ansi)),
            _ => Err(de::Error::custom(format!("“{hex}” is no colour of the form #rrggbb"))),
        }
    }
}

/// Reads a text as a short form of a table, so that faults are told in the words of whichever was written.
pub(super) struct TextOr<T>(pub(super) &'static str, pub(super) fn(String) -> T);

impl<'de, T: Deserialize<'de>> Visitor<'de> for TextOr<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        Ok((self.1)(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}
