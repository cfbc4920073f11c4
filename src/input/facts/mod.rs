//! Facts of one subject: typed fields of the host's own struct.

mod fact;
mod record;
mod tags;
mod to_fact;

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

pub use fact::{Fact, FactCow, Kind};
pub use record::Record;
pub use tags::{Tag, Tags};
pub use to_fact::ToFact;

use super::activity::Activity;

/// A type that can be scored: its fields, how to read them, and its activity.
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
/// Reading must be pure: the same subject has the same facts. Every test reads its field again, so compute expensive
/// values beforehand. A fact counts as missing if the kind of its field does not [admit](Kind::admits) it.
///
/// `&T`, `Box<T>`, `Rc<T>` and `Arc<T>` have the facts of `T`.
pub trait Facts {
    /// The fields a model may read, in the order of [`Field::index`].
    const FIELDS: &'static [Field];

    /// Whether models may also read fields that are not in [`FIELDS`](Facts::FIELDS). Their kinds follow from the
    /// operators that a model uses on them. Defaults to false; of the types in this crate, only [`Record`] is open.
    const OPEN: bool = false;

    /// The names of all events that subjects of this type can have. A model that names another event does not compile.
    ///
    /// Defaults to `None`: the names are unknown, and models may name any event. In [`facts!`](crate::facts!) write
    /// `; events = ["login", "pricing_view"]`. For records, use [`Scorer::with_events`](crate::Scorer::with_events).
    const EVENTS: Option<&'static [&'static str]> = None;

    /// Returns the value of `field` for this subject, [`Fact::Missing`] if it is not known.
    ///
    /// Missing also for a field that [`fact_cow`](Facts::fact_cow) computes as an owned value.
    fn fact(&self, field: &Field) -> Fact<'_>;

    /// Whether [`fact_cow`](Facts::fact_cow) may return owned values. Defaults to false: scorers then read facts with
    /// [`fact`](Facts::fact) alone, which is faster.
    const OWNED: bool = false;

    /// Returns the value of `field`, owned if it does not lie in the subject.
    ///
    /// By default it returns [`fact`](Facts::fact). Override it, and set [`OWNED`](Facts::OWNED), for fields that are
    /// computed as a new text or new tags. [`facts!`](crate::facts!) does so for computed fields of types such as `String`
    /// and `Vec<String>`.
    #[inline(always)]
    fn fact_cow(&self, field: &Field) -> FactCow<'_> {
        FactCow::Borrowed(self.fact(field))
    }

    /// Returns the answer of the probe at this index, or of `otherwise` if there is none. [`facts!`](crate::facts!) writes
    /// this.
    #[doc(hidden)]
    #[inline]
    fn probe<Q: Probe>(&self, _index: usize, _probe: Q, otherwise: impl FnOnce() -> Q::Answer) -> Q::Answer {
        otherwise()
    }

    /// Returns the activity of this subject. Defaults to no events.
    fn activity(&self) -> &Activity {
        const NOTHING: &Activity = &Activity::new();
        NOTHING
    }
}

macro_rules! pointers {
    ($($pointer:ty)*) => {$(
        impl<T: Facts + ?Sized> Facts for $pointer {
            const FIELDS: &'static [Field] = T::FIELDS;
            const OPEN: bool = T::OPEN;
            const EVENTS: Option<&'static [&'static str]> = T::EVENTS;
            const OWNED: bool = T::OWNED;

            #[inline]
            fn fact(&self, field: &Field) -> Fact<'_> {
                (**self).fact(field)
            }

            #[inline]
            fn fact_cow(&self, field: &Field) -> FactCow<'_> {
                (**self).fact_cow(field)
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
    )*};
}

pointers!(&T Box<T> Rc<T> Arc<T>);

/// A question about one fact. There are [`PROBES`] ways to read the fact and answer.
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
    owned: bool,
}

impl Field {
    /// Creates a field of this name and kind. The name of a raw identifier such as `r#type` is `type`.
    pub const fn new(name: &'static str, kind: Kind) -> Field {
        Field { name: Cow::Borrowed(without_raw_prefix(name)), kind, texts: None, index: 0, owned: false }
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
        Field { name: Cow::Owned(name.into()), kind, texts: None, index: 0, owned: false }
    }

    /// Sets the index of the field in [`Facts::FIELDS`]. A scorer sets the index itself.
    #[must_use]
    pub const fn at(mut self, index: usize) -> Field {
        self.index = index;
        self
    }

    /// Sets the list of all texts or tags that the field can have. A model that names another one does not compile.
    #[must_use]
    pub const fn with_texts(mut self, texts: Option<&'static [&'static str]>) -> Field {
        self.texts = texts;
        self
    }

    /// Returns the field's name in documents.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the kind of the field's values.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the only texts or tags that the field can have, if they are known.
    pub const fn texts(&self) -> Option<&'static [&'static str]> {
        self.texts
    }

    /// Returns the field's index in [`Facts::FIELDS`], or for an open type among the fields that the model reads.
    ///
    /// A scorer sets it for the fields that it passes to [`Facts::fact`]. In a table written by hand, it is 0 unless
    /// [`at`](Field::at) sets it.
    pub const fn index(&self) -> usize {
        self.index
    }

    /// The same field, computed as an owned value or not.
    pub(crate) const fn with_owned(mut self, owned: bool) -> Field {
        self.owned = owned;
        self
    }

    /// Whether the field is computed as an owned value.
    pub(crate) const fn is_owned(&self) -> bool {
        self.owned
    }
}

/// Rust's `r#type` is `type` in documents.
pub(crate) const fn without_raw_prefix(name: &str) -> &str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}
