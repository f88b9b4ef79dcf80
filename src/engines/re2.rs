//! Patterns of RE2, as Go compiles them, brought into the form in which the crate `regex` means the same.
//!
//! The two differ in what looks alike: `\w`, `\d`, `\s` and `\b` know ASCII alone in RE2 (and `\s` leaves the vertical tab out), a class has no `&&`, `--`,
//! `~~` and no class inside it, `\Q…\E` quotes, a lone `{` is itself, and a repetition ends at 1000. So a pattern is read here as RE2 reads it
//! (<https://pkg.go.dev/regexp/syntax>), and written anew, with every class and every flag written out.

mod classes;

use classes::{POSIX, UNICODE};
use regex::Regex;

/// Why there is no expression of the same meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// RE2 refuses the pattern too: the engine errs.
    Refused(String),
    /// RE2 takes it, but what it means there is not known to be had here.
    NotSame(String),
}

/// The largest number in a repetition, and the largest product of those that stand in each other.
const MOST_REPEATS: u32 = 1000;

/// Compiles a pattern of RE2.
///
/// # Errors
///
/// RE2 refuses the pattern, or it has no counterpart of the same meaning.
pub fn compile(pattern: &str) -> Result<Regex, Fault> {
    let translated = translate(pattern)?;
    Regex::new(&translated).map_err(|error| Fault::NotSame(format!("the pattern {pattern:?} can't be compiled here: {error}")))
}

/// Writes a pattern of RE2 as one of the crate `regex`.
///
/// # Errors
///
/// RE2 refuses the pattern, or it has no counterpart of the same meaning.
pub fn translate(pattern: &str) -> Result<String, Fault> {
    let mut reader = Reader { rest: pattern, flags: Flags::default(), frames: vec![Frame::new(String::new(), Flags::default())] };
    reader.read()?;
    if reader.frames.len() > 1 {
        return refused("missing closing )");
    }
    Ok(reader.frames.pop().map(Frame::close).map(|(text, _)| text).unwrap_or_default())
}

fn refused<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Refused(why.into()))
}

fn not_same<T>(what: &str) -> Result<T, Fault> {
    Err(Fault::NotSame(format!("{what} of RE2 has no counterpart here")))
}

#[derive(Clone, Copy, Default)]
struct Flags {
    fold: bool,
    many_lines: bool,
    dot_all: bool,
    lazy: bool,
}

/// One thing that can be repeated, how far it is repeated inside, and whether it is a repetition itself.
struct Piece {
    text: String,
    repeats: u32,
}

/// A group that is open.
struct Frame {
    opened: String,
    before: Flags,
    done: Vec<String>,
    now: Vec<Piece>,
    repeats: u32,
}

impl Frame {
    const fn new(opened: String, before: Flags) -> Self {
        Self { opened, before, done: Vec::new(), now: Vec::new(), repeats: 1 }
    }

    fn end_branch(&mut self) {
        self.repeats = self.now.iter().map(|piece| piece.repeats).fold(self.repeats, u32::max);
        self.done.push(self.now.drain(..).map(|piece| piece.text).collect());
    }

    fn close(mut self) -> (String, u32) {
        self.end_branch();
        (self.done.join("|"), self.repeats)
    }
}

struct Reader<'a> {
    rest: &'a str,
    flags: Flags,
    frames: Vec<Frame>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(c)
    }

    fn eat(&mut self, prefix: &str) -> bool {
        self.rest.strip_prefix(prefix).map(|rest| self.rest = rest).is_some()
    }

    fn push(&mut self, text: String) {
        if let Some(frame) = self.frames.last_mut() {
            frame.now.push(Piece { text, repeats: 1 });
        }
    }

    fn literal(&mut self, c: char) {
        let escaped = regex::escape(c.encode_utf8(&mut [0; 4]));
        self.push(if self.flags.fold { format!("(?i:{escaped})") } else { format!("(?:{escaped})") });
    }

    fn class(&mut self, inside: &str) {
        self.push(if self.flags.fold { format!("(?i:[{inside}])") } else { format!("[{inside}]") });
    }

    fn read(&mut self) -> Result<(), Fault> {
        let mut repeated = false;
        while let Some(c) = self.rest.chars().next() {
            let was_repeated = std::mem::take(&mut repeated);
            match c {
                '(' => self.open()?,
                ')' => self.close()?,
                '[' => {
                    self.next();
                    let inside = self.bracket()?;
                    self.class(&inside);
                }
                '*' | '+' | '?' => {
                    self.next();
                    let (least, most) = if c == '?' { (0, Some(1)) } else { (u32::from(c == '+'), None) };
                    self.repeat(&c.to_string(), least, most, was_repeated)?;
                    repeated = true;
                }
                '{' => {
                    if let Some((text, least, most)) = self.counts() {
                        self.repeat(&text, least, most, was_repeated)?;
                        repeated = true;
                    } else {
                        self.next();
                        self.literal('{');
                    }
                }
                '\\' => self.escape()?,
                _ => {
                    self.next();
                    self.plain(c);
                }
            }
        }
        Ok(())
    }

    fn plain(&mut self, c: char) {
        match c {
            '|' => {
                if let Some(frame) = self.frames.last_mut() {
                    frame.end_branch();
                }
            }
            '^' => self.push(if self.flags.many_lines { "(?m:^)" } else { r"\A" }.to_owned()),
            '$' => self.push(if self.flags.many_lines { "(?m:$)" } else { r"\z" }.to_owned()),
            '.' => self.push(if self.flags.dot_all { "(?s:.)" } else { r"[^\n]" }.to_owned()),
            c => self.literal(c),
        }
    }

    fn open(&mut self) -> Result<(), Fault> {
        let before = self.flags;
        self.next();
        if !self.eat("?") {
            self.frames.push(Frame::new("(".to_owned(), before));
            return Ok(());
        }
        if self.rest.starts_with("P<") || (self.rest.starts_with('<') && !self.rest.starts_with("<=") && !self.rest.starts_with("<!")) {
            let inside = self.rest.trim_start_matches('P').get(1..).unwrap_or_default();
            let Some((name, rest)) = inside.split_once('>') else { return refused("invalid named capture") };
            let good = !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
            // Names may be repeated; nobody asks for them here.
            if !good {
                return refused("invalid name of a capture");
            }
            self.rest = rest;
            self.frames.push(Frame::new("(".to_owned(), before));
            return Ok(());
        }
        let (mut on, mut seen) = (true, false);
        let mut flags = self.flags;
        loop {
            match self.next() {
                Some('i') => (flags.fold, seen) = (on, true),
                Some('m') => (flags.many_lines, seen) = (on, true),
                Some('s') => (flags.dot_all, seen) = (on, true),
                Some('U') => (flags.lazy, seen) = (on, true),
                Some('-') if on => (on, seen) = (false, false),
                Some(end @ (':' | ')')) if on || seen => {
                    self.flags = flags;
                    if end == ':' {
                        self.frames.push(Frame::new("(?:".to_owned(), before));
                    }
                    return Ok(());
                }
                _ => return refused("invalid or unsupported Perl syntax"),
            }
        }
    }

    fn close(&mut self) -> Result<(), Fault> {
        self.next();
        if self.frames.len() < 2 {
            return refused("unexpected )");
        }
        let Some(frame) = self.frames.pop() else { return refused("unexpected )") };
        self.flags = frame.before;
        let opened = frame.opened.clone();
        let (text, repeats) = frame.close();
        if let Some(outer) = self.frames.last_mut() {
            outer.now.push(Piece { text: format!("{opened}{text})"), repeats });
        }
        Ok(())
    }

    /// `{2}`, `{2,}`, `{2,3}`; anything else that begins with a brace is the brace itself.
    fn counts(&mut self) -> Option<(String, u32, Option<u32>)> {
        let (inside, rest) = self.rest.get(1..)?.split_once('}')?;
        let number = |text: &str| {
            let good = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
            // What is too large to be a number is too large to be repeated.
            good.then(|| text.parse().unwrap_or(MOST_REPEATS + 1))
        };
        let (least, most) = match inside.split_once(',') {
            None => (number(inside)?, Some(number(inside)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        self.rest = rest;
        Some((format!("{{{inside}}}"), least, most))
    }

    fn repeat(&mut self, text: &str, least: u32, most: Option<u32>, was_repeated: bool) -> Result<(), Fault> {
        let lazy = self.eat("?") != self.flags.lazy;
        if was_repeated {
            return refused("invalid nested repetition operator");
        }
        if least > MOST_REPEATS || most.is_some_and(|most| most > MOST_REPEATS || least > most) {
            return refused("invalid repeat count");
        }
        let Some(piece) = self.frames.last_mut().and_then(|frame| frame.now.last_mut()) else {
            return refused("missing argument to repetition operator");
        };
        if text.starts_with('{') {
            piece.repeats = piece.repeats.saturating_mul(most.unwrap_or(least).max(1));
            if piece.repeats > MOST_REPEATS {
                return refused("invalid repeat count");
            }
        }
        piece.text = format!("(?:{}){text}{}", piece.text, if lazy { "?" } else { "" });
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Fault> {
        if self.eat(r"\Q") {
            let (quoted, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
            let quoted = quoted.to_owned();
            self.rest = rest_of(self.rest, rest);
            quoted.chars().for_each(|c| self.literal(c));
            return Ok(());
        }
        let simple = [(r"\A", r"\A"), (r"\z", r"\z"), (r"\b", r"(?-u:\b)")];
        for (theirs, ours) in simple {
            if self.eat(theirs) {
                self.push(ours.to_owned());
                return Ok(());
            }
        }
        if self.rest.starts_with(r"\B") {
            return not_same(r"\B");
        }
        if self.rest.starts_with(r"\C") {
            return refused("invalid escape sequence");
        }
        if let Some(set) = self.set()? {
            self.class(&set);
            return Ok(());
        }
        let c = self.escaped()?;
        self.literal(c);
        Ok(())
    }

    /// `\d` and its like, `\p{Greek}`: what may stand in a class too.
    fn set(&mut self) -> Result<Option<String>, Fault> {
        const PERL: [(&str, &str); 6] = [
            (r"\d", "0-9"),
            (r"\D", "^0-9"),
            (r"\s", r"\t\n\f\r\x20"),
            (r"\S", r"^\t\n\f\r\x20"),
            (r"\w", "0-9A-Za-z_"),
            (r"\W", "^0-9A-Za-z_"),
        ];
        for (theirs, ours) in PERL {
            if self.eat(theirs) {
                return Ok(Some(format!("[{ours}]")));
            }
        }
        let outside = if self.eat(r"\p") {
            false
        } else if self.eat(r"\P") {
            true
        } else {
            return Ok(None);
        };
        let Some(first) = self.next() else { return refused("invalid character class range") };
        let (name, turned) = if first == '{' {
            let Some((inside, rest)) = self.rest.split_once('}') else { return refused("invalid character class range") };
            let (inside, turned) = inside.strip_prefix('^').map_or((inside, false), |inside| (inside, true));
            let inside = inside.to_owned();
            self.rest = rest_of(self.rest, rest);
            (inside, turned)
        } else {
            (first.to_string(), false)
        };
        let negative = if outside == turned { "" } else { "^" };
        if name == "Any" {
            return Ok(Some(format!(r"[{negative}\x{{0}}-\x{{10FFFF}}]")));
        }
        if !UNICODE.contains(&name.as_str()) {
            // Another name may be one that RE2 knows, or none.
            return not_same("a class of Unicode");
        }
        Ok(Some(format!(r"[{negative}\p{{{name}}}]")))
    }

    fn escaped(&mut self) -> Result<char, Fault> {
        self.next();
        let Some(c) = self.next() else { return refused("trailing backslash at end of expression") };
        match c {
            'a' => Ok('\u{7}'),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'v' => Ok('\u{b}'),
            '1'..='7' if !self.rest.starts_with(|c: char| ('0'..='7').contains(&c)) => refused("invalid escape sequence"),
            '0'..='7' => {
                let digits: String = self.rest.chars().take(2).take_while(|c| ('0'..='7').contains(c)).collect();
                self.rest = self.rest.get(digits.len()..).unwrap_or_default();
                u32::from_str_radix(&format!("{c}{digits}"), 8)
                    .ok()
                    .and_then(char::from_u32)
                    .map_or_else(|| refused("invalid escape sequence"), Ok)
            }
            'x' => {
                let digits = if self.eat("{") {
                    let Some((inside, rest)) = self.rest.split_once('}') else { return refused("invalid escape sequence") };
                    let inside = inside.to_owned();
                    self.rest = rest_of(self.rest, rest);
                    inside
                } else {
                    let two: String = self.rest.chars().take(2).collect();
                    if two.chars().count() < 2 {
                        return refused("invalid escape sequence");
                    }
                    self.rest = self.rest.get(two.len()..).unwrap_or_default();
                    two
                };
                if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return refused("invalid escape sequence");
                }
                match u32::from_str_radix(digits.trim_start_matches('0'), 16).or(if digits.trim_start_matches('0').is_empty() {
                    Ok(0)
                } else {
                    Err(())
                }) {
                    Ok(code) if code > 0x10_FFFF => refused("invalid escape sequence"),
                    // Half of a pair: RE2 takes it, and no text has it.
                    Ok(code) => char::from_u32(code).map_or_else(|| not_same("half of a surrogate pair"), Ok),
                    Err(()) => refused("invalid escape sequence"),
                }
            }
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => Ok(c),
            _ => refused("invalid escape sequence"),
        }
    }

    /// What stands between brackets, the opening one read before.
    fn bracket(&mut self) -> Result<String, Fault> {
        let mut inside = if self.eat("^") { "^".to_owned() } else { String::new() };
        let mut first = true;
        loop {
            if self.rest.is_empty() {
                return refused("missing closing ]");
            }
            if !first && self.eat("]") {
                return Ok(inside);
            }
            first = false;
            if self.rest.starts_with("[:")
                && let Some(end) = self.rest.get(2..).and_then(|rest| rest.find(":]"))
            {
                let name = self.rest.get(2..end + 2).unwrap_or_default();
                let (name, negative) = name.strip_prefix('^').map_or((name, ""), |name| (name, "^"));
                let Some((_, set)) = POSIX.iter().find(|(known, _)| *known == name) else {
                    return refused("invalid character class range");
                };
                inside.push_str(&format!("[{negative}{set}]"));
                self.rest = self.rest.get(end + 4..).unwrap_or_default();
                continue;
            }
            if let Some(set) = self.set()? {
                inside.push_str(&set);
                continue;
            }
            let low = self.one_of_class()?;
            let mut high = low;
            if self.rest.starts_with('-') && self.rest.len() > 1 && !self.rest.starts_with("-]") {
                self.eat("-");
                high = self.one_of_class()?;
                if high < low {
                    return refused("invalid character class range");
                }
            }
            inside.push_str(&format!(r"\x{{{:X}}}-\x{{{:X}}}", u32::from(low), u32::from(high)));
        }
    }

    fn one_of_class(&mut self) -> Result<char, Fault> {
        if self.rest.starts_with('\\') { self.escaped() } else { self.next().map_or_else(|| refused("missing closing ]"), Ok) }
    }
}

/// The end of a text, by the length of what was split off from it.
fn rest_of<'a>(whole: &'a str, rest: &str) -> &'a str {
    whole.get(whole.len() - rest.len()..).unwrap_or_default()
}

#[cfg(test)]
mod tests;
