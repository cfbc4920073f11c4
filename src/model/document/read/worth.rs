//! The forms of a rule.

use super::keys::Keys;
use super::{Reader, tables};
use crate::decay::Decay;
use crate::model::condition::{AgeWindow, Condition, EventMeasure, EventSource, Quantity};
use crate::model::document::location::Scope;
use crate::model::document::names::{DAYS_SINCE_LAST, DISTINCT, EVENTS, FIELD, Named, RATIO_TO, WITHIN};
use crate::model::document::node::Node;
use crate::model::worth::{Band, Bands, Caps, Each, First, PerUnit, Signal, Values, Worth};
use crate::num::points::Points;
use crate::problem::{Path, nearest};
use crate::time::Span;

/// Whether a form's table is about events.
fn is_of_events(node: &Node) -> bool {
    matches!(node, Node::Table(entries) if matches!(&entries[..], [(name, _)] if name == EVENTS))
}

/// Bands of one field or event: its name and the rows. A row has a bound, whether that is exclusive if the row says so, and
/// the points.
pub(super) type NamedRows = (String, Vec<(f64, Option<bool>, Points)>);

impl Reader {
    /// Reads the one form of a rule and its options. Options of other forms stay unknown keys.
    pub(super) fn worth(&mut self, keys: &mut Keys<'_, '_>) -> Option<Worth> {
        let forms: Vec<_> = tables::FORMS.iter().filter(|form| keys.get(form.key).is_some()).collect();
        let [form] = forms[..] else {
            // Without a form nobody can say which options are unknown, and one problem is enough.
            for form in tables::FORMS {
                keys.extend(form.options);
                keys.extend(form.options_of_events);
            }
            if !forms.is_empty() {
                let forms: Vec<_> = forms.iter().map(|form| format!("`{}`", form.key)).collect();
                let message = format!("a rule can have only one of {}", forms.join(" and "));
                return self.problems.refuse("forms", keys.path, message);
            }
            if keys.unknown().any(|key| nearest(key, tables::FORMS.iter().map(|form| form.key)).is_some()) {
                return None;
            }
            let message = "a rule needs one of `points`, `first`, `bands`, `values`, `per_unit` or `signal`";
            return self.problems.refuse("forms", keys.path, message);
        };
        let of_events = !form.options_of_events.is_empty() && keys.get(form.key).is_some_and(is_of_events);
        keys.extend(if of_events { form.options_of_events } else { form.options });
        match form.key {
            "first" => self.first(keys).map(Worth::First),
            "bands" => self.bands(keys, of_events).map(Worth::Bands),
            "values" => self.values(keys).map(Worth::Values),
            "per_unit" => keys.optional(self, tables::Rule::PER_UNIT).flatten().map(Worth::PerUnit),
            "signal" => keys.optional(self, tables::Rule::SIGNAL).flatten().map(Worth::Signal),
            _ => keys.optional(self, tables::Rule::POINTS).flatten().map(Worth::Points),
        }
    }

    fn first(&mut self, keys: &mut Keys<'_, '_>) -> Option<First> {
        let rows = keys.or_default(self, tables::Rule::FIRST);
        let otherwise = keys.or_default(self, tables::Otherwise::OTHERWISE);
        Some(First { rows: rows?, otherwise: otherwise? })
    }

    pub(super) fn row(&mut self, node: &Node, path: &Path<'_>) -> Option<(Condition, Points)> {
        let mut keys = self.keys(node, path, tables::Row::TABLE)?;
        let when = keys.required(self, tables::Row::WHEN);
        let points = keys.required(self, tables::Row::POINTS);
        keys.finish(self);
        Some((when?, points?))
    }

    /// Reads the one field under a form's key, also behind the escape `field`.
    fn one_field<T>(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        read: impl FnOnce(&mut Reader, &str, &Node, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        let (name, value) = self.only_entry(node, path, "expected exactly one field")?;
        if name == FIELD {
            let path = path.key(FIELD);
            let (name, value) = self.only_entry(value, &path, "expected exactly one field")?;
            return read(self, name, value, &path.key(name));
        }
        if Scope::Subject.key(name).is_some() {
            let message = format!("`{name}` is a reserved name");
            let help = format!("if it is a field, write `field.{name}`");
            return self.problems.refuse_with_help("reserved", &path.key(name), message, help);
        }
        read(self, name, value, &path.key(name))
    }

    fn only_entry<'n>(&mut self, node: &'n Node, path: &Path<'_>, otherwise: &str) -> Option<(&'n str, &'n Node)> {
        match self.entries(node, path)? {
            [(name, value)] => Some((name, value)),
            _ => self.problems.refuse("forms", path, otherwise),
        }
    }

    /// Reads a list of two: something, and its points.
    fn pair<T>(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        expected: &str,
        read: impl FnOnce(&mut Reader, &Node, &Path<'_>) -> Option<T>,
    ) -> Option<(T, Points)> {
        let Node::List(items) = node else {
            return self.wrong_type(node, path, expected);
        };
        let [first, points] = &items[..] else {
            return self.wrong_length(node, path, expected);
        };
        let first = read(self, first, &path.index(0));
        let points = self.points(points, &path.index(1));
        Some((first?, points?))
    }

    fn bands(&mut self, keys: &mut Keys<'_, '_>, of_events: bool) -> Option<Bands> {
        let exclusive = keys.or_default(self, tables::BandOptions::BOUNDS);
        let below = keys.or_default(self, tables::BandOptions::BELOW);
        let source = if of_events { self.events_measure(keys) } else { self.field_measure(keys) };
        let (name, rows) = keys.optional(self, tables::Rule::BANDS).flatten()?;
        let exclusive = exclusive?;
        let rows = rows.into_iter().map(|(bound, own, points)| Band::new(bound, own.unwrap_or(exclusive), points));
        Some(Bands { of: source?(name), rows: rows.collect(), below: below? })
    }

    pub(super) fn band_source(&mut self, node: &Node, path: &Path<'_>) -> Option<NamedRows> {
        self.source(node, path, Reader::band_rows)
    }

    /// Reads the field or the events under a form's key: the one entry, or the one entry of `events`.
    fn source<T>(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        read: impl FnOnce(&mut Reader, &str, &Node, &Path<'_>) -> Option<T>,
    ) -> Option<T> {
        if !is_of_events(node) {
            return self.one_field(node, path, read);
        }
        let (_, events) = self.only_entry(node, path, "expected exactly one field")?;
        let path = path.key(EVENTS);
        let (event, node) = self.only_entry(events, &path, "expected exactly one event name")?;
        read(self, event, node, &path.key(event))
    }

    /// Reads what to measure of a field. Returns the quantity for the name of the field.
    fn field_measure(&mut self, keys: &mut Keys<'_, '_>) -> Option<Box<dyn FnOnce(String) -> Quantity>> {
        let by = keys.optional(self, tables::FieldMeasure::BY);
        if let Some(Some(_)) = by {
            keys.exclude(RATIO_TO);
        }
        let ratio = match by {
            Some(Some(_)) => Some(None),
            _ => keys.optional(self, tables::FieldMeasure::RATIO_TO),
        };
        Some(match (by?, ratio?) {
            (Some(by), _) => Box::new(move |field| Quantity::Calendar { field, by }),
            (None, Some(of)) => Box::new(|field| Quantity::Ratio { field, of }),
            (None, None) => Box::new(|field| Quantity::Number { field }),
        })
    }

    /// Reads what to measure of events. Returns the quantity for the name of the events.
    fn events_measure(&mut self, keys: &mut Keys<'_, '_>) -> Option<Box<dyn FnOnce(String) -> Quantity>> {
        let by = keys.required(self, tables::EventsMeasure::BY);
        if let Some(None) = by {
            for key in [WITHIN, RATIO_TO, DISTINCT] {
                keys.exclude(key);
            }
        }
        let measured = !matches!(by, Some(None));
        let within = if measured { keys.optional(self, tables::EventsMeasure::WITHIN) } else { Some(None) };
        let ratio_to = if measured { keys.optional(self, tables::EventsMeasure::RATIO_TO) } else { Some(None) };
        let distinct = match by {
            Some(Some(by)) if by != EventMeasure::Count && keys.get(DISTINCT).is_some() => {
                self.distinct_of(by, &keys.path.key(DISTINCT))
            }
            Some(Some(_)) => keys.optional(self, tables::EventsMeasure::DISTINCT),
            _ => Some(None),
        };
        let matching = keys.optional(self, tables::EventsMeasure::WHERE);
        let (ages, ratio_to) = (within?.map(AgeWindow::Within), ratio_to?);
        let (distinct, matching) = (distinct?, matching?.map(Box::new));
        Some(match by? {
            Some(by) => Box::new(move |name| {
                let event = EventSource { name, matching };
                Quantity::Event { event, by, ages, distinct, ratio_to }
            }),
            None => Box::new(|name| Quantity::DaysSinceLast { event: EventSource { name, matching } }),
        })
    }

    /// Reads a measure of events; `None` is `days_since_last`.
    #[expect(clippy::option_option, reason = "a wrong value differs from `days_since_last`")]
    pub(super) fn measured(&mut self, node: &Node, path: &Path<'_>) -> Option<Option<EventMeasure>> {
        let mut measures: Vec<_> = EventMeasure::NAMES.iter().map(|(name, by)| (*name, Some(*by))).collect();
        measures.push((DAYS_SINCE_LAST, None));
        self.choice_of(node, path, &measures)
    }

    fn band_rows(&mut self, name: &str, node: &Node, path: &Path<'_>) -> Option<NamedRows> {
        let rows = self.list(node, path, |reader, node, path| {
            if let Node::Table(_) = node {
                return reader.band_with_its_own_bound(node, path);
            }
            let pair = reader.pair(node, path, "a bound and its points, `[7, 10]`", Reader::number);
            pair.map(|(bound, points)| (bound, None, points))
        })?;
        Some((name.to_owned(), rows))
    }

    /// Reads a band such as `{ above = 6896, points = 8 }`, whatever `bounds` says.
    pub(super) fn band_with_its_own_bound(
        &mut self,
        node: &Node,
        path: &Path<'_>,
    ) -> Option<(f64, Option<bool>, Points)> {
        let mut keys = self.keys(node, path, tables::Band::TABLE)?;
        let from = keys.optional(self, tables::Band::FROM);
        let above = keys.optional(self, tables::Band::ABOVE);
        let points = keys.required(self, tables::Band::POINTS);
        keys.finish(self);
        match (from?, above?) {
            (Some(bound), None) => Some((bound, Some(false), points?)),
            (None, Some(bound)) => Some((bound, Some(true), points?)),
            _ => None,
        }
    }

    fn values(&mut self, keys: &mut Keys<'_, '_>) -> Option<Values> {
        let rows = keys.optional(self, tables::Rule::VALUES).flatten();
        let otherwise = keys.or_default(self, tables::Otherwise::OTHERWISE);
        let combine = keys.optional(self, tables::ValueOptions::COMBINE);
        let ignore_case = keys.or_default(self, tables::ValueOptions::IGNORE_CASE);
        let (field, rows) = rows?;
        Some(Values { field, rows, otherwise: otherwise?, combine: combine?, ignore_case: ignore_case? })
    }

    pub(super) fn points_by_text(&mut self, node: &Node, path: &Path<'_>) -> Option<(String, Vec<(String, Points)>)> {
        self.one_field(node, path, |reader, name, node, path| {
            reader.rows(node, path, Reader::points).map(|rows| (name.to_owned(), rows))
        })
    }

    pub(super) fn per_unit(&mut self, node: &Node, path: &Path<'_>) -> Option<PerUnit> {
        let of_events = is_of_events(node);
        self.source(node, path, |reader, name, node, path| {
            let mut keys = reader.keys(node, path, tables::PerUnit::TABLE)?;
            keys.extend(&[if of_events { tables::EventsMeasure::TABLE } else { tables::FieldMeasure::TABLE }]);
            let points = keys.required(reader, tables::PerUnit::POINTS);
            let every = keys.optional(reader, tables::PerUnit::EVERY);
            let min = keys.optional(reader, tables::PerUnit::MIN);
            let max = keys.required(reader, tables::PerUnit::MAX);
            let of = if of_events { reader.events_measure(&mut keys) } else { reader.field_measure(&mut keys) };
            keys.finish(reader);
            Some(PerUnit { of: of?(name.to_owned()), points: points?, every: every?, min: min?, max: max? })
        })
    }

    pub(super) fn signal(&mut self, node: &Node, path: &Path<'_>) -> Option<Signal> {
        let mut keys = self.keys(node, path, tables::Signal::TABLE)?;
        let events = keys.required(self, tables::Signal::EVENT);
        let matching = keys.optional(self, tables::Signal::WHERE);
        let points = keys.optional(self, tables::Signal::POINTS);
        let per_unit = keys.optional(self, tables::Signal::POINTS_PER_UNIT);
        let every = keys.optional(self, tables::Signal::EVERY);
        let window = keys.optional(self, tables::Signal::WINDOW);
        let spend = keys.optional(self, tables::Signal::SPEND);
        let once_per = keys.optional(self, tables::Signal::ONCE_PER);
        let caps = self.caps(&mut keys);
        let prefer = keys.or_default(self, tables::Signal::PREFER);
        let min_count = keys.optional(self, tables::Signal::MIN_COUNT);
        let most_recent = keys.optional(self, tables::Signal::MOST_RECENT);
        let max = keys.optional(self, tables::Signal::MAX);
        let decay = keys.or_default(self, tables::Signal::DECAY);
        keys.finish(self);
        let each = match (points?, per_unit?) {
            (Some(points), None) => Each::Event(points),
            (None, Some(points)) => Each::Unit(points),
            _ => return None,
        };
        Some(Signal {
            events: events?,
            matching: matching?,
            each,
            every: every?,
            window: window?,
            spend: spend?,
            once_per: once_per?,
            caps: Box::new(caps?),
            prefer: prefer?,
            min_count: min_count?,
            most_recent: most_recent?,
            max: max?,
            decay: decay?,
        })
    }

    fn caps(&mut self, keys: &mut Keys<'_, '_>) -> Option<Caps> {
        let per_day = keys.optional(self, tables::Signal::PER_DAY);
        let per_week = keys.optional(self, tables::Signal::PER_WEEK);
        let per_month = keys.optional(self, tables::Signal::PER_MONTH);
        let max_points_per_day = keys.optional(self, tables::Signal::MAX_POINTS_PER_DAY);
        let max_points_per_week = keys.optional(self, tables::Signal::MAX_POINTS_PER_WEEK);
        let max_points_per_month = keys.optional(self, tables::Signal::MAX_POINTS_PER_MONTH);
        Some(Caps {
            per_day: per_day?,
            per_week: per_week?,
            per_month: per_month?,
            max_points_per_day: max_points_per_day?,
            max_points_per_week: max_points_per_week?,
            max_points_per_month: max_points_per_month?,
        })
    }

    pub(super) fn event_names(&mut self, node: &Node, path: &Path<'_>) -> Option<Vec<String>> {
        match node {
            Node::List(_) => self.names(node, path),
            _ => self.name(node, path).map(|name| vec![name]),
        }
    }

    pub(super) fn decay(&mut self, node: &Node, path: &Path<'_>) -> Option<Decay> {
        if !matches!(node, Node::Table(_)) {
            return self.wrong_type(node, path, "a table such as `{ half_life = \"14d\" }`");
        }
        let mut keys = self.keys(node, path, tables::Decay::TABLE)?;
        let forms = [
            keys.optional(self, tables::Decay::HALF_LIFE).map(|span| span.map(Decay::HalfLife)),
            keys.optional(self, tables::Decay::LINEAR).map(|span| span.map(Decay::Linear)),
            keys.optional(self, tables::Decay::POLYNOMIAL)
                .map(|curve| curve.map(|(lifetime, speed)| Decay::Polynomial { lifetime, speed })),
            keys.optional(self, tables::Decay::DROP)
                .map(|step| step.map(|(percent, every)| Decay::Drop { percent, every })),
            keys.optional(self, tables::Decay::KEEP)
                .map(|step| step.map(|(percent, every)| Decay::Keep { percent, every })),
            keys.optional(self, tables::Decay::AGES).map(|rows| rows.map(Decay::Table)),
        ];
        keys.finish(self);
        let forms: Option<Vec<Option<Decay>>> = forms.into_iter().collect();
        forms?.into_iter().flatten().next()
    }

    pub(super) fn polynomial(&mut self, node: &Node, path: &Path<'_>) -> Option<(Span, Points)> {
        let mut keys = self.keys(node, path, tables::Polynomial::TABLE)?;
        let lifetime = keys.required(self, tables::Polynomial::LIFETIME);
        let speed = keys.required(self, tables::Polynomial::SPEED);
        keys.finish(self);
        Some((lifetime?, speed?))
    }

    pub(super) fn stepped(&mut self, node: &Node, path: &Path<'_>) -> Option<(Points, Span)> {
        let mut keys = self.keys(node, path, tables::Stepped::TABLE)?;
        let percent = keys.required(self, tables::Stepped::PERCENT);
        let every = keys.required(self, tables::Stepped::EVERY);
        keys.finish(self);
        Some((percent?, every?))
    }

    pub(super) fn ages(&mut self, node: &Node, path: &Path<'_>) -> Option<Vec<(Span, Points)>> {
        self.list(node, path, |reader, node, path| {
            reader.pair(node, path, "an age and its percentage, `[\"45d\", 85]`", Reader::span)
        })
    }
}
