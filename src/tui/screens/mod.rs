//! The screens, one file each with one `render`. A screen draws what it is handed; what must outlive a frame lives in the session.

pub mod export;
pub mod help;
pub mod home;
pub mod message;
pub mod new;
pub mod palette;
pub mod reading;
pub mod scope;
