//! Forms: one row after the other, single keys where one chooses, the error beside its row, and below what helps to fill it.
//! All forms of the walk are drawn here, so that what one learns at one is known at the next.

use super::question::answered;
use crate::tui::theme::Theme;
use crate::tui::widgets::{field, frame, sign};
use crate::tui::{keymap, markdown, mouse, text};
use kassay_core::guidance::paragraphs;
use kassay_core::model::text::clean;
use kassay_core::session::{Action, Choice, Field, Form, Input, Purpose, Row, Session, finding_words};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Columns of the labels.
const LABEL: u16 = 14;
/// The most lines of a text of several that are shown at once.
const LINES: usize = 4;

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
    let used = rows(frame, rest, form, theme);
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
        Purpose::Path { folder: true } => "Open an assessment",
        Purpose::Path { folder: false } => "Read files of a cluster",
        Purpose::Rule => "Rule for namespaces",
        _ => "",
    };
    let inner = frame::popup(frame, area, (area.width.saturating_sub(8).min(90), 7), title, "", theme);
    let (body, foot) = frame::bottom(inner, 1);
    let (_, body) = frame::top(body, 1);
    rows(frame, body, form, theme);
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
        Purpose::Engagement | Purpose::Path { .. } | Purpose::Rule => vec![],
    };
    lines.push(Line::default());
    lines
}

/// Draws the rows; the one in focus is always in view. Returns how many lines they took.
fn rows(frame: &mut Frame<'_>, area: Rect, form: &Form, theme: &Theme) -> u16 {
    let width = usize::from(area.width.saturating_sub(LABEL));
    let heights: Vec<u16> = form.rows.iter().map(|row| height(row, width)).collect();
    let before = |at: usize| heights.iter().take(at).sum::<u16>();
    let end = before(form.focus + 1);
    let skip = (0..form.rows.len()).find(|first| end.saturating_sub(before(*first)) <= area.height).unwrap_or(form.focus);
    let mut y = area.y;
    for (at, row) in form.rows.iter().enumerate().skip(skip) {
        let room = (area.y + area.height).saturating_sub(y);
        let place = Rect { y, height: heights[at].min(room), ..area };
        if place.height == 0 {
            break;
        }
        mouse::on(place, Action::Focus(at));
        draw_row(frame, place, row, at == form.focus, theme);
        y += place.height;
    }
    y - area.y
}

fn height(row: &Row, width: usize) -> u16 {
    let lines = match &row.input {
        Input::Choice { options, .. } => choices_height(options, width),
        Input::Text(field) if field.lines => wrapped(&field.text, width).len().clamp(1, LINES),
        Input::Text(_) => 1,
    };
    let error = row.error.as_ref().map_or(0, |e| markdown::plain(&format!("✗ {}", clean(e)), width, Style::default()).len());
    u16::try_from(lines + error).unwrap_or(1)
}

/// Short choices stand side by side, long ones below each other.
fn choices_height(options: &[Choice], width: usize) -> usize {
    let side_by_side: usize = options.iter().map(|o| text::width(&o.label) + 9).sum();
    if side_by_side <= width { 1 } else { options.len() }
}

fn draw_row(frame: &mut Frame<'_>, area: Rect, row: &Row, focused: bool, theme: &Theme) {
    let (label, place) = frame::left(area, LABEL);
    let lead = if focused { "▸" } else { " " };
    let words = Line::from(vec![
        Span::styled(lead, theme.style("key")),
        Span::styled(text::left(&row.label, usize::from(LABEL) - 2), theme.style(if focused { "text.strong" } else { "text.muted" })),
    ]);
    frame.render_widget(words, Rect { height: 1, ..label });
    let width = usize::from(place.width);
    let error = row.error.as_ref().map(|e| markdown::plain(&format!("✗ {}", clean(e)), width, theme.style("error"))).unwrap_or_default();
    let (place, below) = frame::bottom(place, u16::try_from(error.len()).unwrap_or(0));
    match &row.input {
        Input::Choice { options, chosen } => choices(frame, place, options, *chosen, focused, theme),
        Input::Text(field) if field.lines => several(frame, place, field, &row.hint, focused, theme),
        Input::Text(field) => {
            let cursor = focused.then_some(field.cursor);
            let shown = field::Shown { text: &field.text, cursor, placeholder: &row.hint, error: None };
            field::draw(frame, place, &shown, theme);
        }
    }
    frame.render_widget(Paragraph::new(error), below);
}

fn choices(frame: &mut Frame<'_>, area: Rect, options: &[Choice], chosen: Option<usize>, focused: bool, theme: &Theme) {
    let one = |at: usize, option: &Choice| {
        let here = chosen == Some(at);
        let style = theme.style(if here { "text.strong" } else { "text" });
        vec![
            Span::styled(if here { "(•) " } else { "( ) " }, style),
            Span::styled(format!("{} ", option.key), theme.style(if focused { "key" } else { "text.muted" })),
            Span::styled(option.label.clone(), style),
        ]
    };
    if choices_height(options, area.width.into()) == 1 {
        let (mut spans, mut x) = (vec![], area.x);
        for (at, option) in options.iter().enumerate() {
            let wide = u16::try_from(text::width(&option.label) + 9).unwrap_or(9);
            mouse::on(Rect { x, width: wide.min((area.x + area.width).saturating_sub(x)), ..area }, Action::ChooseNth(at));
            x = x.saturating_add(wide);
            spans.extend(one(at, option));
            spans.push(Span::raw("   "));
        }
        frame.render_widget(Line::from(spans), area);
        return;
    }
    for ((at, option), y) in options.iter().enumerate().zip(area.y..area.y + area.height) {
        let line = Rect { y, height: 1, ..area };
        mouse::on(line, Action::ChooseNth(at));
        frame.render_widget(Line::from(one(at, option)), line);
    }
}

/// A text of several lines, the line of the cursor in view.
fn several(frame: &mut Frame<'_>, area: Rect, field: &Field, hint: &str, focused: bool, theme: &Theme) {
    if area.is_empty() {
        return;
    }
    frame.buffer_mut().set_style(area, theme.style(if focused { "input.focus" } else { "input" }));
    if field.text.is_empty() {
        frame.render_widget(Line::styled(text::cut(hint, area.width.into()), theme.style("text.muted")), area);
        if focused {
            frame.set_cursor_position((area.x, area.y));
        }
        return;
    }
    let lines = wrapped(&field.text, area.width.into());
    let at = lines.iter().rposition(|(start, _)| *start <= field.cursor).unwrap_or(0);
    let height = usize::from(area.height);
    let first = if focused { (at + 1).saturating_sub(height) } else { 0 };
    for ((_, line), y) in lines.iter().skip(first).zip(area.y..area.y + area.height) {
        frame.render_widget(Line::raw(clean(line)), Rect { y, height: 1, ..area });
    }
    if focused {
        let (start, line) = &lines[at];
        let before: String = line.chars().take(field.cursor - start).collect();
        let column = u16::try_from(text::width(&before)).unwrap_or(0).min(area.width.saturating_sub(1));
        frame.set_cursor_position((area.x + column, area.y + u16::try_from(at - first).unwrap_or(0)));
    }
}

/// Lines of a text in so many columns, each with the number of its first character. Breaks at blanks where there are any.
fn wrapped(source: &str, width: usize) -> Vec<(usize, String)> {
    let width = width.saturating_sub(1).max(1);
    let mut lines = vec![];
    let mut start = 0;
    for paragraph in source.split('\n') {
        let mut rest: Vec<char> = paragraph.chars().collect();
        loop {
            let (mut taken, mut columns, mut blank) = (0, 0, None);
            for c in &rest {
                let wide = text::width(c.encode_utf8(&mut [0; 4]));
                if columns + wide > width {
                    break;
                }
                columns += wide;
                taken += 1;
                if *c == ' ' {
                    blank = Some(taken);
                }
            }
            if taken == rest.len() {
                lines.push((start, rest.iter().collect()));
                start += rest.len() + 1;
                break;
            }
            let cut = blank.unwrap_or(taken).max(1);
            lines.push((start, rest[..cut].iter().collect()));
            start += cut;
            rest.drain(..cut);
        }
    }
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
        Purpose::Note { .. } | Purpose::Engagement | Purpose::Path { .. } | Purpose::Rule => {}
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_know_their_first_character() {
        let lines = wrapped("one two three\n\n日本語日本語", 8);
        assert_eq!(
            lines,
            [
                (0, "one ".to_owned()),
                (4, "two ".into()),
                (8, "three".into()),
                (14, String::new()),
                (15, "日本語".into()),
                (18, "日本語".into())
            ]
        );
    }
}
