//! Typed facts: what the macro makes of Rust types, and that a struct scores like a record.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use fastrand::Rng;
use serde_json::json;
use warmth::model::{
    Axis, Bands, Case, Combine, Condition, First, Gate, GateMissing, GradeCuts, Group, Handle, Limit, Missing, PerUnit,
    Play, Promoter, Rule, Segment, Signal, State, Total, Values, axis, event, events, grade, kind, score, verdict,
};
use warmth::{
    Activity, Decay, Fact, Facts, Field, Kind, Model, Points, Record, Scorer, Span, Tags, ToFact, Value, Verdict,
    facts, fields,
};

use crate::support::{at, model, scorer, toml_model};

const NOW: &str = "2026-11-22T12:00:00Z";

#[derive(Clone, Copy)]
enum Health {
    Green,
    Red,
}
facts!(enum Health { Green => "green", Red => "red" });

struct Past {
    activity: Activity,
}

struct Everything {
    flag: bool,
    flag_maybe: Option<bool>,
    n_u8: u8,
    n_i8: i8,
    n_u16: u16,
    n_i16: i16,
    n_u32: u32,
    n_i32: i32,
    n_u64: u64,
    n_i64: i64,
    n_usize: usize,
    n_isize: isize,
    n_f32: f32,
    n_f64: f64,
    n_maybe: Option<i64>,
    text: String,
    text_static: &'static str,
    text_boxed: Box<str>,
    text_cow: Cow<'static, str>,
    text_maybe: Option<String>,
    text_borrowed_maybe: Option<&'static str>,
    health: Health,
    health_maybe: Option<Health>,
    date: NaiveDate,
    date_maybe: Option<NaiveDate>,
    time: DateTime<Utc>,
    time_maybe: Option<DateTime<Utc>>,
    tags: Vec<String>,
    tags_borrowed: Vec<&'static str>,
    tags_sorted: BTreeSet<String>,
    tags_hashed: HashSet<String>,
    tags_maybe: Option<Vec<String>>,
    tags_sorted_maybe: Option<BTreeSet<String>>,
    past: Past,
}

facts!(Everything {
    flag, flag_maybe,
    n_u8, n_i8, n_u16, n_i16, n_u32, n_i32, n_u64, n_i64, n_usize, n_isize, n_f32, n_f64, n_maybe,
    text, text_static, text_boxed, text_cow, text_maybe, text_borrowed_maybe, health, health_maybe,
    date, date_maybe, time, time_maybe,
    tags, tags_borrowed, tags_sorted, tags_hashed, tags_maybe, tags_sorted_maybe,
    doubled: u32 = |all| all.n_u32 * 2,
    ratio: f64 = |all| f64::from(all.n_u8) / f64::from(all.n_u16),
    initial: &str = |all| all.text.get(..1).unwrap_or_default(),
    second: Option<&str> = |all| all.tags.get(1).map(String::as_str);
    activity = past.activity
});

#[test]
fn kinds_follow_from_types() {
    let fields = Everything::FIELDS;
    assert_eq!(fields.len(), 37);
    for field in fields {
        let expected = match field.name() {
            name if name.starts_with("flag") => Kind::Flag,
            name if name.starts_with("n_") || ["doubled", "ratio"].contains(&name) => Kind::Number,
            name if name.starts_with("date") => Kind::Date,
            name if name.starts_with("time") => Kind::Time,
            name if name.starts_with("tags") => Kind::Tags,
            _ => Kind::Text,
        };
        assert_eq!(field.kind(), expected, "{}", field.name());
        let known = field.name().starts_with("health").then_some(&["green", "red"][..]);
        assert_eq!(field.texts(), known, "{}", field.name());
    }
}

fn shape<T: ToFact + ?Sized>() -> (Kind, bool) {
    (T::KIND, T::OPTIONAL)
}

#[test]
fn only_options_may_be_missing() {
    for (own, expected) in [
        (shape::<bool>(), (Kind::Flag, false)),
        (shape::<Option<bool>>(), (Kind::Flag, true)),
        (shape::<&Option<u8>>(), (Kind::Number, true)),
        (shape::<Option<&u8>>(), (Kind::Number, true)),
        (shape::<&&f32>(), (Kind::Number, false)),
        (shape::<str>(), (Kind::Text, false)),
        (shape::<Option<Cow<'_, str>>>(), (Kind::Text, true)),
        (shape::<Option<Box<str>>>(), (Kind::Text, true)),
        (shape::<Health>(), (Kind::Text, false)),
        (shape::<Option<&Health>>(), (Kind::Text, true)),
        (shape::<Option<NaiveDate>>(), (Kind::Date, true)),
        (shape::<&DateTime<Utc>>(), (Kind::Time, false)),
        (shape::<Vec<&str>>(), (Kind::Tags, false)),
        (shape::<Option<HashSet<String>>>(), (Kind::Tags, true)),
        (shape::<&BTreeSet<String>>(), (Kind::Tags, false)),
    ] {
        assert_eq!(own, expected);
    }
}

const TEXTS: &[&str] = &["", "a", "b", "green", "Élan", "ab"];

fn everything(rng: &mut Rng) -> Everything {
    let one = |rng: &mut Rng| TEXTS[rng.usize(..TEXTS.len())];
    let some = |rng: &mut Rng| (0..rng.usize(..4)).map(|_| one(rng)).collect::<Vec<_>>();
    let owned = |tags: Vec<&str>| tags.into_iter().map(str::to_owned).collect::<Vec<String>>();
    let health = |rng: &mut Rng| if rng.bool() { Health::Green } else { Health::Red };
    let time = |rng: &mut Rng| at(NOW) + chrono::TimeDelta::seconds(rng.i64(-10_000_000..10_000_000));
    let mut activity = Activity::new();
    for _ in 0..rng.usize(..5) {
        activity.record_with(one(rng), time(rng), rng.u32(..4), Points::from(rng.i8(..)));
    }
    Everything {
        flag: rng.bool(),
        flag_maybe: rng.bool().then(|| rng.bool()),
        n_u8: rng.u8(..4),
        n_i8: rng.i8(-2..4),
        n_u16: rng.u16(..4),
        n_i16: rng.i16(-2..4),
        n_u32: rng.u32(..4),
        n_i32: rng.i32(-2..4),
        n_u64: if rng.bool() { rng.u64(..4) } else { rng.u64(..) },
        n_i64: if rng.bool() { rng.i64(-2..4) } else { rng.i64(..) },
        n_usize: rng.usize(..4),
        n_isize: rng.isize(-2..4),
        n_f32: rng.f32() * 4.0,
        n_f64: rng.f64() * 4.0,
        n_maybe: rng.bool().then(|| rng.i64(-2..4)),
        text: one(rng).to_owned(),
        text_static: one(rng),
        text_boxed: one(rng).into(),
        text_cow: if rng.bool() { Cow::Borrowed(one(rng)) } else { Cow::Owned(one(rng).to_owned()) },
        text_maybe: rng.bool().then(|| one(rng).to_owned()),
        text_borrowed_maybe: rng.bool().then(|| one(rng)),
        health: health(rng),
        health_maybe: rng.bool().then(|| health(rng)),
        date: time(rng).date_naive(),
        date_maybe: rng.bool().then(|| time(rng).date_naive()),
        time: time(rng),
        time_maybe: rng.bool().then(|| time(rng)),
        tags: owned(some(rng)),
        tags_borrowed: some(rng),
        tags_sorted: owned(some(rng)).into_iter().collect(),
        tags_hashed: owned(some(rng)).into_iter().collect(),
        tags_maybe: rng.bool().then(|| owned(some(rng))),
        tags_sorted_maybe: rng.bool().then(|| owned(some(rng)).into_iter().collect()),
        past: Past { activity },
    }
}

fn text_of(health: Health) -> &'static str {
    match health {
        Health::Green => "green",
        Health::Red => "red",
    }
}

/// The same subject by hand, without the macro or its traits.
fn as_record(all: &Everything) -> Record {
    fn set(record: &mut Record, field: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            record.set(field, value);
        }
    }
    let list = |tags: &mut dyn Iterator<Item = &str>| Some(tags.map(str::to_owned).collect::<Vec<String>>());
    let mut record = Record::new();
    let own = &mut record;
    set(own, "flag", Some(all.flag));
    set(own, "flag_maybe", all.flag_maybe);
    for (field, number) in [
        ("n_u8", i64::from(all.n_u8)),
        ("n_i8", i64::from(all.n_i8)),
        ("n_u16", i64::from(all.n_u16)),
        ("n_i16", i64::from(all.n_i16)),
        ("n_u32", i64::from(all.n_u32)),
        ("n_i32", i64::from(all.n_i32)),
        ("n_i64", all.n_i64),
        ("n_usize", i64::try_from(all.n_usize).unwrap()),
        ("n_isize", i64::try_from(all.n_isize).unwrap()),
        ("doubled", i64::from(all.n_u32 * 2)),
    ] {
        set(own, field, Some(number));
    }
    set(own, "n_u64", i64::try_from(all.n_u64).ok());
    set(own, "n_f32", Some(f64::from(all.n_f32)));
    set(own, "n_f64", Some(all.n_f64));
    set(own, "n_maybe", all.n_maybe);
    set(own, "ratio", Some(f64::from(all.n_u8) / f64::from(all.n_u16)));
    set(own, "text", Some(all.text.as_str()));
    set(own, "text_static", Some(all.text_static));
    set(own, "text_boxed", Some(&*all.text_boxed));
    set(own, "text_cow", Some(&*all.text_cow));
    set(own, "text_maybe", all.text_maybe.clone());
    set(own, "text_borrowed_maybe", all.text_borrowed_maybe);
    set(own, "initial", Some(if all.text.starts_with('É') { "" } else { all.text.split_at(all.text.len().min(1)).0 }));
    set(own, "second", all.tags.get(1).cloned());
    set(own, "health", Some(text_of(all.health)));
    set(own, "health_maybe", all.health_maybe.map(text_of));
    set(own, "date", Some(all.date));
    set(own, "date_maybe", all.date_maybe);
    set(own, "time", Some(all.time));
    set(own, "time_maybe", all.time_maybe);
    set(own, "tags", Some(all.tags.clone()));
    set(own, "tags_borrowed", list(&mut all.tags_borrowed.iter().copied()));
    set(own, "tags_sorted", list(&mut all.tags_sorted.iter().map(String::as_str)));
    set(own, "tags_hashed", list(&mut all.tags_hashed.iter().map(String::as_str)));
    set(own, "tags_maybe", all.tags_maybe.clone());
    set(own, "tags_sorted_maybe", all.tags_sorted_maybe.clone().map(|tags| tags.into_iter().collect::<Vec<_>>()));
    record.with_activity(all.past.activity.clone())
}

/// A model whose rules, one bit each, read every field several ways.
fn reading_everything() -> Model {
    let mut rules = Vec::new();
    for field in Everything::FIELDS {
        let tests = match field.kind() {
            Kind::Flag => vec![json!(true)],
            Kind::Number => vec![
                json!({ "at_least": 1 }),
                json!({ "is_not": 2 }),
                json!({ "ratio_to": { "field": "n_u32", "more_than": 0.5 } }),
            ],
            Kind::Text if field.texts().is_some() => vec![json!("green"), json!({ "none_of": ["red"] })],
            Kind::Text => vec![json!("a"), json!({ "contains": "b" }), json!({ "is_not": "" })],
            Kind::Tags => vec![
                json!({ "has": "a" }),
                json!({ "count": { "at_least": 2 } }),
                json!({ "has_none": ["b", "Élan"] }),
                json!({ "any_not_in": "tags_hashed" }),
            ],
            _ => vec![json!({ "days_since": { "at_least": 3 } }), json!({ "before": "2026-11-22" })],
        };
        for test in tests.into_iter().chain([json!({ "known": true })]) {
            // Every rule of an axis has a bit of its own, so that no two sets of them are worth the same.
            let bit = Points::from_micros(1 << (rules.len() % 36));
            let (id, missing) = (rules.len().to_string(), json!({ "points": -bit }));
            rules.push(json!({ "id": id, "when": { field.name(): test }, "points": bit, "missing": missing }));
        }
    }
    rules.push(json!({ "id": "did", "signal": { "event": "*", "points": 3, "decay": { "half_life": "9d" } } }));
    let axes: Vec<_> = rules
        .chunks(36)
        .enumerate()
        .map(|(place, rules)| json!({ "name": place.to_string(), "available": 1_000, "rule": rules }))
        .collect();
    model(&json!({ "format": 1, "name": "everything", "axis": axes }))
}

#[test]
fn a_struct_scores_like_a_record_of_the_same_values() {
    let model = reading_everything();
    let (typed, dynamic) = (Scorer::<Everything>::new(&model).unwrap(), scorer(&model));
    let mut seen = BTreeSet::new();
    for seed in 0..3_000 {
        let all = everything(&mut Rng::with_seed(seed));
        let record = as_record(&all);
        let score = typed.score(&all, at(NOW));
        assert_eq!(score, dynamic.score(&record, at(NOW)), "seed {seed}");
        let missing = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
        assert_eq!(missing(typed.missing(&all).collect()), missing(dynamic.missing(&record).collect()), "seed {seed}");
        seen.insert(score.axes().map(|axis| axis.raw).collect::<Vec<_>>());
    }
    assert!(seen.len() > 2_900, "only {} outcomes differ", seen.len());
    let kinds = |fields: Vec<&Field>| fields.into_iter().map(|f| (f.name().to_owned(), f.kind().to_string())).collect();
    let typed: BTreeMap<String, String> = kinds(typed.fields().collect());
    let mut dynamic: BTreeMap<String, String> = kinds(dynamic.fields().collect());
    // A time that is read like a date is a date to a record.
    dynamic.extend(["time", "time_maybe"].map(|field| (field.to_owned(), "time".to_owned())));
    assert_eq!(typed, dynamic);
}

struct Owner {
    id: u64,
    name: String,
    tags: Vec<String>,
    history: Activity,
}

struct View<'a> {
    owner: &'a Owner,
    title: &'a str,
    limit: Option<&'a u32>,
    labels: &'a BTreeSet<String>,
    intent: &'a HashMap<u64, f64>,
}

facts!(View<'_> {
    title,
    limit,
    labels,
    name: &str = |view| &view.owner.name,
    first_tag: Option<&str> = |view| view.owner.tags.first().map(String::as_str),
    intent: Option<f64> = |view| view.intent.get(&view.owner.id).copied();
    activity = owner.history
});

#[test]
fn a_view_borrows_its_facts() {
    let mut owner = Owner { id: 7, name: "Ada".into(), tags: vec!["crm".into()], history: Activity::new() };
    owner.history.record("login", at(NOW));
    let labels = BTreeSet::from(["vip".to_owned()]);
    let model = toml_model(
        "format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.title = 'ceo'\nwhen.name.starts_with = 'A'\nwhen.limit.at_least = 3\n\
         when.first_tag = 'crm'\nwhen.intent.more_than = 0.5\nwhen.labels.has = 'vip'\nwhen.events.login.count = 1",
    );
    // Made once, for views that borrow for as long as one call.
    let scorer: Scorer<View<'static>> = Scorer::new(&model).unwrap();
    let verdict = |title: &str, limit: Option<&u32>, intent: &HashMap<u64, f64>| {
        let view = View { owner: &owner, title, limit, labels: &labels, intent };
        scorer.score(&view, at(NOW)).verdict().as_str()
    };
    let intent = HashMap::from([(7, 0.75)]);
    assert_eq!(verdict("ceo", Some(&3), &intent), "eligible");
    assert_eq!(verdict("ceo", None, &intent), "undetermined");
    assert_eq!(verdict("ceo", Some(&3), &HashMap::new()), "undetermined");
    assert_eq!(verdict("cfo", Some(&3), &HashMap::new()), "ineligible");
}

#[derive(Clone)]
struct Lead {
    employees: Option<u32>,
    country: String,
    tags: Vec<String>,
    history: Activity,
}
facts!(Lead { employees, country, tags; activity = history });

/// The trait by hand.
struct Plain(Lead);

impl Facts for Plain {
    const FIELDS: &'static [Field] =
        &[Field::new("tags", Kind::Tags), Field::new("employees", Kind::Number), Field::new("country", Kind::Text)];

    fn fact(&self, field: &Field) -> Fact<'_> {
        match field.index() {
            0 => self.0.tags.to_fact(),
            1 => self.0.employees.into(),
            2 => Fact::Text(&self.0.country),
            _ => Fact::Missing,
        }
    }

    fn activity(&self) -> &Activity {
        &self.0.history
    }
}

#[test]
fn the_trait_by_hand_scores_like_the_macro() {
    let model = toml_model(
        "format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.employees.at_least = 2\n[[axis]]\nname = 'a'\navailable = 9\n\
         rule = [{ id = 'c', values.country = { a = 1, b = 2 } }, { id = 't', values.tags = { a = 1, ab = 5 }, combine = 'sum' },\n\
         { id = 'e', signal.event = 'a', signal.points = 1 }]",
    );
    let (derived, by_hand) = (Scorer::<Lead>::new(&model).unwrap(), Scorer::<Plain>::new(&model).unwrap());
    let mut seen = BTreeSet::new();
    for seed in 0..500 {
        let all = everything(&mut Rng::with_seed(seed));
        let employees = all.n_maybe.and_then(|n| u32::try_from(n).ok());
        let lead = Lead { employees, country: all.text, tags: all.tags, history: all.past.activity };
        let score = derived.score(&lead, at(NOW)).to_string();
        assert_eq!(score, by_hand.score(&Plain(lead), at(NOW)).to_string(), "seed {seed}");
        seen.insert(score);
    }
    assert!(seen.len() > 10, "{seen:?}");
}

#[test]
fn a_fact_of_another_kind_than_its_field_is_missing() {
    struct Liar(Fact<'static>);
    impl Facts for Liar {
        const FIELDS: &'static [Field] = &[Field::new("nps", Kind::Number)];
        fn fact(&self, _: &Field) -> Fact<'_> {
            self.0
        }
    }
    let model = toml_model("format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.nps.at_least = 1");
    let scorer = Scorer::<Liar>::new(&model).unwrap();
    for (fact, expected) in [
        (Fact::Number(1.0), "eligible"),
        (Fact::Number(f64::NAN), "undetermined"),
        (Fact::Number(f64::INFINITY), "undetermined"),
        (Fact::Text("1"), "undetermined"),
        (Fact::Flag(true), "undetermined"),
        (Fact::Missing, "undetermined"),
        (Fact::from(u64::MAX), "undetermined"),
        (Fact::from(1_u64 << 53), "eligible"),
        (Fact::from((1_u64 << 53) + 1), "undetermined"),
    ] {
        assert_eq!(scorer.score(&Liar(fact), at(NOW)).verdict().as_str(), expected, "{fact:?}");
    }
}

#[test]
fn a_model_against_a_type_names_what_is_wrong() {
    for (when, code) in [
        ("when.n_u9 = 1", "unknown-field"),
        ("when.flag.at_least = 1", "wrong-kind"),
        ("when.tags = 'a'", "wrong-kind"),
        ("when.health = 'gren'", "unknown-text"),
    ] {
        let model = toml_model(&format!("format = 1\nname = 'x'\n[[required]]\nid = 'r'\n{when}"));
        let error = Scorer::<Everything>::new(&model).unwrap_err();
        assert_eq!(error.problems().iter().map(warmth::Problem::code).collect::<Vec<_>>(), [code], "{when}");
    }
}

struct Account {
    nps: Option<u8>,
    seats: u32,
    flagship: bool,
    plan: String,
    tech: Vec<String>,
    owned: Vec<String>,
    start: NaiveDate,
    history: Activity,
}
facts!(Account { nps, seats, flagship, plan, tech, owned, start; activity = history });

/// Every way to build a condition, beside the document that says the same.
#[test]
fn conditions_built_from_handles_are_those_of_documents() {
    let f = fields::<Account>();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let named: Handle<kind::Number> = Handle::new("seats");
    assert_eq!((f.nps.name(), named.name()), ("nps", "seats"));
    for (built, written) in [
        (f.nps.is_known(), "when.nps.known = true"),
        (f.tech.is_missing(), "when.tech.known = false"),
        (f.flagship.is(true), "when.flagship = true"),
        (f.nps.is(9), "when.nps = 9"),
        (f.nps.is_not(9), "when.nps.is_not = 9"),
        (named.at_least(9), "when.seats.at_least = 9"),
        (f.nps.more_than(9.5), "when.nps.more_than = 9.5"),
        (f.nps.at_most(9), "when.nps.at_most = 9"),
        (f.nps.less_than(9), "when.nps.less_than = 9"),
        (f.nps.between(7, 9), "when.nps.between = [7, 9]"),
        (f.nps.ratio_to(f.seats).is_not(0.5), "when.nps.ratio_to = { field = 'seats', is_not = 0.5 }"),
        (f.plan.is("pro"), "when.plan = 'pro'"),
        (f.plan.is_not("pro"), "when.plan.is_not = 'pro'"),
        (f.plan.one_of(["pro", "team"]), "when.plan.one_of = ['pro', 'team']"),
        (f.plan.none_of(["pro"]), "when.plan.none_of = ['pro']"),
        (f.plan.starts_with("p"), "when.plan.starts_with = 'p'"),
        (f.plan.ends_with("o"), "when.plan.ends_with = 'o'"),
        (f.plan.contains("r"), "when.plan.contains = 'r'"),
        (f.plan.ignore_case().is("PRO"), "when.plan = { is = 'PRO', ignore_case = true }"),
        (f.plan.ignore_case().one_of(["PRO"]), "when.plan = { one_of = ['PRO'], ignore_case = true }"),
        (f.tech.has("crm"), "when.tech.has = 'crm'"),
        (f.tech.has_any(["crm"]), "when.tech.has_any = ['crm']"),
        (f.tech.has_all(["crm"]), "when.tech.has_all = ['crm']"),
        (f.tech.has_none(["crm"]), "when.tech.has_none = ['crm']"),
        (f.tech.any_not_in(f.owned), "when.tech.any_not_in = 'owned'"),
        (f.tech.count().is(2), "when.tech.count = 2"),
        (f.start.days_since().between(-5, 5), "when.start.days_since.between = [-5, 5]"),
        (f.start.days_until().less_than(60), "when.start.days_until.less_than = 60"),
        (f.start.months_since().more_than(6), "when.start.months_since.more_than = 6"),
        (f.start.months_until().at_most(6), "when.start.months_until.at_most = 6"),
        (f.start.before(day("2026-01-31")), "when.start.before = '2026-01-31'"),
        (f.start.on_or_after(day("2026-01-31")), "when.start.on_or_after = '2026-01-31'"),
        (event("login").count().at_least(3), "when.events.login.count.at_least = 3"),
        (
            event("login").count().within(Span::days(30)).at_least(3),
            "when.events.login.count = { at_least = 3, within = '30d' }",
        ),
        (
            events().amount().aged_between(Span::days(30), Span::days(60)).less_than(3),
            "when.events.'*'.amount = { less_than = 3, between = ['30d', '60d'] }",
        ),
        (events().days().is(1), "when.events.'*'.days = 1"),
        (event("login").last_within(Span::weeks(1)), "when.events.login.last_within = '1w'"),
        (event("login").none_within(Span::hours(1)), "when.events.login.none_within = '1h'"),
        (event("login").never(), "when.events.login.never = true"),
        (Condition::all([f.nps.is(9), f.flagship.is(false)]), "when.all = [{ nps = 9 }, { flagship = false }]"),
        (Condition::any([f.nps.is(9), f.flagship.is(false)]), "when.any = [{ nps = 9 }, { flagship = false }]"),
        (
            Condition::at_least_of(1, [f.nps.is(9), f.flagship.is(false)]),
            "when.at_least_of = { count = 1, of = [{ nps = 9 }, { flagship = false }] }",
        ),
        (!f.nps.is(9), "when.not.nps = 9"),
    ] {
        let document = toml_model(&format!("format = 1\nname = 'x'\n[[required]]\nid = 'r'\n{written}"));
        let built = Model::new("x").required(Gate::new("r", built));
        assert_eq!(built, document, "{written}");
        Scorer::<Account>::new(&built).unwrap_or_else(|error| panic!("{written}: {error}"));
    }
}

fn built_in_rust() -> Model {
    let f = fields::<Account>();
    let percent = Points::from(15);
    let fit = Axis::new("fit")
        .label("Fit")
        .weight(2)
        .base("-0.5".parse::<Points>().unwrap())
        .available(100)
        .rule(Rule::new("flag", 5).label("Flag").group("who").when(f.flagship.is(true)))
        .rule(Rule::new("exact", "2.5".parse::<Points>().unwrap()).when(f.nps.is(9)).missing(Missing::Points(1.into())))
        .rule(Rule::new("first", First::new([(f.nps.is(1), 1), (f.nps.is(2), 2)]).otherwise(-1)))
        .rule(Rule::new("bands", Bands::new(f.nps, [(0, -20), (7, 10)]).exclusive().below(-30)))
        .rule(Rule::new("ratio", Bands::new(f.seats.ratio_to(f.nps), [(0.5, 1)])).when(f.flagship.is_known()))
        .rule(Rule::new("months", Bands::new(f.start.months_since(), [(6, 1)])))
        .rule(Rule::new("values", Values::new(f.plan, [("pro", 3), ("team", 2)]).otherwise(1)))
        .rule(Rule::new("tags", Values::of_tags(f.tech, [("crm", 3)], Combine::Sum)))
        .rule(Rule::new("best", Values::of_tags(f.tech, [("erp", 3)], Combine::Best)))
        .rule(Rule::new("units", PerUnit::new(f.seats, 2, 10).min(-3)))
        .group(Group::new("who").label("Who").min(-1).max(40));
    let signals = Axis::new("activity")
        .rule(
            Rule::new(
                "visits",
                Signal::new("visit", 8)
                    .or("view")
                    .window(Span::days(90))
                    .per_day(3)
                    .min_count(2)
                    .most_recent(5)
                    .max(30)
                    .decay(Decay::Drop { percent, every: Span::days(45) }),
            )
            .missing(Missing::Skip),
        )
        .rule(Rule::new("paid", Signal::per_unit("paid", 1).max(9).decay(Decay::HalfLife(Span::days(14)))))
        .rule(Rule::new("a", Signal::new("a", 1).max(9).decay(Decay::Linear(Span::minutes(90)))))
        .rule(Rule::new("b", Signal::new("*", 1).max(9).decay(Decay::Keep { percent, every: Span::seconds(30) })))
        .rule(Rule::new(
            "c",
            Signal::new("c", 1).max(9).decay(Decay::Table(vec![(Span::days(0), 100.into()), (Span::days(1), percent)])),
        ))
        .rule(Rule::new("often", Bands::new(event("login").days().within(Span::days(30)), [(3, 5)])))
        .rule(Rule::new("recent", Bands::new(event("login").days_since_last(), [(3, 5)])));
    Model::new("built")
        .describe("all of it")
        .utc_offset_minutes(-210)
        .total(Total::Min)
        .required(Gate::new("flagship", f.flagship.is(true)).label("Has it").missing(GateMissing::Holds))
        .disqualifying(Gate::new("free", f.plan.is("free")).missing(GateMissing::Fails))
        .axis(fit)
        .axis(signals)
        .promoter(Promoter::new("fits", axis("fit").at_least(50), 20).label("Fits"))
        .promoter(Promoter::new("scores", score().more_than(50), 5))
        .limit(Limit::at_most(grade().is("B2"), 50).id("cap").label("Cap"))
        .limit(Limit::at_least(verdict().ignore_case().is_not("ELIGIBLE"), 1))
        .grade(GradeCuts::fit("fit", [75, 50]).activity("activity", [70]))
        .state(State::new("ready", 70))
        .state(State::new("cold", 0))
        .segment(Segment::new("big", f.seats.at_least(100)))
        .segment(Segment::otherwise("rest"))
        .play(
            Play::new("call")
                .grade("A*")
                .grade("B1")
                .state("ready")
                .segment("big")
                .owner("sales")
                .respond_within(Span::days(1)),
        )
        .play(Play::otherwise("wait"))
        .case(
            Case::new(
                "one",
                at("2026-11-22T09:00:00Z"),
                Record::new().with("plan", "pro").with("tech", ["crm"]).with("seats", 7),
            )
            .expect_verdict(Verdict::Eligible)
            .expect_score(1)
            .expect_axis("fit", 2)
            .expect_grade("C2".parse().unwrap())
            .expect_state("cold")
            .expect_segment("rest")
            .expect_play("wait"),
        )
}

const BUILT: &str = "
    format = 1
    name = 'built'
    description = 'all of it'
    utc_offset = '-03:30'
    total = 'min'
    grade.fit = { axis = 'fit', cuts = [75, 50] }
    grade.activity = { axis = 'activity', cuts = [70] }

    [[required]]
    id = 'flagship'
    label = 'Has it'
    missing = 'holds'
    when.flagship = true

    [[disqualifying]]
    id = 'free'
    missing = 'fails'
    when.plan = 'free'

    [[axis]]
    name = 'fit'
    label = 'Fit'
    weight = 2
    base = -0.5
    available = 100
    group = [{ name = 'who', label = 'Who', min = -1, max = 40 }]
    rule = [
        { id = 'flag', label = 'Flag', group = 'who', when.flagship = true, points = 5 },
        { id = 'exact', when.nps = 9, points = 2.5, missing.points = 1 },
        { id = 'first', first = [{ when.nps = 1, points = 1 }, { when.nps = 2, points = 2 }], otherwise = -1 },
        { id = 'bands', bands.nps = [[0, -20], [7, 10]], bounds = 'above', below = -30 },
        { id = 'ratio', when.flagship.known = true, bands.seats = [[0.5, 1]], ratio_to = 'nps' },
        { id = 'months', bands.start = [[6, 1]], by = 'months_since' },
        { id = 'values', values.plan = { pro = 3, team = 2 }, otherwise = 1 },
        { id = 'tags', values.tech = { crm = 3 }, combine = 'sum' },
        { id = 'best', values.tech = { erp = 3 }, combine = 'best' },
        { id = 'units', per_unit.seats = { points = 2, min = -3, max = 10 } },
    ]

    [[axis]]
    name = 'activity'
    [[axis.rule]]
    id = 'visits'
    missing = 'skip'
    signal.event = ['visit', 'view']
    signal.points = 8
    signal.window = '90d'
    signal.per_day = 3
    signal.min_count = 2
    signal.most_recent = 5
    signal.max = 30
    signal.decay.drop = { percent = 15, every = '45d' }
    [[axis.rule]]
    id = 'paid'
    signal = { event = 'paid', points_per_unit = 1, max = 9, decay.half_life = '2w' }
    [[axis.rule]]
    id = 'a'
    signal = { event = 'a', points = 1, max = 9, decay.linear = '90min' }
    [[axis.rule]]
    id = 'b'
    signal = { event = '*', points = 1, max = 9, decay.keep = { percent = 15, every = '30s' } }
    [[axis.rule]]
    id = 'c'
    signal = { event = 'c', points = 1, max = 9, decay.table = [['0d', 100], ['1d', 15]] }
    [[axis.rule]]
    id = 'often'
    bands.events.login = [[3, 5]]
    by = 'days'
    within = '30d'
    [[axis.rule]]
    id = 'recent'
    bands.events.login = [[3, 5]]
    by = 'days_since_last'

    [[promoter]]
    id = 'fits'
    label = 'Fits'
    when.axis.fit.at_least = 50
    plus = 20
    [[promoter]]
    id = 'scores'
    when.score.more_than = 50
    plus = 5

    [[limit]]
    id = 'cap'
    label = 'Cap'
    when.grade = 'B2'
    at_most = 50
    [[limit]]
    when.verdict = { is_not = 'ELIGIBLE', ignore_case = true }
    at_least = 1

    [[state]]
    name = 'ready'
    at_least = 70
    [[state]]
    name = 'cold'
    at_least = 0

    [[segment]]
    name = 'big'
    when.seats.at_least = 100
    [[segment]]
    name = 'rest'

    [[play]]
    name = 'call'
    grades = ['A*', 'B1']
    states = ['ready']
    segments = ['big']
    owner = 'sales'
    respond_within = '1d'
    [[play]]
    name = 'wait'
    otherwise = true

    [[case]]
    name = 'one'
    as_of = '2026-11-22T09:00:00Z'
    facts = { plan = 'pro', tech = ['crm'], seats = 7 }
    [case.expect]
    verdict = 'eligible'
    score = 1
    axes.fit = 2
    grade = 'C2'
    state = 'cold'
    segment = 'rest'
    play = 'wait'";

#[test]
fn a_model_built_in_rust_is_the_one_of_the_document() {
    let (built, written) = (built_in_rust(), toml_model(BUILT));
    assert_eq!(built, written);
    assert_eq!(built.fingerprint(), written.fingerprint());
    assert_eq!((built.name(), built.description()), ("built", Some("all of it")));
    Scorer::<Account>::new(&built).unwrap();
    let states = Model::new("x").state(State::at_least_points("any", 0));
    assert_eq!(states, toml_model("format = 1\nname = 'x'\nstate = [{ name = 'any', at_least_points = 0 }]"));
}

#[test]
fn raw_identifiers_and_computed_enums_are_fields() {
    enum Plan {
        Free,
        Team,
    }
    facts!(enum Plan { Free => "free", Team => "team" });
    struct Deal {
        r#type: String,
        seats: u32,
    }
    facts!(Deal { r#type, plan: Plan = |deal| if deal.seats > 5 { Plan::Team } else { Plan::Free } });

    let f = warmth::fields::<Deal>();
    let gates = [("type", f.r#type.is("renewal")), ("plan", f.plan.is("team"))];
    let model = gates.into_iter().fold(Model::new("x"), |model, (id, when)| model.required(Gate::new(id, when)));
    let scorer = Scorer::<Deal>::new(&model).unwrap();
    assert!(scorer.fields().map(Field::name).eq(["type", "plan"]));
    for (kind, seats, verdict) in [("renewal", 6, "eligible"), ("renewal", 5, "ineligible"), ("new", 6, "ineligible")] {
        let deal = Deal { r#type: kind.to_owned(), seats };
        assert_eq!(scorer.score(&deal, at("2026-11-22")).verdict().as_str(), verdict);
        let read = Deal::FIELDS.iter().map(|field| deal.fact(field));
        assert_eq!(read.filter(|fact| matches!(fact, Fact::Text(_))).count(), 2);
    }
    let error = Scorer::<Deal>::new(&Model::new("x").required(Gate::new("p", f.plan.is("tema")))).unwrap_err();
    assert_eq!(error.problems()[0].help(), Some("did you mean `team`?"));
}

/// Tags that a computed field borrows from wherever they are.
#[test]
fn a_computed_field_may_be_tags() {
    struct Offer<'a> {
        purposes: &'a [&'a str],
        bought_for: BTreeSet<String>,
    }
    facts!(Offer<'_> {
        purposes: Tags<'_> = |offer| offer.purposes.into(),
        bought_for: Option<Tags<'_>> = |offer| (!offer.bought_for.is_empty()).then_some((&offer.bought_for).into()),
    });
    assert_eq!(Offer::FIELDS.iter().map(Field::kind).collect::<Vec<_>>(), [Kind::Tags; 2]);

    let f = fields::<Offer<'_>>();
    let same = Model::new("same").required(Gate::new("purpose", !f.purposes.any_not_in(f.bought_for)));
    let same = Scorer::<Offer<'_>>::new(&same).unwrap();
    for (purposes, bought_for, expected) in [
        (&["support"][..], &["sales", "support"][..], "eligible"),
        (&["support", "hiring"], &["support"], "ineligible"),
        (&["support"], &[], "undetermined"),
    ] {
        let offer = Offer { purposes, bought_for: bought_for.iter().map(|&text| text.to_owned()).collect() };
        assert_eq!(same.score(&offer, at(NOW)).verdict().to_string(), expected, "{purposes:?} {bought_for:?}");
    }
}
