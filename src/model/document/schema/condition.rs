//! The schema of conditions: joins, and the operators on fields, events and outcomes.

use super::types::{
    Entries, Writer, any_of, described, filled, list_of, names, object, of_type, one_of, part, require, requires_any,
    reserve,
};
use crate::input::facts::{Field, Kind};
use crate::model::condition::{EventMeasure, NumberOp, TextOp};
use crate::model::document::location::{AMOUNT, Scope};
use crate::model::document::names::{ConditionKey, EVENTS, IGNORE_CASE, Named};
use crate::model::document::node::Node;
use crate::model::document::operators::{EventOp, FieldOp};
use crate::model::document::read::{AT_LEAST_OF, AXIS_OPTIONS, COUNT_OPTIONS, MEASURE_OPTIONS, RATIO_OPTIONS, WINDOW};
use crate::model::document::table::{Names, Table, ValueType};

const NUMBERS: ValueType = ValueType::Pair(&ValueType::Number, &ValueType::Number);
const SPANS: ValueType = ValueType::Pair(&ValueType::Span, &ValueType::Span);

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Flag => "flag_field",
        Kind::Number => "number_field",
        Kind::Text => "text_field",
        Kind::Date | Kind::Time => "date_field",
        Kind::Tags => "tags_field",
        Kind::Any => "field_tests",
    }
}

/// The types of the bare values that mean `is`.
fn bare_types(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Flag => &["boolean"],
        Kind::Number => &["number"],
        Kind::Text => &["string"],
        Kind::Date | Kind::Time | Kind::Tags => &[],
        Kind::Any => &["boolean", "number", "string"],
    }
}

impl Writer<'_> {
    pub(super) fn condition(&mut self, scope: Scope) -> Entries {
        let name = match scope {
            Scope::Subject => "condition",
            Scope::Outcome => "outcome_condition",
            Scope::Attributes => "attribute_condition",
        };
        self.defined(name, |writer| writer.condition_table(scope))
    }

    fn condition_table(&mut self, scope: Scope) -> Entries {
        let mut properties = Vec::new();
        for (name, key) in ConditionKey::NAMES {
            let is_of_events = scope == Scope::Attributes && *key == ConditionKey::Events;
            if scope.key(name).is_some() && !is_of_events {
                let schema = self.condition_key(*key, scope);
                properties.push(((*name).to_owned(), described(key.about(), schema)));
            }
        }
        let (known, other) = self.known_fields(scope);
        properties.extend(known.into_iter().filter(|(name, _)| !scope.reserves(name)));
        let mut schema = filled(&["object"], properties, other);
        schema.insert(0, ("description".to_owned(), "Tests that must all be true.".into()));
        if scope == Scope::Attributes && self.host.attributes.is_none() {
            reserve(&mut schema, [EVENTS, AMOUNT]);
        }
        schema
    }

    fn condition_key(&mut self, key: ConditionKey, scope: Scope) -> Entries {
        match key {
            ConditionKey::All | ConditionKey::Any => self.conditions(scope),
            ConditionKey::Not => self.condition(scope),
            ConditionKey::AtLeastOf => self.at_least_of(scope),
            ConditionKey::Events => {
                let tests = Node::Table(self.defined("event_tests", Writer::event_tests));
                let (known, other) = self.known_events(tests);
                filled(&["object"], known, other)
            }
            ConditionKey::Field => {
                let (known, other) = self.known_fields(scope);
                filled(&["object"], known, other)
            }
            ConditionKey::Axis => {
                let tests = Node::Table(self.defined("axis_tests", |writer| {
                    writer.number_table(&["number", "object"], &[AXIS_OPTIONS], false)
                }));
                filled(&["object"], Vec::new(), tests)
            }
            ConditionKey::Rule => {
                let tests = Node::Table(self.number_tests());
                filled(&["object"], Vec::new(), tests)
            }
            ConditionKey::Score | ConditionKey::Coverage => self.number_tests(),
            ConditionKey::Grade | ConditionKey::Verdict => self.defined("text_tests", |writer| {
                let mut properties = Vec::new();
                for (name, op) in TextOp::NAMES {
                    let schema = writer.operand(FieldOp::Text(*op), Kind::Text);
                    properties.push(((*name).to_owned(), described(op.about(), schema)));
                }
                let about = FieldOp::IgnoreCase.about();
                properties.push((IGNORE_CASE.to_owned(), described(about, of_type("boolean"))));
                let mut schema = filled(&["string", "object"], properties, Node::Flag(false));
                schema.push(with_ignore_case(TextOp::names().map(|name| part([("required", names([name]))]))));
                schema
            }),
        }
    }

    pub(super) fn conditions(&mut self, scope: Scope) -> Entries {
        list_of(self.condition(scope), 1)
    }

    fn at_least_of(&mut self, scope: Scope) -> Entries {
        let outer = std::mem::replace(&mut self.scope, scope);
        let schema = self.table(&[AT_LEAST_OF]);
        self.scope = outer;
        schema
    }

    /// Returns the properties for the fields that conditions can test, and the schema of other fields.
    fn known_fields(&mut self, scope: Scope) -> (Entries, Node) {
        let host = self.host;
        let fields = if scope == Scope::Attributes { &host.attributes } else { &host.fields };
        let Some(fields) = fields else { return (Entries::new(), Node::Table(self.tests(Kind::Any))) };
        let known = fields.iter().map(|field| (field.name().to_owned(), Node::Table(self.field(field))));
        (known.collect(), Node::Flag(false))
    }

    /// Tests on a field that the host has.
    fn field(&mut self, field: &Field) -> Entries {
        let Some(texts) = field.texts() else {
            return self.tests(field.kind());
        };
        let texts = || texts.iter().map(|text| (*text).to_owned());
        let mut table = self.operators(field.kind(), &["object"]);
        // The texts have any case next to `ignore_case`. Operators on a part of a text take any text.
        let mut known = Vec::new();
        let compares_whole = |op: FieldOp| !matches!(op, FieldOp::Text(op) if op.takes_either());
        for (name, op) in FieldOp::all().filter(|(_, op)| op.is_on(field.kind()) && compares_whole(*op)) {
            if let Some(operand) = text_of(op, one_of(texts())) {
                known.push((name.to_owned(), Node::Table(operand)));
            }
        }
        let ignores_case = part([("required", names([IGNORE_CASE]))]);
        table.push(("if".to_owned(), Node::Table(part([("not", Node::Table(ignores_case))]))));
        table.push(("then".to_owned(), Node::Table(part([("properties", Node::Table(known))]))));
        if bare_types(field.kind()).is_empty() {
            return table;
        }
        object([("anyOf", Node::List(vec![Node::Table(one_of(texts())), Node::Table(table)]))])
    }

    /// Tests on a field of a kind: a bare value, or a table of operators.
    fn tests(&mut self, kind: Kind) -> Entries {
        self.defined(kind_name(kind), |writer| {
            let types: Vec<_> = bare_types(kind).iter().copied().chain(["object"]).collect();
            let mut schema = writer.operators(kind, &types);
            let about =
                if kind == Kind::Any { "Tests on a field.".to_owned() } else { format!("Tests on a field: {kind}.") };
            schema.insert(0, ("description".to_owned(), Node::Text(about)));
            schema
        })
    }

    /// A table of the operators on fields of a kind, or another one of these types.
    fn operators(&mut self, kind: Kind, types: &[&str]) -> Entries {
        let mut properties = Vec::new();
        for (name, op) in FieldOp::all().filter(|(_, op)| op.is_on(kind)) {
            let schema = self.operand(op, kind);
            properties.push((name.to_owned(), described(op.about(), schema)));
        }
        let mut schema = filled(types, properties, Node::Flag(false));
        let on_text: Vec<_> = FieldOp::all().filter(|(_, op)| op.is_on(kind)).filter_map(on_text).collect();
        if !on_text.is_empty() {
            schema.push(with_ignore_case(on_text));
        }
        schema
    }

    fn operand(&mut self, op: FieldOp, kind: Kind) -> Entries {
        match op {
            FieldOp::Known | FieldOp::IgnoreCase => of_type("boolean"),
            FieldOp::Equality(op) => {
                let types = bare_types(kind).iter().copied().filter(|name| op == TextOp::Is || *name != "boolean");
                let types: Vec<_> = types.collect();
                match types[..] {
                    [only] => of_type(only),
                    _ => object([("type", names(types))]),
                }
            }
            FieldOp::Text(_) | FieldOp::Tags(_) => text_of(op, of_type("string")).unwrap_or_default(),
            FieldOp::Day(_) => self.value(&ValueType::Date),
            FieldOp::Calendar(_) | FieldOp::TagCount => self.number_tests(),
            FieldOp::Number(NumberOp::Between(..)) => self.value(&NUMBERS),
            FieldOp::Number(_) => of_type("number"),
            FieldOp::RatioTo => self.number_table(&["object"], &[RATIO_OPTIONS], false),
            FieldOp::AnyNotIn => self.value(&ValueType::Name(Names::Tags)),
        }
    }

    fn event_tests(&mut self) -> Entries {
        let mut properties = Vec::new();
        for (name, op) in EventOp::all() {
            let schema = match op {
                EventOp::Measure(by) => self.measure(by),
                EventOp::Recency(_) => self.value(&WINDOW),
                EventOp::Never => of_type("boolean"),
                EventOp::DaysSinceLast => self.number_tests(),
                EventOp::Where => self.condition(Scope::Attributes),
            };
            properties.push((name.to_owned(), described(op.about(), schema)));
        }
        let mut schema = filled(&["object"], properties, Node::Flag(false));
        schema.insert(0, ("description".to_owned(), "Tests on the events of one name.".into()));
        let tests = EventOp::all().filter(|(_, op)| !matches!(op, EventOp::Where)).map(|(name, _)| name);
        schema.extend(requires_any(tests));
        schema
    }

    fn measure(&mut self, by: EventMeasure) -> Entries {
        if by == EventMeasure::Count {
            return self.defined("count_tests", |writer| {
                writer.number_table(&["number", "object"], &[MEASURE_OPTIONS, COUNT_OPTIONS], true)
            });
        }
        self.defined("measure_tests", |writer| writer.number_table(&["number", "object"], &[MEASURE_OPTIONS], true))
    }

    /// A number, or a table of operators on numbers.
    pub(super) fn number_tests(&mut self) -> Entries {
        self.defined("number_tests", |writer| writer.number_table(&["number", "object"], &[], false))
    }

    /// Tests on a number with the keys of other tables next to the operators. With `ages`, `between` may be a window.
    fn number_table(&mut self, types: &[&str], options: &[&Table], ages: bool) -> Entries {
        let mut properties = Vec::new();
        for (name, op) in NumberOp::all() {
            let schema = match op {
                NumberOp::Between(..) if ages => self.value(&ValueType::OneOf(&[NUMBERS, SPANS])),
                NumberOp::Between(..) => self.value(&NUMBERS),
                _ => of_type("number"),
            };
            properties.push((name.to_owned(), described(op.about(), schema)));
        }
        let keys = || options.iter().flat_map(|table| table.keys);
        for key in keys() {
            let schema = self.value(&key.value);
            properties.push((key.name.to_owned(), described(key.about, schema)));
        }
        let mut schema = filled(types, properties, Node::Flag(false));
        require(&mut schema, keys());
        if keys().any(|key| !matches!(key.value, ValueType::NumberTests)) {
            // Options do not test anything.
            schema.extend(requires_any(NumberOp::names()));
        }
        schema
    }
}

/// A schema that is valid if this operator on texts or tags is there.
fn on_text((name, op): (&str, FieldOp)) -> Option<Entries> {
    match op {
        // Of a field of any kind, only the operand says that the field is a text.
        FieldOp::Equality(_) => {
            let is_text = object([(name, Node::Table(of_type("string")))]);
            Some(part([("required", names([name])), ("properties", Node::Table(is_text))]))
        }
        FieldOp::Text(_) | FieldOp::Tags(_) | FieldOp::AnyNotIn => Some(part([("required", names([name]))])),
        _ => None,
    }
}

/// The key of a schema that refuses `ignore_case` without one of these operators.
fn with_ignore_case(operators: impl IntoIterator<Item = Entries>) -> (String, Node) {
    let needs = Node::Table(any_of(operators));
    ("dependentSchemas".to_owned(), Node::Table(object([(IGNORE_CASE, needs)])))
}

/// The operand of an operator on texts or tags, each with this schema.
fn text_of(op: FieldOp, text: Entries) -> Option<Entries> {
    let takes_list = match op {
        FieldOp::Equality(_) => false,
        FieldOp::Text(op) if op.takes_either() => {
            return Some(any_of([text.clone(), list_of(text, 1)]));
        }
        FieldOp::Text(op) => op.takes_list(),
        FieldOp::Tags(op) => op.takes_list(),
        _ => return None,
    };
    Some(if takes_list { list_of(text, 1) } else { text })
}
