//! A bar on standard error for what takes longer than a moment. Off a terminal nothing moves, and only notes are told.

use super::{Manners, dressed};
use crate::collect::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use kassay_core::model::Kind;
use kassay_core::model::text::counted;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Shows how a collection goes on.
pub struct Reading {
    bar: ProgressBar,
    items: Mutex<BTreeMap<Kind, usize>>,
    notes: Option<Manners>,
}

impl Reading {
    /// A bar, or nothing where nobody watches.
    pub fn new(manners: &Manners) -> Self {
        let bar = if manners.bar() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} reading {pos}/{len} kinds  {bar:24}  {msg}") {
            bar.set_style(dressed(style));
        }
        Self { bar, items: Mutex::new(BTreeMap::new()), notes: (!manners.quiet).then(|| manners.clone()) }
    }

    /// Takes what happened.
    pub fn take(&self, progress: Progress) {
        match progress {
            Progress::Started { kinds } => self.bar.set_length(kinds as u64),
            Progress::Kind { kind, items, state, .. } => {
                if state.is_some() {
                    self.bar.inc(1);
                }
                // A poisoned lock means that a thread died while counting; the count is only for the eye.
                let mut counts = self.items.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                counts.insert(kind, items);
                self.bar.set_message(counted(counts.values().sum(), "object", "objects"));
            }
            Progress::Bytes(_) => self.bar.tick(),
            Progress::Note(words) => {
                if let Some(manners) = &self.notes {
                    self.bar.suspend(|| manners.say(&kassay_core::model::text::clean(&words)));
                }
            }
        }
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}
