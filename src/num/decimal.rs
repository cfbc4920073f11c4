//! From doubles to exact decimals.

use crate::num::u384::saturated_i64;

/// What to do with excess digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    /// Round towards negative infinity.
    Floor,
    /// Round towards positive infinity.
    Ceiling,
    /// Refuse.
    Refuse,
}

/// `value x 10^places` as an integer, saturated to `i64`.
///
/// Reads `value` as its shortest decimal form, which is the decimal that a person wrote if it had at most 15 digits. `None`
/// for values that are not finite, and for excess digits with [`Excess::Refuse`].
pub(crate) fn scaled(value: f64, places: i32, excess: Excess) -> Option<i64> {
    if !value.is_finite() {
        return None;
    }
    // The standard library prints the shortest digits that read back as the same number.
    let text = format!("{value:e}");
    let (mantissa, exponent) = text.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let shift = exponent.saturating_sub(i32::try_from(fraction.len()).ok()?).saturating_add(places);
    // Does not overflow: 17 digits times 10^20 are below 2^127, and a larger power saturates `i64` anyway.
    let Ok(down) = u32::try_from(shift.saturating_neg()) else {
        return Some(saturated_i64(digits.saturating_mul(10_i128.saturating_pow(shift.unsigned_abs().min(20)))));
    };
    let divisor = 10_i128.pow(down.min(30));
    let (floor, rest) = (digits.div_euclid(divisor), digits.rem_euclid(divisor));
    match excess {
        _ if rest == 0 => Some(saturated_i64(floor)),
        Excess::Floor => Some(saturated_i64(floor)),
        Excess::Ceiling => Some(saturated_i64(floor + 1)),
        Excess::Refuse => None,
    }
}

/// `value` rounded to the nearest millionth, ties away from zero, and clamped to ±2^104 millionths. `None` for values that
/// are not finite.
///
/// Works on the bits: `value` is exactly `significand x 2^exponent`, so it is rounded once.
pub(crate) fn nearest_micros(value: f64) -> Option<i128> {
    const LIMIT: i128 = 1 << 104;
    if !value.is_finite() {
        return None;
    }
    let bits = value.to_bits();
    let fraction = i128::from(bits & ((1 << 52) - 1));
    let biased = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
    let (significand, exponent) = if biased == 0 { (fraction, -1074) } else { (fraction | (1 << 52), biased - 1075) };
    let scaled = significand * 1_000_000;
    let magnitude = if exponent >= 0 {
        // Below 2^73 before the shift, and at least 2^71, because the significand has its leading bit set.
        if exponent > 30 { LIMIT } else { scaled << exponent }
    } else {
        let down = exponent.unsigned_abs();
        if down > 100 { 0 } else { (scaled + (1 << (down - 1))) >> down }
    };
    let clamped = magnitude.min(LIMIT);
    Some(if value.is_sign_negative() { -clamped } else { clamped })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_means_the_decimal_that_was_written() {
        for (value, places, excess, expected) in [
            (0.1, 6, Excess::Refuse, Some(100_000)),
            (0.000_001, 6, Excess::Refuse, Some(1)),
            (0.000_000_1, 6, Excess::Refuse, None),
            (-0.000_000_1, 6, Excess::Floor, Some(-1)),
            (-0.000_000_1, 6, Excess::Ceiling, Some(0)),
            (2.5, 0, Excess::Floor, Some(2)),
            (2.5, 0, Excess::Ceiling, Some(3)),
            (-2.5, 0, Excess::Floor, Some(-3)),
            (1e6, 6, Excess::Refuse, Some(1_000_000_000_000)),
            (1e300, 6, Excess::Refuse, Some(i64::MAX)),
            (-1e300, 6, Excess::Floor, Some(i64::MIN)),
            (5e-324, 6, Excess::Ceiling, Some(1)),
            (f64::NAN, 6, Excess::Floor, None),
            (f64::INFINITY, 6, Excess::Floor, None),
            (0.0, 6, Excess::Refuse, Some(0)),
        ] {
            assert_eq!(scaled(value, places, excess), expected, "{value} x 10^{places}");
        }
    }

    #[test]
    fn nearest_millionth_of_a_binary_number() {
        for (value, expected) in [
            (0.1, Some(100_000)),
            (-1.5, Some(-1_500_000)),
            (0.000_000_5, Some(0)), // the nearest double lies just below the half
            (f64::from_bits(0.000_000_5_f64.to_bits() + 1), Some(1)),
            (0.5 / 64.0 / 1_000_000.0 * 64.0, Some(0)),
            (4.2e9, Some(4_200_000_000_000_000)),
            (1e17, Some(100_000_000_000_000_000_000_000)),
            (1e300, Some(1 << 104)),
            (-1e300, Some(-(1 << 104))),
            (5e-324, Some(0)),
            (f64::NAN, None),
            (f64::NEG_INFINITY, None),
        ] {
            assert_eq!(nearest_micros(value), expected, "{value}");
        }
        // 2^-7 / 15625 has no finite form, but 2^-7 itself is 7812.5 millionths: a tie, away from zero.
        assert_eq!(nearest_micros(0.007_812_5), Some(7_813));
        assert_eq!(nearest_micros(-0.007_812_5), Some(-7_813));
    }
}
