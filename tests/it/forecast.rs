//! The next change of an outcome, compared with the score at every second.

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::{Value as Json, json};
use warmth::{Event, NextChange, OwnedChange, OwnedNextChange, Points, Projection, Record, Score, Scorer};

use crate::common::generate::LIMITS;
use crate::support::{assert_golden, assert_same_json, at, model, on_all_processors, scaled, scorer, toml_model};

const PROJECTIONS: [Projection; 7] = [
    Projection::Verdict,
    Projection::Grade,
    Projection::State,
    Projection::Segment,
    Projection::Play,
    Projection::Names,
    Projection::Score(Points::from_micros(2_500_000)),
];

/// Whether two scores are the same under a projection; a second implementation of the projections.
fn same(of: Projection, a: &Score<'_>, b: &Score<'_>) -> bool {
    match of {
        Projection::Verdict => a.verdict() == b.verdict(),
        Projection::Grade => a.grade() == b.grade(),
        Projection::State => a.state() == b.state(),
        Projection::Segment => a.segment() == b.segment(),
        Projection::Play => a.play() == b.play(),
        Projection::Score(step) => {
            let steps = |score: &Score<'_>| score.value().micros().div_euclid(step.micros());
            steps(a) == steps(b)
        }
        _ => PROJECTIONS[..5].iter().all(|of| same(*of, a, b)),
    }
}

/// Random models and subjects in which everything happens within 900 seconds or hours: short spans, recent events, and a
/// midnight in between.
struct Fast<'r> {
    rng: &'r mut Rng,
    ids: usize,
    unit: Unit,
}

/// The unit of the spans in a fast model.
#[derive(Clone, Copy)]
enum Unit {
    Second,
    Hour,
}

impl Unit {
    fn span(self, units: i64) -> String {
        format!("{units}{}", if matches!(self, Unit::Second) { "s" } else { "h" })
    }

    fn delta(self, units: i64) -> TimeDelta {
        if matches!(self, Unit::Second) { TimeDelta::seconds(units) } else { TimeDelta::hours(units) }
    }
}

const NAMES: &[&str] = &["visit", "demo", "bounce", "*"];

impl Fast<'_> {
    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.rng.usize(..of.len())].clone()
    }

    fn id(&mut self) -> String {
        self.ids += 1;
        format!("id-{}", self.ids)
    }

    fn span(&mut self) -> String {
        let units = self.pick(&[7, 30, 60, 90, 120, 240, 300, 450]);
        self.unit.span(units)
    }

    fn window(&mut self) -> Json {
        let date = self.pick(&["2026-11-21", "2026-11-22", "2026-11-23", "2026-12-31", "renewal", "contract"]);
        match self.rng.u8(..8) {
            0 => json!({ "this": self.pick(&["day", "week", "month", "year"]) }),
            1 => json!({ "previous": self.pick(&["day", "week", "month", "quarter"]) }),
            2 => json!({ "since": date }),
            3 => json!({ "until": date }),
            _ => json!(self.span()),
        }
    }

    fn decay(&mut self) -> Json {
        let (percent, span) = (self.pick(&[10, 15, 50, 85, 100]), self.span());
        match self.rng.u8(..7) {
            0 | 1 => json!({ "half_life": span }),
            2 => json!({ "linear": span }),
            3 => json!({ "drop": { "percent": percent, "every": span } }),
            4 => json!({ "keep": { "percent": percent, "every": span } }),
            5 => json!({ "polynomial": { "lifetime": span, "speed": self.pick(&[0.5, 1.0, 2.3, 4.0]) } }),
            _ => {
                let [first, second, third] = [45, 200, 300].map(|units| self.unit.span(units));
                json!({ "table": [["0s", 100], [first, 85], [second, 30], [third, 0]] })
            }
        }
    }

    fn signal(&mut self) -> Json {
        let mut signal = json!({ "event": self.pick(NAMES) });
        let points = self.pick(&[-20, -8, 5, 8, 10, 25, 40]);
        if self.rng.u8(..4) == 0 {
            signal["points_per_unit"] = json!(points);
            signal["max"] = json!(60);
            if self.rng.bool() {
                return self.spending(signal);
            }
        } else {
            signal["points"] = json!(points);
        }
        for (key, likely, counts) in
            [("most_recent", 40, [2, 3, 5]), ("per_day", 15, [1, 2, 3]), ("min_count", 15, [1, 2, 2])]
        {
            if self.rng.u8(..100) < likely {
                signal[key] = json!(self.pick(&counts));
            }
        }
        if self.rng.u8(..3) == 0 {
            signal["window"] = self.window();
        }
        if self.rng.u8(..6) == 0 {
            signal["where"] = json!({ "path": { "starts_with": "/p" } });
        }
        if self.rng.u8(..5) == 0 {
            signal["once_per"] = json!("path");
        }
        for key in &LIMITS[2..] {
            if self.rng.u8(..100) < 8 {
                signal[*key] = json!(self.pick(&[1, 2, 3, 12]));
            }
        }
        let limited = LIMITS.iter().any(|key| signal.get(key).is_some());
        if limited && signal.get("most_recent").is_none() && self.rng.bool() {
            signal["prefer"] = json!("first");
        }
        if self.rng.u8(..4) > 0 {
            signal["decay"] = self.decay();
        }
        if self.rng.u8(..6) == 0 {
            signal["max"] = json!(30);
        }
        signal
    }

    fn spending(&mut self, mut signal: Json) -> Json {
        signal["event"] = json!(NAMES[self.rng.usize(..3)]);
        signal["spend"] = json!("oldest_first");
        if self.rng.u8(..3) > 0 {
            signal["window"] = json!(self.span());
        }
        if self.rng.u8(..6) == 0 {
            signal["where"] = json!({ "path": { "starts_with": "/p" } });
        }
        if self.rng.bool() {
            signal["decay"] = self.decay();
        }
        signal
    }

    fn test(&mut self) -> Json {
        let event = self.pick(NAMES);
        let span = self.window();
        let events = |test: Json| json!({ "events": { event: test } });
        match self.rng.u8(..14) {
            12 => events(json!({ "count": { "at_least": 2, "within": span, "distinct": "path" } })),
            13 => events(json!({ "last_within": span, "where": { "path": "/pricing" } })),
            0 => events(json!({ "count": { "at_least": self.rng.i64(1..4), "within": span } })),
            1 => events(json!({ "count": { "less_than": 2, "between": [self.unit.span(60), self.unit.span(240)] } })),
            2 => match self.rng.u8(..4) {
                0 => events(json!({ "mean_amount": { "more_than": 1, "within": span } })),
                1 => events(json!({ "latest_amount": { "more_than": 0, "within": span } })),
                2 => events(json!({ "count": { "ratio_to": "visit", "at_least": 0.5, "within": span } })),
                _ => events(json!({ "amount": { "more_than": 3, "within": span } })),
            },
            3 => events(json!({ "days": { "at_least": 2 } })),
            4 => events(json!({ "last_within": span })),
            5 => events(json!({ "none_within": span })),
            6 => events(json!({ "days_since_last": { "at_least": 1 } })),
            7 => json!({ "renewal": { "days_until": { "between": [0, self.rng.i64(0..3)] } } }),
            8 => json!({ "contract": { "months_since": { "at_least": self.rng.i64(5..8) } } }),
            9 => json!({ "renewal": { "months_until": { "at_most": 0 } } }),
            10 => json!({ "renewal": { "days_since": { "is": self.rng.i64(-2..2) } } }),
            _ => json!({ "nps": { "at_least": 7 } }),
        }
    }

    fn condition(&mut self) -> Json {
        match self.rng.u8(..6) {
            0 => json!({ "any": [self.test(), self.test()] }),
            1 => json!({ "not": self.test() }),
            2 => json!({ "all": [self.test(), self.test()] }),
            _ => self.test(),
        }
    }

    fn rule(&mut self) -> Json {
        let points = self.pick(&[-20, 10, 20, 30]);
        let mut rule = match self.rng.u8(..8) {
            0 => json!({ "when": self.condition(), "points": points }),
            1 => json!({ "first": [{ "when": self.test(), "points": points }], "otherwise": 5 }),
            2 => json!({ "bands": { "contract": [[0, 5], [6, points], [7, 20]] }, "by": "months_since" }),
            3 => {
                json!({ "bands": { "events": { "visit": [[1, 5], [2, points], [4, 25]] } }, "by": "count", "within": self.window() })
            }
            _ => json!({ "signal": self.signal() }),
        };
        if self.rng.u8(..5) == 0 && rule.get("when").is_none() {
            rule["when"] = self.test();
        }
        rule["id"] = json!(self.id());
        rule
    }

    fn model(&mut self) -> Json {
        let mut model = json!({ "format": 1, "name": "fast", "utc_offset": self.pick(&["+00:00", "-03:30"]) });
        for (section, likely) in [("required", 20), ("disqualifying", 15)] {
            if self.rng.u8(..100) < likely {
                model[section] = json!([{ "id": self.id(), "when": self.condition() }]);
            }
        }
        let axes = ["fit", "activity"].map(|name| {
            let rules: Vec<Json> = (0..self.rng.usize(1..=4)).map(|_| self.rule()).collect();
            json!({ "name": name, "available": self.pick(&[40, 60, 100]), "rule": rules })
        });
        model["axis"] = json!(axes);
        if self.rng.bool() {
            model["promoter"] = json!([{ "id": self.id(), "when": self.condition(), "plus": 15 }]);
        }
        if self.rng.u8(..3) == 0 {
            model["limit"] = json!([{ "when": { "axis": { "fit": { "less_than": 30 } } }, "at_most": 40 }]);
        }
        model["state"] = json!([{ "name": "hot", "at_least": 70 }, { "name": "warm", "at_least": 25 }, { "name": "cold", "at_least": 0 }]);
        let cuts = |axis: &str| json!({ "axis": axis, "cuts": [75, 50, 25] });
        model["grade"] = json!({ "fit": cuts("fit"), "activity": cuts("activity") });
        model["segment"] = json!([{ "name": "upper", "when": { "score": { "at_least": 50 } } }, { "name": "rest" }]);
        model["play"] = json!([{ "name": "call", "states": ["hot"] }, { "name": "wait", "otherwise": true }]);
        model
    }

    fn record(&mut self, now: DateTime<Utc>) -> Record {
        let mut record =
            Record::new().with("nps", 8).with("renewal", self.pick(&["2026-11-22", "2026-11-23", "2026-11-25"]));
        record.set("contract", self.pick(&["2026-05-22", "2026-05-23", "2026-04-30", "2026-05-31"]));
        for _ in 0..self.rng.usize(..12) {
            // Some events lie in the future.
            let at = now - self.unit.delta(self.rng.i64(-90..500));
            let (count, amount) = (self.pick(&[1, 1, 2, 5]), self.pick(&[0, 1, 3, -2]));
            let path = [("path", self.pick(&["/pricing", "/price", "/jobs"]).into())];
            let attributes = if self.rng.u8(..4) == 0 { &[][..] } else { &path };
            let event = Event::new(NAMES[self.rng.usize(..3)], at).count(count).amount(Points::from(amount));
            record.activity_mut().record_event(event.attributes(attributes));
        }
        record
    }
}

/// Units of time to look ahead. Some instances have a midnight within them, in UTC or at -03:30.
const HORIZON: i64 = 900;

struct Setting {
    scorer: Scorer<Record>,
    record: Record,
    now: DateTime<Utc>,
    of: Projection,
    document: Json,
}

impl Setting {
    fn new(seed: u64, unit: Unit) -> Setting {
        let mut rng = Rng::with_seed(seed);
        let mut fast = Fast { rng: &mut rng, ids: 0, unit };
        let document = fast.model();
        let now = at(fast.pick(&[
            "2026-11-22T23:52:00Z",
            "2026-11-23T03:20:00Z",
            "2026-11-22T12:00:00Z",
            "2026-12-31T23:52:00Z",
        ]));
        let record = fast.record(now);
        let of = fast.pick(&PROJECTIONS);
        Setting { scorer: scorer(&model(&document)), record, now, of, document }
    }

    /// A message for a failing check.
    fn explain(&self, what: &str) -> String {
        format!("{what} of {:?} as of {}\n{:#}\n{:#?}", self.of, self.now, self.document, self.record)
    }
}

/// The numbers of evaluations it took to find the first change, and to find that there is none.
#[derive(Default)]
struct Cost(Mutex<(Vec<u64>, Vec<u64>)>);

impl Cost {
    fn add(&self, changes: bool, evaluations: u64) {
        let mut costs = self.0.lock().unwrap();
        if changes { &mut costs.0 } else { &mut costs.1 }.push(evaluations);
    }

    /// Fewer than 20 in the median and fewer than 60 in the 99th percentile, of all searches and of those that find a
    /// change. With a tenth of the seeds, the percentile is the cost of one or two searches, and has more room.
    #[expect(clippy::print_stdout, reason = "`--nocapture` shows the figures")]
    fn assert_small(self) {
        let (changes, none) = self.0.into_inner().unwrap();
        let all = [&changes[..], &none].concat();
        let most = if scaled(10) == 10 { 60 } else { 90 };
        for (of, mut costs) in [("all searches", all), ("searches that find a change", changes)] {
            costs.sort_unstable();
            let rank = |percent: usize| costs[(costs.len() - 1) * percent / 100];
            println!("evaluations in {of}: median {}, 99 % {}, maximum {}", rank(50), rank(99), rank(100));
            assert!(rank(50) < 20 && rank(99) < most);
        }
    }
}

#[test]
fn changes_are_the_differences_between_the_scores_of_every_second() {
    let cost = Cost::default();
    on_all_processors(0..scaled(4_000), |seed| {
        let setting = Setting::new(seed, Unit::Second);
        let Setting { scorer, record, now, of, .. } = &setting;
        let (now, of) = (*now, *of);
        let until = now + TimeDelta::seconds(HORIZON);
        let explain = |what: &str| setting.explain(what);
        let mut changes = scorer.changes(record, now, until, of);
        let mut before = scorer.score(record, now);
        let mut found = 0;
        for secs in 1..=HORIZON {
            let at = now + TimeDelta::seconds(secs);
            let after = scorer.score(record, at);
            if !same(of, &before, &after) {
                let made = changes.evaluations();
                let change = changes.next().unwrap_or_else(|| panic!("{}", explain("no change is found")));
                if found == 0 {
                    cost.add(true, changes.evaluations() - made);
                }
                found += 1;
                assert_same_json(&change, &change.to_owned());
                assert_eq!(
                    (change.at(), change.before(), change.after()),
                    (at, before, after),
                    "{}",
                    explain("another change")
                );
            }
            before = after;
        }
        if found == 0 {
            let made = changes.evaluations();
            assert!(changes.next().is_none(), "{}", explain("a change"));
            cost.add(false, changes.evaluations() - made);
        }
        assert!(changes.next().is_none(), "{}", explain("one change too many"));
    });
    cost.assert_small();
}

/// The same over weeks. Tries the seconds next to every full hour, and a random second of every hour.
#[test]
fn nothing_changes_before_the_next_change() {
    let cost = Cost::default();
    on_all_processors(0..scaled(4_000), |seed| {
        let setting = Setting::new(seed, Unit::Hour);
        let Setting { scorer, record, now, of, .. } = &setting;
        let (now, of) = (*now, *of);
        let until = now + TimeDelta::hours(HORIZON);
        let mut changes = scorer.changes(record, now, until, of);
        let made = changes.evaluations();
        let change = changes.next();
        cost.add(change.is_some(), changes.evaluations() - made);
        let before = scorer.score(record, now);
        let last = change.as_ref().map_or(until, |change| change.at() - TimeDelta::seconds(1));
        let mut rng = Rng::with_seed(seed);
        let edges = (0..=HORIZON).flat_map(|hours| {
            [-1, 0, 1, rng.i64(1..3_600)].map(|secs| TimeDelta::hours(hours) + TimeDelta::seconds(secs))
        });
        for at in edges.map(|after| now + after).filter(|at| *at > now && *at <= last).chain([last]) {
            let score = scorer.score(record, at);
            assert!(
                same(of, &before, &score),
                "{}",
                setting.explain(&format!("{score:?} at {at} before the change {change:?}"))
            );
        }
        if let Some(change) = change {
            assert!(!same(of, &change.before(), &change.after()), "{}", setting.explain("no change"));
            assert_eq!(
                (change.before(), change.after()),
                (scorer.score(record, last), scorer.score(record, change.at()))
            );
        }
    });
    cost.assert_small();
}

/// A gain and a loss cancel each other to the millionth, so the score stays at a bound. Over a span of time either of them
/// may cross the bound, so the search has to evaluate every second.
#[test]
fn a_search_that_is_too_long_says_how_far_it_got() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = \"x\"\n[[axis]]\nname = \"a\"\nbase = 50\navailable = 100\n\
         [[axis.rule]]\nid = \"gain\"\nsignal.event = \"up\"\nsignal.points = 25\nsignal.decay.half_life = \"14d\"\n\
         [[axis.rule]]\nid = \"loss\"\nsignal.event = \"down\"\nsignal.points = -25\nsignal.decay.half_life = \"14d\"\n\
         [[state]]\nname = \"hot\"\nat_least = 50\n[[state]]\nname = \"cold\"\nat_least = 0\n",
    ));
    let now = at("2026-11-22");
    let until = now + TimeDelta::days(365);
    let mut record = Record::new();
    for event in ["up", "down"] {
        record.activity_mut().record(event, now);
    }
    let next = scorer.next_change(&record, now, until, Projection::State);
    let NextChange::NotBefore(reached) = next else { panic!("{next:?}") };
    assert!(reached > now + TimeDelta::hours(1) && reached < until, "{reached}");
    // The next search continues from there.
    let next = scorer.next_change(&record, reached, until, Projection::State);
    assert!(matches!(next, NextChange::NotBefore(further) if further > reached), "{next:?}");
}

/// Scores and reasons borrow from the scorer, not from the record.
#[test]
fn scores_and_reasons_outlive_the_record() {
    let scorer = Setting::new(1, Unit::Second).scorer;
    let kept: Vec<_> = (0..40)
        .filter_map(|seed| {
            let Setting { record, now, .. } = Setting::new(seed, Unit::Second);
            let next = scorer.next_change(&record, now, now + TimeDelta::seconds(HORIZON), Projection::Names);
            next.change().map(|change| (change.after(), change.why()))
        })
        .collect();
    assert!(!kept.is_empty() && kept.iter().all(|(after, why)| why.after().score() == *after));
}

/// 100 points for a demo, which halve every 14 days; `warm` from 50 points on.
fn demo() -> (Scorer<Record>, Record) {
    let scorer = scorer(&toml_model(
        "format = 1\nname = \"x\"\n[[axis]]\nname = \"a\"\n[[axis.rule]]\nid = \"demo\"\nsignal.event = \"demo\"\n\
         signal.points = 100\nsignal.most_recent = 1\nsignal.decay.half_life = \"14d\"\n\
         [[state]]\nname = \"warm\"\nat_least = 50\n[[state]]\nname = \"cold\"\nat_least = 0\n",
    ));
    let mut record = Record::new();
    record.activity_mut().record("demo", at("2026-11-08T09:00:00Z"));
    (scorer, record)
}

#[test]
fn next_change_is_an_instant_a_date_to_look_again_or_never() {
    let (scorer, record) = demo();
    let next = |as_of: &str, until: &str| scorer.next_change(&record, at(as_of), at(until), Projection::State);
    let change = next("2026-11-10", "2027-11-10").change().unwrap();
    assert_eq!(change.to_string(), "2026-11-22T09:00:01Z: warm 50 -> cold 49.999971");
    // The last second of the time to search counts.
    assert!(next("2026-11-10", "2026-11-22T09:00:01Z").change().is_some());
    for until in ["2026-11-20", "2026-11-22T09:00:00Z"] {
        let next = next("2026-11-10", until);
        assert!(matches!(next, NextChange::NotBefore(instant) if instant == at(until)), "{next:?}");
        assert_eq!(next.next_look(), Some(at(until)));
    }
    // Nothing is known beyond `as_of` if the time to search ends before it.
    let past = next("2026-11-10", "2026-11-01");
    assert!(matches!(past, NextChange::NotBefore(instant) if instant == at("2026-11-10")), "{past:?}");
    for until in ["2026-12-01", "2027-11-10"] {
        let next = next("2026-11-22T09:00:01Z", until);
        assert!(matches!(next, NextChange::Never), "{next:?}");
        assert_eq!(next.next_look(), None);
    }
}

#[test]
fn a_step_below_a_millionth_counts_as_a_millionth() {
    let (scorer, record) = demo();
    let (now, until) = (at("2026-11-10"), at("2026-11-10T00:01:00Z"));
    let changes = |step: i64| -> Vec<DateTime<Utc>> {
        let of = Projection::Score(Points::from_micros(step));
        scorer.changes(&record, now, until, of).map(|change| change.at()).collect()
    };
    assert_eq!(changes(1).len(), 60);
    assert_eq!(changes(0), changes(1));
    assert_eq!(changes(-5), changes(1));
}

#[test]
fn evaluations_are_counted_one_by_one() {
    let (scorer, record) = demo();
    let now = at("2026-11-22T09:00:00Z");
    let evaluations = |now: DateTime<Utc>, seconds: i64| {
        let mut changes = scorer.changes(&record, now, now + TimeDelta::seconds(seconds), Projection::State);
        let before = changes.evaluations();
        let changed = changes.next().is_some();
        (before, changed, changes.evaluations())
    };
    // The score at `now` is the first evaluation.
    assert_eq!(evaluations(now, 0), (1, false, 1));
    assert_eq!(evaluations(now - TimeDelta::seconds(1), 1), (1, false, 2));
    // A change evaluates its second, and the second before.
    assert_eq!(evaluations(now, 1), (1, true, 3));
    // An hour in which nothing can change is one evaluation.
    assert_eq!(evaluations(now + TimeDelta::seconds(1), 3_600), (1, false, 2));
}

const _: () = {
    const fn storable<T: Send + Sync + Clone + 'static>() {}
    storable::<OwnedChange>();
    storable::<OwnedNextChange>();
};

#[test]
fn changes_serialize_as_documented() {
    let (scorer, record) = demo();
    let next = |as_of: &str, until: &str| {
        let next = scorer.next_change(&record, at(as_of), at(until), Projection::State);
        assert_same_json(&next, &next.to_owned());
        assert_eq!(next.to_owned().next_look().map(|at| at.timestamp()), next.next_look().map(|at| at.timestamp()));
        next.to_owned()
    };
    let change = next("2026-11-10", "2027-11-10");
    assert_golden(&change, "next_change");
    assert_eq!(change.change().unwrap().to_string(), "2026-11-22T09:00:01Z: warm 50 -> cold 49.999971");
    // Instants are truncated to whole seconds.
    let not_before = next("2026-11-10", "2026-11-20T00:00:00.75Z");
    assert_eq!(serde_json::to_value(&not_before).unwrap(), json!({ "not_before": "2026-11-20T00:00:00Z" }));
    assert_eq!(not_before.change(), None);
    assert_eq!(serde_json::to_value(next("2026-12-01", "2027-11-10")).unwrap(), json!("never"));
}

#[test]
fn projections_serialize_as_documented() {
    let all = PROJECTIONS.map(|projection| (projection, serde_json::to_value(projection).unwrap()));
    for (projection, json) in &all {
        assert_eq!(serde_json::from_value::<Projection>(json.clone()).unwrap(), *projection);
    }
    let json = all.map(|(_, json)| json);
    assert_eq!(json!(json), json!(["verdict", "grade", "state", "segment", "play", "names", { "score": 2.5 }]));
    assert!(serde_json::from_value::<Projection>(json!("score")).is_err());
}
