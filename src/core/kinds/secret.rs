//! Secrets come as rows: from a Table without objects, which tells name, type, number of keys and age, and from a list of metadata alone
//! for those that are tokens of service accounts. A Secret in a file is counted and forgotten. No value is ever kept, nor any annotation,
//! because `last-applied-configuration` is a copy of the values.

use super::config::SecretRow;
use super::ingest::{Ingest, IngestError, Page, RawListMeta, name_of, words};
use super::listed::Listed;
use super::meta::Meta;
use super::secret_row::Labelled;
use super::sift::sift_value;
use crate::model::Kind;
use crate::sensitive::without_secrets;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct RawTable<'a> {
    kind: String,
    #[serde(default)]
    metadata: RawListMeta,
    #[serde(rename = "columnDefinitions", default)]
    columns: Vec<RawColumn>,
    #[serde(borrow, default)]
    rows: Option<Vec<RawRow<'a>>>,
}

#[derive(Deserialize)]
struct RawColumn {
    name: String,
}

#[derive(Deserialize)]
struct RawRow<'a> {
    cells: Vec<serde_json::Value>,
    #[serde(borrow, default)]
    object: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OnlyLabelled {
    metadata: Labelled,
}

impl Ingest {
    /// Takes one page of the Table in which the Secrets of a namespace are listed. Rows come without objects (`includeObject=None`), so the
    /// namespace is known only by having asked for it. Their age is turned into a time by the time of the collection, which must be set.
    ///
    /// # Errors
    /// Where the bytes are no Table.
    ///
    /// Rows at the positions of `again` came before in the same list, and are passed over; a row without a name makes the kind `Partial`.
    pub fn secret_table(&mut self, namespace: &str, json: &str, again: &BTreeSet<usize>) -> Result<Page, IngestError> {
        let not_a_table = |source| IngestError::NotAList { kind: Kind::Secrets.id(), source };
        let table: RawTable<'_> = serde_json::from_str(json).map_err(not_a_table)?;
        let column = |name: &str| table.columns.iter().position(|c| c.name.eq_ignore_ascii_case(name));
        let (Some(name), "Table") = (column("Name"), table.kind.as_str()) else {
            return Err(not_a_table(serde::de::Error::custom("expected a Table with the column Name")));
        };
        let (type_of, keys, age) = (column("Type"), column("Data"), column("Age"));
        let collected = self.inventory.cluster.collected_at;
        let rows = table.rows.unwrap_or_default();
        for (_, row) in rows.iter().enumerate().filter(|(at, _)| !again.contains(at)) {
            let cell = |at: Option<usize>| at.and_then(|i| row.cells.get(i));
            let text = |at: Option<usize>| cell(at).and_then(|v| v.as_str()).unwrap_or_default();
            if text(Some(name)).is_empty() {
                self.malformed.entry(Kind::Secrets).or_default().push(format!("{namespace}/: a row has no name"));
                continue;
            }
            let known = row.object.and_then(|o| serde_json::from_str::<OnlyLabelled>(o.get()).ok()).unwrap_or_default().metadata;
            let created = || collected?.checked_sub(elapsed(text(age))?).ok();
            let keys = cell(keys).and_then(|v| v.as_u64().or_else(|| v.as_str()?.parse().ok())).and_then(|n| u32::try_from(n).ok());
            self.inventory.secrets.push(SecretRow {
                metadata: Meta {
                    name: text(Some(name)).to_owned(),
                    namespace: namespace.to_owned(),
                    labels: known.labels.into(),
                    creation_timestamp: known.creation_timestamp.or_else(created),
                    ..Meta::default()
                },
                r#type: text(type_of).to_owned(),
                keys: keys.unwrap_or_default(),
            });
        }
        let items = rows.len() - again.len();
        self.count(Kind::Secrets, items);
        Ok(Page { next: table.metadata.r#continue, remaining: table.metadata.remaining_item_count, items })
    }

    /// Takes one page of a list of Secrets' metadata (`PartialObjectMetadataList`): labels and exact times for rows that the Table has.
    ///
    /// # Errors
    /// Where the bytes are no list.
    pub fn secret_labels(&mut self, json: &str) -> Result<Page, IngestError> {
        #[derive(Deserialize)]
        struct List<'a> {
            #[serde(default)]
            metadata: RawListMeta,
            #[serde(borrow, default)]
            items: Option<Vec<&'a RawValue>>,
        }
        let list: List<'_> = serde_json::from_str(json).map_err(|source| IngestError::NotAList { kind: Kind::Secrets.id(), source })?;
        let items = list.items.unwrap_or_default();
        let page = Page { next: list.metadata.r#continue, remaining: list.metadata.remaining_item_count, items: items.len() };
        for item in items {
            let object = match (Listed::form("PartialObjectMetadata").other(item.get()), serde_json::from_str::<OnlyLabelled>(item.get())) {
                (Some(told), _) => Err(format!("it calls itself {told}")),
                (None, Err(error)) => Err(words(&error)),
                (None, Ok(object)) if object.metadata.name.is_empty() => Err("it has no name".to_owned()),
                (None, Ok(object)) => Ok(object.metadata),
            };
            let metadata = match object {
                Ok(metadata) => metadata,
                Err(problem) => {
                    let name = without_secrets(&name_of(&serde_json::from_str(item.get()).unwrap_or_default()));
                    self.malformed.entry(Kind::Secrets).or_default().push(format!("{name}: {problem}"));
                    continue;
                }
            };
            self.secret_metadata.insert((metadata.namespace, metadata.name), (metadata.labels, metadata.creation_timestamp));
        }
        Ok(page)
    }

    /// Joins what the two lists said. What only the second one named came into being between the two, and is left out.
    pub(super) fn merge_secret_metadata(&mut self) {
        for row in &mut self.inventory.secrets {
            let key = (row.metadata.namespace.clone(), row.metadata.name.clone());
            if let Some((labels, created)) = self.secret_metadata.remove(&key) {
                row.metadata.labels = labels.into();
                row.metadata.creation_timestamp = created.or(row.metadata.creation_timestamp);
            }
        }
    }

    /// Passes names and labels of Secrets through the gate.
    pub(super) fn sift_secrets(&mut self) {
        #[derive(Serialize, Deserialize)]
        struct Row {
            metadata: Named,
            r#type: String,
        }
        #[derive(Serialize, Deserialize)]
        struct Named {
            name: String,
            namespace: String,
            labels: BTreeMap<String, String>,
        }
        for row in &mut self.inventory.secrets {
            let metadata = Named {
                name: row.metadata.name.clone(),
                namespace: row.metadata.namespace.clone(),
                labels: (*row.metadata.labels).clone(),
            };
            let (sifted, redactions) = sift_value(Row { metadata, r#type: row.r#type.clone() }, &mut self.examiner);
            if !redactions.is_empty() {
                self.inventory.redactions += redactions.len();
                (row.metadata.name, row.metadata.namespace, row.r#type) = (sifted.metadata.name, sifted.metadata.namespace, sifted.r#type);
                row.metadata.labels = sifted.metadata.labels.into();
                row.metadata.redacted = redactions.into();
            }
        }
    }
}

/// An age as Tables print it: `45s`, `5m30s`, `3h2m`, `4d6h`, `400d`, `2y45d`. `<unknown>` is none.
fn elapsed(text: &str) -> Option<SignedDuration> {
    let (mut seconds, mut number) = (0_i64, String::new());
    if text.is_empty() {
        return None;
    }
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'y' => 365 * 86_400,
            _ => return None,
        };
        seconds = seconds.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    number.is_empty().then(|| SignedDuration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::Source;
    use crate::sensitive::FingerprintKey;

    const TABLE: &str = r#"{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"1","continue":"c","remainingItemCount":7},
        "columnDefinitions":[{"name":"Name"},{"name":"Type"},{"name":"Data"},{"name":"Age"}],
        "rows":[{"cells":["db","Opaque",2,"2y45d"],"object":null},{"cells":["token","kubernetes.io/service-account-token",3,"<unknown>"]}]}"#;

    #[test]
    fn rows_take_their_namespace_from_the_question_and_their_time_from_their_age() {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        ingest.cluster().collected_at = "2026-11-23T09:00:00Z".parse().ok();
        let page = ingest.secret_table("shop", TABLE, &BTreeSet::new());
        assert_eq!(page.ok(), Some(Page { next: "c".into(), remaining: Some(7), items: 2 }));
        let labels = r#"{"kind":"PartialObjectMetadataList","metadata":{},"items":[{"metadata":{"name":"token","namespace":"shop",
            "creationTimestamp":"2024-01-01T00:00:00Z","labels":{"kubernetes.io/legacy-token-last-used":"2024-02-02"},
            "annotations":{"kubectl.kubernetes.io/last-applied-configuration":"hunter2"}}}]}"#;
        assert!(ingest.secret_labels(labels).is_ok());
        let inventory = ingest.finish();
        let told: Vec<_> = inventory.secrets.iter().map(|s| (s.metadata.namespace.as_str(), s.metadata.name.as_str(), s.keys)).collect();
        assert_eq!(told, [("shop", "db", 2), ("shop", "token", 3)]);
        let times: Vec<_> = inventory.secrets.iter().map(|s| s.metadata.creation_timestamp.map(|t| t.to_string())).collect();
        assert_eq!(times, [Some("2024-10-09T09:00:00Z".to_owned()), Some("2024-01-01T00:00:00Z".to_owned())]);
        assert_eq!(inventory.secrets[1].metadata.labels.len(), 1);
        assert!(serde_json::to_string(&inventory).is_ok_and(|json| !json.contains("hunter2")));
    }

    #[test]
    fn a_list_with_values_is_no_table() {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        assert!(ingest.secret_table("shop", r#"{"kind":"SecretList","items":[]}"#, &BTreeSet::new()).is_err());
    }

    #[test]
    fn ages_are_what_the_server_prints() {
        let days = |text: &str| elapsed(text).map(|d| d.as_secs() / 86_400);
        assert_eq!(
            ["400d", "2y45d", "8y", "4d6h", "45s", "<unknown>", "5"].map(days),
            [Some(400), Some(775), Some(2920), Some(4), Some(0), None, None]
        );
    }
}
