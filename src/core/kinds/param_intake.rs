//! How parameters of policies come in: live ones because somebody asked for them, those of files because they may turn out to be some.

use super::given::Given;
use super::ingest::{Ingest, name_of};
use super::inventory::Inventory;
use super::params::{Params, slimmed};
use super::sift::{Sifted, Unplaced, sift};
use crate::model::{Kind, ObjectRef};
use serde_json::Value;
use std::collections::BTreeSet;

impl Ingest {
    /// Takes an object that a policy takes parameters from, as JSON.
    pub fn param(&mut self, api_version: &str, kind: &str, namespaced: bool, json: &str) {
        let of = if kind == "ConfigMap" { Kind::ConfigMaps } else { Kind::ValidatingAdmissionPolicies };
        let Sifted { json: sifted, redactions } = sift(of, Given::Json(json), &mut self.examiner);
        let object: Value = serde_json::from_str(sifted.as_deref().unwrap_or(json)).unwrap_or_default();
        let altered = !redactions.is_empty();
        // A ConfigMap is read as one as well, and what is found in it is told there.
        if altered && of != Kind::ConfigMaps {
            let name = name_of(&object);
            let (namespace, name) = name.rsplit_once('/').unwrap_or(("", &name));
            let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
            self.inventory.redactions += redactions.len();
            self.inventory.unplaced.push(Unplaced { object: ObjectRef::new(group, kind, namespace, name), redactions });
        }
        let list = self.params_of(api_version, kind);
        list.namespaced |= namespaced;
        list.altered |= altered;
        list.objects.push(slimmed(object));
    }

    /// Takes a page of a list of such objects.
    ///
    /// # Errors
    /// Where it is no list.
    pub fn params_page(&mut self, api_version: &str, kind: &str, namespaced: bool, page: &str) -> Result<(), serde_json::Error> {
        #[derive(serde::Deserialize)]
        struct Page<'a> {
            #[serde(borrow)]
            items: Vec<&'a serde_json::value::RawValue>,
        }
        let page: Page<'_> = serde_json::from_str(page)?;
        page.items.iter().for_each(|item| self.param(api_version, kind, namespaced, item.get()));
        Ok(())
    }

    /// Says that such objects were asked for, and why not all of them were read where they were not.
    pub fn params_asked(&mut self, api_version: &str, kind: &str, unread: Option<&str>) {
        let unread = unread.map(crate::sensitive::without_secrets);
        self.params_of(api_version, kind).unread = unread;
    }

    fn params_of(&mut self, api_version: &str, kind: &str) -> &mut Params {
        let lists = &mut self.inventory.params;
        let at = lists.iter().position(|list| list.api_version == api_version && list.kind == kind).unwrap_or_else(|| {
            lists.push(Params { api_version: api_version.to_owned(), kind: kind.to_owned(), ..Params::default() });
            lists.len() - 1
        });
        &mut lists[at]
    }

    /// Of what files held, what policies take as parameters.
    pub(super) fn take_params(&mut self) {
        let candidates = std::mem::take(&mut self.candidates);
        for (api_version, kind) in param_kinds(&self.inventory) {
            if self.inventory.params.iter().any(|list| list.api_version == api_version && list.kind == kind) {
                continue;
            }
            let of = candidates.found.iter().filter(|(version, own, ..)| *version == api_version && *own == kind);
            let mut list = Params { api_version: api_version.clone(), kind: kind.clone(), ..Params::default() };
            for (.., object, altered) in of {
                list.namespaced |= object.pointer("/metadata/namespace").is_some();
                list.altered |= altered;
                list.objects.push(object.clone());
            }
            list.unread = match (list.objects.is_empty(), candidates.overflowed) {
                (_, true) => Some("the files hold more than is kept of objects that may be parameters".to_owned()),
                (true, false) => Some("the files hold none of them".to_owned()),
                (false, false) => None,
            };
            self.inventory.params.push(list);
        }
        self.inventory.params.sort_by(|a, b| (&a.api_version, &a.kind).cmp(&(&b.api_version, &b.kind)));
    }
}

/// The kinds that policies take parameters from: apiVersion and kind.
fn param_kinds(inventory: &Inventory) -> BTreeSet<(String, String)> {
    let of = |kind: Kind| inventory.customs.get(&kind).into_iter().flatten().filter_map(|custom| custom.whole.as_ref());
    let own = of(Kind::ValidatingAdmissionPolicies).filter_map(|policy| policy.pointer("/spec/paramKind"));
    let rules = [Kind::KyvernoClusterPolicies, Kind::KyvernoPolicies].into_iter().flat_map(of);
    let rules = rules.filter_map(|policy| policy.pointer("/spec/rules")?.as_array()).flatten();
    let named = own.chain(rules.filter_map(|rule| rule.pointer("/validate/cel/paramKind")));
    let text = |kind: &Value, field: &str| kind.get(field).and_then(Value::as_str).map(str::to_owned);
    named.filter_map(|kind| Some((text(kind, "apiVersion")?, text(kind, "kind")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Source;
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    #[test]
    fn files_give_the_parameters_that_policies_name_and_no_others() {
        let mut ingest = Ingest::new(Source::Files, FingerprintKey([0; 32]));
        let map = |name: &str, value: &str| {
            json!({"metadata": {"name": name, "namespace": "kube-system", "uid": "u"}, "data": {"registry": value}}).to_string()
        };
        ingest.object(Kind::ConfigMaps, &map("allowed", "registry.acme.example/"));
        ingest.foreign("acme.example/v1", "Limit", r#"{"metadata":{"name":"five"},"spec":{"most":5},"status":{"seen":1}}"#);
        ingest.foreign("acme.example/v1", "Other", r#"{"metadata":{"name":"six"},"spec":{"most":6}}"#);
        let policy = |name: &str, version: &str, kind: &str| {
            json!({"metadata": {"name": name}, "spec": {"paramKind": {"apiVersion": version, "kind": kind}}}).to_string()
        };
        ingest.object(Kind::ValidatingAdmissionPolicies, &policy("a", "v1", "ConfigMap"));
        ingest.object(Kind::ValidatingAdmissionPolicies, &policy("b", "acme.example/v1", "Limit"));
        ingest.object(Kind::ValidatingAdmissionPolicies, &policy("c", "acme.example/v1", "Missing"));
        let params = ingest.finish().params;
        let told: Vec<(&str, bool, usize, bool)> =
            params.iter().map(|list| (list.kind.as_str(), list.unread.is_none(), list.objects.len(), list.namespaced)).collect();
        assert_eq!(told, [("Limit", true, 1, false), ("Missing", false, 0, false), ("ConfigMap", true, 1, true)]);
        assert_eq!(params[0].objects[0], json!({"metadata": {"name": "five"}, "spec": {"most": 5}}));
        assert_eq!(params[2].objects[0]["data"]["registry"], "registry.acme.example/");
    }

    #[test]
    fn a_secret_among_parameters_is_not_kept_and_that_is_said() {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        ingest.param(
            "acme.example/v1",
            "Limit",
            false,
            r#"{"metadata":{"name":"x"},"spec":{"password":"Xq7-kl2-Vv93","card":"4111 1111 1111 1111"}}"#,
        );
        let inventory = ingest.finish();
        let text = serde_json::to_string(&inventory).unwrap_or_default();
        assert!(inventory.params[0].altered && !text.contains("Vv93") && !text.contains("4111 1111"), "{text}");
        assert_eq!(inventory.unplaced.len(), 1);
    }
}
