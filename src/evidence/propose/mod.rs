//! Proposals of model documents from a history.

mod document;
mod folds;

use std::fmt;

use serde::Serialize;

use self::document::{checked, document, writable};
use self::folds::compare;
use super::bands::labels;
use super::error::{ErrorKind, EvidenceError};
use super::estimate::{Estimate, count};
use super::fit::Penalty;
use super::grid::Grid;
use super::history::{Factor, FactorSource, History};
use super::scorecard::{Cut, Scorecard, Trend, bandings, by_correlation, by_overlap};
use crate::Model;

/// The settings of a proposal: the name of the models, required trends and the validation.
///
/// ```
/// use warmth::evidence::{Trend, Request};
///
/// let request = Request::new("upsell").require("nps", Trend::Rising).folds(10);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    name: String,
    folds: u8,
    events_per_factor: u64,
    ridge: f64,
    trends: Vec<(String, Trend)>,
}

impl Request {
    /// Creates a request for models named `NAME-correlation` and `NAME-overlap`.
    pub fn new(name: impl Into<String>) -> Request {
        Request { name: name.into(), folds: 5, events_per_factor: 10, ridge: 1.0, trends: Vec::new() }
    }

    /// Sets the number of folds of the cross-validation, clamped to 2 to 20. Defaults to 5.
    #[must_use]
    pub fn folds(mut self, folds: u8) -> Request {
        self.folds = folds.clamp(2, 20);
        self
    }

    /// Sets how many rows with the outcome the history must have for each factor that varies, and how many rows without it;
    /// at least 1.
    ///
    /// Defaults to 10, the rule of thumb of Peduzzi and others (1996).
    #[must_use]
    pub fn events_per_factor(mut self, events: u64) -> Request {
        self.events_per_factor = events.max(1);
        self
    }

    /// Sets the ridge of the regression. A larger ridge makes overlapping factors share their weight more evenly.
    /// Defaults to 1.
    #[must_use]
    pub fn ridge(mut self, ridge: f64) -> Request {
        self.ridge = ridge;
        self
    }

    /// Requires that the points of a factor follow a trend.
    ///
    /// Bands that break the trend are pooled. If the history contradicts the trend, the factor has no points. If you
    /// require two trends of a factor, the last one counts.
    #[must_use]
    pub fn require(mut self, factor: impl Into<String>, trend: Trend) -> Request {
        self.trends.push((factor.into(), trend));
        self
    }
}

/// The answer of [`propose`]: models, or the reason why there are none.
///
/// [`Display`](fmt::Display) prints it in words and figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Proposal {
    /// No model, because the history has too few rows with the outcome, or too few without it.
    TooFew(Shortage),
    /// No model, because weights from one part of the history do not rank the rows of another part better than chance.
    NoSignal(WeightComparison),
    /// Two models, or one if the other may rank by chance.
    Made(Box<Proposed>),
}

/// The rows that a history has and needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Shortage {
    /// The number of rows with the outcome.
    pub events: u64,
    /// The number of rows without the outcome.
    pub others: u64,
    /// The number of rows that a proposal needs of each kind.
    pub needed: u64,
    /// The number of factors that vary. A constant factor needs no rows.
    pub factors: u64,
}

/// Two model documents, and how well their methods rank rows that the weights were not made from.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Proposed {
    /// The out-of-fold figures of both methods.
    pub comparison: WeightComparison,
    /// The model with weights in proportion to correlations. `None` if its ranking may be chance.
    pub correlation: Option<Model>,
    /// The model with weights that account for overlap. `None` if its ranking may be chance.
    pub overlap: Option<Model>,
    /// The points of the bands of each factor, also of a model that is `None`.
    pub points: Vec<FactorPoints>,
}

/// The points of the bands of a factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FactorPoints {
    /// The name of the factor.
    pub factor: String,
    /// The bands that have rows, as in [`FactorBands`](super::FactorBands).
    pub bands: Vec<BandPoints>,
}

/// The points of a band.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BandPoints {
    /// The label of the band.
    pub band: String,
    /// The points by weights in proportion to correlations.
    pub correlation: i32,
    /// The points by weights that account for overlap.
    pub overlap: i32,
}

/// Returns the points of each band that has rows.
fn points_of(history: &History, correlation: &Scorecard<'_>, overlap: &Scorecard<'_>) -> Vec<FactorPoints> {
    let mut factors = Vec::new();
    let points = correlation.points.iter().zip(&overlap.points);
    for ((factor, banding), (correlation, overlap)) in history.factors.iter().zip(correlation.bandings).zip(points) {
        let points = correlation.iter().zip(overlap).zip(&banding.counts);
        let points = labels(factor, banding).into_iter().zip(points);
        let with_rows = points.filter(|(_, (_, (events, others)))| events + others > 0);
        let bands = with_rows.map(|(band, ((correlation, overlap), _))| BandPoints {
            band,
            correlation: *correlation,
            overlap: *overlap,
        });
        factors.push(FactorPoints { factor: factor.name.clone(), bands: bands.collect() });
    }
    factors
}

/// The out-of-fold figures of the two weighting methods, on the same folds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WeightComparison {
    /// The figures of weights in proportion to correlations.
    pub correlation: OutOfFold,
    /// The figures of weights that account for overlap.
    pub overlap: OutOfFold,
    /// The AUC of `overlap` less the AUC of `correlation`, with the interval of the paired difference.
    pub difference: Estimate,
}

/// How well a weighting method ranks the rows of each fold, with weights made from the other folds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OutOfFold {
    /// The mean AUC of the folds. Its interval allows for the correlation between folds (Nadeau and Bengio 2003).
    pub auc: Estimate,
    /// The AUC of each fold.
    pub folds: Vec<f64>,
    /// Whether the lower end of the 99 % interval is 0.5 or less, so that the ranking may be chance.
    pub may_be_chance: bool,
}

/// Proposes model documents from a history, with two methods to weigh factors.
///
/// Each factor becomes a rule: a flag or tag is a condition, a number or date has bands at its quarters, a text has
/// points by value. Neighbouring bands that do not differ are merged. A factor counts if its information value is above the critical value, which chance exceeds in one
/// of twenty cases. The points of the best bands add up to 100, and the state `high-fit` begins at the
/// Kolmogorov-Smirnov cut. The two documents differ in their weights:
///
/// - by correlation: in proportion to the correlation of the factor's bands with the outcome
/// - by overlap: from a logistic regression with a ridge on weights of evidence
///
/// Bounds and points are fixed in the document. Its description and labels say where they come from. Nothing else
/// changes: people decide whether to use a document. The [guide](crate::_guide::evidence) describes every step.
///
/// A factor that knows the outcome gets nearly all points. So look at [`History::suspicions`] first.
///
/// Rows count as independent subjects. So add one row for each subject, or a few that are far apart in time.
///
/// The proposal is deterministic: the same rows in the same order give the same documents on every machine. It takes
/// time in proportion to rows x factors^2.
///
/// ```
/// use warmth::evidence::{HistoryBuilder, Proposal, Request, propose};
/// use warmth::{Kind, Record};
///
/// let mut builder = HistoryBuilder::of([("nps", Kind::Number)]);
/// for row in 0..400 {
///     let bought = row / 10 % 10 < row % 10; // none of ten with an NPS of 0, nine of ten with 9
///     builder.add(&Record::new().with("nps", row % 10), "2026-06-30T00:00:00Z".parse()?, bought);
/// }
/// let Proposal::Made(made) = propose(&builder.build(), &Request::new("upsell"))? else { panic!("no proposal") };
/// assert_eq!(made.overlap.unwrap().name(), "upsell-overlap");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// - `no-factors`: the history has no factors
/// - `unknown-factor`, `unordered-factor`: a trend is required of a factor that the history lacks, or of a text
/// - `bad-ridge`: the ridge is not a finite number above 0
/// - `unwritable-factor`: a name is empty, or a name, text or tag is longer than 1,024 bytes
/// - `refused-document`: the document does not compile, for example because two factors have the same name, or because the
///   factors that count are more fields than a model may read
/// - `not-converged`: the regression does not converge
pub fn propose(history: &History, request: &Request) -> Result<Proposal, EvidenceError> {
    let trends = request.trends_of(history)?;
    Penalty::Ridge(request.ridge).checked()?;
    if history.factors.is_empty() {
        return Err(ErrorKind::NoFactors.into());
    }
    let (events, rows) = (history.events(), count(history.rows()));
    let all = |_| true;
    let varies = |factor: &&Factor| Cut::new(factor, &history.outcomes, all).varies();
    let factors = count(history.factors.iter().filter(varies).count());
    let needed = request.events_per_factor.saturating_mul(factors).max(2 * u64::from(request.folds));
    let others = rows - events;
    if events.min(others) < needed {
        return Ok(Proposal::TooFew(Shortage { events, others, needed, factors }));
    }
    let comparison = compare(history, request, &trends)?;
    let bandings = bandings(history, all);
    let mut banded = history.factors.iter().zip(&bandings);
    if let Some((factor, _)) = banded.find(|(factor, banding)| !writable(factor, banding)) {
        return Err(ErrorKind::UnwritableFactor { name: factor.name.clone() }.into());
    }
    let model = |card: &Scorecard<'_>, method: &str, figures: &OutOfFold| {
        let sound = !figures.may_be_chance && !card.is_blank();
        sound.then(|| checked(document(history, request, card, method, figures))).transpose()
    };
    let by_correlation = by_correlation(&bandings, &trends);
    let by_overlap = by_overlap(&bandings, &trends, request.ridge, &history.outcomes, all)?;
    let correlation = model(&by_correlation, "correlation", &comparison.correlation)?;
    let overlap = model(&by_overlap, "overlap", &comparison.overlap)?;
    Ok(if correlation.is_none() && overlap.is_none() {
        Proposal::NoSignal(comparison)
    } else {
        let points = points_of(history, &by_correlation, &by_overlap);
        Proposal::Made(Box::new(Proposed { comparison, correlation, overlap, points }))
    })
}

impl Request {
    /// Returns the required trend of each factor.
    fn trends_of(&self, history: &History) -> Result<Vec<Option<Trend>>, EvidenceError> {
        let mut trends = vec![None; history.factors.len()];
        for (name, trend) in &self.trends {
            let factors = history.factors.iter().zip(&mut trends);
            let (factor, slot) = factors
                .into_iter()
                .find(|(factor, _)| factor.name == *name)
                .ok_or_else(|| ErrorKind::UnknownFactor { name: name.clone() })?;
            if factor.source == FactorSource::Text {
                return Err(ErrorKind::UnorderedFactor { name: name.clone() }.into());
            }
            *slot = Some(*trend);
        }
        Ok(trends)
    }
}

impl fmt::Display for WeightComparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut grid = Grid::new(["out of fold", "AUC", "of each fold"]);
        for (method, figures) in [("correlation weights", &self.correlation), ("overlap-aware weights", &self.overlap)]
        {
            let folds: Vec<_> = figures.folds.iter().map(|auc| format!("{auc:.3}")).collect();
            grid.row([method.to_owned(), figures.auc.to_string(), folds.join(" ")]);
        }
        grid.row(["difference".to_owned(), self.difference.to_string(), String::new()]);
        write!(f, "{grid}")
    }
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Proposal::TooFew(Shortage { events, others, needed, factors }) => writeln!(
                f,
                "Nothing is proposed: {events} rows with the outcome and {others} rows without it are too few; {needed} of \
                 each are needed for {factors} factors. Wait, look further back, or leave out factors."
            ),
            Proposal::NoSignal(comparison) => writeln!(
                f,
                "Nothing is proposed: weights from one part of the history may rank another part by chance.\n{comparison}"
            ),
            Proposal::Made(made) => {
                let name = |method: &str, model: &Option<Model>| {
                    model.as_ref().map_or(format!("no model by {method}, which may rank by chance"), |model| {
                        format!("`{}` {}", model.name(), model.fingerprint())
                    })
                };
                writeln!(
                    f,
                    "Proposed: {}, and {}",
                    name("correlation", &made.correlation),
                    name("overlap", &made.overlap)
                )?;
                write!(f, "{}", made.comparison)
            }
        }
    }
}
