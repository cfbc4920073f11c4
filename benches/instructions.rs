//! One path of the engine, a number of rounds of it, for counting instructions: see `.ci/instructions`.
//!
//! `instructions PATH ROUNDS` runs a path and prints how many operations a round has; `instructions` alone runs every
//! path once and prints their names. What a round costs is the difference of two numbers of rounds, so that setting up
//! does not count.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot go on has failed; a driver")]

#[path = "population/borrowed.rs"]
mod borrowed;
#[path = "population/columns.rs"]
mod columns;
#[path = "population/enums.rs"]
mod enums;
#[path = "population/fired.rs"]
mod fired;
mod generated;
mod population;

use std::hint::black_box;

use borrowed::{Dictionaries, borrowed};
use chrono::TimeDelta;
use columns::{Columns, Outcomes};
use fired::{by_hand_fired, by_hand_fired_ids};
use generated::{Customer, amounts, by_exp2, customers, fading, named, rules, spread, visited, visits, whatever};
use population::{Account, MODEL, accounts, as_of, by_hand};
use warmth::columns::ScoreColumns;
use warmth::{Explanation, Fired, Model, Projection, Record, Resolution, Scorer, compare};

const SUBJECTS: usize = 1_000;
const ROWS: usize = 50_000;
const EVENTS: usize = 1_000;

/// As `visits`, of pricing pages alone.
fn pricing() -> Model {
    let mut document = serde_json::to_value(visits()).unwrap();
    let signal = document.pointer_mut("/axis/0/rule/0/signal").unwrap().as_object_mut().unwrap();
    signal.insert("where".to_owned(), serde_json::json!({ "path": { "starts_with": "/pricing" } }));
    Model::read(document).unwrap()
}

/// Sets up, runs so many rounds, and says how many operations a round has.
type Run = fn(rounds: u32) -> usize;

const PATHS: &[(&str, Run)] = &[
    ("by-hand", |rounds| {
        let today = as_of().date_naive();
        rounds_over(rounds, &accounts(SUBJECTS), |account| _ = black_box(by_hand(account, today)))
    }),
    ("by-hand-fired", |rounds| {
        let today = as_of().date_naive();
        rounds_over(rounds, &accounts(SUBJECTS), |account| _ = black_box(by_hand_fired(account, today)))
    }),
    ("by-hand-fired-ids", |rounds| {
        let today = as_of().date_naive();
        rounds_over(rounds, &accounts(SUBJECTS), |account| _ = black_box(by_hand_fired_ids(account, today)))
    }),
    ("by-hand-enums", |rounds| {
        let today = as_of().date_naive();
        rounds_over(rounds, &enums::accounts(SUBJECTS), |account| _ = black_box(enums::by_hand(account, today)))
    }),
    ("score-enums", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        rounds_over(rounds, &enums::accounts(SUBJECTS), |account| _ = black_box(scorer.score(account, now)))
    }),
    ("score", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        rounds_over(rounds, &accounts(SUBJECTS), |account| _ = black_box(scorer.score(account, now)))
    }),
    ("score-fired", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        rounds_over(rounds, &accounts(SUBJECTS), |account| {
            let mut fired = Fired::new();
            _ = black_box(scorer.score_fired(account, now, &mut fired));
            _ = black_box(fired);
        })
    }),
    ("columns", |rounds| {
        let now = as_of();
        let (scorer, accounts) = (cross_sell::<Account>(), accounts(ROWS));
        let columns = Columns::new(&accounts);
        let dictionaries = Dictionaries::of(&columns);
        let columns = borrowed(&columns, &dictionaries);
        let ready = scorer.bind(&columns).unwrap();
        let mut scores = ScoreColumns::new();
        for _ in 0..rounds {
            black_box(&ready).score(0..ROWS, now, black_box(&mut scores));
        }
        agree(&accounts, &borrowed::outcomes(&scores))
    }),
    ("columns-bound", |rounds| {
        let (scorer, accounts) = (cross_sell::<Account>(), accounts(ROWS));
        let columns = Columns::new(&accounts);
        let dictionaries = Dictionaries::of(&columns);
        let columns = borrowed(&columns, &dictionaries);
        for _ in 0..rounds {
            _ = black_box(scorer.bind(black_box(&columns)).unwrap());
        }
        ROWS
    }),
    ("columns-by-hand", |rounds| in_passes(rounds, columns::by_hand)),
    ("columns-every-row", |rounds| in_passes(rounds, columns::by_hand_every_row)),
    ("explain", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        rounds_over(rounds, &accounts(SUBJECTS), |account| _ = black_box(scorer.explain(account, now)))
    }),
    ("explain-read", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        rounds_over(rounds, &accounts(SUBJECTS), |account| read(&scorer.explain(account, now)))
    }),
    ("compare", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        let before = now - TimeDelta::days(9);
        rounds_over(rounds, &accounts(SUBJECTS), |account| {
            _ = black_box(compare(scorer.snapshot(account, before), scorer.snapshot(account, now)));
        })
    }),
    ("score-complete", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        rounds_over(rounds, &complete(), |account| _ = black_box(scorer.score(account, now)))
    }),
    ("bounds-complete", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        rounds_over(rounds, &complete(), |account| _ = black_box(scorer.bounds(account, now)))
    }),
    ("score-missing-1", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        rounds_over(rounds, &without_nps(), |account| _ = black_box(scorer.score(account, now)))
    }),
    ("bounds-missing-1", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        rounds_over(rounds, &without_nps(), |account| _ = black_box(scorer.bounds(account, now)))
    }),
    ("score-missing-4", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        rounds_over(rounds, &sparse(), |record| _ = black_box(scorer.score(record, now)))
    }),
    ("bounds-missing-4", |rounds| {
        let now = as_of();
        let scorer = cross_sell();
        rounds_over(rounds, &sparse(), |record| _ = black_box(scorer.bounds(record, now)))
    }),
    ("score-100-rules", |rounds| {
        let now = as_of();
        let scorer = Scorer::new(&rules(100)).unwrap();
        rounds_over(rounds, &lacking_nps(), |customer| _ = black_box(scorer.score(customer, now)))
    }),
    ("bounds-100-rules", |rounds| {
        let now = as_of();
        let scorer = Scorer::new(&rules(100)).unwrap();
        rounds_over(rounds, &lacking_nps(), |customer| _ = black_box(scorer.bounds(customer, now)))
    }),
    ("score-fading", |rounds| {
        let now = as_of();
        let scorer = Scorer::new(&fading()).unwrap();
        rounds_over(rounds, &customers(100, 50, now), |customer| _ = black_box(scorer.score(customer, now)))
    }),
    ("next-change", |rounds| {
        let now = as_of();
        let scorer = Scorer::new(&fading()).unwrap();
        let until = now + TimeDelta::days(365);
        rounds_over(rounds, &customers(100, 50, now), |customer| {
            _ = black_box(scorer.next_change(customer, now, until, Projection::State));
        })
    }),
    ("compile", |rounds| {
        rounds_over(rounds, &[toml::from_str::<Model>(MODEL).unwrap()], |model| {
            _ = black_box(Scorer::<Account>::new(model).unwrap());
        })
    }),
    ("compile-1000-rules", |rounds| {
        rounds_over(rounds, &[rules(1_000)], |model| _ = black_box(Scorer::<Record>::new(model).unwrap()))
    }),
    ("exp2-1000-events", |rounds| {
        let (ages, _) = visited(EVENTS, as_of());
        rounds_over(rounds, &[ages], |ages| _ = black_box(by_exp2(ages)))
    }),
    ("signal-1000-events", |rounds| {
        let now = as_of();
        let scorer = Scorer::new(&visits()).unwrap();
        let (_, activity) = visited(EVENTS, now);
        let record = Record::new().with_activity(activity);
        rounds_over(rounds, &[record], |record| _ = black_box(scorer.score(record, now)))
    }),
    ("signal-1000-where", |rounds| {
        let now = as_of();
        let scorer = Scorer::new(&pricing()).unwrap();
        let (_, visits) = visited(EVENTS, now);
        let mut record = Record::new();
        for (index, visit) in visits.events().enumerate() {
            let path = format!("/pricing/{}", index % 20);
            record.activity_mut().record_event(visit.attributes(&[("path", (&path).into())]));
        }
        rounds_over(rounds, &[record], |record| _ = black_box(scorer.score(record, now)))
    }),
    ("signal-5000-by-day", |rounds| {
        let now = as_of();
        let scorer = Scorer::new(&visits()).unwrap();
        let record = Record::new().with_activity(spread(5_000, Resolution::Day, now));
        rounds_over(rounds, &[record], |record| _ = black_box(scorer.score(record, now)))
    }),
    ("signal-1000-amounts", |rounds| {
        let now = as_of();
        let scorer = Scorer::new(&amounts()).unwrap();
        let record = Record::new().with_activity(named(1, EVENTS, now));
        rounds_over(rounds, &[record], |record| _ = black_box(scorer.score(record, now)))
    }),
    ("signal-200-names", |rounds| {
        let now = as_of();
        let scorer = Scorer::new(&whatever()).unwrap();
        let record = Record::new().with_activity(named(200, EVENTS, now));
        rounds_over(rounds, &[record], |record| _ = black_box(scorer.score(record, now)))
    }),
];

fn rounds_over<T>(rounds: u32, subjects: &[T], operation: impl Fn(&T)) -> usize {
    for _ in 0..rounds {
        for subject in subjects {
            operation(black_box(subject));
        }
    }
    subjects.len()
}

/// Passes by hand over columns.
fn in_passes(rounds: u32, pass: fn(&Columns, i32, &mut Outcomes)) -> usize {
    let accounts = accounts(ROWS);
    let columns = Columns::new(&accounts);
    let mut outcomes = Outcomes::new(ROWS);
    for _ in 0..rounds {
        pass(black_box(&columns), columns::days(as_of().date_naive()), black_box(&mut outcomes));
    }
    agree(&accounts, &outcomes)
}

/// How many rows there are, each of which is as by hand.
fn agree(accounts: &[Account], outcomes: &Outcomes) -> usize {
    let today = as_of().date_naive();
    assert!((0..).zip(accounts).all(|(row, account)| outcomes.row(row) == by_hand(account, today)));
    accounts.len()
}

/// Everything that is in an explanation, but for its texts.
fn read(explanation: &Explanation<'_>) {
    for check in explanation.checks() {
        black_box((check.label, check.truth));
        check.findings().for_each(|finding| _ = black_box(finding.observed()));
    }
    for line in explanation.lines() {
        black_box((line.label, line.points, line.score, line.shortfall));
        line.findings().for_each(|finding| _ = black_box(finding.observed()));
    }
}

fn cross_sell<T: warmth::Facts>() -> Scorer<T> {
    Scorer::new(&toml::from_str(MODEL).unwrap()).unwrap()
}

fn complete() -> Vec<Account> {
    accounts(SUBJECTS).into_iter().filter(|account| account.nps.is_some()).collect()
}

fn without_nps() -> Vec<Account> {
    accounts(SUBJECTS).into_iter().filter(|account| account.nps.is_none()).collect()
}

/// Customers without the one fact that a sixth of `rules` reads.
fn lacking_nps() -> Vec<Customer> {
    customers(100, 0, as_of()).into_iter().filter(|customer| customer.nps.is_none()).collect()
}

/// The accounts as records of which four facts are not known.
fn sparse() -> Vec<Record> {
    let record = |account: Account| {
        Record::new()
            .with("active_users", account.active_users)
            .with("in_onboarding", account.in_onboarding)
            .with("decision_maker", account.decision_maker)
            .with("renewal_date", account.renewal_date)
            .with("has_flagship", account.has_flagship)
            .with("health", account.health)
            .with("icp_segment", account.icp_segment)
            .with("seats", account.seats)
            .with("seat_limit", account.seat_limit)
    };
    accounts(SUBJECTS).into_iter().map(record).collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    match arguments.as_slice() {
        [] => PATHS.iter().for_each(|(name, run)| {
            run(1);
            println!("{name}");
        }),
        [path, rounds] => {
            let (_, run) = PATHS.iter().find(|(name, _)| name == path).unwrap();
            println!("{}", run(rounds.parse().unwrap()));
        }
        _ => println!("usage: instructions [PATH ROUNDS]"),
    }
}
