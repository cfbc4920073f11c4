//! One cell of a row.

use std::fmt;

use chrono::{NaiveDateTime, NaiveTime};

/// 2^53. Doubles represent every whole number up to here exactly.
pub(crate) const EXACT: f64 = 9_007_199_254_740_992.0;

/// A cell as its file has it. Texts are trimmed; an empty text is [`Cell::Empty`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    Empty,
    Text(&'a str),
    Whole(i64),
    Number(f64),
    Flag(bool),
    /// A date of a workbook, with a time if the time is not midnight.
    Moment(NaiveDateTime),
    List(Vec<&'a str>),
    /// A value that nothing is read from, such as an object or an error of a spreadsheet.
    Other(String),
    /// Bytes that are no text in the encoding of the file.
    Garbled,
}

impl<'a> Cell<'a> {
    pub(crate) fn text(text: &'a str) -> Cell<'a> {
        match text.trim() {
            "" => Cell::Empty,
            text => Cell::Text(text),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }

    /// The cell as a delimited file would have it; `None` if it is empty or no plain value.
    pub(crate) fn plain(&self) -> Option<String> {
        match self {
            Cell::Empty | Cell::Other(_) | Cell::Garbled => None,
            Cell::List(items) => Some(items.join(";")),
            cell => Some(cell.to_string()),
        }
    }
}

impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Empty => Ok(()),
            Cell::Text(text) => f.write_str(text),
            Cell::Whole(number) => write!(f, "{number}"),
            Cell::Number(number) => write!(f, "{number}"),
            Cell::Flag(flag) => write!(f, "{flag}"),
            Cell::Moment(moment) if moment.time() == NaiveTime::MIN => write!(f, "{}", moment.date()),
            Cell::Moment(moment) => write!(f, "{}", moment.format("%Y-%m-%d %H:%M:%S")),
            Cell::List(items) => write!(f, "[{}]", items.join(", ")),
            Cell::Other(shown) => f.write_str(shown),
            Cell::Garbled => f.write_str("bytes that are no UTF-8"),
        }
    }
}
