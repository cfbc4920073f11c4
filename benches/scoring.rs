//! What each question costs, beside the same twelve conditions written by hand, and how it grows with rules and events.
//!
//! Quote ratios of one run, not times: machines differ and are shared.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

mod generated;
mod population;

use std::hint::black_box;

use chrono::TimeDelta;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use generated::{Customer, amounts, by_exp2, customers, fading, named, rules, spread, visited, visits, whatever};
use population::{Account, MODEL, accounts, as_of, by_hand};
use warmth::{Model, Points, Projection, Record, Resolution, Scorer};

const ACCOUNTS: usize = 10_000;

/// The engine and the hand-written code say the same of every account.
fn assert_same(scorer: &Scorer<Account>, accounts: &[Account]) {
    for account in accounts {
        let score = scorer.score(account, as_of());
        let own = score.axis("readiness").map(|axis| (axis.raw, score.state().unwrap()));
        let expected = by_hand(account, as_of().date_naive()).map(|(points, state)| (Points::from(points), state));
        assert_eq!(own, expected);
    }
}

fn single(c: &mut Criterion) {
    let model: Model = toml::from_str(MODEL).unwrap();
    let scorer = Scorer::<Account>::new(&model).unwrap();
    let accounts = accounts(ACCOUNTS);
    assert_same(&scorer, &accounts);
    let today = as_of().date_naive();

    let mut group = c.benchmark_group("single");
    group.throughput(Throughput::Elements(ACCOUNTS as u64));
    group.bench_function("by hand", |b| {
        b.iter(|| accounts.iter().for_each(|account| _ = black_box(by_hand(black_box(account), today))));
    });
    group.bench_function("score", |b| {
        b.iter(|| accounts.iter().for_each(|account| _ = black_box(scorer.score(black_box(account), as_of()))));
    });
    group.bench_function("explain", |b| {
        b.iter(|| accounts.iter().for_each(|account| _ = black_box(scorer.explain(black_box(account), as_of()))));
    });
    group.bench_function("bounds", |b| {
        b.iter(|| accounts.iter().for_each(|account| _ = black_box(scorer.bounds(black_box(account), as_of()))));
    });
    group.finish();
}

/// When the state of fading customers changes next, beside their score.
fn next_change(c: &mut Criterion) {
    const CUSTOMERS: usize = 100;
    let scorer = Scorer::<Customer>::new(&fading()).unwrap();
    let customers = customers(CUSTOMERS, 50, as_of());
    let until = as_of() + TimeDelta::days(365);

    let mut group = c.benchmark_group("fading");
    group.throughput(Throughput::Elements(CUSTOMERS as u64));
    group.bench_function("score", |b| {
        b.iter(|| customers.iter().for_each(|customer| _ = black_box(scorer.score(black_box(customer), as_of()))));
    });
    group.bench_function("next change", |b| {
        b.iter(|| {
            for customer in &customers {
                _ = black_box(scorer.next_change(black_box(customer), as_of(), until, Projection::State));
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
    let scorer = Scorer::<Record>::new(&visits()).unwrap();
    let (ages, activity) = visited(EVENTS, as_of());
    let record = Record::new().with_activity(activity);

    let mut group = c.benchmark_group("decay");
    group.throughput(Throughput::Elements(EVENTS as u64));
    group.bench_function("exp2 in doubles", |b| b.iter(|| by_exp2(black_box(&ages))));
    group.bench_function("signal", |b| b.iter(|| black_box(scorer.score(black_box(&record), as_of()))));
    let scorer = Scorer::<Record>::new(&amounts()).unwrap();
    let record = Record::new().with_activity(named(1, EVENTS, as_of()));
    group.bench_function("signal of amounts", |b| b.iter(|| black_box(scorer.score(black_box(&record), as_of()))));
    group.finish();
}

/// Ten customers, asked every question.
fn questions(group: &mut BenchmarkGroup<'_, WallTime>, size: usize, model: &Model, customers: &[Customer]) {
    let scorer = Scorer::<Customer>::new(model).unwrap();
    group.bench_function(BenchmarkId::new("score", size), |b| {
        b.iter(|| customers.iter().for_each(|customer| _ = black_box(scorer.score(black_box(customer), as_of()))));
    });
    group.bench_function(BenchmarkId::new("explain", size), |b| {
        b.iter(|| customers.iter().for_each(|customer| _ = black_box(scorer.explain(black_box(customer), as_of()))));
    });
    group.bench_function(BenchmarkId::new("bounds", size), |b| {
        b.iter(|| customers.iter().for_each(|customer| _ = black_box(scorer.bounds(black_box(customer), as_of()))));
    });
}

/// How costs grow with the rules of a model, none of which is on events.
fn by_rules(c: &mut Criterion) {
    let mut group = c.benchmark_group("by rules");
    for count in [10, 100, 1_000] {
        let model = rules(count);
        questions(&mut group, count, &model, &customers(10, 0, as_of()));
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
    let mut group = c.benchmark_group("by resolution");
    let scorer = Scorer::<Record>::new(&visits()).unwrap();
    for count in [5_000, 50_000] {
        for (name, resolution) in [("second", Resolution::Second), ("day", Resolution::Day)] {
            let record = Record::new().with_activity(spread(count, resolution, as_of()));
            group.bench_function(BenchmarkId::new(name, count), |b| {
                b.iter(|| black_box(scorer.score(black_box(&record), as_of())));
            });
        }
    }
    group.finish();
}

/// How costs grow with the names of a thousand events, taken in order: at most three a day of whatever name.
fn by_names(c: &mut Criterion) {
    let mut group = c.benchmark_group("by names");
    let scorer = Scorer::<Record>::new(&whatever()).unwrap();
    for names in [1, 10, 200] {
        let record = Record::new().with_activity(named(names, 1_000, as_of()));
        group.bench_function(BenchmarkId::new("score", names), |b| {
            b.iter(|| black_box(scorer.score(black_box(&record), as_of())));
        });
    }
    group.finish();
}

criterion_group!(benches, single, next_change, compile, decay, by_rules, by_events, by_resolution, by_names);
criterion_main!(benches);
