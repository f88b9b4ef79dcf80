//! Assessments as JSON, format `kassay/assessment/v1`, several clusters, format `kassay/fleet/v1`, and reachability, format `kassay/reach/v1`.

use super::ExportError;
use kassay_core::analysis::rbac::register::Register;
use kassay_core::analysis::reach::{Document, Reach};
use kassay_core::fleet::Fleet;
use kassay_core::model::Scope;
use kassay_core::model::text::is_hidden;
use kassay_core::report::Assessment;
use serde::Serialize;
use serde_json::ser::Formatter;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

/// An assessment as JSON, indented, with a line break at its end.
///
/// # Errors
/// Never in practice: all its values have a form in JSON.
pub fn assessment_json(assessment: &Assessment) -> Result<String, ExportError> {
    pretty(assessment)
}

/// The same, written as it is made: the findings of a large cluster are tens of MiB.
///
/// # Errors
/// Where the target can't be written.
pub fn write_assessment(assessment: &Assessment, mut to: impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Visible(&mut to), assessment).map_err(io::Error::from)?;
    to.write_all(b"\n")
}

/// Several clusters side by side as JSON, `kassay/fleet/v1`, written as it is made.
///
/// # Errors
/// Where the target can't be written.
pub fn write_fleet(fleet: &Fleet, mut to: impl io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Visible(&mut to), fleet).map_err(io::Error::from)?;
    to.write_all(b"\n")
}

/// Anything as indented JSON with a line break at its end.
///
/// # Errors
/// Where a value has no form in JSON.
pub fn pretty(value: &impl Serialize) -> Result<String, ExportError> {
    let mut text = Vec::new();
    write_pretty(value, &mut text)?;
    String::from_utf8(text).map_err(|e| ExportError::Internal(e.to_string()))
}

/// The same, written as it is made.
///
/// # Errors
/// Where a value has no form in JSON, or the target can't be written.
pub(super) fn write_pretty(value: &impl Serialize, to: &mut dyn io::Write) -> Result<(), ExportError> {
    serde_json::to_writer_pretty(Visible(&mut *to), value)
        .map_err(|e| if e.is_io() { ExportError::Output(e.into()) } else { ExportError::Internal(e.to_string()) })?;
    to.write_all(b"\n").map_err(ExportError::Output)
}

/// Reachability as JSON, written while the flows are made, so that the largest cluster needs no memory for it.
///
/// # Errors
/// Where the target can't be written.
pub fn reach_json(reach: &Reach<'_>, scope: &Scope, mut to: impl io::Write) -> io::Result<()> {
    lines(&Document::new(reach, scope), &mut to)
}

/// The access register as JSON, a row a line, written while the rows are made.
///
/// # Errors
/// Where the target can't be written.
pub fn access_json(register: &Register<'_>, mut to: impl io::Write) -> io::Result<()> {
    lines(register, &mut to)
}

fn lines(value: &impl Serialize, to: &mut impl io::Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(Visible(&mut *to), Lines::default());
    value.serialize(&mut serializer).map_err(io::Error::from)?;
    to.write_all(b"\n")
}

/// JSON with letters that show nothing as escapes: a reader gets the same text, and a terminal is not steered by a name. Such letters stand in strings
/// alone.
fn visible(json: &str) -> Cow<'_, str> {
    let hidden = |c: char| is_hidden(c) && c != '\n';
    if !json.contains(hidden) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        match c {
            c if hidden(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing into a text never fails.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// What makes JSON visible on its way.
struct Visible<W>(W);

impl<W: io::Write> io::Write for Visible<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Most is plain, and comes in small pieces.
        if bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            return self.0.write_all(bytes).map(|()| bytes.len());
        }
        // What is written at once are whole texts, never half a letter.
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        self.0.write_all(visible(text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Members of the document and items of its lists on a line each, everything below in that line: short, and good to compare line by line.
#[derive(Default)]
struct Lines {
    depth: usize,
}

impl Lines {
    fn line<W: ?Sized + io::Write>(&self, to: &mut W) -> io::Result<()> {
        if self.depth <= 2 {
            to.write_all(b"\n")?;
            (0..self.depth).try_for_each(|_| to.write_all(b"  "))?;
        }
        Ok(())
    }

    fn begin<W: ?Sized + io::Write>(&mut self, to: &mut W, sign: &[u8]) -> io::Result<()> {
        self.depth += 1;
        to.write_all(sign)
    }

    fn end<W: ?Sized + io::Write>(&mut self, to: &mut W, sign: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.depth < 2 {
            self.line(to)?;
        }
        to.write_all(sign)
    }

    fn item<W: ?Sized + io::Write>(&self, to: &mut W, first: bool) -> io::Result<()> {
        if !first {
            to.write_all(if self.depth > 2 { b", " } else { b"," })?;
        }
        self.line(to)
    }
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.begin(to, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.end(to, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.item(to, first)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.begin(to, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.end(to, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.item(to, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_letters_are_escaped_and_read_back() {
        let name = "a\u{9d}0;x\u{7f}\u{202e}\u{e0041}\u{1b}\n\"é";
        let mut written = Vec::new();
        lines(&vec![name], &mut written).unwrap_or_else(|e| panic!("{e}"));
        for json in [pretty(&vec![name]).unwrap_or_else(|e| panic!("{e}")), String::from_utf8(written).unwrap_or_default()] {
            assert!(!json.contains(|c| is_hidden(c) && c != '\n'), "{json:?}");
            assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap_or_default(), [name], "{json}");
        }
    }
}
