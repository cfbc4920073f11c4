//! Rust types whose values are facts.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeZone};

use super::fact::{Fact, FactCow, Kind};

/// A Rust type whose values are facts: its kind, and how to read it.
///
/// | kind | types |
/// | --- | --- |
/// | flag | `bool` |
/// | number | integers and floats |
/// | text | `str`, `String`, `Cow<str>`, enums declared with [`facts!`](crate::facts!) |
/// | date | `NaiveDate` |
/// | time | `DateTime` of any time zone, converted to UTC |
/// | tags | `Vec`, slice, array, `BTreeSet` and `HashSet` of `String`, `&str` or declared enums; [`Tags`](super::Tags) |
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
    /// Copies texts and tags, except for references and other borrowing types, which override this method.
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
