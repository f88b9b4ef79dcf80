//! What every way of showing the walk shares: the table of keys and commands, the words that are explained, how names are found and paths completed,
//! what is told in the same words, and how dates and sizes are said.

pub mod complete;
pub mod fuzzy;
pub mod glossary;
pub mod keymap;
pub mod told;
pub mod words;
