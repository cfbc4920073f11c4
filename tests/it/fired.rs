//! The ids that fire are those of the gates and rules that an explanation shows as deciding or giving points.

use std::collections::BTreeSet;

use serde_json::json;
use warmth::explain::{CheckKind, LineKind};
use warmth::{Fired, Points, Record, Truth, Verdict};

use crate::support::{model, on_all_processors, scaled, scorer, second, subject, subjects};

#[test]
fn fired_ids_agree_with_the_explanation() {
    let strangers: Vec<Record> = subjects(800_000..800_010).map(|subject| subject.record).collect();
    on_all_processors(0..scaled(4_000), |seed| {
        let subject = subject(seed);
        let mut fired = Fired::new();
        for record in strangers.iter().chain([&subject.record]) {
            let score = subject.scorer.score_fired(record, subject.as_of, &mut fired);
            assert_eq!(score, subject.scorer.score(record, subject.as_of));
            let explanation = subject.scorer.explain(record, subject.as_of);
            let lines = explanation.lines();
            let gates = explanation.checks().filter(|check| match check.kind {
                CheckKind::Disqualifying => check.truth == Truth::True,
                CheckKind::Required => check.truth == Truth::False,
                _ => false,
            });
            let gates: BTreeSet<&str> = gates.map(|check| check.id).collect();
            let ids: BTreeSet<&str> = fired.ids().collect();
            assert_eq!((fired.len(), fired.is_empty()), (ids.len(), ids.is_empty()), "seed {seed}");
            assert!(ids.iter().all(|id| fired.contains(id)) && !fired.contains("no such id"));
            if matches!(score.verdict(), Verdict::Ineligible | Verdict::Disqualified) {
                // Evaluation ends at the first gate that decides.
                assert!(!ids.is_empty() && ids.is_subset(&gates), "seed {seed}: {ids:?} of {gates:?}");
                continue;
            }
            let rules = lines.iter().filter(|line| line.kind == LineKind::Rule && line.points != Points::ZERO);
            let rules: BTreeSet<&str> = rules.filter_map(|line| line.id).collect();
            assert!(rules.is_subset(&ids), "seed {seed}: {rules:?} of {ids:?}");
            let all_rules: BTreeSet<&str> =
                lines.iter().filter(|line| line.kind == LineKind::Rule).filter_map(|line| line.id).collect();
            assert!(all_rules.difference(&rules).all(|id| !ids.contains(id)), "seed {seed}");
            assert!(gates.is_empty(), "seed {seed}");
        }
    });
}

#[test]
fn more_than_64_rules_can_fire() {
    let rules: Vec<_> = (0..200)
        .map(|number| json!({ "id": format!("r{number}"), "when": { "n": { "at_least": number } }, "points": 1 }))
        .collect();
    let document = json!({
        "format": 1,
        "name": "many",
        "axis": [{ "name": "fit", "rule": rules }],
        "promoter": [{ "id": "p", "when": { "axis": { "fit": { "at_least": 60 } } }, "plus": 1 }],
        "limit": [{ "when": { "n": { "at_least": 199 } }, "at_most": 50 }],
    });
    let scorer = scorer(&model(&document));
    let mut fired = Fired::new();
    for number in [0, 63, 64, 65, 127, 128, 199] {
        scorer.score_fired(&Record::new().with("n", number), second(0), &mut fired);
        let expected = (0..=number).map(|number| format!("r{number}"));
        let expected = expected.chain((number >= 127).then(|| "p".to_owned()));
        let expected = expected.chain((number == 199).then(|| "limit[0]".to_owned()));
        assert!(fired.ids().eq(expected), "{number}: {fired:?}");
    }
    assert_eq!(fired.len(), 202);
    scorer.score_fired(&Record::new().with("n", -1), second(0), &mut fired);
    assert!(fired.is_empty());
}
