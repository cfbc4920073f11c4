//! The search for changes: bisection over enclosures.

use std::fmt;
use std::iter::FusedIterator;

use chrono::{DateTime, Utc};

use super::{Change, Projection};
use crate::evaluate::{Concrete, Evaluation, FactSet, Outcome, Subject, SubjectSet};
use crate::input::facts::Facts;
use crate::score::Score;
use crate::scorer::Scorer;
use crate::time::{instant_at, instants, second_of};

/// An iterator over the changes of an outcome in time; see [`Scorer::changes`].
///
/// Each item is a [`Change`], which serializes. [`Change::to_owned`] returns a copy that borrows nothing.
pub struct Changes<'m, 's, T> {
    scorer: &'m Scorer<T>,
    subject: &'s T,
    of: Projection,
    facts: Vec<FactSet<'s>>,
    as_of: DateTime<Utc>,
    /// The last second up to which the projection is known not to change, and the outcome that it is compared with.
    at: i64,
    now: Outcome<Concrete>,
    until: i64,
    evaluations: u64,
}

/// The evaluation of a span of time.
struct Enclosure {
    /// Whether the projection stays the same over the whole span.
    same: bool,
    /// The first second after the start at which an answer can change at once.
    breakpoint: Option<i64>,
    /// Whether an answer changes continuously, from second to second.
    varies: bool,
}

impl<T: Facts> Changes<'_, '_, T> {
    /// Returns the number of evaluations of the model so far, at an instant or over a span of time.
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    fn outcome(&mut self, at: i64) -> Outcome<Concrete> {
        self.evaluations += 1;
        let program = self.scorer.program();
        Evaluation::new(Subject::new(program, self.subject, at)).outcome(&mut ())
    }

    /// Evaluates the span from `from` to `to`.
    fn enclose(&mut self, from: i64, to: i64) -> Enclosure {
        self.evaluations += 1;
        let program = self.scorer.program();
        let evaluation = Evaluation::new(SubjectSet::new(program, &self.facts, self.subject.activity(), (from, to)));
        let enclosure = evaluation.outcome(&mut ());
        let (breakpoint, varies) = (evaluation.env().breakpoint(), evaluation.env().varies());
        let same = self.of.all_same(&enclosure, &self.now) || (breakpoint.is_none() && !varies);
        Enclosure { same, breakpoint, varies }
    }

    /// Returns the first second after `self.at`, up to `until`, with another projection, and its outcome.
    ///
    /// Returns `None` if there is none, with `self.at` at `until`, or after `max_evaluations` in total, with `self.at`
    /// before `until`.
    fn search(&mut self, until: i64, max_evaluations: u64) -> Option<(i64, Outcome<Concrete>)> {
        let mut found = None;
        // A stack of the ends of the remaining spans, and whether the projection is known to be the same at the end.
        let mut ends = vec![(until, false)];
        // Whether to enclose the rest after a breakpoint as a whole, which is best for few breakpoints, or by halves. The
        // search alternates.
        let mut whole = false;
        while let Some((to, same_at_end)) = ends.pop() {
            let from = self.at;
            if from >= to {
                continue;
            }
            if self.evaluations >= max_evaluations {
                return None;
            }
            if to - from == 1 {
                let outcome = self.outcome(to);
                if !self.of.same(&outcome, &self.now) {
                    return Some((to, outcome));
                }
                self.at = to;
                continue;
            }
            let span = self.enclose(from, to);
            if span.same {
                self.at = to;
            } else if let Some(breakpoint) = span.breakpoint {
                ends.push((to, same_at_end));
                whole = !whole;
                if !whole {
                    ends.push((i64::midpoint(breakpoint, to), false));
                }
                ends.push((breakpoint, false));
                if span.varies {
                    ends.push((breakpoint - 1, false));
                } else {
                    // Nothing changes before the breakpoint.
                    self.at = breakpoint - 1;
                }
            } else if same_at_end {
                ends.extend([(to, true), (i64::midpoint(from, to), false)]);
            } else {
                let outcome = self.outcome(to);
                if self.of.same(&outcome, &self.now) {
                    ends.extend([(to, true), (i64::midpoint(from, to), false)]);
                } else {
                    // This is usually the first change. The next turn checks that nothing changes before it.
                    let (at, outcome) = self.bisect(to, outcome);
                    ends.clear();
                    ends.push((at - 1, true));
                    found = Some((at, outcome));
                }
            }
        }
        found
    }

    /// Bisects down to a second with another projection after a second with the same one.
    ///
    /// `last` is a second with another projection, and `outcome` is the outcome at `last`.
    fn bisect(&mut self, last: i64, outcome: Outcome<Concrete>) -> (i64, Outcome<Concrete>) {
        let (mut same, mut other) = (self.at, (last, outcome));
        while other.0 - same > 1 {
            let middle = i64::midpoint(same, other.0);
            let outcome = self.outcome(middle);
            if self.of.same(&outcome, &self.now) {
                same = middle;
            } else {
                other = (middle, outcome);
            }
        }
        other
    }

    /// The last second up to which nothing changes.
    pub(super) fn reached(&self) -> i64 {
        self.at
    }

    /// Whether the search reached `until`.
    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.until
    }

    /// Whether it is certain, after this many more evaluations, that the projection never changes again.
    pub(super) fn is_constant_from_now_on(&mut self, evaluations: u64) -> bool {
        let last = *instants().end();
        let max_evaluations = self.evaluations.saturating_add(evaluations);
        self.search(last, max_evaluations).is_none() && self.at >= last
    }
}

impl<'m, 's, T: Facts> Changes<'m, 's, T> {
    pub(super) fn new(
        scorer: &'m Scorer<T>,
        subject: &'s T,
        as_of: DateTime<Utc>,
        until: DateTime<Utc>,
        of: Projection,
    ) -> Changes<'m, 's, T> {
        let program = scorer.program();
        let at = second_of(as_of);
        let own = Subject::new(program, subject, at);
        let facts = (0..program.fields.len()).map(|field| FactSet::one(own.fact_cow(field))).collect();
        let now = Evaluation::new(own).outcome(&mut ());
        Changes { scorer, subject, of, facts, as_of, at, now, until: second_of(until), evaluations: 1 }
    }

    /// Returns the next change; `None` also after `max_evaluations` in total, and then the search is not at the end.
    pub(super) fn next_within(&mut self, max_evaluations: u64) -> Option<Change<'m, 's, T>> {
        let (at, outcome) = self.search(self.until, max_evaluations)?;
        let before = self.outcome(at - 1);
        let program = self.scorer.program();
        let change = Change {
            scorer: self.scorer,
            subject: self.subject,
            as_of: self.as_of,
            at: instant_at(at),
            before: Score::new(program, &before),
            after: Score::new(program, &outcome),
        };
        (self.at, self.now) = (at, outcome);
        Some(change)
    }
}

impl<'m, 's, T: Facts> Iterator for Changes<'m, 's, T> {
    type Item = Change<'m, 's, T>;

    fn next(&mut self) -> Option<Change<'m, 's, T>> {
        self.next_within(u64::MAX)
    }
}

impl<T: Facts> FusedIterator for Changes<'_, '_, T> {}

impl<T> fmt::Debug for Changes<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes")
            .field("of", &self.of)
            .field("at", &instant_at(self.at))
            .field("until", &instant_at(self.until))
            .field("evaluations", &self.evaluations)
            .finish_non_exhaustive()
    }
}
