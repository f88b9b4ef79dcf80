//! The screens: a file for each thing that a person does, named as in the session, where what must outlive a frame lives. A screen draws what it
//! is handed, and knows no other.

pub mod access;
pub mod all_findings;
pub mod answer;
pub mod compare;
pub mod determine;
pub mod engagement;
pub mod evidence;
pub mod exceptions;
pub mod export;
pub mod findings;
pub mod fleet;
pub mod help;
pub mod home;
pub mod new;
pub mod palette;
pub mod probes;
pub mod reading;
pub mod registers;
pub mod review;
pub mod samples;
pub mod scope;
pub mod search;
pub mod segmentation;
pub mod summary;
pub mod trial;
pub mod walk;
