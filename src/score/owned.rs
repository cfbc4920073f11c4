//! Scores that borrow nothing.

use std::fmt;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Play, Score, is_false, write_parts};
use crate::grade::{Grade, Verdict};
use crate::num::points::Points;
use crate::time::Span;

/// A [`Score`] that borrows nothing: to queue, to return from a function, and to read back from a database.
///
/// `Send + Sync + 'static`. The names are shared with the model, so that [`Score::to_owned`] allocates once, for the
/// axes.
///
/// [`Display`](fmt::Display) and serde write the same text as the [`Score`]. Deserializing needs a self-describing
/// format, such as JSON, TOML or CBOR, because [`Points`] are written as an integer or as a double. The axes are a
/// table: a store that sorts the keys of tables, such as `jsonb`, sorts the axes too.
///
/// ```
/// use warmth::{Model, OwnedScore, Record, Scorer};
///
/// # let model: Model = serde_json::from_str(r#"{ "format": 1, "name": "x",
/// #   "axis": [{ "name": "fit", "base": 60, "available": 80 }],
/// #   "state": [{ "name": "ready", "at_least": 70 }, { "name": "cold", "at_least": 0 }] }"#)?;
/// # let now = "2026-11-22T09:00:00Z".parse()?;
/// fn scored(model: &Model, account: &Record, now: chrono::DateTime<chrono::Utc>) -> Result<OwnedScore, warmth::ModelError> {
///     let scorer = Scorer::<Record>::new(model)?;
///     Ok(scorer.score(account, now).to_owned()) // the scorer is dropped here
/// }
///
/// let score = scored(&model, &Record::new(), now)?;
/// assert_eq!((score.state(), score.to_string()), (Some("ready"), "ready 75".to_owned()));
/// let stored = serde_json::to_string(&score)?;
/// assert_eq!(serde_json::from_str::<OwnedScore>(&stored)?, score);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Score")]
pub struct OwnedScore {
    verdict: Verdict,
    #[serde(rename = "score")]
    value: Points,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    coverage: Option<Points>,
    #[serde(with = "axes")]
    axes: Vec<OwnedAxisScore>,
    grade: Option<Grade>,
    state: Option<Arc<str>>,
    segment: Option<Arc<str>>,
    play: Option<OwnedPlay>,
}

/// One axis of an [`OwnedScore`]; the fields are those of [`AxisScore`](crate::AxisScore).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OwnedAxisScore {
    /// The axis's name.
    pub name: Arc<str>,
    /// The points of the axis: its base and the points of its rules.
    pub raw: Points,
    /// The raw points as a percentage of the available points, clamped to 0 to 100; 0 for an axis that is skipped.
    pub score: Points,
    /// Whether the axis is skipped, because too little is known about it.
    pub skipped: bool,
}

/// The play of an [`OwnedScore`]; the methods are those of [`Play`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "Play")]
pub struct OwnedPlay {
    name: Arc<str>,
    owner: Option<Arc<str>>,
    respond_within: Option<Span>,
}

impl OwnedPlay {
    /// Returns the play's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the person or team that carries out the play.
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    /// Returns the time within which the owner should respond.
    pub fn respond_within(&self) -> Option<Span> {
        self.respond_within
    }
}

impl Play<'_> {
    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedPlay {
        let Play(play) = self;
        OwnedPlay { name: Arc::clone(&play.name), owner: play.owner.clone(), respond_within: play.respond_within }
    }
}

impl Score<'_> {
    /// Returns a copy that borrows nothing; see [`OwnedScore`].
    pub fn to_owned(&self) -> OwnedScore {
        let axes = self.scored().iter().zip(self.axes());
        OwnedScore {
            verdict: self.verdict(),
            value: self.value(),
            coverage: self.coverage(),
            axes: axes
                .map(|(axis, scored)| OwnedAxisScore {
                    name: Arc::clone(&axis.title.id),
                    raw: scored.raw,
                    score: scored.score,
                    skipped: scored.skipped,
                })
                .collect(),
            grade: self.grade(),
            state: self.state_name().cloned(),
            segment: self.segment_name().cloned(),
            play: self.play().map(|play| play.to_owned()),
        }
    }
}

impl OwnedScore {
    /// Returns whether the gates let the subject be scored.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Returns the score from 0 to 100; 0 for a subject that a gate holds back.
    pub fn value(&self) -> Points {
        self.value
    }

    /// Returns how much of what the rules can give is known, as [`Score::coverage`] does.
    pub fn coverage(&self) -> Option<Points> {
        self.coverage
    }

    /// Returns the axes in the order of the document; none for a subject that a gate holds back.
    pub fn axes(&self) -> &[OwnedAxisScore] {
        &self.axes
    }

    /// Returns the axis with this name.
    pub fn axis(&self, name: &str) -> Option<&OwnedAxisScore> {
        self.axes.iter().find(|axis| *axis.name == *name)
    }

    /// Returns the grade; `None` if the model has no grade or a gate holds the subject back.
    pub fn grade(&self) -> Option<Grade> {
        self.grade
    }

    /// Returns the state; `None` if the model has no states or a gate holds the subject back.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Returns the segment; `None` if the model has no segments or a gate holds the subject back.
    pub fn segment(&self) -> Option<&str> {
        self.segment.as_deref()
    }

    /// Returns the play; `None` if the model has no play for this outcome or a gate holds the subject back.
    pub fn play(&self) -> Option<&OwnedPlay> {
        self.play.as_ref()
    }

    /// Returns the same outcome with the value rounded down to two decimals, for texts.
    pub(crate) fn in_brief(&self) -> OwnedScore {
        OwnedScore { value: self.value.down_to_hundredth(), ..self.clone() }
    }
}

impl fmt::Display for OwnedScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_parts(f, self.verdict(), self.grade(), self.state(), self.value())
    }
}

/// Axes as a table from names to points, in the order of the document.
mod axes {
    use super::{
        Arc, Deserialize, Deserializer, MapAccess, OwnedAxisScore, Points, Serialize, Serializer, Visitor, fmt,
        is_false,
    };

    #[derive(Serialize, Deserialize)]
    #[serde(rename = "AxisScore")]
    struct AxisPoints {
        raw: Points,
        score: Points,
        #[serde(default, skip_serializing_if = "is_false")]
        skipped: bool,
    }

    pub(super) fn serialize<S: Serializer>(axes: &[OwnedAxisScore], serializer: S) -> Result<S::Ok, S::Error> {
        let points = |axis: &OwnedAxisScore| AxisPoints { raw: axis.raw, score: axis.score, skipped: axis.skipped };
        serializer.collect_map(axes.iter().map(|axis| (&axis.name, points(axis))))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<OwnedAxisScore>, D::Error> {
        struct AxisScoresVisitor;

        impl<'de> Visitor<'de> for AxisScoresVisitor {
            type Value = Vec<OwnedAxisScore>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table from axis names to points")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Vec<OwnedAxisScore>, A::Error> {
                let mut axes = Vec::with_capacity(entries.size_hint().unwrap_or(0).min(crate::model::limits::AXES_MAX));
                while let Some((name, AxisPoints { raw, score, skipped })) = entries.next_entry::<Arc<str>, _>()? {
                    axes.push(OwnedAxisScore { name, raw, score, skipped });
                }
                Ok(axes)
            }
        }

        deserializer.deserialize_map(AxisScoresVisitor)
    }
}
