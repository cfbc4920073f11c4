//! zen-expression: one compiled expression on a machine that is used again.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use zen_expression::expression::Standard;
use zen_expression::variable::{Variable, VariableMap};
use zen_expression::vm::VM;
use zen_expression::{Expression, compile_expression};

use crate::population::Account;
use crate::{Outcome, days_until_renewal, reached};

const MODEL: &str = r#"
    active_users == 0 or in_onboarding or decision_maker == "unhappy"
    or days_until_renewal in [0..60] or not has_flagship or health != "green"
    ? -1
    : (icp_segment == "high" ? 6 : 0)
    + ("rivalsoft" in tech_stack or "otherware" in tech_stack ? 10 : 0)
    + (intent >= 70 ? 5 : 0)
    + (nps != null and nps >= 9 ? 4 : 0)
    + (seats / seat_limit >= 0.8 ? 3 : 0)
    + (country in ["DE", "FR", "NL", "SE"] ? 2 : 0)
"#;

pub(crate) struct Engine {
    expression: Expression<Standard>,
}

pub(crate) fn machine() -> VM {
    VM::new()
}

impl Engine {
    pub(crate) fn new() -> Engine {
        Engine { expression: compile_expression(MODEL).unwrap() }
    }

    pub(crate) fn outcome(&self, row: Variable, machine: &mut VM) -> Outcome {
        let Variable::Number(points) = self.expression.evaluate_with(row, machine).unwrap() else {
            unreachable!("both branches are numbers")
        };
        reached(points.to_i64().unwrap())
    }
}

pub(crate) fn row(account: &Account) -> Variable {
    let text = |text: &String| Variable::String(text.as_str().into());
    let mut fields = VariableMap::with_capacity(13);
    let mut set = |name: &str, value: Variable| _ = fields.insert(name.into(), value);
    set("active_users", Variable::Number(account.active_users.into()));
    set("in_onboarding", Variable::Bool(account.in_onboarding));
    set("decision_maker", text(&account.decision_maker));
    set("days_until_renewal", Variable::Number(days_until_renewal(account).into()));
    set("has_flagship", Variable::Bool(account.has_flagship));
    set("health", text(&account.health));
    set("icp_segment", text(&account.icp_segment));
    set("tech_stack", Variable::from_array(account.tech_stack.iter().map(text).collect()));
    set("intent", Variable::Number(Decimal::from_f64(account.intent).unwrap()));
    set("nps", account.nps.map_or(Variable::Null, |nps| Variable::Number(nps.into())));
    set("seats", Variable::Number(account.seats.into()));
    set("seat_limit", Variable::Number(account.seat_limit.into()));
    set("country", text(&account.country));
    Variable::from_object(fields)
}
