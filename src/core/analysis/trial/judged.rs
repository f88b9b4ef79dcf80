//! The judgement: what all policies together say to a witness.

use super::breaks::Break;
use super::places::Place;
use super::requests::{requests, ways};
use super::tried::Tried;
use super::wear::worn_in;
use super::witness::{Dress, Form, WITNESSES, Witness};
use crate::kinds::Inventory;
use kassay_engines::{Answer, Namespace, Request, Ruling};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

/// What became of a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Some policy refuses it.
    Refused,
    /// It is not known here.
    NotEvaluated,
    /// Every policy lets it in.
    LetIn,
}

impl Outcome {
    /// Its word in tables.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::NotEvaluated => "not_evaluated",
            Self::LetIn => "let_in",
        }
    }
}

/// What became of a witness in a place, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What.
    pub outcome: Outcome,
    /// The policy that refuses it, or that can't be evaluated; "" where none does.
    pub by: String,
    /// Why, in a sentence without its full stop.
    pub why: String,
    /// Where it is let in: whether a policy that lets it in would refuse it if it were in force: it only warns, fails open, is switched off.
    pub spoken_of: bool,
    /// Where it is refused: what pods may choose to stay out of every policy that refuses it; empty where one asks about all.
    pub around: Vec<String>,
}

impl Verdict {
    pub(super) fn new(outcome: Outcome, by: impl Into<String>, why: impl Into<String>) -> Self {
        Self { outcome, by: by.into(), why: why.into(), spoken_of: false, around: vec![] }
    }

    /// How bad it is: what is refused in any case before what may stay out of it, then what is not known, then what gets in.
    pub(super) const fn weight(&self) -> (Outcome, usize) {
        (self.outcome, self.around.len())
    }
}

/// Why a witness gets in where nothing is asked about it.
const UNASKED: &str = "no policy is asked about it";

/// What one policy says to every request of one dress, as far as it was asked.
type Said = Vec<Option<Arc<[Ruling]>>>;

/// What all policies say, each asked once for what it can tell apart.
pub(super) struct Court<'a> {
    policies: &'a [Tried<'a>],
    unread: &'a [String],
    by_controllers: bool,
    said: Vec<Said>,
    /// Where in `said` the answers stand of a policy to what it can tell of a place, and to a dress.
    known: HashMap<(usize, usize, usize), usize>,
    /// What witnesses put on everywhere, in this order.
    common: Vec<Dress>,
    /// All that any of them put on, the common ones first.
    dresses: Vec<Dress>,
    /// Where the requests of each witness begin among all: the same for all places and dresses.
    starts: Vec<usize>,
    total: usize,
}

/// All requests in one place and dress. Each is built where some policy has not yet answered it elsewhere: of thousands of places few differ.
struct Asking {
    namespace: Namespace,
    dress: Dress,
    by_controllers: bool,
    /// By witness.
    built: Vec<OnceCell<Vec<Request>>>,
    /// For each policy, where in `Court::said` its answers stand.
    answers: Vec<usize>,
}

impl Asking {
    fn request(&self, at: At) -> &Request {
        let build = || requests(&WITNESSES[at.witness], &self.namespace, &self.dress, self.by_controllers);
        &self.built[at.witness].get_or_init(build)[at.behind]
    }
}

/// A request of a witness.
#[derive(Clone, Copy)]
struct At {
    witness: usize,
    /// How many of the same witness stand before it.
    behind: usize,
}

impl<'a> Court<'a> {
    /// A court before which witnesses come in the first of these dresses that lets the clean one in.
    pub(super) fn new(policies: &'a [Tried<'a>], unread: &'a [String], dresses: Vec<Dress>) -> Self {
        let by_controllers = policies.iter().any(Tried::asks_who);
        let (mut total, mut starts) = (0, Vec::new());
        for witness in WITNESSES.iter() {
            starts.push(total);
            total += ways(witness, by_controllers).map(|(_, count)| count).sum::<usize>();
        }
        let common = dresses.clone();
        Self { policies, unread, by_controllers, said: vec![], known: HashMap::new(), common, dresses, starts, total }
    }

    /// What becomes of every witness in a place. Where the clean one is refused, the witnesses put on what comes next, and at last what something wears
    /// that runs there.
    pub(super) fn try_all(&mut self, inventory: &Inventory, place: &mut Place) -> Vec<Verdict> {
        let mut worn = 0;
        let mut asking = self.asking(place, worn);
        if self.clean_is_refused(&asking) {
            for dress in self.common.clone().into_iter().skip(1).chain(worn_in(inventory, place)) {
                let at = self.dresses.iter().position(|known| *known == dress).unwrap_or_else(|| {
                    self.dresses.push(dress);
                    self.dresses.len() - 1
                });
                let other = self.asking(place, at);
                if !self.clean_is_refused(&other) {
                    (worn, asking) = (at, other);
                    break;
                }
            }
        }
        place.dress = self.dresses[worn].clone();
        let mut verdicts: Vec<Verdict> = (0..WITNESSES.len()).map(|witness| self.witness(&asking, witness)).collect();
        // Whoever makes a pod chooses its image: where a public one gets in too, the worse of both counts.
        let public = self.common.len().saturating_sub(1);
        if worn < public {
            let asking = self.asking(place, public);
            if !self.clean_is_refused(&asking) {
                for (witness, verdict) in verdicts.iter_mut().enumerate() {
                    let other = self.witness(&asking, witness);
                    if other.weight() > verdict.weight() {
                        let why = format!("with the image {}: {}", self.dresses[public].image, other.why);
                        *verdict = Verdict { why, ..other };
                    }
                }
            }
        }
        verdicts
    }

    fn asking(&mut self, place: &Place, worn: usize) -> Asking {
        let (said, known, total) = (&mut self.said, &mut self.known, self.total);
        let answers = place.keys.iter().enumerate().map(|(policy, key)| {
            *known.entry((policy, *key, worn)).or_insert_with(|| {
                said.push(vec![None; total]);
                said.len() - 1
            })
        });
        Asking {
            namespace: place.first.clone(),
            dress: self.dresses[worn].clone(),
            by_controllers: self.by_controllers,
            built: WITNESSES.iter().map(|_| OnceCell::new()).collect(),
            answers: answers.collect(),
        }
    }

    fn clean_is_refused(&mut self, asking: &Asking) -> bool {
        let clean = WITNESSES.iter().position(|witness| witness.id == Form::Pod.clean()).unwrap_or_default();
        self.witness(asking, clean).outcome == Outcome::Refused
    }

    /// What a policy says to a request.
    fn rulings(&mut self, asking: &Asking, policy: usize, at: At) -> Arc<[Ruling]> {
        let said = &mut self.said[asking.answers[policy]][self.starts[at.witness] + at.behind];
        let ask = || self.policies[policy].rule(asking.request(at)).into();
        Arc::clone(said.get_or_insert_with(ask))
    }

    fn witness(&mut self, asking: &Asking, witness: usize) -> Verdict {
        let own = &WITNESSES[witness];
        let clean = WITNESSES.iter().position(|other| other.id == own.form.clean()).unwrap_or_default();
        let mut worst: Option<Verdict> = None;
        let mut first = 0;
        for (words, count) in ways(own, self.by_controllers) {
            let mut told: Option<Verdict> = None;
            for behind in first..first + count {
                // The clean witness of the same form comes in by the same ways.
                let beside = (own.breaks != Break::Nothing).then_some(At { witness: clean, behind });
                let verdict = self.request(asking, At { witness, behind }, beside, own);
                if told.as_ref().is_none_or(|known| verdict.outcome < known.outcome) {
                    told = Some(verdict);
                }
            }
            first += count;
            let Some(mut told) = told else { continue };
            if !words.is_empty() && told.outcome != Outcome::Refused {
                told.why = format!("as the pod{words}: {}", told.why);
            }
            if worst.as_ref().is_none_or(|known| told.outcome > known.outcome) {
                worst = Some(told);
            }
        }
        worst.unwrap_or_else(untried)
    }

    /// What all policies say to one request, beside what they say to the same request of the clean witness.
    fn request(&mut self, asking: &Asking, at: At, beside: Option<At>, witness: &Witness) -> Verdict {
        let mut refused: Option<Verdict> = None;
        let (mut unknown, mut as_clean): (Option<Verdict>, Option<Verdict>) = (None, None);
        let mut looked = Looked::default();
        let policies = self.policies;
        for (number, policy) in policies.iter().enumerate() {
            let rulings = self.rulings(asking, number, at);
            if rulings.iter().all(|ruling| ruling.answer == Answer::NotAsked) {
                continue;
            }
            let clean = beside.map(|beside| self.rulings(asking, number, beside));
            let refuses_clean = |ruling: &Ruling| {
                clean.as_ref().is_some_and(|clean| clean.iter().any(|c| c.by == ruling.by && matches!(c.answer, Answer::Refuses(_))))
            };
            for (part, ruling) in rulings.iter().enumerate() {
                let by = || policy.by(&ruling.by);
                match &ruling.answer {
                    Answer::NotAsked => {}
                    Answer::Refuses(_) if refuses_clean(ruling) => {
                        as_clean.get_or_insert_with(|| {
                            let why =
                                format!("it refuses the clean witness as well, which proves nothing of {}", witness.breaks.demanded());
                            Verdict::new(Outcome::NotEvaluated, by(), why)
                        });
                    }
                    Answer::Refuses(_) if refused.as_ref().is_some_and(|known| known.around.is_empty()) => {}
                    Answer::Refuses(why) => {
                        let around = policy.ways_around(|| asking.request(at));
                        // One that nobody can stay out of decides before others.
                        if refused.is_none() || around.is_empty() {
                            refused = Some(Verdict { around, ..Verdict::new(Outcome::Refused, by(), why) });
                        }
                    }
                    Answer::NotEvaluated(why) => {
                        unknown.get_or_insert_with(|| Verdict::new(Outcome::NotEvaluated, by(), why));
                    }
                    Answer::Admits(why) => looked.add(!why.is_empty(), (number, part, &rulings)),
                }
            }
        }
        if let Some(verdict) = refused.or(unknown).or(as_clean) {
            return verdict;
        }
        if let Some(words) = self.unread.first() {
            return Verdict::new(Outcome::NotEvaluated, "", words);
        }
        let spoken_of = !looked.against.is_empty();
        Verdict { spoken_of, ..Verdict::new(Outcome::LetIn, "", looked.words(policies)) }
    }
}

/// A ruling: the number of its policy, and its place among what that says.
type Ruled = (usize, usize, Arc<[Ruling]>);

/// Who let something in. Of hundreds of policies in thousands of namespaces few are ever told, so the others are counted alone.
#[derive(Default)]
struct Looked {
    /// Those that say something against it.
    against: Vec<Ruled>,
    /// The first of those that say nothing.
    silent: Vec<Ruled>,
    all: usize,
}

impl Looked {
    /// So many are told.
    const SHOWN: usize = 4;

    fn add(&mut self, against: bool, (policy, part, rulings): (usize, usize, &Arc<[Ruling]>)) {
        self.all += 1;
        if against {
            self.against.push((policy, part, Arc::clone(rulings)));
        } else if self.silent.len() < Self::SHOWN {
            self.silent.push((policy, part, Arc::clone(rulings)));
        }
    }

    /// In words; what is said against it comes first, the last of it before others.
    fn words(&self, policies: &[Tried<'_>]) -> String {
        let told = self.against.iter().rev().chain(&self.silent).take(Self::SHOWN).filter_map(|(policy, part, rulings)| {
            let ruling = &rulings[*part];
            let by = policies[*policy].by(&ruling.by);
            match &ruling.answer {
                Answer::Admits(why) if why.is_empty() => Some(format!("{by} lets it in")),
                Answer::Admits(why) => Some(format!("{by} lets it in: {why}")),
                _ => None,
            }
        });
        let told: Vec<String> = told.collect();
        match (told.is_empty(), self.all - told.len()) {
            (true, _) => UNASKED.to_owned(),
            (false, 0) => told.join("; "),
            (false, more) => format!("{}; and {more} more", told.join("; ")),
        }
    }
}

/// What is said of what nobody tried.
pub(super) fn untried() -> Verdict {
    Verdict::new(Outcome::NotEvaluated, "", "it was not tried")
}
