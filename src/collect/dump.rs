//! Files that somebody took of a cluster: files and folders of YAML or JSON, packed or not, standard input, or one snapshot.
//!
//! Files hold what they hold, and this is where it is decided what that means. A kind of which there is a list or an object counts as read;
//! any other is absent. What a file says was refused, what breaks off, and what a broken file could have held is never counted as read, so that
//! no check can pass on it.

use super::conclude::{decide_version, lessen, not_installed};
use super::file::{self, Content, Unread, shown};
use super::found::{Broken, Found, Held};
use super::words::broke_down;
use super::{Cancel, CollectError, Options, Progress, Watcher, documents, json, others, place};
use kassay_core::kinds::imported::Imported;
use kassay_core::kinds::{Ingest, Inventory, KindState, Source};
use kassay_core::model::Kind;
use kassay_core::model::kubernetes_version::is_version;
use kassay_core::model::text::counted;
use kassay_core::sensitive::without_secrets;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Reads files beside the caller's thread, and tells the progress on it.
pub(super) async fn collect(
    paths: &[PathBuf],
    options: &Options,
    progress: Watcher<'_>,
    cancel: &Cancel,
) -> Result<Inventory, CollectError> {
    let (tell, mut told) = unbounded_channel();
    let (paths, options, stop) = (paths.to_vec(), options.clone(), cancel.clone());
    let reading = tokio::task::spawn_blocking(move || read(&paths, &options, &tell, &stop));
    // Whoever cancels is not kept waiting: the thread stops behind what it is in the middle of, and nobody hears what it has.
    let read = async {
        while let Some(event) = told.recv().await {
            progress(event);
        }
        reading.await.map_err(|error| broke_down(&error))?
    };
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(CollectError::Cancelled),
        read = read => read,
    }
}

/// A file that is to be read.
struct Entry {
    path: PathBuf,
    /// Named by the user, and so never passed over for its name.
    named: bool,
}

fn read(paths: &[PathBuf], options: &Options, tell: &UnboundedSender<Progress>, cancel: &Cancel) -> Result<Inventory, CollectError> {
    let _ = tell.send(Progress::Started { kinds: Kind::ALL.len() });
    let (entries, passed_over) = entries(paths)?;
    let mut reading = Reading {
        ingest: Ingest::new(Source::Files, super::fingerprint_key()?),
        tell,
        cancel,
        seen: HashSet::new(),
        refused: BTreeMap::new(),
        broken: Vec::new(),
        complaints: Vec::new(),
        version: None,
        definitions: BTreeSet::new(),
        taken: BTreeMap::new(),
        twice: 0,
        bytes: 0,
        imported: Vec::new(),
    };
    for entry in &entries {
        if cancel.is_cancelled() {
            return Err(CollectError::Cancelled);
        }
        match file::load(&entry.path) {
            Ok(Content::Snapshot(mut inventory)) => {
                if entries.len() > 1 {
                    return Err(CollectError::Mixed(shown(&entry.path)));
                }
                if let Some(who) = &options.declared_complete {
                    if inventory.source != Source::Files {
                        return Err(CollectError::NotFiles(format!("the snapshot {}", shown(&entry.path))));
                    }
                    inventory.declared_complete = Some(who.clone());
                }
                super::states(&inventory).for_each(|event| drop(tell.send(event)));
                return Ok(*inventory);
            }
            Ok(Content::Text(text)) => reading.file(&entry.path, &text),
            Err(Unread::Snapshot(source)) => return Err(CollectError::Snapshot { path: shown(&entry.path), source }),
            Err(Unread::File(message)) if entry.named && entries.len() == 1 => {
                return Err(CollectError::Read { path: shown(&entry.path), message });
            }
            Err(Unread::File(message)) => reading.unreadable(&entry.path, &message),
        }
    }
    if cancel.is_cancelled() {
        return Err(CollectError::Cancelled);
    }
    if passed_over > 0 {
        reading.note(format!(
            "{} not looked at, because the name ends in none of .json, .yaml and .sarif",
            counted(passed_over, "file was", "files were")
        ));
    }
    reading.end(options)
}

/// The files that would be read of a path, in their order.
///
/// # Errors
/// Where a folder can't be listed.
pub fn files_of(path: &Path) -> Result<Vec<PathBuf>, CollectError> {
    entries(&[path.to_owned()]).map(|(entries, _)| entries.into_iter().map(|entry| entry.path).collect())
}

/// Every file to read, in a stable order, and how many were passed over.
fn entries(paths: &[PathBuf]) -> Result<(Vec<Entry>, usize), CollectError> {
    let (mut entries, mut passed_over, mut folders) = (Vec::new(), 0, HashSet::new());
    for path in paths {
        if path == Path::new("-") {
            entries.push(Entry { path: path.clone(), named: true });
            continue;
        }
        let failed = |error: std::io::Error| CollectError::Read { path: shown(path), message: file::plain(&error) };
        if std::fs::metadata(path).map_err(failed)?.is_dir() {
            walk(path, &mut entries, &mut passed_over, &mut folders).map_err(failed)?;
        } else {
            entries.push(Entry { path: path.clone(), named: true });
        }
    }
    let mut files = HashSet::new();
    entries.retain(|entry| files.insert(std::fs::canonicalize(&entry.path).unwrap_or_else(|_| entry.path.clone())));
    Ok((entries, passed_over))
}

fn walk(folder: &Path, entries: &mut Vec<Entry>, passed_over: &mut usize, folders: &mut HashSet<PathBuf>) -> std::io::Result<()> {
    // Links may lead in circles.
    if !folders.insert(std::fs::canonicalize(folder)?) {
        return Ok(());
    }
    let mut below: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    below.sort();
    for path in below {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        match std::fs::metadata(&path) {
            Ok(about) if about.is_dir() && !hidden => walk(&path, entries, passed_over, folders)?,
            Ok(about) if about.is_dir() => {}
            Ok(about) if about.is_file() && !hidden && place::looks_readable(&path) => entries.push(Entry { path, named: false }),
            _ => *passed_over += 1,
        }
    }
    Ok(())
}

/// What a broken file could have held, and the words about it. No kinds at all means any.
struct Loss {
    kinds: Option<BTreeSet<Kind>>,
    words: String,
}

struct Reading<'a> {
    ingest: Ingest,
    tell: &'a UnboundedSender<Progress>,
    cancel: &'a Cancel,
    /// Digests of the objects that are in, because folders hold the same list more than once.
    seen: HashSet<[u8; 32]>,
    refused: BTreeMap<Kind, (KindState, String)>,
    broken: Vec<Loss>,
    complaints: Vec<String>,
    version: Option<(String, String)>,
    /// Names of the custom resource definitions, `RESOURCE.GROUP`.
    definitions: BTreeSet<String>,
    taken: BTreeMap<Kind, usize>,
    twice: usize,
    bytes: u64,
    imported: Vec<Imported>,
}

impl Reading<'_> {
    fn note(&self, words: String) {
        let _ = self.tell.send(Progress::Note(without_secrets(&words)));
    }

    fn complain(&mut self, words: String) {
        let words = without_secrets(&words);
        self.note(words.clone());
        self.complaints.push(words);
    }

    /// A file of which not even the text is there: by its place it may have held one kind, otherwise any.
    fn unreadable(&mut self, path: &Path, message: &str) {
        let words = format!("{} could not be read: {message}", shown(path));
        self.broken.push(Loss { kinds: place::kind(path).map(|kind| BTreeSet::from([kind])), words: words.clone() });
        self.complain(words);
    }

    fn file(&mut self, path: &Path, text: &str) {
        self.bytes += text.len() as u64;
        if let Some(import) = Imported::recognise(&file::name_of(path), text.as_bytes()) {
            self.note(format!("{}: recognised as {}", shown(path), import.content));
            // A policy may stand in one file with objects; a tool's report holds nothing else.
            let whole = !import.content.form().stands_beside_objects();
            if !self.imported.iter().any(|known| known.sha256 == import.sha256) {
                self.imported.push(import);
            }
            if whole {
                let _ = self.tell.send(Progress::Bytes(self.bytes));
                return;
            }
        }
        if let Some(kind) = place::errors_of(path) {
            self.refusals(path, kind, text);
        } else {
            let mut foreign = 0;
            let broken = documents::read(text, &mut |found| {
                foreign += usize::from(!self.found(path, &found));
                !self.cancel.is_cancelled()
            });
            if foreign > 0 {
                self.complain(format!("{}: {foreign} documents are no Kubernetes objects", shown(path)));
            }
            for broken in broken {
                self.lost(path, &broken);
            }
        }
        let _ = self.tell.send(Progress::Bytes(self.bytes));
        self.tell_counts();
    }

    fn tell_counts(&self) {
        for (kind, items) in &self.taken {
            let _ = self.tell.send(Progress::Kind { kind: *kind, items: *items, total: None, state: None, message: String::new() });
        }
    }

    /// Takes what was found; `false` where it is foreign.
    fn found(&mut self, path: &Path, found: &Found<'_>) -> bool {
        match *found {
            Found::Object { api_version: "v1", kind: "Status", json } => self.status(path, json),
            Found::Object { kind: "APIGroupList", json, .. } => self.groups(json),
            Found::Object { api_version, kind: kind @ "CustomResourceDefinition", json } => {
                self.definitions.extend(name_of(json));
                self.foreign(api_version, kind, json);
            }
            Found::Object { api_version, kind, json } => match Kind::of(api_version, kind) {
                Some(known) => self.object(path, known, json),
                None if api_version.is_empty() && looks_like_object(json) => self.without_api(path, kind, json),
                // Kinds that no check reads are no Kubernetes objects only where they don't even have a version.
                None if api_version.is_empty() => return self.version_in(path, json),
                None => {
                    self.foreign(api_version, kind, json);
                    others::note(self.ingest.cluster(), api_version, kind, json);
                }
            },
            Found::Refusal { reason, message } => self.refused_of(path, None, "", reason, message),
            Found::Broken(ref broken) => self.lost(path, broken),
            Found::Nameless(json) => match place::kind(path).filter(|_| json == "{}" || looks_like_object(json)) {
                Some(kind) => self.object(path, kind, json),
                None if looks_like_object(json) => {
                    let message = "an object does not say of which kind it is".to_owned();
                    self.lost(path, &Broken { line: 0, column: 0, message, held: Held::Anything });
                }
                None => return self.version_in(path, json),
            },
            Found::Unnamed(json) => match place::kind(path) {
                Some(kind) => self.object(path, kind, json),
                None => self.lost(path, &json::unnamed(json)),
            },
            Found::List { api_version, kind, items, goes_on } => {
                let known = match kind.strip_suffix("List") {
                    Some(object) if !object.is_empty() => Kind::of(api_version, object),
                    _ if items == 0 => place::kind(path),
                    _ => None,
                };
                if let Some(known) = known {
                    self.count(known, 0);
                    if goes_on {
                        let words = format!(
                            "the list in {} breaks off after {}; the rest was not written",
                            shown(path),
                            counted(items, "object", "objects")
                        );
                        self.broken.push(Loss { kinds: Some(BTreeSet::from([known])), words });
                    }
                }
                // Of a mixed list that breaks off, nobody knows what the rest holds.
                if goes_on && known.is_none() && (kind == "List" || kind.is_empty()) {
                    self.broken
                        .push(Loss { kinds: None, words: format!("the list in {} breaks off; the rest was not written", shown(path)) });
                }
            }
        }
        true
    }

    fn count(&mut self, kind: Kind, items: usize) {
        if !self.taken.contains_key(&kind) {
            self.ingest.state(kind, KindState::Read, "");
        }
        *self.taken.entry(kind).or_default() += items;
    }

    /// An object that names its kind, and no API that this kind is of.
    fn without_api(&mut self, path: &Path, kind: &str, json: &str) {
        let kinds: BTreeSet<Kind> = Kind::ALL.iter().copied().filter(|known| known.kind() == kind).collect();
        let words =
            format!("{}: an object says that it is a {}, and has no apiVersion", shown(path), kassay_core::model::text::clean(kind));
        if !kinds.is_empty() {
            self.broken.push(Loss { kinds: Some(kinds), words: words.clone() });
        } else {
            self.foreign("", kind, json);
        }
        self.complain(words);
    }

    /// Whether an object is in for the first time: by its UID and name, or as it stands where it has no UID. A UID alone may have been copied.
    fn is_new(&mut self, kind: &str, json: &str) -> bool {
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Identified {
            metadata: Identity,
        }
        #[derive(Deserialize, Default)]
        #[serde(default)]
        struct Identity {
            uid: String,
            namespace: String,
            name: String,
        }
        let own = serde_json::from_str::<Identified>(json).unwrap_or_default().metadata;
        let parts = if own.uid.is_empty() { vec![json] } else { vec![own.uid.as_str(), own.namespace.as_str(), own.name.as_str()] };
        let mut digest = Sha256::new().chain_update(kind);
        for part in parts {
            digest = digest.chain_update([0]).chain_update(part);
        }
        self.seen.insert(digest.finalize().into())
    }

    /// An object of a kind that is not read.
    fn foreign(&mut self, api_version: &str, kind: &str, json: &str) {
        if self.is_new(&format!("{api_version} {kind}"), json) {
            self.ingest.foreign(api_version, kind, json);
        } else {
            self.twice += 1;
        }
    }

    fn object(&mut self, path: &Path, kind: Kind, json: &str) {
        if self.is_new(&kind.id(), json) {
            self.count(kind, 1);
            if let Some(problem) = self.ingest.object(kind, json) {
                self.complain(format!("{}: {}: {problem}", shown(path), kind.kind()));
            }
            // One file may be a whole cluster: whoever watches should see it grow.
            if self.seen.len().is_multiple_of(1000) {
                self.tell_counts();
            }
        } else {
            self.twice += 1;
        }
    }

    /// A `Status` where a list should be: the server's refusal, written down by whoever took the dump.
    fn status(&mut self, path: &Path, json: &str) {
        let status: Value = serde_json::from_str(json).unwrap_or_default();
        let text = |pointer: &str| status.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        if text("/status") == "Success" {
            return;
        }
        let (resource, group) = (text("/details/kind"), text("/details/group"));
        let kind = Kind::ALL.iter().copied().find(|kind| kind.is_resource(group, resource));
        self.refused_of(path, kind, resource, text("/reason"), text("/message"));
    }

    fn refused_of(&mut self, path: &Path, kind: Option<Kind>, resource: &str, reason: &str, message: &str) {
        // `deployments.apps is forbidden: …` names the resource where the details don't.
        let spoken = message.split(" is forbidden").next().unwrap_or_default().trim_matches('"');
        let kind = kind.or_else(|| Kind::ALL.iter().copied().find(|kind| kind.id() == spoken)).or_else(|| place::kind(path));
        let state = match reason {
            "Forbidden" | "Unauthorized" => KindState::Forbidden,
            "NotFound" => KindState::Absent,
            _ => KindState::Failed,
        };
        let words = if message.is_empty() { reason } else { message };
        self.note(format!("{}: {words}", shown(path)));
        match kind {
            Some(kind) => self.refuse(kind, state, words),
            // A refusal of something that no check reads costs nothing; one that names nothing could be of anything.
            // So does one of a thing that is not there.
            None if resource.is_empty() && spoken == message && reason != "NotFound" => {
                self.broken.push(Loss { kinds: None, words: format!("{} holds a refusal that names no list: {words}", shown(path)) });
            }
            None => {}
        }
    }

    fn refuse(&mut self, kind: Kind, state: KindState, words: &str) {
        self.refused.entry(kind).or_insert_with(|| (state, words.to_owned()));
    }

    /// A file of errors that a support bundle keeps beside what it could read: a list of words, or words by namespace.
    fn refusals(&mut self, path: &Path, kind: Kind, text: &str) {
        let words: Vec<String> = match serde_json::from_str(text) {
            Ok(Value::Array(list)) => list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
            Ok(Value::Object(map)) => {
                map.iter().filter_map(|(namespace, v)| v.as_str().filter(|v| !v.is_empty()).map(|v| format!("{namespace}: {v}"))).collect()
            }
            Ok(_) => vec![],
            Err(error) => return self.unreadable(path, &kassay_core::sensitive::without_quoted(&error.to_string())),
        };
        if let Some(first) = words.first() {
            let state = if words.iter().any(|words| words.contains("forbidden")) { KindState::Forbidden } else { KindState::Failed };
            self.note(format!("{}: {first}", shown(path)));
            self.refuse(kind, state, first);
        }
    }

    /// API groups as discovery told them.
    fn groups(&mut self, json: &str) {
        let list: Value = serde_json::from_str(json).unwrap_or_default();
        for (group, versions) in super::discovery::groups_of(&list) {
            self.ingest.cluster().api_groups.insert(group, versions);
        }
    }

    /// Whether a document that is no object tells the server's version, as `kubectl version -o json` and support bundles write it.
    fn version_in(&mut self, path: &Path, json: &str) -> bool {
        let value: Value = serde_json::from_str(json).unwrap_or_default();
        let answer =
            ["/serverVersion", "/info", ""].iter().filter_map(|pointer| value.pointer(pointer)).find(|at| at["gitVersion"].is_string());
        let found = answer
            .and_then(|answer| answer["gitVersion"].as_str())
            .or_else(|| value.pointer("/string").and_then(Value::as_str).filter(|_| place::may_hold_version(path)));
        let Some(version) = found.filter(|version| is_version(version)) else {
            return value.pointer("/clientVersion").is_some();
        };
        if self.version.is_none() {
            self.version = Some((without_secrets(version), without_secrets(&format!("the file {}", shown(path)))));
            super::version::emulation(answer.unwrap_or(&Value::Null), self.ingest.cluster());
        }
        true
    }

    fn lost(&mut self, path: &Path, broken: &Broken) {
        let words = format!("{}{}: {}", shown(path), broken.place(), broken.message);
        let one = |kind: Option<Kind>| kind.map(|kind| BTreeSet::from([kind]));
        let kinds = match &broken.held {
            Held::Anything => one(place::kind(path)),
            // A kind that no check reads costs nothing.
            Held::Kind(api_version, kind) => Some(one(Kind::of(api_version, kind)).unwrap_or_default()),
            Held::Nothing => Some(one(place::kind(path)).unwrap_or_default()),
        };
        self.broken.push(Loss { kinds, words: words.clone() });
        self.complain(words);
    }

    fn end(self, options: &Options) -> Result<Inventory, CollectError> {
        if self.taken.is_empty() && self.refused.is_empty() && self.imported.is_empty() && !self.ingest.holds_foreign() {
            let mut complaints = self.complaints;
            if complaints.is_empty() {
                complaints.push("the files hold no object that is assessed".to_owned());
            }
            return Err(CollectError::NothingReadable(complaints.into_iter().take(5).collect()));
        }
        if self.twice > 0 {
            self.note(format!("{} in the files more than once, and counted once", counted(self.twice, "object stands", "objects stand")));
        }
        if !self.broken.is_empty() {
            let advice = "What could not be read counts as not there to be judged: write it anew as kubectl prints it (“kubectl get … -A -o json”), or take it out";
            self.note(advice.to_owned());
        }
        let mut inventory = self.ingest.finish();
        inventory.imported = self.imported;
        inventory.declared_complete.clone_from(&options.declared_complete);
        for (kind, (state, words)) in &self.refused {
            lessen(&mut inventory, *kind, *state, words);
        }
        for loss in &self.broken {
            let touched: Vec<Kind> = match &loss.kinds {
                Some(kinds) => kinds.iter().copied().collect(),
                None => inventory.coverage.keys().copied().collect(),
            };
            for kind in touched {
                lessen(&mut inventory, kind, KindState::Failed, &loss.words);
            }
        }
        not_installed(&mut inventory, &self.definitions);
        decide_version(&mut inventory, options, self.version)?;
        super::complete(&mut inventory);
        super::states(&inventory).for_each(|event| drop(self.tell.send(event)));
        Ok(inventory)
    }
}

/// Whether something has the parts of an object, which say more than a name: a title page has metadata too.
fn looks_like_object(json: &str) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(json) else { return false };
    let meta = value.get("metadata").and_then(Value::as_object);
    let named = meta.is_some_and(|meta| ["name", "generateName"].iter().any(|key| meta.contains_key(*key)));
    named
        && ["spec", "data", "stringData", "rules", "roleRef", "subjects", "webhooks", "template", "status"]
            .iter()
            .any(|key| value.get(key).is_some())
}

fn name_of(json: &str) -> Option<String> {
    serde_json::from_str::<Value>(json).ok()?.pointer("/metadata/name")?.as_str().map(str::to_owned)
}
