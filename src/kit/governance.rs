//! Computes the monthly figures of an expansion programme.
//!
//! The figures are about all accounts together, so they are not part of a model. Pass the recurring revenue of each
//! account and each opportunity that was closed in the month:
//!
//! ```
//! use warmth::governance::{KpiSheet, Opportunity, Revenue};
//! use warmth::Points;
//!
//! let revenue = |before: u32, after: u32| Revenue::new(before, after);
//! let sheet = KpiSheet::new(
//!     [revenue(600, 800), revenue(300, 300), revenue(100, 0), revenue(0, 250)],
//!     [Opportunity::won(20).adoption_after(70), Opportunity::won(50).adoption_after(40), Opportunity::lost()],
//! );
//! assert_eq!(sheet.net_revenue_retention, Some(Points::from(110))); // 1,100 of 1,000; without the new customer
//! assert_eq!(sheet.churn_impact, Some(Points::from(10)));
//! assert_eq!(sheet.expansion_conversion, Some("66.666667".parse()?));
//! assert_eq!(sheet.days_to_close, Some(Points::from(35)));
//! assert_eq!(sheet.adoption_after, Some(Points::from(55)));
//! # Ok::<(), warmth::PointsError>(())
//! ```

use std::fmt;

use serde::Serialize;

use crate::kit::rollup::{Member, Rollup};
use crate::num::points::{MICROS, Points};

/// The recurring revenue of one account at the start and at the end of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revenue {
    before: Points,
    after: Points,
}

impl Revenue {
    /// Returns the revenue of an account from its recurring revenue at the start and at the end of the month.
    ///
    /// The revenue at the end includes purchases and excludes cancellations. An account without revenue at the start is
    /// a new customer; an account without revenue at the end has churned.
    pub fn new(before: impl Into<Points>, after: impl Into<Points>) -> Revenue {
        Revenue { before: before.into(), after: after.into() }
    }
}

/// An opportunity for expansion that was closed in the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opportunity {
    days_to_close: Option<u32>, // `None` if it was lost
    adoption: Option<Points>,
}

impl Opportunity {
    /// Returns an opportunity that was won this many days after it was opened.
    pub const fn won(days_to_close: u32) -> Opportunity {
        Opportunity { days_to_close: Some(days_to_close), adoption: None }
    }

    /// Returns an opportunity that was lost.
    pub const fn lost() -> Opportunity {
        Opportunity { days_to_close: None, adoption: None }
    }

    /// Sets the adoption of the purchase since then, as a score from 0 to 100. Defaults to unknown.
    #[must_use]
    pub fn adoption_after(mut self, score: impl Into<Points>) -> Opportunity {
        self.adoption = Some(score.into());
        self
    }
}

/// The five figures of a month. A figure without data is `None`, and null in serde.
///
/// Figures are rounded to the nearest millionth, ties away from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KpiSheet {
    /// Expansion conversion: opportunities won, in percent of opportunities closed.
    pub expansion_conversion: Option<Points>,
    /// Time to close: the median number of days from opening to winning.
    pub days_to_close: Option<Points>,
    /// Adoption after expansion: the mean of the known adoption scores of opportunities that were won.
    pub adoption_after: Option<Points>,
    /// Net revenue retention: revenue at the end in percent of revenue at the start, without new customers.
    pub net_revenue_retention: Option<Points>,
    /// Churn impact: the revenue at the start of churned accounts, in percent of all revenue at the start.
    pub churn_impact: Option<Points>,
}

impl KpiSheet {
    /// Computes the figures from accounts and opportunities, in any order.
    pub fn new(
        accounts: impl IntoIterator<Item = Revenue>,
        opportunities: impl IntoIterator<Item = Opportunity>,
    ) -> KpiSheet {
        let (mut before, mut after, mut gone) = (0_i128, 0_i128, 0_i128);
        for account in accounts.into_iter().filter(|account| account.before > Points::ZERO) {
            before += i128::from(account.before.micros());
            after += i128::from(account.after.micros());
            if account.after <= Points::ZERO {
                gone += i128::from(account.before.micros());
            }
        }

        let mut closed = 0_i128;
        let mut won = Vec::new();
        for opportunity in opportunities {
            closed += 1;
            won.extend(opportunity.days_to_close.map(|days| (days, opportunity.adoption)));
        }
        let days: Rollup = won.iter().map(|(days, _)| Member::new(*days)).collect();
        let adoption: Rollup = won.iter().filter_map(|(_, adoption)| adoption.map(Member::new)).collect();
        KpiSheet {
            expansion_conversion: i128::try_from(won.len()).ok().and_then(|won| percent(won, closed)),
            days_to_close: days.median(),
            adoption_after: adoption.mean(),
            net_revenue_retention: percent(after, before),
            churn_impact: percent(gone, before),
        }
    }
}

/// Prints one figure per line with one decimal place, rounded down. A figure without data prints `-`.
impl fmt::Display for KpiSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, figure: Option<Points>, unit: &str, end: &str| match figure {
            Some(figure) => write!(f, "{name:<26}{figure:.1}{unit}{end}"),
            None => write!(f, "{name:<26}-{end}"),
        };
        line("expansion conversion", self.expansion_conversion, " %", "\n")?;
        line("time to close", self.days_to_close, " days", "\n")?;
        line("adoption after expansion", self.adoption_after, "", "\n")?;
        line("net revenue retention", self.net_revenue_retention, " %", "\n")?;
        line("churn impact", self.churn_impact, " %", "")
    }
}

fn percent(part: i128, whole: i128) -> Option<Points> {
    // No overflow: 10^8 times a sum of up to 10^11 64-bit numbers fits in 128 bits.
    (whole > 0).then(|| Points::from_fraction(part * 100 * i128::from(MICROS), whole))
}
