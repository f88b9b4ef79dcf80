//! The HTML report as people use it: an executive page that says what matters, and a size that browsers can take.

use super::assessment::make;
use super::{bag, material, with_more};
use kassay::export;
use kassay_core::model::{Category, Determined, Finding, ObjectRef, Severity};
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn the_executive_page_tells_what_matters_who_owns_it_and_what_was_not_seen() {
    let root = tempfile::tempdir().unwrap();
    let mut material = with_more(root.path());
    let page = |material: &export::Material| {
        let html = export::report_html(material).unwrap();
        let (from, to) = (html.find("id=\"summary\"").unwrap(), html.find("id=\"contents\"").unwrap());
        html[from..to].to_owned()
    };
    let before = page(&material);
    // A failing check whose practice the assessor determined in place is no matter of this page, but it is counted.
    assert!(before.contains("check fails where the assessor determined otherwise") || before.contains("checks fail where the assessor"));
    for told in [
        "prod-us was not read yet. Nothing passes for it.",
        "secrets is forbidden",
        "A. Assessor",
        "What mends it",
        "nobody is named",
        "<rect class=\"fail\"",
    ] {
        assert!(before.contains(told), "{told} is not told in {before}");
    }
    assert!(before.matches("<li class=").count() <= 10);
    assert!(!before.contains("excepted") && !before.contains("CISO"));
    material.workbook.determinations[0].finding = Determined::NotInPlace;
    let after = page(&material);
    let (one, other) = (after.find("determined not in place").unwrap(), after.find("not determined yet</span></h4>").unwrap());
    assert!(one < other || after[..one].contains("critical"), "what a person determined comes first among what is as bad");
    assert!(after.contains("CISO") && after.contains("Excepted: 1."), "{after}");
}

#[test]
fn fifty_thousand_findings_stay_a_page_that_a_browser_takes() {
    let root = tempfile::tempdir().unwrap();
    let mut material = material(&make(root.path()));
    let finding = |n: usize| {
        let object = ObjectRef::new("apps", "Deployment", "payments-production", &format!("checkout-api-{n:05}"));
        Finding::new(Category::Cde, object, "spec.template.spec.containers[name=web].securityContext.privileged")
            .severity(Severity::High)
            .observed("true")
            .message("The container may do everything on its node.")
    };
    for outcome in &mut material.assessments[0].1.outcomes {
        outcome.findings.clear();
    }
    material.assessments[0].1.outcomes[0].findings = (0..40_000).map(finding).collect();
    material.assessments[0].1.outcomes[1].findings = (0..10_000).map(finding).collect();
    let html = export::report_html(&material).unwrap();
    assert!(html.len() < 15_000_000, "{} bytes", html.len());
    let rows = html.matches("checkout-api-").count();
    assert!((14_000..=15_000).contains(&rows), "{rows}");
    for told in
        ["32,500 more are in findings.csv", "2,500 more are in findings.csv", "The first 10 of 40,000 are printed", "type=\"search\""]
    {
        assert!(html.contains(told), "{told} is not told");
    }
}

/// The programs that judge pages, where `.ci/run` put them; none where they can't be had.
fn tools() -> Option<PathBuf> {
    let tools = std::env::var_os("KASSAY_PAGE_TOOLS").map(PathBuf::from).filter(|folder| folder.join("axe-core").is_dir());
    if tools.is_none() {
        eprintln!("skipped: KASSAY_PAGE_TOOLS names no folder with vnu-jar, axe-core and puppeteer-core");
    }
    tools
}

#[test]
fn the_pages_are_valid_and_everybody_can_use_them() {
    let Some(tools) = tools() else { return };
    let root = tempfile::tempdir().unwrap();
    let page = root.path().join("report.html");
    std::fs::write(&page, export::report_html(&with_more(root.path())).unwrap()).unwrap();
    let run = |program: &str, arguments: &[&std::ffi::OsStr]| {
        let output = Command::new(program).args(arguments).output().unwrap();
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(output.status.success(), "{program}: {said}");
    };
    let other = tempfile::tempdir().unwrap();
    let index = bag(other.path(), "bag", export::Form::Folder).join("data/index.html");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/export/axe.cjs");
    for page in [page, index] {
        run("java", &["-jar".as_ref(), tools.join("vnu-jar/build/dist/vnu.jar").as_os_str(), page.as_os_str()]);
        run("node", &[script.as_os_str(), tools.as_os_str(), "chromium".as_ref(), page.as_os_str()]);
    }
}
