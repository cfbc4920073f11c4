//! The search for the cheapest plan: branch and bound in best-first order.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

use chrono::{DateTime, Utc};

use super::action::{Action, ActionKind};
use super::plan::{Plan, PlanStep, Recourse};
use crate::evaluate::{Atoms, Evaluation, FactSet, KnownFacts, Outcome, Sets, SubjectSet};
use crate::grade::{Grade, Verdict};
use crate::input::activity::{Activity, Attribute, Event, listed};
use crate::input::facts::{Fact, FactCow};
use crate::num::points::Points;
use crate::program::{FieldIndex, Program};
use crate::score::Score;
use crate::time::second_of;

/// The maximum number of nodes that are evaluated.
const EVALUATIONS_MAX: usize = 100_000;

/// A target in the program's terms.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    State(usize),
    Grade(Grade),
    Score(i64), // in millionths
}

impl Goal {
    /// Whether an outcome of a set may reach the goal.
    fn is_reachable(self, outcomes: &Outcome<Sets>) -> bool {
        match self {
            Goal::State(lowest) => outcomes.state.any(|state| state.get().is_some_and(|state| state >= lowest)),
            Goal::Grade(least) => outcomes
                .grade
                .any(|grade| grade.get().map(Grade::at).is_some_and(|grade| grade == least || grade.dominates(least))),
            Goal::Score(least) => outcomes.verdict.any(Verdict::is_scored) && outcomes.value.greatest() >= least,
        }
    }
}

/// The names and values of an event's attributes.
type AttributeList<'f> = Vec<(&'f str, Attribute<'f>)>;

/// A decision to make: one of the values of a field, or a number of events. Every choice can also be skipped.
enum Choice<'f> {
    Field { field: FieldIndex, current: Fact<'f>, values: Vec<(Fact<'f>, &'f Action)> },
    Events { action: &'f Action, event: &'f str, amount: Points, attributes: AttributeList<'f>, max_count: u32 },
}

/// A decision. Of equal costs, options come first, in the order of the actions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Decision {
    /// The value at this index, or this number of events minus one.
    Option(u32),
    /// No change.
    Skip,
}

/// A partial combination. The heap orders nodes by cost, then by number of steps, then by the order of the actions.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct PartialPlan {
    cost: u64,
    steps: usize,
    /// One for each of the first choices; the other choices are open.
    decisions: Vec<Decision>,
}

impl Choice<'_> {
    /// The cheapest option.
    fn first(&self) -> Option<Decision> {
        match self {
            Choice::Field { values, .. } => cheapest(values, |_| true),
            Choice::Events { max_count, .. } => (*max_count > 0).then_some(Decision::Option(0)),
        }
    }

    /// The option that follows in cost, or in the order of the actions if the costs are equal.
    fn next(&self, decision: Decision) -> Option<Decision> {
        let Decision::Option(last) = decision else { return None };
        match self {
            Choice::Field { values, .. } => {
                let (_, action) = at(values, last)?;
                cheapest(values, |option| option > (action.cost, last))
            }
            Choice::Events { max_count, .. } => {
                last.checked_add(1).filter(|option| option < max_count).map(Decision::Option)
            }
        }
    }

    fn cost(&self, decision: Decision) -> u64 {
        match (self, decision) {
            (_, Decision::Skip) => 0,
            (Choice::Field { values, .. }, Decision::Option(index)) => {
                at(values, index).map_or(0, |(_, action)| action.cost.into())
            }
            (Choice::Events { action, .. }, Decision::Option(option)) => {
                u64::from(action.cost) * (u64::from(option) + 1)
            }
        }
    }

    fn step(&self, decision: Decision) -> Option<PlanStep> {
        let Decision::Option(option) = decision else { return None };
        match self {
            Choice::Field { values, .. } => match &at(values, option)?.1.kind {
                ActionKind::Set { field, value } => Some(PlanStep::Set { field: field.clone(), value: value.clone() }),
                ActionKind::Event { .. } => None,
            },
            Choice::Events { event, amount, attributes, .. } => {
                let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
                let count = option.saturating_add(1);
                Some(PlanStep::Record { event: (*event).to_owned(), amount: *amount, attributes, count })
            }
        }
    }
}

/// The cheapest value whose cost and index pass the filter.
fn cheapest(values: &[(Fact<'_>, &Action)], filter: impl Fn((u32, u32)) -> bool) -> Option<Decision> {
    let costs = (0..).zip(values).map(|(index, (_, action))| (action.cost, index));
    costs.filter(|option| filter(*option)).min().map(|(_, index)| Decision::Option(index))
}

fn at<V>(values: &[V], index: u32) -> Option<&V> {
    values.get(usize::try_from(index).ok()?)
}

pub(super) struct Search<'m, 'f> {
    program: &'m Program,
    as_of: DateTime<Utc>,
    goal: Goal,
    /// One set for each field of the program: all values of the field as long as its choice is open.
    facts: Vec<FactSet<'f>>,
    activity: &'f Activity,
    /// Events come first, so that the activity is fixed when fields are decided.
    choices: Vec<Choice<'f>>,
}

impl<'m: 'f, 'f> Search<'m, 'f> {
    pub(super) fn new(
        program: &'m Program,
        activity: &'f Activity,
        own: &'f [FactCow<'f>],
        as_of: DateTime<Utc>,
        goal: Goal,
        actions: &'f [Action],
    ) -> Search<'m, 'f> {
        let (mut events, mut fields): (Vec<Choice<'f>>, Vec<Choice<'f>>) = (Vec::new(), Vec::new());
        for action in actions {
            match &action.kind {
                ActionKind::Event { event, amount, attributes, max_count } => {
                    let (amount, max_count) = (*amount, *max_count);
                    let attributes = listed(attributes);
                    events.push(Choice::Events { action, event, amount, attributes, max_count });
                }
                ActionKind::Set { field: name, value } => {
                    let mut reads = program.fields.iter().enumerate();
                    let Some((index, reading)) = reads.find(|(_, reading)| reading.field.name() == name) else {
                        continue;
                    };
                    let value = (value.fact(reading.field.kind()), action);
                    let same = fields.iter_mut().find_map(|choice| match choice {
                        Choice::Field { field, values, .. } if *field == index => Some(values),
                        _ => None,
                    });
                    if let Some(values) = same {
                        values.push(value);
                    } else {
                        let current = own.get(index).map_or(Fact::Missing, FactCow::as_fact);
                        fields.push(Choice::Field { field: index, current, values: vec![value] });
                    }
                }
            }
        }
        let mut facts: Vec<FactSet<'f>> = own.iter().map(|fact| FactSet::one(fact.as_fact())).collect();
        for choice in &fields {
            if let Choice::Field { field, current, values } = choice {
                let missing = matches!(current, Fact::Missing);
                let known = values.iter().map(|(fact, _)| *fact).chain((!missing).then_some(*current));
                facts
                    .get_mut(*field)
                    .into_iter()
                    .for_each(|set| *set = FactSet { missing, known: KnownFacts::among(known.clone()) });
            }
        }
        let choices = events.into_iter().chain(fields).collect();
        Search { program, as_of, goal, facts, activity, choices }
    }

    pub(super) fn run(&self) -> Recourse<'m> {
        let mut activity = Cow::Borrowed(self.activity);
        let mut nodes = BinaryHeap::from([Reverse(PartialPlan { cost: 0, steps: 0, decisions: Vec::new() })]);
        for _ in 0..EVALUATIONS_MAX {
            let Some(Reverse(node)) = nodes.pop() else { return Recourse::Impossible };
            nodes.extend(self.sibling(&node).map(Reverse));
            let open = self.choices.get(node.decisions.len());
            if !matches!(open, Some(Choice::Events { .. })) {
                let outcomes = self.outcomes(&node, &mut activity);
                if !self.goal.is_reachable(&outcomes) {
                    continue;
                }
                if open.is_none()
                    && let Some(outcome) = outcomes.single()
                {
                    let decided = self.choices.iter().zip(&node.decisions);
                    let steps = decided.filter_map(|(choice, decision)| choice.step(*decision)).collect();
                    let score = Score::new(self.program, &outcome);
                    return Recourse::Plan(Box::new(Plan { steps, cost: node.cost, score }));
                }
            }
            if let Some(choice) = open {
                // Only the cheapest option: the others follow as siblings, because there may be very many.
                let children = [Some(Decision::Skip), choice.first()].into_iter().flatten();
                nodes.extend(children.map(|decision| Reverse(node.with(choice, decision))));
            }
        }
        Recourse::Unsettled
    }

    /// The node with the next option of its last choice.
    fn sibling(&self, node: &PartialPlan) -> Option<PartialPlan> {
        let (last, before) = node.decisions.split_last()?;
        let choice = self.choices.get(before.len())?;
        let next = choice.next(*last)?;
        let parent =
            PartialPlan { cost: node.cost - choice.cost(*last), steps: node.steps - 1, decisions: before.to_vec() };
        Some(parent.with(choice, next))
    }

    /// The outcomes of all combinations that complete a node. The activity is the same afterwards.
    fn outcomes(&self, node: &PartialPlan, activity: &mut Cow<'f, Activity>) -> Outcome<Sets> {
        let mut facts = self.facts.clone();
        let mut recorded = Vec::new();
        for (choice, decision) in self.choices.iter().zip(&node.decisions) {
            match (choice, *decision) {
                (Choice::Field { field, current, values }, decision) => {
                    let fact = match decision {
                        Decision::Option(index) => at(values, index).map(|(fact, _)| *fact),
                        Decision::Skip => None,
                    };
                    let fact = FactSet::one(fact.unwrap_or(*current));
                    facts.get_mut(*field).into_iter().for_each(|set| set.clone_from(&fact));
                }
                (Choice::Events { event, amount, attributes, .. }, Decision::Option(option)) => {
                    // The first node with events copies the activity. The others record the events in the copy, and take
                    // them back.
                    let more = option.saturating_add(1);
                    let event = Event::new(event, self.as_of).count(more).amount(*amount).attributes(attributes);
                    activity.to_mut().record_event(event);
                    recorded.push(event);
                }
                (Choice::Events { .. }, Decision::Skip) => {}
            }
        }
        let as_of = second_of(self.as_of);
        let env = SubjectSet::new(self.program, &facts, activity, (as_of, as_of));
        let outcomes = Evaluation::new(env).outcome(&mut ());
        for event in recorded {
            activity.to_mut().remove_event(event);
        }
        outcomes
    }
}

impl PartialPlan {
    /// The node with one more decision.
    fn with(&self, choice: &Choice<'_>, decision: Decision) -> PartialPlan {
        PartialPlan {
            cost: self.cost.saturating_add(choice.cost(decision)),
            steps: self.steps + usize::from(decision != Decision::Skip),
            decisions: self.decisions.iter().copied().chain([decision]).collect(),
        }
    }
}
