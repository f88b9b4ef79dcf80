//! A message field by field, under the names that they have in JSON.

use super::raw::{self, Fault, Raw};
use super::schema::{self, Field, Form, Many, Message};

/// The fields of a message. Those of a message that stands inline come as its own.
pub(super) struct Fields<'a> {
    here: Frame<'a>,
    outer: Vec<Frame<'a>>,
}

struct Frame<'a> {
    rest: &'a [u8],
    message: &'static Message,
    /// Fields before this one have been.
    at: usize,
}

/// What stands under a name.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    One(Form, Raw<'a>),
    List(Run<'a>),
    Map(Run<'a>),
}

/// A field that stands several times, one behind the other.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    rest: &'a [u8],
    pub(super) form: Form,
    pub(super) message: &'static str,
    pub(super) number: u32,
}

impl<'a> Fields<'a> {
    pub(super) const fn of(message: &'static Message, bytes: &'a [u8]) -> Self {
        Self { here: Frame { rest: bytes, message, at: 0 }, outer: Vec::new() }
    }

    /// The next field that JSON would have.
    pub(super) fn next(&mut self) -> Result<Option<(&'static Field, Part<'a>)>, Fault> {
        Ok(self.next_whole()?.map(|(field, part, _)| (field, part)))
    }

    /// The same, with its bytes from its tag to its end; of one that stands several times, of all of them.
    pub(super) fn next_whole(&mut self) -> Result<Option<(&'static Field, Part<'a>, &'a [u8])>, Fault> {
        loop {
            if self.here.rest.is_empty() {
                match self.outer.pop() {
                    Some(outer) => self.here = outer,
                    None => return Ok(None),
                }
                continue;
            }
            let before = self.here.rest;
            let (field, part) = self.here.next()?;
            match part {
                Part::One(Form::Message(below), Raw::Bytes(bytes)) if field.many == Many::Inline => {
                    let message = schema::message(below).ok_or(Fault::Kind)?;
                    let inner = Frame { rest: bytes, message, at: 0 };
                    self.outer.push(std::mem::replace(&mut self.here, inner));
                }
                Part::One(_, raw) if field.is_left_out(raw) => {}
                part => return Ok(Some((field, part, &before[..before.len() - self.here.rest.len()]))),
            }
        }
    }
}

impl<'a> Frame<'a> {
    fn next(&mut self) -> Result<(&'static Field, Part<'a>), Fault> {
        let name = self.message.name;
        let whole = self.rest;
        let (number, raw) = raw::field(&mut self.rest, name)?;
        let unknown = Fault::Field { message: name, number };
        let later = self.message.fields.get(self.at..).unwrap_or_default();
        let step = later.iter().position(|field| field.number >= number).ok_or(unknown.clone())?;
        let field = later.get(step).filter(|field| field.number == number).ok_or(unknown)?;
        self.at += step + 1;
        let as_it_should_be = match raw {
            Raw::Number(_) => field.many != Many::Map && matches!(field.form, Form::Int | Form::Bool),
            Raw::Bytes(_) => field.many == Many::Map || !matches!(field.form, Form::Int | Form::Bool),
        };
        if !as_it_should_be {
            return Err(Fault::Form { message: name, number });
        }
        let run = |rest: &'a [u8]| Run { rest, form: field.form, message: name, number };
        let part = match field.many {
            Many::One | Many::Inline => Part::One(field.form, raw),
            Many::List => Part::List(run(self.run(whole, number)?)),
            Many::Map => Part::Map(run(self.run(whole, number)?)),
        };
        Ok((field, part))
    }

    /// Goes on to where another field begins. Gives what lies between, from where this one began.
    fn run(&mut self, whole: &'a [u8], number: u32) -> Result<&'a [u8], Fault> {
        loop {
            let mut ahead = self.rest;
            if ahead.is_empty() || raw::number(&mut ahead)? >> 3 != u64::from(number) {
                return Ok(&whole[..whole.len() - self.rest.len()]);
            }
            raw::field(&mut self.rest, self.message.name)?;
        }
    }
}

impl Field {
    /// Whether JSON leaves this content out. A time that is none is null there, as JSON that is none is, which is the same to whoever reads it.
    fn is_left_out(&self, raw: Raw<'_>) -> bool {
        match raw {
            Raw::Bytes([]) => matches!(self.form, Form::Time | Form::Json) || (self.omits && matches!(self.form, Form::Text | Form::Bytes)),
            Raw::Number(0) => self.omits,
            _ => false,
        }
    }
}

impl<'a> Run<'a> {
    /// The next item.
    pub(super) fn next(&mut self) -> Result<Option<Raw<'a>>, Fault> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (field, raw) = raw::field(&mut self.rest, self.message)?;
        let is_number = matches!(self.form, Form::Int | Form::Bool);
        if field == self.number && is_number == matches!(raw, Raw::Number(_)) { Ok(Some(raw)) } else { Err(self.odd()) }
    }

    /// The next entry of a map. Every entry has its key and its value.
    pub(super) fn next_entry(&mut self) -> Result<Option<(&'a [u8], Raw<'a>)>, Fault> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (_, Raw::Bytes(mut entry)) = raw::field(&mut self.rest, self.message)? else { return Err(self.odd()) };
        let (1, Raw::Bytes(key)) = raw::field(&mut entry, self.message)? else { return Err(self.odd()) };
        let (2, value @ Raw::Bytes(_)) = raw::field(&mut entry, self.message)? else { return Err(self.odd()) };
        if entry.is_empty() { Ok(Some((key, value))) } else { Err(self.odd()) }
    }

    pub(super) const fn odd(&self) -> Fault {
        Fault::Form { message: self.message, number: self.number }
    }
}

/// The items of a message that is nothing but a list of texts.
pub(super) const fn texts(bytes: &[u8]) -> Run<'_> {
    Run { rest: bytes, form: Form::Text, message: "a list of texts", number: 1 }
}
