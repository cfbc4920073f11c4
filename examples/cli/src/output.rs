//! Tables for people, lines of CSV for programs, and files.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::messages::Stop;

/// Writes a file. An existing file is overwritten.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), Stop> {
    fs::write(path, text).map_err(|error| unwritable(path, &error))
}

/// Writes a new file. An existing file is not overwritten.
pub(crate) fn write_new_file(path: &Path, text: &str) -> Result<(), Stop> {
    let mut file = File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Stop::Unusable(format!("{}: the file exists; choose another name", path.display())),
        _ => unwritable(path, &error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| unwritable(path, &error))
}

/// The message for a file that cannot be written.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Stop {
    let shown = path.display();
    Stop::Unusable(match error.kind() {
        ErrorKind::NotFound => format!("{shown}: the folder does not exist"),
        _ => format!("{shown}: {error}"),
    })
}

/// Writes one line of CSV.
pub(crate) fn write_line(out: &mut dyn Write, cells: &[String]) -> Result<(), Stop> {
    // The default buffer of 8 KiB costs more than the cells.
    let mut line = csv::WriterBuilder::new().buffer_capacity(512).from_writer(Vec::new());
    line.write_record(cells).map_err(io::Error::from)?;
    let line = line.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    Ok(out.write_all(&line)?)
}

/// Clears the header of a column whose cells are all empty, so that the table leaves the column out.
pub(crate) fn clear_empty<R: AsRef<[String]> + AsMut<[String]>>(rows: &mut [R], column: usize) {
    let Some((header, cells)) = rows.split_first_mut() else { return };
    if cells.iter().all(|row| row.as_ref().get(column).is_none_or(String::is_empty)) {
        header.as_mut().get_mut(column).into_iter().for_each(String::clear);
    }
}

/// Writes rows in columns of equal width, without columns that are empty. Columns for which `is_right` is true are aligned to the right.
pub(crate) fn write_table<R: AsRef<[String]>>(
    out: &mut dyn Write,
    rows: &[R],
    is_right: impl Fn(usize) -> bool,
) -> io::Result<()> {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        let row = row.as_ref();
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in rows {
        let columns = row.as_ref().iter().zip(&widths).enumerate().filter(|(_, (_, width))| **width > 0);
        let aligned = columns.map(
            |(column, (cell, &width))| {
                if is_right(column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
            },
        );
        writeln!(out, "{}", aligned.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}
