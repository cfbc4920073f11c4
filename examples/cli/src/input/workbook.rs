//! One sheet of an XLSX workbook. Flags, numbers and dates have their own types there.

use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx, XlsxError};

use super::{Cell, EXACT, RowError};

pub(crate) struct Workbook {
    cells: Range<Data>,
    row: usize, // in the range, from 0
    first_line: u64,
}

impl Workbook {
    /// Reads a sheet, the first one by default. `skip` is the number of rows before the header. Also returns the header, and
    /// a note if there are several sheets.
    pub(crate) fn new(
        bytes: Vec<u8>,
        sheet: Option<&str>,
        skip: u64,
    ) -> Result<(Workbook, Vec<String>, Option<String>), String> {
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error: XlsxError| error.to_string())?;
        let sheets = book.sheet_names();
        let wanted = match sheet {
            Some(name) => name.to_owned(),
            None => sheets.first().cloned().ok_or_else(|| "the workbook has no sheet".to_owned())?,
        };
        let names = || sheets.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if !sheets.contains(&wanted) {
            return Err(format!("there is no sheet `{wanted}`; the sheets are {}", names()));
        }
        let note = (sheet.is_none() && sheets.len() > 1)
            .then(|| format!("the sheet `{wanted}` is read, of {}; choose another with --sheet", names()));
        let cells = book.worksheet_range(&wanted).map_err(|error| error.to_string())?;
        let row = usize::try_from(skip).unwrap_or(usize::MAX);
        let header = cells.rows().nth(row).unwrap_or_default();
        let header = header.iter().map(|cell| read(cell).plain().unwrap_or_default()).collect();
        let first_line = u64::from(cells.start().map_or(0, |(row, _)| row)) + 1;
        Ok((Workbook { cells, row, first_line }, header, note))
    }

    /// Blank rows are passed over.
    pub(crate) fn advance(&mut self) -> Result<bool, RowError> {
        loop {
            self.row += 1;
            if self.row >= self.cells.height() {
                return Ok(false);
            }
            if (0..self.cells.width()).any(|column| !self.cell(column).is_empty()) {
                return Ok(true);
            }
        }
    }

    pub(crate) fn cell(&self, column: usize) -> Cell<'_> {
        self.cells.get((self.row, column)).map_or(Cell::Empty, read)
    }

    pub(crate) fn line(&self) -> u64 {
        self.first_line + self.row as u64
    }
}

fn read(data: &Data) -> Cell<'_> {
    match data {
        Data::Empty => Cell::Empty,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::text(text),
        Data::Int(whole) => Cell::Whole(*whole),
        Data::Float(number) => whole(*number).map_or(Cell::Number(*number), Cell::Whole),
        Data::Bool(flag) => Cell::Flag(*flag),
        Data::DateTime(moment) => moment.as_datetime().map_or(Cell::Number(moment.as_f64()), Cell::Moment),
        Data::Error(error) => Cell::Other(error.to_string()),
    }
}

/// The number as a whole number, if it has no fraction: a workbook stores only doubles.
fn whole(number: f64) -> Option<i64> {
    if number.fract() != 0.0 || number.abs() > EXACT {
        return None;
    }
    format!("{number:.0}").parse().ok()
}
