//! The outcome of scoring one subject.

use std::fmt;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::evaluate::{Concrete, Outcome};
use crate::grade::{Grade, Verdict};
use crate::model::limits::AXES_MAX;
use crate::num::points::Points;
use crate::program::{self, Index, Program};
use crate::time::Span;

/// What scoring found: a verdict, and for those who may be scored a value, a grade, a state, a segment and a play.
///
/// `Copy`, without heap; the names are borrowed from the scorer. Two scores are equal if they say the same, whichever
/// scorer they come from.
///
/// [`Display`](fmt::Display) prints what there is, `A1 ready 82.5`, or the verdict where that is not eligible. In
/// serde it is `{"verdict", "score", "axes": {NAME: {"raw", "score"}}, "grade", "state", "segment", "play"}`, with
/// nulls where a thing does not exist.
#[derive(Clone, Copy)]
pub struct Score<'m> {
    program: Option<&'m Program>, // of any score but the default one
    raw: [i64; AXES_MAX],         // of as many axes as the program has
    scores: [u32; AXES_MAX],      // of these, from 0 to 100, as `value`
    value: u32,
    grade: Index,   // among all there can be
    state: Index,   // in `States::rows`
    segment: Index, // in `Program::segments`
    play: Index,    // in `Program::plays`
    verdict: Verdict,
}

/// Of what is kept of a score from 0 to 100.
#[inline]
fn points(percent: u32) -> Points {
    Points::from_micros(percent.into())
}

#[inline]
fn axis_score(axis: &program::Axis, raw: i64, score: u32) -> AxisScore<'_> {
    AxisScore { name: &axis.title.id, raw: Points::from_micros(raw), score: points(score) }
}

/// A score from 0 to 100, as it is kept.
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
    /// Points as the rules gave them.
    pub raw: Points,
    /// What they are of the available points, from 0 to 100.
    pub score: Points,
}

/// What to do about a [`Score`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Play<'m>(&'m program::Play);

impl<'m> Play<'m> {
    pub(crate) fn new(play: &'m program::Play) -> Play<'m> {
        Play(play)
    }

    /// The play's name.
    pub fn name(self) -> &'m str {
        &self.0.name
    }

    /// Who plays it.
    pub fn owner(self) -> Option<&'m str> {
        self.0.owner.as_deref()
    }

    /// How soon.
    pub fn respond_within(self) -> Option<Span> {
        self.0.respond_within
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

    /// The score of a subject that a gate holds back.
    #[inline]
    pub(crate) fn held_back(program: &'m Program, verdict: Verdict) -> Score<'m> {
        Score { program: Some(program), ..Score::of_nobody(verdict) }
    }

    /// Puts in what there is beside the verdict.
    #[inline]
    fn fill(&mut self, outcome: &Outcome<Concrete>) {
        let Outcome { value, grade, state, segment, play, .. } = *outcome;
        let axes = outcome.axes.iter().map(|axis| (axis.raw, axis.score));
        self.put(value, axes, [grade, state, segment, play]);
    }

    /// Raw points and score of the axis at an index; zeros for a subject that a gate holds back.
    pub(crate) fn axis_at(&self, index: usize) -> (Points, Points) {
        let (raw, score) = (self.raw.get(index), self.scores.get(index));
        (Points::from_micros(raw.copied().unwrap_or(0)), points(score.copied().unwrap_or(0)))
    }

    #[inline]
    fn put(&mut self, value: i64, axes: impl Iterator<Item = (i64, i64)>, [grade, state, segment, play]: [Index; 4]) {
        // By place: a loop of at most eight turns becomes eight turns, and most programs have an axis or two.
        for (place, (raw, score)) in axes.enumerate() {
            if let (Some(own_raw), Some(own_score)) = (self.raw.get_mut(place), self.scores.get_mut(place)) {
                (*own_raw, *own_score) = (raw, percent(score));
            }
        }
        self.value = percent(value);
        (self.grade, self.state, self.segment, self.play) = (grade, state, segment, play);
    }

    #[inline]
    fn of_nobody(verdict: Verdict) -> Score<'m> {
        let (raw, scores, none) = ([0; AXES_MAX], [0; AXES_MAX], Index::NONE);
        Score { program: None, raw, scores, value: 0, grade: none, state: none, segment: none, play: none, verdict }
    }

    /// Whether the subject may be scored.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The score from 0 to 100; 0 for a subject that a gate holds back.
    pub fn value(&self) -> Points {
        points(self.value)
    }

    /// The axes in the order of the document; none for a subject that a gate holds back.
    pub fn axes(&self) -> impl Iterator<Item = AxisScore<'m>> + use<'m> {
        self.scored().iter().zip(self.raw).zip(self.scores).map(|((axis, raw), score)| axis_score(axis, raw, score))
    }

    /// The axis of the given name.
    pub fn axis(&self, name: &str) -> Option<AxisScore<'m>> {
        let (place, axis) = self.scored().iter().enumerate().find(|(_, axis)| *axis.title.id == *name)?;
        Some(axis_score(axis, *self.raw.get(place)?, *self.scores.get(place)?))
    }

    /// The axes that the subject has scores on.
    #[inline]
    fn scored(&self) -> &'m [program::Axis] {
        self.program.filter(|_| self.verdict.is_scored()).map_or(&[], |program| &program.axes)
    }

    /// The grade, where the model gives one.
    pub fn grade(&self) -> Option<Grade> {
        self.grade.get().map(Grade::at)
    }

    /// The state, where the model has some.
    pub fn state(&self) -> Option<&'m str> {
        self.state.get().and_then(|state| self.program?.states.rows().get(state)).map(|(_, name)| &**name)
    }

    /// Every state of the model with the bound at which it begins, the lowest first.
    ///
    /// What is below the first bound is in the first state too. The bounds are compared with
    /// [`state_points`](Score::state_points).
    ///
    /// ```
    /// # use warmth::{Model, Points, Record, Scorer};
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "x"
    ///     [[axis]]
    ///     name = "fit"
    ///     base = 60
    ///     available = 100
    ///     [[state]]
    ///     name = "ready"
    ///     at_least = 70
    ///     [[state]]
    ///     name = "cold"
    ///     at_least = 0
    ///     "#,
    /// )?;
    /// let scorer = Scorer::<Record>::new(&model)?;
    /// let record = Record::new();
    /// let score = scorer.score(&record, "2026-11-22T09:00:00Z".parse()?);
    /// assert!(score.states().eq([("cold", Points::ZERO), ("ready", Points::from(70))]));
    /// assert_eq!((score.state(), score.state_points()), (Some("cold"), Points::from(60)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn states(&self) -> impl Iterator<Item = (&'m str, Points)> + use<'m> {
        self.program
            .into_iter()
            .flat_map(|program| program.states.rows())
            .map(|(bound, name)| (&**name, Points::from_micros(*bound)))
    }

    /// What decides on the state: the value, or where states begin at raw points, those of all axes together. Zero for
    /// a subject that a gate holds back.
    pub fn state_points(&self) -> Points {
        if self.program.is_some_and(|program| program.states.by_points) {
            self.axes().map(|axis| axis.raw).sum()
        } else {
            self.value()
        }
    }

    /// The segment, where the model has some.
    pub fn segment(&self) -> Option<&'m str> {
        self.segment.get().and_then(|segment| self.program?.segments.get(segment)).map(|segment| &*segment.name)
    }

    /// What to do, where the model says it.
    pub fn play(&self) -> Option<Play<'m>> {
        self.play.get().and_then(|play| self.program?.plays.get(play)).map(Play::new)
    }
}

/// The score of nobody, as of a subject that fails a required condition: places to be filled are made of it.
impl Default for Score<'_> {
    fn default() -> Self {
        Score::of_nobody(Verdict::Ineligible)
    }
}

impl PartialEq for Score<'_> {
    fn eq(&self, other: &Score<'_>) -> bool {
        self.verdict() == other.verdict()
            && self.value() == other.value()
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
        if self.verdict() != Verdict::Eligible {
            write!(f, "{}", self.verdict())?;
            if !self.verdict().is_scored() {
                return Ok(());
            }
            f.write_str(" ")?;
        }
        if let Some(grade) = self.grade() {
            write!(f, "{grade} ")?;
        }
        if let Some(state) = self.state() {
            write!(f, "{state} ")?;
        }
        write!(f, "{}", self.value())
    }
}

impl Serialize for Score<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Axes<'a, 'm>(&'a Score<'m>);

        impl Serialize for Axes<'_, '_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                for axis in self.0.axes() {
                    map.serialize_entry(axis.name, &axis)?;
                }
                map.end()
            }
        }

        let mut fields = serializer.serialize_struct("Score", 7)?;
        fields.serialize_field("verdict", &self.verdict())?;
        fields.serialize_field("score", &self.value())?;
        fields.serialize_field("axes", &Axes(self))?;
        fields.serialize_field("grade", &self.grade())?;
        fields.serialize_field("state", &self.state())?;
        fields.serialize_field("segment", &self.segment())?;
        fields.serialize_field("play", &self.play().map(Play::name))?;
        fields.end()
    }
}
