//! Conditions: joins, and what is tested.

use super::{Reader, tables};
use crate::model::condition::{Condition, Leaf, Quantity, Shape, TextSubject};
use crate::model::document::location::{AMOUNT, Scope};
use crate::model::document::names::ConditionKey;
use crate::model::document::node::Node;
use crate::problem::Path;

/// The tests of one table, at least one.
pub(super) struct Tests(Vec<Condition>);

impl Tests {
    pub(super) fn add(&mut self, leaf: Leaf) {
        self.0.push(leaf.into());
    }

    /// Returns the only test, or all of them together.
    fn joined(mut self) -> Condition {
        match (self.0.pop(), self.0.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                self.0.extend(last);
                Condition(Shape::Together(self.0))
            }
        }
    }
}

impl Reader {
    /// Reads the condition of a gate or a rule.
    pub(super) fn subject_condition(&mut self, node: &Node, path: &Path<'_>) -> Option<Condition> {
        self.condition(node, path, Scope::Subject)
    }

    /// Reads the condition of a promoter, a limit or a segment.
    pub(super) fn outcome_condition(&mut self, node: &Node, path: &Path<'_>) -> Option<Condition> {
        self.condition(node, path, Scope::Outcome)
    }

    /// Reads the condition on the attributes of an event.
    pub(super) fn attribute_condition(&mut self, node: &Node, path: &Path<'_>) -> Option<Condition> {
        self.condition(node, path, Scope::Attributes)
    }

    fn condition(&mut self, node: &Node, path: &Path<'_>, scope: Scope) -> Option<Condition> {
        let mut tests = Tests(Vec::new());
        self.each_entry(node, path, |reader, key, node, path| reader.clause(key, node, path, scope, &mut tests))?;
        Some(tests.joined())
    }

    /// Reads every entry of a table that must not be empty.
    pub(super) fn each_entry(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        mut read: impl FnMut(&mut Reader, &str, &Node, &Path<'_>) -> Option<()>,
    ) -> Option<()> {
        let entries = self.entries(node, path)?;
        if entries.is_empty() {
            return self.problems.refuse("empty", path, "a condition needs at least one test");
        }
        let mut complete = true;
        for (key, node) in entries {
            complete &= read(self, key, node, &path.key(key)).is_some();
        }
        complete.then_some(())
    }

    /// Reads one key of a condition: a join, events, an outcome or a field.
    fn clause(&mut self, key: &str, node: &Node, path: &Path<'_>, scope: Scope, tests: &mut Tests) -> Option<()> {
        if scope == Scope::Attributes && key == AMOUNT {
            let message = "a `where` tests the attributes of an event";
            let help = "the amount of an event is not an attribute; record it as an attribute too, or, if it is one, write \
                        `field.amount`";
            return self.problems.refuse_with_help("reserved", path, message, help);
        }
        let Some(own) = scope.key(key) else {
            return self.field_tests(key, node, path, tests);
        };
        match own {
            ConditionKey::All => tests.0.push(Condition(Shape::All(self.conditions(node, path, scope)?))),
            ConditionKey::Any => tests.0.push(Condition(Shape::Any(self.conditions(node, path, scope)?))),
            ConditionKey::Not => tests.0.push(!self.condition(node, path, scope)?),
            ConditionKey::AtLeastOf => tests.0.push(self.at_least_of(node, path, scope)?),
            ConditionKey::Events if scope == Scope::Attributes => {
                let message = "a `where` tests the attributes of one event, not other events";
                let help = "if it is an attribute, write `field.events`";
                return self.problems.refuse_with_help("reserved", path, message, help);
            }
            ConditionKey::Events => {
                self.each_entry(node, path, |reader, event, node, path| reader.event_tests(event, node, path, tests))?;
            }
            ConditionKey::Field => {
                self.each_entry(node, path, |reader, field, node, path| reader.field_tests(field, node, path, tests))?;
            }
            ConditionKey::Axis => {
                self.each_entry(node, path, |reader, axis, node, path| reader.axis_tests(axis, node, path, tests))?;
            }
            ConditionKey::Rule => self.each_entry(node, path, |reader, rule, node, path| {
                reader.number_tests(node, path, &Quantity::Rule { id: rule.to_owned() }, tests)
            })?,
            ConditionKey::Score => self.number_tests(node, path, &Quantity::Score, tests)?,
            ConditionKey::Coverage => self.number_tests(node, path, &Quantity::Coverage, tests)?,
            ConditionKey::Grade => self.outcome_text(node, path, &TextSubject::Grade, tests)?,
            ConditionKey::Verdict => self.outcome_text(node, path, &TextSubject::Verdict, tests)?,
        }
        Some(())
    }

    fn at_least_of(&mut self, node: &Node, path: &Path<'_>, scope: Scope) -> Option<Condition> {
        let mut keys = self.keys(node, path, tables::AtLeastOf::TABLE)?;
        let count = keys.required(self, tables::AtLeastOf::COUNT);
        let of =
            keys.required_by(self, tables::AtLeastOf::OF, |reader, node, path| reader.conditions(node, path, scope));
        keys.finish(self);
        Some(Condition::at_least_of(count?, of?))
    }

    pub(super) fn conditions(&mut self, node: &Node, path: &Path<'_>, scope: Scope) -> Option<Vec<Condition>> {
        let conditions = self.list(node, path, |reader, node, path| reader.condition(node, path, scope))?;
        if conditions.is_empty() {
            return self.problems.refuse("empty", path, "a list of conditions must not be empty");
        }
        Some(conditions)
    }
}
