//! Marking practices, so that one form determines many of them: one by one in the result of a control, a control or an area at once.

use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::standing::{Pane, Tab, Target};

/// The practices that are marked, in the order of the guidance.
pub(super) fn marked(desk: &Desk) -> Vec<String> {
    let Some(book) = desk.book.as_ref().filter(|book| !book.walk.marked.is_empty()) else { return vec![] };
    desk.guidance.practices().map(|p| p.id.clone()).filter(|id| book.walk.marked.contains(id)).collect()
}

/// Marks what one stands on; where all of it is marked, the marks are taken away.
pub(super) fn mark(desk: &mut Desk) {
    let here = pointed(desk);
    let Some(walk) = desk.book.as_mut().map(|book| &mut book.walk).filter(|_| !here.is_empty()) else { return };
    if here.iter().all(|id| walk.marked.contains(id)) {
        walk.marked.retain(|id| !here.contains(id));
    } else {
        walk.marked.extend(here);
    }
}

/// These are determined: they are marked no more.
pub(super) fn settle(desk: &mut Desk, practices: &[String]) {
    if let Some(book) = desk.book.as_mut() {
        book.walk.marked.retain(|id| !practices.contains(id));
    }
}

/// The practices of the area, control or row under the cursor.
fn pointed(desk: &Desk) -> Vec<String> {
    let Some(book) = desk.book.as_ref() else { return vec![] };
    let (guidance, walk) = (desk.guidance, &book.walk);
    let of_area = |at: usize| guidance.areas.get(at).into_iter().flat_map(|area| &area.controls).flat_map(|c| &c.practices);
    match (desk.top(), walk.pane, walk.tab) {
        (Layer::Summary(cursor), ..) => of_area(cursor.at).map(|p| p.id.clone()).collect(),
        (Layer::Walk, Pane::Areas, _) => match walk.here(guidance) {
            Some(control) => control.practices.iter().map(|p| p.id.clone()).collect(),
            None => of_area(walk.area).map(|p| p.id.clone()).collect(),
        },
        (Layer::Walk, Pane::Work, Tab::Result) => match desk.standing_on() {
            Some(Target::Practice(id)) => vec![id],
            _ => vec![],
        },
        _ => vec![],
    }
}
