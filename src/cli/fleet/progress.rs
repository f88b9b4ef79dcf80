//! How the reading of several clusters goes on: one bar for all of them, and a line for each that is done.

use super::wanted::Wanted;
use crate::cli::{Manners, dressed};
use crate::collect::Progress;
use indicatif::{ProgressBar, ProgressStyle};
use kassay_core::model::Kind;
use kassay_core::model::text::{clean, thousands};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Clusters that the bar names.
const NAMED: usize = 3;

/// Shows how it goes on.
pub(super) struct Reading {
    bar: ProgressBar,
    names: Vec<String>,
    busy: Mutex<BTreeMap<usize, Busy>>,
    manners: Manners,
}

/// A cluster that is being read.
#[derive(Default)]
struct Busy {
    items: BTreeMap<Kind, usize>,
    judged: bool,
}

impl Reading {
    /// A bar, or lines alone where nobody watches.
    pub(super) fn new(wanted: &[Wanted], manners: &Manners) -> Self {
        let bar = if manners.bar() { ProgressBar::new(wanted.len() as u64) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos}/{len} clusters  {bar:24}  {msg}") {
            bar.set_style(dressed(style));
        }
        let names = wanted.iter().map(|one| clean(&one.name)).collect();
        Self { bar, names, busy: Mutex::default(), manners: manners.clone() }
    }

    /// A cluster is begun with.
    pub(super) fn begin(&self, nth: usize) {
        self.change(|busy| drop(busy.insert(nth, Busy::default())));
    }

    /// Something came of a cluster.
    pub(super) fn take(&self, nth: usize, progress: Progress) {
        match progress {
            Progress::Kind { kind, items, .. } => self.change(|busy| {
                busy.entry(nth).or_default().items.insert(kind, items);
            }),
            Progress::Note(words) => self.say(&format!("{}: {words}", self.name(nth))),
            Progress::Started { .. } | Progress::Bytes(_) => self.bar.tick(),
        }
    }

    /// A cluster was read, and is judged now.
    pub(super) fn judge(&self, nth: usize) {
        self.change(|busy| busy.entry(nth).or_default().judged = true);
    }

    /// It is done with a cluster.
    pub(super) fn end(&self, nth: usize, words: &str) {
        self.change(|busy| drop(busy.remove(&nth)));
        self.bar.inc(1);
        if !words.is_empty() {
            self.say(words);
        }
    }

    /// Takes the bar away.
    pub(super) fn done(&self) {
        self.bar.finish_and_clear();
    }

    fn say(&self, words: &str) {
        self.bar.suspend(|| self.manners.say(&clean(words)));
    }

    fn name(&self, nth: usize) -> &str {
        self.names.get(nth).map_or("", String::as_str)
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<usize, Busy>)) {
        // A poisoned lock means that a thread died while counting; the count is only for the eye.
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut busy);
        if self.bar.is_hidden() {
            return;
        }
        let words = |(nth, of): (&usize, &Busy)| {
            let what = if of.judged { "judging".to_owned() } else { thousands(of.items.values().sum()) };
            format!("{} {what}", self.name(*nth))
        };
        let mut told: Vec<String> = busy.iter().take(NAMED).map(words).collect();
        if busy.len() > NAMED {
            told.push(format!("and {} more", busy.len() - NAMED));
        }
        self.bar.set_message(told.join(", "));
    }
}
