//! One test: look at a fact, at events or at the outcome, and compare.

use super::{Asked, Evaluation, Seen, Truth, Witness};
use crate::facts::{Fact, Facts, Tags};
use crate::grade::Grade;
use crate::model::{Calendar, EventMeasure, NumberOp};
use crate::points::HELD;
use crate::program::{Events, FieldIndex, Quantity, TagTest, Test, TextSubject, TextTest, ordered_bits};
use crate::time::{civil_day, day_of, months_since, months_until, second_of};
use crate::wide::held_in_i64;

impl<'m, 's, T: Facts> Evaluation<'m, 's, T> {
    pub(super) fn test<W: Witness<'m>>(&self, test: &'m Test, asked: Option<Asked<'_>>, witness: &mut W) -> Truth {
        let (seen, holds) = match test {
            Test::Known { field, known } => {
                let fact = self.fact(*field);
                (Seen::Fact(fact), Some(matches!(fact, Fact::Missing) != *known))
            }
            Test::Flag { field, is } => {
                let fact = self.fact(*field);
                let flag = if let Fact::Flag(flag) = fact { Some(flag) } else { None };
                (Seen::Fact(fact), flag.map(|flag| flag == *is))
            }
            Test::Number { of, within, op } => {
                let negate = matches!(op, NumberOp::IsNot(_));
                let value = self.quantity(of, asked);
                (Seen::Quantity(value), value.map(|value| within.contains(&value) != negate))
            }
            Test::Text { of, test, ignore_case, negate } => {
                let fact = match (of, asked) {
                    (TextSubject::Field(field), _) => self.fact(*field),
                    (TextSubject::Grade, Some(asked)) => asked.grade.map(Grade::as_str).into(),
                    (TextSubject::Verdict, Some(asked)) => Fact::Text(asked.verdict.as_str()),
                    (TextSubject::Grade | TextSubject::Verdict, None) => Fact::Missing,
                };
                let text = if let Fact::Text(text) = fact { Some(text) } else { None };
                (Seen::Fact(fact), text.map(|text| text_matches(text, test, *ignore_case) != *negate))
            }
            Test::Tags { field, test, negate } => {
                (Seen::Fact(self.fact(*field)), self.tags_match(*field, test).map(|holds| holds != *negate))
            }
            Test::Day { field, within, .. } => {
                (Seen::Fact(self.fact(*field)), self.day(*field).map(|day| within.contains(&day)))
            }
            Test::Happened { events, is, .. } => {
                let count = self.count(events);
                (Seen::Events(count), Some((count > 0) == *is))
            }
        };
        let truth = Truth::of(holds);
        witness.tested(test, seen, truth);
        truth
    }

    /// A quantity in its unit, `None` where it is unknown.
    pub(super) fn quantity(&self, of: &Quantity, asked: Option<Asked<'_>>) -> Option<i64> {
        match of {
            Quantity::Number { field } => self.number(*field).map(ordered_bits),
            Quantity::Ratio { field, of } => {
                let ratio = self.number(*field)? / self.number(*of)?;
                // A zero divisor gives an infinity or, under zero, no number at all.
                ratio.is_finite().then(|| ordered_bits(ratio))
            }
            Quantity::Calendar { field, by } => {
                let day = self.day(*field)?;
                Some(match by {
                    Calendar::DaysSince => self.today.saturating_sub(day),
                    Calendar::DaysUntil => day.saturating_sub(self.today),
                    Calendar::MonthsSince => months_since(day, self.today),
                    Calendar::MonthsUntil => months_until(day, self.today),
                })
            }
            Quantity::TagCount { field } => {
                self.tags(*field).map(|tags| i64::try_from(tags.count()).unwrap_or(i64::MAX))
            }
            Quantity::Event { events, by: EventMeasure::Count } => Some(self.count(events)),
            Quantity::Event { events, by: EventMeasure::Amount } => {
                let amounts = self.activity().select(&events.names, self.as_of, events.ages);
                let sum = amounts.entries().map(|entry| i128::from(entry.amount) * i128::from(entry.count)).sum();
                Some(held_in_i64(sum).clamp(-HELD, HELD))
            }
            Quantity::Event { events, by: EventMeasure::Days } => {
                Some(self.activity().select(&events.names, self.as_of, events.ages).days(self.program.offset_secs))
            }
            Quantity::DaysSinceLast { events } => {
                let last = self.activity().select(&events.names, self.as_of, events.ages).latest_first().next()?;
                Some(self.today.saturating_sub(civil_day(last.at, self.program.offset_secs)))
            }
            Quantity::Axis { axis } => asked.and_then(|asked| asked.axes.get(*axis)).map(|axis| axis.score),
            Quantity::Score => asked.map(|asked| asked.score),
        }
    }

    fn count(&self, events: &Events) -> i64 {
        let entries = self.activity().select(&events.names, self.as_of, events.ages);
        entries.entries().fold(0, |count: i64, entry| count.saturating_add(entry.count.into()))
    }

    pub(super) fn number(&self, field: FieldIndex) -> Option<f64> {
        if let Fact::Number(number) = self.fact(field) { Some(number) } else { None }
    }

    pub(super) fn tags(&self, field: FieldIndex) -> Option<Tags<'s>> {
        if let Fact::Tags(tags) = self.fact(field) { Some(tags) } else { None }
    }

    /// The civil day of a date or a time.
    fn day(&self, field: FieldIndex) -> Option<i64> {
        match self.fact(field) {
            Fact::Date(date) => Some(day_of(date)),
            Fact::Time(time) => Some(civil_day(second_of(time), self.program.offset_secs)),
            _ => None,
        }
    }

    fn tags_match(&self, field: FieldIndex, test: &TagTest) -> Option<bool> {
        let tags = self.tags(field)?;
        Some(match test {
            TagTest::HasAny(any) => any.iter().any(|tag| tags.contains(tag)),
            TagTest::HasAll(all) => all.iter().all(|tag| tags.contains(tag)),
            TagTest::AnyNotIn(other) => {
                let other = self.tags(*other)?;
                tags.any(|tag| !other.contains(tag))
            }
        })
    }
}

/// Compares byte by byte, with `ignore_case` taking ASCII letters for their lower case.
#[inline]
fn text_matches(text: &str, test: &TextTest, ignore_case: bool) -> bool {
    let same = |part: Option<&[u8]>, literal: &str| {
        part.is_some_and(|part| {
            if ignore_case { part.eq_ignore_ascii_case(literal.as_bytes()) } else { part == literal.as_bytes() }
        })
    };
    let bytes = text.as_bytes();
    match test {
        TextTest::OneOf(literals) => literals.iter().any(|literal| same(Some(bytes), literal)),
        TextTest::StartsWith(literal) => same(bytes.get(..literal.len()), literal),
        TextTest::EndsWith(literal) => {
            same(bytes.len().checked_sub(literal.len()).and_then(|start| bytes.get(start..)), literal)
        }
        // Windows have a length of at least one; the empty text is in every text.
        TextTest::Contains(literal) => {
            literal.is_empty() || bytes.windows(literal.len()).any(|part| same(Some(part), literal))
        }
    }
}
