//! The twelve conditions of `cross_sell.toml` by hand, with those that fired.
//!
//! A rule fires where it gives points. A gate fires where it holds the account back, and is then the only one that
//! fired, as nothing is looked at after it.

use chrono::NaiveDate;

use crate::population::Account;

/// As most teams would write it: the ids of what fired, in a list.
pub(crate) fn by_hand_fired_ids(
    account: &Account,
    today: NaiveDate,
) -> (Option<(u32, &'static str)>, Vec<&'static str>) {
    if account.active_users == 0 {
        return (None, vec!["inactive"]);
    }
    if account.in_onboarding {
        return (None, vec!["onboarding"]);
    }
    if account.decision_maker == "unhappy" {
        return (None, vec!["unhappy"]);
    }
    let until = (account.renewal_date - today).num_days();
    if (0..=60).contains(&until) {
        return (None, vec!["renewal"]);
    }
    if !account.has_flagship {
        return (None, vec!["flagship"]);
    }
    if account.health != "green" {
        return (None, vec!["health"]);
    }
    let mut points = 0;
    let mut fired = Vec::new();
    if account.icp_segment == "high" {
        points += 6;
        fired.push("icp");
    }
    if account.tech_stack.iter().any(|tech| tech == "rivalsoft" || tech == "otherware") {
        points += 10;
        fired.push("competitor");
    }
    if account.intent >= 70.0 {
        points += 5;
        fired.push("intent");
    }
    if account.nps.is_some_and(|nps| nps >= 9) {
        points += 4;
        fired.push("nps");
    }
    if f64::from(account.seats) / f64::from(account.seat_limit) >= 0.8 {
        points += 3;
        fired.push("seats");
    }
    if matches!(account.country.as_str(), "DE" | "FR" | "NL" | "SE") {
        points += 2;
        fired.push("country");
    }
    (Some((points, state(points))), fired)
}

/// The same without a heap: the bits are the conditions in the order of the document, the first the lowest.
pub(crate) fn by_hand_fired(account: &Account, today: NaiveDate) -> (Option<(u32, &'static str)>, u16) {
    if account.active_users == 0 {
        return (None, 1);
    }
    if account.in_onboarding {
        return (None, 1 << 1);
    }
    if account.decision_maker == "unhappy" {
        return (None, 1 << 2);
    }
    let until = (account.renewal_date - today).num_days();
    if (0..=60).contains(&until) {
        return (None, 1 << 3);
    }
    if !account.has_flagship {
        return (None, 1 << 4);
    }
    if account.health != "green" {
        return (None, 1 << 5);
    }
    let mut points = 0;
    let mut fired = 0;
    if account.icp_segment == "high" {
        points += 6;
        fired |= 1 << 6;
    }
    if account.tech_stack.iter().any(|tech| tech == "rivalsoft" || tech == "otherware") {
        points += 10;
        fired |= 1 << 7;
    }
    if account.intent >= 70.0 {
        points += 5;
        fired |= 1 << 8;
    }
    if account.nps.is_some_and(|nps| nps >= 9) {
        points += 4;
        fired |= 1 << 9;
    }
    if f64::from(account.seats) / f64::from(account.seat_limit) >= 0.8 {
        points += 3;
        fired |= 1 << 10;
    }
    if matches!(account.country.as_str(), "DE" | "FR" | "NL" | "SE") {
        points += 2;
        fired |= 1 << 11;
    }
    (Some((points, state(points))), fired)
}

fn state(points: u32) -> &'static str {
    match points {
        20.. => "ready",
        10.. => "warming",
        _ => "cold",
    }
}
