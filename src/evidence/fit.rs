//! Logistic regression by Newton's method, optionally with a ridge penalty or Firth's correction.

use libm::{exp, log, log1p};
use serde::Serialize;

use super::error::{ErrorKind, EvidenceError};

/// The penalty of a logistic regression, which keeps coefficients finite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Penalty {
    /// No penalty: maximum likelihood. The fit fails if the columns separate the outcomes.
    None,
    /// A ridge penalty: the log-likelihood less ridge / 2 x the sum of the squared coefficients, without the intercept
    /// (Hoerl and Kennard 1970; le Cessie and van Houwelingen 1992). Correlated columns share their weight.
    Ridge(f64),
    /// Firth's correction: the log-likelihood plus half the logarithm of the determinant of the Fisher information,
    /// which is Jeffreys' prior (Firth 1993; Heinze and Schemper 2002). Coefficients are finite even if the columns
    /// separate the outcomes.
    Firth,
}

/// A fitted logistic regression: ln odds = intercept + sum of coefficient x number.
///
/// ```
/// use warmth::evidence::{Logistic, Penalty};
///
/// let rows = [[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]];
/// let fit = Logistic::fit(&rows, &[false, false, true, false, true, true], Penalty::None)?;
/// assert_eq!(format!("{:.4} {:.4}", fit.intercept, fit.coefficients[0]), "-0.6931 1.3863"); // ln 1/2, ln 4
/// # Ok::<(), warmth::evidence::EvidenceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Logistic {
    /// The ln odds if every number is 0.
    pub intercept: f64,
    /// The coefficient of each column.
    pub coefficients: Vec<f64>,
    /// The standard errors of the intercept and of each coefficient, in this order: the square roots of the diagonal of
    /// the inverse of the Fisher information, including the ridge.
    pub errors: Vec<f64>,
    /// The log-likelihood, without the penalty.
    pub log_likelihood: f64,
    /// The number of Newton steps.
    pub steps: u32,
}

/// The largest number of Newton steps. Newton's method doubles the correct digits at every step, so a fit that needs
/// more does not converge.
const STEPS_MAX: u32 = 60;

/// The size of a linear predictor beyond which its probability is 0 or 1 within the precision of a double.
const PREDICTOR_MAX: f64 = 35.0;

impl Logistic {
    /// Fits a logistic regression to rows of numbers and their outcomes.
    ///
    /// The fit is deterministic: the same rows in the same order give the same bits on every machine. It takes time in
    /// proportion to rows x columns^2.
    ///
    /// # Errors
    ///
    /// If the rows have different lengths or contain a number that is not finite, if the number of outcomes differs
    /// from the number of rows, or if a ridge is not a finite number above 0. Also if there is no finite solution:
    /// every row has the same outcome, a column is a linear combination of the others, or the columns separate the
    /// outcomes, and the penalty does not prevent it.
    pub fn fit(rows: &[impl AsRef<[f64]>], outcomes: &[bool], penalty: Penalty) -> Result<Logistic, EvidenceError> {
        let width = rows.first().map_or(0, |row| row.as_ref().len());
        if rows.len() != outcomes.len() {
            return Err(ErrorKind::OutcomeCount { rows: rows.len(), outcomes: outcomes.len() }.into());
        }
        for (index, row) in rows.iter().map(AsRef::as_ref).enumerate() {
            if row.len() != width {
                return Err(ErrorKind::UnequalRows { row: index, expected: width, found: row.len() }.into());
            }
            if row.iter().any(|number| !number.is_finite()) {
                return Err(ErrorKind::NotFinite { row: index }.into());
            }
        }
        let rows = rows.iter().map(AsRef::as_ref).zip(outcomes.iter().copied());
        fit(width, penalty, &|each| {
            for (row, outcome) in rows.clone() {
                each(row, outcome);
            }
        })
    }

    /// Returns the probability of the outcome for a row, from 0 to 1. Numbers beyond the fitted columns do not count.
    pub fn probability(&self, row: &[f64]) -> f64 {
        logistic(self.intercept + self.coefficients.iter().zip(row).map(|(c, x)| c * x).sum::<f64>())
    }
}

/// A function that passes every row with its outcome to a callback, in the same order at every call.
pub(super) type Visit<'a> = dyn Fn(&mut dyn FnMut(&[f64], bool)) + 'a;

impl Penalty {
    /// Checks the ridge.
    ///
    /// # Errors
    ///
    /// If the ridge is not a finite number above 0.
    pub(super) fn checked(self) -> Result<Penalty, EvidenceError> {
        match self {
            Penalty::Ridge(ridge) if ridge <= 0.0 || !ridge.is_finite() => Err(ErrorKind::BadRidge.into()),
            sound => Ok(sound),
        }
    }
}

/// Fits a logistic regression to rows of `width` numbers.
///
/// # Errors
///
/// See [`Logistic::fit`].
pub(super) fn fit(width: usize, penalty: Penalty, visit: &Visit<'_>) -> Result<Logistic, EvidenceError> {
    let ridge = match penalty.checked()? {
        Penalty::Ridge(ridge) => ridge,
        _ => 0.0,
    };
    let (mut with, mut without) = (false, false);
    visit(&mut |_, outcome| *(if outcome { &mut with } else { &mut without }) = true);
    if penalty != Penalty::Firth && !(with && without) {
        return Err(ErrorKind::OneOutcome.into());
    }
    let likelihood = Likelihood { width: width + 1, ridge, firth: penalty == Penalty::Firth, visit };
    let mut beta = vec![0.0; width + 1];
    let mut state = likelihood.at(&beta)?;
    for steps in 1..=STEPS_MAX {
        let step = state.factor.solve(&state.score);
        let largest = step.iter().fold(0.0_f64, |largest, step| largest.max(step.abs()));
        let (mut scale, mut next) = (1.0, None);
        for _ in 0..30 {
            let tried: Vec<f64> = beta.iter().zip(&step).map(|(beta, step)| beta + scale * step).collect();
            let reached = likelihood.at(&tried);
            // Near the maximum, the gain is smaller than the rounding error. So accept a step that loses that much.
            if let Some(reached) =
                reached.ok().filter(|r| r.objective >= state.objective - 1e-9 * state.objective.abs())
            {
                next = Some((tried, reached));
                break;
            }
            scale /= 2.0;
        }
        let Some((tried, reached)) = next else { return Err(not_converged(penalty)) };
        (beta, state) = (tried, reached);
        if largest * scale <= 1e-10 * (1.0 + beta.iter().fold(0.0_f64, |most, beta| most.max(beta.abs()))) {
            if state.extreme && penalty == Penalty::None {
                return Err(ErrorKind::Separated.into());
            }
            let errors = state.factor.inverse_diagonal().into_iter().map(f64::sqrt).collect();
            let (intercept, coefficients) = beta.split_first().map_or((0.0, &[][..]), |(first, rest)| (*first, rest));
            let log_likelihood = state.log_likelihood;
            return Ok(Logistic { intercept, coefficients: coefficients.to_vec(), errors, log_likelihood, steps });
        }
    }
    Err(not_converged(penalty))
}

fn not_converged(penalty: Penalty) -> EvidenceError {
    if penalty == Penalty::None { ErrorKind::Separated.into() } else { ErrorKind::NotConverged.into() }
}

/// The penalised log-likelihood of the rows.
struct Likelihood<'a> {
    width: usize, // columns and the intercept
    ridge: f64,
    firth: bool,
    visit: &'a Visit<'a>,
}

/// The penalised log-likelihood at one vector of coefficients, with the derivatives that a Newton step needs.
struct Derivatives {
    objective: f64,
    log_likelihood: f64,
    /// The gradient, called score in statistics.
    score: Vec<f64>,
    /// The Cholesky factor of the Fisher information, including the ridge.
    factor: Cholesky,
    /// Whether the probability of a row is 0 or 1 within the precision of a double.
    extreme: bool,
}

impl Likelihood<'_> {
    fn at(&self, beta: &[f64]) -> Result<Derivatives, EvidenceError> {
        let mut information = Symmetric::new(self.width);
        let mut score = vec![0.0; self.width];
        let (mut log_likelihood, mut extreme) = (0.0, false);
        self.each(beta, &mut |x, predictor, outcome| {
            let p = logistic(predictor);
            let sign = if outcome { predictor } else { -predictor };
            log_likelihood -= log_of_one_plus_exp(-sign);
            extreme |= predictor.abs() > PREDICTOR_MAX;
            information.add_outer(x, p * (1.0 - p));
            let residual = f64::from(u8::from(outcome)) - p;
            score.iter_mut().zip(x).for_each(|(score, x)| *score += x * residual);
        });
        let mut objective = log_likelihood;
        // The ridge does not apply to the intercept.
        for ((index, beta), score) in beta.iter().enumerate().zip(&mut score).skip(1) {
            information.add_to_diagonal(index, self.ridge);
            *score -= self.ridge * beta;
            objective -= self.ridge * beta * beta / 2.0;
        }
        let factor = Cholesky::new(information).ok_or(ErrorKind::DependentColumns)?;
        if self.firth {
            objective += factor.log_determinant() / 2.0;
            self.each(beta, &mut |x, predictor, _| {
                let p = logistic(predictor);
                let leverage = p * (1.0 - p) * factor.square(x);
                score.iter_mut().zip(x).for_each(|(score, x)| *score += x * leverage * (0.5 - p));
            });
        }
        if !objective.is_finite() {
            return Err(ErrorKind::Separated.into());
        }
        Ok(Derivatives { objective, log_likelihood, score, factor, extreme })
    }

    /// Calls `each` for every row, with a 1 for the intercept in front of its numbers, its linear predictor and its
    /// outcome.
    fn each(&self, beta: &[f64], each: &mut dyn FnMut(&[f64], f64, bool)) {
        let mut x = vec![1.0; self.width];
        (self.visit)(&mut |row, outcome| {
            x.iter_mut().skip(1).zip(row).for_each(|(x, number)| *x = *number);
            each(&x, x.iter().zip(beta).map(|(x, beta)| x * beta).sum(), outcome);
        });
    }
}

fn logistic(predictor: f64) -> f64 {
    if predictor >= 0.0 { 1.0 / (1.0 + exp(-predictor)) } else { exp(predictor) / (1.0 + exp(predictor)) }
}

fn log_of_one_plus_exp(x: f64) -> f64 {
    if x > 0.0 { x + log1p(exp(-x)) } else { log1p(exp(x)) }
}

/// A symmetric matrix, stored as the rows of its lower triangle.
struct Symmetric {
    rows: Vec<Vec<f64>>,
}

impl Symmetric {
    fn new(width: usize) -> Symmetric {
        Symmetric { rows: (1..=width).map(|len| vec![0.0; len]).collect() }
    }

    fn add_outer(&mut self, x: &[f64], weight: f64) {
        for (row, a) in self.rows.iter_mut().zip(x) {
            let scaled = a * weight;
            row.iter_mut().zip(x).for_each(|(cell, b)| *cell += scaled * b);
        }
    }

    fn add_to_diagonal(&mut self, index: usize, more: f64) {
        if let Some(cell) = self.rows.get_mut(index).and_then(|row| row.last_mut()) {
            *cell += more;
        }
    }
}

/// The Cholesky factor L of a positive definite matrix L L', stored as the rows of its lower triangle.
struct Cholesky {
    rows: Vec<Vec<f64>>,
}

impl Cholesky {
    /// Factors a matrix. `None` if it is not positive definite by a margin above the rounding error.
    fn new(of: Symmetric) -> Option<Cholesky> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(of.rows.len());
        for row in of.rows {
            let mut factored: Vec<f64> = Vec::with_capacity(row.len());
            for (cell, above) in row.iter().zip(&rows) {
                let pivot = *above.last()?;
                factored.push((cell - dot(&factored, above)) / pivot);
            }
            let diagonal = *row.last()?;
            let left = diagonal - dot(&factored, &factored);
            if left.is_nan() || left <= diagonal.abs() * 1e-12 || left <= 0.0 {
                return None;
            }
            factored.push(left.sqrt());
            rows.push(factored);
        }
        Some(Cholesky { rows })
    }

    /// Solves L y = b.
    fn forward(&self, b: &[f64]) -> Vec<f64> {
        let mut y: Vec<f64> = Vec::with_capacity(b.len());
        for (row, b) in self.rows.iter().zip(b) {
            let pivot = row.last().copied().unwrap_or(1.0);
            y.push((b - dot(&y, row)) / pivot);
        }
        y
    }

    /// Solves L L' x = b.
    fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut y = self.forward(b);
        let mut x = vec![0.0; y.len()];
        for row in self.rows.iter().rev() {
            let (Some(pivot), Some(last)) = (row.last(), y.pop()) else { break };
            let solved = last / pivot;
            y.iter_mut().zip(row).for_each(|(y, cell)| *y -= cell * solved);
            if let Some(x) = x.get_mut(y.len()) {
                *x = solved;
            }
        }
        x
    }

    /// Returns x' (L L')^-1 x.
    fn square(&self, x: &[f64]) -> f64 {
        let y = self.forward(x);
        dot(&y, &y)
    }

    fn inverse_diagonal(&self) -> Vec<f64> {
        let unit = |index: usize| -> Vec<f64> {
            (0..self.rows.len()).map(|other| f64::from(u8::from(other == index))).collect()
        };
        (0..self.rows.len()).map(|index| self.square(&unit(index))).collect()
    }

    fn log_determinant(&self) -> f64 {
        self.rows.iter().filter_map(|row| row.last()).map(|pivot| 2.0 * log(*pivot)).sum()
    }
}

/// Returns the sum of products over the length of the shorter slice.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
