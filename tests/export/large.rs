//! Much in one export: what is written comes in pages while it is made, however much it is.

use super::assessment::make;
use super::material;
use kassay::export::{Form, Maker, Material, Wish, bag, maker};
use kassay_core::model::ExportFormat;
use kassay_core::model::{Category, Finding, ObjectRef, Severity};
use std::fs::{self, File};
use std::io::{self, Read as _, Write};
use std::ops::ControlFlow;
use std::process::{Command, Stdio};

/// More is never held back before it is written.
const PAGE: usize = 1 << 20;

/// Throws away what is written, and remembers how much it was, and how much at once.
#[derive(Default)]
struct Counter {
    all: usize,
    most: usize,
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.all += bytes.len();
        self.most = self.most.max(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn with_findings(mut material: Material, findings: usize) -> Material {
    let finding = |nth: usize| {
        let object = ObjectRef::new("apps", "Deployment", "payments-production", &format!("checkout-api-{nth:05}"));
        let mut finding = Finding::new(Category::Cde, object, "spec.template.spec.containers[name=web].securityContext.privileged")
            .severity(Severity::High)
            .observed("true")
            .message("The container may do everything on its node.");
        finding.identify("1.1/made-up");
        finding
    };
    material.assessments[0].1.outcomes[0].findings = (0..findings).map(finding).collect();
    material
}

#[test]
fn what_tells_all_findings_is_written_while_it_is_made() {
    let root = tempfile::tempdir().unwrap();
    let material = with_findings(material(&make(root.path())), 20_000);
    for format in [ExportFormat::Csv, ExportFormat::Html, ExportFormat::Json, ExportFormat::Sarif, ExportFormat::Oscal] {
        let Maker::Single(single) = maker(format) else { panic!("{format:?} is one file") };
        let mut counter = Counter::default();
        single.write(&material, &Wish::default(), &mut counter).unwrap();
        assert!(counter.all > 4 * PAGE && counter.most < PAGE, "{format:?}: {} bytes, of which {} at once", counter.all, counter.most);
    }
}

#[test]
fn whoever_stops_a_bag_is_heard_within_a_file() {
    // A large piece of evidence is told of in strides, so it is neither read at once nor to its end once somebody stops it.
    let root = tempfile::tempdir().unwrap();
    let dir = make(root.path());
    let evidence = dir.join("evidence");
    let piece = fs::read_dir(&evidence).unwrap().next().unwrap().unwrap().path();
    File::options().write(true).open(&piece).unwrap().set_len(1 << 40).unwrap();
    for (name, form) in [("bag", Form::Folder), ("bag.zip", Form::Zip)] {
        let name_of_piece = piece.file_name().unwrap().to_string_lossy().into_owned();
        let begun = std::cell::Cell::new(None);
        let stopped = bag(&material(&dir), &root.path().join(name), form, &|step| {
            if step.name.ends_with(&name_of_piece) {
                let first = begun.get().unwrap_or(step.bytes);
                begun.set(Some(first));
                if step.bytes - first > 20 << 20 {
                    assert!(step.bytes - first < 32 << 20, "it was told of {} bytes later", step.bytes - first);
                    return ControlFlow::Break(());
                }
            }
            ControlFlow::Continue(())
        });
        assert!(matches!(stopped, Err(kassay::export::ExportError::Cancelled)), "{name}: {stopped:?}");
        assert!(!root.path().join(name).exists());
    }
}

#[test]
fn whoever_stops_reading_gets_no_error() {
    let root = tempfile::tempdir().unwrap();
    make(root.path());
    for format in ["html", "json", "sarif", "oscal"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kassay"))
            .args(["export", "--workbook", "acme", "--format", format])
            .current_dir(root.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 100]).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{format}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
