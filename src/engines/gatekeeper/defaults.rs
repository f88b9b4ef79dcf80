//! Defaults that a template's schema gives to parameters, as the API server writes them into constraints: where a field is not there, or is null and may
//! not be.

use serde_json::Value;

/// Parameters with the defaults of a schema. The parameters themselves have a default only where the schema gives them one.
pub(super) fn filled(parameters: Option<Value>, schema: Option<&Value>) -> Option<Value> {
    let parameters = parameters.filter(|parameters| !parameters.is_null());
    let Some(schema) = schema else { return parameters };
    let mut parameters = parameters.or_else(|| schema.get("default").filter(|default| !default.is_null()).cloned())?;
    fill(&mut parameters, schema, 0);
    Some(parameters)
}

/// Deeper than this nobody's schema goes.
const DEEPEST: usize = 64;

fn fill(value: &mut Value, schema: &Value, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                let nullable = inner["nullable"].as_bool() == Some(true);
                if !nullable && fields.get(name).is_some_and(Value::is_null) {
                    fields.remove(name);
                }
                if let (None, Some(default)) = (fields.get(name), inner.get("default")) {
                    fields.insert(name.clone(), default.clone());
                }
                if let Some(field) = fields.get_mut(name) {
                    fill(field, inner, depth + 1);
                }
            }
            if let Some(inner) = schema.get("additionalProperties").filter(|inner| inner.is_object()) {
                let known = schema["properties"].as_object();
                for (name, field) in fields.iter_mut() {
                    if known.is_none_or(|known| !known.contains_key(name)) {
                        fill(field, inner, depth + 1);
                    }
                }
            }
        }
        Value::Array(items) => {
            if let Some(inner) = schema.get("items") {
                items.iter_mut().for_each(|item| fill(item, inner, depth + 1));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::filled;
    use serde_json::json;

    #[test]
    fn fields_that_are_not_there_get_their_defaults() {
        let schema = json!({"type": "object", "properties": {
            "a": {"type": "string", "default": "x"},
            "b": {"type": "object", "properties": {"c": {"default": 1}, "n": {"nullable": true, "default": 2}}},
            "l": {"type": "array", "items": {"type": "object", "properties": {"d": {"default": true}}}}},
            "additionalProperties": {"properties": {"e": {"default": 3}}}});
        let rows = [
            (json!({}), json!({"a": "x"})),
            (json!({"a": null, "b": {}}), json!({"a": "x", "b": {"c": 1, "n": 2}})),
            (json!({"a": "y", "b": {"c": null, "n": null}}), json!({"a": "y", "b": {"c": 1, "n": null}})),
            (json!({"l": [{}, {"d": false}], "o": {}}), json!({"a": "x", "l": [{"d": true}, {"d": false}], "o": {"e": 3}})),
        ];
        for (given, expected) in rows {
            assert_eq!(filled(Some(given), Some(&schema)), Some(expected));
        }
        assert_eq!(filled(None, Some(&schema)), None);
        assert_eq!(filled(None, Some(&json!({"default": {}, "properties": {"a": {"default": 1}}}))), Some(json!({"a": 1})));
        assert_eq!(filled(Some(json!({"z": null})), None), Some(json!({"z": null})));
    }
}
