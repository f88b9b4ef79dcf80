//! The words that screens use and people may not know, each in a sentence or two. Help shows those of the screen it was called from first.

use kassay_core::session::Context;

/// A word and what it means here.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The word as screens write it.
    pub word: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// Screens on which it stands.
    pub on: &'static [&'static str],
}

const fn word(word: &'static str, on: &'static [&'static str], meaning: &'static str) -> Entry {
    Entry { word, meaning, on }
}

/// All words, in the order in which one meets them.
pub const GLOSSARY: &[Entry] = &[
    word(
        "assessment",
        &["home", "new"],
        "One engagement: an entity, a period, its clusters, and everything that was found, answered and decided. It lives in a folder of its own and can be resumed at any time.",
    ),
    word(
        "workbook",
        &["home"],
        "The file workbook.toml in that folder. It holds every answer and decision in readable text, with a journal of who changed what beside it.",
    ),
    word(
        "demo cluster",
        &["home"],
        "A made-up company's cluster that is part of the program: everything can be tried on it, and nothing is connected to.",
    ),
    word(
        "dump",
        &["home", "new"],
        "Files of YAML or JSON that somebody took from a cluster: single files, folders, must-gather, support bundles. What is not in the files is unknown, and never counts as absent.",
    ),
    word(
        "snapshot",
        &["home", "new", "export"],
        "One compressed file with everything that was read from a cluster, secrets left out. It is judged exactly as the cluster was, on a machine without any access to it.",
    ),
    word("cluster", &["new"], "One Kubernetes API and what it runs. Several clusters may belong to one assessment."),
    word("context", &["new"], "An entry of the kubeconfig file: the address of a cluster and the credential to use there."),
    word(
        "identity",
        &["new", "reading"],
        "The user that the cluster sees when it is asked. What that user may not list stays unknown, and the checks that need it become blocked.",
    ),
    word(
        "kind",
        &["new", "reading"],
        "A sort of object in Kubernetes: pods, roles, network policies. Each is read by itself, so each may be refused by itself.",
    ),
    word(
        "forbidden",
        &["new", "reading"],
        "The cluster refused to list this kind to this identity. It is not empty: nobody knows what is in it.",
    ),
    word(
        "not installed",
        &["reading"],
        "The cluster does not serve this kind, mostly because an add-on is not there. That is an answer: there are no such objects.",
    ),
    word(
        "scope",
        &["scope", "new", "walk", "segmentation"],
        "Which namespaces and node pools have to do with account data. Findings outside of it are shown but decide nothing.",
    ),
    word(
        "CDE",
        &["scope", "new", "finding", "segmentation"],
        "Cardholder data environment: what stores, processes or transmits account data.",
    ),
    word(
        "connected",
        &["scope", "new", "finding", "segmentation"],
        "Not part of the CDE, but with a way into it or an effect on its security. It is in scope as well.",
    ),
    word(
        "out of scope",
        &["scope", "new", "finding", "segmentation"],
        "Shown to be neither part of the CDE nor connected to it. The assessor says so, with a reason.",
    ),
    word(
        "platform",
        &["scope", "new", "finding"],
        "The cluster's own namespaces, such as kube-system. Whoever rules them rules everything, so they are looked at too.",
    ),
    // Words of Kubernetes, which the guidance takes as known.
    word(
        "API server",
        &["walk", "question", "finding"],
        "The front door of a cluster. People, programs and nodes all send their requests there, and it decides who may do what.",
    ),
    word(
        "control plane",
        &["walk", "question", "finding"],
        "The programs that run a cluster: API server, scheduler, controller manager and the database etcd. On EKS, GKE and AKS the provider runs them.",
    ),
    word("node", &["walk", "question", "finding"], "A machine of the cluster, virtual or physical, that runs containers."),
    word("kubelet", &["walk", "question", "finding"], "The agent on each node. It starts the containers, and answers on port 10250."),
    word(
        "pod",
        &["walk", "question", "finding"],
        "The smallest unit that runs: one or a few containers that are started together on one node and share an address.",
    ),
    word(
        "workload",
        &["walk", "question", "finding"],
        "What makes pods: a Deployment, StatefulSet, DaemonSet, Job or CronJob. It holds a template, and pods are made from it. Restarting a workload makes its pods anew.",
    ),
    word(
        "namespace",
        &["walk", "question", "finding"],
        "A named part of a cluster. It groups objects and rights. By itself it separates neither networks nor machines.",
    ),
    word("etcd", &["walk", "question", "finding"], "The database of the cluster. Everything is in it, secrets included."),
    word("ServiceAccount", &["walk", "question", "finding"], "The account of a program, as which its pods speak to the API server."),
    word(
        "kubeconfig",
        &["walk", "question", "finding"],
        "The file with which a client reaches a cluster: its address, and a credential or the command that fetches one.",
    ),
    word(
        "image, digest",
        &["walk", "question", "finding"],
        "An image is the packed file system that a container starts from; a registry keeps images. A tag is a name for one that can be moved; a digest is a fingerprint of its contents that can't.",
    ),
    word(
        "admission",
        &["walk", "question", "finding"],
        "The step in which the API server may change or refuse an object before it is stored.",
    ),
    word(
        "area, control, practice",
        &["walk", "summary"],
        "The guidance has 16 areas, with 42 controls. A control names one threat; its practices, lettered a, b, c, say what should be in place. Practices are what is determined.",
    ),
    word(
        "check",
        &["walk", "finding"],
        "An automated look at what was read from the cluster. It has an outcome and findings, and explains itself.",
    ),
    word("question", &["walk", "question"], "Something that no API can tell, so that a person has to answer it, mostly with evidence."),
    word("fail", &["fleet", "walk", "finding"], "The check found something in scope that the practice does not allow."),
    word(
        "review",
        &["fleet", "walk", "finding"],
        "The check found facts that a person has to judge: the program does not know which answer is right.",
    ),
    word(
        "blocked",
        &["fleet", "walk", "finding", "new", "reading"],
        "The check could not judge, because something it needs could not be read. It is never counted as passed. Give the identity the missing right and read again, or answer by other evidence.",
    ),
    word("pass", &["fleet", "walk"], "Everything of that kind was read, and nothing was found."),
    word(
        "n/a",
        &["fleet", "walk"],
        "Not applicable: the cluster has nothing of the kind that the check looks at. The query that showed it is told.",
    ),
    word("population", &["walk", "finding"], "How many things a check looked at: 14 of 120 workloads means 14 findings among 120."),
    word(
        "severity",
        &["finding"],
        "Critical and high lead to the cluster or to account data, medium weakens a layer of defence, low is hygiene, info is a fact to know.",
    ),
    word(
        "subject",
        &["access"],
        "Who holds rights: a user or a group as the login names them, or a ServiceAccount as which pods and pipelines act. A group's rights are those of everybody in it.",
    ),
    word(
        "way to further rights",
        &["access"],
        "A right with which its holder can get more than it was given: making bindings, reading Secrets, starting pods as another account. Each has a name, and control 2.1 judges them.",
    ),
    word(
        "witness",
        &["trial"],
        "A pod, or an object that makes pods, that breaks one demand in one way. It is held before every policy as it was read; nothing is sent to the cluster.",
    ),
    word(
        "let in",
        &["trial"],
        "Every policy that may be asked was run, and none refuses the witness: a pod of that form gets into those namespaces.",
    ),
    word(
        "refused",
        &["trial"],
        "A policy refuses the witness and lets the same pod in where it breaks nothing. “Unless” names what a pod may choose to stay out of that policy.",
    ),
    word(
        "not evaluated",
        &["trial"],
        "Something stands in the way: a policy can't be run here, was not read, or refuses the clean witness as well. It counts neither as refused nor as let in.",
    ),
    word(
        "difference",
        &["fleet"],
        "Something that one cluster has and its sisters lack, or the other way round: what a check says or finds, how far kinds were read, policies, namespaces, versions. Names are compared without what machines make up.",
    ),
    word(
        "unlike most",
        &["fleet"],
        "A cluster on which something else holds than on more than half of those where it could be seen. Clusters on which it could not be seen are not compared in it.",
    ),
    word(
        "active probe",
        &["probes", "walk"],
        "A request without any credential, sent to see what strangers are given: by the API server, and by the registries of images in scope; or one with your login to a kubelet, for its settings. Nothing is sent before somebody allowed the list.",
    ),
    word(
        "exception",
        &["finding"],
        "A finding that the entity knows and accepts, with a reason, an owner and an end. It is shown as such, and counts again when its time is over.",
    ),
    word(
        "evidence",
        &["question", "walk", "result"],
        "A document, interview, observation, sample, query or scan that shows something. Files are copied into the assessment and named by their SHA-256.",
    ),
    word("lapsed", &["question", "summary", "walk"], "An answer that was good for a time which is over. It must be asked again."),
    word(
        "proposed",
        &["result", "walk"],
        "What outcomes and answers speak for. It is a suggestion; the determination is the assessor's own.",
    ),
    word(
        "determination",
        &["result", "walk", "summary", "home"],
        "The assessor's finding on one practice: in place, not in place, not applicable or not tested.",
    ),
    word("in place", &["result"], "The practice was tested and is met."),
    word("not in place", &["result"], "The practice was tested and is not met, or not entirely."),
    word("not applicable", &["result"], "The practice does not apply to this entity; how that was verified has to be told."),
    word("not tested", &["result"], "The practice was left out of this assessment; who decided that and why has to be told."),
    word("defined approach", &["result"], "The practice is met in the way that it describes."),
    word(
        "compensating control",
        &["result"],
        "The practice can't be met as described for a documented technical or business constraint, and another control lowers the risk as much. It needs its worksheet.",
    ),
    word(
        "customized approach",
        &["result"],
        "The entity meets the aim of a practice by a control of its own design, with a documented matrix and a targeted risk analysis. The assessor derives the testing.",
    ),
    word(
        "to confirm",
        &["result", "summary", "walk"],
        "A determination that newly read outcomes contradict. It stays as it was written, and asks to be looked at again.",
    ),
    word(
        "flow",
        &["segmentation"],
        "A connection that the network policies let through, from one workload to another. Where no policy speaks, every connection is open.",
    ),
    word(
        "bundle",
        &["export"],
        "The exported folder or zip: workbook, report, findings, evidence, journal, and a manifest with the SHA-256 of each file. Anyone can verify it with sha256sum, or with `kassay verify`.",
    ),
    word(
        "redaction",
        &["export", "new"],
        "A secret or card number that was met and not kept. Only its place, its kind and a masked form are known.",
    ),
    word(
        "cannot be compared",
        &["compare", "reading"],
        "One side could not see what the other saw: a check was blocked or is not known there, a kind was not read, the scope is another one, or the cluster is. It is neither new nor gone.",
    ),
    word("SHA-256", &["export", "question"], "A fingerprint of a file: if a single byte changes, it changes."),
    word(
        "register",
        &["registers"],
        "A list of the assessment that is kept beside the walk: evidence, samples, requests, exceptions and more. Each row has a reference that is never given twice.",
    ),
    word(
        "taken back",
        &["registers"],
        "A row that is taken back stays in its register with who, when and why, and counts no more. What stands in the journal is never taken out.",
    ),
    word(
        "targeted risk analysis",
        &["result", "question", "registers"],
        "The entity's own analysis of how often something must be done (PCI DSS 12.3.1), or of a customized approach (12.3.2). It names assets, threats and factors, and is reviewed every 12 months.",
    ),
    word(
        "second person",
        &["result", "question", "summary", "registers"],
        "Somebody who did not write a determination or answer looks at it, and accepts it or returns it with words. What is changed afterwards must be looked at again.",
    ),
];

/// The words of a screen.
pub fn of(screen: &str) -> impl Iterator<Item = &'static Entry> {
    GLOSSARY.iter().filter(move |entry| entry.on.contains(&screen))
}

/// The name in the glossary of the screen that a place is on.
#[must_use]
pub const fn screen(place: Context) -> &'static str {
    match place {
        Context::Home => "home",
        Context::Cluster | Context::Ready => "new",
        Context::Scope => "scope",
        Context::Reading | Context::Preview => "reading",
        Context::Findings | Context::AllFindings | Context::Finding | Context::Filter => "finding",
        Context::Questions | Context::Text | Context::Lines | Context::Choice | Context::Evidence => "question",
        Context::Result => "result",
        Context::Summary => "summary",
        Context::Segmentation | Context::Flows => "segmentation",
        Context::Access | Context::Holder => "access",
        Context::Trial | Context::Witness => "trial",
        Context::Fleet => "fleet",
        Context::Compare => "compare",
        Context::Register | Context::Sample | Context::Pick => "registers",
        Context::Probes | Context::Probing => "probes",
        Context::Export | Context::Exporting => "export",
        Context::Areas | Context::Guidance | Context::Checks | Context::Help | Context::Palette => "walk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kassay_core::model::{Category, Determined, Method, Outcome};
    use std::collections::BTreeSet;

    #[test]
    fn every_status_that_a_screen_may_show_is_explained() {
        let known: BTreeSet<&str> = GLOSSARY.iter().map(|e| e.word).collect();
        assert_eq!(known.len(), GLOSSARY.len(), "a word stands twice");
        let shown = Outcome::ALL.map(Outcome::label).into_iter().chain(Determined::ALL.map(Determined::label));
        for word in shown.chain(Method::ALL.map(Method::label)).chain(Category::ALL.map(Category::label)) {
            assert!(known.contains(word), "{word} is not explained");
        }
    }

    #[test]
    fn words_of_kubernetes_are_explained_in_the_documents_alike() {
        let page = include_str!("../../docs/words.md");
        let words = GLOSSARY.iter().skip_while(|e| e.word != "API server").take_while(|e| e.word != "area, control, practice");
        assert_eq!(words.clone().count(), 12);
        for entry in words {
            let line = format!("| {} | {} |", entry.word, entry.meaning);
            assert!(page.lines().any(|l| l == line), "docs/words.md lacks: {line}");
        }
    }

    #[test]
    fn explanations_are_sentences() {
        for entry in GLOSSARY {
            assert!(entry.meaning.ends_with('.') && !entry.on.is_empty(), "{}", entry.word);
        }
    }
}
