//! Who carries network policies out. That a plugin's container is there says little: it may have no pod that runs, or be told by a setting to
//! enforce nothing. So an engine counts where a pod of it runs and each of its switches (`src/core/assets/software.toml`) stands on; what can't be seen is
//! said, and never taken for on.

use super::flags::{self, Component};
use super::software::{self, Found, Software, Switch};
use crate::kinds::{Inventory, KindState, Source};
use crate::model::text::glob;
use crate::model::{Kind, ObjectRef};
use serde_json::Value;
use std::collections::BTreeSet;

/// Whether an engine enforces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It does, as far as its settings show.
    On,
    /// It can't be seen, or depends on something that can't.
    Unclear,
    /// It is told not to.
    Off,
}

/// A piece of software that can carry policies out.
#[derive(Clone, Debug)]
pub struct Engine<'a> {
    /// Which.
    pub software: &'a Software,
    /// The workload that showed it.
    pub workload: ObjectRef,
    /// How many pods that has.
    pub pods: u32,
    /// Whether it enforces.
    pub state: State,
    /// Where that stands: an object, and a field of it.
    pub place: (ObjectRef, String),
    /// What stands there.
    pub observed: String,
    /// Why it is not on, in a sentence.
    pub why: String,
    /// Nodes with a pod of it.
    pub nodes: BTreeSet<&'a str>,
}

/// What is known of enforcement in a cluster.
#[derive(Clone, Debug, Default)]
pub struct Enforcement<'a> {
    /// What can carry policies out.
    pub engines: Vec<Engine<'a>>,
    /// Plugins that carry packets only, or of which it is not known.
    pub others: Vec<Found<'a>>,
    /// The option by which K3s's own enforcement is off on every server, where it is the only one there is.
    pub k3s_off: bool,
    /// Whether pods of kube-system were read, and none in the cluster is of a known plugin, where K3s has none in its own process.
    pub unseen: bool,
}

impl<'a> Enforcement<'a> {
    /// Looks at the plugins of a cluster.
    #[must_use]
    pub fn of(inventory: &'a Inventory, known: &'a [Software]) -> Self {
        let mut engines: Vec<(&Software, Vec<Found<'_>>)> = Vec::new();
        let mut others = Vec::new();
        for found in software::with_role(inventory, known, "network-plugin") {
            if found.enforces() != Some(true) {
                others.push(found);
            } else if let Some((_, places)) = engines.iter_mut().find(|(software, _)| software.name == found.software.name) {
                places.push(found);
            } else {
                engines.push((found.software, vec![found]));
            }
        }
        let engines: Vec<Engine<'_>> = engines.into_iter().filter_map(|(software, places)| engine(inventory, software, &places)).collect();
        let servers = flags::of(inventory, Component::Server);
        let off = |line: &flags::CommandLine| line.boolean("disable-network-policy", None) == Some(true);
        let k3s_off = inventory.cluster.distribution == "k3s" && !servers.is_empty() && servers.iter().all(off);
        let shown = || inventory.pods.iter().any(|pod| pod.metadata.namespace == "kube-system" && pod.is_live());
        let none = engines.is_empty() && others.is_empty() && inventory.cluster.distribution != "k3s";
        let unseen = none && inventory.state(Kind::Pods) == KindState::Read && shown();
        Self { engines, others, k3s_off, unseen }
    }

    /// Whether something that enforces runs and is switched on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.engines.iter().any(|engine| engine.state == State::On)
    }

    /// The engines that are on.
    pub fn on(&self) -> impl Iterator<Item = &Engine<'a>> {
        self.engines.iter().filter(|engine| engine.state == State::On)
    }

    /// Why policies may be without effect, in a sentence: plugins are seen, and none of them is known to carry policies out, or the pods of the
    /// platform are seen and none of them is a plugin. Nothing where one enforces, nor where no pod of the platform is in what was read: what
    /// somebody keeps out of sight is 4.1/network-plugin's to ask about.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        if self.is_on() {
            return None;
        }
        if let Some(engine) = self.engines.iter().max_by_key(|engine| engine.state) {
            return Some(format!("{} ({}): {}", engine.software.name, engine.workload.path(), engine.why));
        }
        if let Some(other) = self.others.first() {
            let does = if other.enforces() == Some(false) { "enforces none" } else { "enforces none by itself" };
            return Some(format!(
                "{} ({}) {does}, and nothing that does was recognised.",
                other.software.name,
                other.workload.object.path()
            ));
        }
        if self.unseen {
            return Some("Among the pods that run, those of kube-system included, no network plugin was recognised.".to_owned());
        }
        self.k3s_off.then(|| "K3s is started with disable-network-policy, and no other engine is seen.".to_owned())
    }

    /// Nodes on which no engine that is on has a pod. Nothing where pods don't say where they run.
    #[must_use]
    pub fn nodes_without<'i>(&self, inventory: &'i Inventory) -> Vec<&'i str> {
        let covered: BTreeSet<&str> = self.on().flat_map(|engine| engine.nodes.iter().copied()).collect();
        if covered.is_empty() {
            return vec![];
        }
        inventory.nodes.iter().map(|node| node.metadata.name.as_str()).filter(|name| !covered.contains(name)).collect()
    }
}

fn engine<'a>(inventory: &'a Inventory, software: &'a Software, places: &[Found<'a>]) -> Option<Engine<'a>> {
    let first = places.first()?;
    let pods = places.iter().flat_map(|found| &found.workload.pod_indexes).filter_map(|index| inventory.pods.get(*index));
    let started: Vec<_> = pods.filter(|pod| pod.is_live() && pod.phase != "Pending").collect();
    let running: Vec<_> = started.iter().filter(|pod| !pod.unready).collect();
    let path = if first.container.is_empty() {
        "metadata.labels".to_owned()
    } else {
        format!("{}.{}.image", first.workload.spec_path(), first.container)
    };
    let mut engine = Engine {
        software,
        workload: first.workload.object.clone(),
        pods: first.workload.pods,
        state: State::On,
        place: (first.workload.object.clone(), path),
        observed: software.name.clone(),
        why: String::new(),
        nodes: running.iter().map(|pod| pod.node.as_str()).filter(|node| !node.is_empty()).collect(),
    };
    if running.is_empty() {
        engine.state = State::Unclear;
        let held = inventory.source == Source::Live || inventory.state(Kind::Pods) != KindState::Absent;
        let why = if !started.is_empty() {
            "none of its pods is ready, so that nothing shows that it does its work."
        } else if held {
            "no pod of it runs."
        } else {
            "only its template was read, so whether a pod of it runs is not known."
        };
        why.clone_into(&mut engine.why);
    }
    for switch in software.switch.iter().filter(|switch| switch.role.is_empty()) {
        let reading = read(inventory, switch, places);
        if reading.state > engine.state {
            engine.state = reading.state;
            engine.why = reading.why;
            engine.observed = reading.observed;
            if let Some(place) = reading.place {
                engine.place = place;
            }
        }
    }
    Some(engine)
}

/// How a switch stands.
#[derive(Clone, Debug)]
pub struct Reading {
    /// On, off, or not to be seen.
    pub state: State,
    /// Where it stands.
    pub place: Option<(ObjectRef, String)>,
    /// What stands there.
    pub observed: String,
    /// Why it is not on, in a sentence.
    pub why: String,
}

/// How the switches of one role stand that a piece of software plays; nothing where it has none, and so always plays it.
#[must_use]
pub fn of_role(inventory: &Inventory, found: &Found<'_>, role: &str) -> Option<Reading> {
    let counts = |switch: &&Switch| found.workload.variants.iter().any(|variant| switch.counts_in(inventory.spec(variant.spec)));
    // Of several that stand alike the first is told.
    let switches = found.software.switch.iter().rev().filter(|switch| switch.role == role).filter(counts);
    switches.map(|switch| read(inventory, switch, std::slice::from_ref(found))).max_by_key(|reading| reading.state)
}

/// Reads a switch in each of its places.
fn read(inventory: &Inventory, switch: &Switch, places: &[Found<'_>]) -> Reading {
    let judged = |value: Option<&str>, place: (ObjectRef, String), name: &str| {
        // Of a list each item must be one of the words.
        let is = |word: &String, item: &str| word.eq_ignore_ascii_case(item.trim());
        let among = |words: &[String]| {
            value.is_some_and(|value| value.split(',').all(|item| words.iter().any(|word| is(word, item) || word == "*")))
        };
        let state = match (among(&switch.on), among(&switch.off)) {
            (true, _) => State::On,
            (false, true) => State::Off,
            (false, false) => State::Unclear,
        };
        let known = state == State::Off || among(&switch.asks);
        let why = if known { switch.note.clone() } else { format!("what {name} says is not understood.") };
        Reading { state, place: Some(place), observed: format!("{name}={}", value.unwrap_or("(not kept)")), why }
    };
    let mut readings: Vec<Reading> = Vec::new();
    for found in places {
        let path = found.workload.spec_path();
        for spec in found.workload.variants.iter().map(|variant| inventory.spec(variant.spec)) {
            for (role, container) in spec.all_containers() {
                let place = |field: String| (found.workload.object.clone(), format!("{path}.{}.{field}", container.path(role)));
                let (field, given) = flags::of_container(container);
                if let Some(flag) = given.iter().rev().find(|flag| !switch.flag.is_empty() && flag.name == switch.flag) {
                    readings.push(judged(
                        flag.value.as_deref(),
                        place(format!("{field}[--{}]", switch.flag)),
                        &format!("--{}", switch.flag),
                    ));
                }
                if let Some(variable) = container.env.iter().find(|variable| !switch.env.is_empty() && variable.name == switch.env) {
                    let value = variable.value.as_ref().and_then(|value| value.text());
                    readings.push(judged(value, place(format!("env[name={}]", switch.env)), &switch.env));
                }
            }
        }
        // Of several ConfigMaps nobody knows which one is read.
        let in_maps = in_maps(inventory, switch, &found.workload.object.namespace).into_iter().map(|(map, value)| {
            let (setting, field) = match switch.path.as_str() {
                "" => (switch.key.as_str(), format!("data[{}]", switch.key)),
                path => (path, format!("data[{}].{path}", switch.key)),
            };
            let object = ObjectRef::new("", "ConfigMap", &found.workload.object.namespace, map);
            judged(value.as_deref(), (object, field), &format!("{map}: {setting}"))
        });
        readings.extend(in_maps.max_by_key(|reading| reading.state));
    }
    readings.extend(
        of_nodes(inventory, switch)
            .into_iter()
            .map(|(object, value)| judged(Some(&value), (object, format!("spec.defaults.{}", switch.key)), &switch.key)),
    );
    // A plugin is one whole; of the parts of an agent, one that does the work is enough.
    let readings = readings.into_iter();
    let told =
        if switch.role.is_empty() { readings.max_by_key(|reading| reading.state) } else { readings.min_by_key(|reading| reading.state) };
    if let Some(told) = told {
        return told;
    }
    // Where the ConfigMaps were not read, one of them may say what nothing else says.
    if !switch.map.is_empty() && inventory.state(Kind::ConfigMaps) != KindState::Read {
        let setting = if switch.path.is_empty() { &switch.key } else { &switch.path };
        let map = if switch.map == "*" { "a ConfigMap".to_owned() } else { format!("the ConfigMap {}", switch.map) };
        let why = format!("its setting {setting} in {map} was not read.");
        return Reading { state: State::Unclear, place: None, observed: format!("{setting}: not read"), why };
    }
    let name = [&switch.flag, &switch.path, &switch.key, &switch.env].into_iter().find(|name| !name.is_empty());
    let Some(name) = name else {
        return Reading { state: State::Unclear, place: None, observed: "not to be seen".to_owned(), why: switch.note.clone() };
    };
    let why = if switch.role.is_empty() {
        format!("{name} is not set, and without it nothing is enforced.")
    } else {
        format!("{name} is not set, and without it, or a file that says the same, it does nothing of the kind.")
    };
    Reading { state: if switch.needed { State::Unclear } else { State::On }, place: None, observed: format!("{name}: not set"), why }
}

/// The switch in ConfigMaps beside the engine; the value is nothing where it was not kept or can't be read. One that does not hold it is left out.
fn in_maps<'a>(inventory: &'a Inventory, switch: &Switch, namespace: &str) -> Vec<(&'a str, Option<String>)> {
    if switch.map.is_empty() {
        return vec![];
    }
    let own = inventory.config_maps.iter().filter(|map| map.metadata.namespace == namespace && glob(&switch.map, &map.metadata.name));
    own.filter_map(|map| {
        let text = map.data.get(&switch.key)?.text();
        let value = if switch.path.is_empty() { text.map(str::to_owned) } else { at_path(text, &switch.path)? };
        Some((map.metadata.name.as_str(), value))
    })
    .collect()
}

/// A setting of a document as it was kept; the outer nothing where it holds none, the inner one where it can't be read.
fn at_path(text: Option<&str>, path: &str) -> Option<Option<String>> {
    let Some(document) = text.and_then(|text| serde_json::from_str::<Value>(text).ok()) else { return Some(None) };
    let pointer = format!("/{}", path.replace('.', "/"));
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match document.pointer(&pointer)? {
        Value::Null => None,
        Value::Array(items) if items.is_empty() => None,
        Value::Array(items) => Some(Some(items.iter().map(word).collect::<Vec<_>>().join(","))),
        value => Some(Some(word(value))),
    }
}

/// What Cilium's settings of single nodes say otherwise.
fn of_nodes(inventory: &Inventory, switch: &Switch) -> Vec<(ObjectRef, String)> {
    if switch.map != "cilium-config" {
        return vec![];
    }
    let kind = Kind::CiliumNodeConfigs;
    let said = |pointer: &str, config: &crate::kinds::custom::Custom| config.parts.get(pointer).and_then(Value::as_str).map(str::to_owned);
    let configs = inventory.customs.get(&kind).into_iter().flatten();
    configs
        .filter_map(|config| {
            let value = said(&format!("/spec/defaults/{}", switch.key), config)?;
            Some((ObjectRef::new(kind.group(), kind.kind(), &config.metadata.namespace, &config.metadata.name), value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Ingest;
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    const TABLE: &str = include_str!("../assets/software.toml");

    fn known() -> Vec<Software> {
        crate::judging::Tables::parse("", TABLE).map(|tables| tables.software).unwrap_or_default()
    }

    fn agent(image: &str, namespace: &str, args: &[&str], env: &Value, pod: bool) -> Vec<(Kind, Value)> {
        let spec = json!({"nodeName": "n1", "containers": [{"name": "agent", "image": image, "args": args, "env": env}]});
        let set = json!({"metadata": {"name": "agent", "namespace": namespace}, "spec": {"template": {"spec": spec}}});
        let owner = json!([{"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "agent", "controller": true}]);
        let one = json!({"metadata": {"name": "agent-1", "namespace": namespace, "ownerReferences": owner}, "spec": spec, "status": {"phase": "Running"}});
        let mut objects = vec![(Kind::DaemonSets, set)];
        if pod {
            objects.push((Kind::Pods, one));
        }
        objects
    }

    fn state(objects: Vec<(Kind, Value)>) -> (Option<State>, Option<String>) {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        for kind in Kind::ALL {
            ingest.state(*kind, KindState::Read, "");
        }
        for (kind, object) in objects {
            ingest.object(kind, &object.to_string());
        }
        let (inventory, known) = (ingest.finish(), known());
        let enforcement = Enforcement::of(&inventory, &known);
        (enforcement.engines.first().map(|engine| engine.state), enforcement.doubt())
    }

    fn settings(name: &str, data: &Value) -> (Kind, Value) {
        (Kind::ConfigMaps, json!({"metadata": {"name": name, "namespace": "kube-system"}, "data": data}))
    }

    #[test]
    fn every_switch_in_a_map_is_kept() {
        for switch in known().iter().flat_map(|software| &software.switch).filter(|switch| !switch.map.is_empty()) {
            assert!(crate::kinds::config::is_kept("kube-system", &switch.map, &switch.key), "{}: {}", switch.map, switch.key);
        }
    }

    #[test]
    fn an_engine_without_a_pod_is_not_on() {
        for image in [
            "docker.io/calico/node:v3.30.0",
            "quay.io/cilium/cilium:v1.18.2",
            "antrea/antrea-agent-ubuntu:v2.4.0",
            "kubeovn/kube-ovn:v1.14.0",
        ] {
            assert_eq!(state(agent(image, "kube-system", &[], &json!([]), false)).0, Some(State::Unclear), "{image}");
            assert_eq!(state(agent(image, "kube-system", &[], &json!([]), true)), (Some(State::On), None), "{image}");
        }
    }

    #[test]
    fn the_agent_of_aws_is_off_unless_flag_and_controller_are_on() {
        let image = "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.2.7";
        let with = |args: &[&str], data: Option<&str>| {
            let mut objects = agent(image, "kube-system", args, &json!([]), true);
            objects.extend(data.map(|data| settings("amazon-vpc-cni", &json!({"enable-network-policy-controller": data}))));
            state(objects).0
        };
        assert_eq!(with(&["--enable-network-policy=true"], Some("true")), Some(State::On));
        assert_eq!(with(&["--enable-network-policy=false"], Some("true")), Some(State::Off));
        assert_eq!(with(&["--enable-network-policy", "false"], Some("true")), Some(State::Off));
        assert_eq!(with(&["--enable-network-policy=true"], Some("false")), Some(State::Off));
        assert_eq!(with(&["--enable-network-policy=true"], None), Some(State::Unclear));
        assert_eq!(with(&[], Some("true")), Some(State::Unclear));
        assert_eq!(with(&["--enable-network-policy=maybe"], Some("true")), Some(State::Unclear));
    }

    #[test]
    fn cilium_is_off_in_audit_mode_and_where_told_never() {
        let with = |args: &[&str], env: &Value, data: &Value| {
            let mut objects = agent("quay.io/cilium/cilium:v1.18.2", "kube-system", args, env, true);
            objects.push(settings("cilium-config", data));
            state(objects).0
        };
        let usual = json!({"policy-audit-mode": "false", "enable-policy": "default"});
        assert_eq!(with(&[], &json!([]), &usual), Some(State::On));
        assert_eq!(with(&[], &json!([]), &json!({})), Some(State::On));
        assert_eq!(with(&[], &json!([]), &json!({"policy-audit-mode": "true"})), Some(State::Off));
        assert_eq!(with(&[], &json!([]), &json!({"enable-policy": "never"})), Some(State::Off));
        assert_eq!(with(&["--policy-audit-mode"], &json!([]), &usual), Some(State::Off));
        assert_eq!(with(&[], &json!([{"name": "CILIUM_ENABLE_POLICY", "value": "never"}]), &usual), Some(State::Off));
        assert_eq!(with(&[], &json!([]), &json!({"enable-policy": "tomorrow"})), Some(State::Unclear));
        assert_eq!(with(&[], &json!([]), &json!({"enable-k8s-networkpolicy": "false"})), Some(State::Unclear));
        let mut objects = agent("quay.io/cilium/cilium:v1.18.2", "kube-system", &[], &json!([]), true);
        objects.push((
            Kind::CiliumNodeConfigs,
            json!({"metadata": {"name": "n", "namespace": "kube-system"}, "spec": {"defaults": {"policy-audit-mode": "true"}}}),
        ));
        assert_eq!(state(objects).0, Some(State::Off));
    }

    #[test]
    fn switches_of_other_engines() {
        let router = |args: &[&str]| state(agent("cloudnativelabs/kube-router:v2.5.0", "kube-system", args, &json!([]), true)).0;
        assert_eq!((router(&["--run-firewall=true"]), router(&[])), (Some(State::On), Some(State::On)));
        assert_eq!(router(&["--run-router=true", "--run-firewall=false"]), Some(State::Off));
        let ovn = |args: &[&str]| state(agent("kubeovn/kube-ovn:v1.14.0", "kube-system", args, &json!([]), true)).0;
        assert_eq!((ovn(&["--enable-np=false"]), ovn(&["--enable-np=true"])), (Some(State::Off), Some(State::On)));
    }

    #[test]
    fn every_switch_is_one_that_is_kept() {
        for switch in known().iter().flat_map(|software| &software.switch) {
            for value in switch.on.iter().chain(&switch.off).chain(&switch.asks).filter(|value| !value.is_empty()) {
                for name in [&switch.flag, &switch.env].into_iter().filter(|name| !name.is_empty()) {
                    assert!(crate::kinds::settings::is_kept(name, value), "{name}={value}");
                }
            }
        }
    }
}
