//! A screen of a terminal as a picture: SVG, in which text stays text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use vt100::{Color, Screen};

/// The size of letters, and of the cell that one takes.
const LETTER: f32 = 13.3;
const WIDE: f32 = 8.0;
const HIGH: f32 = 16.0;
/// Around the screen.
const AIR: f32 = 10.0;
/// What a terminal writes with, and on, where a program leaves that to it.
const OWN: ([u8; 3], [u8; 3]) = ([217, 221, 228], [23, 26, 32]);

/// How a run of cells looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    ink: [u8; 3],
    ground: [u8; 3],
    bold: bool,
    underline: bool,
}

fn rgb(colour: Color, own: [u8; 3]) -> [u8; 3] {
    match colour {
        Color::Rgb(r, g, b) => [r, g, b],
        // Pictures are made with all colours.
        Color::Default | Color::Idx(_) => own,
    }
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Cells of one row that look alike: where they begin, how many columns they take, their letters.
fn runs(screen: &Screen, row: u16) -> Vec<(u16, u16, String, Look)> {
    let mut runs: Vec<(u16, u16, String, Look)> = vec![];
    for column in 0..screen.size().1.get() {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
        let (mut ink, mut ground) = (rgb(cell.fgcolor(), OWN.0), rgb(cell.bgcolor(), OWN.1));
        if cell.inverse() {
            std::mem::swap(&mut ink, &mut ground);
        }
        let letters = if cell.has_contents() { cell.contents() } else { " " };
        let wide = if cell.is_wide() { 2 } else { 1 };
        let blank = letters == " " && !cell.underline();
        let look = Look { ink, ground, bold: cell.bold(), underline: cell.underline() };
        match runs.last_mut() {
            // A blank looks like what stands before it, on the same ground.
            Some((_, columns, text, last)) if *last == look || (blank && last.ground == ground && !last.underline) => {
                *columns += wide;
                text.push_str(letters);
            }
            _ => runs.push((column, wide, letters.to_owned(), look)),
        }
    }
    runs
}

/// The picture of a screen, with words for those who do not see it. A home folder is the sign for it: where a picture was made is nobody's business.
pub fn picture(screen: &Screen, words: &str, home: &str) -> String {
    let (rows, columns) = (screen.size().0.get(), screen.size().1.get());
    let ground = screen.cell(0, 0).map_or(OWN.1, |cell| rgb(cell.bgcolor(), OWN.1));
    let (width, height) = (f32::from(columns) * WIDE + 2.0 * AIR, f32::from(rows) * HIGH + 2.0 * AIR);
    let mut looks: BTreeMap<(String, bool, bool), usize> = BTreeMap::new();
    let (mut grounds, mut texts) = (String::new(), String::new());
    for row in 0..rows {
        let top = AIR + f32::from(row) * HIGH;
        let mut line = String::new();
        for (column, columns, letters, look) in runs(screen, row) {
            let (x, wide) = (AIR + f32::from(column) * WIDE, f32::from(columns) * WIDE);
            if look.ground != ground {
                let colour = hex(look.ground);
                let _ = writeln!(grounds, "<rect x=\"{x:.1}\" y=\"{top:.0}\" width=\"{wide:.1}\" height=\"{HIGH:.0}\" fill=\"{colour}\"/>");
            }
            // Letters of a row stand where their columns are, whatever font is there: each part between wider gaps has its place and its length.
            let mut at = 0;
            for part in letters.split_inclusive("  ") {
                let before = part.chars().count();
                let shown = part.trim_end();
                let lead = shown.chars().take_while(|c| *c == ' ').count();
                let shown = &shown.trim_start().replace(home, "~");
                // A wide letter takes two columns; such runs are rare, and stay in one part.
                let count = shown.chars().count();
                if count > 0 {
                    let next = looks.len();
                    let class = *looks.entry((hex(look.ink), look.bold, look.underline)).or_insert(next);
                    let x = x + (at + lead) as f32 * WIDE;
                    let wide = if count == letters.chars().count() { wide } else { count as f32 * WIDE };
                    let length = if count > 1 { format!(" textLength=\"{wide:.1}\"") } else { String::new() };
                    let _ = write!(line, "<tspan class=\"c{class}\" x=\"{x:.1}\"{length}>{}</tspan>", escaped(shown));
                }
                at += before;
            }
        }
        if !line.is_empty() {
            let _ = writeln!(texts, "<text y=\"{:.0}\">{line}</text>", top + HIGH * 0.76);
        }
    }
    let mut styles = String::new();
    for ((ink, bold, underline), class) in &looks {
        let bold = if *bold { ";font-weight:bold" } else { "" };
        let underline = if *underline { ";text-decoration:underline" } else { "" };
        let _ = writeln!(styles, ".c{class}{{fill:{ink}{bold}{underline}}}");
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\">\n\
         <title>{}</title>\n\
         <style>\ntext{{font:{LETTER}px 'DejaVu Sans Mono',Menlo,Consolas,monospace;white-space:pre}}\n{styles}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{}\"/>\n{grounds}{texts}</svg>\n",
        escaped(words),
        hex(ground)
    )
}
