//! Policies on trial: asked for once, what gets in in scope first, narrowed, grouped, opened, copied and kept.

use crate::support::{Desk, collection};
use kassay_core::analysis::trial::{Outcome, Told, ToldPlace, ToldRow, Verdict, WITNESSES, Witness};
use kassay_core::model::{Category, Scope};
use kassay_core::session::{Action, Context, Effect, Layer, ListRow, Step, trial};
use std::sync::Arc;

/// A policy that forgets init containers in `pay`, and is not asked in `lab` and `kube-system`.
fn told() -> Arc<Told> {
    let place = |names: &[&str], category| ToldPlace {
        namespaces: names.iter().map(|name| (*name).to_owned()).collect(),
        category,
        image: String::new(),
    };
    let by = "ValidatingAdmissionPolicy no-privileged / validation 1";
    let row = |id: &str, place: usize, category, outcome| {
        let witness = Witness::by_id(id).unwrap();
        let (by, why) = match outcome {
            Outcome::Refused => (by, "no privileged containers"),
            Outcome::NotEvaluated => (by, "it asks another server"),
            Outcome::LetIn => ("", "no policy is asked about it"),
        };
        ToldRow {
            witness,
            places: vec![place],
            category,
            verdict: Verdict { outcome, by: by.to_owned(), why: why.to_owned(), spoken_of: false, around: vec![] },
        }
    };
    let mut rows = vec![
        row("clean-pod", 0, Category::Cde, Outcome::LetIn),
        row("privileged-container", 0, Category::Cde, Outcome::Refused),
        row("privileged-container", 1, Category::OutOfScope, Outcome::LetIn),
        row("privileged-container", 2, Category::Platform, Outcome::LetIn),
        row("privileged-init-container", 0, Category::Cde, Outcome::LetIn),
        row("privileged-init-container", 1, Category::OutOfScope, Outcome::LetIn),
        row("host-pid", 0, Category::Cde, Outcome::NotEvaluated),
    ];
    rows[1].verdict.around = vec!["a label chosen by the pod".to_owned()];
    Arc::new(Told {
        policies: vec!["ValidatingAdmissionPolicy no-privileged".to_owned()],
        unread: vec!["kyverno could not be read, so what they refuse is not known".to_owned()],
        places: vec![
            place(&["pay", "pay-batch"], Category::Cde),
            place(&["lab"], Category::OutOfScope),
            place(&["kube-system"], Category::Platform),
        ],
        rows,
    })
}

fn tried() -> Desk {
    let mut desk = Desk::with_cluster();
    desk.asked.clear();
    desk.act(Action::Trial(trial::Action::Open));
    assert!(matches!(desk.asked.as_slice(), [Effect::Try { cluster, .. }] if cluster == "prod-eu"), "{:?}", desk.asked);
    assert!(!desk.session.trials.knows("prod-eu"));
    desk.act(Action::Trial(trial::Action::Tried { cluster: "prod-eu".into(), told: told() }));
    assert!(desk.session.trials.knows("prod-eu"));
    desk
}

fn shown(desk: &Desk) -> Vec<(&'static str, String)> {
    let view = &desk.session.trials.view;
    let items = view.list.rows().iter().filter_map(ListRow::item);
    items.map(|at| (view.row(at).unwrap().witness.id, view.place(at).to_owned())).collect()
}

#[test]
fn what_gets_in_in_scope_comes_first_and_words_narrow_it() {
    let mut desk = tried();
    let all = [
        ("privileged-init-container", "pay, pay-batch"),
        ("host-pid", "pay, pay-batch"),
        ("privileged-container", "pay, pay-batch"),
        ("privileged-container", "lab"),
        ("privileged-init-container", "lab"),
        ("clean-pod", "pay, pay-batch"),
    ];
    let owned = |rows: &[(&'static str, &str)]| rows.iter().map(|(id, place)| (*id, (*place).to_owned())).collect::<Vec<_>>();
    assert_eq!(shown(&desk), owned(&all));
    // The platform is one line.
    assert_eq!(desk.session.trials.view.list.rows().last(), Some(&ListRow::Platform(1, false)));
    for (words, wanted) in [
        ("verdict:let_in ns:pay -breaks:nothing", vec![all[0]]),
        ("verdict:not", vec![all[1]]),
        ("breaks:privileged cat:cde", vec![all[0], all[2]]),
        ("CONTROL:3.1 ns:lab", vec![all[3], all[4]]),
        ("by:no-privileged", vec![all[1], all[2]]),
        ("another server", vec![all[1]]),
        ("chosen", vec![all[2]]),
        ("control:3.9", vec![]),
    ] {
        desk.act(Action::Filter);
        assert_eq!(desk.session.context(), Context::Filter);
        desk.typed(words).act(Action::Enter);
        assert_eq!(shown(&desk), owned(&wanted), "{words}");
        desk.act(Action::Back);
    }
    assert_eq!((shown(&desk).len(), desk.session.context()), (6, Context::Trial));
    desk.act(Action::Fold);
    assert!(shown(&desk).contains(&("privileged-container", "kube-system".to_owned())));
}

#[test]
fn it_is_grouped_by_namespaces_by_what_is_broken_and_by_verdict() {
    let mut desk = tried();
    let headings = |desk: &Desk| {
        let rows = desk.session.trials.view.list.rows().iter();
        rows.filter_map(|row| if let ListRow::Heading(name, _) = row { Some(name.clone()) } else { None }).collect::<Vec<_>>()
    };
    assert!(headings(&desk).is_empty());
    for wanted in
        [vec!["lab", "pay, pay-batch"], vec!["host-pid", "nothing", "privileged"], vec!["let in", "not evaluated", "refused"], vec![]]
    {
        desk.act(Action::Trial(trial::Action::Group));
        assert_eq!(headings(&desk), wanted);
    }
}

#[test]
fn a_witness_is_opened_with_all_of_its_verdicts_and_its_object() {
    let mut desk = tried();
    desk.act(Action::Step(Step::Top)).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Witness { id: "privileged-init-container", .. }));
    assert_eq!(desk.session.context(), Context::Witness);
    desk.asked.clear();
    desk.act(Action::CopyCommand);
    let Some(Effect::Copy(text)) = desk.asked.last() else { panic!("{:?}", desk.asked) };
    for words in
        ["A pod with a privileged init container.", "control 3.1", "let in (CDE)", "pay, pay-batch", "lab", "kind: Pod", "initContainers:"]
    {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    // The arrows go on to other witnesses, not to other verdicts on the same.
    desk.act(Action::Right);
    assert!(matches!(desk.session.top(), Layer::Witness { id: "host-pid", .. }));
    desk.act(Action::Right).act(Action::Right);
    assert!(matches!(desk.session.top(), Layer::Witness { id: "privileged-init-container", .. }));
    desk.act(Action::Right).act(Action::Right);
    assert!(matches!(desk.session.top(), Layer::Witness { id: "clean-pod", .. }), "{:?}", desk.session.top());
    desk.act(Action::Enter);
    assert_eq!(desk.session.context(), Context::Trial);
}

#[test]
fn what_is_shown_is_kept_as_evidence_with_its_reasons_and_what_was_not_read() {
    let mut desk = tried();
    desk.act(Action::Filter).typed("ns:pay -verdict:let_in").act(Action::Enter);
    desk.asked.clear();
    desk.act(Action::Trial(trial::Action::Keep));
    let Some(Effect::AttachText { text, name }) = desk.asked.last() else { panic!("{:?}", desk.asked) };
    assert_eq!(name, "trial-2.txt");
    for words in [
        "filtered by: ns:pay -verdict:let_in",
        "kyverno could not be read",
        "refused (CDE)",
        "ValidatingAdmissionPolicy no-privileged / validation 1: no privileged containers",
        "Unless a pod chooses to stay out of it: a label chosen by the pod",
        "not evaluated",
        "nothing was sent to the cluster",
    ] {
        assert!(text.contains(words), "{words} is not in {text}");
    }
    assert!(!text.contains("privileged-init-container") && !text.contains("let in ("), "{text}");
}

#[test]
fn it_is_worked_out_once_for_each_reading() {
    let mut desk = tried();
    desk.act(Action::Back).act(Action::Trial(trial::Action::Open));
    let count = |desk: &Desk| desk.asked.iter().filter(|effect| matches!(effect, Effect::Try { .. })).count();
    assert_eq!(count(&desk), 1);
    desk.read_cluster(collection(&Scope::default()));
    assert_eq!(count(&desk), 2);
    assert!(!desk.session.trials.knows("prod-eu"));
    // What comes back for a cluster that is gone is nobody's.
    desk.act(Action::Trial(trial::Action::Tried { cluster: "gone".into(), told: told() }));
    assert!(!desk.session.trials.knows("gone"));
}

#[test]
fn the_object_of_every_witness_is_yaml_that_names_it() {
    for witness in WITNESSES.iter() {
        let yaml = trial::object(witness);
        assert!(yaml.contains(&format!("kassay-{}", witness.id)) && yaml.contains("kind:"), "{yaml}");
        assert!(trial::about(witness).iter().all(|line| line.ends_with('.')), "{}", witness.id);
    }
}
