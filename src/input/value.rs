//! A value without a Rust type.

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::de::{Error as _, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::num::json::json_number;

/// A value in a [`Record`](crate::Record), or of an attribute of an event.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// True or false.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text. Where a model reads a date, `"2026-11-22"` and RFC 3339 times are dates.
    Text(String),
    /// A set of texts.
    Tags(Vec<String>),
    /// A civil date.
    Date(NaiveDate),
    /// An instant.
    Time(DateTime<Utc>),
}

macro_rules! values {
    ($($from:ty, $kind:ident, $convert:expr;)*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Value {
                let convert: fn($from) -> _ = $convert;
                Value::$kind(convert(value))
            }
        }
    )*};
}

values! {
    bool, Flag, |flag| flag;
    f64, Number, |number| number;
    i32, Number, f64::from;
    u32, Number, f64::from;
    &str, Text, str::to_owned;
    String, Text, |text| text;
    Vec<String>, Tags, |tags| tags;
    NaiveDate, Date, |date| date;
    DateTime<Utc>, Time, |time| time;
}

impl<const N: usize> From<[&str; N]> for Value {
    fn from(tags: [&str; N]) -> Value {
        Value::Tags(tags.map(str::to_owned).into())
    }
}

/// Prints the value bare: `9`, `green`, `crm, billing`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Flag(flag) => write!(f, "{flag}"),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => f.write_str(text),
            Value::Tags(tags) => f.write_str(&tags.join(", ")),
            Value::Date(date) => write!(f, "{date}"),
            Value::Time(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

/// Dates and times serialize as text, numbers that are not finite as null.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) if number.is_finite() => serializer.serialize_f64(*number),
            Value::Number(_) => serializer.serialize_none(),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Tags(tags) => serializer.collect_seq(tags),
            Value::Date(date) => serializer.collect_str(date),
            Value::Time(time) => serializer.collect_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        struct AnyValue;

        impl<'de> Visitor<'de> for AnyValue {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false, a number, a text or a list of texts")
            }

            fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
                Ok(Value::Flag(flag))
            }

            fn visit_i64<E>(self, whole: i64) -> Result<Value, E> {
                Ok(whole.into())
            }

            fn visit_u64<E>(self, whole: u64) -> Result<Value, E> {
                Ok(i64::try_from(whole).unwrap_or(i64::MAX).into())
            }

            fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
                Ok(Value::Number(number))
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(text.into())
            }

            fn visit_string<E>(self, text: String) -> Result<Value, E> {
                Ok(text.into())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
                let mut tags = Vec::new();
                while let Some(tag) = list.next_element()? {
                    tags.push(tag);
                }
                Ok(Value::Tags(tags))
            }

            /// A fraction of `serde_json` with `arbitrary_precision`.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                match json_number(&mut map)? {
                    Some(number) => self.visit_f64(number),
                    None => Err(A::Error::invalid_type(Unexpected::Map, &self)),
                }
            }
        }

        deserializer.deserialize_any(AnyValue)
    }
}
