//! What a signal is worth: select events, weigh them by age, add up exactly, round once.

use super::Evaluation;
use crate::activity::Occurrence;
use crate::facts::Facts;
use crate::points::{HELD, MICROS};
use crate::program::Signal;
use crate::time::civil_day;
use crate::wide::{Wide, held_in_i64, rounded};

/// How a signal came to its worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// How many events counted.
    pub(crate) events: u64,
    /// Their worth before decay.
    pub(crate) fresh: i64,
    /// Their worth after decay.
    pub(crate) decayed: i64,
    /// After the signal's own bound.
    pub(crate) worth: i64,
}

/// Exact sums over events; what is rounded is rounded when they are read.
#[derive(Clone, Copy)]
struct Sums {
    events: u64,
    /// Weights, times the curve's denominator. At most 2^32 entries of 2^32 events of a weight up to 2^63.
    weights: u128,
    /// Amounts times weights, by sign.
    gains: Wide,
    losses: Wide,
    /// Amounts alone.
    amounts: i128,
}

impl<T: Facts> Evaluation<'_, '_, T> {
    pub(super) fn tally(&self, signal: &Signal) -> Tally {
        let selected = self.activity().select(&signal.events.names, self.as_of, signal.events.ages);
        let mut sums = Sums { events: 0, weights: 0, gains: Wide::ZERO, losses: Wide::ZERO, amounts: 0 };
        if signal.ordered() {
            let mut day = None;
            let mut left_of_day = signal.per_day;
            let mut left = signal.most_recent;
            for entry in selected.latest_first() {
                let own_day = civil_day(entry.at, self.program.offset_secs);
                if day.replace(own_day) != Some(own_day) {
                    left_of_day = signal.per_day;
                }
                let taken = entry.count.min(left_of_day).min(left);
                left_of_day = left_of_day.saturating_sub(taken);
                left = left.saturating_sub(taken);
                self.add(signal, Occurrence { count: taken, ..entry }, &mut sums);
                if left == 0 {
                    break;
                }
            }
        } else {
            for entry in selected.entries() {
                self.add(signal, entry.into(), &mut sums);
            }
        }
        // `min_count` is at most `most_recent`, so events that were left out cannot matter to it.
        if sums.events < signal.min_count { Tally::default() } else { sums.tally(signal) }
    }

    fn add(&self, signal: &Signal, entry: Occurrence, sums: &mut Sums) {
        let count = entry.count;
        if count == 0 {
            return;
        }
        // Selected events are not later than `as_of`.
        let age = self.as_of.saturating_sub(entry.at).unsigned_abs();
        let weight = signal.curve.numerator(age);
        sums.events = sums.events.saturating_add(count);
        if signal.per_unit {
            let amount = i128::from(entry.amount) * i128::from(count);
            let side = if amount < 0 { &mut sums.losses } else { &mut sums.gains };
            side.add_product(amount.unsigned_abs(), weight);
            sums.amounts = sums.amounts.saturating_add(amount);
        } else {
            sums.weights = sums.weights.saturating_add(u128::from(count) * u128::from(weight));
        }
    }
}

impl Sums {
    fn tally(self, signal: &Signal) -> Tally {
        let denominator = signal.curve.denominator();
        let (fresh, decayed) = if signal.per_unit {
            let sum = i128::from(signal.points).saturating_mul(self.amounts);
            let fresh = held_in_i64(rounded(sum, MICROS.into()));
            let (magnitude, negative) = self.gains.difference(self.losses);
            let quotient =
                magnitude.times(signal.points.unsigned_abs()).rounded_quotient(&[denominator, MICROS.unsigned_abs()]);
            (fresh, signed(quotient, negative != (signal.points < 0)))
        } else {
            let fresh = held_in_i64(i128::from(signal.points).saturating_mul(self.events.into()));
            (fresh, product(signal.points, self.weights, denominator))
        };
        let (fresh, decayed) = (fresh.clamp(-HELD, HELD), decayed.clamp(-HELD, HELD));
        Tally { events: self.events, fresh, decayed, worth: decayed.min(signal.max).max(-signal.max) }
    }
}

/// `points x weights / denominator` to the nearest millionth, ties away from zero.
fn product(points: i64, weights: u128, denominator: u64) -> i64 {
    // Nearly always the product fits; a division of 384 bits costs ten times one of 128.
    if let Some(product) = i128::try_from(weights).ok().and_then(|weights| weights.checked_mul(points.into())) {
        return held_in_i64(rounded(product, denominator.into()));
    }
    let mut wide = Wide::ZERO;
    wide.add_product(weights, points.unsigned_abs());
    signed(wide.rounded_quotient(&[denominator]), points < 0)
}

fn signed(magnitude: u64, negative: bool) -> i64 {
    let magnitude = i64::try_from(magnitude).unwrap_or(i64::MAX);
    if negative { -magnitude } else { magnitude }
}
