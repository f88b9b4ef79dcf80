//! A collection as one file: a line that says what it is, and the inventory as JSON, compressed with gzip. It holds what was kept of a
//! cluster and nothing more, so it can't leak what the collection did not keep. Equal inventories give equal bytes.

use super::CollectError;
use flate2::{Compression, GzBuilder, read::GzDecoder};
use jiff::Timestamp;
use kassay_core::kinds::{Coverage, Inventory, KindState, Source};
use kassay_core::model::Kind;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

/// Start of the format's name, the same in all versions.
const FAMILY: &str = "kassay/snapshot/v";
const VERSION: u32 = 1;

/// Unpacked size at which reading stops. A cluster of 150,000 pods stays far below it, a file made to fill memory does not.
const LIMIT: u64 = 2 << 30;

/// Longest first line that is looked at.
const HEADER_LIMIT: u64 = 64 << 10;

/// Why a snapshot can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It is something else.
    #[error("this is no snapshot: {0}")]
    NotASnapshot(String),
    /// A newer program wrote it.
    #[error("this snapshot has the format {format}, written by version {program}; this program reads up to {FAMILY}{VERSION}")]
    Newer {
        /// Its format.
        format: String,
        /// The version that wrote it.
        program: String,
    },
    /// It is damaged.
    #[error("the snapshot is damaged: {0}")]
    Damaged(String),
    /// It unpacks to an absurd size.
    #[error("the snapshot unpacks to more than {} MiB, which no cluster needs", LIMIT >> 20)]
    TooLarge,
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// The first line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    /// `kassay/snapshot/v1`.
    pub format: String,
    /// Version of the program that wrote it.
    pub program: String,
    /// UID of the cluster.
    pub cluster: String,
    /// Address of its API server.
    pub server: String,
    /// Its version.
    pub version: String,
    /// When it was collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<Timestamp>,
    /// Which part of the cluster it is: `2/3`; "" where it is the whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub part: String,
    /// What all parts of one reading are called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub run: String,
}

/// Writes an inventory.
///
/// # Errors
/// Where the bytes can't be written.
pub fn write(inventory: &Inventory, target: impl Write) -> Result<(), SnapshotError> {
    let cluster = &inventory.cluster;
    let header = Header {
        format: format!("{FAMILY}{VERSION}"),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        cluster: cluster.uid.clone(),
        server: cluster.server.clone(),
        version: cluster.version.clone(),
        collected_at: cluster.collected_at,
        part: inventory.part.as_ref().map(|part| format!("{}/{}", part.number, part.of)).unwrap_or_default(),
        run: inventory.part.as_ref().map(|part| part.run.clone()).unwrap_or_default(),
    };
    // No name, no time, a fixed level: the bytes depend on the inventory alone.
    let gzip = GzBuilder::new().mtime(0).operating_system(255).write(target, Compression::new(6));
    let mut out = BufWriter::with_capacity(1 << 16, gzip);
    json(&mut out, &header)?;
    out.write_all(b"\n")?;
    json(&mut out, inventory)?;
    out.write_all(b"\n")?;
    let gzip = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    gzip.finish()?.flush()?;
    Ok(())
}

fn json(out: impl Write, value: &impl Serialize) -> Result<(), SnapshotError> {
    serde_json::to_writer(out, value).map_err(|error| SnapshotError::Io(error.into()))
}

/// Reads an inventory, and makes it as it was when it was collected.
///
/// # Errors
/// Where the bytes are no snapshot, are damaged, or have a newer format.
pub fn read(source: impl Read) -> Result<Inventory, SnapshotError> {
    read_unpacked(GzDecoder::new(source))
}

/// Reads the first line of a snapshot, which tells whose it is.
///
/// # Errors
/// As [`read`].
pub fn header(source: impl Read) -> Result<Header, SnapshotError> {
    take_header(&mut BufReader::new(GzDecoder::new(source)))
}

/// Whether a file is a snapshot of any version, by how it begins.
#[must_use]
pub fn holds(path: &Path) -> bool {
    let Ok(file) = std::fs::File::open(path) else { return false };
    let mut start = Vec::new();
    // What can't be unpacked is none.
    let _ = GzDecoder::new(file).take(512).read_to_end(&mut start);
    begins(&start)
}

/// UID of the cluster of which a file is a snapshot; none where it is none, or does not tell.
#[must_use]
pub fn uid(path: &Path) -> Option<String> {
    let file = std::fs::File::open(path).ok()?;
    header(file).ok().map(|header| header.cluster).filter(|uid| !uid.is_empty())
}

fn read_unpacked(source: impl Read) -> Result<Inventory, SnapshotError> {
    // One byte more than allowed: where that one is consumed too, the limit was reached.
    let mut reader = BufReader::with_capacity(1 << 16, source.take(LIMIT + 1));
    let header = take_header(&mut reader)?;
    let mut stream = serde_json::Deserializer::from_reader(&mut reader);
    let parsed = Inventory::deserialize(&mut stream).and_then(|inventory| stream.end().map(|()| inventory));
    drop(stream);
    let reached = reader.get_ref().limit() == 0;
    let mut inventory = parsed.map_err(|error| match error.is_data() && is_newer(&header.program) {
        _ if reached => SnapshotError::TooLarge,
        // Within one format, newer programs may know kinds that this one does not.
        true => SnapshotError::Newer { format: header.format.clone(), program: header.program.clone() },
        false => SnapshotError::Damaged(kassay_core::sensitive::without_quoted(&error.to_string())),
    })?;
    mark_unasked(&mut inventory, &header);
    inventory.settle();
    Ok(inventory)
}

/// Whether another version of the program is newer than this one.
fn is_newer(other: &str) -> bool {
    let parts =
        |version: &str| version.split(['.', '-', '+']).take(3).map(|part| part.parse::<u32>().unwrap_or_default()).collect::<Vec<_>>();
    parts(other) > parts(env!("CARGO_PKG_VERSION"))
}

/// A kind of which a snapshot does not speak was not asked for by the program that took it. That is not the same as not being installed.
fn mark_unasked(inventory: &mut Inventory, header: &Header) {
    if inventory.source != Source::Live {
        return;
    }
    let groups = &inventory.cluster.api_groups;
    for kind in Kind::ALL {
        // What the server served is in the snapshot: where a kind's whole group was not among it, there was nothing to ask for.
        let served = kind.stock() || groups.is_empty() || groups.contains_key(kind.group());
        inventory.coverage.entry(*kind).or_insert_with(|| match served {
            true => Coverage {
                state: KindState::Failed,
                message: format!("version {} of the program, which took this snapshot, did not ask for it", header.program),
                ..Coverage::default()
            },
            false => Coverage {
                state: KindState::Absent,
                message: format!("the API group {} is not served", kind.group()),
                ..Coverage::default()
            },
        });
    }
}

fn take_header(reader: &mut impl BufRead) -> Result<Header, SnapshotError> {
    let mut line = Vec::new();
    let no = |what: &str| SnapshotError::NotASnapshot(what.to_owned());
    reader.take(HEADER_LIMIT).read_until(b'\n', &mut line).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData => no("it is not compressed with gzip"),
        std::io::ErrorKind::UnexpectedEof => SnapshotError::Damaged("it ends early".to_owned()),
        _ => SnapshotError::Io(error),
    })?;
    let header: Header = serde_json::from_slice(&line).map_err(|_| no("its first line is no header"))?;
    match header.format.strip_prefix(FAMILY).and_then(|number| number.parse::<u32>().ok()) {
        Some(VERSION) => Ok(header),
        Some(newer) if newer > VERSION => Err(SnapshotError::Newer { format: header.format, program: header.program }),
        _ => Err(no("its first line names another format")),
    }
}

/// Whether unpacked bytes begin as a snapshot of any version does.
pub(super) fn begins(unpacked: &[u8]) -> bool {
    let start = &unpacked[..unpacked.len().min(512)];
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let text = String::from_utf8_lossy(line);
    text.starts_with('{') && text.contains(&format!("\"format\":\"{FAMILY}"))
}

/// Writes a file that appears only when it is complete; `-` is standard output. Gives its size.
///
/// # Errors
/// Where the file can't be written.
pub fn write_file(inventory: &Inventory, target: &Path) -> Result<u64, CollectError> {
    let bytes = pack(inventory, target)?;
    put(&bytes, target)?;
    Ok(bytes.len() as u64)
}

/// A snapshot as the bytes of the file that it shall be. That takes long for a large cluster, and nothing is written yet.
///
/// # Errors
/// Where it can't be packed.
pub fn pack(inventory: &Inventory, target: &Path) -> Result<Vec<u8>, CollectError> {
    let mut bytes = Vec::new();
    write(inventory, &mut bytes).map_err(|error| unwritten(target, &error.to_string()))?;
    Ok(bytes)
}

/// Writes the bytes of a snapshot to a file that appears only when it is complete; `-` is standard output.
///
/// # Errors
/// Where the file can't be written.
pub fn put(bytes: &[u8], target: &Path) -> Result<(), CollectError> {
    let put = || -> std::io::Result<()> {
        if target == Path::new("-") {
            let mut out = std::io::stdout().lock();
            out.write_all(bytes)?;
            return out.flush();
        }
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(target).map_err(|error| error.error)?;
        Ok(())
    };
    put().map_err(|error| unwritten(target, &error.to_string()))
}

fn unwritten(target: &Path, why: &str) -> CollectError {
    CollectError::Write { path: target.display().to_string(), message: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gzip(text: &str) -> Vec<u8> {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(text.as_bytes()).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn equal_inventories_are_equal_bytes_and_come_back() {
        let mut inventory = Inventory::default();
        inventory.cluster.version = "v1.34.4".into();
        let (mut one, mut two) = (Vec::new(), Vec::new());
        write(&inventory, &mut one).unwrap();
        write(&inventory, &mut two).unwrap();
        assert_eq!(one, two);
        assert_eq!(read(&one[..]).unwrap().cluster, inventory.cluster);
        assert_eq!(header(&one[..]).unwrap().version, "v1.34.4");
    }

    #[test]
    fn a_kind_that_was_not_asked_for_is_not_taken_for_not_installed() {
        let old = gzip(
            "{\"format\":\"kassay/snapshot/v1\",\"program\":\"0.0.1\"}\n{\"source\":\"live\",\"coverage\":{\"pods\":{\"state\":\"read\"}}}\n",
        );
        let inventory = read(&old[..]).unwrap();
        assert_eq!(inventory.state(Kind::Pods), KindState::Read);
        let unasked = inventory.coverage_of(Kind::CiliumNetworkPolicies);
        assert!(unasked.state == KindState::Failed && unasked.message.contains("0.0.1"), "{unasked:?}");
        let later = gzip(
            "{\"format\":\"kassay/snapshot/v1\",\"program\":\"99.0.0\"}\n{\"source\":\"live\",\"coverage\":{\"gizmos\":{\"state\":\"read\"}}}\n",
        );
        assert!(matches!(read(&later[..]), Err(SnapshotError::Newer { .. })));
    }

    #[test]
    fn newer_formats_and_other_files_are_refused_with_words() {
        let newer = gzip("{\"format\":\"kassay/snapshot/v2\",\"program\":\"9.0.0\"}\n{}\n");
        assert!(matches!(read(&newer[..]), Err(SnapshotError::Newer { program, .. }) if program == "9.0.0"));
        assert!(matches!(read(&gzip("kind: Pod\n")[..]), Err(SnapshotError::NotASnapshot(_))));
        assert!(matches!(read(&b"kind: Pod\n"[..]), Err(SnapshotError::NotASnapshot(_))));
        let mut cut = Vec::new();
        write(&Inventory::default(), &mut cut).unwrap();
        cut.truncate(cut.len() - 9);
        assert!(matches!(read(&cut[..]), Err(SnapshotError::Damaged(_) | SnapshotError::Io(_))));
    }
}
