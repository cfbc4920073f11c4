//! Comparisons: the parts of a difference follow from replacing one input after the other, and add up.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use warmth::compare::{Cause, LineChange, Name};
use warmth::explain::{CheckKind, Explanation, LineKind};
use warmth::{Activity, Comparison, Event, Facts, Points, Record, Scorer, Truth, compare, facts};

use crate::support::{Subject, at, on_all_processors, scaled, scorer, subject, toml_model};

/// The inputs of one side of a comparison.
#[derive(Clone)]
struct Side<'a> {
    scorer: &'a Scorer<Record>,
    facts: Record,
    activity: Activity,
    as_of: DateTime<Utc>,
}

impl<'a> Side<'a> {
    fn of(subject: &'a Subject) -> Side<'a> {
        let Subject { scorer, record, as_of, .. } = subject;
        let activity = record.activity().clone();
        Side { scorer, facts: record.clone().with_activity(Activity::new()), activity, as_of: *as_of }
    }

    fn record(&self) -> Record {
        self.facts.clone().with_activity(self.activity.clone())
    }
}

fn compared<'a>(before: &Side<'a>, after: &Side<'a>) -> Comparison<'a> {
    let (old, new) = (before.record(), after.record());
    compare(before.scorer.snapshot(&old, before.as_of), after.scorer.snapshot(&new, after.as_of))
}

/// A new activity with the events up to `as_of`.
fn until(activity: &Activity, as_of: DateTime<Utc>) -> Activity {
    let mut past = Activity::new();
    for event in activity.events().filter(|event| event.at <= as_of) {
        past.record_event(event);
    }
    past
}

/// Whether each cause is replaced: time, events, facts, model. All 16 combinations occur equally often.
type Replaced = [bool; 4];

/// A subject, and the same one with some inputs changed or taken from another subject.
fn pair<'a>(base: &'a Subject, other: &'a Subject, replaced: Replaced, rng: &mut Rng) -> (Side<'a>, Side<'a>) {
    let before = Side::of(base);
    let (other_side, mut after) = (Side::of(other), before.clone());
    let [time, events, facts, model] = replaced;
    if time {
        after.as_of = match rng.u8(..3) {
            0 => other_side.as_of,
            1 => before.as_of + TimeDelta::seconds(rng.i64(-86_400..=8_640_000)),
            _ => before.as_of + TimeDelta::days(rng.i64(1..=200)),
        };
    }
    if events {
        let age = (before.as_of - other_side.as_of).num_seconds();
        let more = rng.bool();
        if !more {
            after.activity = Activity::new();
        }
        for event in other.record.activity().events() {
            let at = event.at + TimeDelta::seconds(age);
            let mut moved = Event::new(event.name, at).count(event.count).amount(event.amount);
            moved.attributes = event.attributes;
            after.activity.record_event(moved);
        }
    }
    if facts {
        let some = rng.bool();
        if !some {
            after.facts = Record::new();
        }
        for (field, value) in other_side.facts.iter() {
            if !some || rng.bool() {
                after.facts.set(field, value.clone());
            }
        }
    }
    if model {
        after.scorer = other_side.scorer;
    }
    (before, after)
}

type Key = (Option<String>, LineKind, Option<String>);

/// Raw and score points of all lines with the same axis, kind and id.
fn points_by_key(explanation: &Explanation<'_>) -> BTreeMap<Key, (i64, i64)> {
    let mut all = BTreeMap::new();
    for line in explanation.lines() {
        let key = (line.axis.map(str::to_owned), line.kind, line.id.map(str::to_owned));
        let (raw, score) = all.entry(key).or_insert((0, 0));
        *raw += line.points.micros();
        *score += line.score.micros();
    }
    all
}

fn key(line: &LineChange<'_>) -> Key {
    (line.axis.map(str::to_owned), line.kind, line.id.map(str::to_owned))
}

/// Pairs made from the same two subjects, as compiling a model takes longer than comparing.
const PAIRS: u64 = 4;

fn check(family: u64, moved: &[AtomicU64; 4]) {
    let (base, other) = (subject(family), subject(1_000_000 + family));
    for seed in PAIRS * family..PAIRS * (family + 1) {
        check_pair(seed, &base, &other, moved);
    }
}

fn check_pair(seed: u64, base: &Subject, other: &Subject, moved: &[AtomicU64; 4]) {
    let rng = &mut Rng::with_seed(seed);
    let replaced = [0, 1, 2, 3].map(|bit| seed >> bit & 1 == 1);
    let (before, after) = pair(base, other, replaced, rng);
    let comparison = compared(&before, &after);
    let parts = comparison.parts();

    // Each part by its definition, from records put together by hand.
    let with = |facts: &Record, activity: Activity| facts.clone().with_activity(activity);
    let aged = with(&before.facts, until(&before.activity, before.as_of));
    let active = with(&before.facts, after.activity.clone());
    let (old, new) = (before.record(), after.record());
    let ends = [
        before.scorer.score(&old, before.as_of),
        before.scorer.score(&aged, after.as_of),
        before.scorer.score(&active, after.as_of),
        before.scorer.score(&new, after.as_of),
        after.scorer.score(&new, after.as_of),
    ];
    assert_eq!(comparison.before().score(), ends[0]);
    assert_eq!(comparison.after().score(), ends[4]);
    for (part, ends) in parts.iter().zip(ends.windows(2)) {
        assert_eq!((part.before, part.after), (ends[0], ends[1]), "{}", part.cause);
        let moved_by = ends[1].value().micros() - ends[0].value().micros();
        assert_eq!(part.difference.micros(), moved_by, "{}", part.cause);
        let lines: i64 = part.lines.iter().map(|line| line.difference.micros()).sum();
        assert_eq!(lines, moved_by, "{}", part.cause);
        assert!(part.lines.is_sorted_by_key(|line| std::cmp::Reverse(line.difference.micros().abs())));
        for name in &part.names {
            assert_ne!(name.before, name.after);
        }
        let state = part.names.iter().find(|name| name.of == Name::State);
        assert_eq!(state.map(|name| (name.before, name.after)).is_some(), ends[0].state() != ends[1].state());
    }
    let difference: i64 = parts.iter().map(|part| part.difference.micros()).sum();
    assert_eq!(difference, ends[4].value().micros() - ends[0].value().micros());
    assert_eq!(difference, comparison.difference().micros());

    // Only a replaced input moves its part. Events after the old instant count as replaced, as the old score had none.
    let since = |event: warmth::Event<'_>| event.at > before.as_of && event.at <= after.as_of;
    let new_events = replaced[1] || before.activity.events().any(since);
    let may_move = [replaced[0], new_events, replaced[2], replaced[3]];
    for ((part, may_move), moved) in parts.iter().zip(may_move).zip(moved) {
        assert!(may_move || part.is_empty(), "{} moved: {part:?}", part.cause);
        moved.fetch_add(u64::from(part.difference != Points::ZERO), Ordering::Relaxed);
    }

    // If only one input is replaced, its lines are the difference between the two explanations.
    if may_move.iter().filter(|may| **may).count() == 1 {
        let cause = Cause::ALL[may_move.iter().position(|may| *may).unwrap()];
        let (was, mut difference) = (points_by_key(comparison.before()), points_by_key(comparison.after()));
        for (key, (raw, score)) in was {
            let points = difference.entry(key).or_insert((0, 0));
            *points = (points.0 - raw, points.1 - score);
        }
        difference.retain(|_, points| *points != (0, 0));
        let part = &parts[cause as usize];
        let found: BTreeMap<_, _> = part
            .lines
            .iter()
            .map(|line| (key(line), (line.raw_difference().micros(), line.difference.micros())))
            .collect();
        assert_eq!(found, difference);
        for check in &part.checks {
            let truth = |explanation: &Explanation<'_>| -> Option<Truth> {
                let same = |other: &warmth::explain::Check<'_, '_>| (other.kind, other.id) == (check.kind, check.id);
                explanation.checks().find(same).map(|other| other.truth)
            };
            let (was, is) = (check.before.map(|side| side.truth), check.after.map(|side| side.truth));
            assert_eq!((was, is), (truth(comparison.before()), truth(comparison.after())));
            assert_ne!(was, is);
        }
    }

    // The serialized form has the same numbers.
    if seed.is_multiple_of(16) {
        let json = serde_json::to_value(&comparison).unwrap();
        for (json, part) in json["parts"].as_array().unwrap().iter().zip(&parts) {
            assert_eq!(json["cause"], part.cause.as_str());
            assert_eq!(json["difference"], serde_json::to_value(part.difference).unwrap());
            assert_eq!(json["lines"].as_array().unwrap().len(), part.lines.len());
        }
        assert_eq!(comparison.to_string().lines().count(), 5);
    }
}

#[test]
fn parts_and_lines_add_up_on_random_pairs() {
    let moved = [const { AtomicU64::new(0) }; 4];
    on_all_processors(0..scaled(100_000 / PAIRS), |family| check(family, &moved));
    let moved = moved.map(AtomicU64::into_inner);
    assert!(moved.iter().all(|count| *count > scaled(5_000)), "too few parts change: {moved:?}");
}

const MODEL: &str = r#"
format = 1
name = "readiness"
[[required]]
id = "flagship"
label = "Has the flagship product"
when.has_flagship = true
[[disqualifying]]
id = "renewal"
label = "In a renewal period"
when.renewal_date.days_until.between = [0, 60]
[[axis]]
name = "fit"
available = 100
[[axis.rule]]
id = "nps"
label = "Would recommend us"
bands.nps = [[0, -20], [7, 10], [9, 40]]
[[axis.rule]]
id = "tenure"
label = "With us for half a year"
when.contract_start.months_since.at_least = 6
points = 20
[[axis.rule]]
id = "health"
label = "Uses the product well"
values.health = { green = 30, yellow = 10 }
[[axis]]
name = "activity"
available = 100
[[axis.group]]
name = "website"
label = "Website"
max = 60
[[axis.rule]]
id = "pricing"
label = "Looked at prices"
group = "website"
signal.event = "pricing_view"
signal.points = 20
signal.most_recent = 5
signal.decay.half_life = "14d"
[[axis.rule]]
id = "logins"
label = "Logs in"
signal.event = "login"
signal.points = 10
signal.window = "30d"
signal.most_recent = 4
[[promoter]]
id = "icp"
label = "Ideal customer"
when.segment = "mid"
plus = 10
[[limit]]
id = "overdue"
label = "An invoice is overdue"
when.overdue = true
at_most = 20
[grade]
fit = { axis = "fit", cuts = [75, 50, 25] }
activity = { axis = "activity", cuts = [75, 50, 25] }
[[state]]
name = "ready"
at_least = 40
[[state]]
name = "cold"
at_least = 0
[[segment]]
name = "asking"
when.axis.activity.at_least = 40
[[segment]]
name = "quiet"
[[play]]
name = "Call"
states = ["ready"]
[[play]]
name = "Wait"
otherwise = true
"#;

const THEN: &str = "2026-11-08T09:00:00Z";
const NOW: &str = "2026-11-22T09:00:00Z";

fn account() -> Record {
    let mut account = Record::new().with("has_flagship", true).with("nps", 8).with("contract_start", "2026-05-20");
    account.activity_mut().record_with("pricing_view", at(THEN), 2, Points::ZERO);
    account.activity_mut().record("login", at("2026-10-20"));
    account
}

#[track_caller]
fn assert_prints(before: (&str, &Record, &str), after: (&str, &Record, &str), expected: &str) {
    let scorers = [before.0, after.0].map(|model| scorer(&toml_model(model)));
    let [old, new] = &scorers;
    let comparison = compare(old.snapshot(before.1, at(before.2)), new.snapshot(after.1, at(after.2)));
    assert_eq!(comparison.to_string(), expected);
}

#[test]
fn a_comparison_of_a_subject_with_itself_prints_no_change() {
    assert_prints(
        (MODEL, &account(), THEN),
        (MODEL, &account(), THEN),
        "\
readiness, 2026-11-08T09:00:00Z: D2 cold 30, unchanged
time: nothing changed
events: nothing changed
facts: nothing changed
model: nothing changed
",
    );
}

#[test]
fn a_comparison_prints_the_lines_and_names_of_every_part() {
    let mut now = account().with("nps", 9).with("health", "yellow").with("segment", "mid");
    now.activity_mut().record_with("pricing_view", at("2026-11-21T09:00:00Z"), 3, Points::ZERO);
    now.activity_mut().record_with("login", at(NOW), 2, Points::ZERO);
    assert_prints(
        (MODEL, &account(), THEN),
        (MODEL, &now, NOW),
        "\
readiness, 2026-11-08T09:00:00Z to 2026-11-22T09:00:00Z: from D2 cold 30 to B1 ready 85, +55
time: -5, as With us for half a year (+10: months since contract_start is 6, was 5), Looked at prices aged (-10), \
Logs in (-5: login events in the last 30d: 0, was 1); grade C4, was D2; segment quiet, was asking
events: +30, as Looked at prices (+28.55: pricing_view events: 5, was 2), Logs in (+10: login events in the last \
30d: 2, was 0), Website together, clamped to 60 (-8.55); grade C1, was C4; state ready, was cold; segment asking, was \
quiet; play Call, was Wait
facts: +30, as Would recommend us (+15: nps is 9, was 8), Ideal customer (+10: segment is mid, was not known), Uses the \
product well (+5: health is yellow, was not known); grade B1, was C1
model: nothing changed
",
    );
}

/// For a host that keeps only the present record: events since the old instant count as events, not as time.
#[test]
fn one_record_at_two_instants_prints_time_and_events() {
    let mut account = account();
    account.activity_mut().record("pricing_view", at(NOW));
    assert_prints(
        (MODEL, &account, THEN),
        (MODEL, &account, NOW),
        "\
readiness, 2026-11-08T09:00:00Z to 2026-11-22T09:00:00Z: from D2 cold 30 to C3 cold 35, +5
time: -5, as With us for half a year (+10: months since contract_start is 6, was 5), Looked at prices aged (-10), \
Logs in (-5: login events in the last 30d: 0, was 1); grade C4, was D2; segment quiet, was asking
events: +10, as Looked at prices (+10: pricing_view events: 3, was 2); grade C3, was C4; segment asking, was quiet
facts: nothing changed
model: nothing changed
",
    );
}

#[test]
fn a_comparison_prints_gates_and_what_they_hold_back() {
    let gone = account().with("has_flagship", false).with("nps", 3);
    assert_prints(
        (MODEL, &account(), THEN),
        (MODEL, &gone, THEN),
        "\
readiness, 2026-11-08T09:00:00Z: from D2 cold 30 to ineligible, -30
time: nothing changed
events: nothing changed
facts: -30, as requirement Has the flagship product fails (-25: has_flagship is no, was yes), Would recommend us (-15: \
nps is 3, was 8), fit clamped to 0-100 (+10); verdict ineligible, was eligible
model: nothing changed
",
    );
    let renewing = account().with("renewal_date", "2027-01-20").with("overdue", true).with("nps", 9);
    assert_prints(
        (MODEL, &gone, THEN),
        (MODEL, &renewing, NOW),
        "\
readiness, 2026-11-08T09:00:00Z to 2026-11-22T09:00:00Z: from ineligible to disqualified, 0
time: 0, held back by a gate; without it -15, as With us for half a year (+10: months since contract_start is 6, was \
5), Looked at prices aged (-10), no longer fit clamped to 0-100 (-10), Logs in (-5: login events in the last 30d: \
0, was 1)
events: nothing changed
facts: 0, held back by a gate; without it +10, as Would recommend us (+30: nps is 9, was 3), An invoice is overdue, \
clamped to 20 (-20); blocked by In a renewal period (days until renewal_date is 59, was not known); requirement Has the \
flagship product holds (has_flagship is yes, was no); verdict disqualified, was ineligible
model: nothing changed
",
    );
}

#[test]
fn a_comparison_of_two_models_prints_new_and_removed_rules() {
    let green = account().with("health", "green");
    let mut model = MODEL.to_owned();
    for (was, is) in [
        ("name = \"readiness\"", "name = \"readiness-2\""),
        ("id = \"health\"", "id = \"usage\""),
        ("[7, 10]", "[7, 30]"),
        ("signal.points = 10", "signal.points = 15"),
        ("name = \"ready\"", "name = \"hot\""),
        ("\"ready\"]", "\"hot\"]"),
        ("name = \"activity\"\n", "name = \"activity\"\nbase = 5\n"),
        ("id = \"flagship\"\nlabel = \"Has the flagship product\"", "id = \"core\"\nlabel = \"Has the core product\""),
    ] {
        model = model.replace(was, is);
    }
    assert_prints(
        (MODEL, &green, THEN),
        (&model, &green, THEN),
        "\
readiness to readiness-2, 2026-11-08T09:00:00Z: from C2 ready 45 to B2 hot 60, +15
time: nothing changed
events: nothing changed
facts: nothing changed
model: +15, as Uses the product well, new in the model (+15), Uses the product well, no longer in the model (-15), \
Would recommend us (+10), and 2 more (+5); requirement Has the core product holds, new in the model; \
Has the flagship product is no longer in the model; grade B2, was C2; state hot, was ready
",
    );
}

#[test]
fn lines_and_checks_contain_both_sides() {
    let scorer = scorer(&toml_model(MODEL));
    let (then, now) = (account(), account().with("nps", 9).with("segment", "mid"));
    let comparison = compare(scorer.snapshot(&then, at(THEN)), scorer.snapshot(&now, at(THEN)));
    let part = comparison.part(Cause::Facts);
    let [nps, icp] = &part.lines[..] else { panic!("{part:?}") };
    assert_eq!((nps.id, nps.axis, nps.kind), (Some("nps"), Some("fit"), LineKind::Rule));
    assert_eq!((nps.before.unwrap().points, nps.after.unwrap().points), (Points::from(10), Points::from(40)));
    assert_eq!((nps.difference, nps.raw_difference()), (Points::from(15), Points::from(30)));
    assert_eq!((icp.id, icp.axis, icp.difference), (Some("icp"), None, Points::from(10)));
    let [promoter] = &part.checks[..] else { panic!("{part:?}") };
    assert_eq!((promoter.id, promoter.kind), ("icp", CheckKind::Promoter));
    assert_eq!(promoter.before.unwrap().truth, Truth::Unknown);
    assert_eq!(promoter.after.unwrap().truth, Truth::True);

    let json = serde_json::to_value(&comparison).unwrap();
    assert_eq!(json["difference"], 25);
    assert_eq!(json["before"]["outcome"]["score"], 30);
    assert_eq!(json["after"]["fingerprint"], scorer.fingerprint().to_string());
    assert_eq!(json["parts"][2]["lines"][0]["before"]["findings"][0]["observed"], 8.0);
    assert_eq!(json["parts"][2]["names"][0], serde_json::json!({ "of": "grade", "before": "D2", "after": "C2" }));
    assert_eq!(json["parts"][3]["lines"], serde_json::json!([]));
}

/// Two parts of 16.666667 add up to 33.333333. The data have a line for the difference, and the text for that of its decimals.
#[test]
fn the_figures_of_a_text_add_up_with_their_rounding() {
    let axis = |name: &str| {
        format!(
            "[[axis]]\nname = '{name}'\navailable = 3\n[[axis.rule]]\nid = '{name}'\nwhen.{name} = true\npoints = 1\n"
        )
    };
    let model = format!("format = 1\nname = 'thirds'\n{}{}", axis("a"), axis("b"));
    let both = Record::new().with("a", true).with("b", true);
    assert_prints(
        (&model, &Record::new(), NOW),
        (&model, &both, NOW),
        "\
thirds, 2026-11-22T09:00:00Z: from 0 to 33.33, +33.33
time: nothing changed
events: nothing changed
facts: +33.33, as a (+16.67: a is yes, was not known), b (+16.67: b is yes, was not known), and rounding (-0.01)
model: nothing changed
",
    );
    let scorer = scorer(&toml_model(&model));
    let comparison = compare(scorer.snapshot(&Record::new(), at(NOW)), scorer.snapshot(&both, at(NOW)));
    let part = comparison.part(Cause::Facts);
    assert_eq!(part.lines.iter().map(|line| line.difference).sum::<Points>(), part.difference);
    let rounding = part.lines.last().unwrap();
    assert_eq!((rounding.kind, rounding.difference), (LineKind::Rounding, Points::from_micros(-1)));
}

/// The text names lines down to a thousandth of the largest line and half a hundredth, and counts lines of a hundredth.
#[test]
fn the_text_does_not_name_tiny_lines() {
    let rule = |id: &str, points: &str| format!("[[axis.rule]]\nid = '{id}'\nwhen.{id} = true\npoints = {points}\n");
    let rules = [rule("a", "10"), rule("b", "0.01"), rule("c", "0.009"), rule("d", "0.002")].concat();
    let model = format!("format = 1\nname = 'small'\n[[axis]]\nname = 'all'\navailable = 100\n{rules}");
    let all = Record::new().with("a", true).with("b", true).with("c", true).with("d", true);
    assert_prints(
        (&model, &Record::new(), NOW),
        (&model, &all, NOW),
        "\
small, 2026-11-22T09:00:00Z: from 0 to 10.02, +10.02
time: nothing changed
events: nothing changed
facts: +10.02, as a (+10: a is yes, was not known), b (+0.01: b is yes, was not known), and 2 more (+0.01)
model: nothing changed
",
    );
}

#[test]
fn a_limit_without_an_id_is_named_by_its_index() {
    let model = |label: &str, bound: u32| {
        let axis = "format = 1\nname = 'x'\n[[axis]]\nname = 'all'\nbase = 80\navailable = 100\n";
        let limit = format!("[[limit]]\nlabel = '{label}'\nwhen.employees.known = false\nat_most = {bound}\n");
        scorer(&toml_model(&(axis.to_owned() + &limit)))
    };
    let (old, new) = (model("Size unknown", 60), model("We do not know the size", 50));
    let empty = Record::new();
    let comparison = compare(old.snapshot(&empty, at(NOW)), new.snapshot(&empty, at(NOW)));
    let part = comparison.part(Cause::Model);
    let [limit] = &part.lines[..] else { panic!("{part:?}") };
    assert_eq!((limit.kind, limit.id, limit.label), (LineKind::Limit, Some("limit[0]"), "We do not know the size"));
    assert_eq!(limit.difference, Points::from(-10));
}

struct Account {
    nps: u8,
    history: Activity,
}
facts!(Account { nps, busy: bool = |account| account.history.len() > 1; activity = history });

#[test]
fn a_change_of_a_computed_field_counts_as_facts() {
    let model = toml_model(
        r#"
        format = 1
        name = "x"
        [[axis]]
        name = "all"
        available = 100
        [[axis.rule]]
        id = "nps"
        when.nps.at_least = 9
        points = 10
        [[axis.rule]]
        id = "busy"
        when.busy = true
        points = 20
        [[axis.rule]]
        id = "logins"
        signal.event = "login"
        signal.points = 1
        "#,
    );
    let scorer = Scorer::<Account>::new(&model).unwrap();
    let account = |nps, logins: &[&str]| {
        let mut account = Account { nps, history: Activity::new() };
        for login in logins {
            account.history.record("login", at(login));
        }
        account
    };
    let (then, now) = (account(8, &["2026-11-01"]), account(9, &["2026-11-01", "2026-11-02"]));
    let comparison = compare(scorer.snapshot(&then, at(THEN)), scorer.snapshot(&now, at(NOW)));
    assert_eq!(comparison.parts().map(|part| part.difference), [0, 1, 30, 0].map(Points::from));
}
