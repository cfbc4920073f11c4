//! The serde form of an activity in binary formats: whole numbers, and each attribute once.

use std::fmt;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::attributes::{Attribute, AttributeTable, MovedSets, SetId};
use super::event::Entry;
use super::{Activity, Resolution};
use crate::time::instants;

/// The only version of the form.
const VERSION: u8 = 1;

/// After the version, which decides the rest.
#[derive(Serialize, Deserialize)]
pub(super) struct BinaryForm {
    resolution: Resolution,
    names: Vec<String>,
    values: Vec<BinaryValue>,
    /// Indices of names and values.
    sets: Vec<Vec<(u32, u32)>>,
    lists: Vec<(String, Vec<BinaryEntry>)>,
}

/// An activity in version 1: the pair of the version and the form.
pub(super) struct Versioned(pub(super) BinaryForm);

impl Serialize for Versioned {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (VERSION, &self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Versioned {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Versioned, D::Error> {
        struct Pair;

        impl<'de> Visitor<'de> for Pair {
            type Value = Versioned;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a version and an activity")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut pair: A) -> Result<Versioned, A::Error> {
                let version = pair.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
                if version != VERSION {
                    // The rest of another version has another form.
                    return Err(A::Error::custom(BinaryError::Version(version)));
                }
                let form = pair.next_element()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
                Ok(Versioned(form))
            }
        }

        deserializer.deserialize_tuple(2, Pair)
    }
}

#[derive(Serialize, Deserialize)]
enum BinaryValue {
    Flag(bool),
    Number(f64),
    Text(String),
}

/// Seconds since the entry before, or since 1970 for the first; count; amount in millionths; set, counted from 1.
type BinaryEntry = (i64, u32, i64, u32);

/// Why a stored activity cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum BinaryError {
    #[error("this version of warmth reads version {VERSION} of stored activities, not version {0}")]
    Version(u8),
    #[error("the attributes of a stored activity are damaged")]
    Attribute,
    #[error("an instant of a stored activity is outside of the years -262143 to 262142")]
    Instant,
    #[error("the event name `{0}` is not in order")]
    Name(String),
}

impl Activity {
    pub(super) fn to_binary(&self) -> Versioned {
        // A table of its own, in the order of the entries: equal activities are the same bytes.
        let (mut used, mut moved) = (AttributeTable::new(), MovedSets::new(self.table()));
        let mut lists = Vec::with_capacity(self.lists.len());
        for list in &self.lists {
            let mut before = 0_i64;
            let entry = |entry: &Entry| {
                let since = entry.at - std::mem::replace(&mut before, entry.at);
                let set = moved.get(entry.attributes, &mut used).map_or(0, SetId::number);
                (since, entry.count, entry.amount, set)
            };
            lists.push((list.name.to_string(), list.entries.iter().map(entry).collect()));
        }
        let (names, values, sets) = used.parts();
        let value = |value: Attribute<'_>| match value {
            Attribute::Flag(flag) => BinaryValue::Flag(flag),
            Attribute::Number(number) => BinaryValue::Number(number),
            Attribute::Text(text) => BinaryValue::Text(text.to_owned()),
        };
        Versioned(BinaryForm {
            resolution: self.resolution,
            names: names.map(str::to_owned).collect(),
            values: values.map(value).collect(),
            sets: sets.map(<[_]>::to_vec).collect(),
            lists,
        })
    }
}

impl TryFrom<Versioned> for Activity {
    type Error = BinaryError;

    fn try_from(Versioned(form): Versioned) -> Result<Activity, BinaryError> {
        let BinaryForm { resolution, names, values, sets, lists } = form;
        let mut activity = Activity::with_resolution(resolution);
        let mut numbers = vec![None];
        if values.iter().any(|value| matches!(value, BinaryValue::Number(number) if !number.is_finite())) {
            return Err(BinaryError::Attribute);
        }
        if !sets.is_empty() {
            numbers.extend(activity.table.get_or_insert_default().read_sets(&names, &values, &sets)?);
        }
        let instants = instants();
        let mut rising: Vec<(String, Vec<Entry>)> = Vec::with_capacity(lists.len());
        for (name, entries) in lists {
            if rising.last().is_some_and(|(before, _)| *before >= name) {
                return Err(BinaryError::Name(name));
            }
            let mut at = 0_i64;
            let mut entry = |(since, count, amount, set): BinaryEntry| {
                at = at.checked_add(since).filter(|at| instants.contains(at)).ok_or(BinaryError::Instant)?;
                let set = usize::try_from(set).ok().and_then(|set| numbers.get(set));
                Ok(Entry { at, count, amount, attributes: *set.ok_or(BinaryError::Attribute)? })
            };
            rising.push((name, entries.into_iter().map(&mut entry).collect::<Result<_, _>>()?));
        }
        activity.take_in(rising);
        Ok(activity)
    }
}

impl AttributeTable {
    /// The numbers of stored sets. Each name and each value is looked up once, however often the sets refer to it.
    fn read_sets(
        &mut self,
        names: &[String],
        values: &[BinaryValue],
        sets: &[Vec<(u32, u32)>],
    ) -> Result<Vec<Option<SetId>>, BinaryError> {
        // Names and values can be long, and sets many. So texts are compared here, and numbers below.
        let mut by_text: Vec<_> = names.iter().enumerate().collect();
        by_text.sort_by_key(|(_, name)| *name);
        if by_text.windows(2).any(|pair| matches!(pair, [(_, a), (_, b)] if a == b)) {
            return Err(BinaryError::Attribute);
        }
        let mut ranked = vec![(0, None); names.len()];
        for (rank, (index, name)) in by_text.into_iter().enumerate() {
            let number = self.intern_name(name);
            ranked.get_mut(index).into_iter().for_each(|own| *own = (rank, number));
        }
        let values: Vec<_> = values.iter().map(|value| self.intern_value(value.as_attribute())).collect();
        let index = |index: u32| usize::try_from(index).ok();
        let mut numbers = Vec::with_capacity(sets.len());
        for set in sets {
            let mut own = Vec::with_capacity(set.len());
            let mut before = None;
            for (name, value) in set {
                let named = index(*name).and_then(|name| ranked.get(name));
                let value = index(*value).and_then(|value| values.get(value));
                let (Some((rank, name)), Some(value)) = (named, value) else { return Err(BinaryError::Attribute) };
                if before.replace(rank) >= Some(rank) {
                    return Err(BinaryError::Attribute);
                }
                own.extend(name.zip(*value));
            }
            numbers.push(self.intern_set(&own));
        }
        Ok(numbers)
    }
}

impl BinaryValue {
    fn as_attribute(&self) -> Attribute<'_> {
        match self {
            BinaryValue::Flag(flag) => Attribute::Flag(*flag),
            BinaryValue::Number(number) => Attribute::Number(*number),
            BinaryValue::Text(text) => Attribute::Text(text),
        }
    }
}
