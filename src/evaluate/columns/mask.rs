//! SIMD lanes in safe Rust: a block of rows, and masks with a bit for each of them.
//!
//! A block is [`BLOCK`] rows, in [`WORDS`] words of [`LANES`] bits. Kernels work on one word at a time, so that the
//! values of 64 rows lie in an array of constant length, which the compiler vectorises.

use std::ops::{BitAnd, BitOr, Not};

/// Lanes in a word of a mask: as many as a `u64` has bits.
pub(crate) const LANES: usize = 64;

/// Words in a mask. Four spread what is done once for each block over 256 rows.
pub(crate) const WORDS: usize = 4;

/// Rows in a block.
pub(crate) const BLOCK: usize = WORDS * LANES;

/// A bit for each row of a block, the first row in the lowest bit of the first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mask([u64; WORDS]);

impl Mask {
    pub(crate) const NONE: Mask = Mask([0; WORDS]);
    pub(crate) const ALL: Mask = Mask([u64::MAX; WORDS]);

    #[inline]
    pub(crate) fn one(lane: usize) -> Mask {
        Mask(std::array::from_fn(|word| u64::from(word == lane / LANES) << (lane % LANES)))
    }

    /// The first `count` lanes.
    pub(crate) fn first(count: usize) -> Mask {
        let own = |word: usize| count.saturating_sub(word * LANES).min(LANES);
        Mask(std::array::from_fn(|word| match own(word) {
            0 => 0,
            count => u64::MAX >> (LANES - count),
        }))
    }

    /// Two masks, built word by word, for the lanes in `self`.
    #[inline]
    pub(crate) fn map_words(self, mut f: impl FnMut(usize, u64) -> (u64, u64)) -> (Mask, Mask) {
        let (mut first, mut second) = ([0; WORDS], [0; WORDS]);
        let words = first.iter_mut().zip(&mut second).zip(self.0);
        for (word, ((first, second), lanes)) in words.enumerate() {
            (*first, *second) = f(word, lanes);
        }
        (Mask(first), Mask(second))
    }

    #[inline]
    pub(crate) fn is_none(self) -> bool {
        self.0.into_iter().fold(0, u64::bitor) == 0
    }

    #[inline]
    pub(crate) fn words(self) -> [u64; WORDS] {
        self.0
    }

    #[inline]
    pub(crate) fn word(&self, word: usize) -> u64 {
        self.0.get(word).copied().unwrap_or(0)
    }

    #[inline]
    pub(crate) fn has(&self, lane: usize) -> bool {
        self.word(lane / LANES) >> (lane % LANES) & 1 == 1
    }

    /// The lanes whose bits are set, in ascending order.
    #[inline]
    pub(crate) fn lanes(self) -> impl Iterator<Item = usize> {
        let words = self.0.into_iter().enumerate();
        words.flat_map(|(word, lanes)| lanes_of(lanes).map(move |lane| word * LANES + lane))
    }
}

impl BitAnd for Mask {
    type Output = Mask;

    #[inline]
    fn bitand(mut self, other: Mask) -> Mask {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own &= other);
        self
    }
}

impl BitOr for Mask {
    type Output = Mask;

    #[inline]
    fn bitor(mut self, other: Mask) -> Mask {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own |= other);
        self
    }
}

impl Not for Mask {
    type Output = Mask;

    #[inline]
    fn not(self) -> Mask {
        Mask(self.0.map(u64::not))
    }
}

/// The positions of the bits that are set in a word, in ascending order.
#[inline]
pub(crate) fn lanes_of(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = word.trailing_zeros();
        word &= word.checked_sub(1)?;
        usize::try_from(lane).ok()
    })
}

/// The rows of a block, in the order of its lanes.
#[derive(Clone, Copy)]
pub(crate) enum Rows<'r> {
    /// Consecutive rows from this one on.
    Run(usize),
    /// Rows by their distance from this one.
    Any(usize, &'r [[u16; LANES]; WORDS]),
}

impl Rows<'_> {
    /// The rows of one word.
    #[inline]
    pub(crate) fn word(&self, word: usize) -> WordRows<'_> {
        match self {
            Rows::Run(first) => WordRows::Run(first + word * LANES),
            Rows::Any(first, rows) => WordRows::Any(*first, rows.get(word).unwrap_or(&[0; LANES])),
        }
    }

    #[inline]
    pub(crate) fn at(&self, lane: usize) -> usize {
        match self {
            Rows::Run(first) => first + lane,
            Rows::Any(first, rows) => first + usize::from(rows.as_flattened().get(lane).copied().unwrap_or(0)),
        }
    }

    /// A mask, built word by word.
    #[inline]
    pub(crate) fn mask(&self, mut bits: impl FnMut(WordRows<'_>) -> u64) -> Mask {
        Mask(std::array::from_fn(|word| bits(self.word(word))))
    }

    /// Two masks, built word by word.
    #[inline]
    pub(crate) fn masks(&self, mut bits: impl FnMut(WordRows<'_>) -> (u64, u64)) -> (Mask, Mask) {
        Mask::ALL.map_words(|word, _| bits(self.word(word)))
    }
}

/// The rows of one word of a block.
#[derive(Clone, Copy)]
pub(crate) enum WordRows<'r> {
    /// Consecutive rows from this one on.
    Run(usize),
    /// Rows by their distance from this one.
    Any(usize, &'r [u16; LANES]),
}

impl WordRows<'_> {
    #[inline]
    pub(crate) fn at(&self, lane: usize) -> usize {
        match self {
            WordRows::Run(first) => first + lane,
            WordRows::Any(first, rows) => first + usize::from(rows.get(lane).copied().unwrap_or(0)),
        }
    }

    /// The values of these rows: a run is borrowed from the slice, other rows are gathered into `room`.
    #[inline]
    pub(crate) fn of<'s, T: Copy>(self, slice: &'s [T], room: &'s mut [T; LANES]) -> &'s [T; LANES] {
        if let WordRows::Run(first) = self
            && let Some(run) = slice.get(first..).and_then(<[T]>::first_chunk)
        {
            return run;
        }
        self.gather(slice, room, |value| value);
        room
    }

    /// Gathers the values of these rows. A run is read in place, without a look-up for each row.
    #[inline]
    pub(crate) fn gather<T: Copy, U>(self, slice: &[T], values: &mut [U; LANES], f: impl Fn(T) -> U) {
        match self {
            WordRows::Run(first) => {
                let run: Option<&[T; LANES]> = slice.get(first..).and_then(<[T]>::first_chunk);
                values.iter_mut().zip(run.into_iter().flatten()).for_each(|(own, value)| *own = f(*value));
            }
            WordRows::Any(first, rows) => {
                let slice = slice.get(first..).unwrap_or_default();
                // Eight to an iteration, which the compiler unrolls.
                for (own, rows) in values.as_chunks_mut::<8>().0.iter_mut().zip(rows.as_chunks::<8>().0) {
                    for (own, row) in own.iter_mut().zip(rows) {
                        // Every row exists. One early return costs less than a default for each value.
                        let Some(value) = slice.get(usize::from(*row)) else { return };
                        *own = f(*value);
                    }
                }
            }
        }
    }
}
