//! Stable hashes of a model's meaning.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Model;
use super::axis::{Axis, Group, Rule};
use super::condition::{Condition, EventSource, Leaf, Quantity, Shape};
use super::document::location::Scope;
use super::document::node::Node;
use super::document::write;
use super::limits::NESTED_GROUPS_MAX;
use super::worth::Worth;

/// A stable hash of a model's meaning: 128 bits, printed as 32 hexadecimal digits.
///
/// Store it with a score to know which model produced the score. It covers everything that an outcome or an explanation
/// can show, except the order of axes and the positions by which explanations call limits without an id (`limit[0]`).
///
/// It does not depend on the format of the document, the order of keys, spellings of the same value (`"2w"` and
/// `"14d"`, `10` and `10.0`, `when.a = true` and `when.a.is = true`), written-out defaults, the order of gates, rules, groups,
/// axes, promoters, limits and states, or the order and nesting of `all` and `any`. It does not cover cases, which
/// change no outcome.
///
/// The hash is FNV-1a. It finds accidental changes and does not protect against forgery.
///
/// ```
/// use warmth::Model;
///
/// let one: Model = serde_json::from_str(r#"{ "format": 1, "name": "x", "utc_offset": "+00:00" }"#)?;
/// let two: Model = toml::from_str("name = \"x\"\nformat = 1")?;
/// assert_eq!(one.fingerprint(), two.fingerprint());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(u128);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// As its 32 digits.
impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Fingerprint, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = u128::from_str_radix(&text, 16).ok().filter(|_| text.len() == 32);
        digits.map(Fingerprint).ok_or_else(|| D::Error::custom(format!("`{text}` is not a fingerprint of 32 digits")))
    }
}

pub(super) fn of(model: &Model) -> Fingerprint {
    let mut normal = model.clone();
    normal.cases.clear();
    drop_default_labels(&mut normal);
    normalize_conditions(&mut normal);
    normal.required.sort_by(|a, b| a.id.cmp(&b.id));
    normal.disqualifying.sort_by(|a, b| a.id.cmp(&b.id));
    for axis in &mut normal.axes {
        axis.rules.sort_by(|a, b| a.id.cmp(&b.id));
        axis.groups.sort_by(|a, b| a.name.cmp(&b.name));
    }
    normal.axes.sort_by(|a, b| a.name.cmp(&b.name));
    normal.promoters.sort_by(|a, b| a.id.cmp(&b.id));
    normal.limits.sort_by_cached_key(|limit| hash(&write::model(&Model::new("").limit(limit.clone()))));
    normal.states.sort_by_key(|state| state.from.value());
    Fingerprint(hash(&write::model(&normal)))
}

/// Returns the hash of everything that can change a number or a name of an outcome.
pub(super) fn of_scoring(model: &Model) -> Fingerprint {
    let mut normal = Model { description: None, cases: Vec::new(), ..model.clone() };
    normal.name.clear();
    name_tested_rules(&mut normal);
    for gate in normal.required.iter_mut().chain(&mut normal.disqualifying) {
        (gate.id, gate.label) = (String::new(), None);
    }
    normal.axes.iter_mut().for_each(drop_names);
    for promoter in &mut normal.promoters {
        (promoter.id, promoter.label) = (String::new(), None);
    }
    for limit in &mut normal.limits {
        (limit.id, limit.label) = (None, None);
    }
    for play in &mut normal.plays {
        (play.owner, play.respond_within) = (None, None);
        for names in [&mut play.grades, &mut play.states, &mut play.segments] {
            names.sort();
        }
    }
    normalize_conditions(&mut normal);
    normal.required.sort_by_cached_key(|gate| hash(&write::gate(gate)));
    normal.disqualifying.sort_by_cached_key(|gate| hash(&write::gate(gate)));
    for axis in &mut normal.axes {
        number_groups(axis);
        axis.rules.sort_by_cached_key(|rule| hash(&write::rule(rule)));
    }
    normal.axes.sort_by(|a, b| a.name.cmp(&b.name));
    normal.promoters.sort_by_cached_key(|promoter| hash(&write::promoter(promoter)));
    normal.limits.sort_by_cached_key(|limit| hash(&write::limit(limit)));
    normal.states.sort_by_key(|state| state.from.value());
    Fingerprint(hash(&write::model(&normal)))
}

/// Drops the ids of an axis's rules and all its labels.
fn drop_names(axis: &mut Axis) {
    axis.label = None;
    for rule in &mut axis.rules {
        (rule.id, rule.label) = (String::new(), None);
    }
}

/// Replaces the ids in conditions on rules by the axis of the rule and the hash of the rule without its name.
fn name_tested_rules(model: &mut Model) {
    let mut unnamed = model.clone();
    unnamed.axes.iter_mut().for_each(drop_names);
    normalize_conditions(&mut unnamed);
    unnamed.axes.iter_mut().for_each(number_groups);
    let mut names = BTreeMap::new();
    for (axis, unnamed) in model.axes.iter().zip(&unnamed.axes) {
        for (rule, unnamed) in axis.rules.iter().zip(&unnamed.rules) {
            names.insert(rule.id.clone(), format!("{}: {:032x}", axis.name, hash(&write::rule(unnamed))));
        }
    }
    for when in outcome_conditions(model) {
        rename_rules(when, &names);
    }
}

fn rename_rules(condition: &mut Condition, names: &BTreeMap<String, String>) {
    match &mut condition.0 {
        Shape::Together(parts) | Shape::All(parts) | Shape::Any(parts) | Shape::AtLeastOf { of: parts, .. } => {
            for part in parts {
                rename_rules(part, names);
            }
        }
        Shape::Not(inner) => rename_rules(inner, names),
        Shape::Leaf(Leaf::Number { of: Quantity::Rule { id }, .. }) => {
            if let Some(name) = names.get(id) {
                id.clone_from(name);
            }
        }
        Shape::Leaf(_) => {}
    }
}

/// Returns the conditions that can test the outcome.
fn outcome_conditions(model: &mut Model) -> impl Iterator<Item = &mut Condition> {
    let promoters = model.promoters.iter_mut().map(|promoter| &mut promoter.when);
    let limits = model.limits.iter_mut().map(|limit| &mut limit.when);
    let segments = model.segments.iter_mut().filter_map(|segment| segment.when.as_mut());
    promoters.chain(limits).chain(segments)
}

/// Replaces the names of an axis's groups by numbers, in an order that follows from their bounds, rules and inner groups, and
/// removes groups without bounds, which change no sum.
fn number_groups(axis: &mut Axis) {
    drop_unbounded_groups(axis);
    let mut numbers = BTreeMap::new();
    let mut inside: BTreeMap<Option<String>, Vec<Group>> = BTreeMap::new();
    for group in sorted_groups(axis) {
        inside.entry(group.inside.clone()).or_default().push(group);
    }
    let mut waiting = inside.remove(&None).unwrap_or_default();
    waiting.reverse();
    // A group, then the groups inside of it, so that equal groups in different groups have no order of their own.
    while let Some(group) = waiting.pop() {
        let number = numbers.len().to_string();
        let outer = group.inside.as_ref().and_then(|name| numbers.get(name)).cloned();
        axis.groups.push(Group { name: number.clone(), label: None, inside: outer, ..group });
        let name = Some(group.name);
        waiting.extend(inside.remove(&name).unwrap_or_default().into_iter().rev());
        numbers.extend(name.map(|name| (name, number)));
    }
    for rule in &mut axis.rules {
        rule.group = rule.group.as_ref().and_then(|name| numbers.get(name)).cloned();
    }
}

/// Moves the rules and groups of each group without bounds into the group around it, and removes the group.
fn drop_unbounded_groups(axis: &mut Axis) {
    let unbounded = |group: &&Group| group.min.is_none() && group.max.is_none();
    let around: BTreeMap<_, _> =
        axis.groups.iter().filter(unbounded).map(|own| (own.name.clone(), own.inside.clone())).collect();
    // A model that does not compile may have deeper groups, or a circle.
    let bounded = |mut name: Option<String>| {
        for _ in 0..NESTED_GROUPS_MAX {
            name = name.and_then(|name| around.get(&name).cloned().unwrap_or(Some(name)));
        }
        name
    };
    axis.groups.retain(|group| !unbounded(&group));
    axis.groups.iter_mut().for_each(|group| group.inside = bounded(group.inside.take()));
    axis.rules.iter_mut().for_each(|rule| rule.group = bounded(rule.group.take()));
}

/// Takes the groups of an axis, sorted by their bounds, rules and inner groups.
fn sorted_groups(axis: &mut Axis) -> Vec<Group> {
    /// The hashes of what is in each group, sorted.
    type Members = BTreeMap<String, Vec<u128>>;
    fn members(hashes: impl Iterator<Item = (Option<String>, u128)>) -> Members {
        let mut members = Members::new();
        hashes.for_each(|(group, hash)| members.entry(group.unwrap_or_default()).or_default().push(hash));
        for hashes in members.values_mut() {
            hashes.sort_unstable();
        }
        members
    }
    let hash_of_rule = |rule: &Rule| hash(&write::rule(&Rule { group: None, ..rule.clone() }));
    let rules = members(axis.rules.iter().map(|rule| (rule.group.clone(), hash_of_rule(rule))));
    let mut groups = std::mem::take(&mut axis.groups);
    let mut inner = Members::new();
    if groups.iter().any(|group| group.inside.is_some()) {
        // With each round, the hashes know one level more.
        for _ in 1..NESTED_GROUPS_MAX {
            let hash_of = |group: &Group| {
                let own = Group { min: group.min, max: group.max, ..Group::new("") };
                let hashes = [&rules, &inner].into_iter().filter_map(|of| of.get(&group.name)).flatten();
                let hashes = hashes.map(|hash| Node::Text(format!("{hash:032x}")));
                hash(&Node::List([write::group(&own)].into_iter().chain(hashes).collect()))
            };
            inner = members(groups.iter().map(|group| (group.inside.clone(), hash_of(group))));
        }
    }
    groups.sort_by_cached_key(|group| {
        let members = [&rules, &inner].map(|of| of.get(&group.name).cloned().unwrap_or_default());
        (group.min, group.max, members)
    });
    groups
}

/// Removes labels that are equal to the default, the id or name.
fn drop_default_labels(model: &mut Model) {
    let drop = |label: &mut Option<String>, id: &str| {
        if label.as_deref() == Some(id) {
            *label = None;
        }
    };
    for gate in model.required.iter_mut().chain(&mut model.disqualifying) {
        drop(&mut gate.label, &gate.id);
    }
    for axis in &mut model.axes {
        drop(&mut axis.label, &axis.name);
        axis.rules.iter_mut().for_each(|rule| drop(&mut rule.label, &rule.id));
        axis.groups.iter_mut().for_each(|group| drop(&mut group.label, &group.name));
    }
    model.promoters.iter_mut().for_each(|promoter| drop(&mut promoter.label, &promoter.id));
    for limit in &mut model.limits {
        if let Some(id) = &limit.id {
            drop(&mut limit.label, id);
        }
    }
}

/// Brings every condition of a model, and the event names of signals, into their normal form.
fn normalize_conditions(model: &mut Model) {
    for gate in model.required.iter_mut().chain(&mut model.disqualifying) {
        normalize(&mut gate.when);
    }
    outcome_conditions(model).for_each(normalize);
    for rule in model.axes.iter_mut().flat_map(|axis| &mut axis.rules) {
        rule.when.iter_mut().for_each(normalize);
        match &mut rule.worth {
            Worth::First(first) => first.rows.iter_mut().for_each(|(when, _)| normalize(when)),
            Worth::Signal(signal) => {
                signal.events.sort();
                signal.matching.iter_mut().for_each(normalize);
            }
            Worth::Bands(bands) => normalize_source(bands.of.event_mut()),
            Worth::PerUnit(per_unit) => normalize_source(per_unit.of.event_mut()),
            Worth::Points(_) | Worth::Values(_) => {}
        }
    }
}

/// Brings the condition on the attributes of events into its normal form.
fn normalize_source(event: Option<&mut EventSource>) {
    if let Some(matching) = event.and_then(|event| event.matching.as_mut()) {
        normalize(matching);
    }
}

/// Flattens `all` and `any`, with each part once and in a fixed order, and cancels double `not`.
fn normalize(condition: &mut Condition) {
    let shape = std::mem::replace(&mut condition.0, Shape::All(Vec::new()));
    condition.0 = match shape {
        Shape::Together(parts) | Shape::All(parts) => joined(parts, Shape::All, |shape| match shape {
            Shape::All(inner) => Some(inner),
            _ => None,
        }),
        Shape::Any(parts) => joined(parts, Shape::Any, |shape| match shape {
            Shape::Any(inner) => Some(inner),
            _ => None,
        }),
        Shape::Not(mut inner) => {
            normalize(&mut inner);
            match inner.0 {
                Shape::Not(twice) => twice.0,
                _ => Shape::Not(inner),
            }
        }
        Shape::AtLeastOf { count, mut of } => {
            of.iter_mut().for_each(normalize);
            of.sort_by_cached_key(|part| hash(&write::condition(part, Scope::Outcome)));
            Shape::AtLeastOf { count, of }
        }
        Shape::Leaf(mut leaf) => {
            normalize_source(leaf.event_mut());
            Shape::Leaf(leaf)
        }
    };
}

fn joined(
    parts: Vec<Condition>,
    join: fn(Vec<Condition>) -> Shape,
    open: fn(&mut Shape) -> Option<&mut Vec<Condition>>,
) -> Shape {
    let mut flat = Vec::new();
    for mut part in parts {
        normalize(&mut part);
        match open(&mut part.0) {
            Some(inner) => flat.append(inner),
            None => flat.push(part),
        }
    }
    flat.sort_by_cached_key(|part| hash(&write::condition(part, Scope::Outcome)));
    flat.dedup();
    match (flat.pop(), flat.is_empty()) {
        (Some(only), true) => only.0,
        (last, _) => {
            flat.extend(last);
            join(flat)
        }
    }
}

/// Returns FNV-1a with 128 bits (Fowler, Noll, Vo; draft-eastlake-fnv) of an unambiguous form of the document: each
/// value follows a letter for its type, each text follows its length, and tables are sorted by key.
fn hash(node: &Node) -> u128 {
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    absorb(node, &mut hash);
    hash
}

fn absorb(node: &Node, hash: &mut u128) {
    let length = |length: usize| u64::try_from(length).unwrap_or(u64::MAX).to_le_bytes();
    let mut bytes = |bytes: &[u8]| {
        for byte in bytes {
            *hash = (*hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    };
    match node {
        Node::Null | Node::Refused => bytes(b"0"),
        Node::Flag(flag) => bytes(&[b'f', u8::from(*flag)]),
        Node::Whole(_) | Node::Number(_) => {
            bytes(b"n");
            // Adding zero turns -0.0 into 0.0.
            bytes(&(node.number().unwrap_or(0.0) + 0.0).to_bits().to_le_bytes());
        }
        Node::Text(text) => {
            bytes(b"t");
            bytes(&length(text.len()));
            bytes(text.as_bytes());
        }
        Node::List(items) => {
            bytes(b"l");
            bytes(&length(items.len()));
            for item in items {
                absorb(item, hash);
            }
        }
        Node::Table(entries) => {
            bytes(b"m");
            bytes(&length(entries.len()));
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.cmp(b));
            for (key, value) in sorted {
                absorb(&Node::Text(key.clone()), hash);
                absorb(value, hash);
            }
        }
    }
}
