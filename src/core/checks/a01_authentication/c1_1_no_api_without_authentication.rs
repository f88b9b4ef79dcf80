//! Control 1.1: no interface answers who has not authenticated. What RBAC gives to callers without a credential is read here, and what the
//! flags of the control plane and the settings of the kubelets say of them.

use super::anonymous_probe;
use crate::analysis::admission::plugins;
use crate::analysis::control_plane::{self, Setting};
use crate::analysis::described::Topic;
use crate::analysis::exposure::{self, Routes};
use crate::analysis::flags::{self, CommandLine, Component, Seen};
use crate::analysis::rbac::{Subject, subjects};
use crate::analysis::{kubelet, software};
use crate::judging::{Check, Need, Verdict, View, described, rights, unseen};
use crate::kinds::imported::Describer;
use crate::kinds::{KindState, Workload};
use crate::model::{Finding, Kind, ObjectRef, Outcome, Severity};

/// The checks of control 1.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "1.1/anonymous-rbac",
        title: "Rights given to callers without a credential",
        severity: Severity::High,
        practices: &["1.1.a"],
        needs: &[Need::Rights],
        active: false,
        why: "A request without a credential is handled as the user system:anonymous of the group system:unauthenticated. Whatever a binding \
          gives to these two names, anybody who reaches the API server over the network can do, and no log says who it was. On GKE the group \
          system:authenticated is no better: it is everybody with a Google account.",
        mend: "Delete the binding, or take system:anonymous and system:unauthenticated (on GKE system:authenticated too) out of its subjects; give the right \
           to the ServiceAccount or group that needs it.",
        blind_spots: "Anonymous requests may be switched off altogether (--anonymous-auth, or an AuthenticationConfiguration); a binding then has no \
                  effect until they are switched on again. Rights that a webhook or a cloud's own authorizer gives to strangers don't show here.",
        judge: anonymous_rbac,
    },
    Check {
        id: "1.1/anonymous-probe",
        title: "What the API server answers to callers without a credential",
        severity: Severity::Critical,
        practices: &["1.1.a"],
        needs: &[Need::Version, Need::Probes],
        active: true,
        why: "Flags and bindings say what should happen; the answer to a request without a credential shows what does. Beyond the pages for health and \
              version, nothing of the cluster is for callers who have not logged in.",
        mend: "Take system:anonymous and system:unauthenticated out of every binding but system:public-info-viewer, and limit anonymous requests to \
               /livez, /readyz and /healthz with an AuthenticationConfiguration (Kubernetes 1.32 or later). Don't set --anonymous-auth=false: health \
               pages then answer 401, and kubeadm's own probes restart the API server for ever.",
        blind_spots: "Nine addresses are asked for, once, from where the assessment runs; others, and other ways to the API server, may answer differently. \
                      What came back is dropped unread: only the status is judged. A proxy on the way may answer in the server's place.",
        judge: anonymous_probe::judge,
    },
    Check {
        id: "1.1/control-plane-flags",
        title: "Control-plane flags that let callers in unasked",
        severity: Severity::Critical,
        practices: &["1.1.a"],
        needs: &[Need::ControlPlane],
        active: false,
        why: "The API server, the controllers and etcd each have switches that turn authentication off. etcd holds every Secret and every right; \
              whoever it answers unasked owns the cluster.",
        mend: "In the static pod's manifest set --authorization-mode=Node,RBAC, remove --insecure-port and --port, and start etcd with \
               --client-cert-auth=true and --peer-client-cert-auth=true.",
        blind_spots: "Where no pods show flags (managed control planes, k3s), the API server itself is asked (/flagz, since Kubernetes 1.36, with the \
                      right to read it); it speaks for itself, and neither for others beside it nor for etcd. An etcd outside of the cluster shows no \
                      flags. The file behind --authentication-config is judged where it is given as evidence.",
        judge: control_plane_flags,
    },
    Check {
        id: "1.1/kubelet-anonymous",
        title: "Kubelets that answer callers without a credential",
        severity: Severity::Critical,
        practices: &["1.1.a"],
        needs: &[Need::List(Kind::ConfigMaps), Need::List(Kind::Nodes)],
        active: false,
        why: "The kubelet on each node can run commands in its containers. One that answers callers without a credential, or asks nobody whether \
              they may, hands the node to everyone who reaches port 10250.",
        mend: "In the kubelet's configuration set authentication.anonymous.enabled: false, authentication.webhook.enabled: true and \
               authorization.mode: Webhook, and restart the kubelets.",
        blind_spots: "The ConfigMap is what kubeadm hands to nodes that join; a node's own file may differ. What kubelets run with they tell at \
                      configz: they are asked there where somebody allows it (active probes), at the nodes themselves, with the right nodes/configz. \
                      By way of the API server that takes nodes/proxy, with which commands can be run in containers, and is never asked for.",
        judge: kubelet_anonymous,
    },
    Check {
        id: "1.1/supporting-services",
        title: "Consoles and other services that support the cluster",
        severity: Severity::Medium,
        practices: &["1.1.a"],
        needs: &[Need::Workloads, Need::List(Kind::Services), Need::List(Kind::Ingresses), Need::Routes],
        active: false,
        why: "Consoles for metrics, delivery, tracing and administration often come without a login, or with a shared one, and can show or change \
              what the cluster itself guards.",
        mend: "Put the console behind the company's single sign-on, keep its Service internal (type: ClusterIP), or remove it.",
        blind_spots: "Consoles are known by their images; others, and those outside of the cluster, don't show, nor do objects of other meshes \
                      and ingress controllers than Istio, Traefik and Contour that expose them. Whether a console asks for a login can't be seen: a person opens each one.",
        judge: supporting_services,
    },
];

/// Whether a subject stands for callers about whom nobody knows anything: those without a credential, and on GKE all who logged in, since
/// there everybody with a Google account can.
fn is_anybody(subject: &Subject, google: bool) -> bool {
    subject.is_stranger() || (google && *subject == Subject::group(subjects::AUTHENTICATED))
}

fn anonymous_rbac(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("binding", "bindings");
    let (mut expected, mut found) = (Vec::new(), 0_usize);
    let distribution = view.cluster().distribution.as_str();
    // Where no node was read, the cluster may be one of GKE.
    let unknown = matches!(distribution, "" | "unknown") && view.inventory.state(Kind::Nodes) != KindState::Read;
    let google = unknown || distribution.starts_with("gke");
    for bound in rbac.bindings() {
        verdict.saw(rights::category(view, bound));
        if !bound.subjects.iter().any(|subject| is_anybody(subject, google)) {
            continue;
        }
        if rbac.is_stock(bound) {
            if bound.subjects.iter().any(Subject::is_stranger) {
                expected.push(bound.object().to_string());
            }
            continue;
        }
        found += 1;
        let rights: Vec<String> = bound.rules.iter().map(|rule| rule.words()).collect();
        let writes = bound.rules.iter().any(|rule| rule.verbs.iter().any(|v| !matches!(v.as_str(), "get" | "list" | "watch")));
        let severity = if writes || !rbac.paths_of(bound).is_empty() { Severity::Critical } else { Severity::High };
        for anybody in bound.subjects.iter().filter(|subject| is_anybody(subject, google)) {
            let finding = rights::finding(view, bound, rights::subject_field(anybody)).severity(severity);
            let stranger = anybody.is_stranger();
            let message = if rights.is_empty() {
                format!(
                    "Its role {} does not exist or could not be read; as soon as it exists, {} hold it {}.",
                    bound.binding.role_ref.name,
                    if stranger { "strangers" } else { "all who log in" },
                    bound.place()
                )
            } else {
                let who = if stranger {
                    "Anybody who reaches the API server may, without logging in,"
                } else {
                    "Everybody with a Google account may"
                };
                format!("{who} {} {}.", rights.join("; "), bound.place())
            };
            verdict.find(match (stranger, unknown) {
                (true, _) => finding.message(message),
                (false, false) => finding.rule("google_account").message(message),
                (false, true) => finding.rule("google_account").review().message(format!(
                    "Nodes were not read, so whether this is GKE is not known: there system:authenticated is everybody with a Google account. {message}"
                )),
            });
        }
    }
    if found == 0 && !expected.is_empty() {
        verdict.because(format!(
            "Of {} bindings only {} name callers without a credential, with the health, version and joining documents that Kubernetes gives them.",
            rbac.bindings().len(),
            expected.join(" and ")
        ));
    }
    verdict
}

/// Paths that answer without a question and tell nothing.
const HARMLESS: &[&str] = &["/healthz", "/readyz", "/livez"];

/// Flags by whose values the command lines are judged.
const JUDGED: &[&str] = &[
    "anonymous-auth",
    "authorization-always-allow-paths",
    "authorization-mode",
    "bind-address",
    "client-cert-auth",
    "insecure-port",
    "peer-client-cert-auth",
    "port",
];

fn control_plane_flags(view: &View<'_>) -> Verdict {
    let lines = control_plane::command_lines(view.inventory);
    let servers: Vec<CommandLine> = lines.iter().filter(|l| l.component == Component::ApiServer).cloned().collect();
    if servers.is_empty() {
        return unseen::unseen(view, Setting::Anonymous);
    }
    let mut verdict = Verdict::over("component", "components");
    let mut named = vec![];
    for line in &lines {
        match line.component {
            Component::ApiServer => named.extend(judge_api_server(view, line, &mut verdict)),
            Component::ControllerManager | Component::Scheduler => judge_controller(view, line, &mut verdict),
            Component::Etcd => judge_etcd(view, line, &mut verdict),
            Component::Kubelet | Component::Server => continue,
        }
        verdict.saw(view.cluster_wide());
        verdict.find_all(unseen::sealed_flags(view, line, |name| JUDGED.contains(&name)));
    }
    if !named.is_empty() && !described::in_use(view, Topic::Anonymous, Describer::Authentication, &mut verdict) {
        verdict.find_all(named);
    }
    for told in control_plane::disagreements(view.inventory) {
        let said = |value: &str| if value.is_empty() { "not set".to_owned() } else { value.to_owned() };
        let flags: Vec<String> = told
            .flags
            .iter()
            .map(|differing| format!("--{}: {} here, {} at /flagz", differing.name, said(&differing.shown), said(&differing.told)))
            .collect();
        verdict.find(
            Finding::new(view.cluster_wide(), told.object.clone(), told.field.clone())
                .rule("disagreement")
                .severity(Severity::Medium)
                .review()
                .observed(flags.join("; "))
                .message("An API server that answered runs with other flags than any that shows here: it was not started anew since these were written, or it is another server behind the same address.")
                .mend("Find out which server answered, and let all of them run with what is written."),
        );
    }
    verdict.find_all(counted_otherwise(view));
    verdict.find_all(kept_otherwise(view, &lines));
    unseen::mind_the_unseen(view, Setting::Anonymous, &mut verdict, &servers);
    // A program that runs outside of the cluster, or without pods, is not seen and not judged; who reads "pass" must know.
    let missing: Vec<&str> = [Component::Etcd, Component::ControllerManager, Component::Scheduler]
        .into_iter()
        .filter(|component| !lines.iter().any(|line| line.component == *component))
        .map(Component::program)
        .collect();
    // A server that tells its own flags tells nothing of the others, and of them etcd decides most.
    let told_alone = servers.iter().all(|line| line.seen == Seen::Flagz) && missing.contains(&Component::Etcd.program());
    if told_alone && verdict.outcome() == Outcome::Pass {
        verdict.because("Nothing found in the flags that the API server told, but those of etcd do not show.");
        verdict.decide(Outcome::Review);
    }
    if !missing.is_empty() {
        verdict.note(format!("No command line of {} shows through the API: look at the hosts on which they run.", missing.join(", ")));
    }
    verdict
}

/// Admission plugins that flags switch off, and that servers counted as they ran.
fn counted_otherwise(view: &View<'_>) -> Vec<Finding> {
    let told = |disputed: plugins::Disputed| {
        let each = disputed.plugins.iter().map(|(plugin, by)| format!("{by}; {} was counted", plugin.name()));
        Finding::new(view.cluster_wide(), disputed.line.object.clone(), disputed.line.path.clone())
            .rule("counted_otherwise")
            .severity(Severity::Medium)
            .review()
            .observed(each.collect::<Vec<_>>().join("; "))
            .message(
                "These flags switch admission plugins off, and an API server that answered counted that they ran: it was not started anew since these were \
                 written, or it is another server behind the same address. Which one is asked decides what is refused.",
            )
            .mend("Find out which server answered, and let all of them run with the same plugins.")
    };
    plugins::disputed(view.inventory).into_iter().map(told).collect()
}

/// Components that run with other flags than kubeadm keeps for them.
fn kept_otherwise(view: &View<'_>, lines: &[CommandLine]) -> Vec<Finding> {
    let Some(written) = control_plane::written::kubeadm(view.inventory) else { return vec![] };
    let told = |line: &CommandLine| {
        let other = written.differing(line);
        let each: Vec<String> = other
            .iter()
            .map(|other| {
                format!(
                    "--{}: {} here, {} in {}",
                    other.flag,
                    other.shown.as_deref().unwrap_or("not set"),
                    other.written,
                    written.object.name
                )
            })
            .collect();
        (!each.is_empty()).then(|| {
            Finding::new(view.cluster_wide(), line.object.clone(), line.path.clone())
                .rule("kubeadm-config")
                .severity(Severity::Medium)
                .review()
                .observed(each.join("; "))
                .message("kubeadm keeps other flags for this component than it runs with: the next upgrade, or the next control-plane node, starts with those.")
                .mend("Bring kubeadm's ClusterConfiguration (ConfigMap kube-system/kubeadm-config) and the manifests together.")
        })
    };
    lines.iter().filter_map(told).collect()
}

/// A finding on a flag. Flags stand in the platform's namespace, but what they open is the whole cluster.
fn flag(view: &View<'_>, line: &CommandLine, name: &str, observed: &str) -> Finding {
    Finding::new(view.cluster_wide(), line.object.clone(), line.field(name)).observed(format!("--{name}={observed}"))
}

/// Judges an API server; what is handed back is told unless the file that it names was attached.
fn judge_api_server(view: &View<'_>, line: &CommandLine, verdict: &mut Verdict) -> Option<Finding> {
    let minor = view.inventory.minor();
    if let Some(port) = line.effective("insecure-port", minor).filter(|port| port != "0") {
        verdict.find(
            flag(view, line, "insecure-port", &port)
                .severity(Severity::Critical)
                .message("On this port everybody is administrator, without a login."),
        );
    }
    let modes = line.effective("authorization-mode", minor).unwrap_or_default();
    if !line.has("authorization-config") && modes.split(',').any(|mode| mode == "AlwaysAllow") {
        verdict.find(
            flag(view, line, "authorization-mode", &modes)
                .severity(Severity::Critical)
                .message("Everybody who is let in, anonymous callers included, may do everything."),
        );
    }
    if line.is_set("authentication-config") {
        let file = line.value("authentication-config").unwrap_or("(sealed)");
        return Some(flag(view, line, "authentication-config", file).severity(Severity::Info).review().message(
            "Who may come in anonymously is written in this file, which the API does not show: attach it, or read its section anonymous.",
        ));
    }
    if line.boolean("anonymous-auth", minor) == Some(true) {
        verdict.find(flag(view, line, "anonymous-auth", "true").severity(Severity::Low).review().message(
            "Callers without a credential are let in as system:anonymous; what they may do is told under 1.1/anonymous-rbac. Probes and kubeadm join may need it.",
        ));
    }
    None
}

fn judge_controller(view: &View<'_>, line: &CommandLine, verdict: &mut Verdict) {
    let minor = view.inventory.minor();
    if let Some(port) = line.effective("port", minor).filter(|port| port != "0") {
        verdict.find(
            flag(view, line, "port", &port)
                .severity(Severity::High)
                .message("On this port its metrics and profiles are served without a login."),
        );
    }
    let paths = line.effective("authorization-always-allow-paths", minor).unwrap_or_default();
    let open: Vec<&str> = paths.split(',').filter(|path| !path.is_empty() && !HARMLESS.contains(path)).collect();
    if !open.is_empty() {
        verdict.find(
            flag(view, line, "authorization-always-allow-paths", &open.join(","))
                .severity(Severity::Medium)
                .message("These paths answer everybody who reaches the port, without a login.")
                .mend("Leave only /healthz, /readyz and /livez in the flag, and let monitoring log in."),
        );
    }
    if let Some(address) = line.effective("bind-address", minor).filter(|a| !matches!(a.as_str(), "127.0.0.1" | "::1" | "localhost")) {
        verdict.find(
            flag(view, line, "bind-address", &address)
                .severity(Severity::Low)
                .review()
                .message(
                    "The component listens beyond its own host; confirm that monitoring needs that, and that the port is closed to others.",
                )
                .mend("Set --bind-address=127.0.0.1, or close ports 10257 and 10259 to all but the monitoring."),
        );
    }
}

fn judge_etcd(view: &View<'_>, line: &CommandLine, verdict: &mut Verdict) {
    for (name, authority, who, severity) in [
        ("client-cert-auth", "trusted-ca-file", "clients", Severity::Critical),
        ("peer-client-cert-auth", "peer-trusted-ca-file", "other members", Severity::High),
    ] {
        // An authority that it trusts makes etcd ask for certificates, whatever the switch says (`TLSInfo.ServerConfig` in its source).
        if line.boolean(name, view.inventory.minor()) == Some(true) || line.is_set(authority) {
            continue;
        }
        if let Some(file) = line.settings_file().filter(|_| !line.has(name)) {
            verdict.find(
                Finding::new(view.cluster_wide(), line.object.clone(), line.field("config-file"))
                    .severity(Severity::Low)
                    .review()
                    .observed(if file.starts_with(flags::ENVIRONMENT) { file.to_owned() } else { format!("--config-file={file}") })
                    .message(if file.starts_with(flags::ENVIRONMENT) {
                        "etcd takes settings from these variables, whose values are not kept: ETCD_CLIENT_CERT_AUTH and ETCD_PEER_CLIENT_CERT_AUTH must be true there."
                    } else {
                        "etcd takes its settings from this file, which the API does not show: client-transport-security.client-cert-auth and peer-transport-security.client-cert-auth must be true there."
                    }),
            );
            return;
        }
        if !(line.has(name) && line.value(name).is_none()) {
            verdict.find(flag(view, line, name, line.value(name).unwrap_or("false (default)")).severity(severity).message(format!(
                "etcd answers {who} without a certificate: whoever reaches its port can read and change everything in the cluster."
            )));
        }
    }
}

fn kubelet_anonymous(view: &View<'_>) -> Verdict {
    let configurations = kubelet::configurations(view.inventory);
    let passed = flags::of(view.inventory, Component::Kubelet);
    if configurations.is_empty() && passed.is_empty() {
        return Verdict::review(kubelet::unseen(view.inventory, "whether anonymous callers are refused"));
    }
    let mut verdict = Verdict::over("kubelet configuration", "kubelet configurations");
    let told = |object: &ObjectRef, field: String, observed: String, severity, message: &'static str| {
        Finding::new(view.cluster_wide(), object.clone(), field).severity(severity).observed(observed).message(message)
    };
    let anonymous = "The kubelet answers callers without a credential; what they may do, its authorization alone decides.";
    let webhook = "The kubelet does not ask the API server who a token belongs to, so only certificates count, which can't be revoked.";
    let always = "Everybody whom the kubelet lets in may run commands in every container of the node.";
    for config in &configurations {
        verdict.saw(view.cluster_wide());
        unseen::not_understood(view, config).into_iter().for_each(|finding| verdict.find(finding));
        let field = |path: &str| config.field(path);
        if config.boolean("authentication.anonymous.enabled") == Some(true) {
            verdict.find(told(
                &config.object,
                field("authentication.anonymous.enabled"),
                config.observed("true"),
                Severity::Critical,
                anonymous,
            ));
        }
        if config.boolean("authentication.webhook.enabled") == Some(false) {
            verdict.find(told(
                &config.object,
                field("authentication.webhook.enabled"),
                config.observed("false"),
                Severity::Medium,
                webhook,
            ));
        }
        if config.value("authorization.mode").is_some_and(|mode| mode == "AlwaysAllow") {
            verdict.find(told(&config.object, field("authorization.mode"), config.observed("AlwaysAllow"), Severity::Critical, always));
        }
    }
    for line in &passed {
        verdict.saw(view.cluster_wide());
        if line.boolean("anonymous-auth", None) == Some(true) {
            verdict.find(told(&line.object, line.field("anonymous-auth"), "true".to_owned(), Severity::Critical, anonymous));
        }
        if line.value("authorization-mode") == Some("AlwaysAllow") {
            verdict.find(told(&line.object, line.field("authorization-mode"), "AlwaysAllow".to_owned(), Severity::Critical, always));
        }
    }
    unseen::mind_untold_kubelets(view, &mut verdict, &configurations, !passed.is_empty());
    verdict
}

/// How a workload can be reached: by which Services, and by which Ingresses and routes before these. True where one of them leads outside.
fn exposures(view: &View<'_>, routes: &Routes, workload: &Workload) -> (Vec<String>, bool) {
    let namespace = &workload.object.namespace;
    let (mut ways, mut outside) = (Vec::new(), false);
    for service in view.inventory.services_of(namespace).iter().filter(|service| exposure::selects(service, workload)) {
        let name = &service.metadata.name;
        let kind = if service.spec.r#type.is_empty() { "ClusterIP" } else { service.spec.r#type.as_str() };
        ways.push(format!("Service {name} ({kind})"));
        outside |= matches!(kind, "NodePort" | "LoadBalancer") || !service.spec.external_ips.is_empty();
        for ingress in view.inventory.ingresses_of(namespace).iter().filter(|ingress| exposure::leads_to(ingress, name)) {
            let hosts: Vec<&str> =
                ingress.spec.rules.iter().map(|r| if r.host.is_empty() { "every host" } else { r.host.as_str() }).collect();
            let hosts = if hosts.is_empty() { "every host".to_owned() } else { hosts.join(", ") };
            ways.push(format!("Ingress {} ({hosts})", ingress.metadata.name));
            outside = true;
        }
        for route in routes.to(namespace, name) {
            ways.push(format!("{} {} ({})", route.object.kind, route.object.path(), route.hosts()));
            outside = true;
        }
    }
    if let Some((_, _, words)) = exposure::at_node(view.inventory, workload) {
        ways.push(words);
        outside = true;
    }
    (ways, outside)
}

fn supporting_services(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    let consoles = software::with_role(view.inventory, &view.tables.software, "console");
    let routes = Routes::of(view.inventory);
    for (_, category) in view.workloads() {
        verdict.saw(category);
    }
    if consoles.is_empty() && verdict.population() > 0 {
        verdict.because(format!("No known console runs among {} workloads.", verdict.population()));
    }
    for console in consoles {
        let (ways, outside) = exposures(view, &routes, console.workload);
        let reach = if ways.is_empty() { "by no Service".to_owned() } else { ways.join(", ") };
        // What supports the cluster reaches all of it, wherever it runs.
        let finding = Finding::new(view.cluster_wide(), console.workload.object.clone(), console.workload.spec_path())
            .review()
            .rule(console.software.name.clone())
            .pods(console.workload.pods)
            .observed(format!("{}; reached {reach}", console.software.name));
        verdict.find(if outside {
            finding.severity(Severity::Medium).message(format!(
                "{} can be reached from outside of the cluster; open it without a session and see whether it asks for a personal login.",
                console.software.name
            ))
        } else {
            finding.severity(Severity::Low).message(format!(
                "{} runs in the cluster; see whether it asks for a personal login, from within too.",
                console.software.name
            ))
        });
    }
    verdict
}
