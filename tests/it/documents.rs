//! Documents: written and read back, and their fingerprints.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use warmth::model::{Gate, event};
use warmth::{Fingerprint, Grade, Model, Record, Span, Value, Verdict};

use crate::support::{Subject, at, cases, model, scaled, scorer, subjects, toml_model};

#[test]
fn a_written_model_reads_back_as_the_same_model() {
    for Subject { seed, model, instance, record, as_of, scorer, .. } in subjects(0..scaled(2_500)) {
        let json = serde_json::to_string(&model).unwrap();
        let toml = toml::to_string(&model).unwrap();
        let by_hand = toml::to_string(&instance.model).unwrap();
        let read: [Model; 3] =
            [serde_json::from_str(&json).unwrap(), toml::from_str(&toml).unwrap(), toml::from_str(&by_hand).unwrap()];
        for other in &read {
            assert_eq!(other.fingerprint(), model.fingerprint(), "seed {seed}\n{:#}\n{json}", instance.model);
            let other = self::scorer(other);
            assert_eq!(other.score(&record, as_of), scorer.score(&record, as_of), "seed {seed}");
        }
        assert_eq!(read[0], model, "seed {seed}");
        // TOML sorts keys, so the first writing may reorder the tests in a table. Further ones do not.
        let sorted: Model = toml::from_str(&toml::to_string(&read[1]).unwrap()).unwrap();
        assert_eq!(sorted, read[1], "seed {seed}");
    }
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A document with every part of the format.
const RICH: &str = r#"{
    "format": 1, "name": "rich", "description": "everything", "utc_offset": "+01:00",
    "required": [
        { "id": "flagship", "label": "Has it", "when": { "has_flagship": true } },
        { "id": "size", "when": { "seats": { "at_least": 10 } }, "missing": "holds" }
    ],
    "disqualifying": [
        { "id": "renewal", "when": { "renewal_date": { "days_until": { "between": [0, 60] } } } },
        { "id": "gone", "when": { "any": [{ "churned": true }, { "plan": "none" }] }, "missing": "fails" }
    ],
    "axis": [
        {
            "name": "fit", "label": "Fit", "weight": 2, "base": 1, "available": 100,
            "rule": [
                { "id": "nps", "bands": { "nps": [[0, -20], [7, 10]] }, "below": -1 },
                {
                    "id": "role", "label": "Role", "group": "who", "values": { "role": { "ceo": 30, "vp": 20 } },
                    "otherwise": 1, "missing": { "points": 5 }
                },
                {
                    "id": "tags", "group": "who", "values": { "tech": { "crm": 3, "erp": 2 } }, "combine": "best"
                },
                {
                    "id": "seats", "group": "what", "per_unit": { "seats": { "points": 0.5, "min": -1, "max": 9 } }
                },
                {
                    "id": "rows",
                    "first": [{ "when": { "a": true }, "points": 1 }, { "when": { "b": true }, "points": 2 }],
                    "otherwise": 3
                },
                { "id": "both", "when": { "all": [{ "a": true }, { "seats": 7 }] }, "points": 4 },
                { "id": "use", "bands": { "seats": [[0.5, 1]] }, "ratio_to": "limit", "bounds": "above" },
                { "id": "age", "bands": { "start": [[6, 1]] }, "by": "months_since" }
            ],
            "group": [{ "name": "who", "max": 40 }, { "name": "what", "label": "What", "min": -5 }]
        },
        {
            "name": "act", "available": 50, "missing": "skip", "min_coverage": 40,
            "rule": [
                {
                    "id": "visits",
                    "signal": {
                        "event": ["visit", "view"], "points": 8, "window": "14d", "per_day": 3, "min_count": 2,
                        "most_recent": 5, "max": 30, "decay": { "half_life": "14d" }
                    }
                },
                {
                    "id": "paid",
                    "signal": {
                        "event": "paid", "points_per_unit": 0.1, "max": 20,
                        "decay": { "drop": { "percent": 15, "every": "45d" } }
                    }
                },
                { "id": "often", "bands": { "events": { "login": [[3, 5]] } }, "by": "days", "within": "30d" }
            ]
        }
    ],
    "promoter": [
        { "id": "icp", "label": "ICP", "when": { "segment": "high" }, "plus": 20 },
        { "id": "warm", "when": { "axis": { "act": { "at_least": 50 } } }, "plus": 5 }
    ],
    "limit": [
        { "id": "cap", "label": "Cap", "when": { "grade": "C3" }, "at_most": 50 },
        {
            "when": { "at_least_of": { "count": 2, "of": [{ "a": true }, { "b": true }, { "c": true }] } },
            "at_least": 10
        }
    ],
    "grade": { "fit": { "axis": "fit", "cuts": [75, 50] }, "activity": { "axis": "act", "cuts": [70, 40] } },
    "state": [{ "name": "ready", "at_least": 70 }, { "name": "cold", "at_least": 0 }],
    "segment": [
        { "name": "big", "when": { "seats": { "at_least": 100 } } },
        { "name": "thin", "when": { "coverage": { "less_than": 30 }, "field": { "coverage": true } } },
        {
            "name": "loud",
            "when": { "rule": { "nps": { "at_least": 10 } }, "axis": { "fit": { "greatest_rule": { "more_than": 2 } } } }
        },
        { "name": "lost", "when": { "not": { "verdict": "eligible" } } },
        { "name": "rest" }
    ],
    "play": [
        {
            "name": "call", "grades": ["A1", "A2"], "states": ["ready"], "segments": ["big"], "owner": "sales",
            "respond_within": "1d"
        },
        { "name": "wait", "otherwise": true }
    ],
    "case": [
        {
            "name": "one", "as_of": "2026-11-22T09:00:00Z",
            "facts": { "seats": 7.5, "role": "ceo", "tech": ["crm"], "a": true, "start": "2026-01-01" },
            "events": [
                {
                    "event": "visit", "at": "2026-11-20T08:00:00.5Z", "count": 2, "amount": 2.5,
                    "attributes": { "path": "/pricing", "seconds": 4.5, "paid": true }
                },
                { "event": "paid", "at": "2026-11-20T08:00:00Z" }
            ],
            "expect": {
                "verdict": "undetermined", "score": 12.5, "coverage": 50, "axes": { "fit": 10 }, "grade": "C3", "state": "cold",
                "segment": "rest", "play": "wait"
            }
        }
    ]
}"#;

pub(crate) fn rich() -> Json {
    json(RICH)
}

#[test]
fn a_document_with_everything_reads_back() {
    let model = model(&rich());
    scorer(&model);
    assert_eq!(serde_json::from_str::<Model>(&serde_json::to_string(&model).unwrap()).unwrap(), model);
    assert_eq!(toml_model(&toml::to_string(&model).unwrap()).fingerprint(), model.fingerprint());
    assert_eq!(toml_model(&toml::to_string_pretty(&model).unwrap()), model);
}

fn fingerprint(document: &Json) -> String {
    model(document).fingerprint().to_string()
}

fn scoring_fingerprint(document: &Json) -> String {
    model(document).scoring_fingerprint().to_string()
}

/// The rich document with one value replaced, added at a new key or at the end of a list, or, with null, removed.
fn edited(pointer: &str, value: &str) -> Json {
    let (mut document, value) = (rich(), json(value));
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}")) {
        Json::Object(entries) if value.is_null() => {
            assert!(entries.remove(key).is_some(), "{pointer}");
        }
        Json::Object(entries) => {
            entries.insert(key.to_owned(), value.clone());
        }
        Json::Array(items) => match key.parse::<usize>() {
            Ok(index) if value.is_null() => _ = items.remove(index),
            Ok(index) => items[index] = value.clone(),
            Err(_) => items.push(value.clone()),
        },
        _ => panic!("{pointer}"),
    }
    document
}

fn reversed(pointer: &str) -> Json {
    let mut document = rich();
    document.pointer_mut(pointer).unwrap().as_array_mut().unwrap().reverse();
    document
}

#[test]
fn documents_with_the_same_meaning_have_the_same_fingerprint() {
    let expected = fingerprint(&rich());
    let scoring = scoring_fingerprint(&rich());
    for list in [
        "/required",
        "/disqualifying",
        "/axis",
        "/axis/0/rule",
        "/axis/0/group",
        "/axis/1/rule",
        "/axis/1/rule/0/signal/event",
        "/promoter",
        "/limit",
        "/state",
        "/disqualifying/1/when/any",
        "/axis/0/rule/5/when/all",
        "/limit/1/when/at_least_of/of",
    ] {
        assert_eq!(fingerprint(&reversed(list)), expected, "{list} reversed");
        assert_eq!(scoring_fingerprint(&reversed(list)), scoring, "{list} reversed");
    }
    for (pointer, value) in [
        // spellings
        ("/axis/1/rule/0/signal/window", r#""2w""#),
        ("/axis/1/rule/0/signal/decay", r#"{ "half_life": "336h" }"#),
        ("/play/0/respond_within", r#""24h""#),
        ("/axis/0/weight", "2.0"),
        ("/axis/0/rule/3/per_unit/seats/points", "5e-1"),
        ("/required/1/when/seats", r#"{ "at_least": 10.0 }"#),
        ("/required/0/when", r#"{ "has_flagship": { "is": true } }"#),
        ("/required/0/when", r#"{ "field": { "has_flagship": true } }"#),
        ("/promoter/0/when", r#"{ "segment": { "is": "high" } }"#),
        ("/axis/1/rule/1/signal/event", r#"["paid"]"#),
        // defaults written out
        ("/total", r#""mean""#),
        ("/week_starts", r#""monday""#),
        ("/year_starts", r#""january""#),
        ("/axis/1/weight", "1"),
        ("/axis/1/base", "0"),
        ("/axis/0/rule/0/bounds", r#""from""#),
        ("/axis/0/rule/0/missing", r#"{ "points": 0 }"#),
        ("/axis/0/rule/2/otherwise", "0"),
        ("/axis/0/rule/2/ignore_case", "false"),
        ("/axis/0/rule/6/below", "0"),
        ("/play/0/otherwise", "false"),
        ("/promoter/0/when", r#"{ "segment": { "is": "high", "ignore_case": false } }"#),
        // order and nesting of `all` and `any`
        ("/required/0/when", r#"{ "all": [{ "has_flagship": true }] }"#),
        ("/required/0/when", r#"{ "any": [{ "has_flagship": true }] }"#),
        ("/required/0/when", r#"{ "any": [{ "has_flagship": true }, { "has_flagship": true }] }"#),
        ("/required/0/when", r#"{ "not": { "not": { "has_flagship": true } } }"#),
        ("/axis/0/rule/5/when", r#"{ "a": true, "seats": 7 }"#),
        ("/axis/0/rule/5/when", r#"{ "all": [{ "seats": 7, "a": true }] }"#),
        ("/axis/0/rule/5/when", r#"{ "seats": 7, "all": [{ "all": [{ "a": true }, { "seats": 7 }] }] }"#),
        (
            "/axis/0/rule/5/when",
            r#"{ "not": { "not": { "a": true, "all": [{ "not": { "not": { "seats": 7 } } }] } } }"#,
        ),
        ("/disqualifying/1/when", r#"{ "any": [{ "any": [{ "plan": "none" }] }, { "any": [{ "churned": true }] }] }"#),
        // cases, which do not affect scores
        ("/case", "null"),
    ] {
        assert_eq!(fingerprint(&edited(pointer, value)), expected, "{pointer} = {value}");
        assert_eq!(scoring_fingerprint(&edited(pointer, value)), scoring, "{pointer} = {value}");
    }
    let model = model(&rich());
    let written = toml::to_string(&model).unwrap();
    assert_eq!(toml_model(&written).fingerprint().to_string(), expected, "in another format");
}

#[test]
fn the_order_of_keys_does_not_change_the_fingerprint() {
    // As JSON text, as a table in memory or in TOML sorts its keys before the model reads them.
    let fingerprint = |document: &str| serde_json::from_str::<Model>(document).unwrap().fingerprint();
    let one = r#"{ "format": 1, "name": "x",
        "required": [{ "id": "g", "when": { "a": true, "events": { "b": { "count": { "at_least": 1, "within": "1d" } } } } }],
        "axis": [{ "name": "a", "rule": [{ "id": "r", "values": { "role": { "ceo": 3, "vp": 2 } } }] }] }"#;
    let other = r#"{
        "axis": [{ "rule": [{ "values": { "role": { "vp": 2, "ceo": 3 } }, "id": "r" }], "name": "a" }],
        "required": [{ "when": { "events": { "b": { "count": { "within": "1d", "at_least": 1 } } }, "a": true }, "id": "g" }],
        "name": "x", "format": 1 }"#;
    assert_eq!(fingerprint(one), fingerprint(other));
}

/// Edits of the rich document that change what an outcome or an explanation shows.
const CHANGES: &[(&str, &str)] = &[
    ("/name", r#""poor""#),
    ("/description", r#""anything""#),
    ("/description", "null"),
    ("/utc_offset", r#""-01:00""#),
    ("/week_starts", r#""sunday""#),
    ("/year_starts", r#""april""#),
    ("/axis/1/rule/0/signal/where", r#"{ "path": "/a" }"#),
    ("/axis/1/rule/0/signal/where", r#"{ "path": "/b" }"#),
    ("/axis/1/rule/0/signal/where", r#"{ "field": { "not": "/b" } }"#),
    ("/axis/1/rule/0/signal/once_per", r#""path""#),
    ("/axis/1/rule/0/signal/once_per", r#""mail""#),
    ("/axis/1/rule/2/where", r#"{ "path": "/a" }"#),
    ("/axis/1/rule/2/by", r#""mean_amount""#),
    ("/axis/1/rule/2/by", r#""latest_amount""#),
    (
        "/axis/1/rule/2",
        r#"{ "id": "often", "bands": { "events": { "login": [[3, 5]] } }, "by": "count", "distinct": "path" }"#,
    ),
    (
        "/axis/1/rule/2",
        r#"{ "id": "often", "bands": { "events": { "login": [[3, 5]] } }, "by": "count", "ratio_to": "path" }"#,
    ),
    ("/axis/1/rule/2/when", r#"{ "events": { "login": { "count": 1, "where": { "path": "/a" } } } }"#),
    ("/axis/1/rule/2/when", r#"{ "events": { "login": { "count": { "is": 1, "distinct": "path" } } } }"#),
    ("/total", r#""min""#),
    ("/total", r#""product""#),
    ("/required/0/id", r#""flagships""#),
    ("/required/0/label", r#""Has""#),
    ("/required/0/when", r#"{ "has_flagship": false }"#),
    ("/required/0/when", r#"{ "has_flagship": { "known": true } }"#),
    ("/required/0/missing", r#""fails""#),
    ("/required/1/missing", "null"),
    ("/required/1/when/seats", r#"{ "more_than": 10 }"#),
    ("/required/1", "null"),
    ("/disqualifying/0/when/renewal_date", r#"{ "days_since": { "between": [0, 60] } }"#),
    ("/disqualifying/0/when/renewal_date/days_until/between/1", "61"),
    ("/disqualifying/1/when", r#"{ "all": [{ "churned": true }, { "plan": "none" }] }"#),
    ("/disqualifying/1/when/any/1/plan", r#""None""#),
    ("/disqualifying/1/when/any/1/plan", r#"{ "is": "none", "ignore_case": true }"#),
    ("/disqualifying/1/when/any/1/plan", r#"{ "contains": "none" }"#),
    ("/disqualifying/1/when/any/1/plan", r#"{ "contains": ["none", "gone"] }"#),
    ("/disqualifying/1/when/any/1/plan", r#"{ "has_word": "none" }"#),
    ("/disqualifying/1/when/any/1/plan", r#"{ "has_word": "none", "ignore_case": true }"#),
    ("/axis/0/label", r#""Match""#),
    ("/axis/0/weight", "2.000001"),
    ("/axis/0/base", "-1"),
    ("/axis/0/available", "99"),
    ("/axis/0/available", "null"),
    ("/axis/0/missing", r#""skip""#),
    ("/axis/1/missing", "null"),
    ("/axis/1/min_coverage", "41"),
    ("/axis/1/min_coverage", "null"),
    ("/coverage", "true"),
    ("/segment/1/when/coverage/less_than", "31"),
    ("/segment/2/when/rule/nps/at_least", "11"),
    ("/segment/2/when/rule", r#"{ "seats": { "at_least": 10 } }"#),
    ("/segment/2/when/axis/fit/greatest_rule/more_than", "3"),
    ("/segment/2/when/axis/fit", r#"{ "more_than": 2 }"#),
    ("/axis/0/group/0/max", "41"),
    ("/axis/0/group/1/label", "null"),
    ("/axis/0/group/1/min", "null"),
    ("/axis/0/rule/0/bands/nps/0/0", "0.1"),
    ("/axis/0/rule/0/bands/nps/0/1", "-21"),
    ("/axis/0/rule/0/below", "null"),
    ("/axis/0/rule/0/bounds", r#""above""#),
    ("/axis/0/rule/0/group", r#""who""#),
    ("/axis/0/rule/0/missing", r#""skip""#),
    ("/axis/0/rule/1/values/role/ceo", "31"),
    ("/axis/0/rule/1/values/role/CEO", "30"),
    ("/axis/0/rule/1/otherwise", "2"),
    ("/axis/0/rule/1/ignore_case", "true"),
    ("/axis/0/rule/2/ignore_case", "true"),
    ("/axis/0/rule/1/missing", r#"{ "points": 6 }"#),
    ("/axis/0/rule/2/combine", r#""sum""#),
    ("/axis/0/rule/3/per_unit/seats/min", "null"),
    ("/axis/0/rule/3/per_unit/seats/max", "10"),
    ("/axis/0/rule/4/first/0/points", "2"),
    ("/axis/0/rule/4/otherwise", "null"),
    ("/axis/0/rule/4/when", r#"{ "a": true }"#),
    ("/axis/0/rule/5/points", "-4"),
    ("/axis/0/rule/6/ratio_to", "null"),
    ("/axis/0/rule/6/bounds", "null"),
    ("/axis/0/rule/7/by", r#""months_until""#),
    ("/axis/1/rule/0/signal/event", r#""visit""#),
    ("/axis/1/rule/0/signal/event", r#""*""#),
    ("/axis/1/rule/0/signal/window", r#""15d""#),
    ("/axis/1/rule/0/signal/window", r#"{ "this": "week" }"#),
    ("/axis/1/rule/0/signal/window", r#"{ "previous": "week" }"#),
    ("/axis/1/rule/0/signal/window", r#"{ "since": "2026-01-01" }"#),
    ("/axis/1/rule/0/signal/window", r#"{ "until": "2026-01-01" }"#),
    ("/axis/1/rule/0/signal/window", r#"{ "since": "2026-01-01", "until": "start" }"#),
    ("/axis/1/rule/0/signal/per_day", "null"),
    ("/axis/1/rule/0/signal/min_count", "1"),
    ("/axis/1/rule/0/signal/most_recent", "6"),
    ("/axis/1/rule/0/signal/max", "null"),
    ("/axis/1/rule/0/signal/decay", "null"),
    ("/axis/1/rule/0/signal/decay", r#"{ "linear": "14d" }"#),
    ("/axis/1/rule/0/signal/decay", r#"{ "polynomial": { "lifetime": "14d", "speed": 2.3 } }"#),
    ("/axis/1/rule/0/signal/decay", r#"{ "polynomial": { "lifetime": "14d", "speed": 0.5 } }"#),
    ("/axis/1/rule/0/signal/decay", r#"{ "table": [["0d", 100], ["14d", 50]] }"#),
    ("/axis/1/rule/1/signal/decay", r#"{ "keep": { "percent": 15, "every": "45d" } }"#),
    (
        "/axis/1/rule/1/signal",
        r#"{ "event": "paid", "points": 0.1, "max": 20, "decay": { "drop": { "percent": 15, "every": "45d" } } }"#,
    ),
    ("/axis/1/rule/2/by", r#""count""#),
    ("/axis/1/rule/2/within", "null"),
    ("/axis/1/rule/2/within", r#"{ "this": "year" }"#),
    ("/promoter/0/plus", "20.000001"),
    ("/promoter/1/when/axis", r#"{ "fit": { "at_least": 50 } }"#),
    ("/promoter/1/when", r#"{ "score": { "at_least": 50 } }"#),
    ("/promoter/1/when", r#"{ "field": { "score": { "at_least": 50 } } }"#),
    ("/limit/0", r#"{ "id": "cap", "label": "Cap", "when": { "grade": "C3" }, "at_least": 50 }"#),
    ("/limit/0/when/grade", r#""C2""#),
    ("/limit/0/id", "null"),
    ("/limit/1/when/at_least_of/count", "1"),
    ("/limit/1/when/at_least_of/of/2", r#"{ "b": true }"#),
    ("/grade/fit/cuts/0", "76"),
    ("/grade/activity/axis", r#""fit""#),
    ("/state/0/name", r#""hot""#),
    ("/state/0/at_least", "69.999999"),
    ("/state", r#"[{ "name": "ready", "at_least_points": 70 }, { "name": "cold", "at_least_points": 0 }]"#),
    ("/segment/0/when/seats/at_least", "101"),
    ("/segment/3/when", r#"{ "verdict": "eligible" }"#),
    ("/play/0/grades", r#"["A1"]"#),
    ("/play/0/states", "null"),
    ("/play/0/segments/0", r#""lost""#),
    ("/play/0/owner", "null"),
    ("/play/0/respond_within", r#""2d""#),
    ("/play/1", "null"),
];

#[test]
fn every_change_of_meaning_changes_the_fingerprint() {
    let mut seen = BTreeMap::from([(fingerprint(&rich()), "nothing".to_owned())]);
    let swapped = ["/axis/0/rule/4/first", "/play"].map(|list| (reversed(list), format!("{list} reversed")));
    let mut segments = rich();
    segments["segment"].as_array_mut().unwrap().swap(0, 1);
    let segments = [(segments, "segments reversed".to_owned())];
    let edits = CHANGES.iter().map(|(pointer, value)| (edited(pointer, value), format!("{pointer} = {value}")));
    for (document, edit) in edits.chain(swapped).chain(segments) {
        if let Some(other) = seen.insert(fingerprint(&document), edit.clone()) {
            panic!("{edit} has the same fingerprint as {other}");
        }
    }
}

#[test]
fn the_scoring_fingerprint_changes_with_scoring_alone() {
    let none = scoring_fingerprint(&rich());
    let mut seen = BTreeMap::from([(none.clone(), "nothing".to_owned())]);
    let mut kept = Vec::new();
    for (pointer, value) in CHANGES {
        let other = scoring_fingerprint(&edited(pointer, value));
        if other == none {
            kept.push(*pointer);
        } else if let Some(same) = seen.insert(other, format!("{pointer} = {value}")) {
            panic!("{pointer} = {value} has the scoring fingerprint of {same}");
        }
    }
    let texts = [
        "/name",
        "/description",
        "/description",
        "/required/0/id",
        "/required/0/label",
        "/axis/0/label",
        "/axis/0/group/1/label",
        "/limit/0/id",
        "/play/0/owner",
        "/play/0/respond_within",
    ];
    assert_eq!(kept, texts);
    for (pointer, value) in [
        ("/axis/0/rule/1/id", r#""roles""#),
        ("/axis/0/rule/1/label", "null"),
        ("/promoter/0/id", r#""fit""#),
        ("/promoter/0/label", "null"),
        ("/limit/0/label", r#""Cap at 50""#),
        ("/play/0/grades", r#"["A2", "A1"]"#),
        ("/axis/0/group/-", r#"{ "name": "none" }"#),
    ] {
        assert_eq!(scoring_fingerprint(&edited(pointer, value)), none, "{pointer} = {value}");
    }
    for pointer in ["/axis/0/name", "/state/0/name", "/segment/0/name", "/play/0/name"] {
        assert_ne!(scoring_fingerprint(&edited(pointer, r#""another""#)), none, "{pointer}");
    }
    let mut renamed = rich();
    renamed["axis"][0]["group"].as_array_mut().unwrap().swap(0, 1);
    for (list, key) in [("rule", "group"), ("group", "name")] {
        for entry in renamed["axis"][0][list].as_array_mut().unwrap() {
            match entry[key].as_str() {
                Some("who") => entry[key] = json("\"what\""),
                Some("what") => entry[key] = json("\"people\""),
                _ => {}
            }
        }
    }
    assert_eq!(scoring_fingerprint(&renamed), none, "groups with other names");
}

/// The pointers to all numbers of a document that change its scores, and to all texts that do not.
fn leaves(document: &Json, pointer: &str, numbers: &mut Vec<String>, texts: &mut Vec<String>) {
    match document {
        Json::Number(_) if pointer != "/format" => numbers.push(pointer.to_owned()),
        Json::String(_) => {
            let words = ["id", "label", "description", "owner"];
            if pointer.rsplit_once('/').is_some_and(|(_, key)| words.contains(&key)) {
                texts.push(pointer.to_owned());
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                leaves(item, &format!("{pointer}/{index}"), numbers, texts);
            }
        }
        Json::Object(entries) => {
            for (key, value) in entries.iter().filter(|(key, _)| *key != "case") {
                leaves(value, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), numbers, texts);
            }
        }
        _ => {}
    }
}

/// Renames a rule in the conditions that test it.
fn rename_tested_rule(document: &mut Json, old: &str, new: &str) {
    match document {
        Json::Array(items) => items.iter_mut().for_each(|item| rename_tested_rule(item, old, new)),
        Json::Object(entries) => {
            if let Some(Json::Object(tested)) = entries.get_mut("rule")
                && let Some(test) = tested.remove(old)
            {
                tested.insert(new.to_owned(), test);
            }
            entries.values_mut().for_each(|value| rename_tested_rule(value, old, new));
        }
        _ => {}
    }
}

#[test]
fn the_scoring_fingerprint_sees_which_groups_are_in_which() {
    let of = |groups: Json| {
        let rule = |id: &str, group: &str, points: i32| json!({ "id": id, "group": group, "when": { "a": true }, "points": points });
        let rules = [rule("r", "p", 1), rule("s", "q", 1), rule("t", "x", 2), rule("u", "y", 3)];
        scoring_fingerprint(
            &json!({ "format": 1, "name": "x", "axis": [{ "name": "a", "rule": rules, "group": groups }] }),
        )
    };
    // Two equal groups in two groups that differ only in their own rules.
    let [x, y] = ["x", "y"].map(|name| json!({ "name": name, "max": 9 }));
    let inner = |name: &str, outer: &str| json!({ "name": name, "max": 5, "group": outer });
    let expected = of(json!([x, y, inner("p", "x"), inner("q", "y")]));
    assert_eq!(of(json!([inner("q", "y"), inner("p", "x"), y, x])), expected);
    assert_eq!(of(json!([inner("q", "x"), x, inner("p", "y"), y])), expected);
    assert_ne!(of(json!([x, y, inner("p", "x"), inner("q", "x")])), expected);
    assert_ne!(of(json!([x, y, inner("p", "x"), { "name": "q", "max": 5 }])), expected);
    // A group without bounds changes nothing.
    let through = [json!({ "name": "z", "group": "y" }), inner("q", "z")];
    assert_eq!(of(json!([x, y, inner("p", "x"), through[0], through[1]])), expected);
}

#[test]
fn every_number_of_a_random_document_is_in_its_scoring_fingerprint() {
    let (mut numbers_seen, mut texts_seen) = (0, 0);
    for Subject { seed, model, instance, .. } in subjects(0..150) {
        let scoring = model.scoring_fingerprint();
        let (mut numbers, mut texts) = (Vec::new(), Vec::new());
        leaves(&instance.model, "", &mut numbers, &mut texts);
        for pointer in &numbers {
            let mut other = instance.model.clone();
            let number = other.pointer_mut(pointer).unwrap();
            *number = if let Some(whole) = number.as_i64() {
                json!(whole + 1)
            } else {
                json!(number.as_f64().unwrap() + 1.0)
            };
            let other = self::model(&other).scoring_fingerprint();
            assert_ne!(other, scoring, "seed {seed} {pointer}\n{:#}", instance.model);
        }
        for pointer in &texts {
            let mut other = instance.model.clone();
            let name = format!("another text {pointer}");
            let old = std::mem::replace(other.pointer_mut(pointer).unwrap(), json!(name));
            if pointer.ends_with("/id") {
                rename_tested_rule(&mut other, old.as_str().unwrap(), &name);
            }
            let other = self::model(&other);
            assert_eq!(other.scoring_fingerprint(), scoring, "seed {seed} {pointer}\n{:#}", instance.model);
            assert_ne!(other.fingerprint(), model.fingerprint(), "seed {seed} {pointer}");
        }
        (numbers_seen, texts_seen) = (numbers_seen + numbers.len(), texts_seen + texts.len());
    }
    assert!(numbers_seen > 5_000 && texts_seen > 1_000, "{numbers_seen} numbers and {texts_seen} texts");
}

#[test]
fn fingerprints_of_random_documents_differ() {
    let mut seen: BTreeMap<_, Subject> = BTreeMap::new();
    for subject in subjects(0..scaled(2_500)) {
        if let Some(other) = seen.get(&subject.model.fingerprint()) {
            assert_eq!(other.model, subject.model, "seeds {} and {}", subject.seed, other.seed);
        }
        seen.insert(subject.model.fingerprint(), subject);
    }
}

/// Hosts store fingerprints with scores, so a new version of the crate must not change them.
#[test]
fn the_fingerprint_of_a_document_is_the_one_of_earlier_versions() {
    let mut document = rich();
    // What earlier versions did not know.
    document["segment"].as_array_mut().unwrap().drain(1..3);
    let axis = document["axis"][1].as_object_mut().unwrap();
    axis.retain(|key, _| !matches!(&**key, "missing" | "min_coverage"));
    assert_eq!(fingerprint(&document), "577aedbd74106c1f6597d9c07e79f5c3");
}

#[test]
fn a_field_named_both_plainly_and_below_field_reads_back() {
    let when = json!({ "field": { "seats": { "at_least": 5 } }, "seats": { "at_least": 9 } });
    let model = model(&json!({ "format": 1, "name": "x", "required": [{ "id": "r", "when": when }] }));
    let read = self::model(&serde_json::to_value(&model).unwrap());
    let seven = Record::new().with("seats", 7);
    let verdict = |model: &Model| scorer(model).score(&seven, at("2026-11-22")).verdict();
    assert_eq!(verdict(&read), verdict(&model));
    assert_eq!(read.fingerprint(), model.fingerprint());
}

/// `where.amount` is refused, because people write it for the amount of the event.
#[test]
fn an_attribute_named_amount_is_written_below_field() {
    let selecting = json!({ "field": { "amount": { "at_least": 100 } } });
    let when = json!({ "events": { "order": { "where": selecting, "count": { "at_least": 1 } } } });
    let model = model(&json!({ "format": 1, "name": "x", "required": [{ "id": "r", "when": when }] }));
    let written = serde_json::to_value(&model).unwrap();
    assert_eq!(written["required"][0]["when"]["events"]["order"]["where"], selecting);
    assert_eq!(self::model(&written).fingerprint(), model.fingerprint());
    assert!(model.attributes().eq([("order", "amount")]));
}

/// A table has one `ignore_case` for all its operators, and two tables on one field may differ in it.
#[test]
fn one_field_with_and_without_case_reads_back() {
    let starts = json!({ "starts_with": "A" });
    let contains = json!({ "contains": "b", "ignore_case": true });
    for (plain, escaped) in [(&starts, &contains), (&contains, &starts)] {
        let when = json!({ "x": plain, "field": { "x": escaped } });
        let model = model(&json!({ "format": 1, "name": "x", "required": [{ "id": "r", "when": when }] }));
        let read = self::model(&serde_json::to_value(&model).unwrap());
        assert_eq!(read.fingerprint(), model.fingerprint(), "{when}");
        for (text, verdict) in [("ab", "ineligible"), ("Ab", "eligible"), ("AB", "eligible"), ("Aa", "ineligible")] {
            let record = Record::new().with("x", text);
            for model in [&model, &read] {
                let score = scorer(model);
                assert_eq!(score.score(&record, at("2026-11-22")).verdict().as_str(), verdict, "{when} {text}");
            }
        }
    }
}

#[test]
fn one_field_of_tags_with_and_without_case_reads_back() {
    let has = json!({ "has": "A" });
    let any = json!({ "has_any": ["b"], "ignore_case": true });
    for (plain, escaped) in [(&has, &any), (&any, &has)] {
        let when = json!({ "x": plain, "field": { "x": escaped } });
        let model = model(&json!({ "format": 1, "name": "x", "required": [{ "id": "r", "when": when }] }));
        let read = self::model(&serde_json::to_value(&model).unwrap());
        assert_eq!(read.fingerprint(), model.fingerprint(), "{when}");
        for (tags, verdict) in [(["A", "B"], "eligible"), (["a", "B"], "ineligible"), (["A", "C"], "ineligible")] {
            let score = scorer(&read);
            let score = score.score(&Record::new().with("x", tags), at("2026-11-22"));
            assert_eq!(score.verdict().as_str(), verdict, "{when} {tags:?}");
        }
    }
}

#[test]
fn a_field_named_score_and_the_score_may_be_in_any_order() {
    let both = |one: &str, other: &str| {
        let part = |name: &str| match name {
            "field" => json!({ "field": { "score": { "at_least": 50 } } }),
            _ => json!({ "score": { "at_least": 50 } }),
        };
        let promoter = json!({ "id": "p", "when": { "all": [part(one), part(other)] }, "plus": 1 });
        fingerprint(&json!({ "format": 1, "name": "x", "promoter": [promoter] }))
    };
    assert_eq!(both("field", "score"), both("score", "field"));
}

#[test]
fn a_model_that_only_rust_can_build_is_written_and_read() {
    let model = Model::new("x").required(Gate::new("r", event("login").days_since_last().at_least(3)));
    assert!(warmth::Scorer::<Record>::new(&model).is_ok());
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<Model>(&text).map_err(|error| error.to_string()), Ok(model));
}

#[test]
fn utc_offsets_that_differ_by_a_minute_have_different_fingerprints() {
    let offset = |minutes| Model::new("x").utc_offset_minutes(minutes);
    for (one, other) in [(60, 61), (0, -1), (1_438, 1_439)] {
        assert_ne!(offset(one).fingerprint(), offset(other).fingerprint());
    }
    assert_eq!(offset(1_439), offset(100_000));
}

#[test]
fn a_label_equal_to_the_id_means_the_same_as_no_label() {
    let label = r#""Flagship""#;
    let mut named = edited("/required/0/id", label);
    named["required"][0].as_object_mut().unwrap().remove("label");
    let mut labelled = named.clone();
    labelled["required"][0]["label"] = json(label);
    assert_eq!(fingerprint(&named), fingerprint(&labelled));
}

#[test]
fn a_limit_without_an_id_has_no_label_by_default() {
    let limit = |label: &str| {
        let limit = json!({ "when": { "a": true }, "at_most": 50, "label": label });
        fingerprint(&json!({ "format": 1, "name": "x", "limit": [limit] }))
    };
    let none = fingerprint(&json!({ "format": 1, "name": "x", "limit": [{ "when": { "a": true }, "at_most": 50 }] }));
    assert_ne!(limit(""), none);
    assert_ne!(limit("Cap"), none);
}

#[test]
fn a_model_written_as_toml_reads_back_with_the_same_meaning() {
    let model = toml_model("format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.field.seats = 1\nwhen.not.a = true");
    assert_eq!(toml_model(&toml::to_string(&model).unwrap()).fingerprint(), model.fingerprint());
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1_000_000_000..1_000_000_000_i64).prop_map(|eighths| Value::from(eighths as f64 / 8.0)),
        ".{0,6}".prop_map(Value::from),
        proptest::collection::vec(".{0,3}", 0..4).prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_record_reads_back(facts in proptest::collection::btree_map(".{0,6}", any_value(), 0..6)) {
        let record: Record = facts.into_iter().collect();
        let text = serde_json::to_string(&record).unwrap();
        prop_assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), record.clone());
        prop_assert_eq!(toml::from_str::<Record>(&toml::to_string(&record).unwrap()).unwrap(), record);
    }
}

#[test]
fn dates_and_times_in_a_record_read_back_as_equivalent_texts() {
    let date = at("2026-05-22").date_naive();
    let record = Record::new().with("date", date).with("time", at("2026-05-22T09:30:00Z")).with("nan", f64::NAN);
    let read: Record = serde_json::from_value(serde_json::to_value(&record).unwrap()).unwrap();
    assert_eq!(read.get("date"), Some(&"2026-05-22".into()));
    assert_eq!(read.get("time"), Some(&"2026-05-22T09:30:00Z".into()));
    assert_eq!(read.get("nan"), None);
    let on = |field: &str| json!({ "id": field, "when": { field: { "days_since": { "between": [10, 20] } } } });
    let scorer = scorer(&model(&json!({ "format": 1, "name": "x", "required": [on("date"), on("time")] })));
    for day in ["2026-06-01", "2026-06-11", "2026-06-12"] {
        assert_eq!(scorer.score(&read, at(day)), scorer.score(&record, at(day)), "{day}");
    }
}

#[test]
fn between_on_numbers_and_between_on_ages_are_both_written() {
    let aged = |low: i32, high: i32| {
        let events = event("login").count().aged_between(Span::days(30), Span::days(60));
        Model::new("x").required(Gate::new("r", events.between(low, high)))
    };
    assert_ne!(aged(2, 5).fingerprint(), aged(3, 9).fingerprint());
    assert_eq!(serde_json::from_str::<Model>(&serde_json::to_string(&aged(2, 5)).unwrap()).unwrap(), aged(2, 5));
}

#[test]
fn verdicts_grades_and_fingerprints_read_back() {
    let fingerprint = Model::new("x").fingerprint();
    assert_eq!(serde_json::from_value::<Fingerprint>(serde_json::to_value(fingerprint).unwrap()).unwrap(), fingerprint);
    assert_eq!(serde_json::from_str::<Verdict>("\"disqualified\"").unwrap(), Verdict::Disqualified);
    assert_eq!(serde_json::from_str::<Grade>("\"C4\"").unwrap().to_string(), "C4");
    for wrong in ["", "A", "A0", "J1", "a1", "A10"] {
        assert!(wrong.parse::<Grade>().is_err(), "{wrong}");
    }
}

/// The suggestions for segments that a play names by mistake, in a model with these segments.
fn suggestions(segments: &[String], named: &[String]) -> Vec<Option<String>> {
    let (last, others) = segments.split_last().unwrap();
    let others = others.iter().map(|name| json!({ "name": name, "when": { "n": 1 } }));
    let segments: Vec<_> = others.chain([json!({ "name": last })]).collect();
    let play = json!({ "name": "p", "segments": named });
    let model = model(&json!({ "format": 1, "name": "x", "segment": segments, "play": [play] }));
    let error = warmth::Scorer::<Record>::new(&model).unwrap_err();
    assert!(error.problems().iter().all(|problem| problem.code() == "unknown-name"), "{error}");
    error.problems().iter().map(|problem| problem.help().map(str::to_owned)).collect()
}

/// Without these bounds, a document within the limits could take minutes to refuse.
#[test]
fn suggestions_are_bounded_in_number_names_and_length() {
    let help = |name: &str| Some(format!("did you mean `{name}`?"));
    let named = |name: &str| [name.to_owned()];
    // The first 100 problems.
    let many: Vec<_> = (0..103).map(|i| format!("enterprise{i}")).collect();
    let found = suggestions(&named("enterprise"), &many);
    assert_eq!(found[..100], vec![help("enterprise"); 100]);
    assert_eq!(found[100..], [const { None }; 3]);
    // The first 1,000 names.
    let fillers = |count: usize| (0..count).map(|i| format!("{i:04}"));
    let with_fillers = |count| -> Vec<String> { fillers(count).chain(named("enterprise")).collect() };
    assert_eq!(suggestions(&with_fillers(999), &named("enterprize")), [help("enterprise")]);
    assert_eq!(suggestions(&with_fillers(1_000), &named("enterprize")), [None]);
    // Names of up to 64 bytes.
    for (bytes, expected) in [(64, help(&"a".repeat(64))), (65, None)] {
        let (known, written) = ("a".repeat(bytes), "a".repeat(bytes - 1) + "b");
        assert_eq!(suggestions(&named(&known), &named(&written)), [expected]);
    }
}

#[test]
fn values_of_every_kind_count_towards_the_size_of_a_document() {
    for value in ["null", "\"\"", "0", "[]", "{}", "false"] {
        let row = format!("[{}]", vec![value; 9_999].join(","));
        let text = format!(r#"{{ "format": 1, "name": "x", "case": [{}] }}"#, vec![row; 20].join(","));
        let error = Model::read(&mut serde_json::Deserializer::from_str(&text)).unwrap_err();
        assert!(
            error.problems().iter().any(|problem| problem.help() == Some("the limit is `document_bytes`")),
            "{value}"
        );
    }
}
