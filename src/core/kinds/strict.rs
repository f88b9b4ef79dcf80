//! Fields that nobody here knows. In most objects a newer field changes nothing that is read; in one that guards something it may change all of it:
//! what a policy means with a part that was passed over is not known. So objects that guard are held to the fields that are understood.

use serde_json::Value;

/// What may stand under a field.
#[derive(Clone, Copy, Debug)]
pub enum Below {
    /// Anything: it is read, or does not matter.
    Anything,
    /// An object with these fields.
    Object(&'static [(&'static str, Self)]),
    /// A list of such objects.
    List(&'static [(&'static str, Self)]),
    /// An object with fields among which this one stands itself.
    Nested(fn() -> &'static [(&'static str, Self)]),
}

/// The fields of a value that are not among those that it may have, each by its path (`ingress.from.fqdn`), sorted and each once.
#[must_use]
pub fn unknown_fields(value: &Value, known: &[(&str, Below)]) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, known, "", &mut found);
    found.sort();
    found.dedup();
    found
}

fn walk(value: &Value, known: &[(&str, Below)], path: &str, found: &mut Vec<String>) {
    for (name, field) in value.as_object().into_iter().flatten().filter(|(_, field)| !field.is_null()) {
        let here = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match known.iter().find(|(known, _)| known == name) {
            None => found.push(here),
            Some((_, Below::Anything)) => {}
            Some((_, below)) => match (below, field) {
                (Below::Object(fields), Value::Object(_)) => walk(field, fields, &here, found),
                (Below::Nested(fields), Value::Object(_)) => walk(field, fields(), &here, found),
                (Below::List(fields), Value::Array(items)) => items.iter().for_each(|item| walk(item, fields, &here, found)),
                // What has another form than it should is as little understood as another name.
                _ => found.push(here),
            },
        }
    }
}

/// Reads a part of an object into a type that holds all of it (`deny_unknown_fields`): what is not known is told, not passed over. It is the form
/// of the same rule for objects that are kept whole until somebody evaluates them.
///
/// # Errors
/// Which part is not known, or missing, or has another form.
pub fn strictly<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, String> {
    serde_json::from_value(value.clone()).map_err(|error| {
        let words = error.to_string();
        match words.split('`').collect::<Vec<_>>().as_slice() {
            [start, field, ..] if start.starts_with("unknown field") => format!("its part “{field}” is not evaluated"),
            [start, field, ..] if start.starts_with("missing field") => format!("its part “{field}” is missing"),
            _ => "a part of it does not have the expected form".to_owned(),
        }
    })
}

/// The fields of a label selector.
pub const SELECTOR: &[(&str, Below)] = &[
    ("matchLabels", Below::Anything),
    ("matchExpressions", Below::List(&[("key", Below::Anything), ("operator", Below::Anything), ("values", Below::Anything)])),
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_among_the_known_is_told_by_its_path() {
        static KNOWN: &[(&str, Below)] = &[
            ("selector", Below::Object(SELECTOR)),
            ("rules", Below::List(&[("ports", Below::Anything)])),
            ("within", Below::Nested(|| &[("within", Below::Nested(|| &[("ports", Below::Anything)])), ("ports", Below::Anything)])),
        ];
        for (value, wanted) in [
            (json!({"selector": {"matchLabels": {"any": "thing"}}, "rules": [{"ports": [{"x": 1}]}]}), &[][..]),
            (
                json!({"selector": {"matchFields": []}, "rules": [{}, {"methods": []}, {"methods": []}]}),
                &["rules.methods", "selector.matchFields"],
            ),
            (json!({"tier": "Admin", "other": null}), &["tier"]),
            (
                json!({"selector": {"matchExpressions": [{"key": "a", "operator": "In", "values": [], "weight": 1}]}}),
                &["selector.matchExpressions.weight"],
            ),
            (json!({"selector": ["app"], "rules": {}}), &["rules", "selector"]),
            (json!({"within": {"within": {"ports": 1, "other": 2}}}), &["within.within.other"]),
            (json!("text"), &[]),
        ] {
            assert_eq!(unknown_fields(&value, KNOWN), wanted, "{value}");
        }
    }
}
