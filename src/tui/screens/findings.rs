//! The findings of a check, and one finding: on what, at which field, why it matters, how to mend it, with the lines of the object.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{Column, Fill};
use crate::tui::widgets::{List, filter, frame, list, listing, page, sign, yaml};
use crate::tui::{markdown, text};
use kassay_core::checks;
use kassay_core::guidance::{Control, paragraphs};
use kassay_core::judging::Check;
use kassay_core::model::text::clean;
use kassay_core::model::{Finding, Outcome};
use kassay_core::session::{Book, FindingsView, Group, Layer, Pane, Scroll, Session, Tab, Way, checks_of, excerpt};
use kassay_core::workbook::Exception;
use kassay_core::workbook::newness::Newness;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws the list of findings of a check, or one finding.
///
/// ```text
///  3.1/baseline  Workloads hold to Pod Security baseline               ✗ fail  14 of 120 workloads
///  / ns:pay sev:high          12 of 310 findings · by severity · not grouped · 2 marked
///
///  ▸● high      CDE   DaemonSet logging/agent    hostPathVolumes   spec.template…hostPath   12 pods
///     high      CDE   …
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, layer: &Layer, theme: &Theme) {
    let Some(book) = &session.book else { return };
    match layer {
        Layer::Findings(check) => {
            if let Some(view) = session.findings.view(check) {
                list(frame, area, session, book, check, view, theme);
            }
        }
        Layer::Finding { check, id, scroll } => {
            let found = session.findings.view(check).and_then(|view| view.findings().iter().find(|f| f.id == *id));
            match found {
                Some(finding) => one(frame, area, session, book, (check, finding), scroll, theme),
                None => {
                    let words = "This finding is not there any more: the cluster was read or judged anew. Esc goes back to the list.";
                    frame.render_widget(Paragraph::new(markdown::plain(words, area.width.into(), theme.style("text"))), area);
                }
            }
        }
        _ => {}
    }
}

fn list(frame: &mut Frame<'_>, area: Rect, session: &Session, book: &Book, check: &str, view: &FindingsView, theme: &Theme) {
    let known = checks::by_id(check);
    let (head, rest) = frame::top(area, 1);
    let outcome = view.outcome();
    let right = outcome.map(|o| format!("{} {}", sign::outcome(o.outcome), o.outcome.label())).unwrap_or_default();
    let room = usize::from(head.width).saturating_sub(text::width(&right) + 2);
    let title = format!("{check}  {}", known.map_or("", |c| c.title));
    frame.render_widget(
        Line::from(vec![
            Span::styled(text::left(&title, room), theme.style("title")),
            Span::raw("  "),
            Span::styled(right, theme.style(outcome.map_or("text", |o| sign::outcome_meaning(o.outcome)))),
        ]),
        head,
    );
    let (bar, rest) = frame::top(rest, 1);
    let all = view.findings().len();
    if all == 0 {
        let (_, body) = frame::top(rest, 1);
        let lines = known.map(|c| check_lines(book, c, body.width.into(), theme)).unwrap_or_default();
        page::scrolled(frame, body, lines, &view.page, theme);
        return;
    }
    filter_bar(frame, bar, view, all, theme);
    let body = listing::unanswered(frame, rest, view.unanswered().as_deref(), theme);
    // Wide: the finding itself stands beside the list. Elsewhere below it, or its first words: beside each other both would be too narrow to be read.
    let side = area.width >= frame::SIDE_BY_SIDE && (20..36).contains(&body.height);
    let (body, detail) = if side {
        let (list, detail) = frame::left(body, area.width * 9 / 20);
        (list, frame::left(detail, 2).1)
    } else if body.height >= 14 {
        // A short list leaves its room to the finding. All findings count, so that nothing jumps while one types.
        let short = body.height.saturating_sub(u16::try_from(all).unwrap_or(u16::MAX).max(LEAST_ROWS));
        let wanted = match body.height / 2 {
            half if half >= WHOLE => half,
            half if half >= 10 => 8,
            _ => 5,
        };
        frame::bottom(body, short.max(wanted))
    } else {
        (body, Rect::default())
    };
    if view.list.rows().is_empty() {
        frame.render_widget(Line::styled("No finding fits the filter. Esc clears it.", theme.style("text.muted")), body);
        return;
    }
    let shown = listing::Shown {
        nouns: ("finding", "findings"),
        columns: COLUMNS,
        cells: &|at| view.findings().get(at).map(|f| cells(book, view, (check, f))),
        platform: &|items| listing::by_severity(items.iter().filter_map(|at| view.findings().get(*at))),
        meanings: &|at| view.findings().get(at).map_or(["text"; 6], meanings),
    };
    listing::draw(frame, body, &view.list, &shown, theme);
    let Some(finding) = view.selected().filter(|_| !detail.is_empty()) else { return };
    if detail.height >= WHOLE {
        let detail = if side { detail } else { frame::top(detail, 1).1 };
        let lines = finding_lines(session, book, (check, finding), usize::from(detail.width.min(110)), theme);
        page::detail(frame, detail, lines, &session.detail, theme);
    } else {
        let (rule, detail) = frame::top(detail, 1);
        frame::rule(frame, rule, theme);
        let lines = listing::brief(finding, detail.width.into(), theme);
        page::detail(frame, detail, lines, &session.detail, theme);
    }
}

fn filter_bar(frame: &mut Frame<'_>, area: Rect, view: &FindingsView, all: usize, theme: &Theme) {
    let mut about = vec![if view.list.shown() == all {
        text::counted(all, "finding", "findings")
    } else {
        format!("{} of {}", text::thousands(view.list.shown()), text::counted(all, "finding", "findings"))
    }];
    about.push(format!("by {}", view.sort.label()));
    if view.list.group != Group::None {
        about.push(format!("grouped {}", view.list.group.label()));
    }
    if !view.marked.is_empty() {
        about.push(format!("{} marked", view.marked.len()));
    }
    let words = "ns:pay sev:high rule:host kind: cat:cde exc:no new:yes or any word";
    filter::draw(
        frame,
        area,
        &filter::Shown { field: &view.list.filter, typing: view.list.filtering, about: &about.join(" · "), words },
        theme,
    );
}

/// Rows that a list has at least, where the finding stands below it: its groups have headings.
const LEAST_ROWS: u16 = 4;

/// Rows from which all of a finding is shown below the list; with fewer, how it is mended would be out of sight.
const WHOLE: u16 = 13;

const COLUMNS: [Column; 6] = {
    const fn column(fill: Fill, least: usize) -> Column {
        Column { title: "", fill, wanted: 0, least }
    }
    [
        column(Fill::Words, 10),
        // The object is what one looks for: the field goes before much of that is cut, and is told in full with the finding.
        column(Fill::Name, 36),
        column(Fill::Words, 12),
        column(Fill::Words, 9),
        column(Fill::Number, 8),
        column(Fill::Name, 16),
    ]
};

/// What stands in the row of a finding.
fn cells(book: &Book, view: &FindingsView, (check, finding): (&str, &Finding)) -> [String; 6] {
    let mark = if view.marked.contains(&finding.id) {
        "●"
    } else if let Some(exception) = book.exception(check, &finding.id) {
        // What has lapsed counts again, and must not look as if it did not.
        if exception.is_lapsed(book.today) { "!" } else { "e" }
    } else {
        " "
    };
    [
        format!("{mark} {}", finding.severity.id()),
        clean(&finding.object.to_string()),
        clean(finding.rule.as_deref().unwrap_or_default()),
        finding.category.label().to_owned(),
        finding.pods.map(|n| text::counted(n as usize, "pod", "pods")).unwrap_or_default(),
        clean(&finding.field),
    ]
}

const fn meanings(finding: &Finding) -> [&'static str; 6] {
    [sign::severity_meaning(finding.severity), "text", "text", sign::category_meaning(finding.category), "text.muted", "text.muted"]
}

/// A check in words: what it says, why it matters, what is missing, how to mend, what it can't see.
fn check_lines(book: &Book, check: &Check, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let width = width.min(100);
    let outcome = book.outcome(check.id);
    let mut lines = vec![Line::styled(text::cut(check.title, width), theme.style("text.strong"))];
    let say = |lines: &mut Vec<Line<'static>>, label: &str, words: &str| {
        if !words.trim().is_empty() {
            let lead = [Span::styled(text::left(label, 9), theme.style("text.muted"))];
            let words = paragraphs(words).join(" ");
            lines.extend(markdown::wrap(&[Span::styled(words, theme.style("text"))], width, &lead));
        }
    };
    match outcome {
        Some(found) => {
            say(&mut lines, "Says", &clean(&found.reason));
            if found.outcome == Outcome::Blocked {
                say(&mut lines, "Missing", &clean(&found.needs.join(", ")));
            }
            if !found.findings.is_empty() {
                say(&mut lines, "Found", &format!("{}: ↵", text::counted(found.findings.len(), "finding", "findings")));
            }
        }
        None => say(&mut lines, "Says", "Not run yet: no cluster was read."),
    }
    if let Some(exception) = book.exception(check.id, "") {
        say(&mut lines, "Exception", &excepted(book, exception));
    }
    if book.is_several() {
        let others = book.together.outcomes(check.id).filter(|(key, _)| book.shown().is_none_or(|c| c.key != *key));
        let others: Vec<String> = others.map(|(key, o)| format!("{key}: {} {}", sign::outcome(o.outcome), o.outcome.label())).collect();
        say(&mut lines, "Others", &clean(&others.join(" · ")));
    }
    if let Some((review, holds)) = book.review(check.id) {
        let note = if review.note.is_empty() { "looked at" } else { &review.note };
        let again = if holds { "" } else { "; it shows other things now: look again" };
        say(&mut lines, "Reviewed", &clean(&format!("{note} ({}, {}{again})", review.by, review.at)));
    } else if matches!(outcome.map(|o| o.outcome), Some(Outcome::Review | Outcome::Blocked)) && !book.to_review(check).is_empty() {
        say(&mut lines, "Now", "only you can judge this: v says that you looked, d determines the practice and settles it");
    }
    say(&mut lines, "Why", check.why);
    say(&mut lines, "Mend", check.mend);
    say(&mut lines, "Unseen", check.blind_spots);
    lines
}

/// One finding.
///
/// ```text
///  3.1/baseline  hostPathVolumes                                                  high · CDE
///  DaemonSet logging/agent, 12 pods
///
///  A hostPath volume gives the container files of the node.
///
///      spec:
///        template:
///  ▸           hostPath:
///
///  Mend     use the CSI or the API instead
///  Command  kubectl get …
/// ```
fn one(
    frame: &mut Frame<'_>,
    area: Rect,
    session: &Session,
    book: &Book,
    (check, finding): (&str, &Finding),
    scroll: &Scroll,
    theme: &Theme,
) {
    let lines = finding_lines(session, book, (check, finding), usize::from(area.width.min(110)), theme);
    page::scrolled(frame, area, lines, scroll, theme);
}

/// A finding in lines.
fn finding_lines(session: &Session, book: &Book, (check, finding): (&str, &Finding), width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let right = format!("{} · {}", finding.severity.id(), finding.category.label());
    let room = width.saturating_sub(text::width(&right) + 2);
    let title = format!("{check}  {}", clean(finding.rule.as_deref().unwrap_or_default()));
    let pods = finding.pods.map(|n| format!(", {}", text::counted(n as usize, "pod", "pods"))).unwrap_or_default();
    let mut lines = vec![
        Line::from(vec![
            Span::styled(text::left(&title, room), theme.style("title")),
            Span::raw("  "),
            Span::styled(right, theme.style(sign::severity_meaning(finding.severity))),
        ]),
        Line::styled(text::cut_middle(&clean(&format!("{}{pods}", finding.object)), width), theme.style("text.strong")),
        Line::default(),
    ];
    lines.extend(markdown::plain(&clean(&finding.message), width, theme.style("text")));
    lines.push(Line::default());
    lines.extend(object_lines(book, finding, width, theme));
    lines.push(Line::default());
    let say = |lines: &mut Vec<Line<'static>>, label: &str, words: &str, meaning: &str| {
        let lead = [Span::styled(text::left(label, 10), theme.style("text.muted"))];
        lines.extend(markdown::wrap(&[Span::styled(words.to_owned(), theme.style(meaning))], width, &lead));
    };
    say(&mut lines, "Observed", &clean(&finding.observed), "text.code");
    say(&mut lines, "Mend", &clean(&finding.mend), "text");
    say(&mut lines, "Command", &session.kubectl_here(&finding.object), "text.code");
    if let Some(before) = book.shown().and_then(|c| c.before.as_ref()) {
        match before.newness(check, finding) {
            Newness::New => say(&mut lines, "New", &format!("not there in {}", before.what), "warning"),
            Newness::Known => say(&mut lines, "Known", &format!("there in {} too", before.what), "text.muted"),
            Newness::Untold => say(&mut lines, "Before", &format!("{} could not see it", before.what), "text.muted"),
        }
    }
    if let Some(exception) = book.exception(check, &finding.id) {
        say(&mut lines, "Exception", &excepted(book, exception), if exception.is_lapsed(book.today) { "warning" } else { "text" });
    }
    if let Some(known) = checks::by_id(check) {
        say(&mut lines, "Why", &paragraphs(known.why).join(" "), "text.muted");
    }
    say(&mut lines, "Id", &finding.id, "text.muted");
    lines
}

/// An exception in words: how it stands, why, and who answers for it. It stands beside the outcome and never in its place.
fn excepted(book: &Book, exception: &Exception) -> String {
    let approver = if exception.approver.is_empty() { String::new() } else { format!(", approved by {}", exception.approver) };
    let written = exception.at.map(|at| format!("; written by {} on {at}", exception.by)).unwrap_or_default();
    let words = format!("{}: {} (owner {}{approver}{written})", exception.standing(book.today), exception.reason, exception.owner);
    let wrong: Vec<String> = book.exception_faults(exception).iter().map(|fault| format!("; {fault}")).collect();
    clean(&format!("{words}{}", wrong.concat()))
}

/// The lines of the object around the field.
fn object_lines(book: &Book, finding: &Finding, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let inventory = book.shown().and_then(|c| c.inventory.as_ref());
    let Some(object) = inventory.and_then(|i| i.object_json(&finding.object)) else {
        let words = match book.shown() {
            Some(cluster) if cluster.loading => "The object is being loaded.",
            _ => "The lines of this object were not kept; the command below shows them on the cluster.",
        };
        return vec![Line::styled(text::cut(words, width), theme.style("text.muted"))];
    };
    let found = excerpt(&object, &finding.field, &finding.observed);
    let lines: Vec<(String, bool)> = found.iter().map(|l| (clean(&l.text), l.marked)).collect();
    yaml::excerpt(lines.iter().map(|(text, marked)| (text.as_str(), *marked)), width, theme)
}

/// The checks of a control with their outcomes, and the selected one in words.
pub fn checks(frame: &mut Frame<'_>, area: Rect, side: bool, session: &Session, book: &Book, control: &Control, theme: &Theme) {
    let all = checks_of(control);
    if all.is_empty() {
        let words = "No check of this control can be automated: the API shows nothing that would decide it. Its questions are on tab 3.";
        frame.render_widget(Paragraph::new(markdown::plain(words, area.width.into(), theme.style("text.muted"))), area);
        return;
    }
    let (rows, detail) = frame::divide(area, all.len(), side);
    let at = book.walk.row(control).min(all.len() - 1);
    book.walk.shows(&control.id, Tab::Checks, rows.height.into());
    list::spots(rows, all.len(), at);
    let name = all.iter().map(|c| text::width(slug(c.id))).max().unwrap_or(0).min(usize::from(rows.width) * 2 / 5);
    let focused = book.walk.pane == Pane::Work && matches!(session.top(), Layer::Walk);
    List::new(all.len(), Some(at), theme).focused(focused).draw(frame, rows, |nth, room| {
        let check = all[nth];
        let excepted = if let Some(exception) = book.exception(check.id, "") {
            if exception.is_lapsed(book.today) { " (exception lapsed)" } else { " (excepted)" }
        } else if book.review(check.id).is_some_and(|(_, holds)| holds) {
            " (reviewed)"
        } else {
            ""
        };
        let mut spans = match book.outcome(check.id) {
            Some(outcome) => vec![sign::outcome_span(outcome.outcome, theme)],
            None => vec![Span::styled("  not run", theme.style("text.muted"))],
        };
        let reason = book.outcome(check.id).map_or_else(|| check.title.to_owned(), |o| clean(&o.reason));
        spans.push(Span::styled(format!(" {}  ", text::left(slug(check.id), name)), theme.style("text")));
        spans.push(Span::styled(
            format!("{}{excepted}", text::cut(&reason, room.saturating_sub(name + 13 + excepted.len()))),
            theme.style("text.muted"),
        ));
        Line::from(spans)
    });
    if let Some(check) = all.get(at) {
        let lines = check_lines(book, check, usize::from(detail.width), theme);
        page::detail(frame, detail, lines, &session.detail, theme);
    }
}

/// The part of a check's id behind the control, which the title tells already.
fn slug(id: &str) -> &str {
    id.split_once('/').map_or(id, |(_, slug)| slug)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::table;

    #[test]
    fn the_object_is_read_before_there_is_room_for_the_field() {
        let mut columns = COLUMNS;
        for (column, wanted) in columns.iter_mut().zip([10, 46, 18, 9, 8, 60]) {
            column.wanted = wanted;
        }
        for room in 76..200 {
            let widths = table::widths(&columns, room);
            assert!(widths[1] >= 36, "{widths:?} in {room}");
        }
    }
}
