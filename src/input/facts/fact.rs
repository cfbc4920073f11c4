//! One value and its kind.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::buffers::Items;
use crate::literal::{Literal, Literals};

/// What sort of value a field holds; it decides which operators a model may use on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// A text, compared byte by byte.
    Text,
    /// A civil date. On an open type also a time, which stands for the day it falls on.
    Date,
    /// An instant, which stands for the civil day it falls on in the model's `utc_offset`.
    Time,
    /// A set of texts.
    Tags,
    /// Not said: a model asks only whether the field is `known`.
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
/// Missing is not false and not zero: a test on it is unknown. Whole numbers beyond ±2^53, which a double cannot
/// tell apart, and numbers that are not finite are missing too.
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
    /// Not known.
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
    /// An instant, cut down to whole seconds where it is used.
    Time(DateTime<Utc>),
    /// A set of texts.
    Tags(Tags<'a>),
}

/// A borrowed set of texts; the order is of no account and a text given twice counts once.
///
/// Made from a slice of strings or a set of strings, so that nothing is copied. A computed field may be one:
///
/// ```
/// use warmth::{Tags, facts};
///
/// struct Offer { purposes: [&'static str; 2] }
/// facts!(Offer { purposes: Tags<'_> = |offer| offer.purposes[..].into() });
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tags<'a>(Source<'a>);

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    Strings(&'a [String]),
    Texts(&'a [&'a str]),
    Sorted(&'a BTreeSet<String>),
    Hashed(&'a HashSet<String>),
    /// Those of a list in a column.
    Listed {
        items: &'a Items<'a>,
        from: usize,
        to: usize,
    },
}

impl<'a> Tags<'a> {
    /// The items of a list in a column.
    pub(crate) fn listed(items: &'a Items<'a>, from: usize, to: usize) -> Tags<'a> {
        Tags(Source::Listed { items, from, to })
    }
}

impl Tags<'_> {
    /// Whether `tag` is in the set.
    pub fn contains(&self, tag: &str) -> bool {
        match self.0 {
            Source::Sorted(set) => set.contains(tag),
            Source::Hashed(set) => set.contains(tag),
            Source::Strings(_) | Source::Texts(_) | Source::Listed { .. } => self.any(|own| own == tag),
        }
    }

    /// Whether a text of a model is in the set.
    #[inline]
    pub(crate) fn has(&self, literal: &Literal) -> bool {
        match self.0 {
            Source::Strings(tags) => tags.iter().any(|tag| literal.is(tag)),
            Source::Texts(tags) => tags.iter().any(|tag| literal.is(tag)),
            Source::Sorted(set) => set.contains(&**literal),
            Source::Hashed(set) => set.contains(&**literal),
            Source::Listed { .. } => self.any(|tag| literal.is(tag)),
        }
    }

    /// Whether one of the texts of a model is in the set.
    #[inline(always)]
    pub(crate) fn has_any(&self, literals: &Literals) -> bool {
        match self.0 {
            Source::Strings(tags) => tags.iter().any(|tag| literals.has(tag)),
            Source::Texts(tags) => tags.iter().any(|tag| literals.has(tag)),
            Source::Sorted(_) | Source::Hashed(_) | Source::Listed { .. } => self.holds_any(literals),
        }
    }

    #[inline(never)]
    fn holds_any(&self, literals: &[Literal]) -> bool {
        literals.iter().any(|literal| self.has(literal))
    }

    /// How many different texts there are.
    ///
    /// Constant time on a set, quadratic on a slice, which has to be searched for repetitions.
    pub fn count(&self) -> usize {
        fn distinct<T: PartialEq>(tags: &[T]) -> usize {
            tags.iter()
                .enumerate()
                .filter(|(place, tag)| !tags.iter().take(*place).any(|before| before == *tag))
                .count()
        }
        match self.0 {
            Source::Strings(tags) => distinct(tags),
            Source::Texts(tags) => distinct(tags),
            Source::Sorted(set) => set.len(),
            Source::Hashed(set) => set.len(),
            Source::Listed { items, from, to } => {
                let first = |place: &usize| !(from..*place).any(|before| items.get(before) == items.get(*place));
                (from..to).filter(|place| items.get(*place).is_some() && first(place)).count()
            }
        }
    }

    /// Whether `holds` is true of some text in the set.
    pub fn any(&self, mut holds: impl FnMut(&str) -> bool) -> bool {
        match self.0 {
            Source::Strings(tags) => tags.iter().any(|tag| holds(tag)),
            Source::Texts(tags) => tags.iter().any(|tag| holds(tag)),
            Source::Sorted(set) => set.iter().any(|tag| holds(tag)),
            Source::Hashed(set) => set.iter().any(|tag| holds(tag)),
            Source::Listed { items, from, to } => (from..to).filter_map(|item| items.get(item)).any(holds),
        }
    }
}

impl<'a> From<&'a [String]> for Tags<'a> {
    fn from(tags: &'a [String]) -> Tags<'a> {
        Tags(Source::Strings(tags))
    }
}

impl<'a> From<&'a [&'a str]> for Tags<'a> {
    fn from(tags: &'a [&'a str]) -> Tags<'a> {
        Tags(Source::Texts(tags))
    }
}

impl<'a> From<&'a BTreeSet<String>> for Tags<'a> {
    fn from(tags: &'a BTreeSet<String>) -> Tags<'a> {
        Tags(Source::Sorted(tags))
    }
}

impl<'a> From<&'a HashSet<String>> for Tags<'a> {
    fn from(tags: &'a HashSet<String>) -> Tags<'a> {
        Tags(Source::Hashed(tags))
    }
}

/// A Rust type whose values are facts: its kind, and how to read it.
///
/// Implemented for `bool`, whole numbers, floats, texts, `NaiveDate`, `DateTime<Utc>`, lists and sets of strings,
/// [`Tags`], and `Option` of each. [`facts!`](crate::facts!) implements it for an enum of the host's.
///
/// An `f32` is compared as the double it is exactly, which is not the decimal it prints: `0.7_f32` is less than a
/// document's 0.7. Round it into an `f64` in a computed field where that matters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type of fact",
    label = "models cannot read this field",
    note = "facts are `bool`, numbers, texts, `NaiveDate`, `DateTime<Utc>`, lists or sets of `String`, and `Option` of these",
    note = "for an enum of your own write `facts!(enum {Self} {{ Variant => \"text\", ... }})`"
)]
pub trait ToFact {
    /// The kind of every value of this type.
    const KIND: Kind;

    /// Whether a value of this type may be missing.
    const OPTIONAL: bool = false;

    /// The only texts there are, if they are known.
    const TEXTS: Option<&'static [&'static str]> = None;

    /// This value as a fact.
    fn to_fact(&self) -> Fact<'_>;
}

macro_rules! numbers {
    ($($number:ty => |$n:ident| $read:expr;)*) => {$(
        impl From<$number> for Fact<'_> {
            #[inline]
            fn from($n: $number) -> Self {
                $read
            }
        }

        impl ToFact for $number {
            const KIND: Kind = Kind::Number;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
                Fact::from(*self)
            }
        }
    )*};
}

/// A whole number as a fact, missing where a double cannot hold it exactly.
#[expect(clippy::cast_precision_loss, reason = "exact within the bounds that are checked")]
fn whole<'a>(number: i128) -> Fact<'a> {
    const LAST: i128 = 1 << 53;
    if (-LAST..=LAST).contains(&number) { Fact::Number(number as f64) } else { Fact::Missing }
}

numbers! {
    u8 => |n| Fact::Number(f64::from(n));
    i8 => |n| Fact::Number(f64::from(n));
    u16 => |n| Fact::Number(f64::from(n));
    i16 => |n| Fact::Number(f64::from(n));
    u32 => |n| Fact::Number(f64::from(n));
    i32 => |n| Fact::Number(f64::from(n));
    u64 => |n| whole(i128::from(n));
    i64 => |n| whole(i128::from(n));
    usize => |n| i128::try_from(n).map_or(Fact::Missing, whole);
    isize => |n| i128::try_from(n).map_or(Fact::Missing, whole);
    f32 => |n| Fact::Number(f64::from(n));
    f64 => |n| Fact::Number(n);
}

macro_rules! copied {
    ($($value:ty, $kind:ident;)*) => {$(
        impl From<$value> for Fact<'_> {
            #[inline]
            fn from(value: $value) -> Self {
                Fact::$kind(value)
            }
        }

        impl ToFact for $value {
            const KIND: Kind = Kind::$kind;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
                Fact::$kind(*self)
            }
        }
    )*};
}

copied! {
    bool, Flag;
    NaiveDate, Date;
    DateTime<Utc>, Time;
}

macro_rules! texts {
    ($($text:ty)*) => {$(
        impl ToFact for $text {
            const KIND: Kind = Kind::Text;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
                Fact::Text(self)
            }
        }
    )*};
}

texts!(str String Box<str> Cow<'_, str>);

impl<'a> From<&'a str> for Fact<'a> {
    fn from(text: &'a str) -> Fact<'a> {
        Fact::Text(text)
    }
}

impl<'a> From<&'a String> for Fact<'a> {
    fn from(text: &'a String) -> Fact<'a> {
        Fact::Text(text)
    }
}

macro_rules! tags {
    ($($tags:ty => |$own:ident| $read:expr;)*) => {$(
        impl ToFact for $tags {
            const KIND: Kind = Kind::Tags;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
                let $own = self;
                Fact::Tags($read)
            }
        }
    )*};
}

tags! {
    Vec<String> => |tags| tags.as_slice().into();
    BTreeSet<String> => |tags| tags.into();
    HashSet<String> => |tags| tags.into();
}

impl ToFact for Vec<&str> {
    const KIND: Kind = Kind::Tags;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
        Fact::Tags(self.as_slice().into())
    }
}

/// For computed fields, which borrow their tags from somewhere.
impl ToFact for Tags<'_> {
    const KIND: Kind = Kind::Tags;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
        Fact::Tags(*self)
    }
}

impl<'a> From<Tags<'a>> for Fact<'a> {
    fn from(tags: Tags<'a>) -> Fact<'a> {
        Fact::Tags(tags)
    }
}

impl<'a, T: Into<Fact<'a>>> From<Option<T>> for Fact<'a> {
    fn from(value: Option<T>) -> Fact<'a> {
        value.map_or(Fact::Missing, Into::into)
    }
}

impl<T: ToFact> ToFact for Option<T> {
    const KIND: Kind = T::KIND;
    const OPTIONAL: bool = true;
    const TEXTS: Option<&'static [&'static str]> = T::TEXTS;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
        self.as_ref().map_or(Fact::Missing, ToFact::to_fact)
    }
}

impl<T: ToFact + ?Sized> ToFact for &T {
    const KIND: Kind = T::KIND;
    const OPTIONAL: bool = T::OPTIONAL;
    const TEXTS: Option<&'static [&'static str]> = T::TEXTS;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
        (**self).to_fact()
    }
}
