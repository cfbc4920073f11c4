//! 1 - (age / lifetime)^(1 / speed) without floating point.

use super::half_life::{HALF_LIFE_ONE, exp2_of_minus};
use crate::num::points::{MICROS, Points};
use crate::num::u384::product_shifted;

/// The least and the greatest speed.
pub(crate) const SPEEDS: (Points, Points) = (Points::from_micros(MICROS / 10), Points::from_micros(100 * MICROS));

/// The fractional bits of logarithms and exponents.
const LOG_BITS: u32 = 72;

/// A compiled polynomial decay. The denominator of its weights is that of half-lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Polynomial {
    pub(super) lifetime: u64, // seconds, at least 1
    log: u128,
    speed: u64, // in millionths, within `SPEEDS`
}

impl Polynomial {
    pub(super) fn new(lifetime: u64, speed: Points) -> Polynomial {
        let (slowest, fastest) = SPEEDS;
        let speed = speed.clamp(slowest, fastest).micros().unsigned_abs();
        Polynomial { lifetime, log: log2(lifetime), speed }
    }

    /// The weight with 63 fractional bits, off by at most three units of the last place.
    ///
    /// The power is 2^-y with y = log2(lifetime / age) / speed. Its error is at most 0.7 units from `y`, which is off by
    /// less than 2^-63, and two units from `exp2_of_minus`.
    ///
    /// Never rises with age: one second changes the power by more than 2^-39 of itself, far more than its relative error.
    #[inline(never)]
    pub(super) fn numerator(&self, age: u64) -> u64 {
        if age == 0 || age >= self.lifetime {
            return if age == 0 { HALF_LIFE_ONE } else { 0 };
        }
        // Fits: a logarithm has 6 + 72 bits, a million has 20.
        let y = (self.log - log2(age)) * u128::from(MICROS.unsigned_abs()) / u128::from(self.speed);
        let (whole, fraction) = (y >> LOG_BITS, y << (u128::BITS - LOG_BITS) >> u64::BITS);
        let power = u32::try_from(whole).ok().zip(u64::try_from(fraction).ok());
        HALF_LIFE_ONE - power.and_then(|(whole, fraction)| exp2_of_minus(fraction).checked_shr(whole)).unwrap_or(0)
    }
}

/// The binary logarithm of a number of at least 1, rounded down to `LOG_BITS` fractional bits; zero has that of 1.
///
/// Squaring a number doubles its logarithm, so the digit before the point of each square is the next digit. Two numbers
/// that differ by a factor of 2 have exactly the same fractional digits.
fn log2(number: u64) -> u128 {
    const FRACTION: u32 = 126;
    let number = number.max(1);
    let mut log = u128::from(number.ilog2());
    let mut mantissa = u128::from(number) << (FRACTION - number.ilog2());
    for _ in 0..LOG_BITS {
        mantissa = product_shifted(mantissa, mantissa, FRACTION);
        let digit = mantissa >> (FRACTION + 1);
        mantissa >>= digit;
        log = log << 1 | digit;
    }
    log
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decay::{Curve, Decay};
    use crate::time::Span;
    use num_bigint::BigUint;
    use proptest::prelude::*;

    fn polynomial(lifetime: u64, speed: i64) -> Polynomial {
        Polynomial::new(lifetime, Points::from_micros(speed))
    }

    #[test]
    fn logarithms_have_the_published_digits() {
        let digits = |log: u128, number: u64| {
            let fraction = log - (u128::from(number) << LOG_BITS);
            (fraction * 10_u128.pow(15)) >> LOG_BITS
        };
        assert_eq!(digits(log2(3), 1), 584_962_500_721_156); // OEIS A020857
        assert_eq!(digits(log2(5), 2), 321_928_094_887_362); // OEIS A020858
        assert_eq!(digits(log2(10), 3), 321_928_094_887_362);
        assert_eq!(log2(1 << 40), 40 << LOG_BITS);
        assert_eq!((log2(0), log2(u64::MAX) >> LOG_BITS), (0, 63));
    }

    /// A half of the lifetime at speed 2 leaves 1 - sqrt(1/2), a quarter leaves 1/2 to the last digit.
    #[test]
    fn square_roots_of_powers_of_four_are_exact() {
        let lifetime = 3 << 30;
        let curve = polynomial(lifetime, 2_000_000);
        for halvings in 0..15 {
            assert_eq!(curve.numerator(lifetime >> (2 * halvings)), HALF_LIFE_ONE - (HALF_LIFE_ONE >> halvings));
        }
        let square = polynomial(lifetime, 500_000);
        assert_eq!(square.numerator(lifetime >> 5), HALF_LIFE_ONE - (HALF_LIFE_ONE >> 10));
    }

    proptest! {
        /// p = 1 - weight, to the power of a whole speed, is age / lifetime; at speed 1 / n, p = (age / lifetime)^n.
        #[test]
        fn powers_and_roots_are_within_three_units(
            lifetime in 2_u64..3_155_760_000,
            age: u64,
            root in 2_u32..=100,
            exponent in prop::sample::select(vec![2_u32, 4, 5, 8, 10]),
        ) {
            let big = BigUint::from;
            let age = 1 + age % (lifetime - 1);
            let bounds = |weight: u64| {
                let power = HALF_LIFE_ONE - weight;
                (big(power.saturating_sub(3)), big(power + 3))
            };
            let (low, high) = bounds(polynomial(lifetime, i64::from(root) * MICROS).numerator(age));
            let exact = big(age) << (63 * root);
            prop_assert!(low.pow(root) * lifetime <= exact && exact <= high.pow(root) * lifetime);
            let (low, high) = bounds(polynomial(lifetime, MICROS / i64::from(exponent)).numerator(age));
            let (exact, whole) = (big(age).pow(exponent) << 63, big(lifetime).pow(exponent));
            prop_assert!(low * &whole <= exact && exact <= high * whole);
        }

        #[test]
        fn neighbouring_seconds_never_rise(lifetime in 1_u64..3_155_760_000, age: u64, speed in 100_000_i64..=100_000_000) {
            let curve = polynomial(lifetime, speed);
            let age = age % lifetime;
            prop_assert!(curve.numerator(age + 1) <= curve.numerator(age));
            prop_assert!(curve.numerator(age) > 0);
        }

        #[test]
        fn speed_one_is_linear(lifetime in 1_u64..3_155_760_000, age in 0_u64..4_000_000_000) {
            let lifetime = Span::seconds(lifetime);
            let curve = Curve::new(&Decay::Polynomial { lifetime, speed: Points::from(1) });
            prop_assert_eq!(&curve, &Curve::new(&Decay::Linear(lifetime)));
            let logarithm = u128::from(polynomial(lifetime.secs(), 1_000_000).numerator(age));
            let exact = u128::from(curve.numerator(age)) * u128::from(HALF_LIFE_ONE) / u128::from(curve.denominator());
            prop_assert!(logarithm.abs_diff(exact) <= 4);
        }
    }
}
