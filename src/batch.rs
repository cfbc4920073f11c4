//! Many subjects in one go, with the outcome that each has alone.

use std::ops::Range;

use smallvec::SmallVec;

use crate::evaluate::{Block, Evaluation, Exact, LANES, Masks, Outcome, Subject, Table, Values, lanes_of};
use crate::facts::Rows;
use crate::grade::Verdict;
use crate::model::limits::AXES_MAX;
use crate::program::Program;
use crate::score::Score;
use crate::time::civil_day;

/// What takes the outcomes of rows.
pub(crate) trait Sink {
    /// The rows from this one on, as many as there are, have passed the gates or not; told of all rows, in their order.
    fn passed(&mut self, first: usize, there: u64, verdicts: &Masks<Verdict>);
    /// A row that no gate holds back, after it was told to have passed.
    fn scored(&mut self, row: usize, score: &Score<'_>);
}

/// Scores rows of a table.
///
/// Gates look at rows as they lie. Those who pass are collected until there are enough for all lanes: where gates hold
/// most subjects back, nothing else is looked at for them.
pub(crate) fn score_rows<T: Table>(program: &Program, table: &T, rows: Range<usize>, as_of: i64, sink: &mut impl Sink) {
    let at = (as_of, civil_day(as_of, program.offset_secs));
    let mut run = Run { program, table, at, known: Known::default() };
    let mut pools =
        [Verdict::Eligible, Verdict::Undetermined].map(|verdict| Pool { verdict, rows: [0; 2 * LANES], count: 0 });
    let end = rows.end;
    for first in rows.step_by(LANES) {
        let lanes = (end - first).min(LANES);
        let there = u64::MAX >> (LANES - lanes);
        // What is missing in the last block is made up by its last row.
        let made_up: [usize; LANES];
        let rows = if lanes == LANES {
            Rows::Run(first)
        } else {
            made_up = std::array::from_fn(|lane| first + lane.min(lanes - 1));
            Rows::Any(&made_up)
        };
        let verdicts = Evaluation::new(program, Block::new(program, table, rows, at)).verdict(&mut ());
        sink.passed(first, there, &verdicts);
        for pool in &mut pools {
            pool.take_in(first, verdicts.of(pool.verdict) & there);
            if pool.count >= LANES {
                pool.score(&mut run, sink);
            }
        }
    }
    for pool in &mut pools {
        pool.score(&mut run, sink);
    }
}

/// A program on its way over a table.
struct Run<'m, 't, T> {
    program: &'m Program,
    table: &'t T,
    at: (i64, i64),
    known: Known<'m>,
}

/// Rows of one verdict, which no gate holds back.
struct Pool {
    verdict: Verdict,
    rows: [usize; 2 * LANES],
    count: usize,
}

impl Pool {
    /// Takes in a lane's rows, for which there is room as long as there are less than [`LANES`] before.
    #[inline]
    fn take_in(&mut self, first: usize, lanes: u64) {
        for lane in lanes_of(lanes) {
            if let Some(own) = self.rows.get_mut(self.count) {
                *own = first + lane;
                self.count += 1;
            }
        }
    }

    /// Scores as many rows as there are lanes, or those that there are, and lets go of them.
    fn score<T: Table>(&mut self, run: &mut Run<'_, '_, T>, sink: &mut impl Sink) {
        let count = self.count.min(LANES);
        let (Some(rows), Some(last)) = (self.rows.first_chunk::<LANES>(), count.checked_sub(1)) else { return };
        let mut rows = *rows;
        self.rows.copy_within(LANES.., 0);
        self.count -= count;
        let last = rows.get(last).copied().unwrap_or(0);
        rows.iter_mut().skip(count).for_each(|row| *row = last);
        let program = run.program;
        let evaluation = Evaluation::new(program, Block::new(program, run.table, Rows::Any(&rows), run.at));
        if !program.by_points {
            let mut outcome = Outcome::gated(Masks::one(self.verdict));
            evaluation.score(&mut outcome, &mut ());
            let scores = rows.into_iter().enumerate().take(count);
            return scores.for_each(|(lane, row)| sink.scored(row, &Score::of_lane(program, &outcome, lane)));
        }
        let raw: SmallVec<[[i64; LANES]; AXES_MAX]> =
            program.axes.iter().map(|axis| evaluation.points(axis, &mut ()).0.each()).collect();
        for (lane, row) in rows.into_iter().enumerate().take(count) {
            let raw = raw.iter().map(|raw| raw.get(lane).copied().unwrap_or(0));
            let known = run.known.score(self.verdict, raw, |raw| {
                let mut outcome = Outcome::<Exact>::gated(self.verdict);
                for (axis, raw) in program.axes.iter().zip(raw) {
                    outcome.push(raw, axis.available, &mut ());
                }
                if let Some(facts) = run.table.subject(row) {
                    let (as_of, today) = run.at;
                    Evaluation::new(program, Subject::on(program, &facts, (as_of, today)))
                        .conclude(&mut outcome, &mut ());
                }
                Score::new(program, &outcome)
            });
            if let Some(score) = known {
                sink.scored(row, score);
            }
        }
    }
}

/// Scores by verdict and raw points, where these decide on everything else. Most models have few different ones.
struct Known<'m> {
    scores: SmallVec<[Score<'m>; Known::ROOM]>,
    /// Their places, from 1 on, from where on each is looked for.
    places: [u8; 256],
}

impl Default for Known<'_> {
    fn default() -> Self {
        Known { scores: SmallVec::new(), places: [0; 256] }
    }
}

impl<'m> Known<'m> {
    const ROOM: usize = 64;

    /// The score of a verdict and raw points: one that is known, or the one that is found, and known from now on.
    #[inline]
    fn score<R: Iterator<Item = i64> + Clone>(
        &mut self,
        verdict: Verdict,
        raw: R,
        find: impl FnOnce(R) -> Score<'m>,
    ) -> Option<&Score<'m>> {
        const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
        let mixed = raw.clone().fold(0, |mixed: u64, raw| (mixed ^ raw.cast_unsigned()).wrapping_mul(MIX));
        let [.., mut slot] = mixed.to_le_bytes();
        let known = loop {
            let Some(place) = self.places.get(usize::from(slot)).and_then(|place| place.checked_sub(1)) else {
                break None;
            };
            if self.scores.get(usize::from(place)).is_some_and(|score| score.is_of(verdict, raw.clone())) {
                break Some(usize::from(place));
            }
            slot = slot.wrapping_add(1);
        };
        let place = known.unwrap_or_else(|| {
            if self.scores.len() == Known::ROOM {
                self.scores.clear();
                self.places.fill(0);
            }
            self.scores.push(find(raw));
            if let (Some(own), Ok(place)) = (self.places.get_mut(usize::from(slot)), self.scores.len().try_into()) {
                *own = place;
            }
            self.scores.len() - 1
        });
        self.scores.get(place)
    }
}
