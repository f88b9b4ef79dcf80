//! Credentials that announce themselves: private keys, tokens in the forms that their makers document, hashes of passwords, logins within
//! addresses. Which of the patterns are tried at all is decided by one search for the words with which they begin.

use super::span::Spans;
use super::value::{self, looks_random};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::Regex;
use std::sync::{LazyLock, OnceLock};

/// A form: its detector, words of which one must stand in the text, the pattern, and the group that holds the secret itself.
struct Form {
    detector: &'static str,
    words: &'static [&'static str],
    pattern: &'static str,
    group: usize,
}

const fn form(detector: &'static str, words: &'static [&'static str], pattern: &'static str, group: usize) -> Form {
    Form { detector, words, pattern, group }
}

/// Most exact first.
#[rustfmt::skip]
const FORMS: &[Form] = &[
    form("pem-private-key", &["PRIVATE KEY"],
        r"-{3,5} ?BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{3,5}(?s:.*?-{3,5} ?END +(?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)? ?-{3,5}|.*)", 0),
    form("pem-private-key", &["PuTTY-User-Key-File"], r"PuTTY-User-Key-File-\d: (?s:.{0,4000}?Private-MAC: [0-9a-f]+|.{0,4000})", 0),
    form("age-key", &["AGE-SECRET-KEY-1"], r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}", 0),
    form("jwk-private-key", &["kty"], r#"(?:^|[\s"'\\{,])(?:d|dp|dq|qi|p|q|k)\\{0,3}["']?\s{0,8}:\s{0,8}\\{0,3}["']?([A-Za-z0-9_-]{20,})"#, 1),
    form("aws-access-key", &["AKIA", "ASIA", "ABIA", "ACCA"], r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b", 0),
    form("aws-bedrock-key", &["ABSK"], r"\bABSK[A-Za-z0-9+/]{100,}={0,2}", 0),
    form("gcp-api-key", &["AIza"], r"\bAIza[0-9A-Za-z_-]{35}", 0),
    form("gcp-oauth", &["GOCSPX-", "ya29."], r"\b(?:GOCSPX-[A-Za-z0-9_-]{24,}|ya29\.[A-Za-z0-9_-]{20,})", 0),
    form("azure-storage-key", &["accountkey", "sharedaccesskey"], r"(?i)\b(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{32,}={0,2})", 1),
    form("azure-sas", &["sig="], r"[?&;]sig=([A-Za-z0-9%+/]{32,}={0,2})", 1),
    form("azure-client-secret", &["Q~"], r"\b[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}", 0),
    form("azure-devops-token", &["AZDO"], r"\b[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}\b", 0),
    form("jwt", &["eyJ"], r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{16,}", 0),
    form("github-token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"], r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})", 0),
    form("gitlab-token", &["glpat-", "glrt-", "gldt-", "glptt-", "glsoat-", "glagent-", "glcbt-", "glft-", "glimt-", "glffct-", "gloas-", "glrtr-", "GR1348941"],
        r"\b(?:gl(?:pat|rt|rtr|dt|ptt|soat|agent|cbt|ft|imt|ffct|oas)-[A-Za-z0-9_.-]{20,}|GR1348941[A-Za-z0-9_-]{20})", 0),
    form("slack-token", &["xox", "xapp-"], r"\b(?:xox[abeoprs]-[A-Za-z0-9-]{10,}|xoxe\.xox[bp]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{20,})", 0),
    form("slack-token", &["hooks.slack"], r"https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/([A-Za-z0-9]+/[A-Za-z0-9]+/[A-Za-z0-9/]{16,})", 1),
    form("webhook", &["webhook.office.com", "outlook.office.com"],
        r"https://[a-z0-9.-]{0,60}office\.com/webhook(?:b2)?/([A-Za-z0-9@-]{36,}/IncomingWebhook/[A-Za-z0-9]{32}/[A-Za-z0-9/-]{36,})", 1),
    form("webhook", &["/api/webhooks/"], r"(?i)discord(?:app)?\.com/api/webhooks/(\d{16,20}/[A-Za-z0-9_-]{60,})", 1),
    form("webhook", &["logic.azure.com", "chat.googleapis.com"], r"(?:logic\.azure\.com|chat\.googleapis\.com)\S{1,300}?[?&](?:sig|token)=([A-Za-z0-9%_-]{20,})", 1),
    form("stripe-key", &["k_live_", "k_test_", "whsec_"], r"\b(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9+/]{16,}", 0),
    form("anthropic-key", &["sk-ant-"], r"\bsk-ant-[A-Za-z0-9_-]{20,}", 0),
    form("openai-key", &["sk-"], r"\bsk-(?:proj-|svcacct-|admin-|None-|or-v1-)?[A-Za-z0-9_-]{20,}", 0),
    form("ai-service-key", &["gsk_", "hf_", "api_org_", "r8_", "xai-", "pplx-", "nvapi-"],
        r"\b(?:gsk_[A-Za-z0-9]{40,}|hf_[A-Za-z0-9]{30,}|api_org_[A-Za-z0-9]{30,}|r8_[A-Za-z0-9]{37}|xai-[A-Za-z0-9]{60,}|pplx-[A-Za-z0-9]{40,}|nvapi-[A-Za-z0-9_-]{60,})", 0),
    form("digitalocean-token", &["dop_v1_", "doo_v1_", "dor_v1_"], r"\bdo[opr]_v1_[a-f0-9]{64}", 0),
    form("telegram-token", &[":A"], r"(?:^|[^0-9A-Za-z]|bot)(\d{6,16}:A[A-Za-z0-9_-]{34})(?:[^A-Za-z0-9_-]|$)", 1),
    form("discord-token", &["."], r"\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}", 0),
    form("heroku-key", &["HRKU-"], r"\bHRKU-[A-Za-z0-9_-]{36,}", 0),
    form("new-relic-key", &["NRAK-", "NRJS-", "NRII-", "NRRA-", "NRAL"], r"\b(?:NRAK-[A-Z0-9]{27}|NR(?:JS|RA)-[a-f0-9]{19,42}|NRII-[A-Za-z0-9_-]{32}|[a-z0-9]{36}NRAL)\b", 0),
    form("vault-token", &["hvs.", "hvb.", "hvr."], r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}", 0),
    form("registry-token", &["npm_", "dckr_", "pypi-", "rubygems_", "oy2", "cio", "AKCp"],
        r"\b(?:npm_[A-Za-z0-9]{36}|dckr_[po]at_[A-Za-z0-9_-]{20,}|pypi-[A-Za-z0-9_-]{50,}|rubygems_[a-f0-9]{48}|oy2[a-z0-9]{43}\b|cio[A-Za-z0-9]{32}\b|AKCp[A-Za-z0-9]{69,})", 0),
    form("mail-api-key", &["SG.", "key-", "xkeysib-", "xsmtpsib-", "-us", "re_"],
        r"\b(?:SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|key-[0-9a-f]{32}\b|x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16}|[0-9a-f]{32}-us\d{1,2}\b|re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,})", 0),
    form("twilio-key", &["SK"], r"\bSK[0-9a-f]{32}\b", 0),
    form("cloud-token", &["dapi", "glc_", "glsa_", "atlasv1", "dp.", "pul-", "pscale_", "sbp_", "sb_secret_", "tskey-", "nfp_", "v1.0-", "dt0", "LTAI", "AKID", "AQVN", "t1.", "FlyV1", "fm2_"],
        concat!(r"\b(?:dapi[0-9a-f]{32}(?:-\d)?|glc_[A-Za-z0-9+/]{32,}={0,2}|glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}|dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{40,}",
            r"|pul-[a-f0-9]{40}|pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,}|sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,}|tskey-[a-z]{3,10}-[A-Za-z0-9-]{16,}|nfp_[A-Za-z0-9]{36,}|v1\.0-[a-f0-9]{24}-[a-f0-9]{140,}",
            r"|dt0[a-zA-Z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}|LTAI[A-Za-z0-9]{16,20}\b|AKID[A-Za-z0-9]{32}\b|AQVN[A-Za-z0-9_-]{35,38}|t1\.[A-Za-z0-9_-]{40,}={0,2}\.[A-Za-z0-9_-]{86}={0,2}|fm2_[A-Za-z0-9+/]{80,})"), 0),
    form("service-token", &["shpat_", "shpss_", "shpca_", "shppa_", "sq0", "access_token$", "ATATT3", "ATCTT3", "lin_api_", "secret_", "ntn_", "figd_", "PMAK-", "sntry", "sqp_", "squ_", "sqa_", "EAA", "ops_ey", "CFPAT-", "CCIPAT_", "bkua_", "pat"],
        concat!(r"\b(?:shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43}|access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}|AT[AC]TT3[A-Za-z0-9_=-]{60,}",
            r"|lin_api_[A-Za-z0-9]{32,}|secret_[A-Za-z0-9]{43}\b|ntn_[A-Za-z0-9]{40,}|figd_[A-Za-z0-9_-]{36,}|PMAK-[a-f0-9]{24}-[a-f0-9]{34}|sntry[su]_[A-Za-z0-9+/=_-]{40,}|sq[pua]_[a-f0-9]{40}",
            r"|EAA[A-Za-z0-9]{60,}|ops_eyJ[A-Za-z0-9_-]{60,}|CFPAT-[A-Za-z0-9_-]{40,}|CCIPAT_[A-Za-z0-9_]{40,}|bkua_[a-z0-9]{40}|pat[A-Za-z0-9]{14}\.[a-f0-9]{64})"), 0),
    form("cluster-token", &["K10", "sha256~"], r"(?:\bK10[0-9a-f]{48,}::(?:[a-z]{2,10}:)?[A-Za-z0-9.:]{10,}|\bsha256~[A-Za-z0-9_-]{43})", 0),
    form("registry-auth", &["auth"], r#"\\{0,3}"auth\\{0,3}"\s{0,8}:\s{0,8}\\{0,3}"([A-Za-z0-9+/]{8,}={0,2})"#, 1),
    form("password-hash", &["$apr1$", "$2a$", "$2b$", "$2y$", "$1$", "$5$", "$6$", "$y$", "{SHA}", "{SSHA", "argon2", "pbkdf2", "SCRAM-SHA", "scrypt"],
        concat!(r"(?:\$apr1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}|\$1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}|\$[56]\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43,86}",
            r"|\$y\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{1,86}\$[./A-Za-z0-9]{43}|\{S?SHA(?:256|512)?\}[A-Za-z0-9+/]{27,}={0,2}|\$argon2(?:id|i|d)\$v=\d+\$[a-z0-9,=]+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]{16,}",
            r"|pbkdf2_sha\d+\$\d+\$[A-Za-z0-9]+\$[A-Za-z0-9+/=]{20,}|SCRAM-SHA-(?:1|256|512)\$\d+:[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=:]{20,}|\$scrypt\$[^\s]{20,200})"), 0),
    form("bearer-token", &["bearer", "token", "apikey", "authorization"],
        r#"(?i)\b(?:bearer|authorization["'\\]{0,4}\s{0,4}[:= ]\s{0,4}["'\\]{0,4}(?:token|apikey|key)?|token)\s{1,4}([A-Za-z0-9._~+/-]{16,}={0,2})"#, 1),
    form("basic-login", &["basic"], r"(?i)\bbasic\s{1,4}([A-Za-z0-9+/]{6,}={0,2})", 1),
    form("connection-string", &["jdbc:oracle"], r"(?i)jdbc:oracle:(?:thin|oci8?):[^/\s:@]{1,60}/([^@\s]{2,120})@", 1),
    form("registry-auth", &["@"], r#"(?:^|[\s"'=,(\[])[A-Za-z0-9][A-Za-z0-9._-]{0,60}:([^\s:@/"',]{3,200})@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,20}(?::\d{1,5})?(?:/|$)"#, 1),
    form("registry-auth", &["@"], r#"(?:^|[\s"'=,(\[])[A-Za-z0-9][A-Za-z0-9._-]{0,60}:([^\s:@/"',]{3,200})@[A-Za-z0-9.-]{1,100}:\d{1,5}/"#, 1),
];

/// The patterns, as many as `FORMS`, each made when a text first holds one of its words: a test makes them all.
static PATTERNS: [OnceLock<Option<Regex>>; FORMS.len()] = [const { OnceLock::new() }; FORMS.len()];

fn pattern(index: usize) -> Option<&'static Regex> {
    PATTERNS.get(index)?.get_or_init(|| Regex::new(FORMS.get(index)?.pattern).ok()).as_ref()
}

/// All words, and to which form each belongs.
static WORDS: LazyLock<(Option<AhoCorasick>, Vec<usize>)> = LazyLock::new(|| {
    let (words, forms): (Vec<&str>, Vec<usize>) =
        FORMS.iter().enumerate().flat_map(|(index, form)| form.words.iter().map(move |word| (*word, index))).unzip();
    let builder = &mut AhoCorasick::builder();
    let built = builder.ascii_case_insensitive(true).match_kind(MatchKind::Standard).kind(Some(AhoCorasickKind::DFA)).build(words);
    (built.ok(), forms)
});

/// Characters of the shortest text in which any of them can be found.
const SHORTEST: usize = 12;

static URL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?:\b|_)([A-Za-z][A-Za-z0-9+.-]{1,30})://([^\s/:@'"<>\\]{0,200}):([^\s@'"<>\\]{1,300})@[^\s@/]"#).ok());

/// Finds them all.
pub(super) fn find(value: &str, spans: &mut Spans) {
    if value.len() >= SHORTEST {
        service_account(value, spans);
        for index in present(value) {
            let (Some(form), Some(pattern)) = (FORMS.get(index), pattern(index)) else { continue };
            for found in pattern.captures_iter(value) {
                let scheme = ["mailto:", "sip:", "sips:", "xmpp:", "acct:", "tel:"];
                if form.detector == "registry-auth"
                    && scheme
                        .iter()
                        .any(|scheme| found[0].trim_start().trim_start_matches(['"', '\'', '=', '(', '[', ',']).starts_with(scheme))
                {
                    continue;
                }
                if let Some(group) = found.get(form.group).filter(|group| is_one(form.detector, group.as_str())) {
                    spans.add(group.range(), form.detector, "");
                }
            }
        }
    }
    addresses(value, spans);
}

/// Which forms may stand in a text, in their order.
fn present(value: &str) -> impl Iterator<Item = usize> {
    const { assert!(FORMS.len() <= u64::BITS as usize, "each form has its bit") };
    const ALL: u64 = u64::MAX >> (u64::BITS as usize - FORMS.len());
    let mut seen = 0_u64;
    match &*WORDS {
        (Some(words), forms) => {
            for found in words.find_overlapping_iter(value) {
                seen |= forms.get(found.pattern().as_usize()).map_or(0, |form| 1 << form);
                if seen == ALL {
                    break;
                }
            }
        }
        (None, _) => seen = ALL,
    }
    (0..FORMS.len()).filter(move |form| seen & (1 << form) != 0)
}

/// What the pattern can't see.
fn is_one(detector: &str, found: &str) -> bool {
    match detector {
        "jwt" => is_jwt(found),
        "openai-key" => looks_random(found) && found.contains(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase()),
        "bearer-token" => {
            !value::is_placeholder(found)
                && !value::is_reference(found)
                && found.contains(|c: char| c.is_ascii_digit())
                && looks_random(found)
        }
        "basic-login" => is_login(found),
        "registry-auth" => !value::is_placeholder(found) && !found.starts_with("sha256"),
        "connection-string" | "webhook" => !value::is_placeholder(found),
        "jwk-private-key" => looks_random(found),
        "discord-token" => found.contains(|c: char| c.is_ascii_digit()) && looks_random(found),
        "ai-service-key" | "service-token" | "cloud-token" => found.contains(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase()),
        _ => true,
    }
}

/// A JWT's first part is base64 of a JSON object that names its algorithm.
fn is_jwt(token: &str) -> bool {
    let header = token.split('.').next().unwrap_or_default();
    header.len() < 4096
        && data_encoding::BASE64URL_NOPAD
            .decode(header.as_bytes())
            .ok()
            .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
            .is_some_and(|header| header.get("alg").is_some())
}

/// Base64 of `user:password`.
fn is_login(found: &str) -> bool {
    let whole = found.trim_end_matches('=');
    data_encoding::BASE64_NOPAD
        .decode(whole.as_bytes())
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .is_some_and(|text| text.split_once(':').is_some_and(|(_, password)| !password.is_empty()) && !text.contains(char::is_control))
}

/// The private key of a Google service account file.
fn service_account(value: &str, spans: &mut Spans) {
    static KEY: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#""private_key\\{0,3}"\s{0,8}:\s{0,8}\\{0,3}"([^"]{1,8000})""#).ok());
    if value.contains("service_account") && value.contains("client_email") {
        for found in KEY.iter().flat_map(|pattern| pattern.captures_iter(value)).filter_map(|found| found.get(1)) {
            if !value::is_placeholder(found.as_str()) {
                spans.add(found.range(), "gcp-service-account", "");
            }
        }
    }
}

/// Passwords within addresses: `scheme://user:password@host`.
fn addresses(value: &str, spans: &mut Spans) {
    for found in URL.iter().filter(|_| value.contains("://")).flat_map(|pattern| pattern.captures_iter(value)) {
        let (Some(scheme), Some(user), Some(password)) = (found.get(1), found.get(2), found.get(3)) else { continue };
        // `host:port/path@…` is an address with an at sign in its path.
        let port = password.as_str().split_once(['/', '?', '#']).map_or("", |(port, _)| port);
        let path = !port.is_empty() && port.chars().all(|c| c.is_ascii_digit() || c == ',');
        let several = password.as_str().contains("://") || (password.as_str().contains(',') && user.as_str().contains('.'));
        if value::is_placeholder(password.as_str()) || path || several {
            continue;
        }
        let web = matches!(scheme.as_str().to_ascii_lowercase().as_str(), "http" | "https" | "ws" | "wss" | "ftp" | "git" | "oci");
        spans.add(password.range(), if web { "url-password" } else { "connection-string" }, "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_has_its_group() {
        for (index, form) in FORMS.iter().enumerate() {
            assert!(pattern(index).is_some_and(|p| p.captures_len() > form.group), "{}: {}", form.detector, form.pattern);
        }
        assert!(URL.is_some() && WORDS.0.is_some());
    }
}
