//! The determinations of an assessment as Markdown, for a wiki or a merge request. Text from clusters and people is escaped, so that a name
//! can't become a link, a picture or a heading.

use super::Material;
use kassay_core::model::{Outcome, text::clean};
use kassay_core::report::Assessment;
use kassay_core::workbook::Moment;
use kassay_core::workbook::rollup::unread;
use std::fmt::Write as _;

/// The determinations of an assessment as Markdown.
#[must_use]
pub fn report_markdown(material: &Material) -> String {
    let mut out = String::new();
    let engagement = &material.workbook.engagement;
    let proposals = material.proposals();
    put(&mut out, &format!("# {} {}\n", escape(&engagement.entity), escape(&engagement.period)));
    put(
        &mut out,
        &format!("Made {}. The guidance adds no requirement to PCI DSS; every determination is the assessor's.\n", Moment(material.now)),
    );
    for (key, assessment) in &material.assessments {
        put(&mut out, &format!("**{}**\n", escape(key)));
        if let Some(who) = &assessment.cluster.declared_complete {
            put(
                &mut out,
                &format!("That its files are the whole cluster was said by {}; kinds that they do not hold count as empty.\n", escape(who)),
            );
        }
        counts(&mut out, assessment);
    }
    for record in &material.workbook.clusters {
        if let Some(why) = unread(&material.workbook, record) {
            put(&mut out, &format!("**{}**: {}. Nothing passes for it.\n", escape(&record.key), escape(&why)));
        }
    }
    for area in &material.guidance.areas {
        put(
            &mut out,
            &format!(
                "\n## {} {}\n\n| Practice | Determined | Proposed | Rationale | By |\n| --- | --- | --- | --- | --- |",
                area.number, area.title
            ),
        );
        for practice in area.controls.iter().flat_map(|c| &c.practices) {
            let proposed = proposals.iter().find(|p| p.practice == practice.id).and_then(|p| p.proposal).map_or("–", |p| p.label());
            let (finding, rationale, by) =
                material.workbook.determination(&practice.id).map_or(("–", String::new(), String::new()), |d| {
                    (d.finding.label(), escape(&d.rationale), format!("{}, {}", escape(&d.by), d.at))
                });
            let on = on_clusters(material, &practice.id);
            put(&mut out, &format!("| {} | {finding} | {proposed}{on} | {rationale} | {by} |", practice.id));
        }
    }
    out
}

/// What is proposed on each cluster, where there are several.
fn on_clusters(material: &Material, practice: &str) -> String {
    let rolled = material.proposals().iter().find(|p| p.practice == practice).filter(|_| material.is_several());
    let said = rolled.into_iter().flat_map(|rolled| &rolled.on);
    let said: Vec<String> = said.map(|(key, p)| format!("{}: {}", escape(key), p.proposal.map_or("–", |p| p.label()))).collect();
    if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) }
}

fn counts(out: &mut String, assessment: &Assessment) {
    let counts: Vec<String> = Outcome::ALL
        .iter()
        .map(|known| format!("{} {}", assessment.outcomes.iter().filter(|o| o.outcome == *known).count(), known.label()))
        .collect();
    put(out, &format!("{} checks: {}", assessment.outcomes.len(), counts.join(", ")));
}

/// Text as it is, in one line: nothing in it is markup.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in clean(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '|' | '!' | '~' | '@' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    // Addresses become links by themselves in many viewers.
    out.replace("://", ":\u{200b}//")
}

fn put(out: &mut String, line: &str) {
    let _ = writeln!(out, "{line}");
}
