//! The workbook for spreadsheets and the document for Word are made, are the same when made again, and are read back by other programs: nothing is lost, nothing
//! runs, nothing is another value than it was.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "support/assessment.rs"]
mod assessment;
#[path = "support/tools.rs"]
mod tools;

use assessment::{HOSTILE, make, now};
use calamine::{Data, DataType, Reader, Xlsx};
use kassay::export::{self, Material, Table};
use kassay_core::kinds::{Ingest, Inventory, KindState, Source, Withheld};
use kassay_core::model::{ExportFormat, Kind};
use kassay_core::sensitive::FingerprintKey;
use kassay_core::workbook::sign_off::{Matter, Taken, take};
use kassay_core::workbook::{CompensatingControl, CustomizedApproach, Determination, Moment, SignOffStep};
use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::process::Command;
use tools::{python, run};

/// What a terminal, a reader of lines from right to left and an XML parser stumble over.
const UNSEEN: &str = "a\u{1}b\u{202e}c\u{200b}d\u{ffff}e";
const UNSEEN_SHOWN: &str = "a\\u{1}b\\u{202e}c\\u{200b}d\\u{ffff}e";

/// A cluster in which somebody holds a right and two workloads may connect.
fn inventory() -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    for kind in Kind::ALL {
        ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
    }
    ingest.object(Kind::Namespaces, r#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#);
    for name in ["web", "db"] {
        let pod = format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}","namespace":"shop"}},"spec":{{"containers":[{{"name":"c","image":"c:1"}}]}}}}"#
        );
        ingest.object(Kind::Pods, &pod);
    }
    ingest.object(
        Kind::ClusterRoles,
        r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"all"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}"#,
    );
    ingest.object(
        Kind::ClusterRoleBindings,
        r#"{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"all"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"all"},"subjects":[{"kind":"User","apiGroup":"rbac.authorization.k8s.io","name":"=jane"}]}"#,
    );
    ingest.finish()
}

/// An assessment with something of everything.
fn material(root: &Path) -> Material {
    let mut material = Material::load(&make(root), now()).unwrap().with_registers(|_| Ok(inventory()));
    let withheld = Withheld { field: "the withheld field".into(), detector: "card-number".into(), times: 1, ..Withheld::default() };
    material.assessments[0].1.withheld.push(withheld);
    let book = &mut material.workbook;
    let first = book.determinations[0].clone();
    book.determinations[0].compensating = Some(CompensatingControl {
        control: format!("=control {UNSEEN}"),
        risk: "the risk of the worksheet".into(),
        ..CompensatingControl::default()
    });
    let customized = Some(CustomizedApproach { meets: "It <b>meets</b>.".into(), ..CustomizedApproach::default() });
    book.determinations.push(Determination { practice: "1.2.a".into(), customized, ..first });
    let matter = Matter::Determination("1.1.a".into());
    let accepted = Taken { matter: &matter, step: SignOffStep::Accepted, words: "", by: "R. Reviewer", at: Moment(now()) };
    take(book, material.guidance, &accepted).unwrap();
    material
}

fn every_table(material: &Material) -> Vec<Table<'_>> {
    let mut all = export::tables(material);
    all.extend(export::section_six(material));
    all.extend([export::assessed(material), export::outcomes(material), export::coverage(material)]);
    all
}

#[test]
fn tables_say_what_their_columns_hold() {
    let root = tempfile::tempdir().unwrap();
    let material = material(root.path());
    let (mut names, mut titles) = (BTreeSet::new(), BTreeSet::new());
    for table in every_table(&material) {
        assert!(names.insert(table.name) && titles.insert(table.title.to_lowercase()), "{} is there twice", table.name);
        assert!(
            table.title.len() <= 31 && !table.title.contains(['[', ']', ':', '*', '?', '/', '\\']),
            "no sheet can be named {}",
            table.title
        );
        let columns: BTreeSet<&str> = table.columns.iter().map(|column| &*column.name).collect();
        assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
        for row in &table.rows {
            for (cell, column) in row.iter().zip(&table.columns) {
                assert!(cell.is_of(&column.kind), "{}, {}: {cell:?} is no {:?}", table.name, column.name, column.kind);
            }
        }
    }
    // Both registers are worked out from what was read.
    let (access, flows) = (export::access(&material), export::flows(&material));
    assert!(access.rows.iter().any(|row| row[3].to_string() == "=jane" && row[4].to_string() == "ClusterRole all"), "{access:?}");
    assert!(flows.rows.iter().any(|row| row[2].to_string() == "shop/Pod/web" && row[4].to_string() == "shop/Pod/db"), "{flows:?}");
    let all = export::assessed(&material);
    assert_eq!(all.rows.len(), material.guidance.practices().count());
}

/// The whole workbook as another library reads it, by sheet.
fn sheets(bytes: &[u8]) -> Vec<(String, calamine::Range<Data>)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    for name in book.sheet_names() {
        let formulas = book.worksheet_formula(&name).unwrap();
        assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "{name} holds a formula");
    }
    book.worksheets()
}

#[test]
fn a_workbook_is_the_same_again_and_holds_every_row_with_its_type() {
    let root = tempfile::tempdir().unwrap();
    let material = material(root.path());
    let bytes = export::report_xlsx(&material).unwrap();
    assert!(bytes == export::report_xlsx(&material).unwrap(), "two exports differ");
    let sheets = sheets(&bytes);
    let sheet = |name: &str| &sheets.iter().find(|(n, _)| n == name).unwrap_or_else(|| panic!("there is no sheet {name}")).1;
    assert_eq!(sheets[0].0, "Cover");
    assert_eq!(sheet("Cover").get((0, 0)), Some(&Data::String("Acme <i>Payments</i> 2026".into())));
    for table in every_table(&material) {
        let Some((_, range)) = sheets.iter().find(|(name, _)| name == table.title) else {
            // The kinds of evidence have the tables of a report on compliance; what is empty has no sheet.
            assert!(table.is_empty() || table.name.starts_with("evidence-"), "{} has no sheet", table.name);
            continue;
        };
        let head = table.notes.len();
        assert_eq!(range.height(), head + 1 + table.rows.len(), "{}", table.name);
        for (nth, row) in table.rows.iter().enumerate() {
            for (at, cell) in row.iter().enumerate() {
                let read = range.get((head + 1 + nth, at)).unwrap_or(&Data::Empty);
                let same = match cell {
                    export::Cell::Empty => read.is_empty(),
                    export::Cell::Text(text) if text.is_empty() => read.is_empty(),
                    export::Cell::Text(text) => read.get_string() == Some(&text.replace(UNSEEN, UNSEEN_SHOWN)),
                    export::Cell::Count(n) => read.get_float() == Some(*n as f64),
                    export::Cell::Yes(is_so) => read.get_bool() == Some(*is_so),
                    export::Cell::Day(_) | export::Cell::Moment(_) => read.is_datetime(),
                };
                assert!(same, "{}, row {nth}, {}: {cell:?} became {read:?}", table.name, table.columns[at].name);
            }
        }
    }
    assert!(sheet("Findings").rows().any(|row| row.iter().any(|cell| cell.get_string() == Some(HOSTILE))));
}

#[test]
fn a_document_is_the_same_again_and_is_xml_throughout() {
    let root = tempfile::tempdir().unwrap();
    let material = material(root.path());
    let bytes = export::report_docx(&material).unwrap();
    assert!(bytes == export::report_docx(&material).unwrap(), "two exports differ");
    let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    assert_eq!(zip.name_for_index(0).unwrap().unwrap(), "[Content_Types].xml");
    let text = text_of(&bytes, "word/document.xml");
    for told in [
        "Acme &lt;i&gt;Payments",
        "=control a\\u{1}b\\u{202e}c\\u{200b}d\\u{ffff}e",
        "It &lt;b&gt;meets&lt;/b&gt;.",
        "R. Reviewer",
        "platform lead",
        "inconsistent: 1 conforms, 1 deviates",
        "6.3 Sample sets",
    ] {
        assert!(text.contains(told), "{told} is not told");
    }
    for practice in material.guidance.practices() {
        assert!(text.contains(&format!(">{}<", practice.id)), "{} is not told", practice.id);
    }
    for nth in 0..zip.len() {
        let mut part = String::new();
        zip.by_index(nth).unwrap().read_to_string(&mut part).unwrap();
        let mut xml = quick_xml::Reader::from_str(&part);
        loop {
            match xml.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(error) => panic!("part {nth} at {}: {error}", xml.buffer_position()),
            }
        }
    }
}

/// A part of a package as text.
fn text_of(bytes: &[u8], part: &str) -> String {
    let mut text = String::new();
    zip::ZipArchive::new(Cursor::new(bytes)).unwrap().by_name(part).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn openpyxl_reads_types_filters_and_choices() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("acme.xlsx");
    std::fs::write(&file, export::report_xlsx(&material(root.path())).unwrap()).unwrap();
    let script = r#"
import sys, datetime, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
assert book.properties.created == datetime.datetime(2026, 11, 23, 9, 12), book.properties.created
sheet = book["Practices"]
head = {cell.value: cell.column for cell in sheet[1]}
assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref.startswith("A1:"), (sheet.freeze_panes, sheet.auto_filter.ref)
row = next(row for row in sheet.iter_rows(min_row=2) if row[head["Practice"] - 1].value == "1.1.a")
assert row[head["Determination"] - 1].value == "in place"
assert row[head["Prepared at (UTC)"] - 1].value == datetime.datetime(2026, 11, 23, 9, 12)
assert row[head["Evidence references"] - 1].value.startswith("E-0001")
lists = {v.formula1 for v in sheet.data_validations.dataValidation}
assert len(lists) == 2 and all(l.startswith("Lists!$") for l in lists), lists
assert book["Lists"].sheet_state == "hidden"
column = next(iter(sorted(lists))).split("$")[1]
assert [c.value for c in book["Lists"]["A"] if c.value] == ["in place", "not in place", "not applicable", "not tested"]
finding = next(book["Findings"].iter_rows(min_row=2))
observed = [cell for cell in finding if cell.value == "=<script>alert(1)</script>"]
assert observed and all(cell.data_type == "s" and cell.quotePrefix for cell in observed), [c.data_type for c in observed]
for sheet in book:
    for row in sheet.iter_rows():
        assert not any(cell.data_type == "f" for cell in row), sheet.title
print(len(book.sheetnames))
"#;
    if let Some(said) = python("openpyxl", script, &[&file]) {
        assert!(said.trim().parse::<usize>().unwrap() > 12, "{said}");
    }
}

#[test]
fn python_docx_reads_headings_and_tables() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("acme.docx");
    std::fs::write(&file, export::report_docx(&material(root.path())).unwrap()).unwrap();
    let script = r#"
import sys, datetime, docx
from docx.oxml.ns import qn
book = docx.Document(sys.argv[1])
assert book.core_properties.title == "Acme <i>Payments</i> 2026" and book.core_properties.author == "A. Assessor"
assert book.core_properties.created.replace(tzinfo=None) == datetime.datetime(2026, 11, 23, 9, 12)
headings = [p for p in book.paragraphs if p.style.name.startswith("Heading")]
names = [p.text for p in headings]
level = 0
for p in headings:
    now = int(p.style.name.split()[-1])
    assert now <= level + 1, ("a level is left out before", p.text)
    level = now
for name in ["6.1 Evidence retention", "6.2 Sampling", "6.3 Sample sets", "6.4 Documents", "6.5 Interviews", "6.6 Other evidence"]:
    assert name in names, name
marks = {b.get(qn("w:name")) for b in book.element.iter(qn("w:bookmarkStart"))}
links = [h.get(qn("w:anchor")) for h in book.element.iter(qn("w:hyperlink"))]
assert links and set(links) <= marks and len(links) == len(set(links))
headed = [t for t in book.tables if t.rows[0]._tr.find(qn("w:trPr")) is not None]
practices = [t for t in headed if t.rows[0].cells[0].text == "Practice" and t.rows[0].cells[1].text == "What is to be in place"]
assert len(practices) == 16, len(practices)
for t in practices:
    assert t.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(len(row.cells) == 9 for row in t.rows)
said = next(t for t in headed if t.rows[0].cells[0].text == "Sample")
assert [row.cells[4].text for row in said.rows[1:]] == ["=<script>alert(1)</script>"] * 2
print(sum(len(t.rows) - 1 for t in practices))
"#;
    if let Some(said) = python("docx", script, &[&file]) {
        let practices = kassay_core::guidance::Guidance::shipped().unwrap().practices().count();
        assert_eq!(said.trim(), practices.to_string());
    }
}

#[test]
fn libreoffice_opens_both_without_a_word() {
    let root = tempfile::tempdir().unwrap();
    let material = material(root.path());
    std::fs::write(root.path().join("book.xlsx"), export::report_xlsx(&material).unwrap()).unwrap();
    std::fs::write(root.path().join("text.docx"), export::report_docx(&material).unwrap()).unwrap();
    // A profile of its own, so that it does not meet another one that runs.
    let profile = format!("-env:UserInstallation=file://{}", root.path().join("profile").display());
    let mut office = Command::new("soffice");
    let office = office.args([&profile, "--headless", "--convert-to", "pdf", "--outdir"]).arg(root.path());
    let Some(said) = run(office.arg(root.path().join("book.xlsx")).arg(root.path().join("text.docx"))) else { return };
    let words = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && !words.to_lowercase().contains("error"), "{words}");
    for (name, told) in [("book.pdf", "Evidence retention"), ("text.pdf", "6.5 Interviews")] {
        let pdf = root.path().join(name);
        assert!(pdf.is_file(), "{name} was not made: {words}");
        if let Some(text) = run(Command::new("pdftotext").arg(&pdf).arg("-")) {
            assert!(String::from_utf8_lossy(&text.stdout).contains(told), "{name} does not tell {told}");
        }
    }
}

/// All that a form of export says, without the marks of the form; none where the program that reads it is not there.
fn said(format: &str, material: &Material, root: &Path) -> Option<String> {
    let text = match format {
        "bag" => {
            let bag = root.join("bag");
            export::bag(material, &bag, export::Form::Folder, &|_| std::ops::ControlFlow::Continue(())).unwrap();
            let mut found = String::new();
            let mut folders = vec![bag];
            while let Some(folder) = folders.pop() {
                for entry in std::fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    if path.is_dir() {
                        folders.push(path);
                    } else {
                        found.push_str(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
                    }
                }
            }
            found
        }
        "pdf" => {
            let path = root.join("report.pdf");
            std::fs::write(&path, export::report_pdf(material).unwrap()).unwrap();
            let words = run(Command::new("pdftotext").arg(&path).arg("-"))?;
            // Lines end where the page does: once with a blank there, for sentences, and once without, for names.
            let words = String::from_utf8_lossy(&words.stdout).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            format!("{}\n{}", words.join(" "), words.concat())
        }
        "xlsx" => {
            let all = sheets(&export::report_xlsx(material).unwrap());
            let cells = all.iter().flat_map(|(_, range)| range.used_cells().map(|(_, _, cell)| cell.to_string()).collect::<Vec<_>>());
            cells.collect::<Vec<_>>().join("\n")
        }
        "docx" => text_of(&export::report_docx(material).unwrap(), "word/document.xml"),
        text => {
            let format = ExportFormat::by_id(text).unwrap_or_else(|| panic!("no export is known for the column {text}"));
            let export::Maker::Single(single) = export::maker(format) else { panic!("{text} is one file") };
            let mut made = vec![];
            single.write(material, &export::Wish::default(), &mut made).unwrap();
            // The escapes of Markdown.
            String::from_utf8(made).unwrap().replace('\\', "")
        }
    };
    Some(text.replace("&lt;", "<").replace("&gt;", ">").replace("&#x2f;", "/").replace("&amp;", "&"))
}

/// What stands in the assessment of the tests for each row of the page.
fn mark<'m>(row: &str, material: &'m Material) -> &'m str {
    match row {
        "every finding" => "</script>299",
        "the first findings of each check" => "</script>199",
        "what each check says, and why" => "300 of 300.",
        "what could not be read" => "cannot list",
        "determinations with their reasons" => "alert(3)",
        "worksheets and controls matrices" => "the risk of the worksheet",
        "the second person's steps" => "R. Reviewer",
        "answers" => "P. Engineer",
        "interviews" => "platform lead",
        "sample sets" => "one pipeline",
        "requests" => "by contract",
        "exceptions" => "CISO",
        "found wrong and mended" => "It is closed.",
        "the access register" => "ClusterRole all",
        "connections between workloads" => "shop/Pod/db",
        "policies on trial: every verdict" => "clean-pod",
        "the witnesses that policies let in" => "escalation-true",
        "the guidance's words on Kubernetes" => "Everybody asks the API server",
        "SHA-256 of each file of evidence" => &material.workbook.evidence[0].sha256,
        "SHA-256 of each snapshot" => &material.workbook.clusters[0].snapshot,
        "files of evidence" => "%PDF-1.7",
        "snapshots as they were read" => "a snapshot",
        "what was withheld: where, by which detector, how often" => "the withheld field",
        "lines of the journal" => "read prod",
        other => panic!("nothing is known by which to find “{other}”"),
    }
}

#[test]
fn the_page_says_what_each_format_holds() {
    let root = tempfile::tempdir().unwrap();
    let material = material(root.path());
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bundle.md")).unwrap();
    let table = page.split("## What each format holds").nth(1).expect("the page has the section");
    let mut lines = table.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect::<Vec<_>>();
    let formats = cells(lines.next().unwrap()).split_off(1);
    // A zip holds what the folder does, and the register of evidence is one table of it.
    let known = ExportFormat::ALL.into_iter().filter(|format| !matches!(format, ExportFormat::BagZip | ExportFormat::EvidenceCsv));
    assert_eq!(formats.iter().map(String::as_str).collect::<BTreeSet<_>>(), known.map(ExportFormat::id).collect::<BTreeSet<_>>());
    for format in ExportFormat::ALL {
        assert!(page.contains(&format!("`{}`", format.id())), "{} is not on the page", format.id());
    }
    let texts: Vec<Option<String>> = formats.iter().map(|format| said(format, &material, root.path())).collect();
    let (mut rows, mut wrong) = (0, vec![]);
    for row in lines.skip(1).map(cells) {
        rows += 1;
        let mark = mark(&row[0], &material);
        for ((told, format), text) in row[1..].iter().zip(&formats).zip(&texts) {
            if text.as_ref().is_some_and(|text| text.contains(mark) != (told != "–")) {
                wrong.push(format!("{}: {format} is said to be “{told}”", row[0]));
            }
        }
    }
    assert!(rows >= 20 && wrong.is_empty(), "{rows} rows: {wrong:#?}");
}
