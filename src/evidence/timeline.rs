//! Point-in-time facts and events of one subject.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Activity, Event, Points, Record, Span, Value};

/// The past of one subject, with the instant at which each fact and event became known.
///
/// Take the rows of a labelled history from it. A model looks too good if its rows contain facts that became known
/// later. So [`as_of`](Timeline::as_of) leaves out everything that happened or became known after the instant. Instants
/// are compared to the nanosecond: a purchase in the same second as the visit before it still counts as later.
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
/// past.record(Event::new("call", at(8)?), at(15)?); // entered a week later
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
    facts: BTreeMap<String, Vec<FactChange>>, // each list by the instant at which the change became known
    events: Vec<KnownEvent>,
}

/// The instant at which a value became known, and the value; `None` if the field is missing from then on.
type FactChange = (DateTime<Utc>, Option<Value>);

#[derive(Clone, Debug, PartialEq)]
struct KnownEvent {
    name: String,
    at: DateTime<Utc>,
    known: DateTime<Utc>, // when it became known
    count: u32,
    amount: Points,
}

impl Timeline {
    /// Creates a timeline without facts and events.
    pub const fn new() -> Timeline {
        Timeline { facts: BTreeMap::new(), events: Vec::new() }
    }

    /// Sets the value of `field` from the instant `known` on. Of two values for the same instant, the last call counts.
    pub fn learn(&mut self, field: impl Into<String>, value: impl Into<Value>, known: DateTime<Utc>) {
        self.change(field.into(), Some(value.into()), known);
    }

    /// Makes `field` missing from the instant `known` on.
    pub fn forget(&mut self, field: impl Into<String>, known: DateTime<Utc>) {
        self.change(field.into(), None, known);
    }

    fn change(&mut self, field: String, value: Option<Value>, known: DateTime<Utc>) {
        let changes = self.facts.entry(field).or_default();
        changes.insert(changes.partition_point(|(earlier, _)| *earlier <= known), (known, value));
    }

    /// Records an event and the instant at which it became known.
    ///
    /// An event that is known before it happens, such as an agreed date, counts from the instant at which it happens.
    pub fn record(&mut self, event: Event<'_>, known: DateTime<Utc>) {
        let Event { name, at, count, amount, .. } = event;
        self.events.push(KnownEvent { name: name.to_owned(), at, known, count, amount });
    }

    /// Returns what was known at `as_of`: the latest value of each field, and the events that had happened.
    pub fn as_of(&self, as_of: DateTime<Utc>) -> Record {
        let latest = |changes: &[FactChange]| {
            changes.iter().take_while(|(known, _)| *known <= as_of).last().and_then(|(_, value)| value.clone())
        };
        let facts = self.facts.iter().filter_map(|(field, changes)| Some((field.clone(), latest(changes)?)));
        let events = self.events.iter().filter(|event| event.at.max(event.known) <= as_of);
        let activity: Activity = events.map(KnownEvent::event).collect();
        facts.collect::<Record>().with_activity(activity)
    }

    /// Returns whether an event of this name happened after `as_of` and no later than `horizon` after it.
    ///
    /// `until` is the instant of your last import. Events that became known later do not count. The outcome is `None`
    /// if the horizon ends after `until`, even if an event has happened already: counting only such rows would make
    /// outcomes look more frequent than they are.
    pub fn outcome(&self, event: &str, as_of: DateTime<Utc>, horizon: Span, until: DateTime<Utc>) -> Option<bool> {
        let horizon = i64::try_from(horizon.secs()).ok().and_then(TimeDelta::try_seconds)?;
        let end = as_of.checked_add_signed(horizon)?;
        let counts = |known: &KnownEvent| {
            known.name == event && known.count > 0 && known.at > as_of && known.at <= end && known.known <= until
        };
        (end <= until).then(|| self.events.iter().any(counts))
    }
}

impl KnownEvent {
    fn event(&self) -> Event<'_> {
        let mut event = Event::new(&self.name, self.at);
        (event.count, event.amount) = (self.count, self.amount);
        event
    }
}
