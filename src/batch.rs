//! Many subjects in one go, with the outcome that each has alone.

use std::ops::Range;

use smallvec::SmallVec;

use crate::evaluate::{
    Block, Evaluation, Exact, LANES, LaneNumbers, Masks, Numbers, Outcome, Subject, Sum, Table, Values, codes,
};
use crate::facts::{Mask, Rows};
use crate::grade::Verdict;
use crate::model::limits::AXES_MAX;
use crate::program::Program;
use crate::score::Score;
use crate::time::civil_day;

/// What takes the outcomes of rows, of which so many words of lanes go abreast.
pub(crate) trait Sink<const W: usize> {
    /// Where an outcome was put, or it itself.
    type Place;

    /// The rows from this one on, as many as there are, have passed the gates or not; told of all rows, in their order.
    fn passed(&mut self, first: usize, there: Mask<W>, verdicts: &Masks<Verdict, W>);
    /// An outcome that rows have which no gate holds back, before they are told of.
    fn found(&mut self, score: &Score<'_>) -> Self::Place;
    /// Rows that no gate holds back, by how far they lie beyond the first, after they were told to have passed: which
    /// of the outcomes that were found each has, counted from 1 on.
    fn scored(&mut self, first: usize, rows: &[u16], which: &[u8], found: &[Self::Place]);
}

/// The one of those that were found, counted from 1 on.
#[inline]
pub(crate) fn one_of<P>(found: &[P], which: u8) -> Option<&P> {
    found.get(usize::from(which).wrapping_sub(1))
}

/// How many rows are read ahead: so many that a column is read for several pages on end, and so few that all columns of
/// them stay in the second cache.
const AHEAD: usize = 1 << 13;

/// Scores rows of a table.
///
/// Gates look at rows as they lie. Those who pass are collected until there are enough for all lanes: where gates hold
/// most subjects back, nothing else is looked at for them.
pub(crate) fn score_rows<T: Table, S: Sink<W>, const W: usize>(
    program: &Program,
    table: &T,
    mut rows: Range<usize>,
    as_of: i64,
    sink: &mut S,
) {
    // Of the rows that are collected it is 16 bits that are kept.
    const MOST: usize = 1 << 16;
    let at = (as_of, civil_day(as_of, program.offset_secs));
    let mut known = Known::default();
    while !rows.is_empty() {
        let (first, end) = (rows.start, rows.end.min(rows.start.saturating_add(MOST)));
        Run { program, table, at, first }.score(end, &mut known, sink);
        rows.start = end;
    }
}

/// A program on its way over rows of a table, the first of which is this one.
struct Run<'m, 't, T> {
    program: &'m Program,
    table: &'t T,
    at: (i64, i64),
    first: usize,
}

impl<T: Table> Run<'_, '_, T> {
    /// Scores the rows up to this one.
    fn score<S: Sink<W>, const W: usize>(&self, end: usize, known: &mut Known<S::Place>, sink: &mut S) {
        let mut pools = [Verdict::Eligible, Verdict::Undetermined].map(Pool::<W>::new);
        for first in (self.first..end).step_by(W * LANES) {
            if (first - self.first).is_multiple_of(AHEAD) {
                self.table.read_ahead(first..end.min(first + AHEAD));
            }
            let lanes = (end - first).min(W * LANES);
            let there = Mask::first(lanes);
            let verdicts = if lanes == W * LANES {
                self.verdicts(Rows::Run(first))
            } else {
                // What is missing in the last block is made up by its last row.
                let mut beyond = 0..u16::try_from(lanes - 1).unwrap_or(0);
                let mut rows = [[0; LANES]; W];
                rows.as_flattened_mut().fill_with(|| beyond.next().unwrap_or(beyond.end));
                self.verdicts(Rows::Any(first, &rows))
            };
            sink.passed(first, there, &verdicts);
            for pool in &mut pools {
                pool.take_in(first - self.first, verdicts.of(pool.verdict) & there);
                if pool.count >= W * LANES {
                    pool.score(self, known, sink);
                }
            }
        }
        for pool in &mut pools {
            pool.score(self, known, sink);
        }
    }

    /// What the gates say.
    fn verdicts<const W: usize>(&self, rows: Rows<'_, W>) -> Masks<Verdict, W> {
        Evaluation::new(self.program, Block::new(self.program, self.table, rows, self.at)).verdict(&mut ())
    }
}

/// Rows of one verdict, which no gate holds back, by how far they lie beyond the first of a run.
struct Pool<const W: usize> {
    verdict: Verdict,
    rows: [[[u16; LANES]; W]; 2],
    count: usize,
}

impl<const W: usize> Pool<W> {
    fn new(verdict: Verdict) -> Pool<W> {
        Pool { verdict, rows: [[[0; LANES]; W]; 2], count: 0 }
    }

    /// Takes in lanes' rows, for which there is room as long as there are less than lanes before.
    #[inline]
    fn take_in(&mut self, first: usize, lanes: Mask<W>) {
        let rows = self.rows.as_flattened_mut().as_flattened_mut();
        let mut filled = self.count;
        for (beyond, word) in (first..).step_by(LANES).zip(lanes.words()) {
            if word == 0 {
                continue;
            }
            let beyond = u16::try_from(beyond).unwrap_or(u16::MAX);
            for (byte, beyond) in word.to_le_bytes().into_iter().zip((beyond..).step_by(8)) {
                let Some((places, count)) = SET.get(usize::from(byte)) else { continue };
                let rows = rows.get_mut(filled..).unwrap_or_default();
                let put = |(own, place): (&mut u16, &u8)| *own = beyond + u16::from(*place);
                match rows.first_chunk_mut::<8>() {
                    // All eight, those beyond the ones that are set to be written over.
                    Some(eight) => eight.iter_mut().zip(places).for_each(put),
                    None => rows.iter_mut().zip(places).for_each(put),
                }
                filled += usize::from(*count);
            }
        }
        self.count = filled;
    }

    /// Scores as many rows as there are lanes, or those that there are, and lets go of them.
    fn score<T: Table, S: Sink<W>>(&mut self, run: &Run<'_, '_, T>, known: &mut Known<S::Place>, sink: &mut S) {
        let count = self.count.min(W * LANES);
        let [rows, more] = &mut self.rows;
        let Some(last) = count.checked_sub(1).and_then(|last| rows.as_flattened().get(last).copied()) else { return };
        rows.as_flattened_mut().iter_mut().skip(count).for_each(|row| *row = last);
        let program = run.program;
        let evaluation = Evaluation::new(program, Block::new(program, run.table, Rows::Any(run.first, rows), run.at));
        let own = rows.as_flattened().get(..count).unwrap_or_default();
        if program.by_points {
            // Put where they stay: they are large.
            let mut raw: SmallVec<[LaneNumbers<W>; AXES_MAX]> = SmallVec::new();
            raw.extend(program.axes.iter().map(|axis| LaneNumbers::one(axis.base)));
            for (axis, raw) in program.axes.iter().zip(&mut raw) {
                evaluation.points(axis, raw, &mut ());
            }
            run.told(self.verdict, &raw, own, known, sink);
        } else {
            let mut outcome = Outcome::gated(Masks::one(self.verdict));
            evaluation.score(&mut outcome, &mut ());
            for (lane, row) in own.chunks(1).enumerate() {
                let place = sink.found(&Score::of_lane(program, &outcome, lane));
                sink.scored(run.first, row, &[1], &[place]);
            }
        }
        *rows = *more;
        self.count -= count;
    }
}

/// The places of the bits that are set in a byte, and zeros; and how many those are.
static SET: [([u8; 8], u8); 256] = set();

#[expect(clippy::indexing_slicing, reason = "worked out by the compiler")]
const fn set() -> [([u8; 8], u8); 256] {
    let mut set = [([0; 8], 0); 256];
    let mut byte = 0;
    while byte < 256 {
        let mut place = 0;
        while place < 8 {
            if byte >> place & 1 == 1 {
                let (places, count) = &mut set[byte];
                places[*count as usize] = place;
                *count += 1;
            }
            place += 1;
        }
        byte += 1;
    }
    set
}

impl<'m, T: Table> Run<'m, '_, T> {
    /// Tells of rows, one in each lane, of a verdict and raw points of all axes, where these decide on everything else.
    fn told<S: Sink<W>, const W: usize>(
        &self,
        verdict: Verdict,
        raw: &[LaneNumbers<W>],
        rows: &[u16],
        known: &mut Known<S::Place>,
        sink: &mut S,
    ) {
        let sums: Option<SmallVec<[&Sum<W>; AXES_MAX]>> = raw.iter().map(LaneNumbers::sum).collect();
        let few = |sums: &[&Sum<W>]| sums.iter().map(|sum| sum.terms().len()).sum::<usize>() <= FEW_TERMS;
        let Some(sums) = sums.filter(|sums| few(sums)) else {
            let raw: SmallVec<[[[i64; LANES]; W]; AXES_MAX]> = raw.iter().map(LaneNumbers::each).collect();
            for (lane, row) in rows.chunks(1).enumerate() {
                let at = |raw: &[[i64; LANES]; W]| raw.as_flattened().get(lane).copied().unwrap_or(0);
                self.tell(verdict, raw.iter().map(at), row, known, sink);
            }
            return;
        };
        known.tell_apart(&sums);
        for (word, rows) in rows.chunks(LANES).enumerate() {
            let masks = || sums.iter().flat_map(|sum| sum.terms()).map(|(_, lanes)| lanes.word(word));
            let low = codes(masks().take(8));
            let high = masks().nth(8).map(|_| codes(masks().skip(8)));
            let by_terms = known.by_terms(verdict);
            let places = match &high {
                None => by_terms.of_few(&low),
                Some(high) => by_terms.of_all(&low, high),
            };
            // The lanes beyond the last row have what it has.
            if !places.contains(&0) {
                sink.scored(self.first, rows, &places, &known.found);
                continue;
            }
            let lanes =
                low.into_iter().zip(high.unwrap_or([0; LANES])).map(|(low, high)| u16::from_le_bytes([low, high]));
            for (lane, (row, terms)) in rows.chunks(1).zip(lanes).enumerate() {
                let place = known.by_terms(verdict).of(terms);
                if place != 0 {
                    sink.scored(self.first, row, &[place], &known.found);
                    continue;
                }
                let raw = sums.iter().map(|sum| sum.at(word * LANES + lane));
                let place = self.tell(verdict, raw, row, known, sink);
                known.by_terms(verdict).put(terms, place);
            }
        }
    }

    /// Tells of one row, and says which place of those known it has.
    fn tell<S: Sink<W>, const W: usize>(
        &self,
        verdict: Verdict,
        raw: impl Iterator<Item = i64>,
        row: &[u16],
        known: &mut Known<S::Place>,
        sink: &mut S,
    ) -> u8 {
        let mut own = [0; AXES_MAX];
        own.iter_mut().zip(raw).for_each(|(own, raw)| *own = raw);
        let place = known.place(verdict, own, |raw| {
            let row = row.first().copied().map_or(0, usize::from);
            sink.found(&self.conclude(verdict, raw, self.first + row))
        });
        sink.scored(self.first, row, &[place], &known.found);
        place
    }

    /// The score of a verdict and raw points, where these decide on everything else.
    #[inline(never)]
    fn conclude(&self, verdict: Verdict, raw: &[i64], row: usize) -> Score<'m> {
        let program = self.program;
        let mut outcome = Outcome::<Exact>::gated(verdict);
        for (axis, raw) in program.axes.iter().zip(raw) {
            outcome.push(*raw, axis.available, &mut ());
        }
        if let Some(facts) = self.table.subject(row) {
            Evaluation::new(program, Subject::on(program, &facts, self.at)).conclude(&mut outcome, &mut ());
        }
        Score::new(program, &outcome)
    }
}

/// Outcomes by verdict and raw points, where these decide on everything else. Most models have few different ones.
struct Known<P> {
    /// Verdicts and raw points of which the outcome is known.
    keys: SmallVec<[(Verdict, [i64; AXES_MAX]); KNOWN]>,
    /// Where their outcomes were put.
    found: SmallVec<[P; KNOWN]>,
    /// Their places, from 1 on, from where on each is looked for.
    slots: [u8; 4 * KNOWN],
    /// The terms of which raw points were last made up.
    terms: SmallVec<[i64; 32]>,
    /// Their places by which of the terms a lane has, for either verdict.
    by_terms: [ByTerms; 2],
}

/// How many outcomes are known at most.
const KNOWN: usize = 128;

impl<P> Default for Known<P> {
    fn default() -> Self {
        Known {
            keys: SmallVec::new(),
            found: SmallVec::new(),
            slots: [0; 4 * KNOWN],
            terms: SmallVec::new(),
            by_terms: [ByTerms::NOTHING; 2],
        }
    }
}

impl<P> Known<P> {
    /// The place of a verdict and raw points, and from 1 on, as it is kept; what is not known is put where `find` says.
    fn place(&mut self, verdict: Verdict, raw: [i64; AXES_MAX], find: impl FnOnce(&[i64; AXES_MAX]) -> P) -> u8 {
        const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = raw.iter().fold(0, |mixed: u64, raw| (mixed ^ raw.cast_unsigned()).wrapping_mul(MIX));
        let slots = self.slots.len();
        let mut slot = usize::try_from(mixed >> 48).unwrap_or(0) % slots;
        while let Some(known) = self.slots.get(slot).copied().filter(|known| *known > 0) {
            if self.keys.get(usize::from(known) - 1) == Some(&(verdict, raw)) {
                return known;
            }
            slot = (slot + 1) % slots;
        }
        if self.keys.len() == KNOWN {
            self.keys.clear();
            self.found.clear();
            self.slots.fill(0);
            self.by_terms = [ByTerms::NOTHING; 2];
        }
        self.found.push(find(&raw));
        self.keys.push((verdict, raw));
        let known = u8::try_from(self.keys.len()).unwrap_or(0);
        if let Some(own) = self.slots.get_mut(slot) {
            *own = known;
        }
        known
    }

    /// Forgets the outcomes by terms where these are others than before.
    fn tell_apart<const W: usize>(&mut self, sums: &[&Sum<W>]) {
        let own = sums.iter().flat_map(|sum| {
            let count = i64::try_from(sum.terms().len()).unwrap_or(0);
            [sum.base(), count].into_iter().chain(sum.terms().iter().map(|(number, _)| *number))
        });
        if !own.clone().eq(self.terms.iter().copied()) {
            self.terms.clear();
            self.terms.extend(own);
            self.by_terms = [ByTerms::NOTHING; 2];
        }
    }

    /// The outcomes by terms.
    fn by_terms(&mut self, verdict: Verdict) -> &mut ByTerms {
        let [eligible, undetermined] = &mut self.by_terms;
        if verdict == Verdict::Eligible { eligible } else { undetermined }
    }
}

/// Places of outcomes, from 1 on, by the bits of the terms that a lane has.
#[derive(Clone, Copy)]
struct ByTerms([u8; 1 << FEW_TERMS]);

/// How many terms there may be for outcomes to be found by them.
const FEW_TERMS: usize = 10;

impl ByTerms {
    const NOTHING: ByTerms = ByTerms([0; 1 << FEW_TERMS]);

    /// The place of an outcome; zero if it is not known.
    #[inline]
    fn of(&self, terms: u16) -> u8 {
        // There are no other bits.
        self.0.get(usize::from(terms) % (1 << FEW_TERMS)).copied().unwrap_or(0)
    }

    /// The same of each of several, where there are no more than eight terms.
    #[inline]
    fn of_few<const N: usize>(&self, terms: &[u8; N]) -> [u8; N] {
        let Some(few) = self.0.first_chunk::<256>() else { return [0; N] };
        terms.map(|terms| few.get(usize::from(terms)).copied().unwrap_or(0))
    }

    /// The same of terms in two bytes, the low ones and the high ones.
    #[inline]
    fn of_all<const N: usize>(&self, low: &[u8; N], high: &[u8; N]) -> [u8; N] {
        let mut places = *low;
        places.iter_mut().zip(high).for_each(|(own, high)| *own = self.of(u16::from_le_bytes([*own, *high])));
        places
    }

    fn put(&mut self, terms: u16, place: u8) {
        if let Some(own) = self.0.get_mut(usize::from(terms)) {
            *own = place;
        }
    }
}
