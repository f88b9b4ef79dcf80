//! The search for controls, checks, questions and evidence.

use crate::tui::keymap;
use crate::tui::theme::Theme;
use crate::tui::widgets::{list, picker};
use kassay_core::session::{Context, Cursor, Field, Session};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Draws the search over what is there.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, query: &Field, cursor: &Cursor, theme: &Theme) {
    let found = session.find(query.trimmed()).into_iter();
    let rows: Vec<picker::Row> = found.map(|row| picker::Row { words: row.text, ..picker::Row::default() }).collect();
    let of = session.find("").len();
    let (title, sign, placeholder) = ("Find", "/", "words of anything, or a PCI DSS requirement: 8.4.2");
    let keys = keymap::hints(Context::Palette);
    picker::draw(frame, area, &picker::View { title, sign, placeholder, query, cursor, rows: &rows, of, keys: &keys }, theme);
    list::spots(picker::list_area(area, of), rows.len(), cursor.at);
}
