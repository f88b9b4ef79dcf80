//! Judges an audit policy as an audit engineer does: each request that must be recorded is tried against it, and the rule that swallows it is named.

use crate::analysis::audit::{
    Actor, AuditLevel, AuditedRequest, Class, UNHEARD, WANTED, Wanted, Who, actors, decide, fits_nobody, left_out, omits, omits_all,
};
use crate::analysis::control_plane::{self, Setting};
use crate::analysis::distribution;
use crate::judging::evidence::{files, named, unusable};
use crate::judging::{Verdict, View};
use crate::kinds::imported::{AuditPolicy, AuditRule, Content, Form, Imported};
use crate::model::{Category, Finding, ObjectRef, Outcome, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// A namespace and an object that no rule names: such are most.
const ANY: &str = " any ";

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let given = files(view, Form::AuditPolicy);
    // A provider's policy is no file of the entity's; where it is switched on is another check's.
    if given.is_empty() && distribution::is_managed(&view.cluster().distribution) {
        let place = control_plane::unseen(view.inventory, Setting::Audit);
        return Verdict::review(format!("The provider decides what is recorded, and gives no policy file to judge. {place}"));
    }
    let mut verdict = Verdict::over("kind of request that must be recorded", "kinds of requests that must be recorded");
    if let Some(blocked) = unusable(view, &given, Form::AuditPolicy, &ask(view), &mut verdict) {
        return blocked;
    }
    for file in &given {
        if let Content::AuditPolicy(policy) = &file.content {
            one(view, file, policy, &mut verdict);
        }
    }
    if verdict.outcome() == Outcome::Pass {
        let readable: Vec<&Imported> = given.iter().copied().filter(|f| matches!(f.content, Content::AuditPolicy(_))).collect();
        let asked: usize = WANTED.iter().map(|wanted| wanted.verbs.len()).sum();
        verdict.because(format!(
            "All {asked} kinds of requests that PCI DSS 10.2.1 wants recorded are recorded by {}. That the API servers run with it must be shown apart.",
            named(&readable)
        ));
    }
    verdict
}

/// Which file to give, and where it lies.
fn ask(view: &View<'_>) -> String {
    let told = control_plane::api_servers(view.inventory)
        .iter()
        .find_map(|line| line.value("audit-policy-file").filter(|path| !path.is_empty()).map(str::to_owned));
    let place = match (view.cluster().distribution.as_str(), told) {
        ("talos", _) => "cluster.apiServer.auditPolicy of the machine configuration (talosctl get machineconfig)".to_owned(),
        ("openshift", _) => {
            "the key policy.yaml of the ConfigMap kube-apiserver-audit-policies in openshift-kube-apiserver".to_owned()
        }
        (_, Some(path)) => format!("{path} on the control-plane nodes, as --audit-policy-file says"),
        ("rke2", _) => {
            "/etc/rancher/rke2/audit-policy.yaml on the server nodes, or the file that audit-policy-file in /etc/rancher/rke2/config.yaml names"
                .to_owned()
        }
        ("k3s", _) => {
            "the file that audit-policy-file under kube-apiserver-arg in /etc/rancher/k3s/config.yaml names, on the server nodes".to_owned()
        }
        ("microk8s", _) => "the file that --audit-policy-file in /var/snap/microk8s/current/args/kube-apiserver names".to_owned(),
        (id, _) if distribution::is_managed(id) => "the provider's documentation of its audit policy".to_owned(),
        _ => "the file that --audit-policy-file in /etc/kubernetes/manifests/kube-apiserver.yaml on a control-plane node names".to_owned(),
    };
    format!(
        "No audit policy was given, so what is recorded is not known. Give the file with --evidence or attach it to the assessment; it is {place}."
    )
}

/// What a rule (or none) keeps out of the log: of which class, for whom.
#[derive(Default)]
struct Swallowed {
    who: BTreeSet<String>,
    requests: BTreeSet<String>,
    fails: bool,
}

fn one(view: &View<'_>, file: &Imported, policy: &AuditPolicy, verdict: &mut Verdict) {
    let finding = |field: String| Finding::new(view.cluster_wide(), ObjectRef::new("audit.k8s.io", "Policy", "", &file.name), field);
    for wanted in WANTED {
        wanted.verbs.iter().for_each(|_| verdict.saw(view.cluster_wide()));
    }
    let faults = policy.faults(view.inventory.minor());
    if !faults.is_empty() {
        verdict.find(
            finding("rules".to_owned())
                .rule("invalid")
                .severity(Severity::High)
                .observed(format!("{} ({})", faults.join("; "), file.source()))
                .message("No API server starts with this policy, so it is not the one in use.")
                .mend("Give the file that the API servers run with, or mend this one."),
        );
        return;
    }
    let named = left_out(policy);
    let platform = |namespace: &str| view.category(namespace) == Category::Platform;
    let mut swallowed: BTreeMap<(Option<usize>, Class, bool), Swallowed> = BTreeMap::new();
    let mut unfinished: BTreeSet<usize> = BTreeSet::new();
    for actor in actors(policy, &platform) {
        for wanted in WANTED.iter().chain(&named).filter(|wanted| wanted.class.concerns(actor.who)) {
            each_request(policy, wanted, &actor, &mut |request| {
                let decision = decide(policy, request);
                let unwritten = decision.rule.is_some_and(|rule| omits_all(policy, rule, wanted.is_long(request.verb)));
                let level = if unwritten { AuditLevel::None } else { decision.level };
                match (level, decision.rule) {
                    (AuditLevel::None, rule) => {
                        let component = actor.who == Who::Component;
                        let entry = swallowed.entry((rule, wanted.class, component)).or_default();
                        entry.fails |= wanted.class.fails(actor.who, actor.named);
                        entry.who.insert(actor.words.clone());
                        entry.requests.insert(words(wanted, request));
                    }
                    (_, Some(rule)) => {
                        let begun = wanted.is_long(request.verb) && !omits(policy, rule, "ResponseStarted");
                        if omits(policy, rule, "ResponseComplete") && !begun {
                            unfinished.insert(rule);
                        }
                    }
                    _ => {}
                }
            });
        }
    }
    tell_swallowed(policy, file, swallowed, &finding, verdict);
    for rule in unfinished {
        verdict.find(
            finding(format!("rules[{rule}]"))
                .rule("stages")
                .severity(Severity::Medium)
                .observed(format!("the stage ResponseComplete is omitted ({})", file.source()))
                .message("Without this stage the record does not say how a request came out, which PCI DSS 10.2.2 asks for.")
                .mend("Omit the stage RequestReceived alone."),
        );
    }
    values(policy, file, &finding, verdict);
    dead(policy, file, &finding, verdict);
}

/// Tries what is wanted with every verb, in namespaces and with names that rules tell apart.
fn each_request(policy: &AuditPolicy, wanted: &Wanted<'_>, actor: &Actor, take: &mut dyn FnMut(&AuditedRequest<'_>)) {
    let rules = policy.rules.iter();
    let mut namespaces: BTreeSet<&str> =
        rules.clone().flat_map(|rule| &rule.namespaces).map(String::as_str).filter(|n| !n.is_empty() && !fits_nobody(n)).collect();
    namespaces.insert(ANY);
    let mut names: BTreeSet<&str> = rules
        .flat_map(|rule| &rule.resources)
        .filter(|of| of.covers(wanted.group))
        .flat_map(|of| &of.resource_names)
        .map(String::as_str)
        .collect();
    names.insert(ANY);
    for verb in wanted.verbs {
        for namespace in if wanted.namespaced { namespaces.iter().copied().collect() } else { vec![""] } {
            for name in if wanted.has_name(verb) { names.iter().copied().collect() } else { vec![""] } {
                take(&AuditedRequest {
                    user: actor.user.as_deref(),
                    groups: &actor.groups,
                    verb,
                    group: wanted.group,
                    resource: wanted.resource,
                    subresource: wanted.subresource,
                    namespace,
                    name,
                });
            }
        }
    }
}

/// `create pods/exec`, with the namespace or name where a rule is about exactly that.
fn words(wanted: &Wanted<'_>, request: &AuditedRequest<'_>) -> String {
    let what = match wanted.class {
        Class::Other if wanted.group == UNHEARD => "other kinds".to_owned(),
        Class::Named if wanted.group.is_empty() => wanted.resource_words(),
        Class::Named => format!("{} of {}", wanted.resource_words(), wanted.group),
        _ => wanted.resource_words(),
    };
    let name = if request.name.is_empty() || request.name == ANY { String::new() } else { format!(" {}", request.name) };
    let place = if request.namespace.is_empty() || request.namespace == ANY { String::new() } else { format!(" in {}", request.namespace) };
    format!("{} {what}{name}{place}", request.verb)
}

type Swallows = BTreeMap<(Option<usize>, Class, bool), Swallowed>;

fn tell_swallowed(policy: &AuditPolicy, file: &Imported, swallowed: Swallows, finding: &dyn Fn(String) -> Finding, verdict: &mut Verdict) {
    let mut by_rule: BTreeMap<(Option<usize>, bool), Vec<(Class, Swallowed)>> = BTreeMap::new();
    for ((rule, class, component), what) in swallowed {
        by_rule.entry((rule, component)).or_default().push((class, what));
    }
    for ((rule, component), classes) in by_rule {
        let field = rule.map_or_else(|| "rules".to_owned(), |i| format!("rules[{i}]"));
        // A rule may keep a request out by its level, or by leaving out each of its stages.
        let how = match rule.and_then(|i| policy.rules.get(i)) {
            Some(rule) if rule.level != "None" => format!("level {}, but every stage omitted,", rule.level),
            _ => "level None".to_owned(),
        };
        let whole = rule.and_then(|i| policy.rules.get(i)).is_some_and(AuditRule::is_about_everything);
        let who: BTreeSet<&str> = classes.iter().flat_map(|(_, what)| what.who.iter().map(String::as_str)).collect();
        let worst = classes.iter().map(|(class, _)| class.severity()).min().unwrap_or(Severity::Low);
        let fails = classes.iter().any(|(_, what)| what.fails);
        let weigh = |finding: Finding, fails: bool| if fails { finding } else { finding.review() };
        // What many rules let through, and what a rule keeps out whatever it is, is one finding and not ten.
        let folded = match (rule, component) {
            (_, true) => Some((
                "component",
                "These parts of the cluster leave no record of this. That is common, because they ask for much; whoever \
                                takes one of their credentials leaves none either.",
            )),
            (None, _) => Some(("no-catch-all", "No rule fits these requests, and what no rule fits is not recorded.")),
            (Some(_), _) if whole => Some(("everything", "This rule keeps out of the log everything that they do.")),
            _ => None,
        };
        if let Some((id, message)) = folded {
            let lost: Vec<String> = classes.iter().map(|(class, _)| class.words().to_lowercase()).collect();
            let severity = if component { Severity::Low } else { worst };
            let told = finding(field)
                .rule(id)
                .severity(severity)
                .observed(format!("{how} for {}: {} ({})", list(who.into_iter(), 4), lost.join("; "), file.source()))
                .message(message);
            verdict.find(weigh(told, fails));
            continue;
        }
        for (class, what) in classes {
            let requests = list(what.requests.iter().map(String::as_str), 6);
            let told = finding(field.clone())
                .rule(class.id())
                .severity(class.severity())
                .observed(format!("{how} for {}: {requests} ({})", list(what.who.iter().map(String::as_str), 4), file.source()))
                .message(format!("{}: this rule keeps it out of the log. PCI DSS {} asks for it.", class.words(), class.requirement()));
            verdict.find(weigh(told, what.fails));
        }
    }
}

fn list<'a>(mut items: impl Iterator<Item = &'a str>, most: usize) -> String {
    let first: Vec<&str> = items.by_ref().take(most).collect();
    let more = items.count();
    let first = first.join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

/// Where values get into the log: what is written stands in the request, what is read in the response.
fn values(policy: &AuditPolicy, file: &Imported, finding: &dyn Fn(String) -> Finding, verdict: &mut Verdict) {
    const WRITE: &[&str] = &["create", "update", "patch"];
    const READ: &[&str] = &["get", "list"];
    // Rule, group, resource, subresource, verbs, and the level from which on the value stands there.
    let places: [(&str, &str, &str, &str, &[&str], AuditLevel); 6] = [
        ("secret-values", "", "secrets", "", WRITE, AuditLevel::Request),
        ("secret-values", "", "secrets", "", READ, AuditLevel::RequestResponse),
        ("token-values", "", "serviceaccounts", "token", &["create"], AuditLevel::RequestResponse),
        ("token-values", "authentication.k8s.io", "tokenreviews", "", &["create"], AuditLevel::Request),
        ("config-values", "", "configmaps", "", WRITE, AuditLevel::Request),
        ("config-values", "", "configmaps", "", READ, AuditLevel::RequestResponse),
    ];
    let mut seen: BTreeMap<(usize, &str), (BTreeSet<String>, AuditLevel)> = BTreeMap::new();
    for (id, group, resource, subresource, verbs, from) in places {
        let wanted = Wanted { class: Class::Reads, verbs, group, resource, subresource, namespaced: resource != "tokenreviews" };
        for actor in actors(policy, &|_| false) {
            each_request(policy, &wanted, &actor, &mut |request| {
                let decision = decide(policy, request);
                let written = |rule: &usize| decision.level >= from && !omits_all(policy, *rule, wanted.is_long(request.verb));
                if let Some(rule) = decision.rule.filter(written) {
                    let entry = seen.entry((rule, id)).or_insert_with(|| (BTreeSet::new(), decision.level));
                    entry.0.insert(words(&wanted, request));
                }
            });
        }
    }
    for ((rule, id), (requests, level)) in seen {
        let told = finding(format!("rules[{rule}]")).rule(id).observed(format!(
            "level {level:?}: {} ({})",
            list(requests.iter().map(String::as_str), 6),
            file.source()
        ));
        verdict.find(match id {
            "secret-values" => told
                .severity(Severity::High)
                .message("The values of Secrets are written into the log, where everybody who reads it finds them."),
            "token-values" => told.severity(Severity::High).message("Tokens with which one can log in are written into the log."),
            _ => told.review().severity(Severity::Low).message(
                "What stands in these objects is written into the log; where a password or account data is in one, it is in the log too.",
            ),
        });
    }
}

/// Words in a rule that fit nothing, because they are no wildcards or no verbs of requests.
fn dead(policy: &AuditPolicy, file: &Imported, finding: &dyn Fn(String) -> Finding, verdict: &mut Verdict) {
    for (i, rule) in policy.rules.iter().enumerate() {
        let star = |list: &[String]| list.iter().any(|entry| fits_nobody(entry));
        let mut words: Vec<&str> = Vec::new();
        words.extend(star(&rule.users).then_some("a star in users"));
        words.extend(star(&rule.user_groups).then_some("a star in userGroups"));
        words.extend(star(&rule.namespaces).then_some("a star in namespaces"));
        words.extend(star(&rule.verbs).then_some("a star in verbs"));
        words.extend(
            rule.verbs
                .iter()
                .any(|v| matches!(v.as_str(), "impersonate" | "bind" | "escalate" | "use"))
                .then_some("a verb that only rights have, and no request"),
        );
        if !words.is_empty() {
            verdict.find(
                finding(format!("rules[{i}]"))
                    .rule("fits-nothing")
                    .review()
                    .severity(Severity::Low)
                    .observed(format!("{} ({})", words.join(", "), file.source()))
                    .message("The API server compares these words letter by letter, so they fit no request: the rule does not do what it seems to.")
                    .mend("Leave the list out where everything is meant."),
            );
        }
    }
}
