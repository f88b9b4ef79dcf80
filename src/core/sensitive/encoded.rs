//! Text that is hidden in text: base64 of it, base64 of it packed with gzip, its bytes in hexadecimal. What is found inside is told where the
//! whole encoded text stands. Only what decodes to text is looked at, so keys, digests and certificates cost next to nothing.

use flate2::read::GzDecoder;
use std::io::Read;
use std::ops::Range;

/// Encoded in one another at most so deep.
pub(super) const DEEPEST: u8 = 3;
/// Characters of the shortest encoded text that is opened: a card number has 22 in base64 and 24 or more in hexadecimal.
const SHORTEST: usize = 20;
/// Bytes that packed texts of one value may unpack to, all together.
const UNPACKED: u64 = 16 << 20;

/// A hidden text and where it stands.
pub(super) struct Hidden {
    /// Where, with its padding.
    pub(super) at: Range<usize>,
    /// What it says.
    pub(super) text: String,
}

/// Every hidden text, in order.
pub(super) fn hidden(value: &str) -> Vec<Hidden> {
    let mut found = Vec::new();
    if value.len() < SHORTEST {
        return found;
    }
    let bytes = value.as_bytes();
    let (mut at, mut left) = (0, UNPACKED);
    while at < bytes.len() {
        if !is_base64(bytes[at]) {
            at += 1;
            continue;
        }
        let run = at + bytes[at..].iter().take_while(|b| is_base64(**b)).count();
        let end = run + bytes[run..].iter().take(2).take_while(|b| **b == b'=').count();
        if run - at >= SHORTEST
            && let Some(text) = open(&bytes[at..run], &mut left)
        {
            found.push(Hidden { at: at..end, text });
        }
        at = end;
    }
    found
}

const fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_')
}

fn open(run: &[u8], left: &mut u64) -> Option<String> {
    if run.iter().all(u8::is_ascii_hexdigit)
        && run.len().is_multiple_of(2)
        && let Some(text) = data_encoding::HEXLOWER_PERMISSIVE.decode(run).ok().and_then(text_of)
    {
        return Some(text);
    }
    // The beginning tells whether the rest is worth it.
    let head = decode(&run[..run.len().min(64) / 4 * 4])?;
    if head.starts_with(&[0x1f, 0x8b]) {
        let packed = decode(run)?;
        let mut unpacked = Vec::new();
        // What is cut off or damaged behind its beginning is looked at as far as it goes.
        let _ = GzDecoder::new(packed.as_slice()).take(*left).read_to_end(&mut unpacked);
        *left = left.saturating_sub(unpacked.len() as u64);
        return text_of(unpacked);
    }
    if !mostly_text(&head) {
        return None;
    }
    text_of(decode(run)?)
}

fn decode(run: &[u8]) -> Option<Vec<u8>> {
    // A run may carry one character too many, of the word behind it.
    let run = if run.len() % 4 == 1 { &run[..run.len() - 1] } else { run };
    let standard = data_encoding::BASE64_NOPAD.decode(run).ok();
    standard.or_else(|| data_encoding::BASE64URL_NOPAD.decode(run).ok()).or_else(|| {
        let whole = run.len() / 4 * 4;
        data_encoding::BASE64_NOPAD.decode(&run[..whole]).ok()
    })
}

fn text_of(bytes: Vec<u8>) -> Option<String> {
    (bytes.len() >= 8 && mostly_text(&bytes[..bytes.len().min(4096)]))
        .then(|| String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

/// Whether nearly all bytes are printable: chance makes a third of them so.
fn mostly_text(bytes: &[u8]) -> bool {
    let odd = bytes.iter().filter(|b| !(b.is_ascii_graphic() || b.is_ascii_whitespace() || **b >= 0xc2)).count();
    let plain = bytes.iter().filter(|b| b.is_ascii_graphic() || b.is_ascii_whitespace()).count();
    odd * 50 <= bytes.len() && plain * 10 >= bytes.len() * 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_found_and_noise_is_not() {
        let text = |value: &str| hidden(value).into_iter().map(|h| (h.at, h.text)).collect::<Vec<_>>();
        assert_eq!(text("a cGFzc3dvcmQ9aHVudGVyMg== b"), [(2..26, "password=hunter2".to_owned())]);
        assert_eq!(text("34313131313131313131313131313131"), [(0..32, "4111111111111111".to_owned())]);
        for noise in [
            "6f1ed002ab5595859014ebf0951522d94a0f9e2bb0a7a6a3f5d2c7e4b1a09876",
            "MIIBszCCAVmgAwIBAgIUQ7q2xV5n1k9Yh0",
            "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
        ] {
            assert!(text(noise).is_empty(), "{noise}");
        }
    }
}
