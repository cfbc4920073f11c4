//! What was known when.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Activity, Event, Points, Record, Span, Value};

/// A subject's past with the times at which each part of it became known: what a labelled history is cut from.
///
/// A model that is judged on what nobody knew at the time is judged too well. What lies after an instant is left out by
/// both times: when it happened, and when it became known. Both are compared to the nanosecond, so that a purchase in the
/// second of the visit that led to it is an outcome of it and no fact about it.
///
/// ```
/// use warmth::evidence::Timeline;
/// use warmth::{Event, Span};
///
/// let at = |day: u32| format!("2026-01-{day:02}T00:00:00Z").parse::<chrono::DateTime<chrono::Utc>>();
/// let mut past = Timeline::new();
/// past.learn("nps", 6, at(1)?);
/// past.learn("nps", 9, at(20)?);
/// past.record(Event::new("visit", at(5)?), at(5)?);
/// past.record(Event::new("call", at(8)?), at(15)?); // typed in a week later
/// past.record(Event::new("purchase", at(25)?), at(25)?);
///
/// let then = past.as_of(at(10)?);
/// assert_eq!(then.get("nps"), Some(&6.into()));
/// assert_eq!(warmth::Facts::activity(&then).len(), 1); // the visit alone
/// assert_eq!(past.outcome("purchase", at(10)?, Span::days(20), at(31)?), Some(true));
/// assert_eq!(past.outcome("purchase", at(10)?, Span::days(90), at(31)?), None); // too early to say
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    facts: BTreeMap<String, Vec<Learnt>>, // by when they became known
    events: Vec<Known>,
}

/// Since when, and what; nothing where it was forgotten.
type Learnt = (DateTime<Utc>, Option<Value>);

#[derive(Clone, Debug, PartialEq)]
struct Known {
    name: String,
    at: DateTime<Utc>,
    since: DateTime<Utc>, // known
    count: u32,
    amount: Points,
}

impl Timeline {
    /// A subject of which nothing was ever known.
    pub const fn new() -> Timeline {
        Timeline { facts: BTreeMap::new(), events: Vec::new() }
    }

    /// From `known` on, `field` has this value. Of two values from one instant on, the one told last counts.
    pub fn learn(&mut self, field: impl Into<String>, value: impl Into<Value>, known: DateTime<Utc>) {
        self.change(field.into(), Some(value.into()), known);
    }

    /// From `known` on, `field` is not known any more.
    pub fn forget(&mut self, field: impl Into<String>, known: DateTime<Utc>) {
        self.change(field.into(), None, known);
    }

    fn change(&mut self, field: String, value: Option<Value>, known: DateTime<Utc>) {
        let changes = self.facts.entry(field).or_default();
        changes.insert(changes.partition_point(|(earlier, _)| *earlier <= known), (known, value));
    }

    /// An event, and when it became known. An event that is known before it happens, such as a date that was agreed
    /// upon, counts from when it happens.
    pub fn record(&mut self, event: Event<'_>, known: DateTime<Utc>) {
        let Event { name, at, count, amount, .. } = event;
        self.events.push(Known { name: name.to_owned(), at, since: known, count, amount });
    }

    /// What was known at `as_of`: the latest value of each field, and the events that had happened.
    pub fn as_of(&self, as_of: DateTime<Utc>) -> Record {
        let latest = |changes: &[Learnt]| {
            changes.iter().take_while(|(known, _)| *known <= as_of).last().and_then(|(_, value)| value.clone())
        };
        let facts = self.facts.iter().filter_map(|(field, changes)| Some((field.clone(), latest(changes)?)));
        let events = self.events.iter().filter(|event| event.at.max(event.since) <= as_of);
        let activity: Activity = events.map(Known::event).collect();
        facts.collect::<Record>().with_activity(activity)
    }

    /// Whether an event of this name happened after `as_of` and no later than `horizon` after it.
    ///
    /// `None` if the horizon ends after `until`, the last instant of which everything is known: also where an event has
    /// happened already, as counting those alone would make outcomes look more frequent than they are. What became known
    /// after `until` does not count.
    pub fn outcome(&self, event: &str, as_of: DateTime<Utc>, horizon: Span, until: DateTime<Utc>) -> Option<bool> {
        let horizon = i64::try_from(horizon.secs()).ok().and_then(TimeDelta::try_seconds)?;
        let end = as_of.checked_add_signed(horizon)?;
        let counts = |own: &Known| own.name == event && own.count > 0 && own.at > as_of && own.at <= end;
        (end <= until).then(|| self.events.iter().any(|own| counts(own) && own.since <= until))
    }
}

impl Known {
    fn event(&self) -> Event<'_> {
        let mut event = Event::new(&self.name, self.at);
        (event.count, event.amount) = (self.count, self.amount);
        event
    }
}
