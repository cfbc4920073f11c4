//! Typed handles on fields, so that an operator that does not fit the field is a compile error.

use std::marker::PhantomData;

use chrono::NaiveDate;

use super::condition::{Calendar, Condition, DayOp, Leaf, Quantity, TextSubject};
use super::measure::{Measure, TagsField, TextField};
use super::window::WindowEdge;
use crate::input::facts::{Kind, without_raw_prefix};

/// The kinds of fields as types; see [`Kind`] for their meaning.
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

/// A field by name and kind, from which to build conditions.
///
/// [`facts!`](crate::facts!) makes one for each field of a struct; see [`fields`](crate::fields). For other names, such
/// as the columns of a table that is known only at run time, create handles with [`new`](Handle::new). A handle borrows
/// its name and is `Copy`; conditions own their names.
#[derive(Debug)]
pub struct Handle<'n, K> {
    name: &'n str,
    kind: PhantomData<fn() -> K>,
}

impl<K> Clone for Handle<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Handle<'_, K> {}

impl<'n, K> Handle<'n, K> {
    /// Creates a handle on a field that no Rust type declares, for models that score [`Record`](crate::Record)s.
    ///
    /// ```
    /// use warmth::model::{Condition, Handle, kind};
    ///
    /// const NPS: Handle<kind::Number> = Handle::new("nps");
    /// let promoter = NPS.at_least(9);
    ///
    /// // Names that are known at run time:
    /// let columns: Vec<String> = vec!["churned".to_owned(), "blocked".to_owned()];
    /// let lost = Condition::any(columns.iter().map(|name| Handle::<kind::Flag>::new(name).is(true)));
    /// ```
    pub const fn new(name: &'n str) -> Handle<'n, K> {
        Handle { name, kind: PhantomData }
    }

    /// Creates a handle on the field of a Rust identifier: `r#type` is the field `type`.
    #[doc(hidden)]
    pub const fn of_identifier(identifier: &'n str) -> Handle<'n, K> {
        Handle::new(without_raw_prefix(identifier))
    }

    /// Returns the field's name.
    pub const fn name(self) -> &'n str {
        self.name
    }

    /// Tests whether the field is known. The test itself is never unknown.
    pub fn is_known(self) -> Condition {
        Leaf::Known { field: self.name.to_owned(), known: true }.into()
    }

    /// Tests whether the field is missing. The test itself is never unknown.
    pub fn is_missing(self) -> Condition {
        Leaf::Known { field: self.name.to_owned(), known: false }.into()
    }
}

impl Handle<'_, kind::Flag> {
    /// Tests for a known flag with this value.
    pub fn is(self, flag: bool) -> Condition {
        Leaf::Flag { field: self.name.to_owned(), is: flag }.into()
    }
}

macro_rules! number_tests {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl Handle<'_, kind::Number> {$(
            $(#[$doc])*
            pub fn $name(self, number: impl Into<f64>) -> Condition {
                Measure::from(self).$name(number)
            }
        )*}
    };
}

number_tests! {
    /// Tests for equality with `number`.
    is;
    /// Tests for a known number that is not equal to `number`.
    is_not;
    /// Tests for `number` or more.
    at_least;
    /// Tests for more than `number`.
    more_than;
    /// Tests for `number` or less.
    at_most;
    /// Tests for less than `number`.
    less_than;
}

impl Handle<'_, kind::Number> {
    /// Tests for a number from `low` to `high`, both included.
    pub fn between(self, low: impl Into<f64>, high: impl Into<f64>) -> Condition {
        Measure::from(self).between(low, high)
    }

    /// Returns this number divided by another one, in one IEEE division; unknown if the other number is zero.
    pub fn ratio_to(self, other: Handle<'_, kind::Number>) -> Measure {
        Measure(Quantity::Ratio { field: self.name.to_owned(), of: other.name.to_owned() })
    }
}

impl From<Handle<'_, kind::Text>> for TextField {
    fn from(field: Handle<'_, kind::Text>) -> TextField {
        TextField { of: TextSubject::Field(field.name.to_owned()), ignore_case: false }
    }
}

macro_rules! text_tests {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl Handle<'_, kind::Text> {$(
            $(#[$doc])*
            pub fn $name(self, text: impl Into<String>) -> Condition {
                TextField::from(self).$name(text)
            }
        )*}
    };
}

text_tests! {
    /// Tests for equality with `text`.
    is;
    /// Tests for a known text that is not equal to `text`.
    is_not;
    /// Tests for a text that starts with `text`.
    starts_with;
    /// Tests for a text that ends with `text`.
    ends_with;
    /// Tests for a text that contains `text`.
    contains;
    /// Tests for a text that contains `text`, a word or several, as whole words: `cto` is not in `Director`.
    has_word;
}

macro_rules! text_list_tests {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        impl Handle<'_, kind::Text> {$(
            $(#[$doc])*
            pub fn $name<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Condition {
                TextField::from(self).$name(texts)
            }
        )*}
    };
}

text_list_tests! {
    /// Tests for equality with one of `texts`.
    one_of;
    /// Tests for a known text that is equal to none of `texts`.
    none_of;
    /// Tests for a text that starts with one of `texts`.
    starts_with_any;
    /// Tests for a text that ends with one of `texts`.
    ends_with_any;
    /// Tests for a text that contains one of `texts`.
    contains_any;
    /// Tests for a text that contains one of `texts` as whole words.
    has_any_word;
}

impl Handle<'_, kind::Text> {
    /// Returns the same text, compared regardless of case and of how accents are composed. By default texts compare byte
    /// by byte.
    pub fn ignore_case(self) -> TextField {
        TextField::from(self).ignore_case()
    }
}

impl From<Handle<'_, kind::Tags>> for TagsField {
    fn from(field: Handle<'_, kind::Tags>) -> TagsField {
        TagsField { field: field.name.to_owned(), ignore_case: false }
    }
}

impl Handle<'_, kind::Tags> {
    /// Returns the same tags, compared regardless of case and of how accents are composed. By default tags compare byte
    /// by byte.
    pub fn ignore_case(self) -> TagsField {
        TagsField::from(self).ignore_case()
    }

    /// Tests for a set that contains `tag`.
    pub fn has(self, tag: impl Into<String>) -> Condition {
        TagsField::from(self).has(tag)
    }

    /// Tests for a set that contains one of `tags`.
    pub fn has_any<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Condition {
        TagsField::from(self).has_any(tags)
    }

    /// Tests for a set that contains every one of `tags`.
    pub fn has_all<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Condition {
        TagsField::from(self).has_all(tags)
    }

    /// Tests for a known set that contains none of `tags`.
    pub fn has_none<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Condition {
        TagsField::from(self).has_none(tags)
    }

    /// Tests for a set with a tag that `other` does not contain.
    pub fn any_not_in(self, other: Handle<'_, kind::Tags>) -> Condition {
        TagsField::from(self).any_not_in(other)
    }

    /// Returns the number of different tags.
    pub fn count(self) -> Measure {
        Measure(Quantity::TagCount { field: self.name.to_owned() })
    }
}

impl Handle<'_, kind::Date> {
    fn calendar(self, by: Calendar) -> Measure {
        Measure(Quantity::Calendar { field: self.name.to_owned(), by })
    }

    fn day(self, op: DayOp, date: NaiveDate) -> Condition {
        Leaf::Day { field: self.name.to_owned(), op, date }.into()
    }

    /// Returns the civil days from the date to the day of scoring; negative for a later date.
    pub fn days_since(self) -> Measure {
        self.calendar(Calendar::DaysSince)
    }

    /// Returns the civil days from the day of scoring to the date; negative for an earlier date.
    pub fn days_until(self) -> Measure {
        self.calendar(Calendar::DaysUntil)
    }

    /// Returns the whole months from the date to the day of scoring.
    pub fn months_since(self) -> Measure {
        self.calendar(Calendar::MonthsSince)
    }

    /// Returns the whole months from the day of scoring to the date.
    pub fn months_until(self) -> Measure {
        self.calendar(Calendar::MonthsUntil)
    }

    /// Tests for a day before `date`.
    pub fn before(self, date: NaiveDate) -> Condition {
        self.day(DayOp::Before, date)
    }

    /// Tests for `date` or a later day.
    pub fn on_or_after(self, date: NaiveDate) -> Condition {
        self.day(DayOp::OnOrAfter, date)
    }
}

impl From<Handle<'_, kind::Date>> for WindowEdge {
    fn from(field: Handle<'_, kind::Date>) -> WindowEdge {
        WindowEdge::Field(field.name.to_owned())
    }
}

/// A type whose fields [`facts!`](crate::facts!) declares, with a handle for each.
#[doc(hidden)]
pub trait Declared {
    /// A struct with one [`Handle`] per field, of the field's name.
    type Handles;

    /// The handles.
    const HANDLES: Self::Handles;
}

/// Returns a struct with a [`Handle`] for each field that [`facts!`](crate::facts!) declares for `T`.
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

/// Maps the code of a kind to its type in [`kind`]; [`facts!`](crate::facts!) uses it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(message = "a field of this kind cannot be declared with `facts!`")]
pub trait KindOf<const CODE: u8> {
    /// One of the types in [`kind`].
    type Kind;
}

/// The implementor of [`KindOf`].
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {}

macro_rules! kinds {
    ($($kind:ident)*) => {$(
        impl KindOf<{ Kind::$kind.code() }> for FieldKind {
            type Kind = kind::$kind;
        }
    )*};
}

kinds!(Flag Number Text Date Tags);
