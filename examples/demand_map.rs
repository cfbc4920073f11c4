//! Scores the demand map of one account, buying centres by solutions, to find its white space, and sums the metrics.
//!
//! ```text
//! cargo run --example demand_map
//! ```

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use warmth::rollup::{Member, Rollup};
use warmth::{Activity, Model, Points, Score, Scorer, facts, templates};

struct BuyingCentre {
    name: &'static str,
    is_customer: bool,                  // since before this year
    solutions: &'static [&'static str], // the solutions that it has bought from us
    rubric: [&'static str; 3],          // relationships, data, resources
}

/// A cell of the map: a buying group in a centre, and a solution that it may need.
struct DemandUnit<'a> {
    centre: &'a BuyingCentre,
    solution: &'a str,
    rubric: [&'a str; 3], // need, solution fit, urgency
    history: Activity,
}
facts!(DemandUnit<'_> {
    need: &str = |unit| unit.rubric[0],
    solution_fit: &str = |unit| unit.rubric[1],
    urgency: &str = |unit| unit.rubric[2],
    relationships: &str = |unit| unit.centre.rubric[0],
    data_quality: &str = |unit| unit.centre.rubric[1],
    resources: &str = |unit| unit.centre.rubric[2],
    centre_is_customer: bool = |unit| unit.centre.is_customer,
    centre_has_solution: bool = |unit| unit.centre.solutions.contains(&unit.solution);
    activity = history
});

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Result<(), Box<dyn Error>> {
    let model: Model = toml::from_str(templates::demand_unit().document())?;
    let scorer = Scorer::<DemandUnit>::new(&model)?;
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?;

    let (known, new) = (["high", "high", "medium"], ["low", "medium", "medium"]);
    let finance = BuyingCentre { name: "finance", is_customer: true, solutions: &["ledger", "vault"], rubric: known };
    let freight = BuyingCentre { name: "freight", is_customer: false, solutions: &["vault"], rubric: new };

    let units = [
        (&finance, "vault", ["high", "high", "low"], ("addon_purchase", 4_000)),
        (&finance, "forecast", ["high", "high", "medium"], ("webinar_attended", 0)),
        (&freight, "vault", ["medium", "high", "high"], ("addon_purchase", 1_500)),
        (&freight, "payouts", ["medium", "high", "medium"], ("quote_sent", 0)),
        (&freight, "forecast", ["none", "low", "low"], ("pricing_view", 0)),
    ]
    .map(|(centre, solution, rubric, (event, euros))| {
        let mut history = Activity::new();
        history.record_with(event, now - TimeDelta::days(20), 1, Points::from(euros));
        DemandUnit { centre, solution, rubric, history }
    });
    let scores: Vec<Score> = units.iter().map(|unit| scorer.score(unit, now)).collect();
    for (DemandUnit { centre, solution, .. }, score) in units.iter().zip(&scores) {
        let (cell, play) = (score.segment().unwrap_or("no need"), score.play().map_or("-", |play| play.name()));
        println!("{:<8} {solution:<9} {cell:<11} {:<16} {play}", centre.name, score.to_string());
    }
    for (kind, is_customer) in [("upsell", true), ("cross-sell", false)] {
        let of_kind = || units.iter().zip(&scores).filter(|(unit, _)| unit.centre.is_customer == is_customer);
        for metric in ["readiness", "activity", "output", "impact"] {
            let sum: Rollup = of_kind().filter_map(|(_, score)| Some(Member::new(score.axis(metric)?.raw))).collect();
            println!("{kind:<11} {metric:<10} {}", sum.sum());
        }
    }
    Ok(())
}
