//! Figures with confidence intervals, and conversions from counts to doubles.

use std::fmt;

use serde::Serialize;

use super::distribution::Z95;
use super::grid::fixed;

/// A figure with its 95 % confidence interval.
///
/// Of a hundred histories drawn from the same population, about 95 have an interval that contains the figure of the
/// population.
///
/// [`Display`](fmt::Display) prints `0.750 (0.611 to 0.889)`, with three decimal places unless you give a precision.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Estimate {
    /// The figure of the sample.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Estimate {
    /// Returns `value` with a normal interval of `z` standard errors to either side, clamped to `least` and `most`.
    pub(super) fn normal(value: f64, error: f64, z: f64, (least, most): (f64, f64)) -> Estimate {
        Estimate { value, low: (value - z * error).max(least), high: (value + z * error).min(most) }
    }

    /// Returns whether the interval contains `value`.
    pub fn holds(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = f.precision().unwrap_or(3);
        let [value, low, high] = [self.value, self.low, self.high].map(|figure| fixed(figure, places));
        write!(f, "{value} ({low} to {high})")
    }
}

/// Computes the share `part / whole` with its Wilson interval.
///
/// The interval ends at the shares p for which (share - p)^2 = 1.96^2 p (1 - p) / whole (Wilson 1927). It stays within
/// 0 and 1, and is reliable for small counts and for shares near 0 and 1 (Brown, Cai and DasGupta 2001).
///
/// Returns `None` if `whole` is 0. A part above the whole counts as the whole.
///
/// ```
/// let rate = warmth::evidence::wilson(8, 10).unwrap();
/// assert_eq!(rate.to_string(), "0.800 (0.490 to 0.943)");
/// ```
pub fn wilson(part: u64, whole: u64) -> Option<Estimate> {
    if whole == 0 {
        return None;
    }
    let (n, z2) = (real(whole), Z95 * Z95);
    let share = real(part.min(whole)) / n;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    // Shares of 0 and 1 are the ends of their own intervals; rounding would miss them.
    let low = if part == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if part >= whole { 1.0 } else { (middle + half).min(1.0) };
    Some(Estimate { value: share, low, high })
}

/// Converts a count to a double: exact below 2^53, beyond that the nearest double.
#[expect(clippy::cast_precision_loss, reason = "no history has 2^53 rows; sums beyond it are rounded once")]
pub(super) fn real(count: impl Into<u128>) -> f64 {
    let count: u128 = count.into();
    count as f64
}

/// Adds counts, saturating at the largest count.
pub(super) fn total(counts: impl IntoIterator<Item = u64>) -> u64 {
    counts.into_iter().fold(0, u64::saturating_add)
}

/// Converts a length to a double.
pub(super) fn real_len(len: usize) -> f64 {
    real(count(len))
}

/// Converts a length to a count.
pub(super) fn count(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
