//! A model that compiles never panics, whatever the facts and instants.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use fastrand::Rng;
use serde_json::json;
use warmth::columns::{ColumnError, ColumnScorer, Columns, ScoreColumns};
use warmth::{
    Activity, Bounds, Changes, Comparison, Decay, DocumentLimits, Fact, Facts, Field, Fingerprint, Kind, Model,
    ModelError, NextChange, Points, Problem, Record, Recourse, Resolution, Score, Scorer, Settled, Snapshot, Span,
    Value, facts,
};

use crate::common::generate::ignoring_case;
use crate::support::{at, model, scaled, scorer, second, subjects};

const _: () = {
    const fn shared<T: Send + Sync + 'static>() {}
    shared::<Scorer<Record>>();
    // A scorer contains no subject, so it is `Send` and `Sync` even if its subjects are not.
    shared::<Scorer<std::rc::Rc<u8>>>();
    shared::<Model>();
    shared::<Score<'static>>();
    shared::<Columns<'static>>();
    shared::<ColumnError>();
    shared::<ColumnScorer<'static, 'static>>();
    shared::<ScoreColumns<'static>>();
    shared::<Bounds<'static, 'static>>();
    shared::<Changes<'static, 'static, Record>>();
    shared::<NextChange<'static, 'static, Record>>();
    shared::<Snapshot<'static, 'static, Record>>();
    shared::<Comparison<'static>>();
    shared::<Recourse<'static>>();
    shared::<Settled>();
    shared::<Activity>();
    shared::<ModelError>();
    shared::<Problem>();
    shared::<Record>();
    shared::<Decay>();
    shared::<Fingerprint>();
    shared::<DocumentLimits>();
};

/// The fields of the random documents, with types whose values may be extreme.
struct Hostile {
    has_flagship: bool,
    beta: Option<bool>,
    nps: f64,
    seats: i64,
    seat_limit: u64,
    mrr: f32,
    score: Option<f64>,
    role: String,
    icp_segment: Option<&'static str>,
    grade: Box<str>,
    tech: Vec<String>,
    owned: HashSet<String>,
    contract_start: NaiveDate,
    renewal_date: Option<NaiveDate>,
    last_login: DateTime<Utc>,
    created_at: Option<DateTime<Utc>>,
    history: Activity,
}

facts!(Hostile {
    has_flagship, beta, nps, seats, seat_limit, mrr, score, role, icp_segment, grade, tech, owned, contract_start,
    renewal_date, last_login, created_at;
    activity = history
});

const NUMBERS: [f64; 16] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    -0.0,
    0.0,
    f64::MIN,
    f64::MAX,
    f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    f64::EPSILON,
    9_007_199_254_740_992.0,
    9_007_199_254_740_994.0,
    1e9,
    -1e-7,
    7.0,
];

fn one<T: Clone>(rng: &mut Rng, pool: &[T]) -> T {
    pool[rng.usize(..pool.len())].clone()
}

fn text(rng: &mut Rng) -> String {
    let pieces = ["", "c", "CEO", "ß", "é", "É", "İ", "🦀", "\0", "\u{301}", "\u{feff}", "ceo", "lan", " "];
    let count = if rng.u8(..) == 0 { 3_000 } else { rng.u8(..4).into() };
    (0..count).map(|_: u32| one(rng, &pieces)).collect()
}

fn dates() -> Vec<NaiveDate> {
    let of = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    vec![
        NaiveDate::MIN,
        NaiveDate::MAX,
        of(1, 1, 1),
        of(0, 2, 29),
        of(9999, 12, 31),
        of(-1, 3, 1),
        of(2024, 2, 29),
        of(2026, 11, 22),
    ]
}

fn times() -> Vec<DateTime<Utc>> {
    let near = at("2026-11-22T23:59:59Z");
    vec![
        DateTime::<Utc>::MIN_UTC,
        DateTime::<Utc>::MAX_UTC,
        at("0001-01-01"),
        at("9999-12-31"),
        second(-1),
        second(0),
        near,
    ]
}

fn tags(rng: &mut Rng) -> Vec<String> {
    let count = if rng.u8(..) < 4 { 200 } else { rng.u8(..5).into() };
    (0..count).map(|_: u32| if rng.bool() { one(rng, &["crm", "erp", "bi"]).to_owned() } else { text(rng) }).collect()
}

fn history(rng: &mut Rng, as_of: DateTime<Utc>) -> Activity {
    let mut activity = Activity::with_resolution(one(rng, &[Resolution::Second, Resolution::Hour, Resolution::Day]));
    let mut instants = times();
    instants.extend((0..6).filter_map(|_| as_of.checked_sub_signed(TimeDelta::seconds(rng.i64(-9..40_000_000)))));
    let micros = [i64::MIN, -i64::MAX, i64::MAX, 1, -1, 0, 1_000_000_000_000_000];
    for _ in 0..rng.usize(..40) {
        let name = one(rng, &["visit", "email_open", "demo", "webinar", "", "*"]);
        let (count, amount) = (one(rng, &[0, 1, 3, u32::MAX]), one(rng, &micros));
        activity.record_with(name, one(rng, &instants), count, Points::from_micros(amount));
    }
    activity
}

fn hostile(rng: &mut Rng, as_of: DateTime<Utc>) -> Hostile {
    Hostile {
        has_flagship: rng.bool(),
        beta: rng.bool().then(|| rng.bool()),
        nps: one(rng, &NUMBERS),
        seats: one(rng, &[i64::MIN, i64::MAX, -1, 0, 1 << 53, -(1 << 53), (1 << 53) + 1]),
        seat_limit: one(rng, &[u64::MAX, 0, 1, 1 << 53]),
        mrr: one(rng, &[f32::NAN, f32::INFINITY, f32::MAX, f32::MIN, -0.0, 1e-45]),
        score: rng.bool().then(|| one(rng, &NUMBERS)),
        role: text(rng),
        icp_segment: rng.bool().then(|| one(rng, &["", "high", "ÉLAN", "🦀"])),
        grade: text(rng).into(),
        tech: tags(rng),
        owned: tags(rng).into_iter().collect(),
        contract_start: one(rng, &dates()),
        renewal_date: rng.bool().then(|| one(rng, &dates())),
        last_login: one(rng, &times()),
        created_at: rng.bool().then(|| one(rng, &times())),
        history: history(rng, as_of),
    }
}

const FIELDS: [&str; 16] = [
    "has_flagship",
    "beta",
    "nps",
    "seats",
    "seat_limit",
    "mrr",
    "score",
    "role",
    "icp_segment",
    "grade",
    "tech",
    "owned",
    "contract_start",
    "renewal_date",
    "last_login",
    "created_at",
];

/// A record in which any field may have a value of any kind.
fn hostile_record(rng: &mut Rng, as_of: DateTime<Utc>) -> Record {
    let mut record = Record::new();
    for field in FIELDS {
        let value: Value = match rng.u8(..9) {
            0 => continue,
            1 => rng.bool().into(),
            2 | 3 => one(rng, &NUMBERS).into(),
            4 => one(rng, &[i64::MIN, i64::MAX, 0]).into(),
            5 => text(rng).into(),
            6 => tags(rng).into(),
            7 => one(rng, &dates()).into(),
            _ => one(rng, &times()).into(),
        };
        record.set(field, value);
    }
    for (field, text) in [("contract_start", "+262142-12-31"), ("last_login", "0000-01-01T00:00:00+23:59")] {
        if rng.bool() {
            record.set(field, text);
        }
    }
    record.with_activity(history(rng, as_of))
}

/// A record of the same facts.
fn as_record(account: &Hostile) -> Record {
    let mut record = Record::new();
    for field in Hostile::FIELDS {
        let named = |name: &str| field.name() == name;
        let value: Option<Value> = match field.kind() {
            Kind::Flag if named("beta") => account.beta.map(Value::from),
            Kind::Flag => Some(account.has_flagship.into()),
            Kind::Number if named("nps") => Some(account.nps.into()),
            Kind::Number if named("seats") => Some(account.seats.into()),
            Kind::Number if named("seat_limit") => i64::try_from(account.seat_limit).ok().map(Value::from),
            Kind::Number if named("mrr") => Some(f64::from(account.mrr).into()),
            Kind::Number => account.score.map(Value::from),
            Kind::Text if named("role") => Some(account.role.as_str().into()),
            Kind::Text if named("grade") => Some((&*account.grade).into()),
            Kind::Text => account.icp_segment.map(Value::from),
            Kind::Tags if named("tech") => Some(account.tech.clone().into()),
            Kind::Tags => Some(account.owned.iter().cloned().collect::<Vec<_>>().into()),
            Kind::Date if named("contract_start") => Some(account.contract_start.into()),
            Kind::Date => account.renewal_date.map(Value::from),
            _ if named("last_login") => Some(account.last_login.into()),
            _ => account.created_at.map(Value::from),
        };
        if let Some(value) = value {
            record.set(field.name(), value);
        }
    }
    record.with_activity(account.history.clone())
}

/// A subject whose every field gives a random fact of any kind, a different one at every read.
struct Random {
    seed: std::cell::Cell<u64>,
    texts: Vec<String>,
    tags: BTreeSet<String>,
    history: Activity,
}

impl Facts for Random {
    const FIELDS: &'static [Field] = &[];
    const OPEN: bool = true;

    fn fact(&self, _: &Field) -> Fact<'_> {
        let rng = &mut Rng::with_seed(self.seed.replace(self.seed.get() + 1));
        match rng.u8(..7) {
            0 => Fact::Missing,
            1 => Fact::Flag(rng.bool()),
            2 => Fact::Number(one(rng, &NUMBERS)),
            3 => Fact::Text(&self.texts[rng.usize(..self.texts.len())]),
            4 => Fact::Date(one(rng, &dates())),
            5 => Fact::Time(one(rng, &times())),
            _ => Fact::Tags(if rng.bool() { (&self.tags).into() } else { self.texts.as_slice().into() }),
        }
    }

    fn activity(&self) -> &Activity {
        &self.history
    }
}

/// The scores are from 0 to 100, and the outcome prints and serializes.
#[track_caller]
fn assert_valid(score: &Score<'_>, seed: u64) {
    let all = Points::ZERO..=Points::from(100);
    assert!(all.contains(&score.value()) && score.axes().all(|axis| all.contains(&axis.score)), "seed {seed}");
    let printed = format!("{score} {score:?} {}", serde_json::to_string(&score).unwrap());
    assert!(printed.len() > 10);
}

#[test]
fn a_model_that_compiles_never_panics() {
    let extremes = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, at("0001-01-01"), at("9999-12-31"), second(0)];
    for subject in subjects(0..scaled(2_000)) {
        let rng = &mut Rng::with_seed(subject.seed);
        let typed =
            Scorer::<Hostile>::new(&subject.model).unwrap_or_else(|e| panic!("{e}\n{:#}", subject.instance.model));
        let open = Scorer::<Random>::new(&subject.model).unwrap();
        for as_of in [subject.as_of, one(rng, &extremes), subject.as_of] {
            let account = hostile(rng, as_of);
            let score = typed.score(&account, as_of);
            assert_valid(&score, subject.seed);
            assert_eq!(score, subject.scorer.score(&as_record(&account), as_of), "seed {}", subject.seed);
            let record = hostile_record(rng, as_of);
            assert_valid(&subject.scorer.score(&record, as_of), subject.seed);
            let missing = subject.scorer.missing(&record).count() + typed.missing(&account).count();
            assert!(missing <= 2 * FIELDS.len());
            let random = Random {
                seed: subject.seed.into(),
                texts: tags(rng).into_iter().chain([String::new()]).collect(),
                tags: tags(rng).into_iter().collect(),
                history: history(rng, as_of),
            };
            assert_valid(&open.score(&random, as_of), subject.seed);
        }
    }
}

#[test]
fn parts_of_texts_with_multibyte_characters_match_as_in_std() {
    let texts = ["", "é", "É", "e\u{301}", "e", "🦀🦀", "ſ", "K", "k", "ß", "SS", "aé", "éa", "\u{80}"];
    for piece in texts {
        for op in ["starts_with", "ends_with", "contains"] {
            for ignore_case in [false, true] {
                let when = json!({ "f": { op: piece, "ignore_case": ignore_case } });
                let required = json!([{ "id": "r", "when": when }]);
                let scorer = scorer(&model(&json!({ "format": 1, "name": "x", "required": required })));
                for text in texts {
                    let fold = |text: &str| if ignore_case { ignoring_case(text) } else { text.to_owned() };
                    let expected = match op {
                        "starts_with" => fold(text).starts_with(&fold(piece)),
                        "ends_with" => fold(text).ends_with(&fold(piece)),
                        _ => fold(text).contains(&fold(piece)),
                    };
                    let verdict = scorer.score(&Record::new().with("f", text), second(0)).verdict();
                    assert_eq!(verdict == warmth::Verdict::Eligible, expected, "{text:?} {op} {piece:?}");
                }
            }
        }
    }
}

#[test]
fn sums_beyond_the_range_of_points_are_clamped() {
    let mut rules = Vec::new();
    for (i, (key, points)) in
        [("points", 1e6), ("points", -1e6), ("points_per_unit", 1e6), ("points_per_unit", -1e6)].into_iter().enumerate()
    {
        for decay in [
            json!({ "half_life": "36500d" }),
            json!({ "linear": "36500d" }),
            json!({ "polynomial": { "lifetime": "36500d", "speed": 0.1 } }),
            json!({ "keep": { "percent": 99.999999, "every": "1s" } }),
            json!({ "drop": { "percent": 0.000001, "every": "1s" } }),
            json!({ "table": [["0d", 100], ["36500d", 99]] }),
        ] {
            let id = format!("{i}-{}", rules.len());
            rules.push(json!({ "id": id, "signal": { "event": "*", key: points, "decay": decay } }));
        }
    }
    let axes: Vec<_> = (0..8)
        .map(|axis| {
            let mut rules = rules.clone();
            for rule in &mut rules {
                rule["id"] = json!(format!("{axis}-{}", rule["id"]));
            }
            if axis % 2 == 1 {
                rules.retain(|rule| rule.to_string().contains(":1000000.0"));
            }
            json!({ "name": axis.to_string(), "available": 1_000_000_000, "weight": 1_000_000, "base": 1_000_000, "rule": rules })
        })
        .collect();
    let bound = json!([{ "name": "any", "at_least_points": 0 }]);
    let scorer = scorer(&model(&json!({ "format": 1, "name": "x", "axis": axes, "state": bound })));
    let mut activity = Activity::new();
    let now = at("2026-11-22").timestamp();
    for (age, amount) in (0..200).zip([i64::MAX, i64::MIN, -i64::MAX, i64::MAX].into_iter().cycle()) {
        activity.record_with("e", second(now - age), u32::MAX, Points::from_micros(amount));
    }
    for kept in [200, 3, 1] {
        let mut activity = activity.clone();
        activity.prune(second(now - kept + 1));
        let score = scorer.score(&Record::new().with_activity(activity), second(now));
        assert_valid(&score, kept as u64);
        let most = Points::from_micros(1_000_000_000 * 1_000_000 * 20);
        assert!(score.axes().all(|axis| axis.raw < most && axis.raw > -most));
    }
}

#[test]
fn weights_of_extreme_spans_and_percentages_are_from_0_to_1() {
    for decay in [
        Decay::HalfLife(Span::seconds(0)),
        Decay::HalfLife(Span::seconds(u64::MAX)),
        Decay::Linear(Span::seconds(0)),
        Decay::Linear(Span::seconds(u64::MAX)),
        Decay::Polynomial { lifetime: Span::seconds(0), speed: Points::from_micros(i64::MIN) },
        Decay::Polynomial { lifetime: Span::seconds(u64::MAX), speed: Points::from_micros(i64::MAX) },
        Decay::Polynomial { lifetime: Span::seconds(u64::MAX), speed: Points::ZERO },
        Decay::Drop { percent: Points::from_micros(i64::MAX), every: Span::seconds(0) },
        Decay::Drop { percent: Points::from_micros(i64::MIN), every: Span::seconds(1) },
        Decay::Keep { percent: Points::from_micros(i64::MAX), every: Span::seconds(0) },
        Decay::Keep { percent: Points::from_micros(-1), every: Span::seconds(u64::MAX) },
        Decay::Table(vec![]),
        Decay::Table(vec![(Span::seconds(u64::MAX), Points::from_micros(i64::MIN)), (Span::seconds(0), 200.into())]),
    ] {
        for age in [0, 1, 86_400, u64::MAX / 2, u64::MAX] {
            let weight = decay.weight(Span::seconds(age));
            assert!(weight.denominator() > 0 && weight.numerator() <= weight.denominator(), "{decay:?} {age}");
            for points in [i64::MIN, i64::MAX, 0, 1] {
                let weighted = weight.of(Points::from_micros(points));
                assert!(
                    weighted.micros().unsigned_abs() <= points.unsigned_abs(),
                    "{decay:?} {age} of {points}: {weighted}"
                );
            }
            assert!(weight.to_string().ends_with('%'));
        }
    }
}
