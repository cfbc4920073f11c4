//! wirefilter: one filter for the gates and one for each rule; points are added up here, as a filter only says yes or no.
//!
//! The release has no arrays, fractions or division. Tags are one text with bars between, numbers are whole tenths, a
//! missing number is -1, and the share of seats is in whole millionths.

use wirefilter::{ExecutionContext, Filter, Scheme};

use crate::population::Account;
use crate::{Outcome, days_until_renewal};

const GATES: &str = r#"
    active_users != 0 && not in_onboarding && decision_maker != "unhappy"
    && not days_until_renewal in {0..60} && has_flagship && health == "green"
"#;

const RULES: &[(&str, u32)] = &[
    (r#"icp_segment == "high""#, 6),
    (r#"tech_stack contains "|rivalsoft|" || tech_stack contains "|otherware|""#, 10),
    ("intent_tenths >= 700", 5),
    ("nps >= 9", 4),
    ("seat_share_millionths >= 800000", 3),
    (r#"country in {"DE" "FR" "NL" "SE"}"#, 2),
];

pub(crate) struct Engine {
    scheme: Scheme,
}

pub(crate) struct Filters<'s> {
    gates: Filter<'s>,
    rules: Vec<(Filter<'s>, u32)>,
}

/// What a context borrows, made once: filling it is timed, flattening an account is not.
pub(crate) struct Row<'a> {
    account: &'a Account,
    tech_stack: String,
    intent_tenths: i32,
    seat_share_millionths: i32,
}

impl<'a> Row<'a> {
    pub(crate) fn new(account: &'a Account) -> Row<'a> {
        let share = u64::from(account.seats) * 1_000_000 / u64::from(account.seat_limit);
        Row {
            account,
            tech_stack: format!("|{}|", account.tech_stack.join("|")),
            intent_tenths: (account.intent * 10.0).round() as i32,
            seat_share_millionths: share.try_into().unwrap(),
        }
    }
}

impl Engine {
    pub(crate) fn new() -> Engine {
        Engine {
            scheme: wirefilter::Scheme! {
                active_users: Int,
                in_onboarding: Bool,
                decision_maker: Bytes,
                days_until_renewal: Int,
                has_flagship: Bool,
                health: Bytes,
                icp_segment: Bytes,
                tech_stack: Bytes,
                intent_tenths: Int,
                nps: Int,
                seat_share_millionths: Int,
                country: Bytes,
            },
        }
    }

    pub(crate) fn filters(&self) -> Filters<'_> {
        let compiled = |text: &str| self.scheme.parse(text.trim()).unwrap().compile();
        Filters {
            gates: compiled(GATES),
            rules: RULES.iter().map(|(text, points)| (compiled(text), *points)).collect(),
        }
    }

    pub(crate) fn context<'e>(&'e self, row: &'e Row<'e>) -> ExecutionContext<'e> {
        let mut context = ExecutionContext::new(&self.scheme);
        self.fill(&mut context, row);
        context
    }

    pub(crate) fn fill<'e>(&self, context: &mut ExecutionContext<'e>, row: &'e Row<'e>) {
        let account = row.account;
        context.set_field_value("active_users", account.active_users as i32).unwrap();
        context.set_field_value("in_onboarding", account.in_onboarding).unwrap();
        context.set_field_value("decision_maker", account.decision_maker.as_str()).unwrap();
        context.set_field_value("days_until_renewal", days_until_renewal(account) as i32).unwrap();
        context.set_field_value("has_flagship", account.has_flagship).unwrap();
        context.set_field_value("health", account.health.as_str()).unwrap();
        context.set_field_value("icp_segment", account.icp_segment.as_str()).unwrap();
        context.set_field_value("tech_stack", row.tech_stack.as_str()).unwrap();
        context.set_field_value("intent_tenths", row.intent_tenths).unwrap();
        context.set_field_value("nps", account.nps.map_or(-1, i32::from)).unwrap();
        context.set_field_value("seat_share_millionths", row.seat_share_millionths).unwrap();
        context.set_field_value("country", account.country.as_str()).unwrap();
    }
}

impl<'s> Filters<'s> {
    pub(crate) fn outcome(&self, context: &ExecutionContext<'s>) -> Outcome {
        let holds = |filter: &Filter<'s>| filter.execute(context).unwrap();
        holds(&self.gates)
            .then(|| self.rules.iter().filter(|(filter, _)| holds(filter)).map(|(_, points)| points).sum())
    }
}
