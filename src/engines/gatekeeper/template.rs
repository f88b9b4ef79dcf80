//! ConstraintTemplates: the documents.

use super::rego::Source;
use crate::selector::or_default;
use serde::Deserialize;
use serde_json::Value;

/// What a template says that its constraints are judged by.
pub(super) struct Template {
    /// The schema of their parameters.
    pub schema: Option<Value>,
    /// Operations that it asks about; none for all.
    pub operations: Vec<String>,
    /// The program.
    pub code: Code,
}

/// The program of a template. Where there are both, Gatekeeper runs CEL.
pub(super) enum Code {
    /// Rego.
    Rego(Source),
    /// K8sNativeValidation.
    Native(Value),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    api_version: String,
    kind: String,
    #[serde(default, deserialize_with = "or_default")]
    metadata: Metadata,
    spec: Spec,
    #[serde(default, deserialize_with = "or_default")]
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    name: String,
    #[serde(deserialize_with = "or_default")]
    generation: i64,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[serde(deserialize_with = "or_default")]
    created: bool,
    #[serde(deserialize_with = "or_default")]
    by_pod: Vec<PodStatus>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PodStatus {
    #[serde(deserialize_with = "or_default")]
    observed_generation: i64,
    #[serde(deserialize_with = "or_default")]
    errors: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    crd: Crd,
    #[serde(default, deserialize_with = "or_default")]
    targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Crd {
    spec: CrdSpec,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CrdSpec {
    names: Names,
    #[serde(default, deserialize_with = "or_default")]
    validation: Validation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Names {
    kind: String,
    #[serde(default, rename = "shortNames")]
    _short_names: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Validation {
    #[serde(rename = "openAPIV3Schema")]
    schema: Option<Value>,
    #[serde(rename = "legacySchema")]
    _legacy_schema: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Target {
    #[serde(default, deserialize_with = "or_default")]
    target: String,
    #[serde(default, deserialize_with = "or_default")]
    rego: String,
    #[serde(default, deserialize_with = "or_default")]
    libs: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    code: Vec<Engine>,
    #[serde(default, deserialize_with = "or_default")]
    operations: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Engine {
    engine: String,
    source: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegoSource {
    rego: String,
    #[serde(default, deserialize_with = "or_default")]
    version: String,
    #[serde(default, deserialize_with = "or_default")]
    libs: Vec<String>,
}

/// The target of Gatekeeper's webhook.
const TARGET: &str = "admission.k8s.gatekeeper.sh";

/// The kind of a template's constraints, where so much of it can be read.
pub(super) fn kind(template: &Value) -> Option<String> {
    template.pointer("/spec/crd/spec/names/kind").and_then(Value::as_str).map(str::to_owned)
}

/// Reads a template; the words say what of it is not known.
pub(super) fn read(template: &Value) -> Result<Template, String> {
    let document = Document::deserialize(template).map_err(|error| format!("the template: {error}"))?;
    let versions = ["templates.gatekeeper.sh/v1", "templates.gatekeeper.sh/v1beta1"];
    if !versions.contains(&document.api_version.as_str()) || document.kind != "ConstraintTemplate" {
        return Err(format!("a template of {} {}", document.api_version, document.kind));
    }
    compiled(&document.status, document.metadata.generation)?;
    let kind = document.spec.crd.spec.names.kind;
    // Gatekeeper refuses another name.
    if document.metadata.name != kind.to_lowercase() {
        return Err(format!("a template whose name is not that of its kind {kind}"));
    }
    let mut targets = document.spec.targets.into_iter();
    let (Some(target), None) = (targets.next(), targets.next()) else { return Err("a template without exactly one target".to_owned()) };
    if target.target != TARGET {
        return Err(format!("the target {}", target.target));
    }
    let code = code(target.rego, target.libs, target.code)?;
    Ok(Template { schema: document.spec.crd.spec.validation.schema, operations: target.operations, code })
}

/// Whether the status says that Gatekeeper compiled the template, as it is now. A program that it refused is not run, and what its compiler refuses is
/// not known here.
fn compiled(status: &Status, generation: i64) -> Result<(), String> {
    if status.by_pod.iter().any(|pod| !pod.errors.is_empty()) {
        return Err("a template that Gatekeeper could not compile, as its status says".to_owned());
    }
    if status.by_pod.iter().any(|pod| pod.observed_generation != 0 && pod.observed_generation < generation) {
        return Err("a template that Gatekeeper has not read since it was changed, as its status says".to_owned());
    }
    if !status.created {
        return Err("a template whose status does not say that Gatekeeper compiled it".to_owned());
    }
    Ok(())
}

/// The program that runs: that of the target itself stands in for the one of the engine Rego, and CEL goes before Rego.
fn code(rego: String, libs: Vec<String>, engines: Vec<Engine>) -> Result<Code, String> {
    if let Some(native) = engines.iter().find(|engine| engine.engine == "K8sNativeValidation") {
        return Ok(Code::Native(native.source.clone()));
    }
    if !rego.is_empty() {
        return Ok(Code::Rego(Source { rego, libs, v1: false }));
    }
    let Some(engine) = engines.into_iter().find(|engine| engine.engine == "Rego") else {
        return Err("a template without a program of a known engine".to_owned());
    };
    let source = RegoSource::deserialize(engine.source).map_err(|error| format!("the template's program: {error}"))?;
    // Any version but v1 is version 0 there.
    Ok(Code::Rego(Source { rego: source.rego, libs: source.libs, v1: source.version == "v1" }))
}
