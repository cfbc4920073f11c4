//! Axes, parts, rules and their bodies.

use super::condition::{Condition, Quantity};
use super::window::{Events, Periods};
use super::{FieldIndex, Title};
use crate::decay::Curve;
use crate::input::activity::Ages;
use crate::model::Missing;
use crate::model::limits::NESTED_GROUPS_MAX;
use crate::num::points::MICROS;
use crate::truth::Truth;

#[derive(Debug)]
pub(crate) struct Axis {
    pub(crate) title: Title,
    pub(crate) weight: i64,
    pub(crate) base: i64,
    /// What counts as 100, above zero.
    pub(crate) available: i64,
    /// Whether unknown rules can be skipped, so that what counts as 100 depends on the subject.
    pub(crate) skips: bool,
    /// The axis is skipped where its coverage is below this; `None` if it never is.
    pub(crate) min_coverage: Option<i64>,
    /// The stakes of all rules together.
    pub(crate) stake: i64,
    /// Whether a condition on the outcome tests the greatest points of its rules.
    pub(crate) tests_greatest: bool,
    /// Whether evaluating the axis needs more than one sum: the program asks for coverage, rules can be skipped, or groups are
    /// inside of groups.
    pub(crate) tallies: bool,
    /// A group comes after the groups inside of it.
    pub(crate) parts: Box<[AxisPart]>,
}

/// Rules that count together: the rules of one group, or the rules without a group.
#[derive(Debug)]
pub(crate) struct AxisPart {
    pub(crate) group: Option<Group>,
    /// How many groups the group is in.
    pub(crate) depth: usize,
    pub(crate) rules: Box<[Rule]>,
    /// Its index among the parts of all axes.
    pub(crate) index: usize,
    /// What the rules and the groups inside of this one can reach together, before the group's bounds.
    pub(crate) reach: i64,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) title: Title,
    pub(crate) min: i64,
    pub(crate) max: i64,
}

impl AxisPart {
    /// `points`, clamped to the group's bounds.
    pub(crate) fn clamped(&self, points: i64) -> i64 {
        // Not `clamp`, which panics where the bounds are out of order; compiling has refused those.
        self.group.as_ref().map_or(points, |group| points.min(group.max).max(group.min))
    }
}

/// What the groups inside of a group add up to, while the parts of an axis are visited in order: a group comes after the
/// groups inside of it.
pub(crate) struct InnerGroups<T>([Option<T>; NESTED_GROUPS_MAX]);

impl<T> InnerGroups<T> {
    pub(crate) const NONE: InnerGroups<T> = InnerGroups([const { None }; NESTED_GROUPS_MAX]);

    /// Takes what the groups inside of a part add up to; `None` if there are no such groups.
    pub(crate) fn take(&mut self, part: &AxisPart) -> Option<T> {
        self.0.get_mut(part.depth)?.take()
    }

    /// What the groups inside of the group around a part add up to so far. `None` if the part is in no group.
    pub(crate) fn around(&mut self, part: &AxisPart) -> Option<&mut Option<T>> {
        self.0.get_mut(part.depth.checked_sub(1)?)
    }
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) title: Title,
    pub(crate) fire_id: usize,
    /// Its index among the axis's rules in the document.
    pub(crate) index: usize,
    pub(crate) guard: Option<Condition>,
    pub(crate) body: RuleBody,
    pub(crate) missing: Missing,
    /// The most points it can give; `None` if unbounded, which compiles only with a given `available`.
    pub(crate) reach: Option<i64>,
    /// What the rule adds to the coverage of its axis where it is known.
    pub(crate) stake: i64,
}

/// The points of a rule by the truth of its condition. A table: the truth of a condition is not a predictable branch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByTruth([i64; 4]); // in the order of `Truth`; the fourth is padding

impl ByTruth {
    pub(crate) fn new(unknown: i64, points: i64) -> ByTruth {
        ByTruth([0, unknown, points, 0])
    }

    /// The points where the condition is true.
    pub(crate) fn points(&self) -> i64 {
        self.of(Truth::True)
    }

    #[inline]
    pub(crate) fn of(&self, truth: Truth) -> i64 {
        // The remainder needs no bounds check.
        self.0.get(truth as usize % self.0.len()).copied().unwrap_or(0)
    }
}

#[derive(Debug)]
#[repr(u8)]
pub(crate) enum RuleBody {
    /// The points of a rule whose condition is its guard.
    Points(ByTruth),
    First {
        rows: Box<[(Condition, i64)]>,
        otherwise: i64,
    },
    Bands {
        of: Quantity,
        rows: BandRows,
        below: i64,
    },
    Texts {
        field: FieldIndex,
        /// Folded if case is ignored.
        rows: TextRows,
        otherwise: i64,
        ignore_case: bool,
    },
    Tags {
        field: FieldIndex,
        /// Folded if case is ignored.
        rows: Box<[(Box<str>, i64)]>,
        otherwise: i64,
        sum: bool,
        ignore_case: bool,
    },
    PerUnit(PerUnit),
    Signal(Signal),
}

impl RuleBody {
    /// The field of a body that looks up one fact.
    pub(crate) fn field(&self) -> Option<FieldIndex> {
        match self {
            RuleBody::Texts { field, .. } | RuleBody::Tags { field, .. } => Some(*field),
            RuleBody::Points(_)
            | RuleBody::First { .. }
            | RuleBody::Bands { .. }
            | RuleBody::PerUnit(_)
            | RuleBody::Signal(_) => None,
        }
    }
}

/// Bands: the least value of each and its points, in ascending order.
#[derive(Debug)]
pub(crate) struct BandRows(Box<[(i64, i64)]>);

impl BandRows {
    pub(crate) fn new(mut rows: Vec<(i64, i64)>) -> BandRows {
        rows.sort_unstable();
        BandRows(rows.into())
    }

    /// How many bands a value reaches; monotone in it.
    #[inline]
    pub(crate) fn rank(&self, value: i64) -> usize {
        self.0.partition_point(|(from, _)| *from <= value)
    }

    /// The points of a value that reaches this many bands.
    #[inline]
    pub(crate) fn points(&self, rank: usize, below: i64) -> i64 {
        rank.checked_sub(1).and_then(|row| self.0.get(row)).map_or(below, |(_, points)| *points)
    }

    /// The least value that reaches one band more than this many.
    pub(crate) fn next(&self, rank: usize) -> Option<i64> {
        self.0.get(rank).map(|(from, _)| *from)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(i64, i64)> {
        self.0.iter()
    }
}

/// Points for each unit of a quantity, or for each full step.
#[derive(Debug)]
pub(crate) struct PerUnit {
    pub(crate) of: Quantity,
    pub(crate) points: i64,
    /// The millionths of a unit in a step.
    pub(crate) every: Option<i64>,
    pub(crate) min: i64,
    pub(crate) max: i64,
}

/// Texts and their points, sorted for binary search.
#[derive(Debug)]
pub(crate) struct TextRows(Box<[(Box<str>, i64)]>);

impl TextRows {
    pub(crate) fn new(mut rows: Vec<(Box<str>, i64)>) -> TextRows {
        rows.sort_unstable();
        TextRows(rows.into())
    }

    #[inline]
    pub(crate) fn points(&self, text: &str) -> Option<i64> {
        let row = self.0.binary_search_by(|(own, _)| (**own).cmp(text)).ok()?;
        self.0.get(row).map(|(_, points)| *points)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(Box<str>, i64)> {
        self.0.iter()
    }
}

#[derive(Debug)]
pub(crate) struct Signal {
    pub(crate) events: Events,
    /// Points for an event, or for each unit of its amount.
    pub(crate) points: i64,
    pub(crate) per_unit: bool,
    /// The millionths of a unit in a step, if the points are for full steps.
    pub(crate) every: Option<i64>,
    /// The ages at which an amount can be spent, if negative amounts spend positive ones. The window of the events is then
    /// any age.
    pub(crate) spend: Option<Ages>,
    /// The attribute for each of whose values one event counts.
    pub(crate) once_per: Option<Box<str>>,
    /// Caps on events. Each applies to what the caps before it let through.
    pub(crate) caps: Box<[PeriodCap<u64>]>,
    /// Caps on points before decay in [parts](Signal::parts_of_event), for positive and for negative points. They apply after
    /// the caps on events.
    pub(crate) point_caps: Box<[PeriodCap<u128>]>,
    /// Whether `once_per` and the caps prefer the first events to the latest.
    pub(crate) prefer_first: bool,
    pub(crate) min_count: u64,
    pub(crate) most_recent: u64,
    /// The greatest magnitude of its points.
    pub(crate) max: i64,
    pub(crate) curve: Curve,
}

/// A cap on what counts of each period of the calendar.
#[derive(Debug)]
pub(crate) struct PeriodCap<T> {
    pub(crate) periods: Periods,
    pub(crate) most: T,
}

impl Signal {
    /// Whether the order of events matters.
    pub(crate) fn ordered(&self) -> bool {
        !self.caps.is_empty()
            || self.caps_points()
            || self.most_recent < u64::MAX
            || self.once_per.is_some()
            || self.spend.is_some()
    }

    /// Whether a cap is on points, so that an event can count in part.
    pub(crate) fn caps_points(&self) -> bool {
        !self.point_caps.is_empty()
    }

    /// How many parts of an amount are worth the points once: the millionths of a unit, or one step.
    pub(crate) fn units(&self) -> i64 {
        units(self.per_unit, self.every)
    }

    /// The amount of an event in parts of a unit, or in full steps to either side of zero.
    #[inline]
    pub(crate) fn parts_of_amount(&self, amount: i64) -> i64 {
        self.every.map_or(amount, |every| amount.checked_div(every).unwrap_or(0))
    }

    /// What one event is worth before decay, in parts of a millionth of a point: as many as there are [`units`](Signal::units).
    pub(crate) fn parts_of_event(&self, amount: i64) -> i128 {
        let times = if self.per_unit { self.parts_of_amount(amount) } else { 1 };
        i128::from(self.points) * i128::from(times)
    }

    /// Whether points are for the sum of amounts or of parts, instead of the number of events.
    pub(crate) fn sums_amounts(&self) -> bool {
        self.per_unit || self.caps_points()
    }

    /// The points for one unit of the sum of amounts, or one millionth for the sum of parts.
    pub(crate) fn factor(&self) -> i64 {
        if self.caps_points() { 1 } else { self.points }
    }

    /// The most parts that an entry can count, whatever else happened.
    pub(crate) fn most_parts(&self) -> u128 {
        self.point_caps.iter().map(|cap| cap.most).min().unwrap_or(u128::MAX)
    }

    /// Clamped to the signal's own bound.
    pub(crate) fn clamped(&self, points: i64) -> i64 {
        points.min(self.max).max(-self.max)
    }
}

/// See [`Signal::units`].
pub(crate) fn units(per_unit: bool, every: Option<i64>) -> i64 {
    if per_unit && every.is_none() { MICROS } else { 1 }
}
