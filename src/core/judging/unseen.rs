//! What checks of control-plane flags and of kubelet settings share: what to say where they can't be seen. No sight is no verdict.

use super::{Verdict, View, described};
use crate::analysis::control_plane::{self, Setting};
use crate::analysis::described::Topic;
use crate::analysis::emulation;
use crate::analysis::flags::{CommandLine, Seen};
use crate::analysis::kubelet::{self, Configuration};
use crate::kinds::VersionFrom;
use crate::kinds::imported::Form;
use crate::model::{Finding, ObjectRef, Outcome, Severity};

/// The judgement on a control plane that shows none of its flags: by descriptions that were attached, else a review with the place to look instead and
/// the file to attach.
pub(crate) fn unseen(view: &View<'_>, setting: Setting) -> Verdict {
    let place = control_plane::unseen(view.inventory, setting);
    let mut verdict = match Topic::of(setting) {
        Some(topic) => described::verdict(view, topic, &place),
        None => Verdict::review(place),
    };
    if let Some(written) = control_plane::written::kubeadm(view.inventory) {
        let said = written.words(&setting.flags());
        if !said.is_empty() {
            let (object, said) = (&written.object, said.join(" "));
            verdict.note(format!("{object} keeps {said} for servers that kubeadm starts; that they run with it must be shown."));
        }
    }
    verdict
}

/// Turns a judgement of some nodes' flags into a review where other control-plane nodes show none.
pub(crate) fn mind_the_unseen(view: &View<'_>, setting: Setting, verdict: &mut Verdict, lines: &[CommandLine]) {
    tell_sources(view, setting, verdict, lines);
    let blind = control_plane::blind(view.inventory, lines);
    if !blind.is_empty() && matches!(verdict.outcome(), Outcome::Pass | Outcome::NotApplicable) {
        verdict.decide(Outcome::Review);
        verdict.because(format!("Nothing found where flags show, but {}.", blind.words()));
    }
}

/// Says of flags that a server told itself for whom they hold. Where nothing else shows flags, attached descriptions of the provider are judged beside them.
pub(crate) fn tell_sources(view: &View<'_>, setting: Setting, verdict: &mut Verdict, lines: &[CommandLine]) {
    if !lines.is_empty()
        && lines.iter().all(|line| line.seen == Seen::Flagz)
        && let Some(topic) = Topic::of(setting)
    {
        let files = crate::analysis::described::files(view.inventory, topic);
        let of_provider = files.into_iter().filter(|file| matches!(file.content.form(), Form::Description(by) if by.tells_what_runs()));
        described::tell(view, &of_provider.collect::<Vec<_>>(), topic, false, verdict);
    }
    let told = lines.iter().filter(|line| line.seen == Seen::Flagz).count();
    if told > 0 {
        let who = if told == 1 { "an API server that answered" } else { "API servers that answered" };
        verdict.note(format!(
            "Flags of {who} are judged as told at /flagz; for servers that may stand beside, and did not answer, they need not hold."
        ));
    }
}

/// Findings on control-plane nodes of whose API server nothing shows.
pub(crate) fn blind_nodes(view: &View<'_>, lines: &[CommandLine], message: &'static str) -> Vec<Finding> {
    let blind = control_plane::blind(view.inventory, lines);
    let observed = match blind.answered {
        0 => "not seen".to_owned(),
        answered => format!("of {} such nodes {answered} told its flags", blind.nodes.len()),
    };
    let finding = |node: &&str| Finding::new(view.cluster_wide(), ObjectRef::of_node(node), "kube-apiserver").rule("unseen").review();
    blind.nodes.iter().map(|node| finding(node).severity(Severity::Low).observed(observed.clone()).message(message)).collect()
}

/// Questions about flags whose values were not read, because something like a credential stands in them: what was looked for may stand there too.
pub(crate) fn sealed_flags(view: &View<'_>, line: &CommandLine, matters: impl Fn(&str) -> bool) -> Vec<Finding> {
    let names = line.unread().into_iter().filter(|name| matters(name));
    names
        .map(|name| {
            Finding::new(view.cluster_wide(), line.object.clone(), line.field(name))
                .rule("sealed")
                .severity(Severity::Medium)
                .review()
                .observed(format!("--{name}=(sealed)"))
                .message("Something like a credential stands in the value of this flag, so it was not kept and could not be judged. Read it by hand.")
        })
        .collect()
}

/// A question about a kubelet configuration that was read and not understood: what was looked for may stand in it.
pub(crate) fn not_understood(view: &View<'_>, configuration: &Configuration) -> Option<Finding> {
    let why = configuration.doubt?;
    Some(
        Finding::new(view.cluster_wide(), configuration.object.clone(), if configuration.nodes > 0 { "configz" } else { "data[kubelet]" })
            .rule("not_understood")
            .severity(Severity::Medium)
            .review()
            .observed("not understood")
            .message(format!("This kubelet configuration could not be judged as a whole: {why}. Read it by hand."))
            .mend("Let kubeadm write it anew (kubeadm init phase upload-config kubelet) and assess again; for a node that told it, read its own file."),
    )
}

/// Says of settings that kubelets told themselves for whom they hold. Where nothing else shows any, and not every kubelet told its own, nothing passes by those
/// that did. `beside` says whether arguments of kubelets show on nodes too.
pub(crate) fn mind_untold_kubelets(view: &View<'_>, verdict: &mut Verdict, configurations: &[Configuration], beside: bool) {
    let told: usize = configurations.iter().map(|configuration| configuration.nodes).sum();
    if told > 0 {
        verdict.note(match told {
            1 => "The settings of one kubelet are judged as it told them at /configz.".to_owned(),
            told => format!("The settings of {told} kubelets are judged as they told them at /configz."),
        });
    }
    let Some(untold) = kubelet::untold(view.inventory) else { return };
    let alone = told > 0 && !beside && configurations.iter().all(|configuration| configuration.nodes > 0);
    if alone && verdict.outcome() == Outcome::Pass {
        verdict.decide(Outcome::Review);
        verdict.because(format!("Nothing found where kubelets told their settings, but {untold}."));
    } else {
        verdict.note(format!("Beside that, {untold}."));
    }
}

/// Says by which version a judgement was made, where that is not the server's own.
pub(crate) fn tell_version(view: &View<'_>, verdict: &mut Verdict) {
    let Some(minor) = view.inventory.minor() else { return };
    if let Some(emulated) = emulation::minor(view.inventory).filter(|emulated| *emulated < minor) {
        verdict.note(format!("Judged by the rules of Kubernetes 1.{emulated}, as which the API server of 1.{minor} is told to behave."));
    }
    match view.cluster().version_from {
        // A person's word is told beside every check that rests on the version.
        VersionFrom::Server | VersionFrom::Person => {}
        VersionFrom::Kubelets => verdict.note(format!(
            "Judged by the rules of Kubernetes 1.{minor}, the version of the newest kubelet, because the server's own is not told."
        )),
        VersionFrom::Assumed => verdict.note(format!(
            "Judged by the rules of Kubernetes 1.{minor}, the newest that are known, because nothing tells the cluster's version."
        )),
    }
}
