//! Windows of events.

use chrono::Datelike;

use super::Compiler;
use crate::input::activity::Ages;
use crate::input::facts::Kind;
use crate::model::names::{SINCE, UNTIL, WHERE};
use crate::model::{self, AgeWindow, Period, WindowEdge};
use crate::problem::Path;
use crate::program::{CalendarWindow, Edge, Events, Periods, Window};
use crate::time::{DAY_SECS, Span, day_of};

/// A window, and the age in seconds from which no event is in it; `None` if events of any age can be.
pub(super) type Reaching = (Window, Option<u64>);

/// The window of all events.
pub(super) const ANY_TIME: Reaching = (Window::Ages(Ages::ANY), None);

impl<'m> Compiler<'m> {
    /// Resolves the window of events of a quantity; everything if there is none.
    pub(super) fn event_window(&mut self, ages: Option<&'m AgeWindow>, path: &Path<'_>) -> Option<Reaching> {
        match ages {
            None => Some(ANY_TIME),
            Some(AgeWindow::Within(window)) => self.window(window, path),
            Some(AgeWindow::Between(from, to)) => self.age_range(*from, *to, path),
        }
    }

    /// Resolves events of one name and with matching attributes in a window, and records how far back they reach. The name
    /// stands at `path`, and `where` in the table `selection`.
    pub(super) fn events_in(
        &mut self,
        (event, matching): (&'m String, Option<&'m model::Condition>),
        window: Option<Reaching>,
        path: &Path<'_>,
        selection: &Path<'_>,
    ) -> Option<Events> {
        let names = self.names(std::slice::from_ref(event), path);
        let filter = self.filter(matching, &selection.key(WHERE));
        let (window, reach) = window?;
        self.reaches_back(reach);
        Some(Events { names: names?, window, filter: filter? })
    }

    /// Resolves a window.
    pub(super) fn window(&mut self, window: &'m model::Window, path: &Path<'_>) -> Option<Reaching> {
        let secs = |days: u64| Some(days * DAY_SECS.unsigned_abs());
        Some(match window {
            model::Window::Last(span) => {
                let to = self.span(*span, path)?;
                (Window::Ages(Ages { from: 0, to: i64::try_from(to).ok() }), Some(to))
            }
            model::Window::This(period) => {
                let periods = self.periods(*period);
                (Window::Calendar(CalendarWindow::This(periods)), secs(periods.days_max(false)))
            }
            model::Window::Previous(period) => {
                let periods = self.periods(*period);
                (Window::Calendar(CalendarWindow::Previous(periods)), secs(periods.days_max(true)))
            }
            model::Window::Since(since) => self.days([Some(since), None], path)?,
            model::Window::Until(until) => self.days([None, Some(until)], path)?,
            model::Window::Between(since, until) => self.days([Some(since), Some(until)], path)?,
        })
    }

    pub(super) fn periods(&self, period: Period) -> Periods {
        Periods::new(period, self.week_starts, self.year_starts)
    }

    fn days(&mut self, edges: [Option<&'m WindowEdge>; 2], path: &Path<'_>) -> Option<Reaching> {
        if let [Some(WindowEdge::Date(since)), Some(WindowEdge::Date(until))] = edges
            && since > until
        {
            let message = format!("`since` is {since}, which is after `until`, {until}");
            return self.problems.refuse("bounds-order", path, message);
        }
        let [since, until] = edges;
        let since = since.map(|edge| self.edge(edge, &path.key(SINCE)));
        let until = until.map(|edge| self.edge(edge, &path.key(UNTIL)));
        let edges = [since, until].map(|edge| edge.map_or(Some(None), |edge| edge.map(Some)));
        let [since, until] = edges;
        Some((Window::Calendar(CalendarWindow::Days([since?, until?])), None))
    }

    fn edge(&mut self, edge: &'m WindowEdge, path: &Path<'_>) -> Option<Edge> {
        match edge {
            // Only a model built in Rust can have such dates and names: no document can state them.
            WindowEdge::Date(date) if !(0..=9_999).contains(&date.year()) => {
                let message = format!("the year of `{date}` has more than four digits, or is before year 0");
                self.problems.refuse("out-of-range", path, message)
            }
            WindowEdge::Field(name) if name.starts_with(|c: char| c.is_ascii_digit()) => {
                let message = format!("`{name}` starts with a digit, so a document would read it as a date");
                self.problems.refuse_with_help("forms", path, message, "rename the field")
            }
            WindowEdge::Date(date) => Some(Edge::Day(day_of(*date))),
            WindowEdge::Field(name) => self.field(name, Kind::Date, path).map(Edge::Field),
        }
    }

    fn age_range(&mut self, from: Span, to: Span, path: &Path<'_>) -> Option<Reaching> {
        let to_secs = self.span(to, path)?;
        if from >= to {
            let message = format!("the first age, `{from}`, must be below the second, `{to}`");
            return self.problems.refuse("bounds-order", path, message);
        }
        let ages = Ages { from: i64::try_from(from.secs()).ok()?, to: i64::try_from(to_secs).ok() };
        Some((Window::Ages(ages), Some(to_secs)))
    }
}
