//! As much of Helm's templates as the chart uses, so that its objects can be looked at where Helm is absent: values, `quote`, `required`, `if`, `not`, `range`,
//! files of the chart. Anything else is an error, so that the chart stays simple.

use serde_json::Value;
use std::fs;
use std::path::Path;

/// The files of a chart with their names, rendered.
pub fn render(chart: &Path, namespace: &str, values: &Value) -> Vec<(String, String)> {
    let mut files: Vec<_> = fs::read_dir(chart.join("templates")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "yaml"))
        .map(|file| {
            let text = fs::read_to_string(file).unwrap();
            let page = Page { chart, namespace, values };
            let tokens = tokens(&text);
            let mut at = 0;
            let out = page.block(&tokens, &mut at, None, true);
            assert_eq!(at, tokens.len(), "{}: an end too many", file.display());
            (file.file_name().unwrap().to_string_lossy().into_owned(), out.trim().to_owned())
        })
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// Writes the plain manifests.
pub fn write(folder: &Path, rendered: &[(String, String)]) {
    let order = ["namespace.yaml", "quota.yaml", "account.yaml", "role.yaml", "network.yaml", "cronjob.yaml"];
    for (name, text) in rendered {
        let nth = order.iter().position(|known| known == name).unwrap_or_else(|| panic!("{name} has no place"));
        fs::write(folder.join(format!("{nth}0-{name}")), format!("{text}\n")).unwrap();
    }
}

/// Lays values over others, as Helm does.
pub fn laid_over(values: &mut Value, over: &Value) {
    match (values, over) {
        (Value::Object(values), Value::Object(over)) => {
            for (key, value) in over {
                laid_over(values.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (values, over) => *values = over.clone(),
    }
}

enum Token<'t> {
    Text(&'t str),
    Action(&'t str),
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut found, mut rest) = (Vec::new(), text);
    while let Some(start) = rest.find("{{") {
        let end = start + rest[start..].find("}}").expect("an action that does not end");
        let action = &rest[start + 2..end];
        let before = &rest[..start];
        found.push(Token::Text(if action.starts_with('-') { before.trim_end() } else { before }));
        found.push(Token::Action(action.trim_start_matches('-').trim()));
        rest = &rest[end + 2..];
    }
    found.push(Token::Text(rest));
    found
}

struct Page<'p> {
    chart: &'p Path,
    namespace: &'p str,
    values: &'p Value,
}

impl Page<'_> {
    /// Renders up to the `end` or `else` of a block, which is left for the caller.
    fn block(&self, tokens: &[Token<'_>], at: &mut usize, item: Option<&Value>, shown: bool) -> String {
        let mut out = String::new();
        while let Some(token) = tokens.get(*at) {
            *at += 1;
            let action = match token {
                Token::Text(text) => {
                    out.push_str(if shown { text } else { "" });
                    continue;
                }
                Token::Action(action) => *action,
            };
            if action == "end" || action == "else" {
                *at -= 1;
                return out;
            } else if let Some(condition) = action.strip_prefix("if ") {
                let holds = match condition.strip_prefix("not ") {
                    Some(condition) => !is_true(&self.value(condition, item)),
                    None => is_true(&self.value(condition, item)),
                };
                out.push_str(&self.block(tokens, at, item, shown && holds));
                if matches!(tokens.get(*at), Some(Token::Action("else"))) {
                    *at += 1;
                    out.push_str(&self.block(tokens, at, item, shown && !holds));
                }
                *at += 1;
            } else if let Some(list) = action.strip_prefix("range ") {
                let list = self.value(list, item).as_array().cloned().unwrap_or_default();
                let start = *at;
                for item in &list {
                    *at = start;
                    out.push_str(&self.block(tokens, at, Some(item), shown));
                }
                if list.is_empty() {
                    self.block(tokens, at, Some(&Value::Null), false);
                }
                *at += 1;
            } else if shown {
                out.push_str(&self.told(action, item));
            }
        }
        out
    }

    fn told(&self, action: &str, item: Option<&Value>) -> String {
        if let Some(file) = action.strip_prefix(".Files.Get ") {
            return fs::read_to_string(self.chart.join(file.trim_matches('"'))).unwrap();
        }
        if let Some(rest) = action.strip_prefix("required \"") {
            let (message, of) = rest.split_once("\" ").unwrap();
            let value = self.value(of, item);
            assert!(is_true(&value), "{message}");
            return plain(&value);
        }
        match action.strip_suffix(" | quote") {
            Some(of) => format!("{:?}", plain(&self.value(of, item))),
            None => plain(&self.value(action, item)),
        }
    }

    fn value(&self, path: &str, item: Option<&Value>) -> Value {
        let walk = |from: &Value, path: &str| path.split('.').fold(from.clone(), |value, key| value.get(key).cloned().unwrap_or_default());
        match path {
            ".Release.Namespace" => Value::String(self.namespace.to_owned()),
            _ if path.starts_with(".Values.") => walk(self.values, &path[".Values.".len()..]),
            _ => {
                let field = path.strip_prefix('.').filter(|field| field.chars().all(char::is_alphanumeric));
                walk(item.expect("a field outside of a list"), field.unwrap_or_else(|| panic!("“{path}” is not understood")))
            }
        }
    }
}

fn is_true(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value != "" && value != 0 && value.as_array().is_none_or(|list| !list.is_empty())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
