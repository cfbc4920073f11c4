//! One subject at one instant.

use std::ops::RangeInclusive;

use super::domain::Exact;
use super::{Measured, Seen, Truth, Witness, World, fact, sum};
use crate::activity::{Activity, Selection};
use crate::facts::{Fact, Facts};
use crate::model::{EventMeasure, NumberOp};
use crate::points::HELD;
use crate::program::{Events, FieldIndex, Gate, Program, Quantity, Signal, TagTest, Test, TextSubject, Worth};
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
    #[inline]
    pub(crate) fn new(program: &'m Program, facts: &'s T, as_of: i64) -> Subject<'m, 's, T> {
        Subject { program, facts, as_of, today: civil_day(as_of, program.offset_secs) }
    }

    /// The same on a day that is known already.
    #[inline]
    pub(crate) fn on(program: &'m Program, facts: &'s T, as_of: i64, today: i64) -> Subject<'m, 's, T> {
        Subject { program, facts, as_of, today }
    }

    /// The value of a field, missing where it is of another kind than the field's.
    #[inline]
    pub(crate) fn fact(&self, field: FieldIndex) -> Fact<'s> {
        let fact = self.given(field);
        let admitted = self.program.fields.get(field).is_some_and(|reading| reading.field.kind().admits(&fact));
        if admitted { fact } else { Fact::Missing }
    }

    /// The value of a field as the subject has it. What reads a number or a text of it finds none in one of another
    /// kind.
    #[inline(always)]
    fn given(&self, field: FieldIndex) -> Fact<'s> {
        match self.program.fields.get(field) {
            Some(reading) => self.facts.fact(&reading.field),
            None => Fact::Missing,
        }
    }

    /// A field as a test on it alone sees it.
    #[inline(always)]
    fn seen<W: Witness<'m, Exact>>(&self, test: &Test, field: FieldIndex) -> (Seen<'s, Exact>, Option<bool>) {
        let fact = if W::FULL { self.fact(field) } else { self.given(field) };
        (Seen::Fact(fact), fact::holds(test, fact))
    }

    /// A test on a quantity that is worked out of facts.
    #[inline(never)]
    fn worked_out<W: Witness<'m, Exact>>(&self, test: &'m Test, witness: &mut W) -> Truth {
        let Test::Number { of, within, op, .. } = test else { return Truth::Unknown };
        told(test, self.compared(of, within, *op), witness)
    }

    #[inline(never)]
    fn compared_text<W: Witness<'m, Exact>>(&self, test: &'m Test, witness: &mut W) -> Truth {
        let found = match test {
            Test::Text { of: TextSubject::Field(field), .. } => self.seen::<W>(test, *field),
            // The outcome is asked elsewhere.
            _ => (Seen::Fact(Fact::Missing), None),
        };
        told(test, found, witness)
    }

    /// A test of a sort that is rarer, apart from the others so that they need no room on the stack.
    #[inline(never)]
    fn rarer<W: Witness<'m, Exact>>(&self, test: &'m Test, witness: &mut W) -> Truth {
        let found = match test {
            Test::Number { of, within, op, .. } => self.compared(of, within, *op),
            Test::Tags { field, test: TagTest::AnyNotIn(other), negate, .. } => {
                let fact = self.fact(*field);
                let holds = fact::any_not_in(fact, self.fact(*other));
                (Seen::Fact(fact), holds.map(|holds| holds != *negate))
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
            Test::Known { field, .. } | Test::Flag { field, .. } | Test::Tags { field, .. } => {
                let fact = self.fact(*field);
                (Seen::Fact(fact), fact::holds(test, fact))
            }
            Test::Text { .. } => return self.compared_text(test, witness),
        };
        told(test, found, witness)
    }

    #[inline(always)]
    fn compared(&self, of: &Quantity, within: &RangeInclusive<i64>, op: NumberOp) -> (Seen<'s, Exact>, Option<bool>) {
        let value = self.value(of);
        let negate = matches!(op, NumberOp::IsNot(_));
        (Seen::Quantity(value), value.map(|value| within.contains(&value) != negate))
    }

    #[inline]
    fn activity(&self) -> &'s Activity {
        self.facts.activity()
    }

    #[inline]
    fn select<'a>(&'a self, events: &'a Events) -> Selection<'a> {
        self.activity().select(&events.names, self.as_of, events.ages)
    }

    /// A quantity in its unit, `None` where it is unknown.
    #[inline(always)]
    fn value(&self, of: &Quantity) -> Option<i64> {
        match of {
            Quantity::Number { field } => fact::number(self.given(*field)),
            Quantity::Ratio { field, of } => fact::ratio(self.given(*field), self.given(*of)),
            Quantity::Calendar { field, by } => Some(fact::by_calendar(*by, self.day(*field)?, self.today)),
            _ => self.rarer_value(of),
        }
    }

    #[inline(never)]
    fn rarer_value(&self, of: &Quantity) -> Option<i64> {
        match of {
            Quantity::TagCount { field } => fact::tag_count(self.given(*field)),
            Quantity::Event { events, by } => Some(self.of_events(events, *by)),
            Quantity::DaysSinceLast { events } => {
                let last = self.select(events).last()?;
                Some(self.today.saturating_sub(civil_day(last, self.program.offset_secs)))
            }
            // The outcome is asked elsewhere.
            _ => None,
        }
    }

    fn of_events(&self, events: &Events, by: EventMeasure) -> i64 {
        let selected = self.select(events);
        match by {
            EventMeasure::Count => selected.count(),
            EventMeasure::Amount => {
                let (gains, losses) = sum::amounts(selected);
                held_in_i64(gains.saturating_sub(losses)).clamp(-HELD, HELD)
            }
            EventMeasure::Days => selected.days(self.program.offset_secs),
        }
    }

    #[inline]
    fn day(&self, field: FieldIndex) -> Option<i64> {
        fact::day(self.given(field), self.program.offset_secs)
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

/// The truth of a test, after the witness was told of it and of what it saw.
#[inline(always)]
fn told<'m, W: Witness<'m, Exact>>(
    test: &'m Test,
    (seen, holds): (Seen<'_, Exact>, Option<bool>),
    witness: &mut W,
) -> Truth {
    let truth = Truth::of(holds);
    witness.tested(test, seen, &truth);
    truth
}

impl<'m, T: Facts> World<'m> for Subject<'m, '_, T> {
    type Domain = Exact;

    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate> {
        self.program.gates(required).iter()
    }

    fn test<W: Witness<'m, Exact>>(&self, test: &'m Test, witness: &mut W) -> Truth {
        let found = match test {
            // What the number is is of interest to those alone who write it down.
            Test::Number { of: Quantity::Number { field }, doubles, op, .. } if !W::FULL => {
                let inside = fact::number_within(self.given(*field), *doubles);
                (Seen::Quantity(None), inside.map(|inside| inside != matches!(op, NumberOp::IsNot(_))))
            }
            Test::Number { of: Quantity::Ratio { .. } | Quantity::Calendar { .. }, .. } => {
                return self.worked_out(test, witness);
            }
            Test::Flag { field, .. } => self.seen::<W>(test, *field),
            Test::Text { .. } => return self.compared_text(test, witness),
            _ => return self.rarer(test, witness),
        };
        told(test, found, witness)
    }

    #[inline]
    fn quantity<W: Witness<'m, Exact>>(
        &self,
        of: &'m Quantity,
        _: &'m [(i64, i64)],
        witness: &mut W,
    ) -> Measured<Exact> {
        let value = self.value(of);
        witness.measured(of, value);
        Measured { number: value.unwrap_or(0), unknown: value.is_none() }
    }

    #[inline]
    fn points<W: Witness<'m, Exact>>(&self, form: &'m Worth, witness: &mut W) -> Measured<Exact> {
        let Some(field) = form.field() else { return Measured { number: 0, unknown: true } };
        let fact = self.fact(field);
        witness.read(field, fact);
        let points = fact::points(form, fact);
        Measured { number: points.unwrap_or(0), unknown: points.is_none() }
    }

    fn signal<W: Witness<'m, Exact>>(&self, signal: &'m Signal, witness: &mut W) -> i64 {
        let sums = sum::Sums::of(signal, self.activity(), self.program.offset_secs, self.as_of);
        let tally = sums.tally(signal);
        witness.tallied(signal, tally);
        tally.worth
    }
}
