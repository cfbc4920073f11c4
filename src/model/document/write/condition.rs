//! Conditions as tables.

use std::collections::BTreeMap;

use super::{Table, single, texts, window};
use crate::model::condition::{AgeWindow, Condition, EventSource, Leaf, NumberOp, Quantity, Shape};
use crate::model::document::location::{KeyPath, Scope};
use crate::model::document::names::{BETWEEN, DISTINCT, EVENTS, IGNORE_CASE, RATIO_FIELD, RATIO_TO, WHERE, WITHIN};
use crate::model::document::node::Node;

/// Returns a condition as a table.
pub(in crate::model) fn condition(condition: &Condition, scope: Scope) -> Node {
    let list = |of: &[Condition]| Node::List(of.iter().map(|part| self::condition(part, scope)).collect());
    match &condition.0 {
        Shape::Together(parts) => together(parts, scope).map_or_else(|| single("all", list(parts)), Node::Table),
        Shape::All(of) => single("all", list(of)),
        Shape::Any(of) => single("any", list(of)),
        Shape::Not(inner) => single("not", self::condition(inner, scope)),
        Shape::AtLeastOf { count, of } => {
            let mut table = Table::default();
            table.put("count", *count);
            table.put("of", list(of));
            single("at_least_of", table)
        }
        Shape::Leaf(leaf) => {
            let mut table = options(leaf).unwrap_or_default();
            table.put(leaf.operator(), operand(leaf));
            let mut tests = nested(&leaf.table_keys(scope), table.into());
            if let (Node::Table(entries), Some(event)) = (&mut tests, leaf.event())
                && let Some(matching) = &event.matching
            {
                let matching = self::condition(matching, Scope::Attributes);
                merge(entries, nested(&[EVENTS, &event.name, WHERE], matching));
            }
            tests
        }
    }
}

/// Returns one table with all tests, if there is one.
///
/// A document can name one field twice, plain and behind `field`. Those tests do not fit in one table if they have the
/// same operator, or if the options of one table, such as `ignore_case`, would apply to the operators of the other.
fn together(parts: &[Condition], scope: Scope) -> Option<Vec<(String, Node)>> {
    let mut options_of: BTreeMap<KeyPath<'_>, Vec<(String, Node)>> = BTreeMap::new();
    let mut events: BTreeMap<&str, &EventSource> = BTreeMap::new();
    let mut merged = Vec::new();
    for part in parts {
        if let Shape::Leaf(leaf) = &part.0
            && let Some(Table(options)) = options(leaf)
        {
            let earlier = options_of.entry(leaf.table_keys(scope)).or_insert_with(|| options.clone());
            if *earlier != options {
                return None;
            }
        }
        // The `where` of a table is for all tests on these events.
        if let Shape::Leaf(leaf) = &part.0
            && let Some(event) = leaf.event()
            && *events.entry(&event.name).or_insert(event) != event
        {
            return None;
        }
        if !merge(&mut merged, condition(part, scope)) {
            return None;
        }
    }
    Some(merged)
}

/// Puts one table into another, key by key. Returns false if a key has another value already.
fn merge(into: &mut Vec<(String, Node)>, from: Node) -> bool {
    let Node::Table(entries) = from else { return false };
    entries.into_iter().all(|(key, value)| match into.iter_mut().find(|(own, _)| *own == key) {
        Some((_, Node::Table(inner))) => merge(inner, value),
        Some((_, own)) => *own == value,
        None => {
            into.push((key, value));
            true
        }
    })
}

/// Returns a value inside one table per key.
pub(super) fn nested(keys: &[&str], value: Node) -> Node {
    keys.iter().rev().fold(value, |value, key| single(key, value))
}

/// Returns the keys next to an operator that change its meaning. `None` if the operator has no such keys.
fn options(leaf: &Leaf) -> Option<Table> {
    let mut table = Table::default();
    match leaf {
        Leaf::Number { of, .. } => match of {
            Quantity::Ratio { of: divisor, .. } => table.put(RATIO_FIELD, divisor),
            Quantity::Event { ages, distinct, ratio_to, .. } => {
                table.put_some(DISTINCT, distinct.as_ref());
                match ages {
                    None => {}
                    Some(AgeWindow::Within(own)) => table.put(WITHIN, window(own)),
                    Some(AgeWindow::Between(from, to)) => {
                        table.put(BETWEEN, Node::List(vec![(*from).into(), (*to).into()]));
                    }
                }
                table.put_some(RATIO_TO, ratio_to.as_ref());
            }
            _ => return None,
        },
        Leaf::Text { ignore_case, .. } | Leaf::Tags { ignore_case, .. } | Leaf::AnyNotIn { ignore_case, .. } => {
            table.put_unless(IGNORE_CASE, *ignore_case, &false);
        }
        _ => return None,
    }
    Some(table)
}

fn operand(leaf: &Leaf) -> Node {
    let of = |list: &[String], takes_list: bool| match list {
        [text] if !takes_list => text.into(),
        list => texts(list),
    };
    match leaf {
        Leaf::Known { known: flag, .. } | Leaf::Flag { is: flag, .. } | Leaf::Never { never: flag, .. } => {
            (*flag).into()
        }
        Leaf::Number { op, .. } => match *op {
            NumberOp::Is(number)
            | NumberOp::IsNot(number)
            | NumberOp::AtLeast(number)
            | NumberOp::MoreThan(number)
            | NumberOp::AtMost(number)
            | NumberOp::LessThan(number) => number.into(),
            NumberOp::Between(low, high) => Node::List(vec![low.into(), high.into()]),
        },
        Leaf::Text { op, texts, .. } => of(texts, op.takes_list()),
        Leaf::Tags { op, tags, .. } => of(tags, op.takes_list()),
        Leaf::AnyNotIn { other, .. } => other.into(),
        Leaf::Day { date, .. } => Node::Text(date.to_string()),
        Leaf::Recency { window: own, .. } => window(own),
    }
}
