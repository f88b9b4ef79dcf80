//! Judges that several checks share. Each is a noun with a page of prose at its head and its own tests.

pub mod image;
pub mod pod_security;
pub mod rbac;
