//! Outcomes of sets.

use super::domain::Sets;
use super::interval_set::IntervalSet;
use crate::evaluate::Concrete;
use crate::evaluate::domain::{Atoms, Numbers};
use crate::evaluate::outcome::{AxisCoverage, AxisOutcome, AxisOutcomes, Outcome};

/// The set with this outcome alone.
impl From<&Outcome<Concrete>> for Outcome<Sets> {
    fn from(outcome: &Outcome<Concrete>) -> Outcome<Sets> {
        let Outcome { verdict, value, coverage, axes, grade, state, segment, play } = outcome;
        let axis = |&AxisOutcome { raw, available, carried, score, known }: &AxisOutcome<Concrete>| AxisOutcome {
            raw: IntervalSet::one(raw),
            available: IntervalSet::one(available),
            carried: IntervalSet::one(carried),
            score: IntervalSet::one(score),
            known: known.map(|known| AxisCoverage {
                coverage: IntervalSet::one(known.coverage),
                skipped: Atoms::one(known.skipped),
            }),
        };
        Outcome {
            verdict: Atoms::one(*verdict),
            value: IntervalSet::one(*value),
            coverage: coverage.map(IntervalSet::one),
            axes: axes.iter().map(axis).collect(),
            grade: Atoms::one(*grade),
            state: Atoms::one(*state),
            segment: Atoms::one(*segment),
            play: Atoms::one(*play),
        }
    }
}

impl Outcome<Sets> {
    /// Adds the outcomes of another set of the same program.
    pub(crate) fn union_with(&mut self, other: &Outcome<Sets>) {
        if self.axes.is_empty() {
            self.axes.clone_from(&other.axes);
        } else {
            self.axes.iter_mut().zip(&other.axes).for_each(|(own, other)| own.union_with(other));
        }
        self.verdict.union_with(&other.verdict);
        self.value.union_with(&other.value);
        match (&mut self.coverage, &other.coverage) {
            (Some(own), Some(other)) => own.union_with(other),
            (own @ None, other) => own.clone_from(other),
            (Some(_), None) => {}
        }
        self.grade.union_with(&other.grade);
        self.state.union_with(&other.state);
        self.segment.union_with(&other.segment);
        self.play.union_with(&other.play);
    }

    /// The outcome, if there is only one.
    pub(crate) fn single(&self) -> Option<Outcome<Concrete>> {
        let axis = |axis: &AxisOutcome<Sets>| {
            let AxisOutcome { raw, available, carried, score, known } = axis;
            Some(AxisOutcome {
                raw: raw.single()?,
                available: available.single()?,
                carried: carried.single()?,
                score: score.single()?,
                known: match known {
                    Some(AxisCoverage { coverage, skipped }) => {
                        Some(AxisCoverage { coverage: coverage.single()?, skipped: skipped.single()? })
                    }
                    None => None,
                },
            })
        };
        Some(Outcome {
            verdict: self.verdict.single()?,
            value: self.value.single()?,
            coverage: match &self.coverage {
                Some(coverage) => Some(coverage.single()?),
                None => None,
            },
            axes: self.axes.iter().map(axis).collect::<Option<_>>()?,
            grade: self.grade.single()?,
            state: self.state.single()?,
            segment: self.segment.single()?,
            play: self.play.single()?,
        })
    }

    /// Whether every outcome is in `other`, as far as it is reported.
    pub(crate) fn is_subset(&self, other: &Outcome<Sets>) -> bool {
        let axes = |own: &AxisOutcomes<Sets>, others: &AxisOutcomes<Sets>| {
            own.len() <= others.len()
                && own.iter().zip(others).all(|(own, other)| {
                    own.raw.is_subset(&other.raw)
                        && own.score.is_subset(&other.score)
                        && match (&own.known, &other.known) {
                            (Some(own), Some(other)) => {
                                own.coverage.is_subset(&other.coverage) && own.skipped.is_subset(&other.skipped)
                            }
                            (own, _) => own.is_none(),
                        }
                })
        };
        self.verdict.is_subset(&other.verdict)
            && self.value.is_subset(&other.value)
            && match (&self.coverage, &other.coverage) {
                (Some(own), Some(other)) => own.is_subset(other),
                (own, _) => own.is_none(),
            }
            && axes(&self.axes, &other.axes)
            && self.grade.is_subset(&other.grade)
            && self.state.is_subset(&other.state)
            && self.segment.is_subset(&other.segment)
            && self.play.is_subset(&other.play)
    }
}

impl AxisOutcome<Sets> {
    fn union_with(&mut self, other: &AxisOutcome<Sets>) {
        self.raw.union_with(&other.raw);
        self.available.union_with(&other.available);
        self.carried.union_with(&other.carried);
        self.score.union_with(&other.score);
        if let (Some(own), Some(other)) = (&mut self.known, &other.known) {
            own.coverage.union_with(&other.coverage);
            own.skipped.union_with(&other.skipped);
        }
    }
}
