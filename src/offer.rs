//! The arithmetic of offers, exact: what a plan bills, from when on a larger one pays, how much there is to gain.
//!
//! The facts that come out of it are for a model such as [`templates::offer`](crate::templates::offer) to judge.
//!
//! ```
//! use warmth::Points;
//! use warmth::offer::{Plan, potential};
//!
//! // 75 with 1,000 units in it, and a tenth for each further one: a plan of ours that bills the published 175.
//! let small = Plan::new(75).metered(1_000, "0.1".parse::<Points>()?);
//! let larger = Points::from(125);
//!
//! let bill = small.bill(2_000);
//! let saving = bill - larger;
//! assert_eq!((bill, saving), (Points::from(175), Points::from(50)));
//! assert_eq!(saving.percent_of(bill), Some("28.571429".parse()?));
//! assert_eq!(small.break_even(larger), Some(Points::from(1_500)));
//!
//! assert_eq!(potential(166, 7_400), Points::from(1_228_400)); // 166 for each of 7,400 agents
//! # Ok::<(), warmth::PointsError>(())
//! ```
//!
//! What share a price is of another says [`Points::percent_of`].

use crate::points::{MICROS, Points};

/// A plan: its price, how many units are in it, and the price of each further unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    price: Points,
    included: Points, // never negative
    per_unit: Points,
}

impl Plan {
    /// A plan that bills its price, however much is used.
    pub fn new(price: impl Into<Points>) -> Plan {
        Plan { price: price.into(), included: Points::ZERO, per_unit: Points::ZERO }
    }

    /// How many units are in the price, at least none, and what each further unit costs. Defaults to no price for units.
    #[must_use]
    pub fn metered(mut self, included: impl Into<Points>, per_unit: impl Into<Points>) -> Plan {
        self.included = included.into().max(Points::ZERO);
        self.per_unit = per_unit.into();
        self
    }

    /// What the plan bills for this usage, to the nearest millionth, ties away from zero. Held at the ends of [`Points`].
    pub fn bill(self, usage: impl Into<Points>) -> Points {
        let further = (usage.into() - self.included).max(Points::ZERO);
        // OK because two products of 63 bits each fit into 128: the price is added before anything is divided or held.
        let product = i128::from(further.micros()) * i128::from(self.per_unit.micros());
        Points::from_fraction(i128::from(self.price.micros()) * i128::from(MICROS) + product, MICROS.into())
    }

    /// The least usage at which this plan bills as much as `price`, which another plan costs; to the next millionth
    /// upwards. Zero if it costs as much at once, `None` if it never does.
    pub fn break_even(self, price: impl Into<Points>) -> Option<Points> {
        let short = i128::from(price.into().micros()) - i128::from(self.price.micros());
        if short <= 0 {
            return Some(Points::ZERO);
        }
        let per_unit = i128::from(self.per_unit.micros());
        let further = (per_unit > 0).then(|| (short * i128::from(MICROS) + per_unit - 1) / per_unit)?;
        let usage = i128::from(self.included.micros()) + further;
        i64::try_from(usage).ok().map(Points::from_micros)
    }
}

/// What an offer could bring in: its price for each of so many units. Held at the ends of [`Points`].
pub fn potential(price: impl Into<Points>, units: u32) -> Points {
    Points::from_fraction(i128::from(price.into().micros()) * i128::from(units), 1)
}
