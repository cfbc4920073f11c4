//! The facts, events and attributes of events that a model reads.

use std::collections::{BTreeMap, BTreeSet};

use super::Model;
use super::axis::Rule;
use super::condition::{AgeWindow, Condition, EventSource, Leaf, Quantity, TextSubject};
use super::window::Window;
use super::worth::Worth;
use crate::input::facts::Kind;

/// A place where a model reads facts, events or attributes of events.
enum Read<'m> {
    Field(&'m str, Kind),
    Event(&'m str),
    /// An attribute of the events of a name.
    Attribute(&'m str, &'m str),
}

impl Model {
    /// Returns the fields that the model reads, by name, each with the kind of value that it needs.
    ///
    /// The kind is [`Kind::Any`] if the model only asks whether the field is known, and [`Kind::Date`] for dates and
    /// times. Fields of cases are not included.
    ///
    /// ```
    /// use warmth::{Kind, Model};
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "readiness"
    ///     [[required]]
    ///     id = "seats"
    ///     when.seats.ratio_to = { field = "seat_limit", at_least = 0.8 }
    ///     when.plan.known = true
    ///     [[axis]]
    ///     name = "activity"
    ///     [[axis.rule]]
    ///     id = "pricing"
    ///     signal = { event = ["pricing_view", "demo"], points = 8, max = 40 }
    ///     "#,
    /// )?;
    /// let fields: Vec<_> = model.fields().collect();
    /// assert_eq!(fields, [("plan", Kind::Any), ("seat_limit", Kind::Number), ("seats", Kind::Number)]);
    /// assert!(model.events().eq(["demo", "pricing_view"]));
    /// # Ok::<(), toml::de::Error>(())
    /// ```
    pub fn fields(&self) -> impl Iterator<Item = (&str, Kind)> {
        let mut fields: BTreeMap<&str, Kind> = BTreeMap::new();
        self.reads(&mut |read| {
            if let Read::Field(name, kind) = read {
                let known = fields.entry(name).or_insert(kind);
                if *known == Kind::Any {
                    *known = kind;
                }
            }
        });
        fields.into_iter()
    }

    /// Returns the event names that the model reads, sorted; `"*"` if it reads the events of all names.
    ///
    /// Events of cases are not included.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        let mut events = BTreeSet::new();
        self.reads(&mut |read| {
            if let Read::Event(name) = read {
                events.insert(name);
            }
        });
        events.into_iter()
    }

    /// Returns the attributes that the model reads: pairs of an event name, or `"*"`, and an attribute, sorted.
    ///
    /// Attributes of cases are not included.
    ///
    /// ```
    /// use warmth::Model;
    ///
    /// let model: Model = toml::from_str(
    ///     r#"
    ///     format = 1
    ///     name = "interest"
    ///     [[axis]]
    ///     name = "activity"
    ///     [[axis.rule]]
    ///     id = "pages"
    ///     when.events.page_view.where.path.starts_with = "/pricing"
    ///     when.events.page_view.count = { distinct = "visit", at_least = 2 }
    ///     points = 10
    ///     [[axis.rule]]
    ///     id = "mails"
    ///     signal = { event = "mail_open", once_per = "mail", points = 5, max = 20 }
    ///     "#,
    /// )?;
    /// assert!(model.attributes().eq([("mail_open", "mail"), ("page_view", "path"), ("page_view", "visit")]));
    /// # Ok::<(), toml::de::Error>(())
    /// ```
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut attributes = BTreeSet::new();
        self.reads(&mut |read| {
            if let Read::Attribute(event, attribute) = read {
                attributes.insert((event, attribute));
            }
        });
        attributes.into_iter()
    }

    fn reads<'m>(&'m self, each: &mut dyn FnMut(Read<'m>)) {
        let gates = self.required.iter().chain(&self.disqualifying).map(|gate| &gate.when);
        let rules = || self.axes.iter().flat_map(|axis| &axis.rules);
        let promoters = self.promoters.iter().map(|promoter| &promoter.when);
        let limits = self.limits.iter().map(|limit| &limit.when);
        let segments = self.segments.iter().filter_map(|segment| segment.when.as_ref());
        let of_rules = rules().flat_map(Rule::conditions);
        for when in gates.chain(of_rules).chain(promoters).chain(limits).chain(segments) {
            when.reads(each);
        }
        for rule in rules() {
            match &rule.worth {
                Worth::Points(_) | Worth::First(_) => {}
                Worth::Bands(bands) => bands.of.reads(each),
                Worth::Values(values) => {
                    let kind = if values.combine.is_some() { Kind::Tags } else { Kind::Text };
                    each(Read::Field(&values.field, kind));
                }
                Worth::PerUnit(per_unit) => per_unit.of.reads(each),
                Worth::Signal(signal) => {
                    for event in &signal.events {
                        each(Read::Event(event));
                        signal.matching.iter().for_each(|matching| matching.reads_attributes(event, each));
                        signal.once_per.iter().for_each(|attribute| each(Read::Attribute(event, attribute)));
                    }
                    signal.window.iter().for_each(|window| window.reads(each));
                }
            }
        }
    }
}

impl Condition {
    fn reads<'m>(&'m self, each: &mut dyn FnMut(Read<'m>)) {
        for leaf in self.leaves() {
            match leaf {
                Leaf::Known { field, .. } => each(Read::Field(field, Kind::Any)),
                Leaf::Flag { field, .. } => each(Read::Field(field, Kind::Flag)),
                Leaf::Number { of, .. } => of.reads(each),
                Leaf::Text { of: TextSubject::Field(field), .. } => each(Read::Field(field, Kind::Text)),
                Leaf::Text { of: TextSubject::Grade | TextSubject::Verdict, .. } => {}
                Leaf::Tags { field, .. } => each(Read::Field(field, Kind::Tags)),
                Leaf::AnyNotIn { field, other, .. } => {
                    each(Read::Field(field, Kind::Tags));
                    each(Read::Field(other, Kind::Tags));
                }
                Leaf::Day { field, .. } => each(Read::Field(field, Kind::Date)),
                Leaf::Recency { event, window, .. } => {
                    event.reads(each);
                    window.reads(each);
                }
                Leaf::Never { event, .. } => event.reads(each),
            }
        }
    }

    /// Reads the attributes that the condition tests, of the events of a name.
    fn reads_attributes<'m>(&'m self, event: &'m str, each: &mut dyn FnMut(Read<'m>)) {
        self.reads(&mut |read| {
            if let Read::Field(attribute, _) = read {
                each(Read::Attribute(event, attribute));
            }
        });
    }
}

impl EventSource {
    fn reads<'m>(&'m self, each: &mut dyn FnMut(Read<'m>)) {
        each(Read::Event(&self.name));
        self.matching.iter().for_each(|matching| matching.reads_attributes(&self.name, each));
    }
}

impl Quantity {
    fn reads<'m>(&'m self, each: &mut dyn FnMut(Read<'m>)) {
        match self {
            Quantity::Number { field } => each(Read::Field(field, Kind::Number)),
            Quantity::Ratio { field, of } => {
                each(Read::Field(field, Kind::Number));
                each(Read::Field(of, Kind::Number));
            }
            Quantity::Calendar { field, .. } => each(Read::Field(field, Kind::Date)),
            Quantity::TagCount { field } => each(Read::Field(field, Kind::Tags)),
            Quantity::Event { event, ages, distinct, ratio_to, .. } => {
                event.reads(each);
                if let Some(attribute) = distinct {
                    each(Read::Attribute(&event.name, attribute));
                }
                if let Some(other) = ratio_to {
                    each(Read::Event(other));
                    event.matching.iter().for_each(|matching| matching.reads_attributes(other, each));
                }
                if let Some(AgeWindow::Within(window)) = ages {
                    window.reads(each);
                }
            }
            Quantity::DaysSinceLast { event } => event.reads(each),
            Quantity::Axis { .. }
            | Quantity::Rule { .. }
            | Quantity::GreatestRule { .. }
            | Quantity::Score
            | Quantity::Coverage => {}
        }
    }
}

impl Window {
    fn reads<'m>(&'m self, each: &mut dyn FnMut(Read<'m>)) {
        self.fields().for_each(|field| each(Read::Field(field, Kind::Date)));
    }
}
