//! Borrowed buffers in the layouts of Arrow.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

/// Matches on the type of a slice; the same expression serves every type.
macro_rules! with_slice {
    ($slices:ident::{$($variant:ident)+} of $of:expr, |$slice:ident| $then:expr) => {
        match $of { $($slices::$variant($slice) => $then),+ }
    };
}

pub(crate) use with_slice;

/// Bits: an Arrow bitmap, least significant bit first, or a slice of `bool`. For flags and validity.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'a>(pub(crate) Bit<'a>);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Bit<'a> {
    Packed { bytes: &'a [u8], from: usize, rows: usize },
    Plain(&'a [bool]),
}

impl<'a> Bits<'a> {
    /// Takes `rows` bits of an Arrow bitmap, starting at bit `offset`.
    ///
    /// # Errors
    ///
    /// If the bitmap has fewer than `offset + rows` bits.
    pub fn packed(bytes: &'a [u8], offset: usize, rows: usize) -> Result<Bits<'a>, ColumnError> {
        let bits = bytes.len().saturating_mul(8);
        if offset.checked_add(rows).is_none_or(|end| end > bits) {
            let message =
                format!("a bitmap of {bits} bits has no {rows} bits from bit {offset} on; check offset and length");
            return Err(ColumnError::of_buffer("short-bitmap", message));
        }
        Ok(Bits(Bit::Packed { bytes, from: offset, rows }))
    }

    /// Returns the number of bits.
    pub fn len(self) -> usize {
        match self.0 {
            Bit::Packed { rows, .. } => rows,
            Bit::Plain(flags) => flags.len(),
        }
    }

    /// Returns whether there are no bits.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub(crate) fn is_set(self, row: usize) -> bool {
        match self.0 {
            Bit::Packed { bytes, from, rows } => {
                let bit = from + row;
                row < rows && bytes.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
            }
            Bit::Plain(flags) => flags.get(row).copied().unwrap_or(false),
        }
    }
}

impl<'a> From<&'a [bool]> for Bits<'a> {
    fn from(flags: &'a [bool]) -> Bits<'a> {
        Bits(Bit::Plain(flags))
    }
}

impl<'a, const N: usize> From<&'a [bool; N]> for Bits<'a> {
    fn from(flags: &'a [bool; N]) -> Bits<'a> {
        Bits(Bit::Plain(flags))
    }
}

impl<'a> From<&'a Vec<bool>> for Bits<'a> {
    fn from(flags: &'a Vec<bool>) -> Bits<'a> {
        Bits(Bit::Plain(flags))
    }
}

/// The error of columns that cannot be scored: every problem that was found.
///
/// [`Display`](fmt::Display) prints one message per line. It serializes as a table with the key `problems`.
///
/// ```
/// use warmth::columns::{Column, Columns};
///
/// let error = Columns::new(2).with("nps", Column::numbers(&[9_u8])).unwrap_err();
/// let problem = &error.problems()[0];
/// assert_eq!((problem.code(), problem.column()), ("row-count", Some("nps")));
/// assert_eq!(problem.message(), "column `nps` has 1 value or validity bit for 2 rows; give one per row");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct ColumnError {
    problems: Vec<ColumnProblem>,
}

/// One problem of a column or a buffer: a stable code, the name of the column, and a message.
///
/// | code | problem |
/// | --- | --- |
/// | `bad-offsets` | offsets descend, are beyond the values, or lie within a character |
/// | `bad-unit` | a time unit of 0 counts per second |
/// | `bad-views` | a view of a text has not 16 bytes, is not UTF-8, or is beyond its buffer |
/// | `duplicate-column` | two columns have the same name |
/// | `missing-column` | a field that the model reads has no column |
/// | `not-utf8` | the values of texts are not UTF-8 |
/// | `row-count` | a column or the activities have another number of rows, or the items of lists have too few validity bits |
/// | `short-bitmap` | a bitmap has too few bits |
/// | `wrong-kind` | the model reads the column as another kind |
///
/// It serializes as a table with the keys `code`, `column` and `message`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnProblem {
    code: &'static str,
    column: Option<String>,
    message: String,
}

impl ColumnError {
    pub(crate) fn new(problems: Vec<ColumnProblem>) -> ColumnError {
        ColumnError { problems }
    }

    /// The error of a buffer, which has no name yet.
    pub(crate) fn of_buffer(code: &'static str, message: impl Into<String>) -> ColumnError {
        ColumnError { problems: vec![ColumnProblem { code, column: None, message: message.into() }] }
    }

    /// Returns every problem that was found, at least one.
    pub fn problems(&self) -> &[ColumnProblem] {
        &self.problems
    }
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<&str> = self.problems.iter().map(ColumnProblem::message).collect();
        f.write_str(&messages.join("\n"))
    }
}

impl ColumnProblem {
    pub(crate) fn of(code: &'static str, column: &str, message: String) -> ColumnProblem {
        ColumnProblem { code, column: Some(column.to_owned()), message }
    }

    /// Returns the stable name of this kind of problem; see the [table](ColumnProblem).
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Returns the name of the column; `None` for a buffer that is not yet in a named column.
    pub fn column(&self) -> Option<&str> {
        self.column.as_deref()
    }

    /// Returns what is wrong and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl From<ColumnProblem> for ColumnError {
    fn from(problem: ColumnProblem) -> ColumnError {
        ColumnError { problems: vec![problem] }
    }
}

macro_rules! slices {
    ($(#[$doc:meta])* $name:ident, $slices:ident { $($variant:ident($number:ty)),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name<'a>(pub(crate) $slices<'a>);

        #[derive(Clone, Copy, Debug)]
        pub(crate) enum $slices<'a> { $($variant(&'a [$number])),+ }

        $(impl<'a> From<&'a [$number]> for $name<'a> {
            fn from(slice: &'a [$number]) -> $name<'a> {
                $name($slices::$variant(slice))
            }
        }

        impl<'a, const N: usize> From<&'a [$number; N]> for $name<'a> {
            fn from(slice: &'a [$number; N]) -> $name<'a> {
                $name($slices::$variant(slice))
            }
        }

        impl<'a> From<&'a Vec<$number>> for $name<'a> {
            fn from(slice: &'a Vec<$number>) -> $name<'a> {
                $name($slices::$variant(slice))
            }
        })+
    };
}

slices! {
    /// Numbers: the values buffer of an Arrow primitive array, or a plain slice.
    Numbers, NumberSlice {
        I8(i8), I16(i16), I32(i32), I64(i64), U8(u8), U16(u16), U32(u32), U64(u64), F32(f32), F64(f64)
    }
}

slices! {
    /// Keys of an Arrow dictionary array: indexes into the dictionary, from 0.
    Keys, KeySlice { I8(i8), I16(i16), I32(i32), I64(i64), U8(u8), U16(u16), U32(u32), U64(u64) }
}

slices! {
    /// Offsets of an Arrow list or text array: one more than there are lists or texts, and never descending.
    ///
    /// Item `n` starts at `offsets[n]` and ends before `offsets[n + 1]`.
    Offsets, OffsetSlice { I32(i32), I64(i64) }
}

impl Numbers<'_> {
    pub(super) fn len(self) -> usize {
        with_slice!(NumberSlice::{I8 I16 I32 I64 U8 U16 U32 U64 F32 F64} of self.0, |slice| slice.len())
    }
}

impl Keys<'_> {
    pub(super) fn len(self) -> usize {
        with_slice!(KeySlice::{I8 I16 I32 I64 U8 U16 U32 U64} of self.0, |slice| slice.len())
    }

    #[inline]
    pub(crate) fn get(self, row: usize) -> Option<usize> {
        with_slice!(KeySlice::{I8 I16 I32 I64 U8 U16 U32 U64} of self.0, |slice| position(*slice.get(row)?))
    }
}

/// A key or an offset as a position, if it can be one.
#[inline]
pub(crate) fn position(number: impl TryInto<usize>) -> Option<usize> {
    number.try_into().ok()
}

impl Offsets<'_> {
    pub(super) fn len(self) -> usize {
        with_slice!(OffsetSlice::{I32 I64} of self.0, |slice| slice.len().saturating_sub(1))
    }

    /// Where the text or list at a position starts and ends.
    #[inline]
    pub(crate) fn range(self, at: usize) -> Option<(usize, usize)> {
        with_slice!(OffsetSlice::{I32 I64} of self.0, |slice| {
            let (from, to) = (slice.get(at)?, slice.get(at + 1)?);
            Some((position(*from)?, position(*to)?))
        })
    }

    /// From the first offset to the last.
    pub(super) fn span(self) -> Range<usize> {
        let ends = self.range(0).zip(self.range(self.len().saturating_sub(1)));
        ends.map_or(0..0, |((start, _), (_, end))| start..end)
    }

    /// Checks that the offsets do not descend, and that they are among the numbers of some values.
    pub(super) fn check(self, values: Range<usize>) -> Result<(), ColumnError> {
        let mut before = values.start;
        for at in 0..self.len() {
            match self.range(at) {
                Some((from, to)) if before <= from && from <= to && to <= values.end => before = to,
                _ => {
                    let which = match values.start {
                        0 => format!("beyond the {} values", values.end),
                        start => format!("not within the values {start} to {}", values.end),
                    };
                    let message = format!("offsets {at} and {} descend or are {which}", at + 1);
                    return Err(ColumnError::of_buffer("bad-offsets", message));
                }
            }
        }
        Ok(())
    }
}
