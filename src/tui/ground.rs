//! The background of the terminal: asked for by a sequence (OSC 11), and its answer picked out of what is typed. The answer comes by the same way as
//! keys, soon, late or never. So it is heard where keys are heard: nothing that is typed meanwhile is lost, and a late answer is no row of keys.

use super::colour::luminance;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

/// What asks for it. It ends as the answer is to end: a bell comes in one piece, where the other ending begins with what may be the key Esc.
pub const ASK: &str = "\x1b]11;?\x07";

/// How an answer begins, as keys.
const BEGINS: &str = "]11;";

/// The longest answer, in keys: `]11;rgba:ffff/ffff/ffff/ffff` and room.
const LONGEST: usize = 40;

/// Whether what lies behind the text is dark or light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Light text is read on it.
    Dark,
    /// Dark text is read on it.
    Light,
}

impl Ground {
    /// As terminals hint at it in `COLORFGBG`, which is `foreground;background`.
    #[must_use]
    pub fn hinted(colorfgbg: Option<&str>) -> Option<Self> {
        let ground = colorfgbg?.rsplit(';').next()?.trim().parse::<u8>().ok()?;
        Some(if matches!(ground, 7 | 9..=15) { Self::Light } else { Self::Dark })
    }

    /// The theme for it.
    #[must_use]
    pub const fn theme(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
        }
    }

    /// The ground that an answer tells, from behind [`BEGINS`].
    fn told(answer: &str) -> Option<Self> {
        let colour = xterm_color::Color::parse(answer.as_bytes()).ok()?;
        let [r, g, b] = [colour.red, colour.green, colour.blue].map(|channel| u8::try_from(channel >> 8).unwrap_or(u8::MAX));
        // From here on black is read better than white.
        Some(if luminance((r, g, b)) > 0.179 { Self::Light } else { Self::Dark })
    }
}

/// What was heard.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A key, the mouse, a paste, a new size.
    Event(Event),
    /// An answer of the terminal.
    Ground(Ground),
}

/// Picks answers out of events. The library that reads keys takes an answer for the keys `Alt-]`, `1`, `1`, `;` and so on, up to `Ctrl-g` or `Alt-\`.
#[derive(Debug, Default)]
pub struct Answers {
    /// Keys that may be an answer.
    held: Vec<KeyEvent>,
}

impl Answers {
    /// Hears an event, and gives what is to be heard of it, in order: nothing while an answer is on its way.
    pub fn take(&mut self, event: Event) -> Vec<Heard> {
        let Event::Key(key) = event else { return vec![Heard::Event(event)] };
        if self.held.is_empty() {
            if key.code == KeyCode::Char(']') && key.modifiers == KeyModifiers::ALT {
                self.held.push(key);
                return vec![];
            }
            return vec![Heard::Event(event)];
        }
        let certain = self.held.len() >= BEGINS.len();
        let ends = match key.code {
            KeyCode::Char('g') => key.modifiers == KeyModifiers::CONTROL,
            KeyCode::Char('\\') => key.modifiers == KeyModifiers::ALT,
            _ => false,
        };
        if certain && ends {
            let words: String = self.held.drain(..).filter_map(|key| key.code.as_char()).collect();
            return words.strip_prefix(BEGINS).and_then(Ground::told).map(Heard::Ground).into_iter().collect();
        }
        let goes_on = match key.code.as_char().filter(|_| !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT)) {
            Some(letter) if certain => letter.is_ascii_alphanumeric() || matches!(letter, ':' | '/' | '#' | ';' | '?'),
            letter => letter.is_some() && letter == BEGINS.chars().nth(self.held.len()),
        };
        if goes_on && self.held.len() < LONGEST {
            self.held.push(key);
            return vec![];
        }
        // Nobody types that beginning. What only looked like it was typed; the rest of an answer that broke off was not, and would do things as keys.
        let before = self.held.drain(..).filter(|_| !certain).map(|key| Heard::Event(Event::Key(key)));
        before.chain([Heard::Event(event)]).collect()
    }
}

/// Whether a terminal of that name can be asked: some have no colours to tell of, and show what they do not know.
#[must_use]
pub fn answers(term: Option<&str>) -> bool {
    !cfg!(windows) && term.is_some_and(|term| !matches!(term, "" | "dumb" | "linux" | "ansi" | "Eterm") && !term.starts_with("vt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keys as the library makes them of bytes.
    fn keys(bytes: &str) -> Vec<Event> {
        let mut alt = KeyModifiers::NONE;
        let mut events = vec![];
        for c in bytes.chars() {
            let key = match c {
                '\u{1b}' => {
                    alt = KeyModifiers::ALT;
                    continue;
                }
                '\u{7}' => KeyEvent::new(KeyCode::Char('g'), KeyModifiers::CONTROL),
                '\r' => KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE),
                c if c.is_uppercase() => KeyEvent::new(KeyCode::Char(c), KeyModifiers::SHIFT),
                c => KeyEvent::new(KeyCode::Char(c), alt),
            };
            alt = KeyModifiers::NONE;
            events.push(Event::Key(key));
        }
        events
    }

    /// What is heard, with answers by their theme in parentheses and keys by their letters.
    fn heard(bytes: &str) -> String {
        let mut answers = Answers::default();
        let all = keys(bytes).into_iter().flat_map(|event| answers.take(event)).collect::<Vec<_>>();
        let word = |heard: &Heard| match heard {
            Heard::Ground(ground) => format!("({})", ground.theme()),
            Heard::Event(Event::Key(key)) => key.code.as_char().map_or("<key>".to_owned(), String::from),
            Heard::Event(_) => "<event>".to_owned(),
        };
        all.iter().map(word).collect()
    }

    #[test]
    fn answers_are_picked_out_of_keys_and_no_key_is_lost_or_made() {
        for (bytes, wanted) in [
            ("\u{1b}]11;rgb:ffff/ffff/ffff\u{7}", "(light)"),
            ("\u{1b}]11;rgb:1E1E/1e1e/2E2E\u{1b}\\", "(dark)"),
            ("\u{1b}]11;rgba:0000/0000/0000/ffff\u{7}", "(dark)"),
            ("\u{1b}]11;#fbfaf7\u{7}", "(light)"),
            ("ab\u{1b}]11;rgb:ff/ff/ff\u{7}cd", "ab(light)cd"),
            // Only the beginning of one was typed.
            ("\u{1b}]x", "]x"),
            ("\u{1b}]12", "]12"),
            ("\u{1b}]1\r", "]1<key>"),
            // One that broke off, or says what is not known, does nothing.
            ("\u{1b}]11;rgb:ff\rab", "<key>ab"),
            ("\u{1b}]11;?\u{7}ab", "ab"),
            // A bell and a backslash alone are keys.
            ("\u{7}\u{1b}\\", "g\\"),
        ] {
            assert_eq!(heard(bytes), wanted, "{bytes:?}");
        }
        let endless = format!("\u{1b}]11;{}", "f".repeat(100));
        assert!(heard(&endless).len() < 100 && heard(&endless).ends_with("ffff"));
    }

    #[test]
    fn what_is_no_key_passes_at_once() {
        let mut answers = Answers::default();
        assert_eq!(answers.take(keys("\u{1b}]").remove(0)), []);
        assert_eq!(answers.take(Event::Resize(80, 24)), [Heard::Event(Event::Resize(80, 24))]);
        let rest: Vec<_> = keys("11;rgb:00/00/00\u{7}").into_iter().flat_map(|event| answers.take(event)).collect();
        assert_eq!(rest, [Heard::Ground(Ground::Dark)]);
    }

    #[test]
    fn the_terminal_hints_at_its_ground() {
        use Ground::{Dark, Light};
        for (hint, ground) in
            [(Some("0;15"), Some(Light)), (Some("15;0"), Some(Dark)), (Some("0;default;7"), Some(Light)), (Some("x"), None), (None, None)]
        {
            assert_eq!(Ground::hinted(hint), ground, "{hint:?}");
        }
    }

    #[test]
    fn only_terminals_that_know_the_question_are_asked() {
        assert!(answers(Some("xterm-256color")) && answers(Some("tmux-256color")));
        assert!(!["", "dumb", "linux", "vt220"].into_iter().any(|term| answers(Some(term))) && !answers(None));
    }
}
