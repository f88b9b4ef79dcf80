//! Kubeconfigs as kubectl reads them: the file that is named or those of the environment, merged; an entry that can't be read and that nobody
//! uses refuses nothing.

use super::words::chain;
use super::{CollectError, file};
use kube::config::{Kubeconfig, KubeconfigError, NamedAuthInfo, NamedCluster, NamedContext};
use serde::Deserialize;
use serde_json::Value;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

/// What the kubeconfigs hold together.
pub(super) struct Known {
    pub(super) config: Kubeconfig,
    /// Why an entry of theirs was passed over, where one was: the reason that it is not found.
    pub(super) fault: Option<String>,
}

/// The file that was named, or those of `$KUBECONFIG`, or the usual one; none where there is none.
///
/// # Errors
/// Where a file can't be read, or is broken in more than single entries.
pub(super) fn known(named: Option<&Path>) -> Result<Option<Known>, CollectError> {
    if let Some(path) = named {
        if !path.exists() {
            return Err(CollectError::Kubeconfig(format!("there is no kubeconfig {}", path.display())));
        }
        return read(path).map(Some);
    }
    merged(&usual_paths())
}

/// Several files as one: of each name the first, and of what they say as a whole the first that says something.
fn merged(paths: &[PathBuf]) -> Result<Option<Known>, CollectError> {
    let mut merged: Option<Known> = None;
    for path in paths {
        let next = read(path)?;
        merged = Some(match merged {
            Some(first) => Known {
                config: first.config.merge(next.config).map_err(|error| CollectError::Kubeconfig(told(path, &error)))?,
                fault: first.fault.or(next.fault),
            },
            None => next,
        });
    }
    Ok(merged)
}

/// The files that kubectl reads where none is named. It passes over those of the list that do not exist.
pub(super) fn usual_paths() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = match std::env::var_os("KUBECONFIG") {
        Some(list) if !list.is_empty() => std::env::split_paths(&list).collect(),
        _ => directories::BaseDirs::new().map(|dirs| dirs.home_dir().join(".kube/config")).into_iter().collect(),
    };
    paths.retain(|path| path.exists());
    paths
}

fn read(path: &Path) -> Result<Known, CollectError> {
    let mut known = match Kubeconfig::read_from(path) {
        Ok(config) => Known { config, fault: None },
        Err(error) => {
            let fault = told(path, &error);
            match error {
                KubeconfigError::Parse(_) => match sound_entries(path) {
                    Some(config) => Known { config, fault: Some(fault) },
                    None => return Err(CollectError::Kubeconfig(fault)),
                },
                _ => return Err(CollectError::Kubeconfig(fault)),
            }
        }
    };
    // An empty name says nothing, so a later file may name the context.
    known.config.current_context = known.config.current_context.filter(|name| !name.is_empty());
    Ok(known)
}

/// What is wrong with a kubeconfig. The parser would show the line, and lines of kubeconfigs hold credentials.
fn told(path: &Path, error: &KubeconfigError) -> String {
    let error = match error {
        KubeconfigError::Parse(error) => error,
        KubeconfigError::ReadConfig(error, _) => return format!("{} can't be read: {}", path.display(), file::plain(error)),
        KubeconfigError::KindMismatch | KubeconfigError::ApiVersionMismatch => {
            return format!("{} is of another kind or version than the file before it, so the two can't be put together", path.display());
        }
        other => return format!("{}: {}", path.display(), chain(other)),
    };
    let place = error.location().map(|place| format!(", line {}, column {}", place.line(), place.column())).unwrap_or_default();
    let said = error.without_snippet().to_string();
    let said = said.lines().next().unwrap_or_default().split(" at line ").next().unwrap_or_default();
    format!("{}{place}: {}", path.display(), kassay_core::sensitive::without_quoted(said))
}

/// The entries of a file that can be read, of one in which others can't; none where it is broken as a whole.
fn sound_entries(path: &Path) -> Option<Kubeconfig> {
    let mut documents: Vec<Value> = serde_saphyr::from_multiple(&std::fs::read_to_string(path).ok()?).ok()?;
    let [document] = documents.as_mut_slice() else { return None };
    let sections: [(&str, fn(&Value) -> bool); 3] =
        [("clusters", reads::<NamedCluster>), ("users", reads::<NamedAuthInfo>), ("contexts", reads::<NamedContext>)];
    for (section, reads) in sections {
        if let Some(entries) = document.get_mut(section).and_then(Value::as_array_mut) {
            entries.retain(reads);
        }
    }
    let mut config: Kubeconfig = serde_json::from_value(document.take()).ok()?;
    let folder = std::path::absolute(path).ok()?.parent()?.to_owned();
    let absolute = |file: &mut Option<String>| {
        if let Some(file) = file.as_mut().filter(|file| !file.is_empty()) {
            *file = folder.join(&*file).to_string_lossy().into_owned();
        }
    };
    for cluster in config.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
        absolute(&mut cluster.certificate_authority);
    }
    for user in config.auth_infos.iter_mut().filter_map(|named| named.auth_info.as_mut()) {
        absolute(&mut user.client_certificate);
        absolute(&mut user.client_key);
        absolute(&mut user.token_file);
        // A bare name is looked for along the path.
        if let Some(exec) = user.exec.as_mut().filter(|exec| exec.command.as_ref().is_some_and(|command| command.contains(MAIN_SEPARATOR)))
        {
            absolute(&mut exec.command);
        }
    }
    Some(config)
}

fn reads<T: for<'de> Deserialize<'de>>(entry: &Value) -> bool {
    T::deserialize(entry).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn the_first_file_that_names_a_context_names_it() {
        let folder = tempfile::tempdir().unwrap();
        for nothing in ["current-context: ''", "current-context:", "kind: Config"] {
            let first =
                file(folder.path(), "a", &format!("apiVersion: v1\n{nothing}\ncontexts: [{{name: x, context: {{cluster: of-a}}}}]\n"));
            let second = file(folder.path(), "b", "current-context: prod\ncontexts: [{name: x, context: {cluster: of-b}}]\n");
            let third = file(folder.path(), "c", "current-context: other\n");
            let config = merged(&[first, second, third]).unwrap().unwrap().config;
            assert_eq!(config.current_context.as_deref(), Some("prod"), "{nothing}");
            assert_eq!((config.contexts.len(), config.contexts[0].context.as_ref().unwrap().cluster.as_str()), (1, "of-a"));
        }
    }

    #[test]
    fn a_broken_entry_is_passed_over_and_the_rest_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let sound =
            "current-context: good\nclusters: [{name: c, cluster: {server: 'https://c.acme.example', certificate-authority: ca.crt}}]\n";
        for broken in ["context: {user: u}", "context: none", "context: [1]"] {
            let text = format!(
                "{sound}contexts: [{{name: bad, {broken}}}, {{name: good, context: {{cluster: c, user: u}}}}]\nusers: [{{name: u, user: {{token: s3cret, exec: {{command: ./login}}}}}}]\n"
            );
            let known = read(&file(folder.path(), "config", &text)).unwrap();
            assert_eq!(known.config.contexts.iter().map(|named| named.name.as_str()).collect::<Vec<_>>(), ["good"], "{broken}");
            assert!(known.fault.is_some_and(|fault| !fault.contains("s3cret")), "{broken}");
            let authority = known.config.clusters[0].cluster.as_ref().unwrap().certificate_authority.clone().unwrap();
            assert_eq!(Path::new(&authority), std::path::absolute(folder.path()).unwrap().join("ca.crt"));
        }
        assert!(read(&file(folder.path(), "config", "users: [{name: x, user: {token: s3cret")).is_err());
    }
}
