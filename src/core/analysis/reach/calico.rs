//! Policies of Calico: NetworkPolicy, GlobalNetworkPolicy and the tiers in which they stand.
//!
//! Source: Calico's resource reference. Tiers are asked by their order, policies of a tier by theirs, rules as they are written. `Log` decides
//! nothing. What a tier does not decide is denied to the pods that one of its policies selects in that direction, or left to the next tier
//! where its default action is `Pass`; after the last tier the profile of the namespace lets it through. NetworkPolicies of Kubernetes have
//! the order 1000 in the tier `default`. That tier and the two of Kubernetes' cluster-wide policies have an order and a default action that nobody
//! may change; an object that says otherwise is not evaluated. Nor is what is meant for host endpoints (`doNotTrack`, `preDNAT`,
//! `applyOnForward`), Services and HTTP, rules on the port of the caller or on a part of the policy's own pods, peers that are `global()`, and
//! selectors that network sets or host endpoints satisfy: both stand for addresses.

use super::admin::span;
use super::calico_selector::parse;
use super::policy::{
    ADMIN, Acts, Addresses, BASELINE, DEFAULT, Failure, Law, Peer, Policy, Ports, Position, Rank, Ruling, Tier, Tiers, Verdict,
};
use super::policy::{object, range};
use super::ports::{PortSet, Protocol};
use super::selector::{Attribute, Facts, Selector, Test};
use super::unread;
use crate::kinds::{Inventory, custom::Custom, strict::strictly};
use crate::model::Kind;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Adds tiers and policies.
pub(super) fn read(inventory: &Inventory, law: &mut Law) {
    for custom in inventory.customs.get(&Kind::CalicoTiers).into_iter().flatten() {
        match tier(custom) {
            Ok(tier) => law.tiers.set(tier),
            Err(why) => law.unread.push(unread::entry(Kind::CalicoTiers, custom, why.into())),
        }
    }
    // Indexes of tiers are only good once all are there, so the others are read after this.
    for kind in [Kind::CalicoNetworkPolicies, Kind::CalicoGlobalNetworkPolicies] {
        for custom in inventory.customs.get(&kind).into_iter().flatten() {
            match policy(inventory, kind, custom, law) {
                Ok(policy) => law.policies.push(policy),
                Err(failure) => law.unread.push(unread::entry(kind, custom, failure)),
            }
        }
    }
}

/// Calico's names for the tiers of Kubernetes' cluster-wide policies changed with these.
fn tier_name(name: &str) -> &str {
    match name {
        "" => DEFAULT,
        "adminnetworkpolicy" => ADMIN,
        "baselineadminnetworkpolicy" => BASELINE,
        other => other,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TierSpec {
    order: Option<f64>,
    default_action: Option<String>,
}

fn tier(custom: &Custom) -> Result<Tier, String> {
    let spec: TierSpec = strictly(custom.parts.get("/spec").unwrap_or(&Value::Object(serde_json::Map::new())))?;
    let denies_rest = match spec.default_action.as_deref() {
        None | Some("" | "Deny") => true,
        Some("Pass") => false,
        Some(other) => return Err(format!("the default action “{other}” is not known")),
    };
    let name = tier_name(&custom.metadata.name).to_owned();
    let tier = Tier { name, order: spec.order.unwrap_or(f64::INFINITY), denies_rest };
    let fixed = Tiers::kubernetes();
    match fixed.find(&tier.name).map(|index| &fixed.0[index]) {
        Some(fixed) if *fixed != tier => {
            Err(format!("it gives the tier “{}” another order or default action than that tier has", tier.name))
        }
        _ => Ok(tier),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    #[serde(default)]
    tier: String,
    order: Option<f64>,
    #[serde(default, rename = "selector")]
    _selector: Value,
    #[serde(default, rename = "namespaceSelector")]
    _namespaces: Value,
    #[serde(default, rename = "serviceAccountSelector")]
    _accounts: Value,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    ingress: Vec<Rule>,
    #[serde(default)]
    egress: Vec<Rule>,
    #[serde(default)]
    do_not_track: bool,
    #[serde(default, rename = "preDNAT")]
    pre_dnat: bool,
    #[serde(default)]
    apply_on_forward: bool,
    #[serde(default, rename = "performanceHints")]
    _hints: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rule {
    action: String,
    ip_version: Option<Value>,
    protocol: Option<Value>,
    not_protocol: Option<Value>,
    icmp: Option<Value>,
    #[serde(rename = "notICMP")]
    not_icmp: Option<Value>,
    #[serde(default)]
    source: Entity,
    #[serde(default)]
    destination: Entity,
    http: Option<Value>,
    #[serde(default, rename = "metadata")]
    _metadata: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Entity {
    nets: Vec<String>,
    not_nets: Vec<String>,
    selector: String,
    not_selector: String,
    namespace_selector: String,
    services: Option<Value>,
    ports: Vec<Value>,
    not_ports: Vec<Value>,
    service_accounts: Option<Accounts>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Accounts {
    names: Vec<String>,
    selector: String,
}

impl Entity {
    const fn names_peers(&self) -> bool {
        !self.nets.is_empty()
            || !self.not_nets.is_empty()
            || !self.selector.is_empty()
            || !self.not_selector.is_empty()
            || !self.namespace_selector.is_empty()
            || self.services.is_some()
            || self.service_accounts.is_some()
    }
}

/// What a label is in a selector of pods: Calico adds labels of its own.
fn of_pods(key: &str) -> Result<Attribute, String> {
    Ok(match key {
        "projectcalico.org/namespace" => Attribute::NamespaceName,
        "projectcalico.org/serviceaccount" => Attribute::Account,
        _ if key.starts_with("projectcalico.org/") => return Err(format!("the label “{key}” of a selector is not evaluated")),
        _ => match (key.strip_prefix("pcns."), key.strip_prefix("pcsa.")) {
            (Some(label), _) => Attribute::Namespace(label.to_owned()),
            (_, Some(label)) => Attribute::AccountLabel(label.to_owned()),
            _ => Attribute::Pod(key.to_owned()),
        },
    })
}

fn of_namespaces(key: &str) -> Result<Attribute, String> {
    Ok(if key == "projectcalico.org/name" { Attribute::NamespaceName } else { Attribute::Namespace(key.to_owned()) })
}

fn of_accounts(key: &str) -> Result<Attribute, String> {
    Ok(if key == "projectcalico.org/name" { Attribute::Account } else { Attribute::AccountLabel(key.to_owned()) })
}

fn policy(inventory: &Inventory, kind: Kind, custom: &Custom, law: &Law) -> Result<Policy, Failure> {
    let value = custom.parts.get("/spec").ok_or("its spec is missing")?;
    let home = (kind == Kind::CalicoNetworkPolicies).then_some(custom.metadata.namespace.as_str());
    let subject = subject(value, home)?;
    let whole = || -> Result<Policy, String> {
        let spec: Spec = strictly(value)?;
        if spec.do_not_track || spec.pre_dnat || spec.apply_on_forward {
            return Err("policies for host endpoints and forwarded traffic are not evaluated".to_owned());
        }
        let name = tier_name(&spec.tier);
        let tier = law.tiers.find(name).ok_or_else(|| format!("its tier “{name}” was not read"))?;
        let order = spec.order.unwrap_or(f64::INFINITY);
        let reader = Reader { inventory, home, place: Position { order, name: custom.metadata.name.clone(), rule: 0 } };
        let (on_ingress, on_egress) = types(&spec)?;
        let acts = |acts: bool, direction: &str, rules: &[Rule]| -> Result<Option<Acts>, String> {
            let rules = reader.rules(direction, rules)?;
            Ok(acts.then_some(Acts { rules, denies_rest: law.tiers.0[tier].denies_rest }))
        };
        let (ingress, egress) = (acts(on_ingress, "ingress", &spec.ingress)?, acts(on_egress, "egress", &spec.egress)?);
        let object = object(kind, &custom.metadata.namespace, &custom.metadata.name);
        let rank = Rank::ByName(order, custom.metadata.name.clone());
        Ok(Policy { object, tier, rank, subject: subject.clone(), ingress, egress })
    };
    whole().map_err(|why| Failure { why, subject: Some(subject.clone()) })
}

fn types(spec: &Spec) -> Result<(bool, bool), String> {
    if spec.types.iter().any(|word| !matches!(word.as_str(), "Ingress" | "Egress")) {
        return Err("types holds a word that is no direction".to_owned());
    }
    let told = |word: &str| spec.types.iter().any(|known| known == word);
    Ok(if spec.types.is_empty() {
        (!spec.ingress.is_empty() || spec.egress.is_empty(), !spec.egress.is_empty())
    } else {
        (told("Ingress"), told("Egress"))
    })
}

fn subject(spec: &Value, home: Option<&str>) -> Result<Selector, Failure> {
    let text = |field: &str| match spec.get(field) {
        None | Some(Value::Null) => Ok(""),
        Some(value) => value.as_str().ok_or_else(|| format!("its part “{field}” is no text")),
    };
    let test = parse(text("selector")?, of_pods)?
        .and(parse(text("namespaceSelector")?, of_namespaces)?)
        .and(parse(text("serviceAccountSelector")?, of_accounts)?);
    Ok(Selector { namespace: home.map(str::to_owned), test })
}

struct Reader<'i> {
    inventory: &'i Inventory,
    home: Option<&'i str>,
    place: Position,
}

impl Reader<'_> {
    fn rules(&self, direction: &str, rules: &[Rule]) -> Result<Vec<Ruling>, String> {
        let mut found = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let verdict = match rule.action.as_str() {
                "Allow" | "allow" => Verdict::Allow,
                "Deny" | "deny" => Verdict::Deny,
                "Pass" | "pass" | "next-tier" => Verdict::Pass,
                "Log" | "log" => continue,
                other => return Err(format!("the action “{other}” is not known")),
            };
            let (peer, own) = if direction == "ingress" { (&rule.source, &rule.destination) } else { (&rule.destination, &rule.source) };
            let ports = ports(rule)?;
            if own.names_peers() {
                return Err("a rule is about a part of the policy's own pods, which is not evaluated".to_owned());
            }
            if ports.fixed.is_empty() && ports.named.is_empty() {
                // ICMP and other protocols without ports: nothing that is told here.
                continue;
            }
            if rule.ip_version.is_some() {
                return Err("a rule for one version of IP is not evaluated".to_owned());
            }
            let peers = self.peers(peer)?;
            let place = Position { rule: index, ..self.place.clone() };
            found.push(Ruling { verdict, place, peers, ports, field: format!("spec.{direction}[{index}]") });
        }
        Ok(found)
    }

    fn peers(&self, entity: &Entity) -> Result<Vec<Peer>, String> {
        if entity.services.is_some() {
            return Err("peers by Services are not evaluated".to_owned());
        }
        if !entity.names_peers() {
            return Ok(vec![Peer::Everyone]);
        }
        let by_address = !entity.nets.is_empty() || !entity.not_nets.is_empty();
        let by_label = !entity.selector.is_empty() || !entity.namespace_selector.is_empty() || entity.service_accounts.is_some();
        match (by_address, by_label) {
            (true, false) if entity.not_selector.is_empty() => ranges(entity, super::compile::has_v6(self.inventory)),
            (false, true) => self.pods(entity).map(|pods| vec![pods]),
            (true, _) => Err("a peer by addresses and by labels together is not evaluated".to_owned()),
            (false, false) => Err("a peer by notSelector alone is not evaluated".to_owned()),
        }
    }

    fn pods(&self, entity: &Entity) -> Result<Peer, String> {
        let accounts = entity.service_accounts.as_ref().map_or("", |accounts| &accounts.selector);
        if [&entity.selector, &entity.not_selector, &entity.namespace_selector, accounts].iter().any(|text| text.contains("global(")) {
            return Err("a peer is what has no namespace, which is not evaluated".to_owned());
        }
        let mut test = parse(&entity.selector, of_pods)?;
        if !entity.not_selector.is_empty() {
            test = test.and(parse(&entity.not_selector, of_pods)?.negated());
        }
        if let Some(accounts) = &entity.service_accounts {
            if !accounts.names.is_empty() {
                test = test.and(Test::In(Attribute::Account, accounts.names.clone()));
            }
            test = test.and(parse(&accounts.selector, of_accounts)?);
        }
        let namespace = if entity.namespace_selector.is_empty() { self.home.map(str::to_owned) } else { None };
        let selector = Selector { namespace, test: parse(&entity.namespace_selector, of_namespaces)?.and(test) };
        self.no_addresses(&selector)?;
        Ok(Peer::Pods(selector))
    }

    /// A set of addresses has labels too, and so has an interface of a node; a selector may mean either.
    fn no_addresses(&self, selector: &Selector) -> Result<(), String> {
        for kind in [Kind::CalicoNetworkSets, Kind::CalicoGlobalNetworkSets, Kind::CalicoHostEndpoints] {
            for set in self.inventory.customs.get(&kind).into_iter().flatten() {
                let namespace = set.metadata.namespace.as_str();
                // What is in no namespace has no labels of one; those of a namespace that was not read may be any.
                let (labels, read) =
                    if namespace.is_empty() { (BTreeMap::new(), true) } else { super::pick::labels_of(self.inventory, namespace) };
                let facts = Facts {
                    labels: Some(&set.metadata.labels),
                    namespace: Some(namespace),
                    namespace_labels: read.then_some(&labels),
                    ..Facts::ANY
                };
                if selector.picks(&facts) != Some(false) {
                    return Err(format!("a selector may mean the {} {}", kind.kind(), set.metadata.name));
                }
            }
        }
        Ok(())
    }
}

/// Addresses that are in some of the one and in none of the other. Where the one is not told, it is everything that the cluster knows.
fn ranges(entity: &Entity, has_v6: bool) -> Result<Vec<Peer>, String> {
    let v6 = |text: &&String| text.contains(':');
    let everywhere: Vec<String> = if has_v6 || entity.not_nets.iter().any(|text| v6(&text)) {
        vec!["0.0.0.0/0".to_owned(), "::/0".to_owned()]
    } else {
        vec!["0.0.0.0/0".to_owned()]
    };
    let nets = if entity.nets.is_empty() { &everywhere } else { &entity.nets };
    let mut peers = Vec::new();
    for net in nets {
        let except: Vec<String> = entity.not_nets.iter().filter(|out| v6(out) == v6(&net)).cloned().collect();
        let range = range(net, &except)?;
        if !range.is_empty() {
            peers.push(Peer::Range(range, Addresses::OfPods));
        }
    }
    Ok(peers)
}

/// The protocol of a word or number; nothing where it is one without ports.
fn protocol(value: &Value) -> Result<Option<Protocol>, String> {
    let word = value.as_str().map_or_else(|| value.to_string(), str::to_ascii_uppercase);
    Ok(match word.as_str() {
        "TCP" | "6" => Some(Protocol::Tcp),
        "UDP" | "17" => Some(Protocol::Udp),
        "SCTP" | "132" => Some(Protocol::Sctp),
        "ICMP" | "ICMPV6" | "UDPLITE" => None,
        number if number.parse::<u8>().is_ok_and(|number| number > 0) => None,
        _ => return Err("a rule has a protocol that is not known".to_owned()),
    })
}

fn ports(rule: &Rule) -> Result<Ports, String> {
    if rule.http.is_some() {
        return Err("rules on HTTP are not evaluated".to_owned());
    }
    if !rule.source.ports.is_empty() || !rule.source.not_ports.is_empty() {
        return Err("rules on the port of the caller are not evaluated".to_owned());
    }
    let of = rule.protocol.as_ref().map(protocol).transpose()?;
    let not = rule.not_protocol.as_ref().map(protocol).transpose()?;
    if rule.icmp.is_some() || rule.not_icmp.is_some() {
        return if of == Some(None) { Ok(Ports::default()) } else { Err("a rule on ICMP names no protocol".to_owned()) };
    }
    let mut whole = PortSet::default();
    for protocol in Protocol::ALL {
        if of.is_none_or(|of| of == Some(protocol)) && not != Some(Some(protocol)) {
            whole.join(&PortSet::range(protocol, 1, u16::MAX));
        }
    }
    let (ports, not_ports) = (&rule.destination.ports, &rule.destination.not_ports);
    if ports.is_empty() && not_ports.is_empty() {
        return Ok(Ports { fixed: whole, named: vec![] });
    }
    let Some(Some(protocol)) = of else { return Err("a rule names ports without a protocol that has any".to_owned()) };
    let listed = listed(protocol, ports)?;
    let out = self::listed(protocol, not_ports)?;
    if !out.named.is_empty() || (!listed.named.is_empty() && !not_ports.is_empty()) {
        return Err("ports that are left out by name are not evaluated".to_owned());
    }
    let fixed = if ports.is_empty() { whole } else { listed.fixed.meet(&whole) };
    Ok(Ports { fixed: fixed.without(&out.fixed), named: if not == Some(Some(protocol)) { vec![] } else { listed.named } })
}

/// Ports as Calico writes them: a number, a range `8080:8090`, a name.
fn listed(protocol: Protocol, ports: &[Value]) -> Result<Ports, String> {
    let mut all = Ports::default();
    for port in ports {
        let text = port.as_str().map_or_else(|| port.to_string(), str::to_owned);
        let (first, last) = text.split_once(':').unwrap_or((&text, &text));
        match (first.parse::<i64>(), last.parse::<i64>()) {
            (Ok(first), Ok(last)) => all.fixed.join(&span(protocol, first, last)?),
            _ if port.is_string() && !text.is_empty() && !text.contains(':') => all.named.push((text, Some(protocol))),
            _ => return Err("a port cannot be read".to_owned()),
        }
    }
    Ok(all)
}
