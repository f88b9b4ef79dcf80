//! How the parts of the control plane speak to each other: ports without encryption, old protocols, weak ciphers. Read from flags and from the
//! kubelet configuration; where neither can be seen, that is what is told.

use super::address::{self, Reachable};
use crate::analysis::control_plane::{self, Setting};
use crate::analysis::described::Topic;
use crate::analysis::flags::{CommandLine, Component, Seen};
use crate::analysis::kubelet;
use crate::judging::unseen::{self, blind_nodes, not_understood, sealed_flags, tell_sources};
use crate::judging::{Verdict, View, described};
use crate::model::{Finding, ObjectRef, Severity};

/// Judges ports that speak without encryption.
pub(super) fn plaintext_ports(view: &View<'_>) -> Verdict {
    judge(view, Setting::Ports, "readOnlyPort", plaintext_flags, |config| {
        let port = config.value("readOnlyPort").unwrap_or("0");
        (port != "0").then(|| {
            ("readOnlyPort", port.to_owned(), Severity::High, "The kubelet tells about its pods on this port without encryption or login.")
        })
    })
}

/// Judges protocols and ciphers.
pub(super) fn tls_flags(view: &View<'_>) -> Verdict {
    judge(view, Setting::Tls, "tlsMinVersion", weak_flags, |config| {
        if let Some(version) = config.value("tlsMinVersion").filter(|v| is_old(v)) {
            return Some((
                "tlsMinVersion",
                version.to_owned(),
                Severity::Medium,
                "The kubelets accept a protocol that is no longer secure.",
            ));
        }
        let weak = weak_ciphers(config.value("tlsCipherSuites").unwrap_or_default().split(','));
        (!weak.is_empty()).then(|| ("tlsCipherSuites", weak.join(", "), Severity::Medium, "The kubelets accept ciphers that are weak."))
    })
}

type Fault = (&'static str, String, Severity, &'static str);

fn judge(
    view: &View<'_>,
    setting: Setting,
    kubelet_setting: &str,
    faults: fn(&CommandLine, Option<u32>) -> Vec<Fault>,
    kubelet_fault: fn(&kubelet::Configuration) -> Option<Fault>,
) -> Verdict {
    let lines: Vec<CommandLine> =
        control_plane::command_lines(view.inventory).into_iter().filter(|l| l.component != Component::Server).collect();
    let configurations = kubelet::configurations(view.inventory);
    let servers: Vec<CommandLine> = lines.iter().filter(|l| l.component == Component::ApiServer).cloned().collect();
    if servers.is_empty() && configurations.is_empty() {
        return unseen::unseen(view, setting);
    }
    let mut verdict = Verdict::over("component", "components");
    for line in &lines {
        verdict.saw(view.cluster_wide());
        for (flag, observed, severity, message) in faults(line, view.inventory.minor()) {
            let finding = Finding::new(view.cluster_wide(), line.object.clone(), line.field(flag)).rule(line.component.program());
            verdict.find(finding.severity(severity).observed(format!("--{flag}={observed}")).message(message));
        }
        if let Some(place) = line.settings_file().filter(|_| line.component == Component::Etcd && !matches!(setting, Setting::Tls))
            && !line.has("listen-client-urls")
        {
            verdict.find(
                Finding::new(view.cluster_wide(), line.object.clone(), line.field("config-file"))
                    .rule("settings")
                    .review()
                    .severity(Severity::Low)
                    .observed(place)
                    .message("etcd is told here where it listens, which the API does not show: no address may begin with http:// but on the loopback."),
            );
        }
        // Protocols and ciphers stand in flags of one kind, addresses and ports in all others.
        verdict.find_all(sealed_flags(view, line, |name| is_of_tls(name) == matches!(setting, Setting::Tls)));
    }
    for configuration in &configurations {
        verdict.saw(view.cluster_wide());
        not_understood(view, configuration).into_iter().for_each(|finding| verdict.find(finding));
        if let Some((setting, observed, severity, message)) = kubelet_fault(configuration) {
            let finding = Finding::new(view.cluster_wide(), configuration.object.clone(), configuration.field(setting)).rule("kubelet");
            verdict.find(finding.severity(severity).observed(configuration.observed(&observed)).message(message));
        }
    }
    let not_seen = |what: &str, why: String| {
        let object = ObjectRef::new("", "Cluster", "", if view.cluster().server.is_empty() { "cluster" } else { &view.cluster().server });
        Finding::new(view.cluster_wide(), object, what).rule("unseen").review().severity(Severity::Info).observed("not seen").message(why)
    };
    if servers.is_empty() {
        let told = Topic::of(setting).is_some_and(|topic| {
            let files = crate::analysis::described::files(view.inventory, topic);
            let told = described::tell(view, &files, topic, false, &mut verdict);
            (0..told.statements).for_each(|_| verdict.saw(view.cluster_wide()));
            told.any()
        });
        if !told {
            verdict.find(not_seen("kube-apiserver", control_plane::unseen(view.inventory, setting)));
        }
    }
    if !servers.is_empty() {
        verdict.find_all(blind_nodes(view, &servers, "The control plane of this node shows no flags."));
    }
    tell_sources(view, setting, &mut verdict, &servers);
    // A server that tells its own flags tells nothing of the other programs.
    if !servers.is_empty()
        && servers.iter().all(|line| line.seen == Seen::Flagz)
        && !lines.iter().any(|line| line.component == Component::Etcd)
    {
        verdict.find(not_seen(
            "etcd",
            "The API server told its own flags; those of etcd, kube-controller-manager and kube-scheduler do not show.".to_owned(),
        ));
    }
    // K3s tells of kubelet arguments on every node, kubeadm in a ConfigMap.
    if configurations.is_empty() && !lines.iter().any(|l| l.component == Component::Kubelet) {
        verdict.find(not_seen("kubelet", kubelet::unseen(view.inventory, kubelet_setting)));
    }
    unseen::mind_untold_kubelets(view, &mut verdict, &configurations, lines.iter().any(|l| l.component == Component::Kubelet));
    verdict
}

/// Whether a flag says which protocols and ciphers a program accepts.
fn is_of_tls(name: &str) -> bool {
    name.starts_with("tls-") || name.starts_with("cipher")
}

fn plaintext_flags(line: &CommandLine, minor: Option<u32>) -> Vec<Fault> {
    let mut faults = Vec::new();
    match line.component {
        Component::ApiServer => {
            if let Some(port) = line.effective("insecure-port", minor).filter(|p| p != "0") {
                faults.push((
                    "insecure-port",
                    port,
                    Severity::Critical,
                    "This port serves the whole API without encryption and without login.",
                ));
            }
            plain_urls(line, "etcd-servers", "The API server speaks to etcd without encryption.", &mut faults);
            plain_urls(
                line,
                "etcd-servers-overrides",
                "The API server speaks without encryption to the etcd that keeps some of its resources.",
                &mut faults,
            );
        }
        Component::ControllerManager | Component::Scheduler => {
            // `--port` was the unencrypted one, and open unless it was set to 0.
            if let Some(port) = line.effective("port", minor).filter(|p| p != "0") {
                faults.push(("port", port, Severity::Medium, "This port answers without encryption and without login."));
            }
        }
        Component::Etcd => {
            for flag in [
                "listen-client-urls",
                "listen-client-http-urls",
                "listen-peer-urls",
                "advertise-client-urls",
                "initial-advertise-peer-urls",
            ] {
                plain_urls(line, flag, "etcd, which holds everything, answers here without encryption.", &mut faults);
            }
            // Health and metrics alone, which kubeadm serves on the loopback: no fault there, and no secret anywhere.
            let metrics: Vec<&str> = line.list("listen-metrics-urls").into_iter().filter(|url| is_plain(url) && !is_local(url)).collect();
            if !metrics.is_empty() {
                let message =
                    "etcd tells its health and metrics here without encryption and without login, and takes requests that cost it work.";
                faults.push(("listen-metrics-urls", metrics.join(","), Severity::Medium, message));
            }
        }
        Component::Kubelet => {
            if let Some(port) = line.value("read-only-port").filter(|p| *p != "0") {
                faults.push((
                    "read-only-port",
                    port.to_owned(),
                    Severity::High,
                    "The kubelet tells about its pods on this port without encryption or login.",
                ));
            }
        }
        Component::Server => {}
    }
    faults
}

fn plain_urls(line: &CommandLine, flag: &'static str, message: &'static str, faults: &mut Vec<Fault>) {
    // Overrides name a resource before their servers: `/events#http://a;http://b`.
    let plain: Vec<&str> = line.list(flag).into_iter().flat_map(|one| one.split(['#', ';'])).filter(|url| is_plain(url)).collect();
    if !plain.is_empty() {
        // On the loopback nobody but the node itself listens.
        let local = plain.iter().all(|url| is_local(url));
        faults.push((flag, plain.join(","), if local { Severity::Low } else { Severity::High }, message));
    }
}

/// Whether an address is asked without TLS.
fn is_plain(url: &str) -> bool {
    url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"))
}

/// Whether an address is the node's own loopback, where nobody else listens.
fn is_local(url: &str) -> bool {
    address::host(url).is_some_and(|host| address::reachable(host) == Reachable::Local)
}

fn weak_flags(line: &CommandLine, _: Option<u32>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some(version) = line.value("tls-min-version").filter(|v| is_old(v)) {
        faults.push((
            "tls-min-version",
            version.to_owned(),
            Severity::Medium,
            "The component accepts a protocol that is no longer secure.",
        ));
    }
    for flag in ["tls-cipher-suites", "cipher-suites"] {
        let weak = weak_ciphers(line.list(flag));
        if !weak.is_empty() {
            faults.push((flag, weak.join(","), Severity::Medium, "The component accepts ciphers that are weak."));
        }
    }
    faults
}

fn is_old(version: &str) -> bool {
    matches!(version, "VersionTLS10" | "VersionTLS11" | "TLS1.0" | "TLS1.1" | "VersionSSL30")
}

/// Ciphers that are broken, or that give away the past when the key is lost (no forward secrecy).
pub(super) fn weak_ciphers<'a>(list: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let weak = |name: &&str| ["RC4", "3DES", "_NULL_", "EXPORT", "_MD5", "TLS_RSA_WITH"].iter().any(|mark| name.contains(mark));
    list.into_iter().map(str::trim).filter(weak).map(str::to_owned).collect()
}
