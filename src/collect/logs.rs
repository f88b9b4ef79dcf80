//! `kubectl cluster-info dump` writes objects and the logs of containers into one stream. Logs are whatever their containers like to write, so they
//! are taken out by the marks that kubectl sets around them before anything is read, and never looked at.

use super::found::{Broken, Held};
use std::collections::HashMap;

const START: &str = "==== START logs for ";
const END: &str = "==== END logs for ";
/// How both marks end.
const CLOSE: &str = " ====";

/// Text that is no log.
pub(super) struct Part<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// How many lines of the file stand above it.
    pub(super) above: usize,
}

/// Whether bytes hold logs among objects.
pub(super) fn holds(bytes: &[u8]) -> bool {
    bytes.windows(START.len()).any(|window| window == START.as_bytes())
}

/// What stands outside of logs, and what is wrong with the log at which that had to end.
///
/// A log ends at the mark for the container that its first mark names. kubectl writes that mark once, but not always on a line of its own: a log need not
/// end with a line break. A log that holds the mark itself could go on behind it with objects of its own making, so where the mark stands more than
/// once nobody knows what is a log; then, as where it is missing, all that follows counts as not read.
pub(super) fn outside(text: &str) -> (Vec<Part<'_>>, Option<Broken>) {
    let mut parts = Vec::new();
    let ends = ends(text);
    let (mut from, mut above) = (0, 0);
    let lost = |message: String, above: usize| Some(Broken { line: above + 1, column: 1, message, held: Held::Anything });
    while let Some(start) = next_start(text, from) {
        let part = &text[from..start];
        parts.push(Part { text: part, above });
        above += lines(part);
        let head = text[start..].lines().next().unwrap_or_default().trim_end();
        let name = head[START.len()..].strip_suffix(CLOSE);
        let Some(name) = name.filter(|_| text[start..].contains('\n')) else {
            return (parts, lost("the dump breaks off where a log begins; what could follow was not written".to_owned(), above));
        };
        let of = kassay_core::model::text::clean(name);
        let mut behind = ends.get(name).into_iter().flatten().filter(|at| **at >= start + head.len());
        match (behind.next(), behind.next()) {
            (Some(end), None) => {
                let next = text[*end..].find('\n').map_or(text.len(), |i| end + i + 1);
                above += lines(&text[start..next]);
                from = next;
            }
            (None, _) => {
                return (parts, lost(format!("the dump breaks off in the log of {of}; what could follow was not written"), above));
            }
            (Some(_), Some(_)) => {
                let message = format!(
                    "the log of {of} holds the mark that ends it, so that nobody can tell what of the rest is log; \
                     “kubectl cluster-info dump --output-directory” writes logs into files of their own"
                );
                return (parts, lost(message, above));
            }
        }
    }
    parts.push(Part { text: &text[from..], above });
    (parts, None)
}

/// The next mark at the beginning of a line.
fn next_start(text: &str, from: usize) -> Option<usize> {
    text[from..].match_indices(START).map(|(at, _)| from + at).find(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n')
}

/// Where logs may end, by what the marks name: gathered once, because a dump has thousands of logs.
fn ends(text: &str) -> HashMap<&str, Vec<usize>> {
    let mut ends: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, mark) in text.match_indices(END) {
        let rest = text[at + mark.len()..].lines().next().unwrap_or_default();
        if let Some(name) = rest.find(CLOSE).map(|end| &rest[..end]) {
            ends.entry(name).or_default().push(at);
        }
    }
    ends
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Vec<(String, usize)>, Option<(usize, String)>) {
        let (parts, broken) = outside(text);
        (parts.iter().map(|part| (part.text.to_owned(), part.above)).collect(), broken.map(|broken| (broken.line, broken.message)))
    }

    #[test]
    fn a_log_ends_where_its_own_container_does_wherever_that_stands() {
        let text = "{}\n==== START logs for container a of pod n/p ====\n{\"kind\":\"Pod\"}\n==== END logs for container b of pod n/p ====\nno line break==== END logs for container a of pod n/p ====\n\
                    ==== START logs for container b of pod n/p ====\n==== END logs for container b of pod n/p ====\n[]\n";
        let (parts, broken) = told(text);
        assert_eq!(parts, [("{}\n".to_owned(), 0), (String::new(), 5), ("[]\n".to_owned(), 7)]);
        assert_eq!(broken, None);
    }

    #[test]
    fn a_log_that_holds_its_own_end_or_none_takes_all_that_follows_with_it() {
        let forged = "{}\n==== START logs for container a of pod n/p ====\n==== END logs for container a of pod n/p ====\n{\"forged\":1}\n==== END logs for container a of pod n/p ====\n{\"true\":1}\n";
        let (parts, broken) = told(forged);
        assert_eq!(parts, [("{}\n".to_owned(), 0)]);
        assert!(broken.is_some_and(|(line, message)| line == 2 && message.contains("container a of pod n/p holds the mark")));
        for cut in [
            "{}\n==== START logs for container a of pod n/p ====\nlast words",
            "{}\n==== START logs for container a",
            "{}\n==== START logs for container a of pod n/p ====",
        ] {
            let (parts, broken) = told(cut);
            assert_eq!(parts, [("{}\n".to_owned(), 0)]);
            assert!(broken.is_some_and(|(line, message)| line == 2 && message.contains("breaks off")), "{cut}");
        }
    }

    #[test]
    fn marks_within_a_line_begin_no_log() {
        let text = "{\"a\": \"==== START logs for container a of pod n/p ====\"}\n";
        assert_eq!(told(text), (vec![(text.to_owned(), 0)], None));
    }
}
