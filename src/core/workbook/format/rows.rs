//! Which rows of a workbook are other than in the one before: an edit changes a few, and a workbook has thousands of texts. Each table is named once in
//! each function and by its field, so that one that is added later can't be forgotten.

use super::shared::Shared;
use super::workbook::Workbook;

/// Rows of a list that became others: `from..before` of the one before are `from..now` now, and all others are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) before: usize,
    pub(super) now: usize,
}

impl Span {
    /// What stands between the rows that two lists begin with, and those that they end with.
    fn between<T: PartialEq>(now: &[T], before: &[T]) -> Self {
        let from = now.iter().zip(before).take_while(|(a, b)| a == b).count();
        let same = now[from..].iter().rev().zip(before[from..].iter().rev()).take_while(|(a, b)| a == b).count();
        Self { from, before: before.len() - same, now: now.len() - same }
    }

    /// The same of rows that are seldom other memory even.
    fn between_shared<T: PartialEq>(now: &Shared<T>, before: &Shared<T>) -> Self {
        if now.is_same(before) { Self { from: now.len(), before: now.len(), now: now.len() } } else { Self::between(now, before) }
    }

    fn of<T: Clone>(self, now: &[T]) -> Vec<T> {
        now[self.from..self.now].to_vec()
    }

    fn take_over<T: Clone>(self, before: &mut Vec<T>, now: &[T]) {
        before.splice(self.from..self.before, now[self.from..self.now].iter().cloned());
    }
}

/// For each table, what is other than before: a list's rows, or whether it is, where there is one of it or none.
#[derive(Clone, Copy, Debug)]
pub struct Rows {
    pub(super) engagement: bool,
    pub(super) scope: bool,
    pub(super) place: bool,
    pub(super) scope_confirmed: bool,
    pub(super) previous: bool,
    pub(super) use_cases: Span,
    pub(super) versions: Span,
    pub(super) clusters: Span,
    pub(super) answers: Span,
    pub(super) determinations: Span,
    pub(super) analyses: Span,
    pub(super) evidence: Span,
    pub(super) samples: Span,
    pub(super) requests: Span,
    pub(super) remediations: Span,
    pub(super) exceptions: Span,
    pub(super) reviews: Span,
    pub(super) sign_offs: Span,
    pub(super) withheld: Span,
    pub(super) outcomes: Span,
}

impl Rows {
    /// What is other in a workbook than in the one before.
    #[must_use]
    pub fn between(now: &Workbook, before: &Workbook) -> Self {
        Self {
            engagement: now.engagement != before.engagement,
            scope: now.scope != before.scope,
            place: now.place != before.place,
            scope_confirmed: now.scope_confirmed != before.scope_confirmed,
            previous: now.previous != before.previous,
            use_cases: Span::between(&now.use_cases, &before.use_cases),
            versions: Span::between(&now.versions, &before.versions),
            clusters: Span::between(&now.clusters, &before.clusters),
            answers: Span::between(&now.answers, &before.answers),
            determinations: Span::between(&now.determinations, &before.determinations),
            analyses: Span::between(&now.analyses, &before.analyses),
            evidence: Span::between_shared(&now.evidence, &before.evidence),
            samples: Span::between(&now.samples, &before.samples),
            requests: Span::between(&now.requests, &before.requests),
            remediations: Span::between(&now.remediations, &before.remediations),
            exceptions: Span::between(&now.exceptions, &before.exceptions),
            reviews: Span::between(&now.reviews, &before.reviews),
            sign_offs: Span::between(&now.sign_offs, &before.sign_offs),
            withheld: Span::between(&now.withheld, &before.withheld),
            outcomes: Span::between_shared(&now.outcomes, &before.outcomes),
        }
    }

    /// A workbook with these rows alone, and with those tables of which there is always one.
    #[must_use]
    pub fn of(&self, now: &Workbook) -> Workbook {
        Workbook {
            format: now.format,
            catalogue: now.catalogue.clone(),
            engagement: now.engagement.clone(),
            scope: now.scope.clone(),
            place: now.place.clone(),
            scope_confirmed: now.scope_confirmed.clone().filter(|_| self.scope_confirmed),
            previous: now.previous.clone().filter(|_| self.previous),
            use_cases: self.use_cases.of(&now.use_cases),
            versions: self.versions.of(&now.versions),
            clusters: self.clusters.of(&now.clusters),
            answers: self.answers.of(&now.answers),
            determinations: self.determinations.of(&now.determinations),
            analyses: self.analyses.of(&now.analyses),
            evidence: self.evidence.of(&now.evidence).into(),
            samples: self.samples.of(&now.samples),
            requests: self.requests.of(&now.requests),
            remediations: self.remediations.of(&now.remediations),
            exceptions: self.exceptions.of(&now.exceptions),
            reviews: self.reviews.of(&now.reviews),
            sign_offs: self.sign_offs.of(&now.sign_offs),
            withheld: self.withheld.of(&now.withheld),
            outcomes: self.outcomes.of(&now.outcomes).into(),
        }
    }

    /// Makes the workbook before the one that is now, without copying what is the same.
    pub fn take_over(&self, before: &mut Workbook, now: &Workbook) {
        let Workbook {
            format,
            catalogue,
            engagement,
            scope,
            place,
            scope_confirmed,
            previous,
            use_cases,
            versions,
            clusters,
            answers,
            determinations,
            analyses,
            evidence,
            samples,
            requests,
            remediations,
            exceptions,
            reviews,
            sign_offs,
            withheld,
            outcomes,
        } = before;
        *format = now.format;
        catalogue.clone_from(&now.catalogue);
        if self.engagement {
            engagement.clone_from(&now.engagement);
        }
        if self.scope {
            scope.clone_from(&now.scope);
        }
        if self.place {
            place.clone_from(&now.place);
        }
        if self.scope_confirmed {
            scope_confirmed.clone_from(&now.scope_confirmed);
        }
        if self.previous {
            previous.clone_from(&now.previous);
        }
        self.use_cases.take_over(use_cases, &now.use_cases);
        self.versions.take_over(versions, &now.versions);
        self.clusters.take_over(clusters, &now.clusters);
        self.answers.take_over(answers, &now.answers);
        self.determinations.take_over(determinations, &now.determinations);
        self.analyses.take_over(analyses, &now.analyses);
        evidence.clone_from(&now.evidence);
        self.samples.take_over(samples, &now.samples);
        self.requests.take_over(requests, &now.requests);
        self.remediations.take_over(remediations, &now.remediations);
        self.exceptions.take_over(exceptions, &now.exceptions);
        self.reviews.take_over(reviews, &now.reviews);
        self.sign_offs.take_over(sign_offs, &now.sign_offs);
        self.withheld.take_over(withheld, &now.withheld);
        outcomes.clone_from(&now.outcomes);
    }
}
