//! What is known about one subject: typed fields of the host's own struct.

mod fact;
mod record;

use std::borrow::Cow;

pub use fact::{Fact, Kind, Tags, ToFact};
pub use record::{Record, Value};

use super::activity::Activity;

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
/// The macro's code is also faster: for the most common tests it reads and tests a field in one function.
///
/// Reading must be pure: the same subject has the same facts. Every test reads its field again, so compute expensive values
/// beforehand. A fact of another kind than its field's counts as missing.
pub trait Facts {
    /// The fields a model may read, in the order of [`Field::index`].
    const FIELDS: &'static [Field];

    /// Whether fields that are not in [`FIELDS`](Facts::FIELDS) may be read too, their kinds following from the
    /// operators a model uses on them. True for [`Record`] alone among the types of this crate. Defaults to false.
    const OPEN: bool = false;

    /// The value of `field` for this subject, [`Fact::Missing`] if it is not known.
    fn fact(&self, field: &Field) -> Fact<'_>;

    /// The answer of the probe with this index, or of `otherwise` if there is none. [`facts!`](crate::facts!) writes this.
    #[doc(hidden)]
    #[inline]
    fn probe<Q: Probe>(&self, _index: usize, _probe: Q, otherwise: impl FnOnce() -> Q::Answer) -> Q::Answer {
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
    fn probe<Q: Probe>(&self, index: usize, probe: Q, otherwise: impl FnOnce() -> Q::Answer) -> Q::Answer {
        (**self).probe(index, probe, otherwise)
    }

    #[inline]
    fn activity(&self) -> &Activity {
        (**self).activity()
    }
}

/// A question about one fact, in one of [`PROBES`] ways.
///
/// For each field and each way, [`facts!`](crate::facts!) generates a function that reads the field and answers at once.
/// The function for way `w` of the field with index `f` has the index `f x` [`PROBES`]` + w`. Reading and testing in one
/// call takes a quarter fewer instructions for a score than returning the fact and matching on it.
#[doc(hidden)]
pub trait Probe: Copy {
    /// What the probe returns.
    type Answer;

    /// Answers in a way that is known at compile time.
    fn answer<const WAY: usize>(self, fact: Fact<'_>) -> Self::Answer;
}

/// How many ways there are to probe a field.
pub(crate) const PROBES: usize = 7;

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

    /// A field with a name that is known only at run time, to read a [`Record`] or another open type.
    ///
    /// ```
    /// use warmth::{Fact, Facts, Field, Kind, Record};
    ///
    /// let columns = vec!["nps".to_owned(), "seats".to_owned()];
    /// let fields: Vec<Field> = columns.iter().map(|name| Field::named(name, Kind::Number)).collect();
    /// let record = Record::new().with("nps", 9);
    /// assert!(matches!(record.fact(&fields[0]), Fact::Number(9.0)));
    /// assert!(matches!(record.fact(&fields[1]), Fact::Missing));
    /// ```
    pub fn named(name: impl Into<String>, kind: Kind) -> Field {
        Field { name: Cow::Owned(name.into()), kind, texts: None, index: 0 }
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
}

/// Rust's `r#type` is `type` in documents.
pub(crate) const fn without_raw_prefix(name: &str) -> &str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}
