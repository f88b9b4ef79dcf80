//! What bytes say that are no message of the table: texts, and the few messages that JSON has as one value.

use super::raw::{self, Raw};

/// The moments that have a year of four digits, in seconds; the first of them is how Go writes that there is none.
const MOMENTS: std::ops::RangeInclusive<i64> = -62_135_596_799..=253_402_300_799;

/// Text, where it is some.
pub(super) fn utf8(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// A time as JSON has it.
pub(super) fn time(bytes: &[u8]) -> Option<String> {
    moment(bytes).map(|moment| moment.to_string())
}

/// A time.
pub(super) fn moment(mut bytes: &[u8]) -> Option<jiff::Timestamp> {
    let (1, Raw::Number(seconds)) = raw::field(&mut bytes, "").ok()? else { return None };
    // Fractions are announced and never told.
    if !bytes.is_empty() {
        let (2, Raw::Number(_)) = raw::field(&mut bytes, "").ok()? else { return None };
    }
    let seconds = Some(seconds.cast_signed()).filter(|seconds| MOMENTS.contains(seconds) && bytes.is_empty())?;
    jiff::Timestamp::from_second(seconds).ok()
}

/// The text of a message that has nothing else: a quantity, or JSON.
pub(super) fn only_text(mut bytes: &[u8]) -> Option<&str> {
    let (1, Raw::Bytes(text)) = raw::field(&mut bytes, "").ok()? else { return None };
    utf8(text).filter(|_| bytes.is_empty())
}

/// A number or a text.
pub(super) fn int_or_text(mut bytes: &[u8]) -> Option<Result<i64, &str>> {
    let mut take = |wanted: u32| raw::field(&mut bytes, "").ok().filter(|(number, _)| *number == wanted).map(|(_, raw)| raw);
    let (Raw::Number(which), Raw::Number(int), Raw::Bytes(text)) = (take(1)?, take(2)?, take(3)?) else { return None };
    match which {
        _ if !bytes.is_empty() => None,
        0 => utf8(text).map(|_| Ok(int.cast_signed())),
        1 => Some(Err(utf8(text)?)),
        _ => None,
    }
}
