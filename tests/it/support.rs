//! What the modules of this binary share: random subjects, models from TOML, instants from text.

use std::fmt::Debug;
use std::ops::Range;

use chrono::{DateTime, Utc};
use fastrand::Rng;
use proptest::prelude::ProptestConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;
use warmth::{Model, Record, Scorer};

pub(crate) use crate::common::generate::{Instance, instance};
pub(crate) use crate::common::seeds::scaled;
pub(crate) use crate::common::{activity, model, record, scorer, second};

/// An instant in RFC 3339, or midnight UTC of a date.
#[track_caller]
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T00:00:00Z") };
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
pub(crate) fn toml_model(document: &str) -> Model {
    toml::from_str(document).unwrap_or_else(|error| panic!("{error}\n{document}"))
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

/// Runs `check` on every seed, spread over all processors. A failure names its seed.
pub(crate) fn on_all_processors(seeds: Range<u64>, check: impl Fn(u64) + Sync) {
    let processors = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let check = std::panic::AssertUnwindSafe(check);
    std::thread::scope(|scope| {
        for first in 0..processors {
            let (check, seeds) = (&check, seeds.clone().skip(first as usize).step_by(processors as usize));
            scope.spawn(move || {
                for seed in seeds {
                    let failed = std::panic::catch_unwind(|| check(seed)).is_err();
                    assert!(!failed, "seed {seed} fails");
                }
            });
        }
    });
}

/// Checks that a borrowed and an owned form write the same JSON, byte for byte, and that the JSON reads back.
#[track_caller]
pub(crate) fn assert_same_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(
    borrowed: &impl Serialize,
    owned: &T,
) {
    let json = serde_json::to_string(owned).unwrap();
    assert_eq!(json, serde_json::to_string(borrowed).unwrap());
    assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), owned, "{json}");
}

/// Compares the JSON of a value with a file in `golden`, and reads the file back.
///
/// After a change, run the test with `UPDATE_SNAPSHOTS=1`, and read the difference as a host that stored the old form.
#[track_caller]
pub(crate) fn assert_golden<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, file: &str) {
    let text = assert_golden_text(value, file);
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
}

/// As [`assert_golden`], for values that do not read back. Returns the text of the file.
#[track_caller]
pub(crate) fn assert_golden_text(value: &impl Serialize, file: &str) -> String {
    let path = format!("{}/tests/it/golden/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = serde_json::to_string_pretty(value).unwrap() + "\n";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        std::fs::write(path, &text).unwrap();
        return text;
    }
    let golden = std::fs::read_to_string(path).unwrap();
    assert!(golden == text, "the JSON has changed; run with UPDATE_SNAPSHOTS=1 and read the difference\n{text}");
    golden
}

/// A configuration that tries a property on `full` cases in a full run, and on fewer by default.
pub(crate) fn cases(full: u64) -> ProptestConfig {
    ProptestConfig::with_cases(scaled(full) as u32)
}
