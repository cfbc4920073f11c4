//! A subject without a Rust type: a map of values, for rows, tests and tools.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::tags::TagIndex;
use super::{Fact, Facts, Field, Kind, Tags};
use crate::input::activity::Activity;
use crate::input::value::Value;
use crate::time::{parse_date, parse_instant};

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

impl Record {
    /// Copies the known facts of a subject. The record has no activity.
    pub(crate) fn copied<'f>(subject: &impl Facts, fields: impl Iterator<Item = &'f Field>) -> Record {
        let mut record = Record::new();
        for field in fields {
            let cow = subject.fact_cow(field);
            let fact = Some(cow.as_fact()).filter(|fact| field.kind().admits(fact));
            if let Some(value) = fact.and_then(value_of) {
                record.set(field.name(), value);
            }
        }
        record
    }
}

fn value_of(fact: Fact<'_>) -> Option<Value> {
    Some(match fact {
        Fact::Missing => return None,
        Fact::Flag(flag) => flag.into(),
        Fact::Number(number) => number.into(),
        Fact::Text(text) => text.into(),
        Fact::Date(date) => date.into(),
        Fact::Time(time) => time.into(),
        Fact::Tags(tags) => tags.to_vec().into(),
    })
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

/// An integer beyond ±2^53 is not exact as a double. It becomes NaN, which is missing.
impl From<i64> for Value {
    fn from(whole: i64) -> Value {
        match Fact::from(whole) {
            Fact::Number(number) => Value::Number(number),
            _ => Value::Number(f64::NAN),
        }
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
