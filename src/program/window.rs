//! Windows of events: by age, or by the calendar.

use chrono::{Month, Weekday};

use super::FieldIndex;
use super::condition::EventFilter;
use crate::input::activity::{Ages, Names};
use crate::model::Period;
use crate::time::{DAY_SECS, civil_day, first_of_month, month_of};

/// Events by name, window and attributes.
#[derive(Debug)]
pub(crate) struct Events {
    pub(crate) names: Names,
    pub(crate) window: Window,
    pub(crate) filter: Option<Box<EventFilter>>,
}

impl Events {
    /// Whether both select the same events of every activity. False if either has a filter: filters are not compared.
    pub(crate) fn is_same(&self, other: &Events) -> bool {
        self.filter.is_none() && other.filter.is_none() && self.names == other.names && self.window == other.window
    }

    /// The fields that the window reads.
    pub(crate) fn fields(&self) -> [Option<FieldIndex>; 2] {
        match &self.window {
            Window::Calendar(CalendarWindow::Days(edges)) => edges.each_ref().map(|edge| match edge {
                Some(Edge::Field(field)) => Some(*field),
                _ => None,
            }),
            _ => [None, None],
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Window {
    /// Nearly every window.
    Ages(Ages),
    Calendar(CalendarWindow),
}

/// A window whose ends are midnights, or the instant of scoring.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CalendarWindow {
    /// From the start of the current period on.
    This(Periods),
    /// The period before the current one.
    Previous(Periods),
    /// From the first day to the last day, both included.
    Days([Option<Edge>; 2]),
}

/// The first or the last day of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    Day(i64),
    Field(FieldIndex),
}

/// The ends of a window in seconds: events later than the first, and not later than the second.
pub(crate) type Ends = (Option<i64>, i64);

impl CalendarWindow {
    /// The ends at an instant and its civil day, given the days of the edges. They never fall as time passes, nor as a
    /// day of an edge rises.
    pub(crate) fn ends(&self, (as_of, today): (i64, i64), days: [Option<i64>; 2], offset_secs: i64) -> Ends {
        let before = |day: i64| midnight(day, offset_secs).saturating_sub(1);
        match self {
            CalendarWindow::This(periods) => (Some(before(periods.start(today))), as_of),
            CalendarWindow::Previous(periods) => {
                let start = periods.start(today);
                (Some(before(periods.start(start - 1))), before(start))
            }
            CalendarWindow::Days(_) => {
                let [since, until] = days;
                (since.map(before), until.map_or(as_of, |until| as_of.min(before(until.saturating_add(1)))))
            }
        }
    }

    /// The first second at which an event at `at` is in the window, if it ever is.
    pub(crate) fn enters(&self, at: i64, offset_secs: i64) -> i64 {
        match self {
            CalendarWindow::This(_) | CalendarWindow::Days(_) => at,
            CalendarWindow::Previous(periods) => midnight(periods.next(civil_day(at, offset_secs)), offset_secs),
        }
    }

    /// The first second at which an event at `at` has left the window; `None` if it never leaves.
    pub(crate) fn leaves(&self, at: i64, offset_secs: i64) -> Option<i64> {
        let day = civil_day(at, offset_secs);
        let day = match self {
            CalendarWindow::This(periods) => periods.next(day),
            CalendarWindow::Previous(periods) => periods.next(periods.next(day)),
            CalendarWindow::Days(_) => return None,
        };
        Some(midnight(day, offset_secs))
    }
}

/// The first second of a civil day.
fn midnight(day: i64, offset_secs: i64) -> i64 {
    day.saturating_mul(DAY_SECS).saturating_sub(offset_secs)
}

/// Consecutive periods of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Periods {
    pub(crate) period: Period,
    /// The day or month on which one of the periods starts, as a number.
    origin: i64,
}

impl Periods {
    pub(crate) fn new(period: Period, week_starts: Weekday, year_starts: Month) -> Periods {
        /// A Monday, counted from 1970-01-01, a Thursday.
        const MONDAY: i64 = -3;
        let origin = match period {
            Period::Day | Period::Month => 0,
            Period::Week => MONDAY + i64::from(week_starts.num_days_from_monday()),
            Period::Quarter | Period::Year => i64::from(year_starts.number_from_month()) - 1,
        };
        Periods { period, origin }
    }

    /// How many months a period has; `None` if it is days.
    fn months(self) -> Option<i64> {
        match self.period {
            Period::Day | Period::Week => None,
            Period::Month => Some(1),
            Period::Quarter => Some(3),
            Period::Year => Some(12),
        }
    }

    fn days(self) -> i64 {
        if self.period == Period::Week { 7 } else { 1 }
    }

    /// The first day of the period with this day.
    pub(crate) fn start(self, day: i64) -> i64 {
        match self.months() {
            Some(months) => first_of_month(self.first_month(day, months)),
            None => day - (day - self.origin).rem_euclid(self.days()),
        }
    }

    /// The first day of the period after the one with this day.
    pub(crate) fn next(self, day: i64) -> i64 {
        match self.months() {
            Some(months) => first_of_month(self.first_month(day, months) + months),
            None => self.start(day) + self.days(),
        }
    }

    /// The first month of the period of `months` months with this day.
    fn first_month(self, day: i64, months: i64) -> i64 {
        let month = month_of(day);
        month - (month - self.origin).rem_euclid(months)
    }

    /// The most days that one of the periods has, or two consecutive ones have together.
    pub(crate) fn days_max(self, two: bool) -> u64 {
        let (one, both) = match self.period {
            Period::Day => (1, 2),
            Period::Week => (7, 14),
            // July and August.
            Period::Month => (31, 62),
            // July to December.
            Period::Quarter => (92, 184),
            // Leap years do not follow each other.
            Period::Year => (366, 731),
        };
        if two { both } else { one }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{date_at, day_of};
    use chrono::{Datelike, NaiveDate};

    const WEEKDAYS: [Weekday; 7] =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

    fn day(year: i32, month: u32, day: u32) -> i64 {
        day_of(NaiveDate::from_ymd_opt(year, month, day).unwrap())
    }

    /// Whether a period starts on a date, by chrono's calendar.
    fn starts(period: Period, date: NaiveDate, week_starts: Weekday, year_starts: Month) -> bool {
        let month = 12 + date.month0() - (year_starts.number_from_month() - 1);
        match period {
            Period::Day => true,
            Period::Week => date.weekday() == week_starts,
            Period::Month => date.day() == 1,
            Period::Quarter => date.day() == 1 && month.is_multiple_of(3),
            Period::Year => date.day() == 1 && month.is_multiple_of(12),
        }
    }

    #[test]
    fn periods_start_where_chrono_says_for_400_years() {
        let cases = (0..12_u8).zip(WEEKDAYS.into_iter().cycle()).flat_map(|(month, week_starts)| {
            let year_starts = Month::try_from(month + 1).unwrap();
            [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year]
                .map(|period| (period, week_starts, year_starts))
        });
        // A whole cycle of leap years around 1970, with negative numbers of days.
        let (first, last) = (day(1_798, 12, 31), day(2_201, 1, 2));
        for (period, week_starts, year_starts) in cases {
            let periods = Periods::new(period, week_starts, year_starts);
            let mut longest = [0, 0];
            let mut starts_seen: Vec<i64> = Vec::new();
            for day in first..=last {
                if starts(period, date_at(day), week_starts, year_starts) {
                    if let [.., before, own] = starts_seen[..] {
                        longest = [longest[0].max(day - own), longest[1].max(day - before)];
                    }
                    starts_seen.push(day);
                }
                let Some(start) = starts_seen.last() else { continue };
                assert_eq!(periods.start(day), *start, "{periods:?} of {}", date_at(day));
                assert_eq!(periods.start(periods.next(*start)), periods.next(day));
                if let [.., before, own] = starts_seen[..] {
                    assert_eq!((periods.next(before), periods.start(own - 1)), (own, before), "{periods:?} at {own}");
                }
            }
            assert_eq!(longest.map(i64::unsigned_abs), [false, true].map(|two| periods.days_max(two)), "{periods:?}");
        }
    }
}
