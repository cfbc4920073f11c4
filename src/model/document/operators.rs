//! The operators on fields and events: what reading does with an operand, and which kinds of fields have the operator.

use super::names::{ANY_NOT_IN, COUNT, DAYS_SINCE_LAST, IGNORE_CASE, KNOWN, NEVER, Named, RATIO_TO, WHERE};
use crate::input::facts::Kind;
use crate::model::condition::{Calendar, DayOp, EventMeasure, NumberOp, RecencyOp, TagOp, TextOp};

/// An operator on a field, or a key next to one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FieldOp {
    Known,
    /// `is` and `is_not`, whose operand decides the kind of the field.
    Equality(TextOp),
    Text(TextOp),
    Tags(TagOp),
    Day(DayOp),
    Calendar(Calendar),
    /// Every other operator on numbers, with some operand.
    Number(NumberOp),
    RatioTo,
    TagCount,
    AnyNotIn,
    IgnoreCase,
}

impl FieldOp {
    /// Returns every operator with its name.
    pub(crate) fn all() -> impl Iterator<Item = (&'static str, FieldOp)> {
        let numbers = NumberOp::all().filter(|(name, _)| TextOp::named(name).is_none());
        let text = |op: TextOp| match op {
            TextOp::Is | TextOp::IsNot => FieldOp::Equality(op),
            op => FieldOp::Text(op),
        };
        numbers
            .map(|(name, op)| (name, FieldOp::Number(op)))
            .chain(TextOp::NAMES.iter().map(move |(name, op)| (*name, text(*op))))
            .chain(TagOp::NAMES.iter().map(|(name, op)| (*name, FieldOp::Tags(*op))))
            .chain(DayOp::NAMES.iter().map(|(name, op)| (*name, FieldOp::Day(*op))))
            .chain(Calendar::NAMES.iter().map(|(name, by)| (*name, FieldOp::Calendar(*by))))
            .chain([
                (KNOWN, FieldOp::Known),
                (RATIO_TO, FieldOp::RatioTo),
                (COUNT, FieldOp::TagCount),
                (ANY_NOT_IN, FieldOp::AnyNotIn),
                (IGNORE_CASE, FieldOp::IgnoreCase),
            ])
    }

    /// Returns the operator of that name.
    pub(crate) fn named(name: &str) -> Option<FieldOp> {
        FieldOp::all().find(|(own, _)| *own == name).map(|(_, op)| op)
    }

    /// Returns whether a field of this kind has the operator. A field of any kind has all of them.
    pub(crate) fn is_on(self, kind: Kind) -> bool {
        let kinds: &[Kind] = match self {
            _ if kind == Kind::Any => return true,
            FieldOp::Known => return true,
            FieldOp::Equality(TextOp::Is) => &[Kind::Flag, Kind::Number, Kind::Text],
            FieldOp::Equality(_) => &[Kind::Number, Kind::Text],
            FieldOp::Text(_) => &[Kind::Text],
            FieldOp::Tags(_) | FieldOp::TagCount | FieldOp::AnyNotIn => &[Kind::Tags],
            FieldOp::Day(_) | FieldOp::Calendar(_) => &[Kind::Date, Kind::Time],
            FieldOp::Number(_) | FieldOp::RatioTo => &[Kind::Number],
            FieldOp::IgnoreCase => &[Kind::Text, Kind::Tags],
        };
        kinds.contains(&kind)
    }

    /// Returns what the operator means, for editors.
    pub(crate) fn about(self) -> &'static str {
        match self {
            FieldOp::Known => "True if the fact is not missing; with `false`, true if it is missing.",
            FieldOp::Equality(TextOp::Is) => "True if the field has this value.",
            FieldOp::Equality(_) => "True if the field is known and has another value.",
            FieldOp::Text(op) => op.about(),
            FieldOp::Tags(op) => op.about(),
            FieldOp::Day(op) => op.about(),
            FieldOp::Calendar(by) => by.about(),
            FieldOp::Number(op) => op.about(),
            FieldOp::RatioTo => "Divides the number by another field, and tests the ratio.",
            FieldOp::TagCount => "Tests the number of different tags.",
            FieldOp::AnyNotIn => "True if at least one tag of the set is missing from the tags in this field.",
            FieldOp::IgnoreCase => "Compares the texts and tags of this table regardless of upper and lower case.",
        }
    }
}

/// An operator on events, or a key next to one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EventOp {
    Measure(EventMeasure),
    Recency(RecencyOp),
    Never,
    DaysSinceLast,
    Where,
}

impl EventOp {
    /// Returns every operator with its name.
    pub(crate) fn all() -> impl Iterator<Item = (&'static str, EventOp)> {
        EventMeasure::NAMES
            .iter()
            .map(|(name, by)| (*name, EventOp::Measure(*by)))
            .chain(RecencyOp::NAMES.iter().map(|(name, op)| (*name, EventOp::Recency(*op))))
            .chain([(NEVER, EventOp::Never), (DAYS_SINCE_LAST, EventOp::DaysSinceLast), (WHERE, EventOp::Where)])
    }

    /// Returns the operator of that name.
    pub(crate) fn named(name: &str) -> Option<EventOp> {
        EventOp::all().find(|(own, _)| *own == name).map(|(_, op)| op)
    }

    /// Returns what the operator means, for editors.
    pub(crate) fn about(self) -> &'static str {
        match self {
            EventOp::Measure(by) => by.about(),
            EventOp::Recency(op) => op.about(),
            EventOp::Never => "True if there is no event at all; with `false`, true if there is one.",
            EventOp::DaysSinceLast => "The days since the latest event.",
            EventOp::Where => "Selects the events by their attributes.",
        }
    }
}
