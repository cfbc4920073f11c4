//! The serde form of an activity in binary formats: whole numbers, and each attribute once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::attributes::{Attribute, AttributeTable, Attributes, SetId};
use super::event::Entry;
use super::{Activity, Resolution};
use crate::time::second_of;

/// The only version of the form.
const VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
#[serde(rename = "Activity")]
pub(super) struct BinaryForm {
    version: u8,
    resolution: Resolution,
    names: Vec<String>,
    values: Vec<BinaryValue>,
    /// Indices of names and values.
    sets: Vec<Vec<(u32, u32)>>,
    lists: Vec<(String, Vec<BinaryEntry>)>,
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
    #[error("version {0} of a stored activity is newer than version {VERSION}; use a newer version of warmth")]
    Version(u8),
    #[error("a stored activity refers to an attribute that it does not have")]
    Attribute,
    #[error("an instant of a stored activity is outside of the years -262143 to 262142")]
    Instant,
    #[error("the event name `{0}` is not in order")]
    Name(String),
}

impl Activity {
    pub(super) fn to_binary(&self) -> BinaryForm {
        // A table of its own, in the order of the entries: equal activities are the same bytes.
        let mut used = AttributeTable::new();
        let mut lists = Vec::with_capacity(self.lists.len());
        for list in &self.lists {
            let mut before = 0_i64;
            let entry = |entry: &Entry| {
                let since = entry.at - std::mem::replace(&mut before, entry.at);
                let set = used.intern(self.table().view(entry.attributes)).map_or(0, SetId::number);
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
        BinaryForm {
            version: VERSION,
            resolution: self.resolution,
            names: names.map(str::to_owned).collect(),
            values: values.map(value).collect(),
            sets: sets.map(<[_]>::to_vec).collect(),
            lists,
        }
    }
}

impl TryFrom<BinaryForm> for Activity {
    type Error = BinaryError;

    fn try_from(form: BinaryForm) -> Result<Activity, BinaryError> {
        let BinaryForm { version, resolution, names, values, sets, lists } = form;
        if version != VERSION {
            return Err(BinaryError::Version(version));
        }
        let mut activity = Activity::with_resolution(resolution);
        let mut numbers = vec![None];
        for set in sets {
            let attribute = |(name, value): (u32, u32)| {
                let at = |index: u32| usize::try_from(index).ok();
                let value = match at(value).and_then(|value| values.get(value))? {
                    BinaryValue::Flag(flag) => Attribute::Flag(*flag),
                    BinaryValue::Number(number) => Attribute::Number(*number),
                    BinaryValue::Text(text) => Attribute::Text(text),
                };
                Some((at(name).and_then(|name| names.get(name))?.as_str(), value))
            };
            let attributes: Option<Vec<_>> = set.into_iter().map(attribute).collect();
            numbers.push(activity.interned(Attributes::new(&attributes.ok_or(BinaryError::Attribute)?)));
        }
        let instants = second_of(DateTime::<Utc>::MIN_UTC)..=second_of(DateTime::<Utc>::MAX_UTC);
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
