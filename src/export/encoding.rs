//! Encodings of tag files. RFC 8493 asks for UTF-8 and lets others be, for bags of before.

/// How the tag files of a bag are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Ascii,
    Latin1,
    /// With a mark at its beginning that tells the order of bytes; big end first without one.
    Utf16,
    Utf16Le,
}

impl Encoding {
    /// The encoding of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "UTF-8" | "UTF8" => Some(Self::Utf8),
            "US-ASCII" | "ASCII" => Some(Self::Ascii),
            "ISO-8859-1" | "LATIN1" | "LATIN-1" => Some(Self::Latin1),
            "UTF-16" | "UTF-16BE" => Some(Self::Utf16),
            "UTF-16LE" => Some(Self::Utf16Le),
            _ => None,
        }
    }

    /// Whether a letter has more than a byte everywhere.
    pub(super) const fn is_wide(self) -> bool {
        matches!(self, Self::Utf16 | Self::Utf16Le)
    }

    /// The text in the bytes of a file.
    pub(super) fn text(self, name: &str, bytes: &[u8]) -> Result<String, String> {
        let wrong = || format!("{name}: is not written in the encoding that bagit.txt tells");
        let wide = |bytes: &[u8], of: fn([u8; 2]) -> u16| {
            let units = bytes.chunks_exact(2);
            if !units.remainder().is_empty() {
                return Err(wrong());
            }
            char::decode_utf16(units.map(|unit| of([unit[0], unit[1]]))).collect::<Result<String, _>>().map_err(|_| wrong())
        };
        match self {
            Self::Utf8 => {
                let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
                String::from_utf8(bytes.to_vec()).map_err(|_| wrong())
            }
            Self::Ascii if bytes.is_ascii() => Ok(bytes.iter().copied().map(char::from).collect()),
            Self::Ascii => Err(wrong()),
            Self::Latin1 => Ok(bytes.iter().copied().map(char::from).collect()),
            Self::Utf16 | Self::Utf16Le => match (bytes, self) {
                ([0xff, 0xfe, rest @ ..], _) => wide(rest, u16::from_le_bytes),
                ([0xfe, 0xff, rest @ ..], _) => wide(rest, u16::from_be_bytes),
                (_, Self::Utf16Le) => wide(bytes, u16::from_le_bytes),
                _ => wide(bytes, u16::from_be_bytes),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_as_they_are_declared() {
        for (name, bytes, text) in [
            ("utf-8", &b"\xef\xbb\xbf\xc3\xa9"[..], Some("é")),
            ("ISO-8859-1", b"\xe9", Some("é")),
            ("UTF-16", b"\xff\xfe\xe9\0", Some("é")),
            ("UTF-16", b"\0\xe9", Some("é")),
            ("UTF-16LE", b"\xe9\0", Some("é")),
            ("UTF-16", b"\0", None),
            ("US-ASCII", b"\xe9", None),
            ("UTF-8", b"\xe9", None),
        ] {
            let encoding = Encoding::named(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(encoding.text("x", bytes).ok().as_deref(), text, "{name} {bytes:?}");
        }
        assert_eq!(Encoding::named("EBCDIC"), None);
    }
}
