//! Names that are known to stand in an assessment, and how they are found in words: the longest first, whole, in any case. A name that is an ordinary
//! word as well (`data`, `Pass`) is one in words only where it is written as it is and stands as names do, or where people speak of what it names.

use super::class::{Class, class_of};
use super::pseudonyms::plain;
use super::public::{is_ordinary, is_public, is_version, is_word, parts};
use std::collections::{BTreeMap, HashMap};

/// A shorter word is looked for only where it stands as names do.
const SHORTEST: usize = 3;

/// A name, by what it is known.
#[derive(Clone, Debug)]
struct Known {
    class: Class,
    /// Whether it is looked for only where names stand.
    ordinary: bool,
    /// As it was written, where that matters.
    spelled: Vec<String>,
}

/// Whose words a text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// Sentences that the program or a server made, with names in them.
    Program,
    /// What people wrote.
    People,
    /// A path of fields, whose words are those of Kubernetes.
    Path,
}

/// All names that are known.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeMap<String, Known>,
    /// First words of names, with how many words the longest of these has; nothing before they are sorted.
    by_word: HashMap<String, usize>,
}

/// A name that was found in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) at: std::ops::Range<usize>,
    pub(super) class: Class,
}

impl Names {
    /// Takes a name. What everybody knows is none.
    pub(super) fn know(&mut self, class: Class, name: &str) {
        let name = core(name);
        if name.is_empty() || is_public(class, name) || is_version(name) || name.bytes().all(|b| b.is_ascii_digit()) {
            return;
        }
        let ordinary = name.chars().count() < SHORTEST || is_word(name);
        let known = self.known.entry(plain(name)).or_insert_with(|| Known { class, ordinary, spelled: vec![] });
        known.class = known.class.min(class);
        if known.ordinary && !known.spelled.iter().any(|known| known == name) {
            known.spelled.push(name.to_owned());
        }
    }

    /// Takes a name and the words of which it is made, each where it is no ordinary one.
    pub(super) fn know_with_parts(&mut self, class: Class, name: &str) {
        self.know(class, name);
        for part in parts(name).filter(|part| part.chars().count() >= SHORTEST && !is_ordinary(part)) {
            self.know(class, part);
        }
    }

    /// Whether a name is known.
    pub(super) fn class_of(&self, name: &str) -> Option<Class> {
        self.known.get(&plain(core(name))).map(|known| known.class)
    }

    /// Sorts all names, so that they are found.
    pub(super) fn sort(&mut self) {
        self.by_word.clear();
        for name in self.known.keys() {
            let mut words = parts(name);
            if let Some(first) = words.next() {
                let longest = self.by_word.entry(first.to_owned()).or_default();
                *longest = (*longest).max(1 + words.count());
            }
        }
    }

    /// Where names stand in a text.
    pub(super) fn find(&self, text: &str, words: Words) -> Vec<Found> {
        let mut found: Vec<Found> = vec![];
        let mut at = 0;
        while let Some(start) = next_word(text, at) {
            // A flag of a program consists of its words, and what it is set to of others.
            if text[..start].ends_with("--") {
                let end = text[start..].find(|c: char| !c.is_alphanumeric() && c != '-').map_or(text.len(), |end| start + end);
                if is_ordinary(&text[start..end]) {
                    at = end;
                    continue;
                }
            }
            let word_end = end_of_word(text, start);
            let word = text[start..word_end].to_lowercase();
            let longest = self.by_word.get(&word).copied().unwrap_or_default();
            let ends = std::iter::successors((longest > 0).then_some(word_end), |end| Some(end_of_word(text, next_word(text, *end)?)));
            let ends: Vec<usize> = ends.take(longest).collect();
            let after_last = found.last().is_some_and(|last| matches!(&text[last.at.end..start], ", " | " and " | " or "));
            let hit = ends.into_iter().rev().find_map(|end| {
                let known = self.known.get(&plain(&text[start..end]))?;
                let stands = !known.ordinary || self.is_meant(known, text, start..end, words, after_last);
                let class = kind_of(text, start, found.last()).unwrap_or(known.class);
                stands.then_some(Found { at: start..end, class })
            });
            match hit {
                Some(hit) => {
                    at = hit.at.end;
                    found.push(hit);
                }
                None => at = word_end,
            }
        }
        found
    }

    /// Whether an ordinary word is a name here.
    fn is_meant(&self, known: &Known, text: &str, at: std::ops::Range<usize>, words: Words, after_last: bool) -> bool {
        if words == Words::Path || !known.spelled.iter().any(|spelled| *spelled == text[at.clone()]) {
            return false;
        }
        let joined = |c: Option<char>| c.is_some_and(|c| matches!(c, '-' | '_' | '.'));
        let (before, behind) = (text[..at.start].chars().next_back(), text[at.end..].chars().next());
        // A point behind it may end the sentence.
        let point = behind == Some('.') && text[at.end + 1..].chars().next().is_none_or(char::is_whitespace);
        if joined(before) || (joined(behind) && !point) {
            return false;
        }
        let spoken_of = known.class.is_spoken_of() && (words == Words::People || ends_a_clause(text, &at));
        spoken_of || after_last || stands_as_name(text, &at)
    }
}

/// The class of a name before which its kind stands: `Service web`, `ServiceAccount shop/web`.
fn kind_of(text: &str, start: usize, last: Option<&Found>) -> Option<Class> {
    let front = match last {
        Some(last) if text.get(last.at.end..start) == Some("/") => &text[..last.at.start],
        _ if text[..start].ends_with('/') => {
            let (front, namespace) = text[..start - 1].rsplit_once(' ')?;
            namespace.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-').then(|| &text[..front.len() + 1])?
        }
        _ => &text[..start],
    };
    let kind = front.strip_suffix(' ')?.rsplit([' ', '(', '“', '"', '\n']).next()?;
    // Before the slash stands a namespace, whatever the kind.
    let is_namespace = front.len() == start
        && text[start..]
            .split(|c: char| !c.is_alphanumeric() && c != '-')
            .next()
            .is_some_and(|word| text[start + word.len()..].starts_with('/'));
    let is_kind = kind.chars().any(char::is_lowercase) && kind.starts_with(char::is_uppercase) && is_public(Class::Kind, kind);
    (is_kind && !is_namespace).then(|| class_of(kind))
}

/// Whether a word ends a clause behind a preposition, as places do in sentences of the program: `in payments, by Role x`.
fn ends_a_clause(text: &str, at: &std::ops::Range<usize>) -> bool {
    let before = text[..at.start].strip_suffix(' ').and_then(|front| front.rsplit(' ').next()).unwrap_or_default();
    let behind = text[at.end..].chars().next();
    matches!(before, "in" | "of" | "from" | "to" | "into" | "on") && behind.is_none_or(|c| matches!(c, ',' | ';' | ':' | '.' | ')'))
}

/// Whether what stands around a word says that it is a name: quotes, the sign between namespace and name, a kind before it.
fn stands_as_name(text: &str, at: &std::ops::Range<usize>) -> bool {
    let (front, rest) = (&text[..at.start], &text[at.end..]);
    let (before, behind) = (front.chars().next_back(), rest.chars().next());
    if before.is_none() && behind.is_none() {
        return true;
    }
    // The sign of a genitive is no quote.
    if matches!(behind, Some('\'' | '’')) && rest.chars().nth(1) == Some('s') {
        return false;
    }
    if before.is_some_and(|c| matches!(c, '/' | '"' | '“' | '‘' | '\'' | '`' | '=' | '[' | ':' | '@'))
        || behind.is_some_and(|c| matches!(c, '/' | '"' | '”' | '’' | '\'' | '`' | '=' | ']' | '@'))
    {
        return true;
    }
    if behind == Some(':') && rest[1..].chars().next().is_some_and(|c| !c.is_whitespace()) {
        return true;
    }
    let kind = front.strip_suffix(' ').and_then(|front| front.rsplit([' ', '(', '“', '"', '\n']).next()).unwrap_or_default();
    // A kind as manifests write it, or what people call a namespace.
    let is_kind =
        kind.chars().next().is_some_and(char::is_uppercase) && kind.chars().any(char::is_lowercase) && is_public(Class::Kind, kind);
    is_kind || matches!(kind, "named" | "namespace" | "namespaces" | "node" | "cluster" | "user" | "group" | "image")
}

/// A name without the signs around it.
pub(super) fn core(name: &str) -> &str {
    name.trim_matches(|c: char| !c.is_alphanumeric())
}

fn next_word(text: &str, from: usize) -> Option<usize> {
    text[from..].find(char::is_alphanumeric).map(|at| at + from)
}

fn end_of_word(text: &str, start: usize) -> usize {
    text[start..].find(|c: char| !c.is_alphanumeric()).map_or(text.len(), |at| at + start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        for (class, name) in [
            (Class::Namespace, "ledgerline"),
            (Class::Namespace, "ledgerline-eu"),
            (Class::Namespace, "data"),
            (Class::Object, "server"),
            (Class::Entity, "Pass"),
            (Class::Host, "worker-7.quillmark.example"),
        ] {
            names.know(class, name);
        }
        names.know_with_parts(Class::Person, "Jörg Müller");
        names.sort();
        names
    }

    fn found(text: &str, words: Words) -> Vec<String> {
        names().find(text, words).into_iter().map(|f| text[f.at].to_owned()).collect()
    }

    #[test]
    fn names_are_found_whole_the_longest_first_in_any_case() {
        let text = "LEDGERLINE-EU and ledgerline, Ledgerline-batch; xledgerline ledgerlines; MÜLLER said";
        assert_eq!(found(text, Words::Program), ["LEDGERLINE-EU", "ledgerline", "Ledgerline", "MÜLLER"]);
        assert_eq!(found("jörg  müller", Words::People), ["jörg  müller"]);
    }

    #[test]
    fn ordinary_words_are_names_where_names_stand() {
        let prose = "The API server stores data; a check may pass: the data plane, user-data, data.";
        assert_eq!(found(prose, Words::Program), Vec::<String>::new());
        let named = "Deployment data/server, “data”, namespace data, [name=server], data:8080";
        assert_eq!(found(named, Words::Program), ["data", "server", "data", "data", "server", "data"]);
        assert_eq!(found("server", Words::Program), ["server"]);
        // People call things by their names.
        assert_eq!(found("Pass runs data and lets the server pass. Data-plane.", Words::People), ["Pass", "data"]);
    }
}
