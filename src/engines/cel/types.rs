//! Types of CEL, and which of them fit each other, as the checker of cel-go decides it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A type of CEL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Anything.
    Dyn,
    /// `null`
    Null,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `uint`
    Uint,
    /// `double`
    Double,
    /// `string`
    String,
    /// `bytes`
    Bytes,
    /// `timestamp`
    Timestamp,
    /// `duration`
    Duration,
    /// `list(T)`
    List(Box<Type>),
    /// `map(K, V)`
    Map(Box<Type>, Box<Type>),
    /// `optional_type(T)`
    Optional(Box<Type>),
    /// A type itself.
    Type,
    /// A library's own type.
    Opaque(Arc<str>),
    /// An object whose fields are declared.
    Object(Arc<Object>),
    /// A parameter of a function that is declared.
    Param(u8),
    /// A type that is not known yet.
    Free(usize),
}

/// An object whose fields are declared.
#[derive(Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name.
    pub name: Arc<str>,
    /// Its fields.
    pub fields: BTreeMap<Arc<str>, Type>,
}

impl Type {
    /// A list.
    #[must_use]
    pub fn list(of: Self) -> Self {
        Self::List(Box::new(of))
    }

    /// A map from text.
    #[must_use]
    pub fn map(of: Self) -> Self {
        Self::Map(Box::new(Self::String), Box::new(of))
    }

    /// What may be there.
    #[must_use]
    pub fn optional(of: Self) -> Self {
        Self::Optional(Box::new(of))
    }

    /// An object with these fields.
    #[must_use]
    pub fn object<'a>(name: &str, fields: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let fields = fields.into_iter().map(|(name, of)| (name.into(), of)).collect();
        Self::Object(Arc::new(Object { name: name.into(), fields }))
    }

    /// Reads the name of a type: `list(int)`; capitals are parameters.
    pub(crate) fn read(text: &str) -> Self {
        let inside = |name: &str| text.strip_prefix(name).and_then(|rest| rest.strip_prefix('(')).and_then(|rest| rest.strip_suffix(')'));
        if let Some(of) = inside("list") {
            return Self::list(Self::read(of));
        }
        if let Some(of) = inside("opt") {
            return Self::optional(Self::read(of));
        }
        if let Some((key, value)) = inside("map").and_then(|of| of.split_once(',')) {
            return Self::Map(Box::new(Self::read(key)), Box::new(Self::read(value)));
        }
        match (text, text.as_bytes()) {
            (_, [letter @ b'A'..=b'Z']) => Self::Param(*letter),
            ("dyn", _) => Self::Dyn,
            ("null", _) => Self::Null,
            ("bool", _) => Self::Bool,
            ("int", _) => Self::Int,
            ("uint", _) => Self::Uint,
            ("double", _) => Self::Double,
            ("string", _) => Self::String,
            ("bytes", _) => Self::Bytes,
            ("timestamp", _) => Self::Timestamp,
            ("duration", _) => Self::Duration,
            ("type", _) => Self::Type,
            (other, _) => Self::Opaque(other.into()),
        }
    }

    fn parts(&self) -> Vec<&Self> {
        match self {
            Self::List(of) | Self::Optional(of) => vec![of],
            Self::Map(key, value) => vec![key, value],
            _ => Vec::new(),
        }
    }

    fn with_parts(&self, mut change: impl FnMut(&Self) -> Self) -> Self {
        match self {
            Self::List(of) => Self::List(Box::new(change(of))),
            Self::Optional(of) => Self::Optional(Box::new(change(of))),
            Self::Map(key, value) => Self::Map(Box::new(change(key)), Box::new(change(value))),
            other => other.clone(),
        }
    }

    /// Whether two have the same shape, names of objects apart: what literals of lists and maps must have.
    pub(crate) fn alike(&self, other: &Self) -> bool {
        let outside = matches!((self, other), (Self::Object(_), Self::Object(_)))
            || (std::mem::discriminant(self) == std::mem::discriminant(other) && self.parts().len() == other.parts().len());
        outside && self.parts().iter().zip(other.parts()).all(|(a, b)| a.alike(b))
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(of) => write!(f, "list({of})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Optional(of) => write!(f, "optional_type({of})"),
            Self::Opaque(name) => f.write_str(name),
            Self::Object(object) => f.write_str(&object.name),
            Self::Param(_) | Self::Free(_) => f.write_str("dyn"),
            other => f.write_str(&format!("{other:?}").to_lowercase()),
        }
    }
}

/// What is known of types that were not known at first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    of: Vec<Option<Type>>,
}

impl Known {
    /// A new type that is not known yet.
    pub fn free(&mut self) -> Type {
        self.of.push(None);
        Type::Free(self.of.len() - 1)
    }

    /// The type with all that is known put in.
    pub fn put_in(&self, kind: &Type) -> Type {
        match kind {
            Type::Free(at) => match self.of.get(*at) {
                Some(Some(known)) => self.put_in(known),
                _ => kind.clone(),
            },
            other => other.with_parts(|part| self.put_in(part)),
        }
    }

    /// The same, and what is not known is anything.
    pub fn settle(&self, kind: &Type) -> Type {
        fn settled(kind: &Type) -> Type {
            match kind {
                Type::Free(_) => Type::Dyn,
                other => other.with_parts(settled),
            }
        }
        settled(&self.put_in(kind))
    }

    /// Gives the parameters of a declaration new names.
    pub fn instance(&mut self, kind: &Type, given: &mut BTreeMap<u8, Type>) -> Type {
        match kind {
            Type::Param(name) => given.entry(*name).or_insert_with(|| self.free()).clone(),
            Type::List(of) => Type::list(self.instance(of, given)),
            Type::Optional(of) => Type::optional(self.instance(of, given)),
            Type::Map(key, value) => Type::Map(Box::new(self.instance(key, given)), Box::new(self.instance(value, given))),
            other => other.clone(),
        }
    }

    /// Whether all of these can be taken for the others; what follows from that is known afterwards, and nothing where they can't.
    pub fn fit(&mut self, these: &[Type], others: &[Type]) -> bool {
        let before = self.of.clone();
        let fit = these.len() == others.len() && these.iter().zip(others).all(|(a, b)| self.one_fits(a, b));
        if !fit {
            self.of = before;
        }
        fit
    }

    fn one_fits(&mut self, a: &Type, b: &Type) -> bool {
        if matches!(b, Type::Free(_)) {
            let (valid, known) = self.stands_for(a, b);
            if valid || known {
                return valid;
            }
        }
        if matches!(a, Type::Free(_)) {
            return self.stands_for(b, a).0;
        }
        match (a, b) {
            (Type::Dyn, _) | (_, Type::Dyn) => true,
            (Type::Null, other) | (other, Type::Null) => {
                matches!(other, Type::Null | Type::Opaque(_) | Type::Optional(_) | Type::Object(_) | Type::Timestamp | Type::Duration)
            }
            (Type::Object(a), Type::Object(b)) => a.name == b.name,
            (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => self.one_fits(a, b),
            (Type::Map(a, c), Type::Map(b, d)) => self.one_fits(a, b) && self.one_fits(c, d),
            (a, b) => a == b,
        }
    }

    /// Whether a type can be what `free` stands for, and whether that was known of it before.
    fn stands_for(&mut self, kind: &Type, free: &Type) -> (bool, bool) {
        if kind == free {
            return (true, true);
        }
        let Type::Free(at) = free else { return (false, false) };
        if let Some(Some(known)) = self.of.get(*at).cloned() {
            if *kind == known {
                return (true, true);
            }
            if self.one_fits(kind, &known) {
                let general = general(kind, &known);
                if !self.refers(&general, free) {
                    self.of[*at] = Some(general);
                }
                return (true, true);
            }
            return (false, true);
        }
        if self.refers(kind, free) {
            return (false, false);
        }
        if let Some(place) = self.of.get_mut(*at) {
            *place = Some(kind.clone());
        }
        (true, false)
    }

    /// Whether a type is made of another one that is not known, or is it.
    fn refers(&self, kind: &Type, free: &Type) -> bool {
        if kind == free {
            return true;
        }
        match kind {
            Type::Free(at) => self.of.get(*at).and_then(Option::as_ref).is_some_and(|known| self.refers(known, free)),
            other => other.parts().iter().any(|part| self.refers(part, free)),
        }
    }
}

/// The less specific of two types.
pub(crate) fn general(a: &Type, b: &Type) -> Type {
    if less_specific(a, b) { a.clone() } else { b.clone() }
}

fn less_specific(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dyn | Type::Free(_), _) => true,
        (_, Type::Dyn | Type::Free(_)) => false,
        (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => less_specific(a, b),
        (Type::Map(a, c), Type::Map(b, d)) => less_specific(a, b) && less_specific(c, d),
        (a, b) => a == b,
    }
}
