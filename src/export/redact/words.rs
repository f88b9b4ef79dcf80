//! What is said of an export with pseudonyms, wherever people read it.

/// What was done, and who can undo it.
pub(in crate::export) const REDACTED: &str = "Names are replaced by pseudonyms: who is assessed, people, clusters, namespaces, machines, addresses, accounts, objects, images, \
    labels and files. Digests of files are keyed. The key and what each pseudonym stands for are with whoever exported this.";
