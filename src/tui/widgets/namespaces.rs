//! Namespaces with their categories and why they have them: a step of a new assessment, and the screen of the scope.

use super::table::{self, Column, Fill};
use super::{List, frame, list, listing, sign};
use crate::tui::theme::Theme;
use crate::tui::{markdown, text};
use kassay_core::model::Category;
use kassay_core::session::{NamespaceRow, ScopeEditor, ScopeRow};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

const WORDS: &str = "What has to do with account data? Findings elsewhere are shown, but decide nothing. **Everything is in scope** until you say \
                     otherwise, and that is a good start.";

const COLUMNS: [Column; 4] = [
    Column { title: "Namespace", fill: Fill::Name, wanted: 48, least: 16 },
    Column { title: "Pods", fill: Fill::Number, wanted: 8, least: 6 },
    Column { title: "Category", fill: Fill::Words, wanted: 12, least: 12 },
    Column { title: "Because of", fill: Fill::Words, wanted: 28, least: 10 },
];

/// Draws words, namespaces and counts.
pub fn draw(frame: &mut Frame<'_>, area: Rect, editor: &ScopeEditor, theme: &Theme) {
    let (words, list, foot) = divide(area, editor.error.as_deref());
    frame.render_widget(Paragraph::new(markdown::render(WORDS, usize::from(words.width.min(96)), theme)), words);
    if editor.namespaces.is_empty() {
        let why = if editor.missing.is_empty() { String::new() } else { format!(" ({})", text::clean(&editor.missing)) };
        let line = format!(
            "The namespaces are not known yet{why}: they come with the reading. The scope can be set then, and at any time; rules can be set now."
        );
        frame.render_widget(Paragraph::new(markdown::plain(&line, list.width.into(), theme.style("text.muted"))), list);
    } else if editor.missing.is_empty() {
        namespaces(frame, list, editor, theme);
    } else {
        let words = format!("○ Not all namespaces are known: {}", text::clean(&editor.missing));
        let (head, list) = frame::top(list, 1);
        frame.render_widget(Line::styled(text::cut(&words, head.width.into()), theme.style("warning")), head);
        namespaces(frame, list, editor, theme);
    }
    let counts = editor.counts();
    let said: Vec<String> =
        Category::ALL.iter().map(|c| format!("{} {}", text::thousands(counts.get(c).copied().unwrap_or(0)), c.label())).collect();
    let summary = format!("{} · others: {}", said.join(" · "), editor.scope.default.label());
    let mut lines = vec![Line::styled(text::cut(&summary, foot.width.into()), theme.style("text.muted"))];
    if let Some(error) = &editor.error {
        lines.extend(markdown::plain(&format!("✗ {error}"), foot.width.into(), theme.style("error")));
    }
    frame.render_widget(Paragraph::new(lines), foot);
}

/// The area in which namespaces are listed, for the mouse.
#[must_use]
pub fn list_area(area: Rect, editor: &ScopeEditor) -> Rect {
    let (_, list, _) = divide(area, editor.error.as_deref());
    // Above the names stand their titles, and what is missing among them.
    frame::top(list, if editor.missing.is_empty() { 1 } else { 2 }).1
}

fn divide(area: Rect, error: Option<&str>) -> (Rect, Rect, Rect) {
    let columns = usize::from(area.width.min(96));
    let plain: String = WORDS.replace("**", "");
    let rows = markdown::plain(&plain, columns, ratatui::style::Style::default()).len();
    let (words, rest) = frame::top(area, u16::try_from(rows).unwrap_or(3) + 1);
    let complaint = error.map_or(0, |e| text::width(e) / usize::from(area.width.max(1)) + 1);
    let (list, foot) = frame::bottom(rest, u16::try_from(complaint).unwrap_or(1) + 2);
    (words, list, frame::top(foot, 1).1)
}

fn namespaces(frame: &mut Frame<'_>, area: Rect, editor: &ScopeEditor, theme: &Theme) {
    let (head, body) = frame::top(area, 1);
    let rows = editor.rows();
    editor.cursor.shows(body.height.into());
    let drawn = List::new(rows.len(), Some(editor.cursor.at), theme);
    let cells = |row: &NamespaceRow| {
        let pods = row.pods.map(text::thousands).unwrap_or_default();
        [row.name.clone(), pods, editor.category(row).label().to_owned(), editor.because(row)]
    };
    let view = list::window(rows.len(), editor.cursor.at, body.height.into());
    let columns = table::holding(COLUMNS, rows.len(), view, |nth| match rows.get(nth)? {
        ScopeRow::Namespace(row) => Some(cells(row).map(|cell| text::width(&cell))),
        ScopeRow::Platform(..) => None,
    });
    let widths = table::widths(&columns, drawn.columns(body));
    frame.render_widget(table::titles(&columns, &widths, theme.style("text.muted")), frame::left(head, 2).1);
    drawn.draw(frame, body, |nth, room| {
        let row = match rows.get(nth) {
            Some(ScopeRow::Namespace(row)) => row,
            Some(ScopeRow::Platform(count, open)) => {
                let words = format!("platform  {}{}", text::counted(*count, "namespace", "namespaces"), listing::folding(*open));
                return Line::styled(text::cut(&words, room), theme.style("text.muted"));
            }
            None => return Line::default(),
        };
        let category = editor.category(row);
        let style = theme.style(if category == Category::Platform { "text.muted" } else { "text" });
        let styles = [style, style, theme.style(sign::category_meaning(category)), theme.style("text.muted")];
        table::row(&columns, &widths, cells(row).into_iter().zip(styles).collect())
    });
}

/// The scope in a few words, for where it is only told.
#[must_use]
pub fn summary(editor: &ScopeEditor) -> String {
    let counts = editor.counts();
    let out = counts.get(&Category::OutOfScope).copied().unwrap_or(0);
    match (editor.scope.namespace.is_empty() && editor.scope.default == Category::Cde, out) {
        (true, _) => "everything but the platform".to_owned(),
        (false, 0) => format!("{} in the CDE or connected to it", text::counted(in_scope(editor), "namespace", "namespaces")),
        (false, out) => format!("{} in scope, {out} out of scope", text::counted(in_scope(editor), "namespace", "namespaces")),
    }
}

fn in_scope(editor: &ScopeEditor) -> usize {
    editor.counts().iter().filter(|(category, _)| category.in_scope()).map(|(_, n)| n).sum()
}
