//! States that hold still: margins, a time to hold, and crossings that a host can publish.
//!
//! A score is a function of the present. One that swings around a bound changes its state with every swing, and an
//! alert for each of them is soon switched off. [`settle`](settle()) is the memory that scoring does not have: from
//! the state that was settled before and a new score it makes the state that is settled now, and the [`Crossing`] if
//! that is another one. It is pure too. The host stores the [`Settled`] and hands it back.
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
//! // 66 is within the margin of 70; 64 is not, and that the subject is ready again is news.
//! assert_eq!(crossings, [(2, Direction::Up), (5, Direction::Down), (6, Direction::Up)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it does in each case:
//!
//! | case | settled state | crossing |
//! | --- | --- | --- |
//! | there is no previous one | the score's | none: nothing was crossed |
//! | at or above the bound of a higher state, plus the rise margin | the highest such state, once the dwell is over | up |
//! | below the bound of the settled state by more than the drop margin | the highest state of which this is not so, once the dwell is over | down |
//! | otherwise | as before | none |
//! | a gate holds the subject back | none, at once | down, if there was a state |
//! | no gate holds it back any more | the score's, at once | up |
//! | the model has no state of the settled name | the score's | none: names changed, the subject did not move |
//! | `as_of` is earlier than the last one | as before, as if it had not been asked | none |
//!
//! So every bound has a band around it in which what was stays, and how a value got to where it is does not matter, only
//! which bands it has left. Margins are in the unit of the bounds, see [`Score::state_points`]: in score points, or
//! for `at_least_points` in raw points. A new model with the same names counts with its new bounds.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::points::Points;
use crate::score::Score;
use crate::time::{Span, instant_at, second_of};

/// When a settled state is left. By default at once, so that the settled state is the score's.
///
/// In serde it is `{"drop_margin": 5, "rise_margin": 0, "dwell": "1d"}`, each of which may be left out.
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
    /// No margins and no dwell.
    pub const fn new() -> Policy {
        Policy { drop_margin: Points::ZERO, rise_margin: Points::ZERO, dwell: Span::seconds(0) }
    }

    /// How far below its bound a value may be before a state is left downwards; exactly so far is not too far. Defaults
    /// to 0; a negative margin counts as 0.
    #[must_use]
    pub fn drop_margin(mut self, points: impl Into<Points>) -> Policy {
        self.drop_margin = points.into();
        self
    }

    /// How far above its bound a value must be before a state is entered upwards; exactly so far is enough. A margin
    /// with which a bound comes to lie above 100 makes a state that is never entered. Defaults to 0; a negative margin
    /// counts as 0.
    #[must_use]
    pub fn rise_margin(mut self, points: impl Into<Points>) -> Policy {
        self.rise_margin = points.into();
        self
    }

    /// How long a state is held before it is left, in either direction; exactly so long is enough. What happens in
    /// the meantime is not made up for: what counts is the value at the next call after it. Defaults to no time.
    #[must_use]
    pub fn dwell(mut self, span: Span) -> Policy {
        self.dwell = span;
        self
    }

    /// The place of the state to be in for one that is in the state at `held`. Places count from the lowest.
    fn place(&self, states: &[(&str, Points)], held: usize, points: Points) -> usize {
        let entered = |(_, bound): &(&str, Points)| points >= *bound + self.rise_margin.max(Points::ZERO);
        let kept = |(_, bound): &(&str, Points)| points >= *bound - self.drop_margin.max(Points::ZERO);
        let higher = states.iter().rposition(entered).filter(|place| *place > held);
        higher.unwrap_or_else(|| states.iter().take(held.saturating_add(1)).rposition(kept).unwrap_or(0))
    }
}

/// The state that a subject is held to be in, since when, and as of when that was last looked at.
///
/// Owned, to be stored by the host beside the subject: in serde it is `{"state", "since", "as_of"}`, with a null for
/// no state and instants in RFC 3339.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    state: Option<String>,
    #[serde(with = "instant")]
    since: DateTime<Utc>, // whole seconds
    #[serde(with = "instant")]
    as_of: DateTime<Utc>, // whole seconds, not before `since`
}

impl Settled {
    /// The state's name; `None` while a gate holds the subject back, and where the model has no states.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Since when it is in that state, to the second: the instant of the call that settled it.
    pub fn since(&self) -> DateTime<Utc> {
        self.since
    }

    /// The latest instant that was looked at, to the second.
    pub fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }
}

/// A subject has left a settled state for another one.
///
/// Owned, to be published by the host: in serde it is `{"from", "to", "direction", "at"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Crossing {
    /// The state that was left; `None` where a gate had held the subject back.
    pub from: Option<String>,
    /// The state that was entered; `None` where a gate holds the subject back.
    pub to: Option<String>,
    /// Whether the new state is the higher one.
    pub direction: Direction,
    /// As of when.
    #[serde(with = "instant")]
    pub at: DateTime<Utc>,
}

/// Which way a [`Crossing`] goes. To be held back by a gate is lower than every state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To a higher state.
    Up,
    /// To a lower state.
    Down,
}

/// The settled state that follows from the previous one and a score, and the crossing if it is another one.
///
/// `as_of` is the instant of the score, which is cut down to whole seconds. Pass `None` as the previous one at the first
/// call for a subject. The [module](mod@crate::settle) says what happens in each case.
///
/// Calling it twice with the same score and instant, the second time with what the first one gave, changes nothing and
/// gives no second crossing.
pub fn settle(
    previous: Option<&Settled>,
    score: &Score<'_>,
    as_of: DateTime<Utc>,
    policy: &Policy,
) -> (Settled, Option<Crossing>) {
    let as_of = instant_at(second_of(as_of));
    let fresh = Settled { state: score.state().map(str::to_owned), since: as_of, as_of };
    let Some(previous) = previous else {
        return (fresh, None);
    };
    if as_of < previous.as_of {
        return (previous.clone(), None);
    }
    let states: Vec<_> = score.states().collect();
    let place_of = |name: &str| states.iter().position(|(state, _)| *state == name);
    let settled = match (&previous.state, score.verdict().is_scored()) {
        (None, _) | (_, false) => fresh,
        (Some(held), true) => {
            let Some(held) = place_of(held) else {
                return (fresh, None);
            };
            let held_secs = u64::try_from((as_of - previous.since).num_seconds()).unwrap_or(0);
            let place =
                if held_secs >= policy.dwell.secs() { policy.place(&states, held, score.state_points()) } else { held };
            Settled { state: states.get(place).map(|(name, _)| (*name).to_owned()), ..fresh }
        }
    };
    if settled.state == previous.state {
        return (Settled { as_of, ..previous.clone() }, None);
    }
    // No state is below every state, and below one that the model does not know.
    let place = |settled: &Settled| settled.state.as_deref().map(place_of);
    let direction = if place(&settled) > place(previous) { Direction::Up } else { Direction::Down };
    let crossing = Crossing { from: previous.state.clone(), to: settled.state.clone(), direction, at: as_of };
    (settled, Some(crossing))
}

/// Instants as text in RFC 3339, to the second.
mod instant {
    use super::{DateTime, Deserialize, Deserializer, SecondsFormat, Serializer, Utc, instant_at, second_of};

    pub(super) fn serialize<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&at.to_rfc3339_opts(SecondsFormat::Secs, true))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at: DateTime<Utc> = text.parse().map_err(serde::de::Error::custom)?;
        Ok(instant_at(second_of(at)))
    }
}
