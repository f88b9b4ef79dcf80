//! Digests that name contents: an algorithm and its value in hexadecimal digits, `sha256:…`.
//!
//! Runtimes and registries take no other length or case than the algorithm's own (OCI image specification, descriptors), so what is shorter,
//! longer or written in capitals names nothing.

/// Whether a text is a digest.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    let Some((algorithm, value)) = text.split_once(':') else { return false };
    let digits = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    value.len() == digits && value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_case_are_the_algorithms_own() {
        let of = |algorithm: &str, digit: &str, n: usize| is_digest(&format!("{algorithm}:{}", digit.repeat(n)));
        assert!(of("sha256", "a", 64) && of("sha384", "0", 96) && of("sha512", "f", 128));
        assert!(!of("sha256", "a", 63) && !of("sha256", "a", 65) && !of("sha256", "a", 32) && !of("sha512", "a", 64));
        assert!(!of("sha256", "A", 64) && !of("sha256", "g", 64) && !of("SHA256", "a", 64) && !of("md5", "a", 32));
        assert!(!is_digest("sha256") && !is_digest("sha256:") && !is_digest(""));
    }
}
