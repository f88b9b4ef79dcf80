//! Asking the API servers about themselves: flags at `/flagz`, counters at `/metrics`, and a right that no role gives. It is asked before lists are read, over
//! several connections one after another, because behind one address there may be several servers. On each connection flags come first and metrics behind
//! them, so that both are of one server.

use super::CollectError;
use super::connect::Link;
use super::refusal::Refusal;
use super::request::{Piece, Review};
use kassay_core::kinds::control_plane::{
    ControlPlaneRecord, FLAGZ, METRICS, MetricsRead, MetricsReader, ServerRecord, UnheardOf, kept_words,
};
use kassay_core::kinds::{Coverage, DeprecatedRequests, FlagsTold, KindState};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// Connections over which it is asked. A balancer with two servers behind it shows both in three of four cases then; more would ask much of a large
/// cluster, whose metrics are tens of MB.
const CONNECTIONS: usize = 3;

/// The form in which flags are asked for: the page in plain text is not for programs.
const FLAGZ_FORM: &str = "application/json;v=v1beta1;g=config.k8s.io;as=Flagz,application/json;v=v1alpha1;g=config.k8s.io;as=Flagz";

/// Longest line of metrics that is read.
const LONGEST_LINE: usize = 64 << 10;

/// What was told.
pub(super) struct Told {
    pub(super) record: ControlPlaneRecord,
    pub(super) deprecated: DeprecatedRequests,
}

/// Asks. What is refused is in the record, with the server's words.
///
/// # Errors
/// Where the login is not accepted any more, or somebody cancelled.
pub(super) async fn ask(link: &Link) -> Result<Told, CollectError> {
    let mut record = ControlPlaneRecord { unheard_of: unheard_of(link).await?, ..ControlPlaneRecord::default() };
    let mut deprecated = None;
    for round in 0..CONNECTIONS {
        let (ask_flags, ask_metrics) = match round {
            0 => (true, true),
            // What one server refuses another refuses too.
            _ => (record.flagz.state == KindState::Read, record.metrics.state == KindState::Read),
        };
        if !(ask_flags || ask_metrics) {
            break;
        }
        if round > 0 {
            link.reconnect().await?;
        }
        let mut server = ServerRecord::default();
        if ask_flags {
            server.flags = note(&mut record.flagz, flags(link).await, link)?;
            if let Some(told) = &server.flags {
                record.flagz.version.clone_from(&told.version);
            }
        }
        if ask_metrics && let Some(read) = note(&mut record.metrics, metrics(link).await, link)? {
            server.started = read.started;
            server.metrics = Some(read.metrics);
            deprecated = Some(DeprecatedRequests::together(deprecated.take(), read.deprecated));
        }
        if server != ServerRecord::default() {
            record.take(server);
        }
    }
    let deprecated = deprecated.unwrap_or_else(|| DeprecatedRequests { unread: record.metrics.message.clone(), apis: vec![] });
    Ok(Told { record, deprecated })
}

/// Counts an answer, or keeps why there was none. What one answer said is not taken back by a later one that failed.
fn note<T>(coverage: &mut Coverage, answer: Result<T, Refusal>, link: &Link) -> Result<Option<T>, CollectError> {
    let refusal = match answer {
        Ok(told) => {
            coverage.items += 1;
            coverage.state = KindState::Read;
            return Ok(Some(told));
        }
        Err(refusal @ (Refusal::Unauthorized(_) | Refusal::Cancelled)) => return Err(link.fatal(refusal)),
        Err(refusal) => refusal,
    };
    if coverage.items == 0 {
        coverage.state = match &refusal {
            Refusal::Forbidden(_) => KindState::Forbidden,
            Refusal::NotFound(_) | Refusal::NotAcceptable(_) => KindState::Absent,
            _ => KindState::Failed,
        };
        refusal.words().clone_into(&mut coverage.message);
    }
    Ok(None)
}

async fn flags(link: &Link) -> Result<FlagsTold, Refusal> {
    let text = link.get(FLAGZ, FLAGZ_FORM).await?;
    FlagsTold::of_json(&text).map_err(Refusal::Failed)
}

/// Takes metrics line by line as they come in.
#[derive(Default)]
struct Lines {
    reader: MetricsReader,
    rest: Vec<u8>,
    cut: bool,
}

impl Lines {
    fn take(&mut self, mut data: &[u8]) {
        while let Some(end) = data.iter().position(|byte| *byte == b'\n') {
            self.rest.extend_from_slice(&data[..end]);
            self.line();
            data = &data[end + 1..];
        }
        // Nothing that is read has lines as long as that; the end of one is dropped with it.
        if self.rest.len() + data.len() <= LONGEST_LINE {
            self.rest.extend_from_slice(data);
        }
    }

    fn line(&mut self) {
        if let Ok(line) = std::str::from_utf8(&self.rest) {
            self.reader.line(line);
        }
        self.rest.clear();
    }
}

async fn metrics(link: &Link) -> Result<MetricsRead, Refusal> {
    let lines = Mutex::new(Lines::default());
    let lock = || lines.lock().unwrap_or_else(PoisonError::into_inner);
    let hear = |piece: Piece<'_>| match piece {
        Piece::Begin => *lock() = Lines::default(),
        Piece::Data(data) => lock().take(data),
        Piece::Cut => lock().cut = true,
    };
    link.get_pieces(METRICS, "text/plain", &hear).await?;
    let mut lines = lines.into_inner().unwrap_or_else(PoisonError::into_inner);
    let cut = if lines.cut { "the answer is larger than 256 MiB, and was not read to its end" } else { "" };
    if !lines.cut {
        lines.line();
    }
    lines.reader.finish(cut).map_err(Refusal::Failed)
}

/// Asks for a right that no role gives. Like the other reviews of one's own rights it stores nothing.
async fn unheard_of(link: &Link) -> Result<UnheardOf, CollectError> {
    let answer = match link.review(&Review::UnheardOf).await {
        Ok(answer) => answer,
        Err(refusal @ (Refusal::Unauthorized(_) | Refusal::Cancelled)) => return Err(link.fatal(refusal)),
        Err(refusal) => return Ok(UnheardOf::Unanswered(refusal.words().to_owned())),
    };
    let is_review = answer.get("kind").and_then(Value::as_str) == Some("SelfSubjectAccessReview");
    let reason = || answer.pointer("/status/reason").and_then(Value::as_str).unwrap_or_default();
    Ok(match answer.pointer("/status/allowed").and_then(Value::as_bool).filter(|_| is_review) {
        Some(true) => UnheardOf::Allowed(kept_words(reason())),
        Some(false) => UnheardOf::Denied,
        None => UnheardOf::Unanswered("the answer is no review".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_however_they_come() {
        let text = format!("apiserver_x 1\n{}\napiserver_audit_event_total 7\nprocess_start_time_seconds 9", "y".repeat(2 * LONGEST_LINE));
        for size in [1, 7, 1000, text.len()] {
            let mut lines = Lines::default();
            text.as_bytes().chunks(size).for_each(|piece| lines.take(piece));
            lines.line();
            let read = lines.reader.finish("").unwrap();
            assert_eq!((read.metrics.audit_events, read.started.map(|at| at.as_second())), (Some(7), Some(9)), "{size}");
        }
    }
}
