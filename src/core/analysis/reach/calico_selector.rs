//! Calico's selector expressions: `role == 'db' && has(env)`, `!(tier in {'a', 'b'})`, `all()`.
//!
//! Grammar, from Calico's reference: `||` binds loosest, then `&&`, then `!`; a comparison has a label on its left and one text in quotes, or
//! a set of them in braces, on its right; nothing is escaped within quotes.

use super::selector::{Attribute, Test};

/// Reads an expression; an empty one picks everything. `attribute` says what a label is, or that it is none that is known.
pub(super) fn parse(text: &str, attribute: impl Fn(&str) -> Result<Attribute, String>) -> Result<Test, String> {
    let mut parser = Parser { rest: text, attribute: &attribute, depth: 0 };
    if parser.peek().is_none() {
        return Ok(Test::Always(true));
    }
    let test = parser.either()?;
    match parser.peek() {
        None => Ok(test),
        Some(_) => Err(wrong("something follows its end")),
    }
}

/// How deep parentheses and negations may stand in each other.
const DEEPEST: usize = 100;

fn wrong(what: &str) -> String {
    format!("a selector cannot be read: {what}")
}

struct Parser<'t, 'f> {
    rest: &'t str,
    attribute: &'f dyn Fn(&str) -> Result<Attribute, String>,
    depth: usize,
}

impl<'t> Parser<'t, '_> {
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        self.rest.chars().next()
    }

    /// Takes a text if it comes next.
    fn take(&mut self, text: &str) -> bool {
        self.peek();
        let found = self.rest.strip_prefix(text);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn must(&mut self, text: &str) -> Result<(), String> {
        if self.take(text) { Ok(()) } else { Err(wrong(&format!("“{text}” is missing"))) }
    }

    fn either(&mut self) -> Result<Test, String> {
        let mut tests = vec![self.both()?];
        while self.take("||") {
            tests.push(self.both()?);
        }
        Ok(if tests.len() == 1 { tests.remove(0) } else { Test::Or(tests) })
    }

    fn both(&mut self) -> Result<Test, String> {
        let mut tests = vec![self.one()?];
        while self.take("&&") {
            tests.push(self.one()?);
        }
        Ok(if tests.len() == 1 { tests.remove(0) } else { Test::And(tests) })
    }

    fn one(&mut self) -> Result<Test, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(wrong("it is nested too deep"));
        }
        let test = if self.take("!") {
            self.one()?.negated()
        } else if self.take("(") {
            let test = self.either()?;
            self.must(")")?;
            test
        } else if self.take("all(") {
            self.must(")")?;
            Test::Always(true)
        } else if self.take("global(") {
            self.must(")")?;
            // What has no namespace, which no pod is.
            Test::Always(false)
        } else if self.take("has(") {
            let label = self.label()?;
            self.must(")")?;
            Test::Has((self.attribute)(label)?)
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(test)
    }

    fn label(&mut self) -> Result<&'t str, String> {
        self.peek();
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_./-".contains(c))).unwrap_or(self.rest.len());
        let (label, rest) = self.rest.split_at(end);
        self.rest = rest;
        if label.is_empty() { Err(wrong("a label is missing")) } else { Ok(label) }
    }

    fn comparison(&mut self) -> Result<Test, String> {
        let label = self.label()?;
        let attribute = (self.attribute)(label)?;
        if self.take("==") {
            return Ok(Test::is(attribute, self.text()?));
        }
        if self.take("!=") {
            return Ok(Test::is(attribute, self.text()?).negated());
        }
        if self.take("contains") {
            return Ok(Test::Contains(attribute, self.text()?));
        }
        if self.take("starts") {
            self.must("with")?;
            return Ok(Test::StartsWith(attribute, self.text()?));
        }
        if self.take("ends") {
            self.must("with")?;
            return Ok(Test::EndsWith(attribute, self.text()?));
        }
        if self.take("not") {
            self.must("in")?;
            return Ok(Test::In(attribute, self.set()?).negated());
        }
        if self.take("in") {
            return Ok(Test::In(attribute, self.set()?));
        }
        Err(wrong("a comparison is missing behind a label"))
    }

    fn text(&mut self) -> Result<String, String> {
        let quote = self.peek().filter(|c| matches!(c, '"' | '\'')).ok_or_else(|| wrong("a text in quotes is missing"))?;
        let inside = &self.rest[1..];
        let end = inside.find(quote).ok_or_else(|| wrong("a quote does not end"))?;
        self.rest = &inside[end + 1..];
        Ok(inside[..end].to_owned())
    }

    fn set(&mut self) -> Result<Vec<String>, String> {
        self.must("{")?;
        let mut values = Vec::new();
        while matches!(self.peek(), Some('"' | '\'')) {
            values.push(self.text()?);
            if !self.take(",") {
                break;
            }
        }
        self.must("}")?;
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::super::selector::Facts;
    use super::*;
    use std::collections::BTreeMap;

    fn picks(text: &str, labels: &[(&str, &str)]) -> Result<bool, String> {
        let test = parse(text, |key| Ok(Attribute::Pod(key.to_owned())))?;
        let labels: BTreeMap<String, String> = labels.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let none = BTreeMap::new();
        let facts = Facts { labels: Some(&labels), namespace: Some("n"), namespace_labels: Some(&none), ..Facts::ANY };
        test.holds(&facts).ok_or_else(|| "not known".to_owned())
    }

    #[test]
    fn the_reference_s_operators_are_read() {
        let pod = [("role", "db"), ("env", "prod-eu")];
        for (text, answer) in [
            ("", true),
            ("all()", true),
            ("all( )", true),
            ("global()", false),
            ("role == 'db'", true),
            ("role==\"db\"", true),
            ("role != 'db'", false),
            ("missing != 'db'", true),
            ("role in {'web', \"db\"}", true),
            ("role in {}", false),
            ("role not in { 'web','db' }", false),
            ("missing not in {'a'}", true),
            ("has(role) && ! has(missing)", true),
            ("!!has(role)", true),
            ("has( role )", true),
            ("env contains 'od-'", true),
            ("env starts with 'prod' && env ends with \"eu\"", true),
            ("missing contains 'a'", false),
            ("role == 'web' || role == 'db' && env == 'none'", false),
            ("(role == 'web' || role == 'db') && has(env)", true),
            ("!(role == 'web') && has(env)", true),
        ] {
            assert_eq!(picks(text, &pod), Ok(answer), "{text}");
        }
    }

    #[test]
    fn what_is_no_expression_is_refused() {
        for text in [
            "role",
            "role = 'db'",
            "role == db",
            "role == 'db",
            "has(",
            "(role == 'db'",
            "role == 'db' extra",
            "&& all()",
            "all",
            "role & 'a'",
        ] {
            assert!(picks(text, &[]).is_err(), "{text}");
        }
        assert!(picks(&"!".repeat(100_000), &[]).is_err());
    }
}
