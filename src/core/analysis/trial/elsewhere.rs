//! Who else may refuse pods, by rules that can't be read here: webhooks of programs that are not known, engines that keep their policies in programs,
//! OpenShift's security context constraints. What nobody else refuses is then not evaluated.

use super::tried::Tried;
use crate::analysis::admission::plugins::Running;
use crate::analysis::admission::unreadable;
use crate::analysis::admission::webhooks::{self, Stranger};
use crate::analysis::software::Software;
use crate::kinds::Inventory;
use crate::model::{Kind, ObjectRef};
use kassay_engines::{Answer, Judge, Namespace, Request, Ruling};

/// Something that may refuse pods everywhere.
struct Elsewhere(String);

impl Judge for Elsewhere {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        let about_pods = request.resource.group.is_empty() && request.resource.resource == "pods";
        let answer = if about_pods { Answer::NotEvaluated(self.0.clone()) } else { Answer::NotAsked };
        vec![Ruling::new("", answer)]
    }

    fn tells_apart(&self, _: &Namespace, _: &mut Vec<u8>) {}

    fn asks_who(&self) -> bool {
        false
    }
}

impl Judge for Stranger {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        let answer = match self.asks(request) {
            true => Answer::NotEvaluated("it is a program, whose rules can't be read".to_owned()),
            false => Answer::NotAsked,
        };
        vec![Ruling::new(format!("webhook {}", self.name), answer)]
    }

    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        key.push(u8::from(self.selects(namespace)));
    }

    fn asks_who(&self) -> bool {
        false
    }
}

/// Everything of that kind.
pub(super) fn all<'a>(inventory: &'a Inventory, known: &[Software]) -> Vec<Tried<'a>> {
    let tried = |name: String, objects: Vec<ObjectRef>, judge: Box<dyn Judge + Send + Sync + 'a>| Tried {
        name,
        objects,
        judge,
        webhooks: None,
        running: Running::On,
        on_images: false,
        parts_are_objects: false,
    };
    let mut all: Vec<Tried<'a>> = webhooks::strangers(inventory)
        .into_iter()
        .map(|stranger| tried(stranger.name.clone(), vec![stranger.object.clone()], Box::new(stranger)))
        .collect();
    for name in unreadable(inventory, known, "policy") {
        let words = Elsewhere("its policies can't be read here".to_owned());
        all.push(tried(name, vec![], Box::new(words)));
    }
    let constrained = inventory.customs.get(&Kind::OpenshiftScc).is_some_and(|list| !list.is_empty());
    match inventory.cluster.distribution.as_str() {
        id if id == "openshift" || constrained => {
            let words = "who may use which of them decides, which is not tried (oc adm policy who-can use scc/privileged)";
            all.push(tried("OpenShift's security context constraints".to_owned(), vec![], Box::new(Elsewhere(words.to_owned()))));
        }
        "gke-autopilot" => {
            let words = "it refuses most dangerous requests by itself, by rules and exceptions that can't be read here";
            all.push(tried("GKE Autopilot".to_owned(), vec![], Box::new(Elsewhere(words.to_owned()))));
        }
        _ => {}
    }
    all
}
