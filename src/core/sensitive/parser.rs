//! What parsers say, in words for people: without the values that they quote, which are what must not be written down, and without the names
//! that types have in a program.

use super::without_secrets;

/// A parser's message in plain words, without what it quotes. Names of fields stay, and the place at its end does.
#[must_use]
pub fn without_quoted(message: &str) -> String {
    let (said, place) = match message.rfind(" at line ") {
        Some(at) => message.split_at(at),
        None => (message, ""),
    };
    format!("{}{place}", plain(said))
}

fn plain(said: &str) -> String {
    let field = || said.split('`').nth(1).map(without_secrets).unwrap_or_default();
    for (start, words) in WHOLE {
        if said.starts_with(start) {
            return (*words).to_owned();
        }
    }
    if said.starts_with("missing field `") {
        return format!("the field {} is missing", field());
    }
    if said.starts_with("duplicate field `") {
        return format!("the field {} stands twice in one object", field());
    }
    if let Some((found, expected)) =
        ["invalid type: ", "invalid value: "].iter().find_map(|start| said.strip_prefix(start)?.split_once(", expected "))
    {
        return format!("{} stands where {} is expected", what(found), what(expected));
    }
    masked(said)
}

/// Messages of the parsers of JSON and YAML that need other words as a whole, by how they begin.
const WHOLE: &[(&str, &str)] = &[
    ("duplicate mapping key", "a key stands twice in one object"),
    ("unknown variant ", "a word stands there that is not known"),
    ("unknown field ", "a field stands there that is not known"),
    ("invalid length ", "a list has more or fewer items than it may"),
    ("budget breached", "it is nested too deeply, or refers to itself too often"),
    ("alias ", "it refers to parts of itself too often, or to none"),
    ("recursive references", "a part of it refers to itself"),
    ("recursion limit", "it is nested too deeply"),
    ("non-finite float", "a number stands there that is infinite or none"),
    ("cannot deserialize null", "nothing stands where a text is expected"),
    ("!!binary", "a part of it is marked as binary and is no text"),
    ("tagged enum", "a value is marked as of a type that is not known"),
    ("cannot deserialize tagged", "a value is marked as of another type"),
    ("data did not match any variant", "a part of it has none of the expected forms"),
];

/// What stands somewhere, or should, in a word that people have for it.
fn what(type_of: &str) -> &'static str {
    let starts = |words: &[&str]| words.iter().any(|word| type_of.starts_with(word));
    if starts(&["map", "a map", "struct ", "Map", "an object", "internally tagged"]) {
        "an object"
    } else if starts(&["sequence", "a sequence", "tuple", "an array", "a tuple", "a list"]) {
        "a list"
    } else if starts(&["boolean", "a boolean"]) {
        "true or false"
    } else if starts(&[
        "integer",
        "floating point",
        "u8",
        "u16",
        "u32",
        "u64",
        "usize",
        "i8",
        "i16",
        "i32",
        "i64",
        "isize",
        "f32",
        "f64",
        "a number",
    ]) {
        "a number"
    } else if starts(&["null", "unit", "Option"]) {
        "nothing"
    } else if starts(&["string", "a string", "a borrowed string", "char", "a character", "borrowed string"]) {
        "a text"
    } else {
        "something else"
    }
}

fn masked(said: &str) -> String {
    let mut out = said.to_owned();
    for quote in ['"', '`'] {
        if let (Some(first), Some(last)) = (out.find(quote), out.rfind(quote))
            && first < last
        {
            out.replace_range(first + 1..last, "…");
        }
    }
    without_secrets(&out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "only its parsing is of interest")]
        count: u32,
    }

    #[derive(Debug, Deserialize)]
    struct Outer {
        #[expect(dead_code, reason = "only its parsing is of interest")]
        inner: Inner,
    }

    #[test]
    fn a_parsers_words_lose_what_they_quote_and_the_names_of_types() {
        let of = |json: &str| serde_json::from_str::<Outer>(json).map(|_| ()).map_err(|error| without_quoted(&error.to_string()));
        assert_eq!(of("{\"inner\": 5}"), Err("a number stands where an object is expected at line 1 column 11".to_owned()));
        assert_eq!(
            of("{\"inner\": {\"count\": \"hunter2 says \\\"hi\\\"\"}}"),
            Err("a text stands where a number is expected at line 1 column 41".to_owned())
        );
        assert_eq!(of("{\"inner\": {}}"), Err("the field count is missing at line 1 column 12".to_owned()));
        assert_eq!(
            of("{\"inner\": {\"count\": 1, \"count\": 2}}"),
            Err("the field count stands twice in one object at line 1 column 30".to_owned())
        );
        let map = serde_json::from_str::<BTreeMap<String, u8>>("[1]").map(|_| ()).map_err(|error| without_quoted(&error.to_string()));
        assert!(map.is_err_and(|words| words.starts_with("a list stands where an object is expected")));
        assert_eq!(
            without_quoted("invalid type: integer `4111111111111111`, expected a map"),
            "a number stands where an object is expected"
        );
        assert_eq!(without_quoted("expected `4111111111111111`"), "expected `…`");
        assert_eq!(
            without_quoted("duplicate mapping key: hunter2, set DuplicateKeyPolicy in Options if acceptable"),
            "a key stands twice in one object"
        );
    }
}
