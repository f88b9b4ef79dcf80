//! Judge of `13.4/signatures`: whether a registry keeps a signature beside each image that runs. That one exists is seen, not that it is valid.
//!
//! “None” is only said of an image whose manifest the registry gave, and where every place in which a signature could lie was answered:
//! otherwise an image that is signed where nobody looked would be called unsigned.

use super::anonymous_pull::told;
use crate::analysis::probing::{self, Answer, Attached};
use crate::judging::{Verdict, View};
use crate::kinds::{Probe, Probes, Purpose};
use crate::model::{Finding, Outcome, Severity};
use std::collections::BTreeMap;

/// What is known of the signatures of one image.
enum Signed {
    /// There is one.
    Yes,
    /// There is a signed statement, of another kind or of one that is not told.
    Statement(String),
    /// There is none.
    No,
    /// It could not be found out, and why.
    Unknown(String),
}

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("image in use", "images in use");
    let mut unknown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for used in probing::used(view.inventory, view.scope) {
        verdict.saw(used.category);
        if used.reference.is_none() {
            unknown.entry("it is no reference to an image".to_owned()).or_default().push(used.image.to_owned());
        }
        let finding = Finding::new(used.category, used.workload.object.clone(), used.field.clone()).pods(used.pods);
        // Several digests run under one tag where it was moved; the worst of them is told of the container.
        for name in &used.names {
            let signed = match &view.inventory.probes {
                Some(_) if !name.contains('@') => {
                    Signed::Unknown("it is known by its tag alone, and no pod tells which digest runs".to_owned())
                }
                Some(probes) => signed(probes, name),
                None => Signed::Unknown("it was not asked about".to_owned()),
            };
            match signed {
                Signed::Yes => {}
                Signed::No => verdict.find(
                    finding
                        .clone()
                        .rule("unsigned")
                        .observed(format!("{name}: no signature"))
                        .message("The registry keeps no signature of this image: nothing shows which pipeline made it."),
                ),
                Signed::Statement(what) => verdict.find(
                    finding
                        .clone()
                        .rule("statement-only")
                        .review()
                        .severity(Severity::Low)
                        .observed(format!("{name}: {what}"))
                        .message("A signed statement about this image is kept, and no signature of the image: whether the pipeline's statement does in its place must be shown."),
                ),
                Signed::Unknown(why) => unknown.entry(why).or_default().push(name.clone()),
            }
        }
    }
    if verdict.outcome() == Outcome::Fail {
        return verdict;
    }
    if !unknown.is_empty() {
        return verdict.block(told(&unknown), vec!["an answer from every registry".to_owned()]);
    }
    if verdict.outcome() == Outcome::Pass {
        let n = verdict.population();
        verdict.because(format!(
            "A signature is kept beside each of the {n} images in use in scope; whether they are valid was not looked at."
        ));
    }
    verdict
}

fn signed(probes: &Probes, name: &str) -> Signed {
    match probing::answer(probes, name) {
        Answer::Open => {}
        Answer::Refused => {
            return Signed::Unknown(
                "its registry asks for a login, and no credential is ever sent; let cosign verify or the registry's own page show the signature".to_owned(),
            );
        }
        Answer::NotThere => return Signed::Unknown("its registry does not have this digest under this name".to_owned()),
        Answer::None(why) => return Signed::Unknown(why),
    }
    let referrers = probes.last(Purpose::Referrers, name);
    let stand_in = referrers.is_none_or(probing::serves_no_referrers).then(|| probes.last(Purpose::ReferrersTag, name));
    let cosign = probes.last(Purpose::CosignTag, name);
    let places = [referrers, stand_in.flatten(), cosign];
    let found = places.iter().flatten().filter(|probe| probe.status == Some(200)).flat_map(|probe| &probe.artifacts);
    let kinds: Vec<(Attached, &str)> = found.map(|artifact| (probing::attached(artifact), kind_of(artifact))).collect();
    if kinds.iter().any(|(attached, _)| *attached == Attached::Signature) {
        return Signed::Yes;
    }
    let listed = match stand_in {
        None => looked(referrers, "the list of referrers"),
        Some(tag) => looked(tag, "the tag in place of a list of referrers"),
    };
    // Digests longer than SHA-256's may have no cosign tag: then none is asked for.
    let tagged = if cosign.is_none() && !name.contains("@sha256:") { Ok(()) } else { looked(cosign, "cosign's tag") };
    if let Err(why) = listed.and(tagged) {
        return Signed::Unknown(why);
    }
    match kinds.iter().find(|(attached, _)| *attached == Attached::Statement) {
        Some((_, kind)) => Signed::Statement(kind.to_string()),
        None => Signed::No,
    }
}

fn kind_of(artifact: &crate::kinds::Artifact) -> &str {
    [&artifact.predicate, &artifact.r#type].into_iter().find(|words| !words.is_empty()).map_or("its kind is not told", String::as_str)
}

/// Whether a place was looked at to its end.
fn looked(probe: Option<&Probe>, place: &str) -> Result<(), String> {
    match probe {
        None => Err(format!("{place} was not asked for")),
        Some(probe) if !probe.error.is_empty() => Err(format!("{place}: {}", probe.error)),
        Some(probe) if probe.more => Err(format!("{place} is longer than was read")),
        Some(Probe { status: Some(200 | 404), .. }) => Ok(()),
        Some(Probe { status: Some(status), .. }) => Err(format!("{place}: the answer was {status}")),
        Some(_) => Err(format!("{place}: no answer came")),
    }
}
