//! Properties of rankings and associations that hold for all data.

use fastrand::Rng;
use proptest::prelude::*;
use warmth::evidence::{BandTable, Ranking, cramers_v, information_value, pearson, psi, spearman};

use super::assert_close;
use crate::support::cases;

fn rows() -> impl Strategy<Value = Vec<(f64, bool)>> {
    let number = (-20_i32..20).prop_map(|number| f64::from(number) / 2.0);
    prop::collection::vec((number, any::<bool>()), 0..120)
}

proptest! {
    #![proptest_config(cases(256))]

    /// A simple implementation counts every pair and tries every cut.
    #[test]
    fn concordance_and_ks_are_those_of_all_pairs_and_cuts(rows in rows()) {
        let ranking = Ranking::new(rows.iter().copied());
        let side = |outcome: bool| rows.iter().filter(move |row| row.1 == outcome).map(|row| row.0);
        let pairs = || side(true).flat_map(|event| side(false).map(move |other| (event, other)));
        let won: u128 = pairs().map(|(e, o)| if e > o { 2 } else { u128::from(e == o) }).sum();
        prop_assert_eq!(ranking.concordance(), (won, 2 * pairs().count() as u128));
        let share = |outcome: bool, cut: f64| {
            side(outcome).filter(|number| *number >= cut).count() as f64 / side(outcome).count() as f64
        };
        let widest = rows.iter().map(|(cut, _)| (share(true, *cut) - share(false, *cut)).abs()).fold(0.0, f64::max);
        prop_assert_eq!(ranking.ks().is_some(), pairs().count() > 0);
        if let Some(ks) = ranking.ks() {
            prop_assert!((ks.value - widest).abs() < 1e-12);
        }
    }

    /// DeLong's variance, computed from rows instead of groups of ties.
    #[test]
    fn the_interval_of_the_auc_is_delongs(rows in rows()) {
        let Some(auc) = Ranking::new(rows.iter().copied()).auc() else { return Ok(()) };
        let side = |outcome: bool| rows.iter().filter(move |row| row.1 == outcome).map(|row| row.0).collect::<Vec<_>>();
        let (events, others) = (side(true), side(false));
        let beats = |a: f64, b: f64| if a > b { 1.0 } else if a == b { 0.5 } else { 0.0 };
        let spread = |numbers: &[f64], share: &dyn Fn(f64) -> f64| {
            let n = numbers.len() as f64;
            let sum: f64 = numbers.iter().map(|number| libm::pow(share(*number) - auc.value, 2.0)).sum();
            if n > 1.0 { sum / (n - 1.0) / n } else { 0.0 }
        };
        let variance = spread(&events, &|e| others.iter().map(|o| beats(e, *o)).sum::<f64>() / others.len() as f64)
            + spread(&others, &|o| events.iter().map(|e| beats(*e, o)).sum::<f64>() / events.len() as f64);
        prop_assert!((auc.low - (auc.value - 1.959963984540054 * variance.sqrt()).max(0.0)).abs() < 1e-9);
    }

    #[test]
    fn negated_numbers_have_the_complementary_auc(rows in rows()) {
        let (won, pairs) = Ranking::new(rows.iter().copied()).concordance();
        let (lost, same) = Ranking::new(rows.iter().map(|(number, outcome)| (-number, *outcome))).concordance();
        prop_assert_eq!((won + lost, pairs), (pairs, same));
    }

    #[test]
    fn increasing_functions_of_the_numbers_do_not_change_a_ranking(rows in rows()) {
        let mapped = Ranking::new(rows.iter().map(|(number, outcome)| (number * number * number + number, *outcome)));
        let ranking = Ranking::new(rows);
        prop_assert_eq!(mapped.auc(), ranking.auc());
        prop_assert_eq!(mapped.gains(), ranking.gains());
        prop_assert_eq!(mapped.ks().map(|ks| ks.value), ranking.ks().map(|ks| ks.value));
    }

    #[test]
    fn the_order_of_rows_does_not_change_a_ranking(rows in rows(), seed: u64) {
        let mut shuffled = rows.clone();
        Rng::with_seed(seed).shuffle(&mut shuffled);
        prop_assert_eq!(Ranking::new(shuffled), Ranking::new(rows));
    }

    #[test]
    fn the_range_of_a_top_contains_every_order_of_the_ties(rows in rows(), k in 1_u64..130, seed: u64) {
        let Some(top) = Ranking::new(rows.iter().copied()).top(k) else { return Ok(()) };
        let mut shuffled = rows;
        Rng::with_seed(seed).shuffle(&mut shuffled);
        shuffled.sort_by(|a, b| b.0.total_cmp(&a.0));
        let outcome = shuffled.iter().take(k as usize).filter(|row| row.1).count() as u64;
        prop_assert!((top.least..=top.most).contains(&outcome));
        prop_assert!(top.least as f64 <= top.expected && top.expected <= top.most as f64);
    }

    #[test]
    fn psi_is_symmetric_and_zero_only_for_equal_shares(
        bins in prop::collection::vec((0_u64..30, 0_u64..30), 2..8), times in 1_u64..5
    ) {
        let (before, after): (Vec<_>, Vec<_>) = bins.into_iter().unzip();
        let larger: Vec<_> = before.iter().map(|count| count * times).collect();
        if let Some(psi) = psi(&before, &larger) {
            prop_assert_eq!(psi.value, 0.0);
        }
        let (Some(there), Some(back)) = (psi(&before, &after), psi(&after, &before)) else { return Ok(()) };
        prop_assert_eq!(there.value, back.value);
        let whole = |counts: &[u64]| counts.iter().sum::<u64>();
        let equal = before.iter().zip(&after).all(|(b, a)| b * whole(&after) == a * whole(&before));
        prop_assert_eq!(there.value == 0.0, equal, "{:?} {:?} {}", before, after, there.value);
        prop_assert!(there.value >= 0.0);
    }

    /// The table of the same bands has the same information value, and both sides count alike.
    #[test]
    fn the_information_value_is_that_of_the_table(bands in prop::collection::vec((0_u64..50, 0_u64..50), 2..9)) {
        let Some(iv) = information_value(&bands) else { return Ok(()) };
        let table = BandTable::new("bands", bands.iter().map(|(events, others)| ("band", *events, *others)));
        assert_close(iv.value, table.iv.unwrap(), 1e-9);
        let swapped: Vec<_> = bands.iter().map(|(events, others)| (*others, *events)).collect();
        let swapped = information_value(&swapped).unwrap();
        assert_close(iv.value, swapped.value, 1e-9);
        assert_close(iv.low, swapped.low, 1e-9);
        prop_assert!(0.0 <= iv.low && iv.low <= iv.value && iv.value <= iv.high);
    }

    #[test]
    fn associations_are_symmetric(pairs in prop::collection::vec((0_u8..6, 0_u8..4), 0..60)) {
        let turned = |a: &[(f64, f64)]| a.iter().map(|(x, y)| (*y, *x)).collect::<Vec<_>>();
        let numbers: Vec<(f64, f64)> = pairs.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
        prop_assert_eq!(pearson(&numbers), pearson(&turned(&numbers)));
        prop_assert_eq!(spearman(&numbers), spearman(&turned(&numbers)));
        let (mut table, mut sideways) = ([[0_u64; 4]; 6], [[0_u64; 6]; 4]);
        for (x, y) in &pairs {
            table[usize::from(*x)][usize::from(*y)] += 1;
            sideways[usize::from(*y)][usize::from(*x)] += 1;
        }
        let (v, w) = (cramers_v(&table), cramers_v(&sideways));
        prop_assert_eq!(v.is_some(), w.is_some());
        if let (Some(v), Some(w)) = (v, w) {
            prop_assert!((v.value - w.value).abs() < 1e-12 && (0.0..=1.0).contains(&v.value));
            prop_assert!(v.low <= v.high);
        }
    }
}

#[test]
fn the_auc_intervals_of_shuffled_labels_contain_one_half_as_often_as_they_should() {
    let mut rng = Rng::with_seed(5);
    let mut hits = 0;
    for _ in 0..400 {
        let mut labels: Vec<bool> = (0..300).map(|row| row % 5 == 0).collect();
        rng.shuffle(&mut labels);
        let auc =
            Ranking::new(labels.into_iter().enumerate().map(|(row, outcome)| (row as f64, outcome))).auc().unwrap();
        hits += usize::from(auc.holds(0.5));
    }
    // 95 % of 400 are 380, with a standard deviation of 4.4.
    assert!((363..=397).contains(&hits), "{hits} of 400 intervals contain 0.5");
}

#[test]
fn the_auc_intervals_of_samples_contain_the_true_auc_as_often_as_they_should() {
    // Sums of four uniform numbers are nearly normal. A large sample gives their true AUC.
    let mut rng = Rng::with_seed(6);
    let mut draw = |outcome: bool| (0..4).map(|_| rng.f64()).sum::<f64>() + if outcome { 0.5 } else { 0.0 };
    let truth = Ranking::new((0..200_000).map(|row| (draw(row % 2 == 0), row % 2 == 0))).auc().unwrap().value;
    let hits = (0..400)
        .filter(|_| Ranking::new((0..200).map(|row| (draw(row % 4 == 0), row % 4 == 0))).auc().unwrap().holds(truth))
        .count();
    assert!((363..=397).contains(&hits), "{hits} of 400 intervals contain {truth}");
    assert_close(truth, 0.729, 0.01);
}
