//! Models, events and records.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use warmth::{Activity, Kind, Model, Points, Record, Scorer, Value};

use crate::messages::{Messages, Stop};
use crate::table::{Table, extension};

pub(crate) fn read_model(path: &Path) -> Result<Model, Stop> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let model = match extension(path) {
        "toml" => toml::from_str(&text).map_err(|error| error.to_string()),
        "json" => serde_json::from_str(&text).map_err(|error| error.to_string()),
        _ => Err("expected a model in a .toml or .json file".to_owned()),
    };
    Ok(model.map_err(|error| format!("{}: {error}", path.display()))?)
}

/// The activity of each id. Rows may be in any order.
pub(crate) fn read_events(path: &Path, messages: &mut Messages) -> Result<HashMap<String, Activity>, Stop> {
    let mut table = Table::open(path, &["id", "event", "at"], &["count", "amount"], messages)?;
    let mut activities = HashMap::new();
    while table.advance(messages)? {
        if let Err(message) = record_event(&table, &mut activities) {
            messages.skip(table.place(), &message);
        }
    }
    Ok(activities)
}

fn record_event(table: &Table, activities: &mut HashMap<String, Activity>) -> Result<(), String> {
    let id = table.required(0)?;
    let event = table.required(1)?;
    let at = table.required(2)?;
    let at = instant(at).ok_or_else(|| table.unexpected(2, INSTANT))?;
    let count = match table.cell(3) {
        Some(text) => text.parse().map_err(|_| table.unexpected(3, "a whole number below 2^32"))?,
        None => 1,
    };
    let amount = match table.cell(4) {
        Some(text) => text.parse().map_err(|_| table.unexpected(4, "a decimal with up to 6 places"))?,
        None => Points::ZERO,
    };
    match activities.get_mut(id) {
        _ if count == 0 => {} // records nothing, not even an id
        Some(activity) => activity.record_with(event, at, count, amount),
        None => activities.entry(id.to_owned()).or_default().record_with(event, at, count, amount),
    }
    Ok(())
}

/// The records of a file, each with its activity and with those columns that the model reads.
pub(crate) struct Records {
    table: Table,
    fields: Vec<(String, Kind)>, // the columns of the table after `id` and `name`
    activities: HashMap<String, Activity>,
    ids: HashSet<String>,
}

impl Records {
    pub(crate) fn open(
        path: &Path,
        scorer: &Scorer<Record>,
        activities: HashMap<String, Activity>,
        messages: &Messages,
    ) -> Result<Records, Stop> {
        let fields: Vec<_> = scorer.fields().map(|field| (field.name().to_owned(), field.kind())).collect();
        let mut optional = vec!["name"];
        optional.extend(fields.iter().map(|(name, _)| name.as_str()));
        let table = Table::open(path, &["id"], &optional, messages)?;
        for (column, (name, _)) in (2..).zip(&fields) {
            if !table.has(column) {
                messages.warning(&format!("{} has no column `{name}`, which the model reads", table.path()));
            }
        }
        Ok(Records { table, fields, activities, ids: HashSet::new() })
    }

    /// The next record that can be read, with its id. Moves its activity into it.
    pub(crate) fn next(&mut self, messages: &mut Messages) -> Result<Option<(String, Record)>, Stop> {
        while self.table.advance(messages)? {
            match self.read(messages) {
                Ok(record) => return Ok(Some(record)),
                Err(message) => messages.skip(self.table.place(), &message),
            }
        }
        Ok(None)
    }

    fn read(&mut self, messages: &Messages) -> Result<(String, Record), String> {
        let id = self.table.required(0)?.to_owned();
        if !self.ids.insert(id.clone()) {
            return Err(format!("column `id`: `{id}` is the id of an earlier row"));
        }
        let activity = self.activities.remove(&id).unwrap_or_default();
        let mut record = Record::new().with_activity(activity);
        for (column, (name, kind)) in (2..).zip(&self.fields) {
            let cell: &str;
            let (shown, value): (&dyn Display, _) = if let Some(object) = self.table.object() {
                let Some(json) = object.get(name).filter(|json| !json.is_null()) else { continue };
                (json, serde_json::from_value::<Value>(json.clone()).ok())
            } else {
                let Some(text) = self.table.cell(column) else { continue };
                cell = text;
                let value = fact(cell, *kind).map_err(|expected| self.table.unexpected(column, expected))?;
                (&cell, Some(value))
            };
            match value.filter(|value| is_known(value, *kind)) {
                Some(value) => record.set(name, value),
                None => messages.warning_at(self.table.place(), &counts_as_missing(name, *kind, shown)),
            }
        }
        Ok((id, record))
    }

    /// The name of the current record; empty if it has none.
    pub(crate) fn name(&self) -> String {
        self.table.cell(1).unwrap_or_default().to_owned()
    }

    /// Warns of the events that no record has. Call it after the last record.
    pub(crate) fn warn_of_unknown_ids(&self, messages: &Messages) {
        if !self.activities.is_empty() {
            let counts = self.activities.values().flat_map(Activity::events).map(|event| u64::from(event.count));
            let events: u64 = counts.sum();
            let ids = self.activities.len();
            messages.warning(&format!("{events} events belong to ids without a record ({ids} of them)"));
        }
    }
}

/// Whether a field of that kind has this value. A whole number beyond 2^53 is missing, however it is written.
pub(crate) fn is_known(value: &Value, kind: Kind) -> bool {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53: every double beyond it is a whole number
    value.fits(kind) && !matches!(value, Value::Number(number) if number.abs() > EXACT)
}

pub(crate) fn counts_as_missing(field: &str, kind: Kind, value: impl Display) -> String {
    format!("`{field}` is read as {kind}, so `{value}` counts as missing")
}

/// The text of a cell as a value of that kind, or a description of the texts that are one.
pub(crate) fn fact(text: &str, kind: Kind) -> Result<Value, &'static str> {
    match kind {
        Kind::Flag => text.parse::<bool>().map(Value::from).map_err(|_| "`true` or `false`"),
        Kind::Number => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => Ok(Value::from(whole)),
            (_, Ok(number)) if number.is_finite() => Ok(Value::from(number)),
            _ => Err("a number"),
        },
        Kind::Date | Kind::Time => Some(Value::from(text))
            .filter(|value| value.fits(kind))
            .ok_or("a date such as `2026-11-22` or an instant such as `2026-11-22T18:00:00Z`"),
        // Exports of check boxes begin or end with the separator.
        Kind::Tags => {
            let tags = text.split(';').map(str::trim).filter(|tag| !tag.is_empty());
            Ok(Value::from(tags.map(str::to_owned).collect::<Vec<_>>()))
        }
        _ => Ok(Value::from(text)),
    }
}

/// A description of the texts that [`instant`] reads.
pub(crate) const INSTANT: &str = "an instant such as `2026-11-22T18:00:00Z`";

/// Reads an instant as the library does: chrono alone also reads a space for the `T`, and small letters.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    Value::from(text).fits(Kind::Time).then_some(at)
}
