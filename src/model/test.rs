//! Conditions as tools see them: joins, and tests with an input, an operator and an operand.

use chrono::NaiveDate;

use super::condition::{AgeWindow, Condition, EventSource, Leaf, NumberOp, Quantity, Shape, TextSubject};
use super::document::names::Named;
use super::window::Window;
use crate::time::Span;

/// One test of a condition, such as `nps.at_least = 9`: an input, an operator and an operand.
///
/// ```
/// use warmth::Model;
/// use warmth::model::{Input, Operand};
///
/// let model: Model = toml::from_str(
///     r#"
///     format = 1
///     name = "readiness"
///     [[required]]
///     id = "happy"
///     when.nps.at_least = 9
///     [[required]]
///     id = "active"
///     when.any = [{ plan = "pro" }, { events.login.count = { at_least = 3, within = "30d" } }]
///     "#,
/// )?;
/// let tests: Vec<_> = model.required_gates().iter().flat_map(|gate| gate.when().tests()).collect();
/// assert_eq!(tests.len(), 3);
/// assert_eq!((tests[0].input(), tests[0].operator()), (Input::Field("nps"), "at_least"));
/// assert_eq!(tests[0].operand(), Operand::Number(9.0));
/// assert_eq!((tests[1].operator(), tests[1].operand()), ("is", Operand::Text("pro")));
/// assert!(matches!(tests[2].input(), Input::Events { name: "login", measure: Some("count"), .. }));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test<'m>(&'m Leaf);

/// The input of a test or of bands: where the tested value comes from.
///
/// Measures are named as in documents: `days_since`, `count` and so on.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Input<'m> {
    /// The value of a field.
    Field(&'m str),
    /// A number field divided by another number field.
    Ratio {
        /// The dividend.
        field: &'m str,
        /// The divisor.
        of: &'m str,
    },
    /// The days or months between a date field and the day of scoring.
    Calendar {
        /// The date field.
        field: &'m str,
        /// `days_since`, `days_until`, `months_since` or `months_until`.
        measure: &'static str,
    },
    /// The number of different tags of a field.
    TagCount(&'m str),
    /// The events of one name.
    #[non_exhaustive]
    Events {
        /// The name of the events; `"*"` means every name.
        name: &'m str,
        /// `count`, `amount`, `days`, `most_per_day`, `mean_amount`, `latest_amount` or `days_since_last`; `None` if the
        /// test asks whether events happened.
        measure: Option<&'static str>,
        /// The least age of events that count, included; `None` for no bound.
        min_age: Option<Span>,
        /// The age below which events count; `None` for no bound.
        max_age: Option<Span>,
        /// The condition on the attributes of events that count; `None` if all of them do.
        matching: Option<&'m Condition>,
        /// The attribute whose different values are counted, if a `count` is not of events.
        distinct: Option<&'m str>,
        /// The window in which events count if it is not one of ages.
        window: Option<&'m Window>,
        /// The name of the events whose measure is the divisor, if the input is a ratio.
        ratio_to: Option<&'m str>,
    },
    /// The score of an axis.
    Axis(&'m str),
    /// The points of the rule with this id.
    Rule(&'m str),
    /// The greatest points of any rule of an axis.
    GreatestRule(&'m str),
    /// The score.
    Score,
    /// The coverage of the score.
    Coverage,
    /// The grade, as text.
    Grade,
    /// The verdict, as text in lower case.
    Verdict,
}

/// The operand of a test: what the input is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Operand<'m> {
    /// True or false, for `is` on flags, `known` and `never`.
    Flag(bool),
    /// A number.
    Number(f64),
    /// Two numbers, both included, for `between`.
    Range(f64, f64),
    /// A text or tag.
    Text(&'m str),
    /// Texts or tags.
    Texts(&'m [String]),
    /// The name of another field, for `any_not_in`.
    Field(&'m str),
    /// A civil date.
    Date(NaiveDate),
    /// A span of time, for `last_within` and `none_within`.
    Span(Span),
    /// A window by the calendar, for `last_within` and `none_within`.
    Window(&'m Window),
}

/// The outermost join of a condition.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Clause<'m> {
    /// True if every condition is true.
    All(&'m [Condition]),
    /// True if at least one condition is true.
    Any(&'m [Condition]),
    /// True if the condition is false.
    Not(&'m Condition),
    /// True if at least `count` conditions are true.
    AtLeastOf {
        /// The number of conditions that must be true.
        count: u32,
        /// The conditions.
        of: &'m [Condition],
    },
    /// A single test.
    Test(Test<'m>),
}

impl Condition {
    /// Returns the outermost join of the condition, or the test if the condition is a single test.
    ///
    /// Several tests in one table of a document are [`Clause::All`].
    ///
    /// ```
    /// use warmth::model::{Clause, Condition, Handle, kind};
    ///
    /// let plan: Handle<kind::Text> = Handle::new("plan");
    /// let condition = !Condition::any([plan.is("trial"), plan.is_missing()]);
    /// let Clause::Not(inner) = condition.clause() else { panic!() };
    /// let Clause::Any(parts) = inner.clause() else { panic!() };
    /// assert!(matches!(parts[0].clause(), Clause::Test(test) if test.operator() == "is"));
    /// ```
    pub fn clause(&self) -> Clause<'_> {
        match &self.0 {
            Shape::Together(of) | Shape::All(of) => Clause::All(of),
            Shape::Any(of) => Clause::Any(of),
            Shape::Not(inner) => Clause::Not(inner),
            Shape::AtLeastOf { count, of } => Clause::AtLeastOf { count: *count, of },
            Shape::Leaf(leaf) => Clause::Test(Test(leaf)),
        }
    }

    /// Returns every test of the condition, in document order, whatever the joins around it.
    pub fn tests(&self) -> impl Iterator<Item = Test<'_>> {
        self.leaves().map(Test)
    }

    pub(super) fn leaves(&self) -> impl Iterator<Item = &Leaf> {
        // A stack instead of recursion: nothing bounds the depth of a condition that is built in Rust.
        let mut open = vec![self];
        std::iter::from_fn(move || {
            loop {
                match &open.pop()?.0 {
                    Shape::Together(of) | Shape::All(of) | Shape::Any(of) | Shape::AtLeastOf { of, .. } => {
                        open.extend(of.iter().rev());
                    }
                    Shape::Not(inner) => open.push(inner),
                    Shape::Leaf(leaf) => return Some(leaf),
                }
            }
        })
    }
}

impl<'m> Test<'m> {
    /// Returns where the tested value comes from.
    pub fn input(&self) -> Input<'m> {
        match self.0 {
            Leaf::Known { field, .. }
            | Leaf::Flag { field, .. }
            | Leaf::Text { of: TextSubject::Field(field), .. }
            | Leaf::Tags { field, .. }
            | Leaf::AnyNotIn { field, .. }
            | Leaf::Day { field, .. } => Input::Field(field),
            Leaf::Number { of, .. } => Input::of(of),
            Leaf::Text { of: TextSubject::Grade, .. } => Input::Grade,
            Leaf::Text { of: TextSubject::Verdict, .. } => Input::Verdict,
            Leaf::Recency { event, .. } | Leaf::Never { event, .. } => Input::events(event, None, None, (None, None)),
        }
    }

    /// Returns the operator as it is written in documents, such as `at_least`.
    pub fn operator(&self) -> &'static str {
        self.0.operator()
    }

    /// Returns what the input is compared with.
    pub fn operand(&self) -> Operand<'m> {
        match self.0 {
            Leaf::Known { known: flag, .. } | Leaf::Flag { is: flag, .. } | Leaf::Never { never: flag, .. } => {
                Operand::Flag(*flag)
            }
            Leaf::Number { op, .. } => match *op {
                NumberOp::Is(number)
                | NumberOp::IsNot(number)
                | NumberOp::AtLeast(number)
                | NumberOp::MoreThan(number)
                | NumberOp::AtMost(number)
                | NumberOp::LessThan(number) => Operand::Number(number),
                NumberOp::Between(low, high) => Operand::Range(low, high),
            },
            Leaf::Text { op, texts, .. } => Operand::texts(texts, op.takes_list()),
            Leaf::Tags { op, tags, .. } => Operand::texts(tags, op.takes_list()),
            Leaf::AnyNotIn { other, .. } => Operand::Field(other),
            Leaf::Day { date, .. } => Operand::Date(*date),
            Leaf::Recency { window: Window::Last(span), .. } => Operand::Span(*span),
            Leaf::Recency { window, .. } => Operand::Window(window),
        }
    }

    /// Returns whether a test on text or tags compares them regardless of case.
    pub fn ignores_case(&self) -> bool {
        matches!(
            self.0,
            Leaf::Text { ignore_case: true, .. }
                | Leaf::Tags { ignore_case: true, .. }
                | Leaf::AnyNotIn { ignore_case: true, .. }
        )
    }
}

impl<'m> Operand<'m> {
    fn texts(texts: &'m [String], list: bool) -> Operand<'m> {
        match texts {
            [text] if !list => Operand::Text(text),
            texts => Operand::Texts(texts),
        }
    }
}

impl<'m> Input<'m> {
    pub(super) fn of(quantity: &'m Quantity) -> Input<'m> {
        match quantity {
            Quantity::Number { field } => Input::Field(field),
            Quantity::Ratio { field, of } => Input::Ratio { field, of },
            Quantity::Calendar { field, by } => Input::Calendar { field, measure: by.name() },
            Quantity::TagCount { field } => Input::TagCount(field),
            Quantity::Event { event, ages, distinct, ratio_to, .. } => {
                let of = (distinct.as_deref(), ratio_to.as_deref());
                Input::events(event, quantity.measure(), ages.as_ref(), of)
            }
            Quantity::DaysSinceLast { event } => Input::events(event, quantity.measure(), None, (None, None)),
            Quantity::Axis { name } => Input::Axis(name),
            Quantity::Rule { id } => Input::Rule(id),
            Quantity::GreatestRule { axis } => Input::GreatestRule(axis),
            Quantity::Score => Input::Score,
            Quantity::Coverage => Input::Coverage,
        }
    }

    fn events(
        event: &'m EventSource,
        measure: Option<&'static str>,
        ages: Option<&'m AgeWindow>,
        (distinct, ratio_to): (Option<&'m str>, Option<&'m str>),
    ) -> Input<'m> {
        let (min_age, max_age, window) = match ages {
            None => (None, None, None),
            Some(AgeWindow::Within(Window::Last(max))) => (None, Some(*max), None),
            Some(AgeWindow::Within(window)) => (None, None, Some(window)),
            Some(AgeWindow::Between(min, max)) => (Some(*min), Some(*max), None),
        };
        let matching = event.matching.as_deref();
        Input::Events { name: &event.name, measure, min_age, max_age, matching, distinct, window, ratio_to }
    }

    /// Returns the field that the input reads, the dividend of a ratio. `None` for events and outcomes.
    pub fn field(&self) -> Option<&'m str> {
        match self {
            Input::Field(field)
            | Input::Ratio { field, .. }
            | Input::Calendar { field, .. }
            | Input::TagCount(field) => Some(field),
            Input::Events { .. }
            | Input::Axis(_)
            | Input::Rule(_)
            | Input::GreatestRule(_)
            | Input::Score
            | Input::Coverage
            | Input::Grade
            | Input::Verdict => None,
        }
    }
}
