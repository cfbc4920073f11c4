//! Delimited text: a header, then one row per line.

use std::io::{self, BufRead, BufReader, Read};

use super::{Cell, RowError};

pub(crate) struct Delimited {
    reader: csv::Reader<BufReader<Box<dyn Read>>>,
    separator: u8,
    row: csv::ByteRecord,
    width: usize,
    skipped: u64, // lines before the header
    line: u64,
}

impl Delimited {
    /// `skip` is the number of lines before the header.
    pub(crate) fn new(input: Box<dyn Read>, separator: u8, skip: u64) -> Result<(Delimited, Vec<String>), String> {
        let mut input = BufReader::new(input);
        for _ in 0..skip {
            input.skip_until(b'\n').map_err(|error| error.to_string())?;
        }
        // The reader takes a line feed as the end of a line; cells are trimmed, so a carriage return before it is gone. With
        // its default terminator its line numbers are late by one after a carriage return.
        let mut settings = csv::ReaderBuilder::new();
        let mut reader =
            settings.delimiter(separator).terminator(csv::Terminator::Any(b'\n')).flexible(true).from_reader(input);
        let header = reader.byte_headers().map_err(|error| error.to_string())?;
        let names = header.iter().map(|name| str::from_utf8(name).map(|name| name.trim().to_owned()));
        let names: Vec<String> = names
            .collect::<Result<_, _>>()
            .map_err(|_| "the header is no text in UTF-8; try --encoding latin-1 or --encoding utf-16le".to_owned())?;
        let width = names.len();
        Ok((Delimited { reader, separator, row: csv::ByteRecord::new(), width, skipped: skip, line: 1 }, names))
    }

    pub(crate) fn advance(&mut self) -> io::Result<Result<bool, RowError>> {
        loop {
            let read = self.reader.read_byte_record(&mut self.row);
            let position = read.as_ref().map_or_else(csv::Error::position, |_| self.row.position());
            self.line = position.map_or(self.line, |position| position.line() + self.skipped);
            return match read {
                Ok(true) if self.row.iter().map(<[u8]>::trim_ascii).eq([b""]) => continue, // a blank line
                Ok(true) if self.row.len() != self.width => {
                    Ok(Err(format!("expected {} cells, found {}", self.width, self.row.len())))
                }
                Ok(found) => Ok(Ok(found)),
                Err(error) if error.is_io_error() => Err(error.into()),
                Err(error) => Ok(Err(error.to_string())),
            };
        }
    }

    pub(crate) fn cell(&self, column: usize) -> Cell<'_> {
        match self.row.get(column).map(str::from_utf8) {
            None => Cell::Empty,
            Some(Ok(text)) => Cell::text(text),
            Some(Err(_)) => Cell::Garbled,
        }
    }

    pub(crate) fn separator(&self) -> u8 {
        self.separator
    }

    pub(crate) fn line(&self) -> u64 {
        self.line
    }
}
