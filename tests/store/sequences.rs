//! Any sequence of what a person does, of saves that succeed, fail or come late, of undo and of leaving and opening again, carried through a
//! real store: what the walk shows is what is on disk, no form waits for a save that is not under way, what was accepted stays, and the walk goes on.

use crate::support::{self, now};
use jiff::tz::TimeZone;
use kassay::store::{Dispute as Disputed, Saved, Store, StoreError};
use kassay_core::guidance::Guidance;
use kassay_core::session::{
    Action, Dispute, Effect, Layer, Opened, Session, Step, Target, Typed, answer, book, determine, evidence, exceptions, registers, review,
    scope, update, walk,
};
use kassay_core::workbook::{Workbook, folder};
use proptest::prelude::*;
use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

const QUESTIONS: [&str; 4] = ["1.1.accountability", "1.1.services_authenticated", "9.1.risk_analysis", "10.1.patch_days"];

/// A question that is answered at the end, and that no sequence comes to.
const LAST: &str = "15.1.tested";

/// One thing that happens.
#[derive(Clone, Debug)]
enum Happens {
    /// A person does something.
    Done(Action),
    /// The store answers the oldest save.
    Answered,
    /// The oldest save fails.
    Failed,
    /// Somebody writes in the file by hand.
    ByHand(u8),
    /// The assessment is left and opened again.
    Reopened,
}

/// What a person does. A feature that is added is a line here.
fn done() -> impl Strategy<Value = Action> {
    let keys = vec![
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
        Action::Review(review::Action::Open),
        Action::Registers(registers::Action::Open),
        Action::Registers(registers::Action::Next),
        Action::Registers(registers::Action::Add),
        Action::Registers(registers::Action::Withdraw),
        Action::Scope(scope::Action::Open),
        Action::Scope(scope::Action::Cycle),
        Action::Scope(scope::Action::Everything),
        Action::Scope(scope::Action::AddRule),
    ];
    let goes = QUESTIONS.map(|id| Action::Walk(walk::Action::GoTo(Target::Question(id.into()))));
    let text = prop_oneof![
        Just("yes".to_owned()),
        Just("-3d".to_owned()),
        Just("30".to_owned()),
        Just("A. Assessor".to_owned()),
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

/// The walk, the folder, and saves that were not answered yet.
struct World {
    _root: tempfile::TempDir,
    dir: PathBuf,
    store: Option<Store>,
    session: Session,
    saves: VecDeque<(u64, Workbook, kassay_core::workbook::Edit, Option<String>)>,
    /// Whether somebody wrote in the file since the last save.
    by_hand: bool,
    /// Questions whose answers were accepted, and not taken back.
    answered: BTreeSet<String>,
}

impl World {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("acme");
        static READ: LazyLock<Workbook> = LazyLock::new(|| support::Desk::with_cluster().disk.unwrap());
        drop(Store::create(&dir, &READ, "A. Assessor", now()).unwrap());
        let session = Session::new(Guidance::shipped().unwrap(), "assessor", now(), TimeZone::UTC);
        let (saves, answered) = (VecDeque::new(), BTreeSet::new());
        let mut world = Self { _root: root, dir, store: None, session, saves, by_hand: false, answered };
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
    }

    fn act(&mut self, action: Action) {
        let effects = update(&mut self.session, action);
        for effect in effects {
            match effect {
                Effect::Save { ticket, workbook, edit, settled } => self.saves.push_back((ticket, *workbook, edit, settled)),
                Effect::Attach(_) => self.act(Action::Evidence(evidence::Action::Failed("there is no such file".into()))),
                Effect::Judge { cluster, revision, .. } => {
                    let collection = Box::new(support::collection(&self.session.book.as_ref().unwrap().workbook.scope));
                    self.act(Action::Book(book::Action::Judged { cluster, revision, collection }));
                }
                _ => {}
            }
        }
    }

    fn answer(&mut self) {
        let Some((ticket, workbook, edit, settled)) = self.saves.pop_front() else { return };
        let store = self.store.as_mut().unwrap();
        let action = match store.save_settled(&workbook, &edit, now(), settled.as_deref()) {
            Ok(Saved { merged, notices, .. }) => {
                self.by_hand = false;
                let on_disk = merged.as_deref().unwrap_or(&workbook);
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
        };
        self.act(Action::Book(action));
    }

    fn happens(&mut self, what: Happens) {
        match what {
            Happens::Done(action) => self.act(action),
            Happens::Answered => self.answer(),
            Happens::Failed => {
                if let Some((ticket, ..)) = self.saves.pop_front() {
                    self.act(Action::Book(book::Action::SaveFailed { ticket, why: "the disk is full.".into() }));
                }
            }
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
                self.open();
            }
        }
        self.holds();
    }

    /// Every save is answered.
    fn settle(&mut self) {
        for _ in 0..1000 {
            if self.saves.is_empty() {
                return;
            }
            self.answer();
        }
        panic!("saves lead to saves without end");
    }

    fn on_disk(&self) -> Workbook {
        Workbook::parse(&fs::read_to_string(self.dir.join(folder::WORKBOOK)).unwrap()).unwrap()
    }

    fn holds(&self) {
        assert_eq!(self.session.pending.is_some(), !self.saves.is_empty(), "a save is under way where one was asked for");
        if self.session.pending.is_none() {
            for layer in &self.session.layers {
                assert!(!matches!(layer, Layer::Form(form) if form.saving), "a form waits for nothing: {layer:?}");
            }
        }
        if self.saves.is_empty() && !self.by_hand {
            assert_eq!(sorted(self.session.book.as_ref().unwrap().workbook.clone()), self.on_disk());
        }
    }
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
