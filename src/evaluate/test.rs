//! The meaning of tests and rule bodies for one fact.
//!
//! The reference for every other evaluation of a test: the probes of `one::subject`, the sets of `sets::fact_set`, and the
//! SIMD kernels of `columns`. Tests hold each equal to it.

use crate::input::facts::{Fact, Tags};
use crate::literal::Literal;
use crate::model::Calendar;
use crate::num::decimal::nearest_micros;
use crate::num::points::MICROS;
use crate::num::u384::{rounded, saturated_i64};
use crate::program::{PerUnit, RuleBody, TagTest, Test, TextTest, Unit, double_of, ordered_bits};
use crate::text::{folds_to, is_in_word, same, with_folded};
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
        (Test::Tags { test, ignore_case: true, negate, .. }, Fact::Tags(tags)) => {
            tags_match_ignoring_case(tags, test).map(|matches| matches != *negate)
        }
        (Test::Tags { test, negate, .. }, Fact::Tags(tags)) => match test {
            TagTest::HasAny(any) => Some(tags.has_any(any) != *negate),
            TagTest::HasAll(all) => Some(all.iter().all(|tag| tags.has(tag)) != *negate),
            TagTest::AnyNotIn(_) => None,
        },
        _ => None,
    }
}

#[inline(never)]
fn tags_match_ignoring_case(tags: Tags<'_>, test: &TagTest) -> Option<bool> {
    match test {
        TagTest::HasAny(any) => Some(tags.any(|tag| any.has_ignoring_case(tag))),
        TagTest::HasAll(all) => Some(all.iter().all(|literal| tags.any(|tag| literal.is_ignoring_case(tag)))),
        TagTest::AnyNotIn(_) => None,
    }
}

/// Whether some tag is not among the others.
#[inline]
pub(super) fn any_not_in(tags: Fact<'_>, others: Fact<'_>, ignore_case: bool) -> Option<bool> {
    let (Fact::Tags(tags), Fact::Tags(others)) = (tags, others) else { return None };
    if ignore_case {
        return Some(any_not_in_ignoring_case(tags, others));
    }
    Some(tags.any_not_in(&others))
}

#[inline(never)]
fn any_not_in_ignoring_case(tags: Tags<'_>, others: Tags<'_>) -> bool {
    tags.any(|tag| !others.any(|other| same(tag, other)))
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
        (RuleBody::Texts { ignore_case: true, .. } | RuleBody::Tags { ignore_case: true, .. }, fact) => {
            points_ignoring_case(body, fact)
        }
        (RuleBody::Texts { rows, otherwise, .. }, Fact::Text(text)) => Some(rows.points(text).unwrap_or(*otherwise)),
        (RuleBody::Tags { rows, otherwise, sum, .. }, Fact::Tags(tags)) => {
            Some(tag_points(rows, *otherwise, *sum, |tag| tags.contains(tag)))
        }
        _ => None,
    }
}

#[inline(never)]
fn points_ignoring_case(body: &RuleBody, fact: Fact<'_>) -> Option<i64> {
    match (body, fact) {
        (RuleBody::Texts { rows, otherwise, .. }, Fact::Text(text)) => {
            Some(with_folded(text, |text| rows.points(text)).unwrap_or(*otherwise))
        }
        (RuleBody::Tags { rows, otherwise, sum, .. }, Fact::Tags(tags)) => {
            Some(tag_points(rows, *otherwise, *sum, |row| tags.any(|tag| folds_to(tag, row))))
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

/// The points for a value of the quantity, in its unit; monotone in it.
#[inline]
pub(super) fn per_unit(form: &PerUnit, value: i64) -> i64 {
    // A product that does not fit `i64` is beyond `min` and `max` anyway.
    saturated_i64(unclamped(form, value)).min(form.max).max(form.min)
}

/// As [`per_unit`], before `min` and `max`; in millionths.
#[inline]
pub(crate) fn unclamped(form: &PerUnit, value: i64) -> i128 {
    // Within 2^104 millionths of a unit, which is beyond `min` and `max` after any step and any points.
    let micros = match form.of.unit() {
        Unit::Whole => i128::from(value) * i128::from(MICROS),
        Unit::Millionth => value.into(),
        Unit::Double => nearest_micros(double_of(value)).unwrap_or(0),
    };
    let points = i128::from(form.points);
    match form.every {
        Some(step) => points.saturating_mul(micros / i128::from(step)),
        None => rounded(points.saturating_mul(micros), MICROS.into()),
    }
}

/// Whether a text matches, byte by byte or regardless of case.
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
        TextTest::OneOf(literals) if ignore_case => literals.has_ignoring_case(text),
        _ if !ignore_case => has_part(text, test, <[u8]>::eq),
        // The literals are folded: one with other than ASCII characters is in no ASCII text.
        _ if text.is_ascii() => has_part(text, test, <[u8]>::eq_ignore_ascii_case),
        _ => with_folded(text, |text| has_part(text, test, <[u8]>::eq)),
    }
}

/// Whether a part of a text, or all of it, is the same as a literal.
#[inline]
fn has_part(text: &str, test: &TextTest, same: impl Fn(&[u8], &[u8]) -> bool + Copy) -> bool {
    let bytes = text.as_bytes();
    let is = |part: Option<&[u8]>, literal: &Literal| part.is_some_and(|part| same(part, literal.as_bytes()));
    match test {
        TextTest::OneOf(literals) => literals.iter().any(|literal| is(Some(bytes), literal)),
        TextTest::StartsWith(literals) => literals.iter().any(|literal| is(bytes.get(..literal.len()), literal)),
        TextTest::EndsWith(literals) => literals.iter().any(|literal| {
            let start = bytes.len().checked_sub(literal.len());
            is(start.and_then(|start| bytes.get(start..)), literal)
        }),
        // The empty text is in every text, but windows have at least one byte.
        TextTest::Contains(literals) => {
            literals.iter().any(|literal| literal.is_empty() || places(bytes, literal, same).next().is_some())
        }
        TextTest::HasWord(literals) => literals
            .iter()
            .any(|literal| places(bytes, literal, same).any(|start| is_whole(text, start, start + literal.len()))),
    }
}

/// Where a text contains a literal that is not empty.
fn places(text: &[u8], literal: &str, same: impl Fn(&[u8], &[u8]) -> bool) -> impl Iterator<Item = usize> {
    let windows = (0..).zip(text.windows(literal.len().max(1)));
    windows.filter(move |(_, part)| same(part, literal.as_bytes())).map(|(start, _)| start)
}

/// Whether neither end of a part of a text is inside a word.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let part = |from, to| text.get(from..to).unwrap_or_default();
    let is_in_word = |c: Option<char>| c.is_some_and(is_in_word);
    let (before, own, after) = (part(0, start), part(start, end), part(end, text.len()));
    let begins = is_in_word(before.chars().next_back()) && is_in_word(own.chars().next());
    let goes_on = is_in_word(own.chars().next_back()) && is_in_word(after.chars().next());
    !begins && !goes_on
}
