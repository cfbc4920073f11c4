//! Observers: what listens to an evaluation.

use super::domain::Domain;
use super::env::MaybeUnknown;
use super::outcome::AxisOutcome;
use super::signal::Tally;
use crate::input::facts::Fact;
use crate::program::{AxisPart, FieldIndex, Gate, Limit, Promoter, Quantity, Rule, Segment, Signal, Test};
use crate::truth::Truth;

/// A listener to an evaluation of a program that lives for `'m`.
///
/// The observations between two calls of `on_gate`, `on_rule`, `on_promoter`, `on_limit` or `on_segment` belong to the
/// later one. Methods are for all observers unless they name one.
pub(crate) trait Observer<'m, D: Domain> {
    /// Whether everything is evaluated, even what can no longer change the outcome. True for the ledger of an explanation.
    const FULL: bool;

    fn on_test(&mut self, _test: &'m Test, _seen: Observation<'_, D>, _truth: &D::Of<Truth>) {}
    /// Called before and after the operand of a `not`. For the ledger, which reports the polarity of a test.
    fn on_negation(&mut self) {}
    fn on_quantity(&mut self, _of: &'m Quantity, _value: Option<D::Number>) {}
    fn on_fact(&mut self, _field: FieldIndex, _fact: Fact<'_>) {}
    /// No tally if the signal is unknown.
    fn on_signal(&mut self, _signal: &'m Signal, _tally: Option<Tally>) {}
    fn on_gate(&mut self, _gate: &'m Gate, _required: bool, _truth: &D::Of<Truth>) {}
    /// The points of a rule, computed only if the observer calls `points`.
    fn on_rule(&mut self, _rule: &'m Rule, _points: impl FnOnce() -> MaybeUnknown<D>) {}
    /// Called after the rules of a part. For the specializer, which closes its partial sum.
    fn on_part(&mut self, _part: &'m AxisPart, _sum: &D::Number) {}
    fn on_axis(&mut self, _axis: &AxisOutcome<D>) {}
    fn on_promoter(&mut self, _promoter: &'m Promoter, _truth: &D::Of<Truth>) {}
    fn on_limit(&mut self, _limit: &'m Limit, _truth: &D::Of<Truth>, _before: &D::Number, _after: &D::Number) {}
    fn on_segment(&mut self, _segment: &'m Segment, _truth: &D::Of<Truth>) {}
    /// The total of the axes, and the same with promoters and limits, clamped to 0 to 100. For the ledger.
    fn on_total(&mut self, _base: &D::Number, _value: &D::Number) {}
}

/// Listens to nothing.
impl<D: Domain> Observer<'_, D> for () {
    const FULL: bool = false;
}

/// What a test looked at.
#[derive(Clone, Debug)]
pub(crate) enum Observation<'a, D: Domain> {
    Fact(Fact<'a>),
    /// A quantity in its unit; `None` if it is unknown.
    Quantity(Option<D::Number>),
    /// The number of events.
    Events(D::Number),
}
