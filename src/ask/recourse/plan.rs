//! Answers of recourse, borrowed and owned.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::input::value::Value;
use crate::num::points::Points;
use crate::score::{OwnedScore, Score};

/// The answer to a question of recourse; see [`Scorer::recourse`](crate::Scorer::recourse).
///
/// In serde it is `{"plan": PLAN}`, `"impossible"` or `"unsettled"`, where `PLAN` is a [`Plan`]. To read it back, use
/// [`OwnedRecourse`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Recourse<'m> {
    /// The cheapest plan that reaches the target.
    Plan(Box<Plan<'m>>),
    /// No combination of the actions reaches the target.
    Impossible,
    /// The search stopped after 100,000 evaluations without an answer. Choose an easier target or allow fewer events.
    Unsettled,
}

impl<'m> Recourse<'m> {
    /// Returns the plan, if there is one.
    pub fn plan(self) -> Option<Plan<'m>> {
        if let Recourse::Plan(plan) = self { Some(*plan) } else { None }
    }

    /// Returns a copy that borrows nothing; see [`OwnedRecourse`].
    pub fn to_owned(&self) -> OwnedRecourse {
        match self {
            Recourse::Plan(plan) => OwnedRecourse::Plan(Box::new(plan.as_ref().to_owned())),
            Recourse::Impossible => OwnedRecourse::Impossible,
            Recourse::Unsettled => OwnedRecourse::Unsettled,
        }
    }
}

/// The cheapest combination of actions that reaches a target. It has no steps if the target is already reached.
///
/// If several combinations have the same cost, the plan is one with the fewest steps.
///
/// [`Display`](fmt::Display) prints `record 2 training, set plan to team: costs 4, then A2 ready 72`. In serde a plan is
/// `{"steps", "cost", "score"}`: a list of [`PlanStep`]s, a number and a [`Score`]. To read a plan back, use
/// [`OwnedPlan`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Plan<'m> {
    /// The steps: events first, then fields, each in the order of the actions.
    pub steps: Vec<PlanStep>,
    /// The total cost, in the unit of the actions.
    pub cost: u64,
    /// The score after all steps.
    pub score: Score<'m>,
}

/// One step of a [`Plan`].
///
/// [`Display`](fmt::Display) prints `set plan to team` or `record 2 training`. In serde a step is one of
///
/// ```json
/// [
///   { "set": { "field": "plan", "value": "team" } },
///   { "record": { "event": "training", "amount": 0, "count": 2 } }
/// ]
/// ```
///
/// A date or an instant is written as text and read back as text, as in a [`Record`](crate::Record).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PlanStep {
    /// Give a field a new value.
    Set {
        /// The field.
        field: String,
        /// The new value.
        value: Value,
    },
    /// Record events.
    #[non_exhaustive]
    Record {
        /// The name of the events.
        event: String,
        /// The amount of each event.
        amount: Points,
        /// The attributes of each event. Left out in serde if there are none.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        attributes: BTreeMap<String, Value>,
        /// The number of events, at least 1.
        count: u32,
    },
}

impl Plan<'_> {
    /// Returns a copy that borrows nothing; see [`OwnedPlan`].
    pub fn to_owned(&self) -> OwnedPlan {
        OwnedPlan { steps: self.steps.clone(), cost: self.cost, score: self.score.to_owned() }
    }
}

/// A [`Recourse`] that borrows nothing: to queue, to return from a function, and to read back from a database.
///
/// `Send + Sync + 'static`. It is written in serde like the [`Recourse`].
///
/// ```
/// # use warmth::{Model, Points, Record, Scorer};
/// use warmth::OwnedRecourse;
/// use warmth::recourse::{Action, Target};
///
/// # let model: Model = toml::from_str("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\n\
/// #     rule = [{ id = 'nps', when.nps.at_least = 9, points = 40 }]")?;
/// # let now = "2026-11-22T09:00:00Z".parse()?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// let target = Target::Score(Points::from(70));
/// let recourse = scorer.recourse(&Record::new(), now, &target, &[Action::set("nps", 9)])?.to_owned();
/// drop(scorer);
/// let stored = serde_json::to_string(&recourse)?;
/// assert_eq!(serde_json::from_str::<OwnedRecourse>(&stored)?, recourse);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "Recourse", rename_all = "snake_case")]
#[non_exhaustive]
pub enum OwnedRecourse {
    /// As [`Recourse::Plan`].
    Plan(Box<OwnedPlan>),
    /// As [`Recourse::Impossible`].
    Impossible,
    /// As [`Recourse::Unsettled`].
    Unsettled,
}

impl OwnedRecourse {
    /// Returns the plan, if there is one.
    pub fn plan(self) -> Option<OwnedPlan> {
        if let OwnedRecourse::Plan(plan) = self { Some(*plan) } else { None }
    }
}

/// A [`Plan`] that borrows nothing; the fields are those of [`Plan`].
///
/// [`Display`](fmt::Display) and serde write the same text as the [`Plan`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "Plan")]
#[non_exhaustive]
pub struct OwnedPlan {
    /// As [`Plan::steps`].
    pub steps: Vec<PlanStep>,
    /// As [`Plan::cost`].
    pub cost: u64,
    /// As [`Plan::score`].
    pub score: OwnedScore,
}

serialize_as_owned!(Recourse<'_>, Plan<'_>);

impl fmt::Display for PlanStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanStep::Set { field, value } => write!(f, "set {field} to {value}"),
            PlanStep::Record { event, amount, attributes, count } => {
                write!(f, "record {count} {event}")?;
                if *amount != Points::ZERO {
                    write!(f, " of {amount}")?;
                }
                for (index, (name, value)) in attributes.iter().enumerate() {
                    write!(f, "{} {name} {value}", if index == 0 { " with" } else { "," })?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Plan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_plan(f, &self.steps, self.cost, &self.score)
    }
}

impl fmt::Display for OwnedPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_plan(f, &self.steps, self.cost, &self.score)
    }
}

fn write_plan(f: &mut fmt::Formatter<'_>, steps: &[PlanStep], cost: u64, score: &dyn fmt::Display) -> fmt::Result {
    let steps: Vec<String> = steps.iter().map(PlanStep::to_string).collect();
    let steps = if steps.is_empty() { "nothing to do".to_owned() } else { steps.join(", ") };
    write!(f, "{steps}: costs {cost}, then {score}")
}
