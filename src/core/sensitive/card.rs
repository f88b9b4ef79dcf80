//! Card numbers: 13 to 19 digits within the ranges of the card schemes, Luhn-valid, not part of a longer number.

use std::ops::Range;

/// The digits of every card number in a text.
#[must_use]
pub fn find(text: &str) -> Vec<String> {
    spans(text).into_iter().map(|span| text[span].chars().filter(char::is_ascii_digit).collect()).collect()
}

/// First six and last four digits; the form that PCI DSS 3.4.1 lets people see.
#[must_use]
pub(super) fn mask(digits: &str) -> String {
    let hidden = digits.len().saturating_sub(10);
    format!("{}{}{}", &digits[..digits.len().min(6)], "•".repeat(hidden), &digits[digits.len().saturating_sub(4)..])
}

/// Where card numbers stand in a text. Single spaces or dashes may separate groups of digits.
#[must_use]
pub(super) fn spans(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = run_end(bytes, at);
        match card_in(text, at, end) {
            Some(span) => found.push(span),
            None => found.extend(cards_among(text, at, end)),
        }
        at = end;
    }
    found
}

/// The end of a run of digits that single separators of one kind may divide.
fn run_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut separator) = (start, None);
    while at < bytes.len() {
        match bytes[at] {
            b'0'..=b'9' => at += 1,
            c @ (b' ' | b'-') if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) && separator.is_none_or(|s| s == c) => {
                separator = Some(c);
                at += 1;
            }
            _ => break,
        }
    }
    at
}

/// Cards in a run of numbers that single spaces divide: a card with its date and code behind it (`4111111111111111 12 27`) is one run.
fn cards_among(text: &str, start: usize, end: usize) -> Vec<Range<usize>> {
    let run = &text[start..end];
    let mut groups: Vec<Range<usize>> = Vec::new();
    for group in run.split(' ') {
        let at = groups.last().map_or(start, |before| before.end + 1);
        groups.push(at..at + group.len());
    }
    let (mut found, mut first) = (Vec::new(), 0);
    while first < groups.len() {
        // The longest form has five groups; the longest match is the card, a shorter one inside it is chance.
        let window = (first..groups.len().min(first + 5)).rev().find_map(|last| {
            let span = groups[first].start..groups[last].end;
            card_in(text, span.start, span.end).map(|span| (span, last))
        });
        match window {
            Some((span, last)) if groups.len() > 1 => {
                found.push(span);
                first = last + 1;
            }
            _ => first += 1,
        }
    }
    found
}

fn card_in(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    // A number that goes on with letters, a point or an underscore is an identifier, a version or a decimal, not a card.
    let joined = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
    if start > 0
        && (joined(bytes[start - 1]) || bytes[start - 1] == b'.' || (bytes[start - 1] == b'-' && start > 1 && joined(bytes[start - 2])))
    {
        return None;
    }
    if bytes.get(end).copied().is_some_and(joined)
        || (bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit))
        || (bytes.get(end) == Some(&b'-') && bytes.get(end + 1).copied().is_some_and(joined))
    {
        return None;
    }
    let digits: Vec<u8> = bytes[start..end].iter().filter(|b| b.is_ascii_digit()).map(|b| b - b'0').collect();
    (in_range(&digits) && luhn(&digits) && grouped(&text[start..end])).then_some(start..end)
}

/// Numbers with separators must be grouped as cards are: three to six digits a group, four at most in all but the last groups of some schemes.
fn grouped(text: &str) -> bool {
    let groups: Vec<usize> = text.split([' ', '-']).map(str::len).collect();
    groups.len() == 1 || matches!(groups.as_slice(), [4, 4, 4, 1..=4] | [4, 6, 5 | 4] | [4, 4, 4, 4, 1..=3])
}

/// Issuer ranges with their lengths (ISO/IEC 7812 as the schemes publish them).
fn in_range(digits: &[u8]) -> bool {
    let prefix = |n: usize| digits.iter().take(n).fold(0_u32, |sum, d| sum * 10 + u32::from(*d));
    let (two, three, four, six) = (prefix(2), prefix(3), prefix(4), prefix(6));
    match digits.len() {
        13 | 19 if digits[0] == 4 => true,
        14 => matches!(two, 36 | 38 | 39) || matches!(three, 300..=305),
        15 => matches!(two, 34 | 37),
        16 => {
            digits[0] == 4
                || matches!(two, 51..=55)
                || matches!(four, 2221..=2720)
                || four == 6011
                || matches!(three, 644..=649)
                || two == 65
                || matches!(four, 3528..=3589)
                || two == 62
                || matches!(six, 604_001..=604_399)
                || matches!(four, 2200..=2204)
                || matches!(two, 50 | 56..=58)
        }
        17..=19 => {
            two == 62
                || four == 6011
                || matches!(three, 644..=649)
                || two == 65
                || matches!(four, 3528..=3589)
                || matches!(two, 50 | 56..=58 | 67)
        }
        _ => false,
    }
}

fn luhn(digits: &[u8]) -> bool {
    // Repeated single digits pass the sum and are never issued.
    if digits.windows(2).all(|pair| pair[0] == pair[1]) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            let d = u32::from(*d);
            if i % 2 == 1 { if d > 4 { d * 2 - 9 } else { d * 2 } } else { d }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_cards_of_the_schemes_are_found_and_masked() {
        for card in
            ["4111111111111111", "5555 5555 5555 4444", "3782-822463-10005", "6011111111111117", "30569309025904", "2223003122003222"]
        {
            let found = find(&format!("card={card};"));
            assert_eq!(found.len(), 1, "{card}");
            assert!(mask(&found[0]).contains('•'));
        }
        for text in ["4111111111111111 12 27 123", "7 4111 1111 1111 1111 123", "1 2 5555555555554444 4111111111111111"] {
            assert!(!find(text).is_empty() && find(text).iter().all(|card| card.len() == 16), "{text}: {:?}", find(text));
        }
        assert_eq!(mask("4111111111111111"), "411111••••••1111");
    }

    #[test]
    fn serial_numbers_timestamps_and_decimals_are_no_cards() {
        for text in [
            "4111111111111112",
            "0.4111111111111111",
            "id4111111111111111",
            "1763856000000",
            "4111111111111111.5",
            "12345678901234567890123",
            "sha256-4111111111111111-a",
        ] {
            assert!(find(text).is_empty(), "{text}");
        }
    }
}
