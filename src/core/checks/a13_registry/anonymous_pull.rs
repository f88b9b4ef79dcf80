//! Judge of `13.1/anonymous-pull`: what registries answered to a request for a manifest without a credential.

use crate::analysis::probing::{self, Answer, Used};
use crate::judging::{Verdict, View};
use crate::kinds::Purpose;
use crate::model::{Finding, Outcome, Severity};
use std::collections::BTreeMap;

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("image in use", "images in use");
    // What could not be asked, by why, with the images.
    let mut unknown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (mut public, mut own) = (0_usize, 0_usize);
    for used in probing::used(view.inventory, view.scope) {
        verdict.saw(used.category);
        let Some(reference) = &used.reference else {
            unknown.entry("it is no reference to an image".to_owned()).or_default().push(used.image.to_owned());
            continue;
        };
        let trusted = probing::is_trusted(reference, view.scope);
        if reference.is_public() && !trusted {
            public += 1;
            continue;
        }
        own += 1;
        for name in &used.names {
            let Some(probes) = &view.inventory.probes else { continue };
            let last = probes.last(Purpose::Manifest, name);
            let token = if last.is_some_and(|probe| probe.anonymous_token) { ", with the token that it gives to anybody" } else { "" };
            match probing::answer(probes, name) {
                Answer::Open if reference.is_public() => verdict.find(
                    finding(&used, "public")
                        .review()
                        .severity(Severity::Low)
                        .observed(format!("{name}: given without a login{token}"))
                        .message("Everybody on the internet may pull this image: whether it is meant for the public must be shown."),
                ),
                Answer::Open => verdict.find(
                    finding(&used, "open")
                        .severity(Severity::High)
                        .observed(format!("{name}: given without a login{token}"))
                        .message("Whoever reaches this registry may pull this image without logging in."),
                ),
                Answer::Refused => {}
                Answer::NotThere => verdict.find(
                    finding(&used, "not-there")
                        .review()
                        .severity(Severity::Low)
                        .observed(format!("{name}: answered without a login that there is no such manifest{token}"))
                        .message("The registry answers callers without a login, though it does not have this image; whether it gives others must be shown."),
                ),
                Answer::None(why) => unknown.entry(why).or_default().push(name.clone()),
            }
        }
    }
    if verdict.outcome() == Outcome::Fail {
        return verdict;
    }
    if !unknown.is_empty() {
        return verdict.block(told(&unknown), vec!["an answer from every registry".to_owned()]);
    }
    let apart = match public {
        0 => String::new(),
        n => format!(" Told apart: {n} from registries of the public, which anybody may read."),
    };
    match (verdict.outcome(), own) {
        // Nothing of the entity's own was seen, which is no sign that it is guarded.
        (Outcome::Pass, 0) => {
            verdict.decide(Outcome::Review);
            verdict.because("All images in scope come from registries of the public, which anybody may read; a registry of the entity's own was not seen.");
        }
        (Outcome::Pass, n) => {
            verdict.because(format!(
                "{n} of {n} uses of images from registries that are not the public's were refused without a login.{apart}"
            ));
        }
        _ => {}
    }
    verdict
}

fn finding(used: &Used<'_>, rule: &'static str) -> Finding {
    Finding::new(used.category, used.workload.object.clone(), used.field.clone()).rule(rule).pods(used.pods)
}

/// Why images could not be judged, each reason with the first of them.
pub(super) fn told(unknown: &BTreeMap<String, Vec<String>>) -> String {
    let parts: Vec<String> = unknown
        .iter()
        .map(|(why, images)| {
            let mut names = images.clone();
            names.sort();
            names.dedup();
            let more = if names.len() > 3 { format!(" and {} more", names.len() - 3) } else { String::new() };
            format!("{}{more}: {why}", names.iter().take(3).cloned().collect::<Vec<_>>().join(", "))
        })
        .collect();
    format!("Not every image could be judged. {}.", parts.join("; "))
}
