//! How cells become facts. A form holds for a whole column: a cell that does not fit it is never guessed.

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{
    DateTime, Datelike, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone,
    Utc,
};
use chrono_tz::Tz;
use warmth::{Kind, Value};

use crate::input::{Cell, EXACT};

/// The form of a column. The default is what a program writes: `true`, `1200.5`, `2026-11-22`, `a;b`.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) missing: Vec<String>,
    pub(crate) yes: Vec<String>,
    pub(crate) no: Vec<String>,
    pub(crate) decimal: char,
    pub(crate) thousands: Option<char>,
    pub(crate) strip: Vec<String>,
    pub(crate) dates: Vec<DateForm>,
    pub(crate) zone: Option<Zone>,
    pub(crate) list: String,
}

impl Default for Form {
    fn default() -> Form {
        Form {
            missing: Vec::new(),
            yes: Vec::new(),
            no: Vec::new(),
            decimal: '.',
            thousands: None,
            strip: Vec::new(),
            dates: Vec::new(),
            zone: None,
            list: ";".to_owned(),
        }
    }
}

/// How a column writes dates and times. `2026-11-22` and `2026-11-22T18:00:00Z` are read in every column.
#[derive(Clone, Debug)]
pub(crate) enum DateForm {
    Pattern(Vec<Item<'static>>),
    /// Seconds since 1970.
    Unix,
    /// Milliseconds since 1970.
    UnixMillis,
    /// Days since 1899-12-30, as spreadsheets count.
    Serial,
}

/// A time zone with its rules, or a fixed offset.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Zone {
    Named(Tz),
    Fixed(FixedOffset),
}

/// A date or a time, as its cell has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Moment {
    Day(NaiveDate),
    Local(NaiveDateTime),
    Instant(DateTime<Utc>),
}

/// What a cell gives.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Read {
    Missing,
    Value(Value),
    /// The cell does not fit the form of its column.
    Misfit,
}

impl Form {
    /// The cell as a value of a kind.
    pub(crate) fn read(&self, cell: &Cell<'_>, kind: Kind) -> Read {
        if self.is_missing(cell) {
            return Read::Missing;
        }
        let value = match kind {
            Kind::Flag => self.flag(cell).map(Value::from),
            Kind::Number => self.number(cell),
            Kind::Date | Kind::Time => self.moment(cell).map(|moment| self.day_or_instant(moment)),
            Kind::Tags => self.tags(cell).map(Value::from),
            _ => text(cell).map(Value::from),
        };
        match value {
            Some(value) if is_known(&value, kind) => Read::Value(value),
            _ => Read::Misfit,
        }
    }

    pub(crate) fn is_missing(&self, cell: &Cell<'_>) -> bool {
        match cell {
            Cell::Empty => true,
            Cell::Text(text) => is_word(text, &self.missing),
            _ => false,
        }
    }

    fn flag(&self, cell: &Cell<'_>) -> Option<bool> {
        if let Cell::Flag(flag) = cell {
            return Some(*flag);
        }
        let shown = text(cell)?;
        if is_word(&shown, &self.yes) {
            return Some(true);
        }
        if is_word(&shown, &self.no) {
            return Some(false);
        }
        match shown.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    fn number(&self, cell: &Cell<'_>) -> Option<Value> {
        match cell {
            Cell::Whole(whole) => Some(Value::from(*whole)),
            Cell::Number(number) => Some(Value::from(*number)),
            Cell::Text(text) => number(&self.plain_number(text)?),
            _ => None,
        }
    }

    /// The number as a program writes it; `None` if the cell does not fit the form.
    pub(crate) fn plain_number(&self, text: &str) -> Option<String> {
        let mut text = text.trim();
        while let Some(rest) = self.strip.iter().find_map(|word| {
            let word = word.as_str();
            text.strip_prefix(word).or_else(|| text.strip_suffix(word)).filter(|_| !word.is_empty())
        }) {
            text = rest.trim();
        }
        // `-$5`: the sign comes before the currency.
        let (sign, mut digits) = match text.strip_prefix(['-', '\u{2212}']) {
            Some(rest) => ("-", rest.trim_start()),
            None => ("", text),
        };
        for word in &self.strip {
            digits = digits.strip_prefix(word.as_str()).unwrap_or(digits).trim_start();
        }
        // `1e3` and `1200.5` have no sign between thousands.
        if self.decimal == '.' && self.thousands.is_none_or(|separator| !digits.contains(separator)) {
            return Some(format!("{sign}{digits}"));
        }
        let (whole, fraction) = digits.split_once(self.decimal).map_or((digits, None), |(a, b)| (a, Some(b)));
        let whole = match self.thousands {
            Some(separator) if whole.contains(separator) => {
                let mut groups = whole.split(separator);
                let first = groups.next().filter(|first| (1..=3).contains(&first.len()))?;
                groups.clone().all(|group| group.len() == 3).then_some(())?;
                groups.fold(first.to_owned(), |joined, group| joined + group)
            }
            _ => whole.to_owned(),
        };
        let digits_only = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match fraction {
            Some(fraction) => {
                (digits_only(&whole) && digits_only(fraction)).then(|| format!("{sign}{whole}.{fraction}"))
            }
            None => digits_only(&whole).then(|| format!("{sign}{whole}")),
        }
    }

    /// The date or time in a cell.
    pub(crate) fn moment(&self, cell: &Cell<'_>) -> Option<Moment> {
        if let Cell::Moment(moment) = cell {
            return Some(if moment.time() == NaiveTime::MIN {
                Moment::Day(moment.date())
            } else {
                Moment::Local(*moment)
            });
        }
        let shown = text(cell)?;
        iso(&shown).or_else(|| self.dates.iter().find_map(|form| form.read(&shown)))
    }

    fn day_or_instant(&self, moment: Moment) -> Value {
        match (moment, self.zone) {
            (Moment::Day(day), _) => Value::from(day),
            (Moment::Local(local), None) => Value::from(local.date()), // no zone is known, but the day is
            (Moment::Local(local), Some(zone)) => Value::from(zone.instant(local)),
            (Moment::Instant(instant), _) => Value::from(instant),
        }
    }

    /// The items of a list. Empty items are left out: exports of check boxes begin or end with the separator.
    fn tags(&self, cell: &Cell<'_>) -> Option<Vec<String>> {
        let items: Vec<&str> = match cell {
            Cell::List(items) => items.clone(),
            Cell::Text(text) => text.split(self.list.as_str()).collect(),
            _ => return text(cell).map(|text| vec![text]),
        };
        let items = items.into_iter().map(str::trim).filter(|item| !item.is_empty() && !is_word(item, &self.missing));
        Some(items.map(str::to_owned).collect())
    }
}

impl DateForm {
    /// # Errors
    ///
    /// If the pattern has a specifier that does not exist.
    pub(crate) fn new(written: &str) -> Result<DateForm, String> {
        match written {
            "unix" => return Ok(DateForm::Unix),
            "unix-ms" => return Ok(DateForm::UnixMillis),
            "serial" => return Ok(DateForm::Serial),
            _ => {}
        }
        let wrong = || {
            format!(
                "`{written}` is no date form; write a pattern such as `%m/%d/%Y %H:%M`, or `unix`, `unix-ms` or `serial`"
            )
        };
        let items = StrftimeItems::new(written).parse_to_owned().map_err(|_| wrong())?;
        if items
            .iter()
            .all(|item| matches!(item, Item::Literal(_) | Item::OwnedLiteral(_) | Item::Space(_) | Item::OwnedSpace(_)))
        {
            return Err(wrong());
        }
        Ok(DateForm::Pattern(items))
    }

    fn read(&self, text: &str) -> Option<Moment> {
        match self {
            DateForm::Pattern(items) => {
                let mut parsed = Parsed::new();
                parse(&mut parsed, text, items.iter()).ok()?;
                let day = parsed.to_naive_date().ok().filter(|day| day.year() >= 1_000)?;
                if parsed.offset().is_some() {
                    return Some(Moment::Instant(parsed.to_datetime().ok()?.to_utc()));
                }
                let local = parsed.to_naive_datetime_with_offset(0).ok();
                Some(local.map_or(Moment::Day(day), Moment::Local))
            }
            DateForm::Unix => Some(Moment::Instant(DateTime::from_timestamp(text.parse().ok()?, 0)?)),
            DateForm::UnixMillis => Some(Moment::Instant(DateTime::from_timestamp_millis(text.parse().ok()?)?)),
            DateForm::Serial => {
                let (days, fraction) = text.split_once('.').unwrap_or((text, "0"));
                let day = NaiveDate::from_ymd_opt(1899, 12, 30)?
                    .checked_add_signed(TimeDelta::try_days(days.parse().ok()?)?)?;
                let fraction: f64 = format!("0.{fraction}").parse().ok()?;
                let seconds: i64 = format!("{:.0}", fraction * 86_400.0).parse().ok()?;
                let local = day.and_time(NaiveTime::MIN) + TimeDelta::seconds(seconds);
                Some(if seconds == 0 { Moment::Day(day) } else { Moment::Local(local) })
            }
        }
    }
}

impl Zone {
    pub(crate) fn named(name: &str) -> Option<Zone> {
        if let Ok(zone) = name.parse::<Tz>() {
            return Some(Zone::Named(zone));
        }
        name.parse::<FixedOffset>().ok().map(Zone::Fixed)
    }

    pub(crate) fn of_minutes(minutes: i32) -> Zone {
        Zone::Fixed(FixedOffset::east_opt(minutes.saturating_mul(60)).unwrap_or(Utc.fix()))
    }

    /// The instant of a local time. A time that occurs twice, because clocks are turned back, is the first of the two. A
    /// time that clocks jump over has the offset before the jump.
    pub(crate) fn instant(self, local: NaiveDateTime) -> DateTime<Utc> {
        match self {
            Zone::Fixed(offset) => {
                offset.from_local_datetime(&local).earliest().map_or(local.and_utc(), |at| at.to_utc())
            }
            Zone::Named(zone) => match zone.from_local_datetime(&local) {
                MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.to_utc(),
                MappedLocalTime::None => {
                    let before = local - TimeDelta::hours(3);
                    let shifted = zone.from_local_datetime(&before).earliest();
                    shifted.map_or(local.and_utc(), |at| at.to_utc()) + TimeDelta::hours(3)
                }
            },
        }
    }
}

impl Moment {
    /// The instant, with the zone for times that have no offset. A day begins at midnight.
    pub(crate) fn instant(self, zone: Zone) -> DateTime<Utc> {
        match self {
            Moment::Day(day) => zone.instant(day.and_time(NaiveTime::MIN)),
            Moment::Local(local) => zone.instant(local),
            Moment::Instant(instant) => instant,
        }
    }
}

/// A date or instant as the library reads it.
fn iso(text: &str) -> Option<Moment> {
    if !Value::from(text).fits(Kind::Date) {
        return None;
    }
    match DateTime::parse_from_rfc3339(text) {
        Ok(instant) => Some(Moment::Instant(instant.to_utc())),
        Err(_) => text.parse().ok().map(Moment::Day),
    }
}

/// The cell as text; `None` for a list.
fn text(cell: &Cell<'_>) -> Option<String> {
    match cell {
        Cell::List(_) => None,
        cell => cell.plain(),
    }
}

fn is_word(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(text))
}

fn number(text: &str) -> Option<Value> {
    match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(whole), _) => Some(Value::from(whole)),
        (_, Ok(number)) if number.is_finite() => Some(Value::from(number)),
        _ => None,
    }
}

/// Whether a field of that kind can have this value. A whole number beyond 2^53 counts as missing in every notation.
fn is_known(value: &Value, kind: Kind) -> bool {
    value.fits(kind) && !matches!(value, Value::Number(number) if number.abs() > EXACT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(change: impl FnOnce(&mut Form)) -> Form {
        let mut form = Form::default();
        change(&mut form);
        form
    }

    fn read(form: &Form, text: &str, kind: Kind) -> Option<Value> {
        match form.read(&Cell::text(text), kind) {
            Read::Value(value) => Some(value),
            Read::Missing | Read::Misfit => None,
        }
    }

    #[test]
    fn numbers_have_one_form_in_a_column() {
        let american = form(|form| {
            (form.thousands, form.strip) = (Some(','), vec!["$".to_owned(), "%".to_owned(), "+".to_owned()]);
        });
        for (text, expected) in [
            ("$1,200,000", Some(1_200_000.0)),
            ("$ 450,000.50", Some(450_000.5)),
            ("-$5", Some(-5.0)),
            ("85%", Some(85.0)),
            ("300+", Some(300.0)),
            ("1200", Some(1_200.0)),
            ("1e3", Some(1_000.0)),
            ("9,5", None),
            ("1,200,000", Some(1_200_000.0)),
            ("1,20", None),
            ("1,20,000", None),
            ("many", None),
            ("1.2.3", None),
        ] {
            assert_eq!(read(&american, text, Kind::Number), expected.map(Value::from), "{text}");
        }
        let european = form(|form| (form.decimal, form.thousands) = (',', Some('.')));
        for (text, expected) in
            [("9,5", Some(9.5)), ("1.234", Some(1_234.0)), ("1.234,5", Some(1_234.5)), ("1.23", None), ("inf", None)]
        {
            assert_eq!(read(&european, text, Kind::Number), expected.map(Value::from), "{text}");
        }
        assert_eq!(read(&Form::default(), "1,200", Kind::Number), None);
        assert_eq!(read(&Form::default(), "1e3", Kind::Number), Some(Value::from(1_000.0)));
    }

    #[test]
    fn words_are_read_regardless_of_capitals() {
        let form = form(|form| {
            (form.yes, form.no, form.missing) = (vec!["Yes".to_owned()], vec!["No".to_owned()], vec!["N/A".to_owned()]);
        });
        assert_eq!(read(&form, "YES", Kind::Flag), Some(Value::from(true)));
        assert_eq!(read(&form, "no", Kind::Flag), Some(Value::from(false)));
        assert_eq!(read(&form, "TRUE", Kind::Flag), Some(Value::from(true)));
        assert_eq!(form.read(&Cell::text("n/a"), Kind::Flag), Read::Missing);
        assert_eq!(form.read(&Cell::text("1"), Kind::Flag), Read::Misfit);
        assert_eq!(read(&form, "; A;B ;;N/A", Kind::Tags), Some(Value::from(vec!["A".to_owned(), "B".to_owned()])));
    }

    #[test]
    fn local_times_follow_the_clocks_of_their_zone() {
        let zone = Zone::named("America/New_York").unwrap();
        let pattern = |text: &str| DateForm::new(text).unwrap();
        let form = form(|form| {
            form.dates = vec![pattern("%m/%d/%Y %I:%M %p"), pattern("%m/%d/%Y")];
            form.zone = Some(zone);
        });
        let instant = |text: &str| form.moment(&Cell::text(text)).map(|moment| moment.instant(zone).to_rfc3339());
        for (text, expected) in [
            ("07/15/2026 1:30 PM", Some("2026-07-15T17:30:00+00:00")),
            ("01/15/2026 1:30 PM", Some("2026-01-15T18:30:00+00:00")),
            ("11/01/2026 1:30 AM", Some("2026-11-01T05:30:00+00:00")), // twice: the first
            ("03/08/2026 2:30 AM", Some("2026-03-08T07:30:00+00:00")), // never: as before the jump
            ("1/5/2026", Some("2026-01-05T05:00:00+00:00")),
            ("2026-01-05T12:00:00Z", Some("2026-01-05T12:00:00+00:00")),
            ("13/05/2026", None),
            ("1/5/26", None),
        ] {
            assert_eq!(instant(text).as_deref(), expected, "{text}");
        }
        assert!(Zone::named("Mars/Olympus").is_none());
        assert!(matches!(Zone::named("+01:00"), Some(Zone::Fixed(_))));
    }

    #[test]
    fn a_day_without_a_zone_stays_the_day_that_is_written() {
        let dates = |written: &str| form(|form| form.dates = vec![DateForm::new(written).unwrap()]);
        let day = |day: &str| Some(Value::from(day.parse::<NaiveDate>().unwrap()));
        assert_eq!(read(&dates("%Y-%m-%d %H:%M:%S"), "2026-01-05 00:00:00", Kind::Date), day("2026-01-05"));
        assert_eq!(read(&dates("serial"), "46027", Kind::Date), day("2026-01-05"));
        let instant: DateTime<Utc> = "2026-01-05T12:00:00Z".parse().unwrap();
        assert_eq!(read(&dates("unix"), "1767614400", Kind::Date), Some(Value::from(instant)));
        assert_eq!(read(&dates("unix-ms"), "1767614400000", Kind::Date), Some(Value::from(instant)));
        assert!(DateForm::new("YYYY-MM-DD").is_err() && DateForm::new("%Q").is_err());
    }
}
