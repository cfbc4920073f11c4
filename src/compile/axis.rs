//! Axes: rules in their groups, and the points that count as 100.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Compiler;
use super::coverage::set_stakes;
use crate::model::limits::NESTED_GROUPS_MAX;
use crate::model::{self, AxisMissing, Missing, Model};
use crate::num::points::{HELD, Points};
use crate::problem::{Path, Problem};
use crate::program::{Axis, AxisPart, Group, Rule, Title};

/// How many groups around a group are followed to tell groups that nest too deep from a circle.
const FOLLOWED_MAX: usize = 64;

impl<'m> Compiler<'m> {
    pub(super) fn axes(&mut self, model: &'m Model) -> Option<Box<[Axis]>> {
        let path = Path::Root.key("axis");
        self.check_names(model.axes.iter().map(|axis| axis.name.as_str()), &path, "axis");
        self.each(&model.axes, &path, Compiler::axis)
    }

    /// Returns the sum of the axes' weights.
    pub(super) fn total_weight(&mut self, model: &Model) -> i64 {
        if model.axes.iter().all(|axis| axis.weight == Points::ZERO) && !model.axes.is_empty() {
            let problem = Problem::new("no-weight", &Path::Root.key("axis"), "all axes have the weight 0");
            self.problems.note(problem.with_help("give at least one axis a weight above 0"));
        }
        model.axes.iter().map(|axis| axis.weight.micros()).fold(0_i64, i64::saturating_add)
    }

    fn axis(&mut self, axis: &'m model::Axis, path: &Path<'_>) -> Option<Axis> {
        let weight = self.points(axis.weight, &path.key("weight"));
        if axis.weight < Points::ZERO {
            self.problems.note(Problem::new("out-of-range", &path.key("weight"), "a weight must not be negative"));
        }
        let base = self.points(axis.base, &path.key("base"));
        let given = axis.available.map(|available| self.available(available, &path.key("available")));
        let min_coverage = self.min_coverage(axis, path);
        let groups = self.groups(axis, path);
        let rules =
            self.each(&axis.rules, &path.key("rule"), |compiler, rule, path| Some(compiler.rule(rule, axis, path)));
        let mut parts = parts(axis, groups?, rules?)?;
        let available = match given {
            Some(available) => available?,
            None => self.derived(base?, &parts, path)?,
        };
        let stake = set_stakes(&mut parts, available);
        Some(Axis {
            title: Title { id: axis.name.as_str().into(), label: axis.label.as_deref().map(Into::into) },
            weight: weight?,
            base: base?,
            available,
            skips: axis.rules.iter().any(|rule| rule.missing == Missing::Skip),
            min_coverage: min_coverage?,
            stake,
            tests_greatest: false,
            tallies: false,
            parts: parts.into_iter().filter(|part| part.group.is_some() || !part.rules.is_empty()).collect(),
        })
    }

    /// Returns the coverage below which the axis is skipped, in millionths; `Some(None)` if it never is.
    #[expect(clippy::option_option, reason = "no bound differs from a wrong one")]
    fn min_coverage(&mut self, axis: &model::Axis, path: &Path<'_>) -> Option<Option<i64>> {
        let path = path.key("min_coverage");
        match (axis.missing, axis.min_coverage) {
            (AxisMissing::Zero, None) => Some(None),
            (AxisMissing::Zero, Some(_)) => {
                let message = "`min_coverage` says when an axis is skipped, but this axis never is";
                self.problems.refuse_with_help("forms", &path, message, "add `missing = \"skip\"` to the axis")
            }
            // The least coverage above 0.
            (AxisMissing::Skip, None) => Some(Some(1)),
            (AxisMissing::Skip, Some(least)) if least <= Points::ZERO || least > Points::from(100) => {
                let message = format!("`{least}` is not a coverage above 0 and up to 100");
                self.problems.refuse("out-of-range", &path, message)
            }
            (AxisMissing::Skip, Some(least)) => Some(Some(least.micros())),
        }
    }

    fn available(&mut self, available: Points, path: &Path<'_>) -> Option<i64> {
        if available <= Points::ZERO {
            let message = format!("`available` must be above zero, not `{available}`");
            return self.problems.refuse("not-available", path, message);
        }
        // The most points that the largest number of rules can reach.
        if available.micros() > HELD {
            let max = Points::from_micros(HELD);
            return self.over(path, "points", format!("`{available}` available points are more than {max}"));
        }
        Some(available.micros())
    }

    fn derived(&mut self, base: i64, parts: &[AxisPart], path: &Path<'_>) -> Option<i64> {
        let outer = parts.iter().filter(|part| part.depth == 0);
        let available = outer.map(|part| part.clamped(part.reach)).fold(base, i64::saturating_add);
        if available <= 0 {
            let reach = Points::from_micros(available);
            let message = format!("the axis reaches at most {reach} points, so nothing can count as 100");
            let help = "give `available`, or a rule with points above zero";
            return self.problems.refuse_with_help("not-available", path, message, help);
        }
        Some(available)
    }

    /// Compiles the groups, each with the number of groups that it is in.
    fn groups(&mut self, axis: &'m model::Axis, path: &Path<'_>) -> Option<Box<[(Group, usize)]>> {
        let path = path.key("group");
        self.check_names(axis.groups.iter().map(|group| group.name.as_str()), &path, "group");
        let own: BTreeMap<&str, &model::Group> = axis.groups.iter().map(|group| (&*group.name, group)).collect();
        let of_rules = axis.rules.iter().filter_map(|rule| rule.group.as_deref());
        let of_groups = axis.groups.iter().filter_map(|group| group.inside.as_deref());
        let named: BTreeSet<&str> = of_rules.chain(of_groups).collect();
        // An unknown name may mean a group that nothing else names.
        let all_known = named.iter().all(|name| own.contains_key(name));
        self.each(&axis.groups, &path, |compiler, group, path| {
            if all_known && !named.contains(group.name.as_str()) {
                let message = format!("no rule and no group of the axis is in the group `{}`", group.name);
                let help = "remove the group, or name it in a rule";
                compiler.problems.refuse_with_help::<()>("unused-group", path, message, help);
            }
            if let Some(name) = group.inside.as_deref().filter(|name| !own.contains_key(name)) {
                compiler.unknown_group(name, axis, path);
            }
            let depth = compiler.depth(group, &own, &path.key("group"));
            Some((compiler.group(group, path)?, depth?))
        })
    }

    /// Notes the name of a group that the axis does not have.
    pub(super) fn unknown_group(&mut self, name: &str, axis: &model::Axis, path: &Path<'_>) {
        let message = format!("the axis has no group `{name}`");
        let groups = axis.groups.iter().map(|group| group.name.as_str());
        let problem = Problem::new("unknown-group", &path.key("group"), message);
        self.problems.note_with(|found| problem.suggesting(found, name, groups));
    }

    /// Returns the number of groups that a group is in.
    fn depth(&mut self, group: &model::Group, all: &BTreeMap<&str, &model::Group>, path: &Path<'_>) -> Option<usize> {
        let mut depth = 0;
        let mut outer = group.inside.as_deref();
        while let Some(name) = outer {
            depth += 1;
            if name == group.name {
                let message = format!("the group `{name}` is inside of itself");
                return self.problems.refuse_with_help("forms", path, message, "remove one `group` of this circle");
            }
            if depth > all.len() {
                // The groups around this one form a circle, and have a problem of their own.
                return None;
            }
            if depth > FOLLOWED_MAX {
                break;
            }
            outer = all.get(name).and_then(|group| group.inside.as_deref());
        }
        if depth >= NESTED_GROUPS_MAX {
            let message = format!("the group `{}` is nested more than {NESTED_GROUPS_MAX} deep", group.name);
            return self.problems.refuse_with_help(
                "limit",
                path,
                message,
                "put it into a group further out, or into none",
            );
        }
        Some(depth)
    }

    fn group(&mut self, group: &'m model::Group, path: &Path<'_>) -> Option<Group> {
        let min = group.min.map_or(Some(i64::MIN), |min| self.points(min, &path.key("min")));
        let max = group.max.map_or(Some(i64::MAX), |max| self.points(max, &path.key("max")));
        let (min, max) = (min?, max?);
        self.check_order(min, max, path);
        let title = Title { id: group.name.as_str().into(), label: group.label.as_deref().map(Into::into) };
        Some(Group { title, min, max })
    }

    pub(super) fn check_order(&mut self, min: i64, max: i64, path: &Path<'_>) {
        if min > max {
            let (min, max) = (Points::from_micros(min), Points::from_micros(max));
            let message = format!("`min` is `{min}`, more than `max`, `{max}`");
            self.problems.note(Problem::new("bounds-order", path, message));
        }
    }
}

/// Distributes rules to their groups. A group comes after the groups inside of it; the last part is the rules without a
/// group.
fn parts<'m>(
    axis: &'m model::Axis,
    groups: Box<[(Group, usize)]>,
    rules: Box<[Option<Rule>]>,
) -> Option<Vec<AxisPart>> {
    // A name that no group has is a problem already.
    let names: BTreeSet<&str> = axis.groups.iter().map(|group| &*group.name).collect();
    let known = |name: &'m Option<String>| name.as_deref().filter(|name| names.contains(name));
    let mut members: BTreeMap<Option<&str>, Vec<Rule>> = BTreeMap::new();
    for (index, (rule, document)) in rules.into_iter().zip(&axis.rules).enumerate() {
        members.entry(known(&document.group)).or_default().push(Rule { index, ..rule? });
    }
    let mut inside: BTreeMap<Option<&str>, Vec<AxisPart>> = BTreeMap::new();
    let mut in_document: Vec<_> = axis.groups.iter().zip(groups).collect();
    // Inner groups first, so that each part finds the parts inside of it.
    in_document.sort_by_key(|(_, (_, depth))| Reverse(*depth));
    for (document, (group, depth)) in in_document {
        let name = Some(document.name.as_str());
        let mut parts = inside.remove(&name).unwrap_or_default();
        let rules = members.remove(&name).unwrap_or_default();
        parts.push(part(Some(group), depth, rules, &parts));
        inside.entry(known(&document.inside)).or_default().append(&mut parts);
    }
    let mut parts = inside.remove(&None).unwrap_or_default();
    parts.push(part(None, 0, members.remove(&None).unwrap_or_default(), &[]));
    Some(parts)
}

/// A part of these rules and the parts inside of it.
fn part(group: Option<Group>, depth: usize, rules: Vec<Rule>, inside: &[AxisPart]) -> AxisPart {
    let own = rules.iter().filter_map(|rule| rule.reach);
    let inner = inside.iter().filter(|part| part.depth == depth + 1).map(|part| part.clamped(part.reach));
    let reach = own.chain(inner).fold(0, i64::saturating_add);
    AxisPart { group, depth, rules: rules.into(), index: 0, reach }
}
