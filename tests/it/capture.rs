//! Cases from scores: a captured case passes, keeps only what the model reads, and fails once the outcome changes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use warmth::model::Case;
use warmth::{Activity, Attribute, Event, Model, Points, Record, Verdict, facts, templates};

use crate::portfolio::{records, shipped};
use crate::support::{Subject, at, on_all_processors, scaled, scorer, subject, toml_model};

/// The document with one more case, as it is appended to its text.
fn appended(document: &str, case: &Case) -> Model {
    toml_model(&format!("{document}\n{}", toml::to_string(&BTreeMap::from([("case", [case])])).unwrap()))
}

#[test]
fn a_captured_case_passes() {
    on_all_processors(0..scaled(5_000), |seed| {
        let Subject { model, record, as_of, .. } = subject(seed);
        let case = model.capture_case("captured", &record, as_of).unwrap();
        assert_eq!(case.as_of(), as_of);
        let captured = model.clone().case(case.clone());
        assert_eq!(captured.verify(), Ok(1), "{case:?}");

        // A document cannot have decimal places beyond 2^33.
        let is_exact =
            |amount: Points| amount.micros() % 1_000_000 == 0 || amount.micros().unsigned_abs() < 1_000_000 << 33;
        if case.subject().clone().activity_mut().events().all(|event| is_exact(event.amount)) {
            let json: Model = serde_json::from_str(&serde_json::to_string(&captured).unwrap()).unwrap();
            assert_eq!(json.verify(), Ok(1));
            assert_eq!(serde_json::to_value(&json.cases()[0]).unwrap(), serde_json::to_value(&case).unwrap());
            let toml = appended(&toml::to_string(&model).unwrap(), &case);
            assert_eq!(toml.verify(), Ok(1));
        }
        // What is captured is captured again.
        let again = model.capture_case("captured", case.subject(), as_of).unwrap();
        assert_eq!(again, case);
    });
}

#[test]
fn the_accounts_of_the_portfolio_are_captured() {
    let now = at("2026-11-22T18:00:00Z");
    for document in [&std::fs::read_to_string(shipped("cross_sell.toml")).unwrap(), templates::icp_fit().document()] {
        let model = toml_model(document);
        let own = model.cases().len();
        let cases: Vec<Case> = records(&scorer(&model))
            .iter()
            .map(|record| model.capture_case("captured", record, now).unwrap())
            .collect();
        assert_eq!(cases.len(), 300);
        let scored: Vec<bool> = cases.iter().map(|case| case.expected_score().is_some()).collect();
        assert!(scored.contains(&true), "{}", model.name());
        assert_eq!(appended(document, &cases[7]).verify(), Ok(own + 1));
        let all = cases.into_iter().fold(model, Model::case);
        assert_eq!(all.verify(), Ok(own + 300));
    }
}

const MODEL: &str = r#"
format = 1
name = "x"
coverage = true
utc_offset = "+02:00"

[[required]]
id = "open"
when.open = true

[[axis]]
name = "fit"
available = 100
[[axis.rule]]
id = "stack"
values.stack = { crm = 10, erp = 20 }
combine = "sum"
[[axis.rule]]
id = "renewal"
when.renewal.days_until.at_most = 30
points = 5

[[axis]]
name = "activity"
available = 100
[[axis.rule]]
id = "pricing"
signal = { event = "page_view", where.path = "/pricing", points = 10, max = 50, window = "30d" }
[[axis.rule]]
id = "any"
when.events."*".count = { distinct = "form", at_least = 1 }
points = 1

[[state]]
name = "warm"
at_least = 10
[[state]]
name = "cold"
at_least = 0
"#;

struct Account {
    open: Option<bool>,
    stack: Vec<String>,
    renewal: DateTime<Utc>,
    phone: String,
    history: Activity,
}
facts!(Account { open, stack, renewal, phone; activity = history });

fn account() -> Account {
    let mut history = Activity::new();
    let view = |at: &str| Event::new("page_view", crate::support::at(at)).count(2);
    let attributes = [("path", Attribute::from("/pricing")), ("browser", "x".into())];
    history.record_event(view("2026-11-20T08:00:00Z").attributes(&attributes).amount(Points::from(3)));
    history.record_event(view("2026-10-01T08:00:00Z").attributes(&attributes));
    history.record_event(view("2026-11-22T09:00:01Z").attributes(&attributes));
    history.record("login", at("2026-11-21T08:00:00Z"));
    Account {
        open: Some(true),
        stack: vec!["crm".to_owned()],
        renewal: at("2026-12-01T23:30:00Z"),
        phone: "0031201".to_owned(),
        history,
    }
}

#[test]
fn a_case_has_what_the_model_reads_and_every_part_of_the_score() {
    let model = toml_model(&MODEL.replace("\"*\".count = { distinct = \"form\", ", "page_view.count = { "));
    let case = model.capture_case("acc-1", &account(), at("2026-11-22T09:00:00Z")).unwrap();
    let mut expected =
        Record::new().with("open", true).with("stack", ["crm"]).with("renewal", at("2026-12-01T23:30:00Z"));
    let views = |at: &str| Event::new("page_view", crate::support::at(at)).count(2);
    let path = [("path", Attribute::from("/pricing"))];
    expected.activity_mut().record_event(views("2026-11-20T08:00:00Z").attributes(&path).amount(Points::from(3)));
    expected.activity_mut().record_event(views("2026-10-01T08:00:00Z").attributes(&path));
    let expected = Case::new("acc-1", at("2026-11-22T09:00:00Z"), expected)
        .expect_verdict(Verdict::Eligible)
        .expect_score(18)
        .expect_axis("fit", 15)
        .expect_axis("activity", 21)
        .expect_coverage(100)
        .expect_state("warm");
    assert_eq!(case, expected);
    assert_eq!(model.clone().case(case.clone()).verify(), Ok(1));

    // With no rule on events of any age, the older events cannot count any more.
    let bounded = toml_model(
        &MODEL.replace("when.events.\"*\".count = { distinct = \"form\", at_least = 1 }", "when.open = false"),
    );
    let case = bounded.capture_case("acc-1", &account(), at("2026-11-22T09:00:00.75Z")).unwrap();
    assert_eq!(case.subject().clone().activity_mut().len(), 1);
    assert_eq!(case.as_of(), at("2026-11-22T09:00:00Z"));
    assert_eq!(bounded.case(case).verify(), Ok(1));

    // A test on the events of all names reads all of them.
    let all = toml_model(MODEL);
    let case = all.capture_case("acc-1", &account(), at("2026-11-22T09:00:00Z")).unwrap();
    assert_eq!(case.subject().clone().activity_mut().len(), 3);
    assert_eq!(all.case(case).verify(), Ok(1));
}

#[test]
fn a_subject_without_a_score_has_its_verdict_and_perhaps_its_coverage() {
    let now = at("2026-11-22T09:00:00Z");
    let (fit, rest) = MODEL.split_once("[[axis]]\nname = \"activity\"").unwrap();
    let only_fit = [fit, &rest[rest.find("[[state]]").unwrap()..]].concat(); // the facts of `activity` are always known
    let skips = only_fit.replace("available = 100\n", "available = 100\nmissing = \"skip\"\nmin_coverage = 100\n");
    let gated = |verdict: &str| MODEL.replace("[[required]]", &format!("[[{verdict}]]"));
    let nothing = Record::new();
    let closed = Record::new().with("open", false);
    let open = Record::new().with("open", true);
    for (document, record, verdict) in [
        (MODEL.to_owned(), &closed, Verdict::Ineligible),
        (gated("disqualifying"), &open, Verdict::Disqualified),
        (skips, &open, Verdict::Uncovered),
    ] {
        let model = toml_model(&document);
        let case = model.capture_case("unscored", record, now).unwrap();
        let expected = Case::new("unscored", now, record.clone()).expect_verdict(verdict);
        let is_covered = verdict != Verdict::Uncovered;
        assert_eq!(case, if is_covered { expected } else { expected.expect_coverage(0) });
        assert_eq!(appended(&document, &case).verify(), Ok(1));
    }
    // A gate on a missing fact leaves the verdict open, and there is a score.
    let case = toml_model(MODEL).capture_case("undetermined", &nothing, now).unwrap();
    assert_eq!((case.expected_verdict(), case.expected_score()), (Some("undetermined"), Some(Points::ZERO)));
}

#[test]
fn a_skipped_axis_has_no_expectation() {
    let model =
        toml_model(&MODEL.replace("name = \"fit\"\n", "name = \"fit\"\nmissing = \"skip\"\nmin_coverage = 50\n"));
    let record = Record::new().with("open", true).with("stack", "not tags");
    let case = model.capture_case("skipped", &record, at("2026-11-22T09:00:00Z")).unwrap();
    assert_eq!(case.expected_axes().map(|(axis, _)| axis).collect::<Vec<_>>(), ["activity"]);
    assert_eq!(case.subject(), &Record::new().with("open", true)); // a text is no list
    assert_eq!(model.case(case).verify(), Ok(1));
}

#[test]
fn a_changed_outcome_fails() {
    let model = toml_model(MODEL);
    let case = model.capture_case("acc-1", &account(), at("2026-11-22T09:00:00Z")).unwrap();
    let error = appended(&MODEL.replace("crm = 10", "crm = 11"), &case).verify().unwrap_err();
    let paths: Vec<String> = error.problems().iter().map(|problem| problem.path().to_owned()).collect();
    assert_eq!(paths, ["case[0].expect.score", "case[0].expect.axes.fit"]);

    let error = toml_model("format = 1\nname = 'x'\n[[required]]\nid = 'a'\nwhen.opn = true")
        .capture_case("acc-1", &account(), at("2026-11-22T09:00:00Z"))
        .unwrap_err();
    assert_eq!(error.problems()[0].code(), "unknown-field");
}
