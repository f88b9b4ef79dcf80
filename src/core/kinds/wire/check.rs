//! Whether all of a message is known and as it should be. What was looked at here can be read, and says what JSON would say.

use super::fields::{Fields, Part, Run, texts};
use super::plain::{int_or_text, moment, only_text, utf8};
use super::raw::{Fault, Raw};
use super::schema::{self, Form, Message};

/// Looks at a message and all that is in it.
pub(super) fn check(message: &'static Message, bytes: &[u8]) -> Result<(), Fault> {
    let mut fields = Fields::of(message, bytes);
    while let Some((field, part)) = fields.next()? {
        match part {
            Part::One(form, raw) if value(form, raw)? => {}
            Part::One(..) => return Err(Fault::Form { message: message.name, number: field.number }),
            Part::List(run) => list(run)?,
            Part::Map(mut run) => {
                // Kubernetes writes them sorted, so none stands twice.
                let mut before: Option<&[u8]> = None;
                while let Some((key, raw)) = run.next_entry()? {
                    if utf8(key).is_none() || before.is_some_and(|before| before >= key) || !value(run.form, raw)? {
                        return Err(run.odd());
                    }
                    before = Some(key);
                }
            }
        }
    }
    Ok(())
}

fn list(mut run: Run<'_>) -> Result<(), Fault> {
    while let Some(raw) = run.next()? {
        if !value(run.form, raw)? {
            return Err(run.odd());
        }
    }
    Ok(())
}

/// Whether a value is as its form says. What is odd further down is told with its own place.
fn value(form: Form, raw: Raw<'_>) -> Result<bool, Fault> {
    Ok(match (form, raw) {
        (Form::Message(at), Raw::Bytes(bytes)) => check(schema::message(at).ok_or(Fault::Kind)?, bytes).map(|()| true)?,
        (Form::Texts, Raw::Bytes(bytes)) => list(texts(bytes)).map(|()| true)?,
        (Form::Int, Raw::Number(_)) | (Form::Bytes, Raw::Bytes(_)) => true,
        (Form::Bool, Raw::Number(value)) => value < 2,
        (Form::Text, Raw::Bytes(bytes)) => utf8(bytes).is_some(),
        (Form::Time, Raw::Bytes(bytes)) => moment(bytes).is_some(),
        (Form::Quantity | Form::Json, Raw::Bytes(bytes)) => only_text(bytes).is_some(),
        (Form::IntOrText, Raw::Bytes(bytes)) => int_or_text(bytes).is_some(),
        _ => false,
    })
}
