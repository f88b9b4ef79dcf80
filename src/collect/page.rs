//! A page as it came: JSON, or Kubernetes' binary form, which costs a server less than half as much.

use super::answer::{Answer, Identity, Outline, is_namespace, misnamed, names, outline};
use kassay_core::kinds::wire::{WirePage, is_wire};
use serde::Deserialize;

/// The bytes of an answer, told apart by how they begin.
pub(super) enum Came {
    /// JSON, or what says that it is.
    Text(String),
    /// The binary form, not looked at yet.
    Wire(Vec<u8>),
}

impl Came {
    /// Tells an answer's form. Nothing but JSON is a text.
    pub(super) fn of(bytes: Vec<u8>) -> Result<Self, String> {
        if is_wire(&bytes) {
            return Ok(Self::Wire(bytes));
        }
        String::from_utf8(bytes).map(Self::Text).map_err(|_| "the answer is not UTF-8".to_owned())
    }

    /// A text, where JSON was asked for.
    pub(super) fn text(self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Wire(_) => Err("the answer is no JSON".to_owned()),
        }
    }

    /// A page. One in the binary form is looked at as a whole; what is odd about it is told.
    pub(super) fn page(self) -> Result<Page, String> {
        match self {
            Self::Text(text) => Ok(Page::Json(text)),
            Self::Wire(bytes) => WirePage::read(bytes).map(Page::Wire).map_err(|fault| fault.to_string()),
        }
    }
}

/// A page of a list.
pub(super) enum Page {
    Json(String),
    Wire(WirePage),
}

impl Page {
    /// Its JSON; "" in the binary form, which is no list to whoever asks for JSON alone.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Json(text) => text,
            Self::Wire(_) => "",
        }
    }

    /// Its outline, where it is the list that was asked for.
    pub(super) fn outline(&self, answer: &Answer) -> Result<Outline, String> {
        let page = match self {
            Self::Json(text) => return outline(text, answer),
            Self::Wire(page) => page,
        };
        if page.kind() != answer.kind || page.api_version() != answer.api_version {
            return Err(misnamed(page.api_version(), page.kind(), answer));
        }
        let objects = identities(page).map(|identity| identity.filter(|identity| !identity.name.is_empty())).collect();
        Ok(Outline { objects, remaining: page.remaining(), next: page.next().to_owned() })
    }

    /// Names and UIDs of the namespaces on it, and how many of them can't be named.
    pub(super) fn namespaces(&self) -> (Vec<(String, String)>, usize) {
        let page = match self {
            Self::Json(text) => return names(text),
            Self::Wire(page) => page,
        };
        let named: Vec<_> = identities(page).flatten().filter(|own| is_namespace(&own.name)).map(|own| (own.name, own.uid)).collect();
        let unnamed = page.items().len() - named.len();
        (named, unnamed)
    }
}

/// Who the objects of a page in the binary form are.
fn identities(page: &WirePage) -> impl Iterator<Item = Option<Identity>> {
    #[derive(Deserialize)]
    struct Object {
        metadata: Identity,
    }
    page.items().map(|item| item.read::<Object>().ok().map(|object| object.metadata))
}
