//! The lines of an object around a field, as YAML: where the field is, what stands there, and the path that leads to it. What was never
//! kept of an object can't be shown, so an excerpt is told to be one.

use serde_json::Value;

/// A line of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The text, indented.
    pub text: String,
    /// Whether it is the field itself.
    pub marked: bool,
}

/// A step of a field's path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    /// An item of a list by what stands in it: `[name=web]`, `[kind=ServiceAccount,namespace=pay,name=web]`.
    Item(Vec<(String, String)>),
    Index(usize),
}

/// How many lines of the field itself are shown.
const MOST: usize = 16;

/// The lines that lead to a field and the field itself. Where the path leads to something that was not kept, or is not set, the last line
/// says so.
#[must_use]
pub fn excerpt(object: &Value, field: &str, observed: &str) -> Vec<Line> {
    let mut lines = vec![];
    let parts = parse(field);
    let (mut at, mut indent, mut dash) = (object, 0usize, false);
    for (nth, part) in parts.iter().enumerate() {
        let last = nth + 1 == parts.len();
        let next = match part {
            // An item of a list of texts is named by its text, or by what stands before its “=”.
            Part::Key(key) if at.is_array() => at.as_array().and_then(|items| items.iter().find(|i| names(i, key))),
            Part::Key(key) => at.get(key),
            Part::Item(says) => {
                let is_it = |item: &&Value| says.iter().all(|(key, value)| text_of(item.get(key)) == *value);
                at.as_array().and_then(|items| items.iter().find(is_it))
            }
            Part::Index(index) => at.get(index),
        };
        let lead = format!("{}{}", "  ".repeat(indent), if dash { "- " } else { "" });
        match (part, next) {
            (Part::Key(_), Some(item)) if at.is_array() => {
                lines.push(Line { text: format!("{}- {}", "  ".repeat(indent), scalar(item)), marked: last });
            }
            (Part::Key(key), Some(value)) if last => {
                lines.extend(entry(&lead, key, value, indent + usize::from(dash), true));
            }
            (Part::Key(key), Some(value)) => {
                lines.push(Line { text: format!("{lead}{key}:"), marked: false });
                indent += 1 + usize::from(dash);
                (at, dash) = (value, false);
            }
            (Part::Item(says), Some(item)) => {
                lines.extend(said(says, indent).into_iter().map(|text| Line { text, marked: last }));
                if last {
                    lines.extend(rest(item, says, indent + 1));
                }
                indent += 1;
                (at, dash) = (item, false);
            }
            (Part::Index(_), Some(item)) if last => {
                lines.extend(block(item, indent, true).into_iter().enumerate().map(|(n, mut line)| {
                    line.text =
                        if n == 0 { format!("{}- {}", "  ".repeat(indent), line.text.trim_start()) } else { format!("  {}", line.text) };
                    line
                }));
            }
            (Part::Index(_), Some(item)) => (at, dash) = (item, true),
            (part, None) => {
                let mut names = match part {
                    Part::Key(key) if at.is_array() => vec![format!("{lead}- {}", scalar(&key.as_str().into()))],
                    Part::Key(key) => vec![format!("{lead}{key}")],
                    Part::Item(says) => said(says, indent),
                    Part::Index(index) => vec![format!("{lead}- # item {index}")],
                };
                let what = if observed.is_empty() { "not set" } else { observed };
                if let Some(last) = names.last_mut() {
                    *last += &format!("  # {what}");
                }
                lines.extend(names.into_iter().map(|text| Line { text, marked: true }));
                return lines;
            }
        }
    }
    lines
}

fn names(item: &Value, key: &str) -> bool {
    item.as_str().is_some_and(|text| text == key || text.strip_prefix(key).is_some_and(|rest| rest.starts_with('=')))
}

/// The lines that say which item of a list it is.
fn said(says: &[(String, String)], indent: usize) -> Vec<String> {
    let line = |(nth, (key, value)): (usize, &(String, String))| {
        let lead = if nth == 0 { "- " } else { "  " };
        format!("{}{lead}{key}: {}", "  ".repeat(indent), scalar(&value.as_str().into()))
    };
    says.iter().enumerate().map(line).collect()
}

/// What else stands in an item.
fn rest(item: &Value, but: &[(String, String)], indent: usize) -> Vec<Line> {
    let Some(map) = item.as_object() else { return vec![] };
    let mut lines: Vec<Line> = map
        .iter()
        .filter(|(key, value)| !is_nothing(value) && !but.iter().any(|(said, _)| said == *key))
        .flat_map(|(key, value)| entry(&"  ".repeat(indent), key, value, indent, true))
        .collect();
    shorten(&mut lines, indent);
    lines
}

fn entry(lead: &str, key: &str, value: &Value, indent: usize, marked: bool) -> Vec<Line> {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let mut lines = vec![Line { text: format!("{lead}{key}:"), marked }];
            lines.extend(block(value, indent + 1, marked));
            shorten(&mut lines, indent);
            lines
        }
        Value::Array(items) if items.iter().any(|i| i.is_object() || i.is_array()) => {
            let mut lines = vec![Line { text: format!("{lead}{key}:"), marked }];
            lines.extend(block(value, indent, marked));
            shorten(&mut lines, indent);
            lines
        }
        other => vec![Line { text: format!("{lead}{key}: {}", scalar(other)), marked }],
    }
}

fn block(value: &Value, indent: usize, marked: bool) -> Vec<Line> {
    let lead = "  ".repeat(indent);
    match value {
        Value::Object(map) => {
            map.iter().filter(|(_, value)| !is_nothing(value)).flat_map(|(key, value)| entry(&lead, key, value, indent, marked)).collect()
        }
        Value::Array(items) => items
            .iter()
            .flat_map(|item| {
                let mut lines = block(item, indent + 1, marked);
                if let Some(first) = lines.first_mut() {
                    first.text = format!("{lead}- {}", first.text.trim_start());
                }
                lines
            })
            .collect(),
        other => vec![Line { text: format!("{lead}{}", scalar(other)), marked }],
    }
}

fn shorten(lines: &mut Vec<Line>, indent: usize) {
    if lines.len() > MOST {
        let more = lines.len() - MOST;
        lines.truncate(MOST);
        lines.push(Line { text: format!("{}# … {more} more lines", "  ".repeat(indent + 1)), marked: false });
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn text_of(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let plain = !text.is_empty()
                && text.trim() == text
                && !text.starts_with(['-', '?', '*', '&', '!', '|', '>', '\'', '"', '%', '@', '`', '{', '[', '#'])
                && !text.contains(": ")
                && !text.contains('\n')
                && !matches!(text.as_str(), "true" | "false" | "null" | "yes" | "no")
                && text.parse::<f64>().is_err();
            if plain { text.clone() } else { Value::String(text.clone()).to_string() }
        }
        Value::Array(items) => format!("[{}]", items.iter().map(scalar).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// Takes a path apart: `spec.volumes[name=varlog].hostPath`, `rules[2].verbs`, `metadata.annotations[a.b/c]`.
fn parse(field: &str) -> Vec<Part> {
    let mut parts = vec![];
    let mut rest = field.trim();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('[') {
            // Names of users may hold brackets too; the one that closes is followed by nothing, a dot or the next.
            let closes = |&(at, _): &(usize, &str)| matches!(inside[at + 1..].chars().next(), None | Some('.' | '['));
            let end = inside.match_indices(']').find(closes).map_or(inside.len(), |(at, _)| at);
            let (content, after) = (&inside[..end], inside.get(end + 1..).unwrap_or_default());
            parts.push(match (content.parse(), content.contains('=')) {
                (Ok(index), _) => Part::Index(index),
                (_, true) => Part::Item(pairs(content)),
                _ => Part::Key(content.trim_matches(['"', '\'']).to_owned()),
            });
            rest = after.trim_start_matches('.');
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            if end > 0 {
                parts.push(Part::Key(rest[..end].to_owned()));
            }
            rest = rest[end..].trim_start_matches('.');
        }
    }
    parts
}

/// What names an item: `kind=User,name=CN=ann,O=ops` are two, because a name stands last and may hold anything.
fn pairs(content: &str) -> Vec<(String, String)> {
    let mut pairs = vec![];
    let mut rest = content;
    while let Some((key, behind)) = rest.split_once('=') {
        let (value, next) = if key == "name" { (behind, "") } else { behind.split_once(',').unwrap_or((behind, "")) };
        pairs.push((key.to_owned(), value.to_owned()));
        rest = next;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(lines: &[Line]) -> Vec<String> {
        lines.iter().map(|l| format!("{}{}", if l.marked { "▸" } else { " " }, l.text)).collect()
    }

    #[test]
    fn the_path_leads_to_the_field() {
        let object = json!({"spec": {"template": {"spec": {"volumes": [{"name": "tmp"}, {"name": "sock", "hostPath": {"path": "/var/run/docker.sock"}}]}}}});
        assert_eq!(
            text(&excerpt(&object, "spec.template.spec.volumes[name=sock].hostPath", "")),
            [
                " spec:",
                "   template:",
                "     spec:",
                "       volumes:",
                "         - name: sock",
                "▸          hostPath:",
                "▸            path: /var/run/docker.sock"
            ]
        );
    }

    #[test]
    fn what_is_not_set_is_said_at_its_place() {
        let object = json!({"spec": {"containers": [{"name": "web", "image": "nginx"}]}});
        let lines = excerpt(&object, "spec.containers[name=web].securityContext.runAsNonRoot", "not set");
        assert_eq!(text(&lines).last().map(String::as_str), Some("▸      securityContext  # not set"));
    }

    #[test]
    fn an_item_that_several_values_name_is_yaml() {
        let account = json!({"kind": "ServiceAccount", "namespace": "pay", "name": "web"});
        let user = json!({"kind": "User", "name": "CN=ann,O=ops[1]", "apiGroup": "rbac.authorization.k8s.io"});
        let object = json!({"subjects": [{"kind": "ServiceAccount", "namespace": "x", "name": "web"}, account, user]});
        let field = "subjects[kind=ServiceAccount,namespace=pay,name=web]";
        assert_eq!(
            text(&excerpt(&object, field, "")),
            [" subjects:", "▸  - kind: ServiceAccount", "▸    namespace: pay", "▸    name: web"]
        );
        let lines = excerpt(&object, "subjects[kind=User,name=CN=ann,O=ops[1]]", "");
        assert_eq!(text(&lines)[1..], ["▸  - kind: User", "▸    name: CN=ann,O=ops[1]", "▸    apiGroup: rbac.authorization.k8s.io"]);
        let yaml: String = lines.iter().map(|line| format!("{}\n", line.text)).collect();
        let read: Value = serde_saphyr::from_str(&yaml).unwrap();
        assert_eq!(read, json!({"subjects": [user]}));
        let gone = excerpt(&object, "subjects[kind=Group,name=ops]", "");
        assert_eq!(text(&gone)[1..], ["▸  - kind: Group", "▸    name: ops  # not set"]);
    }

    #[test]
    fn items_by_number_and_long_values() {
        let object = json!({"rules": [{"verbs": ["get"]}, {"verbs": ["*"], "resources": ["secrets"]}]});
        assert_eq!(text(&excerpt(&object, "rules[1].verbs", "")), [" rules:", "▸  - verbs: [\"*\"]"]);
        let long = json!({"data": (0..100).map(|n| (format!("k{n:03}"), json!(n))).collect::<serde_json::Map<_, _>>()});
        assert!(excerpt(&long, "data", "").len() <= MOST + 1);
    }
}
