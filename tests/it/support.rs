//! What the test modules share: subjects from random instances, scorers from documents, instants from text.

use std::ops::Range;

use chrono::{DateTime, Utc};
use fastrand::Rng;
use serde_json::Value as Json;
use warmth::{Activity, Model, Points, Record, Scorer, Value};

use crate::generate::{Instance, instance};

/// The oracle's facts as a record; a list with anything but texts in it is of the wrong type as a whole.
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
        activity.record_with(&event.event, second(event.at), event.count, Points::from_micros(event.amount_micros));
    }
    activity
}

pub(crate) fn second(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(secs, 0).unwrap()
}

/// An instant in RFC 3339, or midnight UTC of a date.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(crate) fn model(document: &Json) -> Model {
    Model::read(document).unwrap_or_else(|error| panic!("{error}\n{document:#}"))
}

pub(crate) fn toml_model(document: &str) -> Model {
    toml::from_str(document).unwrap_or_else(|error| panic!("{error}\n{document}"))
}

pub(crate) fn scorer(model: &Model) -> Scorer<Record> {
    Scorer::new(model).unwrap_or_else(|error| panic!("{error}\n{model:#?}"))
}

/// A random instance, read and compiled.
pub(crate) struct Subject {
    pub(crate) seed: u64,
    pub(crate) instance: Instance,
    pub(crate) model: Model,
    pub(crate) scorer: Scorer<Record>,
    pub(crate) record: Record,
    pub(crate) as_of: DateTime<Utc>,
}

pub(crate) fn subject(seed: u64) -> Subject {
    let instance = instance(&mut Rng::with_seed(seed));
    let model = model(&instance.model);
    let scorer = scorer(&model);
    Subject { seed, model, scorer, record: record(&instance), as_of: second(instance.as_of), instance }
}

pub(crate) fn subjects(seeds: Range<u64>) -> impl Iterator<Item = Subject> {
    seeds.map(subject)
}

/// Runs `check` on a range of seeds on every processor; the first seed that fails is named.
pub(crate) fn on_all_processors(seeds: Range<u64>, check: impl Fn(u64) + Sync) {
    let processors = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let check = std::panic::AssertUnwindSafe(check);
    std::thread::scope(|scope| {
        for first in 0..processors {
            let (check, own) = (&check, seeds.clone().skip(first as usize).step_by(processors as usize));
            scope.spawn(move || {
                for seed in own {
                    let failed = std::panic::catch_unwind(|| check(seed)).is_err();
                    assert!(!failed, "seed {seed} fails");
                }
            });
        }
    });
}
