//! Export: what goes in and what stays out, before anything is written; then how far it is; then where it lies and what its SHA-256 is.

use crate::tui::theme::Theme;
use crate::tui::widgets::{field, frame, hints::Hint, page, progress};
use crate::tui::{markdown, text};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// A thing that goes in.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// Its name: `report.html`.
    pub name: String,
    /// What it is, in a few words.
    pub words: String,
    /// Its size, where it exists already.
    pub bytes: Option<u64>,
}

/// How far the export is.
#[derive(Clone, Debug)]
pub enum Stage<'a> {
    /// Nothing is written yet.
    Ready {
        /// What is wrong with the path.
        error: Option<&'a str>,
    },
    /// It is being written.
    Writing {
        /// What is written now.
        what: &'a str,
        /// Files done.
        done: usize,
        /// All files.
        of: usize,
    },
    /// It is written.
    Written {
        /// Where.
        path: &'a str,
        /// Digest of the zip, or of the folder's manifest.
        sha256: &'a str,
        /// Its size.
        bytes: u64,
        /// How many files.
        files: usize,
        /// Whether the report could be opened; none before that was tried.
        opened: Option<bool>,
        /// Path of the report, to be opened by hand.
        report: &'a str,
    },
}

/// What the screen shows.
pub struct View<'a> {
    /// The assessment.
    pub title: &'a str,
    /// What goes in.
    pub parts: &'a [Part],
    /// Practices determined, and all.
    pub determined: (usize, usize),
    /// Secrets and card numbers that were met and left out.
    pub redactions: usize,
    /// Things that look unfinished and are told before, not after: lapsed answers, missing evidence.
    pub warnings: &'a [String],
    /// Whether it becomes one zip or a folder.
    pub zip: bool,
    /// Where to.
    pub path: &'a str,
    /// Cursor in the path, where it is being typed.
    pub cursor: Option<usize>,
    /// How far.
    pub stage: Stage<'a>,
    /// Sign of work going on.
    pub spinner: &'a str,
    /// Keys of here.
    pub keys: &'a [Hint<'a>],
}

/// Draws the export.
///
/// ```text
///   Export                                                   Acme Payments 2026
///
///   What goes in
///     workbook.toml     everything that was found, answered, decided      48 kB
///     report.html       the report for reading and printing
///     evidence/         4 files                                          2.1 MB
///   What stays out      7 secrets and card numbers: only their places are told
///
///   Before you export   32 of 49 practices have no determination yet
///
///   As   one zip (z changes to a folder)
///   To   ~/acme-2026.zip
///
///   Enter write  z folder  Esc back                                        ? help
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, theme: &Theme) {
    let body = page::draw(frame, area, "Export", view.title, view.keys, theme);
    match &view.stage {
        Stage::Ready { error } => ready(frame, body, view, *error, theme),
        Stage::Writing { what, done, of } => writing(frame, body, view, (what, *done, *of), theme),
        Stage::Written { .. } => written(frame, body, view, theme),
    }
}

fn contents(view: &View<'_>, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let name = view.parts.iter().map(|p| text::width(&p.name)).max().unwrap_or(0).clamp(12, 36);
    let room = columns.saturating_sub(name + 16);
    let mut lines = vec![page::heading("What goes in", theme)];
    for part in view.parts {
        lines.push(Line::from(vec![
            Span::styled(format!("  {}  ", text::name(&part.name, name)), theme.style("text")),
            Span::styled(text::left(&part.words, room), theme.style("text.muted")),
            Span::styled(text::right(&part.bytes.map(text::size).unwrap_or_default(), 10), theme.style("text")),
        ]));
    }
    lines.push(Line::default());
    lines.push(page::heading("What stays out", theme));
    let out = match view.redactions {
        0 => "No secret and no card number was met; none could go in.".to_owned(),
        n => format!(
            "{}: only their places, kinds and masked forms are told.",
            text::counted(n, "secret or card number", "secrets and card numbers")
        ),
    };
    lines.extend(indented(&out, columns, theme));
    let (done, of) = view.determined;
    let mut warnings: Vec<String> = view.warnings.to_vec();
    if done < of {
        warnings.insert(0, format!("{} of {of} practices have no determination yet; the report says so.", of - done));
    }
    if !warnings.is_empty() {
        lines.push(Line::default());
        lines.push(page::heading("Good to know before", theme));
        for warning in warnings {
            let lead = [Span::styled("  ○ ", theme.style("warning"))];
            lines.extend(markdown::wrap(&[Span::styled(text::clean(&warning), theme.style("text"))], columns, &lead));
        }
    }
    lines
}

fn indented(words: &str, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    markdown::wrap(&[Span::styled(text::clean(words), theme.style("text"))], columns, &[Span::raw("  ")])
}

fn ready(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, error: Option<&str>, theme: &Theme) {
    let (top, foot) = frame::bottom(area, 4);
    frame.render_widget(Paragraph::new(contents(view, top.width.into(), theme)), top);
    let (_, foot) = frame::top(foot, 1);
    let kind = if view.zip { "one zip file" } else { "a folder" };
    frame.render_widget(labelled("As", kind, theme), Rect { height: 1, ..foot });
    let at = Rect { y: foot.y + 1, height: foot.height.saturating_sub(1), ..foot };
    frame.render_widget(labelled("To", "", theme), Rect { height: 1.min(at.height), ..at });
    let shown = field::Shown { text: view.path, cursor: view.cursor, placeholder: "path of the bundle", error };
    field::draw(frame, frame::left(at, 6).1, &shown, theme);
}

fn labelled(label: &str, words: &str, theme: &Theme) -> Line<'static> {
    Line::from(vec![Span::styled(text::left(label, 6), theme.style("text.muted")), Span::styled(words.to_owned(), theme.style("text"))])
}

fn writing(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, (what, done, of): (&str, usize, usize), theme: &Theme) {
    let columns = usize::from(area.width);
    let mut bar = progress::bar(done, of, columns.saturating_sub(16).min(60), theme);
    bar.push(Span::styled(format!("  {done} of {of} files"), theme.style("text")));
    let lines = vec![
        Line::styled(text::cut(&format!("{} Writing {}", view.spinner, view.path), columns), theme.style("text")),
        Line::default(),
        Line::from(bar),
        Line::styled(text::cut_middle(what, columns), theme.style("text.muted")),
    ];
    frame.render_widget(Paragraph::new(lines), area);
}

fn written(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, theme: &Theme) {
    let Stage::Written { path, sha256, bytes, files, opened, report } = &view.stage else { return };
    let columns = usize::from(area.width);
    let row = |label: &str, words: &str| {
        let lead = [Span::styled(text::left(label, 10), theme.style("text.muted"))];
        markdown::wrap(&[Span::styled(text::clean(words), theme.style("text"))], columns, &lead)
    };
    let mut lines = vec![Line::styled("✓ Written", theme.style("success")), Line::default()];
    lines.extend(row("Path", path));
    lines.extend(row("SHA-256", sha256));
    lines.extend(row("Size", &format!("{}, {}", text::size(*bytes), text::counted(*files, "file", "files"))));
    lines.push(Line::default());
    lines.extend(row("Verify", &format!("kassay verify {path}")));
    match opened {
        Some(true) => lines.extend(row("Report", "opened in your browser")),
        Some(false) => lines.extend(row("Report", &format!("no browser could be started here; open this file by hand: {report}"))),
        None => {}
    }
    frame.render_widget(Paragraph::new(lines), area);
}
