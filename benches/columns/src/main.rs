//! The model of `benches/cross_sell.toml` over columns: the contenders agree on every row, then they are timed.
//!
//! `warmth-columns [ROUNDS] [ROWS]` prints a Markdown table. What each contender is given is told in the README beside
//! this.

#[path = "../../population/columns.rs"]
mod columns;
#[path = "../../population/mod.rs"]
mod population;

mod arrow;
mod python;

use std::hint::black_box;
use std::time::Instant;

use columns::{Columns, Outcomes, STATES};
use population::{Account, MODEL, accounts, as_of, by_hand};
use warmth::columns::ScoreColumns;
use warmth::{Model, Score, Scorer};

const ROWS: usize = 1_000_000;
const ROUNDS: usize = 21;

/// A way of scoring all rows.
trait Pass {
    /// Of one pass, after one that brings what it reads back into the caches.
    fn nanoseconds(&mut self) -> f64;

    /// Of one more pass.
    fn outcomes(&mut self) -> Outcomes;
}

/// A pass that makes arrays of its own each time, as libraries do.
struct Making<F, R> {
    pass: F,
    outcomes: fn(R) -> Outcomes,
}

impl<F: FnMut() -> R, R> Pass for Making<F, R> {
    fn nanoseconds(&mut self) -> f64 {
        black_box((self.pass)());
        let start = Instant::now();
        black_box((self.pass)());
        start.elapsed().as_secs_f64() * 1e9
    }

    fn outcomes(&mut self) -> Outcomes {
        (self.outcomes)((self.pass)())
    }
}

/// A pass that writes over what the one before it wrote.
struct Writing<W, F> {
    written: W,
    pass: F,
    /// What was written, and nothing in its place.
    outcomes: fn(&mut W) -> Outcomes,
}

impl<W, F: FnMut(&mut W)> Pass for Writing<W, F> {
    fn nanoseconds(&mut self) -> f64 {
        (self.pass)(&mut self.written);
        let start = Instant::now();
        (self.pass)(black_box(&mut self.written));
        start.elapsed().as_secs_f64() * 1e9
    }

    fn outcomes(&mut self) -> Outcomes {
        (self.outcomes)(&mut self.written);
        (self.pass)(&mut self.written);
        (self.outcomes)(&mut self.written)
    }
}

struct Contender<'a> {
    name: String,
    form: String,
    pass: Box<dyn Pass + 'a>,
}

fn contender<'a>(name: &str, form: &str, pass: impl Pass + 'a) -> Contender<'a> {
    Contender { name: name.to_owned(), form: form.to_owned(), pass: Box::new(pass) }
}

/// Passes that write points and states.
fn into_outcomes<'a>(rows: usize, pass: impl FnMut(&mut Outcomes) + 'a) -> impl Pass + 'a {
    let outcomes = |written: &mut Outcomes| {
        let rows = written.states.len();
        std::mem::replace(written, Outcomes::new(rows))
    };
    Writing { written: Outcomes::new(rows), pass, outcomes }
}

/// Passes that write a [`Score`] for each account.
fn into_scores<'a>(rows: usize, pass: impl FnMut(&mut Vec<Score<'a>>) + 'a) -> impl Pass + 'a {
    let outcomes = |written: &mut Vec<Score<'a>>| {
        let outcomes = outcomes(written.iter().copied());
        written.fill(Score::default());
        outcomes
    };
    Writing { written: vec![Score::default(); rows], pass, outcomes }
}

/// Passes of warmth over columns, each of which looks into the dictionaries anew, as those by hand do.
fn into_columns<'a>(scorer: &'a Scorer<Account>, columns: &'a warmth::columns::Columns<'a>) -> impl Pass + 'a {
    let pass = move |scores: &mut ScoreColumns<'a>| {
        scorer.columns(black_box(columns)).unwrap().score(0..columns.len(), as_of(), scores);
    };
    let outcomes = |written: &mut ScoreColumns<'a>| outcomes(std::mem::take(written).iter());
    Writing { written: ScoreColumns::new(), pass, outcomes }
}

fn outcomes<'m>(scores: impl Iterator<Item = Score<'m>>) -> Outcomes {
    let points = |score: &Score<'m>| {
        score.axis("readiness").map_or(0, |axis| u32::try_from(axis.raw.micros() / 1_000_000).unwrap())
    };
    let state = |score: &Score<'m>| STATES.iter().position(|own| *own == score.state()).unwrap() as u8;
    let (points, states) = scores.map(|score| (points(&score), state(&score))).unzip();
    Outcomes { points, states }
}

/// The structs themselves: the conditions by hand, and warmth.
fn structs<'a>(accounts: &'a [Account], scorer: &'a Scorer<Account>) -> [Contender<'a>; 3] {
    let (rows, date) = (accounts.len(), as_of().date_naive());
    let by_hand = move |outcomes: &mut Outcomes| {
        for (row, account) in black_box(accounts).iter().enumerate() {
            (outcomes.points[row], outcomes.states[row]) = by_hand(account, date).map_or((0, 0), |(points, state)| {
                (points, STATES.iter().position(|own| *own == Some(state)).unwrap() as u8)
            });
        }
    };
    let batch = move |scores: &mut Vec<Score<'a>>| scorer.score_batch(black_box(accounts), as_of(), scores);
    let score = move |scores: &mut Vec<Score<'a>>| {
        for (own, account) in scores.iter_mut().zip(black_box(accounts)) {
            *own = scorer.score(account, as_of());
        }
    };
    [
        contender("by hand", "structs, one by one", into_outcomes(rows, by_hand)),
        contender("warmth", "structs, in one go", into_scores(rows, batch)),
        contender("warmth", "structs, one by one", into_scores(rows, score)),
    ]
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let argument = |index, default| {
        std::env::args().nth(index).map_or(default, |number| number.parse().expect("a number of rounds, and of rows"))
    };
    let (rounds, rows) = (argument(1, ROUNDS), argument(2, ROWS));
    let accounts = accounts(rows);
    let columns = Columns::new(&accounts);
    let today = columns::days(as_of().date_naive());
    let model: Model = toml::from_str(MODEL).unwrap();
    let scorer = Scorer::<Account>::new(&model).unwrap();
    let arrays = arrow::Arrays::new(&columns);
    let directory = python::Directory::of(&columns);

    let (own_buffers, arrows_buffers) = (columns.borrowed().unwrap(), arrays.borrowed().unwrap());

    let mut contenders = vec![
        contender(
            "by hand",
            "columns",
            into_outcomes(rows, |outcomes| columns::by_hand(black_box(&columns), today, outcomes)),
        ),
        contender("warmth", "columns", into_columns(&scorer, &own_buffers)),
        contender("warmth", "the buffers of arrow's arrays", into_columns(&scorer, &arrows_buffers)),
    ];
    contenders.extend([
        contender(
            "arrow",
            "every rule for every row",
            Making { pass: || black_box(&arrays).every_row(today), outcomes: arrow::outcomes },
        ),
        contender(
            "arrow",
            "rules for rows left",
            Making { pass: || black_box(&arrays).rows_left(today), outcomes: arrow::outcomes },
        ),
    ]);
    for (script, modules) in [("numpy_passes.py", "numpy"), ("polars_passes.py", "numpy, polars, pyarrow")] {
        match python::passes(script, modules, &directory, today) {
            None => println!("{script} is left out: Python does not import {modules}.\n"),
            Some((release, passes)) => {
                contenders.extend(passes.into_iter().map(|(form, pass)| Contender {
                    name: release.clone(),
                    form,
                    pass,
                }));
            }
        }
    }
    contenders.extend(structs(&accounts, &scorer));

    let date = as_of().date_naive();
    for contender in &mut contenders {
        let outcomes = contender.pass.outcomes();
        assert_eq!(outcomes.states.len(), rows, "{}, {}", contender.name, contender.form);
        assert_eq!(outcomes.points.len(), rows, "{}, {}", contender.name, contender.form);
        for (row, account) in accounts.iter().enumerate() {
            let expected = by_hand(account, date);
            assert_eq!(outcomes.row(row), expected, "{}, {}: row {row}", contender.name, contender.form);
        }
    }
    let held = accounts.iter().filter(|account| by_hand(account, date).is_none()).count();
    println!("{rows} rows, {held} of which a gate holds back; all agree. Medians of {rounds} rounds:\n");

    // Side by side: each round times every contender, so that a busy moment of the machine meets all of them.
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            times.push(contender.pass.nanoseconds() / rows as f64);
        }
    }
    let ratio = |own: &[f64], to: &[f64]| median(own.iter().zip(to).map(|(own, to)| own / to).collect());
    println!("| contender | form | ns a row | least | to by hand | to warmth |");
    println!("| --- | --- | ---: | ---: | ---: | ---: |");
    for (contender, own) in contenders.iter().zip(&times) {
        println!(
            "| {} | {} | {:.2} | {:.2} | {:.2} | {:.2} |",
            contender.name,
            contender.form,
            median(own.clone()),
            own.iter().copied().fold(f64::INFINITY, f64::min),
            ratio(own, &times[0]),
            ratio(own, &times[1])
        );
    }
}
