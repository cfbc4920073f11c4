//! Passes the result of one model to another: is this account like our best customers, and is it ready for a second
//! product?
//!
//! ```text
//! cargo run --example readiness
//! ```

use std::error::Error;

use chrono::{DateTime, NaiveDate, Utc};
use warmth::{Activity, Model, Scorer, facts, templates};

/// An account in a customer database. A field that may be unknown is an `Option`.
#[derive(Default)]
struct Account {
    country: String,
    industry: String,
    employees: u32,
    annual_revenue: Option<u64>,
    monthly_visits: Option<u32>,
    investors: Vec<String>,
    tech_stack: Vec<String>,
    icp_segment: Option<String>, // the segment from the first model
    has_flagship: bool,
    health: String,
    active_users: u32,
    decision_maker_nps: Option<u8>,
    decision_maker_seen: Option<NaiveDate>,
    renewal_date: Option<NaiveDate>,
    in_onboarding: bool,
    website_intent: Option<String>,
    history: Activity,
}
facts!(Account {
    country, industry, employees, annual_revenue, monthly_visits, tech_stack, icp_segment, has_flagship, health,
    active_users, decision_maker_nps, decision_maker_seen, renewal_date, in_onboarding, website_intent,
    b2b: bool = |account| account.industry != "retail",
    saas: bool = |account| account.industry == "software",
    vc_backed: bool = |account| !account.investors.is_empty(),
    uses_marketing_automation: bool = |account| account.tech_stack.iter().any(|tool| tool == "hubspot"),
    uses_retargeting: bool = |account| account.tech_stack.iter().any(|tool| tool == "adroll");
    activity = history
});

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Result<(), Box<dyn Error>> {
    let icp_fit: Model = toml::from_str(templates::icp_fit().document())?;
    let readiness: Model = toml::from_str(templates::cross_sell_readiness().document())?;
    let icp_fit = Scorer::<Account>::new(&icp_fit)?;
    let readiness = Scorer::<Account>::new(&readiness)?;
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?;

    let mut account = Account {
        country: "DE".to_owned(),
        industry: "software".to_owned(),
        employees: 900,
        investors: vec!["Harbour Ventures".to_owned()],
        tech_stack: vec!["hubspot".to_owned(), "workday".to_owned()],
        has_flagship: true,
        health: "green".to_owned(),
        active_users: 64,
        decision_maker_seen: NaiveDate::from_ymd_opt(2026, 11, 3),
        renewal_date: NaiveDate::from_ymd_opt(2027, 6, 30),
        ..Account::default()
    };
    account.history.record("sso_docs_view", "2026-11-19T10:30:00Z".parse()?);

    // The segment from the first model is a fact for the second one.
    account.icp_segment = icp_fit.score(&account, now).segment().map(str::to_owned);
    println!("segment: {}", account.icp_segment.as_deref().unwrap_or_default());
    println!("{}\n", readiness.score(&account, now));
    println!("{}", readiness.explain(&account, now));

    account.in_onboarding = true;
    println!("{}", readiness.score(&account, now)); // disqualified, whatever the other facts are
    Ok(())
}
