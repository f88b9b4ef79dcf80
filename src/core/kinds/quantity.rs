//! Quantities as Kubernetes writes them: `500m`, `1Gi`, `2e3`, `1.5`. Kept as whole billionths, so that equal amounts are equal and no sum or
//! comparison is off by what floating point loses.
//!
//! The grammar is that of `k8s.io/apimachinery`, `resource.Quantity`: a signed decimal number, then nothing, a binary suffix (`Ki` to `Ei`), a
//! decimal one (`n`, `u`, `m`, `k`, `M` to `E`) or an exponent of ten (`e3`, `E-2`). What is finer than a billionth is rounded up, and what
//! is larger than 2⁶³−1 counts as that.

/// An amount, in billionths of its unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    nanos: i128,
}

const NANO: i128 = 1_000_000_000;
const LARGEST: i128 = i64::MAX as i128 * NANO;

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self { nanos: 0 };

    /// So many whole units.
    #[must_use]
    pub const fn of(units: i64) -> Self {
        Self { nanos: units as i128 * NANO }
    }

    /// Reads a quantity; none where the API would refuse the text too.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        let (two, ten) = scale(suffix)?;
        let size = magnitude(whole, fraction, two, ten);
        Some(Self { nanos: if negative { -size } else { size } })
    }
}

/// Powers of two and of ten that a suffix stands for.
fn scale(suffix: &str) -> Option<(u32, i64)> {
    Some(match suffix {
        "" => (0, 0),
        "n" => (0, -9),
        "u" => (0, -6),
        "m" => (0, -3),
        "k" => (0, 3),
        "M" => (0, 6),
        "G" => (0, 9),
        "T" => (0, 12),
        "P" => (0, 15),
        "E" => (0, 18),
        "Ki" => (10, 0),
        "Mi" => (20, 0),
        "Gi" => (30, 0),
        "Ti" => (40, 0),
        "Pi" => (50, 0),
        "Ei" => (60, 0),
        exponent => {
            let digits = exponent.strip_prefix(['e', 'E'])?;
            let bare = digits.strip_prefix(['+', '-']).unwrap_or(digits);
            if bare.is_empty() || !bare.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            // An exponent that no number holds is one that makes anything the largest amount, or the smallest.
            let size = bare.parse::<i64>().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
            (0, if digits.starts_with('-') { -size } else { size })
        }
    })
}

/// Billionths of `whole.fraction × 2^two × 10^ten`, rounded up, at most the largest.
fn magnitude(whole: &str, fraction: &str, two: u32, ten: i64) -> i128 {
    let digits = || whole.bytes().chain(fraction.bytes()).map(|b| i128::from(b - b'0'));
    if digits().all(|digit| digit == 0) {
        return 0;
    }
    // Further digits than these only matter for rounding up.
    const MOST: usize = 28;
    let leading = digits().take_while(|digit| *digit == 0).count();
    let kept = digits().skip(leading).take(MOST).fold(0, |sum, digit| sum * 10 + digit);
    let dropped = (whole.len() + fraction.len() - leading).saturating_sub(MOST);
    let rest = digits().skip(leading + MOST).any(|digit| digit != 0);
    let mut ten = ten
        .saturating_add(9)
        .saturating_sub(i64::try_from(fraction.len()).unwrap_or(i64::MAX / 4))
        .saturating_add(i64::try_from(dropped).unwrap_or(i64::MAX / 4));
    let mut size = kept;
    let (mut up, mut two) = (rest, two);
    while two > 0 || ten != 0 {
        if ten < 0 {
            // A factor of two that is taken before a division loses nothing, as long as it fits.
            if two > 0 && size <= i128::MAX / 2 {
                size *= 2;
                two -= 1;
                continue;
            }
            up |= size % 10 != 0;
            size /= 10;
            ten += 1;
            if size == 0 {
                break;
            }
        } else {
            let by = if ten > 0 { 10 } else { 2 };
            size = match size.checked_mul(by) {
                Some(size) if size <= LARGEST => size,
                _ => return LARGEST,
            };
            if ten > 0 { ten -= 1 } else { two -= 1 }
        }
    }
    (size + i128::from(up)).min(LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> Option<i128> {
        Quantity::parse(text).map(|quantity| quantity.nanos)
    }

    #[test]
    fn every_form_has_one_value() {
        for (text, wanted) in [
            ("0", 0),
            ("0Mi", 0),
            ("0.000", 0),
            ("0e9", 0),
            ("-0", 0),
            ("500m", NANO / 2),
            (".5", NANO / 2),
            ("5.", 5 * NANO),
            ("0.5", NANO / 2),
            ("+1", NANO),
            ("-2", -2 * NANO),
            ("1Gi", 1_073_741_824 * NANO),
            ("1.5Ki", 1536 * NANO),
            ("0.1Gi", 107_374_182_400_000_000),
            ("2e3", 2000 * NANO),
            ("2E3", 2000 * NANO),
            ("1E", 1_000_000_000_000_000_000 * NANO),
            ("100e-2", NANO),
            ("1u", 1000),
            ("1n", 1),
            ("0.1n", 1),
            ("1e-30", 1),
            ("8Ei", LARGEST),
            ("1e40", LARGEST),
            ("9e99999999999999999999", LARGEST),
            ("99999999999999999999999999999999999999999999", LARGEST),
        ] {
            assert_eq!(nanos(text), Some(wanted), "{text}");
        }
        assert_eq!(nanos("0.1"), nanos("100m"));
        assert_eq!(nanos("1024Mi"), nanos("1Gi"));
    }

    #[test]
    fn what_the_api_refuses_is_none() {
        for text in ["", "-", ".", "lots", "1 Gi", "1gi", "1K", "1e", "1e+", "1.2.3", "1Mi5", "0x10", "1_000", "١", "--1", " 1"] {
            assert_eq!(nanos(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_compare_across_forms() {
        let of = |text: &str| Quantity::parse(text).unwrap_or_default();
        assert!(of("999m") < of("1") && of("1000Mi") < of("1Gi") && of("1Ti") < of("1100G") && of("-1") < Quantity::ZERO);
        assert_eq!(of("64Gi"), Quantity::of(64 << 30));
    }
}
