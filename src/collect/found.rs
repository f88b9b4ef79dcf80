//! What is found in files: objects, the ends of lists, and what can't be read.

/// Something in a file.
pub(super) enum Found<'a> {
    /// An object that says what it is, or whose list does.
    Object {
        /// Its `apiVersion`.
        api_version: &'a str,
        /// Its `kind`.
        kind: &'a str,
        /// The object.
        json: &'a str,
    },
    /// An object or value of which neither itself nor a list says what it is.
    Nameless(&'a str),
    /// An item of a `List`, each of which says of itself what it is, that does not. What its file is named for may still tell.
    Unnamed(&'a str),
    /// A list has ended.
    List {
        /// `apiVersion` of the list, or "".
        api_version: &'a str,
        /// `kind` of the list (`List`, `PodList`), or "" for a bare array.
        kind: &'a str,
        /// How many items it had.
        items: usize,
        /// Whether the list says that it goes on elsewhere (a continue token).
        goes_on: bool,
    },
    /// What the server said in place of an answer, as kubectl prints it between documents.
    Refusal {
        /// `Forbidden`, `NotFound`…; "" where it is not told.
        reason: &'a str,
        /// The server's words.
        message: &'a str,
    },
    /// Something that stands where an object should, and can't be read; what is around it can.
    Broken(Broken),
}

/// Takes what is found; `false` stops the reading.
pub(super) type Take<'a> = &'a mut dyn FnMut(Found<'_>) -> bool;

/// A document that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// Line in the file, from 1; 0 where it is not known.
    pub(super) line: usize,
    /// Column, from 1; 0 where it is not known.
    pub(super) column: usize,
    /// What is wrong, without any of the file's text.
    pub(super) message: String,
    /// What it could have held.
    pub(super) held: Held,
}

impl Broken {
    /// Where it stands, behind the name of the file: `, line 3, column 7`.
    pub(super) fn place(&self) -> String {
        match (self.line, self.column) {
            (0, _) => String::new(),
            (line, 0) => format!(", line {line}"),
            (line, column) => format!(", line {line}, column {column}"),
        }
    }

    /// The same further down in the file, where what was read is a part of it.
    pub(super) fn below(mut self, lines: usize) -> Self {
        if self.line > 0 {
            self.line += lines;
        }
        self
    }
}

/// What an unreadable document could have held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// Any kind.
    Anything,
    /// Objects of this `apiVersion` and `kind`.
    Kind(String, String),
    /// Nothing that says of itself that it is an object.
    Nothing,
}

impl Held {
    /// What a document with this `apiVersion` and `kind` holds; none where they are not known.
    pub(super) fn by(head: Option<(String, String)>) -> Self {
        match head {
            Some((_, kind)) if kind == "List" => Self::Anything,
            Some((api_version, kind)) => {
                let object = if is_list_of(&kind) { kind.trim_end_matches("List").to_owned() } else { kind };
                Self::Kind(api_version, object)
            }
            None => Self::Anything,
        }
    }
}

/// Whether a kind is that of a list of one kind: `PodList`.
pub(super) fn is_list_of(kind: &str) -> bool {
    kind.len() > "List".len() && kind.ends_with("List")
}
