//! The subjects of the shipped portfolio.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use warmth::{Activity, Kind, Record, Scorer, Value};

pub(crate) fn shipped(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data").join(file)
}

/// The records in the order of `accounts.csv`, each with its events and every field that the model reads.
pub(crate) fn records(scorer: &Scorer<Record>) -> Vec<Record> {
    let mut activities: HashMap<String, Activity> = HashMap::new();
    for row in csv::Reader::from_path(shipped("events.csv")).unwrap().records() {
        let row = row.unwrap();
        let cell = |column: usize| Some(&row[column]).filter(|text| !text.is_empty());
        let count = cell(3).map_or(1, |text| text.parse().unwrap());
        let amount = cell(4).unwrap_or("0").parse().unwrap();
        activities.entry(row[0].to_owned()).or_default().record_with(&row[1], row[2].parse().unwrap(), count, amount);
    }
    let mut accounts = csv::Reader::from_path(shipped("accounts.csv")).unwrap();
    let header = accounts.headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|column| column == name);
    let fields: Vec<_> = scorer
        .fields()
        .map(|field| (column(field.name()).unwrap_or_else(|| panic!("no column {}", field.name())), field))
        .collect();
    let record = |row: csv::StringRecord| {
        let mut record = Record::new().with_activity(activities.get(&row[0]).cloned().unwrap_or_default());
        for (column, field) in &fields {
            let text = &row[*column];
            if !text.is_empty() {
                record.set(field.name(), value(text, field.kind()));
            }
        }
        record
    };
    accounts.records().map(|row| record(row.unwrap())).collect()
}

fn value(text: &str, kind: Kind) -> Value {
    match kind {
        Kind::Flag => text.parse::<bool>().unwrap().into(),
        Kind::Number => text.parse::<f64>().unwrap().into(),
        Kind::Tags => text.split(';').map(str::to_owned).collect::<Vec<_>>().into(),
        _ => text.into(),
    }
}
