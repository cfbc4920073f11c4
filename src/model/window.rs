//! Windows of time: which events count.

use chrono::NaiveDate;

use crate::time::Span;

/// A window of time: the events that count, by age or by the calendar.
///
/// Events later than the instant of scoring never count. Calendar days start at midnight in the model's
/// [offset](crate::Model::utc_offset_minutes).
///
/// ```
/// use warmth::Span;
/// use warmth::model::{Handle, Period, Signal, Window, event, kind};
///
/// let lately = Signal::new("login", 2).window(Span::days(30)).max(20);
/// let this_month = Signal::new("login", 2).window(Window::This(Period::Month)).max(20);
///
/// let contract_start: Handle<kind::Date> = Handle::new("contract_start");
/// let onboarded = event("training").count().within(Window::Since(contract_start.into())).at_least(3);
/// ```
///
/// In serde it is written as in documents: `"30d"` or `{"this": "month"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Window {
    /// Events younger than a span: `"30d"`.
    Last(Span),
    /// Events of the current calendar period: `{ this = "month" }`.
    This(Period),
    /// Events of the whole calendar period before the current one: `{ previous = "month" }`.
    Previous(Period),
    /// Events on a civil day or later: `{ since = "2026-01-01" }`.
    Since(WindowEdge),
    /// Events on a civil day or earlier: `{ until = "2026-03-31" }`.
    Until(WindowEdge),
    /// Events from the first civil day to the second, both included.
    Between(WindowEdge, WindowEdge),
}

impl Window {
    /// Returns the names of the fields that the window reads.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        let (since, until) = match self {
            Window::Last(_) | Window::This(_) | Window::Previous(_) => (None, None),
            Window::Since(since) => (Some(since), None),
            Window::Until(until) => (None, Some(until)),
            Window::Between(since, until) => (Some(since), Some(until)),
        };
        [since, until].into_iter().flatten().filter_map(|edge| match edge {
            WindowEdge::Date(_) => None,
            WindowEdge::Field(field) => Some(field.as_str()),
        })
    }
}

impl From<Span> for Window {
    fn from(span: Span) -> Window {
        Window::Last(span)
    }
}

/// The first or the last civil day of a [`Window`]; the day itself is in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WindowEdge {
    /// This date.
    Date(NaiveDate),
    /// The date field of this name. If the subject has no such date, the test, the bands or the signal is unknown.
    Field(String),
}

impl From<NaiveDate> for WindowEdge {
    fn from(date: NaiveDate) -> WindowEdge {
        WindowEdge::Date(date)
    }
}

/// A period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Period {
    /// A civil day.
    Day,
    /// Seven days, from the model's [first day of the week](crate::Model::week_starts).
    Week,
    /// A calendar month.
    Month,
    /// Three months; the first quarter starts with the year.
    Quarter,
    /// Twelve months, from the model's [first month of the year](crate::Model::year_starts).
    Year,
}
