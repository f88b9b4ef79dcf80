//! The tree of an expression.

use super::value::Value;
use std::sync::Arc;

/// A part of an expression.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    /// A literal.
    Literal(Value),
    /// A variable.
    Ident(Arc<str>),
    /// `of.field`
    Select { of: Box<Node>, field: Arc<str> },
    /// `has(of.field)`
    Has { of: Box<Node>, field: Arc<str> },
    /// `of.?field`
    OptSelect { of: Box<Node>, field: Arc<str> },
    /// `of[index]`, `of[?index]`
    Index { of: Box<Node>, index: Box<Node>, optional: bool },
    /// `a && b && c`
    And(Vec<Node>),
    /// `a || b || c`
    Or(Vec<Node>),
    /// `a ? b : c`
    If(Box<(Node, Node, Node)>),
    /// A function, a method or an operator.
    Call { name: Arc<str>, target: Option<Box<Node>>, args: Vec<Node> },
    /// `[a, ?b]`
    List(Vec<(Node, bool)>),
    /// `{a: b, ?c: d}`
    Map(Vec<(Node, Node, bool)>),
    /// A macro that goes through a list or map.
    Fold { kind: Fold, range: Box<Node>, vars: (Arc<str>, Option<Arc<str>>), filter: Option<Box<Node>>, body: Box<Node> },
    /// `of.optMap(var, body)`; flat: `of.optFlatMap(var, body)`
    OptMap { of: Box<Node>, var: Arc<str>, body: Box<Node>, flat: bool },
}

/// What a macro makes of a list or map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    All,
    Exists,
    ExistsOne,
    /// `map`, `transformList`
    List,
    Filter,
    /// `transformMap`
    Map,
    /// `transformMapEntry`
    Entries,
    SortBy,
}
