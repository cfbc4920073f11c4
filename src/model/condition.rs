//! Conditions as a document says them: a tree of tests on fields, events and outcomes.

use std::ops::Not;

use chrono::NaiveDate;

use super::handle::{Handle, kind};
use crate::time::Span;

/// A test, or several joined.
///
/// Three-valued: what depends on a missing fact is unknown, joined by strong Kleene logic. Made from the fields of a
/// type (see [`fields`](crate::fields)), from [`event`]s and, in promoters, limits and segments, from the outcome
/// ([`axis`], [`score`], [`grade`], [`verdict`]):
///
/// ```
/// use warmth::model::{Condition, event};
/// use warmth::{Span, facts};
///
/// struct Account { nps: Option<u8>, plan: String }
/// facts!(Account { nps, plan });
///
/// let f = warmth::fields::<Account>();
/// let happy = Condition::all([f.nps.at_least(9), !f.plan.one_of(["trial", "free"])]);
/// let active = event("login").count().within(Span::days(30)).at_least(3);
/// let either = Condition::any([happy, active]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Condition(pub(crate) Shape);

/// The shape of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// Several tests in one table, all of which must hold.
    Together(Vec<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    AtLeastOf {
        count: u32,
        of: Vec<Condition>,
    },
    Leaf(Leaf),
}

/// One test.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Leaf {
    Known { field: String, known: bool },
    Flag { field: String, is: bool },
    Number { of: Quantity, op: NumberOp },
    Text { of: TextSubject, op: TextOp, ignore_case: bool },
    Tags { field: String, op: TagOp },
    Day { field: String, from: bool, date: NaiveDate },
    Happened { events: EventNames, op: Happening },
}

/// Something that can be measured as a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Quantity {
    Number { field: String },
    Ratio { field: String, of: String },
    Calendar { field: String, by: Calendar },
    TagCount { field: String },
    Event { events: EventNames, by: EventMeasure, ages: Option<AgeWindow> },
    DaysSinceLast { events: EventNames },
    Axis { name: String },
    Score,
}

/// How far a date lies from the day that is scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Calendar {
    DaysSince,
    DaysUntil,
    MonthsSince,
    MonthsUntil,
}

impl Calendar {
    pub(crate) const ALL: [(&'static str, Calendar); 4] = [
        ("days_since", Calendar::DaysSince),
        ("days_until", Calendar::DaysUntil),
        ("months_since", Calendar::MonthsSince),
        ("months_until", Calendar::MonthsUntil),
    ];
}

/// What is measured of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum EventMeasure {
    Count,
    Amount,
    Days,
}

impl EventMeasure {
    pub(crate) const ALL: [(&'static str, EventMeasure); 3] =
        [("count", EventMeasure::Count), ("amount", EventMeasure::Amount), ("days", EventMeasure::Days)];
}

/// One event name or several; `"*"` is all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventNames(pub(crate) Vec<String>);

/// Which ages of events count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AgeWindow {
    /// Younger than this.
    Within(Span),
    /// From the first age on, up to but not including the second.
    Between(Span, Span),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Happening {
    LastWithin(Span),
    NoneWithin(Span),
    Never(bool),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NumberOp {
    Is(f64),
    IsNot(f64),
    AtLeast(f64),
    MoreThan(f64),
    AtMost(f64),
    LessThan(f64),
    Between(f64, f64),
}

impl NumberOp {
    /// Whether it holds outside its range: see [`Unit::range`](crate::program::Unit::range).
    #[inline]
    pub(crate) fn negates(self) -> bool {
        matches!(self, NumberOp::IsNot(_))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TextSubject {
    Field(String),
    Grade,
    Verdict,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TextOp {
    Is(String),
    IsNot(String),
    OneOf(Vec<String>),
    NoneOf(Vec<String>),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TagOp {
    Has(String),
    HasAny(Vec<String>),
    HasAll(Vec<String>),
    HasNone(Vec<String>),
    AnyNotIn(String),
}

impl Condition {
    /// Every one of them holds. At least one must be given.
    pub fn all(of: impl IntoIterator<Item = Condition>) -> Condition {
        Condition(Shape::All(of.into_iter().collect()))
    }

    /// Some of them holds. At least one must be given.
    pub fn any(of: impl IntoIterator<Item = Condition>) -> Condition {
        Condition(Shape::Any(of.into_iter().collect()))
    }

    /// At least `count` of them hold.
    pub fn at_least_of(count: u32, of: impl IntoIterator<Item = Condition>) -> Condition {
        Condition(Shape::AtLeastOf { count, of: of.into_iter().collect() })
    }
}

impl Not for Condition {
    type Output = Condition;

    fn not(self) -> Condition {
        Condition(Shape::Not(Box::new(self)))
    }
}

impl From<Leaf> for Condition {
    fn from(leaf: Leaf) -> Condition {
        Condition(Shape::Leaf(leaf))
    }
}

/// Something that can be measured as a number: a number field, a ratio, days or months, events, a score.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure(pub(crate) Quantity);

impl Measure {
    fn test(self, op: NumberOp) -> Condition {
        Leaf::Number { of: self.0, op }.into()
    }

    /// Equal to `number`.
    pub fn is(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::Is(number.into()))
    }

    /// Known and not equal to `number`.
    pub fn is_not(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::IsNot(number.into()))
    }

    /// `number` or more.
    pub fn at_least(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::AtLeast(number.into()))
    }

    /// More than `number`.
    pub fn more_than(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::MoreThan(number.into()))
    }

    /// `number` or less.
    pub fn at_most(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::AtMost(number.into()))
    }

    /// Less than `number`.
    pub fn less_than(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::LessThan(number.into()))
    }

    /// From `low` to `high`, both included.
    pub fn between(self, low: impl Into<f64>, high: impl Into<f64>) -> Condition {
        let (low, high) = (low.into(), high.into());
        if matches!(self.0, Quantity::Event { ages: Some(AgeWindow::Between(..)), .. }) {
            // In a document `between` says the ages then.
            let tests = [self.clone().test(NumberOp::AtLeast(low)), self.test(NumberOp::AtMost(high))];
            return Condition(Shape::Together(tests.into()));
        }
        self.test(NumberOp::Between(low, high))
    }

    /// Counts only events younger than `span`. Without effect on what is not an event's.
    #[must_use]
    pub fn within(self, span: Span) -> Measure {
        self.aged(AgeWindow::Within(span))
    }

    /// Counts only events of an age from `from` on, up to but not including `to`. Without effect on what is not an
    /// event's.
    #[must_use]
    pub fn aged_between(self, from: Span, to: Span) -> Measure {
        self.aged(AgeWindow::Between(from, to))
    }

    fn aged(self, window: AgeWindow) -> Measure {
        match self.0 {
            Quantity::Event { events, by, .. } => Measure(Quantity::Event { events, by, ages: Some(window) }),
            other => Measure(other),
        }
    }
}

impl From<Handle<kind::Number>> for Measure {
    fn from(field: Handle<kind::Number>) -> Measure {
        Measure(Quantity::Number { field: field.name().to_owned() })
    }
}

/// Events of one name, or of all.
#[derive(Clone, Debug, PartialEq)]
pub struct EventField(EventNames);

/// Events of the given name; `"*"` means all.
pub fn event(name: impl Into<String>) -> EventField {
    EventField(EventNames(vec![name.into()]))
}

/// Events of any name.
pub fn events() -> EventField {
    event("*")
}

impl EventField {
    fn measure(self, by: EventMeasure) -> Measure {
        Measure(Quantity::Event { events: self.0, by, ages: None })
    }

    /// How many there were.
    pub fn count(self) -> Measure {
        self.measure(EventMeasure::Count)
    }

    /// The sum of their amounts, held within ±10^9.
    pub fn amount(self) -> Measure {
        self.measure(EventMeasure::Amount)
    }

    /// On how many different civil days they fell.
    pub fn days(self) -> Measure {
        self.measure(EventMeasure::Days)
    }

    /// Civil days since the last one; unknown if there was none.
    pub fn days_since_last(self) -> Measure {
        Measure(Quantity::DaysSinceLast { events: self.0 })
    }

    /// There was one younger than `span`.
    pub fn last_within(self, span: Span) -> Condition {
        Leaf::Happened { events: self.0, op: Happening::LastWithin(span) }.into()
    }

    /// There was none younger than `span`.
    pub fn none_within(self, span: Span) -> Condition {
        Leaf::Happened { events: self.0, op: Happening::NoneWithin(span) }.into()
    }

    /// There was none at all.
    pub fn never(self) -> Condition {
        Leaf::Happened { events: self.0, op: Happening::Never(true) }.into()
    }
}

/// The score of the named axis. In promoters, limits and segments only.
pub fn axis(name: impl Into<String>) -> Measure {
    Measure(Quantity::Axis { name: name.into() })
}

/// The score: before promoters in promoters and limits, the final one in segments. Nowhere else.
pub fn score() -> Measure {
    Measure(Quantity::Score)
}

/// The grade as text, `A1`. In promoters, limits and segments only.
pub fn grade() -> TextField {
    TextField { of: TextSubject::Grade, ignore_case: false }
}

/// The verdict as text in lower case. In promoters, limits and segments only.
pub fn verdict() -> TextField {
    TextField { of: TextSubject::Verdict, ignore_case: false }
}

/// A text to test.
#[derive(Clone, Debug, PartialEq)]
pub struct TextField {
    pub(super) of: TextSubject,
    pub(super) ignore_case: bool,
}

impl TextField {
    fn test(self, op: TextOp) -> Condition {
        Leaf::Text { of: self.of, op, ignore_case: self.ignore_case }.into()
    }

    /// The same text, ASCII letters compared regardless of case.
    #[must_use]
    pub fn ignore_case(self) -> TextField {
        TextField { ignore_case: true, ..self }
    }

    /// Equal to `text`.
    pub fn is(self, text: impl Into<String>) -> Condition {
        self.test(TextOp::Is(text.into()))
    }

    /// Known and not equal to `text`.
    pub fn is_not(self, text: impl Into<String>) -> Condition {
        self.test(TextOp::IsNot(text.into()))
    }

    /// Equal to one of `texts`.
    pub fn one_of<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Condition {
        self.test(TextOp::OneOf(texts.into_iter().map(Into::into).collect()))
    }

    /// Known and equal to none of `texts`.
    pub fn none_of<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Condition {
        self.test(TextOp::NoneOf(texts.into_iter().map(Into::into).collect()))
    }

    /// Begins with `text`.
    pub fn starts_with(self, text: impl Into<String>) -> Condition {
        self.test(TextOp::StartsWith(text.into()))
    }

    /// Ends with `text`.
    pub fn ends_with(self, text: impl Into<String>) -> Condition {
        self.test(TextOp::EndsWith(text.into()))
    }

    /// Has `text` somewhere in it.
    pub fn contains(self, text: impl Into<String>) -> Condition {
        self.test(TextOp::Contains(text.into()))
    }
}
