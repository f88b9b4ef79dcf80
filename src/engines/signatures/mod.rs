//! Engines that look at the signatures of images: what they say to images that are signed or not, as a request supposes them
//! ([`Provenance`](crate::Provenance)). Nothing is fetched here.
//!
//! Ratify is asked by Gatekeeper's templates through `external_data`, which are not evaluated.

pub mod connaisseur;
pub(crate) mod images;
pub mod kubewarden;
pub mod openshift;
pub mod sigstore;
#[cfg(test)]
mod tests;

pub use connaisseur::Connaisseur;
pub use kubewarden::Kubewarden;
pub use openshift::OpenShift;
pub use sigstore::PolicyController;
