//! Windows of events over a span of time, for every date that their edges may have.

use super::domain::Sets;
use super::interval_set::IntervalSet;
use super::subject_set::SubjectSet;
use crate::evaluate::counted::{counted, counted_parts};
use crate::evaluate::signal::SignalSums;
use crate::evaluate::{MaybeUnknown, Numbers, measure, test};
use crate::input::activity::{Ages, Selection};
use crate::model::EventMeasure;
use crate::num::u384::saturated_i64;
use crate::program::{CalendarWindow, Edge, Ends, Events, Signal, Unit, Window, ordered_bits};

/// The windows of some events at every instant of a span.
///
/// The ends of a window never fall: neither as time passes, nor as the dates of its edges rise.
pub(super) struct Windows {
    /// The ends at the start of the span, with the earliest dates.
    first: Ends,
    /// The ends at the end of the span, with the latest dates.
    last: Ends,
    /// Whether an edge has several possible dates.
    open: bool,
    /// Whether the date of an edge may be missing.
    pub(super) may_be_unknown: bool,
}

impl Windows {
    /// The ends that are in every window.
    fn always(&self) -> Ends {
        (self.last.0, self.first.1)
    }

    /// The ends around every window.
    fn sometimes(&self) -> Ends {
        (self.first.0, self.last.1)
    }
}

impl SubjectSet<'_, '_> {
    /// The windows of events; `None` if the date of an edge is never known.
    pub(super) fn windows(&self, events: &Events) -> Option<Windows> {
        let [mut earliest, mut latest] = [[None; 2]; 2];
        let (mut open, mut may_be_unknown) = (false, false);
        if let Window::Calendar(CalendarWindow::Days(edges)) = &events.window {
            for (edge, (earliest, latest)) in edges.iter().zip(earliest.iter_mut().zip(&mut latest)) {
                (*earliest, *latest) = match edge {
                    None => (None, None),
                    Some(Edge::Day(day)) => (Some(*day), Some(*day)),
                    Some(Edge::Field(field)) => {
                        let days = self.fact(*field).days(self.program.offset_secs);
                        may_be_unknown |= days.may_be_unknown();
                        let days = days.some()?;
                        open |= days.single().is_none();
                        (Some(days.least()), Some(days.greatest()))
                    }
                };
            }
        }
        let ends = |as_of, today, days| match &events.window {
            Window::Ages(ages) => (ages.after(as_of), ages.until(as_of)),
            Window::Calendar(window) => window.ends((as_of, today), days, self.program.offset_secs),
        };
        let first = ends(self.from, self.today.0, earliest);
        let last = ends(self.to, self.today.1, latest);
        Some(Windows { first, last, open, may_be_unknown })
    }

    fn selected<'e>(&'e self, events: &'e Events, (after, until): Ends) -> Selection<'e> {
        self.activity.between(&events.names, after, until, events.test())
    }

    /// The events that are in the window at the start of the span, for the earliest dates.
    pub(super) fn at_start<'e>(&'e self, events: &'e Events, windows: &Windows) -> Selection<'e> {
        self.selected(events, windows.first)
    }

    /// The events that are in the window at the end of the span, for the latest dates.
    pub(super) fn at_end<'e>(&'e self, events: &'e Events, windows: &Windows) -> Selection<'e> {
        self.selected(events, windows.last)
    }

    /// The events that are in every window.
    pub(super) fn always<'e>(&'e self, events: &'e Events, windows: &Windows) -> Selection<'e> {
        self.selected(events, windows.always())
    }

    /// The events that are in some window.
    pub(super) fn sometimes<'e>(&'e self, events: &'e Events, windows: &Windows) -> Selection<'e> {
        self.selected(events, windows.sometimes())
    }

    /// Sets a breakpoint at the first instant at which an event enters or leaves the window.
    pub(super) fn break_with(&self, events: &Events, windows: &Windows) {
        if self.from == self.to {
            return;
        }
        let offset = self.program.offset_secs;
        let later = |after: Option<i64>| self.selected(events, (after, i64::MAX)).first();
        let (after, until) = windows.first;
        match &events.window {
            Window::Ages(ages) => {
                self.break_at(later(Some(until)).map(|at| at.saturating_add(ages.from)));
                if let Some(to) = ages.to {
                    self.break_at(later(after).map(|at| at.saturating_add(to)));
                }
            }
            Window::Calendar(window) => {
                let enters = later(Some(until)).filter(|at| *at <= windows.last.1);
                self.break_at(enters.map(|at| window.enters(at, offset)));
                self.break_at(later(after).and_then(|at| window.leaves(at, offset)));
            }
        }
    }

    /// A measure of events in its unit.
    pub(super) fn measure(&self, events: &Events, by: EventMeasure) -> MaybeUnknown<Sets> {
        let Some(windows) = self.windows(events) else { return MaybeUnknown::never_known() };
        self.break_with(events, &windows);
        let of = |selected| measure::of(selected, by, self.program.offset_secs);
        let (always, sometimes) = (self.always(events, &windows), self.sometimes(events, &windows));
        let (ends, may_be_unknown) = match by {
            EventMeasure::Count | EventMeasure::Days | EventMeasure::MostPerDay => {
                (of(always).zip(of(sometimes)), false)
            }
            EventMeasure::Amount => {
                let (gained, lost) = measure::amounts(always);
                let (gains, losses) = measure::amounts(sometimes);
                let sum = |gains: i128, losses: i128| saturated_i64(gains.saturating_sub(losses));
                (Some((sum(gained, losses), sum(gains, lost))), false)
            }
            EventMeasure::MeanAmount | EventMeasure::LatestAmount => {
                // The events of every window are among those of some window. If there are as many, they are the same.
                let ends = if always.count() == sometimes.count() {
                    of(sometimes).map(|only| (only, only))
                } else if by == EventMeasure::MeanAmount {
                    range(sometimes.entries().map(|entry| entry.amount))
                } else {
                    // The latest event of the first window, or one that comes in after it.
                    let first = measure::latest_amount(self.at_start(events, &windows));
                    let comes_in = self.selected(events, (Some(windows.first.1), windows.last.1)).entries();
                    range(first.into_iter().chain(comes_in.map(|entry| entry.amount)))
                };
                (ends, always.first().is_none())
            }
        };
        let known = ends.map(|(a, b)| IntervalSet::from_to(a, b));
        MaybeUnknown::numbers(known, may_be_unknown || windows.may_be_unknown)
    }

    /// The number of different values of an attribute.
    pub(super) fn distinct(&self, events: &Events, attribute: &str) -> MaybeUnknown<Sets> {
        let Some(windows) = self.windows(events) else { return MaybeUnknown::never_known() };
        self.break_with(events, &windows);
        let of = |selected: Selection<'_>| selected.distinct(attribute);
        let known = IntervalSet::from_to(of(self.always(events, &windows)), of(self.sometimes(events, &windows)));
        MaybeUnknown::numbers(Some(known), windows.may_be_unknown)
    }

    /// The ratio of a measure of two kinds of events.
    pub(super) fn event_ratio(&self, events: &Events, of: &Events, by: EventMeasure) -> MaybeUnknown<Sets> {
        let (numbers, divisors) = (self.measure(events, by), self.measure(of, by));
        let (Some(number), Some(divisor)) = (numbers.some(), divisors.some()) else {
            return MaybeUnknown::never_known();
        };
        let (least, greatest) = (divisor.least(), divisor.greatest());
        // A ratio is monotone in the number, and in the divisor on either side of zero.
        let below = (least < 0).then_some([least, greatest.min(-1)]);
        let above = (greatest > 0).then_some([least.max(1), greatest]);
        let ratio = |number, of| test::ratio(Unit::double(number), Unit::double(of)).map(ordered_bits);
        let corners = [below, above].into_iter().flatten().flatten();
        let corners = corners.flat_map(|of| [number.least(), number.greatest()].map(|number| ratio(number, of)));
        let known = range(corners.flatten()).map(|(a, b)| IntervalSet::from_to(a, b));
        let may_be_zero = least <= 0 && greatest >= 0;
        MaybeUnknown::numbers(known, may_be_zero || numbers.may_be_unknown() || divisors.may_be_unknown())
    }

    /// The points of a signal.
    pub(super) fn signal_points(&self, signal: &Signal) -> MaybeUnknown<Sets> {
        let Some(windows) = self.windows(&signal.events) else { return MaybeUnknown::never_known() };
        let points = if self.from == self.to {
            self.signal_at_instant(signal, &windows)
        } else {
            self.signal_over_span(signal, &windows)
        };
        MaybeUnknown::numbers(Some(points), windows.may_be_unknown)
    }

    fn signal_at_instant(&self, signal: &Signal, windows: &Windows) -> IntervalSet {
        let (events, offset) = (&signal.events, self.program.offset_secs);
        let sums = |ends| SignalSums::of(signal, self.activity, ends, offset, self.from);
        if windows.first == windows.last {
            return IntervalSet::one(sums(windows.first).points(signal));
        }
        if self.always(events, windows).count() == self.sometimes(events, windows).count() {
            // The same events are in every window.
            return IntervalSet::one(sums(windows.sometimes()).points(signal));
        }
        // The window of the always-selected events lies inside of the other. Where no order matters, all its events count in
        // both. The latest events of both are the same if the windows end together, and the first if they begin together.
        let (same_start, same_end) = (windows.first.0 == windows.last.0, windows.first.1 == windows.last.1);
        if !signal.ordered() || (if signal.prefer_first { same_start } else { same_end }) {
            let (most, least) = (sums(windows.sometimes()), sums(windows.always()));
            let (a, b) = most.points_until(least, signal);
            return IntervalSet::from_to(a, b);
        }
        self.any_of_signal(signal, windows)
    }

    fn signal_over_span(&self, signal: &Signal, windows: &Windows) -> IntervalSet {
        let (events, offset) = (&signal.events, self.program.offset_secs);
        if windows.open {
            return self.any_of_signal(signal, windows);
        }
        self.break_with(events, windows);
        let comes_in = self.selected(events, (Some(windows.first.1), windows.last.1));
        if let Some(ages) = signal.spend {
            return self.unspent_over_span(signal, ages, windows, comes_in);
        }
        let at_start = self.at_start(events, windows);
        if signal.caps_points() {
            counted_parts(signal, at_start, offset, |entry, _| self.break_with_weight(signal, entry.at));
        } else {
            counted(signal, at_start, offset, |entry| self.break_with_weight(signal, entry.at));
        }
        // Where the first events are preferred, one that leaves makes place for a later one.
        let makes_place = signal.prefer_first && windows.first.0 != windows.last.0;
        if comes_in.first().is_none() && !makes_place {
            // No event comes in: the events that count only lose members at the old end, and each loses weight.
            let first = SignalSums::of(signal, self.activity, windows.first, offset, self.from);
            let last = SignalSums::of(signal, self.activity, windows.last, offset, self.to);
            let (a, b) = first.points_until(last, signal);
            return IntervalSet::from_to(a, b);
        }
        self.any_of_signal(signal, windows)
    }

    /// Sets a breakpoint where the weight of an event changes next.
    fn break_with_weight(&self, signal: &Signal, at: i64) {
        let age = self.from.saturating_sub(at).unsigned_abs();
        match signal.curve.next_change(age) {
            Some(next) if next == age + 1 => self.varies.set(true),
            next => self.break_at(next.and_then(|next| at.checked_add_unsigned(next))),
        }
    }

    /// The points of a signal that spends amounts at these ages.
    fn unspent_over_span(
        &self,
        signal: &Signal,
        ages: Ages,
        windows: &Windows,
        comes_in: Selection<'_>,
    ) -> IntervalSet {
        let before = self.at_start(&signal.events, windows);
        before.unspent(ages, self.from, |lot| {
            self.break_with_weight(signal, lot.at);
            self.break_at(ages.to.map(|to| lot.at.saturating_add(to)));
        });
        let sums = |ends, as_of| SignalSums::of(signal, self.activity, ends, self.program.offset_secs, as_of);
        let first = sums(windows.first, self.from);
        let (a, b) = if comes_in.first().is_none() {
            // Amounts are neither gained nor spent: they only lose weight and expire.
            first.points_until(sums(windows.last, self.to), signal)
        } else {
            first.and_gains(signal, comes_in).points_until(SignalSums::NONE, signal)
        };
        IntervalSet::from_to(a, b)
    }

    /// The points of any of the events that can count, each at its age when the span begins, or at age zero if it comes
    /// later.
    fn any_of_signal(&self, signal: &Signal, windows: &Windows) -> IntervalSet {
        let sometimes = self.sometimes(&signal.events, windows);
        let (a, b) = SignalSums::fresh(signal, sometimes, self.from).points_until(SignalSums::NONE, signal);
        IntervalSet::from_to(a, b)
    }
}

/// The least and the greatest number; `None` if there are none.
fn range(numbers: impl Iterator<Item = i64>) -> Option<(i64, i64)> {
    numbers.map(|number| (number, number)).reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
}
