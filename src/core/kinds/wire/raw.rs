//! The bytes themselves: numbers of one to ten bytes, and pieces with their length in front.

/// What is odd about a page. It says nothing of its values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There are fewer bytes than were announced.
    #[error("the answer breaks off")]
    Cut,
    /// A number is longer than numbers are.
    #[error("a number in the answer is too long")]
    Number,
    /// A field that the table does not have, or not in this place, or a second time.
    #[error("field {number} of {message} is not known, or not in its place")]
    Field {
        /// The message.
        message: &'static str,
        /// The field's number.
        number: u32,
    },
    /// A field has another form than the table says.
    #[error("field {number} of {message} has not the form that it should have")]
    Form {
        /// The message.
        message: &'static str,
        /// The field's number.
        number: u32,
    },
    /// What surrounds the list is not what it should be.
    #[error("the answer has not the form of a list")]
    NoList,
    /// A list of something that the table does not have.
    #[error("lists of this kind are not known in this form")]
    Kind,
}

/// A field's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw<'a> {
    /// A number.
    Number(u64),
    /// Bytes: a text, or a message.
    Bytes(&'a [u8]),
}

/// Takes a number from the front.
pub(super) fn number(rest: &mut &[u8]) -> Result<u64, Fault> {
    let mut value = 0_u64;
    for at in 0..10 {
        let byte = *rest.get(at).ok_or(Fault::Cut)?;
        if at == 9 && byte > 1 {
            return Err(Fault::Number);
        }
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            *rest = &rest[at + 1..];
            return Ok(value);
        }
    }
    Err(Fault::Number)
}

/// Takes bytes with their length in front.
pub(super) fn bytes<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Fault> {
    let length = usize::try_from(number(rest)?).map_err(|_| Fault::Cut)?;
    let (taken, left) = rest.split_at_checked(length).ok_or(Fault::Cut)?;
    *rest = left;
    Ok(taken)
}

/// Takes a field: its number and its content. The forms that Kubernetes has no use for are none; so nothing needs to be known of them.
pub(super) fn field<'a>(rest: &mut &'a [u8], message: &'static str) -> Result<(u32, Raw<'a>), Fault> {
    let tag = number(rest)?;
    let field = u32::try_from(tag >> 3).map_err(|_| Fault::Number)?;
    let raw = match tag & 7 {
        0 => Raw::Number(number(rest)?),
        2 => Raw::Bytes(bytes(rest)?),
        _ => return Err(Fault::Form { message, number: field }),
    };
    Ok((field, raw))
}
