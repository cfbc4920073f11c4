//! Hysteresis for states: margins, a minimum dwell time, and crossings that a host can publish.
//!
//! A score has no memory. If it swings around a bound, its state changes with every swing. An alert for every swing
//! would soon be ignored. [`settle`](settle()) adds hysteresis. It takes the previous [`Settled`] state and a new
//! score, and returns the new [`Settled`] state, plus a [`Crossing`] if the state changed. It is a pure function: the
//! host stores the `Settled` and passes it to the next call.
//!
//! ```
//! use chrono::{DateTime, Utc};
//! use warmth::settle::{Direction, Policy};
//! use warmth::{Model, Record, Scorer, Settled, Span, settle};
//!
//! let model: Model = toml::from_str(
//!     r#"
//!     format = 1
//!     name = "readiness"
//!     [[axis]]
//!     name = "usage"
//!     available = 100
//!     [[axis.rule]]
//!     id = "usage"
//!     per_unit.usage = { points = 1, max = 100 }
//!     [[state]]
//!     name = "ready"
//!     at_least = 70
//!     [[state]]
//!     name = "cold"
//!     at_least = 0
//!     "#,
//! )?;
//! let scorer = Scorer::<Record>::new(&model)?;
//! let policy = Policy::new().drop_margin(5).dwell(Span::days(1));
//!
//! let mut stored: Option<Settled> = None;
//! let mut crossings = Vec::new();
//! for (day, usage) in [(1, 60), (2, 70), (3, 66), (4, 71), (5, 64), (6, 72)] {
//!     let now: DateTime<Utc> = format!("2026-11-0{day}T09:00:00Z").parse()?;
//!     let record = Record::new().with("usage", usage);
//!     let (settled, crossing) = settle(stored.as_ref(), &scorer.score(&record, now), now, &policy);
//!     crossings.extend(crossing.map(|crossing| (day, crossing.direction)));
//!     stored = Some(settled);
//! }
//! // 66 is within the drop margin below 70. 64 is not, so the state drops and later rises again.
//! assert_eq!(crossings, [(2, Direction::Up), (5, Direction::Down), (6, Direction::Up)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The result in each case:
//!
//! | case | settled state | crossing |
//! | --- | --- | --- |
//! | there is no previous settled state | the state of the score | none: nothing was crossed |
//! | the value reaches the bound of a higher state plus the rise margin | the highest such state, once the dwell is over | up |
//! | the value is below the bound of the settled state by more than the drop margin | the highest state whose bound minus the drop margin is reached, once the dwell is over | down |
//! | otherwise | unchanged | none |
//! | a gate holds the subject back | none, at once | down, if there was a state |
//! | no gate holds the subject back any more | the state of the score, at once | up |
//! | the model has no state with the settled name | the state of the score | none: the names changed, not the subject |
//! | the model has states, and the previous model had none | the state of the score | none: the names changed, not the subject |
//! | `as_of` is earlier than in the previous call | unchanged, including `as_of` | none |
//!
//! Each bound has a band around it, from the drop margin below to the rise margin above. While the value stays inside a
//! band, the state does not change. Without a dwell, a value that jumps across several bands has the same result as a
//! value that rises or falls through them in small steps.
//!
//! Margins have the unit of the bounds: score points, or raw points for `at_least_points`. See [`Score::state_points`].
//! If a new model keeps the names of the states, its new bounds apply.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::num::points::Points;
use crate::score::Score;
use crate::time::{Span, instant, instant_at, second_of};

/// The conditions under which a settled state changes.
///
/// By default, the settled state follows the state of the score immediately.
///
/// In serde a policy is `{"drop_margin": 5, "rise_margin": 0, "dwell": "1d"}`. Every key is optional.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    drop_margin: Points,
    rise_margin: Points,
    dwell: Span,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy::new()
    }
}

impl Policy {
    /// Returns a policy without margins and without a dwell.
    pub const fn new() -> Policy {
        Policy { drop_margin: Points::ZERO, rise_margin: Points::ZERO, dwell: Span::seconds(0) }
    }

    /// Sets how far a value may fall below the bound of a state before the state drops. Defaults to 0.
    ///
    /// A value exactly `points` below the bound keeps the state. A negative margin counts as 0.
    #[must_use]
    pub fn drop_margin(mut self, points: impl Into<Points>) -> Policy {
        self.drop_margin = points.into();
        self
    }

    /// Sets how far a value must rise above the bound of a state before the state is entered. Defaults to 0.
    ///
    /// A value exactly `points` above the bound enters the state. If the bound plus the margin exceeds 100, a score
    /// never enters the state from below. A negative margin counts as 0.
    #[must_use]
    pub fn rise_margin(mut self, points: impl Into<Points>) -> Policy {
        self.rise_margin = points.into();
        self
    }

    /// Sets the minimum time in a state before it changes in either direction. Defaults to no time.
    ///
    /// The state can change as soon as `span` has passed since it was settled. Values during the dwell have no effect
    /// later: the first call after the dwell looks only at its own score.
    #[must_use]
    pub fn dwell(mut self, span: Span) -> Policy {
        self.dwell = span;
        self
    }

    /// Returns the index of the next state for the current one. Index 0 is the lowest state.
    fn next_index(&self, states: &[(&str, Points)], current: usize, points: Points) -> usize {
        let enters = |(_, bound): &(&str, Points)| points >= *bound + self.rise_margin.max(Points::ZERO);
        let keeps = |(_, bound): &(&str, Points)| points >= *bound - self.drop_margin.max(Points::ZERO);
        let higher = states.iter().rposition(enters).filter(|index| *index > current);
        higher.unwrap_or_else(|| states.iter().take(current.saturating_add(1)).rposition(keeps).unwrap_or(0))
    }
}

/// The settled state of a subject, the instant from which it applies, and the instant of the latest call.
///
/// The host stores it with the subject. In serde it is `{"state", "since", "as_of", "stateless"}`, with null for no state, with
/// instants in RFC 3339, and `stateless`, which is true if the model has no states and no gate holds the subject back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    state: Option<String>,
    #[serde(with = "instant")]
    since: DateTime<Utc>, // whole seconds
    #[serde(with = "instant")]
    as_of: DateTime<Utc>, // whole seconds, not before `since`
    /// Whether there is no state because the model has none. Written always, for formats without names of fields.
    #[serde(default)]
    stateless: bool,
}

impl Settled {
    /// Returns the name of the state, or `None` if a gate holds the subject back or the model has no states.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Returns the `as_of` of the call that settled this state, to the second.
    pub fn since(&self) -> DateTime<Utc> {
        self.since
    }

    /// Returns the latest `as_of` that was passed to [`settle`](settle()), to the second.
    pub fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }
}

/// A change of the settled state, for the host to publish.
///
/// In serde it is `{"from", "to", "direction", "at"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Crossing {
    /// The previous state, or `None` if a gate held the subject back before.
    pub from: Option<String>,
    /// The new state, or `None` if a gate holds the subject back now.
    pub to: Option<String>,
    /// Whether the new state is higher or lower.
    pub direction: Direction,
    /// The `as_of` of the call, to the second.
    #[serde(with = "instant")]
    pub at: DateTime<Utc>,
}

/// The direction of a [`Crossing`]. A subject without a state ranks below every state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To a higher state.
    Up,
    /// To a lower state.
    Down,
}

/// Applies hysteresis to a new score, given the previous settled state.
///
/// Returns the settled state, and a crossing if the state changed.
///
/// Pass `None` as `previous` in the first call for a subject. `as_of` is the instant of the score; it is truncated to
/// whole seconds. The table in the [module documentation](mod@crate::settle) lists the result in each case.
///
/// The function is idempotent: if you pass its result back with the same score and instant, it returns the same settled
/// state and no crossing.
pub fn settle(
    previous: Option<&Settled>,
    score: &Score<'_>,
    as_of: DateTime<Utc>,
    policy: &Policy,
) -> (Settled, Option<Crossing>) {
    let as_of = instant_at(second_of(as_of));
    let states: Vec<_> = score.program().into_iter().flat_map(|program| program.states.bounds()).collect();
    let stateless = states.is_empty() && score.verdict().is_scored();
    let fresh = Settled { state: score.state().map(str::to_owned), since: as_of, as_of, stateless };
    let Some(previous) = previous else {
        return (fresh, None);
    };
    if as_of < previous.as_of {
        return (previous.clone(), None);
    }
    let index_of = |name: &str| states.iter().position(|(state, _)| *state == name);
    let settled = match (&previous.state, score.verdict().is_scored()) {
        (None, _) | (_, false) => fresh,
        (Some(name), true) => {
            let Some(current) = index_of(name) else {
                return (fresh, None);
            };
            let dwell_secs = u64::try_from((as_of - previous.since).num_seconds()).unwrap_or(0);
            let next = if dwell_secs >= policy.dwell.secs() {
                policy.next_index(&states, current, score.state_points())
            } else {
                current
            };
            Settled { state: states.get(next).map(|(name, _)| (*name).to_owned()), ..fresh }
        }
    };
    if settled.state == previous.state {
        return (Settled { as_of, stateless, ..previous.clone() }, None);
    }
    if previous.stateless {
        return (settled, None);
    }
    // `None` is no state, and `Some(None)` is a state that the model does not have. Both rank below the model's states.
    let rank = |settled: &Settled| settled.state.as_deref().map(index_of);
    let direction = if rank(&settled) > rank(previous) { Direction::Up } else { Direction::Down };
    let crossing = Crossing { from: previous.state.clone(), to: settled.state.clone(), direction, at: as_of };
    (settled, Some(crossing))
}
