//! What examining text costs: of each kind of text one MB and ten, in one run. `cargo bench -p kassay-core --bench sensitive`; ten times the text may
//! cost at most fifteen times as much, and the run fails where it costs more. Parts of names behind `--` pick some.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a failure is its message, and printing is the purpose")]

use kassay_core::sensitive::{Examiner, FingerprintKey, Place};
use std::time::{Duration, Instant};

const MB: usize = 1_000_000;
/// How much dearer ten times the text may be.
const STEEPEST: f64 = 15.0;

/// Parts that are repeated: what attacks each of the detectors, and what settings look like.
const TEXTS: &[(&str, &str)] = &[
    ("beginning of a key in base64", "LS0tLS1CRUdJTi"),
    ("pairs", "password=… "),
    ("pairs with secrets", "password=hunter22 "),
    ("one letter", "a"),
    ("one digit", "4"),
    ("digits in groups", "4111 1111 "),
    ("cards", "4111111111111111 "),
    ("open quotes", "password=\""),
    ("quotes of a lower level", "password=\\\""),
    ("open tables", "{\"password\":{\"a\":\""),
    ("open lists", "password: ["),
    ("blocks", "password: |\n"),
    ("names of values", "name: password\n"),
    ("elements", "<password>"),
    ("tokens without an end", "eyJhbGciOiJIUzI1NiJ9.eyJ"),
    ("keys without an end", "-----BEGIN PRIVATE KEY-----\n"),
    ("PuTTY keys", "PuTTY-User-Key-File-2: "),
    ("commands", "mysql -u root "),
    ("commands with passwords", "mysql -phunter22 "),
    ("addresses", "postgres://u:p@h "),
    ("addresses without an end", "http://a:"),
    ("defaults", "${PASSWORD:-"),
    ("options", "--password "),
    ("bearers", "Bearer "),
    ("hexadecimal", "6f1ed002ab559585"),
    ("kubeconfigs", "clusters users contexts token: "),
    ("JSON", "{\"name\":\"DB_HOST\",\"value\":\"db.pay.svc\",\"retries\":3},\n"),
    ("YAML", "spec:\n  replicas: 3\n  selector:\n    matchLabels: {app: web}\n"),
    ("log lines", "2026-11-29T10:00:00Z INFO http request=7 path=/v1/pay status=200 took=12ms\n"),
    ("beyond ASCII", "kártyaszám és jelszó: titkos "),
];

fn main() {
    // `cargo test --benches` starts this too, and asks for nothing.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    let parts: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    println!("{:<34} {:>10} {:>10} {:>8}", "", "1 MB", "10 MB ms", "growth");
    let mut steep = Vec::new();
    for (name, part) in TEXTS.iter().filter(|(name, _)| parts.is_empty() || parts.iter().any(|p| name.contains(p.as_str()))) {
        let (small, large) = (time(part, MB), time(part, 10 * MB));
        let growth = large.as_secs_f64() / small.as_secs_f64();
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let mark = if growth > STEEPEST { "  steep" } else { "" };
        println!("{name:<34} {:>10.1} {:>10.1} {growth:>7.1}x{mark}", ms(small), ms(large));
        if growth > STEEPEST {
            steep.push(*name);
        }
    }
    assert!(steep.is_empty(), "more than {STEEPEST} times as dear for ten times the text: {}", steep.join(", "));
}

/// The shorter of two runs, in time of the processor: what else the machine does is not counted.
fn time(part: &str, length: usize) -> Duration {
    let text = part.repeat(length / part.len());
    let run = || {
        let (started, spent) = (Instant::now(), spent());
        std::hint::black_box(Examiner::new(FingerprintKey([1; 32])).examine("text", &text, Place::Text));
        match (spent, self::spent()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => started.elapsed(),
        }
    };
    run().min(run())
}

/// Time that this thread has had of a processor, where the system tells it.
fn spent() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
