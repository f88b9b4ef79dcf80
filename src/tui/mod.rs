//! The terminal: keys in, frames out. A frame follows from the session and the theme alone; which screen is drawn is decided here.

mod colour;
mod forms;
pub mod ground;
pub mod keymap;
pub mod markdown;
pub mod mouse;
pub mod screens;
pub mod signs;
pub mod terminal;
mod terse;
pub mod text;
pub mod theme;
mod views;
pub mod widgets;

use kassay_core::session::{Layer, Session, Urgency};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use screens::{
    access, all_findings, compare, fleet, palette, probes, registers as register, samples, search, segmentation, summary, trial,
};
use theme::Theme;

/// Draws a frame.
///
/// ```text
/// the whole screen of the topmost layer that has one (home, new, reading, walk, summary, scope, export, help)
///   over it: palette, search, small forms
///     over these: an error or warning, until it is read
/// ```
pub fn draw(frame: &mut Frame<'_>, session: &Session, theme: &Theme) {
    mouse::clear();
    theme.signs.draw(frame, |frame| layers(frame, session, theme));
}

/// The topmost screen, and what lies over it.
fn layers(frame: &mut Frame<'_>, session: &Session, theme: &Theme) {
    let area = frame.area();
    frame.buffer_mut().set_style(area, theme.ground());
    let area = small(frame, area, theme);
    if let Some(base) = session.layers.iter().rposition(is_whole) {
        match &session.layers[base] {
            Layer::Home => views::home(frame, area, session, theme),
            Layer::New => views::new(frame, area, session, theme),
            Layer::Reading => views::reading(frame, area, session, theme),
            Layer::Summary(cursor) => summary::render(frame, area, session, cursor, theme),
            Layer::Segmentation(cursor) => segmentation::render(frame, area, session, cursor, theme),
            Layer::AllFindings => all_findings::render(frame, area, session, theme),
            Layer::Flows => segmentation::flows(frame, area, session, theme),
            Layer::Access => access::render(frame, area, session, theme),
            Layer::Fleet => fleet::render(frame, area, session, theme),
            Layer::Compare => compare::render(frame, area, session, theme),
            Layer::Holder { subject, scroll } => access::holder(frame, area, session, subject, scroll, theme),
            Layer::Trial => trial::render(frame, area, session, theme),
            Layer::Witness { id, scroll } => trial::witness(frame, area, session, id, scroll, theme),
            Layer::Probes => probes::render(frame, area, session, theme),
            Layer::Register(of) => register::render(frame, area, session, *of, theme),
            Layer::Sample { reference, cursor } => samples::render(frame, area, session, reference, cursor, theme),
            Layer::Pick(picking) => samples::pick(frame, area, picking, theme),
            Layer::Scope(editor) => views::scope(frame, area, session, editor, theme),
            Layer::Export => views::export(frame, area, session, theme),
            Layer::Help(scroll) => views::help(frame, area, session, scroll, theme),
            _ => views::walk(frame, area, session, theme),
        }
        if !matches!(session.layers[base], Layer::Walk | Layer::Findings(_) | Layer::Finding { .. } | Layer::Form(_)) {
            views::remark(frame, area, session, theme);
        }
    }
    match session.top() {
        Layer::Form(open) if forms::is_small(&open.purpose) => forms::popup(frame, area, open, theme),
        Layer::Palette { query, cursor } => palette::render(frame, area, session, query, cursor, theme),
        Layer::Find { query, cursor } => search::render(frame, area, session, query, cursor, theme),
        _ => {}
    }
    if let Some(message) = session.messages.iter().rev().find(|m| m.level != Urgency::Info) {
        views::message(frame, area, message, theme);
    }
}

/// Layers that fill the screen; what belongs to the walk is drawn by the walk.
const fn is_whole(layer: &Layer) -> bool {
    match layer {
        Layer::Palette { .. } | Layer::Find { .. } => false,
        Layer::Form(form) => !forms::is_small(&form.purpose),
        _ => true,
    }
}

/// Says in the first line that the terminal is too small to show everything, and gives what is left.
fn small(frame: &mut Frame<'_>, area: Rect, theme: &Theme) -> Rect {
    let Some(words) = terminal::too_small(area).filter(|_| area.height > 6) else { return area };
    let (top, rest) = widgets::frame::top(area, 1);
    frame.render_widget(Line::styled(text::cut(&words, top.width.into()), theme.style("warning")), top);
    rest
}
