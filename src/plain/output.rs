//! Standard output: whole lines, each of which passes [`spoken`](super::spoken), and is there at once.

use super::spoken;
use std::io::{self, Write as _};

/// Tells lines.
///
/// # Errors
/// Where whoever listened is gone.
pub fn say(lines: impl IntoIterator<Item = impl AsRef<str>>) -> io::Result<()> {
    // A sentence may come with a line break in it.
    write(lines.into_iter().flat_map(|line| line.as_ref().lines().map(spoken::line).filter(|line| !line.is_empty()).collect::<Vec<_>>()))
}

/// Hands a text over as it is.
///
/// # Errors
/// Where whoever listened is gone.
pub fn hand_over(text: &str) -> io::Result<()> {
    write(text.lines().map(spoken::exact))
}

fn write(lines: impl Iterator<Item = String>) -> io::Result<()> {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
