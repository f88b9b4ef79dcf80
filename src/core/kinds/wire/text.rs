//! Parts as the text that they are in JSON.

use super::fields::{Fields, Part, Run, texts};
use super::plain::{int_or_text, only_text, time, utf8};
use super::raw::{Fault, Raw};
use super::schema::{self, Form};
use data_encoding::BASE64;
use std::fmt::Write;

/// A part as the API server would write it, which writes some signs of HTML by their codes.
pub(super) fn record(part: Part<'_>) -> Result<String, Fault> {
    let mut out = String::new();
    write(part, &mut out)?;
    // In JSON they stand in texts alone.
    for (sign, code) in [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")] {
        if out.contains(sign) {
            out = out.replace(sign, code);
        }
    }
    Ok(out)
}

/// Writes a part.
pub(super) fn write(part: Part<'_>, out: &mut String) -> Result<(), Fault> {
    match part {
        Part::One(form, raw) => value(form, raw, out),
        Part::List(run) => list(run, out),
        Part::Map(mut run) => {
            out.push('{');
            let mut first = true;
            while let Some((key, raw)) = run.next_entry()? {
                comma(&mut first, out);
                quoted(utf8(key).ok_or_else(|| run.odd())?, out);
                out.push(':');
                value(run.form, raw, out)?;
            }
            out.push('}');
            Ok(())
        }
    }
}

fn list(mut run: Run<'_>, out: &mut String) -> Result<(), Fault> {
    out.push('[');
    let mut first = true;
    while let Some(raw) = run.next()? {
        comma(&mut first, out);
        value(run.form, raw, out)?;
    }
    out.push(']');
    Ok(())
}

fn value(form: Form, raw: Raw<'_>, out: &mut String) -> Result<(), Fault> {
    match (form, raw) {
        (Form::Message(at), Raw::Bytes(bytes)) => {
            let mut fields = Fields::of(schema::message(at).ok_or(Fault::Kind)?, bytes);
            out.push('{');
            let mut first = true;
            while let Some((field, part)) = fields.next()? {
                comma(&mut first, out);
                quoted(field.name, out);
                out.push(':');
                write(part, out)?;
            }
            out.push('}');
            Ok(())
        }
        (Form::Texts, Raw::Bytes(bytes)) => list(texts(bytes), out),
        _ => plain(form, raw, out).ok_or(Fault::Form { message: "a value", number: 0 }),
    }
}

/// A value that is no message and no list.
fn plain(form: Form, raw: Raw<'_>, out: &mut String) -> Option<()> {
    match (form, raw) {
        (Form::Int, Raw::Number(value)) => write!(out, "{}", value.cast_signed()).ok()?,
        (Form::Bool, Raw::Number(value)) => out.push_str(if value == 0 { "false" } else { "true" }),
        (Form::Text, Raw::Bytes(bytes)) => quoted(utf8(bytes)?, out),
        (Form::Bytes, Raw::Bytes(bytes)) => quoted(&BASE64.encode(bytes), out),
        (Form::Time, Raw::Bytes(bytes)) => quoted(&time(bytes)?, out),
        (Form::Quantity, Raw::Bytes(bytes)) => quoted(only_text(bytes)?, out),
        (Form::IntOrText, Raw::Bytes(bytes)) => match int_or_text(bytes)? {
            Ok(int) => write!(out, "{int}").ok()?,
            Err(text) => quoted(text, out),
        },
        (Form::Json, Raw::Bytes(bytes)) => out.push_str(only_text(bytes)?),
        _ => return None,
    }
    Some(())
}

fn quoted(text: &str, out: &mut String) {
    // A text can always be written as JSON.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

fn comma(first: &mut bool, out: &mut String) {
    if !std::mem::take(first) {
        out.push(',');
    }
}
