//! What becomes of images that lack what is demanded of them: asked by several checks about thousands of images each, and answered once for all
//! namespaces that no policy on images tells apart.

use super::breaks::Break;
use super::judged::{Outcome, Verdict, untried};
use super::places::Place;
use super::requests::{put_image, requests};
use super::tried::Tried;
use super::witness::{Dress, Form, WITNESSES, Witness};
use kassay_engines::kyverno::serve_alike;
use kassay_engines::{Answer, BY_NAME, Namespace, Request, Ruling};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What was said of an image, once it is.
type Said = Arc<OnceLock<Verdict>>;

/// Places that no policy on images tells apart, and in which witnesses wear the same labels.
struct Sort {
    /// The first of them, which stands for all.
    namespace: Namespace,
    dress: Dress,
    /// The clean pod there.
    clean: OnceLock<Option<Request>>,
    said: Mutex<HashMap<(String, Break), Said>>,
}

/// The images that were asked about.
pub(super) struct Images {
    sorts: Vec<Sort>,
    /// For each place, of which sort it is.
    of_places: Vec<usize>,
}

impl Images {
    /// Sorts the places.
    pub(super) fn new(places: &[Place], policies: &[Tried<'_>]) -> Self {
        let (mut sorts, mut known) = (Vec::new(), HashMap::new());
        let of_places = places
            .iter()
            .map(|place| {
                let keys: Vec<usize> =
                    place.keys.iter().zip(policies).filter(|(_, policy)| policy.on_images).map(|(key, _)| *key).collect();
                *known.entry((keys, &place.dress.labels)).or_insert_with(|| {
                    let (namespace, dress) = (place.first.clone(), place.dress.clone());
                    sorts.push(Sort { namespace, dress, clean: OnceLock::new(), said: Mutex::default() });
                    sorts.len() - 1
                })
            })
            .collect();
        Self { sorts, of_places }
    }

    /// What all policies on images say to a pod with this image in a place, which lacks what is demanded.
    pub(super) fn verdict(&self, policies: &[Tried<'_>], unread: &[String], place: usize, image: &str, breaks: Break) -> Verdict {
        let Some(sort) = self.of_places.get(place).and_then(|sort| self.sorts.get(*sort)) else { return untried() };
        let said = {
            let mut said = sort.said.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(said.entry((image.to_owned(), breaks)).or_default())
        };
        // Asked outside the lock: checks run side by side.
        let clean = || sort.clean.get_or_init(|| clean_pod(&sort.namespace, &sort.dress)).clone();
        let ask = || clean().map_or_else(untried, |clean| tried(policies, unread, clean, image, breaks));
        said.get_or_init(ask).clone()
    }
}

/// The request for the clean pod.
fn clean_pod(namespace: &Namespace, dress: &Dress) -> Option<Request> {
    let clean = Witness::by_id(Form::Pod.clean())?;
    requests(clean, namespace, dress, false).into_iter().next()
}

/// What all policies on images say to a pod with this image that breaks a demand on images, the worst of the ways in which it can be broken.
fn tried(policies: &[Tried<'_>], unread: &[String], mut request: Request, image: &str, breaks: Break) -> Verdict {
    let mut object = (*request.object).clone();
    put_image(&mut object, image);
    let object = Arc::new(object);
    if !image.is_empty() {
        serve_alike(&request.kind, &request.object, &object, |served| put_image(served, image));
    }
    request.object = object;
    // Who is not asked about it is not, whatever is supposed of it.
    let concerned = |rulings: &[Ruling]| rulings.iter().any(|ruling| !matches!(ruling.answer, Answer::NotAsked));
    let asked: Vec<(&Tried<'_>, Vec<Ruling>)> = policies
        .iter()
        .filter(|policy| policy.on_images)
        .map(|policy| (policy, policy.rule(&request)))
        .filter(|(_, rulings)| concerned(rulings))
        .collect();
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
