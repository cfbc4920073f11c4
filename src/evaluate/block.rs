//! Subjects that lie side by side, sixty-four at a time.

use std::cell::Cell;
use std::ops::RangeInclusive;

use super::lanes::{Abreast, LANES, LaneNumbers, Masks, lanes_of};
use super::{Exact, Measured, Subject, Truth, Witness, World, fact};
use crate::facts::{Fact, Facts, Field, Rows, lanes_where};
use crate::grade::Verdict;
use crate::literal::Sought;
use crate::model::{Calendar, NumberOp};
use crate::program::{Ask, FieldIndex, Gate, Program, Quantity, Signal, TagTest, Test, TextSubject, TextTest, Worth};

/// Subjects that lie side by side.
///
/// Of the lanes that are not asked for, anything may be said.
pub(crate) trait Table {
    type Subject<'t>: Facts
    where
        Self: 't;

    /// The subject in a row that there is.
    fn subject(&self, row: usize) -> Option<Self::Subject<'_>>;

    /// The facts of a field in these lanes, each with the bit of its lane.
    fn facts<'t>(&'t self, field: &Field, rows: Rows<'_>, lanes: u64, each: impl FnMut(u64, Fact<'t>));

    /// The lanes in which a test on one fact holds, and those in which it is known, where the table knows a way of its
    /// own.
    #[inline]
    fn test(&self, _test: &Test, _rows: Rows<'_>) -> Option<(u64, u64)> {
        None
    }

    /// The numbers of a field, and the lanes that have one, as far as it is finite.
    #[inline]
    fn numbers(&self, field: &Field, rows: Rows<'_>, lanes: u64, numbers: &mut [f64; LANES]) -> u64 {
        let mut known = 0;
        self.facts(field, rows, lanes, |lane, fact| {
            if let (Fact::Number(number), Some(own)) = (fact, numbers.get_mut(place_of(lane))) {
                *own = number;
                known |= lane;
            }
        });
        known
    }

    /// The lanes in which a number is within a range, and those in which it is known.
    #[inline]
    fn within(&self, field: &Field, rows: Rows<'_>, lanes: u64, least: f64, greatest: f64) -> (u64, u64) {
        asked(self, field, rows, lanes, |fact| match fact {
            Fact::Number(number) if number.is_finite() => Some(least <= number && number <= greatest),
            _ => None,
        })
    }

    /// The civil days of a field, and the lanes that have one.
    #[inline]
    fn days(&self, field: &Field, offset_secs: i64, rows: Rows<'_>, lanes: u64, days: &mut [i64; LANES]) -> u64 {
        let mut known = 0;
        self.facts(field, rows, lanes, |lane, fact| {
            if let (Some(day), Some(own)) = (fact::day(fact, offset_secs), days.get_mut(place_of(lane))) {
                *own = day;
                known |= lane;
            }
        });
        known
    }

    /// The lanes in which a civil day is within a range, and those in which it is known.
    #[inline]
    fn days_within(
        &self,
        field: &Field,
        offset_secs: i64,
        rows: Rows<'_>,
        lanes: u64,
        within: &RangeInclusive<i64>,
    ) -> (u64, u64) {
        asked(self, field, rows, lanes, |fact| Some(within.contains(&fact::day(fact, offset_secs)?)))
    }
}

/// The place of a lane of which the bit is given.
#[inline]
fn place_of(lane: u64) -> usize {
    usize::try_from(lane.trailing_zeros()).unwrap_or(LANES)
}

/// The lanes in which something holds of a fact, and those in which it is known.
#[inline]
fn asked<'t, T: Table + ?Sized>(
    table: &'t T,
    field: &Field,
    rows: Rows<'_>,
    lanes: u64,
    holds: impl Fn(Fact<'t>) -> Option<bool>,
) -> (u64, u64) {
    let (mut yes, mut known) = (0, 0);
    table.facts(field, rows, lanes, |lane, fact| {
        if let Some(holds) = holds(fact) {
            yes |= if holds { lane } else { 0 };
            known |= lane;
        }
    });
    (yes, known)
}

/// Rows of a table at one instant.
pub(crate) struct Block<'m, 't, T> {
    program: &'m Program,
    table: &'t T,
    rows: Rows<'t>,
    as_of: i64,
    today: i64,
    /// The lanes that still matter.
    lanes: Cell<u64>,
}

impl<'m, 't, T: Table> Block<'m, 't, T> {
    pub(crate) fn new(
        program: &'m Program,
        table: &'t T,
        rows: Rows<'t>,
        (as_of, today): (i64, i64),
    ) -> Block<'m, 't, T> {
        Block { program, table, rows, as_of, today, lanes: Cell::new(u64::MAX) }
    }

    /// What `f` says of the subject in each lane.
    fn one_by_one(&self, mut f: impl FnMut(usize, Subject<'m, '_, T::Subject<'_>>)) {
        for lane in lanes_of(self.lanes.get()) {
            let Some(facts) = self.table.subject(self.rows.at(lane)) else { continue };
            f(lane, Subject::on(self.program, &facts, (self.as_of, self.today)));
        }
    }

    fn measured(&self, mut f: impl FnMut(Subject<'m, '_, T::Subject<'_>>) -> Measured<Exact>) -> Measured<Abreast> {
        let (mut numbers, mut unknown) = ([0; LANES], 0);
        self.one_by_one(|lane, subject| {
            let found = f(subject);
            unknown |= u64::from(found.unknown) << lane;
            if let Some(own) = numbers.get_mut(lane) {
                *own = found.number;
            }
        });
        Measured { number: LaneNumbers::Each(numbers), unknown: Masks::where_true(unknown) }
    }

    /// The lanes in which a test holds, one by one.
    fn tested(&self, ask: Ask, test: &'m Test) -> (u64, u64) {
        let (mut holds, mut known) = (0, 0);
        self.one_by_one(|lane, subject| {
            let truth = subject.test(ask, test, &mut ());
            holds |= u64::from(truth == Truth::True) << lane;
            known |= u64::from(truth != Truth::Unknown) << lane;
        });
        (holds, known)
    }

    fn field(&self, field: FieldIndex) -> Option<&Field> {
        self.program.fields.get(field).map(|reading| &reading.field)
    }

    /// The lanes in which something holds of a fact, and those in which it is known.
    #[inline]
    fn asked(&self, field: FieldIndex, holds: impl Fn(Fact<'t>) -> Option<bool>) -> (u64, u64) {
        let Some(field) = self.field(field) else { return (0, 0) };
        asked(self.table, field, self.rows, self.lanes.get(), holds)
    }

    /// The lanes in which a quantity is within a range, and those in which it is known.
    fn within(&self, of: &Quantity, within: &RangeInclusive<i64>, [least, greatest]: [f64; 2]) -> Option<(u64, u64)> {
        let lanes = self.lanes.get();
        match of {
            Quantity::Number { field } => {
                Some(self.table.within(self.field(*field)?, self.rows, lanes, least, greatest))
            }
            Quantity::Ratio { field, of } => {
                let (ratios, known) = self.ratios(*field, *of)?;
                Some((lanes_where(&ratios, |ratio| least <= *ratio && *ratio <= greatest), known))
            }
            Quantity::Calendar { field, by: Calendar::DaysSince } => {
                let day = |days: i64| self.today.saturating_sub(days);
                Some(self.days_within(*field, &(day(*within.end())..=day(*within.start()))))
            }
            Quantity::Calendar { field, by: Calendar::DaysUntil } => {
                let day = |days: i64| self.today.saturating_add(days);
                Some(self.days_within(*field, &(day(*within.start())..=day(*within.end()))))
            }
            Quantity::Calendar { field, by } => {
                let mut days = [0; LANES];
                let known = self.table.days(self.field(*field)?, self.program.offset_secs, self.rows, lanes, &mut days);
                Some((lanes_where(&days, |day| within.contains(&fact::by_calendar(*by, *day, self.today))), known))
            }
            _ => None,
        }
    }

    fn days_within(&self, field: FieldIndex, within: &RangeInclusive<i64>) -> (u64, u64) {
        let Some(field) = self.field(field) else { return (0, 0) };
        self.table.days_within(field, self.program.offset_secs, self.rows, self.lanes.get(), within)
    }

    /// The ratios of two numbers, and the lanes in which they are known.
    fn ratios(&self, field: FieldIndex, of: FieldIndex) -> Option<([f64; LANES], u64)> {
        let (mut ratios, mut divisors) = ([0.0; LANES], [0.0; LANES]);
        let lanes = self.lanes.get();
        let known = self.table.numbers(self.field(field)?, self.rows, lanes, &mut ratios)
            & self.table.numbers(self.field(of)?, self.rows, lanes, &mut divisors);
        ratios.iter_mut().zip(&divisors).for_each(|(ratio, of)| *ratio /= of);
        // As for one of them: see `fact::ratio`.
        let finite = lanes_where(&ratios, |ratio| ratio.is_finite()) & lanes_where(&divisors, |of| of.is_finite());
        Some((ratios, known & finite))
    }
}

impl<'m, T: Table> World<'m> for Block<'m, '_, T> {
    type Domain = Abreast;

    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate> {
        self.program.gates(required).iter()
    }

    fn narrow(&self, verdict: &Masks<Verdict>) {
        self.lanes.set(verdict.of(Verdict::Eligible) | verdict.of(Verdict::Undetermined));
    }

    fn test<W: Witness<'m, Abreast>>(&self, ask: Ask, test: &'m Test, _: &mut W) -> Masks<Truth> {
        let (holds, known) = self.table.test(test, self.rows).unwrap_or_else(|| match test {
            Test::Number { of, within, doubles, op } => match self.within(of, within, *doubles) {
                Some((inside, known)) => (if matches!(op, NumberOp::IsNot(_)) { !inside } else { inside }, known),
                None => self.tested(ask, test),
            },
            Test::Day { field, within, .. } => self.days_within(*field, within),
            // As `fact::holds` says, with all that does not hang on the row decided once for all of them.
            Test::Flag { field, is } => self.asked(*field, |fact| match fact {
                Fact::Flag(flag) => Some(flag == *is),
                _ => None,
            }),
            Test::Text { of: TextSubject::Field(field), test, ignore_case, negate, .. } => match test {
                TextTest::OneOf(literals) if !ignore_case => self.asked(*field, |fact| match fact {
                    Fact::Text(text) => Some(Sought::new(text).is_among(literals) != *negate),
                    _ => None,
                }),
                _ => self.asked(*field, |fact| match fact {
                    Fact::Text(text) => Some(fact::text_matches(text, test, *ignore_case) != *negate),
                    _ => None,
                }),
            },
            Test::Tags { field, test: TagTest::HasAny(any), negate, .. } => self.asked(*field, |fact| match fact {
                Fact::Tags(tags) => Some(tags.has_any(any) != *negate),
                _ => None,
            }),
            _ => self.tested(ask, test),
        });
        Masks::truths(holds, !known)
    }

    fn quantity<W: Witness<'m, Abreast>>(
        &self,
        of: &'m Quantity,
        rows: &'m [(i64, i64)],
        _: &mut W,
    ) -> Measured<Abreast> {
        self.measured(|subject| subject.quantity(of, rows, &mut ()))
    }

    fn points<W: Witness<'m, Abreast>>(&self, form: &'m Worth, _: &mut W) -> Measured<Abreast> {
        self.measured(|subject| subject.points(form, &mut ()))
    }

    fn signal<W: Witness<'m, Abreast>>(&self, signal: &'m Signal, _: &mut W) -> LaneNumbers {
        let mut numbers = [0; LANES];
        self.one_by_one(|lane, subject| {
            if let Some(own) = numbers.get_mut(lane) {
                *own = subject.signal(signal, &mut ());
            }
        });
        LaneNumbers::Each(numbers)
    }
}
