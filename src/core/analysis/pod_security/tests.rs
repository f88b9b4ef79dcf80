//! One test per rule with the versions at which it changed; each names the ids that fail, and only those of the rule looked at.

#![allow(clippy::expect_used, reason = "a test's failure is its message")]

use super::{Level, Location, NEWEST, Subject, evaluate, rules, rules_of, words};
use crate::kinds::{PodSpec, Sealed};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn annotations(of: &Value) -> BTreeMap<String, Sealed> {
    let kept = |v: &Value| json!({"length": v.as_str().map_or(0, str::len), "kept": v});
    let map = of.as_object().map(|m| m.iter().map(|(k, v)| (k.clone(), kept(v))).collect::<serde_json::Map<_, _>>());
    serde_json::from_value(Value::Object(map.unwrap_or_default())).expect("annotations")
}

/// Places (with what stands there) at which a rule fails.
fn places(rule: &str, level: Level, minor: u32, spec: &Value, notes: &Value) -> Vec<String> {
    let spec: PodSpec = serde_json::from_value(spec.clone()).expect("a pod spec");
    let notes = annotations(notes);
    let found = evaluate(&Subject::new(&spec, &notes), level, minor);
    found
        .into_iter()
        .filter(|v| v.rule.id == rule)
        .map(|v| match v.place {
            Location::Spec(path) => format!("{path} = {}", v.observed),
            Location::Annotation(key) => format!("@{key} = {}", v.observed),
        })
        .collect()
}

fn at(rule: &str, level: Level, minor: u32, spec: &Value) -> Vec<String> {
    places(rule, level, minor, spec, &json!({}))
}

/// A pod of one container `web` with that security context.
fn web(context: &Value) -> Value {
    json!({"containers": [{"name": "web", "securityContext": context}]})
}

const B: Level = Level::Baseline;
const R: Level = Level::Restricted;

#[test]
fn every_rule_has_words_and_a_replaced_rule_exists() {
    let ids: BTreeSet<&str> = rules().map(|r| r.id).collect();
    assert_eq!(ids.len(), 19);
    assert_eq!(rules().filter(|r| r.level == B).count(), 12);
    for rule in rules() {
        assert!(words(rule.id).message.len() > 20 && words(rule.id).mend.len() > 20, "{}", rule.id);
        assert!(rule.overrides.is_none_or(|id| ids.contains(id)), "{}", rule.id);
    }
}

#[test]
fn a_stricter_rule_silences_the_milder_one_from_its_version_on() {
    let ids = |level, minor| rules_of(level, minor).into_iter().map(|r| r.id).collect::<BTreeSet<_>>();
    assert!(ids(R, 21).contains("capabilities_baseline") && !ids(R, 22).contains("capabilities_baseline"));
    assert!(ids(R, 18).contains("seccompProfile_baseline") && !ids(R, 19).contains("seccompProfile_baseline"));
    assert!(ids(R, 34).contains("procMount") && !ids(R, 35).contains("procMount"));
    assert!(!ids(R, 0).contains("hostPathVolumes") && ids(B, 0).contains("hostPathVolumes"));
    assert!(ids(B, 37).contains("capabilities_baseline") && !ids(B, 37).contains("runAsNonRoot"));
    assert_eq!(ids(Level::Privileged, 37).len(), 0);
    assert_eq!(ids(R, 99), ids(R, NEWEST));
}

#[test]
fn all_three_lists_of_containers_count() {
    let bad = json!({"privileged": true});
    let spec = json!({
        "initContainers": [{"name": "a", "securityContext": bad}],
        "containers": [{"name": "b", "securityContext": bad}, {"name": "c", "securityContext": {"privileged": false}}],
        "ephemeralContainers": [{"name": "d", "securityContext": bad}],
    });
    assert_eq!(
        at("privileged", B, 30, &spec),
        [
            "initContainers[name=a].securityContext.privileged = true",
            "containers[name=b].securityContext.privileged = true",
            "ephemeralContainers[name=d].securityContext.privileged = true",
        ]
    );
}

#[test]
fn app_armor_is_told_in_fields_and_annotations() {
    let spec = json!({
        "securityContext": {"appArmorProfile": {"type": "Unconfined"}},
        "containers": [{"name": "web", "securityContext": {"appArmorProfile": {"type": "Localhost"}}}],
    });
    let key = "container.apparmor.security.beta.kubernetes.io/";
    let notes = json!({format!("{key}a"): "unconfined", format!("{key}b"): "", format!("{key}c"): "runtime/default", format!("{key}d"): "localhost/x"});
    assert_eq!(
        places("appArmorProfile", B, 30, &spec, &notes),
        ["securityContext.appArmorProfile.type = Unconfined".to_owned(), format!("@{key}a = unconfined")]
    );
}

#[test]
fn capabilities_are_compared_as_written() {
    let spec = web(&json!({"capabilities": {"add": ["CHOWN", "chown", "CAP_CHOWN", "SYS_ADMIN"]}}));
    assert_eq!(
        at("capabilities_baseline", B, 30, &spec),
        ["containers[name=web].securityContext.capabilities.add = chown, CAP_CHOWN, SYS_ADMIN"]
    );
}

#[test]
fn restricted_capabilities_begin_in_1_22_and_excuse_windows_since_1_25() {
    let rule = "capabilities_restricted";
    let none = web(&json!({}));
    assert_eq!(at(rule, R, 21, &none).len(), 0);
    assert_eq!(at(rule, R, 22, &none), ["containers[name=web].securityContext.capabilities.drop = unset"]);
    let lower = web(&json!({"capabilities": {"drop": ["all"], "add": ["NET_BIND_SERVICE", "CHOWN"]}}));
    assert_eq!(
        at(rule, R, 30, &lower),
        ["containers[name=web].securityContext.capabilities.drop = all", "containers[name=web].securityContext.capabilities.add = CHOWN"]
    );
    let mut windows = none;
    windows["os"] = json!({"name": "windows"});
    assert_eq!((at(rule, R, 24, &windows).len(), at(rule, R, 25, &windows).len()), (1, 0));
}

#[test]
fn host_namespaces_are_three() {
    let spec = json!({"hostNetwork": true, "hostPID": true, "hostIPC": true, "containers": []});
    assert_eq!(at("hostNamespaces", B, 30, &spec), ["hostNetwork = true", "hostPID = true", "hostIPC = true"]);
}

#[test]
fn host_paths_are_told_by_one_rule_at_each_level() {
    let spec = json!({"containers": [], "volumes": [{"name": "logs", "hostPath": {"path": "/var/log"}}]});
    assert_eq!(at("hostPathVolumes", B, 30, &spec), ["volumes[name=logs].hostPath = /var/log"]);
    assert_eq!(at("hostPathVolumes", R, 30, &spec).len(), 0);
    assert_eq!(at("restrictedVolumes", R, 30, &spec), ["volumes[name=logs].hostPath = /var/log"]);
}

#[test]
fn a_volume_with_only_a_name_is_an_empty_directory() {
    let spec = json!({"containers": [], "volumes": [{"name": "a"}, {"name": "b", "image": {}}, {"name": "c", "nfs": {"path": "/x"}}]});
    assert_eq!(at("restrictedVolumes", R, 30, &spec), ["volumes[name=c].nfs = nfs"]);
}

#[test]
fn host_ports_are_named_by_port_and_protocol() {
    let ports =
        json!([{"containerPort": 53, "hostPort": 53, "protocol": "UDP"}, {"containerPort": 53, "hostPort": 53}, {"containerPort": 80}]);
    let spec = json!({"containers": [{"name": "dns", "ports": ports}]});
    assert_eq!(
        at("hostPorts", B, 30, &spec),
        [
            "containers[name=dns].ports[containerPort=53,protocol=UDP].hostPort = 53",
            "containers[name=dns].ports[containerPort=53].hostPort = 53"
        ]
    );
}

#[test]
fn hosts_of_probes_and_hooks_count_since_1_34() {
    let spec = json!({"containers": [{
        "name": "web",
        "livenessProbe": {"httpGet": {"host": "10.0.0.1", "port": 80}},
        "readinessProbe": {"tcpSocket": {"host": "10.0.0.2", "port": "http"}},
        "startupProbe": {"httpGet": {"port": 80}},
        "lifecycle": {"postStart": {"tcpSocket": {"host": "a", "port": 1}}, "preStop": {"httpGet": {"host": "b", "port": 1}}},
    }]});
    assert_eq!(at("hostProbesAndHostLifecycle", B, 33, &spec).len(), 0);
    assert_eq!(
        at("hostProbesAndHostLifecycle", B, 34, &spec),
        [
            "containers[name=web].livenessProbe.httpGet.host = 10.0.0.1",
            "containers[name=web].readinessProbe.tcpSocket.host = 10.0.0.2",
            "containers[name=web].lifecycle.postStart.tcpSocket.host = a",
            "containers[name=web].lifecycle.preStop.httpGet.host = b",
        ]
    );
}

#[test]
fn an_unmasked_proc_is_excused_by_a_user_namespace_since_1_35_at_baseline_alone() {
    let mut spec = web(&json!({"procMount": "Unmasked"}));
    assert_eq!(at("procMount", B, 35, &spec).len(), 1);
    spec["hostUsers"] = json!(false);
    assert_eq!((at("procMount", B, 34, &spec).len(), at("procMount", B, 35, &spec).len()), (1, 0));
    assert_eq!((at("procMount", R, 34, &spec).len(), at("procMount", R, 35, &spec).len()), (1, 0));
    assert_eq!((at("procMount_restricted", R, 34, &spec).len(), at("procMount_restricted", R, 35, &spec).len()), (0, 1));
}

#[test]
fn se_linux_types_grow_in_1_31() {
    let spec = json!({
        "securityContext": {"seLinuxOptions": {"type": "container_engine_t", "level": "s0"}},
        "containers": [{"name": "web", "securityContext": {"seLinuxOptions": {"type": "spc_t", "user": "u", "role": "r"}}}],
    });
    let container = [
        "containers[name=web].securityContext.seLinuxOptions.type = spc_t",
        "containers[name=web].securityContext.seLinuxOptions.user = u",
        "containers[name=web].securityContext.seLinuxOptions.role = r",
    ];
    assert_eq!(at("seLinuxOptions", B, 31, &spec), container);
    assert_eq!(at("seLinuxOptions", B, 30, &spec)[0], "securityContext.seLinuxOptions.type = container_engine_t");
}

#[test]
fn seccomp_moves_from_annotations_to_fields_in_1_19() {
    let spec = web(&json!({"seccompProfile": {"type": "Unconfined"}}));
    let notes = json!({
        "seccomp.security.alpha.kubernetes.io/pod": "unconfined",
        "container.seccomp.security.alpha.kubernetes.io/web": "docker/default",
        "container.seccomp.security.alpha.kubernetes.io/ghost": "unconfined",
    });
    let rule = "seccompProfile_baseline";
    assert_eq!(places(rule, B, 18, &spec, &notes), ["@seccomp.security.alpha.kubernetes.io/pod = unconfined"]);
    assert_eq!(places(rule, B, 19, &spec, &notes), ["containers[name=web].securityContext.seccompProfile.type = Unconfined"]);
}

#[test]
fn restricted_seccomp_wants_it_said_and_fails_a_bad_pod_that_containers_override() {
    let rule = "seccompProfile_restricted";
    let unset = web(&json!({}));
    assert_eq!((at(rule, R, 18, &unset).len(), at(rule, R, 19, &unset).len()), (0, 1));
    let spec = json!({
        "securityContext": {"seccompProfile": {"type": "Unconfined"}},
        "containers": [{"name": "web", "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}],
    });
    assert_eq!(at(rule, R, 30, &spec), ["securityContext.seccompProfile.type = Unconfined"]);
    let inherited = json!({"securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}, "containers": [{"name": "web"}]});
    assert_eq!(at(rule, R, 30, &inherited).len(), 0);
    let windows = json!({"os": {"name": "windows"}, "containers": [{"name": "web"}]});
    assert_eq!((at(rule, R, 24, &windows).len(), at(rule, R, 25, &windows).len()), (1, 0));
}

#[test]
fn sysctls_grow_in_1_27_1_29_1_32_and_1_37() {
    let fails = |name: &str, minor| at("sysctls", B, minor, &json!({"securityContext": {"sysctls": [{"name": name}]}})).len();
    assert_eq!(fails("net.ipv4.tcp_syncookies", 0), 0);
    assert_eq!(fails("kernel.msgmax", 37), 1);
    for (name, since) in [
        ("net.ipv4.ip_local_reserved_ports", 27),
        ("net.ipv4.tcp_keepalive_time", 29),
        ("net.ipv4.tcp_fin_timeout", 29),
        ("net.ipv4.tcp_keepalive_intvl", 29),
        ("net.ipv4.tcp_keepalive_probes", 29),
        ("net.ipv4.tcp_rmem", 32),
        ("net.ipv4.tcp_wmem", 32),
        ("net.ipv4.tcp_slow_start_after_idle", 37),
        ("net.ipv4.tcp_notsent_lowat", 37),
    ] {
        assert_eq!((fails(name, since - 1), fails(name, since)), (1, 0), "{name}");
    }
}

#[test]
fn host_process_counts_on_pod_and_container() {
    let on = json!({"windowsOptions": {"hostProcess": true}});
    let spec = json!({"securityContext": on, "containers": [{"name": "web", "securityContext": on}]});
    assert_eq!(at("windowsHostProcess", B, 30, &spec).len(), 2);
}

#[test]
fn privilege_escalation_must_be_refused_in_words_since_1_8() {
    let rule = "allowPrivilegeEscalation";
    let unset = web(&json!({}));
    assert_eq!((at(rule, R, 7, &unset).len(), at(rule, R, 8, &unset).len()), (0, 1));
    assert_eq!(at(rule, R, 30, &web(&json!({"allowPrivilegeEscalation": false}))).len(), 0);
    let windows = json!({"os": {"name": "windows"}, "containers": [{"name": "web"}]});
    assert_eq!((at(rule, R, 24, &windows).len(), at(rule, R, 25, &windows).len()), (1, 0));
    // A node selector is no promise of the operating system.
    let selected = json!({"nodeSelector": {"kubernetes.io/os": "windows"}, "containers": [{"name": "web"}]});
    assert_eq!(at(rule, R, 30, &selected).len(), 1);
}

#[test]
fn non_root_is_inherited_but_a_spoken_no_fails_anyway() {
    let rule = "runAsNonRoot";
    let pod = |said: Value, container: Value| json!({"securityContext": {"runAsNonRoot": said}, "containers": [{"name": "web", "securityContext": container}]});
    assert_eq!(at(rule, R, 30, &pod(json!(true), json!({}))).len(), 0);
    assert_eq!(at(rule, R, 30, &pod(json!(false), json!({"runAsNonRoot": true}))), ["securityContext.runAsNonRoot = false"]);
    assert_eq!(at(rule, R, 30, &pod(json!(true), json!({"runAsNonRoot": false}))).len(), 1);
    let mut windows = web(&json!({}));
    windows["os"] = json!({"name": "windows"});
    assert_eq!(at(rule, R, 30, &windows), ["containers[name=web].securityContext.runAsNonRoot = unset"]);
    let mut apart = web(&json!({}));
    apart["hostUsers"] = json!(false);
    assert_eq!((at(rule, R, 34, &apart).len(), at(rule, R, 35, &apart).len()), (1, 0));
}

#[test]
fn user_zero_is_refused_since_1_23_and_excused_in_a_user_namespace_since_1_35() {
    let rule = "runAsUser";
    let mut spec = json!({"securityContext": {"runAsUser": 0}, "containers": [{"name": "web", "securityContext": {"runAsUser": 0}}]});
    assert_eq!((at(rule, R, 22, &spec).len(), at(rule, R, 23, &spec).len()), (0, 2));
    spec["hostUsers"] = json!(false);
    assert_eq!((at(rule, R, 34, &spec).len(), at(rule, R, 35, &spec).len()), (2, 0));
    assert_eq!(at(rule, R, 30, &web(&json!({"runAsUser": 1000}))).len(), 0);
}
