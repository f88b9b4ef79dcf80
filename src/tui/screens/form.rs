//! The forms of the walk: what is asked, the rows to fill, and below what helps to fill them.

use super::question::answered;
use crate::tui::theme::Theme;
use crate::tui::widgets::form::{LABEL, draw as rows};
use crate::tui::widgets::{frame, sign};
use crate::tui::{keymap, markdown, text};
use kassay_core::guidance::paragraphs;
use kassay_core::model::text::clean;
use kassay_core::session::{Form, PathOf, Purpose, Session, finding_words};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
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
        lines.push(Line::styled("saving…", theme.style("text.muted")));
    }
    lines.extend(help(session, form, width, theme));
    lines.truncate(rest.height.into());
    frame.render_widget(Paragraph::new(lines), rest);
}

/// Draws a small form over whatever is there.
pub fn popup(frame: &mut Frame<'_>, area: Rect, _session: &Session, form: &Form, theme: &Theme) {
    let title = match &form.purpose {
        Purpose::Path(PathOf::Assessment) => "Open an assessment",
        Purpose::Path(PathOf::Cluster) => "Read files of a cluster",
        Purpose::Path(PathOf::Export) => "Where the export goes",
        Purpose::Rule => "Rule for namespaces",
        _ => "",
    };
    let inner = frame::popup(frame, area, (area.width.saturating_sub(8).min(90), 7), title, "", theme);
    let (body, foot) = frame::bottom(inner, 1);
    let (_, body) = frame::top(body, 1);
    rows(frame, body, form, 0, theme);
    let keys = keymap::hints(kassay_core::session::Context::Text);
    frame.render_widget(crate::tui::widgets::hints::line(&keys, foot.width.into(), theme), foot);
}

fn heading(session: &Session, form: &Form, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let title = |left: &str, right: &str| {
        let room = width.saturating_sub(text::width(right) + 2);
        Line::from(vec![
            Span::styled(text::left(left, room), theme.style("title")),
            Span::raw("  "),
            Span::styled(right.to_owned(), theme.style("text.muted")),
        ])
    };
    let mut lines = match &form.purpose {
        Purpose::Answer { question } => {
            let Some(known) = session.guidance.question(question) else { return vec![] };
            let needs = if known.evidence_required { "needs evidence" } else { "evidence may be added" };
            let mut lines = vec![title(question, needs)];
            lines.extend(markdown::wrap(&markdown::inline(known.text.trim(), "text.strong", theme), width, &[]));
            lines
        }
        Purpose::Determine { practice } => {
            let Some(known) = session.guidance.practice(practice) else { return vec![] };
            let proposal = session.book.as_ref().and_then(|b| b.proposals.get(practice)).and_then(|p| p.proposal);
            let proposed = proposal.map_or("nothing proposed".to_owned(), |f| format!("proposed: {}", finding_words(f)));
            let mut lines = vec![title(&format!("{practice}  your determination"), &proposed)];
            lines.extend(markdown::wrap(&markdown::inline(&paragraphs(&known.text).join(" "), "text", theme), width, &[]));
            lines
        }
        Purpose::Evidence { .. } => vec![title("Evidence", "a copy is kept in the assessment, under its SHA-256")],
        Purpose::Exception { what } => {
            let words = match what.as_slice() {
                [one] => one.clone(),
                many => format!("{} findings", many.len()),
            };
            vec![title("Exception", &text::cut(&words, width / 2))]
        }
        Purpose::Note { .. } => vec![title("Note", "an observation among the evidence")],
        Purpose::Review { check } => {
            let words = kassay_core::checks::by_id(check).map_or("", |c| c.title);
            vec![title(&format!("{check}  {words}"), "reviewed")]
        }
        Purpose::Engagement | Purpose::Path(_) | Purpose::Rule => vec![],
    };
    lines.push(Line::default());
    lines
}

/// What helps to fill the form.
fn help(session: &Session, form: &Form, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = vec![];
    let say = |lines: &mut Vec<Line<'static>>, label: &str, words: &str, meaning: &str| {
        let lead = [Span::styled(text::left(label, usize::from(LABEL)), theme.style("text.muted"))];
        lines.extend(markdown::wrap(&[Span::styled(words.to_owned(), theme.style(meaning))], width, &lead));
    };
    let Some(book) = &session.book else { return lines };
    match &form.purpose {
        Purpose::Answer { question } => {
            let Some(known) = session.guidance.question(question) else { return lines };
            say(&mut lines, "Satisfies", &known.satisfied_words(), "text");
            if let Some(words) = answered(book, known) {
                say(&mut lines, "Until now", &words, "text");
            }
            lines.push(Line::default());
            lines.extend(markdown::render(&paragraphs(&known.help).join("\n\n"), width, theme).lines);
        }
        Purpose::Determine { practice } => {
            let Some(proposal) = book.proposals.get(practice) else { return lines };
            let because = if proposal.because.is_empty() { "something is still open".to_owned() } else { proposal.because.join(", ") };
            match proposal.proposal {
                Some(finding) => {
                    let words = format!("{}, because of {because}", finding_words(finding));
                    say(&mut lines, "Proposed", &words, sign::determined_meaning(finding));
                    proposal.looked_for.iter().for_each(|words| say(&mut lines, "Looked for", &clean(words), "text.muted"));
                }
                None => say(&mut lines, "Proposed", &format!("nothing: {because}"), "text.muted"),
            }
            for (_, words) in book.blockers(practice, session.guidance) {
                let words = text::cut(&words, (width * 2).saturating_sub(12));
                lines.extend(markdown::wrap(&[Span::styled(clean(&words), theme.style("text.muted"))], width, &[Span::raw("  - ")]));
            }
        }
        Purpose::Exception { .. } => {
            let words = "An exception does not change an outcome: a failed check stays failed, and your determination decides. It says why you accept it, and for how long.";
            lines.extend(markdown::plain(words, width, theme.style("text.muted")));
        }
        Purpose::Evidence { .. } => {
            let words = "Text files with card numbers or private keys in them are refused: redact them first. Interviews and observations need no file.";
            lines.extend(markdown::plain(words, width, theme.style("text.muted")));
        }
        Purpose::Review { check } => {
            if let Some(outcome) = book.outcome(check) {
                say(&mut lines, "Says", &clean(&format!("{}: {}", outcome.outcome.label(), outcome.reason)), "text");
            }
            let words = "Says that you looked at what this check shows. It makes no pass of it: your determination of the practice decides, and \
                         settles this too. Where the check shows other things after the next reading, you are asked again.";
            lines.extend(markdown::plain(words, width, theme.style("text.muted")));
        }
        Purpose::Note { .. } | Purpose::Engagement | Purpose::Path(_) | Purpose::Rule => {}
    }
    lines
}
