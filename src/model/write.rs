//! From a model back to nodes, so that reading them gives the same model.

use chrono::{DateTime, SecondsFormat, Utc};

use super::condition::{
    AgeWindow, Calendar, Condition, EventMeasure, EventNames, Happening, Leaf, NumberOp, Quantity, Shape, TagOp,
    TextOp, TextSubject,
};
use super::node::Node;
use super::read::{FORMAT, RESERVED, RESERVED_OUTCOME};
use super::{
    Axis, Bands, Bound, Case, Combine, Cuts, Each, Gate, GateMissing, Group, Limit, Missing, Model, Play, Promoter,
    Rule, Segment, Signal, State, StateBound, Total, Worth,
};
use crate::decay::Decay;
use crate::input::facts::Value;
use crate::points::{MICROS, Points};
use crate::time::Span;

/// A table that is being written, in the order in which people read it.
#[derive(Default)]
struct Table(Vec<(String, Node)>);

impl Table {
    fn put(&mut self, key: &str, node: impl Into<Node>) {
        self.0.push((key.to_owned(), node.into()));
    }

    fn put_some<T: Into<Node>>(&mut self, key: &str, value: Option<T>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    fn put_list<T>(&mut self, key: &str, items: &[T], write: impl Fn(&T) -> Node) {
        if !items.is_empty() {
            self.put(key, Node::List(items.iter().map(write).collect()));
        }
    }

    fn put_unless<T: Into<Node> + PartialEq>(&mut self, key: &str, value: T, default: &T) {
        if value != *default {
            self.put(key, value);
        }
    }
}

impl From<Table> for Node {
    fn from(table: Table) -> Node {
        Node::Table(table.0)
    }
}

/// A table with one key.
fn single(key: &str, value: impl Into<Node>) -> Node {
    Node::Table(vec![(key.to_owned(), value.into())])
}

impl From<bool> for Node {
    fn from(flag: bool) -> Node {
        Node::Flag(flag)
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Node {
        Node::Text(text.to_owned())
    }
}

impl From<&String> for Node {
    fn from(text: &String) -> Node {
        Node::Text(text.clone())
    }
}

impl From<u32> for Node {
    fn from(whole: u32) -> Node {
        Node::Whole(whole.into())
    }
}

impl From<Points> for Node {
    fn from(points: Points) -> Node {
        if points.micros() % MICROS == 0 {
            Node::Whole(points.micros() / MICROS)
        } else {
            Node::Number(points.to_f64())
        }
    }
}

impl From<Span> for Node {
    fn from(span: Span) -> Node {
        Node::Text(span.to_string())
    }
}

fn instant(at: DateTime<Utc>) -> Node {
    Node::Text(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

fn text(text: &String) -> Node {
    text.into()
}

fn texts(texts: &[String]) -> Node {
    Node::List(texts.iter().map(Node::from).collect())
}

pub(super) fn model(model: &Model) -> Node {
    let mut table = Table::default();
    table.put("format", Node::Whole(FORMAT));
    table.put("name", &model.name);
    table.put_some("description", model.description.as_ref());
    if model.utc_offset_secs != 0 {
        table.put("utc_offset", offset(model.utc_offset_secs).as_str());
    }
    match model.total {
        Total::Mean => {}
        Total::Min => table.put("total", "min"),
        Total::Product => table.put("total", "product"),
    }
    if let Some(grade) = &model.grade {
        let mut sides = Table::default();
        sides.put("fit", cuts(&grade.fit));
        sides.put("activity", cuts(&grade.activity));
        table.put("grade", sides);
    }
    table.put_list("required", &model.required, gate);
    table.put_list("disqualifying", &model.disqualifying, gate);
    table.put_list("axis", &model.axes, axis);
    table.put_list("promoter", &model.promoters, promoter);
    table.put_list("limit", &model.limits, limit);
    table.put_list("state", &model.states, state);
    table.put_list("segment", &model.segments, segment);
    table.put_list("play", &model.plays, play);
    table.put_list("case", &model.cases, case);
    table.into()
}

/// `+05:30`.
fn offset(secs: i32) -> String {
    let minutes = secs.unsigned_abs() / 60;
    format!("{}{:02}:{:02}", if secs < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}

fn gate(gate: &Gate) -> Node {
    let mut table = Table::default();
    table.put("id", &gate.id);
    table.put_some("label", gate.label.as_ref());
    match gate.missing {
        GateMissing::Unknown => {}
        GateMissing::Holds => table.put("missing", "holds"),
        GateMissing::Fails => table.put("missing", "fails"),
    }
    table.put("when", condition(&gate.when, &[]));
    table.into()
}

fn promoter(promoter: &Promoter) -> Node {
    let mut table = Table::default();
    table.put("id", &promoter.id);
    table.put_some("label", promoter.label.as_ref());
    table.put("plus", promoter.plus);
    table.put("when", condition(&promoter.when, &RESERVED_OUTCOME));
    table.into()
}

fn limit(limit: &Limit) -> Node {
    let mut table = Table::default();
    table.put_some("id", limit.id.as_ref());
    table.put_some("label", limit.label.as_ref());
    match limit.bound {
        Bound::AtMost(score) => table.put("at_most", score),
        Bound::AtLeast(score) => table.put("at_least", score),
    }
    table.put("when", condition(&limit.when, &RESERVED_OUTCOME));
    table.into()
}

fn axis(axis: &Axis) -> Node {
    let mut table = Table::default();
    table.put("name", &axis.name);
    table.put_some("label", axis.label.as_ref());
    table.put_unless("weight", axis.weight, &Points::from(1));
    table.put_unless("base", axis.base, &Points::ZERO);
    table.put_some("available", axis.available);
    table.put_list("group", &axis.groups, group);
    table.put_list("rule", &axis.rules, rule);
    table.into()
}

fn group(group: &Group) -> Node {
    let mut table = Table::default();
    table.put("name", &group.name);
    table.put_some("label", group.label.as_ref());
    table.put_some("min", group.min);
    table.put_some("max", group.max);
    table.into()
}

fn rule(rule: &Rule) -> Node {
    let mut table = Table::default();
    table.put("id", &rule.id);
    table.put_some("label", rule.label.as_ref());
    table.put_some("group", rule.group.as_ref());
    match rule.missing {
        Missing::Points(Points::ZERO) => {}
        Missing::Points(points) => table.put("missing", single("points", points)),
        Missing::Skip => table.put("missing", "skip"),
    }
    table.put_some("when", rule.when.as_ref().map(|when| condition(when, &[])));
    worth(&mut table, &rule.worth);
    table.into()
}

/// A field as a key, behind the escape where its name is reserved.
fn at_field(field: &str, reserved: &[&str], value: Node) -> Node {
    let escape = RESERVED.contains(&field) || reserved.contains(&field);
    let plain = single(field, value);
    if escape { single("field", plain) } else { plain }
}

fn worth(table: &mut Table, worth: &Worth) {
    match worth {
        Worth::Points(points) => table.put("points", *points),
        Worth::First(first) => {
            table.put_unless("otherwise", first.otherwise, &Points::ZERO);
            table.put_list("first", &first.rows, |(when, points)| {
                let mut row = Table::default();
                row.put("points", *points);
                row.put("when", condition(when, &[]));
                row.into()
            });
        }
        Worth::Bands(bands) => put_bands(table, bands),
        Worth::Values(values) => {
            table.put_unless("otherwise", values.otherwise, &Points::ZERO);
            match values.combine {
                None => {}
                Some(Combine::Best) => table.put("combine", "best"),
                Some(Combine::Sum) => table.put("combine", "sum"),
            }
            let rows = values.rows.iter().map(|(text, points)| (text.clone(), Node::from(*points))).collect();
            table.put("values", at_field(&values.field, &[], Node::Table(rows)));
        }
        Worth::PerUnit(per_unit) => {
            let mut options = Table::default();
            options.put("points", per_unit.points);
            options.put_some("min", per_unit.min);
            options.put("max", per_unit.max);
            table.put("per_unit", at_field(&per_unit.field, &[], options.into()));
        }
        Worth::Signal(own) => table.put("signal", signal(own)),
    }
}

fn put_bands(table: &mut Table, bands: &Bands) {
    let rows = bands.rows.iter().map(|(bound, points)| Node::List(vec![(*bound).into(), (*points).into()])).collect();
    let rows = Node::List(rows);
    if bands.exclusive {
        table.put("bounds", "above");
    }
    table.put_unless("below", bands.below, &Points::ZERO);
    let by_event = |events: &EventNames, rows| single("events", single(first_name(events), rows));
    match &bands.of {
        // Of tags and axes only Rust can build bands; the compile step refuses them.
        Quantity::Number { field } | Quantity::TagCount { field } | Quantity::Axis { name: field } => {
            table.put("bands", at_field(field, &[], rows));
        }
        Quantity::Ratio { field, of } => {
            table.put("ratio_to", of);
            table.put("bands", at_field(field, &[], rows));
        }
        Quantity::Calendar { field, by } => {
            table.put("by", name_of(&Calendar::ALL, *by));
            table.put("bands", at_field(field, &[], rows));
        }
        Quantity::Event { events, by, ages } => {
            table.put("by", name_of(&EventMeasure::ALL, *by));
            match ages {
                Some(AgeWindow::Within(span)) => table.put("within", *span),
                // Only Rust can build such bands; the compile step refuses them.
                Some(AgeWindow::Between(..)) | None => {}
            }
            table.put("bands", by_event(events, rows));
        }
        Quantity::DaysSinceLast { events } => {
            table.put("by", "days_since_last");
            table.put("bands", by_event(events, rows));
        }
        Quantity::Score => table.put("bands", single("score", rows)),
    }
}

fn name_of<T: PartialEq + Copy>(names: &[(&'static str, T)], value: T) -> &'static str {
    names.iter().find(|(_, own)| *own == value).map_or("", |(name, _)| name)
}

fn first_name(events: &EventNames) -> &str {
    events.0.first().map_or("", String::as_str)
}

fn signal(signal: &Signal) -> Node {
    let mut table = Table::default();
    match &signal.events.0[..] {
        [name] => table.put("event", name),
        names => table.put("event", texts(names)),
    }
    match signal.each {
        Each::Event(points) => table.put("points", points),
        Each::Unit(points) => table.put("points_per_unit", points),
    }
    table.put_some("window", signal.window);
    table.put_some("per_day", signal.per_day);
    table.put_some("min_count", signal.min_count);
    table.put_some("most_recent", signal.most_recent);
    table.put_some("max", signal.max);
    table.put_some("decay", decay(&signal.decay));
    table.into()
}

fn decay(decay: &Decay) -> Option<Node> {
    let stepped = |percent: Points, every: Span| {
        let mut table = Table::default();
        table.put("percent", percent);
        table.put("every", every);
        Node::from(table)
    };
    Some(match decay {
        Decay::None => return None,
        Decay::HalfLife(span) => single("half_life", *span),
        Decay::Linear(span) => single("linear", *span),
        Decay::Drop { percent, every } => single("drop", stepped(*percent, *every)),
        Decay::Keep { percent, every } => single("keep", stepped(*percent, *every)),
        Decay::Table(rows) => {
            let rows = rows.iter().map(|(age, percent)| Node::List(vec![(*age).into(), (*percent).into()])).collect();
            single("table", Node::List(rows))
        }
    })
}

fn cuts(cuts: &Cuts) -> Node {
    let mut table = Table::default();
    table.put("axis", &cuts.axis);
    table.put("cuts", Node::List(cuts.cuts.iter().map(|cut| (*cut).into()).collect()));
    table.into()
}

fn state(state: &State) -> Node {
    let mut table = Table::default();
    table.put("name", &state.name);
    match state.from {
        StateBound::Score(score) => table.put("at_least", score),
        StateBound::Points(points) => table.put("at_least_points", points),
    }
    table.into()
}

fn segment(segment: &Segment) -> Node {
    let mut table = Table::default();
    table.put("name", &segment.name);
    table.put_some("when", segment.when.as_ref().map(|when| condition(when, &RESERVED_OUTCOME)));
    table.into()
}

fn play(play: &Play) -> Node {
    let mut table = Table::default();
    table.put("name", &play.name);
    table.put_list("grades", &play.grades, text);
    table.put_list("states", &play.states, text);
    table.put_list("segments", &play.segments, text);
    table.put_unless("otherwise", play.otherwise, &false);
    table.put_some("owner", play.owner.as_ref());
    table.put_some("respond_within", play.respond_within);
    table.into()
}

fn case(case: &Case) -> Node {
    let mut table = Table::default();
    table.put("name", &case.name);
    table.put("as_of", instant(case.as_of));
    let facts: Vec<_> =
        case.subject.iter().filter_map(|(field, value)| fact(value).map(|node| (field.to_owned(), node))).collect();
    if !facts.is_empty() {
        table.put("facts", Node::Table(facts));
    }
    let events: Vec<_> = crate::input::facts::Facts::activity(&case.subject).events().collect();
    table.put_list("events", &events, |event| {
        let mut row = Table::default();
        row.put("event", event.name);
        row.put("at", instant(event.at));
        row.put_unless("count", event.count, &1);
        row.put_unless("amount", event.amount, &Points::ZERO);
        row.into()
    });
    let mut expect = Table::default();
    expect.put_some("verdict", case.expect.verdict.as_ref());
    expect.put_some("score", case.expect.score);
    if !case.expect.axes.is_empty() {
        expect.put(
            "axes",
            Node::Table(case.expect.axes.iter().map(|(axis, score)| (axis.clone(), (*score).into())).collect()),
        );
    }
    expect.put_some("grade", case.expect.grade.as_ref());
    expect.put_some("state", case.expect.state.as_ref());
    expect.put_some("segment", case.expect.segment.as_ref());
    expect.put_some("play", case.expect.play.as_ref());
    table.put("expect", expect);
    table.into()
}

/// A fact as it stands in a case; a number that is not finite is missing, and so is left out.
fn fact(value: &Value) -> Option<Node> {
    Some(match value {
        Value::Flag(flag) => Node::Flag(*flag),
        Value::Number(number) => return number.is_finite().then(|| (*number).into()),
        Value::Text(text) => text.into(),
        Value::Tags(tags) => texts(tags),
        Value::Date(date) => Node::Text(date.to_string()),
        Value::Time(time) => instant(*time),
    })
}

/// A condition as a table; fields named like one of `reserved` go behind the escape.
pub(super) fn condition(condition: &Condition, reserved: &[&str]) -> Node {
    let list = |of: &[Condition]| Node::List(of.iter().map(|part| self::condition(part, reserved)).collect());
    match &condition.0 {
        Shape::Together(parts) => {
            // Two tests of one kind on one field, one of them behind the escape, do not fit into one table.
            let mut merged = Vec::new();
            let fits = parts.iter().all(|part| merge(&mut merged, self::condition(part, reserved)));
            if fits { Node::Table(merged) } else { single("all", list(parts)) }
        }
        Shape::All(of) => single("all", list(of)),
        Shape::Any(of) => single("any", list(of)),
        Shape::Not(inner) => single("not", self::condition(inner, reserved)),
        Shape::AtLeastOf { count, of } => {
            let mut table = Table::default();
            table.put("count", *count);
            table.put("of", list(of));
            single("at_least_of", table)
        }
        Shape::Leaf(test) => leaf(test, reserved),
    }
}

/// Puts one table into another, key by key; false where a key is taken by another value.
fn merge(into: &mut Vec<(String, Node)>, from: Node) -> bool {
    let Node::Table(entries) = from else { return false };
    entries.into_iter().all(|(key, value)| match into.iter_mut().find(|(own, _)| *own == key) {
        Some((_, Node::Table(inner))) => merge(inner, value),
        Some((_, own)) => *own == value,
        None => {
            into.push((key, value));
            true
        }
    })
}

fn leaf(leaf: &Leaf, reserved: &[&str]) -> Node {
    match leaf {
        Leaf::Known { field, known } => at_field(field, reserved, single("known", *known)),
        Leaf::Flag { field, is } => at_field(field, reserved, single("is", *is)),
        Leaf::Number { of, op } => number(of, *op, reserved),
        Leaf::Text { of, op, ignore_case } => {
            let (name, value) = match op {
                TextOp::Is(text) => ("is", text.into()),
                TextOp::IsNot(text) => ("is_not", text.into()),
                TextOp::OneOf(list) => ("one_of", texts(list)),
                TextOp::NoneOf(list) => ("none_of", texts(list)),
                TextOp::StartsWith(text) => ("starts_with", text.into()),
                TextOp::EndsWith(text) => ("ends_with", text.into()),
                TextOp::Contains(text) => ("contains", text.into()),
            };
            let mut table = Table::default();
            table.put(name, value);
            table.put_unless("ignore_case", *ignore_case, &false);
            match of {
                TextSubject::Field(field) => at_field(field, reserved, table.into()),
                TextSubject::Grade => single("grade", table),
                TextSubject::Verdict => single("verdict", table),
            }
        }
        Leaf::Tags { field, op } => {
            let (name, value) = match op {
                TagOp::Has(tag) => ("has", tag.into()),
                TagOp::HasAny(tags) => ("has_any", texts(tags)),
                TagOp::HasAll(tags) => ("has_all", texts(tags)),
                TagOp::HasNone(tags) => ("has_none", texts(tags)),
                TagOp::AnyNotIn(other) => ("any_not_in", other.into()),
            };
            at_field(field, reserved, single(name, value))
        }
        Leaf::Day { field, from, date } => {
            let value = Node::Text(date.to_string());
            at_field(field, reserved, single(if *from { "on_or_after" } else { "before" }, value))
        }
        Leaf::Happened { events, op } => {
            let value = match op {
                Happening::LastWithin(span) => single("last_within", *span),
                Happening::NoneWithin(span) => single("none_within", *span),
                Happening::Never(never) => single("never", *never),
            };
            single("events", single(first_name(events), value))
        }
    }
}

fn number(of: &Quantity, op: NumberOp, reserved: &[&str]) -> Node {
    let (name, value) = match op {
        NumberOp::Is(number) => ("is", number.into()),
        NumberOp::IsNot(number) => ("is_not", number.into()),
        NumberOp::AtLeast(number) => ("at_least", number.into()),
        NumberOp::MoreThan(number) => ("more_than", number.into()),
        NumberOp::AtMost(number) => ("at_most", number.into()),
        NumberOp::LessThan(number) => ("less_than", number.into()),
        NumberOp::Between(low, high) => ("between", Node::List(vec![low.into(), high.into()])),
    };
    let test = single(name, value);
    match of {
        Quantity::Number { field } => at_field(field, reserved, test),
        Quantity::Ratio { field, of } => {
            let mut ratio = vec![("field".to_owned(), Node::from(of))];
            merge(&mut ratio, test);
            at_field(field, reserved, single("ratio_to", Node::Table(ratio)))
        }
        Quantity::Calendar { field, by } => at_field(field, reserved, single(name_of(&Calendar::ALL, *by), test)),
        Quantity::TagCount { field } => at_field(field, reserved, single("count", test)),
        Quantity::Event { events, by, ages } => {
            let mut measure = Vec::new();
            match ages {
                Some(AgeWindow::Within(span)) => measure.push(("within".to_owned(), (*span).into())),
                Some(AgeWindow::Between(from, to)) => {
                    measure.push(("between".to_owned(), Node::List(vec![(*from).into(), (*to).into()])));
                }
                None => {}
            }
            merge(&mut measure, test);
            single("events", single(first_name(events), single(name_of(&EventMeasure::ALL, *by), Node::Table(measure))))
        }
        Quantity::DaysSinceLast { events } => {
            single("events", single(first_name(events), single("days_since_last", test)))
        }
        Quantity::Axis { name } => single("axis", single(name, test)),
        Quantity::Score => single("score", test),
    }
}
