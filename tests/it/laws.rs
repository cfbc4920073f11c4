//! Properties that hold for every model, subject and instant.

use fastrand::Rng;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use warmth::{Activity, Facts, Points, Record, Score, Scorer, Verdict};

use crate::support::{Subject, activity, cases, model, record, scaled, scorer, second, subject, subjects};

/// A condition that is always true, as activity is never unknown.
fn always() -> Json {
    json!({ "events": { "*": { "count": { "at_least": 0 } } } })
}

fn never() -> Json {
    json!({ "not": always() })
}

/// A condition that is always unknown, as no subject has this field.
fn unknown() -> Json {
    json!({ "nobody_has_this": { "at_least": 1 } })
}

fn score_of(document: &Json, record: &Record, subject: &Subject, check: impl FnOnce(Score<'_>)) {
    check(scorer(&model(document)).score(record, subject.as_of));
}

fn with_one_more(document: &Json, section: &str, item: Json) -> Json {
    let mut document = document.clone();
    match document.get_mut(section) {
        Some(Json::Array(items)) => items.push(item),
        _ => document[section] = json!([item]),
    }
    document
}

fn bytes(score: &Score<'_>) -> Vec<u8> {
    serde_json::to_vec(score).unwrap()
}

/// Everything in a score, with the axes sorted by name.
fn contents(score: &Score<'_>) -> (String, Vec<(String, Points, Points)>) {
    let mut axes: Vec<_> = score.axes().map(|axis| (axis.name.to_owned(), axis.raw, axis.score)).collect();
    axes.sort();
    let play = score.play().map(|play| (play.name(), play.owner(), play.respond_within()));
    let rest = (score.verdict(), score.value(), score.grade(), score.state(), score.segment(), play);
    (format!("{rest:?}"), axes)
}

#[test]
fn scores_are_from_0_to_100_for_every_input() {
    let strangers: Vec<_> = subjects(900_000..900_008).collect();
    let (zero, full) = (Points::ZERO, Points::from(100));
    for subject in subjects(0..scaled(3_000)) {
        let empty = (Record::new(), subject.as_of);
        let others = strangers.iter().map(|other| (other.record.clone(), other.as_of));
        for (record, as_of) in others.chain([(subject.record.clone(), subject.as_of), empty]) {
            let score = subject.scorer.score(&record, as_of);
            assert!((zero..=full).contains(&score.value()), "seed {}: {score:?}", subject.seed);
            assert!(score.axes().all(|axis| (zero..=full).contains(&axis.score)), "seed {}: {score:?}", subject.seed);
            let names = score.grade().is_some()
                || score.state().is_some()
                || score.segment().is_some()
                || score.play().is_some();
            let is_scored = matches!(score.verdict(), Verdict::Eligible | Verdict::Undetermined);
            let is_empty = score.axes().count() == 0 && !names && score.value() == zero;
            assert!(is_scored || is_empty, "seed {}: {score:?}", subject.seed);
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let subjects: Vec<Subject> = subjects(0..scaled(2_000)).collect();
    let score_all = || -> Vec<Vec<u8>> {
        subjects.iter().map(|subject| bytes(&subject.scorer.score(&subject.record.clone(), subject.as_of))).collect()
    };
    let on_another_thread = std::thread::scope(|scope| scope.spawn(score_all).join().unwrap());
    for (Subject { seed, model, scorer, record, as_of, .. }, on_another_thread) in
        subjects.iter().zip(on_another_thread)
    {
        let score = scorer.score(record, *as_of);
        let again = Scorer::<Record>::new(&model.clone()).unwrap();
        let clone = scorer.clone();
        for other in [scorer.score(record, *as_of), again.score(record, *as_of), clone.score(record, *as_of)] {
            assert_eq!(score, other, "seed {seed}");
            assert_eq!(bytes(&score), bytes(&other), "seed {seed}");
        }
        assert_eq!(bytes(&score), on_another_thread, "seed {seed}");
        assert_eq!(scorer.fingerprint(), model.fingerprint(), "seed {seed}");
    }
}

#[test]
fn fractions_of_a_second_do_not_change_a_score() {
    for Subject { seed, scorer, record, as_of, .. } in subjects(0..scaled(500)) {
        let later = as_of + chrono::TimeDelta::nanoseconds(999_999_999);
        assert_eq!(scorer.score(&record, as_of), scorer.score(&record, later), "seed {seed}");
    }
}

#[test]
fn a_score_does_not_depend_on_the_subjects_scored_before() {
    let strangers: Vec<_> = subjects(900_000..900_020).collect();
    for subject in subjects(0..scaled(100)) {
        let score = |other: &Subject| bytes(&subject.scorer.score(&other.record, other.as_of));
        let forward: Vec<_> = strangers.iter().map(score).collect();
        let mut backward: Vec<_> = strangers.iter().rev().map(score).collect();
        backward.reverse();
        assert_eq!(forward, backward, "seed {}", subject.seed);
    }
}

/// Shuffles every list whose order has no meaning. The order of rows, bands, segments, plays and cuts has one.
fn shuffle(node: &mut Json, rng: &mut Rng) {
    const UNORDERED: &[&str] =
        &["required", "disqualifying", "axis", "rule", "group", "promoter", "limit", "state", "all", "any", "of"];
    match node {
        Json::Object(entries) => {
            for (key, value) in entries {
                if let (true, Json::Array(items)) = (UNORDERED.contains(&key.as_str()), &mut *value) {
                    rng.shuffle(items);
                }
                shuffle(value, rng);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| shuffle(item, rng)),
        _ => {}
    }
}

/// The same events in another order, each recorded in two parts.
fn reordered(subject: &Subject, rng: &mut Rng) -> Activity {
    let mut parts = Vec::new();
    for event in subject.record.activity().events() {
        let first = rng.u32(..=event.count);
        parts.extend([event.count(first), event.count(event.count - first)]);
    }
    rng.shuffle(&mut parts);
    let mut activity = Activity::new();
    for event in parts {
        activity.record_event(event);
    }
    activity
}

#[test]
fn order_does_not_change_a_score_or_a_fingerprint() {
    for subject in subjects(0..scaled(2_500)) {
        let rng = &mut Rng::with_seed(subject.seed);
        let mut document = subject.instance.model.clone();
        shuffle(&mut document, rng);
        let record = subject.record.clone().with_activity(reordered(&subject, rng));
        let score = subject.scorer.score(&subject.record, subject.as_of);
        score_of(&document, &record, &subject, |shuffled| {
            assert_eq!(contents(&score), contents(&shuffled), "seed {}", subject.seed);
        });
        assert_eq!(subject.model.fingerprint(), model(&document).fingerprint(), "seed {}", subject.seed);
    }
}

#[test]
fn axes_are_reported_in_the_order_of_the_document() {
    for Subject { instance, scorer, record, as_of, .. } in subjects(0..scaled(500)) {
        let score = scorer.score(&record, as_of);
        let names: Vec<_> = score.axes().map(|axis| axis.name).collect();
        let axes = instance.model["axis"].as_array().unwrap();
        let expected: Vec<_> = axes.iter().map(|axis| axis["name"].as_str().unwrap()).collect();
        assert!(names.is_empty() || names == expected, "{names:?} {expected:?}");
    }
}

#[test]
fn one_more_gate_changes_the_verdict_as_documented() {
    for subject in subjects(0..scaled(900)) {
        let document = &subject.instance.model;
        let before = subject.scorer.score(&subject.record, subject.as_of).verdict();
        for (section, when, expected) in [
            ("disqualifying", always(), Verdict::Disqualified),
            ("disqualifying", never(), before),
            ("disqualifying", unknown(), before),
            ("required", always(), before),
            ("required", never(), before.max(Verdict::Ineligible)),
            ("required", unknown(), before.max(Verdict::Undetermined)),
        ] {
            let gated = with_one_more(document, section, json!({ "id": "gate", "when": when }));
            score_of(&gated, &subject.record, &subject, |score| {
                assert_eq!(score.verdict(), expected, "seed {}: {section} {when}", subject.seed);
                assert!(score.verdict() < Verdict::Ineligible || score.value() == Points::ZERO);
            });
        }
    }
}

#[test]
fn missing_says_how_a_gate_treats_an_unknown_condition() {
    for (section, missing, expected) in [
        ("required", json!("holds"), Verdict::Eligible),
        ("required", json!("fails"), Verdict::Ineligible),
        ("disqualifying", json!("holds"), Verdict::Disqualified),
        ("disqualifying", json!("fails"), Verdict::Eligible),
    ] {
        let gate = json!({ "id": "gate", "when": unknown(), "missing": missing });
        let scorer = scorer(&model(&json!({ "format": 1, "name": "x", section: [gate] })));
        assert_eq!(scorer.score(&Record::new(), second(0)).verdict(), expected, "{section} {missing}");
    }
}

#[test]
fn promoters_never_lower_a_score() {
    for subject in subjects(0..scaled(1_000)) {
        // A promoter that is never true still gives its fields their kinds; a removed one would not.
        let mut none = subject.instance.model.clone();
        for promoter in none.get_mut("promoter").and_then(Json::as_array_mut).into_iter().flatten() {
            promoter["when"] = json!({ "all": [promoter["when"], never()] });
        }
        let promoted = subject.scorer.score(&subject.record, subject.as_of);
        score_of(&none, &subject.record, &subject, |score| {
            assert!(promoted.value() >= score.value(), "seed {}", subject.seed);
            assert_eq!(
                (promoted.verdict(), promoted.grade()),
                (score.verdict(), score.grade()),
                "seed {}",
                subject.seed
            );
            assert!(promoted.axes().eq(score.axes()), "seed {}", subject.seed);
        });
        for (when, plus) in [(always(), 0.000_001), (always(), 40.0), (never(), 40.0), (unknown(), 40.0)] {
            let promoter = json!({ "id": "more", "when": when, "plus": plus });
            score_of(
                &with_one_more(&subject.instance.model, "promoter", promoter),
                &subject.record,
                &subject,
                |score| {
                    assert!(score.value() >= promoted.value(), "seed {}", subject.seed);
                    assert!(when == always() || score == promoted, "seed {}", subject.seed);
                },
            );
        }
    }
}

#[test]
fn one_more_positive_rule_never_lowers_raw_points() {
    for subject in subjects(0..scaled(900)) {
        let before = subject.scorer.score(&subject.record, subject.as_of);
        for axis in 0..subject.instance.model["axis"].as_array().unwrap().len() {
            let groups = subject.instance.model["axis"][axis]["group"].as_array().cloned().unwrap_or_default();
            let groups: Vec<_> = groups.iter().map(|group| Some(group["name"].clone())).chain([None]).collect();
            for group in groups {
                let mut document = subject.instance.model.clone();
                let mut rule = json!({ "id": "more", "when": always(), "points": 2.5 });
                if let Some(group) = &group {
                    rule["group"] = group.clone();
                }
                document["axis"][axis] = with_one_more(&document["axis"][axis], "rule", rule);
                score_of(&document, &subject.record, &subject, |after| {
                    for (index, (before, after)) in before.axes().zip(after.axes()).enumerate() {
                        let gain = after.raw - before.raw;
                        let expected = match (index == axis, &group) {
                            (false, _) => gain == Points::ZERO,
                            (true, None) => gain == "2.5".parse().unwrap(),
                            (true, Some(_)) => (Points::ZERO..="2.5".parse().unwrap()).contains(&gain),
                        };
                        assert!(expected, "seed {}: {gain} in {group:?}", subject.seed);
                    }
                });
            }
        }
    }
}

/// A model of two axes without rules, whose bases are `fit` and `activity`.
fn of_bases(fit: i64, activity: i64, cuts: &[i64], bounds: &[i64]) -> Json {
    let points = |micros: &i64| serde_json::to_value(Points::from_micros(*micros)).unwrap();
    let axis = |name: &str, base: i64| json!({ "name": name, "base": points(&base), "available": 100 });
    let side = |name: &str| json!({ "axis": name, "cuts": cuts.iter().map(points).collect::<Vec<_>>() });
    let states = bounds.iter().map(|bound| json!({ "name": bound.to_string(), "at_least": points(bound) }));
    json!({
        "format": 1,
        "name": "bases",
        "total": "min",
        "axis": [axis("fit", fit), axis("activity", activity)],
        "grade": { "fit": side("fit"), "activity": side("activity") },
        "state": states.collect::<Vec<_>>(),
    })
}

const FULL: i64 = 100_000_000;

fn falling_cuts() -> impl Strategy<Value = Vec<i64>> {
    let cut = prop_oneof![0..=FULL, (0_i64..=100).prop_map(|whole| whole * 1_000_000)];
    proptest::collection::btree_set(cut, 1..=8).prop_map(|cuts| cuts.into_iter().rev().collect())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_score_gets_the_letter_number_and_state_of_the_highest_bound_reached(cuts in falling_cuts(), score in 0..=FULL) {
        let at_the_cuts = cuts.iter().flat_map(|cut| [cut - 1, *cut, cut + 1]);
        let bounds: Vec<_> = cuts.iter().copied().chain([0]).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        for micros in at_the_cuts.chain([score, 0, FULL, -1, FULL + 1]) {
            let scorer = scorer(&model(&of_bases(micros, FULL, &cuts, &bounds)));
            let score = scorer.score(&Record::new(), second(0));
            let clamped = micros.clamp(0, FULL);
            let missed = cuts.iter().filter(|cut| clamped < **cut).count() as u8;
            prop_assert_eq!(score.grade().unwrap().fit(), char::from(b'A' + missed));
            prop_assert_eq!(score.grade().unwrap().activity(), 1);
            prop_assert_eq!(score.value().micros(), clamped);
            let reached = bounds.iter().rfind(|bound| **bound <= clamped).unwrap();
            prop_assert_eq!(score.state().unwrap(), reached.to_string());
            let mirrored = model(&of_bases(FULL, micros, &cuts, &bounds));
            let grade = self::scorer(&mirrored).score(&Record::new(), second(0)).grade().unwrap();
            prop_assert_eq!((grade.fit(), grade.activity()), ('A', missed + 1));
        }
    }
}

/// The document without gates, its fit axis reduced to rules on facts, and its activity axis to rules on events.
fn separated(document: &Json) -> Option<Json> {
    let mut document = document.clone();
    let axis_of = |side: &str| document["grade"][side]["axis"].as_str().map(str::to_owned);
    let (fit, activity) = (axis_of("fit")?, axis_of("activity")?);
    let map = document.as_object_mut()?;
    // The others cannot change a grade, and may test rules that are removed here.
    for section in ["required", "disqualifying", "promoter", "limit", "segment", "play"] {
        map.remove(section);
    }
    for axis in document["axis"].as_array_mut()? {
        let name = axis["name"].as_str()?.to_owned();
        let axis = axis.as_object_mut()?;
        axis.remove("group");
        axis.insert("available".to_owned(), json!(100));
        for rule in axis.get_mut("rule").and_then(Json::as_array_mut).into_iter().flatten() {
            rule.as_object_mut()?.remove("group");
            if rule["missing"] == "skip" {
                rule.as_object_mut()?.remove("missing");
            }
        }
        if let Some(Json::Array(rules)) = axis.get_mut("rule") {
            let reads_events = |rule: &Json| rule.get("signal").is_some() || rule.to_string().contains("\"events\"");
            // A window from or until a date of the subject.
            let is_field =
                |edge: &Json| edge.as_str().is_some_and(|edge| !edge.starts_with(|c: char| c.is_ascii_digit()));
            let reads_date = |window: &Json| is_field(&window["since"]) || is_field(&window["until"]);
            let reads_facts = |rule: &Json| {
                rule.get("when").is_some()
                    || rule.get("signal").is_none() && rule["bands"].get("events").is_none()
                    || reads_date(&rule["signal"]["window"])
                    || reads_date(&rule["within"])
            };
            rules.retain(|rule| (name != fit || !reads_events(rule)) && (name != activity || !reads_facts(rule)));
        }
    }
    Some(document)
}

#[test]
fn events_do_not_change_the_letter_of_a_grade_and_facts_do_not_change_its_number() {
    let strangers: Vec<_> = (900_000..900_012).map(subject).collect();
    let (mut letters, mut numbers) = (0_u64, 0_u64);
    for subject in subjects(0..scaled(2_500)) {
        let Some(document) = separated(&subject.instance.model) else { continue };
        let scorer = scorer(&model(&document));
        // A grade of a skipped axis does not exist.
        let grade = |record: &Record| scorer.score(record, subject.as_of).grade();
        let Some(before) = grade(&subject.record) else { continue };
        for other in &strangers {
            let age = subject.instance.as_of - other.instance.as_of;
            let mut events = other.instance.clone();
            events.events.iter_mut().for_each(|event| event.at += age);
            let active = grade(&subject.record.clone().with_activity(activity(&events)));
            let changed = grade(&record(&other.instance).with_activity(activity(&subject.instance)));
            if let Some(active) = active {
                assert_eq!(before.fit(), active.fit(), "seed {}", subject.seed);
                numbers += u64::from(before.activity() != active.activity());
            }
            if let Some(changed) = changed {
                assert_eq!(before.activity(), changed.activity(), "seed {}", subject.seed);
                letters += u64::from(before.fit() != changed.fit());
            }
        }
    }
    let enough = scaled(100);
    assert!(letters > enough && numbers > enough, "too few grades change: {letters} letters, {numbers} numbers");
}

/// A model that counts visits in a window, in points.
fn counts_within(window: &Json, offset: &str, starts: (&str, &str)) -> Json {
    let per_unit = json!({ "by": "count", "within": window, "points": 1, "max": 1000 });
    json!({
        "format": 1, "name": "x", "utc_offset": offset, "week_starts": starts.0, "year_starts": starts.1,
        "axis": [{ "name": "a", "available": 1000, "rule": [{ "id": "r", "per_unit": { "events": { "visit": per_unit } } }] }],
    })
}

proptest! {
    #![proptest_config(cases(400))]

    /// What the previous period was, the current period was a second before it ended. Every event is in one period.
    #[test]
    fn the_previous_period_is_the_current_one_before_it_ended(
        hours in proptest::collection::vec((0_i64..24 * 800, -1_i64..=1), 0..30),
        now in 24 * 700_i64..24 * 800,
        period in prop_oneof![Just("day"), Just("week"), Just("month"), Just("quarter"), Just("year")],
        offset in prop_oneof![Just(("+00:00", 0)), Just(("-03:30", -12_600)), Just(("+14:00", 50_400))],
        starts in (prop_oneof![Just("monday"), Just("sunday"), Just("thursday")], prop_oneof![Just("january"), Just("april"), Just("december")]),
    ) {
        // From 1 January 2025.
        const START: i64 = 1_735_689_600;
        let mut activity = Activity::new();
        for (hour, off) in &hours {
            activity.record("visit", second(START + hour * 3_600 + off));
        }
        let record = Record::new().with_activity(activity);
        let counter = |window: Json| scorer(&model(&counts_within(&window, offset.0, starts)));
        let count = |scorer: &Scorer<Record>, at: i64| scorer.score(&record, second(at)).axes().next().unwrap().raw;
        let (this, previous) = (counter(json!({ "this": period })), counter(json!({ "previous": period })));
        let now = START + now * 3_600;
        // A period starts where an event of that second is in it, and one of the second before is not.
        let is_in_period = |at: i64, now: i64| {
            let mut one = Activity::new();
            one.record("visit", second(at));
            this.score(&Record::new().with_activity(one), second(now)).axes().next().unwrap().raw > Points::ZERO
        };
        let (mut inside, mut outside) = (now, now - 400 * 86_400);
        while inside - outside > 1 {
            let middle = i64::midpoint(inside, outside);
            if is_in_period(middle, now) { inside = middle } else { outside = middle }
        }
        prop_assert_eq!((inside + offset.1).rem_euclid(86_400), 0, "periods start at midnight");
        prop_assert_eq!(count(&previous, now), count(&this, inside - 1));
        let date = |at: i64| second(at + offset.1).date_naive().to_string();
        let since = counter(json!({ "since": date(inside) }));
        prop_assert_eq!(count(&this, now), count(&since, now));
        let until = counter(json!({ "until": date(inside - 1) }));
        prop_assert_eq!(count(&since, now) + count(&until, now), count(&counter(json!("36525d")), now));
    }
}

/// A model with a balance: negative amounts spend positive ones.
fn balance(window: Option<&str>, decay: &Json) -> Scorer<Record> {
    let mut signal =
        json!({ "event": "points", "points_per_unit": 1, "max": 1_000_000, "spend": "oldest_first", "decay": decay });
    if let Some(window) = window {
        signal["window"] = json!(window);
    }
    if decay.is_null() {
        signal.as_object_mut().unwrap().remove("decay");
    }
    scorer(&model(&json!({
        "format": 1, "name": "x",
        "axis": [{ "name": "a", "available": 1_000_000, "rule": [{ "id": "r", "signal": signal }] }],
    })))
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_balance_never_rises_by_waiting_and_is_never_negative(
        events in proptest::collection::vec((0_i64..1_000, -50_i32..50, 1_u32..4), 0..20),
        window in prop_oneof![Just(None), Just(Some("1h")), Just(Some("20s")), Just(Some("5min"))],
        waits in proptest::collection::vec(0_i64..600, 1..8),
    ) {
        let mut activity = Activity::new();
        for (at, amount, count) in &events {
            activity.record_with("points", second(*at), *count, Points::from(*amount));
        }
        let (scorer, record) = (balance(window, &Json::Null), Record::new().with_activity(activity));
        let left = |at: i64| scorer.score(&record, second(at)).axes().next().unwrap().raw;
        let gained = |(_, amount, count): &(i64, i32, u32)| i64::from((*amount).max(0)) * i64::from(*count);
        let most = Points::from(events.iter().map(gained).sum::<i64>() as i32);
        let mut now = 0;
        // While events happen, a balance stays between nothing and all gains.
        for wait in &waits {
            now += wait;
            prop_assert!((Points::ZERO..=most).contains(&left(now)), "{} at {now}", left(now));
        }
        // After the last event it only falls.
        let mut now = 1_000;
        for wait in &waits {
            prop_assert!(left(now + wait) <= left(now), "at {now} and {wait} seconds later");
            now += wait;
        }
        if window.is_none() {
            prop_assert_eq!(left(now), left(1_000));
        }
        prop_assert!(window.is_none() || left(1_000 + 3_600) == Points::ZERO);
    }

    #[test]
    fn what_was_given_back_in_full_leaves_nothing_under_any_decay(
        orders in proptest::collection::vec((0_i64..1_000, 1_i32..50), 1..6),
        later in 0_i64..500,
        decay in prop_oneof![
            Just(Json::Null),
            Just(json!({ "half_life": "90s" })),
            Just(json!({ "linear": "1h" })),
            Just(json!({ "polynomial": { "lifetime": "1h", "speed": 2.3 } })),
            Just(json!({ "keep": { "percent": 90, "every": "30s" } })),
        ],
        now in 1_500_i64..3_000,
    ) {
        let mut activity = Activity::new();
        for (at, amount) in &orders {
            activity.record_with("points", second(*at), 1, Points::from(*amount));
        }
        let all: i32 = orders.iter().map(|(_, amount)| amount).sum();
        activity.record_with("points", second(1_000 + later), 1, Points::from(-all));
        let scorer = balance(Some("1h"), &decay);
        let record = Record::new().with_activity(activity);
        prop_assert_eq!(scorer.score(&record, second(now)).axes().next().unwrap().raw, Points::ZERO);
    }
}
