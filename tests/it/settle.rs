//! States that hold still: laws on random walks, and a table of the edges.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use warmth::settle::{Crossing, Direction, Policy};
use warmth::{Points, Record, Scorer, Settled, Span, settle};

use crate::support::{at, model, scorer, second, subjects, toml_model};

/// Half points as points.
fn halves(halves: i64) -> Points {
    Points::from_micros(halves * 500_000)
}

/// States at these bounds in half points, lowest first and named by them, for a subject worth `v` points.
fn document(bounds: &[i64], key: &str) -> Json {
    let states = bounds.iter().map(|bound| json!({ "name": bound.to_string(), key: halves(*bound) }));
    let worth = json!({ "v": { "points": 1, "min": -1000, "max": 1000 } });
    json!({
        "format": 1,
        "name": "walk",
        "required": [{ "id": "open", "when": { "open": true } }],
        "axis": [{ "name": "all", "available": 100, "rule": [{ "id": "v", "per_unit": worth }] }],
        "state": states.collect::<Vec<_>>(),
    })
}

/// A look at a subject: seconds since the last one, half points, and whether no gate holds it back.
type Look = (i64, i64, bool);

fn record(value: i64, open: bool) -> Record {
    Record::new().with("v", value as f64 / 2.0).with("open", open)
}

/// What settling gives at each look.
fn walk(scorer: &Scorer<Record>, looks: &[Look], policy: &Policy) -> Vec<(Settled, Option<Crossing>)> {
    let (mut now, mut previous, mut all) = (0, None, Vec::new());
    for (after, value, open) in looks {
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

fn looks(open: f64) -> impl Strategy<Value = Vec<Look>> {
    // Near each other more often than not, so that margins and dwell matter.
    let steps =
        (prop_oneof![0_i64..=4, 0_i64..=200_000], prop_oneof![-6_i64..=6, -200_i64..=200], prop::bool::weighted(open));
    (0_i64..=200, proptest::collection::vec(steps, 1..40)).prop_map(|(start, steps)| {
        let mut value = start;
        let mut look = |(after, by, open): (i64, i64, bool)| {
            value = (value + by).clamp(0, 200);
            (after, value, open)
        };
        steps.into_iter().map(&mut look).collect()
    })
}

fn policy(drop: i64, rise: i64, dwell: u64) -> Policy {
    Policy::new().drop_margin(halves(drop)).rise_margin(halves(rise)).dwell(Span::seconds(dwell))
}

fn policies() -> impl Strategy<Value = (i64, i64, u64)> {
    (0_i64..=20, 0_i64..=20, prop_oneof![Just(0_u64), 1_u64..=10, 1_u64..=300_000])
}

/// The obvious way: every bound above the lowest is a switch of its own, turned on at `bound + rise` and off below
/// `bound - drop`. The state is the number of switches that are on.
struct Switches {
    on: Option<usize>,
    since: i64,
}

impl Switches {
    fn look(&mut self, bounds: &[i64], (drop, rise, dwell): (i64, i64, u64), now: i64, value: i64, open: bool) {
        let upper = &bounds[1..];
        let next = match self.on {
            _ if !open => None,
            None => Some(upper.iter().filter(|bound| value >= **bound).count()),
            Some(held) if ((now - self.since) as u64) < dwell => Some(held),
            Some(held) => {
                let is_on = |(place, bound): (usize, &i64)| {
                    if place < held { value >= bound - drop } else { value >= bound + rise }
                };
                Some(upper.iter().enumerate().map(is_on).filter(|on| *on).count())
            }
        };
        if next != self.on {
            (self.on, self.since) = (next, now);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_bound_is_a_switch(bounds in bounds(), looks in looks(0.9), numbers in policies(), by_points: bool) {
        let key = if by_points { "at_least_points" } else { "at_least" };
        let scorer = scorer(&model(&document(&bounds, key)));
        let mut switches: Option<Switches> = None;
        let mut now = 0;
        let settled = walk(&scorer, &looks, &policy(numbers.0, numbers.1, numbers.2));
        for ((after, value, open), (settled, crossing)) in looks.into_iter().zip(settled) {
            now += after;
            let first = switches.is_none();
            let switches = switches.get_or_insert(Switches { on: None, since: now });
            let before = switches.on;
            switches.look(&bounds, numbers, now, value, open);
            let name = |place: usize| bounds[place].to_string();
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
    fn storing_changes_nothing(bounds in bounds(), looks in looks(0.9), numbers in policies()) {
        let scorer = scorer(&model(&document(&bounds, "at_least")));
        let policy = policy(numbers.0, numbers.1, numbers.2);
        let policy_again: Policy = serde_json::from_str(&serde_json::to_string(&policy).unwrap()).unwrap();
        prop_assert_eq!(policy_again, policy);
        let (mut now, mut stored) = (0, String::from("null"));
        for ((after, value, open), expected) in looks.iter().zip(walk(&scorer, &looks, &policy)) {
            now += after;
            let previous: Option<Settled> = serde_json::from_str(&stored).unwrap();
            let own = settle(previous.as_ref(), &scorer.score(&record(*value, *open), second(now)), second(now), &policy_again);
            stored = serde_json::to_string(&own.0).unwrap();
            let crossing: Option<Crossing> = serde_json::from_str(&serde_json::to_string(&own.1).unwrap()).unwrap();
            prop_assert_eq!(&crossing, &own.1);
            prop_assert_eq!(own, expected);
        }
    }

    #[test]
    fn within_the_margins_nothing_flaps(bound in 30_i64..=170, drop in 0_i64..=20, rise in 0_i64..=20, around in proptest::collection::vec(0_i64..40, 1..60)) {
        let scorer = scorer(&model(&document(&[0, bound], "at_least")));
        let band = |place: i64| bound - drop + place % (drop + rise).max(1);
        for start in [0, 200] {
            let looks: Vec<_> = [start].into_iter().chain(around.iter().map(|place| band(*place))).map(|value| (60, value, true)).collect();
            let settled = walk(&scorer, &looks, &policy(drop, rise, 0));
            let flaps = settled.iter().filter(|(_, crossing)| crossing.is_some()).count();
            // Without any margin the band is the bound itself, which belongs to the state above it.
            let expected = usize::from(drop + rise == 0 && start == 0);
            prop_assert_eq!(flaps, expected);
        }
    }

    /// How a value got to where it is does not matter where it never turned.
    #[test]
    fn a_fall_or_rise_may_be_seen_in_parts(bounds in bounds(), start in 0_i64..=200, mut path in proptest::collection::vec(0_i64..=200, 1..8), falling: bool, drop in 0_i64..=20, rise in 0_i64..=20) {
        let scorer = scorer(&model(&document(&bounds, "at_least")));
        path.push(start);
        path.sort_unstable();
        if falling {
            path.reverse();
        }
        let path: Vec<_> = path.into_iter().map(|value| (60, value, true)).collect();
        let whole = [path[0], path[path.len() - 1]];
        let last = |looks: &[Look]| walk(&scorer, looks, &policy(drop, rise, 0)).pop().unwrap().0.state().map(str::to_owned);
        prop_assert_eq!(last(&path), last(&whole));
    }

    #[test]
    fn asking_again_gives_no_second_crossing(bounds in bounds(), looks in looks(0.9), numbers in policies()) {
        let scorer = scorer(&model(&document(&bounds, "at_least")));
        let policy = policy(numbers.0, numbers.1, numbers.2);
        let (_, value, open) = looks[looks.len() - 1];
        let (settled, _) = walk(&scorer, &looks, &policy).pop().unwrap();
        let score = scorer.score(&record(value, open), settled.as_of());
        prop_assert_eq!(settle(Some(&settled), &score, settled.as_of(), &policy), (settled.clone(), None));
        // An earlier look says nothing of the present, whatever it saw.
        let earlier = settled.as_of() - TimeDelta::seconds(1);
        let other = scorer.score(&record(200 - value, !open), earlier);
        prop_assert_eq!(settle(Some(&settled), &other, earlier, &policy), (settled, None));
    }
}

#[test]
fn without_a_policy_the_settled_state_is_that_of_the_score() {
    let strangers: Vec<_> = subjects(900_000..900_008).collect();
    let mut crossings = 0;
    for own in subjects(0..2_000) {
        let mut previous: Option<Settled> = None;
        for (hour, other) in strangers.iter().enumerate() {
            let as_of = own.as_of + TimeDelta::hours(hour as i64);
            let score = own.scorer.score(&other.record, as_of);
            let (settled, crossing) = settle(previous.as_ref(), &score, as_of, &Policy::default());
            assert_eq!(settled.state(), score.state(), "seed {}", own.seed);
            let moved = previous.as_ref().is_some_and(|previous| previous.state() != score.state());
            assert_eq!(crossing.is_some(), moved, "seed {}", own.seed);
            crossings += u32::from(moved);
            previous = Some(settled);

            let reached = score.states().filter(|(_, bound)| score.state_points() >= *bound).last();
            let lowest = score.states().next();
            let told = if score.verdict().is_scored() { reached.or(lowest) } else { None };
            assert_eq!(score.state(), told.map(|(name, _)| name), "seed {}", own.seed);
        }
    }
    assert!(crossings > 1_000, "too few states change at all: {crossings}");
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

/// Looks at a value a day, as `state` or `from -> to`.
#[track_caller]
fn told(policy: &Policy, looks: &[(f64, &str)]) {
    let scorer = with_states(&[("ready", 70), ("warm", 50), ("cold", 0)]);
    let mut previous: Option<Settled> = None;
    for (day, (value, expected)) in looks.iter().enumerate() {
        let now = at("2026-11-01") + TimeDelta::days(day as i64);
        let record = if value.is_nan() {
            Record::new().with("open", false)
        } else {
            Record::new().with("open", true).with("v", *value)
        };
        let (settled, crossing) = settle(previous.as_ref(), &scorer.score(&record, now), now, policy);
        let name = |state: &Option<String>| state.clone().unwrap_or_else(|| "none".to_owned());
        let told = match &crossing {
            None => settled.state().unwrap_or("none").to_owned(),
            Some(Crossing { from, to, direction: Direction::Up, .. }) => format!("{} up {}", name(from), name(to)),
            Some(Crossing { from, to, .. }) => format!("{} down {}", name(from), name(to)),
        };
        assert_eq!(told, *expected, "day {day}, {value}");
        previous = Some(settled);
    }
}

/// A gate holds the subject back.
const GATED: f64 = f64::NAN;

#[test]
fn edges_are_as_told() {
    // On the bound, with and without margins; the margin itself is still within the margin.
    told(&Policy::new(), &[(69.999999, "warm"), (70.0, "warm up ready"), (69.999999, "ready down warm")]);
    let drop = Policy::new().drop_margin(5);
    told(&drop, &[(70.0, "ready"), (65.0, "ready"), (64.999999, "ready down warm"), (69.0, "warm")]);
    told(&drop, &[(64.0, "warm"), (70.0, "warm up ready"), (64.0, "ready down warm"), (70.0, "warm up ready")]);
    let rise = Policy::new().rise_margin("2.5".parse::<Points>().unwrap());
    told(&rise, &[(70.0, "ready"), (69.0, "ready down warm"), (72.499999, "warm"), (72.5, "warm up ready")]);
    // Past several bounds at once, each with its own margin.
    told(&drop, &[(90.0, "ready"), (46.0, "ready down warm"), (44.0, "warm down cold"), (71.0, "cold up ready")]);
    told(&drop, &[(90.0, "ready"), (44.0, "ready down cold")]);
    // The first call takes what there is, margins or not.
    told(&rise, &[(70.0, "ready")]);
    told(&drop, &[(68.0, "warm")]);
    // A margin below zero is none.
    told(
        &Policy::new().drop_margin(-5).rise_margin(-5),
        &[(70.0, "ready"), (69.0, "ready down warm"), (70.0, "warm up ready")],
    );
    // A state that is held for two days is left on the second day after it was entered, either way.
    let dwell = Policy::new().dwell(Span::days(2));
    told(&dwell, &[(40.0, "cold"), (90.0, "cold"), (60.0, "cold up warm"), (90.0, "warm"), (10.0, "warm down cold")]);
    // Gates do not wait, and what comes back from behind one starts anew.
    told(
        &dwell.drop_margin(50),
        &[(90.0, "ready"), (GATED, "ready down none"), (GATED, "none"), (60.0, "none up warm")],
    );
}

#[test]
fn other_names_start_anew() {
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
    // The state is not called so any more: nothing was crossed, and it is held from now on.
    let (renamed, crossing) = after(&[("hot", 60), ("cold", 0)], &record);
    assert_eq!((renamed.state(), renamed.since(), crossing), (Some("hot"), later, None));
    let (none, crossing) = after(&[], &record);
    assert_eq!((none.state(), crossing), (None, None));
    // The same names with other bounds: the dwell holds, whatever the bounds are.
    let (kept, crossing) = after(&[("ready", 90), ("cold", 0)], &record);
    assert_eq!((kept.state(), kept.since(), crossing), (Some("ready"), now, None));
    // A gate closes at once, also for a state that the model does not know.
    let (gated, crossing) = after(&[("hot", 60), ("cold", 0)], &record.with("open", false));
    assert_eq!(gated.state(), None);
    assert_eq!(
        crossing.map(|crossing| (crossing.from, crossing.direction)),
        Some((Some("ready".to_owned()), Direction::Down))
    );
}

#[test]
fn what_is_stored_looks_like_this() {
    let scorer = with_states(&[("ready", 70), ("cold", 0)]);
    let now: DateTime<Utc> = "2026-11-22T09:00:00.75Z".parse().unwrap();
    let look = |v: f64, previous: Option<&Settled>, now| {
        settle(previous, &scorer.score(&Record::new().with("open", true).with("v", v), now), now, &Policy::new())
    };
    let (first, _) = look(10.0, None, now);
    let first_json = json!({ "state": "cold", "since": "2026-11-22T09:00:00Z", "as_of": "2026-11-22T09:00:00Z" });
    assert_eq!(serde_json::to_value(&first).unwrap(), first_json);
    let (_, crossing) = look(80.0, Some(&first), now + TimeDelta::days(1));
    let json = json!({ "from": "cold", "to": "ready", "direction": "up", "at": "2026-11-23T09:00:00Z" });
    assert_eq!(serde_json::to_value(crossing).unwrap(), json);
    // Half a second earlier is the same second.
    let (again, crossing) = look(80.0, Some(&first), now - TimeDelta::milliseconds(500));
    assert_eq!((again.state(), crossing.is_some()), (Some("ready"), true));

    let policy: Policy = serde_json::from_value(json!({ "drop_margin": 2.5, "dwell": "36h" })).unwrap();
    assert_eq!(policy, Policy::new().drop_margin("2.5".parse::<Points>().unwrap()).dwell(Span::hours(36)));
    assert_eq!(serde_json::from_value::<Policy>(json!({})).unwrap(), Policy::default());
    let error = serde_json::from_value::<Policy>(json!({ "margin": 5 })).unwrap_err().to_string();
    assert!(error.contains("unknown field `margin`") && error.contains("`drop_margin`"), "{error}");

    let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
    let (first, _) = look(10.0, None, ends[0]);
    assert!(look(80.0, Some(&first), ends[1]).1.is_some());
    for far in ends {
        let (settled, _) = look(80.0, None, far);
        let text = serde_json::to_string(&settled).unwrap();
        assert_eq!(serde_json::from_str::<Settled>(&text).unwrap(), settled, "{text}");
    }
}
