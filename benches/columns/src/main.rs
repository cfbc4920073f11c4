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
use warmth::{Model, Scorer};

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
struct Writing<F> {
    outcomes: Outcomes,
    pass: F,
}

impl<F: FnMut(&mut Outcomes)> Pass for Writing<F> {
    fn nanoseconds(&mut self) -> f64 {
        (self.pass)(&mut self.outcomes);
        let start = Instant::now();
        (self.pass)(black_box(&mut self.outcomes));
        start.elapsed().as_secs_f64() * 1e9
    }

    fn outcomes(&mut self) -> Outcomes {
        let rows = self.outcomes.states.len();
        self.outcomes = Outcomes::new(rows);
        (self.pass)(&mut self.outcomes);
        std::mem::replace(&mut self.outcomes, Outcomes::new(rows))
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

fn write(outcomes: &mut Outcomes, row: usize, points: u32, state: &str) {
    outcomes.points[row] = points;
    outcomes.states[row] = STATES.iter().position(|own| *own == Some(state)).unwrap() as u8;
}

/// Accounts one by one, for orientation: the conditions by hand, and warmth.
fn one_by_one<'a>(accounts: &'a [Account], scorer: &'a Scorer<Account>) -> [Contender<'a>; 2] {
    let date = as_of().date_naive();
    let by_hand = move |outcomes: &mut Outcomes| {
        *outcomes = Outcomes::new(accounts.len());
        for (row, account) in accounts.iter().enumerate() {
            if let Some((points, state)) = by_hand(account, date) {
                write(outcomes, row, points, state);
            }
        }
    };
    let score = move |outcomes: &mut Outcomes| {
        *outcomes = Outcomes::new(accounts.len());
        for (row, account) in accounts.iter().enumerate() {
            let score = scorer.score(account, as_of());
            if let Some(axis) = score.axis("readiness") {
                let points = u32::try_from(axis.raw.micros() / 1_000_000).unwrap();
                write(outcomes, row, points, score.state().unwrap());
            }
        }
    };
    [
        contender("by hand", "structs, one by one", Writing { outcomes: Outcomes::new(accounts.len()), pass: by_hand }),
        contender("warmth", "structs, one by one", Writing { outcomes: Outcomes::new(accounts.len()), pass: score }),
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

    let mut contenders = vec![contender(
        "by hand",
        "columns",
        Writing {
            outcomes: Outcomes::new(rows),
            pass: |outcomes: &mut Outcomes| columns::by_hand(black_box(&columns), today, outcomes),
        },
    )];
    // WARMTH'S COLUMNS GO HERE, as the second contender, over the same `columns`: `Scorer::score_columns` into its own
    // `Scores`, made once and written over in each pass (as `Writing`), its points and states as `Outcomes` untimed. The
    // last ratio of the table is to be to it.
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
    contenders.extend(one_by_one(&accounts, &scorer));

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
    println!("| contender | form | ns a row | least | to by hand |");
    println!("| --- | --- | ---: | ---: | ---: |");
    for (contender, own) in contenders.iter().zip(&times) {
        println!(
            "| {} | {} | {:.2} | {:.2} | {:.2} |",
            contender.name,
            contender.form,
            median(own.clone()),
            own.iter().copied().fold(f64::INFINITY, f64::min),
            ratio(own, &times[0])
        );
    }
}
