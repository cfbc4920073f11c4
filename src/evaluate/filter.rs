//! Which events the condition of a selection lets through, and the values of their attributes.

use super::{Truth, test};
use crate::input::activity::{Activity, AttributeTable, Keep, Selection, SetId};
use crate::input::facts::Fact;
use crate::program::{Condition, ConditionNode, EventFilter, Events, FieldIndex, Quantity, Test, TextSubject};

impl Events {
    /// Calls `f` with the test that the attributes of an event have to pass, if there is one.
    #[inline(always)]
    pub(super) fn with_filter<R>(&self, activity: &Activity, f: impl FnOnce(Option<Keep<'_>>) -> R) -> R {
        match &self.filter {
            None => f(None),
            Some(filter) => {
                let filter = Filter::new(filter, activity.table());
                f(Some(&|attributes| filter.keeps(attributes)))
            }
        }
    }

    /// Calls `f` with the events whose age at `as_of` is one that counts.
    #[inline(always)]
    pub(super) fn selected<R>(&self, activity: &Activity, as_of: i64, f: impl FnOnce(Selection<'_>) -> R) -> R {
        let (after, until) = (self.ages.after(as_of), self.ages.until(as_of));
        self.with_filter(activity, |keep| f(activity.between(&self.names, after, until, keep)))
    }
}

/// The number of different values of an attribute among events.
pub(super) fn distinct(events: Selection<'_>, table: &AttributeTable, attribute: &str) -> i64 {
    let Some(name) = table.name(attribute) else { return 0 };
    events.distinct(table.values(), |attributes| table.value_of(attributes, name))
}

/// How many attributes of a condition are looked up once for all events. Further ones are looked up for each event.
const LOOKED_UP: usize = 8;

/// A condition on attributes, for the events of one activity.
struct Filter<'a> {
    filter: &'a EventFilter,
    table: &'a AttributeTable,
    /// The names of the first attributes in the table; `None` if no event has such an attribute.
    names: [Option<u32>; LOOKED_UP],
}

impl<'a> Filter<'a> {
    fn new(filter: &'a EventFilter, table: &'a AttributeTable) -> Filter<'a> {
        let mut names = [None; LOOKED_UP];
        for (own, attribute) in names.iter_mut().zip(&filter.attributes) {
            *own = table.name(attribute.name());
        }
        Filter { filter, table, names }
    }

    fn keeps(&self, attributes: Option<SetId>) -> bool {
        self.truth(&self.filter.when, attributes) == Truth::True
    }

    fn value(&self, attribute: FieldIndex, attributes: Option<SetId>) -> Fact<'_> {
        let Some(field) = self.filter.attributes.get(attribute) else { return Fact::Missing };
        let name = match self.names.get(attribute) {
            Some(name) => *name,
            None => self.table.name(field.name()),
        };
        let value = name.and_then(|name| self.table.attribute_of(attributes, name));
        let fact = value.map_or(Fact::Missing, Fact::from);
        if field.kind().admits(&fact) { fact } else { Fact::Missing }
    }

    fn truth(&self, condition: &Condition, attributes: Option<SetId>) -> Truth {
        match &condition.node {
            ConditionNode::Test(own) => self.test(own, attributes),
            ConditionNode::Not(inner) => self.truth(inner, attributes).negated(),
            ConditionNode::All(parts) => {
                parts.iter().map(|part| self.truth(part, attributes)).min().unwrap_or(Truth::True)
            }
            ConditionNode::Any(parts) => {
                parts.iter().map(|part| self.truth(part, attributes)).max().unwrap_or(Truth::False)
            }
            ConditionNode::AtLeastOf { count, of } => {
                let (mut sure, mut possible) = (0, 0);
                for truth in of.iter().map(|part| self.truth(part, attributes)) {
                    sure += usize::from(truth == Truth::True);
                    possible += usize::from(truth != Truth::False);
                }
                Truth::of_count(sure, possible, *count)
            }
        }
    }

    fn test(&self, own: &Test, attributes: Option<SetId>) -> Truth {
        Truth::of(match own {
            Test::Number { of: Quantity::Number { field }, doubles, negate, .. } => {
                let inside = test::number_within(test::double(self.value(*field, attributes)), *doubles);
                inside.map(|inside| inside != *negate)
            }
            Test::Known { field, .. } | Test::Flag { field, .. } | Test::Text { of: TextSubject::Field(field), .. } => {
                test::holds(own, self.value(*field, attributes))
            }
            // Compiling refuses other tests of attributes.
            _ => None,
        })
    }
}
