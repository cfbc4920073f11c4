//! Conditions on the points of rules: `rule.ID`, and `greatest_rule` of an axis.

use proptest::prelude::*;
use serde_json::json;
use warmth::model::{Input, Limit, axis, greatest_rule, rule, score};
use warmth::{Model, Points, Record, Scorer};

use crate::support::{at, cases, model, scorer, toml_model};

const NOW: &str = "2026-11-22T09:00:00Z";

/// One axis whose points are its score, a group that clamps two rules to 5 points, and one segment for a condition.
fn with(condition: &str) -> Scorer<Record> {
    scorer(&toml_model(&format!(
        "format = 1\nname = 'x'
        [[axis]]
        name = 'fit'
        available = 100
        rule = [
            {{ id = 'a', label = 'Alpha', group = 'g', when.a = true, points = 30, missing.points = 4 }},
            {{ id = 'n', group = 'g', per_unit.n = {{ points = 2, min = -10, max = 20 }} }},
            {{ id = 't', values.t = {{ low = -5, high = 7 }}, otherwise = 1 }},
        ]
        group = [{{ name = 'g', max = 5 }}]
        [[segment]]
        name = 'yes'
        when = {{ {condition} }}
        [[segment]]
        name = 'no'
        when = {{ not = {{ {condition} }} }}
        [[segment]]
        name = 'unknown'"
    )))
}

#[track_caller]
fn assert_is(condition: &str, record: &Record, expected: &str) {
    let scorer = with(condition);
    let found = scorer.score(record, at(NOW));
    assert_eq!(found.segment(), Some(expected), "{condition}");
    let bounds = scorer.bounds(record, at(NOW));
    assert!(bounds.segments().any(|segment| segment == expected), "{condition}: {bounds}");
}

fn known() -> Record {
    Record::new().with("a", true).with("n", 40).with("t", "low")
}

#[test]
fn a_rule_has_its_own_points_before_its_group_clamps_them() {
    for (condition, expected) in [
        ("rule.a = 30", "yes"),
        ("rule.a.at_least = 30.000001", "no"),
        ("rule.n = 20", "yes"),
        ("rule.n.between = [19, 21]", "yes"),
        ("rule.n.is_not = 20", "no"),
        ("rule.t.less_than = 0", "yes"),
        ("rule.t.more_than = -5", "no"),
        ("rule.t.at_most = -5, rule.a.at_least = 1", "yes"),
        ("axis.fit.greatest_rule = 30", "yes"),
        ("axis.fit.greatest_rule.less_than = 30", "no"),
        ("axis.fit.greatest_rule.at_least = 30, axis.fit.at_least = 1", "no"),
    ] {
        assert_is(condition, &known(), expected);
    }
    assert_is("rule.a = 0", &known().with("a", false), "yes");
    assert_is("rule.n = -10", &known().with("n", -900), "yes");
    assert_is("axis.fit.greatest_rule = 0", &known().with("a", false).with("n", -3), "yes");
}

#[test]
fn a_test_on_an_unknown_rule_is_unknown() {
    let record = Record::new().with("n", 40).with("t", "low");
    // The rule counts 4 points while it is unknown.
    for condition in ["rule.a = 4", "rule.a.at_least = 0", "rule.a.is_not = 4", "rule.a.at_most = 30"] {
        assert_is(condition, &record, "unknown");
    }
    assert_is("rule.n = 20", &record, "yes");
}

#[test]
fn the_greatest_rule_is_known_where_unknown_rules_cannot_change_it() {
    let record = Record::new().with("n", 40).with("t", "low");
    for (condition, expected) in [
        ("axis.fit.greatest_rule.at_least = 20", "yes"),
        ("axis.fit.greatest_rule.less_than = 20", "no"),
        ("axis.fit.greatest_rule = 19", "no"),
        ("axis.fit.greatest_rule.is_not = 19", "yes"),
        ("axis.fit.greatest_rule.between = [5, 19]", "no"),
        ("axis.fit.greatest_rule.between = [5, 20]", "unknown"),
        ("axis.fit.greatest_rule.more_than = 20", "unknown"),
        ("axis.fit.greatest_rule = 20", "unknown"),
        ("axis.fit.greatest_rule.at_most = 20", "unknown"),
    ] {
        assert_is(condition, &record, expected);
    }
    assert_is("axis.fit.greatest_rule.at_least = -1000", &Record::new(), "unknown");
    assert_is("axis.fit.greatest_rule.is_not = 3", &Record::new(), "unknown");
}

#[test]
fn promoters_and_limits_test_rules_and_a_policy_decides_the_unknown() {
    let document = |missing: &str| {
        scorer(&toml_model(&format!(
            "format = 1\nname = 'x'
            axis = [{{ name = 'fit', available = 100, rule = [
                {{ id = 'a', when.a = true, points = 30, missing = {{ points = 10 }} }},
                {{ id = 'b', when.b = true, points = 20 }},
            ] }}]
            promoter = [{{ id = 'p', when.rule.b = 20, plus = 7 }}]
            limit = [{{ id = 'l', when.rule.a.at_least = 25, {missing} at_least = 90 }}]"
        )))
    };
    let value = |scorer: &Scorer<Record>, record: &Record| scorer.score(record, at(NOW)).value();
    let plain = document("");
    let both = Record::new().with("a", true).with("b", true);
    assert_eq!(value(&plain, &both), Points::from(90));
    assert_eq!(value(&plain, &both.clone().with("a", false)), Points::from(27));
    let only = Record::new().with("b", true);
    assert_eq!(value(&plain, &only), Points::from(37));
    assert_eq!(value(&document("missing = 'holds',"), &only), Points::from(90));
    // The rule gives 30 points or none: 57 and the floor, or 27.
    let bounds = plain.bounds(&only, at(NOW));
    assert_eq!(bounds.value(), Points::from(27)..=Points::from(90));
    assert_eq!(plain.bounds(&Record::new().with("b", false), at(NOW)).value(), Points::ZERO..=Points::from(90));
}

#[test]
fn rules_of_a_skipped_axis_can_be_tested() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = 'x'
        axis = [
            { name = 'fit', missing = 'skip', min_coverage = 60, rule = [
                { id = 'a', when.a = true, points = 30 },
                { id = 'b', when.b = true, points = 30, missing = 'skip' },
            ] },
            { name = 'use', base = 10, available = 100 },
        ]
        segment = [{ name = 'a', when.rule.a = 30 }, { name = 'rest' }]
        limit = [{ when.axis.fit.greatest_rule.at_least = 30, at_least = 50 }]",
    ));
    let score = scorer.score(&Record::new().with("a", true), at(NOW));
    assert!(score.axes().next().unwrap().skipped);
    assert_eq!((score.segment(), score.value()), (Some("a"), Points::from(50)));
    let score = scorer.score(&Record::new(), at(NOW));
    assert_eq!((score.segment(), score.value()), (Some("rest"), Points::from(10)));
}

#[test]
fn an_explanation_names_the_rule_by_its_label() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = 'x'
        axis = [{ name = 'fit', label = 'Fit', available = 100, rule = [
            { id = 'a', label = 'Alpha', when.a = true, points = 30 },
            { id = 'b', when.b = true, points = 20 },
        ] }]
        promoter = [
            { id = 'p', when.rule.a.at_least = 25, plus = 7 },
            { id = 'q', when.axis.fit.greatest_rule.at_least = 20, plus = 1 },
        ]",
    ));
    let text = scorer.explain(&Record::new().with("a", true), at(NOW)).to_string();
    assert!(text.contains("rule Alpha is 30 (at least 25)"), "{text}");
    assert!(text.contains("greatest rule of Fit is 30"), "{text}");
    let text = scorer.explain(&Record::new(), at(NOW)).to_string();
    assert!(text.contains("rule Alpha is not known"), "{text}");
}

#[test]
fn a_forecast_knows_when_a_rule_falls_below_a_bound() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = 'x'
        axis = [{ name = 'use', available = 100, rule = [
            { id = 'visits', signal = { event = 'visit', points = 40, most_recent = 1, decay.half_life = '10d' } },
        ] }]
        limit = [{ when.rule.visits.at_least = 20, at_least = 90 }]
        state = [{ name = 'hot', at_least = 80 }, { name = 'cold', at_least = 0 }]",
    ));
    let mut record = Record::new();
    record.activity_mut().record_with("visit", at("2026-11-20T09:00:00Z"), 1, 1.into());
    assert_eq!(scorer.score(&record, at(NOW)).state(), Some("hot"));
    // One half-life later there are exactly 20 points, a second later less.
    let last = at("2026-11-30T09:00:00Z");
    assert_eq!(scorer.score(&record, last).state(), Some("hot"));
    let next = scorer.next_change(&record, at(NOW), at("2027-11-22"), warmth::Projection::State);
    assert_eq!(next.change().unwrap().at(), last + chrono::TimeDelta::seconds(1));
}

#[test]
fn a_builder_makes_the_same_conditions_and_tests_say_what_they_read() {
    let document = json!({
        "format": 1, "name": "x",
        "axis": [{ "name": "fit", "available": 10, "rule": [{ "id": "a", "when": { "a": true }, "points": 3 }] }],
        "limit": [
            { "when": { "rule": { "a": { "at_least": 3 } } }, "at_least": 50 },
            { "when": { "axis": { "fit": { "greatest_rule": { "more_than": 2 } } } }, "at_least": 60 },
            {
                "when": { "axis": { "fit": { "at_least": 1, "greatest_rule": { "is": 2 } } }, "field": { "rule": true } },
                "at_most": 5
            },
        ],
    });
    let read = model(&document);
    let [first, second, third] = read.limits() else { panic!("three limits") };
    assert_eq!(*first, Limit::at_least(rule("a").at_least(3), 50));
    assert_eq!(*second, Limit::at_least(greatest_rule("fit").more_than(2), 60));
    let inputs = |limit: &Limit| format!("{:?}", limit.when().tests().map(|test| test.input()).collect::<Vec<_>>());
    assert_eq!(inputs(first), format!("{:?}", [Input::Rule("a")]));
    assert_eq!(inputs(second), format!("{:?}", [Input::GreatestRule("fit")]));
    let all = [Input::GreatestRule("fit"), Input::Axis("fit"), Input::Field("rule")];
    assert_eq!(inputs(third), format!("{all:?}"));
    assert_ne!(rule("a").is(1), axis("a").is(1));
    assert_ne!(rule("a").is(1), score().is(1));
    let written = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<Model>(&written).unwrap(), read);
}

#[test]
fn a_new_name_of_a_tested_rule_is_not_a_new_scoring() {
    let document = |ids: [&str; 2], tested: &str, points: i32| {
        let [a, b] = ids;
        toml_model(&format!(
            "format = 1\nname = 'x'
            axis = [{{ name = 'fit', available = 100, rule = [
                {{ id = '{a}', group = 'g', when.a = true, points = {points} }},
                {{ id = '{b}', when.b = true, points = 20 }},
            ], group = [{{ name = 'g', max = 20 }}] }}]
            promoter = [{{ id = 'p', when.all = [{{ rule.{tested}.at_least = 10 }}, {{ c = true }}], plus = 5 }}]"
        ))
        .scoring_fingerprint()
    };
    let own = document(["a", "b"], "a", 30);
    assert_eq!(document(["z", "b"], "z", 30), own);
    assert_eq!(document(["b", "a"], "b", 30), own);
    assert_ne!(document(["a", "b"], "b", 30), own);
    assert_ne!(document(["a", "b"], "a", 31), own);
}

proptest! {
    #![proptest_config(cases(300))]

    /// A copy of the guard of each rule says the same as a test on the rule, for a score, in bounds and in columns.
    #[test]
    fn a_test_on_a_rule_is_as_good_as_a_copy_of_its_condition(
        points in prop::collection::vec(-5_i32..6, 1..5),
        facts in prop::collection::vec(prop::option::of(any::<bool>()), 5),
        bound in -5_i32..6,
        policy in prop::sample::select(&["", "missing = 'holds',", "missing = 'fails',"][..]),
    ) {
        let rules: Vec<_> = points.iter().enumerate().collect();
        let rule = |(id, points): &(usize, &i32)| format!("{{ id = 'r{id}', when.f{id} = true, points = {points} }}");
        let listed = rules.iter().map(rule).collect::<Vec<_>>().join(", ");
        let passes = |points: i32| if points >= bound { "true" } else { "false" };
        // The condition in terms of the facts: a fact that is true gives the points, one that is false gives 0.
        let copy: Vec<_> = rules
            .iter()
            .map(|(id, points)| match (passes(**points), passes(0)) {
                ("true", "true") => format!("{{ any = [{{ f{id} = true }}, {{ f{id} = false }}] }}"),
                ("true", _) => format!("{{ f{id} = true }}"),
                (_, "true") => format!("{{ f{id} = false }}"),
                _ => format!("{{ all = [{{ f{id} = true }}, {{ f{id} = false }}] }}"),
            })
            .collect();
        let document = |when: &str| scorer(&toml_model(&format!(
            "format = 1\nname = 'x'
            axis = [{{ name = 'fit', base = 20, available = 100, rule = [{listed}] }}]
            limit = [{{ when = {{ {when} }}, {policy} at_least = 70 }}]"
        )));
        let (tested, copied) = (
            document(&format!("rule.r0.at_least = {bound}")),
            document(&format!("all = [{}]", copy[0])),
        );
        let (greatest, any) = (
            document(&format!("axis.fit.greatest_rule.at_least = {bound}")),
            document(&format!("any = [{}]", copy.join(", "))),
        );
        let record = facts.iter().enumerate().fold(Record::new(), |record, (id, fact)| match fact {
            Some(fact) => record.with(format!("f{id}"), *fact),
            None => record,
        });
        for (own, other) in [(tested, copied), (greatest, any)] {
            prop_assert_eq!(own.score(&record, at(NOW)).value(), other.score(&record, at(NOW)).value());
            prop_assert_eq!(own.bounds(&record, at(NOW)).value(), other.bounds(&record, at(NOW)).value());
        }
    }
}
