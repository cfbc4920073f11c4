//! A whole customer base on all processors: as columns, made once, and as structs.
//!
//! ```text
//! cargo run --release --example population
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::time::{Duration, Instant};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use warmth::columns::{Bits, Column, ColumnError, ColumnScorer, Columns, ScoreColumns, Texts};
use warmth::{Activity, Model, Points, Resolution, Score, Scorer, facts};

const CUSTOMERS: usize = 300_000;

/// How many rows a thread takes at a time: enough that taking them costs nothing, few enough that all are busy to the end.
const PART: usize = 8_192;

#[derive(Clone, Copy)]
enum Health {
    Green,
    Yellow,
    Red,
}
facts!(enum Health { Green => "green", Yellow => "yellow", Red => "red" });

const TECHNOLOGIES: [&str; 8] =
    ["rivalsoft", "otherware", "netsuite", "salesforce", "snowflake", "slack", "jira", "workday"];

struct Customer {
    nps: Option<u8>,
    health: Health,
    has_flagship: bool,
    renewal_date: Option<NaiveDate>,
    tech_stack: Vec<&'static str>,
    history: Activity,
}
facts!(Customer { nps, health, has_flagship, renewal_date, tech_stack; activity = history });

fn customers(now: DateTime<Utc>) -> Vec<Customer> {
    let mut rng = fastrand::Rng::with_seed(20_261_122);
    let customer = |_| {
        let health = match rng.u8(0..10) {
            0 => Health::Red,
            1..4 => Health::Yellow,
            _ => Health::Green,
        };
        let interested = rng.u8(0..5) == 0;
        let (views, hours) = if interested { (rng.u8(2..8), 500) } else { (rng.u8(0..4), 4_000) };
        let mut history = Activity::with_resolution(Resolution::Hour);
        for _ in 0..views {
            history.record("pricing_view", now - TimeDelta::hours(rng.i64(0..hours)));
        }
        let technologies = rng.usize(0..4);
        Customer {
            nps: (rng.u8(0..4) > 0).then(|| rng.u8(0..=10).max(rng.u8(0..=10))),
            health,
            has_flagship: rng.u8(0..10) < 8,
            renewal_date: (rng.u8(0..10) > 0).then(|| now.date_naive() + Days::new(rng.u64(0..365))),
            tech_stack: rng.choose_multiple(TECHNOLOGIES, technologies),
            history,
        }
    };
    (0..CUSTOMERS).map(customer).collect()
}

/// The same customers as a column store would hold them. Missing facts have a bit of their own; texts are places in a
/// dictionary.
struct Table {
    nps: Vec<u8>,
    nps_known: Vec<bool>,
    health: Vec<u8>,
    has_flagship: Vec<bool>,
    renewal_date: Vec<i32>,
    renewal_known: Vec<bool>,
    tech_stack: Vec<u16>,
    tech_stack_ends: Vec<i32>,
    histories: Vec<Activity>,
    technologies: Dictionary,
    healths: Dictionary,
}

/// Texts as Arrow has them: one after the other, and where each begins and ends.
struct Dictionary {
    ends: Vec<i32>,
    texts: String,
}

impl Dictionary {
    fn of(texts: &[&str]) -> Result<Dictionary, Box<dyn Error>> {
        let mut dictionary = Dictionary { ends: vec![0], texts: String::new() };
        for text in texts {
            dictionary.texts.push_str(text);
            dictionary.ends.push(dictionary.texts.len().try_into()?);
        }
        Ok(dictionary)
    }

    fn texts(&self) -> Result<Texts<'_>, ColumnError> {
        Texts::new(&self.ends, self.texts.as_bytes())
    }
}

impl Table {
    fn of(customers: &[Customer]) -> Result<Table, Box<dyn Error>> {
        let mut table = Table {
            nps: Vec::new(),
            nps_known: Vec::new(),
            health: Vec::new(),
            has_flagship: Vec::new(),
            renewal_date: Vec::new(),
            renewal_known: Vec::new(),
            tech_stack: Vec::new(),
            tech_stack_ends: vec![0],
            histories: Vec::new(),
            technologies: Dictionary::of(&TECHNOLOGIES)?,
            healths: Dictionary::of(&["green", "yellow", "red"])?,
        };
        for customer in customers {
            table.nps.push(customer.nps.unwrap_or_default());
            table.nps_known.push(customer.nps.is_some());
            table.health.push(customer.health as u8);
            table.has_flagship.push(customer.has_flagship);
            table.renewal_date.push(customer.renewal_date.unwrap_or_default().to_epoch_days());
            table.renewal_known.push(customer.renewal_date.is_some());
            for own in &customer.tech_stack {
                let place = TECHNOLOGIES.iter().position(|known| known == own).ok_or("a technology of the list")?;
                table.tech_stack.push(place.try_into()?);
            }
            table.tech_stack_ends.push(table.tech_stack.len().try_into()?);
            table.histories.push(customer.history.clone());
        }
        Ok(table)
    }

    fn columns(&self) -> Result<Columns<'_>, ColumnError> {
        let technologies = self.technologies.texts()?;
        Columns::new(self.nps.len())
            .with("nps", Column::numbers(&self.nps).with_validity(Bits::from(&self.nps_known)))?
            .with("health", Column::coded(&self.health, self.healths.texts()?))?
            .with("has_flagship", Column::flags(&self.has_flagship))?
            .with("renewal_date", Column::dates(&self.renewal_date).with_validity(Bits::from(&self.renewal_known)))?
            .with("tech_stack", Column::coded_lists(&self.tech_stack_ends, &self.tech_stack, technologies)?)?
            .with_activities(&self.histories)
    }
}

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
            tally.sum = tally.sum + score.value();
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
    let model: Model = toml::from_str(include_str!("data/readiness.toml"))?;
    let scorer = Scorer::<Customer>::new(&model)?;
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?; // once, so that all are scored as of the same second

    let customers = customers(now);
    let table = Table::of(&customers)?;
    let columns = table.columns()?;
    let ready = scorer.columns(&columns)?; // every column is there, and of the right kind
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
