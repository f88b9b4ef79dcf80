//! Lists of objects, page by page. While one page travels, the next is asked for already; the pages are handed on to the parser as they come.
//! What a list met on its way (no right, no such API, an expired token, silence) becomes its end, with the server's words.
//!
//! What is held at a time is bounded: a page by [`super::request::LARGEST`], the pages of one list by two (the one that is waited for and the one behind it), lists
//! by those that are read side by side (six kinds, and the Secrets of four namespaces), pages that have come by those that wait for the parser and
//! the one that it parses. Only a server that fills every page to the brim comes near the product of these, some 1.5 GB; true pages have a tenth of it at
//! most, and mostly a hundredth.

use super::Progress;
use super::Watcher;
use super::answer::{Answer, Identity, Outline};
use super::connect::Link;
use super::page::Page;
use super::paging::{Paging, Step};
use super::refusal::Refusal;
use super::request::JSON;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesOrdered;
use kassay_core::kinds::{KindState, Part, wire};
use kassay_core::model::Kind;
use kassay_core::model::kind::Keep;
use kassay_core::model::text::{counted, encoded};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::atomic::Ordering;
use tokio::sync::mpsc::{Sender, UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Objects per page: as many as kubectl asks for, and fewer where they are kept in parts only, because reports of scanners are large.
const fn page_size(kind: Kind) -> usize {
    match kind.keep() {
        Keep::Parts(_) | Keep::Whole | Keep::WholeWithStatus | Keep::Templates => 100,
        Keep::Typed | Keep::Rows => 500,
    }
}

/// What the readers send to the parser.
pub(super) enum Message {
    /// A page of a list.
    Page(Kind, Body),
    /// A Table of the Secrets of a namespace.
    Table(String, Body),
    /// Labels of Secrets.
    Labels(String),
    /// A page of a list of objects from which policies take parameters: apiVersion, kind, whether they are in namespaces.
    Params(String, String, bool, Body),
    /// Such a list has come to its end, or why not.
    ParamsEnd(String, String, Option<String>),
    /// A list begins anew.
    Forget(Kind),
    /// A kind has come to its end.
    End(Kind, KindState, String),
}

/// A page that is a list.
pub(super) struct Body {
    pub(super) page: Page,
    /// Where those of its objects stand that came before in the same list.
    pub(super) again: BTreeSet<usize>,
}

/// Reads lists of one cluster.
pub(super) struct Reader<'a> {
    pub(super) link: &'a Link,
    pub(super) pages: Sender<Message>,
    pub(super) progress: Watcher<'a>,
    /// The part of the cluster that is read, where it is not the whole.
    pub(super) part: Option<&'a Part>,
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
        let words = if items > 0 {
            format!("the list broke off after {}: {}", counted(items, "object", "objects"), refusal.words())
        } else {
            refusal.words().to_owned()
        };
        Self { state, items, words }
    }
}

/// A list that is to be read.
pub(super) struct List<'a> {
    pub(super) kind: Kind,
    /// Its address, with a query or without.
    pub(super) path: String,
    /// The forms in which its pages may come.
    pub(super) accept: &'a str,
    pub(super) answer: Answer,
    /// Whether progress is told of this list alone.
    pub(super) told: bool,
}

impl Reader<'_> {
    /// Reads a list page by page and hands the pages on. While one page travels, the next is asked for already: its beginning tells with what.
    /// Only being cancelled is an error; everything else is how the list ended.
    pub(super) async fn list(
        &self,
        list: &List<'_>,
        before: usize,
        message: &mut (dyn FnMut(Body) -> Message + Send),
    ) -> Result<End, Refusal> {
        let (mut paging, mut begun_anew) = (Paging::default(), false);
        let mut pages = Pages::new(self, list);
        loop {
            let (token, answer) = pages.next().await;
            let page = match answer {
                Ok(page) => page,
                Err(Refusal::Cancelled) => return Err(Refusal::Cancelled),
                // The server forgets a list after some minutes. Once, the whole list is worth another try.
                Err(Refusal::Expired(_)) if !token.is_empty() && !begun_anew && list.told => {
                    begun_anew = true;
                    (paging, pages) = (Paging::default(), Pages::new(self, list));
                    self.send(Message::Forget(list.kind)).await?;
                    self.tell(list.kind, 0, None);
                    continue;
                }
                Err(Refusal::NotAcceptable(_)) if pages.accept == wire::ACCEPT => {
                    pages = pages.as_json(token);
                    continue;
                }
                Err(Refusal::TooLarge) if pages.limit > 1 => {
                    pages = pages.smaller(token);
                    continue;
                }
                Err(Refusal::TooLarge) => {
                    let words = format!("{}, even where a single object is asked for", Refusal::TooLarge.words());
                    return Ok(End::stopped(&Refusal::Failed(words), paging.items));
                }
                Err(refusal) => return Ok(End::stopped(&refusal, paging.items)),
            };
            let taken = match page.outline(&list.answer) {
                Ok(outline) => {
                    let mut taken = paging.take(&token, &outline);
                    taken.again.extend(self.of_others(list, &outline));
                    taken
                }
                Err(words) => return Ok(End::stopped(&Refusal::Failed(words), paging.items)),
            };
            self.send(message(Body { page, again: taken.again })).await?;
            if list.told {
                self.tell(list.kind, before + paging.items, taken.total);
            }
            match taken.step {
                Step::GoOn(next) => pages.go_on(next),
                Step::End => return Ok(End { state: KindState::Read, items: paging.items, words: String::new() }),
                Step::Stop(words) => return Ok(End::stopped(&Refusal::Failed(words), paging.items)),
            }
        }
    }

    /// Where those objects of a page stand that belong to other parts. Rows of Secrets are asked for by namespace, and labels only of rows.
    fn of_others(&self, list: &List<'_>, page: &Outline) -> Vec<usize> {
        let Some(part) = self.part.filter(|_| list.kind != Kind::Secrets) else { return vec![] };
        let namespaced = list.kind.namespaced();
        let namespace =
            |object: &Option<Identity>| object.as_ref().filter(|_| namespaced).map_or_else(String::new, |o| o.namespace.clone());
        page.objects.iter().enumerate().filter(|(_, object)| !part.holds(&namespace(object))).map(|(at, _)| at).collect()
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
    /// Objects that a page may hold at most.
    limit: usize,
    /// The forms in which pages may come.
    accept: &'r str,
    coming: FuturesOrdered<BoxFuture<'r, Result<Page, Refusal>>>,
    /// Tokens of the pages that are coming; that of the first page is empty.
    tokens: VecDeque<String>,
    /// Tokens that pages named: the page's own, and the next one's.
    tell: UnboundedSender<(String, String)>,
    told: UnboundedReceiver<(String, String)>,
    behind: HashMap<String, String>,
}

impl<'r> Pages<'r> {
    fn new(reader: &'r Reader<'r>, list: &'r List<'r>) -> Self {
        Self::from(reader, list, page_size(list.kind), list.accept, String::new())
    }

    fn from(reader: &'r Reader<'r>, list: &'r List<'r>, limit: usize, accept: &'r str, token: String) -> Self {
        let (tell, told) = unbounded_channel();
        let (coming, tokens, behind) = (FuturesOrdered::new(), VecDeque::new(), HashMap::new());
        let mut pages = Self { reader, list, limit, accept, coming, tokens, tell, told, behind };
        pages.ask(token);
        pages
    }

    /// From the page behind a token on with a quarter of the objects a page, because that one was too large: five tries lead from 500 down to one,
    /// and little is read in vain. What was known of pages behind it counted on its size, and is forgotten.
    fn smaller(self, token: String) -> Self {
        Self::from(self.reader, self.list, (self.limit / 4).max(1), self.accept, token)
    }

    /// From the page behind a token on as JSON, because the server does not give it otherwise, or something of it is not known: a token is good for
    /// either form.
    fn as_json(self, token: String) -> Self {
        Self::from(self.reader, self.list, self.limit, JSON, token)
    }

    fn ask(&mut self, token: String) {
        let joint = if self.list.path.contains('?') { '&' } else { '?' };
        let mut path = format!("{}{joint}limit={}", self.list.path, self.limit);
        if !token.is_empty() {
            path.push_str("&continue=");
            path.push_str(&encoded(&token));
        }
        let (link, accept, tell, own) = (self.reader.link, self.accept, self.tell.clone(), token.clone());
        self.coming.push_back(Box::pin(async move {
            // Nobody listens any more where the list has ended.
            let early = move |next: String| drop(tell.send((own.clone(), next)));
            link.get_page(&path, accept, &early).await?.page().map_err(Refusal::NotAcceptable)
        }));
        self.tokens.push_back(token);
    }

    /// The next page, with the token that it was asked for with.
    async fn next(&mut self) -> (String, Result<Page, Refusal>) {
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
