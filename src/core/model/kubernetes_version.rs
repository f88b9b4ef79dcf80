//! Versions of Kubernetes as text: what is one, and how it is written.

/// What is said of a text that is none.
pub const NOT_A_VERSION: &str = "no version of Kubernetes: write it as 1.34 or v1.34.4";

/// Whether a text is a version: `v1.34.4`, `1.34`, `v1.30.5-eks-ce1d5eb`.
#[must_use]
pub fn is_version(text: &str) -> bool {
    let mut parts = text.trim_start_matches('v').split('.');
    let number =
        |part: Option<&str>| part.is_some_and(|part| !part.is_empty() && part.chars().take_while(char::is_ascii_digit).count() > 0);
    number(parts.next()) && number(parts.next())
}

/// A version as it is written everywhere, with its `v`; nothing where the text is none.
#[must_use]
pub fn written(text: &str) -> Option<String> {
    let text = text.trim();
    is_version(text).then(|| format!("v{}", text.trim_start_matches('v')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_written_in_one_way() {
        for (typed, wanted) in
            [("1.34", Some("v1.34")), (" v1.34.4 ", Some("v1.34.4")), ("v1.30.5-eks-ce1d5eb", Some("v1.30.5-eks-ce1d5eb"))]
        {
            assert_eq!(written(typed).as_deref(), wanted);
        }
        for typed in ["", "latest", "1", "v", "1.x", ".34"] {
            assert_eq!(written(typed), None, "{typed}");
        }
    }
}
