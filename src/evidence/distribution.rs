//! The normal and chi-squared distributions behind intervals and critical values.
//!
//! Logarithms, exponentials and the gamma function are those of libm, so that a figure is the same on every machine.

use libm::{exp, lgamma, log};

/// The number of standard deviations around the mean that contain 95 % of a normal distribution.
pub(super) const Z95: f64 = 1.959_963_984_540_054;

/// The number of standard deviations around the mean that contain 99 % of a normal distribution.
pub(super) const Z99: f64 = 2.575_829_303_548_900_4;

/// The cumulative distribution function of chi-squared with `dof` degrees of freedom.
///
/// It is the regularised incomplete gamma function P(dof / 2, x / 2), computed by its series for x < dof + 2 and by
/// Lentz's continued fraction otherwise (Press et al., Numerical Recipes, section 6.2).
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

/// The quantile of chi-squared: the value below which the share `share` of the distribution lies.
pub(super) fn chi_squared_quantile(share: f64, dof: f64) -> f64 {
    solved(|x| chi_squared_below(x, dof) >= share)
}

/// The cumulative distribution function of noncentral chi-squared.
///
/// It is the mean of central chi-squared functions with dof + 2j degrees of freedom, weighted by the Poisson
/// probabilities of j with mean `noncentrality` / 2. The sum starts at the largest weight and proceeds in both
/// directions.
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

/// Above this value, the square root of a noncentral chi-squared variable counts as normal with a standard deviation of
/// 1.
///
/// The sum of [`noncentral_below`] would be long there, and the ends of its interval differ from the normal ones by
/// less than one in ten thousand of the width.
const AS_NORMAL: f64 = 1e6;

/// Returns the noncentralities for which `x` is the 97.5th and the 2.5th percentile; 0 if there is none.
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

/// Returns the smallest positive number for which `reached` holds, by bisection.
///
/// `reached` must hold for every larger number. The upper end is found by doubling; bisection ends at neighbouring
/// doubles or at a relative distance of 1e-15.
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
    fn the_normal_approximation_continues_the_exact_noncentralities() {
        for dof in [1.0, 9.0, 93.0] {
            let (low, high) = noncentralities(AS_NORMAL, dof);
            let (near_low, near_high) = noncentralities(AS_NORMAL * (1.0 + 1e-12), dof);
            assert!((low - near_low).abs() < (high - low) * 1e-4, "{low} {near_low}");
            assert!((high - near_high).abs() < (high - low) * 1e-4, "{high} {near_high}");
        }
    }

    /// The expected values are those of `scipy.stats.chi2` and `scipy.stats.ncx2`.
    #[test]
    fn quantiles_and_shares_are_those_of_scipy() {
        close(chi_squared_quantile(0.95, 1.0), 3.841_458_820_694_124);
        close(chi_squared_quantile(0.95, 9.0), 16.918_977_604_620_448);
        close(chi_squared_quantile(0.95, 4.0), 9.487_729_036_781_154);
        close(chi_squared_below(120.0, 100.0), 0.915_593_318_906_308_2);
        close(noncentral_below(10.0, 3.0, 5.0), 0.706_648_647_777_452_5);
        close(noncentral_below(1_000.0, 9.0, 950.0), 0.749_388_039_689_911_5);
    }
}
