//! Which events of a signal count, if the order of events matters.

use std::ops::{ControlFlow, SubAssign};

use smallvec::SmallVec;

use crate::input::activity::{Occurrence, Selection};
use crate::program::{PeriodCap, Signal};
use crate::time::civil_day;

/// Calls `each` with the events that count, of those in the window, for a signal without caps on points. Each entry has the
/// count that counts.
pub(super) fn counted(signal: &Signal, selected: Selection<'_>, offset_secs: i64, mut each: impl FnMut(Occurrence)) {
    if !signal.ordered() {
        selected.entries().for_each(|entry| each(entry.into()));
        return;
    }
    let mut room = Room::new(&signal.caps, offset_secs);
    let mut left = signal.most_recent;
    in_order(signal, selected, |entry| {
        let count = room.take(entry.at, entry.count).min(left);
        left = left.saturating_sub(count);
        if count > 0 {
            each(Occurrence { count, ..entry });
        }
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
}

/// As [`counted`], for any signal, with the [parts](Signal::parts_of_event) that count of each entry. If an event counts in
/// part, it is among the events that count.
pub(super) fn counted_parts(
    signal: &Signal,
    selected: Selection<'_>,
    offset_secs: i64,
    mut each: impl FnMut(Occurrence, i128),
) {
    let mut room = Room::new(&signal.caps, offset_secs);
    let [mut gains, mut losses] = [(); 2].map(|()| Room::new(&signal.point_caps, offset_secs));
    let mut left = signal.most_recent;
    in_order(signal, selected, |entry| {
        let parts = signal.parts_of_event(entry.amount);
        let parts_of = |count: u64| parts.unsigned_abs().saturating_mul(count.into());
        let mut count = room.take(entry.at, entry.count);
        let side = if parts < 0 { &mut losses } else { &mut gains };
        let magnitude = side.take(entry.at, parts_of(count));
        if parts != 0 {
            let events = magnitude.div_ceil(parts.unsigned_abs());
            count = u64::try_from(events).map_or(count, |events| events.min(count));
        }
        count = count.min(left);
        left = left.saturating_sub(count);
        if count > 0 {
            let magnitude = i128::try_from(magnitude.min(parts_of(count))).unwrap_or(i128::MAX);
            each(Occurrence { count, ..entry }, if parts < 0 { -magnitude } else { magnitude });
        }
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
}

/// Calls `take` with the events of a signal in the order in which they count, until it breaks.
#[inline]
fn in_order(signal: &Signal, selected: Selection<'_>, take: impl FnMut(Occurrence) -> ControlFlow<()>) {
    match &signal.once_per {
        Some(attribute) => selected.once_per(attribute, signal.prefer_first, take),
        None if signal.prefer_first => selected.earliest_first(take),
        None => selected.latest_first(take),
    }
}

/// What some caps still let through.
struct Room<'p, T> {
    caps: &'p [PeriodCap<T>],
    /// Room for a day, a week and a month, so that nothing is allocated.
    left: SmallVec<[Left<T>; 3]>,
    offset_secs: i64,
}

/// What one cap still lets through in one period.
#[derive(Clone, Copy, Default)]
struct Left<T> {
    /// The first day of the period.
    start: i64,
    /// The first day of the next period.
    end: i64,
    most: T,
}

impl<T: Copy> Left<T> {
    /// Everything that a cap lets through in the period of a day.
    ///
    /// Not inlined, because most events are in the period of the event before.
    #[inline(never)]
    fn of(cap: &PeriodCap<T>, day: i64) -> Left<T> {
        Left { start: cap.periods.start(day), end: cap.periods.next(day), most: cap.most }
    }
}

impl<'p, T: Copy + Default + Ord + SubAssign> Room<'p, T> {
    #[inline]
    fn new(caps: &'p [PeriodCap<T>], offset_secs: i64) -> Room<'p, T> {
        Room { caps, left: SmallVec::from_elem(Left::default(), caps.len()), offset_secs }
    }

    /// Takes as much as the caps let through, one cap after the other. An instant must not be in a period that was left.
    #[inline]
    fn take(&mut self, at: i64, mut wanted: T) -> T {
        if self.caps.is_empty() {
            return wanted;
        }
        let day = civil_day(at, self.offset_secs);
        for (cap, left) in self.caps.iter().zip(&mut self.left) {
            if !(left.start..left.end).contains(&day) {
                *left = Left::of(cap, day);
            }
            wanted = wanted.min(left.most);
            left.most -= wanted;
        }
        wanted
    }
}
