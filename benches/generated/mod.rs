//! Subjects and models of any size, with fixed seeds.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use warmth::{Activity, Event, Model, Points, Resolution, facts};

const YEAR_SECS: i64 = 365 * 86_400;

/// A subject with facts of every kind that `rules` reads, one of which is often missing, and a history.
pub(crate) struct Customer {
    pub(crate) seats: u32,
    pub(crate) intent: f64,
    pub(crate) plan: String,
    pub(crate) country: String,
    pub(crate) tags: Vec<String>,
    pub(crate) nps: Option<u8>,
    pub(crate) history: Activity,
}
facts!(Customer { seats, intent, plan, country, tags, nps; activity = history });

const PLANS: &[&str] = &["trial", "team", "pro", "enterprise"];
const COUNTRIES: &[&str] = &["DE", "FR", "NL", "SE", "US", "GB", "ES", "IT"];
const TAGS: &[&str] = &["crm", "billing", "chat", "warehouse", "support", "payroll"];
const EVENTS: &[&str] = &["visit", "demo", "email"];

/// Customers with this many events each, spread over a year before `as_of`.
pub(crate) fn customers(count: usize, events: usize, as_of: DateTime<Utc>) -> Vec<Customer> {
    let mut rng = fastrand::Rng::with_seed(7);
    let pick = |rng: &mut fastrand::Rng, from: &[&str]| rng.choice(from).unwrap().to_string();
    (0..count)
        .map(|_| {
            let mut history = Activity::new();
            for _ in 0..events {
                let at = as_of - TimeDelta::seconds(rng.i64(0..YEAR_SECS));
                history.record(rng.choice(EVENTS).unwrap(), at);
            }
            Customer {
                seats: rng.u32(1..200),
                intent: f64::from(rng.u32(0..1_000)) / 10.0,
                plan: pick(&mut rng, PLANS),
                country: pick(&mut rng, COUNTRIES),
                tags: (0..rng.usize(0..4)).map(|_| pick(&mut rng, TAGS)).collect(),
                nps: (rng.u8(..3) > 0).then(|| rng.u8(0..=10)),
                history,
            }
        })
        .collect()
}

/// A model of this many rules on facts, of six forms in turn.
pub(crate) fn rules(count: usize) -> Model {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut text = String::from("format = 1\nname = \"rules\"\n[[axis]]\nname = \"fit\"\n");
    for id in 0..count {
        let points = rng.u32(1..=10);
        let rule = match id % 6 {
            0 => format!("when.seats.at_least = {}\npoints = {points}", rng.u32(1..200)),
            1 => format!("when.plan = {:?}\npoints = {points}", rng.choice(PLANS).unwrap()),
            2 => format!("when.tags.has_any = {:?}\npoints = {points}", rng.choose_multiple(TAGS, 2)),
            3 => format!("when.country.one_of = {:?}\npoints = {points}", rng.choose_multiple(COUNTRIES, 3)),
            4 => format!("when.intent.between = [{}, {}]\npoints = {points}", rng.u32(0..50), rng.u32(50..100)),
            _ => format!("bands.nps = [[{}, {points}], [9, {}]]", rng.u32(1..9), points + 5),
        };
        write!(text, "[[axis.rule]]\nid = \"rule-{id}\"\n{rule}\n").unwrap();
    }
    text += "[[state]]\nname = \"warm\"\nat_least = 40\n[[state]]\nname = \"cold\"\nat_least = 0\n";
    toml::from_str(&text).unwrap()
}

/// A model of three signals with half-lives, whose state fades when nothing happens.
pub(crate) fn fading() -> Model {
    toml::from_str(
        r#"
        format = 1
        name = "fading"
        [[axis]]
        name = "activity"
        available = 100
        [[axis.rule]]
        id = "visits"
        signal = { event = "visit", points = 8, decay.half_life = "14d" }
        [[axis.rule]]
        id = "demos"
        signal = { event = "demo", points = 20, decay.half_life = "30d" }
        [[axis.rule]]
        id = "emails"
        signal = { event = "email", points = 3, decay.half_life = "60d" }
        [[state]]
        name = "hot"
        at_least = 60
        [[state]]
        name = "warm"
        at_least = 30
        [[state]]
        name = "cold"
        at_least = 0
        "#,
    )
    .unwrap()
}

/// What `visits` halves its points by: 14 days.
pub(crate) const HALF_LIFE_SECS: u32 = 14 * 86_400;

/// A model of one signal: visits, eight points each, halved every 14 days.
pub(crate) fn visits() -> Model {
    signal("event = \"visit\", points = 8")
}

/// As `visits`, eight points for each unit of an amount.
pub(crate) fn amounts() -> Model {
    signal("event = \"*\", points_per_unit = 8, max = 1000000")
}

/// As `visits`, whatever the event, at most three a day.
pub(crate) fn whatever() -> Model {
    signal("event = \"*\", points = 8, per_day = 3")
}

fn signal(what: &str) -> Model {
    toml::from_str(&format!(
        r#"
        format = 1
        name = "visits"
        [[axis]]
        name = "activity"
        available = 1000
        [[axis.rule]]
        id = "visits"
        signal = {{ {what}, decay.half_life = "14d" }}
        "#
    ))
    .unwrap()
}

/// Ages of events in seconds within a year, and the visits of these ages.
pub(crate) fn visited(count: usize, as_of: DateTime<Utc>) -> (Vec<u32>, Activity) {
    let mut rng = fastrand::Rng::with_seed(7);
    let ages: Vec<u32> = (0..count).map(|_| rng.u32(0..365 * 86_400)).collect();
    let mut activity = Activity::new();
    for age in &ages {
        activity.record("visit", as_of - TimeDelta::seconds((*age).into()));
    }
    (ages, activity)
}

/// What `visits` computes, in doubles.
pub(crate) fn by_exp2(ages: &[u32]) -> f64 {
    ages.iter().map(|age| 8.0 * (-f64::from(*age) / f64::from(HALF_LIFE_SECS)).exp2()).sum()
}

/// Events of so many names in turn, each with an amount.
pub(crate) fn named(names: usize, events: usize, as_of: DateTime<Utc>) -> Activity {
    let mut rng = fastrand::Rng::with_seed(7);
    let names: Vec<_> = (0..names).map(|name| format!("event-{name}")).collect();
    let mut activity = Activity::new();
    for name in names.iter().cycle().take(events) {
        let at = as_of - TimeDelta::seconds(rng.i64(0..YEAR_SECS));
        activity.record_with(name, at, 1, Points::from(rng.i32(-20..100)));
    }
    activity
}

/// Visits over three years, remembered to a resolution.
pub(crate) fn spread(count: usize, resolution: Resolution, as_of: DateTime<Utc>) -> Activity {
    let mut rng = fastrand::Rng::with_seed(7);
    let visit = |_| Event::new("visit", as_of - TimeDelta::seconds(rng.i64(0..3 * YEAR_SECS)));
    let mut activity = Activity::with_resolution(resolution);
    activity.extend((0..count).map(visit));
    activity
}
