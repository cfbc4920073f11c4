//! Synthetic accounts with a fixed seed, and the twelve conditions of `cross_sell.toml` written by hand.

use chrono::{DateTime, Days, NaiveDate, Utc};
use warmth::facts;

pub(crate) struct Account {
    pub(crate) active_users: u32,
    pub(crate) in_onboarding: bool,
    pub(crate) decision_maker: String,
    pub(crate) renewal_date: NaiveDate,
    pub(crate) has_flagship: bool,
    pub(crate) health: String,
    pub(crate) icp_segment: String,
    pub(crate) tech_stack: Vec<String>,
    pub(crate) intent: f64,
    pub(crate) nps: Option<u8>,
    pub(crate) seats: u32,
    pub(crate) seat_limit: u32,
    pub(crate) country: String,
}
facts!(Account {
    active_users,
    in_onboarding,
    decision_maker,
    renewal_date,
    has_flagship,
    health,
    icp_segment,
    tech_stack,
    intent,
    nps,
    seats,
    seat_limit,
    country
});

pub(crate) const MODEL: &str = include_str!("../cross_sell.toml");

/// The instant as of which everything here is scored.
pub(crate) fn as_of() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

pub(crate) fn accounts(count: usize) -> Vec<Account> {
    let mut rng = fastrand::Rng::with_seed(7);
    let pick = |rng: &mut fastrand::Rng, from: &[&str]| rng.choice(from).unwrap().to_string();
    let today = as_of().date_naive();
    let products = ["rivalsoft", "otherware", "crm", "billing", "chat", "warehouse", "support", "payroll"];
    (0..count)
        .map(|_| Account {
            active_users: if rng.u8(..10) == 0 { 0 } else { rng.u32(1..500) },
            in_onboarding: rng.u8(..12) == 0,
            decision_maker: pick(&mut rng, &["happy", "neutral", "neutral", "unhappy", "unknown"]),
            renewal_date: today + Days::new(rng.u64(0..365)),
            has_flagship: rng.u8(..10) < 8,
            health: pick(&mut rng, &["green", "green", "green", "yellow", "red"]),
            icp_segment: pick(&mut rng, &["high", "medium", "low"]),
            tech_stack: (0..rng.usize(0..6)).map(|_| pick(&mut rng, &products)).collect(),
            intent: f64::from(rng.u32(0..1_000)) / 10.0,
            nps: (rng.u8(..3) > 0).then(|| rng.u8(0..=10)),
            seats: rng.u32(1..200),
            seat_limit: rng.u32(50..250),
            country: pick(&mut rng, &["DE", "FR", "NL", "SE", "US", "GB", "ES", "IT"]),
        })
        .collect()
}

/// What a team would write by hand: early exits, whole points, no reasons.
pub(crate) fn by_hand(account: &Account, today: NaiveDate) -> Option<(u32, &'static str)> {
    if account.active_users == 0 || account.in_onboarding || account.decision_maker == "unhappy" {
        return None;
    }
    let until = (account.renewal_date - today).num_days();
    if (0..=60).contains(&until) || !account.has_flagship || account.health != "green" {
        return None;
    }
    let mut points = 0;
    if account.icp_segment == "high" {
        points += 6;
    }
    if account.tech_stack.iter().any(|tech| tech == "rivalsoft" || tech == "otherware") {
        points += 10;
    }
    if account.intent >= 70.0 {
        points += 5;
    }
    if account.nps.is_some_and(|nps| nps >= 9) {
        points += 4;
    }
    if f64::from(account.seats) / f64::from(account.seat_limit) >= 0.8 {
        points += 3;
    }
    if matches!(account.country.as_str(), "DE" | "FR" | "NL" | "SE") {
        points += 2;
    }
    let state = match points {
        20.. => "ready",
        10.. => "warming",
        _ => "cold",
    };
    Some((points, state))
}
