//! Lists in Kubernetes' binary form: samples that its own library wrote, and such as are put together by hand.

#![allow(dead_code, reason = "each test program uses its part")]

use data_encoding::BASE64;
use kassay_core::model::Kind;
use std::io::Read;
use std::path::Path;

/// A random list, as Kubernetes' own library writes it in both forms.
pub(crate) struct Sample {
    pub(crate) kind: Kind,
    pub(crate) wire: Vec<u8>,
    pub(crate) json: String,
}

/// The samples, from the root of the project. `KASSAY_WIRE_SAMPLES` names a file with more of them.
pub(crate) fn samples(root: &Path) -> Vec<Sample> {
    let mut text = String::new();
    let packed = std::fs::File::open(root.join("tests/fixtures/wire/samples.tsv.gz")).unwrap();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    if let Ok(more) = std::env::var("KASSAY_WIRE_SAMPLES") {
        text.push_str(&std::fs::read_to_string(more).unwrap());
    }
    text.lines().map(sample).collect()
}

fn sample(line: &str) -> Sample {
    let parts: Vec<&str> = line.split('\t').collect();
    let [api_version, kind, wire, json] = parts[..] else { panic!("{line}") };
    let kind = Kind::of(api_version, kind).unwrap();
    Sample { kind, wire: BASE64.decode(wire.as_bytes()).unwrap(), json: json.to_owned() }
}

/// A field with bytes in it.
pub(crate) fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length > 0x7f {
        out.push(u8::try_from(length & 0x7f).unwrap() | 0x80);
        length >>= 7;
    }
    out.push(u8::try_from(length).unwrap());
    out.extend(bytes);
    out
}

/// An answer that calls itself something.
pub(crate) fn answer(api_version: &str, kind: &str, content: &[u8]) -> Vec<u8> {
    let own = [field(1, api_version.as_bytes()), field(2, kind.as_bytes())].concat();
    [b"k8s\0".to_vec(), field(1, &own), field(2, content), field(3, b""), field(4, b"")].concat()
}

/// A page of ConfigMaps, each with such content.
pub(crate) fn maps(next: &str, items: &[Vec<u8>]) -> Vec<u8> {
    let items: Vec<u8> = items.iter().flat_map(|item| field(2, item)).collect();
    answer("v1", "ConfigMapList", &[field(1, &field(3, next.as_bytes())), items].concat())
}

/// The metadata of an object in the namespace `shop`, as its first field.
pub(crate) fn named(name: &str) -> Vec<u8> {
    field(1, &[field(1, name.as_bytes()), field(3, b"shop"), field(5, format!("uid-{name}").as_bytes())].concat())
}

/// An entry of a map.
pub(crate) fn entry(key: &str, value: &str) -> Vec<u8> {
    [field(1, key.as_bytes()), field(2, value.as_bytes())].concat()
}
