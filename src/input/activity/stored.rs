//! The serde form of an activity.

use std::collections::BTreeMap;
use std::collections::btree_map;
use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::binary::Versioned;
use super::event::{Entry, Event};
use super::{Activity, Attributes, List, Resolution, listed};
use crate::input::value::Value;
use crate::num::points::Points;
use crate::time::instants;

#[derive(Serialize, Deserialize)]
#[serde(rename = "Activity", deny_unknown_fields)]
struct ActivityForm {
    #[serde(default)]
    resolution: Resolution,
    events: EventLists,
}

type EventRows = Vec<EventRow>;

/// `[unix seconds, count, amount]`, and the attributes if there are any.
struct EventRow {
    at: i64,
    count: u32,
    amount: Points,
    attributes: BTreeMap<String, Value>,
}

impl Serialize for EventRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let EventRow { at, count, amount, attributes } = self;
        if attributes.is_empty() {
            return (at, count, amount).serialize(serializer);
        }
        (at, count, amount, attributes).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for EventRow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EventRow, D::Error> {
        struct EventRowVisitor;

        impl<'de> Visitor<'de> for EventRowVisitor {
            type Value = EventRow;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of unix seconds, count, amount and, if there are any, attributes")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<EventRow, A::Error> {
                let missing = |index| A::Error::invalid_length(index, &self);
                let at = row.next_element()?.ok_or_else(|| missing(0))?;
                let count = row.next_element()?.ok_or_else(|| missing(1))?;
                let amount = row.next_element()?.ok_or_else(|| missing(2))?;
                let attributes: BTreeMap<String, Option<Value>> = row.next_element()?.unwrap_or_default();
                if let Some((name, value)) = attributes.iter().find(|(_, value)| is_no_attribute(value.as_ref())) {
                    let message = format!("the attribute `{name}` is not a flag, a number or a text: `{value:?}`");
                    return Err(A::Error::custom(message));
                }
                if row.next_element::<IgnoredAny>()?.is_some() {
                    return Err(missing(5));
                }
                let known = attributes.into_iter().filter_map(|(name, value)| Some((name, value?)));
                Ok(EventRow { at, count, amount, attributes: known.collect() })
            }
        }

        deserializer.deserialize_seq(EventRowVisitor)
    }
}

fn is_no_attribute(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.as_attribute().is_none())
}

/// The rows by name. No name may be repeated.
#[derive(Serialize)]
#[serde(transparent)]
struct EventLists(BTreeMap<String, EventRows>);

impl<'de> Deserialize<'de> for EventLists {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EventLists, D::Error> {
        struct EventListsVisitor;

        impl<'de> Visitor<'de> for EventListsVisitor {
            type Value = EventLists;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from event name to a list of `[unix seconds, count, amount]`, each with attributes if there are any")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EventLists, A::Error> {
                let mut lists = BTreeMap::new();
                while let Some((name, rows)) = map.next_entry::<String, EventRows>()? {
                    match lists.entry(name) {
                        btree_map::Entry::Vacant(vacant) => _ = vacant.insert(rows),
                        btree_map::Entry::Occupied(occupied) => {
                            let message = format!("the event name `{}` is repeated", occupied.key());
                            return Err(A::Error::custom(message));
                        }
                    }
                }
                Ok(EventLists(lists))
            }
        }

        deserializer.deserialize_map(EventListsVisitor)
    }
}

impl Serialize for Activity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return self.to_binary().serialize(serializer);
        }
        let table = self.table();
        let row = |entry: &Entry| {
            let Event { count, amount, attributes, .. } = entry.event("", table);
            let attributes = attributes.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
            EventRow { at: entry.at, count, amount, attributes }
        };
        let rows = |list: &List| list.entries.iter().map(row).collect();
        let events = self.lists.iter().map(|list| (list.name.to_string(), rows(list))).collect();
        ActivityForm { resolution: self.resolution, events: EventLists(events) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Activity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Activity, D::Error> {
        if !deserializer.is_human_readable() {
            return Versioned::deserialize(deserializer)?.try_into().map_err(D::Error::custom);
        }
        let stored = ActivityForm::deserialize(deserializer)?;
        let instants = instants();
        let outside = |row: &&EventRow| !instants.contains(&row.at);
        if let Some(EventRow { at, .. }) = stored.events.0.values().flatten().find(outside) {
            return Err(D::Error::custom(format!("the instant `{at}` is outside of the years -262143 to 262142")));
        }
        let mut activity = Activity::with_resolution(stored.resolution);
        let mut lists = Vec::new();
        for (name, rows) in stored.events.0 {
            let entry = |EventRow { at, count, amount, attributes }: EventRow| {
                let attributes = activity.interned(Attributes::new(&listed(&attributes)));
                Entry { at, count, amount: amount.micros(), attributes }
            };
            lists.push((name, rows.into_iter().map(entry).collect()));
        }
        activity.take_in(lists);
        Ok(activity)
    }
}
