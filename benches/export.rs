//! What exports cost: memory with 50,000 findings and 2 GB of evidence, a bag of 1 GB of evidence against `sha256sum` and `zip -0` of the same files in the
//! same run, and the report of 20,000 findings. `cargo bench --bench export`; `-- DIR` measures on another disk than that of the build, and `-- memory`,
//! `-- bag` or `-- html` one of the three. It needs Linux, 5 GB of disk, `sha256sum` and `zip`.
//!
//! The memory of each format is what a process of its own had, as the system tells it: the most while it read what the format is made from, what it had
//! when that was read, and the most while it wrote. The time of a bag is that of the program from its start to its end, the bytes on disk included; of the
//! two others nobody asks that.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a failure is its message, and printing is the purpose")]

#[path = "../tests/support/large/mod.rs"]
mod large;

use kassay::collect::snapshot;
use kassay::export::{self, Maker, Material, Over, Wish};
use kassay::store::Store;
use kassay_core::assess::assess;
use kassay_core::guidance::Guidance;
use kassay_core::judging::Tables;
use kassay_core::kinds::Inventory;
use kassay_core::model::{Category, ExportFormat, Finding, ObjectRef, Outcome, Severity};
use kassay_core::report::Assessment;
use kassay_core::workbook::{Collected, Edit, Engagement, Evidence, EvidenceKind, Moment, Reached, Workbook, folder, merge_collection};
use large::Large;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// MiB that writing a format may take over what the process has when the assessment is read.
const MEMORY: u64 = 128;
/// Times the two programs that a bag may take.
const LIMIT: f64 = 1.3;
/// What the report of 20,000 findings may take.
const REPORT: Duration = Duration::from_secs(1);
/// Measurements of each, in turns; the medians are told.
const ROUNDS: usize = 5;
/// Bytes of a piece of evidence.
const PIECE: u64 = 64 << 20;
/// The PDF report is laid out in memory; what that costs is told elsewhere.
const LEFT_OUT: ExportFormat = ExportFormat::Pdf;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, format, dir, target] = &args[..]
        && mode == "--measure"
    {
        return measure(format, Path::new(dir), Path::new(target));
    }
    // `cargo test --benches` starts this too, and asks for nothing.
    if !args.iter().any(|a| a == "--bench") {
        return;
    }
    let asked: Vec<&String> = args.iter().filter(|a| !a.starts_with("--")).collect();
    let is_part = |a: &&&String| matches!(a.as_str(), "memory" | "bag" | "html");
    let wanted = |part: &str| !asked.iter().any(|a| is_part(&a)) || asked.iter().any(|a| *a == part);
    let place = asked.iter().find(|a| !is_part(a)).map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target"), PathBuf::from);
    let parts: [(&str, fn(&Path)); 3] = [("html", report), ("bag", bag), ("memory", memory)];
    for (_, measure) in parts.iter().filter(|(part, _)| wanted(part)) {
        // Each in a folder of its own, so that no more lies on the disk than a part needs.
        let root = tempfile::Builder::new().prefix("export-").tempdir_in(&place).unwrap();
        measure(root.path());
    }
}

/// The most memory that each format takes.
fn memory(root: &Path) {
    let dir = make(root, 50_000, 32);
    println!("\n50,000 findings, 2 GiB of evidence: memory in MiB");
    println!("  {:<14}{:>14}{:>14}{:>14}{:>14}{:>12}", "", "most, reading", "had then", "most, writing", "over reading", "over had");
    for format in ExportFormat::ALL.into_iter().filter(|format| *format != LEFT_OUT).map(ExportFormat::id) {
        let [reading, had, writing] = taken(format, &dir, &root.join(format!("out.{format}")));
        let over = writing.saturating_sub(reading);
        println!(
            "  {format:<14}{reading:>14}{had:>14}{writing:>14}{over:>14}{:>12}   {} {MEMORY}",
            writing.saturating_sub(had),
            within(writing.saturating_sub(had) <= MEMORY)
        );
    }
}

/// The memory of a process that writes a format, in MiB: the most while it reads, what it has then, the most while it writes.
fn taken(format: &str, dir: &Path, target: &Path) -> [u64; 3] {
    let output = Command::new(std::env::current_exe().unwrap())
        .arg("--measure")
        .args([format.as_ref(), dir.as_os_str(), target.as_os_str()])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{format} ended with {}", output.status);
    if target.is_dir() { fs::remove_dir_all(target) } else { fs::remove_file(target) }.unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<u64> = told.split_whitespace().map(|number| number.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

/// What the process of one measurement does: it writes a format, and prints what memory it had.
fn measure(format: &str, dir: &Path, target: &Path) {
    let format = ExportFormat::by_id(format).unwrap();
    let material = read(dir, format);
    println!("{} {}", told("VmHWM:"), told("VmRSS:"));
    // From here on the most is counted anew.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let on = |_: export::Step| ControlFlow::Continue(());
    match export::maker(format) {
        Maker::Bag(form) => export::bag(&material, target, form, &on).unwrap(),
        Maker::Single(single) => single.ready(&material, &Wish::default()).unwrap().put(target, Over::Replace, &on).unwrap(),
    };
    println!("{}", told("VmHWM:"));
}

/// A line of what the system says of this process, in MiB.
fn told(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let told = status.lines().find_map(|told| told.strip_prefix(line)).unwrap();
    let kibibytes: u64 = told.trim().trim_end_matches(" kB").trim().parse().unwrap();
    kibibytes.div_ceil(1024)
}

/// What a form is made from.
fn read(dir: &Path, format: ExportFormat) -> Material {
    Material::load(dir, now()).unwrap().ready_for(format, |bytes| snapshot::read(bytes).map_err(|e| e.to_string()))
}

/// A bag of 1 GiB of evidence against the two programs.
fn bag(root: &Path) {
    let dir = make(root, 2_000, 16);
    let evidence = dir.join(folder::EVIDENCE);
    let mut files: Vec<_> = fs::read_dir(&evidence).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    let (plain, ours) = (root.join("plain.zip"), root.join("ours.zip"));
    let run = |command: &mut Command| {
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "{command:?} ended with {status}");
    };
    let (mut bags, mut sums, mut zips) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        sums.push(timed(|| run(Command::new("sha256sum").args(&files).current_dir(&evidence))));
        zips.push(timed(|| run(Command::new("zip").args(["-0", "-q"]).arg(&plain).args(&files).current_dir(&evidence))));
        fs::remove_file(&plain).unwrap();
        // What the last one left to be written must not be written in the time of the next.
        run(&mut Command::new("sync"));
        let args = ["export", "--format", "bag-zip", "--quiet", "--now", large::NOW, "--workbook"];
        bags.push(timed(|| run(Command::new(env!("CARGO_BIN_EXE_kassay")).args(args).arg(&dir).arg("-f").arg(&ours))));
        fs::remove_file(&ours).unwrap();
        run(&mut Command::new("sync"));
    }
    let [bag, sum, zip] = [bags, sums, zips].map(median);
    let times = bag.as_secs_f64() / (sum + zip).as_secs_f64();
    println!("\n1 GiB of evidence in {} files", files.len());
    println!("  kassay export --format bag-zip  {bag:>9.2?}   with the bytes on disk");
    println!("  sha256sum, then zip -0          {:>9.2?}   {sum:.2?} and {zip:.2?}", sum + zip);
    println!("  the bag takes {times:.2} times as long, {} {LIMIT}", within(times <= LIMIT));
}

/// The report of 20,000 findings.
fn report(root: &Path) {
    let dir = make(root, 20_000, 0);
    let material = read(&dir, ExportFormat::Html);
    let mut bytes = 0;
    let times = (0..ROUNDS).map(|_| {
        timed(|| {
            let page = export::report_html(&material).unwrap();
            bytes = page.len();
        })
    });
    let time = median(times.collect());
    println!("\nreport of 20,000 findings: {time:.2?}, {:.1} MiB; {} {REPORT:.0?}", bytes as f64 / 1_048_576.0, within(time <= REPORT));
}

/// An assessment of a cluster with so many findings, told by all checks, and so many pieces of evidence.
fn make(root: &Path, findings: usize, pieces: usize) -> PathBuf {
    let guidance = Guidance::shipped().unwrap();
    let dir = root.join("acme");
    let mut book = Workbook::new(Engagement { entity: "Acme Payments".into(), period: "2026".into(), ..Engagement::default() });
    let edit = |what: &str| Edit { by: "A. Assessor".into(), what: what.into(), ..Edit::default() };
    let mut store = Store::create(&dir, &book, "A. Assessor", now()).unwrap();
    let inventory: Inventory = Large::of(500).inventory();
    let scope = large::scope();
    let mut outcomes = assess(&inventory, &scope, now(), &Tables::shipped().unwrap());
    let there: usize = outcomes.iter().map(|outcome| outcome.findings.len()).sum();
    let checks = outcomes.len();
    for nth in there..findings {
        let outcome = &mut outcomes[nth % checks];
        let object = ObjectRef::new("apps", "Deployment", "payments-production", &format!("checkout-api-{nth:05}"));
        let mut finding = Finding::new(Category::Cde, object, "spec.template.spec.containers[name=web].securityContext.privileged")
            .severity(Severity::High)
            .observed("true, of the image registry.acme.example/payments/checkout-api:2026.11")
            .message("The container may do everything on its node: it sees all devices, and all that other containers there keep.");
        finding.identify(&outcome.check);
        outcome.findings.push(finding);
        outcome.outcome = Outcome::Fail;
    }
    let assessment = Assessment::new(&inventory, outcomes.clone(), vec![], guidance, now()).in_scope(&inventory, &scope);
    let kept = store.put_collection(&assessment, |out| snapshot::write(&inventory, out).map_err(io::Error::other)).unwrap();
    merge_collection(
        &mut book,
        guidance,
        &Collected {
            key: "prod",
            source: "context prod",
            reached: &Reached::default(),
            inventory: &inventory,
            outcomes: &outcomes,
            previous: &[],
            snapshot: &kept.snapshot,
            findings: &kept.findings,
            assessed_at: now(),
        },
    );
    for nth in 1..=pieces {
        book.evidence.push(piece(&dir, nth));
    }
    store.save(&book, &edit("read prod"), now()).unwrap();
    dir
}

/// A piece of evidence that no program can make smaller. It is put there as the store would, which would look through it for card numbers first.
fn piece(dir: &Path, nth: usize) -> Evidence {
    let file = format!("capture-{nth}.pcap");
    fs::create_dir_all(dir.join(folder::EVIDENCE)).unwrap();
    let place = dir.join(folder::EVIDENCE).join("new");
    let mut noise = Noise(nth as u64 + 1);
    io::copy(&mut (&mut noise).take(PIECE), &mut File::create(&place).unwrap()).unwrap();
    let sum = Command::new("sha256sum").arg(&place).output().unwrap();
    let sha256 = String::from_utf8(sum.stdout).unwrap().split(' ').next().unwrap().to_owned();
    fs::rename(&place, dir.join(folder::evidence(&sha256, &file).unwrap())).unwrap();
    let title = format!("Capture {nth}");
    let paper = Evidence::new(format!("E-{nth:04}"), EvidenceKind::Scan, title, "A. Assessor".into(), Moment(now()));
    Evidence { file, sha256, size: PIECE, ..paper }
}

/// Bytes without an order; the same from the same start.
struct Noise(u64);

impl io::Read for Noise {
    fn read(&mut self, page: &mut [u8]) -> io::Result<usize> {
        for mut part in page.chunks_mut(8) {
            // Marsaglia's xorshift64.
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            let bytes = self.0.to_le_bytes();
            part.write_all(&bytes[..part.len()]).unwrap();
        }
        Ok(page.len())
    }
}

fn now() -> jiff::Timestamp {
    large::NOW.parse().unwrap()
}

fn timed(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

const fn within(is_so: bool) -> &'static str {
    if is_so { "within" } else { "MORE than" }
}
