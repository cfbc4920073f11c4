//! The events of a subject: per event name, a sorted list of instants, counts and amounts.

mod attributes;
mod binary;
mod event;
mod lots;
mod selection;
mod stored;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use attributes::{Attribute, Attributes};
pub(crate) use attributes::{AttributeTable, SetId, listed};
pub use event::Event;
pub(crate) use selection::{Ages, AttributeTest, Names, Occurrence, Selection};

use attributes::MovedSets;
use event::Entry;

use crate::num::points::Points;
use crate::time::{DAY_SECS, second_of};

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
/// Events can have [`Attributes`], such as the path of a page; see [`record_event`](Activity::record_event).
///
/// Instants are rounded down to whole seconds, or to the [`Resolution`]. Each distinct (name, instant, amount, attributes)
/// takes one entry of 24 bytes. Each different attribute name, value and set of attributes is stored once. Recording the
/// latest event of a name takes constant time, and time in proportion to the different sets if its attributes are new.
/// Recording an earlier event takes time in proportion to the entries of that name, and the first event of a name time in
/// proportion to the names. To add many unsorted events, collect or [merge](Activity::merge) them, which sorts once.
///
/// In JSON, TOML and other formats for people it serializes as `{"resolution": "second", "events": {NAME: [[unix seconds,
/// count, amount], ...]}}`. The row of an event with attributes has a fourth item, `{"path": "/pricing"}`. In binary formats,
/// such as `postcard` or CBOR, it is compact: a version, each attribute once, and the seconds between events. Equal
/// activities serialize to the same bytes. Deserializing fails if a name is repeated or an instant is outside of chrono's
/// range, the years -262143 to 262142.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    resolution: Resolution,
    lists: Vec<List>, // sorted by name, none empty
    /// The attributes of all events. It may hold some that no event has any more.
    table: Option<Box<AttributeTable>>,
}

#[derive(Clone, Debug)]
struct List {
    name: Box<str>,
    entries: Vec<Entry>, // in order; of like entries, all but the last have the greatest count
}

/// The table of an activity whose events have no attributes.
static NO_ATTRIBUTES: AttributeTable = AttributeTable::new();

impl PartialEq for Activity {
    fn eq(&self, other: &Activity) -> bool {
        self.resolution == other.resolution && self.len() == other.len() && self.events().eq(other.events())
    }
}

impl Eq for Activity {}

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
        Activity { resolution, lists: Vec::new(), table: None }
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
        self.record_event(Event::new(event, at).count(count).amount(amount));
    }

    /// Records an event with attributes: which page, form, product or mail it is about.
    ///
    /// Models select events by their attributes with `where`, and count different values with `distinct` and `once_per`; see
    /// the [guide](crate::_guide::document#attributes-of-events). Write identifiers as text, because numbers beyond 2^53
    /// are not exact.
    ///
    /// ```
    /// use warmth::{Activity, Event, Model, Record, Scorer};
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "interest"
    ///     [[axis]]
    ///     name = "activity"
    ///     available = 100
    ///     [[axis.rule]]
    ///     id = "pricing"
    ///     signal = { event = "page_view", where.path.starts_with = "/pricing", points = 10 }
    ///     "#,
    /// )?;
    /// let at = "2026-11-20T08:00:00Z".parse()?;
    /// let mut account = Record::new();
    /// for path in ["/pricing/teams", "/careers"] {
    ///     account.activity_mut().record_event(Event::new("page_view", at).attributes(&[("path", path.into())]));
    /// }
    /// assert_eq!(Scorer::<Record>::new(&model)?.score(&account, at).value().to_string(), "10");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn record_event(&mut self, event: Event<'_>) {
        let Event { name, at, count, amount, attributes } = event;
        if count == 0 {
            return;
        }
        let attributes = self.interned(attributes);
        self.insert(name, Entry { at: second_of(at), amount: amount.micros(), count, attributes });
    }

    /// The table of the attributes.
    pub(crate) fn table(&self) -> &AttributeTable {
        self.table.as_deref().unwrap_or(&NO_ATTRIBUTES)
    }

    /// The number of a set of attributes in the table, which is added if it is new.
    fn interned(&mut self, attributes: Attributes<'_>) -> Option<SetId> {
        if attributes.is_unlisted() { None } else { self.table.get_or_insert_default().intern(attributes) }
    }

    /// Removes one event that was taken back, such as a returned order. Returns whether there was such an event.
    ///
    /// Pass the instant and the amount with which you recorded the event. Do not record a negative amount at the instant of
    /// the return instead: with a decay, the older order has lost more points than the return, so the customer ends up
    /// below one who never bought. With a `window`, the order leaves it before the return. A signal with
    /// [`spend`](crate::_guide::document#spending) takes a negative amount from the oldest orders instead.
    ///
    /// Takes linear time in the entries of the name. Removes events without attributes only; see
    /// [`remove_event`](Activity::remove_event).
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
        self.remove_event(Event::new(event, at).amount(amount))
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
        let found = self.remove(event, at, amount);
        if found {
            self.record_with(event, at, 1, corrected);
        }
        found
    }

    /// Keeps the events for which `keep` returns true, and removes the others. `keep` sees each entry once, with its count.
    ///
    /// ```
    /// use warmth::{Activity, Event};
    ///
    /// let at = "2026-08-01T10:00:00Z".parse()?;
    /// let mut activity = Activity::new();
    /// for order in ["A-17", "A-18"] {
    ///     activity.record_event(Event::new("order", at).amount(1_000).attributes(&[("order_id", order.into())]));
    /// }
    /// // The customer returned order A-17.
    /// activity.retain(|event| event.attributes.get("order_id") != Some("A-17".into()));
    /// assert_eq!(activity.len(), 1);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(Event<'_>) -> bool) {
        let before = self.len();
        let table = self.table.as_deref().unwrap_or(&NO_ATTRIBUTES);
        for List { name, entries } in &mut self.lists {
            entries.retain(|entry| keep(entry.event(name, table)));
        }
        self.drop_unused(before);
    }

    /// Removes events that were taken back, as [`remove`](Activity::remove), by their attributes too: as many equal events
    /// as `event` counts, or as many as there are. Returns whether there were any.
    ///
    /// ```
    /// use warmth::{Activity, Event};
    ///
    /// let at = "2026-08-01T10:00:00Z".parse()?;
    /// let (kept, returned) = ([("order_id", "A-17".into())], [("order_id", "A-18".into())]);
    /// let mut activity = Activity::new();
    /// activity.record_event(Event::new("order", at).amount(1_000).attributes(&kept));
    /// activity.record_event(Event::new("order", at).amount(1_000).attributes(&returned));
    /// assert!(activity.remove_event(Event::new("order", at).amount(1_000).attributes(&returned)));
    /// assert_eq!(activity.len(), 1);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn remove_event(&mut self, event: Event<'_>) -> bool {
        let Event { name, at, count, amount, attributes } = event;
        let attributes = match (attributes.is_empty(), self.table().find(attributes)) {
            (true, _) => None,
            (false, None) => return false,
            (false, set) => set,
        };
        let taken = Entry { at: self.resolution.cut(second_of(at)), amount: amount.micros(), count, attributes };
        let Activity { lists, table, .. } = self;
        let table = table.as_deref().unwrap_or(&NO_ATTRIBUTES);
        let Ok(index) = lists.binary_search_by(|list| (*list.name).cmp(name)) else { return false };
        let Some(List { entries, .. }) = lists.get_mut(index) else { return false };
        let end = entries.partition_point(|entry| entry.order(&taken, table).is_le());
        let like =
            entries.get_mut(..end).unwrap_or_default().iter_mut().rev().take_while(|entry| entry.is_like(&taken));
        let mut left = count;
        for entry in like {
            let taken = entry.count.min(left);
            entry.count -= taken;
            left -= taken;
        }
        if left == count {
            return false;
        }
        entries.retain(|entry| entry.count > 0);
        if entries.is_empty() {
            lists.remove(index);
        }
        true
    }

    fn insert(&mut self, event: &str, entry: Entry) {
        if entry.count == 0 {
            return;
        }
        let mut entry = Entry { at: self.resolution.cut(entry.at), ..entry };
        let index = self.list_index(event);
        let Activity { lists, table, .. } = self;
        let table = table.as_deref().unwrap_or(&NO_ATTRIBUTES);
        let Some(List { entries, .. }) = lists.get_mut(index) else { return };
        let index = entries.partition_point(|other| other.order(&entry, table).is_le());
        if let Some(like) = index.checked_sub(1).and_then(|before| entries.get_mut(before))
            && like.is_like(&entry)
        {
            like.absorb(&mut entry);
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
        let mut moved = MovedSets::new(other.table());
        let mut entry = |entry: &Entry| match entry.attributes {
            None => *entry,
            set => Entry { attributes: moved.get(set, self.table.get_or_insert_default()), ..*entry },
        };
        let lists = other.lists.iter().map(|list| (&*list.name, list.entries.iter().map(&mut entry).collect()));
        let lists: Vec<_> = lists.collect();
        self.take_in(lists);
    }

    /// Adds many entries, sorting those of each name once. The names must be sorted and distinct.
    fn take_in<N: Into<Box<str>> + AsRef<str>>(&mut self, more: impl IntoIterator<Item = (N, Vec<Entry>)>) {
        let (resolution, table) = (self.resolution, self.table.as_deref().unwrap_or(&NO_ATTRIBUTES));
        let mut own = std::mem::take(&mut self.lists).into_iter().peekable();
        for (name, more) in more {
            while let Some(before) = own.next_if(|list| *list.name < *name.as_ref()) {
                self.lists.push(before);
            }
            let same = own.next_if(|list| *list.name == *name.as_ref());
            let mut list = same.unwrap_or_else(|| List { name: name.into(), entries: Vec::new() });
            let more = more.into_iter().filter(|entry| entry.count > 0);
            list.entries.extend(more.map(|entry| Entry { at: resolution.cut(entry.at), ..entry }));
            list.entries.sort_by(|a, b| a.order(b, table));
            list.entries.dedup_by(|later, first| {
                if later.is_like(first) {
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

    /// The index of the list of a name; an empty list is inserted if there is none.
    fn list_index(&mut self, event: &str) -> usize {
        self.lists.binary_search_by(|list| (*list.name).cmp(event)).unwrap_or_else(|index| {
            self.lists.insert(index, List { name: event.into(), entries: Vec::new() });
            index
        })
    }

    /// Removes every event before `before`.
    ///
    /// To remove what a model no longer needs, call [`Scorer::prune`](crate::Scorer::prune).
    pub fn prune(&mut self, before: DateTime<Utc>) {
        self.prune_seconds(second_of(before));
    }

    /// Removes every event before this second.
    pub(crate) fn prune_seconds(&mut self, before: i64) {
        let len = self.len();
        for list in &mut self.lists {
            list.entries.drain(..list.entries.partition_point(|entry| entry.at < before));
        }
        self.drop_unused(len);
    }

    /// Drops the lists without events, and the attributes that no event has, after entries were removed: there were
    /// `before`.
    fn drop_unused(&mut self, before: usize) {
        if self.len() == before {
            return;
        }
        self.lists.retain(|list| !list.entries.is_empty());
        let Some(all) = self.table.take() else { return };
        let (mut used, mut moved) = (AttributeTable::new(), MovedSets::new(&all));
        for entry in self.lists.iter_mut().flat_map(|list| &mut list.entries) {
            entry.attributes = moved.get(entry.attributes, &mut used);
        }
        self.table = (used.sets() > 0).then(|| Box::new(used));
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

    /// Returns the number of entries: one for each distinct (name, instant, amount, attributes), and one more for every
    /// further 2^32 - 1 equal events.
    pub fn len(&self) -> usize {
        self.lists.iter().map(|list| list.entries.len()).sum()
    }

    /// Returns whether there are no events.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// Returns every entry, ordered by name, instant, amount and attributes.
    pub fn events(&self) -> impl Iterator<Item = Event<'_>> {
        let table = self.table();
        self.lists.iter().flat_map(|list| list.entries.iter().map(|entry| entry.event(&list.name, table)))
    }
}

impl<'a> Extend<Event<'a>> for Activity {
    fn extend<I: IntoIterator<Item = Event<'a>>>(&mut self, events: I) {
        let mut by_name: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
        for Event { name, at, count, amount, attributes } in events {
            let attributes = self.interned(attributes);
            let entry = Entry { at: second_of(at), count, amount: amount.micros(), attributes };
            by_name.entry(name).or_default().push(entry);
        }
        self.take_in(by_name);
    }
}

impl<'a> FromIterator<Event<'a>> for Activity {
    fn from_iter<I: IntoIterator<Item = Event<'a>>>(events: I) -> Activity {
        let mut activity = Activity::new();
        activity.extend(events);
        activity
    }
}
