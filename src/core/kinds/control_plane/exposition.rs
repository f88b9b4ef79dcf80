//! Lines of the text form in which a server tells its metrics (Prometheus exposition format 0.0.4): a name, labels in braces, a number.

/// One sample.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample<'a> {
    /// Name of the metric.
    pub(crate) name: &'a str,
    labels: Vec<(&'a str, String)>,
    /// Its value.
    pub(crate) value: f64,
}

impl<'a> Sample<'a> {
    /// Reads a line; none where it is a comment, empty, or can't be understood.
    pub(crate) fn of(line: &'a str) -> Option<Self> {
        let line = line.trim_end_matches('\r');
        let end = line.find(['{', ' '])?;
        let (name, rest) = line.split_at(end);
        if name.is_empty() || name.starts_with('#') {
            return None;
        }
        let (labels, rest) = match rest.strip_prefix('{') {
            Some(rest) => labels(rest)?,
            None => (vec![], rest),
        };
        let value = rest.split_whitespace().next()?.parse().ok()?;
        Some(Self { name, labels, value })
    }

    /// A label; "" where it has none of that name, which means the same.
    pub(crate) fn label(&self, name: &str) -> &str {
        self.labels.iter().find(|(label, _)| *label == name).map_or("", |(_, value)| value)
    }

    /// The value as a whole number; none of what is none, or below zero.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 2^53 the number is exact, and no counter gets there")]
    pub(crate) fn count(&self) -> Option<u64> {
        (self.value >= 0.0 && self.value < 9_007_199_254_740_992.0).then_some(self.value as u64)
    }
}

/// The labels of a sample and what stands behind them. Values are quoted, with `\\`, `\"` and `\n` within.
fn labels(text: &str) -> Option<(Vec<(&str, String)>, &str)> {
    let (mut found, mut rest) = (Vec::new(), text);
    loop {
        rest = rest.trim_start_matches([',', ' ']);
        if let Some(behind) = rest.strip_prefix('}') {
            return Some((found, behind));
        }
        let (name, after) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut chars = after.char_indices();
        let end = loop {
            match chars.next()? {
                (at, '"') => break at + 1,
                (_, '\\') => match chars.next()?.1 {
                    'n' => value.push('\n'),
                    other => value.push(other),
                },
                (_, other) => value.push(other),
            }
        };
        found.push((name, value));
        rest = &after[end..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_is_written() {
        let sample = Sample::of("a_total{x=\"1,}\",y=\"a\\\"b\\\\c\\n\"} 1.5e+06 1700000000");
        let sample = sample.as_ref();
        assert_eq!(sample.map(|s| (s.name, s.label("x"), s.label("y"), s.count())), Some(("a_total", "1,}", "a\"b\\c\n", Some(1_500_000))));
        assert_eq!(Sample::of("go_goroutines 7").map(|s| (s.count(), s.label("x").to_owned())), Some((Some(7), String::new())));
        for (line, count) in [("x -1", None), ("x NaN", None), ("x +Inf", None), ("x 0", Some(0))] {
            assert_eq!(Sample::of(line).and_then(|s| s.count()), count, "{line}");
        }
    }

    #[test]
    fn what_is_cut_or_no_sample_is_none() {
        for line in ["", "# HELP x y", "x", "x{", "x{a=\"b", "x{a=\"b\"", "x{a=\"b\"}", "x{a=\"b\"} y", "{\"kind\": \"Status\"}"] {
            assert_eq!(Sample::of(line), None, "{line}");
        }
    }
}
