//! Environments: what answers the atoms of a program.

use super::domain::{Atoms, Domain};
use super::observer::Observer;
use crate::grade::Verdict;
use crate::program::{AxisPart, Gate, ProbeId, Program, Rule, RuleBody, Signal, Test};
use crate::truth::Truth;

/// What answers the atoms of a program: tests, the points of one fact, and signals.
pub(crate) trait Env<'m> {
    type Domain: Domain;

    fn program(&self) -> &'m Program;

    /// The verdict of the gates that are not among [`gates`](Env::gates).
    ///
    /// For [`Residual`](super::Residual), which leaves out what is already known. Together with `gates` and `rules` this
    /// keeps `bounds` at four to ten times the cost of a score; without them every completion would evaluate everything.
    fn verdict(&self) -> Verdict {
        Verdict::Eligible
    }

    /// The required or the disqualifying gates to evaluate. For [`Residual`](super::Residual).
    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate> {
        self.program().gates(required).iter()
    }

    /// The sum of the rules of a part that are already known, and the rules to evaluate. For
    /// [`Residual`](super::Residual).
    fn rules(&self, part: &'m AxisPart) -> (PartialSum, impl Iterator<Item = &'m Rule>) {
        (PartialSum::default(), part.rules.iter())
    }

    /// Whether a test on facts or events holds.
    ///
    /// The probe is for [`Subject`](super::Subject) alone: for structs, it reads and tests a field in one indirect call.
    fn test<O: Observer<'m, Self::Domain>>(
        &self,
        probe: ProbeId,
        test: &'m Test,
        observer: &mut O,
    ) -> <Self::Domain as Domain>::Of<Truth>;

    /// The points of a body that reads one quantity or one fact.
    fn points<O: Observer<'m, Self::Domain>>(&self, body: &'m RuleBody, observer: &mut O)
    -> MaybeUnknown<Self::Domain>;

    /// The points of a signal.
    fn signal<O: Observer<'m, Self::Domain>>(&self, signal: &'m Signal, observer: &mut O)
    -> MaybeUnknown<Self::Domain>;
}

/// The sum of some rules of a part.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PartialSum {
    pub(crate) points: i64,
    /// What the rules add to the points that count as 100.
    pub(crate) expected: i64,
    /// What the rules add to the coverage of their axis.
    pub(crate) stake: i64,
}

/// A number that may be unknown.
#[derive(Clone, Debug)]
pub(crate) struct MaybeUnknown<D: Domain> {
    /// The number where it is known; zero if it never is.
    pub(crate) number: D::Number,
    pub(crate) unknown: D::Of<bool>,
}

impl<D: Domain> MaybeUnknown<D> {
    #[inline]
    pub(super) fn known(number: D::Number) -> MaybeUnknown<D> {
        MaybeUnknown { number, unknown: D::Of::one(false) }
    }
}
