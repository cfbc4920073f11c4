//! One subject at one instant.

use super::domain::Exact;
use super::{Found, Seen, Truth, Witness, World, fact, sum};
use crate::activity::{Activity, Selection};
use crate::facts::{Fact, Facts};
use crate::model::{EventMeasure, NumberOp};
use crate::points::HELD;
use crate::program::{
    Events, FieldIndex, Gate, Part, Program, Quantity, Rule, Signal, TagTest, Test, TextSubject, Worth,
};
use crate::time::civil_day;
use crate::wide::held_in_i64;

/// One subject at one instant.
pub(crate) struct Subject<'m, 's, T> {
    program: &'m Program,
    facts: &'s T,
    as_of: i64, // seconds since 1970-01-01 UTC
    today: i64, // the civil day of `as_of`
}

impl<'m, 's, T: Facts> Subject<'m, 's, T> {
    pub(crate) fn new(program: &'m Program, facts: &'s T, as_of: i64) -> Subject<'m, 's, T> {
        Subject { program, facts, as_of, today: civil_day(as_of, program.offset_secs) }
    }

    /// The value of a field, missing where it is of another kind than the field's.
    pub(crate) fn fact(&self, field: FieldIndex) -> Fact<'s> {
        let Some(reading) = self.program.fields.get(field) else {
            return Fact::Missing;
        };
        let fact = self.facts.fact(&reading.field);
        if reading.field.kind().admits(&fact) { fact } else { Fact::Missing }
    }

    fn activity(&self) -> &'s Activity {
        self.facts.activity()
    }

    fn select<'a>(&'a self, events: &'a Events) -> Selection<'a> {
        self.activity().select(&events.names, self.as_of, events.ages)
    }

    /// A quantity in its unit, `None` where it is unknown.
    fn value(&self, of: &Quantity) -> Option<i64> {
        match of {
            Quantity::Number { field } => fact::number(self.fact(*field)),
            Quantity::Ratio { field, of } => fact::ratio(self.fact(*field), self.fact(*of)),
            Quantity::Calendar { field, by } => Some(fact::by_calendar(*by, self.day(*field)?, self.today)),
            Quantity::TagCount { field } => fact::tag_count(self.fact(*field)),
            Quantity::Event { events, by: EventMeasure::Count } => Some(self.select(events).count()),
            Quantity::Event { events, by: EventMeasure::Amount } => {
                let (gains, losses) = sum::amounts(self.select(events));
                Some(held_in_i64(gains.saturating_sub(losses)).clamp(-HELD, HELD))
            }
            Quantity::Event { events, by: EventMeasure::Days } => {
                Some(self.select(events).days(self.program.offset_secs))
            }
            Quantity::DaysSinceLast { events } => {
                let last = self.select(events).latest_first().next()?;
                Some(self.today.saturating_sub(civil_day(last.at, self.program.offset_secs)))
            }
            // The outcome is asked elsewhere.
            Quantity::Axis { .. } | Quantity::Score => None,
        }
    }

    fn day(&self, field: FieldIndex) -> Option<i64> {
        fact::day(self.fact(field), self.program.offset_secs)
    }

    /// The fields that the model reads and this subject lacks.
    pub(crate) fn missing(self) -> impl Iterator<Item = &'m str> + use<'m, 's, T> {
        let (program, facts) = (self.program, self.facts);
        program.fields.iter().filter(|reading| reading.valued).filter_map(move |reading| {
            let known = reading.field.kind().admits(&facts.fact(&reading.field));
            (!known).then(|| reading.field.name())
        })
    }
}

impl<'m, T: Facts> World<'m> for Subject<'m, '_, T> {
    type Domain = Exact;

    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate> {
        if required { &self.program.required } else { &self.program.disqualifying }.iter()
    }

    fn rules(&self, part: &'m Part) -> (i64, i64, impl Iterator<Item = &'m Rule>) {
        (0, 0, part.rules.iter())
    }

    fn test<W: Witness<'m, Exact>>(&self, test: &'m Test, witness: &mut W) -> Truth {
        let (seen, holds) = match test {
            Test::Number { of, within, op } => {
                let negate = matches!(op, NumberOp::IsNot(_));
                let value = self.value(of);
                (Seen::Quantity(value), value.map(|value| within.contains(&value) != negate))
            }
            Test::Tags { field, test: TagTest::AnyNotIn(other), negate } => {
                let fact = self.fact(*field);
                let holds = fact::any_not_in(fact, self.fact(*other));
                (Seen::Fact(fact), holds.map(|holds| holds != *negate))
            }
            Test::Known { field, .. }
            | Test::Flag { field, .. }
            | Test::Text { of: TextSubject::Field(field), .. }
            | Test::Tags { field, .. } => {
                let fact = self.fact(*field);
                (Seen::Fact(fact), fact::holds(test, fact))
            }
            Test::Day { field, within, .. } => {
                let fact = self.fact(*field);
                let day = fact::day(fact, self.program.offset_secs);
                (Seen::Fact(fact), day.map(|day| within.contains(&day)))
            }
            Test::Happened { events, is } => {
                let count = self.select(events).count();
                (Seen::Events(count), Some((count > 0) == *is))
            }
            // The outcome is asked elsewhere.
            Test::Text { .. } => (Seen::Fact(Fact::Missing), None),
        };
        let truth = Truth::of(holds);
        witness.tested(test, seen, &truth);
        truth
    }

    fn quantity<W: Witness<'m, Exact>>(&self, of: &'m Quantity, _: &'m [(i64, i64)], witness: &mut W) -> Found<Exact> {
        let value = self.value(of);
        witness.measured(of, value);
        Found { known: value, unknown: value.is_none() }
    }

    fn points<W: Witness<'m, Exact>>(&self, form: &'m Worth, witness: &mut W) -> Found<Exact> {
        let Some(field) = form.field() else { return Found { known: None, unknown: true } };
        let fact = self.fact(field);
        witness.read(field, fact);
        let points = fact::points(form, fact);
        Found { known: points, unknown: points.is_none() }
    }

    fn signal<W: Witness<'m, Exact>>(&self, signal: &'m Signal, witness: &mut W) -> i64 {
        let sums = sum::Sums::of(signal, self.activity(), self.program.offset_secs, self.as_of);
        let tally = sums.tally(signal);
        witness.tallied(signal, tally);
        tally.worth
    }
}
