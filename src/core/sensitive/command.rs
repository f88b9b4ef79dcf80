//! Credentials in command lines and in lines of settings that name no name before a sign: `mysql -pX`, `curl -u user:X`, `requirepass X`.
//! They stand in scripts, in arguments, and in the lists of arguments of containers.

use super::span::Spans;
use super::value;
use aho_corasick::AhoCorasick;
use regex::Regex;
use std::sync::{LazyLock, OnceLock};

/// Programs and the option behind which they take a password: patterns for one line, with the password as `v`.
#[rustfmt::skip]
const LINES: &[(&[&str], &str)] = &[
    (&["mysql", "mariadb", "mycli"], r#"\b(?:mysql|mariadb|mycli)[a-z-]{0,12}\b[^\n;|&]{0,300}?[\s"',]-p["']?(?P<v>[^\s"';|&,\]]{3,200})"#),
    (&["redis-cli", "valkey-cli", "keydb-cli"], r#"\b(?:redis|valkey|keydb)-cli\b[^\n;|&]{0,300}?[\s"',]-a[\s"',]{1,6}(?P<v>[^\s"',;|&\]]{3,200})"#),
    (&["sshpass"], r#"\bsshpass[\s"',]{1,6}-p[\s"',]{0,6}(?P<v>[^\s"',;|&\]]{3,200})"#),
    (&["mongo"], r#"\bmongo[a-z]{0,8}\b[^\n;|&]{0,300}?[\s"',]-p[\s"',]{1,6}(?P<v>[^\s"',;|&\]-][^\s"',;|&\]]{2,200})"#),
    (&["curl"], r#"\bcurl\b[^\n;|]{0,300}?[\s"',](?:-u|--user|-U|--proxy-user)[\s"',=]{0,6}[^\s"',:;|&]{0,80}:(?P<v>[^\s"',;|&\]]{3,200})"#),
    (&["ldap"], r#"\bldap(?:search|add|modify|delete|whoami|passwd|modrdn)\b[^\n;|&]{0,300}?[\s"',]-w[\s"',]{1,6}(?P<v>[^\s"',;|&\]]{3,200})"#),
    (&["login"], r#"\b(?:docker|podman|buildah|skopeo|nerdctl|crane|oras|helm|az|oc|regctl)\b[^\n;|&]{0,60}?\blogin\b[^\n;|&]{0,300}?[\s"',]-p[\s"',]{1,6}(?P<v>[^\s"',;|&\]-][^\s"',;|&\]]{2,200})"#),
    (&["sqlcmd", "bcp", "tsql", "cypher-shell", "cqlsh", "clickhouse"], r#"\b(?:sqlcmd|bcp|tsql|cypher-shell|cqlsh|clickhouse-client)\b[^\n;|&]{0,300}?[\s"',](?:-P|-p)[\s"',]{0,6}(?P<v>[^\s"',;|&\]-][^\s"',;|&\]]{2,200})"#),
    (&["smbclient", "mount.cifs", "rpcclient"], r#"\b(?:smbclient|rpcclient)\b[^\n;|&]{0,300}?[\s"',]-U[\s"',]{0,6}[^\s"',%]{1,80}%(?P<v>[^\s"',;|&\]]{3,200})"#),
    (&["htpasswd"], r#"\bhtpasswd\s+-[a-zA-Z]{0,6}b[a-zA-Z]{0,6}\s+\S{1,200}\s+\S{1,80}\s+["']?(?P<v>[^\s"';|&]{3,200})"#),
    (&["pass:"], r#"\s-pass(?:in|out)?\s+["']?pass:(?P<v>[^\s"';|&]{3,200})"#),
    (&["sqlplus"], r#"\bsqlplus\b[^\n;|&]{0,100}?\s[A-Za-z0-9_]{1,40}/(?P<v>[^\s"'@;|&/]{3,120})@"#),
    (&["chpasswd"], r#"\becho\s+(?:-[a-z]+\s+)?["']?[A-Za-z0-9_.-]{1,40}:(?P<v>[^\s"';|&]{3,200})["']?\s*\|[^\n]{0,40}chpasswd"#),
    (&["rabbitmqctl"], r#"\brabbitmqctl\s[^\n;|&]{0,60}?(?:add_user|change_password)\s+\S{1,80}\s+["']?(?P<v>[^\s"';|&]{3,200})"#),
    (&["etcdctl"], r#"\betcdctl\b[^\n;|&]{0,300}?--user[\s"',=]{1,6}[^\s"',:]{1,80}:(?P<v>[^\s"',;|&\]]{3,200})"#),
    (&["password-stdin", "--stdin"], r#"\becho\s+(?:-[a-z]+\s+)?["']?(?P<v>[^\s"';|&]{3,200})["']?\s*\|[^\n]{0,120}?--?(?:password-)?stdin"#),
    (&["identified"], r#"(?i)\bidentified\s+(?:with\s+\S{1,40}\s+)?by\s+["'](?P<v>[^"'\n]{3,200})["']"#),
    (&["password"], r#"(?i)\b(?:user|role|login)\b[^\n;]{0,200}?\bpassword\s+["'](?P<v>[^"'\n]{3,200})["']"#),
    (&["machine", "default"], r#"\b(?:machine\s+\S{1,200}|default)\s+login\s+\S{1,200}\s+password\s+(?P<v>\S{3,200})"#),
    (&["requirepass", "masterauth", "auth_pass", "auth-pass", "bindpw", "rootpw", "sasl_passwd", "bind_pw"],
        r#"(?im)(?:^|\\n)[ \t]*(?:requirepass|masterauth|auth_pass|bindpw|rootpw|sasl_passwd|ldap_bind_pw|bind_pw|sentinel\s+auth-pass\s+\S{1,80})[ \t]+["']?(?P<v>[^\s"'#\\]{3,200})"#),
    (&["user "], r#"(?m)^[ \t]*user[ \t]+\S{1,80}[ \t]+on\b[^\n]{0,200}?[ \t]>(?P<v>\S{3,200})"#),
];

/// Options and their values side by side, in shells, in lists of JSON and of YAML: `--password X`, `["--password", "X"]`.
pub(super) static OPTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?:^|[\s"'\[,])--?(?P<name>[A-Za-z][A-Za-z0-9_.-]{1,60})"#,
        r#"(?:\\{0,3}["']?\s{0,16},\s{0,16}\\{0,3}["']|["']?\n[ \t]{0,40}-[ \t]{1,8}["']?|[ \t]{1,16})"#,
        r#"(?:\\?"(?P<double>[^"\\\n]{1,400})\\?"|'(?P<single>[^'\n]{1,400})'|(?P<bare>[^\s"',\\-][^\s"',\\]{0,400}))"#
    ))
    .ok()
});

/// Each made when a text first names one of its programs.
static PATTERNS: [OnceLock<Option<Regex>>; LINES.len()] = [const { OnceLock::new() }; LINES.len()];

fn pattern(index: usize) -> Option<&'static Regex> {
    PATTERNS.get(index)?.get_or_init(|| Regex::new(LINES.get(index)?.1).ok()).as_ref()
}

static WORDS: LazyLock<(Option<AhoCorasick>, Vec<usize>)> = LazyLock::new(|| {
    let (words, lines): (Vec<&str>, Vec<usize>) =
        LINES.iter().enumerate().flat_map(|(index, (words, _))| words.iter().map(move |word| (*word, index))).unzip();
    (AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok(), lines)
});

/// Finds passwords in command lines and directives.
pub(super) fn find(text: &str, spans: &mut Spans) {
    let (Some(words), lines) = &*WORDS else { return };
    let mut seen = vec![false; LINES.len()];
    for found in words.find_overlapping_iter(text) {
        if let Some(seen) = lines.get(found.pattern().as_usize()).and_then(|line| seen.get_mut(*line)) {
            *seen = true;
        }
    }
    for index in seen.iter().enumerate().filter_map(|(index, seen)| seen.then_some(index)) {
        for found in pattern(index).into_iter().flat_map(|pattern| pattern.captures_iter(text)) {
            if let Some(password) = found.name("v").filter(|v| !value::is_reference(v.as_str()) && !v.as_str().starts_with('$')) {
                spans.add(password.range(), "command-password", "");
            }
        }
    }
}

/// Where the password begins in one argument of a program, behind the argument before it: `-pX` of mysql, `X` behind `-a` of redis-cli.
#[must_use]
pub fn argument(program: &str, before: &str, argument: &str) -> Option<usize> {
    let program = program.rsplit(['/', '\\']).next().unwrap_or_default().trim_end_matches(".exe");
    let is = |names: &[&str]| names.iter().any(|name| program.starts_with(name));
    let behind = |option: &[&str]| option.contains(&before) && !argument.starts_with('-');
    let login = || argument.find(':').map(|at| at + 1);
    match () {
        () if is(&["mysql", "mariadb", "mycli"]) => argument.strip_prefix("-p").filter(|rest| rest.len() > 2).map(|_| 2),
        () if is(&["redis-cli", "valkey-cli", "keydb-cli"]) => behind(&["-a", "--pass"]).then_some(0),
        () if is(&["redis-server", "valkey-server"]) => behind(&["--requirepass", "--masterauth"]).then_some(0),
        () if is(&["sshpass", "mongo", "docker", "podman", "skopeo", "helm", "cqlsh", "cypher-shell"]) => behind(&["-p"]).then_some(0),
        () if is(&["ldap"]) => behind(&["-w"]).then_some(0),
        () if is(&["sqlcmd", "bcp", "tsql"]) => behind(&["-P"]).then_some(0),
        () if is(&["curl", "etcdctl"]) => behind(&["-u", "--user", "-U", "--proxy-user"]).then(login).flatten(),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_names_its_password() {
        for (index, (words, _)) in LINES.iter().enumerate() {
            assert!(pattern(index).is_some_and(|p| p.capture_names().flatten().any(|name| name == "v")), "{words:?}");
        }
        assert!(OPTION.is_some());
    }

    #[test]
    fn passwords_in_command_lines_are_found() {
        for (line, password) in [
            ("mysqldump -h db -u root -pS3cr3tDump pay", "S3cr3tDump"),
            ("redis-cli -h cache -a R3disAuth ping", "R3disAuth"),
            ("curl -sS -u admin:hunter22 https://api.acme.example", "hunter22"),
            ("sshpass -p 'Tr0ub4dor' ssh root@db", "Tr0ub4dor"),
            ("docker login -u bob -p Build3r registry.acme.example", "Build3r"),
            ("ALTER USER app IDENTIFIED BY 'S3cret!x';", "S3cret!x"),
            ("machine git.acme.example login bob password Build3r", "Build3r"),
            ("port 6379\nrequirepass foobared\n", "foobared"),
            ("[\"redis-cli\", \"-a\", \"R3disAuth\"]", "R3disAuth"),
        ] {
            let mut spans = Spans::default();
            find(line, &mut spans);
            let found: Vec<&str> = spans.into_list().into_iter().map(|span| &line[span.at]).collect();
            assert_eq!(found, [password], "{line}");
        }
        for line in [
            "mysql -h db -u root -p",
            "curl -u $USER:$PASS https://a",
            "redis-cli -a $REDIS_AUTH",
            "docker login -p ${TOKEN}",
            "mysql -P 3306 -h db",
        ] {
            let mut spans = Spans::default();
            find(line, &mut spans);
            assert!(spans.into_list().is_empty(), "{line}");
        }
    }
}
