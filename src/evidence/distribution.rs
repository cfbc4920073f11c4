//! The distributions that intervals and critical values are read from.
//!
//! Logarithms, exponentials and the gamma function are libm's, so that a figure is the same on every machine.

use libm::{exp, lgamma, log};

/// 95 % of a normal distribution lie within so many standard deviations of its middle.
pub(super) const Z95: f64 = 1.959_963_984_540_054;

/// 99 % of a normal distribution lie within so many standard deviations of its middle.
pub(super) const Z99: f64 = 2.575_829_303_548_900_4;

/// The share of a chi-squared distribution that lies below `x`.
///
/// The regularised incomplete gamma function P(dof / 2, x / 2), by its series below the middle and by Lentz's continued
/// fraction above it (Press et al., Numerical Recipes, section 6.2).
#[expect(clippy::many_single_char_names, reason = "the letters of the source")]
pub(super) fn chi_squared_below(x: f64, dof: f64) -> f64 {
    let (a, x) = (dof / 2.0, x / 2.0);
    if x <= 0.0 {
        return 0.0;
    }
    let scale = exp(a * log(x) - x - lgamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        while term > sum * 1e-17 {
            n += 1.0;
            term *= x / n;
            sum += term;
        }
        return (sum * scale).min(1.0);
    }
    let floor = 1e-300;
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / floor, 1.0 / b);
    let (mut fraction, mut i) = (d, 0.0);
    for _ in 0..100_000 {
        i += 1.0;
        let an = i * (a - i);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / if d.abs() < floor { floor } else { d };
        c = b + an / c;
        c = if c.abs() < floor { floor } else { c };
        let step = c * d;
        fraction *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    (1.0 - scale * fraction).max(0.0)
}

/// The value below which the share `share` of a chi-squared distribution lies.
pub(super) fn chi_squared_quantile(share: f64, dof: f64) -> f64 {
    solved(|x| chi_squared_below(x, dof) >= share)
}

/// The share of a noncentral chi-squared distribution that lies below `x`: central ones of dof + 2j, weighted as Poisson
/// counts j of mean `noncentrality` / 2, added up outwards from the heaviest.
#[expect(clippy::many_single_char_names, reason = "as in the function before")]
fn noncentral_below(x: f64, dof: f64, noncentrality: f64) -> f64 {
    let (mean, half) = (noncentrality / 2.0, x / 2.0);
    if mean <= 0.0 || half <= 0.0 {
        return chi_squared_below(x, dof);
    }
    let middle = mean.floor();
    let a = dof / 2.0 + middle;
    let weight = exp(middle * log(mean) - mean - lgamma(middle + 1.0));
    let below = chi_squared_below(x, dof + 2.0 * middle);
    let step = exp(a * log(half) - half - lgamma(a + 1.0));
    let mut sum = weight * below;
    let (mut w, mut p, mut t, mut j) = (weight, below, step, middle);
    while w > 1e-17 {
        p = (p - t).max(0.0);
        j += 1.0;
        t *= half / (dof / 2.0 + j);
        w *= mean / j;
        sum += w * p;
    }
    (w, p, t, j) = (weight, below, step, middle);
    while w > 1e-17 && j > 0.0 {
        t *= (dof / 2.0 + j) / half;
        p = (p + t).min(1.0);
        w *= j / mean;
        j -= 1.0;
        sum += w * p;
    }
    sum
}

/// From here on the square root of a noncentral chi-squared number is as good as normal, with a deviation of 1; the sum
/// would be long, and its ends differ from these by less than one in ten thousand of their distance.
const AS_NORMAL: f64 = 1e6;

/// The noncentralities for which `x` is the 97.5th and the 2.5th percentile; 0 where there is none.
pub(super) fn noncentralities(x: f64, dof: f64) -> (f64, f64) {
    if x > AS_NORMAL {
        let end = |root: f64| (root * root - (dof - 1.0)).max(0.0);
        return (end(x.sqrt() - Z95), end(x.sqrt() + Z95));
    }
    let with = |share: f64| {
        if chi_squared_below(x, dof) <= share { 0.0 } else { solved(|l| noncentral_below(x, dof, l) <= share) }
    };
    (with(0.975), with(0.025))
}

/// The least positive number for which `reached` holds, where it holds for all above it: doubling, then halving until
/// two doubles are neighbours or their distance no longer matters.
fn solved(reached: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    while !reached(high) && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    while high - low > high * 1e-15 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn close(actual: f64, expected: f64) {
        assert!((actual - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{actual} != {expected}");
    }

    #[test]
    fn large_noncentralities_are_normal() {
        for dof in [1.0, 9.0, 93.0] {
            let (low, high) = noncentralities(AS_NORMAL, dof);
            let (near_low, near_high) = noncentralities(AS_NORMAL * (1.0 + 1e-12), dof);
            assert!((low - near_low).abs() < (high - low) * 1e-4, "{low} {near_low}");
            assert!((high - near_high).abs() < (high - low) * 1e-4, "{high} {near_high}");
        }
    }

    /// As `scipy.stats.chi2` and `scipy.stats.ncx2` give them.
    #[test]
    fn shares_and_quantiles() {
        close(chi_squared_quantile(0.95, 1.0), 3.841_458_820_694_124);
        close(chi_squared_quantile(0.95, 9.0), 16.918_977_604_620_448);
        close(chi_squared_quantile(0.95, 4.0), 9.487_729_036_781_154);
        close(chi_squared_below(120.0, 100.0), 0.915_593_318_906_308_2);
        close(noncentral_below(10.0, 3.0, 5.0), 0.706_648_647_777_452_5);
        close(noncentral_below(1_000.0, 9.0, 950.0), 0.749_388_039_689_911_5);
    }
}
