//! How much rules count in the coverage of their axis, for the oracle, in exact rationals.

use num_traits::Signed;
use serde_json::Value;

use crate::common::reach::{Q, available, clamped, decimal, form_subject, int, list, reach, stated, sum_in};

/// How much each rule counts in the coverage of its axis: its swing, the most points that it can give minus the least. Each
/// group around a rule, from the inside out, scales its swing to the swing of the group's clamped sum, and cuts it to a
/// millionth, but never to zero.
pub(crate) fn stakes(axis: &Value) -> Vec<Q> {
    let whole = if axis["available"].is_null() {
        available(axis, &[]).expect("signals of an axis without `available` are bounded")
    } else {
        decimal(&axis["available"])
    };
    let rules = list(&axis["rule"]);
    let lowest: Vec<Q> = rules.iter().map(|rule| least(rule, &whole)).collect();
    let highest: Vec<Q> = rules.iter().map(|rule| reach(rule).unwrap_or_else(|| whole.clone())).collect();
    let micro = Q::new(1.into(), 1_000_000.into());
    let stake = |(index, rule): (usize, &Value)| {
        let mut stake = &highest[index] - &lowest[index];
        let mut name = &rule["group"];
        while let Some(group) = list(&axis["group"]).iter().find(|group| group["name"] == *name) {
            let (low, high) = (sum_in(axis, name, &lowest), sum_in(axis, name, &highest));
            let (all, together) = (&high - &low, clamped(group, high) - clamped(group, low));
            if !stake.is_positive() || !together.is_positive() {
                return int(0);
            }
            if together < all {
                stake = ((stake * together / all / &micro).floor() * &micro).max(micro.clone());
            }
            name = &group["group"];
        }
        stake
    };
    rules.iter().enumerate().map(stake).collect()
}

/// The least points that a rule can give, at most 0. Without a bound it is `-whole`.
fn least(rule: &Value, whole: &Q) -> Q {
    let mut named = stated(rule, Signed::is_negative);
    if !rule["per_unit"].is_null() {
        let spec = form_subject(&rule["per_unit"]).2;
        if !spec["min"].is_null() {
            named.push(decimal(&spec["min"]));
        } else if decimal(&spec["points"]).is_negative() {
            named.push(-whole);
        }
    }
    let signal = &rule["signal"];
    let each = if signal["points"].is_null() { &signal["points_per_unit"] } else { &signal["points"] };
    if !signal.is_null() && decimal(each).is_negative() {
        let mut bounds = Vec::new();
        if !signal["max"].is_null() {
            bounds.push(-decimal(&signal["max"]));
        }
        if !signal["most_recent"].is_null() && !signal["points"].is_null() {
            bounds.push(decimal(&signal["most_recent"]) * decimal(&signal["points"]));
        }
        named.push(bounds.into_iter().max().unwrap_or(-whole));
    }
    named.into_iter().min().expect("zero at least")
}
