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
            Some((_, Below::Object(fields))) => walk(field, fields, &here, found),
            Some((_, Below::List(fields))) => field.as_array().into_iter().flatten().for_each(|item| walk(item, fields, &here, found)),
        }
    }
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
        const KNOWN: &[(&str, Below)] = &[("selector", Below::Object(SELECTOR)), ("rules", Below::List(&[("ports", Below::Anything)]))];
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
            (json!("text"), &[]),
        ] {
            assert_eq!(unknown_fields(&value, KNOWN), wanted, "{value}");
        }
    }
}
