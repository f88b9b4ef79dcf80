//! What the gate withheld from what was read, as it may be told to anybody: which detector, where, how often. Neither a value nor anything made from
//! it is here.

use super::inventory::Inventory;
use super::sift::Redaction;
use crate::model::ObjectRef;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one detector withheld at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Withheld {
    /// The object; for pods what owns them. A file of evidence that was looked through for its findings has the kind `Evidence`.
    pub object: ObjectRef,
    /// The field in which it stood, as in the object; for pods as in what owns them.
    pub field: String,
    /// Which detector: `card-number`, `named-credential`…
    pub detector: String,
    /// How often: the same place in each pod counts by itself.
    pub times: usize,
}

impl Inventory {
    /// What was withheld, by object, field and detector.
    #[must_use]
    pub fn withheld(&self) -> Vec<Withheld> {
        let mut all: BTreeMap<(ObjectRef, String, String), usize> = BTreeMap::new();
        let mut add = |object: &ObjectRef, redaction: &Redaction, field: &str| {
            let object = ObjectRef { name: unmarked(&object.name), namespace: unmarked(&object.namespace), ..object.clone() };
            *all.entry((object, unmarked(field), redaction.detection.detector.clone())).or_default() += 1;
        };
        for passed in self.passed().into_iter().chain(self.makers()) {
            passed.redactions.iter().for_each(|redaction| add(&passed.object, redaction, &redaction.field));
        }
        let mut owners = BTreeMap::new();
        for workload in &self.workloads {
            owners.extend(workload.pod_indexes.iter().map(|index| (*index, workload)));
        }
        for (index, pod) in self.pods.iter().enumerate().filter(|(_, pod)| !pod.metadata.redacted.is_empty()) {
            let own = ObjectRef::new("", "Pod", &pod.metadata.namespace, &pod.metadata.name);
            for redaction in pod.metadata.redacted.iter() {
                match owners.get(&index) {
                    None => add(&own, redaction, &redaction.field),
                    Some(workload) => add(&workload.object, redaction, &workload.field_of_pod(&redaction.field)),
                }
            }
        }
        all.into_iter().map(|((object, field, detector), times)| Withheld { object, field, detector, times }).collect()
    }
}

/// A name without the fingerprints behind stand-ins, and without the digits that a card number may keep.
fn unmarked(name: &str) -> String {
    let mark = |c: char| c == '•';
    if !name.contains(mark) {
        return name.to_owned();
    }
    let (mut out, mut rest) = (String::with_capacity(name.len()), name);
    while let Some(at) = rest.find(mark) {
        out.push_str(rest[..at].trim_end_matches(|c: char| c.is_ascii_digit()));
        out.push_str("••");
        rest = rest[at..].trim_start_matches(mark);
        // The last digits of a card, and six digits of a fingerprint.
        rest = rest.trim_start_matches(|c: char| c.is_ascii_hexdigit());
        rest = rest.strip_prefix("••").map_or(rest, |rest| rest.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{Withheld, unmarked};
    use crate::kinds::{Ingest, KindState, Source};
    use crate::model::Kind;
    use crate::sensitive::FingerprintKey;

    #[test]
    fn all_that_was_withheld_is_told_by_place_and_nothing_of_it() {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        for kind in Kind::ALL {
            ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
        }
        let map =
            r#"{"metadata":{"name":"settings","namespace":"shop"},"data":{"DB_PASSWORD":"Xq7-kl2-Vv93","note":"4111 1111 1111 1111"}}"#;
        assert_eq!(ingest.object(Kind::ConfigMaps, map), None);
        let template = r#"{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web:1","env":[{"name":"API_TOKEN","value":"Zt5-pw8-Qm41"}]}]}}"#;
        ingest.object(
            Kind::StatefulSets,
            &format!(r#"{{"metadata":{{"name":"web","namespace":"shop"}},"spec":{{"replicas":3,"selector":{{"matchLabels":{{"app":"web"}}}},"template":{template}}}}}"#),
        );
        for n in 0..3 {
            let owner = r#""ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"web","controller":true}]"#;
            let pod = template.replacen(r#""metadata":{"#, &format!(r#""metadata":{{"name":"web-{n}","namespace":"shop",{owner},"#), 1);
            ingest.object(Kind::Pods, &pod);
        }
        ingest.object(Kind::Namespaces, r#"{"metadata":{"name":"shop","annotations":{"note-4111111111111111":"x"}}}"#);
        let inventory = ingest.finish();
        let told = inventory.withheld();
        let of = |kind: &str| told.iter().filter(|w| w.object.kind == kind).collect::<Vec<&Withheld>>();
        assert_eq!(of("ConfigMap").iter().map(|w| w.detector.as_str()).collect::<Vec<_>>(), ["named-credential", "card-number"]);
        // Once in the template, once in each pod, and all at one place.
        let web = of("StatefulSet");
        assert!(web.len() == 1 && web[0].times == 4 && web[0].field.ends_with("env[name=API_TOKEN].value"), "{told:?}");
        assert_eq!(told.iter().map(|w| w.times).sum::<usize>(), inventory.redactions, "{told:?}");
        let text = serde_json::to_string(&told).unwrap_or_default();
        assert!(!["Xq7", "Zt5", "4111", "1111", "fingerprint", "masked"].iter().any(|part| text.contains(part)), "{text}");
        let fingerprints = inventory.passed().into_iter().flat_map(|p| p.redactions.to_vec()).map(|r| r.detection.fingerprint);
        assert!(fingerprints.into_iter().all(|f| !text.contains(&f[..6])), "{text}");
    }

    #[test]
    fn nothing_that_was_made_from_a_value_stays_in_a_name() {
        for (name, told) in [
            ("refund-411111••••••1111••3fa91c", "refund-••"),
            ("metadata.labels[••3fa91c]", "metadata.labels[••]"),
            ("data[a ••3fa91c b ••00ff00]", "data[a •• b ••]"),
            ("data[plain-1234]", "data[plain-1234]"),
            ("••", "••"),
        ] {
            assert_eq!(unmarked(name), told);
        }
    }
}
