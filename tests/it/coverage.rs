//! Coverage, and axes that are skipped because too little is known about them.

use proptest::prelude::*;
use serde_json::json;
use warmth::compare::Cause;
use warmth::explain::LineKind;
use warmth::model::{Axis, AxisMissing, Case, Limit, Rule, coverage};
use warmth::{Model, OwnedScore, Points, Projection, Record, Score, Scorer, Truth, Verdict, compare};

use crate::stakes::stakes;
use crate::support::{Subject, assert_same_json, at, cases, model, record, scaled, scorer, subjects, toml_model};

const NOW: &str = "2026-11-22T09:00:00Z";

fn toml_scorer(document: &str) -> Scorer<Record> {
    scorer(&toml_model(document))
}

fn percent(text: &str) -> Points {
    text.parse().unwrap()
}

/// The coverage of an axis with a rule of 100 points that is known, and another rule that is not.
fn beside_100_points(rule: &str) -> Points {
    let scorer = toml_scorer(&format!(
        "format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\navailable = 1000\n\
         [[axis.rule]]\nid = 'known'\nwhen.known.known = true\npoints = 100\n[[axis.rule]]\nid = 'own'\n{rule}\n"
    ));
    // Without events, a guard would not matter to a signal.
    let mut record = Record::new();
    record.activity_mut().record_with("e", at("2026-11-22T08:00:00Z"), 1, 1.into());
    scorer.coverage(&record, at(NOW)).whole()
}

#[test]
fn a_rule_counts_as_much_as_its_points_can_swing() {
    for (rule, swing) in [
        ("when.a = true\npoints = 40", 40),
        ("when.a = true\npoints = -20", 20),
        ("when.a = true\npoints = 40\nmissing.points = -5", 45),
        ("when.a = true\npoints = 0", 0),
        ("first = [{ when.a = true, points = 10 }, { when.b = true, points = -10 }]\notherwise = 30", 40),
        ("bands.n = [[0, -20], [9, 40]]", 60),
        ("bands.n = [[0, 10], [9, 40]]", 40),
        ("values.t = { a = 30, b = -10 }", 40),
        ("values.t = { a = 5, b = 3, c = -4 }\ncombine = 'best'", 9),
        ("values.t = { a = 5, b = 3, c = -4 }\ncombine = 'sum'", 12),
        ("per_unit.n = { points = 2, max = 20 }", 20),
        ("per_unit.n = { points = 2, min = -10, max = 20 }", 30),
        ("per_unit.n = { points = -2, max = 0 }", 1000),
        ("when.a = true\nsignal = { event = 'e', points = 8, most_recent = 5 }", 40),
        ("when.a = true\nsignal = { event = 'e', points = 8, max = 30 }", 30),
        ("when.a = true\nsignal = { event = 'e', points = -8, most_recent = 5, max = 30 }", 30),
        ("when.a = true\nsignal = { event = 'e', points_per_unit = -1, max = 30 }", 60),
        ("when.a = true\nsignal = { event = 'e', points = -8 }", 1000),
        ("when.a = true\nsignal = { event = 'e', points = 8 }", 1000),
    ] {
        let (found, expected) = (beside_100_points(rule), 10_000.0 / (100.0 + f64::from(swing)));
        assert!((found.to_f64() - expected).abs() < 1e-6, "{rule}: {found} is not {expected}");
    }
}

/// Two rules in a group, and one outside of it.
const GROUP: &str = "
    format = 1
    name = 'x'
    coverage = true
    [[axis]]
    name = 'fit'
    rule = [
        { id = 'a', group = 'g', when.a = true, points = 30 },
        { id = 'b', group = 'g', when.b = true, points = 10 },
        { id = 'c', when.c = true, points = 20 },
    ]
    group = [{ name = 'g', max = 20 }]
";

#[test]
fn a_group_counts_as_much_as_its_clamped_sum() {
    let scorer = toml_scorer(GROUP);
    for (known, expected) in [("", "0"), ("a", "37.5"), ("b", "12.5"), ("ab", "50"), ("ac", "87.5"), ("abc", "100")] {
        let facts = known.chars().fold(Record::new(), |record, field| record.with(field.to_string(), false));
        assert_eq!(scorer.score(&facts, at(NOW)).coverage(), Some(percent(expected)), "{known}");
    }
}

#[test]
fn a_group_around_another_scales_what_the_inner_one_scaled() {
    // 30 and 10 are 15 and 5 of the group's 20; with 20 of d, 30 of 40 are left: 11.25 and 3.75. Together with 20 of c, 50.
    let document = GROUP.replace("max = 20 }]", "max = 20, group = 'all' }, { name = 'all', max = 30 }]");
    let document = document.replace(
        "    ]\n    group",
        "        { id = 'd', group = 'all', when.d = true, points = 20 },\n    ]\n    group",
    );
    let scorer = toml_scorer(&document);
    for (known, expected) in [("", "0"), ("a", "22.5"), ("b", "7.5"), ("d", "30"), ("abd", "60"), ("abcd", "100")] {
        let facts = known.chars().fold(Record::new(), |record, field| record.with(field.to_string(), false));
        assert_eq!(scorer.score(&facts, at(NOW)).coverage(), Some(percent(expected)), "{known}");
    }
}

#[test]
fn only_models_that_ask_have_coverage_in_a_score() {
    let with = |line: &str| toml_scorer(&GROUP.replace("coverage = true", line));
    let of = |line: &str| with(line).score(&Record::new().with("a", true), at(NOW)).coverage();
    assert_eq!(of(""), None);
    assert_eq!(of("coverage = false"), None);
    assert_eq!(of("limit = [{ when.coverage.less_than = 50, at_most = 10 }]"), Some(percent("37.5")));
    assert_eq!(of("segment = [{ name = 'a', when.coverage.less_than = 50 }, { name = 'b' }]"), Some(percent("37.5")));
    assert_eq!(of("required = [{ id = 'd', when.d = true }]\ncoverage = true"), Some(percent("37.5")));
    assert_eq!(of("disqualifying = [{ id = 'd', when.a = true }]\ncoverage = true"), None);
    // The questions answer for every model.
    let scorer = with("disqualifying = [{ id = 'd', when.a = true }]");
    let account = Record::new().with("a", true);
    let coverage = scorer.coverage(&account, at(NOW));
    assert_eq!(
        (coverage.whole(), coverage.axis("fit"), coverage.axis("fti")),
        (percent("37.5"), Some(percent("37.5")), None)
    );
    assert_eq!(serde_json::to_value(coverage).unwrap(), json!({ "coverage": 37.5, "axes": { "fit": 37.5 } }));
    assert_eq!(format!("{coverage} {coverage:?}"), "37.5 Coverage { whole: \"37.5\", axes: [(\"fit\", \"37.5\")] }");
    assert_eq!(scorer.explain(&account, at(NOW)).coverage(), coverage);
}

/// Three axes with one rule each; `fit` and `use` can be skipped.
const SKIPS: &str = "
    format = 1
    name = 'health'
    grade.fit = { axis = 'fit', cuts = [50] }
    grade.activity = { axis = 'use', cuts = [50] }
    [[axis]]
    name = 'fit'
    weight = 2
    missing = 'skip'
    rule = [{ id = 'nps', when.nps.at_least = 9, points = 40 }]
    [[axis]]
    name = 'use'
    missing = 'skip'
    min_coverage = 60
    rule = [
        { id = 'logins', when.logins.at_least = 5, points = 30 },
        { id = 'seats', when.seats.at_least = 5, points = 20 },
    ]
    [[axis]]
    name = 'paid'
    rule = [{ id = 'paid', when.paid = true, points = 1 }]
";

#[track_caller]
fn assert_scores(scorer: &Scorer<Record>, record: &Record, value: &str, skipped: &[&str]) {
    let score = scorer.score(record, at(NOW));
    assert_eq!(score.value(), percent(value), "{score:?}");
    let own: Vec<_> = score.axes().filter(|axis| axis.skipped).map(|axis| axis.name).collect();
    assert_eq!(own, skipped);
    assert!(score.axes().all(|axis| !axis.skipped || axis.score == Points::ZERO));
}

#[test]
fn a_skipped_axis_leaves_the_total_with_its_weight() {
    let scorer = toml_scorer(SKIPS);
    let nothing = Record::new();
    let paid = nothing.clone().with("paid", true);
    assert_scores(&scorer, &nothing, "0", &["fit", "use"]);
    assert_scores(&scorer, &paid, "100", &["fit", "use"]);
    assert_scores(&scorer, &paid.clone().with("nps", 3), "33.333333", &["use"]);
    assert_scores(&scorer, &paid.clone().with("nps", 9), "100", &["use"]);
    // A coverage of 40 is too little, 60 is enough.
    assert_scores(&scorer, &paid.clone().with("nps", 9).with("seats", 5), "100", &["use"]);
    assert_scores(&scorer, &paid.clone().with("nps", 9).with("logins", 5), "90", &[]);
    let min = toml_scorer(&SKIPS.replace("name = 'health'", "name = 'health'\ntotal = 'min'"));
    assert_scores(&min, &paid.clone().with("logins", 5), "60", &["fit"]);
    let product = toml_scorer(&SKIPS.replace("name = 'health'", "name = 'health'\ntotal = 'product'"));
    assert_scores(&product, &paid.with("logins", 5), "60", &["fit"]);
}

#[test]
fn a_grade_of_a_skipped_axis_does_not_exist() {
    let scorer = toml_scorer(SKIPS);
    let grade = |record: &Record| scorer.score(record, at(NOW)).grade().map(|grade| grade.to_string());
    let fit = Record::new().with("nps", 9);
    assert_eq!(grade(&fit), None);
    assert_eq!(grade(&Record::new().with("logins", 5)), None);
    assert_eq!(grade(&fit.with("logins", 5)).as_deref(), Some("A1"));
}

#[test]
fn conditions_on_a_skipped_axis_are_unknown() {
    let rest = "
        segment = [
            { name = 'low', when.axis.fit.less_than = 50 },
            { name = 'unknown', when.not.axis.fit.at_least = 0, missing = 'holds' },
            { name = 'rest' },
        ]
    ";
    let scorer = toml_scorer(&SKIPS.replace("name = 'health'", &format!("name = 'health'\n{rest}")));
    let segment = |record: &Record| scorer.score(record, at(NOW)).segment().map(str::to_owned);
    assert_eq!(segment(&Record::new()).as_deref(), Some("unknown"));
    assert_eq!(segment(&Record::new().with("nps", 3)).as_deref(), Some("low"));
    assert_eq!(segment(&Record::new().with("nps", 9)).as_deref(), Some("rest"));
    let explanation = scorer.explain(&Record::new(), at(NOW));
    let check = explanation.checks().next().unwrap();
    let finding = check.findings().next().unwrap();
    assert_eq!((check.truth, finding.observed().to_string()), (Truth::Unknown, "not known".to_owned()));
}

#[test]
fn states_by_points_count_the_axes_that_are_not_skipped() {
    let states = "state = [{ name = 'hot', at_least_points = 5 }, { name = 'cold', at_least_points = 0 }]";
    let document = SKIPS.replace("name = 'health'", &format!("name = 'health'\n{states}"));
    let scorer = toml_scorer(&document.replace("weight = 2", "weight = 2\nbase = 10\navailable = 50"));
    let score = scorer.score(&Record::new(), at(NOW));
    assert_eq!(
        (score.axis("fit").unwrap().raw, score.state(), score.state_points()),
        (10.into(), Some("cold"), 0.into())
    );
    let record = Record::new().with("nps", 3);
    let score = scorer.score(&record, at(NOW));
    assert_eq!((score.state(), score.state_points()), (Some("hot"), 10.into()));
}

/// All axes of `SKIPS` that have a weight can be skipped.
fn uncovered() -> Scorer<Record> {
    let states = "state = [{ name = 'hot', at_least = 50 }, { name = 'cold', at_least = 0 }]\n\
                  promoter = [{ id = 'vip', when.vip = true, plus = 10 }]\nsegment = [{ name = 'all' }]\n\
                  required = [{ id = 'open', when.open = true }]";
    let document = SKIPS.replace("name = 'health'", &format!("name = 'health'\n{states}"));
    toml_scorer(&document.replace("name = 'paid'", "name = 'paid'\nweight = 0"))
}

#[test]
fn a_subject_of_whom_nothing_is_known_has_no_score() {
    let scorer = uncovered();
    let account = Record::new().with("vip", true).with("paid", true).with("open", true);
    let score = scorer.score(&account, at(NOW));
    assert_eq!(
        (score.verdict(), score.value(), score.to_string()),
        (Verdict::Uncovered, 0.into(), "uncovered".to_owned())
    );
    assert!(!score.verdict().is_scored() && score.axes().count() == 0);
    assert_eq!((score.grade(), score.state(), score.segment()), (None, None, None));
    assert_eq!(score.coverage(), Some(Points::ZERO));
    // A gate that holds a subject back goes first.
    assert_eq!(scorer.score(&Record::new().with("open", false), at(NOW)).verdict(), Verdict::Ineligible);
    assert_eq!(scorer.score(&Record::new().with("nps", 3), at(NOW)).verdict(), Verdict::Undetermined);
    let explanation = scorer.explain(&account, at(NOW));
    assert_eq!(explanation.score(), score);
    let lines: Points = explanation.lines().iter().map(|line| line.score).sum();
    assert_eq!(lines, Points::ZERO);
    let text = explanation.to_string();
    assert!(
        text.starts_with("health: uncovered, nothing is known about fit, use, as of 2026-11-22T09:00:00Z\n"),
        "{text}"
    );
    let text = scorer.explain(&account.with("seats", 3), at(NOW)).to_string();
    assert!(text.starts_with("health: uncovered, too little is known about fit, use, as of"), "{text}");
}

#[test]
fn bounds_cover_what_a_skipped_axis_can_become() {
    let scorer = toml_scorer(SKIPS);
    let account = Record::new().with("paid", true).with("nps", 3);
    let bounds = scorer.bounds(&account, at(NOW));
    // `use` is skipped or at 40 to 100 points: 0, 20, 30 or 50 of 50; `fit` is 0.
    assert_eq!(bounds.value(), percent("25")..=percent("50"));
    assert_eq!(bounds.coverage(), Some(percent("75")..=percent("100")));
    let axes: Vec<_> = bounds.axes().map(|axis| (axis.name, axis.may_be_skipped)).collect();
    assert_eq!(axes, [("fit", false), ("use", true), ("paid", false)]);
    assert_eq!(bounds.grades().map(|grade| grade.to_string()).collect::<Vec<_>>(), ["B1", "B2"]);
    let json = serde_json::to_value(&bounds).unwrap();
    assert_eq!(json["coverage"], json!([75, 100]));
    assert_eq!(
        (&json["axes"]["use"]["may_be_skipped"], json["axes"]["fit"].get("may_be_skipped")),
        (&json!(true), None)
    );
    assert_same_json(&bounds, &bounds.to_owned());
    let verdicts = |record: &Record| uncovered().bounds(record, at(NOW)).verdicts().collect::<Vec<_>>();
    assert_eq!(verdicts(&Record::new().with("open", true)), [Verdict::Eligible, Verdict::Uncovered]);
    assert_eq!(verdicts(&Record::new().with("open", true).with("nps", 1)), [Verdict::Eligible]);
}

#[test]
fn the_serde_form_has_coverage_only_if_the_model_asks() {
    let scorer = toml_scorer(SKIPS);
    let score = scorer.score(&Record::new().with("nps", 9), at(NOW));
    assert_eq!(
        serde_json::to_value(score).unwrap(),
        json!({
            "verdict": "eligible", "score": 66.666667, "coverage": 50,
            "axes": {
                "fit": { "raw": 40, "score": 100 },
                "use": { "raw": 0, "score": 0, "skipped": true },
                "paid": { "raw": 0, "score": 0 },
            },
            "grade": null, "state": null, "segment": null, "play": null,
        })
    );
    assert_same_json(&score, &score.to_owned());
    let plain = toml_scorer("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\navailable = 1");
    let score = plain.score(&Record::new(), at(NOW));
    assert_eq!(serde_json::to_value(score).unwrap().get("coverage"), None);
    assert_eq!(serde_json::from_value::<OwnedScore>(json!(score)).unwrap(), score.to_owned());
    // An axis without rules is known in full.
    assert_eq!(plain.coverage(&Record::new(), at(NOW)).whole(), 100.into());
}

#[test]
fn an_explanation_names_what_is_skipped() {
    let scorer = toml_scorer(SKIPS);
    let explanation = scorer.explain(&Record::new().with("paid", true).with("nps", 3), at(NOW));
    assert_eq!(
        explanation.to_string(),
        "\
health: 33.33 of 100, as of 2026-11-22T09:00:00Z

fit: 0 of 40 points, 0 of 100
           0  nps: nps is 3 (expected: at least 9)

use: 0 of 50 points, skipped
     unknown  logins: logins is not known
     unknown  seats: seats is not known

paid: 1 of 1 points, 100 of 100
          +1  paid: paid is yes

Score
           0  fit, 0 of 100 with weight 2 of 4
           0  use, skipped at a coverage of 0 of 100
         +25  paid, 100 of 100 with weight 1 of 4
       +8.33  the weight of what is not known goes to the other axes
     = 33.33  score

Would add most
      +66.67  nps: nps is 3 (expected: at least 9)

Coverage: 75 of 100 (fit 100, use 0, paid 100)

Not known: logins, seats
"
    );
    assert_same_json(&explanation, &explanation.to_owned());
    let json = serde_json::to_value(&explanation).unwrap();
    assert_eq!((&json["coverage"], json["axes"][0].get("coverage")), (&json!(75), None));
    assert_eq!((&json["axes"][1]["coverage"], &json["axes"][1]["skipped"]), (&json!(0), &json!(true)));
}

#[test]
fn a_comparison_names_the_weight_that_moves() {
    let scorer = toml_scorer(SKIPS);
    let then = Record::new().with("paid", true).with("nps", 3);
    let now = then.clone().with("logins", 3);
    let comparison = compare(scorer.snapshot(&then, at(NOW)), scorer.snapshot(&now, at(NOW)));
    let part = comparison.part(Cause::Facts);
    assert_eq!(part.difference, percent("-8.333333"));
    let lines: Vec<_> = part.lines.iter().map(|line| (line.kind, line.difference)).collect();
    assert_eq!(lines, [(LineKind::Skipped, percent("-8.333333"))]);
}

#[test]
fn a_forecast_knows_when_an_axis_becomes_known() {
    let scorer = toml_scorer(
        "format = 1\nname = 'x'\n[[axis]]\nname = 'use'\nmissing = 'skip'\n\
         [[axis.rule]]\nid = 'last'\nbands.events.login = [[0, 10], [2, 5]]\nby = 'days_since_last'",
    );
    let mut record = Record::new();
    record.activity_mut().record("login", at("2026-11-24T12:00:00Z"));
    let changes: Vec<_> = scorer
        .changes(&record, at(NOW), at("2026-12-22T09:00:00Z"), Projection::Names)
        .map(|change| (change.at(), change.after().verdict()))
        .collect();
    assert_eq!(changes, [(at("2026-11-24T12:00:00Z"), Verdict::Eligible)]);
}

#[test]
fn the_rust_form_is_the_document() {
    let flag = |field: &str| warmth::model::Handle::<warmth::model::kind::Flag>::new(field).is(true);
    let case = Case::new("one", at(NOW), Record::new()).expect_coverage(0);
    let built = Model::new("x")
        .coverage(true)
        .axis(Axis::new("fit").missing(AxisMissing::Skip).min_coverage(40).rule(Rule::new("a", 1).when(flag("a"))))
        .limit(Limit::at_most(coverage().less_than(60), 50))
        .case(case);
    let read = toml_model(
        "format = 1\nname = 'x'\ncoverage = true\nlimit = [{ at_most = 50, when.coverage.less_than = 60 }]\n\
         [[axis]]\nname = 'fit'\nmissing = 'skip'\nmin_coverage = 40\nrule = [{ id = 'a', when.a = true, points = 1 }]\n\
         [[case]]\nname = 'one'\nas_of = '2026-11-22T09:00:00Z'\nexpect.coverage = 0",
    );
    assert_eq!(serde_json::to_value(&built).unwrap(), serde_json::to_value(&read).unwrap());
    assert_eq!(built.fingerprint(), read.fingerprint());
    assert_eq!(built.verify().unwrap(), 1);
    let wrong = model(&json!({
        "format": 1, "name": "x", "axis": [{ "name": "fit", "missing": "zero", "available": 1 }],
        "case": [{ "name": "one", "as_of": NOW, "expect": { "coverage": 40 } }]
    }));
    let error = wrong.verify().unwrap_err().to_string();
    assert!(error.contains("case[0].expect.coverage`: the case `one` expects `40`, found `100`"), "{error}");
}

#[test]
fn coverage_never_falls_when_a_fact_becomes_known() {
    let mut risen = 0;
    for Subject { seed, instance, scorer, as_of, .. } in subjects(0..scaled(3_000)) {
        // Whether a field is known is itself known: `known` can turn a condition into one that needs more.
        if instance.model.to_string().contains("\"known\"") {
            continue;
        }
        let mut partial = instance.clone();
        partial.facts.clear();
        let mut before = scorer.coverage(&record(&partial), as_of);
        for (field, fact) in &instance.facts {
            partial.facts.insert(field.clone(), fact.clone());
            let known = record(&partial);
            let after = scorer.coverage(&known, as_of);
            assert!(before.whole() <= after.whole(), "seed {seed}: {before:?} {after:?}");
            assert!(before.axes().zip(after.axes()).all(|(before, after)| before.1 <= after.1), "seed {seed}");
            risen += u32::from(before != after);
            let own = scorer.score(&known, as_of).coverage();
            assert!(own.is_none_or(|own| own == after.whole()), "seed {seed}: {own:?} {after:?}");
            before = after;
        }
    }
    assert!(risen > 100, "too few facts matter: {risen}");
}

#[test]
fn coverage_is_100_if_no_rule_with_a_swing_is_unknown() {
    let (mut full, mut partial) = (0, 0);
    for Subject { seed, instance, scorer, record, as_of, .. } in subjects(0..scaled(3_000)) {
        let explanation = scorer.explain(&record, as_of);
        let lines = explanation.lines();
        let mut all = true;
        for (document, axis) in instance.model["axis"].as_array().unwrap().iter().zip(explanation.axes()) {
            let rules = document["rule"].as_array().into_iter().flatten().zip(stakes(document));
            let unknown = |id: &str| lines.iter().any(|line| line.id == Some(id) && line.unknown);
            let known = !rules
                .into_iter()
                .any(|(rule, stake)| stake > crate::common::reach::int(0) && unknown(rule["id"].as_str().unwrap()));
            assert_eq!(axis.coverage == 100.into(), known, "seed {seed}: {axis:?}");
            let counts = axis.weight != Some(Points::ZERO) && document["weight"] != json!(0.0);
            all &= known || !counts;
            if known { full += 1 } else { partial += 1 }
        }
        assert_eq!(explanation.coverage().whole() == 100.into(), all, "seed {seed}");
    }
    assert!(full > 100 && partial > 100, "{full} {partial}");
}

/// A model of axes with one rule each; each axis but `kept` can be skipped.
fn one_kept(total: &str, weights: &[u32], points: &[i32], kept: usize) -> Model {
    let axes: Vec<_> = weights
        .iter()
        .zip(points)
        .enumerate()
        .map(|(index, (weight, points))| {
            json!({
                "name": format!("a{index}"), "weight": weight, "available": 70,
                "missing": if index == kept { "zero" } else { "skip" },
                "rule": [{
                    "id": format!("r{index}"), "points": points,
                    "when": { format!("f{index}"): true },
                }],
            })
        })
        .collect();
    model(&json!({ "format": 1, "name": "x", "total": total, "axis": axes }))
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn skipping_all_axes_but_one_leaves_that_axis(
        total in prop_oneof![Just("mean"), Just("min"), Just("product")],
        axes in proptest::collection::vec((1_u32..5, prop_oneof![-10_i32..0, 1_i32..100]), 1..9),
        kept: proptest::sample::Index,
    ) {
        let (weights, points): (Vec<_>, Vec<_>) = axes.into_iter().unzip();
        let kept = kept.index(points.len());
        let scorer = scorer(&one_kept(total, &weights, &points, kept));
        let account = Record::new().with(format!("f{kept}"), true);
        let score: Score<'_> = scorer.score(&account, at(NOW));
        prop_assert_eq!(score.value(), score.axis(&format!("a{kept}")).unwrap().score);
        prop_assert_eq!(score.axes().filter(|axis| axis.skipped).count(), points.len() - 1);
        let lines: Points = scorer.explain(&account, at(NOW)).lines().iter().map(|line| line.score).sum();
        prop_assert_eq!(lines, score.value());
        let bounds = scorer.bounds(&account, at(NOW));
        prop_assert!(bounds.value().contains(&score.value()));
        let all = (0..points.len()).fold(account.clone(), |record, index| record.with(format!("f{index}"), true));
        let score = scorer.score(&all, at(NOW));
        prop_assert!(bounds.value().contains(&score.value()), "{:?} {:?}", bounds, score);
        prop_assert_eq!(score.coverage(), (points.len() > 1).then(|| 100.into()));
    }
}
