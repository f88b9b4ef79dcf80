//! What Kubewarden's own modules say, as their sources have it.

use super::super::images::{Reference, containers};
use crate::request::Provenance;
use crate::selector::or_default;
use crate::wildcard;
use serde::Deserialize;
use serde_json::Value;

/// What a module says.
pub(super) enum Verdict {
    Accepts,
    /// It accepts with changes.
    Changes,
    Rejects(String),
    Unknown(String),
}

/// A module with its settings.
pub(super) struct Module {
    sort: Sort,
    /// Whether it is known to look at workloads as it looks at pods: so since the first versions that are whole.
    workloads: bool,
}

enum Sort {
    Privileged(Privileged),
    HostNamespaces(HostNamespaces),
    HostPaths(HostPaths),
    Users(Box<Users>),
    Repositories(Box<Repositories>),
    Signatures(Signatures),
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Privileged {
    #[serde(deserialize_with = "or_default")]
    skip_init_containers: bool,
    #[serde(deserialize_with = "or_default")]
    skip_ephemeral_containers: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HostNamespaces {
    #[serde(deserialize_with = "or_default")]
    allow_host_ipc: bool,
    #[serde(deserialize_with = "or_default")]
    allow_host_network: bool,
    #[serde(deserialize_with = "or_default")]
    allow_host_pid: bool,
    #[serde(deserialize_with = "or_default")]
    allow_host_ports: Vec<Span>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Span {
    min: i64,
    max: i64,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct HostPaths {
    #[serde(deserialize_with = "or_default")]
    allowed_host_paths: Vec<HostPath>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct HostPath {
    path_prefix: String,
    read_only: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Users {
    run_as_user: Strategy,
    run_as_group: Strategy,
    supplemental_groups: Strategy,
    #[serde(default, deserialize_with = "or_default")]
    validate_container_image_configuration: bool,
    #[serde(default, deserialize_with = "or_default")]
    validate_only: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Strategy {
    rule: String,
    #[serde(default, deserialize_with = "or_default")]
    overwrite: bool,
    #[serde(default, deserialize_with = "or_default")]
    ranges: Vec<Span>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Repositories {
    #[serde(deserialize_with = "or_default")]
    registries: Lists,
    #[serde(deserialize_with = "or_default")]
    tags: Lists,
    #[serde(deserialize_with = "or_default")]
    images: Lists,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Lists {
    #[serde(deserialize_with = "or_default")]
    allow: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    reject: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Signatures {
    signatures: Vec<Signature>,
    modify_images_with_digest: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Signature {
    image: String,
    pub_keys: Option<Value>,
    keyless: Option<Value>,
    keyless_prefix: Option<Value>,
    github_actions: Option<Value>,
    certificates: Option<Value>,
    #[serde(default, rename = "certificateChain")]
    _certificate_chain: Value,
    #[serde(default, rename = "requireRekorBundle")]
    _require_rekor_bundle: Value,
    #[serde(default, rename = "annotations")]
    _annotations: Value,
}

/// Where Kubewarden's own modules are.
const HOME: &str = "ghcr.io/kubewarden/policies/";

impl Module {
    /// Reads a module by its address, with its settings.
    pub(super) fn read(address: &str, settings: &Value) -> Result<Self, String> {
        let unknown = || format!("the module {address}");
        let bare = address.strip_prefix("registry://").unwrap_or(address);
        let (name, version) = bare.strip_prefix(HOME).and_then(|name| name.split_once(':')).ok_or_else(unknown)?;
        // The first ones did less; when each learned more is not known.
        let version = version.strip_prefix('v').and_then(|version| semver::Version::parse(version).ok()).ok_or_else(unknown)?;
        if version < semver::Version::new(0, 2, 0) {
            return Err(unknown());
        }
        let nothing = Value::Object(serde_json::Map::new());
        let settings = if settings.is_null() { &nothing } else { settings };
        fn with<T: for<'a> Deserialize<'a>>(settings: &Value) -> Result<T, String> {
            T::deserialize(settings).map_err(|error| format!("the settings: {error}"))
        }
        let sort = match name {
            "pod-privileged" => Sort::Privileged(with(settings)?),
            "host-namespaces-psp" => Sort::HostNamespaces(with(settings)?),
            "hostpaths-psp" => Sort::HostPaths(with(settings)?),
            "user-group-psp" => Sort::Users(Box::new(with(settings)?)),
            "trusted-repos" => Sort::Repositories(Box::new(with(settings)?)),
            "verify-image-signatures" => Sort::Signatures(with(settings)?),
            _ => return Err(unknown()),
        };
        let module = Self { sort, workloads: version.major >= 1 };
        module.check()?;
        Ok(module)
    }

    /// Settings with which the policy server does not start the policy, or of which it is not known what they do.
    fn check(&self) -> Result<(), String> {
        match &self.sort {
            Sort::Users(users) => {
                let groups = ["RunAsAny", "MustRunAs", "MayRunAs"];
                let named = |strategy: &Strategy, rules: &[&str]| {
                    let ranged = !["MustRunAs", "MayRunAs"].contains(&strategy.rule.as_str()) || !strategy.ranges.is_empty();
                    rules.contains(&strategy.rule.as_str()) && ranged
                };
                if !named(&users.run_as_user, &["RunAsAny", "MustRunAs", "MustRunAsNonRoot"])
                    || !named(&users.run_as_group, &groups)
                    || !named(&users.supplemental_groups, &groups)
                {
                    return Err("settings that the module refuses".to_owned());
                }
                if users.validate_only || users.validate_container_image_configuration {
                    return Err("settings of user-group-psp beside its rules".to_owned());
                }
            }
            Sort::Repositories(repositories) => {
                let both = |lists: &Lists| !lists.allow.is_empty() && !lists.reject.is_empty();
                if both(&repositories.registries) || both(&repositories.images) || !repositories.tags.allow.is_empty() {
                    return Err("settings that the module refuses".to_owned());
                }
                let images = repositories.images.allow.iter().chain(&repositories.images.reject);
                let all = images.clone().chain(&repositories.registries.allow).chain(&repositories.registries.reject);
                if all.clone().any(|entry| entry.contains('*')) || images.clone().any(|image| Reference::parse(image).is_none()) {
                    return Err("patterns among the images of trusted-repos".to_owned());
                }
            }
            Sort::Signatures(signatures) => {
                let bound = |one: &Signature| {
                    let ways = [&one.pub_keys, &one.keyless, &one.keyless_prefix, &one.github_actions, &one.certificates];
                    ways.into_iter().flatten().count() == 1
                };
                if signatures.signatures.is_empty() || !signatures.signatures.iter().all(bound) {
                    return Err("settings that the module refuses".to_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What it says to a pod.
    pub(super) fn says(&self, spec: &Value, pod: bool, images: Provenance) -> Verdict {
        if !pod && !self.workloads {
            return Verdict::Unknown("what so old a module says to workloads".to_owned());
        }
        match &self.sort {
            Sort::Privileged(settings) => settings.says(spec),
            Sort::HostNamespaces(settings) => settings.says(spec),
            Sort::HostPaths(settings) => settings.says(spec),
            Sort::Users(settings) => settings.says(spec),
            Sort::Repositories(settings) => settings.says(spec),
            Sort::Signatures(settings) => settings.says(spec, images),
        }
    }
}

fn list<'a>(spec: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    spec[name].as_array().into_iter().flatten()
}

fn rejects(words: &str) -> Verdict {
    Verdict::Rejects(words.to_owned())
}

impl Privileged {
    fn says(&self, spec: &Value) -> Verdict {
        let privileged = |name| list(spec, name).any(|container| container["securityContext"]["privileged"] == true);
        let init = !self.skip_init_containers && privileged("initContainers");
        let ephemeral = !self.skip_ephemeral_containers && privileged("ephemeralContainers");
        if privileged("containers") || init || ephemeral { rejects("a privileged container") } else { Verdict::Accepts }
    }
}

impl HostNamespaces {
    fn says(&self, spec: &Value) -> Verdict {
        for (field, allowed) in
            [("hostIPC", self.allow_host_ipc), ("hostNetwork", self.allow_host_network), ("hostPID", self.allow_host_pid)]
        {
            if spec[field] == true && !allowed {
                return Verdict::Rejects(format!("{field} is not allowed"));
            }
        }
        let ports = list(spec, "initContainers").chain(list(spec, "containers")).flat_map(|container| list(container, "ports"));
        let mut ports = ports.filter_map(|port| port["hostPort"].as_i64()).filter(|port| *port != 0);
        if ports.any(|port| !self.allow_host_ports.iter().any(|span| (span.min..=span.max).contains(&port))) {
            return rejects("a port of the host");
        }
        Verdict::Accepts
    }
}

/// Whether a path is another one, or below it.
fn below(path: &str, prefix: &str) -> bool {
    let ended = |text: &str| if text.ends_with('/') { text.to_owned() } else { format!("{text}/") };
    ended(path).starts_with(&ended(prefix))
}

impl HostPaths {
    fn says(&self, spec: &Value) -> Verdict {
        // Without any it accepts all.
        if self.allowed_host_paths.is_empty() {
            return Verdict::Accepts;
        }
        let mounts: Vec<&Value> =
            list(spec, "initContainers").chain(list(spec, "containers")).flat_map(|container| list(container, "volumeMounts")).collect();
        for volume in list(spec, "volumes").filter(|volume| !volume["hostPath"].is_null()) {
            let path = volume["hostPath"]["path"].as_str().unwrap_or_default();
            for mount in mounts.iter().filter(|mount| mount["name"] == volume["name"]) {
                let read_only = mount["readOnly"] == true;
                let (mut fits, mut errs, mut before) = (false, false, "");
                for allowed in &self.allowed_host_paths {
                    if below(path, &allowed.path_prefix) && below(&allowed.path_prefix, before) {
                        fits = true;
                        errs = read_only != allowed.read_only;
                        before = &allowed.path_prefix;
                    }
                }
                if !fits || errs {
                    return Verdict::Rejects(format!("the path {path} of the host"));
                }
            }
        }
        Verdict::Accepts
    }
}

impl Strategy {
    fn has(&self, id: i64) -> bool {
        self.ranges.iter().any(|span| (span.min..=span.max).contains(&id))
    }
}

impl Users {
    /// Whether a security context is changed; an error where it is refused.
    fn context(&self, context: &Value) -> Result<bool, String> {
        let mut changed = false;
        let user = context["runAsUser"].as_i64();
        match self.run_as_user.rule.as_str() {
            "MustRunAs" if self.run_as_user.overwrite || user.is_none() => changed = true,
            "MustRunAs" if user.is_some_and(|user| !self.run_as_user.has(user)) => return Err("a user outside of the ranges".to_owned()),
            "MustRunAsNonRoot" => {
                if context["runAsNonRoot"] == false || user == Some(0) {
                    return Err("root".to_owned());
                }
                changed = true;
            }
            _ => {}
        }
        let group = context["runAsGroup"].as_i64();
        match self.run_as_group.rule.as_str() {
            "MustRunAs" if self.run_as_group.overwrite || group.is_none() => changed = true,
            "MustRunAs" | "MayRunAs" if group.is_some_and(|group| !self.run_as_group.has(group)) => {
                return Err("a group outside of the ranges".to_owned());
            }
            _ => {}
        }
        Ok(changed)
    }

    fn says(&self, spec: &Value) -> Verdict {
        let mut changed = false;
        // Ephemeral containers are not looked at.
        for container in list(spec, "initContainers").chain(list(spec, "containers")) {
            match self.context(&container["securityContext"]) {
                Ok(more) => changed |= more,
                Err(words) => return Verdict::Rejects(words),
            }
        }
        let whole = &spec["securityContext"];
        if changed && let Err(words) = self.context(whole) {
            return Verdict::Rejects(words);
        }
        let groups: Option<Vec<i64>> =
            whole["supplementalGroups"].as_array().map(|groups| groups.iter().filter_map(Value::as_i64).collect());
        match (self.supplemental_groups.rule.as_str(), groups) {
            ("MustRunAs", None) => changed = true,
            ("MustRunAs", Some(_)) if self.supplemental_groups.overwrite => changed = true,
            ("MustRunAs" | "MayRunAs", Some(groups)) if !groups.iter().all(|group| self.supplemental_groups.has(*group)) => {
                return rejects("a group outside of the ranges");
            }
            _ => {}
        }
        if changed { Verdict::Changes } else { Verdict::Accepts }
    }
}

impl Repositories {
    fn says(&self, spec: &Value) -> Verdict {
        for container in containers(spec) {
            let image = container["image"].as_str().unwrap_or_default();
            let Some(reference) = Reference::parse(image) else { return Verdict::Unknown(format!("the image {image:?}")) };
            let Lists { allow, reject } = &self.registries;
            if reject.contains(&reference.registry) || (!allow.is_empty() && !allow.contains(&reference.registry)) {
                return Verdict::Rejects(format!("the registry {}", reference.registry));
            }
            let tag = reference.tag.as_deref().unwrap_or("latest");
            if self.tags.reject.iter().any(|rejected| rejected == tag) {
                return Verdict::Rejects(format!("the tag {tag}"));
            }
            let has = |list: &[String]| list.iter().any(|entry| named(entry, &reference));
            let Lists { allow, reject } = &self.images;
            if has(reject) || (!allow.is_empty() && !has(allow)) {
                return Verdict::Rejects(format!("the image {image}"));
            }
        }
        Verdict::Accepts
    }
}

/// Whether an entry names an image: the whole reference, its registry and repository, or its repository, whatever the registry.
fn named(entry: &str, reference: &Reference) -> bool {
    let Some(entry) = Reference::parse(entry) else { return false };
    let latest =
        |one: &Reference| if one.digest.is_none() { Some(one.tag.clone().unwrap_or_else(|| "latest".to_owned())) } else { one.tag.clone() };
    let same = |other: &Reference| {
        entry.registry == other.registry
            && entry.repository == other.repository
            && latest(&entry) == latest(other)
            && entry.digest == other.digest
    };
    let bare = |text: &str| Reference::parse(text).is_some_and(|other| same(&other));
    same(reference) || bare(&reference.repository) || bare(&format!("{}/{}", reference.registry, reference.repository))
}

impl Signatures {
    fn says(&self, spec: &Value, images: Provenance) -> Verdict {
        let mut changed = false;
        for container in containers(spec) {
            let image = container["image"].as_str().unwrap_or_default();
            // An image that no entry names is accepted.
            if !self.signatures.iter().any(|signature| wildcard::matches(&signature.image, image)) {
                continue;
            }
            if images == Provenance::Unsigned {
                return Verdict::Rejects(format!("no signature of {image}"));
            }
            changed |= !image.contains("@sha256:") && self.modify_images_with_digest.unwrap_or(true);
        }
        if changed { Verdict::Changes } else { Verdict::Accepts }
    }
}
