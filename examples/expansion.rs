//! Decides which accounts are ready to buy more and who acts next, and computes the figures of a month.
//!
//! ```text
//! cargo run --example expansion
//! ```

use std::error::Error;

use chrono::{DateTime, NaiveDate, Utc};
use warmth::governance::{KpiSheet, Opportunity, Revenue};
use warmth::{Activity, Model, Scorer, facts, templates};

#[derive(Clone, Default)]
struct Account {
    features_used: u32,
    features_in_plan: u32,
    goals_met: u32,
    goals_agreed: u32,
    nps: Option<u8>,
    health: Option<String>,
    buying_roles: Vec<String>,
    renewal_date: Option<NaiveDate>,
    seats: u32,
    seat_limit: Option<u32>,
    employees: u32,
    products: Vec<String>,
    history: Activity,
}
facts!(Account {
    features_used, features_in_plan, goals_met, goals_agreed, nps, health, buying_roles, renewal_date, seats,
    seat_limit, employees, products;
    activity = history
});

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Result<(), Box<dyn Error>> {
    let model: Model = toml::from_str(templates::expansion().document())?;
    let scorer = Scorer::<Account>::new(&model)?;
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?;

    let mut grown = Account {
        features_used: 9,
        features_in_plan: 12,
        goals_met: 3,
        goals_agreed: 3,
        nps: Some(9),
        health: Some("green".to_owned()),
        buying_roles: vec!["champion".to_owned(), "economic-buyer".to_owned()],
        renewal_date: NaiveDate::from_ymd_opt(2027, 5, 30),
        seats: 95,
        seat_limit: Some(100),
        employees: 500,
        products: vec!["ledger".to_owned()],
        history: Activity::new(),
    };
    for day in ["2026-11-18", "2026-11-19", "2026-11-20"] {
        grown.history.record("login", format!("{day}T08:00:00Z").parse()?);
        grown.history.record("support_ticket", format!("{day}T09:00:00Z").parse()?);
    }
    let spacious = Account { seats: 40, ..grown.clone() }; // the same tickets, but far from the seat limit
    let lonely = Account { buying_roles: vec!["champion".to_owned()], employees: 4_000, ..grown.clone() };
    let leaving = Account { health: Some("red".to_owned()), ..grown.clone() };
    for account in [&grown, &spacious, &lonely, &leaving] {
        let score = scorer.score(account, now);
        let Some(play) = score.play() else { continue };
        let (segment, owner) = (score.segment().unwrap_or("-"), play.owner().unwrap_or("nobody"));
        println!("{segment:<15} {:.1}  {} ({owner})", score.value(), play.name());
    }

    let revenue = |before: u32, after: u32| Revenue::new(before, after);
    let won = Opportunity::won(34)
        .adoption_after(scorer.score(&grown, now).axis("adoption").ok_or("no axis `adoption`")?.score);
    let month = KpiSheet::new([revenue(900, 1_150), revenue(500, 500), revenue(100, 0)], [won, Opportunity::lost()]);
    println!("\n{month}");
    Ok(())
}
