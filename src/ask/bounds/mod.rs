//! What is still unknown: how far missing facts can move an outcome, and which of them to ask for.
//!
//! The evaluation that makes a score, run over sets of facts. Where a missing field is looked at in several places,
//! its values are taken apart where the model tells them apart, so that what cannot be true together is not counted
//! together.

mod cells;

use std::fmt;
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::evaluate::{
    Atoms, Concrete, Evaluation, FactSet, IntervalSet, Must, Outcome, Residual, Sets, Subject, SubjectSet,
};
use crate::grade::{Grade, Verdict};
use crate::input::activity::Activity;
use crate::input::facts::{Fact, FactCow, Facts};
use crate::num::points::Points;
use crate::program::{FieldIndex, Index, Program};
use crate::score::Play;
use crate::scorer::Scorer;
use crate::time::{civil_day, second_of};

/// How many combinations of cells fields are taken apart into.
const COMBINATIONS_MAX: usize = 1_024;

/// The same for each answer to a question, and for all answers together.
const COMBINATIONS_PER_ANSWER: usize = 64;
const COMBINATIONS_OF_ANSWERS: usize = 4_096;

/// Everything that the outcome for one subject may still be, whatever becomes known of its missing facts: all of them,
/// some, or none.
///
/// Whatever is filled in, the score that it then has lies within these bounds; so does the score that it has now. Knowing
/// one more fact never widens a range or adds a name.
///
/// Both ends of a range, and each verdict, state and grade, are reached by some facts. Bounds may be wider than that,
/// never narrower, where
///
/// - missing fields are compared with each other (`ratio_to`, `any_not_in`),
/// - a missing field is looked at in several places, in one of them by a part of a text, regardless of case, by a
///   number of tags or by points per unit, or is asked for more than five tags or compared with more than 64 values,
/// - more than 1,024 combinations of the values of such fields are told apart by the model,
/// - points may take more than 32 separate values, as to states and grades, or both sides of a grade are one axis.
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
/// let account = Record::new().with("plan", "trial"); // with 40 points at the most
/// assert!(scorer.bounds(&account, now).is_decided());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`Display`](fmt::Display) prints a line, `40 to 100; cold, ready`.
#[derive(Clone)]
pub struct Bounds<'m, 's> {
    given: Given<'m, 's>,
    outcome: Outcome<Sets>,
}

/// A program and what is known of a subject.
#[derive(Clone)]
struct Given<'m, 's> {
    program: &'m Program,
    /// One for each field of the program, open where the fact is missing; none where everything is settled.
    facts: Vec<FactSet<'s>>,
    missing: Vec<FieldIndex>,
    settled: Residual<'m>,
    activity: &'s Activity,
    as_of: i64, // seconds since 1970-01-01 UTC
}

/// A field, and the sets that its facts are taken apart into.
type Apart<'s> = (FieldIndex, Vec<FactSet<'s>>);

/// One axis of [`Bounds`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AxisBounds<'m> {
    /// The axis's name.
    pub name: &'m str,
    /// Points as the rules may give them.
    pub raw: RangeInclusive<Points>,
    /// The score that the axis may have, within 0 to 100.
    pub score: RangeInclusive<Points>,
}

/// A missing fact, and what it would settle to know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Question<'m> {
    /// The field to ask for.
    pub field: &'m str,
    /// By how much the range of the value shrinks at least, whatever the answer is.
    pub narrowing: Points,
    /// Whether verdict, grade, state, segment and play are decided by any answer.
    pub decides: bool,
}

impl<T: Facts> Scorer<T> {
    /// What the outcome may still be, whatever becomes known of the facts that this subject lacks.
    ///
    /// Where nothing missing is looked at, this costs little more than a score. Otherwise the gates and rules that do
    /// look at something missing are evaluated once more, over sets of facts; where a missing field is looked at in
    /// several places, for each of the values that the model tells apart: see [`Bounds`].
    pub fn bounds<'m: 's, 's>(&'m self, subject: &'s T, as_of: DateTime<Utc>) -> Bounds<'m, 's> {
        Bounds::new(self.program(), subject, as_of)
    }
}

impl<'m: 's, 's> Given<'m, 's> {
    fn set<'f>(&'f self, facts: &'f [FactSet<'f>], settled: &'f Residual<'m>) -> SubjectSet<'m, 'f> {
        SubjectSet::new(self.program, facts, self.activity, (self.as_of, self.as_of)).with_residual(settled)
    }

    fn outcome(&self, facts: &[FactSet<'_>], settled: &Residual<'m>) -> Outcome<Sets> {
        Evaluation::new(self.set(facts, settled)).outcome(&mut ())
    }

    /// What these facts settle beyond what is settled `before`, and the outcome where that is all.
    fn settle(&self, facts: &[FactSet<'_>], before: &Residual<'m>) -> (Residual<'m>, Option<Outcome<Concrete>>) {
        let all = self.set(facts, before);
        Residual::of(&Evaluation::new(Must::new(&all)), Some(before))
    }

    /// What the outcome may be for these facts, fields taken apart that are looked at in several places.
    ///
    /// Those with the fewest cells first, as long as there are not more than `most` combinations. As one field less
    /// leaves room for others, what is known of a subject more never widens what is found.
    fn refined(&self, facts: &[FactSet<'s>], most: usize) -> Outcome<Sets> {
        let tied = |field: &FieldIndex| {
            self.program.asks_outcome || self.program.fields.get(*field).is_some_and(|reading| reading.shared)
        };
        let open = |field: &FieldIndex| facts.get(*field).is_some_and(|facts| facts.missing && facts.is_open());
        let with_missing = |field| self.answers(field).into_iter().chain([FactSet::one(Fact::Missing)]).collect();
        let tied = self.missing.iter().copied().filter(|field| open(field) && tied(field));
        let mut apart: Vec<Apart<'s>> = tied.map(|field| (field, with_missing(field))).collect();
        apart.sort_by_key(|(_, cells)| cells.len());
        let mut combinations = 1_usize;
        let fitting = apart.iter().take_while(|(_, cells)| {
            combinations = combinations.saturating_mul(cells.len());
            combinations <= most
        });
        let fitting = fitting.count();
        apart.truncate(fitting);
        if apart.is_empty() {
            return self.outcome(facts, &self.settled);
        }
        let mut reached = None;
        self.reach(&mut reached, (&self.settled, None), &mut facts.to_vec(), &mut apart);
        reached.unwrap_or_else(|| self.outcome(facts, &self.settled))
    }

    /// Puts what the outcome may be for these facts into what is reached, fields cell by cell that are `apart`.
    ///
    /// With what the facts settle, and the outcome where that is all.
    fn reach(
        &self,
        reached: &mut Option<Outcome<Sets>>,
        (settled, outcome): (&Residual<'m>, Option<&Outcome<Concrete>>),
        facts: &mut [FactSet<'s>],
        apart: &mut [Apart<'s>],
    ) {
        let whole = match outcome {
            Some(outcome) => outcome.into(),
            // While nothing is reached, the cells of one last field cost about as much as all of them together.
            None if apart.len() == 1 && reached.is_none() => return self.reach_cells(reached, settled, facts, apart),
            None => self.outcome(facts, settled),
        };
        match reached {
            Some(reached) if whole.is_subset(reached) => {}
            // What is one outcome as a whole cannot become less by being taken apart.
            _ if !apart.is_empty() && whole.single().is_none() => self.reach_cells(reached, settled, facts, apart),
            Some(reached) => reached.union_with(&whole),
            None => *reached = Some(whole),
        }
    }

    /// The same, the first of the fields taken apart.
    fn reach_cells(
        &self,
        reached: &mut Option<Outcome<Sets>>,
        settled: &Residual<'m>,
        facts: &mut [FactSet<'s>],
        apart: &mut [Apart<'s>],
    ) {
        let Some(((field, cells), apart)) = apart.split_first_mut() else { return };
        for cell in cells {
            facts.get_mut(*field).into_iter().for_each(|own| std::mem::swap(own, cell));
            let (settled, outcome) = self.settle(facts, settled);
            self.reach(reached, (&settled, outcome.as_ref()), facts, apart);
            facts.get_mut(*field).into_iter().for_each(|own| std::mem::swap(own, cell));
        }
    }

    /// What may become known of a field, in sets that the model does not tell apart.
    fn answers(&self, field: FieldIndex) -> Vec<FactSet<'s>> {
        cells::cells(self.program, field, civil_day(self.as_of, self.program.offset_secs))
    }
}

impl<'m: 's, 's> Bounds<'m, 's> {
    fn new<T: Facts>(program: &'m Program, subject: &'s T, as_of: DateTime<Utc>) -> Bounds<'m, 's> {
        let as_of = second_of(as_of);
        let evaluation = Evaluation::new(Subject::new(program, subject, as_of));
        let own = evaluation.env();
        let mut missing = Vec::new();
        // In one loop, which `collect` does not make of it.
        for field in 0..program.fields.len() {
            if matches!(own.fact_cow(field).as_fact(), Fact::Missing) {
                missing.push(field);
            }
        }
        let (settled, outcome) = Residual::of(&evaluation, None);
        let facts = Vec::new();
        let mut given = Given { program, facts, missing, settled, activity: subject.activity(), as_of };
        if let Some(outcome) = &outcome {
            return Bounds { given, outcome: outcome.into() };
        }
        let facts = program.fields.iter().enumerate().map(|(field, reading)| match own.fact_cow(field) {
            FactCow::Borrowed(Fact::Missing) => FactSet::open(&reading.field),
            fact => FactSet::one(fact),
        });
        given.facts = facts.collect();
        let outcome = given.refined(&given.facts, COMBINATIONS_MAX);
        Bounds { given, outcome }
    }

    /// Every verdict that is possible, eligible first.
    pub fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        self.outcome.verdict.iter()
    }

    /// The least and the greatest score; 0 for subjects that a gate holds back.
    pub fn value(&self) -> RangeInclusive<Points> {
        points(&self.outcome.value)
    }

    /// The axes in the order of the document; none if a gate holds the subject back in any case. What is said of them
    /// is said of those subjects that may be scored.
    pub fn axes(&self) -> impl Iterator<Item = AxisBounds<'m>> {
        self.given.program.axes.iter().zip(&self.outcome.axes).map(|(axis, result)| AxisBounds {
            name: &axis.title.id,
            raw: points(&result.raw),
            score: points(&result.score),
        })
    }

    /// Every grade that is possible, the best first.
    pub fn grades(&self) -> impl Iterator<Item = Grade> {
        self.outcome.grade.iter().filter_map(Index::get).map(Grade::at)
    }

    /// Every state that is possible, the lowest first.
    pub fn states(&self) -> impl Iterator<Item = &'m str> {
        let rows = self.given.program.states.rows();
        self.outcome.state.iter().filter_map(Index::get).filter_map(|place| rows.get(place)).map(|(_, name)| &**name)
    }

    /// Segments that may be the subject's, in the order of the document. Some may be out of reach all the same.
    pub fn segments(&self) -> impl Iterator<Item = &'m str> {
        let segments = &self.given.program.segments;
        self.outcome
            .segment
            .iter()
            .filter_map(Index::get)
            .filter_map(|place| segments.get(place))
            .map(|segment| &*segment.name)
    }

    /// Plays that may be called for, in the order of the document. Some may be out of reach all the same.
    pub fn plays(&self) -> impl Iterator<Item = Play<'m>> {
        let plays = &self.given.program.plays;
        self.outcome.play.iter().filter_map(Index::get).filter_map(|place| plays.get(place)).map(Play::new)
    }

    /// Whether nothing that is missing can change the verdict, the grade, the state, the segment or the play any more.
    /// The value may still move; it is settled too where both ends of [`value`](Bounds::value) are equal.
    pub fn is_decided(&self) -> bool {
        decided(&self.outcome)
    }

    /// The missing facts, ranked by how much it would settle to know them: which to collect next.
    ///
    /// First those whose every answer decides the outcome, then by the guaranteed narrowing of the value, then in the
    /// order in which the model reads them. Costs some evaluations for each answer that the model tells apart; the more
    /// answers there are together, the fewer each, so that it ends after some thousands.
    pub fn questions(&self) -> Vec<Question<'m>> {
        let width = |outcome: &Outcome<Sets>| outcome.value.greatest().saturating_sub(outcome.value.least());
        let answers = |field| if self.outcome.single().is_some() { Vec::new() } else { self.given.answers(field) };
        let answers: Vec<Apart<'_>> = self.given.missing.iter().map(|field| (*field, answers(*field))).collect();
        let count: usize = answers.iter().map(|(_, answers)| answers.len()).sum();
        let most = (COMBINATIONS_OF_ANSWERS / count.max(1)).clamp(1, COMBINATIONS_PER_ANSWER);
        let mut questions: Vec<Question<'m>> = answers
            .into_iter()
            .filter_map(|(field, answers)| {
                let (mut widest, mut decides) = (0, true);
                for answer in answers {
                    let mut facts = self.given.facts.clone();
                    *facts.get_mut(field)? = answer;
                    let outcome = self.given.refined(&facts, most);
                    widest = widest.max(width(&outcome));
                    decides &= decided(&outcome);
                }
                let narrowing = Points::from_micros(width(&self.outcome).saturating_sub(widest).max(0));
                Some(Question { field: self.given.program.fields.get(field)?.field.name(), narrowing, decides })
            })
            .collect();
        questions.sort_by_key(|question| std::cmp::Reverse((question.decides, question.narrowing)));
        questions
    }
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
        let value = self.value();
        if value.start() == value.end() {
            write!(f, "{}", value.start())?;
        } else {
            write!(f, "{} to {}", value.start(), value.end())?;
        }
        let verdicts = self.verdicts().map(Verdict::as_str).filter(|verdict| *verdict != "eligible").collect();
        let lists: [Vec<&str>; 3] = [verdicts, self.grades().map(Grade::as_str).collect(), self.states().collect()];
        lists.iter().filter(|list| !list.is_empty()).try_for_each(|list| write!(f, "; {}", list.join(", ")))
    }
}

/// As `{"verdicts", "score": [least, greatest], "axes": {NAME: {"raw", "score"}}, "grades", "states", "segments",
/// "plays", "decided"}`.
impl Serialize for Bounds<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Axis {
            raw: [Points; 2],
            score: [Points; 2],
        }

        let ends = |range: RangeInclusive<Points>| [*range.start(), *range.end()];
        let axes: std::collections::BTreeMap<&str, Axis> =
            self.axes().map(|axis| (axis.name, Axis { raw: ends(axis.raw), score: ends(axis.score) })).collect();
        let mut fields = serializer.serialize_struct("Bounds", 8)?;
        fields.serialize_field("verdicts", &self.verdicts().collect::<Vec<_>>())?;
        fields.serialize_field("score", &ends(self.value()))?;
        fields.serialize_field("axes", &axes)?;
        fields.serialize_field("grades", &self.grades().collect::<Vec<_>>())?;
        fields.serialize_field("states", &self.states().collect::<Vec<_>>())?;
        fields.serialize_field("segments", &self.segments().collect::<Vec<_>>())?;
        fields.serialize_field("plays", &self.plays().map(Play::name).collect::<Vec<_>>())?;
        fields.serialize_field("decided", &self.is_decided())?;
        fields.end()
    }
}
