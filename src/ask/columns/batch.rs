//! Scores rows of columns, a block at a time.
//!
//! Gates test rows in their order. Rows that pass are compacted into full blocks before any rule is evaluated: where
//! gates hold most subjects back, nothing else is evaluated for them.

use std::ops::Range;

use smallvec::SmallVec;

use super::HELD_BACK;
use crate::evaluate::columns::{
    BLOCK, Block, BoundColumns, LANES, LaneNumbers, LaneSum, Mask, Rows, Verdicts, WORDS, subsets,
};
use crate::evaluate::{AxisCoverage, Concrete, Evaluation, Outcome, Subject, axis_coverage};
use crate::grade::Verdict;
use crate::model::limits::AXES_MAX;
use crate::program::Program;
use crate::score::Score;
use crate::time::civil_day;

/// How many rows are prefetched together: enough to read several pages of a column in sequence, few enough that all
/// columns of these rows stay in the second-level cache.
const AHEAD: usize = 1 << 13;

/// The output, dictionary-encoded: each distinct outcome once, and for each row the key of its outcome.
pub(super) struct Output<'m, 's> {
    pub(super) keys: &'s mut [u32],
    pub(super) outcomes: &'s mut Vec<Score<'m>>,
}

impl<'m> Output<'m, '_> {
    /// Writes the keys of the rows that a gate holds back, in the block that starts at `first`.
    ///
    /// It also writes keys to the other rows, which [`put`](Output::put) overwrites later.
    #[inline]
    fn hold_back(&mut self, first: usize, verdicts: &Verdicts) {
        /// The bits of half a word of lanes.
        static BITS: [u32; LANES / 2] = bits();

        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
        const fn bits() -> [u32; LANES / 2] {
            let mut bits = [1; LANES / 2];
            let mut index = 1;
            while index < bits.len() {
                bits[index] = bits[index - 1] << 1;
                index += 1;
            }
            bits
        }

        let own = self.keys.get_mut(first..).unwrap_or_default();
        for (own, lanes) in own.chunks_mut(LANES).zip(verdicts.of(Verdict::Disqualified).words()) {
            let halves = lanes.to_le_bytes();
            for (own, half) in own.chunks_mut(LANES / 2).zip(halves.as_chunks().0) {
                let half = u32::from_le_bytes(*half);
                // In `HELD_BACK` the index of `Disqualified` is 1, and that of `Ineligible` is 0.
                own.iter_mut().zip(&BITS).for_each(|(own, bit)| *own = (half & bit != 0).into());
            }
        }
    }

    /// Adds an outcome and returns its key.
    fn push(&mut self, score: Score<'m>) -> u32 {
        self.outcomes.push(score);
        // The cast succeeds: there are at most as many outcomes as rows and verdicts held back, see `ROWS_MAX`.
        u32::try_from(self.outcomes.len() - 1).unwrap_or(0)
    }

    /// Writes the keys of rows, given by their distances from `first`: row `n` has the key `keys[positions[n] - 1]`.
    #[inline]
    fn put(&mut self, first: usize, rows: &[u16], positions: &[u8], keys: &[u32]) {
        let own = self.keys.get_mut(first..).unwrap_or_default();
        for (row, position) in rows.iter().zip(positions) {
            let key = keys.get(usize::from(*position).wrapping_sub(1));
            if let (Some(own), Some(key)) = (own.get_mut(usize::from(*row)), key) {
                *own = *key;
            }
        }
    }
}

/// Scores rows into `output`. The first key of the output belongs to the first row.
pub(super) fn score_rows<'m>(
    program: &'m Program,
    columns: &BoundColumns<'_>,
    rows: Range<usize>,
    as_of: i64,
    mut output: Output<'m, '_>,
) {
    // A pool stores the rows that wait as 16-bit distances.
    const RUN_ROWS: usize = 1 << 16;
    output.outcomes.extend(HELD_BACK.map(|verdict| Score::held_back(program, verdict)));
    let at = (as_of, civil_day(as_of, program.offset_secs));
    let mut cache = Cache::default();
    for first in rows.clone().step_by(RUN_ROWS) {
        let end = rows.end.min(first.saturating_add(RUN_ROWS));
        Run { program, columns, at, first, offset: first - rows.start }.score(end, &mut cache, &mut output);
    }
}

/// A pass over up to 65,536 rows.
struct Run<'m, 't> {
    program: &'m Program,
    columns: &'t BoundColumns<'t>,
    at: (i64, i64),
    /// The first row.
    first: usize,
    /// The index of the first row's key.
    offset: usize,
}

impl<'m> Run<'m, '_> {
    /// Scores the rows before `end`.
    fn score(&self, end: usize, cache: &mut Cache, output: &mut Output<'m, '_>) {
        let mut pools = [Verdict::Eligible, Verdict::Undetermined].map(Pool::new);
        for first in (self.first..end).step_by(BLOCK) {
            if (first - self.first).is_multiple_of(AHEAD) {
                self.columns.read_ahead(first..end.min(first + AHEAD));
            }
            let lanes = (end - first).min(BLOCK);
            let verdicts = if lanes == BLOCK {
                self.verdicts(Rows::Run(first))
            } else {
                // The last block is padded with its last row.
                let mut distances = 0..u16::try_from(lanes - 1).unwrap_or(0);
                let mut rows = [[0; LANES]; WORDS];
                rows.as_flattened_mut().fill_with(|| distances.next().unwrap_or(distances.end));
                self.verdicts(Rows::Any(first, &rows))
            };
            let distance = first - self.first;
            output.hold_back(self.offset + distance, &verdicts);
            for pool in &mut pools {
                pool.take_in(distance, verdicts.of(pool.verdict) & Mask::first(lanes));
                if pool.count >= BLOCK {
                    pool.score(self, cache, output);
                }
            }
        }
        for pool in &mut pools {
            pool.score(self, cache, output);
        }
    }

    fn verdicts(&self, rows: Rows<'_>) -> Verdicts {
        Block::new(self.program, self.columns, rows, self.at).verdicts()
    }
}

/// The rows of one verdict that pass the gates and wait for a full block, as distances from the first row of the run.
struct Pool {
    verdict: Verdict,
    rows: [[[u16; LANES]; WORDS]; 2],
    count: usize,
}

impl Pool {
    fn new(verdict: Verdict) -> Pool {
        Pool { verdict, rows: [[[0; LANES]; WORDS]; 2], count: 0 }
    }

    /// Appends the selected rows of a block. There is room for them, because fewer rows than a block are waiting.
    #[inline]
    fn take_in(&mut self, first: usize, lanes: Mask) {
        let rows = self.rows.as_flattened_mut().as_flattened_mut();
        let mut filled = self.count;
        for (distance, word) in (first..).step_by(LANES).zip(lanes.words()) {
            if word == 0 {
                continue;
            }
            let distance = u16::try_from(distance).unwrap_or(u16::MAX);
            for (byte, distance) in word.to_le_bytes().into_iter().zip((distance..).step_by(8)) {
                let Some((positions, count)) = SET_BITS.get(usize::from(byte)) else { continue };
                let rows = rows.get_mut(filled..).unwrap_or_default();
                let put = |(own, position): (&mut u16, &u8)| *own = distance + u16::from(*position);
                match rows.first_chunk_mut::<8>() {
                    // Write all eight, without a branch. The next byte overwrites the padding.
                    Some(eight) => eight.iter_mut().zip(positions).for_each(put),
                    None => rows.iter_mut().zip(positions).for_each(put),
                }
                filled += usize::from(*count);
            }
        }
        self.count = filled;
    }

    /// Scores one block of the waiting rows, or all of them if there are fewer.
    fn score<'m>(&mut self, run: &Run<'m, '_>, cache: &mut Cache, output: &mut Output<'m, '_>) {
        let count = self.count.min(BLOCK);
        let [rows, more] = &mut self.rows;
        let Some(last) = count.checked_sub(1).and_then(|last| rows.as_flattened().get(last).copied()) else { return };
        rows.as_flattened_mut().iter_mut().skip(count).for_each(|row| *row = last);
        let program = run.program;
        let block = Block::new(program, run.columns, Rows::Any(run.first, rows), run.at);
        let own = rows.as_flattened().get(..count).unwrap_or_default();
        let mut raw: SmallVec<[LaneNumbers; AXES_MAX]> = SmallVec::new();
        raw.extend(program.axes.iter().map(|axis| LaneNumbers::one(axis.base)));
        if program.by_points {
            program.axes.iter().zip(&mut raw).for_each(|(axis, raw)| block.points(axis, raw, None, None));
            run.conclude_block(self.verdict, &raw, own, cache, output);
        } else {
            let mut available = raw.clone();
            let mut stakes: SmallVec<[LaneNumbers; AXES_MAX]> = SmallVec::new();
            stakes.extend(program.axes.iter().map(|_| LaneNumbers::one(0)));
            let tallies = available.iter_mut().zip(&mut stakes);
            for (axis, (raw, (available, stake))) in program.axes.iter().zip(raw.iter_mut().zip(tallies)) {
                block.points(axis, raw, axis.skips.then_some(available), program.covers().then_some(stake));
            }
            for (lane, row) in own.chunks(1).enumerate() {
                let tallies = available.iter().zip(&stakes);
                let axes = program.axes.iter().zip(raw.iter().zip(tallies)).map(|(axis, (raw, (available, stake)))| {
                    let available = if axis.skips { available.at(lane) } else { axis.available };
                    let known = program.covers().then(|| axis_coverage(axis, &stake.at(lane)));
                    (raw.at(lane), available, known)
                });
                let key = output.push(run.conclude(self.verdict, axes, run.row(row)));
                output.put(run.offset, row, &[1], &[key]);
            }
        }
        *rows = *more;
        self.count -= count;
    }
}

/// For each byte the positions of the bits that are set, padded with zeros, and the number of these bits.
static SET_BITS: [([u8; 8], u8); 256] = set_bits();

#[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
const fn set_bits() -> [([u8; 8], u8); 256] {
    let mut set = [([0; 8], 0); 256];
    let mut byte = 0;
    while byte < 256 {
        let mut position = 0;
        while position < 8 {
            if byte >> position & 1 == 1 {
                let (positions, count) = &mut set[byte];
                positions[*count as usize] = position;
                *count += 1;
            }
            position += 1;
        }
        byte += 1;
    }
    set
}

impl<'m> Run<'m, '_> {
    /// Writes the outcomes of rows, one per lane. Verdict and raw points must determine the outcome.
    fn conclude_block(
        &self,
        verdict: Verdict,
        raw: &[LaneNumbers],
        rows: &[u16],
        cache: &mut Cache,
        output: &mut Output<'m, '_>,
    ) {
        let sums: Option<SmallVec<[&LaneSum; AXES_MAX]>> = raw.iter().map(LaneNumbers::sum).collect();
        let few = |sums: &[&LaneSum]| sums.iter().map(|sum| sum.terms().len()).sum::<usize>() <= FEW_TERMS;
        let Some(sums) = sums.filter(|sums| few(sums)) else {
            let raw: SmallVec<[[[i64; LANES]; WORDS]; AXES_MAX]> = raw.iter().map(LaneNumbers::each).collect();
            for (lane, row) in rows.chunks(1).enumerate() {
                let at = |raw: &[[i64; LANES]; WORDS]| raw.as_flattened().get(lane).copied().unwrap_or(0);
                self.conclude_row(verdict, raw.iter().map(at), row, cache, output);
            }
            return;
        };
        cache.set_terms(&sums);
        for (word, rows) in rows.chunks(LANES).enumerate() {
            let masks = || sums.iter().flat_map(|sum| sum.terms()).map(|(_, lanes)| lanes.word(word));
            let low = subsets(masks().take(8));
            let high = masks().nth(8).map(|_| subsets(masks().skip(8)));
            let by_terms = cache.by_terms(verdict);
            let positions = match &high {
                None => by_terms.of_few(&low),
                Some(high) => by_terms.of_all(&low, high),
            };
            // This tests all lanes: the lanes after the last row repeat it.
            if !positions.contains(&0) {
                output.put(self.offset, rows, &positions, &cache.keys);
                continue;
            }
            let lanes =
                low.into_iter().zip(high.unwrap_or([0; LANES])).map(|(low, high)| u16::from_le_bytes([low, high]));
            for (lane, (row, terms)) in rows.chunks(1).zip(lanes).enumerate() {
                let position = cache.by_terms(verdict).of(terms);
                if position != 0 {
                    output.put(self.offset, row, &[position], &cache.keys);
                    continue;
                }
                let raw = sums.iter().map(|sum| sum.at(word * LANES + lane));
                let position = self.conclude_row(verdict, raw, row, cache, output);
                cache.by_terms(verdict).put(terms, position);
            }
        }
    }

    /// Writes the outcome of one row and returns its position in the cache.
    fn conclude_row(
        &self,
        verdict: Verdict,
        raw: impl Iterator<Item = i64>,
        row: &[u16],
        cache: &mut Cache,
        output: &mut Output<'m, '_>,
    ) -> u8 {
        let mut own = [0; AXES_MAX];
        own.iter_mut().zip(raw).for_each(|(own, raw)| *own = raw);
        let position = cache.find(verdict, own, |raw| {
            let axes = self.program.axes.iter().zip(raw).map(|(axis, raw)| (*raw, axis.available, None));
            output.push(self.conclude(verdict, axes, self.row(row)))
        });
        output.put(self.offset, row, &[position], &cache.keys);
        position
    }

    /// The row at this distance from the first.
    fn row(&self, row: &[u16]) -> usize {
        self.first + row.first().copied().map_or(0, usize::from)
    }

    /// The score of a row, given its verdict and, of its axes, the raw and the available points and how much is known.
    #[inline(never)]
    fn conclude(
        &self,
        verdict: Verdict,
        axes: impl Iterator<Item = (i64, i64, Option<AxisCoverage<Concrete>>)>,
        row: usize,
    ) -> Score<'m> {
        let mut outcome = Outcome::<Concrete>::gated(verdict);
        for (raw, available, known) in axes {
            outcome.push(raw, available, known, &mut ());
        }
        let facts = self.columns.row(row);
        Evaluation::new(Subject::on(self.program, &facts, self.at)).conclude(&mut outcome, &mut ());
        Score::new(self.program, &outcome)
    }
}

/// A cache of outcomes by verdict and raw points, for models in which these determine the outcome.
///
/// Most models have few distinct outcomes. A position in the cache counts from 1; 0 is an empty slot. A full cache is
/// cleared.
struct Cache {
    /// The verdicts and raw points in the cache.
    points: SmallVec<[(Verdict, [i64; AXES_MAX]); CACHED]>,
    /// The keys of their outcomes.
    keys: SmallVec<[u32; CACHED]>,
    /// An open-addressing hash table of positions.
    slots: [u8; 4 * CACHED],
    /// The terms for which `by_terms` is valid: for each sum its base, the number of its terms, and their numbers.
    terms: SmallVec<[i64; 32]>,
    /// Positions by the terms of a lane, for eligible and for undetermined rows.
    by_terms: [ByTerms; 2],
}

/// The capacity of the cache.
const CACHED: usize = 128;

impl Default for Cache {
    fn default() -> Cache {
        Cache {
            points: SmallVec::new(),
            keys: SmallVec::new(),
            slots: [0; 4 * CACHED],
            terms: SmallVec::new(),
            by_terms: [ByTerms::NONE; 2],
        }
    }
}

impl Cache {
    /// Returns the position of a verdict and raw points. If they are not cached, `make` returns the key to cache.
    fn find(&mut self, verdict: Verdict, raw: [i64; AXES_MAX], make: impl FnOnce(&[i64; AXES_MAX]) -> u32) -> u8 {
        const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = raw.iter().fold(0, |mixed: u64, raw| (mixed ^ raw.cast_unsigned()).wrapping_mul(MIX));
        let slots = self.slots.len();
        let mut slot = usize::try_from(mixed >> 48).unwrap_or(0) % slots;
        while let Some(position) = self.slots.get(slot).copied().filter(|position| *position > 0) {
            if self.points.get(usize::from(position) - 1) == Some(&(verdict, raw)) {
                return position;
            }
            slot = (slot + 1) % slots;
        }
        if self.points.len() == CACHED {
            self.points.clear();
            self.keys.clear();
            self.slots.fill(0);
            self.by_terms = [ByTerms::NONE; 2];
        }
        self.keys.push(make(&raw));
        self.points.push((verdict, raw));
        let position = u8::try_from(self.points.len()).unwrap_or(0);
        if let Some(own) = self.slots.get_mut(slot) {
            *own = position;
        }
        position
    }

    /// Clears `by_terms` if the terms have changed.
    fn set_terms(&mut self, sums: &[&LaneSum]) {
        let own = sums.iter().flat_map(|sum| {
            let count = i64::try_from(sum.terms().len()).unwrap_or(0);
            [sum.base(), count].into_iter().chain(sum.terms().iter().map(|(number, _)| *number))
        });
        if !own.clone().eq(self.terms.iter().copied()) {
            self.terms.clear();
            self.terms.extend(own);
            self.by_terms = [ByTerms::NONE; 2];
        }
    }

    fn by_terms(&mut self, verdict: Verdict) -> &mut ByTerms {
        let [eligible, undetermined] = &mut self.by_terms;
        if verdict == Verdict::Eligible { eligible } else { undetermined }
    }
}

/// Positions in the cache by the set of terms that apply to a lane, one bit per term.
#[derive(Clone, Copy)]
struct ByTerms([u8; 1 << FEW_TERMS]);

/// The maximum number of terms for a look-up by terms.
const FEW_TERMS: usize = 10;

impl ByTerms {
    const NONE: ByTerms = ByTerms([0; 1 << FEW_TERMS]);

    /// Returns the position for a set of terms; 0 if it is not cached.
    #[inline]
    fn of(&self, terms: u16) -> u8 {
        // The remainder changes nothing, as there are no other bits. It removes the bounds check.
        self.0.get(usize::from(terms) % (1 << FEW_TERMS)).copied().unwrap_or(0)
    }

    /// As [`of`](ByTerms::of), for an array of sets of up to eight terms.
    #[inline]
    fn of_few<const N: usize>(&self, terms: &[u8; N]) -> [u8; N] {
        let Some(few) = self.0.first_chunk::<256>() else { return [0; N] };
        terms.map(|terms| few.get(usize::from(terms)).copied().unwrap_or(0))
    }

    /// As [`of`](ByTerms::of), for an array of sets in two bytes, low and high.
    #[inline]
    fn of_all<const N: usize>(&self, low: &[u8; N], high: &[u8; N]) -> [u8; N] {
        let mut positions = *low;
        positions.iter_mut().zip(high).for_each(|(own, high)| *own = self.of(u16::from_le_bytes([*own, *high])));
        positions
    }

    fn put(&mut self, terms: u16, position: u8) {
        if let Some(own) = self.0.get_mut(usize::from(terms)) {
            *own = position;
        }
    }
}
