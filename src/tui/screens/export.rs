//! Export: what goes in and what stays out, before anything is written; then how far it is; then where it lies and what its SHA-256 is.

use crate::shell::told;
use crate::tui::theme::Theme;
use crate::tui::widgets::{List, frame, hints::Hint, page, progress};
use crate::tui::{markdown, text};
use kassay_core::model::ExportFormat;
use kassay_core::session::{Book, Session, Underway};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the export.
///
/// ```text
///   Export                                                   Acme Payments 2026
///
///   As
///   ▸ evidence bundle, one zip file
///     evidence bundle, a folder
///     …
///
///   To  acme-payments-2026-11-26.zip
///   Names  as they are
///
///   What stays out
///     7 secrets and card numbers: only their places are told
///
///   Good to know before
///     ○ 32 of 49 practices have no determination yet; the report says so.
///
///   What goes in
///     workbook.toml     everything that was found, answered, decided
///     evidence          4 files                                          2.1 MB
///
///   Enter write  Esc back                                                  ? help
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, keys: &[Hint<'_>], theme: &Theme) {
    let Some(book) = &session.book else { return };
    let engagement = &book.workbook.engagement;
    let about = text::clean(format!("{} {}", engagement.entity, engagement.period).trim());
    let body = page::draw(frame, area, "Export", &about, keys, theme);
    let (head, rest) = frame::top(body, 1);
    frame.render_widget(page::heading("As", theme), head);
    let (list, rest) = frame::top(rest, rows(body));
    let cursor = &session.export.cursor;
    cursor.shows(list.height.into());
    List::new(ExportFormat::ALL.len(), Some(cursor.at), theme).focused(session.export.running.is_none()).draw(frame, list, |nth, room| {
        let words = ExportFormat::ALL.get(nth).map_or("", |format| format.label());
        Line::styled(text::left(words, room), theme.style("text"))
    });
    let (_, rest) = frame::top(rest, 1);
    let (to, rest) = frame::top(rest, 1);
    let (names, rest) = frame::top(rest, 2);
    let target = session.export_target().map(|path| text::clean(&path.to_string_lossy())).unwrap_or_default();
    let room = usize::from(to.width).saturating_sub(4);
    let target = Span::styled(text::cut_middle(&target, room), theme.style("text"));
    frame.render_widget(Line::from(vec![Span::styled("To  ", theme.style("text.muted")), target]), to);
    let (words, style) = if session.export.redact { ("replaced by pseudonyms", "success") } else { ("as they are", "text") };
    frame.render_widget(
        Line::from(vec![Span::styled("Names  ", theme.style("text.muted")), Span::styled(words, theme.style(style))]),
        names,
    );
    let width = usize::from(rest.width);
    let state = &session.export;
    let lines = match (&state.running, &state.failed, &state.done) {
        (Some(underway), ..) => writing(underway, session.ticks, width, theme),
        (None, Some(why), _) => failed(why, width, theme),
        (None, None, Some((path, sha256, bytes, files))) => written((&path.to_string_lossy(), sha256, *bytes, *files), width, theme),
        (None, None, None) => {
            let format = ExportFormat::ALL.get(cursor.at).copied();
            contents(book, (format, state.redact), width, theme)
        }
    };
    page::detail(frame, rest, lines, &session.detail, theme);
}

/// The area in which the forms are listed, for the mouse.
#[must_use]
pub fn list_area(area: Rect) -> Rect {
    let body = page::body(area);
    frame::top(frame::top(body, 1).1, rows(body)).0
}

/// How many forms are seen at once: all, where what goes in still has some room below them.
fn rows(body: Rect) -> u16 {
    u16::try_from(ExportFormat::ALL.len()).unwrap_or(u16::MAX).min(body.height.saturating_sub(ROOM).max(3))
}

/// Rows of this screen that are not of the list: its heading, where it goes, and the least of what is told below.
const ROOM: u16 = 12;

/// What is told where names are replaced.
const REDACTED: &str = "Names: each is replaced by a pseudonym, the same in every export; redact.map.json in the folder of the assessment tells what each stands for. \
    Names that stand in your own words alone may stay: read these before you hand them on.";
/// The same of a bag.
const LEFT_OUT: &str = " Workbook, journal, snapshots and files of evidence are left out, and listed.";
/// Names of what a bag with pseudonyms leaves out.
const KEPT_BACK: &[&str] = &["workbook.toml", "journal.jsonl", "evidence", "snapshots"];

/// What stays out, what one should know before, what goes in: where there is little room, it is the last that everybody expects anyway.
fn contents(book: &Book, (format, redact): (Option<ExportFormat>, bool), width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = vec![page::heading("What stays out", theme)];
    if redact {
        let mut out = REDACTED.to_owned();
        if matches!(format, Some(ExportFormat::Bag | ExportFormat::BagZip)) {
            out.push_str(LEFT_OUT);
        }
        lines.extend(markdown::wrap(&[Span::styled(out, theme.style("text"))], width, &[Span::raw("  ")]));
    }
    let redactions: usize = book.workbook.clusters.iter().map(|c| c.redactions).sum();
    let out = match redactions {
        0 => "No secret and no card number was met; none can go in.".to_owned(),
        n => format!(
            "{}: only their places, kinds and masked forms are told.",
            text::counted(n, "secret or card number", "secrets and card numbers")
        ),
    };
    lines.extend(markdown::wrap(&[Span::styled(out, theme.style("text"))], width, &[Span::raw("  ")]));
    let warnings = told::unfinished(book);
    if !warnings.is_empty() {
        lines.push(Line::default());
        lines.push(page::heading("Good to know before", theme));
        for warning in warnings {
            let lead = [Span::styled("  ○ ", theme.style("warning"))];
            lines.extend(markdown::wrap(&[Span::styled(warning, theme.style("text"))], width, &lead));
        }
    }
    lines.push(Line::default());
    lines.push(page::heading("What goes in", theme));
    let mut parts = parts(book, format);
    if redact {
        parts.retain(|(name, ..)| !KEPT_BACK.contains(name));
    }
    let name = parts.iter().map(|(name, ..)| text::width(name)).max().unwrap_or(0).max(12);
    let room = width.saturating_sub(name + 16);
    for (name_of, words, bytes) in parts {
        lines.push(Line::from(vec![
            Span::styled(format!("  {}  ", text::left(name_of, name)), theme.style("text")),
            Span::styled(text::left(&words, room), theme.style("text.muted")),
            Span::styled(text::right(&bytes.map(text::size).unwrap_or_default(), 10), theme.style("text")),
        ]));
    }
    lines
}

/// Names of what goes in, each with a few words and its size where that is known before.
fn parts(book: &Book, format: Option<ExportFormat>) -> Vec<(&'static str, String, Option<u64>)> {
    let own = |name, words: &str| (name, words.to_owned(), None);
    let of = |format: ExportFormat| (format.about().part, format.about().holds.to_owned(), None);
    if let Some(format) = format.filter(|format| !matches!(format, ExportFormat::Bag | ExportFormat::BagZip)) {
        return vec![of(format)];
    }
    let evidence: Vec<_> = book.workbook.evidence.iter().filter(|e| !e.file.is_empty()).collect();
    let files = (
        "evidence",
        match evidence.len() {
            0 => "no files yet".to_owned(),
            n => text::counted(n, "file, named by its SHA-256", "files, named by their SHA-256"),
        },
        Some(evidence.iter().map(|e| e.size).sum()).filter(|bytes| *bytes > 0),
    );
    let clusters = match book.clusters.len() {
        0 => "no cluster was read".to_owned(),
        n => text::counted(n, "cluster as it was read, secrets left out", "clusters as they were read, secrets left out"),
    };
    let clusters = ("snapshots", clusters, None);
    vec![
        own("workbook.toml", "everything found, answered and decided"),
        of(ExportFormat::Html),
        of(ExportFormat::Csv),
        of(ExportFormat::Json),
        files,
        clusters,
        own("journal.jsonl", "who changed what, when"),
        own("manifest", "the SHA-256 of each file, to verify it by"),
    ]
}

/// How far it is: a bar over the files, then what is in work.
fn writing(underway: &Underway, ticks: u64, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Underway { done, of, bytes, name, stopping } = underway;
    let spinner = progress::spinner(ticks, theme.still);
    let words = if *stopping { "Stopping…" } else { "Writing…" };
    let so_far = match of {
        0 => String::new(),
        1 => format!("  {}", text::size(*bytes)),
        of => format!("  {done} of {of} files  {}", text::size(*bytes)),
    };
    let mut lines = vec![Line::styled(text::cut(&format!("{spinner} {words}{so_far}"), width), theme.style("text"))];
    if *of > 1 {
        lines.push(Line::from(progress::bar(*done, *of, width.min(60), theme)));
    }
    if *of > 0 {
        lines.push(Line::styled(text::cut_middle(&text::clean(name), width), theme.style("text.muted")));
    }
    lines
}

fn failed(why: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled("✗ It was not written", theme.style("error")), Line::default()];
    lines.extend(markdown::plain(why, width, theme.style("text")));
    lines
}

fn written((path, sha256, bytes, files): (&str, &str, u64, usize), width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let row = |label: &str, words: &str| {
        let lead = [Span::styled(text::left(label, 10), theme.style("text.muted"))];
        markdown::wrap(&[Span::styled(text::clean(words), theme.style("text"))], width, &lead)
    };
    let mut lines = vec![Line::styled("✓ Written", theme.style("success")), Line::default()];
    lines.extend(row("Path", path));
    lines.extend(row("SHA-256", sha256));
    lines.extend(row("Size", &format!("{}, {}", text::size(bytes), text::counted(files, "file", "files"))));
    if files > 1 {
        lines.extend(row("Verify", &format!("kassay verify {path}")));
    }
    lines
}
