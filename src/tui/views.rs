//! What the screens outside the walk are handed beside the session: their keys, and what stands in lists that the keymap makes.

use super::screens::{export, help, home, message, new, palette, reading, scope as scope_screen};
use super::theme::Theme;
use super::widgets::{list, page};
use super::{keymap, mouse, text};
use kassay_core::session::{Action, Context, Cursor, Field, Message, ScopeEditor, Scroll, Session, Urgency};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Clear;

/// Home.
pub(super) fn home(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    home::render(frame, area, session, &keymap::hints(Context::Home), theme);
    if let Some(rows) = &session.home.rows {
        spots(home::list_area(area, rows.len()), rows.len(), session.home.cursor.at);
    }
}

/// The four steps of a new assessment.
pub(super) fn new(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    new::render(frame, area, session, &keymap::hints(session.context_below()), theme);
}

/// The scope of the open assessment.
pub(super) fn scope(frame: &mut Frame<'_>, area: Rect, session: &Session, editor: &ScopeEditor, theme: &Theme) {
    scope_screen::render(frame, area, editor, &keymap::hints(session.context_below()), theme);
    spots(scope_screen::list_area(area, editor), editor.namespaces.len(), editor.cursor.at);
}

/// A cluster being read.
pub(super) fn reading(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    reading::render(frame, area, session, &keymap::hints(Context::Reading), theme);
}

/// Export.
pub(super) fn export(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    export::render(frame, area, session, &keymap::hints(Context::Export), theme);
    spots(export::list_area(area), kassay_core::session::ExportFormat::ALL.len(), session.export.cursor.at);
}

/// Help for the place below it.
pub(super) fn help(frame: &mut Frame<'_>, area: Rect, session: &Session, scroll: &Scroll, theme: &Theme) {
    let (here, everywhere) = keymap::help(session.context_below());
    fn hints<'a>(rows: &'a [(String, &'static str)]) -> Vec<(&'a str, &'a str)> {
        rows.iter().map(|(key, words)| (key.as_str(), *words)).collect()
    }
    let (here, everywhere) = (hints(&here), hints(&everywhere));
    let told = help::Told { here: &here, everywhere: &everywhere, keys: &keymap::hints(Context::Help) };
    help::render(frame, area, session, scroll, &told, theme);
}

/// The palette.
pub(super) fn palette(frame: &mut Frame<'_>, area: Rect, session: &Session, query: &Field, cursor: &Cursor, theme: &Theme) {
    let rows: Vec<palette::Row> = keymap::palette(session)
        .into_iter()
        .map(|(binding, hit)| palette::Row {
            words: binding.name.to_owned(),
            about: binding.words.to_owned(),
            right: keymap::shown(binding.keys[0]).to_owned(),
            letters: hit.letters,
        })
        .collect();
    let of = keymap::actions(session.context_below()).len();
    let words = ("Commands", ":", "a few letters of what you want to do");
    search(frame, area, words, (query, cursor), (&rows, of), theme);
}

/// The search for controls, checks, questions and evidence.
pub(super) fn find(frame: &mut Frame<'_>, area: Rect, session: &Session, query: &Field, cursor: &Cursor, theme: &Theme) {
    let row = |row: kassay_core::session::FindRow| palette::Row { words: row.text, ..palette::Row::default() };
    let rows: Vec<palette::Row> = session.find(query.trimmed()).into_iter().map(row).collect();
    let of = session.find("").len();
    let words = ("Find", "/", "words of a control, check, question or piece of evidence");
    search(frame, area, words, (query, cursor), (&rows, of), theme);
}

fn search(
    frame: &mut Frame<'_>,
    area: Rect,
    (title, sign, placeholder): (&str, &str, &str),
    (query, cursor): (&Field, &Cursor),
    (rows, of): (&[palette::Row], usize),
    theme: &Theme,
) {
    let keys = keymap::hints(Context::Palette);
    palette::render(frame, area, &palette::View { title, sign, placeholder, query, cursor, rows, of, keys: &keys }, theme);
    spots(palette::list_area(area, of), rows.len(), cursor.at);
}

/// An error or a warning, until it is read.
pub(super) fn message(frame: &mut Frame<'_>, area: Rect, message: &Message, theme: &Theme) {
    message::render(frame, area, message, &[("Esc", "close")], theme);
}

/// Says which rows of a list can be clicked.
pub(super) fn spots(area: Rect, length: usize, at: usize) {
    for (y, row) in (area.y..).zip(list::window(length, at, area.height.into())) {
        mouse::on(Rect { y, height: 1, ..area }, Action::Select(row));
    }
}

/// What was just done, in the row above the keys, for screens that have no line of their own for it.
pub(super) fn remark(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let Some(message) = session.messages.iter().rev().find(|m| m.level == Urgency::Info) else { return };
    let body = page::body(area);
    let at = Rect { y: (area.y + area.height).saturating_sub(2), height: 1.min(area.height), ..body };
    frame.render_widget(Clear, at);
    frame.buffer_mut().set_style(at, theme.ground());
    frame.render_widget(Line::styled(text::cut(&message.what, at.width.into()), theme.style("success")), at);
}
