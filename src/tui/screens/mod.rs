//! The screens, one file each with one `render`. A screen draws what it is handed; what must outlive a frame lives in the session.

pub mod access;
pub mod export;
pub mod finding;
pub mod form;
pub mod help;
pub mod home;
pub mod message;
pub mod new;
pub mod palette;
pub mod probes;
pub mod question;
pub mod reading;
pub mod result;
pub mod scope;
pub mod segmentation;
pub mod summary;
pub mod walk;
