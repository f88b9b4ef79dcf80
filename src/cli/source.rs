//! SOURCE on the command line: the current context, flags as kubectl's, files, or the demo.

use super::progress::Reading;
use super::{Failure, Manners, interrupt, runtime};
use crate::collect::{ArtifactName, CollectError, Connect, Options, RegistrySettings, SourceSpec, collect};
use crate::config;
use kassay_core::kinds::Inventory;
use kassay_core::session::Source;
use kassay_core::workbook::Reached;
use std::path::PathBuf;
use std::time::Duration;

/// Why nothing was read.
#[derive(Debug)]
pub enum NotRead {
    /// It was not tried, or given up: that says nothing of the cluster.
    NotTried(Failure),
    /// The cluster could not be read.
    Failed(CollectError),
}

impl From<Failure> for NotRead {
    fn from(failure: Failure) -> Self {
        Self::NotTried(failure)
    }
}

impl From<NotRead> for Failure {
    fn from(not_read: NotRead) -> Self {
        match not_read {
            NotRead::NotTried(failure) => failure,
            NotRead::Failed(error) => error.into(),
        }
    }
}

/// Where to read a cluster from; without any of these, the current context or the pod's own account.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Source")]
pub struct SourceArgs {
    /// Context of the kubeconfig
    #[arg(long, value_name = "NAME", conflicts_with_all = ["from", "demo"])]
    context: Option<String>,
    /// Kubeconfig file
    #[arg(long, value_name = "FILE", conflicts_with = "demo")]
    kubeconfig: Option<PathBuf>,
    /// User to impersonate
    #[arg(long = "as", value_name = "USER", conflicts_with = "demo")]
    as_user: Option<String>,
    /// Group to impersonate; may be given several times
    #[arg(long = "as-group", value_name = "GROUP", requires = "as_user")]
    as_group: Vec<String>,
    /// Longest time for one request: 30s, 2m
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "demo")]
    request_timeout: Option<Duration>,
    /// Longest time for the whole reading: 30m where none is given, 0 for none. What was not read by then counts as failed, and nothing passes on it
    #[arg(long, value_name = "DURATION", value_parser = whole, conflicts_with = "demo")]
    read_timeout: Option<Duration>,
    /// Snapshot, or files and folders of YAML or JSON; "-" is standard input, "oci://REGISTRY/REPOSITORY:TAG" a snapshot in a registry
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "demo")]
    from: Vec<PathBuf>,
    /// Says that the files of --from are the whole cluster: kinds that they do not hold are empty. Without it these are unread, and nothing passes on
    /// them. Your name is kept with it
    #[arg(long)]
    complete: bool,
    /// The built-in cluster
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    registry: RegistryArgs,
}

/// Where help tells of registries.
const REGISTRIES: &str = "Registries";

/// What holds for registries from which snapshots are read, or to which they are written.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct RegistryArgs {
    /// File of certificates in PEM by which registries are believed, in place of those that the system trusts
    #[arg(long, value_name = "FILE", help_heading = REGISTRIES, env = "KASSAY_REGISTRY_CA", hide_env_values = true)]
    registry_ca: Option<PathBuf>,
    /// Asks registries elsewhere without TLS, too; a login is not sent there. One on this machine is asked so by itself where no --registry-ca is named
    #[arg(long, help_heading = REGISTRIES)]
    registry_plain_http: bool,
    /// File of those who may sign snapshots, as `ssh-keygen -Y verify` reads it: a snapshot of a registry that none of them signed is not read
    #[arg(long, value_name = "FILE", help_heading = REGISTRIES, env = "KASSAY_SIGNERS", hide_env_values = true)]
    signers: Option<PathBuf>,
}

impl RegistryArgs {
    /// As settings.
    pub fn settings(&self) -> RegistrySettings {
        RegistrySettings { ca: self.registry_ca.clone(), plain_http: self.registry_plain_http, signers: self.signers.clone() }
    }
}

impl SourceArgs {
    /// What holds for registries.
    pub fn registry(&self) -> RegistrySettings {
        self.registry.settings()
    }

    /// The old assessment that is named in the place of a cluster: one folder or bag.
    pub fn old_assessment(&self) -> Option<&std::path::Path> {
        match self.from.as_slice() {
            [one] if crate::export::holds_assessment(one) => Some(one),
            _ => None,
        }
    }

    /// The kubeconfig that was named.
    pub fn kubeconfig(&self) -> Option<&std::path::Path> {
        self.kubeconfig.as_deref()
    }

    /// The files that were named.
    pub fn files(&self) -> &[PathBuf] {
        &self.from
    }

    /// Whether the files were said to be the whole cluster.
    pub const fn says_complete(&self) -> bool {
        self.complete
    }

    /// The same with other files.
    pub fn with_files(&self, files: Vec<PathBuf>) -> Self {
        Self { from: files, ..self.clone() }
    }

    /// A context, reached as this source is.
    pub fn of_context(&self, name: &str) -> Self {
        Self { context: Some(name.to_owned()), from: vec![], ..self.clone() }
    }

    /// One file by itself.
    pub fn of_file(path: PathBuf) -> Self {
        Self { from: vec![path], ..Self::default() }
    }

    /// The source that was named.
    pub fn spec(&self) -> SourceSpec {
        if self.demo {
            SourceSpec::Demo
        } else if self.from.is_empty() {
            SourceSpec::Live(Connect {
                kubeconfig: self.kubeconfig.clone(),
                context: self.context.clone(),
                as_user: self.as_user.clone(),
                as_groups: self.as_group.clone(),
                request_timeout: self.request_timeout,
                read_timeout: self.read_timeout,
            })
        } else {
            SourceSpec::Paths(self.from.clone())
        }
    }
}

impl SourceArgs {
    /// Who says that the files are the whole cluster, where that is said.
    ///
    /// # Errors
    /// Where it is said of something that is no files, and where files are to be reached as a server is.
    pub fn declared_complete(&self) -> Result<Option<String>, Failure> {
        let of_servers = [
            ("--kubeconfig", self.kubeconfig.is_some()),
            ("--as", self.as_user.is_some()),
            ("--request-timeout", self.request_timeout.is_some()),
            ("--read-timeout", self.read_timeout.is_some()),
        ];
        // Beside contexts, files have sources of their own, without any of these.
        if let Some((name, _)) = of_servers.into_iter().find(|(_, given)| *given && !self.from.is_empty()) {
            return Err(Failure::new(format!("{name} cannot be used with --from: files have no server")).hint("Leave one of them out."));
        }
        if self.complete && self.from.is_empty() {
            let what = if self.demo { "the built-in cluster" } else { "a live cluster" };
            return Err(CollectError::NotFiles(what.to_owned()).into());
        }
        let who = || Some(config::user()).filter(|user| user != "unknown").unwrap_or_else(|| "the command line".to_owned());
        Ok(self.complete.then(who))
    }

    /// Reads the cluster, and shows how that goes on.
    pub fn read(&self, options: &Options, manners: &Manners) -> Result<Inventory, NotRead> {
        let options = Options { declared_complete: self.declared_complete()?, registry: self.registry.settings(), ..options.clone() };
        let reading = Reading::new(manners);
        let runtime = runtime()?;
        let cancel = interrupt::listen();
        let collected = runtime.block_on(collect(&self.spec(), &options, &|p| reading.take(p), &cancel));
        reading.done();
        // Where it was cancelled, a thread may still be in the middle of a file: nobody waits for it.
        runtime.shutdown_background();
        collected.map_err(|error| match error {
            CollectError::Cancelled => NotRead::NotTried(error.into()),
            error => NotRead::Failed(error),
        })
    }

    /// How to reach the cluster again, from whatever folder. What came from standard input can't be read a second time.
    pub fn reached(&self) -> Reached {
        let whole = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let source = if self.demo {
            Source::Demo
        } else if self.from.is_empty() {
            Source::Context {
                kubeconfig: self.kubeconfig.as_ref().map(whole),
                name: self.words().1.strip_prefix("context ").map(str::to_owned),
                as_user: self.as_user.clone(),
                as_groups: self.as_group.clone(),
                request_timeout: self.request_timeout,
                read_timeout: self.read_timeout,
            }
        } else {
            // What is piped in has no path that could be made whole, and neither has what lies in a registry.
            let is_path = |path: &PathBuf| path.as_os_str() != "-" && artifact(path).is_none();
            Source::paths(self.from.iter().map(|path| if is_path(path) { whole(path) } else { path.clone() }).collect())
        };
        source.reached()
    }

    /// A name for the cluster in a workbook, and words on how it was reached.
    pub fn words(&self) -> (String, String) {
        if self.demo {
            return ("demo".to_owned(), "demo".to_owned());
        }
        if let Some(first) = self.from.first() {
            if let Some(name) = artifact(first) {
                return (name.short().to_owned(), format!("snapshot {name}"));
            }
            let name = first.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let endings = [".kassay.gz", ".json.gz", ".yaml.gz", ".json", ".yaml", ".yml"];
            let stem = endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
            let stem = if matches!(stem, "" | "-") { "files" } else { stem }.to_owned();
            let source = if name.ends_with(".kassay.gz") { "snapshot" } else { "files" };
            return (stem, source.to_owned());
        }
        let current = || crate::collect::contexts(self.kubeconfig.as_deref()).ok()?.into_iter().find(|c| c.current).map(|c| c.name);
        match self.context.clone().or_else(current) {
            Some(name) => (name.clone(), format!("context {name}")),
            None => ("in-cluster".to_owned(), "in-cluster".to_owned()),
        }
    }
}

/// What a path names in a registry, where it names something there.
fn artifact(path: &std::path::Path) -> Option<ArtifactName> {
    path.to_str().filter(|word| ArtifactName::is_one(word)).and_then(|word| ArtifactName::parse(word).ok())
}

/// Reads `30`, `30s`, `2m`, `1h`; `0` means no limit to kubectl, and is refused here, because nothing may hang for ever.
pub fn duration(text: &str) -> Result<Duration, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().map_err(|_| "write a number with s, m or h, such as 30s".to_owned())?;
    let unit = match &text[end..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("write a number with s, m or h, such as 30s".to_owned()),
    };
    match number.checked_mul(unit) {
        Some(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("between one second and a day is possible".to_owned()),
    }
}

/// The same with `0`, which is no limit: each request still has its own.
fn whole(text: &str) -> Result<Duration, String> {
    if matches!(text, "0" | "0s" | "0m" | "0h") { Ok(Duration::ZERO) } else { duration(text) }
}

/// Reads a moment as `--now` takes it.
pub fn moment(text: &str) -> Result<jiff::Timestamp, String> {
    text.parse().map_err(|_| "write a time as 2026-11-23T09:00:00Z".to_owned())
}

/// Reads a scope file.
pub fn scope(path: &std::path::Path) -> Result<kassay_core::model::Scope, Failure> {
    let text = std::fs::read_to_string(path).map_err(|e| Failure::new(format!("{} can't be read: {e}", path.display())))?;
    kassay_core::model::Scope::parse(&text).map_err(|e| {
        Failure::new(format!("{}: {}", path.display(), kassay_core::sensitive::toml_fault(&e, &text)))
            .hint("The scope file is described in the README, under “Scope”.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_bounded() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert!(duration("0").is_err() && duration("5d").is_err() && duration("").is_err() && duration("99999999999999999999h").is_err());
        assert_eq!((whole("0"), whole("45m")), (Ok(Duration::ZERO), Ok(Duration::from_secs(2700))));
        assert!(whole("2d").is_err() && whole("").is_err());
    }
}
