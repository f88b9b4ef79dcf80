//! A new assessment: engagement, cluster, scope, read. Four steps of one page, each can be gone back to; only the entity is required.

use crate::tui::theme::Theme;
use crate::tui::widgets::{List, field, form, frame, hints::Hint, namespaces, page, progress, sign};
use crate::tui::{markdown, text};
use kassay_core::checks;
use kassay_core::kinds::{KindState, distribution_words};
use kassay_core::session::{Contents, ContextRow, Flight, New, Preflight, Right, Session, Source, SourceRow, Stage};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws a new assessment.
///
/// ```text
///   New assessment                                              step 2 of 4
///
///   ✓ 1 Engagement ─ ▸ 2 Cluster ─ 3 Scope ─ 4 Read
///
///   the step in work
///
///   Enter go on  Esc back                                            ? help
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, session: &Session, keys: &[Hint<'_>], theme: &Theme) {
    let Some(new) = session.new.as_deref() else { return };
    let step = Stage::ALL.iter().position(|s| *s == new.stage).unwrap_or(0);
    let title = if new.adding { "A further cluster" } else { "New assessment" };
    let body = page::draw(frame, area, title, &format!("step {} of {}", step + 1, Stage::ALL.len()), keys, theme);
    let (head, body) = frame::top(body, 2);
    frame.render_widget(steps(new, step, usize::from(head.width), theme), head);
    let spinner = progress::spinner(session.ticks, theme.still);
    match new.stage {
        Stage::Engagement => engagement(frame, body, new, theme),
        Stage::Cluster => cluster(frame, body, session, new, spinner, theme),
        Stage::Scope => namespaces::draw(frame, body, &new.scope, theme),
        Stage::Read => read(frame, body, new, theme),
    }
}

/// The area of the step in work, for the mouse.
#[must_use]
pub fn body_area(area: Rect) -> Rect {
    frame::top(page::body(area), 2).1
}

/// The area in which ways to have a cluster are listed, for the mouse.
#[must_use]
pub fn list_area(area: Rect, new: &New) -> Rect {
    divide(body_area(area), new).1
}

fn steps(new: &New, step: usize, columns: usize, theme: &Theme) -> Line<'static> {
    let said = |stage| match stage {
        Stage::Engagement => new.form.text("entity").to_owned(),
        Stage::Cluster => new.source.as_ref().map(source_words).unwrap_or_default(),
        Stage::Scope | Stage::Read => String::new(),
    };
    let mut spans = Vec::new();
    for (nth, stage) in Stage::ALL.into_iter().enumerate() {
        if nth > 0 {
            spans.push(Span::styled(" ─ ", theme.style("border")));
        }
        let (mark, style) = match nth.cmp(&step) {
            std::cmp::Ordering::Less => ("✓ ", "success"),
            std::cmp::Ordering::Equal => ("▸ ", "key"),
            std::cmp::Ordering::Greater => ("", "text.muted"),
        };
        spans.push(Span::styled(mark, theme.style(style)));
        let word = if nth == step { "tab.active" } else { "text.muted" };
        spans.push(Span::styled(format!("{} {}", nth + 1, stage.label()), theme.style(word)));
        let words = said(stage);
        if nth < step && !words.is_empty() && columns >= 100 {
            spans.push(Span::styled(format!(": {}", text::cut_middle(&words, 24)), theme.style("text")));
        }
    }
    Line::from(spans)
}

/// A source as people name it.
fn source_words(source: &Source) -> String {
    match source {
        Source::Context { name: Some(name), .. } => name.clone(),
        Source::Context { name: None, .. } => "the current context".to_owned(),
        Source::Paths { paths, .. } => paths.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", "),
        Source::Demo => "the demo cluster".to_owned(),
    }
}

/// Writes a sentence and gives the area below it, one row of air between.
fn say(frame: &mut Frame<'_>, area: Rect, words: &str, theme: &Theme) -> Rect {
    let text = markdown::render(words, usize::from(area.width.min(96)), theme);
    let (top, rest) = frame::top(area, u16::try_from(text.lines.len()).unwrap_or(1) + 1);
    frame.render_widget(Paragraph::new(text), top);
    rest
}

fn engagement(frame: &mut Frame<'_>, area: Rect, new: &New, theme: &Theme) {
    let rest = say(frame, area, "Who is assessed, and by whom? Only the entity is required; everything can be changed later.", theme);
    form::draw(frame, rest, &new.form, 1, theme);
}

/// Words and filter above, the list, what the cluster says below.
fn divide(area: Rect, new: &New) -> (Rect, Rect, Rect) {
    let filter = new.filtering || !new.filter.is_empty();
    let (top, rest) = frame::top(area, if filter { 4 } else { 2 });
    let below = match &new.flight {
        Flight::None => 2,
        Flight::Running | Flight::Done(_) => 3,
        Flight::Failed(why) => 4 + u16::try_from(text::width(why) / usize::from(area.width.max(1))).unwrap_or(4).min(4),
    };
    let (list, foot) = frame::bottom(rest, below.min(rest.height / 2));
    (top, list, foot)
}

fn cluster(frame: &mut Frame<'_>, area: Rect, session: &Session, new: &New, spinner: &str, theme: &Theme) {
    if let Flight::Done(known) = &new.flight {
        return preflight(frame, area, session, new, known, theme);
    }
    let (top, list, foot) = divide(area, new);
    let rest = say(frame, top, "Which cluster? It is only ever read: get and list, nothing else.", theme);
    let rows = new.sources();
    if new.filtering || !new.filter.is_empty() {
        let (sign, line) = frame::left(Rect { height: 1.min(rest.height), ..rest }, 2);
        frame.render_widget(Line::styled("/", theme.style("key")), sign);
        let cursor = new.filtering.then_some(new.filter.cursor);
        let shown = field::Shown { text: &new.filter.text, cursor, placeholder: "part of a name", error: None };
        field::draw(frame, frame::left(line, 40).0, &shown, theme);
    }
    let cells: Vec<(String, String, bool)> = rows.iter().map(cell).collect();
    new.cursor.shows(list.height.into());
    let name = cells.iter().map(|c| text::width(&c.0)).max().unwrap_or(0).max(12).min(usize::from(list.width / 2));
    List::new(rows.len(), Some(new.cursor.at), theme).focused(!new.filtering).draw(frame, list, |nth, room| {
        let (title, words, current) = &cells[nth];
        let current = if *current { "  current" } else { "" };
        let columns = room.saturating_sub(name + 2 + current.len());
        Line::from(vec![
            Span::styled(text::name(title, name), theme.style("text")),
            Span::styled(format!("  {}", text::cut(words, columns)), theme.style("text.muted")),
            Span::styled(current, theme.style("key")),
        ])
    });
    below(frame, foot, new, spinner, theme);
}

fn cell(row: &SourceRow) -> (String, String, bool) {
    match row {
        SourceRow::Context(ContextRow { name, server, current, kubeconfig: None }) => (name.clone(), server.clone(), *current),
        SourceRow::Context(ContextRow { name, server, kubeconfig: Some(file), .. }) => {
            (name.clone(), format!("{server} · {}", file.display()), false)
        }
        SourceRow::Path => ("files…".to_owned(), "a snapshot, or files and folders of YAML or JSON".to_owned(), false),
        SourceRow::Demo => ("demo cluster".to_owned(), "a made-up payment company".to_owned(), false),
        SourceRow::Without => ("no cluster".to_owned(), "questions and evidence only".to_owned(), false),
    }
}

/// What is known about the list, or about the cluster that was chosen from it.
fn below(frame: &mut Frame<'_>, area: Rect, new: &New, spinner: &str, theme: &Theme) {
    let (_, area) = frame::top(area, 1);
    let width = usize::from(area.width);
    let chosen = new.source.as_ref().map(source_words).unwrap_or_default();
    let muted = theme.style("text.muted");
    let lines = match (&new.flight, &new.contexts) {
        (Flight::Running, _) => markdown::plain(&asking(spinner, &chosen), width, theme.style("text")),
        (Flight::Failed(why), _) => failed(why, &chosen, width, theme),
        (Flight::Done(_), _) => vec![],
        (Flight::None, None) => markdown::plain(&format!("{spinner} Looking for the contexts of the kubeconfig…"), width, muted),
        (Flight::None, Some(Err(why))) => markdown::plain(&format!("No contexts: {why}"), width, theme.style("warning")),
        (Flight::None, Some(Ok(contexts))) if contexts.is_empty() => markdown::plain("The kubeconfig has no contexts.", width, muted),
        (Flight::None, Some(Ok(contexts))) => {
            markdown::plain(&text::counted(contexts.len(), "context in the kubeconfig", "contexts in the kubeconfig"), width, muted)
        }
    };
    frame.render_widget(Paragraph::new(lines), area);
}

fn asking(spinner: &str, chosen: &str) -> String {
    format!("{spinner} Asking {} who we are and what we may read…", text::cut_middle(chosen, 50))
}

fn failed(why: &str, chosen: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(format!("✗ {} could not be asked", text::cut_middle(chosen, 50)), theme.style("error"))];
    lines.extend(markdown::plain(why, width, theme.style("text")));
    lines
}

/// How much may be read, in a line.
fn verdict(known: &Preflight, theme: &Theme) -> Line<'static> {
    let (all, refused) = (known.rights.len(), known.rights.iter().filter(|r| !r.allowed).count());
    if refused == 0 {
        Line::styled(format!("✓ May read all {all} kinds."), theme.style("success"))
    } else {
        let words = format!("○ May read {} of {all} kinds. What can't be read is never counted as passed:", all - refused);
        Line::styled(words, theme.style("warning"))
    }
}

/// What the cluster says before anything is read.
fn preflight(frame: &mut Frame<'_>, area: Rect, session: &Session, new: &New, known: &Preflight, theme: &Theme) {
    let width = usize::from(area.width);
    let chosen = new.source.as_ref().map(source_words).unwrap_or_default();
    let mut lines = fact("Cluster", &text::cut_middle(&chosen, width.saturating_sub(10)), width, theme);
    lines.extend(facts(new, known, width, theme));
    if let Some(contents) = &known.contents {
        lines.extend(held(session, contents, width, theme));
    }
    lines.push(Line::default());
    if let Some(contents) = &known.contents {
        return of_files(frame, area, lines, contents, theme);
    }
    lines.push(verdict(known, theme));
    let (top, rest) = frame::top(area, u16::try_from(lines.len()).unwrap_or(8));
    frame.render_widget(Paragraph::new(lines), top);
    refusals(frame, rest, &known.refused(), theme);
}

fn fact(label: &str, words: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let lead = [Span::styled(text::left(label, 10), theme.style("text.muted"))];
    markdown::wrap(&[Span::styled(text::clean(words), theme.style("text"))], width, &lead)
}

fn facts(new: &New, known: &Preflight, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let cluster = &known.cluster;
    let version = distribution_words(&cluster.distribution, &new.version_words(known));
    let tell = match new.may_tell_version() && new.version.is_none() {
        true if new.stage == Stage::Read => ": v tells it",
        true => ": you can tell it in the last step",
        false => "",
    };
    let version = version.trim().trim_start_matches("unknown ");
    let mut lines = fact("Version", &format!("{version}{tell}"), width, theme);
    let uncounted = if known.contents.is_some() { "not in it" } else { "may not be counted" };
    lines.extend(fact("Nodes", &known.nodes.map_or_else(|| uncounted.to_owned(), text::thousands), width, theme));
    if let Some(caller) = &cluster.identity {
        let groups = if caller.groups.is_empty() { String::new() } else { format!(" (groups: {})", caller.groups.join(", ")) };
        lines.extend(fact("Identity", &format!("{}{groups}", caller.name), width, theme));
    }
    lines
}

/// What files hold, and when they were taken.
fn held(session: &Session, contents: &Contents, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let kinds: Vec<String> = contents.kinds.iter().map(|(kind, items)| format!("{} {}", text::thousands(*items), kind.id())).collect();
    let objects = text::counted(contents.objects(), "object", "objects");
    let of = text::counted(contents.kinds.len(), "kind", "kinds");
    let what = if contents.snapshot { "snapshot of a cluster" } else { "files" };
    let mut lines = fact("Holds", &format!("{what}: {objects} of {of}: {}", kinds.join(", ")), width, theme);
    let taken = contents.taken.map_or_else(|| "not told".to_owned(), |at| text::moment(at, session.now, &session.zone));
    lines.extend(fact("Taken", &taken, width, theme));
    if !contents.partial.is_empty() {
        let partial: Vec<String> = contents.partial.iter().map(|kind| kind.id()).collect();
        lines.extend(fact("In part", &partial.join(", "), width, theme));
    }
    if let Some(who) = &contents.declared_by {
        lines.extend(fact("Whole", &format!("by the word of {who}: what is not in it is not in the cluster"), width, theme));
    }
    lines
}

/// What files lack, and what that blocks.
fn of_files(frame: &mut Frame<'_>, area: Rect, mut lines: Vec<Line<'static>>, contents: &Contents, theme: &Theme) {
    let width = usize::from(area.width);
    let (blocked, unsure) = (contents.blocked.len(), contents.unsure.len());
    lines.push(if contents.lacks.is_empty() {
        Line::styled("✓ It has everything that checks need.", theme.style("success"))
    } else {
        let blocked = text::counted(blocked, "check will be “blocked”", "checks will be “blocked”");
        let unsure = text::counted(unsure, "can fail and not pass", "can fail and not pass");
        Line::styled(text::cut(&format!("○ {blocked}, {unsure}, for what it does not have:"), width), theme.style("warning"))
    });
    let name = contents.lacks.iter().map(|lack| text::width(&lack.need)).max().unwrap_or(0).clamp(10, 40);
    let (mark, _, meaning) = sign::kind_state(KindState::Forbidden);
    for lack in &contents.lacks {
        let count = format!("{:>3} blocked, {:>3} can’t pass  ", lack.blocked.len(), lack.unsure.len());
        let room = width.saturating_sub(name + 6 + text::width(&count));
        let titles: Vec<String> = lack.blocked.iter().chain(&lack.unsure).map(|id| titled(id)).collect();
        lines.push(Line::from(vec![
            Span::styled(format!("  {mark} {}  ", text::name(&lack.need, name)), theme.style(meaning)),
            Span::styled(count, theme.style("text")),
            Span::styled(text::cut(&titles.join(" · "), room), theme.style("text.muted")),
        ]));
    }
    let lines = page::fitting_as(lines, area.height.into(), theme, |hidden| format!("  and {hidden} more"));
    frame.render_widget(Paragraph::new(lines), area);
}

/// A check by control and title.
fn titled(id: &str) -> String {
    checks::by_id(id).map_or_else(|| id.to_owned(), |c| format!("{} {}", c.control(), c.title))
}

/// All that was said, before it begins.
fn read(frame: &mut Frame<'_>, area: Rect, new: &New, theme: &Theme) {
    let width = usize::from(area.width);
    let chosen = new.source.as_ref().map_or_else(|| "none: questions and evidence only".to_owned(), source_words);
    let mut lines = Vec::new();
    if !new.adding {
        lines.extend(fact("Entity", &format!("{} {}", new.form.text("entity"), new.form.text("period")), width, theme));
    }
    lines.extend(fact("Cluster", &text::cut_middle(&chosen, width.saturating_sub(10)), width, theme));
    if let Flight::Done(known) = &new.flight {
        lines.extend(facts(new, known, width, theme));
        let refused = known.rights.iter().filter(|r| !r.allowed).count();
        if refused > 0 {
            lines.extend(fact("Readable", &format!("{} of {} kinds", known.rights.len() - refused, known.rights.len()), width, theme));
        }
    }
    if !new.adding {
        lines.extend(fact("Scope", &namespaces::summary(&new.scope), width, theme));
    }
    lines.push(Line::default());
    lines.push(Line::styled("All is said. Reading can be cancelled at any time.", theme.style("text.strong")));
    frame.render_widget(Paragraph::new(lines), area);
}

/// What can't be read: the kind, what that blocks, and why.
fn refusals(frame: &mut Frame<'_>, area: Rect, refused: &[(&Right, Vec<&'static str>)], theme: &Theme) {
    let width = usize::from(area.width);
    let name = refused.iter().map(|(right, _)| text::width(&right.kind.id())).max().unwrap_or(0).clamp(10, 40);
    let (mark, _, meaning) = sign::kind_state(KindState::Forbidden);
    let mut lines = Vec::new();
    for (right, blocked) in refused {
        let titles: Vec<String> = blocked.iter().map(|id| titled(id)).collect();
        let count = format!("{:>3} {} will be “blocked”  ", blocked.len(), if blocked.len() == 1 { "check" } else { "checks" });
        let room = width.saturating_sub(name + 6 + text::width(&count));
        lines.push(Line::from(vec![
            Span::styled(format!("  {mark} {}  ", text::name(&right.kind.id(), name)), theme.style(meaning)),
            Span::styled(count, theme.style("text")),
            Span::styled(text::cut(&titles.join(" · "), room), theme.style("text.muted")),
        ]));
    }
    let lines = page::fitting_as(lines, area.height.into(), theme, |hidden| format!("  and {hidden} more"));
    frame.render_widget(Paragraph::new(lines), area);
}
