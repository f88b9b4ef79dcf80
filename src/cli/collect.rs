//! `kassay collect`: reads a source and writes a snapshot, to a file, into a registry, or both.

use super::fleet::{self, Asked, FleetArgs};
use super::{Failure, Manners, interrupt, print, probes, runtime, source};
use crate::collect::{
    ArtifactError, ArtifactName, Cancel, CollectError, Options, Part, RegistrySettings, artifact_place, greet_registry, pack_snapshot,
    push_snapshot, put_snapshot, snapshot_tag,
};
use kassay_core::model::text::{clean, counted, thousands};
use std::future::Future;
use std::path::{Path, PathBuf};

/// Reads a cluster and writes a snapshot of it, without secrets
///
/// --push stores it in a registry as an OCI artifact, and prints its name with the digest; without a tag, the time of the collection is its tag. That is
/// the only thing that kassay ever writes elsewhere. The login is taken from where docker, podman and skopeo keep it.
///
/// --part reads a part of a cluster, for `kassay merge`: 2/3 is the second of three, and index/3 takes the number from JOB_COMPLETION_INDEX, as
/// the pods of an Indexed Job have it. The only part of one is the whole cluster.
#[derive(Debug, clap::Args)]
pub struct Collect {
    /// File to write; "-" is standard output, and in a folder the file is called by the time of the collection. Of several clusters, the folder that takes a
    /// snapshot of each
    #[arg(short, long, value_name = "FILE", required_unless_present = "push")]
    file: Option<PathBuf>,
    /// Place in a registry to write to: oci://registry.example/kassay/prod-eu, with :TAG or without
    #[arg(long, value_name = "PLACE", value_parser = place)]
    push: Option<ArtifactName>,
    /// Reads one part of a live cluster: I/N, or index/N
    #[arg(long, value_name = "I/N", value_parser = part, conflicts_with_all = ["from", "demo", "active_probes"])]
    part: Option<(usize, usize)>,
    /// What all parts of one reading are called, so that no others are merged with them
    #[arg(long, value_name = "NAME", value_parser = run_name, env = "KASSAY_RUN", hide_env_values = true)]
    run: Option<String>,
    /// Leaves Secrets alone, even their names
    #[arg(long)]
    without_secrets: bool,
    /// Kubernetes version of files that carry none: 1.34
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<String>,
    #[command(flatten)]
    fleet: FleetArgs,
    #[command(flatten)]
    source: source::SourceArgs,
    /// Sends active probes too, without credentials but for kubelets, and keeps the answers; `kassay probes` lists them
    #[arg(long)]
    active_probes: bool,
    /// Scope file, for active probes: images of workloads in scope are asked about
    #[arg(long, value_name = "FILE", requires = "active_probes")]
    scope: Option<PathBuf>,
}

impl Collect {
    /// Carries it out.
    pub(super) fn run(mut self, manners: &Manners) -> Result<(), Failure> {
        match self.fleet.asked(&self.source, manners)? {
            Asked::One(source) => self.source = source,
            Asked::Several(_) if self.active_probes || self.kubernetes_version.is_some() || self.push.is_some() || self.part.is_some() => {
                let of_one = [("--active-probes", self.active_probes), ("--push", self.push.is_some()), ("--part", self.part.is_some())];
                let what = of_one.into_iter().find(|(_, given)| *given).map_or("--kubernetes-version", |(what, _)| what);
                return Err(Failure::new(format!("{what} is for one cluster")).hint("Collect that one alone: --context NAME."));
            }
            Asked::Several(wanted) => {
                let options = Options { without_secrets: self.without_secrets, registry: self.source.registry(), ..Options::default() };
                // Without --push, which is for one, there is a file.
                let dir = self.file.unwrap_or_default();
                return fleet::collect(&wanted, &dir, self.fleet.parallel(), &options, manners);
            }
        }
        if self.active_probes {
            probes::can_be_asked(&self.source)?;
        }
        let registry = self.source.registry();
        if let Some(place) = &self.push {
            // A slip in a name or a login costs no reading of a cluster.
            asked(|cancel| async move { greet_registry(place, &registry, &cancel).await })?;
        }
        let part = self.part.filter(|(_, of)| *of > 1).map(|(number, of)| Part {
            number,
            of,
            run: self.run.clone().unwrap_or_default(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            ..Part::default()
        });
        let options =
            Options { kubernetes_version: self.kubernetes_version, without_secrets: self.without_secrets, part, ..Options::default() };
        let mut inventory = self.source.read(&options, manners)?;
        if self.active_probes {
            let scope = self.scope.as_deref().map(source::scope).transpose()?.unwrap_or_default();
            let heard = probes::send(&self.source, &inventory, &scope, manners)?;
            inventory.hear(heard);
        }
        let part = inventory.part.as_deref();
        let tag = snapshot_tag(inventory.cluster.collected_at, part);
        // A volume in which a Job leaves one after the other.
        let file = self.file.map(|file| if file.is_dir() { file.join(format!("{tag}.kassay.gz")) } else { file });
        let target = file.as_deref();
        let packed = pack_snapshot(&inventory, target.unwrap_or(Path::new("the snapshot")))?;
        if let Some(file) = target {
            interrupt::whole(|| put_snapshot(&packed, file))?;
        }
        let objects: usize = inventory.coverage.values().map(|c| c.items).sum();
        manners.say(&format!(
            "{}{} of {}, {} met and not kept: {}{} bytes",
            part.map_or_else(String::new, |part| format!("{part}: ")),
            counted(objects, "object", "objects"),
            if inventory.cluster.server.is_empty() { "files" } else { &inventory.cluster.server },
            counted(inventory.redactions, "sensitive value", "sensitive values"),
            target.map_or_else(String::new, |file| format!("{}, ", file.display())),
            thousands(packed.len()),
        ));
        for (kind, coverage) in inventory.coverage.iter().filter(|(_, c)| !c.message.is_empty()) {
            manners.say(&format!("  {}: {}", kind.id(), clean(&coverage.message)));
        }
        match &self.push {
            Some(place) => push(place, packed, &tag, &self.source.registry(), (target, manners)),
            None => Ok(()),
        }
    }
}

/// Stores a snapshot, and prints where it lies.
pub(super) fn push(
    place: &ArtifactName,
    packed: Vec<u8>,
    tag: &str,
    registry: &RegistrySettings,
    (file, manners): (Option<&Path>, &Manners),
) -> Result<(), Failure> {
    let pushed = asked(|cancel| async move { push_snapshot(place, packed, tag, registry, &cancel).await })?;
    if let Some(before) = &pushed.before {
        manners.say(&format!("The tag was that of {before} before, which is read by its digest alone now."));
    }
    // Standard output may hold the snapshot itself.
    if file == Some(Path::new("-")) {
        manners.say(&pushed.name.to_string());
        return Ok(());
    }
    print(&pushed.name.to_string())
}

/// Asks a registry; Ctrl-C ends that.
pub(super) fn asked<T, F: Future<Output = Result<T, ArtifactError>>>(ask: impl FnOnce(Cancel) -> F) -> Result<T, Failure> {
    let cancel = interrupt::listen();
    let runtime = runtime()?;
    runtime.block_on(ask(cancel)).map_err(|error| CollectError::from(error).into())
}

/// Reads a place to write to.
pub(super) fn place(text: &str) -> Result<ArtifactName, String> {
    artifact_place(text).map_err(|error| match error.hint() {
        Some(hint) => format!("{error}. {hint}"),
        None => error.to_string(),
    })
}

/// Reads a name of a reading, which becomes part of tags.
fn run_name(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    match text.len() <= 100 && text.bytes().all(plain) && !text.starts_with(['.', '-']) {
        true => Ok(text.to_owned()),
        false => Err("up to 100 letters, digits, dots, hyphens and underscores make a name".to_owned()),
    }
}

/// Reads `2/3`, or `index/3`.
fn part(text: &str) -> Result<(usize, usize), String> {
    numbered(text, std::env::var("JOB_COMPLETION_INDEX").ok().as_deref())
}

fn numbered(text: &str, index: Option<&str>) -> Result<(usize, usize), String> {
    let form = || "write the number of the part and how many there are, as 2/3".to_owned();
    let (number, of) = text.split_once('/').ok_or_else(form)?;
    let of: usize = of.parse().map_err(|_| form())?;
    let number: usize = match (number, index) {
        ("index", Some(index)) => {
            index.parse::<usize>().ok().and_then(|index| index.checked_add(1)).ok_or("JOB_COMPLETION_INDEX is no number")?
        }
        ("index", None) => return Err("JOB_COMPLETION_INDEX is not set: only the pods of an Indexed Job have it".to_owned()),
        (number, _) => number.parse().map_err(|_| form())?,
    };
    match (1..=of).contains(&number) && of <= Part::MOST {
        true => Ok((number, of)),
        false => Err(format!("there is no part {number} of {of}: parts are counted from 1 on, and there are at most {}", Part::MOST)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_from_one_and_indexes_from_nought() {
        assert_eq!((numbered("2/3", None), numbered("index/3", Some("0"))), (Ok((2, 3)), Ok((1, 3))));
        for (text, index) in [
            ("0/3", None),
            ("4/3", None),
            ("index/3", None),
            ("index/3", Some("3")),
            ("index/3", Some("x")),
            ("3", None),
            ("a/b", None),
            ("1/1001", None),
        ] {
            assert!(numbered(text, index).is_err(), "{text}");
        }
    }
}
