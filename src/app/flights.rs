//! What was started and has not come back yet, counted. A shell that shows one thing after the other waits until nothing is in flight any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts what is in flight.
#[derive(Clone, Debug, Default)]
pub(super) struct Flights(Arc<AtomicUsize>);

/// Something in flight; dropping it says that all that comes of it was sent.
#[derive(Debug)]
pub(super) struct Flight(Arc<AtomicUsize>);

impl Flights {
    /// Something starts.
    pub fn start(&self) -> Flight {
        self.0.fetch_add(1, Ordering::SeqCst);
        Flight(Arc::clone(&self.0))
    }

    /// Whether nothing is in flight.
    pub fn are_over(&self) -> bool {
        self.0.load(Ordering::SeqCst) == 0
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_over_when_the_last_has_come_back() {
        let flights = Flights::default();
        let (first, second) = (flights.start(), flights.clone().start());
        drop(first);
        assert!(!flights.are_over());
        drop(second);
        assert!(flights.are_over());
    }
}
