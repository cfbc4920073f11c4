//! A whole customer base on all processors: as columns, made once, and as structs.
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

/// How many rows a thread takes at a time: enough that taking them costs nothing, few enough that all are busy to the end.
const PART: usize = 8_192;

/// How many are in which state, or are held back, and the sum of all scores.
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
            tally.sum += score.value();
        }
        tally
    }

    fn and(mut self, other: Tally<'m>) -> Tally<'m> {
        for (state, count) in other.states {
            *self.states.entry(state).or_default() += count;
        }
        Tally { sum: self.sum + other.sum, ..self }
    }
}

/// Parts of the rows, each thread with columns of its own for what comes out, which it uses again.
fn by_columns<'m>(scorer: &ColumnScorer<'m, '_>, now: DateTime<Utc>) -> Tally<'m> {
    let part = |scores: &mut ScoreColumns<'m>, part: usize| {
        scorer.score(part * PART..(part + 1) * PART, now, scores); // the last part ends with the rows
        Tally::of(scores.iter())
    };
    let parts = scorer.len().div_ceil(PART);
    (0..parts).into_par_iter().map_init(ScoreColumns::new, part).reduce(Tally::default, Tally::and)
}

/// Parts of two slices, of customers and of places for their scores.
fn by_structs<'m>(
    scorer: &'m Scorer<Customer>,
    customers: &[Customer],
    now: DateTime<Utc>,
    scores: &mut [Score<'m>],
) -> Tally<'m> {
    let parts = customers.par_chunks(PART).zip(scores.par_chunks_mut(PART));
    let part = |(customers, scores): (&[Customer], &mut [Score<'m>])| {
        scorer.score_batch(customers, now, scores);
        Tally::of(scores.iter().copied())
    };
    parts.map(part).reduce(Tally::default, Tally::and)
}

/// What comes out, and the least time of five.
fn timed<R>(mut run: impl FnMut() -> R) -> (R, Duration) {
    #[expect(clippy::disallowed_methods, reason = "measures itself; no score depends on it")]
    let mut once = || {
        let start = Instant::now();
        let result = run();
        (result, start.elapsed())
    };
    let (result, first) = once();
    (result, (1..5).map(|_| once().1).fold(first, Duration::min))
}

#[expect(clippy::print_stdout, reason = "a program speaks to its terminal")]
fn main() -> Result<(), Box<dyn Error>> {
    let model: Model = toml::from_str(include_str!("../data/readiness.toml"))?;
    let scorer = Scorer::<Customer>::new(&model)?;
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?; // once, so that all are scored as of the same second

    let customers = customers(now);
    let table = Table::of(&customers)?;
    let columns = table.columns()?;
    let ready = scorer.bind(&columns)?; // every column is there, and of the right kind
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
