//! The meaning of tests and rule bodies for one fact.
//!
//! The reference for every other evaluation of a test: the probes of `one::subject`, the sets of `sets::fact_set`, and the
//! SIMD kernels of `columns`. Tests hold each equal to it.

use crate::input::facts::Fact;
use crate::model::Calendar;
use crate::num::decimal::nearest_micros;
use crate::num::points::{HELD, MICROS};
use crate::num::u384::{rounded, saturated_i64};
use crate::program::{RuleBody, TagTest, Test, TextTest, ordered_bits};
use crate::time::{civil_day, day_of, months_since, months_until, second_of};

/// Whether a test that looks at this fact alone holds; `None` if unknown.
#[inline(always)]
pub(super) fn holds(test: &Test, fact: Fact<'_>) -> Option<bool> {
    match (test, fact) {
        (Test::Known { known, .. }, fact) => Some(matches!(fact, Fact::Missing) != *known),
        (Test::Flag { is, .. }, Fact::Flag(flag)) => Some(flag == *is),
        (Test::Text { test, ignore_case, negate, .. }, Fact::Text(text)) => {
            Some(text_matches(text, test, *ignore_case) != *negate)
        }
        (Test::Tags { test, negate, .. }, Fact::Tags(tags)) => match test {
            TagTest::HasAny(any) => Some(tags.has_any(any) != *negate),
            TagTest::HasAll(all) => Some(all.iter().all(|tag| tags.has(tag)) != *negate),
            TagTest::AnyNotIn(_) => None,
        },
        _ => None,
    }
}

/// Whether some tag is not among the others.
#[inline]
pub(super) fn any_not_in(tags: Fact<'_>, others: Fact<'_>) -> Option<bool> {
    let (Fact::Tags(tags), Fact::Tags(others)) = (tags, others) else { return None };
    Some(tags.any_not_in(&others))
}

/// The fact's number; NaN if it is not a number.
#[inline(always)]
pub(super) fn double(fact: Fact<'_>) -> f64 {
    match fact {
        Fact::Number(number) => number,
        _ => f64::NAN,
    }
}

/// The number in the order of doubles.
#[inline]
pub(super) fn number(number: f64) -> Option<i64> {
    number.is_finite().then(|| ordered_bits(number))
}

/// Whether a number is in a range with finite ends; `None` if the number is not finite.
#[inline(always)]
pub(super) fn number_within(number: f64, [least, greatest]: [f64; 2]) -> Option<bool> {
    let inside = least <= number && number <= greatest;
    (inside || number.is_finite()).then_some(inside)
}

/// The ratio of two numbers; `None` if the divisor is zero or either number is not finite.
#[inline]
pub(super) fn ratio(number: f64, of: f64) -> Option<f64> {
    let ratio = number / of;
    // An infinite divisor makes the ratio zero, so it is checked by itself.
    (ratio.is_finite() && of.is_finite()).then_some(ratio)
}

/// The number of distinct tags.
#[inline]
pub(super) fn tag_count(fact: Fact<'_>) -> Option<i64> {
    let Fact::Tags(tags) = fact else { return None };
    Some(i64::try_from(tags.count()).unwrap_or(i64::MAX))
}

/// The civil day of a date or a time.
#[inline]
pub(super) fn day(fact: Fact<'_>, offset_secs: i64) -> Option<i64> {
    match fact {
        Fact::Date(date) => Some(day_of(date)),
        Fact::Time(time) => Some(civil_day(second_of(time), offset_secs)),
        _ => None,
    }
}

/// Days or months between a day and today, which are a few hundred million days apart at most; monotone in either.
#[inline]
pub(crate) fn by_calendar(by: Calendar, day: i64, today: i64) -> i64 {
    match by {
        Calendar::DaysSince => today - day,
        Calendar::DaysUntil => day - today,
        Calendar::MonthsSince => months_since(day, today),
        Calendar::MonthsUntil => months_until(day, today),
    }
}

/// The points of a body that reads this fact; `None` if unknown.
#[inline]
pub(super) fn points(body: &RuleBody, fact: Fact<'_>) -> Option<i64> {
    match (body, fact) {
        (RuleBody::Texts { rows, otherwise, .. }, Fact::Text(text)) => Some(rows.points(text).unwrap_or(*otherwise)),
        (RuleBody::Tags { rows, otherwise, sum, .. }, Fact::Tags(tags)) => {
            Some(tag_points(rows, *otherwise, *sum, |tag| tags.contains(tag)))
        }
        (RuleBody::PerUnit { points, min, max, .. }, Fact::Number(number)) if number.is_finite() => {
            Some(per_unit(*points, nearest_micros(number, HELD)?, *min, *max))
        }
        _ => None,
    }
}

/// The points of tags. Goes row by row, so that a tag that is repeated in the subject's list counts once.
#[inline]
pub(super) fn tag_points(rows: &[(Box<str>, i64)], otherwise: i64, sum: bool, has: impl Fn(&str) -> bool) -> i64 {
    let points = rows.iter().filter(|(tag, _)| has(tag)).map(|(_, points)| *points);
    if sum { points.reduce(i64::saturating_add) } else { points.max() }.unwrap_or(otherwise)
}

/// The points of a number of millionths of a unit; monotone in it.
#[inline]
pub(super) fn per_unit(points: i64, units: i64, min: i64, max: i64) -> i64 {
    let product = rounded(i128::from(points) * i128::from(units), MICROS.into());
    saturated_i64(product).min(max).max(min)
}

/// Whether a text matches, byte by byte; `ignore_case` folds ASCII letters.
#[inline(always)]
pub(super) fn text_matches(text: &str, test: &TextTest, ignore_case: bool) -> bool {
    match test {
        TextTest::OneOf(literals) if !ignore_case => literals.has(text),
        _ => text_is_like(text, test, ignore_case),
    }
}

#[inline(never)]
fn text_is_like(text: &str, test: &TextTest, ignore_case: bool) -> bool {
    match test {
        TextTest::OneOf(literals) => literals.iter().any(|literal| same(Some(text.as_bytes()), literal, ignore_case)),
        TextTest::StartsWith(literal) => same(text.as_bytes().get(..literal.len()), literal, ignore_case),
        TextTest::EndsWith(literal) => {
            let start = text.len().checked_sub(literal.len());
            same(start.and_then(|start| text.as_bytes().get(start..)), literal, ignore_case)
        }
        // Windows have at least one byte; the empty text is in every text.
        TextTest::Contains(literal) => {
            let mut windows = text.as_bytes().windows(literal.len().max(1));
            literal.is_empty() || windows.any(|part| same(Some(part), literal, ignore_case))
        }
    }
}

fn same(part: Option<&[u8]>, literal: &str, ignore_case: bool) -> bool {
    part.is_some_and(|part| {
        if ignore_case { part.eq_ignore_ascii_case(literal.as_bytes()) } else { part == literal.as_bytes() }
    })
}
