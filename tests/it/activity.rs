//! Activities: recorded in any order, merged, pruned and stored.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use fastrand::Rng;
use proptest::prelude::*;
use serde_json::json;
use warmth::{Activity, Attribute, Attributes, Event, Points, Resolution};

use crate::support::{Subject, at, cases, model, scaled, scorer, second, subjects};

#[derive(Clone, Copy, Debug)]
struct Recorded {
    name: &'static str,
    at: i64,
    count: u32,
    amount: i64,
    attributes: &'static [(&'static str, Attribute<'static>)],
}

/// Each equal set of attributes in one spelling only.
const ATTRIBUTES: [&[(&str, Attribute<'static>)]; 5] = [
    &[],
    &[("path", Attribute::Text("/"))],
    &[("path", Attribute::Text("/b"))],
    &[("n", Attribute::Number(0.0)), ("path", Attribute::Text("/"))],
    &[("n", Attribute::Flag(false)), ("path", Attribute::Text("/b"))],
];

fn any_event() -> impl Strategy<Value = Recorded> {
    let name = proptest::sample::select(vec!["a", "b", "", "*"]);
    let near = (-3..3_i64, -2..2_i64).prop_map(|(hours, secs)| hours * 3_600 + secs);
    let at = prop_oneof![near, (-2..2_i64, -2..2_i64).prop_map(|(days, secs)| days * 86_400 + secs)];
    let count = prop_oneof![0..4_u32, Just(u32::MAX)];
    let amount = prop_oneof![Just(0), -2..2_i64, Just(i64::MAX), Just(i64::MIN)];
    let attributes = prop_oneof![Just(ATTRIBUTES[0]), proptest::sample::select(&ATTRIBUTES[..])];
    (name, at, count, amount, attributes).prop_map(|(name, at, count, amount, attributes)| Recorded {
        name,
        at,
        count,
        amount,
        attributes,
    })
}

fn any_events() -> impl Strategy<Value = Vec<Recorded>> {
    proptest::collection::vec(any_event(), 0..12)
}

const RESOLUTIONS: [Resolution; 3] = [Resolution::Second, Resolution::Hour, Resolution::Day];

fn any_resolution() -> impl Strategy<Value = Resolution> {
    proptest::sample::select(&RESOLUTIONS[..])
}

fn any_activity() -> impl Strategy<Value = Activity> {
    (any_resolution(), any_events()).prop_map(|(resolution, events)| recorded(resolution, &events))
}

impl Recorded {
    fn event(&self) -> Event<'static> {
        let event = Event::new(self.name, second(self.at)).count(self.count);
        event.amount(Points::from_micros(self.amount)).attributes(self.attributes)
    }
}

fn recorded(resolution: Resolution, events: &[Recorded]) -> Activity {
    let mut activity = Activity::with_resolution(resolution);
    for event in events {
        activity.record_event(event.event());
    }
    activity
}

fn merged(parts: &[&Activity]) -> Activity {
    let mut whole = parts[0].clone();
    parts[1..].iter().for_each(|part| whole.merge(part));
    whole
}

fn unit(resolution: Resolution) -> i64 {
    match resolution {
        Resolution::Second => 1,
        Resolution::Hour => 3_600,
        Resolution::Day => 86_400,
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn an_activity_is_the_multiset_of_its_events(resolution in any_resolution(), events in any_events()) {
        let mut expected: BTreeMap<(&str, i64, i64, usize), u64> = BTreeMap::new();
        for event in events.iter().copied().filter(|event| event.count > 0) {
            let Recorded { name, at, count, amount, attributes } = event;
            let attributes = ATTRIBUTES.iter().position(|own| *own == attributes).unwrap();
            let key = (name, at.div_euclid(unit(resolution)) * unit(resolution), amount, attributes);
            *expected.entry(key).or_default() += u64::from(count);
        }
        let activity = recorded(resolution, &events);
        let number = |event: &Event<'_>| {
            ATTRIBUTES.iter().position(|own| Attributes::new(own) == event.attributes).unwrap()
        };
        let of = |event: Event<'_>| (event.at.timestamp(), event.amount.micros(), number(&event));
        let mut actual = Vec::new();
        for event in activity.events() {
            let (at, amount, attributes) = of(event);
            actual.push(((event.name, at, amount, attributes), event.count));
        }
        // Entries that differ in their attributes alone are in an order of the activity's own.
        actual.sort_by_key(|(key, _)| *key);
        // A count beyond 2^32 - 1 takes several entries.
        let most = u64::from(u32::MAX);
        let expected: Vec<_> = expected
            .into_iter()
            .flat_map(|(key, count)| {
                let full = std::iter::repeat_n(u32::MAX, usize::try_from((count - 1) / most).unwrap());
                let rest = u32::try_from((count - 1) % most + 1).unwrap();
                full.chain([rest]).map(move |count| (key, count))
            })
            .collect();
        prop_assert_eq!(&actual, &expected);
        prop_assert_eq!((activity.len(), activity.is_empty()), (actual.len(), actual.is_empty()));
        prop_assert_eq!(activity.resolution(), resolution);
    }

    #[test]
    fn events_may_be_recorded_in_any_order_and_in_parts(resolution in any_resolution(), events in any_events(), seed: u64, cut in 0_usize..12) {
        let bulk = recorded(resolution, &events);
        let mut shuffled = events.clone();
        Rng::with_seed(seed).shuffle(&mut shuffled);
        prop_assert_eq!(&recorded(resolution, &shuffled), &bulk);
        let (one, other) = shuffled.split_at(cut.min(shuffled.len()));
        prop_assert_eq!(&merged(&[&recorded(resolution, one), &recorded(resolution, other)]), &bulk);
    }

    #[test]
    fn merging_is_commutative_and_associative_with_an_identity(a in any_activity(), b in any_activity(), c in any_activity()) {
        prop_assert_eq!(merged(&[&a, &b]), merged(&[&b, &a]));
        prop_assert_eq!(merged(&[&merged(&[&a, &b]), &c]), merged(&[&a, &merged(&[&b, &c])]));
        prop_assert_eq!(&merged(&[&a, &Activity::new()]), &a);
        prop_assert_eq!(&merged(&[&Activity::new(), &a]), &a);
        prop_assert_eq!(&merged(&[&a, &Activity::with_resolution(a.resolution())]), &a);
        let coarser = a.resolution().max(b.resolution());
        prop_assert_eq!(merged(&[&a, &b]).resolution(), coarser);
    }

    #[test]
    fn merging_into_a_coarser_resolution_equals_recording_in_it(resolution in any_resolution(), coarser in any_resolution(), events in any_events()) {
        let coarser = coarser.max(resolution);
        let merged = merged(&[&recorded(resolution, &events), &Activity::with_resolution(coarser)]);
        prop_assert_eq!(merged, recorded(coarser, &events));
    }

    #[test]
    fn retaining_keeps_what_it_says(activity in any_activity(), path in proptest::sample::select(vec!["/", "/b", "/c"])) {
        let keep = |event: &Event<'_>| event.attributes.get("path") != Some(path.into());
        let mut retained = activity.clone();
        retained.retain(|event| keep(&event));
        let mut expected = Activity::with_resolution(activity.resolution());
        expected.extend(activity.events().filter(keep));
        prop_assert_eq!(&retained, &expected);
        // What it holds afterwards is the same too: it stores no attributes of removed events.
        prop_assert_eq!(format!("{retained:?}").contains(path), format!("{expected:?}").contains(path));
    }

    #[test]
    fn a_stored_activity_reads_back(activity in any_activity()) {
        let text = serde_json::to_string(&activity).unwrap();
        prop_assert_eq!(serde_json::from_str::<Activity>(&text).unwrap(), activity.clone());
        prop_assert_eq!(toml::from_str::<Activity>(&toml::to_string(&activity).unwrap()).unwrap(), activity.clone());
        let bytes = postcard::to_allocvec(&activity).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Activity>(&bytes).unwrap(), activity.clone());
        let mut cbor = Vec::new();
        ciborium::into_writer(&activity, &mut cbor).unwrap();
        prop_assert_eq!(ciborium::from_reader::<Activity, _>(&cbor[..]).unwrap(), activity);
    }

    #[test]
    fn equal_activities_are_the_same_bytes(resolution in any_resolution(), events in any_events(), seed: u64) {
        let mut shuffled = events.clone();
        Rng::with_seed(seed).shuffle(&mut shuffled);
        let (one, other) = (recorded(resolution, &events), recorded(resolution, &shuffled));
        prop_assert_eq!(postcard::to_allocvec(&one).unwrap(), postcard::to_allocvec(&other).unwrap());
        prop_assert_eq!(serde_json::to_string(&one).unwrap(), serde_json::to_string(&other).unwrap());
    }

    #[test]
    fn damaged_bytes_are_refused_or_are_some_activity(activity in any_activity(), place: usize, byte: u8) {
        let mut bytes = postcard::to_allocvec(&activity).unwrap();
        let place = place % bytes.len();
        bytes[place] = byte;
        if let Ok(read) = postcard::from_bytes::<Activity>(&bytes) {
            let mut rebuilt = Activity::with_resolution(read.resolution());
            rebuilt.extend(read.events());
            prop_assert_eq!(read, rebuilt);
        }
    }

    #[test]
    fn pruning_removes_the_events_before_an_instant(activity in any_activity(), edge in any_event(), off in -1..=1_i64) {
        let before = edge.at + off;
        let mut pruned = activity.clone();
        pruned.prune(second(before));
        let kept: Vec<_> = activity.events().filter(|event| event.at >= second(before)).collect();
        prop_assert_eq!(pruned.events().collect::<Vec<_>>(), kept);
        let mut twice = pruned.clone();
        twice.prune(second(before));
        prop_assert_eq!(twice, pruned);
    }
}

#[test]
fn pruning_to_the_lifespan_changes_no_score_now_or_later() {
    let (mut finite, mut shorter) = (0_u64, 0_u64);
    for Subject { seed, scorer, record, as_of, .. } in subjects(0..scaled(5_000)) {
        if scorer.lifespan().is_none() {
            continue;
        }
        finite += 1;
        let mut pruned = record.clone();
        scorer.prune(pruned.activity_mut(), as_of);
        shorter += u64::from(pruned != record);
        for later in [0, 1, 3_600, 86_400, 2_592_000, 40_000_000] {
            let then = as_of + TimeDelta::seconds(later);
            assert_eq!(scorer.score(&record, then), scorer.score(&pruned, then), "seed {seed}, {later} s later");
        }
    }
    let enough = finite > scaled(100) && shorter > scaled(30);
    assert!(enough, "too few lifespans are finite ({finite}) or prune an event ({shorter})");
}

#[test]
fn the_lifespan_is_the_age_from_which_no_event_matters() {
    let signal = |more: serde_json::Value| {
        let mut signal = json!({ "event": "login", "points": 1 });
        signal.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "axis": [{ "name": "a", "available": 1, "rule": [{ "id": "r", "signal": signal }] }] })
    };
    let when =
        |test: serde_json::Value| json!({ "required": [{ "id": "r", "when": { "events": { "login": test } } }] });
    const DAY: u64 = 86_400;
    for (part, days) in [
        (json!({}), Some(0)),
        (signal(json!({})), None),
        (signal(json!({ "window": "30d" })), Some(30)),
        (signal(json!({ "decay": { "linear": "90d" } })), Some(90)),
        (signal(json!({ "window": { "this": "day" } })), Some(1)),
        (signal(json!({ "window": { "previous": "day" } })), Some(2)),
        (signal(json!({ "window": { "this": "week" } })), Some(7)),
        (signal(json!({ "window": { "previous": "month" } })), Some(62)),
        (signal(json!({ "window": { "previous": "quarter" } })), Some(184)),
        (signal(json!({ "window": { "this": "year" } })), Some(366)),
        (signal(json!({ "window": { "previous": "year" } })), Some(731)),
        (signal(json!({ "window": { "this": "year" }, "decay": { "linear": "90d" } })), Some(90)),
        (signal(json!({ "window": { "since": "2026-01-01" } })), None),
        (signal(json!({ "window": { "until": "renewal" } })), None),
        (signal(json!({ "window": { "since": "renewal" }, "decay": { "linear": "90d" } })), Some(90)),
        (when(json!({ "last_within": { "this": "month" } })), Some(31)),
        (when(json!({ "count": { "at_least": 1, "within": { "previous": "week" } } })), Some(14)),
        (signal(json!({ "window": "120d", "decay": { "linear": "90d" } })), Some(90)),
        (signal(json!({ "window": "30d", "decay": { "linear": "90d" } })), Some(30)),
        (signal(json!({ "decay": { "linear": "90d" }, "min_count": 2 })), None),
        (signal(json!({ "decay": { "linear": "90d" }, "per_day": 2, "prefer": "first" })), None),
        (
            signal(json!({ "window": "30d", "decay": { "linear": "90d" }, "once_per": "x", "prefer": "first" })),
            Some(30),
        ),
        (signal(json!({ "decay": { "linear": "90d" }, "once_per": "x" })), Some(90)),
        (signal(json!({ "decay": { "half_life": "1d" } })), Some(64)),
        (signal(json!({ "decay": { "drop": { "percent": 30, "every": "10d" } } })), Some(40)),
        (signal(json!({ "decay": { "keep": { "percent": 100, "every": "10d" } } })), None),
        (signal(json!({ "decay": { "table": [["0d", 100], ["45d", 0]] } })), Some(45)),
        (signal(json!({ "decay": { "table": [["0d", 100], ["45d", 1]] } })), None),
        (when(json!({ "last_within": "7d" })), Some(7)),
        (when(json!({ "none_within": "7d" })), Some(7)),
        (when(json!({ "never": true })), None),
        (when(json!({ "count": { "at_least": 1, "within": "7d" } })), Some(7)),
        (when(json!({ "days": { "at_least": 1, "between": ["7d", "9d"] } })), Some(9)),
        (when(json!({ "amount": 0 })), None),
    ] {
        let mut document = json!({ "format": 1, "name": "x" });
        document.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        let lifespan = scorer(&model(&document)).lifespan().map(warmth::Span::secs);
        assert_eq!(lifespan, days.map(|days: u64| days * DAY), "{document}");
    }
}

#[test]
fn instants_are_rounded_down_to_the_resolution() {
    for (resolution, text, cut) in [
        (Resolution::Second, "2026-11-22T12:34:56.999Z", "2026-11-22T12:34:56Z"),
        (Resolution::Hour, "2026-11-22T12:59:59Z", "2026-11-22T12:00:00Z"),
        (Resolution::Day, "2026-11-22T23:59:59Z", "2026-11-22T00:00:00Z"),
        (Resolution::Second, "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59Z"),
        (Resolution::Hour, "1969-12-31T23:59:59Z", "1969-12-31T23:00:00Z"),
        (Resolution::Day, "1969-12-31T23:59:59Z", "1969-12-31T00:00:00Z"),
    ] {
        let mut activity = Activity::with_resolution(resolution);
        activity.record("login", at(text));
        assert_eq!(activity.events().next().unwrap().at, at(cut), "{resolution:?} {text}");
    }
}

#[test]
fn an_activity_serializes_as_documented() {
    let mut activity = Activity::with_resolution(Resolution::Hour);
    activity.record("login", second(3_601));
    activity.record("login", second(3_602));
    activity.record_with("invoice", second(-1), 1, "2.5".parse().unwrap());
    let attributes = [("seconds", 4.5.into()), ("path", "/".into()), ("nan", f64::NAN.into()), ("seconds", 5.into())];
    activity.record_event(Event::new("visit", second(0)).attributes(&attributes));
    let stored = json!({ "resolution": "hour", "events": {
        "invoice": [[-3600, 1, 2.5]],
        "login": [[3600, 2, 0]],
        "visit": [[0, 1, 0, { "path": "/", "seconds": 5.0 }]],
    } });
    assert_eq!(serde_json::to_value(&activity).unwrap(), stored);
    assert_eq!(serde_json::from_value::<Activity>(json!({ "events": {} })).unwrap(), Activity::new());
    for wrong in [
        json!({}),
        json!({ "events": {}, "more": 1 }),
        json!({ "events": { "a": [[0, 1]] } }),
        json!({ "events": { "a": [[0, -1, 0]] } }),
        json!({ "events": { "a": [[0.5, 1, 0]] } }),
        json!({ "events": { "a": [[0, 1, 0, { "path": ["/"] }]] } }),
        json!({ "events": { "a": [[0, 1, 0, {}, 0]] } }),
        json!({ "resolution": "week", "events": {} }),
    ] {
        assert!(serde_json::from_value::<Activity>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn a_stored_activity_takes_the_documented_bytes() {
    // The golden bytes of version 1.
    let mut activity = Activity::new();
    let attributes = [("path", "/".into()), ("seconds", 4.5.into()), ("new", true.into())];
    activity.record_event(Event::new("visit", second(1_000)).count(2).amount(1).attributes(&attributes));
    activity.record("visit", second(1_060));
    let bytes = postcard::to_allocvec(&activity).unwrap();
    let text = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    assert_eq!(
        text,
        "010003036e65770470617468077365636f6e647303000102012f01000000000000124001030000010102020105766973697402d00f0280897a0178010000"
    );
    assert_eq!(postcard::from_bytes::<Activity>(&bytes).unwrap(), activity);
    let newer = [&[2], &bytes[1..]].concat();
    assert!(postcard::from_bytes::<Activity>(&newer).is_err());
    // Another version is refused before its form is read.
    assert!(postcard::from_bytes::<Activity>(&[2]).is_err());
    let mut cbor = Vec::new();
    ciborium::into_writer(&(2_u8, "another form"), &mut cbor).unwrap();
    let error = ciborium::from_reader::<Activity, _>(&cbor[..]).unwrap_err().to_string();
    assert!(error.contains("not version 2"), "{error}");
}
