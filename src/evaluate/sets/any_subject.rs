//! The environment of every subject there can be: any facts, any activity, at any instant.

use super::domain::{Set, Sets};
use super::fact_set::FactSet;
use super::interval_set::IntervalSet;
use super::subject_set::{SubjectSet, band_points, number_truths, unit_points};
use crate::evaluate::domain::Domain;
use crate::evaluate::{Env, MaybeUnknown, Observer, Truth, test as concrete};
use crate::grade::{Grade, Verdict};
use crate::input::activity::Activity;
use crate::model::EventMeasure;
use crate::num::points::HELD;
use crate::num::u384::saturated_i64;
use crate::program::{Events, Index, ProbeId, Program, Quantity, RuleBody, Signal, Test, TextSubject, ordered_bits};

/// Every subject whose facts are in the given sets, with any activity, at any instant.
///
/// Each quantity that reads events or the calendar has every value that it can have for some subject. Quantities are
/// independent of each other, unless `quantities` narrows them. It also answers tests on the outcome, for conditions that
/// are evaluated without one.
pub(crate) struct AnySubject<'m, 'f> {
    fields: SubjectSet<'m, 'f>,
    quantities: &'f [(Measured<'m>, MaybeUnknown<Sets>)],
    names: &'f OutcomeNames,
}

/// What several read sites may measure alike.
#[derive(Clone, Copy)]
pub(crate) enum Measured<'m> {
    /// The number of some events, or whether they happened.
    Count(&'m Events),
    Quantity(&'m Quantity),
}

impl<'m> Measured<'m> {
    pub(crate) fn of(quantity: &'m Quantity) -> Measured<'m> {
        match quantity {
            Quantity::Event { events, by: EventMeasure::Count } => Measured::Count(events),
            quantity => Measured::Quantity(quantity),
        }
    }

    /// Whether both have the same value for every subject. False for some that do: filters of events are not compared.
    pub(crate) fn is_same(&self, other: &Measured<'_>) -> bool {
        match (self, other) {
            (Measured::Count(events), Measured::Count(own)) => events.is_same(own),
            (Measured::Quantity(quantity), Measured::Quantity(own)) => quantity.is_same(own),
            _ => false,
        }
    }
}

/// The grades and verdicts that conditions on the outcome may see.
pub(crate) struct OutcomeNames {
    pub(crate) grades: Set<Index>,
    pub(crate) verdicts: Set<Verdict>,
}

static NOTHING_DONE: Activity = Activity::new();

impl<'m, 'f> AnySubject<'m, 'f> {
    pub(crate) fn new(
        program: &'m Program,
        facts: &'f [FactSet<'f>],
        quantities: &'f [(Measured<'m>, MaybeUnknown<Sets>)],
        names: &'f OutcomeNames,
    ) -> AnySubject<'m, 'f> {
        AnySubject { fields: SubjectSet::new(program, facts, &NOTHING_DONE, (0, 0)), quantities, names }
    }

    /// The values of a quantity in its unit.
    pub(crate) fn value(&self, of: &Quantity) -> MaybeUnknown<Sets> {
        self.measure(Measured::of(of))
    }

    /// The values of what is measured, in its unit.
    pub(crate) fn measure(&self, measured: Measured<'_>) -> MaybeUnknown<Sets> {
        if let Some((_, narrowed)) = self.quantities.iter().find(|(own, _)| own.is_same(&measured)) {
            return narrowed.clone();
        }
        let of = match measured {
            Measured::Count(events) => {
                return self.of_events(IntervalSet::from_to(0, i64::MAX), false, [Some(events), None]);
            }
            Measured::Quantity(of) => of,
        };
        match of {
            Quantity::Number { .. } | Quantity::Ratio { .. } | Quantity::TagCount { .. } => {
                self.fields.value(of, |_| 0)
            }
            Quantity::Calendar { field, .. } => {
                let days = self.fields.fact(*field).days(self.fields.program.offset_secs);
                MaybeUnknown::numbers(days.some().map(|_| possible(of)), days.may_be_unknown())
            }
            Quantity::Event { by: EventMeasure::MeanAmount | EventMeasure::LatestAmount, .. }
            | Quantity::DaysSinceLast { .. }
            | Quantity::EventRatio { .. } => self.of_events(possible(of), true, of.events()),
            Quantity::Event { .. } | Quantity::Distinct { .. } => self.of_events(possible(of), false, of.events()),
            Quantity::Axis { .. } | Quantity::Rule { .. } | Quantity::GreatestRule { .. } => {
                MaybeUnknown::numbers(Some(possible(of)), true)
            }
            Quantity::Score | Quantity::Coverage => MaybeUnknown::known(possible(of)),
        }
    }

    /// Numbers of events, unknown where a date of a window is missing.
    fn of_events(&self, numbers: IntervalSet, may_lack: bool, events: [Option<&Events>; 2]) -> MaybeUnknown<Sets> {
        let (mut known, mut unknown) = (Some(numbers), may_lack);
        for field in events.into_iter().flatten().flat_map(Events::fields).flatten() {
            let days = self.fields.fact(field).days(self.fields.program.offset_secs);
            unknown |= days.may_be_unknown();
            known = known.filter(|_| days.some().is_some());
        }
        MaybeUnknown::numbers(known, unknown)
    }
}

/// Every number that a quantity can be, in its unit.
fn possible(of: &Quantity) -> IntervalSet {
    match of.possible() {
        Some((range, _)) => IntervalSet::from_to(*range.start(), *range.end()),
        None => IntervalSet::from_to(ordered_bits(f64::MIN), ordered_bits(f64::MAX)),
    }
}

/// The points of a signal for any events.
fn signal_range(signal: &Signal) -> (i64, i64) {
    let most = |points: i64| {
        let all = i128::from(points).saturating_mul(signal.most_recent.into());
        signal.clamped(saturated_i64(all))
    };
    match signal.points {
        0 => (0, 0),
        points if !signal.per_unit || signal.spend.is_some() => {
            let end = if signal.per_unit { signal.clamped(points.signum().saturating_mul(HELD)) } else { most(points) };
            (end.min(0), end.max(0))
        }
        _ => (signal.clamped(-HELD), signal.clamped(HELD)),
    }
}

impl<'m> Env<'m> for AnySubject<'m, '_> {
    type Domain = Sets;

    fn program(&self) -> &'m Program {
        self.fields.program
    }

    fn test<O: Observer<'m, Sets>>(&self, probe: ProbeId, test: &'m Test, observer: &mut O) -> Set<Truth> {
        let named = |text: Option<&'static str>| Truth::of(concrete::holds(test, text.into()));
        match test {
            Test::Number { of, within, negate, .. } => number_truths(&self.value(of), within, *negate),
            Test::Happened { events, is } => {
                number_truths(&self.measure(Measured::Count(events)), &(1..=i64::MAX), !*is)
            }
            Test::Text { of: TextSubject::Grade, .. } => {
                Sets::map(&self.names.grades, |grade| named(grade.get().map(|grade| Grade::at(grade).as_str())))
            }
            Test::Text { of: TextSubject::Verdict, .. } => {
                Sets::map(&self.names.verdicts, |verdict| named(Some(verdict.as_str())))
            }
            test => self.fields.test(probe, test, observer),
        }
    }

    fn points<O: Observer<'m, Sets>>(&self, body: &'m RuleBody, _: &mut O) -> MaybeUnknown<Sets> {
        match body {
            RuleBody::Bands { of, rows, below } => band_points(self.value(of), rows, *below),
            RuleBody::PerUnit(form) => unit_points(self.value(&form.of), form),
            body => self.fields.points_of(body),
        }
    }

    fn signal<O: Observer<'m, Sets>>(&self, signal: &'m Signal, _: &mut O) -> MaybeUnknown<Sets> {
        let (least, greatest) = signal_range(signal);
        self.of_events(IntervalSet::from_to(least, greatest), false, [Some(&signal.events), None])
    }
}
