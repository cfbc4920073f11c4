//! The events of a subject: per event name, a sorted list of instants, counts and amounts.

mod selection;
mod stored;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub(crate) use selection::{Ages, Names, Occurrence, Selection};

use crate::num::points::{HELD, Points};
use crate::time::{DAY_SECS, instant_at, second_of};

/// The resolution at which an [`Activity`] stores instants, in UTC. Fixed when the activity is created.
///
/// Instants are rounded down to the start of their second, hour or day, so many events share one entry. In return, an event
/// may count as up to one hour or day older than it is. The time of a score grows with the number of entries, not events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// Whole seconds. The default.
    #[default]
    Second,
    /// Whole hours.
    Hour,
    /// Whole days.
    Day,
}

impl Resolution {
    /// Rounds an instant down. The first instant of chrono is the start of a day, so the result is in chrono's range too.
    fn cut(self, secs: i64) -> i64 {
        let unit = match self {
            Resolution::Second => 1,
            Resolution::Hour => 3_600,
            Resolution::Day => DAY_SECS,
        };
        secs - secs.rem_euclid(unit)
    }
}

/// Equal events at one instant: `count` events, each with `amount`.
///
/// Ordered by time, then amount. Of two entries at one instant, the entry with the greater amount counts as the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: i64,     // seconds since 1970-01-01 UTC, in chrono's range
    pub(crate) amount: i64, // millionths, within 10^9 points
    pub(crate) count: u32,  // at least 1
}

/// The order of entries: instant, then amount.
type Key = (i64, i64);

impl Entry {
    fn key(&self) -> Key {
        (self.at, self.amount)
    }
}

/// The events of a subject: for each event name, the instants, counts and amounts.
///
/// An activity does not depend on a model, so you can change the model without recording the events again. You can
/// record events in any order, and merge activities recorded in parts; the result is the same:
///
/// ```
/// use chrono::{DateTime, Utc};
/// use warmth::{Activity, Points};
///
/// let at = |text: &str| text.parse::<DateTime<Utc>>();
/// let mut activity = Activity::new();
/// activity.record("login", at("2026-11-20T08:00:00Z")?);
/// activity.record_with("invoice", at("2026-11-01T00:00:00Z")?, 1, Points::from(250));
///
/// let mut other = Activity::new();
/// other.record_with("invoice", at("2026-11-01T00:00:00Z")?, 1, Points::from(250));
/// other.record("login", at("2026-11-20T08:00:00Z")?);
/// assert_eq!(activity, other);
/// # Ok::<(), chrono::ParseError>(())
/// ```
///
/// Instants are rounded down to whole seconds, or to the [`Resolution`]. Each distinct (name, instant, amount) takes one
/// entry of 24 bytes. Recording the latest event of a name takes constant time. Recording an earlier event takes time
/// in proportion to the entries of that name, and the first event of a name time in proportion to the names. To add many
/// unsorted events, collect or [merge](Activity::merge) them, which sorts once.
///
/// It serializes as `{"resolution": "second", "events": {NAME: [[unix seconds, count, amount], ...]}}`. Deserializing needs
/// a self-describing format; see [`Points`]. It fails if a name is repeated or an instant is outside of chrono's range, the
/// years -262143 to 262142.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    resolution: Resolution,
    lists: Vec<List>, // sorted by name, none empty
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct List {
    name: Box<str>,
    entries: Vec<Entry>, // sorted by key, keys distinct
}

/// One entry of an [`Activity`]: `count` equal events at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The event's name.
    pub name: &'a str,
    /// The instant, rounded down to the activity's resolution.
    pub at: DateTime<Utc>,
    /// The number of events, at least 1.
    pub count: u32,
    /// The amount of each event in a unit of your choice (minutes, money, seats), within ±10^9.
    pub amount: Points,
}

impl<'a> Event<'a> {
    /// One event without an amount.
    pub fn new(name: &'a str, at: DateTime<Utc>) -> Event<'a> {
        Event { name, at, count: 1, amount: Points::ZERO }
    }
}

impl Activity {
    /// Creates an activity without events, with a resolution of one second.
    pub const fn new() -> Activity {
        Activity::with_resolution(Resolution::Second)
    }

    /// Creates an activity without events, with this resolution.
    ///
    /// ```
    /// use warmth::{Activity, Resolution};
    ///
    /// let mut activity = Activity::with_resolution(Resolution::Day);
    /// activity.record("login", "2026-11-20T08:00:00Z".parse()?);
    /// activity.record("login", "2026-11-20T17:30:00Z".parse()?);
    /// assert_eq!(activity.len(), 1); // one entry with a count of two
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub const fn with_resolution(resolution: Resolution) -> Activity {
        Activity { resolution, lists: Vec::new() }
    }

    /// Returns the resolution.
    pub const fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// Records one event without an amount.
    pub fn record(&mut self, event: &str, at: DateTime<Utc>) {
        self.record_with(event, at, 1, Points::ZERO);
    }

    /// Records `count` events at one instant, each with `amount`.
    ///
    /// A count of 0 records nothing. The amount is clamped to ±10^9. The count of equal events saturates at 2^32 - 1.
    pub fn record_with(&mut self, event: &str, at: DateTime<Utc>, count: u32, amount: Points) {
        self.insert(event, Entry { at: second_of(at), amount: clamped(amount), count });
    }

    fn insert(&mut self, event: &str, entry: Entry) {
        if entry.count == 0 {
            return;
        }
        let entry = Entry { at: self.resolution.cut(entry.at), ..entry };
        let Some(List { entries, .. }) = self.list_mut(event) else { return };
        let index = entries.partition_point(|other| other.key() < entry.key());
        match entries.get_mut(index) {
            Some(same) if same.key() == entry.key() => same.count = same.count.saturating_add(entry.count),
            _ => entries.insert(index, entry),
        }
    }

    /// Adds the events of another activity. An event that is in both counts twice.
    ///
    /// Commutative and associative; the empty activity is the identity. The result has the coarser resolution.
    pub fn merge(&mut self, other: &Activity) {
        if other.resolution > self.resolution {
            let finer = std::mem::replace(self, Activity::with_resolution(other.resolution));
            self.merge(&finer);
        }
        self.take_in(other.lists.iter().map(|list| (&*list.name, list.entries.iter().copied())));
    }

    /// Adds many entries, sorting those of each name once. The names must be sorted and distinct.
    fn take_in<N: Into<Box<str>> + AsRef<str>>(
        &mut self,
        more: impl Iterator<Item = (N, impl Iterator<Item = Entry>)>,
    ) {
        let resolution = self.resolution;
        let mut own = std::mem::take(&mut self.lists).into_iter().peekable();
        for (name, more) in more {
            while let Some(before) = own.next_if(|list| *list.name < *name.as_ref()) {
                self.lists.push(before);
            }
            let same = own.next_if(|list| *list.name == *name.as_ref());
            let mut list = same.unwrap_or_else(|| List { name: name.into(), entries: Vec::new() });
            let more = more.filter(|entry| entry.count > 0);
            list.entries.extend(more.map(|entry| Entry { at: resolution.cut(entry.at), ..entry }));
            list.entries.sort_by_key(Entry::key);
            list.entries.dedup_by(|later, first| {
                let same = later.key() == first.key();
                if same {
                    first.count = first.count.saturating_add(later.count);
                }
                same
            });
            if !list.entries.is_empty() {
                self.lists.push(list);
            }
        }
        self.lists.extend(own);
    }

    /// Replaces the number of equal events at one instant, which is 0 if there are none, and returns it.
    pub(crate) fn replace_count(
        &mut self,
        event: &str,
        at: DateTime<Utc>,
        amount: Points,
        count: impl FnOnce(u32) -> u32,
    ) -> u32 {
        let (at, amount) = (self.resolution.cut(second_of(at)), clamped(amount));
        let Some(List { entries, .. }) = self.list_mut(event) else { return 0 };
        let index = entries.binary_search_by_key(&(at, amount), Entry::key);
        let before = index.ok().and_then(|index| entries.get(index)).map_or(0, |entry| entry.count);
        match (index, count(before)) {
            (Ok(index), 0) => _ = entries.remove(index),
            (Ok(index), count) => entries.get_mut(index).into_iter().for_each(|entry| entry.count = count),
            (Err(_), 0) => {}
            (Err(index), count) => entries.insert(index, Entry { at, amount, count }),
        }
        if entries.is_empty() {
            self.lists.retain(|list| !list.entries.is_empty());
        }
        before
    }

    /// The list of a name; an empty list is inserted if there is none.
    fn list_mut(&mut self, event: &str) -> Option<&mut List> {
        let index = self.lists.binary_search_by(|list| (*list.name).cmp(event)).unwrap_or_else(|index| {
            self.lists.insert(index, List { name: event.into(), entries: Vec::new() });
            index
        });
        self.lists.get_mut(index)
    }

    /// Removes every event before `before`.
    ///
    /// To remove what a model no longer needs, call [`Scorer::prune`](crate::Scorer::prune).
    pub fn prune(&mut self, before: DateTime<Utc>) {
        self.prune_seconds(second_of(before));
    }

    /// Removes every event before this second.
    pub(crate) fn prune_seconds(&mut self, before: i64) {
        for list in &mut self.lists {
            list.entries.drain(..list.entries.partition_point(|entry| entry.at < before));
        }
        self.lists.retain(|list| !list.entries.is_empty());
    }

    /// The events up to `as_of`, that second included.
    pub(crate) fn until(&self, as_of: i64) -> Cow<'_, Activity> {
        let later = |list: &List| list.entries.last().is_some_and(|entry| entry.at > as_of);
        if !self.lists.iter().any(later) {
            return Cow::Borrowed(self);
        }
        let mut known = self.clone();
        for list in &mut known.lists {
            list.entries.truncate(list.entries.partition_point(|entry| entry.at <= as_of));
        }
        known.lists.retain(|list| !list.entries.is_empty());
        Cow::Owned(known)
    }

    /// Returns the number of entries: distinct (name, instant, amount).
    pub fn len(&self) -> usize {
        self.lists.iter().map(|list| list.entries.len()).sum()
    }

    /// Returns whether there are no events.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Returns every entry, ordered by name, instant and amount.
    pub fn events(&self) -> impl Iterator<Item = Event<'_>> {
        self.lists.iter().flat_map(|list| {
            list.entries.iter().map(|entry| Event {
                name: &list.name,
                at: instant_at(entry.at),
                count: entry.count,
                amount: Points::from_micros(entry.amount),
            })
        })
    }
}

fn clamped(amount: Points) -> i64 {
    amount.micros().clamp(-HELD, HELD)
}

impl<'a> Extend<Event<'a>> for Activity {
    fn extend<I: IntoIterator<Item = Event<'a>>>(&mut self, events: I) {
        let mut by_name: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
        for Event { name, at, count, amount } in events {
            by_name.entry(name).or_default().push(Entry { at: second_of(at), count, amount: clamped(amount) });
        }
        self.take_in(by_name.into_iter().map(|(name, entries)| (name, entries.into_iter())));
    }
}

impl<'a> FromIterator<Event<'a>> for Activity {
    fn from_iter<I: IntoIterator<Item = Event<'a>>>(events: I) -> Activity {
        let mut activity = Activity::new();
        activity.extend(events);
        activity
    }
}
