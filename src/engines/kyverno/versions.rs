//! Versions as the Go library blang/semver compares them, which Kyverno uses.

use super::jmespath::Fault;
use semver::Version;
use std::cmp::Ordering;

/// A version; none where it is not three numbers with what may follow them.
#[must_use]
pub fn parse(text: &str) -> Option<Version> {
    Version::parse(text).ok()
}

/// The order of two versions; what is behind `+` doesn't count.
#[must_use]
pub fn compare(left: &Version, right: &Version) -> Ordering {
    left.cmp_precedence(right)
}

/// Whether a version is in a range: `>=1.0.0 <2.0.0 || 3.1.4`. What is no version counts as 0.0.0, as there.
pub fn in_range(version: &str, range: &str) -> Result<bool, Fault> {
    let version = parse(version).unwrap_or_else(|| Version::new(0, 0, 0));
    let mut any = false;
    let mut alternatives = vec![Vec::new()];
    for part in parts(range) {
        if part == "||" {
            alternatives.push(Vec::new());
        } else if let Some(last) = alternatives.last_mut() {
            last.push(part);
        }
    }
    for alternative in &alternatives {
        if alternative.is_empty() {
            return Err(Fault::Error("an empty range of versions".to_owned()));
        }
        let mut all = true;
        for part in alternative {
            let digits = part.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(part.len());
            let (operator, bound) = part.split_at(digits);
            if bound.contains(['x', '*']) && !bound.contains(['-', '+']) {
                return Err(Fault::Lacking("a range of versions with x".to_owned()));
            }
            let Some(bound) = parse(bound) else { return Err(Fault::Error(format!("{bound} is no version"))) };
            let order = compare(&version, &bound);
            all &= match operator {
                "" | "=" | "==" => order == Ordering::Equal,
                "!" | "!=" => order != Ordering::Equal,
                ">" => order == Ordering::Greater,
                ">=" => order != Ordering::Less,
                "<" => order == Ordering::Less,
                "<=" => order != Ordering::Greater,
                _ => return Err(Fault::Error(format!("{operator} compares no versions"))),
            };
        }
        any |= all;
    }
    Ok(any)
}

/// A range at its blanks, but for those behind an operator.
fn parts(range: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut part = String::new();
    let mut last = ' ';
    for c in range.chars() {
        if c == ' ' {
            if !matches!(last, '>' | '<' | '=') && !part.is_empty() {
                found.push(std::mem::take(&mut part));
            }
        } else {
            last = c;
            part.push(c);
        }
    }
    if !part.is_empty() {
        found.push(part);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_kyverno_reads_them() {
        let rows = [
            ("4.1.3", ">=4.1.0", Some(true)),
            ("4.1.3", ">= 4.1.0 < 4.1.3", Some(false)),
            ("1.0.0", "1.0.0", Some(true)),
            ("1.0.0", "!1.0.0", Some(false)),
            ("3.0.0", "<1.0.0 || >2.0.0", Some(true)),
            ("1.0.0-rc.1", "<1.0.0", Some(true)),
            ("1.0.0+a", "1.0.0+b", Some(true)),
            ("v1.0.0", "0.0.0", Some(true)),
            ("1.0.0", "v1.0.0", None),
            ("1.0.0", "", None),
            ("1.0.0", "1.x", None),
        ];
        for (version, range, expected) in rows {
            assert_eq!(in_range(version, range).ok(), expected, "{version} in {range}");
        }
    }
}
