//! Generates labelled history: a row as of the first day of a month, and whether the customer bought more in the next
//! quarter.

use std::io::{self, Write};

use chrono::{Days, Months, NaiveDate};

use crate::random::Random;

/// The first day of the first month.
const FIRST_MONTH: NaiveDate = match NaiveDate::from_ymd_opt(2025, 1, 1) {
    Some(day) => day,
    None => panic!("invalid date"),
};
const MONTHS: u64 = 18;

pub(crate) const LABELLED_COLUMNS: &str = "id,as_of,bought,nps,health,seat_share,integrations,decision_maker_role,\
    tech_stack,plan,country,employees,contract_start,paid_late,support_tickets_90d,pricing_views_30d,\
    website_visits_30d,emails_opened_30d,guides_read_30d";

const TECH_STACK: &[&str] = &["hubspot", "jira", "netsuite", "salesforce", "sap", "slack"];

/// Two hidden values determine the outcome: fit, which matters more, and interest. One column reflects fit well. Four
/// columns reflect interest, so a model that adds their weights counts interest four times.
pub(crate) fn write_labelled(out: &mut impl Write, seed: u64, rows: u64) -> io::Result<()> {
    writeln!(out, "{LABELLED_COLUMNS}")?;
    for number in 0..rows {
        let random = &mut Random::new(seed ^ 0x6c61_6265_6c6c_6564, number);
        let month = u32::try_from(number * MONTHS / rows).unwrap_or(0);
        let as_of = FIRST_MONTH + Months::new(month);
        let (fit, interest) = (random.below(101), random.below(101) * random.between(60, 100) / 100);
        let per_thousand = 25 + (6 * fit + 3 * interest).saturating_sub(330);
        let bought = random.below(1_000) < per_thousand;
        let role = random.weighted(match fit {
            0..=39 => &[(45, "manager"), (30, "director"), (15, "buyer"), (10, "cfo")],
            40..=69 => &[(25, "manager"), (35, "director"), (15, "buyer"), (25, "cfo")],
            _ => &[(20, "manager"), (32, "director"), (13, "buyer"), (35, "cfo")],
        });
        let health = match random.below(100) {
            0..=14 => "red",
            15..=44 => "yellow",
            _ => "green",
        };
        let how_many = random.between(1, 3);
        let mut stack = random.some_of(TECH_STACK, how_many);
        if fit > 55 && random.chance(50) && !stack.contains(&"netsuite") {
            stack.push("netsuite");
        }
        let nps = fit * 7 / 100 + random.below(4);
        let cells = [
            format!("cus-{}", 20_001 + number),
            format!("{as_of}T00:00:00Z"),
            bought.to_string(),
            random.known(75, nps),
            random.known(95, health),
            format!("0.{:02}", random.between(20, 99)),
            (fit / 40 + random.below(8)).to_string(),
            random.known(88, role),
            if random.chance(90) { stack.join(";") } else { String::new() },
            random.pick(&["starter", "team", "business", "enterprise"]).to_owned(),
            random.pick(&["DE", "FR", "GB", "NL", "US"]).to_owned(),
            (random.between(1, 70) * random.between(1, 70)).to_string(),
            (as_of - Days::new(random.between(40, 1_500))).to_string(),
            random.chance(8).to_string(),
            random.below(5).to_string(),
            (interest / 12 + random.below(3)).to_string(),
            (interest / 4 + random.below(10)).to_string(),
            (interest / 10 + random.below(4)).to_string(),
            (interest / 9 + random.below(4)).to_string(),
        ];
        writeln!(out, "{}", cells.join(","))?;
    }
    Ok(())
}
