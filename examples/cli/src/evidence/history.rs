//! Reads a labelled history and finds the kind of each column from its cells.

use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use warmth::{Kind, Record};

use crate::input::{Cell, Column, FileOptions, Found, Source};
use crate::mapping::form::Form;
use crate::messages::{Messages, Stop};
use crate::misfits::{ColumnOf, Misfits};
use crate::records::{INSTANT, instant};

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

/// A row as text, with its line.
struct Line {
    number: u64,
    as_of: Option<String>,
    outcome: Option<String>,
    cells: Vec<Option<String>>,
}

/// Reads `as_of`, the outcome and every other column but `id`.
pub(crate) fn read_history(path: &Path, outcome: &str, messages: &mut Messages) -> Result<Labelled, Stop> {
    let mut source = Source::open(path, &FileOptions::default())?;
    source.write_notes(messages);
    let shown = source.path().to_owned();
    let required = |column: &str| match source.find(column) {
        Ok(Found::Exactly(found)) => Ok(found),
        Ok(_) => Err(format!("{shown}: the header has no column `{column}`")),
        Err(error) => Err(format!("{shown}: {error}")),
    };
    let (as_of, label) = (required("as_of")?, required(outcome)?);
    let mut columns: Vec<(Column, String)> = Vec::new();
    for (column, name) in source.columns().filter(|(_, name)| !["id", "as_of", outcome].contains(name)) {
        required(name)?; // refuses a name that the header repeats
        columns.push((column, name.to_owned()));
    }
    let mut lines = Vec::new();
    loop {
        match source.advance()? {
            Ok(false) => break,
            Ok(true) => lines.push(Line {
                number: source.line(),
                as_of: source.cell(as_of).plain(),
                outcome: source.cell(label).plain(),
                cells: columns.iter().map(|(column, _)| source.cell(*column).plain()).collect(),
            }),
            Err(message) => return Err(format!("{}: {message}", source.place()).into()),
        }
    }
    let fields: Vec<(String, Kind)> = columns
        .into_iter()
        .enumerate()
        .map(|(index, (_, name))| {
            let cells = lines.iter().filter_map(|line| line.cells.get(index)?.as_deref());
            (name, kind(&cells))
        })
        .collect();
    let mut misfits = Misfits::of(&shown);
    let mut rows = Vec::new();
    for line in &lines {
        rows.push(read(line, outcome, &fields, &shown, &mut misfits)?);
    }
    misfits.write(messages, ["counts as missing", "count as missing"]);
    rows.sort_by_key(|row| row.as_of);
    Ok(Labelled { rows, fields })
}

fn read(
    line: &Line,
    outcome: &str,
    fields: &[(String, Kind)],
    shown: &str,
    misfits: &mut Misfits,
) -> Result<Row, String> {
    let form = Form::default();
    let unexpected = |name: &str, expected: &str, found: &Option<String>| {
        let found = found.as_ref().map_or("nothing".to_owned(), |text| format!("`{text}`"));
        format!("{shown}:{}: column `{name}`: expected {expected}, found {found}", line.number)
    };
    let at = line.as_of.as_deref().and_then(instant).ok_or_else(|| unexpected("as_of", INSTANT, &line.as_of))?;
    let came = match line.outcome.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("true") => true,
        Some("false") => false,
        _ => return Err(unexpected(outcome, "`true` or `false`", &line.outcome)),
    };
    let mut record = Record::new();
    for ((name, kind), text) in fields.iter().zip(&line.cells) {
        let Some(text) = text else { continue };
        let cell = Cell::text(text);
        let of = ColumnOf { field: name, column: name, kind: *kind, form: &form };
        if let Some(value) = misfits.read(of, &cell, line.number) {
            record.set(name, value);
        }
    }
    Ok(Row { record, as_of: at, outcome: came })
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
