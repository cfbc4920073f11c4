//! The serde form of an activity.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Activity, Entry, List, Resolution};
use crate::num::points::Points;

#[derive(Serialize, Deserialize)]
#[serde(rename = "Activity", deny_unknown_fields)]
struct ActivityForm {
    #[serde(default)]
    resolution: Resolution,
    events: BTreeMap<String, Vec<(i64, u32, Points)>>,
}

impl Serialize for Activity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = |list: &List| list.entries.iter().map(|e| (e.at, e.count, Points::from_micros(e.amount))).collect();
        let events = self.lists.iter().map(|list| (list.name.to_string(), rows(list))).collect();
        ActivityForm { resolution: self.resolution, events }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Activity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Activity, D::Error> {
        let stored = ActivityForm::deserialize(deserializer)?;
        let mut activity = Activity::with_resolution(stored.resolution);
        for (name, rows) in stored.events {
            let entry = |(at, count, amount): (i64, u32, Points)| Entry { at, count, amount: amount.micros() };
            activity.take_in(&name, rows.into_iter().map(entry));
        }
        Ok(activity)
    }
}
