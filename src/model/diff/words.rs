//! Keys and values of a document in words.

use crate::model::document::names::{BETWEEN, COUNT, EVENTS, WHERE, WITHIN};
use crate::model::document::node::Node;

/// How many items of a long list are shown.
const LIST_HEAD: usize = 3;
/// The longest list that is shown in full.
const LIST_MAX: usize = 6;

/// Returns the name of a key in words: `at_least` is "at least".
pub(super) fn key(key: &str) -> String {
    match key {
        "half_life" => "half-life".to_owned(),
        "linear" => "linear decay".to_owned(),
        key => key.replace('_', " "),
    }
}

/// The keys whose values are spans.
const SPANS: [&str; 11] = [
    "half_life",
    "linear",
    "lifetime",
    "every",
    "window",
    WITHIN,
    BETWEEN,
    "last_within",
    "none_within",
    "respond_within",
    "table",
];

/// Returns the value of a key in words.
pub(super) fn value_of(key: &str, node: &Node) -> String {
    words(node, SPANS.contains(&key))
}

/// Returns a value in words.
pub(super) fn value(node: &Node) -> String {
    words(node, false)
}

fn words(node: &Node, spans: bool) -> String {
    match node {
        Node::Null | Node::Refused => "none".to_owned(),
        Node::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Node::Whole(whole) => whole.to_string(),
        Node::Number(number) => number.to_string(),
        Node::Text(text) => Some(text).filter(|_| spans).and_then(|text| span(text)).unwrap_or_else(|| text.clone()),
        Node::List(items) => list(items, spans),
        Node::Table(entries) => {
            let entries = entries.iter().map(|(name, inner)| format!("{} {}", key(name), value_of(name, inner)));
            entries.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Returns a span with its unit apart: `14d` is "14 d".
fn span(text: &str) -> Option<String> {
    let unit = text.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0)?;
    let (count, unit) = text.split_at(unit);
    matches!(unit, "s" | "m" | "h" | "d" | "w").then(|| format!("{count} {unit}"))
}

fn list(items: &[Node], spans: bool) -> String {
    let shown = if items.len() > LIST_MAX { LIST_HEAD } else { LIST_MAX };
    let list = items.iter().take(shown).map(|item| words(item, spans)).collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(shown) {
        0 => list,
        more => format!("{list} and {more} more"),
    }
}

/// Returns a condition in words: `nps at least 9 and plan one of pro, team`.
pub(super) fn condition(node: &Node) -> String {
    tests(node).join(" and ")
}

/// Returns the conditions that must all be true, in words.
pub(super) fn tests(node: &Node) -> Vec<String> {
    let mut tests = Vec::new();
    collect(node, &[], &mut tests);
    tests
}

/// Adds the tests of a table, each with the names on the way to it.
fn collect(node: &Node, names: &[&str], tests: &mut Vec<String>) {
    let Node::Table(entries) = node else {
        tests.push(format!("{} {}", path(names), value_of(names.last().copied().unwrap_or_default(), node)));
        return;
    };
    for (name, inner) in entries {
        match (name.as_str(), inner, names) {
            ("all", Node::List(parts), []) => parts.iter().for_each(|part| collect(part, &[], tests)),
            ("any", Node::List(parts), []) => tests.push(any_of(parts)),
            ("not", inner, []) => tests.push(format!("not ({})", condition(inner))),
            ("at_least_of", Node::Table(parts), []) => tests.push(at_least_of(parts)),
            (WHERE, inner, _) => tests.push(format!("{} where {}", path(names), condition(inner))),
            _ => {
                let names: Vec<&str> = names.iter().copied().chain([name.as_str()]).collect();
                collect(inner, &names, tests);
            }
        }
    }
}

fn any_of(parts: &[Node]) -> String {
    format!("({})", parts.iter().map(condition).collect::<Vec<_>>().join(" or "))
}

fn at_least_of(entries: &[(String, Node)]) -> String {
    let of = |name: &str| entries.iter().find(|(own, _)| own == name).map(|(_, inner)| inner);
    let parts = match of("of") {
        Some(Node::List(parts)) => parts.iter().map(condition).collect::<Vec<_>>().join("; "),
        _ => String::new(),
    };
    format!("at least {} of ({parts})", of(COUNT).map_or_else(String::new, value))
}

/// Returns the way to a test in words. The names of fields, events, axes and rules stay as they are.
pub(super) fn path(names: &[&str]) -> String {
    let mut words: Vec<String> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let named = match index {
            0 => true,
            1 => matches!(names.first(), Some(&(EVENTS | "axis" | "rule" | "field"))),
            _ => false,
        };
        match *name {
            EVENTS | "field" if index == 0 && names.len() > 1 => {}
            name if named => words.push(name.to_owned()),
            name => words.push(key(name)),
        }
    }
    words.join(" ")
}
