//! The engine against the oracle, on random documents, facts, events and instants.

use warmth::Score;

use crate::oracle::{self, Outcome};
use crate::support::{Subject, on_all_processors, scaled, subject};

fn names(outcome: &Outcome) -> [Option<&str>; 4] {
    [outcome.grade.as_deref(), outcome.state.as_deref(), outcome.segment.as_deref(), outcome.play.as_deref()]
}

fn assert_agrees(score: &Score<'_>, expected: &Outcome) {
    assert_eq!(score.verdict().as_str(), expected.verdict);
    if expected.near_tie {
        return;
    }
    let assert_close = |actual: i64, expected_micros: i64, what: &str| {
        let allowed = if expected.exact { 0 } else { expected.tolerance };
        assert!(
            actual.abs_diff(expected_micros) <= allowed.unsigned_abs(),
            "{what}: {actual} is not {expected_micros} within {allowed}"
        );
    };
    assert_close(score.value().micros(), expected.score, "score");
    if let Some(coverage) = score.coverage() {
        assert_eq!(coverage.micros(), expected.coverage);
    }
    let skipped: Vec<_> = score.axes().filter(|axis| axis.skipped).map(|axis| axis.name).collect();
    assert_eq!(skipped, expected.skipped);
    assert_eq!(score.axes().count(), expected.axes.len());
    for (axis, (name, raw, points)) in score.axes().zip(&expected.axes) {
        assert_eq!(axis.name, name);
        assert_close(axis.raw.micros(), *raw, name);
        assert_close(axis.score.micros(), *points, name);
    }
    let actual = [
        score.grade().map(warmth::Grade::as_str),
        score.state(),
        score.segment(),
        score.play().map(warmth::Play::name),
    ];
    assert_eq!(actual, names(expected));
}

fn check(seed: u64) {
    let Subject { instance, scorer, record, as_of, .. } = subject(seed);
    let expected = oracle::evaluate(&instance.model, &instance.facts, &instance.events, instance.as_of);
    assert_agrees(&scorer.score(&record, as_of), &expected);
    let coverage = scorer.coverage(&record, as_of);
    assert_eq!(coverage.whole().micros(), expected.coverage);
    assert!(coverage.axes().map(|(_, coverage)| coverage.micros()).eq(expected.coverages));
    assert_eq!(scorer.explain(&record, as_of).coverage(), coverage);
    let mut missing: Vec<_> = scorer.missing(&record).map(str::to_owned).collect();
    let mut expected_missing = expected.missing.clone();
    missing.sort();
    expected_missing.sort();
    assert_eq!(missing, expected_missing);
}

#[test]
fn engine_and_oracle_agree_on_random_instances() {
    on_all_processors(0..scaled(100_000), check);
}
