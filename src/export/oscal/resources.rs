//! The files that the results rest on, with their digests. Links lead from the folder of the assessment, which is the folder `data` of a bag.

use super::context::{Context, props};
use super::document::{BackMatter, Citation, FileLink, Hash, RelevantEvidence, Resource};
use super::naming::Uuid;
use super::text::{line, paragraphs, words};
use kassay_core::workbook::{Evidence, folder};

/// Everything that is linked to.
pub(super) fn back_matter(context: &Context<'_>) -> BackMatter {
    let material = context.material;
    let mut resources = vec![plan(context)];
    let whole = (folder::WORKBOOK.to_owned(), material.seal());
    resources.push(file(context.uuid("resource", "workbook"), "The workbook", "The assessment itself, as it was saved last.", whole));
    for record in &material.workbook.clusters {
        for (what, path, digest) in parts(record) {
            let title = format!("{what} of {}", record.key);
            resources.push(file(context.uuid(what, &record.key), &title, "As it was kept when the cluster was read.", (path, digest)));
        }
    }
    let pieces = &material.workbook.evidence;
    let uuids = context.uuids("evidence", pieces.iter().map(|e| e.reference.clone()));
    resources.extend(pieces.iter().zip(uuids).map(|(piece, uuid)| evidence(piece, uuid)));
    BackMatter { resources }
}

/// Where the plan of the assessment would be. Kassay follows the guidance and writes no plan as OSCAL has it.
pub(super) fn plan_uuid(context: &Context<'_>) -> Uuid {
    context.uuid("resource", "plan")
}

fn plan(context: &Context<'_>) -> Resource {
    let told =
        "Practices, questions and checks are those of the catalogue that Kassay ships for this guidance; there is no plan in OSCAL’s form.";
    Resource {
        uuid: plan_uuid(context),
        title: "The plan of the assessment".to_owned(),
        description: words(told),
        props: props([("catalogue", &context.material.guidance.digest)]),
        citation: Some(Citation {
            text: line("PCI SSC Information Supplement: Guidance for Containers and Container Orchestration Tools"),
        }),
        rlinks: vec![],
    }
}

/// What is kept of a cluster: what it is, its path and its digest.
fn parts(record: &kassay_core::workbook::ClusterRecord) -> impl Iterator<Item = (&'static str, String, String)> {
    let snapshot = folder::snapshot(&record.snapshot).map(|path| ("Snapshot", path, record.snapshot.clone()));
    let findings = folder::findings(&record.findings).map(|path| ("Findings", path, record.findings.clone()));
    snapshot.into_iter().chain(findings)
}

/// What a check rests on: what was read of the cluster, and what was found in it.
pub(super) fn of_cluster(context: &Context<'_>, cluster: &str) -> Vec<RelevantEvidence> {
    let record = context.material.workbook.clusters.iter().find(|record| record.key == cluster);
    let all = record.into_iter().flat_map(parts);
    all.map(|(what, ..)| RelevantEvidence { href: context.uuid(what, cluster).link(), description: line(&format!("{what} of {cluster}")) })
        .collect()
}

/// Pieces of evidence by their references; a reference to nothing is told by whoever checks the workbook, and leads nowhere here.
pub(super) fn of_references(context: &Context<'_>, references: &[String]) -> Vec<RelevantEvidence> {
    let pieces = &context.material.workbook.evidence;
    let named = references.iter().filter_map(|reference| pieces.iter().find(|piece| piece.reference == *reference));
    named.map(|piece| relevant(piece, context.uuid("evidence", &piece.reference))).collect()
}

/// A piece of evidence, as an observation names it.
pub(super) fn relevant(piece: &Evidence, uuid: Uuid) -> RelevantEvidence {
    RelevantEvidence { href: uuid.link(), description: line(&format!("{} {}", piece.reference, piece.title)) }
}

fn evidence(piece: &Evidence, uuid: Uuid) -> Resource {
    let withdrawn = piece.withdrawn.as_ref().map(|w| format!("Withdrawn {} by {}: {}", w.at, w.by, w.why)).unwrap_or_default();
    let path = folder::evidence(&piece.sha256, &piece.file);
    let mut resource = match path {
        Some(path) => file(uuid, &piece.title, "", (path, piece.sha256.clone())),
        // Interviews and observations may be told in words alone.
        None => Resource {
            uuid,
            title: line(&piece.title),
            description: String::new(),
            props: vec![],
            citation: Some(Citation { text: line(&format!("{} {} in the register of evidence", piece.reference, piece.title)) }),
            rlinks: vec![],
        },
    };
    let name = if piece.file.is_empty() { String::new() } else { format!("Attached as {}", piece.file) };
    resource.description = paragraphs([piece.purpose.as_str(), &name, &withdrawn]);
    if resource.description.is_empty() {
        resource.description = line(piece.kind.label());
    }
    resource.props = props([("reference", &piece.reference), ("kind", piece.kind.label()), ("version", &piece.version)]);
    if !resource.rlinks.is_empty() {
        resource.props.extend(props([("bytes", &piece.size.to_string())]));
    }
    if !withdrawn.is_empty() {
        resource.props.extend(props([("withdrawn", "yes")]));
    }
    resource
}

fn file(uuid: Uuid, title: &str, description: &str, (href, digest): (String, String)) -> Resource {
    Resource {
        uuid,
        title: line(title),
        description: words(description),
        props: vec![],
        citation: None,
        // What stands for a digest is none that anybody could compute of a file.
        rlinks: if folder::is_digest(&digest) {
            vec![FileLink { href, hashes: vec![Hash { algorithm: "SHA-256", value: digest }] }]
        } else {
            vec![]
        },
    }
}
