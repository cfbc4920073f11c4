//! The part of an outcome that a forecast watches.

use serde::{Deserialize, Serialize};

use crate::evaluate::{Atoms, Concrete, Numbers, Outcome, Sets};
use crate::num::points::Points;

/// The part of an outcome that a forecast watches for changes.
///
/// In serde it is a word in snake case, or a table for the score: `"state"`, `{"score": 10}`.
///
/// ```
/// use warmth::{Points, Projection};
///
/// let watched: Projection = serde_json::from_str(r#"{ "score": 10 }"#)?;
/// assert_eq!(watched, Projection::Score(Points::from(10)));
/// assert_eq!(serde_json::to_string(&Projection::State)?, r#""state""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Projection {
    /// The verdict.
    Verdict,
    /// The grade.
    Grade,
    /// The state.
    State,
    /// The segment.
    Segment,
    /// The play.
    Play,
    /// The verdict, the grade, the state, the segment and the play.
    Names,
    /// The score in steps of this size, in points. A step of zero or less counts as a millionth.
    ///
    /// With a step of 10, a score that falls from 50 to 49.9 changes, and a score that falls from 59 to 51 does not.
    Score(Points),
}

const NAMES: [Projection; 5] =
    [Projection::Verdict, Projection::Grade, Projection::State, Projection::Segment, Projection::Play];

impl Projection {
    /// The number of whole steps in a score.
    fn steps(step: Points, value: i64) -> i64 {
        value.div_euclid(step.micros().max(1))
    }

    /// Whether two outcomes have the same projection.
    pub(super) fn same(self, own: &Outcome<Concrete>, other: &Outcome<Concrete>) -> bool {
        match self {
            Projection::Verdict => own.verdict == other.verdict,
            Projection::Grade => own.grade == other.grade,
            Projection::State => own.state == other.state,
            Projection::Segment => own.segment == other.segment,
            Projection::Play => own.play == other.play,
            Projection::Names => NAMES.into_iter().all(|name| name.same(own, other)),
            Projection::Score(step) => Projection::steps(step, own.value) == Projection::steps(step, other.value),
        }
    }

    /// Whether every outcome of an enclosure has the same projection as `own`.
    pub(super) fn all_same(self, enclosure: &Outcome<Sets>, own: &Outcome<Concrete>) -> bool {
        match self {
            Projection::Verdict => enclosure.verdict.single() == Some(own.verdict),
            Projection::Grade => enclosure.grade.single() == Some(own.grade),
            Projection::State => enclosure.state.single() == Some(own.state),
            Projection::Segment => enclosure.segment.single() == Some(own.segment),
            Projection::Play => enclosure.play.single() == Some(own.play),
            Projection::Names => NAMES.into_iter().all(|name| name.all_same(enclosure, own)),
            Projection::Score(step) => {
                enclosure.value.map(|value| Projection::steps(step, value)).single()
                    == Some(Projection::steps(step, own.value))
            }
        }
    }
}
