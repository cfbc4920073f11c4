//! Axes, groups and rules.

use super::Reader;
use crate::model::axis::{Axis, AxisMissing, Group, Missing, Rule};
use crate::model::document::names::{AXIS_MISSING, RULE_MISSING, SKIP, lookup};
use crate::model::document::node::Node;
use crate::num::points::Points;
use crate::problem::Path;

impl Reader {
    pub(super) fn axis(&mut self, node: &Node, path: &Path<'_>) -> Option<Axis> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let label = keys.optional(self, "label", Reader::text);
        let weight = keys.optional(self, "weight", Reader::points);
        let base = keys.or_default(self, "base", Reader::points);
        let available = keys.optional(self, "available", Reader::points);
        let missing = keys.or_default(self, "missing", Reader::axis_missing);
        let min_coverage = keys.optional(self, "min_coverage", Reader::points);
        let rules = keys.list(self, "rule", Reader::rule);
        let groups = keys.list(self, "group", Reader::group);
        keys.finish(self);
        Some(Axis {
            name: name?,
            label: label?,
            weight: weight?.unwrap_or(Points::from(1)),
            base: base?,
            available: available?,
            missing: missing?,
            min_coverage: min_coverage?,
            rules: rules?,
            groups: groups?,
        })
    }

    fn axis_missing(&mut self, node: &Node, path: &Path<'_>) -> Option<AxisMissing> {
        self.choice_of(node, path, &AXIS_MISSING)
    }

    fn group(&mut self, node: &Node, path: &Path<'_>) -> Option<Group> {
        let mut keys = self.keys(node, path)?;
        let name = keys.required(self, "name", Reader::name);
        let label = keys.optional(self, "label", Reader::text);
        let inside = keys.optional(self, "group", Reader::name);
        let min = keys.optional(self, "min", Reader::points);
        let max = keys.optional(self, "max", Reader::points);
        keys.finish(self);
        Some(Group { name: name?, label: label?, inside: inside?, min: min?, max: max? })
    }

    fn rule(&mut self, node: &Node, path: &Path<'_>) -> Option<Rule> {
        let mut keys = self.keys(node, path)?;
        let id = keys.required(self, "id", Reader::name);
        let label = keys.optional(self, "label", Reader::text);
        let group = keys.optional(self, "group", Reader::name);
        let when = keys.optional(self, "when", Reader::subject_condition);
        let missing = keys.or_default(self, "missing", Reader::missing);
        let worth = self.worth(&mut keys);
        keys.finish(self);
        Some(Rule { id: id?, label: label?, group: group?, when: when?, worth: worth?, missing: missing? })
    }

    fn missing(&mut self, node: &Node, path: &Path<'_>) -> Option<Missing> {
        match node {
            Node::Text(text) if lookup(&RULE_MISSING, text).is_none() => {
                let message = format!("expected `{{ points = ... }}` or `skip`, found `{text}`");
                return self.problems.refuse_unknown("unknown-choice", path, message, text, [SKIP]);
            }
            Node::Text(_) => return self.choice_of(node, path, &RULE_MISSING),
            Node::Table(_) => {}
            _ => return self.wrong_type(node, path, "`{ points = ... }` or \"skip\""),
        }
        let mut keys = self.keys(node, path)?;
        let points = keys.required(self, "points", Reader::points);
        keys.finish(self);
        points.map(Missing::Points)
    }
}
