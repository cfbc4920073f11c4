//! Conditions: names are resolved, and operators become ranges.

use std::ops::RangeInclusive;

use super::rule::repeated;
use super::window::ANY_TIME;
use super::{Compiler, Schema};
use crate::grade::Verdict;
use crate::input::activity::Names;
use crate::input::facts::Kind;
use crate::literal::Literals;
use crate::model::{self, DayOp, Leaf, NumberOp, RecencyOp, Scope, Shape, TagOp, TextOp, names};
use crate::problem::{Path, Problem};
use crate::program::{
    Condition, ConditionNode, EventFilter, ProbeId, Quantity, TagTest, Test, TextSubject, TextTest, doubles_within,
};
use crate::text::same;
use crate::time::day_of;

/// Where a document states the parts of a quantity.
pub(super) struct Places<'p> {
    /// The field, the event, the axis or the score.
    pub(super) source: Path<'p>,
    /// The other field of a ratio, or the window.
    pub(super) option: Path<'p>,
    /// The table with the other options of events.
    pub(super) table: Path<'p>,
    /// The table with the `where` of events.
    pub(super) selection: Path<'p>,
}

/// The texts that a test compares for equality.
#[derive(Clone, Copy)]
struct Equality<'m> {
    texts: &'m [String],
    /// Whether the document has a list of them.
    listed: bool,
    ignore_case: bool,
}

impl<'m> Compiler<'m> {
    /// Compiles a whole condition; `scope` says whether it may test the outcome.
    pub(super) fn condition(
        &mut self,
        condition: &'m model::Condition,
        path: &Path<'_>,
        scope: Scope,
    ) -> Option<Condition> {
        let (tests, limits) = (condition.tests().count(), self.limits);
        if tests > limits.condition_tests {
            let message = format!("the condition has {tests} tests, more than {}", limits.condition_tests);
            self.over::<()>(path, "condition_tests", message);
        }
        if depth(condition) > limits.nesting {
            let message = format!(
                "`all`, `any`, `not` and `at_least_of` are nested deeper than {} levels in this condition",
                limits.nesting
            );
            return self.over(path, "nesting", message);
        }
        self.part(condition, path, scope)
    }

    fn part(&mut self, condition: &'m model::Condition, path: &Path<'_>, scope: Scope) -> Option<Condition> {
        let form = match &condition.0 {
            Shape::Together(parts) => {
                let parts: Vec<_> = parts.iter().map(|part| self.part(part, path, scope)).collect();
                ConditionNode::All(parts.into_iter().collect::<Option<_>>()?)
            }
            Shape::All(of) => ConditionNode::All(self.parts(of, &path.key("all"), scope)?),
            Shape::Any(of) => ConditionNode::Any(self.parts(of, &path.key("any"), scope)?),
            Shape::Not(inner) => ConditionNode::Not(Box::new(self.part(inner, &path.key("not"), scope)?)),
            Shape::AtLeastOf { count, of } => {
                let path = path.key("at_least_of");
                let count = usize::try_from(*count).unwrap_or(usize::MAX);
                if count == 0 || count > of.len() {
                    let message =
                        format!("`count` is {count}, but must be from 1 to {}, the number of conditions", of.len());
                    self.problems.note(Problem::new("out-of-range", &path.key("count"), message));
                }
                ConditionNode::AtLeastOf { count, of: self.parts(of, &path.key("of"), scope)? }
            }
            Shape::Leaf(leaf) => return self.leaf(leaf, path, scope),
        };
        Some(form.into())
    }

    fn parts(&mut self, parts: &'m [model::Condition], path: &Path<'_>, scope: Scope) -> Option<Box<[Condition]>> {
        if parts.is_empty() {
            return self.problems.refuse("empty", path, "a list of conditions must not be empty");
        }
        self.each(parts, path, |compiler, part, path| compiler.part(part, path, scope))
    }

    fn leaf(&mut self, leaf: &'m Leaf, path: &Path<'_>, scope: Scope) -> Option<Condition> {
        // Only a model built in Rust can have an empty list: reading refuses it.
        if let Leaf::Text { texts: list, .. } | Leaf::Tags { tags: list, .. } = leaf
            && list.is_empty()
        {
            return self.problems.refuse("empty", path, "an empty list matches nothing or everything");
        }
        if scope == Scope::Attributes && !tests_attribute(leaf) {
            let message = "an attribute is a flag, a number or a text";
            let help = "test it with operators such as `is`, `one_of`, `starts_with` and `at_least`";
            let table = leaf.table_keys(scope);
            return self.problems.refuse_with_help("wrong-kind", &path.keys(&table), message, help);
        }
        let (table, operand) = (leaf.table_keys(scope), leaf.operand_keys(scope));
        let (table, operand) = (path.keys(&table), path.keys(&operand));
        let test = match leaf {
            Leaf::Known { field, known } => Test::Known { field: self.field(field, Kind::Any, &table)?, known: *known },
            Leaf::Flag { field, is } => Test::Flag { field: self.field(field, Kind::Flag, &table)?, is: *is },
            Leaf::Number { of, op } => self.number(of, *op, path, scope)?,
            Leaf::Text { of, op, texts, ignore_case } => {
                if *op == TextOp::HasWord {
                    self.check_words(texts, &operand);
                }
                let (test, negate) = text_test(*op, literals(texts, *ignore_case));
                let compared = match test {
                    TextTest::OneOf(_) => &texts[..],
                    _ => &[],
                };
                let equality = Equality { texts: compared, listed: op.takes_list(), ignore_case: *ignore_case };
                let of = self.text_subject(of, equality, &table, &operand, scope)?;
                Test::Text { of, test, ignore_case: *ignore_case, negate, slot: self.slot() }
            }
            Leaf::Tags { field, op, tags, ignore_case } => {
                let field = self.field(field, Kind::Tags, &table)?;
                for (index, tag) in tags.iter().enumerate() {
                    let path = if op.takes_list() { operand.index(index) } else { operand };
                    self.check_text(field, tag, *ignore_case, &path);
                }
                let tags = literals(tags, *ignore_case);
                let (test, negate) = match op {
                    TagOp::Has | TagOp::HasAny => (TagTest::HasAny(tags), false),
                    TagOp::HasAll => (TagTest::HasAll(tags), false),
                    TagOp::HasNone => (TagTest::HasAny(tags), true),
                };
                Test::Tags { field, test, ignore_case: *ignore_case, negate, slot: self.slot() }
            }
            Leaf::AnyNotIn { field, other, ignore_case } => {
                let field = self.field(field, Kind::Tags, &table)?;
                let test = TagTest::AnyNotIn(self.field(other, Kind::Tags, &operand)?);
                Test::Tags { field, test, ignore_case: *ignore_case, negate: false, slot: self.slot() }
            }
            Leaf::Day { field, op, date } => {
                let field = self.field(field, Kind::Date, &table)?;
                let (date, from) = (day_of(*date), *op == DayOp::OnOrAfter);
                let within = if from { date..=i64::MAX } else { i64::MIN..=date - 1 };
                Test::Day { field, within, date, from }
            }
            Leaf::Recency { event, op, window } => {
                let window = self.window(window, &operand);
                let events = self.events_in(event.parts(), window, &table, &table)?;
                Test::Happened { events, is: *op == RecencyOp::LastWithin }
            }
            Leaf::Never { event, never } => {
                let events = self.events_in(event.parts(), Some(ANY_TIME), &table, &table)?;
                Test::Happened { events, is: !never }
            }
        };
        let probe = ProbeId::of_test(&test, |field| self.fields.get(field).map(|used| &used.reading.field));
        Some(Condition { probe, node: ConditionNode::Test(test) })
    }

    fn number(&mut self, of: &'m model::Quantity, op: NumberOp, path: &Path<'_>, scope: Scope) -> Option<Test> {
        let (source, table) = (of.source_keys(scope), of.table_keys(scope));
        let table = path.keys(&table);
        let option = of.option_key().map_or(table, |key| table.key(key));
        let source = path.keys(&source);
        let quantity = self.quantity(of, &Places { source, option, table, selection: source }, scope);
        let within = self.check_operand(op, &table.key(op.name()));
        let of = quantity?;
        within?;
        let within: RangeInclusive<i64> = of.unit().range(op);
        if let Some((possible, what)) = of.possible() {
            let never = within.start().max(possible.start()) > within.end().min(possible.end());
            let outside = operands(op).into_iter().find(|number| of.unit().is_outside(*number, &possible));
            let message = match outside {
                _ if never => Some(format!("this is {} true: {what}", if op.negates() { "always" } else { "never" })),
                outside => outside.map(|number| format!("`{number}` is never reached: {what}")),
            };
            if let Some(message) = message {
                let problem = Problem::new("unreachable-bound", &table.key(op.name()), message);
                self.problems.note(problem.with_help("correct the number, or remove the test"));
            }
        }
        let doubles = doubles_within(&within);
        Some(Test::Number { of, within, doubles, negate: op.negates(), op })
    }

    fn check_operand(&mut self, op: NumberOp, path: &Path<'_>) -> Option<()> {
        let [low, high] = operands(op);
        if !low.is_finite() || !high.is_finite() {
            return self.problems.refuse("not-finite", path, "a number to compare with must be finite");
        }
        if low > high {
            let message = format!("no number is between `{low}` and `{high}`");
            return self.problems.refuse_with_help("bounds-order", path, message, "write the lower bound first");
        }
        Some(())
    }

    /// Resolves the field, events or axis of a quantity.
    pub(super) fn quantity(&mut self, of: &'m model::Quantity, places: &Places<'_>, scope: Scope) -> Option<Quantity> {
        let Places { source, option, table, selection } = places;
        Some(match of {
            model::Quantity::Number { field } => Quantity::Number { field: self.field(field, Kind::Number, source)? },
            model::Quantity::Ratio { field, of } => {
                let field = self.field(field, Kind::Number, source);
                let of = self.field(of, Kind::Number, option);
                Quantity::Ratio { field: field?, of: of? }
            }
            model::Quantity::Calendar { field, by } => {
                Quantity::Calendar { field: self.field(field, Kind::Date, source)?, by: *by }
            }
            model::Quantity::TagCount { field } => Quantity::TagCount { field: self.field(field, Kind::Tags, source)? },
            model::Quantity::Event { event, by, ages, distinct, ratio_to } => {
                let window = self.event_window(ages.as_ref(), option);
                let events = self.events_in(event.parts(), window, source, selection);
                match (distinct, ratio_to) {
                    (None, None) => Quantity::Event { events: events?, by: *by },
                    (Some(attribute), None) if attribute.is_empty() => {
                        return self.problems.refuse("empty", &table.key(names::DISTINCT), "a name must not be empty");
                    }
                    (Some(attribute), None) => {
                        Quantity::Distinct { events: events?, attribute: attribute.as_str().into() }
                    }
                    (None, Some(of)) => {
                        // Problems of the window and of `where` are noted already.
                        let Some(events) = events else {
                            return self.names(std::slice::from_ref(of), &table.key(names::RATIO_TO)).and(None);
                        };
                        let window = self.event_window(ages.as_ref(), option);
                        let of = (of, event.matching.as_deref());
                        let of = self.events_in(of, window, &table.key(names::RATIO_TO), selection)?;
                        Quantity::EventRatio { events, of, by: *by }
                    }
                    (Some(_), Some(_)) => {
                        let message = "`distinct` and `ratio_to` do not go together";
                        return self.problems.refuse("forms", &table.key(names::DISTINCT), message);
                    }
                }
            }
            model::Quantity::DaysSinceLast { event } => {
                Quantity::DaysSinceLast { events: self.events_in(event.parts(), Some(ANY_TIME), source, selection)? }
            }
            model::Quantity::Axis { .. }
            | model::Quantity::Rule { .. }
            | model::Quantity::GreatestRule { .. }
            | model::Quantity::Score
            | model::Quantity::Coverage
                if scope != Scope::Outcome =>
            {
                return self.outcome_only(source);
            }
            model::Quantity::Axis { name } => Quantity::Axis { axis: self.axis_named(name, source)? },
            model::Quantity::Rule { id } => self.tested_rule(id, source)?,
            model::Quantity::GreatestRule { axis } => self.greatest_rule(axis, source, option)?,
            model::Quantity::Score => Quantity::Score,
            model::Quantity::Coverage => Quantity::Coverage,
        })
    }

    fn outcome_only<T>(&mut self, path: &Path<'_>) -> Option<T> {
        self.problems.refuse("outcome-here", path, "only promoters, limits and segments can test the outcome")
    }

    pub(super) fn axis_named(&mut self, name: &str, path: &Path<'_>) -> Option<usize> {
        let Some(index) = self.axes.iter().position(|axis| *axis == name) else {
            let message = format!("there is no axis `{name}`");
            return self.problems.refuse_unknown("unknown-axis", path, message, name, self.axes.iter().copied());
        };
        Some(index)
    }

    /// Compiles a condition on the attributes of events.
    #[expect(clippy::option_option, reason = "no condition differs from a wrong one")]
    pub(super) fn filter(
        &mut self,
        matching: Option<&'m model::Condition>,
        path: &Path<'_>,
    ) -> Option<Option<Box<EventFilter>>> {
        let Some(matching) = matching else { return Some(None) };
        // Attributes are the fields of an event, of any name. The subject's fields are put aside.
        let open = Schema { noun: "attribute", fields: &[], open: true, events: None };
        let schema = std::mem::replace(&mut self.schema, open);
        let (fields, indexes) = (std::mem::take(&mut self.fields), std::mem::take(&mut self.field_indexes));
        let slots = self.slots;
        let when = self.condition(matching, path, Scope::Attributes);
        let attributes = std::mem::replace(&mut self.fields, fields);
        (self.schema, self.field_indexes, self.slots) = (schema, indexes, slots);
        let attributes = attributes.into_iter().map(|used| used.reading.field).collect();
        Some(Some(Box::new(EventFilter { attributes, when: when? })))
    }

    pub(super) fn names(&mut self, names: &'m [String], path: &Path<'_>) -> Option<Names> {
        if names.is_empty() || names.iter().any(String::is_empty) {
            return self.problems.refuse("empty", path, "an event needs a name");
        }
        if names.iter().any(|name| name == "*") {
            if names.len() > 1 {
                let message = "`*` means all events, so it must be the only name";
                return self.problems.refuse("forms", path, message);
            }
            return Some(Names::All);
        }
        for name in names {
            if name.contains('*') {
                let message = format!("`{name}` contains `*`, which does not match parts of event names");
                let help = "list the names in full, or write \"*\" for the events of every name";
                return self.problems.refuse_with_help("forms", path, message, help);
            }
            self.check_event(name, path);
        }
        self.events.extend(names.iter().map(String::as_str));
        let mut sorted: Vec<Box<str>> = names.iter().map(|name| name.as_str().into()).collect();
        sorted.sort();
        if let Some(name) = repeated(sorted.iter().map(|name| &**name)) {
            return self.problems.refuse("duplicate-name", path, format!("the event `{name}` is listed twice"));
        }
        Some(Names::Listed(sorted.into()))
    }

    /// Resolves the text of a text test at the path `table`, and checks that it can equal the texts at `operand`.
    fn text_subject(
        &mut self,
        of: &'m model::TextSubject,
        equality: Equality<'_>,
        table: &Path<'_>,
        operand: &Path<'_>,
        scope: Scope,
    ) -> Option<TextSubject> {
        let Equality { texts, listed, ignore_case } = equality;
        match of {
            model::TextSubject::Field(name) => {
                let field = self.field(name, Kind::Text, table)?;
                for (index, text) in texts.iter().enumerate() {
                    let path = if listed { operand.index(index) } else { *operand };
                    self.check_text(field, text, ignore_case, &path);
                }
                Some(TextSubject::Field(field))
            }
            model::TextSubject::Grade | model::TextSubject::Verdict if scope != Scope::Outcome => {
                self.outcome_only(table)
            }
            model::TextSubject::Grade if self.grade.is_none() => {
                self.problems.refuse("no-grade", table, "the model has no `[grade]`")
            }
            model::TextSubject::Grade => {
                let grades = self.grades();
                let grades: Vec<_> = grades.iter().map(|grade| grade.as_str()).collect();
                self.check_outcome(equality, operand, "a grade", &grades);
                Some(TextSubject::Grade)
            }
            model::TextSubject::Verdict => {
                self.check_outcome(equality, operand, "a verdict", &Verdict::ALL.map(Verdict::as_str));
                Some(TextSubject::Verdict)
            }
        }
    }

    /// Notes texts that are no words. A list of one text is written as the text alone.
    fn check_words(&mut self, words: &[String], path: &Path<'_>) {
        for (index, word) in words.iter().enumerate() {
            if !word.chars().any(char::is_alphanumeric) {
                let path = if words.len() > 1 { path.index(index) } else { *path };
                let problem = Problem::new("no-word", &path, format!("`{word}` has no letter and no digit"));
                self.problems.note(problem.with_help("use `contains`, which finds any text"));
            }
        }
    }

    /// Notes texts that a grade or verdict can never equal.
    fn check_outcome(&mut self, equality: Equality<'_>, path: &Path<'_>, what: &str, known: &[&str]) {
        let Equality { texts, listed, ignore_case } = equality;
        for (index, text) in texts.iter().enumerate() {
            let path = if listed { path.index(index) } else { *path };
            if !known.iter().any(|known| if ignore_case { same(known, text) } else { known == text }) {
                let (message, known) = (format!("`{text}` is not {what}"), known.iter().copied());
                self.problems.refuse_unknown::<()>("unknown-text", &path, message, text, known);
            }
        }
    }

    /// Returns the slot of another test on texts or tags.
    fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }
}

/// Prepares texts for comparison.
fn literals(texts: &[String], ignore_case: bool) -> Literals {
    let texts = texts.iter().map(String::as_str);
    if ignore_case { Literals::folded(texts) } else { texts.collect() }
}

/// Returns the lowest and the highest number that an operator compares with.
fn operands(op: NumberOp) -> [f64; 2] {
    match op {
        NumberOp::Between(low, high) => [low, high],
        NumberOp::Is(number)
        | NumberOp::IsNot(number)
        | NumberOp::AtLeast(number)
        | NumberOp::MoreThan(number)
        | NumberOp::AtMost(number)
        | NumberOp::LessThan(number) => [number, number],
    }
}

/// Returns a text test, and whether it is negated.
fn text_test(op: TextOp, literals: Literals) -> (TextTest, bool) {
    match op {
        TextOp::Is | TextOp::OneOf => (TextTest::OneOf(literals), false),
        TextOp::IsNot | TextOp::NoneOf => (TextTest::OneOf(literals), true),
        TextOp::StartsWith => (TextTest::StartsWith(literals), false),
        TextOp::EndsWith => (TextTest::EndsWith(literals), false),
        TextOp::Contains => (TextTest::Contains(literals), false),
        TextOp::HasWord => (TextTest::HasWord(literals), false),
    }
}

/// Whether a test fits the attributes of an event.
fn tests_attribute(leaf: &Leaf) -> bool {
    match leaf {
        Leaf::Known { .. } | Leaf::Flag { .. } | Leaf::Text { of: model::TextSubject::Field(_), .. } => true,
        Leaf::Number { of, .. } => matches!(of, model::Quantity::Number { .. }),
        _ => false,
    }
}

fn depth(condition: &model::Condition) -> usize {
    match &condition.0 {
        // Several tests in one table are one level in the document.
        Shape::Together(parts) => parts.iter().map(depth).max().unwrap_or(0),
        Shape::All(parts) | Shape::Any(parts) | Shape::AtLeastOf { of: parts, .. } => {
            1 + parts.iter().map(depth).max().unwrap_or(0)
        }
        Shape::Not(inner) => 1 + depth(inner),
        Shape::Leaf(_) => 0,
    }
}
