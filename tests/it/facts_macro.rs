//! The `facts!` macro: every form of field scores like a record of the same facts, and every refused field has one error.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, TimeDelta};
use warmth::recourse::{Action, Target};
use warmth::{
    Activity, Fact, FactCow, Facts, Field, Kind, Projection, Record, Scorer, Tag, ToFact, Value, Verdict, compare,
    facts,
};

use crate::support::{at, scorer, toml_model};

const NOW: &str = "2026-11-22T12:00:00Z";

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Plan {
    Free,
    Trial { days: u8 },
    Paid(u32, bool),
}
facts!(enum Plan { Free => "free", Trial { .. } => "trial", Paid(..) => "paid" });

#[derive(Clone)]
struct Email(String);
facts!(newtype Email(String));

#[derive(Clone, Copy)]
struct Seats(u32);
facts!(newtype Seats(u32));

struct Company {
    employees: Option<u32>,
    address: Address,
}

struct Address {
    country: (String, u8),
}

struct Account {
    company: Company,
    plan: Plan,
    plan_before: Option<Plan>,
    plans: Vec<Plan>,
    plans_sorted: BTreeSet<Plan>,
    plans_hashed: HashSet<Plan>,
    plans_pair: [Plan; 2],
    plans_shared: &'static [Plan],
    plans_maybe: Option<Vec<Plan>>,
    words: [&'static str; 2],
    created_at: DateTime<FixedOffset>,
    email: Email,
    email_maybe: Option<Email>,
    seats: Seats,
    name: Arc<str>,
    score: Box<u8>,
    first: String,
    last: String,
    history: Activity,
}

facts!(Account {
    employees = company.employees,
    country = company.address.country.0,
    region = company.address.country.1,
    tier = plan,
    plan,
    plan_before,
    plans,
    plans_sorted,
    plans_hashed,
    plans_pair,
    plans_shared,
    plans_maybe,
    words,
    created_at,
    email,
    email_maybe,
    seats,
    name,
    score,
    initials: String = |account| [&account.first, &account.last].iter().filter_map(|name| name.chars().next()).collect(),
    nick: Option<String> = |account| (account.first != account.last).then(|| account.first.to_lowercase()),
    names: Vec<String> = |account| vec![account.first.clone(), account.last.clone(), account.first.clone()],
    plans_tried: BTreeSet<Plan> = |account| account.plans.iter().cloned().collect(),
    mail: Email = |account| Email(account.email.0.to_uppercase()),
    best: Plan = |account| account.plans.iter().max().cloned().unwrap_or(Plan::Free),
    borrowed: Option<&Plan> = |account| account.plans.first(),
    ;
    activity = history;
    events = ["login", "pricing_view"];
});

const PLANS: &[Plan] = &[Plan::Paid(1, true), Plan::Paid(2, false)];

fn account(seed: u8) -> Account {
    let plan = |at: u8| match (seed >> at) % 3 {
        0 => Plan::Free,
        1 => Plan::Trial { days: at },
        _ => Plan::Paid(at.into(), at.is_multiple_of(2)),
    };
    let plans: Vec<Plan> = (0..seed % 5).map(plan).collect();
    let mut history = Activity::new();
    history.record("login", at(NOW) - TimeDelta::days((seed % 9).into()));
    Account {
        company: Company {
            employees: (!seed.is_multiple_of(4)).then_some(u32::from(seed)),
            address: Address { country: (if seed.is_multiple_of(2) { "DE" } else { "FR" }.to_owned(), seed % 3) },
        },
        plan: plan(0),
        plan_before: (!seed.is_multiple_of(3)).then(|| plan(1)),
        plans_sorted: plans.iter().cloned().collect(),
        plans_hashed: plans.iter().cloned().collect(),
        plans_pair: [plan(2), plan(3)],
        plans_shared: PLANS,
        plans_maybe: (seed % 3 > 1).then(|| plans.clone()),
        plans,
        words: ["a", if seed % 7 > 2 { "a" } else { "b" }],
        created_at: (at(NOW) - TimeDelta::hours(i64::from(seed) * 7))
            .with_timezone(&FixedOffset::east_opt((i32::from(seed) - 128) * 300).unwrap()),
        email: Email(format!("{seed}@example.com")),
        email_maybe: seed.is_multiple_of(2).then(|| Email("x".to_owned())),
        seats: Seats(seed.into()),
        name: if seed.is_multiple_of(5) { "Acme" } else { "Other" }.into(),
        score: Box::new(seed),
        first: if seed.is_multiple_of(3) { "Bob" } else { "Ada" }.to_owned(),
        last: if seed % 4 > 1 { "Ada" } else { "Cox" }.to_owned(),
        history,
    }
}

/// The same facts, read without the macro.
fn as_record(account: &Account) -> Record {
    let text = |plan: &Plan| match plan {
        Plan::Free => "free",
        Plan::Trial { .. } => "trial",
        Plan::Paid(..) => "paid",
    };
    let list =
        |plans: &mut dyn Iterator<Item = &Plan>| plans.map(|plan| text(plan).to_owned()).collect::<Vec<String>>();
    let (first, last) = (account.first.clone(), account.last.clone());
    let mut record = Record::new()
        .with("country", account.company.address.country.0.as_str())
        .with("region", u32::from(account.company.address.country.1))
        .with("tier", text(&account.plan))
        .with("plan", text(&account.plan))
        .with("plans", list(&mut account.plans.iter()))
        .with("plans_sorted", list(&mut account.plans_sorted.iter()))
        .with("plans_hashed", list(&mut account.plans_hashed.iter()))
        .with("plans_pair", list(&mut account.plans_pair.iter()))
        .with("plans_shared", ["paid", "paid"])
        .with("words", account.words)
        .with("created_at", account.created_at.to_utc())
        .with("email", account.email.0.as_str())
        .with("seats", account.seats.0)
        .with("name", &*account.name)
        .with("score", u32::from(*account.score))
        .with("initials", format!("{}{}", &first[..1], &last[..1]))
        .with("names", vec![first.clone(), last.clone()])
        .with("plans_tried", list(&mut account.plans.iter()))
        .with("mail", account.email.0.to_uppercase())
        .with("best", account.plans.iter().max().map_or("free", text));
    let optional: [(&str, Option<Value>); 6] = [
        ("employees", account.company.employees.map(Into::into)),
        ("plan_before", account.plan_before.as_ref().map(|plan| text(plan).into())),
        ("plans_maybe", account.plans_maybe.as_ref().map(|plans| list(&mut plans.iter()).into())),
        ("email_maybe", account.email_maybe.as_ref().map(|email| email.0.as_str().into())),
        ("nick", (first != last).then(|| first.to_lowercase().into())),
        ("borrowed", account.plans.first().map(|plan| text(plan).into())),
    ];
    for (field, value) in optional {
        if let Some(value) = value {
            record.set(field, value);
        }
    }
    record.with_activity(account.history.clone())
}

/// Reads every field in several ways. Each rule has another power of two, so different facts have different points.
fn document() -> String {
    let mut document = String::from("format = 1\nname = 'x'\n");
    let mut rules = Vec::new();
    for field in Account::FIELDS {
        let tests: &[&str] = match field.kind() {
            Kind::Number => &["at_least = 100", "is_not = 7"],
            Kind::Text if field.texts().is_some() => &["is = 'paid'", "none_of = ['free']"],
            Kind::Text => &["starts_with = 'A'", "is_not = 'AC'", "contains = 'a'", "one_of = ['DE', 'AA', 'x']"],
            Kind::Tags if field.texts().is_some() => {
                &["has = 'paid'", "has_all = ['free', 'trial']", "count.at_least = 2", "any_not_in = 'plans_pair'"]
            }
            Kind::Tags => &["has = 'Ada'", "has_none = ['b']", "count = 2"],
            Kind::Time => &["days_since.at_least = 20", "months_since.at_least = 1", "before = '2026-11-01'"],
            kind => panic!("no test for {kind}"),
        };
        rules.extend(tests.iter().chain(&["known = true"]).map(|test| (field.name(), *test)));
    }
    for (index, (field, test)) in rules.iter().enumerate() {
        if index % 30 == 0 {
            write!(document, "[[axis]]\nname = '{index}'\navailable = 1000\n").unwrap();
        }
        let points = f64::from(1 << (index % 30)) / 1e6;
        write!(document, "[[axis.rule]]\nid = '{index}'\nwhen.{field}.{test}\npoints = {points:.6}\n").unwrap();
    }
    document
}

#[test]
fn every_form_of_field_scores_like_a_record() {
    let model = toml_model(&document());
    let (typed, dynamic) = (Scorer::<Account>::new(&model).unwrap(), scorer(&model));
    let mut outcomes = BTreeSet::new();
    for seed in 0..=u8::MAX {
        let (account, record) = (account(seed), as_record(&account(seed)));
        let score = typed.score(&account, at(NOW));
        assert_eq!(score, dynamic.score(&record, at(NOW)), "seed {seed}");
        assert_eq!(typed.missing(&account).collect::<Vec<_>>(), dynamic.missing(&record).collect::<Vec<_>>());
        let (own, others) = (typed.explain(&account, at(NOW)), dynamic.explain(&record, at(NOW)));
        assert_eq!(own.to_string(), others.to_string(), "seed {seed}");
        let fixed = |value: &dyn Fn() -> String| value();
        assert_eq!(
            fixed(&|| format!("{:?}", typed.bounds(&account, at(NOW)).value())),
            fixed(&|| format!("{:?}", dynamic.bounds(&record, at(NOW)).value())),
        );
        outcomes.insert(score.axes().map(|axis| axis.raw).collect::<Vec<_>>());
    }
    assert!(outcomes.len() > 200, "only {} outcomes differ", outcomes.len());
}

#[test]
fn questions_read_owned_computed_fields() {
    let model = toml_model(
        "format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.nick = 'ada'\nwhen.names.has = 'Cox'\n\
         [[axis]]\nname = 'a'\n[[axis.rule]]\nid = 'seats'\nwhen.seats.at_least = 10\npoints = 5\n\
         [[axis.rule]]\nid = 'old'\nwhen.created_at.days_since.at_least = 3\npoints = 5\n\
         [[axis.rule]]\nid = 'employees'\nwhen.employees.at_least = 10\npoints = 10\n\
         [[state]]\nname = 'hot'\nat_least = 20\n[[state]]\nname = 'cold'\nat_least = 0",
    );
    let (typed, dynamic) = (Scorer::<Account>::new(&model).unwrap(), scorer(&model));
    let account = account(4);
    let record = as_record(&account);
    let now = at(NOW);

    let (own, others) = (typed.bounds(&account, now), dynamic.bounds(&record, now));
    assert_eq!(own.value(), others.value());
    assert!(own.verdicts().map(Verdict::as_str).eq(["eligible"]), "{own:?}");

    let until = now + TimeDelta::days(30);
    let own: Vec<_> = typed.changes(&account, now, until, Projection::State).map(|change| change.to_string()).collect();
    let others = dynamic.changes(&record, now, until, Projection::State).map(|change| change.to_string());
    assert!(others.eq(own.iter().cloned()) && own.len() == 1, "{own:?}");

    let actions = [Action::set("seats", 12).cost(1), Action::set("nick", "bob").cost(1)];
    let target = Target::State("hot".to_owned());
    let own = typed.recourse(&account, now, &target, &actions).unwrap().plan().map(|plan| plan.to_string());
    assert_eq!(own, dynamic.recourse(&record, now, &target, &actions).unwrap().plan().map(|plan| plan.to_string()));

    let later = now + TimeDelta::days(10);
    let own = compare(typed.snapshot(&account, now), typed.snapshot(&account, later)).to_string();
    let others = compare(dynamic.snapshot(&record, now), dynamic.snapshot(&record, later)).to_string();
    assert_eq!(own, others);
}

#[test]
fn a_field_has_the_kind_and_the_texts_of_its_type() {
    let fields: BTreeMap<&str, &Field> = Account::FIELDS.iter().map(|field| (field.name(), field)).collect();
    let texts = Some(&["free", "trial", "paid"][..]);
    for (field, kind, texts) in [
        ("employees", Kind::Number, None),
        ("country", Kind::Text, None),
        ("tier", Kind::Text, texts),
        ("plans", Kind::Tags, texts),
        ("plans_maybe", Kind::Tags, texts),
        ("words", Kind::Tags, None),
        ("created_at", Kind::Time, None),
        ("email_maybe", Kind::Text, None),
        ("seats", Kind::Number, None),
        ("initials", Kind::Text, None),
        ("names", Kind::Tags, None),
        ("best", Kind::Text, texts),
    ] {
        assert_eq!((fields[field].kind(), fields[field].texts()), (kind, texts), "{field}");
    }
    assert_eq!(Plan::Trial { days: 3 }.tag(), "trial");
    assert_eq!(Account::EVENTS, Some(&["login", "pricing_view"][..]));
    assert_eq!(Contact::<'static, Custom>::EVENTS, None);
}

#[test]
fn only_fact_cow_has_the_owned_values_of_computed_fields() {
    let account = account(1);
    let field = |name| Account::FIELDS.iter().find(|field| field.name() == name).unwrap();
    assert!(matches!(account.fact(field("initials")), Fact::Missing));
    assert!(matches!(account.fact_cow(field("initials")), FactCow::Text(text) if text == "AC"));
    assert!(matches!(account.fact_cow(field("names")), FactCow::Tags(tags) if tags.len() == 3));
    assert!(matches!(account.fact_cow(field("country")), FactCow::Borrowed(Fact::Text("FR"))));
    assert!(matches!(account.fact(field("borrowed")), Fact::Text("trial")));
    assert!(matches!(7_u8.into_fact(), FactCow::Borrowed(Fact::Number(7.0))));
}

struct Contact<'a, T> {
    name: &'a str,
    custom: T,
}

facts!(impl<'a, T: Clone + ToFact> Contact<'a, T> where T: Into<Option<Vec<Vec<u8>>>>, &'a str: Clone {
    name,
    custom,
    shout: String = |contact| contact.name.to_uppercase(),
});

#[derive(Clone)]
struct Custom(u32);
facts!(newtype Custom(u32));

impl From<Custom> for Option<Vec<Vec<u8>>> {
    fn from(_: Custom) -> Self {
        None
    }
}

#[test]
fn generic_structs_have_facts() {
    let model = toml_model("format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.shout = 'ADA'\nwhen.custom = 3");
    let scorer = Scorer::<Contact<'_, Custom>>::new(&model).unwrap();
    let verdict = |custom| {
        let name = "ada".to_owned();
        scorer.score(&Contact { name: &name, custom: Custom(custom) }, at(NOW)).verdict().as_str()
    };
    assert_eq!((verdict(3), verdict(4)), ("eligible", "ineligible"));
}

/// A struct of another crate, as far as the macro can see.
mod foreign {
    pub(super) struct Customer {
        pub(super) seats: u32,
        pub(super) history: warmth::Activity,
    }
}

struct View<'a>(&'a foreign::Customer);
facts!(View<'_> { seats = 0.seats; activity = 0.history });

#[test]
fn a_score_outlives_the_view_that_was_scored() {
    let model = toml_model(
        "format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.seats.at_least = 3\nwhen.events.login.count.at_least = 1",
    );
    let scorer: Scorer<View<'static>> = Scorer::new(&model).unwrap();
    let mut customer = foreign::Customer { seats: 3, history: Activity::new() };
    customer.history.record("login", at(NOW));
    let score = {
        let view = View(&customer);
        scorer.score(&view, at(NOW))
    };
    assert_eq!(score.verdict().as_str(), "eligible");
}

#[test]
fn pointers_to_a_subject_have_its_facts() {
    let model =
        toml_model("format = 1\nname = 'x'\n[[required]]\nid = 'r'\nwhen.seats.at_least = 3\nwhen.initials = 'AC'");
    fn verdict<T: Facts>(model: &warmth::Model, subject: T) -> &'static str {
        assert_eq!((T::FIELDS.len(), T::OPEN, T::EVENTS), (Account::FIELDS.len(), false, Account::EVENTS));
        Scorer::<T>::new(model).unwrap().score(&subject, at(NOW)).verdict().as_str()
    }
    let owned = account(4);
    assert_eq!(verdict(&model, &owned), "eligible");
    assert_eq!(verdict(&model, Box::new(account(4))), "eligible");
    assert_eq!(verdict(&model, Rc::new(account(4))), "eligible");
    assert_eq!(verdict(&model, Arc::new(account(1))), "ineligible");
}

#[test]
fn bodies_of_every_shape_are_declarations() {
    struct Nothing(Activity);
    facts!(Nothing { ; activity = 0; events = [] });
    struct One {
        r#type: u8,
    }
    facts!(One { r#type });
    struct Empty;
    facts!(Empty {});
    let names = |fields: &'static [Field]| fields.iter().map(Field::name).collect::<Vec<_>>();
    assert_eq!((names(Nothing::FIELDS), names(One::FIELDS), names(Empty::FIELDS)), (vec![], vec!["type"], vec![]));
    assert_eq!((Nothing::EVENTS, One::EVENTS), (Some(&[][..]), None));
    assert!(Nothing(Activity::new()).activity().is_empty());
    assert_eq!(warmth::fields::<One>().r#type.name(), "type");
    assert!(matches!(One { r#type: 3 }.fact(&One::FIELDS[0]), Fact::Number(3.0)));
}

/// Compiles `facts_macro_errors.rs` with the library of these tests, and lists the errors: the text that is marked, the
/// message, the label, and the notes that say what to write.
///
/// After a change to a message, run this test with `UPDATE_SNAPSHOTS=1`.
#[test]
fn a_refused_field_has_one_error_at_its_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let dependencies = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let modified = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).unwrap();
    let library = std::fs::read_dir(&dependencies)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
        .filter(|path| path.file_name().unwrap().to_string_lossy().starts_with("libwarmth-"))
        .max_by_key(|path| modified(path))
        .unwrap();
    let output = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "--error-format=json"])
        .args(["-o", dependencies.join("facts_macro_errors.rmeta").to_str().unwrap()])
        .args(["--extern", &format!("warmth={}", library.display())])
        .args(["-L", &format!("dependency={}", dependencies.display())])
        .arg(folder.join("facts_macro_errors.rs"))
        .output()
        .unwrap();
    let mut errors = String::new();
    for line in String::from_utf8(output.stderr).unwrap().lines() {
        let error: serde_json::Value = serde_json::from_str(line).unwrap();
        let spans = error["spans"].as_array().unwrap();
        let Some(span) = spans.iter().find(|span| span["is_primary"] == true) else { continue };
        let text = &span["text"][0];
        let column = |key: &str| text[key].as_u64().unwrap() as usize - 1;
        let marked = &text["text"].as_str().unwrap()[column("highlight_start")..column("highlight_end")];
        let (message, label) = (error["message"].as_str().unwrap(), span["label"].as_str().unwrap_or("-"));
        writeln!(errors, "line {}, `{marked}`: {message}\n  {label}", span["line_start"]).unwrap();
        for note in error["children"].as_array().unwrap() {
            let note = note["message"].as_str().unwrap();
            if ["facts are", "for a", "tags are"].iter().any(|ours| note.starts_with(ours)) {
                writeln!(errors, "  {note}").unwrap();
            }
        }
    }
    let snapshot = folder.join("facts_macro_errors.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&snapshot, &errors).unwrap();
    }
    assert_eq!(errors, std::fs::read_to_string(&snapshot).unwrap());
}
