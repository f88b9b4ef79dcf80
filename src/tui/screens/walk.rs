//! The walk: areas at the left, the control one stands on at the right, and always a line that says what is expected now and which key does it.
//! Narrow terminals show two columns and what is selected below its list; very wide ones show the guidance beside the work.

use crate::shell::told;
use crate::tui::theme::Theme;
use crate::tui::widgets::{List, frame, hints, page, progress, sign, tabs};
use crate::tui::{keymap, markdown, mouse, signs, text};
use kassay_core::guidance::{Control, paragraphs};
use kassay_core::kinds::distribution_words;
use kassay_core::model::text::clean;
use kassay_core::session::walk::Part;
use kassay_core::session::{self, Action, Book, Layer, NavRow, Pane, Session, Tab, Target, Urgency, Walk, checks_of, finding_words};
use kassay_core::workbook::rollup::unread;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// From this width on, the areas stay beside what is open in the walk.
const WIDE: u16 = 120;
/// From this width on, the guidance stands beside the work.
const VERY_WIDE: u16 = 170;

/// The room for the work, and what stands beside it.
pub struct Rooms {
    /// For what is worked at.
    pub work: Rect,
    /// For the guidance of the control beside it; empty where there is no room.
    pub guide: Rect,
    /// Whether what is selected stands beside its list, not below.
    pub side: bool,
}

/// Draws the frame of the walk, and gives the room inside; what is open in it takes the room of the areas where that is needed.
///
/// ```text
///  Acme Payments 2026 · prod-eu, eks v1.34.4, read 23 Nov 09:12             17 of 49 determined
/// ──────────────────────────────────────────────────────────────────────────────────────────────
///  1 Authentication       ━━┄┄ 2/6 │ 1.5 Workloads get no credentials by themselves  ✗ not in place
///    1.5 Workloads get no …      ? │  Guidance │▸Checks 5 │ Questions 1 │ Evidence 2 │ Result
///  2 Authorization        ┄┄┄┄ 0/3 │
///  …                               │  ✗ fail     automount           14 of 120 workloads in scope.
/// 16 Segmentation         ┄┄┄┄ 0/5 │  ⊘ blocked  legacy-tokens       secrets can't be listed
/// ──────────────────────────────────────────────────────────────────────────────────────────────
///  next: 1.6 Multi-factor authentication: a question needs an answer                   ⇥ goes there
///  ⇥ next open  ↵ findings  d determine  a answer  e evidence                               ? help
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, book: &Book, open: bool, spinner: &str, theme: &Theme) -> Rooms {
    let (head, rest) = frame::top(area, 1);
    header(frame, head, session, book, theme, spinner);
    let (rule, rest) = frame::top(rest, 1);
    frame::rule(frame, rule, theme);
    let (rest, foot) = frame::bottom(rest, 1);
    let keys = keymap::form_hints(session.context_below(), session.form());
    frame.render_widget(hints::line(&keys, usize::from(foot.width).saturating_sub(2), theme), inset(foot));
    // What was just done is told whole, where two lines hold it.
    let done = done(session, usize::from(inset(rest).width), theme);
    let (rest, line) = frame::bottom(rest, if done.len() > 1 { 2 } else { 1 });
    if done.is_empty() {
        expected(frame, inset(line), session, theme);
    } else {
        frame.render_widget(Paragraph::new(done), inset(line));
    }
    let (body, rule) = frame::bottom(rest, 1);
    frame::rule(frame, rule, theme);
    let body = if area.width >= WIDE || !open { with_areas(frame, body, session, book, theme) } else { body };
    let whole = !open && (book.walk.here(session.guidance).is_none() || book.walk.tab == Tab::Guidance);
    let (work, guide) = if whole { (body, Rect::default()) } else { beside(body, area) };
    Rooms { work: inset(work), guide, side: work.width >= frame::SIDE_BY_SIDE }
}

fn inset(area: Rect) -> Rect {
    Rect { x: area.x + 1.min(area.width), width: area.width.saturating_sub(2), ..area }
}

/// The first line: what is assessed, which cluster, read when, how far.
fn header(frame: &mut Frame<'_>, area: Rect, session: &Session, book: &Book, theme: &Theme, spinner: &str) {
    let area = inset(area);
    let engagement = &book.workbook.engagement;
    let name = clean(format!("{} {}", engagement.entity, engagement.period).trim());
    let mut about = match (book.shown(), book.record()) {
        (Some(cluster), Some(record)) => {
            let read = session.read_at().map(|at| format!(" · read {}", text::moment(at, session.now, &session.zone))).unwrap_or_default();
            let of = if book.clusters.len() > 1 { format!(" ({}/{})", book.cluster + 1, book.clusters.len()) } else { String::new() };
            let unread = unread(&book.workbook, record).map(|why| format!(" · ⊘ {why}")).unwrap_or_default();
            let version = distribution_words(&record.distribution, &book.workbook.version_words(record));
            let version = if version.trim().is_empty() { String::new() } else { format!(" · {}", version.trim()) };
            let version = version.as_str();
            let busy = match (cluster.loading, cluster.judging) {
                (true, _) if cluster.found.is_empty() => format!(" · {spinner} loading findings"),
                (true, _) => format!(" · {spinner} loading objects"),
                (_, true) => format!(" · {spinner} judging"),
                _ => cluster.problem.as_ref().map(|p| format!(" · {p}")).unwrap_or_default(),
            };
            // Where there is little room, what was read when goes before it is cut in two.
            let all = |version: &str, read: &str| clean(&format!("{}{of}{version}{read}{busy}{unread}", cluster.key));
            vec![all(version, &read), all("", &read), all("", "")]
        }
        _ => vec!["no cluster read yet".to_owned()],
    };
    if let Some(reading) = session.reading.as_ref().filter(|r| r.failed.is_none()) {
        let (ended, _) = reading.ended();
        about = vec![format!("{spinner} reading {} {ended}/{}", clean(&reading.key), reading.kinds)];
    }
    if book.held_by.is_some() {
        about.iter_mut().for_each(|about| about.push_str(" · for reading only"));
    }
    let whole = book.progress(session.guidance.controls());
    let saving = if session.pending.is_some() { format!("{spinner} saving  ") } else { String::new() };
    let right = format!("{saving}{} of {} determined", whole.determined, whole.of);
    let room = usize::from(area.width).saturating_sub(text::width(&right) + 2);
    let name = text::cut(&name, room * 2 / 5);
    let left = room.saturating_sub(text::width(&name) + 3);
    let about =
        about.iter().find(|about| text::width(about) <= left).or(about.last()).map(|about| text::cut(about, left)).unwrap_or_default();
    let gap = usize::from(area.width).saturating_sub(text::width(&name) + text::width(&about) + 3 + text::width(&right));
    let line = Line::from(vec![
        Span::styled(name, theme.style("title")),
        Span::styled(format!("   {about}"), theme.style("text.muted")),
        Span::raw(" ".repeat(gap)),
        Span::styled(right, theme.style("text.strong")),
    ]);
    frame.render_widget(line, area);
}

/// What was just done, in at most two lines.
fn done(session: &Session, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let message = session.messages.iter().rev().find(|m| m.level == Urgency::Info);
    message.map(|m| page::told(&m.what, columns, theme)).unwrap_or_default()
}

/// What is expected now and which key does it.
fn expected(frame: &mut Frame<'_>, area: Rect, session: &Session, theme: &Theme) {
    let columns = usize::from(area.width);
    if let Some(form) = session.form() {
        let row = form.focused();
        let words = row.map(|r| format!("{}: {}", r.label, r.hint)).unwrap_or_default();
        let right = match form.is_writing() {
            _ if form.saving => "saving…",
            true => "ctrl-s saves",
            false if form.goes_on() => "↵ goes on",
            false => "↵ saves",
        };
        let right = signs::spelled(right.into());
        let line = Line::from(vec![
            Span::styled("now: ", theme.style("text.muted")),
            Span::styled(text::left(&words, columns.saturating_sub(text::width(&right) + 7)), theme.style("text")),
            Span::styled(format!("  {right}"), theme.style("key")),
        ]);
        frame.render_widget(line, area);
        return;
    }
    let line = match session.expected() {
        None if session.book.as_ref().is_some_and(|b| b.open.is_empty()) => {
            Line::styled("All is determined. s shows the summary, w writes the evidence bundle.", theme.style("success"))
        }
        None => Line::default(),
        Some((item, key)) => {
            let (lead, does) = match key {
                "⇥" => ("next: ", "goes there"),
                "a" => ("here: ", "answers it"),
                "e" => ("here: ", "attaches it"),
                "v" => ("here: ", "says you looked"),
                _ => ("here: ", "determines it"),
            };
            let key = signs::keys(key).into_owned();
            let right = format!("{key} {does}");
            let room = columns.saturating_sub(text::width(&right) + lead.len() + 2);
            let words = text::left(&clean(&item.sentence), room);
            Line::from(vec![
                Span::styled(lead, theme.style("text.muted")),
                Span::styled(words, theme.style("text")),
                Span::raw("  "),
                Span::styled(key, theme.style("key")),
                Span::styled(format!(" {does}"), theme.style("hint")),
            ])
        }
    };
    frame.render_widget(line, area);
}

/// Draws the areas, and gives what is left.
fn with_areas(frame: &mut Frame<'_>, area: Rect, session: &Session, book: &Book, theme: &Theme) -> Rect {
    let wide = match area.width {
        _ if book.walk.narrow => 11,
        0..=99 => 26,
        100..=119 => 32,
        120..=139 => 38,
        _ => 46,
    };
    let (left, rest) = frame::left(area, wide);
    let (bar, rest) = frame::left(rest, 1);
    for y in bar.y..bar.y + bar.height {
        frame.render_widget(Line::styled("│", theme.style("border")), Rect { y, height: 1, ..bar });
    }
    let walk = &book.walk;
    let rows = walk.nav_rows(session.guidance);
    let focused = walk.pane == Pane::Areas && matches!(session.top(), Layer::Walk);
    let at = walk.nav_at();
    for (y, nth) in (left.y..).zip(crate::tui::widgets::list::window(rows.len(), at, left.height.into())) {
        if let Some(target) = nav_target(session, rows[nth]) {
            mouse::on(Rect { y, height: 1, ..left }, Action::Walk(session::walk::Action::GoTo(target)));
        }
    }
    if matches!(session.top(), Layer::Walk) {
        mouse::wheel(left, |step| Action::Walk(session::walk::Action::StepIn(Part::Areas, step)));
        mouse::wheel(rest, |step| Action::Walk(session::walk::Action::StepIn(Part::Work, step)));
    }
    // The scroll bar, where there is one, is the line between areas and work.
    let left = if rows.len() > usize::from(left.height) { Rect { width: left.width + bar.width, ..left } } else { left };
    List::new(rows.len(), Some(at), theme).focused(focused).draw(frame, left, |nth, room| nav(session, book, rows[nth], room, theme));
    rest
}

fn nav_target(session: &Session, row: NavRow) -> Option<Target> {
    match row {
        NavRow::Area(at) => session.guidance.areas.get(at).map(|a| Target::Area(a.number)),
        NavRow::Control(area, at) => Some(Target::Control(session.guidance.areas.get(area)?.controls.get(at)?.id.clone())),
    }
}

fn nav(session: &Session, book: &Book, row: NavRow, room: usize, theme: &Theme) -> Line<'static> {
    match row {
        NavRow::Area(at) => {
            let Some(area) = session.guidance.areas.get(at) else { return Line::default() };
            let so_far = book.progress(area.controls.iter());
            let marked = area.controls.iter().flat_map(|c| &c.practices).filter(|p| book.walk.marked.contains(&p.id)).count();
            let marked = if marked > 0 { format!(" ●{marked}") } else { String::new() };
            let count = format!("{marked} {}/{}", so_far.determined, so_far.of);
            if book.walk.narrow {
                return Line::styled(text::left(&format!("{:>2}{count}", area.number), room), theme.style("text.strong"));
            }
            let bar = if room >= 40 { 4 } else { 0 };
            let words =
                text::left(&format!("{:>2} {}", area.number, area.title), room.saturating_sub(text::width(&count) + bar + bar.min(1)));
            let mut spans = vec![Span::styled(words, theme.style("text.strong")), Span::raw(" ".repeat(bar.min(1)))];
            let parts = [
                (so_far.in_place, "━", "finding.in_place"),
                (so_far.not_in_place, "╍", "finding.not_in_place"),
                (so_far.set_aside, "─", "finding.not_applicable"),
            ];
            spans.extend(progress::parts(&parts, so_far.of, bar, theme));
            spans.push(Span::styled(count, theme.style("text.muted")));
            Line::from(spans)
        }
        NavRow::Control(area, at) => {
            let Some(control) = session.guidance.areas.get(area).and_then(|a| a.controls.get(at)) else { return Line::default() };
            let (mark, meaning) = control_sign(book, control);
            let marked = if control.practices.iter().any(|p| book.walk.marked.contains(&p.id)) { "●" } else { " " };
            if book.walk.narrow {
                let words = text::left(&format!("{marked}{}", control.id), room.saturating_sub(2));
                let sign = Span::styled(format!(" {mark}"), theme.style(meaning));
                return Line::from(vec![Span::styled(words, theme.style("text")), sign]);
            }
            Line::from(vec![
                Span::styled(
                    text::left(&format!(" {marked} {} {}", control.id, control.title), room.saturating_sub(3)),
                    theme.style("text"),
                ),
                Span::styled(format!(" {mark} "), theme.style(meaning)),
            ])
        }
    }
}

/// How a control stands, as one sign: determined, to confirm, or nothing yet.
fn control_sign(book: &Book, control: &Control) -> (&'static str, &'static str) {
    let found: Vec<_> = control.practices.iter().filter_map(|p| book.workbook.determination(&p.id)).collect();
    if found.iter().any(|d| d.to_confirm) {
        return ("!", "warning");
    }
    if found.len() < control.practices.len() {
        return (" ", "text.muted");
    }
    let worst = found.iter().map(|d| d.finding).max_by_key(|f| sign::determined_rank(*f));
    worst.map_or((" ", "text.muted"), |f| (sign::determined(f), sign::determined_meaning(f)))
}

/// Draws title and tabs of a control, and gives the room of the tab.
pub fn tab(frame: &mut Frame<'_>, area: Rect, book: &Book, control: &Control, theme: &Theme) -> Rect {
    let (head, rest) = frame::top(area, 1);
    title(frame, head, book, control, theme);
    let (row, rest) = frame::top(rest, 1);
    tab_row(frame, row, book, control, &book.walk, theme);
    frame::top(rest, 1).1
}

/// Divides what is right of the areas into work and guidance, where there is room for both.
fn beside(area: Rect, screen: Rect) -> (Rect, Rect) {
    if screen.width < VERY_WIDE {
        return (area, Rect::default());
    }
    let (work, guide) = frame::left(area, area.width * 11 / 20);
    (work, guide)
}

/// Draws the guidance of the control beside the work, where there is room.
pub fn guidance_beside(frame: &mut Frame<'_>, area: Rect, session: &Session, book: &Book, theme: &Theme) {
    let Some(control) = book.walk.here(session.guidance).filter(|_| !area.is_empty()) else { return };
    let inner = frame::panel(frame, area, &format!("{} Guidance", control.id), "", theme, false);
    mouse::wheel(inner, |step| Action::Walk(session::walk::Action::StepIn(Part::Guidance, step)));
    let lines = guidance_lines(control, usize::from(inner.width), theme);
    let (height, length) = (usize::from(inner.height), lines.len());
    let left = lines.into_iter().skip(book.walk.first_line(&control.id, height, length)).collect();
    frame.render_widget(
        Paragraph::new(page::fitting_as(left, height, theme, |more| format!("↓ {}", text::counted(more, "more line", "more lines")))),
        inner,
    );
}

fn title(frame: &mut Frame<'_>, area: Rect, book: &Book, control: &Control, theme: &Theme) {
    let (mut words, meaning) = standing(book, control);
    let title = format!("{} {}", control.id, control.title);
    if text::width(&title) + text::width(&words) + 2 > usize::from(area.width) {
        // The title matters more; the result tab tells the rest.
        words = words.replace("proposed: ", "").replace("nothing proposed yet", "");
    }
    let room = usize::from(area.width).saturating_sub(text::width(&words) + 2);
    let line = Line::from(vec![
        Span::styled(text::left(&title, room), theme.style("title")),
        Span::raw("  "),
        Span::styled(words, theme.style(meaning)),
    ]);
    frame.render_widget(line, area);
}

/// How a control stands in words: what was determined, else what is proposed.
fn standing(book: &Book, control: &Control) -> (String, &'static str) {
    let (mark, meaning) = control_sign(book, control);
    if mark == "!" {
        return ("! to confirm".to_owned(), meaning);
    }
    if let Some(determined) =
        control.practices.iter().filter_map(|p| book.workbook.determination(&p.id)).find(|d| sign::determined(d.finding) == mark)
    {
        return (finding_words(determined.finding).to_owned(), meaning);
    }
    let proposals = control.practices.iter().filter_map(|p| book.proposals.get(&p.id)?.proposal);
    let worst = proposals.max_by_key(|f| sign::determined_rank(*f));
    match worst {
        Some(finding) => (format!("proposed: {}", finding_words(finding)), sign::determined_meaning(finding)),
        None => ("nothing proposed yet".to_owned(), "text.muted"),
    }
}

fn tab_row(frame: &mut Frame<'_>, area: Rect, book: &Book, control: &Control, walk: &Walk, theme: &Theme) {
    let open = control.questions.iter().filter(|q| book.is_open(&q.id)).count();
    let some = |n: usize| (n > 0).then_some(n);
    let titles: Vec<(&str, Option<usize>)> = Tab::ALL
        .into_iter()
        .map(|tab| match tab {
            Tab::Checks => (tab.label(), some(checks_of(control).len())),
            Tab::Questions => (tab.label(), some(open)),
            Tab::Evidence => (tab.label(), some(book.evidence_of(control).len())),
            Tab::Guidance | Tab::Result => (tab.label(), None),
        })
        .collect();
    let mut titles = titles;
    let wide = |titles: &[(&str, Option<usize>)]| text::width(&tabs::line(titles, 0, area.width.into(), theme).to_string());
    // Where they don't fit, the least telling goes first.
    if wide(&titles) > usize::from(area.width) {
        titles[0].0 = "Guide";
    }
    for tab in [3, 1] {
        if wide(&titles) > usize::from(area.width) {
            titles[tab].1 = None;
        }
    }
    let active = Tab::ALL.iter().position(|t| *t == walk.tab).unwrap_or(0);
    for x in 0..area.width {
        if let Some(tab) = tabs::at(&titles, x, area.width.into()).and_then(|nth| Tab::ALL.get(nth)) {
            mouse::on(Rect { x: area.x + x, width: 1, ..area }, Action::Walk(session::walk::Action::Tab(*tab)));
        }
    }
    frame.render_widget(tabs::line(&titles, active, area.width.into(), theme), area);
}

/// An area's own words and its controls.
pub fn overview(frame: &mut Frame<'_>, area: Rect, session: &Session, book: &Book, theme: &Theme) {
    let Some(here) = book.walk.area_here(session.guidance) else { return };
    let width = usize::from(area.width.min(100));
    let mut lines = vec![Line::styled(format!("{} {}", here.number, here.title), theme.style("title")), Line::default()];
    lines.extend(markdown::render(&paragraphs(&here.summary).join("\n\n"), width, theme).lines);
    lines.push(Line::default());
    for control in &here.controls {
        let (words, meaning) = standing(book, control);
        let so_far = book.progress(std::iter::once(control));
        let room = width.saturating_sub(text::width(&words) + 2);
        lines.push(Line::from(vec![
            Span::styled(text::left(&format!("{} {}", control.id, control.title), room), theme.style("text.strong")),
            Span::raw("  "),
            Span::styled(words, theme.style(meaning)),
        ]));
        let mut about = vec![];
        for (n, one, many) in [
            (so_far.failed, "failed check", "failed checks"),
            (so_far.blocked, "blocked check", "blocked checks"),
            (so_far.review, "check to review", "checks to review"),
            (so_far.open, "open question", "open questions"),
        ] {
            if n > 0 {
                about.push(text::counted(n, one, many));
            }
        }
        let about = if about.is_empty() { "nothing is open".to_owned() } else { about.join(", ") };
        lines.push(Line::styled(text::cut(&format!("    {about}"), area.width.into()), theme.style("text.muted")));
    }
    frame.render_widget(Paragraph::new(lines), area);
}

/// The guidance of a control, as one text to scroll.
pub fn guidance(frame: &mut Frame<'_>, area: Rect, control: &Control, walk: &Walk, session: &Session, theme: &Theme) {
    let (area, more) = frame::bottom(area, 1);
    let width = usize::from(area.width.min(100));
    let lines = guidance_lines(control, width.saturating_sub(2), theme);
    let length = lines.len();
    let first = walk.first_line(&control.id, area.height.into(), length);
    let shown: Vec<Line<'static>> = lines.into_iter().skip(first).take(area.height.into()).collect();
    frame.render_widget(Paragraph::new(shown), area);
    let below = length.saturating_sub(first + usize::from(area.height));
    if below > 0 {
        let keys = if walk.pane == Pane::Areas { "↵ then ↓" } else { "↓" };
        let words = format!("{} {}", signs::keys(keys), text::counted(below, "more line", "more lines"));
        frame.render_widget(Line::styled(words, theme.style("text.muted")), more);
    } else if matches!(session.top(), Layer::Walk) && length > usize::from(area.height) {
        frame.render_widget(Line::styled("end of the guidance", theme.style("text.muted")), more);
    }
}

fn guidance_lines(control: &Control, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut source = String::new();
    let join = |text: &str| paragraphs(text).join("\n\n");
    for practice in &control.practices {
        source.push_str(&format!("**{}** {}\n\n", practice.id, join(&practice.text)));
    }
    for (title, text) in told::guidance(control) {
        source.push_str(&format!("## {title}\n\n{text}\n\n"));
    }
    if !control.evidence.is_empty() {
        source.push_str("## What to ask for\n\n");
        for item in &control.evidence {
            source.push_str(&format!("- {item}\n"));
        }
        source.push('\n');
    }
    source.push_str(&format!("## Related\n\nPCI DSS v4.0.1: {}\n\n", control.dss.join(", ")));
    if !control.cis.is_empty() {
        source.push_str(&format!("CIS Kubernetes Benchmark v2.0.1: {}\n\n", control.cis.join(", ")));
    }
    for link in &control.links {
        source.push_str(&format!("- {}: {}\n", link.title, link.url));
    }
    markdown::render(&source, width, theme).lines
}
