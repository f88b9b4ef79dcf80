//! Of what sort a name is: by that its pseudonym is called, and by that it is decided how far it is looked for in words.

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Class {
    /// Who is assessed.
    Entity,
    /// Whose assessors they are.
    Company,
    /// A person, by name, role or address.
    Person,
    /// A cluster, as the assessment calls it, or a context.
    Cluster,
    /// A namespace.
    Namespace,
    /// A machine, a node, a domain.
    Host,
    /// An address or a range of addresses.
    Address,
    /// A user, group or service account.
    Account,
    /// Where images come from.
    Registry,
    /// An image without its registry.
    Image,
    /// An object of any other kind.
    Object,
    /// A label, or the key of one.
    Label,
    /// A file or a folder.
    File,
    /// A UID.
    Uid,
    /// A kind or an API group that no Kubernetes has by itself.
    Kind,
    /// Anything else that people chose.
    Name,
}

impl Class {
    /// How its pseudonyms begin.
    pub(super) const fn prefix(self) -> &'static str {
        match self {
            Self::Entity => "entity",
            Self::Company => "company",
            Self::Person => "person",
            Self::Cluster => "cluster",
            Self::Namespace => "namespace",
            Self::Host => "host",
            Self::Address => "address",
            Self::Account => "account",
            Self::Registry => "registry",
            Self::Image => "image",
            Self::Object => "object",
            Self::Label => "label",
            Self::File => "file",
            Self::Uid => "uid",
            Self::Kind => "kind",
            Self::Name => "name",
        }
    }

    /// Whether people speak of it in their own words by its name, also where that is an ordinary word.
    pub(super) const fn is_spoken_of(self) -> bool {
        matches!(self, Self::Entity | Self::Company | Self::Person | Self::Cluster | Self::Namespace | Self::Host)
    }
}

/// What the name of an object of a kind names.
pub(super) fn class_of(kind: &str) -> Class {
    match kind {
        "Node" => Class::Host,
        "Namespace" => Class::Namespace,
        "User" | "Group" | "ServiceAccount" => Class::Account,
        "Cluster" => Class::Cluster,
        "Image" => Class::Image,
        "Registry" => Class::Registry,
        "Evidence" | "File" => Class::File,
        "APIGroup" | "CustomResourceDefinition" => Class::Kind,
        _ => Class::Object,
    }
}
