//! The walk: the areas with how far each is, and the guidance of a control.

use crate::plain::expected::expected;
use crate::plain::page::{List, Number, Page};
use crate::shell::told;
use crate::shell::words::{counted, moment};
use kassay_core::guidance::{Control, paragraphs};
use kassay_core::model::Determined;
use kassay_core::session::{self, Action, Book, NavRow, Session, Tab, Target};
use kassay_core::workbook::rollup::unread;

/// The list of areas, with the controls of the open one.
pub fn areas<'a>(session: &'a Session, book: &'a Book) -> Page<'a> {
    let engagement = &book.workbook.engagement;
    let mut page = Page::new(format!("Areas of {}.", format!("{} {}", engagement.entity, engagement.period).trim()));
    page.line(cluster(session, book));
    if let Some(held) = &book.held_by {
        page.line(format!("For reading only: {held}."));
    }
    let whole = book.progress(session.guidance.controls());
    page.line(format!("{} of {} practices determined.", whole.determined, whole.of));
    page.line(expected(session));
    if let (Some(area), None) = (book.walk.area_here(session.guidance), book.walk.control) {
        page.pair(&format!("Area {}", area.number), &paragraphs(&area.summary).join(" "));
    }
    let rows = book.walk.nav_rows(session.guidance);
    let targets = rows.clone();
    let count = rows.len();
    let list = List::new(("line", "lines"), count, book.walk.nav_at(), move |at| {
        rows.get(at).map(|row| nav(session, book, *row)).unwrap_or_default()
    });
    page.with(list.numbered(Number::Does(Box::new(move |at| {
        let target = target(session, *targets.get(at)?)?;
        Some(Action::Walk(session::walk::Action::GoTo(target)))
    }))))
}

/// The cluster that is shown: what it is, when it was read, what is being done with it.
fn cluster(session: &Session, book: &Book) -> String {
    let (Some(cluster), Some(record)) = (book.shown(), book.record()) else { return "No cluster was read yet.".to_owned() };
    let read = session.read_at().map(|at| format!(", read {}", moment(at, session.now, &session.zone))).unwrap_or_default();
    let of = if book.clusters.len() > 1 { format!(", {} of {}", book.cluster + 1, book.clusters.len()) } else { String::new() };
    let version = [record.distribution.as_str(), record.version.as_str()].join(" ").replace("unknown ", "");
    let version = if version.trim().is_empty() { String::new() } else { format!(", {}", version.trim()) };
    let unread = unread(&book.workbook, record).map(|why| format!(". Not read: {why}")).unwrap_or_default();
    let problem = match (cluster.loading, cluster.judging, &cluster.problem) {
        (true, ..) => ". Its findings are being loaded".to_owned(),
        (_, true, _) => ". It is being judged".to_owned(),
        (.., Some(problem)) => format!(". Error: {problem}"),
        _ => String::new(),
    };
    format!("Cluster {}{of}{version}{read}{problem}{unread}.", cluster.key)
}

fn target(session: &Session, row: NavRow) -> Option<Target> {
    match row {
        NavRow::Area(at) => session.guidance.areas.get(at).map(|area| Target::Area(area.number)),
        NavRow::Control(area, at) => Some(Target::Control(session.guidance.areas.get(area)?.controls.get(at)?.id.clone())),
    }
}

fn nav(session: &Session, book: &Book, row: NavRow) -> String {
    let marks = |controls: &[Control]| controls.iter().flat_map(|c| &c.practices).filter(|p| book.walk.marked.contains(&p.id)).count();
    let marked = |n: usize| if n > 0 { format!(", {n} marked") } else { String::new() };
    match row {
        NavRow::Area(at) => {
            let Some(area) = session.guidance.areas.get(at) else { return String::new() };
            let so_far = book.progress(area.controls.iter());
            let title = if book.walk.narrow { String::new() } else { format!(", {}", area.title) };
            let open = if at == book.walk.area { ", open" } else { "" };
            format!("Area {}{title}{open}: {} of {} determined{}", area.number, so_far.determined, so_far.of, marked(marks(&area.controls)))
        }
        NavRow::Control(area, at) => {
            let Some(control) = session.guidance.areas.get(area).and_then(|a| a.controls.get(at)) else { return String::new() };
            let title = if book.walk.narrow { String::new() } else { format!(" {}", control.title) };
            format!("Control {}{title}: {}{}", control.id, standing(book, control), marked(marks(std::slice::from_ref(control))))
        }
    }
}

/// Which of several findings speaks for all of them.
const fn rank(found: Determined) -> u8 {
    match found {
        Determined::NotInPlace => 3,
        Determined::NotTested => 2,
        Determined::InPlace => 1,
        Determined::NotApplicable => 0,
    }
}

/// How a control stands: what was determined, else what is proposed.
fn standing(book: &Book, control: &Control) -> String {
    let found: Vec<_> = control.practices.iter().filter_map(|p| book.workbook.determination(&p.id)).collect();
    if found.iter().any(|d| d.to_confirm) {
        return "to confirm".to_owned();
    }
    if found.len() == control.practices.len()
        && let Some(worst) = found.iter().map(|d| d.finding).max_by_key(|f| rank(*f))
    {
        return worst.label().to_owned();
    }
    let proposals = control.practices.iter().filter_map(|p| book.proposals.get(&p.id)?.proposal);
    proposals.max_by_key(|f| rank(*f)).map_or_else(|| "nothing proposed yet".to_owned(), |f| format!("proposed: {}", f.label()))
}

/// The first line of a tab: the control, how it stands, the tab.
pub fn title(book: &Book, control: &Control) -> String {
    let at = Tab::ALL.iter().position(|tab| *tab == book.walk.tab).unwrap_or(0) + 1;
    format!("{} {}: {}. Tab {at} of {}: {}.", control.id, control.title, standing(book, control), Tab::ALL.len(), book.walk.tab.label())
}

/// The guidance of a control.
pub fn guidance(control: &Control) -> Page<'_> {
    let mut page = Page::new("");
    for practice in &control.practices {
        page.prose(&format!("{}: {}", practice.id, paragraphs(&practice.text).join("\n\n")));
    }
    for (title, text) in told::guidance(control) {
        page.prose(&format!("## {title}\n\n{text}"));
    }
    if !control.evidence.is_empty() {
        page.line("What to ask for:");
        page.prose(&control.evidence.iter().map(|item| format!("- {item}\n")).collect::<String>());
    }
    page.pair("PCI DSS v4.0.1", &control.dss.join(", "));
    page.pair("CIS Kubernetes Benchmark v2.0.1", &control.cis.join(", "));
    page.all(control.links.iter().map(|link| format!("{}: {}", link.title, link.url)));
    page.line(format!("Then: {}.", counted(control.questions.len(), "question", "questions")));
    page
}
