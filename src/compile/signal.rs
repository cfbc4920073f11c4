//! Signals and their decay.

use super::Compiler;
use super::window::ANY_TIME;
use crate::decay::{Curve, Decay, SPEEDS};
use crate::input::activity::Ages;
use crate::model::{self, Each, Named, Period, Prefer, Spend, names};
use crate::num::points::{HELD, Points};
use crate::problem::{Path, Problem};
use crate::program::{Events, PeriodCap, Signal, Window, units};
use crate::time::Span;

impl<'m> Compiler<'m> {
    pub(super) fn signal(&mut self, signal: &'m model::Signal, path: &Path<'_>) -> Option<Signal> {
        let names = self.names(&signal.events, &path.key("event"));
        let filter = self.filter(signal.matching.as_ref(), &path.key(names::WHERE));
        let window = match &signal.window {
            Some(window) => self.window(window, &path.key("window")),
            None => Some(ANY_TIME),
        };
        self.check_counts(signal, path);
        let (points, per_unit) = match signal.each {
            Each::Event(points) => (self.points(points, &path.key("points")), false),
            Each::Unit(points) => (self.points(points, &path.key("points_per_unit")), true),
        };
        let every = self.step(signal.every, path);
        if signal.every.is_some() && !per_unit {
            let message = "`every` is a step of amounts, so it needs `points_per_unit`";
            return self.problems.refuse("forms", &path.key("every"), message);
        }
        let max = signal.max.map_or(Some(HELD), |max| self.points(max, &path.key("max")));
        let point_caps = self.point_caps(signal, units(per_unit, every.flatten()), path);
        let decay = self.decay(&signal.decay, &path.key("decay"));
        if signal.max.is_some_and(|max| max < Points::ZERO) {
            let message = "`max` clamps points above and below zero, so it must not be negative";
            return self.problems.refuse("out-of-range", &path.key("max"), message);
        }
        let (window, in_window) = window?;
        let spend = match signal.spend {
            Some(Spend::OldestFirst) => Some(self.spend(signal, &window, path)?),
            None => None,
        };
        decay?;
        let curve = Curve::new(&signal.decay);
        // An event whose weight has decayed to zero still counts towards `min_count`.
        // One that is preferred to later events still takes their place.
        let prefer_first = signal.prefer == Prefer::First;
        let ends = if signal.min_count.is_some() || prefer_first { None } else { curve.ends() };
        self.reaches_back(match (in_window, ends) {
            // What is left of an amount depends on everything that was spent before.
            _ if spend.is_some() => None,
            (Some(in_window), Some(ends)) => Some(in_window.min(ends)),
            (in_window, ends) => in_window.or(ends),
        });
        let window = if spend.is_some() { Window::Ages(Ages::ANY) } else { window };
        let or_all = |count: Option<u32>| count.map_or(u64::MAX, u64::from);
        Some(Signal {
            events: Events { names: names?, window, filter: filter? },
            points: points?,
            per_unit,
            every: every?,
            spend,
            once_per: signal.once_per.as_deref().map(Into::into),
            caps: self.caps(signal),
            point_caps: point_caps?,
            prefer_first,
            min_count: signal.min_count.map_or(0, u64::from),
            most_recent: or_all(signal.most_recent),
            max: max?,
            curve,
        })
    }

    /// Returns the ages at which an amount can be spent, for a signal with `spend`.
    fn spend(&mut self, signal: &model::Signal, window: &Window, path: &Path<'_>) -> Option<Ages> {
        let before = self.problems.len();
        let Window::Ages(ages) = window else {
            let message = "with `spend`, an amount expires at an age, so the window must be a span";
            let path = path.key("window");
            return self.problems.refuse_with_help("forms", &path, message, "write a span such as `\"365d\"`");
        };
        if let Each::Event(_) = signal.each {
            let message =
                "`spend` takes amounts from earlier amounts, so it needs `points_per_unit` instead of `points`";
            self.problems.note(Problem::new("forms", &path.key("spend"), message));
        }
        if !matches!(&signal.events[..], [name] if name != "*") {
            let message = "`spend` needs the name of one event, with positive and negative amounts";
            let problem = Problem::new("forms", &path.key("event"), message);
            self.problems.note(problem.with_help("record gains and spends under one name"));
        }
        let others = [
            ("every", signal.every.is_some()),
            ("once_per", signal.once_per.is_some()),
            ("prefer", signal.prefer != Prefer::Latest),
            ("min_count", signal.min_count.is_some()),
            ("most_recent", signal.most_recent.is_some()),
        ];
        for (key, _) in others.into_iter().chain(signal.caps.given()).filter(|(_, given)| *given) {
            let message =
                format!("`{key}` does not go together with `spend`, because a balance counts every amount in full");
            self.problems.note(Problem::new("forms", &path.key(key), message).with_help(format!("remove `{key}`")));
        }
        (self.problems.len() == before).then_some(*ages)
    }

    /// Compiles the caps on the events of days, weeks and months.
    fn caps(&self, signal: &model::Signal) -> Box<[PeriodCap<u64>]> {
        let cap = |(_, period, count): (_, _, Option<u32>)| {
            Some(PeriodCap { periods: self.periods(period), most: count?.into() })
        };
        signal.caps.events().into_iter().filter_map(cap).collect()
    }

    /// Compiles the caps on points, in parts: a millionth of a point has `units` parts.
    fn point_caps(&mut self, signal: &model::Signal, units: i64, path: &Path<'_>) -> Option<Box<[PeriodCap<u128>]>> {
        let before = self.problems.len();
        let mut caps = Vec::new();
        for (key, period, points) in signal.caps.points() {
            let Some(points) = points else { continue };
            let path = path.key(key);
            let micros = self.points(points, &path);
            if points <= Points::ZERO {
                let message = format!("`{key}` must be above 0");
                self.problems.note(Problem::new("out-of-range", &path, message));
            }
            let most = u128::from(micros.unwrap_or(0).unsigned_abs()) * u128::from(units.unsigned_abs());
            caps.push(PeriodCap { periods: self.periods(period), most });
        }
        (self.problems.len() == before).then(|| caps.into())
    }

    fn check_counts(&mut self, signal: &model::Signal, path: &Path<'_>) {
        let caps_on_events = signal.caps.events().map(|(key, _, count)| (key, count));
        let counts = [("min_count", signal.min_count), ("most_recent", signal.most_recent)];
        for (key, count) in caps_on_events.into_iter().chain(counts) {
            if count == Some(0) {
                self.problems.note(Problem::new("out-of-range", &path.key(key), "a count must be at least 1"));
            }
        }
        if let Some(attribute) = signal.once_per.as_deref() {
            let path = path.key("once_per");
            if attribute.is_empty() {
                self.problems.note(Problem::new("empty", &path, "a name must not be empty"));
            } else if attribute.parse::<Span>().is_ok() || Period::named(attribute).is_some() {
                let problem = Problem::new("reserved", &path, format!("`{attribute}` is a time, not an attribute"));
                let help = "`once_per` takes an attribute; for one event of each day write `per_day = 1`";
                self.problems.note(problem.with_help(help));
            }
        }
        if signal.prefer == Prefer::First {
            let path = path.key("prefer");
            if signal.most_recent.is_some() {
                let message = "`most_recent` counts the latest events, so `prefer` cannot be `first`";
                self.problems.note(Problem::new("forms", &path, message));
            } else if signal.once_per.is_none() && !signal.caps.given().any(|(_, given)| given) {
                let message =
                    "`prefer` says which events `once_per` or a cap such as `per_day` counts, but there is neither";
                self.problems.note(Problem::new("forms", &path, message).with_help("remove `prefer`"));
            }
        }
        if let (Some(min), Some(latest)) = (signal.min_count, signal.most_recent)
            && min > latest
        {
            let message = format!("`min_count` is {min}, more than `most_recent`, {latest}");
            let problem = Problem::new("bounds-order", &path.key("min_count"), message);
            self.problems.note(problem.with_help("lower `min_count`, or raise `most_recent`"));
        }
    }

    fn decay(&mut self, decay: &Decay, path: &Path<'_>) -> Option<()> {
        let before = self.problems.len();
        match decay {
            Decay::None => {}
            Decay::HalfLife(span) => _ = self.span(*span, &path.key("half_life")),
            Decay::Linear(span) => _ = self.span(*span, &path.key("linear")),
            Decay::Polynomial { lifetime, speed } => self.polynomial(*lifetime, *speed, &path.key("polynomial")),
            Decay::Drop { percent, every } => self.stepped(*percent, *every, &path.key("drop")),
            Decay::Keep { percent, every } => self.stepped(*percent, *every, &path.key("keep")),
            Decay::Table(rows) => self.decay_table(rows, &path.key("table")),
        }
        (self.problems.len() == before).then_some(())
    }

    fn polynomial(&mut self, lifetime: Span, speed: Points, path: &Path<'_>) {
        let (slowest, fastest) = SPEEDS;
        if !(slowest..=fastest).contains(&speed) {
            let message = format!("the speed `{speed}` is not between {slowest} and {fastest}");
            let problem = Problem::new("out-of-range", &path.key("speed"), message);
            self.problems
                .note(problem.with_help("write 1 for a straight line; 2 loses half at a quarter of the lifetime"));
        }
        self.span(lifetime, &path.key("lifetime"));
    }

    fn stepped(&mut self, percent: Points, every: Span, path: &Path<'_>) {
        if percent <= Points::ZERO || percent > Points::from(100) {
            let message = format!("`{percent}` is not a percentage above 0 and up to 100");
            self.problems.note(Problem::new("out-of-range", &path.key("percent"), message));
        }
        self.span(every, &path.key("every"));
    }

    fn decay_table(&mut self, rows: &[(Span, Points)], path: &Path<'_>) {
        if rows.first() != Some(&(Span::seconds(0), Points::from(100))) {
            let problem = Problem::new("decay-table", path, "a decay table must start at age 0 with 100 %");
            self.problems.note(problem.with_help("make the first row `[\"0d\", 100]`"));
        }
        for (index, pair) in rows.windows(2).enumerate() {
            let path = path.index(index + 1);
            let [(age, percent), (later, less)] = pair else { continue };
            if later > age {
                self.span(*later, &path.index(0));
            } else {
                let problem = Problem::new("bounds-order", &path, format!("the age `{later}` comes after `{age}`"));
                self.problems.note(problem.with_help("list ages in ascending order"));
            }
            if less > percent {
                let message = format!("the percentage rises from {percent} to {less}");
                let problem = Problem::new("decay-table", &path, message);
                self.problems.note(problem.with_help("percentages must not rise"));
            } else if *less < Points::ZERO {
                let message = format!("the percentage `{less}` is below 0");
                self.problems.note(Problem::new("decay-table", &path, message));
            }
        }
    }
}
