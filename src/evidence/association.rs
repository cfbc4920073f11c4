//! Measures of association: Pearson's r, Spearman's rho, phi and Cramér's V.

use libm::{atanh, tanh};

use super::distribution::{Z95, noncentralities};
use super::estimate::{Estimate, count, real, real_len, total};
use super::order;

/// Computes Pearson's correlation r of pairs of numbers, from -1 to 1.
///
/// With flags as 0 and 1, r is the point-biserial correlation of a flag and a number, or phi of two flags. The interval
/// is tanh(atanh r +- 1.96 / sqrt(n - 3)) for n pairs (Fisher 1921); for fewer than four pairs it is -1 to 1.
///
/// Pairs with a number that is not finite are left out. Returns `None` if either side is constant, or if it varies by
/// so little or so much (below 1e-150, above 1e150) that squares leave the range of doubles.
pub fn pearson(pairs: &[(f64, f64)]) -> Option<Estimate> {
    let finite = || pairs.iter().filter(|(x, y)| x.is_finite() && y.is_finite());
    let n = real_len(finite().count().max(1));
    let mean = |side: fn(&(f64, f64)) -> f64| finite().map(side).sum::<f64>() / n;
    let mut sums = Moments::about(mean(|pair| pair.0), mean(|pair| pair.1));
    finite().for_each(|(x, y)| sums.add(*x, *y));
    sums.pearson()
}

/// Computes Spearman's rank correlation rho of pairs of numbers, from -1 to 1.
///
/// It is Pearson's r of the ranks (Spearman 1904). Ties have the mean of their ranks. The interval is that of
/// [`pearson`] with the standard error sqrt((1 + rho^2 / 2) / (n - 3)) (Bonett and Wright 2000).
///
/// Pairs with a number that is not finite are left out. Returns `None` if either side is constant.
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
            let rank = real(doubled_mean_rank(before, count(same.len())));
            for (_, row) in same {
                if let Some(slot) = ranks.get_mut(*row) {
                    *slot = rank;
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

/// Returns twice the mean rank of `same` equal values after `before` smaller ones. It is always an integer.
pub(super) fn doubled_mean_rank(before: u64, same: u64) -> u64 {
    2 * before + same + 1
}

/// Computes phi, Pearson's correlation of two flags, from their 2 x 2 table `[[both, only first], [only second,
/// neither]]`.
///
/// phi = (a d - b c) / sqrt((a + b) (c + d) (a + c) (b + d)) for the table `[[a, b], [c, d]]`. Returns `None` if a row
/// or a column is empty.
///
/// ```
/// assert_eq!(warmth::evidence::phi([[30, 10], [20, 40]]).map(|phi| format!("{phi:.6}")), Some("0.408248".into()));
/// ```
pub fn phi([[a, b], [c, d]]: [[u64; 2]; 2]) -> Option<f64> {
    let product = |x: u64, y: u64| real(u128::from(x) * u128::from(y));
    let margins = product(total([a, b]), total([c, d])).sqrt() * product(total([a, c]), total([b, d])).sqrt();
    (margins > 0.0).then(|| (product(a, d) - product(b, c)) / margins)
}

/// Computes Cramér's V of a table of counts, from 0 for independent sides to 1.
///
/// V = sqrt(chi-squared / (n (k - 1))), where n is the sum of the counts and k the smaller of the numbers of rows and
/// columns that are not empty (Cramér 1946). V is not corrected for bias: for independent sides it is about sqrt(d / (n
/// (k - 1))) with d degrees of freedom. The interval comes from the noncentrality of chi-squared (Smithson 2003) and
/// has no such bias. So V may lie above its interval: with many cells and small counts, and near independence, where the
/// interval shrinks to 0 to 0 if chi-squared is smaller than in 39 of 40 tables of independent sides. Believe the interval.
///
/// Missing cells at the end of a row count as 0. Returns `None` if either side is constant.
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
    let nonempty = |sums: &[u64]| sums.iter().filter(|sum| **sum > 0).count();
    let (rows, columns) = (nonempty(&of_rows), nonempty(&of_columns));
    let k_less_one = rows.min(columns).checked_sub(1).filter(|less_one| *less_one > 0)?;
    let mut chi_squared = 0.0;
    for (row, of_row) in table.iter().zip(&of_rows) {
        let cells = row.as_ref().iter().copied().chain(std::iter::repeat(0));
        for (cell, of_column) in cells.zip(&of_columns).filter(|(_, of_column)| of_row.min(of_column) > &0) {
            let expected = real(u128::from(*of_row) * u128::from(*of_column)) / real(n);
            chi_squared += (real(cell) - expected) * (real(cell) - expected) / expected;
        }
    }
    let (low, high) = noncentralities(chi_squared, real_len((rows - 1) * (columns - 1)));
    let v = |x: f64| (x / (real(n) * real_len(k_less_one))).sqrt().min(1.0);
    Some(Estimate { value: v(chi_squared), low: v(low), high: v(high) })
}

/// The sums over pairs from which correlations follow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    n: f64,
    /// The numbers that are subtracted from each side before adding up, so that squares lose few digits.
    center: (f64, f64),
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Moments {
    /// Creates sums around these centers. Choose them near the means.
    pub(super) fn about(x: f64, y: f64) -> Moments {
        Moments { center: (x, y), ..Moments::default() }
    }

    /// Creates sums around n + 1, the mean of `n` doubled ranks.
    pub(super) fn of_ranks(n: u64) -> Moments {
        Moments { center: (real(n + 1), real(n + 1)), ..Moments::default() }
    }

    pub(super) fn add(&mut self, x: f64, y: f64) {
        self.add_many(x, y, 1.0);
    }

    /// Adds the same pair `times` times.
    pub(super) fn add_many(&mut self, x: f64, y: f64, times: f64) {
        let (x, y) = (x - self.center.0, y - self.center.1);
        self.n += times;
        self.x += x * times;
        self.y += y * times;
        self.xx += x * x * times;
        self.yy += y * y * times;
        self.xy += x * y * times;
    }

    fn r(&self) -> Option<f64> {
        let Moments { n, center, x, y, xx, yy, xy } = *self;
        // Corrects for the distance between the centers and the exact means.
        let (xx, yy, xy) = (xx - x * x / n, yy - y * y / n, xy - x * y / n);
        // A side whose variance is within the rounding error of its values is constant.
        let varies =
            |squares: f64, center: f64| squares > n * center * center * 1e-24 && squares > 0.0 && squares.is_finite();
        (n > 0.0 && varies(xx, center.0) && varies(yy, center.1) && xy.is_finite())
            .then(|| (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
    }

    pub(super) fn pearson(&self) -> Option<Estimate> {
        self.r().map(|r| fisher(r, self.n, 1.0))
    }

    pub(super) fn spearman(&self) -> Option<Estimate> {
        self.r().map(|r| fisher(r, self.n, 1.0 + r * r / 2.0))
    }
}

/// Returns r with its interval, from the variance of atanh r times n - 3.
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
