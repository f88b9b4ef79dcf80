//! Card numbers: 12 to 19 digits within the ranges of the card schemes, Luhn-valid, not part of a longer number; and what holds one: the
//! tracks of a magnetic stripe, messages of ISO 8583, fields of chip cards. Each search passes over a text once.

use super::number::{Card, is_card};
use super::value::is_uuid;
use super::{chip, issuer};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// The digits of every card number in a text.
#[must_use]
pub fn find(text: &str) -> Vec<String> {
    cards(text).into_iter().map(|card| card.digits).collect()
}

/// Fewest digits that a masked number hides. The check digit tells one of them, so ten thousand numbers fit what is left.
const HIDDEN: usize = 5;

/// First six and last four digits: no more than PCI DSS 3.4.1 lets people see, and as the rest is not kept, a truncation (3.5.1). Numbers of fewer
/// than fifteen digits show less of their beginning, because two or three hidden ones are soon guessed.
#[must_use]
pub(super) fn mask(digits: &str) -> String {
    let end = digits.len().saturating_sub(4);
    let start = end.saturating_sub(HIDDEN).min(6);
    format!("{}{}{}", &digits[..start], "•".repeat(end - start), &digits[end..])
}

/// Every card in a text, in order, none overlapping another.
#[must_use]
pub(super) fn cards(text: &str) -> Vec<Card> {
    // Objects have UUIDs by the thousands. No run of characters in one is as long as a field of a chip card is.
    if !enough_digits(text) || is_uuid(text) {
        return Vec::new();
    }
    let mut found = stripes(text);
    let within = found.len();
    for card in numbers(text).into_iter().chain(embedded(text)).chain(chip::cards(text)) {
        if !found[..within].iter().any(|track| overlap(&track.at, &card.at)) {
            found.push(card);
        }
    }
    found.sort_by_key(|card| (card.at.start, std::cmp::Reverse(card.at.end)));
    let mut end = 0;
    found.retain(|card| {
        let apart = card.at.start >= end;
        end = if apart { card.at.end } else { end };
        apart
    });
    found
}

const fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Fewer than twelve digits are no card, and most texts have fewer.
fn enough_digits(text: &str) -> bool {
    text.len() >= issuer::SHORTEST && text.bytes().filter(u8::is_ascii_digit).nth(issuer::SHORTEST - 1).is_some()
}

/// Tracks of a magnetic stripe (ISO/IEC 7813): `%B` number `^` name `^` date…, and number `=` or `D` date….
fn stripes(text: &str) -> Vec<Card> {
    static TRACKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(concat!(r"%?[Bb](?P<one>\d{12,19})\^[^^\n]{2,26}\^[\d= ]{4,60}\??", r"|;?(?P<two>\d{12,19})[=Dd]\d{7,30}[Ff]?\??")).ok()
    });
    if !text.contains(['^', '=', 'D', 'd']) {
        return Vec::new();
    }
    let tracks = TRACKS.iter().flat_map(|pattern| pattern.captures_iter(text));
    tracks
        .filter_map(|found| {
            let number = found.name("one").or_else(|| found.name("two"))?;
            let begins = !text[..number.start()].ends_with(|c: char| c.is_ascii_digit());
            let whole = found.get(0)?.range();
            (begins && is_card(number.as_str())).then(|| Card { at: whole, digits: number.as_str().to_owned(), track: true })
        })
        .collect()
}

/// Numbers in the midst of longer ones, where a format says so: field 2 of an ISO 8583 message whose bitmap has it.
fn embedded(text: &str) -> Vec<Card> {
    static MESSAGES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let form = r"(?:\b|ISO\d{9,12})[01][0-9]{3}(?P<map>[4-7C-Fc-f][0-9A-Fa-f]{15})(?P<more>[0-9A-Fa-f]{16})?(?P<length>1[2-9])(?P<iso>\d{12,19})";
        Regex::new(form).ok()
    });
    if !has_run(text, SHORTEST_MESSAGE) {
        return Vec::new();
    }
    let messages = MESSAGES.iter().flat_map(|pattern| pattern.captures_iter(text));
    messages
        .filter_map(|found| {
            // What follows the number may be digits too: its length is told before it.
            let (number, length) = (found.name("iso")?, found.name("length")?.as_str().parse().ok()?);
            let digits = number.as_str().get(..length)?;
            is_card(digits).then(|| Card { at: number.start()..number.start() + length, digits: digits.to_owned(), track: false })
        })
        .collect()
}

/// Characters of the shortest message as far as its number: its type, a bitmap, the number's length, and the number.
const SHORTEST_MESSAGE: usize = 4 + 16 + 2 + issuer::SHORTEST;

/// Whether so many hexadecimal characters stand one behind the other.
fn has_run(text: &str, length: usize) -> bool {
    let mut run = 0;
    text.bytes().any(|byte| {
        run = if byte.is_ascii_hexdigit() { run + 1 } else { 0 };
        run >= length
    })
}

/// A run of digits, and the separator before it where another run stands in front.
struct Group<'t> {
    at: Range<usize>,
    digits: usize,
    before: Option<&'t str>,
}

/// What divides the groups of a number: a space or two, a tab, a dash, point, underscore, slash or colon, and the spaces of typesetters.
fn is_separator(text: &str) -> bool {
    let mut chars = text.chars();
    let one = chars.next().is_some_and(|c| {
        matches!(
            c,
            ' ' | '\t'
                | '-'
                | '.'
                | '_'
                | '/'
                | ':'
                | '\u{a0}'
                | '\u{2002}'..='\u{200a}'
                | '\u{202f}'
                | '\u{2010}'..='\u{2013}'
        )
    });
    (one && chars.next().is_none()) || text == "  "
}

/// Whether words of a text are divided so: then more numbers may stand beside a card. Columns and lists are divided otherwise.
fn is_prose(divider: &str) -> bool {
    !matches!(divider, "\t" | "  ") && divider.starts_with(char::is_whitespace)
}

/// What is not seen between two characters: soft hyphens, and spaces and joiners without a width.
const UNSEEN: &[&str] = &["\u{ad}", "\u{200b}", "\u{200c}", "\u{200d}", "\u{2060}", "\u{feff}"];

/// Where the digits that begin here end, and how many they are. What is not seen between two of them divides nothing.
fn run(text: &str, start: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let (mut at, mut end, mut digits) = (start, start, 0);
    while at < bytes.len() {
        if bytes[at].is_ascii_digit() {
            at += 1;
            (end, digits) = (at, digits + 1);
        } else if let Some(unseen) = UNSEEN.iter().find(|unseen| bytes[at..].starts_with(unseen.as_bytes())) {
            at += unseen.len();
        } else {
            break;
        }
    }
    (end, digits)
}

/// Groups in which schemes print their numbers.
const FORMS: &[&[usize]] = &[
    &[4, 4, 4, 4, 3],
    &[4, 4, 4, 4, 2],
    &[4, 4, 4, 4, 1],
    &[4, 4, 4, 4],
    &[4, 4, 4, 3],
    &[4, 4, 4, 2],
    &[4, 4, 4, 1],
    &[4, 4, 4],
    &[4, 4, 5],
    &[4, 6, 5],
    &[4, 6, 4],
    &[8, 8],
    &[6, 13],
    &[6, 10],
    &[4, 12],
];

fn numbers(text: &str) -> Vec<Card> {
    let bytes = text.as_bytes();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (end, digits) = run(text, at);
        let before = groups.last().and_then(|group| text.get(group.at.end..at)).filter(|between| is_separator(between));
        groups.push(Group { at: at..end, digits, before });
        at = end;
    }
    let (mut found, mut first) = (Vec::new(), 0);
    while first < groups.len() {
        match card_from(text, &groups[first..]) {
            Some((card, taken)) => {
                found.push(card);
                first += taken;
            }
            None => first += 1,
        }
    }
    found
}

/// The card that begins with the first of these groups, and how many of them it takes.
fn card_from(text: &str, groups: &[Group<'_>]) -> Option<(Card, usize)> {
    let first = groups.first()?;
    if (issuer::SHORTEST..=issuer::LONGEST).contains(&first.digits) {
        return card_in(text, first.at.clone(), false).or_else(|| padded(text, first)).map(|card| (card, 1));
    }
    let divider = groups.get(1)?.before?;
    let alike = 1 + groups[1..].iter().take(5).take_while(|group| group.before == Some(divider)).count();
    // In a longer chain of equal groups with dashes or points a number is an identifier; words of a text stand beside each other anyhow.
    let chained = !is_prose(divider) && first.before == Some(divider);
    FORMS.iter().find_map(|form| {
        let fits = form.len() <= alike && form.iter().zip(groups).all(|(length, group)| group.digits == *length);
        let goes_on = !is_prose(divider) && alike > form.len();
        if !fits || goes_on || chained {
            return None;
        }
        let at = first.at.start..groups[form.len() - 1].at.end;
        // Addresses (IPv6), paths.
        let within = matches!(divider, ":" | "/") && (text[..at.start].ends_with(divider) || text[at.end..].starts_with(divider));
        if within && (divider == "/" || text[at.end..].starts_with(divider) || !named(&text[..at.start])) {
            return None;
        }
        card_in(text, at, true).map(|card| (card, form.len()))
    })
}

/// Whether a word and a colon end a text: `pan:`. In addresses all characters are hexadecimal.
fn named(before: &str) -> bool {
    let mut word = before.trim_end_matches(':').chars().rev().take_while(char::is_ascii_alphanumeric);
    !before.ends_with("::") && word.any(|c| c.is_ascii_alphabetic() && !c.is_ascii_hexdigit())
}

/// A number that was filled up with zeros to the longest that there are.
fn padded(text: &str, group: &Group<'_>) -> Option<Card> {
    let start = group.at.start + text[group.at.clone()].find(|c: char| c != '0')?;
    let plain = group.digits == group.at.len() && group.digits == issuer::LONGEST;
    if !plain || start == group.at.start || group.at.end - start < 13 {
        return None;
    }
    let card = Card { at: start..group.at.end, digits: text[start..group.at.end].to_owned(), track: false };
    (begins(&text[..group.at.start], false) && ends(&text[group.at.end..]) && is_card(&card.digits)).then_some(card)
}

fn card_in(text: &str, at: Range<usize>, grouped: bool) -> Option<Card> {
    if !(begins(&text[..at.start], grouped) && ends(&text[at.end..])) || in_uuid(text, &at) {
        return None;
    }
    let digits: String = text[at.clone()].chars().filter(char::is_ascii_digit).collect();
    is_card(&digits).then_some(Card { at, digits, track: false })
}

/// Whether a number may begin behind this text: letters before it make an identifier, unless they say what it is; a point makes a decimal.
fn begins(before: &str, grouped: bool) -> bool {
    const NAMES: &[&str] = &[
        "acct",
        "account",
        "amex",
        "card",
        "cardholder",
        "cardno",
        "cardnr",
        "cardnum",
        "cardnumber",
        "cards",
        "cc",
        "ccn",
        "ccnum",
        "chd",
        "credit",
        "creditcard",
        "de2",
        "debit",
        "debitcard",
        "diners",
        "discover",
        "f2",
        "jcb",
        "karte",
        "kk",
        "maestro",
        "mastercard",
        "mc",
        "no",
        "nr",
        "num",
        "number",
        "pan",
        "pans",
        "payment",
        "refund",
        "rupay",
        "tarjeta",
        "unionpay",
        "visa",
    ];
    let Some(last) = before.chars().next_back() else { return true };
    if last == '+' || (last == '.' && !grouped && before[..before.len() - 1].ends_with(|c: char| c.is_ascii_digit())) {
        return false;
    }
    if !last.is_ascii_alphabetic() {
        return true;
    }
    // Escapes of line ends in quoted text are no letters.
    if matches!(last, 'n' | 'r' | 't') && before[..before.len() - 1].ends_with('\\') {
        return true;
    }
    let start = before.char_indices().rev().take(12).take_while(|(_, c)| c.is_ascii_alphabetic()).last().map_or(0, |(at, _)| at);
    let word = before[start..].to_ascii_lowercase();
    NAMES.contains(&word.as_str()) || (word == "b" && before.ends_with(['B']) && before[..before.len() - 1].ends_with('%'))
}

/// Whether a number may end before this text: a currency may follow it at once, other letters make it an identifier.
fn ends(behind: &str) -> bool {
    let mut chars = behind.chars();
    let Some(next) = chars.next() else { return true };
    if next == '.' {
        return !chars.next().is_some_and(|c| c.is_ascii_digit());
    }
    if !next.is_ascii_alphabetic() {
        return true;
    }
    let letters: String = behind.chars().take(4).take_while(char::is_ascii_alphabetic).collect();
    letters.len() == 3 && letters.chars().all(|c| c.is_ascii_uppercase()) && !behind[3..].starts_with(|c: char| c.is_ascii_digit())
}

/// A UUID may consist of digits alone: then it has the form of one.
fn in_uuid(text: &str, at: &Range<usize>) -> bool {
    let inside = |c: char| c.is_ascii_hexdigit() || c == '-';
    let start = text[..at.start].char_indices().rev().take(37).take_while(|(_, c)| inside(*c)).last().map_or(at.start, |(i, _)| i);
    let end = at.end + text[at.end..].chars().take(37).take_while(|c| inside(*c)).count();
    text[start..end].split('-').map(str::len).eq([8, 4, 4, 4, 12])
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
        assert_eq!(mask("378282246310005"), "378282•••••0005");
        assert_eq!(mask("30569309025904"), "30569•••••5904");
        assert_eq!(mask("501800000009"), "501•••••0009");
    }

    #[test]
    fn cards_are_found_in_whatever_stands_around_them() {
        for text in [
            "4111.1111.1111.1111",
            "4111\u{a0}1111\u{a0}1111\u{a0}1111",
            "4111\u{202f}1111\u{202f}1111\u{202f}1111",
            "4111_1111_1111_1111",
            "pan_4111111111111111",
            "pan4111111111111111",
            "refund4111111111111111",
            "https://pay.example/debit4111111111111111/x",
            "4111111111111111USD",
            "refund-4111111111111111-x7k2p",
            "/cards/4111111111111111/limits",
            "4111111111111111.password",
            "registry.acme.example/pay:4111111111111111",
            "7-7 4111-1111-1111-1111",
            "paid\\n4111111111111111\\n",
            "DE2=4111111111111111",
            "0100723C05800C008000164111111111111111000000000000012345",
            "5A084111111111111111",
            "0004111111111111111",
            "4111\t1111\t1111\t1111",
            "7\t8\nid\t4111/1111/1111/1111",
            "pan:4111:1111:1111:1111",
            "4111  1111  1111  1111",
            "4111\u{ad}1111\u{ad}1111\u{ad}1111",
            "4\u{200b}1\u{200b}11\u{200b}111111111111",
            "4111\u{2002}1111\u{2002}1111\u{2002}1111",
        ] {
            assert_eq!(find(text), ["4111111111111111"], "{text}");
        }
    }

    #[test]
    fn tracks_are_taken_whole() {
        for text in [
            "%B4111111111111111^DOE/JANE^29121010000000000000?",
            ";4111111111111111=29121010000012345?",
            "4111111111111111D29121010000012345F",
        ] {
            let found = cards(&format!("data {text} end"));
            assert_eq!((found.len(), found.first().map(|card| card.track)), (1, Some(true)), "{text}");
            assert_eq!(found[0].at, 5..5 + text.len(), "{text}");
        }
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
            "card-4111111111111112",
            "a4111111111111111f",
            "4111111111111111abc",
            "55555555-5555-4444-4111-111111111111",
            "1234-4111-1111-1111-1111-22",
            "2026-11-29 10:00:00.123456789",
            "4111\t1111\t1111\t1111\t1111",
            "4111:1111:1111:1111::",
            "fe80::4111:1111:1111:1111",
            "2a01:4111:1111:1111:1111",
            "/4111/1111/1111/1111/",
            "/orders/4111/1111/1111/1111",
            "4111  1111  1111  1111  2222",
            "0004111111111111112",
            "000004111111111111111",
            "4111\u{200b}111111111112",
        ] {
            assert!(find(text).is_empty(), "{text}");
        }
    }
}
