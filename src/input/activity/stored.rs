//! The serde form of an activity.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Activity, List, Resolution};
use crate::num::points::Points;
use crate::time::second_of;

#[derive(Serialize, Deserialize)]
#[serde(rename = "Activity", deny_unknown_fields)]
struct ActivityForm {
    #[serde(default)]
    resolution: Resolution,
    events: EventLists,
}

type EventRows = Vec<(i64, u32, Points)>;

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
                f.write_str("a map from event name to a list of `[unix seconds, count, amount]`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EventLists, A::Error> {
                let mut lists = BTreeMap::new();
                while let Some((name, rows)) = map.next_entry::<String, EventRows>()? {
                    match lists.entry(name) {
                        Entry::Vacant(vacant) => _ = vacant.insert(rows),
                        Entry::Occupied(occupied) => {
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
        let rows = |list: &List| list.entries.iter().map(|e| (e.at, e.count, Points::from_micros(e.amount))).collect();
        let events = self.lists.iter().map(|list| (list.name.to_string(), rows(list))).collect();
        ActivityForm { resolution: self.resolution, events: EventLists(events) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Activity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Activity, D::Error> {
        let stored = ActivityForm::deserialize(deserializer)?;
        let instants = second_of(DateTime::<Utc>::MIN_UTC)..=second_of(DateTime::<Utc>::MAX_UTC);
        let outside = |(at, ..): &&(i64, u32, Points)| !instants.contains(at);
        if let Some((at, ..)) = stored.events.0.values().flatten().find(outside) {
            return Err(D::Error::custom(format!("the instant `{at}` is outside of the years -262143 to 262142")));
        }
        let mut activity = Activity::with_resolution(stored.resolution);
        let entry = |(at, count, amount): (i64, u32, Points)| super::Entry { at, count, amount: amount.micros() };
        activity.take_in(stored.events.0.into_iter().map(|(name, rows)| (name, rows.into_iter().map(entry))));
        Ok(activity)
    }
}
