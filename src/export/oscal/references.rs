//! Whether everything that a file points to is in it. Readers of OSCAL take files whose references lead nowhere, so it is looked at before one is written.

use super::document::{AssessmentResults, Origin, Results};
use super::naming::Uuid;
use std::collections::{BTreeMap, BTreeSet};

/// What is declared, by kind, and what is wrong with that.
#[derive(Default)]
struct Declared {
    all: BTreeSet<Uuid>,
    of: BTreeMap<&'static str, BTreeSet<Uuid>>,
    faults: Vec<String>,
}

impl Declared {
    fn put(&mut self, kind: &'static str, uuid: Uuid) {
        if !self.all.insert(uuid) {
            self.faults.push(format!("the UUID {uuid} of a {kind} is there twice"));
        }
        self.of.entry(kind).or_default().insert(uuid);
    }

    fn ask(&mut self, kinds: &[&str], uuid: Uuid, from: &str) {
        if !kinds.iter().any(|kind| self.of.get(kind).is_some_and(|all| all.contains(&uuid))) {
            self.faults.push(format!("{from} leads to no {}: {uuid}", kinds.join(" or ")));
        }
    }

    fn ask_link(&mut self, href: &str, from: &str) {
        let Some(resources) = self.of.get("resource") else {
            self.faults.push(format!("{from} leads to {href}, and there are no resources"));
            return;
        };
        if !resources.iter().any(|uuid| uuid.link() == href) {
            self.faults.push(format!("{from} leads to no resource: {href}"));
        }
    }

    fn ask_origins(&mut self, origins: &[Origin], from: &str) {
        for actor in origins.iter().flat_map(|origin| &origin.actors) {
            self.ask(&[if actor.kind == "tool" { "component" } else { actor.kind }], actor.actor_uuid, from);
        }
    }
}

/// What is wrong with the references of a file, in words; nothing where all is well.
pub(super) fn faults(file: &AssessmentResults) -> Vec<String> {
    let mut declared = Declared::default();
    declared.put("file", file.uuid);
    file.metadata.parties.iter().for_each(|party| declared.put("party", party.uuid));
    file.back_matter.resources.iter().for_each(|resource| declared.put("resource", resource.uuid));
    file.results.iter().for_each(|results| declare(results, &mut declared));
    declared.ask_link(&file.import_ap.href, "import-ap");
    let roles: BTreeSet<&str> = file.metadata.roles.iter().map(|role| role.id).collect();
    for responsible in &file.metadata.responsible_parties {
        if !roles.contains(responsible.role_id) {
            declared.faults.push(format!("the role {} is not declared", responsible.role_id));
        }
        responsible.party_uuids.iter().for_each(|uuid| declared.ask(&["party"], *uuid, "a responsible party"));
    }
    for party in &file.metadata.parties {
        party.member_of_organizations.iter().for_each(|uuid| declared.ask(&["party"], *uuid, "a member of an organization"));
    }
    file.results.iter().for_each(|results| ask(results, &mut declared));
    declared.faults
}

fn declare(results: &Results, declared: &mut Declared) {
    declared.put("result", results.uuid);
    let local = &results.local_definitions;
    local.components.iter().chain(&local.assessment_assets.components).for_each(|component| declared.put("component", component.uuid));
    local.assessment_assets.assessment_platforms.iter().for_each(|platform| declared.put("platform", platform.uuid));
    local.inventory_items.iter().for_each(|item| declared.put("inventory-item", item.uuid));
    results.observations.iter().for_each(|observation| declared.put("observation", observation.uuid));
    results.findings.iter().for_each(|finding| declared.put("finding", finding.uuid));
    for risk in &results.risks {
        declared.put("risk", risk.uuid);
        risk.mitigating_factors.iter().for_each(|factor| declared.put("mitigating factor", factor.uuid));
        risk.remediations.iter().for_each(|response| declared.put("response", response.uuid));
    }
}

fn ask(results: &Results, declared: &mut Declared) {
    // Both are written in one form of UTC, in which earlier is smaller.
    if results.end < results.start {
        declared.faults.push(format!("the result ends at {}, before it starts at {}", results.end, results.start));
    }
    let local = &results.local_definitions;
    let used = local.assessment_assets.assessment_platforms.iter().flat_map(|platform| &platform.uses_components);
    let implemented = local.inventory_items.iter().flat_map(|item| &item.implemented_components);
    used.chain(implemented).for_each(|component| declared.ask(&["component"], component.component_uuid, "local-definitions"));
    for observation in &results.observations {
        let from = &observation.title;
        declared.ask_origins(&observation.origins, from);
        observation.subjects.iter().for_each(|subject| declared.ask(&[subject.kind], subject.subject_uuid, from));
        observation.relevant_evidence.iter().for_each(|evidence| declared.ask_link(&evidence.href, from));
    }
    for risk in &results.risks {
        let links = risk.mitigating_factors.iter().flat_map(|factor| &factor.links);
        links.for_each(|link| declared.ask_link(&link.href, &risk.title));
        let observed = risk.related_observations.iter();
        observed.for_each(|o| declared.ask(&["observation"], o.observation_uuid, &risk.title));
    }
    let objectives: BTreeSet<&str> = results
        .reviewed_controls
        .control_objective_selections
        .iter()
        .flat_map(|selection| &selection.include_objectives)
        .map(|objective| objective.objective_id.as_str())
        .collect();
    for finding in &results.findings {
        let from = &finding.title;
        declared.ask_origins(&finding.origins, from);
        finding.related_observations.iter().for_each(|o| declared.ask(&["observation"], o.observation_uuid, from));
        finding.related_risks.iter().for_each(|r| declared.ask(&["risk"], r.risk_uuid, from));
        if !objectives.contains(finding.target.target_id.as_str()) {
            declared.faults.push(format!("{from} is about {}, which was not reviewed", finding.target.target_id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::{
        AssessmentAssets, BackMatter, Import, Link, LocalDefinitions, Metadata, MitigatingFactor, Observation, Party, RelatedObservation,
        RelevantEvidence, Resource, ResponsibleParty, ReviewedControls, Risk, Role, Subject,
    };
    use super::*;

    fn uuid(name: &str) -> Uuid {
        Uuid::kassay().named(name)
    }

    /// A file in which everything leads somewhere.
    fn whole() -> AssessmentResults {
        let observation = Observation {
            uuid: uuid("observation"),
            title: "O".into(),
            description: String::new(),
            props: vec![],
            methods: vec!["TEST"],
            types: vec![],
            origins: vec![],
            subjects: vec![],
            relevant_evidence: vec![RelevantEvidence { href: uuid("resource").link(), description: String::new() }],
            collected: String::new(),
            remarks: String::new(),
            practices: vec![],
        };
        let risk = Risk {
            uuid: uuid("risk"),
            title: "R".into(),
            description: String::new(),
            statement: String::new(),
            props: vec![],
            status: "open",
            mitigating_factors: vec![MitigatingFactor { uuid: uuid("factor"), description: String::new(), links: vec![] }],
            deadline: None,
            remediations: vec![],
            related_observations: vec![RelatedObservation { observation_uuid: uuid("observation") }],
            practices: vec![],
        };
        let results = Results {
            uuid: uuid("result"),
            title: String::new(),
            description: String::new(),
            start: "2026-11-23T09:12:00Z".into(),
            end: "2026-11-23T09:12:00Z".into(),
            local_definitions: LocalDefinitions {
                components: vec![],
                inventory_items: vec![],
                assessment_assets: AssessmentAssets { components: vec![], assessment_platforms: vec![] },
            },
            reviewed_controls: ReviewedControls {
                description: String::new(),
                control_selections: vec![],
                control_objective_selections: vec![],
                remarks: String::new(),
            },
            observations: vec![observation],
            risks: vec![risk],
            findings: vec![],
            remarks: String::new(),
        };
        AssessmentResults {
            uuid: uuid("file"),
            metadata: Metadata {
                title: String::new(),
                last_modified: String::new(),
                version: String::new(),
                oscal_version: String::new(),
                props: vec![],
                roles: vec![Role { id: "assessor", title: "Assessor" }],
                parties: vec![Party { uuid: uuid("party"), kind: "person", name: String::new(), member_of_organizations: vec![] }],
                responsible_parties: vec![ResponsibleParty { role_id: "assessor", party_uuids: vec![uuid("party")] }],
                remarks: String::new(),
            },
            import_ap: Import { href: uuid("resource").link(), remarks: String::new() },
            results: vec![results],
            back_matter: BackMatter {
                resources: vec![Resource {
                    uuid: uuid("resource"),
                    title: String::new(),
                    description: String::new(),
                    props: vec![],
                    citation: None,
                    rlinks: vec![],
                }],
            },
        }
    }

    #[test]
    fn what_leads_nowhere_is_told() {
        assert_eq!(faults(&whole()), Vec::<String>::new());
        let nowhere = uuid("nowhere");
        let cases: [(&str, fn(&mut AssessmentResults, Uuid)); 10] = [
            ("import-ap leads to no resource", |file, nowhere| file.import_ap.href = nowhere.link()),
            ("there are no resources", |file, _| file.back_matter.resources.clear()),
            ("of a risk is there twice", |file, _| file.results[0].risks[0].uuid = file.uuid),
            ("the role reviewer is not declared", |file, _| file.metadata.responsible_parties[0].role_id = "reviewer"),
            ("a responsible party leads to no party", |file, nowhere| file.metadata.responsible_parties[0].party_uuids.push(nowhere)),
            ("a member of an organization leads to no party", |file, nowhere| {
                file.metadata.parties[0].member_of_organizations.push(nowhere);
            }),
            ("R leads to no observation", |file, nowhere| file.results[0].risks[0].related_observations[0].observation_uuid = nowhere),
            ("R leads to no resource", |file, nowhere| {
                file.results[0].risks[0].mitigating_factors[0].links.push(Link { href: nowhere.link(), rel: "reference" });
            }),
            ("O leads to no inventory-item", |file, nowhere| {
                let subject = Subject { subject_uuid: nowhere, kind: "inventory-item", title: String::new(), remarks: String::new() };
                file.results[0].observations[0].subjects.push(subject);
            }),
            ("before it starts", |file, _| file.results[0].end = "2026-11-23T09:11:59Z".into()),
        ];
        for (told, spoil) in cases {
            let mut file = whole();
            spoil(&mut file, nowhere);
            let faults = faults(&file);
            assert!(faults.iter().any(|fault| fault.contains(told)), "{told}: {faults:?}");
        }
    }
}
