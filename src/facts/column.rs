//! The facts of many subjects as borrowed columns.

use std::borrow::Cow;
use std::ops::{BitAnd, BitOr, Not, Range, RangeInclusive};

use chrono::{DateTime, Utc};

use super::{Fact, Kind, Tags};
use crate::activity::Activity;
use crate::time::{DAYS_MAX, DAYS_MIN, date_at};

/// The same expression for a slice of whatever type.
macro_rules! whatever {
    ($slices:ident::{$($variant:ident)+} of $of:expr, |$slice:ident| $then:expr) => {
        match $of { $($slices::$variant($slice) => $then),+ }
    };
}

/// How many rows are looked at together: as many as a word has bits.
pub(crate) const BLOCK: usize = 64;

/// A bit for each of the lanes that go abreast, the first in the lowest bit of the first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mask<const W: usize>([u64; W]);

impl<const W: usize> Mask<W> {
    pub(crate) const NONE: Mask<W> = Mask([0; W]);
    pub(crate) const ALL: Mask<W> = Mask([u64::MAX; W]);

    #[inline]
    pub(crate) fn of(words: [u64; W]) -> Mask<W> {
        Mask(words)
    }

    #[inline]
    pub(crate) fn one(lane: usize) -> Mask<W> {
        Mask(std::array::from_fn(|word| u64::from(word == lane / BLOCK) << (lane % BLOCK)))
    }

    /// So many lanes from the first on.
    pub(crate) fn first(count: usize) -> Mask<W> {
        let own = |word: usize| count.saturating_sub(word * BLOCK).min(BLOCK);
        Mask(std::array::from_fn(|word| match own(word) {
            0 => 0,
            count => u64::MAX >> (BLOCK - count),
        }))
    }

    #[inline]
    pub(crate) fn is_none(self) -> bool {
        self.0.into_iter().fold(0, u64::bitor) == 0
    }

    #[inline]
    pub(crate) fn is_all(self) -> bool {
        self.0.into_iter().fold(u64::MAX, u64::bitand) == u64::MAX
    }

    #[inline]
    pub(crate) fn words(self) -> [u64; W] {
        self.0
    }

    #[inline]
    pub(crate) fn word(&self, word: usize) -> u64 {
        self.0.get(word).copied().unwrap_or(0)
    }

    #[inline]
    pub(crate) fn has(&self, lane: usize) -> bool {
        self.word(lane / BLOCK) >> (lane % BLOCK) & 1 == 1
    }

    /// The lanes of the bits that are set, the first first.
    #[inline]
    pub(crate) fn lanes(self) -> impl Iterator<Item = usize> {
        let words = self.0.into_iter().enumerate();
        words.flat_map(|(word, lanes)| lanes_of(lanes).map(move |lane| word * BLOCK + lane))
    }
}

impl<const W: usize> BitAnd for Mask<W> {
    type Output = Mask<W>;

    #[inline]
    fn bitand(mut self, other: Mask<W>) -> Mask<W> {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own &= other);
        self
    }
}

impl<const W: usize> BitOr for Mask<W> {
    type Output = Mask<W>;

    #[inline]
    fn bitor(mut self, other: Mask<W>) -> Mask<W> {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own |= other);
        self
    }
}

impl<const W: usize> Not for Mask<W> {
    type Output = Mask<W>;

    #[inline]
    fn not(self) -> Mask<W> {
        Mask(self.0.map(u64::not))
    }
}

/// The places of the bits that are set in a word, the first first.
#[inline]
pub(crate) fn lanes_of(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = word.trailing_zeros();
        word &= word.checked_sub(1)?;
        usize::try_from(lane).ok()
    })
}

/// The rows that go abreast.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'r, const W: usize> {
    /// One after the other from this one on.
    Run(usize),
    /// Those that lie so far beyond this one.
    Any(usize, &'r [[u16; BLOCK]; W]),
}

impl<const W: usize> Rows<'_, W> {
    /// Those of a word.
    #[inline]
    pub(crate) fn block(&self, word: usize) -> Rows<'_, 1> {
        match self {
            Rows::Run(first) => Rows::Run(first + word * BLOCK),
            Rows::Any(first, rows) => {
                Rows::Any(*first, rows.get(word..).and_then(<[_]>::first_chunk).unwrap_or(&[[0; BLOCK]]))
            }
        }
    }

    #[inline]
    pub(crate) fn at(&self, lane: usize) -> usize {
        match self {
            Rows::Run(first) => first + lane,
            Rows::Any(first, rows) => first + usize::from(rows.as_flattened().get(lane).copied().unwrap_or(0)),
        }
    }

    /// A bit for each row, as a block of them says it.
    #[inline]
    pub(crate) fn mask(&self, mut bits: impl FnMut(Rows<'_, 1>) -> u64) -> Mask<W> {
        Mask(std::array::from_fn(|word| bits(self.block(word))))
    }

    /// Two bits for each row, as a block of them says both.
    #[inline]
    fn masks(&self, mut bits: impl FnMut(Rows<'_, 1>) -> (u64, u64)) -> (Mask<W>, Mask<W>) {
        let (mut ones, mut others) = ([0; W], [0; W]);
        for (word, (one, other)) in ones.iter_mut().zip(&mut others).enumerate() {
            (*one, *other) = bits(self.block(word));
        }
        (Mask(ones), Mask(others))
    }
}

impl Rows<'_, 1> {
    /// Their values in a slice that has all of them: a run where it lies, others put into the room.
    #[inline]
    fn of<'s, T: Copy>(self, slice: &'s [T], room: &'s mut [T; BLOCK]) -> &'s [T; BLOCK] {
        if let Rows::Run(first) = self
            && let Some(run) = slice.get(first..).and_then(<[T]>::first_chunk)
        {
            return run;
        }
        gather(slice, self, room, |value| value);
        room
    }
}

/// The lanes of whose value `holds` is true.
#[inline]
pub(crate) fn lanes_where<V>(values: &[V; BLOCK], mut holds: impl FnMut(&V) -> bool) -> u64 {
    // A byte each first, which the compiler makes of several values at once, of wide ones in fewer instructions by way of
    // two bytes; then the lowest bits of eight bytes.
    let mut bytes = [0_u8; BLOCK];
    if size_of::<V>() > size_of::<u16>() {
        let mut pairs = [0_u16; BLOCK];
        pairs.iter_mut().zip(values).for_each(|(pair, value)| *pair = holds(value).into());
        bytes.iter_mut().zip(&pairs).for_each(|(byte, pair)| *byte = (*pair != 0).into());
    } else {
        bytes.iter_mut().zip(values).for_each(|(byte, value)| *byte = holds(value).into());
    }
    let (eights, _) = bytes.as_chunks::<8>();
    eights.iter().rev().fold(0, |lanes, eight| {
        const GATHERED: u64 = 0x0102_0408_1020_4080;
        lanes << 8 | u64::from_le_bytes(*eight).wrapping_mul(GATHERED) >> 56
    })
}

/// The lanes whose value is not missing. As a rule none is, which takes less time to find out than where they are.
#[inline]
pub(crate) fn lanes_known<V>(values: &[V; BLOCK], missing: impl Fn(&V) -> bool) -> u64 {
    if values.iter().fold(false, |some, value| some | missing(value)) {
        !lanes_where(values, missing)
    } else {
        u64::MAX
    }
}

/// Whether a number is not finite: no times such a one is no number.
#[inline]
pub(crate) fn is_missing(number: f64) -> bool {
    (number * 0.0).is_nan()
}

/// A whole number of any type.
trait Whole: Copy + Default + PartialOrd + TryFrom<i64> {
    const LEAST: i64;
    const GREATEST: i64;
}

macro_rules! whole {
    ($($number:ty, $least:expr, $greatest:expr;)+) => {$(
        impl Whole for $number {
            const LEAST: i64 = $least;
            const GREATEST: i64 = $greatest;
        }
    )+};
}

whole! {
    i8, i8::MIN as i64, i8::MAX as i64;
    i16, i16::MIN as i64, i16::MAX as i64;
    i32, i32::MIN as i64, i32::MAX as i64;
    i64, i64::MIN, i64::MAX;
    u8, 0, u8::MAX as i64;
    u16, 0, u16::MAX as i64;
    u32, 0, u32::MAX as i64;
    u64, 0, i64::MAX;
}

/// How many codes are compared one by one, rather than looked up.
pub(crate) const FEW: usize = 4;

/// The codes in the type of a slice, if all can be.
#[inline]
fn in_type<T: Whole>(codes: [i64; FEW]) -> Option<[T; FEW]> {
    let mut own = [T::default(); FEW];
    for (own, code) in own.iter_mut().zip(codes) {
        *own = T::try_from(code).ok()?;
    }
    Some(own)
}

/// The ends of a range in the type of a slice, unless no number of it is within.
#[inline]
fn ends<T: Whole>(range: &RangeInclusive<i64>) -> Option<(T, T)> {
    let (least, greatest) = ((*range.start()).max(T::LEAST), (*range.end()).min(T::GREATEST));
    T::try_from(least).ok().zip(T::try_from(greatest).ok())
}

/// The rows whose number is one of those that `is` finds, and those whose number is one that there can be.
#[inline]
fn lanes_with<T: Whole, const W: usize>(
    slice: &[T],
    rows: Rows<'_, W>,
    known: &RangeInclusive<i64>,
    is: impl Fn(&[T; BLOCK]) -> u64,
) -> (Mask<W>, Mask<W>) {
    let Some((least, greatest)) = ends::<T>(known) else { return (Mask::NONE, Mask::NONE) };
    let mut room = [T::default(); BLOCK];
    if *known.start() <= T::LEAST && T::GREATEST <= *known.end() {
        return (rows.mask(|rows| is(rows.of(slice, &mut room))), Mask::ALL);
    }
    rows.masks(|rows| {
        let own = rows.of(slice, &mut room);
        (is(own), lanes_known(own, |number| *number < least || greatest < *number))
    })
}

/// The rows whose number is within a range, and those whose number is one that there can be.
#[inline]
fn lanes_within<T: Whole, const W: usize>(
    slice: &[T],
    rows: Rows<'_, W>,
    range: &RangeInclusive<i64>,
    known: &RangeInclusive<i64>,
) -> (Mask<W>, Mask<W>) {
    match ends::<T>(range) {
        None => lanes_with(slice, rows, known, |_| 0),
        Some((least, greatest)) if least == greatest => {
            lanes_with(slice, rows, known, |own| lanes_where(own, |number| *number == least))
        }
        // Those outside take fewer instructions to find.
        Some((least, greatest)) => {
            lanes_with(slice, rows, known, |own| !lanes_where(own, |number| *number < least || greatest < *number))
        }
    }
}

/// The rows whose day is within a range, and those that have one.
pub(crate) fn days_within<const W: usize>(
    days: &[i32],
    rows: Rows<'_, W>,
    within: &RangeInclusive<i64>,
) -> (Mask<W>, Mask<W>) {
    lanes_within(days, rows, within, &(DAYS_MIN + 1..=DAYS_MAX - 1))
}

/// Facts of many subjects, one column for each field, all borrowed.
///
/// The layouts are those of [Apache Arrow](https://arrow.apache.org/docs/format/Columnar.html), so that the buffers of
/// an Arrow array are taken as they are; plain slices do as well.
///
/// ```
/// use warmth::columns::{Bits, Column, ColumnError, Columns, Texts};
///
/// let texts = Texts::new(&[0_i32, 5, 8], b"greenred")?; // the dictionary `green`, `red`
/// let columns = Columns::new(3)
///     .with("nps", Column::numbers(&[9_u8, 0, 7]).with_validity(Bits::packed(&[0b101], 0, 3)?))?
///     .with("health", Column::coded(&[0_i32, 1, 0], texts))?;
/// assert_eq!(columns.len(), 3);
/// # Ok::<(), ColumnError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Columns<'a> {
    rows: usize,
    named: Vec<(Cow<'a, str>, Column<'a>)>,
    activities: Option<&'a [Activity]>,
}

impl<'a> Columns<'a> {
    /// So many subjects of whom nothing is known, and who did nothing.
    pub const fn new(rows: usize) -> Columns<'a> {
        Columns { rows, named: Vec::new(), activities: None }
    }

    /// The same with one more column, of the name that models call the field by.
    ///
    /// # Errors
    ///
    /// If the column has not as many rows as the others, or there is one of this name.
    pub fn with(mut self, name: impl Into<Cow<'a, str>>, column: Column<'a>) -> Result<Columns<'a>, ColumnError> {
        let name = name.into();
        if self.column(&name).is_some() {
            return Err(ColumnError::new(format!("there are two columns `{name}`; give each field one")));
        }
        let lengths = [column.len(), column.validity.map(Bits::len)];
        if let Some(rows) = lengths.into_iter().flatten().find(|rows| *rows != self.rows) {
            return Err(ColumnError::new(format!(
                "column `{name}` has {rows} values or validity bits, and there are {} rows; give each one",
                self.rows
            )));
        }
        self.named.push((name, column));
        Ok(self)
    }

    /// The same with what each subject did.
    ///
    /// # Errors
    ///
    /// If there are not as many activities as rows.
    pub fn with_activities(self, activities: &'a [Activity]) -> Result<Columns<'a>, ColumnError> {
        if activities.len() != self.rows {
            let (own, rows) = (activities.len(), self.rows);
            return Err(ColumnError::new(format!(
                "there are {own} activities, and {rows} rows; give each subject one"
            )));
        }
        Ok(Columns { activities: Some(activities), ..self })
    }

    /// How many subjects there are.
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no subjects.
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column<'a>> {
        self.named.iter().find(|(own, _)| own == name).map(|(_, column)| column)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(|(name, _)| &**name)
    }

    pub(crate) fn activity(&self, row: usize) -> Option<&'a Activity> {
        self.activities?.get(row)
    }
}

/// The facts of one field, one for each subject.
#[derive(Clone, Debug)]
pub struct Column<'a> {
    pub(crate) values: Values<'a>,
    validity: Option<Bits<'a>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Values<'a> {
    Missing,
    Numbers(Numbers<'a>),
    Flags(Bits<'a>),
    Texts(Texts<'a>),
    Coded(Codes<'a>, Texts<'a>),
    /// Days since 1970-01-01.
    Dates(&'a [i32]),
    /// Since 1970-01-01 UTC, so many of them a second.
    Times(&'a [i64], i64),
    Lists(Offsets<'a>, Items<'a>),
}

/// What lists are made of.
#[derive(Clone, Debug)]
pub(crate) enum Items<'a> {
    Texts(Texts<'a>),
    Coded(Codes<'a>, Texts<'a>),
}

impl<'a> Column<'a> {
    fn of(values: Values<'a>) -> Column<'a> {
        Column { values, validity: None }
    }

    /// Of which nobody's fact is known.
    pub fn missing() -> Column<'a> {
        Column::of(Values::Missing)
    }

    /// Numbers of any primitive type. As everywhere, one that is not finite is missing, and so is a whole one beyond
    /// ±2^53.
    pub fn numbers(numbers: impl Into<Numbers<'a>>) -> Column<'a> {
        Column::of(Values::Numbers(numbers.into()))
    }

    /// Flags, a bit of [`Bits::packed`] or a `bool` each.
    pub fn flags(flags: impl Into<Bits<'a>>) -> Column<'a> {
        Column::of(Values::Flags(flags.into()))
    }

    /// Texts, one after the other.
    pub fn texts(texts: Texts<'a>) -> Column<'a> {
        Column::of(Values::Texts(texts))
    }

    /// Texts of a dictionary, by their places in it. A place that is not in the dictionary is missing.
    pub fn coded(codes: impl Into<Codes<'a>>, dictionary: Texts<'a>) -> Column<'a> {
        Column::of(Values::Coded(codes.into(), dictionary))
    }

    /// Dates as days since 1970-01-01: Arrow's `Date32`.
    pub fn dates(days: &'a [i32]) -> Column<'a> {
        Column::of(Values::Dates(days))
    }

    /// Instants as counts since 1970-01-01 UTC, `per_second` of them a second: 1, 1,000 and so on for Arrow's
    /// `Timestamp`, which counts in UTC whatever its time zone.
    ///
    /// # Errors
    ///
    /// If there are no counts in a second.
    pub fn times(counts: &'a [i64], per_second: u32) -> Result<Column<'a>, ColumnError> {
        if per_second == 0 {
            return Err(ColumnError::new(
                "no counts make up a second; give 1 for seconds, 1000 for milliseconds".into(),
            ));
        }
        Ok(Column::of(Values::Times(counts, per_second.into())))
    }

    /// Lists of tags: row `n` has the items from `offsets[n]` up to, but not including, `offsets[n + 1]`.
    ///
    /// # Errors
    ///
    /// If offsets fall, or lead beyond the items.
    pub fn lists(offsets: impl Into<Offsets<'a>>, items: Texts<'a>) -> Result<Column<'a>, ColumnError> {
        let offsets = offsets.into();
        offsets.check(items.len())?;
        Ok(Column::of(Values::Lists(offsets, Items::Texts(items))))
    }

    /// Lists of tags of a dictionary, by their places in it.
    ///
    /// # Errors
    ///
    /// If offsets fall, or lead beyond the codes.
    pub fn coded_lists(
        offsets: impl Into<Offsets<'a>>,
        codes: impl Into<Codes<'a>>,
        dictionary: Texts<'a>,
    ) -> Result<Column<'a>, ColumnError> {
        let (offsets, codes) = (offsets.into(), codes.into());
        offsets.check(codes.len())?;
        Ok(Column::of(Values::Lists(offsets, Items::Coded(codes, dictionary))))
    }

    /// The same, facts missing where a bit is not set; instead of a validity given before.
    #[must_use]
    pub fn with_validity(self, validity: Bits<'a>) -> Column<'a> {
        Column { validity: Some(validity), ..self }
    }

    /// How many rows there are; `None` of a column that fits any number.
    fn len(&self) -> Option<usize> {
        let values = match &self.values {
            Values::Missing => return None,
            Values::Numbers(numbers) => numbers.len(),
            Values::Flags(flags) => flags.len(),
            Values::Texts(texts) => texts.len(),
            Values::Coded(codes, _) => codes.len(),
            Values::Dates(days) => days.len(),
            Values::Times(counts, _) => counts.len(),
            Values::Lists(offsets, _) => offsets.len(),
        };
        Some(values)
    }

    /// The kind of its facts; `None` where there are none.
    pub(crate) fn kind(&self) -> Option<Kind> {
        Some(match &self.values {
            Values::Missing => return None,
            Values::Numbers(_) => Kind::Number,
            Values::Flags(_) => Kind::Flag,
            Values::Texts(_) | Values::Coded(..) => Kind::Text,
            Values::Dates(_) => Kind::Date,
            Values::Times(..) => Kind::Time,
            Values::Lists(..) => Kind::Tags,
        })
    }

    fn is_valid(&self, row: usize) -> bool {
        self.validity.is_none_or(|validity| validity.is_set(row))
    }

    /// Those among these rows that have a fact, as far as validity tells, the first in the lowest bit.
    pub(crate) fn valid_among<const W: usize>(&self, rows: Rows<'_, W>) -> Mask<W> {
        match self.validity {
            None => Mask::ALL,
            Some(validity) => validity.among(rows),
        }
    }

    /// The fact of a row.
    pub(crate) fn fact(&self, row: usize) -> Fact<'_> {
        if !self.is_valid(row) {
            return Fact::Missing;
        }
        match &self.values {
            Values::Missing => Fact::Missing,
            Values::Numbers(numbers) => numbers.fact(row),
            Values::Flags(flags) => Fact::Flag(flags.is_set(row)),
            Values::Texts(texts) => texts.get(row).map_or(Fact::Missing, Fact::Text),
            Values::Coded(codes, texts) => {
                codes.get(row).and_then(|code| texts.get(code)).map_or(Fact::Missing, Fact::Text)
            }
            Values::Dates(days) => match days.get(row).map(|day| i64::from(*day)).filter(|day| is_a_day(*day)) {
                Some(day) => Fact::Date(date_at(day)),
                None => Fact::Missing,
            },
            Values::Times(counts, per_second) => counts
                .get(row)
                .and_then(|count| DateTime::<Utc>::from_timestamp(count.div_euclid(*per_second), 0))
                .map_or(Fact::Missing, Fact::Time),
            Values::Lists(offsets, items) => match offsets.range(row) {
                Some((from, to)) => Fact::Tags(Tags::listed(items, from, to)),
                None => Fact::Missing,
            },
        }
    }

    /// Reads the values of rows, one after the other, so that they are in the caches when some are looked at here and
    /// some there.
    pub(crate) fn read_ahead(&self, rows: Range<usize>) {
        match &self.values {
            Values::Missing | Values::Flags(_) | Values::Texts(_) => {}
            Values::Numbers(numbers) => {
                whatever!(NumberSlice::{I8 I16 I32 I64 U8 U16 U32 U64 F32 F64} of numbers.0, |slice| read(slice, rows));
            }
            Values::Coded(codes, _) => codes.read_ahead(rows),
            Values::Dates(days) => read(days, rows),
            Values::Times(counts, _) => read(counts, rows),
            Values::Lists(offsets, items) => {
                let ends = offsets.range(rows.start).zip(offsets.range(rows.end.saturating_sub(1)));
                whatever!(OffsetSlice::{I32 I64} of offsets.0, |slice| read(slice, rows));
                if let (Items::Coded(codes, _), Some(((first, _), (_, end)))) = (items, ends) {
                    codes.read_ahead(first..end);
                }
            }
        }
    }
}

/// Reads something of each line of the caches that has some of these values.
#[inline]
fn read<T: PartialEq>(slice: &[T], rows: Range<usize>) {
    fn of_each<T: PartialEq, const N: usize>(own: &[T]) -> usize {
        let (lines, _) = own.as_chunks::<N>();
        lines.iter().filter(|line| line.first() == own.first()).count()
    }
    let own = slice.get(rows).unwrap_or_default();
    // Lines of 64 bytes.
    std::hint::black_box(match size_of::<T>() {
        1 => of_each::<T, 64>(own),
        2 => of_each::<T, 32>(own),
        4 => of_each::<T, 16>(own),
        _ => of_each::<T, 8>(own),
    });
}

/// Whether there is a date for it; other days are missing.
pub(crate) fn is_a_day(day: i64) -> bool {
    (DAYS_MIN + 1..DAYS_MAX).contains(&day)
}

impl Items<'_> {
    #[inline]
    pub(crate) fn get(&self, item: usize) -> Option<&str> {
        match self {
            Items::Texts(texts) => texts.get(item),
            Items::Coded(codes, texts) => texts.get(codes.get(item)?),
        }
    }
}

/// Bits, the lowest of a byte first, or `bool`s.
#[derive(Clone, Copy, Debug)]
pub struct Bits<'a>(Bit<'a>);

#[derive(Clone, Copy, Debug)]
enum Bit<'a> {
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

impl Bits<'_> {
    /// Those that are set among these rows.
    pub(crate) fn among<const W: usize>(self, rows: Rows<'_, W>) -> Mask<W> {
        match self.0 {
            Bit::Plain(flags) => {
                let mut room = [false; BLOCK];
                rows.mask(|rows| lanes_where(rows.of(flags, &mut room), |flag| *flag))
            }
            Bit::Packed { bytes, from, .. } => {
                let mut flags = [0; BLOCK];
                rows.mask(|rows| match rows {
                    Rows::Run(first) => run_of_bits(bytes, from + first).unwrap_or(0),
                    Rows::Any(first, [rows]) => {
                        let first = from + first;
                        for (own, row) in flags.iter_mut().zip(rows) {
                            let bit = first + usize::from(*row);
                            let Some(byte) = bytes.get(bit / 8) else { break };
                            *own = byte >> (bit % 8) & 1;
                        }
                        lanes_where(&flags, |flag| *flag != 0)
                    }
                })
            }
        }
    }
}

/// The bits of a block from this one on, of nine bytes at most.
#[inline]
fn run_of_bits(bytes: &[u8], bit: usize) -> Option<u64> {
    let bytes = bytes.get(bit / 8..)?;
    let low = u64::from_le_bytes(*bytes.first_chunk()?);
    Some(match bit % 8 {
        0 => low,
        shift => low >> shift | u64::from(*bytes.get(8)?) << (64 - shift),
    })
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
        pub struct $name<'a>($slices<'a>);

        #[derive(Clone, Copy, Debug)]
        enum $slices<'a> { $($variant(&'a [$number])),+ }

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
    Codes, CodeSlice { I8(i8), I16(i16), I32(i32), I64(i64), U8(u8), U16(u16), U32(u32), U64(u64) }
}

slices! {
    /// A slice of offsets, none below the one before it and one more than there are texts or lists: where each begins, and where
    /// the last ends.
    Offsets, OffsetSlice { I32(i32), I64(i64) }
}

/// The whole numbers within a range, as far as they are of 64 bits.
#[expect(clippy::cast_possible_truncation, reason = "held at the ends, beyond which no number of a column is")]
fn whole_within(least: f64, greatest: f64) -> RangeInclusive<i64> {
    least.ceil() as i64..=greatest.floor() as i64
}

/// The whole numbers that are no missing ones.
const KNOWN: RangeInclusive<i64> = -(1 << 53)..=1 << 53;

impl Numbers<'_> {
    fn len(self) -> usize {
        whatever!(NumberSlice::{I8 I16 I32 I64 U8 U16 U32 U64 F32 F64} of self.0, |slice| slice.len())
    }

    fn fact(self, row: usize) -> Fact<'static> {
        whatever!(NumberSlice::{I8 I16 I32 I64 U8 U16 U32 U64 F32 F64} of self.0, |slice| slice
            .get(row)
            .map_or(Fact::Missing, |number| Fact::from(*number)))
    }

    /// Those among these rows whose number is within a range, and those that have one.
    pub(crate) fn within<const W: usize>(self, rows: Rows<'_, W>, least: f64, greatest: f64) -> (Mask<W>, Mask<W>) {
        let doubles = |own: &[f64; BLOCK]| {
            let inside = lanes_where(own, |number| least <= *number && *number <= greatest);
            (inside, lanes_known(own, |number| is_missing(*number)))
        };
        let range = whole_within(least, greatest);
        match self.0 {
            NumberSlice::I8(slice) => lanes_within(slice, rows, &range, &KNOWN),
            NumberSlice::I16(slice) => lanes_within(slice, rows, &range, &KNOWN),
            NumberSlice::I32(slice) => lanes_within(slice, rows, &range, &KNOWN),
            NumberSlice::I64(slice) => lanes_within(slice, rows, &range, &KNOWN),
            NumberSlice::U8(slice) => lanes_within(slice, rows, &range, &KNOWN),
            NumberSlice::U16(slice) => lanes_within(slice, rows, &range, &KNOWN),
            NumberSlice::U32(slice) => lanes_within(slice, rows, &range, &KNOWN),
            NumberSlice::U64(slice) => lanes_within(slice, rows, &range, &KNOWN),
            NumberSlice::F64(slice) => {
                let mut room = [0.0; BLOCK];
                rows.masks(|rows| doubles(rows.of(slice, &mut room)))
            }
            NumberSlice::F32(_) => {
                let mut numbers = [0.0; BLOCK];
                rows.masks(|rows| {
                    self.at(rows, &mut numbers);
                    doubles(&numbers)
                })
            }
        }
    }

    /// The numbers of these rows, one that is missing as one that is not finite.
    pub(crate) fn at(self, rows: Rows<'_, 1>, numbers: &mut [f64; BLOCK]) {
        let whole = |fact| if let Fact::Number(number) = fact { number } else { f64::NAN };
        match self.0 {
            NumberSlice::I8(slice) => gather(slice, rows, numbers, f64::from),
            NumberSlice::I16(slice) => gather(slice, rows, numbers, f64::from),
            NumberSlice::I32(slice) => gather(slice, rows, numbers, f64::from),
            NumberSlice::U8(slice) => gather(slice, rows, numbers, f64::from),
            NumberSlice::U16(slice) => gather(slice, rows, numbers, f64::from),
            NumberSlice::U32(slice) => gather(slice, rows, numbers, f64::from),
            NumberSlice::F32(slice) => gather(slice, rows, numbers, f64::from),
            NumberSlice::F64(slice) => gather(slice, rows, numbers, |number| number),
            NumberSlice::I64(slice) => gather(slice, rows, numbers, |number| whole(Fact::from(number))),
            NumberSlice::U64(slice) => gather(slice, rows, numbers, |number| whole(Fact::from(number))),
        }
    }
}

/// Values of a slice in these rows. A run is taken as it lies, without looking for each row.
#[inline]
pub(crate) fn gather<T: Copy, U>(slice: &[T], rows: Rows<'_, 1>, values: &mut [U; BLOCK], f: impl Fn(T) -> U) {
    match rows {
        Rows::Run(first) => {
            let run: Option<&[T; BLOCK]> = slice.get(first..).and_then(<[T]>::first_chunk);
            values.iter_mut().zip(run.into_iter().flatten()).for_each(|(own, value)| *own = f(*value));
        }
        Rows::Any(first, [rows]) => {
            let slice = slice.get(first..).unwrap_or_default();
            // Eight to a turn, of which the compiler makes no loop.
            for (own, rows) in values.as_chunks_mut::<8>().0.iter_mut().zip(rows.as_chunks::<8>().0) {
                for (own, row) in own.iter_mut().zip(rows) {
                    // They are all there: one way out costs less than a detour for each.
                    let Some(value) = slice.get(usize::from(*row)) else { return };
                    *own = f(*value);
                }
            }
        }
    }
}

/// A code or an offset as a place, if it can be one.
#[inline]
fn place(number: impl TryInto<usize>) -> Option<usize> {
    number.try_into().ok()
}

/// So many codes.
fn first_codes(count: usize) -> RangeInclusive<i64> {
    0..=i64::try_from(count).unwrap_or(i64::MAX) - 1
}

/// Whether a table has `true` for a code.
#[inline]
fn has(table: &[bool], code: impl TryInto<usize>) -> bool {
    place(code).and_then(|place| table.get(place)).copied().unwrap_or(false)
}

impl Codes<'_> {
    /// Those among these rows that have this code, and those that have one of so many.
    pub(crate) fn equal<const W: usize>(self, rows: Rows<'_, W>, code: i64, count: usize) -> (Mask<W>, Mask<W>) {
        whatever!(CodeSlice::{I8 I16 I32 I64 U8 U16 U32 U64} of self.0, |slice| {
            lanes_within(slice, rows, &(code..=code), &first_codes(count))
        })
    }

    /// Those among these rows for whose code a table has `true`, and those whose code it has; `few` has all of the
    /// former, if they are no more.
    pub(crate) fn looked_up<const W: usize>(
        self,
        rows: Rows<'_, W>,
        table: &[bool],
        few: Option<[i64; FEW]>,
    ) -> (Mask<W>, Mask<W>) {
        let known = first_codes(table.len());
        whatever!(CodeSlice::{I8 I16 I32 I64 U8 U16 U32 U64} of self.0, |slice| {
            match few.and_then(in_type) {
                Some(few) => lanes_with(slice, rows, &known, |own| lanes_where(own, |code| few.contains(code))),
                None => lanes_with(slice, rows, &known, |own| lanes_where(own, |code| has(table, *code))),
            }
        })
    }

    fn read_ahead(self, codes: Range<usize>) {
        whatever!(CodeSlice::{I8 I16 I32 I64 U8 U16 U32 U64} of self.0, |slice| read(slice, codes));
    }

    fn len(self) -> usize {
        whatever!(CodeSlice::{I8 I16 I32 I64 U8 U16 U32 U64} of self.0, |slice| slice.len())
    }

    #[inline]
    pub(crate) fn get(self, row: usize) -> Option<usize> {
        whatever!(CodeSlice::{I8 I16 I32 I64 U8 U16 U32 U64} of self.0, |slice| place(*slice.get(row)?))
    }
}

/// Where something begins or ends.
trait Offset: Copy {
    /// As a place; far beyond all there are if it is below them.
    fn place(self) -> usize;
}

impl Offset for i32 {
    #[inline]
    fn place(self) -> usize {
        usize::try_from(self.cast_unsigned()).unwrap_or(usize::MAX)
    }
}

impl Offset for i64 {
    #[inline]
    fn place(self) -> usize {
        usize::try_from(self.cast_unsigned()).unwrap_or(usize::MAX)
    }
}

/// For lists of up to eight items, a one for each place within.
static WITHIN: [[u32; 8]; 9] = [
    [0, 0, 0, 0, 0, 0, 0, 0],
    [1, 0, 0, 0, 0, 0, 0, 0],
    [1, 1, 0, 0, 0, 0, 0, 0],
    [1, 1, 1, 0, 0, 0, 0, 0],
    [1, 1, 1, 1, 0, 0, 0, 0],
    [1, 1, 1, 1, 1, 0, 0, 0],
    [1, 1, 1, 1, 1, 1, 0, 0],
    [1, 1, 1, 1, 1, 1, 1, 0],
    [1, 1, 1, 1, 1, 1, 1, 1],
];

/// Those among these rows in whose lists there is a code of which something is true.
#[inline(never)]
fn lists_where<O, T>(offsets: &[O], codes: &[T], rows: Rows<'_, 1>, is: impl Fn(T) -> bool + Copy) -> u64
where
    O: Offset,
    T: Copy,
{
    let any = move |from: O, to: O| {
        let (from, to) = (from.place(), to.place());
        let Some(rest) = codes.get(from..) else { return 0 };
        match (rest.first_chunk::<8>(), WITHIN.get(to - from)) {
            // All eight, those beyond the end forgotten: how far a list reaches cannot be guessed.
            (Some(eight), Some(within)) => {
                eight.iter().zip(within).fold(0, |any, (code, within)| any | (u32::from(is(*code)) & within))
            }
            _ => u32::from(rest.iter().take(to - from).any(|code| is(*code))),
        }
    };
    let mut each = [0; BLOCK];
    match rows {
        Rows::Run(first) => {
            let offsets = offsets.get(first..).unwrap_or_default();
            let lists = offsets.iter().zip(offsets.iter().skip(1));
            each.iter_mut().zip(lists).for_each(|(own, (from, to))| *own = any(*from, *to));
        }
        Rows::Any(first, [rows]) => {
            let ends = offsets.get(first + 1..).unwrap_or_default();
            let starts = offsets.get(first..).and_then(|starts| starts.get(..ends.len())).unwrap_or_default();
            for (own, row) in each.iter_mut().zip(rows) {
                let row = usize::from(*row);
                let (Some(from), Some(to)) = (starts.get(row), ends.get(row)) else { break };
                *own = any(*from, *to);
            }
        }
    }
    lanes_where(&each, |any| *any != 0)
}

impl Offsets<'_> {
    fn len(self) -> usize {
        whatever!(OffsetSlice::{I32 I64} of self.0, |slice| slice.len().saturating_sub(1))
    }

    /// From where to where a text or a list reaches.
    #[inline]
    fn range(self, place: usize) -> Option<(usize, usize)> {
        whatever!(OffsetSlice::{I32 I64} of self.0, |slice| {
            let (from, to) = (slice.get(place)?, slice.get(place + 1)?);
            Some((self::place(*from)?, self::place(*to)?))
        })
    }

    /// Those among these rows in whose lists there is a code for which a table has `true`; `few` has all of these, if
    /// they are no more.
    pub(crate) fn any<const W: usize>(
        self,
        codes: Codes<'_>,
        rows: Rows<'_, W>,
        table: &[bool],
        few: Option<[i64; FEW]>,
    ) -> Mask<W> {
        whatever!(CodeSlice::{I8 I16 I32 I64 U8 U16 U32 U64} of codes.0, |slice| {
            self.lists_in(slice, rows, table, few)
        })
    }

    fn lists_in<T, const W: usize>(
        self,
        codes: &[T],
        rows: Rows<'_, W>,
        table: &[bool],
        few: Option<[i64; FEW]>,
    ) -> Mask<W>
    where
        T: Whole + TryInto<usize>,
    {
        match few.and_then(in_type::<T>) {
            Some([a, b, c, d]) if c == a && d == a => self.lists_with(codes, rows, move |code| code == a || code == b),
            Some(few) => self.lists_with(codes, rows, move |code| few.contains(&code)),
            None => self.lists_with(codes, rows, |code| has(table, code)),
        }
    }

    /// Those among these rows in whose lists there is a code of which something is true.
    #[inline]
    fn lists_with<T: Copy, const W: usize>(
        self,
        codes: &[T],
        rows: Rows<'_, W>,
        is: impl Fn(T) -> bool + Copy,
    ) -> Mask<W> {
        whatever!(OffsetSlice::{I32 I64} of self.0, |offsets| rows.mask(|rows| lists_where(offsets, codes, rows, is)))
    }

    fn check(self, end: usize) -> Result<(), ColumnError> {
        let mut before = 0;
        for place in 0..self.len() {
            match self.range(place) {
                Some((from, to)) if before <= from && from <= to && to <= end => before = to,
                _ => {
                    let wrong =
                        format!("offsets {place} and {} fall or lead beyond the {end} that there are", place + 1);
                    return Err(ColumnError::new(wrong));
                }
            }
        }
        Ok(())
    }
}
