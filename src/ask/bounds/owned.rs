//! Bounds and questions that borrow nothing. Their serde form is the serde form of all bounds and questions.

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{AxisBounds, Bounds, Question, write_parts};
use crate::grade::{Grade, Verdict};
use crate::num::points::Points;
use crate::score::{OwnedPlay, is_false};

/// A [`Bounds`] that borrows nothing: to queue, to return from a function, and to read back from a database.
///
/// `Send + Sync + 'static`. [`Display`](fmt::Display) and serde write the same text as the [`Bounds`]. Deserializing
/// needs a self-describing format, such as JSON, TOML or CBOR. The axes are a table: a store that sorts the keys of
/// tables, such as `jsonb`, sorts the axes too.
///
/// ```
/// # use warmth::{Model, OwnedBounds, Record, Scorer};
/// # let model: Model = serde_json::from_str(r#"{ "format": 1, "name": "x",
/// #   "axis": [{ "name": "fit", "rule": [{ "id": "nps", "points": 40, "when": { "nps": { "at_least": 9 } } }] }] }"#)?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// let bounds = scorer.bounds(&Record::new(), "2026-11-22T09:00:00Z".parse()?).to_owned();
/// drop(scorer);
/// assert_eq!(bounds.to_string(), "0 to 100");
/// let stored = serde_json::to_string(&bounds)?;
/// assert_eq!(serde_json::from_str::<OwnedBounds>(&stored)?, bounds);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Bounds")]
pub struct OwnedBounds {
    verdicts: Vec<Verdict>,
    #[serde(rename = "score", with = "ends")]
    value: RangeInclusive<Points>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "some_ends")]
    coverage: Option<RangeInclusive<Points>>,
    #[serde(with = "axes")]
    axes: Vec<OwnedAxisBounds>,
    grades: Vec<Grade>,
    states: Vec<Arc<str>>,
    segments: Vec<Arc<str>>,
    plays: Vec<OwnedPlay>,
    decided: bool,
}

/// One axis of [`OwnedBounds`]; the fields are those of [`AxisBounds`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnedAxisBounds {
    /// The axis's name.
    pub name: Arc<str>,
    /// The range of the raw points.
    pub raw: RangeInclusive<Points>,
    /// The range of the axis score, within 0 to 100.
    pub score: RangeInclusive<Points>,
    /// As [`AxisBounds::may_be_skipped`]. In serde the key exists only if it is true.
    pub may_be_skipped: bool,
}

/// An owned [`Question`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Question")]
#[non_exhaustive]
pub struct OwnedQuestion {
    /// The field to ask for.
    pub field: Arc<str>,
    /// As [`Question::narrowing`].
    pub narrowing: Points,
    /// As [`Question::decides`].
    pub decides: bool,
}

impl Bounds<'_, '_> {
    /// Returns a copy that borrows nothing; see [`OwnedBounds`].
    pub fn to_owned(&self) -> OwnedBounds {
        OwnedBounds {
            verdicts: self.verdicts().collect(),
            value: self.value(),
            coverage: self.coverage(),
            axes: self.axes().map(|axis| axis.to_owned()).collect(),
            grades: self.grades().collect(),
            states: self.states().map(Into::into).collect(),
            segments: self.segments().map(Into::into).collect(),
            plays: self.plays().map(|play| play.to_owned()).collect(),
            decided: self.is_decided(),
        }
    }
}

impl AxisBounds<'_> {
    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedAxisBounds {
        let AxisBounds { name, raw, score, may_be_skipped } = self.clone();
        OwnedAxisBounds { name: name.into(), raw, score, may_be_skipped }
    }
}

impl Question<'_> {
    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedQuestion {
        OwnedQuestion { field: self.field.into(), narrowing: self.narrowing, decides: self.decides }
    }
}

serialize_as_owned!(Bounds<'_, '_>, Question<'_>);

impl OwnedBounds {
    /// Returns every possible verdict, as [`Bounds::verdicts`] does.
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// Returns the lowest and the highest possible score, as [`Bounds::value`] does.
    pub fn value(&self) -> RangeInclusive<Points> {
        self.value.clone()
    }

    /// Returns the lowest and the highest possible coverage, as [`Bounds::coverage`] does.
    pub fn coverage(&self) -> Option<RangeInclusive<Points>> {
        self.coverage.clone()
    }

    /// Returns the ranges of the axes, as [`Bounds::axes`] does.
    pub fn axes(&self) -> &[OwnedAxisBounds] {
        &self.axes
    }

    /// Returns every possible grade, as [`Bounds::grades`] does.
    pub fn grades(&self) -> &[Grade] {
        &self.grades
    }

    /// Returns every possible state, as [`Bounds::states`] does.
    pub fn states(&self) -> &[Arc<str>] {
        &self.states
    }

    /// Returns the segments that may apply, as [`Bounds::segments`] does.
    pub fn segments(&self) -> &[Arc<str>] {
        &self.segments
    }

    /// Returns the plays that may apply, as [`Bounds::plays`] does.
    pub fn plays(&self) -> &[OwnedPlay] {
        &self.plays
    }

    /// Returns whether no missing fact can change the verdict, grade, state, segment or play any more, as
    /// [`Bounds::is_decided`] does.
    pub fn is_decided(&self) -> bool {
        self.decided
    }
}

impl fmt::Display for OwnedBounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let states = self.states.iter().map(|state| &**state).collect();
        write_parts(f, self.value(), self.verdicts.iter().copied(), self.grades.iter().copied(), states)
    }
}

/// A range as the list of its ends.
mod ends {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Points, RangeInclusive};

    pub(super) fn serialize<S: Serializer>(range: &RangeInclusive<Points>, serializer: S) -> Result<S::Ok, S::Error> {
        [*range.start(), *range.end()].serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RangeInclusive<Points>, D::Error> {
        let [least, greatest] = <[Points; 2]>::deserialize(deserializer)?;
        Ok(least..=greatest)
    }
}

/// As [`ends`], of a range that exists.
mod some_ends {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Points, RangeInclusive, ends};

    type Ends = Option<RangeInclusive<Points>>;

    pub(super) fn serialize<S: Serializer>(range: &Ends, serializer: S) -> Result<S::Ok, S::Error> {
        range.as_ref().map(|range| [*range.start(), *range.end()]).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Ends, D::Error> {
        #[derive(Deserialize)]
        struct Range(#[serde(with = "ends")] RangeInclusive<Points>);

        Ok(Option::<Range>::deserialize(deserializer)?.map(|Range(range)| range))
    }
}

/// Axes as a table from names to ranges, in the order of the document.
mod axes {
    use serde::de::{Deserializer, MapAccess, Visitor};
    use serde::{Deserialize, Serialize, Serializer};

    use super::{Arc, OwnedAxisBounds, Points, RangeInclusive, ends, fmt, is_false};
    use crate::model::limits::AXES_MAX;

    #[derive(Serialize, Deserialize)]
    #[serde(rename = "AxisBounds")]
    struct AxisRanges {
        #[serde(with = "ends")]
        raw: RangeInclusive<Points>,
        #[serde(with = "ends")]
        score: RangeInclusive<Points>,
        #[serde(default, skip_serializing_if = "is_false")]
        may_be_skipped: bool,
    }

    pub(super) fn serialize<S: Serializer>(axes: &[OwnedAxisBounds], serializer: S) -> Result<S::Ok, S::Error> {
        let parts = |axis: &OwnedAxisBounds| AxisRanges {
            raw: axis.raw.clone(),
            score: axis.score.clone(),
            may_be_skipped: axis.may_be_skipped,
        };
        serializer.collect_map(axes.iter().map(|axis| (&axis.name, parts(axis))))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<OwnedAxisBounds>, D::Error> {
        struct AxisBoundsVisitor;

        impl<'de> Visitor<'de> for AxisBoundsVisitor {
            type Value = Vec<OwnedAxisBounds>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table from axis names to ranges of points")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Vec<OwnedAxisBounds>, A::Error> {
                let mut axes = Vec::with_capacity(entries.size_hint().unwrap_or(0).min(AXES_MAX));
                while let Some((name, AxisRanges { raw, score, may_be_skipped })) =
                    entries.next_entry::<Arc<str>, _>()?
                {
                    axes.push(OwnedAxisBounds { name, raw, score, may_be_skipped });
                }
                Ok(axes)
            }
        }

        deserializer.deserialize_map(AxisBoundsVisitor)
    }
}
