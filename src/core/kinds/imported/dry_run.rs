//! What came back when witnesses were sent to a server as a dry run: the words that kubectl prints. A witness that was taken in has a line of its own; one
//! that was refused is named in its error where the server names it, which webhooks do not always do. No answer has a date; that of the evidence
//! register stands in.

use super::Fault;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a server said to witnesses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DryRun {
    /// Those that it would have taken in.
    pub taken_in: BTreeSet<SentWitness>,
    /// Those that it refused, by name, with what refused them.
    pub refused: Vec<(SentWitness, String)>,
    /// What else was refused, without a name.
    pub nameless: usize,
    /// Errors that are neither: nothing was judged there.
    pub errors: usize,
}

/// A witness by its name, and the namespace for which it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SentWitness {
    /// Its name.
    pub id: String,
    /// The namespace.
    pub namespace: String,
}

/// The beginning of the name of every witness.
const NAME: &str = "kassay-";
/// What kubectl says of an object that a server took in, and does not keep.
const TAKEN_IN: &str = "(server dry run)";
/// What kubectl begins an error with.
const ERROR: &str = "Error from server";

/// Whether a text is such an answer.
pub(super) fn is_one(text: &str) -> bool {
    let head = text.get(..text.len().min(1 << 16)).unwrap_or(text);
    let told = |line: &str| line.contains(NAME) && (line.contains(TAKEN_IN) || line.starts_with(ERROR));
    head.lines().any(told)
}

/// Reads it.
pub(super) fn parse(text: &str) -> Result<DryRun, Fault> {
    let mut answer = DryRun::default();
    let mut error: Option<String> = None;
    for line in text.lines().map(str::trim_end) {
        if line.ends_with(TAKEN_IN) {
            answer.close(error.take());
            let created = line.contains(" created ") || line.contains(" configured ") || line.contains(" unchanged ");
            if let Some(sent) = witness_in(line).filter(|_| created) {
                answer.taken_in.insert(sent);
            }
        } else if line.starts_with(ERROR) || line.starts_with("error:") {
            answer.close(error.replace(line.to_owned()));
        } else if let Some(error) = &mut error {
            // Webhooks say what they say in several lines.
            error.push('\n');
            error.push_str(line);
        }
    }
    answer.close(error.take());
    if answer.taken_in.is_empty() && answer.refused.is_empty() {
        return Err(Fault::Odd("none of its lines tells a namespace: make the witnesses with --namespace NAME".to_owned()));
    }
    Ok(answer)
}

impl DryRun {
    /// Counts an error that has come to its end.
    fn close(&mut self, error: Option<String>) {
        let Some(error) = error else { return };
        let refused = error.contains("is forbidden:") || error.contains("denied the request");
        // Who may not make pods at all was refused by no policy.
        let by_rights = error.contains(" cannot create resource ") || error.contains(" cannot patch resource ");
        match witness_in(&error) {
            Some(sent) if refused && !by_rights => self.refused.push((sent, who(&error))),
            None if refused && !by_rights => self.nameless += 1,
            _ => self.errors += 1,
        }
    }
}

/// The witness that a line names: `kassay-host-pid.pay`.
fn witness_in(line: &str) -> Option<SentWitness> {
    let name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    line.match_indices(NAME).find_map(|(at, _)| {
        let rest = &line[at + NAME.len()..];
        let end = rest.find(|c| !name(c)).unwrap_or(rest.len());
        let (id, namespace) = rest[..end].trim_end_matches('.').split_once('.')?;
        // A name of a namespace has no dots; controllers append to names what has none either.
        (!id.is_empty() && !namespace.is_empty() && !namespace.contains('.'))
            .then(|| SentWitness { id: id.to_owned(), namespace: namespace.to_owned() })
    })
}

/// What refused, as far as the error names it: a policy of the API server, a webhook, Pod Security admission.
fn who(error: &str) -> String {
    let between = |before: &str, after: char| {
        let rest = error.split_once(before)?.1;
        Some(rest.split_once(after)?.0.to_owned())
    };
    if let Some(policy) = between("ValidatingAdmissionPolicy '", '\'') {
        return format!("ValidatingAdmissionPolicy {policy}");
    }
    if let Some(webhook) = between("admission webhook \"", '"') {
        return format!("the webhook {webhook}");
    }
    if error.contains("violates PodSecurity") {
        return "Pod Security admission".to_owned();
    }
    "the server".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "\
pod/kassay-clean-pod.pay created (server dry run)\n\
cronjob.batch/kassay-privileged-cronjob.pay created (server dry run)\n\
Error from server (Forbidden): error when creating \"witnesses.yaml\": pods \"kassay-host-pid.pay\" is forbidden: violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)\n\
Error from server (Forbidden): error when creating \"witnesses.yaml\": pods \"kassay-host-ipc.pay\" is forbidden: ValidatingAdmissionPolicy 'node' with binding 'b' denied request: no\n\
Error from server (Forbidden): error when creating \"witnesses.yaml\": admission webhook \"validation.gatekeeper.sh\" denied the request: [no-privileged] Privileged container\n\
is not allowed: app\n\
Error from server (Forbidden): error when creating \"w.yaml\": pods \"kassay-host-path-root.pay\" is forbidden: User \"x\" cannot create resource \"pods\" in API group \"\"\n\
Error from server (NotFound): error when creating \"witnesses.yaml\": namespaces \"shop\" not found\n";

    #[test]
    fn each_answer_of_a_server_is_told_apart() {
        let sent = |id: &str| SentWitness { id: id.to_owned(), namespace: "pay".to_owned() };
        assert!(is_one(ANSWER));
        let answer = parse(ANSWER).unwrap_or_default();
        assert_eq!(answer.taken_in, BTreeSet::from([sent("clean-pod"), sent("privileged-cronjob")]));
        let refused = [(sent("host-pid"), "Pod Security admission"), (sent("host-ipc"), "ValidatingAdmissionPolicy node")];
        assert_eq!(answer.refused, refused.map(|(sent, who)| (sent, who.to_owned())));
        assert_eq!((answer.nameless, answer.errors), (1, 2));
    }

    #[test]
    fn what_is_no_answer_is_none() {
        for text in [
            "",
            "pod/web created",
            "pod/web created (server dry run)",
            "kassay-clean-pod",
            "Error from server (NotFound): pods \"a\" not found",
        ] {
            assert!(!is_one(text), "{text}");
        }
        assert!(parse("pod/kassay-clean-pod created (server dry run)\n").is_err());
    }
}
