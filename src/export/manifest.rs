//! The manifests of a bag: names of files with their digests. They are read line by line, and only names of files that are there are kept, so
//! that a manifest costs no more memory than the list of files.

use super::algorithm::Algorithm;
use super::checked::{Bag, Faults};
use super::encoding::Encoding;
use super::tree::{Tree, unreadable};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, Read as _};
use unicode_normalization::UnicodeNormalization as _;

/// A longer line is no line of a manifest.
const LONGEST_LINE: usize = 1 << 17;
/// So many more lines than there are files are read, to tell what is missing.
const MORE_LINES: usize = 100_000;

/// A manifest that was read.
#[derive(Debug)]
pub(super) struct Listed {
    /// Its own name.
    pub(super) name: String,
    pub(super) algorithm: Algorithm,
    pub(super) of_tags: bool,
    /// Digests in small letters, by the names of files that are there.
    pub(super) digests: BTreeMap<String, String>,
}

/// The names of the files that are there, found however a manifest writes them.
pub(super) struct Paths {
    names: BTreeSet<String>,
    /// Names that are written otherwise in normal form C: macOS turns them around.
    composed: BTreeMap<String, String>,
}

impl Paths {
    /// Those of a tree.
    pub(super) fn of(names: &BTreeSet<String>) -> Self {
        let composed = names.iter().filter(|name| !name.is_ascii()).map(|name| (name.nfc().collect(), name.clone())).collect();
        Self { names: names.clone(), composed }
    }

    /// The file that a manifest means: as it stands there, without the sign of binary mode or the `./` that checksum tools write, decoded or
    /// (as before BagIt 1.0) not.
    fn find(&self, written: &str) -> Option<&str> {
        let starred = written.strip_prefix('*').unwrap_or(written);
        let plain = starred.strip_prefix("./").unwrap_or(starred);
        let forms = [written, starred, plain].into_iter().flat_map(|form| [decoded(form), form.to_owned()]);
        forms
            .into_iter()
            .find_map(|form| self.names.get(&form).or_else(|| self.composed.get(&form.nfc().collect::<String>())).map(String::as_str))
    }
}

/// RFC 8493, 2.1.3: line breaks and the percent sign are encoded in manifests.
pub(super) fn encoded(name: &str) -> String {
    name.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

pub(super) fn decoded(name: &str) -> String {
    name.replace("%0A", "\n").replace("%0a", "\n").replace("%0D", "\r").replace("%0d", "\r").replace("%25", "%")
}

/// Whether a path leads out of the bag.
pub(super) fn leads_out(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    drive || path.is_empty() || path.starts_with(['/', '~', '\\']) || path.split(['/', '\\']).any(|part| part == "..")
}

/// Reads all manifests of a bag.
pub(super) fn manifests(tree: &mut dyn Tree, encoding: Encoding, paths: &Paths, bag: &mut Bag) -> Vec<Listed> {
    let mut listed = Vec::new();
    for name in tree.names().clone().into_iter().filter(|name| !name.contains('/') && name.ends_with(".txt")) {
        let Some((of_tags, id)) = name.strip_suffix(".txt").and_then(|stem| {
            let of = |start| stem.strip_prefix(start);
            of("manifest-").map(|id| (false, id)).or_else(|| of("tagmanifest-").map(|id| (true, id)))
        }) else {
            continue;
        };
        let Some(algorithm) = Algorithm::named(id) else {
            let what = format!("{name}: its digests can't be checked here; known are md5, sha1, sha224, sha256, sha384 and sha512");
            bag.faults.push(what);
            continue;
        };
        match read(tree, &name, (algorithm, of_tags, encoding), paths, &mut bag.faults) {
            Ok(digests) => listed.push(Listed { name, algorithm, of_tags, digests }),
            Err(error) => bag.faults.push(unreadable(&name, &error)),
        }
    }
    listed
}

fn read(
    tree: &mut dyn Tree,
    name: &str,
    (algorithm, of_tags, encoding): (Algorithm, bool, Encoding),
    paths: &Paths,
    faults: &mut Faults,
) -> io::Result<BTreeMap<String, String>> {
    let mut digests = BTreeMap::new();
    let mut lines = Lines::of(BufReader::new(tree.open_file(name)?), encoding)?;
    let mut number = 0;
    while let Some(line) = lines.next()? {
        number += 1;
        if number > paths.names.len() + MORE_LINES {
            faults.push(format!("{name}: has more lines than there could be files, and was not read to its end"));
            break;
        }
        let blank = [' ', '\t'];
        let parts = line.split_once(blank).map(|(digest, file)| (digest.to_ascii_lowercase(), file.trim_start_matches(blank)));
        let is_digest = |digest: &str| digest.len() == 2 * algorithm.bytes() && digest.bytes().all(|b| b.is_ascii_hexdigit());
        let Some((digest, written)) = parts.filter(|(digest, file)| is_digest(digest) && !file.is_empty()) else {
            faults.push(format!("{name}: line {number} is no {} with a path", algorithm.label()));
            continue;
        };
        let plain = written.trim_start_matches('*');
        let plain = plain.strip_prefix("./").unwrap_or(plain);
        let shown = || plain.chars().take(200).collect::<String>();
        if leads_out(&decoded(plain)) {
            faults.push(format!("{name}: line {number} leads out of the bag: {}", shown()));
        } else if !of_tags && !plain.starts_with("data/") {
            faults.push(format!("{name}: line {number} names no file of the payload: {}", shown()));
        } else if let Some(file) = paths.find(written) {
            if digests.insert(file.to_owned(), digest).is_some() {
                faults.push(format!("{name}: names {} twice", shown()));
            }
        } else {
            faults.push(format!("{}: is missing", decoded(&shown())));
        }
    }
    Ok(digests)
}

/// The lines of a tag file, ended by LF, CR or both, without the empty ones.
struct Lines<R> {
    from: R,
    encoding: Encoding,
    /// All of it, where its encoding can't be read byte by byte.
    whole: Option<io::Cursor<Vec<u8>>>,
}

impl<R: BufRead> Lines<R> {
    fn of(mut from: R, encoding: Encoding) -> io::Result<Self> {
        if !encoding.is_wide() {
            return Ok(Self { from, encoding, whole: None });
        }
        let mut bytes = Vec::new();
        from.by_ref().take(super::tree::TEXT_LIMIT).read_to_end(&mut bytes)?;
        let text = encoding.text("a manifest", &bytes).map_err(io::Error::other)?;
        Ok(Self { from, encoding: Encoding::Utf8, whole: Some(io::Cursor::new(text.into_bytes())) })
    }

    fn next(&mut self) -> io::Result<Option<String>> {
        loop {
            let line = match &mut self.whole {
                Some(whole) => until_break(whole)?,
                None => until_break(&mut self.from)?,
            };
            match line {
                None => return Ok(None),
                Some(line) if line.is_empty() => {}
                Some(line) => return self.encoding.text("a line", &line).map(Some).map_err(io::Error::other),
            }
        }
    }
}

/// Bytes up to the next line break, without it.
fn until_break(from: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        let page = from.fill_buf()?;
        if page.is_empty() {
            return Ok(Some(line).filter(|line| !line.is_empty()));
        }
        let end = page.iter().position(|b| matches!(b, b'\n' | b'\r'));
        let taken = end.unwrap_or(page.len());
        if line.len() + taken > LONGEST_LINE {
            return Err(io::Error::other("a line of it is absurdly long"));
        }
        line.extend_from_slice(&page[..taken]);
        from.consume(taken + usize::from(end.is_some()));
        if end.is_some() {
            return Ok(Some(line));
        }
    }
}
