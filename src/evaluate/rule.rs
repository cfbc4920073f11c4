//! The points of a rule: its guard, its body and its policy for the unknown.

use super::domain::{Atoms, Domain, FirstRow, Numbers, first_row};
use super::env::{Env, MaybeUnknown};
use super::observer::Observer;
use super::pipeline::Evaluation;
use crate::program::{Condition, Rule, RuleBody};
use crate::truth::Truth;

type Number<D> = <D as Domain>::Number;

impl<'m, E: Env<'m>> Evaluation<E> {
    /// The points of a rule with any body: the body's where the guard holds, zero where it does not.
    #[inline(never)]
    pub(super) fn guarded<O: Observer<'m, E::Domain>>(
        &self,
        rule: &'m Rule,
        observer: &mut O,
    ) -> MaybeUnknown<E::Domain> {
        let missing = Number::<E::Domain>::one(rule.missing.micros());
        let MaybeUnknown { number, unknown } = self.without_policy(rule, observer);
        MaybeUnknown { number: E::Domain::select(&unknown, missing, number), unknown }
    }

    /// As [`guarded`](Evaluation::guarded), without the rule's policy for the unknown.
    #[inline(always)]
    pub(super) fn without_policy<O: Observer<'m, E::Domain>>(
        &self,
        rule: &'m Rule,
        observer: &mut O,
    ) -> MaybeUnknown<E::Domain> {
        match &rule.guard {
            Some(guard) => {
                let guard = self.condition(guard, None, observer);
                let zero = Number::<E::Domain>::one(0);
                let found = if guard.is(Truth::False) {
                    MaybeUnknown::known(zero.clone())
                } else {
                    self.body(&rule.body, observer)
                };
                // An unknown guard does not matter to a body that is worth zero anyway.
                let is_zero = E::Domain::within(&found.number, &(0..=0));
                let open = E::Domain::map2(&found.unknown, &is_zero, |unknown, is_zero| (unknown, !is_zero));
                let unknown = E::Domain::map2(&guard, &open, |guard, (unknown, matters)| match guard {
                    Truth::True => unknown,
                    Truth::Unknown => unknown || matters,
                    Truth::False => false,
                });
                let fails = E::Domain::map(&guard, |truth| truth == Truth::False);
                MaybeUnknown { number: E::Domain::select(&fails, zero, found.number), unknown }
            }
            None => self.body(&rule.body, observer),
        }
    }

    #[inline(always)]
    fn body<O: Observer<'m, E::Domain>>(&self, body: &'m RuleBody, observer: &mut O) -> MaybeUnknown<E::Domain> {
        match body {
            RuleBody::Points(by_truth) => MaybeUnknown::known(Number::<E::Domain>::one(by_truth.points())),
            RuleBody::First { rows, otherwise } => self.first(rows, *otherwise, observer),
            RuleBody::Bands { .. } | RuleBody::Texts { .. } | RuleBody::Tags { .. } | RuleBody::PerUnit { .. } => {
                self.env().points(body, observer)
            }
            RuleBody::Signal(signal) => self.env().signal(signal, observer),
        }
    }

    /// The points of the first row that is true.
    #[inline(never)]
    fn first<O: Observer<'m, E::Domain>>(
        &self,
        rows: &'m [(Condition, i64)],
        otherwise: i64,
        observer: &mut O,
    ) -> MaybeUnknown<E::Domain> {
        let rows = rows.iter().map(|(when, points)| (self.condition(when, None, observer), *points));
        let first = first_row::<E::Domain>(rows, otherwise);
        MaybeUnknown {
            number: E::Domain::number(&first, FirstRow::points),
            unknown: E::Domain::map(&first, |first| first == FirstRow::Unknown),
        }
    }
}
