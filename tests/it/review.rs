//! Reviews: moves with their reasons and directions, and counts that agree with the scores.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use warmth::review::{ConditionKind, Dimension, Direction};
use warmth::{Grade, Play, Record, Review, Score};

use crate::support::{at, model, scaled, scorer, subject, toml_model};

const MODEL: &str = "
format = 1
name = 'leads'
[[required]]
id = 'customer'
when.customer = true
[[axis]]
name = 'fit'
available = 100
[[axis.rule]]
id = 'nps'
label = 'Would recommend us'
bands.nps = [[7, 40], [9, 80]]
[[axis]]
name = 'activity'
available = 100
[[axis.rule]]
id = 'visits'
signal = { event = 'visit', points = 50, most_recent = 2, window = '30d' }
[grade]
fit = { axis = 'fit', cuts = [50] }
activity = { axis = 'activity', cuts = [50] }
[[state]]
name = 'ready'
at_least = 50
[[state]]
name = 'cold'
at_least = 0
[[segment]]
name = 'fans'
when.score.at_least = 50
[[segment]]
name = 'all'
[[play]]
name = 'call'
states = ['ready']
[[play]]
name = 'wait'
otherwise = true
";

fn as_of() -> DateTime<Utc> {
    at("2026-06-30T12:00:00Z")
}

fn account(nps: i32, visits: u32) -> Record {
    let mut record = Record::new().with("customer", true).with("nps", nps);
    let at = as_of() - chrono::Days::new(10);
    record.activity_mut().record_with("visit", at, visits, warmth::Points::ZERO);
    record
}

#[test]
fn a_review_counts_moves_with_their_reasons() {
    let before = scorer(&toml_model(MODEL));
    let after = scorer(&toml_model(&MODEL.replace("[9, 80]", "[9, 20]")));
    let mut review = Review::new(&before, &after);
    for row in 0..50 {
        let record = account(if row < 30 { 9 } else { 3 }, 1);
        let own = review.add((&record, as_of()), (&record, as_of()));
        let reasons: Vec<_> = own.reasons.iter().map(ToString::to_string).collect();
        let expected: &[&str] = if row < 30 { &["Would recommend us -30"] } else { &[] };
        assert_eq!(reasons, expected);
        assert_eq!(own.direction, if row < 30 { Direction::Down } else { Direction::Same });
    }
    let stranger = Record::new().with("customer", false);
    let gated = review.add((&account(3, 0), as_of()), (&stranger, as_of()));
    let [gate] = &gated.reasons[..] else { panic!("{gated:?}") };
    assert_eq!((gated.direction, &*gate.id, gate.to_string()), (Direction::Down, "customer", "customer".to_owned()));
    assert_eq!(review.scores().map(<[_]>::len), [51, 50]);

    let sheet = review.sheet();
    let moves = |dimension| -> Vec<_> {
        let moves = sheet.moves(dimension).iter();
        moves.map(|own| (own.from.as_deref().unwrap(), own.to.as_deref().unwrap(), own.rows)).collect()
    };
    assert_eq!(moves(Dimension::State), [("ready", "cold", 30), ("cold", "cold", 20), ("cold", "ineligible", 1)]);
    assert_eq!(moves(Dimension::Grade), [("A1", "B1", 30), ("B1", "B1", 20), ("B2", "ineligible", 1)]);
    assert_eq!(moves(Dimension::Segment), [("fans", "all", 30), ("all", "all", 20), ("all", "ineligible", 1)]);
    assert_eq!(moves(Dimension::Play), [("call", "wait", 30), ("wait", "wait", 20), ("wait", "ineligible", 1)]);
    let directions =
        [Dimension::State, Dimension::Grade, Dimension::Segment].map(|dimension| sheet.moves(dimension)[0].direction);
    assert_eq!(directions, [Direction::Down, Direction::Down, Direction::Across]);
    assert_eq!((sheet.moved.up, sheet.moved.down, sheet.moved.across, sheet.rescored), (0, 31, 0, 30));
    let [reason] = &sheet.states[0].reasons[..] else { panic!("{:?}", sheet.states[0]) };
    assert_eq!((&*reason.id, reason.axis.as_deref(), reason.change), ("nps", Some("fit"), (-30).into()));
    let fired: Vec<_> = sheet.fired.iter().map(|own| (own.kind, &*own.id, own.before, own.after)).collect();
    assert!(fired.contains(&(ConditionKind::Rule, "visits", Some(50), Some(50))), "{fired:?}");
    assert!(fired.contains(&(ConditionKind::Required, "customer", Some(51), Some(50))), "{fired:?}");

    let text = sheet.to_string();
    for part in [
        "\nother score: 30; moved: 31 down\n",
        "\nready to cold             30  Would recommend us -30\n",
        "\ncold, unchanged           20\n",
        "\nrule `visits`",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert!(serde_json::to_string(&sheet).unwrap().contains("\"direction\":\"down\""));
}

/// A state has another bound, and the scores stay.
#[test]
fn a_move_without_other_points_has_no_reasons() {
    let before = scorer(&toml_model(MODEL));
    let after = scorer(&toml_model(&MODEL.replace("at_least = 50\n[[state]]", "at_least = 40\n[[state]]")));
    let mut review = Review::new(&before, &after);
    let own = review.add((&account(9, 0), as_of()), (&account(9, 0), as_of()));
    assert_eq!((own.direction, own.reasons.len()), (Direction::Up, 0));
    assert_eq!(review.sheet().rescored, 0);
}

/// The lines that explain a move come first, even if a line against it is larger.
#[test]
fn reasons_begin_with_what_explains_the_move() {
    let rule =
        |id: &str, points: i32| format!("[[axis.rule]]\nid = '{id}'\nwhen.nps.at_least = 0\npoints = {points}\n");
    let model = |points: [i32; 3]| {
        let rules = [rule("a", points[0]), rule("b", points[1]), rule("c", points[2])].concat();
        toml_model(&format!(
            "format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\navailable = 100\n{rules}\
             [[state]]\nname = 'hot'\nat_least = 50\n[[state]]\nname = 'cold'\nat_least = 0"
        ))
    };
    let (before, after) = (scorer(&model([10, 30, 0])), scorer(&model([40, 0, 20])));
    let mut review = Review::new(&before, &after);
    let own = review.add((&account(9, 0), as_of()), (&account(9, 0), as_of()));
    let reasons: Vec<_> = own.reasons.iter().map(ToString::to_string).collect();
    assert_eq!(reasons, ["a +30", "c +20", "b -30"]);
}

#[test]
fn unchanged_subjects_do_not_move() {
    let scorer = scorer(&toml_model(MODEL));
    let mut review = Review::new(&scorer, &scorer);
    for row in 0..40_u8 {
        let record = account(i32::from(row % 11), u32::from(row % 3));
        review.add((&record, as_of()), (&record, as_of()));
    }
    let sheet = review.sheet();
    assert_eq!((sheet.moved.total(), sheet.rescored), (0, 0));
    let same = |dimension| sheet.moves(dimension).iter().all(|own| own.from == own.to && own.reasons.is_empty());
    assert!(Dimension::ALL.into_iter().all(same));
}

fn place(score: &Score<'_>, name: Option<&str>) -> Option<String> {
    let scored = score.verdict().is_scored();
    if scored { name.map(str::to_owned) } else { Some(score.verdict().to_string()) }
}

/// The number of subjects by the names before and after.
type Counts = BTreeMap<(Option<String>, Option<String>), u64>;

/// Counts of random models and subjects against counts from the two lists of scores.
#[test]
fn counts_are_those_of_the_two_lists_of_scores() {
    let mut compared = 0;
    for seed in 0..scaled(2_000) {
        let (old, new) = (subject(seed), subject(seed + 500_000));
        let subjects = [&old, &new, &subject(seed + 600_000)].map(|own| (own.record.clone(), own.as_of));
        let mut review = Review::new(&old.scorer, &new.scorer);
        let mut expected: [Counts; 4] = Default::default();
        for (record, as_of) in &subjects {
            let (before, after) = (old.scorer.score(record, *as_of), new.scorer.score(record, *as_of));
            let own = review.add((record, *as_of), (record, *as_of));
            assert_eq!((own.before, own.after), (before, after), "seed {seed}");
            let names = |score: &Score<'_>| {
                let grade = score.grade().map(Grade::as_str);
                [score.state(), grade, score.segment(), score.play().map(Play::name)].map(|name| place(score, name))
            };
            for ((counts, from), to) in expected.iter_mut().zip(names(&before)).zip(names(&after)) {
                *counts.entry((from, to)).or_default() += 1;
            }
        }
        let sheet = review.sheet();
        for (dimension, expected) in Dimension::ALL.into_iter().zip(expected) {
            let found = sheet.moves(dimension).iter().map(|own| ((own.from.clone(), own.to.clone()), own.rows));
            let found: Counts = found.collect();
            if !found.is_empty() {
                compared += 1;
                assert_eq!(found, expected, "seed {seed}");
            }
        }
        let rows: u64 = sheet.states.iter().filter(|own| own.direction != Direction::Same).map(|own| own.rows).sum();
        assert!(rows <= sheet.moved.total() && sheet.moved.total() <= 3, "seed {seed}");
    }
    assert!(compared > 100, "{compared}");
}

/// A review is the same whatever the format of the documents.
#[test]
fn a_document_in_json_gives_the_same_sheet() {
    let json = serde_json::to_value(toml_model(MODEL)).unwrap();
    let scorers = [scorer(&toml_model(MODEL)), scorer(&model(&json))];
    let sheets = scorers.each_ref().map(|scorer| {
        let mut review = Review::new(scorer, scorer);
        review.add((&account(9, 1), as_of()), (&account(3, 1), as_of()));
        review.sheet()
    });
    assert_eq!(sheets[0], sheets[1]);
}
