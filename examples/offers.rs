//! Decides which of several offers to make to a customer now, and by when.
//!
//! ```text
//! cargo run --example offers
//! ```

use std::error::Error;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use warmth::offer::{MeteredPlan, potential};
use warmth::{Model, Play, Points, Scorer, Tags, facts, templates};

struct Customer {
    plan: MeteredPlan,
    usage: u32,
    agents: u32,
    live_since: Option<NaiveDate>, // `None` before the sale
    purposes: [&'static str; 1],   // the purposes of the first purchase
    nps: Option<u8>,
    hesitant: bool,
}

#[derive(Clone, Copy)]
struct Offer<'a> {
    to: &'a Customer,
    purpose: [&'a str; 1],
    base_price: u32,
    addon_price: Option<u32>, // `None` if the offer is a larger plan
    larger_plan: Option<u32>, // the price of a plan that includes the current usage
}
facts!(Offer<'_> {
    base_price, addon_price,
    offer_purposes: Tags<'_> = |offer| offer.purpose[..].into(),
    purchase_purposes: Tags<'_> = |offer| offer.to.purposes[..].into(),
    offer_is_required: bool = |_| false,
    live_since: Option<NaiveDate> = |offer| offer.to.live_since,
    sale_stage: &str = |offer| if offer.to.live_since.is_some() { "post-sale" } else { "pre-sale" },
    saving_percent: Option<f64> = |offer| {
        let bill = offer.to.plan.bill(offer.to.usage);
        Some((bill - Points::from(offer.larger_plan?)).percent_of(bill)?.to_f64())
    },
    potential: Option<f64> = |offer| Some(potential(offer.addon_price?, offer.to.agents).to_f64()),
    hesitant: bool = |offer| offer.to.hesitant,
    ask_again_on: Option<NaiveDate> = |_| None,
    industry: &str = |_| "software",
    employees: u32 = |offer| offer.to.agents,
    decision_maker_role: &str = |_| "head-of-support",
    tech_stack: Option<&str> = |_| None,
    nps: Option<u8> = |offer| offer.to.nps,
});

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Result<(), Box<dyn Error>> {
    let model: Model = toml::from_str(templates::offer().document())?;
    let scorer = Scorer::<Offer>::new(&model)?;
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?;

    let plan = MeteredPlan::new(75).metered(1_000, "0.1".parse::<Points>()?);
    println!("a plan for 125 pays off from {} units", plan.break_even(125).ok_or("the plan never pays off")?);
    let (live_since, purposes) = (NaiveDate::from_ymd_opt(2026, 3, 1), ["support"]);
    let customer = Customer { plan, usage: 2_000, agents: 7_400, live_since, purposes, nps: Some(9), hesitant: false };
    let cheap = Offer { to: &customer, purpose: ["support"], base_price: 235, addon_price: Some(7), larger_plan: None };
    let hesitant = Customer { hesitant: true, ..customer };
    for (name, offer) in [
        ("7 on 235", cheap),
        ("8 on 29", Offer { addon_price: Some(8), base_price: 29, ..cheap }),
        ("9 on 29", Offer { addon_price: Some(9), base_price: 29, ..cheap }),
        ("125 for 175", Offer { addon_price: None, larger_plan: Some(125), ..cheap }),
        ("for another purpose", Offer { purpose: ["hiring"], ..cheap }),
        ("to somebody hesitant", Offer { to: &hesitant, ..cheap }),
    ] {
        let score = scorer.score(&offer, now);
        let when = score.play().and_then(Play::respond_within).map(|span| Duration::from_secs(span.secs()));
        let by = when.map_or(String::new(), |when| format!("by {}", (now + when).date_naive()));
        println!("{name}: {score} {} {by}", score.play().map_or("", Play::name));
    }
    Ok(())
}
