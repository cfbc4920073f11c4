//! Conditions that are never or always true, and parts of conditions that decide nothing.

use super::space::{Space, unite};
use super::warning::{About, Warnings};
use crate::evaluate::{Atoms, Set, Truth};
use crate::model::{self, IfUnknown, KeyPath, Leaf, Scope, Shape, names};
use crate::problem::Path;
use crate::program::{Condition, ConditionNode, Events, Program, ReadSite, Test};

/// How many parts of one join are compared with each other.
const PARTS_MAX: usize = 16;

/// What a condition decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Required,
    Disqualifying,
    /// The condition of plain points.
    Points,
    /// The guard of any other form.
    Guard,
    /// A row of `first`.
    Row,
    Promoter,
    Limit,
    Segment,
    /// The `where` of events.
    Where,
}

impl Role {
    /// What follows if the condition is never true.
    pub(super) fn never(self) -> &'static str {
        match self {
            Role::Required => "no subject is eligible",
            Role::Disqualifying => "the gate disqualifies nobody",
            Role::Points | Role::Guard => "the rule never gives its points",
            Role::Row => "the row is never chosen",
            Role::Promoter => "the promoter adds nothing",
            Role::Limit => "the limit changes nothing",
            Role::Segment => "no subject is in the segment by this condition",
            Role::Where => "no event is selected",
        }
    }

    /// What follows if the condition is always true.
    fn always(self) -> &'static str {
        match self {
            Role::Required => "every subject passes the gate",
            Role::Disqualifying => "every subject is disqualified",
            Role::Points => "every subject gets the points",
            Role::Guard => "the guard holds nobody back",
            Role::Row => "no later row is chosen",
            Role::Promoter => "every score gets the points",
            Role::Limit => "the limit holds for every score",
            Role::Segment => "no subject reaches the later segments",
            Role::Where => "every event is selected",
        }
    }

    /// What to do about a condition that is always true.
    fn remedy(self) -> &'static str {
        match self {
            Role::Points => "correct the condition, or use the `base` of the axis",
            Role::Guard | Role::Where => "correct the condition, or remove it",
            Role::Row => "correct the condition, or move the points to `otherwise`",
            Role::Required => "correct the condition, or remove the gate",
            Role::Disqualifying | Role::Promoter | Role::Limit | Role::Segment => "correct the condition",
        }
    }
}

/// A condition of a model, and the same condition compiled.
#[derive(Clone, Copy)]
pub(super) struct Both<'m> {
    pub(super) written: &'m model::Condition,
    pub(super) compiled: &'m Condition,
    pub(super) role: Role,
    /// What decides where the condition is unknown. For rules, unknown.
    pub(super) missing: IfUnknown,
    pub(super) about: About<'m>,
}

/// What a condition can be, and what its parts can be.
pub(super) struct Truths {
    /// In the order of the condition's parts, each before its own parts.
    nodes: Vec<Node>,
}

struct Node {
    truths: Option<Set<Truth>>,
    /// The indexes of its parts.
    parts: Vec<usize>,
    /// For each two parts, whether the first is at least as true as the second for every subject.
    at_least: Vec<bool>,
}

impl Node {
    fn is_never(&self) -> bool {
        self.truths.as_ref().is_some_and(|truths| !truths.any(|truth| truth == Truth::True))
    }

    fn is_always(&self) -> bool {
        self.truths.as_ref().is_some_and(|truths| !truths.any(|truth| truth == Truth::False)) && !self.is_never()
    }

    fn is_constant(&self) -> bool {
        self.is_never() || self.is_always()
    }

    fn may_be_unknown(&self) -> bool {
        self.truths.as_ref().is_none_or(|truths| truths.any(|truth| truth == Truth::Unknown))
    }

    /// Whether the part at one position is at least as true as the part at the other for every subject.
    fn at_least(&self, one: usize, other: usize) -> bool {
        self.at_least.get(one * self.parts.len() + other).copied().unwrap_or(false)
    }
}

impl Truths {
    pub(super) fn of<'m>(space: &Space<'m>, condition: &'m Condition) -> Truths {
        let (mut nodes, mut conditions) = (Vec::new(), Vec::new());
        collect(condition, &mut nodes, &mut conditions);
        space.each(&sites(condition), |evaluation| {
            let own: Vec<Set<Truth>> = conditions.iter().map(|condition| evaluation.truth(condition)).collect();
            for (node, truths) in nodes.iter_mut().zip(&own) {
                unite(Some(&mut node.truths), truths, Set::union_with);
                compare(node, &own);
            }
        });
        Truths { nodes }
    }

    /// Whether the condition can be unknown.
    pub(super) fn may_be_unknown(&self) -> bool {
        self.nodes.first().is_none_or(Node::may_be_unknown)
    }

    /// Whether the condition has this truth for every subject, with its policy for the unknown applied.
    pub(super) fn is_decided(&self, missing: IfUnknown, truth: Truth) -> bool {
        self.root().is_some_and(|truths| !truths.any(|own| missing.decided(own) != truth))
    }

    /// Whether the condition may hold for some subject, with its policy for the unknown applied.
    pub(super) fn may_hold(&self, missing: IfUnknown) -> bool {
        self.root().is_none_or(|truths| truths.any(|own| missing.decided(own) == Truth::True))
    }

    fn root(&self) -> Option<&Set<Truth>> {
        self.nodes.first()?.truths.as_ref()
    }

    /// Whether the condition is never true, or true whenever it is known.
    pub(super) fn is_constant(&self) -> bool {
        self.nodes.first().is_some_and(Node::is_constant)
    }

    /// Whether the condition is never true.
    pub(super) fn is_never(&self) -> bool {
        self.nodes.first().is_some_and(Node::is_never)
    }
}

/// Updates which parts are at least as true as others, given the truths in one combination.
fn compare(node: &mut Node, own: &[Set<Truth>]) {
    let count = node.parts.len();
    if node.at_least.is_empty() {
        return;
    }
    let ends = |part: &usize| {
        let truths = own.get(*part)?;
        Some((truths.iter().next()?, truths.iter().last()?))
    };
    let ends: Vec<_> = node.parts.iter().map(ends).collect();
    for (index, flag) in node.at_least.iter_mut().enumerate() {
        let least = ends.get(index / count).copied().flatten().map(|(least, _)| least);
        let greatest = ends.get(index % count).copied().flatten().map(|(_, greatest)| greatest);
        *flag &= least >= greatest;
    }
}

fn parts(condition: &Condition) -> &[Condition] {
    match &condition.node {
        ConditionNode::All(parts) | ConditionNode::Any(parts) | ConditionNode::AtLeastOf { of: parts, .. } => parts,
        ConditionNode::Not(inner) => std::slice::from_ref(inner),
        ConditionNode::Test(_) => &[],
    }
}

/// Adds a condition and its parts.
fn collect<'m>(condition: &'m Condition, nodes: &mut Vec<Node>, conditions: &mut Vec<&'m Condition>) -> usize {
    let own = nodes.len();
    nodes.push(Node { truths: None, parts: Vec::new(), at_least: Vec::new() });
    conditions.push(condition);
    let parts: Vec<usize> = parts(condition).iter().map(|part| collect(part, nodes, conditions)).collect();
    let joined = matches!(condition.node, ConditionNode::All(_) | ConditionNode::Any(_));
    if let Some(node) = nodes.get_mut(own) {
        let compared = joined && (2..=PARTS_MAX).contains(&parts.len());
        node.at_least = vec![true; if compared { parts.len() * parts.len() } else { 0 }];
        node.parts = parts;
    }
    own
}

impl<'m> Both<'m> {
    /// Warns about the condition at this path and its parts.
    pub(super) fn check(
        &self,
        program: &'m Program,
        space: &Space<'m>,
        path: &Path<'_>,
        scope: Scope,
        warnings: &mut Warnings,
    ) -> Truths {
        let truths = Truths::of(space, self.compiled);
        let mut checker = Checker { program, truths: &truths, both: *self, scope, warnings };
        checker.node(0, (self.written, self.compiled), path, true);
        truths
    }
}

/// A part of a condition, and the same part compiled.
type Part<'m> = (&'m model::Condition, &'m Condition);

struct Checker<'c, 'm> {
    program: &'m Program,
    truths: &'c Truths,
    /// The whole condition.
    both: Both<'m>,
    scope: Scope,
    warnings: &'c mut Warnings,
}

impl<'m> Checker<'_, 'm> {
    /// Warns at the operand of a test, at the key of a join, or at the table that all tests of the part are in.
    fn warn(&mut self, code: &'static str, part: Part<'m>, path: &Path<'_>, message: impl Into<String>, help: &str) {
        let keys = match &part.0.0 {
            Shape::Leaf(leaf) => leaf.operand_keys(self.scope),
            Shape::Together(of) => shared_keys(of, self.scope),
            Shape::All(_) => KeyPath::from_slice(&["all"]),
            Shape::Any(_) => KeyPath::from_slice(&["any"]),
            Shape::Not(_) => KeyPath::from_slice(&["not"]),
            Shape::AtLeastOf { .. } => KeyPath::from_slice(&["at_least_of"]),
        };
        self.warnings.warn(code, &path.keys(&keys), self.both.about, message, help);
    }

    /// Warns about the part at this index of the nodes. `whole` if it decides the whole condition.
    fn node(&mut self, index: usize, part: Part<'m>, path: &Path<'_>, whole: bool) {
        let Some(node) = self.truths.nodes.get(index) else { return };
        if node.is_never() {
            return self.never(node, part, path, whole);
        }
        if node.is_always() {
            return self.always(node, part, path, whole);
        }
        let redundant = self.redundant(node, part.1);
        self.each_part(part, path, |checker, position, part, path| {
            let Some(index) = node.parts.get(position) else { return };
            match redundant.get(position).copied().flatten() {
                Some(other) => checker.redundant_part(part, path, other),
                None => checker.node(*index, part, path, false),
            }
        });
        if let (Shape::Leaf(leaf), ConditionNode::Test(test)) = (&part.0.0, &part.1.node) {
            self.filters(leaf, test, path);
        }
    }

    /// Calls `each` with the position of every part, with the part and with its path.
    fn each_part(
        &mut self,
        (written, compiled): Part<'m>,
        path: &Path<'_>,
        mut each: impl FnMut(&mut Self, usize, Part<'m>, &Path<'_>),
    ) {
        let list = |key: &'static str, of: &'m [model::Condition]| (Some(path.key(key)), of);
        let at_least_of = path.key("at_least_of");
        let (list, written): (Option<Path<'_>>, &'m [model::Condition]) = match &written.0 {
            Shape::Together(of) => (None, of),
            Shape::All(of) => list("all", of),
            Shape::Any(of) => list("any", of),
            Shape::AtLeastOf { of, .. } => (Some(at_least_of.key("of")), of),
            Shape::Not(inner) => {
                let path = path.key("not");
                if let Some(compiled) = parts(compiled).first() {
                    each(self, 0, (inner, compiled), &path);
                }
                return;
            }
            Shape::Leaf(_) => return,
        };
        for (position, part) in written.iter().zip(parts(compiled)).enumerate() {
            match &list {
                Some(list) => each(self, position, part, &list.index(position)),
                None => each(self, position, part, path),
            }
        }
    }

    fn never(&mut self, node: &Node, part: Part<'m>, path: &Path<'_>, whole: bool) {
        if let ConditionNode::All(_) = part.1.node {
            let nodes = node.parts.iter().map(|part| self.truths.nodes.get(*part));
            let culprit = nodes.enumerate().find_map(|(at, node)| Some((at, node.filter(|node| node.is_never())?)));
            if let Some((culprit, node)) = culprit {
                return self.each_part(part, path, |checker, position, part, path| {
                    if position == culprit {
                        checker.never(node, part, path, whole);
                    }
                });
            }
        }
        let what = match (&part.1.node, whole) {
            (ConditionNode::All(_), true) => "these tests exclude each other",
            (ConditionNode::All(_), false) => {
                "these tests exclude each other, so this part of the condition is never true"
            }
            (_, true) => "this is never true",
            (_, false) => "this part of the condition is never true",
        };
        let (message, help) = if whole && node.may_be_unknown() && self.both.missing == IfUnknown::Holds {
            (
                format!("{what}: the condition holds only where it is unknown, because of `missing`"),
                "correct the condition, or remove it",
            )
        } else if whole {
            (format!("{what}, so {}", self.both.role.never()), "correct the condition, or remove it")
        } else {
            (what.to_owned(), "correct this part, or remove it")
        };
        self.warn("never-true", part, path, message, help);
    }

    fn always(&mut self, node: &Node, part: Part<'m>, path: &Path<'_>, whole: bool) {
        let role = self.both.role;
        let (message, help) = match (node.may_be_unknown(), whole) {
            (true, _) => (
                "this is true whenever it is known".to_owned(),
                "correct it; to ask whether a fact is there, write `known = true`, and for events `never = false`",
            ),
            (false, true) => (format!("this is always true, so {}", role.always()), role.remedy()),
            (false, false) => {
                ("this part of the condition is always true".to_owned(), "correct this part, or remove it")
            }
        };
        self.warn("always-true", part, path, message, help);
    }

    /// For each part, the position of another part that makes it redundant.
    fn redundant(&self, node: &Node, compiled: &Condition) -> Vec<Option<usize>> {
        let count = node.parts.len();
        let mut redundant = vec![None; count];
        if node.at_least.is_empty() {
            return redundant;
        }
        let constant = |position: usize| {
            let part = node.parts.get(position).and_then(|part| self.truths.nodes.get(*part));
            part.is_none_or(Node::is_constant)
        };
        for position in (0..count).rev().filter(|position| !constant(*position)) {
            let implied = |other: usize| match compiled.node {
                ConditionNode::All(_) => node.at_least(position, other),
                ConditionNode::Any(_) => node.at_least(other, position),
                _ => false,
            };
            let free = |other: &usize| {
                *other != position && !constant(*other) && redundant.get(*other).is_some_and(Option::is_none)
            };
            let found = (0..count).filter(free).find(|other| implied(*other));
            redundant.get_mut(position).into_iter().for_each(|own| *own = found);
        }
        redundant
    }

    fn redundant_part(&mut self, part: Part<'m>, path: &Path<'_>, other: usize) {
        let message = format!("this part of the condition decides nothing next to the part with the index {other}");
        self.warn("redundant-test", part, path, message, "remove this part, or correct one of the two");
    }

    /// The conditions on attributes of the events of a test.
    fn filters(&mut self, leaf: &'m Leaf, test: &'m Test, path: &Path<'_>) {
        let matching = leaf.event().and_then(|event| event.matching.as_deref().map(|written| (event, written)));
        if let (Some(events), Some((event, written))) = (ReadSite::Test(test).events().next(), matching) {
            let keys = ["events", event.name.as_str(), names::WHERE];
            filter(self.program, events, written, &path.keys(&keys), self.both.about, self.warnings);
        }
    }
}

/// The keys that lead to every one of these tests; none if one of them is a join.
fn shared_keys(of: &[model::Condition], scope: Scope) -> KeyPath<'_> {
    let keys = of.iter().map(|part| match &part.0 {
        Shape::Leaf(leaf) => leaf.operand_keys(scope),
        Shape::Together(of) => shared_keys(of, scope),
        _ => KeyPath::new(),
    });
    let shared = keys.reduce(|mut shared, own| {
        let same = shared.iter().zip(&own).take_while(|(a, b)| a == b).count();
        shared.truncate(same);
        shared
    });
    shared.unwrap_or_default()
}

/// Warns about the condition on the attributes of events.
pub(super) fn filter<'m>(
    program: &'m Program,
    events: &'m Events,
    written: &'m model::Condition,
    path: &Path<'_>,
    about: About<'m>,
    warnings: &mut Warnings,
) {
    let Some(filter) = &events.filter else { return };
    let space = Space::of_attributes(program, &filter.attributes);
    let both = Both { written, compiled: &filter.when, role: Role::Where, missing: IfUnknown::Unknown, about };
    both.check(program, &space, path, Scope::Attributes, warnings);
}

/// The read sites of a condition.
pub(super) fn sites(condition: &Condition) -> Vec<ReadSite<'_>> {
    let mut sites = Vec::new();
    condition.read_sites(&mut |site| sites.push(site));
    sites
}
