//! Events, and the entries in which an activity stores them.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};

use super::attributes::{Attribute, AttributeTable, Attributes, SetId};
use crate::num::points::Points;
use crate::time::instant_at;

/// One entry of an [`Activity`](super::Activity): `count` equal events at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The event's name.
    pub name: &'a str,
    /// The instant, rounded down to the activity's resolution.
    pub at: DateTime<Utc>,
    /// The number of events, at least 1.
    pub count: u32,
    /// The amount of each event in a unit of your choice (minutes, money, seats).
    pub amount: Points,
    /// The attributes of each event, such as a path, a form or a product.
    pub attributes: Attributes<'a>,
}

impl<'a> Event<'a> {
    /// Creates one event without an amount and without attributes.
    pub fn new(name: &'a str, at: DateTime<Utc>) -> Event<'a> {
        Event { name, at, count: 1, amount: Points::ZERO, attributes: Attributes::default() }
    }

    /// Sets the number of events. Defaults to 1. A count of 0 records nothing.
    #[must_use]
    pub fn count(self, count: u32) -> Event<'a> {
        Event { count, ..self }
    }

    /// Sets the amount of each event. Defaults to 0.
    #[must_use]
    pub fn amount(self, amount: impl Into<Points>) -> Event<'a> {
        Event { amount: amount.into(), ..self }
    }

    /// Sets the attributes of each event. Of several values with one name, the last counts. Defaults to none.
    #[must_use]
    pub fn attributes(self, attributes: &'a [(&'a str, Attribute<'a>)]) -> Event<'a> {
        Event { attributes: Attributes::new(attributes), ..self }
    }
}

/// Equal events at one instant: `count` events, each with `amount` and with the same attributes.
///
/// Ordered by time, then amount. Of two entries at one instant, the entry with the greater amount counts as the later.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) at: i64,     // seconds since 1970-01-01 UTC, in chrono's range
    pub(crate) amount: i64, // millionths
    pub(crate) count: u32,  // at least 1
    pub(crate) attributes: Option<SetId>,
}

/// The order of entries: instant, then amount.
pub(super) type Key = (i64, i64);

impl Entry {
    pub(super) fn key(&self) -> Key {
        (self.at, self.amount)
    }

    /// The order in a list: by key, then by attributes, so that it does not depend on the order of recording.
    pub(super) fn order(&self, other: &Entry, table: &AttributeTable) -> Ordering {
        let by_attributes = || table.compare(self.attributes, other.attributes);
        self.key().cmp(&other.key()).then_with(by_attributes)
    }

    /// Whether the events differ in their number only.
    pub(super) fn is_like(&self, other: &Entry) -> bool {
        self.key() == other.key() && self.attributes == other.attributes
    }

    /// Takes over events of a like entry, as many as one count can hold.
    pub(super) fn absorb(&mut self, other: &mut Entry) {
        let moved = other.count.min(u32::MAX - self.count);
        self.count += moved;
        other.count -= moved;
    }

    /// As callers see it.
    pub(super) fn event<'a>(&self, name: &'a str, table: &'a AttributeTable) -> Event<'a> {
        Event {
            name,
            at: instant_at(self.at),
            count: self.count,
            amount: Points::from_micros(self.amount),
            attributes: table.view(self.attributes),
        }
    }
}
