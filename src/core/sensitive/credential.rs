//! Credentials by their own shape, or by the name under which a value stands.

/// What was found: the detector, a masked form, and the found text itself (which never leaves this room).
pub(super) struct Hit<'a> {
    pub(super) detector: &'static str,
    pub(super) masked: String,
    pub(super) found: &'a str,
}

/// Runs the detectors over one value.
pub(super) fn find<'a>(key: &str, value: &'a str) -> Vec<Hit<'a>> {
    let _ = key;
    let mut hits = Vec::new();
    if value.contains("-----BEGIN") && value.contains("PRIVATE KEY-----") {
        hits.push(Hit { detector: "pem-private-key", masked: format!("PEM private key, {} bytes", value.len()), found: value });
    }
    hits
}
