//! Writes SVG: elements with whole numbers for places, and text that can't be anything but text.

use super::words::plain;
use std::fmt::Write as _;

/// A place.
pub(super) type At = (i32, i32);

/// Where a text begins from its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// SVG while it is written.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    pub out: String,
}

impl Canvas {
    /// Adds something as it stands.
    pub(super) fn put(&mut self, markup: &str) {
        self.out.push_str(markup);
        self.out.push('\n');
    }

    /// A box with round corners.
    pub(super) fn rect(&mut self, class: &str, (x, y): At, (width, height): (i32, i32)) {
        let _ = writeln!(self.out, r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>"#);
    }

    /// A line of text; where it was cut, what it says in full is its title.
    pub(super) fn text(&mut self, class: &str, (x, y): At, anchor: Anchor, text: &str, full: Option<&str>) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => r#" text-anchor="middle""#,
            Anchor::End => r#" text-anchor="end""#,
        };
        let title = full.map(|full| format!("<title>{}</title>", escaped(full))).unwrap_or_default();
        let _ = writeln!(self.out, r#"<text class="{class}" x="{x}" y="{y}"{anchor}>{title}{}</text>"#, escaped(text));
    }

    /// A line along points, with a head at its end; the last part must be level or upright. A second head makes it known without its colour.
    pub(super) fn arrow(&mut self, class: &str, points: &[At], heads: i32) {
        const LONG: i32 = 11;
        const HALF: i32 = 6;
        let [.., before, tip] = points else { return };
        let (dx, dy) = ((tip.0 - before.0).signum(), (tip.1 - before.1).signum());
        let back = |steps: i32| (tip.0 - dx * LONG * steps, tip.1 - dy * LONG * steps);
        let mut path = String::new();
        for (nth, (x, y)) in points.iter().take(points.len() - 1).chain(std::iter::once(&back(heads))).enumerate() {
            let _ = write!(path, "{}{x} {y}", if nth == 0 { "M" } else { "L" });
        }
        let _ = writeln!(self.out, r#"<path class="ks-line{class}" d="{path}"/>"#);
        for head in 0..heads {
            let ((x, y), (bx, by)) = (back(head), back(head + 1));
            let (sx, sy) = (dy * HALF, dx * HALF);
            let _ = writeln!(self.out, r#"<path class="ks-head{class}" d="M{x} {y}L{} {}L{} {}Z"/>"#, bx + sx, by + sy, bx - sx, by - sy);
        }
    }
}

/// Text for XML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
