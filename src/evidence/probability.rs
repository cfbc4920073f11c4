//! The Brier score of probabilities, and the scale between points and odds.

use std::collections::BTreeMap;

use libm::log;
use serde::Serialize;

use super::estimate::real;
use super::order;

/// A Brier score and its three parts: `value` = `reliability` - `resolution` + `uncertainty` (Murphy 1973).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Brier {
    /// The mean of (probability - outcome)^2, from 0 (perfect) to 1.
    pub value: f64,
    /// The mean squared distance between each probability and the outcome rate of its rows. Lower is better.
    pub reliability: f64,
    /// The mean squared distance between these outcome rates and the overall rate. Higher is better.
    pub resolution: f64,
    /// The variance of the outcomes, which no forecast can change.
    pub uncertainty: f64,
}

/// Computes the Brier score of probabilities and outcomes, and its three parts (Brier 1950; Murphy 1973).
///
/// Rows of equal probability form a group, so round the probabilities first if few of them are equal. Rows whose
/// probability is not from 0 to 1 are left out. Returns `None` if no row is left.
///
/// ```
/// use warmth::evidence::brier;
///
/// let stated = [(0.25, false), (0.25, false), (0.25, true), (0.75, true), (0.75, false), (0.75, true)];
/// let brier = brier(stated).unwrap();
/// assert_eq!(format!("{:.4}", brier.value), "0.2292");
/// ```
pub fn brier(rows: impl IntoIterator<Item = (f64, bool)>) -> Option<Brier> {
    let mut groups: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
    for (probability, outcome) in rows.into_iter().filter(|(probability, _)| (0.0..=1.0).contains(probability)) {
        let (rows, events) = groups.entry(order::key(probability)).or_default();
        *rows += 1;
        *events += u64::from(outcome);
    }
    let rows: u64 = groups.values().map(|(rows, _)| rows).sum();
    let events: u64 = groups.values().map(|(_, events)| events).sum();
    if rows == 0 {
        return None;
    }
    let rate = real(events) / real(rows);
    let (mut value, mut reliability, mut resolution) = (0.0, 0.0, 0.0);
    for (key, (rows, events)) in groups {
        let (p, n, e) = (order::number(key), real(rows), real(events));
        value += e * (1.0 - p) * (1.0 - p) + (n - e) * p * p;
        reliability += n * (p - e / n) * (p - e / n);
        resolution += n * (e / n - rate) * (e / n - rate);
    }
    let n = real(rows);
    Some(Brier {
        value: value / n,
        reliability: reliability / n,
        resolution: resolution / n,
        uncertainty: rate * (1.0 - rate),
    })
}

/// A linear scale between points and the logarithm of odds: points = `offset` + `factor` x ln odds (Siddiqi 2006).
///
/// ```
/// use warmth::evidence::OddsScale;
///
/// let scale = OddsScale::new(20.0, 600.0, 50.0).unwrap(); // 20 points double the odds, 600 points are 50 to 1
/// assert_eq!(format!("{:.4} {:.4}", scale.factor, scale.offset), "28.8539 487.1229");
/// assert_eq!(format!("{:.2}", scale.points(100.0)), "620.00");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OddsScale {
    /// The points by which the score rises if the odds are multiplied by e.
    pub factor: f64,
    /// The points for even odds.
    pub offset: f64,
}

impl OddsScale {
    /// Creates a scale on which `to_double` points double the odds, and `points` correspond to odds of `odds` to one.
    ///
    /// Returns `None` unless all three numbers are finite and `to_double` and `odds` are above 0.
    pub fn new(to_double: f64, points: f64, odds: f64) -> Option<OddsScale> {
        let sound = [to_double, points, odds].iter().all(|number| number.is_finite()) && to_double > 0.0 && odds > 0.0;
        let factor = to_double / std::f64::consts::LN_2;
        sound.then(|| OddsScale { factor, offset: points - factor * log(odds) })
    }

    /// Returns the points for odds of `odds` to one: negative infinity for odds of 0, NaN for negative odds.
    pub fn points(&self, odds: f64) -> f64 {
        self.offset + self.factor * log(odds)
    }
}
