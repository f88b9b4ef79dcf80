//! What a person reads where something can't be read: a sentence in words that people have for kubeconfigs, scopes and settings, with the file and
//! the place in it; never the names that things have inside the program, and never a time that only machines read.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

use kassay::collect::contexts;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Signs of messages that were made for whoever writes programs.
const OF_PROGRAMS: &[&str] = &[
    "`",
    "::",
    "serde",
    "saphyr",
    "struct ",
    "enum ",
    "variant",
    "docs.rs",
    "rustls",
    "webpki",
    "hyper",
    "kube-client",
    "kube_",
    "Some(",
    "None",
    "Err(",
    "Option<",
    "Vec<",
    "untagged",
    "expected a ",
    "expected u",
    "expected i",
    "expected struct",
    "deserializ",
    "PKCS8",
    "UNIX",
    "Error {",
    "[45, ",
    "snippet",
];

fn problem(what: &str, said: &str, wanted: &[&str]) -> Option<String> {
    let of_programs: Vec<&&str> = OF_PROGRAMS.iter().filter(|sign| said.contains(**sign)).collect();
    // Seconds since 1970 have ten digits now, and for the next 250 years.
    let seconds = said.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 10 && digits.starts_with(['1', '2']));
    let missing: Vec<&&str> = wanted.iter().filter(|words| !said.contains(**words)).collect();
    let bad = said.trim().is_empty() || seconds || !of_programs.is_empty() || !missing.is_empty() || said.contains("s3cret");
    bad.then(|| format!("{what}\n  said: {said}\n  of programs: {of_programs:?}, missing: {missing:?}"))
}

/// Runs a verb that has to fail, and gives what it says.
fn failing(home: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_kassay"))
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .current_dir(home)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    said
}

/// A kubeconfig of a server that is never reached, with what it says of the cluster and of the user.
fn config(cluster: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- name: c\n  cluster: {cluster}\ncontexts:\n- name: c\n  context: {{cluster: c, user: u}}\nusers:\n- name: u\n  user: {user}\n"
    )
}

#[test]
fn broken_kubeconfigs_are_told_in_words() {
    const SERVER: &str = "{server: 'https://127.0.0.1:1'}";
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("config");
    let with = |extra: &str| format!("{{server: 'https://127.0.0.1:1', {extra}}}");
    let key = "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCnMzY3JldAo="; // A key without its end.
    let certificate = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tClpYaGhiWEJzWlE9PQotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg=="; // Bytes that are none.
    let cases = [
        ("users: [{name: x, user: {token: s3cret".to_owned(), &["line "][..]),
        ("clusters: 7\n".to_owned(), &["line 1", "a list is expected"]),
        ("- a\n- b\n".to_owned(), &["line 1", "an object is expected"]),
        ("clusters: [{name: [1], cluster: {}}]\n".to_owned(), &["no cluster is configured", "KUBERNETES_SERVICE_HOST"]),
        ("contexts: [{name: c, context: {user: u}}]\ncurrent-context: c\n".to_owned(), &["the field cluster is missing"]),
        ("current-context: {a: b}\n".to_owned(), &["line 1", "a text is expected"]),
        ("users: {a: *nothing}\n".to_owned(), &["line 1", "a list is expected"]),
        ("a: 1\na: 2\n".to_owned(), &[]),
        ("\0\u{1}".to_owned(), &[]),
        (config("{server: 7}", "{}"), &["http://7", "can't be reached"]),
        (config("{server: /run/kube}", "{}"), &["no address"]),
        (config("{server: 'https://a b'}", "{}"), &["no address"]),
        (config("{server: 'https://127.0.0.1:1', insecure-skip-tls-verify: perhaps}", "{}"), &["true or false"]),
        (config(&with("certificate-authority-data: '%%%'"), "{}"), &["certificate authority", "base64"]),
        (config(&with("certificate-authority-data: YQ=="), "{}"), &["certificate authority"]),
        (config(&with(&format!("certificate-authority-data: {certificate}")), "{}"), &["certificate authority"]),
        (config(&with("certificate-authority: nowhere.crt"), "{}"), &["nowhere.crt", "no such file"]),
        (config(&with("proxy-url: 'ftp://proxy:1'"), "{}"), &["proxy", "ftp"]),
        (config(&with("proxy-url: 'not a url'"), "{}"), &["proxy"]),
        (config(&with("tls-server-name: 'a b'"), "{}"), &["tls-server-name"]),
        (config(SERVER, "{token: \"s3c\\nret\"}"), &["line break"]),
        (config(SERVER, "{tokenFile: nowhere}"), &["token file", "no such file"]),
        (config(SERVER, "{client-certificate: nowhere, client-key: nowhere}"), &["client certificate"]),
        (config(SERVER, "{client-certificate-data: '%', client-key-data: '%'}"), &["client certificate"]),
        (config(SERVER, "{client-certificate-data: YQ==, client-key-data: YQ==}"), &["client certificate"]),
        (config(SERVER, &format!("{{client-certificate-data: {certificate}, client-key-data: {key}}}")), &["client certificate"]),
        (config(SERVER, "{exec: {command: no-such-plugin, apiVersion: client.authentication.k8s.io/v1}}"), &["no-such-plugin"]),
        (config(SERVER, "{exec: {command: [1]}}"), &[]),
        (config(SERVER, "{auth-provider: {name: oidc, config: {}}}"), &[]),
        (config(SERVER, "{auth-provider: {name: gone, config: {}}}"), &[]),
        // Nobody listens there.
        (config(SERVER, "{token: s3cret}"), &["127.0.0.1:1", "can't be reached"]),
        (config("{server: 'https://no-such-name.invalid'}", "{}"), &["can't be reached"]),
    ];
    let mut problems = Vec::new();
    for (text, wanted) in cases {
        fs::write(&path, &text).unwrap();
        let said = failing(home.path(), &["collect", "-f", "out", "--kubeconfig", "config", "--request-timeout", "5s", "--quiet"]);
        problems.extend(problem(&text, &said, wanted));
        // What lists contexts reads the same files.
        if let Err(error) = contexts(Some(&path)) {
            problems.extend(problem(&text, &error.to_string(), &[]));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn broken_scopes_workbooks_and_files_are_told_in_words() {
    let home = tempfile::tempdir().unwrap();
    let mut problems = Vec::new();
    let scopes: [(&str, &[&str]); 9] = [
        ("default = 1\n", &["line 1, column 11", "where a word is expected"]),
        ("default = \"cdee\"\n", &["line 1", "known are cde, connected"]),
        ("\nnamespace = [7]\n", &["line 2", "a number stands where an object is expected"]),
        ("[[namespace]]\nmatch = \"a\"\n", &["the field category is missing"]),
        ("[[namespace]]\nmatch = 7\ncategory = \"cde\"\n", &["line 2", "a text is expected"]),
        ("[scope]\ndefaults = \"cde\"\n", &["line 2", "the field defaults is not known"]),
        ("default = \"cde\ndefault = \"cde\"\n", &["line 1"]),
        ("default = \"cde\"\ndefault = \"cde\"\n", &["line 2", "twice"]),
        ("default\n", &["line 1", "no value"]),
    ];
    for (text, wanted) in scopes {
        fs::write(home.path().join("scope.toml"), text).unwrap();
        let said = failing(home.path(), &["assess", "--demo", "--scope", "scope.toml"]);
        problems.extend(problem(text, &said, &[&["scope.toml: line"], wanted].concat()));
    }
    let book = home.path().join("book");
    fs::create_dir(&book).unwrap();
    for text in
        ["format = \"x\"\n", "format = 1\n[[answer]]\nquestion = 7\n", "format = 1\nplace = 1\n", "format = 1\n[engagement]\nperiod = []\n"]
    {
        fs::write(book.join("workbook.toml"), text).unwrap();
        for arguments in
            [&["assess", "--demo", "--workbook", "book"][..], &["export", "--workbook", "book", "--format", "html", "-f", "out"]]
        {
            problems.extend(problem(&format!("{arguments:?} {text}"), &failing(home.path(), arguments), &["workbook.toml", "line "]));
        }
    }
    let files: [(&str, &str); 6] = [
        ("a.json", "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\n\"items\":[{\"metadata\":{\"na"),
        ("b.json", "{\"kind\": \"Pod\", \"kind\": \"Pod\"}"),
        ("c.yaml", "kind: Pod\napiVersion: v1\nmetadata: [\n"),
        ("d.yaml", "kind: {a: b}\napiVersion: v1\n"),
        ("e.json", "[1, 2"),
        ("f.yaml", "a: *b\n"),
    ];
    for (name, text) in files {
        fs::write(home.path().join(name), text).unwrap();
        problems.extend(problem(text, &failing(home.path(), &["assess", "--from", name]), &[name]));
    }
    for (name, text) in [
        ("policy.yaml", "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Some}]\n"),
        ("bench.json", "{\"Controls\":[{\"tests\":7}],\"Totals\":{}}"),
    ] {
        fs::write(home.path().join(name), text).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_kassay"))
            .args(["assess", "--demo", "--evidence", name, "-o", "json"])
            .env_clear()
            .env("HOME", home.path())
            .current_dir(home.path())
            .output()
            .unwrap();
        problems.extend(problem(text, &String::from_utf8(output.stderr).unwrap(), &[name]));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
