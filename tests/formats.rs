//! Formats for other programs: what their schemas and their readers take, what they say of a determination, and that no text from a cluster or a person breaks
//! one of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "support/assessment.rs"]
mod assessment;
#[path = "support/cluster.rs"]
mod cluster;
#[path = "formats/gemara.rs"]
mod gemara;
#[path = "formats/hostile.rs"]
mod hostile;
#[path = "formats/intoto.rs"]
mod intoto;
#[path = "formats/markdown.rs"]
mod markdown;
#[path = "formats/readers.rs"]
mod readers;
#[path = "formats/sarif.rs"]
mod sarif;
#[path = "support/tools.rs"]
mod tools;

use assessment::{make, now};
use kassay::export::Material;
use kassay_core::model::Determined;
use kassay_core::workbook::{Day, Determination, EvidenceKind, Exception};
use std::path::Path;

/// What a terminal, a reader of lines from right to left, Markdown and YAML stumble over.
const ODD: &str = "a\u{1}b\u{202e}c\u{200b}d # {{ x }} [y](javascript:z): 'q' \"r\" \\n *e &f !g\r\n\u{2028}- h\u{85}i\u{feff}\u{7f}";

/// Practices with a determination each, and whether something speaks against it.
const DETERMINED: [(&str, Determined, bool); 6] = [
    ("1.1.a", Determined::InPlace, false),
    ("1.2.a", Determined::NotInPlace, false),
    ("1.3.a", Determined::NotApplicable, false),
    ("1.4.a", Determined::NotTested, false),
    ("2.1.a", Determined::InPlace, true),
    ("2.2.a", Determined::NotApplicable, true),
];

/// An assessment with something of everything, and with what a person would rather not have typed.
fn material(root: &Path) -> Material {
    let mut material = Material::load(&make(root), now()).unwrap();
    let book = &mut material.workbook;
    let first = book.determinations[0].clone();
    for (practice, finding, to_confirm) in &DETERMINED[1..] {
        book.determinations.push(Determination {
            practice: (*practice).into(),
            finding: *finding,
            to_confirm: *to_confirm,
            by: format!(" B.\u{200b} {ODD}"),
            rationale: ODD.into(),
            ..first.clone()
        });
    }
    book.engagement.reviewers = vec!["R. Reviewer".into()];
    book.evidence.iter_mut().filter(|piece| piece.kind == EvidenceKind::Interview).for_each(|piece| piece.title = ODD.into());
    book.exceptions.push(Exception {
        reason: ODD.into(),
        owner: "CISO".into(),
        approver: "CFO".into(),
        until: Some(Day("2027-03-31".parse().unwrap())),
        ..Exception::of("1.1/made-up")
    });
    // What is there twice is told twice.
    let again = book.answers[0].clone();
    book.answers.push(again);
    let again = book.evidence[0].clone();
    book.evidence.push(again);
    material
}
