//! The rules whose points conditions on the outcome test.

use std::collections::BTreeMap;

use super::Compiler;
use crate::model::Model;
use crate::problem::Path;
use crate::program::{Axis, Quantity};

/// Returns the axis and the index in it of each rule, by id.
pub(super) fn rules(model: &Model) -> BTreeMap<&str, (usize, usize)> {
    let rules = model.axes.iter().enumerate().flat_map(|(axis, own)| {
        own.rules.iter().enumerate().map(move |(index, rule)| (rule.id.as_str(), (axis, index)))
    });
    rules.collect()
}

impl Compiler<'_> {
    /// Returns the points of a rule as a quantity.
    pub(super) fn tested_rule(&mut self, id: &str, path: &Path<'_>) -> Option<Quantity> {
        let Some(rule) = self.rules.get(id).copied() else {
            let message = format!("there is no rule `{id}`");
            return self.problems.refuse_unknown("unknown-rule", path, message, id, self.rules.keys().copied());
        };
        let found = self.tested_rules.iter().position(|own| *own == rule);
        let slot = found.unwrap_or_else(|| {
            self.tested_rules.push(rule);
            self.tested_rules.len() - 1
        });
        Some(Quantity::Rule { slot })
    }

    /// Returns the greatest points of the rules of an axis as a quantity.
    pub(super) fn greatest_rule(&mut self, axis: &str, source: &Path<'_>, table: &Path<'_>) -> Option<Quantity> {
        let index = self.axis_named(axis, source)?;
        if !self.rules.values().any(|(own, _)| *own == index) {
            return self.problems.refuse("empty", table, format!("the axis `{axis}` has no rule"));
        }
        self.greatest_of.insert(index);
        Some(Quantity::GreatestRule { axis: index })
    }

    /// Returns where the tested rules are in the program: axis, part and position.
    pub(super) fn located(&self, axes: &[Axis]) -> Box<[[usize; 3]]> {
        let place = |(axis, index): &(usize, usize)| {
            let mut parts = axes.get(*axis)?.parts.iter().enumerate();
            parts.find_map(|(part, own)| {
                let position = own.rules.iter().position(|rule| rule.index == *index)?;
                Some([*axis, part, position])
            })
        };
        // Every tested rule is in a part.
        self.tested_rules.iter().map(|rule| place(rule).unwrap_or_default()).collect()
    }
}
