//! The parts that screens are made of. Each file has one thing that draws itself from borrowed data and a theme; what must outlive a
//! frame (a selection, the text of a field) belongs to whoever calls.

pub mod area;
pub mod differences;
pub mod field;
pub mod filter;
pub mod form;
pub mod frame;
pub mod hints;
pub mod list;
pub mod listing;
pub mod message;
pub mod namespaces;
pub mod page;
pub mod per_cluster;
pub mod picker;
pub mod progress;
pub mod sign;
pub mod table;
pub mod tabs;
pub mod yaml;

pub use list::List;
