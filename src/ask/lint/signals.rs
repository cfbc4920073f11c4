//! Signals whose bounds, windows and decays do not fit each other.

use super::Lints;
use super::conditions::filter;
use super::warning::About;
use crate::decay::Decay;
use crate::model::{self, Window, names};
use crate::num::points::Points;
use crate::num::u384::saturated_i64;
use crate::problem::Path;
use crate::program::{CalendarWindow, Signal, Window as CompiledWindow};
use crate::time::{DAY_SECS, Span};

impl<'m> Lints<'m> {
    pub(super) fn signal(&mut self, written: &'m model::Signal, signal: &'m Signal, path: &Path<'_>, about: About<'m>) {
        if let Some(matching) = &written.matching {
            let path = path.key(names::WHERE);
            filter(self.program, &signal.events, matching, &path, about, &mut self.warnings);
        }
        if signal.points != 0 {
            self.signal_max(written, signal, path, about);
        }
        for (key, _, count) in written.caps.events() {
            // An event that a cap on points drops still counts under the caps on events, but not under `most_recent`.
            let drops_nothing = |latest: &u32| !signal.caps_points() && count.is_some_and(|count| count >= *latest);
            let Some(latest) = written.most_recent.filter(drops_nothing) else { continue };
            let message = format!("`{key}` drops nothing that matters: `most_recent` keeps only {latest} events");
            let help = format!("remove `{key}`, or make it smaller than `most_recent`");
            self.warnings.warn("cap-never-binds", &path.key(key), about, message, help);
        }
        self.idle_decay(&written.decay, &path.key("decay"), about);
        if let Some(window) = span_of(written, signal) {
            self.decay_and_window(written, signal, window, path, about);
        }
    }

    fn signal_max(&mut self, written: &model::Signal, signal: &Signal, path: &Path<'_>, about: About<'_>) {
        let Some(max) = written.max.filter(|_| !signal.per_unit && !signal.caps_points()) else { return };
        let one = i128::from(signal.points).abs();
        let most = written.most_recent.map(|latest| one.saturating_mul(latest.into()));
        let max_micros = i128::from(max.micros());
        let points = |micros: i128| Points::from_micros(saturated_i64(micros));
        let path = path.key("max");
        match most {
            Some(most) if most < max_micros => {
                let message =
                    format!("the signal never reaches `max`: `most_recent` events give {} points", points(most));
                self.warnings.warn("cap-never-binds", &path, about, message, "remove `max`, or correct it");
            }
            Some(most) if most > 2 * max_micros => {
                let message =
                    format!("`max` takes more than half of the {} points that `most_recent` events give", points(most));
                self.warnings.warn(
                    "cap-swallows",
                    &path,
                    about,
                    message,
                    "raise `max`, or lower `points` or `most_recent`",
                );
            }
            None if one > 2 * max_micros => {
                let message = format!("`max` takes more than half of the {} points of a single event", points(one));
                self.warnings.warn("cap-swallows", &path, about, message, "raise `max`, or lower `points`");
            }
            _ => {}
        }
    }

    fn idle_decay(&mut self, decay: &Decay, path: &Path<'_>, about: About<'_>) {
        let whole = Points::from(100);
        let key = match decay {
            Decay::Keep { percent, .. } if *percent == whole => "keep",
            Decay::Table(rows) if rows.iter().all(|(_, percent)| *percent == whole) => "table",
            _ => return,
        };
        let message = "the decay keeps 100 % at every age, so nothing fades";
        self.warnings.warn("idle-decay", &path.key(key), about, message, "remove the decay, or correct the percentage");
    }

    fn decay_and_window(
        &mut self,
        written: &model::Signal,
        signal: &Signal,
        window: u64,
        path: &Path<'_>,
        about: About<'_>,
    ) {
        let decay = path.key("decay");
        let shown = Span::seconds(window);
        let never = |what: &str| format!("{what}, but no event is older than the window, {shown}");
        let help = "shorten the decay, or lengthen the window";
        let mut warn = |path: &Path<'_>, message: String| {
            self.warnings.warn("decay-outlives-window", path, about, message, help);
        };
        match &written.decay {
            Decay::Linear(span) if span.secs() > window => {
                warn(&decay.key("linear"), never(&format!("the decay ends at {span}")));
            }
            Decay::Polynomial { lifetime, .. } if lifetime.secs() > window => {
                let decay = decay.key("polynomial");
                warn(&decay.key("lifetime"), never(&format!("the decay ends at {lifetime}")));
            }
            Decay::HalfLife(span) if span.secs() > window => {
                warn(&decay.key("half_life"), never(&format!("half is left at {span}")));
            }
            Decay::Drop { every, .. } if every.secs() >= window => {
                let decay = decay.key("drop");
                warn(&decay.key("every"), never(&format!("the first step comes at {every}")));
            }
            Decay::Keep { every, .. } if every.secs() >= window => {
                let decay = decay.key("keep");
                warn(&decay.key("every"), never(&format!("the first step comes at {every}")));
            }
            Decay::Table(rows) => {
                if let Some((row, (age, _))) = rows.iter().enumerate().find(|(_, (age, _))| age.secs() >= window) {
                    let decay = decay.key("table");
                    warn(&decay.index(row), never(&format!("this row begins at {age}")));
                }
            }
            _ => {}
        }
        let ends = match &written.decay {
            Decay::Linear(_) | Decay::Polynomial { .. } | Decay::Table(_) | Decay::Drop { .. } => signal.curve.ends(),
            _ => None,
        };
        // A window by the calendar also drops young events.
        let by_age = matches!(written.window, Some(Window::Last(_)));
        let all_fade = |ends: &u64| by_age && *ends < window && !signal.ordered() && signal.min_count == 0;
        if let Some(ends) = ends.filter(all_fade) {
            let message = format!("the window drops nothing: the decay leaves nothing from {} on", Span::seconds(ends));
            let help = "remove the window, or shorten it";
            self.warnings.warn("idle-window", &path.key("window"), about, message, help);
        }
    }
}

/// The age in seconds from which on no event is in the window of a signal; `None` if events of any age can be.
fn span_of(written: &model::Signal, signal: &Signal) -> Option<u64> {
    match (&written.window, &signal.events.window) {
        (Some(Window::Last(span)), _) => Some(span.secs()),
        (_, CompiledWindow::Calendar(CalendarWindow::This(periods))) => Some(days(periods.days_max(false))),
        (_, CompiledWindow::Calendar(CalendarWindow::Previous(periods))) => Some(days(periods.days_max(true))),
        _ => None,
    }
}

fn days(days: u64) -> u64 {
    days * DAY_SECS.unsigned_abs()
}
