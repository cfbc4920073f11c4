//! Bounds: sound for every completion, tight where every completion can be listed.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use fastrand::Rng;
use serde_json::{Map, Value as Json, json};
use warmth::{Bounds, Points, Record, Score, Scorer, Verdict};

use crate::generate::{Instance, instance};
use crate::support::{Subject, at, model, on_all_processors, record, scorer, second, subject, toml_model};

/// The same subject, each fact left out with this likelihood in percent.
fn forget(instance: &Instance, rng: &mut Rng, percent: u8) -> Instance {
    let facts = instance.facts.iter().filter(|_| rng.u8(..100) >= percent);
    Instance { facts: facts.map(|(field, fact)| (field.clone(), fact.clone())).collect(), ..instance.clone() }
}

/// The same subject with more facts, none of those replaced that the scorer reads.
fn learn(subject: &Instance, scorer: &Scorer<Record>, rng: &mut Rng, percent: u8) -> Instance {
    let own = record(subject);
    let unread: BTreeSet<&str> = scorer.missing(&own).collect();
    let mut learned = subject.clone();
    // The facts of somebody else.
    for (field, fact) in instance(rng).facts {
        let free = unread.contains(&*field) || subject.facts.get(&field).is_none_or(Json::is_null);
        if free && rng.u8(..100) < percent {
            learned.facts.insert(field, fact);
        }
    }
    learned
}

fn within<T: PartialOrd>(range: &RangeInclusive<T>, value: &T) -> bool {
    range.contains(value)
}

fn assert_holds(bounds: &Bounds<'_, '_>, score: &Score<'_>) {
    let told = || format!("{bounds:#?}\n{score:#?}");
    assert!(bounds.verdicts().any(|verdict| verdict == score.verdict()), "{}", told());
    assert!(within(&bounds.value(), &score.value()), "{}", told());
    for (own, axis) in bounds.axes().zip(score.axes()) {
        assert!(within(&own.raw, &axis.raw) && within(&own.score, &axis.score), "{}: {}", own.name, told());
    }
    assert!(score.grade().is_none_or(|grade| bounds.grades().any(|own| own == grade)), "{}", told());
    assert!(score.state().is_none_or(|state| bounds.states().any(|own| own == state)), "{}", told());
    assert!(score.segment().is_none_or(|segment| bounds.segments().any(|own| own == segment)), "{}", told());
    assert!(score.play().is_none_or(|play| bounds.plays().any(|own| own == play)), "{}", told());
}

/// A random instance, a part of its facts, and ten completions of them: none, the instance's own, and eight others.
fn check_soundness(seed: u64) {
    let Subject { instance, scorer, .. } = subject(seed);
    let mut rng = Rng::with_seed(!seed);
    let percent = [10, 40, 80, 100][rng.usize(..4)];
    let partial = forget(&instance, &mut rng, percent);
    let (known, as_of) = (record(&partial), second(instance.as_of));
    let bounds = scorer.bounds(&known, as_of);
    assert_holds(&bounds, &scorer.score(&known, as_of));
    let restored = record(&instance);
    assert_holds(&bounds, &scorer.score(&restored, as_of));
    for percent in [20, 40, 60, 80, 90, 100, 100, 100] {
        let completed = record(&learn(&partial, &scorer, &mut rng, percent));
        assert_holds(&bounds, &scorer.score(&completed, as_of));
    }
}

#[test]
fn every_completion_lies_within_the_bounds() {
    // Ten triples of a model, partial facts and a completion for each seed.
    on_all_processors(0..10_000, check_soundness);
}

/// Whether all that is possible in `inner` is possible in `outer`.
fn assert_narrower(inner: &Bounds<'_, '_>, outer: &Bounds<'_, '_>) {
    let told = || format!("{inner:#?}\nis wider than\n{outer:#?}");
    let inside = |a: &RangeInclusive<Points>, b: &RangeInclusive<Points>| within(b, a.start()) && within(b, a.end());
    assert!(inside(&inner.value(), &outer.value()), "{}", told());
    for (own, other) in inner.axes().zip(outer.axes()) {
        assert!(inside(&own.raw, &other.raw) && inside(&own.score, &other.score), "{}", told());
    }
    assert!(inner.verdicts().all(|own| outer.verdicts().any(|other| own == other)), "{}", told());
    assert!(inner.grades().all(|own| outer.grades().any(|other| own == other)), "{}", told());
    assert!(inner.states().all(|own| outer.states().any(|other| own == other)), "{}", told());
}

#[test]
fn supplying_a_value_never_widens() {
    on_all_processors(0..1_500, |seed| {
        let Subject { instance, scorer, .. } = subject(seed);
        let mut rng = Rng::with_seed(!seed);
        let as_of = second(instance.as_of);
        let mut partial = forget(&instance, &mut rng, 60);
        let order: Vec<(String, Json)> = instance.facts.clone().into_iter().collect();
        for (field, fact) in order {
            let before = record(&partial);
            partial.facts.insert(field, fact);
            let after = record(&partial);
            assert_narrower(&scorer.bounds(&after, as_of), &scorer.bounds(&before, as_of));
        }
    });
}

fn width(bounds: &Bounds<'_, '_>) -> i64 {
    bounds.value().end().micros() - bounds.value().start().micros()
}

/// What a question promises holds for whatever the answer is.
#[test]
fn answers_narrow_as_much_as_was_promised() {
    let promised = std::sync::atomic::AtomicUsize::new(0);
    on_all_processors(0..600, |seed| {
        let mut rng = Rng::with_seed(seed);
        let scorer = scorer(&model(&small_model(&mut rng)));
        let now = at(SMALL_AS_OF);
        let fields = ["nps", "flagship", "plan", "tech", "renewal"];
        let known: Map<String, Json> = fields
            .iter()
            .filter_map(|field| {
                let facts = small_facts(field);
                rng.bool().then(|| ((*field).to_owned(), facts[rng.usize(..facts.len() - 1)].clone()))
            })
            .collect();
        let subject =
            |facts: &Map<String, Json>| -> Record { serde_json::from_value(Json::Object(facts.clone())).unwrap() };
        let partial = subject(&known);
        let bounds = scorer.bounds(&partial, now);
        let questions = bounds.questions();
        assert!(questions.is_sorted_by_key(|question| std::cmp::Reverse((question.decides, question.narrowing))));
        for question in questions {
            promised.fetch_add(usize::from(question.narrowing > Points::ZERO), std::sync::atomic::Ordering::Relaxed);
            for answer in small_facts(question.field).into_iter().filter(|answer| !answer.is_null()) {
                let mut known = known.clone();
                known.insert(question.field.to_owned(), answer);
                let answered = subject(&known);
                let after = scorer.bounds(&answered, now);
                assert!(
                    width(&after) <= width(&bounds) - question.narrowing.micros(),
                    "{question:?} of {partial:?}: {after:?}"
                );
                assert!(!question.decides || after.is_decided(), "{question:?} of {partial:?}: {after:?}");
            }
        }
    });
    assert!(promised.into_inner() > 200);
}

#[test]
fn without_unknowns_the_bounds_are_the_score() {
    let mut points = 0;
    for seed in 0..4_000 {
        let Subject { instance, scorer, .. } = subject(seed);
        let known = record(&learn(&instance, &scorer, &mut Rng::with_seed(!seed), 100));
        // A field that is only asked whether it is `known` is missing too, as it may become known.
        let all = scorer.fields().all(|field| known.get(field.name()).is_some_and(|value| value.fits(field.kind())));
        if !all {
            continue;
        }
        points += 1;
        let score = scorer.score(&known, second(instance.as_of));
        let bounds = scorer.bounds(&known, second(instance.as_of));
        assert_eq!(bounds.value(), score.value()..=score.value());
        assert_eq!(bounds.verdicts().collect::<Vec<_>>(), [score.verdict()]);
        assert_eq!(bounds.grades().collect::<Vec<_>>(), score.grade().into_iter().collect::<Vec<_>>());
        assert_eq!(bounds.states().collect::<Vec<_>>(), score.state().into_iter().collect::<Vec<_>>());
        assert!(bounds.is_decided() && bounds.questions().is_empty());
    }
    assert!(points > 500, "{points}");
}

/// A small model over five fields whose every value that a model can tell apart is in a list, and over visits.
pub(crate) fn small_model(rng: &mut Rng) -> Json {
    Small { rng, ids: 0 }.model()
}

struct Small<'r> {
    rng: &'r mut Rng,
    ids: usize,
}

pub(crate) const SMALL_AS_OF: &str = "2026-11-22T12:00:00Z";

/// Every fact of each field that small models tell apart, and that it is missing.
pub(crate) fn small_facts(field: &str) -> Vec<Json> {
    let mut facts = match field {
        "nps" => (-1..=11).map(|number| json!(number)).collect(),
        "flagship" => vec![json!(false), json!(true)],
        "plan" => vec![json!("free"), json!("team"), json!("pro"), json!("another")],
        "tech" => vec![json!([]), json!(["crm"]), json!(["erp"]), json!(["crm", "erp"]), json!(["another"])],
        _ => (18..=26).map(|day| json!(format!("2026-11-{day}"))).collect(),
    };
    facts.push(Json::Null);
    facts
}

impl Small<'_> {
    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.rng.usize(..of.len())].clone()
    }

    fn id(&mut self) -> String {
        self.ids += 1;
        format!("id-{}", self.ids)
    }

    fn points(&mut self) -> i64 {
        self.pick(&[-20, -10, 5, 10, 20, 25, 40])
    }

    fn test(&mut self) -> Json {
        let number = self.rng.i64(0..=10);
        match self.rng.u8(..9) {
            0 => json!({ "nps": { "at_least": number } }),
            1 => json!({ "nps": { "less_than": number } }),
            2 => json!({ "flagship": self.rng.bool() }),
            3 => json!({ "plan": self.pick(&["free", "team", "pro"]) }),
            4 => json!({ "plan": { "none_of": ["free", "team"] } }),
            5 => json!({ "tech": { "has": self.pick(&["crm", "erp"]) } }),
            6 => json!({ "tech": { "has_all": ["crm", "erp"] } }),
            7 => json!({ "renewal": { "days_until": { "between": [-1, self.rng.i64(-1..=2)] } } }),
            _ => json!({ self.pick(&["nps", "plan", "renewal"]): { "known": true } }),
        }
    }

    fn condition(&mut self) -> Json {
        match self.rng.u8(..6) {
            0 => json!({ "any": [self.test(), self.test()] }),
            1 => json!({ "not": self.test() }),
            2 => json!({ "at_least_of": { "count": 2, "of": [self.test(), self.test(), self.test()] } }),
            _ => self.test(),
        }
    }

    fn rule(&mut self) -> Json {
        let mut rule = match self.rng.u8(..7) {
            6 => json!({ "signal": { "event": "visit", "points": self.points(), "most_recent": 3 } }),
            0 => json!({ "bands": { "nps": [[0, self.points()], [7, self.points()], [9, self.points()]] } }),
            1 => {
                json!({ "values": { "plan": { "team": self.points(), "pro": self.points() } }, "otherwise": self.points() })
            }
            2 => {
                let combine = self.pick(&["best", "sum"]);
                json!({ "values": { "tech": { "crm": self.points(), "erp": self.points() } }, "combine": combine })
            }
            3 => json!({ "bands": { "renewal": [[-2, self.points()], [1, self.points()]] }, "by": "days_until" }),
            4 => {
                let first = [json!({ "when": self.test(), "points": self.points() })];
                json!({ "first": first, "otherwise": self.points() })
            }
            _ => json!({ "when": self.condition(), "points": self.points() }),
        };
        match self.rng.u8(..8) {
            _ if rule.get("signal").is_some() => {}
            0 => rule["missing"] = json!("skip"),
            1 => rule["missing"] = json!({ "points": self.points() }),
            _ => {}
        }
        rule["id"] = json!(self.id());
        rule
    }

    fn model(&mut self) -> Json {
        let mut model = json!({ "format": 1, "name": "small" });
        let gates = |own: &mut Self, likely: u8| -> Vec<Json> {
            (0..u8::from(own.rng.u8(..100) < likely))
                .map(|_| json!({ "id": own.id(), "when": own.condition() }))
                .collect()
        };
        model["required"] = gates(self, 30).into();
        model["disqualifying"] = gates(self, 20).into();
        let axes = ["fit", "activity"].map(|name| {
            let mut rules: Vec<Json> = (0..self.rng.usize(1..=3)).map(|_| self.rule()).collect();
            // Something that can always be reached.
            rules.push(json!({ "id": self.id(), "when": { "flagship": { "known": true } }, "points": 10 }));
            json!({ "name": name, "rule": rules })
        });
        model["axis"] = json!(axes);
        if self.rng.bool() {
            model["promoter"] = json!([{ "id": self.id(), "when": self.condition(), "plus": 15 }]);
        }
        if self.rng.u8(..4) == 0 {
            model["limit"] = json!([{ "when": { "axis": { "fit": { "less_than": 30 } } }, "at_most": 40 }]);
        }
        model["total"] = json!(self.pick(&["mean", "mean", "min", "product"]));
        model["state"] = json!([{ "name": "hot", "at_least": 70 }, { "name": "warm", "at_least": 35 }, { "name": "cold", "at_least": 0 }]);
        let cuts = |axis: &str| json!({ "axis": axis, "cuts": [75, 50, 25] });
        model["grade"] = json!({ "fit": cuts("fit"), "activity": cuts("activity") });
        model
    }
}

/// All that is found among the completions of a subject.
#[derive(Debug, Default)]
struct Reached {
    verdicts: BTreeSet<Verdict>,
    values: BTreeSet<Points>,
    axes: Vec<BTreeSet<Points>>,
    grades: BTreeSet<String>,
    states: BTreeSet<String>,
}

impl Reached {
    fn add(&mut self, score: &Score<'_>) {
        self.verdicts.insert(score.verdict());
        self.values.insert(score.value());
        self.axes.resize_with(2, BTreeSet::new);
        for (own, axis) in self.axes.iter_mut().zip(score.axes()) {
            own.insert(axis.score);
        }
        self.grades.extend(score.grade().map(|grade| grade.to_string()));
        self.states.extend(score.state().map(str::to_owned));
    }
}

fn ends(of: &BTreeSet<Points>) -> Option<RangeInclusive<Points>> {
    Some(*of.first()?..=*of.last()?)
}

fn check_tightness(seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let document = small_model(&mut rng);
    let scorer = scorer(&model(&document));
    let now = at(SMALL_AS_OF);
    let mut fields = ["nps", "flagship", "plan", "tech", "renewal"];
    rng.shuffle(&mut fields);
    let (missing, known) = fields.split_at(rng.usize(1..=3));
    let known: Map<String, Json> = known
        .iter()
        .map(|field| {
            let facts = small_facts(field);
            ((*field).to_owned(), facts[rng.usize(..facts.len() - 1)].clone())
        })
        .collect();
    let mut completions = vec![known.clone()];
    for field in missing {
        completions = completions
            .into_iter()
            .flat_map(|facts| {
                small_facts(field).into_iter().map(move |fact| {
                    let mut facts = facts.clone();
                    facts.insert((*field).to_owned(), fact);
                    facts
                })
            })
            .collect();
    }
    let subject =
        |facts: &Map<String, Json>| -> Record { serde_json::from_value(Json::Object(facts.clone())).unwrap() };
    let mut reached = Reached::default();
    for facts in &completions {
        reached.add(&scorer.score(&subject(facts), now));
    }
    let partial = subject(&known);
    let bounds = scorer.bounds(&partial, now);
    let told = || format!("{document:#}\nknown {known:?}\n{bounds:#?}\n{reached:#?}");
    assert_eq!(Some(bounds.value()), ends(&reached.values), "{}", told());
    assert_eq!(bounds.verdicts().collect::<BTreeSet<_>>(), reached.verdicts, "{}", told());
    assert_eq!(bounds.grades().map(|grade| grade.to_string()).collect::<BTreeSet<_>>(), reached.grades, "{}", told());
    assert_eq!(bounds.states().map(str::to_owned).collect::<BTreeSet<_>>(), reached.states, "{}", told());
    for (own, axis) in bounds.axes().zip(&reached.axes) {
        assert_eq!(Some(own.score), ends(axis), "{}", told());
    }
}

#[test]
fn bounds_are_what_some_completion_reaches() {
    on_all_processors(0..3_000, check_tightness);
}

/// At an offset the last instant there is falls on a day that no date has.
#[test]
fn the_last_instant_lies_within_the_bounds_at_any_offset() {
    for (offset, last) in [("+11:00", DateTime::<Utc>::MAX_UTC), ("-11:00", DateTime::<Utc>::MIN_UTC)] {
        let now = at(SMALL_AS_OF); // on the same day at either offset
        let own_day = |at: DateTime<Utc>| at.timestamp().div_euclid(86_400);
        let days = own_day(last) - own_day(now); // beyond them is reached at the offset alone
        let (by, most) = if days > 0 { ("days_until", days) } else { ("days_since", -days) };
        let document = format!(
            "format = 1\nname = \"x\"\nutc_offset = \"{offset}\"\n[[axis]]\nname = \"a\"\n\
             [[axis.rule]]\nid = \"far\"\nwhen.renewal.{by}.more_than = {most}\npoints = 10\n",
        );
        let scorer = scorer(&toml_model(&document));
        let score = scorer.score(&Record::new().with("renewal", last), now);
        assert_eq!(score.value(), Points::from(100), "{document}");
        assert_holds(&scorer.bounds(&Record::new(), now), &score);
    }
}

/// What a host keeps of a subject that is gone: names are the model's.
#[test]
fn what_is_possible_outlives_the_subject() {
    let scorer = scorer(&model(&small_model(&mut Rng::with_seed(1))));
    let (states, fields): (Vec<&str>, Vec<&str>) = {
        let gone = Record::new();
        let bounds = scorer.bounds(&gone, at(SMALL_AS_OF));
        (bounds.states().collect(), bounds.questions().iter().map(|question| question.field).collect())
    };
    assert!(!states.is_empty() && fields.iter().all(|own| scorer.fields().any(|field| field.name() == *own)));
}
