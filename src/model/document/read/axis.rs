//! Axes, groups and rules.

use super::{Reader, tables};
use crate::model::axis::{Axis, Group, Missing, Rule};
use crate::model::document::names::{RULE_MISSING, SKIP, lookup};
use crate::model::document::node::Node;
use crate::num::points::Points;
use crate::problem::Path;

impl Reader {
    pub(super) fn axis(&mut self, node: &Node, path: &Path<'_>) -> Option<Axis> {
        let mut keys = self.keys(node, path, tables::Axis::TABLE)?;
        let name = keys.required(self, tables::Axis::NAME);
        let label = keys.optional(self, tables::Axis::LABEL);
        let weight = keys.optional(self, tables::Axis::WEIGHT);
        let base = keys.or_default(self, tables::Axis::BASE);
        let available = keys.optional(self, tables::Axis::AVAILABLE);
        let missing = keys.or_default(self, tables::Axis::MISSING);
        let min_coverage = keys.optional(self, tables::Axis::MIN_COVERAGE);
        let rules = keys.or_default(self, tables::Axis::RULE);
        let groups = keys.or_default(self, tables::Axis::GROUP);
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

    pub(super) fn group(&mut self, node: &Node, path: &Path<'_>) -> Option<Group> {
        let mut keys = self.keys(node, path, tables::Group::TABLE)?;
        let name = keys.required(self, tables::Group::NAME);
        let label = keys.optional(self, tables::Group::LABEL);
        let inside = keys.optional(self, tables::Group::GROUP);
        let min = keys.optional(self, tables::Group::MIN);
        let max = keys.optional(self, tables::Group::MAX);
        keys.finish(self);
        Some(Group { name: name?, label: label?, inside: inside?, min: min?, max: max? })
    }

    pub(super) fn rule(&mut self, node: &Node, path: &Path<'_>) -> Option<Rule> {
        let mut keys = self.keys(node, path, tables::Rule::TABLE)?;
        let id = keys.required(self, tables::Rule::ID);
        let label = keys.optional(self, tables::Rule::LABEL);
        let group = keys.optional(self, tables::Rule::GROUP);
        let when = keys.optional(self, tables::Rule::WHEN);
        let missing = keys.or_default(self, tables::Rule::MISSING);
        let worth = self.worth(&mut keys);
        keys.finish(self);
        Some(Rule { id: id?, label: label?, group: group?, when: when?, worth: worth?, missing: missing? })
    }

    pub(super) fn missing(&mut self, node: &Node, path: &Path<'_>) -> Option<Missing> {
        match node {
            Node::Text(text) if lookup(&RULE_MISSING, text).is_none() => {
                let message = format!("expected `{{ points = ... }}` or `skip`, found `{text}`");
                return self.problems.refuse_unknown("unknown-choice", path, message, text, [SKIP]);
            }
            Node::Text(_) => return self.choice_of(node, path, &RULE_MISSING),
            Node::Table(_) => {}
            _ => return self.wrong_type(node, path, "`{ points = ... }` or \"skip\""),
        }
        let mut keys = self.keys(node, path, tables::Missing::TABLE)?;
        let points = keys.required(self, tables::Missing::POINTS);
        keys.finish(self);
        points.map(Missing::Points)
    }
}
