//! How long a whole reading may take. Each request has a limit of its own; without one for all of them together, a server that answers each in time
//! and never comes to an end would hold whoever asks for ever.

use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// Where nobody says otherwise. Ten thousand pods take seconds, so this leaves room for clusters a hundred times as large behind slow lines.
const USUAL: Duration = Duration::from_secs(30 * 60);

/// The time of one reading, which began when this was made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    given: Duration,
    /// None where there is no limit.
    until: Option<Instant>,
}

impl Budget {
    /// Begins now. Nothing asked for is the usual time; zero is no limit.
    pub(super) fn begin(asked: Option<Duration>) -> Self {
        let given = asked.unwrap_or(USUAL);
        let until = if given.is_zero() { None } else { Instant::now().checked_add(given) };
        Self { given, until }
    }

    /// Returns once the time is used up.
    pub(super) async fn over(&self) {
        match self.until {
            Some(until) => sleep_until(until).await,
            None => std::future::pending().await,
        }
    }

    /// What is said of whatever was not read by then.
    pub(super) fn words(&self) -> String {
        format!("the reading's time of {} was used up", spoken(self.given))
    }
}

/// A duration as the command line takes it: `30m`, `1h30m`, `45s`.
fn spoken(time: Duration) -> String {
    if time.subsec_nanos() > 0 {
        return format!("{}s", time.as_secs_f32());
    }
    let seconds = time.as_secs();
    let parts = [(seconds / 3600, 'h'), (seconds / 60 % 60, 'm'), (seconds % 60, 's')];
    parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number}{unit}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_told_as_it_is_written() {
        for (seconds, told) in [(1800, "30m"), (5400, "1h30m"), (45, "45s"), (3601, "1h1s")] {
            assert_eq!(spoken(Duration::from_secs(seconds)), told);
        }
        assert_eq!(spoken(Duration::from_millis(1500)), "1.5s");
        assert_eq!(Budget::begin(None).words(), "the reading's time of 30m was used up");
    }

    #[test]
    fn zero_is_no_limit() {
        assert!(Budget::begin(Some(Duration::ZERO)).until.is_none());
        assert!(Budget::begin(Some(Duration::MAX)).until.is_none());
        assert!(Budget::begin(None).until.is_some());
    }
}
