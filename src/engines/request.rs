//! A request as admission sees it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is done to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// It is new.
    Create,
    /// It changes.
    Update,
    /// It goes.
    Delete,
    /// Something connects to it: `pods/exec`.
    Connect,
}

impl Operation {
    /// The API's word: `CREATE`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }
}

/// What sort of object a request is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupKind {
    /// API group; "" for the core.
    pub group: String,
    /// Version in that group.
    pub version: String,
    /// Kind: `Pod`.
    pub kind: String,
}

/// The part of the API at which a request is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupResource {
    /// API group; "" for the core.
    pub group: String,
    /// Version in that group.
    pub version: String,
    /// Resource in the plural: `pods`.
    pub resource: String,
}

/// The namespace of a request, as far as admission may tell it from others: its name and its labels. What else stands in the object of a namespace is not
/// known here; a policy that asks for it is not evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Its labels, `kubernetes.io/metadata.name` among them, which the API server sets.
    pub labels: BTreeMap<String, String>,
}

impl Namespace {
    /// A namespace with these labels, and with the one that the API server sets.
    #[must_use]
    pub fn new(name: &str, labels: &BTreeMap<String, String>) -> Self {
        let mut labels = labels.clone();
        labels.insert("kubernetes.io/metadata.name".to_owned(), name.to_owned());
        Self { name: name.to_owned(), labels }
    }
}

/// Who sends a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// Name: `system:serviceaccount:kube-system:replicaset-controller`.
    pub name: String,
    /// Groups.
    pub groups: Vec<String>,
}

/// What is to be supposed of the images that an object names. Nobody here fetches any: a trial asks what would be said if they were so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// Signed by whoever is asked for, with every attestation that is asked for, and with what these are to say.
    #[default]
    Verified,
    /// Neither signed nor attested by anybody.
    Unsigned,
    /// Signed by whoever is asked for, and without any attestation: no scan, no bill of materials.
    Unattested,
    /// Signed and attested by whoever is asked for, and what is attested is bad: refused where a policy puts conditions on what an attestation says.
    Flawed,
}

/// A request to the API server, after it was authenticated and authorized, and its object filled in with defaults.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is done.
    pub operation: Operation,
    /// The sort of the object.
    pub kind: GroupKind,
    /// Where it is sent.
    pub resource: GroupResource,
    /// Below an object: `ephemeralcontainers`; "" for the object itself.
    pub subresource: String,
    /// Name of the object; may be "" where the API server makes one.
    pub name: String,
    /// The namespace; none for what is in none. For a Namespace itself it is that namespace's name, as the API server has it.
    pub namespace: Option<Namespace>,
    /// The object as it is to be; null where it goes. It is shared: what is made of it is remembered by it.
    pub object: Arc<Value>,
    /// The object as it was; null where it is new.
    pub old_object: Arc<Value>,
    /// Who sends it.
    pub user: User,
    /// What is supposed of its images.
    pub images: Provenance,
    /// Whether nothing is to be kept.
    pub dry_run: bool,
}

impl Request {
    /// Whether another is the same request about these very objects, whatever is supposed of their images.
    pub(crate) fn is_about_the_same(&self, other: &Self) -> bool {
        let Self { operation, kind, resource, subresource, name, namespace, object, old_object, user, images: _, dry_run } = self;
        Arc::ptr_eq(object, &other.object)
            && Arc::ptr_eq(old_object, &other.old_object)
            && (operation, dry_run, kind, resource) == (&other.operation, &other.dry_run, &other.kind, &other.resource)
            && (subresource, name, namespace, user) == (&other.subresource, &other.name, &other.namespace, &other.user)
    }

    /// The same request about other objects.
    #[must_use]
    pub fn about(&self, object: Arc<Value>, old_object: Arc<Value>) -> Self {
        Self {
            operation: self.operation,
            kind: self.kind.clone(),
            resource: self.resource.clone(),
            subresource: self.subresource.clone(),
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            object,
            old_object,
            user: self.user.clone(),
            images: self.images,
            dry_run: self.dry_run,
        }
    }
}
