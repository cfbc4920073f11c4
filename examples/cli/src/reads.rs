//! What a model reads: its conditions with their places, and the attributes of events.

use std::collections::BTreeMap;

use warmth::model::{Axis, AxisMissing, Condition, Input, Operand, Rule, Test, Worth};
use warmth::{Kind, Model};

/// Where a model reads an attribute of events.
#[derive(Clone, Copy)]
pub(crate) enum Use<'m> {
    /// A test of a `where`.
    Test(Test<'m>),
    /// A `distinct` or `once_per`, which only distinguishes values.
    Value(&'m str),
}

impl<'m> Use<'m> {
    /// The attribute, and the kind of value that the place needs.
    fn attribute(self) -> Option<(&'m str, Kind)> {
        match self {
            Use::Value(attribute) => Some((attribute, Kind::Any)),
            Use::Test(test) => {
                let Input::Field(attribute) = test.input() else { return None };
                let kind = match test.operand() {
                    _ if test.operator() == "known" => Kind::Any,
                    Operand::Flag(_) => Kind::Flag,
                    Operand::Number(_) | Operand::Range(..) => Kind::Number,
                    Operand::Text(_) | Operand::Texts(_) => Kind::Text,
                    _ => Kind::Any,
                };
                Some((attribute, kind))
            }
        }
    }
}

/// The rules of all axes.
pub(crate) fn rules(model: &Model) -> impl Iterator<Item = &Rule> {
    model.axes().iter().flat_map(Axis::rules)
}

/// Every condition of a model, with the id of its gate, rule, promoter, limit or segment.
pub(crate) fn conditions(model: &Model) -> impl Iterator<Item = (&str, &Condition)> {
    let gates = model.required_gates().iter().chain(model.disqualifying_gates());
    let of_rules = rules(model).flat_map(|rule| rule.conditions().map(|when| (rule.id(), when)));
    let promoters = model.promoters().iter().map(|promoter| (promoter.id(), promoter.when()));
    let limits = model.limits().iter().map(|limit| (limit.get_id().unwrap_or("limit"), limit.when()));
    let segments = model.segments().iter().filter_map(|segment| Some((segment.name(), segment.when()?)));
    gates.map(|gate| (gate.id(), gate.when())).chain(of_rules).chain(promoters).chain(limits).chain(segments)
}

/// Every place where a model reads an attribute of events, with the id of its gate, rule, promoter, limit or segment.
pub(crate) fn attribute_uses(model: &Model) -> Vec<(&str, Use<'_>)> {
    let mut uses = Vec::new();
    for (at, when) in conditions(model) {
        when.tests().for_each(|test| add_input(&mut uses, at, &test.input()));
    }
    for rule in rules(model) {
        match rule.worth() {
            Worth::Bands(bands) => add_input(&mut uses, rule.id(), &bands.input()),
            Worth::PerUnit(per_unit) => add_input(&mut uses, rule.id(), &per_unit.input()),
            Worth::Signal(signal) => add(&mut uses, rule.id(), signal.get_matching(), signal.get_once_per()),
            _ => {}
        }
    }
    uses
}

fn add_input<'m>(uses: &mut Vec<(&'m str, Use<'m>)>, at: &'m str, input: &Input<'m>) {
    if let Input::Events { matching, distinct, .. } = input {
        add(uses, at, *matching, *distinct);
    }
}

fn add<'m>(uses: &mut Vec<(&'m str, Use<'m>)>, at: &'m str, matching: Option<&'m Condition>, value: Option<&'m str>) {
    uses.extend(matching.into_iter().flat_map(Condition::tests).map(|test| (at, Use::Test(test))));
    uses.extend(value.map(|attribute| (at, Use::Value(attribute))));
}

/// The attributes of events that models read, each with the kind of its cells. An attribute that is tested as two kinds, or
/// as none, is [`Kind::Any`].
pub(crate) fn attributes<'m>(models: impl IntoIterator<Item = &'m Model>) -> BTreeMap<String, Kind> {
    let mut kinds: BTreeMap<String, Option<Kind>> = BTreeMap::new();
    for (_, used) in models.into_iter().flat_map(attribute_uses) {
        let Some((attribute, kind)) = used.attribute() else { continue };
        let known = kinds.entry(attribute.to_owned()).or_default();
        *known = match *known {
            _ if kind == Kind::Any => *known,
            None => Some(kind),
            Some(own) => Some(if own == kind { own } else { Kind::Any }),
        };
    }
    kinds.into_iter().map(|(attribute, kind)| (attribute, kind.unwrap_or(Kind::Any))).collect()
}

/// The axes that are skipped if too little is known about them.
pub(crate) fn skippable(model: &Model) -> impl Iterator<Item = &Axis> {
    model.axes().iter().filter(|axis| axis.get_missing() == AxisMissing::Skip)
}

/// Whether the scores of a model can have a coverage.
pub(crate) fn asks_coverage(model: &Model) -> bool {
    let tested = || conditions(model).any(|(_, when)| when.tests().any(|test| test.input() == Input::Coverage));
    model.get_coverage() || skippable(model).next().is_some() || tested()
}
