//! Several clusters in one run: `kassay assess` and `kassay collect` with `--contexts`, `--contexts-file`, or more than one snapshot. Each cluster is read,
//! judged and kept as it would be alone; what stays of it is a row of the matrix.

mod keeping;
mod markdown;
mod progress;
mod side_by_side;
mod snapshots;
mod text;
mod wanted;

pub use snapshots::collect;
pub use wanted::{Asked, FleetArgs, Wanted};

use super::assess::{Assess, Form};
use super::judged::{Judged, judged};
use super::keep::Keeper;
use super::{Failure, Manners, catalogue, output_failed, print, source, tell};
use crate::collect::{CollectError, Options};
use crate::export;
use crate::tables::tables;
use kassay_core::fleet::{Fleet, Gathering, Named, Reading};
use kassay_core::judging::Tables;
use kassay_core::model::Outcome;
use kassay_core::workbook::{Engagement, Workbook};
use keeping::Keeping;
use side_by_side::End;
use std::io::{self, BufWriter, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Runs every check over several clusters; the exit code.
pub fn assess(verb: &Assess, wanted: &[Wanted], manners: &Manners) -> Result<u8, Failure> {
    refuse(verb)?;
    let guidance = catalogue::guidance()?;
    let scope = verb.scope.as_deref().map(source::scope).transpose()?;
    let tables = tables(verb.lifecycle.as_deref()).map_err(|e| Failure::new(e.to_string()))?;
    let keeper = verb.workbook.as_deref().map(|dir| Keeper::open(dir, manners)).transpose()?;
    let mut workbook = keeper.as_ref().map_or_else(|| Workbook::new(Engagement::default()), Keeper::workbook);
    if let Some(scope) = &scope {
        workbook.scope = scope.clone();
    }
    let run = Run {
        workbook,
        tables,
        asked: verb.now,
        keeping: keeper.map(|keeper| Mutex::new(Keeping::new(keeper, scope))),
        gathering: Mutex::new(Gathering::new(wanted.iter().map(|one| Named { name: one.name.clone(), source: one.source.clone() }))),
        judging: Mutex::new(()),
        manners,
    };
    let options = Options { without_secrets: verb.without_secrets, registry: verb.source.registry(), ..Options::default() };
    let ends = side_by_side::run(wanted, verb.fleet.parallel(), &options, manners, &|nth, one, read| match read {
        Ok(inventory) => run.judge(nth, one, inventory),
        Err(error) => Err(run.put_failure(one, error)),
    })?;
    let keeping = run.keeping.map(|keeping| keeping.into_inner().unwrap_or_else(PoisonError::into_inner));
    let kept = keeping.map(|keeping| keeping.finish(manners));
    let mut gathering = run.gathering.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (nth, end) in ends.iter().enumerate() {
        if let End::Failed(why) = end {
            gathering.fail(nth, why);
        }
    }
    if ends.contains(&End::Stopped) {
        return Err(stopped(wanted, &ends, kept.as_deref()));
    }
    // Where nothing was judged, there is no time by which it was.
    let asked = verb.now.or_else(|| (gathering.counts().0 == 0).then(jiff::Timestamp::now));
    let fleet = gathering.finish(guidance, asked);
    write(verb.output, &fleet, manners)?;
    Ok(verb.fail_on.code(fleet.outcomes()))
}

/// What all clusters of a run share.
struct Run<'r> {
    workbook: Workbook,
    tables: Tables,
    asked: Option<jiff::Timestamp>,
    keeping: Option<Mutex<Keeping>>,
    gathering: Mutex<Gathering>,
    /// One is judged at a time: checks run side by side by themselves, and memory follows what is judged.
    judging: Mutex<()>,
    manners: &'r Manners,
}

impl Run<'_> {
    /// Judges a cluster, keeps it, and lets go of it but for its row.
    fn judge(&self, nth: usize, one: &Wanted, mut inventory: kassay_core::kinds::Inventory) -> Result<String, String> {
        let turn = locked(&self.judging);
        if let Some(keeping) = &self.keeping {
            inventory.imported = locked(keeping).imports(&inventory, &one.name, self.manners);
        }
        let judged = judged(inventory, &one.name, &self.workbook, &self.tables, false, self.asked).map_err(|failure| failure.what)?;
        drop(turn);
        if let Some(keeping) = &self.keeping {
            locked(keeping).keep(&judged, one, self.manners).map_err(|failure| failure.what)?;
        }
        let Judged { inventory, assessment, now } = &judged;
        let namespaces = assessment.namespaces.iter().map(|row| (row.name.clone(), row.category)).collect();
        let reading = Reading::of(inventory, &assessment.outcomes, &assessment.proposals, namespaces, &self.tables.software, *now);
        locked(&self.gathering).put(nth, &reading);
        let count = |wanted: Outcome| assessment.outcomes.iter().filter(|o| o.outcome == wanted).count();
        Ok(Outcome::ALL.map(|outcome| format!("{} {}", count(outcome), outcome.label())).join(", "))
    }

    /// Writes down in the assessment that a cluster could not be read; why.
    fn put_failure(&self, one: &Wanted, error: &CollectError) -> String {
        let why = error.to_string();
        if let Some(keeping) = &self.keeping {
            locked(keeping).put_failure(one, &why, self.manners);
        }
        why
    }
}

/// A panic over another cluster leaves nothing half done behind a lock: what is changed under it is changed at once.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Refuses what is said of one cluster and would be taken for all of them.
fn refuse(verb: &Assess) -> Result<(), Failure> {
    let alone = |what: &str, why: &str, hint: &str| Err(Failure::new(format!("{what} is for one cluster: {why}")).hint(hint));
    if !verb.evidence.is_empty() {
        return alone(
            "--evidence",
            "a file that speaks of one must not be taken for the others",
            "Attach it in the walk to the cluster that it is about; --workbook judges by what is attached.",
        );
    }
    if verb.active_probes {
        return alone(
            "--active-probes",
            "you are to read what is sent before it is",
            "Probe each by `kassay assess --context NAME --active-probes`.",
        );
    }
    if verb.kubernetes_version.is_some() {
        return alone("--kubernetes-version", "each has its own", "Tell it in the walk (v), or assess that one alone.");
    }
    if verb.output == Form::Sarif {
        return alone(
            "sarif",
            "code scanning takes one assessment at a time",
            "Write one for each: `kassay assess --context NAME -o sarif`.",
        );
    }
    Ok(())
}

/// What was done when somebody stopped the run.
fn stopped(wanted: &[Wanted], ends: &[End], kept: Option<&str>) -> Failure {
    let done = ends.iter().filter(|end| **end == End::Done).count();
    let open: Vec<&str> = wanted.iter().zip(ends).filter(|(_, end)| **end == End::Stopped).map(|(one, _)| one.name.as_str()).collect();
    let kept = kept.filter(|_| done > 0).map_or_else(String::new, |dir| format!(", and are kept in {dir}"));
    let more = if open.len() > SHOWN { format!(" and {} more", open.len() - SHOWN) } else { String::new() };
    let open = open.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    Failure::new(format!("stopped: {done} of {} clusters were assessed{kept}; not read to their end: {open}{more}", wanted.len()))
        .hint("No matrix is printed: it would look like one of all.")
}

/// Names told of those that were not read.
const SHOWN: usize = 10;

fn write(form: Form, fleet: &Fleet, manners: &Manners) -> Result<(), Failure> {
    match form {
        Form::Text => tell(&text::fleet(fleet, manners.colour())),
        Form::Markdown => print(&markdown::fleet(fleet)),
        Form::Html => print(&export::fleet_html(fleet)?),
        Form::Csv => straight(|out| export::fleet_csv(fleet, out)),
        Form::Json | Form::Sarif => straight(|out| export::write_fleet(fleet, out)),
    }
}

/// Writes to standard output what is written as it is made.
fn straight(write: impl FnOnce(&mut BufWriter<io::StdoutLock<'static>>) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(|e| output_failed(&e))
}
