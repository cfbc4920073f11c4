//! Builds a model from rules of other products: an activity category of Breadcrumbs, a criterion of Eloqua and a score
//! group of HubSpot on one axis. Prints the document and an explanation.
//!
//! ```text
//! cargo run --example vendor_shapes
//! ```

use std::error::Error;

use chrono::{DateTime, Utc};
use warmth::model::{Axis, event};
use warmth::shapes::{breadcrumbs_category, eloqua_criterion, hubspot_group};
use warmth::{Activity, Decay, Model, Points, Scorer, Span, facts};

struct Contact {
    history: Activity,
}
facts!(Contact { ; activity = history });

#[expect(clippy::print_stdout, reason = "an example prints its result")]
fn main() -> Result<(), Box<dyn Error>> {
    // Breadcrumbs: 40 % for one to five visits, with an absolute decay of 15 % every 45 days.
    let visits = breadcrumbs_category("support-centre", "support_visit", 40, 1..=5, 15, Span::days(45));
    // Eloqua: a form within 7, 14 or 30 days gives 100, 75 or 50 points, with a weight of 35 %.
    let form = |days, points| (event("form_submit").count().within(Span::days(days)).at_least(1), points);
    let forms = eloqua_criterion("forms", 35, [form(7, 100), form(14, 75), form(30, 50)]);
    // HubSpot: a group with a maximum of 25 points, which lose half of their value each month.
    let monthly = Decay::Drop { percent: Points::from(50), every: Span::days(30) };
    let axis = Axis::new("activity").available(100).rule(visits).rule(forms);
    let axis = hubspot_group(axis, "email", 25, &monthly, [("email_click", 5), ("email_reply", 10)]);

    let model = Model::new("moved").axis(axis);
    println!("{}", toml::to_string(&model)?);

    let scorer = Scorer::<Contact>::new(&model)?;
    let now: DateTime<Utc> = "2026-11-22T12:00:00Z".parse()?;
    let mut contact = Contact { history: Activity::new() };
    contact.history.record_with("support_visit", "2026-10-08T12:00:00Z".parse()?, 5, Points::ZERO); // 34
    contact.history.record("form_submit", "2026-11-12T12:00:00Z".parse()?); // 26.25
    contact.history.record("email_reply", "2026-10-23T12:00:00Z".parse()?); // 5
    println!("{}", scorer.explain(&contact, now));
    Ok(())
}
