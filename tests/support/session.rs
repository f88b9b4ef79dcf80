//! A session over a small cluster, and a world that answers it: saves succeed or fail as the test wishes, nothing touches a disk.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kassay_core::assess::assess;
use kassay_core::guidance::Guidance;
use kassay_core::judging::Tables;
use kassay_core::kinds::{Caller, Ingest, Inventory, KindState, Source as Origin};
use kassay_core::model::{Kind, Scope};
use kassay_core::sensitive::FingerprintKey;
use kassay_core::session::{Action, Collection, Context, Edit, Effect, Opened, Session, Typed, book, new, reading, update};
use kassay_core::workbook::{Engagement, Workbook};
use serde_json::json;
use std::sync::Arc;

/// The time of all tests.
pub fn now() -> Timestamp {
    "2026-11-23T09:12:00Z".parse().unwrap()
}

/// A cluster with two namespaces and a few workloads, one of them privileged with a host path.
pub fn inventory() -> Arc<Inventory> {
    let mut ingest = Ingest::new(Origin::Live, FingerprintKey([7; 32]));
    for kind in Kind::ALL {
        ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
    }
    let mut put = |kind: Kind, object: serde_json::Value| ingest.object(kind, &object.to_string());
    for name in ["kube-system", "pay", "shop"] {
        put(Kind::Namespaces, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "uid": format!("uid-{name}")}}));
    }
    let deployment = |namespace: &str, name: &str, spec: serde_json::Value| {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace},
               "spec": {"selector": {"matchLabels": {"app": name}}, "template": {"metadata": {"labels": {"app": name}}, "spec": spec}}})
    };
    let bad = json!({"containers": [{"name": "web", "image": "nginx:latest", "securityContext": {"privileged": true}}],
                     "volumes": [{"name": "sock", "hostPath": {"path": "/var/run/docker.sock"}}]});
    put(Kind::Deployments, deployment("pay", "api", bad.clone()));
    put(Kind::Deployments, deployment("shop", "web", bad));
    put(Kind::Deployments, deployment("shop", "cart", json!({"containers": [{"name": "cart", "image": "registry.example/cart:1.2"}]})));
    ingest.cluster().version = "v1.34.4".into();
    ingest.cluster().uid = "uid-kube-system".into();
    ingest.cluster().distribution = "kubeadm".into();
    ingest.cluster().identity = Caller::new("qsa", vec![]);
    ingest.cluster().collected_at = Some(now());
    Arc::new(ingest.finish())
}

/// That cluster, judged.
pub fn collection(scope: &Scope) -> Collection {
    let inventory = inventory();
    let outcomes = Arc::new(assess(&inventory, scope, now(), &Tables::shipped().unwrap()));
    Collection { inventory, outcomes, assessed_at: now(), snapshot: "5".repeat(64), findings: "f".repeat(64) }
}

/// A workbook with nothing in it but its name.
pub fn workbook() -> Workbook {
    let mut workbook = Workbook::new(Engagement { entity: "Acme Payments".into(), period: "2026".into(), ..Engagement::default() });
    workbook.catalogue = Guidance::shipped().unwrap().digest.clone();
    workbook
}

/// A session with a world that answers it.
pub struct Desk {
    /// The session.
    pub session: Session,
    /// Why saves fail, where they do.
    pub disk_fault: Option<String>,
    /// What was saved.
    pub edits: Vec<Edit>,
    /// What is on disk.
    pub disk: Option<Workbook>,
    /// Other effects that were asked for, not answered.
    pub asked: Vec<Effect>,
}

impl Desk {
    /// An assessment with no cluster.
    pub fn empty() -> Self {
        let mut session = Session::new(Guidance::shipped().unwrap(), "assessor", now(), TimeZone::UTC);
        let opened = Opened { dir: "/assessments/acme".into(), workbook: workbook(), held_by: None, notices: vec![] };
        update(&mut session, Action::Book(book::Action::Opened(Box::new(opened))));
        Self { session, disk_fault: None, edits: vec![], disk: Some(workbook()), asked: vec![] }
    }

    /// An assessment with one cluster, read and judged.
    pub fn with_cluster() -> Self {
        let mut desk = Self::empty();
        desk.read_cluster(collection(&Scope::default()));
        desk.session.messages.clear();
        desk
    }

    /// Reads a cluster as “prod-eu”.
    pub fn read_cluster(&mut self, collection: Collection) {
        let again = self.session.book.as_ref().is_some_and(|b| !b.clusters.is_empty());
        if again {
            self.act(Action::Reading(reading::Action::Again));
        } else {
            self.act(Action::New(new::Action::AddCluster));
            self.act(Action::New(new::Action::Contexts(Ok(vec![kassay_core::session::ContextRow {
                name: "prod-eu".into(),
                server: "https://prod-eu.example".into(),
                current: true,
                kubeconfig: None,
            }]))));
            self.act(Action::Enter);
            self.act(Action::New(new::Action::PreflightDone(Box::default())));
            self.act(Action::Enter);
            self.act(Action::Enter);
            self.act(Action::Enter);
        }
        assert!(self.asked.iter().any(|e| matches!(e, Effect::Collect { .. })), "{:?}", self.asked);
        self.act(Action::Reading(reading::Action::Collected(Box::new(collection))));
        // What it says otherwise than before is taken.
        if self.session.context() == Context::Preview {
            self.act(Action::Enter);
        }
    }

    /// Does something; saves are answered at once.
    pub fn act(&mut self, action: Action) -> &mut Self {
        let mut effects = update(&mut self.session, action);
        while !effects.is_empty() {
            let mut more = vec![];
            for effect in effects {
                match effect {
                    Effect::Save { ticket, workbook, edit, .. } => {
                        let answer = match &self.disk_fault {
                            Some(why) => Action::Book(book::Action::SaveFailed { ticket, why: why.clone() }),
                            None => {
                                self.disk = Some(*workbook);
                                self.edits.push(edit);
                                Action::Book(book::Action::Saved(ticket))
                            }
                        };
                        more.extend(update(&mut self.session, answer));
                    }
                    other => self.asked.push(other),
                }
            }
            effects = more;
        }
        self
    }

    /// Types a text into what has the focus.
    pub fn typed(&mut self, text: &str) -> &mut Self {
        self.act(Action::Type(Typed::Text(text.into())))
    }

    /// The open assessment.
    pub fn book(&self) -> &kassay_core::session::Book {
        self.session.book.as_ref().unwrap()
    }
}
