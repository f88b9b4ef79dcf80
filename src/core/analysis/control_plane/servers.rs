//! The command lines of the control plane, from every source that shows them.
//!
//! A static pod shows what its manifest says. An annotation of K3s shows what was passed on, and not what K3s adds. The server's own answer at `/flagz` shows
//! every flag with the value that holds, of the server that answered. So:
//!
//! - An answer that fits a pod's flags confirms that pod, and adds none.
//! - An answer that fits the annotation of the only server of K3s takes its place, because it says more.
//! - An answer that fits nothing that shows is of a server that does not show, or of one that runs with other flags than its pod says: it is a command line
//!   of its own, and beside pods a disagreement that is told.
//! - Several answers that differ are several command lines. Each holds for the server that gave it.

use crate::analysis::flags::{self, CommandLine, Component, Flag, Seen};
use crate::kinds::{ControlPlaneRecord, FlagsTold, Inventory, ServerRecord};
use crate::model::{ObjectRef, go_duration};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Flags that are lists in any order.
const LISTS: &[&str] = &[
    "admission-control",
    "authorization-mode",
    "disable-admission-plugins",
    "emulated-version",
    "enable-admission-plugins",
    "etcd-servers",
    "tls-cipher-suites",
];

/// Every command line that shows, API servers first.
#[must_use]
pub fn command_lines(inventory: &Inventory) -> Vec<CommandLine> {
    let mut lines = flags::command_lines(inventory);
    let shown = lines.iter().filter(|line| line.component == Component::ApiServer).count();
    let alone = shown == 1 && flags::nodes_without(inventory, &lines).is_empty();
    for answer in answers(inventory) {
        let own = |line: &&mut CommandLine| line.component == Component::ApiServer && line.seen != Seen::Flagz;
        match lines.iter_mut().filter(own).find(|line| differences(line, answer.told, inventory.minor()).is_empty()) {
            Some(line) if line.seen == Seen::Annotation && alone => line.flags = of_answer(answer.told),
            Some(_) => {}
            None => lines.push(answer.line(inventory)),
        }
    }
    lines.sort_by(|a, b| (a.component, a.seen == Seen::Flagz, &a.object).cmp(&(b.component, b.seen == Seen::Flagz, &b.object)));
    lines
}

/// The command lines of API servers.
#[must_use]
pub fn api_servers(inventory: &Inventory) -> Vec<CommandLine> {
    command_lines(inventory).into_iter().filter(|line| line.component == Component::ApiServer).collect()
}

/// Control-plane nodes of whose API server nothing shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blind<'a> {
    /// Their names; empty where each shows.
    pub nodes: Vec<&'a str>,
    /// How many servers behind them told their flags themselves. On which of the nodes these are is not known.
    pub answered: usize,
}

impl Blind<'_> {
    /// Whether every control-plane node that is known shows its API server.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What does not show, as the rest of a sentence: `the control-plane nodes a, b show none`.
    #[must_use]
    pub fn words(&self) -> String {
        let names = self.nodes.join(", ");
        match self.answered {
            0 => format!("the control-plane nodes {names} show none"),
            answered => format!("of the API servers on the control-plane nodes {names} only {answered} told theirs"),
        }
    }
}

/// The control-plane nodes of whose API server nothing shows. Where no pod shows one, as many servers as there are nodes must have answered.
#[must_use]
pub fn blind<'a>(inventory: &'a Inventory, lines: &[CommandLine]) -> Blind<'a> {
    let nodes = flags::nodes_without(inventory, lines);
    let shown = lines.iter().any(|line| line.component == Component::ApiServer && line.seen != Seen::Flagz);
    if shown || nodes.is_empty() {
        return Blind { nodes, answered: 0 };
    }
    let mut servers: Vec<Option<Timestamp>> = answers(inventory).into_iter().flat_map(|answer| answer.started).collect();
    servers.sort_unstable();
    servers.dedup();
    let answered = servers.len();
    if answered >= nodes.len() { Blind::default() } else { Blind { nodes, answered } }
}

/// What shows of an API server and what a server told itself, where the two say different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// What shows the flags of the API server.
    pub object: ObjectRef,
    /// Where in it.
    pub field: String,
    /// The flags that differ.
    pub flags: Vec<Differing>,
}

/// A flag of which two sources say different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differing {
    /// Its name, without dashes.
    pub name: String,
    /// What it says where it shows: "" for not set.
    pub shown: String,
    /// What the server that answered says: "" for not set.
    pub told: String,
}

/// Servers whose own answer says something else than what shows of every API server. Each is told of the one that comes nearest.
#[must_use]
pub fn disagreements(inventory: &Inventory) -> Vec<Disagreement> {
    let shown = flags::of(inventory, Component::ApiServer);
    let mut found = Vec::new();
    for answer in answers(inventory) {
        let each = shown.iter().map(|line| (line, differences(line, answer.told, inventory.minor())));
        let Some((line, differing)) = each.min_by_key(|(_, differing)| differing.len()).filter(|(_, differing)| !differing.is_empty())
        else {
            continue;
        };
        let flags = differing.into_iter().map(|name| Differing {
            shown: line.effective(name, inventory.minor()).unwrap_or_default(),
            told: answer.told.flags.get(name).cloned().flatten().unwrap_or_default(),
            name: name.to_owned(),
        });
        found.push(Disagreement { object: line.object.clone(), field: line.path.clone(), flags: flags.collect() });
    }
    found
}

/// One set of flags that servers told, with the starts of those that told it.
struct Answer<'a> {
    told: &'a FlagsTold,
    started: Vec<Option<Timestamp>>,
    /// Whether other servers told other flags.
    among_others: bool,
}

impl Answer<'_> {
    fn line(&self, inventory: &Inventory) -> CommandLine {
        let server = inventory.cluster.server.as_str();
        let server = if server.is_empty() { "API server" } else { server };
        let name = match self.started.first().copied().flatten() {
            Some(started) if self.among_others => format!("{server} (started {started})"),
            _ => server.to_owned(),
        };
        CommandLine {
            component: Component::ApiServer,
            seen: Seen::Flagz,
            object: ObjectRef::new("", "Cluster", "", &name),
            node: String::new(),
            path: "flagz".to_owned(),
            image: String::new(),
            flags: of_answer(self.told),
        }
    }
}

/// The sets of flags that were told, each once. One that lacks a flag which checks ask for is left out: it was kept by another version of the program.
fn answers(inventory: &Inventory) -> Vec<Answer<'_>> {
    let record = inventory.cluster.control_plane.as_deref();
    let told = record.into_iter().flat_map(ControlPlaneRecord::told_flags).filter(|(_, told)| told.lacks().is_none());
    let mut answers: Vec<Answer<'_>> = Vec::new();
    for (ServerRecord { started, .. }, told) in told {
        match answers.iter_mut().find(|answer| answer.told.flags == told.flags) {
            Some(answer) => answer.started.push(*started),
            None => answers.push(Answer { told, started: vec![*started], among_others: false }),
        }
    }
    let several = answers.len() > 1;
    answers.iter_mut().for_each(|answer| answer.among_others = several);
    answers
}

/// The flags of an answer as a command line has them: what is empty is not given.
fn of_answer(told: &FlagsTold) -> Vec<Flag> {
    let given = told.flags.iter().filter(|(_, value)| value.as_deref() != Some(""));
    given.map(|(name, value)| Flag { name: name.clone(), value: value.clone() }).collect()
}

/// The flags of which a command line and an answer say different things. What either does not tell is none, and of an annotation only what was passed on
/// can differ.
fn differences<'f>(line: &CommandLine, told: &'f FlagsTold, minor: Option<u32>) -> Vec<&'f str> {
    let unopposed = told.flags.get("authorization-mode").is_some_and(|modes| modes.as_deref() == Some("AlwaysAllow"));
    let differs = |name: &str, value: &str| {
        if line.has(name) {
            let Some(shown) = line.value(name) else { return false };
            let given = if is_list(name) { line.list(name).join(",") } else { shown.to_owned() };
            return !(same(name, &given, value) || name == "anonymous-auth" && unopposed);
        }
        if line.seen == Seen::Annotation {
            return false;
        }
        match line.default(name, minor) {
            // Where everybody may do everything, the server itself lets nobody in without a login.
            Some(_) if name == "anonymous-auth" && unopposed => false,
            // The limits of the log changed with a version.
            Some(_) if minor.is_none() => false,
            Some(default) => !same(name, default, value),
            None => !matches!(value, "" | "0" | "0s"),
        }
    };
    let flags = told.flags.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)));
    flags.filter(|(name, value)| differs(name, value)).map(|(name, _)| name).collect()
}

fn is_list(name: &str) -> bool {
    LISTS.contains(&name) || name == "feature-gates"
}

/// Whether two values of a flag mean the same.
pub(super) fn same(name: &str, one: &str, other: &str) -> bool {
    if name == "feature-gates" {
        // The last word on a gate holds.
        let gates = |text: &str| -> BTreeMap<String, String> {
            let pairs = text.split(',').filter_map(|pair| pair.trim().trim_start_matches("kube:").split_once('='));
            pairs.map(|(gate, value)| (gate.trim().to_owned(), value.trim().to_ascii_lowercase())).collect()
        };
        return gates(one) == gates(other);
    }
    if is_list(name) {
        let items = |text: &str| {
            let mut items: Vec<String> =
                text.split(',').map(|item| item.trim().trim_start_matches("kube=").to_owned()).filter(|item| !item.is_empty()).collect();
            items.sort_unstable();
            items.dedup();
            items
        };
        return items(one) == items(other);
    }
    let switch = |text: &str| match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Some(true),
        "false" | "f" | "0" => Some(false),
        _ => None,
    };
    let number = |text: &str| text.parse::<f64>().ok();
    let numbers = number(one).zip(number(other)).is_some_and(|(one, other)| (one - other).abs() < 1e-9);
    one == other
        || numbers
        || switch(one).is_some_and(|on| switch(other) == Some(on))
        || go_duration(one).is_some_and(|length| go_duration(other) == Some(length))
}

#[cfg(test)]
mod tests;
