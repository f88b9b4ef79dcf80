//! Carrying effects out: each starts something and returns at once; what comes of it is sent as an action.

use super::begin::{NotBegun, begin};
use super::compare::{Opened, compared};
use super::copy::{self, Way};
use super::exporting::Exporting;
use super::first::{First, demo};
use super::flights::Flights;
use super::keeper::{self, Job, Keeper};
use super::reading::{self, Run};
use crate::collect::{self, ArtifactName, Cancel, CollectError, Connect, Options, RegistrySettings, SourceSpec};
use crate::config;
use crate::export;
use crate::shell::complete;
use crate::store::Recent;
use crate::tables::tables;
use kassay_core::analysis::platform;
use kassay_core::analysis::probing::{self, Plan};
use kassay_core::analysis::rbac::folded::Folded;
use kassay_core::analysis::segmentation::Segmentation;
use kassay_core::analysis::trial::{Told, Trial};
use kassay_core::fleet::{Fleet, Found, of_workbook};
use kassay_core::guidance::Guidance;
use kassay_core::judging::{View, access_by_subject};
use kassay_core::kinds::{Inventory, KindState, Probes};
use kassay_core::model::text::clean;
use kassay_core::model::{Kind, Scope};
use kassay_core::session::{
    self, Action, Attached, Contents, Effect, NamespaceRow, Preflight, Probed, Right, ScopeEditor, SideBySide, Source,
};
use kassay_core::workbook::Workbook;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

/// All that effects reach.
pub(super) struct World {
    root: PathBuf,
    home: Option<PathBuf>,
    actions: UnboundedSender<Action>,
    flights: Flights,
    keeper: Keeper,
    reading: Run,
    probing: Cancel,
    exporting: Exporting,
}

impl World {
    /// A world; the folder is that of all assessments.
    pub fn new(root: PathBuf, actions: UnboundedSender<Action>) -> std::io::Result<Self> {
        let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
        let flights = Flights::default();
        let keeper = Keeper::start(actions.clone(), Recent::beside(&root), flights.clone())?;
        let (reading, probing, exporting) = (Run::default(), Cancel::default(), Exporting::default());
        Ok(Self { root, home, flights, keeper, actions, reading, probing, exporting })
    }

    /// Starts what an effect asks for.
    pub fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::ListHome => {
                let root = self.root.clone();
                self.beside(move || Action::Home(session::home::Action::Listed(keeper::list(&root))));
            }
            Effect::LoadWorkbook(dir) => {
                let place = self.path(&dir);
                tokio::task::spawn_blocking(move || export::tidy(&place));
                self.open(Job::Open, dir);
            }
            Effect::Restore(dir) => self.open(|dir| Job::Restore { dir, by: config::user() }, dir),
            Effect::CreateWorkbook { dir, workbook } => {
                let dir = dir.map(|dir| self.path(&dir));
                self.keeper.ask(Job::Create { dir, root: self.root.clone(), workbook, by: config::user() });
            }
            Effect::Save { ticket, workbook, edit, settled } => self.keeper.ask(Job::Save { ticket, workbook, edit, settled }),
            Effect::KeepTyped(drafts) => self.keeper.ask(Job::Typed(drafts)),
            Effect::CloseWorkbook => self.keeper.ask(Job::Close),
            Effect::Attach(path) => self.keeper.ask(Job::Attach(self.path(&path))),
            Effect::AttachAll(paths) => self.keeper.ask(Job::AttachAll(paths.iter().map(|path| self.path(path)).collect())),
            Effect::AttachText { name, text } => self.keeper.ask(Job::AttachText { name, text }),
            Effect::Complete(typed) => {
                let home = self.home.clone();
                self.beside(move || {
                    let found = complete::complete(&typed, home.as_deref());
                    Action::Completed { fits: found.fitting(&typed, home.as_deref()), text: found.text }
                });
            }
            Effect::Contexts(others) => {
                let actions = self.actions.clone();
                self.beside(move || {
                    let rows = reading::contexts(others, |why| drop(actions.send(Action::NotDone(why))));
                    Action::New(session::new::Action::Contexts(rows))
                });
            }
            Effect::Preflight(source) => self.preflight(source),
            Effect::Collect { key, source, workbook } => self.collect(key, source, workbook),
            Effect::CancelCollect => self.cancel_collect(),
            Effect::Judge { cluster, inventory, workbook, revision } => self.judge(cluster, inventory, workbook, revision),
            Effect::Segment { cluster, inventory, scope } => self.beside(move || {
                let picture = Arc::new(Segmentation::of(&inventory, &scope));
                Action::Segmentation(session::segmentation::Action::Drawn { cluster, picture })
            }),
            Effect::Register { cluster, inventory, scope } => self.beside(move || match register(&inventory, &scope) {
                Ok(register) => Action::Access(session::access::Action::Registered { cluster, register }),
                Err(why) => Action::NotDone(why),
            }),
            Effect::Try { cluster, inventory, scope } => self.beside(move || match tried(&inventory, &scope) {
                Ok(told) => Action::Trial(session::trial::Action::Tried { cluster, told }),
                Err(why) => Action::NotDone(why),
            }),
            Effect::SideBySide { ticket, of } => self.beside(move || match side_by_side(&of) {
                Ok(fleet) => Action::Fleet(session::fleet::Action::Gathered { ticket, fleet: Arc::new(fleet) }),
                Err(why) => Action::NotDone(why),
            }),
            Effect::Compare { dir, other } => {
                let path = self.path(&other);
                self.beside(move || {
                    let found = Opened::open(&path).and_then(|first| {
                        let second = Opened::open(&dir)?;
                        compared((&first, &second), None, None, |_, _, entries| entries)
                    });
                    Action::Compare(match found {
                        Ok(entries) => session::compare::Action::Compared { other, entries },
                        Err(error) => session::compare::Action::Failed { other, why: format!("{error}.") },
                    })
                });
            }
            Effect::Probe { dir, cluster, source, plan, inventory, allowed_by } => {
                let told = {
                    let dir = dir.clone();
                    move |probes, record| Probed { dir, cluster, probes, record }
                };
                self.probe(source, plan, (inventory, dir), allowed_by, told);
            }
            Effect::CancelProbes => self.probing.cancel(),
            Effect::Export { format, target, dir, redact } => {
                self.exporting.begin((format, redact), self.path(&target), dir, self.actions.clone());
            }
            Effect::CancelExport => self.exporting.stop(),
            Effect::Open(what) => self.beside(move || match open::that_detached(&what) {
                Ok(()) => Action::Told(format!("Opened: {what}")),
                Err(_) => {
                    Action::NotDone(format!("{what} can't be opened here: no program for it was found, or it refused. Open it by hand."))
                }
            }),
            Effect::ReadJournal => self.keeper.ask(Job::Journal),
            Effect::Copy(text) => self.copy(text),
            Effect::CopyRole => self.copy(collect::cluster_role(collect::Without::default())),
            Effect::Demo => {
                let dir = self.root.join("demo");
                match demo(dir) {
                    First::Effect(effect) => self.carry_out(effect),
                    First::Action(action) => self.tell(action),
                }
            }
            Effect::BeginFrom(dir) => {
                let dir = self.path(&dir);
                self.beside(move || match begin(&dir, false) {
                    Ok(workbook) => Action::New(session::new::Action::PrepareNext { dir: None, workbook: Box::new(workbook) }),
                    Err(error @ NotBegun::NotWhole { .. }) => Action::NotDone(format!(
                        "{error}. `kassay verify` tells all of it; `kassay new --unverified --from {}` begins all the same, and keeps what was wrong.",
                        dir.display()
                    )),
                    Err(error) => Action::NotDone(format!("{error}.")),
                });
            }
            // What needs the terminal is for whoever has it.
            Effect::Edit | Effect::Suspend | Effect::Mouse | Effect::Quit => {}
        }
    }

    /// Ends what runs beside, and waits for what was sent to be saved.
    pub fn close(mut self) {
        self.reading.cancel.cancel();
        self.probing.cancel();
        self.exporting.close();
        self.keeper.close();
    }

    fn tell(&self, action: Action) {
        let _ = self.actions.send(action);
    }

    fn open(&self, job: impl FnOnce(PathBuf) -> Job, dir: PathBuf) {
        let dir = self.path(&dir);
        self.keeper.ask(job(dir));
    }

    /// A path as it was typed, with the home folder in place of its sign.
    fn path(&self, path: &Path) -> PathBuf {
        expanded(path, self.home.as_deref())
    }

    /// Does something that may take a while, and sends what it gives.
    fn beside(&self, work: impl FnOnce() -> Action + Send + 'static) {
        let (actions, flight) = (self.actions.clone(), self.flights.start());
        tokio::task::spawn_blocking(move || {
            let _ = actions.send(work());
            drop(flight);
        });
    }

    /// Whether all that was asked for has come back, but for what takes long and is told by the session: readings, probes, exports, and asking a cluster
    /// what may be read.
    pub fn is_at_rest(&self) -> bool {
        self.flights.are_over()
    }

    /// Puts a text on the clipboard, or else where its user finds it.
    fn copy(&self, text: String) {
        match Way::of(text.len(), &|name| std::env::var(name).ok()) {
            Way::Terminal => self.tell(copy::to_terminal(&text)),
            Way::Tmux => self.beside(move || copy::to_tmux(&text)),
            Way::File(why) => self.beside(move || copy::to_file(&text, why)),
        }
    }

    fn preflight(&self, source: Source) {
        let (actions, home) = (self.actions.clone(), self.home.clone());
        apart(move || async move {
            // It reads the kubeconfig, so it is not for the loop that draws.
            let source = settled(source, home.as_deref());
            let options = options(&source);
            let spec = spec(source.clone(), home.as_deref());
            let result = match &spec {
                SourceSpec::Live(connect) => collect::preflight(connect).await.map(of_preflight),
                // What comes from a pipe comes once: it is left for the reading.
                SourceSpec::Paths(paths) if paths.iter().any(|path| path.as_os_str() == "-") => Ok(Preflight {
                    namespaces_missing: "what comes from standard input is read once, with the next step".to_owned(),
                    ..Preflight::default()
                }),
                // Files are read to the end, because nothing less says what is in them.
                SourceSpec::Paths(_) | SourceSpec::Demo => {
                    collect::collect(&spec, &options, &|_| {}, &Cancel::default()).await.and_then(|inventory| of_inventory(&inventory))
                }
            };
            let _ = actions.send(match result {
                Ok(flight) => Action::New(session::new::Action::PreflightDone(Box::new(Preflight { source: Some(source), ..flight }))),
                Err(error) => Action::New(session::new::Action::PreflightFailed(reading::words(&error))),
            });
        });
    }

    fn collect(&mut self, key: String, source: Source, workbook: Box<Workbook>) {
        self.reading = Run::default();
        let options = options(&source);
        let (run, actions, spec) = (self.reading.clone(), self.actions.clone(), spec(source, self.home.as_deref()));
        let Some(store) = self.keeper.sender() else { return };
        apart(move || reading::read((spec, options), (key, workbook), run, actions, store));
    }

    /// Whoever cancels is back at once; what still works on it stops where it next looks, and nothing comes of it.
    fn cancel_collect(&self) {
        self.reading.cancel.cancel();
        if self.reading.ends() {
            self.tell(Action::Reading(session::reading::Action::Failed(String::new())));
        }
    }

    fn judge(&self, cluster: String, mut inventory: Arc<Inventory>, workbook: Box<Workbook>, revision: u64) {
        let Some(store) = self.keeper.sender() else { return };
        let (actions, flight) = (self.actions.clone(), self.flights.start());
        tokio::task::spawn_blocking(move || {
            let now = workbook.clusters.iter().find(|c| c.key == cluster).and_then(|c| c.assessed_at).map(|at| at.0);
            let now = collect::judging_time(&inventory, now, jiff::Timestamp::now());
            for note in keeper::with_evidence(&mut inventory, &store, &workbook, &cluster) {
                let _ = actions.send(Action::Told(note));
            }
            match keeper::judge(inventory, &workbook, &cluster, now) {
                Err(why) => {
                    let _ = actions.send(Action::Book(session::book::Action::JudgeFailed { cluster, why }));
                }
                Ok(judged) => {
                    let then = move |kept: Result<_, String>| match kept {
                        Ok(collection) => {
                            Action::Book(session::book::Action::Judged { cluster, revision, collection: Box::new(collection) })
                        }
                        Err(why) => Action::Book(session::book::Action::JudgeFailed { cluster, why }),
                    };
                    let _ = store.send(Job::Keep { judged: Box::new(judged), then: Box::new(then) });
                }
            }
            drop(flight);
        });
    }

    /// Sends what a plan lists, keeps the record of it, then tells of both.
    fn probe(
        &mut self,
        source: Source,
        plan: Arc<Plan>,
        (inventory, dir): (Arc<Inventory>, PathBuf),
        allowed_by: String,
        told: impl FnOnce(Box<Probes>, Result<Attached, String>) -> Probed + Send + 'static,
    ) {
        self.probing = Cancel::default();
        let (cancel, actions, spec) = (self.probing.clone(), self.actions.clone(), spec(source, self.home.as_deref()));
        let Some(store) = self.keeper.sender() else { return };
        apart(move || async move {
            let news = actions.clone();
            let watch = move |done: usize, _: usize, next: &str| {
                let _ = news.send(Action::Probes(session::probes::Action::Progress(done, clean(next))));
            };
            match collect::probe(&spec, &plan, &allowed_by, &watch, &cancel).await {
                Err(error) => {
                    let _ = actions.send(Action::Probes(session::probes::Action::Failed(reading::words(&error))));
                }
                Ok(probes) => {
                    let text = probing::record(&probes, &inventory.cluster);
                    let then = move |record: Result<Attached, String>| {
                        Action::Probes(session::probes::Action::Done(told(Box::new(probes), record)))
                    };
                    let _ = store.send(Job::Record { dir, text, then: Box::new(then) });
                }
            }
        });
    }
}

/// The access register of a cluster.
fn register(inventory: &Inventory, scope: &Scope) -> Result<Arc<Folded>, String> {
    let tables = tables(None).map_err(|e| e.to_string())?;
    let now = collect::judging_time(inventory, None, jiff::Timestamp::now());
    Ok(Arc::new(access_by_subject(&View::new(inventory, scope, now, &tables))))
}

/// What the admission policies of a cluster refuse.
fn tried(inventory: &Inventory, scope: &Scope) -> Result<Arc<Told>, String> {
    let tables = tables(None).map_err(|e| e.to_string())?;
    let categories = platform::Categories::new(inventory, scope);
    Ok(Arc::new(Trial::in_scope(inventory, &tables.software, scope).told(|namespace| categories.of(namespace))))
}

/// The clusters of an assessment side by side.
fn side_by_side(of: &SideBySide) -> Result<Fleet, String> {
    let guidance = Guidance::shipped().map_err(|e| e.to_string())?;
    let scope = &of.workbook.scope;
    let namespaces = |inventory: &Inventory| {
        let categories = platform::Categories::new(inventory, scope);
        inventory.namespaces.iter().map(|n| (n.metadata.name.to_string(), categories.of(&n.metadata.name))).collect::<Vec<_>>()
    };
    let found = |key: &str| {
        of.found
            .iter()
            .find(|found| found.cluster == key)
            .map(|found| Found { outcomes: &found.outcomes, namespaces: found.inventory.as_deref().map(namespaces) })
    };
    Ok(of_workbook(guidance, &of.workbook, &of.together, found))
}

/// How it is to be read.
fn options(source: &Source) -> Options {
    let declared_complete = match source {
        Source::Paths { complete, .. } => complete.clone(),
        Source::Context { .. } | Source::Demo => None,
    };
    Options { declared_complete, registry: RegistrySettings::held(), ..Options::default() }
}

/// What is to be read, with the home folder in place of its sign.
fn spec(source: Source, home: Option<&Path>) -> SourceSpec {
    match source {
        Source::Context { kubeconfig, name, as_user, as_groups, request_timeout, read_timeout } => {
            SourceSpec::Live(Connect { kubeconfig, context: name, as_user, as_groups, request_timeout, read_timeout })
        }
        Source::Paths { paths, .. } => SourceSpec::Paths(paths.iter().map(|path| expanded(path, home)).collect()),
        Source::Demo => SourceSpec::Demo,
    }
}

/// A source as it can be found again from anywhere: paths from the root, the current context by its name.
fn settled(source: Source, home: Option<&Path>) -> Source {
    let whole = |path: PathBuf| match path.as_os_str() == "-" || path.to_str().is_some_and(ArtifactName::is_one) {
        true => path,
        false => std::path::absolute(expanded(&path, home)).unwrap_or(path),
    };
    match source {
        Source::Context { kubeconfig, name, as_user, as_groups, request_timeout, read_timeout } => {
            let kubeconfig = kubeconfig.map(whole);
            let current = || collect::contexts(kubeconfig.as_deref()).ok()?.into_iter().find(|c| c.current).map(|c| c.name);
            Source::Context { name: name.or_else(current), kubeconfig, as_user, as_groups, request_timeout, read_timeout }
        }
        Source::Paths { paths, complete } => Source::Paths { paths: paths.into_iter().map(whole).collect(), complete },
        Source::Demo => Source::Demo,
    }
}

fn expanded(path: &Path, home: Option<&Path>) -> PathBuf {
    complete::expand(&path.to_string_lossy(), home)
}

/// Runs something long on a thread that may also wait; the future is made there, so it need not be one that travels.
fn apart<F: Future<Output = ()>>(task: impl FnOnce() -> F + Send + 'static) {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || runtime.block_on(task()));
}

/// What there is to say of a cluster that is read already.
fn of_inventory(inventory: &Inventory) -> Result<Preflight, CollectError> {
    let coverage = inventory.coverage_of(Kind::Namespaces);
    let tables = tables(None).map_err(|e| CollectError::Internal(e.to_string()))?;
    let now = collect::judging_time(inventory, None, jiff::Timestamp::now());
    Ok(Preflight {
        // Files need not hold nodes, and then their number is not known.
        nodes: (inventory.state(Kind::Nodes) == KindState::Read).then_some(inventory.nodes.len()),
        namespaces: ScopeEditor::over(&Scope::default(), std::iter::once(inventory)).namespaces,
        namespaces_missing: match coverage.state {
            KindState::Read => String::new(),
            KindState::Absent => "no list of namespaces is in the files; these are those of the workloads".to_owned(),
            _ => coverage.message,
        },
        cluster: inventory.cluster.clone(),
        rights: vec![],
        contents: Some(Contents::of(inventory, &tables, now)),
        source: None,
    })
}

fn of_preflight(found: collect::Preflight) -> Preflight {
    // What a server does not serve can't be refused.
    let rights = found.rights.into_iter().filter(|r| r.served || r.allowed);
    // What runs in a namespace is not known before it is read, so only names tell yet whether it is the platform's.
    let distribution = found.cluster.distribution.clone();
    let row = |n: collect::NamespaceName| NamespaceRow {
        own: platform::by_name(&distribution, &n.name).unwrap_or_default(),
        name: n.name,
        labels: n.labels,
        pods: None,
    };
    Preflight {
        namespaces: found.namespaces.into_iter().map(row).collect(),
        cluster: found.cluster,
        nodes: found.nodes,
        rights: rights.map(|r| Right { kind: r.kind, allowed: r.allowed, why: r.why }).collect(),
        namespaces_missing: found.namespaces_missing,
        contents: None,
        source: None,
    }
}
