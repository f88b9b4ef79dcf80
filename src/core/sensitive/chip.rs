//! Fields of chip cards (EMV Book 3): tags with their lengths in hexadecimal, one behind the other. Tag 5A has the number, tags 57 and 9F6B what a
//! stripe would have. Where the fields before them end needs not be known: tag, length, digits and check digit together don't come by chance.

use super::number::{Card, is_card};
use std::ops::Range;

/// Bytes of the number at most: 19 digits and what fills them up.
const LONGEST_NUMBER: u8 = 10;
/// Bytes of a track at most.
const LONGEST_TRACK: u8 = 19;

/// Every number in a field of a chip card.
pub(super) fn cards(text: &str) -> Vec<Card> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at + 2 < bytes.len() {
        let card = match (bytes[at], bytes[at + 1]) {
            (b'5', b'A' | b'a') => number(text, at + 2),
            // The second half of 9F6B is enough to know it by.
            (b'5', b'7') | (b'6', b'B' | b'b') => track(text, at + 2),
            _ => None,
        };
        at = card.as_ref().map_or(at + 1, |card| card.at.end);
        found.extend(card);
    }
    found
}

/// The hexadecimal characters from here on, at most so many; between two bytes a space may stand.
fn characters(text: &str, from: usize, most: usize) -> Vec<(usize, u8)> {
    let bytes = text.as_bytes();
    let (mut at, mut found) = (from, Vec::new());
    while found.len() < most {
        if found.len() % 2 == 0 && bytes.get(at) == Some(&b' ') {
            at += 1;
        }
        match bytes.get(at) {
            Some(c) if c.is_ascii_hexdigit() => found.push((at, *c)),
            _ => break,
        }
        at += 1;
    }
    found
}

/// The length that a field has, in bytes, and where the field itself begins.
fn length(text: &str, from: usize) -> Option<(u8, usize)> {
    let told = characters(text, from, 2);
    let [(_, high), (last, low)] = told.as_slice() else { return None };
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some((digit(*high)? * 16 + digit(*low)?, last + 1))
}

/// Tag 5A: digits, filled up with F behind them or with a zero before.
fn number(text: &str, from: usize) -> Option<Card> {
    let (bytes, start) = length(text, from)?;
    let field = if (6..=LONGEST_NUMBER).contains(&bytes) { characters(text, start, usize::from(bytes) * 2) } else { return None };
    if field.len() < usize::from(bytes) * 2 {
        return None;
    }
    let digits = field.iter().take_while(|(_, c)| c.is_ascii_digit()).count();
    let filled = field[digits..].iter().all(|(_, c)| c.eq_ignore_ascii_case(&b'F'));
    let leading = usize::from(field[0].1 == b'0');
    filled.then(|| card(&field[leading..digits], false)).flatten()
}

/// Tag 57: the number, D, and what follows it. Its end may be cut off.
fn track(text: &str, from: usize) -> Option<Card> {
    let (bytes, start) = length(text, from)?;
    let field = if (10..=LONGEST_TRACK).contains(&bytes) { characters(text, start, usize::from(bytes) * 2) } else { return None };
    let digits = field.iter().take_while(|(_, c)| c.is_ascii_digit()).count();
    let divided = field.get(digits).is_some_and(|(_, c)| c.eq_ignore_ascii_case(&b'D'));
    let dated = field.iter().skip(digits + 1).take(4).filter(|(_, c)| c.is_ascii_digit()).count() == 4;
    let number = if divided && dated { card(&field[..digits], true)? } else { return None };
    let end = field.last().map_or(number.at.end, |(at, _)| at + 1);
    Some(Card { at: number.at.start..end, ..number })
}

fn card(field: &[(usize, u8)], track: bool) -> Option<Card> {
    let digits: String = field.iter().map(|(_, c)| char::from(*c)).collect();
    let at: Range<usize> = field.first()?.0..field.last()?.0 + 1;
    is_card(&digits).then_some(Card { at, digits, track })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, bool)> {
        cards(text).into_iter().map(|card| (card.digits, card.track)).collect()
    }

    #[test]
    fn numbers_are_found_in_their_fields() {
        for text in [
            "5A0841111111111111115F3401005F24032712319F2701",
            "6F1A840E5A0841111111111111115F2403271231",
            "9F02060000000001005a0841111111111111115f3401",
            "6F 1A 84 0E 5A 08 41 11 11 11 11 11 11 11 5F 24",
            "700A5A0A4111111111111111FFFF5F24",
        ] {
            assert_eq!(found(text), [("4111111111111111".to_owned(), false)], "{text}");
        }
        assert_eq!(found("5A080378282246310005"), [("378282246310005".to_owned(), false)]);
        assert_eq!(found("5A08378282246310005F"), [("378282246310005".to_owned(), false)]);
    }

    #[test]
    fn tracks_are_found_in_their_fields_and_taken_whole() {
        for text in ["01015713", "5F340101", ""].map(|before| format!("{before}57134111111111111111D29121010000012345678F")) {
            assert_eq!(found(&text), [("4111111111111111".to_owned(), true)], "{text}");
        }
        let cut = "9F6B124111111111111111D2912101";
        assert!(cards(cut).iter().map(|card| (card.at.start, card.at.end)).eq([(6, cut.len())]));
    }

    #[test]
    fn other_fields_and_digests_hold_none() {
        for text in [
            "5A0841111111111111125F3401",
            "5A074111111111111111",
            "5A08411111111111",
            "57124111111111111111",
            "57124111111111111111DABCD",
            "5a085a085a085a085a085a085a08",
            "4111111111111111",
        ] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
