//! `assets/refresh` makes the file of support dates from what a server of the known API says; what can't be had stays as it is, and so does the day.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a failure is its message")]

use kassay_core::analysis::lifecycle::{Lifecycle, Support};
use kassay_core::judging::Tables;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// What is known of Kubernetes there: a release with days, and one of which only yes and no are known.
const KUBERNETES: &str = r#"{"schema_version": "1.2.0", "result": {"name": "kubernetes", "releases": [
  {"name": "1.38", "releaseDate": "2026-12-16", "isEoas": false, "eoasFrom": "2027-12-28", "isEol": false, "eolFrom": "2028-02-28",
   "latest": {"name": "1.38.1", "date": "2027-01-12", "link": null}},
  {"name": "1.37", "releaseDate": "2026-08-26", "isEoas": true, "eoasFrom": null, "isEol": true, "eolFrom": null, "latest": null}]}}"#;
/// Any other product.
const OTHER: &str = r#"{"result": {"releases": [{"name": "1", "releaseDate": null, "isEol": false, "eolFrom": null}]}}"#;

/// A server that knows Kubernetes, and everything else where `all` is asked for.
fn server(all: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let (status, body) = match first.split(' ').nth(1).unwrap() {
                "/api/v1/products/kubernetes" => ("200 OK", KUBERNETES),
                _ if all => ("200 OK", OTHER),
                _ => ("404 Not Found", "{}"),
            };
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).unwrap();
        }
    });
    address
}

/// What the script makes of that server; none where there is no Python to run it.
fn refreshed(address: &str) -> Option<(String, String)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/refresh");
    let done = Command::new("python3").arg(script).args(["--without-tags", "--today", "2027-01-15", "--from", address]).output();
    let Ok(done) = done else {
        println!("python3 can't be run here, so assets/refresh is not tried");
        return None;
    };
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{said}");
    Some((String::from_utf8(done.stdout).unwrap(), said))
}

fn shipped() -> Lifecycle {
    Tables::shipped().unwrap().lifecycle
}

#[test]
fn a_file_from_a_whole_source_is_dated_and_taken() {
    let Some((text, said)) = refreshed(&server(true)) else { return };
    assert_eq!(said, "");
    let made = shipped().newer(&text, "made.toml").unwrap();
    assert_eq!(made.title(), "Support data of 2027-01-15 from made.toml");
    let support = |version| made.support("kubernetes", version, "2027-02-01".parse().unwrap());
    assert_eq!(support("v1.38.0"), Support::Until(Some("2028-02-28".parse().unwrap())));
    assert_eq!(support("v1.37.2"), Support::Ended(None));
    assert_eq!(made.newer_patch("kubernetes", "v1.38.0").unwrap().latest, "1.38.1");
    // Every product of the shipped file is asked for, and none is lost.
    assert!(shipped().release.iter().all(|ours| made.release.iter().any(|release| release.product == ours.product)));
}

#[test]
fn what_can_not_be_had_stays_as_it_is_and_so_does_the_day() {
    let Some((text, said)) = refreshed(&server(false)) else { return };
    assert!(said.contains("etcd can't be had and stays as it is") && !said.contains("kubernetes can't"), "{said}");
    let (made, ours) = (shipped().newer(&text, "made.toml").unwrap(), shipped());
    assert_eq!(made.as_of, ours.as_of);
    let of = |table: &Lifecycle, product: &str| {
        table.release.iter().filter(|r| r.product == product).map(|r| format!("{r:?}")).collect::<Vec<_>>()
    };
    assert_eq!(of(&made, "etcd"), of(&ours, "etcd"));
    assert_eq!(of(&made, "kubernetes").len(), 2);
}
