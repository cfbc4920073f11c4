//! Out-of-fold comparison of the two weighting methods.

use super::{OutOfFold, Request, WeightComparison};
use crate::evidence::distribution::{Z95, Z99};
use crate::evidence::error::EvidenceError;
use crate::evidence::estimate::{Estimate, real_len};
use crate::evidence::history::History;
use crate::evidence::ranking::{Ranking, difference};
use crate::evidence::scorecard::{Scorecard, Trend, bandings, by_correlation, by_overlap};

/// Returns the fold of each row.
///
/// Rows with the outcome and rows without it are dealt out separately, so that folds are stratified. Each round begins
/// at another fold, so that a period in the order of the rows does not end up in one fold.
fn folds(outcomes: &[bool], folds: u8) -> Vec<u8> {
    let mut dealt = [0_u64; 2];
    let folds = u64::from(folds);
    let fold_of = |outcome: &bool| {
        let [others, events] = &mut dealt;
        let before = if *outcome { events } else { others };
        // The multiplier of a linear congruential generator (Knuth, volume 2, section 3.3.4) draws the first fold of a
        // round.
        let first = (*before / folds).wrapping_mul(6_364_136_223_846_793_005) >> 33;
        let fold = (*before + first) % folds;
        *before += 1;
        u8::try_from(fold).unwrap_or(0)
    };
    outcomes.iter().map(fold_of).collect()
}

/// Compares the two weighting methods by cross-validation: weights and bands come from all folds but one, and rank the
/// rows of this one.
pub(super) fn compare(
    history: &History,
    request: &Request,
    trends: &[Option<Trend>],
) -> Result<WeightComparison, EvidenceError> {
    let folds = folds(&history.outcomes, request.folds);
    let fold_of = |row: usize| folds.get(row).copied();
    let (mut correlation, mut overlap, mut gain) = (FoldMean::default(), FoldMean::default(), FoldMean::default());
    for fold in 0..request.folds {
        let training = |row: usize| fold_of(row) != Some(fold);
        let bandings = bandings(history, training);
        let first = by_correlation(&bandings, trends);
        let second = by_overlap(&bandings, trends, request.ridge, &history.outcomes, training)?;
        let rows: Vec<usize> = (0..history.rows()).filter(|row| fold_of(*row) == Some(fold)).collect();
        let outcomes: Vec<bool> = rows.iter().filter_map(|row| history.outcomes.get(*row).copied()).collect();
        let scores = |card: &Scorecard<'_>| -> Vec<f64> { rows.iter().map(|row| card.score(*row).into()).collect() };
        let (first, second) = (scores(&first), scores(&second));
        for (mean, scores) in [(&mut correlation, &first), (&mut overlap, &second)] {
            let ranking = Ranking::new(scores.iter().copied().zip(outcomes.iter().copied()));
            if let Some(auc) = ranking.auc() {
                mean.add(auc.value, ranking.variance(auc.value));
            }
        }
        if let Some((more, variance)) = difference(&second, &first, &outcomes) {
            gain.add(more, variance);
        }
    }
    let difference = gain.estimate((-1.0, 1.0));
    Ok(WeightComparison { correlation: correlation.figures(), overlap: overlap.figures(), difference })
}

/// The mean of a figure over folds.
#[derive(Default)]
struct FoldMean {
    values: Vec<f64>,
    variance: f64,
}

impl FoldMean {
    fn add(&mut self, value: f64, variance: f64) {
        self.values.push(value);
        self.variance += variance;
    }

    /// Returns the mean and its standard error, corrected as in Nadeau and Bengio (2003).
    ///
    /// The weights for any two folds come from mostly the same rows, so the figures of folds are correlated. The
    /// variance of a mean of independent figures would be too small; it is multiplied by 1 + k / (k - 1) for k folds.
    fn mean_and_error(&self) -> (f64, f64) {
        let folds = real_len(self.values.len().max(2));
        let correction = 1.0 + folds / (folds - 1.0);
        (self.values.iter().sum::<f64>() / folds, (self.variance * correction).sqrt() / folds)
    }

    fn estimate(&self, ends: (f64, f64)) -> Estimate {
        let (mean, error) = self.mean_and_error();
        Estimate::normal(mean, error, Z95, ends)
    }

    fn figures(self) -> OutOfFold {
        let (mean, error) = self.mean_and_error();
        let may_be_chance = mean - Z99 * error <= 0.5;
        OutOfFold { auc: self.estimate((0.0, 1.0)), folds: self.values, may_be_chance }
    }
}
