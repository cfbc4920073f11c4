//! What a scorer lists: the parts of its model, and a host's own values for their names.

use std::collections::BTreeSet;

use warmth::{Grade, Model, Play, Points, Record, Score, Scorer, Title};

use crate::support::{Subject, at, scaled, scorer, subjects, toml_model};

fn owned<'a>(titles: impl Iterator<Item = Title<'a>>) -> Vec<(String, String)> {
    titles.map(|title| (title.id.to_owned(), title.label.to_owned())).collect()
}

fn titled(id: &str, label: Option<&str>) -> (String, String) {
    (id.to_owned(), label.unwrap_or(id).to_owned())
}

fn gates(gates: &[warmth::model::Gate]) -> Vec<(String, String)> {
    gates.iter().map(|gate| titled(gate.id(), gate.get_label())).collect()
}

/// The parts that the model's getters list.
fn check(model: &Model, scorer: &Scorer<Record>) {
    let axes: Vec<_> = model.axes().iter().map(|axis| titled(axis.name(), axis.get_label())).collect();
    assert_eq!(owned(scorer.axes()), axes);
    let rules = model.axes().iter().flat_map(|axis| {
        axis.rules().iter().map(|rule| (titled(axis.name(), axis.get_label()), titled(rule.id(), rule.get_label())))
    });
    let listed =
        scorer.rules().map(|(axis, rule)| (titled(axis.id, Some(axis.label)), titled(rule.id, Some(rule.label))));
    assert_eq!(listed.collect::<Vec<_>>(), rules.collect::<Vec<_>>());
    assert_eq!(owned(scorer.required_gates()), gates(model.required_gates()));
    assert_eq!(owned(scorer.disqualifying_gates()), gates(model.disqualifying_gates()));
    let promoters: Vec<_> = model.promoters().iter().map(|own| titled(own.id(), own.get_label())).collect();
    assert_eq!(owned(scorer.promoters()), promoters);
    let limits = (0_usize..).zip(model.limits()).map(|(index, limit)| {
        titled(limit.get_id().unwrap_or(&format!("limit[{index}]")), limit.get_label().or(limit.get_id()))
    });
    let limits = limits.collect::<Vec<_>>();
    assert_eq!(owned(scorer.limits()), limits);
    let mut states: Vec<_> = model
        .states()
        .iter()
        .map(|state| (state.from_score().or(state.from_points()).unwrap(), state.name()))
        .collect();
    states.sort_unstable();
    assert!(scorer.states().map(|(name, bound)| (bound, name)).eq(states));
    assert!(scorer.segments().eq(model.segments().iter().map(warmth::model::Segment::name)));
    let plays = model.plays().iter().map(|play| (play.name(), play.get_owner(), play.get_respond_within()));
    assert!(scorer.plays().map(|play| (play.name(), play.owner(), play.respond_within())).eq(plays));
    assert!(scorer.events().eq(model.events()));
    let grades: Vec<_> = model.get_grade().map_or(Vec::new(), |grade| {
        let (fit, activity) = (grade.fit_cuts().len(), grade.activity_cuts().len());
        let letters = "ABCDEFGHI".chars().take(fit + 1);
        letters.flat_map(|letter| (1..=activity + 1).map(move |number| format!("{letter}{number}"))).collect()
    });
    assert!(scorer.grades().map(Grade::as_str).eq(grades.iter().map(String::as_str)));
}

#[test]
fn a_scorer_lists_what_its_model_lists() {
    for Subject { model, scorer, .. } in subjects(0..scaled(5_000)) {
        check(&model, &scorer);
    }
}

/// Every name of the model mapped to its position, and what the maps return for a score.
#[test]
fn maps_return_the_value_of_the_score_s_name() {
    let mut found = BTreeSet::new();
    let mut stranger: Option<Subject> = None;
    for subject in subjects(0..scaled(5_000)) {
        let Subject { scorer, record, as_of, .. } = &subject;
        let names = |names: Vec<&str>| -> Vec<(String, usize)> {
            // In reverse, so that the order of the map is not that of the model.
            names.iter().enumerate().map(|(index, name)| ((*name).to_owned(), index)).rev().collect()
        };
        let states = names(scorer.states().map(|(name, _)| name).collect());
        let segments = names(scorer.segments().collect());
        let plays = names(scorer.plays().map(Play::name).collect());
        let grades = names(scorer.grades().map(Grade::as_str).collect());
        fn pairs(names: &[(String, usize)]) -> impl Iterator<Item = (&str, usize)> {
            names.iter().map(|(name, index)| (&**name, *index))
        }
        let maps = [
            (&states, scorer.map_states(pairs(&states)).unwrap()),
            (&segments, scorer.map_segments(pairs(&segments)).unwrap()),
            (&plays, scorer.map_plays(pairs(&plays)).unwrap()),
            (&grades, scorer.map_grades(pairs(&grades)).unwrap()),
        ];
        let check = |score: &Score<'_>| {
            let names =
                [score.state(), score.segment(), score.play().map(Play::name), score.grade().map(Grade::as_str)];
            for ((names, map), name) in maps.iter().zip(names) {
                let expected = name.and_then(|name| names.iter().find(|(own, _)| own == name)).map(|(_, index)| *index);
                assert_eq!(map.get(score), expected, "seed {}", subject.seed);
                assert_eq!(name.and_then(|name| map.by_name(name)), expected, "seed {}", subject.seed);
            }
        };
        let score = scorer.score(record, *as_of);
        check(&score);
        found.extend(maps.iter().map(|(_, map)| map.get(&score)));
        // A score of another scorer, and a placeholder.
        if let Some(stranger) = &stranger {
            check(&stranger.scorer.score(&stranger.record, stranger.as_of));
        }
        check(&Score::default());
        stranger = Some(subject);
    }
    assert!(found.len() > 10, "too few different names: {found:?}");
}

const STATES: &str = "format = 1\nname = 'x'\n[[axis]]\nname = 'a'\navailable = 100\nbase = 60\n\
                      [[state]]\nname = 'hot'\nat_least = 50\n[[state]]\nname = 'warm'\nat_least = 20\n\
                      [[state]]\nname = 'cold'\nat_least = 0";

#[test]
fn a_map_that_does_not_match_names_everything_that_is_wrong() {
    let scorer = scorer(&toml_model(STATES));
    let error = scorer.map_states([("hto", 1), ("cold", 2), ("cold", 3), ("x", 4)]).unwrap_err();
    assert_eq!(error.missing(), ["warm", "hot"]);
    assert_eq!(error.unknown(), ["hto", "x"]);
    assert_eq!(error.repeated(), ["cold"]);
    assert_eq!(
        error.to_string(),
        "the map does not match the states of the model `x`: add the states `warm`, `hot`; remove `hto`, `x`, which \
         are not states; list `cold` only once"
    );
    assert_eq!(
        scorer.map_segments([("smb", ())]).unwrap_err().to_string(),
        "the map does not match the segments of the model `x`: remove `smb`, which is not a segment"
    );
    assert!(scorer.map_plays([("call", ()); 0]).is_ok());
    assert!(scorer.map_grades([("A1", ())]).is_err());
}

#[test]
fn a_score_of_another_model_is_looked_up_by_name() {
    let old = scorer(&toml_model(STATES));
    // The same names with other bounds, and a name that the old model lacks.
    let moved = scorer(&toml_model(&STATES.replace("= 50", "= 70")));
    let renamed = scorer(&toml_model(&STATES.replace("'hot'", "'ready'")));
    let states = old.map_states([("hot", 'h'), ("warm", 'w'), ("cold", 'c')]).unwrap();
    let (record, now) = (Record::new(), at("2026-11-22"));
    assert_eq!(old.score(&record, now).value(), Points::from(60));
    assert_eq!(states.get(&old.score(&record, now)), Some('h'));
    assert_eq!(states.get(&old.clone().score(&record, now)), Some('h'));
    assert_eq!(states.get(&moved.score(&record, now)), Some('w'));
    assert_eq!(states.get(&renamed.score(&record, now)), None);
    drop(old);
    assert_eq!(states.by_name("cold"), Some('c'));
    assert_eq!(format!("{states:?}"), r#"{"cold": 'c', "warm": 'w', "hot": 'h'}"#);
}
