//! cel: one expression; its variables are resolved from a row of its own values, so that no context is filled by name.

use std::sync::Arc;

use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelNull, CelString};
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::{Context, Env, Program, Value};

use crate::population::Account;
use crate::{Outcome, days_until_renewal, reached};

const MODEL: &str = r#"
    active_users == 0 || in_onboarding || decision_maker == "unhappy"
    || (days_until_renewal >= 0 && days_until_renewal <= 60) || !has_flagship || health != "green"
    ? -1
    : (icp_segment == "high" ? 6 : 0)
    + ("rivalsoft" in tech_stack || "otherware" in tech_stack ? 10 : 0)
    + (intent >= 70.0 ? 5 : 0)
    + (nps != null && nps >= 9 ? 4 : 0)
    + (seats / seat_limit >= 0.8 ? 3 : 0)
    + (country in ["DE", "FR", "NL", "SE"] ? 2 : 0)
"#;

pub(crate) struct Engine {
    env: Arc<Env>,
    program: Program,
}

pub(crate) struct Row<'a> {
    active_users: CelInt,
    in_onboarding: CelBool,
    decision_maker: CelString<'a>,
    days_until_renewal: CelInt,
    has_flagship: CelBool,
    health: CelString<'a>,
    icp_segment: CelString<'a>,
    tech_stack: CelList<'a>,
    intent: CelDouble,
    nps: Option<CelInt>,
    /// Doubles: dividing whole numbers gives a whole number.
    seats: CelDouble,
    seat_limit: CelDouble,
    country: CelString<'a>,
}

impl<'a> Row<'a> {
    pub(crate) fn new(account: &'a Account) -> Row<'a> {
        let tag = |tag: &'a String| Box::new(CelString::from(tag.as_str())) as Box<dyn Val + 'a>;
        Row {
            active_users: i64::from(account.active_users).into(),
            in_onboarding: account.in_onboarding.into(),
            decision_maker: account.decision_maker.as_str().into(),
            days_until_renewal: days_until_renewal(account).into(),
            has_flagship: account.has_flagship.into(),
            health: account.health.as_str().into(),
            icp_segment: account.icp_segment.as_str().into(),
            tech_stack: account.tech_stack.iter().map(tag).collect::<Vec<_>>().into(),
            intent: account.intent.into(),
            nps: account.nps.map(|nps| i64::from(nps).into()),
            seats: f64::from(account.seats).into(),
            seat_limit: f64::from(account.seat_limit).into(),
            country: account.country.as_str().into(),
        }
    }
}

impl VariableResolver for Row<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        let value: &'b dyn Val = match name {
            "active_users" => &self.active_users,
            "in_onboarding" => &self.in_onboarding,
            "decision_maker" => &self.decision_maker,
            "days_until_renewal" => &self.days_until_renewal,
            "has_flagship" => &self.has_flagship,
            "health" => &self.health,
            "icp_segment" => &self.icp_segment,
            "tech_stack" => &self.tech_stack,
            "intent" => &self.intent,
            "nps" => match &self.nps {
                Some(nps) => nps,
                None => &CelNull,
            },
            "seats" => &self.seats,
            "seat_limit" => &self.seat_limit,
            "country" => &self.country,
            _ => return None,
        };
        Some(CowVal::Borrowed(value))
    }
}

impl Engine {
    pub(crate) fn new() -> Engine {
        let env = Arc::new(Env::stdlib());
        let program = env.compile(MODEL).unwrap();
        Engine { env, program }
    }

    pub(crate) fn outcome(&self, row: &Row<'_>) -> Outcome {
        let mut context = Context::with_env(Arc::clone(&self.env));
        context.set_variable_resolver(row);
        let Value::Int(points) = self.program.execute(&context).unwrap() else {
            unreachable!("both branches are whole numbers")
        };
        reached(points)
    }
}
