//! Signs of leaks, the bands of factors, and their drift.

use fastrand::Rng;
use warmth::evidence::{
    History, HistoryBuilder, LeakSign, Proposal, Request, Trend, auc_difference, information_value, propose,
};
use warmth::{Kind, Model, Record, Scorer};

use super::assert_close;
use crate::support::{at, scaled};

/// A history of `rows` rows, every fourth with the outcome.
fn history(fields: &[(&str, Kind)], rows: i32, record: impl Fn(i32, bool) -> Record) -> History {
    let mut builder = HistoryBuilder::of(fields.iter().copied());
    (0..rows).for_each(|row| builder.add(&record(row, row % 4 == 0), at("2026-01-01"), row % 4 == 0));
    builder.build()
}

/// The factors and the signs of a history with one field `x`.
fn signs(kind: Kind, rows: i32, record: impl Fn(i32, bool) -> Record) -> Vec<LeakSign> {
    history(&[("x", kind)], rows, record).suspicions().into_iter().map(|suspicion| suspicion.sign).collect()
}

#[test]
fn copies_of_the_outcome_are_suspicious_in_every_kind() {
    let copy = |kind: Kind, with: fn(bool) -> Record| signs(kind, 400, move |_, outcome| with(outcome));
    let expected = [LeakSign::Separation, LeakSign::InformationValue];
    assert_eq!(copy(Kind::Flag, |outcome| Record::new().with("x", outcome)), expected);
    assert_eq!(copy(Kind::Flag, |outcome| Record::new().with("x", !outcome)), expected);
    assert_eq!(copy(Kind::Number, |outcome| Record::new().with("x", if outcome { 3 } else { 8 })), expected);
    assert_eq!(copy(Kind::Text, |outcome| Record::new().with("x", if outcome { "won" } else { "lost" })), expected);
    assert_eq!(
        copy(Kind::Tags, |outcome| Record::new().with("x", [if outcome { "customer" } else { "lead" }])).len(),
        4
    );
    let date = |outcome: bool| Record::new().with("x", if outcome { "2025-12-30" } else { "2025-06-01" });
    assert_eq!(copy(Kind::Date, date), expected);
}

#[test]
fn facts_of_one_side_are_suspicious() {
    let known_if = |known: fn(i32, bool) -> bool| {
        signs(Kind::Number, 400, move |row, outcome| {
            let record = Record::new();
            if known(row, outcome) { record.with("x", row * 31 % 97) } else { record }
        })
    };
    let shares = |sign: &[LeakSign]| match sign {
        [LeakSign::Presence { with_outcome, without }] => Some((*with_outcome, *without)),
        _ => None,
    };
    assert_eq!(shares(&known_if(|_, outcome| outcome)), Some((1.0, 0.0)));
    assert_eq!(shares(&known_if(|_, outcome| !outcome)), Some((0.0, 1.0)));
    // Every tenth row of each side is the other way round.
    let (with_outcome, without) = shares(&known_if(|row, outcome| outcome == (row / 4 % 10 > 0))).unwrap();
    assert_close(with_outcome, 0.9, 1e-12);
    assert_close(without, 0.1, 1e-12);
    assert_eq!(known_if(|row, _| row % 3 == 0), []);
}

#[test]
fn honest_factors_and_few_rows_are_not_suspicious() {
    // Twice as likely with the flag: an information value of 0.13.
    let honest = |row: i32, outcome: bool| Record::new().with("x", row / 4 % 5 < if outcome { 3 } else { 2 });
    assert_eq!(signs(Kind::Flag, 4_000, honest), []);
    // Eight outcomes of forty rows.
    let copy = |_, outcome: bool| Record::new().with("x", outcome);
    assert!(!signs(Kind::Flag, 32, copy).contains(&LeakSign::Separation));
    // Noise is suspected in fewer than one of a hundred histories, even with 25 outcomes.
    let suspected = (0..scaled(400)).filter(|seed| {
        let numbers: Vec<u32> = {
            let mut rng = Rng::with_seed(*seed);
            (0..100).map(|_| rng.u32(0..1_000)).collect()
        };
        !signs(Kind::Number, 100, |row, _| Record::new().with("x", numbers[usize::try_from(row).unwrap()])).is_empty()
    });
    assert!(suspected.count() * 100 <= usize::try_from(scaled(400)).unwrap().max(100));
}

#[test]
fn a_strong_number_ranks_like_a_whole_model() {
    let strong = |row: i32, outcome: bool| Record::new().with("x", row * 7 % 40 + if outcome { 30 } else { 0 });
    let history = history(&[("x", Kind::Number)], 400, strong);
    let suspicions = history.suspicions();
    assert_eq!(suspicions[0].sign, LeakSign::Auc);
    assert!(suspicions[0].figure.low > 0.8 && suspicions[0].threshold == 0.8);
    assert!(suspicions[0].to_string().starts_with("ranks like a whole model: AUC 0.9"), "{}", suspicions[0]);
    assert_eq!(suspicions[1].threshold, 0.5);
    assert_eq!(history.without(["x", "y"]).factors().count(), 0);
}

/// The example of the guide: 1.386294 x 0.3 - 0.405465 x 0.1 and so on.
#[test]
fn the_information_value_has_the_interval_of_the_delta_method() {
    let iv = information_value(&[(100, 40), (200, 30), (300, 20), (400, 10)]).unwrap();
    assert_close(iv.value, 0.912_870, 5e-7);
    // The standard error by hand: 0.206294 from the slopes of both samples.
    assert_close(iv.low, 0.508_540, 5e-7);
    assert_close(iv.high, 1.317_199, 5e-7);
    // Bands without rows do not count; a zero is smoothed.
    assert_eq!(information_value(&[(100, 40), (0, 0), (200, 30), (300, 20), (400, 10)]), Some(iv));
    assert!(information_value(&[(10, 0), (0, 10)]).unwrap().value.is_finite());
    for none in [&[][..], &[(1, 2)], &[(1, 0), (2, 0)]] {
        assert_eq!(information_value(none), None);
    }
}

#[test]
fn intervals_of_the_information_value_contain_the_true_one() {
    // Shares of the four bands among rows with the outcome and without it.
    let (p, q) = ([0.1_f64, 0.2, 0.3, 0.4], [0.25_f64, 0.25, 0.3, 0.2]);
    let truth: f64 = p.iter().zip(&q).map(|(p, q)| (p - q) * libm::log(p / q)).sum();
    let mut rng = Rng::with_seed(3);
    let mut draw = |shares: &[f64; 4]| {
        let at = rng.f64();
        let mut sum = 0.0;
        shares
            .iter()
            .position(|share| {
                sum += share;
                at < sum
            })
            .unwrap_or(3)
    };
    let samples = 400;
    let mut held = 0;
    for _ in 0..samples {
        let mut bands = [(0_u64, 0_u64); 4];
        (0..1_000).for_each(|_| bands[draw(&p)].0 += 1);
        (0..2_000).for_each(|_| bands[draw(&q)].1 += 1);
        held += usize::from(information_value(&bands).unwrap().holds(truth));
    }
    assert!((held * 100 / samples) >= 92, "{held} of {samples}");
}

#[test]
fn the_difference_of_two_aucs_is_paired() {
    let rows: Vec<(f64, f64, bool)> =
        (0..60_u32).map(|row| (f64::from(row * 7 % 13), f64::from(row * 11 % 17), row % 3 == 0)).collect();
    let auc = |of: fn(&(f64, f64, bool)) -> f64| {
        warmth::evidence::Ranking::new(rows.iter().map(|row| (of(row), row.2))).auc().unwrap().value
    };
    let difference = auc_difference(rows.iter().copied()).unwrap();
    assert_close(difference.value, auc(|row| row.0) - auc(|row| row.1), 1e-12);
    let back = auc_difference(rows.iter().map(|(a, b, outcome)| (*b, *a, *outcome))).unwrap();
    assert_close(back.low, -difference.high, 1e-12);
    let same = auc_difference(rows.iter().map(|(a, _, outcome)| (*a, *a, *outcome))).unwrap();
    assert_eq!((same.value, same.low, same.high), (0.0, 0.0, 0.0));
    assert_eq!(auc_difference([(1.0, 2.0, true)]), None);
    assert_eq!(auc_difference([(1.0, f64::NAN, true), (1.0, 2.0, false)]), None);
}

/// Outcomes of 10 %, 10 %, 40 % and 40 %: the quarters merge into two bands.
#[test]
fn bands_that_do_not_differ_are_merged() {
    let mut builder = HistoryBuilder::of([("x", Kind::Number), ("plan", Kind::Text), ("late", Kind::Flag)]);
    for row in 0..800 {
        let (x, tenth) = (row % 8, row / 8 % 10);
        let record = Record::new().with("x", x).with("plan", if x < 2 { "free" } else { "pro" });
        builder.add(&record, at("2026-01-01"), tenth < if x < 4 { 1 } else { 4 });
    }
    let history = builder.build();
    let bands = history.bands();
    let labels = |at: usize| bands[at].table.bands.iter().map(|band| band.label.as_str()).collect::<Vec<_>>();
    assert_eq!(
        (labels(0), labels(1), labels(2)),
        (vec!["below 4", "from 4"], vec!["free", "pro", "other"][..2].to_vec(), vec!["missing"])
    );
    let iv = bands[0].iv.unwrap();
    assert_eq!((iv.bins, iv.is_drift()), (4, true)); // tested before bands were merged
    let Proposal::Made(made) = propose(&history, &Request::new("x")).unwrap() else { panic!("no proposal") };
    let document = toml::to_string(made.overlap.as_ref().unwrap()).unwrap();
    assert!(document.contains("x = [[4, "), "{document}");
    let points = &made.points[0];
    assert_eq!((points.factor.as_str(), points.bands.len(), points.bands[0].overlap), ("x", 2, 0));
    assert_eq!(points.bands[1].band, "from 4");
    assert!(points.bands[1].correlation > 0 && points.bands[1].overlap > 0);
}

/// Constant and empty fields do not raise the number of rows that a proposal needs.
#[test]
fn the_minimum_counts_factors_that_vary() {
    let fields = [("x", Kind::Number), ("constant", Kind::Number), ("empty", Kind::Text), ("unset", Kind::Flag)];
    let history = history(&fields, 40, |row, outcome| {
        Record::new().with("x", row % 5 + i32::from(outcome) * 2).with("constant", 7)
    });
    let Proposal::TooFew(short) = propose(&history, &Request::new("x").events_per_factor(11)).unwrap() else {
        panic!("ten outcomes are too few")
    };
    assert_eq!((short.events, short.factors, short.needed), (10, 1, 11));
}

#[test]
fn a_monotone_trend_takes_the_direction_of_the_history() {
    for rising in [true, false] {
        let mut rng = Rng::with_seed(5);
        let mut builder = HistoryBuilder::of([("x", Kind::Number)]);
        for _ in 0..1_000 {
            let x = rng.i32(0..40);
            // The third quarter breaks the trend.
            let likely = [0.1, 0.5, 0.35, 0.8][usize::try_from(if rising { x } else { 39 - x }).unwrap() / 10];
            builder.add(&Record::new().with("x", x), at("2026-01-01"), rng.f64() < likely);
        }
        let history = builder.build();
        let points = |request: Request| {
            let Proposal::Made(made) = propose(&history, &request).unwrap() else { panic!("no proposal") };
            let model: Model = made.overlap.unwrap();
            let scorer = Scorer::<Record>::new(&model).unwrap();
            (0..40).map(|x| scorer.score(&Record::new().with("x", x), at("2026-01-01")).value()).collect::<Vec<_>>()
        };
        let free = points(Request::new("x"));
        assert!(!free.is_sorted() && !free.iter().rev().is_sorted());
        let monotone = points(Request::new("x").require("x", Trend::Monotone));
        assert!(if rising { monotone.is_sorted() } else { monotone.iter().rev().is_sorted() }, "{monotone:?}");
        assert_ne!(monotone.first(), monotone.last());
    }
}

#[test]
fn factors_drift_in_the_bands_of_the_first_history() {
    let fields = [("x", Kind::Number), ("plan", Kind::Text), ("day", Kind::Date), ("tech", Kind::Tags)];
    let of = |shift: i32| {
        history(&fields, 800, |row, _| {
            let plan = ["free", "team", "new"][usize::from(row % 4 != 0) + usize::from(shift > 0 && row % 3 == 0)];
            Record::new()
                .with("x", row % 100 + shift)
                .with("plan", plan)
                .with("day", "2025-06-01")
                .with("tech", ["crm"])
        })
    };
    let drift = |later: &History| {
        of(0).drift(later).into_iter().map(|own| own.psi.map(|psi| psi.is_drift())).collect::<Vec<_>>()
    };
    let same = of(0).drift(&of(0));
    assert!(same.iter().all(|own| own.psi.is_none_or(|psi| psi.value == 0.0)), "{same:?}");
    assert_eq!(same.iter().map(|own| own.factor.as_str()).collect::<Vec<_>>(), ["x", "plan", "day", "tech has crm"]);
    assert_eq!(drift(&of(60))[1], Some(true));
    assert_eq!(of(0).drift(&of(0).without(["x"])).len(), 3);
}
