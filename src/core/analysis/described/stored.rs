//! Whether Secrets are encrypted in the database and requests recorded, as descriptions and files say.

use super::{Bearing, Statement};
use crate::kinds::imported::{About, Describer, Description, Fact, Said};
use crate::model::Severity;
use Bearing::{Ask, Bad, Good};

pub(super) fn encryption(told: &Description) -> Vec<Statement> {
    if told.by == Describer::Encryption {
        return vec![configured(told)];
    }
    let Some(fact) = told.fact(About::SecretsEncryption) else { return vec![] };
    let state = told.fact(About::EncryptionState);
    match told.by {
        Describer::EksCluster => vec![eks(told, fact)],
        Describer::GkeCluster => gke(fact, state),
        _ => vec![match &fact.said {
            Said::Words(how) if how == &["aescbc"] || how == &["aesgcm"] => {
                let message = "Secrets are encrypted in the cluster's database, with a key that lies on the control-plane nodes: show who can read it and its backups.";
                Statement::new(&fact.field, how.join(", "), Ask(Severity::Low), "local_key", message)
            }
            Said::Words(how) => {
                let message = "Secrets are encrypted in the cluster's database; that those from before are too must be shown apart.";
                Statement::new(&fact.field, how.join(", "), Good, "encrypted", message)
            }
            Said::No => off(fact),
            _ => not_known(fact),
        }],
    }
}

fn off(fact: &Fact) -> Statement {
    let message = "Secrets stand in the cluster's database as they are; that the provider encrypts the disks beneath does not change what whoever reads the \
                   database gets.";
    Statement::new(&fact.field, fact.said.words(), Bad(Severity::High), "off", message)
}

fn not_known(fact: &Fact) -> Statement {
    let message = "Whether Secrets are encrypted in the database is not told in a known word.";
    Statement::new(&fact.field, fact.said.words(), Ask(Severity::Medium), "not_known", message)
}

/// From 1.28 on EKS encrypts all objects with a key of its own; one that the entity names is used on top of it (AWS, "Default envelope encryption for all
/// Kubernetes API Data").
fn eks(told: &Description, fact: &Fact) -> Statement {
    match (&fact.said, told.cluster.minor()) {
        (Said::Yes, _) => Statement::new(
            &fact.field,
            "secrets, with a key in AWS KMS",
            Good,
            "encrypted",
            "Secrets are encrypted with a key in AWS KMS that the entity names.",
        ),
        (Said::Nothing, Some(minor)) if minor >= 28 => Statement::new(
            &fact.field,
            "no key of the entity's",
            Ask(Severity::Low),
            "provider_key",
            "No key of the entity's is named. AWS says that it encrypts all objects of clusters of 1.28 and later with a key of its own: judge whether that is enough, with AWS's \
             attestation.",
        ),
        (Said::Nothing, Some(_)) => off(fact),
        _ => not_known(fact),
    }
}

fn gke(fact: &Fact, state: Option<&Fact>) -> Vec<Statement> {
    let mut all = vec![match fact.said.list() {
        [word] if word == "DECRYPTED" => off(fact),
        [word] => Statement::new(
            &fact.field,
            word.clone(),
            Good,
            "encrypted",
            "Secrets are encrypted in the cluster's database with a key in Cloud KMS.",
        ),
        _ => not_known(fact),
    }];
    if let Some(state) = state.filter(|state| state.said != Said::Nothing) {
        let word = state.said.list().first().map(String::as_str).unwrap_or_default();
        let told = |bearing, rule, message: &'static str| Statement::new(&state.field, state.said.words(), bearing, rule, message);
        match word {
            "CURRENT_STATE_ENCRYPTED" | "CURRENT_STATE_ALL_OBJECTS_ENCRYPTION_ENABLED" => {}
            "CURRENT_STATE_DECRYPTED" | "CURRENT_STATE_DECRYPTION_PENDING" | "CURRENT_STATE_DECRYPTION_ERROR" => {
                all.push(told(Bad(Severity::High), "decrypted", "Secrets stand in the database as they are, or are being written so."));
            }
            "CURRENT_STATE_ENCRYPTION_ERROR" | "CURRENT_STATE_ALL_OBJECTS_ENCRYPTION_ERROR" => {
                all.push(told(Bad(Severity::High), "failed", "Encryption met an error, so Secrets may stand in the database as they are."));
            }
            "CURRENT_STATE_ENCRYPTION_PENDING" | "CURRENT_STATE_ALL_OBJECTS_ENCRYPTION_PENDING" => {
                all.push(told(Ask(Severity::Medium), "pending", "Encryption was begun and is not done: describe the cluster again later."));
            }
            _ => all.push(told(Ask(Severity::Medium), "not_known", "How far encryption was carried out is not told in a known word.")),
        }
    }
    all
}

/// What an EncryptionConfiguration does to Secrets: the first list that names them holds, and its first provider writes.
fn configured(told: &Description) -> Statement {
    for fact in told.about(About::EncryptedResource) {
        let [resource, providers @ ..] = fact.said.list() else { return not_known(fact) };
        if !matches!(resource.as_str(), "secrets" | "*." | "*.*") {
            continue;
        }
        let observed = format!("{resource}: {}", providers.join(", "));
        let statement = |bearing, rule, message: &'static str| Statement::new(&fact.field, observed.clone(), bearing, rule, message);
        return match providers.first().map(String::as_str) {
            Some("identity") => statement(
                Bad(Severity::High),
                "identity_first",
                "The first provider for Secrets is identity, which writes them as they are; those behind it only read.",
            ),
            Some("kms v2") => {
                statement(Good, "encrypted", "Secrets are written encrypted, with a key that a key management service keeps.")
            }
            Some("kms v1") => statement(
                Ask(Severity::Medium),
                "kms_v1",
                "Secrets are encrypted through KMS v1, which is deprecated and off by default since Kubernetes 1.29: plan the way to v2.",
            ),
            Some(_) => statement(
                Ask(Severity::Low),
                "local_key",
                "Secrets are written encrypted, with a key that lies in this very file on each control-plane node: show who can read the file and its backups, and how the \
                 key is changed.",
            ),
            None => not_known(fact),
        };
    }
    let message = "No list of this file names Secrets, so they are written as they are.";
    Statement::new("resources", "secrets are not named", Bad(Severity::High), "not_named", message)
}

pub(super) fn audit(told: &Description) -> Vec<Statement> {
    match told.by {
        Describer::EksCluster => told.about(About::Logs).flat_map(eks_audit).collect(),
        Describer::GkeCluster => told.about(About::Logs).map(gke_audit).collect(),
        Describer::AksDiagnostics => aks_audit(told),
        Describer::OpenshiftApiServer => told.about(About::Logs).map(openshift_audit).collect(),
        _ => vec![],
    }
}

fn records_not_known(fact: &Fact) -> Statement {
    let message = "Which requests are recorded is not told in known words.";
    Statement::new(&fact.field, fact.said.words(), Ask(Severity::Medium), "not_known", message)
}

fn no_records(fact: &Fact) -> Statement {
    let message = "No audit log of the control plane is kept: there is no record of who did what in the cluster.";
    Statement::new(&fact.field, fact.said.words(), Bad(Severity::High), "off", message)
}

fn eks_audit(fact: &Fact) -> Vec<Statement> {
    let Said::Words(types) = &fact.said else { return vec![records_not_known(fact)] };
    let on = |word: &str| types.iter().any(|own| own == word);
    if !on("audit") {
        return vec![no_records(fact)];
    }
    let message = "The audit log is sent to CloudWatch Logs, outside of the cluster.";
    let mut all = vec![Statement::new(&fact.field, fact.said.words(), Good, "on", message)];
    if !on("authenticator") {
        let message = "The log of the authenticator is off, and it alone says which identity of AWS stands behind a name in the audit log.";
        all.push(Statement::new(&fact.field, fact.said.words(), Ask(Severity::Low), "authenticator_off", message));
    }
    all
}

fn gke_audit(fact: &Fact) -> Statement {
    let message = "GKE always records changes in Cloud Audit Logs; reads (who read a Secret) are recorded only where Data Access logs of the Kubernetes Engine API are switched on \
                   in the project, which the cluster's description does not say: show the project's audit settings.";
    Statement::new(&fact.field, format!("logs of {}", fact.said.words()), Ask(Severity::Low), "data_access", message)
}

fn aks_audit(told: &Description) -> Vec<Statement> {
    let logs: Vec<&Fact> = told.about(About::Logs).collect();
    let sent: Vec<&Fact> = told.about(About::LogDestination).collect();
    let mut best: Option<Statement> = None;
    for (nth, fact) in logs.iter().enumerate() {
        let Said::Words(categories) = &fact.said else { return vec![records_not_known(fact)] };
        let on = |word: &str| categories.iter().any(|own| own == word);
        let to = sent.get(nth).map(|fact| fact.said.list().join(", ")).unwrap_or_default();
        let observed = format!("{}{}", fact.said.words(), if to.is_empty() { String::new() } else { format!("; sent to {to}") });
        if (on("kube-audit") || on("allLogs") || on("audit")) && !to.is_empty() {
            let message = "The audit log is sent out of the cluster, with reads and changes.";
            return vec![Statement::new(&fact.field, observed, Good, "on", message)];
        }
        if on("kube-audit-admin") && !to.is_empty() {
            let message = "Only changes are recorded: kube-audit-admin leaves out get and list, and with them who read Secrets.";
            best = Some(Statement::new(&fact.field, observed, Ask(Severity::Medium), "changes_only", message));
        }
    }
    best.or_else(|| logs.first().map(|fact| no_records(fact))).into_iter().collect()
}

fn openshift_audit(fact: &Fact) -> Statement {
    let rule = fact.field.contains("customRules");
    match fact.said.list() {
        [profile] if profile == "None" && rule => {
            let message = "Requests of the groups that this rule names are not recorded: show whose they are, and why.";
            Statement::new(&fact.field, "None", Ask(Severity::High), "rule_none", message)
        }
        [profile] if profile == "None" => no_records(fact),
        [_] if rule => {
            let message = "Requests of the groups that this rule names are recorded by another profile.";
            Statement::new(&fact.field, fact.said.words(), Good, "rule", message)
        }
        [profile] => {
            let message = "Requests are recorded in files on the control-plane nodes: show what ships them to the central store (oc get clusterlogforwarder -A).";
            Statement::new(&fact.field, profile.clone(), Ask(Severity::Low), "file_only", message)
        }
        _ => records_not_known(fact),
    }
}
