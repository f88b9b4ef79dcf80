//! What is wrong: each check that fails on a cluster, each practice that is not in place, and what was written down as found wrong and mended.

use super::context::{Context, props};
use super::document::{Link, MitigatingFactor, Property, RelatedObservation, Response, Risk};
use super::naming::Uuid;
use super::observations::of_outcome;
use super::resources::of_references;
use super::text::{end_of, line, paragraphs};
use crate::export::papers::stands;
use crate::export::plain::one_line;
use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::guidance::Practice;
use kassay_core::model::{Determined, Outcome};
use kassay_core::workbook::remediation::Standing;
use kassay_core::workbook::{Determination, Exception, Remediation};
use std::collections::BTreeSet;

/// All risks. One is closed where what was wrong was mended and tested again, and nothing that is known speaks against it.
pub(super) fn risks(context: &Context<'_>) -> Vec<Risk> {
    let book = &context.material.workbook;
    let mended: Vec<&Remediation> = book.remediations.iter().filter(|r| r.withdrawn.is_none()).collect();
    let uuids = context.uuids("remediation", mended.iter().map(|r| r.reference.clone()));
    let mended: Vec<(&Remediation, Uuid)> = mended.into_iter().zip(uuids).collect();
    let mut told = BTreeSet::new();
    let mut all: Vec<Risk> = context
        .material
        .outcomes()
        .filter(|(_, outcome)| outcome.outcome == Outcome::Fail)
        .map(|(cluster, outcome)| of_check(context, (cluster, outcome), &mended, &mut told))
        .collect();
    let practices = context.material.guidance.practices();
    let wrong = practices.filter_map(|p| Some((p, book.determination(&p.id).filter(|d| d.finding == Determined::NotInPlace)?)));
    all.extend(wrong.map(|(practice, d)| of_practice(context, practice, d, &mended, &mut told)));
    all.extend(mended.iter().filter(|(_, uuid)| !told.contains(uuid)).map(|(entry, uuid)| of_mended(context, entry, *uuid)));
    all
}

fn of_check(
    context: &Context<'_>,
    (cluster, outcome): (&str, &CheckOutcome),
    mended: &[(&Remediation, Uuid)],
    told: &mut BTreeSet<Uuid>,
) -> Risk {
    let known = checks::by_id(&outcome.check);
    let uuid = context.uuid("risk", &format!("{}\n{cluster}", outcome.check));
    let is_of = |r: &Remediation| {
        let same = r.what == outcome.check || r.check == outcome.check;
        same && (r.cluster.is_empty() || r.cluster == cluster)
    };
    let ids: BTreeSet<&str> = outcome.findings.iter().map(|f| f.id.as_str()).collect();
    let excepted = |e: &&Exception| e.is_on(cluster) && (e.what == outcome.check || ids.contains(e.what.as_str()));
    let exceptions: Vec<&Exception> = context.material.workbook.exceptions.iter().filter(excepted).collect();
    let holding = exceptions.iter().filter(|e| !e.is_lapsed(context.material.today()));
    let deadline = holding.filter_map(|e| e.until).map(|until| until.0).min().and_then(end_of);
    let mut remediations = vec![];
    if let Some(check) = known.filter(|check| !check.mend.is_empty()) {
        remediations.push(Response {
            uuid: context.uuid("recommendation", &uuid.to_string()),
            lifecycle: "recommendation",
            title: "How to mend it".to_owned(),
            description: paragraphs([check.mend]),
            props: vec![],
            remarks: String::new(),
        });
    }
    let names = exceptions.iter().map(|e| format!("{uuid}\n{}\n{}", e.what, e.cluster));
    let uuids = context.uuids("exception", names);
    remediations.extend(exceptions.iter().zip(uuids).map(|(e, uuid)| accepted(context, e, uuid)));
    let worst = outcome.findings.iter().map(|f| f.severity).min().or(known.map(|check| check.severity));
    Risk {
        uuid,
        title: line(&format!("{} on {cluster}: {}", outcome.check, known.map_or("a check of another version", |check| check.title))),
        description: paragraphs([outcome.reason.as_str()]),
        statement: paragraphs([known.map_or("What the check looks for is not known to this version.", |check| check.why)]),
        props: props([
            ("check", &outcome.check),
            ("cluster", cluster),
            ("severity", worst.map_or("", |severity| severity.id())),
            ("findings", &outcome.findings.len().to_string()),
        ]),
        status: "open",
        mitigating_factors: factors(context, uuid, mended, is_of, told),
        deadline,
        remediations,
        related_observations: vec![RelatedObservation { observation_uuid: of_outcome(context, cluster, &outcome.check) }],
        practices: outcome.practices.clone(),
    }
}

/// Somebody accepts a failure, which stays one.
fn accepted(context: &Context<'_>, e: &Exception, uuid: Uuid) -> Response {
    let today = context.material.today();
    let untold = e.untold();
    let missing = if untold.is_empty() { String::new() } else { format!("It does not tell its {}.", untold.join(", ")) };
    let of_whom = [("Owner", &e.owner), ("Approved by", &e.approver)];
    let people = of_whom.into_iter().filter_map(|(label, name)| Some(format!("{label}: {}", one_line(name)?)));
    let mut all = props([("exception-of", &e.what), ("until", &e.until.map(|day| day.to_string()).unwrap_or_default())]);
    // What kind of response it is has a name in OSCAL itself.
    all.push(Property { name: "type", ns: None, value: "accept".to_owned() });
    Response {
        uuid,
        // One that does not hold is not more than a wish.
        lifecycle: if e.is_lapsed(today) || !untold.is_empty() { "recommendation" } else { "completed" },
        title: line(&format!("Exception: {}", e.standing(today))),
        description: paragraphs(["The failure is accepted, and stays one.", &e.reason]),
        props: all,
        remarks: paragraphs(people.chain([missing, e.about.clone()])),
    }
}

fn of_practice(
    context: &Context<'_>,
    practice: &Practice,
    d: &Determination,
    mended: &[(&Remediation, Uuid)],
    told: &mut BTreeSet<Uuid>,
) -> Risk {
    let uuid = context.uuid("risk", &practice.id);
    let control = context.material.guidance.controls().find(|c| c.practices.iter().any(|p| p.id == practice.id));
    Risk {
        uuid,
        title: line(&format!("{} is not in place", practice.id)),
        description: paragraphs([if d.rationale.trim().is_empty() { "No rationale is written." } else { &d.rationale }]),
        statement: paragraphs([control.map_or(practice.text.as_str(), |control| control.threat.as_str())]),
        props: props([("practice", &super::naming::token(&practice.id))]),
        status: "open",
        mitigating_factors: factors(context, uuid, mended, |r| r.what == practice.id, told),
        deadline: None,
        remediations: vec![],
        related_observations: vec![],
        practices: vec![practice.id.clone()],
    }
}

/// What was wrong and is no risk by a check or a determination: the answer to a question, or a check that found nothing any more.
fn of_mended(context: &Context<'_>, entry: &Remediation, uuid: Uuid) -> Risk {
    let risk = context.uuid("risk", &uuid.to_string());
    let check = if entry.check.is_empty() { &entry.what } else { &entry.check };
    let (standing, _) = stands(context.material, entry);
    let observed = context.material.outcomes().filter(|(key, o)| o.check == *check && (entry.cluster.is_empty() || entry.cluster == *key));
    let related_observations =
        observed.map(|(key, o)| RelatedObservation { observation_uuid: of_outcome(context, key, &o.check) }).collect();
    Risk {
        uuid: risk,
        title: line(&format!("{} found wrong", entry.what)),
        description: paragraphs([if entry.before.trim().is_empty() { "What was wrong is not told." } else { &entry.before }]),
        statement: paragraphs([checks::by_id(check).map_or("It was found wrong, and written down as mended.", |check| check.why)]),
        props: props([("about", &entry.what), ("cluster", &entry.cluster)]),
        status: if standing == Standing::Retested { "closed" } else { "open" },
        mitigating_factors: vec![factor(context, risk, entry, uuid)],
        deadline: None,
        remediations: vec![],
        related_observations,
        practices: entry.practices.clone(),
    }
}

/// What was done against a risk, of all that was mended.
fn factors(
    context: &Context<'_>,
    risk: Uuid,
    mended: &[(&Remediation, Uuid)],
    is_of: impl Fn(&Remediation) -> bool,
    told: &mut BTreeSet<Uuid>,
) -> Vec<MitigatingFactor> {
    let here = mended.iter().filter(|(entry, _)| is_of(entry));
    here.map(|(entry, uuid)| {
        told.insert(*uuid);
        factor(context, risk, entry, *uuid)
    })
    .collect()
}

fn factor(context: &Context<'_>, risk: Uuid, entry: &Remediation, uuid: Uuid) -> MitigatingFactor {
    let (_, words) = stands(context.material, entry);
    let retested = entry.retested.map(|day| format!("Tested again on {day} by {}", entry.retested_by)).unwrap_or_default();
    let parts = [("Was wrong", &entry.before), ("Was done", &entry.after), ("Conclusion", &entry.conclusion)];
    let told = parts.into_iter().filter(|(_, words)| !words.trim().is_empty()).map(|(label, words)| format!("{label}: {words}"));
    let links = of_references(context, &entry.evidence_before).into_iter().chain(of_references(context, &entry.evidence_after));
    MitigatingFactor {
        // The same may mitigate the failures of several clusters.
        uuid: context.uuid("mitigation", &format!("{risk}\n{uuid}")),
        description: paragraphs([format!("{}: {words}", entry.reference)].into_iter().chain(told).chain([retested])),
        links: links.map(|evidence| Link { href: evidence.href, rel: "reference" }).collect(),
    }
}
