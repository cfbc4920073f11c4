//! Decay: from an age to a weight, in integer arithmetic throughout.

mod curve;
mod half_life;
mod polynomial;

use std::fmt;

pub(crate) use curve::Curve;
pub(crate) use polynomial::SPEEDS;

use crate::num::points::{MICROS, Points};
use crate::num::u384::U384;
use crate::time::Span;

/// A decay curve: which share of its points an event keeps as it ages.
///
/// A curve gives a [`Weight`] in [0, 1] for each age (whole seconds, never negative). Every curve starts at exactly 1
/// and never rises. Percentages are [`Points`], so 12.5 % is exactly that.
///
/// | form | weight at an age |
/// | --- | --- |
/// | `None` | 1 |
/// | `HalfLife` | 2^(-age / half-life); exact at whole half-lives, otherwise within 2^-62, and 0 from 64 half-lives on |
/// | `Linear` | 1 - age / span, then 0; exact |
/// | `Polynomial` | 1 - (age / lifetime)^(1 / speed), then 0; within 2^-61; exact at speed 1 |
/// | `Drop` | 1 - percent / 100 for every interval completed, until 0; exact |
/// | `Keep` | (percent / 100) ^ (intervals completed), to 18 decimals; exact where 18 decimals suffice |
/// | `Table` | the percentage of the last age reached; exact |
///
/// ```
/// use warmth::{Decay, Points, Span};
///
/// let decay = Decay::HalfLife(Span::days(14));
/// assert_eq!(decay.weight(Span::days(14)).of(Points::from(25)), "12.5".parse()?);
///
/// let decay = Decay::Linear(Span::days(90));
/// assert_eq!(decay.weight(Span::days(3)).of(Points::from(9)), "8.7".parse()?);
/// # Ok::<(), warmth::PointsError>(())
/// ```
///
/// A model checks that spans and percentages are in range when it is compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decay {
    /// Age does not matter.
    #[default]
    None,
    /// Half of the points are left after each span of this length.
    HalfLife(Span),
    /// The points fall in a straight line to zero at this age.
    Linear(Span),
    /// The points fall to zero at the lifetime: fast at first with a speed above 1, slowly at first with one below.
    ///
    /// The polynomial decay of the [decaying models of MISP](https://github.com/MISP/misp-decaying-models).
    Polynomial {
        /// The age at which nothing is left.
        lifetime: Span,
        /// The root of age / lifetime that is lost, in [0.1, 100]. 1 is a straight line.
        speed: Points,
    },
    /// Each completed interval takes away a percentage of the *original* points.
    Drop {
        /// The loss for each interval, in percent, in (0, 100].
        percent: Points,
        /// The interval.
        every: Span,
    },
    /// After each completed interval this percentage of the *remaining* points is left (compounding).
    Keep {
        /// The share that remains after each interval, in percent, in (0, 100].
        percent: Points,
        /// The interval.
        every: Span,
    },
    /// Pairs of an age and the percentage from that age on. Starts with age 0 and 100; ages rise, percentages never do.
    Table(Vec<(Span, Points)>),
}

impl Decay {
    /// The weight of an event of the given age.
    ///
    /// Never fails: a span of zero seconds, which no model accepts, counts as one second.
    pub fn weight(&self, age: Span) -> Weight {
        let curve = Curve::new(self);
        Weight { numerator: curve.numerator(age.secs()), denominator: curve.denominator() }
    }
}

/// A decay weight: an exact fraction in [0, 1].
///
/// Two weights of one [`Decay`] have the same denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    numerator: u64,   // in [0, denominator]
    denominator: u64, // at least 1; at most 2^63 for spans that a model takes
}

impl Weight {
    /// The top of the fraction.
    pub const fn numerator(self) -> u64 {
        self.numerator
    }

    /// The bottom of the fraction, at least 1.
    pub const fn denominator(self) -> u64 {
        self.denominator
    }

    /// Returns the weight times `points`, to the nearest millionth, ties away from zero.
    pub fn of(self, points: Points) -> Points {
        let mut product = U384::ZERO;
        product.add_product(u128::from(points.micros().unsigned_abs()), self.numerator);
        let magnitude =
            Points::from_micros(i64::try_from(product.rounded_quotient(&[self.denominator])).unwrap_or(i64::MAX));
        if points < Points::ZERO { -magnitude } else { magnitude }
    }
}

/// Prints the weight as a percentage, truncated to two places: `50%`, `87.05%`.
impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = u128::from(self.numerator) * 10_000 / u128::from(self.denominator.max(1));
        let percent = Points::from_micros(i64::try_from(hundredths).unwrap_or(0) * (MICROS / 100));
        f.pad(&format!("{percent}%"))
    }
}
