//! A workbook in which every field of every table says something. It is written without defaults, so that a new field is not forgotten here,
//! nor by what is tested with it: printing, documentation, merging, exports.

use kassay_core::kinds::UserName;
use kassay_core::model::scope::{NamespaceRule, NodePoolRule};
use kassay_core::model::{Category, Determined, Method, Outcome, Scope, Severity};
use kassay_core::workbook::{
    AnalysisPurpose, Answer, AnswerValue, ClusterRecord, CompensatingControl, CustomizedApproach, Day, Determination, Engagement, Evidence,
    EvidenceKind, Exception, FORMAT, FindingBrief, Interview, ItemResult, Moment, Observation, OutcomeRecord, Place, Population,
    PopulationKind, Previous, PreviousAnswer, PreviousCluster, PreviousDetermination, PreviousEvidence, Reached, ReadBefore, ReadFailure,
    Remediation, Request, RequestStatus, Review, RiskAnalysis, Sample, SampleItem, SamplingMethod, ScopeConfirmed, SignOff, SignOffStep,
    Strata, ToldVersion, UseCase, UseCaseKind, Withdrawn, WithheldWords, Workbook,
};
use std::collections::BTreeMap;

/// A moment of the year.
#[must_use]
pub fn at() -> Moment {
    Moment("2026-11-23T09:12:00Z".parse().unwrap())
}

/// A day before it.
#[must_use]
pub fn day() -> Day {
    Day("2026-11-20".parse().unwrap())
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn list(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}

fn withdrawn() -> Option<Withdrawn> {
    Some(Withdrawn { by: text("A. Assessor"), at: at(), why: text("a mistake") })
}

fn digest() -> String {
    "ab".repeat(32)
}

/// The workbook.
#[must_use]
pub fn workbook() -> Workbook {
    Workbook {
        format: FORMAT,
        catalogue: digest(),
        engagement: Engagement {
            entity: text("Acme Payments"),
            assessors: list("A. Assessor"),
            company: text("Example Assessors"),
            period: text("2026"),
            purpose: text("PCI DSS v4.0.1"),
            reviewers: list("R. Reviewer"),
            own_acceptance: true,
            assisted: Some(true),
            assistance: text("drafted rationales; each was read and changed"),
        },
        scope: scope(),
        place: Place { control: text("1.6"), tab: text("questions"), item: text("1.6.mfa_enforced") },
        scope_confirmed: Some(ScopeConfirmed {
            by: text("A. Assessor"),
            at: at(),
            words: text("data-flow diagram 7"),
            digest: digest(),
            namespaces: BTreeMap::from([(text("prod-eu"), list("pay"))]),
        }),
        previous: Some(previous()),
        use_cases: vec![UseCase {
            cluster: text("prod-eu"),
            case: UseCaseKind::AccountData,
            reason: text("payments run here"),
            by: text("A. Assessor"),
            at: at(),
        }],
        versions: vec![ToldVersion {
            cluster: text("prod-eu"),
            version: text("v1.36.1"),
            reason: text("seen on the console"),
            by: text("A. Assessor"),
            at: at(),
        }],
        clusters: vec![cluster()],
        answers: vec![Answer {
            question: text("1.6.mfa_enforced"),
            digest: digest(),
            value: AnswerValue::Text(text("yes")),
            by: text("A. Assessor"),
            at: at(),
            interviewed: text("P. Engineer"),
            role: text("platform lead"),
            on: Some(day()),
            note: text("first line\nsecond \"line\""),
            evidence: list("E-0001"),
            cluster: text("prod-eu"),
        }],
        determinations: vec![determination()],
        analyses: vec![analysis()],
        evidence: vec![evidence()].into(),
        samples: vec![sample()],
        requests: vec![Request {
            reference: text("R-001"),
            what: text("The access review of this year"),
            role: text("platform team"),
            question: text("2.3.last_review"),
            practices: list("2.3.a"),
            line: text("3f2a91c0"),
            cluster: text("prod-eu"),
            due: Some(day()),
            status: RequestStatus::Received,
            note: text("came by mail"),
            evidence: list("E-0001"),
            asked: at(),
            by: text("A. Assessor"),
            at: at(),
        }],
        remediations: vec![Remediation {
            reference: text("M-01"),
            what: text("3.1/baseline"),
            check: text("3.1/baseline"),
            cluster: text("prod-eu"),
            practices: list("3.1.a"),
            before: text("a privileged pod"),
            found: Some(day()),
            evidence_before: list("E-0001"),
            after: text("the pod was changed"),
            evidence_after: list("E-0001"),
            retested: Some(day()),
            retested_by: text("A. Assessor"),
            conclusion: text("mended"),
            by: text("A. Assessor"),
            at: at(),
            withdrawn: withdrawn(),
        }],
        exceptions: vec![Exception {
            what: text("4f1a"),
            check: text("3.1/baseline"),
            about: text("DaemonSet logging/agent spec.hostNetwork"),
            reason: text("the agent needs it"),
            owner: text("CISO"),
            until: Some(day()),
            cluster: text("prod-eu"),
            approver: text("CIO"),
            by: text("A. Assessor"),
            at: Some(at()),
        }],
        reviews: vec![Review {
            check: text("1.5/account-rights"),
            cluster: text("prod-eu"),
            outcome: Outcome::Review,
            digest: digest(),
            note: text("seen"),
            by: text("A. Assessor"),
            at: at(),
        }],
        sign_offs: vec![SignOff {
            of: text("determination 1.6.a"),
            step: SignOffStep::Returned,
            words: text("which provider?"),
            by: text("R. Reviewer"),
            at: at(),
            digest: digest(),
        }],
        withheld: vec![WithheldWords { place: text("exception 3.1/baseline reason"), detector: text("card-number"), times: 2 }],
        outcomes: vec![OutcomeRecord {
            check: text("3.1/baseline"),
            cluster: text("prod-eu"),
            outcome: Outcome::Fail,
            reason: text("1 workload breaks it."),
            population: 12,
            total: 1,
            counts: BTreeMap::from([(Category::Cde, 1)]),
            needs: list("pods: list"),
            digest: digest(),
            findings: vec![FindingBrief {
                id: text("f-1"),
                severity: Severity::High,
                category: Category::Cde,
                object: text("Deployment pay/web"),
                field: text("spec"),
                observed: text("privileged: true"),
            }],
        }]
        .into(),
    }
}

fn scope() -> Scope {
    Scope {
        default: Category::Connected,
        trusted_registries: list("registry.acme.example"),
        high_risk: list("pay/Deployment/web"),
        namespace: vec![NamespaceRule {
            glob: Some(text("pay-*")),
            labels: BTreeMap::from([(text("team"), text("pay"))]),
            category: Category::Cde,
            reason: text("stores account data"),
        }],
        node_pool: vec![NodePoolRule {
            labels: BTreeMap::from([(text("pool"), text("pay"))]),
            category: Category::Cde,
            reason: text("for payments"),
        }],
    }
}

fn cluster() -> ClusterRecord {
    ClusterRecord {
        key: text("prod-eu"),
        uid: text("7f3c"),
        server: text("https://k8s.acme.example:6443"),
        version: text("v1.36.1"),
        distribution: text("kubeadm"),
        nodes: 6,
        identity: UserName::new("qsa"),
        collected_at: Some(at()),
        assessed_at: Some(at()),
        snapshot: digest(),
        findings: digest(),
        source: text("context prod-eu"),
        declared_complete: Some(text("A. Assessor")),
        reached: Reached {
            kubeconfig: text("/home/qsa/kubeconfig"),
            context: text("prod-eu"),
            as_user: text("qsa"),
            as_groups: list("assessors"),
            request_timeout: Some(60),
            read_timeout: Some(1800),
            files: list("/tmp/dump"),
        },
        not_read: BTreeMap::from([(text("secrets"), text("forbidden"))]),
        redactions: 3,
        failed: Some(ReadFailure { at: at(), why: text("connection refused") }),
        before: Some(ReadBefore { findings: digest(), at: Some(at()) }),
    }
}

fn determination() -> Determination {
    Determination {
        practice: text("1.6.a"),
        finding: Determined::InPlace,
        method: Method::CustomizedApproach,
        rationale: text("seen"),
        by: text("A. Assessor"),
        at: at(),
        proposed: Some(Determined::NotInPlace),
        because: list("1.6.mfa_enforced"),
        excluded_by: text("CISO"),
        to_confirm: true,
        compensating: Some(CompensatingControl {
            constraint: text("legacy"),
            objective: text("only people get in"),
            risk: text("stolen passwords"),
            control: text("a jump host"),
            validation: text("tried"),
            maintenance: text("monthly"),
        }),
        customized: Some(CustomizedApproach {
            objective: text("only people get in"),
            control: text("hardware keys"),
            meets: text("no password exists"),
            evidence: list("E-0001"),
            tester: text("A. Assessor"),
            tested: text("tried with ten accounts"),
            analysis: text("T-01"),
        }),
    }
}

fn analysis() -> RiskAnalysis {
    RiskAnalysis {
        reference: text("T-01"),
        title: text("Hardware keys"),
        purpose: AnalysisPurpose::CustomizedApproach,
        requirement: text("8.4.2"),
        practices: list("1.6.a"),
        assets: text("the API"),
        threats: text("phishing"),
        factors: text("few people"),
        frequency: text("3 months"),
        justification: text("keys can't be phished"),
        performed: Some(day()),
        approved_by: text("CISO"),
        evidence: list("E-0001"),
        by: text("A. Assessor"),
        at: at(),
        withdrawn: withdrawn(),
    }
}

fn evidence() -> Evidence {
    Evidence {
        reference: text("E-0001"),
        kind: EvidenceKind::Interview,
        title: text("Interview on sign-in"),
        version: text("3"),
        revised: Some(day()),
        purpose: text("says who may sign in"),
        replaces: text("E-0000"),
        file: text("notes.txt"),
        sha256: digest(),
        size: 12,
        effective: Some(day()),
        obtained: at(),
        by: text("A. Assessor"),
        practices: list("1.6.a"),
        questions: list("1.6.mfa_enforced"),
        samples: list("S-01"),
        interview: Some(Interview {
            person: text("P. Engineer"),
            role: text("platform lead"),
            on: Some(day()),
            topics: text("sign-in"),
            asked: text("who can sign in?"),
            answered: text("staff with keys"),
            conclusion: text("as the policy says"),
        }),
        observation: Some(Observation {
            seen: text("a login page"),
            place: text("console"),
            on: Some(day()),
            conclusion: text("asks for a key"),
        }),
        withdrawn: withdrawn(),
    }
}

fn sample() -> Sample {
    Sample {
        reference: text("S-01"),
        title: text("Workloads of payments"),
        method: SamplingMethod::Stratified,
        size: text("10%"),
        seed: text("acme-2026"),
        strata: Some(Strata::Owner),
        reason: text("all teams"),
        representative: text("each team builds by one pipeline"),
        practices: list("3.1.a"),
        questions: list("1.6.mfa_enforced"),
        conclusion: text("consistent"),
        by: text("A. Assessor"),
        at: at(),
        withdrawn: withdrawn(),
        population: Population {
            of: PopulationKind::Typed,
            cluster: text("prod-eu"),
            filter: text("ns:pay"),
            count: 2,
            counted: at(),
            digest: digest(),
            snapshots: list(&digest()),
            incomplete: list("prod-eu cronjobs: forbidden"),
            members: list("pay/Deployment/web"),
        },
        items: vec![SampleItem {
            name: text("pay/Deployment/web"),
            stratum: text("pay"),
            result: Some(ItemResult::Conforms),
            note: text("as built"),
            evidence: list("E-0001"),
            by: text("A. Assessor"),
            on: Some(day()),
        }],
    }
}

fn previous() -> Previous {
    Previous {
        entity: text("Acme Payments"),
        period: text("2025"),
        from: text("/assessments/acme-2025"),
        workbook: digest(),
        at: at(),
        unverified: text("the journal is not whole"),
        clusters: vec![PreviousCluster {
            key: text("prod-eu"),
            uid: text("7f3c"),
            server: text("https://k8s.acme.example:6443"),
            version: text("v1.34.1"),
            distribution: text("kubeadm"),
            nodes: 6,
            findings: digest(),
        }],
        answers: vec![PreviousAnswer {
            question: text("1.6.mfa_enforced"),
            digest: digest(),
            cluster: text("prod-eu"),
            value: AnswerValue::Text(text("partly")),
            by: text("A. Assessor"),
            at: at(),
            interviewed: text("P. Engineer"),
            role: text("platform lead"),
            note: text("not the jump host"),
            evidence: list("E-0003"),
        }],
        determinations: vec![PreviousDetermination {
            practice: text("1.6.a"),
            finding: Determined::NotInPlace,
            method: Method::Defined,
            rationale: text("the jump host"),
            at: at(),
        }],
        evidence: vec![PreviousEvidence {
            reference: text("E-0003"),
            title: text("Policy"),
            file: text("policy.pdf"),
            sha256: digest(),
            effective: Some(day()),
        }],
        analyses: vec![analysis()],
    }
}
