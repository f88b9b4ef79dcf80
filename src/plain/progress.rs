//! Work that goes on while nothing can be typed: how far it is, told now and then and at its end.

use crate::shell::words::{counted, lasting, size};
use kassay_core::kinds::KindState;
use kassay_core::session::{Flight, KindRow, Layer, Reading, Session, Stage};
use std::collections::BTreeSet;

/// The least seconds between two lines about the same work.
const SECONDS: i64 = 5;

/// The name of what is read.
#[must_use]
pub fn name(view: &Reading) -> &str {
    if view.key.is_empty() { "the cluster" } else { &view.key }
}

/// How far it is, in numbers.
#[must_use]
pub fn so_far(session: &Session, view: &Reading) -> String {
    let kinds = if view.kinds > 0 { format!("{} of {} kinds", view.ended().0, view.kinds) } else { "Connecting".to_owned() };
    let objects: usize = view.rows.iter().map(|row| row.items).sum();
    let bytes = if view.bytes > 0 { format!(", {}", size(view.bytes)) } else { String::new() };
    let time = lasting(session.now.as_second() - view.since.as_second());
    format!("{kinds}, {}{bytes}, {time}.", counted(objects, "object", "objects"))
}

/// Whether a kind could not be read, or not all of it.
#[must_use]
pub const fn is_unread(row: &KindRow) -> bool {
    matches!(row.state, Some(KindState::Forbidden | KindState::Failed | KindState::Partial))
}

/// What could not be read, in the server's words.
#[must_use]
pub fn refusal(row: &KindRow) -> String {
    let state = match row.state {
        Some(KindState::Forbidden) => "forbidden",
        Some(KindState::Failed) => "failed",
        _ => "read in part",
    };
    let said = if row.message.is_empty() { String::new() } else { format!(", {}", row.message) };
    format!("Not readable: {}: {state}{said}. Checks that need it will say blocked, never pass.", row.kind.id())
}

/// Work that lies on top, and that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A cluster is asked what may be read.
    Asking,
    /// A cluster is read.
    Reading,
    /// Active probes are sent.
    Probing,
    /// An export is written.
    Writing,
}

/// The work that lies on top; none where a person is awaited.
#[must_use]
pub fn under_way(session: &Session) -> Option<Work> {
    match session.top() {
        Layer::New => {
            let asks = |new: &kassay_core::session::New| new.stage == Stage::Cluster && matches!(new.flight, Flight::Running);
            session.new.as_deref().is_some_and(asks).then_some(Work::Asking)
        }
        Layer::Reading => session.reading.as_ref().is_some_and(|r| r.failed.is_none() && r.arrived.is_none()).then_some(Work::Reading),
        Layer::Probes => session.probing.as_ref().is_some_and(|p| p.running.is_some()).then_some(Work::Probing),
        Layer::Export => session.export.running.is_some().then_some(Work::Writing),
        _ => None,
    }
}

/// What was told of work so far.
#[derive(Debug, Default)]
pub struct News {
    work: Option<Work>,
    at: i64,
    refused: BTreeSet<String>,
    last: String,
}

impl News {
    /// What there is to tell by now: that it began, what is refused, how far it is, how it ended.
    pub fn of(&mut self, session: &Session) -> Vec<String> {
        let work = under_way(session);
        let mut lines = vec![];
        if work != self.work {
            if self.work == Some(Work::Reading) && !self.last.is_empty() {
                lines.push(format!("Reading ended: {}", self.last));
            }
            *self = Self { work, at: session.now.as_second(), ..Self::default() };
            lines.extend(work.map(|work| began(session, work)));
        }
        let Some(work) = work else { return lines };
        if let Some(view) = session.reading.as_ref().filter(|_| work == Work::Reading) {
            let refused = view.rows.iter().filter(|row| is_unread(row));
            lines.extend(refused.filter(|row| self.refused.insert(row.kind.id().to_string())).map(refusal));
            self.last = so_far(session, view);
        }
        if session.now.as_second() - self.at >= SECONDS {
            self.at = session.now.as_second();
            lines.push(how_far(session, work));
        }
        lines
    }
}

fn began(session: &Session, work: Work) -> String {
    match work {
        Work::Asking => "Asking who we are and what we may read. back, or Ctrl-C, leaves it.".to_owned(),
        Work::Reading => {
            let name = session.reading.as_ref().map_or("the cluster", name);
            format!("Reading {name}. back, or Ctrl-C, cancels it and keeps nothing; enter works on meanwhile.")
        }
        Work::Probing => "Sending. back, or Ctrl-C, stops it; what was heard is kept.".to_owned(),
        Work::Writing => "Writing. back, or Ctrl-C, stops it; nothing of it is left then.".to_owned(),
    }
}

fn how_far(session: &Session, work: Work) -> String {
    match work {
        Work::Asking => "Still asking.".to_owned(),
        Work::Reading => session.reading.as_ref().map(|view| format!("So far: {}", so_far(session, view))).unwrap_or_default(),
        Work::Probing => {
            let sent = session.probing.as_ref().and_then(|p| p.running.as_ref().map(|(done, _)| (*done, p.plan.requests.len())));
            sent.map(|(done, of)| format!("Sent so far: {done} of {of}.")).unwrap_or_default()
        }
        Work::Writing => {
            let running = session.export.running.as_ref();
            running.map(|u| format!("Written so far: {} of {} files, {}.", u.done, u.of, size(u.bytes))).unwrap_or_default()
        }
    }
}
