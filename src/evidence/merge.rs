//! Neighbouring bands that do not differ.

use super::association::phi;
use super::estimate::real;

/// The 95th percentile of chi-squared with one degree of freedom.
const CRITICAL: f64 = 3.841_458_820_694_124;

/// Merges neighbouring bands until all neighbours differ, and returns the new index of each band.
///
/// This is `ChiMerge` (Kerber 1992): the two neighbours with the lowest chi-squared of their outcomes are merged first,
/// and merging ends when chance exceeds the lowest chi-squared in fewer than one of twenty cases. A band without rows has a
/// chi-squared of 0.
pub(super) fn merged(counts: &[(u64, u64)]) -> Vec<usize> {
    let mut blocks: Vec<((u64, u64), usize)> = counts.iter().map(|band| (*band, 1)).collect();
    loop {
        let pairs = blocks.iter().zip(blocks.iter().skip(1)).map(|((a, _), (b, _))| chi_squared(*a, *b));
        let lowest = pairs.enumerate().min_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, chi)| *chi < CRITICAL);
        let Some((at, _)) = lowest else { break };
        let (next, len) = blocks.remove(at + 1);
        if let Some((band, bands)) = blocks.get_mut(at) {
            *band = (band.0 + next.0, band.1 + next.1);
            *bands += len;
        }
    }
    blocks.iter().enumerate().flat_map(|(index, (_, len))| std::iter::repeat_n(index, *len)).collect()
}

/// Returns chi-squared of the outcomes of two bands, which is n phi^2. It is 0 if both bands have one kind of rows only.
fn chi_squared(a: (u64, u64), b: (u64, u64)) -> f64 {
    let n = real(u128::from(a.0) + u128::from(a.1) + u128::from(b.0) + u128::from(b.1));
    phi([[a.0, a.1], [b.0, b.1]]).map_or(0.0, |phi| n * phi * phi)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The chi-squared of the first two by hand: 100 (10 x 30 - 40 x 20)^2 / (50 x 50 x 30 x 70) = 4.761905.
    #[test]
    fn neighbours_merge_below_the_critical_value() {
        assert!((chi_squared((10, 40), (20, 30)) - 4.761_904_761_904_762).abs() < 1e-12);
        assert_eq!(merged(&[(10, 40), (20, 30)]), [0, 1]);
        assert_eq!(merged(&[(10, 40), (15, 35)]), [0, 0]);
        // The second and the third are most alike; together they differ from the first.
        assert_eq!(merged(&[(10, 90), (30, 70), (31, 69), (70, 30)]), [0, 1, 1, 2]);
        assert_eq!(merged(&[(5, 5), (0, 0), (50, 0)]), [0, 0, 1]);
        assert_eq!(merged(&[]), [0; 0]);
    }

    proptest! {
        #[test]
        fn merged_neighbours_differ(counts in prop::collection::vec((0_u64..60, 0_u64..60), 1..9)) {
            let blocks = merged(&counts);
            prop_assert!(blocks.is_sorted() && blocks.len() == counts.len());
            let mut sums = vec![(0, 0); blocks.last().map_or(0, |last| last + 1)];
            for (block, (e, o)) in blocks.iter().zip(&counts) {
                sums[*block].0 += e;
                sums[*block].1 += o;
            }
            for pair in sums.windows(2) {
                prop_assert!(chi_squared(pair[0], pair[1]) >= CRITICAL);
            }
        }
    }
}
