//! The words in the cells of point tables: numbers, spans of time, frequencies and decays.

use warmth::model::{Period, Window};
use warmth::{Decay, Points, Span};

/// A value from a cell, and how long a month, quarter or year in it was taken to be.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Read<T> {
    pub(super) value: T,
    pub(super) rough: Option<&'static str>,
}

/// How often something happened, or how often it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Frequency {
    /// Each event counts.
    Each,
    /// It counts once, however often it happens.
    Once,
    /// At least this often.
    AtLeast(u32),
    /// At most this often.
    AtMost(u32),
    /// Exactly this often.
    Exactly(u32),
    /// From the first number to the second, both included.
    Between(u32, u32),
    /// This many events of each day, week or month count.
    Per(Period, u32),
    /// Points for each full step of this many events.
    EveryNth(u32),
}

/// Words that mean nothing: no cap, no decay, no time frame.
const NOTHING: [&str; 12] =
    ["-", "–", "—", "n/a", "none", "no", "off", "never", "unlimited", "any", "no limit", "no decay"];

/// The cell, unless it means that there is nothing, such as `n/a`.
pub(super) fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !NOTHING.contains(&text.trim().to_lowercase().as_str()))
}

/// The words of a text in lower case. A number and its unit are two words: `30d`, `50%`.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut digits_before = false;
    for letter in text.to_lowercase().replace('−', "-").chars() {
        let digits = letter.is_ascii_digit() || matches!(letter, '.' | ',') && digits_before;
        let joins =
            letter.is_alphanumeric() || digits || matches!(letter, '%' | '+' | '-' | '>' | '<' | '=' | '≥' | '≤');
        let last = words.last().is_some_and(String::is_empty);
        if !last && (!joins || digits != digits_before) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (joins, words.last_mut()) {
            word.push(letter);
        }
        digits_before = digits;
    }
    words.retain(|word| !word.is_empty());
    words.iter().map(|word| word.trim_end_matches(['.', ',']).to_owned()).collect()
}

/// A number as people write it: `1,000`, `$10M`, `2.5 million`, `15%`, `+5 points`.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim().to_lowercase().replace(['−', '–'], "-").replace('\u{a0}', " ");
    let text = text.replace(['$', '€', '£'], "").replace("usd", "").replace("eur", "");
    let text = text.trim().trim_start_matches('+').trim_start();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '-' | '.' | ',' | ' '));
    let (digits, unit) = text.split_at(end.unwrap_or(text.len()));
    let factor = match unit.trim() {
        "" | "%" | "pt" | "pts" | "point" | "points" => None,
        "k" | "thousand" => Some(1e3),
        "m" | "mn" | "mio" | "million" => Some(1e6),
        "b" | "bn" | "billion" => Some(1e9),
        _ => return None,
    };
    let number: f64 = decimal(digits.trim())?.parse().ok()?;
    let number = factor.map_or(number, |factor| (number * factor).round());
    number.is_finite().then_some(number)
}

/// The digits with a decimal point and nothing between thousands. `1,200` is 1200, and `1,5` is 1.5.
fn decimal(digits: &str) -> Option<String> {
    let digits = digits.replace(' ', "");
    if digits.is_empty() || digits.get(1..).is_some_and(|rest| rest.contains('-')) {
        return None;
    }
    let groups: Vec<&str> = digits.split(',').collect();
    let thousands = |group: &&str| group.split('.').next().is_some_and(|whole| whole.len() == 3);
    match groups[..] {
        [_] => Some(digits),
        [_, ref rest @ ..] if rest.iter().all(thousands) => Some(groups.concat()),
        [whole, fraction] if !whole.contains('.') && !fraction.contains('.') => Some(format!("{whole}.{fraction}")),
        _ => None,
    }
}

/// Points, or a percentage: `+5`, `-10`, `15 %`.
pub(super) fn points(text: &str) -> Result<Points, String> {
    let number = number(text).ok_or_else(|| format!("`{text}` is not a number of points"))?;
    let points = Points::try_from(number).map_err(|error| format!("`{text}`: {error}"))?;
    let most = Points::from(1_000_000);
    if points.max(-points) > most {
        Err(format!("`{text}`: a rule gives at most 1,000,000 points"))
    } else {
        Ok(points)
    }
}

/// A whole number that is not negative.
pub(super) fn count(text: &str) -> Option<u32> {
    let number = number(text).filter(|number| number.fract() == 0.0 && *number >= 0.0)?;
    format!("{number:.0}").parse().ok()
}

/// The seconds of a unit of time, and what they are if the unit has no fixed length.
fn unit(word: &str) -> Option<(u64, Option<&'static str>)> {
    Some(match word.strip_suffix('s').unwrap_or(word) {
        "min" | "minute" => (60, None),
        "h" | "hr" | "hour" | "hourly" => (3_600, None),
        "d" | "day" | "daily" => (86_400, None),
        "w" | "wk" | "week" | "weekly" => (604_800, None),
        "fortnight" => (1_209_600, None),
        "month" | "mo" | "monthly" => (30 * 86_400, Some("A month is 30 days.")),
        "quarter" | "quarterly" => (90 * 86_400, Some("A quarter is 90 days.")),
        "y" | "yr" | "year" | "yearly" | "annually" => (365 * 86_400, Some("A year is 365 days.")),
        _ => return None,
    })
}

/// Words around a span of time that change nothing.
const AROUND: [&str; 14] =
    ["within", "in", "the", "last", "past", "previous", "every", "each", "per", "after", "of", "for", "a", "over"];

/// A span of time: `7 days`, `within the last 2 weeks`, `every month`; a bare number counts in the unit.
pub(super) fn span(text: &str, bare: &str) -> Option<Read<Span>> {
    let words = words(text);
    let telling: Vec<&str> = words.iter().map(String::as_str).filter(|word| !AROUND.contains(word)).collect();
    let (number, word) = match telling[..] {
        [number, word] => (number, word),
        [word] if word.starts_with(|letter: char| letter.is_ascii_digit()) => (word, bare),
        [word] => ("1", word),
        _ => return None,
    };
    let (secs, rough) = unit(word)?;
    let number = u64::from(count(number).filter(|number| *number > 0)?);
    Some(Read { value: Span::seconds(number.checked_mul(secs)?), rough })
}

/// A window of time: a span, or `this month`.
pub(super) fn window(text: &str, bare: &str) -> Option<Read<Window>> {
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !matches!(*word, "in" | "the")).collect();
    let period = |word: &str| {
        Some(match word {
            "day" => Period::Day,
            "week" => Period::Week,
            "month" => Period::Month,
            "quarter" => Period::Quarter,
            "year" => Period::Year,
            _ => return None,
        })
    };
    let calendar = match words[..] {
        ["today"] => Some(Window::This(Period::Day)),
        ["this" | "current", word] => period(word).map(Window::This),
        _ => None,
    };
    match calendar {
        Some(window) => Some(Read { value: window, rough: None }),
        None => span(text, bare).map(|read| Read { value: Window::Last(read.value), rough: read.rough }),
    }
}

/// How often: `at least 3 times`, `exactly once`, `every time`, `once per day`, `1-5`.
pub(super) fn frequency(text: &str) -> Option<Frequency> {
    let all = words(text);
    let telling =
        |word: &&str| !matches!(*word, "time" | "times" | "x" | "a" | "can" | "run" | "person" | "and" | "is");
    let all: Vec<&str> = all.iter().map(String::as_str).filter(telling).collect();
    let number = |word: &str| match word {
        "once" | "one" => Some(1),
        "twice" | "two" => Some(2),
        "three" => Some(3),
        word => count(word).filter(|number| *number > 0),
    };
    let period = |word: &str| match word {
        "day" | "daily" => Some(Period::Day),
        "week" | "weekly" => Some(Period::Week),
        "month" | "monthly" => Some(Period::Month),
        _ => None,
    };
    Some(match all[..] {
        ["every" | "each" | "always" | "unlimited"] | ["every" | "each", "event"] => Frequency::Each,
        ["once" | "one"] | ["only", "once" | "one"] | ["once" | "one", "only"] => Frequency::Once,
        ["at", "least" | "minimum", word] | ["min" | "minimum" | ">=" | "≥", word] => {
            Frequency::AtLeast(number(word)?)
        }
        ["at", "most", word] | ["max" | "maximum" | "<=" | "≤", word] => Frequency::AtMost(number(word)?),
        ["more", "than", word] | [">", word] => Frequency::AtLeast(number(word)?.checked_add(1)?),
        ["less" | "fewer", "than", word] | ["<", word] => Frequency::AtMost(number(word)?.checked_sub(1)?),
        [word, "+"] | [word, "or", "more"] => Frequency::AtLeast(number(word)?),
        ["exactly" | "=", word] => Frequency::Exactly(number(word)?),
        ["between", low, high] | [low, "to" | "-" | "–", high] => Frequency::Between(number(low)?, number(high)?),
        ["every" | "each" | "per", word] if period(word).is_none() => Frequency::EveryNth(number(word)?),
        [word, "per" | "every" | "each", length] | [word, length] if period(length).is_some() => {
            Frequency::Per(period(length)?, number(word)?)
        }
        ["daily" | "weekly" | "monthly"] => Frequency::Per(all.first().copied().and_then(period)?, 1),
        ["once", "every" | "per", "1", length] => Frequency::Per(period(length)?, 1),
        ["once", "every" | "per", "24", "hours"] => Frequency::Per(Period::Day, 1),
        [word] => Frequency::AtLeast(number(word)?),
        _ => return None,
    })
}

/// A decay: `50% every month`, `-2 points every 7 days`, `half-life 14 days`, `linear over 90 days`.
///
/// `interval` is the cell of a column of its own. `each` are the points of an event.
pub(super) fn decay(text: &str, interval: Option<&str>, each: Points) -> Option<Read<Decay>> {
    let lower = text.to_lowercase().replace("half-life", "half life");
    let after = |phrases: &[&str]| phrases.iter().find_map(|phrase| Some(lower.split_once(phrase)?.1.to_owned()));
    if let Some(rest) = after(&["half life of", "half life:", "half life", "halves", "half every"]) {
        return span(&rest, "days").map(|read| Read { value: Decay::HalfLife(read.value), rough: read.rough });
    }
    if let Some(rest) = after(&["linear", "linearly"]) {
        return span(&rest, "days").map(|read| Read { value: Decay::Linear(read.value), rough: read.rough });
    }
    let (loss, every) = if let Some(interval) = interval {
        (lower.as_str(), interval.to_owned())
    } else {
        let cut = [" every", " each", " per", "/", " after", " monthly", " weekly", " daily"].iter();
        let at = cut.filter_map(|word| lower.find(word)).min()?;
        let (loss, every) = lower.split_at(at);
        (loss, every.replace('/', " "))
    };
    let loss = loss.replace(['-', '−'], "").replace("lose", "").replace("minus", "").replace("decay", "");
    let share = interval.is_some() || loss.contains('%') || loss.contains("percent");
    let number = number(loss.replace("percent", "%").trim().trim_end_matches(" of"))?.abs();
    let percent = if share { number } else { 100.0 * number / each.to_f64().abs() };
    let percent = Points::try_from(percent).ok().filter(|percent| *percent > Points::ZERO)?;
    let every = span(&every, "days")?;
    Some(Read { value: Decay::Drop { percent, every: every.value }, rough: every.rough })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, expected) in [
            ("+5", Some(5.0)),
            ("−10 pts", Some(-10.0)),
            ("15 %", Some(15.0)),
            ("1,200", Some(1200.0)),
            ("1,5", Some(1.5)),
            ("$10M", Some(1e7)),
            ("2.5 million", Some(2.5e6)),
            ("€1,200.50", Some(1200.5)),
            ("5-10", None),
            ("high", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
        assert_eq!(points("0.1"), Ok("0.1".parse().unwrap()));
        assert!(points("VERY HIGH").unwrap_err().contains("`VERY HIGH` is not a number of points"));
    }

    #[test]
    fn spans_and_windows_are_read() {
        for (text, expected) in [
            ("within the last 7 days", Some(Window::Last(Span::days(7)))),
            ("in the past 2 weeks", Some(Window::Last(Span::days(14)))),
            ("30", Some(Window::Last(Span::days(30)))),
            ("90d", Some(Window::Last(Span::days(90)))),
            ("this quarter", Some(Window::This(Period::Quarter))),
            ("recently", None),
            ("0 days", None),
        ] {
            assert_eq!(window(text, "days").map(|read| read.value), expected, "{text}");
        }
        assert_eq!(
            span("every month", "days"),
            Some(Read { value: Span::days(30), rough: Some("A month is 30 days.") })
        );
        let days = |text: &str| span(text, "days").map(|read| read.value.secs() / 86_400);
        assert_eq!(["1 quarter", "2 years", "36 hours"].map(days), [Some(90), Some(730), Some(1)]);
        assert_eq!(span("2", "weeks"), Some(Read { value: Span::days(14), rough: None }));
    }

    #[test]
    fn frequencies_are_read() {
        for (text, expected) in [
            ("at least 3 times", Some(Frequency::AtLeast(3))),
            ("at least 1 time", Some(Frequency::AtLeast(1))),
            ("3+", Some(Frequency::AtLeast(3))),
            ("3 or more times", Some(Frequency::AtLeast(3))),
            ("more than 2", Some(Frequency::AtLeast(3))),
            ("exactly 1 time", Some(Frequency::Exactly(1))),
            ("1-5", Some(Frequency::Between(1, 5))),
            ("Every time", Some(Frequency::Each)),
            ("only once", Some(Frequency::Once)),
            ("once per day", Some(Frequency::Per(Period::Day, 1))),
            ("Once every 1 week", Some(Frequency::Per(Period::Week, 1))),
            ("2 times per week", Some(Frequency::Per(Period::Week, 2))),
            ("every 5 times", Some(Frequency::EveryNth(5))),
            ("once every 2 hours", None),
            ("often", None),
        ] {
            assert_eq!(frequency(text), expected, "{text}");
        }
    }

    #[test]
    fn decays_are_read() {
        let drop = |percent: i32, days| Decay::Drop { percent: percent.into(), every: Span::days(days) };
        for (text, interval, expected) in [
            ("50% every 1 month", None, Some(drop(50, 30))),
            ("-50 % per month", None, Some(drop(50, 30))),
            ("25% monthly", None, Some(drop(25, 30))),
            ("15%", Some("45"), Some(drop(15, 45))),
            ("10", Some("5 days"), Some(drop(10, 5))),
            ("-2 points every 7 days", None, Some(drop(20, 7))),
            ("half-life of 14 days", None, Some(Decay::HalfLife(Span::days(14)))),
            ("linear over 90 days", None, Some(Decay::Linear(Span::days(90)))),
            ("3 points every 7 days", None, Some(drop(30, 7))),
            ("slowly", None, None),
        ] {
            assert_eq!(decay(text, interval, 10.into()).map(|read| read.value), expected, "{text}");
        }
        assert_eq!(decay("1 point every 7 days", None, 3.into()), None, "33.333… % cannot be written");
    }
}
