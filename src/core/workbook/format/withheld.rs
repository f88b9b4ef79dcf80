//! The table `[[withheld]]`.

use serde::{Deserialize, Serialize};

/// What was taken out of words that people typed or pasted, before they were written down. What it was is not kept anywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithheldWords {
    /// Where it stood: `exception 3.1/baseline reason`.
    pub place: String,
    /// Which detector found it: `card-number`, `pem-private-key`…
    pub detector: String,
    /// How often.
    pub times: usize,
}
