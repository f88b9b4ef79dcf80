//! `kassay collect` of several clusters: a snapshot of each, in one folder.

use super::side_by_side::{self, End};
use super::wanted::Wanted;
use crate::cli::{Failure, Manners, interrupt};
use crate::collect::{Options, pack_snapshot, put_snapshot};
use kassay_core::model::text::{counted, thousands};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Longest name of a file, without its ending: file systems take 255 bytes.
const LONGEST: usize = 120;

/// Reads clusters, and writes a snapshot of each that could be read.
///
/// # Errors
/// Where the folder can't be had, and where any cluster could not be read: the snapshots of the others are there.
pub fn collect(wanted: &[Wanted], dir: &Path, parallel: usize, options: &Options, manners: &Manners) -> Result<(), Failure> {
    if dir == Path::new("-") {
        return Err(Failure::new("several clusters make several snapshots, and standard output takes one").hint("Name a folder: -f DIR."));
    }
    std::fs::create_dir_all(dir).map_err(|e| {
        Failure::new(format!("the folder {} can't be made: {e}", dir.display()))
            .hint("Several clusters make several snapshots, in a folder.")
    })?;
    let files = files(wanted, dir);
    let ends = side_by_side::run(wanted, parallel, options, manners, &|nth, _, read| {
        let inventory = read.map_err(ToString::to_string)?;
        let Some(file) = files.get(nth) else { return Err("it has no file".to_owned()) };
        let packed = pack_snapshot(&inventory, file).map_err(|error| error.to_string())?;
        interrupt::whole(|| put_snapshot(&packed, file)).map_err(|error| error.to_string())?;
        let objects: usize = inventory.coverage.values().map(|coverage| coverage.items).sum();
        let withheld = thousands(inventory.redactions);
        let size = thousands(packed.len());
        Ok(format!(
            "{}, {withheld} sensitive values met and not kept: {} ({size} bytes)",
            counted(objects, "object", "objects"),
            file.display()
        ))
    })?;
    let of = |wanted_end: fn(&End) -> bool| {
        let names: Vec<&str> = wanted.iter().zip(&ends).filter(|(_, end)| wanted_end(end)).map(|(one, _)| one.name.as_str()).collect();
        names.join(", ")
    };
    let done = ends.iter().filter(|end| **end == End::Done).count();
    let there = format!("the snapshots of {done} of {} clusters are in {}", wanted.len(), dir.display());
    if ends.contains(&End::Stopped) {
        return Err(Failure::new(format!("stopped: {there}; not read to their end: {}", of(|end| *end == End::Stopped))));
    }
    if done < wanted.len() {
        return Err(Failure::new(format!("{there}; could not be read: {}", of(|end| matches!(end, End::Failed(_))))));
    }
    manners.say(&format!("{}: {done} snapshots", dir.display()));
    Ok(())
}

/// A file for each cluster, named after it in letters that every file system takes; no two have one name, in whatever case.
fn files(wanted: &[Wanted], dir: &Path) -> Vec<PathBuf> {
    let mut taken = BTreeSet::new();
    let name = |one: &Wanted| {
        let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
        let name: String = one.name.chars().map(safe).take(LONGEST).collect();
        let name = name.trim_matches(['.', '-']).to_owned();
        let name = kassay_core::workbook::collection::free_name(&name, |name| !taken.contains(&name.to_lowercase()));
        taken.insert(name.to_lowercase());
        name
    };
    wanted.iter().map(name).collect::<Vec<_>>().into_iter().map(|name| dir.join(format!("{name}.kassay.gz"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fleet::wanted::named;

    #[test]
    fn names_of_files_are_safe_and_no_two_are_one() {
        let wanted: Vec<Wanted> = ["prod", "PROD", "arn:aws:eks:eu-1:1:cluster/prod", "../../etc/x", "..", "prod-2"].map(named).into();
        let names: Vec<String> = files(&wanted, Path::new("d")).iter().map(|path| path.display().to_string()).collect();
        assert_eq!(
            names,
            [
                "d/prod.kassay.gz",
                "d/PROD-2.kassay.gz",
                "d/arn-aws-eks-eu-1-1-cluster-prod.kassay.gz",
                "d/etc-x.kassay.gz",
                "d/cluster.kassay.gz",
                "d/prod-2-2.kassay.gz"
            ]
        );
    }
}
