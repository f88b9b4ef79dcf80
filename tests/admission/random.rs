//! Random pods, and what makes pods, with every field that the Pod Security Standards read. One seed gives one series, so that what was seen once
//! can be seen again. Most of them are valid: what the API's own validation forbids together is not put together.

use serde_json::{Map, Value, json};

/// A stream of numbers that a seed fixes (splitmix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap()
    }

    /// True once in so many.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

/// An object that the API server judges by the standards.
pub struct Object {
    /// Where it is created, with `NS` for the namespace.
    pub path: &'static str,
    pub json: Value,
}

/// Kinds that make pods: path, version, kind.
const CONTROLLERS: &[(&str, &str, &str)] = &[
    ("/apis/apps/v1/namespaces/NS/deployments", "apps/v1", "Deployment"),
    ("/apis/apps/v1/namespaces/NS/daemonsets", "apps/v1", "DaemonSet"),
    ("/apis/apps/v1/namespaces/NS/statefulsets", "apps/v1", "StatefulSet"),
    ("/apis/apps/v1/namespaces/NS/replicasets", "apps/v1", "ReplicaSet"),
    ("/apis/batch/v1/namespaces/NS/jobs", "batch/v1", "Job"),
    ("/apis/batch/v1/namespaces/NS/cronjobs", "batch/v1", "CronJob"),
    ("/api/v1/namespaces/NS/replicationcontrollers", "v1", "ReplicationController"),
    ("/api/v1/namespaces/NS/podtemplates", "v1", "PodTemplate"),
];

/// A pod in three of five cases, else something that makes pods.
pub fn object(random: &mut Random, name: &str) -> Object {
    let (mut meta, mut spec) = pod(random);
    if random.below(5) < 3 {
        meta["name"] = json!(name);
        return Object {
            path: "/api/v1/namespaces/NS/pods",
            json: json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}),
        };
    }
    let (path, version, kind) = CONTROLLERS[random.below(CONTROLLERS.len())];
    let labels = json!({"app": name});
    meta["labels"] = labels.clone();
    if matches!(kind, "Job" | "CronJob") {
        spec["restartPolicy"] = json!("Never");
    }
    let template = json!({"metadata": meta, "spec": spec});
    let selector = json!({"matchLabels": labels});
    let mut json = json!({"apiVersion": version, "kind": kind, "metadata": {"name": name}});
    match kind {
        "PodTemplate" => json["template"] = template,
        "Job" => json["spec"] = json!({"template": template}),
        "CronJob" => json["spec"] = json!({"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": template}}}),
        "ReplicationController" => json["spec"] = json!({"selector": labels, "template": template}),
        "StatefulSet" => json["spec"] = json!({"serviceName": "s", "selector": selector, "template": template}),
        _ => json["spec"] = json!({"selector": selector, "template": template}),
    }
    Object { path, json }
}

/// Ephemeral containers, for a pod whose containers are `c0`….
pub fn ephemeral_containers(random: &mut Random) -> Value {
    let pod = Surroundings::default();
    (0..=random.below(2)).map(|i| json!({"name": format!("e{i}"), "image": "i", "securityContext": context(random, &pod)})).collect()
}

/// What of a pod decides which other fields are valid.
#[derive(Default)]
struct Surroundings {
    windows: bool,
    host_network: bool,
    host_ipc: bool,
    user_namespace: bool,
    host_process: bool,
}

fn pod(random: &mut Random) -> (Value, Value) {
    let mut spec = Map::new();
    let mut pod = Surroundings { windows: random.once_in(10), ..Surroundings::default() };
    if pod.windows {
        spec.insert("os".into(), json!({"name": "windows"}));
    } else if random.once_in(6) {
        spec.insert("os".into(), json!({"name": "linux"}));
    }
    pod.host_process = random.once_in(if pod.windows { 3 } else { 16 }) && spec.get("os").is_none_or(|os| os["name"] == "windows");
    for (field, rare) in [("hostNetwork", 8), ("hostPID", 10), ("hostIPC", 12)] {
        let forced = field == "hostNetwork" && pod.host_process;
        if forced || random.once_in(rare) && (!pod.windows || field == "hostNetwork") {
            let on = forced || !random.once_in(4);
            spec.insert(field.into(), json!(on));
            pod.host_network |= on && field == "hostNetwork";
            pod.host_ipc |= on && field == "hostIPC";
        }
    }
    let shares = ["hostNetwork", "hostPID", "hostIPC"].iter().any(|field| spec.get(*field) == Some(&json!(true)));
    if !pod.windows && random.once_in(3) {
        pod.user_namespace = !shares && !random.once_in(3);
        spec.insert("hostUsers".into(), json!(!pod.user_namespace));
    }
    if random.below(3) > 0 || pod.host_process {
        spec.insert("securityContext".into(), pod_context(random, &pod));
    }
    let containers: Vec<Value> = (0..=random.below(3)).map(|i| container(random, &pod, &format!("c{i}"), false)).collect();
    let init: Vec<Value> = (0..random.below(3)).map(|i| container(random, &pod, &format!("i{i}"), true)).collect();
    let annotations = annotations(random, &pod, &spec, [&*containers, &*init].concat());
    spec.insert("containers".into(), containers.into());
    if !init.is_empty() {
        spec.insert("initContainers".into(), init.into());
    }
    let volumes: Vec<Value> = (0..random.below(4)).map(|i| volume(random, &format!("v{i}"))).collect();
    if !volumes.is_empty() {
        spec.insert("volumes".into(), volumes.into());
    }
    let meta = if annotations.is_empty() { json!({}) } else { json!({"annotations": annotations}) };
    (meta, spec.into())
}

fn profile(random: &mut Random) -> Value {
    match random.below(4) {
        0 | 1 => json!({"type": "RuntimeDefault"}),
        2 => json!({"type": "Localhost", "localhostProfile": "p.json"}),
        _ => json!({"type": "Unconfined"}),
    }
}

fn se_linux(random: &mut Random) -> Value {
    let mut options = Map::new();
    let types = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t", "container_T", ""];
    if !random.once_in(4) {
        options.insert("type".into(), json!(random.pick(&types)));
    }
    for field in ["user", "role", "level"] {
        if random.once_in(6) {
            options.insert(field.into(), json!("x_u"));
        }
    }
    options.into()
}

/// Fields that the contexts of pods and containers share.
fn shared_context(random: &mut Random, pod: &Surroundings) -> Map<String, Value> {
    let mut context = Map::new();
    if random.once_in(2) {
        context.insert("runAsNonRoot".into(), json!(!random.once_in(4)));
    }
    if pod.windows {
        return context;
    }
    if random.once_in(4) {
        context.insert("runAsUser".into(), json!(if random.once_in(2) { 0 } else { 1000 }));
    }
    if random.once_in(3) {
        context.insert("seccompProfile".into(), profile(random));
    }
    if random.once_in(6) {
        context.insert("appArmorProfile".into(), profile(random));
    }
    if random.once_in(6) {
        context.insert("seLinuxOptions".into(), se_linux(random));
    }
    context
}

const SYSCTLS: &[&str] = &[
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_notsent_lowat",
    "net.core.somaxconn",
    "kernel.msgmax",
    "net.ipv6.conf.all.forwarding",
];

fn pod_context(random: &mut Random, pod: &Surroundings) -> Value {
    let mut context = shared_context(random, pod);
    if pod.host_process || pod.windows && random.once_in(3) {
        context.insert("windowsOptions".into(), json!({"hostProcess": pod.host_process, "runAsUserName": "NT AUTHORITY\\SYSTEM"}));
    }
    if !pod.windows && random.once_in(3) {
        let shared = |name: &str| (pod.host_network && name.starts_with("net.")) || (pod.host_ipc && name.starts_with("kernel."));
        let mut names: Vec<&str> = (0..=random.below(3)).map(|_| random.pick(SYSCTLS)).filter(|name| !shared(name)).collect();
        names.sort_unstable();
        names.dedup();
        context.insert("sysctls".into(), names.into_iter().map(|name| json!({"name": name, "value": "1"})).collect());
    }
    context.into()
}

const CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
    "NET_RAW",
    "SYS_ADMIN",
    "NET_ADMIN",
    "ALL",
    "chown",
    "CAP_CHOWN",
];

fn context(random: &mut Random, pod: &Surroundings) -> Value {
    let mut context = shared_context(random, pod);
    if pod.windows {
        if pod.host_process && random.once_in(2) {
            context.insert("windowsOptions".into(), json!({"hostProcess": true}));
        }
        return context.into();
    }
    let mut strong = false;
    if random.once_in(8) {
        strong = !random.once_in(3);
        context.insert("privileged".into(), json!(strong));
    }
    if random.once_in(2) {
        let list =
            |random: &mut Random, names: &[&str], n: usize| -> Vec<String> { (0..n).map(|_| random.pick(names).to_owned()).collect() };
        let mut capabilities = Map::new();
        if !random.once_in(3) {
            let n = 1 + random.below(2);
            capabilities.insert("drop".into(), json!(list(random, &["ALL", "ALL", "ALL", "all", "NET_RAW", "CAP_ALL"], n)));
        }
        if random.once_in(2) {
            let n = 1 + random.below(2);
            let added = list(random, CAPABILITIES, n);
            strong |= added.iter().any(|name| name == "SYS_ADMIN");
            capabilities.insert("add".into(), json!(added));
        }
        context.insert("capabilities".into(), capabilities.into());
    }
    if random.below(3) > 0 {
        let value = strong || random.once_in(4);
        context.insert("allowPrivilegeEscalation".into(), json!(value));
    }
    if random.once_in(6) {
        let mount = if pod.user_namespace && random.once_in(2) { "Unmasked" } else { "Default" };
        context.insert("procMount".into(), json!(mount));
    }
    context.into()
}

/// What a probe or hook calls.
fn handler(random: &mut Random) -> Value {
    let hosts = ["127.0.0.1", "h.example", ""];
    let mut target = json!({"port": 80});
    if random.once_in(3) {
        target["host"] = json!(random.pick(&hosts));
    }
    if random.once_in(2) { json!({"httpGet": target}) } else { json!({"tcpSocket": target}) }
}

fn container(random: &mut Random, pod: &Surroundings, name: &str, init: bool) -> Value {
    let mut container = json!({"name": name, "image": "i"});
    if random.below(4) > 0 {
        container["securityContext"] = context(random, pod);
    }
    if random.once_in(4) {
        // Each container has a port of its own, since on the node's network two can't share one.
        let port = 8000 + usize::from(name.as_bytes()[0]) * 10 + usize::from(name.as_bytes()[1]);
        let mut entry = json!({"containerPort": port});
        if random.once_in(2) {
            entry["hostPort"] = json!(if random.once_in(4) { 0 } else { port });
        }
        if random.once_in(3) {
            entry["protocol"] = json!("UDP");
        }
        container["ports"] = json!([entry]);
    }
    let sidecar = init && random.once_in(2);
    if sidecar {
        container["restartPolicy"] = json!("Always");
    }
    if !init || sidecar {
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            if random.once_in(10) {
                container[probe] = handler(random);
            }
        }
        for hook in ["postStart", "preStop"] {
            if random.once_in(14) {
                container["lifecycle"][hook] = handler(random);
            }
        }
    }
    container
}

/// Profiles as annotations told them: AppArmor's must name a container, and may not stand beside the field that came after it.
fn annotations(random: &mut Random, pod: &Surroundings, spec: &Map<String, Value>, containers: Vec<Value>) -> Map<String, Value> {
    let mut found = Map::new();
    if pod.windows {
        return found;
    }
    let seccomp = ["runtime/default", "docker/default", "localhost/p", "unconfined"];
    if random.once_in(8) {
        found.insert("seccomp.security.alpha.kubernetes.io/pod".into(), json!(random.pick(&seccomp)));
    }
    if random.once_in(12) {
        found.insert("container.seccomp.security.alpha.kubernetes.io/c0".into(), json!(random.pick(&seccomp)));
    }
    let field = |holder: &Value| !holder["securityContext"]["appArmorProfile"].is_null();
    if spec.get("securityContext").is_some_and(|c| !c["appArmorProfile"].is_null()) {
        return found;
    }
    for container in containers.iter().filter(|c| !field(c)) {
        if random.once_in(14) {
            let key = format!("container.apparmor.security.beta.kubernetes.io/{}", container["name"].as_str().unwrap());
            found.insert(key, json!(random.pick(&["runtime/default", "localhost/p", "unconfined"])));
        }
    }
    found
}

fn volume(random: &mut Random, name: &str) -> Value {
    let claim = json!({"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}});
    let sources = [
        json!({}),
        json!({"emptyDir": {}}),
        json!({"configMap": {"name": "m"}}),
        json!({"csi": {"driver": "d.example"}}),
        json!({"downwardAPI": {"items": []}}),
        json!({"ephemeral": claim}),
        json!({"image": {"reference": "i"}}),
        json!({"persistentVolumeClaim": {"claimName": "c"}}),
        json!({"projected": {"sources": [{"configMap": {"name": "m"}}]}}),
        json!({"secret": {"secretName": "s"}}),
        json!({"hostPath": {"path": "/var/log"}}),
        json!({"nfs": {"server": "n", "path": "/"}}),
        json!({"iscsi": {"targetPortal": "1.2.3.4", "iqn": "iqn.2001-04.com.example:storage", "lun": 0}}),
        json!({"fc": {"targetWWNs": ["1"], "lun": 0}}),
        json!({"cephfs": {"monitors": ["m"]}}),
    ];
    let mut volume = sources[random.below(sources.len())].clone();
    volume["name"] = json!(name);
    volume
}
