//! Unsigned integers of 384 bits, for sums that stay exact until one final division.
//!
//! The largest numbers are the product of eight axis scores with twelve decimals (`8 x 47` bits), and the sum of
//! `amount x count x weight` over all events that fit into memory. Both fit into six limbs.

const LIMBS: usize = 6;

/// A 384-bit unsigned integer, least significant limb first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct U384([u64; LIMBS]);

/// The low and the high half of `value`.
#[expect(clippy::cast_possible_truncation, reason = "splitting a number into halves is the purpose")]
const fn halves(value: u128) -> (u64, u64) {
    (value as u64, (value >> 64) as u64)
}

impl U384 {
    pub(crate) const ZERO: U384 = U384([0; LIMBS]);

    /// Adds `a x b`. Sums beyond 384 bits wrap; no caller can reach them (see the module's page).
    #[inline]
    pub(crate) fn add_product(&mut self, a: u128, b: u64) {
        let (low, high) = halves(a);
        let (p0, carry) = halves(u128::from(low) * u128::from(b));
        let (p1, p2) = halves(u128::from(high) * u128::from(b) + u128::from(carry));
        self.add_limbs([p0, p1, p2]);
    }

    #[inline]
    fn add_limbs<const N: usize>(&mut self, other: [u64; N]) {
        let mut limbs = self.0.iter_mut();
        let mut carry = 0;
        for (add, limb) in other.into_iter().zip(limbs.by_ref()) {
            (*limb, carry) = halves(u128::from(*limb) + u128::from(add) + u128::from(carry));
        }
        // There is rarely a carry beyond this limb.
        for limb in limbs {
            if carry == 0 {
                return;
            }
            (*limb, carry) = halves(u128::from(*limb) + u128::from(carry));
        }
    }

    pub(crate) fn times(mut self, factor: u64) -> U384 {
        let mut carry = 0;
        for limb in &mut self.0 {
            (*limb, carry) = halves(u128::from(*limb) * u128::from(factor) + u128::from(carry));
        }
        self
    }

    /// The quotient, rounded down. Division by zero gives zero.
    fn divided_by(mut self, divisor: u64) -> U384 {
        let Some(divisor) = std::num::NonZeroU64::new(divisor) else {
            return U384::ZERO;
        };
        let mut rest = 0_u64;
        for limb in self.0.iter_mut().rev() {
            let part = (u128::from(rest) << 64) | u128::from(*limb);
            let (quotient, _) = halves(part / u128::from(divisor.get()));
            (rest, _) = halves(part % u128::from(divisor.get()));
            *limb = quotient;
        }
        self
    }

    /// `self / (divisors multiplied)`, rounded to the nearest integer, halves up, and saturated at `u64::MAX`.
    ///
    /// `floor(floor(x / a) / b) == floor(x / (a x b))`, so the half is added first, then one division follows another.
    pub(crate) fn rounded_quotient(self, divisors: &[u64]) -> u64 {
        let mut divisor = U384([1, 0, 0, 0, 0, 0]);
        for &d in divisors {
            divisor = divisor.times(d);
        }
        let mut quotient = self.times(2);
        quotient.add_limbs(divisor.0);
        for &d in divisors {
            quotient = quotient.divided_by(d);
        }
        let [low, high @ ..] = quotient.divided_by(2).0;
        if high == [0; LIMBS - 1] { low } else { u64::MAX }
    }

    /// `self - other` as a magnitude and whether it is negative.
    pub(crate) fn difference(self, other: U384) -> (U384, bool) {
        let negative = self.0.iter().rev().lt(other.0.iter().rev());
        let (mut more, less) = if negative { (other, self) } else { (self, other) };
        let mut borrow = false;
        for (limb, take) in more.0.iter_mut().zip(less.0) {
            let (once, first) = limb.overflowing_sub(take);
            let (twice, second) = once.overflowing_sub(u64::from(borrow));
            *limb = twice;
            borrow = first || second;
        }
        (more, negative)
    }
}

impl From<u128> for U384 {
    fn from(value: u128) -> U384 {
        let (low, high) = halves(value);
        U384([low, high, 0, 0, 0, 0])
    }
}

/// `floor(a x b / 2^shift)` for `shift` in `1..=127`, if the result fits into 128 bits.
pub(crate) const fn product_shifted(a: u128, b: u128, shift: u32) -> u128 {
    let (a_low, a_high) = halves(a);
    let (b_low, b_high) = halves(b);
    let (p0, carry) = halves(a_low as u128 * b_low as u128);
    // Does not overflow: a product of two limbs plus two limbs is at most 2^128 - 1.
    let (cross, cross_high) = halves(a_low as u128 * b_high as u128 + carry as u128);
    let (p1, carry) = halves(a_high as u128 * b_low as u128 + cross as u128);
    let high = a_high as u128 * b_high as u128 + cross_high as u128 + carry as u128;
    let low = ((p1 as u128) << 64) | p0 as u128;
    (high << (128 - shift)) | (low >> shift)
}

/// `numerator / denominator` rounded to the nearest integer, ties away from zero. A zero denominator gives zero.
pub(crate) const fn rounded(numerator: i128, denominator: i128) -> i128 {
    if denominator == 0 {
        return 0;
    }
    let (quotient, rest) = divided(numerator, denominator);
    if rest.unsigned_abs() >= denominator.unsigned_abs() - rest.unsigned_abs() {
        quotient + if (numerator < 0) == (denominator < 0) { 1 } else { -1 }
    } else {
        quotient
    }
}

/// Quotient and remainder, in 64 bits if both numbers fit: a division of 128 bits costs several times as much.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "only where it changes nothing")]
const fn divided(numerator: i128, denominator: i128) -> (i128, i128) {
    let (a, b) = (numerator as i64, denominator as i64);
    if a as i128 == numerator && b as i128 == denominator && b > 0 {
        ((a / b) as i128, (a % b) as i128)
    } else {
        (numerator / denominator, numerator % denominator)
    }
}

/// `value` as an `i64`, saturated.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the range first")]
pub(crate) const fn saturated_i64(value: i128) -> i64 {
    if value > i64::MAX as i128 {
        i64::MAX
    } else if value < i64::MIN as i128 {
        i64::MIN
    } else {
        value as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nearest_with_ties_away_from_zero() {
        for (numerator, denominator, expected) in [
            (5, 2, 3),
            (-5, 2, -3),
            (4, 3, 1),
            (-4, 3, -1),
            (5, 3, 2),
            (1, 2, 1),
            (1, 3, 0),
            (0, 7, 0),
            (7, 0, 0),
            (5, -2, -3),
        ] {
            assert_eq!(rounded(numerator, denominator), expected, "{numerator}/{denominator}");
        }
    }

    #[test]
    fn a_carry_goes_all_the_way() {
        for limbs in 0..LIMBS - 1 {
            let mut all_ones = U384::ZERO;
            all_ones.0[..=limbs].fill(u64::MAX);
            all_ones.add_product(1, 1);
            let mut one = U384::ZERO;
            one.0[limbs + 1] = 1;
            assert_eq!(all_ones, one);
        }
    }

    proptest! {
        #[test]
        fn agrees_with_128_bits_where_both_fit(a in 0..1_u128 << 60, b in 1..1_u64 << 60, d in 1..u64::MAX) {
            let mut u384 = U384::ZERO;
            u384.add_product(a, b);
            let nearest = (2 * a * u128::from(b) + u128::from(d)) / (2 * u128::from(d));
            prop_assert_eq!(u128::from(u384.rounded_quotient(&[d])), nearest.min(u128::from(u64::MAX)));
        }

        #[test]
        fn difference_undoes_addition(a: u128, b: u128, c: u64) {
            let mut sum = U384::from(a);
            sum.add_product(b, c);
            let mut part = U384::ZERO;
            part.add_product(b, c);
            prop_assert_eq!(sum.difference(part), (U384::from(a), false));
            prop_assert_eq!(part.difference(sum), (U384::from(a), a != 0));
        }

        #[test]
        fn a_shifted_product_is_the_high_part(a in 0..1_u128 << 127, b: u64, shift in 64_u32..128) {
            // Split `a` so that each half's product fits into 128 bits.
            let (low, high) = (a & u128::from(u64::MAX), a >> 64);
            let cross = high * u128::from(b) + ((low * u128::from(b)) >> 64);
            prop_assert_eq!(product_shifted(a, u128::from(b), shift), cross >> (shift - 64));
        }
    }
}
