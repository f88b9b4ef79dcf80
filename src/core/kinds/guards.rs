//! The fields of policies that guard admission, as their APIs document them. A policy with any other is not evaluated: what it means with a part
//! that nobody here knows is not known. Listed is all that is documented. What is marked [`Below::Anything`] is read as a whole, leaves pods out
//! whatever it says (conditions, selectors of objects), or has no influence on which pods are let in (messages, time-outs, what is mutated or
//! generated, what reports say).
//!
//! Sources: the types of `k8s.io/api/admissionregistration`, of Kyverno's `api/kyverno` and `api/policies.kyverno.io`, of Gatekeeper's `match` and
//! the schemas of its library, of sigstore's policy-controller, of Kubewarden's `policies.kubewarden.io` and the settings of its own modules, of
//! OpenShift's `config.openshift.io` and `security.openshift.io`.

use super::strict::{Below, SELECTOR, unknown_fields};
use crate::model::Kind;
use Below::{List, Object};
use serde_json::Value;

type Known = &'static [(&'static str, Below)];

/// Names of fields, with what may stand below those that are looked into.
macro_rules! known {
    (@) => { Below::Anything };
    (@ $below:expr) => { $below };
    ($($name:literal $(: $below:expr)?),* $(,)?) => { &[$(($name, known!(@ $($below)?))),*] };
}

/// An object whose spec is a guard.
macro_rules! with_spec {
    ($spec:expr) => {
        known!["apiVersion", "kind", "metadata", "status", "spec": Object($spec)]
    };
}

/// A constraint of Gatekeeper's library with these parameters.
macro_rules! constraint {
    ($($parameters:tt)*) => {
        known![
            "enforcementAction",
            "match": Object(GATEKEEPER_MATCH),
            "parameters": Object(known![$($parameters)*]),
            "scopedEnforcementActions": List(known!["action", "enforcementPoints": List(known!["name"])]),
        ]
    };
}

/// The fields of an object of such a kind that nobody here knows, each by its path (`spec.rules.validate.when`); none for any other kind.
pub(super) fn unknown(kind: Kind, object: &Value) -> Vec<String> {
    fields(kind).map_or_else(Vec::new, |known| unknown_fields(object, known))
}

/// The fields of one webhook that nobody here knows.
pub(super) fn unknown_of_webhook(webhook: &Value) -> Vec<String> {
    unknown_fields(webhook, WEBHOOK)
}

/// What objects of a kind may have; `None` for kinds that guard no admission.
fn fields(kind: Kind) -> Option<Known> {
    Some(match kind {
        Kind::ValidatingAdmissionPolicies => with_spec!(POLICY),
        Kind::ValidatingAdmissionPolicyBindings => with_spec!(BINDING),
        Kind::MutatingAdmissionPolicies => with_spec!(MUTATION),
        Kind::MutatingAdmissionPolicyBindings => {
            with_spec!(known!["matchResources": Object(RESOURCES), "paramRef", "policyName"])
        }
        Kind::KyvernoClusterPolicies | Kind::KyvernoPolicies => with_spec!(KYVERNO),
        Kind::KyvernoValidatingPolicies | Kind::KyvernoNamespacedValidatingPolicies => with_spec!(KYVERNO_CEL),
        Kind::KyvernoImageValidatingPolicies | Kind::KyvernoNamespacedImageValidatingPolicies => with_spec!(KYVERNO_IMAGES),
        Kind::KyvernoPolicyExceptions => with_spec!(KYVERNO_EXCEPTION),
        Kind::KyvernoCelPolicyExceptions => with_spec!(KYVERNO_CEL_EXCEPTION),
        Kind::GatekeeperAllowedRepos => with_spec!(constraint!["exemptImages", "repos"]),
        Kind::GatekeeperPrivileged | Kind::GatekeeperHostNamespaces => with_spec!(constraint!["exemptImages"]),
        Kind::GatekeeperHostFilesystem => with_spec!(constraint!["exemptImages", "allowedHostPaths"]),
        Kind::GatekeeperAllowedUsers => {
            with_spec!(constraint!["exemptImages", "fsGroup", "runAsGroup", "runAsUser": Object(USERS), "supplementalGroups"])
        }
        Kind::GatekeeperHostNetworkingPorts => with_spec!(constraint!["exemptImages", "hostNetwork", "max", "min"]),
        Kind::GatekeeperVolumeTypes => with_spec!(constraint!["exemptImages", "volumes"]),
        Kind::GatekeeperConfigs => {
            with_spec!(known!["match": List(known!["excludedNamespaces", "processes"]), "readiness", "sync", "validation"])
        }
        Kind::SigstoreImagePolicies => with_spec!(SIGSTORE),
        Kind::KubewardenClusterPolicies | Kind::KubewardenPolicies => with_spec!(KUBEWARDEN),
        Kind::OpenshiftClusterImagePolicies | Kind::OpenshiftImagePolicies => {
            with_spec!(known!["scopes", "policy": Object(known!["rootOfTrust", "signedIdentity"])])
        }
        Kind::OpenshiftImageSettings => with_spec!(OPENSHIFT_IMAGES),
        Kind::OpenshiftScc => CONSTRAINTS,
        _ => return None,
    })
}

const WEBHOOK: Known = known![
    "admissionReviewVersions",
    "clientConfig": Object(known!["caBundle", "service": Object(known!["name", "namespace", "path", "port"]), "url"]),
    "failurePolicy",
    "matchConditions",
    "matchPolicy",
    "name",
    "namespaceSelector": Object(SELECTOR),
    "objectSelector",
    "reinvocationPolicy",
    "rules": List(RULE),
    "sideEffects",
    "timeoutSeconds",
];

/// What a webhook or a policy is asked about.
const RULE: Known = known!["apiGroups", "apiVersions", "operations", "resourceNames", "resources", "scope"];

const RESOURCES: Known = known![
    "excludeResourceRules": List(RULE),
    "matchPolicy",
    "namespaceSelector": Object(SELECTOR),
    "objectSelector",
    "resourceRules": List(RULE),
];

const VALIDATION: Known = known!["expression", "message", "messageExpression", "reason"];

const VARIABLE: Known = known!["expression", "name"];

const POLICY: Known = known![
    "auditAnnotations",
    "failurePolicy",
    "matchConditions",
    "matchConstraints": Object(RESOURCES),
    "paramKind",
    "validations": List(VALIDATION),
    "variables": List(VARIABLE),
];

const MUTATION: Known = known![
    "failurePolicy",
    "matchConditions",
    "matchConstraints": Object(RESOURCES),
    "mutations",
    "paramKind",
    "reinvocationPolicy",
    "variables": List(VARIABLE),
];

const BINDING: Known = known!["matchResources": Object(RESOURCES), "paramRef", "policyName", "validationActions"];

const KYVERNO: Known = known![
    "admission",
    "applyRules",
    "auditWarning",
    "background",
    "emitWarning",
    "failurePolicy",
    "generateExisting",
    "generateExistingOnPolicyUpdate",
    "mutateExistingOnPolicyUpdate",
    "rules": List(KYVERNO_RULE),
    "schemaValidation",
    "useServerSideApply",
    "validationFailureAction",
    "validationFailureActionOverrides": List(KYVERNO_OVERRIDE),
    "webhookConfiguration": Object(known!["failurePolicy", "matchConditions", "timeoutSeconds"]),
    "webhookTimeoutSeconds",
];

const KYVERNO_OVERRIDE: Known = known!["action", "namespaceSelector": Object(SELECTOR), "namespaces"];

const KYVERNO_RULE: Known = known![
    "celPreconditions",
    "context",
    "exclude": Object(KYVERNO_MATCH),
    "generate",
    "imageExtractors",
    "match": Object(KYVERNO_MATCH),
    "mutate",
    "name",
    "preconditions",
    "reportProperties",
    "skipBackgroundRequests",
    "validate": Object(KYVERNO_VALIDATE),
    "verifyImages": List(KYVERNO_VERIFY),
];

const KYVERNO_MATCH: Known = known![
    "all": List(KYVERNO_FILTER),
    "any": List(KYVERNO_FILTER),
    "clusterRoles",
    "resources": Object(KYVERNO_RESOURCES),
    "roles",
    "subjects",
];

const KYVERNO_FILTER: Known = known!["clusterRoles", "resources": Object(KYVERNO_RESOURCES), "roles", "subjects"];

const KYVERNO_RESOURCES: Known = known![
    "annotations",
    "kinds",
    "name",
    "names",
    "namespaceSelector": Object(SELECTOR),
    "namespaces",
    "operations",
    "selector",
];

const KYVERNO_VALIDATE: Known = known![
    "allowExistingViolations",
    "anyPattern",
    "assert",
    "cel": Object(known![
        "auditAnnotations",
        "expressions": List(VALIDATION),
        "generate",
        "paramKind",
        "paramRef",
        "variables": List(VARIABLE),
    ]),
    "deny": Object(known!["conditions"]),
    "failureAction",
    "failureActionOverrides": List(KYVERNO_OVERRIDE),
    "foreach": List(KYVERNO_FOREACH),
    "manifests",
    "message",
    "pattern",
    "podSecurity": Object(known![
        "exclude": List(known!["controlName", "images", "restrictedField", "values"]),
        "level",
        "version",
    ]),
];

const KYVERNO_FOREACH: Known = known![
    "anyPattern",
    "context",
    "deny": Object(known!["conditions"]),
    "elementScope",
    "foreach",
    "list",
    "pattern",
    "preconditions",
];

const KYVERNO_VERIFY: Known = known![
    "additionalExtensions",
    "annotations",
    "attestations": List(KYVERNO_ATTESTATION),
    "attestors": List(KYVERNO_SIGNERS),
    "cosignOCI11",
    "failureAction",
    "image",
    "imageReferences",
    "imageRegistryCredentials",
    "issuer",
    "key",
    "mutateDigest",
    "repository",
    "required",
    "roots",
    "skipImageReferences",
    "subject",
    "type",
    "useCache",
    "validate": Object(known!["deny": Object(known!["conditions"]), "message"]),
    "verifyDigest",
];

const KYVERNO_ATTESTATION: Known = known!["attestors": List(KYVERNO_SIGNERS), "conditions", "name", "predicateType", "type"];

const KYVERNO_SIGNERS: Known = known!["count", "entries": List(KYVERNO_SIGNER)];

/// One that signs; a set of others may stand in its place.
const KYVERNO_SIGNER: Known = known![
    "annotations",
    "attestor": Below::Nested(|| KYVERNO_SIGNERS),
    "certificates": Object(known!["cert", "certChain", "ctlog", "rekor"]),
    "keyless": Object(known![
        "additionalExtensions",
        "ctlog",
        "issuer",
        "issuerRegExp",
        "rekor",
        "roots",
        "subject",
        "subjectRegExp",
    ]),
    "keys": Object(known!["ctlog", "kms", "publicKeys", "rekor", "secret", "signatureAlgorithm"]),
    "repository",
    "signatureAlgorithm",
];

const KYVERNO_EXCEPTION: Known = known![
    "background",
    "conditions",
    "exceptions": List(known!["policyName", "ruleNames"]),
    "match",
    "podSecurity",
];

const KYVERNO_CEL_EXCEPTION: Known = known![
    "allowedValues",
    "expiresAt",
    "images",
    "matchConditions",
    "policyRefs": List(known!["kind", "name"]),
    "reportResult",
];

const KYVERNO_EVALUATION: Known = known!["admission": Object(known!["enabled"]), "background", "mode"];

const KYVERNO_CEL: Known = known![
    "auditAnnotations",
    "autogen",
    "evaluation": Object(KYVERNO_EVALUATION),
    "failurePolicy",
    "matchConditions",
    "matchConstraints": Object(RESOURCES),
    "validationActions",
    "validations": List(VALIDATION),
    "variables": List(VARIABLE),
    "webhookConfiguration": Object(known!["timeoutSeconds"]),
];

const KYVERNO_IMAGES: Known = known![
    "attestations",
    "attestors": List(known![
        "cosign": Object(known![
            "annotations",
            "certificate",
            "ctlog",
            "key",
            "keyless": Object(known![
                "identities": List(known!["issuer", "issuerRegExp", "subject", "subjectRegExp"]),
                "roots",
            ]),
            "source",
            "tuf",
        ]),
        "name",
        "notary",
    ]),
    "auditAnnotations",
    "autogen",
    "credentials",
    "evaluation": Object(KYVERNO_EVALUATION),
    "failurePolicy",
    "images": List(VARIABLE),
    "matchConditions",
    "matchConstraints": Object(RESOURCES),
    "matchImageReferences": List(known!["expression", "glob"]),
    "validationActions",
    "validationConfigurations": Object(known!["mutateDigest", "required", "verifyDigest"]),
    "validations": List(VALIDATION),
    "variables": List(VARIABLE),
    "webhookConfiguration": Object(known!["timeoutSeconds"]),
];

const GATEKEEPER_MATCH: Known = known![
    "excludedNamespaces",
    "kinds": List(known!["apiGroups", "kinds"]),
    "labelSelector",
    "name",
    "namespaceSelector": Object(SELECTOR),
    "namespaces",
    "scope",
    "source",
];

/// A rule on users, in the words of Kubernetes' former pod security policies.
const USERS: Known = known!["ranges": List(known!["max", "min"]), "rule"];

const SIGSTORE: Known = known![
    "authorities": List(known![
        "attestations",
        "ctlog",
        "key",
        "keyless": Object(known![
            "ca-cert",
            "identities": List(known!["issuer", "issuerRegExp", "subject", "subjectRegExp"]),
            "insecureIgnoreSCT",
            "trustRootRef",
            "url",
        ]),
        "name",
        "rfc3161timestamp",
        "signatureFormat",
        "source",
        "static": Object(known!["action", "message"]),
    ]),
    "images": List(known!["glob"]),
    "match",
    "mode",
    "policy",
];

const KUBEWARDEN: Known = known![
    "allowInsideAdmissionControllerNamespace",
    "backgroundAudit",
    "contextAwareResources",
    "failurePolicy",
    "matchConditions",
    "matchPolicy",
    "message",
    "mode",
    "module",
    "mutating",
    "namespaceSelector": Object(SELECTOR),
    "objectSelector",
    "policyServer",
    "rules": List(RULE),
    "settings": Object(KUBEWARDEN_SETTINGS),
    "sideEffects",
    "timeoutEvalSeconds",
    "timeoutSeconds",
];

/// The settings of those modules of Kubewarden's own that are read.
const KUBEWARDEN_SETTINGS: Known = known![
    "allow_host_ipc",
    "allow_host_network",
    "allow_host_pid",
    "allow_host_ports",
    "allowedHostPaths",
    "images": Object(known!["allow", "reject"]),
    "modifyImagesWithDigest",
    "registries": Object(known!["allow", "reject"]),
    "rule",
    "run_as_group",
    "run_as_user": Object(USERS),
    "signatures",
    "skip_ephemeral_containers",
    "skip_init_containers",
    "supplemental_groups",
    "tags": Object(known!["reject"]),
    "validate_container_image_configuration",
];

const OPENSHIFT_IMAGES: Known = known![
    "additionalTrustedCA",
    "allowedRegistriesForImport",
    "externalRegistryHostnames",
    "imageStreamImportMode",
    "registrySources": Object(known![
        "allowedRegistries",
        "blockedRegistries",
        "containerRuntimeSearchRegistries",
        "insecureRegistries",
    ]),
];

/// OpenShift's security context constraints, which have no spec.
const CONSTRAINTS: Known = known![
    "allowHostDirVolumePlugin",
    "allowHostIPC",
    "allowHostNetwork",
    "allowHostPID",
    "allowHostPorts",
    "allowPrivilegeEscalation",
    "allowPrivilegedContainer",
    "allowedCapabilities",
    "allowedFlexVolumes",
    "allowedUnsafeSysctls",
    "apiVersion",
    "defaultAddCapabilities",
    "defaultAllowPrivilegeEscalation",
    "forbiddenSysctls",
    "fsGroup",
    "groups",
    "kind",
    "metadata",
    "priority",
    "readOnlyRootFilesystem",
    "requiredDropCapabilities",
    "runAsUser": Object(known!["type", "uid", "uidRangeMax", "uidRangeMin"]),
    "seLinuxContext",
    "seccompProfiles",
    "supplementalGroups",
    "userNamespaceLevel",
    "users",
    "volumes",
];
