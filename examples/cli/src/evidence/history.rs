//! Reads a labelled history from CSV and finds the kind of each column from its cells.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use warmth::{Kind, Record};

use crate::messages::Messages;
use crate::records::{INSTANT, counts_as_missing, fact, instant, is_known};
use crate::table::warn_of_repeated_columns;

/// A subject at an instant, and whether the outcome came afterwards.
pub(crate) struct Row {
    pub(crate) record: Record,
    pub(crate) as_of: DateTime<Utc>,
    pub(crate) outcome: bool,
}

pub(crate) struct Labelled {
    /// By instant.
    pub(crate) rows: Vec<Row>,
    pub(crate) fields: Vec<(String, Kind)>,
}

/// Reads `as_of`, the outcome and every other column but `id`.
pub(crate) fn read_history(path: &Path, outcome: &str, messages: &Messages) -> Result<Labelled, String> {
    let shown = path.display().to_string();
    let mut reader = csv::Reader::from_path(path).map_err(|error| format!("{shown}: {error}"))?;
    let header = reader.headers().map_err(|error| format!("{shown}: {error}"))?.clone();
    warn_of_repeated_columns(&shown, &header, |name| name != "id", messages);
    let index = |column: &str| header.iter().position(|name| name == column);
    let required = |column: &str| index(column).ok_or_else(|| format!("{shown}: the header has no column `{column}`"));
    let (as_of, label) = (required("as_of")?, required(outcome)?);
    let rows: Result<Vec<csv::StringRecord>, _> = reader.records().collect();
    let rows = rows.map_err(|error| format!("{shown}: {error}"))?;
    let columns: Vec<(usize, &str, Kind)> = header
        .iter()
        .enumerate()
        .filter(|(column, name)| index(name) == Some(*column) && !["id", "as_of", outcome].contains(name))
        .map(|(column, name)| {
            let cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty());
            (column, name, kind(&cells))
        })
        .collect();
    let read = |row: &csv::StringRecord| -> Result<Row, String> {
        let cell = |column: usize| row.get(column).unwrap_or_default();
        let place = format!("{shown}:{}", row.position().map_or(0, csv::Position::line));
        let unexpected = |name: &str, expected: &str, column: usize| {
            format!("{place}: column `{name}`: expected {expected}, found `{}`", cell(column))
        };
        let at = instant(cell(as_of)).ok_or_else(|| unexpected("as_of", INSTANT, as_of))?;
        let came = cell(label).parse().map_err(|_| unexpected(outcome, "`true` or `false`", label))?;
        let mut record = Record::new();
        for (column, name, kind) in columns.iter().filter(|(column, ..)| !cell(*column).is_empty()) {
            let value = fact(cell(*column), *kind).map_err(|expected| unexpected(name, expected, *column))?;
            if is_known(&value, *kind) {
                record.set(*name, value);
            } else {
                messages.warning_at(&place, &counts_as_missing(name, *kind, cell(*column)));
            }
        }
        Ok(Row { record, as_of: at, outcome: came })
    };
    let mut rows = rows.iter().map(read).collect::<Result<Vec<Row>, String>>()?;
    rows.sort_by_key(|row| row.as_of);
    let fields = columns.into_iter().map(|(_, name, kind)| (name.to_owned(), kind)).collect();
    Ok(Labelled { rows, fields })
}

/// The kind that all cells of a column have.
fn kind<'a>(cells: &(impl Iterator<Item = &'a str> + Clone)) -> Kind {
    let all = |is: fn(&str) -> bool| cells.clone().all(is);
    if all(|cell| cell.parse::<bool>().is_ok()) {
        Kind::Flag
    } else if all(|cell| cell.parse::<f64>().is_ok_and(f64::is_finite)) {
        Kind::Number
    } else if all(|cell| cell.parse::<NaiveDate>().is_ok()) {
        Kind::Date
    } else if cells.clone().any(|cell| cell.contains(';')) {
        Kind::Tags
    } else {
        Kind::Text
    }
}
