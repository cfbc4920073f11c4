//! Scoring, explaining and compiling one model, beside the same twelve conditions written by hand.
//!
//! Quote ratios of one run, not times: machines differ and are shared.

#![expect(clippy::cast_precision_loss, clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

mod population;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use population::{Account, MODEL, accounts, as_of, by_hand};
use warmth::{Activity, Decay, Model, Points, Record, Scorer, Span};

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
    const EVENTS: u32 = 1_000;
    let half_life = Span::days(14);
    let mut activity = Activity::new();
    let mut ages = Vec::new();
    let mut rng = fastrand::Rng::with_seed(7);
    for _ in 0..EVENTS {
        let age = rng.i64(0..365 * 86_400);
        activity.record("visit", as_of() - chrono::TimeDelta::seconds(age));
        ages.push(age);
    }
    let signal = warmth::model::Signal::new("visit", 8).decay(Decay::HalfLife(half_life));
    let axis = warmth::model::Axis::new("activity").available(1_000).rule(warmth::model::Rule::new("visits", signal));
    let scorer = Scorer::<Record>::new(&Model::new("decay").axis(axis)).unwrap();
    let record = Record::new().with_activity(activity);

    let mut group = c.benchmark_group("decay");
    group.throughput(Throughput::Elements(EVENTS.into()));
    group.bench_function("exp2 in doubles", |b| {
        let half_life = half_life.secs() as f64;
        b.iter(|| ages.iter().map(|age| 8.0 * (-(*black_box(age) as f64) / half_life).exp2()).sum::<f64>());
    });
    group.bench_function("signal", |b| b.iter(|| black_box(scorer.score(black_box(&record), as_of()))));
    group.finish();
}

criterion_group!(benches, single, compile, decay);
criterion_main!(benches);
