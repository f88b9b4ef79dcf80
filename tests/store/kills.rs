//! A process saves one edit after the other and tells each one that was accepted; it is killed at a random moment, and whatever it told must
//! be there when the folder is opened again. `KASSAY_KILLS` says how often.

use crate::{book, create, edit, files};
use kassay::export::verify;
use kassay::store::{Notice, Store};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

/// Names the folder in which the other process works.
const FOLDER: &str = "KASSAY_TEST_SAVES_IN";
/// Kills, where no other number is asked for.
const KILLS: usize = 20;
/// As long as a few saves take: a kill comes within this time after one was accepted.
const WITHIN: Duration = Duration::from_millis(40);

/// Not a test by itself: what the killed process does.
#[test]
fn saves_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut store = Store::open(Path::new(&folder)).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    for n in store.workbook.exceptions.len() + 1.. {
        // Files come and go beside the edits.
        std::fs::write(file.path(), format!("evidence {n}")).unwrap();
        store.store.attach(file.path()).unwrap();
        store.store.save(&book(n, ""), &edit(&format!("exception {n}")), jiff::Timestamp::now()).unwrap();
        println!("accepted {n}");
    }
}

#[test]
fn whatever_was_accepted_before_a_kill_is_there_after_it() {
    let kills = std::env::var("KASSAY_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("acme");
    drop(create(&dir));
    let mut random = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64 | 1;
    let (mut accepted, mut interrupted) = (0, 0);
    for round in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["kills::saves_until_it_is_killed", "--exact", "--nocapture", "--test-threads=1"])
            .env(FOLDER, &dir)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let number = |line: &str| line.rsplit_once("accepted ").and_then(|(_, n)| n.trim().parse::<usize>().ok());
        // An accepted edit first; then some moment within the next ones.
        let mut last = accepted;
        while last == accepted {
            last = lines.next().expect("the process goes on").ok().and_then(|line| number(&line)).unwrap_or(last);
        }
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let until = Instant::now() + WITHIN.mul_f64((random % 1000) as f64 / 1000.0);
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        accepted = lines.map_while(Result::ok).filter_map(|line| number(&line)).last().unwrap_or(last);
        // `verify` looks on, changes nothing, and finds no fault in what a killing leaves.
        let before = files(&dir);
        let verified = verify(&dir).unwrap();
        assert_eq!(verified.faults, Vec::<String>::new(), "round {round}: {:?}", before.keys());
        assert_eq!(files(&dir), before);
        let opened = Store::open(&dir).unwrap();
        let found = opened.workbook.exceptions.len();
        // The one after the last told may have been saved before the kill kept it from being told.
        assert!(found == accepted || found == accepted + 1, "{accepted} accepted, {found} found: {:?}", opened.notices);
        assert_eq!(opened.workbook, book(found, ""));
        let told = |n: &&Notice| !matches!(n, Notice::Completed { .. } | Notice::Healed | Notice::NotClosed { elsewhere: false, .. });
        assert_eq!(opened.notices.iter().find(told), None);
        let completed = opened.notices.iter().any(|n| matches!(n, Notice::Completed { .. }));
        assert_eq!(completed, verified.to_complete, "what `verify` says is what opening does");
        interrupted += usize::from(completed);
        // Nothing of the killed process stays but what it saved.
        let names: Vec<String> = files(&dir).into_keys().collect();
        let odd = names.iter().find(|name| name.contains(".kassay-") || name.contains(".next") || name.contains("interrupted"));
        assert_eq!(odd, None);
        let verified = verify(&dir).unwrap();
        assert_eq!((verified.faults, verified.to_complete), (vec![], false));
        assert_eq!(verified.remarks, Vec::<String>::new());
        accepted = found;
    }
    eprintln!("{kills} kills, {accepted} edits, {interrupted} of them completed by the next opening");
}
