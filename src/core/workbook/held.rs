//! Why an assessment can only be read: somebody else writes in it, or it can't be written here at all. The two are mended in different ways, so
//! they are told apart wherever they are told.

use std::fmt;

/// Why an assessment can only be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    /// Another process has it open; who that is: `A. Assessor on host, process 7, since …`.
    Held(String),
    /// It can't be written, and why: `the file system is read-only`.
    Unwritable(String),
}

impl ReadOnly {
    /// What can be done.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Held(_) => "Close it there, and open it here again.",
            Self::Unwritable(_) => "Make it writable, or copy the folder to another place, and open that.",
        }
    }
}

impl fmt::Display for ReadOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(by) => write!(f, "{by} has it open"),
            Self::Unwritable(why) => f.write_str(why),
        }
    }
}

impl From<&str> for ReadOnly {
    fn from(by: &str) -> Self {
        Self::Held(by.to_owned())
    }
}
