//! How something that was found wrong and mended stands: whether it was tested again, and whether what is known since speaks against that. It is
//! held against outcomes, answers and determinations, and changes none of them.

use super::accept::state;
use super::moment::day_of;
use super::{ClusterRecord, Remediation, Workbook};
use crate::guidance::Guidance;
use crate::model::{Determined, Outcome};
use jiff::Timestamp;
use jiff::civil::Date;

/// How one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Tested again, and nothing is known that speaks against it.
    Retested,
    /// Taken back.
    Withdrawn,
    /// Not tested again yet.
    Open,
    /// Tested again, and what is known is from before that, or can't be judged.
    Unconfirmed,
    /// Tested again, and still wrong in what was read or said after that.
    StillWrong,
}

/// Where a finding is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is there.
    There,
    /// It is not.
    Gone,
    /// Findings could not be read.
    Unknown,
}

/// How one stands, and why, in words. `found` tells whether a finding, by its id, is among those of a cluster.
#[must_use]
pub fn standing(
    entry: &Remediation,
    workbook: &Workbook,
    guidance: &Guidance,
    today: Date,
    found: &dyn Fn(&str, &str) -> Found,
) -> (Standing, String) {
    if entry.withdrawn.is_some() {
        return (Standing::Withdrawn, "withdrawn".to_owned());
    }
    let Some(retested) = entry.retested.map(|day| day.0) else {
        let words = if entry.after.is_empty() { "open: nothing is told to have been done" } else { "open: not tested again yet" };
        return (Standing::Open, words.to_owned());
    };
    // What is of the same day came after the retest only where it came after that was written down.
    let is_after = |at: Timestamp| day_of(at) > retested || (day_of(at) == retested && at > entry.at.0);
    let mut all = vec![];
    if let Some(question) = guidance.question(&entry.what) {
        for answer in workbook.answers.iter().filter(|a| a.question == entry.what && is_of(entry, &a.cluster)) {
            let said = answer.on.map_or_else(|| day_of(answer.at.0), |day| day.0);
            if state(question, Some(answer), workbook, today).is_against() {
                all.push(match said > retested || (said == retested && is_after(answer.at.0)) {
                    true => (Standing::StillWrong, format!("the answer of {said}, after the retest, still speaks against it")),
                    false => (Standing::Unconfirmed, format!("the answer of {said} is from before the retest: ask again")),
                });
            }
        }
    } else if guidance.practice(&entry.what).is_some() {
        if let Some(d) = workbook.determination(&entry.what).filter(|d| d.finding == Determined::NotInPlace) {
            let day = day_of(d.at.0);
            all.push(match is_after(d.at.0) {
                true => (Standing::StillWrong, format!("determined as not in place on {day}, after the retest")),
                false => (Standing::Unconfirmed, format!("still determined as not in place, on {day}")),
            });
        }
    } else {
        let clusters = workbook.clusters.iter().filter(|c| is_of(entry, &c.key));
        all.extend(clusters.filter_map(|cluster| of_cluster(entry, workbook, cluster, &is_after, found)));
    }
    all.into_iter().max_by_key(|(standing, _)| *standing).unwrap_or_else(|| (Standing::Retested, format!("tested again on {retested}")))
}

fn is_of(entry: &Remediation, cluster: &str) -> bool {
    entry.cluster.is_empty() || cluster.is_empty() || entry.cluster == cluster
}

/// What a cluster says of it; none where that speaks for it.
fn of_cluster(
    entry: &Remediation,
    workbook: &Workbook,
    cluster: &ClusterRecord,
    is_after: &dyn Fn(Timestamp) -> bool,
    found: &dyn Fn(&str, &str) -> Found,
) -> Option<(Standing, String)> {
    let read = cluster.collected_at.or(cluster.assessed_at)?.0;
    let (key, day, after) = (&cluster.key, day_of(read), is_after(read));
    let check = if entry.check.is_empty() { &entry.what } else { &entry.check };
    let record = workbook.outcomes.iter().find(|o| o.check == *check && o.cluster == *key);
    let is_blocked = record.is_some_and(|o| o.outcome == Outcome::Blocked);
    let here = match (entry.check.is_empty(), record) {
        (true, record) => record.map_or(Found::Gone, |o| if o.outcome == Outcome::Fail { Found::There } else { Found::Gone }),
        // A check that could not look finds nothing; that is not for it.
        (false, _) => match found(key, &entry.what) {
            Found::Gone if is_blocked => Found::Unknown,
            here => here,
        },
    };
    match here {
        Found::There if after => Some((Standing::StillWrong, format!("still there in what was read of {key} on {day}, after the retest"))),
        Found::There => {
            Some((Standing::Unconfirmed, format!("what was read of {key} on {day}, before the retest, still shows it: read it again")))
        }
        Found::Unknown => Some((Standing::Unconfirmed, format!("what was read of {key} on {day} can't tell whether it is still there"))),
        Found::Gone if is_blocked => {
            Some((Standing::Unconfirmed, format!("the check could not be judged in what was read of {key} on {day}")))
        }
        Found::Gone => None,
    }
}
