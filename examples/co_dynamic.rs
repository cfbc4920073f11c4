//! Grades one customer by fit and activity with two models, upsell and cross-sell, today and in a quarter.
//!
//! ```text
//! cargo run --example co_dynamic
//! ```

use std::error::Error;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use warmth::{Activity, Model, Scorer, facts, templates};

struct Account {
    nps: Option<u8>,
    seats: u32,
    seat_limit: Option<u32>, // `None` on an unlimited plan
    contract_start: NaiveDate,
    products: Vec<&'static str>,
    brief_products: Vec<&'static str>, // the products whose brief the customer downloaded
    history: Activity,
}
facts!(Account { nps, seats, seat_limit, contract_start, products, brief_products; activity = history });

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Result<(), Box<dyn Error>> {
    let models: [Model; 2] =
        [toml::from_str(templates::upsell().document())?, toml::from_str(templates::cross_sell().document())?];
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?;
    let days_ago = |days| now - TimeDelta::days(days);

    let mut account = Account {
        nps: Some(9),
        seats: 47,
        seat_limit: Some(50),
        contract_start: NaiveDate::from_ymd_opt(2026, 5, 22).ok_or("invalid date")?,
        products: vec!["ledger"],
        brief_products: vec!["ledger", "vault"],
        history: Activity::new(),
    };
    for days in [2, 9, 30, 50] {
        account.history.record("support_visit", days_ago(days));
    }
    account.history.record("login", days_ago(1));
    account.history.record("product_brief_download", days_ago(6));
    account.history.record("product_brief_download", days_ago(48));

    for model in &models {
        let scorer = Scorer::<Account>::new(model)?;
        for (when, at) in [("today", now), ("in a quarter", now + TimeDelta::days(90))] {
            let score = scorer.score(&account, at);
            let (Some(grade), Some(play)) = (score.grade(), score.play()) else { continue };
            let owner = play.owner().unwrap_or("nobody");
            println!("{} {when}: {grade}, {} ({owner})", model.name(), play.name());
        }
    }
    Ok(())
}
