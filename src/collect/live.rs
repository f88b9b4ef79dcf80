//! A cluster through its API: every kind side by side, page by page. A page is parsed on a thread of its own while the next one travels.
//! What a list met on its way (no right, no such API, an expired token, silence) becomes the state of its kind, with the server's words.

use super::about::{self, About};
use super::answer::{Answer, names, outline};
use super::connect::Link;
use super::discovery::{Choice, Served};
use super::refusal::Refusal;
use super::request::JSON;
use super::{Cancel, CollectError, Connect, Options, Progress, Watcher, secrets};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesOrdered, iter};
use kassay_core::kinds::{Ingest, Inventory, KindState, Source};
use kassay_core::model::Kind;
use kassay_core::model::kind::Keep;
use kassay_core::model::text::encoded;
use kassay_core::sensitive::without_secrets;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::Ordering;
use tokio::sync::mpsc::{Receiver, Sender, UnboundedReceiver, UnboundedSender, channel, unbounded_channel};

/// Objects per page: as many as kubectl asks for, and fewer where they are kept in parts only, because reports of scanners are large.
const fn page_size(kind: Kind) -> usize {
    match kind.keep() {
        Keep::Parts(_) | Keep::Templates => 100,
        Keep::Typed | Keep::Rows => 500,
    }
}

/// Kinds that are read at the same time.
const SIDE_BY_SIDE: usize = 6;
/// Pages that may wait for the parser. Together with those that travel, they bound the memory.
const WAITING: usize = 2;

/// What the readers send to the parser.
pub(super) enum Message {
    /// A page of a list.
    Page(Kind, String),
    /// A Table of the Secrets of a namespace.
    Table(String, String),
    /// Labels of Secrets.
    Labels(String),
    /// A list begins anew.
    Forget(Kind),
    /// A kind has come to its end.
    End(Kind, KindState, String),
}

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
    cluster.deprecated = Some(about::deprecated(&link).await?);
    for note in notes {
        progress(Progress::Note(without_secrets(&note)));
    }
    let mut ingest = Ingest::new(Source::Live, key);
    *ingest.cluster() = cluster;
    let (pages, waiting) = channel(WAITING);
    let parsing = tokio::task::spawn_blocking(move || parse(ingest, waiting));
    let reader = Reader { link: &link, served: &served, pages, progress };
    let read = reader.all(options).await;
    // Dropping the sender ends the parser.
    drop(reader);
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
            Message::Page(kind, page) => (kind, ingest.page(kind, &page)),
            Message::Table(namespace, table) => (Kind::Secrets, ingest.secret_table(&namespace, &table)),
            Message::Labels(list) => (Kind::Secrets, ingest.secret_labels(&list)),
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
pub(super) struct Reader<'a> {
    pub(super) link: &'a Link,
    served: &'a Served,
    pages: Sender<Message>,
    progress: Watcher<'a>,
}

/// How a list ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    pub(super) state: KindState,
    pub(super) items: usize,
    pub(super) words: String,
}

impl End {
    /// From what stopped a list behind so many objects.
    pub(super) fn stopped(refusal: &Refusal, items: usize) -> Self {
        let state = match refusal {
            _ if items > 0 => KindState::Partial,
            Refusal::Forbidden(_) => KindState::Forbidden,
            Refusal::NotFound(_) => KindState::Absent,
            _ => KindState::Failed,
        };
        let words =
            if items > 0 { format!("the list broke off after {items} objects: {}", refusal.words()) } else { refusal.words().to_owned() };
        Self { state, items, words }
    }
}

/// A list that is to be read.
pub(super) struct List<'a> {
    pub(super) kind: Kind,
    /// Its address, with a query or without.
    pub(super) path: String,
    pub(super) accept: &'a str,
    pub(super) answer: Answer,
    /// Whether progress is told of this list alone.
    pub(super) told: bool,
}

impl Reader<'_> {
    /// Namespaces come first, because Secrets are asked namespace by namespace; then everything side by side. Gives the UID of kube-system.
    async fn all(&self, options: &Options) -> Result<Option<String>, Refusal> {
        let mut namespaces = BTreeMap::new();
        let mut nameless = 0;
        let mut end = self
            .kind(Kind::Namespaces, &mut |page| {
                let (named, unnamed) = names(page);
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
                    self.end(Kind::Secrets, End { state: KindState::Failed, words: "left out, as was asked".to_owned(), items: 0 }).await
                }
                false => secrets::read(self, namespaces.keys().map(String::as_str).collect(), &end).await,
            }
        };
        let others = async {
            let mut running = iter(rest).map(|kind| async move { self.kind(kind, &mut |_| {}).await }).buffer_unordered(SIDE_BY_SIDE);
            while let Some(done) = running.next().await {
                done?;
            }
            Ok(())
        };
        let (secrets, others) = tokio::join!(secrets, others);
        secrets?;
        others?;
        Ok(namespaces.remove("kube-system"))
    }

    /// Reads one kind to its end.
    async fn kind(&self, kind: Kind, page: &mut (dyn FnMut(&str) + Send)) -> Result<End, Refusal> {
        let (version, doubt) = match self.served.choose(kind) {
            Choice::Version(version) => (version, None),
            Choice::Guess(version, doubt) => (version, Some(doubt)),
            Choice::Absent(words) => {
                let end = End { state: KindState::Absent, items: 0, words };
                self.end(kind, end.clone()).await?;
                return Ok(end);
            }
        };
        let path = if kind.group().is_empty() {
            format!("/api/{version}/{}", kind.resource())
        } else {
            format!("/apis/{}/{version}/{}", kind.group(), kind.resource())
        };
        let list = List { kind, path, accept: JSON, answer: Answer::list(kind, &version), told: true };
        let mut end = self
            .list(&list, 0, &mut |text| {
                page(&text);
                Message::Page(kind, text)
            })
            .await?;
        // Either nobody could say whether it is served at all, so that it is not found proves nothing; or the server says that it is.
        if end.state == KindState::Absent {
            let doubt = doubt.unwrap_or_else(|| format!("the server says that it serves {}, and does not find them", kind.resource()));
            end = End { state: KindState::Failed, words: format!("{doubt}; {}", end.words), items: 0 };
        }
        self.end(kind, end.clone()).await?;
        Ok(end)
    }

    /// Reads a list page by page and hands the pages on. While one page travels, the next is asked for already: its beginning tells with what.
    /// Only being cancelled is an error; everything else is how the list ended.
    pub(super) async fn list(
        &self,
        list: &List<'_>,
        before: usize,
        message: &mut (dyn FnMut(String) -> Message + Send),
    ) -> Result<End, Refusal> {
        let (mut items, mut begun_anew) = (0, false);
        let mut pages = Pages::new(self, list);
        loop {
            let (token, answer) = pages.next().await;
            let text = match answer {
                Ok(text) => text,
                Err(Refusal::Cancelled) => return Err(Refusal::Cancelled),
                // The server forgets a list after some minutes. Once, the whole list is worth another try.
                Err(Refusal::Expired(_)) if !token.is_empty() && !begun_anew && list.told => {
                    begun_anew = true;
                    items = 0;
                    pages = Pages::new(self, list);
                    self.send(Message::Forget(list.kind)).await?;
                    self.tell(list.kind, 0, None);
                    continue;
                }
                Err(refusal) => return Ok(End::stopped(&refusal, items)),
            };
            let outline = match outline(&text, &list.answer) {
                Ok(outline) => outline,
                Err(words) => return Ok(End::stopped(&Refusal::Failed(words), items)),
            };
            items += outline.len();
            let left = outline.remaining();
            let next = outline.next();
            let total = left.or(next.is_empty().then_some(0)).map(|left| items + left);
            self.send(message(text)).await?;
            if list.told {
                self.tell(list.kind, before + items, total);
            }
            if let Some(left) = left.filter(|left| next.is_empty() && *left > 0) {
                return Ok(End::stopped(
                    &Refusal::Failed(format!("the server says that {left} more follow, and not how to ask for them")),
                    items,
                ));
            }
            if next.is_empty() {
                return Ok(End { state: KindState::Read, items, words: String::new() });
            }
            if next == token {
                return Ok(End::stopped(&Refusal::Failed("the server gives the same page over and over".to_owned()), items));
            }
            pages.go_on(next);
        }
    }

    pub(super) async fn send(&self, message: Message) -> Result<(), Refusal> {
        tokio::select! {
            biased;
            () = self.link.cancel.cancelled() => Err(Refusal::Cancelled),
            sent = self.pages.send(message) => sent.map_err(|_| Refusal::Failed("the parser has stopped".to_owned())),
        }
    }

    pub(super) fn tell(&self, kind: Kind, items: usize, total: Option<usize>) {
        (self.progress)(Progress::Kind { kind, items, total, state: None, message: String::new() });
        (self.progress)(Progress::Bytes(self.link.received.load(Ordering::Relaxed)));
    }

    /// Says how a kind ended, to the parser and to whoever watches.
    pub(super) async fn end(&self, kind: Kind, end: End) -> Result<(), Refusal> {
        self.send(Message::End(kind, end.state, end.words.clone())).await?;
        (self.progress)(Progress::Kind { kind, items: end.items, total: Some(end.items), state: Some(end.state), message: end.words });
        Ok(())
    }
}

/// The pages of a list in their order: one that is waited for, and the one behind it as soon as its token is known.
struct Pages<'r> {
    reader: &'r Reader<'r>,
    list: &'r List<'r>,
    coming: FuturesOrdered<BoxFuture<'r, Result<String, Refusal>>>,
    /// Tokens of the pages that are coming; that of the first page is empty.
    tokens: VecDeque<String>,
    /// Tokens that pages named: the page's own, and the next one's.
    tell: UnboundedSender<(String, String)>,
    told: UnboundedReceiver<(String, String)>,
    behind: HashMap<String, String>,
}

impl<'r> Pages<'r> {
    fn new(reader: &'r Reader<'r>, list: &'r List<'r>) -> Self {
        let (tell, told) = unbounded_channel();
        let (coming, tokens, behind) = (FuturesOrdered::new(), VecDeque::new(), HashMap::new());
        let mut pages = Self { reader, list, coming, tokens, tell, told, behind };
        pages.ask(String::new());
        pages
    }

    fn ask(&mut self, token: String) {
        let joint = if self.list.path.contains('?') { '&' } else { '?' };
        let mut path = format!("{}{joint}limit={}", self.list.path, page_size(self.list.kind));
        if !token.is_empty() {
            path.push_str("&continue=");
            path.push_str(&encoded(&token));
        }
        let (link, accept, tell, own) = (self.reader.link, self.list.accept, self.tell.clone(), token.clone());
        self.coming.push_back(Box::pin(async move {
            // Nobody listens any more where the list has ended.
            let early = move |next: String| drop(tell.send((own.clone(), next)));
            link.get_page(&path, accept, &early).await
        }));
        self.tokens.push_back(token);
    }

    /// The next page, with the token that it was asked for with.
    async fn next(&mut self) -> (String, Result<String, Refusal>) {
        loop {
            if let [only] = self.tokens.make_contiguous()
                && let Some(next) = self.behind.get(only).filter(|next| !next.is_empty() && *next != only).cloned()
            {
                self.ask(next);
            }
            tokio::select! {
                biased;
                Some((own, next)) = self.told.recv() => drop(self.behind.insert(own, next)),
                answer = self.coming.next() => {
                    let token = self.tokens.pop_front().unwrap_or_default();
                    return (token, answer.unwrap_or(Err(Refusal::Cancelled)));
                }
            }
        }
    }

    /// Says what the page that came named as the next. Where another was asked for already, that one is let go.
    fn go_on(&mut self, next: String) {
        if self.tokens.front() != Some(&next) {
            (self.coming, self.tokens) = (FuturesOrdered::new(), VecDeque::new());
            self.ask(next);
        }
    }
}
