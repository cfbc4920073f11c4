//! What a signal is worth: select events, weigh them by age, add up exactly, round once.

use std::ops::ControlFlow;

use crate::activity::{Activity, Occurrence, Selection};
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

/// Exact sums over the events that a signal counts; what is rounded is rounded when they are read.
#[derive(Clone, Copy)]
pub(super) struct Sums {
    events: u64,
    /// Weights, times the curve's denominator. At most 2^32 entries of 2^32 events of a weight up to 2^63.
    weights: u128,
    /// Amounts times weights, by sign.
    gains: Wide,
    losses: Wide,
    /// Amounts alone.
    amounts: i128,
}

impl Sums {
    pub(super) const NOTHING: Sums = Sums { events: 0, weights: 0, gains: Wide::ZERO, losses: Wide::ZERO, amounts: 0 };

    /// The events that count at `as_of`.
    pub(super) fn of(signal: &Signal, activity: &Activity, offset_secs: i64, as_of: i64) -> Sums {
        let mut sums = Sums::NOTHING;
        counted(signal, activity, offset_secs, as_of, |entry| sums.add(signal, entry, as_of));
        // `min_count` is at most `most_recent`, so events that were left out cannot matter to it.
        if sums.events < signal.min_count { Sums::NOTHING } else { sums }
    }

    /// All the events, with the age that they have at `as_of`, or none where they happen later.
    pub(super) fn fresh(signal: &Signal, events: Selection<'_>, as_of: i64) -> Sums {
        let mut sums = Sums::NOTHING;
        events.entries().for_each(|entry| sums.add(signal, entry.into(), as_of.max(entry.at)));
        sums
    }

    #[inline]
    fn add(&mut self, signal: &Signal, entry: Occurrence, as_of: i64) {
        let count = entry.count;
        // Selected events are not later than `as_of`.
        let age = as_of.saturating_sub(entry.at).unsigned_abs();
        let weight = signal.curve.numerator(age);
        self.events = self.events.saturating_add(count);
        if signal.per_unit {
            let amount = i128::from(entry.amount) * i128::from(count);
            let side = if amount < 0 { &mut self.losses } else { &mut self.gains };
            side.add_product(amount.unsigned_abs(), weight);
            self.amounts = self.amounts.saturating_add(amount);
        } else {
            self.weights = self.weights.saturating_add(u128::from(count) * u128::from(weight));
        }
    }

    pub(super) fn tally(self, signal: &Signal) -> Tally {
        let fresh = if signal.per_unit {
            held_in_i64(rounded(i128::from(signal.points).saturating_mul(self.amounts), MICROS.into()))
        } else {
            held_in_i64(i128::from(signal.points).saturating_mul(self.events.into()))
        };
        let (decayed, worth) = (self.decayed(signal), self.worth(signal));
        Tally { events: self.events, fresh: fresh.clamp(-HELD, HELD), decayed, worth }
    }

    /// After decay and the signal's own bound.
    pub(super) fn worth(self, signal: &Signal) -> i64 {
        self.decayed(signal).min(signal.max).max(-signal.max)
    }

    /// The least and the greatest worth, in some order, while gains and losses shrink to those of `later`.
    pub(super) fn worths_until(self, later: Sums, signal: &Signal) -> (i64, i64) {
        if signal.per_unit {
            let (gains, losses) = (Sums { losses: later.losses, ..self }, Sums { gains: later.gains, ..self });
            (gains.worth(signal), losses.worth(signal))
        } else {
            (self.worth(signal), later.worth(signal))
        }
    }

    /// Points times weights, rounded once.
    fn decayed(self, signal: &Signal) -> i64 {
        let denominator = signal.curve.denominator();
        let decayed = if signal.per_unit {
            let (magnitude, negative) = self.gains.difference(self.losses);
            let quotient =
                magnitude.times(signal.points.unsigned_abs()).rounded_quotient(&[denominator, MICROS.unsigned_abs()]);
            signed(quotient, negative != (signal.points < 0))
        } else {
            product(signal.points, self.weights, denominator)
        };
        decayed.clamp(-HELD, HELD)
    }
}

/// Hands over the events that count at `as_of`, the number of those that count of each entry.
pub(super) fn counted(
    signal: &Signal,
    activity: &Activity,
    offset_secs: i64,
    as_of: i64,
    mut each: impl FnMut(Occurrence),
) {
    let selected = activity.select(&signal.events.names, as_of, signal.events.ages);
    if !signal.ordered() {
        selected.entries().for_each(|entry| each(entry.into()));
        return;
    }
    let mut day = None;
    let mut left_of_day = signal.per_day;
    let mut left = signal.most_recent;
    selected.latest_first(|entry| {
        let own_day = civil_day(entry.at, offset_secs);
        if day.replace(own_day) != Some(own_day) {
            left_of_day = signal.per_day;
        }
        let taken = entry.count.min(left_of_day).min(left);
        left_of_day = left_of_day.saturating_sub(taken);
        left = left.saturating_sub(taken);
        if taken > 0 {
            each(Occurrence { count: taken, ..entry });
        }
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
}

/// The amounts of all the events together, those above zero and those below it apart.
pub(super) fn amounts(events: Selection<'_>) -> (i128, i128) {
    let (mut gains, mut losses) = (0_i128, 0_i128);
    for entry in events.entries() {
        let amount = i128::from(entry.amount) * i128::from(entry.count);
        let side = if amount < 0 { &mut losses } else { &mut gains };
        *side = side.saturating_add(amount.saturating_abs());
    }
    (gains, losses)
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
