//! Conditions on quantities, events and outcomes, built in Rust.

use super::condition::{
    AgeWindow, Condition, EventMeasure, EventSource, Leaf, NumberOp, Quantity, RecencyOp, Shape, TagOp, TextOp,
    TextSubject,
};
use super::handle::{Handle, kind};
use super::window::Window;
use crate::time::Span;

/// A quantity that can be tested as a number: a number field, a ratio, days or months, events, a score.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure(pub(crate) Quantity);

impl Measure {
    fn test(self, op: NumberOp) -> Condition {
        Leaf::Number { of: self.0, op }.into()
    }

    /// Tests for equality with `number`.
    pub fn is(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::Is(number.into()))
    }

    /// Tests for a known quantity that is not equal to `number`.
    pub fn is_not(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::IsNot(number.into()))
    }

    /// Tests for `number` or more.
    pub fn at_least(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::AtLeast(number.into()))
    }

    /// Tests for more than `number`.
    pub fn more_than(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::MoreThan(number.into()))
    }

    /// Tests for `number` or less.
    pub fn at_most(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::AtMost(number.into()))
    }

    /// Tests for less than `number`.
    pub fn less_than(self, number: impl Into<f64>) -> Condition {
        self.test(NumberOp::LessThan(number.into()))
    }

    /// Tests for a quantity from `low` to `high`, both included.
    pub fn between(self, low: impl Into<f64>, high: impl Into<f64>) -> Condition {
        let (low, high) = (low.into(), high.into());
        if matches!(self.0, Quantity::Event { ages: Some(AgeWindow::Between(..)), .. }) {
            // In a document the key `between` states the ages already.
            let tests = [self.clone().test(NumberOp::AtLeast(low)), self.test(NumberOp::AtMost(high))];
            return Condition(Shape::Together(tests.into()));
        }
        self.test(NumberOp::Between(low, high))
    }

    /// Counts only events in a window, such as events younger than a span. Quantities other than events ignore this.
    /// Defaults to events of any age.
    #[must_use]
    pub fn within(self, window: impl Into<Window>) -> Measure {
        self.aged(AgeWindow::Within(window.into()))
    }

    /// Counts only events of an age of at least `from` and below `to`. Quantities other than events ignore this.
    /// Defaults to events of any age.
    #[must_use]
    pub fn aged_between(self, from: Span, to: Span) -> Measure {
        self.aged(AgeWindow::Between(from, to))
    }

    /// Divides by the same measure of the events of another name, in the same window and with the same
    /// [`matching`](EventField::matching), in one IEEE division; unknown if that is zero. Quantities other than events
    /// ignore this.
    ///
    /// ```
    /// use warmth::Span;
    /// use warmth::model::event;
    ///
    /// let opens_a_fifth = event("opened").count().ratio_to("delivered").within(Span::days(90)).at_least(0.2);
    /// ```
    #[must_use]
    pub fn ratio_to(self, event: impl Into<String>) -> Measure {
        match self.0 {
            Quantity::Event { event: own, by, ages, distinct, .. } => {
                Measure(Quantity::Event { event: own, by, ages, distinct, ratio_to: Some(event.into()) })
            }
            other => Measure(other),
        }
    }

    fn aged(self, window: AgeWindow) -> Measure {
        match self.0 {
            Quantity::Event { event, by, distinct, ratio_to, .. } => {
                Measure(Quantity::Event { event, by, ages: Some(window), distinct, ratio_to })
            }
            other => Measure(other),
        }
    }
}

impl From<Handle<'_, kind::Number>> for Measure {
    fn from(field: Handle<'_, kind::Number>) -> Measure {
        Measure(Quantity::Number { field: field.name().to_owned() })
    }
}

/// Events of one name, or of all names.
#[derive(Clone, Debug, PartialEq)]
pub struct EventField(EventSource);

/// Returns the events of the given name; `"*"` means all names.
pub fn event(name: impl Into<String>) -> EventField {
    EventField(EventSource { name: name.into(), matching: None })
}

/// Returns the events of all names.
pub fn events() -> EventField {
    event("*")
}

impl EventField {
    /// Selects the events whose attributes match a condition. Replaces an earlier condition.
    ///
    /// Build the condition from the names of attributes ([`Handle`]). An event counts if the condition is true for it, so
    /// not if it is unknown because the event lacks an attribute.
    ///
    /// ```
    /// use warmth::model::{Handle, event, kind};
    ///
    /// let path = Handle::<kind::Text>::new("path");
    /// let interested = event("page_view").matching(path.starts_with("/pricing")).count().at_least(3);
    /// ```
    #[must_use]
    pub fn matching(self, condition: Condition) -> EventField {
        EventField(EventSource { matching: Some(Box::new(condition)), ..self.0 })
    }

    fn measure(self, by: EventMeasure) -> Measure {
        Measure(Quantity::Event { event: self.0, by, ages: None, distinct: None, ratio_to: None })
    }

    /// Returns the number of different values of an attribute. Events without the attribute do not count.
    ///
    /// ```
    /// use warmth::model::event;
    ///
    /// let thorough = event("page_view").distinct("path").at_least(5);
    /// ```
    pub fn distinct(self, attribute: impl Into<String>) -> Measure {
        let distinct = Some(attribute.into());
        let (by, ages, ratio_to) = (EventMeasure::Count, None, None);
        Measure(Quantity::Event { event: self.0, by, ages, distinct, ratio_to })
    }

    /// Returns the number of events.
    pub fn count(self) -> Measure {
        self.measure(EventMeasure::Count)
    }

    /// Returns the sum of the events' amounts.
    pub fn amount(self) -> Measure {
        self.measure(EventMeasure::Amount)
    }

    /// Returns the number of different civil days with events.
    pub fn days(self) -> Measure {
        self.measure(EventMeasure::Days)
    }

    /// Returns the number of events on the civil day with the most of them, such as the pages of the longest visit.
    pub fn most_per_day(self) -> Measure {
        self.measure(EventMeasure::MostPerDay)
    }

    /// Returns the mean amount of an event, to the nearest millionth; unknown if there was none.
    pub fn mean_amount(self) -> Measure {
        self.measure(EventMeasure::MeanAmount)
    }

    /// Returns the amount of the latest event; unknown if there was none.
    pub fn latest_amount(self) -> Measure {
        self.measure(EventMeasure::LatestAmount)
    }

    /// Returns the civil days since the latest event; unknown if there was none.
    pub fn days_since_last(self) -> Measure {
        Measure(Quantity::DaysSinceLast { event: self.0 })
    }

    /// Tests for at least one event in a window, such as one younger than a span.
    pub fn last_within(self, window: impl Into<Window>) -> Condition {
        Leaf::Recency { event: self.0, op: RecencyOp::LastWithin, window: window.into() }.into()
    }

    /// Tests for no event in a window, such as none younger than a span.
    pub fn none_within(self, window: impl Into<Window>) -> Condition {
        Leaf::Recency { event: self.0, op: RecencyOp::NoneWithin, window: window.into() }.into()
    }

    /// Tests for no event at all.
    pub fn never(self) -> Condition {
        Leaf::Never { event: self.0, never: true }.into()
    }
}

/// Returns the score of the named axis. Only promoters, limits and segments can test it.
pub fn axis(name: impl Into<String>) -> Measure {
    Measure(Quantity::Axis { name: name.into() })
}

/// Returns the points of the rule with this id, before its group clamps them. Only promoters, limits and segments can test
/// them.
pub fn rule(id: impl Into<String>) -> Measure {
    Measure(Quantity::Rule { id: id.into() })
}

/// Returns the greatest points of any rule of the named axis, before groups clamp them. Only promoters, limits and segments
/// can test them.
pub fn greatest_rule(axis: impl Into<String>) -> Measure {
    Measure(Quantity::GreatestRule { axis: axis.into() })
}

/// Returns the score: before promoters in promoters and limits, the final score in segments. No other condition can
/// test it.
pub fn score() -> Measure {
    Measure(Quantity::Score)
}

/// Returns the coverage of the score: how much of what its rules can give is known, from 0 to 100. Only promoters, limits
/// and segments can test it.
pub fn coverage() -> Measure {
    Measure(Quantity::Coverage)
}

/// Returns the grade as text, such as `A1`. Only promoters, limits and segments can test it.
pub fn grade() -> TextField {
    TextField { of: TextSubject::Grade, ignore_case: false }
}

/// Returns the verdict as text in lower case. Only promoters, limits and segments can test it.
pub fn verdict() -> TextField {
    TextField { of: TextSubject::Verdict, ignore_case: false }
}

/// A text that can be tested.
#[derive(Clone, Debug, PartialEq)]
pub struct TextField {
    pub(super) of: TextSubject,
    pub(super) ignore_case: bool,
}

impl TextField {
    fn test(self, op: TextOp, texts: Vec<String>) -> Condition {
        Leaf::Text { of: self.of, op, texts, ignore_case: self.ignore_case }.into()
    }

    fn one(self, op: TextOp, text: impl Into<String>) -> Condition {
        self.test(op, vec![text.into()])
    }

    fn list<T: Into<String>>(self, op: TextOp, texts: impl IntoIterator<Item = T>) -> Condition {
        self.test(op, texts.into_iter().map(Into::into).collect())
    }

    /// Makes texts compare regardless of case, and of how accents are composed. By default they compare byte by byte.
    #[must_use]
    pub fn ignore_case(self) -> TextField {
        TextField { ignore_case: true, ..self }
    }

    /// Tests for equality with `text`.
    pub fn is(self, text: impl Into<String>) -> Condition {
        self.one(TextOp::Is, text)
    }

    /// Tests for a known text that is not equal to `text`.
    pub fn is_not(self, text: impl Into<String>) -> Condition {
        self.one(TextOp::IsNot, text)
    }

    /// Tests for equality with one of `texts`.
    pub fn one_of<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Condition {
        self.list(TextOp::OneOf, texts)
    }

    /// Tests for a known text that is equal to none of `texts`.
    pub fn none_of<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Condition {
        self.list(TextOp::NoneOf, texts)
    }

    /// Tests for a text that starts with `text`.
    pub fn starts_with(self, text: impl Into<String>) -> Condition {
        self.one(TextOp::StartsWith, text)
    }

    /// Tests for a text that ends with `text`.
    pub fn ends_with(self, text: impl Into<String>) -> Condition {
        self.one(TextOp::EndsWith, text)
    }

    /// Tests for a text that contains `text`.
    pub fn contains(self, text: impl Into<String>) -> Condition {
        self.one(TextOp::Contains, text)
    }

    /// Tests for a text that contains `word`, a word or several, as whole words: `cto` is not in `Director`.
    pub fn has_word(self, word: impl Into<String>) -> Condition {
        self.one(TextOp::HasWord, word)
    }

    /// Tests for a text that starts with one of `texts`.
    pub fn starts_with_any<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Condition {
        self.list(TextOp::StartsWith, texts)
    }

    /// Tests for a text that ends with one of `texts`.
    pub fn ends_with_any<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Condition {
        self.list(TextOp::EndsWith, texts)
    }

    /// Tests for a text that contains one of `texts`.
    pub fn contains_any<T: Into<String>>(self, texts: impl IntoIterator<Item = T>) -> Condition {
        self.list(TextOp::Contains, texts)
    }

    /// Tests for a text that contains one of `words` as whole words.
    pub fn has_any_word<T: Into<String>>(self, words: impl IntoIterator<Item = T>) -> Condition {
        self.list(TextOp::HasWord, words)
    }
}

/// Tags that can be tested.
#[derive(Clone, Debug, PartialEq)]
pub struct TagsField {
    pub(super) field: String,
    pub(super) ignore_case: bool,
}

impl TagsField {
    fn test<T: Into<String>>(self, op: TagOp, tags: impl IntoIterator<Item = T>) -> Condition {
        let tags = tags.into_iter().map(Into::into).collect();
        Leaf::Tags { field: self.field, op, tags, ignore_case: self.ignore_case }.into()
    }

    /// Makes tags compare regardless of case, and of how accents are composed. By default they compare byte by byte.
    #[must_use]
    pub fn ignore_case(self) -> TagsField {
        TagsField { ignore_case: true, ..self }
    }

    /// Tests for a set that contains `tag`.
    pub fn has(self, tag: impl Into<String>) -> Condition {
        self.test(TagOp::Has, [tag])
    }

    /// Tests for a set that contains one of `tags`.
    pub fn has_any<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Condition {
        self.test(TagOp::HasAny, tags)
    }

    /// Tests for a set that contains every one of `tags`.
    pub fn has_all<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Condition {
        self.test(TagOp::HasAll, tags)
    }

    /// Tests for a known set that contains none of `tags`.
    pub fn has_none<T: Into<String>>(self, tags: impl IntoIterator<Item = T>) -> Condition {
        self.test(TagOp::HasNone, tags)
    }

    /// Tests for a set with a tag that `other` does not contain.
    pub fn any_not_in(self, other: Handle<'_, kind::Tags>) -> Condition {
        Leaf::AnyNotIn { field: self.field, other: other.name().to_owned(), ignore_case: self.ignore_case }.into()
    }
}
