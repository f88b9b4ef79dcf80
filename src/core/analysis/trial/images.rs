//! What becomes of images that lack what is demanded of them: asked by several checks about thousands of images each, and answered once for all
//! namespaces that no policy on images tells apart.

use super::breaks::Break;
use super::judged::{Outcome, Verdict, untried};
use super::places::Place;
use super::requests::{put_image, requests};
use super::tried::Tried;
use super::witness::{Form, WITNESSES, Witness};
use kassay_engines::{Answer, BY_NAME, Request, Ruling};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The images that were asked about.
pub(super) struct Images {
    /// For each place, the sort of places that it is of.
    sorts: Vec<usize>,
    /// For each sort, the clean witness there.
    clean: Vec<OnceLock<Option<Request>>>,
    /// By sort, and by image.
    known: Vec<Mutex<HashMap<(String, Break), Arc<OnceLock<Verdict>>>>>,
}

impl Images {
    /// Sorts the places by what policies on images can tell of them, and by what witnesses wear there.
    pub(super) fn new(places: &[Place], policies: &[Tried<'_>]) -> Self {
        let mut known: HashMap<(Vec<usize>, _), usize> = HashMap::new();
        let sorts: Vec<usize> = places
            .iter()
            .map(|place| {
                let keys = place.keys.iter().zip(policies).filter(|(_, policy)| policy.on_images).map(|(key, _)| *key).collect();
                let next = known.len();
                *known.entry((keys, &place.dress.labels)).or_insert(next)
            })
            .collect();
        let count = known.len();
        Self { sorts, clean: (0..count).map(|_| OnceLock::new()).collect(), known: (0..count).map(|_| Mutex::default()).collect() }
    }

    /// What all policies on images say to a pod with this image in a place, which lacks what is demanded.
    pub(super) fn verdict(
        &self,
        policies: &[Tried<'_>],
        unread: &[String],
        places: &[Place],
        place: usize,
        image: &str,
        breaks: Break,
    ) -> Verdict {
        let sort = self.sorts[place];
        let answer = {
            let mut known = self.known[sort].lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry((image.to_owned(), breaks)).or_default())
        };
        // Asked outside the lock: checks run side by side.
        answer
            .get_or_init(|| match self.clean[sort].get_or_init(|| clean_at(&places[place])) {
                Some(clean) => tried(policies, unread, clean.clone(), image, breaks),
                None => untried(),
            })
            .clone()
    }
}

/// The request for the clean pod in a place.
fn clean_at(place: &Place) -> Option<Request> {
    let clean = Witness::by_id(Form::Pod.clean())?;
    requests(clean, &place.first, &place.dress, false).into_iter().next()
}

/// What all policies on images say to a pod with this image that breaks a demand on images, the worst of the ways in which it can be broken.
fn tried(policies: &[Tried<'_>], unread: &[String], mut request: Request, image: &str, breaks: Break) -> Verdict {
    put_image(Arc::make_mut(&mut request.object), image);
    let asked: Vec<(&Tried<'_>, Vec<Ruling>)> =
        policies.iter().filter(|policy| policy.on_images).map(|policy| (policy, policy.rule(&request))).collect();
    let mut worst: Option<Verdict> = None;
    for witness in WITNESSES.iter().filter(|witness| witness.breaks == breaks) {
        request.images = witness.images;
        let mut told = Verdict::new(Outcome::LetIn, "", "no policy on images is asked about it");
        for (policy, beside) in &asked {
            for ruling in policy.rule(&request) {
                let by = policy.by(&ruling.by);
                let verdict = match ruling.answer {
                    Answer::NotAsked => continue,
                    Answer::Refuses(_) if beside.iter().any(|c| c.by == ruling.by && matches!(c.answer, Answer::Refuses(_))) => {
                        Verdict::new(Outcome::NotEvaluated, by, "it refuses the image in any case, for another reason")
                    }
                    Answer::Refuses(why) => {
                        // This image is named so that it is asked about.
                        let around = policy.ways_around(|| &request).into_iter().filter(|words| !words.contains(BY_NAME)).collect();
                        Verdict { around, ..Verdict::new(Outcome::Refused, by, why) }
                    }
                    Answer::NotEvaluated(why) => Verdict::new(Outcome::NotEvaluated, by, why),
                    Answer::Admits(why) => Verdict { spoken_of: !why.is_empty(), ..Verdict::new(Outcome::LetIn, by, why) },
                };
                // Whoever refuses all such pods decides; then who refuses those that don't stay out; then what is not known.
                if verdict.weight() < told.weight() || (told.by.is_empty() && verdict.outcome == told.outcome) {
                    told = verdict;
                }
            }
        }
        if let Some(words) = unread.first().filter(|_| told.outcome == Outcome::LetIn) {
            told = Verdict::new(Outcome::NotEvaluated, "", words);
        }
        if worst.as_ref().is_none_or(|known| told.weight() > known.weight()) {
            worst = Some(told);
        }
    }
    worst.unwrap_or_else(untried)
}
