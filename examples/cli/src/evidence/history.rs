//! Reading: a labelled history from CSV, its kinds found from its cells, and a model.

use std::fs;
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use warmth::{Kind, Model, Record, Value};

/// A subject as it was at an instant, and whether the outcome came.
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

pub(crate) fn read_model(path: &Path) -> Result<Model, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads `as_of`, the outcome and every other column but `id`.
pub(crate) fn read_history(path: &Path, outcome: &str) -> Result<Labelled, String> {
    let shown = path.display();
    let mut reader = csv::Reader::from_path(path).map_err(|error| format!("{shown}: {error}"))?;
    let header = reader.headers().map_err(|error| format!("{shown}: {error}"))?.clone();
    let place = |column: &str| {
        let place = header.iter().position(|name| name == column);
        place.ok_or_else(|| format!("{shown}: the header has no column `{column}`"))
    };
    let (as_of, outcome_place) = (place("as_of")?, place(outcome)?);
    let rows: Result<Vec<csv::StringRecord>, _> = reader.records().collect();
    let rows = rows.map_err(|error| format!("{shown}: {error}"))?;
    let columns: Vec<(usize, &str)> = header
        .iter()
        .enumerate()
        .filter(|(place, name)| *place != as_of && *place != outcome_place && *name != "id")
        .collect();
    let kinds: Vec<Kind> = columns
        .iter()
        .map(|(place, _)| kind(&rows.iter().filter_map(|row| row.get(*place)).filter(|cell| !cell.is_empty())))
        .collect();
    let read = |row: &csv::StringRecord| -> Result<Row, String> {
        let cell = |place: usize| row.get(place).unwrap_or_default();
        let line = row.position().map_or(0, csv::Position::line);
        let expected = |column: &str, what: &str, place: usize| {
            format!("{shown}:{line}: column `{column}`: expected {what}, found `{}`", cell(place))
        };
        let instant = DateTime::parse_from_rfc3339(cell(as_of))
            .map_err(|_| expected("as_of", "an instant such as `2026-06-01T00:00:00Z`", as_of))?;
        let came = cell(outcome_place).parse().map_err(|_| expected(outcome, "`true` or `false`", outcome_place))?;
        let known = columns.iter().zip(&kinds).filter(|((place, _), _)| !cell(*place).is_empty());
        let record = known.map(|((place, name), kind)| (*name, value(cell(*place), *kind))).collect();
        Ok(Row { record, as_of: instant.to_utc(), outcome: came })
    };
    let mut rows = rows.iter().map(read).collect::<Result<Vec<Row>, String>>()?;
    rows.sort_by_key(|row| row.as_of);
    let fields = columns.into_iter().map(|(_, name)| name.to_owned()).zip(kinds).collect();
    Ok(Labelled { rows, fields })
}

/// What all cells of a column are.
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

fn value(cell: &str, kind: Kind) -> Value {
    match kind {
        Kind::Flag => (cell == "true").into(),
        Kind::Number => cell.parse::<f64>().unwrap_or(f64::NAN).into(),
        Kind::Tags => cell.split(';').map(str::to_owned).collect::<Vec<_>>().into(),
        _ => cell.into(),
    }
}
