//! Who is let in and what decides what they may do, as descriptions and files say.

use super::{Bearing, Statement};
use crate::kinds::imported::{About, Describer, Description, Fact, Said};
use crate::model::Severity;
use Bearing::{Ask, Bad, Good};

/// Paths that answer without a question and tell nothing.
const HARMLESS: &[&str] = &["/healthz", "/readyz", "/livez"];
/// Access policies of EKS that make an administrator (AWS, "Review access policy permissions").
const ADMINISTRATORS: &[&str] = &["AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy"];

fn stated(fact: &Fact, bearing: Bearing, rule: &'static str, message: &'static str) -> Statement {
    Statement::new(&fact.field, fact.said.words(), bearing, rule, message)
}

pub(super) fn anonymous(told: &Description) -> Vec<Statement> {
    let Some(fact) = told.fact(About::Anonymous) else { return vec![] };
    let provider = told.by == Describer::GkeCluster;
    vec![match &fact.said {
        Said::Words(words) if provider && words == &["LIMITED"] => stated(
            fact,
            Ask(Severity::Info),
            "limited",
            "Callers without a credential reach the pages for health alone. The other options of the control plane are Google's: its attestation of compliance shows them.",
        ),
        Said::No => stated(fact, Good, "off", "Callers without a credential are refused."),
        Said::Words(paths) if !provider && !paths.is_empty() && paths.iter().all(|path| HARMLESS.contains(&path.as_str())) => {
            stated(fact, Good, "health_only", "Callers without a credential reach the pages for health alone.")
        }
        Said::Words(_) | Said::Yes => stated(
            fact,
            Ask(Severity::Low),
            "on",
            "Callers without a credential are let in as system:anonymous; what they may do is told under 1.1/anonymous-rbac.",
        ),
        Said::Nothing if provider => stated(
            fact,
            Ask(Severity::Low),
            "not_limited",
            "Nothing limits callers without a credential to the pages for health, so they are let in as system:anonymous, as it was before GKE had this setting.",
        ),
        Said::Nothing => stated(
            fact,
            Ask(Severity::Low),
            "by_flag",
            "The file has no section on callers without a credential, so the flag --anonymous-auth decides.",
        ),
        Said::NotKnown => {
            stated(fact, Ask(Severity::Medium), "not_known", "Whether callers without a credential are let in is not told in a known word.")
        }
    }]
}

pub(super) fn authorization(told: &Description) -> Vec<Statement> {
    match told.by {
        Describer::EksCluster => eks(told),
        Describer::EksAccess => entries(told),
        Describer::GkeCluster => told.fact(About::LegacyAbac).map(gke).into_iter().collect(),
        Describer::AksCluster => aks(told),
        Describer::Authorization => authorizers(told),
        _ => vec![],
    }
}

fn eks(told: &Description) -> Vec<Statement> {
    let mut all: Vec<Statement> = told
        .about(About::LoginMode)
        .map(|fact| match fact.said.list() {
            [mode] if mode == "CONFIG_MAP" => stated(
                fact,
                Ask(Severity::Low),
                "config_map",
                "Identities of AWS come in by the ConfigMap aws-auth alone, which 2.2/aws-auth judges. EKS runs with Node and RBAC by AWS's documentation.",
            ),
            [_] => stated(
                fact,
                Ask(Severity::Low),
                "access_entries",
                "Access entries count, and their policies give rights beside RBAC that no binding shows: review each entry with its policies.",
            ),
            _ => stated(fact, Ask(Severity::Medium), "not_known", "How identities of AWS come in is not told in a known word."),
        })
        .collect();
    if let Some(fact) = told.fact(About::CreatorAdmin).filter(|fact| fact.said == Said::Yes) {
        all.push(stated(
            fact,
            Ask(Severity::Low),
            "creator_admin",
            "Whoever made the cluster was made its administrator by an access entry: show that this identity is not in daily use, or that the entry is gone.",
        ));
    }
    all
}

/// What access entries give. They are a part of what decides, so nothing in them is good by itself.
fn entries(told: &Description) -> Vec<Statement> {
    let mut all = vec![];
    for fact in &told.facts {
        let not_known = || stated(fact, Ask(Severity::Medium), "not_known", "What this entry gives could not be read: look at it by hand.");
        all.push(match (fact.about, &fact.said) {
            (About::AccessEntries, Said::Words(who)) => Statement::new(
                &fact.field,
                format!("{} entries: {}", who.len(), shown(who)),
                Ask(Severity::Low),
                "entries",
                "These identities of AWS have an entry: each, with its policies, needs a reason on record.",
            ),
            (About::AccessPolicy, Said::Words(words)) => match &words[..] {
                [] => Statement::new(&fact.field, "none", Ask(Severity::Info), "no_policy", "This entry has no access policy: it gives what its groups are bound to."),
                [who, policy, scope @ ..] => {
                    let everywhere = scope == ["cluster"];
                    let admin = ADMINISTRATORS.contains(&policy.as_str());
                    let observed = format!("{who}: {policy} in {}", if everywhere { "the whole cluster".to_owned() } else { shown(scope) });
                    match (admin, everywhere) {
                        (true, true) => Statement::new(
                            &fact.field,
                            observed,
                            Ask(Severity::High),
                            "administrator",
                            "This identity is administrator of the whole cluster by an access policy, which no binding shows: confirm that it is one of the named administrators.",
                        ),
                        (true, false) => Statement::new(
                            &fact.field,
                            observed,
                            Ask(Severity::Medium),
                            "namespace_administrator",
                            "This identity may do everything in these namespaces by an access policy, which no binding shows.",
                        ),
                        _ => Statement::new(&fact.field, observed, Ask(Severity::Low), "policy", "This access policy gives rights that no binding shows."),
                    }
                }
                [_] => not_known(),
            },
            (About::AccessGroups, Said::Words(words)) => {
                let [who, groups @ ..] = &words[..] else { continue };
                let observed = format!("{who} → {}", if groups.is_empty() { "no group".to_owned() } else { shown(groups) });
                if groups.iter().any(|group| group == "system:masters") {
                    let message = "Whoever is this identity passes before any right is checked, and no role or binding can take that away.";
                    Statement::new(&fact.field, observed, Bad(Severity::Critical), "masters", message)
                } else {
                    Statement::new(&fact.field, observed, Ask(Severity::Info), "groups", "What these groups may do, the bindings of the cluster show.")
                }
            }
            _ => not_known(),
        });
    }
    all
}

fn gke(fact: &Fact) -> Statement {
    match fact.said {
        Said::Yes => stated(
            fact,
            Bad(Severity::High),
            "abac",
            "The old rules by attribute are on: accounts of workloads and identities of nodes get rights that no role or binding shows.",
        ),
        Said::No => stated(
            fact,
            Ask(Severity::Low),
            "iam",
            "The old rules by attribute are off. Roles of IAM that hold container permissions give rights beside RBAC: they need a review of their own.",
        ),
        _ => stated(fact, Ask(Severity::Medium), "not_known", "Whether the old rules by attribute are on is not told."),
    }
}

fn aks(told: &Description) -> Vec<Statement> {
    let Some(rbac) = told.fact(About::Rbac) else { return vec![] };
    let mut all = vec![match rbac.said {
        Said::Yes => stated(rbac, Good, "rbac", "The roles and bindings of the cluster are in force."),
        Said::No => stated(
            rbac,
            Bad(Severity::Critical),
            "no_rbac",
            "RBAC is off: everybody who is let in may do everything, and no role or binding counts.",
        ),
        _ => stated(rbac, Ask(Severity::Medium), "not_known", "Whether RBAC is on is not told in a known word."),
    }];
    if let Some(azure) = told.fact(About::CloudAuthorizer).filter(|fact| fact.said != Said::No) {
        all.push(stated(
            azure,
            Ask(Severity::Low),
            "azure_rbac",
            "Role assignments of Azure give rights beside RBAC that no binding shows: they need a review of their own.",
        ));
    }
    all
}

fn authorizers(told: &Description) -> Vec<Statement> {
    let facts: Vec<&Fact> = told.about(About::Authorizer).collect();
    let mut all = vec![];
    for fact in &facts {
        match fact.said.list() {
            [sort] if sort == "AlwaysAllow" => {
                let message = "Every request of everybody who is let in is allowed; no role and no binding counts.";
                all.push(stated(fact, Bad(Severity::Critical), "always_allow", message));
            }
            [sort] if sort == "ABAC" => {
                let message = "A policy file on the control-plane node gives rights that don't show in the cluster.";
                all.push(stated(fact, Bad(Severity::High), "abac", message));
            }
            [sort] if sort == "Webhook" => {
                let message = "Another service can allow requests too; its rules need a review of their own.";
                all.push(stated(fact, Ask(Severity::Low), "webhook", message));
            }
            [_] => {}
            _ => all.push(stated(fact, Ask(Severity::Medium), "not_known", "This authorizer is not told in a known word.")),
        }
    }
    let sorts: Vec<&str> = facts.iter().flat_map(|fact| fact.said.list()).map(String::as_str).collect();
    let observed = if sorts.is_empty() { "none".to_owned() } else { sorts.join(", ") };
    for (sort, rule, message) in [
        (
            "Node",
            "no_node",
            "Without the authorizer Node a kubelet is not kept to the pods of its own node and can read the Secrets of others.",
        ),
        (
            "RBAC",
            "no_rbac",
            "Without the authorizer RBAC the roles and bindings of the cluster have no effect, and rights come from elsewhere.",
        ),
    ] {
        if !sorts.contains(&sort) {
            all.push(Statement::new("authorizers", observed.clone(), Bad(Severity::High), rule, message));
        }
    }
    if all.is_empty() {
        all.push(Statement::new(
            "authorizers",
            observed,
            Good,
            "authorizers",
            "Only Node and RBAC decide, beside authorizers that allow nothing.",
        ));
    }
    all
}

pub(super) fn static_tokens(told: &Description) -> Vec<Statement> {
    match told.by {
        Describer::EksCluster => told
            .about(About::LoginMode)
            .map(|fact| {
                let message = "People come in as identities of AWS. That EKS takes no tokens or passwords from a file is AWS's documentation: its attestation of compliance shows it.";
                stated(fact, Ask(Severity::Info), "iam", message)
            })
            .collect(),
        Describer::GkeCluster => gke_tokens(told),
        Describer::AksCluster => told.about(About::LocalAccounts).map(local_accounts).collect(),
        Describer::OpenshiftOauth => {
            let mut all: Vec<Statement> = told
                .about(About::LoginProvider)
                .filter(|fact| fact.said.list() == ["HTPasswd"])
                .map(|fact| {
                    let message = "HTPasswd keeps digests of passwords in a Secret of the cluster: show who may read it, and that only emergency accounts are in it.";
                    stated(fact, Ask(Severity::Medium), "htpasswd", message)
                })
                .collect();
            let observed = told.about(About::LoginProvider).map(|fact| fact.said.words()).collect::<Vec<_>>().join(", ");
            let message = "Whether the installer's account kubeadmin still exists does not show here: oc get secret kubeadmin -n kube-system must find nothing.";
            all.push(Statement::new("spec.identityProviders", observed, Ask(Severity::Low), "kubeadmin", message));
            all
        }
        _ => vec![],
    }
}

fn gke_tokens(told: &Description) -> Vec<Statement> {
    let mut all = vec![];
    for fact in told.about(About::BasicAuth) {
        all.push(match fact.said {
            Said::Yes => stated(
                fact,
                Bad(Severity::High),
                "password",
                "A name and a password open the cluster as an administrator; they never expire.",
            ),
            Said::No => stated(fact, Good, "no_password", "No password opens the cluster."),
            _ => stated(fact, Ask(Severity::Medium), "not_known", "Whether a password opens the cluster is not told."),
        });
    }
    for fact in told.about(About::ClientCertificate) {
        all.push(match fact.said {
            Said::Yes => {
                let message = "Google issued a client certificate with the cluster, which can't be revoked before it ends: show who holds it, or rotate the cluster's credentials.";
                stated(fact, Ask(Severity::Medium), "certificate", message)
            }
            Said::No => stated(fact, Good, "no_certificate", "No client certificate was issued with the cluster."),
            _ => stated(fact, Ask(Severity::Medium), "not_known", "Whether a client certificate was issued with the cluster is not told."),
        });
    }
    all
}

fn local_accounts(fact: &Fact) -> Statement {
    let observed = format!("local accounts: {}", fact.said.words());
    let told = |bearing, rule, message: &'static str| Statement::new(&fact.field, observed.clone(), bearing, rule, message);
    match fact.said {
        Said::Yes => told(
            Bad(Severity::Medium),
            "local_accounts",
            "Local accounts are on: whoever has the right in Azure gets the static credential of an administrator, under a name that many share.",
        ),
        Said::No => told(Good, "no_local_accounts", "Local accounts are off: nobody is given a static credential of the cluster."),
        _ => told(Ask(Severity::Medium), "not_known", "Whether local accounts are on is not told in a known word."),
    }
}

/// How people log in: never good by itself, because a second factor shows at the provider of logins alone.
pub(super) fn logins(told: &Description) -> Vec<Statement> {
    let confirm = "People come in by this; confirm at the provider of these logins that a second factor is enforced.";
    let mut all = vec![];
    for fact in told.about(About::LoginMode) {
        all.push(match (told.by, &fact.said) {
            (Describer::AksCluster, Said::No) => {
                let message = "The cluster does not take logins of Entra ID, so nobody can have been asked for a second factor.";
                Statement::new(&fact.field, "no Entra ID", Bad(Severity::Medium), "no_provider", message)
            }
            (_, Said::NotKnown | Said::Nothing) => {
                stated(fact, Ask(Severity::Low), "not_known", "How people log in is not told in a known word.")
            }
            _ => stated(fact, Ask(Severity::Info), "login_mode", confirm),
        });
    }
    for fact in told.about(About::LoginProvider) {
        all.push(match &fact.said {
            Said::Words(sort) if sort == &["HTPasswd"] => {
                stated(fact, Bad(Severity::Medium), "htpasswd", "Logins with HTPasswd ask for a password alone, never for a second factor.")
            }
            Said::No => stated(fact, Ask(Severity::Medium), "no_provider", "No provider of logins is set up: find out how people come in."),
            Said::NotKnown => stated(fact, Ask(Severity::Low), "not_known", "A provider of logins is not told in a known word."),
            _ => stated(fact, Ask(Severity::Info), "login_provider", confirm),
        });
    }
    if told.by == Describer::GkeCluster {
        for fact in told.about(About::BasicAuth).chain(told.about(About::ClientCertificate)).filter(|fact| fact.said == Said::Yes) {
            all.push(stated(
                fact,
                Bad(Severity::Medium),
                "no_second_factor",
                "This login asks no identity provider, so no second factor can have been asked for.",
            ));
        }
    }
    all
}

pub(super) fn exemptions(told: &Description) -> Vec<Statement> {
    let mut all: Vec<Statement> = told
        .about(About::PodSecurityExemption)
        .map(|fact| match &fact.said {
            Said::Words(words) => {
                let (sort, names) = words.split_first().map_or(("", &[][..]), |(sort, names)| (sort.as_str(), names));
                let message =
                    "Pod Security leaves these out, whatever the labels of a namespace say: confirm that none of them is in scope.";
                Statement::new(&fact.field, format!("{sort}: {}", shown(names)), Ask(Severity::Medium), "exempt", message)
            }
            _ => stated(fact, Ask(Severity::Medium), "not_known", "Whom Pod Security leaves out could not be read."),
        })
        .collect();
    for fact in told.about(About::AdmissionPlugin).filter(|fact| fact.said.list() == ["PodSecurity"] || fact.said == Said::NotKnown) {
        let message = "The settings of this plugin stand in a file of their own: attach that too.";
        all.push(stated(fact, Ask(Severity::Medium), "elsewhere", message));
    }
    for fact in told.about(About::StaticManifests) {
        all.extend(match &fact.said {
            Said::Words(plugin) => Some(Statement::new(
                &fact.field,
                shown(plugin),
                Ask(Severity::Low),
                "static_manifests",
                "This plugin takes policies or webhooks from a folder of the server. They are in force and appear in no list: read the files there.",
            )),
            Said::No => None,
            _ => Some(stated(
                fact,
                Ask(Severity::Low),
                "static_manifests",
                "Whether this plugin takes policies or webhooks from a folder of the server stands in a file of its own: attach that too.",
            )),
        });
    }
    if all.is_empty() {
        all.push(Statement::new("exemptions", "none", Good, "no_exemptions", "Pod Security leaves nobody out."));
    }
    all
}

fn shown(words: &[String]) -> String {
    let more = if words.len() > 8 { format!(" and {} more", words.len() - 8) } else { String::new() };
    format!("{}{more}", words.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", "))
}
