//! One value and its kind.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};

use super::super::buffers::Items;
use crate::literal::{Literal, Literals};

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
    /// A civil date. On an open type also a time, which counts as its civil day.
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

/// A borrowed set of texts. The order does not matter, and a text that is repeated counts once.
///
/// Made from a slice or a set of strings without copying. A computed field can be of this type:
///
/// ```
/// use warmth::{Tags, facts};
///
/// struct Offer { purposes: [&'static str; 2] }
/// facts!(Offer { purposes: Tags<'_> = |offer| offer.purposes[..].into() });
/// ```
#[derive(Clone, Copy)]
pub struct Tags<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Strings(&'a [String]),
    Texts(&'a [&'a str]),
    Sorted(&'a BTreeSet<String>),
    Hashed(&'a HashSet<String>),
    /// A list or set of another type.
    Other(&'a (dyn TagSet + Sync)),
    /// The items of a list in a column.
    Listed {
        items: &'a Items<'a>,
        from: usize,
        to: usize,
    },
}

/// A list or set whose elements are [`Tag`]s.
trait TagSet {
    fn any(&self, holds: &mut dyn FnMut(&str) -> bool) -> bool;
}

macro_rules! tag_sets {
    ($([$($generics:tt)*] $set:ty;)*) => {$(
        impl<$($generics)*> TagSet for $set {
            fn any(&self, holds: &mut dyn FnMut(&str) -> bool) -> bool {
                self.iter().any(|tag| holds(tag.tag()))
            }
        }
    )*};
}

tag_sets! {
    [T: Tag] Vec<T>;
    [T: Tag] &[T];
    [T: Tag, const N: usize] [T; N];
    [T: Tag] BTreeSet<T>;
    [T: Tag] HashSet<T>;
}

impl<'a> Tags<'a> {
    /// The items of a list in a column.
    pub(crate) fn listed(items: &'a Items<'a>, from: usize, to: usize) -> Tags<'a> {
        Tags(Source::Listed { items, from, to })
    }
}

impl Tags<'_> {
    /// Returns whether `tag` is in the set.
    pub fn contains(&self, tag: &str) -> bool {
        match self.0 {
            Source::Sorted(set) => set.contains(tag),
            Source::Hashed(set) => set.contains(tag),
            Source::Strings(_) | Source::Texts(_) | Source::Other(_) | Source::Listed { .. } => {
                self.any(|own| own == tag)
            }
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
            Source::Other(_) | Source::Listed { .. } => self.any(|tag| literal.is(tag)),
        }
    }

    /// Whether one of the texts of a model is in the set.
    #[inline(always)]
    pub(crate) fn has_any(&self, literals: &Literals) -> bool {
        match self.0 {
            Source::Strings(tags) => tags.iter().any(|tag| literals.has(tag)),
            Source::Texts(tags) => tags.iter().any(|tag| literals.has(tag)),
            Source::Sorted(_) | Source::Hashed(_) | Source::Other(_) | Source::Listed { .. } => {
                self.contains_any(literals)
            }
        }
    }

    #[inline(never)]
    fn contains_any(&self, literals: &[Literal]) -> bool {
        literals.iter().any(|literal| self.has(literal))
    }

    /// Returns the number of different texts.
    ///
    /// Takes constant time for a set of strings, and quadratic time for lists and for sets of other types, which may
    /// repeat a text.
    pub fn count(&self) -> usize {
        match self.0 {
            Source::Sorted(set) => set.len(),
            Source::Hashed(set) => set.len(),
            Source::Strings(_) | Source::Texts(_) | Source::Other(_) | Source::Listed { .. } => self.distinct(),
        }
    }

    fn distinct(&self) -> usize {
        let (mut index, mut distinct) = (0, 0);
        self.any(|tag| {
            let mut earlier = 0;
            self.any(|other| {
                earlier += 1;
                earlier > index || other == tag
            });
            // The search ends at the tag itself unless an equal one comes first.
            distinct += usize::from(earlier > index);
            index += 1;
            false
        });
        distinct
    }

    /// Returns whether `holds` is true for some text in the set.
    pub fn any(&self, mut holds: impl FnMut(&str) -> bool) -> bool {
        match self.0 {
            Source::Strings(tags) => tags.iter().any(|tag| holds(tag)),
            Source::Texts(tags) => tags.iter().any(|tag| holds(tag)),
            Source::Sorted(set) => set.iter().any(|tag| holds(tag)),
            Source::Hashed(set) => set.iter().any(|tag| holds(tag)),
            Source::Other(set) => set.any(&mut holds),
            Source::Listed { items, from, to } => (from..to).filter_map(|item| items.get(item)).any(holds),
        }
    }

    fn to_vec(self) -> Vec<String> {
        let mut tags = Vec::new();
        self.any(|tag| {
            tags.push(tag.to_owned());
            false
        });
        tags
    }
}

impl fmt::Debug for Tags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.to_vec()).finish()
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
/// | kind | types |
/// | --- | --- |
/// | flag | `bool` |
/// | number | integers and floats |
/// | text | `str`, `String`, `Cow<str>`, enums declared with [`facts!`](crate::facts!) |
/// | date | `NaiveDate` |
/// | time | `DateTime` of any time zone, converted to UTC |
/// | tags | `Vec`, slice, array, `BTreeSet` and `HashSet` of `String`, `&str` or declared enums; [`Tags`] |
///
/// `Option`, references, `Box`, `Rc` and `Arc` of each implement it too. [`facts!`](crate::facts!) implements it for your
/// enums and newtypes.
///
/// An `f32` is compared as the double with exactly its value, which is not the decimal that it prints: `0.7_f32` is less
/// than a document's 0.7. If that matters, round it to an `f64` in a computed field.
#[diagnostic::on_unimplemented(
    message = "models cannot read a field of type `{Self}`",
    label = "`{Self}` is not a type of fact",
    note = "facts are `bool`, numbers, texts, dates, `DateTime`, lists or sets of texts, and `Option` of these",
    note = "for an enum write `facts!(enum {Self} {{ Variant => \"text\", ... }})`, for a newtype `facts!(newtype {Self}(Inner))`",
    note = "for any other type write a computed field: `name: u32 = |subject| ...`, or a path to a field inside it: `name = outer.inner`"
)]
pub trait ToFact {
    /// The kind of every value of this type.
    const KIND: Kind;

    /// The only texts that exist, if they are known.
    const TEXTS: Option<&'static [&'static str]> = None;

    /// Whether [`into_fact`](ToFact::into_fact) may return an owned value. By default texts and tags are owned.
    const OWNED: bool = matches!(Self::KIND, Kind::Text | Kind::Tags);

    /// Returns this value as a fact that borrows from it.
    fn to_fact(&self) -> Fact<'_>;

    /// Converts this value, the result of a computed field, into a fact.
    ///
    /// Texts and tags are copied unless the type overrides this method. References and other borrowing types do.
    #[inline]
    fn into_fact<'a>(self) -> FactCow<'a>
    where
        Self: Sized + 'a,
    {
        FactCow::Borrowed(match self.to_fact() {
            Fact::Text(text) => return FactCow::Text(text.to_owned()),
            Fact::Tags(tags) => return FactCow::Tags(tags.to_vec()),
            Fact::Missing => Fact::Missing,
            Fact::Flag(flag) => Fact::Flag(flag),
            Fact::Number(number) => Fact::Number(number),
            Fact::Date(date) => Fact::Date(date),
            Fact::Time(time) => Fact::Time(time),
        })
    }
}

/// A type whose every value is one text, so that lists and sets of it are tags.
///
/// Implemented for `String` and `&str`. [`facts!`](crate::facts!) implements it for your enums.
#[diagnostic::on_unimplemented(
    message = "models cannot read a list or set of `{Self}`",
    label = "`{Self}` is not a type of tag",
    note = "tags are `String`, `&str`, and enums declared with `facts!(enum {Self} {{ Variant => \"text\", ... }})`",
    note = "for any other list write a computed field: `name: Vec<String> = |subject| ...`"
)]
pub trait Tag: Sized {
    /// The only texts that exist, if they are known.
    const TEXTS: Option<&'static [&'static str]> = None;

    /// Returns the text.
    fn tag(&self) -> &str;

    /// Returns a slice as tags, for types that [`Tags`] reads without dynamic dispatch.
    #[doc(hidden)]
    #[inline]
    fn slice(_: &[Self]) -> Option<Tags<'_>> {
        None
    }

    /// Returns a sorted set as tags, for types that [`Tags`] can look up.
    #[doc(hidden)]
    #[inline]
    fn sorted(_: &BTreeSet<Self>) -> Option<Tags<'_>> {
        None
    }

    /// Returns a hashed set as tags, for types that [`Tags`] can look up.
    #[doc(hidden)]
    #[inline]
    fn hashed(_: &HashSet<Self>) -> Option<Tags<'_>> {
        None
    }
}

impl Tag for String {
    fn tag(&self) -> &str {
        self
    }

    #[inline]
    fn slice(tags: &[String]) -> Option<Tags<'_>> {
        Some(tags.into())
    }

    #[inline]
    fn sorted(tags: &BTreeSet<String>) -> Option<Tags<'_>> {
        Some(tags.into())
    }

    #[inline]
    fn hashed(tags: &HashSet<String>) -> Option<Tags<'_>> {
        Some(tags.into())
    }
}

impl Tag for &str {
    fn tag(&self) -> &str {
        self
    }

    #[inline]
    fn slice(tags: &[Self]) -> Option<Tags<'_>> {
        Some(tags.into())
    }
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

/// An integer as a fact, missing if it is not exact as a double.
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
}

impl<Z: TimeZone> From<DateTime<Z>> for Fact<'_> {
    #[inline]
    fn from(time: DateTime<Z>) -> Self {
        Fact::Time(time.to_utc())
    }
}

impl<Z: TimeZone> ToFact for DateTime<Z> {
    const KIND: Kind = Kind::Time;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
        Fact::Time(self.to_utc())
    }
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

texts!(str String Cow<'_, str>);

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
    ($([$($generics:tt)*] $tags:ty => |$own:ident| $known:expr;)*) => {$(
        impl<$($generics)*> ToFact for $tags {
            const KIND: Kind = Kind::Tags;
            const TEXTS: Option<&'static [&'static str]> = T::TEXTS;

            #[inline]
            fn to_fact(&self) -> Fact<'_> {
                let $own = self;
                Fact::Tags($known.unwrap_or(Tags(Source::Other(self))))
            }
        }
    )*};
}

tags! {
    [T: Tag + Sync] Vec<T> => |tags| T::slice(tags);
    [T: Tag + Sync] &[T] => |tags| T::slice(tags);
    [T: Tag + Sync, const N: usize] [T; N] => |tags| T::slice(tags);
    [T: Tag + Sync] BTreeSet<T> => |tags| T::sorted(tags);
    [T: Tag + Sync] HashSet<T> => |tags| T::hashed(tags);
}

impl ToFact for Tags<'_> {
    const KIND: Kind = Kind::Tags;
    const OWNED: bool = false;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
        Fact::Tags(*self)
    }

    #[inline]
    fn into_fact<'a>(self) -> FactCow<'a>
    where
        Self: 'a,
    {
        FactCow::Borrowed(Fact::Tags(self))
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
    const OWNED: bool = T::OWNED;
    const TEXTS: Option<&'static [&'static str]> = T::TEXTS;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
        self.as_ref().map_or(Fact::Missing, ToFact::to_fact)
    }

    #[inline]
    fn into_fact<'a>(self) -> FactCow<'a>
    where
        Self: 'a,
    {
        self.map_or(FactCow::Borrowed(Fact::Missing), ToFact::into_fact)
    }
}

impl<T: ToFact + ?Sized> ToFact for &T {
    const KIND: Kind = T::KIND;
    const OWNED: bool = false;
    const TEXTS: Option<&'static [&'static str]> = T::TEXTS;

    #[inline]
    fn to_fact(&self) -> Fact<'_> {
        (**self).to_fact()
    }

    #[inline]
    fn into_fact<'a>(self) -> FactCow<'a>
    where
        Self: 'a,
    {
        FactCow::Borrowed(self.to_fact())
    }
}

macro_rules! pointers {
    ($($pointer:ident)*) => {$(
        impl<T: ToFact + ?Sized> ToFact for $pointer<T> {
            const KIND: Kind = T::KIND;
            const TEXTS: Option<&'static [&'static str]> = T::TEXTS;

            #[inline]
            fn to_fact(&self) -> Fact<'_> {
                (**self).to_fact()
            }
        }
    )*};
}

pointers!(Box Rc Arc);
