//! How a user of a kubeconfig logs in, in a few words, and the plugins that do it. A plugin runs without a terminal and under a time limit:
//! it can neither write over the screen nor keep a collection waiting for ever, as it could when the client library ran it.

use super::{Cancel, CollectError, file};
use data_encoding::BASE64;
use http::HeaderValue;
use kassay_core::kinds::LoginFile;
use kube::config::{AuthInfo, Cluster, ExecConfig, ExecInteractiveMode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// Longest time that a plugin may take; some open a browser.
const LIMIT: Duration = Duration::from_secs(90);

/// How a user logs in; "" where the kubeconfig says nothing.
pub(super) fn describe(user: &AuthInfo) -> String {
    if let Some(exec) = &user.exec {
        return format!("exec: {}", program(exec));
    }
    if let Some(provider) = &user.auth_provider {
        return if provider.name == "oidc" { "oidc".to_owned() } else { format!("auth-provider: {}", provider.name) };
    }
    if user.client_certificate.is_some() || user.client_certificate_data.is_some() {
        return "client-certificate".to_owned();
    }
    if user.token.is_some() || user.token_file.is_some() {
        return "token".to_owned();
    }
    if user.username.is_some() { "basic".to_owned() } else { String::new() }
}

/// The files in which a user's credential lies, and how they are guarded. Nothing of them is read but their permission bits; what lies in a
/// kubeconfig itself is told by the kind of entry alone.
pub(super) fn files(user: &AuthInfo, named: Option<&Path>, usual: Vec<PathBuf>) -> Vec<LoginFile> {
    // The providers of old keep in the kubeconfig itself what they were given.
    let provided = user.auth_provider.as_ref().is_some_and(|provider| provider.config.keys().any(|key| key.ends_with("-token")));
    let holds = if user.token.is_some() || provided {
        "a token"
    } else if user.client_key_data.is_some() {
        "a client key"
    } else if user.password.is_some() {
        "a password"
    } else {
        ""
    };
    let kubeconfigs = named.map_or(usual, |path| vec![path.to_owned()]);
    let kubeconfigs = kubeconfigs.into_iter().map(|path| (path, "kubeconfig", holds));
    let beside = [(&user.token_file, "token file", "a token"), (&user.client_key, "client key", "a client key")];
    let beside = beside.into_iter().filter_map(|(path, what, holds)| Some((PathBuf::from(path.as_ref()?), what, holds)));
    kubeconfigs
        .chain(beside)
        .map(|(path, what, holds)| LoginFile { what: what.to_owned(), mode: mode(&path), holds: holds.to_owned() })
        .collect()
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    // A link is as open as what it leads to.
    std::fs::metadata(path).ok().map(|found| found.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> Option<u32> {
    None
}

fn program(exec: &ExecConfig) -> String {
    let command = exec.command.as_deref().unwrap_or_default();
    Path::new(command).file_name().map_or_else(|| command.to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The one way in which a user logs in, of those that a kubeconfig names, as client-go chooses: over plain HTTP none, so that no credential
/// travels in the clear; and where a token, a password or a client certificate stands there, no plugin is run. What is empty is not there.
///
/// # Errors
/// Where a password stands beside a token: client-go takes neither.
pub(super) fn chosen(user: AuthInfo, encrypted: bool) -> Result<AuthInfo, CollectError> {
    if !encrypted {
        let AuthInfo { impersonate, impersonate_uid, impersonate_groups, impersonate_user_extra, .. } = user;
        return Ok(AuthInfo { impersonate, impersonate_uid, impersonate_groups, impersonate_user_extra, ..AuthInfo::default() });
    }
    let mut user = AuthInfo {
        token: user.token.filter(|token| !token.expose_secret().is_empty()),
        client_key_data: user.client_key_data.filter(|key| !key.expose_secret().is_empty()),
        username: filled(user.username),
        token_file: filled(user.token_file),
        client_certificate: filled(user.client_certificate),
        client_certificate_data: filled(user.client_certificate_data),
        client_key: filled(user.client_key),
        ..user
    };
    let token = user.token.is_some() || user.token_file.is_some();
    if user.username.is_none() {
        user.password = None;
    } else if token {
        return Err(CollectError::Kubeconfig("the user has a password and a token, and only one of the two can be sent".to_owned()));
    } else if user.password.is_none() {
        user.password = Some(String::new().into());
    }
    let certificate = (user.client_certificate.is_some() || user.client_certificate_data.is_some())
        && (user.client_key.is_some() || user.client_key_data.is_some());
    if user.exec.is_some() && user.auth_provider.is_some() {
        return Err(CollectError::Kubeconfig("the user has a plugin and an auth-provider, and only one of the two can log in".to_owned()));
    }
    if token || certificate || user.username.is_some() {
        user.exec = None;
    }
    Ok(user)
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// Reads a user's token file, which is read anew for every login because such tokens live an hour. It wins over a token that stands in the
/// kubeconfig, which is taken where the file can't be read; the whitespace around what it holds is no part of the token.
///
/// # Errors
/// Where there is no other token than that of a file which is empty or can't be read.
pub(super) fn with_token_file(user: AuthInfo) -> Result<AuthInfo, CollectError> {
    let Some(path) = &user.token_file else { return Ok(user) };
    let read = std::fs::read_to_string(path).map_err(|error| file::plain(&error));
    let read = read.and_then(|text| match text.trim() {
        "" => Err("it is empty".to_owned()),
        token => Ok(token.to_owned()),
    });
    match read {
        Ok(token) => Ok(AuthInfo { token: Some(token.into()), token_file: None, ..user }),
        Err(_) if user.token.is_some() => Ok(AuthInfo { token_file: None, ..user }),
        Err(why) => Err(CollectError::Kubeconfig(format!("the token file {path} can't be used: {why}"))),
    }
}

/// Holds what is sent as a header to what a header can be.
///
/// # Errors
/// Where a token or a name to impersonate has a line break or another sign that no header may have. The token is not quoted.
pub(super) fn sendable(user: &AuthInfo) -> Result<(), CollectError> {
    let fits = |text: &str| HeaderValue::from_str(text).is_ok();
    if user.token.as_ref().is_some_and(|token| !fits(token.expose_secret())) {
        return Err(CollectError::Kubeconfig(
            "the token of the login has a line break or another control character in it, so it can't be sent".to_owned(),
        ));
    }
    let extra = user.impersonate_user_extra.iter().flatten().flat_map(|(_, values)| values);
    let names = user.impersonate.iter().chain(&user.impersonate_uid).chain(user.impersonate_groups.iter().flatten()).chain(extra);
    match names.into_iter().find(|name| !fits(name)) {
        Some(name) => Err(CollectError::Kubeconfig(format!(
            "“{}” can't be impersonated: the name has a line break or another control character in it",
            kassay_core::model::text::clean(name)
        ))),
        None => Ok(()),
    }
}

#[derive(Deserialize)]
struct Credential {
    status: Option<Status>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
}

/// Runs a user's plugin, if there is one, and puts its credential in the plugin's place.
pub(super) async fn run_plugin(user: &AuthInfo, cluster: &Cluster, ca: Option<&[u8]>, cancel: &Cancel) -> Result<AuthInfo, CollectError> {
    let Some(exec) = &user.exec else { return Ok(user.clone()) };
    let failed = |message: String| CollectError::Login {
        plugin: program(exec),
        message,
        install: exec.install_hint.clone().unwrap_or_default().trim().to_owned(),
    };
    if exec.interactive_mode == Some(ExecInteractiveMode::Always) {
        return Err(failed("it wants to ask something (interactiveMode: Always), and here nobody can answer".to_owned()));
    }
    let mut command = tokio::process::Command::new(exec.command.as_deref().unwrap_or_default());
    command.args(exec.args.iter().flatten());
    for variable in exec.env.iter().flatten() {
        if let (Some(name), Some(value)) = (variable.get("name"), variable.get("value")) {
            command.env(name, value);
        }
    }
    command.env("KUBERNETES_EXEC_INFO", exec_info(exec, cluster, ca).to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let output = tokio::select! {
        () = cancel.cancelled() => return Err(CollectError::Cancelled),
        () = tokio::time::sleep(LIMIT) => return Err(failed(format!("it gave no credential within {} seconds", LIMIT.as_secs()))),
        output = command.output() => output.map_err(|error| failed(if error.kind() == std::io::ErrorKind::NotFound {
            "there is no such program".to_owned()
        } else {
            file::plain(&error)
        }))?,
    };
    if !output.status.success() {
        return Err(failed(format!("it ended with {}: {}", output.status, last_words(&output.stderr))));
    }
    // Plugins may answer in YAML. What they answered is a credential, and in no message.
    let text = String::from_utf8_lossy(&output.stdout);
    let credential: Option<Credential> = serde_saphyr::from_str(&text).ok();
    let status = credential.and_then(|credential| credential.status).unwrap_or_default();
    let mut user = AuthInfo { exec: None, ..user.clone() };
    match (status.token, status.client_certificate_data, status.client_key_data) {
        (None, None, _) | (None, _, None) => return Err(failed("it answered with no credential".to_owned())),
        (token, certificate, key) => {
            if let Some(token) = token {
                user.token = Some(token.into());
            }
            if let (Some(certificate), Some(key)) = (certificate, key) {
                user.client_certificate_data = Some(BASE64.encode(certificate.as_bytes()));
                user.client_key_data = Some(BASE64.encode(key.as_bytes()).into());
            }
        }
    }
    Ok(user)
}

/// What a plugin is told about the question.
fn exec_info(exec: &ExecConfig, cluster: &Cluster, ca: Option<&[u8]>) -> Value {
    let mut spec = json!({"interactive": false});
    if exec.provide_cluster_info {
        let own = cluster.extensions.iter().flatten().find(|extension| extension.name == "client.authentication.k8s.io/exec");
        spec["cluster"] = json!({
            "server": cluster.server,
            "tls-server-name": cluster.tls_server_name,
            "insecure-skip-tls-verify": cluster.insecure_skip_tls_verify,
            "certificate-authority-data": ca.map(|ca| BASE64.encode(ca)),
            "proxy-url": cluster.proxy_url,
            "config": own.map(|extension| &extension.extension),
        });
        if let Some(told) = spec["cluster"].as_object_mut() {
            told.retain(|_, value| !value.is_null());
        }
    }
    let api_version = exec.api_version.as_deref().unwrap_or("client.authentication.k8s.io/v1");
    json!({"apiVersion": api_version, "kind": "ExecCredential", "spec": spec})
}

/// The end of what a plugin said on its way out.
fn last_words(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let words = lines[lines.len().saturating_sub(3)..].join(" ");
    if words.is_empty() {
        "it said nothing".to_owned()
    } else {
        kassay_core::model::text::clean(&kassay_core::sensitive::without_secrets(&words)).chars().take(400).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(yaml: &str) -> AuthInfo {
        serde_saphyr::from_str(yaml).unwrap()
    }

    async fn run(script: &str) -> Result<AuthInfo, CollectError> {
        let yaml =
            format!("exec: {{apiVersion: client.authentication.k8s.io/v1, command: sh, args: [-c, {script:?}], provideClusterInfo: true}}");
        run_plugin(&user(&yaml), &Cluster::default(), Some(b"ca"), &Cancel::default()).await
    }

    #[test]
    fn logins_have_names() {
        assert_eq!(describe(&user("exec: {command: /usr/local/bin/aws, args: [eks, get-token]}")), "exec: aws");
        assert_eq!(describe(&user("auth-provider: {name: oidc}")), "oidc");
        assert_eq!(describe(&user("client-certificate-data: YQ==")), "client-certificate");
        assert_eq!(describe(&user("tokenFile: /a")), "token");
        assert_eq!(describe(&user("{}")), "");
    }

    fn token(user: &AuthInfo) -> &str {
        user.token.as_ref().map_or("", |token| token.expose_secret())
    }

    #[test]
    fn one_way_to_log_in_is_chosen_as_kubectl_chooses() {
        let https = |yaml: &str| chosen(user(yaml), true);
        for beside in ["token: t", "tokenFile: /t", "{username: jane, password: p}", "{client-certificate: /c, client-key: /k}"] {
            let beside = beside.trim_matches(['{', '}']);
            let chosen = https(&format!("{{{beside}, exec: {{command: aws}}}}")).unwrap();
            assert!(chosen.exec.is_none() && !describe(&chosen).contains("aws"), "{beside}");
        }
        for empty in ["token: ''", "tokenFile: ''", "username: ''", "client-certificate: /only-half"] {
            assert!(https(&format!("{{{empty}, exec: {{command: aws}}}}")).unwrap().exec.is_some(), "{empty}");
        }
        assert!(https("{username: jane, password: p, token: t}").is_err());
        assert!(https("{auth-provider: {name: oidc, config: {}}, exec: {command: aws}}").is_err());
    }

    #[test]
    fn nothing_that_is_secret_travels_in_the_clear() {
        for yaml in [
            "token: t",
            "tokenFile: /t",
            "exec: {command: aws}",
            "{username: jane, password: p}",
            "auth-provider: {name: oidc, config: {}}",
        ] {
            let plain = chosen(user(yaml), false).unwrap();
            assert_eq!(describe(&plain), "", "{yaml}");
        }
        let plain = chosen(user("{token: t, as: jane, as-groups: [qsa]}"), false).unwrap();
        assert_eq!((plain.impersonate.as_deref(), plain.impersonate_groups.unwrap().len()), (Some("jane"), 1));
    }

    #[test]
    fn a_token_file_wins_and_is_trimmed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let yaml = |more: &str| user(&format!("{{tokenFile: {}{more}}}", path.display()));
        assert!(with_token_file(yaml("")).unwrap_err().to_string().contains("token file"));
        assert_eq!(token(&with_token_file(yaml(", token: t-0")).unwrap()), "t-0");
        std::fs::write(&path, " t-1\r\n").unwrap();
        assert_eq!(token(&with_token_file(yaml(", token: t-0")).unwrap()), "t-1");
        assert!(sendable(&with_token_file(yaml("")).unwrap()).is_ok());
        std::fs::write(&path, "\n").unwrap();
        assert!(with_token_file(yaml("")).is_err());
    }

    #[tokio::test]
    async fn what_no_header_can_hold_is_an_error_and_not_told() {
        for yaml in [r#"token: "s3c\nret""#, r#"token: "s3cret\n""#, r#"token: "s3cret\0""#] {
            let error = sendable(&user(yaml)).unwrap_err().to_string();
            assert!(error.contains("line break") && !error.contains("s3c"), "{error}");
        }
        let of_plugin = run(r#"printf '{"kind":"ExecCredential","status":{"token":"s3c\\nret"}}'"#).await.unwrap();
        assert!(sendable(&of_plugin).is_err(), "{}", token(&of_plugin).len());
        assert!(sendable(&user(r#"as: "jane\nImpersonate-Group: system:masters""#)).is_err());
        assert!(sendable(&user(r#"{as: jane, as-groups: ["a\r\nb"]}"#)).is_err());
        assert!(sendable(&user("{token: t-1, as: jane, as-groups: [qsa]}")).is_ok());
    }

    #[tokio::test]
    async fn a_plugin_gives_a_credential_without_a_terminal() {
        let answer = r#"test ! -t 0 && echo "$KUBERNETES_EXEC_INFO" | grep -q '"interactive":false' && printf '{"kind":"ExecCredential","status":{"token":"t-1"}}'"#;
        assert!(run(answer).await.is_ok_and(|user| user.exec.is_none() && user.token.is_some()));
    }

    #[tokio::test]
    async fn a_plugin_that_fails_is_quoted_and_its_credential_is_not() {
        let error = run("echo please log in >&2; exit 3").await.unwrap_err();
        assert!(error.to_string().contains("please log in") && error.hint().is_some(), "{error}");
        let error = run("printf '{\"status\":{\"tokn\":\"s3cret\"}}'").await.unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
}
