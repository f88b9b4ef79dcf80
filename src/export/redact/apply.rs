//! Puts pseudonyms into every part of an assessment, and makes anew what is reckoned from names: digests by which somebody sees whether a thing is still what was
//! confirmed, reviewed or accepted. So a redacted assessment says of everything what the assessment itself says.

use super::class::Class;
use super::fields::{self, Field};
use super::names::Words;
use super::redactor::Redactor;
use crate::export::material::Pictured;
use kassay_core::analysis::rbac::folded::{Entry, Folded, Held, Rights, RuleWords};
use kassay_core::analysis::segmentation::{Crossing, FlowRow, Namespace, Pair, Pairs, Segmentation, SharedNode};
use kassay_core::analysis::trial::{Told, ToldPlace, ToldRow, Verdict};
use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::guidance::Guidance;
use kassay_core::kinds::{KindState, UserName, Withheld};
use kassay_core::model::Finding;
use kassay_core::report::{Assessment, Cluster, KindRow, NamespaceRow};
use kassay_core::workbook::sign_off::Matter;
use kassay_core::workbook::{Journal, JournalLine, Workbook, WorkbookError, review, scoped};
use std::collections::{BTreeMap, HashSet};

/// A workbook with pseudonyms. Digests that are compared are still those of before.
pub(super) fn workbook(redactor: &mut Redactor, book: &Workbook, guidance: &Guidance) -> Result<Workbook, WorkbookError> {
    let unwritable = |e: &dyn std::fmt::Display| WorkbookError::Unwritable(e.to_string());
    let choices: HashSet<String> = guidance.questions().flat_map(|q| q.options()).map(|choice| choice.value).collect();
    let findings: HashSet<&str> = book.outcomes.iter().flat_map(|o| &o.findings).map(|f| f.id.as_str()).collect();
    let is_finding = |text: &str| findings.contains(text) || (text.len() == 20 && text.bytes().all(|b| b.is_ascii_hexdigit()));
    let mut value = toml::Value::try_from(book).map_err(|e| unwritable(&e))?;
    fields::visit(&mut value, &mut |field, text| {
        let told = match field {
            Field::Kept | Field::Compared => return,
            Field::Name(class) => redactor.name(class, text),
            Field::Words => redactor.text(text, Words::People),
            Field::Made => redactor.text(text, Words::Program),
            Field::Path => redactor.field(text),
            Field::Label => redactor.label(text),
            Field::Digest => redactor.digest(text),
            Field::Finding if is_finding(text) => redactor.finding(text),
            Field::Finding => return,
            Field::Answer if choices.contains(text.as_str()) => return,
            Field::Answer => redactor.text(text, Words::People),
            Field::Object => redactor.object_words(text),
            Field::Member => redactor.member(text),
            Field::Workload => redactor.member(text),
            Field::Source => match text.strip_prefix("context ") {
                Some(context) => format!("context {}", redactor.name(Class::Cluster, context)),
                None => redactor.text(text, Words::Program),
            },
            Field::Matter => match Matter::read(text) {
                Some(Matter::Answer { question, cluster }) => {
                    Matter::Answer { question, cluster: redactor.name(Class::Cluster, &cluster) }.to_string()
                }
                Some(other) => other.to_string(),
                None => redactor.text(text, Words::People),
            },
        };
        *text = told;
    });
    value.try_into().map_err(|e| unwritable(&e))
}

/// Digests of what was confirmed and accepted, in a redacted workbook as in the workbook: what holds there holds here, and what does not, does not.
pub(super) fn digests(redactor: &mut Redactor, before: &Workbook, after: &mut Workbook, guidance: &Guidance) {
    let scope = scoped::digest(&after.scope);
    if let (Some(was), Some(confirmed)) = (&before.scope_confirmed, &mut after.scope_confirmed) {
        let holds = was.digest == scoped::digest(&before.scope);
        confirmed.digest = if holds { scope } else { redactor.digest(&was.digest) };
    }
    let steps = before.sign_offs.iter().zip(&after.sign_offs).map(|(was, step)| {
        let of = |text: &str, book: &Workbook| Matter::read(text).and_then(|matter| matter.digest(book, guidance));
        let holds = of(&was.of, before).is_some_and(|digest| digest == was.digest);
        if holds { of(&step.of, after) } else { None }.unwrap_or_else(|| redactor.digest(&was.digest))
    });
    let steps: Vec<String> = steps.collect();
    after.sign_offs.iter_mut().zip(steps).for_each(|(step, digest)| step.digest = digest);
}

/// The same of outcomes and their reviews. An outcome is known in full where its findings are kept.
pub(super) fn outcomes(
    redactor: &mut Redactor,
    (book, told): (&Workbook, &[(String, Assessment)]),
    (redacted, redacted_told): (&mut Workbook, &[(String, Assessment)]),
) {
    let mut anew: BTreeMap<String, String> = BTreeMap::new();
    for ((_, was), (_, now)) in told.iter().zip(redacted_told) {
        let pairs = was.outcomes.iter().zip(&now.outcomes);
        anew.extend(pairs.map(|(was, now)| (review::shown(was), review::shown(now))));
    }
    let mut digest = |was: &str| anew.get(was).cloned().unwrap_or_else(|| redactor.digest(was));
    book.outcomes.iter().zip(&mut redacted.outcomes).for_each(|(was, now)| now.digest = digest(&was.digest));
    book.reviews.iter().zip(&mut redacted.reviews).for_each(|(was, now)| now.digest = digest(&was.digest));
}

/// An assessment of one cluster. Each field is named, so that one that is added later can't be forgotten.
pub(super) fn assessment(redactor: &mut Redactor, assessment: &Assessment) -> Assessment {
    let Assessment { format, redacted: _, tool, assessed_at, cluster, kinds, outcomes, proposals, redactions, withheld, namespaces } =
        assessment;
    let mut namespaces: Vec<NamespaceRow> = namespaces
        .iter()
        .map(|NamespaceRow { name, category, reason }| NamespaceRow {
            name: redactor.name(Class::Namespace, name),
            category: *category,
            reason: redactor.text(reason, Words::People),
        })
        .collect();
    // In the order of the names that are told: that of the others would tell something of them.
    namespaces.sort_by(|a, b| a.name.cmp(&b.name));
    Assessment {
        format: format.clone(),
        redacted: "names".to_owned(),
        tool: tool.clone(),
        assessed_at: assessed_at.clone(),
        cluster: of_cluster(redactor, cluster),
        kinds: kinds.iter().map(|row| kind_row(redactor, row)).collect(),
        outcomes: outcomes.iter().map(|outcome| of_check(redactor, outcome)).collect(),
        proposals: proposals.clone(),
        redactions: *redactions,
        withheld: withheld
            .iter()
            .map(|Withheld { object, field, detector, times }| Withheld {
                object: redactor.object(object),
                field: redactor.field(field),
                detector: detector.clone(),
                times: *times,
            })
            .collect(),
        namespaces,
    }
}

fn of_cluster(redactor: &mut Redactor, cluster: &Cluster) -> Cluster {
    let Cluster {
        uid,
        server,
        version,
        version_source,
        declared_complete,
        distribution,
        distribution_evidence,
        nodes,
        identity,
        groups,
        collected_at,
        stale_groups,
    } = cluster;
    Cluster {
        uid: redactor.name(Class::Uid, uid),
        server: redactor.name(Class::Host, server),
        version: redactor.text(version, Words::Program),
        version_source: redactor.text(version_source, Words::Program),
        declared_complete: declared_complete.as_ref().map(|who| redactor.name(Class::Person, who)),
        distribution: distribution.clone(),
        distribution_evidence: distribution_evidence.iter().map(|words| redactor.text(words, Words::Program)).collect(),
        nodes: *nodes,
        identity: identity.as_ref().and_then(|user| UserName::new(&redactor.name(Class::Account, user.as_str()))),
        groups: groups.iter().map(|group| redactor.name(Class::Account, group)).collect(),
        collected_at: collected_at.clone(),
        stale_groups: stale_groups.iter().map(|group| redactor.name(Class::Kind, group)).collect(),
    }
}

fn kind_row(redactor: &mut Redactor, row: &KindRow) -> KindRow {
    let KindRow { kind, group, version, state, items, message } = row;
    let state: KindState = *state;
    KindRow {
        kind: kind.clone(),
        group: group.clone(),
        version: version.clone(),
        state,
        items: *items,
        message: redactor.text(message, Words::Program),
    }
}

fn of_check(redactor: &mut Redactor, outcome: &CheckOutcome) -> CheckOutcome {
    let CheckOutcome { check, control, practices, outcome, reason, population, needs, counts, findings } = outcome;
    let known = checks::by_id(check).map_or("", |check| check.mend);
    let mut findings: Vec<Finding> = findings.iter().map(|finding| of_finding(redactor, finding, known)).collect();
    let place = |f: &Finding| (f.severity, f.object.namespace.clone(), f.object.kind.clone(), f.object.name.clone(), f.field.clone());
    findings.sort_by_cached_key(place);
    CheckOutcome {
        check: check.clone(),
        control: control.clone(),
        practices: practices.clone(),
        outcome: *outcome,
        reason: redactor.text(reason, Words::Program),
        population: *population,
        needs: needs.clone(),
        counts: counts.clone(),
        findings,
    }
}

/// A finding; the words of the check itself on how to mend it name nothing.
fn of_finding(redactor: &mut Redactor, finding: &Finding, known_mend: &str) -> Finding {
    let Finding { id, category, severity, weight, rule, object, pods, field, observed, message, mend } = finding;
    let known = redactor.names.class_of(observed).filter(|_| !observed.is_empty());
    Finding {
        id: redactor.finding(id),
        category: *category,
        severity: *severity,
        weight: *weight,
        rule: rule.as_ref().map(|rule| redactor.text(rule, Words::Program).into()),
        object: redactor.object(object),
        pods: *pods,
        field: redactor.field(field),
        observed: match known {
            Some(class) => redactor.name(class, observed),
            None => redactor.text(observed, Words::Program),
        },
        message: redactor.text(message, Words::Program).into(),
        mend: if mend == known_mend { mend.clone() } else { redactor.text(mend, Words::Program).into() },
    }
}

/// What is drawn of a cluster.
pub(super) fn pictured(redactor: &mut Redactor, pictured: &Pictured) -> Pictured {
    let Pictured { cluster, segmentation, trial, access } = pictured;
    let mut cluster = cluster.clone();
    // Pictures name the cluster; what else is known of it is not drawn, and goes.
    let kept = kassay_core::kinds::ClusterInfo {
        uid: redactor.name(Class::Uid, &cluster.uid),
        server: redactor.name(Class::Host, &cluster.server),
        version: redactor.text(&cluster.version, Words::Program),
        version_from: cluster.version_from,
        distribution: std::mem::take(&mut cluster.distribution),
        collected_at: cluster.collected_at,
        ..kassay_core::kinds::ClusterInfo::default()
    };
    Pictured {
        cluster: kept,
        segmentation: of_segmentation(redactor, segmentation),
        trial: of_trial(redactor, trial),
        access: access.as_ref().map(|folded| register(redactor, folded)),
    }
}

fn of_segmentation(redactor: &mut Redactor, segmentation: &Segmentation) -> Segmentation {
    let Segmentation { crossings, namespaces, ranges, into_cde, out_of_cde, nodes, placed, unbound, not_evaluated, complete, cut_short } =
        segmentation;
    let mut pairs = |pairs: &Pairs| Pairs {
        shown: pairs
            .shown
            .iter()
            .map(|Pair { from, to, tally }| {
                let mut end = |end: &Option<String>| end.as_ref().map(|name| redactor.name(Class::Namespace, name));
                Pair { from: end(from), to: end(to), tally: *tally }
            })
            .collect(),
        all: pairs.all,
    };
    let (into_cde, out_of_cde) = (pairs(into_cde), pairs(out_of_cde));
    let crossings = crossings.iter().map(|Crossing { from, to, flows, open, shown }| {
        let shown = shown.iter().map(|FlowRow { from, to, ports, by }| FlowRow {
            from: redactor.end(from),
            to: redactor.end(to),
            ports: redactor.text(ports, Words::Program),
            by: by.iter().map(|policy| redactor.object_words(policy)).collect(),
        });
        Crossing { from: *from, to: *to, flows: *flows, open: *open, shown: shown.collect() }
    });
    let crossings = crossings.collect();
    let namespaces = namespaces.iter().map(|(category, list)| {
        let list = list
            .iter()
            .map(|Namespace { name, workloads }| Namespace { name: redactor.name(Class::Namespace, name), workloads: *workloads });
        (*category, list.collect())
    });
    Segmentation {
        crossings,
        namespaces: namespaces.collect(),
        ranges: *ranges,
        into_cde,
        out_of_cde,
        nodes: nodes
            .iter()
            .map(|SharedNode { name, pods }| SharedNode { name: redactor.name(Class::Host, name), pods: pods.clone() })
            .collect(),
        placed: *placed,
        unbound: *unbound,
        not_evaluated: not_evaluated.iter().map(|words| redactor.text(words, Words::Program)).collect(),
        complete: *complete,
        cut_short: *cut_short,
    }
}

/// Policies on trial. What a policy says to whom it refuses was written by people.
fn of_trial(redactor: &mut Redactor, told: &Told) -> Told {
    let Told { policies, unread, places, rows } = told;
    let places = places.iter().map(|ToldPlace { namespaces, category, image }| ToldPlace {
        namespaces: namespaces.iter().map(|name| redactor.name(Class::Namespace, name)).collect(),
        category: *category,
        image: redactor.name(Class::Image, image),
    });
    let places = places.collect();
    let rows = rows.iter().map(|ToldRow { witness, places, category, verdict: Verdict { outcome, by, why, spoken_of, around } }| ToldRow {
        witness,
        places: places.clone(),
        category: *category,
        verdict: Verdict {
            outcome: *outcome,
            by: policy_words(redactor, by),
            why: redactor.text(why, Words::People),
            spoken_of: *spoken_of,
            around: around.iter().map(|words| redactor.text(words, Words::People)).collect(),
        },
    });
    let rows = rows.collect();
    let mut told = Told {
        policies: policies.iter().map(|policy| redactor.object_words(policy)).collect(),
        unread: unread.iter().map(|words| redactor.text(words, Words::Program)).collect(),
        places,
        rows,
    };
    // In the order of the names that are told: that of the others would tell something of them.
    told.sort();
    told
}

/// A policy and the part of it that speaks: `ClusterPolicy hardened / rule no-root`. What is no object by its first word is an engine.
fn policy_words(redactor: &mut Redactor, by: &str) -> String {
    let (policy, part) = by.split_once(" / ").unwrap_or((by, ""));
    let is_object = policy.split_once(' ').is_some_and(|(kind, name)| !name.contains(' ') && kind.chars().skip(1).any(char::is_uppercase));
    let policy = if is_object { redactor.object_words(policy) } else { redactor.text(policy, Words::Program) };
    if part.is_empty() { policy } else { format!("{policy} / {}", redactor.text(part, Words::People)) }
}

fn register(redactor: &mut Redactor, folded: &Folded) -> Folded {
    let Folded { complete, subjects, roles, rows } = folded;
    let subjects = subjects.iter().map(|Entry { subject, categories, held, paths, rows }| {
        let mut subject = subject.clone();
        subject.namespace = redactor.name(Class::Namespace, &subject.namespace);
        subject.name = redactor.name(Class::Account, &subject.name);
        let held = held.iter().map(|Held { namespace, category, role, binding, paths }| Held {
            namespace: redactor.name(Class::Namespace, namespace),
            category: *category,
            role: *role,
            binding: redactor.object_words(binding),
            paths: paths.clone(),
        });
        Entry { subject, categories: categories.clone(), held: held.collect(), paths: paths.clone(), rows: *rows }
    });
    let subjects = subjects.collect();
    let roles = roles.iter().map(|Rights { role, rules }| Rights {
        role: redactor.object_words(role),
        rules: rules
            .iter()
            .map(|RuleWords { words, of_paths }| RuleWords { words: redactor.text(words, Words::Program), of_paths: *of_paths })
            .collect(),
    });
    Folded { complete: *complete, subjects, roles: roles.collect(), rows: *rows }
}

/// The journal. Its lines can't be held against each other any more, since each has the digest of the one before; whether they could is kept.
pub(super) fn journal(redactor: &mut Redactor, journal: &Journal) -> Journal {
    let lines = journal.lines.iter().map(|JournalLine { n, at, clock, by, what, before, after, workbook, previous }| JournalLine {
        n: *n,
        at: *at,
        clock: *clock,
        by: redactor.name(Class::Person, by),
        what: redactor.text(what, Words::People),
        before: redactor.text(before, Words::People),
        after: redactor.text(after, Words::People),
        workbook: redactor.digest(workbook),
        previous: redactor.digest(previous),
    });
    let mut told = journal.clone();
    told.lines = lines.collect();
    told
}
