//! Who else may refuse pods, by rules that can't be read here: webhooks of programs that are not known, engines that keep their policies in programs,
//! OpenShift's security context constraints. What nobody else refuses is then not evaluated.

use super::tried::{NotKnown, Tried};
use crate::analysis::admission::unreadable;
use crate::analysis::admission::webhooks::{self, Stranger};
use crate::analysis::software::Software;
use crate::kinds::Inventory;
use crate::model::Kind;
use kassay_engines::{Answer, Judge, Namespace, Request, Ruling};

impl Judge for Stranger {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        let answer = match self.asks(request) {
            true => Answer::NotEvaluated("it is a program, whose rules can't be read".to_owned()),
            false => Answer::NotAsked,
        };
        vec![Ruling::new(format!("webhook {}", self.name), answer)]
    }

    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        self.tells_apart(namespace, key);
    }

    fn asks_who(&self) -> bool {
        self.asks_who()
    }
}

/// Everything of that kind.
pub(super) fn all<'a>(inventory: &'a Inventory, known: &[Software]) -> Vec<Tried<'a>> {
    let strangers = webhooks::strangers(inventory).into_iter();
    let mut all: Vec<Tried<'a>> = strangers.map(|stranger| Tried::of(stranger.object.clone(), Box::new(stranger))).collect();
    let unread = unreadable(inventory, known, "policy").into_iter();
    all.extend(unread.map(|name| Tried::new(name, NotKnown::about_pods("its policies can't be read here"))));
    let constrained = inventory.customs.get(&Kind::OpenshiftScc).is_some_and(|list| !list.is_empty());
    match inventory.cluster.distribution.as_str() {
        id if id == "openshift" || constrained => {
            let words = "who may use which of them decides, which is not tried (oc adm policy who-can use scc/privileged)";
            all.push(Tried::new("OpenShift's security context constraints", NotKnown::about_pods(words)));
        }
        "gke-autopilot" => {
            let words = "it refuses most dangerous requests by itself, by rules and exceptions that can't be read here";
            all.push(Tried::new("GKE Autopilot", NotKnown::about_pods(words)));
        }
        _ => {}
    }
    all
}
