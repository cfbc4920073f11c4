//! Bounds: every outcome that is possible while facts are missing, and the missing facts to collect next.
//!
//! This is abstract interpretation. The scoring evaluator runs over sets of facts, and every step returns a set: an
//! interval set for a number, a list for a name. Two techniques keep the result cheap and narrow:
//!
//! - Partial evaluation: [`Residual`] evaluates the gates and rules that read no missing fact once. Only the others are
//!   evaluated over sets.
//! - Splitting: a missing field with several read sites is split into cells, the sets of values that the model does not
//!   distinguish. Each cell is evaluated on its own, so facts that exclude each other are not combined. See [`refine`].

mod owned;
mod refine;

use std::fmt;
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};

pub use self::owned::{OwnedAxisBounds, OwnedBounds, OwnedQuestion};

use self::refine::{PartialSubject, SplitField};
use crate::ask::cells::CELLS_MAX;
use crate::evaluate::{Atoms, Evaluation, FactSet, IntervalSet, Outcome, Residual, Sets, Subject};
use crate::grade::{Grade, Verdict};
use crate::input::activity::Activity;
use crate::input::facts::{Fact, FactCow, Facts};
use crate::num::points::Points;
use crate::program::{Index, Program};
use crate::score::Play;
use crate::scorer::Scorer;
use crate::time::second_of;

/// The size of a program, in tests and signals, up to which the following numbers apply. They shrink in proportion for
/// larger programs, so that the time of a call stays limited.
const SIZE_MAX: usize = 2_048;

/// The maximum number of combinations of cells for the bounds of a subject.
const COMBINATIONS_MAX: usize = 1_024;

/// The maximum number of combinations of cells for one answer to a question.
const COMBINATIONS_PER_ANSWER: usize = 64;

/// The maximum number of combinations of cells for all answers to all questions.
const COMBINATIONS_OF_ANSWERS: usize = 4_096;

/// Every outcome of a subject that is possible if all, some or none of its missing facts become known.
///
/// ```
/// use warmth::{Model, Points, Record, Scorer};
///
/// let model: Model = toml::from_str(
///     r#"
///     format = 1
///     name = "readiness"
///     [[axis]]
///     name = "fit"
///     [[axis.rule]]
///     id = "nps"
///     bands.nps = [[7, 10], [9, 40]]
///     [[axis.rule]]
///     id = "plan"
///     values.plan = { enterprise = 60, team = 20 }
///     [[state]]
///     name = "ready"
///     at_least = 70
///     [[state]]
///     name = "cold"
///     at_least = 0
///     "#,
/// )?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// let now = "2026-11-22T09:00:00Z".parse()?;
///
/// let account = Record::new().with("nps", 9);
/// let bounds = scorer.bounds(&account, now);
/// assert_eq!(bounds.value(), Points::from(40)..=Points::from(100));
/// assert_eq!(bounds.states().collect::<Vec<_>>(), ["cold", "ready"]);
/// assert!(!bounds.is_decided());
/// assert_eq!(bounds.questions()[0].field, "plan");
///
/// let account = Record::new().with("plan", "trial"); // at most 40 points are left
/// assert!(scorer.bounds(&account, now).is_decided());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Bounds are sound: however you complete the facts, the score lies within them. An additional fact never widens a range
/// or adds a name.
///
/// Bounds are usually exact: some completion reaches each end of a range, each verdict, each state and each grade. They
/// can be wider, but never narrower, if
///
/// - the model compares a missing field with another field (`ratio_to`, `any_not_in`),
/// - the model reads a missing date as the first or the last day of a window of events,
/// - the model reads a missing field in several places, and one of them matches a part of a text, ignores case, counts
///   tags or gives points per unit,
/// - the model reads a missing field in several places and tests more than five tags or 64 values of it,
/// - the model distinguishes more than 1,024 combinations of the values of such fields, and of the fields of axes that can be
///   skipped (fewer if it has more than 2,048 tests),
/// - a rule has a guard that reads a missing field, and bands or points per unit over a value that no fact can make known:
///   the days since an event that never happened, or a ratio to 0,
/// - two possible sums of points are one millionth apart, or there are more than 32 separate ones (this affects states
///   and grades), or both parts of a grade use the same axis.
///
/// [`Display`](fmt::Display) prints a line, `40 to 100; cold, ready`. In serde, bounds are a table, with each range as
/// `[lowest, highest]`. The account above with an NPS of 9:
///
/// ```json
/// {
///   "verdicts": ["eligible"],
///   "score": [40, 100],
///   "axes": { "fit": { "raw": [40, 100], "score": [40, 100] } },
///   "grades": [],
///   "states": ["cold", "ready"],
///   "segments": [],
///   "plays": [],
///   "decided": false
/// }
/// ```
///
/// If the model asks for [coverage](crate::Score::coverage), `"coverage": [40, 100]` follows the score. An axis that some
/// completion skips has `"may_be_skipped": true`.
///
/// A play is written as in a [`Score`](crate::Score). To read bounds back, use [`OwnedBounds`].
#[derive(Clone)]
pub struct Bounds<'m, 's> {
    subject: PartialSubject<'m, 's>,
    outcome: Outcome<Sets>,
}

/// One axis of [`Bounds`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AxisBounds<'m> {
    /// The axis's name.
    pub name: &'m str,
    /// The range of the raw points.
    pub raw: RangeInclusive<Points>,
    /// The range of the axis score, within 0 to 100.
    pub score: RangeInclusive<Points>,
    /// Whether some completion that has a score may skip the axis.
    pub may_be_skipped: bool,
}

/// A missing fact, and how much an answer would narrow the [`Bounds`].
///
/// In serde it is `{"field": "plan", "narrowing": 50, "decides": false}`. To read a question back, use
/// [`OwnedQuestion`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question<'m> {
    /// The field to ask for.
    pub field: &'m str,
    /// The guaranteed narrowing: by how many points the range of the value shrinks at least, whatever the answer is.
    pub narrowing: Points,
    /// Whether every answer decides the verdict, grade, state, segment and play.
    pub decides: bool,
}

impl<T: Facts> Scorer<T> {
    /// Returns every outcome that is possible if all, some or none of the subject's missing facts become known.
    ///
    /// See [`Bounds`] for an example and the guarantees.
    ///
    /// If the model reads no missing fact, a call costs little more than a score. Otherwise it evaluates the gates and
    /// rules that read missing facts once more, over sets of facts. If the model reads a missing field in several
    /// places, it evaluates them for each combination of the values that the model distinguishes, up to 1,024 combinations
    /// with at most four evaluations each. A model with more than 2,048 tests gets fewer combinations, in proportion.
    pub fn bounds<'m: 's, 's>(&'m self, subject: &'s T, as_of: DateTime<Utc>) -> Bounds<'m, 's> {
        Bounds::new(self.program(), subject, as_of)
    }
}

impl<'m: 's, 's> Bounds<'m, 's> {
    fn new<T: Facts>(program: &'m Program, subject: &'s T, as_of: DateTime<Utc>) -> Bounds<'m, 's> {
        let as_of = second_of(as_of);
        let evaluation = Evaluation::new(Subject::new(program, subject, as_of));
        let own = evaluation.env();
        let mut missing = Vec::new();
        // `collect` does not compile to a single loop here.
        for field in 0..program.fields.len() {
            if own.is_missing(field) {
                missing.push(field);
            }
        }
        let (residual, outcome) = Residual::of(&evaluation, None);
        let facts = Vec::new();
        let mut partial = PartialSubject { program, facts, missing, residual, activity: subject.activity(), as_of };
        if let Some(outcome) = &outcome {
            return Bounds { subject: partial, outcome: outcome.into() };
        }
        let facts = program.fields.iter().enumerate().map(|(field, reading)| match own.fact_cow(field) {
            FactCow::Borrowed(Fact::Missing) => FactSet::open(&reading.field),
            fact => FactSet::one(fact),
        });
        partial.facts = facts.collect();
        let outcome = partial.refined(&partial.facts, &partial.split_fields(), affordable(program, COMBINATIONS_MAX));
        Bounds { subject: partial, outcome }
    }

    /// The outcomes of subjects of whom nothing is known.
    pub(super) fn of_outcome(program: &'m Program, outcome: Outcome<Sets>) -> Bounds<'m, 's> {
        const NOTHING_DONE: &Activity = &Activity::new();
        let residual = Residual::unevaluated(Verdict::Eligible);
        let (facts, missing) = (Vec::new(), Vec::new());
        let subject = PartialSubject { program, facts, missing, residual, activity: NOTHING_DONE, as_of: 0 };
        Bounds { subject, outcome }
    }

    /// Returns every possible verdict, eligible first.
    pub fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        self.outcome.verdict.iter()
    }

    /// Returns the lowest and the highest possible score, from 0 to 100.
    ///
    /// A subject that a gate holds back has the score 0.
    pub fn value(&self) -> RangeInclusive<Points> {
        points(&self.outcome.value)
    }

    /// Returns the lowest and the highest possible [coverage](crate::Score::coverage), over all completions that pass the
    /// gates.
    ///
    /// `None` if the model does not ask for it, or a gate holds back every completion.
    pub fn coverage(&self) -> Option<RangeInclusive<Points>> {
        self.outcome.coverage.as_ref().map(points)
    }

    /// Returns the ranges of the axes in the order of the document, over all completions that pass the gates.
    ///
    /// Returns no axes if a gate holds back every completion.
    pub fn axes(&self) -> impl Iterator<Item = AxisBounds<'m>> {
        self.subject.program.axes.iter().zip(&self.outcome.axes).map(|(axis, result)| AxisBounds {
            name: &axis.title.id,
            raw: points(&result.raw),
            score: points(&result.reported_score()),
            may_be_skipped: result.skipped().any(|skipped| skipped),
        })
    }

    /// Returns every possible grade, the best first.
    pub fn grades(&self) -> impl Iterator<Item = Grade> {
        self.outcome.grade.iter().filter_map(Index::get).map(Grade::at)
    }

    /// Returns every possible state, the lowest first.
    pub fn states(&self) -> impl Iterator<Item = &'m str> {
        let rows = self.subject.program.states.rows();
        self.outcome.state.iter().filter_map(Index::get).filter_map(|index| rows.get(index)).map(|(_, name)| &**name)
    }

    /// Returns the segments that may apply, in the order of the document. Some of them may be unreachable.
    pub fn segments(&self) -> impl Iterator<Item = &'m str> {
        let segments = &self.subject.program.segments;
        self.outcome
            .segment
            .iter()
            .filter_map(Index::get)
            .filter_map(|index| segments.get(index))
            .map(|segment| &*segment.name)
    }

    /// Returns the plays that may apply, in the order of the document. Some of them may be unreachable.
    pub fn plays(&self) -> impl Iterator<Item = Play<'m>> {
        let plays = &self.subject.program.plays;
        self.outcome.play.iter().filter_map(Index::get).filter_map(|index| plays.get(index)).map(Play::new)
    }

    /// Returns whether no missing fact can change the verdict, grade, state, segment or play any more.
    ///
    /// The value may still change. It is fixed if both ends of [`value`](Bounds::value) are equal.
    pub fn is_decided(&self) -> bool {
        decided(&self.outcome)
    }

    /// Returns the missing facts, the most useful to collect first.
    ///
    /// A fact comes first if each possible answer decides the outcome. The others follow by their guaranteed
    /// [narrowing](Question::narrowing), and then in the order in which the model reads them. If the outcome is already
    /// fixed, every missing fact has a narrowing of 0.
    ///
    /// ```
    /// # use warmth::{Model, Record, Scorer};
    /// # let model: Model = toml::from_str("format = 1\nname = 'x'\n[[axis]]\nname = 'fit'\n\
    /// #     rule = [{ id = 'nps', when.nps.at_least = 9, points = 40 }, { id = 'paid', when.paid = true, points = 60 }]")?;
    /// # let scorer = Scorer::<Record>::new(&model)?;
    /// let account = Record::new();
    /// let questions = scorer.bounds(&account, "2026-11-22T09:00:00Z".parse()?).questions();
    /// let ranking: Vec<_> = questions.iter().map(|question| (question.field, question.narrowing.to_string())).collect();
    /// assert_eq!(ranking, [("paid", "60".to_owned()), ("nps", "40".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A call evaluates every answer that the model distinguishes over sets of facts, with at most 16,384 evaluations in
    /// total, and fewer for a model with more than 2,048 tests. If there are too many answers for that, neighbouring answers
    /// are evaluated together, which may make the narrowing smaller. If there are too many missing facts, the last of them
    /// are not evaluated: their narrowing is 0, and they do not decide.
    pub fn questions(&self) -> Vec<Question<'m>> {
        let width = |outcome: &Outcome<Sets>| outcome.value.greatest().saturating_sub(outcome.value.least());
        let fixed = self.outcome.single().is_some();
        let affordable = affordable(self.subject.program, COMBINATIONS_OF_ANSWERS);
        let missing = &self.subject.missing;
        let cells = |cells_max: usize| -> Vec<SplitField<'_>> {
            let cells = |field| if fixed { Vec::new() } else { self.subject.cells(field, cells_max) };
            missing.iter().map(|field| (*field, cells(*field))).collect()
        };
        let count = |answers: &[SplitField<'_>]| answers.iter().map(|(_, answers)| answers.len()).sum::<usize>();
        let mut answers = cells(CELLS_MAX);
        if count(&answers) > affordable {
            answers = cells((affordable / missing.len().max(1)).max(1));
        }
        let max_combinations = (affordable / count(&answers).max(1)).clamp(1, COMBINATIONS_PER_ANSWER);
        let split = if fixed { Vec::new() } else { self.subject.split_fields() };
        let mut left = affordable;
        let mut questions: Vec<Question<'m>> = answers
            .into_iter()
            .filter_map(|(field, answers)| {
                let (mut widest, mut decides) = (0, true);
                if answers.len() > left {
                    let field = self.subject.program.fields.get(field)?.field.name();
                    return Some(Question { field, narrowing: Points::ZERO, decides: false });
                }
                left -= answers.len();
                for answer in answers {
                    let mut facts = self.subject.facts.clone();
                    *facts.get_mut(field)? = answer;
                    let outcome = self.subject.refined(&facts, &split, max_combinations);
                    widest = widest.max(width(&outcome));
                    decides &= decided(&outcome);
                }
                let narrowing = Points::from_micros(width(&self.outcome).saturating_sub(widest).max(0));
                Some(Question { field: self.subject.program.fields.get(field)?.field.name(), narrowing, decides })
            })
            .collect();
        questions.sort_by_key(|question| std::cmp::Reverse((question.decides, question.narrowing)));
        questions
    }
}

/// The number of combinations for a program, if this number is right for a program of [`SIZE_MAX`].
fn affordable(program: &Program, combinations: usize) -> usize {
    let size = program.capacity.observations.max(SIZE_MAX);
    (combinations.saturating_mul(SIZE_MAX) / size).max(1)
}

fn decided(outcome: &Outcome<Sets>) -> bool {
    outcome.verdict.single().is_some()
        && outcome.grade.single().is_some()
        && outcome.state.single().is_some()
        && outcome.segment.single().is_some()
        && outcome.play.single().is_some()
}

fn points(of: &IntervalSet) -> RangeInclusive<Points> {
    Points::from_micros(of.least())..=Points::from_micros(of.greatest())
}

impl fmt::Debug for Bounds<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bounds")
            .field("verdicts", &self.verdicts().collect::<Vec<_>>())
            .field("value", &self.value())
            .field("axes", &self.axes().collect::<Vec<_>>())
            .field("grades", &self.grades().collect::<Vec<_>>())
            .field("states", &self.states().collect::<Vec<_>>())
            .field("segments", &self.segments().collect::<Vec<_>>())
            .field("plays", &self.plays().map(Play::name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Bounds<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_parts(f, self.value(), self.verdicts(), self.grades(), self.states().collect())
    }
}

/// Writes the value, then every list that has an entry: verdicts other than eligible, grades, states.
fn write_parts(
    f: &mut fmt::Formatter<'_>,
    value: RangeInclusive<Points>,
    verdicts: impl Iterator<Item = Verdict>,
    grades: impl Iterator<Item = Grade>,
    states: Vec<&str>,
) -> fmt::Result {
    if value.start() == value.end() {
        write!(f, "{}", value.start())?;
    } else {
        write!(f, "{} to {}", value.start(), value.end())?;
    }
    let verdicts = verdicts.filter(|verdict| *verdict != Verdict::Eligible).map(Verdict::as_str).collect();
    let lists: [Vec<&str>; 3] = [verdicts, grades.map(Grade::as_str).collect(), states];
    lists.iter().filter(|list| !list.is_empty()).try_for_each(|list| write!(f, "; {}", list.join(", ")))
}
