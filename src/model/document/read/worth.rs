//! The forms of a rule.

use super::Reader;
use super::keys::{Keys, OPTIONS};
use crate::decay::Decay;
use crate::model::condition::{AgeWindow, EventMeasure, EventSource, Quantity};
use crate::model::document::location::{EVENTS, FIELD, RESERVED};
use crate::model::document::names::{BOUNDS, DAYS_SINCE_LAST, DISTINCT, IGNORE_CASE, Named, RATIO_TO, WHERE, WITHIN};
use crate::model::document::node::Node;
use crate::model::worth::{Band, Bands, Caps, Each, First, PerUnit, Signal, Values, Worth};
use crate::num::points::Points;
use crate::problem::{Path, nearest};

/// The keys that say what a rule is worth.
const FORMS: [&str; 6] = ["points", "first", "bands", "values", "per_unit", "signal"];

/// Whether a form's table is about events.
fn is_of_events(node: &Node) -> bool {
    matches!(node, Node::Table(entries) if matches!(&entries[..], [(name, _)] if name == EVENTS))
}

/// Bands of one field or event: its name and the rows. A row has a bound, whether that is exclusive if the row says so, and
/// the points.
type NamedRows = (String, Vec<(f64, Option<bool>, Points)>);

impl Reader {
    /// Reads the one form of a rule and its options. Options of other forms stay unknown keys.
    pub(super) fn worth(&mut self, keys: &mut Keys<'_, '_>) -> Option<Worth> {
        let forms: Vec<_> = FORMS.into_iter().filter(|form| keys.get(form).is_some()).collect();
        keys.know(FORMS);
        let [form] = forms[..] else {
            // Without a form nobody can say which options are unknown, and one problem is enough.
            keys.know(OPTIONS.map(|(option, _)| option));
            if !forms.is_empty() {
                let forms: Vec<_> = forms.iter().map(|form| format!("`{form}`")).collect();
                let message = format!("a rule can have only one of {}", forms.join(" and "));
                return self.problems.refuse("forms", keys.path, message);
            }
            if keys.unknown().any(|key| nearest(key, FORMS).is_some()) {
                return None;
            }
            let message = "a rule needs one of `points`, `first`, `bands`, `values`, `per_unit` or `signal`";
            return self.problems.refuse("forms", keys.path, message);
        };
        match form {
            "points" => keys.required(self, "points", Reader::points).map(Worth::Points),
            "first" => self.first(keys).map(Worth::First),
            "bands" => self.bands(keys).map(Worth::Bands),
            "values" => self.values(keys).map(Worth::Values),
            "per_unit" => keys.required(self, "per_unit", Reader::per_unit).map(Worth::PerUnit),
            _ => keys.required(self, "signal", Reader::signal).map(Worth::Signal),
        }
    }

    fn first(&mut self, keys: &mut Keys<'_, '_>) -> Option<First> {
        let row = |reader: &mut Reader, node: &Node, path: &Path<'_>| {
            let mut keys = reader.keys(node, path)?;
            let when = keys.required(reader, "when", Reader::subject_condition);
            let points = keys.required(reader, "points", Reader::points);
            keys.finish(reader);
            Some((when?, points?))
        };
        let rows = keys.list(self, "first", row);
        let otherwise = keys.or_default(self, "otherwise", Reader::points);
        Some(First { rows: rows?, otherwise: otherwise? })
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
        if RESERVED.contains(&name) {
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

    fn bands(&mut self, keys: &mut Keys<'_, '_>) -> Option<Bands> {
        let exclusive = keys.or_default(self, "bounds", |reader, node, path| reader.choice_of(node, path, &BOUNDS));
        let below = keys.or_default(self, "below", Reader::points);
        let source = match keys.get("bands") {
            Some(node) if is_of_events(node) => self.events_measure(keys),
            _ => self.field_measure(keys),
        };
        let rows = keys.required(self, "bands", |reader, node, path| reader.source(node, path, Reader::band_rows));
        let (name, rows) = rows?;
        let exclusive = exclusive?;
        let rows = rows.into_iter().map(|(bound, own, points)| Band::new(bound, own.unwrap_or(exclusive), points));
        Some(Bands { of: source?(name), rows: rows.collect(), below: below? })
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
        let by = keys.optional(self, "by", Reader::choice);
        let ratio = match by {
            Some(Some(_)) => Some(None),
            _ => keys.optional(self, RATIO_TO, Reader::name),
        };
        Some(match (by?, ratio?) {
            (Some(by), _) => Box::new(move |field| Quantity::Calendar { field, by }),
            (None, Some(of)) => Box::new(|field| Quantity::Ratio { field, of }),
            (None, None) => Box::new(|field| Quantity::Number { field }),
        })
    }

    /// Reads what to measure of events. Returns the quantity for the name of the events.
    fn events_measure(&mut self, keys: &mut Keys<'_, '_>) -> Option<Box<dyn FnOnce(String) -> Quantity>> {
        let mut measures: Vec<_> = EventMeasure::NAMES.iter().map(|(name, by)| (*name, Some(*by))).collect();
        measures.push((DAYS_SINCE_LAST, None));
        let by = keys.required(self, "by", |reader, node, path| reader.choice_of(node, path, &measures));
        let within = match by {
            Some(None) => Some(None),
            _ => keys.optional(self, WITHIN, Reader::window),
        };
        let ratio_to = match by {
            Some(None) => Some(None),
            _ => keys.optional(self, RATIO_TO, Reader::name),
        };
        let distinct = match by {
            Some(Some(by)) => keys.optional(self, DISTINCT, |reader, node, path| reader.distinct(by, node, path)),
            _ => Some(None),
        };
        let matching = keys.optional(self, WHERE, Reader::attribute_condition);
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
    fn band_with_its_own_bound(&mut self, node: &Node, path: &Path<'_>) -> Option<(f64, Option<bool>, Points)> {
        let mut keys = self.keys(node, path)?;
        let bounds = BOUNDS.map(|(name, exclusive)| (keys.optional(self, name, Reader::number), exclusive));
        let points = keys.required(self, "points", Reader::points);
        let known = keys.finish(self);
        match bounds {
            [(Some(Some(bound)), exclusive), (Some(None), _)] | [(Some(None), _), (Some(Some(bound)), exclusive)] => {
                Some((bound, Some(exclusive), points?))
            }
            [(Some(None), _), (Some(None), _)] if !known => None,
            [(Some(_), _), (Some(_), _)] => {
                self.problems.refuse("forms", path, "a band needs either `from` or `above`")
            }
            _ => None,
        }
    }

    fn values(&mut self, keys: &mut Keys<'_, '_>) -> Option<Values> {
        let rows = keys.required(self, "values", |reader, node, path| {
            reader.one_field(node, path, |reader, name, node, path| {
                reader.rows(node, path, Reader::points).map(|rows| (name.to_owned(), rows))
            })
        });
        let otherwise = keys.or_default(self, "otherwise", Reader::points);
        let combine = keys.optional(self, "combine", Reader::choice);
        let ignore_case = keys.or_default(self, IGNORE_CASE, Reader::flag);
        let (field, rows) = rows?;
        Some(Values { field, rows, otherwise: otherwise?, combine: combine?, ignore_case: ignore_case? })
    }

    fn per_unit(&mut self, node: &Node, path: &Path<'_>) -> Option<PerUnit> {
        let of_events = is_of_events(node);
        self.source(node, path, |reader, name, node, path| {
            let mut keys = reader.keys(node, path)?;
            let points = keys.required(reader, "points", Reader::points);
            let every = keys.optional(reader, "every", Reader::points);
            let min = keys.optional(reader, "min", Reader::points);
            let max = keys.required(reader, "max", Reader::points);
            let of = if of_events { reader.events_measure(&mut keys) } else { reader.field_measure(&mut keys) };
            keys.finish(reader);
            Some(PerUnit { of: of?(name.to_owned()), points: points?, every: every?, min: min?, max: max? })
        })
    }

    fn signal(&mut self, node: &Node, path: &Path<'_>) -> Option<Signal> {
        let mut keys = self.keys(node, path)?;
        let events = keys.required(self, "event", |reader, node, path| match node {
            Node::List(_) => reader.names(node, path),
            _ => reader.name(node, path).map(|name| vec![name]),
        });
        let matching = keys.optional(self, WHERE, Reader::attribute_condition);
        let points = keys.optional(self, "points", Reader::points);
        let per_unit = keys.optional(self, "points_per_unit", Reader::points);
        let every = keys.optional(self, "every", Reader::points);
        let window = keys.optional(self, "window", Reader::window);
        let spend = keys.optional(self, "spend", Reader::choice);
        let once_per = keys.optional(self, "once_per", Reader::name);
        let caps = self.caps(&mut keys);
        let prefer = keys.or_default(self, "prefer", Reader::choice);
        let min_count = keys.optional(self, "min_count", Reader::count);
        let most_recent = keys.optional(self, "most_recent", Reader::count);
        let max = keys.optional(self, "max", Reader::points);
        let decay = keys.or_default(self, "decay", Reader::decay);
        let known = keys.finish(self);
        let each = match (points?, per_unit?) {
            (Some(points), None) => Each::Event(points),
            (None, Some(points)) => Each::Unit(points),
            // An unknown key may be a misspelling of one of them.
            (None, None) if !known => return None,
            _ => {
                return self.problems.refuse("forms", path, "a signal needs either `points` or `points_per_unit`");
            }
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
        let mut count = |key| keys.optional(self, key, Reader::count);
        let [per_day, per_week, per_month] = ["per_day", "per_week", "per_month"].map(&mut count);
        let mut points = |key| keys.optional(self, key, Reader::points);
        let [max_points_per_day, max_points_per_week, max_points_per_month] =
            ["max_points_per_day", "max_points_per_week", "max_points_per_month"].map(&mut points);
        Some(Caps {
            per_day: per_day?,
            per_week: per_week?,
            per_month: per_month?,
            max_points_per_day: max_points_per_day?,
            max_points_per_week: max_points_per_week?,
            max_points_per_month: max_points_per_month?,
        })
    }

    fn decay(&mut self, node: &Node, path: &Path<'_>) -> Option<Decay> {
        if !matches!(node, Node::Table(_)) {
            return self.wrong_type(node, path, "a table such as `{ half_life = \"14d\" }`");
        }
        let mut keys = self.keys(node, path)?;
        let stepped = |reader: &mut Reader, node: &Node, path: &Path<'_>| {
            let mut keys = reader.keys(node, path)?;
            let percent = keys.required(reader, "percent", Reader::points);
            let every = keys.required(reader, "every", Reader::span);
            keys.finish(reader);
            Some((percent?, every?))
        };
        let row = |reader: &mut Reader, node: &Node, path: &Path<'_>| {
            reader.pair(node, path, "an age and its percentage, `[\"45d\", 85]`", Reader::span)
        };
        let forms = [
            keys.optional(self, "half_life", Reader::span).map(|span| span.map(Decay::HalfLife)),
            keys.optional(self, "linear", Reader::span).map(|span| span.map(Decay::Linear)),
            keys.optional(self, "drop", stepped)
                .map(|step| step.map(|(percent, every)| Decay::Drop { percent, every })),
            keys.optional(self, "keep", stepped)
                .map(|step| step.map(|(percent, every)| Decay::Keep { percent, every })),
            keys.optional(self, "table", |reader, node, path| reader.list(node, path, row))
                .map(|rows| rows.map(Decay::Table)),
        ];
        let given = keys.len();
        keys.finish(self);
        let forms: Option<Vec<Option<Decay>>> = forms.into_iter().collect();
        let mut forms = forms?.into_iter().flatten();
        match (forms.next(), forms.next()) {
            (Some(decay), None) => Some(decay),
            // All keys are unknown, which is noted already.
            (None, _) if given > 0 => None,
            _ => {
                let message = "a decay needs exactly one of `half_life`, `linear`, `drop`, `keep` or `table`";
                self.problems.refuse("forms", path, message)
            }
        }
    }
}
