//! The events of a subject: per event name, a sorted list of instants, counts and amounts.

mod selection;
mod stored;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub(crate) use selection::{Ages, Names, Occurrence, Selection};

use crate::num::points::Points;
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
    pub(crate) amount: i64, // millionths
    pub(crate) count: u32,  // at least 1
}

/// The order of entries: instant, then amount.
type Key = (i64, i64);

impl Entry {
    fn key(&self) -> Key {
        (self.at, self.amount)
    }

    /// Takes over events of an entry with the same key, as many as one count can hold.
    fn absorb(&mut self, other: &mut Entry) {
        let moved = other.count.min(u32::MAX - self.count);
        self.count += moved;
        other.count -= moved;
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
    entries: Vec<Entry>, // sorted by key; of equal keys, all but the last have the greatest count
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
    /// The amount of each event in a unit of your choice (minutes, money, seats).
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
    /// A count of 0 records nothing. More than 2^32 - 1 equal events take several entries.
    pub fn record_with(&mut self, event: &str, at: DateTime<Utc>, count: u32, amount: Points) {
        self.insert(event, Entry { at: second_of(at), amount: amount.micros(), count });
    }

    /// Removes one event that was taken back, such as a returned order. Returns whether there was such an event.
    ///
    /// Pass the instant and the amount with which you recorded the event. Do not record a negative amount at the instant of
    /// the return instead: with a decay, the older order has lost more points than the return, so the customer ends up
    /// below one who never bought. With a `window`, the order leaves it before the return.
    ///
    /// Takes linear time in the entries of the name.
    ///
    /// ```
    /// use warmth::{Activity, Points};
    ///
    /// let ordered = "2026-08-01T10:00:00Z".parse()?;
    /// let mut activity = Activity::new();
    /// activity.record_with("order", ordered, 1, Points::from(1_000));
    /// assert!(activity.remove("order", ordered, Points::from(1_000)));
    /// assert_eq!(activity, Activity::new());
    /// assert!(!activity.remove("order", ordered, Points::from(1_000)));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn remove(&mut self, event: &str, at: DateTime<Utc>, amount: Points) -> bool {
        self.take_out(event, at, 1, amount)
    }

    /// Changes the amount of one event, for example after a customer returned a part of an order. Returns whether there was
    /// such an event.
    ///
    /// Pass the instant and the amount with which you recorded the event; see [`remove`](Activity::remove).
    ///
    /// ```
    /// use warmth::{Activity, Points};
    ///
    /// let ordered = "2026-08-01T10:00:00Z".parse()?;
    /// let mut activity = Activity::new();
    /// activity.record_with("order", ordered, 1, Points::from(1_000));
    /// assert!(activity.correct("order", ordered, Points::from(1_000), Points::from(700)));
    ///
    /// let mut expected = Activity::new();
    /// expected.record_with("order", ordered, 1, Points::from(700));
    /// assert_eq!(activity, expected);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn correct(&mut self, event: &str, at: DateTime<Utc>, amount: Points, corrected: Points) -> bool {
        let found = self.take_out(event, at, 1, amount);
        if found {
            self.record_with(event, at, 1, corrected);
        }
        found
    }

    /// Takes out `count` of the equal events at one instant, or as many as there are. Returns whether there were any.
    pub(crate) fn take_out(&mut self, event: &str, at: DateTime<Utc>, count: u32, amount: Points) -> bool {
        let key = (self.resolution.cut(second_of(at)), amount.micros());
        let Ok(index) = self.lists.binary_search_by(|list| (*list.name).cmp(event)) else { return false };
        let Some(List { entries, .. }) = self.lists.get_mut(index) else { return false };
        let end = entries.partition_point(|entry| entry.key() <= key);
        let same = entries.get_mut(..end).unwrap_or_default().iter_mut().rev().take_while(|entry| entry.key() == key);
        let mut left = count;
        for entry in same {
            let taken = entry.count.min(left);
            entry.count -= taken;
            left -= taken;
        }
        if left == count {
            return false;
        }
        entries.retain(|entry| entry.count > 0);
        if entries.is_empty() {
            self.lists.remove(index);
        }
        true
    }

    fn insert(&mut self, event: &str, entry: Entry) {
        if entry.count == 0 {
            return;
        }
        let mut entry = Entry { at: self.resolution.cut(entry.at), ..entry };
        let Some(List { entries, .. }) = self.list_mut(event) else { return };
        let index = entries.partition_point(|other| other.key() <= entry.key());
        if let Some(same) = index.checked_sub(1).and_then(|before| entries.get_mut(before))
            && same.key() == entry.key()
        {
            same.absorb(&mut entry);
        }
        if entry.count > 0 {
            entries.insert(index, entry);
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
                if later.key() == first.key() {
                    first.absorb(later);
                }
                later.count == 0
            });
            if !list.entries.is_empty() {
                self.lists.push(list);
            }
        }
        self.lists.extend(own);
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

    /// Returns the number of entries: one for each distinct (name, instant, amount), and one more for every further
    /// 2^32 - 1 equal events.
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

impl<'a> Extend<Event<'a>> for Activity {
    fn extend<I: IntoIterator<Item = Event<'a>>>(&mut self, events: I) {
        let mut by_name: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
        for Event { name, at, count, amount } in events {
            by_name.entry(name).or_default().push(Entry { at: second_of(at), count, amount: amount.micros() });
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
