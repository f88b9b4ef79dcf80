//! What OPA's compiler does with a negated call, which regorus does not: references and calls among its arguments are worked out before, outside of the
//! negation. So `not startswith(x.missing, "a")` is undefined, and not true, while `not x.missing` and `not x.missing == "a"` are true.
//!
//! Here the text of such statements is written anew: `v := x.missing; not startswith(v, "a")`. Found by asking OPA 1.17 (`rewriteDynamics` and
//! `rewriteExprTerms` of its compiler).

use super::survey::rule_names;
use serde_json::Value;
use std::collections::BTreeSet;

/// A part of the text that is replaced.
type Edit = (usize, usize, String);

struct Writer<'a> {
    text: &'a str,
    /// Names that stand for rules, imports and documents, and so are references.
    references: BTreeSet<String>,
    /// What the new variables begin with.
    prefix: String,
    count: usize,
    failed: bool,
}

/// The text of a module with its negated calls written out; none where it has none. An error where a part of it can't be found in the text.
pub(super) fn written_out(text: &str, tree: &Value) -> Result<Option<String>, String> {
    let mut references = rule_names(tree);
    references.extend(["input".to_owned(), "data".to_owned()]);
    for import in tree["imports"].as_array().into_iter().flatten() {
        let alias = import.get("as").and_then(|span| slice(text, span)).map(str::to_owned);
        let last = import["refr"]["RefDot"]["field"][1].as_str().map(str::to_owned);
        references.extend(alias.or(last));
    }
    let prefix = (0..).map(|number| format!("apart{number}_")).find(|prefix| !text.contains(prefix.as_str())).unwrap_or_default();
    let mut writer = Writer { text, references, prefix, count: 0, failed: false };
    let mut edits = Vec::new();
    writer.look(&tree["rules"], &mut edits);
    if writer.failed {
        return Err("a negation that can't be written out".to_owned());
    }
    Ok((!edits.is_empty()).then(|| applied(text, 0, text.len(), edits)))
}

fn range(span: &Value) -> Option<(usize, usize)> {
    let at = |key: &str| span[key].as_u64().and_then(|at| usize::try_from(at).ok());
    Some((at("start")?, at("end")?))
}

fn slice<'a>(text: &'a str, span: &Value) -> Option<&'a str> {
    let (start, end) = range(span)?;
    text.get(start..end)
}

/// A part of a text with edits within it.
fn applied(text: &str, start: usize, end: usize, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|(start, ..)| *start);
    let (mut written, mut at) = (String::new(), start);
    for (from, to, new) in edits {
        if from < at || to > end {
            continue;
        }
        written.push_str(text.get(at..from).unwrap_or_default());
        written.push_str(&new);
        at = to;
    }
    written.push_str(text.get(at..end).unwrap_or_default());
    written
}

/// The sort of an expression and what is in it.
fn sort(node: &Value) -> Option<(&str, &Value)> {
    node.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.iter().next()).map(|(sort, inner)| (sort.as_str(), inner))
}

impl Writer<'_> {
    /// Looks for statements in whatever is below a node.
    fn look(&mut self, node: &Value, edits: &mut Vec<Edit>) {
        match node {
            Value::Array(items) => items.iter().for_each(|item| self.look(item, edits)),
            Value::Object(fields) => match fields.get("stmts").and_then(Value::as_array) {
                Some(statements) => statements.iter().for_each(|statement| self.statement(statement, edits)),
                None => fields.values().for_each(|field| self.look(field, edits)),
            },
            _ => {}
        }
    }

    fn statement(&mut self, statement: &Value, edits: &mut Vec<Edit>) {
        let Some(negated) = statement["literal"].get("NotExpr") else { return self.look(statement, edits) };
        let expression = &negated["expr"];
        let (Some((start, _)), Some((_, end))) = (range(&negated["span"]), self.whole(expression)) else {
            self.failed = true;
            return;
        };
        if !self.text.get(start..end).is_some_and(|text| text.starts_with("not")) {
            self.failed = true;
            return;
        }
        let mut before = Vec::new();
        let kept = self.top(expression, &mut before);
        if before.is_empty() {
            // Nothing of its own; comprehensions in it may have something.
            let mut inner = Vec::new();
            self.look(expression, &mut inner);
            edits.extend(inner);
            return;
        }
        let with = self.with(statement);
        let mut written: String = before.iter().map(|(name, text)| format!("{name} := {text}{with}; ")).collect();
        written.push_str(&format!("not {kept}"));
        let alone = self.text.get(..start).is_some_and(|text| text.trim_end().ends_with("if") && !text.trim_end().ends_with('{'));
        if alone {
            edits.push((start, self.end(statement).unwrap_or(end).max(end), format!("{{ {written}{with} }}")));
        } else {
            edits.push((start, end, written));
        }
    }

    /// The modifiers of a statement, as they are written.
    fn with(&self, statement: &Value) -> String {
        let mods = statement["with_mods"].as_array().map(Vec::as_slice).unwrap_or_default();
        let first = mods.first().and_then(|one| range(&one["span"]));
        match (first, self.end(statement)) {
            (Some((start, _)), Some(end)) => format!(" {}", self.text.get(start..end).unwrap_or_default()),
            _ => String::new(),
        }
    }

    fn end(&self, statement: &Value) -> Option<usize> {
        let last = statement["with_mods"].as_array()?.last()?;
        self.whole(&last["as"]).map(|(_, end)| end)
    }

    /// Where an expression is in the text.
    fn whole(&self, node: &Value) -> Option<(usize, usize)> {
        sort(node).and_then(|(_, inner)| range(&inner["span"]))
    }

    /// The text of an expression as it is, but for what is in comprehensions.
    fn plain(&mut self, node: &Value) -> String {
        let Some((start, end)) = self.whole(node) else {
            self.failed = true;
            return String::new();
        };
        let mut edits = Vec::new();
        self.look(node, &mut edits);
        applied(self.text, start, end, edits)
    }

    /// The text of an expression with some of its parts replaced.
    fn with_parts(&mut self, node: &Value, parts: Vec<(&Value, String)>) -> String {
        let Some((start, end)) = self.whole(node) else {
            self.failed = true;
            return String::new();
        };
        let mut edits = Vec::new();
        for (part, text) in parts {
            match self.whole(part) {
                Some((from, to)) => edits.push((from, to, text)),
                None => self.failed = true,
            }
        }
        applied(self.text, start, end, edits)
    }

    /// The negated expression itself.
    fn top(&mut self, node: &Value, before: &mut Vec<(String, String)>) -> String {
        match sort(node) {
            Some(("Call", call)) => {
                let params: Vec<&Value> = call["params"].as_array().into_iter().flatten().collect();
                let parts = params.into_iter().map(|param| (param, self.one(param, before))).collect();
                self.with_parts(node, parts)
            }
            Some(("BoolExpr" | "AssignExpr", inner)) if inner["op"] == "Eq" => self.sides(node, inner, before, Self::in_term),
            Some(("BoolExpr" | "ArithExpr" | "BinExpr", inner)) => self.sides(node, inner, before, Self::one),
            Some(("Membership", inner)) => {
                let parts =
                    ["key", "value", "collection"].iter().map(|part| &inner[*part]).filter(|part| !part.is_null()).collect::<Vec<_>>();
                let parts = parts.into_iter().map(|part| (part, self.one(part, before))).collect();
                self.with_parts(node, parts)
            }
            _ => self.in_term(node, before),
        }
    }

    fn sides(
        &mut self,
        node: &Value,
        inner: &Value,
        before: &mut Vec<(String, String)>,
        each: fn(&mut Self, &Value, &mut Vec<(String, String)>) -> String,
    ) -> String {
        let left = each(self, &inner["lhs"], before);
        let right = each(self, &inner["rhs"], before);
        self.with_parts(node, vec![(&inner["lhs"], left), (&inner["rhs"], right)])
    }

    /// A side of an equation: a reference stays there, and what is in its brackets does not.
    fn in_term(&mut self, node: &Value, before: &mut Vec<(String, String)>) -> String {
        match sort(node) {
            Some(("RefDot" | "RefBrack", _)) => self.reference(node, before),
            Some(("Var", _)) => self.plain(node),
            _ => self.one(node, before),
        }
    }

    /// A reference, with what is in its brackets worked out before.
    fn reference(&mut self, node: &Value, before: &mut Vec<(String, String)>) -> String {
        match sort(node) {
            Some(("RefDot", inner)) => {
                let base = self.reference(&inner["refr"], before);
                self.with_parts(node, vec![(&inner["refr"], base)])
            }
            Some(("RefBrack", inner)) => {
                let base = self.reference(&inner["refr"], before);
                let index = self.one(&inner["index"], before);
                self.with_parts(node, vec![(&inner["refr"], base), (&inner["index"], index)])
            }
            Some(("Call", _)) => self.one(node, before),
            _ => self.plain(node),
        }
    }

    /// An argument: a reference or a call gets a variable of its own.
    fn one(&mut self, node: &Value, before: &mut Vec<(String, String)>) -> String {
        match sort(node) {
            Some(("RefDot" | "RefBrack", _)) => {
                let text = self.reference(node, before);
                self.apart(text, before)
            }
            Some(("Var", inner)) if inner["value"].as_str().is_some_and(|name| self.references.contains(name)) => {
                let text = self.plain(node);
                self.apart(text, before)
            }
            Some(("Call", _)) => {
                let text = self.top(node, before);
                self.apart(text, before)
            }
            Some(("ArithExpr" | "BinExpr", inner)) => {
                let text = self.sides(node, inner, before, Self::one);
                self.apart(text, before)
            }
            Some(("BoolExpr" | "AssignExpr" | "Membership" | "UnaryExpr", _)) => {
                self.failed = true;
                String::new()
            }
            Some(("Array" | "Set", inner)) => {
                let items: Vec<&Value> = inner["items"].as_array().into_iter().flatten().collect();
                let parts = items.into_iter().map(|item| (item, self.one(item, before))).collect();
                self.with_parts(node, parts)
            }
            Some(("Object", inner)) => {
                let fields: Vec<&Value> = inner["fields"].as_array().into_iter().flatten().collect();
                let mut parts = Vec::new();
                for field in fields {
                    parts.push((&field[1], self.one(&field[1], before)));
                    parts.push((&field[2], self.one(&field[2], before)));
                }
                self.with_parts(node, parts)
            }
            _ => self.plain(node),
        }
    }

    fn apart(&mut self, text: String, before: &mut Vec<(String, String)>) -> String {
        let name = format!("{}{}", self.prefix, self.count);
        self.count += 1;
        before.push((name.clone(), text));
        name
    }
}
