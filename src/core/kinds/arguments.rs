//! Command lines of the control plane, of which only what checks read is kept: a table says which flags of which program these are. Of every
//! other flag its name stays, and a stand-in for its value; of every other word a stand-in alone. So a text that somebody put into
//! an argument is not written down, and what is kept is read as the program itself reads its arguments, word for word.

use super::sealed::Sealed;
use super::settings;

/// A part of the control plane whose flags matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// kube-apiserver.
    ApiServer,
    /// kube-controller-manager.
    ControllerManager,
    /// kube-scheduler.
    Scheduler,
    /// etcd.
    Etcd,
    /// The kubelet, where a distribution passes flags on to it.
    Kubelet,
    /// The server process of K3s or RKE2, with flags of its own (`secrets-encryption`).
    Server,
}

impl Component {
    /// Its program's name.
    #[must_use]
    pub const fn program(self) -> &'static str {
        match self {
            Self::ApiServer => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Etcd => "etcd",
            Self::Kubelet => "kubelet",
            Self::Server => "server",
        }
    }

    /// Those that run as pods.
    const PODS: [Self; 4] = [Self::ApiServer, Self::ControllerManager, Self::Scheduler, Self::Etcd];

    /// The component that a command line, an image and the name of a container tell.
    pub(super) fn told_by(arguments: &[&Sealed], image: &str, name: &str, label: Option<&str>) -> Option<Self> {
        let started = |component: &Self| {
            arguments.iter().copied().filter_map(text).take(4).any(|argument| {
                let program = argument.split_whitespace().find(|word| !matches!(*word, "exec")).unwrap_or_default();
                program.rsplit('/').next() == Some(component.program())
            })
        };
        let image = image.split(['@']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let image = image.split(':').next().unwrap_or_default();
        let named = |c: &Self| label == Some(c.program()) && name == c.program();
        Self::PODS.into_iter().find(started).or_else(|| {
            Self::PODS
                .into_iter()
                .find(|c| image == c.program() || image.starts_with(&format!("{}-", c.program())) && name == c.program() || named(c))
        })
    }
}

/// Flags by which K3s and RKE2 pass flags on to a component.
pub const PASSED_ON: [(&str, Component); 5] = [
    ("kube-apiserver-arg", Component::ApiServer),
    ("kube-controller-manager-arg", Component::ControllerManager),
    ("kube-scheduler-arg", Component::Scheduler),
    ("etcd-arg", Component::Etcd),
    ("kubelet-arg", Component::Kubelet),
];

/// Annotations in which K3s and RKE2 write the arguments of a node's process.
pub const NODE_ARGUMENTS: [&str; 2] = ["k3s.io/node-args", "rke2.io/node-args"];

/// Stands for a word, or the value of a flag, that was not kept.
pub const WITHHELD: &str = "(withheld)";

/// Switches that checks read: flags that are on or off.
const SWITCHES: &[(Component, &[&str])] = &[
    (Component::ApiServer, &["anonymous-auth", "profiling", "service-account-extend-token-expiration", "service-account-lookup"]),
    (Component::ControllerManager, &["profiling"]),
    (Component::Scheduler, &["profiling"]),
    (Component::Etcd, &["auto-tls", "client-cert-auth", "peer-auto-tls", "peer-client-cert-auth"]),
    (Component::Kubelet, &["anonymous-auth", "rotate-certificates"]),
    (Component::Server, &["disable-network-policy", "secrets-encryption"]),
];

/// Other flags whose values checks read: numbers, names, addresses, files.
const VALUES: &[(Component, &[&str])] = &[
    (
        Component::ApiServer,
        &[
            "admission-control",
            "admission-control-config-file",
            "audit-log-maxage",
            "audit-log-maxbackup",
            "audit-log-maxsize",
            "audit-log-path",
            "audit-policy-file",
            "audit-webhook-config-file",
            "authentication-config",
            "authentication-token-webhook-config-file",
            "authorization-config",
            "authorization-mode",
            "basic-auth-file",
            "bind-address",
            "disable-admission-plugins",
            "emulated-version",
            "enable-admission-plugins",
            "encryption-provider-config",
            "etcd-servers",
            "etcd-servers-overrides",
            "feature-gates",
            "insecure-port",
            "oidc-issuer-url",
            "service-account-max-token-expiration",
            "token-auth-file",
        ],
    ),
    (Component::ControllerManager, &["authorization-always-allow-paths", "bind-address", "port"]),
    (Component::Scheduler, &["authorization-always-allow-paths", "bind-address", "config", "port"]),
    (
        Component::Etcd,
        &[
            "advertise-client-urls",
            "config-file",
            "initial-advertise-peer-urls",
            "listen-client-http-urls",
            "listen-client-urls",
            "listen-metrics-urls",
            "listen-peer-urls",
            "peer-trusted-ca-file",
            "trusted-ca-file",
        ],
    ),
    (Component::Kubelet, &["authorization-mode", "config", "read-only-port"]),
];

/// Flags that are asked of every component.
const OF_ALL: &[&str] = &["cipher-suites", "tls-cipher-suites", "tls-min-version"];

/// Whether the table names a flag of a component, without dashes and with `-` for `_`.
#[must_use]
pub fn is_listed(component: Component, name: &str) -> bool {
    form(Some(component), name).is_some()
}

/// What is kept of a flag's value, where a file names both; none where the table does not name the flag, or its value is not of its kind.
pub(super) fn kept(component: Component, name: &str, value: &str) -> Option<String> {
    form(Some(component), name)?.keep(value)
}

/// Whether the table names a flag of a component that is on or off.
pub(super) fn is_switch(component: Component, name: &str) -> bool {
    matches!(form(Some(component), name), Some(Form::Switch))
}

impl Component {
    /// The flags of a component that the table names for it.
    pub(super) fn listed(self) -> impl Iterator<Item = &'static str> {
        SWITCHES.iter().chain(VALUES).filter(move |(component, _)| *component == self).flat_map(|(_, names)| names.iter().copied())
    }
}

/// What a flag takes.
#[derive(Clone, Copy)]
enum Form {
    /// A word for on or off.
    Switch,
    /// Any value.
    Value,
    /// A flag of another component, without its dashes.
    PassedOn(Component),
}

fn form(component: Option<Component>, name: &str) -> Option<Form> {
    let name = name.replace('_', "-");
    let among = |table: &[(Component, &[&str])]| table.iter().any(|(c, names)| Some(*c) == component && names.contains(&name.as_str()));
    let passed = || PASSED_ON.iter().find(|(flag, _)| component == Some(Component::Server) && *flag == name);
    if among(SWITCHES) {
        Some(Form::Switch)
    } else if among(VALUES) || (component.is_some() && OF_ALL.contains(&name.as_str())) {
        Some(Form::Value)
    } else {
        passed().map(|(_, component)| Form::PassedOn(*component))
    }
}

impl Form {
    fn keep(self, value: &str) -> Option<String> {
        match self {
            Self::Switch => settings::is_word(value.trim_matches('"')).then(|| value.to_owned()),
            Self::Value => Some(value.to_owned()),
            Self::PassedOn(component) => {
                let kept = Line { component: Some(component), open: None }.word(&format!("--{}", value.trim_start_matches('-')))?;
                Some(kept.trim_start_matches('-').to_owned())
            }
        }
    }
}

/// A command line while it is thinned.
struct Line {
    component: Option<Component>,
    /// A flag that waits for its value, with what it takes where the table names it.
    open: Option<Option<Form>>,
}

impl Line {
    /// What is kept of an argument; a shell's script holds a whole line in one.
    fn argument(&mut self, text: &str) -> Option<String> {
        if !text.contains(" --") {
            return self.word(text);
        }
        let words: Vec<String> = text.split_whitespace().map(|word| self.word(word).unwrap_or_else(|| WITHHELD.to_owned())).collect();
        Some(words.join(" "))
    }

    fn word(&mut self, word: &str) -> Option<String> {
        if word.starts_with('-') && word.len() > 1 {
            return Some(self.flag(word));
        }
        let form = self.open.take().flatten();
        program(word).map(str::to_owned).or_else(|| form?.keep(word))
    }

    fn flag(&mut self, word: &str) -> String {
        let body = word.trim_start_matches('-');
        let (name, value) = body.split_once('=').map_or((body, None), |(name, value)| (name, Some(value)));
        let form = form(self.component, name);
        self.open = value.is_none().then_some(form);
        let name = if form.is_some() || is_name(word, name) { name } else { WITHHELD };
        let dashes = &word[..word.len() - body.len()];
        match value {
            None => format!("{dashes}{name}"),
            Some(value) => format!("{dashes}{name}={}", form.and_then(|form| form.keep(value)).unwrap_or_else(|| WITHHELD.to_owned())),
        }
    }
}

/// Whether a flag's name is one that programs have: short ones after one dash may have their value in the same word.
fn is_name(word: &str, name: &str) -> bool {
    let plain = name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_lowercase());
    let plain = plain && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
    plain && (word.starts_with("--") || name.len() == 1)
}

/// The program that a word starts, without its folder: of those whose flags are read, and the words by which K3s says what a node is.
fn program(word: &str) -> Option<&'static str> {
    let own = word.rsplit('/').next().unwrap_or_default();
    let known = Component::PODS.iter().map(|component| component.program());
    known.chain(["exec", "server", "agent"]).find(|known| *known == own)
}

fn text(value: &Sealed) -> Option<&str> {
    value.peek().or_else(|| value.text())
}

/// Keeps of a control-plane container's arguments what the table names, and seals them. What was thinned before stays as it is.
pub(super) fn thin<'a>(component: Option<Component>, arguments: impl Iterator<Item = &'a mut Sealed>) {
    let mut line = Line { component, open: None };
    let mut flag = String::new();
    for argument in arguments {
        // What a detector found something in is sealed already, and tells its flag at most.
        let before = text(argument).map(str::to_owned);
        if before.is_none() {
            line.open = None;
        }
        argument.thin(|text| {
            let setting = || settings::is_kept_argument(text, &flag).then(|| text.to_owned());
            line.argument(text).or_else(setting).or_else(|| told_only(text))
        });
        flag = before.filter(|text| text.starts_with('-') && !text.contains('=')).unwrap_or_default();
    }
}

/// What stands for an argument in which a detector found something: its flag, where that is one whose value checks read.
pub(super) fn stand_in(argument: &str) -> Option<String> {
    let body = argument.strip_prefix('-')?.trim_start_matches('-');
    let (name, _) = body.split_once('=')?;
    let known = settings::is_name(name) || SWITCHES.iter().chain(VALUES).any(|(component, _)| is_listed(*component, name));
    known.then(|| format!("--{name}={WITHHELD}"))
}

/// An argument of which it matters that it is given, without what it says.
pub(super) fn told_only(text: &str) -> Option<String> {
    let name = settings::told_flag(text)?;
    Some(if text.contains('=') { format!("--{name}={WITHHELD}") } else { format!("--{name}") })
}

/// What is kept of the arguments of a node's process, which is a JSON list; none where it is something else.
pub(super) fn thin_node(text: &str) -> Option<String> {
    let words: Vec<String> = serde_json::from_str(text).ok()?;
    let mut line = Line { component: Some(Component::Server), open: None };
    let kept: Vec<String> = words.iter().map(|word| line.word(word).unwrap_or_else(|| WITHHELD.to_owned())).collect();
    serde_json::to_string(&kept).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Container;
    use serde_json::json;

    fn thinned(command: &serde_json::Value, args: &serde_json::Value) -> (Vec<Option<String>>, Container) {
        let object = json!({"name": "c", "image": "r/x:1", "command": command, "args": args});
        let mut container: Container = serde_json::from_value(object).unwrap_or_default();
        container.thin(None);
        let kept = container.command.iter().chain(&container.args).map(|a| a.text().map(str::to_owned)).collect();
        (kept, container)
    }

    #[test]
    fn of_what_the_table_does_not_name_no_text_stays() {
        let command =
            json!(["/opt/MARKER/etcd", "--data-dir=/var/MARKER", "--trusted-ca-file=/ca.crt", "--name", "MARKER", "MARKER", "-pMARKER"]);
        let args = json!(["--client-cert-auth", "MARKER", "--Our-MARKER=1", "--client-cert-auth=MARKER"]);
        let (kept, container) = thinned(&command, &args);
        let words = [
            Some("etcd"),
            Some("--data-dir=(withheld)"),
            Some("--trusted-ca-file=/ca.crt"),
            Some("--name"),
            None,
            None,
            Some("-(withheld)"),
            Some("--client-cert-auth"),
            None,
            Some("--(withheld)=(withheld)"),
            Some("--client-cert-auth=(withheld)"),
        ];
        assert_eq!(kept, words.map(|word| word.map(str::to_owned)));
        assert!(!serde_json::to_string(&container).unwrap_or_default().contains("MARKER"));
    }

    #[test]
    fn a_script_keeps_its_words_in_their_places() {
        let script = "exec /opt/kube-apiserver --v 2 --anonymous-auth false MARKER --etcd-servers=https://a:2379 2>&1";
        let (kept, _) = thinned(&json!(["/bin/sh", "-c", script]), &json!([]));
        let wanted = "exec kube-apiserver --v (withheld) --anonymous-auth false (withheld) --etcd-servers=https://a:2379 (withheld)";
        assert_eq!(kept, [None, Some("-c".to_owned()), Some(wanted.to_owned())]);
    }

    #[test]
    fn what_was_thinned_once_stays_as_it_is() {
        for (command, args) in [
            (json!(["kube-apiserver", "--emulated-version=kube=1.33", "--other=x", "--feature-gates", "A=true,B=false"]), json!([])),
            (json!(["/bin/sh", "-c", "exec kube-scheduler --config=/a --b c d"]), json!([])),
            (json!(["/go-runner"]), json!(["--log-file=/x", "/usr/bin/etcd", "--config-file", "/etc/e"])),
        ] {
            let (once, mut container) = thinned(&command, &args);
            container.thin(None);
            let again: Vec<Option<String>> = container.command.iter().chain(&container.args).map(|a| a.text().map(str::to_owned)).collect();
            assert_eq!(once, again);
        }
    }

    #[test]
    fn arguments_of_a_node_keep_what_is_passed_on_to_components() {
        let words = json!([
            "server",
            "--token",
            "MARKER",
            "--secrets-encryption",
            "true",
            "--kube-apiserver-arg",
            "audit-log-path=/a",
            "--kube-apiserver-arg=external-hostname=MARKER",
            "--kubelet-arg=anonymous-auth=true",
            "--node-label=MARKER",
            "MARKER"
        ]);
        let kept = thin_node(&words.to_string()).unwrap_or_default();
        let wanted = json!([
            "server",
            "--token",
            "(withheld)",
            "--secrets-encryption",
            "true",
            "--kube-apiserver-arg",
            "audit-log-path=/a",
            "--kube-apiserver-arg=external-hostname=(withheld)",
            "--kubelet-arg=anonymous-auth=true",
            "--node-label=(withheld)",
            "(withheld)"
        ]);
        assert_eq!(kept, wanted.to_string());
        assert_eq!(thin_node(&kept), Some(kept));
        assert_eq!(thin_node("MARKER"), None);
    }

    #[test]
    fn of_an_argument_with_a_secret_the_flag_stays_where_checks_ask_for_it() {
        assert_eq!(stand_in("--etcd-servers=https://u:p@h"), Some("--etcd-servers=(withheld)".to_owned()));
        assert_eq!(stand_in("--enable-policy=Sup3r"), Some("--enable-policy=(withheld)".to_owned()));
        for argument in ["--password=x", "-pX", "x=y", "--etcd-servers"] {
            assert_eq!(stand_in(argument), None, "{argument}");
        }
    }
}
