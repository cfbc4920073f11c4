//! Files of rows, CSV or JSON lines, read one row at a time.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use serde_json::Value as Json;

use crate::messages::{Messages, Stop};

/// A file of rows. One row at a time is in memory. Columns are numbered in the order in which `open` names them.
pub(crate) struct Table {
    path: String,
    columns: Vec<String>,
    cells: Vec<Option<usize>>, // the index of each column in a row, if the file has it
    rows: Rows,
    row: csv::StringRecord,
    object: Option<Object>, // the row of a JSON file
    line: u64,              // the line on which the row begins, from 1
}

pub(crate) type Object = HashMap<String, Json>;

enum Rows {
    Csv { reader: csv::Reader<File>, width: usize },
    Jsonl { reader: BufReader<File>, line: Vec<u8> },
}

const NOT_UTF8: &str = "expected text in UTF-8";

impl Table {
    pub(crate) fn open(path: &Path, required: &[&str], optional: &[&str], messages: &Messages) -> Result<Table, Stop> {
        let shown = path.display().to_string();
        let file = File::open(path).map_err(|error| format!("{shown}: {error}"))?;
        let columns: Vec<_> = required.iter().chain(optional).map(ToString::to_string).collect();
        let (rows, cells) = match extension(path) {
            "csv" => {
                // The reader takes a line feed as the end of a line, and trims the carriage return before it. With its
                // default terminator its line numbers are late by one after a carriage return.
                let mut settings = csv::ReaderBuilder::new();
                let mut reader = settings
                    .terminator(csv::Terminator::Any(b'\n'))
                    .trim(csv::Trim::All)
                    .flexible(true)
                    .from_reader(file);
                let header = reader.headers().map_err(|error| format!("{shown}: {error}"))?;
                warn_of_repeated_columns(&shown, header, |name| columns.iter().any(|column| column == name), messages);
                let cells = columns.iter().map(|column| header.iter().position(|name| name == column)).collect();
                let width = header.len();
                (Rows::Csv { reader, width }, cells)
            }
            "jsonl" => {
                let cells = (0..columns.len()).map(Some).collect();
                (Rows::Jsonl { reader: BufReader::new(file), line: Vec::new() }, cells)
            }
            _ => return Err(format!("{shown}: expected a .csv or .jsonl file").into()),
        };
        let table = Table { path: shown, columns, cells, rows, row: csv::StringRecord::new(), object: None, line: 0 };
        match required.iter().enumerate().find(|(column, _)| !table.has(*column)) {
            Some((_, name)) => Err(format!("{}: the header has no column `{name}`", table.path).into()),
            None => Ok(table),
        }
    }

    /// Goes to the next row; false at the end of the file. Reports and skips what is not a row.
    pub(crate) fn advance(&mut self, messages: &mut Messages) -> Result<bool, Stop> {
        loop {
            match self.read_row().map_err(|error| format!("{}: {error}", self.path))? {
                Ok(found) => return Ok(found),
                Err(message) => messages.skip(self.place(), &message),
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
                    Err(_) => Ok(Err(NOT_UTF8.to_owned())),
                };
            },
            Rows::Jsonl { reader, line } => loop {
                line.clear();
                self.line += 1;
                if reader.read_until(b'\n', line)? == 0 {
                    return Ok(Ok(false));
                }
                let Ok(mut text) = str::from_utf8(line) else { return Ok(Err(NOT_UTF8.to_owned())) };
                if self.line == 1 {
                    text = text.strip_prefix('\u{feff}').unwrap_or(text); // a byte order mark
                }
                if text.trim().is_empty() {
                    continue;
                }
                let object: Result<Object, _> = serde_json::from_str(text.trim());
                return Ok(match object {
                    Ok(object) => {
                        self.row = self.columns.iter().map(|column| plain_text(object.get(column))).collect();
                        self.object = Some(object);
                        Ok(true)
                    }
                    Err(error) => {
                        let message = format!("expected a JSON object: {error}");
                        Err(message.replace(" at line 1 column ", " at character "))
                    }
                });
            },
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The place of the row, for messages.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }

    pub(crate) fn has(&self, column: usize) -> bool {
        self.cells.get(column).is_some_and(Option::is_some)
    }

    /// The row as a JSON object; `None` in a CSV file.
    pub(crate) fn object(&self) -> Option<&Object> {
        self.object.as_ref()
    }

    /// The text in a column of the row; `None` if it is empty or the file does not have the column.
    pub(crate) fn cell(&self, column: usize) -> Option<&str> {
        let cell = self.cells.get(column).copied().flatten()?;
        self.row.get(cell).filter(|text| !text.is_empty())
    }

    pub(crate) fn required(&self, column: usize) -> Result<&str, String> {
        self.cell(column).ok_or_else(|| self.unexpected(column, "a text"))
    }

    pub(crate) fn unexpected(&self, column: usize, expected: &str) -> String {
        let name = self.columns.get(column).map_or("", String::as_str);
        let found = self.cell(column).map_or("nothing".to_owned(), |text| format!("`{text}`"));
        format!("column `{name}`: expected {expected}, found {found}")
    }
}

/// Warns of each column that is `read` and that the header repeats.
pub(crate) fn warn_of_repeated_columns(
    path: &str,
    header: &csv::StringRecord,
    read: impl Fn(&str) -> bool,
    messages: &Messages,
) {
    for (index, name) in header.iter().enumerate() {
        let before = header.iter().take(index).filter(|other| *other == name).count();
        if before == 1 && read(name) {
            messages.warning(&format!("{path} repeats the column `{name}`; the first one is read"));
        }
    }
}

pub(crate) fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or("")
}

/// A text or a number as a CSV file would have it; empty for other values.
fn plain_text(value: Option<&Json>) -> String {
    match value {
        Some(Json::String(text)) => text.clone(),
        Some(number @ Json::Number(_)) => number.to_string(),
        _ => String::new(),
    }
}
