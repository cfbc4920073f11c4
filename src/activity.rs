//! What a subject did: per event name a compact, sorted record of when, how many and how much.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

use crate::points::{HELD, Points};
use crate::time::{DAY_SECS, civil_day, instant_at, second_of};

/// How finely an [`Activity`] remembers instants. Fixed when it is created.
///
/// Events are cut down to the start of their hour or day in UTC, so that many events share one entry. The price is
/// that an event counts as up to one hour or day older than it is.
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
/// Ordered by time, then amount: of one instant the greater amount is the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: i64,     // seconds since 1970-01-01 UTC
    pub(crate) amount: i64, // millionths, within 10^9 points
    pub(crate) count: u32,  // at least 1
}

impl Entry {
    fn key(&self) -> (i64, i64) {
        (self.at, self.amount)
    }
}

/// What the subject did: for each event name, when, how many and how much.
///
/// An activity knows nothing of any model, so a model can be retuned without touching what was recorded. Events may
/// be recorded in any order and merged from disjoint parts; the result is the same:
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
/// Instants are cut down to whole seconds, or further by a [`Resolution`]. Each distinct (name, instant, amount)
/// takes one entry of 24 bytes; recording at the end of a name's list is constant time, elsewhere linear in it.
///
/// In serde it is `{"resolution": "second", "events": {NAME: [[unix seconds, count, amount], ...]}}`.
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
    /// When it happened, to the activity's resolution.
    pub at: DateTime<Utc>,
    /// How many of them, at least 1.
    pub count: u32,
    /// How much each of them was worth to the host (minutes, money, seats), within ±10^9.
    pub amount: Points,
}

impl Activity {
    /// No events, remembered to the second.
    pub const fn new() -> Activity {
        Activity::with_resolution(Resolution::Second)
    }

    /// No events, to be remembered to the given resolution.
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

    /// How finely instants are remembered.
    pub const fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// Records one event without an amount.
    pub fn record(&mut self, event: &str, at: DateTime<Utc>) {
        self.record_with(event, at, 1, Points::ZERO);
    }

    /// Records `count` events at one instant, each with `amount`.
    ///
    /// A count of zero records nothing. The amount is held within ±10^9 and the count of equal events within 2^32 - 1.
    pub fn record_with(&mut self, event: &str, at: DateTime<Utc>, count: u32, amount: Points) {
        self.insert(event, Entry { at: second_of(at), amount: amount.micros().clamp(-HELD, HELD), count });
    }

    fn insert(&mut self, event: &str, entry: Entry) {
        if entry.count == 0 {
            return;
        }
        let entry = Entry { at: self.resolution.cut(entry.at), ..entry };
        let entries = match self.lists.binary_search_by(|list| (*list.name).cmp(event)) {
            Ok(found) => self.lists.get_mut(found),
            Err(place) => {
                self.lists.insert(place, List { name: event.into(), entries: Vec::new() });
                self.lists.get_mut(place)
            }
        };
        // Both arms give a place that exists.
        let Some(List { entries, .. }) = entries else { return };
        let place = entries.partition_point(|other| other.key() < entry.key());
        match entries.get_mut(place) {
            Some(same) if same.key() == entry.key() => same.count = same.count.saturating_add(entry.count),
            _ => entries.insert(place, entry),
        }
    }

    /// Takes in the events of a disjoint part: events that both hold count twice.
    ///
    /// Commutative and associative, with the empty activity as identity. Of two resolutions the coarser stays.
    pub fn merge(&mut self, other: &Activity) {
        if other.resolution > self.resolution {
            let finer = std::mem::replace(self, Activity::with_resolution(other.resolution));
            self.merge(&finer);
        }
        for list in &other.lists {
            for entry in &list.entries {
                self.insert(&list.name, *entry);
            }
        }
    }

    /// Forgets every event before `before`.
    ///
    /// A scorer says how far back it looks; see [`Scorer::lifespan`](crate::Scorer::lifespan).
    pub fn prune(&mut self, before: DateTime<Utc>) {
        let before = second_of(before);
        for list in &mut self.lists {
            list.entries.drain(..list.entries.partition_point(|entry| entry.at < before));
        }
        self.lists.retain(|list| !list.entries.is_empty());
    }

    /// How many entries there are: distinct (name, instant, amount).
    pub fn len(&self) -> usize {
        self.lists.iter().map(|list| list.entries.len()).sum()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Every entry, by name, then by instant, then by amount.
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

    /// The entries of the named events that happened in the given window of ages before `as_of`.
    pub(crate) fn select(&self, names: &Names, as_of: i64, ages: Ages) -> Selection<'_> {
        let within = |list: &'_ List| -> (usize, usize) {
            // An age of exactly `to` is out: what happened at or before `as_of - to` is too old.
            let first = ages.to.map_or(0, |to| list.entries.partition_point(|e| e.at <= as_of.saturating_sub(to)));
            (first, list.entries.partition_point(|e| e.at <= as_of.saturating_sub(ages.from)))
        };
        let lists = self.lists.iter().filter(|list| names.include(&list.name));
        Selection {
            slices: lists
                .filter_map(|list| {
                    let (first, end) = within(list);
                    list.entries.get(first..end)
                })
                .filter(|s| !s.is_empty())
                .collect(),
        }
    }
}

/// Which event names a model means.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Names {
    /// `"*"`: whatever was recorded.
    All,
    /// These, sorted.
    Listed(Box<[Box<str>]>),
}

impl Names {
    fn include(&self, name: &str) -> bool {
        match self {
            Names::All => true,
            Names::Listed(names) => names.iter().any(|listed| **listed == *name),
        }
    }
}

/// Ages in seconds from `from` on, up to but not including `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ages {
    pub(crate) from: i64,
    pub(crate) to: Option<i64>,
}

impl Ages {
    /// Any age: everything that has happened by now.
    pub(crate) const ANY: Ages = Ages { from: 0, to: None };
}

/// The entries of several event names within a window of ages.
pub(crate) struct Selection<'a> {
    // Room for as many names as a model may list by default, so that scoring does not allocate.
    slices: SmallVec<[&'a [Entry]; 64]>,
}

impl<'a> Selection<'a> {
    /// All of them, in no particular order across names.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &'a Entry> + '_ {
        self.slices.iter().copied().flatten()
    }

    /// All of them from the latest to the earliest; equal instants and amounts of several names in any order.
    pub(crate) fn latest_first(mut self) -> impl Iterator<Item = &'a Entry> {
        std::iter::from_fn(move || {
            let latest = self.slices.iter_mut().max_by_key(|slice| slice.last().map(Entry::key))?;
            let (last, rest) = latest.split_last()?;
            *latest = rest;
            Some(last)
        })
    }

    /// The number of distinct civil days they fall on.
    pub(crate) fn days(self, offset_secs: i64) -> i64 {
        let mut days = 0;
        let mut current = None;
        for entry in self.latest_first() {
            let day = civil_day(entry.at, offset_secs);
            if current.replace(day) != Some(day) {
                days += 1;
            }
        }
        days
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[serde(default)]
    resolution: Resolution,
    events: std::collections::BTreeMap<String, Vec<(i64, u32, Points)>>,
}

impl Serialize for Activity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows = |list: &List| list.entries.iter().map(|e| (e.at, e.count, Points::from_micros(e.amount))).collect();
        let events = self.lists.iter().map(|list| (list.name.to_string(), rows(list))).collect();
        Stored { resolution: self.resolution, events }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Activity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Activity, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        let mut activity = Activity::with_resolution(stored.resolution);
        for (name, rows) in stored.events {
            for (at, count, amount) in rows {
                activity.record_with(&name, instant_at(at), count, amount);
            }
        }
        Ok(activity)
    }
}
