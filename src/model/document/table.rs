//! What a table of a document holds: its keys, and the types of their values. Reading accepts these keys, and the schema
//! describes them.

use super::location::Scope;

/// The type of a value, as far as a schema can describe it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ValueType {
    Text,
    /// A text that is not empty.
    Name(Names),
    Flag,
    /// A number with a fraction: points, a score, a percentage, a number to compare with.
    Number,
    /// A whole number from 1.
    Count,
    /// This number.
    Constant(i64),
    Span,
    Date,
    Instant,
    Offset,
    /// A date, or the name of a date field.
    DateOrField,
    /// A text out of a list.
    Choice(fn() -> Vec<&'static str>),
    OneOf(&'static [ValueType]),
    /// A type that the schema defines once, under a name.
    Named(&'static str, &'static ValueType),
    List {
        of: &'static ValueType,
        at_least: u32,
    },
    /// A list of two.
    Pair(&'static ValueType, &'static ValueType),
    /// A table from any key to values of one type.
    Entries(&'static ValueType),
    /// A table with the keys of all these tables.
    Table(&'static [&'static Table]),
    /// A table with one entry: a field, or the one event below `events`.
    Source {
        fields: Fields,
        field: &'static ValueType,
        event: Option<&'static ValueType>,
    },
    Condition(Scope),
    /// A list of conditions that may test what the condition around it may test.
    Conditions,
    /// Tests on a number: a number, or a table of operators.
    NumberTests,
    /// The facts of a case.
    Facts,
    /// The attributes of an event in a case.
    Attributes,
}

/// Whose name a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// A part of the document.
    Part,
    /// A field of numbers.
    Number,
    /// A field of tags.
    Tags,
    /// An event, or `*` for all events.
    Event,
    /// An event of a case.
    OneEvent,
    Attribute,
}

/// The kinds of fields that a form of a rule takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fields {
    /// Numbers and dates.
    Measured,
    /// Texts and tags.
    Listed,
}

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// What the key does, for editors.
    pub(crate) about: &'static str,
    pub(crate) required: bool,
    pub(crate) value: ValueType,
}

/// A table of a document.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// What the table is, for editors.
    pub(crate) about: &'static str,
    pub(crate) keys: &'static [Key],
    /// The table has keys of exactly one of these lists.
    pub(crate) one_of: &'static [&'static [&'static str]],
    /// The table has exactly one of these forms, and its options.
    pub(crate) forms: &'static [Form],
}

/// A key of a rule that says what the rule is worth.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) key: &'static str,
    /// The keys that belong to the form.
    pub(crate) options: &'static [&'static Table],
    /// The keys that belong to the form over events.
    pub(crate) options_of_events: &'static [&'static Table],
}

impl Table {
    /// Returns whether the table has a key of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.keys.iter().any(|key| key.name == name)
    }

    /// Returns the sentence "a limit needs either `at_most` or `at_least`".
    pub(crate) fn needs(&self) -> String {
        let quoted = |keys: &[&str]| keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
        let alternative = |keys: &[&str]| match keys {
            [_, _, ..] => format!("one or both of {}", quoted(keys)),
            _ => quoted(keys),
        };
        let alternatives: Vec<_> = self.one_of.iter().map(|keys| alternative(keys)).collect();
        let name = self.name;
        match &alternatives[..] {
            [first, second] => format!("a {name} needs either {first} or {second}"),
            [first @ .., last] if last.starts_with("one") => format!("a {name} needs {}, or {last}", first.join(", ")),
            [first @ .., last] => format!("a {name} needs exactly one of {} or {last}", first.join(", ")),
            [] => String::new(),
        }
    }
}
