//! How quick the walk answers on a large assessment, through a real pseudo-terminal: from the key to the last byte of the frame, bytes for each key,
//! opening, and memory; at rest, and while the cluster is read and judged again, which has grown to eight times as many pods meanwhile.
//! `cargo bench --bench walk`; `-- 2000` takes another number of pods. `-- --beside PROGRAM` walks through another build in turns, and tells memory side
//! by side.
//!
//! The time of a key ends with the mark that ends the frame (a synchronized update), as the reader of the terminal's other side gets it. Keys are sent
//! one after the other, each after the frame of the one before: what a person with a quick hand does.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a failure is its message, and printing is the purpose")]

#[path = "../tests/support/large/mod.rs"]
mod large;

use large::Large;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::fs;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Pods, where no other number is asked for: they give about 50,000 findings.
const PODS: usize = 12_500;
/// How many times as many there are when the cluster is read again.
const GROWN: usize = 8;
/// Columns and rows.
const SIZE: (u16, u16) = (120, 40);
/// From the key to the end of the frame: the median, the 99th of a hundred, and the worst.
const LIMITS: [Duration; 3] = [Duration::from_millis(8), Duration::from_millis(16), Duration::from_millis(33)];
/// Bytes for a key, the median of what frames take.
const BYTES: usize = 2 * 1024;
/// From the start of the program to the walk.
const OPENING: Duration = Duration::from_millis(150);
/// What memory may be of that of another build.
const MEMORY: f64 = 0.6;
/// The other mark of a frame.
const END: &[u8] = b"\x1b[?2026l";
/// How long nothing may come before the program is given up.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long a key is waited for that changes nothing.
const NOTHING: Duration = Duration::from_millis(250);

fn main() {
    // `cargo test --benches` starts this too, and asks for nothing.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let beside = arguments.iter().position(|a| a == "--beside").map(|at| arguments[at + 1].clone());
    let pods = arguments.iter().find_map(|a| a.parse().ok()).unwrap_or(PODS);
    let root = tempfile::tempdir().unwrap();
    let dumps = [dump(root.path(), "small", pods), dump(root.path(), "grown", pods * GROWN)];
    let memory = walk(env!("CARGO_BIN_EXE_kassay"), &root.path().join("ours"), &dumps);
    if let Some(program) = beside {
        println!("\nbeside it, {program}:");
        let other = walk(&program, &root.path().join("other"), &dumps);
        let times = memory as f64 / other as f64;
        println!("\nmemory: {times:.2} times that of the other build, {} {MEMORY}", verdict(times <= MEMORY));
    }
}

/// Writes what the API said of a cluster of so many pods.
fn dump(root: &Path, name: &str, pods: usize) -> PathBuf {
    let dump = root.join(name);
    fs::create_dir(&dump).unwrap();
    let cluster = Large::of(pods);
    for (n, (_, page)) in cluster.pages().enumerate() {
        fs::write(dump.join(format!("{n:05}.json")), page).unwrap();
    }
    println!("{name}: {} pods, {} MiB of JSON", cluster.pods, cluster.bytes() >> 20);
    dump
}

/// Walks through a new assessment, tells what it cost, and gives the most memory it took in MiB once it was opened again.
fn walk(program: &str, home: &Path, [small, grown]: &[PathBuf; 2]) -> u64 {
    fs::create_dir(home).unwrap();
    let (book, dump) = (home.join("book"), home.join("dump"));
    fs::rename(small, &dump).unwrap();
    let started = Instant::now();
    let mut first = Terminal::start(program, &["new", "--workbook", book.to_str().unwrap(), "--from", dump.to_str().unwrap()], home);
    first.until("step 1 of 4");
    first.send("Acme\r");
    for step in ["Holds", "step 3 of 4", "read now"] {
        first.until(step);
        first.send("\r");
    }
    first.until("of 49 determined");
    first.until_gone("Reading");
    println!("reading and judging it the first time   {:>8.1} s   {} MiB at most", started.elapsed().as_secs_f64(), first.peak());
    first.leave();

    let mut openings = vec![];
    for _ in 0..5 {
        let started = Instant::now();
        let mut again = Terminal::start(program, &[book.to_str().unwrap()], home);
        again.until("of 49 determined");
        openings.push(started.elapsed());
        again.leave();
    }
    openings.sort();
    let opening = openings[openings.len() / 2];
    println!("opening, from start to the walk         {:>8.1} ms  {} {} ms", ms(opening), verdict(opening <= OPENING), OPENING.as_millis());

    let mut terminal = Terminal::start(program, &[book.to_str().unwrap()], home);
    terminal.until("of 49 determined");
    terminal.settle();
    terminal.told("at rest", |terminal| terminal.session());
    let memory = terminal.peak();
    println!("  {memory} MiB of memory at most");
    fs::rename(&dump, small).unwrap();
    fs::rename(grown, &dump).unwrap();
    terminal.reading_again();
    // What was found is kept in a file of its own when it was read and judged; what comes of that is walked through too.
    let is_read = || fs::read_dir(book.join("findings")).unwrap().count() > 1;
    terminal.told("while it is read and judged again", |terminal| {
        while !is_read() {
            terminal.session();
        }
        terminal.session();
    });
    println!("  {} MiB of memory at most", terminal.peak());
    terminal.leave();
    fs::rename(&dump, grown).unwrap();
    memory
}

/// What one key cost.
struct Cost {
    key: String,
    time: Duration,
    bytes: usize,
}

/// What the reader of the terminal's other side hands on.
enum News {
    /// Bytes, and where among them a frame ended.
    Bytes(Instant, Vec<u8>, bool),
    Ended,
}

struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    _master: Box<dyn MasterPty + Send>,
    news: Receiver<News>,
    parser: vt100::Parser,
    costs: Vec<Cost>,
}

impl Terminal {
    fn start(program: &str, arguments: &[&str], home: &Path) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows: SIZE.1, cols: SIZE.0, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.cwd(home);
        for (name, value) in
            [("HOME", home.to_str().unwrap()), ("TERM", "xterm-256color"), ("TZ", "UTC"), ("LANG", "C.UTF-8"), ("USER", "assessor")]
        {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut source = pair.master.try_clone_reader().unwrap();
        let (sender, news) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            let mut tail: Vec<u8> = vec![];
            loop {
                let read = source.read(&mut buffer).unwrap_or(0);
                let at = Instant::now();
                let bytes = buffer[..read].to_vec();
                // The mark may come in two pieces.
                tail.extend(&bytes);
                let ended = tail.windows(END.len()).any(|window| window == END);
                let keep = if ended { 0 } else { tail.len().min(END.len() - 1) };
                tail.drain(..tail.len() - keep);
                if sender.send(if read == 0 { News::Ended } else { News::Bytes(at, bytes, ended) }).is_err() || read == 0 {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        let parser = vt100::Parser::new(SIZE.1.try_into().unwrap(), SIZE.0.try_into().unwrap(), 0);
        Self { child, writer, _master: pair.master, news, parser, costs: vec![] }
    }

    fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).and_then(|()| self.writer.flush()).unwrap();
    }

    /// The next that comes; whether a frame ended with it, when, and how many bytes they were. None after that long a silence.
    fn next(&mut self, limit: Duration) -> Option<(Instant, usize, bool)> {
        match self.news.recv_timeout(limit) {
            Ok(News::Bytes(at, bytes, ended)) => {
                self.parser.process(&bytes);
                Some((at, bytes.len(), ended))
            }
            Err(RecvTimeoutError::Timeout) => None,
            Ok(News::Ended) | Err(RecvTimeoutError::Disconnected) => panic!("the program ended:\n{}", self.parser.screen().contents()),
        }
    }

    fn until_that(&mut self, what: &str, wanted: impl Fn(&str) -> bool) {
        let started = Instant::now();
        while !wanted(&self.parser.screen().contents()) {
            assert!(started.elapsed() < PATIENCE, "gave up waiting for {what}:\n{}", self.parser.screen().contents());
            self.next(Duration::from_secs(1));
        }
    }

    fn until(&mut self, words: &str) {
        self.until_that(words, |shown| shown.contains(words));
    }

    fn until_gone(&mut self, words: &str) {
        self.until_that(&format!("the end of {words}"), |shown| !shown.contains(words));
    }

    /// Waits until nothing comes any more.
    fn settle(&mut self) {
        while self.next(Duration::from_millis(500)).is_some() {}
    }

    /// Types a key and waits for its frame. What changes nothing has none, and is not counted.
    fn key(&mut self, key: &str, name: &str) {
        let mut bytes = 0;
        let started = Instant::now();
        self.send(key);
        while let Some((at, read, ended)) = self.next(NOTHING) {
            bytes += read;
            if ended {
                self.costs.push(Cost { key: name.to_owned(), time: at.saturating_duration_since(started), bytes });
                return;
            }
        }
    }

    fn each(&mut self, keys: &[(&str, &str)]) {
        for (key, name) in keys {
            self.key(key, name);
        }
    }

    fn times(&mut self, times: usize, key: &str, name: &str) {
        for _ in 0..times {
            self.key(key, name);
        }
    }

    /// A stretch of work: through the walk, the list of all findings, its filter and its groups, a finding, a check's list.
    fn session(&mut self) {
        self.times(30, "\t", "tab");
        self.key("F", "F (all findings)");
        self.times(100, "\x1b[B", "down");
        self.times(30, "\x1b[6~", "page down");
        self.key("G", "G (end)");
        self.key("g", "g (group)");
        self.times(3, "g", "g (group)");
        self.key("/", "/");
        for letter in "sev:high ns:app- privileged".chars() {
            self.key(&letter.to_string(), "a letter of the query");
        }
        self.times(27, "\x7f", "backspace in the query");
        self.key("\r", "enter (query)");
        self.key("\r", "enter (open)");
        self.next(NOTHING);
        self.key("\x1b", "esc");
        self.next(NOTHING);
        self.key("\x1b", "esc");
        self.next(NOTHING);
        self.each(&[("s", "s (summary)"), ("\x1b", "esc")]);
        self.next(NOTHING);
        self.times(20, "\x1b[Z", "shift-tab");
        self.each(&[(":", ": (palette)"), ("f", "a letter of the palette"), ("i", "a letter of the palette"), ("\x1b", "esc")]);
        self.next(NOTHING);
    }

    /// Reads the cluster again and works on meanwhile.
    fn reading_again(&mut self) {
        self.send("R");
        self.settle_for(Duration::from_millis(300));
        self.send("\r");
        self.settle_for(Duration::from_millis(300));
    }

    fn settle_for(&mut self, time: Duration) {
        let started = Instant::now();
        while started.elapsed() < time {
            self.next(Duration::from_millis(20));
        }
    }

    fn told(&mut self, when: &str, work: impl Fn(&mut Self)) {
        self.costs.clear();
        work(self);
        let mut costs = std::mem::take(&mut self.costs);
        costs.sort_by_key(|cost| cost.time);
        let at = |part: usize| &costs[(costs.len() * part / 100).min(costs.len() - 1)];
        println!("{when}: {} keys", costs.len());
        for (what, cost, limit) in [("median", at(50), LIMITS[0]), ("99th of 100", at(99), LIMITS[1]), ("worst", at(100), LIMITS[2])] {
            let within = verdict(cost.time <= limit);
            println!("  {what:<38}{:>8.1} ms  {within} {} ms   {}", ms(cost.time), limit.as_millis(), cost.key);
        }
        for slow in costs.iter().rev().skip(1).take(4) {
            println!("    {:<36}{:>8.1} ms", slow.key, ms(slow.time));
        }
        costs.sort_by_key(|cost| cost.bytes);
        let (middle, most) = (costs[costs.len() / 2].bytes, &costs[costs.len() - 1]);
        println!(
            "  bytes for a key, median                 {middle:>8}   {} {BYTES}; at most {} ({})",
            verdict(middle <= BYTES),
            most.bytes,
            most.key
        );
    }

    /// The most memory that the program had so far, in MiB.
    fn peak(&self) -> u64 {
        let status = self.child.process_id().and_then(|id| fs::read_to_string(format!("/proc/{id}/status")).ok()).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or_default() >> 10
    }

    fn leave(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

const fn verdict(within: bool) -> &'static str {
    if within { "within" } else { "MORE than" }
}
