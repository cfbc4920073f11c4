//! Histories: point-in-time facts and outcomes, factors, correlations, half-lives.

use chrono::{DateTime, NaiveDate, Utc};
use fastrand::Rng;
use warmth::evidence::{Correlations, HalfLives, HistoryBuilder, Ranking, Timeline, Trial};
use warmth::{Activity, Event, Facts, Kind, Points, Record, Span, facts};

use super::assert_close;
use crate::support::{at, scorer, toml_model};

fn day(day: u32) -> DateTime<Utc> {
    at("2026-01-01") + chrono::Days::new(day.into())
}

#[test]
fn a_record_from_a_timeline_has_only_what_was_known_then() {
    let mut past = Timeline::new();
    past.learn("nps", 6, day(1));
    past.learn("nps", 9, day(10));
    past.forget("nps", day(20));
    past.learn("plan", "pro", day(10));
    past.learn("plan", "team", day(10)); // the last one counts
    let mut late = Event::new("call", day(2));
    (late.count, late.amount) = (3, Points::from(7));
    past.record(late, day(12));
    past.record(Event::new("visit", day(11)), day(3)); // known before it happens
    for (as_of, nps, plan, events) in [
        (0, None, None, 0),
        (1, Some(6), None, 0),
        (9, Some(6), None, 0),
        (10, Some(9), Some("team"), 0),
        (11, Some(9), Some("team"), 1),
        (12, Some(9), Some("team"), 2),
        (20, None, Some("team"), 2),
    ] {
        let record = past.as_of(day(as_of));
        assert_eq!(record.get("nps"), nps.map(Into::into).as_ref(), "day {as_of}");
        assert_eq!(record.get("plan"), plan.map(Into::into).as_ref(), "day {as_of}");
        assert_eq!(record.activity().len(), events, "day {as_of}");
    }
    let record = past.as_of(day(12));
    let call = record.activity().events().find(|event| event.name == "call").unwrap();
    assert_eq!((call.at, call.count, call.amount), (day(2), 3, Points::from(7)));
}

#[test]
fn an_outcome_is_an_event_after_the_instant_and_within_the_horizon() {
    let mut past = Timeline::new();
    past.record(Event::new("purchase", day(10)), day(14));
    let outcome = |as_of, horizon, until| past.outcome("purchase", day(as_of), Span::days(horizon), day(until));
    assert_eq!(outcome(9, 1, 30), Some(true)); // the end of the horizon counts
    assert_eq!(outcome(10, 5, 30), Some(false)); // the instant itself does not
    assert_eq!(outcome(8, 1, 30), Some(false));
    assert_eq!(outcome(9, 5, 14), Some(true));
    assert_eq!(outcome(9, 4, 13), Some(false)); // not known on day 13
    assert_eq!(outcome(9, 5, 13), None);
    assert_eq!(past.outcome("other", day(9), Span::days(5), day(30)), Some(false));
}

/// An outcome a fraction of a second later, like a purchase after the click to be predicted, is not known yet.
#[test]
fn an_outcome_within_the_same_second_does_not_leak() {
    let (click, purchase) = (at("2026-01-01T10:00:00.1Z"), at("2026-01-01T10:00:00.9Z"));
    let mut past = Timeline::new();
    past.record(Event::new("click", click), click);
    past.record(Event::new("purchase", purchase), purchase);
    past.learn("customer", true, purchase);
    let then = past.as_of(click);
    assert_eq!(then.get("customer"), None);
    assert_eq!(then.activity().events().map(|event| event.name).collect::<Vec<_>>(), ["click"]);
    assert_eq!(past.outcome("purchase", click, Span::days(1), day(3)), Some(true));
    assert_eq!(past.outcome("purchase", purchase, Span::days(1), day(3)), Some(false));
    assert_eq!(past.outcome("purchase", click, Span::seconds(u64::MAX), day(3)), None);
}

/// Points for the last five visits.
const LAST_VISITS: &str = "
    format = 1
    name = 'leak'
    [[axis]]
    name = 'a'
    [[axis.rule]]
    id = 'events'
    signal.event = 'visit'
    signal.points = 10
    signal.most_recent = 5
    ";

/// Events and a fact that determine the outcome, but are later than the label or not known before it.
#[test]
fn facts_and_events_from_the_future_rank_like_chance() {
    let fact = "
        [[axis.rule]]
        id = 'fact'
        when.bought = true
        points = 50
        ";
    let scorer = scorer(&toml_model(&format!("{LAST_VISITS}{fact}")));
    let mut trial = Trial::new(&scorer);
    let mut halves = HalfLives::of("visit", [Span::days(7)]).unwrap();
    let mut builder = HistoryBuilder::of(scorer.fields().map(|field| (field.name(), field.kind())));
    let mut rng = Rng::with_seed(3);
    for _ in 0..500 {
        let outcome = rng.bool();
        let mut past = Timeline::new();
        past.learn("bought", outcome, day(31));
        if outcome {
            past.record(Event::new("visit", day(30 + rng.u32(1..9))), day(30)); // after it
            past.record(Event::new("visit", day(20)), day(30 + rng.u32(1..9))); // known after it
        }
        let subject = past.as_of(day(30));
        trial.add(&subject, day(30), outcome);
        halves.add(&subject, day(30), outcome);
        builder.add(&subject, day(30), outcome);
    }
    assert_eq!(trial.report().auc.unwrap().value, 0.5);
    assert_eq!(halves.curve().unwrap().points[0].auc.value, 0.5);
    assert_eq!(Correlations::new(&builder.build()).with_outcome("bought").unwrap().n, 0);
}

/// Without a timeline, the scorer still ignores events after the instant of the label.
#[test]
fn events_after_the_label_do_not_count() {
    let scorer = scorer(&toml_model(LAST_VISITS));
    let (mut then, mut later) = (Trial::new(&scorer), Trial::new(&scorer));
    for subject in 0..100 {
        let outcome = subject % 3 == 0;
        let mut record = Record::new();
        if outcome {
            record.activity_mut().record("visit", day(31));
        }
        then.add(&record, day(30), outcome);
        later.add(&record, day(31), outcome);
    }
    assert_eq!(then.report().auc.unwrap().value, 0.5);
    assert_eq!(later.report().auc.unwrap().value, 1.0); // a leak would give this
}

enum Health {
    Green,
    Red,
}
facts!(enum Health { Green => "green", Red => "red" });

struct Account {
    nps: Option<u8>,
    health: Health,
    flagship: bool,
    since: NaiveDate,
    stack: Vec<String>,
    history: Activity,
}
facts!(Account { nps, health, flagship, since, stack; activity = history });

#[test]
fn every_kind_of_field_is_a_factor() {
    let mut builder = HistoryBuilder::<Account>::declared();
    let mut pairs = Vec::new();
    for row in 0..40_u8 {
        let outcome = row % 4 == 0;
        let since = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + chrono::Days::new(u64::from(row));
        let account = Account {
            nps: (row % 5 > 0).then_some(row % 11),
            health: if row % 3 == 0 { Health::Green } else { Health::Red },
            flagship: row % 4 < 2,
            since,
            stack: if row < 10 { vec!["crm".to_owned(), "crm".to_owned()] } else { vec![format!("rare{row}")] },
            history: Activity::new(),
        };
        builder.add(&account, at("2026-01-01"), outcome);
        if let Some(nps) = account.nps {
            pairs.push((f64::from(nps), f64::from(u8::from(outcome))));
        }
    }
    let history = builder.build();
    assert_eq!((history.rows(), history.events()), (40, 10));
    let correlations = Correlations::new(&history);
    assert_eq!(correlations.factors, ["nps", "health", "flagship", "since", "stack has crm"]);
    // Correlations are those of the rows in which both are known.
    let nps = correlations.with_outcome("nps").unwrap();
    assert_eq!(nps.n, 32);
    assert_close(nps.pearson.unwrap().value, warmth::evidence::pearson(&pairs).unwrap().value, 1e-12);
    assert_close(nps.spearman.unwrap().value, warmth::evidence::spearman(&pairs).unwrap().value, 1e-12);
    let flagship = correlations.with_outcome("flagship").unwrap();
    assert_close(flagship.pearson.unwrap().value, warmth::evidence::phi([[10, 10], [0, 20]]).unwrap(), 1e-12);
    assert_close(flagship.cramers_v.unwrap().value, flagship.pearson.unwrap().value, 1e-12);
    assert_eq!(flagship.quarters, None);
    let health = correlations.with_outcome("health").unwrap();
    assert_eq!((health.pearson, health.n), (None, 40));
    // Later rows have a later date, and the first ten have the tag.
    let since = correlations.between("since", "stack has crm").unwrap();
    assert!(since.pearson.unwrap().value > 0.7);
    assert_eq!(correlations.between("nps", "nps"), None);
    assert_eq!(correlations.between("stack has crm", "since"), Some(since));
    let text = correlations.to_string();
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].starts_with("with the outcome   n  "), "{text}");
    assert!(lines[7].starts_with("with each other"), "{text}");
    assert!(lines[12].starts_with("5 stack has crm"), "{text}");
}

#[test]
fn correlations_use_the_rows_in_which_both_factors_are_known() {
    let mut rng = Rng::with_seed(9);
    let mut builder = HistoryBuilder::of([("a", Kind::Number), ("b", Kind::Number), ("a", Kind::Text)]);
    let mut pairs = Vec::new();
    for _ in 0..300 {
        let (a, b) = (rng.i32(0..30), rng.i32(0..30));
        let b = a + b;
        let mut record = Record::new();
        let known = (rng.u8(0..4) > 0, rng.u8(0..4) > 0);
        if known.0 {
            record.set("a", a);
        }
        if known.1 {
            record.set("b", b);
        }
        if known == (true, true) {
            pairs.push((f64::from(b), f64::from(a)));
        }
        builder.add(&record, day(1), rng.bool());
    }
    let correlations = Correlations::new(&builder.build());
    let found = correlations.between("a", "b").unwrap();
    assert_eq!(found.n, pairs.len() as u64);
    assert_close(found.spearman.unwrap().value, warmth::evidence::spearman(&pairs).unwrap().value, 1e-12);
    assert_close(found.pearson.unwrap().value, warmth::evidence::pearson(&pairs).unwrap().value, 1e-12);
}

#[test]
fn the_best_half_life_is_the_one_that_made_the_outcomes() {
    let truth = 20.0;
    let mut rng = Rng::with_seed(11);
    let mut tried = HalfLives::of("visit", [2, 5, 10, 20, 40, 80, 320].map(Span::days)).unwrap();
    for _ in 0..3_000 {
        let mut record = Record::new();
        let mut warmth = 0.0;
        for _ in 0..rng.u32(0..8) {
            let age = rng.u32(0..120);
            warmth += libm::exp2(-f64::from(age) / truth);
            record.activity_mut().record("visit", day(120 - age));
        }
        tried.add(&record, day(120), rng.f64() < warmth / (1.0 + warmth));
    }
    let curve = tried.curve().unwrap();
    assert!([Span::days(10), Span::days(20), Span::days(40)].contains(&curve.best), "{curve}");
    assert!(curve.low <= Span::days(20) && Span::days(20) <= curve.high, "{curve}");
    assert!(Span::days(2) < curve.low && curve.high < Span::days(320), "{curve}");
    assert!(curve.to_string().contains("best"));

    let mut windows = HalfLives::windows("visit", [1, 30].map(Span::days)).unwrap();
    for age in 0..60 {
        let mut record = Record::new();
        record.activity_mut().record("visit", day(60 - age));
        windows.add(&record, day(60), age < 30);
    }
    let curve = windows.curve().unwrap();
    assert_eq!((curve.best, curve.points[1].auc.value), (Span::days(30), 1.0));
}

/// The points of a model are millionths, which cannot tell events of many half-lives apart.
#[test]
fn short_half_lives_rank_old_events() {
    let mut tried = HalfLives::of("visit", [1, 3, 30].map(Span::days)).unwrap();
    for age in 30..60 {
        let mut record = Record::new();
        record.activity_mut().record("visit", day(60 - age));
        record.activity_mut().record("other", day(0));
        record.activity_mut().record("visit", day(61)); // later
        tried.add(&record, day(60), age < 50);
    }
    let curve = tried.curve().unwrap();
    assert!(curve.points.iter().all(|point| point.auc.value == 1.0), "{curve}");
    let mut all = HalfLives::of("*", [Span::days(1)]).unwrap();
    for outcome in [true, false] {
        let mut record = Record::new();
        record.activity_mut().record(if outcome { "a" } else { "b" }, day(if outcome { 2 } else { 1 }));
        all.add(&record, day(3), outcome);
    }
    assert_eq!(all.curve().unwrap().points[0].auc.value, 1.0);
}

#[test]
fn invalid_half_lives_are_refused() {
    let error = |spans: &[u64]| {
        let spans = spans.iter().map(|secs| Span::seconds(*secs));
        HalfLives::<Record>::of("visit", spans).unwrap_err().to_string()
    };
    assert_eq!(error(&[]), "there is no half-life or window to try; give at least one");
    assert!(error(&[0]).contains("half_life"), "{}", error(&[0]));
    assert_eq!(Ranking::new([]).auc(), None);
}

#[test]
fn the_sixteen_most_frequent_tags_are_factors() {
    let factors = |rows: usize, tags: &dyn Fn(usize) -> Vec<String>| {
        let mut builder = HistoryBuilder::of([("t", Kind::Tags)]);
        for row in 0..rows {
            builder.add(&Record::new().with("t", tags(row)), day(1), row % 2 == 0);
        }
        builder.build().factors().count()
    };
    assert_eq!(factors(10, &|_| (0..20).map(|tag| tag.to_string()).collect()), 16);
    let once = |row| if row == 0 { vec!["rare".to_owned()] } else { Vec::new() };
    assert_eq!((factors(20, &once), factors(21, &once)), (1, 0));
}

#[test]
fn rare_texts_beyond_31_count_as_one_category() {
    let mut builder = HistoryBuilder::of([("t", Kind::Text)]);
    let mut table = vec![[0_u64; 2]; 32];
    for text in 0..40_usize {
        // The later ones are rarer.
        for row in 0..60 - text {
            let outcome = (row + text) % 3 == 0;
            builder.add(&Record::new().with("t", format!("text {text:02}")), day(1), outcome);
            table[text.min(31)][usize::from(outcome)] += 1;
        }
    }
    let correlations = Correlations::new(&builder.build());
    let expected = warmth::evidence::cramers_v(&table).unwrap();
    assert_close(correlations.with_outcome("t").unwrap().cramers_v.unwrap().value, expected.value, 1e-12);
}
