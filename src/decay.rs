//! Decay: from an age to a weight, in integer arithmetic throughout.

use std::fmt;

use crate::num::points::{MICROS, Points};
use crate::num::u384::{U384, product_shifted};
use crate::time::Span;

/// A decay curve: which share of its points an event keeps as it ages.
///
/// A closed set of curves from an age (whole seconds, never negative) to a [`Weight`] in [0, 1]. Every curve starts
/// at exactly 1 and never rises. Percentages are [`Points`], so 12.5 % is exactly that.
///
/// | form | weight at an age |
/// | --- | --- |
/// | `None` | 1 |
/// | `HalfLife` | 2^(-age / half-life); exact at whole half-lives, otherwise within 2^-62, and 0 from 64 half-lives on |
/// | `Linear` | 1 - age / span, then 0; exact |
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
pub enum Decay {
    /// Age does not matter.
    #[default]
    None,
    /// Half of the points are left after each span of this length.
    HalfLife(Span),
    /// The points fall in a straight line to zero at this age.
    Linear(Span),
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
    /// Total: a span of zero seconds, which no model accepts, counts as one second.
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

    /// This share of `points`, to the nearest millionth, ties away from zero.
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

/// 1.0 in the fixed point of half-lives: 63 fractional bits.
const HALF_LIFE_ONE: u64 = 1 << 63;

/// 1.0 in the fixed point of `keep`: 18 decimals.
const KEEP_ONE: u64 = 1_000_000_000_000_000_000;

/// Fractional bits in which powers for `keep` are taken. A power to 2^32 loses less than 2^33 units of 2^-100, so
/// that rounding to 18 decimals (2^-60) afterwards gives the exact decimal wherever there is one.
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
            Curve::HalfLife(_) => HALF_LIFE_ONE,
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
            Curve::HalfLife(_) | Curve::Linear { .. } => age.checked_add(1),
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
            Curve::Drop { lost, every } => (*lost > 0).then(|| every.saturating_mul(WHOLE.div_ceil(*lost))),
            Curve::Keep { every, ends, .. } => ends.and_then(|ends| every.checked_mul(ends)),
            Curve::Table(rows) => rows.iter().find(|(_, part)| *part == 0).map(|(from, _)| *from),
        }
    }
}

/// A compiled half-life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HalfLife {
    secs: u64, // at least 1
    /// floor(2^64 / secs), saturated to 64 bits.
    inverse: u64,
    /// The next 32 bits of 2^64 / secs, followed by 32 zero bits.
    finer: u64,
}

impl HalfLife {
    fn new(secs: u64) -> HalfLife {
        let inverse = (1_u128 << 96) / u128::from(secs);
        // For one second it is 2^64 and saturates. That is harmless: the rest to multiply with it is zero.
        HalfLife {
            secs,
            inverse: if secs == 1 { u64::MAX } else { high_half(inverse << 32) },
            finer: high_half(inverse << 96),
        }
    }

    /// 2^(-age / secs) with 63 fractional bits, off by at most two units of the last place, exact at whole half-lives.
    ///
    /// Never rises with age: one second takes away at least ln 2 / 2^32 of the weight, far more than the error.
    #[inline]
    pub(crate) fn numerator(&self, age: u64) -> u64 {
        // A division would cost as much as everything else. The inverse is too small by at most 1, so the number of whole
        // half-lives is too small by at most 1, and almost never is.
        let whole = times(age, self.inverse);
        let rest = age - whole * self.secs;
        let (whole, rest) = if rest < self.secs { (whole, rest) } else { divided(age, self.secs) };
        if whole >= 64 {
            return 0;
        }
        // floor(rest x floor(2^96 / secs) / 2^32), less than rest / secs by under 2^-62. OK because rest < secs.
        let x = rest * self.inverse + times(rest, self.finer);
        exp2_of_minus(x) >> whole
    }
}

/// Quotient and remainder.
#[cold]
#[inline(never)]
const fn divided(age: u64, secs: u64) -> (u64, u64) {
    (age / secs, age % secs)
}

/// The upper half of the product.
const fn times(a: u64, b: u64) -> u64 {
    high_half(a as u128 * b as u128)
}

/// The upper 64 of 128 bits.
const fn high_half(value: u128) -> u64 {
    (value >> 64) as u64
}

/// 2^(-1 / 2^k) for k = 1..=14 with 127 fractional bits; each is the square root of the one before.
const ROOTS: [u128; 14] = [
    0x5a82_7999_fcef_3242_2cbe_c4d9_baa5_5f50,
    0x6ba2_7e65_6b4e_b57a_1cd3_45dc_c816_9fef,
    0x7560_6373_ee92_1c97_6816_bad9_b837_2a7d,
    0x7a92_be8a_9243_6616_3dce_863d_76cc_07e2,
    0x7d41_d96d_b915_019d_3e12_dd8a_18ae_bfe6,
    0x7e9f_0606_7a43_60ba_429f_9d2c_98f0_7702,
    0x7f4f_08ae_3dc7_c425_d6e9_2cca_f3ce_9785,
    0x7fa7_65ac_a88f_6452_980d_d10b_f78c_6ebe,
    0x7fd3_ab29_0e46_d768_cf9d_0da4_7dca_62c5,
    0x7fe9_d3a8_e07b_f085_e9dc_fc57_0097_df03,
    0x7ff4_e959_7bed_93aa_eef8_e945_1bc5_21c6,
    0x7ffa_748d_ff8d_c61e_c419_c707_5f94_2527,
    0x7ffd_3a3f_5002_0332_11c7_c97b_c920_2c03,
    0x7ffe_9d1d_bc0a_75a9_e6bb_14eb_87f5_08b5,
];

/// 2^(-i / 2^7) for i in 0..128, 63 fractional bits, nearest.
const COARSE: [u64; 128] = products_of_roots(0);

/// 1 - 2^(-i / 2^14) for i in 0..128, 64 fractional bits, the last of them zero.
const FINE_LOSSES: [u64; 128] = losses(products_of_roots(7));

/// For each i, the product of `ROOTS[first + b]` over the bits b of i, the most significant of seven being bit 0.
#[expect(clippy::indexing_slicing, reason = "runs at compile time, where it would be an error")]
const fn products_of_roots(first: usize) -> [u64; 128] {
    let mut table = [0; 128];
    let mut i = 0;
    while i < 128 {
        let mut product: u128 = 1 << 127;
        let mut bit = 0;
        while bit < 7 {
            if i & (64 >> bit) != 0 {
                product = product_shifted(product, ROOTS[first + bit], 127);
            }
            bit += 1;
        }
        table[i] = ((product + (1 << 63)) >> 64) as u64;
        i += 1;
    }
    table
}

/// The difference of each entry to 1, doubled.
#[expect(clippy::indexing_slicing, reason = "runs at compile time, where it would be an error")]
const fn losses(mut table: [u64; 128]) -> [u64; 128] {
    let mut i = 0;
    while i < 128 {
        table[i] = 2 * (HALF_LIFE_ONE - table[i]);
        i += 1;
    }
    table
}

/// ln 2 with 64 fractional bits.
const LN_2: u64 = 0xb172_17f7_d1cf_79ac;

/// 2^-x for x in [0, 1) given with 64 fractional bits; the result, in (1/2, 1], has 63.
///
/// The top 14 bits of x go through two tables. The rest is below 2^-14, where four terms of the series of e^-y leave an
/// error below 2^-76; the total error is that of three roundings to 63 bits.
#[inline]
fn exp2_of_minus(x: u64) -> u64 {
    let entry = |table: &[u64; 128], index: u64| {
        usize::try_from(index).ok().and_then(|index| table.get(index)).copied().unwrap_or(0)
    };
    let coarse = entry(&COARSE, x >> 57);
    // Rounding the remainder to nearest with ties up equals subtracting the loss rounded to nearest with ties down.
    let loss = u128::from(coarse) * u128::from(entry(&FINE_LOSSES, (x >> 50) & 127));
    let stepped = coarse - high_half(loss + ((1 << 63) - 2));
    let y = times(x & ((1 << 50) - 1), LN_2);
    let y2 = times(y, y);
    let y3 = times(y2, y);
    let y4 = times(y3, y);
    // floor(y3 / 6) and floor(y4 / 24) without a division. OK because y3 < 2^21 and y4 < 60.
    let lost = y - y2 / 2 + ((y3 * 0x2a_aaab) >> 24) - ((y4 * 171) >> 12);
    stepped - times(stepped, lost)
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
    use proptest::prelude::*;

    #[test]
    fn each_root_is_the_square_root_of_the_one_before() {
        let mut before = 1_u128 << 126;
        for root in ROOTS {
            assert!(product_shifted(root, root, 127).abs_diff(before) <= 2);
            before = root;
        }
    }

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

    /// 2^(-age / secs) as it is defined: a division, a fraction of 64 bits, the two tables and the series.
    fn plain_half_life(age: u64, secs: u64) -> u64 {
        let (whole, rest) = (age / secs, u128::from(age % secs));
        // rest x floor(2^96 / secs) is less than 2^96.
        let x = u64::try_from((rest * ((1 << 96) / u128::from(secs))) >> 32).unwrap();
        let times = |a: u64, b: u64| u64::try_from((u128::from(a) * u128::from(b)) >> 64).unwrap();
        let fine = products_of_roots(7)[usize::try_from(x >> 50).unwrap() % 128];
        let product = u128::from(COARSE[usize::try_from(x >> 57).unwrap()]) * u128::from(fine);
        let stepped = u64::try_from((product + (1 << 62)) >> 63).unwrap();
        let y = times(x % (1 << 50), LN_2);
        let (y2, y3) = (times(y, y), times(times(y, y), y));
        let lost = y - y2 / 2 + y3 / 6 - times(y3, y) / 24;
        (stepped - times(stepped, lost)).checked_shr(u32::try_from(whole).unwrap_or(u32::MAX)).unwrap_or(0)
    }

    /// Any number of any length, and often one at either end of a power of two.
    fn any_length() -> impl Strategy<Value = u64> {
        let bits = (any::<u64>(), 0_u32..64).prop_map(|(number, less)| number >> less);
        prop_oneof![4 => bits, 1 => (0_u32..64).prop_map(|bit| 1 << bit), 1 => (0_u32..64).prop_map(|bit| u64::MAX >> bit)]
    }

    /// What divisions by constants in the series are worked out for.
    #[test]
    fn the_series_divides_exactly() {
        let y = times((1 << 50) - 1, LN_2);
        let y3 = times(times(y, y), y);
        assert!((0..=y3).all(|y3| (y3 * 0x2a_aaab) >> 24 == y3 / 6));
        assert!((0..=times(y3, y)).all(|y4| (y4 * 171) >> 12 == y4 / 24));
    }

    fn any_decay() -> impl Strategy<Value = Decay> {
        let span = prop_oneof![1_u64..100, 1_u64..3_155_760_000].prop_map(Span::seconds);
        let percent = prop_oneof![1_i64..=100_000_000, Just(100_000_000), Just(1)].prop_map(Points::from_micros);
        prop_oneof![
            Just(Decay::None),
            span.clone().prop_map(Decay::HalfLife),
            span.clone().prop_map(Decay::Linear),
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
                prop_assert!(matches!(decay, Decay::HalfLife(_)) || curve.numerator(ends - 1) > 0);
            }
        }

        #[test]
        fn a_half_life_is_what_it_is_defined_to_be(
            secs in prop_oneof![any_length(), 1_u64..3_155_760_000],
            age in prop_oneof![any_length(), 0_u64..200_000_000_000],
            halvings in 0_u64..70,
            off in 0_u64..3,
        ) {
            let secs = secs.max(1);
            let half_life = HalfLife::new(secs);
            let around = secs.saturating_mul(halvings).saturating_add(off).saturating_sub(1);
            for age in [age, age % secs, around, around.saturating_add(age % secs)] {
                prop_assert_eq!(half_life.numerator(age), plain_half_life(age, secs), "{} of {}", age, secs);
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
