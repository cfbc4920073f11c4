//! Documents and stored values within the limits that are made to be expensive.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::de::value::{Error, MapDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};
use serde_json::{Value as Json, json};
use warmth::explain::OwnedObserved;
use warmth::recourse::{Action, Target};
use warmth::{
    Activity, DocumentLimits, Event, Fact, Facts, Field, Kind, Model, PathSegment, Points, Problem, Record, Recourse,
    Resolution, Scorer, Truth, Value,
};

use crate::support::{at, model, scorer, second};

/// Much longer than the work takes on a slow machine, and much shorter than it would take if it were quadratic.
const DEADLINE: Duration = Duration::from_secs(20);

#[track_caller]
#[expect(clippy::disallowed_methods, reason = "measures how long the work takes")]
fn in_time<T>(work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    let taken = start.elapsed();
    assert!(taken < DEADLINE, "this took {taken:?}");
    done
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:05}")).collect()
}

/// A document with the tags `t` and `u` in a case that expects the score 0.
fn with_tags(when: &Json, tags: &[String], others: &[String]) -> Model {
    let case = json!({
        "name": "c", "as_of": "2026-11-22T09:00:00Z", "facts": { "t": tags, "u": others }, "expect": { "score": 0 },
    });
    let gates: Vec<_> =
        (0..64).map(|gate| json!({ "id": format!("g{gate}"), "when": { "all": vec![when; 30] } })).collect();
    let reads = json!({ "id": "u", "when": { "u": { "count": { "at_least": 0 } } } });
    model(&json!({ "format": 1, "name": "x", "required": [reads], "disqualifying": gates, "case": [case] }))
}

#[test]
fn a_case_of_many_tags_is_verified_in_time() {
    let (tags, most) = (numbered(10_000), numbered(9_999));
    for when in [
        json!({ "t": { "count": 10_000 } }),
        json!({ "u": { "any_not_in": "t" } }),
        json!({ "t": { "any_not_in": "u" } }),
        json!({ "t": { "has": "09999" } }),
        json!({ "t": { "has_all": ["0", "1", "00000"] } }),
    ] {
        let model = with_tags(&when, &tags, &most);
        assert_eq!(in_time(|| model.verify()), Ok(1), "{when}");
    }
    for op in ["has_any", "has_all", "has_none"] {
        let model = with_tags(&json!({ "t": { "count": 10_000 } }), &tags, &most);
        let missing: Vec<_> = tags.iter().map(|tag| format!("x{tag}")).collect();
        let gate = json!({ "id": "long", "when": { "t": { op: missing } } });
        let mut document = serde_json::to_value(&model).unwrap();
        document["required"].as_array_mut().unwrap().push(gate);
        let model = crate::support::model(&document);
        assert_eq!(in_time(|| model.verify()), Ok(1), "{op}");
    }
    let rows: serde_json::Map<_, _> = tags.iter().map(|tag| (tag.clone(), json!(1))).collect();
    let rule = json!({ "id": "r", "values": { "t": rows }, "combine": "best" });
    let case =
        json!({ "name": "c", "as_of": "2026-11-22T09:00:00Z", "facts": { "t": tags }, "expect": { "score": 100 } });
    let model = model(&json!({ "format": 1, "name": "x", "axis": [{ "name": "a", "rule": [rule] }], "case": [case] }));
    assert_eq!(in_time(|| model.verify()), Ok(1));
}

/// Long lists of tags in a record have an index.
#[test]
fn tags_of_a_record_have_no_order_and_count_once() {
    let numbers = |range: std::ops::Range<u32>| range.map(|n| n.to_string()).collect::<Vec<_>>();
    let lists = [
        numbers(0..3),
        numbers(0..15),
        numbers(0..16),
        numbers(3..40),
        numbers(0..40),
        [numbers(0..9), numbers(0..9)].concat(),
        vec!["1".to_owned(); 20],
        vec!["7".to_owned(); 3],
        Vec::new(),
    ];
    let gate = |id: &str, when: Json| json!({ "id": id, "when": when });
    let document = json!({ "format": 1, "name": "x", "required": [
        gate("none", json!({ "t": { "any_not_in": "u" } })), gate("count", json!({ "t": { "count": 9 } })),
        gate("any", json!({ "t": { "has_any": ["3", "x"] } })), gate("all", json!({ "t": { "has_all": ["3", "7"] } })),
    ] });
    let scorer = scorer(&model(&document));
    for tags in &lists {
        for others in &lists {
            let mut reversed = tags.clone();
            reversed.reverse();
            let mut distinct = tags.clone();
            distinct.sort();
            distinct.dedup();
            let has = |tag: &str| distinct.iter().any(|own| own == tag);
            let expected =
                [distinct.iter().any(|tag| !others.contains(tag)), distinct.len() == 9, has("3"), has("3") && has("7")];
            let failed: Vec<_> = ["none", "count", "any", "all"]
                .into_iter()
                .zip(expected)
                .filter(|(_, holds)| !holds)
                .map(|(id, _)| id)
                .collect();
            for tags in [tags, &reversed] {
                let record = Record::new().with("t", tags.clone()).with("u", others.clone());
                let explanation = scorer.explain(&record, second(0));
                let failing = explanation.checks().filter(|check| check.truth != Truth::True);
                let found: Vec<_> = failing.map(|check| check.id).collect();
                assert_eq!(found, failed, "{tags:?} {others:?}");
            }
        }
    }
}

#[test]
fn a_record_forgets_the_tags_that_are_replaced() {
    let field = Field::named("t", Kind::Tags);
    let mut record = Record::new().with("t", numbered(20));
    for tags in [numbered(30), numbered(2)] {
        record.set("t", tags.clone());
        let Fact::Tags(own) = record.fact(&field) else { panic!("{record:?}") };
        assert_eq!((own.count(), own.contains("00001"), own.contains("00019")), (tags.len(), true, tags.len() > 19));
    }
    assert_eq!(record, Record::new().with("t", numbered(2)));
    record.set("t", numbered(20));
    record.remove("t");
    assert_eq!(record, Record::new());
}

/// The bytes of everything that a problem says.
fn bytes(problem: &Problem) -> usize {
    let segments = problem.segments().iter().map(|segment| match segment {
        PathSegment::Key(key) => key.len(),
        PathSegment::Index(_) => 0,
    });
    problem.to_string().len() + segments.sum::<usize>()
}

#[test]
fn the_problems_of_a_document_are_limited_in_number_and_size() {
    let key = "\u{1}".repeat(1_000);
    let ones = vec!["1"; 9_999].join(",");
    let rest = |text: &str| format!(r#"{{ "format": 1, "name": "x", {text} }}"#);
    let json_key = serde_json::to_string(&key).unwrap();
    let operators: String = (0..9_000).map(|n| format!(r#""{n}": 1, "#)).collect::<Vec<_>>().concat();
    let long: String = (0..900).map(|n| format!(r#""{}{n}": 1, "#, "k".repeat(1_000))).collect::<Vec<_>>().concat();
    let deep =
        (0..30).fold(format!("[{}]", vec!["1"; 9_000].join(",")), |inner, _| format!("{{ {json_key}: {inner} }}"));
    let repeated: String = r#""a": 1, "#.repeat(20_000);
    let deep_repeated =
        (0..40).fold(format!("{{ {repeated} \"b\": 1 }}"), |inner, _| format!("{{ {json_key}: {inner} }}"));
    for (what, text, least) in [
        (
            "one_of",
            rest(&format!(r#""required": [{{ "id": "g", "when": {{ {json_key}: {{ "one_of": [{ones}] }} }} }}]"#)),
            100,
        ),
        (
            "operators",
            rest(&format!(r#""required": [{{ "id": "g", "when": {{ {json_key}: {{ {operators} "x": 1 }} }} }}]"#)),
            100,
        ),
        ("keys", rest(&format!(r#"{long} "axis": []"#)), 100),
        ("unknown", rest(&format!(r#""axis": {deep}, {operators} "grade": 1"#)), 1_000),
        ("repeated", rest(&format!(r#"{repeated} "axis": []"#)), 1_000),
        ("deep", rest(&format!(r#""axis": {deep_repeated}"#)), 10),
    ] {
        let read = || Model::read(&mut serde_json::Deserializer::from_str(&text)).unwrap_err();
        let error = in_time(read);
        let problems = error.problems();
        let last = problems.last().unwrap();
        assert_eq!(
            (last.code(), last.path(), last.help()),
            ("more-problems", "", Some("correct these first")),
            "{what}"
        );
        assert!((least..=1_001).contains(&problems.len()), "{what}: {}", problems.len());
        assert!(problems.iter().map(bytes).sum::<usize>() < 2 << 20, "{what}");
        assert!(problems.iter().all(|problem| problem.path().len() < 20_000 && problem.message().len() <= 1_024));
    }
}

#[test]
fn the_problems_of_cases_are_limited_in_number_and_size() {
    let facts: serde_json::Map<_, _> =
        numbered(10_000).into_iter().map(|field| (field, json!("x".repeat(20)))).collect();
    let case = |facts: &Json, expect: Json| json!({ "name": "c", "as_of": "2026-11-22T09:00:00Z", "facts": facts, "expect": expect });
    let document = json!({ "format": 1, "name": "x", "case": [case(&json!(facts), json!({ "score": 0 }))] });
    let error = model(&document).verify().unwrap_err();
    assert_eq!(error.problems().len(), 1_001);
    assert_eq!(
        error.problems()[1_000].to_string(),
        "more-problems: the list ends after 1000 problems; correct these first"
    );

    let name = "n".repeat(1_000);
    let tags = json!({ "t": vec!["y".repeat(1_000); 500] });
    let gate = json!({ "id": "g", "when": { "t": "text" } });
    let document = json!({
        "format": 1, "name": "x", "required": [gate], "case": [case(&tags, json!({ "state": name }))],
    });
    let error = model(&document).verify().unwrap_err();
    assert_eq!(error.problems().iter().map(Problem::code).collect::<Vec<_>>(), ["wrong-kind", "case-failed"]);
    let message = error.problems()[0].message();
    assert!(
        message.starts_with("the model reads `t` as text, and `yyy") && message.ends_with("yyy` is not"),
        "{message}"
    );
    assert!(message.contains("yyy…yyy") && message.len() <= 1_024);
}

#[test]
fn long_keys_are_shortened_in_paths_and_not_in_segments() {
    for (key, shown) in [
        ("k".repeat(64), "k".repeat(64)),
        ("k".repeat(65), format!("\"{0}…{0}\"", "k".repeat(30))),
        ("é".repeat(40), format!("\"{0}…{0}\"", "é".repeat(15))),
    ] {
        let text = json!({ "format": 1, "name": "x", "axis": [{ "name": "a", &key: 1 }] }).to_string();
        let error = Model::read(&mut serde_json::Deserializer::from_str(&text)).unwrap_err();
        let [problem] = error.problems() else { panic!("{error}") };
        assert_eq!(problem.path(), format!("axis[0].{shown}"));
        assert_eq!(problem.segments()[2], PathSegment::Key(key));
    }
}

#[test]
fn an_activity_of_many_names_is_read_merged_and_collected_in_time() {
    let names: Vec<String> = (0..300_000).map(|name| format!("{name:06}")).collect();
    let events = || names.iter().rev().map(|name| Event::new(name, second(1)));
    let collected: Activity = in_time(|| events().collect());
    assert_eq!(collected.len(), names.len());
    let mut merged = Activity::new();
    merged.record("300000", second(2));
    merged.record("150000", second(1));
    in_time(|| merged.merge(&collected));
    assert_eq!(merged.len(), names.len() + 1);
    let stored = serde_json::to_string(&collected).unwrap();
    assert_eq!(in_time(|| serde_json::from_str::<Activity>(&stored).unwrap()), collected);
    let mut extended = Activity::with_resolution(Resolution::Day);
    in_time(|| extended.extend(events()));
    assert_eq!(extended.len(), names.len());
}

/// The instants of an activity are those of chrono, at every resolution.
#[test]
fn stored_instants_end_where_chrono_ends() {
    let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let scorer = scorer(&model(&json!({
        "format": 1, "name": "x",
        "axis": [{ "name": "a", "rule": [
            { "id": "s", "signal": { "event": "e", "points": 1, "max": 9, "decay": { "half_life": "14d" } } },
            { "id": "d", "bands": { "events": { "e": [[1, 5]] } }, "by": "days", "within": "30d" },
            { "id": "l", "bands": { "events": { "e": [[1, 5]] } }, "by": "days_since_last" },
        ] }],
    })));
    for resolution in ["second", "hour", "day"] {
        let read = |at: i64| {
            let stored = json!({ "resolution": resolution, "events": { "e": [[at, 1, 0]] } });
            serde_json::from_value::<Activity>(stored)
        };
        for at in [first.timestamp(), last.timestamp(), 0] {
            let activity = read(at).unwrap();
            let event = activity.events().next().unwrap();
            assert!(event.at.timestamp() <= at && at - event.at.timestamp() < 86_400, "{resolution} {at}");
            assert_eq!(serde_json::from_value::<Activity>(serde_json::to_value(&activity).unwrap()).unwrap(), activity);
            let mut coarser = Activity::with_resolution(Resolution::Day);
            coarser.merge(&activity);
            assert_eq!(coarser.len(), 1);
            let record = Record::new().with_activity(activity);
            for as_of in [first, last, second(0)] {
                let score = scorer.score(&record, as_of);
                assert!(score.value() <= Points::from(100));
                assert_eq!(scorer.bounds(&record, as_of).value(), score.value()..=score.value());
                assert!(scorer.explain(&record, as_of).score() == score);
                scorer
                    .changes(&record, as_of, last, warmth::Projection::Score(Points::from(10)))
                    .take(3)
                    .for_each(drop);
            }
        }
        for at in [i64::MIN, first.timestamp() - 1, last.timestamp() + 1, i64::MAX] {
            let error = read(at).unwrap_err().to_string();
            assert_eq!(error, format!("the instant `{at}` is outside of the years -262143 to 262142"));
        }
    }
}

#[test]
fn a_stored_activity_names_each_event_once() {
    let read = serde_json::from_str::<Activity>;
    let error = read(r#"{ "events": { "e": [[1, 1, 0]], "e": [[3, 1, 0]] } }"#).unwrap_err();
    assert!(error.to_string().starts_with("the event name `e` is repeated"), "{error}");
    assert_eq!(read(r#"{ "events": { "e": [[3, 1, 0], [1, 2, 0], [3, 1, 0]], "d": [] } }"#).unwrap().len(), 2);
}

#[test]
fn the_last_of_repeated_fields_of_a_record_counts() {
    let read = |text| serde_json::from_str::<Record>(text).unwrap();
    assert_eq!(read(r#"{ "n": 1, "n": 2 }"#), Record::new().with("n", 2));
    assert_eq!(read(r#"{ "n": 1, "n": null }"#), Record::new());
    assert_eq!(read(r#"{ "n": null, "n": 1 }"#), Record::new().with("n", 1));
}

/// A fraction as `serde_json` passes it if `arbitrary_precision` is enabled.
#[derive(Clone, Copy)]
struct Private(&'static str);

impl<'de> Deserializer<'de> for Private {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(MapDeserializer::new([("$serde_json::private::Number", self.0)].into_iter()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_, Error> for Private {
    type Deserializer = Private;

    fn into_deserializer(self) -> Private {
        self
    }
}

#[test]
fn fractions_are_read_also_with_the_arbitrary_precision_of_serde_json() {
    assert_eq!(Value::deserialize(Private("9.5")), Ok(Value::Number(9.5)));
    assert_eq!(Value::deserialize(Private("-1e-3")), Ok(Value::Number(-0.001)));
    assert_eq!(Points::deserialize(Private("2.5")), Ok(Points::from_micros(2_500_000)));
    assert_eq!(Points::deserialize(Private("1e-6")), Ok(Points::from_micros(1)));
    assert!(Points::deserialize(Private("0.0000001")).is_err());
    assert_eq!(OwnedObserved::deserialize(Private("9.5")), Ok(OwnedObserved::Number(9.5)));
    let record = Record::deserialize(MapDeserializer::new([("n", Private("0.1"))].into_iter()));
    assert_eq!(record, Ok(Record::new().with("n", 0.1)));
    let other = || MapDeserializer::<_, Error>::new([("n", "0.1")].into_iter());
    assert!(Value::deserialize(other()).is_err() && Points::deserialize(other()).is_err());
    assert!(Value::deserialize(Private("nine")).is_err());
}

/// A condition that is `levels` joins deep.
fn joined(join: &str, levels: usize) -> Json {
    (0..levels).fold(json!({ "a": true }), |inner, _| match join {
        "not" => json!({ "not": inner }),
        "at_least_of" => json!({ "at_least_of": { "count": 1, "of": [inner] } }),
        join => json!({ join: [inner] }),
    })
}

#[test]
fn conditions_of_every_join_may_be_equally_deep() {
    let read = |join: &str, levels: usize, limits: &DocumentLimits| {
        let gate = json!({ "id": "g", "when": joined(join, levels) });
        let document = json!({ "format": 1, "name": "x", "required": [gate] });
        let model = Model::read_with_limits(document, limits);
        model.and_then(|model| Scorer::<Record>::new(&model).map(|_| ())).map_err(|error| error.to_string())
    };
    for join in ["all", "any", "not", "at_least_of"] {
        let limits = DocumentLimits::default();
        assert_eq!(read(join, 32, &limits), Ok(()), "{join}");
        for levels in [33, 300] {
            let error = read(join, levels, &limits).unwrap_err();
            assert!(error.contains("nested deeper than"), "{join} {levels}: {error}");
        }
        let limits = DocumentLimits { nesting: 3, ..DocumentLimits::default() };
        assert_eq!(read(join, 3, &limits), Ok(()), "{join}");
        assert!(read(join, 4, &limits).is_err(), "{join}");
        let limits = DocumentLimits { nesting: usize::MAX, ..DocumentLimits::default() };
        assert_eq!(read(join, 60, &limits), Ok(()), "{join}");
    }
}

#[test]
fn points_that_a_double_cannot_hold_are_refused() {
    let read = |points: &str| {
        let text = format!(
            r#"{{ "format": 1, "name": "x", "state": [
                {{ "name": "hot", "at_least_points": {points} }}, {{ "name": "cold", "at_least_points": 0 }}
            ] }}"#
        );
        let model = Model::read(&mut serde_json::Deserializer::from_str(&text)).map_err(|error| {
            assert_eq!(error.problems()[0].code(), "too-precise", "{error}");
        })?;
        Ok::<_, ()>(model.states()[0].from_points().unwrap())
    };
    for points in ["8589934591.999999", "8589934592", "-8589934591.000001", "123456789012", "0.1", "10.0"] {
        assert_eq!(read(points), Ok(points.parse().unwrap()), "{points}");
    }
    for points in ["8589934592.000001", "8589934592.000002", "123456789012.123456", "-123456789012.5", "0.1234567"] {
        assert_eq!(read(points), Err(()), "{points}");
    }
}

#[test]
fn a_count_and_the_format_may_be_written_as_doubles() {
    let text = r#"{ "format": 1.0, "name": "x", "axis": [{ "name": "a", "rule": [
        { "id": "s", "signal": { "event": "e", "points": 1, "most_recent": 3.0, "per_day": 2e0 } }
    ] }] }"#;
    let model = Model::read(&mut serde_json::Deserializer::from_str(text)).unwrap();
    let whole = text.replace("1.0", "1").replace("3.0", "3").replace("2e0", "2");
    assert_eq!(model, Model::read(&mut serde_json::Deserializer::from_str(&whole)).unwrap());
    for wrong in ["3.5", "0.0", "-1.0", "1e10"] {
        assert!(Model::read(&mut serde_json::Deserializer::from_str(&text.replace("3.0", wrong))).is_err(), "{wrong}");
    }
}

/// A model of 1,000 rules with 18 tests each over 250 fields, which a promoter joins.
fn wide() -> Model {
    let field = |rule: usize, test: usize| format!("f{}", (rule * 7 + test * 13) % 250);
    let rules: Vec<_> = (0..1_000)
        .map(|rule| {
            let tests: Vec<_> = (0..18).map(|test| json!({ field(rule, test): { "at_least": rule % 40 } })).collect();
            json!({ "id": rule.to_string(), "when": { "any": tests }, "points": 1 })
        })
        .collect();
    model(&json!({
        "format": 1, "name": "x", "axis": [{ "name": "a", "rule": rules }],
        "promoter": [{ "id": "p", "when": { "score": { "at_least": 50 } }, "plus": 1 }],
    }))
}

#[test]
fn bounds_and_questions_of_a_large_model_are_found_in_time() {
    let scorer = scorer(&wide());
    let record = Record::new();
    let bounds = in_time(|| scorer.bounds(&record, second(0)));
    assert_eq!(bounds.value(), Points::ZERO..=Points::from(100));
    let questions = in_time(|| bounds.questions());
    assert_eq!(questions.len(), 250);
    let missing_one = (1..250).fold(Record::new(), |record, field| record.with(format!("f{field}"), 20));
    let bounds = scorer.bounds(&missing_one, second(0));
    assert_eq!(bounds.questions().len(), 1);
    assert!(bounds.value().end() > bounds.value().start());
}

#[test]
fn recourse_for_a_long_history_is_found_in_time() {
    let scorer = scorer(&model(&json!({
        "format": 1, "name": "x",
        "axis": [{ "name": "a", "available": 1_000, "rule": [
            { "id": "s", "signal": { "event": "e", "points": 1, "window": "1h", "max": 100 } },
            { "id": "n", "bands": { "n": [[1, 1], [2, 2], [3, 3], [4, 4]] } },
        ] }],
    })));
    let mut activity: Activity = (0..400_000).map(|secs| Event::new("old", second(secs))).collect();
    let now = second(400_000);
    activity.record_with("e", now, 2, Points::ZERO);
    let record = Record::new().with_activity(activity);
    let actions = [
        Action::event("e").up_to(3).cost(2),
        Action::event("e").up_to(2_000).cost(3), // the same event again
        Action::event("e").amount(1).up_to(2).cost(1),
        Action::set("n", 4).cost(1),
    ];
    let reach = |points| in_time(|| scorer.recourse(&record, now, &Target::Score(points), &actions).unwrap());
    let plan = reach(Points::from(1)).plan().unwrap();
    assert_eq!(plan.to_string(), "record 2 e, record 2 e of 1, set n to 4: costs 7, then 1");
    assert!(matches!(reach(Points::from(50)), Recourse::Impossible));
    assert_eq!(reach(Points::from_micros(200_000)).plan().unwrap().to_string(), "nothing to do: costs 0, then 0.2");
}

#[test]
fn pruning_is_right_for_every_lifespan() {
    for decay in [
        json!({ "half_life": "1d" }),
        json!({ "linear": "90d" }),
        json!({ "polynomial": { "lifetime": "90d", "speed": 100 } }),
        json!({ "keep": { "percent": 99, "every": "36525d" } }),
        json!({ "keep": { "percent": 99.999999, "every": "1d" } }),
        json!({ "keep": { "percent": 100, "every": "1d" } }),
        json!({ "drop": { "percent": 0.000001, "every": "36525d" } }),
        json!({ "table": [["0d", 100], ["45d", 0]] }),
    ] {
        let signal = json!({ "event": "e", "points": 1, "max": 9, "decay": decay });
        let rule = json!({ "id": "s", "signal": signal });
        let axis = json!({ "name": "a", "rule": [rule] });
        let scorer = scorer(&model(&json!({ "format": 1, "name": "x", "axis": [axis] })));
        for now in [DateTime::<Utc>::MIN_UTC, at("2026-11-22"), DateTime::<Utc>::MAX_UTC] {
            let ages =
                [0, 1, 86_400, 64 * 86_400 - 1, 64 * 86_400, 64 * 86_400 + 1, 7_776_000, 7_776_001, 10_000_000_000];
            let instants = ages.iter().filter_map(|age| DateTime::from_timestamp(now.timestamp() - age, 0));
            let activity: Activity = instants.map(|at| Event::new("e", at)).collect();
            let mut pruned = activity.clone();
            scorer.prune(&mut pruned, now);
            let lifespan = scorer.lifespan().map_or(u64::MAX, warmth::Span::secs);
            let kept = activity.events().filter(|event| (now - event.at).num_seconds() as u64 <= lifespan);
            assert_eq!(pruned.events().collect::<Vec<_>>(), kept.collect::<Vec<_>>(), "{decay} {now}");
            let score = |activity: &Activity| scorer.score(&Record::new().with_activity(activity.clone()), now);
            assert_eq!(score(&pruned), score(&activity), "{decay} {now}");
        }
    }
}

#[test]
fn large_models_are_linted_in_time() {
    let read_twice: Vec<_> = (0..512)
        .map(|rule| {
            let of = json!({ "n": { "at_least": rule, "less_than": rule + 1 }, "t": { "has_any": numbered(3) } });
            json!({ "id": format!("r{rule}"), "when": { "any": vec![of; 12] }, "points": 1, "missing": "skip" })
        })
        .collect();
    let states: Vec<_> = (0..400).map(|at| json!({ "name": at.to_string(), "at_least_points": at })).collect();
    let joined = model(&json!({
        "format": 1, "name": "x", "axis": [{ "name": "a", "missing": "skip", "rule": read_twice }], "state": states,
        "limit": [{ "when": { "score": { "at_least": 3 }, "n": { "at_least": 4 } }, "at_most": 5 }],
    }));
    for model in [wide(), joined] {
        let lint = in_time(|| model.lint::<Record>().unwrap());
        assert_eq!(*lint.possible().value().end(), Points::from(100));
    }
    for (what, mut document) in crowded() {
        document["format"] = json!(1);
        document["name"] = json!("x");
        let text = document.to_string();
        // Much above the default limits, as a host may set them.
        let limits =
            DocumentLimits { rules: 8_192, condition_tests: 50_000, fields: 10_000, ..DocumentLimits::default() };
        let read = Model::read_with_limits(&mut serde_json::Deserializer::from_str(&text), &limits);
        let Ok(model) = read else { continue };
        let lint = in_time(|| model.lint::<Record>());
        assert!(lint.is_ok_and(|lint| lint.warnings().len() <= 1_001) || model.verify().is_err(), "{what}");
    }
}

/// Documents of up to a mebibyte with very many of one thing.
fn crowded() -> Vec<(&'static str, Json)> {
    let name = |number: usize| format!("{number:04}");
    let gate = |id: usize, when: Json| json!({ "id": name(id), "when": when });
    let axis = |rules: Vec<Json>| json!([{ "name": "a", "available": 100, "rule": rules }]);
    let rule = |id: usize, key: &str, worth: Json| json!({ "id": name(id), key: worth, "group": name(id) });
    let groups = |count: usize| (0..count).map(|group| json!({ "name": name(group) })).collect::<Vec<_>>();
    let case = |facts: Json, events: Json| json!({ "name": "c", "as_of": "2026-11-22T09:00:00Z", "facts": facts, "events": events, "expect": { "score": 0 } });
    let table = |count: usize, value: Json| -> Json {
        (0..count).map(|key| (name(key), value.clone())).collect::<serde_json::Map<_, _>>().into()
    };
    let names = |count: usize| (0..count).map(name).collect::<Vec<_>>();
    let states =
        |count: usize| (0..count).map(|at| json!({ "name": name(at), "at_least_points": at })).collect::<Vec<_>>();
    let tests = json!({ "any": vec![json!({ "a": 1 }); 9_000] });
    let of_events = |event: Json| json!({ "event": event, "points": 1, "max": 2 });
    let rows = (0..9_000).map(|row| json!([row, row % 3])).collect::<Vec<_>>();
    let ages = (0..9_000).map(|row| json!([format!("{row}s"), 100.0 - f64::from(row) / 100.0])).collect::<Vec<_>>();
    let event = |number: usize| json!({ "event": name(number), "at": "2026-11-22T09:00:00Z" });
    vec![
        ("tests", json!({ "required": [gate(0, json!({ "any": vec![tests; 2] }))] })),
        ("tests in a table", json!({ "required": [gate(0, table(9_000, json!({ "at_least": 1, "at_most": 3 })))] })),
        (
            "tests on a field",
            json!({ "required": [gate(0, json!({ "all": vec![json!({ "a": { "one_of": names(20) } }); 2_000] }))] }),
        ),
        ("gates", json!({ "required": (0..9_000).map(|id| gate(id, json!({ "a": 1 }))).collect::<Vec<_>>() })),
        ("gates of one id", json!({ "required": (0..9_000).map(|_| gate(0, json!({ "a": 1 }))).collect::<Vec<_>>() })),
        (
            "groups",
            json!({ "axis": [{ "name": "a", "available": 9, "group": groups(9_900), "rule":
            (0..1_000).map(|id| json!({ "id": name(id), "group": name(9_899 - id), "when": { "a": 1 }, "points": 1 })).collect::<Vec<_>>() }] }),
        ),
        (
            "unknown groups",
            json!({ "axis": [{ "name": "a", "available": 9, "group": groups(9_900), "rule":
            (0..1_000).map(|id| json!({ "id": name(id), "group": "none", "when": { "a": 1 }, "points": 1 })).collect::<Vec<_>>() }] }),
        ),
        (
            "values",
            json!({ "axis": axis((0..4).map(|id| rule(id, "values", json!({ "t": table(9_900, json!(1)) }))).collect()) }),
        ),
        (
            "rows",
            json!({ "axis": axis((0..1).map(|id| rule(id, "first", json!(vec![json!({ "when": { "a": 1 }, "points": 1 }); 9_900]))).collect()) }),
        ),
        ("bands", json!({ "axis": axis((0..3).map(|id| rule(id, "bands", json!({ "n": rows.clone() }))).collect()) })),
        (
            "decay",
            json!({ "axis": axis((0..3).map(|id| rule(id, "signal", json!({ "event": "e", "points": 1, "decay": { "table": ages.clone() } }))).collect()) }),
        ),
        (
            "names of events",
            json!({ "axis": axis((0..5).map(|id| rule(id, "signal", of_events(json!(names(9_900))))).collect()) }),
        ),
        (
            "states and plays",
            json!({ "state": states(1_000), "play":
            (0..20).map(|play| json!({ "name": name(play), "states": vec![name(999); 3_000] })).collect::<Vec<_>>() }),
        ),
        (
            "segments",
            json!({ "segment": (0..9_000).map(|id| json!({ "name": name(id), "when": { "a": 1 } })).collect::<Vec<_>>() }),
        ),
        (
            "axes",
            json!({ "axis": (0..9_000).map(|id| json!({ "name": name(id), "available": 1 })).collect::<Vec<_>>() }),
        ),
        ("unknown keys", table(9_900, json!(1))),
        (
            "texts",
            json!({ "required": (0..4).map(|id| gate(id, json!({ "t": { "one_of": names(9_900) } }))).collect::<Vec<_>>(),
            "case": vec![case(json!({ "t": "none" }), json!([])); 1_000] }),
        ),
        ("facts", json!({ "case": [case(table(9_900, json!(1)), json!([]))] })),
        (
            "facts that are read",
            json!({ "required": (0..200).map(|id| gate(id, json!({ name(id): 1 }))).collect::<Vec<_>>(),
            "case": vec![case(table(100, json!(2)), json!([])); 300] }),
        ),
        ("events", json!({ "case": [case(json!({}), json!((0..9_900).map(event).collect::<Vec<_>>()))] })),
        (
            "events backwards",
            json!({ "case": [case(json!({}), json!((0..9_900).rev().map(event).collect::<Vec<_>>()))] }),
        ),
        (
            "expectations",
            json!({ "case": [{ "name": "c", "as_of": "2026-11-22T09:00:00Z",
            "expect": { "axes": table(9_900, json!(1)) } }] }),
        ),
        (
            "cuts",
            json!({ "grade": { "fit": { "axis": "a", "cuts": vec![1; 9_900] }, "activity": { "axis": "a", "cuts": vec![1; 9_900] } } }),
        ),
    ]
}

#[test]
fn documents_of_very_many_parts_are_read_compiled_verified_and_written_in_time() {
    for (_, mut document) in crowded() {
        document["format"] = json!(1);
        document["name"] = json!("x");
        let text = document.to_string();
        in_time(|| {
            if let Ok(model) = Model::read(&mut serde_json::Deserializer::from_str(&text)) {
                let _ = (Scorer::<Record>::new(&model).is_ok(), model.verify().is_ok());
                let _ = (model.fingerprint(), model.scoring_fingerprint(), serde_json::to_string(&model).unwrap());
                let _ = (model.fields().count(), model.events().count());
            }
        });
    }
}
