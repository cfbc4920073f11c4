//! Owned forms: they say the same as the borrowed forms, and read back from what they write.
//!
//! `golden/*.json` are snapshots of the serde forms. After a change, run these tests with `UPDATE_SNAPSHOTS=1` and read
//! the difference as a host would that has stored the old form.

use std::fmt::{Debug, Display};

use serde::Serialize;
use serde::de::DeserializeOwned;
use warmth::compare::Cause;
use warmth::explain::OwnedObserved;
use warmth::{
    Comparison, Explanation, OwnedComparison, OwnedExplanation, OwnedScore, Points, Record, Score, Scorer, Truth,
    Value, Verdict, compare,
};

use crate::support::{Subject, assert_golden, at, on_all_processors, scaled, scorer, subject, toml_model};

const _: () = {
    const fn storable<T: Send + Sync + Clone + 'static>() {}
    storable::<OwnedScore>();
    storable::<OwnedExplanation>();
    storable::<OwnedComparison>();
};

/// Checks that both forms write the same text and JSON, and that JSON and CBOR read back.
#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug + Display>(
    borrowed: &(impl Serialize + Display),
    owned: &T,
    name: &str,
) {
    let json = serde_json::to_string(owned).unwrap();
    assert_eq!(json, serde_json::to_string(borrowed).unwrap(), "{name}");
    assert_eq!(owned.to_string(), borrowed.to_string(), "{name}");
    let mut cbor = Vec::new();
    ciborium::into_writer(owned, &mut cbor).unwrap();
    for read in [serde_json::from_str::<T>(&json).unwrap(), ciborium::from_reader(&cbor[..]).unwrap()] {
        assert_eq!(&read, owned, "{name}");
        assert_eq!(read.to_string(), owned.to_string(), "{name}");
    }
}

fn check_score(borrowed: &Score<'_>, name: &str) {
    let owned = borrowed.to_owned();
    check(borrowed, &owned, name);
    assert_eq!((owned.verdict(), owned.value()), (borrowed.verdict(), borrowed.value()), "{name}");
    let axes = owned.axes().iter().map(|axis| (&*axis.name, axis.raw, axis.score));
    assert!(axes.eq(borrowed.axes().map(|axis| (axis.name, axis.raw, axis.score))), "{name}");
    for axis in borrowed.axes() {
        assert_eq!(owned.axis(axis.name).map(|own| own.raw), Some(axis.raw), "{name}");
    }
    assert_eq!(owned.axis("not an axis"), None);
    assert_eq!(owned.grade(), borrowed.grade(), "{name}");
    assert_eq!((owned.state(), owned.segment()), (borrowed.state(), borrowed.segment()), "{name}");
    let play = borrowed.play().map(|play| (play.name(), play.owner(), play.respond_within()));
    assert_eq!(owned.play().map(|play| (play.name(), play.owner(), play.respond_within())), play, "{name}");
}

fn check_explanation(borrowed: &Explanation<'_>, name: &str) {
    let owned = borrowed.to_owned();
    check(borrowed, &owned, name);
    assert_eq!(owned.score(), &borrowed.score().to_owned(), "{name}");
    assert_eq!((owned.model(), owned.fingerprint()), (borrowed.model(), borrowed.fingerprint()), "{name}");
    assert_eq!((owned.as_of(), owned.would_be()), (borrowed.as_of(), borrowed.would_be()), "{name}");
    assert!(owned.missing().iter().map(|field| &**field).eq(borrowed.missing().iter().copied()), "{name}");
    let checks = owned.checks().iter().map(|check| (check.kind, &*check.id, check.truth, check.findings.len()));
    assert!(checks.eq(borrowed.checks().map(|own| (own.kind, own.id, own.truth, own.findings().len()))), "{name}");
    let lines = borrowed.lines();
    assert_eq!(owned.lines().len(), lines.len(), "{name}");
    for (own, line) in owned.lines().iter().zip(&lines) {
        assert_eq!((own.kind, own.axis.as_deref(), own.id.as_deref()), (line.kind, line.axis, line.id), "{name}");
        assert_eq!((own.points, own.score, own.shortfall), (line.points, line.score, line.shortfall), "{name}");
        assert_eq!((own.reach, own.unknown, &own.steps), (line.reach, line.unknown, &line.steps()), "{name}");
        for (own, finding) in own.findings.iter().zip(line.findings()) {
            assert_eq!((&*own.subject, own.expected.as_deref()), (&*finding.subject(), finding.expected().as_deref()));
            assert_eq!(own.observed.to_string(), finding.observed().to_string(), "{name}");
        }
    }
    let labels = |lines: Vec<&warmth::explain::OwnedLine>| lines.iter().map(|line| line.label.to_string()).collect();
    let borrowed_labels =
        |lines: Vec<warmth::explain::Line<'_, '_>>| lines.iter().map(|line| line.label.to_owned()).collect();
    let (ours, theirs): (Vec<_>, Vec<_>) = (labels(owned.contributions()), borrowed_labels(borrowed.contributions()));
    assert_eq!(ours, theirs, "{name}");
    let (ours, theirs): (Vec<_>, Vec<_>) = (labels(owned.shortfalls()), borrowed_labels(borrowed.shortfalls()));
    assert_eq!(ours, theirs, "{name}");
}

fn check_comparison(borrowed: &Comparison<'_>, name: &str) {
    let owned = borrowed.to_owned();
    check(borrowed, &owned, name);
    assert_eq!(owned.difference(), borrowed.difference(), "{name}");
    for (side, explanation) in [(owned.before(), borrowed.before()), (owned.after(), borrowed.after())] {
        assert_eq!((&*side.model, side.as_of), (explanation.model(), explanation.as_of()), "{name}");
        assert_eq!((side.fingerprint, &side.score), (explanation.fingerprint(), &explanation.score().to_owned()));
    }
    for (cause, own) in Cause::ALL.into_iter().zip(owned.parts()) {
        let part = borrowed.part(cause);
        assert_eq!((own, own.cause), (owned.part(cause), cause), "{name}");
        assert_eq!((own.difference, own.is_empty()), (part.difference, part.is_empty()), "{name}");
        assert_eq!((&own.before, &own.after), (&part.before.to_owned(), &part.after.to_owned()), "{name}");
        assert_eq!(own.to_string(), part.to_string(), "{name}");
        assert_eq!((own.lines.len(), own.checks.len()), (part.lines.len(), part.checks.len()), "{name}");
        for (own, line) in own.lines.iter().zip(&part.lines) {
            assert_eq!((&*own.label, own.difference), (line.label, line.difference), "{name}");
            assert_eq!(own.raw_difference(), line.raw_difference(), "{name}");
        }
        let names = own.names.iter().map(|name| (name.of, name.before.as_deref(), name.after.as_deref()));
        assert!(names.eq(part.names.iter().map(|name| (name.of, name.before, name.after))), "{name}");
    }
}

#[test]
fn owned_forms_equal_borrowed_forms_and_read_back() {
    on_all_processors(0..scaled(10_000), |seed| {
        let Subject { scorer, record, as_of, .. } = subject(seed);
        let explanation = scorer.explain(&record, as_of);
        check_score(&explanation.score(), &format!("seed {seed}"));
        check_explanation(&explanation, &format!("seed {seed}"));
    });
}

#[test]
fn owned_comparisons_equal_borrowed_ones_and_read_back() {
    on_all_processors(0..scaled(5_000), |seed| {
        let (old, new) = (subject(seed), subject(seed + 1));
        let comparison =
            compare(old.scorer.snapshot(&old.record, old.as_of), new.scorer.snapshot(&new.record, new.as_of));
        check_comparison(&comparison, &format!("seed {seed}"));
    });
}

const MODEL: &str = r#"
format = 1
name = "readiness"
[[required]]
id = "flagship"
label = "Has the flagship product"
when.has_flagship = true
[[disqualifying]]
id = "onboarding"
when.onboarded.days_since.less_than = 30
[[axis]]
name = "fit"
label = "Fit"
weight = 3
base = 5
[[axis.rule]]
id = "nps"
label = "Would recommend us"
bands.nps = [[0, -20], [7, 10], [9, 40]]
[[axis.rule]]
id = "plan"
when.not.plan.one_of = ["trial", "free"]
points = 10
[[axis.rule]]
id = "stack"
when.tech_stack.has_any = ["k8s"]
points = 10
[[axis.rule]]
id = "use"
bands.seats = [[0, 0], [0.5, 10]]
ratio_to = "seat_limit"
[[axis]]
name = "activity"
[[axis.group]]
name = "website"
max = 12
[[axis.rule]]
id = "pricing"
group = "website"
signal = { event = "pricing_view", points = 8, most_recent = 5, decay.half_life = "14d" }
[[promoter]]
id = "spent"
when.events.payment.amount.at_least = 100
plus = 20
[[limit]]
when.employees.known = false
at_most = 60
[grade]
fit = { axis = "fit", cuts = [75, 50] }
activity = { axis = "activity", cuts = [50] }
[[state]]
name = "ready"
at_least = 50
[[state]]
name = "cold"
at_least = 0
[[segment]]
name = "mid market"
when.grade.one_of = ["A1", "B1"]
[[segment]]
name = "other"
[[play]]
name = "Assign a rep"
states = ["ready"]
owner = "sales"
respond_within = "1d"
[[play]]
name = "Wait"
otherwise = true
"#;

const NOW: &str = "2026-11-22T09:00:00Z";

fn account() -> Record {
    let mut record = Record::new()
        .with("has_flagship", true)
        .with("onboarded", Value::Date("2026-01-31".parse().unwrap()))
        .with("nps", 8)
        .with("plan", "2026-11-22") // a text that looks like a date
        .with("tech_stack", ["k8s", "", "aws"].map(str::to_owned).to_vec())
        .with("seats", 30)
        .with("seat_limit", 40);
    record.activity_mut().record_with("pricing_view", at("2026-11-08T09:00:00Z"), 4, Points::ZERO);
    record.activity_mut().record_with("payment", at("2026-11-01T09:00:00Z"), 1, "120.25".parse().unwrap());
    record
}

fn earlier() -> Record {
    let mut record = account().with("nps", 9).with("employees", 80).with("has_flagship", false);
    record.activity_mut().record_with("pricing_view", at("2026-10-01T09:00:00Z"), 1, Points::ZERO);
    record
}

fn on_model<R>(read: impl FnOnce(&Scorer<Record>) -> R) -> R {
    read(&scorer(&toml_model(MODEL)))
}

#[test]
fn a_score_has_the_golden_serde_form() {
    assert_golden(&on_model(|scorer| scorer.score(&account(), at(NOW)).to_owned()), "score");
}

#[test]
fn an_explanation_has_the_golden_serde_form() {
    assert_golden(&on_model(|scorer| scorer.explain(&account(), at(NOW)).to_owned()), "explanation");
}

#[test]
fn a_comparison_has_the_golden_serde_form() {
    let (old, new) = (earlier(), account());
    let before = at("2026-10-02T09:00:00Z");
    let comparison =
        on_model(|scorer| compare(scorer.snapshot(&old, before), scorer.snapshot(&new, at(NOW))).to_owned());
    assert_golden(&comparison, "comparison");
}

#[test]
fn every_kind_of_observed_value_reads_back() {
    for (observed, json) in [
        (OwnedObserved::Missing, "null"),
        (OwnedObserved::Flag(false), "false"),
        (OwnedObserved::Number(8.0), "8.0"),
        (OwnedObserved::Number(-0.1), "-0.1"),
        (OwnedObserved::Whole(i64::MAX), "9223372036854775807"),
        (OwnedObserved::Text("7".into()), "\"7\""),
        (OwnedObserved::Tags(vec!["a".into(), "".into()]), "[\"a\",\"\"]"),
    ] {
        assert_eq!(serde_json::to_string(&observed).unwrap(), json);
        assert_eq!(serde_json::from_str::<OwnedObserved>(json).unwrap(), observed);
    }
    for json in ["{}", "[1]", "18446744073709551615"] {
        assert!(serde_json::from_str::<OwnedObserved>(json).is_err(), "{json}");
    }
}

#[test]
fn instants_are_truncated_to_seconds_and_may_be_in_any_year() {
    let record = account();
    for as_of in [chrono::DateTime::<chrono::Utc>::MIN_UTC, chrono::DateTime::<chrono::Utc>::MAX_UTC, at(NOW)] {
        let as_of = as_of.checked_add_signed(chrono::TimeDelta::milliseconds(250)).unwrap_or(as_of);
        let owned = on_model(|scorer| scorer.explain(&record, as_of).to_owned());
        assert_eq!(owned.as_of().timestamp(), as_of.timestamp());
        assert_eq!(serde_json::from_str::<OwnedExplanation>(&serde_json::to_string(&owned).unwrap()).unwrap(), owned);
    }
}

#[test]
fn a_comparison_with_parts_in_another_order_is_refused() {
    let record = account();
    let comparison =
        on_model(|scorer| compare(scorer.snapshot(&record, at(NOW)), scorer.snapshot(&record, at(NOW))).to_owned());
    let mut json = serde_json::to_value(&comparison).unwrap();
    json["parts"].as_array_mut().unwrap().swap(0, 1);
    let error = serde_json::from_value::<OwnedComparison>(json).unwrap_err();
    assert_eq!(error.to_string(), "the parts must be time, events, facts, model, in this order");
}

#[test]
fn owned_names_are_shared_with_the_model() {
    on_model(|scorer| {
        let score = scorer.score(&account(), at(NOW));
        let (one, two) = (score.to_owned(), score.to_owned());
        assert!(std::ptr::eq(one.state().unwrap(), two.state().unwrap()));
        assert!(std::ptr::eq(one.axes()[0].name.as_ptr(), two.axes()[0].name.as_ptr()));
        assert!(std::ptr::eq(one.play().unwrap().name(), two.play().unwrap().name()));
    });
}

#[test]
fn verdicts_and_truths_have_one_word_each() {
    for verdict in
        [Verdict::Eligible, Verdict::Undetermined, Verdict::Uncovered, Verdict::Ineligible, Verdict::Disqualified]
    {
        assert_eq!(verdict.to_string().parse(), Ok(verdict));
        assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.as_str());
    }
    let error = "Eligible".parse::<Verdict>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`Eligible` is not a verdict; write `eligible`, `undetermined`, `uncovered`, `ineligible` or `disqualified`"
    );
    for (truth, word) in [(Truth::True, "holds"), (Truth::False, "fails"), (Truth::Unknown, "unknown")] {
        assert_eq!((truth.as_str(), truth.to_string()), (word, word.to_owned()));
        assert_eq!(serde_json::to_value(truth).unwrap(), word);
        assert_eq!(serde_json::from_value::<Truth>(word.into()).unwrap(), truth);
    }
    assert!(serde_json::from_value::<Truth>("true".into()).is_err());
}
