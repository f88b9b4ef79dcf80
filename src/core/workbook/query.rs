//! The words by which findings are looked for, in lists and on the command line: `sev:high ns:pay check:3.1 docker`. Every word must hold; `-` before one turns it
//! round.

use super::newness::Newness;
use crate::guidance::{Control, Guidance};
use crate::model::{Finding, Outcome};
use memchr::memmem;

/// Words to look for findings by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<Word>);

/// One word.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    /// Whether it must not hold.
    turned: bool,
    /// Which part of a finding it speaks of; none for any of its texts.
    key: Option<Key>,
    /// What it looks for, in lower case.
    text: String,
    /// The controls to which a requirement relates, where it speaks of one.
    controls: Vec<String>,
}

/// A part of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Namespace,
    Severity,
    Rule,
    Kind,
    Name,
    Category,
    Check,
    Cluster,
    Requirement,
    Outcome,
    Excepted,
    New,
}

/// The keys as they are typed.
const KEYS: [(&str, Key); 12] = [
    ("ns", Key::Namespace),
    ("sev", Key::Severity),
    ("rule", Key::Rule),
    ("kind", Key::Kind),
    ("name", Key::Name),
    ("cat", Key::Category),
    ("check", Key::Check),
    ("cluster", Key::Cluster),
    ("dss", Key::Requirement),
    ("out", Key::Outcome),
    ("exc", Key::Excepted),
    ("new", Key::New),
];

/// A finding with where it was found.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// Its check.
    pub check: &'a str,
    /// What the check says.
    pub outcome: Outcome,
    /// Its cluster.
    pub cluster: &'a str,
    /// Whether an exception holds for it.
    pub excepted: bool,
    /// Whether it was not there before.
    pub newness: Newness,
    /// Which texts hold the plain words.
    pub texts: &'a InTexts,
    /// Which of these texts are its own.
    pub at: usize,
}

/// All texts of findings, in lower case: what a plain word is looked for in. They are one text, because many are looked through for every letter.
#[derive(Clone, Debug, Default)]
pub struct Haystacks {
    text: String,
    ends: Vec<usize>,
}

impl Haystacks {
    /// Which findings have a text with this part, which is in lower case and goes over no end of a line.
    fn holding(&self, part: &str) -> Vec<bool> {
        let mut holding = vec![false; self.ends.len()];
        let finder = memmem::Finder::new(part);
        let (mut from, mut at) = (0, 0);
        while let Some(met) = self.text.as_bytes().get(from..).and_then(|rest| finder.find(rest)) {
            at += self.ends[at..].partition_point(|end| *end <= from + met);
            let (Some(held), Some(end)) = (holding.get_mut(at), self.ends.get(at)) else { break };
            *held = true;
            from = *end;
        }
        holding
    }

    fn push(&mut self, finding: &Finding) {
        let object = finding.object.to_string();
        for part in [&object, finding.rule.as_deref().unwrap_or_default(), &finding.field, &finding.observed, &*finding.message] {
            if part.is_ascii() {
                let from = self.text.len();
                self.text.push_str(part);
                self.text[from..].make_ascii_lowercase();
            } else {
                self.text.push_str(&part.to_lowercase());
            }
            // No word goes over the end of a line.
            self.text.push('\n');
        }
        self.ends.push(self.text.len());
    }
}

impl<'f> FromIterator<&'f Finding> for Haystacks {
    fn from_iter<I: IntoIterator<Item = &'f Finding>>(findings: I) -> Self {
        let mut haystacks = Self::default();
        findings.into_iter().for_each(|finding| haystacks.push(finding));
        haystacks
    }
}

/// For each plain word of a query, which findings have it in their texts.
#[derive(Clone, Debug, Default)]
pub struct InTexts(Vec<Option<Vec<bool>>>);

impl InTexts {
    fn holds(&self, word: usize, at: usize) -> bool {
        self.0.get(word).and_then(Option::as_ref).and_then(|holding| holding.get(at)).copied().unwrap_or_default()
    }
}

/// Whether a text has a part that is in lower case, whatever its own letters are.
fn has(text: &str, part: &str) -> bool {
    if text.is_ascii() {
        part.is_empty() || text.as_bytes().windows(part.len()).any(|bytes| bytes.eq_ignore_ascii_case(part.as_bytes()))
    } else {
        text.to_lowercase().contains(part)
    }
}

impl Query {
    /// Reads it. There is nothing that it does not understand: what is no key is a text to look for.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let word = |word: &str| {
            let (turned, word) = match word.strip_prefix('-').filter(|rest| !rest.is_empty()) {
                Some(rest) => (true, rest),
                None => (false, word),
            };
            let key = word.split_once(':').and_then(|(name, text)| KEYS.iter().find(|(key, _)| *key == name).map(|(_, key)| (*key, text)));
            let (key, text) = key.map_or((None, word), |(key, text)| (Some(key), text));
            let controls = if key == Some(Key::Requirement) { controls_of(text) } else { vec![] };
            Word { turned, key, text: text.to_owned(), controls }
        };
        Self(text.to_lowercase().split_whitespace().map(word).collect())
    }

    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it asks what is new: then it must be told where nothing tells that.
    #[must_use]
    pub fn asks_what_is_new(&self) -> bool {
        self.0.iter().any(|word| word.key == Some(Key::New))
    }

    /// Looks through the texts of all findings once for each plain word. They are gathered only where there is one, and kept for the next query.
    pub fn in_texts(&self, kept: &mut Option<Haystacks>, gather: impl FnOnce() -> Haystacks) -> InTexts {
        if self.0.iter().all(|word| word.key.is_some()) {
            return InTexts::default();
        }
        let haystacks = kept.get_or_insert_with(gather);
        InTexts(self.0.iter().map(|word| word.key.is_none().then(|| haystacks.holding(&word.text))).collect())
    }

    /// Whether every word holds.
    #[must_use]
    pub fn fits(&self, found: &Found<'_>) -> bool {
        self.0.iter().enumerate().all(|(nth, word)| match word.key {
            // Turned round, it asks for what was there before; what can't be told is neither.
            Some(Key::New) => word.holds_of_new(found.newness),
            Some(key) => word.holds(key, found) != word.turned,
            None => found.texts.holds(nth, found.at) != word.turned,
        })
    }
}

/// The controls to which a requirement of PCI DSS, or one below it, relates.
fn controls_of(requirement: &str) -> Vec<String> {
    let relates = |control: &&Control| control.dss.iter().any(|number| is_under(number, requirement));
    Guidance::shipped().map(|guidance| guidance.controls().filter(relates).map(|control| control.id.clone()).collect()).unwrap_or_default()
}

impl Word {
    fn holds_of_new(&self, newness: Newness) -> bool {
        let wanted = match self.text.as_str() {
            "unknown" | "untold" | "?" => return (newness == Newness::Untold) != self.turned,
            "no" | "n" | "false" => Newness::Known,
            _ => Newness::New,
        };
        match (wanted, self.turned) {
            (Newness::New, false) | (Newness::Known, true) => newness == Newness::New,
            _ => newness == Newness::Known,
        }
    }

    fn holds(&self, key: Key, found: &Found<'_>) -> bool {
        let part = self.text.as_str();
        let has = |text: &str| has(text, part);
        let finding = found.finding;
        match key {
            Key::Namespace => has(&finding.object.namespace),
            Key::Severity => finding.severity.id().starts_with(part),
            Key::Rule => has(finding.rule.as_deref().unwrap_or_default()),
            Key::Kind => has(&finding.object.kind),
            Key::Name => has(&finding.object.name),
            Key::Category => finding.category.id().starts_with(part) || has(finding.category.label()),
            Key::Check => {
                found.check == part
                    || is_under(found.check, part)
                    || found.check.split_once('/').is_some_and(|(_, name)| name.contains(part))
            }
            Key::Cluster => has(found.cluster),
            Key::Requirement => {
                let control = found.check.split_once('/').map_or(found.check, |(control, _)| control);
                self.controls.iter().any(|known| known == control)
            }
            Key::Outcome => found.outcome.id().starts_with(part),
            Key::New => self.holds_of_new(found.newness),
            Key::Excepted => {
                let wanted = !matches!(part, "no" | "n" | "false");
                found.excepted == wanted
            }
        }
    }
}

/// Whether a number is another one or stands below it: `3.1/baseline` and `3.1.2` stand below `3.1`, `3.11` does not.
#[must_use]
pub fn is_under(number: &str, above: &str) -> bool {
    number.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/']))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;
    use crate::model::{Category, ObjectRef, Severity};

    fn fits(query: &str, excepted: bool) -> bool {
        let object = ObjectRef::new("apps", "DaemonSet", "logging", "agent");
        let mut finding = Finding::new(Category::Cde, object, "spec.volumes[0]").rule("hostPathVolumes").severity(Severity::High);
        finding.observed = "/var/run/docker.sock".into();
        let query = Query::read(query);
        let found = Found {
            finding: &finding,
            check: "3.1/baseline",
            outcome: Outcome::Fail,
            cluster: "prod-eu",
            excepted,
            newness: Newness::New,
            texts: &query.in_texts(&mut None, || Haystacks::from_iter([&finding])),
            at: 0,
        };
        query.fits(&found)
    }

    #[test]
    fn each_key_speaks_of_its_part_and_a_dash_turns_it_round() {
        for (holds, fails) in [
            ("ns:log", "ns:pay"),
            ("sev:h", "sev:low"),
            ("RULE:hostpath", "rule:privileged"),
            ("kind:daemon", "kind:pod"),
            ("name:agent", "name:logging"),
            ("cat:cde", "cat:connected"),
            ("check:3.1", "check:3.11"),
            ("check:base", "check:1"),
            ("check:3", "check:31"),
            ("check:3.1/baseline", "check:3.1/base"),
            ("cluster:eu", "cluster:us"),
            ("out:fail", "out:review"),
            ("exc:no", "exc:yes"),
            ("Docker logging", "docker absent"),
            ("", "-docker"),
            ("-ns:pay", "-ns:log"),
            ("docker.sock", "unknown:key"),
        ] {
            assert!(fits(holds, false), "{holds}");
            assert!(!fits(fails, false), "{fails}");
        }
        assert!(fits("exc:yes", true) && !fits("exc:no", true));
    }

    #[test]
    fn letters_are_the_same_large_and_small_and_each_finding_has_its_own_texts() {
        let named = |name: &str| Finding::new(Category::Cde, ObjectRef::new("apps", "DaemonSet", "logging", name), "Spec.ÄRGER");
        let haystacks: Haystacks = [named("agent"), named("Über"), named("agent-2")].iter().collect();
        for (word, holding) in [
            ("daemonset", [true, true, true]),
            ("logging/agent", [true, false, true]),
            ("logging/über", [false, true, false]),
            ("agent-2", [false, false, true]),
            ("ärger", [true, true, true]),
            ("r\nd", [false, false, false]),
        ] {
            assert_eq!(haystacks.holding(word), holding, "{word}");
        }
        assert!(Haystacks::default().holding("a").is_empty());
        assert!(has("Ärger", "ärg") && has("Pod", "od") && has("x", "") && !has("a", "ab"));
    }

    #[test]
    fn what_can_not_be_told_is_neither_new_nor_known() {
        let object = ObjectRef::new("apps", "DaemonSet", "logging", "agent");
        let finding = Finding::new(Category::Cde, object, "spec");
        let fits = |query: &str, newness| {
            let found = Found {
                finding: &finding,
                check: "3.1/baseline",
                outcome: Outcome::Fail,
                cluster: "eu",
                excepted: false,
                newness,
                texts: &InTexts::default(),
                at: 0,
            };
            Query::read(query).fits(&found)
        };
        for (query, wanted) in [
            ("new:yes", Newness::New),
            ("-new:no", Newness::New),
            ("new:no", Newness::Known),
            ("-new:yes", Newness::Known),
            ("new:unknown", Newness::Untold),
        ] {
            let all = [Newness::New, Newness::Known, Newness::Untold];
            assert_eq!(all.map(|newness| fits(query, newness)), all.map(|newness| newness == wanted), "{query}");
        }
        assert!(Query::read("ns:pay new:yes").asks_what_is_new() && !Query::read("newer").asks_what_is_new());
    }

    #[test]
    fn a_requirement_is_that_of_the_control() {
        let guidance = Guidance::shipped().unwrap();
        let number = &guidance.control("3.1").unwrap().dss[0];
        assert!(fits(&format!("dss:{number}"), false) && !fits("dss:99.9", false));
        assert!(is_under("8.4.2", "8.4") && !is_under("8.41", "8.4") && is_under("3.1/baseline", "3.1"));
    }
}
