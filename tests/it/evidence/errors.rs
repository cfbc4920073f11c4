//! Errors: every code, and the documented list of codes.

use std::collections::BTreeSet;
use std::fs;

use warmth::evidence::{EvidenceError, HalfLives, History, HistoryBuilder, Logistic, Penalty, Request, Trend, propose};
use warmth::{Kind, Record, Span};

use crate::support::at;

fn fit(rows: &[&[f64]], outcomes: &[bool], penalty: Penalty) -> EvidenceError {
    Logistic::fit(rows, outcomes, penalty).unwrap_err()
}

/// A history of 400 rows, every second one with the outcome.
fn history(fields: &[(&str, Kind)], record: impl Fn(bool) -> Record) -> History {
    let mut builder = HistoryBuilder::of(fields.iter().copied());
    (0..400).for_each(|row| builder.add(&record(row % 2 == 0), at("2026-01-01"), row % 2 == 0));
    builder.build()
}

#[test]
fn every_error_has_a_documented_code() {
    let apart: [&[f64]; 4] = [&[1.0], &[2.0], &[3.0], &[4.0]];
    let outcomes = [false, false, true, true];
    let plan =
        history(&[("plan", Kind::Text)], |outcome| Record::new().with("plan", if outcome { "pro" } else { "free" }));
    let long = history(&[("plan", Kind::Text)], |outcome| {
        Record::new().with("plan", if outcome { "x".repeat(1_025) } else { "free".to_owned() })
    });
    let same_name = history(&[("tech", Kind::Tags), ("tech has crm", Kind::Flag)], |outcome| {
        let tags = if outcome { ["crm"] } else { ["erp"] };
        Record::new().with("tech", tags).with("tech has crm", outcome)
    });
    let empty = HistoryBuilder::<Record>::declared().build();
    let request = || Request::new("x");
    let errors = [
        ("unequal-rows", fit(&[&[1.0], &[]], &outcomes[..2], Penalty::None)),
        ("not-finite", fit(&[&[f64::NAN]], &outcomes[..1], Penalty::None)),
        ("outcome-count", fit(&apart, &outcomes[..3], Penalty::None)),
        ("bad-ridge", fit(&apart, &outcomes, Penalty::Ridge(0.0))),
        ("dependent-columns", fit(&[&[1.0, 1.0], &[3.0, 3.0], &[2.0, 2.0]], &[true, true, false], Penalty::None)),
        ("one-outcome", fit(&apart, &[true; 4], Penalty::None)),
        ("separated", fit(&apart, &outcomes, Penalty::None)),
        ("unknown-factor", propose(&plan, &request().require("paln", Trend::Rising)).unwrap_err()),
        ("unordered-factor", propose(&plan, &request().require("plan", Trend::Rising)).unwrap_err()),
        ("no-factors", propose(&empty, &request()).unwrap_err()),
        ("unwritable-factor", propose(&long, &request()).unwrap_err()),
        ("refused-document", propose(&same_name, &request()).unwrap_err()),
        ("no-spans", HalfLives::<Record>::of("visit", []).unwrap_err()),
        ("refused-span", HalfLives::<Record>::of("visit", [Span::seconds(0)]).unwrap_err()),
    ];
    for (code, error) in &errors {
        assert_eq!(error.code(), *code, "{error}");
        let written = serde_json::to_value(error).unwrap();
        assert_eq!(written, serde_json::json!({ "code": code, "message": error.to_string() }));
    }

    let source = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/evidence/error.rs")).unwrap();
    let documented: BTreeSet<&str> =
        source.lines().filter_map(|line| line.trim().strip_prefix("/// | `")?.split('`').next()).collect();
    let mut expected: BTreeSet<&str> = errors.iter().map(|(code, _)| *code).collect();
    expected.insert("not-converged"); // no small input is known that raises it
    assert_eq!(documented, expected);
}
