//! From a model to nodes. Reading the nodes gives the same model.

mod condition;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

pub(in crate::model) use self::condition::condition;
use self::condition::nested;
use super::location::Scope;
use super::names::{
    BOUNDS, DISTINCT, IF_UNKNOWN, IGNORE_CASE, Named, PREVIOUS, RATIO_TO, SINCE, SKIP, THIS, UNTIL, WHERE, WITHIN,
    name_in,
};
use super::node::Node;
use super::read::FORMAT;
use crate::decay::Decay;
use crate::input::facts::Facts;
use crate::input::value::Value;
use crate::model::Model;
use crate::model::axis::{Axis, AxisMissing, Group, Missing, Rule};
use crate::model::case::{Case, Expect};
use crate::model::condition::{AgeWindow, Quantity};
use crate::model::gate::Gate;
use crate::model::outcome::{Bound, Cuts, Limit, Play, Promoter, Segment, State, StateBound, Total};
use crate::model::window::{Window, WindowEdge};
use crate::model::worth::{Band, Bands, Each, Prefer, Signal, Spend, Worth};
use crate::num::points::{MICROS, Points};
use crate::time::Span;

/// A table under construction, in the order in which people read its keys.
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

    fn put_rows<T: Copy + Into<Node>>(&mut self, key: &str, rows: &[(String, T)]) {
        if !rows.is_empty() {
            self.put(key, table_of(rows));
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

fn table_of<T: Copy + Into<Node>>(rows: &[(String, T)]) -> Node {
    Node::Table(rows.iter().map(|(key, value)| (key.clone(), (*value).into())).collect())
}

/// Returns a table with one key.
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

pub(in crate::model) fn model(model: &Model) -> Node {
    let mut table = Table::default();
    table.put("format", Node::Whole(FORMAT));
    table.put("name", &model.name);
    table.put_some("description", model.description.as_ref());
    if model.utc_offset_secs != 0 {
        table.put("utc_offset", offset(model.utc_offset_secs).as_str());
    }
    let default = Model::new("");
    if model.week_starts != default.week_starts {
        table.put("week_starts", model.week_starts.name());
    }
    if model.year_starts != default.year_starts {
        table.put("year_starts", model.year_starts.name());
    }
    if model.total != Total::default() {
        table.put("total", model.total.name());
    }
    if model.coverage {
        table.put("coverage", true);
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

/// Returns an offset such as `+05:30`.
fn offset(secs: i32) -> String {
    let minutes = secs.unsigned_abs() / 60;
    format!("{}{:02}:{:02}", if secs < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}

pub(in crate::model) fn gate(gate: &Gate) -> Node {
    let mut table = Table::default();
    table.put("id", &gate.id);
    table.put_some("label", gate.label.as_ref());
    table.put_some("missing", name_in(&IF_UNKNOWN, &gate.missing));
    table.put("when", condition(&gate.when, Scope::Subject));
    table.into()
}

pub(in crate::model) fn promoter(promoter: &Promoter) -> Node {
    let mut table = Table::default();
    table.put("id", &promoter.id);
    table.put_some("label", promoter.label.as_ref());
    table.put("plus", promoter.plus);
    table.put_some("missing", name_in(&IF_UNKNOWN, &promoter.missing));
    table.put("when", condition(&promoter.when, Scope::Outcome));
    table.into()
}

pub(in crate::model) fn limit(limit: &Limit) -> Node {
    let mut table = Table::default();
    table.put_some("id", limit.id.as_ref());
    table.put_some("label", limit.label.as_ref());
    match limit.bound {
        Bound::AtMost(score) => table.put("at_most", score),
        Bound::AtLeast(score) => table.put("at_least", score),
    }
    table.put_some("missing", name_in(&IF_UNKNOWN, &limit.missing));
    table.put("when", condition(&limit.when, Scope::Outcome));
    table.into()
}

fn axis(axis: &Axis) -> Node {
    let mut table = Table::default();
    table.put("name", &axis.name);
    table.put_some("label", axis.label.as_ref());
    table.put_unless("weight", axis.weight, &Points::from(1));
    table.put_unless("base", axis.base, &Points::ZERO);
    table.put_some("available", axis.available);
    if axis.missing == AxisMissing::Skip {
        table.put("missing", SKIP);
    }
    table.put_some("min_coverage", axis.min_coverage);
    table.put_list("group", &axis.groups, group);
    table.put_list("rule", &axis.rules, rule);
    table.into()
}

pub(in crate::model) fn group(group: &Group) -> Node {
    let mut table = Table::default();
    table.put("name", &group.name);
    table.put_some("label", group.label.as_ref());
    table.put_some("group", group.inside.as_ref());
    table.put_some("min", group.min);
    table.put_some("max", group.max);
    table.into()
}

pub(in crate::model) fn rule(rule: &Rule) -> Node {
    let mut table = Table::default();
    table.put("id", &rule.id);
    table.put_some("label", rule.label.as_ref());
    table.put_some("group", rule.group.as_ref());
    match rule.missing {
        Missing::Points(Points::ZERO) => {}
        Missing::Points(points) => table.put("missing", single("points", points)),
        Missing::Skip => table.put("missing", SKIP),
    }
    table.put_some("when", rule.when.as_ref().map(|when| condition(when, Scope::Subject)));
    worth(&mut table, &rule.worth);
    table.into()
}

fn worth(table: &mut Table, worth: &Worth) {
    match worth {
        Worth::Points(points) => table.put("points", *points),
        Worth::First(first) => {
            table.put_unless("otherwise", first.otherwise, &Points::ZERO);
            table.put_list("first", &first.rows, |(when, points)| {
                let mut row = Table::default();
                row.put("points", *points);
                row.put("when", condition(when, Scope::Subject));
                row.into()
            });
        }
        Worth::Bands(bands) => put_bands(table, bands),
        Worth::Values(values) => {
            table.put_unless("otherwise", values.otherwise, &Points::ZERO);
            table.put_some("combine", values.combine.map(Named::name));
            table.put_unless(IGNORE_CASE, values.ignore_case, &false);
            table.put("values", nested(&Scope::Subject.field(&values.field), table_of(&values.rows)));
        }
        Worth::PerUnit(per_unit) => {
            let mut options = Table::default();
            options.put("points", per_unit.points);
            options.put_some("every", per_unit.every);
            options.put_some("min", per_unit.min);
            options.put("max", per_unit.max);
            put_measure(&mut options, &per_unit.of);
            table.put("per_unit", nested(&per_unit.of.source_keys(Scope::Subject), options.into()));
        }
        Worth::Signal(own) => table.put("signal", signal(own)),
    }
}

fn put_bands(table: &mut Table, bands: &Bands) {
    // The kind of the first bound is that of all pairs. Bounds of the other kind are tables.
    let pairs = bands.rows.first().is_some_and(|row| row.exclusive);
    if pairs {
        table.put_some("bounds", name_in(&BOUNDS, &true));
    }
    let row = |row: &Band| {
        if row.exclusive == pairs {
            return Node::List(vec![row.bound.into(), row.points.into()]);
        }
        let mut other = Table::default();
        if let Some(bound) = name_in(&BOUNDS, &row.exclusive) {
            other.put(bound, row.bound);
        }
        other.put("points", row.points);
        other.into()
    };
    let rows = bands.rows.iter().map(row).collect();
    table.put_unless("below", bands.below, &Points::ZERO);
    put_measure(table, &bands.of);
    table.put("bands", nested(&bands.of.source_keys(Scope::Subject), Node::List(rows)));
}

/// Puts what `bands` and `per_unit` measure of a field or of events.
fn put_measure(table: &mut Table, of: &Quantity) {
    match of {
        Quantity::Ratio { of, .. } => table.put(RATIO_TO, of),
        Quantity::Calendar { .. } | Quantity::Event { .. } | Quantity::DaysSinceLast { .. } => {
            table.put_some("by", of.measure());
        }
        // No document can state these forms over tags and outcomes. Compiling refuses them.
        Quantity::Number { .. }
        | Quantity::TagCount { .. }
        | Quantity::Axis { .. }
        | Quantity::Rule { .. }
        | Quantity::GreatestRule { .. }
        | Quantity::Score
        | Quantity::Coverage => {}
    }
    if let Some(matching) = of.event().and_then(|event| event.matching.as_ref()) {
        table.put(WHERE, condition(matching, Scope::Attributes));
    }
    // No document can state them over events between two ages either.
    if let Quantity::Event { ages, distinct, ratio_to, .. } = of {
        table.put_some(DISTINCT, distinct.as_ref());
        if let Some(AgeWindow::Within(own)) = ages {
            table.put(WITHIN, window(own));
        }
        table.put_some(RATIO_TO, ratio_to.as_ref());
    }
}

fn signal(signal: &Signal) -> Node {
    let mut table = Table::default();
    match &signal.events[..] {
        [name] => table.put("event", name),
        names => table.put("event", texts(names)),
    }
    table.put_some(WHERE, signal.matching.as_ref().map(|matching| condition(matching, Scope::Attributes)));
    match signal.each {
        Each::Event(points) => table.put("points", points),
        Each::Unit(points) => table.put("points_per_unit", points),
    }
    table.put_some("every", signal.every);
    table.put_some("window", signal.window.as_ref().map(window));
    table.put_some("spend", signal.spend.map(Spend::name));
    table.put_some("once_per", signal.once_per.as_ref());
    for (key, _, count) in signal.caps.events() {
        table.put_some(key, count);
    }
    for (key, _, points) in signal.caps.points() {
        table.put_some(key, points);
    }
    table.put_unless("prefer", signal.prefer.name(), &Prefer::Latest.name());
    table.put_some("min_count", signal.min_count);
    table.put_some("most_recent", signal.most_recent);
    table.put_some("max", signal.max);
    table.put_some("decay", decay(&signal.decay));
    table.into()
}

/// As in documents.
impl Serialize for Window {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        window(self).serialize(serializer)
    }
}

fn window(window: &Window) -> Node {
    let mut table = Table::default();
    match window {
        Window::Last(span) => return (*span).into(),
        Window::This(period) => table.put(THIS, period.name()),
        Window::Previous(period) => table.put(PREVIOUS, period.name()),
        Window::Since(since) => table.put(SINCE, window_edge(since)),
        Window::Until(until) => table.put(UNTIL, window_edge(until)),
        Window::Between(since, until) => {
            table.put(SINCE, window_edge(since));
            table.put(UNTIL, window_edge(until));
        }
    }
    table.into()
}

fn window_edge(edge: &WindowEdge) -> Node {
    match edge {
        WindowEdge::Date(date) => Node::Text(date.to_string()),
        WindowEdge::Field(field) => field.into(),
    }
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
        Decay::Polynomial { lifetime, speed } => {
            let mut table = Table::default();
            table.put("lifetime", *lifetime);
            table.put("speed", *speed);
            single("polynomial", Node::from(table))
        }
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
    table.put_some("missing", name_in(&IF_UNKNOWN, &segment.missing));
    table.put_some("when", segment.when.as_ref().map(|when| condition(when, Scope::Outcome)));
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

pub(in crate::model) fn case(case: &Case) -> Node {
    let mut table = Table::default();
    table.put("name", &case.name);
    table.put("as_of", instant(case.as_of));
    let facts: Vec<_> =
        case.subject.iter().filter_map(|(field, value)| fact(value).map(|node| (field.to_owned(), node))).collect();
    if !facts.is_empty() {
        table.put("facts", Node::Table(facts));
    }
    let events: Vec<_> = case.subject.activity().events().collect();
    table.put_list("events", &events, |event| {
        let mut row = Table::default();
        row.put("event", event.name);
        row.put("at", instant(event.at));
        row.put_unless("count", event.count, &1);
        row.put_unless("amount", event.amount, &Points::ZERO);
        let attributes: Vec<_> =
            event.attributes.iter().filter_map(|(name, value)| Some((name.to_owned(), fact(&value.into())?))).collect();
        if !attributes.is_empty() {
            row.put("attributes", Node::Table(attributes));
        }
        row.into()
    });
    table.put("expect", expectations(&case.expect));
    table.into()
}

fn expectations(expect: &Expect) -> Table {
    let mut table = Table::default();
    table.put_some("verdict", expect.verdict.as_ref());
    table.put_some("score", expect.score);
    table.put_some("coverage", expect.coverage);
    table.put_rows("axes", &expect.axes);
    table.put_some("grade", expect.grade.as_ref());
    table.put_some("state", expect.state.as_ref());
    table.put_some("segment", expect.segment.as_ref());
    table.put_some("play", expect.play.as_ref());
    table
}

/// Returns a fact of a case. A number that is not finite counts as missing, so it is left out.
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
