//! The model of `benches/cross_sell.toml` over columns: the contenders agree on every row, then they are timed.
//!
//! `warmth-columns [ROUNDS] [ROWS]` prints a Markdown table. What each contender is given is told in the README beside
//! this.

#[path = "../../population/borrowed.rs"]
mod borrowed;
#[path = "../../population/columns.rs"]
mod columns;
#[path = "../../population/mod.rs"]
mod population;

mod arrow;
mod python;

use std::hint::black_box;
use std::time::Instant;

use borrowed::{Dictionaries, borrowed};
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
struct Writing<W, N, F> {
    written: W,
    /// Room in which nothing was written yet.
    room: N,
    pass: F,
    outcomes: fn(W) -> Outcomes,
}

fn writing<W, N: Fn() -> W, F: FnMut(&mut W)>(room: N, pass: F, outcomes: fn(W) -> Outcomes) -> Writing<W, N, F> {
    Writing { written: room(), room, pass, outcomes }
}

impl<W, N: Fn() -> W, F: FnMut(&mut W)> Pass for Writing<W, N, F> {
    fn nanoseconds(&mut self) -> f64 {
        (self.pass)(&mut self.written);
        let start = Instant::now();
        (self.pass)(black_box(&mut self.written));
        start.elapsed().as_secs_f64() * 1e9
    }

    fn outcomes(&mut self) -> Outcomes {
        let mut written = (self.room)();
        (self.pass)(&mut written);
        (self.outcomes)(written)
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

/// Passes by hand over columns.
fn in_passes(columns: &Columns, today: i32, pass: fn(&Columns, i32, &mut Outcomes)) -> impl Pass {
    let rows = columns.nps.len();
    writing(move || Outcomes::new(rows), move |outcomes| pass(black_box(columns), today, outcomes), |own| own)
}

/// Passes of warmth over columns, each of which looks into the dictionaries anew, as those by hand do.
fn in_columns<'a>(scorer: &'a Scorer<Account>, columns: &'a warmth::columns::Columns<'a>) -> impl Pass + 'a {
    let pass = move |scores: &mut ScoreColumns<'a>| {
        scorer.bind(black_box(columns)).unwrap().score(0..columns.len(), as_of(), scores);
    };
    writing(ScoreColumns::new, pass, |scores| borrowed::outcomes(&scores))
}

/// Of structs, by warmth.
fn outcomes(scores: Vec<Score<'_>>) -> Outcomes {
    let points = |score: &Score<'_>| {
        score.axis("readiness").map_or(0, |axis| u32::try_from(axis.raw.micros() / 1_000_000).unwrap())
    };
    let state = |score: &Score<'_>| STATES.iter().position(|own| *own == score.state()).unwrap() as u8;
    Outcomes { points: scores.iter().map(points).collect(), states: scores.iter().map(state).collect() }
}

/// The structs themselves: the conditions by hand, and warmth.
fn structs<'a>(accounts: &'a [Account], scorer: &'a Scorer<Account>) -> [Contender<'a>; 2] {
    let (rows, now) = (accounts.len(), as_of());
    let date = now.date_naive();
    let by_hand = move |outcomes: &mut Outcomes| {
        for (row, account) in black_box(accounts).iter().enumerate() {
            (outcomes.points[row], outcomes.states[row]) = by_hand(account, date).map_or((0, 0), |(points, state)| {
                (points, STATES.iter().position(|own| *own == Some(state)).unwrap() as u8)
            });
        }
    };
    let score = move |scores: &mut Vec<Score<'a>>| {
        for (own, account) in scores.iter_mut().zip(black_box(accounts)) {
            *own = scorer.score(account, now);
        }
    };
    let (points_and_states, scores) = (move || Outcomes::new(rows), move || vec![Score::default(); rows]);
    [
        contender("by hand", "structs, one by one", writing(points_and_states, by_hand, |own| own)),
        contender("warmth", "structs, one by one", writing(scores, score, outcomes)),
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

    let dictionaries = Dictionaries::of(&columns);
    let (own_buffers, arrows_buffers) = (borrowed(&columns, &dictionaries), arrays.borrowed().unwrap());

    let mut contenders = vec![
        contender("by hand", "rules for rows left", in_passes(&columns, today, columns::by_hand)),
        contender("by hand", "every rule for every row", in_passes(&columns, today, columns::by_hand_every_row)),
        contender("warmth", "columns", in_columns(&scorer, &own_buffers)),
        contender("warmth", "the buffers of arrow's arrays", in_columns(&scorer, &arrows_buffers)),
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
            ratio(own, &times[2])
        );
    }
}
