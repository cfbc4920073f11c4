//! Which events of a signal count, if the order of events matters.

use std::ops::ControlFlow;

use smallvec::SmallVec;

use crate::input::activity::{Occurrence, Selection};
use crate::program::{Most, PeriodCap, Signal};
use crate::time::civil_day;

/// Calls `each` with the events that count, of those in the window. Each entry has the count that counts and, if a cap is on
/// points, the parts of its points that count: see [`Signal::parts_of_event`].
pub(super) fn counted(
    signal: &Signal,
    selected: Selection<'_>,
    offset_secs: i64,
    mut each: impl FnMut(Occurrence, Option<i128>),
) {
    if !signal.ordered() {
        selected.entries().for_each(|entry| each(entry.into(), None));
        return;
    }
    let mut room = Room::new(signal, offset_secs);
    let mut left = signal.most_recent;
    let take = |entry: Occurrence| {
        let taken = room.take(signal, entry);
        let count = taken.count.min(left);
        left = left.saturating_sub(count);
        if count > 0 {
            let parts = signal.caps_points.then(|| taken.parts_of(count));
            each(Occurrence { count, ..entry }, parts);
        }
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    match &signal.once_per {
        Some(attribute) => selected.once_per(attribute, signal.prefer_first, take),
        None if signal.prefer_first => selected.earliest_first(take),
        None => selected.latest_first(take),
    }
}

/// What the caps of a signal still let count.
struct Room<'p> {
    caps: &'p [PeriodCap],
    left: SmallVec<[Left; 1]>,
    offset_secs: i64,
}

/// What one cap still lets count in one period.
#[derive(Clone, Copy, Default)]
struct Left {
    /// The first day of the period.
    start: i64,
    /// The first day of the next period.
    end: i64,
    events: u64,
    /// Parts of positive points.
    gains: u128,
    /// Parts of negative points.
    losses: u128,
}

/// What counts of an entry.
struct Taken {
    count: u64,
    /// The parts of one event; zero if no cap is on points.
    each: i128,
    /// The parts that count, without their sign: less than those of `count` events if the last one counts in part.
    magnitude: u128,
}

impl<'p> Room<'p> {
    fn new(signal: &'p Signal, offset_secs: i64) -> Room<'p> {
        let caps = &*signal.caps;
        Room { caps, left: SmallVec::from_elem(Left::default(), caps.len()), offset_secs }
    }

    /// Takes as much of an entry as the caps let through, one cap after the other.
    #[inline]
    fn take(&mut self, signal: &Signal, entry: Occurrence) -> Taken {
        let each = if signal.caps_points { signal.parts_of_event(entry.amount) } else { 0 };
        let mut taken = Taken { count: entry.count, each, magnitude: 0 };
        taken.magnitude = taken.magnitude_of(entry.count);
        let day = civil_day(entry.at, self.offset_secs);
        for (cap, left) in self.caps.iter().zip(&mut self.left) {
            if !(left.start..left.end).contains(&day) {
                *left = Left { start: cap.periods.start(day), end: cap.periods.next(day), ..Left::of(cap.most) };
            }
            match cap.most {
                Most::Events(_) => {
                    taken.count = taken.count.min(left.events);
                    left.events -= taken.count;
                    taken.magnitude = taken.magnitude_of(taken.count);
                }
                Most::Parts(_) => {
                    let left = if each < 0 { &mut left.losses } else { &mut left.gains };
                    taken.magnitude = taken.magnitude.min(*left);
                    *left -= taken.magnitude;
                    if each != 0 {
                        let events = taken.magnitude.div_ceil(each.unsigned_abs());
                        taken.count = u64::try_from(events).map_or(taken.count, |events| events.min(taken.count));
                    }
                }
            }
        }
        taken
    }
}

impl Left {
    /// A whole period.
    fn of(most: Most) -> Left {
        match most {
            Most::Events(events) => Left { events, ..Left::default() },
            Most::Parts(parts) => Left { gains: parts, losses: parts, ..Left::default() },
        }
    }
}

impl Taken {
    /// The parts of this many events, without their sign.
    fn magnitude_of(&self, count: u64) -> u128 {
        self.each.unsigned_abs().saturating_mul(count.into())
    }

    /// The parts that count of the first `count` events.
    fn parts_of(&self, count: u64) -> i128 {
        let magnitude = i128::try_from(self.magnitude.min(self.magnitude_of(count))).unwrap_or(i128::MAX);
        if self.each < 0 { -magnitude } else { magnitude }
    }
}
