//! Conditions: three-valued logic, and for every operator a row that is true, false and unknown.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use warmth::model::{Condition, Gate, Handle, kind};
use warmth::{Activity, Model, Points, Record, Truth, Verdict};

use crate::support::{at, cases, model, scorer, second};

const NOW: &str = "2026-11-22T12:00:00Z";

/// The truth of the condition of the model's required gate.
fn truth_in(model: &Model, record: &Record) -> Truth {
    match scorer(model).score(record, at(NOW)).verdict() {
        Verdict::Eligible => Truth::True,
        Verdict::Undetermined => Truth::Unknown,
        Verdict::Ineligible => Truth::False,
        Verdict::Disqualified | Verdict::Uncovered => panic!("the model has no disqualifying gate and no axis"),
    }
}

/// A model with a required gate.
fn gated(when: &Json) -> Model {
    model(&json!({ "format": 1, "name": "x", "required": [{ "id": "it", "when": when }] }))
}

fn truth_of(when: &Json, record: &Record) -> Truth {
    truth_in(&gated(when), record)
}

const ALL: [Truth; 3] = [Truth::True, Truth::False, Truth::Unknown];

const FLAGS: [&str; 4] = ["first", "second", "third", "fourth"];

/// Flags with these truths: true, false, or missing.
fn flags(truths: &[Truth]) -> Record {
    let known = FLAGS.into_iter().zip(truths).filter(|(_, truth)| **truth != Truth::Unknown);
    known.map(|(flag, truth)| (flag, *truth == Truth::True)).collect()
}

fn flag(index: usize) -> Condition {
    Handle::<kind::Flag>::new(FLAGS[index]).is(true)
}

/// The truth of a condition on flags with these truths.
fn evaluated(condition: Condition, truths: &[Truth]) -> Truth {
    truth_in(&Model::new("x").required(Gate::new("it", condition)), &flags(truths))
}

/// Whether `holds(true conditions, all conditions)` for every completion of the unknown ones. For distinct conditions,
/// this is the definition of strong Kleene logic.
fn over_completions(truths: &[Truth], holds: fn(usize, usize) -> bool) -> Truth {
    let true_ones = truths.iter().filter(|truth| **truth == Truth::True).count();
    let unknown = truths.iter().filter(|truth| **truth == Truth::Unknown).count();
    let outcomes: Vec<bool> = (0..=unknown).map(|more| holds(true_ones + more, truths.len())).collect();
    match (outcomes.contains(&true), outcomes.contains(&false)) {
        (true, true) => Truth::Unknown,
        (holds, _) => {
            if holds {
                Truth::True
            } else {
                Truth::False
            }
        }
    }
}

fn tuples(length: usize) -> Vec<Vec<Truth>> {
    (0..length).fold(vec![Vec::new()], |tuples, _| {
        tuples.iter().flat_map(|tuple| ALL.map(|truth| [&tuple[..], &[truth]].concat())).collect()
    })
}

#[test]
fn joins_follow_strong_kleene_logic() {
    for truths in (1..=4).flat_map(tuples) {
        let parts = || (0..truths.len()).map(flag);
        let all = over_completions(&truths, |hold, of| hold == of);
        let any = over_completions(&truths, |hold, _| hold > 0);
        assert_eq!(evaluated(Condition::all(parts()), &truths), all, "all {truths:?}");
        assert_eq!(evaluated(Condition::any(parts()), &truths), any, "any {truths:?}");
        assert_eq!(
            evaluated(!Condition::all(parts()), &truths),
            evaluated(Condition::any(parts().map(|p| !p)), &truths)
        );
        assert_eq!(
            evaluated(!Condition::any(parts()), &truths),
            evaluated(Condition::all(parts().map(|p| !p)), &truths)
        );
        let counted: [fn(usize, usize) -> bool; 4] =
            [|hold, _| hold >= 1, |hold, _| hold >= 2, |hold, _| hold >= 3, |hold, _| hold >= 4];
        for (count, holds) in (1..).zip(counted).take(truths.len()) {
            let expected = over_completions(&truths, holds);
            assert_eq!(evaluated(Condition::at_least_of(count, parts()), &truths), expected, "{count} of {truths:?}");
        }
    }
}

#[test]
fn not_all_and_any_have_the_truth_tables_of_kleene() {
    use Truth::{False as F, True as T, Unknown as U};
    for (one, not) in [(T, F), (F, T), (U, U)] {
        assert_eq!(evaluated(!flag(0), &[one]), not);
    }
    for (one, other, all, any) in [
        (T, T, T, T),
        (T, U, U, T),
        (T, F, F, T),
        (U, T, U, T),
        (U, U, U, U),
        (U, F, F, U),
        (F, T, F, T),
        (F, U, F, U),
        (F, F, F, F),
    ] {
        assert_eq!(evaluated(Condition::all([flag(0), flag(1)]), &[one, other]), all, "{one:?} and {other:?}");
        assert_eq!(evaluated(Condition::any([flag(0), flag(1)]), &[one, other]), any, "{one:?} or {other:?}");
    }
}

fn any_condition() -> impl Strategy<Value = Condition> {
    let leaf = (0..FLAGS.len()).prop_map(flag);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let parts = proptest::collection::vec(inner.clone(), 1..=3);
        prop_oneof![
            inner.prop_map(|one| !one),
            parts.clone().prop_map(Condition::all),
            parts.clone().prop_map(Condition::any),
            (parts, 1_u32..=3).prop_map(|(parts, count)| Condition::at_least_of(count.min(parts.len() as u32), parts)),
        ]
    })
}

fn any_truths() -> impl Strategy<Value = Vec<Truth>> {
    proptest::collection::vec(proptest::sample::select(&ALL[..]), FLAGS.len())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn conditions_follow_de_morgan_and_double_negation(one in any_condition(), other in any_condition(), truths in any_truths()) {
        prop_assert_eq!(evaluated(!one.clone(), &truths), opposite(evaluated(one.clone(), &truths)));
        prop_assert_eq!(evaluated(!!one.clone(), &truths), evaluated(one.clone(), &truths));
        let pair = || [one.clone(), other.clone()];
        prop_assert_eq!(evaluated(!Condition::all(pair()), &truths), evaluated(Condition::any(pair().map(|c| !c)), &truths));
        prop_assert_eq!(evaluated(!Condition::any(pair()), &truths), evaluated(Condition::all(pair().map(|c| !c)), &truths));
        prop_assert_eq!(evaluated(Condition::at_least_of(2, pair()), &truths), evaluated(Condition::all(pair()), &truths));
        prop_assert_eq!(evaluated(Condition::at_least_of(1, pair()), &truths), evaluated(Condition::any(pair()), &truths));
    }

    #[test]
    fn a_new_fact_never_changes_a_known_truth(condition in any_condition(), truths in any_truths(), index in 0..4_usize, known: bool) {
        let before = evaluated(condition.clone(), &truths);
        let mut more = truths;
        if more[index] == Truth::Unknown {
            more[index] = if known { Truth::True } else { Truth::False };
        }
        prop_assert!(before == Truth::Unknown || evaluated(condition, &more) == before);
    }
}

/// The facts of a row of a table; null is missing.
fn record(facts: &Json) -> Record {
    serde_json::from_value(facts.clone()).unwrap()
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Checks the truth of a condition and of its negation.
#[track_caller]
fn assert_truth(when: &str, facts: &str, expected: Truth) {
    let (when, record) = (json(when), record(&json(facts)));
    assert_eq!(truth_of(&when, &record), expected, "{when} of {facts}");
    assert_eq!(truth_of(&json!({ "not": when }), &record), opposite(expected), "not {when} of {facts}");
}

/// Checks an operator on facts for which it is true, false and unknown, and on no facts, for which it is unknown.
#[track_caller]
fn check_operator(when: &str, holds: &str, fails: &str, unknown: &str) {
    assert_truth(when, holds, Truth::True);
    assert_truth(when, fails, Truth::False);
    assert_truth(when, unknown, Truth::Unknown);
    assert_truth(when, "{}", Truth::Unknown);
}

fn opposite(truth: Truth) -> Truth {
    match truth {
        Truth::True => Truth::False,
        Truth::False => Truth::True,
        Truth::Unknown => Truth::Unknown,
    }
}

/// What a document says instead of an operator of another tool, by the help of its problem, with the same operand.
fn said_instead(word: &str, operand: &Json) -> Json {
    let document = json!({ "format": 1, "name": "x", "required": [{ "id": "g", "when": { "f": { word: operand } } }] });
    let error = serde_json::from_value::<warmth::Model>(document.clone()).unwrap_err().to_string();
    let problems = warmth::Model::read(&document).unwrap_err();
    let help = problems.problems()[0].help().unwrap_or_else(|| panic!("{word}: {error}"));
    let written = help.split('`').nth(1).unwrap();
    let (operator, value) = written.split_once(" = ").unwrap_or((written, ""));
    match (operator, value) {
        ("not", inner) => {
            let operator = inner.trim_start_matches("{ f = { ").split(' ').next().unwrap();
            json!({ "not": { "f": { operator: operand } } })
        }
        (operator, "") => json!({ "f": { operator: operand } }),
        (operator, value) => match operator.split_once('.') {
            Some((measure, operator)) => json!({ "f": { measure: { operator: json(value) } } }),
            None => json!({ "f": { operator: json(value) } }),
        },
    }
}

/// The words of other tools mean what their help says: each row has facts for which the word is true and false there.
#[test]
fn what_a_document_says_instead_of_a_negative_word_means_the_same() {
    for (word, operand, holds, fails) in [
        ("not_contains", r#""intern""#, r#""chief""#, r#""an intern""#),
        ("does_not_contain", r#"["a", "b"]"#, r#""chief""#, r#""bob""#),
        ("NOT_CONTAINS_TOKEN", r#""vp""#, r#""vps""#, r#""the vp""#),
        ("not_starts_with", r#""a""#, r#""ba""#, r#""ab""#),
        ("doesNotEndWith", r#""a""#, r#""ab""#, r#""ba""#),
        ("notin", r#"["a", "b"]"#, r#""c""#, r#""a""#),
        ("$nin", r#"["a", "b"]"#, r#""c""#, r#""b""#),
        ("is_none_of", r#"["a"]"#, r#""c""#, r#""a""#),
        ("!=", "3", "4", "3"),
        ("<>", r#""a""#, r#""b""#, r#""a""#),
        ("not_equal_to", "3", "2", "3"),
        ("NOT BETWEEN", "[1, 2]", "3", "2"),
        ("not_at_least", "3", "2", "3"),
        ("not_gte", "3", "2", "3"),
        ("not_less_than", "3", "3", "2"),
        ("not_before", r#""2026-11-22""#, r#""2026-11-22""#, r#""2026-11-21""#),
        ("not_has_any", r#"["a", "b"]"#, r#"["c"]"#, r#"["a"]"#),
        ("has_none_of", r#"["a", "b"]"#, r#"["c"]"#, r#"["b", "c"]"#),
        ("doesnt_have_all", r#"["a", "b"]"#, r#"["a"]"#, r#"["a", "b"]"#),
        ("is_false", "true", "false", "true"),
        ("is_not_empty", "true", "3", "null"),
        ("HAS_PROPERTY", "true", "3", "null"),
        ("is_null", "true", "null", "3"),
        ("not_known", "true", "null", "3"),
        ("NOT_HAS_PROPERTY", "true", "null", "3"),
        ("gt", "3", "4", "3"),
        ("min", "3", "3", "2"),
        ("lte", "3", "3", "4"),
        ("older_than", r#""30d""#, r#""2026-10-01""#, r#""2026-11-15""#),
        ("newer_than", r#""30d""#, r#""2026-11-15""#, r#""2026-10-01""#),
        ("in_the_next", r#""30d""#, r#""2026-12-15""#, r#""2026-11-15""#),
    ] {
        let when = said_instead(word, &json(operand));
        for (fact, expected) in [(holds, Truth::True), (fails, Truth::False)] {
            let facts = json!({ "f": json(fact) });
            assert_eq!(truth_of(&when, &record(&facts)), expected, "{word} {operand}: {when} of {facts}");
        }
    }
}

#[test]
fn every_operator_on_a_field_is_true_false_and_unknown() {
    // flag
    check_operator(r#"{ "f": true }"#, r#"{ "f": true }"#, r#"{ "f": false }"#, r#"{ "f": "true" }"#);
    check_operator(r#"{ "f": { "is": false } }"#, r#"{ "f": false }"#, r#"{ "f": true }"#, r#"{ "f": 0 }"#);
    // number
    check_operator(r#"{ "f": 7 }"#, r#"{ "f": 7.0 }"#, r#"{ "f": 8 }"#, r#"{ "f": "7" }"#);
    check_operator(r#"{ "f": { "is": 0 } }"#, r#"{ "f": -0.0 }"#, r#"{ "f": 5e-324 }"#, r#"{ "f": false }"#);
    check_operator(r#"{ "f": { "is_not": 7 } }"#, r#"{ "f": 8 }"#, r#"{ "f": 7 }"#, r#"{ "f": 9007199254740993 }"#);
    check_operator(r#"{ "f": { "at_least": 7 } }"#, r#"{ "f": 7 }"#, r#"{ "f": 6.999999 }"#, r#"{ "f": ["7"] }"#);
    check_operator(r#"{ "f": { "more_than": 7 } }"#, r#"{ "f": 7.000001 }"#, r#"{ "f": 7 }"#, r#"{ "f": true }"#);
    check_operator(
        r#"{ "f": { "at_most": 7 } }"#,
        r#"{ "f": 7 }"#,
        r#"{ "f": 7.000001 }"#,
        r#"{ "f": 9007199254740993 }"#,
    );
    check_operator(r#"{ "f": { "less_than": 7 } }"#, r#"{ "f": 6.999999 }"#, r#"{ "f": 7 }"#, r#"{ "f": "" }"#);
    check_operator(r#"{ "f": { "between": [1, 2] } }"#, r#"{ "f": 1 }"#, r#"{ "f": 0.999999 }"#, r#"{ "f": "1" }"#);
    check_operator(r#"{ "f": { "between": [1, 2] } }"#, r#"{ "f": 2 }"#, r#"{ "f": 2.000001 }"#, "{}");
    check_operator(r#"{ "f": { "between": [2, 2] } }"#, r#"{ "f": 2 }"#, r#"{ "f": 1 }"#, "{}");
    check_operator(r#"{ "f": { "at_least": 1, "at_most": 2 } }"#, r#"{ "f": 2 }"#, r#"{ "f": 3 }"#, "{}");
    check_operator(
        r#"{ "f": { "ratio_to": { "field": "g", "at_least": 0.8 } } }"#,
        r#"{ "f": 8, "g": 10 }"#,
        r#"{ "f": 79, "g": 100 }"#,
        r#"{ "f": 8 }"#,
    );
    check_operator(
        r#"{ "f": { "ratio_to": { "field": "g", "between": [-1, 0] } } }"#,
        r#"{ "f": 0, "g": 5 }"#,
        r#"{ "f": -6, "g": 5 }"#,
        r#"{ "f": 0, "g": 0 }"#,
    );
    check_operator(
        r#"{ "f": { "ratio_to": { "field": "g", "is_not": 1 } } }"#,
        r#"{ "f": 1, "g": 2 }"#,
        r#"{ "f": 2, "g": 2 }"#,
        r#"{ "f": 1, "g": 0 }"#,
    );
    // text
    check_operator(r#"{ "f": "ceo" }"#, r#"{ "f": "ceo" }"#, r#"{ "f": "CEO" }"#, r#"{ "f": 5 }"#);
    check_operator(r#"{ "f": { "is": "" } }"#, r#"{ "f": "" }"#, r#"{ "f": " " }"#, r#"{ "f": ["x"] }"#);
    check_operator(r#"{ "f": { "is_not": "ceo" } }"#, r#"{ "f": "" }"#, r#"{ "f": "ceo" }"#, r#"{ "f": false }"#);
    check_operator(r#"{ "f": { "one_of": ["a", "b"] } }"#, r#"{ "f": "b" }"#, r#"{ "f": "ab" }"#, r#"{ "f": 1 }"#);
    check_operator(r#"{ "f": { "none_of": ["a", "b"] } }"#, r#"{ "f": "c" }"#, r#"{ "f": "a" }"#, r#"{ "f": 1 }"#);
    check_operator(r#"{ "f": { "starts_with": "vi" } }"#, r#"{ "f": "vip" }"#, r#"{ "f": "avi" }"#, r#"{ "f": 1 }"#);
    check_operator(r#"{ "f": { "ends_with": "ip" } }"#, r#"{ "f": "vip" }"#, r#"{ "f": "p" }"#, r#"{ "f": 1 }"#);
    check_operator(r#"{ "f": { "contains": "i" } }"#, r#"{ "f": "vip" }"#, r#"{ "f": "vp" }"#, r#"{ "f": 1 }"#);
    check_operator(
        r#"{ "f": { "starts_with": ["vi", "a"] } }"#,
        r#"{ "f": "arc" }"#,
        r#"{ "f": "ivy" }"#,
        r#"{ "f": 1 }"#,
    );
    check_operator(
        r#"{ "f": { "ends_with": ["ip", "p"] } }"#,
        r#"{ "f": "cup" }"#,
        r#"{ "f": "ipa" }"#,
        r#"{ "f": 1 }"#,
    );
    check_operator(r#"{ "f": { "contains": ["i", "u"] } }"#, r#"{ "f": "cup" }"#, r#"{ "f": "vp" }"#, r#"{ "f": 1 }"#);
    check_operator(r#"{ "f": { "has_word": "vp" } }"#, r#"{ "f": "a vp" }"#, r#"{ "f": "avp" }"#, r#"{ "f": 1 }"#);
    check_operator(
        r#"{ "f": { "has_word": ["vp", "a"] } }"#,
        r#"{ "f": "a b" }"#,
        r#"{ "f": "vps" }"#,
        r#"{ "f": 1 }"#,
    );
    check_operator(
        r#"{ "f": { "has_word": ["VP", "c-level"], "ignore_case": true } }"#,
        r#"{ "f": "VP, C-Level" }"#,
        r#"{ "f": "C-Levels" }"#,
        "{}",
    );
    assert_truth(r#"{ "f": { "contains": "" } }"#, r#"{ "f": "" }"#, Truth::True);
    assert_truth(r#"{ "f": { "contains": ["x", ""] } }"#, r#"{ "f": "" }"#, Truth::True);
    assert_truth(r#"{ "f": { "contains": "" } }"#, r#"{ "f": 1 }"#, Truth::Unknown);
    check_operator(
        r#"{ "f": { "is": "Élan", "ignore_case": true } }"#,
        r#"{ "f": "élan" }"#,
        r#"{ "f": "elan" }"#,
        "{}",
    );
    check_operator(
        r#"{ "f": { "is_not": "ceo", "ignore_case": true } }"#,
        r#"{ "f": "vp" }"#,
        r#"{ "f": "CeO" }"#,
        "{}",
    );
    check_operator(
        r#"{ "f": { "one_of": ["A", "b"], "ignore_case": true } }"#,
        r#"{ "f": "a" }"#,
        r#"{ "f": "c" }"#,
        "{}",
    );
    check_operator(
        r#"{ "f": { "none_of": ["A", "b"], "ignore_case": true } }"#,
        r#"{ "f": "c" }"#,
        r#"{ "f": "B" }"#,
        "{}",
    );
    check_operator(
        r#"{ "f": { "starts_with": "VI", "ignore_case": true } }"#,
        r#"{ "f": "vip" }"#,
        r#"{ "f": "v" }"#,
        "{}",
    );
    check_operator(
        r#"{ "f": { "ends_with": "IP", "ignore_case": true } }"#,
        r#"{ "f": "vip" }"#,
        r#"{ "f": "vi" }"#,
        "{}",
    );
    check_operator(
        r#"{ "f": { "contains": "I", "ignore_case": true } }"#,
        r#"{ "f": "vip" }"#,
        r#"{ "f": "ı" }"#,
        "{}",
    );
    check_operator(
        r#"{ "f": { "contains": "I", "ignore_case": false } }"#,
        r#"{ "f": "vIp" }"#,
        r#"{ "f": "vip" }"#,
        "{}",
    );
    // tags
    check_operator(r#"{ "f": { "has": "a" } }"#, r#"{ "f": ["b", "a"] }"#, r#"{ "f": ["A"] }"#, r#"{ "f": "a" }"#);
    check_operator(r#"{ "f": { "has_any": ["a", "b"] } }"#, r#"{ "f": ["b"] }"#, r#"{ "f": [] }"#, r#"{ "f": 1 }"#);
    for (test, holds, fails) in [
        (r#"{ "has": "Straße" }"#, r#"["a", "STRASSE"]"#, r#"["Strase"]"#),
        (r#"{ "has_any": ["É", "b"] }"#, r#"["e\u0301"]"#, r#"["e"]"#),
        (r#"{ "has_all": ["É", "b"] }"#, r#"["B", "é"]"#, r#"["É", "a"]"#),
        (r#"{ "has_none": ["É", "b"] }"#, r#"["e"]"#, r#"["B"]"#),
    ] {
        let when = format!(r#"{{ "f": {}, "ignore_case": true }} }}"#, test.strip_suffix(" }").unwrap());
        let fact = |tags: &str| format!(r#"{{ "f": {tags} }}"#);
        check_operator(&when, &fact(holds), &fact(fails), r#"{ "f": 1 }"#);
    }
    check_operator(
        r#"{ "f": { "any_not_in": "g", "ignore_case": true } }"#,
        r#"{ "f": ["A", "É", "c"], "g": ["a", "é"] }"#,
        r#"{ "f": ["A", "É"], "g": ["a", "e\u0301"] }"#,
        r#"{ "f": ["A"] }"#,
    );
    check_operator(
        r#"{ "f": { "has_all": ["a", "b"] } }"#,
        r#"{ "f": ["b", "c", "a"] }"#,
        r#"{ "f": ["a", "a"] }"#,
        r#"{ "f": true }"#,
    );
    check_operator(r#"{ "f": { "has_none": ["a", "b"] } }"#, r#"{ "f": [] }"#, r#"{ "f": ["b"] }"#, r#"{ "f": "" }"#);
    check_operator(
        r#"{ "f": { "count": 2 } }"#,
        r#"{ "f": ["a", "b", "a"] }"#,
        r#"{ "f": ["a", "a"] }"#,
        r#"{ "f": 2 }"#,
    );
    check_operator(r#"{ "f": { "count": { "less_than": 1 } } }"#, r#"{ "f": [] }"#, r#"{ "f": ["a"] }"#, "{}");
    check_operator(
        r#"{ "f": { "any_not_in": "g" } }"#,
        r#"{ "f": ["a", "b"], "g": ["a"] }"#,
        r#"{ "f": ["a"], "g": ["a", "b"] }"#,
        r#"{ "f": ["a"] }"#,
    );
    check_operator(
        r#"{ "f": { "any_not_in": "g" } }"#,
        r#"{ "f": ["a"], "g": [] }"#,
        r#"{ "f": [], "g": [] }"#,
        r#"{ "g": ["a"] }"#,
    );
    // dates; today is 2026-11-22
    check_operator(
        r#"{ "f": { "days_since": { "at_least": 5 } } }"#,
        r#"{ "f": "2026-11-17" }"#,
        r#"{ "f": "2026-11-18" }"#,
        r#"{ "f": "soon" }"#,
    );
    check_operator(r#"{ "f": { "days_since": -5 } }"#, r#"{ "f": "2026-11-27" }"#, r#"{ "f": "2026-11-17" }"#, "{}");
    check_operator(
        r#"{ "f": { "days_until": { "between": [0, 60] } } }"#,
        r#"{ "f": "2027-01-21" }"#,
        r#"{ "f": "2027-01-22" }"#,
        r#"{ "f": "2026-02-30" }"#,
    );
    check_operator(
        r#"{ "f": { "months_since": { "at_least": 6 } } }"#,
        r#"{ "f": "2026-05-22" }"#,
        r#"{ "f": "2026-05-23" }"#,
        r#"{ "f": 20260522 }"#,
    );
    check_operator(
        r#"{ "f": { "months_until": { "at_least": 6 } } }"#,
        r#"{ "f": "2027-05-22" }"#,
        r#"{ "f": "2027-05-21" }"#,
        r#"{ "f": true }"#,
    );
    check_operator(
        r#"{ "f": { "before": "2026-11-22" } }"#,
        r#"{ "f": "2026-11-21" }"#,
        r#"{ "f": "2026-11-22" }"#,
        r#"{ "f": "" }"#,
    );
    check_operator(
        r#"{ "f": { "on_or_after": "2026-11-22" } }"#,
        r#"{ "f": "2026-11-22" }"#,
        r#"{ "f": "2026-11-21" }"#,
        r#"{ "f": ["2026-11-22"] }"#,
    );
    // times, which count as their civil day
    check_operator(
        r#"{ "f": { "days_since": 0 } }"#,
        r#"{ "f": "2026-11-22T23:59:59Z" }"#,
        r#"{ "f": "2026-11-22T23:59:59-02:00" }"#,
        r#"{ "f": "2026-11-22T25:00:00Z" }"#,
    );
    check_operator(
        r#"{ "f": { "before": "2026-11-22" } }"#,
        r#"{ "f": "2026-11-22T00:30:00+01:00" }"#,
        r#"{ "f": "2026-11-22T00:00:00Z" }"#,
        "{}",
    );
    // a field with a reserved name
    check_operator(r#"{ "field": { "all": { "at_least": 1 } } }"#, r#"{ "all": 1 }"#, r#"{ "all": 0 }"#, "{}");
}

#[test]
fn known_is_never_unknown() {
    for (facts, known) in [
        (r#"{ "f": 1 }"#, true),
        (r#"{ "f": "" }"#, true),
        (r#"{ "f": [] }"#, true),
        (r#"{ "f": null }"#, false),
        (r#"{ "f": 18446744073709551615 }"#, false),
        ("{}", false),
    ] {
        let truth = |known| if known { Truth::True } else { Truth::False };
        let (is_known, is_not) = (r#"{ "f": { "known": true } }"#, r#"{ "f": { "known": false } }"#);
        assert_truth(is_known, facts, truth(known));
        assert_truth(is_not, facts, truth(!known));
        let scorer = scorer(&gated(&json(is_known)));
        assert_eq!(scorer.missing(&record(&json(facts))).count(), 0, "{facts}");
    }
    // With another operator the field has a kind, and a value of another kind counts as missing.
    let when = r#"{ "f": { "known": true, "at_least": 1 } }"#;
    assert_truth(when, r#"{ "f": 1 }"#, Truth::True);
    assert_truth(when, r#"{ "f": "1" }"#, Truth::False);
}

/// Events: age in seconds, count, amount.
type Events = [(i64, u32, i32)];

fn with_events(events: &Events) -> Record {
    let mut activity = Activity::new();
    for (age, count, amount) in events {
        activity.record_with("login", second(at(NOW).timestamp() - age), *count, Points::from(*amount));
    }
    Record::new().with_activity(activity)
}

/// Checks an operator on events for which it is true and false, and on events with another name, which do not count.
#[track_caller]
fn check_events(test: &str, holds: &Events, fails: &Events) {
    let test = json(test);
    for name in ["login", "*"] {
        let when = json!({ "events": { name: test } });
        assert_eq!(truth_of(&when, &with_events(holds)), Truth::True, "{when} of {holds:?}");
        assert_eq!(truth_of(&when, &with_events(fails)), Truth::False, "{when} of {fails:?}");
    }
    let other = json!({ "events": { "logout": test } });
    assert_eq!(truth_of(&other, &with_events(holds)), truth_of(&other, &Record::new()), "{other}");
}

#[test]
fn every_operator_on_events_is_true_and_false() {
    const HOUR: i64 = 3_600;
    const DAY: i64 = 24 * HOUR;
    check_events(r#"{ "count": 2 }"#, &[(DAY, 1, 0), (0, 1, 0)], &[(DAY, 2, 0), (0, 1, 0)]);
    check_events(r#"{ "count": { "at_least": 3 } }"#, &[(DAY, 3, 0)], &[(DAY, 2, 0), (-1, 1, 0)]);
    check_events(r#"{ "count": { "is": 0 } }"#, &[], &[(900 * DAY, 1, 0)]);
    check_events(r#"{ "count": { "at_least": 1, "within": "1d" } }"#, &[(DAY - 1, 1, 0)], &[(DAY, 1, 0)]);
    check_events(r#"{ "count": { "at_least": 1, "between": ["1d", "2d"] } }"#, &[(DAY, 1, 0)], &[(DAY - 1, 1, 0)]);
    check_events(
        r#"{ "count": { "at_least": 1, "between": ["1d", "2d"] } }"#,
        &[(2 * DAY - 1, 1, 0)],
        &[(2 * DAY, 1, 0)],
    );
    check_events(r#"{ "count": { "between": [1, 2], "within": "1d" } }"#, &[(0, 2, 0), (DAY, 9, 0)], &[(0, 3, 0)]);
    check_events(r#"{ "amount": { "more_than": 10 } }"#, &[(0, 1, 4), (DAY, 1, 7)], &[(0, 1, 4), (DAY, 1, 6)]);
    check_events(r#"{ "amount": { "at_least": 12 } }"#, &[(0, 3, 4)], &[(0, 1, 4)]);
    check_events(r#"{ "amount": { "less_than": 0, "within": "1d" } }"#, &[(0, 1, -1), (DAY, 1, 5)], &[(0, 1, 0)]);
    check_events(r#"{ "amount": { "is": 0 } }"#, &[], &[(0, 1, 1)]);
    // Now is noon: 12 hours ago is the first second of today.
    check_events(r#"{ "days": 1 }"#, &[(0, 1, 0), (12 * HOUR, 1, 0)], &[(0, 1, 0), (12 * HOUR + 1, 1, 0)]);
    check_events(r#"{ "days": { "at_least": 2, "within": "36h" } }"#, &[(0, 1, 0), (13 * HOUR, 1, 0)], &[(0, 5, 0)]);
    check_events(r#"{ "days": { "at_most": 0, "between": ["1d", "2d"] } }"#, &[(0, 1, 0)], &[(DAY, 1, 0)]);
    let today = &[(12 * HOUR, 1, 0)][..];
    let yesterday = &[(12 * HOUR + 1, 1, 0)][..];
    check_events(r#"{ "count": { "is": 1, "within": { "this": "day" } } }"#, today, yesterday);
    check_events(r#"{ "days": { "is": 1, "within": { "previous": "day" } } }"#, yesterday, today);
    check_events(r#"{ "last_within": { "this": "day" } }"#, today, yesterday);
    check_events(
        r#"{ "none_within": { "since": "1970-01-01", "until": "1970-01-31" } }"#,
        today,
        &[(at(NOW).timestamp(), 1, 0)],
    );
    check_events(r#"{ "mean_amount": { "at_least": 5 } }"#, &[(0, 1, 4), (DAY, 1, 6)], &[(0, 2, 4), (DAY, 1, 6)]);
    check_events(r#"{ "latest_amount": { "at_least": 5 } }"#, &[(0, 1, 6), (DAY, 1, 4)], &[(0, 1, 4), (DAY, 1, 6)]);
    check_events(r#"{ "last_within": "7d" }"#, &[(7 * DAY - 1, 1, 0)], &[(7 * DAY, 1, 0)]);
    check_events(r#"{ "last_within": "7d" }"#, &[(0, 1, 0)], &[(-1, 1, 0)]);
    check_events(r#"{ "none_within": "7d" }"#, &[(7 * DAY, 1, 0)], &[(7 * DAY - 1, 1, 0)]);
    check_events(r#"{ "never": true }"#, &[(-1, 1, 0)], &[(0, 1, 0)]);
    check_events(r#"{ "never": false }"#, &[(900 * DAY, 1, 0)], &[]);
    check_events(r#"{ "none_within": "7d", "never": false }"#, &[(8 * DAY, 1, 0)], &[]);
}

#[test]
fn days_since_last_is_unknown_only_without_events() {
    let scorer =
        scorer(&model(&json!({ "format": 1, "name": "x", "axis": [{ "name": "a", "available": 100, "rule": [{
        "id": "recency", "by": "days_since_last", "bands": { "events": { "login": [[0, 40], [7, 10]] } },
        "missing": { "points": 1 },
    }] }] })));
    let raw = |events: &Events| scorer.score(&with_events(events), at(NOW)).axis("a").unwrap().raw;
    assert_eq!(raw(&[]), Points::from(1));
    assert_eq!(raw(&[(-1, 1, 0)]), Points::from(1));
    assert_eq!(raw(&[(0, 1, 0), (86_400 * 30, 1, 0)]), Points::from(40));
    assert_eq!(raw(&[(86_400 * 7, 1, 0)]), Points::from(10));
}

/// The operators of promoters, limits and segments on the outcome.
#[test]
fn every_operator_on_the_outcome_is_true_and_false() {
    let segment = |when: &Json, facts: &Json| {
        let document = json!({
            "format": 1, "name": "x",
            "required": [{ "id": "it", "when": { "ready": true } }],
            "axis": [{ "name": "fit", "base": 60, "available": 100 }, { "name": "act", "base": 20, "available": 100 }],
            "grade": { "fit": { "axis": "fit", "cuts": [75, 50] }, "activity": { "axis": "act", "cuts": [75, 50] } },
            "promoter": [{ "id": "plus", "when": { "score": 40 }, "plus": 5 }],
            "segment": [{ "name": "yes", "when": when }, { "name": "no", "when": { "not": when } }, { "name": "open" }],
        });
        scorer(&model(&document)).score(&record(facts), at(NOW)).segment().unwrap().to_owned()
    };
    let ready = r#"{ "ready": true }"#;
    for (when, expected) in [
        (r#"{ "axis": { "fit": 60 } }"#, "yes"),
        (r#"{ "axis": { "act": { "at_least": 20.000001 } } }"#, "no"),
        (r#"{ "score": 45 }"#, "yes"),
        (r#"{ "score": { "at_most": 44.999999 } }"#, "no"),
        (r#"{ "grade": "B3" }"#, "yes"),
        (r#"{ "grade": { "starts_with": "b" } }"#, "no"),
        (r#"{ "grade": { "starts_with": "b", "ignore_case": true } }"#, "yes"),
        (r#"{ "verdict": { "has_word": ["ELIGIBLE"], "ignore_case": true } }"#, "yes"),
        (r#"{ "verdict": "eligible" }"#, "yes"),
        (r#"{ "verdict": { "one_of": ["undetermined"] } }"#, "no"),
        (r#"{ "field": { "score": { "at_least": 0 } } }"#, "open"),
    ] {
        assert_eq!(segment(&json(when), &json(ready)), expected, "{when}");
    }
    assert_eq!(segment(&json(r#"{ "verdict": "undetermined" }"#), &json("{}")), "yes");
}
