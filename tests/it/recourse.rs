//! Recourse: the cheapest plan, compared with every combination of the actions.

use std::fmt::Write;

use fastrand::Rng;
use serde_json::{Map, Value as Json};
use warmth::recourse::{Action, OwnedPlan, PlanStep, RecourseError, Target};
use warmth::{OwnedRecourse, Points, Record, Recourse, Score, Scorer, Value, facts};

use crate::bounds::{SMALL_AS_OF, small_facts, small_model};
use crate::support::{
    assert_golden, assert_golden_text, assert_same_json, at, model, on_all_processors, scaled, scorer, toml_model,
};

const FIELDS: [&str; 5] = ["nps", "flagship", "plan", "tech", "renewal"];

/// The actions of a test, in a form that is easy to combine.
#[derive(Clone, Debug, Default)]
struct Possible {
    /// Values with their costs, by field.
    values: Vec<(&'static str, Vec<(Json, u32)>)>,
    /// The maximum of visits, and the cost of each.
    visits: (u32, u32),
}

fn value(json: &Json) -> Value {
    serde_json::from_value(json.clone()).unwrap()
}

impl Possible {
    fn actions(&self, scorer: &Scorer<Record>) -> Vec<Action> {
        let mut actions = Vec::new();
        for (field, values) in &self.values {
            // `recourse` refuses fields that the model does not read.
            if scorer.fields().any(|read| read.name() == *field) {
                for (json, cost) in values {
                    actions.push(Action::set(*field, value(json)).cost(*cost));
                }
            }
        }
        actions
    }

    /// Every combination with its cost and its number of steps.
    fn combinations(&self, start: &Record) -> Vec<(u64, usize, Record)> {
        let mut all = vec![(0, 0, start.clone())];
        for (field, values) in &self.values {
            all = all
                .into_iter()
                .flat_map(|(cost, steps, record)| {
                    let changed = values.iter().map({
                        let record = record.clone();
                        move |(json, more)| {
                            (cost + u64::from(*more), steps + 1, record.clone().with(*field, value(json)))
                        }
                    });
                    std::iter::once((cost, steps, record)).chain(changed).collect::<Vec<_>>()
                })
                .collect();
        }
        let visits = |(cost, steps, record): (u64, usize, Record)| {
            (0..=self.visits.0).map(move |count| {
                let mut record = record.clone();
                record.activity_mut().record_with("visit", at(SMALL_AS_OF), count, Points::ZERO);
                (cost + u64::from(count * self.visits.1), steps + usize::from(count > 0), record)
            })
        };
        all.into_iter().flat_map(visits).collect()
    }
}

fn reaches(target: &Target, score: &Score<'_>) -> bool {
    match target {
        Target::State(name) => {
            let order = ["cold", "warm", "hot"];
            let index = |name: &str| order.iter().position(|state| *state == name).unwrap();
            score.state().is_some_and(|state| index(state) >= index(name))
        }
        Target::Grade(least) => score.grade().is_some_and(|grade| grade == *least || grade.dominates(*least)),
        Target::Score(least) => score.verdict().is_scored() && score.value() >= *least,
        _ => panic!("there is no other target"),
    }
}

fn apply(steps: &[PlanStep], record: &Record) -> Record {
    let mut record = record.clone();
    for step in steps {
        match step {
            PlanStep::Set { field, value } => record.set(field.clone(), value.clone()),
            PlanStep::Record { event, amount, count, .. } => {
                record.activity_mut().record_with(event, at(SMALL_AS_OF), *count, *amount);
            }
            _ => panic!("there is no other step"),
        }
    }
    record
}

fn check(seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let document = small_model(&mut rng);
    let scorer = scorer(&model(&document));
    let now = at(SMALL_AS_OF);
    let mut facts = Map::new();
    let mut possible = Possible::default();
    for field in FIELDS {
        let all = small_facts(field);
        let mut pick = || all[rng.usize(..all.len() - 1)].clone();
        if !seed.is_multiple_of(3) || field != "nps" {
            facts.insert(field.to_owned(), pick());
        }
        let values: Vec<Json> = (0..3).map(|_| pick()).collect();
        let count = rng.usize(..=3);
        possible.values.push((field, values.into_iter().take(count).map(|json| (json, rng.u32(0..5))).collect()));
    }
    let record: Record = serde_json::from_value(Json::Object(facts)).unwrap();
    let mut actions = possible.actions(&scorer);
    if document.to_string().contains("visit") {
        possible.visits = (rng.u32(0..4), rng.u32(0..3));
        actions.push(Action::event("visit").up_to(possible.visits.0).cost(possible.visits.1));
    }
    let target = match rng.u8(..3) {
        0 => Target::State(["warm", "hot"][rng.usize(..2)].to_owned()),
        1 => Target::Grade(["A1", "B2", "B4", "C3"][rng.usize(..4)].parse().unwrap()),
        _ => Target::Score(Points::from(rng.u8(20..=100))),
    };
    let best = possible
        .combinations(&record)
        .into_iter()
        .filter(|(_, _, changed)| reaches(&target, &scorer.score(changed, now)))
        .map(|(cost, steps, _)| (cost, steps))
        .min();
    let question = || format!("{target:?} with {possible:#?}\n{record:?}\n{document:#}");
    let recourse = scorer.recourse(&record, now, &target, &actions).unwrap();
    assert_same_json(&recourse, &recourse.to_owned());
    match recourse {
        Recourse::Plan(plan) => {
            let changed = scorer.score(&apply(&plan.steps, &record), now);
            assert!(reaches(&target, &changed), "{plan:?} does not reach {}", question());
            assert_eq!(plan.score, changed, "{}", question());
            assert_eq!(Some((plan.cost, plan.steps.len())), best, "{plan:?} for {}", question());
        }
        Recourse::Impossible => assert_eq!(best, None, "{}", question()),
        other => panic!("{other:?} for {}", question()),
    }
}

#[test]
fn no_combination_is_cheaper_than_the_plan() {
    on_all_processors(0..scaled(3_000), check);
}

/// A knapsack problem: 16 flags with points and costs have 65,536 combinations.
#[test]
fn a_knapsack_of_sixteen_flags_is_solved_exactly() {
    on_all_processors(0..scaled(24), |seed| {
        let mut rng = Rng::with_seed(seed);
        let rules: Vec<(i64, u32)> = (0..16).map(|_| (rng.i64(1..30), rng.u32(1..40))).collect();
        let mut document = "format = 1\nname = \"knapsack\"\n[[axis]]\nname = \"all\"\navailable = 200\n".to_owned();
        let mut actions = Vec::new();
        for (i, (points, cost)) in rules.iter().enumerate() {
            _ = write!(document, "[[axis.rule]]\nid = \"r{i}\"\nwhen.f{i} = true\npoints = {points}\n");
            actions.push(Action::set(format!("f{i}"), true).cost(*cost));
        }
        let scorer = scorer(&toml_model(&document));
        let target = Target::Score(Points::from(50));
        let best = (0_u32..1 << 16)
            .filter_map(|chosen| {
                let (mut points, mut cost, mut steps) = (0, 0, 0);
                for (_, rule) in rules.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1) {
                    (points, cost, steps) = (points + rule.0, cost + u64::from(rule.1), steps + 1);
                }
                (points >= 100).then_some((cost, steps))
            })
            .min();
        match scorer.recourse(&Record::new(), at("2026-11-22"), &target, &actions).unwrap() {
            Recourse::Plan(plan) => assert_eq!(Some((plan.cost, plan.steps.len())), best, "seed {seed}"),
            Recourse::Impossible => assert_eq!(best, None, "seed {seed}"),
            other => panic!("{other:?} of seed {seed}"),
        }
    });
}

fn visits() -> Scorer<Record> {
    scorer(&toml_model(
        "format = 1\nname = \"visits\"\n[[axis]]\nname = \"all\"\navailable = 100\n[[axis.rule]]\nid = \"visits\"\n\
         signal.event = \"visit\"\nsignal.points = 5\n[[axis.rule]]\nid = \"nps\"\nbands.nps = [[0, 10]]\n\
         [[state]]\nname = \"cold\"\nat_least = 0\n",
    ))
}

#[test]
fn a_target_that_is_reached_costs_nothing() {
    let scorer = visits();
    let target = Target::State("cold".to_owned());
    let plan = scorer.recourse(&Record::new(), at("2026-11-22"), &target, &[]).unwrap().plan().unwrap();
    assert_eq!(plan.to_string(), "nothing to do: costs 0, then cold 0");
}

#[test]
fn a_subject_that_a_gate_holds_back_does_not_reach_a_score_of_zero() {
    let scorer = scorer(&toml_model("format = 1\nname = \"x\"\n[[required]]\nid = \"paid\"\nwhen.paid = true\n"));
    let record = Record::new().with("paid", false);
    let target = Target::Score(Points::ZERO);
    let recourse = |actions: &[Action]| scorer.recourse(&record, at("2026-11-22"), &target, actions).unwrap();
    assert_eq!(recourse(&[]), Recourse::Impossible);
    assert_eq!(recourse(&[Action::set("paid", true).cost(3)]).plan().unwrap().cost, 3);
}

#[test]
fn a_plan_records_as_few_events_as_necessary() {
    let scorer = visits();
    let actions = [Action::event("visit").up_to(u32::MAX).cost(7)];
    let plan = scorer.recourse(&Record::new(), at("2026-11-22"), &Target::Score(Points::from(73)), &actions).unwrap();
    assert_eq!(plan.plan().unwrap().to_string(), "record 15 visit: costs 105, then cold 75");
    // No number of events reaches 101, and there are too many to try.
    let never = scorer.recourse(&Record::new(), at("2026-11-22"), &Target::Score(Points::from(101)), &actions).unwrap();
    assert_eq!(never, Recourse::Unsettled);
    let few = [Action::event("visit").up_to(3).cost(7)];
    let never = scorer.recourse(&Record::new(), at("2026-11-22"), &Target::Score(Points::from(73)), &few).unwrap();
    assert_eq!(never, Recourse::Impossible);
}

#[test]
fn of_many_alternatives_the_cheapest_is_taken_and_of_equals_the_first() {
    let document =
        |field: &str| format!("[[axis.rule]]\nid = \"{field}\"\nper_unit.{field} = {{ points = 1, max = 1000 }}\n");
    let fields = ["a", "b"];
    let rules: String = fields.iter().map(|field| document(field)).collect();
    let header = "format = 1\nname = \"x\"\n[[axis]]\nname = \"all\"\navailable = 10000\n";
    let scorer = scorer(&toml_model(&format!("{header}{rules}")));
    let record = fields.iter().fold(Record::new(), |record, field| record.with(*field, 0));
    // The most expensive action comes first.
    let few = (1..=10_u32).map(|value| Action::set("b", value).cost(value * 3));
    let many = (1..=1_000_u32).rev().map(|value| Action::set("a", value).cost(value * 2));
    let actions: Vec<Action> = few.chain(many).collect();
    let target = Target::Score(Points::from(10)); // a thousand points
    let recourse = scorer.recourse(&record, at("2026-11-22"), &target, &actions).unwrap();
    assert_eq!(recourse.plan().unwrap().to_string(), "set a to 1000: costs 2000, then 10");
    // No value of one field suffices. Of values with the same cost, the plan takes the first.
    let actions = [("a", 400, 4), ("a", 500, 4), ("b", 500, 4), ("b", 600, 4), ("a", 300, 3)];
    let actions = actions.map(|(field, value, cost)| Action::set(field, value).cost(cost));
    let recourse = scorer.recourse(&record, at("2026-11-22"), &target, &actions).unwrap();
    assert_eq!(recourse.plan().unwrap().to_string(), "set a to 400, set b to 600: costs 8, then 10");
}

#[test]
fn a_question_that_does_not_fit_the_model_lists_every_problem() {
    let actions =
        [Action::set("npss", 9), Action::set("nps", "nine"), Action::event("vist"), Action::set("nps", f64::INFINITY)];
    let error =
        visits().recourse(&Record::new(), at("2026-11-22"), &Target::State("hot".to_owned()), &actions).unwrap_err();
    assert_golden_text(&error, "recourse_error");
    assert_eq!(
        error.to_string(),
        "the question has 5 problems\n  \
         unknown-name at `target`: there is no state `hot`\n  \
         unknown-field at `actions[0]`: the model reads no field `npss`; did you mean `nps`?\n  \
         wrong-kind at `actions[1]`: the model reads `nps` as a number, and `nine` is not\n  \
         unknown-name at `actions[2]`: the model reads no event `vist`; did you mean `visit`?\n  \
         wrong-kind at `actions[3]`: the model reads `nps` as a number, and `inf` is not"
    );
}

#[test]
fn a_grade_beyond_the_cuts_is_refused_as_a_target() {
    let scorer = scorer(&model(&small_model(&mut Rng::with_seed(1)))); // three cuts on either side
    let ask = |grade: &str| {
        let target = Target::Grade(grade.parse().unwrap());
        scorer.recourse(&Record::new(), at(SMALL_AS_OF), &target, &[])
    };
    assert!(ask("D4").is_ok());
    // Every grade would dominate it, so the plan would be empty.
    for grade in ["E4", "D5", "I9"] {
        assert_eq!(
            ask(grade).unwrap_err().to_string(),
            format!(
                "the question has 1 problem\n  unknown-grade at `target`: `{grade}` is not a grade of this model; its \
                 grades run from `A1` to `D4`"
            )
        );
    }
}

enum Health {
    Green,
    Red,
}
facts!(enum Health { Green => "green", Red => "red" });

struct Account {
    health: Health,
}
facts!(Account { health });

#[test]
fn an_action_on_an_enum_takes_only_its_texts() {
    let document =
        "format = 1\nname = \"x\"\n[[axis]]\nname = \"a\"\n[[axis.rule]]\nid = \"r\"\nvalues.health = { green = 10 }\n";
    let scorer = Scorer::<Account>::new(&toml_model(document)).unwrap();
    let recourse = |health: Health, text: &str| {
        let (account, actions) = (Account { health }, [Action::set("health", text).cost(3)]);
        let recourse = scorer.recourse(&account, at(SMALL_AS_OF), &Target::Score(Points::from(100)), &actions);
        recourse.map(|recourse| recourse.plan().map(|plan| plan.to_string())).map_err(|error| error.to_string())
    };
    assert_eq!(recourse(Health::Red, "green"), Ok(Some("set health to green: costs 3, then 100".to_owned())));
    assert_eq!(recourse(Health::Green, "green"), Ok(Some("nothing to do: costs 0, then 100".to_owned())));
    let error = recourse(Health::Red, "gren").unwrap_err();
    assert!(error.starts_with("the question has 1 problem\n  unknown-text at `actions[0]`: "), "{error}");
    assert!(error.ends_with("did you mean `green`?"), "{error}");
}

/// A ratio to zero is unknown, so setting the divisor to zero gives the points for missing facts.
#[test]
fn a_plan_may_set_the_divisor_of_a_ratio_to_zero() {
    let scorer = scorer(&toml_model(
        "format = 1\nname = \"x\"\n[[axis]]\nname = \"a\"\navailable = 50\n[[axis.rule]]\nid = \"r\"\n\
         bands.seats = [[0, 10]]\nratio_to = \"limit\"\nmissing = { points = 50 }\n",
    ));
    let record = Record::new().with("seats", 5).with("limit", 1);
    let actions = [Action::set("limit", 2), Action::set("limit", 0).cost(3)];
    let recourse = scorer.recourse(&record, at(SMALL_AS_OF), &Target::Score(Points::from(100)), &actions).unwrap();
    assert_eq!(recourse.plan().unwrap().to_string(), "set limit to 0: costs 3, then 100");
}

const _: () = {
    const fn storable<T: Send + Sync + Clone + 'static>() {}
    storable::<OwnedRecourse>();
    storable::<OwnedPlan>();
    storable::<RecourseError>();
};

#[test]
fn a_plan_prints_and_serializes_as_documented() {
    let scorer = visits();
    let actions = [
        Action::event("visit").amount("2.5".parse::<Points>().unwrap()).up_to(20).cost(7),
        Action::set("nps", 3).cost(5),
        Action::set("nps", 4).up_to(9).amount(1), // neither changes an action that sets a field
    ];
    let target = Target::Score(Points::from(30));
    let recourse = scorer.recourse(&Record::new(), at("2026-11-22"), &target, &actions).unwrap();
    assert_golden(&recourse.to_owned(), "recourse");
    let plan = recourse.clone().plan().unwrap();
    assert_eq!(plan.to_string(), "record 4 visit of 2.5, set nps to 4: costs 29, then cold 30");
    assert_eq!(plan.to_owned().to_string(), plan.to_string());
    assert_same_json(&plan, &plan.to_owned());
    assert_eq!(recourse.to_owned().plan(), Some(plan.to_owned()));
    for (recourse, json) in [(Recourse::Impossible, "\"impossible\""), (Recourse::Unsettled, "\"unsettled\"")] {
        assert_same_json(&recourse, &recourse.to_owned());
        assert_eq!(serde_json::to_string(&recourse).unwrap(), json);
        assert_eq!(recourse.to_owned().plan(), None);
    }
}

#[test]
fn an_action_costs_one_and_records_one_event_by_default() {
    let scorer = visits();
    let recourse = |actions: &[Action], score: i32| {
        let target = Target::Score(Points::from(score));
        scorer.recourse(&Record::new(), at("2026-11-22"), &target, actions).unwrap()
    };
    let actions = [Action::event("visit"), Action::set("nps", 1)];
    assert_eq!(
        recourse(&actions, 15).plan().unwrap().to_string(),
        "record 1 visit, set nps to 1: costs 2, then cold 15"
    );
    assert_eq!(recourse(&actions, 16), Recourse::Impossible);
    assert_eq!(recourse(&[Action::event("visit").up_to(0)], 1), Recourse::Impossible);
}
