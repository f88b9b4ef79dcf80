//! The Pod Security judge against verdicts that others wrote.
