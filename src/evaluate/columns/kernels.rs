//! SIMD kernels: loops over 64 values at a time that turn borrowed columns into masks.
//!
//! Each takes the rows of a block and returns two masks: the lanes for which a test holds, and the lanes whose fact is
//! known. The loops are branch-free over arrays of constant length, which is what lets the compiler vectorise them
//! without a target feature and without unsafe code.

use std::ops::{Range, RangeInclusive};

use super::mask::{LANES, Mask, Rows, WordRows};
use crate::input::buffers::{
    Bit, Bits, KeySlice, Keys, NumberSlice, Numbers, OffsetSlice, Offsets, position, with_slice,
};
use crate::input::columns::{Column, ColumnValues, is_a_day};
use crate::input::decimals::{Decimals, nearest};
use crate::input::facts::Fact;
use crate::time::{DAYS_MAX, DAYS_MIN, civil_day};

/// The lanes for whose value `holds` is true.
#[inline]
pub(super) fn lanes_where<V>(values: &[V; LANES], mut holds: impl FnMut(&V) -> bool) -> u64 {
    // A byte for each lane first, which the compiler vectorises (wide values in fewer instructions by way of two bytes),
    // then the lowest bits of eight bytes by one multiplication.
    let mut bytes = [0_u8; LANES];
    if size_of::<V>() > size_of::<u16>() {
        let mut pairs = [0_u16; LANES];
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

/// The lanes whose value is not missing. Usually none is, which is faster to find out than where they are.
#[inline]
pub(super) fn lanes_known<V>(values: &[V; LANES], missing: impl Fn(&V) -> bool) -> u64 {
    if values.iter().fold(false, |some, value| some | missing(value)) {
        !lanes_where(values, missing)
    } else {
        u64::MAX
    }
}

/// Whether a number is not finite: zero times such a number is NaN.
#[inline]
pub(super) fn is_missing(number: f64) -> bool {
    (number * 0.0).is_nan()
}

/// A whole number of any primitive type.
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

/// Up to this many keys are compared one by one; more are looked up in a table.
pub(super) const FEW_KEYS: usize = 4;

/// The keys in the type of a slice, if all fit.
#[inline]
fn in_type<T: Whole>(keys: [i64; FEW_KEYS]) -> Option<[T; FEW_KEYS]> {
    let mut own = [T::default(); FEW_KEYS];
    for (own, key) in own.iter_mut().zip(keys) {
        *own = T::try_from(key).ok()?;
    }
    Some(own)
}

/// The ends of a range in the type of a slice, unless the range contains no number of that type.
#[inline]
fn ends<T: Whole>(range: &RangeInclusive<i64>) -> Option<(T, T)> {
    let (least, greatest) = ((*range.start()).max(T::LEAST), (*range.end()).min(T::GREATEST));
    T::try_from(least).ok().zip(T::try_from(greatest).ok())
}

/// The rows whose number passes `is`, and the rows whose number is in the `known` range.
#[inline]
fn lanes_with<T: Whole>(
    slice: &[T],
    rows: Rows<'_>,
    known: &RangeInclusive<i64>,
    is: impl Fn(&[T; LANES]) -> u64,
) -> (Mask, Mask) {
    let Some((least, greatest)) = ends::<T>(known) else { return (Mask::NONE, Mask::NONE) };
    let mut room = [T::default(); LANES];
    if *known.start() <= T::LEAST && T::GREATEST <= *known.end() {
        return (rows.mask(|rows| is(rows.of(slice, &mut room))), Mask::ALL);
    }
    rows.masks(|rows| {
        let own = rows.of(slice, &mut room);
        (is(own), lanes_known(own, |number| *number < least || greatest < *number))
    })
}

/// The rows whose number is in `range`, and the rows whose number is in the `known` range.
#[inline]
fn lanes_within<T: Whole>(
    slice: &[T],
    rows: Rows<'_>,
    range: &RangeInclusive<i64>,
    known: &RangeInclusive<i64>,
) -> (Mask, Mask) {
    match ends::<T>(range) {
        None => lanes_with(slice, rows, known, |_| 0),
        Some((least, greatest)) if least == greatest => {
            lanes_with(slice, rows, known, |own| lanes_where(own, |number| *number == least))
        }
        // The complement takes fewer instructions.
        Some((least, greatest)) => {
            lanes_with(slice, rows, known, |own| !lanes_where(own, |number| *number < least || greatest < *number))
        }
    }
}

impl Column<'_> {
    /// The rows whose fact is valid, as far as the validity bitmap says.
    pub(super) fn valid_among(&self, rows: Rows<'_>) -> Mask {
        match self.validity {
            None => Mask::ALL,
            Some(validity) => validity.among(rows),
        }
    }

    /// The same for one word.
    pub(super) fn valid_in(&self, rows: WordRows<'_>) -> u64 {
        self.validity.map_or(u64::MAX, |validity| validity.in_word(rows))
    }

    /// The civil days of a column of dates or times, and the lanes that have one.
    pub(super) fn days_at(&self, offset_secs: i64, rows: WordRows<'_>, days: &mut [i64; LANES]) -> u64 {
        match self.values {
            ColumnValues::Dates(own) => rows.gather(own, days, i64::from),
            ColumnValues::Times(own, per_second) => {
                rows.gather(own, days, |count| civil_day(count.div_euclid(per_second), offset_secs));
            }
            _ => return 0,
        }
        lanes_where(days, |day| is_a_day(*day))
    }

    /// Prefetches rows: reads something of each cache line that holds their values.
    pub(super) fn read_ahead(&self, rows: Range<usize>) {
        match &self.values {
            ColumnValues::Missing | ColumnValues::Flags(_) | ColumnValues::Texts(_) => {}
            ColumnValues::Numbers(numbers) => {
                with_slice!(NumberSlice::{I8 I16 I32 I64 U8 U16 U32 U64 F32 F64} of numbers.0, |slice| read(slice, rows));
            }
            ColumnValues::Decimals(decimals) => read(decimals.values, rows),
            ColumnValues::Dictionary(keys, _) => keys.read_ahead(rows),
            ColumnValues::Dates(days) => read(days, rows),
            ColumnValues::Times(counts, _) => read(counts, rows),
            ColumnValues::Lists(offsets, items) => {
                let ends = offsets.range(rows.start).zip(offsets.range(rows.end.saturating_sub(1)));
                with_slice!(OffsetSlice::{I32 I64} of offsets.0, |slice| read(slice, rows));
                if let (Some((keys, _)), Some(((first, _), (_, end)))) = (items.dictionary(), ends) {
                    keys.read_ahead(first..end);
                }
            }
        }
    }
}

/// Reads something of each cache line that holds some of these values.
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

/// The rows whose day is in a range, and the rows that have one.
pub(super) fn days_within(days: &[i32], rows: Rows<'_>, within: &RangeInclusive<i64>) -> (Mask, Mask) {
    lanes_within(days, rows, within, &(DAYS_MIN + 1..=DAYS_MAX - 1))
}

impl Bits<'_> {
    /// The rows whose bit is set.
    pub(super) fn among(self, rows: Rows<'_>) -> Mask {
        rows.mask(|rows| self.in_word(rows))
    }

    /// The same for one word.
    #[inline]
    fn in_word(self, rows: WordRows<'_>) -> u64 {
        match (self.0, rows) {
            (Bit::Plain(flags), rows) => lanes_where(rows.of(flags, &mut [false; LANES]), |flag| *flag),
            (Bit::Packed { bytes, from, .. }, WordRows::Run(first)) => run_of_bits(bytes, from + first).unwrap_or(0),
            (Bit::Packed { bytes, from, .. }, WordRows::Any(first, rows)) => {
                let mut flags = [0; LANES];
                let first = from + first;
                for (own, row) in flags.iter_mut().zip(rows) {
                    let bit = first + usize::from(*row);
                    let Some(byte) = bytes.get(bit / 8) else { break };
                    *own = byte >> (bit % 8) & 1;
                }
                lanes_where(&flags, |flag| *flag != 0)
            }
        }
    }
}

/// 64 bits from this one on, which span at most nine bytes.
#[inline]
fn run_of_bits(bytes: &[u8], bit: usize) -> Option<u64> {
    let bytes = bytes.get(bit / 8..)?;
    let low = u64::from_le_bytes(*bytes.first_chunk()?);
    Some(match bit % 8 {
        0 => low,
        shift => low >> shift | u64::from(*bytes.get(8)?) << (64 - shift),
    })
}

/// The whole numbers in a range of doubles, saturated to 64 bits.
#[expect(clippy::cast_possible_truncation, reason = "saturates at the ends, beyond which no column has a number")]
fn whole_within(least: f64, greatest: f64) -> RangeInclusive<i64> {
    least.ceil() as i64..=greatest.floor() as i64
}

/// The whole numbers that are not missing.
const KNOWN: RangeInclusive<i64> = -(1 << 53)..=1 << 53;

impl Numbers<'_> {
    /// The rows whose number is in a range, and the rows that have one.
    pub(super) fn within(self, rows: Rows<'_>, least: f64, greatest: f64) -> (Mask, Mask) {
        let doubles = |own: &[f64; LANES]| doubles_within(own, least, greatest);
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
                let mut room = [0.0; LANES];
                rows.masks(|rows| doubles(rows.of(slice, &mut room)))
            }
            NumberSlice::F32(_) => {
                let mut numbers = [0.0; LANES];
                rows.masks(|rows| {
                    self.at(rows, &mut numbers);
                    doubles(&numbers)
                })
            }
        }
    }

    /// The numbers of these rows, NaN where missing.
    pub(super) fn at(self, rows: WordRows<'_>, numbers: &mut [f64; LANES]) {
        let whole = |fact| if let Fact::Number(number) = fact { number } else { f64::NAN };
        match self.0 {
            NumberSlice::I8(slice) => rows.gather(slice, numbers, f64::from),
            NumberSlice::I16(slice) => rows.gather(slice, numbers, f64::from),
            NumberSlice::I32(slice) => rows.gather(slice, numbers, f64::from),
            NumberSlice::U8(slice) => rows.gather(slice, numbers, f64::from),
            NumberSlice::U16(slice) => rows.gather(slice, numbers, f64::from),
            NumberSlice::U32(slice) => rows.gather(slice, numbers, f64::from),
            NumberSlice::F32(slice) => rows.gather(slice, numbers, f64::from),
            NumberSlice::F64(slice) => rows.gather(slice, numbers, |number| number),
            NumberSlice::I64(slice) => rows.gather(slice, numbers, |number| whole(Fact::from(number))),
            NumberSlice::U64(slice) => rows.gather(slice, numbers, |number| whole(Fact::from(number))),
        }
    }
}

/// The lanes whose number is in a range, and the lanes that have one.
#[inline]
fn doubles_within(numbers: &[f64; LANES], least: f64, greatest: f64) -> (u64, u64) {
    let inside = lanes_where(numbers, |number| least <= *number && *number <= greatest);
    (inside, lanes_known(numbers, |number| is_missing(*number)))
}

impl Decimals<'_> {
    /// The rows whose number is in a range, and the rows that have one.
    pub(super) fn within(self, rows: Rows<'_>, least: f64, greatest: f64) -> (Mask, Mask) {
        let mut numbers = [0.0; LANES];
        rows.masks(|rows| {
            self.at(rows, &mut numbers);
            doubles_within(&numbers, least, greatest)
        })
    }

    /// The numbers of these rows, NaN where missing.
    pub(super) fn at(self, rows: WordRows<'_>, numbers: &mut [f64; LANES]) {
        rows.gather(self.values, numbers, |value| nearest(value, self.scale));
    }
}

/// The keys of a dictionary of this many entries.
fn keys_of(entries: usize) -> RangeInclusive<i64> {
    0..=i64::try_from(entries).unwrap_or(i64::MAX) - 1
}

/// Whether a table has `true` for a key.
#[inline]
fn has(table: &[bool], key: impl TryInto<usize>) -> bool {
    position(key).and_then(|key| table.get(key)).copied().unwrap_or(false)
}

impl Keys<'_> {
    /// The rows that have this key, and the rows whose key is in a dictionary of this many entries.
    pub(super) fn equal(self, rows: Rows<'_>, key: i64, entries: usize) -> (Mask, Mask) {
        with_slice!(KeySlice::{I8 I16 I32 I64 U8 U16 U32 U64} of self.0, |slice| {
            lanes_within(slice, rows, &(key..=key), &keys_of(entries))
        })
    }

    /// The rows for whose key `table` has `true`, and the rows whose key is in the table. `few` lists the true keys if
    /// there are at most [`FEW_KEYS`].
    pub(super) fn looked_up(self, rows: Rows<'_>, table: &[bool], few: Option<[i64; FEW_KEYS]>) -> (Mask, Mask) {
        let known = keys_of(table.len());
        with_slice!(KeySlice::{I8 I16 I32 I64 U8 U16 U32 U64} of self.0, |slice| {
            match few.and_then(in_type) {
                Some(few) => lanes_with(slice, rows, &known, |own| lanes_where(own, |key| few.contains(key))),
                None => lanes_with(slice, rows, &known, |own| lanes_where(own, |key| has(table, *key))),
            }
        })
    }

    fn read_ahead(self, rows: Range<usize>) {
        with_slice!(KeySlice::{I8 I16 I32 I64 U8 U16 U32 U64} of self.0, |slice| read(slice, rows));
    }
}

/// The start or end of a list in its items.
trait Offset: Copy {
    /// As an index; beyond every item if the offset is negative.
    fn index(self) -> usize;
}

impl Offset for i32 {
    #[inline]
    fn index(self) -> usize {
        usize::try_from(self.cast_unsigned()).unwrap_or(usize::MAX)
    }
}

impl Offset for i64 {
    #[inline]
    fn index(self) -> usize {
        usize::try_from(self.cast_unsigned()).unwrap_or(usize::MAX)
    }
}

/// For lists of zero to eight items, a one at each position inside the list.
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

/// The rows whose list has a key that passes `is`.
#[inline(never)]
fn lists_where<O, T>(offsets: &[O], keys: &[T], rows: WordRows<'_>, is: impl Fn(T) -> bool + Copy) -> u64
where
    O: Offset,
    T: Copy,
{
    let any = move |from: O, to: O| {
        let (from, to) = (from.index(), to.index());
        let Some(rest) = keys.get(from..) else { return 0 };
        match (rest.first_chunk::<8>(), WITHIN.get(to - from)) {
            // Test all eight and mask those beyond the end: the length of a list is not a predictable branch.
            (Some(eight), Some(within)) => {
                eight.iter().zip(within).fold(0, |any, (key, within)| any | (u32::from(is(*key)) & within))
            }
            _ => u32::from(rest.iter().take(to - from).any(|key| is(*key))),
        }
    };
    let mut each = [0; LANES];
    match rows {
        WordRows::Run(first) => {
            let offsets = offsets.get(first..).unwrap_or_default();
            let lists = offsets.iter().zip(offsets.iter().skip(1));
            each.iter_mut().zip(lists).for_each(|(own, (from, to))| *own = any(*from, *to));
        }
        WordRows::Any(first, rows) => {
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
    /// The rows whose list has a key for which `table` has `true`. `few` lists the true keys if there are at most
    /// [`FEW_KEYS`].
    pub(super) fn any(self, keys: Keys<'_>, rows: Rows<'_>, table: &[bool], few: Option<[i64; FEW_KEYS]>) -> Mask {
        with_slice!(KeySlice::{I8 I16 I32 I64 U8 U16 U32 U64} of keys.0, |slice| {
            self.lists_in(slice, rows, table, few)
        })
    }

    fn lists_in<T>(self, keys: &[T], rows: Rows<'_>, table: &[bool], few: Option<[i64; FEW_KEYS]>) -> Mask
    where
        T: Whole + TryInto<usize>,
    {
        match few.and_then(in_type::<T>) {
            Some([a, b, c, d]) if c == a && d == a => self.lists_with(keys, rows, move |key| key == a || key == b),
            Some(few) => self.lists_with(keys, rows, move |key| few.contains(&key)),
            None => self.lists_with(keys, rows, |key| has(table, key)),
        }
    }

    /// The rows whose list has a key that passes `is`.
    #[inline]
    fn lists_with<T: Copy>(self, keys: &[T], rows: Rows<'_>, is: impl Fn(T) -> bool + Copy) -> Mask {
        with_slice!(OffsetSlice::{I32 I64} of self.0, |offsets| rows.mask(|rows| lists_where(offsets, keys, rows, is)))
    }
}
