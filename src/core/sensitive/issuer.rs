//! Whose cards there are: ranges of first digits with the lengths of their numbers, as the schemes publish them (ISO/IEC 7812 gives the form).

/// Digits of the shortest number (Maestro).
pub(super) const SHORTEST: usize = 12;
/// Digits of the longest.
pub(super) const LONGEST: usize = 19;

/// From and to these first digits, in numbers of these lengths.
struct Range {
    from: u32,
    to: u32,
    lengths: &'static [usize],
}

const fn range(from: u32, to: u32, lengths: &'static [usize]) -> Range {
    Range { from, to, lengths }
}

/// All the lengths that newer ranges may have.
const LONG: &[usize] = &[16, 17, 18, 19];
/// Maestro's.
const ANY: &[usize] = &[12, 13, 14, 15, 16, 17, 18, 19];

const RANGES: &[Range] = &[
    // Visa.
    range(4, 4, &[13, 16, 19]),
    // Mastercard.
    range(51, 55, &[16]),
    range(2221, 2720, &[16]),
    // American Express.
    range(34, 34, &[15]),
    range(37, 37, &[15]),
    // Diners Club.
    range(300, 305, &[14, 16, 19]),
    range(3095, 3095, &[14, 16, 19]),
    range(36, 36, &[14, 16, 19]),
    range(38, 39, &[14, 16, 19]),
    // Discover, and RuPay in part of the same ranges.
    range(6011, 6011, LONG),
    range(644, 649, LONG),
    range(65, 65, LONG),
    range(60, 60, &[16]),
    range(81, 82, LONG),
    range(508, 508, &[16]),
    range(353, 353, &[16]),
    range(356, 356, &[16]),
    // JCB.
    range(3528, 3589, LONG),
    range(2131, 2131, &[15]),
    range(1800, 1800, &[15]),
    // UnionPay.
    range(62, 62, LONG),
    // Maestro and what it took in (Switch, Solo, Laser). Short numbers by exact ranges only.
    range(5018, 5018, ANY),
    range(5020, 5020, ANY),
    range(5038, 5038, ANY),
    range(5893, 5893, ANY),
    range(6304, 6304, ANY),
    range(6390, 6390, ANY),
    range(6706, 6709, LONG),
    range(6759, 6763, ANY),
    range(6767, 6767, LONG),
    range(6771, 6771, LONG),
    range(6333, 6334, LONG),
    range(633_110, 633_110, LONG),
    range(4903, 4903, &[18]),
    range(50, 50, LONG),
    range(56, 58, LONG),
    range(67, 67, &[17, 18, 19]),
    // Elo.
    range(627_780, 627_780, &[16]),
    range(636_297, 636_297, &[16]),
    range(636_368, 636_368, &[16]),
    // Hipercard.
    range(3841, 3841, &[16, 19]),
    range(606_282, 606_282, &[16, 19]),
    range(637_095, 637_095, &[16]),
    range(637_568, 637_568, &[16]),
    range(637_599, 637_599, &[16]),
    range(637_609, 637_612, &[16]),
    // InterPayment and InstaPayment.
    range(636, 636, LONG),
    range(637, 639, &[16]),
    // Troy.
    range(9792, 9792, &[16]),
    // Mir, and Borica behind it.
    range(2200, 2205, LONG),
    // UzCard and Humo.
    range(8600, 8600, &[16]),
    range(9860, 9860, &[16]),
    // Verve.
    range(506_099, 506_198, &[16, 18, 19]),
    range(507_865, 507_964, &[16, 18, 19]),
    // Prostir of Ukraine.
    range(604_001, 604_399, LONG),
];

/// Whether some scheme issues numbers that begin so and are as long. The digits are numbers, not characters.
pub(super) fn issued(digits: &[u8]) -> bool {
    let head = |n: u32| digits.iter().take(n as usize).fold(0_u32, |sum, d| sum * 10 + u32::from(*d));
    RANGES.iter().any(|range| range.lengths.contains(&digits.len()) && (range.from..=range.to).contains(&head(range.from.ilog10() + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_told_apart_by_length() {
        let digits = |text: &str| text.bytes().map(|b| b - b'0').collect::<Vec<u8>>();
        for number in ["9792030394440796", "6062826786276634", "6362970000457013", "5018000000009", "2201382000000013", "6521111111111117"]
        {
            assert!(issued(&digits(number)), "{number}");
        }
        for number in ["378282246310005000", "411111111111111", "1234567890123456", "9999999999999995"] {
            assert!(!issued(&digits(number)), "{number}");
        }
    }
}
