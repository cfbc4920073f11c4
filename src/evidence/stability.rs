//! The population stability index (PSI), which measures drift between two samples.

use libm::log;
use serde::Serialize;

use super::distribution::chi_squared_quantile;
use super::estimate::{real, real_len, total};

/// A population stability index (PSI) with its critical value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Psi {
    /// The index: 0 or more, and 0 only if both samples have the same shares.
    pub value: f64,
    /// The critical value: two samples of these sizes from the same population exceed it with a probability of 5 %.
    pub critical: f64,
    /// The number of bins that are not empty in both samples.
    pub bins: usize,
}

impl Psi {
    /// Returns whether the index is above its critical value, so that chance alone does not explain the difference.
    pub fn is_drift(&self) -> bool {
        self.value > self.critical
    }
}

/// Computes the population stability index (PSI) of two samples, from their counts in the same bins.
///
/// PSI = sum of (p - q) ln (p / q) over the bins, with the shares p and q of the two samples (Jeffreys 1946). It is
/// symmetric. Bins that are empty in both samples do not count. If a bin is empty in one sample, both samples are
/// smoothed: each is mixed with a uniform distribution, whose weight is that of one half added to every bin of the
/// smaller sample.
///
/// The critical value is the 95th percentile of chi-squared, times 1/n + 1/m for samples of sizes n and m, with one
/// degree of freedom less than there are bins (Yurdakul and Naranjo 2020). So it falls with the sizes; the fixed
/// thresholds 0.1 and 0.25 of textbooks do not.
///
/// Returns `None` if a sample is empty, if there are fewer than two bins, or if the samples have different numbers of
/// bins.
///
/// ```
/// let psi = warmth::evidence::psi(&[10, 20, 40, 20, 10], &[15, 25, 35, 15, 10]).unwrap();
/// assert_eq!(format!("{:.6} {:.6} {}", psi.value, psi.critical, psi.is_drift()), "0.052491 0.189755 false");
/// ```
pub fn psi(before: &[u64], after: &[u64]) -> Option<Psi> {
    let bins: Vec<_> = before.iter().zip(after).filter(|(b, a)| **b > 0 || **a > 0).collect();
    let sizes = (total(bins.iter().map(|(b, _)| **b)), total(bins.iter().map(|(_, a)| **a)));
    if before.len() != after.len() || bins.len() < 2 || sizes.0 == 0 || sizes.1 == 0 {
        return None;
    }
    let half = if bins.iter().any(|(b, a)| **b == 0 || **a == 0) { 0.5 } else { 0.0 };
    // The same mixture for both samples, so that unequal shares stay unequal.
    let size = real(sizes.0.min(sizes.1));
    let share = |part: u64, whole: u64| {
        let share = real(part) / real(whole);
        if half > 0.0 { (share * size + half) / (size + half * real_len(bins.len())) } else { share }
    };
    let value = bins
        .iter()
        .map(|(b, a)| {
            let (p, q) = (share(**b, sizes.0), share(**a, sizes.1));
            // Two logarithms instead of one of the quotient, so that the index is symmetric to the last bit.
            (p - q) * (log(p) - log(q))
        })
        .sum();
    let critical = chi_squared_quantile(0.95, real_len(bins.len() - 1)) * (1.0 / real(sizes.0) + 1.0 / real(sizes.1));
    Some(Psi { value, critical, bins: bins.len() })
}
