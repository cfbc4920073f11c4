//! The monthly figures by which an expansion programme is governed.
//!
//! They are about all accounts together, so no model has them. Give what became of each account's recurring revenue and
//! of each opportunity that was closed in the month:
//!
//! ```
//! use warmth::governance::{Opportunity, Revenue, Sheet};
//! use warmth::Points;
//!
//! let revenue = |before: u32, after: u32| Revenue::new(before, after);
//! let sheet = Sheet::new(
//!     [revenue(600, 800), revenue(300, 300), revenue(100, 0), revenue(0, 250)],
//!     [Opportunity::won(20).adoption_after(70), Opportunity::won(50).adoption_after(40), Opportunity::lost()],
//! );
//! assert_eq!(sheet.net_revenue_retention, Some(Points::from(110))); // 1,100 of 1,000; the new customer is no part
//! assert_eq!(sheet.churn_impact, Some(Points::from(10)));
//! assert_eq!(sheet.expansion_conversion, Some("66.666667".parse()?));
//! assert_eq!(sheet.days_to_close, Some(Points::from(35)));
//! assert_eq!(sheet.adoption_after, Some(Points::from(55)));
//! # Ok::<(), warmth::PointsError>(())
//! ```

use std::fmt;

use serde::Serialize;

use crate::points::{MICROS, Points};
use crate::rollup::{Member, Rollup};

/// The recurring revenue of one account at the start and at the end of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revenue {
    before: Points,
    after: Points,
}

impl Revenue {
    /// At the start, where an account without any is a new customer; and at the end, with what was bought and without
    /// what was given up, where an account without any is gone.
    pub fn new(before: impl Into<Points>, after: impl Into<Points>) -> Revenue {
        Revenue { before: before.into(), after: after.into() }
    }
}

/// An opportunity for expansion that was closed in the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opportunity {
    days_to_close: Option<u32>, // none if it was lost
    adoption: Option<Points>,
}

impl Opportunity {
    /// Won, so many days after it was opened.
    pub const fn won(days_to_close: u32) -> Opportunity {
        Opportunity { days_to_close: Some(days_to_close), adoption: None }
    }

    /// Lost.
    pub const fn lost() -> Opportunity {
        Opportunity { days_to_close: None, adoption: None }
    }

    /// How well what was bought is adopted since: a score from 0 to 100. Defaults to not known.
    #[must_use]
    pub fn adoption_after(mut self, score: impl Into<Points>) -> Opportunity {
        self.adoption = Some(score.into());
        self
    }
}

/// The five figures of a month. `None` where there is nothing that a figure could be about.
///
/// Percentages are to the nearest millionth, ties away from zero. In serde a figure that there is not is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sheet {
    /// Expansion conversion: opportunities won, in percent of those closed.
    pub expansion_conversion: Option<Points>,
    /// Time to close: the median of the days from opening to winning.
    pub days_to_close: Option<Points>,
    /// Adoption after expansion: the mean of the scores that are known, of opportunities that were won.
    pub adoption_after: Option<Points>,
    /// Net revenue retention: revenue at the end in percent of revenue at the start, of accounts that had some.
    pub net_revenue_retention: Option<Points>,
    /// Churn impact: the revenue of accounts that are gone, in percent of revenue at the start.
    pub churn_impact: Option<Points>,
}

impl Sheet {
    /// The figures of these accounts and opportunities, whose order does not matter.
    pub fn new(
        accounts: impl IntoIterator<Item = Revenue>,
        opportunities: impl IntoIterator<Item = Opportunity>,
    ) -> Sheet {
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
        Sheet {
            expansion_conversion: i128::try_from(won.len()).ok().and_then(|won| percent(won, closed)),
            days_to_close: days.median(),
            adoption_after: adoption.mean(),
            net_revenue_retention: percent(after, before),
            churn_impact: percent(gone, before),
        }
    }
}

/// One figure a line, cut down to one place, `-` where there is none.
impl fmt::Display for Sheet {
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
    // OK because 10^8 times a sum of 64-bit numbers stays within 128 bits for 10^11 of them.
    (whole > 0).then(|| Points::from_fraction(part * 100 * i128::from(MICROS), whole))
}
