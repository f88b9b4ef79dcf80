//! The picture to end a day with: the sixteen areas at a glance, what could not be read, what is open, where all of it is kept.

use crate::tui::theme::Theme;
use crate::tui::widgets::table::{self, Column, Fill};
use crate::tui::widgets::{List, frame, list, page, progress};
use crate::tui::{keymap, markdown, text};
use kassay_core::kinds::distribution_words;
use kassay_core::model::text::clean;
use kassay_core::model::{Determined, Outcome};
use kassay_core::session::{Book, Context, Cursor, Session, WalkProgress};
use kassay_core::workbook::Moment;
use kassay_core::workbook::excepting::ExceptionFault;
use kassay_core::workbook::rollup::unread;
use kassay_core::workbook::scoped::Confirmation;
use kassay_core::workbook::sign_off::SignState;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use std::collections::BTreeMap;

/// Draws the summary: the areas, then the notes. Where there is no room for both, one step below the last area the notes take it.
///
/// ```text
///  Summary                                                          Acme Payments 2026
///
///                             determined       open  failed  review  blocked  lapsed
///  ▸ 1 Authentication         ━━━━╍╍┄┄  5/7       2       4       1        1       0
///    …
///   16 Segmentation           ┄┄┄┄┄┄┄┄  0/5       6       2       0        0       0
///    all                      ━━┄┄┄┄┄┄ 17/49     …
///
///  prod-eu: not readable: secrets (forbidden: …)
///  Kept in ~/.local/share/kassay/assessments/acme-payments-2026
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, cursor: &Cursor, theme: &Theme) {
    let Some(book) = &session.book else { return };
    let engagement = &book.workbook.engagement;
    let about = clean(format!("{} {}", engagement.entity, engagement.period).trim());
    let keys = keymap::hints(Context::Summary);
    let body = page::draw(frame, area, "Summary", &about, &keys, theme);
    let areas = &session.guidance.areas;
    let columns = columns(usize::from(body.width));
    let (head, rest) = frame::top(body, 1);
    let notes = notes(session, usize::from(rest.width.saturating_sub(2)), theme);
    let rows = u16::try_from(areas.len()).unwrap_or(16);
    // Below the grid stand the line of all, an empty one, and the notes.
    let for_notes = u16::try_from(notes.len()).unwrap_or(u16::MAX).saturating_add(2);
    let fit = rows.saturating_add(for_notes) <= rest.height;
    // Where there is room for all, nobody needs to go to the notes.
    cursor.counts(areas.len() + usize::from(!fit));
    let on_notes = !fit && cursor.at >= areas.len();
    let room = rest.height.saturating_sub(if on_notes { for_notes } else { 2 });
    let (grid, rest) = frame::top(rest, rows.min(room));
    let list = List::new(areas.len(), Some(cursor.at), theme).focused(!on_notes);
    let widths = table::widths(&columns, list.columns(grid));
    frame.render_widget(table::titles(&columns, &widths, theme.style("text.muted")), frame::left(head, 2).1);
    cursor.shows(grid.height.into());
    list::spots(grid, areas.len(), cursor.at);
    list.draw(frame, grid, |nth, _| {
        let area = &areas[nth];
        let marked = area.controls.iter().flat_map(|c| &c.practices).any(|p| book.walk.marked.contains(&p.id));
        row(
            &format!("{:>2} {}{}", area.number, if marked { "● " } else { "" }, area.title),
            &book.progress(area.controls.iter()),
            &columns,
            &widths,
            theme,
        )
    });
    let (total, rest) = frame::top(rest, 1);
    let whole = book.progress(session.guidance.controls());
    frame.render_widget(row("   all", &whole, &columns, &widths, theme).patch_style(theme.style("text.strong")), frame::left(total, 2).1);
    let (_, rest) = frame::top(rest, u16::from(rest.height > 1));
    let (sign, rest) = frame::left(rest, 2);
    if on_notes {
        frame.render_widget(Line::styled("▸ ", theme.style("key")), sign);
    }
    let notes = page::fitting_as(notes, rest.height.into(), theme, |more| match on_notes {
        true => format!("… {} where the window is taller", text::counted(more, "more line", "more lines")),
        false => format!("↓ {} below the last area", text::counted(more, "more line", "more lines")),
    });
    frame.render_widget(Paragraph::new(notes), rest);
}

/// Kinds that are named of each cluster among those that were not read: files often hold few, and each cluster has its line here.
const NAMED: usize = 4;

/// Columns of the bar.
const fn bar_of(room: usize) -> usize {
    if room >= 100 { 10 } else { 4 }
}

fn columns(room: usize) -> [Column; 7] {
    let number =
        |title: &'static str| Column { title, fill: Fill::Number, wanted: if room >= 100 { 9 } else { title.len() }, least: title.len() };
    [
        Column { title: "Area", fill: Fill::Words, wanted: 44, least: 16 },
        Column { title: "determined", fill: Fill::Words, wanted: bar_of(room) + 7, least: bar_of(room) + 7 },
        number("open"),
        number("failed"),
        number("review"),
        number("blocked"),
        number("lapsed"),
    ]
}

fn row(title: &str, so_far: &WalkProgress, columns: &[Column], widths: &[usize], theme: &Theme) -> Line<'static> {
    let parts = [
        (so_far.in_place, "━", "finding.in_place"),
        (so_far.not_in_place, "╍", "finding.not_in_place"),
        (so_far.set_aside, "─", "finding.not_applicable"),
    ];
    let number = |n: usize, meaning: &'static str| {
        (if n == 0 { "·".to_owned() } else { text::thousands(n) }, theme.style(if n == 0 { "text.muted" } else { meaning }))
    };
    let cells = vec![
        (title.to_owned(), theme.style("text")),
        (String::new(), theme.style("text")),
        number(so_far.open, "warning"),
        number(so_far.failed, "outcome.fail"),
        number(so_far.review, "outcome.review"),
        number(so_far.blocked, "outcome.blocked"),
        number(so_far.lapsed, "warning"),
    ];
    let mut line = table::row(columns, widths, cells);
    // The second cell is the bar: spans stand at every other place, gaps between them.
    if let Some(cell) = line.spans.get_mut(2) {
        *cell = Span::styled(text::left(&format!("{:>3}/{}", so_far.determined, so_far.of), 7), theme.style("text"));
        line.spans.splice(2..2, progress::parts(&parts, so_far.of, widths.get(1).map_or(0, |w| w.saturating_sub(7)), theme));
    }
    line
}

/// What could not be read, how many exceptions and pieces of evidence there are, who did something last, and where all of it is kept.
fn notes(session: &Session, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(book) = &session.book else { return vec![] };
    let mut lines = vec![];
    let workbook = &book.workbook;
    let say = |lines: &mut Vec<Line<'static>>, words: &str, meaning: &str| {
        lines.extend(markdown::plain(&clean(words), width, theme.style(meaning)));
    };
    say(&mut lines, &determined(session, book), "text");
    if let [first, rest @ ..] = workbook.clusters.as_slice()
        && !rest.is_empty()
    {
        let names: Vec<&str> = std::iter::once(first).chain(rest).map(|cluster| cluster.key.as_str()).collect();
        say(&mut lines, &format!("Each check counts once, by the worst of {}.", names.join(", ")), "text.muted");
    }
    for cluster in &workbook.clusters {
        let read =
            cluster.collected_at.or(cluster.assessed_at).map(|at| text::moment(at.0, session.now, &session.zone)).unwrap_or_default();
        let reader = cluster.identity.as_ref().map(|name| format!(" as {name}")).unwrap_or_default();
        let used = workbook.use_case(&cluster.key).map(|case| format!(", {}", case.label())).unwrap_or_default();
        let about = format!(
            "{}, {}{used}, read {read}{reader}",
            cluster.key,
            distribution_words(&cluster.distribution, &workbook.version_words(cluster))
        );
        let of_it = book.together.parts.iter().filter(|part| part.cluster == cluster.key).flat_map(|part| &part.outcomes);
        let count = |wanted: Outcome| of_it.clone().filter(|o| o.outcome == wanted).count();
        let (failed, review, blocked) = (count(Outcome::Fail), count(Outcome::Review), count(Outcome::Blocked));
        let about = if book.is_several() { format!("{about}; {failed} failed, {review} to review") } else { about };
        if let Some(why) = unread(workbook, cluster) {
            say(&mut lines, &format!("⊘ {why}. Nothing passes for it: R reads it again."), "outcome.blocked");
        } else if cluster.not_read.is_empty() && blocked > 0 {
            let checks = text::counted(blocked, "check is", "checks are");
            say(&mut lines, &format!("⊘ {about}: {checks} blocked; each says what it lacks."), "outcome.blocked");
        } else if cluster.not_read.is_empty() {
            say(&mut lines, &format!("✓ {about}: everything could be read."), "text");
        } else {
            let kinds: Vec<&str> = cluster.not_read.keys().map(String::as_str).collect();
            let more = kinds.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more: r tells all") } else { String::new() };
            let named = kinds.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
            say(&mut lines, &format!("⊘ {about}: not readable: {named}{more}."), "outcome.blocked");
        }
    }
    if workbook.clusters.is_empty() {
        say(&mut lines, "⊘ No cluster was read: every check is open.", "outcome.blocked");
    }
    scope_notes(book, &mut lines, &say);
    let counting = workbook.evidence.iter().filter(|piece| piece.counts()).count();
    let evidence = text::counted(counting, "piece of evidence", "pieces of evidence");
    let evidence = match workbook.evidence.len() - counting {
        0 => evidence,
        withdrawn => format!("{evidence} ({withdrawn} withdrawn)"),
    };
    let exceptions = text::counted(workbook.exceptions.len(), "exception", "exceptions");
    let wrong = workbook.exceptions.iter().filter(|e| book.exception_faults(e).iter().any(ExceptionFault::is_error)).count();
    let exceptions = if wrong > 0 { format!("{exceptions} ({wrong} in error: r tells)") } else { exceptions };
    let confirm = workbook.determinations.iter().filter(|d| d.to_confirm).count();
    let confirm =
        if confirm > 0 { format!(", {} to confirm", text::counted(confirm, "determination", "determinations")) } else { String::new() };
    say(&mut lines, &format!("{evidence}, {exceptions}{confirm}."), "text");
    if let Some((words, meaning)) = second_person(session) {
        say(&mut lines, &words, meaning);
    }
    for words in people(session, book) {
        say(&mut lines, &words, "text.muted");
    }
    say(&mut lines, &format!("Kept in {}", book.dir.display()), "text.muted");
    lines
}

/// How the practices stand, with what the bars mean.
fn determined(session: &Session, book: &Book) -> String {
    let practices = session.guidance.controls().flat_map(|control| &control.practices);
    let found: Vec<Determined> =
        practices.filter_map(|p| book.workbook.determination(&p.id)).filter(|d| !d.to_confirm).map(|d| d.finding).collect();
    let count = |wanted: Determined| found.iter().filter(|finding| **finding == wanted).count();
    format!(
        "━ {} in place  ╍ {} not in place  ─ {} not applicable, {} not tested  ┄ {} not determined",
        count(Determined::InPlace),
        count(Determined::NotInPlace),
        count(Determined::NotApplicable),
        count(Determined::NotTested),
        book.progress(session.guidance.controls()).of.saturating_sub(found.len())
    )
}

/// What each person did, and when last, who did something last first.
fn people(session: &Session, book: &Book) -> Vec<String> {
    const TOLD: usize = 6;
    let workbook = &book.workbook;
    let mut people: BTreeMap<&str, ([usize; 4], Moment)> = BTreeMap::new();
    let all = (workbook.answers.iter().map(|a| (0, a.by.as_str(), a.at)))
        .chain(workbook.determinations.iter().map(|d| (1, d.by.as_str(), d.at)))
        .chain(workbook.reviews.iter().map(|r| (2, r.by.as_str(), r.at)))
        .chain(workbook.evidence.iter().map(|e| (3, e.by.as_str(), e.obtained)));
    for (what, by, at) in all {
        let (counts, last) = people.entry(by).or_insert(([0; 4], at));
        counts[what] += 1;
        *last = at.max(*last);
    }
    let mut people: Vec<_> = people.into_iter().collect();
    people.sort_by_key(|(_, (_, last))| std::cmp::Reverse(*last));
    let words =
        [("answer", "answers"), ("determination", "determinations"), ("review", "reviews"), ("piece of evidence", "pieces of evidence")];
    let mut told: Vec<String> = people
        .iter()
        .take(TOLD)
        .map(|(by, (counts, last))| {
            let did: Vec<String> =
                counts.iter().zip(words).filter(|(n, _)| **n > 0).map(|(n, (one, many))| text::counted(*n, one, many)).collect();
            format!("{by}: {}, last {}", did.join(", "), text::moment(last.0, session.now, &session.zone))
        })
        .collect();
    if people.len() > TOLD {
        told.push(format!("and {}: the journal tells who did what", text::counted(people.len() - TOLD, "other person", "other people")));
    }
    told
}

/// Who confirmed the scope, what has appeared since, and from which assessment this one was begun.
fn scope_notes(book: &Book, lines: &mut Vec<Line<'static>>, say: &dyn Fn(&mut Vec<Line<'static>>, &str, &str)) {
    let appeared: usize = book.appeared.iter().map(|a| a.namespaces.len()).sum();
    let since = if appeared == 0 {
        String::new()
    } else {
        format!(" {} since: S tells.", text::counted(appeared, "namespace has appeared", "namespaces have appeared"))
    };
    match book.workbook.confirmation() {
        Confirmation::Missing => say(lines, "○ The scope is not confirmed by anybody: S, then c.", "warning"),
        Confirmation::Changed(c) => {
            say(lines, &format!("! The scope was changed since {} confirmed it on {}.{since}", c.by, c.at), "warning")
        }
        Confirmation::Holds(c) => {
            let meaning = if since.is_empty() { "text" } else { "warning" };
            say(lines, &format!("✓ The scope was confirmed by {} on {}.{since}", c.by, c.at), meaning);
        }
    }
    if let Some(previous) = &book.workbook.previous {
        say(lines, &format!("Begun from {}; last year's work is in the registers (r).", previous.title()), "text.muted");
    }
}

/// How determinations and answers stand with the second person; none where nothing was submitted yet.
fn second_person(session: &Session) -> Option<(String, &'static str)> {
    let book = session.book.as_ref().filter(|book| !book.workbook.sign_offs.is_empty())?;
    let of_people = || book.signing.iter().filter(|(of, _)| !of.starts_with("area "));
    let count = |state: SignState| of_people().filter(|(_, standing)| standing.state == state).count();
    let told = SignState::ALL.iter().rev().map(|state| (count(*state), *state)).filter(|(n, _)| *n > 0);
    let told: Vec<String> = told.map(|(n, state)| format!("{n} {}", state.label())).collect();
    let mine = book.signing.values().filter(|standing| standing.is_returned_to(&session.user)).count();
    let mine = if mine > 0 { format!(" {mine} returned to you: r, Sign-off.") } else { String::new() };
    let meaning = if mine.is_empty() { "text" } else { "warning" };
    Some((format!("Second person, of determinations and answers: {}.{mine}", told.join(", ")), meaning))
}
