//! Tests and quantities in words.

use super::{Object, words};
use crate::input::activity::{Ages, Names};
use crate::input::facts::Field;
use crate::literal::Literals;
use crate::model::{EventMeasure, Named, NumberOp, Period};
use crate::program::{
    CalendarWindow, Condition, ConditionNode, Edge, EventFilter, Events, FieldIndex, Program, Quantity, TagTest, Test,
    TextSubject, TextTest, Window,
};
use crate::time::{Span, date_at};

/// Returns the observed input in words.
pub(super) fn subject(program: &Program, of: Object<'_>) -> String {
    match of {
        Object::Test(test) => match test {
            Test::Number { of, .. } => quantity(program, of),
            Test::Known { field, .. }
            | Test::Flag { field, .. }
            | Test::Text { of: TextSubject::Field(field), .. }
            | Test::Tags { field, .. }
            | Test::Day { field, .. } => name(program, *field),
            Test::Text { of: TextSubject::Grade, .. } => "grade".to_owned(),
            Test::Text { of: TextSubject::Verdict, .. } => "verdict".to_owned(),
            Test::Happened { events, .. } => self::events(program, events),
        },
        Object::Quantity(of) => quantity(program, of),
        Object::Field(field) => name(program, field),
        Object::Signal(signal) => match signal.spend {
            Some(ages) => format!("unspent {}", within(names(program, &signal.events), by_age(ages))),
            None => events(program, &signal.events),
        },
    }
}

/// Returns what a test expects, in words.
pub(super) fn expected(program: &Program, test: &Test) -> String {
    match test {
        Test::Known { known: true, .. } => "known".to_owned(),
        Test::Known { known: false, .. } => "not known".to_owned(),
        Test::Flag { is, .. } => if *is { "yes" } else { "no" }.to_owned(),
        Test::Number { op, .. } => number(*op),
        Test::Text { test, negate, .. } => {
            let (texts, single, several) = match test {
                TextTest::OneOf(texts) if *negate => (texts, "not ", "none of "),
                TextTest::OneOf(texts) => (texts, "", "one of "),
                TextTest::StartsWith(texts) => (texts, "starting with ", "starting with one of "),
                TextTest::EndsWith(texts) => (texts, "ending with ", "ending with one of "),
                TextTest::Contains(texts) => (texts, "containing ", "containing one of "),
                TextTest::HasWord(texts) => (texts, "with the word ", "with one of the words "),
            };
            listed(texts, single, several)
        }
        Test::Tags { test: TagTest::HasAny(tags), negate: true, .. } => listed(tags, "without ", "with none of "),
        Test::Tags { test: TagTest::HasAny(tags), negate: false, .. } => listed(tags, "with ", "with one of "),
        Test::Tags { test: TagTest::HasAll(tags), .. } => format!("with all of {}", enumerated(tags)),
        Test::Tags { test: TagTest::AnyNotIn(other), .. } => {
            format!("with something that is not in {}", name(program, *other))
        }
        Test::Day { date, from: true, .. } => format!("on {} or later", date_at(*date)),
        Test::Day { date, from: false, .. } => format!("before {}", date_at(*date)),
        Test::Happened { is: true, .. } => "some".to_owned(),
        Test::Happened { is: false, .. } => "none".to_owned(),
    }
}

/// Returns one text after `single`, or several texts after `several`.
fn listed(texts: &Literals, single: &str, several: &str) -> String {
    format!("{}{}", if texts.len() == 1 { single } else { several }, enumerated(texts))
}

/// Returns texts as in the document, separated by commas.
fn enumerated(texts: &Literals) -> String {
    words::enumerated(texts.written())
}

/// Returns the name of an operator or measure in words: `at_least` is "at least".
fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

fn number(op: NumberOp) -> String {
    match op {
        NumberOp::Is(number) => format!("{number}"),
        NumberOp::IsNot(number) => format!("not {number}"),
        NumberOp::AtLeast(number)
        | NumberOp::MoreThan(number)
        | NumberOp::AtMost(number)
        | NumberOp::LessThan(number) => format!("{} {number}", spaced(op.name())),
        NumberOp::Between(low, high) => format!("from {low} to {high}"),
    }
}

fn name(program: &Program, field: FieldIndex) -> String {
    program.fields.get(field).map_or_else(String::new, |reading| reading.field.name().to_owned())
}

fn quantity(program: &Program, of: &Quantity) -> String {
    match of {
        Quantity::Number { field } => name(program, *field),
        Quantity::Ratio { field, of } => format!("{} / {}", name(program, *field), name(program, *of)),
        Quantity::Calendar { field, by } => {
            format!("{} {}", spaced(by.name()), name(program, *field))
        }
        Quantity::TagCount { field } => format!("number of {}", name(program, *field)),
        Quantity::Event { events: of, by } => measure(*by, &events(program, of)),
        Quantity::EventRatio { events: number, of, by } => {
            format!("{} / {}", measure(*by, &events(program, number)), measure(*by, &names(program, of)))
        }
        Quantity::Distinct { events: of, attribute } => format!("different {attribute} of {}", events(program, of)),
        Quantity::DaysSinceLast { events: of } => format!("days since the last of {}", events(program, of)),
        Quantity::Axis { axis } => {
            program.axes.get(*axis).map_or_else(String::new, |axis| format!("{} score", axis.title.shown()))
        }
        Quantity::Rule { slot } => {
            program.tested_rule(*slot).map_or_else(String::new, |rule| format!("rule {}", rule.title.shown()))
        }
        Quantity::GreatestRule { axis } => {
            program.axes.get(*axis).map_or_else(String::new, |axis| format!("greatest rule of {}", axis.title.shown()))
        }
        Quantity::Score => "score".to_owned(),
        Quantity::Coverage => "coverage".to_owned(),
    }
}

/// Returns a measure of events in words.
fn measure(by: EventMeasure, events: &str) -> String {
    match by {
        EventMeasure::Count => events.to_owned(),
        EventMeasure::Amount => format!("amount of {events}"),
        EventMeasure::Days => format!("days with {events}"),
        EventMeasure::MostPerDay => format!("most {events} on a day"),
        EventMeasure::MeanAmount => format!("mean amount of {events}"),
        EventMeasure::LatestAmount => format!("amount of the latest of {events}"),
    }
}

fn names(program: &Program, events: &Events) -> String {
    let names = match &events.names {
        Names::All => "events of any kind".to_owned(),
        Names::Listed(names) => format!("{} events", names.join(" or ")),
    };
    match &events.filter {
        Some(filter) => format!("{names} with {}", matching(program, filter, &filter.when)),
        None => names,
    }
}

fn events(program: &Program, events: &Events) -> String {
    let when = match &events.window {
        Window::Ages(ages) => by_age(*ages),
        Window::Calendar(window) => Some(by_calendar(program, window)),
    };
    within(names(program, events), when)
}

/// Returns the names of events, and when they happened.
fn within(names: String, when: Option<String>) -> String {
    match when {
        Some(when) => format!("{names} {when}"),
        None => names,
    }
}

/// Returns ages in words; `None` for all ages.
fn by_age(ages: Ages) -> Option<String> {
    let span = |secs: i64| Span::seconds(secs.unsigned_abs());
    let to = span(ages.to?);
    Some(if ages.from == 0 { format!("in the last {to}") } else { format!("from {} to {to} ago", span(ages.from)) })
}

fn by_calendar(program: &Program, window: &CalendarWindow) -> String {
    let day = |edge: &Edge| match edge {
        Edge::Day(day) => date_at(*day).to_string(),
        Edge::Field(field) => name(program, *field),
    };
    match window {
        CalendarWindow::This(periods) if periods.period == Period::Day => "today".to_owned(),
        CalendarWindow::Previous(periods) if periods.period == Period::Day => "yesterday".to_owned(),
        CalendarWindow::This(periods) => format!("this {}", periods.period.name()),
        CalendarWindow::Previous(periods) => format!("in the previous {}", periods.period.name()),
        CalendarWindow::Days([None, None]) => "at any time".to_owned(),
        CalendarWindow::Days([Some(since), None]) => format!("since {}", day(since)),
        CalendarWindow::Days([None, Some(until)]) => format!("until {}", day(until)),
        CalendarWindow::Days([Some(since), Some(until)]) => format!("from {} to {}", day(since), day(until)),
    }
}

/// Returns a condition on the attributes of events in words.
fn matching(program: &Program, filter: &EventFilter, when: &Condition) -> String {
    let each =
        |parts: &[Condition]| -> Vec<String> { parts.iter().map(|part| matching(program, filter, part)).collect() };
    match &when.node {
        ConditionNode::Test(test) => {
            let attribute = match test {
                Test::Number { of: Quantity::Number { field }, .. }
                | Test::Known { field, .. }
                | Test::Flag { field, .. }
                | Test::Text { of: TextSubject::Field(field), .. } => filter.attributes.get(*field),
                _ => None,
            };
            format!("{} {}", attribute.map_or("", Field::name), expected(program, test))
        }
        ConditionNode::Not(inner) => format!("not ({})", matching(program, filter, inner)),
        ConditionNode::All(parts) => each(parts).join(" and "),
        ConditionNode::Any(parts) => format!("({})", each(parts).join(" or ")),
        ConditionNode::AtLeastOf { count, of } => format!("at least {count} of ({})", each(of).join(", ")),
    }
}
