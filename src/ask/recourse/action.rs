//! Questions of recourse: the target, and the possible actions.

use std::collections::BTreeMap;

use crate::grade::Grade;
use crate::input::activity::Attribute;
use crate::input::value::Value;
use crate::num::points::Points;

/// The outcome to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// The state with this name, or a higher one.
    State(String),
    /// This grade, or a grade that [dominates](Grade::dominates) it.
    Grade(Grade),
    /// This score, or a higher one. A subject that a gate holds back has no score.
    Score(Points),
}

/// A possible action on a subject, with its cost: a new value for a field, or a number of events.
///
/// ```
/// use warmth::Points;
/// use warmth::recourse::Action;
///
/// let actions = [
///     Action::set("health", "green").cost(8),
///     Action::set("plan", "team").cost(2),
///     Action::set("plan", "enterprise").cost(5), // an alternative to `team`
///     Action::event("training").up_to(3).cost(1), // up to three trainings, each at a cost of 1
///     Action::event("order").amount(500).cost(20), // one order of 500
/// ];
/// ```
///
/// Costs can have any unit, such as hours or money. All actions of a question use the same unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    pub(super) kind: ActionKind,
    pub(super) cost: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum ActionKind {
    Set { field: String, value: Value },
    Event { event: String, amount: Points, attributes: BTreeMap<String, Value>, max_count: u32 },
}

impl Action {
    /// Returns the action that gives a field a new value, at a cost of 1.
    ///
    /// Several actions on one field are alternatives: a plan contains at most one of them.
    pub fn set(field: impl Into<String>, value: impl Into<Value>) -> Action {
        Action { kind: ActionKind::Set { field: field.into(), value: value.into() }, cost: 1 }
    }

    /// Returns the action that records one event with this name, at a cost of 1.
    ///
    /// The event happens at the `as_of` of the question.
    pub fn event(event: impl Into<String>) -> Action {
        let event = event.into();
        Action {
            kind: ActionKind::Event { event, amount: Points::ZERO, attributes: BTreeMap::new(), max_count: 1 },
            cost: 1,
        }
    }

    /// Sets the cost of the action; for an action on events, the cost of each event. Defaults to 1.
    #[must_use]
    pub fn cost(mut self, cost: u32) -> Action {
        self.cost = cost;
        self
    }

    /// Sets the maximum number of events. Defaults to 1. Does nothing for an action that sets a field.
    #[must_use]
    pub fn up_to(mut self, count: u32) -> Action {
        if let ActionKind::Event { max_count, .. } = &mut self.kind {
            *max_count = count;
        }
        self
    }

    /// Sets the amount of each event. Defaults to 0. Does nothing for an action that sets a field.
    #[must_use]
    pub fn amount(mut self, points: impl Into<Points>) -> Action {
        if let ActionKind::Event { amount, .. } = &mut self.kind {
            *amount = points.into();
        }
        self
    }

    /// Adds an attribute to each event. Defaults to none. Does nothing for an action that sets a field.
    ///
    /// ```
    /// use warmth::recourse::Action;
    ///
    /// let visit = Action::event("page_view").attribute("path", "/pricing");
    /// ```
    #[must_use]
    pub fn attribute<'a>(mut self, name: impl Into<String>, value: impl Into<Attribute<'a>>) -> Action {
        if let ActionKind::Event { attributes, .. } = &mut self.kind {
            attributes.insert(name.into(), value.into().into());
        }
        self
    }
}
