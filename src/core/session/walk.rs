//! The walk: areas and controls, tabs, ⇥ to the next thing that needs a person, into things and out of them again.

use crate::session::book::assessment::Book;
use crate::session::book::blockers::Blocker;
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::book::standing::{Pane, Tab, Target, checks_of, item_at};
use crate::session::effect::Effect;
use crate::session::parts::cursor::{Cursor, Step};
use crate::session::parts::message::Message;
use crate::workbook::evidence::questions_of;

/// What is done in the walk.
#[derive(Clone, Debug)]
pub enum Action {
    /// Shows a tab.
    Tab(Tab),
    /// Goes to the next thing that needs a person.
    NextOpen,
    /// Goes to the one before.
    PreviousOpen,
    /// The next control.
    NextControl,
    /// The control before.
    PreviousControl,
    /// Goes to something.
    GoTo(Target),
    /// Shows the next cluster's outcomes.
    NextCluster,
    /// Shows the areas by their numbers alone, or with their titles again.
    Narrow,
    /// Moves in a part of the screen, whichever has the focus (the mouse).
    StepIn(Part, Step),
}

/// A part of the walk's screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The list of areas.
    Areas,
    /// The control.
    Work,
    /// The guidance beside it.
    Guidance,
}

/// Moves in the walk.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Tab(tab) => {
            if let Some(walk) = desk.book.as_mut().map(|b| &mut b.walk) {
                walk.control = walk.control.or(Some(0));
                (walk.tab, walk.pane) = (tab, Pane::Work);
            }
            Next::NONE
        }
        Action::NextOpen => go_next(desk, false),
        Action::PreviousOpen => go_next(desk, true),
        Action::NextControl => step_control(desk, false),
        Action::PreviousControl => step_control(desk, true),
        Action::GoTo(target) => {
            go_to(desk, &target);
            Next::NONE
        }
        Action::NextCluster => next_cluster(desk),
        Action::StepIn(part, by) => {
            step_in(desk, part, by);
            Next::NONE
        }
        Action::Narrow => {
            if let Some(walk) = desk.book.as_mut().map(|b| &mut b.walk) {
                walk.narrow = !walk.narrow;
            }
            Next::NONE
        }
    }
}

fn step_control(desk: &mut Desk, back: bool) -> Next {
    let guidance = desk.guidance;
    if let Some(book) = desk.book.as_mut() {
        book.walk.step_control(back, guidance);
    }
    Next::NONE
}

/// ⇥: goes to the next thing that needs a person.
fn go_next(desk: &mut Desk, back: bool) -> Next {
    match desk.open_beside(back).map(|item| (item.target.clone(), item.clusters.clone())) {
        Some((target, clusters)) => {
            let shown = show_one_of(desk, &clusters);
            go_to(desk, &target);
            if shown { Next::from(Lead::Shown) } else { Next::NONE }
        }
        None => {
            let what = "Every practice is determined, and no question is open. s shows the summary, w writes the bundle.";
            desk.messages.push(Message::info(what));
            Next::NONE
        }
    }
}

/// Shows one of these clusters, where none of them is shown; whether another one is shown now.
fn show_one_of(desk: &mut Desk, clusters: &[String]) -> bool {
    let Some(book) = desk.book.as_mut() else { return false };
    let shown = book.shown().is_none_or(|c| clusters.is_empty() || clusters.contains(&c.key));
    let Some(at) = book.clusters.iter().position(|c| clusters.contains(&c.key)).filter(|_| !shown) else { return false };
    book.cluster = at;
    let words = format!("Outcomes are those of {} now.", book.clusters[at].key);
    desk.messages.push(Message::info(words));
    true
}

fn next_cluster(desk: &mut Desk) -> Next {
    let Some(book) = desk.book.as_mut() else { return Next::NONE };
    match book.clusters.len() {
        0 | 1 => desk.messages.push(Message::info("There is no other cluster in this assessment; + reads one.")),
        n => {
            book.cluster = (book.cluster + 1) % n;
            let key = book.clusters[book.cluster].key.clone();
            desk.messages.push(Message::info(format!("Outcomes are those of {key}; proposals are over all clusters.")));
        }
    }
    Next::from(Lead::Shown)
}

/// Goes to something in the walk; whatever lies over the walk is closed.
pub(in crate::session) fn go_to(desk: &mut Desk, target: &Target) {
    let guidance = desk.guidance;
    let Some(book) = desk.book.as_mut() else { return };
    // The lines of practices and questions stand among the pieces.
    let pieces = |book: &Book| -> Vec<String> {
        let rows = book.walk.here(guidance).map(|control| book.evidence_rows(control)).unwrap_or_default();
        rows.into_iter().map(|row| row.piece.unwrap_or_default()).collect()
    };
    let mut there = pieces(book);
    if let Target::Evidence(reference) = target
        && !there.contains(reference)
    {
        let serves = book.piece(reference).filter(|piece| piece.counts()).and_then(|piece| {
            let question = questions_of(piece, &book.workbook).first().map(|id| Target::Question((*id).to_owned()));
            piece.practices.first().map(|id| Target::Practice(id.clone())).or(question)
        });
        let Some(serves) = serves else {
            desk.messages.push(Message::info(format!("{reference} stands in no list of the walk: r shows the register.")));
            return;
        };
        book.walk.go_to(&serves, guidance, &[]);
        there = pieces(book);
    }
    let there: Vec<&str> = there.iter().map(String::as_str).collect();
    book.walk.go_to(target, guidance, &there);
    // Forms that were open over the walk are kept as drafts.
    while desk.layers.len() > 1 && !matches!(desk.top(), Layer::Walk) {
        desk.close_top();
    }
}

/// Enter in the walk: into what one stands on.
pub(in crate::session) fn enter(desk: &mut Desk) -> Next {
    let guidance = desk.guidance;
    let Some(book) = desk.book.as_mut() else { return Next::NONE };
    let walk = &mut book.walk;
    if walk.pane == Pane::Areas {
        walk.control = walk.control.or(Some(0));
        walk.pane = Pane::Work;
        return Next::NONE;
    }
    let Some(control) = walk.here(guidance) else {
        walk.control = Some(0);
        return Next::NONE;
    };
    let row = walk.row(control);
    match walk.tab {
        Tab::Guidance => {
            walk.tab = Tab::Checks;
            Next::NONE
        }
        Tab::Checks => {
            if let Some(check) = item_at(control, Tab::Checks, row) {
                return Next::from(Lead::Findings(check.to_owned()));
            }
            Next::NONE
        }
        Tab::Questions => Next::from(Lead::Answer),
        Tab::Evidence => {
            if let Some(row) = book.evidence_rows(control).into_iter().nth(row) {
                go_to(desk, &row.of);
            }
            Next::NONE
        }
        Tab::Result => {
            let practices = control.practices.len();
            match row.checked_sub(practices).and_then(|nth| desk.blockers_here().into_iter().nth(nth)) {
                Some(Blocker { target, clusters, .. }) => {
                    show_one_of(desk, &clusters);
                    go_to(desk, &target);
                    match target {
                        Target::Check(id) => Next::from(Lead::Findings(id)),
                        _ => Next::from(Lead::Shown),
                    }
                }
                None => Next::from(Lead::Determine),
            }
        }
    }
}

/// Esc: back to the list of areas.
pub(in crate::session) fn back(desk: &mut Desk) {
    if let Some(walk) = desk.book.as_mut().map(|b| &mut b.walk) {
        walk.pane = Pane::Areas;
    }
}

/// Left and right: the tab beside, the list of areas.
pub(in crate::session) fn sideways(desk: &mut Desk, back: bool) {
    let Some(walk) = desk.book.as_mut().map(|b| &mut b.walk) else { return };
    let at = Tab::ALL.iter().position(|t| *t == walk.tab).unwrap_or(0);
    match (walk.pane, back) {
        (Pane::Areas, true) => {}
        (Pane::Areas, false) => {
            walk.control = walk.control.or(Some(0));
            walk.pane = Pane::Work;
        }
        (Pane::Work, true) if at == 0 => walk.pane = Pane::Areas,
        (Pane::Work, true) => walk.tab = Tab::ALL[at - 1],
        (Pane::Work, false) => walk.tab = Tab::ALL[(at + 1).min(Tab::ALL.len() - 1)],
    }
}

/// Up, down and pages: among areas, lines of the guidance, or rows of a tab.
pub(in crate::session) fn step(desk: &mut Desk, step: Step) {
    let guidance = desk.guidance;
    let on_result = desk.book.as_ref().is_some_and(|b| (b.walk.pane, b.walk.tab) == (Pane::Work, Tab::Result));
    let blockers = if on_result { desk.blockers_here().len() } else { 0 };
    let Some(book) = desk.book.as_mut() else { return };
    if book.walk.pane == Pane::Areas {
        book.walk.step_nav(step, guidance);
        return;
    }
    let Some(control) = book.walk.here(guidance) else { return };
    let (id, tab) = (control.id.clone(), book.walk.tab);
    let length = match tab {
        Tab::Guidance => {
            book.walk.scroll(&id).step(step);
            return;
        }
        Tab::Checks => checks_of(control).len(),
        Tab::Questions => control.questions.len(),
        Tab::Evidence => book.evidence_rows(control).len(),
        Tab::Result => control.practices.len() + blockers,
    };
    book.walk.cursor(&id, tab).step(step, length);
}

/// Up and down in a part of the screen; the focus stays where it is.
fn step_in(desk: &mut Desk, part: Part, by: Step) {
    let guidance = desk.guidance;
    let Some(walk) = desk.book.as_mut().map(|book| &mut book.walk) else { return };
    match part {
        Part::Areas => walk.step_nav(by, guidance),
        Part::Guidance => {
            if let Some(id) = walk.here(guidance).map(|control| control.id.clone()) {
                walk.scroll(&id).step(by);
            }
        }
        Part::Work => {
            let pane = std::mem::replace(&mut walk.pane, Pane::Work);
            step(desk, by);
            if let Some(walk) = desk.book.as_mut().map(|book| &mut book.walk) {
                walk.pane = pane;
            }
        }
    }
}

/// The selected row of the tab.
pub(in crate::session) fn cursor(desk: &mut Desk) -> Option<&mut Cursor> {
    let guidance = desk.guidance;
    let book = desk.book.as_mut()?;
    let control = book.walk.here(guidance)?;
    let tab = book.walk.tab;
    Some(book.walk.cursor(&control.id, tab))
}

/// A click into the work: the focus goes there.
pub(in crate::session) fn focus_work(desk: &mut Desk) {
    let guidance = desk.guidance;
    if let Some(book) = desk.book.as_mut().filter(|book| book.walk.here(guidance).is_some()) {
        book.walk.pane = Pane::Work;
    }
}

/// Opens the first reference of the control.
pub(in crate::session) fn open_reference(desk: &mut Desk) -> Next {
    let Some(control) = desk.book.as_ref().and_then(|book| book.walk.here(desk.guidance)) else { return Next::NONE };
    match control.links.first() {
        Some(link) => Next::from(Effect::Open(link.url.clone())),
        None => {
            desk.messages.push(Message::info("There is no reference for this control."));
            Next::NONE
        }
    }
}
