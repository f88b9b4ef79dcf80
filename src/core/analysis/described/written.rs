//! What configuration files with which a control plane is started say of flags. They show what was written down, not what runs, so nothing in them is good by
//! itself: each is told as a question.

use super::{Bearing, Statement, Topic};
use crate::kinds::imported::{About, Describer, Description};
use crate::model::Severity;

/// The flags that decide a topic, each with its program.
pub(super) const fn flags(topic: Topic) -> &'static [(&'static str, &'static str)] {
    match topic {
        Topic::Anonymous => &[
            ("kube-apiserver", "anonymous-auth"),
            ("kube-apiserver", "authentication-config"),
            ("kube-apiserver", "authorization-mode"),
            ("kube-apiserver", "insecure-port"),
            ("etcd", "client-cert-auth"),
        ],
        Topic::Authorization => &[("kube-apiserver", "authorization-mode"), ("kube-apiserver", "authorization-config")],
        Topic::StaticTokens => &[("kube-apiserver", "token-auth-file"), ("kube-apiserver", "basic-auth-file")],
        Topic::Encryption => &[("kube-apiserver", "encryption-provider-config"), ("server", "secrets-encryption")],
        Topic::Audit => &[
            ("kube-apiserver", "audit-policy-file"),
            ("kube-apiserver", "audit-log-path"),
            ("kube-apiserver", "audit-webhook-config-file"),
        ],
        Topic::Tls => &[("kube-apiserver", "tls-min-version"), ("kube-apiserver", "tls-cipher-suites")],
        Topic::Endpoint | Topic::NetworkPolicies | Topic::Logins | Topic::Exemptions | Topic::RegistryLogins => &[],
    }
}

/// What stands there of the flags of a topic, and that none does.
pub(super) fn statements(told: &Description, topic: Topic) -> Vec<Statement> {
    let wanted: Vec<&(&str, &str)> = flags(topic).iter().filter(|(program, _)| *program != "server" || told.by == Describer::K3s).collect();
    let mut all: Vec<Statement> = vec![];
    for fact in told.about(About::Flag) {
        let [program, name, value] = fact.said.list() else { continue };
        if wanted.iter().any(|(of, flag)| of == program && flag == name) {
            let message = "This is what was written down. That the servers run with it must be shown: by their flags, or on the nodes.";
            let observed = format!("{program} --{name}={value}");
            all.push(Statement::new(&fact.field, observed, Bearing::Ask(Severity::Low), "written", message));
        }
    }
    if all.is_empty() && !wanted.is_empty() {
        let names: Vec<String> = wanted.iter().map(|(_, name)| format!("--{name}")).collect();
        let field = if told.by == Describer::K3s { "kube-apiserver-arg" } else { "apiServer.extraArgs" };
        let message =
            "The file sets none of the flags that decide this, so the defaults of the version hold, unless another file says otherwise.";
        let observed = format!("none of {}", names.join(", "));
        all.push(Statement::new(field, observed, Bearing::Ask(Severity::Medium), "not_written", message));
    }
    all
}
