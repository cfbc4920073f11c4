//! The part of a difference that has one cause.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Cause;
use crate::ask::explain::{Check, CheckKind, Explanation, Line, LineKind};
use crate::evaluate::Truth;
use crate::grade::Grade;
use crate::num::points::Points;
use crate::score::{Play, Score};

/// The changes from one cause: the difference between the outcomes before and after its replacement.
///
/// A part without changes has a difference of zero and empty lists. [`Display`](fmt::Display) prints a sentence.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Part<'c> {
    /// The cause of the changes.
    pub cause: Cause,
    /// The gain of the value; negative if the value fell.
    pub difference: Points,
    /// The outcome before the replacement: the `after` of the previous part.
    pub before: Score<'c>,
    /// The outcome after the replacement.
    pub after: Score<'c>,
    /// The lines that changed in score points or in raw points, the largest change of the score first. Their `difference`s
    /// add up to the difference of the part exactly.
    pub lines: Vec<LineChange<'c>>,
    /// The gates, promoters, limits and segments with another result, in the order of the newer side.
    pub checks: Vec<CheckChange<'c>>,
    /// The verdict, grade, state, segment and play, if they changed.
    pub names: Vec<NameChange<'c>>,
}

/// A line that changed.
///
/// Two lines are the same if they have the same axis, kind and id. An axis has at most one line of each kind without an
/// id, such as its base and its range. A limit without an id is identified by its path in the document.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LineChange<'c> {
    /// Where the line comes from.
    pub kind: LineKind,
    /// The name of its axis; `None` for lines on the total.
    pub axis: Option<&'c str>,
    /// The id or name in the document of the rule, group, promoter or limit; `None` for other lines.
    pub id: Option<&'c str>,
    /// The text for readers: the label on the newer side, or on the older side if only that side has the line.
    pub label: &'c str,
    /// The gain in score points; a side without the line counts as zero.
    pub difference: Points,
    /// The line on the older side; `None` if that side has no such line.
    pub before: Option<Line<'c, 'c>>,
    /// The line on the newer side; `None` if that side has no such line.
    pub after: Option<Line<'c, 'c>>,
}

/// A gate, promoter, limit or segment with another result.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckChange<'c> {
    /// What the condition decides.
    pub kind: CheckKind,
    /// The id or name in the document.
    pub id: &'c str,
    /// The text for readers: the label on the newer side, or on the older side if only that side has the check.
    pub label: &'c str,
    /// The check on the older side; `None` if the model has no such check, or an earlier segment holds.
    pub before: Option<Check<'c, 'c>>,
    /// The check on the newer side; `None` for the same reasons.
    pub after: Option<Check<'c, 'c>>,
}

/// A name in the outcome that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameChange<'c> {
    /// The part of the outcome that has the name.
    pub of: Name,
    /// The name on the older side; `None` if that side has none.
    pub before: Option<&'c str>,
    /// The name on the newer side; `None` if that side has none.
    pub after: Option<&'c str>,
}

/// A part of an outcome that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Name {
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
}

impl Name {
    const ALL: [Name; 5] = [Name::Verdict, Name::Grade, Name::State, Name::Segment, Name::Play];

    /// Returns the part in lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Name::Verdict => "verdict",
            Name::Grade => "grade",
            Name::State => "state",
            Name::Segment => "segment",
            Name::Play => "play",
        }
    }

    fn in_score<'m>(self, score: &Score<'m>) -> Option<&'m str> {
        match self {
            Name::Verdict => Some(score.verdict().as_str()),
            Name::Grade => score.grade().map(Grade::as_str),
            Name::State => score.state(),
            Name::Segment => score.segment(),
            Name::Play => score.play().map(Play::name),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<'c> Part<'c> {
    pub(super) fn between(cause: Cause, before: &'c Explanation<'_>, after: &'c Explanation<'_>) -> Part<'c> {
        let mut lines: Vec<_> = paired(before.lines(), after.lines(), |line| (line.axis, line.kind, line.id))
            .filter_map(|(before, after)| LineChange::between(before, after))
            .collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.difference.micros().unsigned_abs()));
        let checks = paired(before.checks(), after.checks(), |check| (check.kind, check.id))
            .filter_map(|(before, after)| CheckChange::between(before, after))
            .collect();
        let (before, after) = (before.score(), after.score());
        let names = Name::ALL
            .map(|of| NameChange { of, before: of.in_score(&before), after: of.in_score(&after) })
            .into_iter()
            .filter(|name| name.before != name.after)
            .collect();
        Part { cause, difference: after.value() - before.value(), before, after, lines, checks, names }
    }

    /// Returns whether nothing changed: no line, no check and no name.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.checks.is_empty() && self.names.is_empty()
    }
}

impl<'c> LineChange<'c> {
    /// Returns `None` if the line did not change.
    fn between(before: Option<Line<'c, 'c>>, after: Option<Line<'c, 'c>>) -> Option<LineChange<'c>> {
        let Line { kind, axis, id, label, .. } = after.or(before)?;
        let change = LineChange {
            kind,
            axis,
            id,
            label,
            difference: difference(before, after, |line| line.score),
            before,
            after,
        };
        (change.difference != Points::ZERO || change.raw_difference() != Points::ZERO).then_some(change)
    }

    /// Returns the gain in raw points of the axis; zero for lines on the total.
    pub fn raw_difference(&self) -> Points {
        difference(self.before, self.after, |line| line.points)
    }
}

/// The gain in points; a side without the line counts as zero.
fn difference(
    before: Option<Line<'_, '_>>,
    after: Option<Line<'_, '_>>,
    points: fn(&Line<'_, '_>) -> Points,
) -> Points {
    let points = |line: Option<Line<'_, '_>>| line.map_or(Points::ZERO, |line| points(&line));
    points(after) - points(before)
}

impl<'c> CheckChange<'c> {
    /// Returns `None` if both sides have the same result.
    fn between(before: Option<Check<'c, 'c>>, after: Option<Check<'c, 'c>>) -> Option<CheckChange<'c>> {
        let Check { kind, id, label, .. } = after.or(before)?;
        let truth = |check: Option<Check<'_, '_>>| -> Option<Truth> { check.map(|check| check.truth) };
        (truth(before) != truth(after)).then_some(CheckChange { kind, id, label, before, after })
    }
}

/// Pairs the items with equal keys, in the order of the newer side. Items that only the older side has are last.
fn paired<V, K: Ord>(
    before: impl IntoIterator<Item = V>,
    after: impl IntoIterator<Item = V>,
    key: impl Fn(&V) -> K,
) -> impl Iterator<Item = (Option<V>, Option<V>)> {
    let mut unmatched: BTreeMap<K, VecDeque<V>> = BTreeMap::new();
    for own in before {
        unmatched.entry(key(&own)).or_default().push_back(own);
    }
    let both: Vec<_> =
        after.into_iter().map(|own| (unmatched.get_mut(&key(&own)).and_then(VecDeque::pop_front), Some(own))).collect();
    both.into_iter().chain(unmatched.into_values().flatten().map(|own| (Some(own), None)))
}

serialize_as_owned!(Part<'_>, LineChange<'_>, CheckChange<'_>, NameChange<'_>);
