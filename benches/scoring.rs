//! What each question costs, beside the same twelve conditions written by hand, and how it grows with rules and events.
//!
//! Quote ratios of one run, not times: machines differ and are shared.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

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
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fired::{by_hand_fired, by_hand_fired_ids};
use generated::{Customer, amounts, by_exp2, customers, fading, named, rules, spread, visited, visits, whatever};
use population::{Account, MODEL, accounts, as_of, by_hand};
use warmth::columns::ScoreColumns;
use warmth::{Facts, Fired, Model, Points, Projection, Record, Resolution, Scorer};

const ACCOUNTS: usize = 10_000;

/// What code written by hand says of an account.
type ByHand = Option<(u32, &'static str)>;

/// The engine and the hand-written code say the same of every account.
fn assert_same<T: Facts>(scorer: &Scorer<T>, accounts: &[T], by_hand: impl Fn(&T) -> ByHand) {
    for account in accounts {
        let score = scorer.score(account, as_of());
        let own = score.axis("readiness").map(|axis| (axis.raw, score.state().unwrap()));
        let expected = by_hand(account).map(|(points, state)| (Points::from(points), state));
        assert_eq!(own, expected);
    }
}

/// The conditions in the order of the document, with what they are worth.
const CONDITIONS: [(&str, u32); 12] = [
    ("inactive", 0),
    ("onboarding", 0),
    ("unhappy", 0),
    ("renewal", 0),
    ("flagship", 0),
    ("health", 0),
    ("icp", 6),
    ("competitor", 10),
    ("intent", 5),
    ("nps", 4),
    ("seats", 3),
    ("country", 2),
];

/// The versions that say what fired agree with one another and with the one that does not, what fired adds up to the
/// points, and nothing but a gate fired where one holds the account back.
fn assert_fired(accounts: &[Account]) {
    let now = as_of();
    let today = now.date_naive();
    for account in accounts {
        let (outcome, bits) = by_hand_fired(account, today);
        let fired = CONDITIONS.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, own)| own);
        let ids: Vec<&str> = fired.clone().map(|(id, _)| *id).collect();
        let points: u32 = fired.map(|(_, points)| points).sum();
        assert_eq!(outcome, by_hand(account, today));
        match outcome {
            Some((own, _)) => assert_eq!(own, points),
            None => assert_eq!((ids.len(), points), (1, 0)),
        }
        assert_eq!(by_hand_fired_ids(account, today), (outcome, ids));
    }
}

fn single(c: &mut Criterion) {
    let now = as_of();
    let model: Model = toml::from_str(MODEL).unwrap();
    let scorer = Scorer::<Account>::new(&model).unwrap();
    let accounts = accounts(ACCOUNTS);
    let today = now.date_naive();
    assert_same(&scorer, &accounts, |account| by_hand(account, today));
    assert_fired(&accounts);
    let enum_scorer = Scorer::<enums::Account>::new(&model).unwrap();
    let enum_accounts = enums::accounts(ACCOUNTS);
    assert_same(&enum_scorer, &enum_accounts, |account| enums::by_hand(account, today));

    let mut group = c.benchmark_group("single");
    group.throughput(Throughput::Elements(ACCOUNTS as u64));
    group.bench_function("by hand", |b| {
        b.iter(|| accounts.iter().for_each(|account| _ = black_box(by_hand(black_box(account), today))));
    });
    group.bench_function("by hand, enums", |b| {
        b.iter(|| enum_accounts.iter().for_each(|account| _ = black_box(enums::by_hand(black_box(account), today))));
    });
    group.bench_function("by hand, what fired", |b| {
        b.iter(|| accounts.iter().for_each(|account| _ = black_box(by_hand_fired(black_box(account), today))));
    });
    group.bench_function("by hand, ids of what fired", |b| {
        b.iter(|| accounts.iter().for_each(|account| _ = black_box(by_hand_fired_ids(black_box(account), today))));
    });
    group.bench_function("score", |b| {
        b.iter(|| accounts.iter().for_each(|account| _ = black_box(scorer.score(black_box(account), now))));
    });
    group.bench_function("score, enums", |b| {
        b.iter(|| {
            for account in &enum_accounts {
                _ = black_box(enum_scorer.score(black_box(account), now));
            }
        });
    });
    group.bench_function("score, fired", |b| {
        let mut fired = Fired::new();
        b.iter(|| {
            for account in &accounts {
                _ = black_box(scorer.score_fired(black_box(account), now, &mut fired));
                black_box(&fired);
            }
        });
    });
    group.bench_function("explain", |b| {
        b.iter(|| accounts.iter().for_each(|account| _ = black_box(scorer.explain(black_box(account), now))));
    });
    group.bench_function("bounds", |b| {
        b.iter(|| accounts.iter().for_each(|account| _ = black_box(scorer.bounds(black_box(account), now))));
    });
    group.finish();
}

/// The accounts as columns: those of `single`, and so many that they do not stay in the caches.
fn columns(c: &mut Criterion) {
    let now = as_of();
    let model: Model = toml::from_str(MODEL).unwrap();
    let scorer = Scorer::<Account>::new(&model).unwrap();
    let mut group = c.benchmark_group("columns");
    for count in [ACCOUNTS, 1_000_000] {
        let accounts = accounts(count);
        let columns = Columns::new(&accounts);
        let (date, today) = (now.date_naive(), columns::days(now.date_naive()));
        let mut outcomes = Outcomes::new(count);
        for pass in [columns::by_hand_every_row, columns::by_hand] {
            pass(&columns, today, &mut outcomes);
            for (row, account) in accounts.iter().enumerate() {
                assert_eq!(outcomes.row(row), by_hand(account, date), "row {row}");
            }
        }
        let dictionaries = Dictionaries::of(&columns);
        let borrowed = borrowed(&columns, &dictionaries);
        let ready = scorer.bind(&borrowed).unwrap();
        let mut scores = ScoreColumns::new();
        ready.score(0..count, now, &mut scores);
        assert!(outcomes == borrowed::outcomes(&scores));
        drop(accounts);
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("by hand", count), |b| {
            b.iter(|| columns::by_hand(black_box(&columns), today, black_box(&mut outcomes)));
        });
        group.bench_function(BenchmarkId::new("by hand, every rule for every row", count), |b| {
            b.iter(|| columns::by_hand_every_row(black_box(&columns), today, black_box(&mut outcomes)));
        });
        group.bench_function(BenchmarkId::new("warmth", count), |b| {
            b.iter(|| black_box(&ready).score(0..count, now, black_box(&mut scores)));
        });
    }
    group.finish();
}

/// When the state of fading customers changes next, beside their score.
fn next_change(c: &mut Criterion) {
    const CUSTOMERS: usize = 100;
    let now = as_of();
    let scorer = Scorer::<Customer>::new(&fading()).unwrap();
    let customers = customers(CUSTOMERS, 50, now);
    let until = now + TimeDelta::days(365);

    let mut group = c.benchmark_group("fading");
    group.throughput(Throughput::Elements(CUSTOMERS as u64));
    group.bench_function("score", |b| {
        b.iter(|| customers.iter().for_each(|customer| _ = black_box(scorer.score(black_box(customer), now))));
    });
    group.bench_function("next change", |b| {
        b.iter(|| {
            for customer in &customers {
                _ = black_box(scorer.next_change(black_box(customer), now, until, Projection::State));
            }
        });
    });
    group.finish();
}

fn compile(c: &mut Criterion) {
    let mut group = c.benchmark_group("compile");
    group.bench_function("read", |b| b.iter(|| toml::from_str::<Model>(black_box(MODEL)).unwrap()));
    let model: Model = toml::from_str(MODEL).unwrap();
    group.bench_function("compile", |b| b.iter(|| Scorer::<Account>::new(black_box(&model)).unwrap()));
    group.finish();
}

/// A signal over a thousand events, beside the same sum with `exp2` in doubles.
fn decay(c: &mut Criterion) {
    const EVENTS: usize = 1_000;
    let now = as_of();
    let scorer = Scorer::<Record>::new(&visits()).unwrap();
    let (ages, activity) = visited(EVENTS, now);
    let record = Record::new().with_activity(activity);

    let mut group = c.benchmark_group("decay");
    group.throughput(Throughput::Elements(EVENTS as u64));
    group.bench_function("exp2 in doubles", |b| b.iter(|| by_exp2(black_box(&ages))));
    group.bench_function("signal", |b| b.iter(|| black_box(scorer.score(black_box(&record), now))));
    let scorer = Scorer::<Record>::new(&amounts()).unwrap();
    let record = Record::new().with_activity(named(1, EVENTS, now));
    group.bench_function("signal of amounts", |b| b.iter(|| black_box(scorer.score(black_box(&record), now))));
    group.finish();
}

/// Ten customers, asked every question.
fn questions(group: &mut BenchmarkGroup<'_, WallTime>, size: usize, model: &Model, customers: &[Customer]) {
    let now = as_of();
    let scorer = Scorer::<Customer>::new(model).unwrap();
    group.bench_function(BenchmarkId::new("score", size), |b| {
        b.iter(|| customers.iter().for_each(|customer| _ = black_box(scorer.score(black_box(customer), now))));
    });
    group.bench_function(BenchmarkId::new("explain", size), |b| {
        b.iter(|| customers.iter().for_each(|customer| _ = black_box(scorer.explain(black_box(customer), now))));
    });
    group.bench_function(BenchmarkId::new("bounds", size), |b| {
        b.iter(|| customers.iter().for_each(|customer| _ = black_box(scorer.bounds(black_box(customer), now))));
    });
}

/// How costs grow with the rules of a model, none of which is on events.
fn by_rules(c: &mut Criterion) {
    let now = as_of();
    let mut group = c.benchmark_group("by rules");
    for count in [10, 100, 1_000] {
        let model = rules(count);
        questions(&mut group, count, &model, &customers(10, 0, now));
        group.bench_function(BenchmarkId::new("compile", count), |b| {
            b.iter(|| Scorer::<Customer>::new(black_box(&model)).unwrap());
        });
    }
    group.finish();
}

/// How costs grow with the events of a subject, under three signals.
fn by_events(c: &mut Criterion) {
    let mut group = c.benchmark_group("by events");
    for count in [0, 50, 5_000] {
        questions(&mut group, count, &fading(), &customers(10, count, as_of()));
    }
    group.finish();
}

/// How costs grow with events where many share an entry: one signal over three years.
fn by_resolution(c: &mut Criterion) {
    let now = as_of();
    let mut group = c.benchmark_group("by resolution");
    let scorer = Scorer::<Record>::new(&visits()).unwrap();
    for count in [5_000, 50_000] {
        for (name, resolution) in [("second", Resolution::Second), ("day", Resolution::Day)] {
            let record = Record::new().with_activity(spread(count, resolution, now));
            group.bench_function(BenchmarkId::new(name, count), |b| {
                b.iter(|| black_box(scorer.score(black_box(&record), now)));
            });
        }
    }
    group.finish();
}

/// How costs grow with the names of a thousand events, taken in order: at most three a day of whatever name.
fn by_names(c: &mut Criterion) {
    let now = as_of();
    let mut group = c.benchmark_group("by names");
    let scorer = Scorer::<Record>::new(&whatever()).unwrap();
    for names in [1, 10, 200] {
        let record = Record::new().with_activity(named(names, 1_000, now));
        group.bench_function(BenchmarkId::new("score", names), |b| {
            b.iter(|| black_box(scorer.score(black_box(&record), now)));
        });
    }
    group.finish();
}

criterion_group!(benches, single, columns, next_change, compile, decay, by_rules, by_events, by_resolution, by_names);
criterion_main!(benches);
