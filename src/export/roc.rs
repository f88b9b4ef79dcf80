//! What a report on compliance asks for, as tables to paste: the evidence of its section 6, and each practice with all that was found and determined
//! of it. What only the assessor can say is left open and never filled in.

use super::Material;
use super::papers::name_and_version;
use super::table::{Column, Table, cells};
use kassay_core::assess::CheckOutcome;
use kassay_core::guidance::{Area, Control, Practice, paragraphs};
use kassay_core::model::text::counted;
use kassay_core::model::{Determined, Method, Outcome};
use kassay_core::workbook::evidence::{of_practice, of_question};
use kassay_core::workbook::rollup::rank;
use kassay_core::workbook::sampling::{method_words, size_words};
use kassay_core::workbook::sign_off::{Matter, SignState, standing};
use kassay_core::workbook::{Evidence, EvidenceKind, Sample, SamplingMethod};
use pulldown_cmark::{Event, Parser, Tag};
use std::collections::BTreeSet;

/// What stands where only the assessor can tell.
const FOR_THE_ASSESSOR: &str = "";

/// The six tables of section 6, in its order.
#[must_use]
pub fn section_six(material: &Material) -> [Table<'_>; 6] {
    [retention(material), sampling(material), sample_sets(material), documents(material), interviews(material), other(material)]
}

/// A point that is asked for, and what is told of it.
fn form() -> [Column; 2] {
    [Column::line("point").wide(48), Column::words("told").wide(80).open()]
}

/// 6.1: where the evidence is kept. Who keeps it and how it is secured no workbook knows.
fn retention(material: &Material) -> Table<'_> {
    let pieces = || material.workbook.evidence.iter();
    let files = pieces().filter(|e| !e.sha256.is_empty()).map(|e| e.sha256.as_str()).collect::<BTreeSet<_>>().len();
    let withdrawn = pieces().filter(|e| !e.counts()).count();
    let kept = format!(
        "{} in the register, {withdrawn} of them withdrawn; {}, in the folder “evidence” of the assessment and of its evidence bundle, \
         each named by its SHA-256 and sealed by the manifests of the bundle.",
        counted(material.workbook.evidence.len(), "piece of evidence", "pieces of evidence"),
        counted(files, "file", "files"),
    );
    let rows = [
        cells!["What is kept, and how it is named", kept],
        cells!["Repositories in which it is kept, by name", FOR_THE_ASSESSOR],
        cells!["How the repositories are secured", FOR_THE_ASSESSOR],
        cells!["Who controls the repositories", FOR_THE_ASSESSOR],
        cells!["Whether who controls them knows for how long it must be kept, and for whom", FOR_THE_ASSESSOR],
    ];
    Table::new("roc-6-1-evidence-retention", "6.1 Evidence retention", form(), rows)
}

fn drawn(material: &Material) -> impl Iterator<Item = &Sample> {
    material.workbook.samples.iter().filter(|s| s.withdrawn.is_none())
}

/// 6.2: whether samples were drawn, and why they stand for their populations.
fn sampling(material: &Material) -> Table<'_> {
    let chosen: Vec<&Sample> = drawn(material).filter(|s| s.method != SamplingMethod::All).collect();
    let mut rows = vec![cells!["Whether samples were drawn", if chosen.is_empty() { "none is kept in this assessment" } else { "yes" }]];
    if chosen.is_empty() {
        rows.push(cells!["Who attests that every item of each population was looked at", FOR_THE_ASSESSOR]);
    }
    for s in chosen {
        let why = if s.reason.is_empty() { String::new() } else { format!(" Chosen because: {}", s.reason) };
        rows.push(cells![
            format!("{}: why its size and items stand for the population", s.reference),
            format!("{}, {}. {}{why}", size_words(s), method_words(s), s.representative).trim().to_owned(),
        ]);
    }
    rows.push(cells!["Standardized processes and controls that samples rest on, and how they were validated", FOR_THE_ASSESSOR]);
    Table::new("roc-6-2-sampling", "6.2 Sampling", form(), rows)
}

fn reference() -> Column {
    Column::short("ref").headed("Reference").wide(11)
}

/// 6.3: each sample set with all its items.
fn sample_sets(material: &Material) -> Table<'_> {
    let columns = [
        reference(),
        Column::line("type").headed("Type and description").wide(40),
        Column::words("items").headed("Items in the sample set"),
        Column::short("method").headed("Selection method").wide(28),
        Column::count("sampled").headed("Total sampled"),
        Column::count("population").headed("Total population"),
    ];
    let rows = drawn(material).map(|s| {
        cells![
            &s.reference,
            format!("{}: {}", s.population.of.label(), s.title),
            s.items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>().join("\n"),
            method_words(s),
            s.items.len(),
            s.population.count,
        ]
    });
    let notes = drawn(material).filter(|s| !s.population.incomplete.is_empty()).map(|s| {
        format!(
            "{}: its population could not be read to its end ({}): items may be missing.",
            s.reference,
            s.population.incomplete.join("; ")
        )
    });
    Table::new("roc-6-3-sample-sets", "6.3 Sample sets", columns, rows).noted(notes)
}

fn counting<'a>(material: &'a Material, kinds: &'a [EvidenceKind]) -> impl Iterator<Item = &'a Evidence> {
    material.workbook.evidence.iter().filter(|e| e.counts() && kinds.contains(&e.kind))
}

/// 6.4: documents.
fn documents(material: &Material) -> Table<'_> {
    let columns = [
        reference(),
        Column::line("document").headed("Document, with version").wide(48),
        Column::words("purpose").headed("Purpose of the document"),
        Column::day("revised").headed("Revised").wide(14),
    ];
    let rows = counting(material, &[EvidenceKind::Document]).map(|e| cells![&e.reference, name_and_version(e), &e.purpose, e.revised]);
    Table::new("roc-6-4-documents", "6.4 Documents", columns, rows)
}

/// 6.5: interviews.
fn interviews(material: &Material) -> Table<'_> {
    let columns = [
        reference(),
        Column::line("work_paper").headed("Work paper with the notes").wide(48),
        Column::words("topics").headed("Topics"),
        Column::line("role").headed("Roles interviewed"),
    ];
    let rows = counting(material, &[EvidenceKind::Interview]).map(|e| {
        let talk = e.interview.as_ref();
        cells![&e.reference, &e.title, talk.map(|t| &t.topics), talk.map(|t| &t.role)]
    });
    Table::new("roc-6-5-interviews", "6.5 Interviews", columns, rows)
}

/// 6.6: everything else: observations, what was read from systems, scans.
fn other(material: &Material) -> Table<'_> {
    use EvidenceKind::{Observation, Query, Sample, Scan};
    let columns = [
        reference(),
        Column::line("work_paper").headed("Work paper").wide(48),
        Column::choice("kind", EvidenceKind::ALL.map(EvidenceKind::label)).wide(13),
        Column::words("topics").headed("What it is about"),
        Column::short("samples").headed("Sample sets"),
    ];
    let rows = counting(material, &[Observation, Sample, Query, Scan]).map(|e| {
        let about = e.observation.as_ref().map(|o| o.seen.as_str()).filter(|seen| !seen.is_empty());
        cells![&e.reference, &e.title, e.kind.label(), about.unwrap_or(&e.purpose), e.samples.join(" ")]
    });
    Table::new("roc-6-6-other-evidence", "6.6 Other evidence", columns, rows)
}

/// Every practice in one row: what the guidance says, what the checks said, what was determined and why, and the evidence for it.
#[must_use]
pub fn assessed(material: &Material) -> Table<'_> {
    let columns = [
        Column::short("practice").wide(9),
        Column::line("section"),
        Column::line("control"),
        Column::words("threat").wide(64),
        Column::words("text").headed("What is to be in place"),
        Column::words("kubernetes").headed("On Kubernetes").wide(110),
        Column::line("dss").headed("Related PCI DSS requirements"),
        Column::choice("outcome", Outcome::ALL.map(Outcome::label)).headed("Worst outcome of its checks").wide(12),
        Column::line("checks").headed("What its checks say").wide(40),
        Column::choice("proposed", Determined::ALL.map(Determined::label)).headed("Proposed by the program"),
        Column::choice("determination", Determined::ALL.map(Determined::label)).open(),
        Column::choice("method", Method::ALL.map(Method::label)).wide(22).open(),
        Column::words("rationale").open(),
        Column::line("evidence").headed("Evidence references").open(),
        Column::line("missing").headed("Still missing"),
        Column::short("prepared_by"),
        Column::moment("prepared_at"),
        Column::choice("second_person", SignState::ALL.map(SignState::label)),
        Column::short("accepted_by"),
    ];
    let mut rows = vec![];
    for (area, control, practice) in practices(material) {
        let said = checks_of(material, &practice.id);
        let determination = material.workbook.determination(&practice.id);
        let signed = determination.and_then(|d| standing(&Matter::of_determination(d), &material.workbook, material.guidance));
        let rolled = material.proposals().iter().find(|p| p.practice == practice.id);
        rows.push(cells![
            &practice.id,
            format!("{} {}", area.number, area.title),
            format!("{} {}", control.id, control.title),
            plain(&control.threat),
            plain(&practice.text),
            plain(&control.kubernetes),
            control.dss.join("; "),
            said.iter().map(|(_, o)| o.outcome).min_by_key(|outcome| rank(*outcome)).map(Outcome::label),
            outcomes_in_words(material, &said),
            rolled.and_then(|p| p.proposal).map(Determined::label),
            determination.map(|d| d.finding.label()),
            determination.map(|d| d.method.label()),
            determination.map(|d| &d.rationale),
            evidence_of(material, control, practice).join(" "),
            rolled.map(|p| p.missing.join(" ")),
            determination.map(|d| &d.by),
            determination.map(|d| d.at),
            signed.as_ref().map(|s| s.state.label()),
            signed.as_ref().and_then(|s| s.accepted_by()).map(|step| step.by.clone()),
        ]);
    }
    Table::new("assessed-practices", "Practices", columns, rows)
}

/// Words of the catalogue without their Markdown, a line for each paragraph.
fn plain(text: &str) -> String {
    let line = |paragraph: &String| {
        let mut line = String::with_capacity(paragraph.len());
        for event in Parser::new(paragraph) {
            match event {
                Event::Start(Tag::Item) => line.push_str("- "),
                Event::Text(words) | Event::Code(words) => line.push_str(&words),
                Event::SoftBreak | Event::HardBreak => line.push(' '),
                _ => {}
            }
        }
        line
    };
    paragraphs(text).iter().map(line).collect::<Vec<_>>().join("\n")
}

fn practices(material: &Material) -> impl Iterator<Item = (&Area, &Control, &Practice)> {
    let controls = material.guidance.areas.iter().flat_map(|area| area.controls.iter().map(move |control| (area, control)));
    controls.flat_map(|(area, control)| control.practices.iter().map(move |practice| (area, control, practice)))
}

/// What the checks of a practice said on each cluster, as far as each is known.
fn checks_of<'a>(material: &'a Material, practice: &str) -> Vec<(&'a str, &'a CheckOutcome)> {
    let parts = material.together.parts.iter();
    let all = parts.flat_map(|part| part.outcomes.iter().map(move |outcome| (part.cluster.as_str(), outcome)));
    all.filter(|(_, outcome)| outcome.practices.iter().any(|p| p == practice)).collect()
}

/// `fail: 1.1/anonymous, 1.2/flags`, a line for each outcome, the worst first.
fn outcomes_in_words(material: &Material, said: &[(&str, &CheckOutcome)]) -> String {
    let line = |outcome: Outcome| {
        let checks = said.iter().filter(|(_, o)| o.outcome == outcome);
        let names: Vec<String> =
            checks.map(|(cluster, o)| if material.is_several() { format!("{} ({cluster})", o.check) } else { o.check.clone() }).collect();
        (!names.is_empty()).then(|| format!("{}: {}", outcome.label(), names.join(", ")))
    };
    Outcome::ALL.into_iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

/// References of all that supports a practice: by its own word, or by a question that asks about it.
fn evidence_of<'a>(material: &'a Material, control: &'a Control, practice: &'a Practice) -> Vec<&'a str> {
    let book = &material.workbook;
    let asked = control.questions.iter().filter(|q| q.practices.contains(&practice.id));
    let by_questions = asked.flat_map(|q| of_question(&q.id, book));
    let all: BTreeSet<&str> = of_practice(&practice.id, book).chain(by_questions).map(|e| e.reference.as_str()).collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn words_of_the_catalogue_lose_their_marks_and_nothing_else() {
        let text = "The **API server**\nreads `a_b`, *and* 2 < 3.\n\n- one `x`\n- two";
        assert_eq!(plain(text), "The API server reads a_b, and 2 < 3.\n- one x\n- two");
    }
}
