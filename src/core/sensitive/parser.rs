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

/// Where the parser of a text in TOML stumbled, and over what: `line 3, column 1: the field trusted is not known there`.
#[must_use]
pub fn toml_fault(error: &toml::de::Error, text: &str) -> String {
    let (line, column) = place(text, error.span().map_or(0, |span| span.start));
    format!("line {line}, column {column}: {}", without_quoted(error.message()))
}

/// Line and column of a byte of a text, both from 1; a column is a letter.
#[must_use]
pub fn place(text: &str, at: usize) -> (usize, usize) {
    let before = String::from_utf8_lossy(text.as_bytes().get(..at).unwrap_or(text.as_bytes()));
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    (line, column)
}

/// A text that ends where it may not.
pub const CUT_OFF: &str = "it ends in the middle";

fn plain(said: &str) -> String {
    let field = || said.split('`').nth(1).map(without_secrets).unwrap_or_default();
    if said.starts_with("missing field `") {
        return format!("the field {} is missing", field());
    }
    if said.starts_with("duplicate field `") {
        return format!("the field {} stands twice in one object", field());
    }
    if said.starts_with("unknown field `") {
        return format!("the field {} is not known there{}", field(), known(said));
    }
    if said.starts_with("unknown variant `") {
        return format!("a word stands there that is not known{}", known(said));
    }
    if let Some((found, expected)) =
        ["invalid type: ", "invalid value: "].iter().find_map(|start| said.strip_prefix(start)?.rsplit_once(", expected "))
    {
        return format!("{} stands where {} is expected", what(found).unwrap_or("something"), wanted(expected));
    }
    for (start, words) in WHOLE {
        if said.starts_with(start) {
            return (*words).to_owned();
        }
    }
    let own = ["expected ", "invalid "].iter().find_map(|start| what(said.strip_prefix(start)?));
    match own {
        Some(noun) => format!("something else stands where {noun} is expected"),
        None => of_people(masked(said)),
    }
}

/// What a parser would have taken in place of what stands there, where that is names; they are the program's own.
fn known(said: &str) -> String {
    let Some((_, list)) = said.rsplit_once(", expected ") else { return String::new() };
    let list = list.trim_start_matches("one of ").replace(" or ", ", ");
    let names: Vec<&str> = list.split(", ").map(|name| name.trim_matches('`')).collect();
    let plain = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if names.iter().all(plain) { format!("; known are {}", names.join(", ")) } else { String::new() }
}

/// Messages of the parsers of JSON, YAML and TOML that need other words as a whole, by how they begin.
const WHOLE: &[(&str, &str)] = &[
    ("EOF", CUT_OFF),
    ("unexpected end of", CUT_OFF),
    ("duplicate mapping key", "a key stands twice in one object"),
    ("duplicate key", "a key stands twice in one object"),
    ("unknown variant ", "a word stands there that is not known"),
    ("unknown field ", "a field stands there that is not known"),
    ("invalid length ", "a list has more or fewer items than it may"),
    ("budget breached", "it is nested too deeply, or refers to itself too often"),
    ("alias ", "it refers to parts of itself too often, or to none"),
    ("recursive references", "a part of it refers to itself"),
    ("recursion limit", "it is nested too deeply"),
    ("cannot recurse", "it is nested too deeply"),
    ("non-finite float", "a number stands there that is infinite or none"),
    ("number out of range", "a number stands there that is too large"),
    ("cannot deserialize null", "nothing stands where a text is expected"),
    ("invalid char: cannot", "nothing stands where a text is expected"),
    ("!!binary", "a part of it is marked as binary and is no text"),
    ("invalid !!binary", "a part of it is marked as binary and is not in base64"),
    ("bytes not supported", "a part of it is binary and not marked as that"),
    ("tagged enum", "a value is marked as of a type that is not known"),
    ("unsupported tag", "a value is marked as of a type that is not known"),
    ("tag `", "a value is marked as of a type that is not known"),
    ("cannot deserialize tagged", "a value is marked as of another type"),
    ("data did not match any variant", "a part of it has none of the expected forms"),
    ("externally tagged", "something else stands where a word is expected"),
    ("unexpected value for unit", "something stands where nothing is expected"),
    ("multiple YAML documents", "more than one document stands there, and only one may"),
    ("unexpected sequence end", "a list ends that was not begun"),
    ("unexpected mapping end", "an object ends that was not begun"),
    ("unexpected container end", "a list or object ends that was not begun"),
    ("list or mapping end", "a list or object ends that was not begun"),
    ("YAML merge", "what is merged into an object is none"),
    // The parser of JSON.
    ("expected value", "a value is missing, or it is no value"),
    ("expected ident", "a word stands there that is none of true, false and null"),
    ("expected `,`", "a comma or a bracket is missing"),
    ("expected `:`", "a colon is missing"),
    ("key must be a string", "a key does not stand in quotation marks"),
    ("trailing comma", "a comma stands before the end of a list or object"),
    ("trailing characters", "more stands behind the end"),
    ("control character", "a control character stands in a text"),
    ("invalid escape", "a text has a sequence behind a backslash that is none"),
    ("invalid number", "a number is misspelled"),
    ("invalid unicode", "a text has a character that is none"),
    ("lone leading surrogate", "a text has a character that is none"),
    // The parser of TOML.
    ("wanted string or table", "something else stands where a word is expected"),
    ("wanted exactly", "more or fewer things stand there than one word"),
    ("string values must be quoted", "a value is missing, or is a text that does not stand in quotation marks"),
    ("unclosed", "a bracket is opened there and not closed"),
    ("missing opening quote", "a quotation mark is missing"),
    ("invalid basic string", "a text does not end, or has a sign in it that it may not have"),
    ("invalid literal string", "a text does not end, or has a sign in it that it may not have"),
    ("invalid multi-line", "a text does not end, or has a sign in it that it may not have"),
    ("key with no value", "a key has no value"),
    ("missing value", "a key has no value"),
    ("missing comma", "a comma is missing"),
    ("extra comma", "a comma is too much"),
    ("missing assignment", "a = is missing"),
    ("extra ", "a = is too much"),
    ("unexpected `=`", "a = is too much"),
    ("missing key", "a key is missing"),
    ("missing array opening", "a bracket is closed that was not opened"),
    ("missing inline table opening", "a bracket is closed that was not opened"),
    ("missing table open", "a bracket is closed that was not opened"),
    ("unexpected leading zero", "a number begins with 0"),
    ("invalid unquoted key", "a key has a sign in it that needs quotation marks around it"),
    ("unquoted keys", "a key is empty"),
    ("unexpected key or value", "something is left over at the end of the line"),
    ("unexpected content", "something is left over at the end of the line"),
];

/// Words that are of those who write programs. Where such a word is left, the place alone is told.
const OF_PROGRAMS: &[&str] =
    &["`", "::", "struct", "enum", "variant", "serde", "deserializ", "scalar", "Option", "Vec<", "Some(", "radix", "docs.rs", "tuple"];

fn of_people(said: String) -> String {
    if OF_PROGRAMS.iter().any(|word| said.contains(word)) { "what stands there is not as it should be".to_owned() } else { said }
}

/// What stands somewhere, or should, in a word that people have for it.
fn what(type_of: &str) -> Option<&'static str> {
    let of = |words: &[&str]| words.iter().any(|word| type_of.starts_with(word));
    NOUNS.iter().find(|(words, _)| of(words)).map(|(_, noun)| *noun)
}

const NOUNS: &[(&[&str], &str)] = &[
    (&["map", "a map", "struct ", "Map", "an object", "internally tagged", "empty mapping", "table", "inline table"], "an object"),
    (&["sequence", "a sequence", "tuple", "an array", "array", "a tuple", "a list"], "a list"),
    (&["bool", "a bool"], "true or false"),
    (
        &[
            "integer",
            "floating point",
            "u8",
            "u16",
            "u32",
            "u64",
            "u128",
            "usize",
            "i8",
            "i16",
            "i32",
            "i64",
            "i128",
            "isize",
            "f32",
            "f64",
            "float",
            "a number",
            "nonzero",
            "a nonzero",
        ],
        "a number",
    ),
    (&["null", "unit", "Option"], "nothing"),
    (&["string", "a string", "a borrowed string", "char", "a char", "borrowed string", "scalar", "str"], "a text"),
    (&["datetime"], "a date"),
];

/// What is expected, in a word that people have for it, or in our own words where a type of ours says it.
fn wanted(expected: &str) -> String {
    if let Some(noun) = what(expected) {
        return noun.to_owned();
    }
    let own = ["a ", "an ", "one of "].iter().any(|start| expected.starts_with(start)) && !expected.contains(['"', '“']);
    let own = own.then(|| of_people(expected.to_owned())).filter(|words| words == expected);
    own.unwrap_or_else(|| "something else".to_owned())
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

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "snake_case")]
    enum Word {
        InScope,
        Connected,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Settings {
        #[expect(dead_code, reason = "only its parsing is of interest")]
        name: Option<String>,
        #[expect(dead_code, reason = "only its parsing is of interest")]
        word: Option<Word>,
        #[expect(dead_code, reason = "only its parsing is of interest")]
        sizes: Option<Vec<(u8, bool)>>,
    }

    /// Broken texts in each of the three languages, with something that their messages must say.
    #[test]
    fn no_parser_speaks_of_the_program() {
        let mut problems = Vec::new();
        let toml = [
            ("name = 1", "line 1, column 8: a number stands where a text is expected"),
            ("word = \"x\"", "known are in_scope, connected"),
            ("\n  nmae = \"x\"", "line 2, column 3: the field nmae is not known there; known are name, word, sizes"),
            ("name = \"x", "does not end"),
            ("name = x", "quotation marks"),
            ("name = [1", "not closed"),
            ("name =", "a value is missing"),
            ("name", "no value"),
            ("[name", "not closed"),
            ("name = \"a\"\nname = \"b\"", "line 2, column 1: a key stands twice"),
            ("sizes = [[1, true] [2, true]]", "comma"),
            ("sizes = [[300, true]]", "a number"),
            ("sizes = [[1]]", "fewer items"),
            ("name = 2026-11-23", "a text is expected"),
            ("= 1", ""),
            ("name = \"\\q\"", ""),
            ("word = {a = 1, b = 2}", ""),
            ("sizes = 0x", ""),
            ("]", ""),
        ];
        for (text, wanted) in toml {
            let Err(error) = toml::from_str::<Settings>(text) else {
                problems.push(format!("{text:?}: nothing is wrong"));
                continue;
            };
            let said = toml_fault(&error, text);
            problems.extend(problem(text, &said, wanted));
        }
        let json = [
            ("{\"name\": 1}", "a number stands where a text is expected"),
            ("{\"name\": \"x", "it ends in the middle"),
            ("{\"name\" 1}", "colon"),
            ("{name: 1}", "quotation marks"),
            ("{\"name\": \"a\" \"b\"}", "comma"),
            ("{\"name\": tru}", "true, false and null"),
            ("{\"word\": 7}", ""),
            ("{\"word\": {\"in_scope\": 1, \"b\": 2}}", ""),
            ("{\"sizes\": [1]}", "a list is expected"),
            ("{\"sizes\": [[-1, true]]}", "a number"),
            ("[]", ""),
            ("{} {}", "behind the end"),
            ("", "it ends in the middle"),
        ];
        for (text, wanted) in json {
            let Err(error) = serde_json::from_str::<Settings>(text) else {
                problems.push(format!("{text:?}: nothing is wrong"));
                continue;
            };
            let said = without_quoted(&error.to_string());
            problems.extend(problem(text, &said, wanted));
        }
        let yaml = [
            ("name: [1]", "a text is expected"),
            ("name: {a: b}", "a text is expected"),
            ("word: x", "known are in_scope, connected"),
            ("word: {in_scope: 1}", ""),
            ("word: [1]", ""),
            ("nmae: x", "the field nmae is not known there"),
            ("name: a\nname: b", "stands twice"),
            ("sizes: {a: 1}", "a list is expected"),
            ("sizes: [[x, true]]", "a number is expected"),
            ("sizes: [[1, 7]]", "true or false is expected"),
            ("name: !!binary x", ""),
            ("name: *nothing", "refers"),
            ("name: [", ""),
            ("name: \"x", ""),
            ("a: b: c", ""),
            ("name: x\n---\nname: y", "only one may"),
            ("]", ""),
        ];
        for (text, wanted) in yaml {
            let Err(error) = serde_saphyr::from_str::<Settings>(text) else {
                problems.push(format!("{text:?}: nothing is wrong"));
                continue;
            };
            let said = error.without_snippet().to_string();
            problems.extend(problem(text, &without_quoted(said.lines().next().unwrap_or_default()), wanted));
        }
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }

    fn problem(text: &str, said: &str, wanted: &str) -> Option<String> {
        let of_programs =
            ["`", "::", "struct", "enum", "variant", "serde", "scalar", "u8", "sequence", "mapping", "tuple", "Option", "EOF", "Settings"];
        let bad = !said.contains(wanted) || of_programs.iter().any(|word| said.contains(word));
        bad.then(|| format!("{text:?}: {said}"))
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
        assert!(!without_quoted("expected `4111111111111111`").contains("4111"));
        assert_eq!(
            without_quoted("duplicate mapping key: hunter2, set DuplicateKeyPolicy in Options if acceptable"),
            "a key stands twice in one object"
        );
    }
}
