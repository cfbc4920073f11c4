//! Reads a labelled history and finds the kind of each column from its cells.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use warmth::{Kind, Record};

use super::columns::{ColumnUse, Role};
use crate::input::{Cell, Column, FileOptions, Found, Source};
use crate::mapping::form::Form;
use crate::messages::{Messages, Stop, counted, first_few, shortened};
use crate::misfits::{ColumnOf, Misfits};
use crate::names::nearest;
use crate::records::{INSTANT, instant};

/// What to read of a history.
pub(crate) struct Reading<'a> {
    pub(crate) outcome: &'a str,
    /// The column of the subject; `None` for `id`, if there is one.
    pub(crate) id: Option<&'a str>,
    /// The labels of the outcome; empty for `true`.
    pub(crate) positive: &'a [String],
    pub(crate) ignore: &'a [String],
    /// The columns to read; empty for all.
    pub(crate) only: &'a [String],
    /// Columns that are not set aside.
    pub(crate) allow: &'a [String],
}

/// A subject at an instant, and whether the outcome came afterwards.
pub(crate) struct Row {
    /// Rows of the same subject have the same id; without ids, rows have their lines.
    pub(crate) id: String,
    pub(crate) record: Record,
    pub(crate) as_of: DateTime<Utc>,
    pub(crate) outcome: bool,
}

pub(crate) struct Labelled {
    /// By instant.
    pub(crate) rows: Vec<Row>,
    pub(crate) columns: Vec<ColumnUse>,
}

impl Labelled {
    /// The names and kinds of the factors.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, Kind)> {
        let factors = self.columns.iter().filter(|column| column.role == Role::Factor);
        factors.map(|column| (column.name.as_str(), column.kind))
    }
}

/// A row as text, with its line.
struct Line {
    number: u64,
    id: Option<String>,
    as_of: Option<String>,
    label: Option<String>,
    cells: Vec<Option<String>>,
}

/// Reads the id, `as_of`, the outcome and every other column.
pub(crate) fn read_history(path: &Path, reading: &Reading<'_>, messages: &mut Messages) -> Result<Labelled, Stop> {
    let mut source = Source::open(path, &FileOptions::default())?;
    source.write_notes(messages);
    let shown = source.path().to_owned();
    let required = |column: &str| match source.find(column) {
        Ok(Found::Exactly(found)) => Ok(found),
        Ok(_) => {
            let like = nearest(column, source.header().iter().map(String::as_str));
            let like = like.map_or(String::new(), |like| format!("; did you mean `{like}`?"));
            Err(format!("{shown}: the header has no column `{column}`{like}"))
        }
        Err(error) => Err(format!("{shown}: {error}")),
    };
    let (as_of, label) = (required("as_of")?, required(reading.outcome)?);
    let id_name = reading.id.unwrap_or("id");
    let id = match reading.id {
        Some(name) => Some(required(name)?),
        None => source.columns().find(|(_, name)| *name == id_name).map(|(column, _)| column),
    };
    for name in reading.ignore.iter().chain(reading.only) {
        required(name)?;
    }
    let mut read: Vec<(Column, String)> = Vec::new();
    for (column, name) in source.columns().filter(|(_, name)| ![id_name, "as_of", reading.outcome].contains(name)) {
        required(name)?; // refuses a name that the header repeats
        read.push((column, name.to_owned()));
    }
    let mut lines = Vec::new();
    loop {
        match source.advance()? {
            Ok(false) => break,
            Ok(true) => lines.push(Line {
                number: source.line(),
                id: id.and_then(|id| source.cell(id).plain()),
                as_of: source.cell(as_of).plain(),
                label: source.cell(label).plain(),
                cells: read.iter().map(|(column, _)| source.cell(*column).plain()).collect(),
            }),
            Err(message) => return Err(format!("{}: {message}", source.place()).into()),
        }
    }
    labels(&lines, reading, &shown, messages)?;
    let columns = read.iter().enumerate().map(|(index, (_, name))| {
        let cells = lines.iter().map(|line| line.cells.get(index)?.as_deref());
        let mut column = ColumnUse::of(name, &cells);
        if reading.ignore.contains(name) || !(reading.only.is_empty() || reading.only.contains(name)) {
            column.role = Role::Ignored;
        } else if column.role.can_be_allowed() && reading.allow.contains(name) {
            column.role = Role::Factor;
        }
        column
    });
    let mut history = Labelled { rows: Vec::new(), columns: columns.collect() };
    let mut misfits = Misfits::of(&shown);
    for line in &lines {
        if !reading.positive.is_empty() && line.label.is_none() {
            continue;
        }
        history.rows.push(line.read(reading, &history.columns, &shown, &mut misfits)?);
    }
    misfits.write(messages, ["counts as missing", "count as missing"]);
    history.rows.sort_by_key(|row| row.as_of);
    Ok(history)
}

/// Reports what the labels count as.
fn labels(lines: &[Line], reading: &Reading<'_>, shown: &str, messages: &mut Messages) -> Result<(), String> {
    if reading.positive.is_empty() {
        return Ok(());
    }
    let (outcome, mut rows_of) = (reading.outcome, BTreeMap::<&str, u64>::new());
    for label in lines.iter().filter_map(|line| line.label.as_deref()) {
        *rows_of.entry(label).or_default() += 1;
    }
    let labels: Vec<String> = rows_of.iter().map(|(label, rows)| format!("`{}` ({rows})", shortened(label))).collect();
    for wanted in reading.positive {
        if !rows_of.keys().any(|label| is_label(label, wanted)) {
            let found = first_few(&labels, 10);
            return Err(format!("{shown}: no row has `{wanted}` in `{outcome}`; its labels are {found}"));
        }
    }
    let others = rows_of.iter().filter(|(label, _)| !reading.is_positive(label));
    let others: Vec<String> = others.map(|(label, rows)| format!("`{}` ({rows})", shortened(label))).collect();
    if others.len() > 1 {
        let others = first_few(&others, 10);
        messages.note(&format!(
            "{shown}: {others} in `{outcome}` count as rows without the outcome; leave out rows that are not decided yet"
        ));
    }
    let unlabelled = lines.iter().filter(|line| line.label.is_none()).count();
    if unlabelled > 0 {
        let rows = counted(unlabelled, ["row", "rows"]);
        messages.leave_out(u64::try_from(unlabelled).unwrap_or(u64::MAX));
        messages.warning(&format!("{shown}: left out {rows} without a label in `{outcome}`"));
    }
    Ok(())
}

fn is_label(label: &str, wanted: &str) -> bool {
    label.to_lowercase() == wanted.trim().to_lowercase()
}

impl Reading<'_> {
    fn is_positive(&self, label: &str) -> bool {
        self.positive.iter().any(|wanted| is_label(label, wanted))
    }

    /// Whether a label is the outcome.
    fn outcome(&self, label: &str) -> Option<bool> {
        if !self.positive.is_empty() {
            return Some(self.is_positive(label));
        }
        match label.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }
}

impl Line {
    fn read(
        &self,
        reading: &Reading<'_>,
        columns: &[ColumnUse],
        shown: &str,
        misfits: &mut Misfits,
    ) -> Result<Row, String> {
        let form = Form::default();
        let unexpected = |name: &str, expected: &str, found: &Option<String>| {
            let found = found.as_ref().map_or("nothing".to_owned(), |text| format!("`{text}`"));
            format!("{shown}:{}: column `{name}`: expected {expected}, found {found}", self.number)
        };
        let as_of = self.as_of.as_deref().and_then(instant).ok_or_else(|| unexpected("as_of", INSTANT, &self.as_of))?;
        let outcome = self.label.as_deref().and_then(|label| reading.outcome(label)).ok_or_else(|| {
            let wrong = unexpected(reading.outcome, "`true` or `false`", &self.label);
            format!("{wrong}; name the label of the outcome with `--positive LABEL`")
        })?;
        let mut record = Record::new();
        // The model in use may read columns that are no factors.
        for (column, text) in columns.iter().zip(&self.cells) {
            let Some(text) = text else { continue };
            let of = ColumnOf { field: &column.name, column: &column.name, kind: column.kind, form: &form };
            if let Some(value) = misfits.read(of, &Cell::text(text), self.number) {
                record.set(&column.name, value);
            }
        }
        let id = self.id.clone().unwrap_or_else(|| self.number.to_string());
        Ok(Row { id, record, as_of, outcome })
    }
}
