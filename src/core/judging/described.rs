//! What checks tell of descriptions and configuration files that were attached. A file of another cluster, a broken or an old one proves nothing, and
//! is told; what a configuration file says counts only where a flag names its use.

use super::evidence::{days, finding, named, unreadable, which_cluster};
use super::{Verdict, View};
use crate::analysis::control_plane::counted;
use crate::analysis::described::{self, Bearing, Kinship, Statement, Topic};
use crate::kinds::VersionFrom;
use crate::kinds::imported::{About, Content, Describer, Description, Imported, Said};
use crate::model::{Finding, Outcome, Severity};

/// Days after which a description says too little of today: settings of a provider are changed at any time, and PCI DSS looks at much each quarter.
const OLD: i64 = 90;

/// What attached files gave a judge.
#[derive(Default)]
pub(crate) struct Told<'a> {
    /// The files that say something, of this cluster.
    files: Vec<&'a Imported>,
    /// What they say that is as it should be.
    good: Vec<String>,
    /// How many statements on the topic they make, where they are of this cluster.
    pub(crate) statements: usize,
}

impl Told<'_> {
    /// Whether any of them says anything.
    pub(crate) const fn any(&self) -> bool {
        self.statements > 0
    }
}

/// The judgement by attached files of what the API does not show; where none speaks of it, a review that says where to look and what to attach.
pub(crate) fn verdict(view: &View<'_>, topic: Topic, unseen: &str) -> Verdict {
    let files = described::files(view.inventory, topic);
    let mut verdict = Verdict::over("attached statement", "attached statements");
    let told = tell(view, &files, topic, false, &mut verdict);
    let distribution = view.cluster().distribution.as_str();
    if told.any() {
        (0..told.statements).for_each(|_| verdict.saw(view.cluster_wide()));
        decide(&mut verdict, &told);
        return verdict;
    }
    let ask = described::ask(distribution, topic).map(|ask| format!(" {ask}")).unwrap_or_default();
    verdict.decide(Outcome::Review);
    verdict.because(format!("{unseen}{ask}"));
    verdict.wanting(described::wanted(distribution, topic).into_iter().map(|by| by.need().to_owned()).collect())
}

/// Says of a verdict on attached files alone what it rests on.
fn decide(verdict: &mut Verdict, told: &Told<'_>) {
    let (good, files) = (told.good.join("; "), &told.files);
    match verdict.outcome() {
        Outcome::Pass => verdict.because(format!("{good}, as {} says.", named(files))),
        _ if good.is_empty() => verdict.because(format!("What {} says is told below.", named(files))),
        _ => verdict.because(format!("Beside what is told below: {good}, as {} says.", named(files))),
    }
}

/// Tells what the attached files of one sort say of a topic, where a flag of the API server names such a file, so that it is in use. False where there
/// is none that can be used.
pub(crate) fn in_use(view: &View<'_>, topic: Topic, by: Describer, verdict: &mut Verdict) -> bool {
    let mut files = described::files(view.inventory, topic);
    files.retain(|file| file.content.form() == crate::kinds::imported::Form::Description(by));
    let told = tell(view, &files, topic, true, verdict);
    if told.any() {
        let flag = by.flag().unwrap_or_default();
        let loaded = configuration_of(by).and_then(|what| counted::configuration(view.inventory, what));
        let same = |file: &&Imported| loaded == Some(file.sha256.as_str());
        verdict.find_all(told.files.iter().filter(|file| loaded.is_some() && !same(file)).map(|file| other_file(view, file)));
        let whose = if loaded.is_some() && told.files.iter().all(same) {
            "by its SHA-256 it is the one from which the API servers that answered took their settings; that the others have it too"
        } else {
            "that it is the one on every control-plane node"
        };
        verdict.note(format!(
            "The file that --{flag} names is judged by what was attached ({}); {whose} must be shown apart.",
            named(&told.files)
        ));
    }
    told.any()
}

/// Tells what attached files say of a topic, beside a judgement that does not rest on them: what is good in them is a sentence, with where else the same
/// must be shown.
pub(crate) fn beside(view: &View<'_>, topic: Topic, everywhere: &str, verdict: &mut Verdict) {
    let told = tell(view, &described::files(view.inventory, topic), topic, true, verdict);
    if !told.good.is_empty() {
        verdict.note(format!(
            "{}, as {} says; that {everywhere} has the same must be shown apart.",
            told.good.join("; "),
            named(&told.files)
        ));
    }
}

/// What API servers call the file of a sort, of which they tell the SHA-256 since 1.34.
const fn configuration_of(by: Describer) -> Option<&'static str> {
    match by {
        Describer::Encryption => Some("encryption"),
        Describer::Authentication => Some("authentication"),
        Describer::Authorization => Some("authorization"),
        _ => None,
    }
}

/// A question about a file that is not, byte by byte, the one from which an API server took its settings.
fn other_file(view: &View<'_>, file: &Imported) -> Finding {
    finding(view, file, "sha256")
        .rule("other-file")
        .review()
        .severity(Severity::Low)
        .observed(file.source())
        .message("An API server tells the SHA-256 of the file from which it took its settings, and this file has another: it is an older one, of another node, or a copy in which keys were replaced.")
        .mend("Attach the file as it lies on the node, or show that only keys were replaced.")
}

/// The descriptions of one sort that speak for this cluster today: of it beyond doubt, with a date, not old, of its version.
pub(crate) fn current<'a>(view: &View<'a>, by: Describer) -> Vec<(&'a Imported, &'a Description)> {
    let all = view.inventory.imported.iter().filter_map(|file| Some((file, described::description(file)?)));
    all.filter(|(file, description)| {
        description.by == by
            && file.doubt.is_empty()
            && matches!(described::kinship(view.inventory, description), Kinship::Same(_))
            && age(view, file).is_none()
            && version(view, file, description).is_none()
    })
    .collect()
}

/// What all current descriptions of one sort say alike of something, with where they say it; none where there is none, or they disagree.
pub(crate) fn agreed<'a>(view: &View<'a>, by: Describer, about: About) -> Option<(&'a Said, String)> {
    let files = current(view, by);
    let mut said = files.iter().map(|(_, description)| description.fact(about).map(|fact| &fact.said));
    let first = said.next()??;
    said.all(|other| other == Some(first)).then(|| (first, named(&files.iter().map(|(file, _)| *file).collect::<Vec<_>>())))
}

/// Says behind a judgement what current descriptions of the provider say of a setting that no check judges.
pub(crate) fn note(view: &View<'_>, verdict: &mut Verdict, about: About, what: &str) {
    for by in [Describer::EksCluster, Describer::GkeCluster, Describer::AksCluster] {
        let Some((said, files)) = agreed(view, by, about).filter(|(said, _)| !matches!(said, Said::Nothing | Said::NotKnown)) else {
            continue;
        };
        let word = match said {
            Said::Yes => "on".to_owned(),
            Said::No => "off".to_owned(),
            said => said.words(),
        };
        verdict.note(format!("{what}: {word}, as {files} says."));
    }
}

/// Adds what files say of a topic to a judgement.
pub(crate) fn tell<'a>(view: &View<'_>, files: &[&'a Imported], topic: Topic, shown_in_use: bool, verdict: &mut Verdict) -> Told<'a> {
    let mut told = Told::default();
    for file in files {
        let description = match &file.content {
            Content::Broken { form, why } => {
                verdict.find(unreadable(view, file, *form, why));
                continue;
            }
            Content::Description(description) => description,
            _ => continue,
        };
        let statements = described::statements(description, topic);
        if statements.is_empty() {
            continue;
        }
        let mut doubted = !file.doubt.is_empty();
        verdict.find_all(which_cluster(view, file));
        let of_which = |rule: &'static str, message: String, mend: &'static str| {
            let finding = finding(view, file, "cluster").rule(rule).review().severity(Severity::Medium);
            finding.observed(file.source()).message(message).mend(mend)
        };
        match described::kinship(view.inventory, description) {
            Kinship::Same(_) | Kinship::Unnamed => {}
            Kinship::Unclear(why) => {
                doubted = true;
                verdict.find(of_which(
                    "which-cluster",
                    format!("Whether this file is of this cluster can't be told: {why}."),
                    "Read the cluster at the address that the file names, or show in another way that it is of this cluster.",
                ));
            }
            Kinship::Other(why) => {
                verdict.find(of_which(
                    "other-cluster",
                    format!("This file is of another cluster and proves nothing for this one: {why}."),
                    "Attach the description of this cluster.",
                ));
                continue;
            }
        }
        verdict.find_all(age(view, file));
        verdict.find_all(version(view, file, description));
        told.files.push(file);
        let written = !description.by.tells_what_runs() && !shown_in_use;
        for statement in statements {
            told.statements += 1;
            match found(view, file, &statement, written, doubted) {
                Some(finding) => verdict.find(finding),
                None => told.good.push(statement.observed),
            }
        }
    }
    told
}

/// The finding that a statement makes; none where it is good, and counts.
fn found(view: &View<'_>, file: &Imported, statement: &Statement, written: bool, doubted: bool) -> Option<Finding> {
    let told = |severity| {
        let observed = format!("{} ({})", statement.observed, file.source());
        let finding = finding(view, file, statement.field.clone()).rule(statement.rule).severity(severity).observed(observed);
        finding.mend("Change the setting where it is kept, and attach what is said of it then.")
    };
    let apart = " No flag that is seen names such a file: that the API servers run with it must be shown.";
    let message = format!("{}{}", statement.message, if written && !statement.message.contains("must be shown") { apart } else { "" });
    match statement.bearing {
        Bearing::Bad(severity) if written || doubted => Some(told(severity).review().message(message)),
        Bearing::Bad(severity) => Some(told(severity).message(message)),
        Bearing::Ask(severity) => Some(told(severity).review().message(message)),
        Bearing::Good if written => Some(told(Severity::Low).review().message(message)),
        Bearing::Good => None,
    }
}

/// Tells of a description that is old, or of which nobody knows the age.
fn age(view: &View<'_>, file: &Imported) -> Option<Finding> {
    let told = finding(view, file, "effective").review().severity(Severity::Low);
    match file.effective_at().map(|at| days(at, view.now)) {
        Some(age) if age > OLD => Some(
            told.rule("old")
                .observed(format!("{age} days ago ({})", file.source()))
                .message("The file is more than 90 days old, and the settings may have changed since.")
                .mend("Attach what is said of the settings today."),
        ),
        Some(age) if age >= -1 => None,
        _ => Some(
            told.rule("undated")
                .observed(file.source())
                .message("Of which day the file is is not told, or told as a day that has not come yet, and the settings may have changed since.")
                .mend("Attach the file to the assessment with the day on which it was made as its effective date."),
        ),
    }
}

/// Tells of a description that names another version than the cluster has: it is from before an upgrade, or not of this cluster.
fn version(view: &View<'_>, file: &Imported, description: &Description) -> Option<Finding> {
    let (named, own) = (description.cluster.minor()?, view.inventory.minor()?);
    let known = matches!(view.cluster().version_from, VersionFrom::Server);
    (known && named != own).then(|| {
        finding(view, file, "version")
            .rule("other-version")
            .review()
            .severity(Severity::Low)
            .observed(format!("{} ({})", description.cluster.version, file.source()))
            .message(format!(
                "The file names another version than the cluster has ({}), so it is from before an upgrade or of another cluster.",
                view.cluster().version
            ))
            .mend("Attach what is said of the cluster today.")
    })
}
