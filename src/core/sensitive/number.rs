//! A card number: where it stands, and whether digits are one by their range, length and check digit.

use super::issuer;
use std::ops::Range;

/// A card number, and all that has to go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    /// Where it stands, with the rest of its track.
    pub(super) at: Range<usize>,
    /// Its digits alone.
    pub(super) digits: String,
    /// Whether it is a whole track: sensitive authentication data, which is not to be kept after authorisation (PCI DSS 3.3.1.1).
    pub(super) track: bool,
}

/// Whether these digits are the number of a card that some scheme issues.
pub(super) fn is_card(digits: &str) -> bool {
    let digits: Vec<u8> = digits.bytes().map(|b| b.wrapping_sub(b'0')).collect();
    issuer::issued(&digits) && luhn(&digits)
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
