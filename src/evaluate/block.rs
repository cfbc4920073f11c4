//! Subjects that lie side by side, as many at a time as there are lanes.

use std::cell::Cell;
use std::ops::{Range, RangeInclusive};

use super::lanes::{Abreast, LANES, LaneNumbers, Masks};
use super::{Exact, Measured, Subject, Truth, Witness, World, fact};
use crate::facts::{Fact, Facts, Field, Mask, Rows, is_missing, lanes_known, lanes_where};
use crate::grade::Verdict;
use crate::model::Calendar;
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

    /// Rows that are going to be looked at, a field of some hundreds of them at a time.
    #[inline]
    fn read_ahead(&self, _rows: Range<usize>) {}

    /// The facts of a field in these lanes of a block, each with the bit of its lane.
    fn facts<'t>(&'t self, field: &Field, rows: Rows<'_, 1>, lanes: u64, each: impl FnMut(u64, Fact<'t>));

    /// The lanes in which a test on one fact holds, and those in which it is known, where the table knows a way of its
    /// own.
    #[inline]
    fn test<const W: usize>(&self, _test: &Test, _rows: Rows<'_, W>) -> Option<(Mask<W>, Mask<W>)> {
        None
    }

    /// The numbers of a field in a block, and the lanes that have one, as far as it is finite.
    #[inline]
    fn numbers(&self, field: &Field, rows: Rows<'_, 1>, lanes: u64, numbers: &mut [f64; LANES]) -> u64 {
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
    fn within<const W: usize>(
        &self,
        field: &Field,
        rows: Rows<'_, W>,
        lanes: Mask<W>,
        least: f64,
        greatest: f64,
    ) -> (Mask<W>, Mask<W>) {
        asked(self, field, rows, lanes, |fact| match fact {
            Fact::Number(number) if number.is_finite() => Some(least <= number && number <= greatest),
            _ => None,
        })
    }

    /// The civil days of a field in a block, and the lanes that have one.
    #[inline]
    fn days(&self, field: &Field, offset_secs: i64, rows: Rows<'_, 1>, lanes: u64, days: &mut [i64; LANES]) -> u64 {
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
    fn days_within<const W: usize>(
        &self,
        field: &Field,
        offset_secs: i64,
        rows: Rows<'_, W>,
        lanes: Mask<W>,
        within: &RangeInclusive<i64>,
    ) -> (Mask<W>, Mask<W>) {
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
fn asked<'t, T: Table + ?Sized, const W: usize>(
    table: &'t T,
    field: &Field,
    rows: Rows<'_, W>,
    lanes: Mask<W>,
    holds: impl Fn(Fact<'t>) -> Option<bool>,
) -> (Mask<W>, Mask<W>) {
    in_words(lanes, |word, lanes| {
        let (mut yes, mut known) = (0, 0);
        table.facts(field, rows.block(word), lanes, |lane, fact| {
            if let Some(holds) = holds(fact) {
                yes |= if holds { lane } else { 0 };
                known |= lane;
            }
        });
        (yes, known)
    })
}

/// Two masks, word by word.
#[inline]
pub(super) fn in_words<const W: usize>(
    lanes: Mask<W>,
    mut both: impl FnMut(usize, u64) -> (u64, u64),
) -> (Mask<W>, Mask<W>) {
    let (mut ones, mut others) = ([0; W], [0; W]);
    let words = ones.iter_mut().zip(&mut others).zip(lanes.words());
    for (word, ((one, other), lanes)) in words.enumerate() {
        (*one, *other) = both(word, lanes);
    }
    (Mask::of(ones), Mask::of(others))
}

/// Rows of a table at one instant.
pub(crate) struct Block<'m, 't, T, const W: usize> {
    program: &'m Program,
    table: &'t T,
    rows: Rows<'t, W>,
    as_of: i64,
    today: i64,
    /// The lanes that still matter.
    lanes: Cell<Mask<W>>,
}

impl<'m, 't, T: Table, const W: usize> Block<'m, 't, T, W> {
    pub(crate) fn new(
        program: &'m Program,
        table: &'t T,
        rows: Rows<'t, W>,
        (as_of, today): (i64, i64),
    ) -> Block<'m, 't, T, W> {
        Block { program, table, rows, as_of, today, lanes: Cell::new(Mask::ALL) }
    }

    /// What `f` says of the subject in each lane.
    fn one_by_one(&self, mut f: impl FnMut(usize, Subject<'m, '_, T::Subject<'_>>)) {
        for lane in self.lanes.get().lanes() {
            let Some(facts) = self.table.subject(self.rows.at(lane)) else { continue };
            f(lane, Subject::on(self.program, &facts, (self.as_of, self.today)));
        }
    }

    /// A number for each lane, as `f` says it.
    fn numbered(&self, mut f: impl FnMut(usize, Subject<'m, '_, T::Subject<'_>>) -> i64) -> LaneNumbers<W> {
        let mut numbers = [[0; LANES]; W];
        self.one_by_one(|lane, subject| {
            if let Some(own) = numbers.as_flattened_mut().get_mut(lane) {
                *own = f(lane, subject);
            }
        });
        LaneNumbers::Each(numbers)
    }

    fn measured(&self, mut f: impl FnMut(Subject<'m, '_, T::Subject<'_>>) -> Measured<Exact>) -> Measured<Abreast<W>> {
        let mut unknown = Mask::NONE;
        let number = self.numbered(|lane, subject| {
            let found = f(subject);
            if found.unknown {
                unknown = unknown | Mask::one(lane);
            }
            found.number
        });
        Measured { number, unknown: Masks::where_true(unknown) }
    }

    /// The lanes in which a test holds, one by one.
    fn tested(&self, ask: Ask, test: &'m Test) -> (Mask<W>, Mask<W>) {
        let (mut holds, mut known) = (Mask::NONE, Mask::NONE);
        self.one_by_one(|lane, subject| match subject.test(ask, test, &mut ()) {
            Truth::True => (holds, known) = (holds | Mask::one(lane), known | Mask::one(lane)),
            Truth::False => known = known | Mask::one(lane),
            Truth::Unknown => {}
        });
        (holds, known)
    }

    fn field(&self, field: FieldIndex) -> Option<&Field> {
        self.program.fields.get(field).map(|reading| &reading.field)
    }

    /// The lanes in which something holds of a fact, and those in which it is known.
    #[inline]
    fn asked(&self, field: FieldIndex, holds: impl Fn(Fact<'t>) -> Option<bool>) -> (Mask<W>, Mask<W>) {
        let Some(field) = self.field(field) else { return (Mask::NONE, Mask::NONE) };
        asked(self.table, field, self.rows, self.lanes.get(), holds)
    }

    /// The lanes in which a quantity is within a range, and those in which it is known.
    fn within(
        &self,
        of: &Quantity,
        within: &RangeInclusive<i64>,
        [least, greatest]: [f64; 2],
    ) -> Option<(Mask<W>, Mask<W>)> {
        let lanes = self.lanes.get();
        match of {
            Quantity::Number { field } => {
                Some(self.table.within(self.field(*field)?, self.rows, lanes, least, greatest))
            }
            Quantity::Ratio { field, of } => {
                Some(self.ratios_within(self.field(*field)?, self.field(*of)?, least, greatest))
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
                let (field, offset_secs) = (self.field(*field)?, self.program.offset_secs);
                let mut days = [0; LANES];
                Some(in_words(lanes, |word, lanes| {
                    let known = self.table.days(field, offset_secs, self.rows.block(word), lanes, &mut days);
                    (lanes_where(&days, |day| within.contains(&fact::by_calendar(*by, *day, self.today))), known)
                }))
            }
            _ => None,
        }
    }

    fn days_within(&self, field: FieldIndex, within: &RangeInclusive<i64>) -> (Mask<W>, Mask<W>) {
        let Some(field) = self.field(field) else { return (Mask::NONE, Mask::NONE) };
        self.table.days_within(field, self.program.offset_secs, self.rows, self.lanes.get(), within)
    }

    /// The lanes in which the ratio of two numbers is within a range, and those in which it is known.
    fn ratios_within(&self, field: &Field, of: &Field, least: f64, greatest: f64) -> (Mask<W>, Mask<W>) {
        let (mut ratios, mut divisors) = ([0.0; LANES], [0.0; LANES]);
        in_words(self.lanes.get(), |word, lanes| {
            let rows = self.rows.block(word);
            let known = self.table.numbers(field, rows, lanes, &mut ratios)
                & self.table.numbers(of, rows, lanes, &mut divisors);
            // As for one of them: see `fact::ratio`. No times a divisor is zero if it is finite, and else no number.
            ratios.iter_mut().zip(&divisors).for_each(|(ratio, of)| *ratio = *ratio / of + of * 0.0);
            let finite = lanes_known(&ratios, |ratio| is_missing(*ratio));
            (lanes_where(&ratios, |ratio| least <= *ratio && *ratio <= greatest), known & finite)
        })
    }
}

impl<'m, T: Table, const W: usize> World<'m> for Block<'m, '_, T, W> {
    type Domain = Abreast<W>;

    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate> {
        self.program.gates(required).iter()
    }

    fn narrow(&self, verdict: &Masks<Verdict, W>) {
        self.lanes.set(verdict.of(Verdict::Eligible) | verdict.of(Verdict::Undetermined));
    }

    fn test<V: Witness<'m, Abreast<W>>>(&self, ask: Ask, test: &'m Test, _: &mut V) -> Masks<Truth, W> {
        let (holds, known) = self.table.test(test, self.rows).unwrap_or_else(|| match test {
            Test::Number { of, within, doubles, op } => match self.within(of, within, *doubles) {
                Some((inside, known)) => (if op.negates() { !inside } else { inside }, known),
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
                    Fact::Text(text) => Some(literals.has(text) != *negate),
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

    fn points<V: Witness<'m, Abreast<W>>>(&self, form: &'m Worth, _: &mut V) -> Measured<Abreast<W>> {
        self.measured(|subject| subject.points(form, &mut ()))
    }

    fn signal<V: Witness<'m, Abreast<W>>>(&self, signal: &'m Signal, _: &mut V) -> LaneNumbers<W> {
        self.numbered(|_, subject| subject.signal(signal, &mut ()))
    }
}
