//! A block of columns at one instant, as a world.

use std::cell::Cell;
use std::ops::RangeInclusive;

use super::bound::{Bound, Row};
use super::kernels::{is_missing, lanes_known, lanes_where};
use super::lanes::{Abreast, LaneNumbers, Masks};
use super::mask::{LANES, Mask, Rows, WORDS, lanes_of};
use crate::evaluate::{Exact, Measured, Subject, Truth, Witness, World, fact};
use crate::grade::Verdict;
use crate::input::facts::Fact;
use crate::model::Calendar;
use crate::program::{Ask, FieldIndex, Gate, Program, Quantity, Signal, TagTest, Test, TextSubject, TextTest, Worth};

/// A block of rows at one instant.
///
/// In lanes that have left the evaluation, every answer may be anything.
pub(crate) struct Block<'m, 't> {
    program: &'m Program,
    columns: &'t Bound<'t>,
    rows: Rows<'t>,
    as_of: i64,
    today: i64,
    /// The lanes that still pass the gates.
    lanes: Cell<Mask>,
}

impl<'m, 't> Block<'m, 't> {
    pub(crate) fn new(
        program: &'m Program,
        columns: &'t Bound<'t>,
        rows: Rows<'t>,
        (as_of, today): (i64, i64),
    ) -> Block<'m, 't> {
        Block { program, columns, rows, as_of, today, lanes: Cell::new(Mask::ALL) }
    }

    /// Calls `f` with the subject in each lane, one after the other: the way for everything that has no kernel.
    fn one_by_one(&self, mut f: impl FnMut(usize, Subject<'m, '_, Row<'_>>)) {
        for lane in self.lanes.get().lanes() {
            let row = self.columns.row(self.rows.at(lane));
            f(lane, Subject::on(self.program, &row, (self.as_of, self.today)));
        }
    }

    /// A number for each lane.
    fn numbers(&self, mut f: impl FnMut(usize, Subject<'m, '_, Row<'_>>) -> i64) -> LaneNumbers {
        let mut numbers = [[0; LANES]; WORDS];
        self.one_by_one(|lane, subject| {
            if let Some(own) = numbers.as_flattened_mut().get_mut(lane) {
                *own = f(lane, subject);
            }
        });
        LaneNumbers::Each(numbers)
    }

    fn measured(&self, mut f: impl FnMut(Subject<'m, '_, Row<'_>>) -> Measured<Exact>) -> Measured<Abreast> {
        let mut unknown = Mask::NONE;
        let number = self.numbers(|lane, subject| {
            let found = f(subject);
            if found.unknown {
                unknown = unknown | Mask::one(lane);
            }
            found.number
        });
        Measured { number, unknown: Masks::where_true(unknown) }
    }

    /// The lanes in which a test holds and the lanes in which it is known, one subject after the other.
    fn tested(&self, ask: Ask, test: &'m Test) -> (Mask, Mask) {
        let (mut holds, mut known) = (Mask::NONE, Mask::NONE);
        self.one_by_one(|lane, subject| match subject.test(ask, test, &mut ()) {
            Truth::True => (holds, known) = (holds | Mask::one(lane), known | Mask::one(lane)),
            Truth::False => known = known | Mask::one(lane),
            Truth::Unknown => {}
        });
        (holds, known)
    }

    /// The lanes in which a fact passes `holds`, and the lanes in which `holds` has an answer.
    #[inline]
    fn facts(&self, field: FieldIndex, holds: impl Fn(Fact<'t>) -> Option<bool>) -> (Mask, Mask) {
        let Some(column) = self.columns.of(field) else { return (Mask::NONE, Mask::NONE) };
        self.lanes.get().map_words(|word, lanes| {
            let rows = self.rows.word(word);
            let (mut yes, mut known) = (0, 0);
            for lane in lanes_of(lanes) {
                if let Some(holds) = holds(column.fact(rows.at(lane))) {
                    yes |= u64::from(holds) << lane;
                    known |= 1 << lane;
                }
            }
            (yes, known)
        })
    }

    /// The lanes in which a quantity is in a range, and the lanes in which it is known; `None` if there is no kernel.
    fn within(&self, of: &Quantity, within: &RangeInclusive<i64>, [least, greatest]: [f64; 2]) -> Option<(Mask, Mask)> {
        match of {
            Quantity::Number { field } => Some(self.columns.numbers_within(*field, self.rows, least, greatest)),
            Quantity::Ratio { field, of } => Some(self.ratios_within(*field, *of, least, greatest)),
            Quantity::Calendar { field, by: Calendar::DaysSince } => {
                let day = |days: i64| self.today.saturating_sub(days);
                Some(self.days_within(*field, &(day(*within.end())..=day(*within.start()))))
            }
            Quantity::Calendar { field, by: Calendar::DaysUntil } => {
                let day = |days: i64| self.today.saturating_add(days);
                Some(self.days_within(*field, &(day(*within.start())..=day(*within.end()))))
            }
            Quantity::Calendar { field, by } => {
                Some(self.days(*field, |day| within.contains(&fact::by_calendar(*by, day, self.today))))
            }
            _ => None,
        }
    }

    fn days_within(&self, field: FieldIndex, within: &RangeInclusive<i64>) -> (Mask, Mask) {
        match self.columns.dates_within(field, self.rows, within) {
            Some(found) => found,
            None => self.days(field, |day| within.contains(&day)),
        }
    }

    /// The lanes whose civil day passes `holds`, and the lanes that have a day.
    #[inline]
    fn days(&self, field: FieldIndex, holds: impl Fn(i64) -> bool) -> (Mask, Mask) {
        let mut days = [0; LANES];
        self.rows.masks(|rows| {
            let known = self.columns.days(field, self.program.offset_secs, rows, &mut days);
            (lanes_where(&days, |day| holds(*day)), known)
        })
    }

    /// The lanes in which the ratio of two numbers is in a range, and the lanes in which it is known.
    fn ratios_within(&self, field: FieldIndex, of: FieldIndex, least: f64, greatest: f64) -> (Mask, Mask) {
        let (mut ratios, mut divisors) = ([0.0; LANES], [0.0; LANES]);
        self.rows.masks(|rows| {
            let known = self.columns.numbers(field, rows, &mut ratios) & self.columns.numbers(of, rows, &mut divisors);
            // As `fact::ratio` does for one subject. Adding zero times the divisor makes the ratio NaN if the divisor is
            // not finite, and changes nothing else.
            ratios.iter_mut().zip(&divisors).for_each(|(ratio, of)| *ratio = *ratio / of + of * 0.0);
            let finite = lanes_known(&ratios, |ratio| is_missing(*ratio));
            (lanes_where(&ratios, |ratio| least <= *ratio && *ratio <= greatest), known & finite)
        })
    }
}

impl<'m> World<'m> for Block<'m, '_> {
    type Domain = Abreast;

    fn gates(&self, required: bool) -> impl Iterator<Item = &'m Gate> {
        self.program.gates(required).iter()
    }

    fn narrow(&self, verdict: &Masks<Verdict>) {
        self.lanes.set(verdict.of(Verdict::Eligible) | verdict.of(Verdict::Undetermined));
    }

    fn test<V: Witness<'m, Abreast>>(&self, ask: Ask, test: &'m Test, _: &mut V) -> Masks<Truth> {
        let (holds, known) = self.columns.test(test, self.rows).unwrap_or_else(|| match test {
            Test::Number { of, within, doubles, op } => match self.within(of, within, *doubles) {
                Some((inside, known)) => (if op.negates() { !inside } else { inside }, known),
                None => self.tested(ask, test),
            },
            Test::Day { field, within, .. } => self.days_within(*field, within),
            // As `fact::holds`, with the choice of the test made once for all rows.
            Test::Flag { field, is } => self.facts(*field, |fact| match fact {
                Fact::Flag(flag) => Some(flag == *is),
                _ => None,
            }),
            Test::Text { of: TextSubject::Field(field), test, ignore_case, negate, .. } => match test {
                TextTest::OneOf(literals) if !ignore_case => self.facts(*field, |fact| match fact {
                    Fact::Text(text) => Some(literals.has(text) != *negate),
                    _ => None,
                }),
                _ => self.facts(*field, |fact| match fact {
                    Fact::Text(text) => Some(fact::text_matches(text, test, *ignore_case) != *negate),
                    _ => None,
                }),
            },
            Test::Tags { field, test: TagTest::HasAny(any), negate, .. } => self.facts(*field, |fact| match fact {
                Fact::Tags(tags) => Some(tags.has_any(any) != *negate),
                _ => None,
            }),
            _ => self.tested(ask, test),
        });
        Masks::truths(holds, !known)
    }

    fn points<V: Witness<'m, Abreast>>(&self, form: &'m Worth, _: &mut V) -> Measured<Abreast> {
        self.measured(|subject| subject.points(form, &mut ()))
    }

    fn signal<V: Witness<'m, Abreast>>(&self, signal: &'m Signal, _: &mut V) -> LaneNumbers {
        self.numbers(|_, subject| subject.signal(signal, &mut ()))
    }
}
