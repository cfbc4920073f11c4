//! Units: how quantities become whole numbers.

use std::ops::RangeInclusive;

use crate::model::NumberOp;
use crate::num::decimal::{Excess, scaled};

/// How a quantity is turned into a whole number that orders like it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Days, months and counts: the number itself.
    Whole,
    /// Decimals: millionths.
    Millionth,
    /// Doubles: their bits, arranged so that the next whole number is the next double.
    Double,
}

impl Unit {
    /// The greatest whole number not above `number` and the least not below it.
    fn around(self, number: f64) -> (i64, i64) {
        let places = match self {
            Unit::Whole => 0,
            Unit::Millionth => 6,
            Unit::Double => return (ordered_bits(number), ordered_bits(number)),
        };
        let end = if number < 0.0 { i64::MIN } else { i64::MAX };
        (scaled(number, places, Excess::Floor).unwrap_or(end), scaled(number, places, Excess::Ceiling).unwrap_or(end))
    }

    /// A measure of events, of any unit, as a double: the nearest one.
    #[expect(clippy::cast_precision_loss, reason = "a ratio is one division of the nearest doubles")]
    pub(crate) fn double(measure: i64) -> f64 {
        measure as f64
    }

    /// Whether a number is below or above all of these.
    pub(crate) fn is_outside(self, number: f64, possible: &RangeInclusive<i64>) -> bool {
        let (floor, ceiling) = self.around(number);
        ceiling < *possible.start() || floor > *possible.end()
    }

    /// The whole numbers for which `op` holds; for [`NumberOp::IsNot`] those for which it does not.
    pub(crate) fn range(self, op: NumberOp) -> RangeInclusive<i64> {
        match op {
            NumberOp::Is(number) | NumberOp::IsNot(number) => {
                let (floor, ceiling) = self.around(number);
                ceiling..=floor
            }
            NumberOp::AtLeast(number) => self.around(number).1..=i64::MAX,
            NumberOp::MoreThan(number) => self.around(number).0.saturating_add(1)..=i64::MAX,
            NumberOp::AtMost(number) => i64::MIN..=self.around(number).0,
            NumberOp::LessThan(number) => i64::MIN..=self.around(number).1.saturating_sub(1),
            NumberOp::Between(low, high) => self.around(low).1..=self.around(high).0,
        }
    }

    /// The least whole number at `bound`, or above it.
    pub(crate) fn lower_bound(self, bound: f64, exclusive: bool) -> i64 {
        *self.range(if exclusive { NumberOp::MoreThan(bound) } else { NumberOp::AtLeast(bound) }).start()
    }
}

/// The bits of a double as a whole number that orders as the double does; both zeros are 0.
#[inline]
pub(crate) fn ordered_bits(number: f64) -> i64 {
    let bits = number.to_bits().cast_signed();
    // A negative double's magnitude grows with its bits; the sign bit alone is -0.0.
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

/// The finite doubles with these [`ordered_bits`], as a closed range; an empty range if there are none.
pub(crate) fn doubles_within(within: &RangeInclusive<i64>) -> [f64; 2] {
    let (least, greatest) = (ordered_bits(f64::MIN), ordered_bits(f64::MAX));
    if *within.start() > greatest || *within.end() < least {
        return [f64::MAX, f64::MIN];
    }
    [double_of(*within.start().max(&least)), double_of(*within.end().min(&greatest))]
}

/// The double with these [`ordered_bits`].
pub(crate) fn double_of(ordered: i64) -> f64 {
    let bits = if ordered < 0 { i64::MIN.wrapping_sub(ordered) } else { ordered };
    f64::from_bits(bits.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn doubles_within_are_those_whose_bits_are(number: f64, start: i64, end: i64, near in 0_usize..4) {
            let bits = ordered_bits(number);
            let [near_start, near_end] = [bits.saturating_sub(1), bits.saturating_add(1)];
            let within = [start..=end, near_start..=end, start..=near_end, bits..=bits][near].clone();
            let [least, greatest] = doubles_within(&within);
            prop_assert!(least.is_finite() && greatest.is_finite());
            prop_assume!(number.is_finite());
            prop_assert_eq!(least <= number && number <= greatest, within.contains(&bits));
        }

        #[test]
        fn ordered_bits_order_like_doubles(a: f64, b: f64) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            prop_assert_eq!(ordered_bits(a).cmp(&ordered_bits(b)), a.partial_cmp(&b).unwrap());
            prop_assert!(double_of(ordered_bits(a)).eq(&a));
        }

        #[test]
        fn ranges_hold_what_the_operator_says(number in -20_i32..20, whole in -10_i32..10) {
            let operand = f64::from(number) / 2.0;
            let (value, whole) = (f64::from(whole), i64::from(whole));
            for (op, holds) in [
                (NumberOp::Is(operand), value.total_cmp(&operand).is_eq() || (number == 0 && whole == 0)),
                (NumberOp::AtLeast(operand), value >= operand),
                (NumberOp::MoreThan(operand), value > operand),
                (NumberOp::AtMost(operand), value <= operand),
                (NumberOp::LessThan(operand), value < operand),
                (NumberOp::Between(operand, operand + 1.5), value >= operand && value <= operand + 1.5),
            ] {
                prop_assert_eq!(Unit::Whole.range(op).contains(&whole), holds, "{:?} of {}", op, whole);
                prop_assert_eq!(Unit::Millionth.range(op).contains(&(whole * 1_000_000)), holds, "{:?} of {}", op, whole);
                prop_assert_eq!(Unit::Double.range(op).contains(&ordered_bits(value)), holds, "{:?} of {}", op, value);
            }
        }
    }
}
