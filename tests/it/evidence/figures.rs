//! Statistics: published values, and values computed independently.

use warmth::evidence::{BandTable, OddsScale, Ranking, brier, cramers_v, pearson, phi, psi, spearman, wilson};

use super::assert_close;

#[test]
fn the_auc_gini_and_ks_of_four_rows() {
    let ranking = Ranking::new([(0.1, false), (0.4, false), (0.35, true), (0.8, true)]);
    assert_eq!(ranking.concordance(), (6, 8));
    assert_eq!(ranking.auc().unwrap().value, 0.75);
    assert_eq!(ranking.gini(), Some(0.5));
    // From 0.35 on there are both outcomes and one other row, from 0.8 on one outcome and no other row.
    let ks = ranking.ks().unwrap();
    assert_eq!((ks.value, ks.at_least), (0.5, 0.8));
}

/// The variance by hand: the placements of the outcomes are 1/2 and 1, those of the others 1 and 1/2. Each pair has the
/// variance 1/8, divided by 2.
#[test]
fn the_delong_interval_of_four_rows() {
    let auc = Ranking::new([(0.1, false), (0.4, false), (0.35, true), (0.8, true)]).auc().unwrap();
    assert_close(auc.low, 0.75 - 1.959963984540054 * 0.125_f64.sqrt(), 1e-12);
    assert_eq!(auc.high, 1.0);
}

#[test]
fn phi_of_two_flags_is_the_correlation_of_two_valued_numbers() {
    assert_close(phi([[30, 10], [20, 40]]).unwrap(), 0.408248290463863, 1e-15);
    assert_eq!(phi([[0, 0], [20, 40]]), None);
    // Pearson's correlation of the same pairs as numbers.
    let mut pairs = vec![(1.0, 1.0); 30];
    pairs.extend(vec![(1.0, 0.0); 10]);
    pairs.extend(vec![(0.0, 1.0); 20]);
    pairs.extend(vec![(0.0, 0.0); 40]);
    assert_close(pearson(&pairs).unwrap().value, 0.408248290463863, 1e-15);
    let v = cramers_v(&[[30, 10], [20, 40]]).unwrap();
    assert_close(v.value, 0.408248290463863, 1e-15);
    // Fisher's interval by hand: tanh(atanh r -+ 1.959964 / sqrt 97).
    let interval = pearson(&pairs).unwrap();
    assert_close(interval.low, 0.230297, 1e-6);
    assert_close(interval.high, 0.559779, 1e-6);
}

#[test]
fn cramers_v_of_a_four_by_two_table() {
    let v = cramers_v(&[[100, 150], [203, 322], [420, 700], [320, 210]]).unwrap();
    assert_close(v.value, 0.18617813077483678, 1e-15);
    // SciPy: the noncentralities at which ncx2.cdf(84.06..., 3, nc) is 0.975 and 0.025.
    assert_close(v.low, 0.14385846811172157, 1e-9);
    assert_close(v.high, 0.2239588713120465, 1e-9);
    assert_eq!(cramers_v(&[[1, 0], [5, 0]]), None);
    // Closer to independence than chance makes it.
    let v = cramers_v(&[[10_000, 10_001], [10_001, 10_000]]).unwrap();
    assert!(v.value > 0.0 && v.low == 0.0 && v.high == 0.0, "{v:?}");
    assert_eq!(cramers_v(&[[0_u64; 2]; 0]), None);
}

#[test]
fn spearman_ranks_ties_by_their_mean() {
    let rho = spearman(&[(1.0, 5.0), (2.0, 6.0), (3.0, 7.0), (4.0, 8.0), (5.0, 7.0)]).unwrap();
    assert_close(rho.value, 0.8207826816681233, 1e-15);
    assert_eq!(spearman(&[(1.0, 5.0), (2.0, 5.0)]), None);
}

#[test]
fn the_information_value_of_four_bands() {
    let table = BandTable::new("x", [("a", 100, 40), ("b", 200, 30), ("c", 300, 20), ("d", 400, 10)]);
    assert_close(table.iv.unwrap(), 0.912869638, 1e-9);
    let first = &table.bands[0];
    assert_close(first.woe.unwrap(), -1.386294361, 1e-9); // ln (0.1 / 0.4)
    assert_close(first.rate.unwrap().value, 100.0 / 140.0, 1e-15);
    assert_close(first.lift.unwrap(), 100.0 / 140.0 * 1.1, 1e-12);
}

#[test]
fn a_band_without_outcomes_has_a_weight_of_evidence() {
    let table = BandTable::new("x", [("a", 0, 9), ("b", 5, 5), ("empty", 0, 0)]);
    assert_eq!(table.bands.len(), 2);
    assert_close(table.bands[0].woe.unwrap(), libm::log((0.5 / 6.0) / (9.5 / 15.0)), 1e-12);
    assert_eq!(BandTable::new("x", [("a", 0, 9)]).iv, None);
}

#[test]
fn the_psi_of_five_bins() {
    let psi = psi(&[10, 20, 40, 20, 10], &[15, 25, 35, 15, 10]).unwrap();
    assert_close(psi.value, 0.052491106224933894, 1e-15);
    assert_close(psi.critical, 9.487729036781154 * 0.02, 1e-12); // the chi-squared of SciPy
    assert!(!psi.is_drift());
}

#[test]
fn the_wilson_interval_of_eight_in_ten() {
    let rate = wilson(8, 10).unwrap();
    assert_close(rate.low, 0.490162, 5e-7);
    assert_close(rate.high, 0.943318, 5e-7);
    assert_eq!(wilson(0, 0), None);
    for whole in 1..2_000 {
        assert_eq!((wilson(0, whole).unwrap().low, wilson(whole, whole).unwrap().high), (0.0, 1.0));
    }
}

#[test]
fn the_brier_score_and_its_three_parts() {
    let brier = brier([(0.1, false), (0.1, false), (0.9, true), (0.9, false)]).unwrap();
    assert_close(brier.value, 0.21, 1e-15);
    assert_close(brier.reliability, 0.085, 1e-15);
    assert_close(brier.resolution, 0.0625, 1e-15);
    assert_close(brier.uncertainty, 0.1875, 1e-15);
}

#[test]
fn a_scale_adds_the_same_points_whenever_the_odds_double() {
    let scale = OddsScale::new(20.0, 600.0, 50.0).unwrap();
    assert_close(scale.factor, 28.85390081777927, 1e-13);
    assert_close(scale.offset, 487.1228762045055, 1e-12);
    assert_close(scale.points(100.0), 620.0, 1e-12);
    assert_eq!(OddsScale::new(0.0, 600.0, 50.0), None);
}

#[test]
fn a_top_that_cuts_through_ties_is_a_range() {
    // One outcome at the top, then four ties with two outcomes, then one row.
    let rows = [(9.0, true), (5.0, true), (5.0, false), (5.0, true), (5.0, false), (1.0, false)];
    let ranking = Ranking::new(rows);
    let top = ranking.top(3).unwrap();
    assert_eq!((top.least, top.most, top.expected), (1, 3, 2.0));
    assert_eq!((top.precision, top.capture, top.lift), (2.0 / 3.0, 2.0 / 3.0, 4.0 / 3.0));
    let gains: Vec<u64> = ranking.gains().iter().map(|top| top.rows).collect();
    assert_eq!(gains, [1, 2, 2, 3, 3, 4, 5, 5, 6, 6]);
    assert_eq!(ranking.top(0), None);
    assert_eq!(ranking.top(99).unwrap().rows, 6);
}

#[test]
fn extreme_counts_neither_panic_nor_give_nan() {
    const M: u64 = u64::MAX;
    assert!(phi([[M, M], [M, M]]).unwrap().abs() < 1e-9);
    assert!(cramers_v(&[[M, M], [M, 1]]).unwrap().value.is_finite());
    assert!(psi(&[M, M], &[M, 1]).unwrap().value > 0.0);
    let table = BandTable::new("x", [("a", M, M), ("b", M, 1), ("c", 0, M)]);
    assert!(table.bands.iter().all(|band| band.woe.unwrap().is_finite() && band.rows > 0));
    assert!(wilson(M, M).unwrap().low > 0.99);
    assert_eq!(Ranking::new([(f64::NAN, true), (f64::INFINITY, true), (f64::NEG_INFINITY, false)]).rows(), 2);
    assert_eq!(brier([(f64::NAN, true), (1.5, false)]), None);
    assert_eq!(pearson(&[(f64::NAN, 1.0), (1.0, f64::INFINITY)]), None);
    // Squares that overflow give no figure rather than NaN or 0.
    assert_eq!(pearson(&[(1e200, 1e200), (-1e200, -1e200), (0.0, 0.0)]), None);
    assert_eq!(pearson(&[(1e200, 1.0), (-1e200, 0.0)]), None);
    assert!(pearson(&[(1e150, 1.0), (-1e150, 0.0)]).is_some());
}

/// Chi-squared of this table is 288 with 93 degrees of freedom, so chance alone accounts for 93.
#[test]
fn cramers_v_of_many_cells_may_be_above_its_interval() {
    let table: [[u64; 32]; 4] =
        std::array::from_fn(|row| std::array::from_fn(|column| if column % 4 == row { 32 } else { 20 }));
    let v = cramers_v(&table).unwrap();
    assert!(0.0 < v.low && v.high < v.value, "{v}");
}

#[test]
fn psi_needs_as_many_bins_in_both_samples() {
    assert_eq!(psi(&[1, 2, 3], &[1, 2]), None);
    assert_eq!(psi(&[1, 2], &[1, 2, 3]), None);
}
