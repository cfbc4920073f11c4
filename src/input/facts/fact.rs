//! One value and its kind.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use super::tags::Tags;
use crate::input::activity::Attribute;

/// The kind of value of a field. It decides which operators a model may use on the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// A text, compared byte by byte.
    Text,
    /// A civil date. A field of an open type, such as a record, may also have a time, which counts as its civil day.
    Date,
    /// An instant. It counts as its civil day in the model's `utc_offset`.
    Time,
    /// A set of texts.
    Tags,
    /// Any kind: the model tests only whether the field is `known`.
    Any,
}

impl Kind {
    /// Returns whether a field of this kind can have this fact. A scorer treats any other fact as missing.
    ///
    /// No kind admits a missing fact or a number that is not finite. Dates and times admit each other, and [`Any`] admits
    /// every known fact.
    ///
    /// [`Any`]: Kind::Any
    ///
    /// ```
    /// use warmth::{Fact, Kind};
    ///
    /// assert!(Kind::Number.admits(&Fact::Number(9.0)));
    /// assert!(!Kind::Number.admits(&Fact::Text("9")));
    /// assert!(!Kind::Number.admits(&Fact::Number(f64::NAN)));
    /// ```
    #[inline]
    pub fn admits(self, fact: &Fact<'_>) -> bool {
        match fact {
            Fact::Missing => false,
            Fact::Flag(_) => matches!(self, Kind::Flag | Kind::Any),
            Fact::Number(number) => matches!(self, Kind::Number | Kind::Any) && number.is_finite(),
            Fact::Text(_) => matches!(self, Kind::Text | Kind::Any),
            Fact::Date(_) | Fact::Time(_) => matches!(self, Kind::Date | Kind::Time | Kind::Any),
            Fact::Tags(_) => matches!(self, Kind::Tags | Kind::Any),
        }
    }
}

impl Kind {
    /// Returns the code under which `model::KindOf` finds the type of a field's handle. Dates and times share one.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Kind::Flag => 0,
            Kind::Number => 1,
            Kind::Text => 2,
            Kind::Date | Kind::Time => 3,
            Kind::Tags => 4,
            Kind::Any => u8::MAX,
        }
    }

    /// "a number", "text", "tags".
    pub(crate) fn with_article(self) -> String {
        if matches!(self, Kind::Text | Kind::Tags) { self.to_string() } else { format!("a {self}") }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Flag => "flag",
            Kind::Number => "number",
            Kind::Text => "text",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::Tags => "tags",
            Kind::Any => "any",
        })
    }
}

/// One value of one subject.
///
/// Missing is not false and not zero: a test on a missing fact is unknown. Integers beyond ±2^53, which are not exact as
/// doubles, and numbers that are not finite are missing too.
///
/// ```
/// use warmth::Fact;
///
/// assert!(matches!(Fact::from(Some(7_u8)), Fact::Number(7.0)));
/// assert!(matches!(Fact::from(None::<bool>), Fact::Missing));
/// assert!(matches!(Fact::from(u64::MAX), Fact::Missing));
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub enum Fact<'a> {
    /// The fact is not known.
    #[default]
    Missing,
    /// True or false.
    Flag(bool),
    /// A number; not finite counts as missing.
    Number(f64),
    /// A text; the empty text is a value.
    Text(&'a str),
    /// A civil date.
    Date(NaiveDate),
    /// An instant, rounded down to whole seconds when it is used.
    Time(DateTime<Utc>),
    /// A set of texts.
    Tags(Tags<'a>),
}

/// A fact that borrows from its subject, or owns its text or tags.
///
/// Computed fields of [`facts!`](crate::facts!) may return owned values, such as a `String`; see
/// [`Facts::fact_cow`](super::Facts::fact_cow).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FactCow<'a> {
    /// A fact that owns nothing.
    Borrowed(Fact<'a>),
    /// An owned text.
    Text(String),
    /// An owned set of texts.
    Tags(Vec<String>),
}

impl FactCow<'_> {
    /// Returns the fact, borrowed from this value.
    #[inline(always)]
    pub fn as_fact(&self) -> Fact<'_> {
        match self {
            FactCow::Borrowed(fact) => *fact,
            FactCow::Text(text) => Fact::Text(text),
            FactCow::Tags(tags) => Fact::Tags(tags.as_slice().into()),
        }
    }
}

impl<'a> From<Fact<'a>> for FactCow<'a> {
    #[inline(always)]
    fn from(fact: Fact<'a>) -> FactCow<'a> {
        FactCow::Borrowed(fact)
    }
}

/// An attribute of an event, as tests read it.
impl<'a> From<Attribute<'a>> for Fact<'a> {
    fn from(attribute: Attribute<'a>) -> Fact<'a> {
        match attribute {
            Attribute::Flag(flag) => Fact::Flag(flag),
            Attribute::Number(number) => Fact::Number(number),
            Attribute::Text(text) => Fact::Text(text),
        }
    }
}
