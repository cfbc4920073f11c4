//! Looking into models: every key of a document is found through getters, and problems are data.

use serde_json::{Map, Value as Json, json};
use warmth::model::{
    Axis, AxisMissing, Band, Bands, Case, Clause, Combine, Condition, Group, Handle, IfUnknown, Input, Limit, Missing,
    Operand, Period, Play, Prefer, Rule, Signal, Spend, Test, Total, Window, WindowEdge, Worth, event, kind,
};
use warmth::{Decay, DocumentLimits, Field, Kind, Model, Points, Record, Scorer, Span, Verdict};

use crate::documents::rich;
use crate::support::{Subject, at, model, subjects, toml_model};

/// A table without the keys that are null.
fn table(keys: Json) -> Json {
    let Json::Object(keys) = keys else { panic!("{keys}") };
    Json::Object(keys.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

fn condition(of: &Condition, reserved: &[&str]) -> Json {
    let list = |of: &[Condition]| of.iter().map(|part| condition(part, reserved)).collect::<Vec<_>>();
    match of.clause() {
        Clause::All(of) => json!({ "all": list(of) }),
        Clause::Any(of) => json!({ "any": list(of) }),
        Clause::Not(inner) => json!({ "not": condition(inner, reserved) }),
        Clause::AtLeastOf { count, of } => json!({ "at_least_of": { "count": count, "of": list(of) } }),
        Clause::Test(test) => self::test(test, reserved),
        other => panic!("{other:?}"),
    }
}

fn with_where(mut tests: Json, matching: Option<&Condition>) -> Json {
    if let Some(matching) = matching {
        tests["where"] = condition(matching, SUBJECT);
    }
    tests
}

fn at_field(field: &str, reserved: &[&str], value: &Json) -> Json {
    let plain = json!({ field: value });
    if reserved.contains(&field) { json!({ "field": plain }) } else { plain }
}

fn test(test: Test<'_>, reserved: &[&str]) -> Json {
    let operand = match test.operand() {
        Operand::Flag(flag) => json!(flag),
        Operand::Number(number) => json!(number),
        Operand::Range(low, high) => json!([low, high]),
        Operand::Text(text) | Operand::Field(text) => json!(text),
        Operand::Texts(texts) => json!(texts),
        Operand::Date(date) => json!(date.to_string()),
        Operand::Span(span) => json!(span),
        Operand::Window(window) => json!(window),
        other => panic!("{other:?}"),
    };
    let mut tests = json!({ test.operator(): operand });
    if test.ignores_case() {
        tests["ignore_case"] = json!(true);
    }
    match test.input() {
        Input::Field(field) => at_field(field, reserved, &tests),
        Input::Ratio { field, of } => {
            tests["field"] = json!(of);
            at_field(field, reserved, &json!({ "ratio_to": tests }))
        }
        Input::Calendar { field, measure } => at_field(field, reserved, &json!({ measure: tests })),
        Input::TagCount(field) => at_field(field, reserved, &json!({ "count": tests })),
        Input::Events { name, measure: None, matching, .. } => {
            json!({ "events": { name: with_where(tests, matching) } })
        }
        Input::Events {
            name, measure: Some(measure), min_age, max_age, matching, distinct, window, ratio_to, ..
        } => {
            if let Some(distinct) = distinct {
                tests["distinct"] = json!(distinct);
            }
            if let Some(other) = ratio_to {
                tests["ratio_to"] = json!(other);
            }
            match (min_age, max_age) {
                (None, None) => window.into_iter().for_each(|window| tests["within"] = json!(window)),
                (None, Some(age)) => tests["within"] = json!(age),
                (Some(min), Some(max)) => tests["between"] = json!([min, max]),
                (Some(age), None) => panic!("{age}"),
            }
            json!({ "events": { name: with_where(json!({ measure: tests }), matching) } })
        }
        Input::Axis(name) => json!({ "axis": { name: tests } }),
        Input::Rule(id) => json!({ "rule": { id: tests } }),
        Input::GreatestRule(axis) => json!({ "axis": { axis: { "greatest_rule": tests } } }),
        Input::Score => json!({ "score": tests }),
        Input::Coverage => json!({ "coverage": tests }),
        Input::Grade => json!({ "grade": tests }),
        Input::Verdict => json!({ "verdict": tests }),
        other => panic!("{other:?}"),
    }
}

const SUBJECT: &[&str] = &["all", "any", "not", "at_least_of", "events", "field"];
const OUTCOME: &[&str] =
    &["all", "any", "not", "at_least_of", "events", "field", "axis", "rule", "score", "coverage", "grade", "verdict"];

fn decay(of: &Decay) -> Json {
    match of {
        Decay::None => Json::Null,
        Decay::HalfLife(span) => json!({ "half_life": span }),
        Decay::Linear(span) => json!({ "linear": span }),
        Decay::Polynomial { lifetime, speed } => json!({ "polynomial": { "lifetime": lifetime, "speed": speed } }),
        Decay::Drop { percent, every } => json!({ "drop": { "percent": percent, "every": every } }),
        Decay::Keep { percent, every } => json!({ "keep": { "percent": percent, "every": every } }),
        Decay::Table(rows) => json!({ "table": rows }),
        other => panic!("{other:?}"),
    }
}

fn signal(of: &Signal) -> Json {
    let points = if of.is_per_unit() { "points_per_unit" } else { "points" };
    table(json!({
        "event": of.events().collect::<Vec<_>>(), points: of.points(), "every": of.get_every(), "window": of.get_window(),
        "where": of.get_matching().map(|matching| condition(matching, SUBJECT)), "once_per": of.get_once_per(),
        "prefer": (of.get_prefer() == Prefer::First).then_some("first"),
        "spend": (of.get_spend() == Some(Spend::OldestFirst)).then_some("oldest_first"),
        "per_day": of.get_per_day(), "per_week": of.get_per_week(), "per_month": of.get_per_month(),
        "max_points_per_day": of.get_max_points_per_day(), "max_points_per_week": of.get_max_points_per_week(),
        "max_points_per_month": of.get_max_points_per_month(), "min_count": of.get_min_count(), "most_recent": of.get_most_recent(),
        "max": of.get_max(), "decay": decay(of.get_decay()),
    }))
}

/// The options of a form that measures an input.
fn measure(of: &Input<'_>) -> Json {
    let (matching, distinct) = match of {
        Input::Events { matching, distinct, .. } => (matching.map(|own| condition(own, SUBJECT)), *distinct),
        _ => (None, None),
    };
    let (by, ratio_to, within) = match of {
        Input::Field(_) => (None, None, Json::Null),
        Input::Ratio { of, .. } => (None, Some(*of), Json::Null),
        Input::Calendar { measure, .. } => (Some(*measure), None, Json::Null),
        Input::Events { measure, min_age: None, max_age, window, ratio_to, .. } => {
            (*measure, *ratio_to, window.map_or(json!(max_age), |window| json!(window)))
        }
        other => panic!("{other:?}"),
    };
    json!({ "by": by, "ratio_to": ratio_to, "within": within, "where": matching, "distinct": distinct })
}

/// The table of a form under the field or the events that it measures.
fn measured(of: &Input<'_>, inner: &Json) -> Json {
    match of {
        Input::Field(field) | Input::Ratio { field, .. } | Input::Calendar { field, .. } => {
            at_field(field, SUBJECT, inner)
        }
        Input::Events { name, .. } => json!({ "events": { *name: inner } }),
        other => panic!("{other:?}"),
    }
}

fn bands(of: &Bands) -> Json {
    let mut bands = measure(&of.input());
    let pairs = of.rows()[0].exclusive;
    let row = |row: &Band| match row.exclusive {
        own if own == pairs => json!([row.bound, row.points]),
        true => json!({ "above": row.bound, "points": row.points }),
        false => json!({ "from": row.bound, "points": row.points }),
    };
    bands["bands"] = measured(&of.input(), &of.rows().iter().map(row).collect());
    bands["bounds"] = json!(pairs.then_some("above"));
    bands["below"] = json!(of.get_below());
    bands
}

fn rule(of: &Rule) -> Json {
    let mut worth = match of.worth() {
        Worth::Points(points) => json!({ "points": points }),
        Worth::First(first) => {
            let rows: Vec<_> = first
                .rows()
                .map(|(when, points)| json!({ "when": condition(when, SUBJECT), "points": points }))
                .collect();
            json!({ "first": rows, "otherwise": first.get_otherwise() })
        }
        Worth::Bands(bands) => self::bands(bands),
        Worth::Values(values) => {
            let rows: Map<String, Json> =
                values.rows().map(|(text, points)| (text.to_owned(), json!(points))).collect();
            let combine = values.combine().map(|combine| if combine == Combine::Sum { "sum" } else { "best" });
            let values_of = at_field(values.field(), SUBJECT, &Json::Object(rows));
            let ignore_case = values.ignores_case();
            json!({ "values": values_of, "otherwise": values.get_otherwise(), "combine": combine, "ignore_case": ignore_case })
        }
        Worth::PerUnit(of) => {
            let mut options = measure(&of.input());
            options["points"] = json!(of.points());
            options["every"] = json!(of.get_every());
            options["min"] = json!(of.get_min());
            options["max"] = json!(of.max());
            json!({ "per_unit": measured(&of.input(), &table(options)) })
        }
        Worth::Signal(signal) => json!({ "signal": self::signal(signal) }),
        other => panic!("{other:?}"),
    };
    worth["id"] = json!(of.id());
    worth["label"] = json!(of.get_label());
    worth["group"] = json!(of.get_group());
    worth["when"] = json!(of.get_when().map(|when| condition(when, SUBJECT)));
    worth["missing"] = match of.get_missing() {
        Missing::Points(points) => json!({ "points": points }),
        Missing::Skip => json!("skip"),
        other => panic!("{other:?}"),
    };
    table(worth)
}

fn axis(of: &Axis) -> Json {
    let group = |group: &Group| {
        table(json!({
            "name": group.name(), "label": group.get_label(), "group": group.get_group(), "min": group.get_min(),
            "max": group.get_max(),
        }))
    };
    table(json!({
        "name": of.name(), "label": of.get_label(), "weight": of.get_weight(), "base": of.get_base(),
        "available": of.get_available(), "missing": (of.get_missing() == AxisMissing::Skip).then_some("skip"),
        "min_coverage": of.get_min_coverage(), "rule": of.rules().iter().map(rule).collect::<Vec<_>>(),
        "group": of.groups().iter().map(group).collect::<Vec<_>>(),
    }))
}

fn if_unknown(of: IfUnknown) -> Option<&'static str> {
    match of {
        IfUnknown::Holds => Some("holds"),
        IfUnknown::Fails => Some("fails"),
        _ => None,
    }
}

fn limit(of: &Limit) -> Json {
    table(json!({
        "id": of.get_id(), "label": of.get_label(), "when": condition(of.when(), OUTCOME), "missing": if_unknown(of.get_missing()),
        "at_most": of.cap(), "at_least": of.floor(),
    }))
}

fn play(of: &Play) -> Json {
    fn some<'n>(names: impl Iterator<Item = &'n str>) -> Option<Vec<&'n str>> {
        Some(names.collect()).filter(|names: &Vec<_>| !names.is_empty())
    }
    table(json!({
        "name": of.name(), "grades": some(of.grades()), "states": some(of.states()),
        "segments": some(of.segments()), "otherwise": of.is_otherwise(), "owner": of.get_owner(),
        "respond_within": of.get_respond_within(),
    }))
}

fn case(of: &Case) -> Json {
    let facts: Map<String, Json> = of.subject().iter().map(|(name, fact)| (name.to_owned(), json!(fact))).collect();
    let activity = warmth::Facts::activity(of.subject());
    let event = |event: warmth::Event<'_>| {
        let at = event.at.to_rfc3339();
        let attributes: Map<String, Json> =
            event.attributes.iter().map(|(name, value)| (name.to_owned(), json!(warmth::Value::from(value)))).collect();
        let attributes = (!attributes.is_empty()).then_some(attributes);
        table(json!({
            "event": event.name, "at": at, "count": event.count, "amount": event.amount, "attributes": attributes,
        }))
    };
    let axes: Map<String, Json> = of.expected_axes().map(|(axis, score)| (axis.to_owned(), json!(score))).collect();
    let expect = table(json!({
        "verdict": of.expected_verdict(), "score": of.expected_score(), "coverage": of.expected_coverage(), "axes": axes, "grade": of.expected_grade(),
        "state": of.expected_state(), "segment": of.expected_segment(), "play": of.expected_play(),
    }));
    json!({
        "name": of.name(), "as_of": of.as_of().to_rfc3339(), "facts": facts,
        "events": activity.events().map(event).collect::<Vec<_>>(), "expect": expect,
    })
}

/// The whole document, written from what the getters return.
fn rebuilt(of: &Model) -> Json {
    let gates = |gates: &[warmth::model::Gate]| -> Vec<_> {
        let gate = |gate: &warmth::model::Gate| {
            let missing = if_unknown(gate.get_missing());
            let when = condition(gate.when(), SUBJECT);
            table(json!({ "id": gate.id(), "label": gate.get_label(), "when": when, "missing": missing }))
        };
        gates.iter().map(gate).collect()
    };
    let promoter = |of: &warmth::model::Promoter| {
        let when = condition(of.when(), OUTCOME);
        table(
            json!({ "id": of.id(), "label": of.get_label(), "plus": of.plus(), "when": when, "missing": if_unknown(of.get_missing()) }),
        )
    };
    let state = |of: &warmth::model::State| {
        table(json!({ "name": of.name(), "at_least": of.from_score(), "at_least_points": of.from_points() }))
    };
    let segment = |of: &warmth::model::Segment| {
        let when = of.when().map(|when| condition(when, OUTCOME));
        table(json!({ "name": of.name(), "when": when, "missing": if_unknown(of.get_missing()) }))
    };
    let grade = |of: &warmth::model::GradeCuts| {
        json!({
            "fit": { "axis": of.fit_axis(), "cuts": of.fit_cuts() },
            "activity": { "axis": of.activity_axis(), "cuts": of.activity_cuts() },
        })
    };
    let minutes = of.get_utc_offset_minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    let total = match of.get_total() {
        Total::Mean => "mean",
        Total::Min => "min",
        _ => "product",
    };
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let week_starts = DAYS[of.get_week_starts().num_days_from_monday() as usize];
    table(json!({
        "format": 1, "name": of.name(), "description": of.description(), "total": total,
        "week_starts": week_starts, "year_starts": of.get_year_starts().name().to_lowercase(),
        "coverage": of.get_coverage(),
        "utc_offset": format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60),
        "required": gates(of.required_gates()), "disqualifying": gates(of.disqualifying_gates()),
        "axis": of.axes().iter().map(axis).collect::<Vec<_>>(),
        "promoter": of.promoters().iter().map(promoter).collect::<Vec<_>>(),
        "limit": of.limits().iter().map(limit).collect::<Vec<_>>(), "grade": of.get_grade().map(grade),
        "state": of.states().iter().map(state).collect::<Vec<_>>(),
        "segment": of.segments().iter().map(segment).collect::<Vec<_>>(),
        "play": of.plays().iter().map(play).collect::<Vec<_>>(),
        "case": of.cases().iter().map(case).collect::<Vec<_>>(),
    }))
}

#[test]
fn getters_show_the_whole_document() {
    let rich = model(&rich());
    for model in subjects(0..500).map(|subject| subject.model).chain([rich]) {
        let document = rebuilt(&model);
        let other = self::model(&document);
        assert_eq!(other.fingerprint(), model.fingerprint(), "{model:#?}\n{document:#}");
        assert_eq!(other.cases(), model.cases());
    }
}

#[test]
fn a_model_lists_the_fields_that_its_scorer_reads() {
    for Subject { seed, model, scorer, .. } in subjects(0..500) {
        let mut read: Vec<_> = scorer.fields().map(|field: &Field| (field.name(), field.kind())).collect();
        read.sort_by_key(|(name, _)| *name);
        assert_eq!(model.fields().collect::<Vec<_>>(), read, "seed {seed}");
    }
}

#[test]
fn a_model_lists_the_fields_and_events_of_every_key() {
    let listed = |keys: &str| -> (Vec<String>, Vec<String>) {
        let model = toml_model(&format!("format = 1\nname = 'x'\n{keys}"));
        let fields = model.fields().map(|(name, kind)| format!("{name}: {kind}")).collect();
        (fields, model.events().map(str::to_owned).collect())
    };
    let rule = |keys: &str| format!("[[axis]]\nname = 'a'\n[[axis.rule]]\nid = 'r'\n{keys}");
    for (keys, fields, events) in [
        ("required = [{ id = 'g', when.a = true }]".to_owned(), &["a: flag"][..], &[][..]),
        ("disqualifying = [{ id = 'g', when.a.known = true }]".to_owned(), &["a: any"], &[]),
        ("required = [{ id = 'g', when.all = [{ a.known = true }, { a = 'x' }] }]".to_owned(), &["a: text"], &[]),
        ("promoter = [{ id = 'p', plus = 1, when.axis.a = 1 }]".to_owned(), &[], &[]),
        ("promoter = [{ id = 'p', plus = 1, when.field.axis = 1 }]".to_owned(), &["axis: number"], &[]),
        ("limit = [{ at_most = 1, when.not.a.before = '2026-11-22' }]".to_owned(), &["a: date"], &[]),
        (
            "segment = [{ name = 's', when.a.any_not_in = 'b' }, { name = 't' }]".to_owned(),
            &["a: tags", "b: tags"],
            &[],
        ),
        ("required = [{ id = 'g', when.events.x.count = 1 }]".to_owned(), &[], &["x"]),
        ("required = [{ id = 'g', when.events.'*'.days_since_last = 1 }]".to_owned(), &[], &["*"]),
        (
            "required = [{ id = 'g', when.events = { y.never = true, x.last_within = '1d' } }]".to_owned(),
            &[],
            &["x", "y"],
        ),
        (rule("when.a.days_since = 1\npoints = 1"), &["a: date"], &[]),
        (rule("first = [{ when.a.count = 1, points = 1 }]"), &["a: tags"], &[]),
        (rule("bands.a = [[0, 1]]\nratio_to = 'b'"), &["a: number", "b: number"], &[]),
        (rule("bands.events.x = [[0, 1]]\nby = 'days'"), &[], &["x"]),
        (rule("values.a = { x = 1 }"), &["a: text"], &[]),
        (rule("values.a = { x = 1 }\ncombine = 'sum'"), &["a: tags"], &[]),
        (rule("per_unit.a = { points = 1, max = 2 }"), &["a: number"], &[]),
        (rule("signal = { event = ['y', 'x'], points = 1, max = 2 }"), &[], &["x", "y"]),
        // Cases are no part of what a model reads.
        ("case = [{ name = 'c', as_of = '2026-11-22T00:00:00Z', facts.a = 1, expect.score = 0 }]".to_owned(), &[], &[]),
    ] {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(listed(&keys), (owned(fields), owned(events)), "{keys}");
    }
}

/// A builder is of use where names come from a database.
#[test]
fn handles_take_names_that_are_known_at_run_time() {
    let names: Vec<String> = (0..3).map(|column| format!("column {column}")).collect();
    let when = Condition::any(names.iter().map(|name| Handle::<kind::Number>::new(name).at_least(5)));
    let fit = Rule::new("type", Bands::new(Handle::<kind::Number>::new(&names[0]), [(0, 1), (5, 2)]));
    let model = Model::new("x").required(warmth::model::Gate::new("g", when)).axis(Axis::new("fit").rule(fit));
    drop(names);
    let scorer = Scorer::<Record>::new(&model).unwrap();
    let score = scorer.score(&Record::new().with("column 0", 5), at("2026-11-22"));
    assert_eq!((score.verdict(), score.value()), (Verdict::Eligible, Points::from(100)));
    assert!(model.fields().map(|(name, kind)| (name, kind == Kind::Number)).eq([
        ("column 0", true),
        ("column 1", true),
        ("column 2", true)
    ]));
}

#[test]
fn a_model_is_compiled_and_verified_under_the_limits_that_it_was_read_under() {
    let text = "format = 1\nname = 'x'\n[[required]]\nid = 'a'\nwhen.a = true\n[[required]]\nid = 'b'\nwhen.b = true";
    let limited = |limits: DocumentLimits| {
        let model = Model::read_with_limits(toml::Deserializer::parse(text).unwrap(), &limits).unwrap();
        assert_eq!(model.get_document_limits(), &limits);
        let compiled = Scorer::<Record>::new(&model).map(|_| ());
        assert_eq!(model.verify().map(|_| ()), compiled);
        compiled.map_err(|error| error.problems()[0].help().map(str::to_owned))
    };
    assert_eq!(limited(DocumentLimits::default()), Ok(()));
    assert_eq!(
        limited(DocumentLimits { rules: 1, ..DocumentLimits::default() }),
        Err(Some("the limit is `rules`".to_owned()))
    );
    // `usize::MAX` stands for no limit.
    let unlimited = DocumentLimits { nesting: usize::MAX, list_entries: usize::MAX, ..DocumentLimits::default() };
    assert_eq!(limited(unlimited), Ok(()));
    let set = toml_model(text).document_limits(DocumentLimits { fields: 1, ..DocumentLimits::default() });
    assert!(Scorer::<Record>::new(&set).is_err());
}

#[test]
fn ages_of_events_are_spans() {
    let within = event("login").count().within(Span::days(30)).at_least(3);
    let between = event("login").amount().aged_between(Span::days(30), Span::days(60)).at_least(3);
    let ages = |condition: &Condition| match condition.tests().next().map(|test| test.input()) {
        Some(Input::Events { min_age, max_age, .. }) => (min_age, max_age),
        other => panic!("{other:?}"),
    };
    assert_eq!(ages(&within), (None, Some(Span::days(30))));
    assert_eq!(ages(&between), (Some(Span::days(30)), Some(Span::days(60))));
    assert_eq!(ages(&event("login").never()), (None, None));
}

#[test]
fn windows_by_the_calendar_are_shown_as_they_are_written() {
    let opened: Handle<kind::Date> = Handle::new("opened");
    let model = toml_model(
        "format = 1
        name = 'x'
        required = [
            { id = 'a', when.events.login.count = { at_least = 1, within.since = 'opened' } },
            { id = 'b', when.events.login.none_within.previous = 'quarter' },
        ]
        [[axis]]
        name = 'fit'
        rule = [{ id = 'c', signal = { event = 'order', points = 1, max = 5, window = { since = '2026-01-01', until = 'closed' } } }]",
    );
    let tests: Vec<_> = model.required_gates().iter().flat_map(|gate| gate.when().tests()).collect();
    let Input::Events { min_age: None, max_age: None, window: Some(window), .. } = tests[0].input() else { panic!() };
    assert_eq!(*window, Window::Since(opened.into()));
    assert_eq!(tests[1].operand(), Operand::Window(&Window::Previous(Period::Quarter)));
    let Worth::Signal(signal) = model.axes()[0].rules()[0].worth() else { panic!() };
    let closed = WindowEdge::Field("closed".to_owned());
    let date = at("2026-01-01T00:00:00Z").date_naive();
    assert_eq!(signal.get_window(), Some(&Window::Between(date.into(), closed)));
    assert_eq!(json!(signal.get_window()), json!({ "since": "2026-01-01", "until": "closed" }));
    let fields: Vec<_> = model.fields().collect();
    assert_eq!(fields, [("closed", Kind::Date), ("opened", Kind::Date)]);
    assert!(model.events().eq(["login", "order"]));
}
