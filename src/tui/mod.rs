//! The terminal: keys in, frames out.

pub mod complete;
pub mod fuzzy;
pub mod glossary;
pub mod markdown;
pub mod screens;
pub mod terminal;
pub mod text;
pub mod theme;
pub mod widgets;
