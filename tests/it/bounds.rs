//! Bounds contain the score of every completion of the facts, and on small models nothing else.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::{Map, Value as Json, json};
use warmth::{
    Activity, Bounds, Grade, OwnedBounds, OwnedPlay, OwnedQuestion, Play, Points, Question, Record, Score, Scorer,
    Value, Verdict, facts,
};

use crate::support::{
    Instance, Subject, assert_golden, assert_same_json, at, instance, model, on_all_processors, record, scaled, scorer,
    second, subject, subjects, toml_model,
};

/// The same subject with each fact left out with a probability of `percent`.
fn forget(instance: &Instance, rng: &mut Rng, percent: u8) -> Instance {
    let facts = instance.facts.iter().filter(|_| rng.u8(..100) >= percent);
    Instance { facts: facts.map(|(field, fact)| (field.clone(), fact.clone())).collect(), ..instance.clone() }
}

/// The same subject with more facts. Facts that the scorer reads are not replaced.
fn learn(subject: &Instance, scorer: &Scorer<Record>, rng: &mut Rng, percent: u8) -> Instance {
    let known = record(subject);
    let unread: BTreeSet<&str> = scorer.missing(&known).collect();
    let mut learned = subject.clone();
    for (field, fact) in instance(rng).facts {
        let free = unread.contains(&*field) || subject.facts.get(&field).is_none_or(Json::is_null);
        if free && rng.u8(..100) < percent {
            learned.facts.insert(field, fact);
        }
    }
    learned
}

#[track_caller]
fn assert_contains(bounds: &Bounds<'_, '_>, score: &Score<'_>) {
    let both = || format!("{bounds:#?}\n{score:#?}");
    assert!(bounds.verdicts().any(|verdict| verdict == score.verdict()), "{}", both());
    assert!(bounds.value().contains(&score.value()), "{}", both());
    assert!(score.coverage().is_none_or(|own| bounds.coverage().unwrap().contains(&own)), "{}", both());
    for (range, axis) in bounds.axes().zip(score.axes()) {
        assert!(range.may_be_skipped || !axis.skipped, "{}: {}", range.name, both());
        assert!(range.raw.contains(&axis.raw) && range.score.contains(&axis.score), "{}: {}", range.name, both());
    }
    assert!(score.grade().is_none_or(|grade| bounds.grades().any(|other| other == grade)), "{}", both());
    assert!(score.state().is_none_or(|state| bounds.states().any(|other| other == state)), "{}", both());
    assert!(score.segment().is_none_or(|segment| bounds.segments().any(|other| other == segment)), "{}", both());
    assert!(score.play().is_none_or(|play| bounds.plays().any(|other| other == play)), "{}", both());
}

/// The owned form has the same parts, text and JSON.
#[track_caller]
fn assert_same_bounds(bounds: &Bounds<'_, '_>) {
    let owned = bounds.to_owned();
    assert_same_json(bounds, &owned);
    assert_eq!((owned.to_string(), owned.value()), (bounds.to_string(), bounds.value()));
    assert_eq!(owned.is_decided(), bounds.is_decided());
    assert!(
        owned.verdicts().iter().copied().eq(bounds.verdicts()) && owned.grades().iter().copied().eq(bounds.grades())
    );
    assert_eq!(owned.coverage(), bounds.coverage());
    let axes = owned.axes().iter().map(|axis| (&*axis.name, axis.raw.clone(), axis.score.clone(), axis.may_be_skipped));
    assert!(axes.eq(bounds.axes().map(|axis| (axis.name, axis.raw, axis.score, axis.may_be_skipped))));
    assert!(owned.states().iter().map(|state| &**state).eq(bounds.states()));
    assert!(owned.segments().iter().map(|segment| &**segment).eq(bounds.segments()));
    assert!(owned.plays().iter().map(OwnedPlay::name).eq(bounds.plays().map(Play::name)));
}

/// The names in an outcome, all of which are the same for every completion of a decided subject.
fn names<'m>(score: &Score<'m>) -> (Verdict, Option<Grade>, [Option<&'m str>; 3]) {
    let play = score.play().map(Play::name);
    (score.verdict(), score.grade(), [score.state(), score.segment(), play])
}

/// Checks a random instance with some of its facts left out. Tries ten completions: no more facts, the instance's own,
/// and eight others. Returns whether the bounds are decided.
fn check_soundness(seed: u64) -> bool {
    let Subject { instance, scorer, .. } = subject(seed);
    let mut rng = Rng::with_seed(!seed);
    let percent = [10, 40, 80, 100][rng.usize(..4)];
    let partial = forget(&instance, &mut rng, percent);
    let (known, as_of) = (record(&partial), second(instance.as_of));
    let bounds = scorer.bounds(&known, as_of);
    assert_same_bounds(&bounds);
    let mut completions = vec![known.clone(), record(&instance)];
    for percent in [20, 40, 60, 80, 90, 100, 100, 100] {
        completions.push(record(&learn(&partial, &scorer, &mut rng, percent)));
    }
    let decided = bounds.is_decided().then(|| names(&scorer.score(&known, as_of)));
    for completion in &completions {
        let score = scorer.score(completion, as_of);
        assert_contains(&bounds, &score);
        assert!(decided.is_none_or(|decided| names(&score) == decided), "{bounds:#?} is decided, not {score:#?}");
    }
    decided.is_some()
}

#[test]
fn bounds_contain_every_completion() {
    let decided = AtomicU64::new(0);
    on_all_processors(0..scaled(10_000), |seed| {
        decided.fetch_add(u64::from(check_soundness(seed)), Ordering::Relaxed);
    });
    let decided = decided.into_inner();
    assert!((scaled(500)..scaled(9_500)).contains(&decided), "too few bounds are decided, or open: {decided}");
}

/// Everything that is possible in `inner` is possible in `outer`.
#[track_caller]
fn assert_within(inner: &Bounds<'_, '_>, outer: &Bounds<'_, '_>) {
    let both = || format!("{inner:#?}\nis not within\n{outer:#?}");
    let inside = |a: &RangeInclusive<Points>, b: &RangeInclusive<Points>| b.contains(a.start()) && b.contains(a.end());
    assert!(inside(&inner.value(), &outer.value()), "{}", both());
    if let (Some(inner), Some(outer)) = (inner.coverage(), outer.coverage()) {
        assert!(inside(&inner, &outer), "{}", both());
    }
    for (a, b) in inner.axes().zip(outer.axes()) {
        assert!(b.may_be_skipped || !a.may_be_skipped, "{}", both());
        assert!(inside(&a.raw, &b.raw) && inside(&a.score, &b.score), "{}", both());
    }
    assert!(inner.verdicts().all(|a| outer.verdicts().any(|b| a == b)), "{}", both());
    assert!(inner.grades().all(|a| outer.grades().any(|b| a == b)), "{}", both());
    assert!(inner.states().all(|a| outer.states().any(|b| a == b)), "{}", both());
}

#[test]
fn a_new_fact_never_widens_the_bounds() {
    on_all_processors(0..scaled(1_500), |seed| {
        let Subject { instance, scorer, .. } = subject(seed);
        let mut rng = Rng::with_seed(!seed);
        let as_of = second(instance.as_of);
        let mut partial = forget(&instance, &mut rng, 60);
        let order: Vec<(String, Json)> = instance.facts.clone().into_iter().collect();
        for (field, fact) in order {
            let before = record(&partial);
            partial.facts.insert(field, fact);
            let after = record(&partial);
            assert_within(&scorer.bounds(&after, as_of), &scorer.bounds(&before, as_of));
        }
    });
}

fn width(bounds: &Bounds<'_, '_>) -> i64 {
    bounds.value().end().micros() - bounds.value().start().micros()
}

/// Whatever the answer to a question is, the bounds narrow by at least `narrowing`, and are decided if it `decides`.
#[test]
fn every_answer_narrows_the_bounds_as_much_as_the_question_says() {
    let (narrowing, deciding) = (AtomicU64::new(0), AtomicU64::new(0));
    on_all_processors(0..scaled(600), |seed| {
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
            assert_same_json(&question, &question.to_owned());
            narrowing.fetch_add(u64::from(question.narrowing > Points::ZERO), Ordering::Relaxed);
            deciding.fetch_add(u64::from(question.decides && !bounds.is_decided()), Ordering::Relaxed);
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
    let (narrowing, deciding) = (narrowing.into_inner(), deciding.into_inner());
    assert!(narrowing > scaled(200), "too few questions narrow: {narrowing}");
    assert!(deciding > scaled(100), "too few questions decide: {deciding}");
}

/// A question decides if each of its answers leaves one outcome, whatever the other facts are.
#[test]
fn questions_that_decide_come_first() {
    let scorer = scorer(&toml_model(
        "format = 1
         name = 'x'
         state = [{ name = 'ready', at_least = 50 }, { name = 'cold', at_least = 0 }]
         [[axis]]
         name = 'a'
         available = 100
         rule = [{ id = 'nps', when.nps.at_least = 9, points = 40 }, { id = 'paid', when.paid = true, points = 60 }]",
    ));
    let questions = |record: Record| -> Vec<String> {
        let questions = scorer.bounds(&record, at(SMALL_AS_OF)).questions();
        let text = |question: &Question<'_>| {
            let decides = if question.decides { ", decides" } else { "" };
            format!("{} {}{decides}", question.field, question.narrowing)
        };
        questions.iter().map(text).collect()
    };
    assert_eq!(questions(Record::new()), ["paid 60, decides", "nps 40"]);
    // The other facts no longer matter.
    assert_eq!(questions(Record::new().with("paid", true)), ["nps 40, decides"]);
    assert_eq!(questions(Record::new().with("nps", 0)), ["paid 60, decides"]);
}

#[test]
fn the_bounds_of_complete_facts_are_the_score() {
    let mut points = 0;
    for Subject { seed, instance, scorer, .. } in subjects(0..scaled(4_000)) {
        let known = record(&learn(&instance, &scorer, &mut Rng::with_seed(!seed), 100));
        // A field that only `known` reads is unknown too, as it may become known.
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
    assert!(points > scaled(500), "too few records are complete: {points}");
}

/// A small model over visits and five fields, whose tests distinguish no more than the values of [`small_facts`].
pub(crate) fn small_model(rng: &mut Rng) -> Json {
    Small { rng, ids: 0 }.model()
}

struct Small<'r> {
    rng: &'r mut Rng,
    ids: usize,
}

pub(crate) const SMALL_AS_OF: &str = "2026-11-22T12:00:00Z";

/// A value for every set of values of a field that small models cannot distinguish, and null for a missing fact.
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
        match self.rng.u8(..10) {
            9 => {
                let count = self.rng.i64(1..=3);
                json!({ "events": { "visit": { "count": { "at_least": count, "within": { "since": "renewal" } } } } })
            }
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
        let gates = |this: &mut Self, likely: u8| -> Vec<Json> {
            (0..u8::from(this.rng.u8(..100) < likely))
                .map(|_| json!({ "id": this.id(), "when": this.condition() }))
                .collect()
        };
        model["required"] = gates(self, 30).into();
        model["disqualifying"] = gates(self, 20).into();
        let axes = ["fit", "activity"].map(|name| {
            let mut rules: Vec<Json> = (0..self.rng.usize(1..=3)).map(|_| self.rule()).collect();
            // An axis needs a rule that can give points.
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

/// The outcomes of the completions of a subject.
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
        for (scores, axis) in self.axes.iter_mut().zip(score.axes()) {
            scores.insert(axis.score);
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
    let mut visits = Activity::new();
    for _ in 0..rng.usize(..4) {
        visits.record("visit", now - TimeDelta::hours(rng.i64(0..84)));
    }
    let subject = |facts: &Map<String, Json>| {
        let record: Record = serde_json::from_value(Json::Object(facts.clone())).unwrap();
        record.with_activity(visits.clone())
    };
    let mut reached = Reached::default();
    for facts in &completions {
        reached.add(&scorer.score(&subject(facts), now));
    }
    let partial = subject(&known);
    let bounds = scorer.bounds(&partial, now);
    let all = || format!("{document:#}\nknown {known:?}\n{bounds:#?}\n{reached:#?}");
    assert_eq!(Some(bounds.value()), ends(&reached.values), "{}", all());
    assert_eq!(bounds.verdicts().collect::<BTreeSet<_>>(), reached.verdicts, "{}", all());
    assert_eq!(bounds.grades().map(|grade| grade.to_string()).collect::<BTreeSet<_>>(), reached.grades, "{}", all());
    assert_eq!(bounds.states().map(str::to_owned).collect::<BTreeSet<_>>(), reached.states, "{}", all());
    for (range, axis) in bounds.axes().zip(&reached.axes) {
        assert_eq!(Some(range.score), ends(axis), "{}", all());
    }
    // Segments and plays do not occur in small models.
    let names = reached.verdicts.len().max(reached.grades.len()).max(reached.states.len());
    assert_eq!(bounds.is_decided(), names == 1, "{}", all());
}

#[test]
fn the_ends_of_the_bounds_are_scores_of_completions() {
    on_all_processors(0..scaled(3_000), check_tightness);
}

/// With a UTC offset, the last instant falls on a day that is out of range for a date.
#[test]
fn bounds_contain_the_last_instant_at_any_offset() {
    for (offset, last) in [("+11:00", DateTime::<Utc>::MAX_UTC), ("-11:00", DateTime::<Utc>::MIN_UTC)] {
        let now = at(SMALL_AS_OF); // on the same day at either offset
        let day = |at: DateTime<Utc>| at.timestamp().div_euclid(86_400);
        let days = day(last) - day(now); // more days than that are reached at the offset only
        let (by, most) = if days > 0 { ("days_until", days) } else { ("days_since", -days) };
        let document = format!(
            "format = 1\nname = \"x\"\nutc_offset = \"{offset}\"\n[[axis]]\nname = \"a\"\n\
             [[axis.rule]]\nid = \"far\"\nwhen.renewal.{by}.more_than = {most}\npoints = 10\n",
        );
        let scorer = scorer(&toml_model(&document));
        let score = scorer.score(&Record::new().with("renewal", last), now);
        assert_eq!(score.value(), Points::from(100), "{document}");
        assert_contains(&scorer.bounds(&Record::new(), now), &score);
    }
}

/// Names in bounds and questions borrow from the scorer, not from the record.
#[test]
fn names_in_bounds_outlive_the_record() {
    let scorer = scorer(&model(&small_model(&mut Rng::with_seed(1))));
    let (states, fields): (Vec<&str>, Vec<&str>) = {
        let record = Record::new();
        let bounds = scorer.bounds(&record, at(SMALL_AS_OF));
        (bounds.states().collect(), bounds.questions().iter().map(|question| question.field).collect())
    };
    assert!(!states.is_empty() && fields.iter().all(|name| scorer.fields().any(|field| field.name() == *name)));
}

const _: () = {
    const fn storable<T: Send + Sync + Clone + 'static>() {}
    storable::<OwnedBounds>();
    storable::<OwnedQuestion>();
};

/// The axes are not in the order of the alphabet.
#[test]
fn bounds_and_questions_have_the_golden_serde_form() {
    let scorer = scorer(&toml_model(
        "format = 1
         name = 'x'
         required = [{ id = 'paid', when.paid = true }]
         grade = { fit = { axis = 'fit', cuts = [75, 50] }, activity = { axis = 'activity', cuts = [50] } }
         state = [{ name = 'ready', at_least = 40 }, { name = 'cold', at_least = 0 }]
         segment = [{ name = 'large', when.seats.at_least = 100 }, { name = 'other' }]
         [[axis]]
         name = 'fit'
         rule = [{ id = 'nps', bands.nps = [[7, 10], [9, 40]] }, { id = 'third', when.seats.at_least = 3, points = 20 }]
         [[axis]]
         name = 'activity'
         base = 20
         available = 60
         [[play]]
         name = 'Assign a rep'
         states = ['ready']
         owner = 'sales'
         respond_within = '1d'
         [[play]]
         name = 'Wait'
         otherwise = true",
    ));
    let record = Record::new().with("nps", 8);
    let bounds = scorer.bounds(&record, at(SMALL_AS_OF));
    assert_same_bounds(&bounds);
    assert_golden(&bounds.to_owned(), "bounds");
    let questions: Vec<OwnedQuestion> = bounds.questions().iter().map(Question::to_owned).collect();
    assert_same_json(&bounds.questions(), &questions);
    assert_golden(&questions, "questions");
}

#[test]
fn bounds_print_and_serialize_as_documented() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = \"x\"\n[[required]]\nid = \"paid\"\nwhen.paid = true\n\
         [[axis]]\nname = \"fit\"\navailable = 100\n\
         [[axis.rule]]\nid = \"nps\"\nbands.nps = [[7, 10], [9, 40]]\n\
         [[state]]\nname = \"ready\"\nat_least = 40\n[[state]]\nname = \"cold\"\nat_least = 0\n",
    ));
    for (record, text) in [
        (Record::new(), "0 to 40; undetermined, ineligible; cold, ready"),
        (Record::new().with("paid", true), "0 to 40; cold, ready"),
        (Record::new().with("paid", true).with("nps", 9), "40; ready"),
        (Record::new().with("paid", false), "0; ineligible"),
    ] {
        assert_eq!(scorer.bounds(&record, at(SMALL_AS_OF)).to_string(), text);
    }
    let record = Record::new().with("paid", true);
    let bounds = scorer.bounds(&record, at(SMALL_AS_OF));
    assert_eq!(
        serde_json::to_value(&bounds).unwrap(),
        json!({
            "verdicts": ["eligible"], "score": [0, 40], "axes": { "fit": { "raw": [0, 40], "score": [0, 40] } },
            "grades": [], "states": ["cold", "ready"], "segments": [], "plays": [], "decided": false,
        })
    );
    assert!(format!("{bounds:?}").starts_with("Bounds { verdicts: [Eligible], value: Points("), "{bounds:?}");
}

/// Checks the range of an axis of 100 points with these rules.
#[track_caller]
fn assert_bounds(rules: &str, record: &Record, expected: &str) {
    let scorer =
        scorer(&toml_model(&format!("format = 1\nname = 'x'\n[[axis]]\nname = 'a'\navailable = 100\n{rules}")));
    assert_eq!(scorer.bounds(record, at(SMALL_AS_OF)).to_string(), expected, "{rules}");
}

/// Facts that exclude each other are not added up.
#[test]
fn bounds_are_narrow_if_a_missing_field_is_read_twice() {
    let nothing = Record::new();
    // A day is before or after another one.
    assert_bounds(
        "rule = [{ id = 'r', when.d.before = '2026-11-25', points = 10 },
                 { id = 's', when.d.on_or_after = '2026-11-25', points = 10 }]",
        &nothing,
        "0 to 10",
    );
    assert_bounds(
        "rule = [{ id = 'r', when.d.before = '2026-11-20', points = 10 },
                 { id = 's', when.d.on_or_after = '2026-11-25', points = 20 }]",
        &nothing,
        "0 to 20",
    );
    // The same operator twice.
    for test in ["before", "on_or_after"] {
        assert_bounds(
            &format!(
                "base = 50
                 rule = [{{ id = 'r', when.d.{test} = '2026-11-25', points = 10 }},
                         {{ id = 's', when.d.{test} = '2026-11-25', points = -10 }}]"
            ),
            &nothing,
            "50",
        );
    }
    // Missing tags are compared with nothing, and nothing is compared with them.
    for missing in ["tech", "owned"] {
        assert_bounds(
            &format!(
                "rule = [{{ id = 'r', when.tech.any_not_in = 'owned', points = 10 }},
                         {{ id = 's', when.{missing}.known = false, points = 10 }}]"
            ),
            &nothing,
            "0 to 10",
        );
    }
    // A ratio is unknown if either of its numbers is missing.
    for missing in ["seats", "limit"] {
        assert_bounds(
            &format!(
                "rule = [{{ id = 'r', when.seats.ratio_to = {{ field = 'limit', at_least = 0 }}, points = 10 }},
                         {{ id = 's', when.{missing}.known = false, points = 10 }}]"
            ),
            &nothing,
            "0 to 10",
        );
    }
}

/// A rule that gives the same points for every known fact still gives none for a missing fact.
#[test]
fn bounds_contain_the_points_of_a_fact_that_stays_missing() {
    assert_bounds(
        "rule = [{ id = 'r', when.f = true, points = 10 },
                 { id = 's', when.f = false, points = 10 },
                 { id = 't', values.plan = { pro = 10 }, otherwise = 10 }]",
        &Record::new(),
        "0 to 20",
    );
}

/// The page on questions lists these cases. Each has a model, facts of completions, the bounds, and every outcome that a
/// completion reaches.
#[test]
fn bounds_are_wider_than_necessary_in_the_cases_that_the_guide_lists() {
    let states =
        "state = [{ name = 'low', at_least = 0 }, { name = 'mid', at_least = 40 }, { name = 'high', at_least = 80 }]";
    let axis = "[[axis]]\nname = 'a'\navailable = 100\n";
    let guarded = |keys: &str| {
        format!("{axis}rule = [{{ id = 'r', when.f = true, {keys} }}, {{ id = 's', when.held = true, points = 10 }}]")
    };
    let flags = vec![json!({}), json!({ "f": true }), json!({ "f": false })];
    for (document, known, completions, bounds, reached) in [
        // Without an event `e`, no fact makes the number of days known.
        (
            guarded("bands.events.e = [[0, 25]], by = 'days_since_last'"),
            json!({ "held": true }),
            flags.clone(),
            "10 to 35",
            vec!["10"],
        ),
        (
            guarded("bands.events.e = [[0, 25]], by = 'days_since_last', missing = { points = 7 }"),
            json!({ "held": true }),
            flags.clone(),
            "10 to 35",
            vec!["10", "17"],
        ),
        (
            guarded("per_unit.events.e = { by = 'days_since_last', points = 1, min = 5, max = 25 }"),
            json!({ "held": true }),
            flags.clone(),
            "10 to 15",
            vec!["10"],
        ),
        // No fact makes a ratio to 0 known.
        (
            guarded("bands.g = [[0, 25]], ratio_to = 'h'"),
            json!({ "held": true, "g": 3, "h": 0 }),
            flags.clone(),
            "10 to 35",
            vec!["10"],
        ),
        // Two rules count the same number, and their points cancel out.
        (
            format!(
                "{axis}base = 50
                 rule = [{{ id = 'r', per_unit.x = {{ points = 1, min = 0, max = 100 }} }},
                         {{ id = 's', per_unit.x = {{ points = -1, min = -100, max = 0 }} }}]"
            ),
            json!({}),
            [-1.0, 0.0, 0.25, 12.5, 99.0, 1000.0].map(|x| json!({ "x": x })).into_iter().chain([json!({})]).collect(),
            "37.5 to 62.5",
            vec!["50"],
        ),
        // A subject with fewer than two tags is ineligible, so no subject has a score of 30.
        (
            format!(
                "{states}\nrequired = [{{ id = 'two', when.owned.count.at_least = 2 }}]
                 {axis}base = 50\nrule = [{{ id = 'r', when.owned.count.less_than = 2, points = -20 }}]"
            ),
            json!({}),
            vec![
                json!({}),
                json!({ "owned": [] }),
                json!({ "owned": ["a"] }),
                json!({ "owned": ["a", "b"] }),
                json!({ "owned": ["a", "b", "c"] }),
            ],
            "0 to 50; undetermined, ineligible; low, mid",
            vec!["ineligible", "mid 50", "undetermined mid 50"],
        ),
        // The two sums of points are neighbours, and one millionth of a point counts as 100.
        (
            format!(
                "{states}\n[[axis]]\nname = 'a'\navailable = 0.000001
                 rule = [{{ id = 'r', when.f = true, points = 0.000001 }}]"
            ),
            json!({}),
            flags,
            "0 to 100; low, mid, high",
            vec!["high 100", "low 0"],
        ),
        // The tags of `tech` are none, so none of them is new.
        (
            format!("{axis}rule = [{{ id = 'r', when.tech.any_not_in = 'owned', points = 10 }}]"),
            json!({ "tech": [] }),
            vec![json!({}), json!({ "owned": [] }), json!({ "owned": ["a"] })],
            "0 to 10",
            vec!["0"],
        ),
        // A text that contains `ab` contains `a` too.
        (
            format!(
                "{axis}base = 50
                 rule = [{{ id = 'r', when.title.contains = 'ab', points = 10 }},
                         {{ id = 's', when.title.contains = 'a', points = -10 }}]"
            ),
            json!({}),
            ["ab", "a", "cab", "b", ""].map(|title| json!({ "title": title })).into_iter().chain([json!({})]).collect(),
            "40 to 60",
            vec!["40", "50"],
        ),
    ] {
        let scorer = scorer(&toml_model(&format!("format = 1\nname = 'x'\n{document}")));
        let partial: Record = serde_json::from_value(known).unwrap();
        let found = scorer.bounds(&partial, at(SMALL_AS_OF));
        assert_eq!(found.to_string(), bounds, "{document}");
        let scores = completions.into_iter().map(|facts| {
            let facts: Map<String, Json> = serde_json::from_value(facts).unwrap();
            let completion = facts.into_iter().fold(partial.clone(), |record, (field, fact)| {
                record.with(field, serde_json::from_value::<Value>(fact).unwrap())
            });
            let score = scorer.score(&completion, at(SMALL_AS_OF));
            assert_contains(&found, &score);
            score.to_string()
        });
        let scores: BTreeSet<String> = scores.collect();
        assert!(scores.iter().eq(&reached), "{document}: {scores:?}");
    }
}

#[test]
fn a_missing_date_leaves_open_which_events_are_in_its_window() {
    let mut orders = Activity::new();
    for (day, amount) in [("2026-11-18", 5), ("2026-11-20", 30), ("2026-11-21", -30)] {
        orders.record_with("order", at(&format!("{day}T12:00:00Z")), 1, Points::from(amount));
    }
    let record = Record::new().with_activity(orders);
    for (rules, expected) in [
        ("rule = [{ id = 'r', signal = { event = 'order', points = 10, max = 90, window.since = 'd' } }]", "0 to 30"),
        ("rule = [{ id = 'r', signal = { event = 'order', points = 10, most_recent = 2, window.since = 'd' } }]", "0 to 20"),
        ("rule = [{ id = 'r', signal = { event = 'order', points = 10, max = 90, window.until = 'd' } }]", "0 to 30"),
        ("rule = [{ id = 'r', signal = { event = 'order', points = 10, max = 90, min_count = 4, window.until = 'd' } }]", "0"),
        // Read twice: one day divides the orders.
        (
            "rule = [{ id = 'r', signal = { event = 'order', points = 10, max = 90, window.since = 'd' } },
                     { id = 's', signal = { event = 'order', points = -10, max = 90, window.since = 'd' } }]",
            "0",
        ),
        // While the day is missing, nobody knows whether nothing happened.
        ("rule = [{ id = 'r', when.events.order.none_within.since = 'd', points = 10 }]", "0 to 10"),
        ("rule = [{ id = 'r', when.events.order.count = { at_least = 4, within.since = 'd' }, points = 10 }]", "0"),
        ("rule = [{ id = 'r', when.events.order.latest_amount = { less_than = 0, within.since = 'd' }, points = 10 }]", "0 to 10"),
        ("rule = [{ id = 'r', when.events.order.mean_amount = { more_than = 30, within.until = 'd' }, points = 10 }]", "0"),
        (
            "rule = [{ id = 'r', when.events.order.count = { ratio_to = '*', is = 1, within.since = 'd' }, points = 10 }]",
            "0 to 10",
        ),
        // Wider than necessary: no day separates the gain of 30 from both the gain of 5 and the loss of 30.
        (
            "base = 50
             rule = [{ id = 'r', per_unit.events.order = { by = 'amount', within.since = 'd', points = 1, max = 90 } }]",
            "20 to 85",
        ),
    ] {
        assert_bounds(rules, &record, expected);
    }
}

enum Health {
    Green,
    Red,
}
facts!(enum Health { Green => "green", Red => "red" });

struct Account {
    health: Option<Health>,
}
facts!(Account { health });

#[test]
fn the_bounds_of_a_missing_enum_are_those_of_its_texts() {
    let scorer = Scorer::<Account>::new(&toml_model(
        "format = 1\nname = 'x'\n[[axis]]\nname = 'a'\navailable = 100\n[[axis.rule]]\nid = 'r'\n\
         values.health = { green = 10, red = 20 }\notherwise = 50",
    ))
    .unwrap();
    for (health, expected) in [(None, "0 to 20"), (Some(Health::Green), "10"), (Some(Health::Red), "20")] {
        assert_eq!(scorer.bounds(&Account { health }, at(SMALL_AS_OF)).to_string(), expected);
    }
}
