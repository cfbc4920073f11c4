//! The demand map of one account: buying centres by solutions, its white space, what of it comes first, and the metrics.
//!
//! ```text
//! cargo run --example demand_map
//! ```

use std::error::Error;

use chrono::{DateTime, Utc};
use warmth::rollup::{Member, Rollup};
use warmth::{Activity, Model, Points, Score, Scorer, facts, templates};

struct BuyingCentre {
    name: &'static str,
    solutions: &'static [&'static str], // that it has of us
    rubric: [&'static str; 3],          // relationships, data, resources
    history: Activity,
}

/// A cell of the map: a buying group in this centre, and a solution of ours that it may need.
struct DemandUnit<'a> {
    centre: &'a BuyingCentre,
    solution: &'a str,
    rubric: [&'a str; 3], // need, solution fit, urgency
}
facts!(DemandUnit<'_> {
    need: &str = |unit| unit.rubric[0],
    solution_fit: &str = |unit| unit.rubric[1],
    urgency: &str = |unit| unit.rubric[2],
    relationships: &str = |unit| unit.centre.rubric[0],
    data_quality: &str = |unit| unit.centre.rubric[1],
    resources: &str = |unit| unit.centre.rubric[2],
    centre_is_customer: bool = |unit| !unit.centre.solutions.is_empty(),
    centre_has_solution: bool = |unit| unit.centre.solutions.contains(&unit.solution);
    activity = centre.history
});

#[expect(clippy::print_stdout, reason = "a program speaks to its terminal")]
fn main() -> Result<(), Box<dyn Error>> {
    let model: Model = toml::from_str(templates::demand_unit().document())?;
    let scorer = Scorer::<DemandUnit>::new(&model)?;
    let now: DateTime<Utc> = "2026-11-22T09:00:00Z".parse()?;

    let mut finance = Activity::new();
    finance.record("webinar_attended", "2026-11-03T14:00:00Z".parse()?);
    finance.record_with("addon_purchase", "2026-03-02T09:00:00Z".parse()?, 1, Points::from(4_000));
    let mut freight = Activity::new();
    freight.record("quote_sent", "2026-10-12T10:00:00Z".parse()?);
    let (known, new) = (["high", "high", "medium"], ["low", "medium", "medium"]);
    let finance = BuyingCentre { name: "finance", solutions: &["ledger"], rubric: known, history: finance };
    let freight = BuyingCentre { name: "freight", solutions: &[], rubric: new, history: freight };

    let units = [
        (&finance, "ledger", ["high", "high", "low"]),
        (&finance, "forecast", ["high", "high", "medium"]),
        (&freight, "payouts", ["medium", "high", "medium"]),
        (&freight, "forecast", ["none", "low", "low"]),
    ]
    .map(|(centre, solution, rubric)| DemandUnit { centre, solution, rubric });
    let scores: Vec<Score> = units.iter().map(|unit| scorer.score(unit, now)).collect();
    for (DemandUnit { centre, solution, .. }, score) in units.iter().zip(&scores) {
        let (cell, play) = (score.segment().unwrap_or("no need"), score.play().map_or("-", |play| play.name()));
        println!("{:<8} {solution:<9} {cell:<11} {:<16} {play}", centre.name, score.to_string());
    }
    for segment in ["upsell", "cross-sell"] {
        let of_segment = || scores.iter().filter(|score| score.segment() == Some(segment));
        for metric in ["readiness", "activity", "output", "impact"] {
            let units: Rollup = of_segment().filter_map(|score| Some(Member::new(score.axis(metric)?.score))).collect();
            println!("{segment:<11} {metric:<10} {:.1}", units.mean().unwrap_or_default());
        }
    }
    Ok(())
}
