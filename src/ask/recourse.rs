//! What would be enough: the cheapest set of changes that reaches a state, a grade or a score.
//!
//! Changes are decided one after the other, the cheapest choices first. Where the evaluator finds that none of the
//! outcomes that the open choices leave is good enough, they are not looked at. So the first set that is complete is the
//! cheapest there is.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::evaluate::{Atoms, Evaluation, FactSet, KnownFacts, Outcome, Sets, Subject, SubjectSet};
use crate::grade::{Grade, Verdict};
use crate::input::activity::{Activity, Names};
use crate::input::facts::{Fact, FactCow, Facts, Field, Value};
use crate::num::points::Points;
use crate::problem::{Path, Problem, write_list};
use crate::program::{FieldIndex, Grading, Program};
use crate::score::Score;
use crate::scorer::Scorer;
use crate::time::second_of;

/// How many evaluations are spent before the search is given up.
const EVALUATIONS_MAX: usize = 100_000;

/// What is to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// The state of this name, or a higher one.
    State(String),
    /// This grade, or one that [dominates](Grade::dominates) it.
    Grade(Grade),
    /// This score, or a higher one; whom a gate holds back has none.
    Score(Points),
}

/// What can be done about a subject, and what it costs.
///
/// Costs are in whatever unit the host likes: hours, money, favours.
///
/// ```
/// use warmth::recourse::Actions;
///
/// let actions = Actions::new()
///     .set("health", "green", 8)
///     .set("plan", "team", 2)
///     .set("plan", "enterprise", 5) // or this
///     .record("training", 3, 1); // up to three of them
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Actions(Vec<Action>);

#[derive(Clone, Debug, PartialEq)]
struct Action {
    step: Step,
    cost: u32,
}

impl Actions {
    /// Nothing can be done.
    pub const fn new() -> Actions {
        Actions(Vec::new())
    }

    /// A field can be given this value at this cost. Several values of one field are alternatives.
    #[must_use]
    pub fn set(mut self, field: impl Into<String>, value: impl Into<Value>, cost: u32) -> Actions {
        let step = Step::Set { field: field.into(), value: value.into() };
        self.0.push(Action { step, cost });
        self
    }

    /// Up to `most` events of this name can be brought about, each at this cost. They happen at the instant that is
    /// scored.
    #[must_use]
    pub fn record(self, event: impl Into<String>, most: u32, cost: u32) -> Actions {
        self.record_with(event, Points::ZERO, most, cost)
    }

    /// Up to `most` events with this amount can be brought about, each at this cost.
    #[must_use]
    pub fn record_with(mut self, event: impl Into<String>, amount: Points, most: u32, cost: u32) -> Actions {
        let step = Step::Record { event: event.into(), amount, count: most };
        self.0.push(Action { step, cost });
        self
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// Give a field a value.
    Set {
        /// The field.
        field: String,
        /// Its new value.
        value: Value,
    },
    /// Bring events about.
    Record {
        /// Their name.
        event: String,
        /// The amount of each.
        amount: Points,
        /// How many.
        count: u32,
    },
}

/// What would be enough.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Recourse<'m> {
    /// This, and nothing cheaper.
    Plan(Box<Plan<'m>>),
    /// Nothing that can be done reaches the target.
    Impossible,
    /// There are too many combinations to say: 100,000 evaluations did not find out.
    Unsettled,
}

impl<'m> Recourse<'m> {
    /// The plan, if there is one.
    pub fn plan(self) -> Option<Plan<'m>> {
        if let Recourse::Plan(plan) = self { Some(*plan) } else { None }
    }
}

/// The cheapest things to do that reach a target; nothing if it is reached already.
///
/// Of several that cost the same it has the fewest steps.
///
/// [`Display`](fmt::Display) prints `record 2 training, set plan to team: costs 4, then A2 ready 72`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Plan<'m> {
    /// What to do: events first, then facts, both in the order of the actions.
    pub steps: Vec<Step>,
    /// What it costs together.
    pub cost: u64,
    /// The score once it is done.
    pub score: Score<'m>,
}

/// A question about a recourse does not fit the model: every problem that was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct RecourseError {
    problems: Vec<Problem>,
}

impl RecourseError {
    /// Every problem that was found, at least one; their paths begin with `target` or `actions`.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for RecourseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(f, "question", &self.problems)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Set { field, value } => write!(f, "set {field} to {value}"),
            Step::Record { event, amount, count } if *amount == Points::ZERO => write!(f, "record {count} {event}"),
            Step::Record { event, amount, count } => write!(f, "record {count} {event} of {amount}"),
        }
    }
}

impl fmt::Display for Plan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<String> = self.steps.iter().map(Step::to_string).collect();
        let steps = if steps.is_empty() { "nothing to do".to_owned() } else { steps.join(", ") };
        write!(f, "{steps}: costs {}, then {}", self.cost, self.score)
    }
}

impl<T: Facts> Scorer<T> {
    /// The cheapest set of changes that brings this subject to the target, if there is one.
    ///
    /// ```
    /// use warmth::recourse::{Actions, Target};
    /// use warmth::{Model, Record, Scorer};
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "readiness"
    ///     [[axis]]
    ///     name = "all"
    ///     available = 100
    ///     [[axis.rule]]
    ///     id = "health"
    ///     values.health = { green = 50, yellow = 20 }
    ///     [[axis.rule]]
    ///     id = "training"
    ///     signal.event = "training"
    ///     signal.points = 15
    ///     signal.most_recent = 3
    ///     [[state]]
    ///     name = "ready"
    ///     at_least = 70
    ///     [[state]]
    ///     name = "cold"
    ///     at_least = 0
    ///     "#,
    /// )?;
    /// let scorer = Scorer::<Record>::new(&model)?;
    /// let account = Record::new().with("health", "yellow");
    /// let actions = Actions::new().set("health", "green", 8).record("training", 5, 3);
    /// let target = Target::State("ready".to_owned());
    ///
    /// let recourse = scorer.recourse(&account, "2026-11-22T09:00:00Z".parse()?, &target, &actions)?;
    /// // Three trainings alone would give 20 + 45 points.
    /// assert_eq!(recourse.plan().unwrap().to_string(), "record 2 training, set health to green: costs 14, then ready 80");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Concrete: every combination is either evaluated or shown to be not good enough by an evaluation over a set that
    /// holds it. The time that takes grows with the number of combinations that nearly suffice.
    ///
    /// # Errors
    ///
    /// If the model has no such state or grade, or an action names a field or an event that the model does not read,
    /// or a value of another kind than the field's. Every problem is listed.
    pub fn recourse(
        &self,
        subject: &T,
        as_of: DateTime<Utc>,
        target: &Target,
        actions: &Actions,
    ) -> Result<Recourse<'_>, RecourseError> {
        let program = self.program();
        let mut problems = Vec::new();
        let goal = goal(program, target, &mut problems);
        for (place, action) in actions.0.iter().enumerate() {
            check(program, action, &Path::Root.key("actions").index(place), &mut problems);
        }
        match goal {
            Some(goal) if problems.is_empty() => {
                let own = Subject::new(program, subject, second_of(as_of));
                let facts: Vec<FactCow<'_>> = (0..program.fields.len()).map(|field| own.fact_cow(field)).collect();
                Ok(Search::new(program, subject.activity(), &facts, as_of, goal, actions).run())
            }
            _ => Err(RecourseError { problems }),
        }
    }
}

/// A target in the program's terms.
#[derive(Clone, Copy)]
enum Goal {
    State(usize),
    Grade(Grade),
    Score(i64),
}

impl Goal {
    /// Whether some outcome of a set is good enough.
    fn within(self, all: &Outcome<Sets>) -> bool {
        match self {
            Goal::State(lowest) => all.state.any(|state| state.get().is_some_and(|state| state >= lowest)),
            Goal::Grade(least) => all
                .grade
                .any(|grade| grade.get().map(Grade::at).is_some_and(|grade| grade == least || grade.dominates(least))),
            Goal::Score(least) => all.verdict.any(Verdict::is_scored) && all.value.greatest() >= least,
        }
    }
}

fn goal(program: &Program, target: &Target, problems: &mut Vec<Problem>) -> Option<Goal> {
    let path = Path::Root.key("target");
    match target {
        Target::State(name) => {
            let names = || program.states.rows().iter().map(|(_, name)| &**name);
            let place = names().position(|own| own == name);
            if place.is_none() {
                let problem = Problem::new("unknown-name", &path, format!("there is no state `{name}`"));
                problems.push(problem.suggesting(0, name, names()));
            }
            place.map(Goal::State)
        }
        Target::Grade(grade) => {
            match program.grade.as_ref().map(Grading::last) {
                None => problems.push(Problem::new("no-grade", &path, "the model has no `[grade]`")),
                Some(last) if *grade != last && !grade.dominates(last) => {
                    let message = format!("`{grade}` is no grade from `A1` to `{last}`");
                    problems.push(Problem::new("unknown-grade", &path, message));
                }
                Some(_) => {}
            }
            Some(Goal::Grade(*grade))
        }
        Target::Score(score) => Some(Goal::Score(score.micros())),
    }
}

fn check(program: &Program, action: &Action, path: &Path<'_>, problems: &mut Vec<Problem>) {
    let found = problems.len();
    match &action.step {
        Step::Set { field, value } => match program.fields.iter().find(|reading| reading.field.name() == field) {
            None => {
                let problem = Problem::new("unknown-field", path, format!("the model reads no field `{field}`"));
                let fields = program.fields.iter().map(|reading| reading.field.name());
                problems.push(problem.suggesting(found, field, fields));
            }
            Some(reading) => check_value(&reading.field, value, path, problems),
        },
        Step::Record { event, .. } => {
            let (mut any, mut known) = (false, Vec::new());
            program.events(|names| match names {
                Names::All => any = true,
                Names::Listed(names) => known.extend(names.iter().map(|name| &**name)),
            });
            if !any && !known.contains(&event.as_str()) {
                let problem = Problem::new("unknown-name", path, format!("the model reads no event `{event}`"));
                problems.push(problem.suggesting(found, event, known));
            }
        }
    }
}

fn check_value(field: &Field, value: &Value, path: &Path<'_>, problems: &mut Vec<Problem>) {
    let name = field.name();
    if !value.fits(field.kind()) {
        let kind = field.kind().with_article();
        let message = format!("the model reads `{name}` as {kind}, and `{value}` is not");
        problems.push(Problem::new("wrong-kind", path, message));
    } else if let (Some(texts), Value::Text(text)) = (field.texts(), value)
        && !texts.contains(&text.as_str())
    {
        let problem = Problem::new("unknown-text", path, format!("the field never holds `{text}`"));
        problems.push(problem.suggesting(problems.len(), text, texts.iter().copied()));
    }
}

/// A choice to make: which of the values of a field, or how many events.
enum Choice<'f> {
    Field { field: FieldIndex, now: Fact<'f>, values: Vec<(Fact<'f>, &'f Action)> },
    Events { action: &'f Action, event: &'f str, amount: Points, most: u32 },
}

/// How a choice is made; what is named first comes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Made {
    /// The value at this place, or so many events less one.
    So(u32),
    /// Everything stays as it is.
    Not,
}

/// How far choices have been made, the cheapest first; then those with fewer steps, then those that were named first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    cost: u64,
    steps: usize,
    made: Vec<Made>,
}

impl Choice<'_> {
    /// The cheapest way to make it, besides leaving everything as it is.
    fn first(&self) -> Option<Made> {
        match self {
            Choice::Field { values, .. } => cheapest(values, |_| true),
            Choice::Events { most, .. } => (*most > 0).then_some(Made::So(0)),
        }
    }

    /// The way that comes next in cost; of those that cost the same, in the order in which they were named.
    fn next(&self, made: Made) -> Option<Made> {
        let Made::So(last) = made else { return None };
        match self {
            Choice::Field { values, .. } => {
                let (_, action) = at(values, last)?;
                cheapest(values, |own| own > (action.cost, last))
            }
            Choice::Events { most, .. } => last.checked_add(1).filter(|less| less < most).map(Made::So),
        }
    }

    fn cost(&self, made: Made) -> u64 {
        match (self, made) {
            (_, Made::Not) => 0,
            (Choice::Field { values, .. }, Made::So(place)) => {
                at(values, place).map_or(0, |(_, action)| action.cost.into())
            }
            (Choice::Events { action, .. }, Made::So(less)) => u64::from(action.cost) * (u64::from(less) + 1),
        }
    }

    fn step(&self, made: Made) -> Option<Step> {
        match (self, made) {
            (_, Made::Not) => None,
            (Choice::Field { values, .. }, Made::So(place)) => at(values, place).map(|(_, action)| action.step.clone()),
            (Choice::Events { event, amount, .. }, Made::So(less)) => {
                Some(Step::Record { event: (*event).to_owned(), amount: *amount, count: less.saturating_add(1) })
            }
        }
    }
}

/// The cheapest of those of a field's values whose cost and place fit.
fn cheapest(values: &[(Fact<'_>, &Action)], fits: impl Fn((u32, u32)) -> bool) -> Option<Made> {
    let costs = (0..).zip(values).map(|(place, (_, action))| (action.cost, place));
    costs.filter(|own| fits(*own)).min().map(|(_, place)| Made::So(place))
}

fn at<V>(values: &[V], place: u32) -> Option<&V> {
    values.get(usize::try_from(place).ok()?)
}

struct Search<'m, 'f> {
    program: &'m Program,
    as_of: DateTime<Utc>,
    goal: Goal,
    /// With all that a field may have as long as its choice is open.
    facts: Vec<FactSet<'f>>,
    activity: &'f Activity,
    /// Events come first, so that there is one activity by the time that facts are decided.
    choices: Vec<Choice<'f>>,
}

impl<'m: 'f, 'f> Search<'m, 'f> {
    fn new(
        program: &'m Program,
        activity: &'f Activity,
        own: &'f [FactCow<'f>],
        as_of: DateTime<Utc>,
        goal: Goal,
        actions: &'f Actions,
    ) -> Search<'m, 'f> {
        let (mut events, mut fields): (Vec<Choice<'f>>, Vec<Choice<'f>>) = (Vec::new(), Vec::new());
        for action in &actions.0 {
            match &action.step {
                Step::Record { event, amount, count } => {
                    events.push(Choice::Events { action, event, amount: *amount, most: *count });
                }
                Step::Set { field: name, value } => {
                    let mut reads = program.fields.iter().enumerate();
                    let Some((place, reading)) = reads.find(|(_, reading)| reading.field.name() == name) else {
                        continue;
                    };
                    let value = (value.fact(reading.field.kind()), action);
                    let same = fields.iter_mut().find_map(|choice| match choice {
                        Choice::Field { field, values, .. } if *field == place => Some(values),
                        _ => None,
                    });
                    if let Some(values) = same {
                        values.push(value);
                    } else {
                        let now = own.get(place).map_or(Fact::Missing, FactCow::as_fact);
                        fields.push(Choice::Field { field: place, now, values: vec![value] });
                    }
                }
            }
        }
        let mut facts: Vec<FactSet<'f>> = own.iter().map(|fact| FactSet::one(fact.as_fact())).collect();
        for choice in &fields {
            if let Choice::Field { field, now, values } = choice {
                let missing = matches!(now, Fact::Missing);
                let known = values.iter().map(|(fact, _)| *fact).chain((!missing).then_some(*now));
                facts
                    .get_mut(*field)
                    .into_iter()
                    .for_each(|set| *set = FactSet { missing, known: KnownFacts::among(known.clone()) });
            }
        }
        let choices = events.into_iter().chain(fields).collect();
        Search { program, as_of, goal, facts, activity, choices }
    }

    fn run(&self) -> Recourse<'m> {
        let mut nodes = BinaryHeap::from([Reverse(Node { cost: 0, steps: 0, made: Vec::new() })]);
        for _ in 0..EVALUATIONS_MAX {
            let Some(Reverse(node)) = nodes.pop() else { return Recourse::Impossible };
            nodes.extend(self.next_way(&node).map(Reverse));
            let open = self.choices.get(node.made.len());
            if !matches!(open, Some(Choice::Events { .. })) {
                let outcome = self.outcome(&node);
                if !self.goal.within(&outcome) {
                    continue;
                }
                if open.is_none()
                    && let Some(outcome) = outcome.single()
                {
                    let steps = self.choices.iter().zip(&node.made).filter_map(|(choice, made)| choice.step(*made));
                    let score = Score::new(self.program, &outcome);
                    return Recourse::Plan(Box::new(Plan { steps: steps.collect(), cost: node.cost, score }));
                }
            }
            if let Some(choice) = open {
                // The other ways follow from the first one, as there may be very many.
                let all = [Some(Made::Not), choice.first()].into_iter().flatten();
                nodes.extend(all.map(|made| Reverse(node.with(choice, made))));
            }
        }
        Recourse::Unsettled
    }

    /// The node with the choice that was made last made in the next way.
    fn next_way(&self, node: &Node) -> Option<Node> {
        let (last, before) = node.made.split_last()?;
        let choice = self.choices.get(before.len())?;
        let next = choice.next(*last)?;
        let without = Node { cost: node.cost - choice.cost(*last), steps: node.steps - 1, made: before.to_vec() };
        Some(without.with(choice, next))
    }

    /// What the outcome may be once choices are made, whatever the open ones become.
    fn outcome(&self, node: &Node) -> Outcome<Sets> {
        let (mut facts, mut activity) = (self.facts.clone(), Cow::Borrowed(self.activity));
        for (choice, made) in self.choices.iter().zip(&node.made) {
            match (choice, *made) {
                (Choice::Field { field, now, values }, made) => {
                    let fact = if let Made::So(place) = made { at(values, place).map(|(fact, _)| *fact) } else { None };
                    let fact = FactSet::one(fact.unwrap_or(*now));
                    facts.get_mut(*field).into_iter().for_each(|set| set.clone_from(&fact));
                }
                (Choice::Events { event, amount, .. }, Made::So(less)) => {
                    activity.to_mut().record_with(event, self.as_of, less.saturating_add(1), *amount);
                }
                (Choice::Events { .. }, Made::Not) => {}
            }
        }
        let as_of = second_of(self.as_of);
        let world = SubjectSet::new(self.program, &facts, &activity, (as_of, as_of));
        Evaluation::new(world).outcome(&mut ())
    }
}

impl Node {
    /// With one more choice made.
    fn with(&self, choice: &Choice<'_>, made: Made) -> Node {
        Node {
            cost: self.cost.saturating_add(choice.cost(made)),
            steps: self.steps + usize::from(made != Made::Not),
            made: self.made.iter().copied().chain([made]).collect(),
        }
    }
}
