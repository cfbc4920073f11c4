//! Borrowed buffers in the layouts of Arrow, of which columns are made.

/// Matches on the type of a slice; the same expression serves every type.
macro_rules! with_slice {
    ($slices:ident::{$($variant:ident)+} of $of:expr, |$slice:ident| $then:expr) => {
        match $of { $($slices::$variant($slice) => $then),+ }
    };
}

pub(crate) use with_slice;

/// Bits, the lowest of a byte first, or `bool`s.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'a>(pub(crate) Bit<'a>);

#[derive(Clone, Copy, Debug)]
pub(crate) enum Bit<'a> {
    Packed { bytes: &'a [u8], from: usize, rows: usize },
    Plain(&'a [bool]),
}

impl<'a> Bits<'a> {
    /// Arrow's bitmaps: `rows` bits from bit `offset` on.
    ///
    /// # Errors
    ///
    /// If there are not so many bits.
    pub fn packed(bytes: &'a [u8], offset: usize, rows: usize) -> Result<Bits<'a>, ColumnError> {
        let bits = bytes.len().saturating_mul(8);
        if offset.checked_add(rows).is_none_or(|end| end > bits) {
            let all = format!(
                "{rows} bits from bit {offset} on are more than the {bits} there are; look at offset and length"
            );
            return Err(ColumnError::new(all));
        }
        Ok(Bits(Bit::Packed { bytes, from: offset, rows }))
    }

    /// How many there are.
    pub fn len(self) -> usize {
        match self.0 {
            Bit::Packed { rows, .. } => rows,
            Bit::Plain(flags) => flags.len(),
        }
    }

    /// Whether there are none.
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

/// Texts that lie one after the other in one buffer.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    offsets: Offsets<'a>,
    bytes: &'a str,
}

impl<'a> Texts<'a> {
    /// Text `n` reaches from `offsets[n]` up to, but not including, `offsets[n + 1]`: Arrow's `Utf8` and `LargeUtf8`.
    ///
    /// Goes through all bytes and offsets once.
    ///
    /// # Errors
    ///
    /// If offsets fall, lead beyond the bytes or into a character, or the bytes are not UTF-8.
    pub fn new(offsets: impl Into<Offsets<'a>>, bytes: &'a [u8]) -> Result<Texts<'a>, ColumnError> {
        let offsets = offsets.into();
        let text = std::str::from_utf8(bytes)
            .map_err(|error| ColumnError::new(format!("texts have to be UTF-8, and these are not: {error}")))?;
        offsets.check(text.len())?;
        let texts = Texts { offsets, bytes: text };
        match (0..texts.len()).find(|place| texts.get(*place).is_none()) {
            Some(place) => Err(ColumnError::new(format!(
                "text {place} begins or ends within a character; offsets count bytes, not characters"
            ))),
            None => Ok(texts),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.offsets.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text in a place.
    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<&'a str> {
        let (from, to) = self.offsets.range(place)?;
        self.bytes.get(from..to)
    }
}

/// A column is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ColumnError {
    message: String,
}

impl ColumnError {
    pub(crate) fn new(message: String) -> ColumnError {
        ColumnError { message }
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
    /// A slice of numbers of any primitive type.
    Numbers, NumberSlice {
        I8(i8), I16(i16), I32(i32), I64(i64), U8(u8), U16(u16), U32(u32), U64(u64), F32(f32), F64(f64)
    }
}

slices! {
    /// A slice of places in a dictionary, from 0 on.
    Keys, KeySlice { I8(i8), I16(i16), I32(i32), I64(i64), U8(u8), U16(u16), U32(u32), U64(u64) }
}

slices! {
    /// A slice of offsets, none below the one before it and one more than there are texts or lists: where each begins, and where
    /// the last ends.
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

    pub(super) fn check(self, end: usize) -> Result<(), ColumnError> {
        let mut before = 0;
        for at in 0..self.len() {
            match self.range(at) {
                Some((from, to)) if before <= from && from <= to && to <= end => before = to,
                _ => {
                    return Err(ColumnError::new(format!(
                        "offsets {at} and {} fall or lead beyond the {end} that there are",
                        at + 1
                    )));
                }
            }
        }
        Ok(())
    }
}

/// The items of lists.
#[derive(Clone, Debug)]
pub(crate) enum Items<'a> {
    Texts(Texts<'a>),
    Dictionary(Keys<'a>, Texts<'a>),
}

impl Items<'_> {
    #[inline]
    pub(crate) fn get(&self, item: usize) -> Option<&str> {
        match self {
            Items::Texts(texts) => texts.get(item),
            Items::Dictionary(keys, texts) => texts.get(keys.get(item)?),
        }
    }
}
