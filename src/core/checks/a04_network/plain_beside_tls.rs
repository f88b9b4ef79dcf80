//! Whether an Ingress with TLS also answers in plain HTTP. That is the controller's habit, unless an annotation says otherwise: most send callers on
//! to https, others answer on both. Which controller serves an Ingress is told by its class, else by what runs in the cluster.
//!
//! Sources: the documentation of each controller. A setting of a controller as a whole (a ConfigMap, an entry point) is not seen.

use crate::analysis::software;
use crate::judging::View;
use crate::kinds::network::Ingress;
use crate::model::Kind;
use serde_json::Value;
use std::collections::BTreeMap;

/// What becomes of a call in plain HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    /// It is sent on to https, or not answered.
    Refused,
    /// It is answered: by what, in words, and the annotation that says so.
    Answered(String, &'static str),
    /// That is not known, and why.
    Unknown(String),
}

/// Controllers with habits of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Controller {
    Nginx,
    NginxInc,
    HaProxy,
    Gce,
    Alb,
    Azure,
    Traefik,
    Kong,
    Contour,
    Cilium,
    OpenShift,
}

use Controller::{Alb, Azure, Cilium, Contour, Gce, HaProxy, Kong, Nginx, NginxInc, OpenShift, Traefik};

/// Words in names of controllers (`spec.controller` of a class), classes and known software, the more telling first.
const NAMES: &[(&str, Controller)] = &[
    ("nginx.org", NginxInc),
    ("NGINX Ingress Controller (F5)", NginxInc),
    ("webapprouting", Nginx),
    ("nginx", Nginx),
    ("haproxy", HaProxy),
    ("HAProxy", HaProxy),
    ("application-gateway", Azure),
    ("Azure Application Gateway", Azure),
    ("AWS Load Balancer Controller", Alb),
    ("/alb", Alb),
    ("alb", Alb),
    ("gce", Gce),
    ("GKE ingress", Gce),
    ("traefik", Traefik),
    ("Traefik", Traefik),
    ("kong", Kong),
    ("Kong", Kong),
    ("contour", Contour),
    ("Contour", Contour),
    ("cilium", Cilium),
    ("openshift", OpenShift),
];

/// The controllers of a cluster, by the classes that they serve.
pub(super) struct Controllers {
    of_class: BTreeMap<String, Controller>,
    default: Option<Controller>,
}

impl Controllers {
    /// Looks at the classes, and at what runs.
    pub(super) fn of(view: &View<'_>) -> Self {
        let classes = view.inventory.customs.get(&Kind::IngressClasses).into_iter().flatten();
        let mut of_class = BTreeMap::new();
        let mut default = None;
        for class in classes {
            let Some(controller) = class.parts.get("/spec/controller").and_then(Value::as_str).and_then(known) else { continue };
            of_class.insert(class.metadata.name.clone(), controller);
            if class.metadata.annotation("ingressclass.kubernetes.io/is-default-class") == Some("true") {
                default = Some(controller);
            }
        }
        // Where no class is the default, the one controller that runs serves what names none.
        let running = software::with_role(view.inventory, &view.tables.software, "ingress");
        let mut running: Vec<Controller> = running.iter().filter_map(|found| known(&found.software.name)).collect();
        running.sort_unstable();
        running.dedup();
        let default = default.or(if let [one] = running.as_slice() { Some(*one) } else { None });
        Self { of_class, default }
    }

    fn serving(&self, class: &str) -> Option<Controller> {
        if class.is_empty() { self.default } else { self.of_class.get(class).copied().or_else(|| known(class)) }
    }

    /// Whether a class is served by a provider's load balancer, which can take its certificate from an annotation.
    pub(super) fn ends_tls_itself(&self, ingress: &Ingress) -> bool {
        let class = class(ingress);
        matches!(self.serving(class), Some(Alb | Gce | Azure)) || class == "webapprouting.kubernetes.azure.com"
    }

    /// What becomes of plain HTTP at an Ingress that has TLS for its hosts.
    pub(super) fn plain(&self, ingress: &Ingress) -> Plain {
        let word = |key: &'static str| ingress.metadata.annotation(key).map(|text| (text.trim().to_ascii_lowercase(), key));
        let first = |keys: &[&'static str]| keys.iter().find_map(|key| word(key));
        let yes = |value: &str| matches!(value, "true" | "enabled" | "on" | "1");
        let no = |value: &str| matches!(value, "false" | "disabled" | "off" | "0");
        // Redirects unless one of the annotations says no.
        let unless = |forced: &[&'static str], asked: &[&'static str]| match (first(forced), first(asked)) {
            (Some((value, _)), _) if yes(&value) => Plain::Refused,
            (_, Some((value, key))) if no(&value) => Plain::Answered(format!("{key}={value}"), key),
            (_, Some((value, key))) if !yes(&value) => Plain::Unknown(format!("{key} says “{value}”")),
            _ => Plain::Refused,
        };
        let unknown = |why: &str| Plain::Unknown(why.to_owned());
        match self.serving(class(ingress)) {
            Some(Nginx) => unless(&["nginx.ingress.kubernetes.io/force-ssl-redirect"], &["nginx.ingress.kubernetes.io/ssl-redirect"]),
            Some(NginxInc) => unless(&["nginx.org/redirect-to-https"], &["ingress.kubernetes.io/ssl-redirect"]),
            Some(HaProxy) => {
                unless(&[], &["haproxy.org/ssl-redirect", "haproxy-ingress.github.io/ssl-redirect", "ingress.kubernetes.io/ssl-redirect"])
            }
            Some(Cilium) => unless(&[], &["ingress.cilium.io/force-https"]),
            Some(OpenShift) => Plain::Refused,
            Some(Gce) => match (word("kubernetes.io/ingress.allow-http"), word("networking.gke.io/v1beta1.FrontendConfig")) {
                (Some((value, _)), _) if value == "false" => Plain::Refused,
                (_, Some(_)) => unknown("whether its FrontendConfig redirects is not read"),
                _ => Plain::Answered("kubernetes.io/ingress.allow-http is not false".to_owned(), "kubernetes.io/ingress.allow-http"),
            },
            Some(Contour) => match (word("ingress.kubernetes.io/force-ssl-redirect"), word("kubernetes.io/ingress.allow-http")) {
                (Some((value, _)), _) if value == "true" => Plain::Refused,
                (_, Some((value, _))) if value == "false" => Plain::Refused,
                _ => Plain::Answered(
                    "ingress.kubernetes.io/force-ssl-redirect is not true".to_owned(),
                    "ingress.kubernetes.io/force-ssl-redirect",
                ),
            },
            Some(Alb) => alb(ingress),
            Some(Azure) => match word("appgw.ingress.kubernetes.io/ssl-redirect") {
                Some((value, _)) if value == "true" => Plain::Refused,
                _ => unknown("appgw.ingress.kubernetes.io/ssl-redirect is not true"),
            },
            Some(Traefik) => match word("traefik.ingress.kubernetes.io/router.entrypoints") {
                Some((value, _)) if value.split(',').all(|point| point.trim() == "websecure") => Plain::Refused,
                _ => unknown("whether Traefik's entry point for plain HTTP redirects is not seen"),
            },
            Some(Kong) => match word("konghq.com/protocols") {
                Some((value, _)) if value.split(',').all(|protocol| matches!(protocol.trim(), "https" | "grpcs")) => Plain::Refused,
                Some((value, key)) => Plain::Answered(format!("{key}={value}"), key),
                None => unknown("konghq.com/protocols is not set"),
            },
            // What is told as said by the annotations that most understand is still said.
            None => match first(&[
                "nginx.ingress.kubernetes.io/ssl-redirect",
                "ingress.kubernetes.io/ssl-redirect",
                "kubernetes.io/ingress.allow-http",
            ]) {
                Some((value, key)) if (key == "kubernetes.io/ingress.allow-http") == (value == "true") => {
                    unknown(&format!("{key}={value}"))
                }
                _ => unknown("which controller serves it is not known"),
            },
        }
    }
}

/// AWS' controller answers on the ports that it is told, on 443 alone where there is a certificate and nothing is told.
fn alb(ingress: &Ingress) -> Plain {
    const PORTS: &str = "alb.ingress.kubernetes.io/listen-ports";
    let redirects = ingress.metadata.annotation("alb.ingress.kubernetes.io/ssl-redirect").is_some_and(|port| !port.is_empty());
    match ingress.metadata.annotation(PORTS) {
        Some(ports) if ports.contains("\"HTTP\"") && !redirects => {
            Plain::Answered(format!("{PORTS} names HTTP, and nothing redirects"), PORTS)
        }
        _ => Plain::Refused,
    }
}

/// Whether AWS' controller ends TLS by a certificate that an annotation names.
pub(super) fn has_certificate(ingress: &Ingress) -> bool {
    ingress.metadata.annotation("alb.ingress.kubernetes.io/certificate-arn").is_some_and(|arn| !arn.is_empty())
}

fn class(ingress: &Ingress) -> &str {
    ingress.metadata.annotation("kubernetes.io/ingress.class").unwrap_or(&ingress.spec.ingress_class_name)
}

fn known(name: &str) -> Option<Controller> {
    NAMES.iter().find(|(word, _)| name.contains(word)).map(|(_, controller)| *controller)
}
