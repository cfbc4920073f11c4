//! Typed handles on the fields of a type, so that an operator that does not fit is a compile error.

use std::marker::PhantomData;

use chrono::NaiveDate;

use super::condition::{Calendar, Condition, Leaf, Measure, Quantity, TagOp, TextField, TextSubject};
use crate::input::facts::{Kind, ToFact, without_raw_prefix};

/// The kinds of fields as types; see [`Kind`] for what they mean.
pub mod kind {
    /// True or false.
    #[derive(Clone, Copy, Debug)]
    pub enum Flag {}
    /// A number.
    #[derive(Clone, Copy, Debug)]
    pub enum Number {}
    /// A text.
    #[derive(Clone, Copy, Debug)]
    pub enum Text {}
    /// A civil date or an instant.
    #[derive(Clone, Copy, Debug)]
    pub enum Date {}
    /// A set of texts.
    #[derive(Clone, Copy, Debug)]
    pub enum Tags {}
}

/// A field by name and kind, to build conditions from.
///
/// [`facts!`](crate::facts!) makes one for each field of a struct; see [`fields`](crate::fields).
#[derive(Debug)]
pub struct Handle<K> {
    name: &'static str,
    kind: PhantomData<fn() -> K>,
}

impl<K> Clone for Handle<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Handle<K> {}

impl<K> Handle<K> {
    /// A handle on a field that no type declares, for models that score [`Record`](crate::Record)s.
    ///
    /// ```
    /// use warmth::model::{Handle, kind};
    ///
    /// const NPS: Handle<kind::Number> = Handle::new("nps");
    /// let promoter = NPS.at_least(9);
    /// ```
    pub const fn new(name: &'static str) -> Handle<K> {
        Handle { name: without_raw_prefix(name), kind: PhantomData }
    }

    /// The field's name.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The field is known, or with `false` it is missing. Never unknown itself.
    pub fn known(self, known: bool) -> Condition {
        Leaf::Known { field: self.name.to_owned(), known }.into()
    }
}

impl Handle<kind::Flag> {
    /// The flag is known and has this value.
    pub fn is(self, flag: bool) -> Condition {
        Leaf::Flag { field: self.name.to_owned(), is: flag }.into()
    }
}

macro_rules! number_tests {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl Handle<kind::Number> {$(
            $(#[$doc])*
            pub fn $name(self, number: impl Into<f64>) -> Condition {
                Measure::from(self).$name(number)
            }
        )*}
    };
}

number_tests! {
    /// Equal to `number`.
    is;
    /// Known and not equal to `number`.
    is_not;
    /// `number` or more.
    at_least;
    /// More than `number`.
    more_than;
    /// `number` or less.
    at_most;
    /// Less than `number`.
    less_than;
}

impl Handle<kind::Number> {
    /// From `low` to `high`, both included.
    pub fn between(self, low: impl Into<f64>, high: impl Into<f64>) -> Condition {
        Measure::from(self).between(low, high)
    }

    /// This number divided by another, in one IEEE division; unknown where the other is zero.
    pub fn ratio_to(self, other: Handle<kind::Number>) -> Measure {
        Measure(Quantity::Ratio { field: self.name.to_owned(), of: other.name.to_owned() })
    }
}

impl From<Handle<kind::Text>> for TextField {
    fn from(field: Handle<kind::Text>) -> TextField {
        TextField { of: TextSubject::Field(field.name.to_owned()), ignore_case: false }
    }
}

macro_rules! text_tests {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl Handle<kind::Text> {$(
            $(#[$doc])*
            pub fn $name(self, text: impl Into<String>) -> Condition {
                TextField::from(self).$name(text)
            }
        )*}
    };
}

text_tests! {
    /// Equal to `text`.
    is;
    /// Known and not equal to `text`.
    is_not;
    /// Begins with `text`.
    starts_with;
    /// Ends with `text`.
    ends_with;
    /// Has `text` somewhere in it.
    contains;
}

impl Handle<kind::Text> {
    /// The same text, ASCII letters compared regardless of case.
    pub fn ignore_case(self) -> TextField {
        TextField::from(self).ignore_case()
    }

    /// Equal to one of `texts`.
    pub fn one_of<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Condition {
        TextField::from(self).one_of(texts)
    }

    /// Known and equal to none of `texts`.
    pub fn none_of<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Condition {
        TextField::from(self).none_of(texts)
    }
}

impl Handle<kind::Tags> {
    fn test(self, op: TagOp) -> Condition {
        Leaf::Tags { field: self.name.to_owned(), op }.into()
    }

    /// Has `tag`.
    pub fn has(self, tag: impl Into<String>) -> Condition {
        self.test(TagOp::Has(tag.into()))
    }

    /// Has one of `tags`.
    pub fn has_any<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Condition {
        self.test(TagOp::HasAny(tags.into_iter().map(Into::into).collect()))
    }

    /// Has every one of `tags`.
    pub fn has_all<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Condition {
        self.test(TagOp::HasAll(tags.into_iter().map(Into::into).collect()))
    }

    /// Has none of `tags`.
    pub fn has_none<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Condition {
        self.test(TagOp::HasNone(tags.into_iter().map(Into::into).collect()))
    }

    /// Has a tag that `other` does not have.
    pub fn any_not_in(self, other: Handle<kind::Tags>) -> Condition {
        self.test(TagOp::AnyNotIn(other.name.to_owned()))
    }

    /// How many different tags there are.
    pub fn count(self) -> Measure {
        Measure(Quantity::TagCount { field: self.name.to_owned() })
    }
}

impl Handle<kind::Date> {
    fn calendar(self, by: Calendar) -> Measure {
        Measure(Quantity::Calendar { field: self.name.to_owned(), by })
    }

    /// Civil days from the date to the day that is scored; negative for a date to come.
    pub fn days_since(self) -> Measure {
        self.calendar(Calendar::DaysSince)
    }

    /// Civil days from the day that is scored to the date; negative for a date gone by.
    pub fn days_until(self) -> Measure {
        self.calendar(Calendar::DaysUntil)
    }

    /// Whole months from the date to the day that is scored.
    pub fn months_since(self) -> Measure {
        self.calendar(Calendar::MonthsSince)
    }

    /// Whole months from the day that is scored to the date.
    pub fn months_until(self) -> Measure {
        self.calendar(Calendar::MonthsUntil)
    }

    /// Before `date`.
    pub fn before(self, date: NaiveDate) -> Condition {
        Leaf::Day { field: self.name.to_owned(), from: false, date }.into()
    }

    /// On `date` or after it.
    pub fn on_or_after(self, date: NaiveDate) -> Condition {
        Leaf::Day { field: self.name.to_owned(), from: true, date }.into()
    }
}

/// A type whose fields [`facts!`](crate::facts!) declared, with a handle for each.
pub trait Declared {
    /// A struct with one [`Handle`] for each field, named like it.
    type Handles;

    /// The handles.
    const HANDLES: Self::Handles;
}

/// A [`Handle`] for each field of a type that [`facts!`](crate::facts!) declared, to build conditions from.
///
/// ```
/// struct Account { nps: Option<u8>, plan: String }
/// warmth::facts!(Account { nps, plan });
///
/// let f = warmth::fields::<Account>();
/// let happy_and_paying = warmth::model::Condition::all([f.nps.at_least(9), f.plan.is_not("trial")]);
/// ```
pub fn fields<T: Declared>() -> T::Handles {
    T::HANDLES
}

/// Maps the code of a kind to the type that stands for it; [`facts!`](crate::facts!) uses it.
#[diagnostic::on_unimplemented(message = "a field of this kind cannot be declared with `facts!`")]
pub trait KindOf<const CODE: u8> {
    /// One of the types in [`kind`].
    type Kind;
}

/// The implementor of [`KindOf`].
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {}

macro_rules! kinds {
    ($($code:literal $kind:ident)*) => {$(
        impl KindOf<$code> for FieldKind {
            type Kind = kind::$kind;
        }
    )*};
}

kinds!(0 Flag 1 Number 2 Text 3 Date 4 Tags);

/// The code under which [`KindOf`] finds the kind of `T`.
pub(crate) const fn kind_code<T: ToFact>() -> u8 {
    match T::KIND {
        Kind::Flag => 0,
        Kind::Number => 1,
        Kind::Text => 2,
        Kind::Date | Kind::Time => 3,
        Kind::Tags => 4,
        Kind::Any => u8::MAX,
    }
}
