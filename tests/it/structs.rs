//! Rust types as subjects: what `facts!` makes of their fields, and that they score like records of the same facts.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use fastrand::Rng;
use serde_json::json;
use warmth::{Activity, Fact, Facts, Field, Fired, Kind, Model, Points, Record, Score, Scorer, ToFact, Value, facts};

use crate::support::{at, model, on_all_processors, scaled, scorer, subject, toml_model};

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
fn the_kind_of_a_field_follows_from_its_type() {
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

#[test]
fn a_type_has_the_kind_of_what_it_wraps() {
    fn kind<T: ToFact + ?Sized>() -> Kind {
        T::KIND
    }
    for (actual, expected) in [
        (kind::<Option<bool>>(), Kind::Flag),
        (kind::<&Option<u8>>(), Kind::Number),
        (kind::<Option<&u8>>(), Kind::Number),
        (kind::<&&f32>(), Kind::Number),
        (kind::<str>(), Kind::Text),
        (kind::<Option<Cow<'_, str>>>(), Kind::Text),
        (kind::<Option<Box<str>>>(), Kind::Text),
        (kind::<Option<&Health>>(), Kind::Text),
        (kind::<Option<NaiveDate>>(), Kind::Date),
        (kind::<&DateTime<Utc>>(), Kind::Time),
        (kind::<Vec<&str>>(), Kind::Tags),
        (kind::<Option<HashSet<String>>>(), Kind::Tags),
        (kind::<&BTreeSet<String>>(), Kind::Tags),
    ] {
        assert_eq!(actual, expected);
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

/// A record of the same facts, put together without the macro and its traits.
fn as_record(all: &Everything) -> Record {
    fn set(record: &mut Record, field: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            record.set(field, value);
        }
    }
    let list = |tags: &mut dyn Iterator<Item = &str>| Some(tags.map(str::to_owned).collect::<Vec<String>>());
    let mut record = Record::new();
    let to = &mut record;
    set(to, "flag", Some(all.flag));
    set(to, "flag_maybe", all.flag_maybe);
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
        set(to, field, Some(number));
    }
    set(to, "n_u64", i64::try_from(all.n_u64).ok());
    set(to, "n_f32", Some(f64::from(all.n_f32)));
    set(to, "n_f64", Some(all.n_f64));
    set(to, "n_maybe", all.n_maybe);
    set(to, "ratio", Some(f64::from(all.n_u8) / f64::from(all.n_u16)));
    set(to, "text", Some(all.text.as_str()));
    set(to, "text_static", Some(all.text_static));
    set(to, "text_boxed", Some(&*all.text_boxed));
    set(to, "text_cow", Some(&*all.text_cow));
    set(to, "text_maybe", all.text_maybe.clone());
    set(to, "text_borrowed_maybe", all.text_borrowed_maybe);
    set(to, "initial", Some(if all.text.starts_with('É') { "" } else { all.text.split_at(all.text.len().min(1)).0 }));
    set(to, "second", all.tags.get(1).cloned());
    set(to, "health", Some(text_of(all.health)));
    set(to, "health_maybe", all.health_maybe.map(text_of));
    set(to, "date", Some(all.date));
    set(to, "date_maybe", all.date_maybe);
    set(to, "time", Some(all.time));
    set(to, "time_maybe", all.time_maybe);
    set(to, "tags", Some(all.tags.clone()));
    set(to, "tags_borrowed", list(&mut all.tags_borrowed.iter().copied()));
    set(to, "tags_sorted", list(&mut all.tags_sorted.iter().map(String::as_str)));
    set(to, "tags_hashed", list(&mut all.tags_hashed.iter().map(String::as_str)));
    set(to, "tags_maybe", all.tags_maybe.clone());
    set(to, "tags_sorted_maybe", all.tags_sorted_maybe.clone().map(|tags| tags.into_iter().collect::<Vec<_>>()));
    record.with_activity(all.past.activity.clone())
}

/// A model that reads every field in several ways. Each rule gives a different power of two, so any two subjects with
/// different facts have different points.
fn model_of_everything() -> Model {
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
            let bit = Points::from_micros(1 << (rules.len() % 36));
            let (id, missing) = (rules.len().to_string(), json!({ "points": -bit }));
            rules.push(json!({ "id": id, "when": { field.name(): test }, "points": bit, "missing": missing }));
        }
    }
    rules.push(json!({ "id": "did", "signal": { "event": "*", "points": 3, "decay": { "half_life": "9d" } } }));
    let axes: Vec<_> = rules
        .chunks(36)
        .enumerate()
        .map(|(i, rules)| json!({ "name": i.to_string(), "available": 1_000, "rule": rules }))
        .collect();
    model(&json!({ "format": 1, "name": "everything", "axis": axes }))
}

#[test]
fn a_struct_with_fields_of_every_type_scores_like_a_record() {
    let model = model_of_everything();
    let (typed, dynamic) = (Scorer::<Everything>::new(&model).unwrap(), scorer(&model));
    let mut seen = BTreeSet::new();
    for seed in 0..scaled(3_000) {
        let all = everything(&mut Rng::with_seed(seed));
        let record = as_record(&all);
        let score = typed.score(&all, at(NOW));
        assert_eq!(score, dynamic.score(&record, at(NOW)), "seed {seed}");
        let missing = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
        assert_eq!(missing(typed.missing(&all).collect()), missing(dynamic.missing(&record).collect()), "seed {seed}");
        seen.insert(score.axes().map(|axis| axis.raw).collect::<Vec<_>>());
    }
    assert!(seen.len() as u64 > scaled(2_900), "only {} outcomes differ", seen.len());
    let kinds = |fields: Vec<&Field>| fields.into_iter().map(|f| (f.name().to_owned(), f.kind().to_string())).collect();
    let typed: BTreeMap<String, String> = kinds(typed.fields().collect());
    let mut dynamic: BTreeMap<String, String> = kinds(dynamic.fields().collect());
    // A record takes the kind of a field from its operators, which are the same for dates and times.
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
fn a_struct_may_borrow_its_facts() {
    let mut owner = Owner { id: 7, name: "Ada".into(), tags: vec!["crm".into()], history: Activity::new() };
    owner.history.record("login", at(NOW));
    let labels = BTreeSet::from(["vip".to_owned()]);
    let model = toml_model(
        "format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.title = 'ceo'\nwhen.name.starts_with = 'A'\nwhen.limit.at_least = 3\n\
         when.first_tag = 'crm'\nwhen.intent.more_than = 0.5\nwhen.labels.has = 'vip'\nwhen.events.login.count = 1",
    );
    // One scorer for views with any lifetime.
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

#[test]
fn a_fact_of_another_kind_than_its_field_counts_as_missing() {
    struct Anything(Fact<'static>);
    impl Facts for Anything {
        const FIELDS: &'static [Field] = &[Field::new("nps", Kind::Number)];
        fn fact(&self, _: &Field) -> Fact<'_> {
            self.0
        }
    }
    let model = toml_model("format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.nps.at_least = 1");
    let scorer = Scorer::<Anything>::new(&model).unwrap();
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
        assert_eq!(scorer.score(&Anything(fact), at(NOW)).verdict().as_str(), expected, "{fact:?}");
    }
}

#[test]
fn a_model_that_does_not_fit_the_type_is_refused() {
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

/// The fields of the generated models.
struct Contact {
    has_flagship: Option<bool>,
    beta: Option<bool>,
    nps: Option<f64>,
    seats: Option<f64>,
    seat_limit: Option<f64>,
    mrr: Option<f64>,
    score: Option<f64>,
    role: Option<String>,
    icp_segment: Option<String>,
    grade: Option<String>,
    tech: Option<Vec<String>>,
    owned: Option<Vec<String>>,
    contract_start: Option<NaiveDate>,
    renewal_date: Option<NaiveDate>,
    last_login: Option<DateTime<Utc>>,
    created_at: Option<DateTime<Utc>>,
    history: Activity,
}
facts!(Contact {
    has_flagship, beta, nps, seats, seat_limit, mrr, score, role, icp_segment, grade, tech, owned, contract_start,
    renewal_date, last_login, created_at;
    activity = history
});

impl Contact {
    fn new(record: &Record) -> Contact {
        let flag = |field| match record.get(field) {
            Some(Value::Flag(flag)) => Some(*flag),
            _ => None,
        };
        let number = |field| match record.get(field) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        };
        let text = |field| match record.get(field) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let tags = |field| match record.get(field) {
            Some(Value::Tags(tags)) => Some(tags.clone()),
            _ => None,
        };
        let date = |field| text(field)?.parse().ok();
        let time = |field| text(field)?.parse().ok();
        Contact {
            has_flagship: flag("has_flagship"),
            beta: flag("beta"),
            nps: number("nps"),
            seats: number("seats"),
            seat_limit: number("seat_limit"),
            mrr: number("mrr"),
            score: number("score"),
            role: text("role"),
            icp_segment: text("icp_segment"),
            grade: text("grade"),
            tech: tags("tech"),
            owned: tags("owned"),
            contract_start: date("contract_start"),
            renewal_date: date("renewal_date"),
            last_login: time("last_login"),
            created_at: time("created_at"),
            history: record.activity().clone(),
        }
    }

    fn record(&self) -> Record {
        let mut record = Record::new().with_activity(self.history.clone());
        for field in Self::FIELDS {
            let value: Value = match self.fact(field) {
                Fact::Flag(flag) => flag.into(),
                Fact::Number(number) => number.into(),
                Fact::Text(text) => text.into(),
                Fact::Tags(tags) => {
                    let mut all = Vec::new();
                    tags.any(|tag| {
                        all.push(tag.to_owned());
                        false
                    });
                    all.into()
                }
                Fact::Date(date) => date.into(),
                Fact::Time(time) => time.into(),
                _ => continue,
            };
            record.set(field.name(), value);
        }
        record
    }
}

/// The same contact, with the trait implemented by hand. The macro also generates a function per field that reads and
/// tests it at once; this type has none.
struct ByHand<'a>(&'a Contact);

impl Facts for ByHand<'_> {
    const FIELDS: &'static [Field] = Contact::FIELDS;

    fn fact(&self, field: &Field) -> Fact<'_> {
        let contact = self.0;
        match field.name() {
            "has_flagship" => contact.has_flagship.into(),
            "beta" => contact.beta.into(),
            "nps" => contact.nps.into(),
            "seats" => contact.seats.into(),
            "seat_limit" => contact.seat_limit.into(),
            "mrr" => contact.mrr.into(),
            "score" => contact.score.into(),
            "role" => contact.role.to_fact(),
            "icp_segment" => contact.icp_segment.to_fact(),
            "grade" => contact.grade.to_fact(),
            "tech" => contact.tech.to_fact(),
            "owned" => contact.owned.to_fact(),
            "contract_start" => contact.contract_start.into(),
            "renewal_date" => contact.renewal_date.into(),
            "last_login" => contact.last_login.into(),
            "created_at" => contact.created_at.into(),
            _ => Fact::Missing,
        }
    }

    fn activity(&self) -> &Activity {
        &self.0.history
    }
}

/// The macro, the trait by hand, a reference and a record of the same facts give the same answers.
#[test]
fn every_form_of_a_subject_gives_the_same_answers() {
    on_all_processors(0..scaled(6_000), |seed| {
        let subject = subject(seed);
        let contact = Contact::new(&subject.record);
        let (record, by_hand) = (contact.record(), ByHand(&contact));
        let scorer = Scorer::<Contact>::new(&subject.model).unwrap();
        let scorer_by_hand = Scorer::<ByHand<'_>>::new(&subject.model).unwrap();
        let score = subject.scorer.score(&record, subject.as_of);
        assert_eq!(scorer.score(&contact, subject.as_of), score);
        assert_eq!(scorer_by_hand.score(&by_hand, subject.as_of), score);

        let [mut fired, mut fired_by_hand, mut fired_of_record] = [const { Fired::new() }; 3];
        assert_eq!(scorer.score_fired(&contact, subject.as_of, &mut fired), score);
        assert_eq!(scorer_by_hand.score_fired(&by_hand, subject.as_of, &mut fired_by_hand), score);
        subject.scorer.score_fired(&record, subject.as_of, &mut fired_of_record);
        assert!(fired.ids().eq(fired_of_record.ids()) && fired_by_hand.ids().eq(fired_of_record.ids()));

        let explanation = subject.scorer.explain(&record, subject.as_of).to_string();
        assert_eq!(scorer.explain(&contact, subject.as_of).to_string(), explanation);
        assert_eq!(scorer_by_hand.explain(&by_hand, subject.as_of).to_string(), explanation);
        let bounds = scorer.bounds(&contact, subject.as_of).value();
        assert_eq!(scorer_by_hand.bounds(&by_hand, subject.as_of).value(), bounds);

        let borrowed = Scorer::<&Contact>::new(&subject.model).unwrap();
        assert_eq!(borrowed.score(&&contact, subject.as_of), score);
        let mut scores = [Score::default(); 3];
        borrowed.score_batch(&[&contact; 3], subject.as_of, &mut scores);
        assert_eq!(scores, [score; 3]);
    });
}
