//! Logins of registries, from where the stock programs keep them: `$REGISTRY_AUTH_FILE`, Podman's and Skopeo's `auth.json`, Docker's
//! `config.json`, and the helpers that these name. A login is held in memory, sent to its registry, and written nowhere.

use super::error::ArtifactError;
use super::name::Name;
use crate::collect::words::chain;
use data_encoding::BASE64;
use kassay_core::model::text::clean;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;

/// Longest time that a helper may take: some ask a service, none may ask a person.
const PATIENCE: Duration = Duration::from_secs(30);
/// Largest file of logins.
const LARGEST: u64 = 4 << 20;
/// How Docker's own registry stands in these files.
const DOCKER: &str = "https://index.docker.io/v1/";

/// A login.
pub(super) enum Login {
    /// Name and password.
    Basic {
        /// Name.
        user: String,
        /// Password.
        password: SecretString,
    },
    /// What a service of tokens gives tokens for.
    Refresh(SecretString),
}

/// A file of logins, as all of these programs write it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct File {
    auths: BTreeMap<String, Entry>,
    creds_store: String,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
}

/// The login for a place, where there is one.
pub(super) async fn find(name: &Name) -> Result<Option<Login>, ArtifactError> {
    for path in files(|variable| std::env::var_os(variable).map(PathBuf::from).filter(|value| !value.as_os_str().is_empty())) {
        let Some(file) = read(&path)? else { continue };
        if let Some(helper) = helper(&file, name) {
            if let Some(login) = ask(&helper, name).await? {
                return Ok(Some(login));
            }
            continue;
        }
        if let Some(entry) = entry(&file, name)
            && let Some(login) =
                login(entry).map_err(|why| ArtifactError::Logins { path: path.display().to_string(), why: why.to_owned() })?
        {
            return Ok(Some(login));
        }
    }
    Ok(None)
}

/// Where logins may lie, the first first. Who names a file means that one alone.
fn files(variable: impl Fn(&str) -> Option<PathBuf>) -> Vec<PathBuf> {
    if let Some(file) = variable("REGISTRY_AUTH_FILE") {
        return vec![file];
    }
    let podman = variable("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json"));
    let docker = variable("DOCKER_CONFIG").or_else(|| Some(variable("HOME")?.join(".docker"))).map(|folder| folder.join("config.json"));
    podman.into_iter().chain(docker).collect()
}

fn read(path: &Path) -> Result<Option<File>, ArtifactError> {
    let failed = |why: String| ArtifactError::Logins { path: path.display().to_string(), why };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Ok(about) if about.len() > LARGEST => return Err(failed("the file is too large".to_owned())),
        _ => {}
    }
    let bytes = std::fs::read(path).map_err(|error| failed(crate::collect::file::plain(&error)))?;
    // Its own words could quote what it holds.
    serde_json::from_slice(&bytes).map(Some).map_err(|error| failed(format!("line {} is not as it should be", error.line())))
}

/// Names under which a registry may stand, the closest first: a path of the repository, its parents, the host, and the host as an address.
fn keys(name: &Name) -> Vec<String> {
    let mut keys = Vec::new();
    let mut path = format!("{}/{}", name.registry, name.repository);
    loop {
        keys.push(path.clone());
        match path.rfind('/') {
            Some(at) => path.truncate(at),
            None => break,
        }
    }
    keys.extend(["https://", "http://"].map(|scheme| format!("{scheme}{}", name.registry)));
    if name.registry == "docker.io" {
        keys.push(DOCKER.to_owned());
    }
    keys
}

fn entry<'f>(file: &'f File, name: &Name) -> Option<&'f Entry> {
    let addressed = |key: &str| {
        let (scheme, rest) = key.split_once("://")?;
        Some(matches!(scheme, "https" | "http") && rest.split('/').next() == Some(name.registry.as_str()))
    };
    let found = keys(name).iter().find_map(|key| file.auths.get(key));
    found.or_else(|| file.auths.iter().find(|(key, _)| addressed(key) == Some(true)).map(|(_, entry)| entry))
}

fn login(entry: &Entry) -> Result<Option<Login>, &'static str> {
    if !entry.identitytoken.is_empty() {
        return Ok(Some(Login::Refresh(entry.identitytoken.clone().into())));
    }
    if !entry.auth.is_empty() {
        let broken = "an entry is not in the form that “docker login” writes";
        let plain = BASE64.decode(entry.auth.trim().as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(broken)?;
        let (user, password) = plain.split_once(':').ok_or(broken)?;
        return Ok(Some(Login::Basic { user: user.to_owned(), password: password.trim_end_matches('\0').to_owned().into() }));
    }
    let named = !entry.username.is_empty() && !entry.password.is_empty();
    Ok(named.then(|| Login::Basic { user: entry.username.clone(), password: entry.password.clone().into() }))
}

/// The helper that keeps the logins of a registry: one named for it, else one named for all that have no entry of their own.
fn helper(file: &File, name: &Name) -> Option<String> {
    let own = keys(name).iter().find_map(|key| file.cred_helpers.get(key)).cloned();
    let has_login = || entry(file, name).is_some_and(|entry| !entry.auth.is_empty() || !entry.identitytoken.is_empty());
    own.or_else(|| (!file.creds_store.is_empty() && !has_login()).then(|| file.creds_store.clone()))
}

/// Asks a helper, as Docker asks it: `docker-credential-NAME get`, with the registry on its standard input.
async fn ask(helper: &str, name: &Name) -> Result<Option<Login>, ArtifactError> {
    let program = format!("docker-credential-{helper}");
    let failed = |why: String| ArtifactError::Helper {
        helper: clean(&program),
        registry: name.registry.clone(),
        why: clean(&why).trim().to_owned(),
    };
    if !helper.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) {
        return Err(failed("its name is no name of a program".to_owned()));
    }
    let asked = if name.registry == "docker.io" { DOCKER } else { name.registry.as_str() };
    let answering = async {
        let mut command = tokio::process::Command::new(&program);
        command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(asked.as_bytes()).await?;
        }
        child.wait_with_output().await
    };
    let output = match tokio::time::timeout(PATIENCE, answering).await {
        Ok(output) => output.map_err(|error| failed(chain(&error)))?,
        Err(_) => return Err(failed(format!("it gave no answer within {} seconds", PATIENCE.as_secs()))),
    };
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        #[serde(default)]
        username: String,
        secret: String,
    }
    if !output.status.success() {
        // Where it has none, the standard output says so, and that is no fault.
        let words = String::from_utf8_lossy(&output.stdout).into_owned();
        return if words.contains("credentials not found") { Ok(None) } else { Err(failed(format!("it ended with {}", output.status))) };
    }
    let answer: Answer = serde_json::from_slice(&output.stdout).map_err(|_| failed("its answer has another form".to_owned()))?;
    Ok(Some(match answer.username.as_str() {
        "<token>" => Login::Refresh(answer.secret.into()),
        user => Login::Basic { user: user.to_owned(), password: answer.secret.into() },
    }))
}

impl Login {
    /// The login as the header `Authorization: Basic` has it, where it is one of that kind.
    pub(super) fn basic(&self) -> Option<SecretString> {
        let Self::Basic { user, password } = self else { return None };
        Some(format!("Basic {}", BASE64.encode(format!("{user}:{}", password.expose_secret()).as_bytes())).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn file(text: &str) -> File {
        serde_json::from_str(text).unwrap()
    }

    fn user(text: &str, of: &str) -> Option<String> {
        match login(entry(&file(text), &name(of))?).unwrap()? {
            Login::Basic { user, .. } => Some(user),
            Login::Refresh(_) => Some("<token>".to_owned()),
        }
    }

    #[test]
    fn the_closest_entry_counts() {
        let text = r#"{"auths": {"r.example": {"auth": "aG9zdDpw"}, "r.example/k": {"auth": "cGFydDpw"}, "https://old.example/v1/": {"auth": "b2xkOnA="},
                       "t.example": {"identitytoken": "x"}, "n.example": {"username": "n", "password": "p"}, "e.example": {}}}"#;
        for (of, wanted) in [
            ("oci://r.example/k/prod:t", Some("part")),
            ("oci://r.example/kk/prod:t", Some("host")),
            ("oci://old.example/k", Some("old")),
            ("oci://t.example/k", Some("<token>")),
            ("oci://n.example/k", Some("n")),
            ("oci://e.example/k", None),
            ("oci://x.r.example/k", None),
            ("oci://r.example:5000/k", None),
        ] {
            assert_eq!(user(text, of).as_deref(), wanted, "{of}");
        }
        assert!(login(&Entry { auth: "%%%".into(), ..Entry::default() }).is_err());
    }

    #[test]
    fn who_names_a_file_means_that_one_alone() {
        let paths = |set: &[(&str, &str)]| {
            let set: BTreeMap<_, _> = set.iter().copied().collect();
            files(|name| set.get(name).map(PathBuf::from)).iter().map(|p| p.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(paths(&[("REGISTRY_AUTH_FILE", "/a"), ("HOME", "/h"), ("XDG_RUNTIME_DIR", "/r")]), ["/a"]);
        assert_eq!(paths(&[("HOME", "/h"), ("XDG_RUNTIME_DIR", "/r")]), ["/r/containers/auth.json", "/h/.docker/config.json"]);
        assert_eq!(paths(&[("HOME", "/h"), ("DOCKER_CONFIG", "/d")]), ["/d/config.json"]);
    }

    #[test]
    fn a_helper_is_asked_where_there_is_no_entry() {
        let text =
            r#"{"auths": {"r.example": {"auth": "YTpi"}, "s.example": {}}, "credsStore": "all", "credHelpers": {"h.example": "own"}}"#;
        let of = |of: &str| helper(&file(text), &name(of));
        assert_eq!(of("oci://r.example/k"), None);
        assert_eq!(of("oci://s.example/k").as_deref(), Some("all"));
        assert_eq!(of("oci://h.example/k").as_deref(), Some("own"));
    }
}
