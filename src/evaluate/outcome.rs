//! What an evaluation finds.

use smallvec::SmallVec;

use super::domain::{Atoms, Domain, Numbers};
use super::observer::Observer;
use super::one::Concrete;
use super::total;
use crate::grade::Verdict;
use crate::program::Index;

/// Points and score of one axis.
#[derive(Clone, Debug)]
pub(crate) struct AxisOutcome<D: Domain> {
    pub(crate) raw: D::Number,
    /// What counts as 100 for this subject; zero or less if every rule was skipped.
    pub(crate) available: D::Number,
    /// The score carried to twelve places.
    pub(crate) carried: D::Number,
    /// The score rounded to six places. What it would be for an axis that is skipped.
    pub(crate) score: D::Number,
    /// `None` if the program does not ask for coverage.
    pub(crate) known: Option<AxisCoverage<D>>,
}

/// How much is known about one axis.
#[derive(Clone, Debug)]
pub(crate) struct AxisCoverage<D: Domain> {
    /// How much of what its rules can give is known, from 0 to 100 in millionths.
    pub(crate) coverage: D::Number,
    /// Whether the axis is left out of the total.
    pub(crate) skipped: D::Of<bool>,
}

impl Copy for AxisOutcome<Concrete> {}

impl Copy for AxisCoverage<Concrete> {}

pub(super) type AxisOutcomes<D> = SmallVec<<D as Domain>::Axes>;

/// Everything that an evaluation finds.
#[derive(Clone, Debug)]
pub(crate) struct Outcome<D: Domain> {
    pub(crate) verdict: D::Of<Verdict>,
    pub(crate) value: D::Number,
    /// The mean of the axes' coverages; `None` if the model does not ask, or no subject passes the gates.
    pub(crate) coverage: Option<D::Number>,
    /// Empty if no subject passes the gates.
    pub(crate) axes: AxisOutcomes<D>,
    /// Among all grades there can be.
    pub(crate) grade: D::Of<Index>,
    pub(crate) state: D::Of<Index>,
    pub(crate) segment: D::Of<Index>,
    pub(crate) play: D::Of<Index>,
}

impl<D: Domain> AxisOutcome<D> {
    /// The score as it is reported: 0 where the axis is skipped.
    pub(crate) fn reported_score(&self) -> D::Number {
        D::select(&self.skipped(), D::Number::one(0), self.score.clone())
    }

    /// Whether the axis is left out of the total.
    pub(crate) fn skipped(&self) -> D::Of<bool> {
        self.known.as_ref().map_or_else(|| D::Of::one(false), |known| known.skipped.clone())
    }
}

impl<D: Domain> Outcome<D> {
    /// The outcome of a subject that a gate holds back.
    pub(crate) fn gated(verdict: D::Of<Verdict>) -> Outcome<D> {
        Outcome {
            verdict,
            value: D::Number::one(0),
            coverage: None,
            axes: SmallVec::new(),
            grade: D::Of::one(Index::NONE),
            state: D::Of::one(Index::NONE),
            segment: D::Of::one(Index::NONE),
            play: D::Of::one(Index::NONE),
        }
    }

    /// Adds the next axis.
    #[inline(always)]
    pub(crate) fn push<'m, O: Observer<'m, D>>(
        &mut self,
        raw: D::Number,
        available: D::Number,
        known: Option<AxisCoverage<D>>,
        observer: &mut O,
    ) {
        let result = AxisOutcome { known, ..total::axis_outcome(raw, available) };
        observer.on_axis(&result);
        self.axes.push(result);
    }

    /// Makes the verdict `Uncovered` where the subject would be scored and no axis is left.
    #[cold]
    #[inline(never)]
    pub(super) fn uncover(&mut self, left: &D::Of<bool>) {
        self.verdict = D::map2(&self.verdict, left, |verdict, left| match verdict {
            Verdict::Eligible | Verdict::Undetermined if !left => Verdict::Uncovered,
            verdict => verdict,
        });
        self.hold_back();
    }

    /// Removes value and names where a gate or the lack of knowledge holds the subject back.
    pub(super) fn hold_back(&mut self) {
        let scored = D::map(&self.verdict, Verdict::is_scored);
        match scored.single() {
            Some(true) => return,
            Some(false) => {
                self.axes.clear();
                if !self.verdict.any(|verdict| verdict == Verdict::Uncovered) {
                    self.coverage = None;
                }
            }
            None => {}
        }
        self.value = D::select(&scored, self.value.clone(), D::Number::one(0));
        for index in [&mut self.grade, &mut self.state, &mut self.segment, &mut self.play] {
            *index = D::map2(index, &scored, |index, scored| if scored { index } else { Index::NONE });
        }
    }
}
