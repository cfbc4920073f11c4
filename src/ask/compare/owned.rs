//! Comparisons that borrow nothing. Their serde form is the serde form of all comparisons.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Cause, CheckChange, Comparison, LineChange, Name, NameChange, Part};
use crate::ask::explain::{Check, CheckKind, Explanation, Line, LineKind, OwnedCheck, OwnedLine};
use crate::model::Fingerprint;
use crate::num::points::Points;
use crate::score::OwnedScore;
use crate::time::{instant, instant_at, second_of};

/// A [`Comparison`] that borrows nothing: to queue, to return from a function, and to read back from a database.
///
/// `Send + Sync + 'static`. The parts are plain data; a [`Comparison`] computes them again at each call. The sides have
/// model, instant and outcome, but no explanation; to keep those too, call
/// [`Explanation::to_owned`](crate::Explanation::to_owned).
///
/// [`Display`](std::fmt::Display) and serde write the same text as the [`Comparison`]. Deserializing needs a
/// self-describing format, such as JSON, TOML or CBOR, because [`Points`] are written as an integer or as a double.
///
/// ```
/// # use warmth::compare::Cause;
/// # use warmth::{Model, OwnedComparison, Points, Record, Scorer, compare};
/// # let model: Model = serde_json::from_str(r#"{ "format": 1, "name": "x",
/// #   "axis": [{ "name": "fit", "rule": [{ "id": "nps", "points": 40, "when": { "nps": { "at_least": 9 } } }] }] }"#)?;
/// # let now = "2026-11-22T09:00:00Z".parse()?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// let (old, new) = (Record::new().with("nps", 8), Record::new().with("nps", 9));
/// let comparison = compare(scorer.snapshot(&old, now), scorer.snapshot(&new, now)).to_owned();
/// drop(scorer);
/// assert_eq!(comparison.part(Cause::Facts).difference, Points::from(100));
/// let stored = serde_json::to_string(&comparison)?;
/// assert_eq!(serde_json::from_str::<OwnedComparison>(&stored)?, comparison);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "Comparison")]
pub struct OwnedComparison {
    before: OwnedSide,
    after: OwnedSide,
    difference: Points,
    #[serde(deserialize_with = "in_order")]
    parts: [OwnedPart; 4],
}

/// One side of an [`OwnedComparison`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Side")]
#[non_exhaustive]
pub struct OwnedSide {
    /// The name of the model.
    pub model: Arc<str>,
    /// The fingerprint of the model.
    pub fingerprint: Fingerprint,
    /// The instant as of which the subject was scored, in whole seconds.
    #[serde(with = "instant")]
    pub as_of: DateTime<Utc>,
    /// The outcome.
    #[serde(rename = "outcome")]
    pub score: OwnedScore,
}

/// An owned [`Part`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "Part")]
#[non_exhaustive]
pub struct OwnedPart {
    /// The cause of the changes.
    pub cause: Cause,
    /// The gain of the value; negative if the value fell.
    pub difference: Points,
    /// The outcome before the replacement: the `after` of the previous part.
    pub before: OwnedScore,
    /// The outcome after the replacement.
    pub after: OwnedScore,
    /// The lines that changed, as in [`Part::lines`].
    pub lines: Vec<OwnedLineChange>,
    /// The gates, promoters, limits and segments with another result, in the order of the newer side.
    pub checks: Vec<OwnedCheckChange>,
    /// The verdict, grade, state, segment and play, if they changed.
    pub names: Vec<OwnedNameChange>,
}

/// An owned [`LineChange`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "LineChange")]
#[non_exhaustive]
pub struct OwnedLineChange {
    /// Where the line comes from.
    pub kind: LineKind,
    /// The name of its axis; `None` for lines on the total.
    pub axis: Option<Arc<str>>,
    /// The id or name in the document of the rule, group, promoter or limit; `None` for other lines.
    pub id: Option<Arc<str>>,
    /// The text for readers: the label on the newer side, or on the older side if only that side has the line.
    pub label: Arc<str>,
    /// The gain in score points; a side without the line counts as zero.
    pub difference: Points,
    /// The line on the older side; `None` if that side has no such line.
    pub before: Option<OwnedLine>,
    /// The line on the newer side; `None` if that side has no such line.
    pub after: Option<OwnedLine>,
}

/// An owned [`CheckChange`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "CheckChange")]
#[non_exhaustive]
pub struct OwnedCheckChange {
    /// What the condition decides.
    pub kind: CheckKind,
    /// The id or name in the document.
    pub id: Arc<str>,
    /// The text for readers: the label on the newer side, or on the older side if only that side has the check.
    pub label: Arc<str>,
    /// The check on the older side; `None` if the model has no such check, or an earlier segment holds.
    pub before: Option<OwnedCheck>,
    /// The check on the newer side; `None` for the same reasons.
    pub after: Option<OwnedCheck>,
}

/// An owned [`NameChange`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "NameChange")]
#[non_exhaustive]
pub struct OwnedNameChange {
    /// The part of the outcome that has the name.
    pub of: Name,
    /// The name on the older side; `None` if that side has none.
    pub before: Option<Arc<str>>,
    /// The name on the newer side; `None` if that side has none.
    pub after: Option<Arc<str>>,
}

impl Comparison<'_> {
    /// Returns a copy that borrows nothing; see [`OwnedComparison`].
    pub fn to_owned(&self) -> OwnedComparison {
        OwnedComparison {
            before: OwnedSide::new(&self.before),
            after: OwnedSide::new(&self.after),
            difference: self.difference(),
            parts: self.parts().map(|part| part.to_owned()),
        }
    }
}

impl OwnedSide {
    fn new(of: &Explanation<'_>) -> OwnedSide {
        OwnedSide {
            model: of.model().into(),
            fingerprint: of.fingerprint(),
            as_of: instant_at(second_of(of.as_of())),
            score: of.score().to_owned(),
        }
    }
}

impl Part<'_> {
    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedPart {
        OwnedPart {
            cause: self.cause,
            difference: self.difference,
            before: self.before.to_owned(),
            after: self.after.to_owned(),
            lines: self.lines.iter().map(LineChange::to_owned).collect(),
            checks: self.checks.iter().map(CheckChange::to_owned).collect(),
            names: self.names.iter().map(NameChange::to_owned).collect(),
        }
    }
}

impl LineChange<'_> {
    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedLineChange {
        OwnedLineChange {
            kind: self.kind,
            axis: self.axis.map(Into::into),
            id: self.id.map(Into::into),
            label: self.label.into(),
            difference: self.difference,
            before: self.before.as_ref().map(Line::to_owned),
            after: self.after.as_ref().map(Line::to_owned),
        }
    }
}

impl CheckChange<'_> {
    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedCheckChange {
        OwnedCheckChange {
            kind: self.kind,
            id: self.id.into(),
            label: self.label.into(),
            before: self.before.as_ref().map(Check::to_owned),
            after: self.after.as_ref().map(Check::to_owned),
        }
    }
}

impl NameChange<'_> {
    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedNameChange {
        OwnedNameChange { of: self.of, before: self.before.map(Into::into), after: self.after.map(Into::into) }
    }
}

impl OwnedComparison {
    /// Returns the older side.
    pub fn before(&self) -> &OwnedSide {
        &self.before
    }

    /// Returns the newer side.
    pub fn after(&self) -> &OwnedSide {
        &self.after
    }

    /// Returns the gain of the value; negative if the value fell.
    pub fn difference(&self) -> Points {
        self.difference
    }

    /// Returns the four parts in the order of [`Cause::ALL`], including parts without changes.
    pub fn parts(&self) -> &[OwnedPart; 4] {
        &self.parts
    }

    /// Returns the changes from one cause.
    pub fn part(&self, cause: Cause) -> &OwnedPart {
        let [time, events, facts, model] = &self.parts;
        match cause {
            Cause::Time => time,
            Cause::Events => events,
            Cause::Facts => facts,
            Cause::Model => model,
        }
    }
}

impl OwnedPart {
    /// Returns whether nothing changed: no line, no check and no name.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.checks.is_empty() && self.names.is_empty()
    }
}

impl OwnedLineChange {
    /// Returns the gain in raw points of the axis; zero for lines on the total.
    pub fn raw_difference(&self) -> Points {
        let raw = |line: &Option<OwnedLine>| line.as_ref().map_or(Points::ZERO, |line| line.points);
        raw(&self.after) - raw(&self.before)
    }
}

/// Reads the parts, which [`OwnedComparison::part`] expects in the order of [`Cause::ALL`].
fn in_order<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[OwnedPart; 4], D::Error> {
    let parts = <[OwnedPart; 4]>::deserialize(deserializer)?;
    if parts.each_ref().map(|part| part.cause) == Cause::ALL {
        Ok(parts)
    } else {
        Err(D::Error::custom(format!("the parts must be {}, in this order", Cause::ALL.map(Cause::as_str).join(", "))))
    }
}
