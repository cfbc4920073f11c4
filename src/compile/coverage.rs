//! The stakes of rules: how much each counts in the coverage of its axis.

use crate::num::points::HELD;
use crate::num::u384::saturated_i64;
use crate::program::{AxisPart, Rule, RuleBody};

/// Sets the stake of each rule of an axis, and returns their sum.
///
/// The stake of a rule is its swing: the most points that it can give minus the least. If a group clamps its rules, it
/// scales their stakes, so that together they are the swing of the clamped sum.
pub(super) fn set_stakes(parts: &mut [AxisPart], available: i64) -> i64 {
    let mut stakes = 0_i64;
    for part in parts {
        let swings: Vec<(i64, i64)> =
            part.rules.iter().map(|rule| (least(rule, available), most(rule, available))).collect();
        let sums = swings
            .iter()
            .fold((0_i64, 0_i64), |(least, most), own| (least.saturating_add(own.0), most.saturating_add(own.1)));
        let all = i128::from(sums.1) - i128::from(sums.0);
        let together = i128::from(part.clamped(sums.1)) - i128::from(part.clamped(sums.0));
        for (rule, (least, most)) in part.rules.iter_mut().zip(swings) {
            let swing = i128::from(most) - i128::from(least);
            rule.stake = if all > together { scaled(swing, together, all) } else { saturated_i64(swing) }.min(HELD);
            stakes = stakes.saturating_add(rule.stake);
        }
    }
    stakes
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
