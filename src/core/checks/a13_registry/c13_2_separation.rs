//! Control 13.2: its automated checks.

use crate::analysis::image::ImageReference;
use crate::judging::{Check, Need, PlacedImage, Verdict, View};
use crate::model::{Finding, Severity};

/// The checks of control 13.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "13.2/non-production-images",
    title: "Images whose name says that they are not for production",
    severity: Severity::Medium,
    practices: &["13.2.a"],
    needs: &[Need::Workloads],
    active: false,
    why: "Where developers and test pipelines may write, an image can change without review. One that runs in production from such a place, or that \
          was built for a test, has skipped the controls that production images go through.",
    mend: "Promote the image: build or copy it into the production registry under a release version by the pipeline that alone may write there, and \
           name it from there.",
    blind_spots: "It goes by names alone: a word such as dev, test, staging, snapshot, nightly, rc or pr in registry, repository or tag. An image from \
                  a development registry with a plain name is not seen, and an innocent name may be reported.",
    judge: non_production_images,
}];

fn non_production_images(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        view.images(workload).filter_map(|placed| named(&placed)).for_each(|finding| verdict.find(finding));
    }
    verdict
}

fn named(placed: &PlacedImage<'_>) -> Option<Finding> {
    let Some(image) = ImageReference::parse(placed.used.reference) else { return Some(placed.unreadable("what it says of its stage")) };
    let (part, word) = telling_word(&image)?;
    Some(
        placed
            .finding()
            .rule(part)
            .observed(placed.words())
            .message(format!("The {part} says “{word}”: the image looks like one that was not made, or not released, for production.")),
    )
}

/// Words that say so wherever they stand, numbers at their end not counted.
const WORDS: &[&str] = &[
    "dev",
    "devel",
    "develop",
    "development",
    "test",
    "tests",
    "testing",
    "tst",
    "stage",
    "staging",
    "stg",
    "qa",
    "uat",
    "snapshot",
    "nightly",
    "preprod",
    "nonprod",
];

/// The part of a reference that says that it is not for production, and the word.
fn telling_word(image: &ImageReference) -> Option<(&'static str, String)> {
    // The last label of a host is its domain: `registry.acme.dev` is a shop's address, not a stage.
    let host = image.registry.split(':').next().unwrap_or_default();
    let host = host.rsplit_once('.').map_or(host, |(before, _)| before);
    let wide = |text: &str| words(text).find(|(word, _)| WORDS.contains(&word.as_str())).map(|(word, _)| word).or_else(|| pair(text));
    wide(host).map(|word| ("registry", word)).or_else(|| wide(&image.repository).map(|word| ("repository", word))).or_else(|| {
        let tag = image.tag.as_deref()?;
        wide(tag).or_else(|| short(tag)).map(|word| ("tag", word))
    })
}

/// `non-prod` and `pre-prod` are two words of one meaning.
fn pair(text: &str) -> Option<String> {
    let all: Vec<String> = words(text).map(|(word, _)| word).collect();
    let found = all.windows(2).find(|w| matches!(w[0].as_str(), "non" | "pre") && matches!(w[1].as_str(), "prod" | "production"))?;
    Some(found.join("-"))
}

/// `rc` and `pr` are too short to mean anything outside a tag, and `pr` only with its number: `1.6.0-rc1`, `pr-123`.
fn short(tag: &str) -> Option<String> {
    let all: Vec<(String, bool)> = words(tag).collect();
    all.iter().enumerate().find_map(|(at, (word, numbered))| {
        let number_follows = *numbered || all.get(at + 1).is_some_and(|(next, _)| next.is_empty());
        (word == "rc" || (word == "pr" && number_follows)).then(|| word.clone())
    })
}

/// The words of a name in lower case without the digits at their end, and whether there were any; a bare number is an empty word.
fn words(text: &str) -> impl Iterator<Item = (String, bool)> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).map(|word| {
        // `3.12.0rc1` is a number that a word follows without a break.
        let begun = word.trim_start_matches(|c: char| c.is_ascii_digit());
        let word = if begun.is_empty() { word } else { begun };
        let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
        (bare.to_ascii_lowercase(), bare.len() < word.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telling_names_are_told_and_innocent_ones_are_not() {
        let part =
            |text: &str| ImageReference::parse(text).and_then(|image| telling_word(&image)).map(|(part, word)| format!("{part} {word}"));
        for (image, told) in [
            ("dev-registry.acme.example/pay/api:1", "registry dev"),
            ("registry.test.acme.example/api:1", "registry test"),
            ("registry.acme.example/staging/api:1", "repository staging"),
            ("registry.acme.example/non-prod/api:1", "repository non-prod"),
            ("r.example/api:2.14.0-dev", "tag dev"),
            ("r.example/api:1.6.0-rc1", "tag rc"),
            ("r.example/api:1.6.0-RC.1", "tag rc"),
            ("r.example/api:3.12.0rc1", "tag rc"),
            ("r.example/api:v1.2-rc", "tag rc"),
            ("r.example:5000/api:1.2.0-dev.3@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "tag dev"),
            ("r.example/api:pr-123", "tag pr"),
            ("r.example/api:pr42", "tag pr"),
            ("r.example/api:1.0-SNAPSHOT", "tag snapshot"),
            ("r.example/api:nightly20261101", "tag nightly"),
        ] {
            assert_eq!(part(image).as_deref(), Some(told), "{image}");
        }
        for image in [
            "europe-docker.pkg.dev/acme/pay/api:1.2",
            "registry.acme.dev/api:1",
            "registry.acme.test:5000/api:1",
            "r.example/contest/latest:latest",
            "r.example/pr-bot:1.0",
            "r.example/developer-portal:3",
            "r.example/devices/protest:1",
            "r.example/arc:v1",
        ] {
            assert_eq!(part(image), None, "{image}");
        }
    }
}
