//! What is taken at once: objects in which nothing is found and nothing is wrong, as nearly all are. Their text is read once, into a tree, and all else is
//! asked of that. Whatever is not so clear is left to those who take it with care.

use super::given::Given;
use super::ingest::{Ingest, Page, RawList, RawListMeta};
use super::inventory::Source;
use super::listed::Listed;
use super::node_tree::{Key, Node, Tree};
use super::sift::is_clean;
use super::sound::is_sound;
use super::spec_texts::{SpecText, spec_of};
use super::versions;
use crate::model::Kind;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

impl Ingest {
    /// Takes an object in which nothing is found and nothing is wrong. `false` where it is not so clear; then nothing was taken.
    pub(super) fn at_once(&mut self, kind: Kind, object: Given<'_>, of: Option<&Listed<'_>>) -> bool {
        let older = matches!(object, Given::Json(json) if matches!(versions::current(kind, json), Cow::Owned(_)));
        if self.goes_by_text(kind) || older {
            return false;
        }
        let tree = object.tree(spec_of(kind));
        tree.is_some_and(|tree| self.tree(kind, tree, of))
    }

    /// Whether objects of a kind are not judged by their trees.
    fn goes_by_text(&self, kind: Kind) -> bool {
        kind == Kind::Secrets || (kind == Kind::ConfigMaps && self.inventory.source == Source::Files)
    }

    fn tree(&mut self, kind: Kind, mut tree: Node<'_>, of: Option<&Listed<'_>>) -> bool {
        let Some(text) = self.texts.look(kind, &mut tree) else { return false };
        let record = self.records.look(kind, &mut tree);
        let is_one = of.is_none_or(|of| of.has(&tree)) && is_sound(kind, &tree) && is_clean(kind, &mut tree, &mut self.examiner);
        if is_one {
            self.records.remember(record);
        }
        self.waiting.clear();
        self.spec_text = text;
        let taken = is_one && self.store(kind, Given::Tree(&tree)).is_ok();
        self.spec_text = SpecText::Unseen;
        self.count(kind, usize::from(taken));
        taken
    }

    /// Takes the objects of a page while it is read, those that are not clear with care. Where the page itself is not clear it stops, after so many objects
    /// as `taken` says then.
    pub(super) fn stream(&mut self, kind: Kind, json: &str, again: &BTreeSet<usize>, taken: &mut usize) -> Option<Page> {
        if self.goes_by_text(kind) || versions::were_others(kind) {
            return None;
        }
        let mut reader = serde_json::Deserializer::from_str(json);
        let page = List { ingest: self, kind, json, again, taken }.deserialize(&mut reader).ok()?;
        reader.end().ok().map(|()| page)
    }
}

/// A list that says what it is before its objects come, as those of the API do.
struct List<'s> {
    ingest: &'s mut Ingest,
    kind: Kind,
    json: &'s str,
    again: &'s BTreeSet<usize>,
    taken: &'s mut usize,
}

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = Page;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Page, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = Page;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page, A::Error> {
        let Self { ingest, kind, json, again, taken } = self;
        let (mut api_version, mut own_kind): (Option<String>, Option<String>) = (None, None);
        let (mut metadata, mut items): (Option<RawListMeta>, bool) = (None, false);
        while let Some(Key(key)) = map.next_key()? {
            match &*key {
                "apiVersion" if api_version.is_none() && !items => api_version = Some(map.next_value()?),
                "kind" if own_kind.is_none() && !items => own_kind = Some(map.next_value()?),
                "metadata" if metadata.is_none() => metadata = Some(map.next_value()?),
                "items" if !items && api_version.is_some() && own_kind.is_some() => {
                    let of = Listed::of(kind, api_version.as_deref(), own_kind.as_deref());
                    map.next_value_seed(Items { ingest, kind, json, again, taken, of: &of })?;
                    items = true;
                }
                "apiVersion" | "kind" | "metadata" | "items" => return Err(A::Error::custom("it is a list of another form")),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let metadata = metadata.unwrap_or_default();
        Ok(Page { next: metadata.r#continue, remaining: metadata.remaining_item_count, items: *taken - again.len() })
    }
}

/// The objects of a list, one by one.
struct Items<'s> {
    ingest: &'s mut Ingest,
    kind: Kind,
    json: &'s str,
    again: &'s BTreeSet<usize>,
    taken: &'s mut usize,
    of: &'s Listed<'s>,
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { ingest, kind, json, again, taken, of } = self;
        // Their texts, for those that need care.
        let mut texts: Option<Vec<&RawValue>> = None;
        while let Some(tree) = list.next_element_seed(Tree { unread: spec_of(kind) })? {
            if !again.contains(taken) && !ingest.tree(kind, tree, Some(of)) {
                let texts = match &mut texts {
                    Some(texts) => texts,
                    none => none.insert(serde_json::from_str::<RawList<'_>>(json).map_err(A::Error::custom)?.items.unwrap_or_default()),
                };
                let text = texts.get(*taken).ok_or_else(|| A::Error::custom("it has another number of objects"))?;
                ingest.with_care(kind, text.get(), of);
            }
            *taken += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Inventory;
    use crate::sensitive::FingerprintKey;
    use serde_json::{Value, json};

    fn pod(nth: usize, change: impl FnOnce(&mut Value)) -> Value {
        let end: String = (0..5).map(|at| char::from(b"bcdfghjklmnpqrstvwxz2456789"[(nth * 7 + at * 5) % 27])).collect();
        let volume = format!("kube-api-access-{end}");
        let mut pod = json!({
            "metadata": {"name": format!("web-{nth}"), "namespace": "shop", "labels": {"app": "web"}},
            "spec": {
                "containers": [{"name": "web", "image": "registry.example/web:1", "ports": [{"containerPort": 8080}],
                    "env": [{"name": "MODE", "value": "fast"}], "volumeMounts": [{"name": volume, "mountPath": "/var/run"}]}],
                "nodeName": format!("node-{nth}"),
                "volumes": [{"name": volume, "projected": {"sources": []}}]
            },
            "status": {"phase": "Running"}
        });
        change(&mut pod);
        pod
    }

    /// Pods that are alike but for what may differ, among them others that may not be taken for them.
    fn pods() -> Vec<String> {
        let plain = (0..4).map(|nth| pod(nth, |_| {}));
        let changes: [fn(&mut Value); 14] = [
            |pod| pod["spec"]["nodeName"] = Value::Null,
            |pod| pod["spec"]["nodeName"] = json!(7),
            |pod| pod["spec"]["hostNetwork"] = json!(true),
            |pod| pod["spec"]["containers"][0]["env"][0]["value"] = json!("4111 1111 1111 1111"),
            |pod| pod["spec"]["containers"][0]["envFrom"] = json!([{"secretRef": {"name": "kube-api-access-bcdfg"}}]),
            |pod| pod["spec"]["containers"][0]["envFrom"] = json!([{"secretRef": {"name": "kube-api-access-ghjkl"}}]),
            |pod| pod["spec"]["containers"][0]["name"] = json!("kube-api-access-zzzzz"),
            |pod| pod["spec"]["containers"] = json!([]),
            |pod| pod["spec"]["containers"] = json!({"name": "c"}),
            |pod| pod["metadata"]["namespace"] = json!("kube-system"),
            |pod| {
                pod["metadata"]["namespace"] = json!("kube-system");
                pod["metadata"]["labels"] = json!({"tier": "control-plane", "component": "kube-apiserver"});
                pod["spec"]["containers"][0]["command"] = json!(["kube-apiserver", "--anonymous-auth=false"]);
            },
            |pod| pod["spec"]["containers"][0]["command"] = json!(["kube-apiserver", "--anonymous-auth=false"]),
            |pod| pod["spec"]["nodeName"] = json!("postgres://app:hunter22x@node"),
            |pod| pod["kind"] = json!("Service"),
        ];
        // Each twice, so that what is remembered of the first meets the second.
        let others = (0..2).flat_map(|turn| changes.iter().enumerate().map(move |(nth, change)| pod(10 + turn * 20 + nth, *change)));
        let mut all: Vec<String> = plain.chain(others).map(|pod| pod.to_string()).collect();
        let twice = pod(60, |_| {}).to_string();
        all.push(twice.replace("\"nodeName\":", "\"nodeName\":\"other\",\"nodeName\":"));
        all.push(twice.replace("\"containers\":", "\"hostPID\":true,\"hostPID\":false,\"containers\":"));
        all.push(twice.replace("web-60", "web-61").replace("8080", "1e999"));
        all.push(twice.replace("web-60", "web-62").replace("\"nodeName\":", "\"node\\u004eame\":"));
        all
    }

    fn made(take: impl FnOnce(&mut Ingest)) -> Inventory {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        take(&mut ingest);
        ingest.finish()
    }

    fn text(inventory: &Inventory) -> String {
        serde_json::to_string(inventory).unwrap_or_default()
    }

    #[test]
    fn what_is_taken_at_once_is_what_care_takes() {
        let pods = pods();
        let templates: Vec<String> = pods
            .iter()
            .map(|pod| format!(r#"{{"metadata":{{"name":"d{}","namespace":"shop"}},"spec":{{"template":{pod}}}}}"#, pod.len()))
            .collect();
        for (kind, version, name, objects) in [(Kind::Pods, "v1", "Pod", pods), (Kind::Deployments, "apps/v1", "Deployment", templates)] {
            let list_kind = format!("{name}List");
            let of = Listed::of(kind, Some(version), Some(&list_kind));
            let careful = made(|ingest| objects.iter().for_each(|object| ingest.with_care(kind, object, &of)));
            let items = objects.join(",");
            for (list, streams) in [
                (format!(r#"{{"kind":"{name}List","apiVersion":"{version}","metadata":{{}},"items":[{items}]}}"#), true),
                (format!(r#"{{"apiVersion":"{version}","items":[{items}],"kind":"{name}List","metadata":{{}}}}"#), false),
            ] {
                let page = made(|ingest| {
                    assert!(ingest.page(kind, &list).is_ok_and(|page| page.items == objects.len()));
                });
                assert_eq!(text(&page), text(&careful), "{name} {streams}");
                let mut taken = 0;
                let streamed = made(|ingest| assert_eq!(ingest.stream(kind, &list, &BTreeSet::new(), &mut taken).is_some(), streams));
                assert_eq!((streamed.coverage_of(kind).items, taken), if streams { (objects.len(), objects.len()) } else { (0, 0) });
            }
        }
    }

    #[test]
    fn pods_of_one_template_are_read_once() {
        let list = |count: usize| {
            let pods: Vec<String> = (0..count).map(|nth| pod(nth, |_| {}).to_string()).collect();
            format!(r#"{{"kind":"PodList","apiVersion":"v1","items":[{}]}}"#, pods.join(","))
        };
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        assert!(ingest.page(Kind::Pods, &list(1)).is_ok());
        let other = pod(5, |_| {}).to_string();
        let again = Tree { unread: spec_of(Kind::Pods) }.deserialize(&mut serde_json::Deserializer::from_str(&other));
        let mut again = again.unwrap_or(Node::Null);
        assert_eq!(ingest.texts.look(Kind::Pods, &mut again), Some(SpecText::Known(0)));
        assert!(ingest.page(Kind::Pods, &list(20)).is_ok());
        let inventory = ingest.finish();
        assert_eq!((inventory.specs.len(), inventory.pods.len()), (1, 21));
        assert_eq!(inventory.pods[20].node, "node-9");
    }

    #[test]
    fn a_page_that_breaks_off_is_no_list() {
        let whole = format!(r#"{{"kind":"PodList","apiVersion":"v1","items":[{}]}}"#, pods().join(","));
        for cut in [whole.len() - 1, whole.len() / 2, 40] {
            let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
            assert!(ingest.page(Kind::Pods, &whole[..cut]).is_err(), "{cut}");
        }
    }
}
