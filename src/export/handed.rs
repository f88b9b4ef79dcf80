//! Findings that fit a query, handed to the team that they concern: as lines, and as tables of Markdown by cluster and namespace.

use super::Material;
use super::plain::one_line;
use kassay_core::assess::CheckOutcome;
use kassay_core::model::Finding;
use kassay_core::model::marked::{marked, marked_name};
use kassay_core::workbook::excepting::exception_of;
use kassay_core::workbook::newness::Newness;
use kassay_core::workbook::query::{Found, Haystacks, Query};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Whether a finding fits.
pub(super) fn fits(material: &Material, query: &Query, cluster: &str, outcome: &CheckOutcome, finding: &Finding) -> bool {
    if query.is_empty() {
        return true;
    }
    let today = material.today();
    let exception = exception_of(&material.workbook.exceptions, (&outcome.check, &finding.id, cluster), today);
    let texts = query.in_texts(&mut None, || Haystacks::from_iter([finding]));
    query.fits(&Found {
        finding,
        check: &outcome.check,
        outcome: outcome.outcome,
        cluster,
        newness: material.before.get(cluster).map_or(Newness::Untold, |before| before.newness(&outcome.check, finding)),
        excepted: exception.is_some_and(|e| !e.is_lapsed(today)),
        texts: &texts,
        at: 0,
    })
}

fn fitting<'a>(material: &'a Material, query: &Query) -> Vec<(&'a str, &'a CheckOutcome, &'a Finding)> {
    let outcomes = material.assessments.iter().flat_map(|(key, a)| a.outcomes.iter().map(move |outcome| (key.as_str(), outcome)));
    let all = outcomes.flat_map(|(key, outcome)| outcome.findings.iter().map(move |finding| (key, outcome, finding)));
    all.filter(|(key, outcome, finding)| fits(material, query, key, outcome, finding)).collect()
}

/// A line for each, the worst first.
#[must_use]
pub fn findings_text(material: &Material, query: &Query) -> String {
    let mut found = fitting(material, query);
    found.sort_by_key(|(_, _, f)| f.severity);
    let mut text = String::new();
    for (cluster, outcome, f) in found {
        let object = f.object.to_string();
        let observed = if f.observed.is_empty() { String::new() } else { format!(" ({}: {})", f.field, f.observed) };
        let line = format!("{}  {}  {cluster}  {object}: {}{observed}", f.severity.id(), outcome.check, f.message);
        text.push_str(&one_line(&line).unwrap_or_default());
        text.push('\n');
    }
    text
}

/// Tables by cluster and namespace.
#[must_use]
pub fn findings_markdown(material: &Material, query: &Query) -> String {
    let found = fitting(material, query);
    let engagement = &material.workbook.engagement;
    let title = format!("{} {}", engagement.entity, engagement.period);
    let mut text = format!("# Findings: {}\n", marked(title.trim()));
    let mut groups: BTreeMap<(&str, &str), Vec<(&CheckOutcome, &Finding)>> = BTreeMap::new();
    for (cluster, outcome, finding) in found {
        groups.entry((cluster, finding.object.namespace.as_str())).or_default().push((outcome, finding));
    }
    if groups.is_empty() {
        text.push_str("\nNo finding fits.\n");
    }
    for ((cluster, namespace), mut found) in groups {
        found.sort_by_key(|(_, f)| f.severity);
        let place = if namespace.is_empty() { "cluster-wide".to_owned() } else { marked_name(namespace) };
        let _ = write!(
            text,
            "\n## {}: {place}\n\n| severity | check | object | what | to mend |\n| --- | --- | --- | --- | --- |\n",
            marked(cluster)
        );
        for (outcome, f) in found {
            let observed = if f.observed.is_empty() { String::new() } else { format!(" ({}: {})", f.field, f.observed) };
            let what = marked(&format!("{}{observed}", f.message));
            let object = marked_name(&format!("{} {}", f.object.kind, f.object.name));
            let _ = writeln!(text, "| {} | {} | {object} | {what} | {} |", f.severity.id(), outcome.check, marked(&f.mend));
        }
    }
    text
}
