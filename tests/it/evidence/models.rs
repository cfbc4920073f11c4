//! Models: tried on histories, reviewed between dates, and proposed from histories.

use chrono::{DateTime, Utc};
use fastrand::Rng;
use warmth::evidence::{Drift, History, HistoryBuilder, Proposal, Proposed, Ranking, Request, Trend, Trial, propose};
use warmth::{Kind, Model, Record, Review, Scorer};

use crate::support::{at, scaled, scorer, toml_model};

fn as_of() -> DateTime<Utc> {
    at("2026-06-30T12:00:00Z")
}

const MODEL: &str = "
format = 1
name = 'trial'
[[required]]
id = 'customer'
when.customer = true
[[disqualifying]]
id = 'never'
when.nps = 99
[[axis]]
name = 'fit'
available = 100
[[axis.rule]]
id = 'nps'
label = 'Would recommend us'
bands.nps = [[7, 40], [9, 80]]
[[axis.rule]]
id = 'share'
per_unit.share = { points = 1, max = 20 }
[[axis]]
name = 'activity'
available = 100
[[axis.rule]]
id = 'visits'
signal.event = 'visit'
signal.points = 50
signal.most_recent = 2
signal.window = '30d'
[grade]
fit = { axis = 'fit', cuts = [50] }
activity = { axis = 'activity', cuts = [50] }
[[state]]
name = 'ready'
at_least = 50
[[state]]
name = 'cold'
at_least = 0
";

fn subject(nps: i32, share: f64, visits: u32) -> Record {
    let mut record = Record::new().with("customer", true).with("nps", nps).with("share", share);
    let at = as_of() - chrono::Days::new(10);
    record.activity_mut().record_with("visit", at, visits, warmth::Points::ZERO);
    record
}

#[test]
fn a_trial_counts_scores_checks_and_lines() {
    let scorer = scorer(&toml_model(MODEL));
    let mut trial = Trial::new(&scorer);
    trial.add(&subject(9, 1.0, 2), as_of(), true);
    trial.add(&subject(9, 2.0, 0), as_of(), true);
    trial.add(&subject(8, 3.0, 1), as_of(), false);
    trial.add(&subject(3, 4.0, 0), as_of(), false);
    trial.add(&Record::new().with("customer", true), as_of(), false);
    trial.add(&Record::new().with("customer", false).with("nps", 9), as_of(), true);
    let report = trial.report();
    assert_eq!((report.scored, report.events), (5, 2));
    assert_eq!(report.auc.unwrap().value, 5.0 / 6.0); // 90.5 and 41 against 46.5, 2 and 0
    let table = |id: &str| {
        let condition = report.conditions.iter().find(|condition| condition.id == id).unwrap();
        let bands = condition.table.bands.iter().map(|band| (band.label.as_str(), band.rows, band.events));
        (condition.fired, condition.is_idle(), bands.collect::<Vec<_>>())
    };
    assert_eq!(table("customer"), (5, false, vec![("holds", 5, 2), ("does not hold", 1, 1)]));
    assert_eq!(table("never"), (0, true, vec![("does not hold", 5, 3), ("unknown", 1, 0)]));
    let nps = vec![("worth 0", 1, 0), ("worth 40", 1, 0), ("worth 80", 3, 3), ("unknown", 1, 0)];
    assert_eq!(table("nps"), (4, false, nps));
    assert_eq!(table("visits"), (2, false, vec![("worth 0", 4, 2), ("worth 50", 1, 0), ("worth 100", 1, 1)]));
    let states: Vec<_> = report.states.bands.iter().map(|band| (band.label.as_str(), band.rows)).collect();
    assert_eq!(states, [("ready", 1), ("cold", 4)]);
    let grades: Vec<_> = report.grades.iter().map(|row| (row.grade.as_str(), row.rows, row.events)).collect();
    assert_eq!(grades, [("A1", 1, 1), ("A2", 1, 1), ("B1", 1, 0), ("B2", 2, 0)]);
    let bands: Vec<_> = report.bands.bands.iter().map(|band| (band.label.as_str(), band.rows)).collect();
    assert_eq!(bands, [("from 90", 1), ("from 40", 2), ("from 0", 2)]);
    let text = report.to_string();
    for part in ["trial ", "never separates subjects: never", "rule `nps`\nWould recommend us", "\nA ", "KS "] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert!(serde_json::to_string(&report).unwrap().contains("\"grade\":\"A1\""));
}

#[test]
fn a_rule_with_many_different_points_is_shown_in_quarters_of_its_reach() {
    let scorer = scorer(&toml_model(MODEL));
    let mut trial = Trial::new(&scorer);
    for row in 0..=200_i32 {
        trial.add(&subject(5, f64::from(row - 100) / 5.0, 0), as_of(), row > 150);
    }
    let report = trial.report();
    let share = report.conditions.iter().find(|condition| condition.id == "share").unwrap();
    let bands: Vec<_> = share.table.bands.iter().map(|band| (band.label.as_str(), band.rows, band.events)).collect();
    assert_eq!(
        bands,
        [
            ("worth less than 0", 100, 0),
            ("worth 0", 1, 0),
            ("up to 25% of its reach", 25, 0),
            ("up to 50%", 25, 0),
            ("up to 75%", 25, 25),
            ("up to 100%", 25, 25),
        ]
    );
}

#[test]
fn up_to_24_different_points_have_a_row_each() {
    let scorer = scorer(&toml_model(MODEL));
    for (different, bands) in [(24, 24), (25, 4)] {
        let mut trial = Trial::new(&scorer);
        (0..different).for_each(|row| trial.add(&subject(5, f64::from(row) / 2.0, 0), as_of(), row % 2 == 0));
        let report = trial.report();
        assert_eq!(
            report.conditions.iter().find(|condition| condition.id == "share").unwrap().table.bands.len(),
            bands
        );
    }
}

#[test]
fn a_drift_tells_changes_from_chance() {
    let before = scorer(&toml_model(MODEL));
    let after = scorer(&toml_model(&MODEL.replace("[9, 80]", "[9, 20]")));
    let mut review = Review::new(&before, &after);
    for row in 0..50 {
        let record = subject(if row < 30 { 9 } else { 3 }, 0.0, 1);
        review.add((&record, as_of()), (&record, as_of()));
    }
    review.add((&subject(3, 0.0, 0), as_of()), (&Record::new().with("customer", false), as_of()));
    let drift = Drift::of(&review);
    assert!(drift.score.unwrap().is_drift());
    let nps = drift.fire_rates.iter().find(|rate| rate.id == "nps").unwrap();
    assert!(!nps.has_moved());
    let look = drift.to_look_at();
    assert!(look[0].starts_with("the score drifts: PSI "), "{look:?}");
    assert!(look.contains(&"disqualifying `never` never fires".to_owned()), "{look:?}");
    assert!(drift.to_string().contains("\ndisqualifying `never` never fires\n"), "{drift}");
    assert!(serde_json::to_string(&drift).unwrap().contains("\"fire_rates\":["));
}

/// The most frequent score is a bin of its own. Otherwise a rise from it could stay within the bin.
#[test]
fn scores_that_all_rise_from_zero_are_a_drift() {
    let scorer = scorer(&toml_model(MODEL));
    for with_others in [0, 10] {
        let mut review = Review::new(&scorer, &scorer);
        for row in 0..100 {
            let (old, new) = if row < with_others { (9, 9) } else { (3, 8) };
            review.add((&subject(old, 0.0, 0), as_of()), (&subject(new, 0.0, 0), as_of()));
        }
        let drift = Drift::of(&review).score.unwrap();
        assert!(drift.is_drift() && drift.value > 1.0, "{with_others}: {drift:?}");
    }
}

#[test]
fn unchanged_subjects_have_no_drift() {
    let scorer = scorer(&toml_model(&MODEL.replace("when.nps = 99", "when.nps = 9")));
    let mut review = Review::new(&scorer, &scorer);
    for row in 0..40 {
        let record = subject(row % 11, 5.0, (row % 3) as u32);
        review.add((&record, as_of()), (&record, as_of()));
    }
    let drift = Drift::of(&review);
    assert_eq!(drift.score.unwrap().value, 0.0);
    assert_eq!(drift.to_look_at(), ["rule `share` always fires"]);
}

/// A history with two fields that drive the outcome, copies of the first, and noise.
fn history(seed: u64, rows: usize, copies: usize, signal: f64) -> (History, Vec<(Record, bool)>) {
    let mut rng = Rng::with_seed(seed);
    let copied: Vec<String> = (0..copies).map(|copy| format!("copy{copy}")).collect();
    let fields = copied.iter().map(|name| (name.as_str(), Kind::Number));
    let others = [("second", Kind::Number), ("noise", Kind::Number), ("flag", Kind::Flag), ("plan", Kind::Text)];
    let mut builder = HistoryBuilder::of(fields.chain(others));
    let mut records = Vec::new();
    for _ in 0..rows {
        let (first, second) = (rng.f64() * 10.0, rng.f64() * 10.0);
        let plan = ["free", "team", "pro"][rng.usize(0..3)];
        let mut record = Record::new().with("noise", rng.i32(0..50)).with("flag", rng.bool()).with("plan", plan);
        if rng.u8(0..10) > 0 {
            record.set("second", (second * 10.0).round() / 10.0);
        }
        for name in &copied {
            record.set(name, (first * 10.0).round() / 10.0);
        }
        let pro = if plan == "pro" { 3.0 } else { 0.0 };
        let odds = libm::exp(signal * (first + second * 1.2 + pro - 13.0));
        let outcome = rng.f64() < odds / (1.0 + odds);
        builder.add(&record, as_of(), outcome);
        records.push((record, outcome));
    }
    (builder.build(), records)
}

fn made(history: &History, request: &Request) -> Proposed {
    match propose(history, request).unwrap() {
        Proposal::Made(made) => *made,
        other => panic!("{other}"),
    }
}

#[test]
fn a_proposed_model_compiles_and_ranks_well() {
    let (history, records) = history(1, 2_000, 1, 0.5);
    let made = made(&history, &Request::new("upsell"));
    for (model, way) in [(made.correlation.unwrap(), "correlation"), (made.overlap.unwrap(), "overlap")] {
        assert_eq!(model.name(), format!("upsell-{way}"));
        assert!(model.description().unwrap().contains("from 2000 rows as of 2026-06-30 to 2026-06-30"));
        let written = toml::to_string(&model).unwrap();
        let read: Model = toml::from_str(&written).unwrap();
        assert_eq!(read.fingerprint(), model.fingerprint());
        let scorer = Scorer::<Record>::new(&read).unwrap_or_else(|error| panic!("{error}\n{written}"));
        let scores: Vec<_> =
            records.iter().map(|(record, outcome)| (scorer.score(record, as_of()), *outcome)).collect();
        let auc = Ranking::new(scores.iter().map(|(score, outcome)| (score.value().to_f64(), *outcome))).auc().unwrap();
        assert!(auc.value > 0.75, "{auc}");
        // Scores are whole points, and the better state begins at the KS cut.
        assert!(scores.iter().all(|(score, _)| score.value().micros() % 1_000_000 == 0));
        let ks = Ranking::new(scores.iter().map(|(score, outcome)| (score.value().to_f64(), *outcome))).ks().unwrap();
        for (score, _) in &scores {
            let expected = if score.value().to_f64() >= ks.at_least { "high-fit" } else { "rest" };
            assert_eq!(score.state(), Some(expected));
        }
        let best = scores.iter().map(|(score, _)| score.value()).max().unwrap();
        assert!(best > 80.into(), "{best}");
    }
}

#[test]
fn overlap_aware_weights_beat_correlation_weights_if_factors_overlap() {
    for seed in 0..3 {
        let (history, _) = history(seed, 3_000, 6, 0.5);
        let Proposed { comparison, .. } = made(&history, &Request::new("copies"));
        assert!(comparison.difference.low > 0.0, "{comparison}");
    }
    // Without overlap the two differ little.
    let (single, _) = history(0, 3_000, 1, 0.5);
    let Proposed { comparison, .. } = made(&single, &Request::new("single"));
    assert!(comparison.difference.value.abs() < 0.03, "{comparison}");
}

#[test]
fn no_model_is_proposed_from_noise() {
    let (histories, mut refused) = (scaled(400), 0);
    for seed in 0..histories {
        let (history, _) = history(seed, 600, 2, 0.0);
        match propose(&history, &Request::new("noise")).unwrap() {
            Proposal::NoSignal(comparison) => {
                assert!(comparison.correlation.may_be_chance && comparison.overlap.may_be_chance);
                refused += 1;
            }
            Proposal::Made(made) => eprintln!("{}", made.comparison),
            other => panic!("{other}"),
        }
    }
    // A two-sided confidence of 99 % accepts one history in 200, in each of two ways.
    assert!(refused + histories.div_ceil(100) >= histories, "{refused} of {histories}");
    let (history, _) = history(0, 600, 2, 0.0);
    let text = propose(&history, &Request::new("noise")).unwrap().to_string();
    assert!(
        text.starts_with("Nothing is proposed: weights from one part of the history may rank another part by chance."),
        "{text}"
    );
}

#[test]
fn too_few_outcomes_are_refused_with_the_number_needed() {
    let (small, _) = history(1, 60, 1, 0.5);
    let Proposal::TooFew(shortage) = propose(&small, &Request::new("small")).unwrap() else { panic!("too few") };
    assert_eq!((shortage.events + shortage.others, shortage.needed, shortage.factors), (60, 50, 5)); // ten for each
    let text = propose(&small, &Request::new("small").events_per_factor(30)).unwrap().to_string();
    assert!(text.contains("are too few; 150 of each are needed for 5 factors"), "{text}");
}

#[test]
fn proposed_models_follow_the_required_trends() {
    let (history, _) = history(4, 1_500, 1, 0.4);
    let values = |model: &Model, field: &str| {
        let scorer = Scorer::<Record>::new(model).unwrap();
        let score = |value: i32| scorer.score(&Record::new().with(field, value), as_of()).value();
        (0..50).map(score).collect::<Vec<_>>()
    };
    let rising = made(&history, &Request::new("x").require("copy0", Trend::Rising).require("noise", Trend::Rising));
    for model in [rising.correlation.unwrap(), rising.overlap.unwrap()] {
        assert!(values(&model, "copy0").is_sorted() && values(&model, "copy0")[0] < values(&model, "copy0")[10]);
        assert!(values(&model, "noise").is_sorted());
    }
    // A factor that the history contradicts has no weight.
    let falling = made(&history, &Request::new("x").require("copy0", Trend::Falling));
    for model in [falling.correlation.unwrap(), falling.overlap.unwrap()] {
        assert_eq!(values(&model, "copy0")[0], values(&model, "copy0")[10]);
    }
    let error = |request: Request| propose(&history, &request).unwrap_err().to_string();
    assert_eq!(
        error(Request::new("x").require("npss", Trend::Rising)),
        "there is no factor `npss` in the history; name one of its factors"
    );
    assert_eq!(
        error(Request::new("x").require("plan", Trend::Rising)),
        "the factor `plan` is a text, and texts have no order; require a trend only of numbers, dates and flags"
    );
    let no_ridge = "the ridge must be a finite number above 0, such as 1";
    assert_eq!(error(Request::new("x").ridge(-1.0)), no_ridge);
    // The request is checked before the history.
    let empty = HistoryBuilder::<Record>::declared().build();
    let error = |request: Request| propose(&empty, &request).unwrap_err().to_string();
    assert_eq!(error(Request::new("x").ridge(f64::NAN)), no_ridge);
    assert!(error(Request::new("x")).starts_with("the history has no factors; "));
}

#[test]
fn factors_that_no_document_can_express_are_refused() {
    let with = |field: &str, text: &str| {
        let mut builder = HistoryBuilder::of([(field, Kind::Text)]);
        for row in 0..400 {
            let outcome = row % 2 == 0;
            builder.add(&Record::new().with(field, if outcome { text } else { "plain" }), as_of(), outcome);
        }
        propose(&builder.build(), &Request::new("x"))
    };
    assert!(matches!(with("plan", "pro"), Ok(Proposal::Made(_))));
    let unwritable = |field: &str| {
        format!(
            "no document can contain the factor `{field}`: its name is empty, or its name, a text or its tag is longer than \
             1,024 bytes; leave the factor out or shorten it"
        )
    };
    assert_eq!(with("plan", &"x".repeat(1_025)).unwrap_err().to_string(), unwritable("plan"));
    assert_eq!(with("", "pro").unwrap_err().to_string(), unwritable(""));

    // A flag with the name of the factor of a tag.
    let mut builder = HistoryBuilder::of([("tech", Kind::Tags), ("tech has crm", Kind::Flag)]);
    for row in 0..400 {
        let outcome = row % 2 == 0;
        let tags: &[&str] = if outcome { &["crm"] } else { &["erp"] };
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        builder.add(&Record::new().with("tech", tags).with("tech has crm", outcome), as_of(), outcome);
    }
    let error = propose(&builder.build(), &Request::new("x")).unwrap_err().to_string();
    assert!(
        error.starts_with("the proposed document does not compile; leave out the factors that cause its problems: "),
        "{error}"
    );
    assert!(error.contains("duplicate-id"), "{error}");
}

#[test]
fn the_same_history_gives_the_same_proposal() {
    let of = |seed| {
        let made = made(&history(seed, 1_000, 2, 0.5).0, &Request::new("x"));
        (made.correlation.unwrap().fingerprint().to_string(), made.overlap.unwrap().fingerprint().to_string())
    };
    assert_eq!(of(7), of(7));
    assert_ne!(of(7), of(8));
}

/// The number of texts that the proposed rule names, all of which are informative.
fn named(rows: usize, text: impl Fn(usize) -> usize) -> usize {
    let mut builder = HistoryBuilder::of([("t", Kind::Text)]);
    for row in 0..rows {
        let text = text(row);
        builder.add(&Record::new().with("t", format!("text {text:02}")), as_of(), (row / 7 + text) % 5 < text % 4);
    }
    let document = toml::to_string(&made(&builder.build(), &Request::new("x")).overlap.unwrap()).unwrap();
    document.lines().filter(|line| line.starts_with("\"text ")).count()
}

#[test]
fn the_rule_for_texts_names_at_most_twelve_and_those_of_one_row_in_20() {
    assert_eq!(named(1_400, |row| row % 14), 12);
    assert_eq!(named(2_000, |row| if row % 20 == 0 { 9 } else { row % 3 }), 4);
    assert_eq!(named(2_100, |row| if row % 21 == 0 { 9 } else { row % 3 }), 3);
}
