//! Logistic regression: textbook examples, and equations that every solution satisfies.

use warmth::evidence::{Logistic, Penalty};

use super::assert_close;

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
    (rows, CONSTRICTED.iter().map(|outcome| *outcome == 1).collect())
}

#[test]
fn the_fit_of_the_o_rings_is_the_one_of_the_textbook() {
    let (rows, outcomes): (Vec<[f64; 1]>, Vec<bool>) = TEMPERATURES.iter().map(|(t, failed)| ([*t], *failed)).unzip();
    let fit = Logistic::fit(&rows, &outcomes, Penalty::None).unwrap();
    assert_close(fit.intercept, 10.875, 5e-4);
    assert_close(fit.coefficients[0], -0.17132, 5e-6);
    assert_close(fit.errors[0], 5.703, 5e-4);
    assert_close(fit.errors[1], 0.08344, 5e-6);
    assert_close(fit.log_likelihood, -11.515, 5e-4);
}

/// R's `glm(y ~ volume + rate, family = binomial)` prints these, and a residual deviance of 29.733.
#[test]
fn the_fit_of_vasoconstriction_is_the_one_of_r() {
    let (rows, outcomes) = finney();
    let fit = Logistic::fit(&rows, &outcomes, Penalty::None).unwrap();
    let printed = [(-9.5536, 3.2419), (3.8907, 1.4319), (2.6561, 0.9166)];
    for ((beta, error), (expected, expected_error)) in
        std::iter::once(fit.intercept).chain(fit.coefficients.clone()).zip(fit.errors.clone()).zip(printed)
    {
        assert_close(beta, expected, 5e-5);
        assert_close(error, expected_error, 5e-5);
    }
    assert_close(-2.0 * fit.log_likelihood, 29.733, 5e-4);
}

/// With one flag, Firth's correction adds one half to each of the four counts, even if one of them is 0.
#[test]
fn firth_adds_one_half_to_each_count() {
    for counts in [[7_u32, 3, 2, 8], [5, 0, 2, 6], [4, 0, 0, 4]] {
        let [a, b, c, d] = counts.map(|count| f64::from(count) + 0.5);
        let cells = [(1.0, true), (1.0, false), (0.0, true), (0.0, false)];
        let (rows, outcomes): (Vec<[f64; 1]>, Vec<bool>) = cells
            .iter()
            .zip(counts)
            .flat_map(|((x, outcome), count)| std::iter::repeat_n(([*x], *outcome), count as usize))
            .unzip();
        let fit = Logistic::fit(&rows, &outcomes, Penalty::Firth).unwrap();
        assert_close(fit.intercept, libm::log(c / d), 1e-8);
        assert_close(fit.coefficients[0], libm::log(a / b / (c / d)), 1e-8);
    }
}

/// The penalised likelihood is concave, so its maximum is where its gradient is zero.
#[test]
fn the_gradient_is_zero_at_the_fit_with_a_ridge() {
    let (rows, outcomes) = finney();
    for ridge in [0.01, 1.0, 30.0] {
        let fit = Logistic::fit(&rows, &outcomes, Penalty::Ridge(ridge)).unwrap();
        let residuals: Vec<f64> = rows
            .iter()
            .zip(&outcomes)
            .map(|(row, outcome)| f64::from(u8::from(*outcome)) - fit.probability(row))
            .collect();
        assert_close(residuals.iter().sum(), 0.0, 1e-8);
        for (column, beta) in fit.coefficients.iter().enumerate() {
            let score: f64 = rows.iter().zip(&residuals).map(|(row, residual)| row[column] * residual).sum();
            assert_close(score, ridge * beta, 1e-7);
        }
    }
}

#[test]
fn a_ridge_gives_equal_columns_equal_coefficients() {
    let (rows, outcomes) = finney();
    let copied: Vec<[f64; 3]> = rows.iter().map(|[volume, rate]| [*volume, *volume, *rate]).collect();
    let fit = Logistic::fit(&copied, &outcomes, Penalty::Ridge(0.001)).unwrap();
    assert_close(fit.coefficients[0], fit.coefficients[1], 1e-9);
    let error = Logistic::fit(&copied, &outcomes, Penalty::None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a column is a linear combination of the others, so it has no coefficient of its own; leave it out or use a ridge"
    );
}

#[test]
fn inputs_without_a_fit_are_refused() {
    let error =
        |rows: &[Vec<f64>], outcomes: &[bool], penalty| Logistic::fit(rows, outcomes, penalty).unwrap_err().to_string();
    let apart = [vec![1.0], vec![2.0], vec![3.0], vec![4.0]];
    let outcomes = [false, false, true, true];
    assert_eq!(
        error(&apart, &outcomes, Penalty::None),
        "the coefficients grow without limit, because the columns separate the outcomes; use `Penalty::Firth` or a ridge"
    );
    assert!(Logistic::fit(&apart, &outcomes, Penalty::Firth).unwrap().coefficients[0] > 0.0);
    assert_eq!(
        error(&apart, &outcomes[..3], Penalty::None),
        "there are 4 rows and 3 outcomes; give one outcome for each row"
    );
    assert_eq!(
        error(&[vec![1.0], vec![]], &outcomes[..2], Penalty::None),
        "row 1 has 0 numbers, but row 0 has 1; give every row the same number"
    );
    assert_eq!(
        error(&[vec![f64::NAN]], &outcomes[..1], Penalty::None),
        "row 0 has a number that is not finite; leave the row out"
    );
    assert_eq!(
        error(&apart, &[true; 4], Penalty::Ridge(1.0)),
        "every row has the same outcome, so there is nothing to fit; give rows with the outcome and without it"
    );
    for ridge in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = error(&apart, &outcomes, Penalty::Ridge(ridge));
        assert_eq!(error, "the ridge must be a finite number above 0, such as 1");
    }
}
