//! Published numbers of other products and standards, computed from documents as a user writes them.

use serde_json::{Value as Json, json};
use warmth::{Activity, Decay, Points, Record, Score, Span};

use crate::support::{at, scorer, second, toml_model};

const NOW: i64 = 1_795_348_800; // 2026-11-22T12:00:00Z
const DAY: i64 = 86_400;

fn points(text: &str) -> Points {
    text.parse().unwrap()
}

/// An activity from names and ages in days.
fn happened(events: &[(&str, i64)]) -> Activity {
    let mut activity = Activity::new();
    for (event, days) in events {
        activity.record(event, second(NOW - days * DAY));
    }
    activity
}

fn scored<T>(document: &str, record: &Record, read: impl FnOnce(Score<'_>) -> T) -> T {
    read(scorer(&toml_model(document)).score(record, second(NOW)))
}

/// The points of a signal `days` after its events.
fn signal_points(signal: &str, events: u32, days: i64) -> Points {
    let document = format!(
        "format = 1\nname = 'x'\n[[axis]]\nname = 'a'\navailable = 100\n[[axis.rule]]\nid = 'r'\nsignal.event = 'e'\n{signal}"
    );
    let mut activity = Activity::new();
    activity.record_with("e", second(NOW - days * DAY), events, Points::ZERO);
    scored(&document, &Record::new().with_activity(activity), |score| score.axis("a").unwrap().raw)
}

#[test]
fn signals_decay_as_vendors_publish() {
    let madkudu = "signal.points = 9\nsignal.decay.linear = '90d'";
    let hubspot = "signal.points = 10\nsignal.decay.drop = { percent = 50, every = '30d' }";
    let breadcrumbs = "signal.points = 8\nsignal.most_recent = 5\nsignal.decay.drop = { percent = 15, every = '45d' }";
    let compounding = "signal.points = 8\nsignal.most_recent = 5\nsignal.decay.keep = { percent = 85, every = '45d' }";
    let halving = "signal.points = 25\nsignal.decay.half_life = '14d'";
    for (signal, events, days, expected) in [
        (madkudu, 1, 0, "9"),
        (madkudu, 1, 3, "8.7"),
        (madkudu, 1, 89, "0.1"),
        (madkudu, 1, 90, "0"),
        (hubspot, 1, 29, "10"),
        (hubspot, 1, 30, "5"),
        (hubspot, 1, 59, "5"),
        (hubspot, 1, 60, "0"),
        (breadcrumbs, 5, 44, "40"),
        (breadcrumbs, 5, 45, "34"),
        (breadcrumbs, 5, 89, "34"),
        (breadcrumbs, 5, 90, "28"),
        (breadcrumbs, 6, 90, "28"),
        (breadcrumbs, 5, 315, "0"),
        (compounding, 5, 44, "40"),
        (compounding, 5, 45, "34"),
        (compounding, 5, 90, "28.9"),
        (halving, 1, 0, "25"),
        (halving, 1, 14, "12.5"),
        (halving, 1, 28, "6.25"),
        (halving, 4, 14, "50"),
    ] {
        assert_eq!(signal_points(signal, events, days), points(expected), "{signal}, day {days}");
    }
}

#[test]
fn weights_are_those_of_the_published_decays() {
    let percent = |percent: u32| Points::from(percent);
    let misp = |speed| Decay::Polynomial { lifetime: Span::days(3), speed: points(speed) };
    for (decay, days, of, expected) in [
        (Decay::None, 1_000, "9", "9"),
        (Decay::Linear(Span::days(90)), 3, "9", "8.7"),
        (misp("3"), 1, "80", "24.531098"),
        (misp("2.3"), 1, "80", "30.381234"),
        (Decay::Drop { percent: percent(50), every: Span::days(30) }, 30, "10", "5"),
        (Decay::Drop { percent: percent(50), every: Span::days(30) }, 60, "10", "0"),
        (Decay::Drop { percent: percent(15), every: Span::days(45) }, 45, "40", "34"),
        (Decay::Keep { percent: percent(85), every: Span::days(45) }, 90, "40", "28.9"),
        (Decay::HalfLife(Span::days(14)), 14, "25", "12.5"),
        (Decay::HalfLife(Span::days(14)), 14, "100", "50"),
        (Decay::Table(vec![(Span::days(0), percent(100)), (Span::days(45), percent(85))]), 44, "40", "40"),
        (Decay::Table(vec![(Span::days(0), percent(100)), (Span::days(45), percent(85))]), 45, "40", "34"),
        (Decay::Table(vec![(Span::days(0), percent(100)), (Span::days(45), percent(85))]), 45, "-40", "-34"),
    ] {
        assert_eq!(decay.weight(Span::days(days)).of(points(of)), points(expected), "{decay:?}, day {days}");
    }
}

/// Eloqua's example scorecards: points out of 100 for each behaviour, weighted with a percentage.
const ELOQUA: &str = "
    format = 1
    name = 'eloqua'
    grade.fit = { axis = 'profile', cuts = [75, 50, 25] }
    grade.activity = { axis = 'engagement', cuts = [75, 50, 25] }
    [[axis]]
    name = 'profile'
    [[axis.rule]]
    id = 'title'
    values.title = { best = 30, fair = 15 }
    [[axis.rule]]
    id = 'industry'
    values.industry = { best = 30, fair = 15 }
    [[axis.rule]]
    id = 'revenue'
    values.revenue = { best = 25, low = 5 }
    [[axis.rule]]
    id = 'country'
    values.country = { best = 15, good = 12 }

    [[axis]]
    name = 'engagement'
    [[axis.rule]]
    id = 'submitted-form'
    first = [
        { when.events.form.count = { at_least = 1, within = '7d' }, points = 35 },
        { when.events.form.count = { at_least = 1, within = '14d' }, points = 26.25 },
        { when.events.form.count = { at_least = 1, within = '30d' }, points = 17.5 },
    ]
    [[axis.rule]]
    id = 'clicked-email'
    first = [
        { when.events.click.count = { at_least = 3, within = '7d' }, points = 20 },
        { when.events.click.count = { at_least = 3, within = '30d' }, points = 15 },
        { when.events.click.count = { is = 1, within = '14d' }, points = 10 },
    ]
    [[axis.rule]]
    id = 'visited-product-pages'
    first = [
        { when.events.visit.count = { at_least = 3, within = '7d' }, points = 30 },
        { when.events.visit.count = { at_least = 3, within = '30d' }, points = 22.5 },
        { when.events.visit.count = { at_least = 1, within = '14d' }, points = 15 },
    ]
    [[axis.rule]]
    id = 'opened-email'
    first = [
        { when.events.open.count = { at_least = 3, within = '7d' }, points = 15 },
        { when.events.open.count = { at_least = 3, within = '30d' }, points = 11.25 },
        { when.events.open.count = { is = 1, within = '14d' }, points = 15 },
    ]";

#[test]
fn the_eloqua_example_scores_77_and_83_75() {
    let record = Record::new()
        .with("title", "best")
        .with("industry", "best")
        .with("revenue", "low")
        .with("country", "good")
        .with_activity(happened(&[
            ("form", 10),
            ("click", 1),
            ("click", 2),
            ("click", 6),
            ("visit", 5),
            ("visit", 8),
            ("visit", 29),
            ("open", 0),
            ("open", 1),
            ("open", 6),
        ]));
    scored(ELOQUA, &record, |score| {
        assert_eq!(score.axis("profile").unwrap().score, points("77"));
        assert_eq!(score.axis("engagement").unwrap().score, points("83.75"));
        assert_eq!(score.grade().unwrap().as_str(), "A1");
        assert_eq!(score.value(), points("80.375"));
    });
}

#[test]
fn the_mean_of_a_third_and_two_thirds_is_exactly_a_half() {
    let document = "
        format = 1
        name = 'thirds'
        [[axis]]
        name = 'one'
        base = 10
        available = 30
        [[axis]]
        name = 'other'
        base = 20
        available = 30
        [[state]]
        name = 'half'
        at_least = 50
        [[state]]
        name = 'less'
        at_least = 0";
    scored(document, &Record::new(), |score| {
        let axes: Vec<_> = score.axes().map(|axis| axis.score).collect();
        assert_eq!(axes, [points("33.333333"), points("66.666667")]);
        assert_eq!((score.value(), score.state()), (points("50"), Some("half")));
    });
}

/// The sample scorecard of the Data Mining Group's PMML specification.
const PMML: &str = "
    format = 1
    name = 'pmml'
    [[axis]]
    name = 'overall'
    [[axis.rule]]
    id = 'department'
    values.department = { marketing = 19, engineering = 3, business = 6 }
    missing = { points = -9 }
    [[axis.rule]]
    id = 'age'
    bands.age = [[18, 0], [29, 12], [39, 18]]
    bounds = 'above'
    below = -3
    missing = { points = -1 }
    [[axis.rule]]
    id = 'income'
    bands.income = [[1000, 5], [2500, -3]]
    bounds = 'above'
    below = 26
    missing = { points = 5 }";

#[test]
fn the_pmml_sample_scorecard_gives_its_published_points() {
    for (facts, expected) in [
        (json!({ "department": "engineering", "age": 25, "income": 500 }), 3 + 26),
        (json!({ "department": "engineering", "age": 18, "income": 1000 }), 26),
        (json!({ "department": "marketing", "age": 29, "income": 1000.01 }), 19 + 5),
        (json!({ "department": "business", "age": 29.5, "income": 2500 }), 6 + 12 + 5),
        (json!({ "department": "business", "age": 39, "income": 2501 }), 6 + 12 - 3),
        (json!({ "department": "marketing", "age": 40, "income": 1e6 }), 19 + 18 - 3),
        (json!({ "department": null, "age": null, "income": null }), -9 - 1 + 5),
        (json!({ "department": 3, "age": "25", "income": true }), -9 - 1 + 5),
    ] {
        let record: Record = serde_json::from_value(facts.clone()).unwrap();
        let raw = scored(PMML, &record, |score| score.axis("overall").unwrap().raw);
        assert_eq!(raw, Points::from(expected), "{facts}");
    }
}

#[test]
fn months_are_counted_to_the_end_of_shorter_months() {
    let is_exactly = |by: &str, date: &str, least: i32, now: &str| {
        let document = format!(
            "format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.since.{by}.at_least = {least}\n[[required]]\nid = 's'\nwhen.since.{by}.less_than = {}",
            least + 1
        );
        let model = toml_model(&document);
        let score = scorer(&model).score(&Record::new().with("since", date), at(now)).verdict();
        score == warmth::Verdict::Eligible
    };
    for (by, date, now, expected) in [
        ("months_since", "2025-08-31", "2026-02-27", 5),
        ("months_since", "2025-08-31", "2026-02-28", 6),
        ("months_since", "2023-08-31", "2024-02-28", 5),
        ("months_since", "2023-08-31", "2024-02-29", 6),
        ("months_since", "2026-03-01", "2026-02-28", -1),
        ("months_until", "2026-08-31", "2026-02-28", 6),
        ("months_until", "2026-08-28", "2026-02-28", 6),
        ("months_until", "2026-08-27", "2026-02-28", 5),
        ("months_until", "2026-02-28", "2026-02-28", 0),
    ] {
        assert!(is_exactly(by, date, expected, now), "{by} {date} on {now} is not {expected}");
    }
}

/// `2101-03-01` and its like: a year in which the Gregorian calendar skips the leap day moves the days after it.
#[test]
fn a_month_ends_on_the_last_of_february_in_every_year() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.since.months_since = 1\n\
         [[required]]\nid = 's'\nwhen.until.months_since = 0",
    ));
    for year in 1601..=2401 {
        let last = chrono::NaiveDate::from_ymd_opt(year, 3, 1).unwrap().pred_opt().unwrap();
        let record = Record::new().with("since", format!("{year}-02-01")).with("until", last);
        let verdict = scorer.score(&record, at(&format!("{year}-03-01"))).verdict();
        assert_eq!(verdict, warmth::Verdict::Eligible, "{year}");
    }
}

/// The document of the first page of the guide.
#[test]
fn the_cross_sell_example_gives_its_grades_states_and_scores() {
    let document = "
        format = 1
        name = 'cross-sell-readiness'
        [[required]]
        id = 'flagship'
        when.has_flagship = true
        [[disqualifying]]
        id = 'renewal'
        when.renewal_date.days_until.between = [0, 60]
        [[promoter]]
        id = 'icp'
        when.icp_segment = 'high'
        plus = 20
        [[axis]]
        name = 'fit'
        available = 100
        [[axis.rule]]
        id = 'nps'
        bands.nps = [[0, -20], [7, 10], [9, 40]]
        [[axis.rule]]
        id = 'role'
        values.role = { ceo = 30, vp = 20 }
        otherwise = 0
        [[axis.rule]]
        id = 'tenure'
        when.contract_start.months_since.at_least = 6
        points = 30
        [[axis]]
        name = 'activity'
        [[axis.rule]]
        id = 'pricing-visits'
        group = 'website'
        signal.event = 'pricing_view'
        signal.points = 8
        signal.most_recent = 5
        signal.decay.drop = { percent = 15, every = '45d' }
        [[axis.group]]
        name = 'website'
        max = 40
        [grade]
        fit = { axis = 'fit', cuts = [75, 50, 25] }
        activity = { axis = 'activity', cuts = [75, 50, 25] }
        [[state]]
        name = 'ready'
        at_least = 70
        [[state]]
        name = 'cold'
        at_least = 0
        [[play]]
        name = 'Assign a rep'
        grades = ['A1', 'A2']
        owner = 'sales'
        respond_within = '1d'
        [[play]]
        name = 'Wait'
        otherwise = true";
    let facts = |more: Json| {
        let mut facts = json!({ "has_flagship": true, "icp_segment": "high", "nps": 9, "role": "ceo",
                                "contract_start": "2026-05-22", "renewal_date": "2027-06-01" });
        facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value::<Record>(facts).unwrap().with_activity(happened(&[
            ("pricing_view", 45),
            ("pricing_view", 45),
            ("pricing_view", 3),
            ("pricing_view", 2),
            ("pricing_view", 1),
        ]))
    };
    for (more, expected) in [
        (json!({}), "A1 ready 100"),
        (json!({ "icp_segment": "low" }), "A1 ready 97"),
        (json!({ "icp_segment": "low", "nps": 7, "role": "cfo" }), "C1 cold 67"),
        (json!({ "icp_segment": "low", "nps": null, "role": null }), "C1 cold 62"),
        (json!({ "has_flagship": null }), "undetermined A1 ready 100"),
        (json!({ "has_flagship": false }), "ineligible"),
        (json!({ "renewal_date": "2027-01-21" }), "disqualified"),
        (json!({ "renewal_date": null }), "A1 ready 100"),
    ] {
        assert_eq!(scored(document, &facts(more.clone()), |score| score.to_string()), expected, "{more}");
    }
    let (play, owner, within) = scored(document, &facts(json!({})), |score| {
        let play = score.play().unwrap();
        (play.name().to_owned(), play.owner().map(str::to_owned), play.respond_within())
    });
    assert_eq!((play.as_str(), owner.as_deref(), within), ("Assign a rep", Some("sales"), Some(Span::days(1))));
}
