//! Which clusters are meant: contexts by name and by glob, and snapshots.

use crate::cli::source::SourceArgs;
use crate::cli::{Failure, Manners};
use crate::collect::{CollectError, ContextInfo, contexts, files_of, holds_snapshot, snapshot_uid};
use kassay_core::model::text::{clean, glob};
use kassay_core::workbook::collection::free_name;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// How the name of a snapshot ends.
const SNAPSHOT: &str = ".kassay.gz";

/// How the address of a snapshot in a registry begins.
const REGISTRY: &str = "oci://";

/// Clusters that are read at the same time where nobody says otherwise: each of them has its own connections, and its objects in memory.
const AT_ONCE: u8 = 4;

/// Most of them.
const MOST: i64 = 64;

/// Several clusters in one run.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Several clusters")]
pub struct FleetArgs {
    /// Contexts of the kubeconfig, by name or by glob ("prod-*"); may be given several times, and beside snapshots
    #[arg(long, value_name = "GLOB", num_args = 1.., conflicts_with_all = ["context", "demo"])]
    contexts: Vec<String>,
    /// File that names contexts, a name or glob on each line; # begins a remark, "-" is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["context", "demo"])]
    contexts_file: Option<PathBuf>,
    /// How many clusters are read at the same time
    #[arg(long, value_name = "N", default_value_t = AT_ONCE, value_parser = clap::value_parser!(u8).range(1..=MOST))]
    parallel: u8,
}

/// A cluster that is to be read.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Its name in the fleet, which no other has.
    pub name: String,
    /// Where it is read from, in words: `context prod-eu`.
    pub source: String,
    /// How to read it.
    pub args: SourceArgs,
    /// What tells beforehand that two lead to one cluster; "" where nothing does.
    place: String,
}

/// What was asked for.
pub enum Asked {
    /// One cluster.
    One(SourceArgs),
    /// Several, or contexts by their globs.
    Several(Vec<Wanted>),
}

impl FleetArgs {
    /// How many clusters are read at the same time.
    pub fn parallel(&self) -> usize {
        self.parallel.into()
    }

    /// Tells what was asked for.
    ///
    /// # Errors
    /// Where nothing fits a glob, where a file can't be read, and where what was named does not go together.
    pub fn asked(&self, source: &SourceArgs, manners: &Manners) -> Result<Asked, Failure> {
        let words = self.words()?;
        let paths = expanded(source.files())?;
        let (snapshots, files) = sorted(&paths)?;
        let snapshots = each_once(snapshots, manners);
        if words.is_empty() && snapshots.len() < 2 {
            return match (snapshots.first(), files.first()) {
                (Some(snapshot), Some(_)) => Err(CollectError::Mixed(snapshot.display().to_string()).into()),
                _ => Ok(Asked::One(source.with_files(paths))),
            };
        }
        if let Some(file) = files.first() {
            let what = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
            return Err(Failure::new(format!("{what} is no snapshot, and was given together with several clusters"))
                .hint("Files of one cluster become a snapshot by `kassay collect --from FILES… -f NAME.kassay.gz`."));
        }
        if source.says_complete() {
            return Err(CollectError::NotFiles("each of several clusters".to_owned()).into());
        }
        let known = if words.is_empty() { vec![] } else { contexts(source.kubeconfig())? };
        let mut wanted = of_contexts(&chosen(&words, &known, manners)?, &known, source);
        wanted.extend(of_snapshots(&snapshots));
        let mut taken = BTreeSet::new();
        for one in &mut wanted {
            one.name = free_name(&clean(&one.name), |name| !taken.contains(name));
            taken.insert(one.name.clone());
        }
        Ok(Asked::Several(wanted))
    }

    /// The words that name contexts.
    fn words(&self) -> Result<Vec<String>, Failure> {
        let mut words = self.contexts.clone();
        if let Some(path) = &self.contexts_file {
            let listed = listed(path)?;
            if listed.is_empty() {
                return Err(Failure::new(format!("{} names no context", path.display())).hint("It holds a name or a glob on each line."));
            }
            words.extend(listed);
        }
        match words.iter().find(|word| word.trim().is_empty()) {
            Some(_) => Err(Failure::new("a context has no empty name").hint("`kubectl config get-contexts -o name` tells names.")),
            None => Ok(words),
        }
    }
}

/// The lines of a file that names contexts.
fn listed(path: &Path) -> Result<Vec<String>, Failure> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(path).map(|read| bytes = read)
    };
    read.map_err(|e| Failure::new(format!("{} can't be read: {e}", path.display())))?;
    let text = kassay_core::model::text::decoded(&bytes).map_err(|e| Failure::new(format!("{} can't be read: {e}", path.display())))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}

/// The contexts that words name, each once. A name that there is not is kept: that its cluster can't be read is told with the others.
fn chosen(words: &[String], known: &[ContextInfo], manners: &Manners) -> Result<Vec<String>, Failure> {
    let none = |name: &String| CollectError::NoContext { name: name.clone(), known: known.iter().map(|c| c.name.clone()).collect() };
    if let Some(first) = words.first()
        && known.is_empty()
    {
        return Err(none(first).into());
    }
    let mut chosen: Vec<String> = vec![];
    for word in words {
        let is_name = known.iter().any(|context| context.name == *word) || !word.contains(['*', '?']);
        let fitting: Vec<String> =
            if is_name { vec![word.clone()] } else { known.iter().map(|c| c.name.clone()).filter(|name| glob(word, name)).collect() };
        if fitting.is_empty() {
            let hint = CollectError::hint(&none(word)).unwrap_or_default();
            return Err(Failure::new(format!("no context of the kubeconfig fits “{word}”")).hint(hint));
        }
        for name in fitting {
            if !chosen.contains(&name) {
                chosen.push(name);
            } else if is_name {
                manners.say(&format!("{} is named twice, and read once.", clean(&name)));
            }
        }
    }
    match chosen.first() {
        Some(first) if !chosen.iter().any(|name| known.iter().any(|context| context.name == *name)) => Err(none(first).into()),
        _ => Ok(chosen),
    }
}

fn of_contexts(names: &[String], known: &[ContextInfo], source: &SourceArgs) -> Vec<Wanted> {
    let place = |name: &String| known.iter().find(|context| context.name == *name).map(|context| context.place.clone()).unwrap_or_default();
    let one =
        |name: &String| Wanted { name: name.clone(), source: format!("context {name}"), place: place(name), args: source.of_context(name) };
    names.iter().map(one).collect()
}

/// Files, each once.
fn each_once(mut paths: Vec<PathBuf>, manners: &Manners) -> Vec<PathBuf> {
    let mut met = BTreeSet::new();
    paths.retain(|path| {
        let new = met.insert(std::fs::canonicalize(path).unwrap_or_else(|_| path.clone()));
        if !new {
            manners.say(&format!("{} is named twice, and read once.", path.display()));
        }
        new
    });
    paths
}

/// Snapshots, named after their files: with the folder where several files have one name.
fn of_snapshots(paths: &[PathBuf]) -> Vec<Wanted> {
    let args = |path: &PathBuf| SourceArgs::of_file(path.clone());
    let mut stems: BTreeMap<String, usize> = BTreeMap::new();
    for path in paths {
        *stems.entry(args(path).words().0).or_default() += 1;
    }
    let one = |path: &PathBuf| {
        let args = args(path);
        let (stem, what) = args.words();
        let folder = path.parent().and_then(Path::file_name).map(|folder| folder.to_string_lossy().into_owned());
        let several = stems.get(&stem).is_some_and(|count| *count > 1);
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Wanted {
            name: folder.filter(|_| several).map_or_else(|| stem.clone(), |folder| format!("{folder}/{stem}")),
            source: if is_in_registry(path) { what } else { format!("{what} {file}") },
            place: snapshot_uid(path).unwrap_or_default(),
            args,
        }
    };
    paths.iter().map(one).collect()
}

/// Which clusters are read one after the other, because they may be one: what was named first is read first.
pub(super) fn in_turn(wanted: &[Wanted]) -> Vec<Vec<usize>> {
    let mut turns: Vec<Vec<usize>> = vec![];
    let mut by_place: BTreeMap<&str, usize> = BTreeMap::new();
    for (nth, one) in wanted.iter().enumerate() {
        match by_place.get(one.place.as_str()).and_then(|turn| turns.get_mut(*turn)) {
            Some(turn) if !one.place.is_empty() => turn.push(nth),
            _ => {
                by_place.insert(&one.place, turns.len());
                turns.push(vec![nth]);
            }
        }
    }
    turns
}

fn is_in_registry(path: &Path) -> bool {
    path.to_str().is_some_and(|path| path.starts_with(REGISTRY))
}

/// Paths with those in the place of a glob that fit it: shells leave a glob in quotes as it is.
fn expanded(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = vec![];
    for path in paths {
        let is_glob = path.to_str().is_some_and(|path| path.contains(['*', '?'])) && !path.exists() && !is_in_registry(path);
        if !is_glob {
            found.push(path.clone());
            continue;
        }
        let fitting = fitting(path);
        if fitting.is_empty() {
            return Err(Failure::new(format!("no file fits “{}”", path.display()))
                .hint("`*` and `?` stand for what is in one name, never for folders."));
        }
        found.extend(fitting);
    }
    Ok(found)
}

/// The paths that fit a glob, in order.
fn fitting(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let word = part.as_os_str().to_string_lossy();
        let wild = matches!(part, std::path::Component::Normal(_)) && word.contains(['*', '?']);
        let below = |folder: &PathBuf| -> Vec<PathBuf> {
            if !wild {
                return vec![folder.join(part)];
            }
            let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let entries = std::fs::read_dir(here).into_iter().flatten().flatten();
            let fits = |name: &String| glob(&word, name) && (!name.starts_with('.') || word.starts_with('.'));
            let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(fits).collect();
            names.sort();
            names.into_iter().map(|name| folder.join(name)).collect()
        };
        found = found.iter().flat_map(below).filter(|path| path.exists()).collect();
    }
    found
}

/// Snapshots apart from other files. A folder with nothing but snapshots stands for these.
fn sorted(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Failure> {
    let is_named = |path: &Path| path.to_string_lossy().ends_with(SNAPSHOT);
    let (mut snapshots, mut files) = (vec![], vec![]);
    for path in paths {
        if path.is_dir() {
            let below = files_of(path)?;
            if !below.is_empty() && below.iter().all(|file| is_named(file)) {
                snapshots.extend(below);
            } else {
                files.push(path.clone());
            }
        } else if is_in_registry(path) || is_named(path) || holds_snapshot(path) {
            snapshots.push(path.clone());
        } else {
            files.push(path.clone());
        }
    }
    Ok((snapshots, files))
}

/// A cluster that is nowhere.
#[cfg(test)]
pub(super) fn named(name: &str) -> Wanted {
    Wanted { name: name.to_owned(), source: String::new(), args: SourceArgs::default(), place: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(place: &str) -> Wanted {
        Wanted { place: place.to_owned(), ..named("") }
    }

    #[test]
    fn what_may_be_one_cluster_is_read_in_turn() {
        let wanted: Vec<Wanted> = ["a", "", "b", "a", "", "b", "a"].into_iter().map(wanted).collect();
        assert_eq!(in_turn(&wanted), [vec![0, 3, 6], vec![1], vec![2, 5], vec![4]]);
    }

    #[test]
    fn a_glob_fits_files_in_their_order_and_never_hidden_ones() {
        let home = tempfile::tempdir().unwrap();
        for name in ["b/x.kassay.gz", "a/x.kassay.gz", "a/.x.kassay.gz", "a/y.json"] {
            let path = home.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let found: Vec<PathBuf> = fitting(&home.path().join("*/*.kassay.gz"));
        assert_eq!(found, [home.path().join("a/x.kassay.gz"), home.path().join("b/x.kassay.gz")]);
        assert!(expanded(&[home.path().join("*.none")]).is_err_and(|failure| failure.what.contains("no file fits")));
    }

    #[test]
    fn remarks_and_empty_lines_name_nothing() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("contexts");
        std::fs::write(&path, "# ours\n\n prod-eu \r\nprod-*\n#lab\n").unwrap();
        assert_eq!(listed(&path).unwrap_or_default(), ["prod-eu", "prod-*"]);
    }
}
