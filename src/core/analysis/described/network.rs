//! Who can reach the API server, by which protocols, and what carries out network policies: as descriptions say.

use super::{Bearing, Statement};
use crate::kinds::imported::{About, Describer, Description, Fact, Said};
use crate::model::Severity;
use Bearing::{Ask, Bad, Good};

/// Networks told of a list at most.
const SHOWN: usize = 8;

pub(super) fn endpoint(told: &Description) -> Vec<Statement> {
    let mut all = vec![];
    let Some(public) = told.fact(About::PublicEndpoint) else { return all };
    all.push(match &public.said {
        Said::No => Statement::new(&public.field, "no public address", Good, "private", "The API server has no public address."),
        Said::Yes => match told.fact(About::AllowedNetworks) {
            Some(networks) => allowed(networks),
            None => not_known(public),
        },
        _ => not_known(public),
    });
    let open = public.said != Said::No;
    if let Some(cloud) = told.fact(About::CloudNetworks).filter(|fact| open && fact.said == Said::Yes) {
        let message = "Every public address of the provider's cloud may reach the API server, whoever rents it: the list of networks keeps none of them out.";
        all.push(Statement::new(&cloud.field, "true", Bad(Severity::Medium), "cloud_networks", message));
    }
    match told.fact(About::NameEndpoint) {
        Some(name) if name.said == Said::Yes => {
            let message = "A name of the provider leads to the API server from every network, with IAM alone before it: show the perimeter or the rule that limits who \
                           may use it.";
            all.push(Statement::new(&name.field, "true", Ask(Severity::Medium), "name_endpoint", message));
        }
        Some(name) if name.said == Said::NotKnown => all.push(not_known(name)),
        _ => {}
    }
    if let Some(command) = told.fact(About::RunCommand).filter(|fact| fact.said != Said::No) {
        let message = "Commands can be run in the cluster by way of Azure's own API, past every limit on networks: show who may do that, or switch it off.";
        all.push(Statement::new(
            &command.field,
            format!("run command: {}", command.said.words()),
            Ask(Severity::Low),
            "run_command",
            message,
        ));
    }
    all
}

fn not_known(fact: &Fact) -> Statement {
    let message = "The description does not say in a known word who can reach the API server.";
    Statement::new(&fact.field, fact.said.words(), Ask(Severity::Medium), "not_known", message)
}

/// The networks that may reach a public address.
fn allowed(fact: &Fact) -> Statement {
    let everybody = "Everybody on the internet can reach the API server: nothing limits from which networks.";
    match &fact.said {
        Said::No => Statement::new(&fact.field, "public; no networks named", Bad(Severity::High), "everybody", everybody),
        Said::Words(networks) if networks.iter().any(|network| is_everybody(network)) => {
            Statement::new(&fact.field, format!("public for {}", shown(networks)), Bad(Severity::High), "everybody", everybody)
        }
        Said::Words(networks) if networks.is_empty() => {
            let message =
                "The API server has a public address, and the list of networks that may reach it is empty: show what that means here.";
            Statement::new(&fact.field, "public; an empty list", Ask(Severity::Medium), "empty_list", message)
        }
        Said::Words(networks) => {
            let message =
                "The API server has a public address that these networks alone may reach: confirm whose each is, and that it is needed.";
            Statement::new(&fact.field, format!("public for {}", shown(networks)), Ask(Severity::Low), "allow_list", message)
        }
        Said::Yes | Said::NotKnown | Said::Nothing => not_known(fact),
    }
}

/// Whether a network is the whole internet, or half of it.
fn is_everybody(network: &str) -> bool {
    network.rsplit_once('/').is_some_and(|(_, bits)| matches!(bits, "0" | "1"))
}

fn shown(words: &[String]) -> String {
    let more = if words.len() > SHOWN { format!(" and {} more", words.len() - SHOWN) } else { String::new() };
    format!("{}{more}", words.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", "))
}

pub(super) fn policies(told: &Description) -> Vec<Statement> {
    let Some(fact) = told.fact(About::NetworkPolicies) else { return vec![] };
    vec![match &fact.said {
        Said::Words(engine) => {
            let message = "The provider says that this carries out network policies.";
            Statement::new(&fact.field, engine.join(", "), Good, "enforced", message)
        }
        Said::No => {
            let message = "The provider runs nothing that carries out network policies: every policy of the cluster is without effect.";
            Statement::new(&fact.field, "no engine", Bad(Severity::High), "no_engine", message)
        }
        said => {
            let message = "The description does not say in a known word what carries out network policies.";
            Statement::new(&fact.field, said.words(), Ask(Severity::Medium), "not_known", message)
        }
    }]
}

pub(super) fn tls(told: &Description) -> Vec<Statement> {
    if told.by != Describer::OpenshiftApiServer {
        return vec![];
    }
    let Some(profile) = told.fact(About::TlsProfile) else { return vec![] };
    let old = "The API server accepts TLS 1.0 and 1.1, which are no longer secure.";
    let mut all = vec![];
    match profile.said.list() {
        [name] if name == "Old" => all.push(Statement::new(&profile.field, "Old", Bad(Severity::Medium), "old_profile", old)),
        [name] if name == "Custom" => {}
        [name] => {
            let message = "This profile accepts TLS 1.2 and later, with ciphers that are sound.";
            all.push(Statement::new(&profile.field, name.clone(), Good, "profile", message));
        }
        _ => {
            let message = "Which protocols the API server accepts is not told in a known word.";
            all.push(Statement::new(&profile.field, profile.said.words(), Ask(Severity::Medium), "not_known", message));
        }
    }
    if let Some(minimum) = told.fact(About::TlsMinimum) {
        all.push(match minimum.said.list() {
            [version] if matches!(version.as_str(), "VersionTLS10" | "VersionTLS11") => {
                Statement::new(&minimum.field, version.clone(), Bad(Severity::Medium), "old_protocol", old)
            }
            [version] => Statement::new(&minimum.field, version.clone(), Good, "protocol", "Older protocols are refused."),
            _ => {
                let message = "The oldest protocol of this profile is not told in a known word.";
                Statement::new(&minimum.field, minimum.said.words(), Ask(Severity::Medium), "not_known", message)
            }
        });
    }
    if let Some(ciphers) = told.fact(About::TlsCiphers) {
        let weak: Vec<&str> = ciphers.said.list().iter().map(String::as_str).filter(|cipher| is_weak(cipher)).collect();
        all.push(match (&ciphers.said, weak.is_empty()) {
            (Said::Words(list), true) => Statement::new(&ciphers.field, shown(list), Good, "ciphers", "All of these ciphers are sound."),
            (Said::Words(_), false) => {
                let message = "The API server accepts ciphers that are broken, or that give away the past when the key is lost.";
                Statement::new(&ciphers.field, weak.join(", "), Bad(Severity::Medium), "weak_ciphers", message)
            }
            (said, _) => {
                let message = "Which ciphers this profile accepts is not told in known words.";
                Statement::new(&ciphers.field, said.words(), Ask(Severity::Medium), "not_known", message)
            }
        });
    }
    all
}

/// A cipher by OpenSSL's name, or that of TLS 1.3, without forward secrecy or with a broken part.
fn is_weak(cipher: &str) -> bool {
    let upper = cipher.to_ascii_uppercase();
    let broken = ["RC4", "DES", "NULL", "EXP", "MD5", "ANON", "ADH", "AECDH"].iter().any(|part| upper.contains(part));
    broken || !["ECDHE", "DHE", "TLS_AES", "TLS_CHACHA20"].iter().any(|start| upper.starts_with(start))
}
