//! Whether an Ingress with TLS also answers in plain HTTP. That is the controller's habit, unless an annotation says otherwise: most send callers on
//! to https, others answer on both. Which controller serves an Ingress is told by its class, else by what runs in the cluster.
//!
//! Sources: the documentation of each controller. What is set for a controller as a whole is read by [`super::ingress_settings`].

use super::ingress_settings::{Controller, Said, Settings, known};
use crate::judging::View;
use crate::kinds::KindState;
use crate::kinds::network::Ingress;
use crate::model::Kind;
use serde_json::Value;
use std::collections::BTreeMap;

/// What becomes of a call in plain HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    /// It is sent on to https, or not answered.
    Refused,
    /// It is answered: by what, in words, and the annotation that decides it.
    Answered(String, &'static str),
    /// That is not known, and why.
    Unknown(String),
}

use Controller::{Alb, Azure, Cilium, Contour, Gce, HaProxy, Kong, Nginx, NginxInc, OpenShift, Traefik};

/// The controllers of a cluster, by the classes that they serve.
pub(super) struct Controllers<'a> {
    pub(super) settings: Settings<'a>,
    of_class: BTreeMap<String, Controller>,
    /// Whether there are classes that could not be read.
    unread: bool,
    default: Option<Controller>,
}

impl<'a> Controllers<'a> {
    /// Looks at the classes, and at what runs.
    pub(super) fn of(view: &View<'a>) -> Self {
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
        let settings = Settings::of(view);
        let running = settings.running();
        let default = default.or(if running.len() == 1 { running.first().copied() } else { None });
        let state = view.inventory.state(Kind::IngressClasses);
        let unread = matches!(state, KindState::Partial | KindState::Forbidden | KindState::Failed);
        Self { settings, of_class, unread, default }
    }

    fn serving(&self, class: &str) -> Option<Controller> {
        if class.is_empty() { self.default } else { self.of_class.get(class).copied().or_else(|| known(class)) }
    }

    /// Whether a class is served by a provider's load balancer, which can take its certificate from an annotation.
    pub(super) fn ends_tls_itself(&self, ingress: &Ingress) -> bool {
        let class = class(ingress);
        matches!(self.serving(class), Some(Alb | Gce | Azure)) || class == "webapprouting.kubernetes.azure.com"
    }

    /// What becomes of plain HTTP at an Ingress that has TLS for its hosts. Who serves a class is a guess by its name where the class was not read.
    pub(super) fn plain(&self, ingress: &Ingress) -> Plain {
        match self.by_habit(ingress) {
            Plain::Refused if self.unread && !self.of_class.contains_key(class(ingress)) => {
                Plain::Unknown("which controller serves its class could not be read".to_owned())
            }
            plain => plain,
        }
    }

    fn by_habit(&self, ingress: &Ingress) -> Plain {
        let word = |key: &'static str| ingress.metadata.annotation(key).map(|text| (text.trim().to_ascii_lowercase(), key));
        let first = |keys: &[&'static str]| keys.iter().find_map(|key| word(key));
        let yes = |value: &str| matches!(value, "true" | "enabled" | "on" | "1");
        let no = |value: &str| matches!(value, "false" | "disabled" | "off" | "0");
        // What annotations say, else what is set for the controller as a whole.
        let or_whole = |controller: Controller, annotations: &[&'static str], key: &str| match first(annotations) {
            Some((value, annotation)) => Said::Word(value, annotation.to_owned()),
            None if key.is_empty() => Said::Nothing,
            None => match self.settings.said(controller, key) {
                Said::Word(value, place) => Said::Word(value, format!("{key} of the {place}")),
                other => other,
            },
        };
        // Redirects unless it is told not to; forced goes before.
        let unless = |controller, forced: (&[&'static str], &str), asked: (&[&'static str], &str)| {
            let key = asked.0.first().copied().unwrap_or("metadata.annotations");
            let field = first(asked.0).map_or(key, |(_, key)| key);
            let forced = or_whole(controller, forced.0, forced.1);
            match (&forced, or_whole(controller, asked.0, asked.1)) {
                (Said::Word(value, _), _) if yes(value) => Plain::Refused,
                (_, Said::Unclear(why)) => Plain::Unknown(why),
                (Said::Unclear(why), Said::Word(value, _)) if !yes(&value) => Plain::Unknown(why.clone()),
                (_, Said::Word(value, place)) if no(&value) => Plain::Answered(format!("{place}={value}"), field),
                (_, Said::Word(value, place)) if !yes(&value) => Plain::Unknown(format!("{place} says “{value}”")),
                _ => Plain::Refused,
            }
        };
        let unknown = |why: &str| Plain::Unknown(why.to_owned());
        match self.serving(class(ingress)) {
            Some(Nginx) => unless(
                Nginx,
                (&["nginx.ingress.kubernetes.io/force-ssl-redirect"], "force-ssl-redirect"),
                (&["nginx.ingress.kubernetes.io/ssl-redirect"], "ssl-redirect"),
            ),
            Some(NginxInc) => match unless(NginxInc, (&[], ""), (&["ingress.kubernetes.io/ssl-redirect"], "ssl-redirect")) {
                // It goes by a header (X-Forwarded-Proto), which whoever comes straight to the controller does not send.
                Plain::Answered(words, _) if matches!(or_whole(NginxInc, &["nginx.org/redirect-to-https"], "redirect-to-https"), Said::Word(value, _) if yes(&value)) => {
                    Plain::Unknown(format!("{words}, and redirect-to-https sends on what a load balancer in front marks, and nothing else"))
                }
                plain => plain,
            },
            Some(HaProxy) => unless(
                HaProxy,
                (&[], ""),
                (
                    &["haproxy.org/ssl-redirect", "haproxy-ingress.github.io/ssl-redirect", "ingress.kubernetes.io/ssl-redirect"],
                    "ssl-redirect",
                ),
            ),
            Some(Cilium) => unless(Cilium, (&[], ""), (&["ingress.cilium.io/force-https"], "")),
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
                _ if self.settings.traefik_redirects() => Plain::Refused,
                _ => unknown("that Traefik's entry points for plain HTTP redirect is not seen"),
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
