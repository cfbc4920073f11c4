//! Whether two samples of one thing are distributed alike: the population stability index.

use libm::log;
use serde::Serialize;

use super::distribution::chi_squared_quantile;
use super::estimate::{real, real_len, total};

/// The population stability index of two samples, with the value that chance exceeds in one of twenty cases.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Psi {
    /// The index: 0 if and only if both samples have the same shares.
    pub value: f64,
    /// What an index of two samples of these sizes from one population exceeds with a chance of 5 %.
    pub critical: f64,
    /// How many bins have anything in them.
    pub bins: usize,
}

impl Psi {
    /// Whether the samples differ by more than chance explains.
    pub fn is_drift(&self) -> bool {
        self.value > self.critical
    }
}

/// The population stability index of the counts of two samples in the same bins.
///
/// PSI = sum of (p - q) ln (p / q) over the bins, p and q their shares; the same with the samples exchanged. If chance
/// alone makes the samples differ, PSI / (1/n + 1/m) follows a chi-squared distribution with one degree of freedom less
/// than there are bins (Yurdakul and Naranjo 2020), so the critical value falls with the sizes n and m, where the fixed
/// 0.1 and 0.25 of rule books do not. If just one sample has nothing in a bin, both are mixed with as much of an even
/// distribution as one half more in each bin of the smaller sample is. Bins in which neither has anything do not count.
/// `None` if a sample is empty, there are fewer than two bins, or one sample has more bins than the other.
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
    // The same mixture for both, so that unequal shares stay unequal.
    let size = real(sizes.0.min(sizes.1));
    let share = |part: u64, whole: u64| {
        let share = real(part) / real(whole);
        if half > 0.0 { (share * size + half) / (size + half * real_len(bins.len())) } else { share }
    };
    let value = bins
        .iter()
        .map(|(b, a)| {
            let (p, q) = (share(**b, sizes.0), share(**a, sizes.1));
            // Two logarithms instead of one of the quotient: exchanging the samples changes nothing but signs.
            (p - q) * (log(p) - log(q))
        })
        .sum();
    let critical = chi_squared_quantile(0.95, real_len(bins.len() - 1)) * (1.0 / real(sizes.0) + 1.0 / real(sizes.1));
    Some(Psi { value, critical, bins: bins.len() })
}
