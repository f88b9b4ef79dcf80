//! From the text of an expression to its tree, by the grammar of cel-go; macros become nodes of their own.

use super::Fault;
use super::ast::{Fold, Node};
use super::lex::{Token, words};
use super::value::Value;
use std::sync::Arc;

/// Words that can be fields but no variables.
const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "package",
    "namespace",
    "null",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// How deep parts may stand in each other here: one for a link of a chain, more for what is enclosed, which takes more room to be read. cel-go stops at 250,
/// counted its own way.
const DEPTH: usize = 200;
const LINK: usize = 1;
const ENCLOSED: usize = 4;

fn refused<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Refused(format!("syntax error: {}", why.into())))
}

/// Reads a whole expression.
pub(crate) fn parse(text: &str) -> Result<Node, Fault> {
    let mut parser = Parser { words: words(text)?, at: 0, depth: 0 };
    let node = parser.expression()?;
    if *parser.peek() != Token::End {
        return refused("something stands after the end");
    }
    Ok(node)
}

struct Parser {
    words: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        self.words.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&mut self) -> Token {
        let word = self.peek().clone();
        self.at += 1;
        word
    }

    fn eat(&mut self, sign: &'static str) -> bool {
        let found = *self.peek() == Token::Sign(sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), Fault> {
        if self.eat(sign) { Ok(()) } else { refused(format!("missing {sign:?}")) }
    }

    fn deeper(&mut self, by: usize) -> Result<(), Fault> {
        self.depth += by;
        if self.depth > DEPTH { Err(Fault::Lacking("the expression is too deep to be read here".to_owned())) } else { Ok(()) }
    }

    fn expression(&mut self) -> Result<Node, Fault> {
        let depth = self.depth;
        self.deeper(ENCLOSED)?;
        let node = self.or()?;
        let node = if self.eat("?") {
            let yes = self.or()?;
            self.expect(":")?;
            Node::If(Box::new((node, yes, self.expression()?)))
        } else {
            node
        };
        self.depth = depth;
        Ok(node)
    }

    fn or(&mut self) -> Result<Node, Fault> {
        let mut parts = vec![self.and()?];
        while self.eat("||") {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Node::Or(parts) })
    }

    fn and(&mut self) -> Result<Node, Fault> {
        let mut parts = vec![self.relation()?];
        while self.eat("&&") {
            parts.push(self.relation()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Node::And(parts) })
    }

    fn binary(&mut self, signs: &[&'static str], part: fn(&mut Self) -> Result<Node, Fault>) -> Result<Node, Fault> {
        let depth = self.depth;
        let mut left = part(self)?;
        loop {
            let sign = match self.peek() {
                Token::Sign(sign) if signs.contains(sign) => *sign,
                Token::Name(name) if &**name == "in" && signs.contains(&"in") => "in",
                _ => break,
            };
            self.at += 1;
            self.deeper(LINK)?;
            let right = part(self)?;
            left = call(sign, vec![left, right]);
        }
        self.depth = depth;
        Ok(left)
    }

    fn relation(&mut self) -> Result<Node, Fault> {
        self.binary(&["<", "<=", ">=", ">", "==", "!=", "in"], Self::sum)
    }

    fn sum(&mut self) -> Result<Node, Fault> {
        self.binary(&["+", "-"], Self::product)
    }

    fn product(&mut self) -> Result<Node, Fault> {
        self.binary(&["*", "/", "%"], Self::unary)
    }

    fn unary(&mut self) -> Result<Node, Fault> {
        let signed = *self.peek() == Token::Sign("-") && matches!(self.words.get(self.at + 1), Some(Token::Int(_) | Token::Float(_)));
        for (sign, name) in [("!", "!"), ("-", "-_")] {
            let mut count = 0;
            while !(sign == "-" && signed) && self.eat(sign) {
                count += 1;
            }
            if count > 0 {
                let node = self.member()?;
                return Ok(if count % 2 == 0 { node } else { call(name, vec![node]) });
            }
        }
        self.member()
    }

    fn member(&mut self) -> Result<Node, Fault> {
        let depth = self.depth;
        let mut node = self.primary()?;
        loop {
            if self.eat(".") {
                self.deeper(LINK)?;
                let optional = self.eat("?");
                let (field, quoted) = match self.next() {
                    Token::Name(name) if !["in", "true", "false", "null"].contains(&&*name) => (name, false),
                    Token::Quoted(name) => (name, true),
                    _ => return refused("no name after a dot"),
                };
                let of = Box::new(node);
                node = if !optional && !quoted && self.eat("(") {
                    let args = self.list(")")?;
                    receiver(&field, of, args)?
                } else if optional {
                    Node::OptSelect { of, field }
                } else {
                    Node::Select { of, field }
                };
            } else if self.eat("[") {
                self.deeper(LINK)?;
                let optional = self.eat("?");
                let index = Box::new(self.expression()?);
                self.expect("]")?;
                node = Node::Index { of: Box::new(node), index, optional };
            } else if *self.peek() == Token::Sign("{") && is_name(&node) {
                return Err(Fault::Lacking("objects of a type can't be made here".to_owned()));
            } else {
                self.depth = depth;
                return Ok(node);
            }
        }
    }

    /// Expressions up to a sign.
    fn list(&mut self, end: &'static str) -> Result<Vec<Node>, Fault> {
        let mut nodes = Vec::new();
        if self.eat(end) {
            return Ok(nodes);
        }
        loop {
            nodes.push(self.expression()?);
            if self.eat(end) {
                return Ok(nodes);
            }
            self.expect(",")?;
        }
    }

    fn primary(&mut self) -> Result<Node, Fault> {
        let negative = self.eat("-");
        let literal = match self.next() {
            Token::Int(text) => Node::Literal(int(&text, negative)?),
            Token::Float(text) => match text.parse::<f64>() {
                Ok(value) if value.is_finite() => Node::Literal(Value::Double(if negative { -value } else { value })),
                _ => return refused("a number that is none"),
            },
            _ if negative => return refused("a sign before something that is no number"),
            Token::Uint(text) => Node::Literal(Value::Uint(whole(&text)?)),
            Token::Text(text) => Node::Literal(Value::String(text)),
            Token::Bytes(bytes) => Node::Literal(Value::Bytes(bytes)),
            Token::Sign("(") => {
                let node = self.expression()?;
                self.expect(")")?;
                node
            }
            Token::Sign("[") => self.list_literal()?,
            Token::Sign("{") => self.map_literal()?,
            Token::Sign(".") => match self.next() {
                // A leading dot leaves loops' own variables out; no policy is known to need it.
                Token::Name(_) => return Err(Fault::Lacking("names with a leading dot are not read here".to_owned())),
                _ => return refused("no name after a dot"),
            },
            Token::Name(name) => match &*name {
                "true" => Node::Literal(Value::Bool(true)),
                "false" => Node::Literal(Value::Bool(false)),
                "null" => Node::Literal(Value::Null),
                word if RESERVED.contains(&word) => return refused(format!("reserved identifier: {word}")),
                _ if self.eat("(") => {
                    let args = self.list(")")?;
                    global(&name, args)?
                }
                _ => Node::Ident(name),
            },
            _ => return refused("an expression is missing"),
        };
        Ok(literal)
    }

    fn list_literal(&mut self) -> Result<Node, Fault> {
        let mut items = Vec::new();
        loop {
            // One comma may stand before the end, even alone.
            if self.eat("]") {
                return Ok(Node::List(items));
            }
            if items.is_empty() && self.eat(",") {
                self.expect("]")?;
                return Ok(Node::List(items));
            }
            let optional = self.eat("?");
            items.push((self.expression()?, optional));
            if !self.eat(",") {
                self.expect("]")?;
                return Ok(Node::List(items));
            }
        }
    }

    fn map_literal(&mut self) -> Result<Node, Fault> {
        let mut entries = Vec::new();
        loop {
            if self.eat("}") {
                return Ok(Node::Map(entries));
            }
            if entries.is_empty() && self.eat(",") {
                self.expect("}")?;
                return Ok(Node::Map(entries));
            }
            let optional = self.eat("?");
            let key = self.expression()?;
            self.expect(":")?;
            entries.push((key, self.expression()?, optional));
            if !self.eat(",") {
                self.expect("}")?;
                return Ok(Node::Map(entries));
            }
        }
    }
}

fn call(name: &str, args: Vec<Node>) -> Node {
    Node::Call { name: name.into(), target: None, args }
}

fn is_name(node: &Node) -> bool {
    match node {
        Node::Ident(_) => true,
        Node::Select { of, .. } => is_name(of),
        _ => false,
    }
}

fn whole(text: &str) -> Result<u64, Fault> {
    let parsed = text.strip_prefix("0x").map_or_else(|| text.parse(), |hex| u64::from_str_radix(hex, 16));
    parsed.map_or_else(|_| refused("a number that is too large"), Ok)
}

fn int(text: &str, negative: bool) -> Result<Value, Fault> {
    let value = i128::from(whole(text)?);
    i64::try_from(if negative { -value } else { value })
        .map_or_else(|_| refused("a number that is too large"), |value| Ok(Value::Int(value)))
}

fn global(name: &Arc<str>, mut args: Vec<Node>) -> Result<Node, Fault> {
    if &**name == "has" && args.len() == 1 {
        return match args.pop() {
            Some(Node::Select { of, field }) => Ok(Node::Has { of, field }),
            _ => refused("invalid argument to has() macro"),
        };
    }
    Ok(Node::Call { name: name.clone(), target: None, args })
}

/// A method, or a macro that looks like one.
fn receiver(name: &Arc<str>, of: Box<Node>, mut args: Vec<Node>) -> Result<Node, Fault> {
    let kind = match (&**name, args.len()) {
        ("all", 2 | 3) => Fold::All,
        ("exists", 2 | 3) => Fold::Exists,
        ("exists_one", 2 | 3) | ("existsOne", 3) => Fold::ExistsOne,
        ("map", 2 | 3) | ("transformList", 3 | 4) => Fold::List,
        ("filter", 2) => Fold::Filter,
        ("transformMap", 3 | 4) => Fold::Map,
        ("transformMapEntry", 3 | 4) => Fold::Entries,
        ("sortBy", 2) => Fold::SortBy,
        ("optMap" | "optFlatMap", 2) => {
            let (body, var) = (args.pop(), args.pop());
            let Some((body, Node::Ident(var))) = body.zip(var) else { return refused("a macro's variable must be a name") };
            return Ok(Node::OptMap { of, var, body: Box::new(body), flat: &**name == "optFlatMap" });
        }
        _ => return Ok(Node::Call { name: name.clone(), target: Some(of), args }),
    };
    let two = match (&**name, args.len()) {
        ("map" | "filter" | "sortBy", _) => false,
        (name, _) if name.starts_with("transform") => true,
        (_, count) => count == 3,
    };
    if kind == Fold::SortBy && matches!(*of, Node::Literal(_) | Node::Map(_)) {
        return refused("sortBy can't be applied to this");
    }
    let mut args = args.into_iter();
    let mut var = || match args.next() {
        Some(Node::Ident(name)) if &*name != "__result__" => Ok(name),
        _ => refused("a macro's variable must be a name"),
    };
    let first = var()?;
    let second = if two { Some(var()?) } else { None };
    if second.as_ref() == Some(&first) {
        return refused("duplicate variable name");
    }
    let mut rest: Vec<Node> = args.collect();
    let Some(body) = rest.pop() else { return refused("a macro without an expression") };
    Ok(Node::Fold { kind, range: of, vars: (first, second), filter: rest.pop().map(Box::new), body: Box::new(body) })
}
