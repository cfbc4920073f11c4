//! Files of rows as they are: delimited text, JSON lines and workbooks, one row at a time.
//!
//! [`Source::open`] detects the form, encoding and separator of a file from its beginning, and reports them. Text and JSON
//! lines are streamed; a workbook is in memory.

mod cell;
mod delimited;
mod json_lines;
mod sniff;
mod workbook;

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

pub(crate) use cell::{Cell, EXACT};
use delimited::Delimited;
use json_lines::{ATTRIBUTES, JsonLines};
pub(crate) use sniff::{Encoding, separator_named};
use workbook::Workbook;

use crate::messages::{Messages, Stop};
use crate::names::{self, Likeness};
use crate::progress;

/// The settings of a file from a mapping or from options. `None` means that the command detects the setting.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FileOptions {
    pub(crate) separator: Option<u8>,
    pub(crate) encoding: Option<Encoding>,
    pub(crate) sheet: Option<String>,
    /// The number of lines before the header, such as the title of a report.
    pub(crate) skip: Option<u64>,
}

/// A file of rows. One row at a time is in memory.
pub(crate) struct Source {
    path: String,
    rows: Rows,
    header: Vec<String>,
    notes: Vec<String>,
}

enum Rows {
    Delimited(Box<Delimited>),
    Json(Box<JsonLines>),
    Workbook(Workbook),
}

/// A column of a source, by its number in the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Column(usize);

/// The answer of [`Source::find`].
#[derive(Debug, PartialEq)]
pub(crate) enum Found {
    Exactly(Column),
    /// The header has a name that differs only in capitals, spaces or punctuation.
    Alike(Column, String),
    Nothing,
}

/// Why a row cannot be used.
pub(crate) type RowError = String;

impl Source {
    /// Opens a file, or standard input for `-`.
    pub(crate) fn open(path: &Path, options: &FileOptions) -> Result<Source, Stop> {
        let shown = if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() };
        let named = |error: &dyn fmt::Display| Stop::from(format!("{shown}: {error}"));
        let input: Box<dyn Read> = if is_stdin(path) {
            Box::new(io::stdin())
        } else {
            let file = File::open(path).map_err(|error| named(&error))?;
            progress::reading(file, &shown)
        };
        Source::of(input, path, shown.clone(), options).map_err(|error| named(&error))
    }

    fn of(mut input: Box<dyn Read>, path: &Path, shown: String, options: &FileOptions) -> Result<Source, String> {
        let text = |error: io::Error| error.to_string();
        let mut start = Vec::new();
        (&mut input).take(sniff::PREFIX).read_to_end(&mut start).map_err(text)?;
        let complete = (start.len() as u64) < sniff::PREFIX;
        let whole = Cursor::new(start.clone()).chain(input);
        if start.starts_with(b"PK\x03\x04") {
            return Source::workbook(whole, shown, options);
        }
        if start.starts_with(b"\xd0\xcf\x11\xe0") {
            return Err("this is an .xls workbook of an old spreadsheet; save it as .xlsx or .csv".to_owned());
        }
        let encoding = sniff::encoding(&start, options.encoding)?;
        let mut notes = Vec::new();
        if encoding != Encoding::Utf8 {
            notes.push(format!("{shown} is read as {encoding}"));
        }
        let decoded = encoding.decode(Cursor::new(&start));
        let readable = encoding.reader(whole);
        let start = sniff::text(decoded, complete);
        if start.trim().is_empty() {
            return Err("the file is empty".to_owned());
        }
        if sniff::is_json(path, &start) {
            let (rows, header) = JsonLines::new(readable, &start)?;
            return Ok(Source { path: shown, rows: Rows::Json(Box::new(rows)), header, notes });
        }
        // A spreadsheet may write its separator into the first line.
        let said = sniff::said_separator(&start);
        let skip = options.skip.unwrap_or(u64::from(said.is_some()));
        let skipped =
            usize::try_from(skip).map_or(0, |skip| start.split_inclusive('\n').take(skip).map(str::len).sum());
        let rest = start.get(skipped..).unwrap_or_default();
        let separator = options.separator.or(said).unwrap_or_else(|| sniff::separator(rest));
        if options.separator.is_none() && separator != b',' {
            notes.push(format!("{shown} is separated by {}", sniff::separator_shown(separator)));
        }
        let (rows, header) = Delimited::new(readable, separator, skip)?;
        Ok(Source { path: shown, rows: Rows::Delimited(Box::new(rows)), header, notes })
    }

    fn workbook(mut input: impl Read, shown: String, options: &FileOptions) -> Result<Source, String> {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        let (rows, header, note) = Workbook::new(bytes, options.sheet.as_deref(), options.skip.unwrap_or(0))?;
        let notes = note.map(|note| format!("{shown}: {note}")).into_iter().collect();
        Ok(Source { path: shown, rows: Rows::Workbook(rows), header, notes })
    }

    /// Notes the detected settings of the file, such as its separator.
    pub(crate) fn write_notes(&self, messages: &Messages) {
        for note in &self.notes {
            messages.note(note);
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The separator of delimited text.
    pub(crate) fn separator(&self) -> Option<u8> {
        match &self.rows {
            Rows::Delimited(rows) => Some(rows.separator()),
            Rows::Json(_) | Rows::Workbook(_) => None,
        }
    }

    /// The names of the columns; for JSON lines, those of the first rows.
    pub(crate) fn header(&self) -> &[String] {
        &self.header
    }

    /// The column with this name, or with a name that differs in capitals, spaces and punctuation only.
    ///
    /// # Errors
    ///
    /// If several columns have the name.
    pub(crate) fn find(&self, wanted: &str) -> Result<Found, String> {
        let are = |is: &dyn Fn(&str) -> bool| -> Vec<(Column, &str)> {
            self.columns().filter(|(_, name)| is(name)).collect()
        };
        match are(&|name| name == wanted)[..] {
            [(column, _)] => return Ok(Found::Exactly(column)),
            [] => {}
            ref several => {
                return Err(format!("the header has {} columns `{wanted}`; rename all but one", several.len()));
            }
        }
        match are(&|name| names::likeness(name, wanted) >= Likeness::Spelling)[..] {
            [(column, name)] => Ok(Found::Alike(column, name.to_owned())),
            [] => Ok(Found::Nothing),
            ref several => {
                let shown: Vec<_> = several.iter().map(|(_, name)| format!("`{name}`")).collect();
                Err(format!("{} are all like `{wanted}`; say which in a mapping", shown.join(" and ")))
            }
        }
    }

    /// The names that the column of an attribute of events may have: in JSON lines it is in the object `attributes`.
    pub(crate) fn attribute_names(names: &[String]) -> Vec<String> {
        names.iter().flat_map(|name| [format!("{ATTRIBUTES}{name}"), name.clone()]).collect()
    }

    /// The columns as a mapping may name them.
    pub(crate) fn plain_names(&self) -> impl Iterator<Item = &str> {
        self.header.iter().filter_map(|name| Source::plain_name(name))
    }

    /// The name of a column as a mapping may write it. The object `attributes` of JSON lines has none.
    pub(crate) fn plain_name(name: &str) -> Option<&str> {
        Some(name.strip_prefix(ATTRIBUTES).unwrap_or(name)).filter(|name| *name != "attributes")
    }

    /// A header that looks like the title of a report: one name over several columns.
    pub(crate) fn title(&self) -> Option<&str> {
        let mut names = self.header.iter().filter(|name| !name.is_empty());
        let title = names.next().filter(|_| names.next().is_none())?;
        let alone = self.header.len() == 1 && (self.separator().is_none() || !title.contains(' '));
        (!alone).then_some(title)
    }

    /// A column of JSON lines that the first rows do not have; `None` for files with a header.
    pub(crate) fn expect(&mut self, name: &str) -> Option<Column> {
        let Rows::Json(rows) = &mut self.rows else { return None };
        self.header.push(name.to_owned());
        Some(Column(rows.add(name)))
    }

    /// Goes to the next row; false at the end of the file.
    ///
    /// # Errors
    ///
    /// The outer error belongs to the file, the inner error to the row.
    pub(crate) fn advance(&mut self) -> Result<Result<bool, RowError>, Stop> {
        let advanced = match &mut self.rows {
            Rows::Delimited(rows) => rows.advance(),
            Rows::Json(rows) => rows.advance(),
            Rows::Workbook(rows) => Ok(rows.advance()),
        };
        advanced.map_err(|error| Stop::from(format!("{}: {error}", self.path)))
    }

    /// The cell of a column in the current row.
    pub(crate) fn cell(&self, column: Column) -> Cell<'_> {
        match &self.rows {
            Rows::Delimited(rows) => rows.cell(column.0),
            Rows::Json(rows) => rows.cell(column.0),
            Rows::Workbook(rows) => rows.cell(column.0),
        }
    }

    /// The columns of the header, in order.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (Column, &str)> {
        self.header.iter().enumerate().map(|(index, name)| (Column(index), name.as_str()))
    }

    /// The line of the current row, from 1.
    pub(crate) fn line(&self) -> u64 {
        match &self.rows {
            Rows::Delimited(rows) => rows.line(),
            Rows::Json(rows) => rows.line(),
            Rows::Workbook(rows) => rows.line(),
        }
    }

    /// The place of the current row, for messages.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.path, self.line())
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}
