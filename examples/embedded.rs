//! Scores one account: your own struct, a model document, a score and its reasons.
//!
//! ```text
//! cargo run --example embedded
//! ```

use std::error::Error;

use chrono::{DateTime, NaiveDate, Utc};
use warmth::{Activity, Model, Scorer, facts};

enum Health {
    Green,
    Yellow,
    Red,
}
facts!(enum Health { Green => "green", Yellow => "yellow", Red => "red" });

struct Account {
    nps: Option<u8>,
    health: Health,
    has_flagship: bool,
    renewal_date: Option<NaiveDate>,
    tech_stack: Vec<String>,
    history: Activity,
}
facts!(Account { nps, health, has_flagship, renewal_date, tech_stack; activity = history });

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Result<(), Box<dyn Error>> {
    let model: Model = toml::from_str(include_str!("data/readiness.toml"))?;
    let scorer = Scorer::<Account>::new(&model)?; // reports every problem at once
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?;

    let mut account = Account {
        nps: Some(9),
        health: Health::Yellow,
        has_flagship: true,
        renewal_date: NaiveDate::from_ymd_opt(2027, 6, 30),
        tech_stack: vec!["rivalsoft".to_owned()],
        history: Activity::new(),
    };
    account.history.record("pricing_view", "2026-11-21T16:20:00Z".parse()?);
    println!("{}", scorer.score(&account, now)); // does not allocate and cannot fail
    println!("\n{}", scorer.explain(&account, now)); // the same numbers, line by line

    for health in [Health::Green, Health::Red] {
        account.health = health;
        println!("{}", scorer.score(&account, now));
    }
    Ok(())
}
