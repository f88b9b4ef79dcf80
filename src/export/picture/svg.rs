//! The picture as SVG: one file without script or anything loaded from elsewhere, in light and in dark, with a title and a description for
//! whoever has it read aloud. Connections into the cardholder data environment are told by colour, by a double head and in words.
//!
//! The cardholder data environment stands in the middle, what is out of scope and what is connected beside it, outside above and the platform
//! below, so that of the ten pairs of boxes only one has to cross others.

use super::canvas::{Anchor, At, Canvas, escaped};
use super::words::{self, connections, open, tally};
use super::{NAMESPACES, PAIRS, Subject};
use kassay_core::analysis::segmentation::{Crossing, End, Pairs};
use kassay_core::model::Category;
use kassay_core::model::text::{counted, thousands};

/// For where a picture is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dress<'a> {
    /// A file of its own, which follows the reader's choice of light or dark.
    Alone,
    /// Part of a page on light ground, where its ids begin with this.
    Within(&'a str),
}

const CDE: End = Some(Category::Cde);
const CONNECTED: End = Some(Category::Connected);
const OUT: End = Some(Category::OutOfScope);
const PLATFORM: End = Some(Category::Platform);
const OUTSIDE: End = None;

const WIDTH: i32 = 1420;
const LEFT: i32 = 30;
const BOX: i32 = 280;
const GAP: i32 = 170;
const RIGHT: i32 = LEFT + 3 * BOX + 2 * GAP;
/// Room above and below the middle row.
const ABOVE: i32 = 120;
const BELOW: i32 = 170;
const OUTSIDE_HEIGHT: i32 = 58;
const LINE: i32 = 17;
/// Columns of words across the page.
const COLUMNS: usize = 190;

const LIGHT: &str = "\
.ks-bg{fill:#fff}.ks-box{fill:#f5f7f9;stroke:#7b8794;stroke-width:1.5}.ks-core{fill:#fdf1f0;stroke:#b3261e;stroke-width:2}.ks-rim{fill:none;stroke:#b3261e;stroke-width:1}
.ks text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif;fill:#1b2430}
.ks .ks-h{font-size:20px;font-weight:600}.ks .ks-t{font-size:14px;font-weight:600}.ks .ks-s{fill:#5a6675}.ks .ks-m{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:11px}
.ks .ks-gap{fill:#6b3fa0;font-weight:600}.ks .ks-n{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}.ks .ks-n.ks-into{fill:#b3261e}
.ks-line{fill:none;stroke:#4a5868;stroke-width:1.5}.ks-line.ks-wide{stroke-width:5}.ks-line.ks-into{stroke:#b3261e}.ks-head{fill:#4a5868}.ks-head.ks-into{fill:#b3261e}
";
const DARK: &str = "\
@media (prefers-color-scheme:dark){
.ks-bg{fill:#14181d}.ks-box{fill:#1e252d;stroke:#8a97a5}.ks-core{fill:#33191a;stroke:#ff8a80}.ks-rim{stroke:#ff8a80}
.ks text{fill:#e6ebf0}.ks .ks-s{fill:#a9b4bf}.ks .ks-gap{fill:#c9a6ff}.ks .ks-n{stroke:#14181d}.ks .ks-n.ks-into{fill:#ff8a80}
.ks-line{stroke:#b4bfca}.ks-line.ks-into{stroke:#ff8a80}.ks-head{fill:#b4bfca}.ks-head.ks-into{fill:#ff8a80}
}
";

/// Draws it.
#[must_use]
pub fn svg(subject: Subject<'_>, dress: Dress<'_>) -> String {
    let mut drawing = Drawing { subject, canvas: Canvas::default(), names: Canvas::default() };
    let height = drawing.draw();
    let (id, alone) = match dress {
        Dress::Alone => ("segmentation", true),
        Dress::Within(id) => (id, false),
    };
    let id = escaped(id);
    let mut page = Canvas::default();
    // Within a page the size is the page's to say.
    let size = if alone { format!(r#" width="{WIDTH}" height="{height}""#) } else { String::new() };
    page.put(&format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" class="ks"{size} viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{id}-title {id}-told">"#
    ));
    page.put(&format!(r#"<title id="{id}-title">Segmentation of {}</title>"#, escaped(&words::cluster(subject))));
    page.put(&format!(r#"<desc id="{id}-told">{}</desc>"#, escaped(&words::told(subject))));
    page.put(&format!("<style>\n{LIGHT}{}</style>", if alone { DARK } else { "" }));
    page.put(&format!(r#"<rect class="ks-bg" width="{WIDTH}" height="{height}"/>"#));
    page.out.push_str(&drawing.canvas.out);
    page.out.push_str(&drawing.names.out);
    page.put("</svg>");
    page.out
}

struct Drawing<'a> {
    subject: Subject<'a>,
    canvas: Canvas,
    /// What must not be covered by lines, and so is drawn after them.
    names: Canvas,
}

/// The upper edges and heights of the rows.
#[derive(Clone, Copy)]
struct Rows {
    outside: i32,
    middle: i32,
    tall: i32,
    platform: i32,
}

impl Drawing<'_> {
    /// Draws everything; the height.
    fn draw(&mut self) -> i32 {
        let mut y = self.head();
        let outside = y;
        let middle = outside + OUTSIDE_HEIGHT + ABOVE;
        let tall = [OUT, CDE, CONNECTED].map(|end| self.needed(end, 1)).into_iter().max().unwrap_or_default().max(170);
        let platform = middle + tall + BELOW;
        let rows = Rows { outside, middle, tall, platform };
        self.arrows(rows);
        self.plot(OUTSIDE, (LEFT, outside), (RIGHT - LEFT, OUTSIDE_HEIGHT), 1);
        for (nth, end) in [OUT, CDE, CONNECTED].into_iter().enumerate() {
            self.plot(end, (column(nth), middle), (BOX, tall), 1);
        }
        let wide = self.needed(PLATFORM, 4);
        self.plot(PLATFORM, (LEFT, platform), (RIGHT - LEFT, wide), 4);
        y = platform + wide + 40;
        y = self.legend(y);
        let (into, out) = (&self.subject.segmentation.into_cde, &self.subject.segmentation.out_of_cde);
        let half = (WIDTH - LEFT) / 2;
        let left = self.pairs("Into the cardholder data environment, by namespaces", into, LEFT, y);
        let right = self.pairs("Out of the cardholder data environment, by namespaces", out, half + LEFT, y);
        y = left.max(right) + 14;
        for note in words::notes(self.subject) {
            y = self.paragraph("ks-s", &note, y);
        }
        y + 10
    }

    fn head(&mut self) -> i32 {
        let title = format!("Segmentation of {}", words::short(&words::cluster(self.subject), 100));
        self.names.text("ks-h", (LEFT, 40), Anchor::Start, &title, None);
        self.names.text("ks-s", (LEFT, 62), Anchor::Start, &words::short(&words::facts(self.subject), COLUMNS), None);
        let mut y = 86;
        for gap in words::gaps(self.subject) {
            y = self.paragraph("ks-gap", &format!("⊘ {gap}"), y);
        }
        y + 6
    }

    fn paragraph(&mut self, class: &str, words: &str, mut y: i32) -> i32 {
        for line in words::lines(words, COLUMNS) {
            self.names.text(class, (LEFT, y), Anchor::Start, &line, None);
            y += LINE;
        }
        y
    }

    /// The height that a box needs.
    fn needed(&self, end: End, columns: usize) -> i32 {
        let all = end.map_or(0, |category| self.subject.segmentation.namespaces_of(category).len());
        let lines = all.min(NAMESPACES).div_ceil(columns) + usize::from(all > NAMESPACES);
        76 + LINE * i32::try_from(lines).unwrap_or(0)
    }

    /// A box with what is in it.
    fn plot(&mut self, end: End, (x, y): At, size: (i32, i32), columns: usize) {
        if end == CDE {
            self.names.rect("ks-rim", (x - 5, y - 5), (size.0 + 10, size.1 + 10));
        }
        self.names.rect(if end == CDE { "ks-core" } else { "ks-box" }, (x, y), size);
        self.names.text("ks-t", (x + 14, y + 24), Anchor::Start, words::title(end), None);
        self.names.text("ks-s", (x + 14, y + 42), Anchor::Start, &words::about(self.subject, end), None);
        let Some(category) = end else { return };
        if let Some(within) = words::within(self.subject, end) {
            self.names.text("ks-s", (x + 14, y + 58), Anchor::Start, &within, None);
        }
        let namespaces = self.subject.segmentation.namespaces_of(category);
        let shown = &namespaces[..namespaces.len().min(NAMESPACES)];
        let each = shown.len().div_ceil(columns).max(1);
        let mut last = y + 76;
        for (nth, namespace) in shown.iter().enumerate() {
            let offset = |n: usize, step: i32| i32::try_from(n).unwrap_or(0) * step;
            let at = (x + 14 + offset(nth / each, (size.0 - 28) / offset(columns, 1).max(1)), y + 76 + offset(nth % each, LINE));
            let name = words::short(&namespace.name, 30);
            let full = (name != namespace.name).then_some(namespace.name.as_str());
            self.names.text("ks-m", at, Anchor::Start, &name, full);
            self.names.text("ks-m ks-s", (at.0 + BOX - 28, at.1), Anchor::End, &thousands(namespace.workloads), None);
            last = last.max(at.1 + LINE);
        }
        let more = namespaces.len() - shown.len();
        if more > 0 {
            let words = format!("… {} not named here", counted(more, "more namespace is", "more namespaces are"));
            self.names.text("ks-s", (x + 14, last), Anchor::Start, &words, None);
        }
    }

    fn arrows(&mut self, rows: Rows) {
        let bottom = rows.middle + rows.tall;
        let (above, below) = (rows.outside + OUTSIDE_HEIGHT, rows.platform);
        for (nth, end) in [OUT, CDE, CONNECTED].into_iter().enumerate() {
            let x = column(nth);
            // The rim of the middle box is outside of it.
            let rim = if end == CDE { 6 } else { 0 };
            let (down, up) = (x + 12, x + 152);
            self.arrow(OUTSIDE, end, &[(down, above), (down, rows.middle - rim)], (down + 9, above + 48), Anchor::Start, None);
            self.arrow(end, OUTSIDE, &[(up, rows.middle - rim), (up, above)], (up + 9, above + 48), Anchor::Start, None);
            // Those of the middle box make room for words that pass below it, those of the last for what turns up there.
            let (down, up) = match end {
                OUT => (down, up),
                CDE => (x + 64, x + 196),
                _ => (x + 38, x + 170),
            };
            self.arrow(end, PLATFORM, &[(down, bottom + rim), (down, below)], (down + 9, bottom + 100), Anchor::Start, None);
            self.arrow(PLATFORM, end, &[(up, below), (up, bottom + rim)], (up + 9, bottom + 100), Anchor::Start, None);
        }
        for (left, a, b) in [(0, OUT, CDE), (1, CDE, CONNECTED)] {
            let rim = |end: End| if end == CDE { 6 } else { 0 };
            let (from, to) = (column(left) + BOX + rim(a), column(left + 1) - rim(b));
            let middle = i32::midpoint(from, to);
            let (first, second) = (rows.middle + 66, rows.middle + 142);
            self.arrow(a, b, &[(from, first), (to, first)], (middle, first - 36), Anchor::Middle, None);
            self.arrow(b, a, &[(to, second), (from, second)], (middle, second - 36), Anchor::Middle, None);
        }
        // Past the middle box, below it.
        let (near, far) = (LEFT + BOX, column(2));
        let (first, second) = (bottom + 30, bottom + 64);
        let path = [(near - 12, bottom), (near - 12, first), (far + 24, first), (far + 24, bottom)];
        self.arrow_in_line(OUT, CONNECTED, &path, (near + 6, first - 6));
        let path = [(far + 12, bottom), (far + 12, second), (near - 24, second), (near - 24, bottom)];
        self.arrow_in_line(CONNECTED, OUT, &path, (near + 6, second - 6));
        // Past the middle row, beside it.
        let (top, low) = (rows.outside + OUTSIDE_HEIGHT / 2, rows.platform + 28);
        let (inner, outer) = (RIGHT + 24, RIGHT + 46);
        let path = [(RIGHT, top - 10), (outer, top - 10), (outer, low + 20), (RIGHT, low + 20)];
        self.arrow(OUTSIDE, PLATFORM, &path, (outer + 9, rows.middle + 20), Anchor::Start, Some("to the platform"));
        let path = [(RIGHT, low), (inner, low), (inner, top + 10), (RIGHT, top + 10)];
        self.arrow(PLATFORM, OUTSIDE, &path, (outer + 9, rows.middle + 100), Anchor::Start, Some("from the platform"));
    }

    /// The arrow of what leads from one end to another, with its numbers in lines from a place on.
    fn arrow(&mut self, from: End, to: End, path: &[At], at: At, anchor: Anchor, head: Option<&str>) {
        let Some(crossing) = self.subject.segmentation.crossing(from, to) else { return };
        let mut lines: Vec<String> = head.map(str::to_owned).into_iter().collect();
        lines.push(connections(crossing.flows));
        lines.push(open(tally(crossing)));
        if crossing.into_cde() {
            lines.push("into the CDE".to_owned());
        }
        self.line(crossing, path);
        for (line, y) in lines.iter().zip((at.1..).step_by(14)) {
            self.names.text(&format!("ks-n{}", into(crossing)), (at.0, y), anchor, line, None);
        }
    }

    /// The same with the numbers in one line.
    fn arrow_in_line(&mut self, from: End, to: End, path: &[At], at: At) {
        let Some(crossing) = self.subject.segmentation.crossing(from, to) else { return };
        self.line(crossing, path);
        let words = format!("{}, {}", connections(crossing.flows), open(tally(crossing)));
        self.names.text("ks-n", at, Anchor::Start, &words, None);
    }

    fn line(&mut self, crossing: &Crossing, path: &[At]) {
        let class = format!("{}{}", if crossing.open > 0 { " ks-wide" } else { "" }, into(crossing));
        self.canvas.arrow(&class, path, if crossing.into_cde() { 2 } else { 1 });
    }

    fn legend(&mut self, y: i32) -> i32 {
        let entries = [
            (" ks-wide", 1, "some of them on every port"),
            ("", 1, "on named ports only"),
            (" ks-wide ks-into", 2, "into the cardholder data environment"),
        ];
        let mut x = LEFT;
        for (class, heads, words) in entries {
            self.names.arrow(class, &[(x, y), (x + 52, y)], heads);
            self.names.text("ks-s", (x + 62, y + 4), Anchor::Start, words, None);
            x += 290;
        }
        self.names.text("ks-s", (x + 30, y + 4), Anchor::Start, "no arrow: no connection was found", None);
        y + 44
    }

    fn pairs(&mut self, title: &str, pairs: &Pairs, x: i32, mut y: i32) -> i32 {
        self.names.text("ks-t", (x, y), Anchor::Start, title, None);
        y += LINE + 4;
        if pairs.shown.is_empty() {
            self.names.text("ks-s", (x, y), Anchor::Start, "none was found", None);
            return y + LINE;
        }
        for pair in pairs.shown.iter().take(PAIRS) {
            let (cut, full) = (words::pair(pair, 30), words::pair(pair, usize::MAX));
            let title = (cut != full).then_some(full.as_str());
            self.names.text("ks-m", (x, y), Anchor::Start, &cut, title);
            let count = format!("{}, {}", connections(pair.tally.flows), open(pair.tally));
            self.names.text("ks-s", (x + 430, y), Anchor::Start, &count, None);
            y += LINE;
        }
        if let Some(words) = words::left_out(pairs) {
            self.names.text("ks-s", (x, y), Anchor::Start, &words, None);
            y += LINE;
        }
        y
    }
}

fn into(crossing: &Crossing) -> &'static str {
    if crossing.into_cde() { " ks-into" } else { "" }
}

/// The left edge of a box of the middle row.
fn column(nth: usize) -> i32 {
    LEFT + i32::try_from(nth).unwrap_or(0) * (BOX + GAP)
}
