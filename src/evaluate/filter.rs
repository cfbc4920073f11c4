//! Which events the condition of a selection lets through.

use super::{Truth, test};
use crate::input::activity::{AttributeTable, AttributeTest, SetId};
use crate::input::facts::Fact;
use crate::program::{Condition, ConditionNode, EventFilter, Events, FieldIndex, Quantity, Test, TextSubject};

impl Events {
    /// The test that the attributes of an event have to pass, if there is one.
    #[inline]
    pub(super) fn test(&self) -> Option<&dyn AttributeTest> {
        self.filter.as_deref().map(|filter| filter as &dyn AttributeTest)
    }
}

impl AttributeTest for EventFilter {
    fn keeps(&self, table: &AttributeTable, attributes: Option<SetId>) -> bool {
        EventView { filter: self, table, attributes }.truth(&self.when) == Truth::True
    }
}

/// The attributes of one event as the fields of a condition.
#[derive(Clone, Copy)]
struct EventView<'a> {
    filter: &'a EventFilter,
    table: &'a AttributeTable,
    attributes: Option<SetId>,
}

impl<'a> EventView<'a> {
    fn fact(self, attribute: FieldIndex) -> Fact<'a> {
        let Some(field) = self.filter.attributes.get(attribute) else { return Fact::Missing };
        let fact = self.table.attribute(self.attributes, field.name()).map_or(Fact::Missing, Fact::from);
        if field.kind().admits(&fact) { fact } else { Fact::Missing }
    }

    fn truth(self, condition: &'a Condition) -> Truth {
        let truths = |parts: &'a [Condition]| parts.iter().map(move |part| self.truth(part));
        match &condition.node {
            ConditionNode::Test(test) => self.test(test),
            ConditionNode::Not(inner) => self.truth(inner).negated(),
            ConditionNode::All(parts) => truths(parts).min().unwrap_or(Truth::True),
            ConditionNode::Any(parts) => truths(parts).max().unwrap_or(Truth::False),
            ConditionNode::AtLeastOf { count, of } => {
                let (mut sure, mut possible) = (0, 0);
                for truth in truths(of) {
                    sure += usize::from(truth == Truth::True);
                    possible += usize::from(truth != Truth::False);
                }
                Truth::of_count(sure, possible, *count)
            }
        }
    }

    fn test(self, own: &Test) -> Truth {
        Truth::of(match own {
            Test::Number { of: Quantity::Number { field }, doubles, negate, .. } => {
                let inside = test::number_within(test::double(self.fact(*field)), *doubles);
                inside.map(|inside| inside != *negate)
            }
            Test::Known { field, .. } | Test::Flag { field, .. } | Test::Text { of: TextSubject::Field(field), .. } => {
                test::holds(own, self.fact(*field))
            }
            // Compiling refuses other tests of attributes.
            _ => None,
        })
    }
}
