//! Decimals as doubles.

use std::io::{Cursor, Write};

/// Decimals of one scale: the values are multiples of `10^-scale`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimals<'a> {
    pub(crate) values: &'a [i128],
    pub(crate) scale: i8,
}

impl Decimals<'_> {
    /// The number of a row; NaN if it is missing.
    pub(super) fn number(self, row: usize) -> f64 {
        self.values.get(row).map_or(f64::NAN, |value| nearest(*value, self.scale))
    }
}

/// Integers beyond it are not exact as doubles.
const EXACT: i128 = 1 << 53;

/// Powers of ten that are exact as doubles.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// The double nearest to `value / 10^scale`; NaN beyond ±2^53.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "up to 2^53 nothing is lost")]
pub(crate) fn nearest(value: i128, scale: i8) -> f64 {
    match usize::try_from(scale).ok().and_then(|scale| POWERS.get(scale)) {
        // Both are exact as doubles, so the quotient is rounded once.
        Some(power) if value.unsigned_abs() <= EXACT.unsigned_abs() => value as f64 / power,
        _ if is_beyond(value, scale) => f64::NAN,
        _ => parsed(value, scale).unwrap_or(f64::NAN),
    }
}

/// Whether `value / 10^scale` is beyond ±2^53. A power or product beyond 128 bits is greater than any value.
#[cold]
fn is_beyond(value: i128, scale: i8) -> bool {
    let power = 10_u128.checked_pow(scale.unsigned_abs().into());
    let (value, most) = (value.unsigned_abs(), EXACT.unsigned_abs());
    if scale < 0 {
        value > 0 && power.is_none_or(|power| value.checked_mul(power).is_none_or(|value| value > most))
    } else {
        power.and_then(|power| most.checked_mul(power)).is_some_and(|most| value > most)
    }
}

/// The same as [`nearest`] for any value and scale. A number is parsed with one rounding.
#[cold]
fn parsed(value: i128, scale: i8) -> Option<f64> {
    // A sign, 39 digits, "e", a sign and 3 digits.
    let mut written = Cursor::new([0; 45]);
    write!(written, "{value}e{}", -i16::from(scale)).ok()?;
    let length = usize::try_from(written.position()).ok()?;
    str::from_utf8(written.get_ref().get(..length)?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_are_the_doubles_of_the_same_literals() {
        for (value, scale, expected) in [
            (1_999, 2, 19.99),
            (-250, 2, -2.5),
            (7, 0, 7.0),
            (7, -3, 7000.0),
            (1, 38, 1e-38),
            (123_456_789_012_345_678_901_234_567, 20, 1_234_567.890_123_456_8),
            (1 << 53, 0, 9_007_199_254_740_992.0),
            (900_719_925_474_099_200, 2, 9_007_199_254_740_992.0),
            (0, -128, 0.0),
            (i128::MAX, 60, 1.701_411_834_604_692_3e-22),
        ] {
            assert_eq!(nearest(value, scale).to_bits(), f64::to_bits(expected), "{value} {scale}");
        }
        for (value, scale) in
            [((1 << 53) + 1, 0), (i128::MIN, 0), (i128::MAX, -128), (1, -16), (-10, -15), (900_719_925_474_099_201, 2)]
        {
            assert!(nearest(value, scale).is_nan(), "{value} {scale}");
        }
    }

    proptest! {
        #[test]
        fn both_ways_agree(value in -(1_i128 << 53)..=1 << 53, scale in 0_i8..=22) {
            prop_assert_eq!(nearest(value, scale).to_bits(), parsed(value, scale).unwrap().to_bits());
        }
    }
}
