//! A subject without a Rust type: a map of values, for rows, tests and tools.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::de::{Error as _, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::tags::TagIndex;
use super::{Fact, Facts, Field, Kind, Tags};
use crate::input::activity::Activity;
use crate::num::json::json_number;
use crate::time::{parse_date, parse_instant};

/// A value in a [`Record`].
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

/// A subject without a Rust type: a map from field name to value, and an activity.
///
/// For rows of a CSV or JSON file, for tests and for tools. The same [`Scorer`](crate::Scorer) scores records and
/// structs. The kinds of the fields follow from the operators that the model uses. A field is missing if it is not set,
/// or if its value does not [fit](Value::fits) the kind that the model reads.
///
/// ```
/// use warmth::Record;
///
/// let mut record = Record::new().with("nps", 9).with("health", "green").with("tech_stack", ["crm", "billing"]);
/// record.activity_mut().record("login", "2026-11-20T08:00:00Z".parse()?);
/// # Ok::<(), chrono::ParseError>(())
/// ```
///
/// It serializes as the map of its facts, without the activity; null is missing. Deserializing needs a self-describing
/// format, such as JSON, TOML or CBOR.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    facts: BTreeMap<String, Value>,
    /// The indexes of long lists of tags.
    tag_indexes: BTreeMap<String, TagIndex>,
    activity: Activity,
}

impl Record {
    /// Creates a record without facts and events.
    pub const fn new() -> Record {
        Record { facts: BTreeMap::new(), tag_indexes: BTreeMap::new(), activity: Activity::new() }
    }

    /// Returns the record with one more fact.
    #[must_use]
    pub fn with(mut self, field: impl Into<String>, value: impl Into<Value>) -> Record {
        self.set(field, value);
        self
    }

    /// Sets a fact and replaces an earlier value of the field.
    pub fn set(&mut self, field: impl Into<String>, value: impl Into<Value>) {
        let (field, value) = (field.into(), value.into());
        let tag_index = match &value {
            Value::Tags(tags) => TagIndex::of(tags),
            _ => None,
        };
        match tag_index {
            Some(index) => self.tag_indexes.insert(field.clone(), index),
            None => self.tag_indexes.remove(&field),
        };
        self.facts.insert(field, value);
    }

    /// Returns the record without a fact; the field is then missing.
    ///
    /// ```
    /// # use warmth::Record;
    /// let record = Record::new().with("nps", 9).with("seats", 3);
    /// assert_eq!(record.clone().without("seats"), Record::new().with("nps", 9));
    /// ```
    #[must_use]
    pub fn without(mut self, field: &str) -> Record {
        self.remove(field);
        self
    }

    /// Removes a fact and returns it. The field is then missing.
    ///
    /// ```
    /// # use warmth::{Record, Value};
    /// let mut record = Record::new().with("nps", 9);
    /// assert_eq!(record.remove("nps"), Some(Value::Number(9.0)));
    /// assert_eq!(record.remove("nps"), None);
    /// ```
    pub fn remove(&mut self, field: &str) -> Option<Value> {
        self.tag_indexes.remove(field);
        self.facts.remove(field)
    }

    /// Returns the value of a field, if it is set.
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.facts.get(field)
    }

    /// Returns every field that is set, ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.facts.iter().map(|(field, value)| (field.as_str(), value))
    }

    /// Returns the record with this activity.
    #[must_use]
    pub fn with_activity(mut self, activity: Activity) -> Record {
        self.activity = activity;
        self
    }

    /// Returns the activity, to record events.
    pub fn activity_mut(&mut self) -> &mut Activity {
        &mut self.activity
    }
}

impl Facts for Record {
    const FIELDS: &'static [Field] = &[];
    const OPEN: bool = true;

    fn fact(&self, field: &Field) -> Fact<'_> {
        match self.facts.get(field.name()) {
            None => Fact::Missing,
            Some(Value::Tags(tags)) => Fact::Tags(match self.tag_indexes.get(field.name()) {
                Some(index) => Tags::indexed(tags, index),
                None => tags.as_slice().into(),
            }),
            Some(value) => value.fact(field.kind()),
        }
    }

    fn activity(&self) -> &Activity {
        &self.activity
    }
}

/// A date or a time written as text.
fn moment(text: &str) -> Fact<'static> {
    parse_date(text).map(Fact::Date).or_else(|| parse_instant(text).map(Fact::Time)).unwrap_or_default()
}

impl Value {
    /// The value as a fact of a field of this kind.
    pub(crate) fn fact(&self, kind: Kind) -> Fact<'_> {
        match self {
            Value::Text(text) if matches!(kind, Kind::Date | Kind::Time) => moment(text),
            Value::Flag(flag) => Fact::Flag(*flag),
            Value::Number(number) => Fact::Number(*number),
            Value::Text(text) => Fact::Text(text),
            Value::Tags(tags) => Fact::Tags(tags.as_slice().into()),
            Value::Date(date) => Fact::Date(*date),
            Value::Time(time) => Fact::Time(*time),
        }
    }

    /// Returns whether a field of this kind can have this value. If not, the field is missing.
    pub fn fits(&self, kind: Kind) -> bool {
        kind.admits(&self.fact(kind))
    }
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

/// An integer beyond ±2^53 is not exact as a double. It becomes NaN, which is missing.
impl From<i64> for Value {
    fn from(whole: i64) -> Value {
        match Fact::from(whole) {
            Fact::Number(number) => Value::Number(number),
            _ => Value::Number(f64::NAN),
        }
    }
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

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(&self.facts)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Record, D::Error> {
        struct Row;

        impl<'de> Visitor<'de> for Row {
            type Value = Record;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from field name to value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
                let mut record = Record::new();
                while let Some((field, value)) = map.next_entry::<String, Option<Value>>()? {
                    // The last of repeated fields counts, also if it is null.
                    match value {
                        Some(value) => record.set(field, value),
                        None => _ = record.remove(&field),
                    }
                }
                Ok(record)
            }
        }

        deserializer.deserialize_map(Row)
    }
}

impl<F: Into<String>, V: Into<Value>> FromIterator<(F, V)> for Record {
    fn from_iter<I: IntoIterator<Item = (F, V)>>(facts: I) -> Record {
        let mut record = Record::new();
        record.extend(facts);
        record
    }
}

impl<F: Into<String>, V: Into<Value>> Extend<(F, V)> for Record {
    fn extend<I: IntoIterator<Item = (F, V)>>(&mut self, facts: I) {
        for (field, value) in facts {
            self.set(field, value);
        }
    }
}
