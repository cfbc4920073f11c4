//! The half-life or window of an event that ranks later outcomes best.

use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::distribution::Z95;
use super::error::{ErrorKind, EvidenceError};
use super::estimate::{Estimate, real};
use super::grid::Grid;
use super::ranking::{Ranking, difference};
use crate::model::{Axis, Rule, Signal};
use crate::{Decay, Event, Facts, Model, Scorer, Span};

/// Tries half-lives, or windows, of one event on a labelled history.
///
/// For each span it adds up the weights that the events of a row have in a signal of a model, without the rounding and the
/// bounds of points.
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
/// Takes 8 bytes a row for each span.
#[derive(Debug)]
pub struct HalfLives<T> {
    event: String,
    tried: Vec<TriedSpan>, // by rising span
    outcomes: Vec<bool>,
    subjects: PhantomData<fn(&T)>,
}

/// One half-life or window.
#[derive(Debug)]
struct TriedSpan {
    span: Span,
    /// `None` for a window.
    decay: Option<Decay>,
    /// The weighted number of events of each row.
    sums: Vec<f64>,
}

/// The name of the model, of its only axis and of its only rule.
const AXIS: &str = "signal";

impl<T: Facts> HalfLives<T> {
    /// Creates a trial of these half-lives: an event is worth half as much after each span.
    ///
    /// # Errors
    ///
    /// If there are no spans, or if no model can contain a span or the name of the event.
    pub fn of(event: &str, spans: impl IntoIterator<Item = Span>) -> Result<HalfLives<T>, EvidenceError> {
        HalfLives::with(event, spans, |span| Some(Decay::HalfLife(span)))
    }

    /// Creates a trial of these windows: every event within the span is worth the same.
    ///
    /// # Errors
    ///
    /// The same as for [`of`](HalfLives::of).
    pub fn windows(event: &str, spans: impl IntoIterator<Item = Span>) -> Result<HalfLives<T>, EvidenceError> {
        HalfLives::with(event, spans, |_| None)
    }

    fn with(
        event: &str,
        spans: impl IntoIterator<Item = Span>,
        decay: impl Fn(Span) -> Option<Decay>,
    ) -> Result<HalfLives<T>, EvidenceError> {
        let mut spans: Vec<Span> = spans.into_iter().collect();
        spans.sort_unstable();
        spans.dedup();
        let tried = spans.into_iter().map(|span| {
            let signal = match decay(span) {
                Some(decay) => Signal::new(event, 1).decay(decay),
                None => Signal::new(event, 1).window(span),
            };
            let model = Model::new(AXIS).axis(Axis::new(AXIS).available(100).rule(Rule::new(AXIS, signal)));
            // The span must be one that a model can contain.
            Scorer::<T>::new(&model).map_err(|error| ErrorKind::RefusedSpan { problems: error.to_string() })?;
            Ok(TriedSpan { span, decay: decay(span), sums: Vec::new() })
        });
        let tried = tried.collect::<Result<Vec<_>, ErrorKind>>()?;
        if tried.is_empty() {
            return Err(ErrorKind::NoSpans.into());
        }
        Ok(HalfLives { event: event.to_owned(), tried, outcomes: Vec::new(), subjects: PhantomData })
    }

    /// Adds a subject and whether the outcome came after `as_of`. Events after `as_of` do not count.
    pub fn add(&mut self, subject: &T, as_of: DateTime<Utc>, outcome: bool) {
        let own = |event: &Event<'_>| self.event == "*" || event.name == self.event;
        let age = |event: &Event<'_>| u64::try_from(as_of.timestamp() - event.at.timestamp()).ok();
        let events: Vec<(u64, u32)> =
            subject.activity().events().filter(own).filter_map(|event| Some((age(&event)?, event.count))).collect();
        for TriedSpan { span, decay, sums } in &mut self.tried {
            let decay = decay.as_ref();
            // Exact weights, not the points of a model: millionths cannot tell old events apart.
            let weight = |age: u64| match decay {
                Some(decay) => decay.weight(Span::seconds(age)).numerator(),
                None => u64::from(age < span.secs()),
            };
            let weights = events.iter().map(|(age, count)| u128::from(weight(*age)) * u128::from(*count));
            sums.push(real(weights.fold(0, u128::saturating_add)));
        }
        self.outcomes.push(outcome);
    }

    /// Returns the AUC of each span. `None` unless there are rows with the outcome and without it.
    pub fn curve(&self) -> Option<HalfLifeCurve> {
        let auc = |sums: &[f64]| Ranking::new(sums.iter().copied().zip(self.outcomes.iter().copied())).auc();
        let tried = self.tried.iter();
        let curve: Option<Vec<_>> = tried.map(|tried| Some((tried.span, auc(&tried.sums)?, &tried.sums))).collect();
        let curve = curve?;
        // `max_by` returns the last of equal elements, so reverse to get the shortest span.
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

/// The AUC of each half-life, or window, of one event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HalfLifeCurve {
    /// The span with the largest AUC, the shortest of equal ones.
    pub best: Span,
    /// The shortest span such that it and every longer span up to the best rank about as well.
    pub low: Span,
    /// The longest span such that it and every shorter span down to the best rank about as well.
    pub high: Span,
    /// Every span, in rising order.
    pub points: Vec<CurvePoint>,
}

/// One half-life, or window, of a [`HalfLifeCurve`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CurvePoint {
    /// The half-life, or window.
    pub span: Span,
    /// The AUC: how well the span ranks later outcomes.
    pub auc: Estimate,
    /// Whether the span ranks about as well as the best one: the 95 % interval of the paired difference of their AUCs
    /// (DeLong 1988) contains 0.
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
        writeln!(f, "best {}, about as good from {} to {}", self.best, self.low, self.high)
    }
}
