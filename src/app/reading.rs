//! A reading of a cluster that whoever watches may give up: read, judged, kept.

use super::keeper::{self, Job, Jobs};
use crate::collect::{self, Cancel, CollectError, Options, SourceSpec};
use kassay_core::session::{self, Action, ContextRow, Progress};
use kassay_core::workbook::Workbook;
use kassay_core::workbook::collection::cluster_key;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc::UnboundedSender;

/// A reading, as whoever may cancel it holds it.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    /// Asks it to stop.
    pub cancel: Cancel,
    over: Arc<AtomicBool>,
}

impl Run {
    /// Whether its end is still to be told. Whoever asks first tells it: it is told once, and a reading that was given up can't end another.
    pub fn ends(&self) -> bool {
        !self.over.swap(true, Ordering::SeqCst)
    }
}

/// Reads and judges; the store keeps it. What becomes of it is sent as actions.
pub(super) async fn read(
    (spec, options): (SourceSpec, Options),
    (key, workbook): (String, Box<Workbook>),
    run: Run,
    actions: UnboundedSender<Action>,
    store: Jobs,
) {
    let failed = |why: String| {
        if run.ends() {
            // Nobody listens where the program is ending.
            let _ = actions.send(Action::Reading(session::reading::Action::Failed(why)));
        }
    };
    let (news, cancel) = (actions.clone(), run.cancel.clone());
    let watch = move |progress| {
        if !cancel.is_cancelled() {
            let _ = news.send(Action::Reading(session::reading::Action::Progress(of_progress(progress))));
        }
    };
    let mut inventory = match collect::collect(&spec, &options, &watch, &run.cancel).await {
        Ok(inventory) => Arc::new(inventory),
        Err(CollectError::Cancelled) => return failed(String::new()),
        Err(error) => return failed(words(&error)),
    };
    watch(collect::Progress::Note("judging".to_owned()));
    let now = collect::judging_time(&inventory, None, jiff::Timestamp::now());
    let key = cluster_key(&workbook, &inventory.cluster.uid, &key);
    let (jobs, news) = (store.clone(), actions.clone());
    let judging = move || {
        for note in keeper::with_evidence(&mut inventory, &jobs, &workbook, &key) {
            let _ = news.send(Action::Told(note));
        }
        keeper::judge(inventory, &workbook, &key, now)
    };
    let judged = tokio::task::spawn_blocking(judging).await;
    match judged.map_err(|error| error.to_string()).and_then(|judged| judged) {
        Err(why) => failed(why),
        Ok(judged) if run.ends() => {
            let then = |kept: Result<_, String>| match kept {
                Ok(collection) => Action::Reading(session::reading::Action::Collected(Box::new(collection))),
                Err(why) => Action::Reading(session::reading::Action::Failed(why)),
            };
            let _ = store.send(Job::Keep { judged: Box::new(judged), then: Box::new(then) });
        }
        // It was given up, and that is told already.
        Ok(_) => {}
    }
}

fn of_progress(progress: collect::Progress) -> Progress {
    match progress {
        collect::Progress::Started { kinds } => Progress::Started { kinds },
        collect::Progress::Kind { kind, items, total, state, message } => Progress::Kind { kind, items, total, state, message },
        collect::Progress::Bytes(bytes) => Progress::Bytes(bytes),
        collect::Progress::Note(words) => Progress::Note(words),
    }
}

/// The contexts of the kubeconfig that kubectl takes, then those of others. What is wrong with one file hides no other, and is told.
pub(super) fn contexts(others: Vec<PathBuf>, tell: impl Fn(String)) -> Result<Vec<ContextRow>, String> {
    let mut usual = None;
    let mut rows = vec![];
    for kubeconfig in std::iter::once(None).chain(others.into_iter().map(Some)) {
        match (collect::contexts(kubeconfig.as_deref()), &kubeconfig) {
            (Ok(found), _) => rows.extend(found.into_iter().map(|c| ContextRow {
                name: c.name,
                server: c.server,
                current: c.current,
                kubeconfig: kubeconfig.clone(),
            })),
            (Err(error), None) => usual = Some(words(&error)),
            (Err(error), Some(_)) => tell(words(&error)),
        }
    }
    match usual {
        Some(why) if rows.is_empty() => Err(why),
        Some(why) => {
            tell(why);
            Ok(rows)
        }
        None => Ok(rows),
    }
}

/// An error with what can be done.
pub(super) fn words(error: &CollectError) -> String {
    match error.hint() {
        Some(hint) => format!("{error}. {hint}"),
        None => format!("{error}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::flights::Flights;
    use kassay_core::workbook::Engagement;
    use tokio::sync::mpsc::unbounded_channel;

    fn demo(run: &Run) -> (Vec<Action>, usize) {
        let (actions, mut told) = unbounded_channel();
        let (jobs, queue) = Jobs::queue(Flights::default());
        // The store, as far as it is asked here.
        let store = std::thread::spawn(move || {
            let mut kept = 0;
            for (job, _flight) in queue {
                match job {
                    Job::Imports { to, .. } => drop(to.send((vec![], vec![]))),
                    Job::Keep { .. } => kept += 1,
                    _ => {}
                }
            }
            kept
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let workbook = Box::new(Workbook::new(Engagement::default()));
        runtime.block_on(read((SourceSpec::Demo, Options::default()), ("demo".to_owned(), workbook), run.clone(), actions, jobs));
        let kept = store.join().unwrap();
        let mut seen = Vec::new();
        while let Ok(action) = told.try_recv() {
            seen.push(action);
        }
        (seen, kept)
    }

    #[test]
    fn a_reading_that_was_given_up_is_neither_kept_nor_told_again() {
        let (told, kept) = demo(&Run::default());
        assert!(kept == 1 && told.iter().any(|action| matches!(action, Action::Reading(session::reading::Action::Progress(_)))));
        let given_up = Run::default();
        given_up.cancel.cancel();
        assert!(given_up.ends());
        let (told, kept) = demo(&given_up);
        assert_eq!(kept, 0);
        assert!(!told.iter().any(|action| matches!(
            action,
            Action::Reading(session::reading::Action::Progress(_))
                | Action::Reading(session::reading::Action::Failed(_))
                | Action::Reading(session::reading::Action::Collected(_))
        )));
    }
}
