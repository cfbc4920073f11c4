//! 2^(-age / half-life) without floating point.

use crate::num::u384::product_shifted;

/// 1.0 in the fixed point of half-lives: 63 fractional bits.
pub(super) const HALF_LIFE_ONE: u64 = 1 << 63;

/// A compiled half-life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HalfLife {
    pub(super) secs: u64, // at least 1
    /// floor(2^64 / secs), saturated to 64 bits.
    inverse: u64,
    /// The next 32 bits of 2^64 / secs, followed by 32 zero bits.
    finer: u64,
}

impl HalfLife {
    pub(super) fn new(secs: u64) -> HalfLife {
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
pub(super) fn exp2_of_minus(x: u64) -> u64 {
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

    /// The series multiplies and shifts instead of dividing by 6 and 24. Checks every dividend that can occur.
    #[test]
    fn the_series_divides_exactly() {
        let y = times((1 << 50) - 1, LN_2);
        let y3 = times(times(y, y), y);
        assert!((0..=y3).all(|y3| (y3 * 0x2a_aaab) >> 24 == y3 / 6));
        assert!((0..=times(y3, y)).all(|y4| (y4 * 171) >> 12 == y4 / 24));
    }

    proptest! {
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
    }
}
