//! The points that an axis can give, read from its JSON document in exact rationals.
//!
//! The generator needs them to make valid documents, and the oracle to evaluate them. Nothing here uses the engine.

use std::sync::OnceLock;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Signed;
use serde_json::{Map, Value};

pub(crate) type Q = BigRational;

/// The most points that the rules of an axis can give, base included. Rules that are `skipped` count as 0. `None` if a
/// signal is unbounded.
pub(crate) fn available(axis: &Value, skipped: &[usize]) -> Option<Q> {
    let mut reaches = Vec::new();
    for (i, rule) in list(&axis["rule"]).iter().enumerate() {
        reaches.push(if skipped.contains(&i) { int(0) } else { reach(rule)? });
    }
    Some(add_up(axis, &reaches))
}

/// The points of an axis whose rules give `points`: base, then what is in no group, with every group clamped to its bounds.
pub(crate) fn add_up(axis: &Value, points: &[Q]) -> Q {
    decimal_or(&axis["base"], 0) + sum_in(axis, &Value::Null, points)
}

/// The sum of the rules of a group and of the groups in it; for null, of what is in no group.
pub(crate) fn sum_in(axis: &Value, name: &Value, points: &[Q]) -> Q {
    let rules = list(&axis["rule"]).iter().zip(points).filter(|(rule, _)| rule["group"] == *name);
    let groups = list(&axis["group"]).iter().filter(|group| group["group"] == *name);
    let sum: Q = rules.map(|(_, points)| points).sum();
    sum + groups.map(|group| clamped(group, sum_in(axis, &group["name"], points))).sum::<Q>()
}

/// A sum clamped to the bounds of a group.
pub(crate) fn clamped(group: &Value, sum: Q) -> Q {
    let sum = if group["max"].is_null() { sum } else { sum.min(decimal(&group["max"])) };
    if group["min"].is_null() { sum } else { sum.max(decimal(&group["min"])) }
}

/// Zero and the points that a rule states, except those of units and signals. Of tags that add up, it is the sum of the
/// entries that `count`.
pub(crate) fn stated(rule: &Value, count: fn(&Q) -> bool) -> Vec<Q> {
    let mut named = vec![int(0)];
    for number in [&rule["points"], &rule["otherwise"], &rule["below"]] {
        named.push(decimal_or(number, 0));
    }
    if rule["missing"].is_object() {
        named.push(decimal(&rule["missing"]["points"]));
    }
    named.extend(list(&rule["first"]).iter().map(|row| decimal(&row["points"])));
    if !rule["bands"].is_null() {
        named.extend(
            list(form_subject(&rule["bands"]).2).iter().map(|row| decimal(row.get(1).unwrap_or(&row["points"]))),
        );
    }
    if !rule["values"].is_null() {
        let entries = table(only_entry(&rule["values"]).1).values().map(decimal);
        if rule["combine"] == "sum" {
            named.push(entries.filter(count).sum());
        } else {
            named.extend(entries);
        }
    }
    named
}

/// The most points that a rule can give, at least 0. `None` if its signal is unbounded.
pub(crate) fn reach(rule: &Value) -> Option<Q> {
    let mut named = stated(rule, Signed::is_positive);
    if !rule["per_unit"].is_null() {
        named.push(decimal(&form_subject(&rule["per_unit"]).2["max"]));
    }
    let signal = &rule["signal"];
    if !signal.is_null() {
        let mut bounds = Vec::new();
        if !signal["max"].is_null() {
            bounds.push(decimal(&signal["max"]));
        }
        if !signal["most_recent"].is_null() && !signal["points"].is_null() {
            bounds.push(decimal(&signal["most_recent"]) * decimal(&signal["points"]));
        }
        if !signal["points"].is_null() && !decimal(&signal["points"]).is_positive() {
            bounds.push(int(0));
        }
        if !signal["spend"].is_null() && !decimal(&signal["points_per_unit"]).is_positive() {
            bounds.push(int(0));
        }
        named.push(bounds.into_iter().min()?);
    }
    named.into_iter().max()
}

/// The field or event name of `bands`, whether it is an event name, and the rows.
pub(crate) fn form_subject(form: &Value) -> (&str, bool, &Value) {
    if form["events"].is_object() {
        let (name, rows) = table(&form["events"]).iter().next().expect("one entry");
        return (name, true, rows);
    }
    let (field, rows) = only_entry(form);
    (field, false, rows)
}

/// The only entry of a table; `field` is transparent, as it only escapes a name.
pub(crate) fn only_entry(value: &Value) -> (&str, &Value) {
    let (key, value) = table(value).iter().next().expect("one entry");
    if key == "field" { only_entry(value) } else { (key, value) }
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn table(value: &Value) -> &Map<String, Value> {
    static EMPTY: OnceLock<Map<String, Value>> = OnceLock::new();
    value.as_object().unwrap_or_else(|| EMPTY.get_or_init(Map::new))
}

pub(crate) fn int(n: i64) -> Q {
    Q::from_integer(n.into())
}

pub(crate) fn decimal_or(value: &Value, default: i64) -> Q {
    if value.is_null() { int(default) } else { decimal(value) }
}

/// The decimal as it is written, not the binary number that a JSON reader makes of it.
pub(crate) fn decimal(value: &Value) -> Q {
    assert!(value.is_number(), "{value} is not a number");
    let written = value.to_string();
    let (mantissa, exponent) = written.split_once(['e', 'E']).unwrap_or((&written, "0"));
    let (whole, places) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: BigInt = format!("{whole}{places}").parse().expect("digits");
    let exponent = exponent.parse::<i64>().expect("an exponent") - places.len() as i64;
    let scale = BigInt::from(10).pow(exponent.unsigned_abs() as u32);
    if exponent < 0 { Q::new(digits, scale) } else { Q::from_integer(digits * scale) }
}
