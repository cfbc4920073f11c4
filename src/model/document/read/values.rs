//! The values of keys: how each is read, and its type in the schema.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};

use super::worth::NamedRows;
use super::{Reader, find, tables};
use crate::input::facts::Record;
use crate::input::value::Value as FactValue;
use crate::model::axis::{AxisMissing, Missing};
use crate::model::condition::{Condition, EventMeasure, IfUnknown};
use crate::model::document::location::Scope;
use crate::model::document::names::{AXIS_MISSING, BOUNDS, DAYS_SINCE_LAST, IF_UNKNOWN, Named, RULE_MISSING};
use crate::model::document::node::Node;
use crate::model::document::table::{Fields, Key, Names, ValueType};
use crate::model::window::{Period, Window, WindowEdge};
use crate::model::worth::PerUnit;
use crate::num::points;
use crate::problem::Path;
use crate::time;

/// A value of a document with its type in the schema.
pub(super) trait Typed {
    const TYPE: ValueType;
}

/// A value that can be read on its own.
pub(super) trait Value: Typed {
    type Read;

    /// Returns `None` if the value is wrong, which is noted.
    fn read(reader: &mut Reader, node: &Node, path: &Path<'_>) -> Option<Self::Read>;
}

/// A key that every table of its kind has.
pub(super) struct Required<V> {
    pub(super) name: &'static str,
    about: &'static str,
    value: PhantomData<fn() -> V>,
}

/// A key that a table may have.
pub(super) struct Optional<V> {
    pub(super) name: &'static str,
    about: &'static str,
    value: PhantomData<fn() -> V>,
}

/// Keys are copied whatever their values are.
macro_rules! copied {
    ($($key:ident)*) => {$(
        impl<V> Clone for $key<V> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<V> Copy for $key<V> {}
    )*};
}

copied!(Required Optional);

impl<V: Typed> Required<V> {
    pub(super) const fn new(name: &'static str, about: &'static str) -> Required<V> {
        Required { name, about, value: PhantomData }
    }

    pub(super) const fn key(self) -> Key {
        Key { name: self.name, about: self.about, required: true, value: V::TYPE }
    }
}

impl<V: Typed> Optional<V> {
    pub(super) const fn new(name: &'static str, about: &'static str) -> Optional<V> {
        Optional { name, about, value: PhantomData }
    }

    pub(super) const fn key(self) -> Key {
        Key { name: self.name, about: self.about, required: false, value: V::TYPE }
    }
}

impl<V: Value> Optional<V> {
    /// Reads the key among entries whose other keys are operators. `Some(None)` if it is absent.
    #[expect(clippy::option_option, reason = "an absent value differs from a wrong one")]
    pub(super) fn among(
        &self,
        reader: &mut Reader,
        entries: &[(String, Node)],
        path: &Path<'_>,
    ) -> Option<Option<V::Read>> {
        match find(entries, self.name) {
            None => Some(None),
            Some(node) => V::read(reader, node, &path.key(self.name)).map(Some),
        }
    }
}

impl<V: Value> Required<V> {
    /// As [`Optional::among`], for a key that should be there.
    #[expect(clippy::option_option, reason = "an absent value differs from a wrong one")]
    pub(super) fn among(
        &self,
        reader: &mut Reader,
        entries: &[(String, Node)],
        path: &Path<'_>,
    ) -> Option<Option<V::Read>> {
        Optional::<V>::new(self.name, self.about).among(reader, entries, path)
    }
}

/// A list of values.
pub(super) struct List<V>(PhantomData<V>);

impl<V: Typed> Typed for List<V> {
    const TYPE: ValueType = ValueType::List { of: &V::TYPE, at_least: 0 };
}

impl<V: Value> Value for List<V> {
    type Read = Vec<V::Read>;

    fn read(reader: &mut Reader, node: &Node, path: &Path<'_>) -> Option<Vec<V::Read>> {
        reader.list(node, path, V::read)
    }
}

/// One of the choices of a family.
pub(super) struct Choice<T>(PhantomData<T>);

impl<T: Named> Typed for Choice<T> {
    const TYPE: ValueType = ValueType::Choice(|| T::names().collect());
}

impl<T: Named> Value for Choice<T> {
    type Read = T;

    fn read(reader: &mut Reader, node: &Node, path: &Path<'_>) -> Option<T> {
        reader.choice(node, path)
    }
}

macro_rules! values {
    ($($(#[$doc:meta])* $value:ident = $type:expr, $read_by:expr => $read:ty;)*) => {$(
        $(#[$doc])*
        pub(super) struct $value;

        impl Typed for $value {
            const TYPE: ValueType = $type;
        }

        impl Value for $value {
            type Read = $read;

            fn read(reader: &mut Reader, node: &Node, path: &Path<'_>) -> Option<$read> {
                $read_by(reader, node, path)
            }
        }
    )*};
}

const EVENT: ValueType = ValueType::Name(Names::Event);
const POINTS: ValueType = ValueType::Number;
const BAND_ROWS: ValueType = ValueType::Named(
    "band_rows",
    &ValueType::List {
        of: &ValueType::OneOf(&[ValueType::Pair(&POINTS, &POINTS), ValueType::Table(&[tables::Band::TABLE])]),
        at_least: 0,
    },
);

values! {
    Text = ValueType::Text, Reader::text => String;
    Name = ValueType::Name(Names::Part), Reader::name => String;
    /// Names of parts, at least one.
    Parts = ValueType::List { of: &ValueType::Name(Names::Part), at_least: 1 }, Reader::some_names => Vec<String>;
    NumberField = ValueType::Name(Names::Number), Reader::name => String;
    EventName = EVENT, Reader::name => String;
    /// The event of a case.
    OneEventName = ValueType::Name(Names::OneEvent), Reader::name => String;
    /// An event, or a list of events.
    EventNames = ValueType::OneOf(&[EVENT, ValueType::List { of: &EVENT, at_least: 0 }]),
        Reader::event_names => Vec<String>;
    AttributeName = ValueType::Name(Names::Attribute), Reader::name => String;
    Flag = ValueType::Flag, Reader::flag => bool;
    Number = ValueType::Number, Reader::number => f64;
    Points = POINTS, Reader::points => points::Points;
    /// Points by name.
    PointsByName = ValueType::Entries(&POINTS),
        |reader: &mut Reader, node, path| reader.rows(node, path, Reader::points) => Vec<(String, points::Points)>;
    Count = ValueType::Count, Reader::count => u32;
    Format = ValueType::Constant(super::FORMAT), Reader::format => ();
    Span = ValueType::Span, Reader::span => time::Span;
    Instant = ValueType::Instant, Reader::instant => DateTime<Utc>;
    Offset = ValueType::Offset, Reader::utc_offset => i32;
    AnyWindow = ValueType::OneOf(&[ValueType::Span, ValueType::Table(&[tables::Calendar::TABLE])]),
        Reader::window => Window;
    AnyPeriod = ValueType::Choice(|| Period::names().collect()), Reader::period => Period;
    Edge = ValueType::DateOrField, Reader::window_edge => WindowEdge;
    Unknown = ValueType::Choice(|| IF_UNKNOWN.iter().map(|(name, _)| *name).collect()),
        |reader: &mut Reader, node, path| reader.choice_of(node, path, &IF_UNKNOWN) => IfUnknown;
    MissingOfAxis = ValueType::Choice(|| AXIS_MISSING.iter().map(|(name, _)| *name).collect()),
        |reader: &mut Reader, node, path| reader.choice_of(node, path, &AXIS_MISSING) => AxisMissing;
    MissingOfRule = ValueType::OneOf(&[
        ValueType::Choice(|| RULE_MISSING.iter().map(|(name, _)| *name).collect()),
        ValueType::Table(&[tables::Missing::TABLE]),
    ]), Reader::missing => Missing;
    SubjectCondition = ValueType::Condition(Scope::Subject), Reader::subject_condition => Condition;
    OutcomeCondition = ValueType::Condition(Scope::Outcome), Reader::outcome_condition => Condition;
    AttributeCondition = ValueType::Condition(Scope::Attributes), Reader::attribute_condition => Condition;
    Bounds = ValueType::Choice(|| BOUNDS.iter().map(|(name, _)| *name).collect()),
        |reader: &mut Reader, node, path| reader.choice_of(node, path, &BOUNDS) => bool;
    /// What to measure of events; `None` is `days_since_last`.
    Measured = ValueType::Choice(|| EventMeasure::names().chain([DAYS_SINCE_LAST]).collect()),
        Reader::measured => Option<EventMeasure>;
    Bands = ValueType::Source { fields: Fields::Measured, field: &BAND_ROWS, event: Some(&BAND_ROWS) },
        Reader::band_source => NamedRows;
    ByText = ValueType::Source { fields: Fields::Listed, field: &ValueType::Entries(&POINTS), event: None },
        Reader::points_by_text => (String, Vec<(String, points::Points)>);
    EachUnit = ValueType::Source {
        fields: Fields::Measured,
        field: &ValueType::Table(&[tables::PerUnit::TABLE, tables::FieldMeasure::TABLE]),
        event: Some(&ValueType::Table(&[tables::PerUnit::TABLE, tables::EventsMeasure::TABLE])),
    }, Reader::per_unit => PerUnit;
    Ages = ValueType::List { of: &ValueType::Pair(&ValueType::Span, &POINTS), at_least: 0 },
        Reader::ages => Vec<(time::Span, points::Points)>;
    Facts = ValueType::Facts, Reader::facts => Record;
    Attributes = ValueType::Attributes, Reader::attributes => Vec<(String, FactValue)>;
}

/// Conditions that may test what the condition around them may test. Reading them takes that scope.
pub(super) struct Conditions;

/// Tests on a number. Reading them takes what is tested.
pub(super) struct NumberTests;

impl Typed for Conditions {
    const TYPE: ValueType = ValueType::Conditions;
}

impl Typed for NumberTests {
    const TYPE: ValueType = ValueType::NumberTests;
}
