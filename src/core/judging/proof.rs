//! What a server itself said to witnesses that somebody sent to it as a dry run: proof, which stands above a trial. A file of another cluster, a broken or
//! an old one proves nothing, and is told; one without a date shows what got in, and not what is refused today.

use super::evidence::{days, files, named, unreadable, which_cluster};
use super::{Verdict, View};
use crate::analysis::trial::{self, Form as WitnessForm, WITNESSES, Witness};
use crate::kinds::imported::{Content, DryRun, Form, Imported, SentWitness};
use std::collections::{BTreeMap, BTreeSet};

/// Days after which an answer says too little of today.
const OLD: i64 = 90;

/// What is proven, by namespace and witness.
#[derive(Default)]
pub(crate) struct Proofs {
    by_namespace: BTreeMap<String, BTreeMap<String, trial::Verdict>>,
}

impl Proofs {
    /// What attached answers prove. What is wrong with a file is told in the judgement.
    pub(crate) fn of(view: &View<'_>, verdict: &mut Verdict) -> Self {
        let mut proofs = Self::default();
        let mut used: Vec<&Imported> = Vec::new();
        for file in files(view, Form::DryRun) {
            let answer = match &file.content {
                Content::Broken { why, .. } => {
                    verdict.find(unreadable(view, file, Form::DryRun, why));
                    continue;
                }
                Content::DryRun(answer) => answer,
                _ => continue,
            };
            if let Some(doubt) = which_cluster(view, file) {
                verdict.find(doubt);
                continue;
            }
            let age = file.effective_at().map(|at| days(at, view.now));
            if age.is_some_and(|age| age > OLD) {
                verdict
                    .note(format!("{} is older than {OLD} days, and what the server said then is not held against it now.", file.source()));
                continue;
            }
            proofs.take(file, answer, age.is_some());
            used.push(file);
        }
        if !used.is_empty() {
            let names: Vec<&str> = proofs.by_namespace.keys().map(String::as_str).collect();
            verdict.note(format!("In {} answers of the server itself stand above the trial ({}).", names.join(", "), named(&used)));
        }
        proofs
    }

    fn take(&mut self, file: &Imported, answer: &DryRun, dated: bool) {
        let source = file.source();
        let refused: BTreeMap<&SentWitness, &str> = answer.refused.iter().map(|(sent, by)| (sent, by.as_str())).collect();
        let namespaces: BTreeSet<&str> =
            answer.taken_in.iter().chain(refused.keys().copied()).map(|sent| sent.namespace.as_str()).collect();
        let sent = |witness: &Witness, namespace: &str| SentWitness { id: witness.id.to_owned(), namespace: namespace.to_owned() };
        let sendable = || WITNESSES.iter().filter(|witness| witness.form != WitnessForm::Ephemeral);
        let told = |sent: &SentWitness| answer.taken_in.contains(sent) || refused.contains_key(sent);
        let silent =
            namespaces.iter().flat_map(|namespace| sendable().map(|witness| sent(witness, namespace))).filter(|sent| !told(sent)).count();
        // A refusal without a name is of one that has no line of its own; only where the numbers fit are all of these refused.
        let all_told = answer.errors == 0 && answer.nameless == silent;
        for namespace in namespaces {
            let known = self.by_namespace.entry(namespace.to_owned()).or_default();
            for witness in sendable() {
                let own = sent(witness, namespace);
                let clean = SentWitness { id: witness.form.clean().to_owned(), namespace: namespace.to_owned() };
                let verdict = if answer.taken_in.contains(&own) {
                    let why = format!("the server itself took it in ({source})");
                    trial::Verdict { outcome: trial::Outcome::LetIn, by: String::new(), why, spoken_of: false, around: vec![] }
                } else if dated && answer.taken_in.contains(&clean) && (refused.contains_key(&own) || all_told) {
                    let by = refused.get(&own).map_or("the server", |by| by).to_owned();
                    trial::Verdict {
                        outcome: trial::Outcome::Refused,
                        by,
                        why: format!("as the server itself said ({source})"),
                        spoken_of: false,
                        around: vec![],
                    }
                } else {
                    continue;
                };
                // Of answers that differ the worse one counts.
                let worse = known.get(witness.id).is_none_or(|other| other.outcome < verdict.outcome);
                if worse {
                    known.insert(witness.id.to_owned(), verdict);
                }
            }
        }
    }

    /// What is proven of a witness in a namespace.
    pub(crate) fn verdict(&self, namespace: &str, witness: &Witness) -> Option<&trial::Verdict> {
        self.by_namespace.get(namespace)?.get(witness.id)
    }
}
