//! What checks on files of evidence share: which files there are, which of them are broken or in doubt, how old they are.

use super::{Verdict, View};
use crate::kinds::imported::{Content, Form, Imported};
use crate::model::{Finding, ObjectRef, Severity};
use jiff::Timestamp;

/// The files of a form, in the order of their names; broken ones too.
pub(crate) fn files<'a>(view: &View<'a>, form: Form) -> Vec<&'a Imported> {
    let mut files: Vec<&Imported> = view.inventory.imported.iter().filter(|import| import.content.form() == form).collect();
    files.sort_by(|a, b| (&a.name, &a.sha256).cmp(&(&b.name, &b.sha256)));
    files
}

/// A file as the object of a finding.
pub(crate) fn object(file: &Imported) -> ObjectRef {
    ObjectRef::new("", "Evidence", "", &file.name)
}

/// A finding on a file of evidence, which is of the whole cluster.
pub(crate) fn finding(view: &View<'_>, file: &Imported, field: impl Into<String>) -> Finding {
    Finding::new(view.cluster_wide(), object(file), field)
}

/// A question about a file that is of a form and can't be read.
pub(crate) fn unreadable(view: &View<'_>, file: &Imported, form: Form, why: &str) -> Finding {
    finding(view, file, "file")
        .rule("unreadable")
        .review()
        .severity(Severity::Medium)
        .observed(format!("{why} ({})", file.source()))
        .message(format!("This file is {}, and can't be read, so what it says is not known.", form.words()))
        .mend("Give the whole file again, as the tool wrote it.")
}

/// A question about a file of which it is not certain that it is of this cluster.
pub(crate) fn which_cluster(view: &View<'_>, file: &Imported) -> Option<Finding> {
    (!file.doubt.is_empty()).then(|| {
        finding(view, file, "title")
            .rule("which-cluster")
            .review()
            .severity(Severity::Medium)
            .observed(file.source())
            .message(file.doubt.clone())
            .mend("Attach the file with the name of its cluster in the title.")
    })
}

/// Where none of the files can be read, nothing can be judged: a blocked verdict that says which file to give, with what is wrong with those that
/// were given. Where some can, the broken ones and those in doubt are told.
pub(crate) fn unusable(view: &View<'_>, files: &[&Imported], form: Form, ask: &str, verdict: &mut Verdict) -> Option<Verdict> {
    let broken: Vec<(&&Imported, &str)> = files
        .iter()
        .filter_map(|file| match &file.content {
            Content::Broken { why, .. } => Some((file, why.as_str())),
            _ => None,
        })
        .collect();
    verdict.find_all(broken.iter().map(|(file, why)| unreadable(view, file, form, why)));
    verdict.find_all(files.iter().filter_map(|file| which_cluster(view, file)));
    if broken.len() < files.len() {
        return None;
    }
    let why: Vec<String> = broken.iter().map(|(file, why)| format!("{} can't be read: {why}", file.name)).collect();
    let given = if why.is_empty() { String::new() } else { format!("{}. ", why.join("; ")) };
    Some(std::mem::take(verdict).block(format!("{given}{ask}"), vec![form.need().to_owned()]))
}

/// Whole days between two moments.
pub(crate) fn days(since: Timestamp, now: Timestamp) -> i64 {
    (now.as_second() - since.as_second()).div_euclid(86_400)
}

/// The names and digests of files, for a verdict's reason.
pub(crate) fn named(files: &[&Imported]) -> String {
    let names: Vec<String> = files.iter().take(3).map(|file| file.source_in_full()).collect();
    let more = if files.len() > names.len() { format!(" and {} more", files.len() - names.len()) } else { String::new() };
    format!("{}{more}", names.join(", "))
}
