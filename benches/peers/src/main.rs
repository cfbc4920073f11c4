//! The model of `benches/cross_sell.toml` in other engines: they agree on every account, then they are timed.
//!
//! `warmth-peers [ROUNDS] [ACCOUNTS]` prints a Markdown table. What each engine is given is told in the README beside this.

#[path = "../../population/mod.rs"]
mod population;

mod cel;
mod datalogic;
mod wirefilter;
mod zen;

use std::hint::black_box;
use std::time::Instant;

use population::{Account, MODEL, accounts, as_of, by_hand};
use warmth::{Model, Points, Score, Scorer};

const ACCOUNTS: usize = 10_000;
const ROUNDS: usize = 101;

/// Points of accounts that no gate holds back.
type Outcome = Option<u32>;

/// The states of the model, for engines that return points alone.
fn state(points: u32) -> &'static str {
    match points {
        20.. => "ready",
        10.. => "warming",
        _ => "cold",
    }
}

/// `renewal_date.days_until`, for engines that do not take dates.
fn days_until_renewal(account: &Account) -> i64 {
    (account.renewal_date - as_of().date_naive()).num_days()
}

fn reached(points: i64) -> Outcome {
    u32::try_from(points).ok()
}

/// A pass over all accounts, which hands over each outcome.
struct Contender<'a> {
    name: &'static str,
    input: &'static str,
    pass: Box<dyn FnMut(&mut dyn FnMut(Outcome)) + 'a>,
}

impl Contender<'_> {
    /// For each account of a pass, after one that brings this engine's data back into the caches.
    fn nanoseconds(&mut self, accounts: usize) -> f64 {
        let mut sink = |outcome: Outcome| _ = black_box(outcome.map(|points| (points, state(points))));
        (self.pass)(&mut sink);
        let start = Instant::now();
        (self.pass)(&mut sink);
        start.elapsed().as_secs_f64() * 1e9 / accounts as f64
    }
}

fn contender<'a, S: 'a>(
    name: &'static str,
    input: &'static str,
    subjects: &'a [S],
    mut outcome: impl FnMut(&'a S) -> Outcome + 'a,
) -> Contender<'a> {
    let pass = move |sink: &mut dyn FnMut(Outcome)| {
        subjects.iter().for_each(|subject| sink(outcome(black_box(subject))));
    };
    Contender { name, input, pass: Box::new(pass) }
}

fn whole(points: Points) -> u32 {
    u32::try_from(points.micros() / 1_000_000).unwrap()
}

fn readiness(score: &Score<'_>) -> Outcome {
    score.axis("readiness").map(|axis| whole(axis.raw))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let argument = |index, default| {
        std::env::args()
            .nth(index)
            .map_or(default, |number| number.parse().expect("a number of rounds, and of accounts"))
    };
    let (rounds, count) = (argument(1, ROUNDS), argument(2, ACCOUNTS));
    let accounts = accounts(count);
    let now = as_of();
    let today = now.date_naive();
    let model: Model = toml::from_str(MODEL).unwrap();
    let scorer = Scorer::<Account>::new(&model).unwrap();

    let wirefilter = wirefilter::Engine::new();
    let wirefilter_rows: Vec<_> = accounts.iter().map(wirefilter::Row::new).collect();
    let wirefilter_contexts: Vec<_> = wirefilter_rows.iter().map(|row| wirefilter.context(row)).collect();
    let mut wirefilter_context = wirefilter.context(&wirefilter_rows[0]);
    let (prepared_filters, filled_filters) = (wirefilter.filters(), wirefilter.filters());

    let datalogic = datalogic::Engine::new();
    let arena = datalogic_rs::bumpalo::Bump::new();
    let datalogic_rows: Vec<_> = accounts.iter().map(|account| datalogic::row(account, &arena)).collect();
    let mut prepared_arena = datalogic_rs::bumpalo::Bump::new();
    let mut filled_arena = datalogic_rs::bumpalo::Bump::new();

    let zen = zen::Engine::new();
    let zen_rows: Vec<_> = accounts.iter().map(zen::row).collect();
    let (mut zen_prepared, mut zen_filled) = (zen::machine(), zen::machine());

    let cel = cel::Engine::new();
    let cel_rows: Vec<_> = accounts.iter().map(cel::Row::new).collect();

    let mut contenders = [
        contender("by hand", "the struct", &accounts, |account| by_hand(account, today).map(|(points, _)| points)),
        contender("warmth", "the struct", &accounts, |account| readiness(&scorer.score(account, now))),
        in_one_go(&scorer, &accounts),
        contender("wirefilter-engine", "filled contexts", &wirefilter_contexts, move |context| {
            prepared_filters.outcome(context)
        }),
        contender("wirefilter-engine", "a context filled each time", &wirefilter_rows, {
            let wirefilter = &wirefilter;
            move |row| {
                wirefilter.fill(&mut wirefilter_context, row);
                filled_filters.outcome(&wirefilter_context)
            }
        }),
        contender("datalogic-rs", "its own values", &datalogic_rows, |row| {
            let outcome = datalogic.outcome(row, &prepared_arena);
            prepared_arena.reset();
            outcome
        }),
        contender("datalogic-rs", "its own values, made each time", &accounts, |account| {
            let outcome = datalogic.outcome(datalogic::row(account, &filled_arena), &filled_arena);
            filled_arena.reset();
            outcome
        }),
        contender("zen-expression", "its own values", &zen_rows, |row| {
            zen.outcome(row.shallow_clone(), &mut zen_prepared)
        }),
        contender("zen-expression", "its own values, made each time", &accounts, |account| {
            zen.outcome(zen::row(account), &mut zen_filled)
        }),
        contender("cel", "its own values", &cel_rows, |row| cel.outcome(row)),
        contender("cel", "its own values, made each time", &accounts, |account| cel.outcome(&cel::Row::new(account))),
    ];

    // The state of warmth is checked here once, as the others give points alone.
    let scores: Vec<Score<'_>> = accounts.iter().map(|account| scorer.score(account, as_of())).collect();
    let expected: Vec<Outcome> = scores.iter().map(readiness).collect();
    for (score, outcome) in scores.iter().zip(&expected) {
        assert_eq!(score.state(), outcome.map(state));
    }
    for contender in &mut contenders {
        let mut outcomes = Vec::with_capacity(count);
        (contender.pass)(&mut |outcome| outcomes.push(outcome));
        assert_eq!(outcomes.len(), count, "{}, {}", contender.name, contender.input);
        for (index, (own, expected)) in outcomes.iter().zip(&expected).enumerate() {
            assert_eq!(own, expected, "{}, {}: account {index}", contender.name, contender.input);
        }
    }
    let held = expected.iter().filter(|outcome| outcome.is_none()).count();
    println!("{count} accounts, {held} of which a gate holds back; all agree. Medians of {rounds} rounds:\n");

    // Side by side: each round times every engine, so that a busy moment of the machine meets all of them.
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            times.push(contender.nanoseconds(count));
        }
    }
    let ratio = |own: &[f64], to: &[f64]| median(own.iter().zip(to).map(|(own, to)| own / to).collect());
    println!("| engine | is given | ns | to hand-written | to warmth |");
    println!("| --- | --- | ---: | ---: | ---: |");
    for (contender, own) in contenders.iter().zip(&times) {
        println!(
            "| {} | {} | {:.0} | {:.1} | {:.2} |",
            contender.name,
            contender.input,
            median(own.clone()),
            ratio(own, &times[0]),
            ratio(own, &times[1])
        );
    }
}
