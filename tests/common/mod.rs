//! What several test binaries share: random instances, and their conversion into what the engine takes.
//!
//! Each binary compiles this module for itself and uses every item, so no item needs a waiver for dead code. Helpers
//! that only the binary `it` uses are in `it/support.rs`.

pub(crate) mod generate;
pub(crate) mod reach;
pub(crate) mod seeds;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use warmth::{Activity, Attribute, Event, Model, Points, Record, Scorer, Value};

use generate::Instance;

/// The facts and events of an instance. A list with an item that is not a text is of the wrong type as a whole.
pub(crate) fn record(instance: &Instance) -> Record {
    let mut record = Record::new();
    for (field, value) in &instance.facts {
        let value: Option<Value> = match value {
            Json::Null | Json::Object(_) => None,
            Json::Bool(flag) => Some((*flag).into()),
            Json::Number(_) => serde_json::from_value(value.clone()).ok(),
            Json::String(text) => Some(text.as_str().into()),
            Json::Array(items) => {
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>().map(Value::from)
            }
        };
        if let Some(value) = value {
            record.set(field, value);
        }
    }
    record.with_activity(activity(instance))
}

pub(crate) fn activity(instance: &Instance) -> Activity {
    let mut activity = Activity::new();
    for event in &instance.events {
        let attributes: Vec<_> =
            event.attributes.iter().map(|(name, value)| (name.as_str(), attribute(value))).collect();
        let recorded = Event::new(&event.event, second(event.at)).count(event.count).attributes(&attributes);
        activity.record_event(recorded.amount(Points::from_micros(event.amount_micros)));
    }
    activity
}

fn attribute(value: &Json) -> Attribute<'_> {
    match value {
        Json::Bool(flag) => Attribute::Flag(*flag),
        Json::String(text) => Attribute::Text(text),
        number => Attribute::Number(number.as_f64().expect("an attribute is a flag, a number or a text")),
    }
}

/// An instant in seconds since 1970-01-01T00:00:00Z.
pub(crate) fn second(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(secs, 0).unwrap()
}

#[track_caller]
pub(crate) fn model(document: &Json) -> Model {
    Model::read(document).unwrap_or_else(|error| panic!("{error}\n{document:#}"))
}

#[track_caller]
pub(crate) fn scorer(model: &Model) -> Scorer<Record> {
    Scorer::new(model).unwrap_or_else(|error| panic!("{error}\n{model:#?}"))
}
