//! Exact arithmetic for offers: bills of plans, break-even usage, and potential.
//!
//! Pass the results as facts to a model such as [`templates::offer`](crate::templates::offer).
//!
//! ```
//! use warmth::Points;
//! use warmth::offer::{MeteredPlan, potential};
//!
//! // 75 including 1,000 units, and 0.1 for each further unit. We chose these prices to match a published bill of 175.
//! let small = MeteredPlan::new(75).metered(1_000, "0.1".parse::<Points>()?);
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
//! Use [`Points::percent_of`] to express one price as a percentage of another.

use crate::num::points::{MICROS, Points};

/// A plan with a price, a number of included units, and a price for each further unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeteredPlan {
    price: Points,
    included: Points, // never negative
    per_unit: Points,
}

impl MeteredPlan {
    /// Returns a flat plan: it bills `price` for any usage.
    pub fn new(price: impl Into<Points>) -> MeteredPlan {
        MeteredPlan { price: price.into(), included: Points::ZERO, per_unit: Points::ZERO }
    }

    /// Sets the number of included units and the price of each further unit.
    ///
    /// A negative number of included units counts as 0. By default, further units cost nothing.
    #[must_use]
    pub fn metered(mut self, included: impl Into<Points>, per_unit: impl Into<Points>) -> MeteredPlan {
        self.included = included.into().max(Points::ZERO);
        self.per_unit = per_unit.into();
        self
    }

    /// Returns the bill for this usage, rounded to the nearest millionth, ties away from zero.
    ///
    /// The bill saturates at the limits of [`Points`].
    pub fn bill(self, usage: impl Into<Points>) -> Points {
        let further = (usage.into() - self.included).max(Points::ZERO);
        // No overflow: two products of 63-bit numbers fit in 128 bits. Only their sum is rounded and saturated.
        let product = i128::from(further.micros()) * i128::from(self.per_unit.micros());
        Points::from_fraction(i128::from(self.price.micros()) * i128::from(MICROS) + product, MICROS.into())
    }

    /// Returns the lowest usage at which this plan bills at least `price`, the price of another plan.
    ///
    /// The usage is rounded up to the next millionth. It is zero if this plan bills `price` without any usage, and
    /// `None` if this plan never bills that much.
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

/// Returns the potential of an offer: price times units, saturated at the limits of [`Points`].
pub fn potential(price: impl Into<Points>, units: u32) -> Points {
    Points::from_fraction(i128::from(price.into().micros()) * i128::from(units), 1)
}
