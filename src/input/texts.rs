//! Borrowed texts in the layouts of Arrow.

use std::ops::Range;
use std::str::from_utf8;

use super::buffers::{Bits, ColumnError, Keys, Offsets};

/// Texts: an Arrow `Utf8`, `LargeUtf8` or `Utf8View` array. Also the dictionary of a dictionary array.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    layout: Layout<'a>,
    /// The index of the first text.
    first: usize,
    validity: Option<Bits<'a>>,
}

#[derive(Clone, Copy, Debug)]
enum Layout<'a> {
    /// Offsets, the first of them, and the values from it to the last.
    Plain(Offsets<'a>, usize, &'a str),
    Views(&'a [View], &'a [&'a [u8]]),
}

/// The length in 4 bytes, then either the text in up to 12, or its prefix, the index of its buffer and its start there in 4
/// bytes each; little-endian.
type View = [u8; 16];

impl<'a> Texts<'a> {
    /// Takes `offsets` and `values` of a `Utf8` or `LargeUtf8` array. Text `n` is `values[offsets[n]..offsets[n + 1]]`, so
    /// there is one offset more than there are texts.
    ///
    /// Checks the offsets, and the values between the first offset and the last, in linear time. So a slice of a large array
    /// costs as much as a small array.
    ///
    /// # Errors
    ///
    /// If the values are not UTF-8, or if offsets descend, are beyond the values, or lie within a character.
    pub fn new(offsets: impl Into<Offsets<'a>>, values: &'a [u8]) -> Result<Texts<'a>, ColumnError> {
        let offsets = offsets.into();
        offsets.check(0..values.len())?;
        let Range { start, end } = offsets.span();
        let text = from_utf8(values.get(start..end).unwrap_or_default()).map_err(|error| {
            ColumnError::of_buffer("not-utf8", format!("the values from byte {start} on are not UTF-8: {error}"))
        })?;
        Texts::of(Layout::Plain(offsets, start, text)).checked(|index| {
            format!("text {index} begins or ends within a character; offsets count bytes, not characters")
        })
    }

    /// Takes the views and the data buffers of a `Utf8View` array. A view has 16 bytes: the length, and either the text
    /// itself or its place in a buffer.
    ///
    /// Checks each text, in linear time. What the buffers contain besides is not read.
    ///
    /// ```
    /// use warmth::columns::{ColumnError, Texts};
    ///
    /// let (short, long) = (*b"\x05\0\0\0green\0\0\0\0\0\0\0", *b"\x10\0\0\0prof\0\0\0\0\x02\0\0\0");
    /// let views = [short, long].concat();
    /// let texts = Texts::views(&views, &[b"..professional plan"])?;
    /// assert_eq!(texts.iter().collect::<Vec<_>>(), [Some("green"), Some("professional pla")]);
    /// # Ok::<(), ColumnError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the number of bytes is not a multiple of 16, or if a text is not UTF-8 or beyond its buffer.
    pub fn views(views: &'a [u8], buffers: &'a [&'a [u8]]) -> Result<Texts<'a>, ColumnError> {
        let (views, rest) = views.as_chunks();
        if !rest.is_empty() {
            let bytes = views.as_flattened().len() + rest.len();
            let message = format!("{bytes} bytes are not views of 16 bytes each; pass the whole buffer of views");
            return Err(ColumnError::of_buffer("bad-views", message));
        }
        Texts::of(Layout::Views(views, buffers))
            .checked(|index| format!("view {index} is not UTF-8, or is beyond the buffers or their ends"))
    }

    fn of(layout: Layout<'a>) -> Texts<'a> {
        Texts { layout, first: 0, validity: None }
    }

    fn checked(self, message: impl FnOnce(usize) -> String) -> Result<Texts<'a>, ColumnError> {
        match (0..self.len()).find(|index| self.get(*index).is_none()) {
            Some(index) => {
                let code = if matches!(self.layout, Layout::Plain(..)) { "bad-offsets" } else { "bad-views" };
                Err(ColumnError::of_buffer(code, message(index)))
            }
            None => Ok(self),
        }
    }

    /// Sets the validity, one bit per text: a text whose bit is 0 is missing. For the nulls among the values of a dictionary.
    ///
    /// The first bit belongs to the first text. Texts without a bit are missing too.
    #[must_use]
    pub const fn with_validity(self, validity: Bits<'a>) -> Texts<'a> {
        Texts { validity: Some(validity), ..self }
    }

    /// Numbers the texts from `first` instead of 0. For the items of lists in a slice of a table.
    ///
    /// The offsets of such lists are positions among the items of the whole table. Take only the items from the first
    /// offset to the last, and number them from the first offset. Then only these items are checked:
    ///
    /// ```
    /// use warmth::columns::{Column, ColumnError, Texts};
    ///
    /// // The lists [["crm"], ["erp", "crm"], ["bi"]], of which the slice has the last two.
    /// let (list_offsets, item_offsets, items) = ([0_i32, 1, 3, 4], [0_i32, 3, 6, 9, 11], b"crmerpcrmbi");
    /// let slice = Texts::new(&item_offsets[1..], items)?.numbered_from(1);
    /// let column = Column::lists(&list_offsets[1..], slice)?;
    /// # Ok::<(), ColumnError>(())
    /// ```
    #[must_use]
    pub const fn numbered_from(self, first: usize) -> Texts<'a> {
        Texts { first, ..self }
    }

    /// Returns the number of texts.
    pub fn len(&self) -> usize {
        match self.layout {
            Layout::Plain(offsets, ..) => offsets.len(),
            Layout::Views(views, _) => views.len(),
        }
    }

    /// Returns whether there are no texts.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns each text, `None` where it is missing.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Option<&'a str>> + use<'a> {
        let own = *self;
        (0..own.len()).map(move |index| own.nth(index))
    }

    /// The numbers of the texts.
    pub(super) fn indices(&self) -> Range<usize> {
        self.first..self.first.saturating_add(self.len())
    }

    pub(crate) fn has_missing(&self) -> bool {
        self.validity.is_some()
    }

    /// The text with a number; `None` if there is no such text, or if it is missing.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> Option<&'a str> {
        self.nth(number.checked_sub(self.first)?)
    }

    #[inline]
    fn nth(&self, index: usize) -> Option<&'a str> {
        match (&self.layout, &self.validity) {
            (Layout::Plain(offsets, start, text), None) => plain(*offsets, *start, text, index),
            _ => self.viewed_or_missing(index),
        }
    }

    /// Not inlined, so that the commonest layout is.
    #[inline(never)]
    fn viewed_or_missing(&self, index: usize) -> Option<&'a str> {
        if self.validity.is_some_and(|validity| !validity.is_set(index)) {
            return None;
        }
        match self.layout {
            Layout::Plain(offsets, start, text) => plain(offsets, start, text, index),
            Layout::Views(views, buffers) => viewed(views.get(index)?, buffers),
        }
    }
}

#[inline]
fn plain<'a>(offsets: Offsets<'_>, start: usize, text: &'a str, index: usize) -> Option<&'a str> {
    let (from, to) = offsets.range(index)?;
    text.get(from.wrapping_sub(start)..to.wrapping_sub(start))
}

fn viewed<'a>(view: &'a View, buffers: &[&'a [u8]]) -> Option<&'a str> {
    let [length, _, buffer, start] = view.as_chunks::<4>().0 else { return None };
    let number = |bytes: &[u8; 4]| usize::try_from(u32::from_le_bytes(*bytes)).ok();
    let length = number(length)?;
    let bytes = match view.get(4..)?.get(..length) {
        Some(bytes) => bytes,
        None => buffers.get(number(buffer)?)?.get(number(start)?..)?.get(..length)?,
    };
    from_utf8(bytes).ok()
}

/// The items of lists.
#[derive(Clone, Debug)]
pub(crate) struct Items<'a> {
    pub(crate) values: ItemValues<'a>,
    pub(super) validity: Option<Bits<'a>>,
}

#[derive(Clone, Debug)]
pub(crate) enum ItemValues<'a> {
    Texts(Texts<'a>),
    Dictionary(Keys<'a>, Texts<'a>),
}

impl<'a> Items<'a> {
    pub(super) fn of(values: ItemValues<'a>) -> Items<'a> {
        Items { values, validity: None }
    }

    /// The keys and the dictionary of items of which none is missing by itself.
    pub(crate) fn dictionary(&self) -> Option<(Keys<'a>, Texts<'a>)> {
        match self.values {
            ItemValues::Dictionary(keys, texts) if self.validity.is_none() => Some((keys, texts)),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn get(&self, item: usize) -> Option<&str> {
        if self.validity.is_some_and(|validity| !validity.is_set(item)) {
            return None;
        }
        match &self.values {
            ItemValues::Texts(texts) => texts.get(item),
            ItemValues::Dictionary(keys, texts) => texts.get(keys.get(item)?),
        }
    }
}
