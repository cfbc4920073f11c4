//! Conditions as a document states them: a tree of tests on fields, events and outcomes.

use std::ops::Not;

use chrono::NaiveDate;

use super::window::Window;
use crate::time::Span;
use crate::truth::Truth;

/// A test, or several tests joined by `all`, `any`, `not` and `at_least_of`.
///
/// Conditions are three-valued: a test on a missing fact is unknown, and joins follow strong Kleene logic. Build
/// conditions from the fields of a type (see [`fields`](crate::fields)), from field names ([`Handle`](super::Handle)),
/// from events ([`event`](super::event)) and, in promoters, limits and segments, from the outcome
/// ([`axis`](super::axis), [`score`](super::score), [`grade`](super::grade), [`verdict`](super::verdict)):
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
///
/// [`tests`](Condition::tests) and [`clause`](Condition::clause) show what is in a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition(pub(crate) Shape);

/// How a gate, promoter, limit or segment counts if its condition is unknown.
///
/// ```
/// use warmth::model::{Handle, IfUnknown, Limit, kind};
///
/// // If nobody knows whether the invoice is paid, the customer is capped too.
/// let overdue = Handle::<kind::Flag>::new("invoice_overdue").is(true);
/// let cap = Limit::at_most(overdue, 49).missing(IfUnknown::Holds);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IfUnknown {
    /// As unknown: a required gate leaves the subject undetermined; a disqualifying gate does not disqualify; a promoter,
    /// limit or segment counts as not true, and explanations show that it is unknown.
    #[default]
    Unknown,
    /// As if the condition were true.
    Holds,
    /// As if the condition were false.
    Fails,
}

impl IfUnknown {
    /// The truth with this policy applied.
    #[inline]
    pub(crate) fn decided(self, truth: Truth) -> Truth {
        match (truth, self) {
            (Truth::Unknown, IfUnknown::Holds) => Truth::True,
            (Truth::Unknown, IfUnknown::Fails) => Truth::False,
            (truth, _) => truth,
        }
    }
}

/// The shape of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    /// Several tests in one table, all of which must be true.
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
    Known {
        field: String,
        known: bool,
    },
    Flag {
        field: String,
        is: bool,
    },
    Number {
        of: Quantity,
        op: NumberOp,
    },
    /// [`TextOp::Is`] and [`TextOp::IsNot`] have exactly one text.
    Text {
        of: TextSubject,
        op: TextOp,
        texts: Vec<String>,
        ignore_case: bool,
    },
    /// [`TagOp::Has`] has exactly one tag.
    Tags {
        field: String,
        op: TagOp,
        tags: Vec<String>,
        ignore_case: bool,
    },
    AnyNotIn {
        field: String,
        other: String,
        ignore_case: bool,
    },
    Day {
        field: String,
        op: DayOp,
        date: NaiveDate,
    },
    Recency {
        event: EventSource,
        op: RecencyOp,
        window: Window,
    },
    Never {
        event: EventSource,
        never: bool,
    },
}

impl Leaf {
    /// Returns the events that the test measures.
    pub(crate) fn event(&self) -> Option<&EventSource> {
        match self {
            Leaf::Number { of, .. } => of.event(),
            Leaf::Recency { event, .. } | Leaf::Never { event, .. } => Some(event),
            _ => None,
        }
    }

    /// As [`event`](Leaf::event), to change them.
    pub(crate) fn event_mut(&mut self) -> Option<&mut EventSource> {
        match self {
            Leaf::Number { of, .. } => of.event_mut(),
            Leaf::Recency { event, .. } | Leaf::Never { event, .. } => Some(event),
            _ => None,
        }
    }
}

/// The events of one name: all of them, or those whose attributes match a condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EventSource {
    pub(crate) name: String,
    pub(crate) matching: Option<Box<Condition>>,
}

impl EventSource {
    /// Returns the name and the condition.
    pub(crate) fn parts(&self) -> (&String, Option<&Condition>) {
        (&self.name, self.matching.as_deref())
    }
}

/// A quantity that can be measured as a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Quantity {
    Number {
        field: String,
    },
    Ratio {
        field: String,
        of: String,
    },
    Calendar {
        field: String,
        by: Calendar,
    },
    TagCount {
        field: String,
    },
    /// A measure of events. With `distinct`, the number of different values of that attribute; with `ratio_to`, divided by
    /// the same measure of other events.
    Event {
        event: EventSource,
        by: EventMeasure,
        ages: Option<AgeWindow>,
        distinct: Option<String>,
        ratio_to: Option<String>,
    },
    DaysSinceLast {
        event: EventSource,
    },
    Axis {
        name: String,
    },
    /// The points of a rule.
    Rule {
        id: String,
    },
    /// The greatest points of any rule of an axis.
    GreatestRule {
        axis: String,
    },
    Score,
    Coverage,
}

impl Quantity {
    /// Returns the events that are measured.
    pub(crate) fn event(&self) -> Option<&EventSource> {
        match self {
            Quantity::Event { event, .. } | Quantity::DaysSinceLast { event } => Some(event),
            _ => None,
        }
    }

    /// As [`event`](Quantity::event), to change them.
    pub(crate) fn event_mut(&mut self) -> Option<&mut EventSource> {
        match self {
            Quantity::Event { event, .. } | Quantity::DaysSinceLast { event } => Some(event),
            _ => None,
        }
    }
}

/// The distance between a date and the day of scoring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Calendar {
    DaysSince,
    DaysUntil,
    MonthsSince,
    MonthsUntil,
}

/// A measure of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum EventMeasure {
    Count,
    Amount,
    Days,
    MostPerDay,
    MeanAmount,
    LatestAmount,
}

/// Which events count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AgeWindow {
    /// In this window.
    Within(Window),
    /// At least the first age and below the second.
    Between(Span, Span),
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
    /// Returns whether the operator holds outside its range: see [`Unit::range`](crate::program::Unit::range).
    #[inline]
    pub(crate) fn negates(self) -> bool {
        matches!(self, NumberOp::IsNot(_))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TextSubject {
    Field(String),
    Grade,
    Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextOp {
    Is,
    IsNot,
    OneOf,
    NoneOf,
    StartsWith,
    EndsWith,
    Contains,
    HasWord,
}

impl TextOp {
    /// Returns whether the operand is always a list.
    pub(crate) fn takes_list(self) -> bool {
        matches!(self, TextOp::OneOf | TextOp::NoneOf)
    }

    /// Returns whether the operand is a text or a list, any of whose texts may match.
    pub(crate) fn takes_either(self) -> bool {
        matches!(self, TextOp::StartsWith | TextOp::EndsWith | TextOp::Contains | TextOp::HasWord)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagOp {
    Has,
    HasAny,
    HasAll,
    HasNone,
}

impl TagOp {
    pub(crate) fn takes_list(self) -> bool {
        self != TagOp::Has
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayOp {
    Before,
    OnOrAfter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecencyOp {
    LastWithin,
    NoneWithin,
}

impl Condition {
    /// Creates a condition that is true if every one of `of` is true. `of` must not be empty.
    pub fn all(of: impl IntoIterator<Item = Condition>) -> Condition {
        Condition(Shape::All(of.into_iter().collect()))
    }

    /// Creates a condition that is true if at least one of `of` is true. `of` must not be empty.
    pub fn any(of: impl IntoIterator<Item = Condition>) -> Condition {
        Condition(Shape::Any(of.into_iter().collect()))
    }

    /// Creates a condition that is true if at least `count` of `of` are true.
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
