//! How kubelets log in to registries, as their `CredentialProviderConfig` says.

use super::{Bearing, Statement};
use crate::kinds::imported::{About, Description, Fact, Said};
use crate::model::Severity;
use Bearing::{Ask, Good};

pub(super) fn logins(told: &Description) -> Vec<Statement> {
    told.facts.iter().filter_map(of_fact).collect()
}

fn of_fact(fact: &Fact) -> Option<Statement> {
    let provider = fact.field.split(['[', ']']).nth(1).unwrap_or_default().trim_start_matches("name=").to_owned();
    let stated =
        |observed: String, bearing, rule, message: &'static str| Some(Statement::new(&fact.field, observed, bearing, rule, message));
    match (fact.about, &fact.said) {
        (About::RegistryLogin, Said::No) => stated(format!("{provider} logs in to registries in the node's name"), Good, "of_node", ""),
        (About::RegistryLogin, Said::Words(audience)) => stated(
            format!("{provider} logs in to registries in the workload's own name (audience {})", audience.join(", ")),
            Good,
            "of_workload",
            "",
        ),
        (About::RegistryLogin, _) => stated(
            fact.said.words(),
            Ask(Severity::Medium),
            "not_known",
            "In whose name the kubelet logs in to registries could not be read: look at the file by hand.",
        ),
        (About::RegistryImages, Said::Words(forms)) => {
            let wide: Vec<&str> = forms.iter().map(String::as_str).filter(|form| is_wide(form)).collect();
            match wide.is_empty() {
                true => None,
                false => stated(
                    format!("{provider}: {}", wide.join(", ")),
                    Ask(Severity::Medium),
                    "wide",
                    "The kubelet fetches a login for every registry whose name has this form, its owner whoever it be: who may name an image may choose to whom the login is sent.",
                ),
            }
        }
        (About::RegistryImages, _) => stated(
            fact.said.words(),
            Ask(Severity::Low),
            "not_known",
            "For which images the kubelet fetches logins could not be read: look at the file by hand.",
        ),
        (About::RegistryCredential, _) => stated(
            provider,
            Ask(Severity::High),
            "credential",
            "A credential stands in the file itself, and so on every node that has it: whoever reads a node's disk has it, and it must be changed on all of them.",
        ),
        _ => None,
    }
}

/// Whether a form fits registries of owners whom nobody named: one whose last two parts are not both written out (`*`, `*.io`, `registry.*`).
fn is_wide(form: &str) -> bool {
    let host = form.split('/').next().unwrap_or_default().split(':').next().unwrap_or_default();
    host.contains('*') && (host.split('.').count() < 2 || host.rsplit('.').take(2).any(|part| part.contains('*')))
}

#[cfg(test)]
mod tests {
    use super::is_wide;

    #[test]
    fn forms_that_anybody_can_have_are_wide() {
        for form in ["*", "*.*", "*.io", "registry.*", "*.*/pay", "k8s.*.io", "*:5000"] {
            assert!(is_wide(form), "{form}");
        }
        for form in [
            "gcr.io",
            "*.azurecr.io",
            "*.dkr.ecr.*.amazonaws.com",
            "*.*.registry.io",
            "registry.io:8080/path",
            "localhost:5000",
            "••.dkr.ecr.eu-west-1.amazonaws.com",
        ] {
            assert!(!is_wide(form), "{form}");
        }
    }
}
