//! Compiled decay curves.

use super::Decay;
use super::half_life::{HALF_LIFE_ONE, HalfLife};
use super::polynomial::Polynomial;
use crate::num::points::Points;
use crate::num::u384::product_shifted;
use crate::time::Span;

/// 1.0 in the fixed point of `keep`: 18 decimals.
const KEEP_ONE: u64 = 1_000_000_000_000_000_000;

/// The fractional bits of the powers for `keep`. A power to 2^32 loses less than 2^33 units of 2^-100. So rounding to
/// 18 decimals (2^-60) afterwards gives the exact power if the power has at most 18 decimals.
const KEEP_BITS: u32 = 100;

/// 100 % in millionths of a percent.
const WHOLE: u64 = 100_000_000;

/// A compiled [`Decay`]: a numerator for each age over one denominator for all ages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Curve {
    None,
    HalfLife(HalfLife),
    Linear {
        secs: u64,
    },
    Polynomial(Polynomial),
    /// `lost` per interval, in millionths of a percent.
    Drop {
        lost: u64,
        every: u64,
    },
    /// `kept` per interval as a fraction of 2^100; the weight is zero from `ends` intervals on.
    Keep {
        kept: u128,
        every: u64,
        ends: Option<u64>,
    },
    /// (age in seconds, millionths of a percent), ages rising.
    Table(Box<[(u64, u64)]>),
}

impl Curve {
    pub(crate) fn new(decay: &Decay) -> Curve {
        let secs = |span: Span| span.secs().max(1);
        let part = |percent: Points| u64::try_from(percent.micros()).unwrap_or(0).min(WHOLE);
        match decay {
            Decay::None => Curve::None,
            Decay::HalfLife(span) => Curve::HalfLife(HalfLife::new(secs(*span))),
            Decay::Linear(span) => Curve::Linear { secs: secs(*span) },
            Decay::Polynomial { lifetime, speed } if *speed == Points::from(1) => Curve::new(&Decay::Linear(*lifetime)),
            Decay::Polynomial { lifetime, speed } => Curve::Polynomial(Polynomial::new(secs(*lifetime), *speed)),
            Decay::Drop { percent, every } => Curve::Drop { lost: part(*percent), every: secs(*every) },
            Decay::Keep { percent, every } => {
                let kept = (u128::from(part(*percent)) << KEEP_BITS) / u128::from(WHOLE);
                Curve::Keep { kept, every: secs(*every), ends: first_zero_power(kept) }
            }
            Decay::Table(rows) => {
                Curve::Table(rows.iter().map(|(age, percent)| (age.secs(), part(*percent))).collect())
            }
        }
    }

    /// The denominator of every [`numerator`](Curve::numerator).
    pub(crate) fn denominator(&self) -> u64 {
        match self {
            Curve::None => 1,
            Curve::HalfLife(_) | Curve::Polynomial(_) => HALF_LIFE_ONE,
            Curve::Linear { secs } => *secs,
            Curve::Drop { .. } | Curve::Table(_) => WHOLE,
            Curve::Keep { .. } => KEEP_ONE,
        }
    }

    /// The weight at `age` seconds, times the denominator.
    #[inline]
    pub(crate) fn numerator(&self, age: u64) -> u64 {
        match self {
            Curve::None => 1,
            Curve::HalfLife(half_life) => half_life.numerator(age),
            Curve::Linear { secs } => secs.saturating_sub(age),
            Curve::Polynomial(polynomial) => polynomial.numerator(age),
            Curve::Drop { lost, every } => WHOLE.saturating_sub(lost.saturating_mul(age / every)),
            Curve::Keep { kept, every, ends } => {
                let intervals = age / every;
                if ends.is_some_and(|ends| intervals >= ends) { 0 } else { keep_weight(*kept, intervals) }
            }
            Curve::Table(rows) => {
                let reached = rows.partition_point(|(from, _)| *from <= age);
                reached.checked_sub(1).and_then(|row| rows.get(row)).map_or(WHOLE, |(_, part)| *part)
            }
        }
    }

    /// The least age above `age` at which the weight can differ; `None` if it stays the same.
    pub(crate) fn next_change(&self, age: u64) -> Option<u64> {
        if self.ends().is_some_and(|ends| age >= ends) {
            return None;
        }
        match self {
            Curve::None => None,
            Curve::HalfLife(_) | Curve::Linear { .. } | Curve::Polynomial(_) => age.checked_add(1),
            Curve::Drop { every, .. } | Curve::Keep { every, .. } => (age / every).checked_add(1)?.checked_mul(*every),
            Curve::Table(rows) => rows.get(rows.partition_point(|(from, _)| *from <= age)).map(|(from, _)| *from),
        }
    }

    /// The age in seconds from which on the weight is zero; `None` if it never is.
    pub(crate) fn ends(&self) -> Option<u64> {
        match self {
            Curve::None => None,
            Curve::HalfLife(half_life) => half_life.secs.checked_mul(64),
            Curve::Linear { secs } => Some(*secs),
            Curve::Polynomial(polynomial) => Some(polynomial.lifetime),
            Curve::Drop { lost, every } => (*lost > 0).then(|| every.saturating_mul(WHOLE.div_ceil(*lost))),
            Curve::Keep { every, ends, .. } => ends.and_then(|ends| every.checked_mul(ends)),
            Curve::Table(rows) => rows.iter().find(|(_, part)| *part == 0).map(|(from, _)| *from),
        }
    }
}

/// `kept ^ intervals` to 18 decimals, nearest; `kept` with 100 fractional bits.
fn keep_weight(kept: u128, intervals: u64) -> u64 {
    let one = 1_u128 << KEEP_BITS;
    let mut power = one;
    for bit in (0..u64::BITS - intervals.leading_zeros()).rev() {
        power = product_shifted(power, power, KEEP_BITS);
        if intervals >> bit & 1 == 1 {
            power = product_shifted(power, kept, KEEP_BITS);
        }
    }
    let doubled = product_shifted(power, u128::from(KEEP_ONE) * 2, KEEP_BITS);
    u64::try_from(doubled.div_ceil(2)).unwrap_or(0)
}

/// The first power of `kept` that is zero to 18 decimals, if it comes before 2^32 intervals.
fn first_zero_power(kept: u128) -> Option<u64> {
    let (mut low, mut high) = (0, 1 << 32);
    if keep_weight(kept, high) > 0 {
        return None;
    }
    while low < high {
        let middle = u64::midpoint(low, high);
        if keep_weight(kept, middle) == 0 {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::points::MICROS;
    use proptest::prelude::*;

    #[test]
    fn keep_is_exact_to_eighteen_decimals() {
        let curve = Curve::new(&Decay::Keep { percent: Points::from(85), every: Span::days(45) });
        let mut exact = 1_u64; // 17^k, as 85 % is 17/20
        for k in 0..=9_u32 {
            assert_eq!(curve.numerator(u64::from(k) * 45 * 86_400), KEEP_ONE / 20_u64.pow(k) * exact, "{k} intervals");
            exact *= 17;
        }
    }

    #[test]
    fn percentages_of_a_hundred_never_end() {
        let curve = Curve::new(&Decay::Keep { percent: Points::from(100), every: Span::seconds(1) });
        assert_eq!((curve.ends(), curve.numerator(u64::MAX)), (None, KEEP_ONE));
    }

    fn any_decay() -> impl Strategy<Value = Decay> {
        let span = prop_oneof![1_u64..100, 1_u64..3_155_760_000].prop_map(Span::seconds);
        let percent = prop_oneof![1_i64..=100_000_000, Just(100_000_000), Just(1)].prop_map(Points::from_micros);
        prop_oneof![
            Just(Decay::None),
            span.clone().prop_map(Decay::HalfLife),
            span.clone().prop_map(Decay::Linear),
            (100_000_i64..=100_000_000, span.clone())
                .prop_map(|(speed, lifetime)| Decay::Polynomial { lifetime, speed: Points::from_micros(speed) }),
            (percent.clone(), span.clone()).prop_map(|(percent, every)| Decay::Drop { percent, every }),
            (percent, span).prop_map(|(percent, every)| Decay::Keep { percent, every }),
            proptest::collection::vec((1_u64..1_000_000, 0_i64..100), 0..5).prop_map(|steps| {
                let (mut age, mut percent) = (0, 100);
                let mut rows = vec![(Span::seconds(0), Points::from(100))];
                for (later, less) in steps {
                    age += later;
                    percent = (percent - less).max(0);
                    rows.push((Span::seconds(age), Points::from_micros(percent * MICROS)));
                }
                Decay::Table(rows)
            }),
        ]
    }

    proptest! {
        #[test]
        fn starts_at_one_never_rises_and_ends_where_it_says(decay in any_decay(), age: u64, step in 0_u64..1_000_000, divisor in 0_u32..64) {
            let curve = Curve::new(&decay);
            let age = age >> divisor;
            prop_assert_eq!(curve.numerator(0), curve.denominator());
            prop_assert!(curve.numerator(age) <= curve.denominator());
            prop_assert!(curve.numerator(age.saturating_add(step)) <= curve.numerator(age));
            if let Some(ends) = curve.ends() {
                prop_assert_eq!(curve.numerator(ends.saturating_add(age)), 0);
                // A half-life rounds to zero between 63 and 64 half-lives. Other curves have weight until `ends`.
                prop_assert!(matches!(decay, Decay::HalfLife(_)) || curve.numerator(ends - 1) > 0);
            }
        }

        #[test]
        fn neighbouring_seconds_never_rise(secs in 1_u64..3_155_760_000, age in 0_u64..200_000_000_000) {
            let curve = Curve::new(&Decay::HalfLife(Span::seconds(secs)));
            prop_assert!(curve.numerator(age + 1) <= curve.numerator(age));
        }

        #[test]
        fn a_half_life_halves_exactly(secs in 1_u64..3_155_760_000, age in 0_u64..200_000_000_000, halvings in 0_u32..64) {
            let curve = Curve::new(&Decay::HalfLife(Span::seconds(secs)));
            prop_assert_eq!(curve.numerator(secs * u64::from(halvings)), HALF_LIFE_ONE >> halvings);
            prop_assert_eq!(curve.numerator(age + secs), curve.numerator(age) / 2);
        }
    }
}
