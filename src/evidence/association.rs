//! How strongly two things go together: Pearson's r (of a flag and a number the point-biserial one, of two flags phi),
//! Spearman's rho and Cramér's V.

use libm::{atanh, tanh};

use super::distribution::{Z95, noncentralities};
use super::estimate::{Estimate, count, real, real_len, total};
use super::order;

/// Pearson's correlation of pairs of numbers; with flags as 0 and 1 it is the point-biserial one, or phi.
///
/// The interval is Fisher's (1921): atanh r, 1.96 / sqrt(n - 3) to either side, and back. With fewer than four pairs it
/// is all from -1 to 1. `None` if either side never varies, or varies by so little or so much (below 1e-150, beyond 1e150)
/// that squares leave the range of doubles. Pairs that are not finite are left out.
pub fn pearson(pairs: &[(f64, f64)]) -> Option<Estimate> {
    let finite = || pairs.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
    let n = real_len(finite().count().max(1));
    let mean = |side: fn(&(f64, f64)) -> f64| finite().map(side).sum::<f64>() / n;
    let mut sums = Moments::about(mean(|pair| pair.0), mean(|pair| pair.1));
    finite().for_each(|(x, y)| sums.add(*x, *y));
    sums.pearson()
}

/// Spearman's rank correlation of pairs of numbers: Pearson's of their ranks, ties at the mean of their ranks.
///
/// The interval is Fisher's with the error of Bonett and Wright (2000), sqrt((1 + r^2 / 2) / (n - 3)). `None` if either
/// side never varies. Pairs that are not finite are left out.
///
/// ```
/// let rho = warmth::evidence::spearman(&[(1.0, 5.0), (2.0, 6.0), (3.0, 7.0), (4.0, 8.0), (5.0, 7.0)]).unwrap();
/// assert_eq!(format!("{:.4}", rho.value), "0.8208");
/// ```
pub fn spearman(pairs: &[(f64, f64)]) -> Option<Estimate> {
    let finite: Vec<_> = pairs.iter().copied().filter(|(x, y)| x.is_finite() && y.is_finite()).collect();
    let ranks = |side: fn(&(f64, f64)) -> f64| {
        let mut rows: Vec<(u64, usize)> = finite.iter().map(side).map(order::key).zip(0..).collect();
        order::sort(&mut rows);
        let mut ranks = vec![0.0; rows.len()];
        let mut before = 0;
        for same in rows.chunk_by(|a, b| a.0 == b.0) {
            let rank = real(twice_the_middle(before, count(same.len())));
            for (_, place) in same {
                if let Some(own) = ranks.get_mut(*place) {
                    *own = rank;
                }
            }
            before += count(same.len());
        }
        ranks
    };
    let mut sums = Moments::of_ranks(count(finite.len()));
    for (x, y) in ranks(|pair| pair.0).into_iter().zip(ranks(|pair| pair.1)) {
        sums.add(x, y);
    }
    sums.spearman()
}

/// Twice the mean rank of `same` equal values that come after `before` others: a whole number.
pub(super) fn twice_the_middle(before: u64, same: u64) -> u64 {
    2 * before + same + 1
}

/// Phi of a table of two flags, `[[both, only the first], [only the second, neither]]`: Pearson's correlation of them.
///
/// `None` if a row or a column is empty.
///
/// ```
/// assert_eq!(warmth::evidence::phi([[30, 10], [20, 40]]).map(|phi| format!("{phi:.6}")), Some("0.408248".into()));
/// ```
pub fn phi([[a, b], [c, d]]: [[u64; 2]; 2]) -> Option<f64> {
    let product = |x: u64, y: u64| real(u128::from(x) * u128::from(y));
    let margins = product(total([a, b]), total([c, d])).sqrt() * product(total([a, c]), total([b, d])).sqrt();
    (margins > 0.0).then(|| (product(a, d) - product(b, c)) / margins)
}

/// Cramér's V of a table of counts, each row a list of equal length: from 0 for independent sides to 1.
///
/// V = sqrt(chi-squared / (n (k - 1))), k the lesser of the numbers of rows and columns that are not empty, without a
/// correction for bias: chance alone makes V about sqrt(free / (n (k - 1))) with `free` degrees of freedom. The interval
/// is that of the noncentrality of chi-squared (Smithson 2003), which chance does not raise. So with many cells and few
/// rows V may lie above its own interval; believe the interval. `None` if either side never varies.
///
/// ```
/// let v = warmth::evidence::cramers_v(&[[100, 150], [203, 322], [420, 700], [320, 210]]).unwrap();
/// assert_eq!(format!("{:.6}", v.value), "0.186178");
/// ```
pub fn cramers_v(table: &[impl AsRef<[u64]>]) -> Option<Estimate> {
    let of_rows: Vec<u64> = table.iter().map(|row| total(row.as_ref().iter().copied())).collect();
    let mut of_columns: Vec<u64> = Vec::new();
    for row in table {
        of_columns.resize(of_columns.len().max(row.as_ref().len()), 0);
        for (sum, cell) in of_columns.iter_mut().zip(row.as_ref()) {
            *sum = sum.saturating_add(*cell);
        }
    }
    let n = total(of_rows.iter().copied());
    let filled = |sums: &[u64]| sums.iter().filter(|sum| **sum > 0).count();
    let (rows, columns) = (filled(&of_rows), filled(&of_columns));
    let free = rows.min(columns).checked_sub(1).filter(|free| *free > 0)?;
    let mut chi_squared = 0.0;
    for (row, of_row) in table.iter().zip(&of_rows) {
        let cells = row.as_ref().iter().copied().chain(std::iter::repeat(0));
        for (cell, of_column) in cells.zip(&of_columns).filter(|(_, of_column)| of_row.min(of_column) > &0) {
            let expected = real(u128::from(*of_row) * u128::from(*of_column)) / real(n);
            chi_squared += (real(cell) - expected) * (real(cell) - expected) / expected;
        }
    }
    let (low, high) = noncentralities(chi_squared, real_len((rows - 1) * (columns - 1)));
    let v = |x: f64| (x / (real(n) * real_len(free))).sqrt().min(1.0);
    Some(Estimate { value: v(chi_squared), low: v(low), high: v(high) })
}

/// Sums over pairs, for a correlation.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    n: f64,
    /// What is taken off each side before anything is added up.
    middle: (f64, f64),
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Moments {
    /// Sums about these middles, which had better be near the means.
    pub(super) fn about(x: f64, y: f64) -> Moments {
        Moments { middle: (x, y), ..Moments::default() }
    }

    /// The sums about the mean of `n` doubled ranks, which every half of a ranking has.
    pub(super) fn of_ranks(n: u64) -> Moments {
        Moments { middle: (real(n + 1), real(n + 1)), ..Moments::default() }
    }

    pub(super) fn add(&mut self, x: f64, y: f64) {
        self.add_many(x, y, 1.0);
    }

    /// Adds a pair `times` times.
    pub(super) fn add_many(&mut self, x: f64, y: f64, times: f64) {
        let (x, y) = (x - self.middle.0, y - self.middle.1);
        self.n += times;
        self.x += x * times;
        self.y += y * times;
        self.xx += x * x * times;
        self.yy += y * y * times;
        self.xy += x * y * times;
    }

    fn r(&self) -> Option<f64> {
        let Moments { n, middle, x, y, xx, yy, xy } = *self;
        // What rounding left of the means.
        let (xx, yy, xy) = (xx - x * x / n, yy - y * y / n, xy - x * y / n);
        // What varies by less than the rounding of its own size does not vary.
        let varies =
            |squares: f64, middle: f64| squares > n * middle * middle * 1e-24 && squares > 0.0 && squares.is_finite();
        (n > 0.0 && varies(xx, middle.0) && varies(yy, middle.1) && xy.is_finite())
            .then(|| (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
    }

    pub(super) fn pearson(&self) -> Option<Estimate> {
        self.r().map(|r| fisher(r, self.n, 1.0))
    }

    pub(super) fn spearman(&self) -> Option<Estimate> {
        self.r().map(|r| fisher(r, self.n, 1.0 + r * r / 2.0))
    }
}

fn fisher(r: f64, n: f64, variance: f64) -> Estimate {
    if n < 4.0 {
        return Estimate { value: r, low: -1.0, high: 1.0 };
    }
    if r.abs() >= 1.0 {
        return Estimate { value: r, low: r, high: r };
    }
    let half = Z95 * (variance / (n - 3.0)).sqrt();
    Estimate { value: r, low: tanh(atanh(r) - half), high: tanh(atanh(r) + half) }
}
