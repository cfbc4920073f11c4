//! The forms of a rule: how many points, and for what.

use super::condition::{Condition, Quantity};
use super::handle::{Handle, kind};
use super::measure::Measure;
use super::test::Input;
use super::window::{Period, Window};
use crate::decay::Decay;
use crate::num::points::Points;

/// The form of a rule.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Worth {
    /// Points if the rule's condition is true.
    Points(Points),
    /// The points of the first row that is true.
    First(First),
    /// Points by the band that a quantity falls into.
    Bands(Bands),
    /// Points by text or tag.
    Values(Values),
    /// Points for every unit of a number.
    PerUnit(PerUnit),
    /// Points for events.
    Signal(Signal),
}

macro_rules! worths {
    ($($form:ident)*) => {$(
        impl From<$form> for Worth {
            fn from(form: $form) -> Worth {
                Worth::$form(form)
            }
        }
    )*};
}

worths!(Points First Bands Values PerUnit Signal);

impl From<i32> for Worth {
    fn from(points: i32) -> Worth {
        Worth::Points(points.into())
    }
}

/// The points of the first row whose condition is true.
#[derive(Clone, Debug, PartialEq)]
pub struct First {
    pub(crate) rows: Vec<(Condition, Points)>,
    pub(crate) otherwise: Points,
}

impl First {
    /// Creates the form from rows of a condition and its points.
    pub fn new<P: Into<Points>>(rows: impl IntoIterator<Item = (Condition, P)>) -> First {
        First { rows: rows.into_iter().map(|(when, points)| (when, points.into())).collect(), otherwise: Points::ZERO }
    }
}

setters!(First {
    /// Sets the points if no row is true. Defaults to 0.
    otherwise(points: impl Into<Points>) otherwise = points.into();
});

getters!(First {
    /// Returns the rows, in order.
    rows(self) -> impl Iterator<Item = (&Condition, Points)> = self.rows.iter().map(|(when, points)| (when, *points));
    /// Returns the points if no row is true.
    get_otherwise(self) -> Points = self.otherwise;
});

/// Points by the band that a quantity falls into.
#[derive(Clone, Debug, PartialEq)]
pub struct Bands {
    pub(crate) of: Quantity,
    pub(crate) rows: Vec<Band>,
    pub(crate) below: Points,
}

/// One of several [`Bands`]: a lower bound, and the points from there up to the next bound.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Band {
    /// The lower bound.
    pub bound: f64,
    /// Whether a quantity must be above the bound. If not, a quantity at the bound is in the band too.
    pub exclusive: bool,
    /// The points.
    pub points: Points,
}

impl Bands {
    /// Creates bands from ascending lower bounds, each with the points from that bound on.
    pub fn new<B: Into<f64>, P: Into<Points>>(of: impl Into<Measure>, rows: impl IntoIterator<Item = (B, P)>) -> Bands {
        Bands {
            of: of.into().0,
            rows: rows.into_iter().map(|(bound, points)| Band::new(bound, false, points)).collect(),
            below: Points::ZERO,
        }
    }

    /// Makes all bounds so far exclusive: a quantity must be above a bound, not at it. By default bounds are inclusive.
    #[must_use]
    pub fn exclusive(mut self) -> Bands {
        self.rows.iter_mut().for_each(|row| row.exclusive = true);
        self
    }

    /// Adds a band that begins at a bound, also after [`exclusive`](Bands::exclusive).
    #[must_use]
    pub fn at(mut self, bound: impl Into<f64>, points: impl Into<Points>) -> Bands {
        self.rows.push(Band::new(bound, false, points));
        self
    }

    /// Adds a band that begins above a bound. A quantity at the bound is in the band before.
    ///
    /// ```
    /// use warmth::model::{Bands, Handle, kind};
    ///
    /// // Up to and with 6896 nothing, above it 8 points.
    /// let urine = Bands::new(Handle::<kind::Number>::new("urine"), [(0, 10), (671, 5), (2544, 0)]).above(6896, 8);
    /// ```
    #[must_use]
    pub fn above(mut self, bound: impl Into<f64>, points: impl Into<Points>) -> Bands {
        self.rows.push(Band::new(bound, true, points));
        self
    }
}

impl Band {
    pub(crate) fn new(bound: impl Into<f64>, exclusive: bool, points: impl Into<Points>) -> Band {
        Band { bound: bound.into(), exclusive, points: points.into() }
    }
}

setters!(Bands {
    /// Sets the points of a quantity below the first bound. Defaults to 0.
    below(points: impl Into<Points>) below = points.into();
});

getters!(Bands {
    /// Returns the quantity that the bands divide.
    input(self) -> Input<'_> = Input::of(&self.of);
    /// Returns the bands, by ascending bounds.
    rows(self) -> &[Band] = &self.rows;
    /// Returns the points of a quantity below the first bound.
    get_below(self) -> Points = self.below;
});

/// Points by text or tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Values {
    pub(crate) field: String,
    pub(crate) rows: Vec<(String, Points)>,
    pub(crate) otherwise: Points,
    pub(crate) combine: Option<Combine>,
    pub(crate) ignore_case: bool,
}

/// The points of a subject with several of the tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Combine {
    /// The most points among the tags.
    Best,
    /// The sum of the points of all tags.
    Sum,
}

impl Values {
    /// Creates the form from the points of each text.
    pub fn new<T: Into<String>, P: Into<Points>>(
        field: Handle<'_, kind::Text>,
        rows: impl IntoIterator<Item = (T, P)>,
    ) -> Values {
        Values::of(field.name(), rows, None)
    }

    /// Creates the form from the points of each tag.
    pub fn of_tags<T: Into<String>, P: Into<Points>>(
        field: Handle<'_, kind::Tags>,
        rows: impl IntoIterator<Item = (T, P)>,
        combine: Combine,
    ) -> Values {
        Values::of(field.name(), rows, Some(combine))
    }

    fn of<T: Into<String>, P: Into<Points>>(
        field: &str,
        rows: impl IntoIterator<Item = (T, P)>,
        combine: Option<Combine>,
    ) -> Values {
        Values {
            field: field.to_owned(),
            rows: rows.into_iter().map(|(text, points)| (text.into(), points.into())).collect(),
            otherwise: Points::ZERO,
            combine,
            ignore_case: false,
        }
    }
}

setters!(Values {
    /// Sets the points of any other text. Defaults to 0.
    otherwise(points: impl Into<Points>) otherwise = points.into();
    /// Makes texts or tags compare regardless of case, and of how accents are composed. By default they compare byte by
    /// byte.
    ignore_case() ignore_case = true;
});

getters!(Values {
    /// Returns the name of the field.
    field(self) -> &str = &self.field;
    /// Returns the texts or tags with their points, in document order.
    rows(self) -> impl Iterator<Item = (&str, Points)> =
        self.rows.iter().map(|(text, points)| (text.as_str(), *points));
    /// Returns the points of any other text.
    get_otherwise(self) -> Points = self.otherwise;
    /// Returns how the points of several tags combine; `None` for a text.
    combine(self) -> Option<Combine> = self.combine;
    /// Returns whether texts or tags compare regardless of case.
    ignores_case(self) -> bool = self.ignore_case;
});

/// Points for every unit of a quantity, or for every full step of units.
#[derive(Clone, Debug, PartialEq)]
pub struct PerUnit {
    pub(crate) of: Quantity,
    pub(crate) points: Points,
    pub(crate) every: Option<Points>,
    pub(crate) min: Option<Points>,
    pub(crate) max: Points,
}

impl PerUnit {
    /// Creates the form: points times the quantity, at most `max`.
    ///
    /// ```
    /// use warmth::model::{Handle, PerUnit, event, kind};
    ///
    /// // 100 points for all, 50 for half.
    /// let accepted = PerUnit::new(Handle::<kind::Number>::new("accepted").ratio_to(Handle::new("received")), 100, 100);
    /// // A point for every five clicks, at most 20.
    /// let clicks = PerUnit::new(event("click").count(), 1, 20).every(5);
    /// ```
    pub fn new(of: impl Into<Measure>, points: impl Into<Points>, max: impl Into<Points>) -> PerUnit {
        PerUnit { of: of.into().0, points: points.into(), every: None, min: None, max: max.into() }
    }
}

setters!(PerUnit {
    /// Gives the points for every full step of this many units instead of every unit. Defaults to every unit.
    every(units: impl Into<Points>) every = Some(units.into());
    /// Sets the least points. Defaults to -10^9, because no rule is worth less.
    min(points: impl Into<Points>) min = Some(points.into());
});

getters!(PerUnit {
    /// Returns the quantity.
    input(self) -> Input<'_> = Input::of(&self.of);
    /// Returns the points for one unit, or for one step.
    points(self) -> Points = self.points;
    /// Returns the units of a step, if the points are for full steps.
    get_every(self) -> Option<Points> = self.every;
    /// Returns the least points, if there is a bound.
    get_min(self) -> Option<Points> = self.min;
    /// Returns the most points.
    max(self) -> Points = self.max;
});

/// Points for events: how many, how recent, how large.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    pub(crate) events: Vec<String>,
    pub(crate) matching: Option<Condition>,
    pub(crate) each: Each,
    pub(crate) every: Option<Points>,
    pub(crate) window: Option<Window>,
    pub(crate) spend: Option<Spend>,
    pub(crate) once_per: Option<String>,
    pub(crate) caps: Box<Caps>,
    pub(crate) prefer: Prefer,
    pub(crate) min_count: Option<u32>,
    pub(crate) most_recent: Option<u32>,
    pub(crate) max: Option<Points>,
    pub(crate) decay: Decay,
}

/// The caps of a signal on days, weeks and months.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Caps {
    pub(crate) per_day: Option<u32>,
    pub(crate) per_week: Option<u32>,
    pub(crate) per_month: Option<u32>,
    pub(crate) max_points_per_day: Option<Points>,
    pub(crate) max_points_per_week: Option<Points>,
    pub(crate) max_points_per_month: Option<Points>,
}

impl Caps {
    /// The caps on events, by key and period, in the order in which they apply.
    pub(crate) fn events(&self) -> [(&'static str, Period, Option<u32>); 3] {
        [
            ("per_day", Period::Day, self.per_day),
            ("per_week", Period::Week, self.per_week),
            ("per_month", Period::Month, self.per_month),
        ]
    }

    /// The caps on points, which apply after the caps on events.
    pub(crate) fn points(&self) -> [(&'static str, Period, Option<Points>); 3] {
        [
            ("max_points_per_day", Period::Day, self.max_points_per_day),
            ("max_points_per_week", Period::Week, self.max_points_per_week),
            ("max_points_per_month", Period::Month, self.max_points_per_month),
        ]
    }

    /// The keys of all caps, and whether the signal has them.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&'static str, bool)> {
        let events = self.events().map(|(key, _, count)| (key, count.is_some()));
        let points = self.points().map(|(key, _, points)| (key, points.is_some()));
        events.into_iter().chain(points)
    }
}

/// Which amounts a negative amount of a signal spends: see [`Signal::spend`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spend {
    /// The oldest amounts that have not expired.
    OldestFirst,
}

/// Which events of a signal count if not all of them do: see [`Signal::once_per`], [`Signal::per_day`] and
/// [`Signal::max_points_per_day`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prefer {
    /// The first.
    First,
    /// The latest.
    #[default]
    Latest,
}

/// The points of one event before decay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Each {
    /// These points.
    Event(Points),
    /// These points times the event's amount.
    Unit(Points),
}

impl Signal {
    /// Creates a signal in which each event of this name is worth `points` before decay; `"*"` means every name.
    pub fn new(event: impl Into<String>, points: impl Into<Points>) -> Signal {
        Signal::of(event.into(), Each::Event(points.into()))
    }

    /// Creates a signal in which each event of this name is worth `points` times its amount before decay.
    pub fn per_unit(event: impl Into<String>, points: impl Into<Points>) -> Signal {
        Signal::of(event.into(), Each::Unit(points.into()))
    }

    fn of(event: String, each: Each) -> Signal {
        Signal {
            events: vec![event],
            matching: None,
            each,
            every: None,
            window: None,
            spend: None,
            once_per: None,
            caps: Box::default(),
            prefer: Prefer::Latest,
            min_count: None,
            most_recent: None,
            max: None,
            decay: Decay::None,
        }
    }
}

adders!(Signal {
    /// Adds another event name that counts.
    or(event: impl Into<String>) events;
});

setters!(Signal {
    /// Gives the points of [`Signal::per_unit`] for every full step of this many units of an event's amount. Defaults to
    /// every unit.
    every(units: impl Into<Points>) every = Some(units.into());
    /// Counts only events in a window, such as events younger than a span. Defaults to events of any age.
    window(window: impl Into<Window>) window = Some(window.into());
    /// Makes negative amounts spend the positive ones that have not expired, and counts only what is left of these. An amount
    /// expires when it leaves the [`window`](Signal::window). Needs [`Signal::per_unit`]. By default a negative amount lowers
    /// the sum, and expires on its own.
    ///
    /// ```
    /// use warmth::Span;
    /// use warmth::model::{Signal, Spend};
    ///
    /// let balance = Signal::per_unit("points", 1).window(Span::days(365)).spend(Spend::OldestFirst);
    /// ```
    spend(spend: Spend) spend = Some(spend);
    /// Counts only events whose attributes match a condition; see [`EventField::matching`](super::EventField::matching).
    /// Defaults to all events.
    matching(condition: Condition) matching = Some(condition);
    /// Counts only one event for each value of an attribute, such as one open of each mail: the latest within the window,
    /// or the first; see [`prefer`](Signal::prefer). Events without the attribute do not count. Defaults to all events.
    once_per(attribute: impl Into<String>) once_per = Some(attribute.into());
    /// Counts only `count` events of each civil day, the latest or the first; see [`prefer`](Signal::prefer). Defaults to all.
    per_day(count: u32) caps.per_day = Some(count);
    /// Counts only `count` events of each week, which starts on [`Model::week_starts`](super::Model::week_starts). Applies
    /// after [`per_day`](Signal::per_day). Defaults to all.
    per_week(count: u32) caps.per_week = Some(count);
    /// Counts only `count` events of each month. Applies after [`per_week`](Signal::per_week). Defaults to all.
    per_month(count: u32) caps.per_month = Some(count);
    /// Caps the points of the events of each civil day at `points`, before decay. The latest events count first, or the first
    /// ones; see [`prefer`](Signal::prefer). The event that exceeds the cap counts in part. Positive and negative points have
    /// separate sums, each capped. `points` must be above 0. Defaults to no cap.
    ///
    /// ```
    /// use warmth::model::{Prefer, Signal};
    ///
    /// let opens = Signal::new("email_open", 5).max_points_per_day(12).prefer(Prefer::First);
    /// ```
    max_points_per_day(points: impl Into<Points>) caps.max_points_per_day = Some(points.into());
    /// Caps the points of the events of each week, as [`max_points_per_day`](Signal::max_points_per_day) and after it.
    /// Defaults to no cap.
    max_points_per_week(points: impl Into<Points>) caps.max_points_per_week = Some(points.into());
    /// Caps the points of the events of each month, as [`max_points_per_week`](Signal::max_points_per_week) and after it.
    /// Defaults to no cap.
    max_points_per_month(points: impl Into<Points>) caps.max_points_per_month = Some(points.into());
    /// Sets which events count under [`once_per`](Signal::once_per) and the caps on days, weeks and months. Defaults to
    /// [`Prefer::Latest`].
    prefer(prefer: Prefer) prefer = prefer;
    /// Makes the signal worth nothing with fewer events than this. Defaults to no minimum.
    min_count(count: u32) min_count = Some(count);
    /// Counts only the latest `count` events. Defaults to all.
    most_recent(count: u32) most_recent = Some(count);
    /// Clamps the signal to this many points above and below zero. Defaults to 10^9, because no rule is worth more.
    max(points: impl Into<Points>) max = Some(points.into());
    /// Sets how much of its points an event keeps as it ages. Defaults to [`Decay::None`].
    decay(decay: Decay) decay = decay;
});

getters!(Signal {
    /// Returns the names of the events that count; `"*"` means every name.
    events(self) -> impl Iterator<Item = &str> = self.events.iter().map(String::as_str);
    /// Returns the points of one event before decay, or of one unit of its amount if the signal
    /// [`is_per_unit`](Signal::is_per_unit).
    points(self) -> Points = match self.each {
        Each::Event(points) | Each::Unit(points) => points,
    };
    /// Returns whether the points are for one unit of an event's amount instead of for one event.
    is_per_unit(self) -> bool = matches!(self.each, Each::Unit(_));
    /// Returns the units of a step, if the points are for full steps of an event's amount.
    get_every(self) -> Option<Points> = self.every;
    /// Returns the window in which events count, if there is one.
    get_window(self) -> Option<&Window> = self.window.as_ref();
    /// Returns which amounts a negative amount spends, if it spends any.
    get_spend(self) -> Option<Spend> = self.spend;
    /// Returns the condition on the attributes of events that count, if there is one.
    get_matching(self) -> Option<&Condition> = self.matching.as_ref();
    /// Returns the attribute for each of whose values one event counts, if there is one.
    get_once_per(self) -> Option<&str> = self.once_per.as_deref();
    /// Returns how many events of one civil day count, if that is bounded.
    get_per_day(self) -> Option<u32> = self.caps.per_day;
    /// Returns how many events of one week count, if that is bounded.
    get_per_week(self) -> Option<u32> = self.caps.per_week;
    /// Returns how many events of one month count, if that is bounded.
    get_per_month(self) -> Option<u32> = self.caps.per_month;
    /// Returns how many points before decay the events of one civil day can give, if that is bounded.
    get_max_points_per_day(self) -> Option<Points> = self.caps.max_points_per_day;
    /// Returns how many points before decay the events of one week can give, if that is bounded.
    get_max_points_per_week(self) -> Option<Points> = self.caps.max_points_per_week;
    /// Returns how many points before decay the events of one month can give, if that is bounded.
    get_max_points_per_month(self) -> Option<Points> = self.caps.max_points_per_month;
    /// Returns which events count if not all of them do.
    get_prefer(self) -> Prefer = self.prefer;
    /// Returns the number of events below which the signal is worth nothing.
    get_min_count(self) -> Option<u32> = self.min_count;
    /// Returns how many of the latest events count, if that is bounded.
    get_most_recent(self) -> Option<u32> = self.most_recent;
    /// Returns the clamp on the points, if the signal states one.
    get_max(self) -> Option<Points> = self.max;
    /// Returns how much of its points an event keeps as it ages.
    get_decay(self) -> &Decay = &self.decay;
});
