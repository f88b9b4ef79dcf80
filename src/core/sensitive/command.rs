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
    (&["htpasswd"], r#"\bhtpasswd(?:\s+-[a-mo-zA-Z]{1,6}(?:\s+\d{1,6})?){0,4}\s+-[a-mo-zA-Z]{0,6}b[a-mo-zA-Z]{0,6}(?:\s+-[a-mo-zA-Z](?:\s+\d{1,6})?){0,4}\s+[^\s-]\S{0,200}\s+\S{1,80}\s+["']?(?P<v>[^\s"';|&]{3,200})"#),
    // With -n it writes to no file, and none is named.
    (&["htpasswd"], r#"\bhtpasswd\s+-(?:[a-zA-Z]{0,6}n[a-zA-Z]{0,6}b|[a-zA-Z]{0,6}b[a-zA-Z]{0,6}n)[a-zA-Z]{0,6}(?:\s+-[a-zA-Z](?:\s+\d{1,6})?){0,4}\s+[^\s-]\S{0,80}\s+["']?(?P<v>[^\s"';|&]{3,200})"#),
    (&["mosquitto_passwd"], r#"\bmosquitto_passwd\s+(?:-[a-zA-Z]\s+){0,3}-[a-zA-Z]{0,3}b\s+\S{1,200}\s+\S{1,80}\s+["']?(?P<v>[^\s"';|&]{3,200})"#),
    (&["alias", "config host"], r#"\bmc(?:li)?\s+(?:-\S{1,40}\s+){0,4}(?:alias\s+set|config\s+host\s+add)\s+(?:-\S{1,40}\s+){0,4}\S{1,80}\s+\S{1,300}\s+\S{1,200}\s+["']?(?P<v>[^\s"';|&]{3,200})"#),
    (&["ejabberdctl"], r#"\bejabberdctl\s+(?:--\S{1,80}\s+){0,4}(?:register\s+\S{1,80}|change_password\s+\S{1,80})\s+\S{1,200}\s+["']?(?P<v>[^\s"';|&]{3,200})"#),
    (&["aws_secret_access_key", "aws_session_token"], r#"\bconfigure\s+set\s+(?:\S{0,80}\.)?aws_(?:secret_access_key|session_token)\s+["']?(?P<v>[^\s"';|&]{3,400})"#),
    (&["cryptsetup"], r#"\becho\s+(?:-[a-z]+\s+)?["']?(?P<v>[^\s"';|&]{3,200})["']?\s*\|\s*(?:sudo\s+)?cryptsetup\b"#),
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

/// Finds passwords in command lines and directives, of which each has several words.
pub(super) fn find(text: &str, spans: &mut Spans) {
    let (Some(words), lines) = &*WORDS else { return };
    const { assert!(LINES.len() <= u64::BITS as usize, "each line has its bit") };
    let mut seen = 0_u64;
    for found in words.find_overlapping_iter(text) {
        seen |= lines.get(found.pattern().as_usize()).map_or(0, |line| 1 << line);
    }
    for index in (0..LINES.len()).filter(|line| seen & (1 << line) != 0) {
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

/// Programs that take a password by its place among their arguments.
const BY_PLACE: &[&str] = &["htpasswd", "mosquitto_passwd", "rabbitmqctl", "mc", "mcli", "ejabberdctl", "aws"];

/// Which word of a command line is a password by its place: the last of `rabbitmqctl add_user bob X`. The program may stand behind others that
/// start it.
#[must_use]
pub fn by_place(words: &[&str]) -> Option<usize> {
    let base = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
    let start = words.iter().take(8).position(|word| BY_PLACE.contains(&base(word).as_str()))?;
    let program = base(words.get(start)?);
    let rest = words.iter().enumerate().skip(start + 1);
    let options: String = rest.clone().map(|(_, word)| *word).filter(|word| word.starts_with('-') && !word.starts_with("--")).collect();
    let costs = |at: usize| at.checked_sub(1).and_then(|before| words.get(before)).is_some_and(|before| matches!(*before, "-C" | "-r"));
    let plain: Vec<(usize, &str)> =
        rest.filter(|(at, word)| !(word.starts_with('-') || program == "htpasswd" && costs(*at))).map(|(at, word)| (at, *word)).collect();
    // The word that lies so many behind these.
    let behind = |wanted: &[&str], skipped: usize| {
        let at = plain.windows(wanted.len()).position(|window| window.iter().map(|(_, word)| *word).eq(wanted.iter().copied()))?;
        plain.get(at + wanted.len() + skipped).map(|(at, _)| *at)
    };
    let place = match program.as_str() {
        "htpasswd" if options.contains('b') => plain.get(if options.contains('n') { 1 } else { 2 }).map(|(at, _)| *at),
        "mosquitto_passwd" if options.contains('b') => plain.get(2).map(|(at, _)| *at),
        "rabbitmqctl" => ["add_user", "change_password", "authenticate_user"].iter().find_map(|what| behind(&[*what], 1)),
        "mc" | "mcli" => behind(&["alias", "set"], 3).or_else(|| behind(&["config", "host", "add"], 3)),
        "ejabberdctl" => behind(&["register"], 2).or_else(|| behind(&["change_password"], 2)),
        "aws" => ["aws_secret_access_key", "aws_session_token"].iter().find_map(|what| behind(&["configure", "set", *what], 0)),
        _ => None,
    };
    place.filter(|at| words.get(*at).is_some_and(|word| !value::is_reference(word)))
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
            ("htpasswd -cB -C 12 -b /etc/nginx/users bob hunter22", "hunter22"),
            ("htpasswd -nbB bob hunter22", "hunter22"),
            ("mc --insecure alias set store http://minio:9000 admin hunter22", "hunter22"),
            ("mc config host add store http://minio:9000 admin hunter22 --api S3v4", "hunter22"),
            ("rabbitmqctl -q change_password bob hunter22", "hunter22"),
            ("aws configure set aws_secret_access_key hunter22hunter22", "hunter22hunter22"),
            ("echo -n hunter22 | cryptsetup open /dev/sdb data", "hunter22"),
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
            "htpasswd -c /etc/nginx/users bob",
            "mc alias list store",
            "mc alias set store http://minio:9000 admin $SECRET",
            "rabbitmqctl add_user bob ${PASSWORD}",
            "rabbitmqctl list_users",
        ] {
            let mut spans = Spans::default();
            find(line, &mut spans);
            assert!(spans.into_list().is_empty(), "{line}");
        }
    }

    #[test]
    fn passwords_are_found_by_their_place_among_arguments() {
        let words = |line: &str| by_place(&line.split(' ').collect::<Vec<_>>());
        for (line, place) in [
            ("htpasswd -b /x admin hunter22", 4),
            ("/usr/bin/htpasswd -Bbn -C 12 admin hunter22", 5),
            ("mosquitto_passwd -c -b /x bob hunter22", 5),
            ("rabbitmqctl add_user bob hunter22", 3),
            ("tini -- rabbitmqctl -q change_password bob hunter22", 6),
            ("mc alias set store http://minio:9000 admin hunter22", 6),
            ("ejabberdctl register bob localhost hunter22", 4),
            ("aws configure set aws_secret_access_key hunter22", 4),
        ] {
            assert_eq!(words(line), Some(place), "{line}");
        }
        for line in [
            "htpasswd -c /x admin",
            "rabbitmqctl add_user bob $(PASSWORD)",
            "rabbitmqctl add_vhost /",
            "mc alias list store",
            "mc cp a b c d e f",
            "aws s3 cp a b",
            "sh -c rabbitmqctl",
        ] {
            assert_eq!(words(line), None, "{line}");
        }
    }
}
