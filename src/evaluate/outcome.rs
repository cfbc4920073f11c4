//! What an evaluation finds.

use smallvec::SmallVec;

use super::domain::{Atoms, Domain, Numbers};
use super::observer::Observer;
use super::total;
use crate::grade::Verdict;
use crate::program::Index;

/// Points and score of one axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AxisOutcome<D: Domain> {
    pub(crate) raw: D::Number,
    /// What counts as 100 for this subject; zero or less if every rule was skipped.
    pub(crate) available: D::Number,
    /// The score carried to twelve places.
    pub(crate) carried: D::Number,
    /// The score rounded to six places.
    pub(crate) score: D::Number,
}

pub(super) type AxisOutcomes<D> = SmallVec<<D as Domain>::Axes>;

/// Everything that an evaluation finds.
#[derive(Clone, Debug)]
pub(crate) struct Outcome<D: Domain> {
    pub(crate) verdict: D::Of<Verdict>,
    pub(crate) value: D::Number,
    /// Empty if no subject passes the gates.
    pub(crate) axes: AxisOutcomes<D>,
    /// Among all grades there can be.
    pub(crate) grade: D::Of<Index>,
    pub(crate) state: D::Of<Index>,
    pub(crate) segment: D::Of<Index>,
    pub(crate) play: D::Of<Index>,
}

impl<D: Domain> Outcome<D> {
    /// The outcome of a subject that a gate holds back.
    pub(crate) fn gated(verdict: D::Of<Verdict>) -> Outcome<D> {
        Outcome {
            verdict,
            value: D::Number::one(0),
            axes: SmallVec::new(),
            grade: D::Of::one(Index::NONE),
            state: D::Of::one(Index::NONE),
            segment: D::Of::one(Index::NONE),
            play: D::Of::one(Index::NONE),
        }
    }

    /// Adds the next axis.
    #[inline(always)]
    pub(crate) fn push<'m, O: Observer<'m, D>>(&mut self, raw: D::Number, available: D::Number, observer: &mut O) {
        let axis = total::axis_outcome(raw, available);
        observer.on_axis(&axis);
        self.axes.push(axis);
    }

    /// Removes value and names where a gate holds the subject back.
    pub(super) fn hold_back(&mut self) {
        let scored = D::map(&self.verdict, Verdict::is_scored);
        match scored.single() {
            Some(true) => return,
            Some(false) => self.axes.clear(),
            None => {}
        }
        self.value = D::select(&scored, self.value.clone(), D::Number::one(0));
        for index in [&mut self.grade, &mut self.state, &mut self.segment, &mut self.play] {
            *index = D::map2(index, &scored, |index, scored| if scored { index } else { Index::NONE });
        }
    }
}
