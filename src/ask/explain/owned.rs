//! Explanations that borrow nothing. Their serde form is the serde form of all explanations.

use std::cmp::Reverse;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::{Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{AxisLine, Check, CheckKind, Explanation, Line, LineKind, Observed, Step, words};
use crate::evaluate::Truth;
use crate::model::Fingerprint;
use crate::num::json::json_number;
use crate::num::points::{MICROS, Points};
use crate::score::{OwnedScore, is_false};
use crate::time::{instant, instant_at, second_of};

/// An [`Explanation`] that borrows nothing: to queue, to return from a function, and to read back from a database.
///
/// `Send + Sync + 'static`. Checks, lines and findings are plain data; an [`Explanation`] computes them again at each
/// call.
///
/// [`Display`](fmt::Display) and serde write the same text as the [`Explanation`]. Deserializing needs a
/// self-describing format, such as JSON, TOML or CBOR, because [`Points`] are written as an integer or as a double.
///
/// ```
/// # use warmth::{Model, OwnedExplanation, Record, Scorer};
/// # let model: Model = serde_json::from_str(r#"{ "format": 1, "name": "x",
/// #   "axis": [{ "name": "fit", "rule": [{ "id": "nps", "points": 40, "when": { "nps": { "at_least": 9 } } }] }] }"#)?;
/// let scorer = Scorer::<Record>::new(&model)?;
/// let record = Record::new().with("nps", 8);
/// let explanation = scorer.explain(&record, "2026-11-22T09:00:00Z".parse()?).to_owned();
/// drop(scorer);
/// assert_eq!(&*explanation.shortfalls()[0].label, "nps");
/// assert_eq!(explanation.lines()[0].findings[0].observed.to_string(), "8");
/// let stored = serde_json::to_string(&explanation)?;
/// assert_eq!(serde_json::from_str::<OwnedExplanation>(&stored)?, explanation);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "Explanation")]
pub struct OwnedExplanation {
    model: Arc<str>,
    fingerprint: Fingerprint,
    #[serde(with = "instant")]
    as_of: DateTime<Utc>,
    #[serde(rename = "outcome")]
    score: OwnedScore,
    would_be: Points,
    #[serde(default = "full", skip_serializing_if = "is_full")]
    coverage: Points,
    checks: Vec<OwnedCheck>,
    axes: Vec<OwnedAxisLine>,
    lines: Vec<OwnedLine>,
    missing: Vec<Arc<str>>,
}

fn full() -> Points {
    Points::from(100)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_full(coverage: &Points) -> bool {
    *coverage == full()
}

/// An owned [`Check`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "Check")]
#[non_exhaustive]
pub struct OwnedCheck {
    /// What the condition decides.
    pub kind: CheckKind,
    /// The id or name in the document.
    pub id: Arc<str>,
    /// The text for readers: the label, or the id or name if there is no label.
    pub label: Arc<str>,
    /// Whether the condition holds, after the gate's `missing` policy.
    pub truth: Truth,
    /// What the tests of the condition observed.
    pub findings: Vec<OwnedFinding>,
}

/// An owned [`AxisLine`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename = "AxisLine")]
#[non_exhaustive]
pub struct OwnedAxisLine {
    /// The axis's name.
    pub name: Arc<str>,
    /// The text for readers: the label, or the name if there is no label.
    pub label: Arc<str>,
    /// The points of the axis: its base and the points of its rules.
    pub raw: Points,
    /// The points that count as 100 for this subject.
    pub available: Points,
    /// The score from 0 to 100; 0 for an axis that is skipped.
    pub score: Points,
    /// The weight in the mean of the axes; `None` if the model joins its axes in another way.
    pub weight: Option<Points>,
    /// As [`AxisLine::coverage`]. In serde the key exists only if it is below 100.
    #[serde(default = "full", skip_serializing_if = "is_full")]
    pub coverage: Points,
    /// As [`AxisLine::skipped`]. In serde the key exists only if it is true.
    #[serde(default, skip_serializing_if = "is_false")]
    pub skipped: bool,
}

/// An owned [`Line`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "Line")]
#[non_exhaustive]
pub struct OwnedLine {
    /// Where the line comes from.
    pub kind: LineKind,
    /// The name of its axis; `None` for lines on the total.
    pub axis: Option<Arc<str>>,
    /// The id or name in the document of the rule, group, promoter or limit; `None` for other lines.
    pub id: Option<Arc<str>>,
    /// The text for readers.
    pub label: Arc<str>,
    /// Raw points of the axis; zero for lines on the total.
    pub points: Points,
    /// Score points: the part of the value that the line adds.
    pub score: Points,
    /// As [`Line::reach`].
    pub reach: Option<Points>,
    /// As [`Line::shortfall`].
    pub shortfall: Points,
    /// Whether a missing fact leaves the rule or promoter unknown.
    pub unknown: bool,
    /// What the tests of the line observed, or the value from which its points were computed.
    pub findings: Vec<OwnedFinding>,
    /// How a signal computed its points; the steps add up to them. Empty for other lines.
    pub steps: Vec<Step>,
}

/// An owned [`Finding`](super::Finding).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "Finding")]
#[non_exhaustive]
pub struct OwnedFinding {
    /// The input in words, such as `nps` or `pricing_view events in the last 30d`.
    pub subject: Arc<str>,
    /// The expectation of the test in words, such as `at least 9`; `None` if the finding is not from a test.
    pub expected: Option<Arc<str>>,
    /// The observed value.
    pub observed: OwnedObserved,
    /// Whether the value was as expected. Without an expectation: true if the value is known.
    pub truth: Truth,
    /// As [`Finding::is_decisive`](super::Finding::is_decisive). In serde the key exists only if it is false.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub decisive: bool,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_true(flag: &bool) -> bool {
    *flag
}

/// An owned [`Observed`], with the types of JSON.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum OwnedObserved {
    /// No value: the fact is missing.
    Missing,
    /// A flag.
    Flag(bool),
    /// A number, a ratio, or a score or amount that is not an integer.
    Number(f64),
    /// A count of events, tags, days or months, or a score or amount that is an integer.
    Whole(i64),
    /// A text, or a date or instant as text.
    Text(Arc<str>),
    /// A set of texts, sorted.
    Tags(Vec<Arc<str>>),
}

impl Explanation<'_> {
    /// Returns a copy that borrows nothing; see [`OwnedExplanation`].
    ///
    /// The instant is truncated to whole seconds, as in the evaluation.
    pub fn to_owned(&self) -> OwnedExplanation {
        OwnedExplanation {
            model: Arc::clone(&self.ledger.program.name),
            fingerprint: self.fingerprint(),
            as_of: instant_at(second_of(self.as_of)),
            score: self.score.to_owned(),
            would_be: self.would_be(),
            coverage: self.coverage().whole(),
            checks: self.checks().map(|check| check.to_owned()).collect(),
            axes: self.axes().map(|axis| axis.to_owned()).collect(),
            lines: self.lines().iter().map(Line::to_owned).collect(),
            missing: self.missing.iter().map(|field| (*field).into()).collect(),
        }
    }
}

impl Check<'_, '_> {
    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedCheck {
        OwnedCheck {
            kind: self.kind,
            id: self.id.into(),
            label: self.label.into(),
            truth: self.truth,
            findings: self.findings.to_owned(),
        }
    }
}

impl AxisLine<'_> {
    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedAxisLine {
        let AxisLine { name, label, raw, available, score, weight, coverage, skipped } = *self;
        OwnedAxisLine { name: name.into(), label: label.into(), raw, available, score, weight, coverage, skipped }
    }
}

impl Line<'_, '_> {
    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedLine {
        OwnedLine {
            kind: self.kind,
            axis: self.axis.map(Into::into),
            id: self.id.map(Into::into),
            label: self.label.into(),
            points: self.points,
            score: self.score,
            reach: self.reach,
            shortfall: self.shortfall,
            unknown: self.unknown,
            findings: self.findings.to_owned(),
            steps: self.steps(),
        }
    }
}

impl Observed<'_> {
    /// Returns a copy that borrows nothing.
    pub fn to_owned(&self) -> OwnedObserved {
        match self {
            Observed::Missing => OwnedObserved::Missing,
            Observed::Flag(flag) => OwnedObserved::Flag(*flag),
            Observed::Number(number) => OwnedObserved::Number(*number),
            Observed::Whole(whole) => OwnedObserved::Whole(*whole),
            Observed::Points(points) if points.micros() % MICROS == 0 => OwnedObserved::Whole(points.micros() / MICROS),
            // Beyond 2^33 a double may print other digits than the decimal has.
            Observed::Points(points) => OwnedObserved::Number(points.to_f64()),
            Observed::Text(text) => OwnedObserved::Text((*text).into()),
            Observed::Date(date) => OwnedObserved::Text(date.to_string().into()),
            Observed::Time(time) => OwnedObserved::Text(instant::written(*time).into()),
            Observed::Tags(tags) => OwnedObserved::Tags(tags.iter().map(|tag| (*tag).into()).collect()),
        }
    }
}

impl OwnedExplanation {
    /// Returns the outcome that is explained.
    pub fn score(&self) -> &OwnedScore {
        &self.score
    }

    /// Returns the name of the model.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Returns the fingerprint of the model.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Returns the instant as of which the subject was scored, in whole seconds.
    pub fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// Returns the value that the subject would have without gates.
    pub fn would_be(&self) -> Points {
        self.would_be
    }

    /// Returns how much of what the rules can give is known, from 0 to 100: the whole of [`Explanation::coverage`]. The
    /// [axes](OwnedExplanation::axes) have their own.
    ///
    /// In serde the key exists only if it is below 100.
    pub fn coverage(&self) -> Points {
        self.coverage
    }

    /// Returns every evaluated gate, promoter, limit and segment, as [`Explanation::checks`] does.
    pub fn checks(&self) -> &[OwnedCheck] {
        &self.checks
    }

    /// Returns the axes, even for a subject that a gate holds back.
    pub fn axes(&self) -> &[OwnedAxisLine] {
        &self.axes
    }

    /// Returns every line that counts towards the value. The `score`s add up to the value exactly.
    pub fn lines(&self) -> &[OwnedLine] {
        &self.lines
    }

    /// Returns the fields that the model reads and the subject lacks, even if they cannot change the outcome.
    pub fn missing(&self) -> &[Arc<str>] {
        &self.missing
    }

    /// Returns the rules and promoters that changed the value, the largest change first.
    pub fn contributions(&self) -> Vec<&OwnedLine> {
        let mut lines: Vec<_> =
            self.lines.iter().filter(|line| line.kind.is_reason() && line.score != Points::ZERO).collect();
        lines.sort_by_key(|line| Reverse(line.score.micros().unsigned_abs()));
        lines
    }

    /// Returns the rules and promoters that could have given more, the largest gap first.
    pub fn shortfalls(&self) -> Vec<&OwnedLine> {
        let mut lines: Vec<_> =
            self.lines.iter().filter(|line| line.kind.is_reason() && line.shortfall > Points::ZERO).collect();
        lines.sort_by_key(|line| Reverse(line.shortfall));
        lines
    }
}

/// Prints a number with at most two decimals, and the beginning of a long text or list. A rounded number is `about 0.83`.
impl fmt::Display for OwnedObserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OwnedObserved::Missing => f.write_str("not known"),
            OwnedObserved::Flag(true) => f.write_str("yes"),
            OwnedObserved::Flag(false) => f.write_str("no"),
            OwnedObserved::Number(number) => f.write_str(&words::number(*number)),
            OwnedObserved::Whole(whole) => write!(f, "{whole}"),
            OwnedObserved::Text(text) if text.is_empty() => f.write_str("empty"),
            OwnedObserved::Text(text) => f.write_str(&words::shortened(text)),
            OwnedObserved::Tags(tags) if tags.is_empty() => f.write_str("none"),
            OwnedObserved::Tags(tags) => f.write_str(&words::enumerated(tags.iter().map(|tag| &**tag))),
        }
    }
}

/// As null, a boolean, a number, a string or a list of strings.
impl Serialize for OwnedObserved {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            OwnedObserved::Missing => serializer.serialize_none(),
            OwnedObserved::Flag(flag) => serializer.serialize_bool(*flag),
            OwnedObserved::Number(number) => serializer.serialize_f64(*number),
            OwnedObserved::Whole(whole) => serializer.serialize_i64(*whole),
            OwnedObserved::Text(text) => serializer.serialize_str(text),
            OwnedObserved::Tags(tags) => tags.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for OwnedObserved {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OwnedObserved, D::Error> {
        struct ObservedVisitor;

        impl<'de> Visitor<'de> for ObservedVisitor {
            type Value = OwnedObserved;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("null, a boolean, a number, a string or a list of strings")
            }

            fn visit_unit<E: Error>(self) -> Result<OwnedObserved, E> {
                Ok(OwnedObserved::Missing)
            }

            fn visit_none<E: Error>(self) -> Result<OwnedObserved, E> {
                Ok(OwnedObserved::Missing)
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<OwnedObserved, E> {
                Ok(OwnedObserved::Flag(flag))
            }

            fn visit_i64<E: Error>(self, whole: i64) -> Result<OwnedObserved, E> {
                Ok(OwnedObserved::Whole(whole))
            }

            fn visit_u64<E: Error>(self, whole: u64) -> Result<OwnedObserved, E> {
                i64::try_from(whole).map(OwnedObserved::Whole).map_err(E::custom)
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<OwnedObserved, E> {
                Ok(OwnedObserved::Number(number))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<OwnedObserved, E> {
                Ok(OwnedObserved::Text(text.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<OwnedObserved, A::Error> {
                let mut tags = Vec::new();
                while let Some(tag) = entries.next_element()? {
                    tags.push(tag);
                }
                Ok(OwnedObserved::Tags(tags))
            }

            /// A fraction of `serde_json` with `arbitrary_precision`.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<OwnedObserved, A::Error> {
                match json_number(&mut map)? {
                    Some(number) => self.visit_f64(number),
                    None => Err(A::Error::invalid_type(Unexpected::Map, &self)),
                }
            }
        }

        deserializer.deserialize_any(ObservedVisitor)
    }
}
