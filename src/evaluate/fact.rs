//! What tests and forms find in one fact.

use crate::decimal::nearest_micros;
use crate::facts::Fact;
use crate::model::Calendar;
use crate::points::{HELD, MICROS};
use crate::program::{TagTest, Test, TextTest, Worth, ordered_bits};
use crate::time::{civil_day, day_of, months_since, months_until, second_of};
use crate::wide::{held_in_i64, rounded};

/// Whether a test that looks at nothing but this fact holds; `None` where that is unknown.
pub(super) fn holds(test: &Test, fact: Fact<'_>) -> Option<bool> {
    match (test, fact) {
        (Test::Known { known, .. }, fact) => Some(matches!(fact, Fact::Missing) != *known),
        (Test::Flag { is, .. }, Fact::Flag(flag)) => Some(flag == *is),
        (Test::Text { test, ignore_case, negate, .. }, Fact::Text(text)) => {
            Some(text_matches(text, test, *ignore_case) != *negate)
        }
        (Test::Tags { test, negate, .. }, Fact::Tags(tags)) => match test {
            TagTest::HasAny(any) => Some(any.iter().any(|tag| tags.contains(tag)) != *negate),
            TagTest::HasAll(all) => Some(all.iter().all(|tag| tags.contains(tag)) != *negate),
            TagTest::AnyNotIn(_) => None,
        },
        _ => None,
    }
}

/// Whether there is a tag that is not among the others.
pub(super) fn any_not_in(tags: Fact<'_>, others: Fact<'_>) -> Option<bool> {
    let (Fact::Tags(tags), Fact::Tags(others)) = (tags, others) else { return None };
    Some(tags.any(|tag| !others.contains(tag)))
}

/// The number in the order of doubles.
pub(super) fn number(fact: Fact<'_>) -> Option<i64> {
    if let Fact::Number(number) = fact { Some(ordered_bits(number)) } else { None }
}

/// The ratio in the order of doubles. A zero divisor gives an infinity or, under zero, no number at all: unknown.
pub(super) fn ratio(fact: Fact<'_>, of: Fact<'_>) -> Option<i64> {
    let (Fact::Number(number), Fact::Number(of)) = (fact, of) else { return None };
    let ratio = number / of;
    ratio.is_finite().then(|| ordered_bits(ratio))
}

/// The number of different tags.
pub(super) fn tag_count(fact: Fact<'_>) -> Option<i64> {
    let Fact::Tags(tags) = fact else { return None };
    Some(i64::try_from(tags.count()).unwrap_or(i64::MAX))
}

/// The civil day of a date or a time.
pub(super) fn day(fact: Fact<'_>, offset_secs: i64) -> Option<i64> {
    match fact {
        Fact::Date(date) => Some(day_of(date)),
        Fact::Time(time) => Some(civil_day(second_of(time), offset_secs)),
        _ => None,
    }
}

/// Days or months between a day and today; rises or falls in either.
pub(crate) fn by_calendar(by: Calendar, day: i64, today: i64) -> i64 {
    match by {
        Calendar::DaysSince => today.saturating_sub(day),
        Calendar::DaysUntil => day.saturating_sub(today),
        Calendar::MonthsSince => months_since(day, today),
        Calendar::MonthsUntil => months_until(day, today),
    }
}

/// The points of a form that is read from this fact, `None` where they are unknown.
pub(super) fn points(form: &Worth, fact: Fact<'_>) -> Option<i64> {
    match (form, fact) {
        (Worth::Texts { rows, otherwise, .. }, Fact::Text(text)) => {
            let row = rows.binary_search_by(|(own, _)| (**own).cmp(text)).ok().and_then(|row| rows.get(row));
            Some(row.map_or(*otherwise, |(_, points)| *points))
        }
        (Worth::Tags { rows, otherwise, sum, .. }, Fact::Tags(tags)) => {
            Some(tag_points(rows, *otherwise, *sum, |tag| tags.contains(tag)))
        }
        (Worth::PerUnit { points, min, max, .. }, Fact::Number(number)) => {
            Some(per_unit(*points, nearest_micros(number, HELD)?, *min, *max))
        }
        _ => None,
    }
}

/// Row by row, so that a tag that the subject's list repeats counts once.
pub(super) fn tag_points(rows: &[(Box<str>, i64)], otherwise: i64, sum: bool, has: impl Fn(&str) -> bool) -> i64 {
    let held = rows.iter().filter(|(tag, _)| has(tag)).map(|(_, points)| *points);
    if sum { held.reduce(i64::saturating_add) } else { held.max() }.unwrap_or(otherwise)
}

/// Points for so many millionths of a unit; monotone in them.
pub(super) fn per_unit(points: i64, units: i64, min: i64, max: i64) -> i64 {
    let product = rounded(i128::from(points) * i128::from(units), MICROS.into());
    held_in_i64(product).min(max).max(min)
}

/// Compares byte by byte, with `ignore_case` taking ASCII letters for their lower case.
#[inline]
pub(super) fn text_matches(text: &str, test: &TextTest, ignore_case: bool) -> bool {
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
