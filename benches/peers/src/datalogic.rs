//! datalogic-rs: one JSONLogic expression, evaluated in an arena that is reset for each account.

use datalogic_rs::bumpalo::Bump;
use datalogic_rs::datavalue::NumberValue;
use datalogic_rs::{DataValue, Logic};

use crate::population::Account;
use crate::{Outcome, days_until_renewal, reached};

const MODEL: &str = r#"
{"if": [
    {"or": [
        {"===": [{"var": "active_users"}, 0]},
        {"var": "in_onboarding"},
        {"===": [{"var": "decision_maker"}, "unhappy"]},
        {"<=": [0, {"var": "days_until_renewal"}, 60]},
        {"!": [{"var": "has_flagship"}]},
        {"!==": [{"var": "health"}, "green"]}
    ]},
    -1,
    {"+": [
        {"if": [{"===": [{"var": "icp_segment"}, "high"]}, 6, 0]},
        {"if": [{"or": [
            {"in": ["rivalsoft", {"var": "tech_stack"}]},
            {"in": ["otherware", {"var": "tech_stack"}]}
        ]}, 10, 0]},
        {"if": [{">=": [{"var": "intent"}, 70]}, 5, 0]},
        {"if": [{">=": [{"var": "nps"}, 9]}, 4, 0]},
        {"if": [{">=": [{"/": [{"var": "seats"}, {"var": "seat_limit"}]}, 0.8]}, 3, 0]},
        {"if": [{"in": [{"var": "country"}, ["DE", "FR", "NL", "SE"]]}, 2, 0]}
    ]}
]}
"#;

pub(crate) struct Engine {
    engine: datalogic_rs::Engine,
    logic: Logic,
}

impl Engine {
    pub(crate) fn new() -> Engine {
        let engine = datalogic_rs::Engine::new();
        let logic = engine.compile(MODEL).unwrap();
        Engine { engine, logic }
    }

    pub(crate) fn outcome<'a>(&'a self, row: &'a DataValue<'a>, arena: &'a Bump) -> Outcome {
        reached(self.engine.evaluate(&self.logic, row, arena).unwrap().as_i64().unwrap())
    }
}

pub(crate) fn row<'a>(account: &'a Account, arena: &'a Bump) -> &'a DataValue<'a> {
    let whole = |number: i64| DataValue::Number(NumberValue::Integer(number));
    let tech_stack = arena.alloc_slice_fill_iter(account.tech_stack.iter().map(|tech| DataValue::String(tech)));
    let fields = arena.alloc_slice_fill_iter([
        ("active_users", whole(account.active_users.into())),
        ("in_onboarding", DataValue::Bool(account.in_onboarding)),
        ("decision_maker", DataValue::String(&account.decision_maker)),
        ("days_until_renewal", whole(days_until_renewal(account))),
        ("has_flagship", DataValue::Bool(account.has_flagship)),
        ("health", DataValue::String(&account.health)),
        ("icp_segment", DataValue::String(&account.icp_segment)),
        ("tech_stack", DataValue::Array(tech_stack)),
        ("intent", DataValue::Number(NumberValue::Float(account.intent))),
        ("nps", account.nps.map_or(DataValue::Null, |nps| whole(nps.into()))),
        ("seats", whole(account.seats.into())),
        ("seat_limit", whole(account.seat_limit.into())),
        ("country", DataValue::String(&account.country)),
    ]);
    arena.alloc(DataValue::Object(fields))
}
