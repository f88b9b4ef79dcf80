//! Real API servers of random configurations are the judges: what is said of each setting is what the server was started with, and nothing passes for whom
//! nothing may be read. `KASSAY_ORACLE_SERVERS` says how many are started (3 where it says nothing), `KASSAY_ORACLE_SEED` where the dice begin, and
//! `KUBEBUILDER_ASSETS` takes servers of another version (tests/cluster/README.md).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    reason = "a test's failure is its message"
)]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "oracle/configuration.rs"]
mod configuration;
#[path = "support/dice.rs"]
mod dice;
#[path = "oracle/server.rs"]
mod server;

use cluster::TestCluster;
use configuration::Configuration;
use dice::Dice;
use kassay::collect::{Cancel, Connect, Options, SourceSpec, collect};
use kassay_core::analysis::admission::plugins::{Plugin, Running};
use kassay_core::analysis::control_plane::counted::{self, Audit, Storage};
use kassay_core::analysis::control_plane::force::{Force, force};
use kassay_core::analysis::{control_plane, emulation};
use kassay_core::assess::{CheckOutcome, assess};
use kassay_core::judging::Tables;
use kassay_core::kinds::{Inventory, KindState, UnheardOf};
use kassay_core::model::{Outcome, Scope};
use server::Server;
use std::collections::BTreeSet;
use std::path::Path;

/// Checks that judge flags of the API server, and nothing else.
const OF_FLAGS: &[&str] = &[
    "1.1/control-plane-flags",
    "1.4/static-token-file",
    "2.2/authorization-modes",
    "6.1/encryption-at-rest",
    "7.1/audit-flags",
    "7.1/audit-shipping",
];

fn number(name: &str, without: u64) -> u64 {
    std::env::var(name).ok().map_or(without, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// The minor version of the servers: 37 of 1.37.2.
fn minor(cluster: &TestCluster) -> u32 {
    let told = cluster.kubectl_as(&cluster.kubeconfig(), ["get", "--raw", "/version"]).unwrap();
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    told["minor"].as_str().unwrap().trim_end_matches('+').parse().unwrap()
}

fn read(kubeconfig: &Path) -> Inventory {
    let connect = Connect { kubeconfig: Some(kubeconfig.to_path_buf()), ..Connect::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(collect(&SourceSpec::Live(connect), &Options::default(), &|_| {}, &Cancel::default())).unwrap()
}

fn judge(inventory: &Inventory) -> Vec<CheckOutcome> {
    assess(inventory, &Scope::default(), inventory.cluster.collected_at.unwrap(), &Tables::shipped().unwrap())
}

fn outcome<'a>(judged: &'a [CheckOutcome], check: &str) -> &'a CheckOutcome {
    judged.iter().find(|outcome| outcome.check == check).unwrap()
}

fn rules(outcome: &CheckOutcome) -> BTreeSet<&str> {
    outcome.findings.iter().filter_map(|finding| finding.rule.as_deref()).collect()
}

#[test]
fn what_is_said_of_each_setting_is_what_the_server_was_started_with() {
    let Some(cluster) = TestCluster::shared() else { return };
    let seed = number("KASSAY_ORACLE_SEED", 1);
    let minor = minor(cluster);
    for nth in 0..number("KASSAY_ORACLE_SERVERS", 3) {
        let configuration = Configuration::random(&mut Dice::new(seed * 100_000 + nth), cluster.dir(), nth, minor);
        let name = format!("seed {seed}, server {nth}: {}", configuration.words());
        let server = Server::start(cluster, &format!("oracle-{seed}-{nth}"), &configuration);
        server.admin(&["create", "clusterrolebinding", "oracle-monitoring", "--clusterrole=system:monitoring", "--user=oracle-monitor"]);
        server.admin(&["create", "secret", "generic", "oracle", "--namespace=default", "--from-literal=a=b"]);
        server.admin(&["create", "clusterrole", "oracle-shell", "--verb=get", "--resource=pods/exec"]);
        server.admin(&["create", "clusterrolebinding", "oracle-shell", "--clusterrole=oracle-shell", "--user=oracle-shell"]);
        let opens = server.lets_into_a_shell(&server.kubeconfig("oracle-shell", &[]));
        assert_eq!(opens, configuration.get_opens_a_shell() || configuration.allows_everything(), "{name}: get opens a shell");
        for (user, groups) in [("oracle-limited", &[][..]), ("oracle-monitor", &[]), ("oracle-administrator", &["system:masters"])] {
            let inventory = read(&server.kubeconfig(user, groups));
            let name = format!("{name}; as {user}");
            agree(&configuration, &inventory, user, &name);
            in_force(&configuration, &inventory, user, &name);
        }
    }
}

/// What is known of the server agrees with how it was started; where it may not be read, nothing is known and nothing passes.
fn agree(configuration: &Configuration, inventory: &Inventory, user: &str, name: &str) {
    let allowed = user != "oracle-limited" || configuration.allows_everything();
    let record = inventory.cluster.control_plane.as_deref().unwrap();
    let judged = judge(inventory);
    let told = allowed && configuration.tells_flags();
    // Where the gate is off, the role system:monitoring does not hold the right either.
    let free = user == "oracle-administrator" || configuration.allows_everything();
    let state = match (allowed, told) {
        (true, true) => KindState::Read,
        (true, false) if free || configuration.serves_flags() => KindState::Absent,
        _ => KindState::Forbidden,
    };
    assert_eq!((record.flagz.state, record.metrics.state == KindState::Read), (state, allowed), "{name}: {record:?}");
    let lines = control_plane::api_servers(inventory);
    if !told {
        assert!(lines.is_empty(), "{name}");
        for check in OF_FLAGS {
            let outcome = outcome(&judged, check);
            assert!(!matches!(outcome.outcome, Outcome::Pass | Outcome::NotApplicable), "{name}: {check} from silence: {}", outcome.reason);
        }
    }
    if allowed {
        counted(configuration, inventory, name);
    }
    let [line] = lines.as_slice() else {
        assert!(!told, "{name}: {lines:?}");
        return;
    };
    let minor = inventory.minor();
    for (flag, wanted) in configuration.effective() {
        let said = match flag {
            "authorization-mode" | "tls-cipher-suites" | "enable-admission-plugins" | "disable-admission-plugins" => {
                line.list(flag).join(",")
            }
            _ => line.effective(flag, minor).unwrap_or_default(),
        };
        assert_eq!(said, wanted, "{name}: --{flag}");
        assert!(!wanted.is_empty() || !line.is_set(flag), "{name}: --{flag}");
    }
    judged_as_started(configuration, inventory, &judged, name);
}

fn judged_as_started(configuration: &Configuration, inventory: &Inventory, judged: &[CheckOutcome], name: &str) {
    let rules_of = |check: &str| rules(outcome(judged, check));
    let tokens = outcome(judged, "1.4/static-token-file");
    assert_eq!(tokens.outcome == Outcome::Fail, configuration.token_file, "{name}: {}", tokens.reason);
    assert_eq!(rules_of("2.2/authorization-modes"), configuration.authorization_rules(), "{name}");
    // Nobody answers the webhook, so it may lose events meanwhile.
    let audit: BTreeSet<&str> = rules_of("7.1/audit-flags").into_iter().filter(|rule| *rule != "lost").collect();
    assert_eq!(audit, configuration.audit_rules(), "{name}");
    assert_eq!(rules_of("6.1/encryption-at-rest"), configuration.encryption_rules(), "{name}");
    let open = outcome(judged, "1.1/control-plane-flags");
    assert_eq!(open.outcome == Outcome::Fail, configuration.allows_everything(), "{name}: {}", open.reason);
    assert_ne!(open.outcome, Outcome::Pass, "{name}: etcd does not show");
    let weak = outcome(judged, "4.3/tls-flags");
    // It reads settings of kubelets too, which monitoring may not.
    let blocked = weak.outcome == Outcome::Blocked;
    assert!(blocked || (weak.outcome == Outcome::Fail) == configuration.weak_tls(), "{name}: {}", weak.reason);
    assert_eq!(matches!(Plugin::PodSecurity.running(inventory), Running::Off(_)), configuration.pod_security_off, "{name}");
    assert_eq!(emulation::minor(inventory), configuration.emulated.or(inventory.minor()), "{name}");
}

/// What the server counted fits how it was started.
fn counted(configuration: &Configuration, inventory: &Inventory, name: &str) {
    let storage = Storage::of_secrets(inventory);
    let written: Vec<&str> = storage.written.keys().map(String::as_str).collect();
    assert_eq!(written, configuration.provider().into_iter().collect::<Vec<_>>(), "{name}");
    assert_eq!(Audit::of(inventory).recording > 0, configuration.records(), "{name}");
    for what in ["authentication", "authorization", "encryption"] {
        assert_eq!(counted::configuration(inventory, what), configuration.digest(what).as_deref(), "{name}: {what}");
    }
}

/// Whether roles are in force is told of who is not let through before anybody asks.
fn in_force(configuration: &Configuration, inventory: &Inventory, user: &str, name: &str) {
    let record = inventory.cluster.control_plane.as_deref().unwrap();
    let free = configuration.allows_everything();
    let administrator = user == "oracle-administrator";
    assert_eq!(matches!(record.unheard_of, UnheardOf::Allowed(_)), free || administrator, "{name}: {:?}", record.unheard_of);
    assert_eq!(force(inventory) != Force::NotDoubted, free, "{name}: {:?}", force(inventory));
    let judged = judge(inventory);
    let admins = outcome(&judged, "2.1/cluster-admin");
    let blocked = admins.outcome == Outcome::Blocked;
    assert!(blocked || (admins.outcome == Outcome::Fail) == free, "{name}: {}", admins.reason);
    if administrator && !free {
        let escalations = outcome(&judged, "2.1/escalation");
        let opens = escalations.findings.iter().any(|found| found.rule.as_deref() == Some("exec") && found.object.name == "oracle-shell");
        assert_eq!(opens, configuration.get_opens_a_shell(), "{name}: {escalations:?}");
    }
    if free {
        let passed: Vec<&str> = judged
            .iter()
            .filter(|outcome| outcome.check.starts_with("2.1/") && outcome.outcome == Outcome::Pass)
            .map(|outcome| outcome.check.as_str())
            .collect();
        assert!(passed.is_empty(), "{name}: {passed:?}");
    }
}
