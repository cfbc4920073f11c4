//! The points of a signal: select events, weigh them by age, add exactly, round once.

use super::counted::{counted, counted_parts};
use crate::decay::Curve;
use crate::input::activity::{Activity, Ages, Occurrence, Selection};
use crate::num::u384::{U384, rounded, saturated_i64};
use crate::program::{Ends, Signal};

/// How the points of a signal came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// How many events counted; of a signal that spends, how many have an unspent amount.
    pub(crate) events: u64,
    /// Their points before decay if each of them counts in full, within [`TALLIED`]. Only explanations see events that count
    /// in part; to others, it is the same as `fresh`.
    pub(crate) whole: i64,
    /// Their points before decay, within [`TALLIED`].
    pub(crate) fresh: i64,
    /// Their points after decay, within [`TALLIED`].
    pub(crate) decayed: i64,
    /// The same, clamped to the signal's own bound.
    pub(crate) points: i64,
}

/// The ends of a tally's sums, so that their differences fit. Every bound of a signal is far below.
const TALLIED: i64 = i64::MAX / 2;

/// Exact sums over the events that a signal counts. Rounding happens when a sum is read.
#[derive(Clone, Copy)]
pub(super) struct SignalSums {
    events: u64,
    /// Weights, times the curve's denominator. At most 2^32 entries of 2^32 events of a weight up to 2^63.
    weights: u128,
    /// Amounts times weights, by sign; amounts in millionths or in steps. For a signal that caps points, parts of points instead.
    gains: U384,
    losses: U384,
    /// The same without weights and with their sign.
    amounts: i128,
}

impl SignalSums {
    pub(super) const NONE: SignalSums =
        SignalSums { events: 0, weights: 0, gains: U384::ZERO, losses: U384::ZERO, amounts: 0 };

    /// The events that count at `as_of`, of those in the window with these ends. For a signal that spends, the window is the
    /// whole history.
    pub(super) fn of(
        signal: &Signal,
        activity: &Activity,
        (after, until): Ends,
        offset_secs: i64,
        as_of: i64,
    ) -> SignalSums {
        let selected = activity.between(&signal.events.names, after, until, signal.events.test());
        let age = |at: i64| age(at, as_of);
        let mut sums = if signal.ordered() {
            SignalSums::ordered(signal, selected, offset_secs, as_of)
        } else {
            // Chosen here rather than for each event.
            match &signal.curve {
                Curve::HalfLife(half_life) => SignalSums::all(signal, selected, |at| half_life.numerator(age(at))),
                curve => SignalSums::all(signal, selected, |at| curve.numerator(age(at))),
            }
        };
        // `min_count` is at most `most_recent`, so events that were left out cannot matter to it.
        if sums.events < signal.min_count {
            sums = SignalSums::NONE;
        }
        sums
    }

    /// As [`of`](SignalSums::of), if the order of events matters.
    #[inline(never)]
    fn ordered(signal: &Signal, selected: Selection<'_>, offset_secs: i64, as_of: i64) -> SignalSums {
        let weight = |at| signal.curve.numerator(age(at, as_of));
        let mut sums = SignalSums::NONE;
        match signal.spend {
            Some(ages) => return SignalSums::unspent(signal, ages, selected, as_of),
            None if signal.caps_points() => counted_parts(signal, selected, offset_secs, |entry, parts| {
                sums.add_parts(entry.count, parts, weight(entry.at));
            }),
            None => counted(signal, selected, offset_secs, |entry| {
                sums.add(signal, signal.per_unit, entry, weight(entry.at));
            }),
        }
        sums
    }

    /// What is left of the amounts at `as_of`, of a whole history.
    #[inline(never)]
    fn unspent(signal: &Signal, ages: Ages, selected: Selection<'_>, as_of: i64) -> SignalSums {
        let mut sums = SignalSums::NONE;
        selected.unspent(ages, as_of, |lot| {
            sums.events += lot.events();
            sums.gains.add_product(lot.left(), signal.curve.numerator(as_of.wrapping_sub(lot.at).cast_unsigned()));
            sums.amounts += lot.left().cast_signed();
        });
        sums
    }

    /// These sums and the positive amounts of more events, without decay.
    #[inline(never)]
    pub(super) fn and_gains(mut self, signal: &Signal, events: Selection<'_>) -> SignalSums {
        events.each(|entry| self.add(signal, signal.per_unit, entry.into(), signal.curve.denominator()));
        SignalSums { losses: U384::ZERO, ..self }
    }

    /// All the events, with the age that they have at `as_of`, or none where they happen later.
    pub(super) fn fresh(signal: &Signal, events: Selection<'_>, as_of: i64) -> SignalSums {
        SignalSums::all(signal, events, |at| signal.curve.numerator(as_of.saturating_sub(at).max(0).unsigned_abs()))
    }

    /// All the events; of each entry, what it can count at most.
    ///
    /// Not inlined, so that the sums stay in registers.
    #[inline(never)]
    fn all(signal: &Signal, events: Selection<'_>, weight: impl Fn(i64) -> u64) -> SignalSums {
        // Chosen here rather than for each event.
        let slices = match events.whole() {
            Some(slices) if !signal.caps_points() => slices,
            _ => return SignalSums::all_tested(signal, events, weight),
        };
        let mut sums = SignalSums::NONE;
        for slice in slices {
            if signal.per_unit {
                for entry in slice {
                    sums.add(signal, true, entry.into(), weight(entry.at));
                }
            } else {
                for entry in slice {
                    sums.add(signal, false, entry.into(), weight(entry.at));
                }
            }
        }
        sums
    }

    /// As [`all`](SignalSums::all), for events whose attributes are tested, or whose points are capped.
    #[inline(never)]
    fn all_tested(signal: &Signal, events: Selection<'_>, weight: impl Fn(i64) -> u64) -> SignalSums {
        let mut sums = SignalSums::NONE;
        if signal.caps_points() {
            let most = i128::try_from(signal.most_parts()).unwrap_or(i128::MAX);
            events.each(|entry| {
                let parts = signal.parts_of_event(entry.amount).saturating_mul(entry.count.into());
                sums.add_parts(entry.count.into(), parts.clamp(-most, most), weight(entry.at));
            });
        } else {
            events.each(|entry| sums.add(signal, signal.per_unit, entry.into(), weight(entry.at)));
        }
        sums
    }

    /// Adds parts of points: see [`Signal::parts_of_event`].
    fn add_parts(&mut self, events: u64, parts: i128, weight: u64) {
        self.events += events;
        let side = if parts < 0 { &mut self.losses } else { &mut self.gains };
        side.add_product(parts.unsigned_abs(), weight);
        self.amounts += parts;
    }

    #[inline]
    fn add(&mut self, signal: &Signal, per_unit: bool, entry: Occurrence, weight: u64) {
        // OK because there are less than 2^64 events, and so at most 2^127 of weights and of amounts.
        self.events += entry.count;
        if per_unit {
            let amount = signal.parts_of_amount(entry.amount);
            let magnitude = u128::from(amount.unsigned_abs()) * u128::from(entry.count);
            let side = if amount < 0 { &mut self.losses } else { &mut self.gains };
            side.add_product(magnitude, weight);
            self.amounts += i128::from(amount) * i128::from(entry.count);
        } else {
            self.weights += u128::from(entry.count) * u128::from(weight);
        }
    }

    #[inline]
    pub(super) fn tally(self, signal: &Signal) -> Tally {
        let fresh = if signal.sums_amounts() {
            saturated_i64(rounded(i128::from(signal.factor()).saturating_mul(self.amounts), signal.units().into()))
        } else {
            saturated_i64(i128::from(signal.points).saturating_mul(self.events.into()))
        };
        let decayed = self.decayed(signal);
        let points = signal.clamped(decayed);
        let tallied = |sum: i64| sum.clamp(-TALLIED, TALLIED);
        let fresh = tallied(fresh);
        Tally { events: self.events, whole: fresh, fresh, decayed: tallied(decayed), points }
    }

    /// The points before decay of the events that count under caps on points, if each of them counts in full.
    pub(super) fn whole(signal: &Signal, activity: &Activity, (after, until): Ends, offset_secs: i64) -> i64 {
        let selected = activity.between(&signal.events.names, after, until, signal.events.test());
        let mut parts = 0_i128;
        counted_parts(signal, selected, offset_secs, |entry, _| {
            let own = signal.parts_of_event(entry.amount).saturating_mul(entry.count.into());
            parts = parts.saturating_add(own);
        });
        saturated_i64(rounded(parts, signal.units().into())).clamp(-TALLIED, TALLIED)
    }

    /// After decay and the signal's own bound.
    pub(super) fn points(self, signal: &Signal) -> i64 {
        signal.clamped(self.decayed(signal))
    }

    /// The least and the greatest points, in some order, while gains and losses shrink to those of `later`.
    pub(super) fn points_until(self, later: SignalSums, signal: &Signal) -> (i64, i64) {
        if signal.sums_amounts() {
            let (gains, losses) =
                (SignalSums { losses: later.losses, ..self }, SignalSums { gains: later.gains, ..self });
            (gains.points(signal), losses.points(signal))
        } else {
            (self.points(signal), later.points(signal))
        }
    }

    /// Points times weights, rounded once; saturated.
    fn decayed(self, signal: &Signal) -> i64 {
        let denominator = signal.curve.denominator();
        if signal.sums_amounts() {
            let (magnitude, negative) = self.gains.difference(self.losses);
            let quotient = magnitude
                .times(signal.factor().unsigned_abs())
                .rounded_quotient(&[denominator, signal.units().unsigned_abs()]);
            signed(quotient, negative != (signal.factor() < 0))
        } else {
            product(signal.points, self.weights, denominator)
        }
    }
}

/// The age of a selected event, which is not later than `as_of`.
fn age(at: i64, as_of: i64) -> u64 {
    as_of.wrapping_sub(at).cast_unsigned()
}

/// `points x weights / denominator` to the nearest millionth, ties away from zero.
fn product(points: i64, weights: u128, denominator: u64) -> i64 {
    // Nearly always the product fits; a division of 384 bits costs ten times one of 128.
    let half = u128::from(denominator / 2);
    let fitting = weights.checked_mul(points.unsigned_abs().into()).and_then(|product| product.checked_add(half));
    let quotient = match fitting {
        // The denominator of half-lives. A division costs as much as the weights of two events.
        Some(product) if denominator.is_power_of_two() => product >> denominator.trailing_zeros(),
        Some(product) => product / u128::from(denominator),
        None => {
            let mut wide = U384::ZERO;
            wide.add_product(weights, points.unsigned_abs());
            wide.rounded_quotient(&[denominator]).into()
        }
    };
    signed(u64::try_from(quotient).unwrap_or(u64::MAX), points < 0)
}

fn signed(magnitude: u64, negative: bool) -> i64 {
    let magnitude = i64::try_from(magnitude).unwrap_or(i64::MAX);
    if negative { -magnitude } else { magnitude }
}
