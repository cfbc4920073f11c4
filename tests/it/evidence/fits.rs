//! Logistic regression against textbooks and against what its solutions must satisfy.

use warmth::evidence::{Logistic, Penalty};

use super::close;

/// Montgomery and Runger, Applied Statistics and Probability for Engineers, section 11-9: launch temperature and O-ring
/// failure of the 24 space shuttle flights before January 1986.
const TEMPERATURES: [(f64, bool); 24] = [
    (53.0, true),
    (56.0, true),
    (57.0, true),
    (63.0, false),
    (66.0, false),
    (67.0, false),
    (67.0, false),
    (67.0, false),
    (68.0, false),
    (69.0, false),
    (70.0, false),
    (70.0, true),
    (70.0, true),
    (70.0, true),
    (72.0, false),
    (73.0, false),
    (75.0, false),
    (75.0, true),
    (76.0, false),
    (76.0, false),
    (78.0, false),
    (79.0, false),
    (80.0, false),
    (81.0, false),
];

/// Finney (1947), Biometrika 34: volume and rate of inspired air, and whether vasoconstriction occurred.
const VOLUMES: [f64; 39] = [
    3.7, 3.5, 1.25, 0.75, 0.8, 0.7, 0.6, 1.1, 0.9, 0.9, 0.8, 0.55, 0.6, 1.4, 0.75, 2.3, 3.2, 0.85, 1.7, 1.8, 0.4, 0.95,
    1.35, 1.5, 1.6, 0.6, 1.8, 0.95, 1.9, 1.6, 2.7, 2.35, 1.1, 1.1, 1.2, 0.8, 0.95, 0.75, 1.3,
];
const RATES: [f64; 39] = [
    0.83, 1.09, 2.5, 1.5, 3.2, 3.5, 0.75, 1.7, 0.75, 0.45, 0.57, 2.75, 3.0, 2.33, 3.75, 1.64, 1.6, 1.42, 1.06, 1.8,
    2.0, 1.36, 1.35, 1.36, 1.78, 1.5, 1.5, 1.9, 0.95, 0.4, 0.75, 0.03, 1.83, 2.2, 2.0, 3.33, 1.9, 1.9, 1.63,
];
const CONSTRICTED: [u8; 39] = [
    1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1,
];

fn finney() -> (Vec<[f64; 2]>, Vec<bool>) {
    let rows = VOLUMES.into_iter().zip(RATES).map(|(volume, rate)| [volume, rate]).collect();
    (rows, CONSTRICTED.iter().map(|came| *came == 1).collect())
}

#[test]
fn o_rings_as_the_textbook_prints_them() {
    let (rows, outcomes): (Vec<[f64; 1]>, Vec<bool>) = TEMPERATURES.iter().map(|(t, failed)| ([*t], *failed)).unzip();
    let fit = Logistic::fit(&rows, &outcomes, Penalty::None).unwrap();
    close(fit.intercept, 10.875, 5e-4);
    close(fit.coefficients[0], -0.17132, 5e-6);
    close(fit.errors[0], 5.703, 5e-4);
    close(fit.errors[1], 0.08344, 5e-6);
    close(fit.log_likelihood, -11.515, 5e-4);
}

/// As R's `glm(y ~ volume + rate, family = binomial)` prints them; its residual deviance is 29.733.
#[test]
fn vasoconstriction_as_r_prints_it() {
    let (rows, outcomes) = finney();
    let fit = Logistic::fit(&rows, &outcomes, Penalty::None).unwrap();
    let printed = [(-9.5536, 3.2419), (3.8907, 1.4319), (2.6561, 0.9166)];
    for ((beta, error), (expected, expected_error)) in
        std::iter::once(fit.intercept).chain(fit.coefficients.clone()).zip(fit.errors.clone()).zip(printed)
    {
        close(beta, expected, 5e-5);
        close(error, expected_error, 5e-5);
    }
    close(-2.0 * fit.log_likelihood, 29.733, 5e-4);
}

/// With one flag, Firth's correction adds one half to each of the four counts, also where one of them is 0.
#[test]
fn firth_adds_one_half_to_each_count() {
    for counts in [[7_u32, 3, 2, 8], [5, 0, 2, 6], [4, 0, 0, 4]] {
        let [a, b, c, d] = counts.map(|count| f64::from(count) + 0.5);
        let cells = [(1.0, true), (1.0, false), (0.0, true), (0.0, false)];
        let (rows, outcomes): (Vec<[f64; 1]>, Vec<bool>) = cells
            .iter()
            .zip(counts)
            .flat_map(|((x, came), count)| std::iter::repeat_n(([*x], *came), count as usize))
            .unzip();
        let fit = Logistic::fit(&rows, &outcomes, Penalty::Firth).unwrap();
        close(fit.intercept, libm::log(c / d), 1e-8);
        close(fit.coefficients[0], libm::log(a / b / (c / d)), 1e-8);
    }
}

/// Where the slope of the penalised likelihood is zero there is no other maximum: it is concave.
#[test]
fn a_ridge_balances_the_score() {
    let (rows, outcomes) = finney();
    for ridge in [0.01, 1.0, 30.0] {
        let fit = Logistic::fit(&rows, &outcomes, Penalty::Ridge(ridge)).unwrap();
        let residuals: Vec<f64> =
            rows.iter().zip(&outcomes).map(|(row, came)| f64::from(u8::from(*came)) - fit.probability(row)).collect();
        close(residuals.iter().sum(), 0.0, 1e-8);
        for (column, beta) in fit.coefficients.iter().enumerate() {
            let score: f64 = rows.iter().zip(&residuals).map(|(row, residual)| row[column] * residual).sum();
            close(score, ridge * beta, 1e-7);
        }
    }
}

#[test]
fn copies_share_their_weight_under_a_ridge() {
    let (rows, outcomes) = finney();
    let copied: Vec<[f64; 3]> = rows.iter().map(|[volume, rate]| [*volume, *volume, *rate]).collect();
    let fit = Logistic::fit(&copied, &outcomes, Penalty::Ridge(0.001)).unwrap();
    close(fit.coefficients[0], fit.coefficients[1], 1e-9);
    let error = Logistic::fit(&copied, &outcomes, Penalty::None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "some column follows from the others, so it has no coefficient of its own; use a ridge"
    );
}

#[test]
fn what_cannot_be_fitted_is_told() {
    let told =
        |rows: &[Vec<f64>], outcomes: &[bool], penalty| Logistic::fit(rows, outcomes, penalty).unwrap_err().to_string();
    let apart = [vec![1.0], vec![2.0], vec![3.0], vec![4.0]];
    let came = [false, false, true, true];
    assert_eq!(
        told(&apart, &came, Penalty::None),
        "the coefficients grow without end, as they do where the columns tell the outcomes apart; use `Penalty::Firth` \
         or a ridge"
    );
    assert!(Logistic::fit(&apart, &came, Penalty::Firth).unwrap().coefficients[0] > 0.0);
    assert_eq!(
        told(&apart, &came[..3], Penalty::None),
        "there are 4 rows and 3 outcomes; give one outcome for each row"
    );
    assert_eq!(
        told(&[vec![1.0], vec![]], &came[..2], Penalty::None),
        "row 1 has 0 numbers and the first one 1; give every row the same"
    );
    assert_eq!(
        told(&[vec![f64::NAN]], &came[..1], Penalty::None),
        "row 0 has a number that is not finite; leave the row out"
    );
    assert_eq!(
        told(&apart, &[true; 4], Penalty::Ridge(1.0)),
        "every outcome is the same, so there is nothing to fit; give rows of both kinds"
    );
    for ridge in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let told = told(&apart, &came, Penalty::Ridge(ridge));
        assert_eq!(told, "the ridge is not a finite number above 0; give one that is, such as 1");
    }
}
