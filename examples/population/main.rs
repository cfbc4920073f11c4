//! Scores a whole customer base on all processors, as columns and as structs, and compares the times.
//!
//! ```text
//! cargo run --release --example population
//! ```

mod customer;
mod table;

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use customer::{Customer, customers};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use table::Table;
use warmth::columns::{ColumnScorer, ScoreColumns};
use warmth::{Model, Points, Score, Scorer};

/// The rows in one chunk of work: large enough to make the cost of scheduling small, small enough to keep all threads busy
/// until the end.
const CHUNK: usize = 8_192;

/// The number of customers for each state, or for each verdict without a state, and the sum of all scores.
#[derive(Debug, Default, PartialEq)]
struct Tally<'m> {
    states: BTreeMap<&'m str, usize>,
    sum: Points,
}

impl<'m> Tally<'m> {
    fn of(scores: impl Iterator<Item = Score<'m>>) -> Tally<'m> {
        let mut tally = Tally::default();
        for score in scores {
            *tally.states.entry(score.state().unwrap_or(score.verdict().as_str())).or_default() += 1;
            tally.sum = tally.sum + score.value();
        }
        tally
    }

    fn plus(mut self, other: Tally<'m>) -> Tally<'m> {
        for (state, count) in other.states {
            *self.states.entry(state).or_default() += count;
        }
        Tally { sum: self.sum + other.sum, ..self }
    }
}

/// Scores ranges of rows. Each thread reuses one buffer for the results.
fn by_columns<'m>(scorer: &ColumnScorer<'m, '_>, now: DateTime<Utc>) -> Tally<'m> {
    let tally = |scores: &mut ScoreColumns<'m>, chunk: usize| {
        scorer.score(chunk * CHUNK..(chunk + 1) * CHUNK, now, scores); // the last range is cut to the rows
        Tally::of(scores.iter())
    };
    let chunks = scorer.len().div_ceil(CHUNK);
    (0..chunks).into_par_iter().map_init(ScoreColumns::new, tally).reduce(Tally::default, Tally::plus)
}

/// Scores chunks of a slice of customers into chunks of a slice of scores.
fn by_structs<'m>(
    scorer: &'m Scorer<Customer>,
    customers: &[Customer],
    now: DateTime<Utc>,
    scores: &mut [Score<'m>],
) -> Tally<'m> {
    let chunks = customers.par_chunks(CHUNK).zip(scores.par_chunks_mut(CHUNK));
    let tally = |(customers, scores): (&[Customer], &mut [Score<'m>])| {
        scorer.score_batch(customers, now, scores);
        Tally::of(scores.iter().copied())
    };
    chunks.map(tally).reduce(Tally::default, Tally::plus)
}

/// Runs a function five times. Returns its result and the shortest time.
fn timed<R>(mut run: impl FnMut() -> R) -> (R, Duration) {
    #[expect(clippy::disallowed_methods, reason = "measures time; no score depends on it")]
    let mut once = || {
        let start = Instant::now();
        let result = run();
        (result, start.elapsed())
    };
    let (result, first) = once();
    (result, (1..5).map(|_| once().1).fold(first, Duration::min))
}

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Result<(), Box<dyn Error>> {
    let model: Model = toml::from_str(include_str!("../data/readiness.toml"))?;
    let scorer = Scorer::<Customer>::new(&model)?;
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?; // one instant for all customers

    let customers = customers(now);
    let table = Table::of(&customers)?;
    let columns = table.columns()?;
    let ready = scorer.bind(&columns)?; // checks that every column exists and has the right kind
    let mut scores = vec![Score::default(); customers.len()];

    let one = ThreadPoolBuilder::new().num_threads(1).build()?;
    let all = ThreadPoolBuilder::new().build()?;
    let (tally, columns_on_one) = one.install(|| timed(|| by_columns(&ready, now)));
    let (same, columns_on_all) = all.install(|| timed(|| by_columns(&ready, now)));
    assert_eq!(tally, same);
    let (same, structs_on_one) = one.install(|| timed(|| by_structs(&scorer, &customers, now, &mut scores)));
    assert_eq!(tally, same);
    let (same, structs_on_all) = all.install(|| timed(|| by_structs(&scorer, &customers, now, &mut scores)));
    assert_eq!(tally, same);

    println!("{} customers as of {now}", customers.len());
    for (state, count) in &tally.states {
        println!("{count:>10} {state}");
    }
    println!("the scores add up to {}, on one thread and on {}", tally.sum, all.current_num_threads());
    let times = |one: Duration, all: Duration| one.as_secs_f64() / all.as_secs_f64();
    println!(
        "{} threads are {:.2} times as fast as one over columns, {:.2} times over structs",
        all.current_num_threads(),
        times(columns_on_one, columns_on_all),
        times(structs_on_one, structs_on_all)
    );
    println!("columns are {:.2} times as fast as structs on one thread", times(structs_on_one, columns_on_one));
    Ok(())
}
