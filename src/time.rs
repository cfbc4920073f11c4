//! Spans, civil days and months. Chrono stays at the public edge; inside, an instant is whole seconds since
//! 1970-01-01 UTC and a day is whole days since then.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds in a civil day; there are no leap seconds in civil time.
pub(crate) const DAY_SECS: i64 = 86_400;

/// The first and the last possible civil day: one beyond chrono's range, because an offset can move an instant to a
/// neighbouring day.
pub(crate) const DAYS_MIN: i64 = -96_465_293;
pub(crate) const DAYS_MAX: i64 = 95_026_237;

/// A length of time in whole seconds.
///
/// In documents it is text: a whole number and a unit, `"14d"`, `"36h"`, `"2w"`, `"90min"` or `"30s"`. A day is
/// always 86,400 seconds and a week seven days; there are no months, because they have no fixed length. A model
/// takes spans from one second to a hundred years; see [`DocumentLimits`](crate::DocumentLimits).
///
/// ```
/// use warmth::Span;
///
/// let fortnight: Span = "2w".parse()?;
/// assert_eq!(fortnight, Span::days(14));
/// assert_eq!(fortnight.to_string(), "14d");
/// assert_eq!(Span::minutes(90).secs(), 5_400);
/// # Ok::<(), warmth::SpanError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(u64); // seconds

/// The units a span is written in, longest first; `Display` takes the first that divides, weeks aside.
pub(crate) const UNITS: [(&str, u64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)];

impl Span {
    /// Returns a span of `secs` seconds.
    pub const fn seconds(secs: u64) -> Span {
        Span(secs)
    }

    /// Returns a span of `minutes` minutes of 60 seconds.
    pub const fn minutes(minutes: u32) -> Span {
        Span(minutes as u64 * 60)
    }

    /// Returns a span of `hours` hours of 3,600 seconds.
    pub const fn hours(hours: u32) -> Span {
        Span(hours as u64 * 3_600)
    }

    /// Returns a span of `days` days of 86,400 seconds.
    pub const fn days(days: u32) -> Span {
        Span(days as u64 * 86_400)
    }

    /// Returns a span of `weeks` weeks of seven days.
    pub const fn weeks(weeks: u32) -> Span {
        Span(weeks as u64 * 604_800)
    }

    /// Returns the length in seconds.
    pub const fn secs(self) -> u64 {
        self.0
    }
}

/// The error of a text that is not a span of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a span of time; write a whole number and a unit: `14d`, `36h`, `2w`, `90min` or `30s`")]
pub struct SpanError {
    text: String,
}

impl FromStr for Span {
    type Err = SpanError;

    /// # Errors
    ///
    /// If the text is not a whole number followed by `w`, `d`, `h`, `min` or `s`, or is longer than 2^64 seconds.
    fn from_str(text: &str) -> Result<Span, SpanError> {
        let parse = || {
            let (number, unit) = text.split_at_checked(text.find(|c: char| !c.is_ascii_digit())?)?;
            let secs = UNITS.iter().find(|(name, _)| *name == unit)?.1;
            number.parse::<u64>().ok()?.checked_mul(secs).map(Span)
        };
        parse().ok_or_else(|| SpanError { text: text.to_owned() })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, units @ ..] = UNITS;
        let (name, secs) =
            units.into_iter().find(|(_, secs)| self.0 > 0 && self.0.is_multiple_of(*secs)).unwrap_or(("s", 1));
        f.pad(&format!("{}{name}", self.0 / secs))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The whole second of an instant: fractions are rounded down, also before 1970.
#[inline]
pub(crate) fn second_of(at: DateTime<Utc>) -> i64 {
    at.timestamp()
}

/// [`second_of`] and [`civil_day`] in one step: the first is computed from the day too.
#[inline]
pub(crate) fn second_and_day(at: DateTime<Utc>, offset_secs: i64) -> (i64, i64) {
    let at = at.naive_utc();
    let (day, second) = (day_of(at.date()), i64::from(at.time().num_seconds_from_midnight()));
    let own = second + offset_secs;
    let days = if (0..DAY_SECS).contains(&own) { 0 } else { own.div_euclid(DAY_SECS) };
    (day * DAY_SECS + second, day + days)
}

/// The seconds of all instants in chrono's range.
pub(crate) fn instants() -> RangeInclusive<i64> {
    second_of(DateTime::<Utc>::MIN_UTC)..=second_of(DateTime::<Utc>::MAX_UTC)
}

/// The instant `secs` seconds after 1970-01-01 UTC, clamped to chrono's range.
pub(crate) fn instant_at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(secs, 0).unwrap_or(if secs < 0 {
        DateTime::<Utc>::MIN_UTC
    } else {
        DateTime::<Utc>::MAX_UTC
    })
}

/// The date of a text such as `2026-11-22`: four digits, two and two, and nothing else. Years after 9999 and before 0 have a
/// sign, as chrono writes them: `+12026-11-22`.
///
/// Chrono also reads `26-1-5`, as a day in the year 26, and ` 2026 - 01 - 05`.
pub(crate) fn parse_date(text: &str) -> Option<NaiveDate> {
    if text.starts_with(['+', '-']) {
        return text.parse().ok().filter(|date: &NaiveDate| date.to_string() == text);
    }
    let plain = |(index, byte): (usize, u8)| if matches!(index, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    (text.len() == 10 && text.bytes().enumerate().all(plain)).then(|| text.parse().ok())?
}

/// The instant of a text such as `2026-11-22T09:00:00Z`, with the `T`, and the `Z` or an offset. Years after 9999 and before 0
/// have a sign, and the instant is in UTC, as chrono writes it: `+12026-11-22T09:00:00Z`.
///
/// Chrono also reads a space or a `t` for the `T`, and a `z`.
pub(crate) fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    if text.starts_with(['+', '-']) {
        return text.parse().ok().filter(|at: &DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true) == text);
    }
    let plain = text.as_bytes().get(10) == Some(&b'T') && !text.ends_with('z');
    plain.then(|| DateTime::parse_from_rfc3339(text).ok())?.map(|at| at.to_utc())
}

/// Instants as text in RFC 3339, to the second: for people, and as `#[serde(with = "instant")]`.
pub(crate) mod instant {
    use chrono::{DateTime, SecondsFormat, Utc};
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::time::{instant_at, second_of};

    pub(crate) fn written(at: DateTime<Utc>) -> String {
        at.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    pub(crate) fn serialize<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&written(*at))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at: DateTime<Utc> = text.parse().map_err(serde::de::Error::custom)?;
        Ok(instant_at(second_of(at)))
    }
}

/// The number of `date`, counted from 1970-01-01.
#[inline]
pub(crate) fn day_of(date: NaiveDate) -> i64 {
    // Counted from a year before chrono's first, as many leap cycles before year 1 as it takes: of numbers that are never
    // negative, division takes fewer steps.
    const CYCLES: i32 = 700;
    const UNIX_EPOCH: i64 = 719_163 + 146_097 * CYCLES as i64;
    let years = (date.year() - 1 + 400 * CYCLES).cast_unsigned();
    let centuries = years / 100;
    i64::from(years * 1_461 / 4 - centuries + centuries / 4 + date.ordinal()) - UNIX_EPOCH
}

/// The date with number `day`, clamped to chrono's range.
pub(crate) fn date_at(day: i64) -> NaiveDate {
    instant_at(day.saturating_mul(DAY_SECS)).date_naive()
}

/// The civil day that second `secs` falls on, `offset_secs` east of UTC.
#[inline]
pub(crate) fn civil_day(secs: i64, offset_secs: i64) -> i64 {
    secs.saturating_add(offset_secs).div_euclid(DAY_SECS)
}

/// A day in the proleptic Gregorian calendar, its month counted through from year 0.
struct Civil {
    month: i64, // year x 12 + month - 1
    day: i64,   // in [1, 31]
}

impl Civil {
    /// Howard Hinnant's `civil_from_days` (chrono-Compatible Low-Level Date Algorithms): years start in March, so
    /// that the leap day comes last and months follow a straight line.
    fn from_day(day: i64) -> Civil {
        let shifted = day.saturating_add(719_468); // days from 0000-03-01
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153; // in [0, 11], 0 is March
        Civil {
            month: (era * 400 + year_of_era) * 12 + march_month + 2,
            day: of_year - (153 * march_month + 2) / 5 + 1,
        }
    }

    /// How many days the month numbered `month` has.
    fn days_in(month: i64) -> i64 {
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12));
        match month {
            1 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            1 => 28,
            3 | 5 | 8 | 10 => 30,
            _ => 31,
        }
    }
}

/// The month of a day, counted through from January of year 0.
pub(crate) fn month_of(day: i64) -> i64 {
    Civil::from_day(day).month
}

/// The first day of a month, which is counted through from January of year 0: the inverse of [`Civil::from_day`].
pub(crate) fn first_of_month(month: i64) -> i64 {
    // Years start in March, so that the leap day comes last.
    let (year, month) = ((month - 2).div_euclid(12), (month - 2).rem_euclid(12));
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 - 719_468
}

/// The greatest n for which `from` plus n months, clamped to the month's last day, is not after `to`.
pub(crate) fn months_since(from: i64, to: i64) -> i64 {
    let (from, to) = (Civil::from_day(from), Civil::from_day(to));
    let reached = from.day.min(Civil::days_in(to.month)) <= to.day;
    to.month - from.month - i64::from(!reached)
}

/// The greatest n for which `until` minus n months, clamped to the month's last day, is not before `now`.
pub(crate) fn months_until(until: i64, now: i64) -> i64 {
    let (until, now) = (Civil::from_day(until), Civil::from_day(now));
    // A clamped day is a month's last, so it cannot lie before `now` within the same month.
    let reached = until.day.min(Civil::days_in(now.month)) >= now.day;
    until.month - now.month - i64::from(!reached)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Months;
    use proptest::prelude::*;

    fn day(text: &str) -> i64 {
        day_of(text.parse().unwrap())
    }

    #[test]
    fn there_are_as_many_days_as_chrono_and_offsets_have() {
        assert_eq!((day_of(NaiveDate::MIN), day_of(NaiveDate::MAX)), (DAYS_MIN + 1, DAYS_MAX - 1));
        let (first, last) = instants().into_inner();
        assert_eq!((civil_day(first, -1), civil_day(last, 1)), (DAYS_MIN, DAYS_MAX));
        assert_eq!((civil_day(first, 1 - DAY_SECS), civil_day(last, DAY_SECS - 1)), (DAYS_MIN, DAYS_MAX));
    }

    proptest! {
        #[test]
        fn a_second_and_its_day_are_those_of_each_alone(
            secs in -9_000_000_000_000_i64..9_000_000_000_000,
            nanos in 0_u32..2_000_000_000,
            offset in -64_800_i64..64_800,
        ) {
            for at in [DateTime::from_timestamp(secs, nanos), DateTime::from_timestamp(secs / 60 * 60 + 59, nanos)] {
                let Some(at) = at else { continue };
                let second = second_of(at);
                prop_assert_eq!(second_and_day(at, offset), (second, civil_day(second, offset)), "{}", at);
            }
        }
    }

    #[test]
    fn months_are_added_from_the_anchor() {
        for (from, to, expected) in [
            ("2025-08-31", "2026-02-27", 5),
            ("2025-08-31", "2026-02-28", 6),
            ("2023-08-31", "2024-02-28", 5),
            ("2023-08-31", "2024-02-29", 6),
            ("2024-02-29", "2025-02-28", 12),
            ("2026-01-31", "2026-01-31", 0),
            ("2026-03-01", "2026-02-28", -1),
            ("2026-03-31", "2026-02-28", -1),
        ] {
            assert_eq!(months_since(day(from), day(to)), expected, "{from} to {to}");
        }
        for (until, now, expected) in [
            ("2026-08-31", "2026-02-28", 6),
            ("2026-08-30", "2026-02-28", 6),
            ("2026-08-27", "2026-02-28", 5),
            ("2026-02-28", "2026-08-31", -7),
        ] {
            assert_eq!(months_until(day(until), day(now)), expected, "{now} to {until}");
        }
    }

    #[test]
    fn spans_read_and_print() {
        for (text, secs, printed) in [
            ("14d", 1_209_600, "14d"),
            ("36h", 129_600, "36h"),
            ("2w", 1_209_600, "14d"),
            ("90min", 5_400, "90min"),
            ("30s", 30, "30s"),
            ("0s", 0, "0s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.secs(), span.to_string().as_str()), (secs, printed));
        }
        for text in
            ["", "d", "14", "1.5d", "-1d", "14 d", "14D", "1m", "99999999999999999999s", "18446744073709551615w", "１d"]
        {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn months_follow_their_definition(from in -800_000_i64..2_900_000, gap in -40_000_i64..40_000) {
            let to = from + gap;
            let add = |day: i64, n: i64| {
                let months = Months::new(u32::try_from(n.abs()).unwrap());
                let date = date_at(day);
                day_of(if n < 0 { date - months } else { date + months })
            };
            let since = months_since(from, to);
            prop_assert!(add(from, since) <= to && add(from, since + 1) > to);
            let until = months_until(from, to);
            prop_assert!(add(from, -until) >= to && add(from, -until - 1) < to);
        }

        #[test]
        fn days_and_dates_agree(day in -90_000_000_i64..90_000_000) {
            prop_assert_eq!(day_of(date_at(day)), day);
        }
    }
}
