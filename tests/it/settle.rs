//! Settled states: hysteresis and dwell on random walks, and a table of edge cases.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use warmth::settle::{Crossing, Direction, Policy};
use warmth::{Points, Record, Scorer, Settled, Span, settle};

use crate::support::{assert_golden, at, cases, model, scaled, scorer, second, subjects, toml_model};

/// Half points as points.
fn halves(halves: i64) -> Points {
    Points::from_micros(halves * 500_000)
}

/// A model that gives `v` points, with a state at each of these bounds in half points, named by its bound.
fn document(bounds: &[i64], key: &str) -> Json {
    let states = bounds.iter().map(|bound| json!({ "name": bound.to_string(), key: halves(*bound) }));
    let per_unit = json!({ "v": { "points": 1, "min": -1000, "max": 1000 } });
    json!({
        "format": 1,
        "name": "walk",
        "required": [{ "id": "open", "when": { "open": true } }],
        "axis": [{ "name": "all", "available": 100, "rule": [{ "id": "v", "per_unit": per_unit }] }],
        "state": states.collect::<Vec<_>>(),
    })
}

/// An observation of a subject: seconds since the previous one, half points, and whether the subject passes the gate.
type Observation = (i64, i64, bool);

fn record(value: i64, open: bool) -> Record {
    Record::new().with("v", value as f64 / 2.0).with("open", open)
}

/// The settled state and the crossing at each observation.
fn walk(scorer: &Scorer<Record>, observations: &[Observation], policy: &Policy) -> Vec<(Settled, Option<Crossing>)> {
    let (mut now, mut previous, mut all) = (0, None, Vec::new());
    for (after, value, open) in observations {
        now += after;
        let score = scorer.score(&record(*value, *open), second(now));
        let next = settle(previous.as_ref(), &score, second(now), policy);
        previous = Some(next.0.clone());
        all.push(next);
    }
    all
}

fn bounds() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::btree_set(1_i64..=200, 0..=4).prop_map(|bounds| [0].into_iter().chain(bounds).collect())
}

fn observations(open: f64) -> impl Strategy<Value = Vec<Observation>> {
    // Mostly small steps, so that margins and dwell matter.
    let steps =
        (prop_oneof![0_i64..=4, 0_i64..=200_000], prop_oneof![-6_i64..=6, -200_i64..=200], prop::bool::weighted(open));
    (0_i64..=200, proptest::collection::vec(steps, 1..40)).prop_map(|(start, steps)| {
        let mut value = start;
        let mut step = |(after, by, open): (i64, i64, bool)| {
            value = (value + by).clamp(0, 200);
            (after, value, open)
        };
        steps.into_iter().map(&mut step).collect()
    })
}

fn policy(drop: i64, rise: i64, dwell: u64) -> Policy {
    Policy::new().drop_margin(halves(drop)).rise_margin(halves(rise)).dwell(Span::seconds(dwell))
}

fn policies() -> impl Strategy<Value = (i64, i64, u64)> {
    (0_i64..=20, 0_i64..=20, prop_oneof![Just(0_u64), 1_u64..=10, 1_u64..=300_000])
}

/// A simple implementation: every bound above the lowest is a switch, which turns on at `bound + rise` and off below
/// `bound - drop`. The state is the number of switches that are on.
struct Switches {
    on: Option<usize>,
    since: i64,
}

impl Switches {
    fn observe(&mut self, bounds: &[i64], (drop, rise, dwell): (i64, i64, u64), now: i64, value: i64, open: bool) {
        let upper = &bounds[1..];
        let next = match self.on {
            _ if !open => None,
            None => Some(upper.iter().filter(|bound| value >= **bound).count()),
            Some(on) if ((now - self.since) as u64) < dwell => Some(on),
            Some(on) => {
                let is_on = |(index, bound): (usize, &i64)| {
                    if index < on { value >= bound - drop } else { value >= bound + rise }
                };
                Some(upper.iter().enumerate().map(is_on).filter(|on| *on).count())
            }
        };
        if next != self.on {
            (self.on, self.since) = (next, now);
        }
    }
}

/// Which names a model gives its states is not a crossing of a subject, and neither is that it has states at all.
#[test]
fn a_model_that_gains_or_loses_states_publishes_no_crossing() {
    let with = |states: bool| {
        let mut document = document(&[0, 100], "at_least");
        if !states {
            document["state"] = json!([]);
        }
        scorer(&model(&document))
    };
    let (stateless, states) = (with(false), with(true));
    let policy = Policy::new();
    let look = |scorer: &Scorer<Record>, previous: Option<&Settled>, open: bool, at: i64| {
        let (settled, crossing) = settle(previous, &scorer.score(&record(150, open), second(at)), second(at), &policy);
        let stored: Settled = serde_json::from_str(&serde_json::to_string(&settled).unwrap()).unwrap();
        assert_eq!(stored, settled);
        (stored, crossing.map(|crossing| crossing.direction))
    };
    let (none, crossing) = look(&stateless, None, true, 0);
    assert_eq!((none.state(), crossing), (None, None));
    let (hot, crossing) = look(&states, Some(&none), true, 1);
    assert_eq!((hot.state(), hot.since(), crossing), (Some("100"), second(1), None));
    let (none, crossing) = look(&stateless, Some(&hot), true, 2);
    assert_eq!((none.state(), crossing), (None, None));
    // A gate of either model holds the subject back and lets it go again.
    for first in [&stateless, &states] {
        let (held, crossing) = look(first, Some(&none), false, 3);
        assert_eq!((held.state(), crossing), (None, None));
        let (free, crossing) = look(&states, Some(&held), true, 4);
        assert_eq!((free.state(), crossing), (Some("100"), Some(Direction::Up)));
    }
    // What earlier versions stored has no key for it.
    let stored = json!({ "state": null, "since": "1970-01-01T00:00:00Z", "as_of": "1970-01-01T00:00:00Z" });
    let stored: Settled = serde_json::from_value(stored).unwrap();
    assert_eq!(look(&states, Some(&stored), true, 4).1, Some(Direction::Up));
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn every_bound_is_a_switch(bounds in bounds(), observations in observations(0.9), numbers in policies(), by_points: bool) {
        let key = if by_points { "at_least_points" } else { "at_least" };
        let scorer = scorer(&model(&document(&bounds, key)));
        let mut switches: Option<Switches> = None;
        let mut now = 0;
        let settled = walk(&scorer, &observations, &policy(numbers.0, numbers.1, numbers.2));
        for ((after, value, open), (settled, crossing)) in observations.into_iter().zip(settled) {
            now += after;
            let first = switches.is_none();
            let switches = switches.get_or_insert(Switches { on: None, since: now });
            let before = switches.on;
            switches.observe(&bounds, numbers, now, value, open);
            let name = |on: usize| bounds[on].to_string();
            prop_assert_eq!(settled.state().map(str::to_owned), switches.on.map(name));
            prop_assert_eq!((settled.since(), settled.as_of()), (second(switches.since), second(now)));
            let crossed = crossing.map(|Crossing { from, to, direction, at, .. }| (from, to, direction, at));
            let direction = if switches.on > before { Direction::Up } else { Direction::Down };
            let expected = (!first && switches.on != before)
                .then(|| (before.map(name), switches.on.map(name), direction, second(now)));
            prop_assert_eq!(crossed, expected);
        }
    }

    #[test]
    fn a_stored_state_settles_like_the_original(bounds in bounds(), observations in observations(0.9), numbers in policies()) {
        let scorer = scorer(&model(&document(&bounds, "at_least")));
        let policy = policy(numbers.0, numbers.1, numbers.2);
        let policy_again: Policy = serde_json::from_str(&serde_json::to_string(&policy).unwrap()).unwrap();
        prop_assert_eq!(policy_again, policy);
        let (mut now, mut stored) = (0, String::from("null"));
        for ((after, value, open), expected) in observations.iter().zip(walk(&scorer, &observations, &policy)) {
            now += after;
            let previous: Option<Settled> = serde_json::from_str(&stored).unwrap();
            let actual = settle(previous.as_ref(), &scorer.score(&record(*value, *open), second(now)), second(now), &policy_again);
            stored = serde_json::to_string(&actual.0).unwrap();
            let crossing: Option<Crossing> = serde_json::from_str(&serde_json::to_string(&actual.1).unwrap()).unwrap();
            prop_assert_eq!(&crossing, &actual.1);
            prop_assert_eq!(actual, expected);
        }
    }

    #[test]
    fn values_within_the_margins_never_cross(bound in 30_i64..=170, drop in 0_i64..=20, rise in 0_i64..=20, around in proptest::collection::vec(0_i64..40, 1..60)) {
        let scorer = scorer(&model(&document(&[0, bound], "at_least")));
        let band = |offset: i64| bound - drop + offset % (drop + rise).max(1);
        for start in [0, 200] {
            let values = [start].into_iter().chain(around.iter().map(|offset| band(*offset)));
            let observations: Vec<_> = values.map(|value| (60, value, true)).collect();
            let settled = walk(&scorer, &observations, &policy(drop, rise, 0));
            let crossings = settled.iter().filter(|(_, crossing)| crossing.is_some()).count();
            // Without margins the band is the bound itself, which belongs to the state above it.
            let expected = usize::from(drop + rise == 0 && start == 0);
            prop_assert_eq!(crossings, expected);
        }
    }

    /// Observations on the way do not matter if the value only falls or only rises.
    #[test]
    fn a_monotone_path_settles_like_its_ends(bounds in bounds(), start in 0_i64..=200, mut path in proptest::collection::vec(0_i64..=200, 1..8), falling: bool, drop in 0_i64..=20, rise in 0_i64..=20) {
        let scorer = scorer(&model(&document(&bounds, "at_least")));
        path.push(start);
        path.sort_unstable();
        if falling {
            path.reverse();
        }
        let path: Vec<_> = path.into_iter().map(|value| (60, value, true)).collect();
        let whole = [path[0], path[path.len() - 1]];
        let last = |observations: &[Observation]| walk(&scorer, observations, &policy(drop, rise, 0)).pop().unwrap().0.state().map(str::to_owned);
        prop_assert_eq!(last(&path), last(&whole));
    }

    #[test]
    fn settling_again_gives_no_second_crossing(bounds in bounds(), observations in observations(0.9), numbers in policies()) {
        let scorer = scorer(&model(&document(&bounds, "at_least")));
        let policy = policy(numbers.0, numbers.1, numbers.2);
        let (_, value, open) = observations[observations.len() - 1];
        let (settled, _) = walk(&scorer, &observations, &policy).pop().unwrap();
        let score = scorer.score(&record(value, open), settled.as_of());
        prop_assert_eq!(settle(Some(&settled), &score, settled.as_of(), &policy), (settled.clone(), None));
        // An earlier observation does not change the present state.
        let earlier = settled.as_of() - TimeDelta::seconds(1);
        let other = scorer.score(&record(200 - value, !open), earlier);
        prop_assert_eq!(settle(Some(&settled), &other, earlier, &policy), (settled, None));
    }
}

#[test]
fn with_the_default_policy_the_settled_state_is_that_of_the_score() {
    let strangers: Vec<_> = subjects(900_000..900_008).collect();
    let mut crossings = 0_u64;
    for subject in subjects(0..scaled(2_000)) {
        let mut previous: Option<Settled> = None;
        for (hour, other) in strangers.iter().enumerate() {
            let as_of = subject.as_of + TimeDelta::hours(hour as i64);
            let score = subject.scorer.score(&other.record, as_of);
            let (settled, crossing) = settle(previous.as_ref(), &score, as_of, &Policy::default());
            assert_eq!(settled.state(), score.state(), "seed {}", subject.seed);
            let moved = previous.as_ref().is_some_and(|previous| previous.state() != score.state());
            assert_eq!(crossing.is_some(), moved, "seed {}", subject.seed);
            crossings += u64::from(moved);
            previous = Some(settled);

            let reached = subject.scorer.states().filter(|(_, bound)| score.state_points() >= *bound).last();
            let lowest = subject.scorer.states().next();
            let expected = if score.verdict().is_scored() { reached.or(lowest) } else { None };
            assert_eq!(score.state(), expected.map(|(name, _)| name), "seed {}", subject.seed);
        }
    }
    assert!(crossings > scaled(1_000), "too few states change: {crossings}");
}

const STATES: &str = "
format = 1
name = 'x'
[[required]]
id = 'open'
when.open = true
[[axis]]
name = 'all'
available = 100
[[axis.rule]]
id = 'v'
per_unit.v = { points = 1, max = 100 }
";

fn with_states(states: &[(&str, i32)]) -> Scorer<Record> {
    let states: Vec<_> =
        states.iter().map(|(name, bound)| format!("[[state]]\nname = '{name}'\nat_least = {bound}\n")).collect();
    scorer(&toml_model(&(STATES.to_owned() + &states.concat())))
}

/// Settles one value per day, and compares with `state`, `from up to` or `from down to`.
#[track_caller]
fn assert_settles(policy: &Policy, values: &[(f64, &str)]) {
    let scorer = with_states(&[("ready", 70), ("warm", 50), ("cold", 0)]);
    let mut previous: Option<Settled> = None;
    for (day, (value, expected)) in values.iter().enumerate() {
        let now = at("2026-11-01") + TimeDelta::days(day as i64);
        let record = if value.is_nan() {
            Record::new().with("open", false)
        } else {
            Record::new().with("open", true).with("v", *value)
        };
        let (settled, crossing) = settle(previous.as_ref(), &scorer.score(&record, now), now, policy);
        let name = |state: &Option<String>| state.clone().unwrap_or_else(|| "none".to_owned());
        let actual = match &crossing {
            None => settled.state().unwrap_or("none").to_owned(),
            Some(Crossing { from, to, direction: Direction::Up, .. }) => format!("{} up {}", name(from), name(to)),
            Some(Crossing { from, to, .. }) => format!("{} down {}", name(from), name(to)),
        };
        assert_eq!(actual, *expected, "day {day}, {value}");
        previous = Some(settled);
    }
}

/// A value for a subject that the gate holds back.
const GATED: f64 = f64::NAN;

#[test]
fn states_settle_at_bounds_margins_dwell_and_gates_as_documented() {
    // A value at the bound, with and without margins. A value at the margin does not cross.
    assert_settles(&Policy::new(), &[(69.999999, "warm"), (70.0, "warm up ready"), (69.999999, "ready down warm")]);
    let drop = Policy::new().drop_margin(5);
    assert_settles(&drop, &[(70.0, "ready"), (65.0, "ready"), (64.999999, "ready down warm"), (69.0, "warm")]);
    assert_settles(
        &drop,
        &[(64.0, "warm"), (70.0, "warm up ready"), (64.0, "ready down warm"), (70.0, "warm up ready")],
    );
    let rise = Policy::new().rise_margin("2.5".parse::<Points>().unwrap());
    assert_settles(&rise, &[(70.0, "ready"), (69.0, "ready down warm"), (72.499999, "warm"), (72.5, "warm up ready")]);
    // Several bounds at once, each with its own margin.
    assert_settles(
        &drop,
        &[(90.0, "ready"), (46.0, "ready down warm"), (44.0, "warm down cold"), (71.0, "cold up ready")],
    );
    assert_settles(&drop, &[(90.0, "ready"), (44.0, "ready down cold")]);
    // The first observation has no margins.
    assert_settles(&rise, &[(70.0, "ready")]);
    assert_settles(&drop, &[(68.0, "warm")]);
    // A negative margin counts as zero.
    assert_settles(
        &Policy::new().drop_margin(-5).rise_margin(-5),
        &[(70.0, "ready"), (69.0, "ready down warm"), (70.0, "warm up ready")],
    );
    // With a dwell of two days, a state changes two days after it was entered at the earliest, up or down.
    let dwell = Policy::new().dwell(Span::days(2));
    assert_settles(
        &dwell,
        &[(40.0, "cold"), (90.0, "cold"), (60.0, "cold up warm"), (90.0, "warm"), (10.0, "warm down cold")],
    );
    // A gate acts at once, and a subject that passes it again starts like a new one.
    assert_settles(
        &dwell.drop_margin(50),
        &[(90.0, "ready"), (GATED, "ready down none"), (GATED, "none"), (60.0, "none up warm")],
    );
}

#[test]
fn a_state_that_the_model_no_longer_has_is_replaced_without_a_crossing() {
    let (now, later) = (at("2026-11-01"), at("2026-11-02"));
    let policy = Policy::new().drop_margin(5).dwell(Span::days(30));
    let record = Record::new().with("open", true).with("v", 68.0);
    let old = with_states(&[("ready", 60), ("cold", 0)]);
    let (settled, _) = settle(None, &old.score(&record, now), now, &policy);
    assert_eq!(settled.state(), Some("ready"));
    let after = |states: &[(&str, i32)], record: &Record| {
        let scorer = with_states(states);
        settle(Some(&settled), &scorer.score(record, later), later, &policy)
    };
    // The new model does not have the state: no crossing, and the dwell starts now.
    let (renamed, crossing) = after(&[("hot", 60), ("cold", 0)], &record);
    assert_eq!((renamed.state(), renamed.since(), crossing), (Some("hot"), later, None));
    let (none, crossing) = after(&[], &record);
    assert_eq!((none.state(), crossing), (None, None));
    // The same names with other bounds: the dwell continues.
    let (kept, crossing) = after(&[("ready", 90), ("cold", 0)], &record);
    assert_eq!((kept.state(), kept.since(), crossing), (Some("ready"), now, None));
    // A gate acts at once, also on a state that the model does not have.
    let (gated, crossing) = after(&[("hot", 60), ("cold", 0)], &record.with("open", false));
    assert_eq!(gated.state(), None);
    assert_eq!(
        crossing.map(|crossing| (crossing.from, crossing.direction)),
        Some((Some("ready".to_owned()), Direction::Down))
    );
}

#[test]
fn settled_states_crossings_and_policies_serialize_as_documented() {
    let scorer = with_states(&[("ready", 70), ("cold", 0)]);
    let now: DateTime<Utc> = "2026-11-22T09:00:00.75Z".parse().unwrap();
    let settle_at = |v: f64, previous: Option<&Settled>, now| {
        settle(previous, &scorer.score(&Record::new().with("open", true).with("v", v), now), now, &Policy::new())
    };
    let (first, _) = settle_at(10.0, None, now);
    let first_json = json!({ "state": "cold", "since": "2026-11-22T09:00:00Z", "as_of": "2026-11-22T09:00:00Z", "stateless": false });
    assert_eq!(serde_json::to_value(&first).unwrap(), first_json);
    let (_, crossing) = settle_at(80.0, Some(&first), now + TimeDelta::days(1));
    let json = json!({ "from": "cold", "to": "ready", "direction": "up", "at": "2026-11-23T09:00:00Z" });
    assert_eq!(serde_json::to_value(&crossing).unwrap(), json);
    assert_golden(&first, "settled");
    assert_golden(&crossing.unwrap(), "crossing");
    // Half a second earlier is the same second.
    let (again, crossing) = settle_at(80.0, Some(&first), now - TimeDelta::milliseconds(500));
    assert_eq!((again.state(), crossing.is_some()), (Some("ready"), true));

    let policy: Policy = serde_json::from_value(json!({ "drop_margin": 2.5, "dwell": "36h" })).unwrap();
    assert_eq!(policy, Policy::new().drop_margin("2.5".parse::<Points>().unwrap()).dwell(Span::hours(36)));
    assert_eq!(serde_json::from_value::<Policy>(json!({})).unwrap(), Policy::default());
    assert_golden(&policy, "policy");
    let error = serde_json::from_value::<Policy>(json!({ "margin": 5 })).unwrap_err().to_string();
    assert!(error.contains("unknown field `margin`") && error.contains("`drop_margin`"), "{error}");

    let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
    let (first, _) = settle_at(10.0, None, ends[0]);
    assert!(settle_at(80.0, Some(&first), ends[1]).1.is_some());
    for far in ends {
        let (settled, _) = settle_at(80.0, None, far);
        let text = serde_json::to_string(&settled).unwrap();
        assert_eq!(serde_json::from_str::<Settled>(&text).unwrap(), settled, "{text}");
    }
}
