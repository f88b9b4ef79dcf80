//! Secrets without their values. They are listed as Tables that hold no objects; such a row does not tell its namespace, so every namespace is
//! asked by itself. For tokens of service accounts, whose labels tell when they were last used, a list of metadata alone follows.
//! The words of `Accept` name no form that could hold values: a server that has no other answers 406, and nothing came.

use super::answer::Answer;
use super::lists::{Body, End, List, Message, Reader};
use super::refusal::Refusal;
use futures_util::StreamExt;
use futures_util::stream::iter;
use kassay_core::kinds::KindState;
use kassay_core::model::Kind;
use std::sync::atomic::{AtomicUsize, Ordering};

const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";
const METADATA: &str = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
const TOKENS: &str = "fieldSelector=type%3Dkubernetes.io%2Fservice-account-token";
/// Namespaces that are asked at the same time.
const AT_ONCE: usize = 4;
/// So many refusals in a row mean that the identity has no right in any namespace.
const ENOUGH_REFUSALS: usize = 200;

/// Reads the Secrets of all namespaces that are known.
pub(super) async fn read(reader: &Reader<'_>, namespaces: Vec<&str>, listed: &End) -> Result<(), Refusal> {
    if !matches!(listed.state, KindState::Read | KindState::Partial) {
        let words = format!("Secrets are listed namespace by namespace, and namespaces can't be listed: {}", listed.words);
        // As forbidden, or as failed, as the list that is missing.
        return reader.end(Kind::Secrets, End { state: listed.state, items: 0, words }).await;
    }
    let (so_far, refused) = (&AtomicUsize::new(0), &AtomicUsize::new(0));
    let ask = |namespace: &str| {
        let namespace = namespace.to_owned();
        async move {
            if refused.load(Ordering::Relaxed) >= ENOUGH_REFUSALS && so_far.load(Ordering::Relaxed) == 0 {
                return Ok((namespace, End { state: KindState::Forbidden, items: 0, words: "not asked any more".to_owned() }));
            }
            let path = format!("/api/v1/namespaces/{namespace}/secrets?includeObject=None");
            let list = List { kind: Kind::Secrets, path, accept: TABLE, answer: Answer::form("Table"), told: false };
            let end = reader.list(&list, 0, &mut |body| Message::Table(namespace.clone(), body)).await?;
            let items = so_far.fetch_add(end.items, Ordering::Relaxed) + end.items;
            refused.fetch_add(usize::from(end.state == KindState::Forbidden), Ordering::Relaxed);
            reader.tell(Kind::Secrets, items, None);
            Ok((namespace, end))
        }
    };
    let ends: Vec<Result<(String, End), Refusal>> = iter(namespaces.clone()).map(ask).buffer_unordered(AT_ONCE).collect().await;
    let mut ends: Vec<(String, End)> = ends.into_iter().collect::<Result<_, _>>()?;
    ends.sort_by(|a, b| a.0.cmp(&b.0));
    let mut end = sum(&ends);
    if matches!(end.state, KindState::Read | KindState::Partial) {
        if listed.state == KindState::Partial {
            worsen(&mut end, format!("namespaces were listed only in part: {}", listed.words));
        }
        let readable: Vec<&str> =
            ends.iter().filter(|(_, end)| end.state == KindState::Read).map(|(namespace, _)| namespace.as_str()).collect();
        if let Some(words) = metadata(reader, &readable).await? {
            worsen(&mut end, format!("labels and times of service account tokens could not be read: {words}"));
        }
    }
    reader.end(Kind::Secrets, end).await
}

/// What the lists of all namespaces make together.
fn sum(ends: &[(String, End)]) -> End {
    let items = ends.iter().map(|(_, end)| end.items).sum();
    let bad: Vec<&(String, End)> = ends.iter().filter(|(_, end)| end.state != KindState::Read).collect();
    // A namespace that went away between the two lists has no Secrets any more. (A list within a namespace that does not exist is empty.)
    let Some((namespace, first)) = bad.first() else { return End { state: KindState::Read, items, words: String::new() } };
    let all_alike = bad.len() == ends.len() && items == 0;
    let state = match (all_alike, bad.iter().all(|(_, end)| end.state == KindState::Forbidden)) {
        (true, true) => KindState::Forbidden,
        (true, false) => KindState::Failed,
        (false, _) => KindState::Partial,
    };
    End { state, items, words: format!("in {} of {} namespaces, first in {namespace}: {}", bad.len(), ends.len(), first.words) }
}

fn worsen(end: &mut End, words: String) {
    end.state = KindState::Partial;
    end.words = if end.words.is_empty() { words } else { format!("{}; {words}", end.words) };
}

/// Labels and times of tokens: of the whole cluster at once, or where that is refused, of the namespaces that could be read.
/// Gives the words where they could not be had.
async fn metadata(reader: &Reader<'_>, namespaces: &[&str]) -> Result<Option<String>, Refusal> {
    let list = |path: String| List {
        kind: Kind::Secrets,
        path: format!("{path}?{TOKENS}"),
        accept: METADATA,
        answer: Answer::form("PartialObjectMetadataList"),
        told: false,
    };
    let whole = reader.list(&list("/api/v1/secrets".to_owned()), 0, &mut labels).await?;
    match whole.state {
        KindState::Read => return Ok(None),
        KindState::Forbidden => {}
        _ => return Ok(Some(whole.words)),
    }
    let ask = |namespace: &str| {
        let path = format!("/api/v1/namespaces/{namespace}/secrets");
        async move { reader.list(&list(path), 0, &mut labels).await }
    };
    let ends: Vec<Result<End, Refusal>> = iter(namespaces.iter().copied()).map(ask).buffer_unordered(AT_ONCE).collect().await;
    for end in ends {
        let end = end?;
        if end.state != KindState::Read {
            return Ok(Some(end.words));
        }
    }
    Ok(None)
}

/// A page of labels: what comes again says the same again.
fn labels(body: Body) -> Message {
    Message::Labels(body.page.text().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(state: KindState, items: usize) -> End {
        End { state, items, words: "words".into() }
    }

    #[test]
    fn namespaces_add_up_to_no_more_than_was_read() {
        let total = |ends: &[End]| sum(&ends.iter().cloned().enumerate().map(|(i, e)| (format!("n{i}"), e)).collect::<Vec<_>>());
        assert_eq!(total(&[]).state, KindState::Read);
        assert_eq!(total(&[end(KindState::Read, 2), end(KindState::Read, 0)]).state, KindState::Read);
        assert_eq!(total(&[end(KindState::Forbidden, 0), end(KindState::Forbidden, 0)]).state, KindState::Forbidden);
        assert_eq!(total(&[end(KindState::Forbidden, 0), end(KindState::Failed, 0)]).state, KindState::Failed);
        let mixed = total(&[end(KindState::Read, 0), end(KindState::Forbidden, 0)]);
        assert_eq!((mixed.state, mixed.words.as_str()), (KindState::Partial, "in 1 of 2 namespaces, first in n1: words"));
        assert_eq!(total(&[end(KindState::Partial, 3)]).state, KindState::Partial);
    }
}
