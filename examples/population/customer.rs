//! Generates customers from a fixed seed.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use warmth::{Activity, Resolution, facts};

const CUSTOMERS: usize = 300_000;

#[derive(Clone, Copy)]
pub(crate) enum Health {
    Green,
    Yellow,
    Red,
}
facts!(enum Health { Green => "green", Yellow => "yellow", Red => "red" });

pub(crate) const TECHNOLOGIES: [&str; 8] =
    ["rivalsoft", "otherware", "netsuite", "salesforce", "snowflake", "slack", "jira", "workday"];

pub(crate) struct Customer {
    pub(crate) nps: Option<u8>,
    pub(crate) health: Health,
    pub(crate) has_flagship: bool,
    pub(crate) renewal_date: Option<NaiveDate>,
    pub(crate) tech_stack: Vec<&'static str>,
    pub(crate) history: Activity,
}
facts!(Customer { nps, health, has_flagship, renewal_date, tech_stack; activity = history });

pub(crate) fn customers(now: DateTime<Utc>) -> Vec<Customer> {
    let mut rng = fastrand::Rng::with_seed(20_261_122);
    let customer = |_| {
        let health = match rng.u8(0..10) {
            0 => Health::Red,
            1..4 => Health::Yellow,
            _ => Health::Green,
        };
        let interested = rng.u8(0..5) == 0;
        let (views, hours) = if interested { (rng.u8(2..8), 500) } else { (rng.u8(0..4), 4_000) };
        let mut history = Activity::with_resolution(Resolution::Hour);
        for _ in 0..views {
            history.record("pricing_view", now - TimeDelta::hours(rng.i64(0..hours)));
        }
        let technologies = rng.usize(0..4);
        Customer {
            nps: (rng.u8(0..4) > 0).then(|| rng.u8(0..=10).max(rng.u8(0..=10))),
            health,
            has_flagship: rng.u8(0..10) < 8,
            renewal_date: (rng.u8(0..10) > 0).then(|| now.date_naive() + Days::new(rng.u64(0..365))),
            tech_stack: rng.choose_multiple(TECHNOLOGIES, technologies),
            history,
        }
    };
    (0..CUSTOMERS).map(customer).collect()
}
