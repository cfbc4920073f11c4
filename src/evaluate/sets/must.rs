//! Must-semantics: what all members of a subject set have in common.

use super::fact_set::{FactSet, KnownFacts};
use super::subject_set::SubjectSet;
use crate::evaluate::domain::Atoms;
use crate::evaluate::{Concrete, Env, MaybeUnknown, Observation, Observer, PartialSum, Truth};
use crate::grade::Verdict;
use crate::input::facts::Fact;
use crate::program::{AxisPart, Gate, ProbeId, Program, Quantity, Rule, RuleBody, Signal, Test};

/// All members of a subject set at one instant: a test is known only if all members agree.
///
/// The observer sees only what they disagree on. A fact that every member lacks is agreed on.
pub(crate) struct Must<'p, 'm, 'f>(&'p SubjectSet<'m, 'f>);

impl<'p, 'm, 'f> Must<'p, 'm, 'f> {
    pub(crate) fn new(set: &'p SubjectSet<'m, 'f>) -> Must<'p, 'm, 'f> {
        Must(set)
    }

    /// The least and the greatest known value of a quantity, and whether it may be unknown.
    #[inline]
    fn ends(&self, of: &Quantity, rank: impl Fn(i64) -> usize) -> (Option<(i64, i64)>, bool) {
        // Nearly every quantity of a cell is one range of numbers.
        if let Quantity::Number { field } = of
            && let FactSet { missing: false, known: KnownFacts::Numbers(least, greatest) } = self.0.fact(*field)
        {
            return (Some((*least, *greatest)), false);
        }
        self.ends_of_any(of, rank)
    }

    #[inline(never)]
    fn ends_of_any(&self, of: &Quantity, rank: impl Fn(i64) -> usize) -> (Option<(i64, i64)>, bool) {
        let value = self.0.value(of, rank);
        (value.some().map(|known| (known.least(), known.greatest())), value.may_be_unknown())
    }
}

fn maybe(known: Option<i64>) -> MaybeUnknown<Concrete> {
    MaybeUnknown { number: known.unwrap_or(0), unknown: known.is_none() }
}

impl<'m> Env<'m> for Must<'_, 'm, '_> {
    type Domain = Concrete;

    fn program(&self) -> &'m Program {
        self.0.program()
    }

    fn verdict(&self) -> Verdict {
        self.0.verdict()
    }

    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate> {
        self.0.gates(required)
    }

    fn rules(&self, part: &'m AxisPart) -> (PartialSum, impl Iterator<Item = &'m Rule>) {
        self.0.rules(part)
    }

    fn test<O: Observer<'m, Concrete>>(&self, probe: ProbeId, test: &'m Test, observer: &mut O) -> Truth {
        self.0.test(probe, test, &mut ()).single().unwrap_or_else(|| {
            observer.on_test(test, Observation::Quantity(None), &Truth::Unknown);
            Truth::Unknown
        })
    }

    fn points<O: Observer<'m, Concrete>>(&self, body: &'m RuleBody, observer: &mut O) -> MaybeUnknown<Concrete> {
        if let RuleBody::Bands { of, rows, below } = body {
            let rank = |number| rows.rank(number);
            let (Some((least, greatest)), may_be_unknown) = self.ends(of, rank) else { return maybe(None) };
            let reached = rank(least);
            let agreed = !may_be_unknown && rows.next(reached).is_none_or(|next| greatest < next);
            if !agreed {
                observer.on_quantity(of, None);
            }
            return maybe(agreed.then(|| rows.points(reached, *below)));
        }
        let points = match body {
            RuleBody::PerUnit(form) => self.0.per_unit(form),
            body => self.0.points_of(body),
        };
        let Some(known) = points.some() else { return maybe(None) };
        let agreed = known.single().filter(|_| !points.may_be_unknown());
        match (agreed, body) {
            (None, RuleBody::PerUnit(form)) => observer.on_quantity(&form.of, None),
            (None, body) => body.field().into_iter().for_each(|field| observer.on_fact(field, Fact::Missing)),
            _ => {}
        }
        maybe(agreed)
    }

    fn signal<O: Observer<'m, Concrete>>(&self, signal: &'m Signal, observer: &mut O) -> MaybeUnknown<Concrete> {
        let points = self.0.signal_points(signal);
        let Some(known) = points.some() else { return maybe(None) };
        let agreed = known.single().filter(|_| !points.may_be_unknown());
        if agreed.is_none() {
            observer.on_signal(signal, None);
        }
        maybe(agreed)
    }
}
