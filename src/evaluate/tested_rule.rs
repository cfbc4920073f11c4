//! The rules whose points conditions on the outcome test.
//!
//! A score adds the points of rules up and does not keep them. Where conditions test them, the rules are evaluated a second
//! time. So other models pay nothing, and rules that a [`Residual`](super::Residual) left out have their points too.

use std::ops::RangeInclusive;

use smallvec::SmallVec;

use super::domain::{Atoms, Domain, Numbers};
use super::env::{Env, MaybeUnknown};
use super::observer::{Observation, Observer};
use super::pipeline::Evaluation;
use crate::model::limits::AXES_MAX;
use crate::program::{Rule, RuleBody, Test};
use crate::truth::Truth;

/// Less than the points of any rule.
const NONE: i64 = i64::MIN;

/// The greatest points of one or several rules.
#[derive(Clone, Debug)]
pub(super) struct GreatestPoints<D: Domain> {
    /// The greatest points of the rules that are known, [`NONE`] where no rule is.
    known: D::Number,
    /// Whether some rule is unknown.
    open: D::Of<bool>,
}

impl<'m, E: Env<'m>> Evaluation<E> {
    /// The points of the rule at this slot.
    #[cold]
    #[inline(never)]
    pub(super) fn tested_rule(&self, slot: usize) -> Option<GreatestPoints<E::Domain>> {
        let rule = self.env().program().tested_rule(slot)?;
        Some(GreatestPoints::none().or(self.known(rule)))
    }

    /// The greatest points of the rules of each axis, of those for which a condition tests them.
    ///
    /// Once for all conditions: an axis can have as many rules as a model has conditions.
    pub(super) fn greatest_rules(&self) -> SmallVec<[GreatestPoints<E::Domain>; AXES_MAX]> {
        let axes = self.env().program().axes.iter().map(|axis| {
            let parts = axis.parts.iter().filter(|_| axis.tests_greatest);
            let rules = parts.flat_map(|part| &part.rules);
            rules.fold(GreatestPoints::none(), |greatest, rule| greatest.or(self.known(rule)))
        });
        axes.collect()
    }

    /// The points of a rule, without its policy for the unknown.
    fn known(&self, rule: &'m Rule) -> MaybeUnknown<E::Domain> {
        let (Some(guard), RuleBody::Points(by_truth)) = (&rule.guard, &rule.body) else {
            return self.without_policy(rule, &mut ());
        };
        let guard = self.condition(guard, None, &mut ());
        let points = |guard| (guard != Truth::Unknown).then(|| by_truth.of(guard));
        let unknown = E::Domain::map(&guard, |guard| guard == Truth::Unknown);
        MaybeUnknown { number: E::Domain::number(&guard, points), unknown }
    }
}

impl<D: Domain> GreatestPoints<D> {
    /// The greatest points of no rule.
    fn none() -> GreatestPoints<D> {
        GreatestPoints { known: D::Number::one(NONE), open: D::Of::one(false) }
    }

    /// With one more rule.
    fn or(self, points: MaybeUnknown<D>) -> GreatestPoints<D> {
        let known = D::select(&points.unknown, D::Number::one(NONE), points.number);
        GreatestPoints {
            known: self.known.map2(&known, i64::max),
            open: D::map2(&self.open, &points.unknown, |open, unknown| open || unknown),
        }
    }

    /// Evaluates a test on these points: it is known where the unknown rules cannot change it, whatever they give.
    pub(super) fn test<'m, O: Observer<'m, D>>(
        &self,
        test: &'m Test,
        within: &RangeInclusive<i64>,
        negate: bool,
        observer: &mut O,
    ) -> D::Of<Truth> {
        let place = |points: i64| Place::of(points, within);
        let most = place(i64::MAX) as usize;
        let places = D::rank(&self.known, |points| place(points) as usize);
        let truth = D::map2(&places, &self.open, |own, open| {
            // Another rule can only raise the greatest points.
            let settled = own != Place::Nowhere as usize && (!open || own == most);
            Truth::of(settled.then_some((own == Place::Inside as usize) != negate))
        });
        let decided = truth.single().is_some_and(|truth| truth != Truth::Unknown);
        observer.on_test(test, Observation::Quantity(decided.then(|| self.known.clone())), &truth);
        truth
    }
}

/// Where points are: below, inside or above a range, or nowhere because no rule is known.
#[derive(Clone, Copy)]
enum Place {
    Nowhere,
    Below,
    Inside,
    Above,
}

impl Place {
    fn of(points: i64, within: &RangeInclusive<i64>) -> Place {
        match points {
            NONE => Place::Nowhere,
            _ if points < *within.start() => Place::Below,
            _ if points <= *within.end() => Place::Inside,
            _ => Place::Above,
        }
    }
}
