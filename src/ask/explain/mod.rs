//! Explanations: a score with the reasons for it, line by line.
//!
//! The evaluator that computes the score also writes the [`Explanation`], so the two always agree. An explanation
//! contains what was evaluated. In a rule that takes the first row that holds, it does not contain the rows after that
//! one. If a rule has a guard (a `when` next to another form) and the guard fails, it contains no points of the rule.
//!
//! The lines add up exactly, in millionths. The `points` of the lines of an axis add up to the raw points of the axis.
//! The `score` of all lines adds up to the value. Adjustments, such as the bound of a group, the range from 0 to 100, a
//! limit, rounding or a gate, are lines too.
//!
//! Checks, lines and findings borrow from the explanation. [`Explanation::to_owned`] returns a copy that borrows nothing,
//! and each of its parts has an owned form with the same fields.

mod decisive;
mod describe;
mod display;
mod finding;
mod ledger;
mod lines;
mod owned;
mod words;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::finding::{Finding, Observed};
pub(crate) use self::ledger::explain;
pub use self::owned::{OwnedAxisLine, OwnedCheck, OwnedExplanation, OwnedFinding, OwnedLine, OwnedObserved};

pub(crate) use self::words::{signed, with_verb};

use self::finding::{Findings, Object};
use self::ledger::Ledger;
use crate::ask::coverage::Coverage;
use crate::evaluate::{Tally, Truth};
use crate::input::facts::Facts;
use crate::model::Fingerprint;
use crate::num::points::Points;
use crate::score::Score;
use crate::scorer::Scorer;

impl<T: Facts> Scorer<T> {
    /// Scores a subject as [`score`](Scorer::score) does, and records the reasons.
    ///
    /// Evaluates everything, even what can no longer change the outcome, so that a subject that a gate holds back
    /// has its would-be numbers too.
    pub fn explain(&self, subject: &T, as_of: DateTime<Utc>) -> Explanation<'_> {
        explain(self.program(), subject, as_of)
    }
}

/// The outcome for one subject, with every condition and every point that led to it.
///
/// ```
/// use warmth::{Model, Record, Scorer};
///
/// let model: Model = toml::from_str(
///     r#"
///     format = 1
///     name = "readiness"
///     [[axis]]
///     name = "fit"
///     [[axis.rule]]
///     id = "nps"
///     label = "Net promoter score"
///     bands.nps = [[7, 10], [9, 40]]
///     [[axis.rule]]
///     id = "flagship"
///     when.has_flagship = true
///     points = 40
///     "#,
/// )?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// let account = Record::new().with("nps", 8).with("has_flagship", true);
/// let explanation = scorer.explain(&account, "2026-11-22T09:00:00Z".parse()?);
///
/// let sum: warmth::Points = explanation.lines().iter().map(|line| line.score).sum();
/// assert_eq!(sum, explanation.score().value());
/// assert_eq!(explanation.shortfalls()[0].label, "Net promoter score");
/// assert!(explanation.to_string().contains("nps is 8"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`Display`](fmt::Display) prints an explanation for people: a line for each reason, with at most two decimals. Where
/// rounding changes a sum, a line says by how much. Long lists are shortened, and of alternatives only the one that holds
/// is named. In serde an explanation is a table of the same parts, complete and with exact decimals. To queue, return
/// or store an explanation, call [`to_owned`](Explanation::to_owned).
///
/// An explanation keeps the observed values, not the subject. Every call of [`lines`](Explanation::lines) or
/// [`checks`](Explanation::checks) computes its result again, so keep the result if you need it twice.
#[derive(Clone, Debug)]
pub struct Explanation<'m> {
    score: Score<'m>,
    as_of: DateTime<Utc>,
    ledger: Ledger<'m>,
    missing: Vec<&'m str>,
}

impl<'m> Explanation<'m> {
    /// Returns the outcome that is explained.
    pub fn score(&self) -> Score<'m> {
        self.score
    }

    /// Returns the name of the model.
    pub fn model(&self) -> &'m str {
        &self.ledger.program.name
    }

    /// Returns the fingerprint of the model.
    pub fn fingerprint(&self) -> Fingerprint {
        self.ledger.program.fingerprint
    }

    /// Returns the instant as of which the subject was scored.
    pub fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// Returns the value that the subject would have without gates.
    pub fn would_be(&self) -> Points {
        Points::from_micros(self.ledger.value)
    }

    /// Returns how much of what the rules can give is known, even for a subject that a gate holds back.
    pub fn coverage(&self) -> Coverage<'m> {
        self.ledger.coverage()
    }

    /// Returns every evaluated gate, promoter, limit and segment with its result.
    ///
    /// In the order of the document, with the gates first and disqualifying gates before required ones. Segments after
    /// the first that holds are not evaluated.
    pub fn checks(&self) -> impl Iterator<Item = Check<'_, 'm>> {
        self.ledger.checks()
    }

    /// Returns the axes, even for a subject that a gate holds back.
    pub fn axes(&self) -> impl ExactSizeIterator<Item = AxisLine<'m>> {
        self.ledger.axis_lines()
    }

    /// Returns every line that counts towards the value. The `score`s add up to the value exactly.
    pub fn lines(&self) -> Vec<Line<'_, 'm>> {
        self.ledger.lines(&self.score)
    }

    /// Returns the fields that the model reads and the subject lacks, even if they cannot change the outcome.
    pub fn missing(&self) -> &[&'m str] {
        &self.missing
    }

    /// Returns the rules and promoters that changed the value, the largest change first.
    pub fn contributions(&self) -> Vec<Line<'_, 'm>> {
        let mut lines = self.lines();
        lines.retain(|line| line.kind.is_reason() && line.score != Points::ZERO);
        lines.sort_by_key(|line| std::cmp::Reverse(line.score.micros().unsigned_abs()));
        lines
    }

    /// Returns the rules and promoters that could have given more, the largest gap first.
    pub fn shortfalls(&self) -> Vec<Line<'_, 'm>> {
        let mut lines = self.lines();
        lines.retain(|line| line.kind.is_reason() && line.shortfall > Points::ZERO);
        lines.sort_by_key(|line| std::cmp::Reverse(line.shortfall));
        lines
    }
}

/// A gate, promoter, limit or segment, and whether its condition holds.
///
/// The names are borrowed from the scorer, the findings from the [`Explanation`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Check<'e, 'm> {
    /// What the condition decides.
    pub kind: CheckKind,
    /// The id or name in the document.
    pub id: &'m str,
    /// The text for readers: the label, or the id or name if there is no label.
    pub label: &'m str,
    /// Whether the condition holds, after the gate's `missing` policy.
    pub truth: Truth,
    findings: Findings<'e>,
}

impl<'e> Check<'e, '_> {
    /// Returns what the tests of the condition observed.
    pub fn findings(&self) -> impl ExactSizeIterator<Item = Finding<'e>> + use<'e> {
        self.findings.iter()
    }
}

/// What a [`Check`] decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CheckKind {
    /// Must not hold.
    Disqualifying,
    /// Must hold.
    Required,
    /// Adds score points.
    Promoter,
    /// Clamps the score to a bound.
    Limit,
    /// Names the segment.
    Segment,
}

/// The result of one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AxisLine<'m> {
    /// The axis's name.
    pub name: &'m str,
    /// The text for readers: the label, or the name if there is no label.
    pub label: &'m str,
    /// The points of the axis: its base and the points of its rules.
    pub raw: Points,
    /// The points that count as 100 for this subject.
    pub available: Points,
    /// The score from 0 to 100; 0 for an axis that is skipped.
    pub score: Points,
    /// The weight in the mean of the axes; `None` if the model joins its axes in another way.
    pub weight: Option<Points>,
    /// How much of what the rules of the axis can give is known, from 0 to 100.
    pub coverage: Points,
    /// Whether the axis is skipped, because its coverage is too low: it leaves the total, together with its weight.
    pub skipped: bool,
}

/// One line of the ledger.
///
/// The names are borrowed from the scorer, the findings from the [`Explanation`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Line<'e, 'm> {
    /// Where the line comes from.
    pub kind: LineKind,
    /// The name of its axis; `None` for lines on the total.
    pub axis: Option<&'m str>,
    /// The id or name in the document of the rule, group, promoter or limit; `None` for other lines.
    pub id: Option<&'m str>,
    /// The text for readers.
    pub label: &'m str,
    /// Raw points of the axis; zero for lines on the total.
    pub points: Points,
    /// Score points: the part of the value that the line adds.
    pub score: Points,
    /// The raw points that the rule can reach, the score points of the promoter, or the bound of the group or limit;
    /// `None` for other lines.
    pub reach: Option<Points>,
    /// The score points that are left to gain. For a rule, how far the score before promoters would rise if the rule
    /// gave its reach and nothing else changed. For a promoter whose condition does not hold, its score points. Zero
    /// for other lines. At most the distance of the value from 100.
    pub shortfall: Points,
    /// Whether a missing fact leaves the rule or promoter unknown.
    pub unknown: bool,
    findings: Findings<'e>,
}

impl<'e> Line<'e, '_> {
    /// Returns what the tests of the line observed, or the value from which its points were computed.
    pub fn findings(&self) -> impl ExactSizeIterator<Item = Finding<'e>> + use<'e> {
        self.findings.iter()
    }

    /// Returns how a signal computed its points; the steps add up to them. Empty for other lines, and for a signal that
    /// is unknown.
    ///
    /// Sums of events are shown up to ±4,611,686,018,427 points.
    pub fn steps(&self) -> Vec<Step> {
        let Some(Tally { whole, fresh, decayed, points, .. }) = self.findings.tally().filter(|_| !self.unknown) else {
            return Vec::new();
        };
        let mut steps = vec![
            (StepKind::Events, *whole),
            (StepKind::PeriodCaps, fresh - whole),
            (StepKind::Decay, decayed - fresh),
            (StepKind::Cap, points - decayed),
        ];
        steps.retain(|(kind, micros)| *kind == StepKind::Events || *micros != 0);
        steps.into_iter().map(|(kind, micros)| Step { kind, points: Points::from_micros(micros) }).collect()
    }
}

/// Where a [`Line`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LineKind {
    /// The base points of an axis.
    Base,
    /// A rule.
    Rule,
    /// A clamp of a group of rules.
    Group,
    /// A clamp of the axis score to 0 to 100.
    Range,
    /// If axes are skipped: what the other axes gain as the weight of the skipped ones is shared among them.
    Skipped,
    /// If the model multiplies its axis scores: the product minus the sum of the other lines of the axes.
    Joining,
    /// Rounding to millionths.
    Rounding,
    /// A promoter.
    Promoter,
    /// A limit on the score.
    Limit,
    /// A clamp of the score to 0 to 100.
    Total,
    /// A gate that holds the subject back.
    Gate,
}

impl LineKind {
    /// Whether the line is about the subject, unlike an adjustment.
    fn is_reason(self) -> bool {
        matches!(self, LineKind::Rule | LineKind::Promoter)
    }
}

/// One step in the computation of a signal's points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// The kind of step.
    pub kind: StepKind,
    /// The raw points that the step adds.
    pub points: Points,
}

/// The kind of a [`Step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepKind {
    /// The points of the events that count, before decay, each in full.
    Events,
    /// The points beyond the signal's caps on the points of a day, a week or a month, of events that count in part.
    PeriodCaps,
    /// The points that the events lost with age.
    Decay,
    /// The points beyond the signal's `max`, or beyond 10^9 if it has none.
    Cap,
}

impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            StepKind::Events => "events",
            StepKind::PeriodCaps => "caps per period",
            StepKind::Decay => "decay",
            StepKind::Cap => "cap",
        })
    }
}

serialize_as_owned!(Explanation<'_>, Check<'_, '_>, AxisLine<'_>, Line<'_, '_>, Finding<'_>, Observed<'_>);
