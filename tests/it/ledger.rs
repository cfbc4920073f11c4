//! Explanations: the lines add up to the score, and the text says what the lines say.

use serde_json::json;
use warmth::explain::{CheckKind, LineKind};
use warmth::{Points, Record, Truth, Verdict};

use crate::support::{Subject, at, scaled, scorer, subjects, toml_model};

#[test]
fn lines_add_up_to_axes_and_value() {
    for Subject { seed, scorer, record, as_of, .. } in subjects(0..scaled(20_000)) {
        let explanation = scorer.explain(&record, as_of);
        let score = scorer.score(&record, as_of);

        assert_eq!(explanation.score(), score, "seed {seed}");
        let lines = explanation.lines();
        let value: Points = lines.iter().map(|line| line.score).sum();
        assert_eq!(value, score.value(), "seed {seed}");
        for axis in explanation.axes() {
            let lines = lines.iter().filter(|line| line.axis == Some(axis.name));
            let raw: Points = lines.map(|line| line.points).sum();
            assert_eq!(raw, axis.raw, "seed {seed}, axis {}", axis.name);
        }
        for (axis, line) in score.axes().zip(explanation.axes()) {
            assert_eq!((axis.name, axis.raw, axis.score), (line.name, line.raw, line.score), "seed {seed}");
        }
        for line in &lines {
            let steps: Points = line.steps().iter().map(|step| step.points).sum();
            assert!(line.steps().is_empty() || steps == line.points, "seed {seed}: {line:?}");
            // Each line and each of at most 8 axes is rounded once. The rounding line is no larger than that.
            let most = i64::try_from(lines.len()).unwrap() + 8;
            assert!(line.kind != LineKind::Rounding || line.score.micros().abs() <= most, "seed {seed}: {line:?}");
        }
        assert!(explanation.missing().iter().copied().eq(scorer.missing(&record)), "seed {seed}");
        let any_check = |kind, truth| explanation.checks().any(|check| check.kind == kind && check.truth == truth);
        let verdict = if any_check(CheckKind::Disqualifying, Truth::True) {
            Verdict::Disqualified
        } else if any_check(CheckKind::Required, Truth::False) {
            Verdict::Ineligible
        } else if any_check(CheckKind::Required, Truth::Unknown) {
            Verdict::Undetermined
        } else {
            Verdict::Eligible
        };
        let left = explanation.axes().any(|axis| !axis.skipped && axis.weight != Some(Points::ZERO));
        let verdict = if verdict.is_scored() && !left { Verdict::Uncovered } else { verdict };
        assert_eq!(verdict, score.verdict(), "seed {seed}");
    }
}

const MODEL: &str = r#"
format = 1
name = "readiness"
[[required]]
id = "flagship"
label = "Has flagship product"
when.has_flagship = true
[[axis]]
name = "fit"
weight = 3
base = 5
[[axis.rule]]
id = "nps"
label = "Would recommend us"
bands.nps = [[0, -20], [7, 10], [9, 40]]
[[axis.rule]]
id = "trial"
label = "Not on a trial"
when.not.plan.one_of = ["trial", "free"]
points = 10
[[axis]]
name = "activity"
[[axis.group]]
name = "website"
label = "Website"
max = 12
[[axis.rule]]
id = "pricing"
label = "Looked at prices"
group = "website"
signal.event = "pricing_view"
signal.points = 8
signal.most_recent = 5
signal.decay.half_life = "14d"
[[promoter]]
id = "icp"
label = "Ideal customer"
when.icp_segment = "high"
plus = 20
[[limit]]
label = "Nothing known of the size"
when.employees.known = false
at_most = 60
[[state]]
name = "ready"
at_least = 50
[[state]]
name = "cold"
at_least = 0
[[play]]
name = "Assign a rep"
states = ["ready"]
owner = "sales"
respond_within = "1d"
"#;

const NOW: &str = "2026-11-22T09:00:00Z";

fn explained(record: &Record) -> (String, serde_json::Value) {
    let scorer = scorer(&toml_model(MODEL));
    let explanation = scorer.explain(record, at(NOW));
    (explanation.to_string(), serde_json::to_value(&explanation).unwrap())
}

fn account() -> Record {
    let mut record =
        Record::new().with("has_flagship", true).with("nps", 8).with("plan", "team").with("icp_segment", "high");
    record.activity_mut().record_with("pricing_view", at("2026-11-08T09:00:00Z"), 4, Points::ZERO);
    record
}

#[test]
fn an_explanation_prints_gates_axes_score_and_shortfalls() {
    let (text, json) = explained(&account());
    assert_eq!(
        text,
        "\
readiness: ready 60 of 100, as of 2026-11-22T09:00:00Z
Passes its gate
Play: Assign a rep (sales, within 1d)

fit: 25 of 55 points, 45.45 of 100
          +5  starts from
         +10  Would recommend us: nps is 8
         +10  Not on a trial: plan is team (not one of trial, free)

activity: 12 of 12 points, 100 of 100
         +16  Looked at prices: pricing_view events: 4 (events +32, decay -16)
          -4  Website together, clamped to 12

Score
      +34.09  fit, 45.45 of 100 with weight 3 of 4
         +25  activity, 100 of 100 with weight 1 of 4
         +20  Ideal customer: icp_segment is high
      -19.09  Nothing known of the size, clamped to 60
        = 60  score

Would add most
         +40  Would recommend us: nps is 8
"
    );
    assert_eq!(json["outcome"]["state"], "ready");
    assert_eq!(json["lines"][1]["findings"][0]["observed"], 8.0);
    assert_eq!(json["lines"][3]["steps"][1], json!({ "kind": "decay", "points": -16 }));
    assert_eq!(json["checks"][0]["truth"], "holds");
    assert_eq!(json["outcome"]["play"], json!({ "name": "Assign a rep", "owner": "sales", "respond_within": "1d" }));
}

#[test]
fn a_subject_that_a_gate_holds_back_has_a_would_be_score() {
    let (text, json) = explained(&account().with("has_flagship", false));
    assert!(text.starts_with("readiness: ineligible, would score 60 of 100, as of"), "{text}");
    assert!(
        text.contains("\nFails the requirement: Has flagship product (has_flagship is no)\n\nfit: 25 of"),
        "{text}"
    );
    assert!(text.contains("        = 60  would be the score"), "{text}");
    assert_eq!(text.matches("lagship").count(), 2, "{text}"); // the label and the field, once
    assert_eq!(json["would_be"], 60);
    assert_eq!(json["outcome"]["axes"], json!({}));
}

#[test]
fn an_explanation_names_unknown_lines_and_missing_facts() {
    let (text, _) = explained(&Record::new().with("has_flagship", true));
    assert!(text.contains("     unknown  Would recommend us: nps is not known"), "{text}");
    assert!(text.ends_with("Not known: nps, plan, icp_segment\n"), "{text}");
}

/// The score of axes, and the label, score and shortfall of each line, for a subject with the flags `yes` and `no` and
/// many events `e`.
fn lines_of(axes: &str, total: &str) -> (Points, Vec<(String, Points, Points)>) {
    let scorer = scorer(&toml_model(&format!("format = 1\nname = 'x'\ntotal = '{total}'\n{axes}")));
    let mut record = Record::new().with("yes", true).with("no", false);
    record.activity_mut().record_with("e", at(NOW), u32::MAX, Points::from(1));
    let explanation = scorer.explain(&record, at(NOW));
    let lines = explanation.lines().iter().map(|line| (line.label.to_owned(), line.score, line.shortfall)).collect();
    (explanation.score().value(), lines)
}

const RULES: &str = "
    [[axis]]
    name = 'a'
    available = 100
    [[axis.rule]]
    id = 'bad'
    when.yes = true
    points = -80
    [[axis.rule]]
    id = 'good'
    when.no = true
    points = 60
    [[axis.rule]]
    id = 'best'
    when.no = true
    points = 90
";

/// The labels and shortfalls of the lines that have one.
fn shortfalls(axes: &str, total: &str) -> Vec<(String, Points)> {
    let lines = lines_of(axes, total).1;
    lines.into_iter().filter(|(.., gap)| *gap > Points::ZERO).map(|(label, _, gap)| (label, gap)).collect()
}

#[test]
fn a_shortfall_is_the_gain_of_the_score_if_the_rule_gave_its_reach() {
    let best = |score: i32| vec![("best".to_owned(), Points::from(score))];
    // 60 more points leave the axis below zero, 90 more lift it to 10.
    assert_eq!(shortfalls(RULES, "mean"), best(10));
    // With a second axis at 50, the rule moves the mean and the product by half as much, and the minimum by all of it.
    let two = format!("{RULES}\n[[axis]]\nname = 'b'\navailable = 100\nbase = 50");
    assert_eq!(shortfalls(&two, "mean"), best(5));
    assert_eq!(shortfalls(&two, "min"), best(10));
    assert_eq!(shortfalls(&two, "product"), best(5));
    // A score of 100 cannot gain.
    assert_eq!(shortfalls(&RULES.replace("available = 100", "available = 100\n    base = 180"), "mean"), []);
}

#[test]
fn lines_add_up_far_beyond_the_range_of_scores() {
    let signal =
        |id: &str, points: i32| format!("[[axis.rule]]\nid = '{id}'\nsignal = {{ event = 'e', points = {points} }}\n");
    let axis = "[[axis]]\nname = 'a'\navailable = 0.000001\n".to_owned();
    for (rules, value) in [
        ([signal("one", 1_000_000), signal("two", 1_000_000)], 100),
        ([signal("one", 1_000_000), signal("two", -1_000_000)], 0),
        ([signal("one", -1_000_000), signal("two", -1_000_000)], 0),
    ] {
        let (score, lines) = lines_of(&(axis.clone() + &rules.concat()), "mean");
        let sum: i64 = lines.iter().map(|(_, score, _)| score.micros()).sum();
        assert_eq!((sum, score), (i64::from(value) * 1_000_000, Points::from(value)));
    }
}

#[test]
fn a_shortfall_is_at_most_the_room_that_the_group_has_left() {
    let rules = RULES.replace("id =", "group = 'g'\n    id =");
    let axis = |max: i32| format!("{rules}\n[[axis.group]]\nname = 'g'\nmax = {max}\n").replace("-80", "50");
    // The group is at 50.
    let both = |good: i32, best: i32| vec![("good".to_owned(), good.into()), ("best".to_owned(), best.into())];
    assert_eq!(shortfalls(&axis(55), "mean"), both(5, 5));
    assert_eq!(shortfalls(&axis(110), "mean"), both(50, 50)); // the axis is full at 100
    assert_eq!(shortfalls(&axis(90), "mean"), both(40, 40));
    assert_eq!(shortfalls(&axis(50), "mean"), []);
}

#[test]
fn a_group_at_its_min_hides_what_its_rules_could_add() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = 'x'\n[[axis]]\nname = 'a'\navailable = 10\n\
         rule = [{ id = 'bad', group = 'g', when.bad = true, points = -10 }, { id = 'good', group = 'g', when.good = true, points = 15 }]\n\
         group = [{ name = 'g', min = -2, max = 4 }]",
    ));
    let shortfall =
        |record: &Record| scorer.explain(record, at(NOW)).lines().iter().map(|line| line.shortfall).collect::<Vec<_>>();
    // -10 is clamped to -2: the good rule would lift the sum to 5, and the group to 4, so by 4 points of the axis.
    assert_eq!(shortfall(&Record::new().with("bad", true))[1], Points::from(40));
    let small = Record::new().with("bad", true).with("good", true);
    assert_eq!(shortfall(&small).iter().copied().max(), Some(Points::ZERO));
}

/// A base, a rule of a group, a rule without a group, a second rule of the group, and a promoter.
const GROUPED: &str = "
    format = 1
    name = 'x'
    [[axis]]
    name = 'a'
    base = 3
    available = 100
    [[axis.rule]]
    id = 'first'
    group = 'g'
    when.yes = true
    points = 5
    [[axis.rule]]
    id = 'alone'
    when.unknown = true
    points = 10
    [[axis.rule]]
    id = 'second'
    group = 'g'
    when.yes = true
    points = 6
    [[axis.group]]
    name = 'g'
    max = 9
    [[promoter]]
    id = 'plus'
    when.unknown = true
    plus = 20
";

#[test]
fn lines_are_in_the_order_of_the_document_and_a_group_is_at_its_last_rule() {
    let scorer = scorer(&toml_model(GROUPED));
    let explanation = scorer.explain(&Record::new().with("yes", true), at(NOW));
    let lines = explanation.lines();
    let found: Vec<_> = lines.iter().map(|line| (line.id.unwrap_or("base"), line.points.to_string())).collect();
    let expected = [("base", "3"), ("alone", "0"), ("first", "5"), ("second", "6"), ("g", "-2"), ("plus", "0")];
    assert_eq!(found, expected.map(|(id, points)| (id, points.to_owned())));
}

#[test]
fn the_lines_of_nested_groups_are_together_and_the_inner_group_comes_first() {
    let document = GROUPED.replace("max = 9", "max = 9\n    group = 'outer'").replace(
        "    [[promoter]]",
        "    [[axis.group]]
    name = 'outer'
    max = 10
    [[axis.rule]]
    id = 'own'
    group = 'outer'
    when.own = true
    points = 7
    [[promoter]]",
    );
    let scorer = scorer(&toml_model(&document));
    let found = |record: &Record| -> Vec<_> {
        let explanation = scorer.explain(record, at(NOW));
        let lines = explanation.lines().into_iter();
        lines.map(|line| format!("{} {} {}", line.id.unwrap_or("base"), line.points, line.shortfall)).collect()
    };
    // 11 is clamped to 9, and 16 to 10. Only the rule outside of the groups has room left.
    let expected =
        ["base 3 0", "alone 0 10", "first 5 0", "second 6 0", "g -2 0", "own 7 0", "outer -6 0", "plus 0 20"];
    assert_eq!(found(&Record::new().with("yes", true).with("own", true)), expected);
    // 7 of 10: each rule of the inner group can add its points, and at most 3.
    let expected = ["base 3 0", "alone 0 10", "first 0 3", "second 0 3", "own 7 0", "plus 0 20"];
    assert_eq!(found(&Record::new().with("yes", false).with("own", true)), expected);
}

#[test]
fn only_rules_and_promoters_with_missing_facts_are_unknown() {
    let scorer = scorer(&toml_model(GROUPED));
    let unknown = |record: &Record| -> Vec<String> {
        let explanation = scorer.explain(record, at(NOW));
        let lines = explanation.lines();
        lines.iter().filter(|line| line.unknown).map(|line| line.id.unwrap_or("base").to_owned()).collect()
    };
    assert_eq!(unknown(&Record::new().with("yes", true)), ["alone", "plus"]);
    assert_eq!(unknown(&Record::new().with("yes", true).with("unknown", true)), [""; 0]);
    assert_eq!(unknown(&Record::new().with("unknown", false)), ["first", "second"]);
}

#[test]
fn the_steps_of_a_signal_are_its_events_its_decay_and_its_cap() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = 'x'\n[[axis]]\nname = 'a'\n[[axis.rule]]\nid = 'paid'\nsignal.event = 'paid'\n\
         signal.points_per_unit = 10\nsignal.max = 100\nsignal.decay.linear = '4d'",
    ));
    let mut record = Record::new();
    record.activity_mut().record_with("paid", at("2026-11-20T09:00:00Z"), 2, Points::from(3));
    record.activity_mut().record_with("paid", at(NOW), 5, Points::from(4));
    record.activity_mut().record_with("paid", at(NOW), 1, Points::from(-5));
    let explanation = scorer.explain(&record, at(NOW));
    let lines = explanation.lines();
    let steps: Vec<_> = lines[0].steps().iter().map(|step| (step.kind.to_string(), step.points.to_string())).collect();
    // 10 x (2 x 3 + 5 x 4 - 5) = 210; two days of four take half of 60.
    let expected = [("events", "210"), ("decay", "-30"), ("cap", "-80")];
    assert_eq!(steps, expected.map(|(kind, points)| (kind.to_owned(), points.to_owned())));
}

#[test]
fn the_steps_of_a_signal_show_what_caps_on_points_took_from_events_that_count_in_part() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = 'x'\n[[axis]]\nname = 'a'\n[[axis.rule]]\nid = 'opens'\n\
         signal = { event = 'open', points = 5, max_points_per_day = 12, max = 100, decay.linear = '4d' }",
    ));
    let mut record = Record::new();
    record.activity_mut().record_with("open", at("2026-11-20T09:00:00Z"), 5, Points::ZERO);
    record.activity_mut().record_with("open", at(NOW), 2, Points::ZERO);
    let explanation = scorer.explain(&record, at(NOW));
    let lines = explanation.lines();
    let steps: Vec<_> = lines[0].steps().iter().map(|step| (step.kind.to_string(), step.points.to_string())).collect();
    // Three events and two. The third counts in part, and two days of four take half of 12.
    let expected = [("events", "25"), ("caps per period", "-3"), ("decay", "-6")];
    assert_eq!(steps, expected.map(|(kind, points)| (kind.to_owned(), points.to_owned())));
    assert_eq!((lines[0].points, scorer.score(&record, at(NOW)).value()), (Points::from(16), Points::from(16)));
}
