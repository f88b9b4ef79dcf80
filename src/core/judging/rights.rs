//! What the checks of authentication and authorization share: which category a binding belongs to, and how it is told in a finding.

use super::View;
use crate::analysis::rbac::{Bound, Subject, SubjectKind, folded::Folded, register::Register, subjects};
use crate::model::{Category, Finding, text::glob};

/// Users and groups that a control plane makes for itself, by distribution ("" for all). Their names can't be had by asking: an API server
/// or a cloud refuses to hand them out.
const OF_THE_PLATFORM: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "system:kube-controller-manager",
            "system:kube-scheduler",
            "system:kube-proxy",
            "system:apiserver",
            "system:k3s-controller",
            "system:rke2-controller",
            "k3s-cloud-controller-manager",
        ],
    ),
    ("eks", &["eks:*"]),
    (
        "gke",
        &[
            "system:gke-*",
            "system:gcp-*",
            "system:gce-*",
            "system:clustermetrics",
            "system:glbc",
            "system:l7-lb-controller",
            "system:managed-certificate-controller",
            "system:kubestore-collector",
            "system:cluster-autoscaler",
            "system:vpa-*",
            "system:slo-monitor",
        ],
    ),
    ("aks", &["aks-*", "system:azure-cloud-provider*"]),
    ("openshift", &["system:openshift-*", "system:openshift:*"]),
];

/// Whether a subject is a component of the cluster itself.
pub(crate) fn is_platform(view: &View<'_>, subject: &Subject) -> bool {
    if subject.kind == SubjectKind::ServiceAccount {
        return view.category(&subject.namespace) == Category::Platform;
    }
    OF_THE_PLATFORM
        .iter()
        .filter(|(distribution, _)| distribution.is_empty() || view.cluster().distribution.starts_with(distribution))
        .any(|(_, names)| names.iter().any(|name| glob(name, &subject.name)))
}

/// The category of a binding: that of its namespace, or of the whole cluster. What gives the platform's own components rights over the
/// cluster is of the platform; a binding in the platform's namespaces that lets anybody else in reaches the whole cluster.
pub(crate) fn category(view: &View<'_>, bound: &Bound<'_>) -> Category {
    let own = view.category(bound.namespace());
    let inside = !bound.subjects.is_empty() && bound.subjects.iter().all(|subject| is_platform(view, subject));
    match (bound.cluster, own) {
        (true, _) if inside => Category::Platform,
        (false, Category::Platform) if !inside && !bound.subjects.is_empty() => view.cluster_wide(),
        _ => own,
    }
}

/// The category of what one subject holds by a binding: a component's own rights over the cluster are of the platform.
pub(crate) fn subject_category(view: &View<'_>, bound: &Bound<'_>, subject: &Subject) -> Category {
    match (is_platform(view, subject), view.category(bound.namespace())) {
        (true, _) if bound.cluster => Category::Platform,
        (false, Category::Platform) => view.cluster_wide(),
        (_, own) => own,
    }
}

/// The access register of a cluster, with the category of each row.
#[must_use]
pub fn access_register<'v>(view: &'v View<'_>) -> Register<'v> {
    view.rbac().register(|bound, subject| subject_category(view, bound, subject))
}

/// The access register by subject, as people read it.
#[must_use]
pub fn access_by_subject(view: &View<'_>) -> Folded {
    Folded::of(view.rbac(), &access_register(view))
}

/// A failing finding on a binding, with who holds which role as what was observed.
pub(crate) fn finding(view: &View<'_>, bound: &Bound<'_>, field: impl Into<String>) -> Finding {
    Finding::new(category(view, bound), bound.object(), field).observed(format!(
        "{} → {}",
        bound.role_words(),
        subjects::list(&bound.subjects)
    ))
}

/// The field of one subject in a binding.
pub(crate) fn subject_field(subject: &Subject) -> String {
    let kind = match subject.kind {
        SubjectKind::User => "User",
        SubjectKind::Group => "Group",
        SubjectKind::ServiceAccount => "ServiceAccount",
    };
    if subject.namespace.is_empty() {
        format!("subjects[kind={kind},name={}]", subject.name)
    } else {
        format!("subjects[kind={kind},namespace={},name={}]", subject.namespace, subject.name)
    }
}
