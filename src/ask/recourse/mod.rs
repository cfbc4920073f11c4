//! Recourse: the cheapest combination of actions that reaches a state, a grade or a score.
//!
//! Recourse answers a counterfactual question: what would have to be different? You list the possible [`Action`]s with
//! their costs, and [`Scorer::recourse`] returns the cheapest [`Plan`].
//!
//! ```
//! use warmth::recourse::{Action, Target};
//! use warmth::{Model, Record, Scorer};
//!
//! let model: Model = toml::from_str(
//!     r#"
//!     format = 1
//!     name = "readiness"
//!     [[axis]]
//!     name = "all"
//!     available = 100
//!     [[axis.rule]]
//!     id = "health"
//!     values.health = { green = 50, yellow = 20 }
//!     [[axis.rule]]
//!     id = "training"
//!     signal.event = "training"
//!     signal.points = 15
//!     signal.most_recent = 3
//!     [[state]]
//!     name = "ready"
//!     at_least = 70
//!     [[state]]
//!     name = "cold"
//!     at_least = 0
//!     "#,
//! )?;
//! let scorer = Scorer::<Record>::new(&model)?;
//! let account = Record::new().with("health", "yellow");
//! let actions = [Action::set("health", "green").cost(8), Action::event("training").up_to(5).cost(3)];
//! let target = Target::State("ready".to_owned());
//!
//! let recourse = scorer.recourse(&account, "2026-11-22T09:00:00Z".parse()?, &target, &actions)?;
//! // Trainings alone give at most 20 + 45 points.
//! assert_eq!(recourse.plan().unwrap().to_string(), "record 2 training, set health to green: costs 14, then ready 80");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The search is a branch and bound in best-first order. It decides one action after the other and always continues with
//! the cheapest partial combination. An evaluation over sets of facts bounds what the open actions can still reach. A
//! combination that cannot reach the target is pruned. The first complete combination that reaches the target is
//! therefore the cheapest.

mod action;
mod check;
mod plan;
mod search;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

pub use self::action::{Action, Target};
pub use self::plan::{OwnedPlan, OwnedRecourse, Plan, PlanStep, Recourse};

use self::check::{check_action, goal};
use self::search::Search;
use crate::evaluate::Subject;
use crate::input::facts::{FactCow, Facts};
use crate::problem::{Path, Problem, write_list};
use crate::scorer::Scorer;
use crate::time::second_of;

/// The error of a target or an action that does not fit the model.
///
/// It lists every problem. In serde it is a table with the key `problems`, a list of [`Problem`]s, as in a
/// [`ModelError`](crate::ModelError).
///
/// ```
/// # use warmth::recourse::{Action, Target};
/// # use warmth::{Model, Points, Record, Scorer};
/// # let model: Model = toml::from_str("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\n\
/// #     rule = [{ id = 'nps', when.nps.at_least = 9, points = 40 }]")?;
/// # let scorer = Scorer::<Record>::new(&model)?;
/// # let (record, now, target) = (Record::new(), "2026-11-22T09:00:00Z".parse()?, Target::Score(Points::from(70)));
/// let error = scorer.recourse(&record, now, &target, &[Action::set("npss", 9)]).unwrap_err();
/// assert_eq!(
///     error.problems()[0].to_string(),
///     "unknown-field at `actions[0]`: the model reads no field `npss`; did you mean `nps`?"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct RecourseError {
    problems: Vec<Problem>,
}

impl RecourseError {
    /// Returns every problem, at least one. Their paths start with `target` or `actions`.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for RecourseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_list(f, "question", &self.problems)
    }
}

impl<T: Facts> Scorer<T> {
    /// Returns the cheapest combination of actions that brings this subject to the target.
    ///
    /// See the [module documentation](crate::recourse) for an example.
    ///
    /// The result is exact: every combination is evaluated, or ruled out by an evaluation over a set that contains it. The
    /// time grows with the number of combinations that almost reach the target. After 100,000 evaluations, the search
    /// stops and returns [`Recourse::Unsettled`].
    ///
    /// # Errors
    ///
    /// If the model has no such state or grade, if an action names a field or an event that the model does not read, or
    /// if a value does not fit its field. The error lists every problem.
    pub fn recourse(
        &self,
        subject: &T,
        as_of: DateTime<Utc>,
        target: &Target,
        actions: &[Action],
    ) -> Result<Recourse<'_>, RecourseError> {
        let program = self.program();
        let mut problems = Vec::new();
        let goal = goal(program, target, &mut problems);
        for (index, action) in actions.iter().enumerate() {
            check_action(program, action, &Path::Root.key("actions").index(index), &mut problems);
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
