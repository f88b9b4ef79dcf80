//! What every way of showing the walk shares: the table of keys and commands, the words that are explained, how names are found and paths completed,
//! what is told in the same words, how dates and sizes are said, and what stands for signs where there is no Unicode.

pub mod complete;
pub mod fuzzy;
pub mod glossary;
pub mod keymap;
pub mod signs;
pub mod told;
pub mod words;
