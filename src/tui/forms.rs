//! The forms of the walk: what is asked, the rows to fill, and below what helps to fill them.

use super::screens::{answer, determine, engagement, evidence, exceptions, review};
use super::signs::spelled;
use super::theme::Theme;
use super::widgets::form::{draw as rows, title};
use super::widgets::{frame, hints, page};
use super::{keymap, markdown, text};
use kassay_core::model::text::clean;
use kassay_core::session::{Context, Form, PathOf, Purpose, Session};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws a form in the place of the work.
///
/// ```text
///  1.6.mfa_enforced                                           required, with evidence
///  Is multi-factor authentication enforced for every interactive access to the cluster?
///
///  Answer       (•) y yes, for all   ( ) p partly   ( ) n no
///  Interviewed  ____________________
///  Evidence     E-0004
///               ✗ there is no E-0009
///
///  Satisfies    “yes, for all”, with evidence; good for 12 months
///  Before       partly (A. Assessor, 2025-11-14)
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, form: &Form, theme: &Theme) {
    let width = usize::from(area.width.min(110));
    let area = Rect { width: area.width.min(110), ..area };
    let head = heading(session, form, width, theme);
    let (top, rest) = frame::top(area, u16::try_from(head.len()).unwrap_or(3).min(area.height / 2));
    frame.render_widget(Paragraph::new(head), top);
    let used = rows(frame, rest, form, 0, theme);
    let (_, rest) = frame::top(rest, used + 1);
    let mut lines = vec![];
    if let Some(why) = &form.error {
        lines.extend(markdown::plain(&format!("✗ {}", clean(why)), width, theme.style("error")));
        lines.push(Line::default());
    }
    if form.saving {
        lines.push(Line::styled(spelled("saving…".into()), theme.style("text.muted")));
    }
    lines.extend(help(session, form, width, theme));
    let lines = page::fitting(lines, rest.height.into(), theme);
    frame.render_widget(Paragraph::new(lines), rest);
}

/// Whether a form is small, and lies over whatever is there.
#[must_use]
pub const fn is_small(purpose: &Purpose) -> bool {
    matches!(purpose, Purpose::Path(_) | Purpose::Rule | Purpose::Version)
}

/// Draws a small form over whatever is there.
pub fn popup(frame: &mut Frame<'_>, area: Rect, form: &Form, theme: &Theme) {
    let title = match &form.purpose {
        Purpose::Path(PathOf::Assessment) => "Open an assessment",
        Purpose::Path(PathOf::Cluster) => "Read files of a cluster",
        Purpose::Path(PathOf::Export) => "Where the export goes",
        Purpose::Path(PathOf::Compare) => "Compare with",
        Purpose::Rule => "Rule for namespaces",
        Purpose::Version => "The version of the cluster",
        _ => "",
    };
    let inner = frame::popup(frame, area, (area.width.saturating_sub(8).min(90), 7), title, "", theme);
    let (body, foot) = frame::bottom(inner, 1);
    let (_, body) = frame::top(body, 1);
    rows(frame, body, form, 0, theme);
    let keys = keymap::form_hints(Context::Text, Some(form));
    frame.render_widget(hints::line(&keys, foot.width.into(), theme), foot);
}

/// What stands above the rows.
fn heading(session: &Session, form: &Form, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = match &form.purpose {
        Purpose::Answer { question } => answer::heading(session, question, width, theme),
        Purpose::Determine { practices } => determine::heading(session, practices, width, theme),
        Purpose::Evidence { .. } => evidence::heading(width, theme),
        Purpose::Note { .. } => evidence::note_heading(width, theme),
        Purpose::Exception { .. } => exceptions::heading(form, width, theme),
        Purpose::Review { check } => review::heading(check, width, theme),
        Purpose::Engagement => engagement::heading(width, theme),
        Purpose::Entry { .. } | Purpose::Withdraw { .. } => {
            vec![title(&clean(&form.title), &clean(&text::cut(&form.about, width / 2)), width, theme)]
        }
        Purpose::ConfirmScope => vec![title(&form.title, &form.about, width, theme)],
        Purpose::Dispute { what, aside } => dispute(what, aside, width, theme),
        Purpose::Path(_) | Purpose::Rule | Purpose::Version => vec![],
    };
    if !lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

/// What helps to fill the form.
fn help(session: &Session, form: &Form, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(book) = &session.book else { return vec![] };
    match &form.purpose {
        Purpose::Answer { question } => answer::help(session, book, question, width, theme),
        Purpose::Determine { practices } => determine::help(session, book, practices, width, theme),
        Purpose::Exception { .. } => exceptions::help(width, theme),
        Purpose::Evidence { .. } => evidence::help(width, theme),
        Purpose::Review { check } => review::help(book, check, width, theme),
        Purpose::Entry { .. } | Purpose::Withdraw { .. } | Purpose::ConfirmScope => {
            markdown::plain(&form.help, width, theme.style("text.muted"))
        }
        Purpose::Engagement => engagement::help(width, theme),
        Purpose::Note { .. } | Purpose::Dispute { .. } | Purpose::Path(_) | Purpose::Rule | Purpose::Version => vec![],
    }
}

/// What stands against an edit, and that neither is lost.
fn dispute(what: &[String], aside: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let told = format!(
        "workbook.toml was changed outside Kassay while it was open, and what is to be saved changes the same: {}. Both cannot hold. The other text \
         is kept as {aside}, whichever you choose.",
        what.join(", ")
    );
    let mut lines = vec![Line::styled("Changed here and outside", theme.style("text.strong"))];
    lines.extend(markdown::plain(&clean(&told), width, theme.style("text")));
    lines
}
