//! Probabilities: how right they were, and how points stand for odds.

use std::collections::BTreeMap;

use libm::log;
use serde::Serialize;

use super::estimate::real;
use super::order;

/// The Brier score of stated probabilities and its three parts: `value` = `reliability` - `resolution` + `uncertainty`
/// (Murphy 1973).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Brier {
    /// The mean square of probability less outcome, from 0 for perfect ones to 1.
    pub value: f64,
    /// How far the rates of those with one probability lie from it. Less is better.
    pub reliability: f64,
    /// How far their rates lie from the rate of all. More is better.
    pub resolution: f64,
    /// The spread of the outcomes themselves, which no forecast can help.
    pub uncertainty: f64,
}

/// The Brier score of probabilities and outcomes.
///
/// Rows with one probability are one group; round probabilities first if few of them are equal. Rows that are not from 0
/// to 1 are left out. `None` if there are no rows.
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

/// How points stand for odds: points = `offset` + `factor` x ln odds.
///
/// ```
/// use warmth::evidence::Scale;
///
/// let scale = Scale::new(20.0, 600.0, 50.0).unwrap(); // 20 points double the odds, 600 points are 50 to 1
/// assert_eq!(format!("{:.4} {:.4}", scale.factor, scale.offset), "28.8539 487.1229");
/// assert_eq!(format!("{:.2}", scale.points(100.0)), "620.00");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Scale {
    /// Points for odds that are e times as high.
    pub factor: f64,
    /// Points for even odds.
    pub offset: f64,
}

impl Scale {
    /// The scale on which `to_double` points double the odds and `points` stand for `odds` to one.
    ///
    /// `None` unless all three are finite, and `to_double` and `odds` above 0.
    pub fn new(to_double: f64, points: f64, odds: f64) -> Option<Scale> {
        let sound = [to_double, points, odds].iter().all(|number| number.is_finite()) && to_double > 0.0 && odds > 0.0;
        let factor = to_double / std::f64::consts::LN_2;
        sound.then(|| Scale { factor, offset: points - factor * log(odds) })
    }

    /// The points that stand for `odds` to one. Odds of 0 have infinitely few; odds below 0 are none, and not a number.
    pub fn points(&self, odds: f64) -> f64 {
        self.offset + self.factor * log(odds)
    }
}
