//! How long an event matters: the half-life, or the window, that ranks later outcomes best.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::distribution::Z95;
use super::error::{EvidenceError, Kind};
use super::estimate::Estimate;
use super::grid::Grid;
use super::ranking::{Ranking, difference};
use crate::model::{Axis, Rule, Signal};
use crate::{Decay, Facts, Model, Scorer, Span};

/// Half-lives, or windows, of one event being tried on a labelled history.
///
/// Each is a model of a single signal, and the scorer that scores customers scores here too.
///
/// ```
/// use warmth::evidence::HalfLives;
/// use warmth::{Record, Span};
///
/// let mut tried = HalfLives::of("visit", [7, 30].map(Span::days))?;
/// let as_of = "2026-06-30T00:00:00Z".parse()?;
/// for (visits, bought) in [(["2026-06-29T00:00:00Z", "2026-06-28T00:00:00Z"], true),
///                          (["2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"], false)] {
///     let mut record = Record::new();
///     for at in visits {
///         record.activity_mut().record("visit", at.parse()?);
///     }
///     tried.add(&record, as_of, bought);
/// }
/// let curve = tried.curve().unwrap();
/// assert_eq!(curve.points[0].auc.value, 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Holds 8 bytes a row for each span that is tried.
#[derive(Debug)]
pub struct HalfLives<T> {
    tried: Vec<(Span, Scorer<T>, Vec<f64>)>, // by rising span
    outcomes: Vec<bool>,
}

/// The name of the only axis.
const AXIS: &str = "signal";

impl<T: Facts> HalfLives<T> {
    /// Half-lives of an event, each event being worth half as much after each span.
    ///
    /// # Errors
    ///
    /// If there are no spans, or a span or the name is none that a model takes.
    pub fn of(event: &str, spans: impl IntoIterator<Item = Span>) -> Result<HalfLives<T>, EvidenceError> {
        HalfLives::with(spans, |span| Signal::new(event, EACH).decay(Decay::HalfLife(span)))
    }

    /// Windows of an event: those younger than the span count, all the same.
    ///
    /// # Errors
    ///
    /// As [`of`](HalfLives::of).
    pub fn windows(event: &str, spans: impl IntoIterator<Item = Span>) -> Result<HalfLives<T>, EvidenceError> {
        HalfLives::with(spans, |span| Signal::new(event, EACH).window(span))
    }

    fn with(
        spans: impl IntoIterator<Item = Span>,
        signal: impl Fn(Span) -> Signal,
    ) -> Result<HalfLives<T>, EvidenceError> {
        let mut spans: Vec<Span> = spans.into_iter().collect();
        spans.sort_unstable();
        spans.dedup();
        let tried = spans.into_iter().map(|span| {
            let rule = Rule::new(AXIS, signal(span));
            let model = Model::new(AXIS).axis(Axis::new(AXIS).available(100).rule(rule));
            let scorer = Scorer::new(&model).map_err(|error| Kind::Span { text: error.to_string() })?;
            Ok((span, scorer, Vec::new()))
        });
        let tried = tried.collect::<Result<Vec<_>, Kind>>()?;
        if tried.is_empty() {
            return Err(Kind::NoCandidates.into());
        }
        Ok(HalfLives { tried, outcomes: Vec::new() })
    }

    /// Adds a subject and whether the outcome came after `as_of`. Events after it do not count.
    pub fn add(&mut self, subject: &T, as_of: DateTime<Utc>, outcome: bool) {
        for (_, scorer, sums) in &mut self.tried {
            let raw = scorer.score(subject, as_of).axis(AXIS).map_or(0.0, |axis| axis.raw.to_f64());
            sums.push(raw);
        }
        self.outcomes.push(outcome);
    }

    /// The curve of the AUC over the spans. `None` unless there are rows with the outcome and without it.
    pub fn curve(&self) -> Option<HalfLifeCurve> {
        let auc = |sums: &[f64]| Ranking::new(sums.iter().copied().zip(self.outcomes.iter().copied())).auc();
        let curve: Option<Vec<_>> = self.tried.iter().map(|(span, _, sums)| Some((*span, auc(sums)?, sums))).collect();
        let curve = curve?;
        // The first of equal ones.
        let best = curve.iter().rev().max_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
        let as_good = |sums: &[f64]| {
            difference(best.2, sums, &self.outcomes).is_none_or(|(less, variance)| less <= Z95 * variance.sqrt())
        };
        let points: Vec<CurvePoint> = curve
            .iter()
            .map(|(span, auc, sums)| CurvePoint { span: *span, auc: *auc, is_as_good: as_good(sums) })
            .collect();
        let run =
            points.chunk_by(|a, b| a.is_as_good == b.is_as_good).find(|run| run.iter().any(|p| p.span == best.0))?;
        let (low, high) = (run.first()?.span, run.last()?.span);
        Some(HalfLifeCurve { best: best.0, low, high, points })
    }
}

/// Points for an event: many, so that old events still show in millionths.
const EACH: i32 = 1_000;

/// How well each half-life, or window, ranks later outcomes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HalfLifeCurve {
    /// The span with the greatest AUC, the shortest of several.
    pub best: Span,
    /// The shortest span from which on all up to the best rank about as well.
    pub low: Span,
    /// The longest span up to which all from the best on rank about as well.
    pub high: Span,
    /// Every span, rising.
    pub points: Vec<CurvePoint>,
}

/// One half-life, or window, of a [`HalfLifeCurve`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CurvePoint {
    /// The half-life, or window.
    pub span: Span,
    /// How well it ranks later outcomes.
    pub auc: Estimate,
    /// Whether its AUC is below the best one's by no more than the interval of their paired difference allows.
    pub is_as_good: bool,
}

impl fmt::Display for HalfLifeCurve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut grid = Grid::new(["span", "AUC", ""]);
        for point in &self.points {
            let mark = if point.span == self.best {
                "best"
            } else if point.is_as_good {
                "about as good"
            } else {
                ""
            };
            grid.row([point.span.to_string(), point.auc.to_string(), mark.to_owned()]);
        }
        write!(f, "{grid}")?;
        writeln!(f, "{}, from {} to {}", self.best, self.low, self.high)
    }
}
