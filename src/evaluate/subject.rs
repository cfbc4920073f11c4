//! One subject at one instant.

use super::domain::Exact;
use super::{Measured, Seen, Truth, Witness, World, fact, sum};
use crate::input::activity::{Activity, Selection};
use crate::input::facts::{Fact, Facts, Inquiry};
use crate::model::{Calendar, EventMeasure};
use crate::points::HELD;
use crate::program::{
    Ask, Condition, Events, FieldIndex, Form, Gate, Program, Quantity, Reading, Signal, TagTest, Test, TextSubject,
    TextTest, Worth, ordered_bits,
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

/// A test on one fact, in the ways of [`Ask`].
struct Asking<'q, 'm, 's, T, A> {
    asked: &'q A,
    subject: &'q Subject<'m, 's, T>,
}

impl<T, A> Clone for Asking<'_, '_, '_, T, A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, A> Copy for Asking<'_, '_, '_, T, A> {}

/// A test, or what may be one. That it is none is for the way to find, which has to look at the test's tag in any case.
trait MayBeTest {
    fn test(&self) -> Option<&Test>;
}

impl MayBeTest for Test {
    #[inline(always)]
    fn test(&self) -> Option<&Test> {
        Some(self)
    }
}

impl MayBeTest for Form {
    #[inline(always)]
    fn test(&self) -> Option<&Test> {
        if let Form::Test(test) = self { Some(test) } else { None }
    }
}

impl<T: Facts, A: MayBeTest> Inquiry for Asking<'_, '_, '_, T, A> {
    type Answer = Truth;

    #[inline(always)]
    fn ask<const WAY: usize>(self, fact: Fact<'_>) -> Truth {
        let Some(test) = self.asked.test() else { return Truth::Unknown };
        let holds = match (WAY, test) {
            (Ask::NUMBER, Test::Number { doubles, op, .. }) => {
                let inside = fact::number_within(fact::double(fact), *doubles);
                inside.map(|inside| inside != op.negates())
            }
            (Ask::RATIO, Test::Number { of: Quantity::Ratio { of, .. }, doubles, op, .. }) => {
                let ratio = fact::ratio(fact::double(fact), self.subject.number(*of));
                let inside = ratio.and_then(|ratio| fact::number_within(ratio, *doubles));
                inside.map(|inside| inside != op.negates())
            }
            (Ask::FLAG, test @ Test::Flag { .. })
            | (Ask::HAS_ANY, test @ Test::Tags { test: TagTest::HasAny(_), .. }) => fact::holds(test, fact),
            (Ask::ONE_OF, Test::Text { test: TextTest::OneOf(literals), negate, .. }) => match fact {
                Fact::Text(text) => Some(literals.has(text) != *negate),
                _ => None,
            },
            (Ask::DAYS_SINCE | Ask::DAYS_UNTIL, Test::Number { within, op, .. }) => {
                let by = if WAY == Ask::DAYS_SINCE { Calendar::DaysSince } else { Calendar::DaysUntil };
                let day = fact::day(fact, self.subject.program.offset_secs);
                let value = day.map(|day| fact::by_calendar(by, day, self.subject.today));
                value.map(|value| (*within.start() <= value && value <= *within.end()) != op.negates())
            }
            _ => None,
        };
        Truth::of(holds)
    }
}

/// Whether a test holds, of which the witness is told. Written out for each kind of thing seen, which is settled there.
#[inline(always)]
fn told<'m, W: Witness<'m, Exact>>(
    test: &'m Test,
    seen: Seen<'_, Exact>,
    holds: Option<bool>,
    witness: &mut W,
) -> Truth {
    let truth = Truth::of(holds);
    witness.tested(test, seen, &truth);
    truth
}

/// The number that a fact is, and what is no number of any other.
#[derive(Clone, Copy)]
struct Number;

impl Inquiry for Number {
    type Answer = f64;

    #[inline(always)]
    fn ask<const WAY: usize>(self, fact: Fact<'_>) -> f64 {
        if WAY == Ask::NUMBER { fact::double(fact) } else { f64::NAN }
    }
}

impl<'m, 's, T: Facts> Subject<'m, 's, T> {
    #[inline]
    pub(crate) fn new(program: &'m Program, facts: &'s T, as_of: i64) -> Subject<'m, 's, T> {
        Subject::on(program, facts, (as_of, civil_day(as_of, program.offset_secs)))
    }

    /// The same where the civil day is known beside the second.
    #[inline]
    pub(crate) fn on(program: &'m Program, facts: &'s T, (as_of, today): (i64, i64)) -> Subject<'m, 's, T> {
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

    /// The number of a field, and what is no number where it has none.
    #[inline]
    fn number(&self, field: FieldIndex) -> f64 {
        let Some(Reading { field, .. }) = self.program.fields.get(field) else { return f64::NAN };
        let read = || fact::double(self.facts.fact(field));
        self.facts.inquire(Ask::into(field, Ask::NUMBER).place(), Number, read)
    }

    /// Whether a test holds, or what may be one, by way of its inquiry; `otherwise` says it of what there is no inquiry for,
    /// and tells the witness what it sees.
    #[inline(always)]
    fn asked<A: MayBeTest, W: Witness<'m, Exact>>(
        &self,
        ask: Ask,
        asked: &'m A,
        witness: &mut W,
        otherwise: impl FnOnce(&mut W) -> Truth,
    ) -> Truth {
        if W::FULL {
            return otherwise(witness);
        }
        // What was seen of a fact is of interest to those alone who write it down.
        let mut looked = false;
        let truth = self.facts.inquire(ask.place(), Asking { asked, subject: self }, || {
            looked = true;
            otherwise(witness)
        });
        if let (false, Some(test)) = (looked, asked.test()) {
            witness.tested(test, Seen::Quantity(None), &truth);
        }
        truth
    }

    /// Whether a test holds; the witness is told what it sees.
    #[inline(never)]
    fn look<W: Witness<'m, Exact>>(&self, test: &'m Test, witness: &mut W) -> Truth {
        let (fact, holds) = match test {
            Test::Number { of, within, op, .. } => {
                let value = self.value(of);
                let holds = value.map(|value| within.contains(&value) != op.negates());
                return told(test, Seen::Quantity(value), holds, witness);
            }
            Test::Happened { events, is } => {
                let count = self.select(events).count();
                return told(test, Seen::Events(count), Some((count > 0) == *is), witness);
            }
            Test::Tags { field, test: TagTest::AnyNotIn(other), negate, .. } => {
                let fact = self.fact(*field);
                let holds = fact::any_not_in(fact, self.fact(*other));
                (fact, holds.map(|holds| holds != *negate))
            }
            Test::Day { field, within, .. } => {
                let fact = self.fact(*field);
                (fact, fact::day(fact, self.program.offset_secs).map(|day| within.contains(&day)))
            }
            Test::Known { field, .. }
            | Test::Flag { field, .. }
            | Test::Text { of: TextSubject::Field(field), .. }
            | Test::Tags { field, .. } => {
                let fact = self.fact(*field);
                (fact, fact::holds(test, fact))
            }
            // The outcome is asked elsewhere.
            Test::Text { .. } => (Fact::Missing, None),
        };
        told(test, Seen::Fact(fact), holds, witness)
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
    fn value(&self, of: &Quantity) -> Option<i64> {
        match of {
            Quantity::Number { field } => fact::number(self.number(*field)),
            Quantity::Ratio { field, of } => fact::ratio(self.number(*field), self.number(*of)).map(ordered_bits),
            Quantity::Calendar { field, by } => {
                let day = fact::day(self.given(*field), self.program.offset_secs)?;
                Some(fact::by_calendar(*by, day, self.today))
            }
            Quantity::TagCount { field } => fact::tag_count(self.given(*field)),
            Quantity::Event { events, by } => Some(self.of_events(events, *by)),
            Quantity::DaysSinceLast { events } => {
                let last = self.select(events).last()?;
                Some(self.today.saturating_sub(civil_day(last, self.program.offset_secs)))
            }
            // The outcome is asked elsewhere.
            Quantity::Axis { .. } | Quantity::Score => None,
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
        self.program.gates(required).iter()
    }

    #[inline]
    fn condition<W: Witness<'m, Exact>>(
        &self,
        condition: &'m Condition,
        witness: &mut W,
        otherwise: impl FnOnce(&mut W) -> Truth,
    ) -> Truth {
        let Condition { ask, form } = condition;
        self.asked(*ask, form, witness, |witness| match form {
            Form::Test(test) => self.look(test, witness),
            _ => otherwise(witness),
        })
    }

    #[inline]
    fn test<W: Witness<'m, Exact>>(&self, ask: Ask, test: &'m Test, witness: &mut W) -> Truth {
        self.asked(ask, test, witness, |witness| self.look(test, witness))
    }

    #[inline]
    fn points<W: Witness<'m, Exact>>(&self, form: &'m Worth, witness: &mut W) -> Measured<Exact> {
        let points = if let Worth::Bands { of, rows, below } = form {
            let value = self.value(of);
            witness.measured(of, value);
            value.map(|value| fact::band_points(rows, *below, fact::band(rows, value)))
        } else if let Some(field) = form.field() {
            let fact = self.fact(field);
            witness.read(field, fact);
            fact::points(form, fact)
        } else {
            None
        };
        Measured { number: points.unwrap_or(0), unknown: points.is_none() }
    }

    fn signal<W: Witness<'m, Exact>>(&self, signal: &'m Signal, witness: &mut W) -> i64 {
        let sums = sum::Sums::of(signal, self.activity(), self.program.offset_secs, self.as_of);
        let tally = sums.tally(signal);
        witness.tallied(signal, tally);
        tally.worth
    }
}
