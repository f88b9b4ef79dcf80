//! Whose assessment it is: people, organizations and their roles, and from which state of the workbook the file is made.

use super::context::{Context, props};
use super::document::{Metadata, Party, ResponsibleParty, Role};
use super::naming::Uuid;
use super::text::{line, paragraphs};
use crate::export::facts;
use crate::export::plain::one_line;
use crate::export::redact::REDACTED;
use crate::export::second::assistance;
use kassay_core::workbook::Moment;
use std::collections::BTreeSet;

/// The head of the file.
pub(super) fn metadata(context: &Context<'_>, oscal_version: &str) -> Metadata {
    let material = context.material;
    let book = &material.workbook;
    let engagement = &book.engagement;
    let organization = |name: &str| one_line(name).map(|name| (context.uuid("organization", &name), name));
    let (entity, company) = (organization(&engagement.entity), organization(&engagement.company));
    let of_company: Vec<Uuid> = company.iter().map(|(uuid, _)| *uuid).collect();
    let named = |names: &[String]| -> Vec<Uuid> {
        let all: BTreeSet<Uuid> = names.iter().filter_map(|name| context.person(name)).collect();
        all.into_iter().collect()
    };
    let assessors = named(&engagement.assessors);
    let organizations: BTreeSet<(Uuid, String)> = entity.iter().chain(&company).cloned().collect();
    let mut parties: Vec<Party> =
        organizations.into_iter().map(|(uuid, name)| Party { uuid, kind: "organization", name, member_of_organizations: vec![] }).collect();
    parties.extend(people(context).into_iter().filter_map(|name| {
        let uuid = context.person(&name)?;
        let member_of_organizations = if assessors.contains(&uuid) { of_company.clone() } else { vec![] };
        Some(Party { uuid, kind: "person", name, member_of_organizations })
    }));
    let mut taken = vec![
        (Role { id: "assessed-entity", title: "Assessed entity" }, entity.iter().map(|(uuid, _)| *uuid).collect()),
        (Role { id: "assessor-company", title: "Company of the assessors" }, of_company),
        (Role { id: "assessor", title: "Assessor" }, assessors),
        (Role { id: "reviewer", title: "Reviewer" }, named(&engagement.reviewers)),
    ];
    taken.retain(|(_, parties)| !parties.is_empty());
    let mut roles = vec![];
    let mut responsible_parties = vec![];
    for (role, party_uuids) in taken {
        responsible_parties.push(ResponsibleParty { role_id: role.id, party_uuids });
        roles.push(role);
    }
    Metadata {
        title: line(&format!("{}: assessment results", facts::title(material))),
        last_modified: context.time(material.journal.lines.last().map(|last| Moment(last.at))),
        version: material.journal.lines.len().to_string(),
        oscal_version: oscal_version.to_owned(),
        props: props([
            ("kassay-version", env!("CARGO_PKG_VERSION")),
            (if material.redacted.is_some() { "workbook-keyed-digest" } else { "workbook-sha256" }, &material.seal()),
            ("workbook-is-what-the-journal-says", if material.is_sealed() { "yes" } else { "no" }),
            ("catalogue", &material.guidance.digest),
            ("period", &engagement.period),
            ("purpose", &engagement.purpose),
            ("a-program-helped-with-words", &assistance(engagement)),
        ]),
        roles,
        parties,
        responsible_parties,
        remarks: paragraphs([
            material.redacted.as_ref().map_or("", |_| REDACTED),
            facts::GUIDANCE,
            "The version of this file is the number of edits in the journal of the assessment.",
        ]),
    }
}

/// Everybody whose word stands in the file, as they are written.
fn people(context: &Context<'_>) -> BTreeSet<String> {
    let book = &context.material.workbook;
    let told = book.engagement.assessors.iter().chain(&book.engagement.reviewers);
    let by = book.determinations.iter().map(|d| &d.by).chain(book.answers.iter().map(|a| &a.by)).chain(book.evidence.iter().map(|e| &e.by));
    let by = by.chain(book.samples.iter().map(|s| &s.by));
    told.chain(by).filter_map(|name| one_line(name)).collect()
}
