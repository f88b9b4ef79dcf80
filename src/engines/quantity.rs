//! Amounts of resources as Kubernetes writes them (`500m`, `1.5Gi`, `1e3`), exactly, and lengths of time as Go writes them (`1h30m`).
//!
//! Source: k8s.io/apimachinery, pkg/api/resource, and Go's package time. What these read, this reads, with the same value: an empty number counts as zero
//! (`Mi`, `-`), what is finer than a billionth is rounded away from zero, and amounts in powers of 1024 end at 2^63 - 1.

use num_bigint::{BigInt, Sign};
use std::cmp::Ordering;
use std::fmt;

/// How an amount was written, and so will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `k`, `M`, `m`.
    Decimal,
    /// `Ki`, `Mi`.
    Binary,
    /// `e3`.
    Exponent,
}

/// An amount: `unscaled` times ten to the power of `power`.
#[derive(Clone, Debug)]
pub struct Quantity {
    unscaled: BigInt,
    power: i64,
    form: Form,
    /// Whether Go keeps it as a whole number of 64 bits and a power: only such an amount may be an integer there.
    small: bool,
    /// As it was written, where Go hands that back instead of writing it anew.
    written: Option<String>,
}

/// Powers further apart than this are not brought to one another digit by digit.
const FAR: i64 = 40_000;

impl Quantity {
    /// Reads an amount; none where Kubernetes refuses it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "0" {
            return Some(Self { unscaled: BigInt::ZERO, power: 0, form: Form::Decimal, small: true, written: Some(text.to_owned()) });
        }
        if text.is_empty() {
            return None;
        }
        let (negative, rest) = match text.as_bytes()[0] {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let rest = rest.trim_start_matches('0');
        let whole_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (whole, rest) = rest.split_at(whole_end);
        let whole = if whole.is_empty() { "0" } else { whole };
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())),
            None => ("", rest),
        };
        let (base, exponent, form) = suffix_of(suffix)?;
        let digits = format!("{whole}{fraction}");
        let mut unscaled: BigInt = digits.parse().ok()?;
        let count = i64::try_from(digits.len()).ok()?;
        let behind = i64::try_from(fraction.len()).ok()?;
        let mut power = -behind;
        // The way by which Go reads it decides whether it may count as an integer later.
        let mut small = if base == 2 {
            behind == 0 && 15 - i64::try_from(whole.len()).ok()? - exponent * 3 / 10 > 0
        } else {
            count <= 18 && exponent - behind >= -9
        };
        // Its slow way reads the digits once more, and refuses where there are none: `.Pi`, though not `.Ti`.
        let digitless = !text[..text.len() - suffix.len()].contains(|c: char| c.is_ascii_digit());
        if !small && digitless {
            return None;
        }
        if base == 2 {
            unscaled <<= u32::try_from(exponent).ok()?;
        } else {
            power += exponent;
        }
        small &= i64::try_from(&unscaled).is_ok();
        let mut form = form;
        if !small {
            if power < -9 {
                (unscaled, power) = rounded_away(unscaled, power, -9);
            }
            let most = BigInt::from(i64::MAX);
            if form == Form::Binary {
                let bound = Self { unscaled: most.clone(), power: 0, form, small: false, written: None };
                let one = Self { unscaled: BigInt::from(1), power: 0, form, small: false, written: None };
                let this = Self { unscaled: unscaled.clone(), power, form, small, written: None };
                if this > bound {
                    (unscaled, power) = (most, 0);
                } else if this < one && this.unscaled.sign() == Sign::Plus {
                    form = Form::Decimal;
                }
            }
        }
        let canonical = small
            && match form {
                Form::Binary => exponent % 10 == 0 && whole.parse::<i64>().is_ok_and(|value| value & 7 != 0),
                _ => power % 3 == 0 && !digits.ends_with("000") && !digits.starts_with('0'),
            };
        if negative {
            unscaled = -unscaled;
        }
        Some(Self { unscaled, power, form, small, written: canonical.then(|| text.to_owned()) })
    }

    /// -1, 0 or 1.
    #[must_use]
    pub fn sign(&self) -> i64 {
        match self.unscaled.sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        }
    }

    /// As a whole number, where Kubernetes says that it is one: `1000m` is none there.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        if !self.small || self.power < 0 {
            return None;
        }
        let power = u32::try_from(self.power).ok().filter(|&power| power <= 18)?;
        i64::try_from(&self.unscaled).ok()?.checked_mul(10_i64.checked_pow(power)?)
    }

    /// As a floating-point number, as near as it gets.
    #[must_use]
    pub fn approximate(&self) -> f64 {
        let base: f64 = self.unscaled.to_string().parse().unwrap_or(f64::NAN);
        match i32::try_from(self.power) {
            Ok(0) => base,
            Ok(power) if power.abs() <= 300 => {
                let factor: f64 = format!("1e{power}").parse().unwrap_or(f64::NAN);
                base * factor
            }
            _ => format!("{}e{}", self.unscaled, self.power).parse().unwrap_or(f64::NAN),
        }
    }

    /// The sum; none where it has more digits than anybody means.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let (left, right, power) = aligned(self, other)?;
        Some(self.of(left + right, power, self.small && other.small))
    }

    /// The difference.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Option<Self> {
        let (left, right, power) = aligned(self, other)?;
        Some(self.of(left - right, power, self.small && other.small))
    }

    /// The product, in this one's form.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        self.of(&self.unscaled * &other.unscaled, self.power + other.power, false)
    }

    /// The quotient, cut to as many places as the finer of both has; none for a division by zero.
    #[must_use]
    pub fn divided_by(&self, other: &Self) -> Option<Self> {
        if other.sign() == 0 {
            return None;
        }
        let power = self.power.min(other.power).min(0);
        // self / other = u1 / u2 * 10^(p1 - p2), wanted in units of 10^power.
        let shift = self.power - other.power - power;
        let (mut above, mut below) = (self.unscaled.clone(), other.unscaled.clone());
        let factor = BigInt::from(10).pow(u32::try_from(shift.abs()).ok().filter(|&shift| i64::from(shift) <= FAR)?);
        if shift >= 0 {
            above *= factor
        } else {
            below *= factor
        }
        Some(self.of(above / below, power, false))
    }

    /// A whole amount in this one's form.
    #[must_use]
    pub fn whole(&self, value: i64) -> Self {
        self.of(BigInt::from(value), 0, true)
    }

    fn of(&self, unscaled: BigInt, power: i64, small: bool) -> Self {
        let small = small && i64::try_from(&unscaled).is_ok();
        Self { unscaled, power, form: self.form, small, written: None }
    }
}

/// Base, exponent and form of a suffix; none where there is no such suffix.
fn suffix_of(suffix: &str) -> Option<(u32, i64, Form)> {
    Some(match suffix {
        "n" => (10, -9, Form::Decimal),
        "u" => (10, -6, Form::Decimal),
        "m" => (10, -3, Form::Decimal),
        "" => (10, 0, Form::Decimal),
        "k" => (10, 3, Form::Decimal),
        "M" => (10, 6, Form::Decimal),
        "G" => (10, 9, Form::Decimal),
        "T" => (10, 12, Form::Decimal),
        "P" => (10, 15, Form::Decimal),
        "E" => (10, 18, Form::Decimal),
        "Ki" => (2, 10, Form::Binary),
        "Mi" => (2, 20, Form::Binary),
        "Gi" => (2, 30, Form::Binary),
        "Ti" => (2, 40, Form::Binary),
        "Pi" => (2, 50, Form::Binary),
        "Ei" => (2, 60, Form::Binary),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            // Exponents beyond 32 bits wrap in Go; nobody writes them, and a wrong value is worse than none.
            (10, i64::from(exponent.parse::<i32>().ok()?), Form::Exponent)
        }
    })
}

/// Brings a number to a coarser power, away from zero where something is cut.
fn rounded_away(unscaled: BigInt, power: i64, wanted: i64) -> (BigInt, i64) {
    let Some(shift) = u32::try_from(wanted - power).ok().filter(|&shift| i64::from(shift) <= FAR) else {
        return (BigInt::from(if unscaled.sign() == Sign::NoSign { 0 } else { 1 }), wanted);
    };
    let factor = BigInt::from(10).pow(shift);
    let cut = &unscaled / &factor;
    let cut = if &cut * &factor == unscaled { cut } else { cut + 1 };
    (cut, wanted)
}

/// Both numbers in units of the finer power.
fn aligned(one: &Quantity, other: &Quantity) -> Option<(BigInt, BigInt, i64)> {
    let power = one.power.min(other.power);
    let lift = |value: &Quantity| -> Option<BigInt> {
        if value.unscaled.sign() == Sign::NoSign {
            return Some(BigInt::ZERO);
        }
        let shift = u32::try_from(value.power - power).ok().filter(|&shift| i64::from(shift) <= FAR)?;
        Some(&value.unscaled * BigInt::from(10).pow(shift))
    };
    Some((lift(one)?, lift(other)?, power))
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        match aligned(self, other) {
            Some((left, right, _)) => left.cmp(&right),
            // Too far apart: the sign decides, then the greater power.
            None => match (self.sign(), other.sign()) {
                (1, 1) => self.power.cmp(&other.power),
                (-1, -1) => other.power.cmp(&self.power),
                (left, right) => left.cmp(&right),
            },
        }
    }
}

impl fmt::Display for Quantity {
    /// In the canonical form: no fraction, the largest suffix that fits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(written) = &self.written {
            return f.write_str(written);
        }
        if self.sign() == 0 {
            return f.write_str("0");
        }
        if self.form == Form::Binary
            && let Some(mut amount) = exactly_whole(self).filter(|amount| amount.magnitude() >= &1024_u32.into())
        {
            let mut step = 0;
            while step < 6 && (&amount % 1024_u32) == BigInt::ZERO {
                amount /= 1024_u32;
                step += 1;
            }
            return write!(f, "{amount}{}", ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][step]);
        }
        let (mut amount, mut power) = (self.unscaled.clone(), self.power);
        while (&amount % 10_u32) == BigInt::ZERO {
            amount /= 10_u32;
            power += 1;
        }
        while power % 3 != 0 {
            amount *= 10_u32;
            power -= 1;
        }
        let suffix = match (self.form, power) {
            (_, 0) => "",
            (Form::Exponent, _) => return write!(f, "{amount}e{power}"),
            (_, -9) => "n",
            (_, -6) => "u",
            (_, -3) => "m",
            (_, 3) => "k",
            (_, 6) => "M",
            (_, 9) => "G",
            (_, 12) => "T",
            (_, 15) => "P",
            (_, 18) => "E",
            _ => return write!(f, "{amount}e{power}"),
        };
        write!(f, "{amount}{suffix}")
    }
}

/// The amount as a whole number; none where it has a fraction.
fn exactly_whole(quantity: &Quantity) -> Option<BigInt> {
    let factor = BigInt::from(10).pow(u32::try_from(quantity.power.abs()).ok().filter(|&power| i64::from(power) <= FAR)?);
    if quantity.power >= 0 {
        return Some(&quantity.unscaled * factor);
    }
    let whole = &quantity.unscaled / &factor;
    (&whole * factor == quantity.unscaled).then_some(whole)
}

/// Reads a length of time as Go reads it, in nanoseconds: `1h30m`, `-1.5s`, `0`; none where Go refuses it.
#[must_use]
pub fn parse_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let whole_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (whole, after) = rest.split_at(whole_end);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => after.split_at(after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len())),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let unit_end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let unit: u64 = match unit {
            "ns" => 1,
            "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()? };
        let mut part = whole.checked_mul(unit).filter(|&part| part <= 1 << 63)?;
        if !fraction.is_empty() {
            // Digits beyond those that fit are left out, as Go does.
            let (mut value, mut scale, mut full) = (0_u64, 1_f64, false);
            for digit in fraction.bytes().map(|b| u64::from(b - b'0')) {
                if full {
                    continue;
                }
                match value.checked_mul(10).and_then(|v| v.checked_add(digit)).filter(|&v| v <= 1 << 63) {
                    Some(next) if value <= (1 << 63) / 10 => {
                        value = next;
                        scale *= 10.0;
                    }
                    _ => full = true,
                }
            }
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let extra = (value as f64 * (unit as f64 / scale)) as u64;
            part = part.checked_add(extra).filter(|&part| part <= 1 << 63)?;
        }
        total = total.checked_add(part).filter(|&total| total <= 1 << 63)?;
        rest = after;
    }
    if negative {
        return if total == 1 << 63 { Some(i64::MIN) } else { Some(-i64::try_from(total).ok()?) };
    }
    i64::try_from(total).ok()
}

/// Writes a length of time as Go writes it: `1h30m0s`, `1.5s`, `100ms`.
#[must_use]
pub fn write_duration(nanoseconds: i64) -> String {
    if nanoseconds == 0 {
        return "0s".to_owned();
    }
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let all = nanoseconds.unsigned_abs();
    let decimal = |value: u64, unit: u64| {
        let (whole, part) = (value / unit, value % unit);
        if part == 0 {
            return whole.to_string();
        }
        let width = unit.ilog10() as usize;
        let part = format!("{part:0width$}");
        format!("{whole}.{}", part.trim_end_matches('0'))
    };
    if all < 1_000 {
        return format!("{sign}{all}ns");
    }
    if all < 1_000_000 {
        return format!("{sign}{}\u{b5}s", decimal(all, 1_000));
    }
    if all < 1_000_000_000 {
        return format!("{sign}{}ms", decimal(all, 1_000_000));
    }
    let (minutes, seconds) = (all / 60_000_000_000, all % 60_000_000_000);
    let seconds = decimal(seconds, 1_000_000_000);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

#[cfg(test)]
mod tests;
