//! Conditions: three-valued logic, and every operator true, false and unknown.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use warmth::model::{Condition, Gate, Handle, kind};
use warmth::{Activity, Model, Points, Record, Truth, Verdict};

use crate::support::{at, model, scorer, second};

const NOW: &str = "2026-11-22T12:00:00Z";

/// A required gate shows what its condition came to.
fn truth_in(model: &Model, record: &Record) -> Truth {
    match scorer(model).score(record, at(NOW)).verdict() {
        Verdict::Eligible => Truth::True,
        Verdict::Undetermined => Truth::Unknown,
        Verdict::Ineligible => Truth::False,
        Verdict::Disqualified => panic!("nothing disqualifies"),
    }
}

fn asking(when: &Json) -> Model {
    model(&json!({ "format": 1, "name": "x", "required": [{ "id": "it", "when": when }] }))
}

fn truth_of(when: &Json, record: &Record) -> Truth {
    truth_in(&asking(when), record)
}

const ALL: [Truth; 3] = [Truth::True, Truth::False, Truth::Unknown];

const FLAGS: [&str; 4] = ["first", "second", "third", "fourth"];

/// A flag that has this truth: set to true or false, or not set.
fn flags(truths: &[Truth]) -> Record {
    let known = FLAGS.into_iter().zip(truths).filter(|(_, truth)| **truth != Truth::Unknown);
    known.map(|(flag, truth)| (flag, *truth == Truth::True)).collect()
}

fn flag(place: usize) -> Condition {
    Handle::<kind::Flag>::new(FLAGS[place]).is(true)
}

fn built(condition: Condition, truths: &[Truth]) -> Truth {
    truth_in(&Model::new("x").required(Gate::new("it", condition)), &flags(truths))
}

/// What holds whichever way the unknown turn out: this is what strong Kleene logic says of distinct conditions.
fn over_completions(truths: &[Truth], holds: fn(usize, usize) -> bool) -> Truth {
    let sure = truths.iter().filter(|truth| **truth == Truth::True).count();
    let open = truths.iter().filter(|truth| **truth == Truth::Unknown).count();
    let outcomes: Vec<bool> = (0..=open).map(|more| holds(sure + more, truths.len())).collect();
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
        assert_eq!(built(Condition::all(parts()), &truths), all, "all {truths:?}");
        assert_eq!(built(Condition::any(parts()), &truths), any, "any {truths:?}");
        assert_eq!(built(!Condition::all(parts()), &truths), built(Condition::any(parts().map(|p| !p)), &truths));
        assert_eq!(built(!Condition::any(parts()), &truths), built(Condition::all(parts().map(|p| !p)), &truths));
        let counted: [fn(usize, usize) -> bool; 4] =
            [|hold, _| hold >= 1, |hold, _| hold >= 2, |hold, _| hold >= 3, |hold, _| hold >= 4];
        for (count, holds) in (1..).zip(counted).take(truths.len()) {
            let expected = over_completions(&truths, holds);
            assert_eq!(built(Condition::at_least_of(count, parts()), &truths), expected, "{count} of {truths:?}");
        }
    }
}

#[test]
fn the_two_smallest_tables_by_hand() {
    use Truth::{False as F, True as T, Unknown as U};
    for (one, not) in [(T, F), (F, T), (U, U)] {
        assert_eq!(built(!flag(0), &[one]), not);
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
        assert_eq!(built(Condition::all([flag(0), flag(1)]), &[one, other]), all, "{one:?} and {other:?}");
        assert_eq!(built(Condition::any([flag(0), flag(1)]), &[one, other]), any, "{one:?} or {other:?}");
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
    #[test]
    fn not_turns_truth_round_and_twice_is_nothing(one in any_condition(), other in any_condition(), truths in any_truths()) {
        prop_assert_eq!(built(!one.clone(), &truths), opposite(built(one.clone(), &truths)));
        prop_assert_eq!(built(!!one.clone(), &truths), built(one.clone(), &truths));
        let pair = || [one.clone(), other.clone()];
        prop_assert_eq!(built(!Condition::all(pair()), &truths), built(Condition::any(pair().map(|c| !c)), &truths));
        prop_assert_eq!(built(!Condition::any(pair()), &truths), built(Condition::all(pair().map(|c| !c)), &truths));
        prop_assert_eq!(built(Condition::at_least_of(2, pair()), &truths), built(Condition::all(pair()), &truths));
        prop_assert_eq!(built(Condition::at_least_of(1, pair()), &truths), built(Condition::any(pair()), &truths));
    }

    #[test]
    fn knowing_more_never_takes_an_answer_back(condition in any_condition(), truths in any_truths(), place in 0..4_usize, known: bool) {
        let before = built(condition.clone(), &truths);
        let mut more = truths;
        if more[place] == Truth::Unknown {
            more[place] = if known { Truth::True } else { Truth::False };
        }
        prop_assert!(before == Truth::Unknown || built(condition, &more) == before);
    }
}

/// The facts of a table's row; null is missing.
fn record(facts: &Json) -> Record {
    serde_json::from_value(facts.clone()).unwrap()
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn assert_truth(when: &Json, facts: &Json, expected: Truth) {
    let record = record(facts);
    assert_eq!(truth_of(when, &record), expected, "{when} of {facts}");
    assert_eq!(truth_of(&json!({ "not": when }), &record), opposite(expected), "not {when} of {facts}");
}

fn opposite(truth: Truth) -> Truth {
    match truth {
        Truth::True => Truth::False,
        Truth::False => Truth::True,
        Truth::Unknown => Truth::Unknown,
    }
}

/// Every operator on a field: facts for which it holds, for which it does not, and for which nobody can say.
#[test]
fn every_operator_on_a_field_holds_fails_and_is_unknown() {
    let table = [
        // flag
        (r#"{ "f": true }"#, r#"{ "f": true }"#, r#"{ "f": false }"#, r#"{ "f": "true" }"#),
        (r#"{ "f": { "is": false } }"#, r#"{ "f": false }"#, r#"{ "f": true }"#, r#"{ "f": 0 }"#),
        // number
        (r#"{ "f": 7 }"#, r#"{ "f": 7.0 }"#, r#"{ "f": 8 }"#, r#"{ "f": "7" }"#),
        (r#"{ "f": { "is": 0 } }"#, r#"{ "f": -0.0 }"#, r#"{ "f": 5e-324 }"#, r#"{ "f": false }"#),
        (r#"{ "f": { "is_not": 7 } }"#, r#"{ "f": 8 }"#, r#"{ "f": 7 }"#, r#"{ "f": 9007199254740993 }"#),
        (r#"{ "f": { "at_least": 7 } }"#, r#"{ "f": 7 }"#, r#"{ "f": 6.999999 }"#, r#"{ "f": ["7"] }"#),
        (r#"{ "f": { "more_than": 7 } }"#, r#"{ "f": 7.000001 }"#, r#"{ "f": 7 }"#, r#"{ "f": true }"#),
        (r#"{ "f": { "at_most": 7 } }"#, r#"{ "f": 7 }"#, r#"{ "f": 7.000001 }"#, r#"{ "f": 9007199254740993 }"#),
        (r#"{ "f": { "less_than": 7 } }"#, r#"{ "f": 6.999999 }"#, r#"{ "f": 7 }"#, r#"{ "f": "" }"#),
        (r#"{ "f": { "between": [1, 2] } }"#, r#"{ "f": 1 }"#, r#"{ "f": 0.999999 }"#, r#"{ "f": "1" }"#),
        (r#"{ "f": { "between": [1, 2] } }"#, r#"{ "f": 2 }"#, r#"{ "f": 2.000001 }"#, "{}"),
        (r#"{ "f": { "between": [2, 2] } }"#, r#"{ "f": 2 }"#, r#"{ "f": 1 }"#, "{}"),
        (r#"{ "f": { "at_least": 1, "at_most": 2 } }"#, r#"{ "f": 2 }"#, r#"{ "f": 3 }"#, "{}"),
        (
            r#"{ "f": { "ratio_to": { "field": "g", "at_least": 0.8 } } }"#,
            r#"{ "f": 8, "g": 10 }"#,
            r#"{ "f": 79, "g": 100 }"#,
            r#"{ "f": 8 }"#,
        ),
        (
            r#"{ "f": { "ratio_to": { "field": "g", "between": [-1, 0] } } }"#,
            r#"{ "f": 0, "g": 5 }"#,
            r#"{ "f": -6, "g": 5 }"#,
            r#"{ "f": 0, "g": 0 }"#,
        ),
        (
            r#"{ "f": { "ratio_to": { "field": "g", "is_not": 1 } } }"#,
            r#"{ "f": 1, "g": 2 }"#,
            r#"{ "f": 2, "g": 2 }"#,
            r#"{ "f": 1, "g": 0 }"#,
        ),
        // text
        (r#"{ "f": "ceo" }"#, r#"{ "f": "ceo" }"#, r#"{ "f": "CEO" }"#, r#"{ "f": 5 }"#),
        (r#"{ "f": { "is": "" } }"#, r#"{ "f": "" }"#, r#"{ "f": " " }"#, r#"{ "f": ["x"] }"#),
        (r#"{ "f": { "is_not": "ceo" } }"#, r#"{ "f": "" }"#, r#"{ "f": "ceo" }"#, r#"{ "f": false }"#),
        (r#"{ "f": { "one_of": ["a", "b"] } }"#, r#"{ "f": "b" }"#, r#"{ "f": "ab" }"#, r#"{ "f": 1 }"#),
        (r#"{ "f": { "none_of": ["a", "b"] } }"#, r#"{ "f": "c" }"#, r#"{ "f": "a" }"#, r#"{ "f": 1 }"#),
        (r#"{ "f": { "starts_with": "vi" } }"#, r#"{ "f": "vip" }"#, r#"{ "f": "avi" }"#, r#"{ "f": 1 }"#),
        (r#"{ "f": { "ends_with": "ip" } }"#, r#"{ "f": "vip" }"#, r#"{ "f": "p" }"#, r#"{ "f": 1 }"#),
        (r#"{ "f": { "contains": "i" } }"#, r#"{ "f": "vip" }"#, r#"{ "f": "vp" }"#, r#"{ "f": 1 }"#),
        (r#"{ "f": { "contains": "" } }"#, r#"{ "f": "" }"#, "null", r#"{ "f": 1 }"#),
        (r#"{ "f": { "is": "Élan", "ignore_case": true } }"#, r#"{ "f": "ÉLAN" }"#, r#"{ "f": "élan" }"#, "{}"),
        (r#"{ "f": { "is_not": "ceo", "ignore_case": true } }"#, r#"{ "f": "vp" }"#, r#"{ "f": "CeO" }"#, "{}"),
        (r#"{ "f": { "one_of": ["A", "b"], "ignore_case": true } }"#, r#"{ "f": "a" }"#, r#"{ "f": "c" }"#, "{}"),
        (r#"{ "f": { "none_of": ["A", "b"], "ignore_case": true } }"#, r#"{ "f": "c" }"#, r#"{ "f": "B" }"#, "{}"),
        (r#"{ "f": { "starts_with": "VI", "ignore_case": true } }"#, r#"{ "f": "vip" }"#, r#"{ "f": "v" }"#, "{}"),
        (r#"{ "f": { "ends_with": "IP", "ignore_case": true } }"#, r#"{ "f": "vip" }"#, r#"{ "f": "vi" }"#, "{}"),
        (r#"{ "f": { "contains": "I", "ignore_case": true } }"#, r#"{ "f": "vip" }"#, r#"{ "f": "ı" }"#, "{}"),
        (r#"{ "f": { "contains": "I", "ignore_case": false } }"#, r#"{ "f": "vIp" }"#, r#"{ "f": "vip" }"#, "{}"),
        // tags
        (r#"{ "f": { "has": "a" } }"#, r#"{ "f": ["b", "a"] }"#, r#"{ "f": ["A"] }"#, r#"{ "f": "a" }"#),
        (r#"{ "f": { "has_any": ["a", "b"] } }"#, r#"{ "f": ["b"] }"#, r#"{ "f": [] }"#, r#"{ "f": 1 }"#),
        (
            r#"{ "f": { "has_all": ["a", "b"] } }"#,
            r#"{ "f": ["b", "c", "a"] }"#,
            r#"{ "f": ["a", "a"] }"#,
            r#"{ "f": true }"#,
        ),
        (r#"{ "f": { "has_none": ["a", "b"] } }"#, r#"{ "f": [] }"#, r#"{ "f": ["b"] }"#, r#"{ "f": "" }"#),
        (r#"{ "f": { "count": 2 } }"#, r#"{ "f": ["a", "b", "a"] }"#, r#"{ "f": ["a", "a"] }"#, r#"{ "f": 2 }"#),
        (r#"{ "f": { "count": { "less_than": 1 } } }"#, r#"{ "f": [] }"#, r#"{ "f": ["a"] }"#, "{}"),
        (
            r#"{ "f": { "any_not_in": "g" } }"#,
            r#"{ "f": ["a", "b"], "g": ["a"] }"#,
            r#"{ "f": ["a"], "g": ["a", "b"] }"#,
            r#"{ "f": ["a"] }"#,
        ),
        (
            r#"{ "f": { "any_not_in": "g" } }"#,
            r#"{ "f": ["a"], "g": [] }"#,
            r#"{ "f": [], "g": [] }"#,
            r#"{ "g": ["a"] }"#,
        ),
        // dates; today is 2026-11-22
        (
            r#"{ "f": { "days_since": { "at_least": 5 } } }"#,
            r#"{ "f": "2026-11-17" }"#,
            r#"{ "f": "2026-11-18" }"#,
            r#"{ "f": "soon" }"#,
        ),
        (r#"{ "f": { "days_since": -5 } }"#, r#"{ "f": "2026-11-27" }"#, r#"{ "f": "2026-11-17" }"#, "{}"),
        (
            r#"{ "f": { "days_until": { "between": [0, 60] } } }"#,
            r#"{ "f": "2027-01-21" }"#,
            r#"{ "f": "2027-01-22" }"#,
            r#"{ "f": "2026-02-30" }"#,
        ),
        (
            r#"{ "f": { "months_since": { "at_least": 6 } } }"#,
            r#"{ "f": "2026-05-22" }"#,
            r#"{ "f": "2026-05-23" }"#,
            r#"{ "f": 20260522 }"#,
        ),
        (
            r#"{ "f": { "months_until": { "at_least": 6 } } }"#,
            r#"{ "f": "2027-05-22" }"#,
            r#"{ "f": "2027-05-21" }"#,
            r#"{ "f": true }"#,
        ),
        (
            r#"{ "f": { "before": "2026-11-22" } }"#,
            r#"{ "f": "2026-11-21" }"#,
            r#"{ "f": "2026-11-22" }"#,
            r#"{ "f": "" }"#,
        ),
        (
            r#"{ "f": { "on_or_after": "2026-11-22" } }"#,
            r#"{ "f": "2026-11-22" }"#,
            r#"{ "f": "2026-11-21" }"#,
            r#"{ "f": ["2026-11-22"] }"#,
        ),
        // times stand for the day they fall on
        (
            r#"{ "f": { "days_since": 0 } }"#,
            r#"{ "f": "2026-11-22T23:59:59Z" }"#,
            r#"{ "f": "2026-11-22T23:59:59-02:00" }"#,
            r#"{ "f": "2026-11-22T25:00:00Z" }"#,
        ),
        (
            r#"{ "f": { "before": "2026-11-22" } }"#,
            r#"{ "f": "2026-11-22T00:30:00+01:00" }"#,
            r#"{ "f": "2026-11-22T00:00:00Z" }"#,
            "{}",
        ),
        // the escape
        (r#"{ "field": { "all": { "at_least": 1 } } }"#, r#"{ "all": 1 }"#, r#"{ "all": 0 }"#, "{}"),
    ];
    for (when, holds, fails, unknown) in table {
        let rows = [(holds, Truth::True), (fails, Truth::False), (unknown, Truth::Unknown), ("{}", Truth::Unknown)];
        for (facts, expected) in rows.into_iter().filter(|(facts, _)| *facts != "null") {
            assert_truth(&json(when), &json(facts), expected);
        }
    }
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
        let (is_known, is_not) = (json(r#"{ "f": { "known": true } }"#), json(r#"{ "f": { "known": false } }"#));
        assert_truth(&is_known, &json(facts), truth(known));
        assert_truth(&is_not, &json(facts), truth(!known));
        let scorer = scorer(&asking(&is_known));
        assert_eq!(scorer.missing(&record(&json(facts))).count(), 0, "{facts}");
    }
    // Beside an operator the field has a kind, and a value of another one is as good as none.
    let when = json(r#"{ "f": { "known": true, "at_least": 1 } }"#);
    assert_truth(&when, &json(r#"{ "f": 1 }"#), Truth::True);
    assert_truth(&when, &json(r#"{ "f": "1" }"#), Truth::False);
}

/// Ages in seconds, with counts and amounts, of the events of a table's row.
type Events = &'static [(i64, u32, i32)];

fn did(events: &[(i64, u32, i32)]) -> Record {
    let mut activity = Activity::new();
    for (age, count, amount) in events {
        activity.record_with("login", second(at(NOW).timestamp() - age), *count, Points::from(*amount));
    }
    Record::new().with_activity(activity)
}

/// Every operator on events: an activity for which it holds, and one for which it does not. It is never unknown.
#[test]
fn every_operator_on_events_holds_and_fails() {
    const HOUR: i64 = 3_600;
    const DAY: i64 = 24 * HOUR;
    let table: [(&str, Events, Events); 20] = [
        (r#"{ "count": 2 }"#, &[(DAY, 1, 0), (0, 1, 0)], &[(DAY, 2, 0), (0, 1, 0)]),
        (r#"{ "count": { "at_least": 3 } }"#, &[(DAY, 3, 0)], &[(DAY, 2, 0), (-1, 1, 0)]),
        (r#"{ "count": { "is": 0 } }"#, &[], &[(900 * DAY, 1, 0)]),
        (r#"{ "count": { "at_least": 1, "within": "1d" } }"#, &[(DAY - 1, 1, 0)], &[(DAY, 1, 0)]),
        (r#"{ "count": { "at_least": 1, "between": ["1d", "2d"] } }"#, &[(DAY, 1, 0)], &[(DAY - 1, 1, 0)]),
        (r#"{ "count": { "at_least": 1, "between": ["1d", "2d"] } }"#, &[(2 * DAY - 1, 1, 0)], &[(2 * DAY, 1, 0)]),
        (r#"{ "count": { "between": [1, 2], "within": "1d" } }"#, &[(0, 2, 0), (DAY, 9, 0)], &[(0, 3, 0)]),
        (r#"{ "amount": { "more_than": 10 } }"#, &[(0, 1, 4), (DAY, 1, 7)], &[(0, 1, 4), (DAY, 1, 6)]),
        (r#"{ "amount": { "at_least": 12 } }"#, &[(0, 3, 4)], &[(0, 1, 4)]),
        (r#"{ "amount": { "less_than": 0, "within": "1d" } }"#, &[(0, 1, -1), (DAY, 1, 5)], &[(0, 1, 0)]),
        (r#"{ "amount": { "is": 0 } }"#, &[], &[(0, 1, 1)]),
        // Noon: half a day ago is the first second of today, one more is yesterday.
        (r#"{ "days": 1 }"#, &[(0, 1, 0), (12 * HOUR, 1, 0)], &[(0, 1, 0), (12 * HOUR + 1, 1, 0)]),
        (r#"{ "days": { "at_least": 2, "within": "36h" } }"#, &[(0, 1, 0), (13 * HOUR, 1, 0)], &[(0, 5, 0)]),
        (r#"{ "days": { "at_most": 0, "between": ["1d", "2d"] } }"#, &[(0, 1, 0)], &[(DAY, 1, 0)]),
        (r#"{ "last_within": "7d" }"#, &[(7 * DAY - 1, 1, 0)], &[(7 * DAY, 1, 0)]),
        (r#"{ "last_within": "7d" }"#, &[(0, 1, 0)], &[(-1, 1, 0)]),
        (r#"{ "none_within": "7d" }"#, &[(7 * DAY, 1, 0)], &[(7 * DAY - 1, 1, 0)]),
        (r#"{ "never": true }"#, &[(-1, 1, 0)], &[(0, 1, 0)]),
        (r#"{ "never": false }"#, &[(900 * DAY, 1, 0)], &[]),
        (r#"{ "none_within": "7d", "never": false }"#, &[(8 * DAY, 1, 0)], &[]),
    ];
    for (test, holds, fails) in table {
        let test = json(test);
        for name in ["login", "*"] {
            let when = json!({ "events": { name: test } });
            assert_eq!(truth_of(&when, &did(holds)), Truth::True, "{when} of {holds:?}");
            assert_eq!(truth_of(&when, &did(fails)), Truth::False, "{when} of {fails:?}");
        }
        let others = truth_of(&json!({ "events": { "logout": test } }), &did(holds));
        assert_eq!(others, truth_of(&json!({ "events": { "logout": test } }), &Record::new()), "{test}");
    }
}

#[test]
fn days_since_the_last_event_are_unknown_only_if_there_was_none() {
    let scorer =
        scorer(&model(&json!({ "format": 1, "name": "x", "axis": [{ "name": "a", "available": 100, "rule": [{
        "id": "recency", "by": "days_since_last", "bands": { "events": { "login": [[0, 40], [7, 10]] } },
        "missing": { "points": 1 },
    }] }] })));
    let raw = |events: &[(i64, u32, i32)]| scorer.score(&did(events), at(NOW)).axis("a").unwrap().raw;
    assert_eq!(raw(&[]), Points::from(1));
    assert_eq!(raw(&[(-1, 1, 0)]), Points::from(1));
    assert_eq!(raw(&[(0, 1, 0), (86_400 * 30, 1, 0)]), Points::from(40));
    assert_eq!(raw(&[(86_400 * 7, 1, 0)]), Points::from(10));
}

/// What promoters, limits and segments ask about the outcome.
#[test]
fn every_operator_on_the_outcome_holds_fails_and_is_unknown() {
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
        (r#"{ "verdict": "eligible" }"#, "yes"),
        (r#"{ "verdict": { "one_of": ["undetermined"] } }"#, "no"),
        (r#"{ "field": { "score": { "at_least": 0 } } }"#, "open"),
    ] {
        assert_eq!(segment(&json(when), &json(ready)), expected, "{when}");
    }
    assert_eq!(segment(&json(r#"{ "verdict": "undetermined" }"#), &json("{}")), "yes");
}
