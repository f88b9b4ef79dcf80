//! Any sequence of what a person does, of saves, files and judgements that succeed, fail or come late, of undo and of leaving and opening again,
//! carried through a real store: what the walk shows is what is on disk, no form waits for what was not asked for, what was accepted stays, and the
//! walk goes on.

use crate::support::{self, now};
use jiff::tz::TimeZone;
use kassay::store::{Dispute as Disputed, Saved, Store, StoreError};
use kassay_core::guidance::Guidance;
use kassay_core::session::{
    Action, Attached, Dispute, Effect, Layer, Opened, Register, Session, Step, Target, Typed, answer, book, determine, engagement,
    evidence, exceptions, findings, new, registers, remediation, requests, review, samples, scope, sign_off, update, walk,
};
use kassay_core::workbook::{Edit, ItemResult, Workbook, folder};
use proptest::prelude::*;
use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const QUESTIONS: [&str; 4] = ["1.1.accountability", "1.1.services_authenticated", "9.1.risk_analysis", "10.1.patch_days"];

/// A question that is answered at the end, and that no sequence comes to.
const LAST: &str = "15.1.tested";

/// Who works on it, one after the other.
const PEOPLE: [&str; 2] = ["assessor", "reviewer"];

/// A file that can be attached.
const POLICY: &str = "policy-1.txt";

/// One thing that happens.
#[derive(Clone, Debug)]
enum Happens {
    /// A person does something.
    Done(Action),
    /// What was asked for first is answered.
    Answered,
    /// What was asked for first fails.
    Failed,
    /// Somebody writes in the file by hand.
    ByHand(u8),
    /// The program is left, and started again by the other person.
    Reopened,
}

/// What a person does. A feature that is added is a line here.
fn done() -> impl Strategy<Value = Action> {
    let mut keys = vec![
        Action::Enter,
        Action::Back,
        Action::Left,
        Action::Right,
        Action::NextField,
        Action::PreviousField,
        Action::Step(Step::Down),
        Action::Step(Step::Up),
        Action::Filter,
        Action::Book(book::Action::Undo),
        Action::Book(book::Action::Redo),
        Action::Book(book::Action::Retry),
        Action::Walk(walk::Action::NextOpen),
        Action::Walk(walk::Action::PreviousOpen),
        Action::Answer(answer::Action::Open),
        Action::Determine(determine::Action::Open),
        Action::Evidence(evidence::Action::Note),
        Action::Evidence(evidence::Action::Attach),
        Action::Exceptions(exceptions::Action::Open),
        Action::Evidence(evidence::Action::Interview),
        Action::Evidence(evidence::Action::Change),
        Action::Evidence(evidence::Action::NewVersion),
        Action::Review(review::Action::Open),
        Action::SignOff(sign_off::Action::Submit),
        Action::SignOff(sign_off::Action::Accept),
        Action::SignOff(sign_off::Action::Return),
        Action::Engagement(engagement::Action::Open),
        Action::Samples(samples::Action::Result(Some(ItemResult::Conforms))),
        Action::Samples(samples::Action::Result(None)),
        Action::Samples(samples::Action::Words),
        Action::Samples(samples::Action::Again),
        Action::Samples(samples::Action::Choose),
        Action::Requests(requests::Action::Propose),
        Action::Requests(requests::Action::Skip),
        Action::Remediation(remediation::Action::Begin),
        Action::Findings(findings::Action::Keep),
        Action::Registers(registers::Action::Open),
        Action::Registers(registers::Action::Next),
        Action::Registers(registers::Action::Add),
        Action::Registers(registers::Action::Withdraw),
        Action::Registers(registers::Action::Go),
        Action::Scope(scope::Action::Open),
        Action::Scope(scope::Action::Cycle),
        Action::Scope(scope::Action::Everything),
        Action::Scope(scope::Action::AddRule),
    ];
    keys.extend(Register::ALL.map(|register| Action::Registers(registers::Action::Show(register))));
    let goes = QUESTIONS.map(|id| Action::Walk(walk::Action::GoTo(Target::Question(id.into()))));
    let text = prop_oneof![
        Just("yes".to_owned()),
        Just("-3d".to_owned()),
        Just("30".to_owned()),
        Just("A. Assessor".to_owned()),
        Just(POLICY.to_owned()),
        Just("policy-?.txt".to_owned()),
        Just("web-1\nweb-2\nweb-3".to_owned()),
        Just("'''\n\"\"\"\\\n".to_owned()),
        any::<String>()
    ];
    prop_oneof![
        6 => prop::sample::select(keys),
        3 => Just(Action::Enter),
        3 => prop::sample::select(goes.to_vec()),
        3 => prop::sample::select(vec!['y', 'n', '1', '2', 'i', 'm', 't']).prop_map(Action::Choose),
        2 => text.prop_map(|text| Action::Type(Typed::Text(text))),
        1 => (0..5_usize).prop_map(Action::Focus),
    ]
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        12 => done().prop_map(Happens::Done),
        6 => Just(Happens::Answered),
        1 => Just(Happens::Failed),
        1 => (0..4_u8).prop_map(Happens::ByHand),
        1 => Just(Happens::Reopened),
    ]
}

/// The walk, the folder, and what was asked of it and not answered yet.
struct World {
    root: tempfile::TempDir,
    dir: PathBuf,
    store: Option<Store>,
    session: Session,
    /// In this order it is answered.
    asked: VecDeque<Effect>,
    /// Whether somebody wrote in the file since the last save.
    by_hand: bool,
    /// Questions whose answers were accepted, and not taken back.
    answered: BTreeSet<String>,
}

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("acme");
        fs::write(root.path().join(POLICY), "Images are patched within 30 days.").unwrap();
        static READ: LazyLock<Workbook> = LazyLock::new(|| support::Desk::with_cluster().disk.unwrap());
        drop(Store::create(&dir, &READ, "A. Assessor", now()).unwrap());
        let (asked, answered) = (VecDeque::new(), BTreeSet::new());
        let mut world = Self { root, dir, store: None, session: session(PEOPLE[0]), asked, by_hand: false, answered };
        world.open();
        world
    }

    fn open(&mut self) {
        self.store = None;
        let opened = Store::open(&self.dir).unwrap();
        self.store = Some(opened.store);
        let action = book::Action::Opened(Box::new(Opened {
            dir: self.dir.clone(),
            workbook: opened.workbook,
            held_by: opened.held_by,
            notices: opened.notices.iter().map(ToString::to_string).collect(),
        }));
        self.by_hand = false;
        self.act(Action::Book(action));
        let typed = self.store.as_ref().unwrap().take_typed().map_err(|e| e.to_string());
        self.act(Action::Book(book::Action::TypedFound(typed)));
        let collection = support::collection(&self.session.book.as_ref().unwrap().workbook.scope);
        let (outcomes, inventory) = (collection.outcomes, Some(collection.inventory));
        self.act(Action::Book(book::Action::Loaded { cluster: "prod-eu".into(), outcomes, inventory, before: None }));
    }

    fn act(&mut self, action: Action) {
        for effect in update(&mut self.session, action) {
            match effect {
                Effect::Save { .. } | Effect::Attach(_) | Effect::AttachAll(_) | Effect::AttachText { .. } | Effect::Judge { .. } => {
                    self.asked.push_back(effect);
                }
                Effect::KeepTyped(drafts) => self.store.as_ref().unwrap().keep_typed(&drafts).unwrap(),
                Effect::Complete(text) => self.act(Action::Completed { text, fits: vec![] }),
                Effect::Contexts(_) => self.act(Action::New(new::Action::Contexts(Ok(vec![])))),
                Effect::Preflight(_) => self.act(Action::New(new::Action::PreflightFailed("no route to host".into()))),
                Effect::Edit => self.act(Action::Edited(None)),
                Effect::ReadJournal => {
                    let lines = self.store.as_ref().unwrap().journal().lines.clone();
                    self.act(Action::Book(book::Action::Journal(lines)));
                }
                Effect::Copy(_) | Effect::CopyRole | Effect::Open(_) => {}
                // Nothing that these sequences do leads out of the open assessment, to a cluster, or to an export.
                other => panic!("{other:?}"),
            }
        }
    }

    /// Answers what was asked for first, as the store does.
    fn answer(&mut self) {
        let Some(asked) = self.asked.pop_front() else { return };
        let action = match asked {
            Effect::Save { ticket, workbook, edit, settled } => Action::Book(self.save(ticket, &workbook, &edit, settled.as_deref())),
            Effect::Attach(path) => Action::Evidence(self.attach(&path).map_or_else(evidence::Action::Failed, evidence::Action::Attached)),
            Effect::AttachAll(paths) => {
                let all: Result<Vec<Attached>, String> = paths.iter().map(|path| self.attach(path)).collect();
                Action::Evidence(all.map_or_else(evidence::Action::Failed, evidence::Action::AttachedAll))
            }
            Effect::AttachText { name, text } => {
                let kept = self.store.as_ref().unwrap().attach_text(&name, &text).map_err(|e| e.to_string());
                Action::Evidence(kept.map(attached).map_or_else(evidence::Action::Failed, evidence::Action::Attached))
            }
            Effect::Judge { cluster, revision, workbook, .. } => {
                let collection = Box::new(support::collection(&workbook.scope));
                Action::Book(book::Action::Judged { cluster, revision, collection })
            }
            other => unreachable!("{other:?} is not asked of the store"),
        };
        self.act(action);
    }

    fn save(&mut self, ticket: u64, workbook: &Workbook, edit: &Edit, settled: Option<&str>) -> book::Action {
        match self.store.as_mut().unwrap().save_settled(workbook, edit, now(), settled) {
            Ok(Saved { merged, notices, .. }) => {
                self.by_hand = false;
                let on_disk = merged.as_deref().unwrap_or(workbook);
                let answers: BTreeSet<String> = on_disk.answers.iter().map(|a| a.question.clone()).collect();
                if edit.what.starts_with("undo") || edit.what.starts_with("redo") {
                    self.answered.retain(|question| answers.contains(question));
                }
                assert!(self.answered.is_subset(&answers), "{:?} was accepted, and {} left {answers:?}", self.answered, edit.what);
                self.answered = answers;
                match merged {
                    None if notices.is_empty() => book::Action::Saved(ticket),
                    workbook => book::Action::SavedOddly { ticket, workbook, notices: vec![] },
                }
            }
            Err(StoreError::Disputed { dispute }) => {
                let Disputed { what, aside, digest, theirs } = *dispute;
                book::Action::Disputed { ticket, dispute: Box::new(Dispute { what, aside, digest, theirs }) }
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn attach(&self, path: &Path) -> Result<Attached, String> {
        let path = self.root.path().join(path);
        self.store.as_ref().unwrap().attach(&path).map(attached).map_err(|e| e.to_string())
    }

    /// What was asked for first fails; a judgement does not, it has nothing to fail by.
    fn fail(&mut self) {
        let action = match self.asked.pop_front() {
            None => return,
            Some(Effect::Save { ticket, .. }) => Action::Book(book::Action::SaveFailed { ticket, why: "the disk is full.".into() }),
            Some(judge @ Effect::Judge { .. }) => {
                self.asked.push_front(judge);
                return;
            }
            Some(_) => Action::Evidence(evidence::Action::Failed("the disk is full.".into())),
        };
        self.act(action);
    }

    /// Whether a save is among what was asked for and not answered.
    fn saves(&self) -> bool {
        self.asked.iter().any(|asked| matches!(asked, Effect::Save { .. }))
    }

    /// Whether a file is.
    fn attaches(&self) -> bool {
        self.asked.iter().any(|asked| matches!(asked, Effect::Attach(_) | Effect::AttachAll(_) | Effect::AttachText { .. }))
    }

    fn happens(&mut self, what: Happens) {
        match what {
            Happens::Done(action) => self.act(action),
            Happens::Answered => self.answer(),
            Happens::Failed => self.fail(),
            Happens::ByHand(n) => {
                let path = self.dir.join(folder::WORKBOOK);
                let mut theirs = Workbook::parse(&fs::read_to_string(&path).unwrap()).unwrap();
                match n {
                    0 => theirs.engagement.company = "By hand".into(),
                    1 => theirs.answers.iter_mut().take(1).for_each(|a| a.note.push_str(" by hand")),
                    2 => theirs.exceptions.iter_mut().for_each(|e| e.reason.push_str(" by hand")),
                    _ => theirs.engagement.purpose.push('x'),
                }
                fs::write(path, theirs.print().unwrap()).unwrap();
                self.by_hand = true;
            }
            Happens::Reopened => {
                self.settle();
                let next = PEOPLE.iter().find(|name| **name != self.session.user).unwrap();
                self.session = session(next);
                self.open();
            }
        }
        self.holds();
    }

    /// All that was asked for is answered.
    fn settle(&mut self) {
        for _ in 0..1000 {
            if self.asked.is_empty() {
                return;
            }
            self.answer();
        }
        panic!("one answer leads to the next question without end: {:?}", self.asked.front());
    }

    fn on_disk(&self) -> Workbook {
        Workbook::parse(&fs::read_to_string(self.dir.join(folder::WORKBOOK)).unwrap()).unwrap()
    }

    fn holds(&self) {
        assert_eq!(self.session.pending.is_some(), self.saves(), "a save is under way where one was asked for");
        if !self.saves() && !self.attaches() {
            for layer in &self.session.layers {
                assert!(!matches!(layer, Layer::Form(form) if form.saving), "a form waits for nothing: {layer:?}");
            }
        }
        if !self.saves() && !self.by_hand {
            assert_eq!(sorted(self.session.book.as_ref().unwrap().workbook.clone()), self.on_disk());
        }
    }
}

fn session(user: &str) -> Session {
    Session::new(Guidance::shipped().unwrap(), user, now(), TimeZone::UTC)
}

/// A file that was looked through, as the walk hears of it.
fn attached(file: kassay::store::Attached) -> Attached {
    let refused = (!file.kept).then(|| "it holds a card number".to_owned());
    Attached { sha256: file.sha256, size: file.size, name: file.name, refused, recognised: None }
}

/// As it is printed.
fn sorted(workbook: Workbook) -> Workbook {
    Workbook::parse(&workbook.print().unwrap()).unwrap()
}

/// Sequences, where `KASSAY_SEQUENCES` asks for no other number.
fn cases() -> u32 {
    std::env::var("KASSAY_SEQUENCES").ok().and_then(|n| n.parse().ok()).unwrap_or(12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_gives_on_disk_what_the_walk_shows(sequence in prop::collection::vec(happens(), 1..50)) {
        let mut world = World::new();
        for what in sequence {
            world.happens(what);
        }
        // Whatever happened, a question can be answered then, and the answer is kept.
        world.settle();
        for _ in 0..40 {
            world.act(Action::Back);
            world.settle();
        }
        world.act(Action::Walk(walk::Action::GoTo(Target::Question(LAST.into()))));
        world.act(Action::Enter);
        let form = world.session.form().is_some();
        prop_assert!(form, "{:?}", world.session.layers);
        world.act(Action::Choose('n'));
        world.act(Action::Enter);
        world.settle();
        world.act(Action::Choose('m'));
        world.act(Action::Enter);
        world.settle();
        prop_assert!(world.on_disk().answer(LAST, "").is_some(), "{:?}", world.session.messages);
        world.happens(Happens::Reopened);
        let opened = world.session.book.as_ref().unwrap();
        prop_assert!(opened.workbook.answer(LAST, "").is_some());
        prop_assert_eq!(opened.workbook.clone(), world.on_disk());
    }
}
