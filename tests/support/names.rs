//! An assessment in which every name of the entity is a word that stands nowhere else, so that each can be looked for in what is shared; and some names that
//! are ordinary words.

use crate::assessment::{edit, now};
use kassay::store::Store;
use kassay_core::assess::assess;
use kassay_core::guidance::Guidance;
use kassay_core::judging::Tables;
use kassay_core::kinds::{Caller, Ingest, Inventory, KindState, Source};
use kassay_core::model::scope::{NamespaceRule, NodePoolRule};
use kassay_core::model::{Category, Determined, Kind, Method, Scope};
use kassay_core::report::Assessment;
use kassay_core::sensitive::FingerprintKey;
use kassay_core::workbook::sampling::digest;
use kassay_core::workbook::sign_off::{Matter, Taken, take};
use kassay_core::workbook::{
    Answer, AnswerValue, Collected, Day, Determination, Engagement, Evidence, EvidenceKind, Exception, Interview, ItemResult, Moment,
    Population, PopulationKind, Reached, Request, RequestStatus, Sample, SampleItem, SamplingMethod, ScopeConfirmed, SignOffStep, UseCase,
    UseCaseKind, Workbook, merge_collection, scoped,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Names, and the parts of longer ones, that nobody else has.
pub const MARKERS: &[&str] = &[
    "zqentity",
    "zqcompany",
    "zqassessor",
    "zqreviewer",
    "zqengineer",
    "zqowner",
    "zqapprover",
    "zqcluster",
    "zqcontext",
    "zqapi",
    "zqdom.example",
    "zqdom",
    "0badc0de-1111-4222-8333-00000badf00d",
    "zqnode7.zqzone.example",
    "zqnode7",
    "zqzone",
    "zqpayns",
    "zqwebns",
    "zqdeploy",
    "zqcontainer",
    "zqreg.zqregdom.example",
    "zqreg",
    "zqregdom",
    "zqteam",
    "zqimage",
    "zqtag",
    "zqaccount",
    "zquser",
    "zqmail",
    "zqgroup",
    "zqrole",
    "zqbinding",
    "zqlabelkey",
    "zqlabel",
    "zqlabelvalue",
    "zqmap",
    "zqkey",
    "zqshop",
    "zqshopdom",
    "zqpath",
    "10.77.3.9",
    "10.77.0.0",
    "zqpolicy",
    "zqfile",
    "zqfolder",
    "zqonly",
    "zqwords",
    "zqperson",
    "zqpost",
    "172.31.77.5",
    "6f1c8f2e-0b1a-4c5d-9e8f-001122334455",
    "zqhub",
    "zqapp",
    "fd00:77::9",
    "zqseed",
    "zqstratum",
    "zqvault",
    "zqresource",
    "zqgroupdom",
    "zqticket",
    "zqpool",
];

/// Namespaces and workloads that are called by ordinary words.
pub const ORDINARY: &[&str] = &["data", "worker"];

/// What was read of the cluster.
pub fn inventory() -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    for kind in Kind::ALL {
        ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
    }
    ingest.state(
        Kind::Secrets,
        KindState::Forbidden,
        "secrets is forbidden: User \"zquser@zqmail.example\" cannot list resource in \"zqpayns\"",
    );
    for (name, more) in [
        ("zqpayns", r#","labels":{"zqlabelkey.example/zqlabel":"zqlabelvalue","pod-security.kubernetes.io/enforce":"privileged"}"#),
        ("zqwebns", ""),
        ("data", ""),
        ("kube-system", ""),
    ] {
        ingest.object(Kind::Namespaces, &format!(r#"{{"metadata":{{"name":"{name}"{more}}}}}"#));
    }
    ingest.object(
        Kind::Nodes,
        r#"{"metadata":{"name":"zqnode7.zqzone.example","labels":{"kubernetes.io/hostname":"zqnode7","pool":"zqpool"}},"status":{"addresses":[{"type":"InternalIP","address":"10.77.3.9"}],"nodeInfo":{"kubeletVersion":"v1.34.4"}}}"#,
    );
    let pod = |namespace: &str, name: &str, container: &str, image: &str, more: &str| {
        format!(
            r#"{{"metadata":{{"name":"{name}","namespace":"{namespace}","labels":{{"app":"{name}"}}}},"spec":{{"nodeName":"zqnode7.zqzone.example","serviceAccountName":"zqaccount"{more},"containers":[{{"name":"{container}","image":"{image}","env":[{{"name":"ZQKEY_PASSWORD","value":"Xq7-kl2-Vv93"}}],"securityContext":{{"privileged":true}}}}]}}}}"#
        )
    };
    let image = "zqreg.zqregdom.example:5000/zqteam/zqimage:zqtag";
    let path = r#","volumes":[{"name":"v","hostPath":{"path":"/srv/zqpath"}}]"#;
    ingest.object(Kind::Pods, &pod("zqpayns", "zqdeploy", "zqcontainer", image, path));
    ingest.object(Kind::Pods, &pod("zqwebns", "zqdeploy", "zqcontainer", "zqhub/zqapp:2.1-rc", ""));
    ingest.object(Kind::Pods, &pod("data", "worker", "web", image, ""));
    ingest.object(
        Kind::Pods,
        &pod("kube-system", "kube-apiserver-zqnode7.zqzone.example", "kube-apiserver", "registry.k8s.io/kube-apiserver:v1.34.4", ""),
    );
    ingest.object(Kind::ConfigMaps, r#"{"metadata":{"name":"zqmap","namespace":"zqpayns"},"data":{"ZQKEY_PASSWORD":"Xq7-kl2-Vv93"}}"#);
    ingest.object(Kind::ServiceAccounts, r#"{"metadata":{"name":"zqaccount","namespace":"zqpayns"}}"#);
    ingest.object(
        Kind::ClusterRoles,
        r#"{"metadata":{"name":"zqrole"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]},{"apiGroups":["zqgroupdom.example"],"resources":["zqresources"],"resourceNames":["zqvault"],"verbs":["get"]}]}"#,
    );
    let subject = |kind: &str, name: &str| format!(r#"{{"kind":"{kind}","apiGroup":"rbac.authorization.k8s.io","name":"{name}"}}"#);
    for (name, role, subjects) in [
        ("zqbinding", "zqrole", [subject("User", "zquser@zqmail.example"), subject("Group", "zqgroup")].join(",")),
        (
            "zqbinding-admin",
            "cluster-admin",
            [subject("Group", "system:masters"), r#"{"kind":"ServiceAccount","namespace":"zqpayns","name":"zqaccount"}"#.to_owned()]
                .join(","),
        ),
    ] {
        ingest.object(
            Kind::ClusterRoleBindings,
            &format!(r#"{{"metadata":{{"name":"{name}"}},"roleRef":{{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"{role}"}},"subjects":[{subjects}]}}"#),
        );
    }
    ingest.object(
        Kind::NetworkPolicies,
        r#"{"metadata":{"name":"zqpolicy","namespace":"zqpayns"},"spec":{"podSelector":{},"policyTypes":["Ingress"],"ingress":[{"from":[{"ipBlock":{"cidr":"10.77.0.0/16"}}]}]}}"#,
    );
    ingest.object(
        Kind::Ingresses,
        r#"{"metadata":{"name":"zqshop","namespace":"zqpayns"},"spec":{"rules":[{"host":"zqshop.zqshopdom.example","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"zqdeploy","port":{"number":80}}}}]}}]}}"#,
    );
    let cluster = ingest.cluster();
    cluster.uid = "0badc0de-1111-4222-8333-00000badf00d".into();
    cluster.server = "https://zqapi.zqdom.example:6443".into();
    cluster.version = "v1.34.4".into();
    cluster.distribution = "kubeadm".into();
    cluster.identity = Caller::new("zquser@zqmail.example", vec!["zqgroup".into(), "system:authenticated".into()]);
    cluster.collected_at = Some(now());
    ingest.finish()
}

/// Reads the one snapshot that there is.
pub fn snapshots(_: &[u8]) -> Result<Inventory, String> {
    Ok(inventory())
}

/// Words in which names stand, each in another way, and names that stand nowhere else.
const SPOKEN: &str = "Zqentity runs ZQPAYNS, zqpayns/zqdeploy and “zqwebns” on zqnode7; the words around stay. Una Zqassessor asked Zqengineer \
    (zqperson@zqpost.example) about https://zqonly.zqwords.example/x?y=1, 172.31.77.5, fd00:77::9, uid 6f1c8f2e-0b1a-4c5d-9e8f-001122334455, image \
    zqhub/zqapp:2.1-rc. Pass runs namespace data. Checks pass where user-data is stored. The worker of this sentence is not the Deployment data/worker.";

fn scope() -> Scope {
    Scope {
        default: Category::Cde,
        trusted_registries: vec!["zqreg.zqregdom.example/zqteam".into()],
        high_risk: vec!["zqpayns/Pod/zqdeploy".into()],
        namespace: vec![NamespaceRule {
            glob: Some("zqweb*".into()),
            labels: BTreeMap::from([("zqlabelkey.example/zqlabel".into(), "zqlabelvalue".into())]),
            category: Category::OutOfScope,
            reason: SPOKEN.into(),
        }],
        node_pool: vec![NodePoolRule {
            labels: BTreeMap::from([("pool".into(), "zqpool".into())]),
            category: Category::Cde,
            reason: "for zqentity".into(),
        }],
    }
}

/// Makes the assessment below a folder that is called by the entity's name, and gives its folder.
pub fn make(root: &Path) -> PathBuf {
    let dir = root.join("zqentity");
    let guidance = Guidance::shipped().unwrap();
    let (by, at) = ("Una Zqassessor".to_owned(), Moment(now()));
    let mut book = Workbook::new(Engagement {
        entity: "Zqentity Pass".into(),
        assessors: vec![by.clone()],
        company: "Zqcompany Audit".into(),
        period: "2026".into(),
        purpose: "annual, of Zqentity".into(),
        reviewers: vec!["Rolf Zqreviewer".into()],
        ..Engagement::default()
    });
    book.scope = scope();
    let mut store = Store::create(&dir, &book, &by, now()).unwrap();
    let inventory = inventory();
    let outcomes = assess(&inventory, &book.scope, now(), &Tables::shipped().unwrap());
    let assessment = Assessment::new(&inventory, outcomes.clone(), vec![], guidance, now()).in_scope(&inventory, &book.scope);
    let kept = store.put_collection(&assessment, |out| out.write_all(b"a snapshot")).unwrap();
    let reached = Reached { context: "zqcontext".into(), kubeconfig: "/home/zquser/zqfolder/config".into(), ..Reached::default() };
    merge_collection(
        &mut book,
        guidance,
        &Collected {
            key: "zqcluster",
            source: "context zqcontext",
            reached: &reached,
            inventory: &inventory,
            outcomes: &outcomes,
            previous: &[],
            snapshot: &kept.snapshot,
            findings: &kept.findings,
            assessed_at: now(),
        },
    );
    store.save(&book, &edit("read zqcluster"), now()).unwrap();
    papers(&mut book, &store, root, &by);
    judged(&mut book, guidance, &by);
    fieldwork(&mut book, &by);
    book.scope_confirmed = Some(ScopeConfirmed {
        by: by.clone(),
        at,
        words: SPOKEN.into(),
        digest: scoped::digest(&book.scope),
        namespaces: BTreeMap::from([("zqcluster".into(), vec!["zqpayns".into()])]),
    });
    book.use_cases.push(UseCase { cluster: "zqcluster".into(), case: UseCaseKind::AccountData, reason: SPOKEN.into(), by, at });
    store.save(&book, &edit("determination of zqpayns by zqdeploy"), now()).unwrap();
    dir
}

fn papers(book: &mut Workbook, store: &Store, root: &Path, by: &str) {
    let file = root.join("zqfile of zqentity.pdf");
    std::fs::write(&file, b"%PDF-1.7\n\0").unwrap();
    let attached = store.attach(&file).unwrap();
    let at = Moment(now());
    book.evidence.push(Evidence {
        file: attached.name,
        sha256: attached.sha256,
        size: attached.size,
        practices: vec!["1.1.a".into()],
        ..Evidence::new("E-0001".into(), EvidenceKind::Document, "Policy of Zqentity".into(), by.into(), at)
    });
    let talk = Interview { person: "Ina Zqengineer".into(), topics: SPOKEN.into(), answered: SPOKEN.into(), ..Interview::default() };
    let paper = Evidence::new("E-0002".into(), EvidenceKind::Interview, "With Zqengineer".into(), by.into(), at);
    book.evidence.push(Evidence { interview: Some(talk), practices: vec!["1.1.a".into()], ..paper });
}

fn judged(book: &mut Workbook, guidance: &'static Guidance, by: &str) {
    let (question, at) = (guidance.questions().next().unwrap(), Moment(now()));
    book.answers.push(Answer {
        question: question.id.clone(),
        digest: question.digest(),
        value: AnswerValue::Text("yes".into()),
        by: by.into(),
        at,
        interviewed: "Ina Zqengineer".into(),
        role: "platform of zqentity".into(),
        on: None,
        note: SPOKEN.into(),
        evidence: vec!["E-0001".into()],
        cluster: "zqcluster".into(),
    });
    book.determinations.push(Determination {
        practice: "1.1.a".into(),
        finding: Determined::NotInPlace,
        method: Method::Defined,
        rationale: SPOKEN.into(),
        by: by.into(),
        at,
        proposed: Some(Determined::NotInPlace),
        because: vec![],
        excluded_by: String::new(),
        to_confirm: false,
        compensating: None,
        customized: None,
    });
    let finding = book.outcomes.iter().flat_map(|o| &o.findings).next().unwrap().clone();
    let mut excepted = Exception::of(&finding.id);
    excepted.about = format!("{} {}", finding.object, finding.field);
    (excepted.reason, excepted.owner, excepted.approver) = (SPOKEN.into(), "Zqowner".into(), "Zqapprover".into());
    book.exceptions.push(excepted);
    let (matter, reviewer) = (Matter::Determination("1.1.a".into()), "Rolf Zqreviewer");
    for (step, by) in [(SignOffStep::Submitted, by), (SignOffStep::Accepted, reviewer)] {
        take(book, guidance, &Taken { matter: &matter, step, words: "seen zqpayns", by, at }).unwrap();
    }
    let answer = Matter::Answer { question: question.id.clone(), cluster: "zqcluster".into() };
    take(book, guidance, &Taken { matter: &answer, step: SignOffStep::Submitted, words: "", by, at }).unwrap();
    for outcome in book.outcomes.iter().take(2) {
        book.reviews.push(kassay_core::workbook::Review {
            check: outcome.check.clone(),
            cluster: outcome.cluster.clone(),
            outcome: outcome.outcome,
            digest: outcome.digest.clone(),
            note: SPOKEN.into(),
            by: by.into(),
            at,
        });
    }
}

fn fieldwork(book: &mut Workbook, by: &str) {
    let at = Moment(now());
    let members: Vec<String> = ["zqcluster zqpayns/Pod/zqdeploy".to_owned(), "zqticket-7 of Zqengineer".to_owned()].into();
    let item = |(name, result): (&String, ItemResult)| SampleItem {
        name: name.clone(),
        stratum: "zqstratum".into(),
        result: Some(result),
        note: SPOKEN.into(),
        evidence: vec!["E-0001".into()],
        by: by.into(),
        on: Some(Day("2026-11-20".parse().unwrap())),
    };
    book.samples.push(Sample {
        reference: "S-01".into(),
        title: "Workloads of zqpayns".into(),
        method: SamplingMethod::Random,
        size: "2".into(),
        seed: "zqseed".into(),
        strata: None,
        reason: String::new(),
        representative: SPOKEN.into(),
        practices: vec!["1.1.a".into()],
        questions: vec![],
        conclusion: String::new(),
        by: by.into(),
        at,
        withdrawn: None,
        population: Population {
            of: PopulationKind::Typed,
            cluster: "zqcluster".into(),
            filter: "zqpayns".into(),
            count: 2,
            counted: at,
            digest: digest(members.iter().map(String::as_str)),
            snapshots: vec![],
            incomplete: vec!["zqcluster cronjobs: forbidden".into()],
            members: members.clone(),
        },
        items: members.iter().zip([ItemResult::Deviates, ItemResult::Conforms]).map(item).collect(),
    });
    book.requests.push(Request {
        reference: "R-001".into(),
        what: SPOKEN.into(),
        role: "platform team of Zqentity".into(),
        question: String::new(),
        practices: vec!["1.1.a".into()],
        line: String::new(),
        cluster: "zqcluster".into(),
        due: Some(Day("2026-11-01".parse().unwrap())),
        status: RequestStatus::Refused,
        note: "zqentity says no".into(),
        evidence: vec![],
        asked: at,
        by: by.into(),
        at,
    });
}
