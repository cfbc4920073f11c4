//! Many subjects in one go, with the outcome that each has alone.

use std::ops::Range;

use crate::evaluate::{Abreast, Block, Evaluation, LANES, Lanes, Outcome, Table, lanes_of};
use crate::facts::Rows;
use crate::grade::Verdict;
use crate::program::Program;
use crate::time::civil_day;

/// What takes the outcomes of rows, in no particular order.
pub(crate) trait Sink {
    /// A row that a gate holds back.
    fn held_back(&mut self, row: usize, verdict: Verdict);
    /// A row with its lane in the outcome.
    fn scored(&mut self, row: usize, outcome: &Outcome<Abreast>, lane: usize);
}

/// Scores rows of a table.
///
/// Gates look at rows as they lie. Those who pass are collected until there are enough for all lanes: where gates hold
/// most subjects back, nothing else is looked at for them.
pub(crate) fn score_rows<T: Table>(program: &Program, table: &T, rows: Range<usize>, as_of: i64, sink: &mut impl Sink) {
    let at = (as_of, civil_day(as_of, program.offset_secs));
    let mut pool = Pool::default();
    let end = rows.end;
    for first in rows.step_by(LANES) {
        let lanes = (end - first).min(LANES);
        let there = u64::MAX >> (LANES - lanes);
        let rows = match lanes {
            LANES => Rows::run(first),
            // What is missing in the last block is made up by its last row.
            _ => Rows::any(&std::array::from_fn(|lane| first + lane.min(lanes - 1))),
        };
        let verdicts = Evaluation::new(program, Block::new(program, table, rows, at)).verdict(&mut ());
        verdicts.among(there, |verdict, lanes| {
            for lane in lanes_of(lanes) {
                if !verdict.is_scored() {
                    sink.held_back(first + lane, verdict);
                } else if pool.is_full_with(first + lane, verdict) {
                    pool.score(program, table, at, sink);
                }
            }
        });
    }
    pool.score(program, table, at, sink);
}

/// Rows that no gate holds back.
struct Pool {
    rows: [usize; LANES],
    undetermined: u64,
    count: usize,
}

impl Default for Pool {
    fn default() -> Pool {
        Pool { rows: [0; LANES], undetermined: 0, count: 0 }
    }
}

impl Pool {
    /// Takes in a row, and says whether there is no room for another.
    fn is_full_with(&mut self, row: usize, verdict: Verdict) -> bool {
        if let Some(own) = self.rows.get_mut(self.count) {
            *own = row;
            self.undetermined |= u64::from(verdict == Verdict::Undetermined) << self.count;
            self.count += 1;
        }
        self.count == LANES
    }

    /// Scores the rows, and is empty then.
    fn score<T: Table>(&mut self, program: &Program, table: &T, at: (i64, i64), sink: &mut impl Sink) {
        let Pool { mut rows, undetermined, count } = std::mem::take(self);
        let Some(last) = count.checked_sub(1).and_then(|last| rows.get(last)).copied() else { return };
        rows.iter_mut().skip(count).for_each(|row| *row = last);
        let mut verdicts = Lanes::unfilled();
        Lanes::put(&mut verdicts, Verdict::Undetermined, undetermined);
        Lanes::put(&mut verdicts, Verdict::Eligible, !undetermined);
        let mut outcome = Outcome::gated(verdicts);
        Evaluation::new(program, Block::new(program, table, Rows::any(&rows), at)).score(&mut outcome, &mut ());
        for (lane, row) in rows.into_iter().enumerate().take(count) {
            sink.scored(row, &outcome, lane);
        }
    }
}
