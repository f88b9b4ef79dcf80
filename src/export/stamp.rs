//! Time-stamps of RFC 3161: the request is written, and of an answer is read what it vouches for and when. Whether whoever stamped may be
//! believed is a matter of certificates, which is left to `openssl ts -verify`.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

/// The longest answer that is read; those of authorities have some thousand bytes.
pub(super) const LONGEST_ANSWER: u64 = 1 << 20;

/// A request without a nonce, which asks for SHA-256 and for the certificate in the answer; the digest goes between both parts.
const REQUEST: (&[u8], &[u8]) =
    (&[0x30, 0x39, 2, 1, 1, 0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20], &[1, 1, 0xff]);

/// Object identifiers, as they are written: a signed message, the contents of a time-stamp, SHA-256.
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const STAMP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 4];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];

/// Tags of DER.
const INTEGER: u8 = 2;
const OCTETS: u8 = 4;
const OBJECT: u8 = 6;
const TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const FIRST: u8 = 0xa0;

/// What an answer vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// SHA-256 of what was stamped.
    pub(super) imprint: Vec<u8>,
    /// When.
    pub(super) time: Timestamp,
}

/// A request for the time of some bytes.
pub(super) fn request(of: &[u8]) -> Vec<u8> {
    [REQUEST.0, &Sha256::digest(of), REQUEST.1].concat()
}

/// Reads an answer.
///
/// # Errors
/// In words, where it is none, grants nothing, or can't be read.
pub(super) fn answer(bytes: &[u8]) -> Result<Stamp, String> {
    let no_answer = || "it is no answer of a time-stamping authority as RFC 3161 has it".to_owned();
    let mut whole = Der(bytes);
    let mut parts = whole.enter(SEQUENCE).filter(|_| whole.0.is_empty()).ok_or_else(no_answer)?;
    if parts.clone().take(OBJECT) == Some(SIGNED_DATA) {
        return Err(
            "it is the token alone; attach the whole answer, as `openssl ts -reply -token_in -in FILE -out ANSWER` makes it".to_owned()
        );
    }
    let mut status = parts.enter(SEQUENCE).ok_or_else(no_answer)?;
    match status.take(INTEGER).ok_or_else(no_answer)? {
        [0 | 1] => {}
        _ => return Err("the authority granted no time-stamp; `openssl ts -reply -text -in FILE` tells why".to_owned()),
    }
    stamp(&mut parts).ok_or_else(no_answer)?
}

fn stamp(parts: &mut Der<'_>) -> Option<Result<Stamp, String>> {
    let mut message = parts.enter(SEQUENCE)?;
    message.take(OBJECT).filter(|id| *id == SIGNED_DATA)?;
    let mut signed = message.enter(FIRST)?.enter(SEQUENCE)?;
    signed.take(INTEGER)?;
    signed.take(SET)?;
    let mut contents = signed.enter(SEQUENCE)?;
    contents.take(OBJECT).filter(|id| *id == STAMP)?;
    let mut told = Der(contents.enter(FIRST)?.take(OCTETS)?).enter(SEQUENCE)?;
    told.take(INTEGER)?;
    told.take(OBJECT)?;
    let mut imprint = told.enter(SEQUENCE)?;
    let by = imprint.enter(SEQUENCE)?.take(OBJECT)?;
    let digest = imprint.take(OCTETS)?.to_vec();
    told.take(INTEGER)?;
    let time = moment(told.take(TIME)?)?;
    if by != SHA256 {
        return Some(Err("it stamps a digest that is no SHA-256".to_owned()));
    }
    Some(Ok(Stamp { imprint: digest, time }))
}

/// A time as certificates write it, `20261130120000.5Z`, to the second.
fn moment(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let whole = text.split('.').next().filter(|whole| whole.len() == 14)?;
    let time = DateTime::strptime("%Y%m%d%H%M%S", whole).ok()?;
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// Values of DER, one behind the other.
#[derive(Clone)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The contents of the next value, where it has that tag.
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (short, rest) = rest.split_first()?;
        let (length, rest) = match usize::from(*short) {
            short @ 0..=0x7f => (short, rest),
            long @ 0x81..=0x84 => {
                let (number, rest) = rest.split_at_checked(long - 0x80)?;
                (number.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (contents, rest) = rest.split_at_checked(length).filter(|_| *found == tag)?;
        self.0 = rest;
        Some(contents)
    }

    /// The values within the next one.
    fn enter(&mut self, tag: u8) -> Option<Self> {
        self.take(tag).map(Der)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_is_told_as_that() {
        let refused = [0x30, 5, 0x30, 3, 2, 1, 2];
        assert!(answer(&refused).is_err_and(|why| why.contains("granted no time-stamp")));
        for broken in [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", b"hello", &[0x30, 5, 0x30, 3, 2, 1, 0], &request(b"x")] {
            assert!(answer(broken).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn times_are_those_of_certificates() {
        let at = |text: &str| moment(text.as_bytes()).map(|time| time.to_string());
        assert_eq!(at("20261130120000Z").as_deref(), Some("2026-11-30T12:00:00Z"));
        assert_eq!(at("20261130120000.25Z").as_deref(), Some("2026-11-30T12:00:00Z"));
        assert_eq!((at("20261130120000"), at("2026113012Z"), at("20261330120000Z")), (None, None, None));
    }
}
