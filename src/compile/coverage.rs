//! The stakes of rules: how much each counts in the coverage of its axis.

use crate::num::points::HELD;
use crate::num::u384::saturated_i64;
use crate::program::{AxisPart, InnerGroups, Rule, RuleBody};

/// Sets the stake of each rule of an axis, and returns their sum.
///
/// The stake of a rule is its swing: the most points that it can give minus the least. If a group clamps the sum of its
/// rules and of the groups inside of it, it scales all their stakes, so that together they are the swing of the clamped sum.
pub(super) fn set_stakes(parts: &mut [AxisPart], available: i64) -> i64 {
    // The index of the first part inside, and what the groups inside can add up to.
    let mut inner: InnerGroups<(usize, Swing)> = InnerGroups::NONE;
    for index in 0..parts.len() {
        let Some(part) = parts.get_mut(index) else { break };
        let (first, mut sums) = inner.take(part).unwrap_or((index, Swing::NONE));
        for rule in &mut part.rules {
            let own = Swing { least: least(rule, available), most: most(rule, available) };
            rule.stake = saturated_i64(own.size());
            sums = sums.and(own);
        }
        let clamped = Swing { least: part.clamped(sums.least), most: part.clamped(sums.most) };
        if let Some(around) = inner.around(part) {
            let (first, sums) = around.unwrap_or((first, Swing::NONE));
            *around = Some((first, sums.and(clamped)));
        }
        if sums.size() > clamped.size() {
            let scaled_parts = parts.get_mut(first..=index).unwrap_or_default();
            for rule in scaled_parts.iter_mut().flat_map(|part| &mut part.rules) {
                rule.stake = scaled(rule.stake.into(), clamped.size(), sums.size());
            }
        }
    }
    let mut stakes = 0_i64;
    for rule in parts.iter_mut().flat_map(|part| &mut part.rules) {
        rule.stake = rule.stake.min(HELD);
        stakes = stakes.saturating_add(rule.stake);
    }
    stakes
}

/// The least and the most points.
#[derive(Clone, Copy)]
struct Swing {
    least: i64,
    most: i64,
}

impl Swing {
    const NONE: Swing = Swing { least: 0, most: 0 };

    fn and(self, other: Swing) -> Swing {
        Swing { least: self.least.saturating_add(other.least), most: self.most.saturating_add(other.most) }
    }

    fn size(self) -> i128 {
        i128::from(self.most) - i128::from(self.least)
    }
}

/// Returns `swing x together / all`, but no zero for a swing that counts.
fn scaled(swing: i128, together: i128, all: i128) -> i64 {
    let scaled = swing.saturating_mul(together).checked_div(all).unwrap_or(0);
    saturated_i64(scaled.max((swing > 0 && together > 0).into()))
}

/// Returns the most points of a rule, at least 0. A rule without a bound counts as `available`.
fn most(rule: &Rule, available: i64) -> i64 {
    rule.reach.unwrap_or(available)
}

/// Returns the least points of a rule, at most 0. A rule without a bound counts as `-available`.
fn least(rule: &Rule, available: i64) -> i64 {
    fn worst<'r, K: 'r>(rows: impl IntoIterator<Item = &'r (K, i64)>, otherwise: i64) -> i64 {
        rows.into_iter().map(|(_, points)| *points).fold(otherwise, i64::min)
    }
    let least = match &rule.body {
        RuleBody::Points(by_truth) => by_truth.points(),
        RuleBody::First { rows, otherwise } => worst(rows.iter(), *otherwise),
        RuleBody::Bands { rows, below, .. } => worst(rows.iter(), *below),
        RuleBody::Texts { rows, otherwise, .. } => worst(rows.iter(), *otherwise),
        RuleBody::Tags { rows, otherwise, sum: false, .. } => worst(rows.iter(), *otherwise),
        RuleBody::Tags { rows, otherwise, sum: true, .. } => {
            rows.iter().map(|(_, points)| (*points).min(0)).fold(0, i64::saturating_add).min(*otherwise)
        }
        RuleBody::PerUnit(per_unit) if per_unit.min > -HELD => per_unit.min,
        // Most quantities are never negative.
        RuleBody::PerUnit(per_unit) => {
            if per_unit.points < 0 {
                -available
            } else {
                0
            }
        }
        RuleBody::Signal(signal) if signal.points >= 0 => 0,
        RuleBody::Signal(signal) => {
            let all = i128::from(signal.points) * i128::from(signal.most_recent);
            let bounded = if signal.per_unit { -HELD } else { saturated_i64(all) };
            let bounded = bounded.max(-signal.max);
            if bounded <= -HELD { -available } else { bounded }
        }
    };
    least.min(rule.missing.micros()).min(0)
}
