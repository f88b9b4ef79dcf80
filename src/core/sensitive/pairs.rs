//! Names and values within a text: `name: value`, `name=value`, `"name": "value"`, `<name>value</name>`, in settings, in scripts, in JSON
//! within JSON, on many lines or on one. Each sign between a name and a value is looked at once; what is read behind it is bounded, so a text
//! costs what it is long.

use super::command;
use super::span::Spans;
use super::telling::{Name, may_tell};
use super::value::{self, Place};
use std::ops::Range;

/// Bytes that are looked back for a name, and forward for a value.
const LONGEST_NAME: usize = 80;
const LONGEST_VALUE: usize = 4096;
/// Bytes behind `name: PASSWORD` within which its `value: …` must come.
const NEAR: usize = 240;

/// Looks at a text pair by pair.
pub(super) fn find(text: &str, spans: &mut Spans) {
    if !may_tell(text) {
        return;
    }
    Scan { text, bytes: text.as_bytes(), spans, waiting: None, budget: text.len().saturating_mul(8) + (64 << 10), window: LONGEST_VALUE }
        .run();
    options(text, spans);
}

fn options(text: &str, spans: &mut Spans) {
    if !text.contains('-') {
        return;
    }
    for found in command::OPTION.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let name = found.name("name").map_or("", |m| m.as_str());
        let quoted = found.name("double").or_else(|| found.name("single"));
        let Some(part) = quoted.or_else(|| found.name("bare")).filter(|_| may_tell(name)) else { continue };
        if quoted.is_some() || !value::is_code(part.as_str()) {
            judge(text, part.range(), name, spans);
        }
    }
}

fn judge(text: &str, at: Range<usize>, name: &str, spans: &mut Spans) -> bool {
    let told = Name::of(name);
    let at = trim(text, at);
    // `registry.example/external-secrets:v2.1.0`: the tag of an image, whatever the image is called.
    let tag = name.contains('/') && value::is_version(&text[at.clone()]);
    let found = told.is_telling() && !tag && value::is_credential(told, &text[at.clone()], Place::Text);
    if found {
        spans.add(at, "named-credential", if name.len() <= 60 { name } else { "" });
    }
    found
}

/// Without spaces around it and one pair of quotes.
pub(super) fn trim(text: &str, at: Range<usize>) -> Range<usize> {
    let part = &text[at.clone()];
    let mut start = at.start + (part.len() - part.trim_start().len());
    let mut end = at.end - (part.len() - part.trim_end().len());
    if end > start + 1 {
        let (first, last) = (text.as_bytes()[start], text.as_bytes()[end - 1]);
        if first == last && (first == b'"' || first == b'\'') {
            start += 1;
            end -= 1;
        }
    }
    start..end.max(start)
}

/// What stands behind a sign.
struct Found {
    /// The value itself, and where reading goes on behind it.
    at: Range<usize>,
    end: usize,
    quoted: bool,
}

struct Scan<'t, 's> {
    text: &'t str,
    bytes: &'t [u8],
    spans: &'s mut Spans,
    /// A telling name that stood as a value (`name: DB_PASSWORD`), and where: its value follows under `value`.
    waiting: Option<(Range<usize>, usize)>,
    /// Bytes that may still be read a second time; when they are used up, values are looked at for a shorter way.
    budget: usize,
    /// Bytes that are read of one value.
    window: usize,
}

impl Scan<'_, '_> {
    fn run(mut self) {
        let mut at = 0;
        let mut line_start = true;
        while at < self.bytes.len() {
            if line_start {
                line_start = false;
                if let Some(end) = self.comment(at) {
                    at = end;
                    continue;
                }
            }
            match self.bytes[at] {
                b'\n' => {
                    line_start = true;
                    at += 1;
                }
                b'=' | b':' | b'>' => at = self.sign(at).max(at + 1),
                _ => at += 1,
            }
        }
    }

    /// The end of a line that is a comment.
    fn comment(&self, at: usize) -> Option<usize> {
        let indent = self.bytes[at..].iter().take(200).take_while(|b| matches!(b, b' ' | b'\t')).count();
        let line = &self.bytes[at + indent..];
        let marks: [&[u8]; 7] = [b"#", b"//", b";", b"<!--", b"/*", b"* ", b"{{/*"];
        let comment = marks.iter().any(|mark| line.starts_with(mark)) && !line.starts_with(b"#!");
        comment.then(|| at + line.iter().position(|b| *b == b'\n').map_or(self.bytes.len() - at, |end| indent + end))
    }

    /// One sign between a name and a value. Gives where to read on.
    fn sign(&mut self, at: usize) -> usize {
        let next = |n: usize| self.bytes.get(at + n).copied().unwrap_or_default();
        let before = at.checked_sub(1).and_then(|i| self.bytes.get(i)).copied().unwrap_or_default();
        let length = match (self.bytes[at], before, next(1)) {
            (b'=', b'!' | b'<' | b'=' | b'~', _) => return at + 1,
            // Comparisons, and what begins a pattern to compare with.
            (b'=', _, b'=') => return at + 2 + usize::from(next(2) == b'='),
            (b'=', _, b'~') if matches!(next(2), b'"' | b'\'' | b' ' | b'/') => return at + 2,
            (b'=', _, b'>') | (b':', _, b'=') => 2,
            // Defaults of shells: `${PASSWORD:-hunter2}`.
            (b':', _, b'-') if self.bytes[at.saturating_sub(LONGEST_NAME)..at].windows(2).any(|pair| pair == b"${") => 2,
            (b':', _, b'/') if next(2) == b'/' => return at + 3,
            (b':', _, b':') => return at + 2,
            (b'>', b'=' | b'-' | b'/' | b'?', _) => return at + 1,
            (b'>', _, _) => return self.element(at),
            _ => 1,
        };
        let name = self.name_before(if self.bytes[at] == b'=' && before == b'+' { at - 1 } else { at });
        let own = &self.text[name.clone()];
        let waits = matches!(own, "value" | "Value" | "val" | "content" | "defaultValue" | "stringValue") && self.waiting.is_some();
        let names = matches!(own, "name" | "key" | "Name" | "Key" | "field" | "property" | "setting");
        if !(waits || names || may_tell(own)) {
            return at + length;
        }
        let inherited = self.waiting.take_if(|(_, from)| waits && at - *from <= NEAR).map(|(range, _)| self.text[range].to_owned());
        let found = self.value_behind(at + length, &name);
        self.budget = self.budget.saturating_sub(found.as_ref().map_or(self.window / 4, |found| found.end - at));
        if self.budget == 0 {
            self.window = LONGEST_VALUE / 16;
        }
        let Some(found) = found else { return at + length };
        if names {
            let part = &self.text[found.at.clone()];
            let telling = part.len() <= LONGEST_NAME && !part.contains([' ', '=', ':']) && may_tell(part) && Name::of(part).is_telling();
            self.waiting = telling.then(|| (found.at.clone(), found.end));
            return found.at.start;
        }
        let part = &self.text[found.at.clone()];
        let code = !found.quoted && (value::is_code(part) || value::is_prose(part) || self.begins_sentence(&found.at));
        let name = inherited.unwrap_or_else(|| own.to_owned());
        if !code && judge(self.text, found.at.clone(), &name, self.spans) {
            return found.end;
        }
        // What is no credential itself may hold some; reading it again is paid for.
        if self.budget > 0 { found.at.start.max(at + length) } else { found.end }
    }

    /// Whether a bare word begins a sentence that goes on to the end of its line: `login.password=Please enter your password`.
    fn begins_sentence(&self, at: &Range<usize>) -> bool {
        let word = &self.text[at.clone()];
        let end = at.end + self.bytes[at.end..].iter().take(200).take_while(|b| **b != b'\n').count();
        let rest = self.bytes.get(at.end..end).and_then(|rest| std::str::from_utf8(rest).ok()).unwrap_or_default();
        word.chars().all(char::is_alphabetic)
            && rest.starts_with(' ')
            && !rest.contains(['=', ';', '|', '&', '-'])
            && value::is_sentence(&format!("{word}{rest}"))
    }

    /// `<name>value</name>`, and the value of an element whose attribute told the name.
    fn element(&mut self, at: usize) -> usize {
        let window = at.saturating_sub(LONGEST_NAME * 2);
        let Some(open) = self.bytes[window..at].iter().rposition(|b| *b == b'<').map(|i| window + i) else { return at + 1 };
        let Some(tag) = self.text.get(open + 1..at) else { return at + 1 };
        let tag = tag.split([' ', '\t', '\n']).next().unwrap_or_default().to_owned();
        let attribute = self.waiting.take_if(|(_, from)| *from >= open && *from <= at).map(|(range, _)| self.text[range].to_owned());
        let name = attribute.unwrap_or(tag);
        if name.starts_with('/') || !may_tell(&name) {
            return at + 1;
        }
        let end = self.bytes[at + 1..].iter().take(self.window).position(|b| *b == b'<').map(|n| at + 1 + n);
        match end.filter(|end| self.text.is_char_boundary(*end)) {
            Some(end) if judge(self.text, at + 1..end, &name, self.spans) => end,
            _ => at + 1,
        }
    }

    /// The name that ends before a sign, without quotes and spaces.
    fn name_before(&self, sign: usize) -> Range<usize> {
        let floor = sign.saturating_sub(LONGEST_NAME + 16);
        let mut end = sign;
        while end > floor && matches!(self.bytes[end - 1], b' ' | b'\t') {
            end -= 1;
        }
        while end > floor && matches!(self.bytes[end - 1], b'"' | b'\'' | b'\\' | b']' | b'`') {
            end -= 1;
        }
        let mut start = end;
        while start > floor
            && (self.bytes[start - 1].is_ascii_alphanumeric()
                || self.bytes[start - 1] >= 0x80
                || matches!(self.bytes[start - 1], b'_' | b'-' | b'.' | b'/'))
        {
            start -= 1;
        }
        while start < end && !self.text.is_char_boundary(start) {
            start += 1;
        }
        // `\npassword=`: the letter belongs to the line end of quoted text.
        if start > 0 && self.bytes[start - 1] == b'\\' && start < end && matches!(self.bytes[start], b'n' | b'r' | b't') {
            start += 1;
        }
        start..end
    }

    /// Whether a name stands alone at the beginning of its line, but for `- `, `export`, `set` and quotes.
    fn opens_line(&self, name: &Range<usize>) -> bool {
        let start = self.bytes[..name.start]
            .iter()
            .rev()
            .take(200)
            .position(|b| *b == b'\n')
            .map_or_else(|| name.start.saturating_sub(200), |n| name.start - n);
        let head = self.text.get(start..name.start).unwrap_or("x").trim();
        matches!(head, "" | "-" | "--" | "export" | "set" | "- export" | "ENV" | "ARG" | "declare -x" | "setx")
    }

    fn value_behind(&self, from: usize, name: &Range<usize>) -> Option<Found> {
        let mut at = from + self.bytes[from..].iter().take(64).take_while(|b| matches!(b, b' ' | b'\t')).count();
        // Tags and anchors of YAML.
        if matches!(self.bytes.get(at), Some(b'&' | b'!')) && name.end < from && self.bytes.get(from) == Some(&b' ') {
            let word = self.bytes[at..].iter().take(60).take_while(|b| !b.is_ascii_whitespace()).count();
            let letters = self
                .text
                .get(at + 1..at + word)
                .is_some_and(|w| !w.is_empty() && w.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '!' | '-' | '_')));
            if letters && self.bytes.get(at + word) == Some(&b' ') && self.bytes.get(at) == Some(&b'&') {
                at += word + 1;
            }
        }
        let rest = self.bytes.get(at..)?;
        match rest.first()? {
            b'\n' | b'\r' => None,
            b'|' | b'>' if self.ends_line(at + 1) => self.block(at, name),
            b'"' | b'\'' | b'`' | b'\\' => self.quoted(at).or_else(|| self.bare(at, name)),
            b'[' => Some(self.quoted_in_list(at)).flatten().or_else(|| self.bare(at, name)),
            b'{' if matches!(rest.get(1), Some(b'"' | b'\'' | b'\\' | b' ' | b'\n' | b'}')) => None,
            _ => self.bare(at, name),
        }
    }

    fn ends_line(&self, at: usize) -> bool {
        self.bytes[at.min(self.bytes.len())..]
            .iter()
            .take(4)
            .find(|b| !matches!(b, b'-' | b'+' | b' ' | b'1'..=b'9'))
            .is_none_or(|b| matches!(b, b'\n' | b'\r'))
    }

    /// All that is indented below `name: |`.
    fn block(&self, at: usize, name: &Range<usize>) -> Option<Found> {
        let indent_of = |start: usize| self.bytes[start..].iter().take(200).take_while(|b| **b == b' ').count();
        let line = self.bytes[..name.start].iter().rev().take(300).position(|b| *b == b'\n').map_or(0, |n| name.start - n);
        let depth = indent_of(line);
        let start = at + self.bytes[at..].iter().take(8).position(|b| *b == b'\n')? + 1;
        let mut end = start;
        while end < self.bytes.len() && end - start < self.window {
            let length = self.bytes[end..].iter().take(self.window).position(|b| *b == b'\n').map_or(self.bytes.len() - end, |n| n + 1);
            if length > 1 && indent_of(end) <= depth {
                break;
            }
            end += length;
        }
        self.cut(start, end).filter(|found| !found.at.is_empty() && !self.text[found.at.clone()].trim().contains('\n'))
    }

    fn cut(&self, start: usize, mut end: usize) -> Option<Found> {
        end = end.min(self.bytes.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        (start <= end && self.text.is_char_boundary(start)).then_some(Found { at: start..end, end, quoted: false })
    }

    /// A quoted text, whose quotes may themselves be quoted: `\"…\"`.
    fn quoted(&self, at: usize) -> Option<Found> {
        let slashes = self.bytes[at..].iter().take(16).take_while(|b| **b == b'\\').count();
        let quote = *self.bytes.get(at + slashes).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
        let start = at + slashes + 1;
        let mut end = start;
        let limit = self.bytes.len().min(start + self.window);
        while end < limit {
            match self.bytes[end] {
                b'\n' => return None,
                b if b == quote && slashes == 0 => return self.closed(start, end, 1),
                b'\\' => {
                    let run = self.bytes[end..limit].iter().take_while(|b| **b == b'\\').count();
                    if slashes > 0 && self.bytes.get(end + run) == Some(&quote) && run <= slashes {
                        return self.closed(start, end, run + 1);
                    }
                    // Quotes of another depth belong to the text.
                    end += run + usize::from(run % 2 == 1 || slashes > 0);
                }
                b if b == quote => return None,
                _ => end += 1,
            }
        }
        None
    }

    fn closed(&self, start: usize, end: usize, closing: usize) -> Option<Found> {
        let text = self.text.get(start..end)?;
        Some(Found { at: start..start + text.len(), end: end + closing, quoted: true })
    }

    /// The first text of a list.
    fn quoted_in_list(&self, at: usize) -> Option<Found> {
        let inside = at + 1 + self.bytes[at + 1..].iter().take(16).take_while(|b| b.is_ascii_whitespace()).count();
        self.quoted(inside)
    }

    /// A text without quotes: to the end of its line where its name opens one, else to the next sign that ends values.
    fn bare(&self, at: usize, name: &Range<usize>) -> Option<Found> {
        let limit = self.bytes.len().min(at + self.window);
        let opens = self.opens_line(name);
        let yaml = opens && self.bytes.get(name.end..at).is_some_and(|between| between.ends_with(b" ") && between.contains(&b':'));
        let mut end = at;
        while end < limit {
            let next = self.bytes.get(end + 1).copied().unwrap_or(b'\n');
            match self.bytes[end] {
                b'\n' | b'\r' => break,
                b' ' | b'\t' if !yaml => break,
                b' ' | b'\t' if next == b'#' => break,
                b'\\' if matches!(next, b'n' | b'r' | b't' | b'"') => break,
                b'"' | b'\'' | b'<' | b'`' if !opens => break,
                b',' | b';' | b'&' | b')' | b']' | b'}' | b'>' | b'|' if !opens => break,
                b';' | b'&' if !yaml && self.another_pair(end + 1) => break,
                b',' if !yaml && (next.is_ascii_whitespace() || self.another_pair(end + 1)) => break,
                _ => end += 1,
            }
        }
        self.cut(at, end).filter(|found| !found.at.is_empty())
    }

    /// Whether `name=` follows.
    fn another_pair(&self, at: usize) -> bool {
        let rest = &self.bytes[at.min(self.bytes.len())..];
        let word = rest.iter().take(60).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b' ')).count();
        word > 0 && matches!(rest.get(word), Some(b'=')) || rest.iter().take(2).all(u8::is_ascii_whitespace)
    }
}
