//! Operators on fields, events and outcomes, and their operands.

use super::condition::Tests;
use super::words::{help_with_operator, is_negative};
use super::{Reader, find, tables};
use crate::model::condition::{
    AgeWindow, EventMeasure, EventSource, Leaf, NumberOp, Quantity, TagOp, TextOp, TextSubject,
};
use crate::model::document::names::{
    ANY_NOT_IN, BETWEEN, ConditionKey, DISTINCT, GREATEST_RULE, IGNORE_CASE, IS, Named, RATIO_FIELD, RATIO_TO, WHERE,
    WITHIN, lookup,
};
use crate::model::document::node::Node;
use crate::model::document::operators::{EventOp, FieldOp};
use crate::model::document::table::Table;
use crate::problem::{Path, Problem, nearest};
use crate::time::parse_date;

/// Returns a comparison with a number, if the node is one.
fn number_comparison(op: &str, node: &Node) -> Option<NumberOp> {
    let comparison = lookup(&NumberOp::COMPARISONS, op)?;
    node.number().map(comparison)
}

/// Whether a node is a list with a date.
fn are_dates(node: &Node) -> bool {
    let is_date = |item: &Node| matches!(item, Node::Text(text) if parse_date(text).is_some());
    matches!(node, Node::List(items) if items.iter().any(is_date))
}

/// What several operators on one text or on tags have in common.
#[derive(Clone, Copy)]
struct OnText<'r> {
    of: &'r TextSubject,
    ignore_case: bool,
}

impl Reader {
    /// Reads the tests on one field: a bare value for `is`, or a table of operators.
    pub(super) fn field_tests(&mut self, field: &str, node: &Node, path: &Path<'_>, tests: &mut Tests) -> Option<()> {
        let of = TextSubject::Field(field.to_owned());
        match node {
            Node::Flag(_) | Node::Whole(_) | Node::Number(_) | Node::Text(_) => {
                self.equality(field, IS, node, path, OnText { of: &of, ignore_case: false }, tests)
            }
            Node::Table(entries) => {
                let ignore_case = self.ignore_case(entries, path);
                let text = OnText { of: &of, ignore_case: ignore_case.unwrap_or_default() };
                let read = self.each_entry(node, path, |reader, op, node, path| {
                    reader.field_operator(field, op, node, path, text, tests)
                });
                ignore_case.and(read)
            }
            _ => self.wrong_type(node, path, "a value or a table of operators such as `one_of`"),
        }
    }

    /// Reads `ignore_case`, which needs an operator on text or tags in the same table.
    fn ignore_case(&mut self, entries: &[(String, Node)], path: &Path<'_>) -> Option<bool> {
        let Some(node) = find(entries, IGNORE_CASE) else {
            return Some(false);
        };
        let is_on_text = |(name, node): &(String, Node)| match TextOp::named(name) {
            Some(TextOp::Is | TextOp::IsNot) => matches!(node, Node::Text(_) | Node::Refused),
            op => op.is_some() || TagOp::named(name).is_some() || name == ANY_NOT_IN,
        };
        let path = path.key(IGNORE_CASE);
        if !entries.iter().any(is_on_text) {
            let message = "`ignore_case` needs an operator on text or tags, such as `contains` or `has`";
            let help = "remove it: nothing else here has upper and lower case";
            return self.problems.refuse_with_help("forms", &path, message, help);
        }
        self.flag(node, &path)
    }

    fn field_operator(
        &mut self,
        field: &str,
        op: &str,
        node: &Node,
        path: &Path<'_>,
        text: OnText<'_>,
        tests: &mut Tests,
    ) -> Option<()> {
        let own = || field.to_owned();
        let Some(found) = FieldOp::named(op) else {
            return self.unknown_field_operator(field, op, path);
        };
        match found {
            FieldOp::IgnoreCase => {}
            FieldOp::Known => tests.add(Leaf::Known { field: own(), known: self.flag(node, path)? }),
            FieldOp::Equality(_) => self.equality(field, op, node, path, text, tests)?,
            FieldOp::RatioTo => self.ratio(field, node, path, tests)?,
            FieldOp::TagCount => self.number_tests(node, path, &Quantity::TagCount { field: own() }, tests)?,
            FieldOp::AnyNotIn => {
                let other = self.name(node, path)?;
                tests.add(Leaf::AnyNotIn { field: own(), other, ignore_case: text.ignore_case });
            }
            FieldOp::Text(op) => self.text_test(op, node, path, text, tests)?,
            FieldOp::Tags(op) => {
                let tags = self.text_operand(op.takes_list(), node, path)?;
                tests.add(Leaf::Tags { field: own(), op, tags, ignore_case: text.ignore_case });
            }
            FieldOp::Day(op) => tests.add(Leaf::Day { field: own(), op, date: self.date(node, path)? }),
            FieldOp::Calendar(by) => self.number_tests(node, path, &Quantity::Calendar { field: own(), by }, tests)?,
            FieldOp::Number(NumberOp::Between(..)) if are_dates(node) => {
                let (message, help) = ("`between` takes two numbers", "for dates, write `on_or_after` and `before`");
                return self.problems.refuse_with_help("wrong-type", path, message, help);
            }
            FieldOp::Number(_) => {
                let op = self.number_operator(op, node, path)??;
                tests.add(Leaf::Number { of: Quantity::Number { field: own() }, op });
            }
        }
        Some(())
    }

    fn unknown_field_operator<T>(&mut self, field: &str, op: &str, path: &Path<'_>) -> Option<T> {
        if ConditionKey::named(field).is_some_and(ConditionKey::tests_outcome) {
            let help =
                format!("`{field}` is a field name here; only promoters, limits and segments can test the outcome");
            return self.problems.refuse_with_help("unknown-operator", path, format!("unknown operator `{op}`"), help);
        }
        self.unknown_operator(op, path, "", FieldOp::all().map(|(name, _)| name))
    }

    /// Reads `is` or `is_not`, whose operand decides the kind of the field.
    fn equality(
        &mut self,
        field: &str,
        op: &str,
        node: &Node,
        path: &Path<'_>,
        text: OnText<'_>,
        tests: &mut Tests,
    ) -> Option<()> {
        match (node, TextOp::named(op), number_comparison(op, node)) {
            (Node::Text(_), Some(op), _) => self.text_test(op, node, path, text, tests)?,
            (_, _, Some(op)) => tests.add(Leaf::Number { of: Quantity::Number { field: field.to_owned() }, op }),
            (Node::Flag(is), ..) if op == IS => tests.add(Leaf::Flag { field: field.to_owned(), is: *is }),
            (Node::Flag(_), ..) => {
                let message = "`is_not` is for numbers and text; test a flag with `is = true` or `is = false`";
                return self.problems.refuse("wrong-type", path, message);
            }
            (Node::List(_), Some(op), _) => {
                let message = format!("`{}` takes one value, found a list", op.name());
                let list = if op == TextOp::Is { TextOp::OneOf } else { TextOp::NoneOf };
                let help = format!("for texts write `{}`", list.name());
                return self.problems.refuse_with_help("wrong-type", path, message, help);
            }
            _ if op == IS => return self.wrong_type(node, path, "a flag, a number or text"),
            _ => return self.wrong_type(node, path, "a number or text"),
        }
        Some(())
    }

    fn ratio(&mut self, field: &str, node: &Node, path: &Path<'_>, tests: &mut Tests) -> Option<()> {
        let entries = self.entries(node, path)?;
        let Some(of) = tables::Ratio::FIELD.among(self, entries, path)? else {
            return self.problems.refuse("missing-key", path, "the key `field` is missing");
        };
        let quantity = Quantity::Ratio { field: field.to_owned(), of };
        self.number_table(entries, path, &[RATIO_FIELD], &quantity, tests)
    }

    /// Reads the tests on a quantity: a bare number for `is`, or a table of operators.
    pub(super) fn number_tests(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        of: &Quantity,
        tests: &mut Tests,
    ) -> Option<()> {
        if let Some(op) = number_comparison(IS, node) {
            tests.add(Leaf::Number { of: of.clone(), op });
            return Some(());
        }
        let Node::Table(entries) = node else {
            return self.wrong_type(node, path, "a number or a table of operators");
        };
        self.number_table(entries, path, &[], of, tests)
    }

    /// Reads the tests on the score of an axis, and on the greatest points of its rules.
    pub(super) fn axis_tests(&mut self, axis: &str, node: &Node, path: &Path<'_>, tests: &mut Tests) -> Option<()> {
        let of = Quantity::Axis { name: axis.to_owned() };
        let Node::Table(entries) = node else {
            return self.number_tests(node, path, &of, tests);
        };
        let Some(greatest) = find(entries, GREATEST_RULE) else {
            return self.number_table(entries, path, &[], &of, tests);
        };
        let own = Quantity::GreatestRule { axis: axis.to_owned() };
        let read = self.number_tests(greatest, &path.key(GREATEST_RULE), &own, tests);
        if entries.len() == 1 {
            return read;
        }
        self.number_table(entries, path, &[GREATEST_RULE], &of, tests).and(read)
    }

    /// Reads a table of number operators. The keys in `other` are read elsewhere.
    fn number_table(
        &mut self,
        entries: &[(String, Node)],
        path: &Path<'_>,
        other: &[&str],
        of: &Quantity,
        tests: &mut Tests,
    ) -> Option<()> {
        let mut operators = entries.iter().filter(|(key, _)| !other.contains(&key.as_str())).peekable();
        if operators.peek().is_none() {
            return self.problems.refuse("empty", path, "a test on a number needs an operator such as `at_least`");
        }
        let mut complete = true;
        for (op, node) in operators {
            let path = path.key(op);
            match self.number_operator(op, node, &path) {
                Some(Some(op)) => tests.add(Leaf::Number { of: of.clone(), op }),
                Some(None) if matches!(of, Quantity::Event { .. }) && tables::Calendar::TABLE.has(op) => {
                    let (message, help) = (format!("unknown operator `{op}`"), format!("write `within.{op}`"));
                    self.problems.refuse_with_help::<()>("unknown-operator", &path, message, help);
                    complete = false;
                }
                Some(None) => {
                    let options: &[&Table] = match of {
                        Quantity::Event { by: EventMeasure::Count, .. } => {
                            &[tables::MeasureOptions::TABLE, tables::CountOptions::TABLE]
                        }
                        Quantity::Event { .. } => &[tables::MeasureOptions::TABLE],
                        Quantity::Axis { .. } => &[tables::AxisOptions::TABLE],
                        _ => &[],
                    };
                    let options = options.iter().flat_map(|table| table.keys).map(|key| key.name);
                    let known = NumberOp::names().chain(options);
                    complete &= self.unknown_operator::<()>(op, &path, "", known).is_some();
                }
                None => complete = false,
            }
        }
        complete.then_some(())
    }

    /// Reads a number operator; `Some(None)` if there is no such operator.
    #[expect(clippy::option_option, reason = "an unknown operator differs from a wrong operand")]
    fn number_operator(&mut self, op: &str, node: &Node, path: &Path<'_>) -> Option<Option<NumberOp>> {
        if op == BETWEEN {
            let bounds = self.list(node, path, Reader::number)?;
            let [low, high] = bounds[..] else {
                return self.wrong_length(node, path, "two numbers, `[low, high]`");
            };
            return Some(Some(NumberOp::Between(low, high)));
        }
        match lookup(&NumberOp::COMPARISONS, op) {
            Some(comparison) => self.number(node, path).map(|number| Some(comparison(number))),
            None => Some(None),
        }
    }

    /// Reads the tests on the grade or the verdict.
    pub(super) fn outcome_text(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        of: &TextSubject,
        tests: &mut Tests,
    ) -> Option<()> {
        match node {
            Node::Text(_) => self.text_test(TextOp::Is, node, path, OnText { of, ignore_case: false }, tests),
            Node::Table(entries) => {
                let ignore_case = self.ignore_case(entries, path);
                let text = OnText { of, ignore_case: ignore_case.unwrap_or_default() };
                let read = self.each_entry(node, path, |reader, op, node, path| match TextOp::named(op) {
                    _ if op == IGNORE_CASE => Some(()),
                    Some(op) => reader.text_test(op, node, path, text, tests),
                    None => reader.unknown_operator(op, path, "", TextOp::names()),
                });
                ignore_case.and(read)
            }
            _ => self.wrong_type(node, path, "text or a table of operators"),
        }
    }

    fn text_test(
        &mut self,
        op: TextOp,
        node: &Node,
        path: &Path<'_>,
        text: OnText<'_>,
        tests: &mut Tests,
    ) -> Option<()> {
        let texts = match node {
            Node::Text(_) | Node::List(_) | Node::Refused => {
                let list = op.takes_list() || (op.takes_either() && matches!(node, Node::List(_)));
                self.text_operand(list, node, path)?
            }
            _ if op.takes_either() => return self.wrong_type(node, path, "text or a list of texts"),
            _ => self.text_operand(op.takes_list(), node, path)?,
        };
        tests.add(Leaf::Text { of: text.of.clone(), op, texts, ignore_case: text.ignore_case });
        Some(())
    }

    fn text_operand(&mut self, list: bool, node: &Node, path: &Path<'_>) -> Option<Vec<String>> {
        if list { self.texts(node, path) } else { self.text(node, path).map(|text| vec![text]) }
    }

    /// Refuses an operator. The help is what to write instead, the nearest name, or all names.
    fn unknown_operator<T>(
        &mut self,
        op: &str,
        path: &Path<'_>,
        place: &str,
        known: impl Iterator<Item = &'static str>,
    ) -> Option<T> {
        self.problems.note_with(|found| {
            let known: Vec<_> = known.collect();
            let problem = Problem::new("unknown-operator", path, format!("unknown operator `{op}`{place}"));
            if let Some(help) = help_with_operator(op, path, &known) {
                return problem.with_help(help);
            }
            // A misspelling never leads to the opposite.
            let alike = known.iter().copied().filter(|own| is_negative(own) == is_negative(op));
            if nearest(op, alike.clone()).is_some() {
                return problem.suggesting(found, op, alike);
            }
            let known: Vec<_> = known.iter().map(|known| format!("`{known}`")).collect();
            problem.with_help(format!("write one of {}", known.join(", ")))
        });
        None
    }

    /// Reads the tests on events of one name.
    pub(super) fn event_tests(&mut self, event: &str, node: &Node, path: &Path<'_>, tests: &mut Tests) -> Option<()> {
        let Node::Table(entries) = node else {
            return self.wrong_type(node, path, "a table of operators such as `count`");
        };
        let matching = match find(entries, WHERE) {
            Some(node) => self.attribute_condition(node, &path.key(WHERE)).map(|matching| Some(Box::new(matching))),
            None => Some(None),
        };
        if matching.is_some() && entries.iter().all(|(key, _)| key == WHERE) && !entries.is_empty() {
            let message = "`where` selects events, but nothing here tests them";
            let help = "add a test, such as `count.at_least = 1`";
            return self.problems.refuse_with_help("missing-key", path, message, help);
        }
        let complete = matching.is_some();
        let event = EventSource { name: event.to_owned(), matching: matching.flatten() };
        let read = self.each_entry(node, path, |reader, op, node, path| {
            let own = || event.clone();
            let Some(found) = EventOp::named(op) else {
                return reader.unknown_operator(op, path, " on events", EventOp::all().map(|(name, _)| name));
            };
            match found {
                EventOp::Where => {}
                EventOp::Measure(by) => return reader.event_measure(node, path, &event, by, tests),
                EventOp::Recency(op) => {
                    tests.add(Leaf::Recency { event: own(), op, window: reader.window(node, path)? });
                }
                EventOp::Never => tests.add(Leaf::Never { event: own(), never: reader.flag(node, path)? }),
                EventOp::DaysSinceLast => {
                    return reader.number_tests(node, path, &Quantity::DaysSinceLast { event: own() }, tests);
                }
            }
            Some(())
        });
        read.filter(|()| complete)
    }

    /// Reads a number test on events, with the ages of events that count.
    fn event_measure(
        &mut self,
        node: &Node,
        path: &Path<'_>,
        event: &EventSource,
        by: EventMeasure,
        tests: &mut Tests,
    ) -> Option<()> {
        let quantity =
            |distinct, ages, ratio_to| Quantity::Event { event: event.clone(), by, ages, distinct, ratio_to };
        let Node::Table(entries) = node else {
            return self.number_tests(node, path, &quantity(None, None, None), tests);
        };
        let distinct = match find(entries, DISTINCT) {
            Some(_) if by != EventMeasure::Count => self.distinct_of(by, &path.key(DISTINCT)),
            _ => tables::CountOptions::DISTINCT.among(self, entries, path),
        };
        // A list of texts is a window of ages, a list of numbers is a number test.
        let is_window =
            |node: &&Node| matches!(node, Node::List(items) if items.iter().any(|item| matches!(item, Node::Text(_))));
        let (ages, window): (_, &[&str]) = match (find(entries, WITHIN), find(entries, BETWEEN).filter(is_window)) {
            (Some(_), Some(_)) => {
                let message = "give ages with `within` or with `between`, not with both";
                (self.problems.refuse("forms", path, message), &[WITHIN, BETWEEN])
            }
            (Some(_), None) => {
                let within = tables::MeasureOptions::WITHIN.among(self, entries, path);
                (within.map(|window| window.map(AgeWindow::Within)), &[WITHIN])
            }
            (None, Some(node)) => (self.age_range(node, &path.key(BETWEEN)).map(Some), &[BETWEEN]),
            (None, None) => (Some(None), &[]),
        };
        let ratio_to = tables::MeasureOptions::RATIO_TO.among(self, entries, path);
        let complete = ages.is_some() && distinct.is_some() && ratio_to.is_some();
        let other = [window, &[DISTINCT, RATIO_TO]].concat();
        let quantity = quantity(distinct.flatten(), ages.flatten(), ratio_to.flatten());
        self.number_table(entries, path, &other, &quantity, tests).filter(|()| complete)
    }

    /// Refuses `distinct` with another measure than `count`.
    pub(super) fn distinct_of<T>(&mut self, by: EventMeasure, path: &Path<'_>) -> Option<T> {
        self.problems.refuse("forms", path, format!("`distinct` is for `count`, not for `{}`", by.name()))
    }

    fn age_range(&mut self, node: &Node, path: &Path<'_>) -> Option<AgeWindow> {
        let spans = self.list(node, path, Reader::span)?;
        let [first, second] = spans[..] else {
            return self.wrong_length(node, path, "two spans of time, `[\"30d\", \"60d\"]`");
        };
        Some(AgeWindow::Between(first, second))
    }
}
