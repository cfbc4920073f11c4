//! One million rows of 40 factors, from gathering to a proposal. Run by `.ci/evidence-load`, which holds its memory.

#![cfg(feature = "evidence")]

use fastrand::Rng;
use warmth::evidence::{Correlations, HistoryBuilder, Proposal, Request, propose};
use warmth::{Kind, Record};

#[test]
#[ignore = "takes a minute and 768 MiB; `.ci/evidence-load` runs it"]
fn a_million_rows_of_forty_factors() {
    let names = |kind: &str, count: u32| (0..count).map(|place| format!("{kind}{place}")).collect::<Vec<_>>();
    let (numbers, flags, texts) = (names("number", 30), names("flag", 6), names("text", 4));
    let of = |names: &[String], kind| names.iter().map(|name| (name.clone(), kind)).collect::<Vec<_>>();
    let fields = [of(&numbers, Kind::Number), of(&flags, Kind::Flag), of(&texts, Kind::Text)].concat();
    let mut rng = Rng::with_seed(1);
    let mut builder = HistoryBuilder::of(fields);
    let as_of = "2026-06-30T00:00:00Z".parse().unwrap();
    for _ in 0..1_000_000 {
        // Two drivers behind the numbers; each number is its own, with some million different values.
        let (fit, interest) = (rng.f64(), rng.f64());
        let mut record = Record::new();
        for (place, name) in numbers.iter().enumerate() {
            if rng.u8(0..20) > 0 {
                record.set(name, rng.f64() + if place % 3 == 0 { fit } else { interest });
            }
        }
        for name in &flags {
            record.set(name, rng.f64() < fit);
        }
        for name in &texts {
            record.set(name, rng.choice(["a", "b", "c", "d"]).unwrap());
        }
        builder.add(&record, as_of, rng.f64() < fit * interest / 2.0);
    }
    let history = builder.build();
    let correlations = Correlations::new(&history);
    assert_eq!(correlations.between.len(), 40 * 39 / 2);
    let Proposal::Made(made) = propose(&history, &Request::new("load")).unwrap() else { panic!("no proposal") };
    assert!(made.comparison.overlap.auc.low > 0.65, "{}", made.comparison);
    assert!(made.comparison.difference.low > 0.0, "{}", made.comparison);
}
