//! Screens put together: what is open in the walk, and what those outside of it are handed beside the session: their keys, and what stands in
//! lists that the keymap makes.

use super::forms;
use super::keymap;
use super::screens::{answer, determine, evidence, export, findings, help, home, new, reading, scope as scope_screen, walk};
use super::theme::Theme;
use super::widgets::{list, message, page, progress};
use kassay_core::guidance::Control;
use kassay_core::model::ExportFormat;
use kassay_core::session::{Book, Context, Layer, Message, ScopeEditor, Scroll, Session, Tab, Urgency};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Paragraph};

/// Home.
pub(super) fn home(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    home::render(frame, area, session, &keymap::hints(Context::Home), theme);
    if let Some(rows) = &session.home.rows {
        list::spots(home::list_area(area, rows.len()), rows.len(), session.home.cursor.at);
    }
}

/// The four steps of a new assessment.
pub(super) fn new(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    // Nothing is kept before the last step.
    let goes_on = |(key, name)| (key, if name == "save" { "go on" } else { name });
    let keys: Vec<_> = keymap::hints(session.context_below()).into_iter().map(goes_on).collect();
    new::render(frame, area, session, &keys, theme);
}

/// The scope of the open assessment.
pub(super) fn scope(frame: &mut Frame<'_>, area: Rect, session: &Session, editor: &ScopeEditor, theme: &Theme) {
    scope_screen::render(frame, area, session, editor, &keymap::hints(session.context_below()), theme);
    list::spots(scope_screen::list_area(area, session, editor), editor.rows().len(), editor.cursor.at);
}

/// A cluster being read.
pub(super) fn reading(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    reading::render(frame, area, session, &keymap::hints(session.context_below()), theme);
}

/// Export.
pub(super) fn export(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    export::render(frame, area, session, &keymap::hints(Context::Export), theme);
    list::spots(export::list_area(area), ExportFormat::ALL.len(), session.export.cursor.at);
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

/// The walk, or what is open in it.
pub(super) fn walk(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let Some(book) = &session.book else { return };
    let takes_the_work = |layer: &&Layer| match layer {
        Layer::Findings(_) | Layer::Finding { .. } => true,
        Layer::Form(form) => !forms::is_small(&form.purpose),
        _ => false,
    };
    let open = session.layers.iter().rev().find(takes_the_work);
    let spinner = progress::spinner(session.ticks, theme.still);
    let rooms = walk::render(frame, area, session, book, open.is_some(), spinner, theme);
    match (open, book.walk.here(session.guidance)) {
        (Some(Layer::Form(open)), _) => forms::render(frame, rooms.work, session, open, theme),
        (Some(layer), _) => findings::render(frame, rooms.work, session, layer, theme),
        (None, Some(control)) => tab(frame, &rooms, session, book, control, theme),
        (None, None) => walk::overview(frame, rooms.work, session, book, theme),
    }
    walk::guidance_beside(frame, rooms.guide, session, book, theme);
}

/// The tab of the control one stands on.
fn tab(frame: &mut Frame<'_>, rooms: &walk::Rooms, session: &Session, book: &Book, control: &Control, theme: &Theme) {
    let (body, side) = (walk::tab(frame, rooms.work, book, control, theme), rooms.side);
    match book.walk.tab {
        Tab::Guidance => walk::guidance(frame, body, control, &book.walk, session, theme),
        Tab::Checks => findings::checks(frame, body, side, session, book, control, theme),
        Tab::Questions => answer::list(frame, body, side, session, book, control, theme),
        Tab::Evidence => evidence::list(frame, body, side, session, book, control, theme),
        Tab::Result => determine::list(frame, body, side, session, book, control, theme),
    }
}

/// An error or a warning, until it is read.
pub(super) fn message(frame: &mut Frame<'_>, area: Rect, message: &Message, theme: &Theme) {
    message::draw(frame, area, message, &[("Esc", "close")], theme);
}

/// What was just done, in the row above the keys, for screens that have no line of their own for it.
pub(super) fn remark(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let Some(message) = session.messages.iter().rev().find(|m| m.level == Urgency::Info) else { return };
    let body = page::body(area);
    let lines = page::told(&message.what, body.width.into(), theme);
    let height = u16::try_from(lines.len()).unwrap_or(1).min(area.height);
    let at = Rect { y: (area.y + area.height).saturating_sub(1 + height), height, ..body };
    frame.render_widget(Clear, at);
    frame.buffer_mut().set_style(at, theme.ground());
    frame.render_widget(Paragraph::new(lines), at);
}
