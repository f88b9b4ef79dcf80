//! A cluster through its API: every kind side by side, its pages parsed on a thread of their own while the next ones travel.

use super::about::{self, About};
use super::answer::Answer;
use super::connect::Link;
use super::control_plane;
use super::discovery::{Choice, Served};
use super::lists::{End, List, Message, Reader};
use super::page::Page;
use super::params::{self, Wanted};
use super::refusal::Refusal;
use super::request::JSON;
use super::{Cancel, CollectError, Connect, Options, Progress, Watcher, secrets};
use futures_util::StreamExt;
use futures_util::stream::iter;
use kassay_core::kinds::{Ingest, Inventory, KindState, Part, Source, wire};
use kassay_core::model::Kind;
use kassay_core::sensitive::without_secrets;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::mpsc::{Receiver, channel};

/// Kinds that are read at the same time.
const SIDE_BY_SIDE: usize = 6;
/// Pages that may wait for the parser. Together with those that travel, they bound the memory.
const WAITING: usize = 2;

/// Reads a cluster.
pub(super) async fn collect(
    connect: &Connect,
    options: &Options,
    progress: Watcher<'_>,
    cancel: &Cancel,
) -> Result<Inventory, CollectError> {
    let key = super::fingerprint_key()?;
    let link = Link::open(connect, cancel).await?;
    progress(Progress::Started { kinds: Kind::ALL.len() });
    let About { mut cluster, served, notes } = about::ask(&link).await?;
    let told = control_plane::ask(&link).await?;
    cluster.deprecated = Some(told.deprecated);
    cluster.control_plane = Some(Box::new(told.record));
    for note in notes {
        progress(Progress::Note(without_secrets(&note)));
    }
    let mut ingest = Ingest::new(Source::Live, key);
    *ingest.cluster() = cluster;
    let (pages, waiting) = channel(WAITING);
    let parsing = tokio::task::spawn_blocking(move || parse(ingest, waiting));
    let kinds = Kinds { lists: Reader { link: &link, pages, progress, part: options.part.as_ref() }, served: &served };
    let read = kinds.all(options).await;
    // Dropping the sender ends the parser.
    drop(kinds);
    let parsed = tokio::select! {
        biased;
        () = cancel.cancelled() => return Err(CollectError::Cancelled),
        parsed = parsing => parsed,
    };
    let (mut ingest, unread) = parsed.map_err(|error| super::words::broke_down(&error))?;
    let uid = read.map_err(|refusal| link.fatal(refusal))?;
    for (kind, words) in unread {
        ingest.state(kind, KindState::Failed, &words);
    }
    for kind in Kind::ALL {
        if let Choice::Version(version) | Choice::Guess(version, _) = served.choose(*kind) {
            ingest.version(*kind, &version);
        }
    }
    if let Some(uid) = uid {
        ingest.cluster().uid = uid;
    }
    let mut inventory = ingest.finish();
    super::complete(&mut inventory);
    if let Some(part) = &options.part {
        inventory.become_part(part.clone());
    }
    let late = Kind::ALL.iter().filter(|kind| inventory.coverage_of(**kind).message.contains(&link.budget.words())).count();
    if late > 0 {
        progress(Progress::Note(format!("{}: {late} kinds were not read to their end; --read-timeout gives it more", link.budget.words())));
    }
    for kind in Kind::ALL {
        // Malformed objects are known only now.
        let coverage = inventory.coverage_of(*kind);
        if coverage.state == KindState::Partial {
            progress(Progress::Kind {
                kind: *kind,
                items: coverage.items,
                total: None,
                state: Some(coverage.state),
                message: coverage.message,
            });
        }
    }
    Ok(inventory)
}

/// Takes pages until no more come. Gives what could not be parsed although it was a list.
fn parse(mut ingest: Ingest, mut pages: Receiver<Message>) -> (Ingest, BTreeMap<Kind, String>) {
    let mut unread = BTreeMap::new();
    while let Some(message) = pages.blocking_recv() {
        let (kind, taken) = match message {
            Message::Page(kind, body) => match body.page {
                Page::Json(text) => (kind, ingest.page_but(kind, &text, &body.again).map(drop)),
                Page::Wire(page) => {
                    ingest.wire_page(kind, &page, &body.again);
                    continue;
                }
            },
            Message::Table(namespace, table) => (Kind::Secrets, ingest.secret_table(&namespace, table.page.text(), &table.again).map(drop)),
            Message::Labels(list) => (Kind::Secrets, ingest.secret_labels(&list).map(drop)),
            Message::Params(api_version, kind, namespaced, page) => {
                if let Err(error) = ingest.params_page(&api_version, &kind, namespaced, page.page.text()) {
                    ingest.params_asked(&api_version, &kind, Some(&kassay_core::sensitive::without_quoted(&error.to_string())));
                }
                continue;
            }
            Message::ParamsEnd(api_version, kind, unread) => {
                ingest.params_asked(&api_version, &kind, unread.as_deref());
                continue;
            }
            Message::Forget(kind) => {
                ingest.forget(kind);
                continue;
            }
            Message::End(kind, state, words) => {
                ingest.state(kind, state, &words);
                continue;
            }
        };
        if let Err(error) = taken {
            unread.insert(kind, kassay_core::sensitive::without_quoted(&error.to_string()));
        }
    }
    (ingest, unread)
}

/// Reads all kinds of one cluster.
struct Kinds<'a> {
    lists: Reader<'a>,
    served: &'a Served,
}

impl Kinds<'_> {
    /// Namespaces come first, because Secrets are asked namespace by namespace; then everything side by side. Gives the UID of kube-system.
    async fn all(&self, options: &Options) -> Result<Option<String>, Refusal> {
        let mut namespaces = BTreeMap::new();
        let mut nameless = 0;
        let mut end = self
            .kind(Kind::Namespaces, &mut |page: &Page| {
                let (named, unnamed) = page.namespaces();
                namespaces.extend(named);
                nameless += unnamed;
            })
            .await?;
        if nameless > 0 && end.state == KindState::Read {
            // What is asked by the names of namespaces is then not asked of all.
            end.state = KindState::Partial;
            end.words = format!("{nameless} of them can't be named");
        }
        let rest = Kind::ALL.iter().copied().filter(|kind| !matches!(kind, Kind::Namespaces | Kind::Secrets));
        let secrets = async {
            match options.without_secrets {
                true => {
                    self.lists
                        .end(Kind::Secrets, End { state: KindState::Failed, words: "left out, as was asked".to_owned(), items: 0 })
                        .await
                }
                false => {
                    let mine = |name: &&str| self.lists.part.is_none_or(|part| part.holds(name));
                    secrets::read(&self.lists, namespaces.keys().map(String::as_str).filter(mine).collect(), &end).await
                }
            }
        };
        let wanted = Mutex::new(Wanted::default());
        let others = async {
            let wanted = &wanted;
            let read = |kind: Kind| async move {
                let mut page = |page: &Page| {
                    if params::of(kind) {
                        wanted.lock().unwrap_or_else(PoisonError::into_inner).take(kind, page.text());
                    }
                };
                self.kind(kind, &mut page).await
            };
            let mut running = iter(rest).map(read).buffer_unordered(SIDE_BY_SIDE);
            while let Some(done) = running.next().await {
                done?;
            }
            Ok(())
        };
        let (secrets, others) = tokio::join!(secrets, others);
        secrets?;
        others?;
        // What policies name is known only now. Like the policies of the whole cluster, it is the first part's.
        if self.lists.part.is_none_or(Part::is_first) {
            params::read(&self.lists, self.served, &wanted.into_inner().unwrap_or_else(PoisonError::into_inner)).await?;
        }
        Ok(namespaces.remove("kube-system"))
    }

    /// Reads one kind to its end.
    async fn kind(&self, kind: Kind, page: &mut (dyn FnMut(&Page) + Send)) -> Result<End, Refusal> {
        // Namespaces are asked for by each part, for their names.
        if let Some(part) = self.lists.part.filter(|part| !part.reads(kind) && kind != Kind::Namespaces) {
            let end = End { state: KindState::Failed, items: 0, words: format!("this is {part}, and part 1 has them") };
            self.lists.end(kind, end.clone()).await?;
            return Ok(end);
        }
        let (version, doubt) = match self.served.choose(kind) {
            Choice::Version(version) => (version, None),
            Choice::Guess(version, doubt) => (version, Some(doubt)),
            Choice::Absent(words) => {
                let end = End { state: KindState::Absent, items: 0, words };
                self.lists.end(kind, end.clone()).await?;
                return Ok(end);
            }
        };
        if kind.is_group() {
            let end = match doubt {
                Some(words) => End { state: KindState::Failed, items: 0, words },
                None => self.group(kind, &version).await?,
            };
            self.lists.end(kind, end.clone()).await?;
            return Ok(end);
        }
        let path = if kind.group().is_empty() {
            format!("/api/{version}/{}", kind.resource())
        } else {
            format!("/apis/{}/{version}/{}", kind.group(), kind.resource())
        };
        let answer = Answer::list(kind, &version);
        let accept = if wire::knows(&answer.api_version, kind.kind()) { wire::ACCEPT } else { JSON };
        let list = List { kind, path, accept, answer, told: true };
        let mut end = self
            .lists
            .list(&list, 0, &mut |body| {
                page(&body.page);
                Message::Page(kind, body)
            })
            .await?;
        // Either nobody could say whether it is served at all, so that it is not found proves nothing; or the server says that it is.
        if end.state == KindState::Absent {
            let doubt = doubt.unwrap_or_else(|| format!("the server says that it serves {}, and does not find them", kind.resource()));
            end = End { state: KindState::Failed, words: format!("{doubt}; {}", end.words), items: 0 };
        }
        self.lists.end(kind, end.clone()).await?;
        Ok(end)
    }

    /// Reads all kinds of a group, one list after the other, as one: it is read where all of them were.
    async fn group(&self, kind: Kind, version: &str) -> Result<End, Refusal> {
        let mut whole = End { state: KindState::Read, ..End::default() };
        for resource in self.served.resources(kind.group(), version).unwrap_or_default() {
            let path = format!("/apis/{}/{version}/{resource}", kind.group());
            let list = List { kind, path, accept: JSON, answer: Answer::of_resource(kind, version, resource), told: false };
            let end = self.lists.list(&list, whole.items, &mut |body| Message::Page(kind, body)).await?;
            whole.items += end.items;
            if end.state != KindState::Read && whole.state == KindState::Read {
                // The server says that it serves them, so that none are found is no answer.
                let state = if end.state == KindState::Absent { KindState::Failed } else { end.state };
                (whole.state, whole.words) = (state, format!("{resource}: {}", end.words));
            }
            self.lists.tell(kind, whole.items, None);
        }
        if whole.items > 0 && whole.state != KindState::Read {
            whole.state = KindState::Partial;
        }
        Ok(whole)
    }
}
