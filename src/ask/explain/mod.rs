//! Why a score is what it is: the evaluation written down line by line.
//!
//! An [`Explanation`] is made by the evaluator that makes the score, so it cannot say anything else. What that did not
//! come to, such as the rows after the first that is true or the form behind a guard that is false, is not in it. Its lines add up:
//! the `points` of an axis's lines to the axis's raw points, the `score` of all lines to the value, as whole numbers
//! of millionths. What the rules alone do not account for (a group's bound, the 0-100 range, a limit, rounding, a gate)
//! is a line of its own.

mod describe;
mod display;
mod ledger;
mod lines;

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

pub(crate) use ledger::explain;
use ledger::{Ledger, Look, Saw};

use crate::evaluate::{Tally, Truth};
use crate::input::facts::Facts;
use crate::model::Fingerprint;
use crate::num::points::Points;
use crate::program::{FieldIndex, Quantity, Signal, Test, Unit, double_of};
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
/// [`Display`](fmt::Display) prints it for people; in serde it is a table of the same parts.
///
/// It keeps what was found, not the subject. Checks and lines are worked out from that when they are asked for, each
/// time anew: who reads them twice keeps what [`lines`](Explanation::lines) returned.
#[derive(Clone, Debug)]
pub struct Explanation<'m> {
    score: Score<'m>,
    as_of: DateTime<Utc>,
    ledger: Ledger<'m>,
    missing: Vec<&'m str>,
}

impl<'m> Explanation<'m> {
    /// The outcome that is explained.
    pub fn score(&self) -> Score<'m> {
        self.score
    }

    /// The name of the model that scored it.
    pub fn model(&self) -> &'m str {
        &self.ledger.program.name
    }

    /// The fingerprint of the model that scored it.
    pub fn fingerprint(&self) -> Fingerprint {
        self.ledger.program.fingerprint
    }

    /// The instant as of which the subject was scored.
    pub fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// The value that the subject would have if no gate held it back; otherwise its value.
    pub fn would_be(&self) -> Points {
        Points::from_micros(self.ledger.value)
    }

    /// Every gate, promoter, limit and segment that was asked, with what it found: gates first, in the order of the
    /// document, disqualifying ones before required ones.
    pub fn checks(&self) -> impl Iterator<Item = Check<'_, 'm>> {
        self.ledger.checks()
    }

    /// The axes, also of a subject that a gate holds back.
    pub fn axes(&self) -> impl ExactSizeIterator<Item = AxisLine<'m>> {
        self.ledger.axis_lines()
    }

    /// Every line that counts towards the value. Their `score`s add up to it exactly.
    pub fn lines(&self) -> Vec<Line<'_, 'm>> {
        self.ledger.lines(&self.score)
    }

    /// Fields that the model reads and the subject lacks, whether or not the outcome hung on them.
    pub fn missing(&self) -> &[&'m str] {
        &self.missing
    }

    /// Rules and promoters that moved the value, the largest first.
    pub fn contributions(&self) -> Vec<Line<'_, 'm>> {
        let mut lines = self.lines();
        lines.retain(|line| line.is_reason() && line.score != Points::ZERO);
        lines.sort_by_key(|line| std::cmp::Reverse(line.score.micros().unsigned_abs()));
        lines
    }

    /// Rules and promoters that could have given more, the largest gap first.
    pub fn shortfalls(&self) -> Vec<Line<'_, 'm>> {
        let mut lines = self.lines();
        lines.retain(|line| line.is_reason() && line.shortfall > Points::ZERO);
        lines.sort_by_key(|line| std::cmp::Reverse(line.shortfall));
        lines
    }
}

/// A condition of the model that is no rule, and whether it held.
///
/// Its names are borrowed from the scorer, what its tests looked at from the [`Explanation`].
#[derive(Clone, Copy, Debug, Serialize)]
#[non_exhaustive]
pub struct Check<'e, 'm> {
    /// What the condition decides.
    pub kind: CheckKind,
    /// Its id or name in the document.
    pub id: &'m str,
    /// What a reader sees: its label, else its id or name.
    pub label: &'m str,
    /// Whether it held, after its policy for the unknown.
    pub truth: Truth,
    findings: Findings<'e>,
}

impl<'e> Check<'e, '_> {
    /// What its tests looked at.
    pub fn findings(&self) -> impl ExactSizeIterator<Item = Finding<'e>> + use<'e> {
        self.findings.iter()
    }
}

/// What a [`Check`] decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CheckKind {
    /// Must not hold.
    Disqualifying,
    /// Must hold.
    Required,
    /// Adds score points.
    Promoter,
    /// Holds the score within a bound.
    Limit,
    /// Names the segment.
    Segment,
}

/// What one axis came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AxisLine<'m> {
    /// The axis's name.
    pub name: &'m str,
    /// What a reader sees: its label, else its name.
    pub label: &'m str,
    /// Points as the rules gave them.
    pub raw: Points,
    /// The points that count as 100 for this subject.
    pub available: Points,
    /// The score from 0 to 100.
    pub score: Points,
    /// Its weight among the axes.
    pub weight: Points,
}

/// One line of the ledger.
///
/// Its names are borrowed from the scorer, what its tests looked at from the [`Explanation`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Line<'e, 'm> {
    /// Where the line comes from.
    pub kind: LineKind,
    /// The axis it belongs to; `None` for lines on the total.
    pub axis: Option<&'m str>,
    /// The id or name in the document of what the line stands for, where there is one.
    pub id: Option<&'m str>,
    /// What a reader sees.
    pub label: &'m str,
    /// Raw points of the axis; zero for lines on the total.
    pub points: Points,
    /// Score points: what the line adds to the value.
    pub score: Points,
    /// The raw points the rule could reach, the score points of a promoter, or the bound at which a group or limit
    /// holds; `None` where there is no such thing.
    pub reach: Option<Points>,
    /// By how much the score before promoters would rise if this line alone gave what it could reach, as far as there
    /// is room up to 100; for a promoter, what it would add.
    pub shortfall: Points,
    /// Whether a missing fact leaves it unknown.
    pub unknown: bool,
    findings: Findings<'e>,
}

impl<'e> Line<'e, '_> {
    /// What its tests looked at, or what its points were read from.
    pub fn findings(&self) -> impl ExactSizeIterator<Item = Finding<'e>> + use<'e> {
        self.findings.iter()
    }

    /// How a signal came to its points; these add up to them. Empty where the points are no signal's.
    pub fn steps(&self) -> Vec<Step> {
        let Some(Tally { fresh, decayed, points: worth, .. }) = self.findings.tally() else { return Vec::new() };
        let mut steps =
            vec![(StepKind::Events, *fresh), (StepKind::Decay, decayed - fresh), (StepKind::Cap, worth - decayed)];
        steps.retain(|(kind, micros)| *kind == StepKind::Events || *micros != 0);
        steps.into_iter().map(|(kind, micros)| Step { kind, points: Points::from_micros(micros) }).collect()
    }

    /// Whether it stands for something about the subject instead of an adjustment.
    fn is_reason(&self) -> bool {
        matches!(self.kind, LineKind::Rule | LineKind::Promoter)
    }
}

/// Where a [`Line`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LineKind {
    /// The points that an axis starts from.
    Base,
    /// A rule.
    Rule,
    /// The bound of a group.
    Group,
    /// The axis score's range from 0 to 100.
    Range,
    /// The way the axes are joined, where that is not their mean.
    Joining,
    /// Rounding to millionths.
    Rounding,
    /// A promoter.
    Promoter,
    /// A limit on the total.
    Limit,
    /// The score's range from 0 to 100.
    Total,
    /// A gate that holds the subject back.
    Gate,
}

/// One step on a signal's way to its points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// The raw points it adds.
    pub points: Points,
}

/// What a [`Step`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StepKind {
    /// The events that count, before decay.
    Events,
    /// What they lost with age.
    Decay,
    /// What the signal's own bound takes away.
    Cap,
}

impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            StepKind::Events => "events",
            StepKind::Decay => "decay",
            StepKind::Cap => "cap",
        })
    }
}

/// What a check or a line looked at.
#[derive(Clone, Copy)]
struct Findings<'e> {
    ledger: &'e Ledger<'e>,
    looks: &'e [Look<'e>],
}

impl<'e> Findings<'e> {
    fn iter(self) -> impl ExactSizeIterator<Item = Finding<'e>> + use<'e> {
        self.looks.iter().map(move |look| Finding { ledger: self.ledger, look })
    }

    fn tally(self) -> Option<&'e Tally> {
        self.looks.iter().find_map(|look| match look.saw {
            Saw::Tallied(place) => self.ledger.tally(place),
            _ => None,
        })
    }
}

impl fmt::Debug for Findings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// What one test asked for and what it saw, or what a rule read its points from.
#[derive(Clone, Copy)]
pub struct Finding<'e> {
    ledger: &'e Ledger<'e>,
    look: &'e Look<'e>,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug)]
enum Object<'m> {
    Test(&'m Test),
    Quantity(&'m Quantity),
    Field(FieldIndex),
    Signal(&'m Signal),
}

impl Object<'_> {
    /// The unit in which it is measured.
    fn unit(self) -> Unit {
        match self {
            Object::Test(Test::Number { of, .. }) | Object::Quantity(of) => of.unit(),
            Object::Test(_) | Object::Field(_) | Object::Signal(_) => Unit::Whole,
        }
    }
}

impl<'e> Finding<'e> {
    /// What was looked at, such as `nps` or `pricing_view events in the last 30d`.
    pub fn subject(&self) -> String {
        describe::subject(self.ledger.program, self.look.of)
    }

    /// What was asked of it, such as `at least 9`; `None` where points were read from it.
    pub fn expected(&self) -> Option<String> {
        let Object::Test(test) = self.look.of else { return None };
        let expected = describe::expected(self.ledger.program, test);
        Some(if self.look.negated { format!("not {expected}") } else { expected })
    }

    /// What was seen.
    pub fn observed(&self) -> Observed<'e> {
        match self.look.saw {
            Saw::Missing => Observed::Missing,
            Saw::Flag(flag) => Observed::Flag(flag),
            Saw::Number(number) => Observed::Number(number),
            Saw::Measured(value) => match self.look.of.unit() {
                Unit::Whole => Observed::Whole(value),
                Unit::Millionth => Observed::Points(Points::from_micros(value)),
                Unit::Double => Observed::Number(double_of(value)),
            },
            Saw::Text(from, to) => Observed::Text(self.ledger.text(from, to)),
            Saw::Tags(from, to) => {
                let mut tags: Vec<_> = self.ledger.tags(from, to).collect();
                tags.sort_unstable();
                tags.dedup();
                Observed::Tags(tags)
            }
            Saw::Date(date) => Observed::Date(date),
            Saw::Time(time) => Observed::Time(time),
            Saw::Tallied(place) => {
                let events = self.ledger.tally(place).map_or(0, |tally| tally.events);
                Observed::Whole(i64::try_from(events).unwrap_or(i64::MAX))
            }
        }
    }

    /// Whether it was as expected; true where nothing was asked and the value is known.
    pub fn truth(&self) -> Truth {
        self.look.truth
    }
}

impl fmt::Debug for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("subject", &self.subject())
            .field("expected", &self.expected())
            .field("observed", &self.observed())
            .field("truth", &self.truth())
            .finish()
    }
}

/// What a test saw.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Observed<'e> {
    /// Nothing: the fact is missing.
    Missing,
    /// A flag.
    Flag(bool),
    /// A number or a ratio.
    Number(f64),
    /// A count of events, tags, days or months.
    Whole(i64),
    /// A score or an amount.
    Points(Points),
    /// A text.
    Text(&'e str),
    /// A date.
    Date(NaiveDate),
    /// An instant.
    Time(DateTime<Utc>),
    /// A set of texts, sorted.
    Tags(Vec<&'e str>),
}

impl fmt::Display for Observed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Observed::Missing => f.write_str("not known"),
            Observed::Flag(true) => f.write_str("yes"),
            Observed::Flag(false) => f.write_str("no"),
            Observed::Number(number) => write!(f, "{number}"),
            Observed::Whole(whole) => write!(f, "{whole}"),
            Observed::Points(points) => write!(f, "{points}"),
            Observed::Text("") => f.write_str("empty"),
            Observed::Text(text) => f.write_str(text),
            Observed::Date(date) => write!(f, "{date}"),
            Observed::Time(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::Secs, true)),
            Observed::Tags(tags) if tags.is_empty() => f.write_str("none"),
            Observed::Tags(tags) => f.write_str(&tags.join(", ")),
        }
    }
}

impl Serialize for Observed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Observed::Missing => serializer.serialize_none(),
            Observed::Flag(flag) => serializer.serialize_bool(*flag),
            Observed::Number(number) => serializer.serialize_f64(*number),
            Observed::Whole(whole) => serializer.serialize_i64(*whole),
            Observed::Points(points) => points.serialize(serializer),
            Observed::Text(text) => serializer.serialize_str(text),
            Observed::Date(_) | Observed::Time(_) => serializer.collect_str(self),
            Observed::Tags(tags) => serializer.collect_seq(tags),
        }
    }
}

impl Serialize for Finding<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Finding", 4)?;
        fields.serialize_field("subject", &self.subject())?;
        fields.serialize_field("expected", &self.expected())?;
        fields.serialize_field("observed", &self.observed())?;
        fields.serialize_field("truth", &self.truth())?;
        fields.end()
    }
}

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl Serialize for Line<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Line", 11)?;
        fields.serialize_field("kind", &self.kind)?;
        fields.serialize_field("axis", &self.axis)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("label", &self.label)?;
        fields.serialize_field("points", &self.points)?;
        fields.serialize_field("score", &self.score)?;
        fields.serialize_field("reach", &self.reach)?;
        fields.serialize_field("shortfall", &self.shortfall)?;
        fields.serialize_field("unknown", &self.unknown)?;
        fields.serialize_field("findings", &self.findings)?;
        fields.serialize_field("steps", &self.steps())?;
        fields.end()
    }
}

impl Serialize for Explanation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Explanation", 9)?;
        fields.serialize_field("model", self.model())?;
        fields.serialize_field("fingerprint", &self.fingerprint())?;
        fields.serialize_field("as_of", &self.as_of.to_rfc3339_opts(SecondsFormat::Secs, true))?;
        fields.serialize_field("outcome", &self.score)?;
        fields.serialize_field("would_be", &self.would_be())?;
        fields.serialize_field("checks", &self.checks().collect::<Vec<_>>())?;
        fields.serialize_field("axes", &self.axes().collect::<Vec<_>>())?;
        fields.serialize_field("lines", &self.lines())?;
        fields.serialize_field("missing", &self.missing)?;
        fields.end()
    }
}
