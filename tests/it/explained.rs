//! The text of an explanation: a line for each reason, two decimals that add up, and of alternatives the one that holds.

use serde_json::json;
use warmth::{OwnedExplanation, Points, Record};

use crate::support::{Subject, at, model, scaled, scorer, subjects, toml_model};

const NOW: &str = "2026-11-22T09:00:00Z";

/// The figure at the start of a line of the text; zero for `unknown`.
fn figure(line: &str) -> Points {
    let figure = line.trim_start().trim_start_matches("= ").split_once("  ").map_or(line, |(figure, _)| figure);
    let points = figure.trim_start_matches('+').parse();
    points.unwrap_or_else(|error| if figure == "unknown" { Points::ZERO } else { panic!("{line}: {error}") })
}

#[test]
fn the_figures_of_a_text_have_two_decimals_and_add_up() {
    let mut rounded = 0;
    for Subject { seed, scorer, record, as_of, .. } in subjects(0..scaled(5_000)) {
        let explanation = scorer.explain(&record, as_of);
        let text = explanation.to_string();
        let (axes, rest) = text.split_once("\n\nScore\n").unwrap();
        let mut sections = axes.split("\n\n").skip(1);
        for axis in explanation.axes() {
            let mut lines = sections.next().unwrap_or_else(|| panic!("seed {seed}: {text}")).lines();
            let (points, _) = lines.next().unwrap().rsplit_once(" points, ").unwrap();
            let raw: Points = points.rsplit(' ').nth(2).unwrap().parse().unwrap();
            assert!((raw - axis.raw).micros().abs() <= 5_000, "seed {seed}: {text}");
            assert_eq!(lines.map(figure).sum::<Points>(), raw, "seed {seed}, {}: {text}", axis.name);
        }
        let score = rest.split("\n\n").next().unwrap().trim_end();
        let (lines, total) = score.rsplit_once('\n').unwrap_or(("", score));
        assert_eq!(lines.lines().map(figure).sum::<Points>(), figure(total), "seed {seed}: {text}");
        let value = explanation.would_be().micros().div_euclid(10_000) * 10_000;
        assert_eq!(figure(total).micros(), value, "seed {seed}: {text}");
        for line in axes.lines().chain(score.lines()).filter(|line| line.starts_with("  ")) {
            let figure = line.trim_start().split("  ").next().unwrap();
            assert!(figure.split_once('.').is_none_or(|(_, decimals)| decimals.len() <= 2), "seed {seed}: {line}");
        }
        rounded += usize::from(text.contains("  rounding to two decimals\n"));
    }
    assert!(rounded > scaled(500) as usize, "{rounded}");
}

/// Every result with findings has a decisive one, in the text too, and the data have all of them.
#[test]
fn every_result_has_a_decisive_finding() {
    let mut left_out = 0;
    for Subject { seed, scorer, record, as_of, .. } in subjects(0..scaled(10_000)) {
        let borrowed = scorer.explain(&record, as_of);
        let explanation = borrowed.to_owned();
        for (line, owned) in borrowed.lines().iter().zip(explanation.lines()) {
            assert!(
                line.findings().map(|finding| finding.to_owned()).eq(owned.findings.iter().cloned()),
                "seed {seed}"
            );
        }
        let findings = explanation.checks().iter().map(|check| (&check.id, &check.findings));
        let lines = explanation.lines().iter().filter_map(|line| Some((line.id.as_ref()?, &line.findings)));
        for (id, findings) in findings.chain(lines).filter(|(_, findings)| !findings.is_empty()) {
            assert!(findings.iter().any(|finding| finding.decisive), "seed {seed}, {id}: {findings:?}");
            left_out += findings.iter().filter(|finding| !finding.decisive).count();
        }
        let stored = serde_json::to_string(&explanation).unwrap();
        assert_eq!(serde_json::from_str::<OwnedExplanation>(&stored).unwrap(), explanation, "seed {seed}");
    }
    assert!(left_out > scaled(5_000) as usize, "{left_out}");
}

/// The line of the only rule, after its label.
fn reason(rule: serde_json::Value, facts: &[(&str, serde_json::Value)]) -> String {
    let mut rule = rule;
    rule["id"] = json!("r");
    rule["label"] = json!("Rule");
    let document = json!({ "format": 1, "name": "x", "axis": [{ "name": "fit", "rule": [rule] }] });
    let record: Record =
        serde_json::from_value(facts.iter().map(|(field, fact)| (*field, fact.clone())).collect()).unwrap();
    let text = scorer(&model(&document)).explain(&record, at(NOW)).to_string();
    let line = text.lines().find(|line| line.contains("  Rule")).unwrap_or_else(|| panic!("{text}"));
    line.trim_start().to_owned()
}

#[test]
fn of_alternatives_the_one_that_holds_is_named() {
    let any = |count: usize| -> serde_json::Value {
        let titles = ["vp", "head", "chief", "director", "owner", "founder", "partner", "president"];
        let tests: Vec<_> = titles.iter().take(count).map(|title| json!({ "title": { "has_word": title } })).collect();
        json!({ "when": { "any": tests }, "points": 10 })
    };
    let title = |title: &str| [("title", json!(title))];
    assert_eq!(reason(any(8), &title("chief of staff")), "+10  Rule: title is chief of staff (with the word chief)");
    assert_eq!(
        reason(any(8), &title("intern")),
        "0  Rule: title is intern (expected: with the word vp; with the word head; with the word chief; and 5 more)"
    );
    assert_eq!(reason(any(8), &[]), "unknown  Rule: title is not known");
    let seats = json!({ "any": [{ "a": { "at_least": 2 } }, { "b": { "at_least": 2 } }, { "c": true }] });
    let facts = |a: u32, b: u32, c: bool| [("a", json!(a)), ("b", json!(b)), ("c", json!(c))];
    let rule = json!({ "when": seats, "points": 10 });
    assert_eq!(reason(rule.clone(), &facts(1, 2, true)), "+10  Rule: b is 2 (at least 2)");
    let not = json!({ "when": { "not": seats }, "points": 10 });
    assert_eq!(reason(not.clone(), &facts(1, 2, true)), "0  Rule: b is 2 (expected: not at least 2)");
    assert_eq!(
        reason(not, &facts(1, 0, false)),
        "+10  Rule: a is 1 (not at least 2); b is 0 (not at least 2); c is no (not yes)"
    );
}

#[test]
fn of_requirements_what_fails_is_named() {
    let all = json!([{ "a": { "at_least": 2 } }, { "b": { "one_of": ["x", "y"] } }, { "c": true }]);
    let rule = |when| json!({ "when": when, "points": 10 });
    let facts = |a: u32, b: &str, c: bool| [("a", json!(a)), ("b", json!(b)), ("c", json!(c))];
    let when = json!({ "all": all });
    assert_eq!(
        reason(rule(when.clone()), &facts(1, "x", false)),
        "0  Rule: a is 1 (expected: at least 2); c is no (expected: yes)"
    );
    assert_eq!(reason(rule(when.clone()), &facts(3, "x", true)), "+10  Rule: a is 3 (at least 2); b is x; c is yes");
    assert_eq!(reason(rule(when), &[("a", json!(3)), ("b", json!("x"))]), "unknown  Rule: c is not known");
    let when = json!({ "at_least_of": { "count": 2, "of": all } });
    assert_eq!(reason(rule(when.clone()), &facts(1, "x", true)), "+10  Rule: b is x; c is yes");
    assert_eq!(
        reason(rule(when), &facts(1, "z", true)),
        "0  Rule: a is 1 (expected: at least 2); b is z (expected: one of x, y)"
    );
    // A guard that fails is the reason, a guard that holds is one of two.
    let guarded = json!({ "when": { "any": [{ "a": 1 }, { "c": true }] }, "bands": { "n": [[0, 1], [5, 2]] } });
    let with = |c: bool| [("a", json!(7)), ("c", json!(c)), ("n", json!(6))];
    assert_eq!(reason(guarded.clone(), &with(true)), "+2  Rule: c is yes; n is 6");
    assert_eq!(reason(guarded, &with(false)), "0  Rule: a is 7 (expected: 1); c is no (expected: yes)");
}

#[test]
fn of_rows_the_first_that_holds_is_named() {
    let rows = json!([
        { "when": { "n": { "at_least": 9 } }, "points": 9 },
        { "when": { "n": { "at_least": 5 } }, "points": 5 },
        { "when": { "m": true }, "points": 1 },
    ]);
    let rule = json!({ "first": rows });
    assert_eq!(reason(rule.clone(), &[("n", json!(6))]), "+5  Rule: n is 6 (at least 5)");
    assert_eq!(
        reason(rule.clone(), &[("n", json!(2)), ("m", json!(false))]),
        "0  Rule: n is 2 (expected: at least 9; at least 5); m is no (expected: yes)"
    );
    // If a row is unknown, so are the points, whatever the rows after it say.
    assert_eq!(reason(rule, &[("m", json!(true))]), "unknown  Rule: n is not known");
}

#[test]
fn a_reason_is_one_short_line() {
    let known = |field: &str| json!({ "when": { field: { "known": true } }, "points": 10 });
    let of = |fact: serde_json::Value| reason(known("f"), &[("f", fact)]);
    assert_eq!(of(json!(0.83333333)), "+10  Rule: f is about 0.83");
    assert_eq!(of(json!(-1234.5678)), "+10  Rule: f is about -1234.57");
    assert_eq!(of(json!(0.0012345)), "+10  Rule: f is about 0.0012");
    assert_eq!(of(json!(2.0)), "+10  Rule: f is 2");
    assert_eq!(of(json!(12.25)), "+10  Rule: f is 12.25");
    let tags: Vec<String> = (10..30).map(|tag| format!("t{tag}")).collect();
    assert_eq!(of(json!(tags)), "+10  Rule: f is t10, t11, t12 and 17 more");
    assert_eq!(of(json!("one\ntwo")), "+10  Rule: f is one two");
    assert_eq!(of(json!("é".repeat(100))), format!("+10  Rule: f is {}…", "é".repeat(80)));
    let share = json!({ "when": { "f": { "at_least": 0.8 } }, "points": 10 });
    assert_eq!(reason(share, &[("f", json!(0.799999))]), "0  Rule: f is about 0.8 (expected: at least 0.8)");
}

#[test]
fn what_blocks_is_named_once_and_what_passes_is_counted() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = 'x'
        required = [{ id = 'health', label = 'Health is green or yellow', when.health.one_of = ['green', 'yellow'] }]
        disqualifying = [
            { id = 'sanctions', label = 'Sanctioned country', when.country.one_of = ['IR', 'KP'] },
            { id = 'renewal', when.days.at_most = 60 },
        ]
        axis = [{ name = 'fit', base = 40, available = 60 }]",
    ));
    let text = |health: Option<&str>, country: &str| {
        let record = Record::new().with("country", country).with("days", 90);
        let record = health.map_or(record.clone(), |health| record.with("health", health));
        scorer.explain(&record, at(NOW)).to_string()
    };
    let starts = |text: String, expected: &str| assert!(text.starts_with(expected), "{text}");
    let as_of = "of 100, as of 2026-11-22T09:00:00Z\n";
    starts(
        text(Some("green"), "DE"),
        &format!("x: 66.66 {as_of}Passes all 3 gates\n\nfit: 40 of 60 points, 66.66 of 100\n"),
    );
    let blocked = text(Some("green"), "IR");
    assert_eq!(blocked.matches("Sanctioned").count(), 1, "{blocked}");
    assert!(blocked.ends_with("Score\n      +66.67  fit, 66.66 of 100\n       -0.01  rounding to two decimals\n     = 66.66  would be the score\n"), "{blocked}");
    starts(
        blocked,
        &format!(
            "x: disqualified, would score 66.66 {as_of}Blocked by: Sanctioned country (country is IR)\nPasses 2 of 3 gates\n"
        ),
    );
    starts(
        text(Some("red"), "DE"),
        &format!(
            "x: ineligible, would score 66.66 {as_of}Fails the requirement: Health is green or yellow (health is red)\nPasses 2 of 3"
        ),
    );
    starts(
        text(None, "DE"),
        &format!(
            "x: undetermined 66.66 {as_of}Undecided: Health is green or yellow (health is not known)\nPasses 2 of 3 gates\n"
        ),
    );
}

/// The data have the decimals that the text rounds.
#[test]
fn the_data_are_exact() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = 'x'\naxis = [{ name = 'a', available = 3, rule = [{ id = 'r', when.f.at_least = 0.3, points = 1 }] }]",
    ));
    let explanation = scorer.explain(&Record::new().with("f", 0.333_333), at(NOW));
    let json = serde_json::to_value(&explanation).unwrap();
    assert_eq!((&json["outcome"]["score"], &json["lines"][0]["score"]), (&json!(33.333333), &json!(33.333333)));
    assert_eq!(json["lines"][0]["findings"][0]["observed"], 0.333333);
    assert_eq!(json["lines"][0]["findings"][0].get("decisive"), None);
    assert!(explanation.to_string().contains("+1  r: f is about 0.33 (at least 0.3)\n"), "{explanation}");
    assert_eq!(format!("{:.2} {}", explanation.score(), explanation.score()), "33.33 33.333333");
}

#[test]
fn points_that_are_too_small_to_see_keep_their_sign() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = 'x'\naxis = [{ name = 'a', available = 100, rule = [
            { id = 'r', when.f = true, points = 0.004 }, { id = 's', when.f = true, points = -0.004 }] }]",
    ));
    let text = scorer.explain(&Record::new().with("f", true), at(NOW)).to_string();
    assert!(text.contains("       +0.00  r: f is yes\n       -0.00  s: f is yes\n"), "{text}");
}
