//! Sampling: how items are chosen from a population, so that anybody can choose them again. `docs/sampling.md` tells the same with standard
//! tools; a test runs its lines against this.
//!
//! Names are unique, sorted by their bytes. Where chance chooses, each name gets the SHA-256 of the seed, a line break and the name, in
//! hexadecimal; names are sorted by that, and the first ones are taken. So the choice hangs on seed and names alone, never on their order.

mod population;
mod result;
mod words;

pub use population::{Gathered, Member, Place, gather, kinds_of, typed};
pub use result::{Summary, Tally, summary};
pub use words::{method_words, population_words, size_words};

use super::accept::NotAccepted;
use super::{Population, PopulationKind, Sample, SamplingMethod, Strata, journal};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// The most items that a sample has: more are no work for a person.
pub const MOST_ITEMS: usize = 2_000;

/// The most names of an inventory that are kept beside a sample; those of a larger one are in the snapshot.
pub const MOST_KEPT: usize = 2_000;

/// How many items are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Every one.
    All,
    /// So many.
    Count(usize),
    /// So many tenths of a hundredth, rounded up.
    Permille(usize),
}

impl FromStr for Size {
    type Err = NotAccepted;

    fn from_str(text: &str) -> Result<Self, NotAccepted> {
        let no = || NotAccepted(format!("“{}” is no size: write 25, 10% or all", text.trim()));
        let lower = text.trim().to_lowercase();
        if matches!(lower.as_str(), "all" | "whole" | "100%") {
            return Ok(Self::All);
        }
        let Some(share) = lower.strip_suffix('%') else {
            return lower.parse().ok().filter(|n| *n > 0).map(Self::Count).ok_or_else(no);
        };
        let (whole, tenth) = share.trim().split_once(['.', ',']).unwrap_or((share.trim(), "0"));
        let digit = |text: &str| text.parse::<usize>().ok().filter(|_| text.len() == 1);
        let permille = whole.parse::<usize>().ok().zip(digit(tenth)).and_then(|(whole, tenth)| whole.checked_mul(10)?.checked_add(tenth));
        permille.filter(|n| (1..=1_000).contains(n)).map(Self::Permille).ok_or_else(no)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Count(n) => write!(f, "{n}"),
            Self::Permille(n) if n % 10 == 0 => write!(f, "{}%", n / 10),
            Self::Permille(n) => write!(f, "{}.{}%", n / 10, n % 10),
        }
    }
}

impl Size {
    /// How many that is of a population.
    ///
    /// # Errors
    /// Where the population has fewer.
    pub fn of(self, population: usize) -> Result<usize, NotAccepted> {
        match self {
            Self::All => Ok(population),
            Self::Count(n) if n > population => Err(NotAccepted(format!("the population has {population}: write that, or all"))),
            Self::Count(n) => Ok(n),
            Self::Permille(n) => Ok(population.saturating_mul(n).div_ceil(1_000)),
        }
    }
}

/// How a sample is to be drawn by chance, or whole.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The method.
    pub method: SamplingMethod,
    /// What the strata are.
    pub strata: Option<Strata>,
    /// How many.
    pub size: Size,
    /// The seed.
    pub seed: &'a str,
}

/// An item that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drawn {
    /// Its name.
    pub name: String,
    /// Its stratum; "" where there are none.
    pub stratum: String,
}

/// By what a name is ordered where chance chooses.
#[must_use]
pub fn key(seed: &str, name: &str) -> String {
    journal::digest(format!("{seed}\n{name}").as_bytes())
}

/// Digest of a population: SHA-256 of the sorted names, each with a line break behind it.
#[must_use]
pub fn digest<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    journal::digest(listed(names).as_bytes())
}

/// The names of a population as a file: sorted, one a line.
#[must_use]
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let sorted: BTreeSet<&str> = names.into_iter().collect();
    sorted.into_iter().flat_map(|name| [name, "\n"]).collect()
}

/// Draws a sample; its items are in the order of their names.
///
/// # Errors
/// Where the population can't give it, or the method chooses by judgement.
pub fn draw(population: &[Member], ask: &Ask<'_>) -> Result<Vec<Drawn>, NotAccepted> {
    let strata = if ask.method == SamplingMethod::Stratified { Some(ask.strata.unwrap_or_default()) } else { None };
    let wanted = if ask.method == SamplingMethod::All { population.len() } else { ask.size.of(population.len())? };
    if wanted == 0 {
        return Err(NotAccepted("there is nothing to draw from".to_owned()));
    }
    if wanted > MOST_ITEMS {
        return Err(NotAccepted(format!(
            "{wanted} items are more than a person can look at: draw at most {MOST_ITEMS}, or narrow the population"
        )));
    }
    match ask.method {
        SamplingMethod::Judgement => return Err(NotAccepted("by judgement, a person chooses the items".to_owned())),
        SamplingMethod::Random | SamplingMethod::Stratified if ask.seed.trim().is_empty() => {
            return Err(NotAccepted("chance needs a seed: any words will do".to_owned()));
        }
        _ => {}
    }
    let mut groups: BTreeMap<String, Vec<&Member>> = BTreeMap::new();
    for member in population {
        groups.entry(strata.map_or_else(String::new, |by| member.stratum(by))).or_default().push(member);
    }
    let sizes: Vec<usize> = groups.values().map(Vec::len).collect();
    let mut drawn: Vec<Drawn> = vec![];
    for ((stratum, members), wanted) in groups.into_iter().zip(allocate(&sizes, wanted)) {
        let mut ordered: Vec<(String, &Member)> = members.into_iter().map(|member| (key(ask.seed, &member.name), member)).collect();
        ordered.sort_by(|a, b| (&a.0, &a.1.name).cmp(&(&b.0, &b.1.name)));
        drawn.extend(ordered.into_iter().take(wanted).map(|(_, member)| Drawn { name: member.name.clone(), stratum: stratum.clone() }));
    }
    drawn.sort();
    Ok(drawn)
}

/// The items that a person chose, in the order of their names.
///
/// # Errors
/// Where none was chosen, too many were, or one is not in the population.
pub fn judged(population: &[Member], chosen: &BTreeSet<String>) -> Result<Vec<Drawn>, NotAccepted> {
    if chosen.is_empty() {
        return Err(NotAccepted("nothing is chosen yet".to_owned()));
    }
    if chosen.len() > MOST_ITEMS {
        return Err(NotAccepted(format!("choose at most {MOST_ITEMS}: more are no work for a person")));
    }
    let known: BTreeSet<&str> = population.iter().map(|member| member.name.as_str()).collect();
    match chosen.iter().find(|name| !known.contains(name.as_str())) {
        Some(name) => Err(NotAccepted(format!("{name} is not in the population"))),
        None => Ok(chosen.iter().map(|name| Drawn { name: name.clone(), stratum: String::new() }).collect()),
    }
}

/// How many of each stratum are drawn: in proportion, by the largest remainder, the earlier stratum first among equals; then, where so many are
/// drawn that each stratum could have one, those with none get one from the stratum that lies furthest above its share.
#[must_use]
pub fn allocate(sizes: &[usize], wanted: usize) -> Vec<usize> {
    let whole: usize = sizes.iter().sum();
    let wanted = wanted.min(whole);
    if whole == 0 {
        return vec![0; sizes.len()];
    }
    let share = |size: usize| (size as u128) * (wanted as u128);
    let mut given: Vec<usize> = sizes.iter().map(|size| usize::try_from(share(*size) / whole as u128).unwrap_or(wanted)).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(share(sizes[*at]) % whole as u128), *at));
    let left = wanted - given.iter().sum::<usize>();
    order.into_iter().take(left).for_each(|at| given[at] += 1);
    let filled = sizes.iter().filter(|size| **size > 0).count();
    if wanted >= filled {
        while let Some(empty) = (0..sizes.len()).find(|at| sizes[*at] > 0 && given[*at] == 0) {
            // Above its share by how much, in parts of the whole; the earlier one among equals.
            let above = |at: usize| (given[at] as i128) * (whole as i128) - (share(sizes[at]) as i128);
            let donor = (0..sizes.len()).filter(|at| given[*at] > 1).max_by_key(|at| (above(*at), std::cmp::Reverse(*at)));
            let Some(donor) = donor else { break };
            given[donor] -= 1;
            given[empty] += 1;
        }
    }
    given
}

/// How a population differs from what a sample was drawn from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Names that are new; none where the names of then are not kept.
    pub came: Option<Vec<String>>,
    /// Names that are gone; none where the names of then are not kept.
    pub went: Option<Vec<String>>,
    /// How many there were.
    pub before: usize,
    /// How many there are.
    pub now: usize,
}

impl Drift {
    /// Compares; nothing where both are the same.
    #[must_use]
    pub fn of(population: &Population, members: &[Member]) -> Option<Self> {
        if digest(members.iter().map(|member| member.name.as_str())) == population.digest {
            return None;
        }
        let (before, now) = (population.count, members.len());
        if population.members.is_empty() && before > 0 {
            return Some(Self { came: None, went: None, before, now });
        }
        let then: BTreeSet<&str> = population.members.iter().map(String::as_str).collect();
        let today: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
        let names = |names: Vec<&&str>| Some(names.into_iter().map(|name| (*name).to_owned()).collect());
        Some(Self { came: names(today.difference(&then).collect()), went: names(then.difference(&today).collect()), before, now })
    }

    /// What changed, in a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        const NAMED: usize = 5;
        let some = |what: &str, names: &Option<Vec<String>>| {
            let names = names.as_deref().filter(|names| !names.is_empty())?;
            let more = names.len().saturating_sub(NAMED);
            let first = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
            Some(format!("{} {what}: {first}{}", names.len(), if more > 0 { format!(" and {more} more") } else { String::new() }))
        };
        let parts: Vec<String> = [some("came", &self.came), some("went", &self.went)].into_iter().flatten().collect();
        let what = if parts.is_empty() {
            "the names of then are not kept here; the snapshot of then has them".to_owned()
        } else {
            parts.join("; ")
        };
        format!("The population is another one now, {} then and {} now: {what}.", self.before, self.now)
    }
}

/// What comes of drawing a sample once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// The same items.
    Same,
    /// The population is another one.
    Changed(Drift),
    /// The population is the same, and the items in the workbook are not those that seed and method give.
    Differs,
    /// No method chose them, but a person.
    ByPerson,
}

/// Draws a sample once more from a population, to compare; the sample stays as it is.
#[must_use]
pub fn again(sample: &Sample, members: &[Member]) -> Again {
    if let Some(drift) = Drift::of(&sample.population, members) {
        return Again::Changed(drift);
    }
    if sample.method == SamplingMethod::Judgement {
        return Again::ByPerson;
    }
    let ask = Ask { method: sample.method, strata: sample.strata, size: Size::Count(sample.items.len()), seed: &sample.seed };
    let kept: BTreeSet<&str> = sample.items.iter().map(|item| item.name.as_str()).collect();
    match draw(members, &ask) {
        Ok(drawn) if drawn.len() == sample.items.len() && drawn.iter().all(|item| kept.contains(item.name.as_str())) => Again::Same,
        _ => Again::Differs,
    }
}

/// Whether a population of that kind has strata.
#[must_use]
pub const fn has_strata(of: PopulationKind) -> bool {
    !matches!(of, PopulationKind::Typed)
}

#[cfg(test)]
mod tests;
