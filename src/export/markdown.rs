//! The determinations of an assessment as Markdown, for a wiki or a pull request: below the length that GitHub takes for one text, with a word about what was
//! left out, and nothing from a cluster or a person is more than text in it.

use super::Material;
use super::redact::REDACTED;
use kassay_core::guidance::Area;
use kassay_core::model::Outcome;
use kassay_core::model::marked::{marked_name, marked_within};
use kassay_core::model::text::counted;
use kassay_core::workbook::Moment;
use kassay_core::workbook::rollup::unread;
use std::cell::Cell;
use std::fmt::Write as _;

/// The longest text of a comment or pull request that GitHub takes, in characters. The same number of bytes fits there too, whatever the letters are.
pub const LONGEST: usize = 65_536;

/// How much is told, the most first: characters of Markdown of each text, and lines on clusters. The last fits with any assessment.
const STEPS: [(usize, usize); 6] = [(usize::MAX, usize::MAX), (4_000, 200), (1_000, 60), (300, 30), (120, 10), (40, 3)];

/// The determinations of an assessment as Markdown.
#[must_use]
pub fn report_markdown(material: &Material) -> String {
    let mut written = String::new();
    for (text, lines) in STEPS {
        written = Writer { material, text, lines, cut: Cell::new(0), left_out: Cell::new(0) }.document();
        if written.chars().count() <= LONGEST && written.len() <= LONGEST {
            break;
        }
    }
    written
}

struct Writer<'m> {
    material: &'m Material,
    /// Longest text, in characters of Markdown.
    text: usize,
    /// Most lines on clusters of one kind.
    lines: usize,
    /// Texts that were cut.
    cut: Cell<usize>,
    /// Lines that were left out.
    left_out: Cell<usize>,
}

impl Writer<'_> {
    fn document(&self) -> String {
        let material = self.material;
        let engagement = &material.workbook.engagement;
        let mut body = String::new();
        self.clusters(&mut body);
        for area in &material.guidance.areas {
            self.area(&mut body, area);
        }
        let title = [&engagement.entity, &engagement.period].map(|text| self.prose(text)).join(" ");
        let title = if title.trim().is_empty() { "Assessment" } else { title.trim() };
        let mut head = format!("# {title}\n\n");
        put(
            &mut head,
            &format!(
                "Made {}. The guidance adds no requirement to PCI DSS; every determination is the assessor's.\n",
                Moment(material.now)
            ),
        );
        if material.redacted.is_some() {
            put(&mut head, &format!("{REDACTED}\n"));
        }
        let determined = material.guidance.practices().filter(|p| material.workbook.determination(&p.id).is_some()).count();
        let to_confirm = material.workbook.determinations.iter().filter(|d| d.to_confirm).count();
        let all = material.guidance.practices().count();
        put(
            &mut head,
            &format!("{determined} of {all} practices are determined, {to_confirm} of these contradicted since and not confirmed.\n"),
        );
        let (cut, left_out) = (self.cut.get(), self.left_out.get());
        if cut + left_out > 0 {
            let words = format!(
                "**Not all is here**, since a comment holds {LONGEST} characters: {} cut where they end with “…”, and {} left out. The report has \
                 all of it.\n",
                counted(cut, "text is", "texts are"),
                counted(left_out, "line on clusters is", "lines on clusters are"),
            );
            put(&mut head, &words);
        }
        head + &body
    }

    /// How the checks came out on each cluster, and what of it could not be read.
    fn clusters(&self, out: &mut String) {
        let material = self.material;
        let book = &material.workbook;
        for (key, assessment) in self.most(material.assessments.iter()) {
            let counts = Outcome::ALL
                .map(|known| format!("{} {}", assessment.outcomes.iter().filter(|o| o.outcome == known).count(), known.label()))
                .join(", ");
            put(out, &format!("**{}**: {}: {counts}\n", self.name(key), counted(assessment.outcomes.len(), "check", "checks")));
            if let Some(who) = &assessment.cluster.declared_complete {
                let who = self.prose(who);
                put(out, &format!("That its files are the whole cluster was said by {who}; kinds that they do not hold count as empty.\n"));
            }
        }
        let lost = book.clusters.iter().filter_map(|record| Some((record, unread(book, record)?)));
        for (record, why) in self.most(lost) {
            put(out, &format!("**{}**: {}. Nothing passes for it.\n", self.name(&record.key), self.prose(&why)));
        }
        let lists = book.clusters.iter().flat_map(|record| record.not_read.iter().map(move |(kind, why)| (record, kind, why)));
        for (record, kind, why) in self.most(lists) {
            put(out, &format!("**{}**: {} could not be read: {}\n", self.name(&record.key), self.name(kind), self.prose(why)));
        }
    }

    fn area(&self, out: &mut String, area: &Area) {
        let material = self.material;
        let head = "| Practice | Determined | Proposed | Rationale | By |\n| --- | --- | --- | --- | --- |";
        put(out, &format!("## {} {}\n\n{head}", area.number, area.title));
        for practice in area.controls.iter().flat_map(|control| &control.practices) {
            let proposed =
                material.proposals().iter().find(|p| p.practice == practice.id).and_then(|p| p.proposal).map_or("–", |p| p.label());
            let (finding, rationale, by) = match material.workbook.determination(&practice.id) {
                None => ("–".to_owned(), String::new(), String::new()),
                Some(d) => {
                    let contradicted = if d.to_confirm { ", contradicted since" } else { "" };
                    let by = format!("{}, {}", self.prose(&d.by), d.at);
                    (format!("{}{contradicted}", d.finding.label()), self.prose(&d.rationale), by)
                }
            };
            put(out, &format!("| {} | {finding} | {proposed}{} | {rationale} | {by} |", practice.id, self.on_clusters(&practice.id)));
        }
        out.push('\n');
    }

    /// What is proposed on each cluster, where there are several.
    fn on_clusters(&self, practice: &str) -> String {
        let rolled = self.material.proposals().iter().find(|p| p.practice == practice).filter(|_| self.material.is_several());
        let said = self.most(rolled.into_iter().flat_map(|rolled| &rolled.on));
        let said: Vec<String> =
            said.iter().map(|(key, p)| format!("{}: {}", self.name(key), p.proposal.map_or("–", |p| p.label()))).collect();
        if said.is_empty() { String::new() } else { format!(" ({})", said.join(", ")) }
    }

    fn prose(&self, text: &str) -> String {
        let (text, is_cut) = marked_within(text, self.text);
        self.cut.set(self.cut.get() + usize::from(is_cut));
        text
    }

    fn name(&self, text: &str) -> String {
        let name = marked_name(text);
        if name.chars().count() <= self.text { name } else { self.prose(text) }
    }

    /// The first of a list; the others are counted.
    fn most<T>(&self, all: impl Iterator<Item = T>) -> Vec<T> {
        let mut all: Vec<T> = all.collect();
        self.left_out.set(self.left_out.get() + all.len().saturating_sub(self.lines));
        all.truncate(self.lines);
        all
    }
}

fn put(out: &mut String, line: &str) {
    // Writing to a text has nothing that could fail.
    let _ = writeln!(out, "{line}");
}
