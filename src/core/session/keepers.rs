//! Who keeps a register: what a row is and what becomes of it is told by the feature that it belongs to; here is only which feature that is. A list
//! that is added later is a variant of [`Register`], an arm here, and its feature.

use super::book::assessment::Book;
use super::book::desk::Desk;
use super::book::lead::{Lead, Next};
use super::effect::Effect;
use super::parts::cursor::Step;
use super::parts::form::{Form, Purpose, Row};
use super::parts::message::Message;
use super::parts::register::{Register, RegisterRow, RegisterView};
use super::registers::{self, Action};
use super::state::Session;
use super::{analyses, clusters, evidence, exceptions, journal, previous, remediation, requests, samples, sign_off};
use crate::model::text::clean;
use std::sync::Arc;

/// What a feature tells of its register.
struct Keeper {
    /// Titles of the columns, the id's first.
    columns: &'static [&'static str],
    /// What it is, in a sentence; shown where it has no rows.
    words: &'static str,
    /// How many rows it has; asked for every register each time one is drawn, so that no row is made for it.
    count: fn(&Book) -> usize,
    /// Its rows.
    rows: fn(&Desk) -> Vec<RegisterRow>,
    /// Opens the form for a row; a new one where none is named.
    open: fn(&mut Desk, Option<&str>) -> Next,
    /// Takes what the form says.
    accept: fn(&mut Desk, &Form, Option<&str>) -> Next,
    /// Takes a row back, with a reason.
    withdraw: fn(&mut Desk, &str, &str) -> Next,
}

/// The register that a feature keeps, by the names that every such feature has.
macro_rules! kept {
    ($feature:ident, $count:expr, $words:literal) => {
        Keeper {
            columns: &$feature::COLUMNS,
            words: $words,
            count: $count,
            rows: $feature::rows,
            open: $feature::open_entry,
            accept: $feature::accept_entry,
            withdraw: $feature::withdraw,
        }
    };
}

/// Who keeps a register.
const fn keeper(register: Register) -> Keeper {
    match register {
        Register::Evidence => {
            kept!(
                evidence,
                |book| book.workbook.evidence.len(),
                "Documents, interviews, observations, samples, queries and scans, each with a reference that never changes."
            )
        }
        Register::Samples => kept!(
            samples,
            |book| book.workbook.samples.len(),
            "Samples of what runs in the clusters, or of a list that you type: + draws one, by chance with a seed, by stratum or by judgement. docs/sampling.md tells how anybody draws it again."
        ),
        Register::Requests => kept!(
            requests,
            |book| book.workbook.requests.len(),
            "What the entity is asked for: p asks for all that is still needed, each with the role that can provide it. `kassay requests` prints them for a mail."
        ),
        Register::Analyses => kept!(
            analyses,
            |book| book.workbook.analyses.len(),
            "Targeted risk analyses of the entity: how often something is done (PCI DSS 12.3.1), or what stands behind a customized approach (12.3.2)."
        ),
        Register::SignOff => kept!(
            sign_off,
            |book| book.signing.len(),
            "Determinations, answers and areas, and how they stand with the second person. In the walk > submits, Y accepts, < returns; the filter \"returned to me\" finds what came back."
        ),
        Register::Remediations => kept!(
            remediation,
            |book| book.workbook.remediations.len(),
            "What was found wrong and mended while the assessment went on: before, after, tested again. M begins one where something is wrong."
        ),
        Register::Exceptions => {
            kept!(
                exceptions,
                |book| book.workbook.exceptions.len(),
                "Findings that somebody accepts, with reason, owner, approver and end. What is excepted does not pass."
            )
        }
        Register::Clusters => kept!(
            clusters,
            |book| book.workbook.clusters.len(),
            "The clusters of the assessment, with what each is used for. One that could not be read stays here, and nothing passes for it."
        ),
        Register::Previous => kept!(
            previous,
            |book| book.workbook.previous.as_ref().map_or(0, previous::count),
            "What was said and determined last year, for reference; nothing of it counts. There is none: `kassay new --from OLD` begins with it."
        ),
        Register::Journal => {
            kept!(
                journal,
                |book| book.journal.len(),
                "Every edit that was accepted: who, when, what, what stood there before and what stands there now."
            )
        }
    }
}

impl Session {
    /// The rows of a register that fit its filter; they are made once after each change, and not for each frame.
    #[must_use]
    pub fn register_rows(&self, register: Register) -> Arc<[RegisterRow]> {
        rows(&self.desk, register)
    }

    /// How many rows a register has.
    #[must_use]
    pub fn register_count(&self, register: Register) -> usize {
        self.desk.book.as_ref().map_or(0, |book| (keeper(register).count)(book))
    }

    /// Titles of a register's columns, the id's first, and what it is in a sentence.
    #[must_use]
    pub const fn register_words(register: Register) -> (&'static [&'static str], &'static str) {
        let keeper = keeper(register);
        (keeper.columns, keeper.words)
    }

    /// Where one stands in a register.
    #[must_use]
    pub fn register_view(&self, register: Register) -> Option<&RegisterView> {
        self.desk.registers.get(&register)
    }
}

fn rows(desk: &Desk, register: Register) -> Arc<[RegisterRow]> {
    let (of, made) = desk.rows.get_or_init(|| (register, make(desk, register)));
    if *of == register { made.clone() } else { make(desk, register) }
}

fn make(desk: &Desk, register: Register) -> Arc<[RegisterRow]> {
    let words = desk.registers.get(&register).map(RegisterView::words).unwrap_or_default();
    let mut rows = (keeper(register).rows)(desk);
    rows.retain(|row| row.fits(&words));
    rows.into()
}

fn selected(desk: &Desk, register: Register) -> Option<RegisterRow> {
    let at = desk.registers.get(&register).map_or(0, |view| view.cursor.at);
    rows(desk, register).get(at).cloned()
}

/// Works in the registers.
pub(super) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Add => match registers::here(desk) {
            Some(register) => (keeper(register).open)(desk, None),
            None => Next::NONE,
        },
        Action::Go => go(desk),
        Action::Withdraw => {
            withdraw_form(desk);
            Next::NONE
        }
        Action::Open | Action::Show(_) | Action::Next | Action::Previous => {
            registers::look(desk, action);
            wanted(desk)
        }
    }
}

/// Asks for what the register on top shows and the session does not keep.
pub(super) fn wanted(desk: &Desk) -> Next {
    match registers::here(desk) {
        Some(Register::Journal) => Next::from(Effect::ReadJournal),
        _ => Next::NONE,
    }
}

/// Copies the selected row with all that is known of it.
pub(super) fn copy(desk: &Desk) -> Next {
    let row = registers::here(desk).and_then(|register| selected(desk, register));
    let told = |row: RegisterRow| {
        let lines = row.detail.iter().map(|(label, words)| format!("{label}: {words}\n"));
        format!("{}\n{}", row.id, lines.collect::<String>()).lines().map(|line| clean(line) + "\n").collect::<String>()
    };
    row.map_or(Next::NONE, |row| Next::from(Effect::Copy(told(row))))
}

/// ↵: ends the typing of a filter, or opens the selected row.
pub(super) fn enter(desk: &mut Desk) -> Next {
    let Some(register) = registers::here(desk) else { return Next::NONE };
    if let Some(view) = desk.registers.get_mut(&register).filter(|view| view.filtering) {
        view.filtering = false;
        return Next::NONE;
    }
    match selected(desk, register) {
        Some(row) => (keeper(register).open)(desk, Some(&row.id)),
        None => (keeper(register).open)(desk, None),
    }
}

/// Moves among the rows.
pub(super) fn step(desk: &mut Desk, step: Step) {
    let Some(register) = registers::here(desk) else { return };
    let length = rows(desk, register).len();
    desk.registers.entry(register).or_default().cursor.step(step, length);
}

/// Goes to what the selected row is about, in the walk.
fn go(desk: &mut Desk) -> Next {
    let Some(register) = registers::here(desk) else { return Next::NONE };
    let Some(row) = selected(desk, register) else { return Next::NONE };
    let target = match register {
        Register::Evidence => evidence::served(desk, &row.id),
        Register::Remediations => remediation::target(desk, &row.id),
        _ => None,
    };
    match target {
        Some(target) => Next::from(Lead::Walk(target)),
        None => {
            desk.messages.push(Message::info(format!("{} leads to no place in the walk.", row.id)));
            Next::NONE
        }
    }
}

/// Asks for the reason for which a row is taken back.
fn withdraw_form(desk: &mut Desk) {
    let Some(register) = registers::here(desk) else { return };
    let Some(row) = selected(desk, register) else {
        desk.messages.push(Message::info("There is nothing to take back here."));
        return;
    };
    let about = row.cells.first().cloned().unwrap_or_default();
    let rows = vec![Row::text("why", "Why", "kept with it, and in the journal", "")];
    let help = match register {
        Register::Exceptions => "What it excepts counts again. It leaves the register; the journal keeps it, with your reason.",
        _ => "It stays in the register, marked as withdrawn, and counts no more. Its reference is never given again.",
    };
    let form =
        Form::new(Purpose::Withdraw { register, id: row.id.clone() }, rows).titled(&format!("Take back {}", row.name()), &about, help);
    desk.open_form(form);
}

/// ↵ in the form for the reason.
pub(super) fn accept_withdrawal(desk: &mut Desk, form: &Form, register: Register, id: &str) -> Next {
    match form.text("why") {
        "" => desk.fault("why", "say why, in a few words"),
        why => (keeper(register).withdraw)(desk, id, why),
    }
}

/// ↵ in the form of a row.
pub(super) fn accept(desk: &mut Desk, form: &Form, register: Register, id: Option<&str>) -> Next {
    (keeper(register).accept)(desk, form, id)
}
