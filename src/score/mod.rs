//! The outcome of scoring one subject.

mod owned;

use std::fmt;
use std::sync::Arc;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

pub use self::owned::{OwnedAxisScore, OwnedPlay, OwnedScore};

use crate::evaluate::{AxisOutcome, Concrete, Outcome};
use crate::grade::{Grade, Verdict};
use crate::model::limits::AXES_MAX;
use crate::num::points::Points;
use crate::program::{self, Index, Program};
use crate::time::Span;

/// The outcome for one subject: a verdict and, if the gates let the subject be scored, a value, a grade, a state, a
/// segment and a play.
///
/// `Copy`, without heap memory; the names are borrowed from the scorer. To queue, return or store a score, call
/// [`to_owned`](Score::to_owned).
///
/// Two scores are equal if all their parts are equal, even if they are from different scorers.
///
/// [`Display`](fmt::Display) prints the parts that exist, `A1 ready 82.5`, and the verdict unless it is eligible. In
/// serde a score is a table; parts that do not exist are null:
///
/// ```
/// # use warmth::{Model, Record, Scorer};
/// # let model: Model = serde_json::from_str(r#"{ "format": 1, "name": "x",
/// #   "axis": [{ "name": "fit", "base": 60, "available": 80 }],
/// #   "play": [{ "name": "call", "owner": "sales", "respond_within": "1d", "otherwise": true }] }"#)?;
/// # let scorer = Scorer::<Record>::new(&model)?;
/// let score = scorer.score(&Record::new(), "2026-11-22T09:00:00Z".parse()?);
/// assert_eq!(
///     serde_json::to_value(&score)?,
///     serde_json::json!({
///         "verdict": "eligible",
///         "score": 75,
///         "axes": { "fit": { "raw": 60, "score": 75 } },
///         "grade": null,
///         "state": null,
///         "segment": null,
///         "play": { "name": "call", "owner": "sales", "respond_within": "1d" },
///     })
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Score<'m> {
    program: Option<&'m Program>, // `None` in a placeholder
    raw: [i64; AXES_MAX],         // the first entries are the program's axes, the others are zero
    scores: [u32; AXES_MAX],      // likewise, from 0 to 100, in millionths
    value: u32,                   // from 0 to 100, in millionths
    coverage: u32,                // likewise, plus 1; 0 if the model does not ask
    grade: Index,                 // in the list of all possible grades
    state: Index,                 // in `States::rows`
    segment: Index,               // in `Program::segments`
    play: Index,                  // in `Program::plays`
    verdict: Verdict,
    skipped: u8, // a bit for each axis that is skipped
}

/// Returns the points of a stored score from 0 to 100.
#[inline]
fn points(percent: u32) -> Points {
    Points::from_micros(percent.into())
}

#[inline]
fn axis_score(axis: &program::Axis, raw: i64, score: u32, skipped: bool) -> AxisScore<'_> {
    AxisScore { name: &axis.title.id, raw: Points::from_micros(raw), score: points(score), skipped }
}

/// Returns the stored form of a score from 0 to 100, which fits in a `u32`.
#[inline]
fn percent(micros: i64) -> u32 {
    u32::try_from(micros).unwrap_or(0)
}

/// One axis of a [`Score`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AxisScore<'m> {
    /// The axis's name.
    #[serde(skip)]
    pub name: &'m str,
    /// The points of the axis: its base and the points of its rules.
    pub raw: Points,
    /// The raw points as a percentage of the available points, clamped to 0 to 100; 0 for an axis that is skipped.
    pub score: Points,
    /// Whether the axis is skipped, because too little is known about it: it does not count in the value and in the points
    /// of the state, its score is unknown to conditions, and a grade of it does not exist.
    ///
    /// In serde the key exists only if it is true.
    #[serde(skip_serializing_if = "is_false")]
    pub skipped: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
pub(crate) fn is_false(flag: &bool) -> bool {
    !flag
}

/// The action that a model assigns to a [`Score`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Play<'m>(&'m program::Play);

impl<'m> Play<'m> {
    pub(crate) fn new(play: &'m program::Play) -> Play<'m> {
        Play(play)
    }

    /// Returns the play's name.
    pub fn name(self) -> &'m str {
        &self.0.name
    }

    /// Returns the person or team that carries out the play.
    pub fn owner(self) -> Option<&'m str> {
        self.0.owner.as_deref()
    }

    /// Returns the time within which the owner should respond.
    pub fn respond_within(self) -> Option<Span> {
        self.0.respond_within
    }
}

impl Serialize for Play<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Play", 3)?;
        fields.serialize_field("name", self.name())?;
        fields.serialize_field("owner", &self.owner())?;
        fields.serialize_field("respond_within", &self.respond_within())?;
        fields.end()
    }
}

impl PartialEq for program::Play {
    fn eq(&self, other: &program::Play) -> bool {
        (&self.name, &self.owner, self.respond_within) == (&other.name, &other.owner, other.respond_within)
    }
}

impl Eq for program::Play {}

impl<'m> Score<'m> {
    #[inline]
    pub(crate) fn new(program: &'m Program, outcome: &Outcome<Concrete>) -> Score<'m> {
        let mut score = Score::held_back(program, outcome.verdict);
        score.fill(outcome);
        score
    }

    /// Returns the score of a subject that a gate holds back.
    #[inline]
    pub(crate) fn held_back(program: &'m Program, verdict: Verdict) -> Score<'m> {
        Score { program: Some(program), ..Score::without_parts(verdict) }
    }

    /// Sets everything except the verdict.
    #[inline]
    fn fill(&mut self, outcome: &Outcome<Concrete>) {
        let Outcome { value, grade, state, segment, play, .. } = *outcome;
        let axes = outcome.axes.iter().map(|axis| (axis.raw, axis.score));
        self.put(value, axes, [grade, state, segment, play]);
        if let Some(coverage) = outcome.coverage {
            self.cover(coverage, &outcome.axes);
        }
    }

    /// Sets the coverage and the axes that are skipped.
    #[cold]
    #[inline(never)]
    fn cover(&mut self, coverage: i64, axes: &[AxisOutcome<Concrete>]) {
        self.coverage = percent(coverage) + 1;
        for (index, _) in axes.iter().enumerate().filter(|(_, axis)| axis.skipped()) {
            self.skipped |= 1 << index;
            self.scores.get_mut(index).into_iter().for_each(|score| *score = 0);
        }
    }

    /// Returns whether the axis at an index is skipped.
    fn skips(&self, index: usize) -> bool {
        self.skipped >> index & 1 == 1
    }

    /// Returns the raw points and the score of the axis at an index; zeros for a subject that a gate holds back.
    pub(crate) fn axis_at(&self, index: usize) -> (Points, Points) {
        let (raw, score) = (self.raw.get(index), self.scores.get(index));
        (Points::from_micros(raw.copied().unwrap_or(0)), points(score.copied().unwrap_or(0)))
    }

    #[inline]
    fn put(&mut self, value: i64, axes: impl Iterator<Item = (i64, i64)>, [grade, state, segment, play]: [Index; 4]) {
        // Indexed, not zipped: zipping with arrays of eight unrolls to eight steps, and most programs have one axis or two.
        for (index, (raw, score)) in axes.enumerate() {
            if let (Some(own_raw), Some(own_score)) = (self.raw.get_mut(index), self.scores.get_mut(index)) {
                (*own_raw, *own_score) = (raw, percent(score));
            }
        }
        self.value = percent(value);
        (self.grade, self.state, self.segment, self.play) = (grade, state, segment, play);
    }

    #[inline]
    fn without_parts(verdict: Verdict) -> Score<'m> {
        let (raw, scores, none) = ([0; AXES_MAX], [0; AXES_MAX], Index::NONE);
        Score {
            program: None,
            raw,
            scores,
            value: 0,
            coverage: 0,
            grade: none,
            state: none,
            segment: none,
            play: none,
            verdict,
            skipped: 0,
        }
    }

    /// Returns whether the gates let the subject be scored.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Returns the score from 0 to 100; 0 for a subject that a gate holds back.
    pub fn value(&self) -> Points {
        points(self.value)
    }

    /// Returns how much of what the rules can give is known, from 0 to 100: the mean of the coverages of all axes by their
    /// weights.
    ///
    /// `None` if the model does not ask for it, or a gate holds the subject back. A model asks if it says
    /// `coverage = true`, tests `coverage` or has an axis that can be skipped.
    /// [`Scorer::coverage`](crate::Scorer::coverage) answers for every model, and for each axis.
    ///
    /// ```
    /// # use warmth::{Model, Points, Record, Scorer};
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "readiness"
    ///     coverage = true
    ///     [[axis]]
    ///     name = "fit"
    ///     rule = [
    ///         { id = "nps", when.nps.at_least = 9, points = 40 },
    ///         { id = "size", when.seats.at_least = 50, points = 60 },
    ///     ]
    ///     "#,
    /// )?;
    /// let scorer = Scorer::<Record>::new(&model)?;
    /// let score = scorer.score(&Record::new().with("nps", 9), "2026-11-22T09:00:00Z".parse()?);
    /// assert_eq!((score.value(), score.coverage()), (Points::from(40), Some(Points::from(40))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn coverage(&self) -> Option<Points> {
        self.coverage.checked_sub(1).map(points)
    }

    /// Returns the axes in the order of the document; none for a subject that a gate holds back.
    pub fn axes(&self) -> impl Iterator<Item = AxisScore<'m>> + use<'m> {
        let skipped: [bool; AXES_MAX] = std::array::from_fn(|index| self.skips(index));
        let results = self.raw.into_iter().zip(self.scores).zip(skipped);
        self.scored().iter().zip(results).map(|(axis, ((raw, score), skipped))| axis_score(axis, raw, score, skipped))
    }

    /// Returns the axis with this name.
    pub fn axis(&self, name: &str) -> Option<AxisScore<'m>> {
        let (index, axis) = self.scored().iter().enumerate().find(|(_, axis)| *axis.title.id == *name)?;
        Some(axis_score(axis, *self.raw.get(index)?, *self.scores.get(index)?, self.skips(index)))
    }

    /// Returns the axes that have scores; none for a subject that a gate holds back.
    #[inline]
    fn scored(&self) -> &'m [program::Axis] {
        self.program.filter(|_| self.verdict.is_scored()).map_or(&[], |program| &program.axes)
    }

    /// Returns the grade; `None` if the model has no grade or a gate holds the subject back.
    pub fn grade(&self) -> Option<Grade> {
        self.grade.get().map(Grade::at)
    }

    /// Returns the state; `None` if the model has no states or a gate holds the subject back.
    pub fn state(&self) -> Option<&'m str> {
        self.state_name().map(|name| &**name)
    }

    fn state_name(&self) -> Option<&'m Arc<str>> {
        self.state.get().and_then(|state| self.program?.states.rows().get(state)).map(|(_, name)| name)
    }

    /// Returns the points that decide the state: the value or, if the bounds of the states are raw points, the sum of the
    /// raw points of all axes that are not skipped.
    ///
    /// Zero for a subject that a gate holds back. [`Scorer::states`](crate::Scorer::states) returns the bounds.
    pub fn state_points(&self) -> Points {
        if self.program.is_some_and(|program| program.states.by_points) {
            self.axes().filter(|axis| !axis.skipped).map(|axis| axis.raw).sum()
        } else {
            self.value()
        }
    }

    /// Returns the segment; `None` if the model has no segments or a gate holds the subject back.
    pub fn segment(&self) -> Option<&'m str> {
        self.segment_name().map(|name| &**name)
    }

    fn segment_name(&self) -> Option<&'m Arc<str>> {
        self.segment.get().and_then(|segment| self.program?.segments.get(segment)).map(|segment| &segment.name)
    }

    /// Returns the play; `None` if the model has no play for this outcome or a gate holds the subject back.
    pub fn play(&self) -> Option<Play<'m>> {
        self.play.get().and_then(|play| self.program?.plays.get(play)).map(Play::new)
    }

    /// The program of the scorer; `None` in a placeholder.
    pub(crate) fn program(&self) -> Option<&'m Program> {
        self.program
    }

    /// The positions of the grade, the state, the segment and the play in the lists of the program; see [`Index`].
    pub(crate) fn positions(&self) -> [Index; 4] {
        [self.grade, self.state, self.segment, self.play]
    }
}

/// A placeholder for output buffers; its verdict is `ineligible`.
impl Default for Score<'_> {
    fn default() -> Self {
        Score::without_parts(Verdict::Ineligible)
    }
}

impl PartialEq for Score<'_> {
    fn eq(&self, other: &Score<'_>) -> bool {
        self.verdict() == other.verdict()
            && self.value() == other.value()
            && self.coverage() == other.coverage()
            && self.axes().eq(other.axes())
            && self.grade() == other.grade()
            && self.state() == other.state()
            && self.segment() == other.segment()
            && self.play() == other.play()
    }
}

impl Eq for Score<'_> {}

impl fmt::Debug for Score<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Score")
            .field("verdict", &self.verdict())
            .field("value", &format_args!("{}", self.value()))
            .field("coverage", &self.coverage().map(|coverage| coverage.to_string()))
            .field("axes", &self.axes().collect::<Vec<_>>())
            .field("grade", &self.grade().map(Grade::as_str))
            .field("state", &self.state())
            .field("segment", &self.segment())
            .field("play", &self.play().map(Play::name))
            .finish()
    }
}

impl fmt::Display for Score<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_parts(f, self.verdict(), self.grade(), self.state(), self.value())
    }
}

/// Prints an outcome as [`Score`] and [`OwnedScore`] do: with a precision, the value is rounded down.
fn write_parts(
    f: &mut fmt::Formatter<'_>,
    verdict: Verdict,
    grade: Option<Grade>,
    state: Option<&str>,
    value: Points,
) -> fmt::Result {
    if verdict != Verdict::Eligible {
        write!(f, "{verdict}")?;
        if !verdict.is_scored() {
            return Ok(());
        }
        f.write_str(" ")?;
    }
    if let Some(grade) = grade {
        write!(f, "{grade} ")?;
    }
    if let Some(state) = state {
        write!(f, "{state} ")?;
    }
    match f.precision() {
        Some(places) => write!(f, "{value:.places$}"),
        None => write!(f, "{value}"),
    }
}

impl Serialize for Score<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct AxisMap<'a, 'm>(&'a Score<'m>);

        impl Serialize for AxisMap<'_, '_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.axes().map(|axis| (axis.name, axis)))
            }
        }

        let coverage = self.coverage();
        let mut fields = serializer.serialize_struct("Score", 7 + usize::from(coverage.is_some()))?;
        fields.serialize_field("verdict", &self.verdict())?;
        fields.serialize_field("score", &self.value())?;
        match coverage {
            Some(coverage) => fields.serialize_field("coverage", &coverage)?,
            None => fields.skip_field("coverage")?,
        }
        fields.serialize_field("axes", &AxisMap(self))?;
        fields.serialize_field("grade", &self.grade())?;
        fields.serialize_field("state", &self.state())?;
        fields.serialize_field("segment", &self.segment())?;
        fields.serialize_field("play", &self.play())?;
        fields.end()
    }
}
