//! Determining practices: the finding, the method with the parts that it asks for, and why; one at a time, or many that share a reason. A
//! single key is enough where nothing more is asked.

mod form;
mod marks;
mod read;

pub(in crate::session) use form::changed;
pub(in crate::session) use read::accept;

use crate::model::{Determined, Method};
use crate::session::book::desk::Desk;
use crate::session::book::edit::After;
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::book::standing::Target;
use crate::session::parts::message::Message;
use crate::workbook::determining::accept as gate;
use crate::workbook::{Determination, DeterminationDraft};

/// What is done to determinations.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Opens the form for what is marked, or for one.
    Open,
    /// Determines what is marked, or the practice that one stands on: at once where nothing more is asked, else in the form.
    Set(Determined),
    /// Marks the practice, control or area that one stands on, or takes the mark away.
    Mark,
}

/// Determines.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => open(desk),
        Action::Set(finding) => set(desk, finding),
        Action::Mark => {
            marks::mark(desk);
            Next::NONE
        }
    }
}

fn open(desk: &mut Desk) -> Next {
    if let Some(practices) = wanted(desk) {
        show(desk, &practices);
    }
    Next::NONE
}

/// The practices to determine: those that are marked; else the selected one, or the first that is not determined.
fn wanted(desk: &mut Desk) -> Option<Vec<String>> {
    let marked = marks::marked(desk);
    if !marked.is_empty() && matches!(desk.top(), Layer::Walk | Layer::Summary(_)) {
        desk.layers.pop_if(|layer| matches!(layer, Layer::Summary(_)));
        return Some(marked);
    }
    if matches!(desk.top(), Layer::Summary(_)) {
        desk.messages.push(Message::info("Mark areas with space first; then one form determines all that is marked."));
        return None;
    }
    desk.go_to_finding();
    let (guidance, here) = (desk.guidance, desk.standing_on());
    let book = desk.book.as_mut()?;
    let control = book.walk.here(guidance)?;
    let practice = match here {
        Some(Target::Practice(id)) => id,
        _ => {
            let open = control.practices.iter().find(|p| book.workbook.determination(&p.id).is_none_or(|d| d.to_confirm));
            open.or_else(|| control.practices.first()).map(|p| p.id.clone())?
        }
    };
    book.walk.go_to(&Target::Practice(practice.clone()), guidance, &[]);
    Some(vec![practice])
}

fn show(desk: &mut Desk, practices: &[String]) {
    if let Some(form) = form::form(desk, practices) {
        desk.open_form(form);
    }
}

/// A single key: saved at once where the gate wants nothing more, and no words that were written for another finding stand there.
fn set(desk: &mut Desk, finding: Determined) -> Next {
    let Some(practices) = wanted(desk) else { return Next::NONE };
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let drafts: Vec<DeterminationDraft> = practices.iter().map(|p| draft(book.workbook.determination(p), finding)).collect();
    let plain = practices.iter().all(|p| book.workbook.determination(p).is_none_or(|known| known.finding == finding || is_bare(known)));
    let lacking = practices.iter().zip(&drafts).find_map(|(p, draft)| gate(draft, book.proposed(p), &book.workbook).err());
    if plain && lacking.is_none() {
        let made = practices.iter().zip(drafts).map(|(p, draft)| read::made(desk, p, finding, draft)).collect();
        return match read::draft(desk, made) {
            Some((draft, words)) => {
                marks::settle(desk, &practices);
                desk.save(draft, After::Tell(words), true)
            }
            None => Next::NONE,
        };
    }
    show(desk, &practices);
    form::choose(desk, finding, lacking.map(|lacking| lacking.part));
    Next::NONE
}

/// What a single key makes of a determination that is there: one that says the same keeps its words.
fn draft(known: Option<&Determination>, finding: Determined) -> DeterminationDraft {
    match known.filter(|known| known.finding == finding) {
        Some(known) => DeterminationDraft::from(known),
        None => DeterminationDraft { finding: Some(finding), ..DeterminationDraft::default() },
    }
}

/// Whether nothing was written to a determination but its finding.
fn is_bare(known: &Determination) -> bool {
    known.rationale.is_empty() && known.excluded_by.is_empty() && known.method == Method::Defined
}
