//! Whether a bag is complete and valid, as RFC 8493 says it: of whoever made it, in whatever encoding, with whatever manifests. A bag of an
//! older version is held against what that version asked.

use super::algorithm::Algorithm;
use super::checked::{Bag, Faults};
use super::encoding::Encoding;
use super::manifest::{Listed, Paths, manifests};
use super::strays::stray;
use super::tree::Tree;
use std::collections::BTreeMap;

/// The longest `bagit.txt`, and the longest `bag-info.txt` and `fetch.txt`, that are read.
const SHORT: u64 = 1 << 12;
const LONG: u64 = 1 << 24;

/// Looks at all of a bag.
pub(super) fn check(tree: &mut dyn Tree) -> Bag {
    let mut bag = Bag::default();
    let (version, encoding) = declaration(tree, &mut bag.faults);
    info(tree, encoding, &mut bag);
    if !tree.has_folder("data") && !tree.names().iter().any(|name| name.starts_with("data/")) {
        bag.faults.push("data: is missing; a bag has its payload there".to_owned());
    }
    let paths = Paths::of(tree.names());
    let listed = manifests(tree, encoding, &paths, &mut bag);
    let (payload, tags): (Vec<Listed>, Vec<Listed>) = listed.into_iter().partition(|listed| !listed.of_tags);
    bag.payload = payload.iter().map(|listed| listed.algorithm).collect();
    bag.tags = tags.iter().map(|listed| listed.algorithm).collect();
    if payload.is_empty() {
        bag.faults.push("it has no payload manifest, such as manifest-sha256.txt".to_owned());
    }
    fetch(tree, encoding, &payload, &mut bag.faults);
    alike(tree, &mut bag.remarks);
    listings(tree, version, &payload, &tags, &mut bag);
    let octets = digests(tree, &payload, &tags, &mut bag);
    oxum(tree, octets, &mut bag);
    bag
}

/// RFC 8493, 2.1.1: the version and the encoding of tag files.
fn declaration(tree: &mut dyn Tree, faults: &mut Faults) -> ((u16, u16), Encoding) {
    let unknown = ((1, 0), Encoding::Utf8);
    let bytes = match tree.bytes_up_to("bagit.txt", SHORT) {
        Ok(bytes) => bytes,
        Err(fault) => {
            faults.push(fault);
            return unknown;
        }
    };
    let wrong = "bagit.txt: must tell BagIt-Version and Tag-File-Character-Encoding in two lines, in UTF-8 without a mark before them";
    let text = String::from_utf8(bytes).unwrap_or_default();
    let lines: Vec<&str> = text.split(['\n', '\r']).filter(|line| !line.is_empty()).collect();
    let value = |nth: usize, label: &str| lines.get(nth)?.strip_prefix(label)?.strip_prefix(':').map(str::trim);
    let (Some(version), Some(encoding), 2) = (value(0, "BagIt-Version"), value(1, "Tag-File-Character-Encoding"), lines.len()) else {
        faults.push(wrong.to_owned());
        return unknown;
    };
    let numbers = version.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    let version = match numbers {
        Some(known @ ((0, 93..=97) | (1, 0))) => known,
        _ => {
            faults.push(format!("bagit.txt: version {version} of BagIt is not known here; known are 0.93 to 0.97, and 1.0"));
            (1, 0)
        }
    };
    let encoding = Encoding::named(encoding).unwrap_or_else(|| {
        faults.push(format!("bagit.txt: tag files in {encoding} can't be read here; UTF-8, UTF-16, ISO-8859-1 and US-ASCII can"));
        Encoding::Utf8
    });
    (version, encoding)
}

/// RFC 8493, 2.2.2: labels with values, which go on in lines that begin with a blank.
fn info(tree: &mut dyn Tree, encoding: Encoding, bag: &mut Bag) {
    if !tree.names().contains("bag-info.txt") {
        return;
    }
    let text = match tree.bytes_up_to("bag-info.txt", LONG).and_then(|bytes| encoding.text("bag-info.txt", &bytes)) {
        Ok(text) => text,
        Err(fault) => return bag.faults.push(fault),
    };
    for line in text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()) {
        match (line.starts_with([' ', '\t']), bag.info.last_mut(), line.split_once(':')) {
            (true, Some((_, value)), _) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            (false, _, Some((label, value))) if !label.trim().is_empty() => {
                bag.info.push((label.trim().to_owned(), value.trim().to_owned()))
            }
            _ => bag.faults.push(format!("bag-info.txt: “{}” is no label with a value", line.chars().take(60).collect::<String>())),
        }
    }
}

/// RFC 8493, 2.2.3: what is to be fetched is in every payload manifest; a bag is complete when it is there.
fn fetch(tree: &mut dyn Tree, encoding: Encoding, payload: &[Listed], faults: &mut Faults) {
    if !tree.names().contains("fetch.txt") {
        return;
    }
    let text = match tree.bytes_up_to("fetch.txt", LONG).and_then(|bytes| encoding.text("fetch.txt", &bytes)) {
        Ok(text) => text,
        Err(fault) => return faults.push(fault),
    };
    let blank = [' ', '\t'];
    for (nth, line) in text.split(['\n', '\r']).filter(|line| !line.is_empty()).enumerate() {
        let parts = line.split_once(blank).and_then(|(_, rest)| rest.trim_start_matches(blank).split_once(blank));
        let file = parts.and_then(|(length, file)| {
            let is_length = length == "-" || !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
            is_length.then(|| super::manifest::decoded(file.trim_start_matches(blank).trim_start_matches("./")))
        });
        let Some(file) = file.filter(|file| file.starts_with("data/") && !super::manifest::leads_out(file)) else {
            faults.push(format!("fetch.txt: line {} is no address with a length and a path of the payload", nth + 1));
            continue;
        };
        if !tree.names().contains(&file) {
            faults.push(format!("{file}: is not there; fetch.txt tells where it was to be fetched, so the bag is not complete"));
        } else if payload.iter().any(|listed| !listed.digests.contains_key(&file)) {
            faults.push(format!("{file}: is in fetch.txt and not in every manifest"));
        }
    }
}

/// RFC 8493, 3: which file has to be in which manifest.
fn listings(tree: &dyn Tree, version: (u16, u16), payload: &[Listed], tags: &[Listed], bag: &mut Bag) {
    let left = |name: &str| stray(name).map_or_else(String::new, |what| format!(": {what}"));
    for name in tree.names() {
        let missing: Vec<&str> =
            payload.iter().filter(|listed| !listed.digests.contains_key(name)).map(|listed| listed.name.as_str()).collect();
        if name.starts_with("data/") {
            if missing.len() == payload.len() {
                bag.faults.push(format!("{name}: is in no manifest{}", left(name)));
            } else if !missing.is_empty() && version >= (1, 0) {
                bag.faults.push(format!("{name}: is not in {}", missing.join(", ")));
            }
        } else if !name.starts_with("tagmanifest-")
            && !tags.is_empty()
            && !tags.iter().any(|listed| listed.digests.contains_key(name))
            && !super::signatures::is_of_signing(name)
        {
            bag.remarks.push(format!("{name}: is in no tag manifest, so nothing vouches for it{}", left(name)));
        }
    }
    for manifest in tags {
        for name in payload.iter().map(|listed| &listed.name).filter(|name| !manifest.digests.contains_key(*name)) {
            bag.faults.push(format!("{}: does not list {name}", manifest.name));
        }
        if version >= (1, 0) {
            for name in manifest.digests.keys().filter(|name| name.starts_with("tagmanifest-")) {
                bag.faults.push(format!("{}: lists {name}, and a tag manifest lists none of its kind", manifest.name));
            }
        }
    }
}

/// Names that are lawful, and become one where case means nothing. A zip in which there are such is refused, since it is there to be unpacked.
fn alike(tree: &dyn Tree, remarks: &mut Vec<String>) {
    let mut folded: BTreeMap<String, &String> = BTreeMap::new();
    for name in tree.names() {
        if let Some(other) = folded.insert(name.to_lowercase(), name) {
            remarks.push(format!("{name}: differs from {other} in case alone; on macOS and Windows one would be written over the other"));
        }
    }
}

/// Holds each file against its digests, each read once. The bytes of the payload.
fn digests(tree: &mut dyn Tree, payload: &[Listed], tags: &[Listed], bag: &mut Bag) -> u64 {
    let mut octets = 0;
    for name in tree.names().clone() {
        let of_payload = name.starts_with("data/");
        let of: Vec<(&Listed, &String)> =
            payload.iter().chain(tags).filter_map(|listed| Some((listed, listed.digests.get(&name)?))).collect();
        let mut algorithms: Vec<Algorithm> = of.iter().map(|(listed, _)| listed.algorithm).collect();
        if of_payload {
            algorithms.push(Algorithm::Sha256);
        }
        algorithms.sort_unstable();
        algorithms.dedup();
        if algorithms.is_empty() {
            continue;
        }
        let found = match tree.digests(&name, &algorithms) {
            Ok(found) => found,
            Err(fault) => {
                bag.faults.push(fault);
                continue;
            }
        };
        let digest = |wanted: Algorithm| algorithms.iter().position(|a| *a == wanted).and_then(|at| found.digests.get(at));
        for (listed, told) in of {
            if digest(listed.algorithm) != Some(told) {
                bag.faults.push(format!("{name}: was changed, its {} is not the one in {}", listed.algorithm.label(), listed.name));
            }
        }
        if of_payload {
            octets += found.size;
            bag.sha256.extend(digest(Algorithm::Sha256).map(|digest| (name, digest.clone())));
        }
    }
    octets
}

/// Payload-Oxum of `bag-info.txt`: bytes and files of the payload.
fn oxum(tree: &dyn Tree, octets: u64, bag: &mut Bag) {
    let Some(told) = bag.told("Payload-Oxum") else { return };
    let files = tree.names().iter().filter(|name| name.starts_with("data/")).count();
    if told != format!("{octets}.{files}") {
        let fault = format!("bag-info.txt: tells a payload of {told}, and there is {octets}.{files}");
        bag.faults.push(fault);
    }
}
