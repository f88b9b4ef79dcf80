//! What repeats on screens: where one stands in a list or text, what is typed, forms, messages, the namespaces of a scope, registers, differences.

pub mod cursor;
pub mod days;
pub mod differences;
pub mod field;
pub mod form;
pub mod ids;
pub mod listed;
pub mod listing;
pub mod message;
pub mod namespaces;
pub mod narrowed;
pub mod path;
pub mod per_cluster;
pub mod picking;
pub mod register;
