//! Logistic regression by Newton's method: plain, with a ridge, or with Firth's correction.

use libm::{exp, log, log1p};
use serde::Serialize;

use super::error::{EvidenceError, Kind};

/// What keeps the coefficients of a [`Logistic`] within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Penalty {
    /// Nothing: maximum likelihood. Fails where some columns tell all outcomes apart.
    None,
    /// The log-likelihood less half of this times the sum of the squares of the coefficients, without the intercept
    /// (Hoerl and Kennard 1970; le Cessie and van Houwelingen 1992). Columns that say the same share their weight.
    Ridge(f64),
    /// Jeffreys' prior: the log-likelihood plus half the logarithm of the information's determinant (Firth 1993; Heinze
    /// and Schemper 2002). Finite also where columns tell all outcomes apart.
    Firth,
}

/// A logistic regression: ln odds = intercept + sum of coefficient x number.
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
    /// The ln odds where every number is 0.
    pub intercept: f64,
    /// One for each column.
    pub coefficients: Vec<f64>,
    /// The standard errors of the intercept and the coefficients, in this order, from the inverse of the information
    /// (with the ridge's part in it).
    pub errors: Vec<f64>,
    /// The log-likelihood, without the penalty.
    pub log_likelihood: f64,
    /// How many of Newton's steps it took.
    pub steps: u32,
}

/// Newton's method doubles its digits at every step; what has not settled by then has no end.
const STEPS_MAX: u32 = 60;

/// Beyond this a linear predictor has left every probability that a double can tell from 0 and 1.
const PREDICTOR_MAX: f64 = 35.0;

impl Logistic {
    /// Fits rows of numbers to outcomes.
    ///
    /// Deterministic: the same rows in the same order give the same bits on every machine. Takes time in proportion to
    /// rows x columns^2.
    ///
    /// # Errors
    ///
    /// If rows differ in length or hold a number that is not finite, if there is not one outcome for each row, if a
    /// ridge is not above 0 or not finite, and if there is no finite solution: because every outcome is the same, a
    /// column follows from the others, or columns tell all outcomes apart, and nothing holds the coefficients.
    pub fn fit(rows: &[impl AsRef<[f64]>], outcomes: &[bool], penalty: Penalty) -> Result<Logistic, EvidenceError> {
        let width = rows.first().map_or(0, |row| row.as_ref().len());
        if rows.len() != outcomes.len() {
            return Err(Kind::Lengths { rows: rows.len(), outcomes: outcomes.len() }.into());
        }
        for (place, row) in rows.iter().map(AsRef::as_ref).enumerate() {
            if row.len() != width {
                return Err(Kind::Ragged { row: place, expected: width, found: row.len() }.into());
            }
            if row.iter().any(|number| !number.is_finite()) {
                return Err(Kind::NotFinite { row: place }.into());
            }
        }
        let rows = rows.iter().map(AsRef::as_ref).zip(outcomes.iter().copied());
        fit(width, penalty, &|each| {
            for (row, outcome) in rows.clone() {
                each(row, outcome);
            }
        })
    }

    /// The probability of the outcome for a row. Numbers beyond the fitted columns do not count.
    pub fn probability(&self, row: &[f64]) -> f64 {
        logistic(self.intercept + self.coefficients.iter().zip(row).map(|(c, x)| c * x).sum::<f64>())
    }
}

/// Hands over every row with its outcome, in the same order at every call.
pub(super) type Visit<'a> = dyn Fn(&mut dyn FnMut(&[f64], bool)) + 'a;

impl Penalty {
    /// # Errors
    ///
    /// If a ridge is not above 0, or not finite.
    pub(super) fn checked(self) -> Result<Penalty, EvidenceError> {
        match self {
            Penalty::Ridge(ridge) if ridge <= 0.0 || !ridge.is_finite() => Err(Kind::Ridge.into()),
            sound => Ok(sound),
        }
    }
}

pub(super) fn fit(width: usize, penalty: Penalty, visit: &Visit<'_>) -> Result<Logistic, EvidenceError> {
    let ridge = match penalty.checked()? {
        Penalty::Ridge(ridge) => ridge,
        _ => 0.0,
    };
    let (mut came, mut stayed_away) = (false, false);
    visit(&mut |_, outcome| *(if outcome { &mut came } else { &mut stayed_away }) = true);
    if penalty != Penalty::Firth && !(came && stayed_away) {
        return Err(Kind::OneSided.into());
    }
    let problem = Problem { width: width + 1, ridge, firth: penalty == Penalty::Firth, visit };
    let mut beta = vec![0.0; width + 1];
    let mut state = problem.at(&beta)?;
    for steps in 1..=STEPS_MAX {
        let step = state.factor.solve(&state.score);
        let largest = step.iter().fold(0.0_f64, |largest, step| largest.max(step.abs()));
        let (mut scale, mut next) = (1.0, None);
        for _ in 0..30 {
            let tried: Vec<f64> = beta.iter().zip(&step).map(|(beta, step)| beta + scale * step).collect();
            let reached = problem.at(&tried);
            // What is gained near the end is lost in rounding.
            if let Some(reached) =
                reached.ok().filter(|r| r.objective >= state.objective - 1e-9 * state.objective.abs())
            {
                next = Some((tried, reached));
                break;
            }
            scale /= 2.0;
        }
        let Some((tried, reached)) = next else { return Err(unsettled(penalty)) };
        (beta, state) = (tried, reached);
        if largest * scale <= 1e-10 * (1.0 + beta.iter().fold(0.0_f64, |most, beta| most.max(beta.abs()))) {
            if state.extreme && penalty == Penalty::None {
                return Err(Kind::Separated.into());
            }
            let errors = state.factor.inverse_diagonal().into_iter().map(f64::sqrt).collect();
            let (intercept, coefficients) = beta.split_first().map_or((0.0, &[][..]), |(first, rest)| (*first, rest));
            let log_likelihood = state.log_likelihood;
            return Ok(Logistic { intercept, coefficients: coefficients.to_vec(), errors, log_likelihood, steps });
        }
    }
    Err(unsettled(penalty))
}

fn unsettled(penalty: Penalty) -> EvidenceError {
    if penalty == Penalty::None { Kind::Separated.into() } else { Kind::Unsettled.into() }
}

struct Problem<'a> {
    width: usize, // columns and the intercept
    ridge: f64,
    firth: bool,
    visit: &'a Visit<'a>,
}

/// All that Newton's method asks at one place.
struct State {
    objective: f64,
    log_likelihood: f64,
    score: Vec<f64>,
    factor: Cholesky,
    /// Whether some row's probability is 0 or 1 as far as doubles go.
    extreme: bool,
}

impl Problem<'_> {
    fn at(&self, beta: &[f64]) -> Result<State, EvidenceError> {
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
        // Without the intercept.
        for ((place, beta), score) in beta.iter().enumerate().zip(&mut score).skip(1) {
            information.add_to_diagonal(place, self.ridge);
            *score -= self.ridge * beta;
            objective -= self.ridge * beta * beta / 2.0;
        }
        let factor = Cholesky::new(information).ok_or(Kind::Singular)?;
        if self.firth {
            objective += factor.log_determinant() / 2.0;
            self.each(beta, &mut |x, predictor, _| {
                let p = logistic(predictor);
                let leverage = p * (1.0 - p) * factor.square(x);
                score.iter_mut().zip(x).for_each(|(score, x)| *score += x * leverage * (0.5 - p));
            });
        }
        if !objective.is_finite() {
            return Err(Kind::Separated.into());
        }
        Ok(State { objective, log_likelihood, score, factor, extreme })
    }

    /// Every row with a 1 for the intercept in front, its linear predictor and its outcome.
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

/// The lower half of a symmetric matrix, row by row.
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

    fn add_to_diagonal(&mut self, place: usize, more: f64) {
        if let Some(cell) = self.rows.get_mut(place).and_then(|row| row.last_mut()) {
            *cell += more;
        }
    }
}

/// The lower triangle L of a positive definite matrix L L'.
struct Cholesky {
    rows: Vec<Vec<f64>>,
}

impl Cholesky {
    /// `None` if the matrix is not positive definite, or so little that rounding decides.
    fn new(of: Symmetric) -> Option<Cholesky> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(of.rows.len());
        for row in of.rows {
            let mut own: Vec<f64> = Vec::with_capacity(row.len());
            for (cell, above) in row.iter().zip(&rows) {
                let pivot = *above.last()?;
                own.push((cell - dot(&own, above)) / pivot);
            }
            let diagonal = *row.last()?;
            let left = diagonal - dot(&own, &own);
            if left.is_nan() || left <= diagonal.abs() * 1e-12 || left <= 0.0 {
                return None;
            }
            own.push(left.sqrt());
            rows.push(own);
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

    /// x' (L L')^-1 x.
    fn square(&self, x: &[f64]) -> f64 {
        let y = self.forward(x);
        dot(&y, &y)
    }

    fn inverse_diagonal(&self) -> Vec<f64> {
        let unit = |place: usize| -> Vec<f64> {
            (0..self.rows.len()).map(|other| f64::from(u8::from(other == place))).collect()
        };
        (0..self.rows.len()).map(|place| self.square(&unit(place))).collect()
    }

    fn log_determinant(&self) -> f64 {
        self.rows.iter().filter_map(|row| row.last()).map(|pivot| 2.0 * log(*pivot)).sum()
    }
}

/// The sum of products, as far as both reach.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
