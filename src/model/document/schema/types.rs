//! The schema of each type of value, and of each table.

use std::collections::BTreeMap;

use super::Host;
use crate::input::facts::{Field, Kind};
use crate::model::document::location::Scope;
use crate::model::document::names::{ConditionKey, EVENTS, FIELD, Named};
use crate::model::document::node::Node;
use crate::model::document::read::MODEL;
use crate::model::document::table::{Fields, Form, Key, Names, Table, ValueType};
use crate::time::UNITS;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The keys of a schema.
pub(super) type Entries = Vec<(String, Node)>;

pub(super) fn object<const N: usize>(entries: [(&str, Node); N]) -> Entries {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

pub(super) fn of_type(name: &str) -> Entries {
    object([("type", name.into())])
}

pub(super) fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> Node {
    Node::List(names.into_iter().map(Node::from).collect())
}

pub(super) fn one_of(names_of: impl IntoIterator<Item = String>) -> Entries {
    object([("enum", Node::List(names_of.into_iter().map(Node::Text).collect()))])
}

fn pattern(pattern: &str) -> Entries {
    object([("type", "string".into()), ("pattern", pattern.into())])
}

pub(super) fn any_of(schemas: impl IntoIterator<Item = Entries>) -> Entries {
    object([("anyOf", Node::List(schemas.into_iter().map(Node::Table).collect()))])
}

pub(super) fn list_of(items: Entries, at_least: u32) -> Entries {
    let mut list = object([("type", "array".into()), ("items", Node::Table(items))]);
    if at_least > 0 {
        list.push(("minItems".to_owned(), at_least.into()));
    }
    list
}

/// A part of the schema of a table, whose other keys are declared elsewhere. Editors take a table without
/// `additionalProperties` for one that has no other keys.
pub(super) fn part<const N: usize>(entries: [(&str, Node); N]) -> Entries {
    let mut part = object(entries);
    part.push(("additionalProperties".to_owned(), Node::Flag(true)));
    part
}

/// A schema that is valid if one of these keys is there.
pub(super) fn requires_any<'k>(keys: impl IntoIterator<Item = &'k str>) -> Entries {
    let mut alternatives: Vec<_> = keys.into_iter().map(|key| part([("required", names([key]))])).collect();
    match alternatives.pop() {
        Some(only) if alternatives.is_empty() => only,
        last => any_of(alternatives.into_iter().chain(last)),
    }
}

/// Adds the keys that a table needs.
pub(super) fn require<'k>(schema: &mut Entries, keys: impl IntoIterator<Item = &'k Key>) {
    let required: Vec<_> = keys.into_iter().filter(|key| key.required).map(|key| key.name).collect();
    if !required.is_empty() {
        schema.push(("required".to_owned(), names(required)));
    }
}

/// Adds the names that no key may have.
pub(super) fn reserve<'n>(schema: &mut Entries, reserved: impl IntoIterator<Item = &'n str>) {
    let reserved = object([("enum", names(reserved))]);
    schema.push(("propertyNames".to_owned(), Node::Table(object([("not", Node::Table(reserved))]))));
}

/// Puts a description in front of a schema, in place of its own.
pub(super) fn described(about: &str, mut schema: Entries) -> Node {
    schema.retain(|(key, _)| key != "description");
    let about = (!about.is_empty()).then(|| ("description".to_owned(), about.into()));
    Node::Table(about.into_iter().chain(schema).collect())
}

/// Writes the schema of a document, with a definition for each table and condition.
pub(super) struct Writer<'h> {
    pub(super) host: &'h Host,
    /// What the conditions of the table that is being written may test.
    pub(super) scope: Scope,
    definitions: BTreeMap<String, Node>,
}

impl<'h> Writer<'h> {
    pub(super) fn new(host: &'h Host) -> Writer<'h> {
        Writer { host, scope: Scope::Subject, definitions: BTreeMap::new() }
    }

    pub(super) fn document(mut self) -> Node {
        let mut schema = object([("$schema", DIALECT.into()), ("title", "A warmth model".into())]);
        schema.extend(self.table(&[MODEL]));
        schema.push(("$defs".to_owned(), Node::Table(self.definitions.into_iter().collect())));
        Node::Table(schema)
    }

    /// Returns a reference to a definition, and writes the definition if there is none yet.
    pub(super) fn defined(&mut self, name: &str, write: impl FnOnce(&mut Writer<'h>) -> Entries) -> Entries {
        if !self.definitions.contains_key(name) {
            // The definition may refer to itself.
            self.definitions.insert(name.to_owned(), Node::Null);
            let definition = write(self);
            self.definitions.insert(name.to_owned(), Node::Table(definition));
        }
        object([("$ref", Node::Text(format!("#/$defs/{name}")))])
    }

    pub(super) fn value(&mut self, value: &ValueType) -> Entries {
        match value {
            ValueType::Text => of_type("string"),
            ValueType::Name(names) => self.name(*names),
            ValueType::Flag => of_type("boolean"),
            ValueType::Number => of_type("number"),
            ValueType::Count => object([
                ("type", "integer".into()),
                ("minimum", Node::Whole(1)),
                ("maximum", Node::Whole(u32::MAX.into())),
            ]),
            ValueType::Constant(number) => object([("const", Node::Whole(*number))]),
            ValueType::Span => {
                let units: Vec<_> = UNITS.iter().map(|(unit, _)| *unit).collect();
                pattern(&format!("^[0-9]+({})$", units.join("|")))
            }
            ValueType::Date => pattern(DATE),
            ValueType::Instant => pattern(INSTANT),
            ValueType::Offset => pattern("^[+-]([01][0-9]|2[0-3]):[0-5][0-9]$"),
            ValueType::DateOrField => match self.fields_of(|kind| matches!(kind, Kind::Date | Kind::Time)) {
                Some(fields) => any_of([pattern(DATE), one_of(fields)]),
                None => any_of([pattern(DATE), pattern("^[^0-9]")]),
            },
            ValueType::Choice(choices) => object([("enum", names(choices()))]),
            ValueType::OneOf(types) => {
                let schemas: Vec<_> = types.iter().map(|value| self.value(value)).collect();
                any_of(schemas)
            }
            ValueType::List { of, at_least } => list_of(self.value(of), *at_least),
            ValueType::Named(name, value) => self.defined(name, |writer| writer.value(value)),
            ValueType::Pair(first, second) => {
                let items = [self.value(first), self.value(second)].map(Node::Table);
                object([
                    ("type", "array".into()),
                    ("prefixItems", Node::List(items.into())),
                    ("minItems", Node::Whole(2)),
                    ("maxItems", Node::Whole(2)),
                ])
            }
            ValueType::Entries(of) => {
                object([("type", "object".into()), ("additionalProperties", Node::Table(self.value(of)))])
            }
            ValueType::Table(tables) => {
                let name: Vec<_> = tables.iter().map(|table| table.name).collect();
                self.defined(&name.join("_of_"), |writer| writer.table(tables))
            }
            ValueType::Source { fields, field, event } => self.source(*fields, field, *event),
            ValueType::Condition(scope) => self.condition(*scope),
            ValueType::Conditions => self.conditions(self.scope),
            ValueType::NumberTests => self.number_tests(),
            ValueType::Facts => case_values(self.host.fields.as_deref(), true),
            ValueType::Attributes => case_values(self.host.attributes.as_deref(), false),
        }
    }

    fn name(&self, names: Names) -> Entries {
        let host = self.host;
        let fields = |fields: &[Field]| fields.iter().map(|field| field.name().to_owned()).collect::<Vec<_>>();
        let events = |all: Option<&str>| {
            let events = host.events.as_ref()?.iter().map(|event| event.clone().into_owned());
            Some(events.chain(all.map(str::to_owned)).collect::<Vec<_>>())
        };
        let known = match names {
            Names::Part => None,
            Names::Number => self.fields_of(|kind| kind == Kind::Number),
            Names::Tags => self.fields_of(|kind| kind == Kind::Tags),
            Names::Event => events(Some("*")),
            Names::OneEvent => events(None),
            Names::Attribute => host.attributes.as_deref().map(fields),
        };
        let any = || object([("type", "string".into()), ("minLength", Node::Whole(1))]);
        known.map_or_else(any, one_of)
    }

    /// Returns the names of the fields of some kinds, if the fields are known.
    fn fields_of(&self, is: impl Fn(Kind) -> bool) -> Option<Vec<String>> {
        let fields = self.host.fields.as_ref()?;
        let of_kind = fields.iter().filter(|field| is(field.kind()) || field.kind() == Kind::Any);
        Some(of_kind.map(|field| field.name().to_owned()).collect())
    }

    /// Returns the properties for the known events, and the schema of other events.
    pub(super) fn known_events(&self, each: Node) -> (Entries, Node) {
        let Some(events) = &self.host.events else { return (Entries::new(), each) };
        let known = events.iter().map(|event| &**event).chain(["*"]);
        (known.map(|event| (event.to_owned(), each.clone())).collect(), Node::Flag(false))
    }

    /// Writes a table with the keys of all these tables.
    pub(super) fn table(&mut self, tables: &[&Table]) -> Entries {
        let mut properties: Entries = Vec::new();
        for key in tables.iter().flat_map(|table| table.keys) {
            self.put_key(&mut properties, key);
        }
        for form in tables.iter().flat_map(|table| table.forms) {
            for key in form.keys() {
                self.put_key(&mut properties, key);
            }
        }
        let mut schema = of_type("object");
        if let [first, ..] = tables {
            schema.insert(0, ("description".to_owned(), first.about.into()));
        }
        schema.push(("properties".to_owned(), Node::Table(properties)));
        require(&mut schema, tables.iter().flat_map(|table| table.keys));
        schema.push(("additionalProperties".to_owned(), Node::Flag(false)));
        for table in tables {
            if !table.one_of.is_empty() {
                let alternatives = table.one_of.iter().map(|keys| Node::Table(requires_any(keys.iter().copied())));
                schema.push(("oneOf".to_owned(), Node::List(alternatives.collect())));
            }
            if !table.forms.is_empty() {
                schema.extend(self.forms(table.forms));
            }
        }
        schema
    }

    /// Writes a key. A key that has several types in several forms may have any of them.
    fn put_key(&mut self, properties: &mut Entries, key: &Key) {
        let schema = described(key.about, self.value(&key.value));
        let Some((_, own)) = properties.iter_mut().find(|(name, _)| name == key.name) else {
            properties.push((key.name.to_owned(), schema));
            return;
        };
        if plain(own) != plain(&schema) {
            *own = Node::Table(object([("anyOf", Node::List(vec![own.clone(), schema]))]));
        }
    }

    /// Writes that a rule has one form, and options of that form alone.
    fn forms(&mut self, forms: &[Form]) -> Entries {
        let alternatives = forms.iter().map(|form| Node::Table(requires_any([form.key]))).collect();
        let mut schema = object([("oneOf", Node::List(alternatives))]);
        let mut options: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for form in forms {
            for key in form.keys() {
                let of = options.entry(key.name).or_default();
                if !of.contains(&form.key) {
                    of.push(form.key);
                }
            }
        }
        let options = options.into_iter().map(|(option, forms)| (option.to_owned(), Node::Table(requires_any(forms))));
        schema.push(("dependentSchemas".to_owned(), Node::Table(options.collect())));
        for form in forms.iter().filter(|form| !form.options_of_events.is_empty()) {
            let of_events = object([(form.key, Node::Table(part([("required", names([EVENTS]))])))]);
            let is_of_events = part([("required", names([form.key])), ("properties", Node::Table(of_events))]);
            schema.push(("if".to_owned(), Node::Table(is_of_events)));
            for (word, tables, others) in
                [("then", form.options_of_events, form.options), ("else", form.options, form.options_of_events)]
            {
                schema.push((word.to_owned(), Node::Table(self.options(tables, others))));
            }
        }
        schema
    }

    /// Writes the keys of `tables` as options. Refuses the other keys of `others`.
    fn options(&mut self, tables: &[&Table], others: &[&Table]) -> Entries {
        let keys = || tables.iter().flat_map(|table| table.keys);
        let mut properties: Entries = Vec::new();
        for key in keys() {
            properties.push((key.name.to_owned(), Node::Table(self.value(&key.value))));
        }
        for key in others.iter().flat_map(|table| table.keys) {
            if !keys().any(|own| own.name == key.name) {
                properties.push((key.name.to_owned(), Node::Flag(false)));
            }
        }
        let mut schema = part([("properties", Node::Table(properties))]);
        require(&mut schema, keys());
        schema
    }

    fn source(&mut self, kinds: Fields, field: &ValueType, event: Option<&ValueType>) -> Entries {
        let host = self.host;
        let is_of = |kind: Kind| match kinds {
            _ if kind == Kind::Any => true,
            Fields::Measured => matches!(kind, Kind::Number | Kind::Date | Kind::Time),
            Fields::Listed => matches!(kind, Kind::Text | Kind::Tags),
        };
        let schema = Node::Table(self.value(field));
        let mut own: Entries = Vec::new();
        for field in host.fields.iter().flatten().filter(|field| is_of(field.kind())) {
            let texts = field.texts().filter(|_| kinds == Fields::Listed).unwrap_or_default();
            let by_text = texts.iter().map(|text| ((*text).to_owned(), Node::Table(of_type("number"))));
            let mut schema = schema.clone();
            if let (Node::Table(entries), false) = (&mut schema, texts.is_empty()) {
                entries.push(("properties".to_owned(), Node::Table(by_text.collect())));
            }
            own.push((field.name().to_owned(), schema));
        }
        let other = if host.fields.is_some() { Node::Flag(false) } else { schema };
        let escaped = single(own.clone(), other.clone());
        own.retain(|(name, _)| Scope::Subject.key(name).is_none());
        let mut properties = vec![(FIELD.to_owned(), described(ConditionKey::Field.about(), escaped))];
        if let Some(event) = event {
            let schema = Node::Table(self.value(event));
            let (known, others) = self.known_events(schema);
            let events = single(known, others);
            properties.push((EVENTS.to_owned(), described("The events to measure.", events)));
        }
        let reserved = ConditionKey::names().filter(|name| Scope::Subject.key(name).is_some());
        let reserved: Vec<_> = reserved.filter(|name| properties.iter().all(|(own, _)| own != name)).collect();
        properties.extend(own);
        let mut schema = single(properties, other);
        if host.fields.is_none() {
            reserve(&mut schema, reserved);
        }
        schema
    }
}

/// Facts or attributes of a case.
fn case_values(fields: Option<&[Field]>, lists: bool) -> Entries {
    let of_types = |types: &[&str]| {
        let mut schema = object([("type", names(types.iter().copied()))]);
        if types.contains(&"array") {
            schema.push(("items".to_owned(), Node::Table(of_type("string"))));
        }
        schema
    };
    let any: &[&str] = &["boolean", "number", "string", "null", "array"];
    let any = if lists { any } else { any.split_last().map_or(any, |(_, scalars)| scalars) };
    let mut schema = of_type("object");
    let Some(fields) = fields else {
        schema.push(("additionalProperties".to_owned(), Node::Table(of_types(any))));
        return schema;
    };
    let of_kind = |field: &Field| match field.kind() {
        Kind::Flag => of_types(&["boolean", "null"]),
        Kind::Number => of_types(&["number", "null"]),
        Kind::Text => match field.texts() {
            Some(texts) => {
                object([("enum", Node::List(texts.iter().map(|text| (*text).into()).chain([Node::Null]).collect()))])
            }
            None => of_types(&["string", "null"]),
        },
        Kind::Date | Kind::Time => of_types(&["string", "null"]),
        Kind::Tags => of_types(&["array", "null"]),
        Kind::Any => of_types(any),
    };
    let properties = fields.iter().map(|field| (field.name().to_owned(), Node::Table(of_kind(field))));
    schema.push(("properties".to_owned(), Node::Table(properties.collect())));
    schema.push(("additionalProperties".to_owned(), Node::Flag(false)));
    schema
}

impl Form {
    /// Returns all options of the form.
    fn keys(&self) -> impl Iterator<Item = &'static Key> {
        self.options.iter().chain(self.options_of_events).flat_map(|table| table.keys)
    }
}

/// Years of more than four digits have a sign.
const DATE: &str = "^([0-9]{4}|[+-][0-9]{4,6})-[0-9]{2}-[0-9]{2}$";
const INSTANT: &str = "^([0-9]{4}|[+-][0-9]{4,6})-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$";

/// Returns a schema without its description.
fn plain(schema: &Node) -> Vec<&(String, Node)> {
    let Node::Table(entries) = schema else { return Vec::new() };
    entries.iter().filter(|(key, _)| key != "description").collect()
}

/// A table that must not be empty, or a value of another of these types. Keys other than `properties` have the schema
/// `other`.
pub(super) fn filled(types: &[&str], properties: Entries, other: Node) -> Entries {
    let of = match types {
        [only] => (*only).into(),
        types => names(types.iter().copied()),
    };
    let mut schema = object([("type", of), ("minProperties", Node::Whole(1))]);
    if !properties.is_empty() {
        schema.push(("properties".to_owned(), Node::Table(properties)));
    }
    schema.push(("additionalProperties".to_owned(), other));
    schema
}

/// A table with exactly one entry.
fn single(properties: Entries, other: Node) -> Entries {
    let mut schema = filled(&["object"], properties, other);
    schema.insert(2, ("maxProperties".to_owned(), Node::Whole(1)));
    schema
}
