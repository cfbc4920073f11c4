//! Conditions: names resolved, operators turned into ranges, sizes held.

use std::ops::RangeInclusive;

use super::Compiler;
use crate::input::activity::{Ages, Names};
use crate::input::facts::Kind;
use crate::literal::Literals;
use crate::model::{
    AgeWindow, Calendar, Condition as Document, EventMeasure, EventNames, Happening, Leaf, NumberOp,
    Quantity as Measured, Shape, TagOp, TextOp, TextSubject as Asked,
};
use crate::problem::{Path, Problem};
use crate::program::{
    Condition, ConditionNode, Events, ProbeId, Quantity, TagTest, Test, TextSubject, TextTest, doubles_within,
};
use crate::time::{Span, day_of};

/// The key under which an operator stands in a document.
fn key_of(op: NumberOp) -> &'static str {
    match op {
        NumberOp::Is(_) => "is",
        NumberOp::IsNot(_) => "is_not",
        NumberOp::AtLeast(_) => "at_least",
        NumberOp::MoreThan(_) => "more_than",
        NumberOp::AtMost(_) => "at_most",
        NumberOp::LessThan(_) => "less_than",
        NumberOp::Between(..) => "between",
    }
}

impl<'m> Compiler<'m> {
    /// A whole condition; `outcome` says whether it may ask for axes, score, grade and verdict.
    pub(super) fn condition(&mut self, condition: &'m Document, path: &Path<'_>, outcome: bool) -> Option<Condition> {
        let tests = count_tests(condition);
        if tests > self.limits.condition_tests {
            self.over(
                path,
                "condition_tests",
                format!("the condition has {tests} tests, more than {}", self.limits.condition_tests),
            );
        }
        if depth(condition) > self.limits.nesting {
            self.over(path, "nesting", format!("the condition is nested deeper than {} levels", self.limits.nesting));
            return None;
        }
        self.part(condition, path, outcome)
    }

    fn part(&mut self, condition: &'m Document, path: &Path<'_>, outcome: bool) -> Option<Condition> {
        let form = match &condition.0 {
            Shape::Together(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.part(part, path, outcome)).collect();
                ConditionNode::All(parts.into_iter().collect::<Option<_>>()?)
            }
            Shape::All(of) => ConditionNode::All(self.parts(of, &path.key("all"), outcome)?),
            Shape::Any(of) => ConditionNode::Any(self.parts(of, &path.key("any"), outcome)?),
            Shape::Not(inner) => ConditionNode::Not(Box::new(self.part(inner, &path.key("not"), outcome)?)),
            Shape::AtLeastOf { count, of } => {
                let path = path.key("at_least_of");
                let count = usize::try_from(*count).unwrap_or(usize::MAX);
                if count == 0 || count > of.len() {
                    let message = format!("`{count}` is not from 1 to the number of conditions, {}", of.len());
                    self.note(Problem::new("out-of-range", &path.key("count"), message));
                }
                ConditionNode::AtLeastOf { count, of: self.parts(of, &path.key("of"), outcome)? }
            }
            Shape::Leaf(leaf) => return self.leaf(leaf, path, outcome),
        };
        Some(form.into())
    }

    fn parts(&mut self, parts: &'m [Document], path: &Path<'_>, outcome: bool) -> Option<Box<[Condition]>> {
        if parts.is_empty() {
            self.note(Problem::new("empty", path, "a list of conditions must not be empty"));
        }
        let parts: Vec<_> =
            parts.iter().enumerate().map(|(place, part)| self.part(part, &path.index(place), outcome)).collect();
        parts.into_iter().collect()
    }

    fn leaf(&mut self, leaf: &'m Leaf, path: &Path<'_>, outcome: bool) -> Option<Condition> {
        let listed = match leaf {
            Leaf::Text { op: TextOp::OneOf(texts) | TextOp::NoneOf(texts), .. } => Some(texts),
            Leaf::Tags { op: TagOp::HasAny(tags) | TagOp::HasAll(tags) | TagOp::HasNone(tags), .. } => Some(tags),
            _ => None,
        };
        // The reader refuses this too, so only a model built in Rust can come here.
        if listed.is_some_and(Vec::is_empty) {
            self.note(Problem::new("empty", path, "an empty list would never or always match"));
            return None;
        }
        Some(match leaf {
            Leaf::Known { field, known } => {
                let field = self.field(field, Kind::Any, &path.key(field))?;
                self.test(Test::Known { field, known: *known })
            }
            Leaf::Flag { field, is } => {
                let field = self.field(field, Kind::Flag, &path.key(field))?;
                self.test(Test::Flag { field, is: *is })
            }
            Leaf::Number { of, op } => self.number(of, *op, path, outcome)?,
            Leaf::Text { of, op, ignore_case } => self.text(of, op, *ignore_case, path, outcome)?,
            Leaf::Tags { field, op } => self.tags(field, op, &path.key(field))?,
            Leaf::Day { field, from, date } => {
                let field = self.field(field, Kind::Date, &path.key(field))?;
                let day = day_of(*date);
                let within = if *from { day..=i64::MAX } else { i64::MIN..=day - 1 };
                self.test(Test::Day { field, within, date: day, from: *from })
            }
            Leaf::Happened { events, op } => self.happened(events, *op, path)?,
        })
    }

    fn number(&mut self, of: &'m Measured, op: NumberOp, path: &Path<'_>, outcome: bool) -> Option<Condition> {
        let quantity = self.quantity(of, path, outcome);
        let within = {
            // Rebuilds the way to the operator as it stands in the document.
            let key = key_of(op);
            let (first, second, third) = quantity_keys(of);
            let first = path.key(first);
            let second = second.map(|second| first.key(second));
            let second = second.as_ref().unwrap_or(&first);
            let third = third.map(|third| second.key(third));
            self.operands(op, &third.as_ref().unwrap_or(second).key(key))
        };
        let of = quantity?;
        within?;
        let within: RangeInclusive<i64> = of.unit().range(op);
        let doubles = doubles_within(&within);
        Some(self.test(Test::Number { of, within, doubles, op }))
    }

    fn test(&self, test: Test) -> Condition {
        let probe = ProbeId::of_test(&test, |field| self.fields.get(field).map(|used| &used.reading.field));
        Condition { probe, node: ConditionNode::Test(test) }
    }

    fn operands(&mut self, op: NumberOp, path: &Path<'_>) -> Option<()> {
        let (low, high) = match op {
            NumberOp::Between(low, high) => (low, high),
            NumberOp::Is(number)
            | NumberOp::IsNot(number)
            | NumberOp::AtLeast(number)
            | NumberOp::MoreThan(number)
            | NumberOp::AtMost(number)
            | NumberOp::LessThan(number) => (number, number),
        };
        if !low.is_finite() || !high.is_finite() {
            self.note(Problem::new("not-finite", path, "a number to compare with must be finite"));
            return None;
        }
        if low > high {
            self.note(Problem::new(
                "bounds-order",
                path,
                format!("`{low}` is more than `{high}`, so nothing lies between"),
            ));
            return None;
        }
        Some(())
    }

    /// A quantity whose field, events or axis exist.
    pub(super) fn quantity(&mut self, of: &'m Measured, path: &Path<'_>, outcome: bool) -> Option<Quantity> {
        Some(match of {
            Measured::Number { field } => {
                Quantity::Number { field: self.field(field, Kind::Number, &path.key(field))? }
            }
            Measured::Ratio { field, of } => {
                let path = path.key(field);
                let field = self.field(field, Kind::Number, &path);
                let of = self.field(of, Kind::Number, &path.key("ratio_to").key("field"));
                Quantity::Ratio { field: field?, of: of? }
            }
            Measured::Calendar { field, by } => {
                Quantity::Calendar { field: self.field(field, Kind::Date, &path.key(field))?, by: *by }
            }
            Measured::TagCount { field } => {
                Quantity::TagCount { field: self.field(field, Kind::Tags, &path.key(field))? }
            }
            Measured::Event { events, by, ages } => {
                let (path, name) = (path.key("events"), one_name(events));
                let path = path.key(name);
                let by_name = EventMeasure::ALL.into_iter().find(|(_, own)| own == by).map_or("", |(name, _)| name);
                let within = match ages {
                    Some(AgeWindow::Between(..)) => "between",
                    _ => "within",
                };
                Quantity::Event { events: self.events(events, *ages, &path, &path.key(by_name).key(within))?, by: *by }
            }
            Measured::DaysSinceLast { events } => {
                let (path, name) = (path.key("events"), one_name(events));
                let path = path.key(name);
                Quantity::DaysSinceLast { events: self.events(events, None, &path, &path)? }
            }
            Measured::Axis { .. } | Measured::Score if !outcome => {
                self.outcome_only(path);
                return None;
            }
            Measured::Axis { name } => Quantity::Axis { axis: self.axis_named(name, &path.key("axis").key(name))? },
            Measured::Score => Quantity::Score,
        })
    }

    fn outcome_only(&mut self, path: &Path<'_>) {
        let message = "the outcome is not known here; only promoters, limits and segments may ask for it";
        self.note(Problem::new("outcome-here", path, message));
    }

    pub(super) fn axis_named(&mut self, name: &str, path: &Path<'_>) -> Option<usize> {
        let found = self.axes.iter().position(|axis| *axis == name);
        if found.is_none() {
            let problem = Problem::new("unknown-axis", path, format!("there is no axis `{name}`"));
            self.note(problem.suggesting(self.problems.len(), name, self.axes.iter().copied()));
        }
        found
    }

    /// Events of these names and ages; takes note of how far back they reach.
    fn events(
        &mut self,
        names: &'m EventNames,
        ages: Option<AgeWindow>,
        path: &Path<'_>,
        ages_path: &Path<'_>,
    ) -> Option<Events> {
        let ages = match ages {
            None => Some(Ages::ANY),
            Some(AgeWindow::Within(span)) => {
                self.span(span, ages_path).map(|to| Ages { from: 0, to: i64::try_from(to).ok() })
            }
            Some(AgeWindow::Between(from, to)) => self.between(from, to, ages_path),
        };
        let names = self.names(names, path);
        let ages = ages?;
        self.reaches_back(ages.to.and_then(|to| u64::try_from(to).ok()));
        Some(Events { names: names?, ages })
    }

    fn between(&mut self, from: Span, to: Span, path: &Path<'_>) -> Option<Ages> {
        let held = self.span(to, path)?;
        if from >= to {
            self.note(Problem::new(
                "bounds-order",
                path,
                format!("the age `{from}` is not below `{to}`, so no event lies between"),
            ));
            return None;
        }
        Some(Ages { from: i64::try_from(from.secs()).ok()?, to: i64::try_from(held).ok() })
    }

    pub(super) fn names(&mut self, names: &'m EventNames, path: &Path<'_>) -> Option<Names> {
        let names = &names.0;
        if names.is_empty() || names.iter().any(String::is_empty) {
            self.note(Problem::new("empty", path, "an event needs a name"));
            return None;
        }
        if names.iter().any(|name| name == "*") {
            if names.len() > 1 {
                self.note(Problem::new("forms", path, "`*` stands for all events and is given alone"));
                return None;
            }
            return Some(Names::All);
        }
        self.events.extend(names.iter().map(String::as_str));
        let mut sorted: Vec<Box<str>> = names.iter().map(|name| name.as_str().into()).collect();
        sorted.sort();
        let twice = sorted.windows(2).find_map(|pair| match pair {
            [name, next] if name == next => Some(name),
            _ => None,
        });
        if let Some(name) = twice {
            self.note(Problem::new("duplicate-name", path, format!("the event `{name}` is listed twice")));
            return None;
        }
        Some(Names::Listed(sorted.into()))
    }

    fn text(
        &mut self,
        of: &'m Asked,
        op: &'m TextOp,
        ignore_case: bool,
        path: &Path<'_>,
        outcome: bool,
    ) -> Option<Condition> {
        let (key, texts, negate): (_, &[String], _) = match op {
            TextOp::Is(text) => ("is", std::slice::from_ref(text), false),
            TextOp::IsNot(text) => ("is_not", std::slice::from_ref(text), true),
            TextOp::OneOf(texts) => ("one_of", texts, false),
            TextOp::NoneOf(texts) => ("none_of", texts, true),
            TextOp::StartsWith(_) => ("starts_with", &[], false),
            TextOp::EndsWith(_) => ("ends_with", &[], false),
            TextOp::Contains(_) => ("contains", &[], false),
        };
        let listed = matches!(op, TextOp::OneOf(_) | TextOp::NoneOf(_));
        let of = match of {
            Asked::Grade | Asked::Verdict if !outcome => {
                self.outcome_only(path);
                return None;
            }
            Asked::Grade => {
                let path = path.key("grade");
                if self.grade.is_none() {
                    self.note(Problem::new("no-grade", &path, "the model has no `[grade]`"));
                    return None;
                }
                self.among(texts, listed, ignore_case, &path.key(key), "a grade", &self.cells());
                TextSubject::Grade
            }
            Asked::Verdict => {
                let known = crate::grade::Verdict::ALL.map(|verdict| verdict.as_str().to_owned());
                self.among(texts, listed, ignore_case, &path.key("verdict").key(key), "a verdict", &known);
                TextSubject::Verdict
            }
            Asked::Field(name) => {
                let path = path.key(name);
                let field = self.field(name, Kind::Text, &path)?;
                let key_path = if matches!(op, TextOp::Is(_)) { path } else { path.key(key) };
                for (place, text) in texts.iter().enumerate() {
                    let path = if listed { key_path.index(place) } else { key_path };
                    self.known_text(field, text, ignore_case, &path);
                }
                TextSubject::Field(field)
            }
        };
        let test = match op {
            TextOp::StartsWith(text) => TextTest::StartsWith(text.as_str().into()),
            TextOp::EndsWith(text) => TextTest::EndsWith(text.as_str().into()),
            TextOp::Contains(text) => TextTest::Contains(text.as_str().into()),
            TextOp::Is(_) | TextOp::IsNot(_) | TextOp::OneOf(_) | TextOp::NoneOf(_) => {
                TextTest::OneOf(texts.iter().map(String::as_str).collect())
            }
        };
        let slot = self.slot();
        Some(self.test(Test::Text { of, test, ignore_case, negate, slot }))
    }

    /// Notes texts that are none of those there can be.
    fn among(
        &mut self,
        texts: &[String],
        listed: bool,
        ignore_case: bool,
        path: &Path<'_>,
        what: &str,
        known: &[String],
    ) {
        for (place, text) in texts.iter().enumerate() {
            let path = if listed { path.index(place) } else { *path };
            if !known.iter().any(|known| if ignore_case { known.eq_ignore_ascii_case(text) } else { known == text }) {
                let problem = Problem::new("unknown-text", &path, format!("`{text}` is not {what}"));
                self.note(problem.suggesting(self.problems.len(), text, known.iter().map(String::as_str)));
            }
        }
    }

    /// The number of another test on texts or tags.
    fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }

    fn tags(&mut self, field: &str, op: &'m TagOp, path: &Path<'_>) -> Option<Condition> {
        let list = |tags: &[String]| tags.iter().map(String::as_str).collect::<Literals>();
        let index = self.field(field, Kind::Tags, path)?;
        let (test, negate) = match op {
            TagOp::Has(tag) => (TagTest::HasAny(Literals::from_iter([tag.as_str()])), false),
            TagOp::HasAny(tags) => (TagTest::HasAny(list(tags)), false),
            TagOp::HasAll(tags) => (TagTest::HasAll(list(tags)), false),
            TagOp::HasNone(tags) => (TagTest::HasAny(list(tags)), true),
            TagOp::AnyNotIn(other) => {
                (TagTest::AnyNotIn(self.field(other, Kind::Tags, &path.key("any_not_in"))?), false)
            }
        };
        let slot = self.slot();
        Some(self.test(Test::Tags { field: index, test, negate, slot }))
    }

    fn happened(&mut self, names: &'m EventNames, op: Happening, path: &Path<'_>) -> Option<Condition> {
        let path = path.key("events");
        let path = path.key(one_name(names));
        let (key, ages, is) = match op {
            Happening::LastWithin(span) => ("last_within", Some(AgeWindow::Within(span)), true),
            Happening::NoneWithin(span) => ("none_within", Some(AgeWindow::Within(span)), false),
            Happening::Never(never) => ("never", None, !never),
        };
        let events = self.events(names, ages, &path, &path.key(key))?;
        Some(self.test(Test::Happened { events, is }))
    }
}

/// The key under which events stand in a condition.
fn one_name(events: &EventNames) -> &str {
    events.0.first().map_or("", String::as_str)
}

/// The keys that lead from a condition to the number tests on a quantity.
fn quantity_keys(of: &Measured) -> (&str, Option<&str>, Option<&str>) {
    let name_of = |by: Calendar| Calendar::ALL.into_iter().find(|(_, own)| *own == by).map(|(name, _)| name);
    match of {
        Measured::Number { field } => (field, None, None),
        Measured::Ratio { field, .. } => (field, Some("ratio_to"), None),
        Measured::Calendar { field, by } => (field, name_of(*by), None),
        Measured::TagCount { field } => (field, Some("count"), None),
        Measured::Event { events, by, .. } => {
            let by = EventMeasure::ALL.into_iter().find(|(_, own)| own == by).map(|(name, _)| name);
            ("events", events.0.first().map(String::as_str), by)
        }
        Measured::DaysSinceLast { events } => ("events", events.0.first().map(String::as_str), Some("days_since_last")),
        Measured::Axis { name } => ("axis", Some(name), None),
        Measured::Score => ("score", None, None),
    }
}

fn count_tests(condition: &Document) -> usize {
    match &condition.0 {
        Shape::Together(parts) | Shape::All(parts) | Shape::Any(parts) | Shape::AtLeastOf { of: parts, .. } => {
            parts.iter().map(count_tests).sum()
        }
        Shape::Not(inner) => count_tests(inner),
        Shape::Leaf(_) => 1,
    }
}

fn depth(condition: &Document) -> usize {
    match &condition.0 {
        // Several tests in one table are one level in the document.
        Shape::Together(parts) => parts.iter().map(depth).max().unwrap_or(0),
        Shape::All(parts) | Shape::Any(parts) | Shape::AtLeastOf { of: parts, .. } => {
            1 + parts.iter().map(depth).max().unwrap_or(0)
        }
        Shape::Not(inner) => 1 + depth(inner),
        Shape::Leaf(_) => 1,
    }
}
