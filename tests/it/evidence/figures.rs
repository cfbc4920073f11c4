//! Published and independently computed answers.

use warmth::evidence::{Ranking, Scale, Table, brier, cramers_v, pearson, phi, psi, spearman, wilson};

use super::close;

#[test]
fn auc_of_four() {
    let ranking = Ranking::new([(0.1, false), (0.4, false), (0.35, true), (0.8, true)]);
    assert_eq!(ranking.concordance(), (6, 8));
    assert_eq!(ranking.auc().unwrap().value, 0.75);
    assert_eq!(ranking.gini(), Some(0.5));
    // Youden: from 0.35 on both outcomes and one other; from 0.8 on one outcome and no other.
    let ks = ranking.ks().unwrap();
    assert_eq!((ks.value, ks.at_least), (0.5, 0.8));
}

/// The variance by hand: placements of the outcomes 1/2 and 1, of the others 1 and 1/2, each with variance 1/8, over 2.
#[test]
fn delong_of_four() {
    let auc = Ranking::new([(0.1, false), (0.4, false), (0.35, true), (0.8, true)]).auc().unwrap();
    close(auc.low, 0.75 - 1.959963984540054 * 0.125_f64.sqrt(), 1e-12);
    assert_eq!(auc.high, 1.0);
}

#[test]
fn phi_of_flags() {
    close(phi([[30, 10], [20, 40]]).unwrap(), 0.408248290463863, 1e-15);
    assert_eq!(phi([[0, 0], [20, 40]]), None);
    // The same as pairs, and as Pearson's correlation of numbers that are no flags but two values each.
    let mut pairs = vec![(1.0, 1.0); 30];
    pairs.extend(vec![(1.0, 0.0); 10]);
    pairs.extend(vec![(0.0, 1.0); 20]);
    pairs.extend(vec![(0.0, 0.0); 40]);
    close(pearson(&pairs).unwrap().value, 0.408248290463863, 1e-15);
    let v = cramers_v(&[[30, 10], [20, 40]]).unwrap();
    close(v.value, 0.408248290463863, 1e-15);
    // Fisher's interval by hand: tanh(atanh r -+ 1.959964 / sqrt 97).
    let interval = pearson(&pairs).unwrap();
    close(interval.low, 0.230297, 1e-6);
    close(interval.high, 0.559779, 1e-6);
}

#[test]
fn cramers_v_of_four_by_two() {
    let v = cramers_v(&[[100, 150], [203, 322], [420, 700], [320, 210]]).unwrap();
    close(v.value, 0.18617813077483678, 1e-15);
    // SciPy: the noncentralities at which ncx2.cdf(84.06..., 3, nc) is 0.975 and 0.025.
    close(v.low, 0.14385846811172157, 1e-9);
    close(v.high, 0.2239588713120465, 1e-9);
    assert_eq!(cramers_v(&[[1, 0], [5, 0]]), None);
    assert_eq!(cramers_v(&[[0_u64; 2]; 0]), None);
}

#[test]
fn spearman_with_a_tie() {
    let rho = spearman(&[(1.0, 5.0), (2.0, 6.0), (3.0, 7.0), (4.0, 8.0), (5.0, 7.0)]).unwrap();
    close(rho.value, 0.8207826816681233, 1e-15);
    assert_eq!(spearman(&[(1.0, 5.0), (2.0, 5.0)]), None);
}

#[test]
fn information_value_of_four_bands() {
    let table = Table::new("x", [("a", 100, 40), ("b", 200, 30), ("c", 300, 20), ("d", 400, 10)]);
    close(table.iv.unwrap(), 0.912869638, 1e-9);
    let first = &table.bands[0];
    close(first.woe.unwrap(), -1.386294361, 1e-9); // ln (0.1 / 0.4)
    close(first.rate.unwrap().value, 100.0 / 140.0, 1e-15);
    close(first.lift.unwrap(), 100.0 / 140.0 * 1.1, 1e-12);
}

#[test]
fn a_band_without_outcomes_has_a_weight_all_the_same() {
    let table = Table::new("x", [("a", 0, 9), ("b", 5, 5), ("empty", 0, 0)]);
    assert_eq!(table.bands.len(), 2);
    close(table.bands[0].woe.unwrap(), libm::log((0.5 / 6.0) / (9.5 / 15.0)), 1e-12);
    assert_eq!(Table::new("x", [("a", 0, 9)]).iv, None);
}

#[test]
fn psi_of_five_bins() {
    let psi = psi(&[10, 20, 40, 20, 10], &[15, 25, 35, 15, 10]).unwrap();
    close(psi.value, 0.052491106224933894, 1e-15);
    close(psi.critical, 9.487729036781154 * 0.02, 1e-12); // the chi-squared of SciPy
    assert!(!psi.is_drift());
}

#[test]
fn wilson_of_eight_in_ten() {
    let rate = wilson(8, 10).unwrap();
    close(rate.low, 0.490162, 5e-7);
    close(rate.high, 0.943318, 5e-7);
    assert_eq!(wilson(0, 0), None);
    for whole in 1..2_000 {
        assert_eq!((wilson(0, whole).unwrap().low, wilson(whole, whole).unwrap().high), (0.0, 1.0));
    }
}

#[test]
fn brier_in_three_parts() {
    let brier = brier([(0.1, false), (0.1, false), (0.9, true), (0.9, false)]).unwrap();
    close(brier.value, 0.21, 1e-15);
    close(brier.reliability, 0.085, 1e-15);
    close(brier.resolution, 0.0625, 1e-15);
    close(brier.uncertainty, 0.1875, 1e-15);
}

#[test]
fn points_that_double_the_odds() {
    let scale = Scale::new(20.0, 600.0, 50.0).unwrap();
    close(scale.factor, 28.85390081777927, 1e-13);
    close(scale.offset, 487.1228762045055, 1e-12);
    close(scale.points(100.0), 620.0, 1e-12);
    assert_eq!(Scale::new(0.0, 600.0, 50.0), None);
}

#[test]
fn ties_make_a_range() {
    // 1 at the top, then four tied with two outcomes, then the rest.
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

/// No counts make a figure panic, and none of them is not a number.
#[test]
fn counts_of_any_size_have_figures() {
    const M: u64 = u64::MAX;
    assert!(phi([[M, M], [M, M]]).unwrap().abs() < 1e-9);
    assert!(cramers_v(&[[M, M], [M, 1]]).unwrap().value.is_finite());
    assert!(psi(&[M, M], &[M, 1]).unwrap().value > 0.0);
    let table = Table::new("x", [("a", M, M), ("b", M, 1), ("c", 0, M)]);
    assert!(table.bands.iter().all(|band| band.woe.unwrap().is_finite() && band.rows > 0));
    assert!(wilson(M, M).unwrap().low > 0.99);
    assert_eq!(Ranking::new([(f64::NAN, true), (f64::INFINITY, true), (f64::NEG_INFINITY, false)]).rows(), 2);
    assert_eq!(brier([(f64::NAN, true), (1.5, false)]), None);
    assert_eq!(pearson(&[(f64::NAN, 1.0), (1.0, f64::INFINITY)]), None);
    // Squares beyond the doubles give no figure rather than one that is not a number, or 0.
    assert_eq!(pearson(&[(1e200, 1e200), (-1e200, -1e200), (0.0, 0.0)]), None);
    assert_eq!(pearson(&[(1e200, 1.0), (-1e200, 0.0)]), None);
    assert!(pearson(&[(1e150, 1.0), (-1e150, 0.0)]).is_some());
}

/// A table that is far from independent, chi-squared 288 with 93 degrees of freedom, of which chance alone makes 93.
#[test]
fn a_v_of_many_cells_may_lie_above_its_interval() {
    let table: [[u64; 32]; 4] =
        std::array::from_fn(|row| std::array::from_fn(|column| if column % 4 == row { 32 } else { 20 }));
    let v = cramers_v(&table).unwrap();
    assert!(0.0 < v.low && v.high < v.value, "{v}");
}

#[test]
fn bins_of_one_sample_alone_are_no_index() {
    assert_eq!(psi(&[1, 2, 3], &[1, 2]), None);
    assert_eq!(psi(&[1, 2], &[1, 2, 3]), None);
}
