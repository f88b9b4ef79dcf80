//! What descriptions and configuration files that were attached say of a setting of the cluster, and whether a file is of this cluster at all.
//!
//! A provider's description is what the provider runs. A configuration file shows what somebody wrote down: it counts where a flag of the API server
//! names its use, and is a question where nothing does. What a file does not say, or says in a word that is not known here, is never good.

mod access;
mod kinship;
mod network;
mod registries;
mod stored;
mod written;

pub use kinship::{Kinship, kinship};

use super::control_plane::Setting;
use crate::kinds::Inventory;
use crate::kinds::imported::{Content, Describer, Description, Imported};
use crate::model::Severity;
use std::borrow::Cow;

/// What is asked of descriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Whether callers without a credential are let in.
    Anonymous,
    /// How requests are authorized.
    Authorization,
    /// Passwords, tokens and certificates that the cluster itself hands out.
    StaticTokens,
    /// Whether Secrets are encrypted in the database.
    Encryption,
    /// Whether requests are recorded, and where to.
    Audit,
    /// Protocols and ciphers of the API server.
    Tls,
    /// Who can reach the API server.
    Endpoint,
    /// What carries out network policies.
    NetworkPolicies,
    /// How people log in.
    Logins,
    /// Whom Pod Security leaves out.
    Exemptions,
    /// How kubelets log in to registries.
    RegistryLogins,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Anonymous,
        Self::Authorization,
        Self::StaticTokens,
        Self::Encryption,
        Self::Audit,
        Self::Tls,
        Self::Endpoint,
        Self::NetworkPolicies,
        Self::Logins,
        Self::Exemptions,
        Self::RegistryLogins,
    ];

    /// The topic of a setting of the control plane; none where no description speaks of it.
    #[must_use]
    pub const fn of(setting: Setting) -> Option<Self> {
        match setting {
            Setting::Audit => Some(Self::Audit),
            Setting::Encryption => Some(Self::Encryption),
            Setting::Tls => Some(Self::Tls),
            Setting::Anonymous => Some(Self::Anonymous),
            Setting::Authorization => Some(Self::Authorization),
            Setting::StaticTokens => Some(Self::StaticTokens),
            Setting::Ports | Setting::TokenLifetime => None,
        }
    }

    /// The files that speak of it.
    #[must_use]
    pub fn describers(self) -> Vec<Describer> {
        use Describer as D;
        let own: &[D] = match self {
            Self::Anonymous => &[D::GkeCluster, D::Authentication],
            Self::Authorization => &[D::EksCluster, D::EksAccess, D::GkeCluster, D::AksCluster, D::Authorization],
            Self::StaticTokens => &[D::EksCluster, D::GkeCluster, D::AksCluster, D::OpenshiftOauth],
            Self::Encryption => &[D::EksCluster, D::GkeCluster, D::AksCluster, D::OpenshiftApiServer, D::Encryption],
            Self::Audit => &[D::EksCluster, D::GkeCluster, D::AksDiagnostics, D::OpenshiftApiServer],
            Self::Tls => &[D::OpenshiftApiServer],
            Self::Endpoint => &[D::EksCluster, D::GkeCluster, D::AksCluster],
            Self::NetworkPolicies => &[D::GkeCluster, D::AksCluster],
            Self::Logins => {
                &[D::EksCluster, D::GkeCluster, D::AksCluster, D::OpenshiftOauth, D::OpenshiftAuthentication, D::Authentication]
            }
            Self::Exemptions => &[D::Admission],
            Self::RegistryLogins => &[D::CredentialProviders],
        };
        let written: &[D] = if written::flags(self).is_empty() { &[] } else { &[D::Kubeadm, D::K3s] };
        [own, written].concat()
    }
}

/// How a statement bears on its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad(Severity),
    /// For a person to judge.
    Ask(Severity),
}

/// What a file says of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Where in the file it stands.
    pub field: String,
    /// What stands there.
    pub observed: String,
    /// How it bears.
    pub bearing: Bearing,
    /// The rule, for the finding.
    pub rule: &'static str,
    /// What that means, in a sentence.
    pub message: Cow<'static, str>,
}

impl Statement {
    fn new(field: &str, observed: impl Into<String>, bearing: Bearing, rule: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.to_owned(), observed: observed.into(), bearing, rule, message: message.into() }
    }
}

/// The files that were given and speak of a topic, in the order of their names; broken ones too.
#[must_use]
pub fn files(inventory: &Inventory, topic: Topic) -> Vec<&Imported> {
    use crate::kinds::imported::Form;
    let wanted = topic.describers();
    let speaks = |import: &&Imported| matches!(import.content.form(), Form::Description(by) if wanted.contains(&by));
    let mut files: Vec<&Imported> = inventory.imported.iter().filter(speaks).collect();
    files.sort_by(|a, b| (&a.name, &a.sha256).cmp(&(&b.name, &b.sha256)));
    files
}

/// The description in a file; none in one of another form, or that can't be read.
#[must_use]
pub const fn description(file: &Imported) -> Option<&Description> {
    match &file.content {
        Content::Description(description) => Some(description),
        _ => None,
    }
}

/// What a description says of a topic.
#[must_use]
pub fn statements(description: &Description, topic: Topic) -> Vec<Statement> {
    if matches!(description.by, Describer::Kubeadm | Describer::K3s) {
        return written::statements(description, topic);
    }
    match topic {
        Topic::Anonymous => access::anonymous(description),
        Topic::Authorization => access::authorization(description),
        Topic::StaticTokens => access::static_tokens(description),
        Topic::Logins => access::logins(description),
        Topic::Encryption => stored::encryption(description),
        Topic::Audit => stored::audit(description),
        Topic::Tls => network::tls(description),
        Topic::Endpoint => network::endpoint(description),
        Topic::NetworkPolicies => network::policies(description),
        Topic::Exemptions => access::exemptions(description),
        Topic::RegistryLogins => registries::logins(description),
    }
}

/// The files that would answer a topic on a distribution; none where no file that is understood does.
#[must_use]
pub fn wanted(distribution: &str, topic: Topic) -> Vec<Describer> {
    use Describer as D;
    let of: &[D] = match distribution {
        "eks" => &[D::EksCluster, D::EksAccess],
        "gke" | "gke-autopilot" => &[D::GkeCluster],
        "aks" => &[D::AksCluster, D::AksDiagnostics],
        "openshift" => &[D::OpenshiftApiServer, D::OpenshiftOauth, D::OpenshiftAuthentication],
        "k3s" | "rke2" => &[D::K3s],
        "kubeadm" | "kind" | "tanzu" => &[D::Kubeadm],
        _ => &[],
    };
    let speaking = topic.describers();
    of.iter().copied().filter(|by| speaking.contains(by)).collect()
}

/// The sentence that says which file to attach; none where no file that is understood answers.
#[must_use]
pub fn ask(distribution: &str, topic: Topic) -> Option<String> {
    let wanted = wanted(distribution, topic);
    if wanted.is_empty() {
        return None;
    }
    let commands: Vec<&str> = wanted.iter().map(|by| command(*by)).collect();
    let shown = if wanted.iter().all(|by| by.tells_what_runs()) {
        "this check judges it"
    } else {
        "this check tells what it says; that the servers run with it must be shown apart"
    };
    Some(format!("Attach {}, and {shown}.", commands.join(" and ")))
}

/// What to attach, in words.
const fn command(by: Describer) -> &'static str {
    match by {
        Describer::EksCluster => "what “aws eks describe-cluster --name NAME” prints",
        Describer::EksAccess => "what “aws eks list-access-entries” and, for each entry, “aws eks list-associated-access-policies” print",
        Describer::GkeCluster => "what “gcloud container clusters describe NAME --location LOCATION” prints",
        Describer::AksCluster => "what “az aks show --name NAME --resource-group GROUP” prints",
        Describer::AksDiagnostics => "what “az monitor diagnostic-settings list --resource ID” prints of the cluster",
        Describer::OpenshiftApiServer => "what “oc get apiserver cluster -o yaml” prints",
        Describer::OpenshiftOauth => "what “oc get oauth cluster -o yaml” prints",
        Describer::OpenshiftAuthentication => "what “oc get authentication cluster -o yaml” prints",
        Describer::Kubeadm => "the configuration file of kubeadm",
        Describer::K3s => "/etc/rancher/k3s/config.yaml or /etc/rancher/rke2/config.yaml of a server node",
        Describer::Encryption => "the file that --encryption-provider-config names",
        Describer::Authentication => "the file that --authentication-config names",
        Describer::Authorization => "the file that --authorization-config names",
        Describer::Admission => "the file that --admission-control-config-file names",
        Describer::CredentialProviders => "the file that the kubelets' --image-credential-provider-config names",
    }
}

#[cfg(test)]
mod tests;
