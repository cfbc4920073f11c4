//! What is known about one subject: typed fields of the host's own struct.

mod column;
mod fact;
mod record;

use std::borrow::Cow;

pub(crate) use column::{
    BLOCK, FEW, Items, Mask, Rows, Values, days_within, gather, is_a_day, is_missing, lanes_known, lanes_of,
    lanes_where,
};
pub use column::{Bits, Codes, Column, ColumnError, Columns, Numbers, Offsets, Texts};
pub use fact::{Fact, Kind, Tags, ToFact};
pub use record::{Record, Value};

use crate::activity::Activity;

/// A type that can be scored: its fields, how to read them, and what it did.
///
/// [`facts!`](crate::facts!) writes this for a struct in one line. By hand it takes a table and a `match`:
///
/// ```
/// use warmth::{Fact, Facts, Field, Kind};
///
/// struct Lead { employees: Option<u32>, country: String }
///
/// impl Facts for Lead {
///     const FIELDS: &'static [Field] = &[Field::new("employees", Kind::Number), Field::new("country", Kind::Text)];
///
///     fn fact(&self, field: &Field) -> Fact<'_> {
///         match field.index() {
///             0 => self.employees.into(),
///             1 => Fact::Text(&self.country),
///             _ => Fact::Missing,
///         }
///     }
/// }
/// ```
///
/// What the macro writes is faster too, as it makes reading a field and testing it one function, for the sorts of test that
/// models ask most.
///
/// Reading must be pure: the same subject gives the same facts. A field is read anew by each test on it, so what is dear
/// to compute is better computed before. A fact of another kind than its field's counts as
/// missing.
pub trait Facts {
    /// The fields a model may read, in the order of [`Field::index`].
    const FIELDS: &'static [Field];

    /// Whether fields that are not in [`FIELDS`](Facts::FIELDS) may be read too, their kinds following from the
    /// operators a model uses on them. True for [`Record`] alone among the types of this crate. Defaults to false.
    const OPEN: bool = false;

    /// The value of `field` for this subject, [`Fact::Missing`] if it is not known.
    fn fact(&self, field: &Field) -> Fact<'_>;

    /// Reads one field of several subjects, one after the other.
    ///
    /// For many subjects in one go; [`facts!`](crate::facts!) looks the field up once for all of them. By hand it
    /// need not be written.
    fn each_fact<'s>(field: &Field, subjects: impl Iterator<Item = &'s Self>, mut each: impl FnMut(Fact<'s>))
    where
        Self: 's,
    {
        subjects.for_each(|subject| each(subject.fact(field)));
    }

    /// What an inquiry into one fact finds, by its place among all: see [`Inquiry`]. Where there is none at that place,
    /// the fact has to be read, and asked.
    #[doc(hidden)]
    #[inline]
    fn inquire<Q: Inquiry>(&self, _place: usize, _inquiry: Q, otherwise: impl FnOnce() -> Q::Answer) -> Q::Answer {
        otherwise()
    }

    /// What this subject did. Defaults to nothing.
    fn activity(&self) -> &Activity {
        const NOTHING: &Activity = &Activity::new();
        NOTHING
    }
}

impl<T: Facts> Facts for &T {
    const FIELDS: &'static [Field] = T::FIELDS;
    const OPEN: bool = T::OPEN;

    #[inline]
    fn fact(&self, field: &Field) -> Fact<'_> {
        (**self).fact(field)
    }

    #[inline]
    fn each_fact<'s>(field: &Field, subjects: impl Iterator<Item = &'s Self>, each: impl FnMut(Fact<'s>))
    where
        Self: 's,
    {
        T::each_fact(field, subjects.map(|subject| &**subject), each);
    }

    #[inline]
    fn inquire<Q: Inquiry>(&self, place: usize, inquiry: Q, otherwise: impl FnOnce() -> Q::Answer) -> Q::Answer {
        (**self).inquire(place, inquiry, otherwise)
    }

    #[inline]
    fn activity(&self) -> &Activity {
        (**self).activity()
    }
}

/// What is asked of one fact, in one of a few ways.
///
/// [`facts!`](crate::facts!) makes a function of each way for each field, in which reading and asking are one. Way `w` of
/// the field at index `f` is at place `f x` [`WAYS`]` + w`.
#[doc(hidden)]
pub trait Inquiry: Copy {
    /// What is found out.
    type Answer;

    /// Asks a fact, in a way that is known when this is compiled.
    fn ask<const WAY: usize>(self, fact: Fact<'_>) -> Self::Answer;
}

/// How many ways to ask there are; what they are is the inquiry's.
pub(crate) const WAYS: usize = 7;

/// A field that models can read: its name, its kind, and what is known about its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    name: Cow<'static, str>,
    kind: Kind,
    texts: Option<&'static [&'static str]>,
    index: usize,
}

impl Field {
    /// A field of the given name and kind. Of a raw identifier such as `r#type` the name is `type`.
    pub const fn new(name: &'static str, kind: Kind) -> Field {
        Field { name: Cow::Borrowed(without_raw_prefix(name)), kind, texts: None, index: 0 }
    }

    /// The same field at the given place of [`Facts::FIELDS`]. A scorer sets this itself.
    #[must_use]
    pub const fn at(mut self, index: usize) -> Field {
        self.index = index;
        self
    }

    /// The same field, said to hold no other texts than these, so that a model with a misspelt one is refused.
    #[must_use]
    pub const fn with_texts(mut self, texts: Option<&'static [&'static str]>) -> Field {
        self.texts = texts;
        self
    }

    /// The field's name in documents.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The kind of its values.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The only texts it can hold, if that is known.
    pub const fn texts(&self) -> Option<&'static [&'static str]> {
        self.texts
    }

    /// The field's place in [`Facts::FIELDS`], or for an open type among the fields that the model reads.
    ///
    /// True of the fields that a scorer hands to [`Facts::fact`]; in a table written by hand it is 0 unless
    /// [`at`](Field::at) sets it.
    pub const fn index(&self) -> usize {
        self.index
    }

    /// A field that no type declares, named by a model.
    pub(crate) fn named(name: &str, kind: Kind, index: usize) -> Field {
        Field { name: Cow::Owned(name.to_owned()), kind, texts: None, index }
    }
}

/// Rust's `r#type` is `type` in documents.
pub(crate) const fn without_raw_prefix(name: &str) -> &str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}
