//! What stands between policies and a pod: the plugins of the API server that ask them, the webhooks by which engines are asked, and engines whose
//! policies can't be read here. What the policies themselves say is found by trying them: [`super::trial`].

pub mod plugins;
mod unread;
pub mod webhooks;

pub use unread::unreadable;
pub use webhooks::{Asked, Engine, Webhooks};
