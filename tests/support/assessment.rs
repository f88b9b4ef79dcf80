//! A small assessment on disk with everything in it that an export tells: a cluster, findings with hostile names, an answer, a determination
//! against the proposal, evidence, an exception.

use kassay::store::Store;
use kassay_core::assess::{CheckOutcome, assess};
use kassay_core::guidance::Guidance;
use kassay_core::judging::Tables;
use kassay_core::kinds::{Ingest, Inventory, KindState, Source};
use kassay_core::model::{Category, Determined, Finding, Kind, Method, ObjectRef, Outcome, Scope, Severity};
use kassay_core::report::Assessment;
use kassay_core::sensitive::FingerprintKey;
use kassay_core::workbook::sampling::digest;
use kassay_core::workbook::{
    Answer, AnswerValue, Collected, Day, Determination, Edit, Engagement, Evidence, EvidenceKind, Exception, Interview, ItemResult, Moment,
    Population, PopulationKind, Remediation, Request, RequestStatus, Sample, SampleItem, SamplingMethod, Workbook, merge_collection,
};
use std::path::{Path, PathBuf};

/// The time of everything here.
pub const NOW: &str = "2026-11-23T09:12:00Z";
/// A name that would run as script where it is not escaped, and as a formula where it is not disarmed.
pub const HOSTILE: &str = "=<script>alert(1)</script>";

pub fn now() -> jiff::Timestamp {
    NOW.parse().unwrap()
}

pub fn edit(what: &str) -> Edit {
    Edit { by: "A. Assessor".into(), what: what.into(), before: String::new(), after: what.into() }
}

pub fn inventory() -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    for kind in Kind::ALL {
        ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
    }
    ingest.state(Kind::Secrets, KindState::Forbidden, "secrets is forbidden: <b>cannot list</b>");
    ingest.object(Kind::Namespaces, r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#);
    ingest.object(
        Kind::Pods,
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop"},"spec":{"hostNetwork":true,"containers":[{"name":"web","image":"web:latest","securityContext":{"privileged":true}}]}}"#,
    );
    let cluster = ingest.cluster();
    cluster.uid = "11111111-2222-3333-4444-555555555555".into();
    cluster.server = "https://prod.example:6443".into();
    cluster.version = "v1.34.4".into();
    cluster.distribution = "kubeadm".into();
    cluster.collected_at = Some(now());
    ingest.finish()
}

/// Outcomes of the cluster; before them one that is made up, with 300 findings under hostile names.
pub fn outcomes(inventory: &Inventory) -> Vec<CheckOutcome> {
    let finding = |n: i32| {
        let mut finding = Finding::new(Category::Cde, ObjectRef::new("apps", "Deployment", "shop", &format!("{HOSTILE}{n}")), "spec.x")
            .severity(Severity::High)
            .observed(HOSTILE)
            .message("A message.");
        finding.identify("1.1/made-up");
        finding
    };
    let made_up = CheckOutcome {
        check: "1.1/made-up".into(),
        control: "1.1".into(),
        practices: vec!["1.1.a".into()],
        outcome: Outcome::Fail,
        reason: "300 of 300.".into(),
        population: 300,
        needs: vec![],
        counts: Category::ALL.into_iter().map(|c| (c, if c == Category::Cde { 300 } else { 0 })).collect(),
        findings: (0..300).map(finding).collect(),
    };
    std::iter::once(made_up).chain(assess(inventory, &Scope::default(), now(), &Tables::shipped().unwrap())).collect()
}

/// Makes the assessment in `root/acme` and gives its folder.
pub fn make(root: &Path) -> PathBuf {
    let dir = root.join("acme");
    let guidance = Guidance::shipped().unwrap();
    let mut book = Workbook::new(Engagement {
        entity: "Acme <i>Payments</i>".into(),
        assessors: vec!["A. Assessor".into()],
        company: "Audit & Sons".into(),
        period: "2026".into(),
        purpose: "annual".into(),
        ..Engagement::default()
    });
    let mut store = Store::create(&dir, &book, "A. Assessor", now()).unwrap();
    let inventory = inventory();
    let outcomes = outcomes(&inventory);
    let assessment = Assessment::new(&inventory, outcomes.clone(), vec![], guidance, now());
    let kept = store.put_collection(&assessment, |out| out.write_all(b"a snapshot")).unwrap();
    let changes = merge_collection(
        &mut book,
        guidance,
        &Collected {
            key: "prod",
            source: "context prod",
            reached: &kassay_core::workbook::Reached::default(),
            inventory: &inventory,
            outcomes: &outcomes,
            previous: &[],
            snapshot: &kept.snapshot,
            findings: &kept.findings,
            assessed_at: now(),
        },
    );
    assert!(changes.first);
    store.save(&book, &edit("read prod"), now()).unwrap();
    let file = root.join("policy.pdf");
    std::fs::write(&file, b"%PDF-1.7\n\0").unwrap();
    let attached = store.attach(&file).unwrap();
    let question = guidance.questions().next().unwrap();
    let title = "+Policy <u>of</u> access".into();
    book.evidence.push(Evidence {
        file: attached.name,
        sha256: attached.sha256,
        size: attached.size,
        practices: vec!["1.1.a".into()],
        ..Evidence::new("E-0001".into(), EvidenceKind::Document, title, "A. Assessor".into(), Moment(now()))
    });
    let talk = Interview {
        role: "platform lead".into(),
        on: Some(Day("2026-11-20".parse().unwrap())),
        topics: "=sign-in".into(),
        answered: "By key.\n<b>Always</b>.".into(),
        ..Interview::default()
    };
    let paper = Evidence::new("E-0002".into(), EvidenceKind::Interview, "Sign-in".into(), "A. Assessor".into(), Moment(now()));
    book.evidence.push(Evidence { interview: Some(talk), questions: vec![question.id.clone()], ..paper });
    book.remediations.push(Remediation {
        reference: "M-01".into(),
        what: "1.1/made-up".into(),
        check: String::new(),
        cluster: "prod".into(),
        practices: vec!["1.1.a".into()],
        before: "Open to <em>all</em>.".into(),
        found: Some(Day("2026-11-20".parse().unwrap())),
        evidence_before: vec!["E-0001".into()],
        after: "Closed.".into(),
        evidence_after: vec![],
        retested: Some(Day("2026-11-22".parse().unwrap())),
        retested_by: "A. Assessor".into(),
        conclusion: "It is closed.".into(),
        by: "A. Assessor".into(),
        at: Moment(now()),
        withdrawn: None,
    });
    book.answers.push(Answer {
        question: question.id.clone(),
        digest: question.digest(),
        value: AnswerValue::Text("yes".into()),
        by: "A. Assessor".into(),
        at: Moment(now()),
        interviewed: "P. Engineer".into(),
        role: "platform".into(),
        on: None,
        note: "<img src=x onerror=alert(2)>\nsecond line".into(),
        evidence: vec!["E-0001".into()],
        cluster: String::new(),
    });
    book.determinations.push(Determination {
        practice: "1.1.a".into(),
        finding: Determined::InPlace,
        method: Method::Defined,
        rationale: "Seen </p><script>alert(3)</script>.".into(),
        by: "A. Assessor".into(),
        at: Moment(now()),
        proposed: Some(Determined::NotInPlace),
        because: vec![],
        excluded_by: String::new(),
        to_confirm: false,
        compensating: None,
        customized: None,
    });
    let what = outcomes[0].findings[0].id.clone();
    book.exceptions.push(Exception { reason: "accepted".into(), owner: "CISO".into(), ..Exception::of(&what) });
    fieldwork(&mut book);
    store.save(&book, &edit("determination 1.1.a"), now()).unwrap();
    dir
}

/// A sample whose items disagree, and two requests, with names that would run or calculate where they are not taken for text.
fn fieldwork(book: &mut Workbook) {
    let (by, at) = ("A. Assessor".to_owned(), Moment(now()));
    let members: Vec<String> = [format!("prod shop/Pod/{HOSTILE}"), "prod shop/Pod/web".into()].into();
    let item = |(name, result): (&String, ItemResult)| SampleItem {
        name: name.clone(),
        stratum: "CDE".into(),
        result: Some(result),
        note: HOSTILE.into(),
        evidence: vec!["E-0001".into()],
        by: by.clone(),
        on: None,
    };
    book.samples.push(Sample {
        reference: "S-01".into(),
        title: HOSTILE.into(),
        method: SamplingMethod::Random,
        size: "2".into(),
        seed: "acme".into(),
        strata: None,
        reason: String::new(),
        representative: "one pipeline".into(),
        practices: vec!["1.1.a".into()],
        questions: vec![],
        conclusion: String::new(),
        by: by.clone(),
        at,
        withdrawn: None,
        population: Population {
            of: PopulationKind::Workloads,
            cluster: String::new(),
            filter: String::new(),
            count: 2,
            counted: at,
            digest: digest(members.iter().map(String::as_str)),
            snapshots: vec![],
            incomplete: vec!["prod cronjobs: forbidden".into()],
            members: members.clone(),
        },
        items: members.iter().zip([ItemResult::Deviates, ItemResult::Conforms]).map(item).collect(),
    });
    for (reference, status, note) in [("R-001", RequestStatus::Open, ""), ("R-002", RequestStatus::Refused, "by contract")] {
        book.requests.push(Request {
            reference: reference.into(),
            what: HOSTILE.into(),
            role: "platform team".into(),
            question: String::new(),
            practices: vec!["1.1.a".into()],
            line: String::new(),
            cluster: String::new(),
            due: Some(Day("2026-11-01".parse().unwrap())),
            status,
            note: note.into(),
            evidence: vec![],
            asked: at,
            by: by.clone(),
            at,
        });
    }
}
