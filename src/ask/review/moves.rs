//! Moves between states, grades, segments and plays, and their reasons.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde::Serialize;

use crate::ask::explain::{CheckKind, Explanation, LineKind};
use crate::evaluate::Truth;
use crate::grade::{Grade, Verdict};
use crate::num::points::Points;
use crate::score::{Play, Score};
use crate::scorer::Scorer;

/// A name that a model gives to a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dimension {
    /// The state.
    State,
    /// The grade.
    Grade,
    /// The segment.
    Segment,
    /// The play.
    Play,
}

impl Dimension {
    /// The dimensions in the order in which reviews list them.
    pub const ALL: [Dimension; 4] = [Dimension::State, Dimension::Grade, Dimension::Segment, Dimension::Play];

    /// Returns the word for the dimension, such as `state`.
    pub fn as_str(self) -> &'static str {
        match self {
            Dimension::State => "state",
            Dimension::Grade => "grade",
            Dimension::Segment => "segment",
            Dimension::Play => "play",
        }
    }

    /// Returns the name of a scored subject, and the verdict of a subject that is held back. `None` for a subject that is
    /// scored and has no name.
    pub fn place<'m>(self, score: &Score<'m>) -> Option<&'m str> {
        if !score.verdict().is_scored() {
            return Some(score.verdict().as_str());
        }
        match self {
            Dimension::State => score.state(),
            Dimension::Grade => score.grade().map(Grade::as_str),
            Dimension::Segment => score.segment(),
            Dimension::Play => score.play().map(Play::name),
        }
    }
}

/// Whether a move is for the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Direction {
    /// To a higher state, to a grade that [dominates](Grade::dominates) the former one, or from a gate to a score.
    Up,
    /// To a lower state, to a grade that the former one dominates, or from a score to a gate.
    Down,
    /// To a name that is neither better nor worse, such as another play.
    Across,
    /// No move.
    Same,
}

/// The least score of each state, to compare states of either model.
#[derive(Debug)]
pub(super) struct States<'m>(HashMap<&'m str, Points>);

impl<'m> States<'m> {
    /// The bounds of the newer model are valid for the names that both models have.
    pub(super) fn of<T>(before: &'m Scorer<T>, after: &'m Scorer<T>) -> States<'m> {
        States(before.states().chain(after.states()).collect())
    }

    /// Compares the places of a subject in a dimension.
    pub(super) fn direction(&self, dimension: Dimension, before: &Score<'m>, after: &Score<'m>) -> Direction {
        let better = |is_better| if is_better { Direction::Up } else { Direction::Down };
        let (from, to) = (dimension.place(before), dimension.place(after));
        let scored = (before.verdict().is_scored(), after.verdict().is_scored());
        match (scored, dimension) {
            ((true, true) | (false, false), _) if from == to => Direction::Same,
            ((false, true), _) => Direction::Up,
            ((true, false), _) => Direction::Down,
            ((true, true), Dimension::State) => {
                let bound = |name: Option<&str>| name.and_then(|name| self.0.get(name));
                match (bound(from), bound(to)) {
                    (Some(old), Some(new)) if old != new => better(new > old),
                    _ => Direction::Across,
                }
            }
            ((true, true), Dimension::Grade) => match (before.grade(), after.grade()) {
                (Some(old), Some(new)) if old.dominates(new) || new.dominates(old) => better(new.dominates(old)),
                _ => Direction::Across,
            },
            _ => Direction::Across,
        }
    }
}

/// A line of the ledger that changed, such as a rule, or the gate that holds subjects back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reason {
    /// The kind of the line.
    pub kind: LineKind,
    /// The axis of a rule.
    pub axis: Option<String>,
    /// The id of the line, or its label if it has no id.
    pub id: String,
    /// The text that explanations show.
    pub label: String,
    /// The change in points of score: of one subject, or the mean of several, rounded towards zero to a millionth.
    pub change: Points,
}

/// The kind, axis and id of a line.
type LineKey<'m> = (LineKind, Option<&'m str>, &'m str);

/// The changes of ledger lines, added up over subjects: the label of each line, and its change in millionths.
#[derive(Debug, Default)]
pub(super) struct LineChanges<'m>(HashMap<LineKey<'m>, (&'m str, i128)>);

impl<'m> LineChanges<'m> {
    /// The change of every line of one subject. If the verdict moves between a score and a gate, the gate is the only line.
    pub(super) fn between(first: &Explanation<'m>, second: &Explanation<'m>) -> LineChanges<'m> {
        let mut changes = LineChanges::default();
        let (before, after) = (first.score(), second.score());
        let gated = if after.verdict().is_scored() { first } else { second };
        if !gated.score().verdict().is_scored() {
            let (id, label) = holding_back(gated);
            let change = i128::from(after.value().micros()) - i128::from(before.value().micros());
            changes.put((LineKind::Gate, None, id), label, change);
            return changes;
        }
        for (explanation, sign) in [(first, -1), (second, 1)] {
            // Rounding is a few millionths.
            for line in explanation.lines().into_iter().filter(|line| line.kind != LineKind::Rounding) {
                let key = (line.kind, line.axis, line.id.unwrap_or(line.label));
                changes.put(key, line.label, sign * i128::from(line.score.micros()));
            }
        }
        changes
    }

    /// Adds a change. The label of the last one counts, which is that of the newer model.
    fn put(&mut self, key: LineKey<'m>, label: &'m str, change: i128) {
        let own = self.0.entry(key).or_insert((label, 0));
        *own = (label, own.1 + change);
    }

    pub(super) fn add(&mut self, other: &LineChanges<'m>) {
        for (key, (label, change)) in &other.0 {
            self.put(*key, label, *change);
        }
    }

    /// Returns the `most` largest changes, divided by the number of subjects. Changes with the sign of the sum come first, because
    /// they explain the move.
    pub(super) fn reasons(&self, subjects: u64, most: usize) -> Vec<Reason> {
        let sum: i128 = self.0.values().map(|(_, change)| change).sum();
        let counts = |kind: LineKind, change: i128| change != 0 || kind == LineKind::Gate;
        let mut lines: Vec<_> = self.0.iter().filter(|((kind, ..), (_, change))| counts(*kind, *change)).collect();
        lines
            .sort_by_key(|(key, (_, change))| (change.signum() != sum.signum(), Reverse(change.unsigned_abs()), **key));
        let subjects = i128::from(subjects.max(1));
        let reason = |((kind, axis, id), (label, change)): (&LineKey<'_>, &(&str, i128))| Reason {
            kind: *kind,
            axis: axis.map(Into::into),
            id: (*id).to_owned(),
            label: (*label).to_owned(),
            change: Points::from_micros(i64::try_from(change / subjects).unwrap_or(0)),
        };
        lines.into_iter().take(most).map(reason).collect()
    }
}

/// Returns the id and label of the gate that holds a subject back, and the verdict if no gate is known.
fn holding_back<'m>(explanation: &Explanation<'m>) -> (&'m str, &'m str) {
    let verdict = explanation.score().verdict();
    let mut checks = explanation.checks();
    let gate = match verdict {
        Verdict::Disqualified => {
            checks.find(|check| check.kind == CheckKind::Disqualifying && check.truth == Truth::True)
        }
        Verdict::Ineligible => checks.find(|check| check.kind == CheckKind::Required && check.truth == Truth::False),
        _ => None,
    };
    gate.map_or((verdict.as_str(), verdict.as_str()), |gate| (gate.id, gate.label))
}

/// The subjects that moved from one name to another.
#[derive(Debug)]
pub(super) struct MoveTally<'m> {
    rows: u64,
    direction: Direction,
    lines: LineChanges<'m>,
}

/// The moves of a dimension by the names before and after.
pub(super) type Tallies<'m> = HashMap<(Option<&'m str>, Option<&'m str>), MoveTally<'m>>;

/// Counts one subject. `None` for lines that did not change.
pub(super) fn count<'m>(
    tallies: &mut Tallies<'m>,
    places: (Option<&'m str>, Option<&'m str>),
    direction: Direction,
    lines: Option<&LineChanges<'m>>,
) {
    let tally = tallies.entry(places).or_insert(MoveTally { rows: 0, direction, lines: LineChanges::default() });
    tally.rows += 1;
    if let Some(lines) = lines.filter(|_| places.0 != places.1) {
        tally.lines.add(lines);
    }
}

/// The largest number of reasons of a move.
pub(super) const REASONS_MAX: usize = 3;

/// The subjects that had one name before and have another one, or the same one, after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Move {
    /// The name before: the verdict if a gate holds the subjects back, and `None` if they are scored and have no name.
    pub from: Option<String>,
    /// The name after.
    pub to: Option<String>,
    /// Whether the move is for the better.
    pub direction: Direction,
    /// The number of subjects.
    pub rows: u64,
    /// Up to three lines of the ledger with the largest mean change. Lines that changed against the sum of all changes are last.
    /// Empty if the name is the same, or if no points changed, for example because a state has another bound.
    pub reasons: Vec<Reason>,
}

/// Returns the moves, the most frequent first.
pub(super) fn moves(tallies: &Tallies<'_>) -> Vec<Move> {
    let owned = |name: Option<&str>| name.map(str::to_owned);
    let mut moves: Vec<Move> = tallies
        .iter()
        .map(|((from, to), tally)| Move {
            from: owned(*from),
            to: owned(*to),
            direction: tally.direction,
            rows: tally.rows,
            reasons: tally.lines.reasons(tally.rows, REASONS_MAX),
        })
        .collect();
    moves.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to))));
    moves
}
