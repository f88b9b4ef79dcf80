//! Markdown for a wiki or a pull request: GitHub's own parser shows what was written, and nothing in it links, calls or closes.

use super::{material, tools};
use kassay::export::{self, Material};
use kassay_core::model::marked::{marked, marked_name};
use kassay_core::workbook::{ClusterRecord, Determination, Together};
use std::path::Path;

/// What would do something where it is not taken for text.
const TRICKS: &[&str] = &[
    "@admin and @org/team, a@b.example",
    "fixes #1, closes org/repo#2, GH-3, gh-4, !5, ~label, %milestone, $snippet, &epic",
    "<!-- hidden",
    "--> <script>alert(1)</script> <img src=x>",
    "![x](https://evil.example/x.png) [y](javascript:z) [z][1] <https://evil.example>",
    "https://evil.example http://evil.example www.evil.example ftp://evil.example mailto:a@b.example",
    "a | b \\| c || d \\\\| e |",
    "`code` ``more`` ` ```",
    "* list # heading _emphasis_ **strong** ~~gone~~ ^[note] [^1] :tada: :+1:",
    "| --- | --- |",
    "&lt;b&gt; &#64;user &amp;",
    "$`x`$ $x$ $$y$$",
    "\\",
    "two\nlines\r\nand\ttabs",
    "\u{1b}[31m\u{202e}\u{200b}\u{e0041}\u{85}\u{7f}",
];

/// The text with all that is not seen shown, as it should be read.
fn shown(text: &str) -> String {
    kassay_core::model::text::clean(text).trim().to_owned()
}

const READ: &str = r##"
import sys, json, re, pathlib
import cmarkgfm
from cmarkgfm.cmark import Options
from html.parser import HTMLParser

class Seen(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.rows, self.text, self.code = set(), [], [], 0
    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr": self.rows.append([])
        if tag in ("td", "th"): self.rows[-1].append("")
        if tag == "code": self.code += 1
    def handle_endtag(self, tag):
        if tag == "code": self.code -= 1
    def handle_comment(self, data):
        raise AssertionError("a comment: " + data)
    def handle_data(self, data):
        if self.rows and self.rows[-1]: self.rows[-1][-1] += data
        if not self.code: self.text.append(data)

def look(markdown):
    page = cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE)
    seen = Seen()
    seen.feed(page)
    extra = seen.tags - {"table", "thead", "tbody", "tr", "th", "td", "h1", "h2", "h3", "p", "strong", "code"}
    assert not extra, (extra, page)
    for words in seen.text:
        for sign in (r"@\w", r"#\w", r"(?i)\bgh-\d", r"!\w", r"~\w", r":[a-z+][\w+-]*:", r"://", r"(?i)www\."):
            assert not re.search(sign, words), (sign, words)
    return seen
"##;

#[test]
fn the_parser_of_github_shows_each_text_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("cells.md");
    let mut page = "| a | b | c |\n| --- | --- | --- |\n".to_owned();
    for text in TRICKS {
        page.push_str(&format!("| {} | {} | end |\n", marked(text), marked_name(text)));
    }
    std::fs::write(&file, &page).unwrap();
    let script = format!(
        "{READ}\nrows = look(pathlib.Path(sys.argv[1]).read_text('utf-8')).rows\njson.dump([[cell.replace('\\u200b', '').rstrip('\\n') for cell in row] for row in rows], sys.stdout)"
    );
    if let Some(said) = tools::python("cmarkgfm", &script, &[&file]) {
        let rows: Vec<Vec<String>> = serde_json::from_str(&said).unwrap();
        assert_eq!(rows.len(), TRICKS.len() + 1);
        for (row, text) in rows[1..].iter().zip(TRICKS) {
            assert_eq!(row, &[shown(text), shown(text), "end".to_owned()], "{text:?}");
        }
    }
    assert!(!page.chars().any(|c| c != '\n' && kassay_core::model::text::is_hidden(c)), "the file itself hides something");
}

/// Has GitHub's parser read a report: how many rows its tables have, which must all be whole.
pub fn parsed(file: &Path) -> Option<usize> {
    let look = "rows = look(pathlib.Path(sys.argv[1]).read_text('utf-8')).rows\nassert all(len(row) == 5 for row in rows), [row for row in rows if len(row) != 5]\nprint(len(rows))";
    tools::python("cmarkgfm", &format!("{READ}\n{look}"), &[file]).map(|said| said.trim().parse().unwrap())
}

/// Has GitHub's parser read any text: nothing in it is more than text and tables.
pub fn harmless(file: &Path) {
    tools::python("cmarkgfm", &format!("{READ}\nlook(pathlib.Path(sys.argv[1]).read_text('utf-8'))"), &[file]);
}

fn look(material: &Material, root: &Path) -> String {
    let text = export::report_markdown(material);
    let file = root.join("report.md");
    std::fs::write(&file, &text).unwrap();
    if let Some(rows) = parsed(&file) {
        assert_eq!(rows, material.guidance.practices().count() + material.guidance.areas.len());
    }
    text
}

#[test]
fn a_report_is_a_table_for_each_area_whatever_is_in_it() {
    let root = tempfile::tempdir().unwrap();
    let mut material = material(root.path());
    let first = material.workbook.determinations[0].clone();
    let practices: Vec<String> = material.guidance.practices().map(|p| p.id.clone()).collect();
    let trick = |nth: usize| TRICKS[nth % TRICKS.len()].to_owned();
    material.workbook.determinations = (practices.iter().enumerate())
        .map(|(nth, practice)| Determination { practice: practice.clone(), rationale: trick(nth), by: trick(nth + 1), ..first.clone() })
        .collect();
    material.workbook.engagement.entity = TRICKS.join(" ");
    let record = material.workbook.clusters[0].clone();
    for trick in TRICKS {
        material.workbook.clusters.push(ClusterRecord { key: (*trick).into(), collected_at: None, assessed_at: None, ..record.clone() });
        material.workbook.clusters[0].not_read.insert((*trick).into(), (*trick).into());
    }
    material.together = Together::of(material.guidance, &material.workbook, material.today());
    let text = look(&material, root.path());
    assert!(text.contains("Nothing passes for it.") && text.contains("could not be read"));
}

#[test]
fn it_fits_into_a_comment_and_says_what_was_left_out() {
    let root = tempfile::tempdir().unwrap();
    let mut material = material(root.path());
    assert!(!export::report_markdown(&material).contains("Not all is here"));
    let first = material.workbook.determinations[0].clone();
    for long in ["words of it ".repeat(2_000), "@#|é<".repeat(3_000)] {
        material.workbook.determinations = material
            .guidance
            .practices()
            .map(|p| Determination { practice: p.id.clone(), rationale: long.clone(), by: long.clone(), ..first.clone() })
            .collect();
        let text = look(&material, root.path());
        assert!(text.len() <= 65_536 && text.contains("**Not all is here**") && text.contains("98 texts are cut"), "{}", text.len());
    }
    // A thousand clusters with long names.
    let record = material.workbook.clusters[0].clone();
    let lost = (0..1_000).map(|nth| ClusterRecord {
        key: format!("{nth}{}", "|name".repeat(40)),
        collected_at: None,
        assessed_at: None,
        ..record.clone()
    });
    material.workbook.clusters.extend(lost);
    material.workbook.engagement.entity = "entity".repeat(20_000);
    material.together = Together::of(material.guidance, &material.workbook, material.today());
    let text = look(&material, root.path());
    assert!(text.len() <= 65_536 && text.contains("lines on clusters are left out"), "{}", text.len());
}
