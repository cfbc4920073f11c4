//! A compiled model: a program for one type of subjects.
//!
//! No name is left to look up and nothing can be wrong any more. Every number is in millionths unless its documentation
//! says otherwise. A test on a number is a range of whole numbers; [`Unit`] turns each quantity into one.

mod analysis;
mod condition;
mod outcome;
mod rule;
mod unit;
mod window;

pub(crate) use analysis::{Capacity, ReadSite};
pub(crate) use condition::{
    Condition, ConditionNode, EventFilter, ProbeId, Quantity, TagTest, Test, TextSubject, TextTest,
};
pub(crate) use outcome::{Cells, Cuts, Grading, Limit, Play, Promoter, Segment, States};
pub(crate) use rule::{
    Axis, AxisPart, BandRows, ByTruth, Group, InnerGroups, PerUnit, PeriodCap, Rule, RuleBody, Signal, TextRows, units,
};
pub(crate) use unit::{Unit, double_of, doubles_within, ordered_bits};
pub(crate) use window::{CalendarWindow, Edge, Ends, Events, Periods, Window};

use std::sync::Arc;

use crate::input::facts::Field;
use crate::model::{Fingerprint, IfUnknown, Total};

#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: Arc<str>,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) offset_secs: i64,
    pub(crate) fields: Box<[Reading]>,
    pub(crate) disqualifying: Box<[Gate]>,
    pub(crate) required: Box<[Gate]>,
    pub(crate) axes: Box<[Axis]>, // at most 8
    pub(crate) total: Total,
    pub(crate) weight: i64, // of all axes together, positive unless there are none
    pub(crate) grade: Option<Grading>,
    pub(crate) promoters: Box<[Promoter]>,
    pub(crate) limits: Box<[Limit]>,
    pub(crate) states: States,
    pub(crate) segments: Box<[Segment]>,
    pub(crate) plays: Box<[Play]>,
    /// The rules whose points conditions on the outcome test, each as its axis, its part and its position in it.
    pub(crate) tested_rules: Box<[[usize; 3]]>,
    /// How many tests on texts and tags there are. Each has a slot among them.
    pub(crate) slots: usize,
    /// How many gates, rules, promoters and limits there are. Each has a fire id among them.
    pub(crate) fire_ids: usize,
    /// Whether a promoter or a limit looks at the outcome, so that the score can depend on two facts jointly.
    pub(crate) asks_outcome: bool,
    pub(crate) coverage: CoverageUse,
    /// Whether what follows from the axes needs more than their points: coverage, or the greatest of a rule.
    pub(crate) extended: bool,
    /// Whether verdict and raw points of the axes determine everything else.
    pub(crate) by_points: bool,
    /// The age in seconds from which on no event can matter; `None` if every event can.
    pub(crate) lifespan_secs: Option<u64>,
    pub(crate) capacity: Capacity,
}

impl Program {
    /// The required or the disqualifying gates.
    #[inline]
    pub(crate) fn gates(&self, required: bool) -> &[Gate] {
        if required { &self.required } else { &self.disqualifying }
    }

    /// Whether scores have their coverage.
    #[inline]
    pub(crate) fn covers(&self) -> bool {
        self.coverage != CoverageUse::Nothing
    }

    /// The rule whose points a condition tests.
    pub(crate) fn tested_rule(&self, slot: usize) -> Option<&Rule> {
        let [axis, part, position] = *self.tested_rules.get(slot)?;
        self.axes.get(axis)?.parts.get(part)?.rules.get(position)
    }

    fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.axes.iter().flat_map(|axis| &axis.parts).flat_map(|part| &part.rules)
    }

    /// Everything that can fire, with its fire id.
    pub(crate) fn can_fire(&self) -> impl Iterator<Item = (usize, &Title)> {
        let gates = self.disqualifying.iter().chain(&self.required).map(|gate| (gate.fire_id, &gate.title));
        let rules = self.rules().map(|rule| (rule.fire_id, &rule.title));
        let promoters = self.promoters.iter().map(|promoter| (promoter.fire_id, &promoter.title));
        let limits = self.limits.iter().map(|limit| (limit.fire_id, &limit.title));
        gates.chain(rules).chain(promoters).chain(limits)
    }
}

/// What a program uses coverage for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CoverageUse {
    Nothing,
    /// Scores and conditions have it.
    Scores,
    /// An axis can be skipped, and scores have it too.
    Skips,
}

/// A field that the model reads.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) field: Field,
    /// Whether a condition asks more than whether the field is known, so that its absence leaves something unknown.
    pub(crate) valued: bool,
    /// Whether the field has several read sites, or one in a rule whose points and reach or coverage depend on it
    /// together, so that the sites cannot be treated as independent.
    pub(crate) shared: bool,
}

/// An index into [`Program::fields`].
pub(crate) type FieldIndex = usize;

/// An index into a list of the program, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Index(u16); // counted from 1; 0 is none

impl Index {
    pub(crate) const NONE: Index = Index(0);

    #[inline]
    pub(crate) fn at(index: usize) -> Index {
        // Every list is shorter; see `DocumentLimits::clamped`.
        Index(u16::try_from(index + 1).unwrap_or(0))
    }

    #[inline]
    pub(crate) fn get(self) -> Option<usize> {
        self.0.checked_sub(1).map(usize::from)
    }
}

/// The id or name of a part of the model, and its label.
#[derive(Debug)]
pub(crate) struct Title {
    pub(crate) id: Arc<str>,
    pub(crate) label: Option<Arc<str>>,
}

impl Title {
    /// What a reader sees.
    pub(crate) fn shown(&self) -> &str {
        self.label.as_ref().unwrap_or(&self.id)
    }
}

#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) title: Title,
    pub(crate) fire_id: usize,
    pub(crate) when: Condition,
    pub(crate) missing: IfUnknown,
}
