//! Conditions, tests and quantities.

use std::ops::RangeInclusive;

use super::FieldIndex;
use super::unit::Unit;
use super::window::Events;
use crate::input::facts::{Field, PROBES};
use crate::literal::Literals;
use crate::model::{Calendar, EventMeasure, NumberOp};
use crate::num::points::{HELD, MICROS};
use crate::time::{DAYS_MAX, DAYS_MIN};

#[derive(Debug)]
pub(crate) struct Condition {
    /// The probe of a test; [`ProbeId::NONE`] for joins, and for tests that have none.
    pub(crate) probe: ProbeId,
    pub(crate) node: ConditionNode,
}

/// The shape of a condition.
#[derive(Debug)]
pub(crate) enum ConditionNode {
    All(Box<[Condition]>),
    Any(Box<[Condition]>),
    Not(Box<Condition>),
    AtLeastOf { count: usize, of: Box<[Condition]> },
    Test(Test),
}

impl From<ConditionNode> for Condition {
    fn from(node: ConditionNode) -> Condition {
        Condition { probe: ProbeId::NONE, node }
    }
}

/// The number of a compiled function that reads a field and tests it, among those of a type of subjects; see
/// [`Probe`](crate::input::facts::Probe).
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProbeId(usize);

impl ProbeId {
    pub(crate) const NUMBER: usize = 0;
    pub(crate) const FLAG: usize = 1;
    pub(crate) const ONE_OF: usize = 2;
    pub(crate) const HAS_ANY: usize = 3;
    pub(crate) const DAYS_SINCE: usize = 4;
    pub(crate) const DAYS_UNTIL: usize = 5;
    /// Reads the dividend.
    pub(crate) const RATIO: usize = PROBES - 1;

    const NONE: ProbeId = ProbeId(usize::MAX);

    /// The probe that reads a field in one of these ways.
    #[inline]
    pub(crate) fn of_field(field: &Field, way: usize) -> ProbeId {
        ProbeId(field.index() * PROBES + way)
    }

    /// The probe of a test, if there is one for it.
    pub(crate) fn of_test<'f>(test: &Test, field_at: impl Fn(FieldIndex) -> Option<&'f Field>) -> ProbeId {
        let (field, way) = match test {
            Test::Number { of: Quantity::Number { field }, .. } => (field, ProbeId::NUMBER),
            Test::Number { of: Quantity::Calendar { field, by: Calendar::DaysSince }, .. } => {
                (field, ProbeId::DAYS_SINCE)
            }
            Test::Number { of: Quantity::Calendar { field, by: Calendar::DaysUntil }, .. } => {
                (field, ProbeId::DAYS_UNTIL)
            }
            Test::Number { of: Quantity::Ratio { field, .. }, .. } => (field, ProbeId::RATIO),
            Test::Flag { field, .. } => (field, ProbeId::FLAG),
            Test::Text { of: TextSubject::Field(field), test: TextTest::OneOf(_), ignore_case: false, .. } => {
                (field, ProbeId::ONE_OF)
            }
            Test::Tags { field, test: TagTest::HasAny(_), ignore_case: false, .. } => (field, ProbeId::HAS_ANY),
            _ => return ProbeId::NONE,
        };
        field_at(*field).map_or(ProbeId::NONE, |field| ProbeId::of_field(field, way))
    }

    /// The index of the function; beyond all of them for [`ProbeId::NONE`].
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.0
    }
}

#[derive(Debug)]
#[repr(u8)]
pub(crate) enum Test {
    Known {
        field: FieldIndex,
        known: bool,
    },
    Flag {
        field: FieldIndex,
        is: bool,
    },
    Number {
        of: Quantity,
        within: RangeInclusive<i64>,
        /// The same range in doubles, for quantities that are doubles.
        doubles: [f64; 2],
        /// Whether the test holds outside the range.
        negate: bool,
        op: NumberOp,
    },
    Text {
        of: TextSubject,
        test: TextTest,
        ignore_case: bool,
        negate: bool,
        slot: usize,
    },
    Tags {
        field: FieldIndex,
        test: TagTest,
        ignore_case: bool,
        negate: bool,
        slot: usize,
    },
    /// The day of a date, counted from 1970-01-01.
    Day {
        field: FieldIndex,
        within: RangeInclusive<i64>,
        date: i64,
        from: bool,
    },
    Happened {
        events: Events,
        is: bool,
    },
}

#[derive(Debug)]
#[repr(u8)]
pub(crate) enum Quantity {
    Number {
        field: FieldIndex,
    },
    Ratio {
        field: FieldIndex,
        of: FieldIndex,
    },
    Calendar {
        field: FieldIndex,
        by: Calendar,
    },
    TagCount {
        field: FieldIndex,
    },
    Event {
        events: Events,
        by: EventMeasure,
    },
    /// A measure of events divided by the same measure of other events in the same window.
    EventRatio {
        events: Events,
        of: Events,
        by: EventMeasure,
    },
    /// The number of different values of an attribute.
    Distinct {
        events: Events,
        attribute: Box<str>,
    },
    DaysSinceLast {
        events: Events,
    },
    Axis {
        axis: usize,
    },
    /// The points of the rule at this slot of [`Program::tested_rules`](super::Program::tested_rules).
    Rule {
        slot: usize,
    },
    GreatestRule {
        axis: usize,
    },
    Score,
    Coverage,
}

impl Quantity {
    pub(super) fn fields(&self) -> [Option<FieldIndex>; 4] {
        let [a, b] = match self {
            // Each selection reads the dates of the window.
            Quantity::EventRatio { events, of, .. } => {
                let ([a, b], [c, d]) = (events.fields(), of.fields());
                return [a, b, c, d];
            }
            Quantity::Ratio { field, of } => [Some(*field), Some(*of)],
            Quantity::Number { field } | Quantity::Calendar { field, .. } | Quantity::TagCount { field } => {
                [Some(*field), None]
            }
            Quantity::Event { events, .. } | Quantity::Distinct { events, .. } | Quantity::DaysSinceLast { events } => {
                events.fields()
            }
            Quantity::Axis { .. }
            | Quantity::Rule { .. }
            | Quantity::GreatestRule { .. }
            | Quantity::Score
            | Quantity::Coverage => [None, None],
        };
        [a, b, None, None]
    }

    /// Whether both have the same value for every subject. False for some quantities that do: filters of events are not
    /// compared.
    pub(crate) fn is_same(&self, other: &Quantity) -> bool {
        match (self, other) {
            (Quantity::Number { field }, Quantity::Number { field: own })
            | (Quantity::TagCount { field }, Quantity::TagCount { field: own }) => field == own,
            (Quantity::Ratio { field, of }, Quantity::Ratio { field: own, of: by }) => field == own && of == by,
            (Quantity::Calendar { field, by }, Quantity::Calendar { field: own, by: how }) => field == own && by == how,
            (Quantity::Event { events, by }, Quantity::Event { events: own, by: how }) => {
                by == how && events.is_same(own)
            }
            (Quantity::EventRatio { events, of, by }, Quantity::EventRatio { events: own, of: others, by: how }) => {
                by == how && events.is_same(own) && of.is_same(others)
            }
            (Quantity::Distinct { events, attribute }, Quantity::Distinct { events: own, attribute: name }) => {
                attribute == name && events.is_same(own)
            }
            (Quantity::DaysSinceLast { events }, Quantity::DaysSinceLast { events: own }) => events.is_same(own),
            (Quantity::Axis { axis }, Quantity::Axis { axis: own })
            | (Quantity::GreatestRule { axis }, Quantity::GreatestRule { axis: own }) => axis == own,
            (Quantity::Rule { slot }, Quantity::Rule { slot: own }) => slot == own,
            (Quantity::Score, Quantity::Score) | (Quantity::Coverage, Quantity::Coverage) => true,
            _ => false,
        }
    }

    /// The events that are read; the second are those of the divisor.
    pub(crate) fn events(&self) -> [Option<&Events>; 2] {
        match self {
            Quantity::Event { events, .. } | Quantity::Distinct { events, .. } | Quantity::DaysSinceLast { events } => {
                [Some(events), None]
            }
            Quantity::EventRatio { events, of, .. } => [Some(events), Some(of)],
            _ => [None, None],
        }
    }

    /// The numbers that the quantity can be, in its unit, and their description; `None` for numbers of subjects.
    pub(crate) fn possible(&self) -> Option<(RangeInclusive<i64>, &'static str)> {
        const DAYS: i64 = DAYS_MAX - DAYS_MIN;
        Some(match self {
            Quantity::Number { .. } | Quantity::Ratio { .. } | Quantity::EventRatio { .. } => return None,
            Quantity::Axis { .. } | Quantity::Score => (0..=100 * MICROS, "a score is from 0 to 100"),
            Quantity::Coverage => (0..=100 * MICROS, "a coverage is from 0 to 100"),
            Quantity::Rule { .. } | Quantity::GreatestRule { .. } => {
                (-HELD..=HELD, "a rule gives at most 1,000,000,000 points to either side of 0")
            }
            // Sums beyond the range saturate at its ends.
            Quantity::Event {
                by: EventMeasure::Amount | EventMeasure::MeanAmount | EventMeasure::LatestAmount,
                ..
            } => (-i64::MAX..=i64::MAX - 1, "an amount is at most 9,223,372,036,854.775806 to either side of 0"),
            Quantity::TagCount { .. }
            | Quantity::Distinct { .. }
            | Quantity::Event { by: EventMeasure::Count | EventMeasure::MostPerDay, .. } => {
                (0..=i64::MAX, "a count is a whole number from 0 on")
            }
            Quantity::Event { by: EventMeasure::Days, .. } | Quantity::DaysSinceLast { .. } => {
                (0..=DAYS, "a number of days is a whole number from 0 to 191,491,530")
            }
            Quantity::Calendar { .. } => {
                (-DAYS..=DAYS, "a number of days or months is a whole number up to 191,491,530 to either side of 0")
            }
        })
    }

    pub(crate) fn unit(&self) -> Unit {
        match self {
            Quantity::Number { .. } | Quantity::Ratio { .. } | Quantity::EventRatio { .. } => Unit::Double,
            Quantity::Event {
                by: EventMeasure::Amount | EventMeasure::MeanAmount | EventMeasure::LatestAmount,
                ..
            }
            | Quantity::Axis { .. }
            | Quantity::Rule { .. }
            | Quantity::GreatestRule { .. }
            | Quantity::Score
            | Quantity::Coverage => Unit::Millionth,
            Quantity::Calendar { .. }
            | Quantity::TagCount { .. }
            | Quantity::Event { .. }
            | Quantity::Distinct { .. }
            | Quantity::DaysSinceLast { .. } => Unit::Whole,
        }
    }
}

#[derive(Debug)]
pub(crate) enum TextSubject {
    Field(FieldIndex),
    Grade,
    Verdict,
}

/// A test on a text. If it ignores case, its texts are folded.
#[derive(Debug)]
pub(crate) enum TextTest {
    /// Equal to one of these.
    OneOf(Literals),
    StartsWith(Literals),
    EndsWith(Literals),
    Contains(Literals),
    /// Contains one of these, and not as a part of a longer word.
    HasWord(Literals),
}

/// A test on tags. If it ignores case, its tags are folded.
#[derive(Debug)]
pub(crate) enum TagTest {
    HasAny(Literals),
    HasAll(Literals),
    AnyNotIn(FieldIndex),
}

/// A condition on the attributes of an event. Its fields are attributes.
#[derive(Debug)]
pub(crate) struct EventFilter {
    pub(crate) attributes: Box<[Field]>,
    pub(crate) when: Condition,
}
