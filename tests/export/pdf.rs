//! The report as PDF: the same again, clean for qpdf, readable for pdftotext, and never stopped by a word from a cluster.

use super::assessment::{self, HOSTILE, make};
use super::material;
use kassay::export::{self, Material};
use kassay_core::model::{Category, Finding, ObjectRef, Severity};
use std::fs;
use std::path::Path;
use std::process::Command;

fn pdf(material: &Material) -> Vec<u8> {
    export::report_pdf(material).unwrap()
}

/// What another program says of a file; none where that program is not installed, which CI does not allow.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(_) => {
            assert!(std::env::var_os("KASSAY_REQUIRE_CLUSTER").is_none(), "{program} is not installed");
            eprintln!("skipped: {program} is not installed");
            None
        }
    }
}

/// The words of a PDF; none without pdftotext.
fn words(root: &Path, bytes: &[u8]) -> Option<String> {
    let path = root.join("words.pdf");
    fs::write(&path, bytes).unwrap();
    said("pdftotext", &[path.to_str().unwrap(), "-"])
}

#[test]
fn a_pdf_is_the_same_again_keeps_its_standards_and_tells_everything() {
    let root = tempfile::tempdir().unwrap();
    let material = material(&make(root.path()));
    let bytes = pdf(&material);
    assert_eq!(bytes, pdf(&material), "two exports of one workbook differ");
    assert!(bytes.starts_with(b"%PDF-1.7"));
    // The metadata of a PDF that is made to be kept is open to every reader.
    let open = String::from_utf8_lossy(&bytes).into_owned();
    for claim in ["<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<", "Acme &lt;i&gt;Payments", "2026-11-23T09:12:00"] {
        assert!(open.contains(claim), "{claim} is not claimed");
    }
    assert!(bytes.len() < 4_000_000, "{} bytes: the fonts are not cut down to what is used", bytes.len());
    let path = root.path().join("report.pdf");
    fs::write(&path, &bytes).unwrap();
    let path = path.to_str().unwrap();
    if let Some(told) = said("qpdf", &["--check", path]) {
        assert!(told.contains("No syntax or stream encoding errors"), "{told}");
    }
    if let Some(fonts) = said("pdffonts", &[path]) {
        let embedded: Vec<&str> = fonts.lines().skip(2).filter_map(|line| line.split_whitespace().rev().nth(4)).collect();
        assert!(embedded.len() >= 3 && embedded.iter().all(|word| *word == "yes"), "{fonts}");
    }
    if let Some(bookmarks) = said("qpdf", &["--json", "--json-key=outlines", path]) {
        for title in ["In two minutes", "What matters most", "Clusters", "Evidence", "Journal"] {
            assert!(bookmarks.contains(&format!("\"title\": \"{title}\"")), "{title} is no bookmark");
        }
    }
    let Some(words) = words(root.path(), &bytes) else { return };
    // Where a line ends is the page's affair.
    let joined: String = words.split_whitespace().collect();
    for told in [
        "Contents",
        "In two minutes",
        "Acme <i>Payments</i>",
        "The guidance adds no requirement to PCI DSS",
        "11111111-2222-3333-4444-555555555555",
        "secrets is forbidden: <b>cannot list</b>",
        "Proposal overruled: proposed not in place; determined in place, because Seen </p><script>alert(3)</script>.",
        &format!("shop/{HOSTILE}7"),
        "E-0001",
        "P. Engineer",
        "still wrong",
        "R-002",
        "The chain of its lines is whole",
    ] {
        assert!(joined.contains(&told.split_whitespace().collect::<String>()), "{told} is not told");
    }
    for practice in material.guidance.practices() {
        assert!(words.contains(&practice.id), "{}", practice.id);
    }
}

#[test]
fn no_word_stops_a_pdf_or_is_lost_in_it() {
    let root = tempfile::tempdir().unwrap();
    let mut material = material(&make(root.path()));
    let long = "a-very-long-name-".repeat(15);
    material.workbook.engagement.entity = "#panic() 한국 \u{202e}\u{feff}\u{0}\u{1b}]8;;x\u{7} \u{e000} $x$ *b* @r `c` \\ // <l>".into();
    material.workbook.determinations[0].rationale = format!("= No heading\n- no list \u{b}{long}\r\n{HOSTILE}");
    material.workbook.clusters[0].key = "prod".into();
    let name = "payments-production-eu/checkout-api-worker-with-a-name";
    for outcome in &mut material.assessments[0].1.outcomes {
        let object = ObjectRef::new("apps", "Deployment", "payments-production-eu", "checkout-api-worker-with-a-name");
        outcome.findings.truncate(1);
        outcome.findings.push(Finding::new(Category::Cde, object, &long).severity(Severity::High).observed("ab".repeat(32)));
    }
    let bytes = pdf(&material);
    let Some(words) = words(root.path(), &bytes) else { return };
    for told in [
        "#panic() \\u{d55c}\\u{ad6d} \\u{202e}\\u{feff}\\u{0}\\u{1b}]8;;x\\u{7} \\u{e000} $x$ *b* @r `c` \\ // <l>",
        "= No heading",
        "- no list \\u{b}",
        name,
        &"ab".repeat(32),
    ] {
        assert!(words.contains(told), "{told} is not told");
    }
    // What fits on no line is broken, and all of it is there.
    let whole: String = words.chars().filter(|c| !c.is_whitespace() && *c != '\u{200b}').collect();
    assert!(whole.contains(&long), "a long name is lost");
}

#[test]
fn beyond_a_thousand_findings_are_counted() {
    let root = tempfile::tempdir().unwrap();
    let mut material = material(&make(root.path()));
    let finding = |n: usize| {
        let object = ObjectRef::new("apps", "Deployment", "shop", &format!("web-{n:05}"));
        Finding::new(Category::Cde, object, "spec.x").severity(Severity::High).message("A message.")
    };
    for outcome in &mut material.assessments[0].1.outcomes {
        outcome.findings.clear();
    }
    material.assessments[0].1.outcomes[0].findings = (0..1_500).map(finding).collect();
    let Some(words) = words(root.path(), &pdf(&material)) else { return };
    assert!(words.contains("web-00999") && !words.contains("web-01000"));
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("500 of the 1,500 findings are not printed; findings.csv"), "what is left out is not counted");
    assert_eq!(assessment::now(), material.now);
}
