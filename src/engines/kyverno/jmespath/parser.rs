//! From words to a tree, by how strongly words bind.

use super::Fault;
use super::lexer::{Token, tokens};
use serde_json::Value;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `a == b`.
    Compare(Comparison, Box<Self>, Box<Self>),
    /// `&a`: an expression as an argument.
    Reference(Box<Self>),
    /// `f(a, b)`; no name where something else stands before the parenthesis, which errs when it runs.
    Call(Option<String>, Vec<Self>),
    /// A key.
    Field(String),
    /// `a[?b].c` as a, c, b.
    Filter(Box<Self>, Box<Self>, Box<Self>),
    /// `a[]`.
    Flatten(Box<Self>),
    /// `@`, or nothing at all.
    Identity,
    /// `[0]`.
    Index(i64),
    /// `a[0]` and `a.b`.
    Then(Box<Self>, Box<Self>),
    /// A value that stands there.
    Literal(Value),
    /// `{a: b}`.
    Hash(Vec<(String, Self)>),
    /// `[a, b]`.
    List(Vec<Self>),
    /// `a || b`.
    Or(Box<Self>, Box<Self>),
    /// `a && b`.
    And(Box<Self>, Box<Self>),
    /// `!a`.
    Not(Box<Self>),
    /// `a | b`.
    Pipe(Box<Self>, Box<Self>),
    /// `a[*].b`.
    Projection(Box<Self>, Box<Self>),
    /// `[1:5:2]`.
    Slice([Option<i64>; 3]),
    /// `a.*.b`.
    Values(Box<Self>, Box<Self>),
    /// What the parser takes and the interpreter doesn't know.
    Nothing,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
}

/// Deeper than this nobody nests; it keeps the stack.
const DEEPEST: usize = 200;

/// Longer than this nobody writes; it keeps the stack, too.
const LONGEST: usize = 2_000;

/// Reads an expression.
pub fn parse(text: &str) -> Result<Node, Fault> {
    let tokens = tokens(text)?;
    if tokens.len() > LONGEST {
        return Err(Fault::Lacking("the expression is too long".to_owned()));
    }
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let node = parser.expression(0)?;
    if *parser.current() != Token::End {
        return Err(Fault::Error("more stands after the end of the expression".to_owned()));
    }
    Ok(node)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

fn unexpected(token: &Token) -> Fault {
    Fault::Error(format!("{token:?} was not expected"))
}

impl Parser {
    fn current(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&Token::End)
    }

    fn next(&self) -> &Token {
        self.tokens.get(self.at + 1).unwrap_or(&Token::End)
    }

    fn take(&mut self) -> Token {
        let token = self.current().clone();
        self.at += 1;
        token
    }

    fn wants(&mut self, token: &Token) -> Result<(), Fault> {
        if self.current() == token {
            self.at += 1;
            return Ok(());
        }
        Err(unexpected(self.current()))
    }

    fn expression(&mut self, power: u8) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::Lacking("the expression is nested too deeply".to_owned()));
        }
        let token = self.take();
        let mut node = self.start(token)?;
        while power < self.current().power() {
            let token = self.take();
            node = self.after(&token, node)?;
        }
        self.depth -= 1;
        Ok(node)
    }

    fn start(&mut self, token: Token) -> Result<Node, Fault> {
        Ok(match token {
            Token::Json(value) => Node::Literal(value),
            Token::Text(text) => Node::Literal(Value::String(text)),
            Token::Name(name) => Node::Field(name),
            Token::Quoted(name) => {
                if *self.current() == Token::ParenOpen {
                    return Err(Fault::Error("a function has no quotes".to_owned()));
                }
                Node::Field(name)
            }
            Token::Star => {
                let right = if *self.current() == Token::BracketClose { Node::Identity } else { self.projected(Token::Star.power())? };
                Node::Values(Box::new(Node::Identity), Box::new(right))
            }
            Token::Filter => return self.filter(Node::Identity),
            Token::BraceOpen => return self.hash(),
            Token::Flatten => {
                let right = self.projected(Token::Flatten.power())?;
                Node::Projection(Box::new(Node::Flatten(Box::new(Node::Identity))), Box::new(right))
            }
            Token::BracketOpen => match self.current() {
                Token::Number(_) | Token::Colon => match self.index() {
                    Ok(right) => return self.projected_if_slice(Node::Identity, right),
                    Err(Fault::Lacking(why)) => return Err(Fault::Lacking(why)),
                    Err(_) => Node::Nothing,
                },
                Token::Star if *self.next() == Token::BracketClose => {
                    self.at += 2;
                    let right = self.projected(Token::Star.power())?;
                    Node::Projection(Box::new(Node::Identity), Box::new(right))
                }
                _ => return self.list(),
            },
            Token::Current => Node::Identity,
            Token::Reference => Node::Reference(Box::new(self.expression(0)?)),
            Token::Not => Node::Not(Box::new(self.expression(Token::Not.power())?)),
            Token::ParenOpen => {
                let inner = self.expression(0)?;
                self.wants(&Token::ParenClose)?;
                inner
            }
            other => return Err(unexpected(&other)),
        })
    }

    fn after(&mut self, token: &Token, left: Node) -> Result<Node, Fault> {
        let comparison = match token {
            Token::Equal => Some(Comparison::Equal),
            Token::NotEqual => Some(Comparison::NotEqual),
            Token::Less => Some(Comparison::Less),
            Token::LessOrEqual => Some(Comparison::LessOrEqual),
            Token::Greater => Some(Comparison::Greater),
            Token::GreaterOrEqual => Some(Comparison::GreaterOrEqual),
            _ => None,
        };
        if let Some(comparison) = comparison {
            let right = self.expression(token.power())?;
            return Ok(Node::Compare(comparison, Box::new(left), Box::new(right)));
        }
        Ok(match token {
            Token::Dot if *self.current() == Token::Star => {
                self.at += 1;
                let right = self.projected(Token::Dot.power())?;
                Node::Values(Box::new(left), Box::new(right))
            }
            Token::Dot => Node::Then(Box::new(left), Box::new(self.after_dot(Token::Dot.power())?)),
            Token::Pipe => Node::Pipe(Box::new(left), Box::new(self.expression(token.power())?)),
            Token::Or => Node::Or(Box::new(left), Box::new(self.expression(token.power())?)),
            Token::And => Node::And(Box::new(left), Box::new(self.expression(token.power())?)),
            Token::ParenOpen => {
                let name = match left {
                    Node::Field(name) | Node::Literal(Value::String(name)) => Some(name),
                    _ => None,
                };
                let mut arguments = Vec::new();
                while *self.current() != Token::ParenClose {
                    arguments.push(self.expression(0)?);
                    if *self.current() == Token::Comma {
                        self.at += 1;
                    }
                }
                self.at += 1;
                Node::Call(name, arguments)
            }
            Token::Filter => return self.filter(left),
            Token::Flatten => {
                let right = self.projected(Token::Flatten.power())?;
                Node::Projection(Box::new(Node::Flatten(Box::new(left))), Box::new(right))
            }
            Token::BracketOpen => {
                if matches!(self.current(), Token::Number(_) | Token::Colon) {
                    let right = self.index()?;
                    return self.projected_if_slice(left, right);
                }
                self.wants(&Token::Star)?;
                self.wants(&Token::BracketClose)?;
                Node::Projection(Box::new(left), Box::new(self.projected(Token::Star.power())?))
            }
            other => return Err(unexpected(other)),
        })
    }

    fn index(&mut self) -> Result<Node, Fault> {
        if *self.current() == Token::Colon || *self.next() == Token::Colon {
            let mut parts = [None; 3];
            let mut part = 0;
            while *self.current() != Token::BracketClose && part < 3 {
                match self.take() {
                    Token::Colon => part += 1,
                    Token::Number(digits) => parts[part] = Some(number(&digits)?),
                    other => return Err(unexpected(&other)),
                }
            }
            self.wants(&Token::BracketClose)?;
            return Ok(Node::Slice(parts));
        }
        let Token::Number(digits) = self.take() else { return Err(Fault::Error("an index is a number".to_owned())) };
        let index = number(&digits)?;
        self.wants(&Token::BracketClose)?;
        Ok(Node::Index(index))
    }

    fn projected_if_slice(&mut self, left: Node, right: Node) -> Result<Node, Fault> {
        let slice = matches!(right, Node::Slice(_));
        let node = Node::Then(Box::new(left), Box::new(right));
        if !slice {
            return Ok(node);
        }
        Ok(Node::Projection(Box::new(node), Box::new(self.projected(Token::Star.power())?)))
    }

    fn filter(&mut self, left: Node) -> Result<Node, Fault> {
        let condition = self.expression(0)?;
        self.wants(&Token::BracketClose)?;
        let right = if *self.current() == Token::Flatten { Node::Identity } else { self.projected(Token::Filter.power())? };
        Ok(Node::Filter(Box::new(left), Box::new(right), Box::new(condition)))
    }

    fn after_dot(&mut self, power: u8) -> Result<Node, Fault> {
        match self.current() {
            Token::Quoted(_) | Token::Name(_) | Token::Star => self.expression(power),
            Token::BracketOpen => {
                self.at += 1;
                self.list()
            }
            Token::BraceOpen => {
                self.at += 1;
                self.hash()
            }
            other => Err(unexpected(other)),
        }
    }

    fn projected(&mut self, power: u8) -> Result<Node, Fault> {
        match self.current() {
            token if token.power() < 10 => Ok(Node::Identity),
            Token::BracketOpen | Token::Filter => self.expression(power),
            Token::Dot => {
                self.at += 1;
                self.after_dot(power)
            }
            other => Err(unexpected(other)),
        }
    }

    fn list(&mut self) -> Result<Node, Fault> {
        let mut items = Vec::new();
        loop {
            items.push(self.expression(0)?);
            if *self.current() == Token::BracketClose {
                self.at += 1;
                return Ok(Node::List(items));
            }
            self.wants(&Token::Comma)?;
        }
    }

    fn hash(&mut self) -> Result<Node, Fault> {
        let mut items = Vec::new();
        loop {
            let (Token::Name(key) | Token::Quoted(key)) = self.take() else { return Err(Fault::Error("a key was expected".to_owned())) };
            self.wants(&Token::Colon)?;
            items.push((key, self.expression(0)?));
            match self.current() {
                Token::Comma => self.at += 1,
                Token::BraceClose => {
                    self.at += 1;
                    return Ok(Node::Hash(items));
                }
                // Two entries without a comma between them are read as if it stood there.
                _ => {}
            }
        }
    }
}

fn number(digits: &str) -> Result<i64, Fault> {
    digits.parse().map_err(|_| Fault::Error(format!("{digits} is no index")))
}
