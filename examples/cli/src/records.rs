//! Reading: the model, the events, and the records one at a time.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value as Json;
use warmth::{Activity, Kind, Model, Points, Record, Scorer, Value};

use crate::Stop;

pub(crate) fn read_model(path: &Path) -> Result<Model, Stop> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let model = match extension(path) {
        "toml" => toml::from_str(&text).map_err(|error| error.to_string()),
        "json" => serde_json::from_str(&text).map_err(|error| error.to_string()),
        _ => Err("expected a model in a .toml or .json file".to_owned()),
    };
    Ok(model.map_err(|error| format!("{}: {error}", path.display()))?)
}

/// What every id did. Rows may come in any order.
pub(crate) fn read_events(path: &Path, skipped: &mut u64) -> Result<HashMap<String, Activity>, Stop> {
    let mut table = Table::open(path, &["id", "event", "at"], &["count", "amount"])?;
    let mut activities = HashMap::new();
    while table.advance(skipped)? {
        if let Err(message) = record_event(&table, &mut activities) {
            table.report(&message, skipped);
        }
    }
    Ok(activities)
}

fn record_event(table: &Table, activities: &mut HashMap<String, Activity>) -> Result<(), String> {
    let id = table.required(0)?;
    let event = table.required(1)?;
    let at = instant(table.required(2)?).map_err(|expected| table.unexpected(2, expected))?;
    let count = match table.cell(3) {
        Some(text) => text.parse().map_err(|_| table.unexpected(3, "a whole number below 2^32"))?,
        None => 1,
    };
    let amount = match table.cell(4) {
        Some(text) => text.parse().map_err(|_| table.unexpected(4, "a decimal with up to 6 places"))?,
        None => Points::ZERO,
    };
    match activities.get_mut(id) {
        Some(activity) => activity.record_with(event, at, count, amount),
        None => activities.entry(id.to_owned()).or_default().record_with(event, at, count, amount),
    }
    Ok(())
}

/// The records, each with those columns that the model reads and with its activity.
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
    ) -> Result<Records, Stop> {
        let fields: Vec<_> = scorer.fields().map(|field| (field.name().to_owned(), field.kind())).collect();
        let mut optional = vec!["name"];
        optional.extend(fields.iter().map(|(name, _)| name.as_str()));
        let table = Table::open(path, &["id"], &optional)?;
        for (column, (name, _)) in (2..).zip(&fields) {
            if !table.has(column) {
                eprintln!("score: warning: {} has no column `{name}`, which the model reads", path.display());
            }
        }
        Ok(Records { table, fields, activities, ids: HashSet::new() })
    }

    /// The next record that can be read, with its id. Its activity is moved into it.
    pub(crate) fn next(&mut self, skipped: &mut u64) -> Result<Option<(String, Record)>, Stop> {
        while self.table.advance(skipped)? {
            match self.read() {
                Ok(record) => return Ok(Some(record)),
                Err(message) => self.table.report(&message, skipped),
            }
        }
        Ok(None)
    }

    fn read(&mut self) -> Result<(String, Record), String> {
        let id = self.table.required(0)?.to_owned();
        if !self.ids.insert(id.clone()) {
            return Err(format!("column `id`: `{id}` stands further up as well"));
        }
        let activity = self.activities.remove(&id).unwrap_or_default();
        let mut record = Record::new().with_activity(activity);
        for (column, (name, kind)) in (2..).zip(&self.fields) {
            if let Some(object) = &self.table.object {
                if let Some(value) = self.typed(object, name, *kind) {
                    record.set(name, value);
                }
            } else if let Some(text) = self.table.cell(column) {
                record.set(name, fact(text, *kind).map_err(|expected| self.table.unexpected(column, expected))?);
            }
        }
        Ok((id, record))
    }

    /// A value of a JSON object. One of another type than the model reads counts as missing, with a warning.
    fn typed(&self, object: &Object, name: &str, kind: Kind) -> Option<Value> {
        let value = object.get(name).filter(|value| !value.is_null())?;
        let typed = serde_json::from_value::<Value>(value.clone()).ok().filter(|value| value.fits(kind));
        if typed.is_none() {
            let Table { path, line, .. } = &self.table;
            eprintln!("{path}:{line}: warning: `{name}` is read as {kind}, so `{value}` counts as missing");
        }
        typed
    }

    /// The name of the current record; empty if it has none.
    pub(crate) fn name(&self) -> String {
        self.table.cell(1).unwrap_or_default().to_owned()
    }

    /// To be asked at the end: what no record has taken by then belongs to no record.
    pub(crate) fn warn_of_unknown_ids(&self) {
        if !self.activities.is_empty() {
            let counts = self.activities.values().flat_map(Activity::events).map(|event| u64::from(event.count));
            let events: u64 = counts.sum();
            let ids = self.activities.len();
            eprintln!("score: warning: {events} events belong to ids without a record ({ids} of them)");
        }
    }
}

/// The text of a cell as the model means it, or what was expected.
fn fact(text: &str, kind: Kind) -> Result<Value, &'static str> {
    match kind {
        Kind::Flag => text.parse::<bool>().map(Value::from).map_err(|_| "`true` or `false`"),
        Kind::Number => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => Ok(Value::from(whole)),
            (_, Ok(number)) if number.is_finite() => Ok(Value::from(number)),
            _ => Err("a number"),
        },
        Kind::Date | Kind::Time => match (text.parse::<NaiveDate>(), instant(text)) {
            (Err(_), Err(_)) => Err("a date such as `2026-11-22` or an instant such as `2026-11-22T18:00:00Z`"),
            _ => Ok(Value::from(text)),
        },
        Kind::Tags => Ok(Value::from(text.split(';').map(|tag| tag.trim().to_owned()).collect::<Vec<_>>())),
        _ => Ok(Value::from(text)),
    }
}

/// The instant, or what was expected.
pub(crate) fn instant(text: &str) -> Result<DateTime<Utc>, &'static str> {
    let at = DateTime::parse_from_rfc3339(text).map_err(|_| "an instant such as `2026-11-22T18:00:00Z`")?;
    Ok(at.to_utc())
}

fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or("")
}

/// A file of rows, of which one at a time is in memory. Columns are numbered as they were asked for.
struct Table {
    path: String,
    columns: Vec<String>,
    places: Vec<Option<usize>>, // where in a row each column stands, if it is there
    rows: Rows,
    row: csv::StringRecord,
    object: Option<Object>, // the row as JSON has it
    line: u64,              // where the row begins, from 1
}

type Object = HashMap<String, Json>;

enum Rows {
    Csv { reader: csv::Reader<File>, width: usize },
    Jsonl(BufReader<File>),
}

impl Table {
    fn open(path: &Path, required: &[&str], optional: &[&str]) -> Result<Table, Stop> {
        let shown = path.display().to_string();
        let file = File::open(path).map_err(|error| format!("{shown}: {error}"))?;
        let columns: Vec<_> = required.iter().chain(optional).map(ToString::to_string).collect();
        let (rows, places) = match extension(path) {
            "csv" => {
                // Lines end in a line feed here, and a carriage return before it is trimmed away: taking the two as one
                // end, as the reader would by itself, makes its line numbers late by one.
                let mut settings = csv::ReaderBuilder::new();
                let mut reader = settings
                    .terminator(csv::Terminator::Any(b'\n'))
                    .trim(csv::Trim::All)
                    .flexible(true)
                    .from_reader(file);
                let header = reader.headers().map_err(|error| format!("{shown}: {error}"))?;
                let place = |column: &String| header.iter().position(|name| name == column);
                let places: Vec<_> = columns.iter().map(place).collect();
                let width = header.len();
                (Rows::Csv { reader, width }, places)
            }
            "jsonl" => (Rows::Jsonl(BufReader::new(file)), (0..columns.len()).map(Some).collect()),
            _ => return Err(format!("{shown}: expected a .csv or .jsonl file").into()),
        };
        if let Some((name, _)) = required.iter().zip(&places).find(|(_, place)| place.is_none()) {
            return Err(format!("{shown}: the header has no column `{name}`").into());
        }
        Ok(Table { path: shown, columns, places, rows, row: csv::StringRecord::new(), object: None, line: 0 })
    }

    /// Goes to the next row; false at the end of the file. What is no row at all is reported and passed over.
    fn advance(&mut self, skipped: &mut u64) -> Result<bool, Stop> {
        loop {
            match self.read_row().map_err(|error| format!("{}: {error}", self.path))? {
                Ok(found) => return Ok(found),
                Err(message) => self.report(&message, skipped),
            }
        }
    }

    /// The outer error is the file's, the inner one the row's.
    fn read_row(&mut self) -> io::Result<Result<bool, String>> {
        match &mut self.rows {
            Rows::Csv { reader, width } => loop {
                let read = reader.read_record(&mut self.row);
                let position = read.as_ref().map_or_else(csv::Error::position, |_| self.row.position());
                self.line = position.map_or(self.line, csv::Position::line);
                return match read {
                    Ok(true) if self.row.iter().eq([""]) => continue, // a blank line
                    Ok(true) if self.row.len() != *width => {
                        Ok(Err(format!("expected {width} cells, found {}", self.row.len())))
                    }
                    Ok(found) => Ok(Ok(found)),
                    Err(error) if error.is_io_error() => Err(error.into()),
                    Err(_) => Ok(Err("expected text in UTF-8".to_owned())),
                };
            },
            Rows::Jsonl(reader) => {
                let mut text = String::new();
                while text.trim().is_empty() {
                    text.clear();
                    self.line += 1;
                    if reader.read_line(&mut text)? == 0 {
                        return Ok(Ok(false));
                    }
                }
                let object: Result<Object, _> = serde_json::from_str(text.trim());
                Ok(match object {
                    Ok(object) => {
                        self.row = self.columns.iter().map(|column| plain_text(object.get(column))).collect();
                        self.object = Some(object);
                        Ok(true)
                    }
                    Err(error) => {
                        let message = format!("expected a JSON object: {error}");
                        Err(message.replace(" at line 1 column ", " at character "))
                    }
                })
            }
        }
    }

    fn report(&self, message: &str, skipped: &mut u64) {
        eprintln!("{}:{}: {message}", self.path, self.line);
        *skipped += 1;
    }

    fn has(&self, column: usize) -> bool {
        self.places.get(column).is_some_and(Option::is_some)
    }

    /// What stands in a column of the row; `None` if it is empty or the column is not there.
    fn cell(&self, column: usize) -> Option<&str> {
        let place = self.places.get(column).copied().flatten()?;
        self.row.get(place).filter(|text| !text.is_empty())
    }

    fn required(&self, column: usize) -> Result<&str, String> {
        self.cell(column).ok_or_else(|| self.unexpected(column, "a text"))
    }

    fn unexpected(&self, column: usize, expected: &str) -> String {
        let name = self.columns.get(column).map_or("", String::as_str);
        let found = self.cell(column).map_or("nothing".to_owned(), |text| format!("`{text}`"));
        format!("column `{name}`: expected {expected}, found {found}")
    }
}

/// A text or a number as a CSV file would have it; nothing for what has no such form.
fn plain_text(value: Option<&Json>) -> String {
    match value {
        Some(Json::String(text)) => text.clone(),
        Some(number @ Json::Number(_)) => number.to_string(),
        _ => String::new(),
    }
}
