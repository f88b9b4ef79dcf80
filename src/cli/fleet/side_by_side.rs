//! Several clusters read side by side: so many at a time, and what goes wrong with one is said of that one.

use super::progress::Reading;
use super::wanted::{Wanted, in_turn};
use crate::cli::{Failure, Manners, interrupt, runtime};
use crate::collect::{Cancel, CollectError, Options, collect};
use kassay_core::kinds::Inventory;
use kassay_core::model::text::clean;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use tokio::runtime::Handle;

/// How it ended with a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It was read, and what was to be done with it was done.
    Done,
    /// It was not, for this reason.
    Failed(String),
    /// Somebody stopped the run before.
    Stopped,
}

/// What is done with a cluster that was read, or with the reason that it was not: words to tell, or why it can't be done.
pub(super) type Each<'a> = &'a (dyn Fn(usize, &Wanted, Result<Inventory, &CollectError>) -> Result<String, String> + Sync);

/// Reads clusters, at most so many at the same time, and does something with each. A cluster is let go of before the next one is read in its place.
pub(super) fn run(wanted: &[Wanted], parallel: usize, options: &Options, manners: &Manners, each: Each<'_>) -> Result<Vec<End>, Failure> {
    let turns = in_turn(wanted);
    let runtime = runtime()?;
    let reading = Reading::new(wanted, manners);
    let ends = Mutex::new(vec![End::Stopped; wanted.len()]);
    let next = AtomicUsize::new(0);
    interrupt::instead(|cancel| {
        let work = || {
            while let Some(turn) = turns.get(next.fetch_add(1, Ordering::Relaxed)) {
                for nth in turn.iter().copied().filter(|_| !cancel.is_cancelled()) {
                    let Some(one) = wanted.get(nth) else { continue };
                    let end = read(nth, one, runtime.handle(), options, &reading, cancel, each);
                    if let Some(place) = ends.lock().unwrap_or_else(PoisonError::into_inner).get_mut(nth) {
                        *place = end;
                    }
                }
            }
        };
        thread::scope(|scope| {
            for _ in 0..parallel.min(turns.len()) {
                scope.spawn(work);
            }
        });
    });
    reading.done();
    // Where it was stopped, a thread may still be in the middle of a file: nobody waits for it.
    runtime.shutdown_background();
    Ok(ends.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn read(nth: usize, one: &Wanted, runtime: &Handle, options: &Options, reading: &Reading, cancel: &Cancel, each: Each<'_>) -> End {
    reading.begin(nth);
    // A fault of the program over one cluster is told of that cluster, and the others are judged.
    let done = catch_unwind(AssertUnwindSafe(|| {
        let collected = runtime.block_on(collect(&one.args.spec(), options, &|progress| reading.take(nth, progress), cancel));
        match collected {
            Err(CollectError::Cancelled) => None,
            // What was read when somebody stopped the run is not judged any more.
            Ok(_) if cancel.is_cancelled() => None,
            Ok(inventory) => {
                reading.judge(nth);
                Some(each(nth, one, Ok(inventory)))
            }
            Err(error) => Some(each(nth, one, Err(&error)).and_then(|_| Err(error.to_string()))),
        }
    }));
    let end = match done {
        Ok(None) => End::Stopped,
        Ok(Some(Ok(words))) => {
            reading.end(nth, &format!("{}: {}", one.name, words));
            return End::Done;
        }
        Ok(Some(Err(why))) => End::Failed(clean(&why)),
        Err(_) => End::Failed("the program broke down over it, which is a fault of the program".to_owned()),
    };
    match &end {
        End::Failed(why) => reading.end(nth, &format!("{}: could not be read: {why}", one.name)),
        End::Done | End::Stopped => reading.end(nth, ""),
    }
    end
}
