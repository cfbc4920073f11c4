//! Where a test is written: the keys that lead to it from the table of its condition.
//!
//! Writing uses these keys to build the document, and compiling uses them for the paths of problems.

use smallvec::SmallVec;

use super::names::{
    ANY_NOT_IN, AXIS, BETWEEN, COUNT, COVERAGE, ConditionKey, DAYS_SINCE_LAST, EVENTS, FIELD, GRADE, GREATEST_RULE, IS,
    KNOWN, NEVER, Named, RATIO_FIELD, RATIO_TO, RULE, SCORE, VERDICT, WITHIN,
};
use crate::model::condition::{AgeWindow, Leaf, Quantity, TextOp, TextSubject};

/// Keys of nested tables. The longest are `field`, a field, a measure and an operator.
pub(crate) type KeyPath<'m> = SmallVec<[&'m str; 4]>;

/// The conditions that can test the outcome differ from the others in their reserved keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Gates and rules: they test the subject only.
    Subject,
    /// Promoters, limits and segments: they test the outcome too.
    Outcome,
    /// The attributes of one event.
    Attributes,
}

/// Reserved in [`Scope::Attributes`]: people write it for the amount of the event, which is not an attribute.
pub(crate) const AMOUNT: &str = "amount";

impl Scope {
    /// Returns the key of a condition with this name, unless the name is that of a field here.
    pub(crate) fn key(self, name: &str) -> Option<ConditionKey> {
        ConditionKey::named(name).filter(|key| self == Scope::Outcome || !key.tests_outcome())
    }

    /// Returns whether a field of this name needs the key `field`.
    pub(crate) fn reserves(self, field: &str) -> bool {
        self.key(field).is_some() || (self == Scope::Attributes && field == AMOUNT)
    }

    /// Returns the keys to the tests on a field.
    pub(crate) fn field(self, field: &str) -> KeyPath<'_> {
        if self.reserves(field) { KeyPath::from_slice(&[FIELD, field]) } else { KeyPath::from_slice(&[field]) }
    }
}

impl Quantity {
    /// Returns the keys to the field, the event, the axis, the rule or the score that is measured.
    pub(crate) fn source_keys(&self, scope: Scope) -> KeyPath<'_> {
        match self {
            Quantity::Number { field }
            | Quantity::Ratio { field, .. }
            | Quantity::Calendar { field, .. }
            | Quantity::TagCount { field } => scope.field(field),
            Quantity::Event { event, .. } | Quantity::DaysSinceLast { event } => {
                KeyPath::from_slice(&[EVENTS, &event.name])
            }
            Quantity::Axis { name } | Quantity::GreatestRule { axis: name } => KeyPath::from_slice(&[AXIS, name]),
            Quantity::Rule { id } => KeyPath::from_slice(&[RULE, id]),
            Quantity::Score => KeyPath::from_slice(&[SCORE]),
            Quantity::Coverage => KeyPath::from_slice(&[COVERAGE]),
        }
    }

    /// Returns the key of the measure, if the quantity is not its source itself.
    pub(crate) fn measure(&self) -> Option<&'static str> {
        match self {
            Quantity::Ratio { .. } => Some(RATIO_TO),
            Quantity::Calendar { by, .. } => Some(by.name()),
            Quantity::TagCount { .. } => Some(COUNT),
            Quantity::Event { by, .. } => Some(by.name()),
            Quantity::DaysSinceLast { .. } => Some(DAYS_SINCE_LAST),
            Quantity::GreatestRule { .. } => Some(GREATEST_RULE),
            Quantity::Number { .. }
            | Quantity::Axis { .. }
            | Quantity::Rule { .. }
            | Quantity::Score
            | Quantity::Coverage => None,
        }
    }

    /// Returns the key next to the number operators that is part of the quantity.
    pub(crate) fn option_key(&self) -> Option<&'static str> {
        match self {
            Quantity::Ratio { .. } => Some(RATIO_FIELD),
            Quantity::Event { ages: Some(AgeWindow::Within(_)), .. } => Some(WITHIN),
            Quantity::Event { ages: Some(AgeWindow::Between(..)), .. } => Some(BETWEEN),
            _ => None,
        }
    }

    /// Returns the keys to the table of number operators.
    pub(crate) fn table_keys(&self, scope: Scope) -> KeyPath<'_> {
        let mut keys = self.source_keys(scope);
        keys.extend(self.measure());
        keys
    }
}

impl Leaf {
    /// Returns the keys to the table with the operator.
    pub(crate) fn table_keys(&self, scope: Scope) -> KeyPath<'_> {
        match self {
            Leaf::Known { field, .. }
            | Leaf::Flag { field, .. }
            | Leaf::Text { of: TextSubject::Field(field), .. }
            | Leaf::Tags { field, .. }
            | Leaf::AnyNotIn { field, .. }
            | Leaf::Day { field, .. } => scope.field(field),
            Leaf::Number { of, .. } => of.table_keys(scope),
            Leaf::Text { of: TextSubject::Grade, .. } => KeyPath::from_slice(&[GRADE]),
            Leaf::Text { of: TextSubject::Verdict, .. } => KeyPath::from_slice(&[VERDICT]),
            Leaf::Recency { event, .. } | Leaf::Never { event, .. } => KeyPath::from_slice(&[EVENTS, &event.name]),
        }
    }

    /// Returns the keys to the operand. The key `is` of a text field is left out, as documents mostly write the bare text.
    pub(crate) fn operand_keys(&self, scope: Scope) -> KeyPath<'_> {
        let mut keys = self.table_keys(scope);
        if !matches!(self, Leaf::Text { op: TextOp::Is, of: TextSubject::Field(_), .. }) {
            keys.push(self.operator());
        }
        keys
    }

    /// Returns the name of the operator.
    pub(crate) fn operator(&self) -> &'static str {
        match self {
            Leaf::Known { .. } => KNOWN,
            Leaf::Flag { .. } => IS,
            Leaf::Number { op, .. } => op.name(),
            Leaf::Text { op, .. } => op.name(),
            Leaf::Tags { op, .. } => op.name(),
            Leaf::AnyNotIn { .. } => ANY_NOT_IN,
            Leaf::Day { op, .. } => op.name(),
            Leaf::Recency { op, .. } => op.name(),
            Leaf::Never { .. } => NEVER,
        }
    }
}
