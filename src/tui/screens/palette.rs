//! The palette: every action with its key, found by a few of its letters. It is there to learn the keys by.

use crate::tui::keymap;
use crate::tui::theme::Theme;
use crate::tui::widgets::{list, picker};
use kassay_core::session::{Context, Cursor, Field, Session};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Draws the palette over what is there.
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, query: &Field, cursor: &Cursor, theme: &Theme) {
    let rows: Vec<picker::Row> = keymap::palette(session)
        .into_iter()
        .map(|(binding, hit)| picker::Row {
            words: binding.name.to_owned(),
            about: binding.words.to_owned(),
            right: keymap::shown(binding.keys[0]).to_owned(),
            letters: hit.letters,
        })
        .collect();
    let of = keymap::actions(session.context_below()).len();
    let (title, sign, placeholder) = ("Commands", ":", "a few letters of what you want to do");
    let keys = keymap::hints(Context::Palette);
    picker::draw(frame, area, &picker::View { title, sign, placeholder, query, cursor, rows: &rows, of, keys: &keys }, theme);
    list::spots(picker::list_area(area, of), rows.len(), cursor.at);
}
